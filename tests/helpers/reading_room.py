"""The reading room as a server of this process, and an invented archive to read in it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import uvicorn

from flows.edges.encoder import Encoder, default_model
from flows.reading.rooms import make_app
from flows.steps.indexing import index_batch
from tests.helpers.cases import TextDates, cases
from tests.helpers.tables import new_warehouse, plant
from warehouse.directory import published
from warehouse.snapshot import publish

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


def published_archive(directory: Path) -> None:
    """Publish the invented archive of tests/cases/reading as the snapshot of a data directory."""
    store = new_warehouse(directory)
    plant(store, cases("reading/archive", TextDates))
    while index_batch(store):
        pass
    store.close()
    publish(directory)


def copied(directory: Path, target: Path, *statements: str) -> None:
    """Publish a copy of a directory's snapshot in another, changed by some statements."""
    copy = target / "copy.duckdb"
    copy.write_bytes(published(directory).read_bytes())
    with duckdb.connect(str(copy)) as connection:
        for statement in statements:
            connection.execute(statement)
    copy.replace(published(target))
