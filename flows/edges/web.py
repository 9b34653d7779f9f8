"""The one way to the web: `Web.get` fetches a URL politely, or raises FetchFailed with a reason.

    URL -> scheme and literal address -> robots.txt -> the host's queue -> transport

Every hop of a redirect passes through all of it, including redirects that a page makes itself
(flows.edges.page_redirects). The transport (flows.edges.transports) is live or a replay; a replay
has no delays and no retries. This module owns protego.
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

PRODUCT = "Kliping"  # the token by which robots.txt files may name it

# Waiting, in seconds.
MAX_WAIT_S = 60.0  # the longest that a crawl-delay or a Retry-After may hold up a run
_CONNECT_S = 10.0
_READ_S = 20.0  # between two parts of a response
_BACKOFF_S = 2.0  # before the second try, doubled before the third, give or take half

# How often something is tried or followed.
_TRIES = 3
_MAX_UNANSWERED = 24  # tries in a row after which a host is given up, lest it hold a run for hours
_MAX_REDIRECTS = 5

_MAX_ROBOTS = 512 * 2**10  # bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB
_MAX_DETAIL = 200  # characters of a URL or an error in a message

# Status codes.
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEMPORARY = frozenset({408, 429})  # besides every 5xx
_OVERLOADED = frozenset({429, 502, 503, 504})  # about the host rather than the page
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f]*:[0-9a-f:.]+")

Declared = frozenset[tuple[str, int]]
_Answer = tuple[httpx.Response, bytes]  # a response and its raw body


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response with status 200, or 304 to a conditional request. Header names are lower-case."""

    url: str  # as requested
    final_url: str  # where redirects led
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)  # content-decoded; empty for a 304
    warc: WarcRef
    fetched_at: datetime  # in a replay, the record's date


