"""Which words of a page are its headline."""

import re
from typing import Any

import pytest
from lxml import html

from flows.records import Source
from flows.stages.extraction.headline import find_headline
from flows.stages.extraction.lines import read_lines
from flows.stages.extraction.metadata import read_metadata
from tests.helpers.cases import cases

CASES = cases("extract/headlines")
SOURCE = Source(
    "kabarangin", "Kabar Angin", "https://www.kabarangin.example/", re.compile("/berita/")
)
TEXT = "<p>Perahu itu membawa beras dan obat-obatan bagi warga yang terputus dari daratan.</p>" * 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_headlines(case: dict[str, Any]) -> None:
    """The headline is what the page shows, unless title and address say that it is elsewhere."""
    root = html.document_fromstring(
        f"<html><head><title>{case['title']}</title></head><body>{case['page']}{TEXT}</body></html>"
    )
    url = case.get("url", SOURCE.home)
    found = find_headline(root, read_metadata(root), read_lines(root), SOURCE, url)
    assert (found.text, found.place) == (case["headline"], case["from"])
