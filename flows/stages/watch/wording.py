"""How messages are worded: phrases from messages.toml beside this module; dates and numbers as CLDR
writes them in the language.

    Wording("en").say("corrected", quote="…")
    Wording("en").count("outlets", 3)        -> "3 outlets"
    Wording("id").instant(moment)            -> "Senin, 5 Januari 2026, 09.30 WIB"
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

from babel.dates import format_datetime
from babel.numbers import format_decimal

from flows.records import MessageLanguage, Precision

WIB = timezone(timedelta(hours=7), "WIB")


@dataclass(frozen=True, slots=True)
class Wording:
    """The phrases of one language."""

    language: MessageLanguage

    def say(self, phrase: str, **values: str) -> str:
        """A phrase with its values. Raises KeyError for one that does not exist."""
        return str(_phrases()[phrase][self.language]).format(**values)

    def count(self, phrase: str, number: int, **values: str) -> str:
        """A phrase with a number, in its form for one or for several."""
        forms = _phrases()[phrase][self.language]
        form = forms[0] if number == 1 else forms[-1]
        return str(form).format(n=self.number(number), **values)

    def number(self, number: int) -> str:
        """A number: '1.234'."""
        return str(format_decimal(number, locale=self.language))

    def instant(self, moment: datetime, precision: Precision = "minute") -> str:
        """A date in full, as it is in Jakarta. The time is left out if only the day is known."""
        return self._written(moment, precision, "long_day", ", ", " WIB")

    def short(self, moment: datetime, precision: Precision = "minute") -> str:
        """A date in a list: '10 Mar 21.05'."""
        return self._written(moment, precision, "short_day", " ", "")

    def _written(
        self, moment: datetime, precision: Precision, day: str, gap: str, zone: str
    ) -> str:
        if precision == "day":
            # A day is stored as midnight in the source's zone. In eastern Indonesia that is the
            # evening before in Jakarta.
            return self._formatted(moment + timedelta(hours=5), day)
        return f"{self._formatted(moment, day)}{gap}{self._formatted(moment, 'clock')}{zone}"

    def _formatted(self, moment: datetime, pattern: str) -> str:
        return format_datetime(moment.astimezone(WIB), self.say(pattern), locale=self.language)


@cache
def _phrases() -> dict[str, dict[str, str | list[str]]]:
    return tomllib.loads(files(__package__).joinpath("messages.toml").read_text(encoding="utf-8"))
