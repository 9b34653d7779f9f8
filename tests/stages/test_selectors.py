"""What is proposed for `container` and `prune`, from the pages of three articles."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from flows.records import Page, Source, WarcRef
from flows.stages.extraction.selectors import propose_container, propose_prune
from tests.helpers.newcomers import article

SOURCE = Source("warta", "Warta Kita", "https://warta.example/", re.compile("/"))
PROMPT = "<p>Warga Sayungan membaca Warta Kita setiap sore di beranda rumah mereka bersama.</p>"
ANOTHER = PROMPT.replace("sore", "pagi")
LONE = "<p>Panitia nomor {} menutup acara itu dengan doa bersama di halaman balai desa.</p>"


def pages(texts: Sequence[str]) -> list[Page]:
    now = datetime(2026, 3, 11, tzinfo=UTC)
    urls = [f"https://warta.example/{at}" for at in range(len(texts))]
    return [
        Page(url, "warta", url, url, now, "text/html", text.encode(), WarcRef("", 0))
        for url, text in zip(urls, texts, strict=True)
    ]


def wrapped(inner: Sequence[str], outer: str = "isi") -> list[str]:
    """Articles whose texts are in a box of one name, within one of another."""
    made = [article(at, box=name) for at, name in enumerate(inner)]
    return [
        text.replace(
            f'<div class="{name}">', f'<main class="{outer}"><div class="{name}">'
        ).replace("</body>", "</main></body>")
        for text, name in zip(made, inner, strict=True)
    ]


CONTAINERS = [
    ("the same place on each page", [article(at) for at in range(3)], ()),
    ("places that are numbered", wrapped(["pos-1", "pos-22", "pos-333"]), ()),
    ("places of other names", wrapped(["merah", "hijau", "biru"]), (".isi",)),
    ("no name in common", wrapped(["merah", "hijau", "biru"], outer="x1"), ()),
    ("one article", wrapped(["merah"]), ()),
    ("no article", ["<html><body><p>Kosong</p></body></html>"] * 3, ()),
]


@pytest.mark.parametrize(
    ("texts", "container"), [case[1:] for case in CONTAINERS], ids=[case[0] for case in CONTAINERS]
)
def test_container(texts: Sequence[str], container: tuple[str, ...]) -> None:
    """A container is proposed where the pages do not show it in one way."""
    assert propose_container(pages(texts), SOURCE) == container


def boxed(box: str, on: Sequence[int] = (0, 1, 2)) -> list[str]:
    """Articles with a box at the end of their texts. In it, {} is the article's number."""
    return [article(at, after=box.format(at) if at in on else "") for at in range(3)]


PRUNES = [
    ("nothing in common", boxed(f'<div class="ajak">{LONE}</div>'), ()),
    ("a box on each page", boxed(f'<div class="ajak">{PROMPT}</div>'), (".ajak",)),
    ("on two of three", boxed(f'<div class="ajak">{PROMPT}</div>', on=(0, 2)), (".ajak",)),
    ("an id", boxed(f'<div id="ajakan">{PROMPT}</div>'), ("#ajakan",)),
    (
        "the box around the box",
        boxed(f'<div class="luar"><div class="dalam">{PROMPT}</div></div>'),
        (".luar",),
    ),
    ("no name", boxed(f"<div>{PROMPT}</div>"), ()),
    ("a numbered name", boxed(f'<div class="iklan-3f9">{PROMPT}</div>'), ()),
    (
        "a name that paragraphs have",
        boxed(f'<div class="par">{PROMPT}</div><div class="par">{LONE}</div>'),
        (),
    ),
    ("on one page", boxed(f'<div class="ajak">{PROMPT}</div>', on=(1,)), ()),
    (
        "two boxes",
        boxed(f'<div class="ajak">{PROMPT}</div><div class="ikut">{ANOTHER}</div>'),
        (".ajak", ".ikut"),
    ),
]


@pytest.mark.parametrize(
    ("texts", "prune"), [case[1:] for case in PRUNES], ids=[case[0] for case in PRUNES]
)
def test_prune(texts: Sequence[str], prune: tuple[str, ...]) -> None:
    """A box is proposed where its lines are in several texts, and it has no line of one alone."""
    assert propose_prune(pages(texts), SOURCE) == prune
