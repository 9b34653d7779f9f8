"""Prefect as this program uses it: silent, private to a data directory, and with a server that
lives exactly as long as we do.
"""

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from flows.edges.processes import end_with_parent
from flows.errors import KlipingError

# a first start makes the server's database: 13 s on two idle cores, many times that on busy ones
STARTS_WITHIN_S = 180
ANSWERS_WITHIN_S = 10  # the operator's server, which runs already

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
# httpx needs another package for the last two, which is no part of this program
_SPOKEN = ("http", "https", *(("socks5", "socks5h") if find_spec("socksio") else ()))


def spare_loopback() -> None:
    """Keep what goes to this machine itself away from the operator's proxy, in this process and in
    those that it starts: NO_PROXY gets this machine's names, and keeps what it holds.

    A proxy that httpx cannot read is left out altogether: Prefect's client would end at it,
    wherever it is to go.
    """
    for name in list(os.environ):
        if name.lower() in _PROXIES and not _readable(os.environ[name]):
            del os.environ[name]
    if not any(name.lower() in _PROXIES for name in os.environ):
        return  # on macOS a NO_PROXY alone would switch off the proxies of the system's settings
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    names = [name.strip() for name in spared.split(",") if name.strip()]
    if "*" not in names:
        names += [name for name in _LOOPBACK if name not in names]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(names)


