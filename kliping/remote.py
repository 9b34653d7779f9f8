"""What the workers of a Dask cluster are asked. They are told the names of these functions, and
importing `kliping` is what makes the installed packages importable.
"""

import ctypes
import pickle
from contextlib import suppress
from functools import cache

# mallopt's parameters by glibc's malloc.h, and what it goes up to by itself (mallopt(3)), in bytes
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST = 32 * 1024 * 1024


def identify() -> str:
    """Which program this worker has."""
    from flows.stages.extraction.extract import PROGRAM

    return PROGRAM


def find_device() -> str:
    """What this worker computes vectors on, such as cuda or cpu."""
    from flows.edges.encoder import find_device

    return find_device()


def perform(expected: str, call: bytes) -> tuple[str, bytes]:
    """Do a batch. `expected`: which program pickled `call`, a function and what it is called with.

    Returns which program this worker has, and the pickled result: b"" if it has another one, which
    may read the call as something else.
    """
    own = identify()
    if own != expected:
        return own, b""
    _keep_memory()
    do, batch = pickle.loads(call)  # noqa: S301 - whoever reaches a Dask worker runs code there anyway
    return own, pickle.dumps(do(batch))


@cache
def _keep_memory() -> None:
    """Have large blocks of memory used again, as every process does but a Dask worker.

    Dask starts it with MALLOC_TRIM_THRESHOLD_, and whatever that is, glibc then gives each block of
    128 kB and more back to the system at once: texts took 1.7 times as long to encode.
    """
    with suppress(AttributeError, OSError):  # another C library
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_MMAP_THRESHOLD, _LARGEST)
        allocator.mallopt(_TRIM_THRESHOLD, 2 * _LARGEST)
