"""What a page says about itself out of the reader's sight: JSON-LD, meta tags, microdata, the
canonical link.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

from flows.stages.extraction.elements import BLOCKS, FORMATTING
from flows.stages.press.dates import in_value
from flows.stages.press.text import key, tidy
from flows.stages.press.vocabulary import any_of, read

# schema.org's types of one text; a page that only declares others is no article, or says nothing
# about it.
_ARTICLE_TYPES = """
    Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle
    BackgroundNewsArticle AdvertiserContentArticle LiveBlogPosting BlogPosting SocialMediaPosting
    Report TechArticle Review
"""
ARTICLE_TYPES = frozenset(_ARTICLE_TYPES.split())
_MAX_TITLE = 500  # characters; as of the titles in feeds
_MAX_JSON = 400_000  # the longest real article object seen has 60 thousand characters
# Article objects that differ in headline and address, none of them the page's: a list. Related
# articles come beside the page's own.
_LISTED = 3

_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_BREAKING_TAG = re.compile(rf"</?{any_of([*BLOCKS, 'br'])}(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)
_FORMATTING_TAG = re.compile(rf"</?{any_of(FORMATTING)}(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)

# Of JSON that is broken: what may follow the quote that ends a key, a value, an item of a list. A
# text may itself hold such signs; so of the end of an object or list what follows counts too.
_STRUCTURE = re.compile(r'["{}\[\],:]')
_GAP = r"\s{0,50}+"  # possessive: nothing that may follow begins with white space
_SHUT = rf"{_GAP}(?:[,}}\]]|$)"
_ENDS = {
    "key": re.compile(rf"{_GAP}:"),
    "value": re.compile(rf'{_GAP}(?:$|,{_GAP}"[^"\n]{{0,80}}"{_GAP}:|,?{_GAP}\}}{_SHUT})'),
    "item": re.compile(rf'{_GAP}(?:$|,{_GAP}["{{\[\d\-tfn]|,?{_GAP}\]{_SHUT})'),
}
_ESCAPE_OR_QUOTE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|["\\]')
_FIELD = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated)"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,400})"'
)

# Elements around the headline that may hold its date: on pages seen it stands up to 70 behind the
# headline, and those of other articles at least 150 away.
_BEFORE_HEADLINE, _BEHIND_HEADLINE = 20, 80
_MARKUP = {kind: any_of(words) for kind, words in read("time")["markup"].items()}
_DATE_NAME = re.compile(rf"(?:{'|'.join(_MARKUP.values())})+")
_CHANGE_NAME = re.compile(_MARKUP["modified"])
_PUBLISHED_NAME = re.compile(_MARKUP["published"])


@dataclass(frozen=True, slots=True)
class Metadata:
    """`article`: the JSON-LD object of the article, else of the page, else empty; `types`: every
    JSON-LD type on the page, without those of the articles that a page lists; `microdata`: itemprop
    names with their machine-readable values, those near the headline first, and the dates that
    elements near the headline hold for machines, as "time", or "updated" where their names say so.
    """

    article: dict[str, Any]
    types: frozenset[str]
    tags: dict[str, tuple[str, ...]]
    microdata: tuple[tuple[str, str], ...]
    title: str
    canonical: str | None

    @property
    def is_article(self) -> bool:
        """Whether the page declares itself an article, or gives a date of publication as articles
        do.
        """
        stated = self.tag(
            "article:published_time",
            "datepublished",
            "pubdate",
            "publishdate",
            "content_publisheddate",
        )
        return bool(
            ARTICLE_TYPES & self.types or self.tag("og:type").lower() == "article" or stated
        )

    @property
    def paywalled(self) -> bool:
        """Whether the page says that it, or a part of it, is not free to read."""
        parts = _listed(self.article.get("hasPart"))
        stated = [self.article.get("isAccessibleForFree"), self.tag("isaccessibleforfree")]
        stated += [part.get("isAccessibleForFree") for part in parts if isinstance(part, dict)]
        stated += [value for prop, value in self.microdata if prop == "isaccessibleforfree"]
        return any(_is_false(value) for value in stated)

    def tag(self, *names: str) -> str:
        """The first meta tag by one of these names that has a content, else ''."""
        return next((value for name in names for value in self.tags.get(name, ()) if value), "")

    def titles(self) -> list[tuple[str, str]]:
        """The titles that the page states, each with its place, the most trusted first."""
        stated = [
            ("og:title", self.tag("og:title")),
            ("json-ld", self.text("headline")),
            ("twitter:title", self.tag("twitter:title")),
            ("title", self.title),
            ("meta", self.tag("title")),
        ]
        return [(place, text[:_MAX_TITLE]) for place, text in stated if text]

    def text(self, *keys: str) -> str:
        """The first of the article object's fields that is a text or a number, else ''."""
        texts = (text for key in keys for text in _texts(self.article.get(key)))
        return next(filter(None, map(_plain, texts)), "")

    def names(self, key: str) -> list[tuple[str, str]]:
        """The names in one of the article object's fields, each with its type ('' where none is
        given).
        """
        named = [(_plain(name), kind) for name, kind in _names(self.article.get(key))]
        return [(name, kind) for name, kind in named if name]


