"""What a report says that a desk was not told.

a report, what was told -> added_facts -> the names and numbers that it adds
a report that was told  -> find_change -> how its text has changed since, if that is news
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from flows.records import Report
from flows.stages.press.dates import MONTH_NAMES, WEEKDAY_NAMES, ZONES
from flows.stages.press.phrases import translated
from flows.stages.press.vocabulary import any_of, read

NEW_FACTS, NEW_SHARE = (
    3,
    0.1,
)  # of labelled pairs .95 of the independent reports of one event, .62 of rewrites, .16 of copies

# Dates and times, which each outlet writes for itself
_MONTHS_AND_DAYS = any_of([*MONTH_NAMES, *WEEKDAY_NAMES])
_DATES = re.compile(
    rf"\(\s*\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?\s*\)|\b\d{{1,2}}[.:]\d{{2}}\s*(?i:{ZONES})\b"
    rf"|\b(?:19|20)\d\d\b|\b(?:\d{{1,2}}\s+)?{_MONTHS_AND_DAYS}\b"
)
_TOKENS = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]+)|(?P<start>[.!?:“”\"‘]+)")
# characters of a paragraph that are searched for a correction: it says so at its start
_OPENING = 300


@dataclass(frozen=True, slots=True)
class News:
    """What a message quotes. `facts`: names and numbers that are new, `passages`: the paragraphs
    that hold them, those with most first; of an article that changed also: how it is `gone`, the
    `title_before`, and the paragraph with its `correction`.
    """

    facts: Sequence[str] = ()
    passages: Sequence[str] = ()
    gone: str | None = None
    title_before: str | None = None
    correction: str | None = None


def told_words(reports: Iterable[Report]) -> set[str]:
    """The words and numbers, in lower case, of what the desk was told of, with all outlets'
    names.
    """
    known: set[str] = set()
    for report in reports:
        known |= {word for _, word in _words(report.hit.outlet)}
        if report.told:
            title, body = report.told_text or (report.hit.title, report.body)
            known |= {word for _, word in _words(f"{title}. {body}")}
    return known


def added_facts(report: Report, known: Collection[str]) -> News | None:
    """The names and numbers of a report that stand in nothing known, where they are enough to be
    news.
    """
    facts = dict.fromkeys(_words(report.body, facts_only=True))
    added = [written for written, word in facts if word not in known]
    if len(added) < NEW_FACTS or len(added) < NEW_SHARE * len(facts):
        return None
    return News(added, _passages(report.body, added))


def find_change(report: Report, known: Collection[str]) -> News | None:
    """How the text of a report that was told has changed since: it is gone, it was corrected (it
    says so, or its headline has other numbers), or it has grown by names and numbers; None where
    nothing of that.
    """
    if report.gone:
        return News(gone=report.gone)
    if report.told_text is None:
        return None
    title, body = report.told_text
    correction = _correction(report.body, body)
    renumbered = _numbers(title) != _numbers(report.hit.title)
    grown = added_facts(report, known)
    if not (correction or renumbered or grown):
        return None
    before = title if title != report.hit.title else None
    facts, passages = (grown.facts, grown.passages) if grown else ((), ())
    return News(facts, passages, None, before, correction)


def _correction(body: str, before: str) -> str | None:
    """The first paragraph that speaks of a correction and was not there before."""
    old = set(before.split("\n"))
    new = (paragraph for paragraph in body.split("\n") if paragraph not in old)
    return next((paragraph for paragraph in new if _corrects().search(paragraph[:_OPENING])), None)


@cache
def _corrects() -> re.Pattern[str]:
    phrases = read("prompts")["change"]["corrected"]
    return re.compile("|".join(map(translated, phrases)), re.IGNORECASE)


def _numbers(text: str) -> list[str]:
    return sorted(
        token["number"] for token in _TOKENS.finditer(_DATES.sub(" ", text)) if token["number"]
    )


def _passages(body: str, facts: Collection[str]) -> list[str]:
    """The paragraphs that hold the facts, those with most of them first."""
    count = {
        paragraph: sum(written in facts for written, _ in _words(paragraph))
        for paragraph in body.split("\n")
    }
    return [
        paragraph
        for paragraph in sorted(count, key=count.__getitem__, reverse=True)
        if count[paragraph]
    ]


def _words(text: str, facts_only: bool = False) -> Iterator[tuple[str, str]]:
    """Words and numbers, as written and in lower case; with `facts_only` numbers and the words that
    a capital makes a name.
    """
    starts = True
    for token in _TOKENS.finditer(_DATES.sub(" ", text) if facts_only else text):
        written = token[0]
        named = token["word"] and not starts and written[0].isupper() and len(written) > 1
        if not token["start"] and (not facts_only or token["number"] or named):
            yield written, written.lower()
        starts = bool(token["start"])
