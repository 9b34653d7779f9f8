"""A replay answers like the web did on the night it was archived: which capture, under which
address, with which failure.
"""

import asyncio
import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.edges.archive import Truncation, WarcWriter
from flows.edges.transports import ReplayTransport
from flows.edges.web import Fetched, Web
from flows.errors import FetchFailed

FIRST_NIGHT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def night(number: int) -> datetime:
    """The instant of the first, second, … night."""
    return FIRST_NIGHT + timedelta(days=number - 1)


class Capture(NamedTuple):
    night: int
    status: int = 200
    body: bytes = b""
    url: str = "http://a.example/read/1"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    truncated: Truncation | None = None


def archive(path: Path, *captures: Capture) -> Path:
    with WarcWriter(path, software="Kliping/test", created=FIRST_NIGHT) as writer:
        for capture in captures:
            writer.append(
                capture.url,
                night(capture.night),
                capture.status,
                "Whatever",
                capture.headers,
                capture.body,
                capture.truncated,
            )
    return path


def replay(
    transport: ReplayTransport, url: str = "http://a.example/read/1", etag: str | None = None
) -> Fetched | FetchFailed:
    """What a replay says to one visit. It must not wait: a second of delay would be a year."""

    async def never(seconds: float) -> None:
        raise AssertionError(f"a replay waited {seconds} s")

    async def get() -> Fetched | FetchFailed:
        async with Web(transport, version="0.1", live=False, sleep=never) as web:
            try:
                return await web.get(url, declared=frozenset(), min_delay_s=1e9, etag=etag)
            except FetchFailed as failure:
                return failure

    return asyncio.run(get())


def shown(outcome: Fetched | FetchFailed) -> str:
    return (
        f"{outcome.reason}: {outcome.detail}"
        if isinstance(outcome, FetchFailed)
        else outcome.body.decode()
    )


class Case(NamedTuple):
    captures: tuple[Capture, ...]
    now: int | None  # the night of the replay
    expected: str


