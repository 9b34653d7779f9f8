"""The command in processes that are forked from one which has imported everything and loaded the
model, for tests and benches that run it again and again.

What runs is the command's own `main`, in a process of its own with its own standard output and
error. Left out is what Python does before it, seconds of imports, and the loading of the model: in
neither is anything written.
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from prefect.context import refresh_global_settings_context

from flows.orchestrator import configure, loopback_server
from tests.helpers.command import Ran

IMPORTED = (
    "flows.cli",
    "flows.nightly",
    "flows.backfill",
    "flows.edges.offline_model",
    "flows.commands.topics_test",
)
LIBRARIES = ("sentence_transformers", "apprise", "pytest", "tests.helpers.loaded")
LONGEST_S = 600


@dataclass
class Running:
    """A command that was started."""

    process: ForkServerProcess
    out: Path
    err: Path

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    def alive(self) -> bool:
        return self.process.is_alive()

    def said(self) -> str:
        """What is on standard output by now."""
        return self.out.read_text(encoding="utf-8")

    def told(self, word: str) -> bool:
        """Whether a line that begins with the word is on standard output."""
        return f"\n{word} " in f"\n{self.said()}"

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def end(self) -> Ran:
        """Wait for its end."""
        self.process.join(LONGEST_S)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        out, err = (path.read_text(encoding="utf-8") for path in (self.out, self.err))
        return Ran(self.process.exitcode or 0, out, err)


class Commands:
    """Starts commands. `folder`: for what they say; `environment`: what they have beside this
    process's own.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = environment or {}
        self._started = 0
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload([*IMPORTED, *LIBRARIES, __name__])

    def start(
        self, *words: str | Path, env: Mapping[str, str] | None = None, most_bytes: int = 0
    ) -> Running:
        """Start one, and go on. `most_bytes`: no file may grow beyond that, if it is not 0."""
        self._started += 1
        out, err = (self._folder / f"{self._started}.{name}" for name in ("out", "err"))
        for path in (out, err):
            path.touch()
        process = self._context.Process(
            target=_command,
            args=([*map(str, words)], {**self._environment, **(env or {})}, out, err, most_bytes),
        )
        process.start()
        return Running(process, out, err)

    def __call__(
        self, *words: str | Path, env: Mapping[str, str] | None = None, most_bytes: int = 0
    ) -> Ran:
        """Run one to its end."""
        return self.start(*words, env=env, most_bytes=most_bytes).end()


@contextmanager
def commands() -> Iterator[Commands]:
    """Commands that share a Prefect server, which takes longer to start than a run."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        configure(home / "prefect")
        with loopback_server(home / "server.log") as url:
            os.environ["PREFECT_API_URL"] = url
            yield Commands(home)


def wait_until(condition: Callable[[], bool], within_s: float = 60.0) -> bool:
    """Whether it came true in time."""
    ends = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.001)
    return True


def _command(
    words: list[str], environment: dict[str, str], out: Path, err: Path, most_bytes: int
) -> None:
    for descriptor, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), descriptor)
    os.environ.update(environment)
    refresh_global_settings_context()  # Prefect has read its environment when it was imported
    if most_bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    from flows.cli import main

    sys.argv = ["kliping", *words]
    main(words)
