"""What to propose for a new outlet in sources.yaml, from what its pages and listings say.

read_home(body, url)         -> Home: the feeds and index pages that it names, and its name
tell_kind(body)              -> what a document is: rss, news_sitemap, sitemap or index
choose_listings(found, …)    -> the listings to look at every night
write_entry(draft)           -> the entry, as text
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from operator import itemgetter
from urllib.parse import urlsplit

from lxml import etree

from flows.errors import ListingError
from flows.records import DiscoveryKind
from flows.stages.discovery.listings import Entry, absolute, base_of
from flows.stages.discovery.markup import decompress, read_markup
from flows.stages.discovery.patterns import name_of
from flows.stages.press.text import text_key, tidy

_WORDS = tomllib.loads(files(__package__).joinpath("proposals.toml").read_text(encoding="utf-8"))
PATHS: dict[str, list[str]] = _WORDS["paths"]
_INDEXES = frozenset(_WORDS["indexes"]["names"])
_NO_FEEDS, _NO_SITEMAPS = (tuple(_WORDS["not_articles"][name]) for name in ("feeds", "sitemaps"))

_FEED_TYPES = frozenset(["application/rss+xml", "application/atom+xml", "application/rdf+xml"])
_NEWS = re.compile(r"<(?:[\w.-]{1,40}:)?publication_date[\s>]")
_TITLE_PARTS = re.compile(r" [|–—•»:-] ")
_SIMPLE = re.compile(r"[A-Za-z][\w .-]*[\w.]")  # text that YAML reads as written
_YAML_WORDS = frozenset(["yes", "no", "on", "off", "true", "false", "null", "y", "n"])

SILENT_AFTER = "72h"  # until an operator knows the outlet better
_SHARE_EXPECTED = 3  # a look that lists fewer than a third of what it listed today is told
_MOST_LISTINGS = 4
_ADDS = 0.1  # the share of a listing's articles that others lack, which makes it worth a request
_MOST_UNDATED = 500  # links of a sitemap; at five seconds a page, three quarters of an hour
_INDEX_LINKS = 5  # a page with fewer links to articles is no index
_ID_LENGTH, _NAME_LENGTH = 64, 80


# ---- what an outlet says of itself ----


@dataclass(frozen=True, slots=True)
class Home:
    """What an outlet's home page says: feeds, index pages, and the outlet's name, if any."""

    feeds: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    name: str = ""


def read_home(body: bytes, url: str) -> Home:
    """The feeds, the index pages and the name on a home page; nothing where it cannot be read."""
    try:
        root = etree.fromstring(body, etree.HTMLParser(encoding=_encoding(body), no_network=True))
    except etree.XMLSyntaxError:
        return Home()
    if root is None:
        return Home()
    base = base_of(root, url)
    feeds = (
        absolute(each.get("href") or "", base)
        for each in root.iter("link")
        if "alternate" in (each.get("rel") or "").lower().split()
        and (each.get("type") or "").strip().lower() in _FEED_TYPES
    )
    indexes = (
        absolute(each.get("href") or "", base)
        for each in root.iter("a")
        if (each.get("href") or "").rstrip("/").rpartition("/")[2].lower() in _INDEXES
    )
    return Home(
        tuple(dict.fromkeys(feed for feed in feeds if not _has(feed, _NO_FEEDS))),
        tuple(dict.fromkeys(indexes)),
        _read_name(root, url),
    )


def _encoding(body: bytes) -> str | None:
    try:
        body.decode()
    except UnicodeDecodeError:
        return None  # lxml then reads what the page declares
    return "utf-8"


def _has(url: str, words: Sequence[str]) -> bool:
    path = urlsplit(url).path.lower()
    return any(word in path for word in words)


def _read_name(root: etree._Element, url: str) -> str:
    """The outlet's name: as it is stated or, of the title, the part that is like the host."""
    stated = [
        tidy(each.get("content") or "")
        for each in root.iter("meta")
        if each.get("property") == "og:site_name"
    ]
    if stated and stated[0]:
        return stated[0][:_NAME_LENGTH]
    title = next((tidy("".join(map(str, each.itertext()))) for each in root.iter("title")), "")
    host = text_key((urlsplit(url).hostname or "").removeprefix("www."))
    alike = [part for part in _TITLE_PARTS.split(title) if _is_named(part, host)]
    return min(alike, key=len, default="")[:_NAME_LENGTH]


def _is_named(part: str, host: str) -> bool:
    return bool(text_key(part)) and (text_key(part) in host or host in text_key(part))


# ---- listings ----


@dataclass(frozen=True, slots=True)
class Found:
    """A listing that was found and read. `children`: the sitemaps of an index, for each of which
    the entries stand.
    """

    kind: DiscoveryKind
    url: str
    entries: tuple[Entry, ...] = ()
    children: tuple[Entry, ...] = ()

    @property
    def is_certain(self) -> bool:
        """Whether all its entries are articles."""
        return self.kind in ("rss", "news_sitemap")

    @property
    def is_endless(self) -> bool:
        """Whether it lists so much without dates that a run would fetch years of it."""
        undated = sum(entry.listed_at is None for entry in self.entries)
        return self.kind == "sitemap" and undated * max(1, len(self.children)) > _MOST_UNDATED