def read_metadata(root: html.HtmlElement) -> Metadata:
    """What a page's markup states; every text tidied and without markup."""
    objects = [
        node
        for script in root.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
        for node in _objects(script.text or "")
    ]
    tags = _tags(root)
    title = _plain(root.findtext(".//head/title") or root.findtext(".//title") or "")
    canonical = _canonical(root)
    titles = [title, *tags.get("og:title", ()), *tags.get("twitter:title", ())]
    addresses = [canonical or "", *tags.get("og:url", ())]
    article, listed = _article(objects, titles, addresses)
    types = frozenset(kind for node in objects for kind in _types(node))
    return Metadata(
        article=article,
        types=types - ARTICLE_TYPES if listed else types,
        tags=tags,
        microdata=tuple(_microdata(root, titles)),
        title=title,
        canonical=canonical,
    )


def _plain(text: str) -> str:
    """A text out of markup: character references resolved and tags dropped, also where both were
    escaped twice.
    """
    for _ in range(3):
        resolved = _REFERENCE.sub(lambda match: unescape(match[0]), text)
        if resolved == text:
            break
        text = resolved
    return tidy(_FORMATTING_TAG.sub("", _BREAKING_TAG.sub(" ", text)))


def _tags(root: html.HtmlElement) -> dict[str, tuple[str, ...]]:
    tags: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and meta.get("content"):
            tags.setdefault(name.strip().lower(), []).append(_plain(meta.get("content")))
    return {name: tuple(values) for name, values in tags.items()}


def _canonical(root: html.HtmlElement) -> str | None:
    links = (
        tidy(link.get("href") or "")
        for link in root.iter("link")
        if (link.get("rel") or "").strip().lower() == "canonical"
    )
    return next(filter(None, links), None)


# ---- JSON-LD ----


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every object of a JSON-LD script, graphs and lists opened; of broken JSON the fields that can
    still be read.
    """
    pending = [_parsed(text)] if len(text) <= _MAX_JSON else []
    while pending:
        node = pending.pop(0)
        if isinstance(node, list):
            pending.extend(node[:200])
        elif isinstance(node, dict):
            yield node
            pending.extend(
                node[key]
                for key in ("@graph", "mainEntity")
                if isinstance(node.get(key), dict | list)
            )


def _parsed(text: str) -> object:
    """What a script holds: as it stands, else mended, else the fields that are found in it."""
    text = text.replace("<![CDATA[", "")
    start = re.search(r"[{\[]", text)
    if not start:
        return None
    decoder = json.JSONDecoder(strict=False)  # raw line breaks in texts
    for mend in (str, _mended):
        try:
            mended = mend(text[start.start() :])
            value, end = decoder.raw_decode(mended)
        except (ValueError, RecursionError):
            continue
        if '"' not in mended[end:]:  # behind it stands no more than the end of a comment
            return value
    fields = dict(reversed(_FIELD.findall(text)))
    kind = "NewsArticle" if "NewsArticle" in text else "WebPage"
    return {"@type": kind, **fields} if fields else None


def _mended(text: str) -> str:
    """JSON with the quotes inside its texts escaped, its trailing commas dropped and its open
    brackets closed.
    """
    mended: list[str] = []
    opened: list[str] = []
    before, at = "", 0
    while mark := _STRUCTURE.search(text, at):
        between, sign, at = text[at : mark.start()], mark[0], mark.end()
        if before == "," and (between.strip() or sign not in "}],"):
            mended.append(",")
        if sign == '"':
            end = _text_end(text, at, _role(opened, before))
            sign, at = f'"{_ESCAPE_OR_QUOTE.sub(_escaped, text[at:end])}"', end + 1
        elif sign in "{[":
            opened.append(sign)
        elif sign in "}]" and opened:
            opened.pop()
        mended += [between, "" if sign == "," else sign]
        before = sign
    return "".join(mended) + "".join("}" if sign == "{" else "]" for sign in reversed(opened))


def _role(opened: Sequence[str], before: str) -> str:
    """What a text is, by the brackets around it and the sign before it."""
    if not opened or opened[-1] == "[":
        return "item"
    return "value" if before == ":" else "key"


def _text_end(text: str, start: int, role: str) -> int:
    """Where the text ends that starts here: at the first quote that what follows may follow."""
    for found in _ESCAPE_OR_QUOTE.finditer(text, start):
        if found[0] == '"' and _ENDS[role].match(text, found.end()):
            return found.start()
    return len(text)


def _escaped(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) > 1 else "\\" + found[0]


def _types(node: dict[str, Any]) -> list[str]:
    return [kind.rsplit("/", 1)[-1] for kind in _listed(node.get("@type")) if isinstance(kind, str)]


def _article(
    objects: Sequence[dict[str, Any]], titles: Sequence[str], addresses: Sequence[str]
) -> tuple[dict[str, Any], bool]:
    """The page's own article object, else the object of the page, else an empty one; and whether
    the article objects are those of a list.
    """
    articles = [node for node in objects if ARTICLE_TYPES.intersection(_types(node))]
    pages = [node for node in objects if "WebPage" in _types(node) and "datePublished" in node]
    paths = {_path(address) for address in addresses} - {""}
    own = [node for node in articles if paths.intersection(map(_path, _addresses(node)))]
    own += [node for node in articles if _is_titled(node, titles)]
    different = {(_headline(node), *_addresses(node)) for node in articles}
    listed = not own and len(different) >= _LISTED
    return next(iter([*own, *([] if listed else articles), *pages]), {}), listed


def _addresses(node: dict[str, Any]) -> list[str]:
    page = node.get("mainEntityOfPage")
    fields = [node.get("url"), node.get("@id")]
    fields += [page.get("@id"), page.get("url")] if isinstance(page, dict) else [page]
    return [field for field in fields if isinstance(field, str)]


def _path(address: str) -> str:
    """What is the same in the addresses of one page; '' of a home page and of what is none."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    return f"{path}?{parts.query}" if path or parts.query else ""


