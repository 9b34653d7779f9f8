"""What a report says that the desk was not told.

added_facts(report, known) -> the names and numbers that a report adds to what was told
find_change(report, known) -> how a report has changed since it was told, if that is news
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from flows.records import Report
from flows.stages.press.dates import MONTH_NAMES, WEEKDAY_NAMES, ZONES
from flows.stages.press.phrases import translated
from flows.stages.press.vocabulary import any_of, read
from flows.stages.watch.passages import sentences


@dataclass(frozen=True, slots=True)
class _Added:
    """The least that makes a report news: new facts, and their share of all its facts.

    Of the labelled pairs of reports, .95 of the independent reports of one event have as many, .62
    of the rewrites and .16 of the copies.
    """

    facts: int = 3
    share: float = 0.1


_LEAST = _Added()
_OPENING = 300  # characters; a paragraph with a correction says so at its start

# Dates and times, which differ between outlets without being news.
_MONTHS_AND_DAYS = any_of([*MONTH_NAMES, *WEEKDAY_NAMES])
_DATES = re.compile(
    rf"\(\s*\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?\s*\)|\b\d{{1,2}}[.:]\d{{2}}\s*(?i:{ZONES})\b"
    rf"|\b(?:19|20)\d\d\b|\b(?:\d{{1,2}}\s+)?{_MONTHS_AND_DAYS}\b"
)
_TOKENS = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]+)|(?P<start>[.!?:“”\"‘]+)")


@dataclass(frozen=True, slots=True)
class News:
    """What a message quotes.

    `sentences` have names and numbers that are new, each with where the first of them stands in it;
    those with the most come first. An article that has changed may be `gone`, and why, may have had
    another title (`title_before`), or may have a paragraph with a `correction`.
    """

    sentences: Sequence[tuple[str, int]] = ()
    gone: str | None = None
    title_before: str | None = None
    correction: str | None = None


def told_words(reports: Iterable[Report]) -> set[str]:
    """The words and numbers that the desk was told and the outlets' names, in lower case."""
    known: set[str] = set()
    for report in reports:
        known |= {word for _, word in _words(report.article.outlet)}
        if report.told:
            title, body = report.told_text or (report.article.title, report.article.body)
            known |= {word for _, word in _words(f"{title}. {body}")}
    return known


def added_facts(report: Report, known: Collection[str]) -> News | None:
    """The names and numbers of a report that are not known; None if they are too few to be news."""
    facts = dict.fromkeys(_words(report.article.body, facts_only=True))
    added = [written for written, word in facts if word not in known]
    if len(added) < _LEAST.facts or len(added) < _LEAST.share * len(facts):
        return None
    return News(_telling(report.article.body, set(added)))


def find_change(report: Report, known: Collection[str]) -> News | None:
    """How a report has changed since the desk was told: it is gone, it was corrected (as it says,
    or as other numbers in its headline show), or it has new names and numbers. None for any other
    change.
    """
    if report.gone:
        return News(gone=report.gone)
    if report.told_text is None:
        return None
    title, body = report.told_text
    correction = _correction(report.article.body, body)
    renumbered = _numbers(title) != _numbers(report.article.title)
    grown = added_facts(report, known)
    if not (correction or renumbered or grown):
        return None
    news = replace(grown or News(), correction=correction)
    if title == report.article.title:
        return news
    return replace(news, title_before=title)


def _correction(body: str, before: str) -> str | None:
    """The first new paragraph that announces a correction."""
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


def _telling(body: str, facts: Collection[str]) -> list[tuple[str, int]]:
    """The sentences with the facts, each with where its first one stands. Those with the most names
    come first, then those with the most numbers, which say less by themselves ('pukul 13.10').
    """
    found = []
    for start, end in sentences(body):
        sentence = body[start:end]
        told = [token for token in _TOKENS.finditer(sentence) if token[0] in facts]
        if told:
            names = {token[0] for token in told if token["word"]}
            found.append((len(names), len({token[0] for token in told}), sentence, told[0].start()))
    found.sort(key=lambda each: each[:2], reverse=True)
    return [(sentence, at) for *_, sentence, at in found]


def _words(text: str, facts_only: bool = False) -> Iterator[tuple[str, str]]:
    """The words and numbers of a text, each as written and in lower case. With `facts_only`, only
    numbers and capitalised words that do not begin a sentence, dates left out.
    """
    starts = True
    if facts_only:
        text = _DATES.sub(" ", text)
    for token in _TOKENS.finditer(text):
        written = token[0]
        named = token["word"] and not starts and written[0].isupper() and len(written) > 1
        if not token["start"] and (not facts_only or token["number"] or named):
            yield written, written.lower()
        starts = bool(token["start"])