class Web:
    """Fetches over a transport: hosts concurrently, one request at a time to each. An async context
    manager.
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
        """`contact`: where an outlet reaches the operator, a URL or an e-mail address. `live`
        False: no delays, no retries.
        """
        self._transport = transport
        product = f"{PRODUCT}/{version}"
        self._headers = {
            "User-Agent": f"{product} (+{contact})" if contact else product,
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
        self._answered = False
        self._unanswered = ""

    @property
    def unreachable(self) -> str:
        """Why no server could be reached at all; "" if one answered, or none was asked."""
        return "" if self._answered else self._unanswered

    async def get(
        self,
        url: str,
        *,
        declared: Declared,
        min_delay_s: float,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetched:
        """Fetch a URL. Raises FetchFailed.

        `declared`: the (host, port) pairs that its source declares, which may be private; `etag`,
        `last_modified`: make the request conditional.
        """
        conditions = {
            name: value
            for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified))
            if _sendable(value)
        }
        return await self._follow(
            url, _Manners(declared, min_delay_s, obey_robots=True), conditions
        )

    async def sitemaps(self, url: str, *, declared: Declared, min_delay_s: float) -> list[str]:
        """The sitemaps that the robots.txt of a URL's origin names. Raises FetchFailed."""
        target = _parsed(url)
        manners = _Manners(declared, min_delay_s, obey_robots=True)
        rules = await self._known_rules(target, manners, _place(target) in declared)
        return list(dict.fromkeys(rules.sitemaps))

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
                raise FetchFailed("private-address", chain.describe_target())
            delay_s = manners.min_delay_s
            if manners.obey_robots:
                delay_s = max(delay_s, await self._permission(target, manners, declared))
            headers = {**conditions, **chain.visit()}
            response, payload = await self._request(target, delay_s, headers, declared)
            if response.status_code in _REDIRECTS:
                chain.follow(response, _redirected(target, response))
                continue
            fetched = self._judged(url, target, response, payload, conditional=bool(conditions))
            onward = _page_redirect(fetched)
            if onward is None or not manners.obey_robots:
                return fetched
            chain.follow(response, onward)

    async def _permission(self, target: httpx.URL, manners: "_Manners", declared: bool) -> float:
        """The crawl-delay that the origin's robots.txt asks for, in seconds, 0 if none. Raises
        FetchFailed if it disallows the URL.
        """
        rules = await self._known_rules(target, manners, declared)
        if not rules.can_fetch(str(target), PRODUCT):
            raise FetchFailed("robots", "disallowed by robots.txt")
        return min(rules.crawl_delay(PRODUCT) or 0.0, MAX_WAIT_S)

    async def _known_rules(
        self, target: httpx.URL, manners: "_Manners", declared: bool
    ) -> "Protego":
        """The rules of the origin's robots.txt, which is fetched once. Raises FetchFailed."""
        origin = str(
            target.copy_with(raw_path=b"/robots.txt", fragment=None, username=None, password=None)
        )
        known = self._robots[origin, declared]
        async with known.lock:
            if known.rules is None:
                known.rules = await self._rules(origin, manners)
        if isinstance(known.rules, FetchFailed):
            raise FetchFailed(known.rules.reason, known.rules.detail, known.rules.retry)
        return known.rules

    async def _rules(self, robots_url: str, manners: "_Manners") -> "Protego | FetchFailed":
        """Fetch a robots.txt. As RFC 9309 says, a missing one allows everything, and an unreachable
        one allows nothing.
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
        """One hop: the response and its raw body. Temporary failures are retried; raises
        FetchFailed when that does not help.
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
                    queue.hold(_backoff_s(attempt))
                else:
                    queue.unanswered = 0
                    return answer
        raise AssertionError("the last try returns or raises")

    async def _exchange(
        self, target: httpx.URL, conditions: Mapping[str, str], declared: bool
    ) -> _Answer:
        """One request and its response. Every error of the transport gets its reason here.

        There is no httpx client in between: it would keep cookies, and fail on the Location of some
        redirects.
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
            self._answered = True
            payload = b"".join([part async for part in response.aiter_raw()])
        except PrivateAddressError as error:
            raise FetchFailed("private-address", str(error)) from error
        except BodyError as error:
            raise FetchFailed(error.reason, str(error)) from error
        except OverlongError as error:  # not retried in this run, which it has held up enough
            raise FetchFailed("timeout", str(error), retry=True) from error
        except httpx.TimeoutException as error:
            self._unanswered = "no answer in time"
            raise _TemporaryError("timeout", "no answer in time", of_host=True) from error
        except BrokenOffError as error:
            raise _TemporaryError("broken", str(error), of_host=False) from error
        except httpx.TransportError as error:
            self._unanswered = f"{type(error).__name__}: {_first_line(error)}"
            raise _TemporaryError("broken", self._unanswered, of_host=True) from error
        _raise_for_temporary(response)
        return response, payload

    def _judged(
        self,
        url: str,
        target: httpx.URL,
        response: httpx.Response,
        payload: bytes,
        conditional: bool,
    ) -> Fetched:
        """What a final response comes to. Raises FetchFailed unless it is a 200, or a 304 that was
        asked for.
        """
        status = response.status_code
        if 400 <= status < 500:
            raise FetchFailed("http-4xx", str(status))
        if status != 200 and not (status == 304 and conditional):
            raise FetchFailed("broken", f"unexpected status {status}")
        headers = dict(response.headers)
        body = b""
        if status == 200:
            try:
                body = decoded(payload, headers.get("content-encoding", ""), self._max_body)
            except BodyError as error:
                raise FetchFailed(error.reason, str(error)) from error
        return Fetched(
            url,
            str(target),
            status,
            headers,
            body,
            warc=response.extensions["warc"],
            fetched_at=response.extensions["date"],
        )


class _Chain:
    """The redirects that a URL leads through, and the cookies that they set: some servers redirect
    to the same URL until the cookie comes back.
    """

    def __init__(self, target: httpx.URL) -> None:
        self.target = target
        self.visited: set[tuple[str, str]] = set()  # URLs, each with the cookies sent
        self._cookies = httpx.Cookies()

    def visit(self) -> Mapping[str, str]:
        """Note that the target is requested. Returns the headers to send."""
        cookie = self._cookie()
        self.visited.add((str(self.target), cookie))
        if not cookie:
            return {}
        return {"Cookie": cookie}

    def describe_target(self) -> str:
        """Where the chain has led, for a message."""
        if not self.visited:
            return self.target.host
        return f"redirects to {self.target}"[:_MAX_DETAIL]

    def follow(self, response: httpx.Response, target: httpx.URL) -> None:
        """Make `target` the next hop. Raises FetchFailed for a loop, or too many redirects."""
        response.request = httpx.Request("GET", self.target)
        self._cookies.extract_cookies(response)
        self.target = target
        if (str(target), self._cookie()) in self.visited:
            raise FetchFailed("redirect-loop", f"comes back to {target}"[:_MAX_DETAIL])
        if len(self.visited) > _MAX_REDIRECTS:
            raise FetchFailed("redirect-loop", f"more than {_MAX_REDIRECTS} redirects")

    def _cookie(self) -> str:
        request = httpx.Request("GET", self.target)
        self._cookies.set_cookie_header(request)
        cookie = str(request.headers.get("Cookie", ""))
        if not _sendable(cookie):
            return ""
        return cookie


@dataclass(frozen=True, slots=True)
class _Manners:
    declared: Declared
    min_delay_s: float
    obey_robots: bool


class _TemporaryError(Exception):
    """A failure that may go away. `of_host`: any other page of the host would have failed as well;
    `wait_s`: what the server asked for before the next try.
    """

    def __init__(self, reason: Reason, detail: str, *, of_host: bool, wait_s: float = 0.0) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.of_host = of_host
        self.wait_s = wait_s


class _Origin:
    """What is known of an origin's robots.txt. `rules`: None before it is requested."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.rules: Protego | FetchFailed | None = None


