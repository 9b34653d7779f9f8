"""Which addresses of a batch are one article's, once the texts of others are known.

    settle(arrivals, holders, forms)   -> Settled: each article under the address that it keeps

Two rules. Two texts never become versions of one article, whatever a rel=canonical says. Forms of
one address (http and https; with www. or m.; with a slash at the end) that hold one text are one
article, under the form by which it was known first.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from flows.records import Article, Source, identity_key
from flows.stages.discovery.links import canonical
from flows.stages.extraction.identity import Located, own_address
from flows.stages.press.text import key

# Runs of words that two texts share, of those of the shorter. Unrelated reports share next to none,
# the instalments of a series up to two thirds, versions of one report nearly all.
_RUN = 3
_NEARLY_ALL, _MANY = 0.9, 0.3
_NEXT_DAY = timedelta(hours=23)  # between two instalments of a daily series


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article as its page gave it. `own`: the address of the page; `led`: those that led there;
    `held`: the URL of the article that these lead to since earlier, and the identity key that it
    would have today.
    """

    article: Article
    own: str
    led: tuple[str, ...]
    fetched_at: datetime
    held: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        return identity_key(self.article.url)

    @property
    def names_another(self) -> bool:
        """Whether its canonical is more than another form of its own address."""
        return self.key != identity_key(self.own)

    @property
    def at_home(self) -> bool:
        """Whether the article that its addresses lead to is the one that it states."""
        return self.held is not None and self.held[1] == self.key


@dataclass(frozen=True, slots=True)
class Holder:
    """An article that is known. `own`: its text is one that its very address gave, not another
    page that named it as its canonical.
    """

    url: str
    title: str
    body: str
    published_at: datetime | None
    own: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """`articles`: in the order of the arrivals. `released`: URLs of articles that hold the text of
    another address, to be read again.
    """

    articles: tuple[Article, ...]
    released: frozenset[str]


_Text = Article | Holder


def arrival(
    page: Located,
    found_url: str,
    fetched_at: datetime,
    article: Article,
    source: Source,
    met: Mapping[str, str],
) -> Arrival:
    """An article with what is known of its page; `met`: the URLs of articles by the addresses that
    lead to them.
    """
    own = own_address(page, source)
    led = (page.url, found_url)
    held = next((met[url] for url in (*led, own) if url in met), None)
    form = identity_key(canonical(held, source)) if held else ""
    return Arrival(article, own, led, fetched_at, (held, form) if held else None)


def settle(
    arrivals: Sequence[Arrival], holders: Sequence[Holder], forms: Iterable[tuple[str, str]]
) -> Settled:
    """The articles of a batch under the addresses that they keep. `holders`: the known articles
    under the arrivals' identity keys, the oldest first; `forms`: links with their keys that lead
    to no article yet.
    """
    believed = list(zip(arrivals, _believed(arrivals, holders), strict=True))
    moved = [each.held[0] for each, stands in believed if not stands and each.held and each.at_home]
    settled = [each if stands else _under_its_own(each) for each, stands in believed]
    return Settled(
        tuple(_placed(settled, _joined(settled, holders), holders, forms)),
        frozenset([*moved, *_evicted(arrivals, holders)]),
    )


def alike(one: _Text, other: _Text) -> bool:
    """Whether two texts can be one article's: nearly the same; or not a day apart, and the one is
    much of the other or has its headline.
    """
    shared = shared_runs(one.body, other.body)
    if shared >= _NEARLY_ALL:
        return True
    dates = [text.published_at for text in (one, other) if text.published_at]
    if len(dates) == 2 and abs(dates[0] - dates[1]) >= _NEXT_DAY:
        return False
    return shared >= _MANY or key(one.title) == key(other.title)


def shared_runs(one: str, other: str) -> float:
    """The share of the shorter text's runs of words that stand in the longer one too, 0 to 1."""
    shorter, longer = sorted((_runs(one), _runs(other)), key=len)
    return len(shorter & longer) / len(shorter)


@lru_cache(maxsize=512)
def _runs(body: str) -> frozenset[tuple[str, ...]]:
    words = body.lower().split()
    return frozenset(zip(*(words[start:] for start in range(_RUN)), strict=False)) or frozenset(
        [tuple(words)]
    )


# ---- whose canonical is believed ----


