"""The places and outlets that reports open with."""

import pytest

from flows.stages.extraction.datelines import is_dateline, opens_report, read_dateline

OPENINGS = [
    ("JAKARTA, KOMPAS.com - Harga ikan naik.", True, "JAKARTA"),
    ("JAKARTA, KOMPAS.com -Harga ikan naik.", True, "JAKARTA"),
    ("KOMPAS.com — Harga ikan naik.", True, None),
    ("TEMPO.CO, Jakarta - Harga ikan naik.", True, "Jakarta"),
    ("REPUBLIKA.CO.ID, YERUSALEM -- Harga ikan naik.", True, "YERUSALEM"),
    ("Mataram, NTB (ANTARA News) - Harga ikan naik.", True, "Mataram, NTB"),
    ("Jakarta, CNN Indonesia -- Harga ikan naik.", True, "Jakarta"),
    ("PAMEKASAN, KOMPAS.com --- Harga ikan naik.", True, "PAMEKASAN"),
    ("Kepulauan Pangkep - Harga ikan naik.", True, "Kepulauan Pangkep"),
    ("Harga ikan naik - tetapi tidak di Muara Baru.", False, None),
    ("Fajar dan Rian menang 21-19 atas lawannya.", False, None),
    ("Nelayan itu berkata - dengan suara pelan - bahwa ia lelah.", False, None),
]


@pytest.mark.parametrize(("line", "opens", "places"), OPENINGS)
def test_openings(line: str, *, opens: bool, places: str | None) -> None:
    """A report opens with a place, an outlet or both before a dash; a dash inside a sentence opens
    nothing.
    """
    assert opens_report(line) is opens
    assert read_dateline(line) == places


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Jakarta -", True),
        ("DEPOK, KOMPAS.com –", True),
        ("Jakarta - Harga ikan naik.", False),
        ("Harga ikan naik -", False),
        ("-", False),
    ],
)
def test_datelines_alone(line: str, *, expected: bool) -> None:
    """A line that is a dateline and nothing else is known as one."""
    assert is_dateline(line) is expected


def test_the_outlets_own_name_is_no_place() -> None:
    """What a source is called is left out of the places."""
    assert read_dateline("Kabar Angin, Tegal - Harga ikan naik.", {"kabarangin"}) == "Tegal"
