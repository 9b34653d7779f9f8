"""`kliping search`: the stories that answer a question, by their words, by their meaning, or by
both. Read-only.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console

from flows.commands.sql import Format, show
from flows.edges.encoder import Encoder
from flows.errors import QueryError
from flows.records import counted
from flows.terminal import console, highlighted, line
from warehouse.engine import Reader, Row

By = Literal["both", "words", "meaning"]

DEPTH = 200  # articles of each way: enough for ten stories of a press that copies
# Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion" (SIGIR 2009), section 2; results hardly
# depend on it
RANK_CONSTANT = 60
PASSAGE = 300  # characters; a sentence without a full stop may be a whole article
COLUMNS = (
    "rank",
    "article_id",
    "story_id",
    "title",
    "outlet",
    "published_at",
    "url",
    "passage",
    "other_outlets",
    "score",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A story that answers a question, by its best report."""

    report: Row
    score: float
    other_outlets: Sequence[str]


def show_found(
    reader: Reader, question: str, by: By, limit: int, form: Format, encoder: Encoder
) -> None:
    """Print the stories that answer a question, the best first. Raises QueryError, EncoderError."""
    found = search(reader, question, by, limit, encoder)
    if form == "table":
        _show_stories(console(), found)
    else:
        show(COLUMNS, [_row(rank, each) for rank, each in enumerate(found, start=1)], form)


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


def _row(rank: int, found: Found) -> tuple[object, ...]:
    named = found.report | {
        "rank": rank,
        "other_outlets": "; ".join(found.other_outlets),
        "score": round(found.score, 5),
    }
    return tuple(named[name] for name in COLUMNS)


def _show_stories(out: Console, found: Sequence[Found]) -> None:
    for rank, each in enumerate(found, start=1):
        row = each.report
        day = f", {row['published_at']:%Y-%m-%d %H:%M}" if row["published_at"] else ""
        others = f"; also {', '.join(each.other_outlets)}" if each.other_outlets else ""
        passage = row["passage"]
        marks = list(_marks(passage, set(row["matched"])))
        start = _start(passage, marks)
        shown = passage[start : start + PASSAGE]
        places = [(one - start, two - start) for one, two in marks]
        out.print(line(f"{rank:>2}. ", (row["title"], "bold")))
        out.print(line(f"    {row['outlet']}{day}{others}"))
        out.print(
            line(
                "    ",
                "…" if start else "",
                *highlighted(shown, places, out),
                "…" if start + PASSAGE < len(passage) else "",
            )
        )
        out.print(line(f"    {row['url']}"))
    out.print(counted(len(found), "stories") if found else "nothing found")


def _start(passage: str, marks: Sequence[tuple[int, int]]) -> int:
    """Where the shown part of a passage begins: at its beginning, or near its first mark."""
    if len(passage) <= PASSAGE or not marks or marks[0][1] <= PASSAGE:
        return 0
    return marks[0][0] - PASSAGE // 3


def _marks(text: str, words: set[str]) -> Iterator[tuple[int, int]]:
    """Where these words, in lower case and without accents, stand in a text."""
    for found in re.finditer(r"[^\W_]+", text):
        if _folded(found[0]) in words:
            yield found.span()


def _folded(word: str) -> str:
    """In lower case and without accents, as `state.words_of` has it."""
    letters = unicodedata.normalize("NFD", word)
    return "".join(each for each in letters if not unicodedata.combining(each)).lower()
