"""The real model, which takes seconds to load: once for all tests of a process."""

from functools import cache

from flows.edges.encoder import Encoder, default_model


@cache
def encoder() -> Encoder:
    """The program's own model."""
    return Encoder(default_model())
