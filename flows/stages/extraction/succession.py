"""Which texts may become the next version of an article, since a server's newest answer is not
always better.

    find_version_doubts(captures, texts) -> for each capture the reason to doubt it, or None

A text that has no headline, words or date in common with the one before may be a bot check or an
error with status 200. One that is only a part of it may be the teaser of a paywall. Such a text is
kept aside. If a later fetch finds it again, and it looks like an article, the outlet has replaced
its text.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.records import Article, Doubt, VersionDoubt
from flows.stages.extraction.settling import SHARED, shared_runs
from flows.stages.press.text import text_key


@dataclass(frozen=True, slots=True)
class _Share:
    """Shares of words by which two texts of an article are compared."""

    headline: float = 0.5  # of the shorter headline; an edited one keeps most of its words
    # Of the text before. An outlet that shortens an article leaves more; on the
    # metered pages seen, a teaser has a quarter of it at most.
    left: float = 0.5


_SHARE = _Share()
# Between two fetches with the same result. By then a bot check or an outage is over, or it is
# recognised as one.
_CONFIRMED_AFTER = timedelta(hours=12)
_WORD = re.compile(r"\w+")
# Doubts that explain why only a part of a text was extracted.
_MISREAD: frozenset[Doubt] = frozenset(["container-missing", "shorter-than-stated", "mostly-cut"])


@dataclass(frozen=True, slots=True)
class Capture:
    """An article as one of its pages gave it."""

    article: Article
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class KnownText:
    """A recorded text of an article, and when it was first seen. `shown_from` is the time of the
    capture whose text the article shows; `doubted` texts were kept aside.
    """

    article_id: str
    title: str
    body: str
    seen_at: datetime
    published_at: datetime | None = None
    shown_from: datetime | None = None
    doubted: bool = False


def find_version_doubts(
    captures: Sequence[Capture], texts: Sequence[KnownText]
) -> list[VersionDoubt | None]:
    """The reason to doubt each capture, or None.

    `texts` are the recorded texts of the same articles. A capture is compared with the text that
    was believed when it was made, whatever the order of the arguments.
    """
    believed = defaultdict[str, list[KnownText]](list)
    aside = defaultdict[str, list[KnownText]](list)
    for text in texts:
        (aside if text.doubted else believed)[text.article_id].append(text)
    shared = _shared_titles(captures, texts)
    doubts: dict[int, VersionDoubt | None] = {}
    for at in sorted(range(len(captures)), key=lambda at: captures[at].fetched_at):
        each = captures[at]
        earlier = [text for text in believed[each.article.id] if text.seen_at < each.fetched_at]
        before = max(earlier, key=lambda text: text.seen_at, default=None)
        doubt = _doubt(before, each.article) if before else None
        alone = text_key(each.article.title) not in shared
        if doubt and alone and _is_confirmed(each, doubt, aside[each.article.id]):
            doubt = None
        doubts[at] = doubt
        (aside if doubt else believed)[each.article.id].append(_text(each))
    return [doubts[at] for at in range(len(captures))]


def _doubt(before: KnownText, after: Article) -> VersionDoubt | None:
    return next((name for name, holds in _DOUBTS.items() if holds(before, after)), None)


def _is_another(before: KnownText, after: Article) -> bool:
    if after.published_at and before.published_at in (None, after.published_at):
        return False  # a text with a date is no worse than one without
    return not (
        _alike(before.title, after.title) or shared_runs(before.body, after.body) >= SHARED.many
    )


def _is_cut_short(before: KnownText, after: Article) -> bool:
    shorter = len(after.body.split()) < _SHARE.left * len(before.body.split())
    return shorter and shared_runs(before.body, after.body) >= SHARED.nearly_all


# The first that holds is the reason.
_DOUBTS: dict[VersionDoubt, Callable[[KnownText, Article], bool]] = {
    "another-text": _is_another,
    "cut-short": _is_cut_short,
}


def _alike(one: str, other: str) -> bool:
    fewer, more = sorted((set(_WORD.findall(text.lower())) for text in (one, other)), key=len)
    return len(fewer & more) >= _SHARE.headline * len(fewer) > 0


def _is_confirmed(each: Capture, doubt: VersionDoubt, aside: Sequence[KnownText]) -> bool:
    """Whether an earlier fetch found this text, too, and it looks like an article."""
    article = each.article
    misread = article.paywalled or not _MISREAD.isdisjoint(article.doubts)
    if article.published_at is None or (doubt == "cut-short" and misread):
        return False
    return any(
        each.fetched_at - text.seen_at >= _CONFIRMED_AFTER
        and shared_runs(text.body, article.body) >= SHARED.nearly_all
        for text in aside
    )


def _shared_titles(captures: Sequence[Capture], texts: Sequence[KnownText]) -> set[str]:
    """The headlines of several articles, since whatever covers all pages of a site may have one."""
    holders = defaultdict[str, set[str]](set)
    for text in texts:
        holders[text_key(text.title)].add(text.article_id)
    for each in captures:
        holders[text_key(each.article.title)].add(each.article.id)
    return {title for title, articles in holders.items() if len(articles) > 1}


def _text(each: Capture) -> KnownText:
    article = each.article
    return KnownText(article.id, article.title, article.body, each.fetched_at, article.published_at)
