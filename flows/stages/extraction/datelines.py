"""The place, the outlet or both that a report opens with: "JAKARTA, KOMPAS.com -", "Mataram
(ANTARA) -", "TEMPO.CO, Jakarta -".
"""

import re
from collections.abc import Container

from flows.stages.press.text import key

_HEAD = re.compile(
    r"(?P<head>[A-Z].{1,89}?)(?:\s*(?:-{1,3}|[–—])\s+|\s+(?:-{1,3}|[–—])\s?(?=[\w\"“]))"
)
_ALONE = re.compile(r"(?P<head>[A-Z].{1,89}?)\s*(?:-{1,3}|[–—])")
_PLACE = re.compile(r"(?:[A-Z][\w.'’/-]*)(?:\s(?:[A-Z][\w.'’/-]*|di|dan))*")
_OUTLET = re.compile(
    r"\([^()]*\)|\b[\w.]{1,60}\.(?:com|co\.id|co|id|net|tv|org)\b|\b(?:CNN|CNBC|VOA|BBC|DW) Indonesia\b|\bANTARA(?: News)?\b"
    r"|\b(?:VIVA|detik)news\b",
    re.IGNORECASE,
)
_MOST_WORDS = 4  # of a place's name
# of one that stands without an outlet and not in capitals: "Jakarta - ", "Kabupaten Bandung - "
_BARE_WORDS = 3


def read_dateline(line: str, outlets: Container[str] = frozenset()) -> str | None:
    """The places that a line opens with, joined by commas. `outlets`: keys of names that are no
    place.
    """
    match = _HEAD.match(line)
    places = _places(match["head"], outlets) if match else None
    return ", ".join(places) if places else None


def opens_report(line: str) -> bool:
    """Whether a line opens with a dateline: an outlet, a place in capitals, or a short place."""
    match = _HEAD.match(line)
    return match is not None and _is_dateline(match["head"])


def is_dateline(line: str) -> bool:
    """Whether a line is a dateline and nothing else: some templates put it before the first
    paragraph.
    """
    match = _ALONE.fullmatch(line)
    return match is not None and _is_dateline(match["head"])


def _is_dateline(head: str) -> bool:
    places = _places(head)
    if places is None:
        return False
    return bool(_OUTLET.search(head)) or (
        bool(places)
        and (
            head.isupper()
            or (len(places) == 1 and len(places[0].split()) <= _BARE_WORDS and len(head) <= 40)
        )
    )


def _places(head: str, outlets: Container[str] = frozenset()) -> list[str] | None:
    """The places in what stands before the dash, none where only an outlet does; None where it is
    no dateline.
    """
    parts = [part.strip(" .:/") for part in _OUTLET.sub(" ", head).split(",")]
    places = [part for part in parts if part and key(part) not in outlets]
    return (
        places
        if all(len(place.split()) <= _MOST_WORDS and _PLACE.fullmatch(place) for place in places)
        else None
    )
