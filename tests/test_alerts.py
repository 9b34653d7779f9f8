"""The life of an alert over several runs, in a real warehouse: articles come in, stories merge,
rules change.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.records import Look, Merge, Note, Source, TermGroup, Topic
from flows.steps import watching
from tests.helpers.tables import execute, fetch, in_memory, offending, plant, reopened
from warehouse.store import Warehouse

NIGHT = datetime(2026, 3, 10, 18, tzinfo=UTC)  # 01:00 in Jakarta
PACT = Topic(
    id="pact",
    title="Pakta",
    all_of=(TermGroup("russia", ("Rusia",)), TermGroup("dprk", ("Korut",))),
    none_of=(),
    channels=("desk",),
    max_age=timedelta(hours=72),
    version="1",
)
SOURCE = Source("satu", "Satu", "https://a.example/", re.compile("."))
FIRST = "Presiden Rusia menerima pemimpin Korut di Vladivostok. Rusia dan Korut sepakat."
MORE = (
    "Presiden Rusia menerima pemimpin Korut. Menteri Lavrov dan 12 pejabat Rusia serta Korut "
    "lalu terbang ke Hanoi. Rusia puas."
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Warehouse]:
    warehouse = in_memory(tmp_path)
    plant(
        warehouse,
        {
            "sources": [
                {"source_id": name, "name": name.title()}
                for name in ("satu", "dua", "tiga", "empat")
            ]
        },
    )
    yield warehouse
    warehouse.close()


def come_in(
    store: Warehouse,
    article: str,
    story: str,
    source: str,
    at: datetime,
    body: str = FIRST,
    relation: str = "same_story",
    by: str = "run",
) -> None:
    """An article of a story, extracted and grouped."""
    row = {
        "article_id": article,
        "source_id": source,
        "url": f"https://a.example/{article}",
        "title": "Rusia dan Korut",
    }
    row |= {"published_precision": "minute", "body": body, "text_hash": article, "arrived_by": by}
    original = "a" if relation == "copy" else article
    plant(
        store,
        {
            "state.articles": [row | {"published_at": at, "first_seen_at": at}],
            "article_versions": [{"article_id": article, "version": 1, "text_hash": article}],
            "story_articles": [
                {
                    "story_id": story,
                    "article_id": article,
                    "relation": relation,
                    "original_article_id": original,
                }
            ],
        },
    )


ROOM = "https://kliping.example"  # where the reading room is


def run(store: Warehouse, topic: Topic, now: datetime) -> list[str]:
    """The end of a run: match, then follow; the kinds of the alerts that it raised."""
    before = {alert.id for alert in store.alerts.all()}
    while watching.match_batch(store, topic, now, ROOM):
        pass
    watching.follow_topic(store, topic, now, ROOM)
    raised = [alert for alert in store.alerts.all() if alert.id not in before]
    assert all(f"\n{ROOM}/stories/{alert.story_id}\n" in alert.text for alert in raised)
    return [alert.kind for alert in raised]


def test_life_of_a_story(store: Warehouse) -> None:
    """One new_story, a development, a pickup and an end, each in its night, and nothing else; a run
    that is repeated adds nothing.
    """
    nights = [NIGHT + timedelta(days=day) for day in range(8)]
    told = []
    for night, arrivals in enumerate((("a satu",), (), ("b dua",), ("c tiga",), (), (), (), ())):
        for article, source in (arrival.split() for arrival in arrivals):
            at = nights[night] - timedelta(hours=5)
            come_in(
                store,
                article,
                "s",
                source,
                at,
                MORE if article == "b" else FIRST,
                "copy" if article == "c" else "same_story",
            )
        told.append(run(store, PACT, nights[night]))
        assert run(store, PACT, nights[night]) == []
    assert told == [["new_story"], [], ["development"], ["pickup"], [], [], ["closed"], []]
    assert len(store.alerts.pending_deliveries()) == 4
    assert offending(store) == {}


def test_rule_that_changes(store: Warehouse) -> None:
    """A new version of the rule looks at all articles anew; a story that was alerted is not alerted
    again, and goes on as before.
    """
    come_in(store, "a", "s", "satu", NIGHT - timedelta(hours=5))
    assert run(store, PACT, NIGHT) == ["new_story"]
    changed = replace(
        PACT, version="2", all_of=(TermGroup("russia", ("Rusia", "Moskow")), PACT.all_of[1])
    )
    assert run(store, changed, NIGHT + timedelta(hours=1)) == []
    [hit] = fetch(store, "select decision, topic_version from topic_hits")
    assert hit == {"decision": "raised", "topic_version": "2"}
    come_in(store, "b", "s", "dua", NIGHT + timedelta(hours=5), MORE)
    assert run(store, replace(changed, version="3"), NIGHT + timedelta(hours=8)) == ["development"]
    narrow = replace(PACT, version="4", all_of=(TermGroup("russia", ("Kamchatka",)),))
    assert run(store, narrow, NIGHT + timedelta(hours=12)) == []
    assert run(store, PACT, NIGHT + timedelta(hours=16)) == []
    assert offending(store) == {}


def test_stories_that_merge(store: Warehouse) -> None:
    """Two alerted stories that turn out to be one are alerted no more; what the desk was told of
    either counts.
    """
    come_in(store, "a", "old", "satu", NIGHT - timedelta(hours=9))
    come_in(store, "b", "young", "dua", NIGHT - timedelta(hours=5), MORE)
    assert run(store, PACT, NIGHT) == ["new_story", "new_story"]
    store.stories.record_grouped([], [], [Merge("young", "old")], NIGHT)
    execute(store, "update story_articles set story_id = 'old'")
    assert run(store, PACT, NIGHT + timedelta(hours=8)) == []
    come_in(store, "c", "old", "tiga", NIGHT + timedelta(hours=9), MORE)
    assert run(store, PACT, NIGHT + timedelta(hours=10)) == ["pickup"]
    assert offending(store) == {}


def test_backfill_never_alerts(store: Warehouse) -> None:
    """Articles that a backfill brought raise nothing, in an alerted story or another, in this run
    or a later one.
    """
    come_in(store, "a", "s", "satu", NIGHT - timedelta(hours=5))
    assert run(store, PACT, NIGHT) == ["new_story"]
    for article, story, source in (("b", "s", "dua"), ("c", "s", "tiga"), ("d", "other", "empat")):
        come_in(store, article, story, source, NIGHT, MORE, by="backfill")
    for hours in (4, 28):
        assert run(store, PACT, NIGHT + timedelta(hours=hours)) == []


def test_stories_from_before_alerts_told_of_articles(tmp_path: Path) -> None:
    """What the desk could have seen when the warehouse was brought to this schema is no
    development.
    """
    store = in_memory(tmp_path)
    plant(store, {"sources": [{"source_id": name, "name": name} for name in ("satu", "dua")]})
    come_in(store, "a", "s", "satu", NIGHT - timedelta(hours=5))
    run(store, PACT, NIGHT)
    come_in(store, "b", "s", "dua", NIGHT - timedelta(hours=4), MORE)
    watching.match_batch(store, PACT, NIGHT, ROOM)
    for statement in (
        "drop table alert_articles",
        "drop view messages",
        "drop table heartbeats",
        "drop view gone_articles",
        "drop table doubtful_answers",
        "drop table troubles",
        "delete from migrations where name like '0009%' or name like '0014%'",
        "update state.upkeep set described_as = null",
    ):
        execute(store, statement)
    for column in ("failed_at", "next_attempt_at"):
        execute(store, f"alter table deliveries drop column {column}")
    upgraded = reopened(store)
    assert run(upgraded, PACT, NIGHT + timedelta(hours=8)) == []
    upgraded.close()
    store.close()


@pytest.mark.parametrize(
    ("usable", "ring", "messages"),
    [(4, True, 0), (2, True, 0), (1, True, 1), (0, True, 1), (0, False, 0)],
)
def test_run_that_could_not_look(store: Warehouse, usable: int, ring: bool, messages: int) -> None:
    """Where most sources did not answer the desk hears of it, once a day; what each run looked at
    is recorded in any case.
    """
    names = ["satu", "dua", "tiga", "empat"]
    looks = [
        Look(
            name,
            looked=True,
            usable=n < usable,
            listed=3,
            notes=() if n < usable else (Note("listing", "timeout"),),
        )
        for n, name in enumerate(names)
    ]
    for hours in (0, 1):
        began = store.runs.begin("run", NIGHT, NIGHT + timedelta(hours=hours))
        sources = [replace(SOURCE, id=name, name=name.title()) for name in names]
        watching.record_heartbeat(
            store, PACT, began, looks, sources, 7, NIGHT + timedelta(hours=hours), ring
        )
    beats = fetch(store, "select answered, links, articles, missed from heartbeats")
    missed = "; ".join(f"{name}: timeout" for name in names[usable:])
    assert beats == [{"answered": usable, "links": 12, "articles": 7, "missed": missed}] * 2
    waiting = store.alerts.pending_deliveries()
    assert [delivery.title for delivery in waiting] == [
        "Pakta: sebagian besar media tidak terjangkau"
    ] * messages
    assert fetch(store, "from alerts") == []
    assert offending(store) == {}
