"""Where a page that only redirects sends its reader: by a Refresh header, a meta refresh, or a
script that agrees with its rel=canonical.

    page_redirect(url, headers, body) -> the URL, or None for a page to stay on
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from lxml import etree, html

_MAX_DELAY_S = 10  # a page that waits longer is there to be read, such as one that reloads itself
_MIN_WORDS = 80  # a page with fewer is a notice that it redirects
_MAX_HEAD = 100_000  # bytes searched for a meta refresh
_MAX_SCRIPTED = 20_000  # bytes of a page that is little more than its script
_MENTIONS = re.compile(rb"http-equiv\s{0,9}=\s{0,9}[\"']?\s{0,9}refresh", re.IGNORECASE)
_REFRESH = re.compile(
    r"\s{0,20}(?P<delay>\d{1,6})(?:\.\d{0,6})?\s{0,20}[;,]\s{0,20}(?:url\s{0,9}=\s{0,9})?"
    r"(?:\"(?P<double>[^\"]{1,3000})|'(?P<single>[^']{1,3000})|(?P<plain>[^\s\"']\S{0,3000}))",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(
    r"\blocation(?:\s{0,9}\.\s{0,9}href)?\s{0,9}(?:=|\.\s{0,9}(?:replace|assign)\s{0,9}\()"
    r"\s{0,9}(?:\"([^\"\n]{1,3000})\"|'([^'\n]{1,3000})')"
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(/))")  # of JavaScript


@dataclass(frozen=True, slots=True)
class _Page:
    url: str
    refresh: str  # the header
    root: html.HtmlElement

    @property
    def is_read(self) -> bool:
        """Whether there is more to read than a notice of the redirect."""
        texts = self.root.xpath("//text()[not(ancestor::script or ancestor::style)]")
        return len(" ".join(map(str, texts)).split()) >= _MIN_WORDS


def page_redirect(url: str, headers: Mapping[str, str], body: bytes) -> str | None:
    """The absolute URL that a page redirects to, without its fragment; never the page's own. Header
    names are lower-case.
    """
    if "html" not in headers.get("content-type", "html").lower():
        return None
    refresh = headers.get("refresh", "")
    scripted = len(body) <= _MAX_SCRIPTED and b"location" in body
    if not (refresh or scripted or _MENTIONS.search(body, 0, _MAX_HEAD)):
        return None
    page = _Page(url, refresh, _parsed(body))
    for addresses in _WITNESSES:
        for address in addresses(page):
            absolute = _absolute(page, address)
            if absolute and absolute != urldefrag(url).url:
                return absolute
    return None


def _refreshed(page: _Page) -> Iterator[str]:
    """By its header, or by a meta element outside of noscript."""
    yield from _delayed(page, page.refresh)
    for meta in _metas(page.root):
        if next(meta.iterancestors("noscript"), None) is None:
            yield from _delayed(page, meta.get("content", ""))


def _refreshed_without_scripts(page: _Page) -> Iterator[str]:
    """By any meta element, if there is nothing else to read."""
    if not page.is_read:
        for meta in _metas(page.root):
            yield from _delayed(page, meta.get("content", ""))


def _scripted(page: _Page) -> Iterator[str]:
    """By a script, if there is nothing else to read and rel=canonical is the same URL."""
    scripts = [script.text or "" for script in page.root.iter("script")]
    links = page.root.xpath("//link[translate(@rel, 'CANOIL', 'canoil') = 'canonical']/@href")
    stated = {_absolute(page, str(link)) for link in links}
    for found in _SCRIPTED.finditer("\n".join(scripts)):
        address = _ESCAPE.sub(_unescaped, found[1] or found[2])
        if _absolute(page, address) in stated and not page.is_read:
            yield address


_WITNESSES: Sequence[Callable[[_Page], Iterator[str]]] = (
    _refreshed,
    _refreshed_without_scripts,
    _scripted,
)


def _parsed(body: bytes) -> html.HtmlElement:
    try:
        body.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # what the page declares
    parser = html.HTMLParser(encoding=encoding, no_network=True)
    try:
        return html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return html.document_fromstring("<html></html>")


def _metas(root: html.HtmlElement) -> list[html.HtmlElement]:
    return [
        meta
        for meta in root.iter("meta")
        if (meta.get("http-equiv") or "").strip().lower() == "refresh"
    ]


def _delayed(page: _Page, stated: str) -> Iterator[str]:
    """The URL of a refresh, unless its delay lets the page be read first."""
    found = _REFRESH.match(stated)
    if found is None:
        return
    delay_s = int(found["delay"])
    if delay_s == 0 or (delay_s <= _MAX_DELAY_S and not page.is_read):
        yield found["double"] or found["single"] or found["plain"]


def _absolute(page: _Page, address: str) -> str | None:
    """A link of the page as an absolute http(s) URL; None for any other."""
    base = next((each.get("href") for each in page.root.iter("base") if each.get("href")), "")
    try:
        absolute: str = urldefrag(urljoin(urljoin(page.url, base), address.strip())).url
    except ValueError:
        return None
    if not absolute.lower().startswith(("http://", "https://")):
        return None
    return absolute


def _unescaped(escape: re.Match[str]) -> str:
    return escape[3] or chr(int(escape[1] or escape[2], 16))
