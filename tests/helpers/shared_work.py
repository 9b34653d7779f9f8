"""Work for workers, some of which ends the process that reads or does it."""

import os
import resource
import time
from collections.abc import Sequence
from pathlib import Path


def doubled(numbers: Sequence[int]) -> list[int]:
    """Twice each number. A negative one ends the process."""
    for number in numbers:
        if number < 0:
            os._exit(1)
    return [2 * number for number in numbers]


def doubled_slowly(begun: Path, numbers: Sequence[int]) -> list[int]:
    """As `doubled`, but it takes a moment, and a file says that it has begun."""
    begun.touch()
    time.sleep(0.2)
    return doubled(numbers)


def doubled_signed(folder: Path, numbers: Sequence[int]) -> list[int]:
    """As `doubled`, and each process leaves a file of its name."""
    (folder / str(os.getpid())).touch()
    return doubled(numbers)


def refused(numbers: Sequence[int]) -> list[int]:
    """Raises ValueError."""
    raise ValueError(f"{len(numbers)} are too many")


def measured(texts: Sequence[bytes]) -> list[int]:
    """How long each is."""
    return list(map(len, texts))


def page_faults(sizes: Sequence[int]) -> list[int]:
    """For each size, how many pages of memory came from the system while a hundred blocks of so
    many bytes were filled, one after the other.
    """
    found = []
    for size in sizes:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(100):
            len(b"." * size)
        found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return found


class Deadly(str):
    """A text that ends the process which unpickles it."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (1,)
