"""Tokens of a line that may contain a date: dates, clocks, labels and other words.

Their forms are built from the words in time.toml. flows.stages.press.dates combines the tokens into
dates.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from typing import Literal

from flows.stages.press.vocabulary import any_of, read

Kind = Literal["published", "modified"]
Day = tuple[int | None, int, int]  # year, month, day; the year is None where it is not written

_WORDS = read("time")
MONTH_NAMES = tuple(names[0].capitalize() for names in _WORDS["months"])
WEEKDAY_NAMES = tuple(names[0].capitalize() for names in _WORDS["weekdays"])
_MONTH_NUMBERS = {name: at for at, names in enumerate(_WORDS["months"], 1) for name in names}
_WEEKDAY_NUMBERS = {name: at for at, names in enumerate(_WORDS["weekdays"]) for name in names}
_ZONE_HOURS: dict[str, int] = _WORDS["zones"]
_DAY_PARTS: dict[str, list[int]] = _WORDS["day_parts"]
_DAYS_BACK: dict[str, int] = _WORDS["days_back"]
_UNITS = {name: minutes for minutes, *names in _WORDS["ago"]["units"] for name in names}
_WHOLES = {name: minutes for minutes, *names in _WORDS["ago"]["wholes"] for name in names}

# Patterns that other grammars use, too: any name of a month, weekday or zone, in Indonesian or
# English, in full or abbreviated. They expect re.IGNORECASE.
MONTHS = any_of(_MONTH_NUMBERS)
WEEKDAYS = any_of(_WEEKDAY_NUMBERS)
ZONES = any_of(_ZONE_HOURS)

_END = r"(?![^\W\d_])"  # the end of a word
_PARTS = any_of(_DAY_PARTS)
_ZERO = any_of(name for name, hours in _ZONE_HOURS.items() if hours == 0)  # GMT+7
_OFFSET = rf"[+-]\d\d:?\d\d(?![\d:.])(?!\s?{ZONES})"  # not in 10.00-12.00 WIB
_ONE = any_of(_WORDS["ago"]["one"])
_BEHIND = any_of(_WORDS["ago"]["behind"])
_COUNT = rf"(?:\d{{1,3}}|{_ONE}(?=\s))\s?{any_of(_UNITS)}{_END}"
_NOT_YEAR = rf"(?!\d|[:.]\d|\s?(?:{_PARTS}|{ZONES}){_END})"  # after two digits: 10 Maret 21.05

# Inline elements may leave no space between the parts: 10Mar2026, 10 Maret 202621:05
_YEAR = r"\d{4}(?!\d(?!\d[:.]\d\d))"
_NOT_WITHIN = r"(?:(?<!\d)|(?<=(?:19|20)\d\d))(?<!\d[:.])"
_GAP = r"[\s\-/.,]{1,3}"

_ZONE_FORM = (
    rf"\s?\(?(?P<clock_base>{_ZERO})\s?(?P<clock_shift>[+-]\d{{1,2}}(?::?\d\d)?)(?!\d)"
    rf"|(?:\s?(?P<clock_offset>{_OFFSET})|(?P<clock_short>\+\d\d)(?![\d:.]))"
    rf"|\s?\(?(?P<clock_zone>{ZONES}){_END}"
)
_MINUTES = (
    r"(?P<clock_sep>[:.])(?P<clock_mi>\d\d)(?:(?P=clock_sep)(?P<clock_s>\d\d)(?:[.,]\d{1,9})?)?"
)
# In the order in which they are tried at each position; the groups x_… are the parts of form x.
_FORMS = {
    "ymd": (
        r"(?<!\d)(?P<ymd_y>\d{4})(?P<ymd_sep>[-/.])(?P<ymd_m>\d\d?)"
        r"(?P=ymd_sep)(?P<ymd_d>\d\d?)(?!\d)"
    ),
    "dmy": (
        r"(?<!\d)(?P<dmy_d>\d\d?)\s?(?P<dmy_sep>[-/.])\s?(?P<dmy_m>\d\d?)\s?(?P=dmy_sep)\s?"
        rf"(?P<dmy_y>{_YEAR}(?!/)|\d\d(?!/){_NOT_YEAR})"
    ),
    "dmon": (
        rf"(?<!\d)(?P<dmon_d>\d\d?)(?:st|nd|rd|th)?(?:\sof)?"
        rf"(?:{_GAP}|(?={MONTHS}(?:19|20)\d\d))(?P<dmon_mon>{MONTHS}){_END}"
        rf"(?:\.?(?:{_GAP})?(?P<dmon_y>{_YEAR}|(?<![^\W_])\d\d{_NOT_YEAR}))?"
    ),
    "mond": (
        rf"(?P<mond_mon>{MONTHS})\.?\s(?P<mond_d>\d\d?)(?:st|nd|rd|th)?(?!\d|[:.]\d)"
        rf"(?:,?\s(?P<mond_y>{_YEAR}))?"
    ),
    "ago": rf"(?:{_COUNT}(?:,?\s{_COUNT})?|{any_of(_WHOLES)})\s{_BEHIND}{_END}",
    "now": any_of(_WORDS["ago"]["just_now"]) + _END,
    "back": any_of(_DAYS_BACK) + _END,
    "clock": (
        rf"{_NOT_WITHIN}(?P<clock_h>\d\d?){_MINUTES}(?![\d:]|[.,]\d)"
        rf"(?:\s?(?P<clock_part>{_PARTS}){_END})?(?:{_ZONE_FORM})?"
    ),
    "hour": (
        rf"(?<!\d)(?<!\d[:.,/-])(?P<hour_h>\d\d?)(?=\s?(?:{_PARTS}|{ZONES}){_END})"
        rf"(?:\s?(?P<hour_part>{_PARTS}){_END})?(?:\s?(?P<hour_zone>{ZONES}){_END})?"
    ),
    "dm": r"(?<![\d/])(?P<dm_d>\d\d?)/(?P<dm_m>\d\d?)(?![\d/])",
    "hijri": r"\d\d?\s[^\W\d_][\w'’`]{2,15}(?:\s[\w'’`]{2,12})?\s1[34]\d\d(?!\d)(?:\s?h\b)?",
    "weekday": WEEKDAYS + _END,
    "modified": any_of(_WORDS["labels"]["modified"]) + _END,
    "published": any_of(_WORDS["labels"]["published"]) + _END,
    "trimming": any_of([*_WORDS["fillers"], *_MONTH_NUMBERS, *_ZONE_HOURS, *_DAY_PARTS]) + _END,
    "bar": r"\s[-–—]\s|[|•·]",
    "number": r"\d+",
    "word": r"[^\W\d_]+",
}
_SCAN = re.compile("|".join(f"(?P<{form}>{each})" for form, each in _FORMS.items()), re.IGNORECASE)
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])")
_COUNTING = [*_WORDS["ago"]["behind"], *_WORDS["ago"]["just_now"], *_DAYS_BACK]
_HINT = re.compile(rf"\d|{any_of(_COUNTING)}", re.IGNORECASE)
_DATES = ("ymd", "dmy", "dmon", "mond", "ago", "now", "back", "dm")  # the forms that are dates
_DATE = re.compile("|".join(f"(?:{_FORMS[form]})" for form in _DATES), re.IGNORECASE)
_PARTS_OF = {
    form: [name for name in _SCAN.groupindex if name.startswith(f"{form}_")] for form in _FORMS
}
_COUNTED = re.compile(rf"(?<![^\W\d_])(\d{{1,3}}|{_ONE})\s?({any_of(_UNITS)}){_END}")
_MINUTES_PER_DAY = 1440
_LABELS: dict[str, Kind] = {"published": "published", "modified": "modified"}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `zone` is None if none is written."""

    hour: int
    minute: int = 0
    second: int = 0
    zone: timezone | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a line: its form, its offsets, and what it contributes to a date.

    `days` are all that its numbers may mean, in the Indonesian order first. `ago` is a time before
    now, `back` a number of days before today, `label` what the date beside it is the date of.
    """

    form: str
    start: int
    end: int
    text: str
    days: tuple[Day, ...] = ()
    clock: Clock | None = None
    weekday: int | None = None  # Monday is 0
    ago: timedelta | None = None
    back: int | None = None
    label: Kind | None = None

    @property
    def is_date(self) -> bool:
        return bool(self.days) or self.ago is not None or self.back is not None

    @property
    def is_word(self) -> bool:
        return self.form == "word" and len(self.text) > 1  # ISO 8601 has a "T" before the clock


def may_hold_date(line: str) -> bool:
    """Whether something on a line has the form of a date. The line must be respaced."""
    return bool(_HINT.search(line) and _DATE.search(line))


def respaced(text: str) -> str:
    """A text with a single space for each run of white space, and one between words that inline
    elements have run together: 21.05 WIBDiperbarui.
    """
    return _GLUED.sub(" ", " ".join(text.split()))


def tokens(line: str) -> list[Token]:
    """The tokens of a line in their order, without punctuation. The line must be respaced."""
    return [_token(match) for match in _SCAN.finditer(line)]


def has_word(line: str) -> bool:
    """Whether a line has a token that is neither part of a date nor punctuation. The line must be
    respaced.
    """
    return any(match.lastgroup == "word" for match in _SCAN.finditer(line))


def _token(match: re.Match[str]) -> Token:
    form, text = match.lastgroup or "", match[0].casefold()
    place = (match.start(), match.end(), text)
    if form in {"ymd", "dmy", "dmon", "mond", "dm"}:
        return Token(form, *place, days=_days(form, _parts(form, match)))
    if form in {"clock", "hour"}:
        return Token("clock", *place, clock=_clock(form, _parts(form, match)))
    if form == "ago":
        return _elapsed(Token(form, *place))
    if form == "now":
        return Token(form, *place, ago=timedelta())
    back, weekday = _DAYS_BACK.get(text), _WEEKDAY_NUMBERS.get(text)
    return Token(form, *place, back=back, weekday=weekday, label=_LABELS.get(form))


def _parts(form: str, match: re.Match[str]) -> dict[str, str | None]:
    """The parts of a form by the names of their groups."""
    return {name: match[name] for name in _PARTS_OF[form]}


def _days(form: str, part: Mapping[str, str | None]) -> tuple[Day, ...]:
    day, year = int(part[f"{form}_d"] or 0), _year(part.get(f"{form}_y"))
    if named := part.get(f"{form}_mon"):
        orders = [(_MONTH_NUMBERS.get(named.casefold(), 0), day)]
    else:
        month = int(part[f"{form}_m"] or 0)
        orders = [(month, day)]
        if form != "ymd" and month != day:
            orders.append((day, month))
    return tuple((year, *order) for order in orders if _is_day(year, *order))


def _year(written: str | None) -> int | None:
    """A year. Two digits mean 1969 to 2068, as in POSIX."""
    if written is None:
        return None
    year = int(written)
    if len(written) > 2:
        return year
    return year + 1900 if year >= 69 else year + 2000


def _is_day(year: int | None, month: int, day: int) -> bool:
    """Whether these may be a publication date. Impossible days such as 31 February are told apart
    later.
    """
    return 1 <= month <= 12 and 1 <= day <= 31 and (year is None or 1900 <= year < 2100)


def _clock(form: str, part: Mapping[str, str | None]) -> Clock | None:
    hour = int(part[f"{form}_h"] or 0)
    minute, second = int(part.get(f"{form}_mi") or 0), int(part.get(f"{form}_s") or 0)
    if named := part[f"{form}_part"]:
        hour = _in_part(hour, _DAY_PARTS.get(named.casefold(), [0, 23]))
    if hour > 23 or minute > 59 or second > 59:
        return None
    return Clock(hour, minute, second, _zone(form, part))


def _in_part(hour: int, span: Sequence[int]) -> int:
    """The hour from 0 to 23 that an hour means in a part of the day: 9 malam is 21, 12 AM is 0."""
    first, last = span
    if last < first:  # past midnight
        last += 24
    candidates = (hour, hour + 12, hour - 12, hour + 24)
    return next((each % 24 for each in candidates if first <= each <= last), hour)


def _zone(form: str, part: Mapping[str, str | None]) -> timezone | None:
    offset = part.get(f"{form}_shift") or part.get(f"{form}_offset") or part.get(f"{form}_short")
    if offset:
        return _of_offset(offset)
    named = (part.get(f"{form}_zone") or "").casefold()
    if named not in _ZONE_HOURS:
        return None
    return timezone(timedelta(hours=_ZONE_HOURS[named]))


def _of_offset(text: str) -> timezone | None:
    digits = text[1:].replace(":", "").zfill(2)
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    if offset > timedelta(hours=14):  # no place on earth is further from UTC
        return None
    return timezone(-offset if text[0] == "-" else offset)


def _elapsed(token: Token) -> Token:
    """The token of "2 jam 5 menit yang lalu" or "3 hari yang lalu". Days make the hours moot."""
    counted = [
        (_count(number), _UNITS.get(unit, 0)) for number, unit in _COUNTED.findall(token.text)
    ]
    counted = counted or [(1, _WHOLES.get(token.text.split()[0], 0))]
    minutes = sum(number * unit for number, unit in counted)
    if any(unit == _MINUTES_PER_DAY for _, unit in counted):
        return replace(token, back=minutes // _MINUTES_PER_DAY)
    return replace(token, ago=timedelta(minutes=minutes))


def _count(number: str) -> int:
    return int(number) if number.isdecimal() else 1  # "satu", "an"
