"""Work that is shared: real processes, and a real Dask cluster on loopback."""

import pickle
import resource
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from flows.edges.cluster import Cluster, cluster
from flows.edges.processes import processes
from flows.edges.workers import Workers
from flows.errors import WorkersError
from flows.stages.extraction.extract import PROGRAM
from kliping import remote
from tests.helpers.dask import Dask, dask_cluster, needs_dask
from tests.helpers.forked import wait_until
from tests.helpers.shared_work import (
    doubled,
    doubled_signed,
    doubled_slowly,
    measured,
    page_faults,
    refused,
)

DASK = pytest.param("dask", marks=needs_dask)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """Two workers that are started again when they die."""
    with dask_cluster(tmp_path_factory.mktemp("dask")) as found:
        yield found


@pytest.fixture(params=["processes", DASK])
def workers(request: pytest.FixtureRequest) -> Iterator[Workers]:
    """Both kinds, which do the same."""
    told: list[str] = []
    if request.param == "processes":
        with processes(2) as local:
            yield local
        return
    address = request.getfixturevalue("dask").address
    with cluster(address, PROGRAM, told.append, patience_s=60) as found:
        yield found
        # Dask may not get over a worker that is killed while it starts. Then nothing is lost, but
        # it is told.
        assert found.elsewhere or "kill" in request.node.name
    assert bool(told) != found.elsewhere


@pytest.mark.parametrize(
    ("numbers", "size"),
    [
        ([], 4),
        (list(range(1)), 4),
        (list(range(50)), 4),
        ([*range(20), -1, *range(20)], 8),
        ([-1, *range(30), -1, -1], 8),
        ([-1], 8),
    ],
    ids=["nothing", "one", "many", "one kills", "several kill", "it alone kills"],
)
def test_share(workers: Workers, numbers: list[int], size: int) -> None:
    """Everything is done, in order, but what kills its worker; the same workers do what follows."""
    expected = [None if number < 0 else 2 * number for number in numbers]
    assert workers.share(doubled, iter(numbers), size) == expected
    assert workers.share(doubled, [21], size) == [42]


def test_batch_is_halved(tmp_path: Path) -> None:
    """Among 64 items, the one that kills is found by as many processes as there are halvings."""
    with processes(1) as workers:
        shared = workers.share(partial(doubled_signed, tmp_path), [*range(40), -1, *range(23)], 64)
    assert shared.index(None) == 40
    # the batch as it came, the batch alone, six halves of it that died, and what followed the last
    assert len(list(tmp_path.iterdir())) <= 9


def test_share_large(workers: Workers) -> None:
    """A batch of large pages travels like any other, and nothing is said of it."""
    assert workers.share(measured, [bytes(12 * 2**20), b"."], 8) == [12 * 2**20, 1]


def test_memory_is_used_again(workers: Workers) -> None:
    """A large block that was given back is not taken from the system anew, page by page."""
    size = 2**20
    [faults] = workers.share(page_faults, [size], 1)
    assert faults is not None
    assert faults < 100 * size / resource.getpagesize() / 10


def test_share_raises() -> None:
    """What the work raises is raised, and is not taken for a death."""
    with processes(2) as workers, pytest.raises(ValueError, match="3 are too many"):
        workers.share(refused, range(3), 8)


# ---- clusters ----


def opened(dask: Dask, told: list[str], patience_s: float = 60) -> AbstractContextManager[Cluster]:
    return cluster(dask.address, PROGRAM, told.append, patience_s)


@needs_dask
def test_cluster_that_fails(dask: Dask) -> None:
    """What its workers raise may be their own trouble, so it is tried here: the cluster is given
    up, and what is raised here is raised.
    """
    told: list[str] = []
    with opened(dask, told) as found:
        assert (found.count, found.elsewhere) == (2, True)
        with pytest.raises(ValueError, match="3 are too many"):
            found.share(refused, range(3), 8)
        assert not found.elsewhere
        assert found.share(doubled, range(3), 8) == [0, 2, 4]
    assert told == [
        "KLIPING_WORKERS: the cluster is lost (ValueError: 3 are too many); the processes of this "
        "machine do the rest of this run"
    ]


@needs_dask
@pytest.mark.parametrize(
    ("killed", "expected"),
    [
        (["worker"], []),
        (["scheduler"], ["the cluster is lost ("]),
        (["worker", "worker"], ["the cluster is lost (no answer for 5 s)"]),
    ],
    ids=["a worker", "the scheduler", "all workers"],
)
def test_cluster_is_killed(tmp_path: Path, killed: list[str], expected: list[str]) -> None:
    """Whatever part of a cluster is killed while it works, everything is done; a line says so where
    the rest is done here.
    """
    told: list[str] = []
    begun = tmp_path / "begun"
    with dask_cluster(tmp_path, options=["--no-nanny"]) as own, opened(own, told, 5) as found:

        def numbers() -> Iterator[int]:
            yield from range(40)
            assert wait_until(begun.exists)
            for part in killed:
                own.kill(part)
            yield from range(40, 48)

        shared = found.share(partial(doubled_slowly, begun), numbers(), 4)
    assert shared == [2 * number for number in range(48)]
    assert len(told) == len(expected)
    for line, beginning in zip(told, expected, strict=True):
        assert line.startswith(f"KLIPING_WORKERS: {beginning}")


@needs_dask
def test_cluster_without_workers(tmp_path: Path) -> None:
    """Before anything is done, one line says what is missing."""
    with (
        dask_cluster(tmp_path, workers=0) as own,
        pytest.raises(WorkersError, match=r"has no workers; start one: dask worker tcp://127\..+$"),
        cluster(own.address, PROGRAM, print, reached_within_s=1),
    ):
        pass


@needs_dask
@pytest.mark.parametrize(
    ("scheduler", "why"),
    [("tcp://127.0.0.1:9", "Timed out"), ("tls://127.0.0.1:9", "check your TLS configuration")],
)
def test_no_cluster(scheduler: str, why: str) -> None:
    """Where no scheduler can be reached, or only with certificates, one line says so."""
    with (
        pytest.raises(WorkersError) as raised,
        cluster(scheduler, PROGRAM, print, reached_within_s=1),
    ):
        pass
    told = str(raised.value)
    assert told.startswith(f"KLIPING_WORKERS: the Dask scheduler {scheduler} cannot be reached: ")
    assert why in told
    assert "\n" not in told


@needs_dask
def test_cluster_with_another_program(dask: Dask) -> None:
    """A worker that would extract other articles is refused, with both programs' names."""
    with (
        pytest.raises(
            WorkersError,
            match=r"the Dask worker tcp://\S+ has another program \(kliping \S+, extractor .+\) "
            r"than this one \(kliping 0\.0\.9, extractor 1\); install the same",
        ),
        cluster(dask.address, "kliping 0.0.9, extractor 1", print),
    ):
        pass


def test_worker_refuses_another_program() -> None:
    """A worker that joins later with another program reads nothing of what it is sent."""
    assert remote.perform("kliping 0.0.9", b"not for it") == (PROGRAM, b"")
    own, result = remote.perform(PROGRAM, pickle.dumps((doubled, [1, 2])))
    assert (own, pickle.loads(result)) == (PROGRAM, [2, 4])
