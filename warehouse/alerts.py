"""Topic hits, alerts and their deliveries."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import groupby

from flows.records import (
    Alert,
    AlertedStory,
    Attempt,
    Brief,
    Decision,
    Delivery,
    Heartbeat,
    Hit,
    Match,
    Report,
    Span,
    StoryArticle,
    Topic,
)
from warehouse.engine import Engine
from warehouse.named import Row


@dataclass(frozen=True, slots=True)
class Alerts:
    """What the warehouse knows of topics and alerts."""

    engine: Engine

    def record_topics(self, topics: Sequence[Topic]) -> None:
        """Record the topics that are watched."""
        with self.engine.transaction():
            self.engine.execute("retire_topics")
            self.engine.write(
                [{"topic_id": t.id, "title": t.title, "active": True} for t in topics],
                "record_topics",
            )

    def unmatched(self, topic: Topic, batch: int) -> list[StoryArticle]:
        """Grouped articles whose current text was not matched with this version of the topic yet,
        in order of publication.
        """
        rows = self.engine.rows(
            "unmatched_articles", topic_id=topic.id, topic_version=topic.version, batch=batch
        )
        return [StoryArticle(**row) for row in rows]

    def forget_looks(self, since: datetime) -> None:
        """Make the articles published since an instant pending for every topic. Decisions stay."""
        with self.engine.transaction():
            self.engine.execute("forget_looks", since=since)
            self.engine.execute("reopen_articles", since=since)

    def alerted(self) -> set[tuple[str, str]]:
        """The (topic, story) pairs that have an alert."""
        return {(row["topic_id"], row["story_id"]) for row in self.engine.rows("alerted_stories")}

    def record_matched(
        self,
        topic: Topic,
        articles: Sequence[StoryArticle],
        decided: Sequence[tuple[Hit, Decision, Alert | None]],
    ) -> None:
        """Record that a topic was matched with articles: its hits with their decisions, alerts, and
        a pending delivery for each channel.
        """
        matched = {hit.article.article_id for hit, _, _ in decided}
        looks = [
            {
                "topic_id": topic.id,
                "topic_version": topic.version,
                "article_id": article.article_id,
                "text_hash": article.text_hash,
                "matched": article.article_id in matched,
            }
            for article in articles
        ]
        with self.engine.transaction():
            self.engine.write(looks, "record_topic_looks", "forget_hits")
            hits = [_hit_row(hit, decision) for hit, decision, _ in decided]
            self.engine.write(hits, "record_hits")
            self._write_alerts(topic, [alert for _, _, alert in decided if alert])

    def alerted_stories(self, topic: Topic, since: datetime) -> list[AlertedStory]:
        """The stories that a topic has alerted and that have an article since an instant, each with
        its hits.
        """
        alerts = {
            story_id: tuple((row["alert_id"], row["kind"], row["raised_at"]) for row in rows)
            for story_id, rows in groupby(
                self.engine.rows("alerts_of_topic", topic_id=topic.id),
                key=lambda row: row["story_id"],
            )
        }
        reports = groupby(
            self.engine.rows("alerted_reports", topic_id=topic.id, since=since),
            key=lambda row: row["story_id"],
        )
        return [
            AlertedStory(story_id, alerts[story_id], tuple(_report(topic, row) for row in rows))
            for story_id, rows in reports
        ]

    def record(self, topic: Topic, alerts: Sequence[Alert]) -> None:
        """Record alerts that follow up earlier ones, and a pending delivery for each channel."""
        with self.engine.transaction():
            self._write_alerts(topic, alerts)

    def _write_alerts(self, topic: Topic, alerts: Sequence[Alert]) -> None:
        columns = ("topic_id", "story_id", "kind", "raised_at", "title", "text")
        self.engine.write(
            [
                {"alert_id": alert.id} | {name: getattr(alert, name) for name in columns}
                for alert in alerts
            ],
            "record_alerts",
        )
        reported = [
            {"alert_id": alert.id, "article_id": article_id}
            for alert in alerts
            for article_id in alert.article_ids
        ]
        self.engine.write(reported, "record_alert_articles")
        self.put_in_outbox([alert.id for alert in alerts], topic.channels)

    def put_in_outbox(self, ids: Sequence[str], channels: Sequence[str]) -> None:
        """Record a pending delivery of each message to each channel, in the open transaction."""
        self.engine.write(
            [
                {"alert_id": alert_id, "channel": channel}
                for alert_id in ids
                for channel in channels
            ],
            "record_outbox",
        )

    def hits_by_topic(self) -> dict[str, int]:
        """How many hits each topic has."""
        return {row["topic_id"]: row["hits"] for row in self.engine.rows("totals_of_topics")}

    def record_heartbeat(self, topic: Topic, run_id: str, heartbeat: Heartbeat) -> None:
        """Record that a run looked for a topic and, if that is sent, a pending delivery for each
        channel.
        """
        row = asdict(heartbeat) | {"run_id": run_id}
        row["heartbeat_id"] = row.pop("id")
        with self.engine.transaction():
            self.engine.write([row], "record_heartbeat")
            if heartbeat.id:
                self.put_in_outbox([heartbeat.id], topic.channels)

    def record_brief(self, brief: Brief, channels: Sequence[str]) -> None:
        """Record that a night's brief is sent, and a pending delivery for each channel; nothing if
        that night's was recorded before.
        """
        row = asdict(brief)
        row["brief_id"] = row.pop("id")
        with self.engine.transaction():
            self.engine.write([row], "record_brief")
            self.put_in_outbox([brief.id], channels)

    def pending_deliveries(self) -> list[Delivery]:
        """Messages that were not delivered yet, each for one channel, oldest first."""
        return [Delivery(**row) for row in self.engine.rows("pending_deliveries")]

    def record_deliveries(self, attempts: Sequence[Attempt]) -> None:
        """Record attempts at deliveries that were sent as one message."""
        with self.engine.transaction():
            self.engine.write([asdict(attempt) for attempt in attempts], "record_deliveries")

    def put_off(self, channel: str, until: datetime) -> None:
        """Try no delivery to a channel before an instant."""
        with self.engine.transaction():
            self.engine.execute("put_off_deliveries", channel=channel, until=until)

    def revive(self, alert_id: str | None) -> None:
        """Make deliveries that were given up pending again: those of one message or, with None, all
        of them.
        """
        with self.engine.transaction():
            self.engine.execute("revive_deliveries", alert_id=alert_id)

    def escalate(self, topic: Topic, before: datetime) -> None:
        """Also send a topic's messages that have failed since `before` or longer to the channels of
        its escalation.
        """
        if topic.escalate:
            rows = self.engine.rows(
                "unreachable_deliveries",
                topic_id=topic.id,
                before=before,
                channels=list(topic.channels),
            )
            with self.engine.transaction():
                self.put_in_outbox([row["alert_id"] for row in rows], topic.escalate.to)

    def all(self) -> list[Alert]:
        """All alerts, oldest first."""
        return [Alert(id=row.pop("alert_id"), **row) for row in self.engine.rows("alerts")]


def _hit_row(hit: Hit, decision: Decision) -> Row:
    return {
        "topic_id": hit.topic.id,
        "topic_version": hit.topic.version,
        "article_id": hit.article.article_id,
        "decision": decision,
        "strength": hit.match.strength,
        "score": hit.match.score,
        "evidence": [asdict(span) for span in hit.match.evidence],
    }


def _report(topic: Topic, row: Row) -> Report:
    article = StoryArticle(**{field.name: row[field.name] for field in fields(StoryArticle)})
    evidence = tuple(Span(**span) for span in json.loads(row["evidence"]))
    hit = Hit(topic, article, Match(row["score"], evidence, row["strength"]))
    title, body = row["told_title"], row["told_body"]
    told_text = None if body is None else (title, body)
    return Report(hit, row["decision"], row["told"], told_text, row["gone"])
