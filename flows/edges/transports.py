"""The seam to the network: httpx transports, of which a run uses one stack.

    live:    ArchivingTransport(LiveTransport(), writer, …)   archives every response first
    replay:  ReplayTransport(archives, now)                   answers from WARC files

Both return the raw body, still content-encoded, and name its record in the response's extensions
`warc` (a WarcRef) and `date`. The request's extension `declared` says that its source declares the
host and port, which may then be private.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import httpcore
import httpx

from flows.addresses import is_private
from flows.edges.archive import Truncation, Unreadable, WarcWriter, read, scan
from flows.errors import BodyError
from flows.records import WarcRef

Resolve = Callable[[str, int], Awaitable[list[str]]]

MAX_PAYLOAD = 8 * 2**20  # bytes of one response before content decoding
TOTAL_S = 45.0  # from the request to the last byte of the response
_MAX_ADDRESSES = 3  # tried per host: enough to get past a dead one


class PrivateAddressError(Exception):
    """A name resolves to private addresses only."""


class OverlongError(httpx.ReadTimeout):
    """The response arrived, but was not complete in time."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order of the system's resolver. Raises OSError if there are
    none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


class BrokenOffError(httpx.ReadError):
    """The response began, but the connection was lost before its end."""


class LiveTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over TCP and TLS. Requests to declared hosts, which may be private, never share
    connections with others.
    """

    def __init__(self, resolve: Resolve = resolve) -> None:
        tls = _tls()
        self._public = httpcore.AsyncConnectionPool(
            tls, keepalive_expiry=30, max_connections=None, network_backend=_PublicNetwork(resolve)
        )
        self._declared = httpcore.AsyncConnectionPool(
            tls, keepalive_expiry=30, max_connections=None
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        url = request.url
        pool = self._declared if request.extensions.get("declared") else self._public
        with _httpx_errors():
            response = await pool.handle_async_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._public.aclose()
        await self._declared.aclose()


class ArchivingTransport(httpx.AsyncBaseTransport):
    """Reads each response to its end, within limits of size and time, and archives it, even if it
    breaks off.

    Raises BodyError for a response that is too large, OverlongError for one that takes too long.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        writer: WarcWriter,
        *,
        clock: Callable[[], datetime],
        max_payload: int = MAX_PAYLOAD,
        total_s: float = TOTAL_S,
    ) -> None:
        self._inner = inner
        self._writer = writer
        self._clock = clock
        self._max_payload = max_payload
        self._total_s = total_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        date = self._clock()
        payload = bytearray()
        response: httpx.Response | None = None
        failure: Exception | None = None
        try:
            async with asyncio.timeout(self._total_s):
                response = await self._inner.handle_async_request(request)
                async for part in response.aiter_raw():
                    payload += part
                    if len(payload) > self._max_payload:
                        raise BodyError("too-large", f"more than {self._max_payload} bytes")
        except TimeoutError:
            failure = OverlongError(f"not whole after {self._total_s:g} s")
        except (httpx.NetworkError, httpx.ProtocolError) as error:
            failure = error
            if response is not None:
                failure = BrokenOffError(f"broke off after {len(payload)} bytes")
        except (httpx.TimeoutException, BodyError) as error:
            failure = error
        finally:
            if response is not None:
                await response.aclose()
        if response is None:
            assert failure is not None
            raise failure
        ref = self._writer.append(
            str(request.url),
            date,
            response.status_code,
            response.reason_phrase,
            response.headers.raw,
            bytes(payload[: self._max_payload]),
            _truncation(failure),
        )
        if failure is not None:
            raise failure
        return _response(response.status_code, response.headers.raw, bytes(payload), ref, date)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Capture(NamedTuple):
    """An archived response. The greatest is the best: a 200 rather than any other status, whole
    rather than truncated, new rather than old, and the later of two records.
    """

    ok: bool
    whole: bool
    date: datetime
    ref: WarcRef


class ReplayTransport(httpx.AsyncBaseTransport):
    """Answers every request from archives: with the newest 200 captured by `now`, or else the
    newest other response, or else a 404.

    Building the index reads each archive once. Bodies are read when they are requested.
    """

    def __init__(self, archives: Iterable[Path], now: datetime | None = None) -> None:
        """`now` None: every capture counts."""
        self.newest: datetime | None = None  # the date of the newest response, even after `now`
        self.unreadable: list[Unreadable] = []
        self._captures: dict[str, _Capture] = {}
        for found in scan(archives):
            if isinstance(found, Unreadable):
                self.unreadable.append(found)
                continue
            self.newest = max(self.newest or found.date, found.date)
            if now is None or found.date <= now:
                capture = _Capture(
                    found.status == 200, found.truncated is None, found.date, found.ref
                )
                key = _lookup_key(found.url)
                if key not in self._captures or self._captures[key][:3] <= capture[:3]:
                    self._captures[key] = capture

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        capture = self._captures.get(_lookup_key(str(request.url)))
        if capture is None:
            return httpx.Response(404, stream=httpx.ByteStream(b""))
        found = read(capture.ref)
        if found.truncated == "length":
            raise BodyError("too-large", "cut when it was archived")
        if found.truncated == "time":
            raise OverlongError("cut when it was archived")
        if found.truncated is not None:
            raise BodyError("broken", "cut when it was archived")
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in found.headers.items()
        ]
        return _response(found.status, headers, found.payload, found.ref, found.date)


class _PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, and to the very address that was checked, so that a second
    resolution cannot differ.
    """

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._public_addresses(host, port, timeout)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(
            addresses[-1], port, timeout, local_address, socket_options
        )

    async def _public_addresses(self, host: str, port: int, timeout: float | None) -> list[str]:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no answer for the name {host}") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} does not resolve") from error
        public = [address for address in addresses if not is_private(ip_address(address))]
        if not public:
            raise PrivateAddressError(f"{host} is {addresses[0]}")
        return public[:_MAX_ADDRESSES]


@cache
def _tls() -> ssl.SSLContext:
    """The trusted certificates, read once: that takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class _Stream(httpx.AsyncByteStream):
    """httpcore's body stream with httpx's errors."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        await self._response.aclose()


@contextmanager
def _httpx_errors() -> Iterator[None]:
    """Raise httpcore's errors as httpx's, which have the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


def _response(
    status: int, headers: list[tuple[bytes, bytes]], payload: bytes, ref: WarcRef, date: datetime
) -> httpx.Response:
    kept = [(name, value) for name, value in headers if name.lower() != b"transfer-encoding"]
    return httpx.Response(
        status,
        headers=kept,
        stream=httpx.ByteStream(payload),
        extensions={"warc": ref, "date": date},
    )


def _truncation(failure: Exception | None) -> Truncation | None:
    match failure:
        case None:
            return None
        case BodyError():
            return "length"
        case httpx.TimeoutException():
            return "time"
        case _:
            return "disconnect"


def _lookup_key(url: str) -> str:
    """What equal URLs share: scheme and host in lower case, no default port, no fragment, a path,
    escapes in upper case. A URL that httpx cannot parse is equal only to itself.
    """
    try:
        parsed = httpx.URL(url)
        netloc, path = parsed.netloc.decode("ascii"), parsed.raw_path.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        return url
    plain = f"{parsed.scheme}://{netloc}{path}"
    return re.sub("%[0-9a-fA-F]{2}", lambda escape: escape[0].upper(), plain)
