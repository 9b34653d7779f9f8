"""What a run prints of how fast it goes, and when it will end."""

from datetime import UTC, datetime

import pytest

from flows.progress import Pace

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
# What was done, of how many bytes, and what is said of it.
CASES = [
    (Pace(), 10**9, "0 pages from 0.0 MB", ""),
    (Pace(1, 250_000, 2.0), 250_000, "1 page from 0.2 MB, 0.5 a second", ""),
    (
        Pace(1_200, 10**9, 60.0),
        4 * 10**9,
        "1200 pages from 1.0 GB, 20.0 a second",
        "; 3.0 GB left, until about 2026-03-11 12:03",
    ),
    (
        Pace(0, 5 * 10**8, 3600.0),
        25 * 10**9,
        "0 pages from 500.0 MB, 0.0 a second",
        "; 24.5 GB left, until about 2026-03-13 13:00",
    ),
]


@pytest.mark.parametrize(("pace", "total", "told", "left"), CASES, ids=[c[2] for c in CASES])
def test_pace(pace: Pace, total: int, told: str, left: str) -> None:
    """How much was done and how fast, how much is left, and when it will have been read."""
    assert (pace.told("pages"), pace.left(total, NOON)) == (told, left)
