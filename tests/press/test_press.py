"""The committed archive and gold are what the generator makes, and they are true to each other."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.press import build
from tests.press.gold import page_text, squeezed
from tests.press.newsroom import full_page_queries

GOLD: dict[str, Any] = json.loads(build.GOLD.read_text(encoding="utf-8"))
ARTICLES: list[dict[str, Any]] = GOLD["articles"]


@pytest.fixture(scope="module")
def made() -> tuple[bytes, str]:
    """The generator's output, made once for all tests here."""
    return build.build()


@pytest.fixture(scope="module")
def texts() -> dict[str, list[str]]:
    """The text of every HTML page in the committed archive by its URL, in the order of capture."""
    found: dict[str, list[str]] = {}
    for record in ArchiveIterator(BytesIO(build.ARCHIVE.read_bytes())):
        if record.rec_type == "response" and "html" in (
            record.http_headers.get_header("Content-Type") or ""
        ):
            encoding = (
                "windows-1252"
                if "windows-1252" in record.http_headers.get_header("Content-Type")
                else "utf-8"
            )
            body = record.content_stream().read().decode(encoding)
            found.setdefault(record.rec_headers.get_header("WARC-Target-URI"), []).append(
                page_text(body) if body else ""
            )
    return found


def captured(texts: dict[str, list[str]], article: dict[str, Any]) -> list[str]:
    """The texts of all the captures of an article: the first of several pages, the whole, twins."""
    query = full_page_queries()[article["source_id"]]
    return [
        text
        for url in article["urls"]
        for address in {url, url + query}
        for text in texts.get(address, [])
    ]


def test_archive_is_what_the_generator_makes(made: tuple[bytes, str]) -> None:
    """The committed archive holds the generator's records byte for byte (the outer gzip depends on
    the zlib at hand).
    """
    committed = build.ARCHIVE.read_bytes()
    assert gzip.decompress(committed) == gzip.decompress(made[0])
    assert len(committed) < 1_000_000


def test_gold_is_what_the_generator_makes(made: tuple[bytes, str]) -> None:
    """The committed gold is the generator's, byte for byte."""
    assert build.GOLD.read_text(encoding="utf-8") == made[1]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_gold_is_true_to_the_pages(texts: dict[str, list[str]], article: dict[str, Any]) -> None:
    """Every paragraph and every clutter line of an article stands on one of its pages, and no line
    is both.
    """
    pages = captured(texts, article)
    for line in [paragraph for version in article["versions"] for paragraph in version] + article[
        "clutter"
    ]:
        assert any(squeezed(line) in page for page in pages), line
    assert not set(article["paragraphs"]) & set(article["clutter"])


def test_stories_and_copies_are_consistent() -> None:
    """Copies and rewrites lie in the story of the original they name, and an original is nobody's
    copy.
    """
    by_id = {article["id"]: article for article in ARTICLES}
    for article in ARTICLES:
        original = by_id[article["original"]]
        assert original["story"] == article["story"]
        assert original["relation"] in ("original", "same_story")
        assert (
            article["published_at"] >= original["published_at"]
            or article["published_precision"] == "day"
        )
