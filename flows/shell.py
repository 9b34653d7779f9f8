"""SQL on the published snapshot: one statement, or a shell. Read-only."""

import csv
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from warehouse.engine import QueryError, Reader

Format = Literal["table", "csv", "json"]


def show(names: Sequence[str], rows: Sequence[Sequence[Any]], form: Format) -> None:
    """Print rows to standard output: a table for people, CSV with a header line, or a JSON array of objects."""
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(map(_text, row) for row in rows)
    elif form == "json":
        json.dump([dict(zip(names, row, strict=True)) for row in rows], sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
    else:
        console = Console(markup=False, highlight=False, emoji=False)
        fits = sum(len(name) + 2 for name in names) <= console.width
        console.print(_table(names, rows) if fits else _list(names, rows), f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=SIMPLE)
    for name in names:
        table.add_column(name, overflow="fold")  # nothing is cut: an id that ends in an ellipsis cannot be used
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


def converse(reader: Reader, form: Format) -> None:
    """Read statements until the input ends; a statement ends with a semicolon at the end of a line. A mistake does not end the shell."""
    interactive = sys.stdin.isatty()
    if interactive:
        with suppress(ImportError):  # line editing and history, where the platform has them
            import readline  # noqa: F401
        sys.stdout.write("Statements end with ';'. 'show tables;' lists what there is; Ctrl-D leaves.\n")
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
