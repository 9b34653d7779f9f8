"""The bytes of a response as a tree, or why they are not a page."""

import codecs
import re
from dataclasses import dataclass
from functools import cache

from lxml import etree, html

from flows.records import Page, Reason
from flows.stages.press.tags import MAX_ATTRIBUTES, overloaded


@dataclass(frozen=True, slots=True)
class _Most:
    """What is still a page."""

    characters: int = 4_000_000
    # Levels of elements. libxml2 stops at 2,048 and drops the rest; the deepest real page measured
    # has 23.
    depth: int = 500
    unreadable: float = 0.08  # share of the characters; random bytes have 13 in 100


_MOST = _Most()
_HTML_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "application/octet-stream",
    "application/xml",
    "text/xml",
)
_MAGIC = {
    b"%PDF": "a PDF file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"RIFF": "a media file",
    b"PK\x03\x04": "a ZIP file",
    b"\x1f\x8b": "compressed data",
}
_MARKUP = re.compile(
    r"<(?:!doctype html|html|head|body|title|meta|div|p|br|article|section|span|table|h\d)\b",
    re.IGNORECASE,
)
_UNREADABLE = re.compile("[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_CONTROLS = bytes([*range(9), 11, *range(14, 32), 127])
_LEADING = (b"\xc2", b"\xef\xbf\xbd")  # with which UTF-8 writes the other unreadable characters
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def parse(page: Page) -> html.HtmlElement | tuple[Reason, str]:
    """The page as a tree, or the reason why there is none and a detail."""
    if other := other_type(page):
        return "not-html", other
    text = decoded(page.body, page.content_type)
    if len(text) > _MOST.characters:
        return "too-large", f"{len(text)} characters of HTML, at most {_MOST.characters} are read"
    if flaw := garbled(text):
        return flaw
    if overloaded(text):
        return "too-large", f"an element with more than {MAX_ATTRIBUTES} attributes"
    root = parsed(text)
    if root is None:
        return "no-text", "the document is empty"
    if _exceeds(_MOST.depth)(root):
        return "too-large", f"more than {_MOST.depth} levels of elements"
    return root


@cache
def _exceeds(levels: int) -> etree.XPath:
    """An expression that tells whether a tree has more than so many levels."""
    return etree.XPath(f"boolean({'/*' * (levels + 1)})")


def other_type(page: Page) -> str | None:
    """What the page is instead of HTML, by its first bytes and its declared type."""
    start = page.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if found := next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None):
        return found
    declared = page.content_type.split(";")[0].strip().lower()
    if start[:1] in (b"{", b"[") and b"<" not in page.body[:2000]:
        return "JSON"
    if declared and declared not in _HTML_TYPES and b"<html" not in page.body[:4000].lower():
        return f"content type {declared}"
    return None


def decoded(body: bytes, content_type: str) -> str:
    """The text of a page: as UTF-8 if the bytes are, whatever is declared, or else in the declared
    encoding, or else in Windows-1252.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    as_utf8 = body.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    multibyte = sum(character > "\x7f" for character in as_utf8) - broken
    if multibyte > broken:
        return as_utf8
    try:
        return body.decode(_declared(body, content_type), "replace")
    except (LookupError, ValueError):
        return body.decode("cp1252", "replace")


def _declared(body: bytes, content_type: str) -> str:
    """The encoding that a page in some other encoding than UTF-8 declares, as browsers take it.
    Raises LookupError if it does not exist.
    """
    match = _CHARSET.search(content_type.encode("ascii", "ignore")) or _CHARSET.search(body[:4096])
    if match is None:
        return "cp1252"
    name = codecs.lookup(match[1].decode("ascii")).name
    return "cp1252" if name in {"iso8859-1", "ascii", "utf-8"} else name


def garbled(text: str) -> tuple[Reason, str] | None:
    """Why a text cannot be a page: too many bytes are not characters, or there is no markup."""
    most = _MOST.unreadable * len(text)
    if _perhaps_unreadable(text) > most:
        unreadable = len(_UNREADABLE.findall(text))
        if unreadable > most:
            return "broken", f"{unreadable} of {len(text)} characters are unreadable"
    if text.strip() and not _MARKUP.search(text):
        return "not-html", "no HTML element in it"
    return None


def _perhaps_unreadable(text: str) -> int:
    """How many characters may be unreadable: never fewer than are, and sooner counted."""
    data = text.encode("utf-8", "replace")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return controls + sum(map(data.count, _LEADING))


@cache
def _parser() -> html.HTMLParser:
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    # One class for all elements: lxml.html's own look-up calls Python for each, because forms and
    # inputs have classes of their own, which nobody asks for here.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    return parser


def parsed(text: str) -> html.HtmlElement | None:
    data = text.replace("\x00", "").encode("utf-8", "replace")
    if not data.strip():
        return None
    try:
        return html.document_fromstring(data, parser=_parser())
    except etree.ParserError:
        return None
