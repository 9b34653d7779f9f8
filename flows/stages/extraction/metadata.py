"""What a page states about itself for machines: JSON-LD, meta tags, microdata, the canonical
link.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, cast
from urllib.parse import urlsplit

from lxml import etree, html

from flows.stages.extraction.elements import BLOCKS, FORMATTING
from flows.stages.press.dates import in_value
from flows.stages.press.text import TITLE_LENGTH, text_key, tidy
from flows.stages.press.vocabulary import any_of, read

# The types of schema.org for a text. A page that declares only others is not an article, or does
# not tell.
_ARTICLE_TYPES = """
    Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle
    BackgroundNewsArticle AdvertiserContentArticle LiveBlogPosting BlogPosting SocialMediaPosting
    Report TechArticle Review
"""
ARTICLE_TYPES = frozenset(_ARTICLE_TYPES.split())


@dataclass(frozen=True, slots=True)
class _JsonLd:
    """How much JSON-LD is read, and what it shows."""

    characters: int = 400_000  # the longest real article object seen has 60,000
    items: int = 200  # of an array
    # A page with so many article objects that differ in headline and URL, but none of its own, is a
    # list. Those of related articles come with the page's own.
    listed: int = 3


_JSON_LD = _JsonLd()
_HEADLINE = 10  # letters; a shorter heading may be in a title by chance

_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_BREAKING_TAG = re.compile(rf"</?{any_of([*BLOCKS, 'br'])}(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)
_FORMATTING_TAG = re.compile(rf"</?{any_of(FORMATTING)}(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)

# What may follow the quote at the end of a key, a value or an array item in broken JSON. A text may
# contain the same signs, so after the end of an object or an array more is required.
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


@dataclass(frozen=True, slots=True)
class _Near:
    """How many elements away from the headline its date may be.

    On the pages seen it is up to 70 elements after the headline, and the dates of other articles
    are at least 150 away.
    """

    before: int = 20
    after: int = 80


_NEAR = _Near()
_MARKUP = {kind: any_of(words) for kind, words in read("time")["markup"].items()}
_DATE_NAME = re.compile(rf"(?:{'|'.join(_MARKUP.values())})+")
_with_property = etree.XPath("descendant-or-self::*[@itemprop]")
_CHANGE_NAME = re.compile(_MARKUP["modified"])
_PUBLISHED_NAME = re.compile(_MARKUP["published"])


_PUBLICATION_TAGS = (
    "article:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "content_publisheddate",
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a page.

    - `article`: the JSON-LD object of the article, or else of the page, or else an empty one
    - `types`: all JSON-LD types on the page, except those of articles that it lists
    - `tags`: the contents of the meta tags by name
    - `microdata`: itemprop names with their machine-readable values, those near the headline
      first; and the dates of elements near the headline, as "updated" if a name says so, or else
      as "time"
    - `title`, `canonical`: of the document's head
    """

    article: dict[str, Any]
    types: frozenset[str]
    tags: dict[str, tuple[str, ...]]
    microdata: tuple[tuple[str, str], ...]
    title: str
    canonical: str | None

    @property
    def is_article(self) -> bool:
        """Whether the page declares itself an article, or has a publication date like one."""
        declared = ARTICLE_TYPES & self.types or self.tag("og:type").lower() == "article"
        return bool(declared or self.tag(*_PUBLICATION_TAGS))

    @property
    def paywalled(self) -> bool:
        """Whether the page states that it, or a part of it, is not free to read."""
        parts = _listed(self.article.get("hasPart"))
        stated = [self.article.get("isAccessibleForFree"), self.tag("isaccessibleforfree")]
        stated += [part.get("isAccessibleForFree") for part in parts if isinstance(part, dict)]
        stated += [value for prop, value in self.microdata if prop == "isaccessibleforfree"]
        return any(_is_false(value) for value in stated)

    def tag(self, *names: str) -> str:
        """The content of the first of these meta tags that has one, or ''."""
        return next((value for name in names for value in self.tags.get(name, ()) if value), "")

    def titles(self) -> list[tuple[str, str]]:
        """The titles that the page states, each with its origin, the most trusted first."""
        stated = [
            ("og:title", self.tag("og:title")),
            ("json-ld", self.text("headline")),
            ("twitter:title", self.tag("twitter:title")),
            ("title", self.title),
            ("meta", self.tag("title")),
        ]
        return [(place, text[:TITLE_LENGTH]) for place, text in stated if text]

    def text(self, *keys: str) -> str:
        """The first of these fields of the article object that is a text or a number, or ''."""
        texts = (text for key in keys for text in _texts(self.article.get(key)))
        return next(filter(None, map(_plain, texts)), "")

    def names(self, key: str) -> list[tuple[str, str]]:
        """The names in a field of the article object, each with its type, or '' without one."""
        named = [(_plain(name), kind) for name, kind in _names(self.article.get(key))]
        return [(name, kind) for name, kind in named if name]


