"""Carries the tables of a warehouse from its file into a lake, or back, and proves that both have
the same rows.

What lies beside the tables (WARC files, reports, models) stays in the data directory. The tables
are copied in one transaction: a move that is broken off leaves an empty warehouse behind, and is
begun again.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.errors import WarehouseError
from warehouse import lake
from warehouse.directory import published, spare_file, writer_file
from warehouse.engine import Engine
from warehouse.lake import Lake
from warehouse.named import quoted
from warehouse.snapshot import publish

_MOVED = ".moved"  # the ending of files that are no longer the warehouse

# What each warehouse keeps of itself.
_OWN = ("main.migrations", "state.upkeep", "state.uncompressed")


@dataclass(frozen=True, slots=True)
class Proof:
    """What both sides said of a table: how many rows it has, and the sum of their hashes."""

    table: str
    rows: int
    digest: int


def into_lake(directory: Path, target: Lake) -> list[Proof]:
    """Move the warehouse of a data directory from its file into a lake, and publish it there.

    Whoever calls it holds the locks of both. Raises WarehouseError.
    """
    file = writer_file(directory)
    Engine.open(directory).close()  # it is of this version then
    with lake.explained(target), closing(lake.writer(target)) as connection:
        Engine(connection, directory, in_lake=True)
        connection.execute(f"attach '{quoted(file)}' as source (read_only)")
        proofs = _carry(connection, "media", str(target))
        lake.publish(connection)
    lake.bind(directory, target)
    spare_file(directory).unlink(missing_ok=True)
    for path in (file, published(directory)):
        if path.exists():
            path.replace(path.with_name(f"{path.name}{_MOVED}"))
    return proofs


def into_file(directory: Path, source: Lake) -> list[Proof]:
    """Move the warehouse of a data directory from its lake, which stays as it is, into a file, and
    publish it there.

    Whoever calls it holds the locks of both. Raises WarehouseError.
    """
    Engine.open(directory).close()  # it is of this version then
    file = writer_file(directory)
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with lake.explained(source), closing(lake.beside(source, fresh)) as connection:
        Engine(connection, directory)
        [(name,)] = connection.execute("select current_database()").fetchall()
        proofs = _carry(connection, f'"{name}"', str(fresh))
    fresh.replace(file)
    lake.unbind(directory)
    publish(directory)
    return proofs


def _carry(connection: duckdb.DuckDBPyConnection, target: str, name: str) -> list[Proof]:
    """Copy all rows of the attached `source` into an empty database, and prove that it has them.

    A database that has them already is left as it is. Raises WarehouseError.
    """
    tables = _tables(connection, target)
    is_empty = not any(proof.rows for proof in _proofs(connection, target, tables))
    if is_empty:
        connection.begin()
        for table in tables:
            connection.execute(_COPY.format(target=target, table=table))
        connection.commit()
    ours = _proofs(connection, "source", tables)
    theirs = _proofs(connection, target, tables)
    wrong = [
        f"{one.table}: {one.rows} rows, then {other.rows}"
        for one, other in zip(ours, theirs, strict=True)
        if one != other
    ]
    if wrong:
        what = "the copy is not the same" if is_empty else "has an archive of its own"
        raise WarehouseError(f"{name}: {what} ({'; '.join(wrong[:3])}); nothing was moved")
    return ours


# In the order in which the rows came, by which some are read.
_COPY = "insert into {target}.{table} by name select * from source.{table} order by rowid"


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> Mapping[str, str]:
    """The tables of a database, each with its columns in one order."""
    found = connection.execute(_TABLES, {"database": database.strip('"')}).fetchall()
    return {table: columns for table, columns in found if table not in _OWN}


_TABLES = """
    select
        c.schema_name || '.' || c.table_name,
        string_agg(c.column_name, ', ' order by c.column_name)
    from duckdb_columns() c
    join duckdb_tables() t using (database_name, schema_name, table_name)
    where c.database_name = $database and not t.temporary
    group by all
    order by all
"""


def _proofs(
    connection: duckdb.DuckDBPyConnection, database: str, tables: Mapping[str, str]
) -> list[Proof]:
    return [
        Proof(table, *connection.execute(_PROOF.format(columns, database, table)).fetchall()[0])
        for table, columns in tables.items()
    ]


_PROOF = "select count(*), coalesce(sum(hash(row({})))::hugeint, 0) from {}.{}"
