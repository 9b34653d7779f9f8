"""Copies of large files: by sharing their blocks where the file system can, whole, or by writing
what has changed into a former copy.
"""

import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

Range = tuple[int, int]  # the offset of the first byte, and of the one after the last

_CLONE = 0x40049409  # FICLONE, of linux/fs.h
_SET_SIGNAL = 10  # F_SETSIG, of fcntl.h
_PART = 2**20  # bytes copied at a time


def clone(source: Path, target: Path) -> bool:
    """Make a new file of the blocks of another one, which both share until one is written. Returns
    whether the file system can; if not, there is no new file.
    """
    try:
        with source.open("rb") as reading, target.open("wb") as writing:
            fcntl.ioctl(writing, _CLONE, reading.fileno())
            os.fsync(writing.fileno())
    except OSError:
        target.unlink(missing_ok=True)
        return False
    return True


def copy(source: Path, target: Path) -> None:
    """Copy a file, and wait until it is on the disk. Raises OSError."""
    if not clone(source, target):
        shutil.copyfile(source, target)
        with target.open("rb") as handle:
            os.fsync(handle.fileno())


def patch(source: Path, target: Path, stale: Iterable[Range]) -> None:
    """Make a copy of an older state of a file one of its present state, and wait until it is on the
    disk. `stale`: where the file has been written since. Raises OSError.
    """
    with source.open("rb") as reading, target.open("r+b") as writing:
        size = os.fstat(reading.fileno()).st_size
        for start, end in stale:
            for offset in range(start, min(end, size), _PART):
                reading.seek(offset)
                writing.seek(offset)
                writing.write(reading.read(min(_PART, end - offset)))
        writing.truncate(size)
        writing.flush()
        os.fsync(writing.fileno())


def is_idle(path: Path) -> bool:
    """Whether no process, this one included, has a file open; False if the system cannot tell.

    The kernel grants a write lease on such files only, and it is given back at once. A lock would
    tell of DuckDB's readers, but not of a program that is copying the file.
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError), path.open("r+b") as file:
        fcntl.fcntl(file, _SET_SIGNAL, signal.SIGURG)  # the usual SIGIO would end the process
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return True
    return False


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk. Raises OSError."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
