"""What the workers of a Dask cluster are asked. They are told the names of these functions, and
importing `kliping` is what makes the installed packages importable.
"""

import pickle


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
    do, batch = pickle.loads(call)  # noqa: S301 - whoever reaches a Dask worker runs code there anyway
    return own, pickle.dumps(do(batch))