def _readable(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.port != 0 and parts.scheme in _SPOKEN
    except ValueError:
        return False


def configure(home: Path) -> None:
    """Set Prefect up through its environment, which counts only before its first import. What the
    operator has set stays. Raises KlipingError where that cannot be used.
    """
    spare_loopback()
    _hush_the_tracker()
    for name in ("PREFECT_HOME", "PREFECT_API_URL"):
        if not os.environ.get(name):  # empty is unset, as for Prefect
            os.environ.pop(name, None)
    _make(home)
    if named := os.environ.get("PREFECT_HOME"):
        _make(Path(named), "; name a directory that can be in PREFECT_HOME, or unset it")
    defaults = {
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # a run's output is ours alone
        # Prefect takes the root logger over, and some of its workers log there
        "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
        # without it the server complains of its own end
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # no telemetry
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    url = os.environ.get("PREFECT_API_URL")
    if url and not _is_address(url):
        raise _no_server(url, "is no address of a web server")


def _hush_the_tracker() -> None:
    """Python's resource tracker, which outlives a run that was killed, would say that it cleans up."""
    told = os.environ.get("PYTHONWARNINGS", "")
    hush = "ignore:resource_tracker:UserWarning"
    if hush not in told:
        os.environ["PYTHONWARNINGS"] = f"{told},{hush}" if told else hush


def _make(directory: Path, advice: str = "") -> None:
    """Make a directory, and see that it can be written."""
    try:
        directory = directory.expanduser()
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home that ~ could mean
        why = getattr(error, "strerror", None) or error
        raise KlipingError(f"{directory}: cannot be written: {why}{advice}") from error


@contextmanager
def api(directory: Path) -> Iterator[Callable[[], bool]]:
    """Prefect's API for the time of the block: the operator's server that PREFECT_API_URL names,
    else one of our own. Yields whether it can still come back, as the operator's always can. Raises
    KlipingError where there is none, or it was lost.

    `directory`: where our own keeps its database and its log.
    """
    configure(directory / "prefect")
    if url := os.environ.get("PREFECT_API_URL"):
        reach(url)
        try:
            yield lambda: True
        except KlipingError:
            raise
        except Exception as error:  # of any kind, where the server has gone: it says why
            reach(url)
            if _is_answer(error):
                raise _no_server(url, _why(error)) from error
            raise
        return
    with own_server(directory / "prefect-server.log") as (url, lives):
        os.environ["PREFECT_API_URL"] = url
        try:
            yield lives
        finally:
            del os.environ["PREFECT_API_URL"]


def end_on_sigterm(flow: object, flow_run: object, state: object) -> None:
    """A hook for a flow that begins to run: SIGTERM ends its process at once, as SIGKILL would, and
    the next run goes on.

    Prefect would raise an exception wherever Python is just then. Of 24 runs that were ended so
    while they fetched, four never noticed, and two printed a trace of their own.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


# ---- a server of the operator's ----


def reach(url: str) -> None:
    """Ask the server at the address which Prefect it is. Raises KlipingError, in a line that says
    what to do, unless it is one that this program can work with.
    """
    try:
        version = asyncio.run(_version(url))
    except Exception as error:  # httpx's, Prefect's or a parser's: whatever it is, no Prefect
        raise _no_server(url, _why(error)) from error
    if not isinstance(version, str) or not version[:1].isdigit():
        raise _no_server(url, "answers, but not as Prefect does; its address ends in /api")
    if version.partition(".")[0] != "3":
        raise _no_server(url, f"is Prefect {version}, and 3.8 is needed")


async def _version(url: str) -> object:
    """The server's version, asked for as Prefect's own client does: with the operator's
    certificates and credentials, but once.
    """
    import prefect
    from prefect.client.base import ServerType
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    with temporary_settings({PREFECT_API_URL: url, PREFECT_CLIENT_MAX_RETRIES: 0}):
        async with asyncio.timeout(ANSWERS_WITHIN_S), get_client() as client:
            if client.server_type == ServerType.CLOUD:  # which has no version
                if error := await client.api_healthcheck():
                    raise error
                return prefect.__version__
            version: object = await client.api_version()
            return version


def _no_server(url: str, why: str) -> KlipingError:
    return KlipingError(
        f"PREFECT_API_URL: {_without_password(url)} {why}; start that server, correct the address, or "
        "unset PREFECT_API_URL: then a server of its own is started"
    )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, f"gives no answer within {ANSWERS_WITHIN_S} s"),
    (ssl.SSLCertVerificationError, "has a certificate that is not trusted"),
    (ssl.SSLError, "does not speak TLS; is it http:// ?"),
    (ConnectionRefusedError, "refuses the connection"),
    (socket.gaierror, "has a name that is not known"),
    (json.JSONDecodeError, "answers, but not as Prefect does; its address ends in /api"),
)
_STATUSES = {
    401: "asks for a login: set PREFECT_API_AUTH_STRING or PREFECT_API_KEY",
    403: "refuses the login",
    404: "answers, but not as Prefect does; its address ends in /api",
}


def _is_answer(error: BaseException) -> bool:
    """Whether the error is what a Prefect server answered, as a busy one does with 503."""
    from prefect.exceptions import PrefectHTTPStatusError

    return isinstance(error, PrefectHTTPStatusError)


def _why(error: BaseException) -> str:
    """What an address did, from the error that says most about it."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return _STATUSES.get(status, f"answers HTTP {status}")
    for kind, reason in _REASONS:
        if any(isinstance(link, kind) for link in chain):
            return reason
    return f"cannot be asked: {' '.join(str(error).split())[:200] or type(error).__name__}"


# ---- a server of our own ----


@contextmanager
def loopback_server(log: Path) -> Iterator[str]:
    """A Prefect server on a free loopback port, for the time of the block; yields its API's
    address. Call `configure` first.
    """
    with own_server(log) as (url, _):
        yield url


@contextmanager
def own_server(log: Path) -> Iterator[tuple[str, Callable[[], bool]]]:
    """The same; yields also whether it still lives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"PREFECT_API_URL": url, "PREFECT_UI_API_URL": url}
    with log.open("w") as output:
        command = [sys.executable, "-m", __spec__.name, str(os.getpid()), str(port)]
        # in a process group of its own: Ctrl-C is for us, who need the server to end in order
        server = subprocess.Popen(  # noqa: S603 - our own words
            command, stdout=output, stderr=output, env=environment, process_group=0
        )
        try:
            _await(f"{url}/health", server, log)
            yield url, lambda: server.poll() is None
        except KlipingError:
            raise
        except (
            Exception
        ) as error:  # of any kind, once the server has ended; others go on as they are
            if server.poll() is None and _is_answer(error):
                raise KlipingError(
                    f"the Prefect server {_why(error)}; see {log}, and start again"
                ) from error
            if server.poll() is None:
                raise
            raise KlipingError(
                f"the Prefect server ended before its time; see {log}, and start again"
            ) from error
        finally:
            server.terminate()
            server.wait()


def _await(health: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with direct.open(health, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise KlipingError(f"the Prefect server did not start; see {log}")


def _serve(parent: int, port: int) -> None:
    end_with_parent(parent)

    import uvicorn
    from prefect.server.api.server import create_app

    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the run, which still tells this server how it ended
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(), host="127.0.0.1", port=port, log_level="error", timeout_keep_alive=60
        )
    )
    serving = threading.Thread(
        target=server.run
    )  # off the main thread uvicorn takes no signal handlers
    serving.start()
    serving.join()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
