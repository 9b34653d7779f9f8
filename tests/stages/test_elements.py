"""What an element's tag, class and id say about its text, and what the text makes of it."""

import re
from typing import Any

import pytest
from lxml import html

from flows.stages.extraction.elements import KINDS, Hints, hint, name_pattern
from flows.stages.extraction.lines import read_lines
from flows.stages.extraction.tree import Tree
from flows.stages.press.text import text_key
from tests.helpers.cases import cases

CASES = cases("elements/pages")
NAMES = [
    (kind, name, example)
    for kind, facts in KINDS.items()
    for name, example in facts.get("names", {}).items()
]
PARAGRAPHS = [
    f"{who} mengatakan kapal bantuan tiba di pulau itu pada pagi hari setelah badai di selat "
    f"utara reda, sehingga {what} bisa dibagikan kepada warga sebelum malam tiba."
    for who, what in (
        ("Bupati", "beras dan minyak goreng"),
        ("Camat", "selimut serta obat-obatan"),
        ("Kepala desa", "air bersih dalam jeriken"),
        ("Seorang pengungsi", "pakaian anak-anak"),
        ("Petugas pelabuhan", "bahan bakar kapal"),
        ("Ketua nelayan", "jaring yang baru"),
    )
]
CAPTION = "Warga menurunkan karung beras dari kapal di dermaga pulau itu, Selasa sore."
PARTS = {
    **{f"p{number}": f"<p>{text}</p>" for number, text in enumerate(PARAGRAPHS, start=1)},
    **{f"b{number}": text for number, text in enumerate(PARAGRAPHS, start=1)},
    "text": "".join(f"<p>{text}</p>" for text in PARAGRAPHS),
    "head": "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:3]),
    "tail": "".join(f"<p>{text}</p>" for text in PARAGRAPHS[3:]),
    "links": '<a href="/a">Panen Cabai di Lereng Gunung Kelud</a>' * 3,
    "caption": CAPTION,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_pages(case: dict[str, Any]) -> None:
    """A name cuts what the text confirms, and never a part of a sentence."""
    root = html.fromstring(f"<body>{case['page'].format(**PARTS)}</body>")
    lead = text_key(case.get("lead", "").format(**PARTS))[:60]
    found = {
        line.text: line.clutter
        for line in read_lines(root, Hints(Tree.of(root), lead))
        if line.clutter
    }
    expected = {
        re.sub("<.*?>", "", text.format(**PARTS)): kind
        for text, kind in case.get("clutter", {}).items()
    }
    assert found == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_nothing_is_lost(case: dict[str, Any]) -> None:
    """The lines hold every word of the page once, in its order."""
    root = html.fromstring(f"<body>{case['page'].format(**PARTS)}</body>")
    lines = "".join(text_key(line.text) for line in read_lines(root))
    assert lines == text_key(str(root.xpath("string()")))


@pytest.mark.parametrize(("kind", "name", "example"), NAMES, ids=lambda value: str(value))
def test_every_name_is_needed(kind: str, name: str, example: str) -> None:
    """A name finds the class that it was seen as, its kind is what comes of it, and no other name
    of the kind would do.
    """
    assert hint(html.Element("div", {"class": example})) == kind
    others = [other for other in KINDS[kind]["names"] if other != name]
    assert not others or not re.search(name_pattern(others), example.lower())


def test_a_name_is_a_whole_word() -> None:
    """Names inside of words say nothing, nor do those of the page's own wrappers."""
    for name in ("carbon", "loaded", "updated", "stagnant", "headline"):
        assert hint(html.Element("div", {"class": name})) is None
    assert hint(html.Element("article", {"class": "related"})) is None
    root = html.fromstring("<div class='ads'><p>Iklan</p></div>")
    assert Hints(Tree.of(root)).clutter(root) == {}
