"""A Dask cluster: a scheduler, and workers on any number of machines.

Work travels as bytes and comes back as bytes. What the cluster does not give back, because a batch
killed its workers or because it was lost itself, is done by processes of this machine.
"""

import importlib.util
import logging
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from flows.edges.processes import Processes, processes
from flows.edges.workers import in_batches
from flows.errors import ConfigError, WorkersError
from flows.records import one_line
from kliping import remote

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")

REACHED_WITHIN_S = 15.0
# A batch takes seconds, and the first one of texts as long as loading a model does. Silence for so
# long means that there are no workers any more, or that nothing passes between them and us.
PATIENCE_S = 300.0
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application")


class Cluster:
    """The workers of a Dask cluster, and processes of this machine for what it does not do."""

    def __init__(
        self,
        client: "Client",
        identity: str,
        local: Processes,
        complain: Callable[[str], None],
        patience_s: float,
    ) -> None:
        self._client = client
        self._identity = identity
        self._local = local
        self._complain = complain
        self._patience_s = patience_s
        self._workers = sum(client.nthreads().values())
        self._is_lost = False

    @property
    def count(self) -> int:
        """How many batches are done at once."""
        return self._local.count if self._is_lost else self._workers

    @property
    def elsewhere(self) -> bool:
        """Whether the cluster is there."""
        return not self._is_lost

    def share(
        self,
        do: Callable[[Sequence[T]], Sequence[R]],
        items: Iterable[T],
        size: int,
        *,
        accelerated: bool = False,
    ) -> list[R | None]:
        """As Workers has it."""
        batches: list[Sequence[T]] = []
        futures: dict[Future[tuple[str, bytes]], int] = {}
        for number, batch in enumerate(in_batches(items, size)):
            batches.append(batch)
            if future := self._submit(do, batch, accelerated):
                futures[future] = number
        found: Mapping[int, Sequence[R]] = self._results(futures)
        left = chain.from_iterable(
            batch for number, batch in enumerate(batches) if number not in found
        )
        done_here = iter(self._local.share(do, left, size))
        return [
            each
            for number, batch in enumerate(batches)
            for each in found.get(number, islice(done_here, len(batch)))
        ]

    def _submit(
        self, do: Callable[[Sequence[T]], Sequence[R]], batch: Sequence[T], accelerated: bool
    ) -> Future[tuple[str, bytes]] | None:
        """The result to be, of which program and what; None if the cluster is lost."""
        if self._is_lost:
            return None
        call = pickle.dumps((do, batch))
        try:
            executor = self._accelerated if accelerated else self._any
            return executor.submit(remote.perform, self._identity, call)
        except Exception as error:  # by what a lost connection shows is not documented
            self._lose(_told(error))
            return None

    def _results(self, futures: dict[Future[tuple[str, bytes]], int]) -> dict[int, Any]:
        """What the cluster gives back, by the batch's number."""
        from distributed import KilledWorker

        found: dict[int, Any] = {}
        while futures and not self._is_lost:
            done = wait(futures, self._patience_s, FIRST_COMPLETED).done
            if not done:
                self._lose(f"no answer for {self._patience_s:g} s")
            for future in done:
                number = futures.pop(future)
                try:
                    program, result = future.result()
                except KilledWorker:  # by this batch, or by another one beside it
                    continue
                except Exception as error:  # as above, or the worker's own trouble
                    self._lose(_told(error))
                    continue
                if program == self._identity:
                    found[number] = pickle.loads(result)  # noqa: S301 - from our own workers
                else:
                    self._lose(f"a worker has {program}, this is {self._identity}")
        return found

    def _lose(self, why: str) -> None:
        """Do without the cluster from now on."""
        if not self._is_lost:
            self._is_lost = True
            self._complain(
                f"KLIPING_WORKERS: the cluster is lost ({why}); "
                "the processes of this machine do the rest of this run"
            )
            _close(self._client)

    @cached_property
    def _any(self) -> Executor:
        return self._executor()

    @cached_property
    def _accelerated(self) -> Executor:
        """The workers that have an accelerator, if there are any; all if not."""
        found = self._client.run(remote.find_device, on_error="return")
        chosen = [
            worker
            for worker, device in found.items()
            if isinstance(device, str) and device != "cpu"
        ]
        # others may do it too, should these end
        return self._executor(workers=chosen, allow_other_workers=True) if chosen else self._any

    def _executor(self, **options: Any) -> Executor:
        found: Executor = self._client.get_executor(pure=False, **options)
        return found


@contextmanager
def cluster(
    scheduler: str,
    identity: str,
    complain: Callable[[str], None],
    patience_s: float = PATIENCE_S,
    reached_within_s: float = REACHED_WITHIN_S,
) -> Iterator[Cluster]:
    """The workers of the cluster that this scheduler leads, during the block.

    `identity`: which program this is, as its workers must have it; `patience_s`: how long a silent
    cluster is waited for; `reached_within_s`: the same of the scheduler, and then of a worker, at
    the start. Raises ConfigError where Dask is not installed; WorkersError if the scheduler cannot
    be reached, has no workers, or has one with another program.
    """
    if importlib.util.find_spec("distributed") is None:
        raise ConfigError("KLIPING_WORKERS: dask: is not installed: pip install 'kliping[dask]'")
    client = _connected(scheduler, reached_within_s)
    try:
        _check(client, scheduler, identity, reached_within_s)
        with processes() as local:
            yield Cluster(client, identity, local, complain, patience_s)
    finally:
        _close(client)


def _connected(scheduler: str, within_s: float) -> "Client":
    from dask import config
    from distributed import Client

    class Quiet(Client):  # type: ignore[misc] # to mypy an extra has no types
        def __del__(self) -> None:
            """Not closed again: after a failure that takes seconds, and prints a traceback."""

    for name in _LOGGERS:  # what matters of it is said in a line
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"})  # pages are data
    try:
        return Quiet(scheduler, timeout=within_s, set_as_default=False)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise WorkersError(
            f"KLIPING_WORKERS: the Dask scheduler {scheduler} cannot be reached: {_told(error)}"
        ) from error


def _check(client: "Client", scheduler: str, identity: str, within_s: float) -> None:
    """Raise WorkersError unless there are workers, all with this program."""
    try:
        client.wait_for_workers(1, timeout=within_s)
    except TimeoutError as error:
        raise WorkersError(
            f"KLIPING_WORKERS: the Dask scheduler {scheduler} has no workers; "
            f"start one: dask worker {scheduler}"
        ) from error
    for worker, found in client.run(remote.identify, on_error="return").items():
        if found != identity:
            other = _told(found) if isinstance(found, BaseException) else found
            raise WorkersError(
                f"KLIPING_WORKERS: the Dask worker {worker} has another program ({other}) than "
                f"this one ({identity}); install the same kliping on all machines"
            )


def _told(error: BaseException) -> str:
    return one_line(f"{type(error).__name__}: {error}".removesuffix(": "))


def _close(client: "Client") -> None:
    with suppress(Exception):  # a lost scheduler cannot be told
        client.close(timeout=5)