CASES: Mapping[str, Case] = {
    "not there": Case((), None, "http-4xx: 404"),
    "the only one": Case((Capture(1, body=b"satu"),), None, "satu"),
    "the newest": Case(
        (Capture(1, body=b"satu"), Capture(3, body=b"tiga"), Capture(2, body=b"dua")), None, "tiga"
    ),
    "the newest by then": Case(
        (Capture(1, body=b"satu"), Capture(2, body=b"dua"), Capture(3, body=b"tiga")), 2, "dua"
    ),
    "too early": Case((Capture(2, body=b"dua"),), 1, "http-4xx: 404"),
    "the later of two at once": Case(
        (Capture(1, body=b"satu"), Capture(1, body=b"dua")), None, "dua"
    ),
    "200 before a newer failure": Case(
        (Capture(1, body=b"satu"), Capture(2, 404), Capture(3, 503)), None, "satu"
    ),
    "200 before a newer revisit": Case((Capture(1, body=b"satu"), Capture(2, 304)), None, "satu"),
    "a revisit alone": Case((Capture(1, 304),), None, "http-4xx: 404"),
    "the newest failure": Case((Capture(1, 404), Capture(2, 503)), None, "http-5xx: 503"),
    "the failure by then": Case((Capture(1, 404), Capture(2, body=b"dua")), 1, "http-4xx: 404"),
    "gone": Case((Capture(1, 410),), None, "http-4xx: 410"),
    "compressed": Case(
        (Capture(1, body=gzip.compress(b"satu"), headers=((b"Content-Encoding", b"gzip"),)),),
        None,
        "satu",
    ),
    "whole before a newer cut": Case(
        (Capture(1, body=b"satu"), Capture(2, body=b"du", truncated="disconnect")), None, "satu"
    ),
    "too large then": Case(
        (Capture(1, body=b"satu", truncated="length"),), None, "too-large: cut when it was archived"
    ),
    "too slow then": Case(
        (Capture(1, body=b"satu", truncated="time"),), None, "timeout: cut when it was archived"
    ),
    "broken off then": Case(
        (Capture(1, body=b"satu", truncated="disconnect"),),
        None,
        "broken: cut when it was archived",
    ),
    "redirected": Case(
        (
            Capture(1, 301, headers=((b"Location", b"https://b.example/x"),)),
            Capture(1, body=b"di sana", url="https://b.example/x"),
        ),
        None,
        "di sana",
    ),
    "redirected to nowhere": Case(
        (Capture(1, 301, headers=((b"Location", b"/hilang"),)),), None, "http-4xx: 404"
    ),
    "redirected to loopback": Case(
        (
            Capture(1, 302, headers=((b"Location", b"http://127.0.0.1/"),)),
            Capture(1, body=b"!", url="http://127.0.0.1/"),
        ),
        None,
        "private-address: redirects to http://127.0.0.1/",
    ),
    "robots.txt disallows": Case(
        (
            Capture(1, body=b"satu"),
            Capture(1, body=b"User-agent: *\nDisallow: /read", url="http://a.example/robots.txt"),
        ),
        None,
        "robots: disallowed by robots.txt",
    ),
    "robots.txt asks for patience": Case(
        (
            Capture(1, body=b"satu"),
            Capture(1, body=b"User-agent: *\nCrawl-delay: 30", url="http://a.example/robots.txt"),
        ),
        None,
        "satu",
    ),
    "robots.txt failed": Case(
        (Capture(1, body=b"satu"), Capture(1, 503, url="http://a.example/robots.txt")),
        None,
        "robots: robots.txt: 503",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_replay(tmp_path: Path, name: str) -> None:
    """The newest 200 captured by then answers, failing that the newest other response; what is not
    there is 404.
    """
    case = CASES[name]
    transport = ReplayTransport(
        [archive(tmp_path / "a.warc.gz", *case.captures)], night(case.now) if case.now else None
    )
    assert shown(replay(transport)) == case.expected


ADDRESSES: Mapping[str, tuple[str, str, bool]] = {  # archived, asked for, the same
    "equal": ("http://a.example/x?y=1", "http://a.example/x?y=1", True),
    "case of the host": ("http://A.Example/x", "http://a.example/x", True),
    "case of the path": ("http://a.example/X", "http://a.example/x", False),
    "default port": ("http://a.example:80/x", "http://a.example/x", True),
    "default port of TLS": ("https://a.example/x", "https://a.example:443/x", True),
    "another port": ("http://a.example:81/x", "http://a.example/x", False),
    "no path": ("http://a.example", "http://a.example/", True),
    "no path, query": ("http://a.example?y=1", "http://a.example/?y=1", True),
    "fragment": ("http://a.example/x#akhir", "http://a.example/x", True),
    "case of escapes": ("http://a.example/%c3%a9", "http://a.example/%C3%A9", True),
    "no escapes": ("http://a.example/é?q=ü", "http://a.example/%C3%A9?q=%C3%BC", True),
    "an escaped slash": ("http://a.example/a%2Fb", "http://a.example/a/b", False),
    "scheme": ("http://a.example/x", "https://a.example/x", False),
    "query": ("http://a.example/x?y=1", "http://a.example/x", False),
    "trailing slash": ("http://a.example/x/", "http://a.example/x", False),
    "international": ("http://xn--bcher-kva.example/", "http://bücher.example/", True),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_addresses(tmp_path: Path, name: str) -> None:
    """A capture is found under every spelling of its address, and under no other address."""
    archived, asked, same = ADDRESSES[name]
    transport = ReplayTransport(
        [archive(tmp_path / "a.warc.gz", Capture(1, body=b"satu", url=archived))]
    )
    assert shown(replay(transport, asked)) == ("satu" if same else "http-4xx: 404")


def test_replay_names_record_and_date(tmp_path: Path) -> None:
    """A replayed page refers to its record and was fetched when that was written; conditions are
    not looked at.
    """
    path = archive(
        tmp_path / "a.warc.gz", Capture(1), Capture(2, body=b"dua", headers=((b"ETag", b'"v2"'),))
    )
    outcome = replay(ReplayTransport([path]), etag='"v2"')
    assert isinstance(outcome, Fetched)
    assert (outcome.status, outcome.body, outcome.fetched_at, outcome.warc.file) == (
        200,
        b"dua",
        night(2),
        str(path),
    )


def test_several_archives(tmp_path: Path) -> None:
    """Archives are one memory whatever their order; their newest date and what could not be read
    are known.
    """
    later = archive(tmp_path / "b.warc.gz", Capture(2, body=b"dua"), Capture(3, 503))
    earlier = archive(tmp_path / "a.warc.gz", Capture(1, body=b"satu"))
    broken = tmp_path / "c.warc.gz"
    broken.write_bytes(later.read_bytes()[:-20])
    transport = ReplayTransport([later, broken, earlier], now=night(2))
    assert shown(replay(transport)) == "dua"
    assert transport.newest == night(3)
    assert [(place.file, place.detail) for place in transport.unreadable] == [
        (str(broken), "truncated: the file ends within this record")
    ]


def test_nothing_to_replay(tmp_path: Path) -> None:
    """Without any response there is no newest date."""
    assert ReplayTransport([archive(tmp_path / "a.warc.gz")]).newest is None
