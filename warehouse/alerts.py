"""Topic hits, alerts and their deliveries."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flows.records import Alert, ArrivedBy, Decision, Hit, Topic
from warehouse.engine import Engine


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An article that a topic has not looked at."""

    article_id: str
    story_id: str
    seen_at: datetime
    arrived_by: ArrivedBy
    outlet: str
    url: str
    title: str
    body: str
    text_hash: str


class Alerts(Engine):
    """What the warehouse knows of topics and alerts."""

    def unmatched(self, topic: Topic, batch: int) -> list[Unmatched]:
        """Grouped articles whose current text this version of the topic has not looked at, in order of publication."""
        return [Unmatched(**row) for row in self.rows("unmatched_articles", topic_id=topic.id, topic_version=topic.version, batch=batch)]

    def alerted(self) -> set[tuple[str, str]]:
        """The (topic, story) pairs that have an alert."""
        return {(row["topic_id"], row["story_id"]) for row in self.rows("alerted_stories")}

    def record_matched(self, topic: Topic, looked_at: Sequence[Unmatched], decided: Sequence[tuple[Hit, Decision, Alert | None]]) -> None:
        """What a topic found in the articles it looked at: hits with their decisions, alerts, and a pending delivery for each channel."""
        matched = {hit.article_id for hit, _, _ in decided}
        alerts = [alert for _, _, alert in decided if alert]
        with self.transaction():
            self.write(
                [
                    {
                        "topic_id": topic.id,
                        "topic_version": topic.version,
                        "article_id": article.article_id,
                        "text_hash": article.text_hash,
                        "matched": article.article_id in matched,
                    }
                    for article in looked_at
                ],
                "record_topic_looks",
                "forget_hits",
            )
            self.write(
                [
                    {
                        "topic_id": hit.topic_id,
                        "topic_version": hit.topic_version,
                        "article_id": hit.article_id,
                        "decision": decision,
                        "score": hit.match.score,
                        "evidence": json.dumps([asdict(span) for span in hit.match.evidence], ensure_ascii=False),
                    }
                    for hit, decision, _ in decided
                ],
                "record_hits",
            )
            self.write([asdict(alert) | {"alert_id": alert.id} for alert in alerts], "record_alerts")
            self.write([{"alert_id": alert.id, "channel": channel} for alert in alerts for channel in topic.channels], "record_outbox")

    def pending_deliveries(self) -> list[tuple[Alert, str]]:
        """Alerts that have not arrived, each with the channel it is for, oldest first."""
        return [
            (Alert(id=row.pop("alert_id"), **row), channel) for row in self.rows("pending_deliveries") for channel in [row.pop("channel")]
        ]

    def record_delivery(self, alert: Alert, channel: str, error: str | None, now: datetime) -> None:
        """How one attempt ended: `error` is None when it arrived."""
        with self.transaction():
            self.execute("record_delivery", alert_id=alert.id, channel=channel, error=error, at=now)

    def alerts(self) -> list[Alert]:
        """All alerts, oldest first."""
        return [Alert(id=row.pop("alert_id"), **row) for row in self.rows("alerts")]
