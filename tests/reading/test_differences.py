"""How two texts differ."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading.differences import Piece, differences
from tests.helpers.cases import cases
from tests.helpers.linear import KINDS, LONG, SECONDS

CASES: list[dict[str, Any]] = cases("reading/differences")


def shown(pieces: Sequence[Piece]) -> str:
    """What differs in brackets."""
    return "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in pieces)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_differences(case: dict[str, Any]) -> None:
    """The passages of two texts, each with what the other does not have."""
    found = differences(case["before"], case["after"])
    assert [[each.kind, shown(each.before), shown(each.after)] for each in found] == case["rows"]


TEXTS = st.text(st.sampled_from("ab. \nA!"), max_size=80)


@given(TEXTS, TEXTS)
def test_nothing_is_lost(before: str, after: str) -> None:
    """The rows hold all words of both texts, and equal texts have no other difference."""
    found = differences(before, after)
    for side, text in (("before", before), ("after", after)):
        pieces = [piece.text for each in found for piece in getattr(each, side)]
        assert "".join(pieces).split() == text.split()
    assert {each.kind for each in differences(before, before)} <= {"same"}


LONG_TEXTS = [
    *(("x" * LONG, kind * LONG) for kind in KINDS),
    ("Satu. " * 20_000, "Satu. Dua. " * 10_000),
    ("a " * 50_000, "a b " * 25_000),
    ("A.\n" * 5_000, "B.\nA.\n" * 3_000),
]


@pytest.mark.parametrize(("before", "after"), LONG_TEXTS, ids=lambda text: text[:12])
def test_long_texts(before: str, after: str) -> None:
    """However long and monotonous texts are, they are compared in time."""
    began = time.process_time()
    differences(before, after)
    assert time.process_time() - began < SECONDS
