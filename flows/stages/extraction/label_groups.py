"""Whom the lines of a page credit by labels: on one line, or with labels and names on lines of
their own.

"Editor" alone on a line belongs to the name above it or to the one below. Which, is decided once
for a group of such lines, since a template does it one way.

lines -> label, names or neither -> groups -> both readings of each, weighed -> credits
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product, takewhile

from lxml import etree, html

from flows.stages.extraction.credit_lines import (
    Label,
    Names,
    Role,
    has_label,
    is_credit_line,
    is_of_work,
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
    label: Label | None = None
    names: Names = field(default_factory=Names)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A label with the lines of its names."""

    label: Label
    line: Line
    named: Sequence[_Token]


def read_labels(lines: Sequence[Line], stated: Mapping[Role, frozenset[str]]) -> list[Credit]:
    """The credits of lines in their order. `stated`: by role, keys of the names in the metadata."""
    found: list[Credit] = []
    group: list[_Token] = []
    naming = _near_labels(lines)
    texts = [line.text for line in lines]
    for at, line in enumerate(lines):
        if _is_elsewhere(line) or not key(line.text) or is_of_work(texts, at):
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


def _is_elsewhere(line: Line) -> bool:
    """Whether a line is part of something else; an article may have a footer of its own."""
    own = line.clutter == "footer" and is_credit_line(line.text)
    return line.clutter in ELSEWHERE and not own


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
        return _Token(at, line, label)
    if len(line.text) > _LONGEST_NAMES or line.element.tag in {"h1", "h2"}:
        return None
    names = sort_names(parted(line) or line.text, "author")
    named = bool(names.people or names.outlets) and names.clean and not names.nobody
    return _Token(at, line, names=names) if named else None


def _grouped(group: Sequence[_Token], stated: Mapping[Role, frozenset[str]]) -> Iterator[Credit]:
    """The credits of a group of lines, read the way that its labels point."""
    if not any(token.label for token in group):
        return
    below, above = _read(group, 1), _read(group, -1)
    is_below = _weight(below, above, stated) >= _weight(above, below, stated)
    for claim in below if is_below else above:
        for role, token in product(claim.label.roles, claim.named):
            if role not in {"credit", "other"}:
                yield from _credits(token, role, token.names.people)
            if role != "other":
                yield from _credits(token, "credit", token.names.outlets)


def _credits(token: _Token, role: Role, names: Sequence[str]) -> Iterator[Credit]:
    return (Credit(token.at, role, name, token.line.text) for name in names)


def _read(group: Sequence[_Token], step: int) -> list[_Claim]:
    """Each label with the names below (step 1) or above it (step -1), as far as they look like the
    first of them; a label with a colon points down either way.
    """
    claims: list[_Claim] = []
    for at, token in enumerate(group):
        if token.label is not None:
            down = step > 0 or token.label.firm or token.label.before
            beside = group[at + 1 :] if down else group[:at][::-1]
            claims.append(_Claim(token.label, token.line, _alike(beside[:_MOST_LINES])))
    return claims


def _alike(beside: Sequence[_Token]) -> list[_Token]:
    """The lines of names up to the next label, or to one that looks unlike the first."""
    named = list(takewhile(lambda token: token.label is None, beside))
    return list(takewhile(lambda token: _shape(token) == _shape(named[0]), named))


def _shape(token: _Token) -> tuple[str, str, str | None]:
    element = token.line.element
    parent = element.getparent()
    return element.tag, element.get("class", ""), parent.tag if parent is not None else None


def _weight(
    claims: Sequence[_Claim], rivals: Sequence[_Claim], stated: Mapping[Role, frozenset[str]]
) -> int:
    """How much speaks for a reading: labels that have a name, names that stand closer to their
    label than those of the other reading do, and names whose role the metadata confirm.
    """
    named = sum(2 for claim in claims if claim.named)
    closer = sum(
        _closeness(claim) > _closeness(rival)
        for claim, rival in zip(claims, rivals, strict=True)
        if claim.named and rival.named
    )
    agreed = sum(_agreement(claim, token, stated) for claim in claims for token in claim.named)
    return named + closer + agreed


def _closeness(claim: _Claim) -> int:
    """How many of the elements around them a label and its first name share."""
    lines = (claim.line, claim.named[0].line)
    label, name = ({line.element, *line.element.iterancestors()} for line in lines)
    return len(label & name)


def _agreement(claim: _Claim, token: _Token, stated: Mapping[Role, frozenset[str]]) -> int:
    names = {name_key(name) for name in token.names.people}
    return sum(
        3 if role in claim.label.roles else -3
        for role, known in stated.items()
        if not names.isdisjoint(known)
    )
