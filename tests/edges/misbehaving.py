"""A web server on loopback that does what it is told, well or badly.

    with Server({"/feed.xml": page(feed, "application/rss+xml"), "/slow": drips}) as server:
        … server.url("/feed.xml") … server.place … server.requests …

A route is a function that gets the exchange and writes what it likes; `routes` may change while the
server runs. What has no route answers 404, and so does /robots.txt unless it has one.

Cases that are kept beside the project import it from here.
"""

import gzip
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self, cast

Route = Callable[["Exchange"], None]

_DRIP_S = 0.05
_LONGEST_S = 120.0  # no route outlives this, even when nobody closes the server


@dataclass(frozen=True)
class Seen:
    """A request as it arrived: path with query, headers with lower-case names, and when
    (time.monotonic).
    """

    path: str
    headers: Mapping[str, str]
    at: float


class Server:
    """Serves `routes` on 127.0.0.1 at a free port. A context manager."""

    def __init__(self, routes: Mapping[str, Route] | None = None) -> None:
        self.routes: dict[str, Route] = dict(routes or {})
        self.requests: list[Seen] = []
        self.closing = Event()
        self.busiest = 0  # the most requests that were being answered at one time
        self._busy = 0
        self._lock = Lock()
        self._http = _QuietServer(("127.0.0.1", 0), Exchange)
        self._http.owner = self
        self._thread = Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True
        )

    @property
    def place(self) -> tuple[str, int]:
        """Host and port, as a source declares them."""
        return "127.0.0.1", self._http.server_port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self._http.server_port}{path}"

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [seen.path for seen in self.requests]

    def answer(self, exchange: "Exchange") -> None:
        with self._lock:
            self.requests.append(
                Seen(
                    exchange.path,
                    {name.lower(): value for name, value in exchange.headers.items()},
                    time.monotonic(),
                )
            )
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            route = (
                self.routes.get(exchange.path)
                or self.routes.get(exchange.path.partition("?")[0])
                or status(404)
            )
            route(exchange)
        finally:
            with self._lock:
                self._busy -= 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    owner: Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news here: many of these routes are there to drive it
        away.
        """


class Exchange(BaseHTTPRequestHandler):
    """One request and the means to answer it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for a small answer
    disable_nagle_algorithm = True

    @property
    def owner(self) -> Server:
        return cast(_QuietServer, self.server).owner

    def do_GET(self) -> None:
        self.owner.answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: a test reads `Server.requests`."""

    def head(self, code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Status line and headers, nothing else: the body is the route's affair."""
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def reply(self, code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """A whole, correct answer."""
        self.head(code, {"Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True


def page(
    body: str | bytes, content_type: str = "text/html; charset=utf-8", **headers: str
) -> Route:
    """A good page. `headers`: more of them, with _ for -."""
    data = body.encode() if isinstance(body, str) else body
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.reply(200, data, {"Content-Type": content_type, **more})


def gzipped(body: str | bytes, content_type: str = "text/html; charset=utf-8") -> Route:
    """A good page with Content-Encoding: gzip."""
    return page(
        gzip.compress(body.encode() if isinstance(body, str) else body),
        content_type,
        Content_Encoding="gzip",
    )


def conditional(body: str, etag: str, content_type: str = "application/rss+xml") -> Route:
    """A document that answers 304 to whoever already has it."""

    def route(exchange: Exchange) -> None:
        if exchange.headers.get("If-None-Match") == etag:
            exchange.reply(304, headers={"ETag": etag})
        else:
            exchange.reply(200, body.encode(), {"Content-Type": content_type, "ETag": etag})

    return route


def chunked(*parts: bytes, **headers: str) -> Route:
    """A good page in chunks."""

    def route(exchange: Exchange) -> None:
        exchange.head(
            200,
            {
                "Transfer-Encoding": "chunked",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        for part in (*parts, b""):
            exchange.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))

    return route


def status(code: int, **headers: str) -> Route:
    """Nothing but a status."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.reply(code, b"" if code == 304 else b"status %d" % code, more)


def redirect(location: str, code: int = 302) -> Route:
    """A redirect to `location`, absolute or relative."""
    return status(code, Location=location)


def first(*routes: Route, then: Route) -> Route:
    """Each of `routes` once, in order, and `then` for ever: recovers, or breaks."""
    waiting = list(routes)
    return lambda exchange: (waiting.pop(0) if waiting else then)(exchange)


def says_nothing(exchange: Exchange) -> None:
    """Accepts the request and never answers."""
    exchange.owner.closing.wait(_LONGEST_S)
    exchange.hang_up()


def drops(exchange: Exchange) -> None:
    """Hangs up instead of answering."""
    exchange.hang_up()


def drops_mid_body(exchange: Exchange) -> None:
    """Promises a kilobyte, sends half of it, and hangs up."""
    exchange.head(200, {"Content-Type": "text/html", "Content-Length": "1024"})
    exchange.wfile.write(b"x" * 512)
    exchange.hang_up()


def drips(exchange: Exchange) -> None:
    """A page that never ends, a byte at a time: always alive, never done."""
    exchange.head(200, {"Content-Type": "text/html"})
    _write_for_ever(exchange, b"x", _DRIP_S)


def endless(exchange: Exchange) -> None:
    """A page that never ends, as fast as it can be sent."""
    exchange.head(200, {"Content-Type": "text/html"})
    _write_for_ever(exchange, b"<p>tanpa akhir</p>\n" * 4096, 0)


def bomb(decoded_bytes: int, layers: int = 1) -> Route:
    """Zeros, compressed `layers` times: small on the wire, large once decoded."""
    data = b"\0" * decoded_bytes
    for _ in range(layers):
        data = gzip.compress(data, compresslevel=9)
    return page(data, Content_Encoding=", ".join(["gzip"] * layers))


def broken_gzip(exchange: Exchange) -> None:
    """Says gzip, begins as gzip, and goes on as something else."""
    exchange.reply(
        200,
        gzip.compress(b"<p>halo</p>" * 100)[:20] + b"bukan gzip",
        {"Content-Type": "text/html", "Content-Encoding": "gzip"},
    )


def mislabelled(exchange: Exchange) -> None:
    """Plain text that says it is gzip."""
    exchange.reply(200, b"<p>halo</p>", {"Content-Type": "text/html", "Content-Encoding": "gzip"})


def wrong_charset(text: str) -> Route:
    """UTF-8 that says it is latin-1."""
    return page(text, "text/html; charset=iso-8859-1")


def no_http(exchange: Exchange) -> None:
    """Answers in another protocol."""
    exchange.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    exchange.hang_up()


def robots(text: str) -> Route:
    """A robots.txt."""
    return page(text, "text/plain")


def _write_for_ever(exchange: Exchange, data: bytes, pause_s: float) -> None:
    exchange.hang_up()
    until = time.monotonic() + _LONGEST_S
    while not exchange.owner.closing.is_set() and time.monotonic() < until:
        exchange.wfile.write(data)
        exchange.wfile.flush()
        time.sleep(pause_s)
