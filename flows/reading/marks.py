"""Text as HTML: printable, escaped, and with places marked."""

import re
from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

Place = tuple[int, int]  # start and end in characters; the end is not in it

# Characters that HTML forbids, and those that change the direction of what stands after them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)


def printable(text: str) -> str:
    """The text with a space for each character that cannot be shown. Places in it stay valid."""
    return _UNPRINTABLE.sub(" ", text)


def marked(text: str, places: Iterable[Place], start: int = 0, end: int | None = None) -> Markup:
    """The part of a text from `start` to before `end`, with what is at these places in <mark>.

    Places are positions in the whole text. They may overlap, touch, or reach beyond the part; what
    of them lies outside the part, or the text, is left out.
    """
    text = printable(text)
    stop = len(text) if end is None else min(end, len(text))
    pieces: list[Markup] = []
    done = start
    for first, last in _joined(places, start, stop):
        pieces.append(escape(text[done:first]))
        pieces.append(Markup("<mark>{}</mark>").format(text[first:last]))
        done = last
    return Markup("").join([*pieces, escape(text[done:stop])])


def _joined(places: Iterable[Place], start: int, stop: int) -> Iterator[Place]:
    """The places within the part, in order, those that overlap or touch as one."""
    within = sorted((max(first, start), min(last, stop)) for first, last in places)
    current: Place | None = None
    for first, last in within:
        if first >= last:
            continue
        if current is None:
            current = (first, last)
        elif first <= current[1]:
            current = (current[0], max(current[1], last))
        else:
            yield current
            current = (first, last)
    if current is not None:
        yield current


def excerpt(text: str, places: Iterable[Place] = (), most: int = 360) -> Markup:
    """A text as `marked` has it, or, if it has more than `most` characters, the part of it around
    the first place, with an ellipsis for what is left out.
    """
    places = sorted(places)
    if len(text) <= most:
        return marked(text, places)
    start = 0
    if places and places[0][1] > most:
        start = places[0][0] - most // 4
    end = min(start + most, len(text))
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return Markup("{}{}{}").format(before, marked(text, places, start, end), after)


def around(text: str, passage: str, place: Place) -> int | None:
    """Where a passage of a text begins that holds a place in it; None if it does not stand there.
    The same words may also stand elsewhere.
    """
    start = text.find(passage, max(0, place[1] - len(passage)), place[0] + len(passage))
    return None if start < 0 else start
