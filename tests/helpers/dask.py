"""A Dask cluster on loopback that lives as long as a test: a scheduler and workers, each a process
that can be killed.
"""

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.helpers.forked import wait_until
from tests.helpers.paths import ROOT

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="the extra is not installed: pip install 'kliping[dask]'",
)
_STARTS_WITHIN_S = 120


@dataclass
class Dask:
    """A scheduler and its workers. `folder`: for what they say and spill."""

    folder: Path
    address: str = ""
    scheduler: "subprocess.Popen[bytes] | None" = None
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def start(self, workers: int, *options: str) -> None:
        """Start the scheduler and its workers, each with one thread and with these options."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._started("scheduler", "--host", "127.0.0.1", "--port", str(port))
        assert wait_until(lambda: "Scheduler at" in self._said(), _STARTS_WITHIN_S)
        for _ in range(workers):
            self.workers.append(
                self._started(
                    *("worker", self.address, "--nthreads", "1", "--memory-limit", "0"),
                    *("--local-directory", str(self.folder), *options),
                )
            )
        assert wait_until(
            lambda: self._said().count("Register worker") == workers, _STARTS_WITHIN_S
        )

    def kill(self, part: str) -> None:
        """Kill a worker, or the scheduler."""
        process = self.workers.pop() if part == "worker" else self.scheduler
        assert process
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Stop what is still running."""
        running = [*self.workers, *([self.scheduler] if self.scheduler else [])]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _started(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=os.environ | _ENVIRONMENT,
            )

    def _said(self) -> str:
        return (self.folder / "scheduler.log").read_text(encoding="utf-8")


# Workers import what a test shares. One worker may die of a batch before the batch is suspect:
# Dask's own three take three times as long.
_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
}


@contextmanager
def dask_cluster(folder: Path, workers: int = 2, options: Sequence[str] = ()) -> Iterator[Dask]:
    """A cluster during the block."""
    cluster = Dask(folder)
    try:
        cluster.start(workers, "--no-dashboard", *options)
        yield cluster
    finally:
        cluster.stop()
