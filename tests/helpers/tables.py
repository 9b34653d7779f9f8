"""Rows put into tables of a warehouse, and read from them, beside what the program does."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from flows.steps.indexing import index_batch
from warehouse.directory import published, writer_file
from warehouse.engine import Engine
from warehouse.named import quoted
from warehouse.store import Warehouse

FILLERS = {
    "VARCHAR": "-",
    "TIMESTAMP WITH TIME ZONE": datetime(2026, 1, 1, tzinfo=UTC),
    "BOOLEAN": False,
    "FLOAT[]": [0.0],
    "VARCHAR[]": [],
    "JSON": "[]",
}


def in_memory(directory: Path) -> Warehouse:
    """An empty warehouse that is in no file."""
    connection = duckdb.connect(f":memory:{directory.resolve()}")
    file = directory / "migrated.duckdb"
    file.write_bytes(_migrated())
    [(own,)] = connection.execute("select current_catalog()").fetchall()
    connection.execute(f"attach '{quoted(file)}' as migrated (read_only)")
    connection.execute(f'copy from database migrated to "{own}"')
    connection.execute("detach migrated")
    file.unlink()
    return Warehouse(Engine(connection, directory))


def reopened(store: Warehouse) -> Warehouse:
    """A warehouse in memory that is opened again, as another version would."""
    directory = store.engine.directory
    return Warehouse(Engine(duckdb.connect(f":memory:{directory}"), directory))


def new_warehouse(directory: Path) -> Warehouse:
    """An empty warehouse in a data directory that has none."""
    file = writer_file(directory)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as new:
        new.write(_migrated())
    return Warehouse.open(directory)


@cache
def _migrated() -> bytes:
    """The file of an empty warehouse, made once in a process: a copy takes a tenth of the time."""
    with TemporaryDirectory() as folder:
        Warehouse.open(Path(folder)).close()
        return writer_file(Path(folder)).read_bytes()


@contextmanager
def beside(store: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """Another connection to the database that a warehouse of this process has open; it sees what
    was committed.
    """
    with duckdb.connect(f":memory:{store.engine.directory}") as connection:
        databases = connection.execute("select database_name from duckdb_databases()").fetchall()
        if ("writer",) in databases:
            connection.execute("use writer")
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def execute(store: Warehouse, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
    with beside(store) as connection:
        connection.execute(sql, parameters)


def fetch(
    store: Warehouse, sql: str, parameters: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    with beside(store) as connection:
        found = connection.execute(sql, parameters)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def moment(value: Any) -> Any:
    """'2026-03-11' and '2026-03-11 01:00' are instants in UTC; anything else is itself."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", value):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def plain(value: Any) -> Any:
    """As a case file writes it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    if isinstance(value, timedelta):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def empty(store: Warehouse) -> None:
    """Take all rows out of all tables but the records of migrations and of what stands there."""
    with beside(store) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not temporary"
            " and estimated_size > 0"
        ).fetchall()
        for (table,) in tables:
            if table not in ("main.migrations", "state.uncompressed", "state.upkeep"):
                connection.execute(f"delete from {table}")


def plant(store: Warehouse, given: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Put rows into tables. A column that a row leaves out is NULL or, where it must not be, holds
    something that does not matter. All articles are pending then,
    unless some are named.
    """
    with beside(store) as connection:
        for table, rows in given.items():
            filler = _filler(connection, table)
            assert all(row.keys() <= filler.keys() for row in rows), table
            places = ", ".join([f"({', '.join('?' * len(filler))})"] * len(rows))
            values = [moment(row.get(name, filler[name])) for row in rows for name in filler]
            if rows:
                connection.execute(
                    f"insert into {table} ({', '.join(filler)}) values {places}", values
                )
        if "state.pending_articles" not in given:
            connection.execute(
                "insert into state.pending_articles select article_id from state.articles"
            )


def _filler(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    """What stands in each column of a table where nothing is said of it."""
    columns = connection.execute(
        'select name, type, "notnull" from pragma_table_info($table)', {"table": table}
    ).fetchall()
    filler = {name: FILLERS.get(kind, 0) if needed else None for name, kind, needed in columns}
    return filler | {"day": date(2026, 1, 1)} if "day" in filler else filler


def offending(store: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """What the checks of everything find after the step that every run has before its end: the
    index of words.
    """
    while index_batch(store):
        pass
    return store.engine.offending()


def contents(store: Warehouse, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    found = fetch(store, f"select {', '.join(columns)} from {table}")
    return [{name: plain(value) for name, value in row.items()} for row in found]


def published_rows(directory: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What is in the snapshot of a data directory."""
    with duckdb.connect(str(published(directory)), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(sql, values).fetchall()
