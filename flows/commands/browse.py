"""`kliping browse`: serves the reading room, until interrupted."""

import logging
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from flows.edges.crashlog import report
from flows.edges.encoder import Encoder
from flows.errors import ConfigError
from flows.reading.rooms import make_app
from warehouse.directory import private

_MOST_AT_ONCE = 64  # requests; more are told to come back


def browse(
    directory: Path, host: str, port: int, host_names: Sequence[str], encoder: Encoder
) -> None:
    """Serve the reading room of a data directory at a host and port, any free one if it is 0.

    Raises ConfigError if that address cannot be used.
    """
    listening = _listen(host, port)
    app = make_app(
        directory,
        encoder,
        tuple(host_names),
        lambda error: sys.stderr.write(f"kliping: {report(error, private(directory))}\n"),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level=logging.CRITICAL,
            access_log=False,
            server_header=False,
            lifespan="off",
            http="h11",
            ws="none",
            limit_concurrency=_MOST_AT_ONCE,
            timeout_graceful_shutdown=1,
        )
    )
    sys.stdout.write(f"reading room of {directory}: {_address(listening)} (Ctrl-C ends it)\n")
    sys.stdout.flush()
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        return socket.create_server(address[:2], family=family)
    except OverflowError as error:
        raise ConfigError(f"--port {port}: expected a number from 0 to 65535") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise ConfigError(
            f"{host}:{port}: cannot be listened at: {why}; choose another --port, or --host"
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - it is only told
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
