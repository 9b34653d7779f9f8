"""Which text of an article may follow which: the newest answer of a server is not always the better
one.

    judge(captures, texts)   -> of each capture why it is doubted, None where it is believed

A text that shares neither headline nor words nor date with the one before it may be a bot check or
an error that answers with status 200; one that is only a part of it, the teaser of a paywall. Such
a text is kept aside. Where a later look finds it again, and it looks like an article, the outlet
did replace its text.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.records import Article, Doubt, VersionDoubt
from flows.stages.extraction.settling import shared_runs
from flows.stages.press.text import key

# Shares of the words in a row of the shorter text that stand in the other, as measured for
# settling: unrelated texts have next to none, versions of one report nearly all.
_PART, _SOME = 0.9, 0.3
# of the words of the headline with fewer: an edited headline keeps most of them
_SAME_HEADLINE = 0.5
# of the words of the text before: an outlet that shortens its article leaves more; a teaser has a
# quarter of it at most, on the metered pages seen
_CUT_SHORT = 0.5
# between two looks that find the same: a bot check or an outage is over by then, or it is known
# for what it is
_CONFIRMED_AFTER = timedelta(hours=12)
_WORD = re.compile(r"\w+")
# doubts about the page by which a part of a text is none that the outlet chose
_MISREAD: frozenset[Doubt] = frozenset(["container-missing", "shorter-than-stated", "mostly-cut"])


@dataclass(frozen=True, slots=True)
class Capture:
    """An article as one of its pages gave it."""

    article: Article
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text of an article that is on record, and when it was first seen. `published_at`: the
    article's; `shown_from`: the instant of the capture that gave what the article shows;
    `doubted`: it was kept aside.
    """

    article_id: str
    title: str
    body: str
    seen_at: datetime
    published_at: datetime | None = None
    shown_from: datetime | None = None
    doubted: bool = False


def judge(captures: Sequence[Capture], texts: Sequence[KnownText]) -> list[VersionDoubt | None]:
    """Of each capture why it is not believed to be its article's text, None where it is.

    `texts`: those on record of these articles. A capture is measured by the text that was believed
    when it was made, whatever the order they come in.
    """
    believed, aside = (
        defaultdict[str, list[KnownText]](list),
        defaultdict[str, list[KnownText]](list),
    )
    for text in texts:
        (aside if text.doubted else believed)[text.article_id].append(text)
    shared = _shared_titles(captures, texts)
    doubts: dict[int, VersionDoubt | None] = {}
    for at in sorted(range(len(captures)), key=lambda at: captures[at].fetched_at):
        each = captures[at]
        earlier = [text for text in believed[each.article.id] if text.seen_at < each.fetched_at]
        before = max(earlier, key=lambda text: text.seen_at, default=None)
        doubt = _doubt(before, each.article) if before else None
        alone = key(each.article.title) not in shared
        if doubt and alone and _is_confirmed(each, doubt, aside[each.article.id]):
            doubt = None
        doubts[at] = doubt
        (aside if doubt else believed)[each.article.id].append(_text(each))
    return [doubts[at] for at in range(len(captures))]


def _doubt(before: KnownText, after: Article) -> VersionDoubt | None:
    return next((name for name, holds in _DOUBTS.items() if holds(before, after)), None)


def _is_another(before: KnownText, after: Article) -> bool:
    if after.published_at and before.published_at in (None, after.published_at):
        return False  # what has a date is no worse than what had none
    return not (_alike(before.title, after.title) or shared_runs(before.body, after.body) >= _SOME)


def _is_cut_short(before: KnownText, after: Article) -> bool:
    shorter = len(after.body.split()) < _CUT_SHORT * len(before.body.split())
    return shorter and shared_runs(before.body, after.body) >= _PART


# The first that holds is the doubt.
_DOUBTS: dict[VersionDoubt, Callable[[KnownText, Article], bool]] = {
    "another-text": _is_another,
    "cut-short": _is_cut_short,
}


def _alike(one: str, other: str) -> bool:
    fewer, more = sorted((set(_WORD.findall(text.lower())) for text in (one, other)), key=len)
    return len(fewer & more) >= _SAME_HEADLINE * len(fewer) > 0


def _is_confirmed(each: Capture, doubt: VersionDoubt, aside: Sequence[KnownText]) -> bool:
    """Whether an earlier look found this text too, and it looks like an article's."""
    article = each.article
    misread = article.paywalled or not _MISREAD.isdisjoint(article.doubts)
    if article.published_at is None or (doubt == "cut-short" and misread):
        return False
    return any(
        each.fetched_at - text.seen_at >= _CONFIRMED_AFTER
        and shared_runs(text.body, article.body) >= _PART
        for text in aside
    )


def _shared_titles(captures: Sequence[Capture], texts: Sequence[KnownText]) -> set[str]:
    """Headlines of several articles: what stands before all of a site's pages may bear one."""
    holders = defaultdict[str, set[str]](set)
    for text in texts:
        holders[key(text.title)].add(text.article_id)
    for each in captures:
        holders[key(each.article.title)].add(each.article.id)
    return {title for title, articles in holders.items() if len(articles) > 1}


def _text(each: Capture) -> KnownText:
    article = each.article
    return KnownText(article.id, article.title, article.body, each.fetched_at, article.published_at)
