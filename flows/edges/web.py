"""The one way to the web: `Web.get` fetches an address politely, or says in one word why it cannot
be had.

address  →  scheme and literal address  →  robots.txt of the origin  →  the host's queue  →
transport  ⟲ redirect, retry

Every hop of a redirect takes the whole way again, and so does one that a page makes itself
(flows.edges.page_redirects). The transport (flows.edges.transports) is live or a replay; a replay waits for
nothing and asks once. This module owns protego.
"""

import asyncio
import math
import random
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self, TypeGuard

import httpx
from protego import Protego

from flows.addresses import is_private_literal
from flows.edges.archive import MAX_BODY, decoded
from flows.edges.page_redirects import page_redirect
from flows.edges.transports import BrokenOffError, OverlongError, PrivateAddressError
from flows.errors import BodyError, FetchFailed
from flows.records import Reason, WarcRef

PRODUCT = "Kliping"  # the token that robots.txt files may name
MAX_WAIT_S = 60.0  # no crawl-delay and no Retry-After holds a run longer than this
_CONNECT_S = 10.0
_READ_S = 20.0  # between two parts of a response
_TRIES = 3
_BACKOFF_S = 2.0  # before the second try, twice as much before the third, give or take a half
_GIVE_UP_AFTER = (
    24  # tries in a row for which a host had no answer: a dead host must not hold the run for hours
)
_MAX_REDIRECTS = 5
_MAX_ROBOTS = 512 * 2**10  # bytes that are looked at: RFC 9309 asks for 500 KiB at least
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEMPORARY = frozenset({408, 429})  # beside every 5xx
_OVERLOADED = frozenset({429, 502, 503, 504})  # says something about the host, not about the page
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f]*:[0-9a-f:.]+")

