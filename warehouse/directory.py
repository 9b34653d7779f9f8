"""A data directory: what lies where in it, and the lock of the one run that may write it.

It contains `media.duckdb`, the published snapshot, and `var/`: the writer's database, the WARC
files, and the run's lock. Only the run that holds the lock opens the writer; analysts read the
snapshot.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flows.errors import BusyError, WarehouseError


def published(directory: Path) -> Path:
    """The path of the snapshot that analysts read."""
    return directory / "media.duckdb"


def lake_file(directory: Path) -> Path:
    """The path of what names the lake that has the tables, if they are in no file."""
    return directory / "lake.toml"


def brief_file(directory: Path, day: date) -> Path:
    """The path of a night's brief."""
    return directory / "reports" / f"{day:%Y-%m-%d}.html"


def private(directory: Path) -> Path:
    """The directory of the run's own state."""
    return directory / "var"


def spare_file(directory: Path) -> Path:
    """The path of the spare."""
    return private(directory) / "spare.duckdb"


def writer_file(directory: Path) -> Path:
    """The path of the writer's database."""
    return private(directory) / "writer.duckdb"


def require(directory: Path) -> None:
    """Raise WarehouseError unless a run has begun to fill this data directory."""
    places = (published(directory), writer_file(directory), lake_file(directory))
    if not any(place.exists() for place in places):
        raise nothing_published(published(directory))


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


def nothing_published(path: Path) -> WarehouseError:
    return WarehouseError(
        f"{path}: there is no such file yet: `kliping run` or `kliping backfill` creates it"
    )
