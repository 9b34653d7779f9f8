"""The grammar of a credit line, and what is a person's name."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.stages.extraction.credit_lines import (
    Role,
    has_label,
    is_credit_line,
    label_of,
    read_credits,
    sort_names,
    unlabelled_people,
)
from flows.stages.extraction.names import cased, is_full_name, is_person, name_key, split_names
from tests.helpers.cases import cases

LINES = cases("bylines/credit_lines")
NAMES = cases("bylines/names")


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["line"])
def test_line(case: dict[str, Any]) -> None:
    """Each name gets its role, and a sentence or a heading credits nobody."""
    assert [list(credit) for credit in read_credits(case["line"])] == case.get("credits", [])
    assert is_credit_line(case["line"]) == case.get("whole", False)


@pytest.mark.parametrize("case", NAMES, ids=lambda case: case["name"])
def test_name(case: dict[str, Any]) -> None:
    """A person's name is told from other words that begin with a capital."""
    assert is_person(case["name"]) == case.get("person", False)
    assert is_full_name(case["name"]) == case.get("full", False)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Editor", ["editor"]),
        ("Penulis :", ["author"]),
        ("(Jurnalis)", ["author"]),
        ("Penulis & Editor", ["author", "editor"]),
        ("Penerjemah", ["helper"]),
        ("Editor Choice", None),
        ("Editor: Rina Widya", None),
        ("Bagikan", None),
        ("", None),
    ],
)
def test_label(text: str, roles: list[Role] | None) -> None:
    """A label alone on a line is one, a heading with it is none."""
    label = label_of(text)
    assert (list(label.roles) if label is not None else None) == roles


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RINA WIDYA", "Rina Widya"),
        ("AHMAD BIN ABDULLAH", "Ahmad bin Abdullah"),
        ("MA'RUF AL-KATIRI, S.H.", "Ma'ruf Al-Katiri, S.H."),
        ("FMB", "FMB"),
        ("Aloysius AE", "Aloysius AE"),
    ],
)
def test_cased(text: str, name: str) -> None:
    """A name in capitals is written as others are; codes and initials stay."""
    assert cased(text) == name
    assert name_key(text) == name_key(name)


VOCABULARY = "Penulis Editor oleh Oleh : . , ( ) | / dan Rina Widya S.H. Laporan 1 Wartawan Angin"
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=30).map(" ".join)
READERS: tuple[Callable[[str], object], ...] = (
    read_credits,
    is_credit_line,
    label_of,
    unlabelled_people,
    is_person,
    split_names,
    lambda text: sort_names(text, "author"),
    lambda text: sort_names(text, "credit"),
)
ANY = st.text(max_size=400) | WORDS


@given(ANY)
def test_any_text(text: str) -> None:
    """No text makes the grammar fail; a credit line holds a label, and persons are persons."""
    credits = read_credits(text)
    assert all(is_person(name) for role, name in credits if role in {"author", "editor", "helper"})
    if is_credit_line(text):
        assert has_label(text)
    assert all(is_person(name) for name in unlabelled_people(text))
    label_of(text)
    split_names(text)


@pytest.mark.parametrize("text", [*" aA.,:([\"'|/&-–1@\n", "a ", "Aa ", "Editor ", "oleh A "])
def test_time(text: str) -> None:
    """Long lines of one thing over and over take no longer than their length."""
    long = text * (100_000 // len(text))
    started = time.perf_counter()
    for read in READERS:
        read(long)
    assert time.perf_counter() - started < 1.0
