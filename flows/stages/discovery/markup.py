"""The bytes of a discovery document as text that can be parsed and stored.

    decompress(body)      -> the bytes, without gzip
    read_markup(body)     -> Markup: the text from its root element on, and the root's name
    rebuild(text, family) -> well-formed XML of the entries that can still be read in broken XML

lxml's own recovery of broken XML is not enough: of twelve kinds of damage tried on one entry, seven
cost it everything after that entry, and after the first error it drops every &amp; from URLs.
"""

import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Literal

from flows.errors import ListingError
from flows.stages.press.tags import MAX_ATTRIBUTES, overloaded

MAX_DECODED_BYTES = 52_428_800  # sitemaps.org: the most bytes, uncompressed
Family = Literal["feed", "sitemap"]

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class _Gzip:
    """How a compressed document is unpacked."""

    layers: int = 3  # a site may compress its sitemap, and its server may compress it again
    chunk: int = 4096  # bytes at a time, which expand to 4 MB at most


@dataclass(frozen=True, slots=True)
class _Read:
    """Characters that are searched."""

    head: int = 10_000  # for the root element
    address: int = 3100  # for the end of a URL, with the white space and the CDATA mark before it
    text: int = 2000  # of any other element


_GUNZIP, _READ = _Gzip(), _Read()
# Byte-order marks, and how XML begins in an encoding without one.
_MARKS = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(
    rb"\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})[\"']"
)
_EIGHT_BITS = re.compile(r"(?:cp|iso8859|koi8|gb|big5|euc|shift|mac)[\w-]*")
_REFERENCE = re.compile(r"&#(x[0-9A-Fa-f]+|[0-9]+);")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What XML forbids, and the control characters that it allows, white space excepted.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(
    r"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)", re.DOTALL
)

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PREFIX = r"(?:[\w.-]{1,40}:)?"
_KNOWN_ROOT = re.compile(
    rf"<{_PREFIX}(rss|feed|rdf|urlset|sitemapindex|html)(?=[\s/>])", re.IGNORECASE
)
_ANY_ROOT = re.compile(rf"<{_PREFIX}([A-Za-z]\w{{0,60}})")


@dataclass(frozen=True, slots=True)
class Markup:
    """A document from its first element on.

    `root` is that element's name, in lower case and without its prefix, or '' for a document that
    has none; `before` tells whether other text stands in front of it.
    """

    root: str
    text: str
    before: bool = False


# ---- bytes to text ----


def decompress(body: bytes) -> bytes:
    """The document without gzip, even if it was compressed several times; if the data break off,
    what comes before. Raises ListingError if it is too large, empty or broken.
    """
    for _ in range(_GUNZIP.layers):
        if body.startswith(_GZIP):
            body = _gunzipped(body)
    if len(body) > MAX_DECODED_BYTES:
        raise ListingError(f"more than {MAX_DECODED_BYTES} bytes")
    if not body.strip():
        raise ListingError("an empty document")
    return body


def _gunzipped(packed: bytes) -> bytes:
    """The content of all members of a gzip file."""
    data = bytearray()
    at, stream = 0, zlib.decompressobj(wbits=31)
    while at < len(packed):
        part = packed[at : at + _GUNZIP.chunk]
        try:
            data += stream.decompress(part)
        except zlib.error as error:
            if not data:
                raise ListingError(f"broken gzip: {error}") from error
            break
        if len(data) > MAX_DECODED_BYTES:
            raise ListingError(f"more than {MAX_DECODED_BYTES} bytes")
        at += len(part) - len(stream.unused_data)
        if stream.eof:
            if packed[at : at + 2] != _GZIP:  # padding
                break
            stream = zlib.decompressobj(wbits=31)
    return bytes(data)


