"""The web over real HTTP: a server on loopback that misbehaves, and what `Web.get` makes of it."""

import asyncio
import math
import re
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpcore
import httpx
import pytest

from flows.edges.archive import ArchivedResponse, WarcWriter, read, scan
from flows.edges.network import passing_web
from flows.edges.transports import (
    ArchivingTransport,
    LiveTransport,
    ReplayTransport,
    Resolve,
    resolve,
)
from flows.edges.web import Fetched, Web, place
from flows.errors import FetchFailed
from flows.records import Reason
from tests.edges.misbehaving import (
    Exchange,
    Route,
    Server,
    bomb,
    broken_gzip,
    chunked,
    conditional,
    drips,
    drops,
    drops_mid_body,
    endless,
    first,
    gzipped,
    mislabelled,
    no_http,
    page,
    redirect,
    robots,
    says_nothing,
    status,
    wrong_charset,
)
from tests.helpers.clocks import Time

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
HALO = "<p>Halo, dunia: “selamat pagi”</p>"


class Visit(NamedTuple):
    """What came of a visit, what was archived, and how it was paced."""

    outcomes: list[Fetched | FetchFailed]
    archived: list[ArchivedResponse]
    slept: list[float]

    @property
    def only(self) -> Fetched | FetchFailed:
        (outcome,) = self.outcomes
        return outcome

    @property
    def fetched(self) -> Fetched:
        assert isinstance(self.only, Fetched), self.only
        return self.only

    @property
    def failure(self) -> FetchFailed:
        assert isinstance(self.only, FetchFailed), self.only
        return self.only


class Visitor:
    """Fetches live into a fresh archive; its waiting takes no time."""

    def __init__(self, directory: Path) -> None:
        self.archive = directory / "run.warc.gz"

    def __call__(
        self,
        *urls: str,
        declared: frozenset[tuple[str, int]] = frozenset(),
        min_delay_s: float = 0.0,
        etag: str | None = None,
        last_modified: str | None = None,
        resolve: Resolve = resolve,
        **limits: Any,
    ) -> Visit:
        """Ask for all of them at the same time. `limits`: `total_s`, `read_timeout_s`,
        `max_payload`, `max_body`.
        """
        clock = Time()

        async def visit() -> list[Fetched | FetchFailed]:
            with WarcWriter(self.archive, software="Kliping/test", created=NOW) as writer:
                async with self._web(LiveTransport(resolve), writer, clock, **limits) as web:
                    asked: dict[str, Any] = {"declared": declared, "min_delay_s": min_delay_s}
                    asked |= {"etag": etag, "last_modified": last_modified}
                    visits = (outcome(web.get(url, **asked)) for url in urls)
                    return await asyncio.gather(*visits)

        outcomes = asyncio.run(visit())
        responses = [each for each in scan([self.archive]) if isinstance(each, ArchivedResponse)]
        return Visit(outcomes, responses, clock.slept)

    def _web(
        self,
        live: LiveTransport,
        writer: WarcWriter,
        clock: Time,
        total_s: float = 120.0,
        read_timeout_s: float = 60.0,
        max_payload: int = 2**20,
        max_body: int = 2**22,
    ) -> Web:
        return Web(
            ArchivingTransport(
                live, writer, clock=lambda: NOW, max_payload=max_payload, total_s=total_s
            ),
            version="0.1",
            contact="mailto:meja@example.org",
            read_timeout_s=read_timeout_s,
            max_body=max_body,
            sleep=clock.sleep,
            clock=clock.read,
        )


async def outcome(request: Awaitable[Fetched]) -> Fetched | FetchFailed:
    try:
        return await request
    except FetchFailed as failure:
        return failure


@pytest.fixture
def visit(tmp_path: Path) -> Visitor:
    """A visitor with an archive of its own."""
    return Visitor(tmp_path)


