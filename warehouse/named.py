"""The named statements of the warehouse, one a file, and how DuckDB's answers are read."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]


@cache
def statement(folder: str, name: str) -> str:
    """The text of warehouse/<folder>/<name>.sql."""
    return (files("warehouse") / folder / f"{name}.sql").read_text(encoding="utf-8")


def statements(folder: str) -> list[str]:
    """The names of the statements in a folder, in order."""
    return sorted(
        entry.name.removesuffix(".sql")
        for entry in (files("warehouse") / folder).iterdir()
        if entry.name.endswith(".sql")
    )


@contextlib.contextmanager
def signals() -> Iterator[None]:
    """Raise what a signal handler raises while DuckDB works. DuckDB turns it into a RuntimeError,
    which Prefect would take for a failed task, and retry.
    """
    try:
        yield
    except RuntimeError as error:
        if error.__cause__ is None or isinstance(error.__cause__, Exception):
            raise
        raise error.__cause__ from None


def passed(parameters: Mapping[str, object]) -> dict[str, object]:
    """Parameters as statements take them: lists are JSON texts. Of 2,000 texts that takes 1 ms; as
    Python objects they take 160 ms.
    """
    return {
        name: json.dumps(value) if isinstance(value, list | tuple) else value
        for name, value in parameters.items()
    }


def quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def literal(text: str) -> str:
    """A text as a statement has it, where none can be a parameter."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def rows_of(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def first_line(error: Exception) -> str:
    """DuckDB's message, without its advice and its trace."""
    return str(error).splitlines()[0]
