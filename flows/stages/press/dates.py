"""Dates as the press writes them: one grammar for the lines of a page, for what metadata, feeds and
sitemaps state, and for addresses.

in_line(text)   -> Statements: each date on a line, and what its label says that it is
in_value(text)  -> the Written date of a field made for machines
in_url(url)     -> the Written date in an address
                   resolve(written, zone, now, known) -> Reading: an instant, as exact as it was
                   written

The words are those of time.toml. A line becomes tokens (dates, clocks, labels, other words), and a
date takes the clock and the label that stand beside it.
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
    may_hold_date,
    parted,
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

# How far an outlet's clock may be ahead of ours, and how far an article later than its fetch is
# believed. Servers' clocks are set over the network, seconds apart; an hour would be a wrong zone.
CLOCK_ERROR = timedelta(minutes=10)
# Characters of the longest line that gives a date; a sentence that mentions one is told apart by
# its other words.
LINE_MAX = 200
# Characters between a date and its clock: 10 Maret 2026 oleh Budi Santoso pukul 21.05
_CLOCK_AWAY = 60

_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d{1,6})?")  # seconds, or milliseconds, since 1970
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(\D.{0,20})?", re.IGNORECASE)
_URL_SPLIT = re.compile(
    r"/((?:19|20)\d\d)([-/])(\d\d?)\2(\d\d(?!\d)|\d(?=/))"
    r"(?:/([01]\d|2[0-3])([0-5]\d)([0-5]\d)\d{0,3}(?=/|$))?"
)
_URL_COMPACT = re.compile(r"/((?:19|20)\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?=[-/]|$)")


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it is written: `days`, what its numbers may mean, the Indonesian order first; or
    relative to the clock of its reader: `back` days before today, or so long `ago`.
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
        """Whether it can mean one day only, whoever reads it."""
        return len(self.days) == 1 and self.days[0][0] is not None

    @property
    def is_bare(self) -> bool:
        """Whether it lacks what tells a date from other words: "10 Maret"."""
        without_year = any(year is None for year, _, _ in self.days)
        return without_year and self.clock is None and self.weekday is None


@dataclass(frozen=True, slots=True)
class Statement:
    """A date on a line. `kind`: what its label says it is the date of; `alone`: no other words
    stand on the line; `apart`: none do between the bars or dashes around it.
    """

    written: Written
    kind: Kind | None
    alone: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """An instant, its precision, and whether its zone was written."""

    at: datetime
    precision: Precision
    zoned: bool


@lru_cache(maxsize=1024)  # the same line is asked for its date, its names and its clutter
def in_line(text: str) -> tuple[Statement, ...]:
    """The dates that a line of text gives, in its order; none where it is longer than LINE_MAX.

    A date without a year or relative to today counts only where it is told apart from a sentence.
    """
    line = parted(text)
    if len(line) > LINE_MAX or not may_hold_date(line):
        return ()
    return tuple(
        each
        for each in _statements(line, tokens(line))
        if each.apart or not (each.written.is_bare or (each.written.is_relative and not each.kind))
    )


def in_value(text: str) -> Written | None:
    """The date that a field made for machines holds: ISO 8601, RFC 822, seconds or milliseconds
    since 1970, or what a line may hold. Relative dates are none.
    """
    value = parted(text)[:LINE_MAX]
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
    """The date in an address's path, with its time where the digits go on."""
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
    """A date of digits alone as the grammar has it; `clock`: hour, minute, second, the rest."""
    hour, minute, second, rest = (*clock, *[None] * 4)[:4]
    time_of_day = f" {hour}:{minute}:{second or '00'}{rest or ''}" if hour else ""
    return f"{year}-{month}-{day}{time_of_day}"


def is_date_line(text: str) -> bool:
    """Whether a line is a date with its trimmings and nothing else."""
    return any(statement.alone and not statement.written.is_bare for statement in in_line(text))


@lru_cache(maxsize=1024)
def is_fragment(text: str) -> bool:
    """Whether a line may be a part of a date that stands on several: a number, a month, a clock, a
    label, punctuation; no other word, and no letter alone.
    """
    return len(text) <= LINE_MAX and not any(token.form == "word" for token in tokens(parted(text)))


def resolve(
    written: Written,
    zone: tzinfo,
    now: datetime | None = None,
    known: Collection[date] = (),
) -> Reading | None:
    """The instant that a date means; None where there is no such day.

    `zone`: of its clock, where it names none; `now`: the clock of who reads it, without which a
    relative date and one without its year mean nothing; `known`: days that are said elsewhere.
    """
    if written.ago is not None:
        return _reading_ago(now - written.ago, zone) if now else None
    own = (written.clock and written.clock.zone) or zone
    today = now.astimezone(own).date() if now else None
    return min(
        (_reading(day, written.clock, zone) for day in _dates(written, today, known)),
        key=lambda reading: _doubts(reading, written, now, known),
        default=None,
    )


