"""Whether a source's template has moved: its articles lack what they used to have.

judge_articles(nights, before, …)  -> a verdict on drifted
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median

from flows.records import Night
from flows.stages.health.thresholds import thresholds
from flows.stages.health.usual import MAD
from flows.stages.health.verdicts import Value, Verdict
from flows.stages.health.windows import at_most, windows

_FIELDS: Mapping[str, Callable[[Night], int]] = {
    "date": lambda night: night.dated,
    "author": lambda night: night.signed,
    "container": lambda night: night.contained,
}


def judge_articles(
    nights: Sequence[Night], before: Sequence[Night], *, standing: bool, contains: bool
) -> Verdict:
    """Whether what articles have has changed.

    `nights`: since such a problem was closed last, the newest last; `before`: the nights that are
    compared; `standing`: it had changed already; `contains`: the source declares a container.
    """
    articles = thresholds().articles
    last = list(windows(nights, _articles, articles.least))
    if not last:
        return Verdict("drifted", None if standing else False)
    fields = {name: of for name, of in _FIELDS.items() if contains or name != "container"}
    for window in last[:1] if standing else last:
        known = [night for night in before if night.articles and night.day < window[0].day]
        if _are_incomplete(window, known, standing=standing):
            return Verdict("drifted", True, "incomplete", _counts(window))
        if _number(known) < articles.known:
            continue
        for verdict in (
            *_fields(window, known, fields, standing=standing),
            *_lengths(window, known, standing=standing),
        ):
            return verdict
    return Verdict("drifted", False)


def _articles(night: Night) -> int:
    return night.articles


def _number(nights: Sequence[Night]) -> int:
    return sum(map(_articles, nights))


def _are_incomplete(window: Sequence[Night], known: Sequence[Night], *, standing: bool) -> bool:
    """Whether the texts of most articles may be incomplete, and of most used to be whole."""
    articles = thresholds().articles
    number, incomplete = _number(window), sum(night.incomplete for night in window)
    if standing or incomplete <= articles.incomplete * number:
        return incomplete > articles.incomplete * number
    before = sum(night.incomplete for night in known) + articles.assumed * articles.known
    usual = before / (_number(known) + articles.known)
    return at_most(number - incomplete, number, 1 - usual) <= articles.chance


def _fields(
    window: Sequence[Night],
    known: Sequence[Night],
    fields: Mapping[str, Callable[[Night], int]],
    *,
    standing: bool,
) -> Iterator[Verdict]:
    """Fields that most articles used to have, and few have now."""
    articles = thresholds().articles
    number = _number(window)
    for name, count in fields.items():
        usual = sum(map(count, known)) / _number(known)
        found = sum(map(count, window))
        most = articles.returned if standing else articles.vanished
        if usual < articles.field or found > most * usual * number:
            continue
        if standing or at_most(found, number, articles.uneven * usual) <= articles.chance:
            values: dict[str, Value] = {"field": name, "share": found / number, "usual": usual}
            yield Verdict("drifted", True, "field-vanished", values | _counts(window))


def _lengths(
    window: Sequence[Night], known: Sequence[Night], *, standing: bool
) -> Iterator[Verdict]:
    """Whether texts are much shorter or longer than they used to be."""
    articles = thresholds().articles
    usual = median(night.words or 0 for night in known)
    words = _mean(window)
    shorter, longer = articles.shorter, articles.longer
    if standing:
        shorter, longer = articles.settled, 1 / articles.settled
    if not usual or shorter * usual < words < longer * usual:
        return
    uneven = max(1.0, MAD * median(abs(_deviations(night, usual)) for night in known))
    nights = Night(window[-1].day, articles=_number(window), words=words)
    if standing or abs(_deviations(nights, usual)) >= articles.deviations * uneven:
        values: dict[str, Value] = {"words": round(words), "usual": round(usual)}
        yield Verdict("drifted", True, "other-length", values | _counts(window))


def _mean(nights: Sequence[Night]) -> float:
    return sum(night.articles * (night.words or 0) for night in nights) / _number(nights)


def _deviations(night: Night, usual: float) -> float:
    """By how many standard deviations of chance the mean words of a night differ."""
    deviation = thresholds().articles.varies * usual / math.sqrt(night.articles)
    return ((night.words or 0) - usual) / deviation


def _counts(nights: Sequence[Night]) -> dict[str, Value]:
    return {"articles": _number(nights), "incomplete": sum(night.incomplete for night in nights)}
