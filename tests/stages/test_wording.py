"""The phrases of messages, and dates and numbers in each language."""

import re
import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any, get_args

import pytest

from flows.records import MessageLanguage, Precision
from flows.stages.watch.wording import Wording

PHRASES = tomllib.loads(
    files("flows.stages.watch").joinpath("messages.toml").read_text(encoding="utf-8")
)


def forms(phrase: str | list[str]) -> list[str]:
    return [phrase] if isinstance(phrase, str) else phrase


@pytest.mark.parametrize("name", PHRASES)
def test_every_phrase_is_in_every_language(name: str) -> None:
    """With the same values in braces, in each of its forms."""
    phrase: dict[str, Any] = PHRASES[name]
    assert tuple(phrase) == get_args(MessageLanguage)
    values = {
        frozenset(re.findall(r"\{(\w+)\}", form))
        for each in phrase.values()
        for form in forms(each)
    }
    assert len(values) == 1
    assert len({type(each) for each in phrase.values()}) == 1


COUNTS: list[tuple[MessageLanguage, str, int, str]] = [
    ("id", "outlets", 1, "1 media"),
    ("id", "links", 1234, "1.234 tautan"),
    ("en", "outlets", 1, "1 outlet"),
    ("en", "outlets", 0, "0 outlets"),
    ("en", "links", 1234, "1,234 links"),
]


@pytest.mark.parametrize(("language", "phrase", "number", "said"), COUNTS)
def test_count(language: MessageLanguage, phrase: str, number: int, said: str) -> None:
    """In the form for one or several, the number as the language writes it."""
    assert Wording(language).count(phrase, number) == said


INSTANTS: list[tuple[MessageLanguage, str, Precision, str, str]] = [
    (
        "id",
        "2026-01-05T02:30:00+00:00",
        "minute",
        "Senin, 5 Januari 2026, 09.30 WIB",
        "5 Jan 09.30",
    ),
    (
        "id",
        "2026-08-31T17:05:00+00:00",
        "second",
        "Selasa, 1 September 2026, 00.05 WIB",
        "1 Sep 00.05",
    ),
    ("id", "2026-05-01T15:00:00+00:00", "day", "Sabtu, 2 Mei 2026", "2 Mei"),
    ("en", "2026-05-01T15:00:00+00:00", "minute", "Friday, 1 May 2026, 22:00 WIB", "1 May 22:00"),
    ("en", "2026-08-31T15:00:00+00:00", "day", "Tuesday, 1 September 2026", "1 Sep"),
]


@pytest.mark.parametrize(("language", "at", "precision", "full", "short"), INSTANTS)
def test_instants(
    language: MessageLanguage, at: str, precision: Precision, full: str, short: str
) -> None:
    """As clocks in Jakarta show them. A day is the source's own, in eastern Indonesia too."""
    moment = datetime.fromisoformat(at)
    wording = Wording(language)
    assert wording.instant(moment, precision) == full
    assert wording.short(moment, precision) == short
