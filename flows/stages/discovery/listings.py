"""The entries of a discovery document: a feed, a sitemap or an index page.

    expand(discovery, source, now)      -> the URLs to fetch
    read_listing(kind, body, url, zone) -> Listing: the entries, and a sitemap index's children

A document is read as what it turns out to be, whatever was declared. `links` decides which entries
are links to articles; `markup` repairs broken XML.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from html import unescape
from typing import Any, Literal
from urllib.parse import urljoin
from xml.sax import SAXException
from zoneinfo import ZoneInfo

import feedparser
from lxml import etree

from flows.addresses import is_address
from flows.errors import ListingError
from flows.records import Discovery, DiscoveryKind, Note, Source, counted, one_line
from flows.stages.discovery.markup import (
    Family,
    Markup,
    decompress,
    find_unclosed,
    read_markup,
    rebuild,
    split_entries,
)
from flows.stages.press.dates import in_value, resolve
from flows.stages.press.text import TITLE_LENGTH, tidy

MAX_ENTRIES = 50_000  # sitemaps.org: the most URLs that one sitemap may hold
CHUNK_BYTES = 1 << 16
_ERROR_LENGTH = 200  # characters of a parser's error message
_MARKUP_IN_TITLE = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ADDRESS_LINE = re.compile(r"https?://\S{1,3000}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a listing. `url` is as written, but absolute; `listed_at` is the newest date
    given with it, `lastmod` the one that a sitemap calls so.
    """

    url: str
    listed_at: datetime | None = None
    lastmod: datetime | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries of a discovery document, or the children of a sitemap index. `notes` tell what
    could not be read, was left out, or is not what was declared.
    """

    entries: tuple[Entry, ...] = ()
    children: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()


def expand(discovery: Discovery, source: Source, now: datetime) -> list[str]:
    """The URLs that a discovery template stands for: {page} counts from 1 to `pages`, {date:…} is
    today and yesterday in the source's time zone.

    Yesterday is included because a run shortly after midnight would otherwise miss the evening.
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
_FORM_NAMES: Mapping[_Form, str] = {
    "feed": "an RSS or Atom feed",
    "sitemap": "a sitemap",
    "list": "a text file of addresses",
    "page": "an HTML page",
}


def read_listing(kind: DiscoveryKind, body: bytes, url: str, zone: tzinfo) -> Listing:
    """The entries of the document at `url`. `zone` applies to dates that name none. Raises
    ListingError where nothing can be read.
    """
    body = decompress(body)
    markup = read_markup(body)
    form = _form_of(markup, kind)
    if form == "page":
        return _limited(_read_page(body, url))
    listing = _READERS[form](markup, url, zone)
    notes = [Note("listing-form", text) for text in _surprises(markup, form, kind)]
    return _limited(Listing(listing.entries, listing.children, (*notes, *listing.notes)))


def _form_of(markup: Markup, kind: DiscoveryKind) -> _Form:
    """What a document is, by its root element or its lines. Raises ListingError for one that is
    neither what was declared nor anything else that can be read.
    """
    if found := _FORMS.get(markup.root):
        return found
    if _is_list(markup):
        return "list"
    declared = _DECLARED[kind]
    if declared == "page":
        return declared
    root = f"<{markup.root}>" if markup.root else "no XML"
    raise ListingError(f"expected {_FORM_NAMES[declared]}, found {root}")


def _surprises(markup: Markup, form: _Form, kind: DiscoveryKind) -> Iterator[str]:
    declared = _DECLARED[kind]
    if markup.before:
        yield f"text before <{markup.root}> is left out"
    if form != declared:
        names = f"{_FORM_NAMES[form]}, not {_FORM_NAMES[declared]}"
        yield f"{names} as declared: read as what it is"


def _is_list(markup: Markup) -> bool:
    """Whether a document is plain text in which most lines are URLs."""
    lines = [line for line in map(str.strip, markup.text.splitlines()) if line]
    addresses = sum(bool(_ADDRESS_LINE.fullmatch(line)) for line in lines)
    return not markup.root and addresses > len(lines) / 2