def read_metadata(root: html.HtmlElement) -> Metadata:
    """The metadata of a page. All texts are tidy and without markup."""
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
    for _ in range(3 if "&" in text else 0):
        resolved = _REFERENCE.sub(lambda match: unescape(match[0]), text)
        if resolved == text:
            break
        text = resolved
    if "<" in text:
        text = _FORMATTING_TAG.sub("", _BREAKING_TAG.sub(" ", text))
    return tidy(text)


def _tags(root: html.HtmlElement) -> dict[str, tuple[str, ...]]:
    tags: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and meta.get("content"):
            tags.setdefault(name.strip().lower(), []).append(_plain(meta.get("content")))
    return {name: tuple(values) for name, values in tags.items()}


def _canonical(root: html.HtmlElement) -> str | None:
    links = root.iter("link")
    canonical = (link for link in links if (link.get("rel") or "").strip().lower() == "canonical")
    return next(filter(None, (tidy(link.get("href") or "") for link in canonical)), None)


# ---- JSON-LD ----


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """All objects in a JSON-LD script, including those in graphs and arrays; the fields that can be
    read if the JSON is broken.
    """
    if len(text) > _JSON_LD.characters:
        return
    pending = [_parsed(text)]
    while pending:
        node = pending.pop(0)
        if isinstance(node, list):
            pending.extend(node[: _JSON_LD.items])
        elif isinstance(node, dict):
            yield node
            nested = (node.get("@graph"), node.get("mainEntity"))
            pending.extend(each for each in nested if isinstance(each, dict | list))


def _parsed(text: str) -> object:
    """The content of a script, repaired if necessary, or else the fields that are found in it."""
    text = text.replace("<![CDATA[", "")
    start = re.search(r"[{\[]", text)
    if not start:
        return None
    decoder = json.JSONDecoder(strict=False)  # which allows raw line breaks in texts
    for mend in (str, _mended):
        try:
            mended = mend(text[start.start() :])
            value, end = decoder.raw_decode(mended)
        except (ValueError, RecursionError):
            continue
        if '"' not in mended[end:]:  # at most the end of a comment follows
            return value
    fields = dict(reversed(_FIELD.findall(text)))
    if not fields:
        return None
    kind = "NewsArticle" if "NewsArticle" in text else "WebPage"
    return {"@type": kind, **fields}


def _mended(text: str) -> str:
    """JSON with quotes inside texts escaped, trailing commas dropped, and open brackets closed."""
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
        mended.append(between)
        if sign != ",":  # it is added before what follows it, if that may
            mended.append(sign)
        before = sign
    return "".join([*mended, *(_CLOSING[sign] for sign in reversed(opened))])


_CLOSING = {"{": "}", "[": "]"}


def _role(opened: Sequence[str], before: str) -> str:
    """Whether a text is a key, a value or an array item, by the brackets around it and the sign
    before it.
    """
    if not opened or opened[-1] == "[":
        return "item"
    return "value" if before == ":" else "key"


def _text_end(text: str, start: int, role: str) -> int:
    """The end of the text that starts here: the first quote that is followed by what may follow."""
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
    """The page's own article object, or else the object of the page, or else an empty one; and
    whether the article objects are those of a list.
    """
    articles = [node for node in objects if ARTICLE_TYPES.intersection(_types(node))]
    pages = [node for node in objects if "WebPage" in _types(node) and "datePublished" in node]
    paths = {_path(address) for address in addresses} - {""}
    own = [node for node in articles if paths.intersection(map(_path, _addresses(node)))]
    own += [node for node in articles if _is_titled(node, titles)]
    different = {(_headline(node), *_addresses(node)) for node in articles}
    if not own and len(different) >= _JSON_LD.listed:
        return next(iter(pages), {}), True
    return next(iter([*own, *articles, *pages]), {}), False


