"""A page becomes an article, or a rejection that says why it is none.

bytes -> text -> tree, pruned -> lines -> headline, container -> the container's lines -> cleaned
body, what was cut
                                                              -> who, when, whence
"""

import codecs
import re
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml import etree, html

from flows.records import Article, Origin, Page, Reason, Rejection, Removed, Source, stable_id
from flows.stages.discovery.links import canonical
from flows.stages.extraction import boilerplate, container, elements
from flows.stages.extraction.bylines import read_people
from flows.stages.extraction.datelines import read_dateline
from flows.stages.extraction.instants import Stamp, is_date_line, read_instants
from flows.stages.extraction.line_rules import RULES
from flows.stages.extraction.lines import MAX_LINES, Line, read_lines
from flows.stages.extraction.metadata import Metadata, read_metadata
from flows.stages.press.text import key, tidy

# Bump the number when code changes what comes out; rules and the engine's version speak for
# themselves.
EXTRACTOR_VERSION = stable_id(
    "3",
    container.ENGINE,
    elements.NAMES,
    *(f"{rule.id} {rule.where} {rule.pattern}" for rule in RULES),
)

# The shortest real article seen, a photo report of one sentence, has 22 words; below that there are
# only captions and stubs.
MIN_WORDS = 15
_BRIEF = (
    80  # words; a longer text is an article even where it says “404”, or many links stand around it
)
_PLAYED = frozenset(["VideoObject", "ImageGallery", "AudioObject", "PodcastEpisode"])
_MAX_CHARACTERS = 4_000_000
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
_MISSING = re.compile(
    r"\b(?:(?:error |kesalahan )404|404 (?:error|not found)|^404$|page not found"
    r"|halaman (?:yang (?:anda|kamu) (?:cari|tuju|minta|maksud) )?(?:tidak|tak) (?:dapat |bisa )?(?:di)?(?:temukan|tersedia|ada)"
    r"|(?:artikel|berita|konten) (?:ini |yang (?:anda|kamu) cari )?"
    r"(?:tidak (?:ditemukan|tersedia)|(?:telah|sudah) dihapus|sudah tidak tersedia))\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<(?:!doctype html|html|head|body|title|meta|div|p|br|article|section|span|table|h\d)\b",
    re.IGNORECASE,
)
_UNREADABLE = re.compile("[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def extract(page: Page, source: Source) -> Article | Rejection:
    """The article of a page, or why there is none. Never raises, whatever the bytes are."""

    def rejected(reason: Reason, detail: str) -> Rejection:
        return Rejection(page.url, page.source_id, "extract", reason, detail)

    if other := _other_type(page):
        return rejected("not-html", other)
    text = _decoded(page.body, page.content_type)
    if len(text) > _MAX_CHARACTERS:
        return rejected(
            "too-large", f"{len(text)} characters of HTML, at most {_MAX_CHARACTERS} are read"
        )
    if flaw := _garbled(text):
        return rejected(*flaw)
    root = _parsed(text)
    if root is None:
        return rejected("no-text", "the document is empty")
    metadata = read_metadata(root)
    if astray := _led_astray(page, source, metadata):
        return rejected("soft-404", astray)
    pruned = _pruned(root, source)
    lines = read_lines(root)
    if len(lines) > MAX_LINES:
        return rejected("too-large", f"more than {MAX_LINES} lines of text")
    headline, at = container.find_headline(metadata, lines, source)
    start = at if at is not None else container.find_lead(metadata, lines)
    box, chosen = container.choose(
        root, source.container, lines, start, metadata.text("articleBody")
    )
    own = read_lines(box)
    cleaned = boilerplate.clean(
        own, headline, source.strip, container.kept_by_engine(box), container.described(metadata)
    )
    first = _first(lines, cleaned.body)
    beside = _by_distance(lines, at, first)
    if flaw := _flaw(cleaned.body, headline, metadata, lines, own, beside):
        return rejected(*flaw)
    zone = ZoneInfo(source.timezone)
    instants = read_instants(
        metadata,
        [line.text for line in beside],
        [cut.text for cut in cleaned.removed],
        page.url,
        zone,
        page.fetched_at,
    )
    people = read_people(
        metadata, _near(lines, at, first, own), cleaned.removed, source.name, source.home
    )
    url = _identity(page, source, metadata)
    published = instants.published
    dateline = read_dateline(cleaned.body[0], {key(source.name), source.id})
    return Article(
        url=url,
        source_id=page.source_id,
        urls=_urls(url, page, source),
        title=headline,
        body="\n".join(cleaned.body),
        author=people.author,
        editor=people.editor,
        credit=people.credit,
        dateline=dateline,
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        modified_at=instants.modified.at if instants.modified else None,
        language=source.language,
        removed=tuple(pruned + cleaned.removed),
        origins={
            "title": _title_origins(metadata, headline, lines[at] if at is not None else None),
            **people.origins,
            "dateline": (Origin("visible", cleaned.body[0]),) if dateline else (),
            "published_at": _stamped(published) + _stamped(*instants.denied, taken=False),
            "modified_at": _stamped(instants.modified),
            "body": (chosen,),
        },
    )


def _other_type(page: Page) -> str | None:
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


def _decoded(body: bytes, content_type: str) -> str:
    """UTF-8 where the bytes are UTF-8 whatever the page declares, else its declared encoding, else
    Windows-1252.
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
    match = _CHARSET.search(content_type.encode("ascii", "ignore")) or _CHARSET.search(body[:4096])
    name = match[1].decode("ascii") if match else "windows-1252"
    try:
        name = codecs.lookup(name).name
        return body.decode("cp1252" if name in {"iso8859-1", "ascii", "utf-8"} else name, "replace")
    except (LookupError, ValueError):
        return body.decode("cp1252", "replace")


def _garbled(text: str) -> tuple[Reason, str] | None:
    """Why a text cannot be a page: bytes that are no characters, or no markup."""
    unreadable = len(_UNREADABLE.findall(text))
    if unreadable > 0.08 * len(text):  # random bytes have 13 in 100
        return "broken", f"{unreadable} of {len(text)} characters are unreadable"
    if text.strip() and not _MARKUP.search(text):
        return "not-html", "no HTML element in it"
    return None


def _parsed(text: str) -> html.HtmlElement | None:
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    data = text.replace("\x00", "").encode("utf-8", "replace")
    if not data.strip():
        return None
    try:
        return html.document_fromstring(data, parser=parser)
    except etree.ParserError:
        return None


def _pruned(root: html.HtmlElement, source: Source) -> list[Removed]:
    """Take out what the source's own selectors find; what they held."""
    removed = []
    for selector in source.prune:
        for element in root.cssselect(selector):
            if element.getparent() is None:
                continue
            removed += [Removed(f"prune:{selector}", line.text) for line in read_lines(element)]
            element.drop_tree()
    return removed


def _title_origins(metadata: Metadata, headline: str, line: Line | None) -> tuple[Origin, ...]:
    """Where the headline stands, and the titles in the metadata that do not hold it."""
    stated = metadata.titles()
    others = [
        Origin(place, text, taken=False) for place, text in stated if key(headline) not in key(text)
    ]
    if line is not None:
        return (Origin("visible", f"<{line.element.tag}>"), *others)
    return (*(Origin(*first) for first in stated[:1]), *others)


def _stamped(*stamps: Stamp | None, taken: bool = True) -> tuple[Origin, ...]:
    return tuple(Origin(stamp.origin, tidy(stamp.text), taken) for stamp in stamps if stamp)


def _first(lines: list[Line], body: list[str]) -> int:
    """The page's line that opens the body."""
    start = key(body[0])[:60] if body else ""
    return next(
        (index for index, line in enumerate(lines) if start and key(line.text)[:60] == start),
        len(lines),
    )


def _near(lines: list[Line], at: int | None, first: int, own: list[Line]) -> list[Line]:
    """The lines around headline and text that may name people: from a little before the headline to
    a little behind the text.
    """
    start = max(0, min(at if at is not None else first, first) - 5)
    last = key(own[-1].text) if own else ""
    end = next(
        (index for index in range(len(lines) - 1, -1, -1) if key(lines[index].text) == last), first
    )
    return lines[start : max(end, first) + 12]


def _by_distance(lines: list[Line], at: int | None, first: int) -> list[Line]:
    """The lines around the headline, those between it and the text first."""
    anchor = at if at is not None else first
    between = lines[anchor + 1 : min(first, anchor + 25)]
    before = lines[max(0, anchor - 10) : anchor]
    behind = lines[first : first + 3] if first > anchor else lines[anchor + 1 : anchor + 6]
    return [
        line
        for line in [*between, *reversed(before), *behind]
        if line.clutter not in {"related", "comments"}
    ]


def _flaw(
    body: list[str],
    headline: str,
    metadata: Metadata,
    lines: list[Line],
    own: list[Line],
    beside: list[Line],
) -> tuple[Reason, str] | None:
    """Why what was found is no article. `lines`: the page's; `own`: the container's; `beside`: the
    headline's.
    """
    words = sum(len(line.split()) for line in body)
    start = " ".join([metadata.title, headline, *body[:2]])[:400]
    if words < _BRIEF and (match := _MISSING.search(start)):
        return "soft-404", f"the page says “{match[0]}”"
    if words < MIN_WORDS and (
        metadata.types & _PLAYED or metadata.tag("og:type").startswith("video")
    ):
        return "not-article", f"a video or gallery with {words} words of text"
    if not metadata.is_article and not any(is_date_line(line.text) for line in beside[:6]):
        teasers = len(container.find_teasers(own))
        links = sum(line.linked >= 0.9 and len(line.text) >= 25 for line in lines)
        if (teasers >= 4 and teasers > 0.6 * len(body)) or (links >= 8 and words < _BRIEF):
            return "not-article", f"a list of {links} links with {words} words of other text"
    if not body:
        return "no-text", "no paragraph is left once clutter is cut"
    if words < MIN_WORDS:
        return "too-short", f"{words} words, an article has at least {MIN_WORDS}"
    return None


def _led_astray(page: Page, source: Source, metadata: Metadata) -> str | None:
    """Why a redirected page is not the article that was asked for."""
    if page.final_url == page.url:
        return None
    for url in (page.final_url, _absolute(metadata.canonical, page.final_url)):
        if url and (form := _canonical(url, source)) and source.articles.search(form):
            return None
    return f"redirected to {page.final_url}, which is no article"


def _identity(page: Page, source: Source, metadata: Metadata) -> str:
    """The page's rel=canonical on the same site, else where redirects led, else the page's address;
    the first that is an article's.
    """
    stated = _absolute(metadata.canonical, page.final_url)
    if (
        stated
        and _site(stated) == _site(page.final_url)
        and (form := _canonical(stated, source))
        and source.articles.search(form)
    ):
        return form
    form = _canonical(page.final_url, source)
    return form if form and source.articles.search(form) else page.url


def _urls(url: str, page: Page, source: Source) -> tuple[str, ...]:
    met = [url, page.url, page.found_url, _canonical(page.final_url, source) or page.url]
    return tuple(dict.fromkeys(met))


def _absolute(url: str | None, base: str) -> str | None:
    try:
        return urljoin(base, url) if url else None
    except ValueError:
        return None


def _canonical(url: str, source: Source) -> str | None:
    try:
        return canonical(url, source)
    except ValueError:
        return None


def _site(url: str) -> str:
    """The registered domain: two labels, three below a country's second level such as co.id."""
    try:
        labels = (urlsplit(url).hostname or "").split(".")
    except ValueError:
        return ""
    second_level = (
        len(labels) > 2
        and len(labels[-1]) == 2
        and labels[-2] in {"co", "com", "or", "go", "ac", "net", "web", "my", "org", "gov", "sch"}
    )
    return ".".join(labels[-3:] if second_level else labels[-2:])
