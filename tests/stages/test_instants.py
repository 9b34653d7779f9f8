"""Dates as the press writes them, and which of a page's dates is true."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from flows.stages.extraction.instants import is_date_line, parse_stamp, read_instants
from flows.stages.extraction.metadata import Metadata

CASES = Path(__file__).parents[1] / "cases" / "instants"
JAKARTA = ZoneInfo("Asia/Jakarta")


def load(name: str) -> Any:
    return yaml.safe_load((CASES / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "instant", "precision"), load("dates.yaml"))
def test_dates(text: str, instant: str | None, precision: str | None) -> None:
    """A date is read with its zone, and with no more precision than it has."""
    stamp = parse_stamp(text, JAKARTA, "visible")
    assert (stamp and stamp.at) == (datetime.fromisoformat(instant) if instant else None)
    assert (stamp and stamp.precision) == precision


@pytest.mark.parametrize("case", load("choices.yaml"), ids=lambda case: case["name"])
def test_choices(case: dict[str, Any]) -> None:
    """Of the dates a page gives, the visible line is believed about the zone and the metadata about
    the seconds; what differs is told.
    """
    metadata = Metadata(
        article=case.get("json_ld", {}),
        types=frozenset(),
        tags={},
        microdata=(),
        title="",
        canonical=None,
    )
    url = case.get("url", "https://news.example/berita/1")
    found = read_instants(
        metadata,
        case.get("beside", []),
        case.get("in_text", []),
        url,
        JAKARTA,
        datetime(2026, 3, 1, tzinfo=UTC),
    )
    published = found.published
    expected = case["published"]
    assert (published and [published.at, published.precision, published.origin]) == (
        expected and [datetime.fromisoformat(expected[0]), *expected[1:]]
    )
    assert (found.modified and found.modified.at) == (
        datetime.fromisoformat(case["modified"]) if "modified" in case else None
    )
    assert [[stamp.origin, stamp.text] for stamp in found.denied] == case.get("denied", [])


LINES = [
    ("Senin, 15 Februari 2016, 16:15 WIB", True),
    ("Diperbarui: 28/05/2025, 13:30 WIB", True),
    ("Pada 15 Februari 2016 pukul 16.15 WIB gempa terjadi", False),
    ("Pukul 16.15 WIB", False),
    ("Harga per 12/12/2024", False),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_date_lines(text: str, *, expected: bool) -> None:
    """A date line is a date with its trimmings and nothing else."""
    assert is_date_line(text) is expected