def _addresses(node: dict[str, Any]) -> list[str]:
    page = node.get("mainEntityOfPage")
    fields = [node.get("url"), node.get("@id"), page]
    if isinstance(page, dict):
        fields += [page.get("@id"), page.get("url")]
    return [field for field in fields if isinstance(field, str)]


def _path(address: str) -> str:
    """The part that all URLs of one page have in common; '' for a home page or an invalid URL."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    path = parts.path.rstrip("/")
    if not path and not parts.query:
        return ""
    return f"{path}?{parts.query}"


def _headline(node: dict[str, Any]) -> str:
    return text_key(_plain(next(_texts(node.get("headline")), "")))


def _is_titled(node: dict[str, Any], titles: Iterable[str]) -> bool:
    """Whether one of the page's titles contains the object's headline."""
    headline = _headline(node)
    return len(headline) >= _HEADLINE and any(headline in text_key(title) for title in titles)


def _listed(value: object) -> list[Any]:
    return value[: _JSON_LD.items] if isinstance(value, list) else [value]


def _texts(value: object) -> Iterator[str]:
    """The texts and numbers in a field. JSON-LD allows several, and each may be an object."""
    for item in _listed(value):
        if isinstance(item, dict):
            item = item.get("@value")
        if isinstance(item, str) or (isinstance(item, int | float) and item is not True):
            yield str(item)


def _is_false(value: object) -> bool:
    """Whether a field is false: JSON's false, or a text such as "False" or a URL of schema.org."""
    said = str(value).lower().rsplit("/", 1)[-1]
    return said in {"false", "no", "0"}


def _names(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, ""
    elif isinstance(value, list):
        for item in value[:20]:
            if not isinstance(item, list):
                yield from _names(item)
    elif isinstance(value, dict) and not isinstance(value.get("name"), dict):
        kind = next(iter(_types(value)), "")
        yield from ((name, kind) for name, _ in _names(value.get("name")))


# ---- microdata ----


def _microdata(root: html.HtmlElement, titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The properties of the elements near the headline, then those of the others."""
    headline = _headline_of(root, titles)
    near = [] if headline is None else _around(headline, list(root.iter(etree.Element)))
    for element in near:
        yield from _properties(element)
        yield from _dates(element)
    around = set(near)
    for element in cast("list[html.HtmlElement]", _with_property(root)):
        if element not in around:
            yield from _properties(element)
    if headline is None:
        yield from next(filter(None, map(list, map(_dates, root.iter("time")))), [])


def _around(
    headline: html.HtmlElement, elements: Sequence[html.HtmlElement]
) -> list[html.HtmlElement]:
    """The elements around a heading: those after it, then those before it, the nearest first."""
    at = elements.index(headline)
    after = elements[at + 1 : at + 1 + _NEAR.after]
    return [*after, *reversed(elements[max(0, at - _NEAR.before) : at])]


def _headline_of(root: html.HtmlElement, titles: Sequence[str]) -> html.HtmlElement | None:
    """The heading that one of the page's titles contains, or else the first main heading."""
    keys = [text_key(title) for title in titles]
    for element in root.iter("h1", "h2", "h3"):
        heading = text_key("".join(element.itertext()))
        if len(heading) >= _HEADLINE and any(heading in title for title in keys):
            return element
    return next(root.iter("h1"), None)


def _properties(element: html.HtmlElement) -> Iterator[tuple[str, str]]:
    properties = element.get("itemprop")
    if not properties or element.tag == "meta":
        return
    value = element.get("datetime") or element.get("content")
    if not value and element.tag == "abbr":
        value = element.get("title")
    if value:
        yield from ((prop.lower(), _plain(value)) for prop in properties.split())


def _dates(element: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """The dates in the datetime, title and data- attributes of an element."""
    for attribute, value in element.items():
        if _may_be_dated(element.tag, attribute) and in_value(value):
            names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {attribute}"
            yield "updated" if _is_change(names.lower()) else "time", _plain(value)


def _may_be_dated(tag: str, attribute: str) -> bool:
    if attribute.startswith("data-"):
        return any(map(_DATE_NAME.fullmatch, attribute.split("-")[1:]))
    return attribute == "datetime" or (tag, attribute) == ("abbr", "title")


def _is_change(names: str) -> bool:
    return bool(_CHANGE_NAME.search(names)) and not _PUBLISHED_NAME.search(names)
