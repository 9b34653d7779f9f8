"""A desk that receives alerts."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


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
