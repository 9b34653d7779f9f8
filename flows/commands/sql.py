"""What the published snapshot holds: SQL, one statement or a shell, and the lines that were
learned. Read-only.
"""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from flows.errors import QueryError
from flows.records import Source
from flows.terminal import console
from warehouse.engine import Reader, Row

Format = Literal["table", "csv", "json"]


def show(names: Sequence[str], rows: Sequence[Sequence[Any]], form: Format) -> None:
    """Print rows to standard output: a table for people, CSV with a header line, or a JSON array of
    objects.
    """
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(map(_text, row) for row in rows)
    elif form == "json":
        json.dump(
            [dict(zip(names, row, strict=True)) for row in rows],
            sys.stdout,
            ensure_ascii=False,
            indent=1,
            default=str,
        )
        sys.stdout.write("\n")
    else:
        out = Console(markup=False, highlight=False, emoji=False)
        fits = sum(len(name) + 2 for name in names) <= out.width
        out.print(
            _table(names, rows) if fits else _list(names, rows),
            f"{len(rows)} row{'' if len(rows) == 1 else 's'}",
        )


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=SIMPLE)
    for name in names:
        table.add_column(
            name, overflow="fold"
        )  # nothing is cut: an id that ends in an ellipsis cannot be used
    for row in rows:
        table.add_row(*map(_text, row))
    return table


def _list(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=SIMPLE, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        for name, value in zip(names, row, strict=True):
            table.add_row(name, _text(value))
        table.add_section()
    return table


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_CUT: Mapping[str, str] = {
    "line": "wherever it is a whole sentence",
    "insert": "where it stands before a new sentence",
    "label": "with what follows it, such as a headline",
}


def show_learned(source: Source, lines: Sequence[Row]) -> None:
    """Print what was learned about a source: each line with whether it is cut or kept, where, since
    when and on how many articles.
    """
    out = console()
    if not lines:
        out.print(
            f"{source.name}: no line was learned yet; a line has to return on many articles, of several days"
        )
        return
    out.print(
        f"{source.name}: {len(lines)} learned, the most frequent first; what matches `keep` in sources.yaml stays in the articles"
    )
    for line in lines:
        keeps = any(pattern.search(line["text"]) for pattern in source.keep)
        change = (
            "" if keeps == line["kept"] else f", {'kept' if keeps else 'cut'} from the next run on"
        )
        seen = f"on {line['articles']} of {line['counted']} articles, {line['first_seen_at']:%Y-%m-%d} to {line['last_seen_at']:%Y-%m-%d}"
        out.print(f"{'kept' if line['kept'] else 'cut ':<5} {line['text']}")
        out.print(f"      {_CUT[line['shape']]}{change}")
        out.print(
            f"      {seen}; learned {line['learned_at']:%Y-%m-%d}; cut from {line['cut_from']}; line_id {line['line_id']}"
        )


def converse(reader: Reader, form: Format) -> None:
    """Read statements until the input ends; a statement ends with a semicolon at the end of a line.
    A mistake does not end the shell.
    """
    interactive = sys.stdin.isatty()
    if interactive:
        with suppress(ImportError):  # line editing and history, where the platform has them
            import readline  # noqa: F401
        sys.stdout.write(
            "Statements end with ';'. 'show tables;' lists what there is; Ctrl-D leaves.\n"
        )
    statement = ""
    while True:
        try:
            line = input(("" if statement else "kliping> ") if interactive else "")
        except (EOFError, KeyboardInterrupt):
            break
        statement += line + "\n"
        if line.rstrip().endswith(";"):
            _answer(reader, statement, form)
            statement = ""
    if statement.strip():
        _answer(reader, statement, form)


def _answer(reader: Reader, statement: str, form: Format) -> None:
    try:
        show(*reader.query(statement), form)
    except QueryError as error:
        sys.stderr.write(f"{error}\n")
