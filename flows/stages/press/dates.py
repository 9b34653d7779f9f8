"""Dates as the press writes them: one grammar for the lines of a page, for metadata, feeds and
sitemaps, and for URLs.

    in_line(text)                      -> Statements: each date on a line, and what its label says
    in_value(text)                     -> the Written date in a machine-readable field
    in_url(url)                        -> the Written date in a URL
    resolve(written, zone, now, known) -> Reading: an instant, as precise as it was written

The words come from time.toml. A line is split into tokens (dates, clocks, labels, other words), and
each date takes the clock and the label beside it.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import dropwhile, pairwise, takewhile
from urllib.parse import urlsplit

from flows.records import Precision
from flows.stages.press.date_tokens import (
    MONTH_NAMES,
    MONTHS,
    WEEKDAY_NAMES,
    WEEKDAYS,
    ZONES,
    Clock,
    Day,
    Kind,
    Token,
    has_word,
    may_hold_date,
    respaced,
    tokens,
)

__all__ = [
    "CLOCK_ERROR",
    "LINE_MAX",
    "MONTHS",
    "MONTH_NAMES",
    "WEEKDAYS",
    "WEEKDAY_NAMES",
    "ZONES",
    "Kind",
    "Reading",
    "Statement",
    "Written",
    "in_line",
    "in_url",
    "in_value",
    "is_date_line",
    "is_fragment",
    "resolve",
]

# How far an outlet's clock may be ahead of ours; a publication date further ahead of the fetch is
# not believed. Servers synchronise to within seconds, and an hour would be a wrong zone.
CLOCK_ERROR = timedelta(minutes=10)
# Characters. A longer line is not searched for dates; in a shorter one, other words distinguish a
# sentence that mentions a date.
LINE_MAX = 200
# Characters between a date and its clock, as in: 10 Maret 2026 oleh Budi Santoso pukul 21.05
_CLOCK_DISTANCE = 60

_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d{1,6})?")  # seconds, or milliseconds, since 1970
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(\D.{0,20})?", re.IGNORECASE)
_URL_SPLIT = re.compile(
    r"/((?:19|20)\d\d)([-/])(\d\d?)\2(\d\d(?!\d)|\d(?=/))"
    r"(?:/([01]\d|2[0-3])([0-5]\d)([0-5]\d)\d{0,3}(?=/|$))?"
)
_URL_COMPACT = re.compile(r"/((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?=[-/]|$)")


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it is written.

    It is either absolute, and `days` are all that its numbers may mean, in the Indonesian order
    first; or it is relative to the reader's clock: `back` days before today, or some time `ago`.
    """

    days: tuple[Day, ...] = ()
    weekday: int | None = None  # Monday is 0
    clock: Clock | None = None
    back: int | None = None
    ago: timedelta | None = None

    @property
    def is_relative(self) -> bool:
        return not self.days

    @property
    def is_certain(self) -> bool:
        """Whether it can mean only one day."""
        return len(self.days) == 1 and self.days[0][0] is not None

    @property
    def is_bare(self) -> bool:
        """Whether it could be other words as well, such as "10 Maret"."""
        without_year = any(year is None for year, _, _ in self.days)
        return without_year and self.clock is None and self.weekday is None


@dataclass(frozen=True, slots=True)
class Statement:
    """A date on a line. `kind` is what its label says it is the date of. It is `alone` if there are
    no other words on the line, `apart` if there are none between the bars or dashes around it.
    """

    written: Written
    kind: Kind | None
    alone: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """An instant, its precision, and whether its zone was written (`zoned`)."""

    at: datetime
    precision: Precision
    zoned: bool


@lru_cache(maxsize=1024)  # a line is read for its date, for its names and as clutter
def in_line(text: str) -> tuple[Statement, ...]:
    """The dates on a line of text, in their order; none if the line is longer than LINE_MAX.

    A date without a year, or relative to today, counts only if it is set apart from a sentence.
    """
    if len(" ".join(text.split())) > LINE_MAX:
        return ()
    line = respaced(text)
    if len(line) > LINE_MAX or not may_hold_date(line):
        return ()
    return tuple(
        each
        for each in _statements(line, tokens(line))
        if each.apart or not (each.written.is_bare or (each.written.is_relative and not each.kind))
    )


