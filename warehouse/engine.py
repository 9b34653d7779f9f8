"""The one module that speaks DuckDB: files, named statements, transactions, migrations, and the
published snapshot.

A data directory contains `media.duckdb`, the published snapshot, and `var/`: the writer's database,
the WARC files, and the run's lock. Only the run that holds the lock opens the writer; analysts read
the snapshot. Publish after closing the writer: copying a database that is open in this process
would drop its file lock.
"""

import contextlib
import fcntl
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import duckdb
from numpy.typing import NDArray

from flows.errors import BusyError, QueryError, RecordError, SlowError, WarehouseError
from flows.records import Problem

Row = dict[str, Any]

# What to do where the snapshot is not of this writer's database.
KEEP_SNAPSHOT = (
    "they would be lost when it is published. To go on from media.duckdb, remove "
    "var/writer.duckdb; to go on without, move media.duckdb away"
)

_ROWS_AT_A_TIME = 1_000  # that a reader fetches

# What keeps statements of people away from all files but the one that is open. None of it can be
# taken back. The second is not implied by the first, which still lets them read and write that one.
_NO_ACCESS = "set enable_external_access = false"
_NO_FILES = "set disabled_filesystems = 'LocalFileSystem'"
_NO_EXTENSIONS = (
    "set allow_community_extensions = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
)
_CHANGEABLE = "set allowed_configs = ['TimeZone']"
_LOCK = "set lock_configuration = true"
_LOCKED = "select current_setting('lock_configuration')"

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


def published(directory: Path) -> Path:
    """The path of the snapshot that analysts read."""
    return directory / "media.duckdb"


def brief_file(directory: Path, day: date) -> Path:
    """The path of a night's brief."""
    return directory / "reports" / f"{day:%Y-%m-%d}.html"


def private(directory: Path) -> Path:
    """The directory of the run's own state."""
    return directory / "var"


def require(directory: Path) -> None:
    """Raise WarehouseError unless a run has begun to fill this data directory."""
    if not published(directory).exists() and not (private(directory) / "writer.duckdb").exists():
        raise _nothing_published(published(directory))


