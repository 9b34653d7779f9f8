"""Each outlet of sources.yaml on a page of its present template, with every field and every kind of
clutter that is known of it.
"""

from datetime import datetime
from typing import Any

import pytest

from flows.config import load_sources
from flows.records import Article, Page, Source, WarcRef
from flows.stages.extraction.extract import extract
from flows.stages.press.text import text_key
from tests.helpers.cases import cases
from tests.helpers.paths import CASES, ROOT

SOURCES = {source.id: source for source in load_sources(ROOT / "sources.yaml")}


def found(source: Source) -> tuple[Article, dict[str, Any]]:
    """The article of the source's page, and what is expected of it."""
    expected = cases(f"outlets/{source.id}")
    url, at = expected["url"], instant(expected["fetched_at"])
    assert at is not None
    assert source.articles.search(url)
    body = (CASES / "outlets" / f"{source.id}.html").read_bytes()
    page = Page(url, source.id, url, url, at, "text/html", body, WarcRef("a.warc.gz", 0))
    article = extract(page, source)
    assert isinstance(article, Article), article
    return article, expected


def instant(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@pytest.mark.parametrize("source_id", SOURCES)
def test_fields(source_id: str) -> None:
    """Every field is what the page says."""
    article, expected = found(SOURCES[source_id])
    for name in ("title", "author", "editor", "credit", "dateline", "published_precision"):
        assert getattr(article, name) == expected[name], name
    for name in ("published_at", "modified_at"):
        assert getattr(article, name) == instant(expected[name]), name


@pytest.mark.parametrize("source_id", SOURCES)
def test_text(source_id: str) -> None:
    """The body is the article's own paragraphs, and what stands between them is told as removed."""
    article, expected = found(SOURCES[source_id])
    assert article.body.split("\n") == expected["body"]
    cut = text_key(" ".join(removed.text for removed in article.removed))
    assert [line for line in expected["clutter"]["removed"] if text_key(line) not in cut] == []


@pytest.mark.parametrize("source_id", SOURCES)
def test_without_rules(source_id: str) -> None:
    """The same text comes out where nothing of the outlet is known but its address."""
    known = SOURCES[source_id]
    bare = Source(known.id, known.name, known.home, known.articles, timezone=known.timezone)
    article, expected = found(bare)
    assert article.body.split("\n") == expected["body"]