GOOD: Mapping[str, tuple[Route, bytes]] = {
    "plain": (page(HALO), HALO.encode()),
    "empty": (page(b""), b""),
    "gzip": (gzipped(HALO), HALO.encode()),
    "chunks": (chunked(b"<p>Ha", b"lo</p>"), b"<p>Halo</p>"),
    "the charset is the reader's affair": (wrong_charset("é"), "é".encode()),
    "an unknown coding is none": (page(HALO, Content_Encoding="utf-8"), HALO.encode()),
    "500 once": (first(status(500), then=page(HALO)), HALO.encode()),
    "503 twice": (first(status(503), status(503), then=page(HALO)), HALO.encode()),
    "429 once": (first(status(429, Retry_After="7"), then=page(HALO)), HALO.encode()),
    "408 once": (first(status(408), then=page(HALO)), HALO.encode()),
    "hangs up once": (first(drops, then=page(HALO)), HALO.encode()),
    "breaks off once": (first(drops_mid_body, then=page(HALO)), HALO.encode()),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_pages_arrive(visit: Visitor, name: str) -> None:
    """A page that can be had is had, byte for byte, and its record says the same."""
    route, body = GOOD[name]
    with Server({"/a": route}) as server:
        fetched = visit(server.url("/a"), declared=frozenset({server.place})).fetched
    assert (fetched.status, fetched.body, fetched.fetched_at) == (200, body, NOW)
    assert fetched.url == fetched.final_url == server.url("/a")
    archived = read(fetched.warc)
    assert (archived.url, archived.status, archived.body(), archived.date) == (
        fetched.url,
        200,
        body,
        NOW,
    )


class Failing(NamedTuple):
    route: Route
    reason: Reason
    retry: bool
    detail: str  # a regular expression for the whole of it
    tries: int = 1
    truncated: str | None = None


FAILING: Mapping[str, Failing] = {
    "404": Failing(status(404), "http-4xx", False, "404"),
    "410": Failing(status(410), "http-4xx", False, "410"),
    "403": Failing(status(403), "http-4xx", False, "403"),
    "429": Failing(status(429, Retry_After="3600"), "http-4xx", True, "429 after 3 tries", 3),
    "408": Failing(status(408), "http-4xx", True, "408 after 3 tries", 3),
    "500": Failing(status(500), "http-5xx", True, "500 after 3 tries", 3),
    "503": Failing(status(503), "http-5xx", True, "503 after 3 tries", 3),
    "204": Failing(status(204), "broken", False, "unexpected status 204"),
    "304 unasked": Failing(status(304), "broken", False, "unexpected status 304"),
    "hangs up": Failing(drops, "broken", True, "RemoteProtocolError: .* after 3 tries", 3),
    "breaks off": Failing(
        drops_mid_body, "broken", True, "broke off after 512 bytes after 3 tries", 3, "disconnect"
    ),
    "no HTTP": Failing(no_http, "broken", True, "RemoteProtocolError: .* after 3 tries", 3),
    "endless": Failing(endless, "too-large", False, "more than 1048576 bytes", 1, "length"),
    "bomb": Failing(bomb(2**23), "too-large", False, "more than 4194304 bytes once decoded"),
    "bomb in a bomb": Failing(
        bomb(2**26, layers=2), "too-large", False, "more than 4194304 bytes once decoded"
    ),
    "broken gzip": Failing(broken_gzip, "broken", False, "not the gzip data it is said to be .*"),
    "mislabelled": Failing(mislabelled, "broken", False, "not the gzip data it is said to be .*"),
    "loop": Failing(redirect("/a"), "redirect-loop", False, "comes back to http://127.0.0.1:.*/a"),
    "no Location": Failing(status(301), "broken", False, "301 without a Location"),
    "to ftp": Failing(
        redirect("ftp://127.0.0.1/a"), "bad-url", False, "redirects to ftp://127.0.0.1/a"
    ),
    "to javascript": Failing(
        redirect("javascript:alert(1)"), "bad-url", False, r"redirects to javascript:alert\(1\)"
    ),
    "to nowhere": Failing(redirect("http://[::1"), "bad-url", False, r"redirects to http://\[::1"),
    "to another loopback": Failing(
        redirect("http://127.0.0.2/"), "private-address", False, "redirects to http://127.0.0.2/"
    ),
    "to metadata": Failing(
        redirect("http://169.254.169.254/"),
        "private-address",
        False,
        "redirects to http://169.254.169.254/",
    ),
    "to a number": Failing(
        redirect("//2130706433/"), "private-address", False, "redirects to http://2130706433/"
    ),
    "to localhost": Failing(
        redirect("http://localhost/"), "private-address", False, "redirects to http://localhost/"
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_failures_have_their_reason(visit: Visitor, name: str) -> None:
    """What cannot be had ends with the one reason that is true, tried as often as may help, and all
    that came is archived.
    """
    case = FAILING[name]
    with Server({"/a": case.route}) as server:
        result = visit(server.url("/a"), declared=frozenset({server.place}))
    failure = result.failure
    assert (failure.reason, failure.retry, server.paths().count("/a")) == (
        case.reason,
        case.retry,
        case.tries,
    )
    assert re.fullmatch(case.detail, failure.detail), failure.detail
    records = [record for record in result.archived if record.url == server.url("/a")]
    assert {record.truncated for record in records} <= {case.truncated}
    if case.truncated:
        assert len(records) == case.tries


def test_unanswered_requests_time_out(visit: Visitor) -> None:
    """A server that never answers is asked three times and is then a timeout for the next run."""
    with Server({"/a": says_nothing, "/robots.txt": robots("")}) as server:
        failure = visit(
            server.url("/a"), declared=frozenset({server.place}), read_timeout_s=1.0
        ).failure
    assert (failure.reason, failure.retry, failure.detail) == (
        "timeout",
        True,
        "no answer in time after 3 tries",
    )
    assert server.paths().count("/a") == 3


def test_dripping_response_times_out(visit: Visitor) -> None:
    """A response that is always alive and never done is cut at the total time, archived as cut, and
    not asked for again in this run.
    """
    with Server({"/a": drips, "/robots.txt": robots("")}) as server:
        result = visit(server.url("/a"), declared=frozenset({server.place}), total_s=1.5)
    assert (result.failure.reason, result.failure.retry, result.failure.detail) == (
        "timeout",
        True,
        "not whole after 1.5 s",
    )
    assert [record.truncated for record in result.archived if record.url.endswith("/a")] == ["time"]


def test_nobody_listens(visit: Visitor) -> None:
    """Where nothing listens nothing may be fetched: not even robots.txt could be asked for."""
    with Server() as server:
        pass
    failure = visit(server.url("/a"), declared=frozenset({server.place})).failure
    assert (failure.reason, failure.retry) == ("robots", True)
    assert re.fullmatch(r"robots\.txt: ConnectError: .* after 3 tries", failure.detail)


BAD_URLS: Mapping[str, Reason] = {
    "": "bad-url",
    "kompas.com/read": "bad-url",
    "/read": "bad-url",
    "ftp://kompas.com/": "bad-url",
    "file:///etc/passwd": "bad-url",
    "http://": "bad-url",
    "http:///read": "bad-url",
    "http://a b/": "bad-url",
    "http://a..b/": "bad-url",
    "http://kompas.com:0/": "bad-url",
    "http://kompas.com:99999/": "bad-url",
    "http://kompas.com:x/": "bad-url",
    "http://[::1": "bad-url",
    "http://kompas.com/\x00": "bad-url",
    "http://xn--a-.com/": "bad-url",
    "http://127.0.0.1:1/": "private-address",
    "http://127.1/": "private-address",
    "http://0x7f.1/": "private-address",
    "http://2130706433/": "private-address",
    "http://[::1]/": "private-address",
    "http://[::ffff:127.0.0.1]/": "private-address",
    "http://[fe80::1%25eth0]/": "private-address",
    "http://user@localhost/": "private-address",
    "http://LOCALHOST./": "private-address",
    "http://a.localhost/": "private-address",
    "http://127。0。0。1/": "private-address",
}


@pytest.mark.parametrize("live", [True, False], ids=["live", "replay"])
@pytest.mark.parametrize("url", BAD_URLS)
def test_bad_addresses_are_refused(url: str, live: bool) -> None:
    """An address that leads nowhere, or to a private place, is refused before anything is asked,
    live and in a replay.
    """

    async def get() -> Fetched | FetchFailed:
        async with Web(
            LiveTransport() if live else ReplayTransport([]), version="0.1", live=live
        ) as web:
            return await outcome(
                web.get(url, declared=frozenset({("127.0.0.1", 8080)}), min_delay_s=0)
            )

    failure = asyncio.run(get())
    assert isinstance(failure, FetchFailed)
    assert (failure.reason, failure.retry) == (BAD_URLS[url], False)


class Names:
    """A resolver with a table; a name's addresses are used up one list at a time, the last for
    ever.
    """

    def __init__(self, table: Mapping[str, list[list[str]]]) -> None:
        self.table = {name: list(answers) for name, answers in table.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.table.get(host)
        if answers is None:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "169.254.169.254",
    "::1",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_names_of_private_addresses_are_refused(visit: Visitor, address: str) -> None:
    """A name that stands for a private address alone is refused when it is connected to, and
    nothing reaches that address.
    """
    with Server({"/a": page(HALO)}) as server:
        failure = visit(
            server.url("/a", host="jebakan.example"),
            resolve=Names({"jebakan.example": [[address, "127.0.0.1"]]}),
        ).failure
    assert (failure.reason, failure.retry, failure.detail) == (
        "private-address",
        False,
        f"jebakan.example is {address}",
    )
    assert server.requests == []


def test_redirect_to_a_private_name_is_refused(visit: Visitor) -> None:
    """A redirect to a name that stands for loopback is refused, although the host it comes from is
    declared.
    """
    with Server({"/a": page(HALO)}) as server:
        server.routes["/go"] = redirect(server.url("/a", host="jebakan.example"))
        failure = visit(
            server.url("/go"),
            declared=frozenset({server.place}),
            resolve=Names({"jebakan.example": [["127.0.0.1"]]}),
        ).failure
    assert (failure.reason, failure.detail) == ("private-address", "jebakan.example is 127.0.0.1")
    assert "/a" not in server.paths()


def test_declared_connections_serve_nobody_else(visit: Visitor) -> None:
    """A connection that one source may open is not there for another that does not declare the
    place.
    """

    async def both(server: Server) -> list[Fetched | FetchFailed]:
        names = Names({"meja.example": [["127.0.0.1"]]})
        with WarcWriter(visit.archive, software="Kliping/test", created=NOW) as writer:
            async with Web(
                ArchivingTransport(LiveTransport(names), writer, clock=lambda: NOW), version="0.1"
            ) as web:
                declared = frozenset({server.place})
                return [
                    await outcome(web.get(url, declared=allowed, min_delay_s=0))
                    for url, allowed in [
                        (server.url("/a", host="meja.example"), frozenset()),
                        (server.url("/a"), declared),
                        (server.url("/a"), frozenset()),
                        (server.url("/a", host="meja.example"), declared),
                    ]
                ]

    with Server({"/a": page(HALO)}) as server:
        outcomes = asyncio.run(both(server))
    assert [
        result.reason if isinstance(result, FetchFailed) else result.status for result in outcomes
    ] == [
        "private-address",
        200,
        "private-address",
        "private-address",
    ]


def test_unknown_names(visit: Visitor) -> None:
    """A name that does not resolve is a host that cannot be asked, for the next run to try
    again.
    """
    failure = visit("http://tidak-ada.example/a", resolve=Names({})).failure
    assert (failure.reason, failure.retry) == ("robots", True)
    assert (
        failure.detail
        == "robots.txt: ConnectError: the name tidak-ada.example does not resolve after 3 tries"
    )


def test_the_judged_address_is_connected_to(visit: Visitor) -> None:
    """Of a name's addresses only public ones are tried, and a name is asked for once per
    connection: an answer cannot change in between.
    """
    names = Names({"ganti.example": [["198.51.100.1"], ["127.0.0.1"]]})
    with Server({"/a": page(HALO)}) as server:
        failure = visit(server.url("/a", host="ganti.example"), resolve=names).failure
    assert failure.reason == "private-address"
    assert server.requests == []
    assert names.asked == ["ganti.example"]


class Redirected(NamedTuple):
    routes: Mapping[str, str]
    final: str | None  # the path, or None for a redirect-loop


REDIRECTED: Mapping[str, Redirected] = {
    "one": Redirected({"/a": "/b"}, "/b"),
    "relative, with a fragment": Redirected({"/a": "b#top"}, "/b"),
    "five": Redirected({"/a": "/1", "/1": "/2", "/2": "/3", "/3": "/4", "/4": "/b"}, "/b"),
    "six": Redirected(
        {"/a": "/1", "/1": "/2", "/2": "/3", "/3": "/4", "/4": "/5", "/5": "/b"}, None
    ),
    "circle": Redirected({"/a": "/1", "/1": "/2", "/2": "/a"}, None),
}


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", REDIRECTED)
def test_redirects(visit: Visitor, name: str, code: int) -> None:
    """Up to five redirects are followed to where they lead; more, or a circle, is a
    redirect-loop.
    """
    case = REDIRECTED[name]
    routes = {path: redirect(location, code) for path, location in case.routes.items()}
    with Server({**routes, "/b": page(HALO)}) as server:
        result = visit(server.url("/a"), declared=frozenset({server.place}))
    if case.final is None:
        assert result.failure.reason == "redirect-loop"
    else:
        assert (result.fetched.url, result.fetched.final_url) == (
            server.url("/a"),
            server.url(case.final),
        )


def refresh(address: str) -> Route:
    """A page that sends its reader on."""
    return page(f'<meta http-equiv="refresh" content="0; url={address}">Mengalihkan')


LED_ON: Mapping[str, tuple[Mapping[str, Route], str | Reason]] = {
    "meta refresh": ({"/a": refresh("/b")}, "/b"),
    "header": ({"/a": page("Mengalihkan", Refresh="0; url=/b")}, "/b"),
    "script": (
        {"/a": page("<script>location.replace('/b')</script><link rel=canonical href=/b>")},
        "/b",
    ),
    "a redirect, then a page": ({"/a": redirect("/1"), "/1": refresh("/b")}, "/b"),
    "five of both": (
        {
            "/a": refresh("/1"),
            "/1": redirect("/2"),
            "/2": refresh("/3"),
            "/3": redirect("/4"),
            "/4": refresh("/b"),
        },
        "/b",
    ),
    "six of both": (
        {
            "/a": refresh("/1"),
            "/1": redirect("/2"),
            "/2": refresh("/3"),
            "/3": redirect("/4"),
            "/4": refresh("/5"),
            "/5": refresh("/b"),
        },
        "redirect-loop",
    ),
    "circle": ({"/a": refresh("/1"), "/1": refresh("/a")}, "redirect-loop"),
    "to itself": ({"/a": refresh("/a")}, "/a"),
    "to a forbidden page": ({"/a": refresh("/rahasia/b")}, "robots"),
    "to a private address": ({"/a": refresh("http://127.0.0.2:9/b")}, "private-address"),
    "to what is gone": ({"/a": refresh("/hilang")}, "http-4xx"),
    "to no host": ({"/a": refresh("http://a..b/")}, "/a"),
}


@pytest.mark.parametrize("name", LED_ON)
def test_pages_that_lead_on(visit: Visitor, name: str) -> None:
    """A page that sends its reader on is a redirect: the same rules, the same limits."""
    routes, expected = LED_ON[name]
    rules = {"/robots.txt": robots("User-agent: *\nDisallow: /rahasia/")}
    with Server({**rules, **routes, "/b": page(HALO)}) as server:
        result = visit(server.url("/a"), declared=frozenset({server.place}))
    if expected.startswith("/"):
        assert (result.fetched.url, result.fetched.final_url) == (
            server.url("/a"),
            server.url(expected),
        )
    else:
        assert result.failure.reason == expected
        assert "/rahasia/b" not in server.paths()


def test_robots_txt_leads_nowhere(visit: Visitor) -> None:
    """A page instead of a robots.txt holds no rules, wherever it sends its readers."""
    with Server({"/robots.txt": refresh("/r"), "/a": page(HALO)}) as server:
        assert visit(server.url("/a"), declared=frozenset({server.place})).fetched.status == 200
    assert server.paths() == ["/robots.txt", "/a"]


def needs_cookie(name: str, otherwise: Route, then: Route) -> Route:
    """A page for readers who bring a cookie of this name, and something else for others."""

    def route(exchange: Exchange) -> None:
        (then if f"{name}=" in exchange.headers.get("Cookie", "") else otherwise)(exchange)

    return route


SET = {"Set_Cookie": "lihat=1; Path=/"}
COOKIES: Mapping[str, tuple[Mapping[str, Route], str | Reason]] = {
    "back to itself": (
        {"/a": needs_cookie("lihat", status(302, Location="/a", **SET), page(HALO))},
        "/a",
    ),
    "by way of another page": (
        {
            "/a": needs_cookie("lihat", redirect("/masuk"), page(HALO)),
            "/masuk": status(302, Location="/a", **SET),
        },
        "/a",
    ),
    "by a page that leads on": (
        {
            "/a": needs_cookie("lihat", redirect("/masuk"), page(HALO)),
            "/masuk": page('<meta http-equiv="refresh" content="0;url=/a">', **SET),
        },
        "/a",
    ),
    "that it will not have": (
        {"/a": needs_cookie("lain", status(302, Location="/a", **SET), page(HALO))},
        "redirect-loop",
    ),
    "of another path": (
        {
            "/a": needs_cookie(
                "lihat",
                status(302, Location="/a", Set_Cookie="lihat=1; Path=/lain/"),
                page(HALO),
            )
        },
        "redirect-loop",
    ),
}


@pytest.mark.parametrize("name", COOKIES)
def test_cookies_of_a_redirect(visit: Visitor, name: str) -> None:
    """A cookie that a redirect sets is sent to where it leads; what comes back to the same address
    with the same cookies is a loop.
    """
    routes, expected = COOKIES[name]
    with Server(routes) as server:
        result = visit(server.url("/a"), declared=frozenset({server.place}))
    if expected.startswith("/"):
        assert result.fetched.body == HALO.encode()
    else:
        assert result.failure.reason == expected


def test_cookies_end_with_their_chain(visit: Visitor) -> None:
    """Another address is asked for without the cookie that a redirect has set."""
    with Server({"/b": page(HALO), "/c": page(HALO)}) as server:
        server.routes["/a"] = status(302, Location="/b", **SET)
        visit(server.url("/a"), server.url("/c"), declared=frozenset({server.place}))
    brought = {seen.path: seen.headers.get("cookie") for seen in server.requests}
    assert brought == {"/robots.txt": None, "/a": None, "/b": "lihat=1", "/c": None}


class Robots(NamedTuple):
    route: Route
    outcome: Reason | int  # of /read/1
    detail: str = ""
    delay_s: float = 0.0


ROBOTS: Mapping[str, Robots] = {
    "none": Robots(status(404), 200),
    "forbidden": Robots(status(403), 200),
    "empty": Robots(robots(""), 200),
    "allows": Robots(robots("User-agent: *\nDisallow: /admin"), 200),
    "disallows": Robots(
        robots("User-agent: *\nDisallow: /read"), "robots", "disallowed by robots.txt"
    ),
    "disallows us": Robots(
        robots("User-agent: *\nAllow: /\n\nUser-agent: kliping\nDisallow: /"),
        "robots",
        "disallowed by robots.txt",
    ),
    "disallows others": Robots(
        robots("User-agent: GPTBot\nDisallow: /\n\nUser-agent: *\nDisallow:"), 200
    ),
    "wildcard": Robots(robots("User-agent: *\nDisallow: *?source=*"), 200),
    "byte order mark": Robots(
        robots("\ufeffUser-agent: *\nDisallow: /"), "robots", "disallowed by robots.txt"
    ),
    "not text": Robots(page(bytes(range(256)) * 10, "text/plain"), 200),
    "compressed": Robots(
        gzipped("User-agent: *\nDisallow: /", "text/plain"), "robots", "disallowed by robots.txt"
    ),
    "moved": Robots(redirect("/r"), "robots", "disallowed by robots.txt"),
    "in a circle": Robots(redirect("/robots.txt"), 200),
    "503": Robots(status(503), "robots", "robots.txt: 503 after 3 tries"),
    "503 once": Robots(first(status(503), then=robots("")), 200),
    "hangs up": Robots(drops, "robots", "robots.txt: RemoteProtocolError: .* after 3 tries"),
    "endless": Robots(endless, "robots", "robots.txt: more than 1048576 bytes"),
    "broken": Robots(broken_gzip, "robots", "robots.txt: not the gzip data .*"),
    "crawl-delay": Robots(robots("User-agent: *\nCrawl-delay: 11"), 200, delay_s=11),
    "crawl-delay of an hour": Robots(robots("User-agent: *\nCrawl-delay: 3600"), 200, delay_s=60),
}


@pytest.mark.parametrize("name", ROBOTS)
def test_robots(visit: Visitor, name: str) -> None:
    """robots.txt decides: absent allows all, unreachable allows nothing, and its crawl-delay counts
    up to a minute.
    """
    case = ROBOTS[name]
    routes = {
        "/robots.txt": case.route,
        "/read/1": page(HALO),
        "/r": robots("User-agent: Kliping\nDisallow: /read"),
    }
    with Server(routes) as server:
        result = visit(server.url("/read/1"), declared=frozenset({server.place}))
    if isinstance(case.outcome, int):
        assert result.fetched.status == case.outcome
        assert result.slept[-1:] == ([case.delay_s] if case.delay_s else result.slept[-1:])
    else:
        assert result.failure.reason == case.outcome
        assert re.fullmatch(case.detail, result.failure.detail), result.failure.detail
        assert result.failure.retry is case.detail.startswith("robots.txt:")
        assert "/read/1" not in server.paths()


def test_robots_is_asked_for_once(visit: Visitor) -> None:
    """Many links of one origin cost one robots.txt."""
    with Server({f"/{number}": page(HALO) for number in range(10)}) as server:
        visit(
            *(server.url(f"/{number}") for number in range(10)), declared=frozenset({server.place})
        )
    assert server.paths().count("/robots.txt") == 1


SITEMAPS: Mapping[str, tuple[Route, list[str]]] = {
    "none": (status(404), []),
    "two, one of them twice": (
        robots("Sitemap: https://x.example/a.xml\nsitemap: /b\nSitemap: https://x.example/a.xml"),
        ["https://x.example/a.xml", "/b"],
    ),
}


@pytest.mark.parametrize("name", SITEMAPS)
def test_sitemaps(name: str) -> None:
    """The sitemaps of a robots.txt come from the file that fetching asks for, too."""
    route, expected = SITEMAPS[name]

    async def look(server: Server) -> list[str]:
        here = frozenset({server.place})
        async with passing_web("") as web:
            found = await web.sitemaps(server.url("/x"), declared=here, min_delay_s=0)
            await web.get(server.url("/a"), declared=here, min_delay_s=0)
            return found

    with Server({"/robots.txt": route, "/a": page(HALO)}) as server:
        assert asyncio.run(look(server)) == expected
        assert server.paths() == ["/robots.txt", "/a"]


def test_robots_of_the_new_host_counts(visit: Visitor) -> None:
    """A redirect to another origin asks that origin's robots.txt."""
    with (
        Server({"/b": page(HALO), "/robots.txt": robots("User-agent: *\nDisallow: /b")}) as other,
        Server() as server,
    ):
        server.routes["/a"] = redirect(other.url("/b"))
        failure = visit(server.url("/a"), declared=frozenset({server.place, other.place})).failure
    assert (failure.reason, other.paths()) == ("robots", ["/robots.txt"])


def test_requests_to_a_host_are_paced(visit: Visitor) -> None:
    """To one host there is one request at a time, and each starts the delay after the one
    before.
    """
    with Server({f"/{number}": page(HALO) for number in range(4)}) as server:
        result = visit(
            *(server.url(f"/{number}") for number in range(4)),
            declared=frozenset({server.place}),
            min_delay_s=5,
        )
    assert result.slept == [5, 5, 5, 5]  # robots.txt went first
    assert server.busiest == 1
    assert server.paths() == ["/robots.txt", "/0", "/1", "/2", "/3"]


def test_hosts_are_fetched_at_the_same_time(visit: Visitor) -> None:
    """A host that keeps its request waiting does not keep another host's."""
    with Server() as slow, Server({"/b": page(HALO)}) as quick:

        def waits_for_the_other(exchange: object) -> None:
            while "/b" not in quick.paths() and not slow.closing.wait(0.01):
                pass
            page(HALO)(exchange)  # type: ignore[arg-type]

        slow.routes["/a"] = waits_for_the_other
        result = visit(
            slow.url("/a"),
            quick.url("/b"),
            declared=frozenset({slow.place, quick.place}),
            min_delay_s=5,
        )
    assert [isinstance(outcome, Fetched) for outcome in result.outcomes] == [True, True]


RETRY_AFTER: Mapping[str, tuple[Mapping[str, str], float, float]] = {
    "seconds": ({"Retry_After": "17"}, 17, 17),
    "too many seconds": ({"Retry_After": "9" * 400}, 60, 60),
    "a date": (
        {
            "Retry_After": format_datetime(NOW + timedelta(seconds=23), usegmt=True),
            "Date": format_datetime(NOW, usegmt=True),
        },
        0,
        60,
    ),
    "a date long ago": ({"Retry_After": "Sun, 06 Nov 1994 08:49:37 GMT"}, 1, 3),
    "nonsense": ({"Retry_After": "besok"}, 1, 3),
    "negative": ({"Retry_After": "-5"}, 1, 3),
    "none": ({}, 1, 3),
}


@pytest.mark.parametrize("name", RETRY_AFTER)
def test_retry_after(visit: Visitor, name: str) -> None:
    """A host is left alone as long as it asks for, at most a minute, and a second or three when it
    does not say.
    """
    headers, least, most = RETRY_AFTER[name]
    with Server({"/a": first(status(429, **headers), then=page(HALO))}) as server:
        result = visit(server.url("/a"), declared=frozenset({server.place}))
    assert result.fetched.status == 200
    assert least <= math.fsum(result.slept) <= most


def test_dead_host_is_given_up(visit: Visitor) -> None:
    """A host that had no answer 24 times in a row is not asked again in this run; all its links
    stay for the next, with the true reason.
    """
    with Server({"/robots.txt": robots("")}) as server:
        server.routes.update({f"/{number}": status(503) for number in range(20)})
        result = visit(
            *(server.url(f"/{number}") for number in range(20)), declared=frozenset({server.place})
        )
    failures = [outcome for outcome in result.outcomes if isinstance(outcome, FetchFailed)]
    assert len(failures) == 20
    assert {(failure.reason, failure.retry) for failure in failures} == {("http-5xx", True)}
    assert len(server.requests) == 1 + 24
    assert len(result.slept) <= 1 + 24


def test_failing_pages_do_not_condemn_their_host(visit: Visitor) -> None:
    """A host that answers 500 for many pages, or breaks off, is still asked for the others."""
    bad = {f"/{number}": status(500) if number % 2 else drops_mid_body for number in range(20)}
    with Server({"/robots.txt": robots(""), **bad, "/good": page(HALO)}) as server:
        result = visit(
            *(server.url(path) for path in [*bad, "/good"]), declared=frozenset({server.place})
        )
    assert isinstance(result.outcomes[-1], Fetched)
    assert server.paths().count("/19") == 3


@pytest.mark.parametrize("etag", ["", '"baru\nHost: x"', '"é"'])
def test_unsendable_conditions_are_left_out(visit: Visitor, etag: str) -> None:
    """A validator that no header can hold is not sent; the page is fetched as if there were
    none.
    """
    with Server({"/feed": conditional("<rss/>", '"v1"')}) as server:
        assert (
            visit(server.url("/feed"), declared=frozenset({server.place}), etag=etag).fetched.status
            == 200
        )
    assert "if-none-match" not in server.requests[-1].headers


def test_conditional_get(visit: Visitor) -> None:
    """What has not changed comes back as 304 without a body, archived as a revisit that a scan
    takes for no response.
    """
    with Server({"/feed": conditional("<rss/>", '"v1"')}) as server:
        fetched = visit(
            server.url("/feed"),
            declared=frozenset({server.place}),
            etag='"v1"',
            last_modified="Sun, 06 Nov 1994 08:49:37 GMT",
        ).fetched
    assert (fetched.status, fetched.body, fetched.headers["etag"]) == (304, b"", '"v1"')
    asked = server.requests[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == (
        '"v1"',
        "Sun, 06 Nov 1994 08:49:37 GMT",
    )


def test_the_user_agent_says_who_asks(visit: Visitor) -> None:
    """The user agent names product, version and contact, in robots.txt requests too; no cookie is
    kept.
    """
    with Server({"/a": page(HALO, Set_Cookie="sesi=1; Path=/"), "/b": page(HALO)}) as server:
        visit(server.url("/a"), server.url("/b"), declared=frozenset({server.place}))
    assert {seen.headers["user-agent"] for seen in server.requests} == {
        "Kliping/0.1 (+mailto:meja@example.org)"
    }
    assert not any("cookie" in seen.headers for seen in server.requests)


def test_environment_proxies_are_ignored(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment would see and resolve every address for us, so it is not used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with Server({"/a": page(HALO)}) as server:
        assert visit(server.url("/a"), declared=frozenset({server.place})).fetched.status == 200


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Kompas.com/read", ("kompas.com", 80)),
        ("https://kompas.com", ("kompas.com", 443)),
        ("http://127.0.0.1:8080/x", ("127.0.0.1", 8080)),
        ("http://[::1]:8080/x", ("::1", 8080)),
    ],
)
def test_place(url: str, expected: tuple[str, int]) -> None:
    """A place is the host and port that a request would go to."""
    assert place(url) == expected


def test_every_error_below_has_its_name_above() -> None:
    """Each of httpcore's errors that the transport translates has a namesake in httpx."""
    roots: list[type[Exception]] = [
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ]
    errors: list[type[Exception]] = [
        *roots,
        *(child for root in roots for child in root.__subclasses__()),
    ]
    assert all(issubclass(getattr(httpx, error.__name__), httpx.TransportError) for error in errors)
