"""The stories that answer a question, by their words, by their meaning, or by both."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.edges.encoder import Encoder
from flows.errors import QueryError
from flows.reading.marks import Place
from warehouse.named import Row
from warehouse.reader import Reader

By = Literal["both", "words", "meaning"]

DEPTH = 200  # articles of each way: enough for ten stories of a press that copies
# Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion" (SIGIR 2009), section 2; results hardly
# depend on it
RANK_CONSTANT = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A story that answers a question, by its best report."""

    report: Row
    score: float
    other_outlets: Sequence[str]


def search(reader: Reader, question: str, by: By, limit: int, encoder: Encoder) -> list[Found]:
    """The stories that answer a question, the best first. The encoder is not touched where meaning
    is not asked for, or there is none, as in a question of operators alone.
    """
    asked = reader.question(question)
    if not asked["parts"]:
        raise QueryError('expected words to look for, such as: kliping search "harga beras"')
    if by == "meaning" and not asked["words"]:
        raise QueryError("--by meaning: expected words beside operators and phrases")
    ways: list[list[Row]] = []
    if by != "meaning":
        ways.append(reader.search(question, DEPTH))
    if by != "words" and asked["words"]:
        [vector] = encoder.encode([(asked["words"], "")])
        ways.append(reader.nearest(question, encoder.model, vector.tolist(), DEPTH))
    rows = {row["article_id"]: row for way in reversed(ways) for row in way}
    scores = fused([[row["article_id"] for row in way] for way in ways])
    best = best_reports([rows[article] for article in sorted(scores, key=_by(scores))])[:limit]
    others = reader.outlets_of_stories([row["story_id"] for row in best])
    return [
        Found(
            row,
            scores[row["article_id"]],
            [name for name in others[row["story_id"]] if name != row["outlet"]],
        )
        for row in best
    ]


def fused(ways: Sequence[Sequence[str]]) -> dict[str, float]:
    """The score of each id by reciprocal rank, from lists of ids that have the best first."""
    scores: dict[str, float] = defaultdict(float)
    for way in ways:
        for rank, each in enumerate(way, start=1):
            scores[each] += 1 / (RANK_CONSTANT + rank)
    return scores


def _by(scores: Mapping[str, float]) -> Callable[[str], tuple[float, str]]:
    return lambda each: (-scores[each], each)


def best_reports(rows: Sequence[Row]) -> list[Row]:
    """The first row of each story, in the order of the rows."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["story_id"], row)
    return list(first.values())


def places_of(text: str, words: set[str]) -> Iterator[Place]:
    """Where these words, in lower case and without accents, stand in a text."""
    for found in re.finditer(r"[^\W_]+", text):
        if _folded(found[0]) in words:
            yield found.span()


def _folded(word: str) -> str:
    """In lower case and without accents, as `state.words_of` has it."""
    letters = unicodedata.normalize("NFD", word)
    return "".join(each for each in letters if not unicodedata.combining(each)).lower()
