"""Datelines: the place, the outlet or both at the start of a report.

"JAKARTA, KOMPAS.com -", "Mataram (ANTARA) -", "TEMPO.CO, Jakarta -"
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from flows.stages.press.text import text_key

_HEAD = re.compile(
    r"(?P<head>[A-Z].{1,89}?)(?:\s*(?:-{1,3}|[–—])\s+|\s+(?:-{1,3}|[–—])\s?(?=[\w\"“]))"
)
_ALONE = re.compile(r"(?P<head>[A-Z].{1,89}?)\s*(?:-{1,3}|[–—])")
_PLACE = re.compile(r"(?:[A-Z][\w.'’/-]*)(?:\s(?:[A-Z][\w.'’/-]*|di|dan))*")
_OUTLET = re.compile(
    r"\([^()]*\)|\b[\w.]{1,60}\.(?:com|co\.id|co|id|net|tv|org)\b"
    r"|\b(?:CNN|CNBC|VOA|BBC|DW) Indonesia\b|\bANTARA(?: News)?\b|\b(?:VIVA|detik)news\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Most:
    """The longest name of a place. It is bare without an outlet and if it is not in capitals, as in
    "Jakarta - " and "Kabupaten Bandung - ".
    """

    words: int = 4
    bare_words: int = 3
    bare_length: int = 40


_MOST = _Most()


def read_dateline(line: str, outlets: Container[str] = frozenset()) -> str | None:
    """The places at the start of a line, joined by commas. `outlets` are the keys of names that are
    not places.
    """
    match = _HEAD.match(line)
    if match is None:
        return None
    return ", ".join(_places(match["head"], outlets) or ()) or None


def opens_report(line: str) -> bool:
    """Whether a line starts with a dateline: an outlet, a place in capitals, or a short name."""
    match = _HEAD.match(line)
    return match is not None and _is_dateline(match["head"])


def is_dateline(line: str) -> bool:
    """Whether a line is nothing but a dateline, which some templates put before the first
    paragraph.
    """
    match = _ALONE.fullmatch(line)
    return match is not None and _is_dateline(match["head"])


def _is_dateline(head: str) -> bool:
    places = _places(head)
    if places is None:
        return False
    if _OUTLET.search(head):
        return True
    return bool(places) and (head.isupper() or _is_bare(head, places))


def _is_bare(head: str, places: Sequence[str]) -> bool:
    few_words = len(places) == 1 and len(places[0].split()) <= _MOST.bare_words
    return few_words and len(head) <= _MOST.bare_length


def _places(head: str, outlets: Container[str] = frozenset()) -> list[str] | None:
    """The places before the dash, which may be none if there is an outlet; None if this is not a
    dateline.
    """
    parts = [part.strip(" .:/") for part in _OUTLET.sub(" ", head).split(",")]
    places = [part for part in parts if part and text_key(part) not in outlets]
    if any(len(place.split()) > _MOST.words or not _PLACE.fullmatch(place) for place in places):
        return None
    return places
