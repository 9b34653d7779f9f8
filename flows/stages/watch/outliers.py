"""The hits of a topic that are least like the others: where a word means something else, the
articles do too.

    least_alike(vectors)     -> their rows, the least alike first
    offer(spans, others)     -> what could be written into topics.yaml to be rid of one
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from flows.records import Span


@dataclass(frozen=True, slots=True)
class _Alike:
    """How the hits are ranked, and how many are shown.

    Of 157 hits for floods, all ten figurative ones ("banjir pujian") are among the lowest 18 by the
    mean cosine to the eight nearest.
    """

    neighbours: int = 8
    least: int = 20  # hits; among fewer, no one stands out
    one_of: int = 8  # of the hits, and ...
    most: int = 20  # ... no more than so many, are shown


ALIKE = _Alike()
_CAPITALISED = 0.8  # of the others, before a word in small letters is something else
_NEXT_WORD = re.compile(r"\s{1,9}([^\W\d_]{1,40})")
_LAST_WORD = re.compile(r"([^\W\d_]{1,40})\s{1,9}$")


def least_alike(vectors: npt.NDArray[np.float32]) -> list[int]:
    """The rows of unit vectors with the lowest mean cosine to their nearest, the lowest first; none
    among few.
    """
    if len(vectors) < ALIKE.least:
        return []
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1.0)
    nearest = np.partition(cosines, -ALIKE.neighbours, axis=1)[:, -ALIKE.neighbours :]
    shown = min(ALIKE.most, len(vectors) // ALIKE.one_of)
    return [int(row) for row in np.argsort(nearest.mean(axis=1), kind="stable")[:shown]]


def offer(spans: Sequence[Span], others: Sequence[Sequence[Span]]) -> str | None:
    """What would be rid of a hit and leave the others: the term's capitals ('Bulan!'), or a phrase
    for none_of; None if nothing of the kind would.
    """
    written = [each for hit in others for each in hit]
    said = " ".join(each.sentence.lower() for each in written)
    for span in spans:
        if _is_mostly_capitalised(span, written):
            return f"'{span.text.capitalize()}!' instead of {span.text}"
        for phrase in _phrases(span):
            if phrase.lower() not in said:
                return f"none_of: [{phrase}]"
    return None


def _is_mostly_capitalised(span: Span, written: Sequence[Span]) -> bool:
    """Whether a word in small letters has capitals nearly everywhere else."""
    same = [each.text for each in written if each.text.lower() == span.text.lower()]
    capitalised = sum(not text.islower() for text in same)
    return span.text.islower() and bool(same) and capitalised >= _CAPITALISED * len(same)


def _phrases(span: Span) -> list[str]:
    """The term with the word after it, and with the word before it."""
    before, found, after = span.sentence.partition(span.text)
    following, last = _NEXT_WORD.match(after), _LAST_WORD.search(before[-60:])
    phrases = [f"{found} {following[1]}"] if following else []
    return [*phrases, f"{last[1]} {found}"] if last else phrases
