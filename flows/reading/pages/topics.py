"""The topics: what matched them, day by day, and what a changed rule would make of the archive."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.config import parse_rule
from flows.errors import ConfigError
from flows.reading.charts import bars
from flows.reading.replaying import Passage, Replay, compare, matched, passage_of, recorded_spans
from flows.reading.request import PER_PAGE, Asked, Listed, NotFoundError, Shown
from flows.records import Match
from warehouse.named import Row
from warehouse.room import Room

DAYS = 30  # of the picture
_STRENGTHS = ("subject", "mention")


@dataclass(frozen=True, slots=True)
class _Trial:
    """How far a rule is tried: on so many of the newest articles, for so long. 100,000 articles
    take about ten seconds.
    """

    articles: int = 50_000
    seconds: float = 5.0
    shown: int = 100  # stories


TRIAL = _Trial()


def topics(room: Room, asked: Asked) -> Shown:
    """All topics."""
    return Shown("topics.html", {"topics": room.topics()})


def topic(room: Room, asked: Asked) -> Shown:
    """One topic, and its hits in either strength; `subject` and `mention` name the last hits of the
    page before.
    """
    found = _topic(room, asked)
    days = room.hits_by_day(found["topic_id"], DAYS)
    hits = {
        strength: Listed.of(
            room.hits(found["topic_id"], strength, PER_PAGE + 1, asked.named(strength)),
            "article_id",
        )
        for strength in _STRENGTHS
    }
    values = {"topic": found, "days": days, "span": DAYS, "chart": bars(days), "hits": hits}
    return Shown("topic.html", values | {"passage": _passage})


def trial(room: Room, asked: Asked) -> Shown:
    """What `rule` would make of a topic, if one is given."""
    found = _topic(room, asked)
    rule = asked.parameter("rule").strip()
    tried, faults = _tried(room, found["topic_id"], rule) if rule else (None, [])
    values = {"topic": found, "rule": rule, "trial": tried, "faults": faults, "most": TRIAL.shown}
    return Shown("try.html", values, 400 if faults else 200)


def _topic(room: Room, asked: Asked) -> Row:
    rows = room.topics(asked.thing)
    if not rows:
        raise NotFoundError
    return rows[0]


def _passage(row: Row) -> Passage:
    """Why an article is a hit."""
    return passage_of(recorded_spans(row), row["title"], row["body"])


def _tried(room: Room, topic_id: str, rule: str) -> tuple[Replay | None, list[str]]:
    """What a rule makes of the newest articles, or what is wrong with it, line by line."""
    try:
        changed = parse_rule(topic_id, rule)
    except ConfigError as error:
        return None, str(error).splitlines()
    articles = matched(changed, room.replayed(topic_id, TRIAL.articles))
    return compare(_for(TRIAL.seconds, articles)), []


def _for(
    seconds: float, articles: Iterable[tuple[Row, Match | None]]
) -> Iterator[tuple[Row, Match | None]]:
    """As many of the articles as come in that time."""
    ends = time.monotonic() + seconds
    for each in articles:
        yield each
        if time.monotonic() > ends:
            break
