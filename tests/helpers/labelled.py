"""The labelled stories beside the project as clippings, and the figures that judge a grouping of
them.

Every outlet is its own source, texts are as scrapers saved them, and a date without an hour is
midnight in Jakarta, as in an archive.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from flows.records import Clipping, Placement
from tests.helpers.model import encoder
from tests.helpers.paths import DATA

STORIES = DATA / "stories"
WINDOW = timedelta(hours=72)
UNDATED = datetime(2024, 1, 1, tzinfo=UTC)
ONE_TEXT = frozenset(["copy", "rewrite"])
ONE_STORY = ONE_TEXT | {"same_story"}
Floats = npt.NDArray[np.float64]
Groups = Mapping[str, Hashable]


@dataclass(frozen=True, slots=True)
class Labelled:
    """`pairs`: unambiguous; `story_of`: the articles of complete stories; `maybe`: those to be
    ignored beside one; `window`: a week's.
    """

    clippings: list[Clipping]
    pairs: list[dict[str, Any]]
    story_of: dict[str, str]
    maybe: dict[str, str]
    window: list[str]

    def real(self) -> list[dict[str, Any]]:
        """The pairs that were found and not made."""
        return [pair for pair in self.pairs if not pair["derived"]]


def encoded(texts: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
    """The vectors of the program's own model."""
    return encoder().encode(texts)


def labelled_stories(
    encode: Callable[[Sequence[tuple[str, str]]], npt.NDArray[np.float32]] = encoded,
) -> Labelled:
    """The dev half; `encode`: what gives the articles, each a title and a text, their vectors."""
    articles, window = _lines("articles"), _lines("window")
    rows = list({row["id"]: row for row in [*articles, *window]}.values())
    vectors = encode([(row["title"], row["text"]) for row in rows])
    clippings = [
        Clipping(
            row["id"],
            row["outlet"],
            _instant(row["date"]),
            row["title"],
            row["text"],
            None,
            vector,
            None,
            row["outlet"],
        )
        for row, vector in zip(rows, vectors, strict=True)
    ]
    stories = _lines("clusters")
    return Labelled(
        clippings,
        [pair for pair in _lines("pairs") if not pair.get("ambiguous")],
        {article: story["story_id"] for story in stories for article in story["article_ids"]},
        {article: story["story_id"] for story in stories for article in story["maybe_ids"]},
        [row["id"] for row in window],
    )


def texts_of(placements: Iterable[Placement]) -> dict[str, str]:
    """Each article's original: what it shares with its copies and rewrites."""
    return {
        p.article_id: p.original_article_id if p.relation in ONE_TEXT else p.article_id
        for p in placements
    }


def pair_scores(
    pairs: Iterable[Mapping[str, Any]], labels: frozenset[str], group_of: Groups
) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs that stand in one group."""
    truth = [pair["label"] in labels for pair in pairs]
    found = [group_of[pair["id_a"]] == group_of[pair["id_b"]] for pair in pairs]
    both = sum(t and f for t, f in zip(truth, found, strict=True))
    precision, recall = both / max(sum(found), 1), both / max(sum(truth), 1)
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


def b_cubed(gold: Groups, found: Groups) -> float:
    """B³ F1 over the items of `gold`; what it does not know is left out of the groups found."""
    of_gold, of_found = defaultdict(set), defaultdict(set)
    for item, group in gold.items():
        of_gold[group].add(item)
        of_found[found[item]].add(item)
    shared = {item: len(of_gold[gold[item]] & of_found[found[item]]) for item in gold}
    precision = sum(n / len(of_found[found[item]]) for item, n in shared.items()) / len(gold)
    recall = sum(n / len(of_gold[gold[item]]) for item, n in shared.items()) / len(gold)
    return 2 * precision * recall / (precision + recall)


def _lines(name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for line in (STORIES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def _instant(date: str | None) -> datetime:
    return (
        datetime.fromisoformat(date).replace(tzinfo=ZoneInfo("Asia/Jakarta")) if date else UNDATED
    )