@lru_cache(maxsize=256)  # a page gives the same date in several fields
def in_value(text: str) -> Written | None:
    """The date in a machine-readable field: ISO 8601, RFC 822, seconds or milliseconds since 1970,
    or anything that a line may have. Relative dates do not count.
    """
    value = respaced(text)[:LINE_MAX]
    if match := _EPOCH.fullmatch(value):
        value = datetime.fromtimestamp(int(match[1]), UTC).isoformat()
    elif match := _COMPACT.fullmatch(value):
        value = _spaced(*match.groups())
    parts = tokens(value)
    if any(token.form == "clock" and token.clock is None for token in parts):  # 25:00
        return None
    found = (each.written for each in _statements(value, parts))
    return next((written for written in found if not written.is_relative), None)


def in_url(url: str) -> Written | None:
    """The date in the path of a URL, with its time if more digits follow."""
    try:
        path = urlsplit(url).path
    except ValueError:  # such as an unclosed bracket
        return None
    if match := _URL_SPLIT.search(path):
        year, _, *rest = match.groups()
        return in_value(_spaced(year, *rest))
    if match := _URL_COMPACT.search(path):
        return in_value(_spaced(*match.groups()))
    return None


def _spaced(year: str, month: str, day: str, *clock: str | None) -> str:
    """A date that is all digits in a form of the grammar; `clock` is hour, minute, second, rest."""
    date = f"{year}-{month}-{day}"
    hour, minute, second, rest = (*clock, *[None] * 4)[:4]
    if not hour:
        return date
    return f"{date} {hour}:{minute}:{second or '00'}{rest or ''}"


def is_date_line(text: str) -> bool:
    """Whether a line is nothing but a date with its trimmings."""
    return any(statement.alone and not statement.written.is_bare for statement in in_line(text))


@lru_cache(maxsize=1024)
def is_fragment(text: str) -> bool:
    """Whether a line may be part of a date that spans several lines: it has numbers, months,
    clocks, labels and punctuation, but no other words and no single letters.
    """
    return len(text) <= LINE_MAX and not has_word(respaced(text))


def resolve(
    written: Written,
    zone: tzinfo,
    now: datetime | None = None,
    known: Collection[date] = (),
) -> Reading | None:
    """The instant that a date means; None if there is no such day.

    `zone` applies to a clock that names none. `now` is the reader's clock: without it, a relative
    date and one without a year mean nothing. `known` are days that are stated elsewhere.
    """
    if written.ago is not None:
        return _reading_ago(written.ago, zone, now)
    own = (written.clock and written.clock.zone) or zone
    today = now and now.astimezone(own).date()
    return min(
        (_reading(day, written.clock, zone) for day in _dates(written, today, known)),
        key=lambda reading: _doubts(reading, written, now, known),
        default=None,
    )


def _doubts(
    reading: Reading, written: Written, now: datetime | None, known: Collection[date]
) -> tuple[bool, ...]:
    """What speaks against one of several readings, the weightiest reason first. Of equals the first
    wins, which is the one in the Indonesian order, day before month.
    """
    day = reading.at.date()
    year_written = any(year is not None for year, _, _ in written.days)
    return (
        year_written and written.weekday is not None and day.weekday() != written.weekday,
        now is not None and reading.at > now + CLOCK_ERROR,
        day not in known,
    )


def _dates(written: Written, today: date | None, known: Collection[date]) -> Iterator[date]:
    """The calendar days that may be meant, with missing years filled in."""
    if written.back is not None and today is not None:
        yield today - timedelta(days=written.back)
    for year, month, day in written.days:
        years = [year]
        if year is None:
            years = [*_years(month, day, today, known)]
        for each in years:
            if each is not None and day <= monthrange(each, month)[1]:  # not 31 February
                yield date(each, month, day)


def _years(month: int, day: int, today: date | None, known: Collection[date]) -> list[int]:
    """The years that a day without one may belong to, the latest first: those stated elsewhere, and
    the last two in which the day is not in the future (though its clock may be).
    """
    stated = {each.year for each in known if (each.month, each.day) == (month, day)}
    if today is not None:
        latest = today.year - ((month, day) > (today.month, today.day))
        years = range(latest, latest - 16, -1)  # 29 Februaries are at most eight years apart
        stated.update([year for year in years if day <= monthrange(year, month)[1]][:2])
    return sorted(stated, reverse=True)


def _reading(day: date, clock: Clock | None, zone: tzinfo) -> Reading:
    if clock is None:
        return Reading(datetime.combine(day, time(), zone), "day", zoned=False)
    at = datetime.combine(day, time(clock.hour, clock.minute, clock.second), clock.zone or zone)
    # Content systems write ":00" where they only know the minute.
    precision: Precision = "second" if at.second else "minute"
    return Reading(at, precision, zoned=clock.zone is not None)


def _reading_ago(ago: timedelta, zone: tzinfo, now: datetime | None) -> Reading | None:
    if now is None:
        return None
    at = (now - ago).astimezone(zone)
    return Reading(at.replace(second=0, microsecond=0), "minute", zoned=True)


