"""The writer's database: migrations, named statements, transactions, checks."""

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
from numpy.typing import NDArray

from flows.errors import RecordError, WarehouseError
from warehouse import lake
from warehouse.changes import Changes
from warehouse.definitions import definitions, digest, for_lake
from warehouse.directory import published, writer_file
from warehouse.named import Row, first_line, passed, quoted, rows_of, signals, statement, statements
from warehouse.opening import cannot_be_opened, refuse_other_program, require_database
from warehouse.snapshot import (
    KEEP_SNAPSHOT,
    LOST,
    census,
    census_of,
    refuse_older,
    restore_from_snapshot,
)
from warehouse.uncompressed import made_anew

# The types of what the rows of a write have besides columns of tables. Types are declared, never
# guessed from values: a first similarity of 1 would turn all of them into integers.
_EXTRA_TYPES: Mapping[str, str] = {
    "alerted": "BOOLEAN",
    "blocked_reasons": "VARCHAR[]",
    "new_file": "VARCHAR",
    "new_offset": "BIGINT",
    "ended": "BOOLEAN",
    "error": "VARCHAR",
    "failed": "BOOLEAN",
    "incomplete_doubts": "VARCHAR[]",
    "left_story_id": "VARCHAR",
    "looked": "BOOLEAN",
    "matched": "BOOLEAN",
    "now": "TIMESTAMPTZ",
    "pages_before": "TIMESTAMPTZ",
    "passed_over_reasons": "VARCHAR[]",
    "placed_at": "TIMESTAMPTZ",
    "texts_before": "TIMESTAMPTZ",
    "usable": "BOOLEAN",
    "warc_before": "TIMESTAMPTZ",
}

# The rest of a run, of which most is the embedding model, takes 1 GB.
_MOST_MEMORY = 1_500_000_000  # bytes


