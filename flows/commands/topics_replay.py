"""`kliping topics replay`: which hits a changed topic would add and drop, compared with the
recorded ones. Writes nothing and alerts nobody.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import numpy as np
from rich.console import Console

from flows.commands.topics_outliers import MOST, FoundHit, are_enough, outlier_lines
from flows.records import Match, Span, Strength, Topic, counted
from flows.stages.watch.topics import compile_topic, match
from flows.terminal import console, line, marked
from warehouse.engine import Reader, Row

_STRENGTHS: Sequence[Strength | None] = (None, "mention", "subject")  # the weakest first

# What becomes of a story, in the order of the report, each in its colour.
_KINDS = {
    "added": "green",
    "dropped": "red",
    "mentions added": "green",
    "mentions dropped": "red",
    "changed within": "yellow",
}
_ORDER = list(_KINDS)


@dataclass(frozen=True, slots=True)
class _Change:
    """An article whose recorded match, `before`, differs from what the topic now finds, `after`."""

    story_id: str
    outlet: str
    title: str
    body: str
    url: str
    seen_at: datetime
    before: Strength | None
    after: Strength | None
    evidence: Sequence[Span]


def show_replay(topic: Topic, reader: Reader, since: datetime, model: str) -> None:
    """Print the stories in which a topic now finds something else than what is recorded, how many
    there are of each kind, and the articles that are least like the others by a model's vectors.
    """
    out = console()
    rule = compile_topic(topic)
    # of each story's articles, before and after
    strengths: dict[str, list[tuple[Strength | None, Strength | None]]] = {}
    changes: list[_Change] = []
    hits: list[FoundHit] = []
    articles = 0
    for row in reader.replayed_articles(topic.id, since):
        articles += 1
        found = match(rule, row["title"], row["body"])
        if found and found.strength == "subject" and len(hits) < MOST:
            hits.append(FoundHit(row["article_id"], row["title"], row["body"], found))
        change = _change(row, found)
        if change.before or change.after:
            strengths.setdefault(change.story_id, []).append((change.before, change.after))
        if change.before != change.after:
            changes.append(change)
    by_story = groupby(sorted(changes, key=_by_story), key=lambda change: change.story_id)
    stories = [(_kind(strengths[story_id]), list(group)) for story_id, group in by_story]
    for kind, group in sorted(
        stories, key=lambda each: (_ORDER.index(each[0]), each[1][0].seen_at)
    ):
        _show_story(out, kind, group)
    same = sum(all(before == after for before, after in pairs) for pairs in strengths.values())
    outcome = _counts(Counter(kind for kind, _ in stories), same)
    looked_at = f"{counted(articles, 'articles')} since {since:%Y-%m-%d}"
    out.print(f"{looked_at}: {outcome}; nothing was written")
    vectors = reader.vectors(model, [hit.id for hit in hits])
    hits = [hit for hit in hits if hit.id in vectors]
    if are_enough(hits):
        table = np.asarray([vectors[hit.id] for hit in hits], np.float32)
        for said in outlier_lines(topic.id, hits, table):
            out.print(line(said))


def _counts(totals: Mapping[str, int], same: int) -> str:
    """How many stories of each kind there are, and how many that stay the same."""
    changed = [counted(totals[kind], kind) for kind in _KINDS if totals[kind]]
    return ", ".join([*changed, counted(same, "stories unchanged")])


def _by_story(change: _Change) -> tuple[str, datetime, str]:
    return change.story_id, change.seen_at, change.url


def _kind(strengths: Sequence[tuple[Strength | None, Strength | None]]) -> str:
    """What becomes of a story whose articles had and have these strengths: one of _KINDS. Added and
    dropped are stories with an article that has the topic as its subject, which alerts.
    """
    before, after = (max(side, key=_STRENGTHS.index) for side in zip(*strengths, strict=True))
    if before == after:
        return "changed within"
    if "subject" in (before, after):
        return "added" if after == "subject" else "dropped"
    return "mentions added" if after else "mentions dropped"


def _change(row: Row, found: Match | None) -> _Change:
    after, evidence = (found.strength, found.evidence) if found else (None, _recorded_spans(row))
    return _Change(
        story_id=row["story_id"],
        outlet=row["outlet"],
        title=row["title"],
        body=row["body"],
        url=row["url"],
        seen_at=row["seen_at"],
        before=row["recorded"],
        after=after,
        evidence=evidence,
    )


def _recorded_spans(row: Row) -> list[Span]:
    return [Span(**span) for span in json.loads(row["evidence"] or "[]")]


def _show_story(out: Console, kind: str, changes: Sequence[_Change]) -> None:
    """What becomes of a story, and its headline; then each article, with the passage that matches
    or matched.
    """
    out.print(line((f"{kind}: ", _KINDS[kind]), changes[0].title))
    for change in changes:
        before, after = change.before or "no match", change.after or "no match"
        out.print(line(f"  {change.outlet}, {change.seen_at:%Y-%m-%d}: {before} → {after}"))
        in_body = [span for span in change.evidence if span.field == "body"]
        for first in [*in_body, *change.evidence][:1]:
            field = change.title if first.field == "title" else change.body
            spans = [span for span in change.evidence if span.field == first.field]
            out.print(line("    ", *marked(field, [first, *spans], out)))
        out.print(line(f"    {change.url}"))
