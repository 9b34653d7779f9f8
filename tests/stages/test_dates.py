"""Dates as the press writes them: one grammar for lines, machine-readable fields and addresses."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.stages.press.date_tokens import MONTH_NAMES, WEEKDAY_NAMES
from flows.stages.press.dates import (
    CLOCK_ERROR,
    Reading,
    Written,
    in_line,
    in_url,
    in_value,
    is_date_line,
    is_fragment,
    resolve,
)
from flows.stages.press.vocabulary import read
from tests.helpers.cases import cases

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 10, 23, tzinfo=JAKARTA)
WORDS = read("time")


def told(reading: Reading | None) -> list[Any]:
    return [reading.at, reading.precision] if reading else [None, None]


def meant(written: Written | None) -> list[Any]:
    return told(resolve(written, JAKARTA) if written else None)


@pytest.mark.parametrize(("text", "expected"), cases("dates/lines"))
def test_lines(text: str, expected: list[str]) -> None:
    """A line's dates are read with their zones and labels, and with no more precision than they
    have.
    """
    said = [(found, resolve(found.written, JAKARTA, NOW)) for found in in_line(text)]
    assert [
        [*told(reading), *([found.kind] if found.kind else [])]
        for found, reading in said
        if reading
    ] == [[datetime.fromisoformat(at), *rest] for at, *rest in map(str.split, expected)]


@pytest.mark.parametrize(("text", "instant", "precision"), cases("dates/values"))
def test_values(text: str, instant: str | None, precision: str | None) -> None:
    """A machine-readable field is a date in whatever form, whoever reads it and when."""
    assert meant(in_value(text)) == [instant and datetime.fromisoformat(instant), precision]


@pytest.mark.parametrize(("url", "instant", "precision"), cases("dates/addresses"))
def test_addresses(url: str, instant: str | None, precision: str | None) -> None:
    """An address gives a day, and a clock where its digits go on."""
    assert meant(in_url(url)) == [instant and datetime.fromisoformat(instant), precision]


DATE_LINES = [
    ("Senin, 15 Februari 2016, 16:15 WIB", True),
    ("Diperbarui: 28/05/2025, 13:30 WIB", True),
    ("2 jam yang lalu", True),
    ("Senin, 9 Maret", True),
    ("10 Maret", False),
    ("Pada 15 Februari 2016 pukul 16.15 WIB gempa terjadi", False),
    ("Pukul 16.15 WIB", False),
    ("Harga per 12/12/2024", False),
    ("Terbit", False),
]


@pytest.mark.parametrize(("text", "expected"), DATE_LINES)
def test_date_lines(text: str, *, expected: bool) -> None:
    """A date line is a date with its trimmings and nothing else."""
    assert is_date_line(text) is expected


@pytest.mark.parametrize("text", ["10", "Mar", "2026", "21.05 WIB", "Diperbarui:", "|", "Senin,"])
def test_fragments(text: str) -> None:
    """What may be a part of a date that stands on several lines is told from other words."""
    assert is_fragment(text)
    assert not is_fragment(f"{text} komentar")
    assert not is_fragment("A- A+")


def test_year_and_order_said_elsewhere() -> None:
    """A day that metadata or address give tells the order of day and month, and the year."""
    ordered, _ = in_line("02/03/2026 10:00 | 2 Maret 2020 10:00")
    yearless, _ = in_line("2/3 - 10:00 | 2 Maret 2020 10:00")
    known = [datetime(2026, 2, 3).date(), datetime(2020, 3, 2).date()]  # noqa: DTZ001
    assert told(resolve(ordered.written, JAKARTA, NOW, known))[0].date() == known[0]
    assert told(resolve(yearless.written, JAKARTA, NOW, known))[0].date() == known[1]


# ---- what holds for every date ----

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2026, 3, 10, 15)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)
MONTH_WORDS = st.integers(0, 11).flatmap(
    lambda at: st.sampled_from(WORDS["months"][at]).map(lambda name: (at + 1, name))
)
CASED = st.sampled_from([str.capitalize, str.upper, str.lower])
ZONES = st.sampled_from(sorted(WORDS["zones"]))
DAY_FORMS = st.sampled_from(
    [
        "{weekday}, {at:%d} {month} {at:%Y}",
        "{at.day} {month} {at:%Y}",
        "{at.day}-{month}-{at:%Y}",
        "{month} {at.day}, {at:%Y}",
        "{month} {at.day} {at:%Y}",
        "{at:%Y-%m-%d}",
        "{at:%Y}/{at.month}/{at.day}",
        "{weekday}, {at:%d/%m/%Y}",
        "{weekday} ({at.day}/{at.month}/{at:%y})",
    ]
)
CLOCK_FORMS = st.sampled_from(
    [
        " {at:%H:%M} {zone}",
        ", pukul {at:%H.%M} {zone}",
        " | {at:%H:%M} ({zone})",
        "T{at:%H:%M}{zone}",
    ]
)
LABELS = st.sampled_from(["", *WORDS["labels"]["published"], *WORDS["labels"]["modified"]])


@settings(deadline=None, derandomize=True)
@given(MOMENTS, st.data())
def test_what_is_written_is_read(moment: datetime, data: st.DataObject) -> None:
    """A date in any form, with any of the names, is the instant that was written."""
    zone = data.draw(ZONES)
    cased = data.draw(CASED)
    parts = {
        "at": moment,
        "zone": zone.upper(),
        "month": cased(data.draw(st.sampled_from(WORDS["months"][moment.month - 1]))),
        "weekday": cased(data.draw(st.sampled_from(WORDS["weekdays"][moment.weekday()]))),
    }
    label = data.draw(LABELS)
    text = (data.draw(DAY_FORMS) + data.draw(CLOCK_FORMS)).format(**parts)
    at = moment.replace(tzinfo=timezone(timedelta(hours=WORDS["zones"][zone])))
    [found] = in_line(f"{label}: {text}" if label else text)
    assert resolve(found.written, JAKARTA, NOW) == Reading(at, "minute", zoned=True)
    kind = "modified" if label in WORDS["labels"]["modified"] else "published"
    assert (found.kind or "", found.alone) == (kind if label else "", True)
    assert meant(in_value(text)) == [at, "minute"]


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 59), st.sampled_from(WORDS["ago"]["units"]), st.data())
def test_how_long_ago(count: int, unit: list[Any], data: st.DataObject) -> None:
    """What counts from now is exact to the minute, and to the day where it counts days."""
    minutes, *names = unit
    [found] = in_line(f"{count} {data.draw(st.sampled_from(names))} yang lalu")
    at, precision = told(resolve(found.written, JAKARTA, NOW))
    gone = NOW - timedelta(minutes=count * minutes)
    assert precision == ("day" if minutes == 1440 else "minute")
    assert at == (gone.replace(hour=0, minute=0) if minutes == 1440 else gone)


SIGNS = ["10", "3", "2026", "21", "05", "/", "-", ":", ".", "+", " ", "(", "T", "jam", "Diperbarui"]
NAMES = [*MONTH_NAMES, *WEEKDAY_NAMES, *WORDS["zones"], *WORDS["day_parts"]]
PIECES = st.sampled_from([*NAMES, *WORDS["ago"]["behind"], *SIGNS])


@settings(deadline=None, derandomize=True)
@given(
    st.one_of(st.text(), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES).map("".join))
)
@example("ſep 10 2026 aprıl 10 2026 10 ſep 2026 \u0661\u0660/3/2026 10:05")
def test_no_text_raises(text: str) -> None:
    """Any text has dates or none, and what is left open is never later than now."""
    for written in [
        *(found.written for found in in_line(text)),
        in_value(text),
        in_url(f"/{text}"),
    ]:
        if written:
            reading = resolve(written, JAKARTA, NOW)
            yearless = any(year is None for year, _, _ in written.days)
            assert not (reading and yearless) or reading.at <= NOW + CLOCK_ERROR
            assert reading is None or reading.at.astimezone(UTC)
    is_date_line(text)
    is_fragment(text)


@pytest.mark.parametrize(
    "unit", ["1", " ", ":", "-", "a", "/", ".", "1/", "10 ", "1:", "mei ", "(", "+0"]
)
def test_time_is_linear(unit: str) -> None:
    """A hundred thousand equal characters take no longer than reading them."""
    text = unit * (100_000 // len(unit))
    start = time.perf_counter()
    for line in (text, text[:200], f"10 Maret 2026 {text}"):
        in_line(line)
        in_value(line)
        in_url(f"https://kabar.example/{line}")
        is_date_line(line)
        is_fragment(line)
    assert time.perf_counter() - start < 2