def _believed(arrivals: Sequence[Arrival], holders: Sequence[Holder]) -> list[bool]:
    """Of each arrival, whether what it states stands: its text is like the one at that address or,
    while none is known, like those of all others that name it.
    """
    own: defaultdict[str, list[_Text]] = defaultdict(list)
    naming: defaultdict[str, list[tuple[str, _Text]]] = defaultdict(list)
    for each in arrivals:
        if each.names_another:
            naming[each.key].append((each.own, each.article))
        else:
            own[each.key].append(each.article)
    for holder in holders:
        if holder.own:
            own[identity_key(holder.url)].append(holder)
        else:
            naming[identity_key(holder.url)].append((holder.url, holder))

    def stands(each: Arrival) -> bool:
        if not each.names_another:
            return True
        if texts := own[each.key]:
            return any(alike(each.article, text) for text in texts)
        itself = {each.own, each.held[0] if each.held else None}
        others = [text for source, text in naming[each.key] if source not in itself]
        return all(alike(each.article, text) for text in others)

    return [stands(each) for each in arrivals]


def _under_its_own(each: Arrival) -> Arrival:
    """An arrival without the canonical that it states."""
    met = [url for url in each.article.urls if url != each.article.url or url in each.led]
    urls = tuple(dict.fromkeys([each.own, *met]))
    return replace(each, article=replace(each.article, url=each.own, urls=urls))


def _evicted(arrivals: Iterable[Arrival], holders: Iterable[Holder]) -> list[str]:
    """Known articles at an arrival's own address whose text is that of another page, which named
    this address as its canonical before anything was known of it.
    """
    borrowed = {holder.url: holder for holder in holders if not holder.own}
    return [
        each.own
        for each in arrivals
        if each.own in borrowed and not alike(each.article, borrowed[each.own])
    ]


# ---- which are one ----

_Place = tuple[str, _Text]  # the URL of an article, and its text


def _known_before(each: Arrival, places: Sequence[_Place]) -> str | None:
    """That to which its addresses lead already."""
    return each.held[0] if each.held is not None and each.at_home else None


def _at_its_address(each: Arrival, places: Sequence[_Place]) -> str | None:
    """That at its page's very address."""
    return next((url for url, _ in places if url == each.own), None)


def _with_its_text(each: Arrival, places: Sequence[_Place]) -> str | None:
    """The oldest at another form of its address, with its text."""
    return next((url for url, text in places if alike(each.article, text)), None)


def _at_a_free_address(each: Arrival, places: Sequence[_Place]) -> str | None:
    """None before it: a new article at the address that it states."""
    taken = any(url == each.article.url for url, _ in places)
    return None if taken else each.article.url


# Which article an arrival is, of those under its identity key; the first that answers counts.
_WITNESSES: Sequence[Callable[[Arrival, Sequence[_Place]], str | None]] = (
    _known_before,
    _at_its_address,
    _with_its_text,
    _at_a_free_address,
)


def _joined(arrivals: Sequence[Arrival], holders: Iterable[Holder]) -> list[str]:
    """The URL of each arrival's article."""
    places: defaultdict[str, list[_Place]] = defaultdict(list)
    for holder in holders:
        places[identity_key(holder.url)].append((holder.url, holder))
    often = Counter(each.article.url for each in arrivals)
    urls: dict[int, str] = {}
    for at in sorted(range(len(arrivals)), key=lambda at: _preference(arrivals[at], often)):
        each = arrivals[at]
        there = places[each.key]
        answers = (witness(each, there) for witness in _WITNESSES)
        urls[at] = next(filter(None, answers), each.own)
        there.append((urls[at], each.article))
    return [urls[at] for at in range(len(arrivals))]


def _preference(each: Arrival, often: Mapping[str, int]) -> tuple[bool, bool, int, datetime, str]:
    """Orders the forms of one address that come at one time: https before http, the full site
    before the mobile one, the usual form before others.
    """
    parts = urlsplit(each.article.url)
    mobile = parts.netloc.startswith(("m.", "amp.", "mobile.", "wap."))
    url = each.article.url
    return parts.scheme != "https", mobile, -often[url], each.fetched_at, url


def _placed(
    arrivals: Sequence[Arrival],
    urls: Sequence[str],
    holders: Iterable[Holder],
    forms: Iterable[tuple[str, str]],
) -> Iterable[Article]:
    """The articles at their URLs, each with the addresses that lead to it and are no other
    article's; the listed forms of an address lead to the first article there.
    """
    others = {holder.url for holder in holders}
    elsewhere = {url for each in arrivals for url in (each.own, *each.led)}
    listed: defaultdict[str, list[str]] = defaultdict(list)
    for form, identity in forms:
        if form not in elsewhere:
            listed[identity].append(form)
    for each, url in zip(arrivals, urls, strict=True):
        stated = () if url == each.own else (each.article.url,)
        met = (*stated, *(form for form in each.article.urls if form != each.article.url))
        own = [form for form in met if form not in others or form in each.led]
        leading = dict.fromkeys([url, *own, *each.led, *listed.pop(each.key, ())])
        yield replace(each.article, url=url, urls=tuple(leading))
