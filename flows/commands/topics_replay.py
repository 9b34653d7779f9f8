"""`kliping topics replay`: what a changed rule would add to, and drop from, what is recorded of the
archive. Nothing is written, and nobody is alerted.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from rich.console import Console

from flows.records import Match, Span, Strength, Topic
from flows.stages.watch.topics import compile_topic, match
from flows.terminal import console, line, marked
from warehouse.engine import Reader, Row

_STRENGTHS: Sequence[Strength | None] = (None, "mention", "subject")
_KINDS = ("added", "dropped", "mentions added", "mentions dropped", "changed within")


@dataclass(frozen=True, slots=True)
class _Change:
    """An article of which the rule says something else than what is recorded."""

    story_id: str
    outlet: str
    title: str
    url: str
    seen_at: datetime
    before: Strength | None
    after: Strength | None
    evidence: Sequence[Span]


def show_replay(topic: Topic, reader: Reader, since: datetime) -> None:
    """Print the stories of which the rule says something else than what is recorded, and how many
    there are.
    """
    out = console()
    rule = compile_topic(topic)
    strengths: dict[
        str, list[tuple[Strength | None, Strength | None]]
    ] = {}  # of each story's articles, before and after
    changes: list[_Change] = []
    articles = 0
    for row in reader.replayed_articles(topic.id, since):
        articles += 1
        found = match(rule, row["title"], row["body"])
        after = found.strength if found else None
        if row["recorded"] or after:
            strengths.setdefault(row["story_id"], []).append((row["recorded"], after))
        if row["recorded"] != after:
            changes.append(_change(row, found))
    stories = [
        _story(strengths[id], list(of))
        for id, of in groupby(sorted(changes, key=_by_story), key=lambda change: change.story_id)
    ]
    for kind, of in sorted(
        stories, key=lambda story: (_KINDS.index(story[0]), story[1][0].seen_at)
    ):
        _show_story(out, kind, of)
    totals = Counter(kind for kind, _ in stories)
    same = sum(all(before == after for before, after in pairs) for pairs in strengths.values())
    told = [f"{totals[kind]} {kind}" for kind in _KINDS if totals[kind]]
    out.print(
        f"{articles} articles since {since:%Y-%m-%d}: {', '.join([*told, f'{same} stories unchanged'])}; nothing was written"
    )


def _by_story(change: _Change) -> tuple[str, datetime, str]:
    return change.story_id, change.seen_at, change.url


def _story(
    strengths: Sequence[tuple[Strength | None, Strength | None]], changes: list[_Change]
) -> tuple[str, list[_Change]]:
    """What becomes of a story, whose articles had and have these strengths: added and dropped are
    those that alert, or would.
    """
    before, after = (max(side, key=_STRENGTHS.index) for side in zip(*strengths, strict=True))
    if before == after:
        return "changed within", changes
    if "subject" in (before, after):
        return ("added" if after == "subject" else "dropped"), changes
    return ("mentions added" if after else "mentions dropped"), changes


def _change(row: Row, found: Match | None) -> _Change:
    return _Change(
        row["story_id"],
        row["outlet"],
        row["title"],
        row["url"],
        row["seen_at"],
        row["recorded"],
        found.strength if found else None,
        found.evidence if found else [Span(**span) for span in json.loads(row["evidence"] or "[]")],
    )


def _show_story(out: Console, kind: str, changes: Sequence[_Change]) -> None:
    """A story's changes: what becomes of it and its headline; then each article, with the passage
    that matches or matched.
    """
    out.print(
        line(
            (f"{kind}: ", "green" if "added" in kind else "red" if "dropped" in kind else "yellow"),
            changes[0].title,
        )
    )
    for change in changes:
        out.print(
            line(
                f"  {change.outlet}, {change.seen_at:%Y-%m-%d}: {change.before or 'no match'} → {change.after or 'no match'}"
            )
        )
        span = next(
            (span for span in change.evidence if span.field == "body"),
            next(iter(change.evidence), None),
        )
        if span:
            of = [each for each in change.evidence if each.sentence == span.sentence]
            out.print(line("    ", *marked(of, out)))
        out.print(line(f"    {change.url}"))