def _statements(text: str, parts: Sequence[Token]) -> Iterator[Statement]:
    """Each date with the clock and the label beside it."""
    alone = not any(token.is_word for token in parts)
    anchors = [at for at, token in enumerate(parts) if token.is_date]
    clocks = [at for at, token in enumerate(parts) if token.clock]
    # 14:56 WIB, 5 November | 15:10 WIB, 6 November
    leading = bool(anchors) and len(anchors) == len(clocks) and clocks[0] < anchors[0]
    last: Written | None = None
    for start, at, end in zip([-1, *anchors], anchors, [*anchors[1:], len(parts)], strict=False):
        before, after = parts[start + 1 : at], parts[at + 1 : end]
        sides = [before[::-1]]
        if not leading:
            sides = [_unlabelled(after)]
            if start < 0:
                sides.append(before[::-1])
        last = _written(parts[at], before, after, sides)
        if last:
            kind = _label(before)
            if kind is None and end == len(parts):
                kind = _label_in_brackets(text, after)
            yield Statement(last, kind, alone, alone or _is_apart(before, after))
    tail = parts[anchors[-1] + 1 :] if anchors else []
    if last and (clock := _changed_at(tail)):  # 10 Maret 2026, 09.00 WIB | Diperbarui 21.05 WIB
        yield Statement(replace(last, clock=clock), "modified", alone, apart=True)


def _written(
    token: Token,
    before: Sequence[Token],
    after: Sequence[Token],
    sides: Iterable[Sequence[Token]],
) -> Written | None:
    """A date with its weekday and the first clock on its `sides`; None if it is no date."""
    if token.ago is not None:
        return Written(ago=token.ago)
    no_year = any(year is None for year, _, _ in token.days)
    clocks = (_clock_on(side, token, adjacent=no_year) for side in sides)
    beside = next(filter(None, clocks), None)
    weekday = next((each.weekday for each in before[::-1] if each.form != "trimming"), None)
    year = _year_after(beside, after) if no_year else None
    written = Written(
        days=tuple((year or own, month, day) for own, month, day in token.days),
        weekday=weekday,
        clock=beside.clock if beside else None,
        back=token.back,
    )
    if token.form == "dm" and written.is_bare:  # 1/2 may be a page or a fraction
        return None
    return written


def _clock_on(side: Iterable[Token], date: Token, *, adjacent: bool) -> Token | None:
    """The first clock on one side of a date, if it is near enough; with `adjacent`, no other word
    may separate them.
    """
    if adjacent:
        side = takewhile(lambda token: not token.is_word, side)
    clock = next((token for token in side if token.clock), None)
    if clock is None or max(clock.start - date.end, date.start - clock.end) > _CLOCK_DISTANCE:
        return None
    return clock


def _year_after(clock: Token | None, after: Sequence[Token]) -> int | None:
    """The year after the clock, as in Tue Mar 10 21:05:00 2026."""
    years = (
        int(number.text)
        for token, number in pairwise(after)
        if token is clock and number.form == "number" and len(number.text) == 4
    )
    return next((year for year in years if 1900 <= year < 2100), None)


def _unlabelled(side: Iterable[Token]) -> list[Token]:
    return list(takewhile(lambda token: token.label is None, side))


def _label(before: Sequence[Token]) -> Kind | None:
    """What the label before a date says. Only words about who did it may stand between the two:
    "diperbarui oleh Sari pada".
    """
    at = next((at for at in reversed(range(len(before))) if before[at].label), None)
    if at is None:
        return None
    words = [token.text for token in before[at + 1 :] if token.is_word]
    if words and words[0] not in {"oleh", "by"}:
        return None
    return before[at].label


def _label_in_brackets(text: str, after: Sequence[Token]) -> Kind | None:
    """What a label in brackets after a date says: 10 Maret 2026, 21.05 WIB (diperbarui)."""
    label = next((token for token in after if token.label or token.is_word), None)
    if label is None or text[label.start - 1] != "(" or _changed_at(after):
        return None
    return label.label


def _is_apart(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether no other word stands between a date and the bars, or ends of the line, around it."""
    around = (
        takewhile(lambda token: token.form != "bar", side) for side in (reversed(before), after)
    )
    return not any(token.is_word for side in around for token in side)


def _changed_at(tail: Sequence[Token]) -> Clock | None:
    """The clock right after a label of a change that has no date of its own."""
    changed = dropwhile(lambda token: token.label != "modified", tail)
    stretch = takewhile(lambda token: not token.is_word, changed)
    return next((token.clock for token in stretch if token.clock), None)
