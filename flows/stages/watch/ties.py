"""Whether a statement that names two countries ties them to each other.

    ties(text, passage, one, two, joint) -> bool

Two names in a row are no tie: 'Peretas Rusia dan Korut Incar Bank'. They are tied

- in a compound ('Rusia-Korut');
- by what they share, right before them ('Pakta Rusia dan Korut');
- by what they do together, after them ('Rusia dan Korut Teken Pakta');
- or, if they are not in a row, by the statement itself ('Kim Tiba di Rusia'). If that has several
  parts ('Putin Butuh Amunisi, Kim Siap Kirim'), or is about what befalls each ('gempa'), it must
  have a word for what one does for the other.

They are not if the words between them say so: 'tidak ada kaitannya dengan'. The words are in
ties.toml beside this module.
"""

import re
import tomllib
from importlib.resources import files
from typing import Literal

from flows.stages.watch.terms import any_of

Found = tuple[int, int, str]  # start and end in the field, and the name of the side or country
Joint = Literal["compound", "comma", "and"]  # what joins two names of a row


def _words(name: str) -> re.Pattern[str]:
    """A pattern for the words of a list in ties.toml."""
    return any_of(_LISTS[name])


_LISTS: dict[str, list[str]] = tomllib.loads(
    files(__package__).joinpath("ties.toml").read_text(encoding="utf-8")
)
_SHARED, _TOGETHER, _TOWARD = _words("shared"), _words("together"), _words("toward")
_BEFALLS, _RANKS, _SEVERED = _words("befalls"), _words("ranks"), _words("severed")
_BEARERS = _words("bearers")
# What stands between who bears a name and the name: "kucing [milik warga bernama] Putin"
_NAMING = re.compile(
    r"[^\S\n]{1,3}(?:[\w-]{1,30}[^\S\n]{1,3}){0,3}"
    r"(?i:bernama|dinamai|diberi nama|dijuluki|dipanggil|berjuluk|named|called)[^\S\n]{1,3}"
)
_SHARED_BEFORE = 80  # characters before two names in which what they share may stand ...
_BETWEEN = re.compile(r"\s+(?:[^\W\d_][\w.-]*\s+){0,5}$")  # ... with up to five words between
_TOGETHER_AFTER = 80  # characters after two names in which what they do together may stand
# Two that stand farther apart than so many words are not in a row, whatever stands between them.
_NEAR = 8
# These marks and words part a statement.
_PARTS = re.compile(
    r"(?i)[,;:]|\b(?:dan|serta|sedangkan|sementara|tetapi|namun|and|while|but|и|а)\b"
)


def ties(text: str, passage: tuple[int, int], one: Found, two: Found, joint: Joint | None) -> bool:
    """Whether a passage ties two sides of a topic, `one` before `two`, to each other."""
    start, end = passage
    if joint == "compound":
        return True
    if _SEVERED.search(text, one[1], two[0]):
        return False
    if joint == "and":
        after = min(end, two[1] + _TOGETHER_AFTER)
        return has_shared(text, start, one) or _TOGETHER.search(text, two[1], after) is not None
    in_parts = _PARTS.search(text, one[1], two[0]) and _are_near(text, one, two)
    if not in_parts and not _BEFALLS.search(text, start, end):
        return True
    return any(words.search(text, start, end) for words in (_TOWARD, _TOGETHER, _SHARED))


def _are_near(text: str, one: Found, two: Found) -> bool:
    return len(text[one[1] : two[0]].split()) <= _NEAR


def has_shared(text: str, start: int, one: Found) -> bool:
    """Whether what two countries share stands in the passage right before the first of them."""
    begin = max(start, one[0] - _SHARED_BEFORE)
    return any(
        _BETWEEN.fullmatch(text, word.end(), one[0])
        for word in _SHARED.finditer(text, begin, one[0])
    )


def turns_to(text: str, start: int, end: int) -> bool:
    """Whether a passage that names one of two countries says what it has to do with another."""
    if is_contest(text, start, end) or _BEFALLS.search(text, start, end):
        return False
    return any(words.search(text, start, end) for words in (_TOWARD, _TOGETHER))


def given_names(text: str, terms: re.Pattern[str]) -> set[str]:
    """The terms that are the names of animals or private people: 'kucing bernama Putin'."""
    names = set()
    for bearer in _BEARERS.finditer(text):
        naming = _NAMING.match(text, bearer.end())
        if naming and (found := terms.match(text, naming.end())):
            names.add(found.group())
    return names


def is_contest(text: str, start: int, end: int) -> bool:
    """Whether a passage only draws, plays or ranks its countries."""
    return _RANKS.search(text, start, end) is not None
