"""What a night brought, as the brief tells it.

    Reading, a day -> night_of -> Night

A night ends with the last run of its day, and begins with the newest run about a day before that.
For a day on which no run looked, as in an archive, it is what was published on that day.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import groupby
from typing import Any

from flows.reading.marks import Place, around
from flows.records import FAILING, USUAL, TroubleKind
from flows.stages.watch.passages import sentences
from warehouse.named import Row
from warehouse.reading import Reading

_WIB = timezone(timedelta(hours=7), "WIB")

DAYS = 30  # that the pictures look back

_BIGGEST = 10  # stories
_LEAST_OUTLETS = 2  # of a story that is among them
_PASSAGES = 2  # of a report
# That a sentence of a copy must have and its original must not: a dateline, or a day in numbers,
# has less.
_LEAST_WORDS = 4
# Troubles that the health of their outlets, rejections, doubts, and what was kept aside tell of.
_TOLD: frozenset[TroubleKind] = (
    FAILING | USUAL | {"listing", "few-links", "silent", "doubtful-answer"}
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a report, and the places in it that are marked."""

    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A report in its story. `is_new`: it came in this night; `passages`: what it says of a topic
    or, if it is a copy or a rewrite, what its original does not say; None if that was not read.
    """

    row: Row
    is_new: bool
    passages: tuple[Passage, ...] | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A story that this night has reports of. `threads`: each report that was not taken from
    another, followed by those that were taken from it; `outlets`: those of the press, by name, the
    first to report first.
    """

    id: str
    threads: tuple[tuple[Told, ...], ...]
    outlets: tuple[str, ...]

    @property
    def first(self) -> Row:
        """The report that was published first."""
        return self.threads[0][0].row

    @property
    def reports(self) -> int:
        """How many there are."""
        return sum(map(len, self.threads))

    @property
    def new(self) -> int:
        """How many of them came in this night."""
        return sum(report.is_new for thread in self.threads for report in thread)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and its stories of this night, those that most outlets have first. `mentions`: the
    reports that only name it.
    """

    row: Row
    stories: tuple[Story, ...]
    mentions: tuple[Row, ...]
    coverage: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """What could not be looked at, was left out, or is doubtful. `doubts`: how many of the night's
    articles have each; `cuts`: how many learned lines were cut from how many of them.
    """

    health: Sequence[Row]
    problems: Sequence[Row]
    troubles: Sequence[Row]
    rejections: Sequence[Row]
    doubts: Sequence[tuple[str, int]]
    kept_aside: Sequence[Row]
    learned: Sequence[Row]
    cuts: Row


@dataclass(frozen=True, slots=True)
class Night:
    """What a night brought. `looked`: whether a run looked then; `until`: the clock of its last
    run.
    """

    day: date
    looked: bool
    until: datetime
    counts: Mapping[str, int]
    topics: Sequence[Topic]
    alerts: Sequence[Row]
    biggest: Sequence[Story]
    takeovers: Sequence[Row]
    silences: Sequence[Row]
    edits: Sequence[Row]
    gone: Sequence[Row]
    missed: Missed


def night_of(reading: Reading, day: date | None) -> Night | None:
    """What the night of a day brought, by default of the newest; None if the warehouse has nothing
    yet.
    """
    for span in reading.rows("brief_night", day=day):
        return _Teller(reading, span).night()
    return None


def day_of(moment: datetime) -> date:
    """The day of an instant in Jakarta."""
    return moment.astimezone(_WIB).date()


class _Teller:
    """Reads one night. `_window` holds the clocks of its runs, `_seen` what they fetched."""

    def __init__(self, reading: Reading, span: Row) -> None:
        self._reading = reading
        self._span = span
        self._window = {"since": span["since"], "until": span["until"]}
        self._seen = {"since": span["seen_since"], "until": span["seen_until"]}
        self._day = {"day": span["day"]}
        self._articles = reading.rows("brief_articles", looked=span["looked"], **self._window)
        self._new = frozenset(row["article_id"] for row in self._articles)
        self._ids = sorted(self._new)
        self._press = [row for row in self._articles if row["source_kind"] != "user_blog"]

    def night(self) -> Night:
        """All of it."""
        rows = self._reading.rows
        edited = [row["article_id"] for row in rows("brief_edited", **self._seen)]
        topics, biggest = self._stories()
        return Night(
            day=self._span["day"],
            looked=self._span["looked"],
            until=self._span["until"],
            counts=self._counts(),
            topics=topics,
            alerts=rows("brief_alerts", **self._window),
            biggest=biggest,
            takeovers=rows("brief_takeovers", articles=self._ids),
            silences=rows("brief_silences", days=DAYS, **self._day),
            edits=rows("brief_edits", articles=edited, **self._seen) if edited else [],
            gone=rows("brief_gone", **self._seen),
            missed=self._missed(),
        )

    def _counts(self) -> dict[str, int]:
        """What was looked at, and how much came in. Blogs of users are counted apart."""
        [looked] = self._reading.rows("brief_looked", **self._day, **self._window)
        if not self._span["looked"]:
            looked["outlets"] = len({row["source_id"] for row in self._articles})
        return looked | {
            "articles": len(self._press),
            "blog_articles": len(self._articles) - len(self._press),
            "stories": len({row["story_id"] for row in self._press}),
            "taken": sum(bool(row["taken"]) for row in self._press),
        }

    def _stories(self) -> tuple[list[Topic], list[Story]]:
        """The topics with their stories, and the biggest stories."""
        hits = self._reading.rows("brief_hits", articles=self._ids)
        subjects = [hit for hit in hits if hit["strength"] == "subject"]
        of_topics = {hit["story_id"] for hit in subjects}
        biggest = biggest_stories(self._press)
        wanted = sorted({*biggest, *of_topics})
        reports = {}
        if wanted:
            told = self._reading.rows(
                "brief_reports",
                stories=wanted,
                looked=self._span["looked"],
                until=self._span["until"],
            )
            reports = {
                story: list(rows) for story, rows in groupby(told, key=lambda row: row["story_id"])
            }
        texts = self._texts(row for story in of_topics for row in reports.get(story, ()))
        plain = [story_of(reports[story], self._new, {}, {}) for story in biggest]
        return self._topics(hits, reports, texts), plain

    def _topics(
        self, hits: Sequence[Row], reports: Mapping[str, list[Row]], texts: Mapping[str, Row]
    ) -> list[Topic]:
        topics = []
        coverage = self._reading.rows("brief_coverage", days=DAYS, **self._day)
        for row in self._reading.rows("brief_topics", **self._window):
            of_topic = [hit for hit in hits if hit["topic_id"] == row["topic_id"]]
            evidence = {
                hit["article_id"]: json.loads(hit["evidence"])
                for hit in of_topic
                if hit["strength"] == "subject"
            }
            ids = dict.fromkeys(hit["story_id"] for hit in of_topic if hit["strength"] == "subject")
            stories = [story_of(reports[story], self._new, evidence, texts) for story in ids]
            topics.append(
                Topic(
                    row,
                    tuple(sorted(stories, key=lambda story: -len(story.outlets))),
                    tuple(hit for hit in of_topic if hit["strength"] == "mention"),
                    tuple(day for day in coverage if day["topic_id"] == row["topic_id"]),
                )
            )
        return topics

    def _texts(self, reports: Iterable[Row]) -> dict[str, Row]:
        """The texts of those reports that came in this night, and of their originals."""
        wanted = {
            article
            for row in reports
            if row["article_id"] in self._new
            for article in (row["article_id"], row["original_article_id"])
        }
        if not wanted:
            return {}
        rows = self._reading.rows("brief_texts", articles=sorted(wanted))
        return {row["article_id"]: row for row in rows}

    def _missed(self) -> Missed:
        rows = self._reading.rows
        doubts = Counter(
            doubt for row in self._articles if row["doubts"] for doubt in row["doubts"].split("; ")
        )
        [cuts] = rows("brief_cuts", articles=self._ids)
        return Missed(
            health=rows("brief_health", **self._day),
            problems=rows("brief_problems", **self._window),
            troubles=[
                row for row in rows("brief_troubles", **self._window) if row["kind"] not in _TOLD
            ],
            rejections=rows("brief_rejections", **self._window),
            doubts=doubts.most_common(),
            kept_aside=rows("brief_kept_aside", **self._window),
            learned=rows("brief_learned", **self._window),
            cuts=cuts,
        )


def biggest_stories(articles: Sequence[Row]) -> list[str]:
    """The stories that most outlets have among these articles, of which at least two do."""
    outlets = defaultdict[str, set[str]](set)
    for row in articles:
        outlets[row["story_id"]].add(row["source_id"])
    reports = Counter(row["story_id"] for row in articles)
    big = [story for story, names in outlets.items() if len(names) >= _LEAST_OUTLETS]
    return sorted(big, key=lambda story: (-len(outlets[story]), -reports[story], story))[:_BIGGEST]


def story_of(
    reports: Sequence[Row],
    new: Collection[str],
    evidence: Mapping[str, Sequence[Mapping[str, Any]]],
    texts: Mapping[str, Row],
) -> Story:
    """A story of its reports, which are in the order in which it was told.

    `new`: the ids of the night's articles; `evidence`: the spans that matched a topic, by article;
    `texts`: headlines and bodies, by article.
    """
    threads: dict[str, list[Told]] = {}
    for row in reports:
        article, original = row["article_id"], row["original_article_id"]
        is_new = article in new
        passages = None
        if is_new and article in texts:
            passages = _passages(texts[article], texts.get(original), evidence.get(article, ()))
        threads.setdefault(original, []).append(Told(row, is_new, passages))
    press = [row["outlet"] for row in reports if row["source_kind"] != "user_blog"]
    return Story(
        reports[0]["story_id"],
        tuple(tuple(_root_first(key, thread)) for key, thread in threads.items()),
        tuple(dict.fromkeys(press)),
    )


def _root_first(root: str, thread: Sequence[Told]) -> list[Told]:
    return sorted(thread, key=lambda report: report.row["article_id"] != root)


def _passages(
    text: Row, original: Row | None, evidence: Sequence[Mapping[str, Any]]
) -> tuple[Passage, ...]:
    """What a report says: of its own, if it was taken from another; else of the topic, or how it
    begins.
    """
    own = [text["body"][start:end] for start, end in sentences(text["body"])]
    if original is not None and original["article_id"] != text["article_id"]:
        return tuple(map(Passage, _added(own, original["body"])))
    found = _matched(text["body"], [span for span in evidence if span["field"] == "body"])
    return tuple(found[:_PASSAGES]) or tuple(map(Passage, own[:1]))


def _added(own: Sequence[str], original: str) -> list[str]:
    """The sentences with most words that the original does not have, in the order of the text."""
    known = set(_words(original))
    news = {sentence: len(set(_words(sentence)) - known) for sentence in own}
    told = [sentence for sentence in news if news[sentence] >= _LEAST_WORDS]
    most = sorted(told, key=lambda sentence: -news[sentence])[:_PASSAGES]
    return [sentence for sentence in told if sentence in most]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _matched(body: str, spans: Iterable[Mapping[str, Any]]) -> list[Passage]:
    """The sentences of spans of a body, with the spans in them, in the order of the text."""
    places = defaultdict[tuple[int, str], list[Place]](list)
    for span in spans:
        place = (span["start"], span["end"])
        start = around(body, span["sentence"], place)
        if start is not None:
            places[start, span["sentence"]].append((place[0] - start, place[1] - start))
    return [Passage(sentence, tuple(found)) for (_, sentence), found in sorted(places.items())]
