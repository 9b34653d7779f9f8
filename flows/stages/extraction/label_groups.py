"""Credits by labels, whether label and name are on one line or on lines of their own.

"Editor" alone on a line belongs to the name above it or to the one below. Since a template always
does it the same way, this is decided once for a group of such lines: both readings are weighed.
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
from flows.stages.press.text import text_key, tidy

# Kinds of elements that never credit anybody for this article.
ELSEWHERE = frozenset(
    {"related", "comments", "nav", "footer", "ads", "tags", "form", "player", "post", "caption"}
)


@dataclass(frozen=True, slots=True)
class _Most:
    """How much belongs to a label, at most."""

    names: int = 80  # characters of a line that is nothing but names
    lines: int = 5  # of names
    reach: int = 20  # lines to the first of them, since there may be buttons in between
    pieces: int = 400  # of the element of a line


_MOST = _Most()
_SEPARATE = frozenset({"a", "span", "time", "address"})  # elements that separate names
_SIGNS = re.compile(r"(?:\s?\|)+\s?")


@dataclass(frozen=True, slots=True)
class Credit:
    """A name in its role, the line that has it (`at`), and the line's text."""

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
    """The credits on the lines of a page, in their order. `stated` are the keys of the names in the
    metadata, by role.
    """
    found: list[Credit] = []
    group: list[_Token] = []
    naming = _near_labels(lines)
    texts = [line.text for line in lines]
    for at, line in enumerate(lines):
        if _is_elsewhere(line) or not text_key(line.text) or is_of_work(texts, at):
            continue
        credits = read_line(line)
        if at in naming and not credits and (token := _token(at, line)):
            group.append(token)
            continue
        found += _grouped(group, stated)
        group = []
        found += (Credit(at, role, name, line.text) for role, name in credits)
    return sorted([*found, *_grouped(group, stated)], key=lambda credit: credit.at)


def _is_elsewhere(line: Line) -> bool:
    """Whether a line is part of something else. An article may have a footer of its own."""
    own = line.clutter == "footer" and is_credit_line(line.text)
    return line.clutter in ELSEWHERE and not own


def _near_labels(lines: Sequence[Line]) -> set[int]:
    """The lines that are near enough to a label to belong to it."""
    labels = (at for at, line in enumerate(lines) if label_of(line.text) is not None)
    return {at for label in labels for at in range(label - _MOST.reach, label + _MOST.reach + 1)}


def read_line(line: Line) -> list[tuple[Role, str]]:
    """The roles and names that a line credits by labels of its own."""
    if not has_label(line.text):
        return []
    return read_credits(separated(line) or line.text) or read_credits(line.text)


def separated(line: Line) -> str | None:
    """The text of a line with a bar between its links and spans: "By | Nama | Nama". None if its
    element has other lines, too.
    """
    pieces: list[str] = []
    length = 0
    for piece in _pieces(line.element):
        pieces.append(piece)
        length += len(piece.strip(" |"))
        if length > 2 * len(line.text) + _MOST.reach or len(pieces) > _MOST.pieces:
            return None
    text = _SIGNS.sub(" | ", tidy("".join(pieces))).strip(" |")
    return text if text_key(text) == text_key(line.text) else None


def _pieces(element: html.HtmlElement) -> Iterator[str]:
    for event, part in etree.iterwalk(element, events=("start", "end")):
        inside = part is not element and isinstance(part.tag, str)
        if inside and part.tag in _SEPARATE:
            yield " | "
        if event == "start":
            yield part.text or ""
        else:
            yield (inside and part.tail) or ""


def _token(at: int, line: Line) -> _Token | None:
    if label := label_of(line.text):
        return _Token(at, line, label)
    if len(line.text) > _MOST.names or line.element.tag in {"h1", "h2"}:
        return None
    names = sort_names(separated(line) or line.text, "author")
    if names.nobody or not names.clean or not (names.people or names.outlets):
        return None
    return _Token(at, line, names=names)


def _grouped(group: Sequence[_Token], stated: Mapping[Role, frozenset[str]]) -> Iterator[Credit]:
    """The credits in a group of lines, read in the direction in which its labels point."""
    if not any(token.label for token in group):
        return
    claims, above = _read(group, 1), _read(group, -1)
    if _weight(above, claims, stated) > _weight(claims, above, stated):
        claims = above
    for claim in claims:
        for role, token in product(claim.label.roles, claim.named):
            if role not in {"credit", "other"}:
                yield from _credits(token, role, token.names.people)
            if role != "other":
                yield from _credits(token, "credit", token.names.outlets)


def _credits(token: _Token, role: Role, names: Sequence[str]) -> Iterator[Credit]:
    return (Credit(token.at, role, name, token.line.text) for name in names)


def _read(group: Sequence[_Token], step: int) -> list[_Claim]:
    """Each label with the names below it (step 1) or above it (step -1), up to the first that looks
    different. A label with a colon always points down.
    """
    claims: list[_Claim] = []
    for at, token in enumerate(group):
        if token.label is not None:
            down = step > 0 or token.label.firm or token.label.before
            beside = group[at + 1 :] if down else group[:at][::-1]
            claims.append(_Claim(token.label, token.line, _alike(beside[: _MOST.lines])))
    return claims


def _alike(beside: Sequence[_Token]) -> list[_Token]:
    """The lines of names up to the next label, or up to one that looks different from the first."""
    named = list(takewhile(lambda token: token.label is None, beside))
    return list(takewhile(lambda token: _shape(token) == _shape(named[0]), named))


def _shape(token: _Token) -> tuple[str, str, str | None]:
    element = token.line.element
    parent = element.getparent()
    around = None if parent is None else parent.tag
    return element.tag, element.get("class", ""), around


def _weight(
    claims: Sequence[_Claim], rivals: Sequence[_Claim], stated: Mapping[Role, frozenset[str]]
) -> int:
    """How much speaks for a reading: labels that have a name, names that are closer to their label
    than in the other reading, and names whose role the metadata confirm.
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
    """How many ancestors a label and its first name share."""
    lines = (claim.line, claim.named[0].line)
    label, name = ({line.element, *line.element.iterancestors()} for line in lines)
    return len(label & name)


def _agreement(claim: _Claim, token: _Token, stated: Mapping[Role, frozenset[str]]) -> int:
    names = {name_key(name) for name in token.names.people}
    confirmed = (role for role, known in stated.items() if not names.isdisjoint(known))
    return sum(3 if role in claim.label.roles else -3 for role in confirmed)
