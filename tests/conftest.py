"""What the tests of whole runs share: a Prefect server for all of them, the command, and a desk
that receives alerts.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from flows.orchestrator import configure, loopback_server

ROOT = Path(__file__).parent.parent
PRESS = ROOT / "tests" / "press"
NIGHT_1, NIGHT_2 = "2026-03-11T01:00+07:00", "2026-03-12T01:00+07:00"


@dataclass
class Desk:
    """A receiver of alerts on loopback. `answer` gets each message and returns the HTTP status;
    `messages` are those it took.
    """

    answer: Callable[[dict[str, Any]], int] = lambda message: 200
    messages: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""


@contextmanager
def desk() -> Iterator[Desk]:
    """A desk that listens for the time of the block."""
    here = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = here.answer(message)
            if status == 200:
                here.messages.append(message)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here.url = f"json://127.0.0.1:{server.server_port}/"
        Thread(target=server.serve_forever, daemon=True).start()
        yield here
        server.shutdown()


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str


class Kliping:
    """The command as a process of its own, with the shared Prefect server."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def start(
        self, *arguments: str | Path, env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[str]":
        """Start it, and go on."""
        command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
        environment = {**self.environment, **(env or {})}
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )

    def __call__(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
        """Run it to its end."""
        process = self.start(*arguments, env=env)
        out, err = process.communicate(timeout=600)
        return Ran(process.returncode, out, err)

    def night(self, warehouse: Path, clock: str, desk_url: str, *more: str) -> Ran:
        """One night of the invented press."""
        return self(*night(warehouse, clock, *more), env={"KLIPING_DESK_URL": desk_url})


def night(warehouse: Path, clock: str, *more: str) -> Sequence[str | Path]:
    """The arguments of one night of the invented press."""
    files = (
        "--sources",
        PRESS / "sources.yaml",
        "--topics",
        PRESS / "topics.yaml",
        "--warehouse",
        warehouse,
    )
    return ("run", "--replay", PRESS / "press.warc.gz", "--now", clock, *files, *more)


@pytest.fixture(scope="session")
def kliping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kliping]:
    """The command, with one Prefect server for the whole session: starting one for each run would
    take most of the time.
    """
    home = tmp_path_factory.mktemp("prefect")
    before = dict(os.environ)
    configure(home)
    with loopback_server(home / "server.log") as url:
        yield Kliping({**os.environ, "PREFECT_API_URL": url})
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def two_nights(
    kliping: Kliping, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Ran], list[dict[str, Any]]]:
    """Both nights of the invented press, undisturbed: the data directory, how the runs ended, and
    what the desk received.
    """
    warehouse = tmp_path_factory.mktemp("press")
    with desk() as here:
        runs = [kliping.night(warehouse, clock, here.url) for clock in (NIGHT_1, NIGHT_2)]
    return warehouse, runs, here.messages
