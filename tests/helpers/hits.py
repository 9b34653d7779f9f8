"""What the watch finds: topics, and articles that match them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flows.records import Hit, Match, Span, StoryArticle, Topic

SEEN_AT = datetime(2026, 9, 1, 18, tzinfo=UTC)


def topic(topic_id: str, title: str, max_age: timedelta) -> Topic:
    return Topic(
        topic_id, title, all_of=(), none_of=(), channels=("desk",), max_age=max_age, version="1"
    )


TOPICS = {
    "pact": topic("pact", "Rusia–Korea Utara", timedelta(hours=72)),
    "missiles": topic("missiles", "Rudal", timedelta(hours=24)),
}


def hit(
    article: str,
    story: str = "s1",
    seen_at: datetime = SEEN_AT,
    arrived_by: Any = "run",
    topic: str = "pact",
    **other: Any,
) -> Hit:
    evidence = (
        Span("russia", "title", 0, 5, "Rusia", "Rusia Puji Korut"),
        Span("dprk", "title", 11, 16, "Korut", "Rusia Puji Korut"),
    )
    named: dict[str, Any] = {
        "precision": "minute",
        "outlet": "Antara",
        "url": f"https://antara.example/{article}",
        "title": "Rusia Puji Korut",
        "body": "",
        "relation": "original",
        "original_article_id": article,
        "text_hash": "",
        "match": Match(1, evidence, "subject"),
    } | other
    found = named.pop("match")
    placed = StoryArticle(article, story, seen_at, arrived_by=arrived_by, **named)
    return Hit(TOPICS[topic], placed, found)
