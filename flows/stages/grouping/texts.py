"""What a text has that grouping compares: words, names, numbers, days, keywords, phrases."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flows.stages.grouping.tables import Indices
from flows.stages.press.dates import MONTH_NAMES, WEEKDAY_NAMES
from flows.stages.press.vocabulary import any_of

LEAD = 65  # words of the body that tell with the headline what happened
KEYWORDS = 12

MONTHS, WEEKDAYS = ([name.lower() for name in names] for names in (MONTH_NAMES, WEEKDAY_NAMES))
# how the press names the day that it reports: "Kamis (7/8/2025)", "Kamis, 7 Agustus 2025"
REPORTED = re.compile(
    rf"\((\d{{1,2}})/(\d{{1,2}})\b|\b{any_of(WEEKDAYS)},? (\d{{1,2}}) ({any_of(MONTHS)})\b"
)
# a headline has only the day of which its instalment is: "Susunan doa Minggu, 25 Mei"
HEADLINED = re.compile(rf"\b(\d{{1,2}})/(\d{{1,2}})\b|\b(\d{{1,2}}) ({any_of(MONTHS)})\b")

# when something happened, to the minute: "pukul 08.17 WIB"
CLOCK = re.compile(r"\b(?:pukul|jam|pkl\.?) (\d{1,2})[.:](\d\d)\b")

WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
GLUED = re.compile(r"[a-z](?=[A-Z])")  # pages join words around links: "MenteriMalaysiaAnwar"
YEAR = re.compile(r"(19|20)\d\d")
NAME = re.compile(r"(?<=[a-z0-9,] )[A-Z][^\W\d_]+")  # a capital inside a sentence


def plain(text: str) -> str:
    """The text without what is written in several ways. It has as many words when made small: of
    all letters İ alone becomes two characters then, and the second ends a word.
    """
    return GLUED.sub(r"\g<0> ", unicodedata.normalize("NFKC", text).replace("İ", "I"))


def names_of(headline: Sequence[str], body: str, written: Sequence[str]) -> set[str]:
    """The headline's words, given small, that the body writes with a capital inside a sentence and
    never small: headlines capitalise as they like. `written`: the body's words as it writes them.
    """
    capitalised = {name.lower() for name in set(NAME.findall(body))}
    return capitalised.intersection(headline).difference(written)


def numbers_of(words: Sequence[str]) -> set[str]:
    """The numbers of two digits and more, in no country's notation; no years, which all the news
    shares.
    """
    written = {word for word in set(words) if word[0].isdigit()}
    numbers = {word.replace(".", "").replace(",", "") for word in written}
    return {number for number in numbers if len(number) > 1 and not YEAR.fullmatch(number)}


def reported_day(body: str) -> int:
    """The first day that a text names, as month * 100 + day; 0 where it names none."""
    found = REPORTED.search(body.lower())
    return _day(found) if found else 0


def reported_minute(body: str) -> int:
    """The minute of the first clock that a text names, which no time zone of Indonesia changes; -1
    where it names none.
    """
    found = CLOCK.search(body.lower())
    return int(found[2]) if found else -1


def headlined_days(headline: str) -> set[str]:
    """The days that a headline names."""
    return {str(_day(found)) for found in HEADLINED.finditer(headline.lower())}


def _day(found: re.Match[str]) -> int:
    day, month, named_day, month_name = found.groups()
    if month:
        return int(month) * 100 + int(day)
    return (MONTHS.index(month_name) + 1) * 100 + int(named_day)


def keywords_of(text: Indices, idf: NDArray[np.float64]) -> Indices:
    """The text's words of most weight by TF-IDF; of equal ones the first in the text, so that they
    depend on nothing but the text.
    """
    words, first, times = np.unique(text, return_index=True, return_counts=True)
    weight = np.round((1 + np.log(times)) * idf[words], 6)
    return words[np.lexsort((first, -weight))[:KEYWORDS]]


def phrases_of(text: Indices, vocabulary: int) -> Indices:
    """A number for each three-word phrase of the text; it fits 63 bits up to two million words."""
    return np.unique((text[:-2] * vocabulary + text[1:-1]) * vocabulary + text[2:])
