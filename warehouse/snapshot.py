"""The published snapshot and the writer's database as files: copied, compared, replaced.

Publish after closing the writer: copying a database that is open in this process would drop its
file lock.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.errors import WarehouseError
from warehouse.directory import private, published
from warehouse.named import first_line, quoted, statement

# What to do where the snapshot is not of this writer's database.
KEEP_SNAPSHOT = (
    "they would be lost when it is published. To go on from media.duckdb, remove "
    "var/writer.duckdb; to go on without, move media.duckdb away"
)


def restore_from_snapshot(directory: Path) -> None:
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
            return census_of(connection)
    except duckdb.Error as error:
        raise WarehouseError(f"{path}: cannot be opened: {first_line(error)}") from error


def census_of(connection: duckdb.DuckDBPyConnection) -> Census:
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
            connection.execute(f"attach '{quoted(writer)}' as old (read_only)")
            connection.execute(f"attach '{quoted(fresh)}' as fresh")
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
