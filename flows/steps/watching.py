"""Watching: topics are matched with articles, alerts are raised, and heartbeats recorded."""

from collections.abc import Sequence
from datetime import datetime

from flows.outcome import losses_of
from flows.records import Heartbeat, Hit, Look, Run, Source, Topic
from flows.stages.grouping import stories
from flows.stages.watch.alerts import decide, follow
from flows.stages.watch.messages import Coverage, heartbeat
from flows.stages.watch.topics import compile_topic, match
from warehouse.store import Warehouse

MATCHED_PER_BATCH = 5_000  # 12 MB of texts, as long as the press writes them


def match_batch(store: Warehouse, topic: Topic, now: datetime, base_url: str = "") -> int:
    """Match a topic with the next batch of articles, record its hits, and raise alerts. Returns how
    many articles there were.
    """
    articles = store.alerts.unmatched(topic, MATCHED_PER_BATCH)
    rule = compile_topic(topic)
    hits = [
        Hit(topic, article, found)
        for article in articles
        if (found := match(rule, article.title, article.body))
    ]
    decided = decide(hits, store.alerts.alerted(), now, base_url)
    store.alerts.record_matched(topic, articles, decided)
    return len(articles)


def follow_topic(store: Warehouse, topic: Topic, now: datetime, base_url: str = "") -> int:
    """Raise the alerts that follow up a topic's alerted stories. Returns how many there were."""
    # Older stories have nothing left to report.
    since = now - max(topic.max_age, stories.WINDOW) - stories.WINDOW
    alerts = follow(
        store.alerts.alerted_stories(topic, since), topic, now, stories.WINDOW, base_url
    )
    store.alerts.record(topic, alerts)
    return len(alerts)


def record_heartbeat(
    store: Warehouse,
    topic: Topic,
    run: Run,
    looks: Sequence[Look],
    sources: Sequence[Source],
    articles: int,
    now: datetime,
    to_desk: bool,
) -> Heartbeat:
    """Record that a run looked for a topic, so that silence means "looked, and found nothing".

    `looks`: one for each source the run was to look at; `articles`: how many the topic was matched
    with; `to_desk`: whether the heartbeat is also sent.
    """
    names = {source.id: source.name for source in sources}
    coverage = Coverage(
        asked=[names[look.source_id] for look in looks],
        silent=[names[look.source_id] for look in looks if not look.usable],
        unread={
            names[look.source_id]: look.listed for look in looks if look.usable and look.unread
        },
        partly=[
            names[look.source_id]
            for look in looks
            if look.usable and not look.unread and losses_of(look)
        ],
    )
    hits = store.alerts.hits_by_topic().get(topic.id, 0) - run.hits.get(topic.id, 0)
    alerts = sum(alert.topic_id == topic.id for alert in store.runs.alerts_of(run))
    counts = (sum(look.listed for look in looks), articles, hits, alerts)
    troubles = [trouble for look in looks for trouble in losses_of(look)]
    missed = "; ".join(f"{trouble.source_id}: {trouble.example}" for trouble in troubles)
    found = heartbeat(topic, coverage, counts, missed, now, to_desk)
    store.alerts.record_heartbeat(topic, run.id, found)
    return found
