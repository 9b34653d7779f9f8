"""Which part of a page is the article, whatever stands beside it."""

import json
import re
from typing import Any

import pytest

from flows.records import Source
from tests.helpers.cases import cases
from tests.helpers.pages import article

CASES = cases("container/pages")
WHO = (
    "Bupati",
    "Camat",
    "Kepala desa",
    "Seorang pengungsi",
    "Petugas",
    "Ketua nelayan",
    "Syahbandar",
)
ARTICLE = [
    (
        f"{who} mengatakan kapal bantuan tiba di pulau itu pada pagi hari setelah badai reda di "
        f"selat utara."
    )
    for who in WHO
]
OTHER = [
    (
        f"{who} mengatakan panen cabai di lereng gunung itu melimpah sehingga harganya turun di "
        f"pasar kota."
    )
    for who in WHO
]
COMMENTS = [
    f"{who} ini ada benarnya juga, semoga cepat selesai dan semua kembali seperti semula."
    for who in WHO
]
END = "Badan meteorologi meminta warga pesisir tetap waspada sampai akhir bulan."


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_pages(case: dict[str, Any]) -> None:
    """The body is the article's paragraphs, no more and no less."""
    parts = {
        "article": paragraphs(ARTICLE),
        **{f"p{number}": f"<p>{text}</p>" for number, text in enumerate(ARTICLE, start=1)},
        "other": paragraphs(OTHER),
        "comments": paragraphs(COMMENTS),
        "links": '<p><a href="/a">Panen Cabai di Lereng Gunung Kelud</a></p>' * 3,
        "teasers": "".join(
            (
                f'<div><h4><a href="/{i}">Panen Cabai di Lereng Gunung</a></h4><p>KEDIRI - '
                f"{text}</p></div>"
            )
            for i, text in enumerate(OTHER)
        ),
        "end": f"<p>{END}</p>",
    }
    stated = {
        "@type": "NewsArticle",
        "headline": "Badai Reda di Selat",
        "articleBody": " ".join(ARTICLE),
    }
    script = (
        f'<script type="application/ld+json">{json.dumps(stated)}</script>'
        if case.get("json_ld")
        else ""
    )
    source = Source(
        id="kabarangin",
        name="Kabar Angin",
        home="https://www.kabarangin.example/",
        articles=re.compile("/berita/"),
        container=tuple(case.get("selectors", ())),
    )
    found = article(
        f"<html><head>{script}</head><body>{case['page'].format(**parts)}</body></html>", source
    )
    behind = [case[name] for name in ("subheading",) if name in case]
    body = [line for line in found.body.split("\n") if not re.fullmatch(r"[\d.]+ WIB", line)]
    assert body == [*ARTICLE, *behind, *([END] if case.get("end") else [])]
