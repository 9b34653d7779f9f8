"""The reading room as a server of this process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from flows.edges.encoder import Encoder, default_model
from flows.reading.rooms import make_app

_STARTS_WITHIN_S = 20


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The address of the reading room of a data directory, for the block."""

    def failed(error: Exception) -> None:
        raise error

    app = make_app(directory, Encoder(default_model()), (), failed)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", http="h11")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    ends = time.monotonic() + _STARTS_WITHIN_S
    while not server.started and time.monotonic() < ends:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
