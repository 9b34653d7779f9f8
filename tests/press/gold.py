"""What must come of the invented press's archive: every article, rejection, hit and alert.

An article's `paragraphs`, joined by newlines, are its body after both nights; no line of the body
may be one of its `clutter`. Instants are exact. `original` is the article that `relation` refers
to. A rejection's reason must be one of `accept`; the URLs in `no_trace` are listed but must leave
neither article nor rejection.
"""

import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from lxml import etree

from tests.press.newsroom import (
    NIGHTS,
    ZONES,
    Article,
    full_page_queries,
    load_once,
    pages_of,
    versions,
)

TOPICS = {
    "russia-dprk": {"ktt": 1, "pakta": 2}
}  # topic -> story -> the night whose run raises its one alert


def gold(articles: list[Article]) -> dict[str, Any]:
    """The whole expectation, as gold.json holds it."""
    links = load_once("links.yaml")
    fresh = {night: [a["id"] for a in articles if a["night"] == night] for night in NIGHTS}
    writing = {a["outlet"] for a in articles if a["night"] == 2}
    return {
        "nights": [
            {"night": n, "now": now.astimezone(ZONES["WIB"]).isoformat(), "new": fresh[n]}
            for n, now in NIGHTS.items()
        ],
        "changed_on_night_2": [a["id"] for a in articles if len(versions(a)) > 1],
        "nothing_new_on_night_2": sorted({a["outlet"] for a in articles} - writing),
        "quiet_on_night_2": ["gempita"],
        "topics": {topic: _topic(stories, articles) for topic, stories in TOPICS.items()},
        "rejections": [_rejection(link) for link in links if "reason" in link],
        "no_trace": [link["url"] for link in links if "reason" not in link],
        "articles": [_article(a, {a["id"]: a for a in articles}) for a in articles],
    }


def _topic(stories: dict[str, int], articles: list[Article]) -> dict[str, Any]:
    """The hits and alerts of one topic over both nights."""
    return {
        "hits": sorted(a["id"] for a in articles if a["story"] in stories),
        "alerts": [{"night": night, "story": story} for story, night in stories.items()],
    }


def _rejection(link: dict[str, Any]) -> dict[str, Any]:
    """`reason` is the one that says most; those in `accept` are true as well."""
    accept = [link["reason"], *link.get("accept", [])]
    return {
        "url": link["url"],
        "source_id": link["outlet"],
        "stage": link["stage"],
        "reason": link["reason"],
        "accept": accept,
    }


def _article(a: Article, by_id: dict[str, Article]) -> dict[str, Any]:
    """One article as the warehouse must hold it after both nights; `versions` are its texts in the
    order in which they were seen.
    """
    pages = list(pages_of(a))
    texts = [[text for _, text in version["blocks"]] for version in versions(a)]
    urls = {a["url"], a.get("moved_from", a["url"])} | {
        page.url.removesuffix(full_page_queries()[a["outlet"]]) for page in pages
    }
    return {
        "id": a["id"],
        "source_id": a["outlet"],
        "night": a["night"],
        "url": a["url"],
        "urls": sorted(urls),
        "title": a["title"],
        "author": a["author"],
        "editor": a["editor"],
        "credit": a["credit"],
        "dateline": a["place"],
        "published_at": a["published"].isoformat(),
        "published_precision": a["precision"],
        "story": a["story"],
        "relation": a["relation"],
        "original": _root(a, by_id),
        "topics": [topic for topic, stories in TOPICS.items() if a["story"] in stories],
        "trap": a["trap"],
        "paragraphs": texts[-1],
        "versions": texts,
        "clutter": _clutter(a, [page_text(page.html) for page in pages]),
    }


def _root(a: Article, by_id: dict[str, Article]) -> str:
    """The id of the report that a copy or rewrite goes back to, or the article's own."""
    while a["relation"] in ("copy", "rewrite"):
        a = by_id[a["of"]]
    return str(a["id"])


def _clutter(a: Article, pages: list[str]) -> list[str]:
    """The lines of this article's pages that must not be lines of its body."""
    c = load_once("clutter.yaml")[a["outlet"]]
    people = [a["byline"], a["author"], a["editor"], a["credit"]]
    teasers = [(title, title.removeprefix("Video: ")) for title in a["teasers"]]
    lines = [line for line in _strings(c) if "{}" not in line]
    lines += [
        form.format(title)
        for form in _strings(c)
        if "{}" in form
        for pair in teasers
        for title in pair
    ]
    lines += [c["teaser_title"] + title for title, _ in teasers if "teaser_title" in c]
    lines += [title for title, _ in teasers] + a["tags"] + [name for name in people if name]
    lines += [
        f"{label}: {name}"
        for label in ("Penulis", "Editor", "Pewarta", "Oleh", "Sumber")
        for name in people
        if name
    ]
    lines += [
        a["caption"],
        a["photo_credit"],
        a["date_line"],
        a.get("code", ""),
        f"({a['author']})",
        f"{a['author']} - detakNews",
    ]
    lines += [f"Telusuri berita {a['section']} lainnya", "Copyright © MANDALA 2026"]
    paragraphs = {text for _, text in a["blocks"]}
    seen = [
        line
        for line in dict.fromkeys(map(squeezed, lines))
        if line and any(line in text for text in pages)
    ]
    return [line for line in seen if line not in paragraphs]


def _strings(value: Any) -> Iterator[str]:
    """All strings of a nested value; a key that is a heading on the page counts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    else:
        for key, item in value.items():
            yield from [key] if key[0].isupper() else []
            yield from _strings(item)


def page_text(html: str) -> str:
    """The page's text without scripts and styles, every run of white space one space."""
    tree = lxml.html.document_fromstring(html)
    etree.strip_elements(tree, "script", "style", with_tail=False)
    return squeezed(" ".join(map(str, tree.itertext())))


def squeezed(text: str) -> str:
    """`text` with every run of white space one space."""
    return re.sub(r"\s+", " ", text).strip()
