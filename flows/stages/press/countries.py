"""The names of all countries in the languages of the topics.

Most are those of CLDR, as the library Babel has them; countries.toml beside this module adds what
else the press calls them, and leaves out what is no name.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from babel import Locale

from flows.stages.press.vocabulary import read

_LANGUAGES = ("id", "en", "ru", "ko")
_CODE = re.compile("[A-Z]{2}")  # other territories of CLDR are parts of the world, by number
_NOTE = re.compile(r" \(| DAK | SAR ")  # "Myanmar (Burma)", "Hong Kong DAK Tiongkok"
# The endings of a Russian name in the nominative. What is left is a stem, as topics write it, if it
# is long enough not to be another word's beginning.
_ENDING = re.compile(r"[аеёиоуыэюяйь]{1,2}(?=\s|$)")
_SHORTEST_STEM = 4
# A Korean name of two syllables is mostly part of another word ("수단" is a means, not only Sudan).
# Those that are not are in countries.toml.
_SHORTEST_KOREAN = 3


@cache
def country_names() -> Mapping[str, Sequence[str]]:
    """The names of each country by its code (ISO 3166), in Indonesian, English, Russian (as stems)
    and Korean.
    """
    facts = read("countries")
    omitted = facts["omitted"]
    names: dict[str, list[str]] = {code: list(of) for code, of in facts["besides"].items()}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if _CODE.fullmatch(code) and code not in omitted["codes"]:
                plain = _plain(language, name)
                names.setdefault(code, []).extend([plain] if plain else [])
    return {
        code: tuple(name for name in dict.fromkeys(of) if name not in omitted["names"])
        for code, of in names.items()
    }


def _plain(language: str, name: str) -> str | None:
    """CLDR's name as the press writes it; None if it is too short to be told from other words."""
    name = _NOTE.split(name)[0]
    if language == "ru":
        stem = _ENDING.sub("", name)
        return stem if all(len(word) >= _SHORTEST_STEM for word in stem.split()) else name
    return None if language == "ko" and len(name) < _SHORTEST_KOREAN else name
