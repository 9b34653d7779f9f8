"""What a changed topic would add and drop, compared with its recorded hits. Writes nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal, get_args

from flows.reading.marks import Place
from flows.records import Match, Span, Strength, Topic
from flows.stages.watch.topics import compile_topic, match
from warehouse.named import Row

# What becomes of a story, in the order of reports.
Fate = Literal["added", "dropped", "mentions added", "mentions dropped", "changed within"]

_FATES: Sequence[Fate] = get_args(Fate)
_STRENGTHS: Sequence[Strength | None] = (None, "mention", "subject")  # the weakest first


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or paragraph, and the places of the terms in it."""

    text: str
    places: Sequence[Place] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An article whose recorded match, `before`, differs from what the topic now finds, `after`.
    `passage`: one that matches, or matched.
    """

    article_id: str
    story_id: str
    outlet: str
    title: str
    url: str
    seen_at: datetime
    before: Strength | None
    after: Strength | None
    passage: Passage


@dataclass(frozen=True, slots=True)
class Replay:
    """What a topic makes of articles: of how many, since when; the stories in which it finds
    something else than what is recorded, in the order of fates; how many stories stay as they are.
    """

    articles: int
    since: datetime | None
    stories: Sequence[tuple[Fate, Sequence[Change]]]
    unchanged: int

    @property
    def totals(self) -> Mapping[Fate, int]:
        """How many stories have each fate that any has."""
        counts = Counter(fate for fate, _ in self.stories)
        return {fate: counts[fate] for fate in _FATES if counts[fate]}


def matched(topic: Topic, rows: Iterable[Row]) -> Iterator[tuple[Row, Match | None]]:
    """Articles, which are rows of `replayed_articles`, each with what a topic finds in it."""
    rule = compile_topic(topic)
    for row in rows:
        yield row, match(rule, row["title"], row["body"])


def compare(articles: Iterable[tuple[Row, Match | None]]) -> Replay:
    """What becomes of the stories of articles."""
    # of each story's articles, before and after
    strengths: dict[str, list[tuple[Strength | None, Strength | None]]] = {}
    changes: list[Change] = []
    since: datetime | None = None
    count = 0
    for row, found in articles:
        count += 1
        since = min(since or row["seen_at"], row["seen_at"])
        change = _change(row, found)
        if change.before or change.after:
            strengths.setdefault(change.story_id, []).append((change.before, change.after))
        if change.before != change.after:
            changes.append(change)
    by_story = groupby(sorted(changes, key=_by_story), key=lambda change: change.story_id)
    stories = [(_fate(strengths[story_id]), list(group)) for story_id, group in by_story]
    stories.sort(key=lambda each: (_FATES.index(each[0]), each[1][0].seen_at))
    unchanged = sum(all(before == after for before, after in pairs) for pairs in strengths.values())
    return Replay(count, since, stories, unchanged)


def _by_story(change: Change) -> tuple[str, datetime, str]:
    return change.story_id, change.seen_at, change.url


def _fate(strengths: Sequence[tuple[Strength | None, Strength | None]]) -> Fate:
    """What becomes of a story whose articles had and have these strengths. Added and dropped are
    stories with an article that has the topic as its subject, which alerts.
    """
    before, after = (max(side, key=_STRENGTHS.index) for side in zip(*strengths, strict=True))
    if before == after:
        return "changed within"
    if "subject" in (before, after):
        return "added" if after == "subject" else "dropped"
    return "mentions added" if after else "mentions dropped"


def _change(row: Row, found: Match | None) -> Change:
    after, evidence = (found.strength, found.evidence) if found else (None, recorded_spans(row))
    return Change(
        article_id=row["article_id"],
        story_id=row["story_id"],
        outlet=row["outlet"],
        title=row["title"],
        url=row["url"],
        seen_at=row["seen_at"],
        before=row["recorded"],
        after=after,
        passage=passage_of(evidence, row["title"], row["body"]),
    )


def passage_of(evidence: Sequence[Span], title: str, body: str) -> Passage:
    """The first passage of the body that evidence was found in, or else the headline; empty without
    evidence.
    """
    in_body = [span for span in evidence if span.field == "body"]
    for first in [*in_body, *evidence][:1]:
        start = first.sentence_start(body if first.field == "body" else title)
        if start is None:  # the text has changed since
            return Passage(first.sentence)
        end = start + len(first.sentence)
        return Passage(
            first.sentence,
            [
                (span.start - start, span.end - start)
                for span in evidence
                if span.field == first.field and start <= span.start and span.end <= end
            ],
        )
    return Passage("")


def recorded_spans(row: Row) -> list[Span]:
    """The evidence of a recorded hit; none where there is no hit."""
    return [Span(**span) for span in json.loads(row["evidence"] or "[]")]
