"""Which URLs belong to the same article, once the texts at other URLs are known.

    assign_urls(arrivals, holders, forms) -> Settled: each article at the URL that it keeps

There are two rules. Two different texts never become versions of one article, whatever a
rel=canonical states. Forms of one URL (http and https, with www. or m., with a final slash) that
have the same text are one article, at the form that was known first.
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
from flows.stages.press.text import text_key


@dataclass(frozen=True, slots=True)
class _Shared:
    """Shares of the shorter text's runs of words that two texts have in common.

    Unrelated reports have almost none in common, the instalments of a series up to two thirds, and
    versions of one report almost all.
    """

    nearly_all: float = 0.9
    many: float = 0.3
    words: int = 3  # of a run


SHARED = _Shared()
_NEXT_DAY = timedelta(hours=23)  # between two instalments of a daily series


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article as its page gave it.

    `own` is the URL of the page, and `led` are those that led there. `held` is the URL of the known
    article that these already lead to, with the identity key that it would have today.
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
        """Whether its canonical is more than another form of its own URL."""
        return self.key != identity_key(self.own)

    @property
    def at_home(self) -> bool:
        """Whether the article that its URLs lead to is the one that it states."""
        return self.held is not None and self.held[1] == self.key


@dataclass(frozen=True, slots=True)
class Holder:
    """A known article. Its text is its `own` if it comes from its very URL, and not from another
    page that named that as its canonical.
    """

    url: str
    title: str
    body: str
    published_at: datetime | None
    own: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """The articles in the order of the arrivals, and the URLs of articles with the text of another
    URL, which must be extracted again (`released`).
    """

    articles: tuple[Article, ...]
    released: frozenset[str]


_Text = Article | Holder


def make_arrival(
    page: Located,
    found_url: str,
    fetched_at: datetime,
    article: Article,
    source: Source,
    met: Mapping[str, str],
) -> Arrival:
    """An article with what is known about its page. `met` are the URLs of articles by the URLs that
    lead to them.
    """
    own = own_address(page, source)
    led = (page.url, found_url)
    for url in (*led, own):
        if held := met.get(url):
            known = (held, identity_key(canonical(held, source)))
            return Arrival(article, own, led, fetched_at, known)
    return Arrival(article, own, led, fetched_at)


def assign_urls(
    arrivals: Sequence[Arrival], holders: Sequence[Holder], forms: Iterable[tuple[str, str]]
) -> Settled:
    """The articles of a batch at the URLs that they keep. `holders` are the known articles with the
    arrivals' identity keys, the oldest first. `forms` are links that do not lead to an article yet,
    with their keys.
    """
    believed = list(zip(arrivals, _believed(arrivals, holders), strict=True))
    moved = [each.held[0] for each, stands in believed if not stands and each.held and each.at_home]
    settled = [each if stands else _under_its_own(each) for each, stands in believed]
    return Settled(
        tuple(_placed(settled, _joined(settled, holders), holders, forms)),
        frozenset([*moved, *_evicted(arrivals, holders)]),
    )


def may_be_versions(one: _Text, other: _Text) -> bool:
    """Whether two texts can be of one article: they are nearly the same; or they are less than a
    day apart, and have much text or the headline in common.
    """
    shared = shared_runs(one.body, other.body)
    if shared >= SHARED.nearly_all:
        return True
    dates = [text.published_at for text in (one, other) if text.published_at]
    if len(dates) == 2 and abs(dates[0] - dates[1]) >= _NEXT_DAY:
        return False
    return shared >= SHARED.many or text_key(one.title) == text_key(other.title)


def shared_runs(one: str, other: str) -> float:
    """The share, 0 to 1, of the shorter text's runs of words that are in the longer one, too."""
    shorter, longer = sorted((_runs(one), _runs(other)), key=len)
    return len(shorter & longer) / len(shorter)


@lru_cache(maxsize=512)
def _runs(body: str) -> frozenset[tuple[str, ...]]:
    words = body.lower().split()
    return frozenset(
        zip(*(words[start:] for start in range(SHARED.words)), strict=False)
    ) or frozenset([tuple(words)])


# ---- whose canonical is believed ----


def _believed(arrivals: Sequence[Arrival], holders: Sequence[Holder]) -> list[bool]:
    """Whether the URL that each arrival states is believed: its text is like the one at that URL
    or, if that is not known, like those of all other pages that name the URL.
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
            return any(may_be_versions(each.article, text) for text in texts)
        itself = {each.own}
        if each.held:
            itself.add(each.held[0])
        others = [text for source, text in naming[each.key] if source not in itself]
        return all(may_be_versions(each.article, text) for text in others)

    return [stands(each) for each in arrivals]


def _under_its_own(each: Arrival) -> Arrival:
    """The arrival without the canonical that it states."""
    met = [url for url in each.article.urls if url != each.article.url or url in each.led]
    urls = tuple(dict.fromkeys([each.own, *met]))
    return replace(each, article=replace(each.article, url=each.own, urls=urls))


def _evicted(arrivals: Iterable[Arrival], holders: Iterable[Holder]) -> list[str]:
    """Known articles at an arrival's own URL whose text comes from another page, which named that
    URL as its canonical before it was fetched.
    """
    borrowed = {holder.url: holder for holder in holders if not holder.own}
    return [
        each.own
        for each in arrivals
        if each.own in borrowed and not may_be_versions(each.article, borrowed[each.own])
    ]


# ---- which arrivals are the same article ----

_Place = tuple[str, _Text]  # the URL of an article, and its text


def _known_before(each: Arrival, places: Sequence[_Place]) -> str | None:
    """The article that its URLs already lead to."""
    if each.held is None or not each.at_home:
        return None
    return each.held[0]


def _at_its_address(each: Arrival, places: Sequence[_Place]) -> str | None:
    """The article at the very URL of its page."""
    return next((url for url, _ in places if url == each.own), None)


def _with_its_text(each: Arrival, places: Sequence[_Place]) -> str | None:
    """The oldest article with its text at another form of its URL."""
    return next((url for url, text in places if may_be_versions(each.article, text)), None)


def _at_a_free_address(each: Arrival, places: Sequence[_Place]) -> str | None:
    """A new article at the URL that it states, unless that is taken."""
    taken = any(url == each.article.url for url, _ in places)
    return None if taken else each.article.url


# Which article an arrival is, among those with its identity key. The first answer counts.
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
    """The order of the forms of one URL in a batch: https before http, the full site before the
    mobile one, the most frequent form before others.
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
    """The articles at their URLs, each with the URLs that lead to it and to no other article. The
    listed forms of a URL lead to the first article there.
    """
    others = {holder.url for holder in holders}
    elsewhere = {url for each in arrivals for url in (each.own, *each.led)}
    listed: defaultdict[str, list[str]] = defaultdict(list)
    for form, identity in forms:
        if form not in elsewhere:
            listed[identity].append(form)
    for each, url in zip(arrivals, urls, strict=True):
        met = [form for form in each.article.urls if form != each.article.url]
        if url != each.own:
            met.insert(0, each.article.url)
        own = [form for form in met if form not in others or form in each.led]
        leading = dict.fromkeys([url, *own, *each.led, *listed.pop(each.key, ())])
        yield replace(each.article, url=url, urls=tuple(leading))
