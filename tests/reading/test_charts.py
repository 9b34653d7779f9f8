"""Where things stand in the pictures."""

import re
from datetime import date
from typing import Any

import pytest

from flows.reading.charts import bars, days_to, flows, gap_map, level_of

LEVELS: list[tuple[str, int | None, float | None, str]] = [
    ("new", 0, 10.0, "0"),
    ("nothing_new", 0, 0.0, "3"),
    ("new", 4, 10.0, "1"),
    ("new", 5, 10.0, "2"),
    ("new", 8, 10.0, "3"),
    ("new", 12, 10.0, "3"),
    ("new", 13, 10.0, "4"),
    ("new", 1, 0.0, "4"),
    ("new", 4, None, "unknown"),
    ("failed", 0, 10.0, "failed"),
    ("failed", 9, 10.0, "3"),  # a link failed, but articles came
    ("not_looked", 0, 10.0, "not_looked"),
    ("no_run", None, 10.0, "no_run"),
]


@pytest.mark.parametrize(("state", "articles", "usual", "level"), LEVELS)
def test_levels(state: str, articles: int | None, usual: float | None, level: str) -> None:
    """How an outlet's day compares with its usual."""
    assert level_of({"state": state, "articles": articles, "expected_articles": usual}) == level


def silence(outlet: str, day: int, state: str = "new", quiet: bool = False) -> dict[str, Any]:
    """An outlet's day in March."""
    row = {"source_id": outlet, "outlet": outlet, "day": date(2026, 3, day), "state": state}
    return row | {"quiet": quiet, "articles": 3, "expected_articles": 3.0}


def test_gap_map() -> None:
    """Every outlet has a tile for every day, also before it was first looked at; what is less than
    expected, or not all, is marked.
    """
    rows = [silence("a", 10), silence("a", 11, "failed"), silence("b", 11, quiet=True)]
    made = gap_map(rows, date(2026, 3, 11), 3)
    assert made.days == (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11))
    assert [[(tile.level, tile.trouble) for tile in line.tiles] for line in made.lines] == [
        [("none", False), ("3", False), ("3", True)],
        [("none", False), ("none", False), ("3", True)],
    ]
    assert all(tile.x < made.names_x for line in made.lines for tile in line.tiles)
    assert gap_map([], date(2026, 3, 11), 3).lines == ()


def test_bars() -> None:
    """The day with most reaches the top; a topic without articles has no bars."""
    day = date(2026, 3, 10)
    full = bars(
        [{"day": day, "articles": 3, "mentions": 1}, {"day": day, "articles": 2, "mentions": 0}]
    )
    assert [(bar.subject, bar.mention) for bar in full.bars] == [(54.0, 18.0), (36.0, 0.0)]
    assert full.most == 4
    assert bars([{"day": day, "articles": 0, "mentions": 0}]).most == 0


def test_flows() -> None:
    """The bands of an outlet stand below each other within its box, on both sides."""
    pairs = [("a", "b", 3), ("a", "c", 2), ("d", "b", 1)]
    made = flows(
        [
            {"original_source_id": one, "original_outlet": one, "source_id": two, "outlet": two}
            | {"copies": count, "rewrites": 0}
            for one, two, count in pairs
        ]
    )
    assert [(box.outlet, box.articles) for box in (*made.left, *made.right)] == [
        ("a", 5),
        ("d", 1),
        ("b", 4),
        ("c", 2),
    ]
    starts = [float(re.match(r"M\d+ ([\d.]+)", band.path)[1]) for band in made.ribbons]  # type: ignore[index]
    assert starts[1] - starts[0] == 18  # three articles
    assert made.left[0].y <= starts[0]
    assert starts[1] + 12 <= made.left[0].y + made.left[0].height
    assert flows([]).ribbons == ()


def test_days() -> None:
    """So many days, the last one last."""
    assert days_to(date(2026, 3, 1), 2) == (date(2026, 2, 28), date(2026, 3, 1))