def read_markup(body: bytes) -> Markup:
    """The text of a decompressed document, with those faults mended that would hide the rest of it.
    Raises ListingError if it declares entities, or if an element has too many attributes.
    """
    text = _storable(_decoded(body))
    if overloaded(text):
        raise ListingError(f"refused: an element has more than {MAX_ATTRIBUTES} attributes")
    head = _COMMENT.sub(lambda comment: " " * len(comment[0]), text[: _READ.head])
    root = _KNOWN_ROOT.search(head)
    if root and re.search(r"<!doctype\s+html", head[: root.start()], re.IGNORECASE):
        return Markup("html", text)
    root = root or _ANY_ROOT.search(head)
    if root is None:
        return Markup("", text)
    prolog = head[: root.start()]
    if re.search(r"<!ENTITY", prolog, re.IGNORECASE):
        raise ListingError("refused: the document declares entities")
    said = re.sub(r"<\?[^>]*\?>|<![^<>]*>", "", prolog).strip("\ufeff \t\r\n")
    mended = _escaped(text[root.start() :])
    return Markup(root[1].lower(), mended, before=bool(said))


def _decoded(body: bytes) -> str:
    """The text by its byte-order mark, else as UTF-8 if it is valid, else as it declares."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    body = body.removeprefix(codecs.BOM_UTF8)
    for errors in ("strict", "surrogatepass"):  # some encode each half of a pair by itself
        try:
            return body.decode(errors=errors)
        except UnicodeDecodeError:
            continue
    return body.decode(_declared(body), errors="replace")


def _declared(body: bytes) -> str:
    declared = _DECLARED.match(body)
    if declared is None:
        return "utf-8"
    try:
        name = codecs.lookup(declared[1].decode()).name
    except LookupError:
        return "utf-8"
    if name in ("iso8859-1", "ascii"):
        return "cp1252"  # as browsers do
    return name if _EIGHT_BITS.fullmatch(name) else "utf-8"


def _storable(text: str) -> str:
    """Text without references to characters that XML forbids. References to the two halves of a
    surrogate pair become the character that they mean.
    """
    text = _REFERENCE.sub(_allowed, text)
    if _SURROGATE.search(text):
        pairs = text.encode("utf-16-le", "surrogatepass")
        text = pairs.decode("utf-16-le", "ignore")
    return _CONTROL.sub("", text)


def _allowed(reference: re.Match[str]) -> str:
    """The reference unchanged, half of a surrogate pair, or nothing."""
    digits = reference[1].removeprefix("x").lstrip("0")
    if len(digits) > 7:
        return ""
    base = 16 if reference[1].startswith("x") else 10
    code = int(digits or "0", base)
    if 0xD800 <= code <= 0xDFFF:
        return chr(code)
    if code > 0x10FFFF or code in (0xFFFE, 0xFFFF) or _CONTROL.match(chr(code)):
        return ""
    return reference[0]


def _escaped(text: str) -> str:
    """XML with bare ampersands escaped."""
    return _BARE_AMPERSAND.sub(lambda found: found[1] or "&amp;", text)


# ---- broken XML ----

_ENTRIES: dict[Family, re.Pattern[str]] = {
    "feed": re.compile(rf"<{_PREFIX}(item|entry)(?=[\s/>])", re.IGNORECASE),
    "sitemap": re.compile(rf"<{_PREFIX}(url|sitemap)(?=[\s/>])", re.IGNORECASE),
}
_DATES = "pubdate|published|updated|modified|issued|date|lastmod|publication_date"
_TAG = re.compile(
    rf"<(?P<closes>/?)(?:(?P<prefix>[\w.-]{{1,40}}):)?(?P<name>title|link|guid|id|loc|{_DATES})"
    r"(?P<attributes>(?:\s[^<>]{0,2000}|/)?)>",
    re.IGNORECASE,
)
_ADDRESSES = frozenset(["link", "guid", "id", "loc"])
# Namespace prefixes whose titles and links are not the entry's own.
_FOREIGN_PREFIXES = frozenset(["image", "video", "media", "itunes", "xhtml"])
_MARKUP_GOES_ON = re.compile(r"\]\]>|[<>]")
_MARKERS = re.compile(r"<!\[CDATA\[|\]\]>|</?[A-Za-z][^<>]{0,500}>")
_ATTRIBUTE = re.compile(
    r"(href|rel|type|ispermalink)\s{0,9}=\s{0,9}(\"[^\"<>]*\"|'[^'<>]*')", re.IGNORECASE
)
_BASE = re.compile(r"xml:base\s{0,9}=\s{0,9}(?:\"[^\"<>]*\"|'[^'<>]*')")
_OPEN_CDATA = "a CDATA section is not closed"


def find_unclosed(text: str) -> str:
    """Why well-formed XML may hide entries all the same, or '' if it cannot: a CDATA section that
    is not closed runs on to the end of the next one.
    """
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (at := text.find("]]>", start)) >= 0:
        if text.find("<![CDATA[", start + 1, at) >= 0:
            return _OPEN_CDATA
    return ""


def split_entries(text: str, family: Family) -> list[str]:
    """The entries of a document, broken or not, each up to the start of the next."""
    starts = [found.start() for found in _ENTRIES[family].finditer(text)]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def rebuild(text: str, family: Family) -> str:
    """A well-formed document with the URLs, dates and titles that can be read in the entries of a
    broken one.
    """
    parts = split_entries(text, family)
    if not parts:
        return ""
    name = _named(parts[0], family)
    before, after = _SHELLS[name]
    entries = ((_named(part, family), "".join(_fields(part, family))) for part in parts)
    body = "".join(f"<{name}>{fields}</{name}>" for name, fields in entries)
    return before.format(base=_base_attribute(text[: text.index(parts[0])])) + body + after


def _base_attribute(head: str) -> str:
    """The attribute of a feed's root against which its URLs are resolved, if it has one."""
    base = _BASE.search(head[: _READ.head])
    return f" {base[0]}" if base else ""