class Engine:
    """The open writer database. Reads return rows as dictionaries; writes belong inside a
    `transaction()`.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        directory: Path,
        changes: Changes | None = None,
        *,
        in_lake: bool = False,
    ) -> None:
        self._connection = connection
        self._changes = changes
        self._in_lake = in_lake
        self.directory = directory.resolve()
        self._run("set TimeZone = 'UTC'")
        self._migrate()
        self._types = dict(_EXTRA_TYPES) | {
            row["column_name"]: row["data_type"] for row in self.rows("column_types")
        }

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open a data directory's writer database, or its lake, and migrate it. Raises
        WarehouseError.
        """
        its_lake = lake.lake_of(directory)
        return cls._in(its_lake, directory) if its_lake else cls._in_file(directory)

    @classmethod
    def _in(cls, its_lake: lake.Lake, directory: Path) -> Self:
        with contextlib.ExitStack() as on_failure:
            connection = lake.writer(its_lake)
            on_failure.callback(connection.close)
            _confine(connection, writer_file(directory))
            with lake.explained(its_lake):
                engine = cls(connection, directory, in_lake=True)
            on_failure.pop_all()
        return engine

    @classmethod
    def _in_file(cls, directory: Path) -> Self:
        path = writer_file(directory)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            restore_from_snapshot(directory)
            require_database(path)
            with contextlib.ExitStack() as on_failure:
                # DuckDB logs what it does with a file only if it was told so before it opens it.
                connection = duckdb.connect(f":memory:{directory.resolve()}")
                on_failure.callback(connection.close)
                _confine(connection, path)
                changes = Changes(connection, directory)
                connection.execute(f"attach if not exists '{quoted(path.resolve())}' as writer")
                connection.execute("use writer")
                refuse_other_program(connection, path)
                engine = cls(connection, directory, changes)
                ours = census_of(connection)
                refuse_older(ours, "var/writer.duckdb", published(directory), KEEP_SNAPSHOT)
                on_failure.pop_all()
        except OSError as error:
            where = error.filename or path.parent
            raise WarehouseError(f"{where}: cannot be written: {error.strerror}") from error
        except duckdb.Error as error:
            raise cannot_be_opened(path, error, _advice(published(directory))) from error
        return engine

    def close(self) -> None:
        if self._changes:
            self._changes.close()
        else:
            self._connection.close()

    def publish(self, *, erase: bool) -> None:
        """Show readers of a lake what it contains now; with `erase`, in new files. Raises
        WarehouseError.
        """
        lake.publish(self._connection, erase=erase)

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of warehouse/queries/<query>.sql."""
        return self._fetch(statement("queries", query), parameters)

    def columns(self, query: str, /, **parameters: object) -> dict[str, NDArray[Any]]:
        """The columns of warehouse/queries/<query>.sql as arrays; lists of numbers become arrays
        too.
        """
        with signals():
            return dict(self._run(statement("queries", query), parameters).fetchnumpy())

    def execute(self, query: str, /, **parameters: object) -> None:
        """Run warehouse/queries/<query>.sql, which returns nothing."""
        self._run(statement("queries", query), parameters)

    def change(self, folder: str, name: str, /, **parameters: object) -> int:
        """Run warehouse/<folder>/<name>.sql, which changes or deletes rows; how many there were."""
        text = statement(folder, name)
        used = {key: value for key, value in parameters.items() if f"${key}" in text}
        [(count,)] = self._run(text, used).fetchall()
        return int(count)

    def write(self, rows: Sequence[Mapping[str, object]], *queries: str) -> None:
        """Run queries that read `rows` as the relation `incoming`. Does nothing without rows.

        Rows are passed as one JSON text, which takes DuckDB 11 ms for 1,300 rows; as Python objects
        they take 400 ms.
        """
        if not rows:
            return
        text = json.dumps(rows, ensure_ascii=False, default=_iso)
        text = text.encode(errors="replace").decode()  # replaces lone surrogates
        structure = json.dumps([{name: self._types[name] for name in rows[0]}])
        self._run(_INCOMING, {"rows": text, "structure": structure})
        for query in queries:
            self.execute(query)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that the block writes, or nothing. Raises RecordError, WarehouseError."""
        self._connection.begin()
        try:
            yield
            with signals(), lake.kept():
                self._connection.commit()
        except BaseException as error:
            # If a signal arrived during the commit, there is nothing left to roll back.
            with contextlib.suppress(duckdb.Error):
                self._connection.rollback()
            if isinstance(error, (duckdb.DataError, duckdb.InvalidInputException)):
                raise RecordError(first_line(error)) from error
            if isinstance(error, duckdb.IOException):
                raise WarehouseError(
                    f"the warehouse cannot be written: {first_line(error)}"
                ) from error
            raise
        finally:
            if self._changes:
                self._changes.gather()

    def offending(self, catalog: str | None = None) -> dict[str, list[Row]]:
        """The rows that each check in warehouse/checks/ finds, if any; in another catalog that has
        the same tables, or views of them.
        """
        own = self._catalog()
        try:
            self._run(f'use "{catalog or own}"')
            found = {
                name: self._fetch(statement("checks", name), {}) for name in statements("checks")
            }
        finally:
            self._run(f'use "{own}"')
        return {name: rows for name, rows in found.items() if rows}

    @contextlib.contextmanager
    def beside(self, catalog: str) -> Iterator[None]:
        """Have another, empty catalog in memory while the block runs."""
        self._run(f"attach ':memory:' as {catalog}")
        self._run(f"create schema {catalog}.state")
        try:
            yield
        finally:
            self._run(f"detach {catalog}")

    def shadow(self, catalog: str, seen: Mapping[str, tuple[str, str]]) -> None:
        """Have views in another catalog of all tables and views in this one. `seen`: of which only
        those rows are seen whose column stands in a relation of that catalog.
        """
        own = self._catalog()
        for row in self.rows("relations"):
            name = f"{row['schema_name']}.{row['name']}"
            view = f'create view {catalog}.{name} as from "{own}".{name}'
            if name in seen:
                column, relation = seen[name]
                view += f" semi join {catalog}.main.{relation} using ({column})"
            self._run(view)

    def _catalog(self) -> str:
        [(name,)] = self._run("select current_catalog()").fetchall()
        return str(name)

    def describe(self) -> None:
        """Recreate the macros, the views that use them, and the comments, unless those of this
        version stand there: it takes longer than anything else in opening a warehouse.
        """
        if self.rows("described_as") == [{"described_as": digest()}]:
            return
        if not self._in_lake:
            self._uncompress()
        with self.transaction():
            for text in for_lake() if self._in_lake else definitions():
                self._run(text)
            self.execute("record_described_as", digest=digest())

    def _uncompress(self) -> None:
        """Make the tables anew whose keys may be compressed, one by one, which loses comments."""
        for table in self.rows("compressed_tables"):
            with self.transaction():
                for text in made_anew(**table):
                    self._run(text)
                self.execute("record_uncompressed", table=table["table"])

    def _fetch(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        with signals(), lake.kept():
            return rows_of(self._run(sql, parameters))

    def _run(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> duckdb.DuckDBPyConnection:
        with signals(), lake.kept():
            return self._connection.execute(sql, passed(parameters or {}))

    def _migrate(self) -> None:
        """Apply the migrations that this database lacks, each in one transaction. Raises
        WarehouseError if it is from a newer version.
        """
        self._run(_MIGRATIONS)
        applied = {row["name"] for row in self._fetch("select name from migrations", {})}
        known = statements("migrations")
        if newer := sorted(applied - set(known)):
            raise WarehouseError(
                "this warehouse was written by a newer version of kliping "
                f"(it has {newer[-1]}); upgrade kliping"
            )
        for name in known:
            if name not in applied:
                with self.transaction():
                    self._run(statement("migrations", name))
                    self._run("insert into migrations values ($name, now())", {"name": name})
        self.describe()


def _confine(connection: duckdb.DuckDBPyConnection, writer: Path) -> None:
    """Give DuckDB half of the memory that this process may have, at most 1.5 GB, and a folder
    beside the database for what does not fit.
    """
    folder = writer.with_name(f"{writer.name}.tmp")
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    connection.execute(f"set temp_directory = '{quoted(folder)}'")
    connection.execute("reset memory_limit")
    [[bytes_]] = connection.execute(_HALF).fetchall()
    connection.execute(f"set memory_limit = '{min(bytes_, _MOST_MEMORY) // 10**6}MB'")


def _iso(value: date) -> str:
    """A day or an instant for JSON."""
    return value.isoformat()


_MIGRATIONS = """
    create table if not exists migrations (name text not null, applied_at timestamptz not null)
"""
# By itself, DuckDB takes 80 in a hundred of the machine's memory, or of the control group's.
_HALF = "select parse_formatted_bytes(current_setting('memory_limit')) * 5 // 8"
_INCOMING = """
    create or replace temp table incoming as
    select row.* from (select unnest(from_json_strict($rows, $structure)) as row)
"""


def _advice(snapshot: Path) -> str:
    """What to do about a writer database that is damaged."""
    if not snapshot.exists():
        return "nothing was published yet: remove it to start over"
    try:
        census(snapshot)
    except WarehouseError:
        return f"neither can {snapshot}: {LOST}"
    return "remove it, and the next run continues from the last publish"
