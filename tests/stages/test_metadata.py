"""What a page says about itself in its markup."""

import json
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from flows.stages.extraction.metadata import Metadata, read_metadata
from tests.helpers.cases import cases

CASES = cases("metadata/pages")
FILLER = "<p>Perahu penjual berjajar sejak subuh.</p>" * 100


def metadata(page: str) -> Metadata:
    root = html.document_fromstring(f"<html>{page.replace('{filler}', FILLER)}</html>")
    return read_metadata(root)


def scripted(script: str) -> Metadata:
    root = html.document_fromstring("<html><head></head></html>")
    html.etree.SubElement(root[0], "script", type="application/ld+json").text = script
    return read_metadata(root)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_pages(case: dict[str, Any]) -> None:
    """JSON-LD, meta tags and microdata are read, mended and cleaned."""
    found = metadata(case["page"])
    assert {name: found.text(name) for name in case.get("text", {})} == case.get("text", {})
    assert {name: found.tag(name) for name in case.get("tag", {})} == case.get("tag", {})
    names = {name: [list(each) for each in found.names(name)] for name in case.get("names", {})}
    assert names == case.get("names", {})
    if "microdata" in case:
        assert [list(each) for each in found.microdata] == case["microdata"]
    for name in ("title", "is_article", "paywalled"):
        assert name not in case or getattr(found, name) == case[name]


TEXTS = st.text(st.characters(exclude_categories=[]), max_size=40)


@settings(deadline=None, derandomize=True)
@given(TEXTS)
def test_texts_are_clean(text: str) -> None:
    """What comes out of JSON-LD can be stored and shown, whatever its escapes say."""
    found = scripted(json.dumps({"@type": "NewsArticle", "headline": text, "author": text}))
    for clean in [found.text("headline"), *(name for name, _ in found.names("author"))]:
        assert clean.encode("utf-8") is not None
        assert clean == unicodedata.normalize("NFC", " ".join(clean.split()))
        assert not [sign for sign in clean if unicodedata.category(sign) in {"Cc", "Cs"}]


PLAIN = st.text(st.sampled_from("Pasar, apung: (5) 'b' \\"), min_size=1).map(
    lambda text: " ".join(text.split())
)


@settings(deadline=None, derandomize=True)
@given(PLAIN, PLAIN, st.integers(0, 9))
def test_mended_texts(first: str, second: str, number: int) -> None:
    """A quote or a line break inside a text costs nothing of it."""
    stated = f'{first}\' "{second}" {number}'
    escaped = stated.replace("\\", "\\\\")
    script = '{"@type": "NewsArticle",\n "headline": "%s", "datePublished": "2026-03-10",}'
    found = scripted(script % escaped)
    assert found.text("headline") == " ".join(stated.split())
    assert found.text("datePublished") == "2026-03-10"


@settings(deadline=None, derandomize=True)
@given(st.text(st.sampled_from('{}[]",:\\ntrue1 \n@"graph'), max_size=80))
def test_no_script_raises(script: str) -> None:
    """Broken JSON is no reason to fail."""
    assert scripted(script).types >= frozenset()


@pytest.mark.parametrize(
    "unit", ['"', "{", "[", ",", "\\", ' "a": "', "<", "<b ", "&", "&amp;", "1", " "]
)
def test_time_is_linear(unit: str) -> None:
    """A hundred thousand equal characters take no longer than reading them."""
    text = unit * (100_000 // len(unit))
    start = time.perf_counter()
    scripted('{"headline": "' + text)
    found = scripted(json.dumps({"@type": "NewsArticle", "headline": text}))
    assert len(found.text("headline")) <= len(text)
    assert time.perf_counter() - start < 2
