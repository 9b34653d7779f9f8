"""Alerts that wait to be delivered, and the receivers they go to."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flows.records import Alert, Topic
from tests.helpers.clocks import NOW
from tests.helpers.hits import topic
from warehouse.store import Warehouse

TOPIC = topic("pact", "Pakta", timedelta(hours=72))
SECRET = "geheim123"


def after(seconds: float, status: int | None) -> Callable[[int], int | None]:
    """A receiver that takes its time, and then answers or, with None, does not."""

    def answer(count: int) -> int | None:
        time.sleep(seconds)
        return status

    return answer


class Desks(ThreadingHTTPServer):
    """Receivers on one port, one a path. `answers`: each one's status, and body, for its nth
    message; `got`: what arrived.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: dict[str, list[str]] = {}
        self.asked: Counter[str] = Counter()
        self.answers: dict[str, Callable[[int], int | tuple[int, Any] | None]] = {}

    def url(self, name: str) -> str:
        return f"json://desk:{SECRET}@127.0.0.1:{self.server_port}/{name}/?rto=0.3"


class _Handler(BaseHTTPRequestHandler):
    server: Desks

    def do_POST(self) -> None:
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"]
        name = self.path.strip("/").partition("/")[0]
        self.server.asked[name] += 1
        answer = self.server.answers.get(name, after(0, 200))(self.server.asked[name])
        if answer is None:  # the connection breaks
            return
        status, body = answer if isinstance(answer, tuple) else (answer, {})
        if status == 200:
            self.server.got.setdefault(name, []).append(text)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


def raise_alerts(store: Warehouse, topic: Topic, count: int, raised_at: datetime = NOW) -> None:
    """Alerts '0', '1', … of a topic, each a minute after the one before."""
    store.alerts.record(
        topic,
        [
            Alert(
                f"{n}",
                topic.id,
                f"s{n}",
                "new_story",
                raised_at + timedelta(minutes=n),
                f"Kabar {n}",
                f"isi {n}\n\nhttps://a.example/{n}\n[{n}]",
            )
            for n in range(count)
        ],
    )


def keys(texts: list[str]) -> list[str]:
    return [key for text in texts for key in re.findall(r"\[(\w+)\]$", text, re.MULTILINE)]
