"""The pictures of the reading room: where everything in them stands, in pixels. The templates in
templates/pictures.html draw them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.named import Row

_WEEK = 7  # days between two that are named below a picture


@dataclass(frozen=True, slots=True)
class Tick:
    """A day that is named."""

    x: float
    day: date


# ---- gap map: outlets by days ----

_TILE, _GAP, _ROW = 17, 2, 22
_HEAD, _NAMES, _FIGURES = 22, 130, 60
# The least share of what is usual for each level above the lowest, which is nothing at all: under
# half, under, as, and above the usual.
_LEVELS: Sequence[float] = (0.5, 0.8, 1.25)


@dataclass(frozen=True, slots=True)
class Tile:
    """An outlet's day. `level`: from 0 (nothing) to 4 (above the usual), 'unknown' before there is
    a usual, 'failed', 'not_looked', 'no_run', or 'none' before there is a row; `trouble`: what came
    is less than expected, or not all.
    """

    x: int
    y: int
    level: str
    trouble: bool
    row: Row | None


@dataclass(frozen=True, slots=True)
class Line:
    """An outlet's row: its name, its tiles, and its last day."""

    y: int
    outlet: str
    tiles: tuple[Tile, ...]
    last: Row


@dataclass(frozen=True, slots=True)
class GapMap:
    """What came from each outlet on each day, beside what usually does."""

    width: int
    height: int
    names_x: int
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    days: tuple[date, ...]


def gap_map(silences: Sequence[Row], day: date, days: int) -> GapMap:
    """The gap map of the days up to one. `silences`: rows as brief_silences has them, by outlet."""
    shown = days_to(day, days)
    columns = {each: index * (_TILE + _GAP) for index, each in enumerate(shown)}
    by_outlet: dict[tuple[str, str], list[Row]] = {}
    for row in silences:
        by_outlet.setdefault((row["outlet"], row["source_id"]), []).append(row)
    lines = []
    for index, ((outlet, _), rows) in enumerate(by_outlet.items()):
        y = _HEAD + index * _ROW
        of_day = {row["day"]: row for row in rows}
        tiles = tuple(_tile(x, y, of_day.get(each)) for each, x in columns.items())
        lines.append(Line(y, outlet, tiles, rows[-1]))
    names_x = len(shown) * (_TILE + _GAP) + 8
    return GapMap(
        width=names_x + _NAMES + _FIGURES,
        height=_HEAD + len(lines) * _ROW,
        names_x=names_x,
        ticks=_ticks(columns),
        lines=tuple(lines),
        days=shown,
    )


def _tile(x: int, y: int, row: Row | None) -> Tile:
    if row is None:
        return Tile(x, y, "none", False, None)
    level = level_of(row)
    troubled = row["state"] == "failed" or bool(row["quiet"])
    return Tile(x, y, level, troubled and level not in _NOT_SEEN, row)


_NOT_SEEN = ("failed", "not_looked", "no_run")  # levels of days of which nothing is known


def level_of(row: Row) -> str:
    """How an outlet's day compares with what is usual for it."""
    if row["state"] in ("not_looked", "no_run"):
        return str(row["state"])
    if row["state"] == "failed" and not row["articles"]:
        return "failed"
    usual, articles = row["expected_articles"], row["articles"]
    if usual is None:
        return "unknown"
    if not articles:
        return "0" if usual else "3"
    share = articles / usual if usual else float("inf")
    return str(1 + sum(share >= least for least in _LEVELS))


# ---- coverage: a topic by days ----

_BAR, _BARS_HEIGHT, _AXIS = 18, 72, 18


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: where its bars begin, how high those of the articles and of the mentions are."""

    x: int
    subject: float
    mention: float
    row: Row


@dataclass(frozen=True, slots=True)
class Bars:
    """How much was written of a topic on each day. `most`: what the full height stands for."""

    width: int
    height: int
    base: int
    bar: int
    most: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def bars(coverage: Sequence[Row]) -> Bars:
    """The bars of one topic. `coverage`: rows as brief_coverage has them, a day each, in order."""
    most = max((row["articles"] + row["mentions"] for row in coverage), default=0)
    scale = _BARS_HEIGHT / most if most else 0.0
    columns = {row["day"]: index * (_BAR + _GAP) for index, row in enumerate(coverage)}
    return Bars(
        width=len(coverage) * (_BAR + _GAP) + 30,
        height=_BARS_HEIGHT + _AXIS + 14,
        base=_BARS_HEIGHT + 14,
        bar=_BAR,
        most=most,
        bars=tuple(
            Bar(
                columns[row["day"]],
                round(row["articles"] * scale, 1),
                round(row["mentions"] * scale, 1),
                row,
            )
            for row in coverage
        ),
        ticks=_ticks(columns),
    )


# ---- takeovers: outlets that were taken from, and those that took ----

_FLOWS_WIDTH, _SIDE, _BOX, _SPACE = 500, 145, 8, 12
_PER_ARTICLE, _TALLEST, _LEAST_BOX = 6, 420, 16  # of ribbons, of all of them, and of an outlet


@dataclass(frozen=True, slots=True)
class Box:
    """An outlet on one side."""

    y: float
    height: float
    outlet: str
    articles: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """What one outlet took from another: the ribbon's outline."""

    path: str
    row: Row


