"""Which hits raise alerts, and what the alerts say: tables of cases."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.records import Hit, Match, Span, Topic, stable_id
from flows.stages.alerts import decide

CASES = Path(__file__).parents[1] / "cases" / "alerts"
DECIDE_CASES: list[dict[str, Any]] = yaml.safe_load((CASES / "decide.yaml").read_text(encoding="utf-8"))
MESSAGE_CASES: list[dict[str, Any]] = yaml.safe_load((CASES / "message.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 9, 1, 18, tzinfo=UTC)


def _topic(topic_id: str, title: str, max_age: timedelta) -> Topic:
    return Topic(topic_id, title, all_of=(), none_of=(), channels=("desk",), max_age=max_age, version="1")


TOPICS = {
    "pact": _topic("pact", "Rusia–Korea Utara", timedelta(hours=72)),
    "missiles": _topic("missiles", "Rudal", timedelta(hours=24)),
}


def _hit(article: str, story: str, seen_at: datetime, arrived_by: Any = "run", topic: str = "pact", **other: Any) -> Hit:
    evidence = (Span("russia", "title", 0, 5, "Rusia", "Rusia Puji Korut"), Span("dprk", "title", 11, 16, "Korut", "Rusia Puji Korut"))
    said: dict[str, Any] = {"outlet": "Antara", "url": f"https://antara.example/{article}", "title": "Rusia Puji Korut"}
    said |= {"match": Match(1, evidence)} | other
    return Hit(topic, "1", article, story, seen_at, arrived_by, **said)


@pytest.mark.parametrize("case", DECIDE_CASES, ids=[case["case"] for case in DECIDE_CASES])
def test_decide(case: dict[str, Any]) -> None:
    """Each case of decide.yaml gets its decisions, whatever the order of the hits, and an alert for 'raised' alone."""
    hits = [_hit(article, story, NOW - timedelta(hours=hours), *more) for article, story, hours, *more in case["hits"]]
    alerted = {(topic, story) for topic, story in case.get("alerted", [])}
    first = decide(hits, alerted, TOPICS, NOW)

    assert {hit.article_id: decision for hit, decision, _ in first} == case["expected"]
    for hit, decision, alert in first:
        assert (alert is not None) == (decision == "raised")
        if alert:
            key = stable_id("alert", hit.topic_id, "new_story", hit.story_id)
            assert (alert.id, alert.topic_id, alert.story_id, alert.raised_at) == (key, hit.topic_id, hit.story_id, NOW)
    for seed in range(5):
        assert decide(random.Random(seed).sample(hits, len(hits)), alerted, TOPICS, NOW) == first


@pytest.mark.parametrize("case", MESSAGE_CASES, ids=[case["case"] for case in MESSAGE_CASES])
def test_message(case: dict[str, Any]) -> None:
    """Each case of message.yaml says exactly what stands there."""
    said = dict(case["hit"])
    seen_at = said.pop("seen_at")
    evidence = tuple(Span(group, field, 0, len(text), text, sentence) for group, field, text, sentence in said.pop("evidence"))
    hits = [_hit("a", "s1", seen_at, match=Match(1, evidence), **said)]
    hits += [_hit(f"b{n}", "s1", seen_at + timedelta(minutes=n), outlet=outlet) for n, outlet in enumerate(case.get("others", []), 1)]
    alert = decide(hits, (), TOPICS, seen_at + timedelta(hours=1))[0][2]

    assert alert is not None
    assert alert.title == case["title"]
    assert alert.text == case["text"].replace("{key}", alert.id)


def test_long_parts_are_cut_and_link_and_key_kept() -> None:
    """However long headline, outlets, sentence and terms are, the text has at most 1,500 characters, with the link, the key and a term."""
    sentence = "kata " * 400 + "Korea Utara" + " lagi" * 400
    evidence = tuple(Span("dprk", "body", 0, 0, text, sentence) for text in ["Korea Utara", *(f"Pyongyang {n} " * 20 for n in range(20))])
    url = "https://antara.example/" + "a" * 277
    long = [
        _hit(f"a{n}", "s1", NOW, title="Judul " * 200, outlet=f"Harian {n} " * 30, url=url, match=Match(0.5, evidence)) for n in range(10)
    ]
    alert = decide(long, (), TOPICS, NOW)[0][2]

    assert alert is not None
    assert len(alert.text) <= 1500
    assert len(alert.title) <= 300
    assert alert.text.endswith(f"\n{url}\n[{alert.id}]")
    assert "Korea Utara lagi" in alert.text
