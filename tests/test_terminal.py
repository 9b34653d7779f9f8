"""Where marks stand in what a terminal shows: tables of cases."""

from io import StringIO

import pytest
from rich.console import Console

from flows.records import Span
from flows.terminal import highlighted, line, marked

BODY = (
    "Rusia dan Korut dekat.\nKata Rusia, Rusia setia.\nRusia dan Korut dekat.\n"
    "Korea\nUtara dan Rusia."
)
TWICE = "Rusia dan Korut dekat."
LOYAL = "Kata Rusia, Rusia setia."
# the spans' places in the body and the sentence that they stand in, and what is shown
MARKED = [
    ("the first of two", [(0, 5)], TWICE, "»Rusia« dan Korut dekat."),
    ("the word's second place", [(35, 40)], LOYAL, "Kata Rusia, »Rusia« setia."),
    ("its first place", [(28, 33)], LOYAL, "Kata »Rusia«, Rusia setia."),
    (
        "the second of two equal sentences",
        [(48, 53), (58, 63)],
        TWICE,
        "»Rusia« dan »Korut« dekat.",
    ),
    ("the other's spans stand outside", [(0, 5), (58, 63)], TWICE, "»Rusia« dan Korut dekat."),
    ("across a line break", [(71, 82)], "Korea\nUtara dan Rusia.", "»Korea Utara« dan Rusia."),
    ("a text that is another by now", [(1, 6)], TWICE, "Rusia dan Korut dekat."),
]


def printed(*parts: str | tuple[str, str]) -> str:
    written = StringIO()
    Console(file=written, width=200, markup=False, highlight=False).print(line(*parts))
    return written.getvalue().removesuffix("\n")


@pytest.mark.parametrize(
    ("what", "places", "sentence", "shown"), MARKED, ids=[c[0] for c in MARKED]
)
def test_marks_stand_where_the_spans_do(
    what: str, places: list[tuple[int, int]], sentence: str, shown: str
) -> None:
    """A word that occurs several times is marked where it was found."""
    found = BODY[slice(*places[0])] if "another" not in what else "Rusia"
    spans = [Span("g", "body", places[0][0], places[0][1], found, sentence)]
    spans += [Span("g", "body", one, two, BODY[one:two], sentence) for one, two in places[1:]]
    assert printed(*marked(BODY, spans, Console(file=StringIO()))) == shown


# places in "Kim Jong Un tiba", and what is shown
PLACES = [
    ([], "Kim Jong Un tiba"),
    ([(0, 3), (4, 8)], "»Kim« »Jong« Un tiba"),
    ([(0, 3), (3, 8)], "»Kim«» Jong« Un tiba"),
    ([(4, 11), (0, 8)], "»Kim Jong Un« tiba"),
    ([(0, 11), (4, 8)], "»Kim Jong Un« tiba"),
    ([(4, 8), (4, 8)], "Kim »Jong« Un tiba"),
    ([(-9, 3)], "»Kim« Jong Un tiba"),
    ([(12, 99)], "Kim Jong Un »tiba«"),
    ([(-9, -2), (40, 50), (5, 5)], "Kim Jong Un tiba"),
]


@pytest.mark.parametrize(("places", "shown"), PLACES)
def test_places_are_united_and_kept_inside(places: list[tuple[int, int]], shown: str) -> None:
    """Overlapping places are one mark; what lies outside the text has none."""
    assert printed(*highlighted("Kim Jong Un tiba", places, Console(file=StringIO()))) == shown


def test_a_terminal_shows_marks_in_colour() -> None:
    """Bold and in colour, without » and «."""
    to = Console(file=StringIO(), force_terminal=True, color_system="standard", no_color=False)
    assert list(highlighted("Kim tiba", [(0, 3)], to)) == ["", ("Kim", "bold cyan"), " tiba"]
