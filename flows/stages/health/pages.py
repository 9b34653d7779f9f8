"""Whether a source's pages can be read: failing, blocked.

judge_pages(nights, before, standing)  -> by how its pages ended
judge_listings(nights, texts, now)     -> by whether its discovery addresses can be read
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from flows.records import Night, ProblemKind
from flows.stages.health.thresholds import thresholds
from flows.stages.health.verdicts import Value, Verdict
from flows.stages.health.windows import at_most, windows

_Both = tuple[Verdict, Verdict]


def judge_pages(
    nights: Sequence[Night], before: Sequence[Night], standing: Mapping[ProblemKind, date]
) -> _Both:
    """Whether a source fails, and whether it blocks us.

    `nights`: since such a problem was closed last, the newest last; `before`: the nights that are
    compared; `standing`: the problems of the source, each with the day on which it was opened.
    """
    pages = thresholds().pages
    last = list(windows(nights, lambda night: night.pages, pages.least))
    opened = [day for kind, day in standing.items() if kind in ("failing", "blocked")]
    if any(_bad(night) for night in nights[:-1] for day in opened if night.day >= day):
        return _still(last, _usual(before))
    for window in last:
        if _is_change(window, [night for night in before if night.day < window[0].day]):
            return _told(window)
    return Verdict("failing", False), Verdict("blocked", False)


def _still(last: Sequence[Sequence[Night]], usual: float) -> _Both:
    """Whether an open problem, of which pages ended badly, is over."""
    pages = thresholds().pages
    undecided = Verdict("failing", None), Verdict("blocked", None)
    if not last:
        return undecided
    share = sum(map(_bad, last[0])) / sum(night.pages for night in last[0])
    if share > max(pages.over, min(usual, pages.share)):
        return undecided
    return Verdict("failing", False), Verdict("blocked", False)


def _told(window: Sequence[Night]) -> _Both:
    unread = sum(night.unread for night in window)
    blocked = sum(night.blocked for night in window)
    values: dict[str, Value] = {
        "bad": unread + blocked,
        "pages": sum(night.pages for night in window),
        "nights": len(window),
    }
    if blocked >= unread:
        return Verdict("failing", None), Verdict("blocked", True, "blocked-pages", values)
    return Verdict("failing", True, "unread-pages", values), Verdict("blocked", None)


def _bad(night: Night) -> int:
    return night.unread + night.blocked


def _usual(before: Sequence[Night]) -> float:
    """The usual share of pages without an article, where nothing is known the assumed one."""
    pages = thresholds().pages
    bad, total = sum(map(_bad, before)), sum(night.pages for night in before)
    return (bad + pages.assumed * pages.known) / (total + pages.known)


def _is_change(window: Sequence[Night], before: Sequence[Night]) -> bool:
    pages = thresholds().pages
    total, bad = sum(night.pages for night in window), sum(map(_bad, window))
    known = sum(night.pages for night in before) >= pages.known
    if bad <= (pages.share if known else pages.nearly_all) * total:
        return False
    return at_most(total - bad, total, 1 - _usual(before)) <= pages.chance


def judge_listings(nights: Sequence[Night], texts: Sequence[str], now: datetime) -> _Both:
    """Whether a source fails, and whether it blocks us, tonight when none of its discovery
    addresses could be read.

    `texts`: what they answered. A failed look after a usable one of the same day tells nothing yet.
    """
    usable = [night.usable_at for night in nights if night.usable_at]
    complete = timedelta(hours=thresholds().history.complete_h)
    if usable and now - max(usable) < complete:
        return Verdict("failing", None), Verdict("blocked", None)
    reasons = [reason.replace(" ", ": ") for reason in thresholds().pages.blocked]
    values: dict[str, Value] = {"answer": texts[0] if texts else ""}
    if any(reason in text for text in texts for reason in reasons):
        return Verdict("failing", None), Verdict("blocked", True, "blocked-listings", values)
    return Verdict("failing", True, "unread-listings", values), Verdict("blocked", None)
