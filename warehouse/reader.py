"""Read-only connections to the published snapshot, which may stay open while a run publishes."""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import QueryError, SlowError, WarehouseError
from flows.records import Problem
from warehouse import lake
from warehouse.directory import nothing_published, published
from warehouse.named import Row, first_line, passed, quoted, rows_of, signals, statement
from warehouse.opening import cannot_be_opened, refuse_other_program, require_database
from warehouse.snapshot import RUN_AGAIN

_ROWS_AT_A_TIME = 1_000  # that a reader fetches
_LOOK_AGAIN_S = 30.0  # before a lake is asked again what is published

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
        self.lake = lake.lake_of(directory)
        self._fenced = False
        self.path = published(directory)
        self._connection = lake.reader(self.lake) if self.lake else _opened(self.path)
        # The time zone of the desks.
        self._connection.execute("set TimeZone = 'Asia/Jakarta'")

    def confine(self) -> None:
        """From now on, no statement reads or writes a file, or loads an extension. A query that
        does not fit into memory fails, because it cannot use the disk either.
        """
        if self.lake:  # whose files are read for every statement
            self._fenced = True
            reach = lake.within(lake.folder(self.lake))
            self._settle(reach, _NO_ACCESS, *_NO_EXTENSIONS, _CHANGEABLE, _LOCK)
        else:
            self._settle(_NO_ACCESS, _NO_FILES, *_NO_EXTENSIONS, _CHANGEABLE, _LOCK)

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a statement. Returns column names and rows. Raises QueryError."""
        with _refusals(), signals():
            if self._fenced:
                lake.refuse(sql)
            cursor = self._connection.execute(sql)
            if cursor is None:  # DuckDB's answer to an empty statement
                raise QueryError("expected a statement")
            return [column[0] for column in cursor.description or ()], cursor.fetchall()

    def write_parquet(self, sql: str, target: Path, confined: bool) -> None:
        """Write the rows of a SELECT to a Parquet file. Confined, it touches no other file, and the
        reader none after it. Raises QueryError.
        """
        with _refusals(), signals():
            match duckdb.extract_statements(sql):
                case [statement] if statement.type == duckdb.StatementType.SELECT:
                    select = statement.query.strip().rstrip(";")
                case _:
                    raise QueryError("expected one SELECT statement")
            path = quoted(target)
            if confined:
                allowed = [f"set allowed_paths = ['{path}']"]
                if self.lake:
                    lake.refuse(sql)
                    allowed.append(lake.within(lake.folder(self.lake)))
                self._settle(*allowed, _NO_ACCESS, *_NO_EXTENSIONS, _LOCK)
            self._connection.execute(f"copy (\n{select}\n) to '{path}' (format parquet)")

    def _settle(self, *settings: str) -> None:
        """Apply settings of which the last locks them all, for every reader of this process."""
        [[locked]] = self._connection.execute(_LOCKED).fetchall()
        for setting in () if locked else settings:
            self._connection.execute(setting)

    def tables(self) -> list[Row]:
        """The tables, views, and macros for analysts, with what each is."""
        return rows_of(self._execute("tables"))

    def columns(self, relation: str) -> list[Row]:
        """The columns of a table or view, with what each means; none if there is no such table."""
        return rows_of(self._execute("columns", relation=relation))

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
        return rows_of(self._execute(query, **parameters))

    def each(self, query: str, /, **parameters: object) -> Iterator[Row]:
        """The rows of warehouse/queries/<query>.sql, read lazily."""
        cursor = self._execute(query, **parameters)
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
            yield from (dict(zip(names, row, strict=True)) for row in rows)

    def boilerplate(self, source_id: str) -> list[Row]:
        """The lines learned as clutter for a source, the most frequent first."""
        return rows_of(self._execute("boilerplate", source_id=source_id))

    def deliveries(self, state: str | None) -> list[Row]:
        """Messages and the state of each of their deliveries, newest first; all, or those in one
        state.
        """
        return rows_of(self._execute("deliveries", state=state))

    def pending_deliveries(self) -> list[Row]:
        """Like `Alerts.pending_deliveries`, but in the snapshot."""
        return rows_of(self._execute("pending_deliveries"))

    def last_runs(self, number: int) -> list[Row]:
        """The last runs, the newest first."""
        return rows_of(self._execute("last_runs", number=number))

    def last_nights(self) -> list[Row]:
        """What each source gave on the last day on which it was looked at."""
        return rows_of(self._execute("last_nights"))

    def open_problems(self, now: datetime) -> list[Problem]:
        """The problems that stand, the oldest first."""
        rows = rows_of(self._execute("problems", since=now))
        problems = [Problem(id=row.pop("problem_id"), **row) for row in rows]
        return [problem for problem in problems if problem.closed_at is None]

    def undelivered(self) -> list[Row]:
        """How many messages wait, or were given up, by channel."""
        return rows_of(self._execute("undelivered"))

    def growth(self, now: datetime) -> float | None:
        """By how many bytes a day the data directory grows; None if that is not known yet."""
        rows = rows_of(self._execute("growth", now=now))
        return rows[0]["bytes_a_day"] if rows else None

    def replayed_articles(self, topic_id: str, since: datetime) -> Iterator[Row]:
        """Articles since an instant, the oldest first, with the recorded match of a topic. They are
        read lazily.
        """
        yield from self.each("replayed_articles", topic_id=topic_id, since=since)

    def vectors(self, model: str, article_ids: Sequence[str]) -> dict[str, list[float]]:
        """The model's vectors of those of the articles that have one, by article."""
        cursor = self._execute("vectors", model=model, article_ids=list(article_ids))
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
        rows = rows_of(self._execute("outlets_of_stories", stories=stories))
        return {row["story_id"]: row["outlets"] for row in rows}

    def _answers(self, query: str, /, **parameters: object) -> list[Row]:
        """The rows of a query that reads a question. Raises QueryError if a day in it is none."""
        try:
            return rows_of(self._execute(query, **parameters))
        except duckdb.InvalidInputException as error:
            raise QueryError(first_line(error).removeprefix("Invalid Input Error: ")) from error

    def _execute(self, query: str, /, **parameters: object) -> duckdb.DuckDBPyConnection:
        """Run warehouse/queries/<query>.sql. Raises WarehouseError if the snapshot lacks a column,
        table, or macro.
        """
        try:
            with signals(), lake.kept():
                return self._connection.execute(statement("queries", query), passed(parameters))
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise WarehouseError(
                "this media.duckdb is from an older version; the next `kliping run` upgrades it"
            ) from error


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        raise nothing_published(path)
    try:
        require_database(path)
        connection = duckdb.connect(str(path), read_only=True)
        refuse_other_program(connection, path)
    except duckdb.Error as error:
        raise cannot_be_opened(path, error, RUN_AGAIN) from error
    return connection


