"""What a page says about itself out of the reader's sight: JSON-LD, meta tags, microdata, the
canonical link.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html

from flows.stages.press.text import tidy

# schema.org's types of one text; a page that only declares others is no article, or says nothing
# about it.
_ARTICLE_TYPES = """
    Article NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle BackgroundNewsArticle AdvertiserContentArticle
    LiveBlogPosting BlogPosting SocialMediaPosting Report TechArticle Review
"""
ARTICLE_TYPES = frozenset(_ARTICLE_TYPES.split())
_BROKEN_FIELD = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated)"\s*:\s*"((?:[^"\\]|\\.){1,400})"'
)
_MAX_JSON = 400_000  # the longest real article object seen has 60 thousand characters


@dataclass(frozen=True, slots=True)
class Metadata:
    """`article`: the JSON-LD object of the article, else of the page, else empty; `types`: every
    JSON-LD type on the page; `microdata`: itemprop names with their machine-readable values, and
    the first `<time>` as "time".
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
        return [(place, text) for place, text in stated if text]

    def text(self, *keys: str) -> str:
        """The first of the article object's fields that is a text, else ''."""
        return next(
            (
                tidy(value)
                for key in keys
                if isinstance(value := self.article.get(key), str) and value.strip()
            ),
            "",
        )

    def names(self, key: str) -> list[tuple[str, str]]:
        """The names in one of the article object's fields, each with its type ('' where none is
        given).
        """
        return [(tidy(name), kind) for name, kind in _names(self.article.get(key)) if name.strip()]


def read_metadata(root: html.HtmlElement) -> Metadata:
    objects = [
        node
        for script in root.iter("script")
        if _is_json_ld(script)
        for node in _objects(script.text or "")
    ]
    tags: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and meta.get("content"):
            tags.setdefault(name.strip().lower(), []).append(tidy(meta.get("content")))
    microdata = [
        (prop.lower(), tidy(value))
        for element in root.xpath("//*[@itemprop]")
        for prop in element.get("itemprop").split()
        if element.tag != "meta" and (value := element.get("datetime") or element.get("content"))
    ]
    microdata += [
        ("time", tidy(element.get("datetime"))) for element in root.xpath("(//time[@datetime])[1]")
    ]
    canonical = next(
        (
            link.get("href")
            for link in root.iter("link")
            if (link.get("rel") or "").lower() == "canonical" and link.get("href")
        ),
        None,
    )
    return Metadata(
        article=_article(objects),
        types=frozenset(kind for node in objects for kind in _types(node)),
        tags={name: tuple(values) for name, values in tags.items()},
        microdata=tuple(microdata),
        title=tidy(root.findtext(".//head/title") or root.findtext(".//title") or ""),
        canonical=canonical.strip() if canonical else None,
    )


def _is_json_ld(script: html.HtmlElement) -> bool:
    return "ld+json" in (script.get("type") or "").lower()


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every object of a JSON-LD script, graphs and lists opened; of broken JSON the fields that can
    still be read.
    """
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    if not text or len(text) > _MAX_JSON:
        return
    try:
        pending = [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        fields = dict(reversed(_BROKEN_FIELD.findall(text)))
        if fields:
            yield {"@type": "NewsArticle" if "NewsArticle" in text else "WebPage", **fields}
        return
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


def _types(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [
        kind.rsplit("/", 1)[-1]
        for kind in (kinds if isinstance(kinds, list) else [kinds])
        if isinstance(kind, str)
    ]


def _article(objects: list[dict[str, Any]]) -> dict[str, Any]:
    ranked = [node for node in objects if ARTICLE_TYPES.intersection(_types(node))]
    ranked += [node for node in objects if "WebPage" in _types(node) and "datePublished" in node]
    return ranked[0] if ranked else {}


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
