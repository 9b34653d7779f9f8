"""The printing of results, for `kliping sql` and others. Also the report of `kliping sources
boilerplate`.
"""

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from flows.records import Source, counted
from flows.terminal import console
from warehouse.named import Row

Format = Literal["table", "csv", "json"]


def show(names: Sequence[str], rows: Sequence[Sequence[Any]], form: Format) -> None:
    """Print rows to standard output: a table for people, CSV with a header line, or a JSON array of
    objects.
    """
    _PRINTERS[form](names, rows)


def _print_csv(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(map(_text, row) for row in rows)


def _print_json(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    json.dump(objects, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")


def _print_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    out = Console(markup=False, highlight=False, emoji=False)
    fits = sum(len(name) + 2 for name in names) <= out.width
    count = counted(len(rows), "rows")
    out.print(_table(names, rows) if fits else _list(names, rows), count)


_PRINTERS: Mapping[Format, Callable[[Sequence[str], Sequence[Sequence[Any]]], None]] = {
    "table": _print_table,
    "csv": _print_csv,
    "json": _print_json,
}


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=SIMPLE)
    for name in names:
        # Long values wrap: an id that ends in an ellipsis could not be used.
        table.add_column(name, overflow="fold")
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


# Where a learned line is cut, by its shape.
_WHERE: Mapping[str, str] = {
    "line": "wherever it is a whole sentence",
    "insert": "where it stands before a new sentence",
    "label": "with what follows it, such as a headline",
}


def show_learned(source: Source, lines: Sequence[Row]) -> None:
    """Print the lines learned as clutter for a source: whether each is cut or kept, where, since
    when, and on how many articles it was found.
    """
    out = console()
    if not lines:
        out.print(
            f"{source.name}: no line was learned yet; "
            "a line has to recur on many articles, over several days"
        )
        return
    out.print(
        f"{source.name}: {len(lines)} learned, the most frequent first; "
        "what matches `keep` in sources.yaml stays in the articles"
    )
    for line in lines:
        keeps = any(pattern.search(line["text"]) for pattern in source.keep)
        change = "" if keeps == line["kept"] else f", {_fate(keeps)} from the next run on"
        out.print(f"{_fate(line['kept']):<5} {line['text']}")
        out.print(f"      {_WHERE[line['shape']]}{change}")
        out.print(
            f"      on {line['articles']} of {counted(line['counted'], 'articles')}, "
            f"{line['first_seen_at']:%Y-%m-%d} to {line['last_seen_at']:%Y-%m-%d}; "
            f"learned {line['learned_at']:%Y-%m-%d}; cut from {line['cut_from']}; "
            f"line_id {line['line_id']}"
        )


def _fate(kept: bool) -> str:
    return "kept" if kept else "cut"
