"""The outlets: how each stands, day by day, what is doubtful, and what was learned of them."""

from collections.abc import Sequence
from datetime import timedelta

from flows.reading.charts import GapMap, gap_map
from flows.reading.request import PER_PAGE, Asked, Listed, NotFoundError, Shown
from warehouse.named import Row
from warehouse.room import Room

DAYS = 30  # that the pages look back


def outlets(room: Room, asked: Asked) -> Shown:
    """All outlets, and the map of their last days."""
    health = room.health(DAYS)
    values = {"outlets": room.sources(DAYS), "gaps": _gaps(health), "days": DAYS}
    return Shown("outlets.html", values)


def outlet(room: Room, asked: Asked) -> Shown:
    """One outlet."""
    rows = room.sources(DAYS, asked.thing)
    if not rows:
        raise NotFoundError
    [found] = rows
    source_id = found["source_id"]
    nights = room.nights()
    health = room.health(DAYS, source_id)
    articles = room.articles_of_source(source_id, PER_PAGE + 1, asked.named("after"))
    last = nights[0] if nights else None
    return Shown(
        "outlet.html",
        {
            "outlet": found,
            "days": DAYS,
            "gaps": _gaps(health),
            "health": health,
            "problems": room.problems(source_id),
            "doubts": room.doubts(source_id, DAYS),
            "rejections": room.rejections(source_id, DAYS),
            "learned": room.learned_lines(source_id),
            "troubles": room.troubles(last - timedelta(DAYS), last, source_id) if last else [],
            "articles": Listed.of(articles, "article_id"),
            "continued": bool(asked.named("after")),
        },
    )


def _gaps(health: Sequence[Row]) -> GapMap | None:
    """The map of days and outlets; None if no run has looked yet."""
    last = max((row["day"] for row in health), default=None)
    return gap_map(health, last, DAYS) if last else None
