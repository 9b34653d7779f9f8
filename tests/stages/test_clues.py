"""What lines must show for a phrase to be worth trying."""

import re
from typing import Any

import pytest

from flows.stages.extraction.line_rules import RULES, rule_for, trials_for
from flows.stages.press.clues import clue_of, folded, opening_words, starts_of
from tests.helpers.cases import cases
from tests.helpers.linear import KINDS, LONG

CASES: dict[str, Any] = cases("line_rules/clues")
PLACES = frozenset(rule.where for rule in RULES)
LINES = [
    *(phrase.example for rule in RULES for phrase in rule.phrases),
    *(text for texts in cases("line_rules/kept").values() for text in texts),
    *(text for texts in cases("line_rules/cut").values() for text in texts),
]
SIGNS = ("", "- ", "“", "(", "► ", "1. ", "İ")


@pytest.mark.parametrize("case", CASES["phrases"], ids=lambda case: case["phrase"])
def test_clues_of_phrases(case: dict[str, Any]) -> None:
    """How the texts of a phrase begin, and words of which each holds one."""
    clue = clue_of(case["phrase"])
    starts = case["starts"]
    assert clue.starts == (None if starts == "any" else frozenset(map(str, starts)))
    assert clue.holds == frozenset(case.get("holds", ()))


@pytest.mark.parametrize("case", CASES["lines"], ids=lambda case: case["line"])
def test_starts_of_lines(case: dict[str, Any]) -> None:
    """The signs around a line's words, and the first letters behind them."""
    starts = case["starts"]
    assert starts_of(case["line"]) == (None if starts == "any" else frozenset(map(str, starts)))


@pytest.mark.parametrize("line", LINES)
def test_no_clue_is_stricter_than_its_phrase(line: str) -> None:
    """Of all rules, those that clues keep from a line are those that it does not fall under."""
    for text in (f"{sign}{line}" for sign in SIGNS):
        tried = {rule.id for rule in trials_for(starts_of(text)).on(text)}
        falls = {
            rule.id for rule in RULES if re.fullmatch(rule.whole, text, re.IGNORECASE | re.DOTALL)
        }
        assert falls <= tried


def test_first_words_are_found_within_others() -> None:
    """The first word of a phrase is found anywhere in a folded line, and no other word."""
    words = opening_words(["Ditulis oleh", "ditulis", "editor"])
    assert [bool(words.search(folded(line))) for line in ("NamaEditor", "DITULIS", "oleh")] == [
        True,
        True,
        False,
    ]
    assert opening_words([]).search("apa saja") is None


@pytest.mark.parametrize("one", KINDS)
def test_clues_are_linear(one: str) -> None:
    """A line of any length is told at once."""
    rule_for(one * LONG)
    assert list(trials_for(starts_of(one * LONG)).on(one * LONG)) is not None
