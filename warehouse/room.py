"""What the pages of the reading room show, beside what the brief does. It only reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from warehouse.named import Row
from warehouse.reader import Reader


@dataclass(frozen=True, slots=True)
class Room:
    """A snapshot as the pages of the reading room show it.

    Lists have the newest first unless they say otherwise; `most`: how many rows; `after`: the id of
    the last row of the page before, None on the first page. All raise WarehouseError if the
    snapshot is from an older version.
    """

    reader: Reader

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of warehouse/queries/<query>.sql."""
        return self.reader.rows(query, **parameters)

    def sizes(self) -> Row:
        """How many articles, stories, and outlets there are, and the clock of the last run."""
        return self.rows("room_sizes")[0]

    def titles(self) -> dict[str, str]:
        """The titles of the topics, by topic."""
        return {row["topic_id"]: row["title"] for row in self.rows("room_titles")}

    # ---- nights ----

    def nights(self) -> list[date]:
        """The days on which runs ended, in Jakarta."""
        return [row["day"] for row in self.rows("room_nights")]

    def runs(self, day: date) -> list[Row]:
        """The runs of a day, the oldest first."""
        return self.rows("room_runs", day=day)

    def troubles(self, first: date, day: date, source_id: str | None = None) -> list[Row]:
        """What the runs from one day to another missed, of all outlets or one."""
        return self.rows("room_troubles", first=first, day=day, source_id=source_id)

    def problems(self, source_id: str) -> list[Row]:
        """The problems of an outlet, those that stand first."""
        return self.rows("room_problems", source_id=source_id)

    def alerts_of_night(self, day: date) -> list[Row]:
        """The alerts of a day, the oldest first."""
        return self.rows("room_alerts_of_night", day=day)

    def stories(self, day: date, most: int, after: str | None) -> list[Row]:
        """The stories that articles joined on a day, those of most outlets first."""
        return self.rows("room_stories", day=day, most=most, after=after)

    # ---- one story ----

    def story(self, story_id: str) -> Row | None:
        """A story."""
        return _only(self.rows("room_story", story_id=story_id))

    def surviving_story(self, story_id: str) -> str | None:
        """The story that a merged one lives on in."""
        row = _only(self.rows("room_surviving_story", story_id=story_id))
        return row["story_id"] if row else None

    def reports(self, story_id: str) -> list[Row]:
        """The reports of a story, in the order in which they were published."""
        return self.rows("room_reports", story_id=story_id)

    def alerts_of_story(self, story_id: str) -> list[Row]:
        """The alerts about a story, the oldest first."""
        return self.rows("room_alerts_of_story", story_id=story_id)

    def topics_of_story(self, story_id: str) -> list[Row]:
        """The topics that articles of a story match."""
        return self.rows("room_topics_of_story", story_id=story_id)

    # ---- one article ----

    def article(self, article_id: str) -> Row | None:
        """An article."""
        return _only(self.rows("room_article", article_id=article_id))

    def gone(self, article_id: str) -> Row | None:
        """Since when an article is gone from its outlet, if it is."""
        return _only(self.rows("room_gone", article_id=article_id))

    def texts(self, article_ids: Sequence[str]) -> dict[str, Row]:
        """Headlines, bodies, and outlets of articles, by article."""
        rows = self.rows("room_texts", article_ids=list(article_ids))
        return {row["article_id"]: row for row in rows}

    def precisions(self, article_ids: Sequence[str]) -> dict[str, str | None]:
        """How exact the dates of articles are, by article."""
        rows = self.rows("room_precisions", article_ids=list(article_ids))
        return {row["article_id"]: row["published_precision"] for row in rows}

    def removed(self, article_id: str) -> list[Row]:
        """What was cut from an article, in the order of its page."""
        return self.rows("room_removed", article_id=article_id)

    def origins(self, article_id: str) -> list[Row]:
        """Where the fields of an article were read."""
        return self.rows("room_origins", article_id=article_id)

    def versions(self, article_id: str) -> list[Row]:
        """The texts of an article, the oldest first."""
        return self.rows("room_versions", article_id=article_id)

    def kept_aside(self, article_id: str) -> list[Row]:
        """Later answers of an article's address that were not accepted."""
        return self.rows("room_kept_aside", article_id=article_id)

    def records(self, article_id: str) -> list[Row]:
        """The archived responses in which an article was met."""
        return self.rows("room_records", article_id=article_id)

    def hits_of_article(self, article_id: str) -> list[Row]:
        """The topics that an article matches, and why."""
        return self.rows("room_hits_of_article", article_id=article_id)

    def near(self, article_id: str) -> list[Row]:
        """The articles of other stories that are nearest in meaning to one, the nearest first."""
        return self.rows("room_near", article_id=article_id)

    # ---- outlets ----

    def sources(self, days: int, source_id: str | None = None) -> list[Row]:
        """How all outlets, or one, stood in the last days."""
        return self.rows("room_sources", days=days, source_id=source_id)

    def health(self, days: int, source_id: str | None = None) -> list[Row]:
        """How all outlets, or one, stood on each of the last days, the oldest first."""
        return self.rows("room_health", days=days, source_id=source_id)

    def doubts(self, source_id: str, days: int) -> list[Row]:
        """What is doubtful about an outlet's articles of the last days."""
        return self.rows("room_doubts", source_id=source_id, days=days)

    def rejections(self, source_id: str, days: int) -> list[Row]:
        """Why links of an outlet gave no article in the last days."""
        return self.rows("room_rejections", source_id=source_id, days=days)

    def learned_lines(self, source_id: str) -> list[Row]:
        """The lines learned as clutter for an outlet, the most frequent first."""
        return self.reader.boilerplate(source_id)

    def articles_of_source(self, source_id: str, most: int, after: str | None) -> list[Row]:
        """The articles of an outlet."""
        return self.rows("room_articles_of_source", source_id=source_id, most=most, after=after)

    # ---- topics ----

    def topics(self, topic_id: str | None = None) -> list[Row]:
        """What was recorded of all topics, or of one."""
        return self.rows("room_topics", topic_id=topic_id)

    def hits_by_day(self, topic_id: str, days: int) -> list[Row]:
        """How many articles match a topic on each of the last days, the oldest first."""
        return self.rows("room_hits_by_day", topic_id=topic_id, days=days)

    def hits(self, topic_id: str, strength: str, most: int, after: str | None) -> list[Row]:
        """The articles that match a topic in one strength."""
        return self.rows("room_hits", topic_id=topic_id, strength=strength, most=most, after=after)

    def replayed(self, topic_id: str, most: int) -> Iterator[Row]:
        """Like `Reader.replayed_articles`, but the newest articles, and the newest first."""
        return self.reader.each("room_replayed", topic_id=topic_id, most=most)

    # ---- messages ----

    def messages(
        self, topic_id: str | None, with_heartbeats: bool, most: int, after: str | None
    ) -> list[Row]:
        """Messages to the desks, of all topics or one, with the states of their deliveries."""
        return self.rows(
            "room_messages",
            topic_id=topic_id,
            with_heartbeats=with_heartbeats,
            most=most,
            after=after,
        )

    def message(self, alert_id: str) -> Row | None:
        """A message to a desk."""
        return _only(self.rows("room_message", alert_id=alert_id))

    def deliveries(self, alert_id: str) -> list[Row]:
        """The deliveries of a message, by channel."""
        return self.rows("room_deliveries", alert_id=alert_id)

    def articles_of_alert(self, alert_id: str) -> list[Row]:
        """The articles that an alert is about, in the order in which they were published."""
        return self.rows("room_articles_of_alert", alert_id=alert_id)


def _only(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None