_KINDS: dict[str, DiscoveryKind] = {
    "rss": "rss",
    "feed": "rss",
    "rdf": "rss",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "html": "index",
}
_ORDER: tuple[DiscoveryKind, ...] = ("news_sitemap", "rss", "sitemap", "index")


def tell_kind(body: bytes) -> DiscoveryKind | None:
    """What a document is by its root element, or None for one that lists nothing."""
    try:
        markup = read_markup(decompress(body))
    except ListingError:
        return None
    kind = _KINDS.get(markup.root)
    if markup.root == "urlset" and _NEWS.search(markup.text):
        return "news_sitemap"
    return kind


def likely_children(found: Found) -> list[str]:
    """The child sitemaps of an index that may list articles, those for news first."""
    children = [each for each in found.children if not _has(each.url, _NO_SITEMAPS)]
    oldest = datetime.min.replace(tzinfo=UTC)
    # Of those without a date, the last: they are numbered as they fill up.
    newest = [
        child
        for _, _, child in sorted(
            ((each.lastmod or oldest, place, each) for place, each in enumerate(children)),
            key=itemgetter(0, 1),
            reverse=True,
        )
    ]
    return likely_sitemaps([each.url for each in newest])


def likely_sitemaps(urls: Sequence[str]) -> list[str]:
    """The sitemaps that may list articles, those for news first."""
    kept = [url for url in urls if not _has(url, _NO_SITEMAPS)]
    return sorted(kept, key=lambda url: "news" not in urlsplit(url).path.lower())


def choose_listings(found: Sequence[Found], articles: re.Pattern[str]) -> list[Found]:
    """The listings to look at: those for news and feeds, as far as they list articles that the
    others do not; if there are none, sitemaps; if there are none either, the best index page.

    `articles` is searched in the addresses that they list.
    """
    chosen: list[Found] = []
    known: set[str] = set()
    usable = [each for each in found if not each.is_endless]
    for each in sorted(usable, key=lambda each: (_ORDER.index(each.kind), -len(each.entries))):
        own = {entry.url for entry in each.entries if articles.search(entry.url)}
        enough = _INDEX_LINKS if each.kind == "index" else 1
        needed = not chosen or (each.is_certain and len(own - known) > _ADDS * len(own))
        if len(own) >= enough and needed and len(chosen) < _MOST_LISTINGS:
            chosen.append(each)
            known |= own
    return chosen


# ---- the entry ----


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry of sources.yaml. `seen`: when its addresses were seen to work, for a comment."""

    id: str
    name: str
    home: str
    articles: str = "(?!)"  # matches nothing
    discover: tuple[tuple[DiscoveryKind, str], ...] = ()
    container: tuple[str, ...] = ()
    prune: tuple[str, ...] = ()
    min_links: int = 0
    seen: str = field(default="", compare=False)


def propose_id(site: str, taken: Collection[str]) -> str:
    """An id for the outlet on a site: the label that is its own or, if that is taken, the host."""
    name = _as_id(name_of(site))
    full = _as_id(site.partition(":")[0])
    numbered = (f"{full}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, full, *numbered) if each not in taken)


def _as_id(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_ID_LENGTH] or "media"


def expect_links(listed: int) -> int:
    """The `min_links` of an outlet whose listings have so many links to articles today."""
    return listed // _SHARE_EXPECTED


def write_entry(draft: Draft) -> str:
    """The entry as lines of YAML without indentation, which ends in a line end."""
    return "".join(f"{line}\n" for line in _entry_lines(draft))


def _entry_lines(draft: Draft) -> Iterator[str]:
    yield f"- id: {_quoted(draft.id, plain=True)}"
    yield f"  name: {_quoted(draft.name, plain=True)}"
    yield f"  home: {_quoted(draft.home)}"
    yield "  kind: press"
    if draft.discover:
        yield f"  discover:{f'  # seen: {draft.seen}' if draft.seen else ''}"
    for kind, url in draft.discover:
        template = url.replace("{", "{{").replace("}", "}}")
        yield f"    - {{kind: {kind}, url: {_quoted(template)}}}"
    yield f"  articles: {_quoted(draft.articles)}"
    for name, selectors in (("container", draft.container), ("prune", draft.prune)):
        if selectors:
            yield f"  {name}: [{', '.join(map(_quoted, selectors))}]"
    if draft.min_links:
        yield f"  expect: {{min_links: {draft.min_links}, silent_after: {SILENT_AFTER}}}"


def _quoted(text: str, *, plain: bool = False) -> str:
    """Text as YAML: in single quotes, unless `plain` and it needs none."""
    if plain and _SIMPLE.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