def _limited(listing: Listing) -> Listing:
    """The listing with at most MAX_ENTRIES entries: the newest, in their order. Entries without a
    date count as the oldest.
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

_GUARD = "\ue000"  # a private-use character, which no feed contains


def _read_feed(markup: Markup, url: str, zone: tzinfo) -> Listing:
    """The entries of an RSS or Atom feed, or as many as can be read of a broken one."""
    items, broken = _items(markup.text)
    if not items and broken:
        raise ListingError(f"expected {_FORM_NAMES['feed']}: {broken}")
    entries = []
    for item in items:
        # dict.get, because feedparser's own get returns `published` for a missing `updated`, with a
        # warning.
        dates = [parse_date(dict.get(item, name, ""), zone) for name in ("published", "updated")]
        address = absolute(item["link"].replace(_GUARD, ""), url)
        entries.append(Entry(address, newest(*dates), title=_title(item.get("title", ""))))
    return Listing(tuple(entries), notes=_break_notes(broken, len(entries), markup, "feed"))


def _break_notes(broken: str, read: int, markup: Markup, family: Family) -> tuple[Note, ...]:
    """A note about a document that is not well-formed, and about the entries that this cost."""
    if not broken:
        return ()
    lost = len(split_entries(markup.text, family)) - read
    if lost > 0:
        return (Note("listing-part", f"{broken}: {counted(lost, 'entries')} could not be read"),)
    if re.search(rf"</(?:[\w.-]{{1,40}}:)?{markup.root}\s?>", markup.text, re.IGNORECASE):
        return (Note("listing-form", broken),)
    return (Note("listing-part", broken),)


def _items(text: str) -> tuple[list[Any], str]:
    """The items that have a link, and why the feed is not well-formed ('' where it is)."""
    items, broken = _parsed(text)
    if not (broken or find_unclosed(text)):
        return items, ""
    mended, flaw = _parsed(rebuild(text, "feed"))
    if flaw:  # feedparser chokes on one of the items
        each = (_parsed(rebuild(part, "feed")) for part in split_entries(text, "feed"))
        mended = [item for alone, _ in each for item in alone]
    if len(mended) + bool(broken) > len(items):
        return mended, broken or find_unclosed(text)
    return items, broken


def _parsed(text: str) -> tuple[list[Any], str]:
    """The items that feedparser finds, and its error message."""
    # feedparser would turn file:///x into file://x, but a refused URL is recorded verbatim.
    guarded = text.replace(":///", f":{_GUARD}///")
    try:
        feed = feedparser.parse(
            io.BytesIO(guarded.encode()), resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:
        # On garbage feedparser fails in its own code: KeyError, OverflowError and others.
        return [], one_line(repr(error), _ERROR_LENGTH)
    items = [item for item in feed.entries if item.get("link")]
    flaw = feed.get("bozo_exception")
    if not isinstance(flaw, SAXException):
        return items, ""
    return items, one_line(str(flaw), _ERROR_LENGTH)


# ---- sitemaps ----


def _read_sitemap(markup: Markup, url: str, zone: tzinfo) -> Listing:
    """The entries of a sitemap, or the children of a sitemap index; as many as can be read of a
    broken one.
    """
    found, broken = _elements(markup.text, url, zone)
    if broken or find_unclosed(markup.text):
        mended, _ = _elements(rebuild(markup.text, "sitemap"), url, zone)
        if _count(mended) > _count(found):
            found, broken = mended, broken or find_unclosed(markup.text)
    if broken and not _count(found):
        raise ListingError(f"a <{markup.root}> without a readable address: {broken}")
    notes = _break_notes(broken, _count(found), markup, "sitemap")
    return Listing(found.entries, found.children, notes)


def _count(listing: Listing) -> int:
    return len(listing.entries) + len(listing.children)


def _elements(text: str, url: str, zone: tzinfo) -> tuple[Listing, str]:
    """The entries up to the first error, and the error's message ('' without one)."""
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
            broken = one_line(str(error), _ERROR_LENGTH)
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
    return Entry(absolute(address, url), newest(published, lastmod), lastmod, title)


# ---- lists and pages ----


def _read_list(markup: Markup, url: str, zone: tzinfo) -> Listing:
    """The URLs of a text sitemap, one per line and without dates."""
    lines = [line for line in map(str.strip, markup.text.splitlines()) if line]
    addresses = [line for line in lines if _ADDRESS_LINE.fullmatch(line)]
    entries = tuple(map(Entry, dict.fromkeys(addresses)))
    if len(addresses) == len(lines):
        return Listing(entries)
    others = len(lines) - len(addresses)
    return Listing(
        entries, notes=(Note("listing-part", counted(others, "lines without an address")),)
    )


_READERS: Mapping[_Form, Callable[[Markup, str, tzinfo], Listing]] = {
    "feed": _read_feed,
    "sitemap": _read_sitemap,
    "list": _read_list,
}


def _read_page(body: bytes, url: str) -> Listing:
    """The links of an HTML page, resolved against its base URL and without dates."""
    try:
        page = etree.fromstring(
            body, etree.HTMLParser(encoding=_utf8_or_declared(body), no_network=True)
        )
    except etree.XMLSyntaxError as error:
        raise ListingError(
            f"expected an HTML page: {one_line(str(error), _ERROR_LENGTH)}"
        ) from error
    if page is None:  # the document holds nothing but a comment
        raise ListingError("expected an HTML page, found no element")
    base = base_of(page, url)
    addresses = dict.fromkeys(
        absolute(href, base)
        for element in page.iter("a")
        if (href := (element.get("href") or "").strip())
    )
    if not addresses:
        raise ListingError("expected an HTML page with links, found none")
    return Listing(tuple(map(Entry, addresses)))


def base_of(page: etree._Element, url: str) -> str:
    """What the addresses of a page at `url` are relative to: the first base that is an address."""
    bases = (absolute(element.get("href") or "", url) for element in page.iter("base"))
    return next(filter(is_address, bases), url)


def _utf8_or_declared(body: bytes) -> str | None:
    try:
        body.decode()
    except UnicodeDecodeError:
        return None  # lxml then reads what the page declares
    return "utf-8"


def absolute(address: str, base: str) -> str:
    """The URL that an address means on the page at `base`, without control characters."""
    address = _CONTROL.sub("", address).strip()
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]{0,40}:", address):
        return address
    try:
        return urljoin(base, address)
    except ValueError:  # such as an unclosed bracket; sort_entries rejects it
        return address


def _title(text: str) -> str | None:
    """A title without markup, even if that was escaped twice."""
    plain = tidy(_MARKUP_IN_TITLE.sub("", unescape(unescape(text[: 4 * TITLE_LENGTH]))))
    return plain[:TITLE_LENGTH].strip() or None


def newest(*dates: datetime | None) -> datetime | None:
    """The latest of the dates that are given."""
    return max((date for date in dates if date), default=None)


def parse_date(text: str, zone: tzinfo) -> datetime | None:
    """A date from a feed or sitemap, in whatever format, in UTC; None if it cannot be read.

    A date without a known zone is taken to be in `zone`. One without a time is taken to be the last
    second of its day, so that nothing counts as old too early.
    """
    written = in_value(text)
    if written is None:
        return None
    reading = resolve(written, zone)
    if reading is None:
        return None
    if reading.precision == "day":
        return reading.at.replace(hour=23, minute=59, second=59).astimezone(UTC)
    return reading.at.astimezone(UTC)