class _HostQueue:
    """Lets through one request at a time to a host, each no sooner than its delay after the one
    before it began.
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
        """Wait for one's turn; with `delay_s` None, only for the request before. Raises FetchFailed
        once the host is given up.
        """
        async with self._lock:
            if delay_s is not None:
                if self._trouble is not None and self.unanswered >= _MAX_UNANSWERED:
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
        """Note a failed try."""
        if error.of_host:
            self.unanswered += 1
        else:
            self.unanswered = 0
        self._trouble = error
        self.hold(error.wait_s)

    def hold(self, seconds: float) -> None:
        """Hold up all requests to the host."""
        self._held_until = max(self._held_until, self._clock() + seconds)


def place(url: str) -> tuple[str, int]:
    """The host and port of a URL, as `declared` holds them. Raises FetchFailed for a URL that
    cannot be requested.
    """
    return _place(_parsed(url))


def _place(url: httpx.URL) -> tuple[str, int]:
    port = _DEFAULT_PORTS.get(url.scheme, 80) if url.port is None else url.port
    return url.raw_host.decode("ascii"), port


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """A URL that can be requested, without its fragment; with `base`, where a redirect from there
    leads. Raises FetchFailed.
    """
    try:
        return _checked(base.join(url) if base else httpx.URL(url))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        detail = f"redirects to {url[:_MAX_DETAIL]}" if base else _first_line(error)
        raise FetchFailed("bad-url", detail) from error


def _checked(url: httpx.URL) -> httpx.URL:
    """The URL without its fragment. Raises ValueError unless it can be requested."""
    parsed = url.copy_with(fragment=None)
    host = parsed.host  # decodes an international name, which may fail
    if parsed.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"scheme {parsed.scheme or 'missing'}")
    name, port = _place(parsed)
    if not (_HOST.fullmatch(name) or is_private_literal(host)) or not 0 < port < 65536:
        raise ValueError("no such host or port can exist")
    return parsed


def _backoff_s(attempt: int) -> float:
    jitter = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
    return _BACKOFF_S * float(2 ** (attempt - 1)) * jitter


def _raise_for_temporary(response: httpx.Response) -> None:
    status = response.status_code
    if status < 500 and status not in _TEMPORARY:
        return
    reason: Reason = "http-5xx" if status >= 500 else "http-4xx"
    raise _TemporaryError(
        reason, str(status), of_host=status in _OVERLOADED, wait_s=_retry_after(response)
    )


def _redirected(target: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location", "").strip()
    if not location:
        raise FetchFailed("broken", f"{response.status_code} without a Location")
    return _parsed(location, target)


def _page_redirect(fetched: Fetched) -> httpx.URL | None:
    """Where a page that only redirects leads."""
    if fetched.status != 200:
        return None
    address = page_redirect(fetched.final_url, fetched.headers, fetched.body)
    if address is None:
        return None
    try:
        return _parsed(address)
    except FetchFailed:  # not a usable URL: the page is taken as it is
        return None


def _retry_after(response: httpx.Response) -> float:
    """The seconds that Retry-After asks for, at most MAX_WAIT_S. A date counts from the response's
    own Date.
    """
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value), MAX_WAIT_S)
    until = _http_date(value)
    sent: datetime | None = response.extensions.get("date")
    sent = _http_date(response.headers.get("date", "")) or sent
    if until is None or sent is None:
        return 0.0
    return min(max((until - sent).total_seconds(), 0.0), MAX_WAIT_S)


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        return date.replace(tzinfo=UTC)
    return date


def _sendable(value: str | None) -> TypeGuard[str]:
    """Whether a header's value, which came from another server, may be sent."""
    return bool(value) and value is not None and value.isascii() and value.isprintable()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no more is known"])[0][:_MAX_DETAIL]
