"""Where the work that many can share is done: on other processes of this machine, or on a cluster.

What is shared is split into batches, and a function that can be pickled is called with each. A
batch in which a worker dies is halved until the item that kills it is found.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class WorkersAt:
    """Where an installation's workers are. `processes`: how many on this machine, None for one per
    core; `scheduler`: the address of a Dask scheduler such as tcp://host:8786, '' for none.
    """

    processes: int | None = None
    scheduler: str = ""


class Workers(Protocol):
    """Those that share the work of a run."""

    @property
    def count(self) -> int:
        """How many batches are done at once."""

    @property
    def elsewhere(self) -> bool:
        """Whether they cannot be counted on to see this machine's files. They are running already,
        and encode.
        """

    def share(
        self,
        do: Callable[[Sequence[T]], Sequence[R]],
        items: Iterable[T],
        size: int,
        *,
        accelerated: bool = False,
    ) -> list[R | None]:
        """Call `do` with batches of up to `size` items. `do` returns something for each item.

        `accelerated`: prefer workers that have a GPU or the like. Returns what `do` returns, in the
        items' order, with None for an item that kills the worker that gets it. Raises what `do`
        raises.
        """


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of up to `size`, each read when it is asked for."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
