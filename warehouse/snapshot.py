"""The published snapshot and the writer's database as files: copied, compared, replaced.

Publish after closing the writer: copying a database that is open in this process would drop its
file lock.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.errors import ForeignError, WarehouseError
from warehouse.copies import Copies, Copy, Stamp, keep, known_snapshot, patchable, take
from warehouse.directory import private, published, spare_file, writer_file
from warehouse.files import clone, copy, patch, sync
from warehouse.named import first_line, quoted, statement
from warehouse.opening import cannot_be_opened, refuse_other_program, require_database

# What to do where the snapshot is not of this writer's database.
KEEP_SNAPSHOT = (
    "they would be lost when it is published. To go on from media.duckdb, remove "
    "var/writer.duckdb; to go on without, move media.duckdb away"
)
# What to do about a snapshot that is damaged, and about both if the writer's database is, too.
RUN_AGAIN = "`kliping run` writes it anew, or says what to do"
LOST = (
    "put a backup back (`kliping restore DIR`) or, without one, move both databases away and take "
    "in the archives again (`kliping backfill`, with those in var/warc)"
)


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


def restore_from_snapshot(directory: Path) -> None:
    """If the writer's database is gone, copy the snapshot, which is a complete copy of it. A new,
    empty one would be published over everything.
    """
    writer, snapshot = writer_file(directory), published(directory)
    if writer.exists() or not snapshot.exists():
        return
    contents = put_writer(directory, snapshot)
    sys.stderr.write(f"{writer}: was missing, and is made from {snapshot.name} ({contents})\n")


def put_writer(directory: Path, source: Path) -> Census:
    """Replace the writer's database by a copy of another one. Returns what is in it. Raises
    OSError, and WarehouseError if the copy is not a whole warehouse: then nothing is replaced.
    """
    writer = writer_file(directory)
    fresh = writer.with_name(f"{writer.name}.new")
    try:
        copy(source, fresh)
        contents = _contents(fresh, source, LOST)
        writer.with_name(f"{writer.name}.wal").unlink(missing_ok=True)  # that of the one before
        fresh.replace(writer)
    finally:
        fresh.unlink(missing_ok=True)
    return contents


def census(path: Path) -> Census:
    """What is in a database file that no other program is writing; nothing if there is no file.
    Raises WarehouseError.
    """
    return _contents(path, path, RUN_AGAIN) if path.exists() else Census()


def _contents(path: Path, name: Path, advice: str) -> Census:
    """What is in a database file, which messages call `name`. Raises WarehouseError."""
    try:
        require_database(path)
        with duckdb.connect(str(path), read_only=True) as connection:
            refuse_other_program(connection, name)
            return census_of(connection)
    except duckdb.Error as error:
        raise cannot_be_opened(name, error, advice) from error


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
    replaced by ours, or is that of another program. One that cannot be opened holds nothing that
    could be lost.

    `name`: what our database is called, `advice`: how the message ends.
    """
    try:
        theirs = census(other)
    except ForeignError:
        raise
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
    writer = writer_file(directory)
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
        raise WarehouseError(
            f"{writer}: cannot be written anew: {_why(error)}; repeat the command"
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
    fresh = private(directory) / "media.duckdb.new"
    try:
        checkpoint(writer_file(directory))
        copies = take(directory)
        copied_at = _renew(directory, copies, fresh)
        log.unlink(missing_ok=True)
        spare = None if copied_at is None else _set_aside(directory, copies)
        fresh.replace(target)
        log.unlink(missing_ok=True)
    except (OSError, duckdb.Error) as error:
        fresh.unlink(missing_ok=True)
        raise WarehouseError(
            f"{target}: cannot be published: {_why(error)}; the next run publishes again"
        ) from error
    writer, snapshot = Stamp.of(writer_file(directory)), Stamp.of(target)
    if copied_at is not None and writer and snapshot:
        keep(directory, Copies(writer, Copy(snapshot, copied_at), spare))
    return target


def _renew(directory: Path, copies: Copies | None, fresh: Path) -> float | None:
    """Make `fresh` a copy of the writer's database, of the spare if that can be. Returns when it
    was copied whole; None if both share their blocks, so that no spare is needed. Raises OSError.
    """
    writer, spare, now = writer_file(directory), spare_file(directory), time.time()
    fresh.unlink(missing_ok=True)  # of a publish that was killed
    if clone(writer, fresh):
        spare.unlink(missing_ok=True)
        return None
    if former := patchable(copies, directory, now):
        # Under this name, a spare that is neither as it was nor as it is to be is never used.
        spare.replace(fresh)
        sync(spare.parent)
        patch(writer, fresh, former.stale)
        return former.copied_at
    spare.unlink(missing_ok=True)
    copy(writer, fresh)
    return now


def _set_aside(directory: Path, copies: Copies | None) -> Copy | None:
    """Give the snapshot that is to be replaced a second name, as the next spare, unless it is not
    known how it differs from the writer's database. None then, and where files have one name only.
    """
    former = known_snapshot(copies, directory)
    if former:
        try:
            os.link(published(directory), spare_file(directory))
        except OSError:
            return None
    return former


def _why(error: OSError | duckdb.Error) -> str | None:
    return error.strerror if isinstance(error, OSError) else first_line(error)


def complete(writer: Path) -> None:
    """Have all of a closed database in its file, before it is copied. Raises WarehouseError."""
    try:
        checkpoint(writer)
    except (OSError, duckdb.Error) as error:
        raise WarehouseError(
            f"{writer}: cannot be written: {_why(error)}; nothing was copied"
        ) from error


def checkpoint(writer: Path) -> None:
    """Write a closed database's log into its file. Closing does so too, but fails silently, as on a
    full disk, and the file alone is an older state.
    """
    if writer.with_name(f"{writer.name}.wal").exists():
        with duckdb.connect(str(writer)) as connection:
            connection.execute("checkpoint")
