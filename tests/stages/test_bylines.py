"""Who wrote, edited and lent an article."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from flows.records import Removed
from flows.stages.extraction.bylines import People, read_people
from flows.stages.extraction.lines import Line, read_lines
from flows.stages.extraction.metadata import Metadata
from flows.stages.extraction.names import is_person
from flows.stages.extraction.witnesses import Surroundings
from flows.stages.press.text import text_key
from tests.helpers.cases import cases

CASES = cases("bylines/people")
TEXT = "Sejak pagi para nelayan menunggu angin reda di dermaga. "
OUTLET = "Kabar Angin"
ROLES = ("author", "editor", "credit")


def lines(texts: list[str]) -> list[Line]:
    """Lines of a page; "<a>…" is a link, "div.name …" stands in an element of that class, and what
    begins with another tag is markup.
    """
    root = html.fromstring("<body></body>")
    for text in texts:
        start, _, rest = text.partition(" ")
        if text.startswith("<a>"):
            html.etree.SubElement(html.etree.SubElement(root, "p"), "a").text = text[3:]
        elif text.startswith("<"):
            root.append(html.fragment_fromstring(text))
        elif start.startswith("div."):
            html.etree.SubElement(root, "div", {"class": start[4:]}).text = rest
        else:
            html.etree.SubElement(root, "p").text = text
    html.etree.SubElement(root, "p").text = TEXT * 20
    return read_lines(root)[:-1]


def metadata(case: dict[str, Any]) -> Metadata:
    return Metadata(
        article=case.get("json_ld", {}),
        types=frozenset(),
        tags={name: (value,) for name, value in case.get("meta", {}).items()},
        microdata=(),
        title="",
        canonical=case.get("canonical"),
    )


def people(case: dict[str, Any]) -> People:
    around = Surroundings(*(lines(case.get(part, [])) for part in ("near", "behind", "closing")))
    removed = [
        Removed(rule, case[name])
        for name, rule in (("sign_off", "sign-off"), ("aired", "aired"), ("note", "author-note"))
        if name in case
    ]
    return read_people(
        metadata(case), around, removed, OUTLET, case.get("home", "https://www.kabarangin.example/")
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_people(case: dict[str, Any]) -> None:
    """Author, editor and credit are told apart, and an outlet is never its own author."""
    found = people(case)
    assert {role: getattr(found, role) for role in ROLES} == {
        role: case.get(role) for role in ROLES
    }
    named = {
        role: [origin.place for origin in origins]
        for role, origins in found.origins.items()
        if origins
    }
    assert set(named) == set(ROLES) & set(case)
    assert named == named | case.get("from", {})


def test_surroundings() -> None:
    """What stands before the second paragraph and behind the last but one may name people; what
    stands far above the headline may not.
    """
    texts = [f"Kanal {at}" for at in range(20)]
    body = [f"{at} {TEXT}" for at in range(4)]
    page = lines([*texts, "Judul", body[0], "Oleh", *body[1:3], "Editor", body[3], "Bagikan"])
    around = Surroundings.of(page, 20, body)
    assert [line.text for line in around.head] == [
        *texts[12:],
        "Judul",
        body[0].strip(),
        "Oleh",
        body[1].strip(),
    ]
    assert [line.text for line in around.tail] == [
        body[2].strip(),
        "Editor",
        body[3].strip(),
        "Bagikan",
    ]


VOCABULARY = (
    "Penulis Editor Oleh Sumber Jurnalis : | , . - ( ) / & dan Rina Widya Suharto M. S.H. Redaksi "
    "Admin Kabar Angin KABAR kabarangin.example Antara Reuters 12 Mei 2024 WIB Bagikan Tim"
)
WORDS = st.sampled_from(VOCABULARY.split())
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=60)


@given(
    near=st.lists(TEXTS, max_size=6),
    behind=st.lists(TEXTS, max_size=6),
    author=TEXTS,
    tag=TEXTS,
    sign_off=TEXTS,
)
def test_any_page(near: list[str], behind: list[str], author: str, tag: str, sign_off: str) -> None:
    """Whatever a page holds, its authors are persons who stand on it, and never the outlet."""
    texts = {
        name: [text for text in given if text.isprintable() and not text.startswith("<")]
        for name, given in (("near", near), ("behind", behind))
    }
    case = {
        **texts,
        "json_ld": {"author": {"name": author}},
        "meta": {"author": tag},
        "sign_off": sign_off,
    }
    found = people(case)
    stated = [*texts["near"], *texts["behind"], author, tag, sign_off]
    for name in (found.author or "").split("; ") if found.author else []:
        assert is_person(name)
        assert text_key(name) != text_key(OUTLET)
        assert any(text_key(name) in text_key(text) for text in stated)


@pytest.mark.parametrize("text", [*"aA.,([\"'|/&-1@", "Aa ", "Editor ", "Oleh A "])
def test_time(text: str) -> None:
    """Long lines of one thing over and over take no longer than their length."""
    long = text * (100_000 // len(text))
    case = {"meta": {"author": long}, "json_ld": {"author": {"name": long}}}
    around = Surroundings(lines([long]), lines([long]))
    cut = [Removed("sign-off", long), Removed("aired", long)]
    started = time.perf_counter()
    read_people(metadata(case), around, cut, OUTLET, "https://www.kabarangin.example/")
    assert time.perf_counter() - started < 1.0
