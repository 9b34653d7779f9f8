"""Marked places in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from flows.reading.marks import Place, marked, printable

CASES: list[tuple[str, str, list[Place], str]] = [
    ("nothing is marked", "Harga <beras>", [], "Harga &lt;beras&gt;"),
    ("the second of two like words", "Kim dan Kim", [(8, 11)], "Kim dan <mark>Kim</mark>"),
    ("in any order", "abc", [(2, 3), (0, 1)], "<mark>a</mark>b<mark>c</mark>"),
    ("overlapping and touching", "abcdef", [(0, 2), (1, 3), (3, 4)], "<mark>abcd</mark>ef"),
    ("one within another", "abcdef", [(0, 5), (1, 2)], "<mark>abcde</mark>f"),
    ("markup within", "a<b>&c", [(1, 4)], "a<mark>&lt;b&gt;</mark>&amp;c"),
    ("empty and outside", "abc", [(1, 1), (3, 9), (-4, 0)], "abc"),
    ("beyond the ends", "abc", [(-2, 1), (2, 9)], "<mark>a</mark>b<mark>c</mark>"),
    ("characters that cannot be shown", "a\x00b\u202ec", [(2, 3)], "a <mark>b</mark> c"),
]


@pytest.mark.parametrize(("what", "text", "places", "html"), CASES)
def test_marked(what: str, text: str, places: list[Place], html: str) -> None:
    """Marks stand where the places are; all else is escaped."""
    assert marked(text, places) == html


def test_part_of_a_text() -> None:
    """Places are those of the whole text."""
    assert marked("Putin bertemu Kim di Wonsan", [(0, 5), (14, 17)], 6, 20) == (
        "bertemu <mark>Kim</mark> di"
    )


@given(st.text(), st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30)), max_size=6))
def test_marks_change_no_word(text: str, places: list[Place]) -> None:
    """Without its markup, it is the text; no mark is empty or within another."""
    html = marked(text, places)
    bare = html.replace("<mark>", "").replace("</mark>", "")
    assert Markup(bare).unescape() == printable(text)
    assert "<mark></mark>" not in html
    assert html.count("<mark>") == html.count("</mark>")