@dataclass(frozen=True, slots=True)
class Flows:
    """Who took over whose reports: from the left to the right."""

    width: int
    height: float
    left: tuple[Box, ...]
    right: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]
    side: int
    box: int


def flows(takeovers: Sequence[Row]) -> Flows:
    """The picture of rows as brief_takeovers has them."""
    most = sum(row["copies"] + row["rewrites"] for row in takeovers)
    per_article = min(_PER_ARTICLE, _TALLEST / most) if most else _PER_ARTICLE
    left = _boxes(takeovers, "original_source_id", "original_outlet", per_article)
    right = _boxes(takeovers, "source_id", "outlet", per_article)
    next_left = {source: _first_y(box, per_article) for source, box in left.items()}
    next_right = {source: _first_y(box, per_article) for source, box in right.items()}
    ribbons = []
    for row in takeovers:
        origin, taker = row["original_source_id"], row["source_id"]
        thick = (row["copies"] + row["rewrites"]) * per_article
        across = (_SIDE + _BOX, _FLOWS_WIDTH - _SIDE - _BOX)
        ribbons.append(Ribbon(_ribbon(across, next_left[origin], next_right[taker], thick), row))
        next_left[origin] += thick
        next_right[taker] += thick
    boxes = (*left.values(), *right.values())
    return Flows(
        width=_FLOWS_WIDTH,
        height=round(max((box.y + box.height for box in boxes), default=0) + 2, 1),
        left=tuple(left.values()),
        right=tuple(right.values()),
        ribbons=tuple(ribbons),
        side=_SIDE,
        box=_BOX,
    )


def _boxes(takeovers: Sequence[Row], key: str, name: str, per_article: float) -> dict[str, Box]:
    """The outlets of one side from top to bottom, those with most articles first."""
    names = {row[key]: row[name] for row in takeovers}
    totals = Counter[str]()
    for row in takeovers:
        totals[row[key]] += row["copies"] + row["rewrites"]
    boxes, y = {}, 2.0
    for source in sorted(totals, key=lambda source: (-totals[source], names[source].lower())):
        height = max(_LEAST_BOX, totals[source] * per_article)
        boxes[source] = Box(round(y, 1), round(height, 1), names[source], totals[source])
        y += height + _SPACE
    return boxes


def _first_y(box: Box, per_article: float) -> float:
    """Where the ribbons of a box begin: in its middle, if it is higher than they are."""
    return box.y + max(0.0, (box.height - box.articles * per_article) / 2)


def _ribbon(across: tuple[int, int], from_y: float, to_y: float, thick: float) -> str:
    """The outline of a ribbon from one x to another, as the `d` of a path."""
    left, right = across
    middle = (left + right) / 2
    below, to_below = from_y + thick, to_y + thick
    there = f"M{left} {from_y:.1f}C{middle:g} {from_y:.1f} {middle:g} {to_y:.1f} {right} {to_y:.1f}"
    back = f"C{middle:g} {to_below:.1f} {middle:g} {below:.1f} {left} {below:.1f}Z"
    return f"{there}V{to_below:.1f}{back}"


# ---- days ----


def days_to(day: date, days: int) -> tuple[date, ...]:
    """So many days up to one, in order."""
    return tuple(day - timedelta(days=back) for back in reversed(range(days)))


def _ticks(columns: Mapping[date, int]) -> tuple[Tick, ...]:
    """The last day, and those whole weeks before it."""
    last = max(columns, default=None)
    return tuple(
        Tick(x, day) for day, x in columns.items() if last and (last - day).days % _WEEK == 0
    )
