"""Whom the lines of a page credit by labels: on one line, or with labels and names on lines of
their own.

"Editor" alone on a line belongs to the name above it or to the one below. Which, is decided once
for a group of such lines, since a template does it one way.

lines -> label, names or neither -> groups -> both readings of each, weighed -> credits
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree, html

from flows.stages.extraction.credit_lines import (
    Label,
    Names,
    Role,
    has_label,
    label_of,
    read_credits,
    sort_names,
)
from flows.stages.extraction.lines import Line
from flows.stages.extraction.names import name_key
from flows.stages.press.text import key, tidy

# Kinds of elements in which nobody of this article is credited
ELSEWHERE = frozenset(
    {"related", "comments", "nav", "footer", "ads", "tags", "form", "player", "post", "caption"}
)
_LONGEST_NAMES = 80  # characters of a line that is nothing but names
_MOST_LINES = 5  # of names that belong to one label, ...
_REACH = 20  # ... and how far away they may begin, buttons between them
_MOST_PIECES = 400
_PARTING = frozenset({"a", "span", "time", "address"})
_SIGNS = re.compile(r"(?:\s?\|)+\s?")


@dataclass(frozen=True, slots=True)
class Credit:
    """`at`: the line that names them; `text`: how it does."""

    at: int
    role: Role
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Token:
    """A line that is a label, or nothing but names."""

    at: int
    line: Line
    label: Label | None
    names: Names


_Reading = list[tuple[_Token, list[_Token]]]  # each label with the lines of its names


def read_labels(lines: Sequence[Line], stated: Mapping[Role, frozenset[str]]) -> list[Credit]:
    """The credits of lines in their order. `stated`: by role, keys of the names in the metadata."""
    found: list[Credit] = []
    group: list[_Token] = []
    naming = _near_labels(lines)
    for at, line in enumerate(lines):
        if line.clutter in ELSEWHERE or not key(line.text):
            continue
        credits = read_line(line)
        token = _token(at, line) if at in naming and not credits else None
        if token is not None:
            group.append(token)
            continue
        found += _grouped(group, stated)
        group = []
        found += (Credit(at, role, name, line.text) for role, name in credits)
    return sorted([*found, *_grouped(group, stated)], key=lambda credit: credit.at)


def _near_labels(lines: Sequence[Line]) -> set[int]:
    """The lines near enough to one that is a label to belong to it."""
    labels = (at for at, line in enumerate(lines) if label_of(line.text) is not None)
    return {at for label in labels for at in range(label - _REACH, label + _REACH + 1)}


def read_line(line: Line) -> list[tuple[Role, str]]:
    """Whom a line credits by labels of its own."""
    if not has_label(line.text):
        return []
    return read_credits(parted(line) or line.text) or read_credits(line.text)


def parted(line: Line) -> str | None:
    """A line's text with a sign between its links and spans, "By | Nama | Nama"; None where its
    element holds other lines too.
    """
    pieces: list[str] = []
    length = 0
    for piece in _pieces(line.element):
        pieces.append(piece)
        length += len(piece.strip(" |"))
        if length > 2 * len(line.text) + _REACH or len(pieces) > _MOST_PIECES:
            return None
    text = _SIGNS.sub(" | ", tidy("".join(pieces))).strip(" |")
    return text if key(text) == key(line.text) else None


def _pieces(element: html.HtmlElement) -> Iterator[str]:
    for event, part in etree.iterwalk(element, events=("start", "end")):
        inside = part is not element and isinstance(part.tag, str)
        if inside and part.tag in _PARTING:
            yield " | "
        yield (part.text if event == "start" else part.tail if inside else "") or ""


def _token(at: int, line: Line) -> _Token | None:
    if label := label_of(line.text):
        return _Token(at, line, label, Names())
    if len(line.text) > _LONGEST_NAMES or line.element.tag in {"h1", "h2"}:
        return None
    names = sort_names(parted(line) or line.text, "author")
    named = bool(names.people or names.outlets) and names.clean and not names.nobody
    return _Token(at, line, None, names) if named else None


def _grouped(group: Sequence[_Token], stated: Mapping[Role, frozenset[str]]) -> Iterator[Credit]:
    """The credits of a group of lines, read the way that its labels point."""
    if not any(token.label for token in group):
        return
    readings = [_read(group, step) for step in (1, -1)]
    weights = [_weight(readings[0], readings[1], stated), _weight(readings[1], readings[0], stated)]
    for label, tokens in readings[0] if weights[0] >= weights[1] else readings[1]:
        for role in label.label.roles if label.label else ():
            yield from (
                Credit(token.at, role, name, token.line.text)
                for token in tokens
                for name in token.names.people
                if role not in {"other", "credit"}
            )
            yield from (
                Credit(token.at, "credit", outlet, token.line.text)
                for token in tokens
                for outlet in token.names.outlets
                if role != "other"
            )


def _read(group: Sequence[_Token], step: int) -> _Reading:
    """Each label with the names that follow it (step 1) or stand before it (step -1), as far as
    they look like the first of them; a label with a colon points forwards either way.
    """
    reading: _Reading = []
    for at, token in enumerate(group):
        if token.label is None:
            continue
        direction = 1 if token.label.firm or token.label.before else step
        taken: list[_Token] = []
        for other in group[at + direction :: direction] if at + direction >= 0 else ():
            if other.label is not None or len(taken) == _MOST_LINES:
                break
            if taken and _shape(other) != _shape(taken[0]):
                break
            taken.append(other)
        reading.append((token, taken))
    return reading


def _shape(token: _Token) -> tuple[str, str, str | None]:
    element = token.line.element
    parent = element.getparent()
    return element.tag, element.get("class", ""), parent.tag if parent is not None else None


def _weight(reading: _Reading, other: _Reading, stated: Mapping[Role, frozenset[str]]) -> int:
    """How much speaks for a reading: labels that have a name, names that stand closer to their
    label than those of the other reading do, and names whose role the metadata confirm.
    """
    weight = 0
    for (label, tokens), (_, others) in zip(reading, other, strict=True):
        weight += 2 * bool(tokens)
        if tokens and others:
            weight += _closeness(label, tokens[0]) > _closeness(label, others[0])
        weight += sum(_agreement(label, token, stated) for token in tokens)
    return weight


def _closeness(label: _Token, names: _Token) -> int:
    """How many of the elements around them two lines share."""
    around = [{*token.line.element.iterancestors(), token.line.element} for token in (label, names)]
    return len(around[0] & around[1])


def _agreement(label: _Token, token: _Token, stated: Mapping[Role, frozenset[str]]) -> int:
    roles = label.label.roles if label.label else ()
    names = {name_key(name) for name in token.names.people}
    return sum(
        (3 if role in roles else -3)
        for role in ("author", "editor")
        if names & stated.get(role, frozenset())
    )
