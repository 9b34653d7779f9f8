"""`kliping search`: the stories that answer a question, by their words, by their meaning, or by
both. Read-only.
"""

from collections.abc import Sequence

from rich.console import Console

from flows.commands.sql import Format, show
from flows.edges.encoder import Encoder
from flows.reading.searching import By, Found, places_of, search
from flows.records import counted
from flows.terminal import console, highlighted, line
from warehouse.reader import Reader

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


def show_found(
    reader: Reader, question: str, by: By, limit: int, form: Format, encoder: Encoder
) -> None:
    """Print the stories that answer a question, the best first. Raises QueryError, EncoderError."""
    found = search(reader, question, by, limit, encoder)
    if form == "table":
        _show_stories(console(), found)
    else:
        show(COLUMNS, [_row(rank, each) for rank, each in enumerate(found, start=1)], form)


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
        marks = list(places_of(passage, set(row["matched"])))
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
