"""What stands before every page of the reading room: who may ask, and what every answer says.

guarded(app, host names) -> app

A page of another site can make a browser ask any address for it, and a name of that site can lead
to this machine (DNS rebinding). So only known host names are answered, nothing can be changed, and
no answer can be framed, read, or run by another site.
"""

from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
METHODS = ("GET", "HEAD")

HEADERS: Mapping[str, str] = {
    # nothing is loaded but the style sheet, and forms lead here: pages have no script
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",  # outlets need not know what a desk asks
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


def guarded(app: ASGIApp, host_names: Iterable[str]) -> ASGIApp:
    """The app, for requests that read, under loopback's names and these, and with the headers."""
    known = TrustedHostMiddleware(app, [*LOOPBACK, *host_names], www_redirect=False)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # a web socket: nothing here speaks on one
        inner = known if scope["method"] in METHODS else _only_reads
        if len(Headers(scope=scope).getlist("host")) > 1:
            inner = _one_host
        await inner(scope, receive, send_with_headers)

    return answer


_only_reads = PlainTextResponse(
    "This site only reads.\n", 405, headers={"Allow": ", ".join(METHODS)}
)
_one_host = PlainTextResponse("Expected one Host header.\n", 400)
