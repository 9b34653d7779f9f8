"""A lake: the tables of a warehouse as Parquet files, listed in a PostgreSQL database (DuckLake),
so that people on several machines read them while a run writes.

The data directory of such a warehouse contains `lake.toml`, which names the PostgreSQL database, in
place of `media.duckdb` and `var/writer.duckdb`. Every transaction of a run makes a snapshot of the
lake. A run ends by marking the newest as published, and readers see the newest that is marked, so
nothing is copied.
"""

import json
import os
import re
import socket
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from flows.errors import BusyError, ConfigError, QueryError, WarehouseError
from flows.records import counted
from warehouse.directory import lake_file, writer_file
from warehouse.extensions import BUCKET, closed_on_error, opened, reach
from warehouse.named import Row, literal, rows_of

PREFIX = "ducklake:"
_FORM = "ducklake:postgres:dbname=kliping host=db.example.org user=kliping"
_OLDEST_POSTGRES = 12  # that DuckLake supports

# An advisory lock of that database. The number begins the SHA-256 of "kliping".
_LOCK_KEY = 0xF533B9
_NAME_LENGTH = 63  # bytes that PostgreSQL keeps of an application's name
# A holder whose machine is gone is missed after 30 + 3 × 10 seconds.
_SESSION = (
    "idle_in_transaction_session_timeout = 0",
    "tcp_keepalives_idle = 30",
    "tcp_keepalives_interval = 10",
    "tcp_keepalives_count = 3",
)

_PUBLISHED = "published"  # the message of a snapshot that is
_KEPT_NIGHTS = "90 days"  # how long published snapshots can be asked for
_OLD_FILES = "2 days"  # how long files of no snapshot stay for those who read them
# A file of more than that is not written anew for the rows that a night adds. Queries on one table
# pass over as many files as there are nights in between.
_SMALL_FILE = 16 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Lake:
    """`catalogue`: the PostgreSQL database, as libpq takes it; `files`: the folder of the Parquet
    files, or an address in object storage, for a lake that is new.
    """

    catalogue: str
    files: str

    def __str__(self) -> str:
        return f"{PREFIX}postgres:{self.catalogue}"


# ---- which lake it is ----