Declared = frozenset[tuple[str, int]]
_Answer = tuple[httpx.Response, bytes]  # a response and its raw body


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response with status 200, or 304 to a conditional request. Header names are in lower case."""

    url: str  # as asked for
    final_url: str  # where redirects led
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)  # content-decoded; empty with 304
    warc: WarcRef
    fetched_at: datetime  # aware; the record's date in a replay


class Web:
    """Fetches over a transport, concurrently across hosts, one request at a time per host. An async
    context manager.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        *,
        version: str,
        contact: str = "",
        live: bool = True,
        read_timeout_s: float = _READ_S,
        max_body: int = MAX_BODY,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`contact`: how an outlet reaches the operator (URL or mail address). `live` False: no
        waiting, no second try.
        """
        self._transport = transport
        self._headers = {
            "User-Agent": f"{PRODUCT}/{version}" + (f" (+{contact})" if contact else ""),
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip, deflate",
        }
        self._timeout = httpx.Timeout(
            read_timeout_s, connect=min(_CONNECT_S, read_timeout_s), pool=None
        ).as_dict()
        self._live = live
        self._max_body = max_body
        self._queues: defaultdict[tuple[str, int], _HostQueue] = defaultdict(
            lambda: _HostQueue(sleep, clock)
        )
        self._robots: defaultdict[tuple[str, bool], _Origin] = defaultdict(_Origin)

    async def get(
        self,
        url: str,
        *,
        declared: Declared,
        min_delay_s: float,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetched:
        """Fetch `url`. `declared`: the (host, port) pairs its source declares, which may be
        private. Raises FetchFailed.
        """
        conditions = {
            name: value
            for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified))
            if _sendable(value)
        }
        return await self._follow(
            url, _Manners(declared, min_delay_s, obey_robots=True), conditions
        )

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def _follow(
        self, url: str, manners: "_Manners", conditions: Mapping[str, str]
    ) -> Fetched:
        chain = _Chain(_parsed(url))
        while True:
            target = chain.target
            declared = _place(target) in manners.declared
            if not declared and is_private_literal(target.host):
                raise FetchFailed(
                    "private-address",
                    f"redirects to {target}"[:200] if chain.visited else target.host,
                )
            delay_s = manners.min_delay_s
            if manners.obey_robots:
                delay_s = max(delay_s, await self._permission(target, manners, declared))
            headers = {**conditions, **chain.visit()}
            response, payload = await self._request(target, delay_s, headers, declared)
            if response.status_code in _REDIRECTS:
                chain.follow(response, _redirected(target, response))
                continue
            fetched = self._judged(url, target, response, payload, conditional=bool(conditions))
            sent_on = _sent_on(fetched) if manners.obey_robots else None
            if sent_on is None:
                return fetched
            chain.follow(response, sent_on)

    async def _permission(self, target: httpx.URL, manners: "_Manners", declared: bool) -> float:
        """The crawl-delay in seconds that the origin asks for (0: none). Raises FetchFailed when it
        does not want the visit.
        """
        origin = str(
            target.copy_with(raw_path=b"/robots.txt", fragment=None, username=None, password=None)
        )
        known = self._robots[origin, declared]
        async with known.lock:
            if known.rules is None:
                known.rules = await self._rules(origin, manners)
        if isinstance(known.rules, FetchFailed):
            raise FetchFailed(known.rules.reason, known.rules.detail, known.rules.retry)
        if not known.rules.can_fetch(str(target), PRODUCT):
            raise FetchFailed("robots", "disallowed by robots.txt")
        return min(known.rules.crawl_delay(PRODUCT) or 0.0, MAX_WAIT_S)

    async def _rules(self, robots_url: str, manners: "_Manners") -> "Protego | FetchFailed":
        """As RFC 9309 says: a robots.txt that is not there allows all, one that cannot be asked for
        allows nothing.
        """
        try:
            fetched = await self._follow(
                robots_url, _Manners(manners.declared, manners.min_delay_s, obey_robots=False), {}
            )
        except FetchFailed as failure:
            if failure.reason in ("http-4xx", "redirect-loop"):
                return Protego.parse("")
            if failure.reason == "private-address":
                return failure
            return FetchFailed("robots", f"robots.txt: {failure.detail}", retry=True)
        return Protego.parse(fetched.body[:_MAX_ROBOTS].decode("utf-8-sig", errors="replace"))

    async def _request(
        self, target: httpx.URL, delay_s: float, conditions: Mapping[str, str], declared: bool
    ) -> _Answer:
        """One hop, tried again while that may help: a response that is no temporary failure, and
        its raw body.
        """
        queue = self._queues[_place(target)]
        tries = _TRIES if self._live else 1
        for attempt in range(1, tries + 1):
            async with queue.turn(delay_s if self._live else None):
                try:
                    answer = await self._exchange(target, conditions, declared)
                except _TemporaryError as error:
                    queue.failed(error)
                    if attempt == tries:
                        detail = f"{error} after {tries} tries" if tries > 1 else str(error)
                        raise FetchFailed(error.reason, detail, retry=True) from error
                    backoff_s = _BACKOFF_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
                    queue.hold(backoff_s)
                else:
                    queue.unanswered = 0
                    return answer
        raise AssertionError("the last try returns or raises")

    async def _exchange(
        self, target: httpx.URL, conditions: Mapping[str, str], declared: bool
    ) -> _Answer:
        """One request and its response; every error of the transport gets its reason here.

        The transport is asked without a client in between, which would keep cookies and choke on
        what some redirects say.
        """
        try:
            headers = httpx.Headers({**self._headers, **conditions}, encoding="utf-8")
            request = httpx.Request(
                "GET",
                target,
                headers=headers,
                extensions={"declared": declared, "timeout": self._timeout},
            )
            response = await self._transport.handle_async_request(request)
            payload = b"".join([part async for part in response.aiter_raw()])
        except PrivateAddressError as error:
            raise FetchFailed("private-address", str(error)) from error
        except BodyError as error:
            raise FetchFailed(error.reason, str(error)) from error
        except OverlongError as error:  # had its time: the next run may try again
            raise FetchFailed("timeout", str(error), retry=True) from error
        except httpx.TimeoutException as error:
            raise _TemporaryError("timeout", "no answer in time", of_host=True) from error
        except BrokenOffError as error:
            raise _TemporaryError("broken", str(error), of_host=False) from error
        except httpx.TransportError as error:
            raise _TemporaryError(
                "broken", f"{type(error).__name__}: {_first_line(error)}", of_host=True
            ) from error
        status = response.status_code
        if status >= 500 or status in _TEMPORARY:
            reason: Reason = "http-5xx" if status >= 500 else "http-4xx"
            raise _TemporaryError(
                reason, str(status), of_host=status in _OVERLOADED, wait_s=_retry_after(response)
            )
        return response, payload

    def _judged(
        self,
        url: str,
        target: httpx.URL,
        response: httpx.Response,
        payload: bytes,
        conditional: bool,
    ) -> Fetched:
        status = response.status_code
        if 400 <= status < 500:
            raise FetchFailed("http-4xx", str(status))
        if status != 200 and not (status == 304 and conditional):
            raise FetchFailed("broken", f"unexpected status {status}")
        headers = dict(response.headers)
        try:
            body = (
                decoded(payload, headers.get("content-encoding", ""), self._max_body)
                if status == 200
                else b""
            )
        except BodyError as error:
            raise FetchFailed(error.reason, str(error)) from error
        return Fetched(
            url,
            str(target),
            status,
            headers,
            body,
            response.extensions["warc"],
            response.extensions["date"],
        )


class _Chain:
    """The redirects that one address leads through, and the cookies that they set: some servers
    send a reader back to the same address until it brings one.
    """

    def __init__(self, target: httpx.URL) -> None:
        self.target = target
        self.visited: set[tuple[str, str]] = set()  # addresses, each with the cookies sent there
        self._cookies = httpx.Cookies()

    def visit(self) -> Mapping[str, str]:
        """The headers that this visit needs."""
        cookie = self._cookie()
        self.visited.add((str(self.target), cookie))
        return {"Cookie": cookie} if cookie else {}

    def follow(self, response: httpx.Response, target: httpx.URL) -> None:
        """Go on to `target`. Raises FetchFailed where that has no end."""
        response.request = httpx.Request("GET", self.target)
        self._cookies.extract_cookies(response)
        self.target = target
        if (str(target), self._cookie()) in self.visited:
            raise FetchFailed("redirect-loop", f"comes back to {target}"[:200])
        if len(self.visited) > _MAX_REDIRECTS:
            raise FetchFailed("redirect-loop", f"more than {_MAX_REDIRECTS} redirects")

    def _cookie(self) -> str:
        request = httpx.Request("GET", self.target)
        self._cookies.set_cookie_header(request)
        cookie = str(request.headers.get("Cookie", ""))
        return cookie if _sendable(cookie) else ""


@dataclass(frozen=True, slots=True)
class _Manners:
    declared: Declared
    min_delay_s: float
    obey_robots: bool


class _TemporaryError(Exception):
    """A failure that another try may heal. `of_host`: any other page of the host would have failed
    as well.
    """

    def __init__(self, reason: Reason, detail: str, *, of_host: bool, wait_s: float = 0.0) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.of_host = of_host
        self.wait_s = wait_s


class _Origin:
    """What is known of an origin's robots.txt: None before it was asked for."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.rules: Protego | FetchFailed | None = None


