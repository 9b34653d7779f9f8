"""Delivery over real HTTP, to a receiver on loopback that takes, refuses, drops, hangs and drips."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from flows.edges.notify import DeliveryFailed, _channel, check, deliver
from flows.records import Alert

SECRET = "geheim123"
ALERT = Alert(
    id="0123456789abcdef",
    topic_id="russia-dprk",
    story_id="s1",
    kind="new_story",
    raised_at=datetime(2026, 1, 5, tzinfo=UTC),
    title='Rusia–Korea Utara: <b>"Pakta"</b> *Baru* & :smile: 🚀',
    text="<script>alert(1)</script> *tebal* _miring_ [kata](http://x.example) \\n %s\nbaris dua\n\nhttps://a.example/b?c=1&d=_2_\n[0123456789abcdef]",
)


class Receiver(ThreadingHTTPServer):
    """A receiver that does what the last part of the path says and keeps what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.over = threading.Event()

    def url(self, does: str) -> str:
        return f"json://desk:{SECRET}@127.0.0.1:{self.server_port}/{SECRET}/{does}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        does = self.path.split("?")[0].rpartition("/")[2]
        if does == "hang":
            self.server.over.wait(30)
        elif does == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while not self.server.over.wait(0.05):
                self.wfile.write(b".")
        elif does != "drop":
            self.send_response(int(does))
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


def test_alert_arrives_as_it_is(receiver: Receiver) -> None:
    """Title and text arrive once and unchanged, markup, escapes, link and key included."""
    deliver(receiver.url("200"), ALERT)

    assert [(message["title"], message["message"]) for message in receiver.got] == [(ALERT.title, ALERT.text)]


@pytest.mark.parametrize(
    ("does", "limit_s", "reason"),
    [
        ("500", 30, "HTTP 500"),
        ("429", 30, "HTTP 429"),
        ("404", 30, "HTTP 404"),
        ("drop", 30, "no connection, or no answer"),
        ("hang?rto=0.2", 30, "no connection, or no answer"),
        ("hang", 0.3, "no answer within 0.3 s"),
        ("drip", 0.3, "no answer within 0.3 s"),
    ],
)
def test_failure_is_told_without_the_secret(
    receiver: Receiver,
    does: str,
    limit_s: float,
    reason: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Each way to fail is one attempt and one short reason; neither it nor any log line nor the terminal holds the URL's secret."""
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryFailed) as failed:
        deliver(receiver.url(does), ALERT, limit_s)

    assert str(failed.value) == reason
    assert len(receiver.got) == 1
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert SECRET not in caplog.text
    assert "".join(capfd.readouterr()) == ""


def test_nobody_listens() -> None:
    """A receiver that is down is a failure like any other."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryFailed, match=r"^no connection, or no answer$"):
            deliver(f"json://127.0.0.1:{taken.getsockname()[1]}/", ALERT)


def test_deliveries_at_the_same_time_keep_their_own_reasons(receiver: Receiver) -> None:
    """Of several deliveries in several threads each gets the answer to its own request."""
    answers = ["500", "200", "429", "404", "200", "503"]
    reasons: dict[int, str] = {}

    def attempt(number: int) -> None:
        try:
            deliver(receiver.url(answers[number]), ALERT)
            reasons[number] = "HTTP 200"
        except DeliveryFailed as failed:
            reasons[number] = str(failed)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(len(answers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reasons == {number: f"HTTP {answer}" for number, answer in enumerate(answers)}


@pytest.mark.parametrize(
    ("url", "understood"),
    [
        ("json://127.0.0.1:8000/path", True),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", True),
        ("mailto://user:pass@example.com", True),
        (" json://host ", True),
        (f"nosuchservice://{SECRET}@host", False),
        (f"tgram://{SECRET}", False),
        (f"{SECRET}", False),
        ("", False),
    ],
)
def test_check(url: str, understood: bool) -> None:
    """A URL that Apprise does not understand is told, without the URL, and cannot be delivered to."""
    problem = check(url)

    assert (problem is None) == understood
    if problem is not None:
        assert SECRET not in problem
        with pytest.raises(DeliveryFailed) as failed:
            deliver(url, ALERT)
        assert SECRET not in str(failed.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("json://host?format=markdown", "text"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk", "text"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?format=markdown", "text"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/?format=markdown", "html"),
        ("mailto://user:pass@example.com", "html"),
    ],
)
def test_no_channel_renders_the_text(url: str, shown: str) -> None:
    """Channels show plain text, or HTML into which Apprise escapes it; none reads it as Markdown."""
    channel = _channel(url)

    assert channel is not None
    assert channel.notify_format.value == shown
