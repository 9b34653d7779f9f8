"""What a discovery document lists: a feed, a sitemap or an index page, as entries.

    expand(discovery, source, now)           -> the addresses to ask
read_listing(kind, body, url, zone)      -> Listing: the entries named there and, in a sitemap
index, its children

Which entries are links to articles, flows.stages.discovery.links decides.
"""

import io
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urljoin
from xml.sax import SAXException
from zoneinfo import ZoneInfo

import feedparser
from lxml import etree

from flows.records import Discovery, DiscoveryKind, KlipingError, Source
from flows.stages.press.dates import in_value, resolve

MAX_ENTRIES = 50_000  # sitemaps.org: the most URLs that one sitemap may hold
MAX_DECODED_BYTES = 52_428_800  # sitemaps.org: the most bytes, uncompressed
CHUNK_BYTES = 1 << 16


class ListingError(KlipingError):
    """A discovery document that is not what it should be; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing: the address as it stands there (a relative one made absolute) and the
    dates given with it.
    """

    url: str
    listed_at: datetime | None = None  # the newer of published and modified
    lastmod: datetime | None = None  # a sitemap's lastmod alone


@dataclass(frozen=True, slots=True)
class Listing:
    """What a discovery document names: entries, and a sitemap index's children. `broken`: why what
    follows them could not be read.
    """

    entries: tuple[Entry, ...] = ()
    children: tuple[Entry, ...] = ()
    broken: str = ""


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


def read_listing(kind: DiscoveryKind, body: bytes, url: str, zone: tzinfo) -> Listing:
    """What the document at `url` lists; `zone` is meant by dates that name none. Raises
    ListingError where nothing can be read.
    """
    if kind == "rss":
        return read_feed(body, url, zone)
    if kind == "index":
        return read_index(body, url)
    return read_sitemap(body, url, zone)


_GUARD = "\ue000"  # a private-use character, which no feed holds


def read_feed(body: bytes, url: str, zone: tzinfo) -> Listing:
    """The entries of an RSS or Atom feed; of a broken one, those before the break."""
    text = _xml_text(body)
    if (root := _root_name(text)) in ("html", "urlset", "sitemapindex"):
        raise ListingError(f"expected an RSS or Atom feed, found <{root}>")
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
        raise ListingError(f"expected an RSS or Atom feed: {error!r}") from error
    broken = (
        str(feed.bozo_exception) if isinstance(feed.get("bozo_exception"), SAXException) else ""
    )
    if not feed.entries and (broken or not feed.version):
        raise ListingError(
            f"expected an RSS or Atom feed{': ' + broken if broken else ', found neither'}"
        )
    entries = []
    for item in feed.entries[:MAX_ENTRIES]:
        # dict.get, because feedparser's own gives `published` for a missing `updated`, with a
        # warning
        dates = [parse_date(dict.get(item, name, ""), zone) for name in ("published", "updated")]
        if link := item.get("link"):
            entries.append(Entry(_absolute(link.replace(_GUARD, ""), url), newest(*dates)))
    return Listing(tuple(entries), broken=broken)


def read_sitemap(body: bytes, url: str, zone: tzinfo) -> Listing:
    """The entries of a sitemap, or the children of a sitemap index; gzip too. Of a broken one,
    those before the break.
    """
    text = _xml_text(body)
    if (root := _root_name(text)) not in ("urlset", "sitemapindex"):
        raise ListingError(f"expected a sitemap, found {f'<{root}>' if root else 'no XML'}")
    data = text.encode()
    found: dict[str, list[Entry]] = {"url": [], "sitemap": []}
    broken = ""
    # Not in recovery mode, which after a first error drops every &amp; from the addresses that
    # follow.
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
            broken = str(error)
        for _, element in parser.read_events():
            assert isinstance(element, etree._Element)
            entries = found[element.tag.rpartition("}")[2]]
            if len(entries) < MAX_ENTRIES and (entry := _sitemap_entry(element, url, zone)):
                entries.append(entry)
            element.clear()
        if broken:
            break
    if broken and not any(found.values()):
        raise ListingError(f"a <{root}> without a readable address: {broken}")
    return Listing(tuple(found["url"]), tuple(found["sitemap"]), broken)


def read_index(body: bytes, url: str) -> Listing:
    """The links of an HTML page, resolved against its base; none of them has a date."""
    body = _decompressed(body)
    try:
        page = etree.fromstring(
            body, etree.HTMLParser(encoding=_utf8_or_declared(body), no_network=True)
        )
    except etree.XMLSyntaxError as error:
        raise ListingError(f"expected an HTML page: {error}") from error
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
    return Listing(tuple(Entry(address) for address in list(addresses)[:MAX_ENTRIES]))


def _sitemap_entry(element: etree._Element, url: str, zone: tzinfo) -> Entry | None:
    address = (element.findtext("{*}loc") or "").strip()
    if not address:
        return None
    lastmod = parse_date(element.findtext("{*}lastmod") or "", zone)
    published = parse_date(element.findtext("{*}news/{*}publication_date") or "", zone)
    return Entry(_absolute(address, url), newest(published, lastmod), lastmod)


def _xml_text(body: bytes) -> str:
    """The XML document as text without its declaration, with the faults mended that would hide the
    rest of it. Raises ListingError.
    """
    body = _decompressed(body)
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = body.decode(encoding, errors="replace")  # addresses are ASCII; titles are not read
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise ListingError("refused: the document declares entities")
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)  # not allowed in XML
    text = re.sub(r"^\s*(<\?xml[^>]*\?>)?\s*", "", text)
    return re.sub(
        r"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)",
        lambda m: m[1] or "&amp;",
        text,
        flags=re.DOTALL,
    )


def _decompressed(body: bytes) -> bytes:
    """The document without gzip, known by its magic number. Raises ListingError."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, MAX_DECODED_BYTES + 1)
        except zlib.error as error:
            raise ListingError(f"broken gzip: {error}") from error
    if len(body) > MAX_DECODED_BYTES:
        raise ListingError(f"more than {MAX_DECODED_BYTES} bytes")
    if not body.strip():
        raise ListingError("an empty document")
    return body


def _root_name(text: str) -> str:
    """The name of the first element, without its prefix; '' where there is none."""
    match = re.search(
        r"<(?:\w+:)?([A-Za-z]\w*)", re.sub(r"<!--.*?-->", "", text[:10_000], flags=re.DOTALL)
    )
    return match[1].lower() if match else ""


def _utf8_or_declared(body: bytes) -> str | None:
    try:
        body.decode()
    except UnicodeDecodeError:
        return None  # what the page declares
    return "utf-8"


def _absolute(address: str, base: str) -> str:
    """A relative address made absolute; an absolute one as it stands."""
    address = address.strip()
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address):
        return address
    try:
        return urljoin(base, address)
    except ValueError:  # such as an unclosed bracket: sort_entries says so
        return address


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
