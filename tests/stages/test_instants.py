"""Which of a page's dates is true."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.stages.extraction.instants import Instants, read_instants
from flows.stages.extraction.metadata import Metadata
from flows.stages.press.dates import CLOCK_ERROR
from tests.helpers.cases import cases

CASES = cases("instants/choices")
JAKARTA = ZoneInfo("Asia/Jakarta")
ADDRESS = "https://news.example/berita/1"


def instants(case: dict[str, Any], fetched_at: datetime) -> Instants:
    metadata = Metadata(
        article=case.get("json_ld", {}),
        types=frozenset(),
        tags={name: (value,) for name, value in case.get("meta", {}).items()},
        microdata=tuple(map(tuple, case.get("microdata", []))),
        title="",
        canonical=None,
    )
    # "above": what stands above the headline, on the page before "beside"
    above = list(enumerate(case.get("above", [])))
    beside = list(enumerate(case.get("beside", []), len(above) + 1))
    near = [*beside, *reversed(above)]
    url = case.get("url", ADDRESS)
    return read_instants(metadata, near, case.get("in_text", []), url, JAKARTA, fetched_at)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_choices(case: dict[str, Any]) -> None:
    """Of the dates a page gives, the visible line is believed about the zone and the metadata about
    the seconds, none that lies ahead of the fetch; what differs is told.
    """
    fetched_at = datetime.fromisoformat(case.get("fetched", "2026-03-01T00:00:00+00:00"))
    found = instants(case, fetched_at)
    published = found.published
    expected = case["published"]
    assert (published and [published.at, published.precision, published.origin]) == (
        expected and [datetime.fromisoformat(expected[0]), *expected[1:]]
    )
    assert (found.modified and found.modified.at) == (
        datetime.fromisoformat(case["modified"]) if "modified" in case else None
    )
    assert [[stamp.origin, stamp.text] for stamp in found.denied] == case.get("denied", [])


FETCHED = datetime(2026, 3, 10, 16, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 3, 8), datetime(2026, 3, 13))  # noqa: DTZ001
FORMS = [
    "%d/%m/%Y %H:%M WIB",
    "Terbit: %d/%m/%Y %H.%M",
    "Diperbarui: %d/%m/%Y %H.%M WITA",
    "Warga melapor %d/%m/%Y %H:%M kepada camat",
    "%d/%m/%Y",
    "%d/%m - %H:%M",
    "%H:%M",
    "%d",
]
LINES = MOMENTS.flatmap(lambda moment: st.sampled_from(FORMS).map(moment.strftime))
VALUES = MOMENTS.flatmap(
    lambda moment: st.sampled_from(
        ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S+07:00"]
    ).map(moment.strftime)
)


@settings(deadline=None, derandomize=True)
@given(lines=st.lists(LINES, max_size=4), published=VALUES, modified=VALUES, dated=st.booleans())
def test_nothing_lies_ahead(
    lines: list[str], published: str, modified: str, *, dated: bool
) -> None:
    """Whatever a page says, it was not published or changed after it was fetched, and the change is
    the later of the two.
    """
    case = {
        "beside": lines,
        "json_ld": {"datePublished": published, "dateModified": modified} if dated else {},
        "url": f"https://news.example/{published[:10].replace('-', '/')}/judul",
    }
    found = instants(case, FETCHED)
    if found.published:
        assert found.published.at <= FETCHED + CLOCK_ERROR
        assert found.published not in found.denied
    if found.modified:
        assert found.published
        assert found.published.at < found.modified.at <= FETCHED + CLOCK_ERROR


def test_a_clock_may_run_ahead() -> None:
    """A few minutes ahead are a clock's error, more is a mistake."""
    for ahead, believed in ((timedelta(minutes=5), True), (timedelta(minutes=30), False)):
        stated = (FETCHED + ahead).astimezone(JAKARTA).isoformat()
        found = instants({"json_ld": {"datePublished": stated}}, FETCHED)
        assert (found.published is not None) is believed
        assert (found.denied == ()) is believed