def _headline(node: dict[str, Any]) -> str:
    return key(_plain(next(_texts(node.get("headline")), "")))


def _is_titled(node: dict[str, Any], titles: Iterable[str]) -> bool:
    """Whether one of the page's titles holds the object's headline."""
    headline = _headline(node)
    return len(headline) >= 10 and any(headline in key(title) for title in titles)


def _listed(value: object) -> list[Any]:
    return value[:200] if isinstance(value, list) else [value]


def _texts(value: object) -> Iterator[str]:
    """The texts of a field, of which JSON-LD allows several, each as an object; numbers too."""
    for item in _listed(value):
        plain = item.get("@value") if isinstance(item, dict) else item
        if isinstance(plain, str) or (isinstance(plain, int | float) and plain is not True):
            yield str(plain)


def _is_false(value: object) -> bool:
    """Whether a field says no: JSON's false, or a text such as "False" or schema.org's address."""
    said = str(value).lower().rsplit("/", 1)[-1]
    return said in {"false", "no", "0"}


def _names(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, ""
    elif isinstance(value, list):
        for item in value[:20]:
            if not isinstance(item, list):
                yield from _names(item)
    elif isinstance(value, dict):
        kinds = _types(value)
        yield from (
            (name, kinds[0] if kinds else "")
            for name, _ in _names(value.get("name"))
            if not isinstance(value.get("name"), dict)
        )


# ---- microdata ----


def _microdata(root: html.HtmlElement, titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Properties and their values: of the elements near the headline, then of the others."""
    elements = list(root.iter(etree.Element))
    at = _headline_at(elements, titles)
    near = [] if at is None else elements[at + 1 : at + 1 + _BEHIND_HEADLINE]
    near += [] if at is None else elements[max(0, at - _BEFORE_HEADLINE) : at][::-1]
    for element in near:
        yield from _properties(element)
        yield from _dates(element)
    around = set(near)
    for element in elements:
        if element not in around:
            yield from _properties(element)
    if at is None:
        times = (element for element in elements if element.tag == "time")
        yield from next(filter(None, map(list, map(_dates, times))), [])


def _headline_at(elements: Sequence[html.HtmlElement], titles: Sequence[str]) -> int | None:
    """The heading that one of the page's titles holds, else the first of the first rank."""
    headings = [at for at, element in enumerate(elements) if element.tag in {"h1", "h2", "h3"}]
    keys = [key(title) for title in titles]
    for at in headings:
        heading = key("".join(elements[at].itertext()))
        if len(heading) >= 10 and any(heading in title for title in keys):
            return at
    return next((at for at in headings if elements[at].tag == "h1"), None)


def _properties(element: html.HtmlElement) -> Iterator[tuple[str, str]]:
    shown = element.get("title") if element.tag == "abbr" else None
    value = element.get("datetime") or element.get("content") or shown
    if value and element.tag != "meta":
        for prop in (element.get("itemprop") or "").split():
            yield prop.lower(), _plain(value)


def _dates(element: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """The dates that an element holds for machines, in its datetime, title or data- attributes."""
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
    for attribute, value in element.attrib.items():
        dated = attribute == "datetime" or (element.tag, attribute) == ("abbr", "title")
        words = [word for word in attribute.split("-")[1:] if _DATE_NAME.fullmatch(word)]
        if (dated or (attribute.startswith("data-") and words)) and in_value(value):
            yield "updated" if _is_change(f"{names} {attribute}") else "time", _plain(value)


def _is_change(names: str) -> bool:
    return bool(_CHANGE_NAME.search(names)) and not _PUBLISHED_NAME.search(names)