_SHELLS = {
    "item": ('<rss version="2.0"><channel>', "</channel></rss>"),
    "entry": ('<feed xmlns="http://www.w3.org/2005/Atom"{base}>', "</feed>"),
    "url": ("<urlset>", "</urlset>"),
    "sitemap": ("<urlset>", "</urlset>"),
}


def _named(part: str, family: Family) -> str:
    found = _ENTRIES[family].match(part)
    assert found is not None
    return found[1].lower()


def _fields(entry: str, family: Family) -> Iterator[str]:
    """The elements of an entry that matter here, each once and well-formed."""
    tags = list(_TAG.finditer(entry))
    seen: set[str] = set()
    for tag, following in zip_longest(tags, tags[1:]):
        name = tag["name"].lower()
        stated = {key.lower(): value for key, value in _ATTRIBUTE.findall(tag["attributes"])}
        linked = "".join(f" {key}={value}" for key, value in stated.items())
        foreign = (tag["prefix"] or "").lower() in _FOREIGN_PREFIXES
        if tag["closes"] or foreign or (name in seen and "href" not in stated):
            continue
        content = _content(entry, tag, following and following.start())
        if content or linked:
            seen.add(name)
            before, after = _AROUND.get((family, name), ("", ""))
            yield f"{before}<{name}{linked}>{content}</{name}>{after}"


_AROUND = {
    ("sitemap", "title"): ("<news>", "</news>"),
    ("sitemap", "publication_date"): ("<news>", "</news>"),
}


def _content(entry: str, tag: re.Match[str], end: int | None) -> str:
    """The content of an element as escaped text; '' if it is empty or cut off."""
    if tag["attributes"].endswith("/"):
        return ""
    if tag["name"].lower() in _ADDRESSES:
        return _escaped(_address(entry[tag.end() : tag.end() + _READ.address]))
    text = _MARKERS.sub("", entry[tag.end() : end][: _READ.text])
    return _escaped(text.replace("<", "&lt;").replace(">", "&gt;")).strip()


def _address(content: str) -> str:
    """The URL at the start of an element's content, up to the next markup; '' if nothing follows,
    since it was cut off then.
    """
    address = content.lstrip().removeprefix("<![CDATA[")
    end = _MARKUP_GOES_ON.search(address)
    if end is None or end[0] == ">":
        return ""
    return address[: end.start()].strip()
