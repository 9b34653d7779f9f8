"""Rows put into tables of a warehouse, and read from them."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from warehouse.engine import published
from warehouse.store import Warehouse

FILLERS = {
    "VARCHAR": "-",
    "TIMESTAMP WITH TIME ZONE": datetime(2026, 1, 1, tzinfo=UTC),
    "BOOLEAN": False,
    "FLOAT[]": [0.0],
    "JSON": "[]",
}


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


def plant(store: Warehouse, given: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Put rows into tables. A column that a row leaves out is NULL or, where it must not be, holds
    something that does not matter.
    """
    for table, rows in given.items():
        schema, _, name = table.rpartition(".")
        columns = store.engine._fetch(
            "select column_name, data_type, is_nullable from duckdb_columns() where schema_name = $schema and table_name = $name",
            {"schema": schema or "main", "name": name},
        )
        filler = {
            c["column_name"]: None if c["is_nullable"] else FILLERS.get(c["data_type"], 0)
            for c in columns
        }
        if "day" in filler:
            filler["day"] = date(2026, 1, 1)
        for row in rows:
            assert row.keys() <= filler.keys(), table
            values = filler | {column: moment(value) for column, value in row.items()}
            places = ", ".join(f"${column}" for column in values)
            store.engine._connection.execute(
                f"insert into {table} ({', '.join(values)}) values ({places})", values
            )


def contents(store: Warehouse, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    found = store.engine._fetch(f"select {', '.join(columns)} from {table}", {})
    return [{name: plain(value) for name, value in row.items()} for row in found]


def rows(warehouse: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(published(warehouse)), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(sql, values).fetchall()