class _HostQueue:
    """Lets one request at a time go to a host, each no sooner than its delay after the one before
    began.
    """

    def __init__(
        self, sleep: Callable[[float], Awaitable[object]], clock: Callable[[], float]
    ) -> None:
        self.unanswered = 0  # tries in a row for which the host had no answer
        self._trouble: _TemporaryError | None = None  # the last of them
        self._sleep = sleep
        self._clock = clock
        self._lock = asyncio.Lock()
        self._last_start = -math.inf
        self._held_until = -math.inf

    @asynccontextmanager
    async def turn(self, delay_s: float | None) -> AsyncIterator[None]:
        """Enter when it is one's turn; `delay_s` None: as soon as nobody is before. Raises
        FetchFailed once the host was given up.
        """
        async with self._lock:
            if delay_s is not None:
                if self._trouble is not None and self.unanswered >= _GIVE_UP_AFTER:
                    raise FetchFailed(
                        self._trouble.reason,
                        f"{self._trouble}, like {self.unanswered} tries before",
                        retry=True,
                    )
                wait_s = max(self._last_start + delay_s, self._held_until) - self._clock()
                if wait_s > 0:
                    await self._sleep(wait_s)
            self._last_start = self._clock()
            yield

    def failed(self, error: _TemporaryError) -> None:
        """Take note of a failed try."""
        self.unanswered = self.unanswered + 1 if error.of_host else 0
        self._trouble = error
        self.hold(error.wait_s)

    def hold(self, seconds: float) -> None:
        """Let nothing go to the host for so long."""
        self._held_until = max(self._held_until, self._clock() + seconds)


def place(url: str) -> tuple[str, int]:
    """The host and port that a URL leads to, as `declared` holds them. Raises FetchFailed for a URL
    that leads nowhere.
    """
    return _place(_parsed(url))


def _place(url: httpx.URL) -> tuple[str, int]:
    port = url.port if url.port is not None else 443 if url.scheme == "https" else 80
    return url.raw_host.decode("ascii"), port


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """A URL without its fragment; with `base` where a redirect from there leads."""
    said = f"redirects to {url[:200]}" if base else ""
    try:
        parsed = (base.join(url) if base else httpx.URL(url)).copy_with(fragment=None)
        host = parsed.host  # decodes, and so judges, an international name
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchFailed("bad-url", said or _first_line(error)) from error
    if parsed.scheme not in ("http", "https"):
        raise FetchFailed("bad-url", said or f"scheme {parsed.scheme or 'missing'}")
    name, port = _place(parsed)
    if not (_HOST.fullmatch(name) or is_private_literal(host)) or not 0 < port < 65536:
        raise FetchFailed("bad-url", said or "no such host or port can be")
    return parsed


def _redirected(target: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location", "").strip()
    if not location:
        raise FetchFailed("broken", f"{response.status_code} without a Location")
    return _parsed(location, target)


def _sent_on(fetched: Fetched) -> httpx.URL | None:
    """Where a page that is no page of its own leads on to."""
    if fetched.status != 200:
        return None
    address = page_redirect(fetched.final_url, fetched.headers, fetched.body)
    try:
        return _parsed(address) if address else None
    except FetchFailed:  # no address: the page is judged as it is
        return None


def _retry_after(response: httpx.Response) -> float:
    """The seconds that Retry-After asks for, at most MAX_WAIT_S; a date counts from the response's
    own Date.
    """
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value), MAX_WAIT_S)
    until, sent = (
        _http_date(value),
        _http_date(response.headers.get("date", "")) or response.extensions.get("date"),
    )
    return min(max((until - sent).total_seconds(), 0.0), MAX_WAIT_S) if until and sent else 0.0


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _sendable(value: str | None) -> TypeGuard[str]:
    """Whether a header's value, which another server made up, may be sent."""
    return bool(value) and value is not None and value.isascii() and value.isprintable()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no more is known"])[0][:200]
