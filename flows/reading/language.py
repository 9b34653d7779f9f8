"""What the reading room says, in Indonesian and in English.

    Wording((language, …)).phrase(name, …) -> Saying -> HTML

A page is made in one language, or in several at once: then everything that is said stands there in
each of them, marked with its language, and the style sheet shows one. That is how a page without a
script, and without a server behind it, can be switched.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Literal

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from flows.reading.marks import printable

Language = Literal["id", "en"]

_LOCALES: Mapping[Language, str] = {"id": "id", "en": "en_GB"}
_WIB = timezone(timedelta(hours=7), "WIB")
# A day is stored as midnight in the source's zone. In eastern Indonesia that is the evening before
# in Jakarta.
_LATE_EVENING = timedelta(hours=5)
_HOUR_MIN, _DAY_MIN = 60, 24 * 60


@cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    """The phrases of language.toml, each by language, by the name of their group, a dot, and their
    own.
    """
    text = (files("flows.reading") / "language.toml").read_text(encoding="utf-8")
    return {
        f"{group}.{name}": forms
        for group, named in tomllib.loads(text).items()
        for name, forms in named.items()
    }


@dataclass(frozen=True, slots=True)
class Saying:
    """The same thing in each language of a page, the page's own first."""

    texts: Mapping[Language, Markup]

    def __html__(self) -> str:
        return self._in(Markup('<span class="said" lang="{}">{}</span>'), self.texts)

    @property
    def tspans(self) -> Markup:
        """As text of a picture."""
        plain = {language: escape(text.striptags()) for language, text in self.texts.items()}
        return self._in(Markup('<tspan class="said" lang="{}">{}</tspan>'), plain)

    @property
    def label(self) -> str:
        """As plain text in the page's own language, for a title or an attribute."""
        return next(iter(self.texts.values())).striptags()

    @staticmethod
    def _in(element: Markup, texts: Mapping[Language, Markup]) -> Markup:
        """The texts one after another, or one of them if they are the same."""
        if len(set(texts.values())) == 1:
            return next(iter(texts.values()))
        return Markup("").join(element.format(*each) for each in texts.items())


@dataclass(frozen=True, slots=True)
class Wording:
    """How a page says things. `languages`: those that it is made in, its own first."""

    languages: tuple[Language, ...]

    def phrase(self, name: str, /, **values: object) -> Saying:
        """A phrase. Values that are not markup are escaped. If the value `n` is 1, the form for one
        is used.
        """
        return self._each(lambda language: _phrase(name, language, values))

    def instant(self, moment: datetime | None, precision: str | None = "minute") -> Saying:
        """An instant as it is said in Jakarta, or its day if no more is known."""
        if moment is None:
            return self.phrase("time.undated")
        local = _local(moment, precision)
        return self._each(
            lambda language: _timed(_instant_text(local, precision, language), local, precision)
        )

    def clock(self, moment: datetime, precision: str | None = "minute") -> Saying:
        """The time of an instant, or its day if no more is known."""
        local = _local(moment, precision)
        if precision == "day":
            return self.day(local.date())
        return self._each(lambda language: _timed(_clock_text(local, language), local, precision))

    def day(self, day: date) -> Saying:
        """A day without its year: '11 Mar'."""
        return self._each(lambda language: escape(_day_text(day, "d MMM", language)))

    def full_day(self, day: date) -> Saying:
        """A day with its weekday and year: 'Rabu, 11 Maret 2026'."""
        return self._each(lambda language: escape(_day_text(day, "EEEE, d MMMM y", language)))

    def number(self, value: float) -> Saying:
        """A number with at most one decimal."""
        return self._each(lambda language: escape(_number_text(value, language)))

    def share(self, value: float) -> Saying:
        """A share from 0 to 1, as a percentage."""
        return self.phrase("number.percentage", value=self.number(100 * value))

    def delay(self, minutes: float) -> Saying:
        """A length of time in its two largest units."""
        whole = round(abs(minutes))
        if whole >= _DAY_MIN:
            return self.phrase(
                "time.days_hours", days=whole // _DAY_MIN, hours=whole % _DAY_MIN // 60
            )
        if whole >= _HOUR_MIN:
            return self.phrase("time.hours_minutes", hours=whole // 60, minutes=whole % 60)
        return self.phrase("time.minutes", n=whole)

    def _each(self, said: Callable[[Language], Markup]) -> Saying:
        return Saying({language: said(language) for language in self.languages})


def _phrase(name: str, language: Language, values: Mapping[str, object]) -> Markup:
    forms = phrases()[name]
    one = forms.get(f"{language}_one")
    form = one if one is not None and values.get("n") == 1 else forms[language]
    return escape(form).format(**{key: _in(language, value) for key, value in values.items()})


def _in(language: Language, value: object) -> object:
    if isinstance(value, Saying):
        return value.texts[language]
    if isinstance(value, (int, float)):
        return _number_text(value, language)
    if type(value) is str:
        return printable(value)
    return value


def _local(moment: datetime, precision: str | None) -> datetime:
    shift = _LATE_EVENING if precision == "day" else timedelta()
    return (moment + shift).astimezone(_WIB)


def _timed(text: str, local: datetime, precision: str | None) -> Markup:
    machine = f"{local:%Y-%m-%d}" if precision == "day" else local.isoformat(timespec="minutes")
    return Markup('<time datetime="{}">{}</time>').format(machine, text)


def _instant_text(local: datetime, precision: str | None, language: Language) -> str:
    day = _day_text(local.date(), "d MMM y", language)
    return day if precision == "day" else f"{day}, {_clock_text(local, language)}"


def _clock_text(local: datetime, language: Language) -> str:
    return f"{local:%H.%M} WIB" if language == "id" else f"{local:%H:%M} WIB"


def _day_text(day: date, pattern: str, language: Language) -> str:
    return format_date(day, pattern, locale=_LOCALES[language])


def _number_text(value: float, language: Language) -> str:
    return format_decimal(value, format="#,##0.#", locale=_LOCALES[language])
