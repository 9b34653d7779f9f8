"""Child processes that end when their parent does, however it ends."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from flows.edges.workers import in_batches

T = TypeVar("T")
R = TypeVar("R")

# Batches that are under way for each process: one is at work, and the next waits. When a process
# dies they are all suspect, so there are no more.
_UNDER_WAY = 2


class Processes:
    """Worker processes on this machine. They start when they are first given work, and again after
    one has died.
    """

    elsewhere = False

    def __init__(self, count: int | None = None) -> None:
        """`count`: by default one per core."""
        self.count = count or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def share(
        self,
        do: Callable[[Sequence[T]], Sequence[R]],
        items: Iterable[T],
        size: int,
        *,
        accelerated: bool = False,
    ) -> list[R | None]:
        """As Workers has it. They all have the same devices."""
        batches = enumerate(in_batches(items, size))
        found: dict[int, Sequence[R | None]] = {}
        while suspects := self._until_death(do, batches, found):
            for number, batch in suspects.items():
                found[number] = self._halved(do, batch)
        return [each for number in sorted(found) for each in found[number]]

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _halved(
        self, do: Callable[[Sequence[T]], Sequence[R]], batch: Sequence[T]
    ) -> list[R | None]:
        """What a batch gives that nothing else is done beside, halved for as long as a process dies
        of it.
        """
        found: dict[int, Sequence[R | None]] = {}
        if not self._until_death(do, iter([(0, batch)]), found):
            return list(found[0])
        if len(batch) == 1:
            return [None]
        half = len(batch) // 2
        return [*self._halved(do, batch[:half]), *self._halved(do, batch[half:])]

    def _until_death(
        self,
        do: Callable[[Sequence[T]], Sequence[R]],
        batches: Iterator[tuple[int, Sequence[T]]],
        found: dict[int, Sequence[R | None]],
    ) -> dict[int, Sequence[T]]:
        """Do numbered batches until there are none, or until a process dies. Adds what they give to
        `found`; returns those that were under way when a process died.
        """
        self._pool = self._pool or _pool(self.count)
        given: dict[int, Sequence[T]] = {}
        futures: dict[Future[Sequence[R]], int] = {}
        try:
            while True:
                for number, batch in islice(batches, _UNDER_WAY * self.count - len(given)):
                    given[number] = batch
                    futures[self._pool.submit(do, batch)] = number
                if not given:
                    return {}
                for future in wait(futures, return_when=FIRST_COMPLETED).done:
                    found[futures[future]] = future.result()
                    del given[futures.pop(future)]
        except BrokenProcessPool:
            for future, number in futures.items():
                if future.exception() is None:
                    found[number] = future.result()
                    del given[number]
            self.close()
            return given


@contextmanager
def processes(count: int | None = None) -> Iterator[Processes]:
    """Worker processes during the block."""
    workers = Processes(count)
    try:
        yield workers
    finally:
        workers.close()


def _pool(count: int) -> ProcessPoolExecutor:
    # spawn: a fork would copy the locks that Prefect's and DuckDB's threads hold
    return ProcessPoolExecutor(count, get_context("spawn"), end_with_parent, (os.getpid(),))


def end_with_parent(parent: int) -> None:
    """End this process when its parent is gone. It may be gone already: a process takes seconds to
    start.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