def _doubts(
    reading: Reading, written: Written, now: datetime | None, known: Collection[date]
) -> tuple[bool, ...]:
    """What speaks against one of several readings, the weightiest first. They stand in the
    Indonesian order, day before month, and of what is equal the first is taken.
    """
    day = reading.at.date()
    year_written = any(year is not None for year, _, _ in written.days)
    return (
        year_written and written.weekday is not None and day.weekday() != written.weekday,
        now is not None and reading.at > now + CLOCK_ERROR,
        day not in known,
    )


def _dates(written: Written, today: date | None, known: Collection[date]) -> Iterator[date]:
    """The calendar days that may be meant, with the years added that are not written."""
    if written.back is not None and today is not None:
        yield today - timedelta(days=written.back)
    for year, month, day in written.days:
        for each in _years(month, day, today, known) if year is None else [year]:
            if day <= monthrange(each, month)[1]:  # not 31 February
                yield date(each, month, day)


def _years(month: int, day: int, today: date | None, known: Collection[date]) -> list[int]:
    """The years that a day without one may be of, the latest first: those that are said elsewhere,
    and the last two in which the day is not ahead (its clock may be).
    """
    said = {each.year for each in known if (each.month, each.day) == (month, day)}
    if today is not None:
        latest = today.year - ((month, day) > (today.month, today.day))
        years = range(latest, latest - 16, -1)  # 29 February is at most eight years apart
        said.update([year for year in years if day <= monthrange(year, month)[1]][:2])
    return sorted(said, reverse=True)


def _reading(day: date, clock: Clock | None, zone: tzinfo) -> Reading:
    if clock is None:
        return Reading(datetime.combine(day, time(), zone), "day", zoned=False)
    at = datetime.combine(day, time(clock.hour, clock.minute, clock.second), clock.zone or zone)
    # ":00" is how content systems write minutes
    precision: Precision = "second" if at.second else "minute"
    return Reading(at, precision, zoned=clock.zone is not None)


def _reading_ago(at: datetime, zone: tzinfo) -> Reading:
    return Reading(at.astimezone(zone).replace(second=0, microsecond=0), "minute", zoned=True)


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
        behind, ahead = _unlabelled(after), before[::-1]
        sides = [ahead] if leading else [behind, ahead if start < 0 else []]
        last = _written(parts[at], before, after, sides)
        if last:
            kind = _label(before) or (_aside(text, after) if end == len(parts) else None)
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
    """A date with its weekday and the clock on the first of the `sides` that has one; None where
    what looks like a date is none.
    """
    if token.ago is not None:
        return Written(ago=token.ago)
    no_year = any(year is None for year, _, _ in token.days)
    clocks = (_clock_on(side, token, adjacent=no_year) for side in sides)
    beside = next(filter(None, clocks), None)
    weekday = next((each.weekday for each in before[::-1] if each.form != "trimming"), None)
    year = _year_behind(beside, after) if no_year else None
    written = Written(
        days=tuple((year or own, month, day) for own, month, day in token.days),
        weekday=weekday,
        clock=beside.clock if beside else None,
        back=token.back,
    )
    return None if token.form == "dm" and written.is_bare else written  # 1/2: a page, a share


def _clock_on(side: Iterable[Token], date: Token, *, adjacent: bool) -> Token | None:
    """The first clock on one side of a date, not too far from it; `adjacent`: with no other word
    between them.
    """
    for token in side:
        if token.clock:
            return (
                token
                if max(token.start - date.end, date.start - token.end) <= _CLOCK_AWAY
                else None
            )
        if adjacent and token.is_word:
            return None
    return None


def _year_behind(clock: Token | None, after: Sequence[Token]) -> int | None:
    """The year of Tue Mar 10 21:05:00 2026."""
    years = (
        int(number.text)
        for token, number in pairwise(after)
        if token is clock and number.form == "number" and len(number.text) == 4
    )
    return next((year for year in years if 1900 <= year < 2100), None)


def _unlabelled(side: Iterable[Token]) -> list[Token]:
    return list(takewhile(lambda token: token.label is None, side))


def _label(before: Sequence[Token]) -> Kind | None:
    """What the words before a date say that it is; other words may stand between only to tell who
    did it: "diperbarui oleh Sari pada".
    """
    words: list[str] = []
    for token in reversed(before):
        if token.label:
            return token.label if not words or words[-1] in {"oleh", "by"} else None
        if token.is_word:
            words.append(token.text)
    return None


def _aside(text: str, after: Sequence[Token]) -> Kind | None:
    """What a label in parentheses behind a date says: 10 Maret 2026, 21.05 WIB (diperbarui)."""
    label = next((token for token in after if token.label or token.is_word), None)
    if label is None or text[label.start - 1] != "(" or _changed_at(after):
        return None
    return label.label


def _is_apart(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether bars or the line's ends stand around a date with no other word between."""
    around = (
        takewhile(lambda token: token.form != "bar", side) for side in (reversed(before), after)
    )
    return not any(token.is_word for side in around for token in side)


def _changed_at(tail: Sequence[Token]) -> Clock | None:
    """The clock right behind a label of a change that names no date of its own."""
    changed = dropwhile(lambda token: token.label != "modified", tail)
    stretch = takewhile(lambda token: not token.is_word, changed)
    return next((token.clock for token in stretch if token.clock), None)
