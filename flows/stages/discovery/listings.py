"""What a discovery document lists: a feed, a sitemap or an index page, as entries.

    expand(discovery, source, now)           -> the addresses to ask
read_listing(kind, body, url, zone)      -> Listing: the entries named there and, in a sitemap
index, its children

A document is read by what it is, whatever it was declared to be. Which entries are links to
articles, flows.stages.discovery.links decides; how broken XML is mended, markup.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from html import unescape
from typing import Any, Literal
from urllib.parse import urljoin
from xml.sax import SAXException
from zoneinfo import ZoneInfo

import feedparser
from lxml import etree

from flows.errors import ListingError
from flows.records import Discovery, DiscoveryKind, Note, Source, one_line
from flows.stages.discovery.markup import (
    Family,
    Markup,
    parted,
    read_markup,
    rebuilt,
    unclosed,
    unpacked,
)
from flows.stages.press.dates import in_value, resolve
from flows.stages.press.text import tidy

MAX_ENTRIES = 50_000  # sitemaps.org: the most URLs that one sitemap may hold
CHUNK_BYTES = 1 << 16
_TITLE_MAX = 500  # characters
_SAID_MAX = 200  # characters of what a parser says of a document
_MARKUP_IN_TITLE = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ADDRESS_LINE = re.compile(r"https?://\S{1,3000}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing: the address as it stands there (a relative one made absolute), the
    dates given with it, and the title.
    """

    url: str
    listed_at: datetime | None = None  # the newer of published and modified
    lastmod: datetime | None = None  # a sitemap's lastmod alone
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a discovery document names: entries, and a sitemap index's children. `notes`: what could
    not be read, was left out, or is not what was declared.
    """

    entries: tuple[Entry, ...] = ()
    children: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()


def expand(discovery: Discovery, source: Source, now: datetime) -> list[str]:
    """The addresses that a discovery URL stands for: {page} from 1 to `pages`, {date:…} for the
    source's local day and the day before.

    Two days because a run shortly after midnight would otherwise miss the evening.
    """
    today = now.astimezone(ZoneInfo(source.timezone)).date()
    days = (today, today - timedelta(days=1))
    urls = (
        discovery.url.format(page=page, date=day)
        for day in days
        for page in range(1, discovery.pages + 1)
    )
    return list(dict.fromkeys(urls))


_Form = Literal["feed", "sitemap", "list", "page"]
_FORMS: Mapping[str, _Form] = {
    "rss": "feed",
    "feed": "feed",
    "rdf": "feed",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
}
_DECLARED: Mapping[DiscoveryKind, _Form] = {
    "rss": "feed",
    "sitemap": "sitemap",
    "news_sitemap": "sitemap",
    "index": "page",
}
_CALLED: Mapping[_Form, str] = {
    "feed": "an RSS or Atom feed",
    "sitemap": "a sitemap",
    "list": "a text file of addresses",
    "page": "an HTML page",
}


def read_listing(kind: DiscoveryKind, body: bytes, url: str, zone: tzinfo) -> Listing:
    """What the document at `url` lists; `zone` is meant by dates that name none. Raises
    ListingError where nothing can be read.
    """
    declared = _DECLARED[kind]
    body = unpacked(body)
    markup = read_markup(body)
    form = _FORMS.get(markup.root) or ("list" if _is_list(markup) else declared)
    if form == "page":
        return _limited(_read_page(body, url))
    if form == declared and _FORMS.get(markup.root) != declared:
        found = f"<{markup.root}>" if markup.root else "no XML"
        raise ListingError(f"expected {_CALLED[declared]}, found {found}")
    listing = _READERS[form](markup, url, zone)
    said = [f"text before <{markup.root}> is left out"] if markup.before else []
    if form != declared:
        said.append(f"{_CALLED[form]}, not {_CALLED[declared]} as declared: read as what it is")
    notes = [Note("listing-form", text) for text in said]
    return _limited(Listing(listing.entries, listing.children, (*notes, *listing.notes)))


def _is_list(markup: Markup) -> bool:
    """Whether a document is lines of text, most of them addresses."""
    lines = [line for line in map(str.strip, markup.text.splitlines()) if line]
    addresses = sum(bool(_ADDRESS_LINE.fullmatch(line)) for line in lines)
    return not markup.root and addresses > len(lines) / 2


def _limited(listing: Listing) -> Listing:
    """The newest entries where there are too many, in their order; those without a date count as
    older than those with one.
    """
    entries = listing.entries
    if (more := len(entries) - MAX_ENTRIES) <= 0:
        return listing
    oldest = datetime.min.replace(tzinfo=UTC)
    order = sorted(
        range(len(entries)), key=lambda at: entries[at].listed_at or oldest, reverse=True
    )
    kept = tuple(entries[at] for at in sorted(order[:MAX_ENTRIES]))
    note = Note("left-out", f"{len(entries)} entries: {more} left out, all but the newest")
    return Listing(kept, listing.children, (*listing.notes, note))


# ---- feeds ----

_GUARD = "\ue000"  # a private-use character, which no feed holds


def _read_feed(markup: Markup, url: str, zone: tzinfo) -> Listing:
    """The entries of an RSS or Atom feed; of a broken one, all that can be read."""
    items, broken = _items(markup.text)
    if not items and broken:
        raise ListingError(f"expected {_CALLED['feed']}: {broken}")
    entries = []
    for item in items:
        # dict.get, because feedparser's own gives `published` for a missing `updated`, with a
        # warning
        dates = [parse_date(dict.get(item, name, ""), zone) for name in ("published", "updated")]
        address = _absolute(item["link"].replace(_GUARD, ""), url)
        entries.append(Entry(address, newest(*dates), title=_title(item.get("title", ""))))
    return Listing(tuple(entries), notes=_flaw(broken, len(entries), markup, "feed"))


def _flaw(broken: str, read: int, markup: Markup, family: Family) -> tuple[Note, ...]:
    """Why a document is not well-formed, and whether entries were lost by it."""
    if not broken:
        return ()
    lost = len(parted(markup.text, family)) - read
    if lost > 0:
        return (Note("listing-part", f"{broken}: {lost} entries could not be read"),)
    ends = re.search(rf"</(?:[\w.-]{{1,40}}:)?{markup.root}\s?>", markup.text, re.IGNORECASE)
    return (Note("listing-form" if ends else "listing-part", broken),)


def _items(text: str) -> tuple[list[Any], str]:
    """The items that have a link, and why the feed is not well-formed."""
    items, broken = _parsed(text)
    if not (broken or unclosed(text)):
        return items, ""
    mended, flaw = _parsed(rebuilt(text, "feed"))
    if flaw:  # one item that feedparser does not survive
        each = (_parsed(rebuilt(part, "feed")) for part in parted(text, "feed"))
        mended = [item for alone, _ in each for item in alone]
    if len(mended) + bool(broken) > len(items):
        return mended, broken or unclosed(text)
    return items, broken


def _parsed(text: str) -> tuple[list[Any], str]:
    """What feedparser reads, and what it says."""
    guarded = text.replace(
        ":///", f":{_GUARD}///"
    )  # feedparser would make file:///x file://x; what is refused is recorded verbatim
    try:
        feed = feedparser.parse(
            io.BytesIO(guarded.encode()), resolve_relative_uris=False, sanitize_html=False
        )
    except (
        Exception
    ) as error:  # on garbage it fails as its own code happens to: KeyError, OverflowError …
        return [], one_line(repr(error), _SAID_MAX)
    flaw = feed.get("bozo_exception")
    return [item for item in feed.entries if item.get("link")], (
        one_line(str(flaw), _SAID_MAX) if isinstance(flaw, SAXException) else ""
    )


# ---- sitemaps ----


def _read_sitemap(markup: Markup, url: str, zone: tzinfo) -> Listing:
    """The entries of a sitemap, or the children of a sitemap index; of a broken one, all that can
    be read.
    """
    found, broken = _elements(markup.text, url, zone)
    if broken or unclosed(markup.text):
        mended, _ = _elements(rebuilt(markup.text, "sitemap"), url, zone)
        if _count(mended) > _count(found):
            found, broken = mended, broken or unclosed(markup.text)
    if broken and not _count(found):
        raise ListingError(f"a <{markup.root}> without a readable address: {broken}")
    notes = _flaw(broken, _count(found), markup, "sitemap")
    return Listing(found.entries, found.children, notes)


def _count(listing: Listing) -> int:
    return len(listing.entries) + len(listing.children)


def _elements(text: str, url: str, zone: tzinfo) -> tuple[Listing, str]:
    """What stands up to the end or the first error, and what the error is."""
    data = text.encode()
    found: dict[str, list[Entry]] = {"url": [], "sitemap": []}
    broken = ""
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    for start in range(0, len(data), CHUNK_BYTES):
        try:
            parser.feed(data[start : start + CHUNK_BYTES])
            if start + CHUNK_BYTES >= len(data):
                parser.close()
        except etree.XMLSyntaxError as error:
            broken = one_line(str(error), _SAID_MAX)
        for _, element in parser.read_events():
            assert isinstance(element, etree._Element)
            if entry := _sitemap_entry(element, url, zone):
                found[element.tag.rpartition("}")[2]].append(entry)
            element.clear()
        if broken:
            break
    return Listing(tuple(found["url"]), tuple(found["sitemap"])), broken


def _sitemap_entry(element: etree._Element, url: str, zone: tzinfo) -> Entry | None:
    address = (element.findtext("{*}loc") or "").strip()
    if not address:
        return None
    lastmod = parse_date(element.findtext("{*}lastmod") or "", zone)
    published = parse_date(element.findtext("{*}news/{*}publication_date") or "", zone)
    title = _title(element.findtext("{*}news/{*}title") or "")
    return Entry(_absolute(address, url), newest(published, lastmod), lastmod, title)


# ---- lists and pages ----


def _read_list(markup: Markup, url: str, zone: tzinfo) -> Listing:
    """The addresses of a text sitemap, one a line; none of them has a date."""
    lines = [line for line in map(str.strip, markup.text.splitlines()) if line]
    addresses = [line for line in lines if _ADDRESS_LINE.fullmatch(line)]
    other = len(lines) - len(addresses)
    notes = (Note("listing-part", f"{other} lines that are no address"),) if other else ()
    return Listing(tuple(map(Entry, dict.fromkeys(addresses))), notes=notes)


_READERS: Mapping[_Form, Callable[[Markup, str, tzinfo], Listing]] = {
    "feed": _read_feed,
    "sitemap": _read_sitemap,
    "list": _read_list,
}


def _read_page(body: bytes, url: str) -> Listing:
    """The links of an HTML page, resolved against its base; none of them has a date."""
    try:
        page = etree.fromstring(
            body, etree.HTMLParser(encoding=_utf8_or_declared(body), no_network=True)
        )
    except etree.XMLSyntaxError as error:
        raise ListingError(f"expected an HTML page: {one_line(str(error), _SAID_MAX)}") from error
    if page is None:  # nothing but a comment
        raise ListingError("expected an HTML page, found no element")
    base = next(
        (_absolute(href, url) for element in page.iter("base") if (href := element.get("href"))),
        url,
    )
    addresses = dict.fromkeys(
        _absolute(href, base)
        for element in page.iter("a")
        if (href := (element.get("href") or "").strip())
    )
    if not addresses:
        raise ListingError("expected an HTML page with links, found none")
    return Listing(tuple(map(Entry, addresses)))


def _utf8_or_declared(body: bytes) -> str | None:
    try:
        body.decode()
    except UnicodeDecodeError:
        return None  # what the page declares
    return "utf-8"


def _absolute(address: str, base: str) -> str:
    """A relative address made absolute; an absolute one as it stands, but storable."""
    address = _CONTROL.sub("", address).strip()
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]{0,40}:", address):
        return address
    try:
        return urljoin(base, address)
    except ValueError:  # such as an unclosed bracket: sort_entries says so
        return address


def _title(text: str) -> str | None:
    """A title out of markup, also where it was escaped twice."""
    plain = tidy(_MARKUP_IN_TITLE.sub("", unescape(unescape(text[: 4 * _TITLE_MAX]))))
    return plain[:_TITLE_MAX].strip() or None


def newest(*dates: datetime | None) -> datetime | None:
    return max((date for date in dates if date), default=None)


def parse_date(text: str, zone: tzinfo) -> datetime | None:
    """A feed's or sitemap's date, in whatever form, in UTC; None where it is no date.

    Without a zone, or with an unknown one, it is in `zone`; without a time it is the last second of
    that day, so that nothing counts as old too early.
    """
    written = in_value(text)
    reading = resolve(written, zone) if written else None
    if reading is None:
        return None
    at = reading.at
    if reading.precision == "day":
        at = at.replace(hour=23, minute=59, second=59)
    return at.astimezone(UTC)
