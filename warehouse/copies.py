"""What is known of the copies of the writer's database: the published snapshot, and the spare,
which is the snapshot before it. The next publish brings the spare up to date instead of copying
all.

It stands in var/copies.json while the writer's database is closed, and only then: whoever opens the
database takes it, and writes it again when all that was changed is known. After a crash there is
none, and everything is copied whole.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from warehouse.directory import private, published, spare_file, writer_file
from warehouse.files import Range, is_idle, sync

_FORM = 1  # of the record
_HEADERS = 3 * 4096  # bytes at the beginning of a database; every change of it writes there

# A spare is not brought up to date for longer, so that whatever is wrong with it ends.
_LONGEST = 7 * 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a file is known to be as it was left. `written_ns`: when it was written last."""

    inode: int
    size: int
    written_ns: int

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """The stamp of a file; None if there is none."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the writer's database. `copied_at`: when it was copied whole, in seconds since
    1970; `stale`: the ranges of bytes that were written in the writer's database since.
    """

    stamp: Stamp
    copied_at: float
    stale: tuple[Range, ...] = ()

    def after(self, written: Iterable[Range]) -> Self:
        """The same, once more was written."""
        return replace(self, stale=merged((*self.stale, *written)))


@dataclass(frozen=True, slots=True)
class Copies:
    """The writer's database, as it was left, and its copies, as far as they are known."""

    writer: Stamp
    snapshot: Copy | None = None
    spare: Copy | None = None

    def after(self, writer: Stamp, written: Iterable[Range]) -> "Copies":
        """The same, once more was written. Without a record of the new header, the rest is not one
        of everything, and the copies are not known.
        """
        every = merged(written)
        if writer != self.writer and not (every and every[0][0] < _HEADERS):
            return Copies(writer)
        if writer.size < self.writer.size:  # what comes there again may never be written
            every = merged((*every, (writer.size, self.writer.size)))
        known = (self.snapshot, self.spare)
        return Copies(writer, *(copy and copy.after(every) for copy in known))


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Ranges in order, those that touch made one: (0, 2), (5, 9), (2, 3) -> (0, 3), (5, 9)."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def patchable(copies: Copies | None, directory: Path, now: float) -> Copy | None:
    """The spare, if it can be brought up to date: it is as it was left, was copied whole not long
    ago, and nobody reads it any more.
    """
    spare = copies and copies.spare
    path = spare_file(directory)
    if not spare or Stamp.of(path) != spare.stamp or now - spare.copied_at > _LONGEST:
        return None
    return spare if is_idle(path) else None


def known_snapshot(copies: Copies | None, directory: Path) -> Copy | None:
    """The published snapshot, if no tool has written into it since."""
    snapshot = copies and copies.snapshot
    return snapshot if snapshot and Stamp.of(published(directory)) == snapshot.stamp else None


# ---- the record ----


def take(directory: Path) -> Copies | None:
    """Read the record and delete it, for good, because the writer's database is about to change.
    None if there is none, or the database is not as it was left. Raises OSError.
    """
    path = _record(directory)
    try:
        copies = _read(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):
        copies = None
    path.unlink()
    sync(path.parent)
    return copies if copies and Stamp.of(writer_file(directory)) == copies.writer else None


def keep(directory: Path, copies: Copies) -> None:
    """Write the record. One that cannot be written is none."""
    text = json.dumps({"form": _FORM} | asdict(copies))
    with suppress(OSError):
        _record(directory).write_text(f"{text}\n", encoding="utf-8")


def _record(directory: Path) -> Path:
    return private(directory) / "copies.json"


def _read(told: dict[str, Any]) -> Copies | None:
    if told["form"] != _FORM:
        return None
    known = (_copy(told[name]) for name in ("snapshot", "spare"))
    return Copies(Stamp(**told["writer"]), *known)


def _copy(told: dict[str, Any] | None) -> Copy | None:
    if told is None:
        return None
    stale = tuple((int(start), int(end)) for start, end in told["stale"])
    return Copy(Stamp(**told["stamp"]), float(told["copied_at"]), stale)