class _ThreadReader(Reader):
    """A reader of a snapshot that other threads read as well."""

    def __init__(self, database: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self.lake = None
        self._fenced = False
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
        self._lake = lake.lake_of(directory)
        self._lock = threading.Lock()
        self._opened: tuple[tuple[int, int], duckdb.DuckDBPyConnection] | None = None
        self._looked_at = -_LOOK_AGAIN_S

    def newest(self) -> Reader:
        """A reader, for one thread, of what was published last. It keeps that snapshot. Raises
        WarehouseError.
        """
        with self._lock:
            there = self._newest()
            if self._opened is None or self._opened[0] != there:
                self._opened = (there, self._attached())
            return _ThreadReader(self._opened[1], self._path)

    def _newest(self) -> tuple[int, int]:
        """What tells a snapshot from others: those of a file, or the number of a lake's."""
        if self._lake:
            now = time.monotonic()
            if self._opened and now < self._looked_at + _LOOK_AGAIN_S:
                return self._opened[0]
            self._looked_at = now
            return (lake.newest_published(self._lake), 0)
        try:
            status = self._path.stat()
        except OSError as error:
            raise nothing_published(self._path) from error
        return (status.st_ino, status.st_mtime_ns)

    def _attached(self) -> duckdb.DuckDBPyConnection:
        database = lake.reader(self._lake) if self._lake else self._attached_file()
        zone = "set global TimeZone = 'Asia/Jakarta'"  # of the desks, in every thread
        reach = [lake.within(lake.folder(self._lake))] if self._lake else []
        for setting in (zone, *reach, _NO_ACCESS, *_NO_EXTENSIONS, _LOCK):
            database.execute(setting)
        return database

    def _attached_file(self) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect()
        try:
            require_database(self._path)
            database.execute(f"attach '{quoted(self._path)}' as media (read_only)")
            refuse_other_program(database.cursor().execute("use media"), self._path)
        except duckdb.Error as error:
            raise cannot_be_opened(self._path, error, RUN_AGAIN) from error
        return database
