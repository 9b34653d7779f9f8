"""Which lines are captions by where they stand."""

from typing import Any

import pytest
from lxml import html

from flows.stages.extraction.boilerplate import clean
from flows.stages.extraction.lines import read_lines
from flows.stages.press.text import text_key
from tests.helpers.cases import cases

CASES = cases("captions/pictures")
TEXT = [
    "Angin kencang membuat nelayan di pantai utara tidak melaut.",
    "Gelombang setinggi tiga meter terlihat dari dermaga, kata syahbandar.",
    "Pasar ikan sepi pembeli sejak pagi.",
    "Cuaca buruk diperkirakan berakhir pekan depan.",
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_pictures(case: dict[str, Any]) -> None:
    """A picture's caption is cut, a paragraph beside a picture stays."""
    paragraphs = [f"<p>{text}</p>" for text in TEXT]
    box = html.fromstring(
        f"<div>{''.join(paragraphs[:2])}{case['picture']}{''.join(paragraphs[2:])}</div>"
    )
    found = clean(
        read_lines(box), "Judul Lain", lead=text_key(case.get("lead", "")), outlet="Kabar Angin"
    )
    assert [cut.text for cut in found.removed] == case.get("cut", [])
    assert found.body == [*TEXT[:2], *case.get("kept", []), *TEXT[2:]]