@contextlib.contextmanager
def only_run(directory: Path, holder: str) -> Iterator[None]:
    """Hold the data directory's lock. `holder`: what the BusyError that others get says of it.

    Raises BusyError, WarehouseError.
    """
    try:
        private(directory).mkdir(parents=True, exist_ok=True)
        lock = (private(directory) / "run.lock").open("a+")
    except OSError as error:
        raise WarehouseError(f"{directory}: cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            other = lock.read().strip() or "it is just starting"
            raise BusyError(
                f"{directory}: another run holds the lock ({other}); wait for it to end"
            ) from error
        lock.truncate(0)
        lock.write(holder)
        lock.flush()
        yield
        lock.truncate(0)


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


class Engine:
    """The open writer database. Reads return rows as dictionaries; writes belong inside a
    `transaction()`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, directory: Path) -> None:
        self._connection = connection
        self.directory = directory.resolve()
        self._run("set TimeZone = 'UTC'")
        self._migrate()
        self._types = dict(_EXTRA_TYPES) | {
            row["column_name"]: row["data_type"] for row in self.rows("column_types")
        }

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open a data directory's writer database, and migrate it. Raises WarehouseError."""
        path = private(directory) / "writer.duckdb"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _restore_from_snapshot(directory)
            with contextlib.ExitStack() as on_failure:
                connection = duckdb.connect(str(path))
                on_failure.callback(connection.close)
                engine = cls(connection, directory)
                ours = _census_of(connection)
                refuse_older(ours, "var/writer.duckdb", published(directory), KEEP_SNAPSHOT)
                on_failure.pop_all()
        except OSError as error:
            raise WarehouseError(f"{path.parent}: cannot be written: {error.strerror}") from error
        except duckdb.Error as error:
            advice = _advice(error, published(directory))
            raise WarehouseError(
                f"{path}: cannot be opened: {first_line(error)}; {advice}"
            ) from error
        return engine

    def close(self) -> None:
        self._connection.close()

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of warehouse/queries/<query>.sql."""
        return self._fetch(statement("queries", query), parameters)

    def columns(self, query: str, /, **parameters: object) -> dict[str, NDArray[Any]]:
        """The columns of warehouse/queries/<query>.sql as arrays; lists of numbers become arrays
        too.
        """
        with _signals():
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
            with _signals():
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

    def offending(self) -> dict[str, list[Row]]:
        """The rows that each check in warehouse/checks/ finds, if any."""
        found = {name: self._fetch(statement("checks", name), {}) for name in statements("checks")}
        return {name: rows for name, rows in found.items() if rows}

    def describe(self) -> None:
        """Recreate the macros and the views that use them, in order, and the comments on both."""
        for folder in ("macros", "views"):
            for name in statements(folder):
                self._run(statement(folder, name))
        self._run((files("warehouse") / "descriptions.sql").read_text(encoding="utf-8"))

    def _fetch(self, sql: str, parameters: Mapping[str, object]) -> list[Row]:
        with _signals():
            return _rows(self._run(sql, parameters))

    def _run(
        self, sql: str, parameters: Mapping[str, object] | None = None
    ) -> duckdb.DuckDBPyConnection:
        with _signals():
            return self._connection.execute(sql, parameters)

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


def _iso(value: date) -> str:
    """A day or an instant for JSON."""
    return value.isoformat()


_MIGRATIONS = """
    create table if not exists migrations (name text not null, applied_at timestamptz not null)
"""
_INCOMING = """
    create or replace temp table incoming as
    select row.* from (select unnest(from_json_strict($rows, $structure)) as row)
"""


def _advice(error: duckdb.Error, snapshot: Path) -> str:
    """What to do about a writer database that cannot be opened."""
    if "set lock" in str(error):
        return "close the program that has it open"
    if snapshot.exists():
        return "remove it, and the next run continues from the last publish"
    return "nothing was published yet: remove it to start over"


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Raise what a signal handler raises while DuckDB works. DuckDB turns it into a RuntimeError,
    which Prefect would take for a failed task, and retry.
    """
    try:
        yield
    except RuntimeError as error:
        if error.__cause__ is None or isinstance(error.__cause__, Exception):
            raise
        raise error.__cause__ from None


def _restore_from_snapshot(directory: Path) -> None:
    """If the writer's database is gone, copy the snapshot, which is a complete copy of it. A new,
    empty one would be published over everything.
    """
    writer, snapshot = private(directory) / "writer.duckdb", published(directory)
    if writer.exists() or not snapshot.exists():
        return
    put_writer(directory, snapshot)
    sys.stderr.write(
        f"{writer}: was missing, and is made from {snapshot.name} ({census(writer)})\n"
    )


def put_writer(directory: Path, source: Path) -> None:
    """Replace the writer's database by a copy of another, whole one. Raises OSError."""
    writer = private(directory) / "writer.duckdb"
    copy = writer.with_name(f"{writer.name}.new")
    _copy(source, copy)
    writer.with_name(f"{writer.name}.wal").unlink(missing_ok=True)  # that of the one before
    copy.replace(writer)


def _copy(source: Path, target: Path) -> None:
    """Copy a file, and wait until it is on the disk."""
    shutil.copyfile(source, target)
    with target.open("rb") as handle:
        os.fsync(handle.fileno())


@dataclass(frozen=True, slots=True)
class Census:
    """What is in a database: how many articles, the runs that wrote it, the oldest first, and what
    was forgotten on request.

    A database only ever gains these two, whatever else is deleted from it. So one whose runs and
    requests another one has, too, is an older state of it, or the same.
    """

    articles: int = 0
    runs: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()

    def __str__(self) -> str:
        last = f", the last {self.runs[-1]}" if self.runs else ""
        return f"{self.articles} articles, {len(self.runs)} runs{last}"


def census(path: Path) -> Census:
    """What is in a database file that no other program is writing; nothing if there is no file.
    Raises WarehouseError.
    """
    if not path.exists():
        return Census()
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return _census_of(connection)
    except duckdb.Error as error:
        raise WarehouseError(f"{path}: cannot be opened: {first_line(error)}") from error


def _census_of(connection: duckdb.DuckDBPyConnection) -> Census:
    try:
        [(articles, runs)] = connection.execute(statement("queries", "census")).fetchall()
    except duckdb.CatalogException:  # a database that was just created
        return Census()
    try:
        [(forgotten,)] = connection.execute(statement("queries", "census_forgotten")).fetchall()
    except duckdb.CatalogException:  # an older database, in which nothing was
        forgotten = []
    return Census(articles, tuple(runs), tuple(forgotten))


def refuse_older(ours: Census, name: str, other: Path, advice: str) -> None:
    """Raise WarehouseError if another database has runs that ours lacks, and so must not be
    replaced by ours. One that cannot be opened holds nothing that could be lost.

    `name`: what our database is called, `advice`: how the message ends.
    """
    try:
        theirs = census(other)
    except WarehouseError:
        return
    if more := len(set(theirs.runs) - set(ours.runs)):
        raise WarehouseError(
            f"{other} ({theirs}) has {more} runs that {name} ({ours}) lacks: {advice}"
        )
    if more := len(set(theirs.forgotten) - set(ours.forgotten)):
        raise WarehouseError(
            f"{other} knows of {more} addresses that were forgotten on request and that {name} may "
            f"still hold: {advice}"
        )


def compact(directory: Path) -> None:
    """Write the writer's database, which must be closed, into a new file, which then takes its
    place: a deleted row stays in the blocks of the old one until they are used again. Raises
    WarehouseError.
    """
    writer = private(directory) / "writer.duckdb"
    fresh = writer.with_name(f"{writer.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        checkpoint(writer)
        with duckdb.connect() as connection:
            connection.execute(f"attach '{_quoted(writer)}' as old (read_only)")
            connection.execute(f"attach '{_quoted(fresh)}' as fresh")
            connection.execute("copy from database old to fresh")
            connection.execute("delete from fresh.state.leftovers")
            connection.execute("detach fresh")
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(writer)
    except (OSError, duckdb.Error) as error:
        fresh.unlink(missing_ok=True)
        why = error.strerror if isinstance(error, OSError) else first_line(error)
        raise WarehouseError(
            f"{writer}: cannot be written anew: {why}; repeat the command"
        ) from error


def publish(directory: Path) -> Path:
    """Replace the snapshot by a copy of the writer's database, which must be closed. Readers that
    have the old one open keep it.

    Raises WarehouseError, and leaves the old snapshot in place, if the copy cannot be written.
    """
    target = published(directory)
    # A tool that was killed while it wrote into the old snapshot leaves a log behind, which DuckDB
    # would replay into the new one. It is deleted before the new snapshot appears, so that a crash
    # in between leaves the old one as it was published, and again after, for a tool that wrote just
    # then.
    log = target.with_name(f"{target.name}.wal")
    copy = private(directory) / "media.duckdb.new"
    try:
        checkpoint(private(directory) / "writer.duckdb")
        _copy(private(directory) / "writer.duckdb", copy)
        log.unlink(missing_ok=True)
        copy.replace(target)
        log.unlink(missing_ok=True)
    except (OSError, duckdb.Error) as error:
        copy.unlink(missing_ok=True)
        why = error.strerror if isinstance(error, OSError) else first_line(error)
        raise WarehouseError(
            f"{target}: cannot be published: {why}; the next run publishes again"
        ) from error
    return target


def checkpoint(writer: Path) -> None:
    """Write a closed database's log into its file. Closing does so too, but fails silently, as on a
    full disk, and the file alone is an older state.
    """
    if writer.with_name(f"{writer.name}.wal").exists():
        with duckdb.connect(str(writer)) as connection:
            connection.execute("checkpoint")


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Say in DuckDB's words why it refuses a statement. Raises QueryError."""
    try:
        yield
    except duckdb.PermissionException as error:
        raise QueryError(
            f"{error}\nNothing but media.duckdb can be reached, and no disk used for what does not "
            "fit into memory; --unrestricted lifts this."
        ) from error
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


class Reader:
    """A read-only connection to the snapshot. It may stay open while a run publishes. Raises
    WarehouseError.
    """

    def __init__(self, directory: Path) -> None:
        path = published(directory)
        if not path.exists():
            raise _nothing_published(path)
        try:
            self._connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            raise WarehouseError(f"{path}: cannot be opened: {first_line(error)}") from error
        self.path = path
        # The time zone of the desks.
        self._connection.execute("set TimeZone = 'Asia/Jakarta'")

    def confine(self) -> None:
        """From now on, no statement reads or writes a file, or loads an extension. A query that
        does not fit into memory fails, because it cannot use the disk either.
        """
        self._settle(_NO_ACCESS, _NO_FILES, *_NO_EXTENSIONS, _CHANGEABLE, _LOCK)

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a statement. Returns column names and rows. Raises QueryError."""
        with _refusals(), _signals():
            cursor = self._connection.execute(sql)
            if cursor is None:  # DuckDB's answer to an empty statement
                raise QueryError("expected a statement")
            return [column[0] for column in cursor.description or ()], cursor.fetchall()

    def write_parquet(self, sql: str, target: Path, confined: bool) -> None:
        """Write the rows of a SELECT to a Parquet file. Confined, it touches no other file, and the
        reader none after it. Raises QueryError.
        """
        with _refusals(), _signals():
            match duckdb.extract_statements(sql):
                case [statement] if statement.type == duckdb.StatementType.SELECT:
                    select = statement.query.strip().rstrip(";")
                case _:
                    raise QueryError("expected one SELECT statement")
            path = _quoted(target)
            if confined:
                allowed = f"set allowed_paths = ['{path}']"
                self._settle(allowed, _NO_ACCESS, *_NO_EXTENSIONS, _LOCK)
            self._connection.execute(f"copy (\n{select}\n) to '{path}' (format parquet)")

    def _settle(self, *settings: str) -> None:
        """Apply settings of which the last locks them all, for every reader of this process."""
        [[locked]] = self._connection.execute(_LOCKED).fetchall()
        for setting in () if locked else settings:
            self._connection.execute(setting)

    def tables(self) -> list[Row]:
        """The tables, views, and macros for analysts, with what each is."""
        return _rows(self._execute("tables"))

    def columns(self, relation: str) -> list[Row]:
        """The columns of a table or view, with what each means; none if there is no such table."""
        return _rows(self._execute("columns", relation=relation))

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Break off what the block asks for after some seconds. Raises SlowError."""
        timer = threading.Timer(seconds, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException as error:
            raise SlowError(f"broken off after {seconds:g} seconds") from error
        finally:
            timer.cancel()

    def rows(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of warehouse/queries/<query>.sql. Raises WarehouseError."""
        return _rows(self._execute(query, **parameters))

    def each(self, query: str, /, **parameters: object) -> Iterator[Row]:
        """The rows of warehouse/queries/<query>.sql, read lazily."""
        cursor = self._execute(query, **parameters)
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
            yield from (dict(zip(names, row, strict=True)) for row in rows)

    def boilerplate(self, source_id: str) -> list[Row]:
        """The lines learned as clutter for a source, the most frequent first."""
        return _rows(self._execute("boilerplate", source_id=source_id))

    def deliveries(self, state: str | None) -> list[Row]:
        """Messages and the state of each of their deliveries, newest first; all, or those in one
        state.
        """
        return _rows(self._execute("deliveries", state=state))

    def pending_deliveries(self) -> list[Row]:
        """Like `Alerts.pending_deliveries`, but in the snapshot."""
        return _rows(self._execute("pending_deliveries"))

    def last_runs(self, number: int) -> list[Row]:
        """The last runs, the newest first."""
        return _rows(self._execute("last_runs", number=number))

    def last_nights(self) -> list[Row]:
        """What each source gave on the last day on which it was looked at."""
        return _rows(self._execute("last_nights"))

    def open_problems(self, now: datetime) -> list[Problem]:
        """The problems that stand, the oldest first."""
        rows = _rows(self._execute("problems", since=now))
        problems = [Problem(id=row.pop("problem_id"), **row) for row in rows]
        return [problem for problem in problems if problem.closed_at is None]

    def undelivered(self) -> list[Row]:
        """How many messages wait, or were given up, by channel."""
        return _rows(self._execute("undelivered"))

    def growth(self, now: datetime) -> float | None:
        """By how many bytes a day the data directory grows; None if that is not known yet."""
        rows = _rows(self._execute("growth", now=now))
        return rows[0]["bytes_a_day"] if rows else None

    def replayed_articles(self, topic_id: str, since: datetime) -> Iterator[Row]:
        """Articles since an instant, the oldest first, with the recorded match of a topic. They are
        read lazily.
        """
        yield from self.each("replayed_articles", topic_id=topic_id, since=since)

    def vectors(self, model: str, article_ids: Sequence[str]) -> dict[str, list[float]]:
        """The model's vectors of those of the articles that have one, by article."""
        cursor = self._execute("vectors", model=model, article_ids=json.dumps(list(article_ids)))
        return dict(cursor.fetchall())

    def question(self, question: str) -> Row:
        """How many parts a question has, and the words that are to be found, apart from phrases."""
        [row] = self._answers("question", question=question)
        return row

    def search(self, question: str, top: int) -> list[Row]:
        """The articles that answer a question by their words, the best first."""
        return self._answers("search_articles", question=question, top=top)

    def nearest(self, question: str, model: str, vector: Sequence[float], top: int) -> list[Row]:
        """The articles nearest to the vector of a question, of those that its operators leave."""
        return self._answers(
            "nearest_articles", question=question, model=model, vector=vector, top=top
        )

    def outlets_of_stories(self, stories: Sequence[str]) -> dict[str, list[str]]:
        """The outlets that reported each of these stories, by name, the first to report first."""
        rows = _rows(self._execute("outlets_of_stories", stories=stories))
        return {row["story_id"]: row["outlets"] for row in rows}

    def _answers(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of a query that reads a question. Raises QueryError if a day in it is none."""
        try:
            return _rows(self._execute(query, **parameters))
        except duckdb.InvalidInputException as error:
            raise QueryError(first_line(error).removeprefix("Invalid Input Error: ")) from error

    def _execute(self, query: str, /, **parameters: object) -> duckdb.DuckDBPyConnection:
        """Run warehouse/queries/<query>.sql. Raises WarehouseError if the snapshot lacks a column,
        table, or macro.
        """
        try:
            with _signals():
                return self._connection.execute(statement("queries", query), parameters)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise WarehouseError(
                "this media.duckdb is from an older version; the next `kliping run` upgrades it"
            ) from error


class _ThreadReader(Reader):
    """A reader of a snapshot that other threads read as well."""

    def __init__(self, database: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self._connection = database.cursor()
        self._connection.execute("use media")


class Snapshots:
    """The snapshots of a data directory, one after the other, for a program that stays while runs
    publish. Many threads may ask.

    DuckDB gives whoever opens a path that this process has open the database that it opened before,
    also when another file has that path by now. So each snapshot is attached to a database of its
    own, in memory.
    """

    def __init__(self, directory: Path) -> None:
        self._path = published(directory)
        self._lock = threading.Lock()
        self._opened: tuple[tuple[int, int], duckdb.DuckDBPyConnection] | None = None

    def newest(self) -> Reader:
        """A reader, for one thread, of what was published last. It keeps that snapshot. Raises
        WarehouseError.
        """
        with self._lock:
            try:
                status = self._path.stat()
            except OSError as error:
                raise _nothing_published(self._path) from error
            file = (status.st_ino, status.st_mtime_ns)
            if self._opened is None or self._opened[0] != file:
                self._opened = (file, self._attached())
            return _ThreadReader(self._opened[1], self._path)

    def _attached(self) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect()
        try:
            database.execute(f"attach '{_quoted(self._path)}' as media (read_only)")
        except duckdb.Error as error:
            raise WarehouseError(f"{self._path}: cannot be opened: {first_line(error)}") from error
        zone = "set global TimeZone = 'Asia/Jakarta'"  # of the desks, in every thread
        for setting in (zone, _NO_ACCESS, *_NO_EXTENSIONS, _LOCK):
            database.execute(setting)
        return database


def _nothing_published(path: Path) -> WarehouseError:
    return WarehouseError(
        f"{path}: there is no such file yet: `kliping run` or `kliping backfill` creates it"
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _rows(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def first_line(error: Exception) -> str:
    """DuckDB's message, without its advice and its trace."""
    return str(error).splitlines()[0]
