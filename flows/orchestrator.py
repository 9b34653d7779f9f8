"""Prefect as this program uses it: silent, private to a data directory, and with a server that
lives exactly as long as we do.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.records import KlipingError

# a first start makes the server's database: 13 s on two idle cores, many times that on busy ones
STARTS_WITHIN_S = 180


def settle(home: Path) -> None:
    """Set Prefect up through its environment, which counts only before its first import. What the
    operator has set stays.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KlipingError(f"{home}: cannot be made: {error.strerror}") from error
    defaults = {
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # a run's output is ours alone
        # Prefect takes the root logger over, and some of its workers log there
        "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
        # without it the server complains of its own end
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # no telemetry
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


@contextmanager
def api(directory: Path) -> Iterator[None]:
    """Prefect's API for the time of the block: the operator's server that PREFECT_API_URL names,
    else one of our own.

    `directory`: where our own keeps its database and its log.
    """
    settle(directory / "prefect")
    if "PREFECT_API_URL" in os.environ:
        yield
        return
    with loopback_server(directory / "prefect-server.log") as url:
        os.environ["PREFECT_API_URL"] = url
        yield


@contextmanager
def loopback_server(log: Path) -> Iterator[str]:
    """A Prefect server on a free loopback port, for the time of the block; yields its API's
    address. Call `settle` first.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"PREFECT_API_URL": url, "PREFECT_UI_API_URL": url}
    with log.open("w") as output:
        command = [sys.executable, "-m", __spec__.name, str(port)]
        # in a process group of its own: Ctrl-C is for us, who need the server to end in order
        server = subprocess.Popen(  # noqa: S603 - our own words
            command, stdout=output, stderr=output, env=environment, process_group=0
        )
        try:
            _await(f"{url}/health", server, log)
            yield url
        finally:
            server.terminate()
            server.wait()


def _await(health: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(health, timeout=5):  # noqa: S310 - our own loopback address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise KlipingError(f"the Prefect server did not start; see {log}")


def end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _serve(port: int) -> None:
    import uvicorn
    from prefect.server.api.server import create_app

    end_with_parent()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the run, which still tells this server how it ended
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(), host="127.0.0.1", port=port, log_level="error", timeout_keep_alive=60
        )
    )
    serving = threading.Thread(
        target=server.run
    )  # off the main thread uvicorn takes no signal handlers
    serving.start()
    serving.join()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
