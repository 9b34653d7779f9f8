"""Loading libraries and models without Python's collector of garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from what the block makes, which stays for good: libraries, a model.

    It would look at all of it again and again, which takes a fifth to a third of the time that
    imports take, and in every later round, .2 s with the model's libraries.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
