"""How two texts differ, sentence by sentence and, within sentences, word by word.

differences(before, after) -> rows of two sides, in the order of the texts
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Kind = Literal["same", "changed", "cut", "added"]

# A sentence ends with its line, or with a mark before white space and anything but a lower-case
# letter. To misjudge one shows a larger or smaller row.
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?…][\"'”’)\]]*(?=\s+[^\sa-z])|(?=\n|$))\s*")
_WORD = re.compile(r"\S+\s*")
# Of each side of a row. Comparing the words of longer ones takes seconds, and two texts without a
# common sentence over that length have nothing to do with each other.
_MOST_WORDS = 600
# Of two passages in the same place, one is the other's new wording if so much of them is the same.
_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether the other text does not have it."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A passage of two texts: what the one has, and what the other. A side is empty if that text
    has nothing there.
    """

    kind: Kind
    before: Sequence[Piece]
    after: Sequence[Piece]


def differences(before: str, after: str) -> list[Difference]:
    """The passages of two texts, in order; those that are the same too."""
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    matcher = SequenceMatcher(None, _stripped(old), _stripped(new))
    found: list[Difference] = []
    for kind, one, two, three, four in matcher.get_opcodes():
        found += _passages(kind, old[one:two], new[three:four])
    return found


def _stripped(sentences: Sequence[str]) -> list[str]:
    return [sentence.strip() for sentence in sentences]


def _passages(kind: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    if kind == "equal":
        yield Difference("same", [Piece("".join(old))], [Piece("".join(new))])
    elif len(old) == len(new):
        for one, two in zip(old, new, strict=True):
            yield from _changed(one, two)
    else:
        yield from _changed("".join(old), "".join(new))


def _changed(old: str, new: str) -> Iterator[Difference]:
    if old and new and (pieces := _reworded(old, new)):
        yield Difference("changed", *pieces)
        return
    if old:
        yield Difference("cut", [Piece(old, differs=True)], [])
    if new:
        yield Difference("added", [], [Piece(new, differs=True)])


def _reworded(old: str, new: str) -> tuple[list[Piece], list[Piece]] | None:
    """Both passages with the words that differ; None if they have too little in common."""
    one, two = _WORD.findall(old), _WORD.findall(new)
    if max(len(one), len(two)) > _MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, _stripped(one), _stripped(two))
    blocks = matcher.get_matching_blocks()
    if 2 * sum(size for *_, size in blocks) < _ALIKE * (len(one) + len(two)):
        return None
    shared_one = {at + step for at, _, size in blocks for step in range(size)}
    shared_two = {at + step for _, at, size in blocks for step in range(size)}
    return _pieces(one, shared_one), _pieces(two, shared_two)


def _pieces(words: Sequence[str], shared: set[int]) -> list[Piece]:
    return [
        Piece("".join(words[at] for at in group), differs)
        for differs, group in groupby(range(len(words)), key=lambda at: at not in shared)
    ]