def lake_of(directory: Path) -> Lake | None:
    """The lake of a data directory; None if its warehouse is a file. Raises ConfigError."""
    path = lake_file(directory)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        known = Lake(str(told["catalogue"]), str(told["files"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{path}: expected `catalogue` and `files`") from error
    _refuse_password(known.catalogue, str(path))
    return known


def directory_of(text: str, environ: Mapping[str, str]) -> Path:
    """The data directory that `--warehouse` names. The data directory of a lake is KLIPING_DATA,
    and from then on known as such. Raises ConfigError.
    """
    if not text.startswith(PREFIX):
        return Path(text)
    directory = beside_lake(environ)
    lake = parse(text, directory, environ)
    known = lake_of(directory)
    if known is None:
        if writer_file(directory).exists():
            raise ConfigError(
                f"--warehouse: {directory} has a warehouse in a file: `kliping warehouse move "
                f"{directory} {text!r}` carries it over, or KLIPING_DATA names another directory"
            )
        bind(directory, lake)
    elif known.catalogue != lake.catalogue:
        raise ConfigError(
            f"--warehouse: {directory} belongs to the lake {known}: expected that one, or another "
            "directory in KLIPING_DATA"
        )
    return directory


def beside_lake(environ: Mapping[str, str]) -> Path:
    """The data directory of a lake that is named by itself."""
    return Path(environ.get("KLIPING_DATA", "").strip() or "warehouse")


def parse(text: str, directory: Path, environ: Mapping[str, str]) -> Lake:
    """The lake that `--warehouse` names, with the place for its files: KLIPING_LAKE_FILES, or a
    folder in the data directory. Raises ConfigError.
    """
    kind, _, catalogue = text.removeprefix(PREFIX).partition(":")
    _refuse_password(text, "--warehouse")
    if kind != "postgres" or not catalogue.strip():
        raise ConfigError(f"--warehouse: expected {_FORM}, got {text!r}")
    place = environ.get("KLIPING_LAKE_FILES", "").strip()
    if not place:
        return Lake(catalogue.strip(), str(directory.resolve() / "lake"))
    if place.startswith(BUCKET):
        return Lake(catalogue.strip(), place)
    if "://" in place:
        raise ConfigError(
            f"KLIPING_LAKE_FILES: expected a folder or an address such as s3://bucket/kliping, got "
            f"{place!r}"
        )
    return Lake(catalogue.strip(), str(Path(place).resolve()))


def _refuse_password(text: str, where: str) -> None:
    """Raise ConfigError if there is a password in it."""
    if _PASSWORD.search(text):
        raise ConfigError(
            f"{where}: expected no password, which others could see: it belongs into PGPASSWORD or "
            "the file ~/.pgpass"
        )


# In key=value pairs, or before the host of an address (where a number is the port of a host).
_PASSWORD = re.compile(r"password\s*=|postgres(ql)?://[^/@:]*:(?!\d+[/?,])[^@]*@")


def bind(directory: Path, lake: Lake) -> None:
    """Make a data directory that of a lake. Raises ConfigError."""
    path = lake_file(directory)
    text = f"catalogue = {json.dumps(lake.catalogue)}\nfiles = {json.dumps(lake.files)}\n"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def unbind(directory: Path) -> None:
    """Make a data directory that of a file again."""
    lake_file(directory).unlink(missing_ok=True)


# ---- connections ----


def writer(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A connection that reads and writes the newest state. A lake that is new is made. Raises
    WarehouseError.
    """
    # Few rows that were written stay in PostgreSQL otherwise, until they are flushed, which takes
    # longer than writing them into files, and merging these.
    options = ["data_inlining_row_limit 0"]
    with closed_on_error(opened()) as connection, explained(lake):
        known = _catalogue(lake, connection)
        if "data_path" not in known:
            _begin(lake, connection)
            options.append(f"data_path {literal(lake.files)}")
        _attach(lake, connection, *options)
    return connection


def _begin(lake: Lake, connection: duckdb.DuckDBPyConnection) -> None:
    """Prepare the place for the files of a lake that is new. Raises WarehouseError if others lie
    there: those that a lake does not know are deleted some day.
    """
    if not lake.files.startswith(BUCKET):
        with suppress(OSError):  # DuckLake says what is wrong with it
            Path(lake.files).mkdir(parents=True, exist_ok=True)
    others = literal(f"{lake.files.rstrip('/')}/**/*.parquet")
    if connection.execute(f"from glob({others}) limit 1").fetchall():
        raise WarehouseError(
            f"{lake.files}: expected no Parquet files in the place of a lake that is new: delete "
            "them if they are of one that is gone, or name another place in KLIPING_LAKE_FILES"
        )


def reader(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A connection that reads what was published last, and stays with it. Statements can be kept
    from everything but its files by `within`. Raises WarehouseError.
    """
    with closed_on_error(opened()) as connection, explained(lake):
        version = _published(lake, _catalogue(lake, connection))
        _attach(lake, connection, "read_only", f"snapshot_version {version}")
    return connection


def newest_published(lake: Lake) -> int:
    """The snapshot that was published last. Raises WarehouseError if none was."""
    with closing(opened()) as connection, explained(lake):
        return _published(lake, _catalogue(lake, connection))


def folder(lake: Lake) -> str:
    """Where the files of a lake lie, with a slash at its end. Raises WarehouseError."""
    with closing(opened()) as connection, explained(lake):
        return str(_catalogue(lake, connection)["data_path"])


def _published(lake: Lake, known: Row) -> int:
    if (newest := known.get("published")) is None:
        raise WarehouseError(
            f"{lake}: nothing was published in this lake yet: `kliping run` or `kliping backfill` "
            "does"
        )
    return int(newest)


def _catalogue(lake: Lake, connection: duckdb.DuckDBPyConnection) -> Row:
    """What PostgreSQL knows of a lake: `published`, the newest published snapshot or None, and
    `data_path`; nothing if there is no lake in it yet. From then on, the connection reaches its
    files. Raises WarehouseError.
    """
    connection.execute(_SERVER.format(literal(lake.catalogue)))
    [(version, there)] = connection.execute(_asked(_IS_THERE)).fetchall()
    refuse_older(version)
    known = rows_of(connection.execute(_asked(_KNOWN)))[0] if there else {}
    connection.execute("detach server")
    reach(known.get("data_path", lake.files), connection, os.environ)
    return known


def refuse_older(version: int) -> None:
    """Raise WarehouseError if a PostgreSQL is too old. `version`: its server_version_num."""
    if version < _OLDEST_POSTGRES * 10_000:
        raise WarehouseError(
            f"a lake needs PostgreSQL {_OLDEST_POSTGRES} or later, got {version // 10_000}: "
            "upgrade it, or name another server"
        )


_SERVER = "attach {} as server (type postgres)"
_IS_THERE = """
    select current_setting('server_version_num')::int,
        to_regclass('ducklake_snapshot_changes') is not null
"""
_KNOWN = f"""
    select
        (
            select max(snapshot_id) from ducklake_snapshot_changes
            where commit_message = '{_PUBLISHED}'
        ) as published,
        (select value from ducklake_metadata where key = 'data_path') as data_path
"""  # noqa: S608


def _asked(sql: str) -> str:
    """A statement that has PostgreSQL answer another."""
    return f"select * from postgres_query('server', {literal(sql)})"  # noqa: S608


def _attach(lake: Lake, connection: duckdb.DuckDBPyConnection, *options: str) -> None:
    connection.execute(f"attach {literal(str(lake))} as media ({', '.join(options)})")
    connection.execute("use media")


def beside(lake: Lake, file: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a database file, with the newest state of a lake as `source`. Raises
    WarehouseError.
    """
    with closed_on_error(opened(str(file))) as connection, explained(lake):
        _catalogue(lake, connection)
        connection.execute(f"attach {literal(str(lake))} as source (read_only)")
    return connection


@contextmanager
def explained(lake: Lake) -> Iterator[None]:
    """Say what is wrong with a lake that cannot be opened. Raises WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        raise WarehouseError(f"{lake}: cannot be opened: {_reason(error)}") from error


def _reason(error: duckdb.Error) -> str:
    """What PostgreSQL, the object storage or DuckLake says, on one line, without what DuckDB says
    before it, and what to do.
    """
    said = " ".join(str(error).split())
    said = re.sub(r"^.*?(?=connection to server|FATAL:|could not translate)|^.*ERROR: +", "", said)
    said = said.partition(" LINE ")[0]
    todo = advice(said)
    return f"{said}: {todo}" if todo else said


def advice(said: str) -> str:
    """What to do about what is said; "" if nothing is known."""
    return next((todo for pattern, todo in _advice() if pattern.search(said)), "")


@cache
def _advice() -> list[tuple[re.Pattern[str], str]]:
    told = tomllib.loads((files("warehouse") / "lake_advice.toml").read_text(encoding="utf-8"))
    return [(re.compile(each["said"]), each["advice"]) for each in told["advice"]]


@contextmanager
def kept() -> Iterator[None]:
    """Say that PostgreSQL or the object storage went away, or refuses. Raises WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        if what := _trouble(error):
            raise WarehouseError(
                f"the lake's {what} ({_reason(error)}); what was recorded stays, and the next run "
                "goes on from there"
            ) from error
        raise


def _trouble(error: duckdb.Error) -> str:
    """What happened to the servers of a lake; "" if they have nothing to do with an error."""
    said = str(error)
    if isinstance(error, duckdb.IOException) and _FROM_OBJECT_STORAGE.search(said):
        return "object storage does not answer as it should"
    if _LOST.search(said):
        return "PostgreSQL went away"
    return "PostgreSQL refuses" if _DENIED.search(said) else ""


_FROM_OBJECT_STORAGE = re.compile(r"HTTP|s3://")
_LOST = re.compile(
    "connection to server|server closed the connection|no connection to the server"
    '|terminating connection|Failed to execute query "(?:COMMIT|ROLLBACK)|Unable to connect'
)
_DENIED = re.compile("ERROR: +permission denied for")


# ---- what statements of people must not reach ----


def within(folder: str) -> str:
    """The setting that leaves statements nothing but the files of a lake, once there is no other
    access.
    """
    return f"set allowed_directories = [{literal(folder)}]"


# The functions by which a statement could ask PostgreSQL, or write beside the tables; and what runs
# a text that could be put together of their names.
_REFUSED = re.compile(r'postgres_|ducklake_(?!snapshots\b)|\bquery"?\s*\(', re.IGNORECASE)
_READS = frozenset(
    {
        duckdb.StatementType.SELECT,
        duckdb.StatementType.EXPLAIN,
        duckdb.StatementType.CREATE,  # PIVOT does, a type; nothing can be created in the lake
        duckdb.StatementType.SET,
        duckdb.StatementType.VARIABLE_SET,
    }
)


def refuse(sql: str) -> None:
    """Raise QueryError for statements that do more than read tables."""
    if _REFUSED.search(sql) or any(
        each.type not in _READS for each in duckdb.extract_statements(sql)
    ):
        raise QueryError(
            "A lake is only read, by SELECT, and not by functions that have PostgreSQL or files "
            "answer; --unrestricted lifts this."
        )


# ---- one run at a time ----


@contextmanager
def only_run(lake: Lake, holder: str) -> Iterator[Callable[[], None]]:
    """Hold the lake's lock, which PostgreSQL gives back when the holder or its machine dies. Yields
    what raises WarehouseError if the lock was lost. Raises BusyError, WarehouseError.
    """
    with closing(opened()) as connection:
        with explained(lake):
            connection.execute(_SERVER.format(literal(lake.catalogue)))
            connection.begin()
            for setting in (*_SESSION, f"application_name = {literal(_named(holder))}"):
                connection.execute(f"call postgres_execute('server', {literal(f'set {setting}')})")
            [(taken,)] = connection.execute(
                _asked(f"select pg_try_advisory_xact_lock({_LOCK_KEY})")
            ).fetchall()
            others = [] if taken else connection.execute(_asked(_HOLDERS)).fetchall()
        try:
            if not taken:
                other = others[0][0] if others else "it is just starting"
                raise BusyError(f"{lake}: another run holds the lock ({other}); wait for it to end")
            yield lambda: _check(lake, connection)
        finally:
            with suppress(duckdb.Error):  # the server may be gone
                connection.rollback()


_HOLDERS = f"""
    select application_name from pg_stat_activity join pg_locks using (pid)
    where locktype = 'advisory' and objid = {_LOCK_KEY} and granted
        and database = (select oid from pg_database where datname = current_database())
"""  # noqa: S608


def _named(holder: str) -> str:
    """What PostgreSQL keeps of who holds the lock."""
    name = f"{socket.gethostname()}: {holder}"
    return name.encode("ascii", "replace")[:_NAME_LENGTH].decode()


def _check(lake: Lake, connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute(_asked("select 1 as one")).fetchall()
    except duckdb.Error as error:
        raise WarehouseError(
            f"{lake}: PostgreSQL went away during the run, and the lock with it: nothing was "
            "published; what was recorded stays, and the next run goes on from there"
        ) from error


# ---- publishing ----


def publish(connection: duckdb.DuckDBPyConnection, *, erase: bool = False) -> None:
    """Show readers what a writer's lake contains now. `erase`: nothing that was deleted may stay in
    a file, also for those who read an older state. Raises WarehouseError.
    """
    try:
        connection.execute(_MERGE_SMALL_FILES)
        if erase:
            connection.execute("delete from state.leftovers")
            connection.execute("call ducklake_rewrite_data_files('media', delete_threshold => 0)")
        connection.begin()
        connection.execute(_MARK)
        connection.execute("update state.upkeep set published_at = now()")
        connection.commit()
        _clear_away(connection, erase)
    except duckdb.Error as error:
        raise WarehouseError(
            f"the lake cannot be published: {_reason(error)}; the next run publishes again"
        ) from error


_MERGE_SMALL_FILES = f"call ducklake_merge_adjacent_files('media', max_file_size => {_SMALL_FILE})"
_MARK = f"call ducklake_set_commit_message('media', 'kliping', '{_PUBLISHED}')"


def _clear_away(connection: duckdb.DuckDBPyConnection, everything: bool) -> None:
    """Forget the snapshots that nobody reads, and delete the files that are in none. `everything`:
    but the newest snapshot, at once.
    """
    rows = connection.execute(_EVERY_OTHER if everything else _IDLE).fetchall()
    versions = [version for (version,) in rows]
    if versions:
        connection.execute(f"call ducklake_expire_snapshots('media', versions => {versions})")
    age = "cleanup_all => true" if everything else f"older_than => now() - interval '{_OLD_FILES}'"
    connection.execute(f"call ducklake_cleanup_old_files('media', {age})")
    # Of a run that was killed: whoever publishes holds the lock, so nobody else writes.
    orphans = connection.execute(f"call ducklake_delete_orphaned_files('media', {age})").fetchall()
    if orphans:
        left = counted(len(orphans), "files")
        sys.stderr.write(f"deleted {left} that a run which was broken off had left in the lake\n")


_EVERY_OTHER = """
    select snapshot_id from ducklake_snapshots('media')
    qualify snapshot_id < max(snapshot_id) over ()
"""
# Those in the middle of a night, and published ones that are too old.
_IDLE = f"""
    select snapshot_id from ducklake_snapshots('media')
    qualify snapshot_id < max(snapshot_id) over () and (
        commit_message is distinct from '{_PUBLISHED}'
        or snapshot_time < now() - interval '{_KEPT_NIGHTS}'
    )
"""  # noqa: S608
