"""Prefect as this program uses it: silent, private to a data directory, and with a server that
lives exactly as long as this process.
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

from flows.addresses import is_address
from flows.edges.processes import end_with_parent
from flows.errors import KlipingError
from flows.loading import uncollected

# A first start creates the server's database: 13 s on two idle cores, many times that on busy ones.
STARTS_WITHIN_S = 180
ANSWERS_WITHIN_S = 10  # the operator's server, which is already running
_HEALTH_TIMEOUT_S = 5
_KEEP_ALIVE_S = 60

# The Prefect that is needed, and the series whose servers it can talk to.
_NEEDED, _MAJOR = "3.8", "3"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
# httpx needs an extra package for the last two, which this program does not require.
_PROXY_SCHEMES = ("http", "https", *(("socks5", "socks5h") if find_spec("socksio") else ()))


def spare_loopback() -> None:
    """Keep requests to this machine away from the operator's proxy, in this process and those that
    it starts, by adding the names of loopback to NO_PROXY.

    A proxy that httpx cannot parse is removed: it would make every request of Prefect's client
    fail.
    """
    for name in list(os.environ):
        if name.lower() in _PROXIES and not _readable(os.environ[name]):
            del os.environ[name]
    if not any(name.lower() in _PROXIES for name in os.environ):
        return  # on macOS, NO_PROXY alone would turn off the proxies of the system's settings
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    names = [name.strip() for name in spared.split(",") if name.strip()]
    if "*" not in names:
        names += [name for name in _LOOPBACK if name not in names]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(names)


def _readable(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.port != 0 and parts.scheme in _PROXY_SCHEMES
    except ValueError:
        return False


def configure(home: Path) -> None:
    """Configure Prefect through the environment, before it is first imported. What the operator has
    set stays. Raises KlipingError if that cannot be used.
    """
    spare_loopback()
    _silence_resource_tracker()
    for name in ("PREFECT_HOME", "PREFECT_API_URL"):
        if not os.environ.get(name):  # to Prefect, too, empty means unset
            os.environ.pop(name, None)
    _make(home)
    if named := os.environ.get("PREFECT_HOME"):
        _make(Path(named), "; set PREFECT_HOME to a directory that can be written, or unset it")
    defaults = {
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # the output of a run is this program's only
        # Prefect takes over the root logger, and some of its workers log there.
        "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
        # Otherwise the server complains when it ends.
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # no telemetry
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    url = os.environ.get("PREFECT_API_URL")
    if url and not is_address(url):
        raise _no_server(url, "is not the address of a web server")


def _silence_resource_tracker() -> None:
    """Silence Python's resource tracker, which reports its clean-up after a run was killed."""
    filters = os.environ.get("PYTHONWARNINGS", "")
    silence = "ignore:resource_tracker:UserWarning"
    if silence not in filters:
        os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (filters, silence)))


def _make(directory: Path, advice: str = "") -> None:
    """Create a directory, and check that it can be written."""
    try:
        directory = directory.expanduser()
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home directory for ~
        why = getattr(error, "strerror", None) or error
        raise KlipingError(f"{directory}: cannot be written: {why}{advice}") from error


@contextmanager
def api(directory: Path) -> Iterator[Callable[[], bool]]:
    """Provide Prefect's API during the block: the operator's server in PREFECT_API_URL, or else one
    of our own. Yields a function that says whether the server is, or may come back, alive. Raises
    KlipingError if there is none, or it was lost.

    `directory`: where our own server keeps its database and its log.
    """
    configure(directory / "prefect")
    if url := os.environ.get("PREFECT_API_URL"):
        reach(url)
        try:
            yield lambda: True
        except KlipingError:
            raise
        except Exception as error:  # a lost server can cause an error of any kind
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
    the next run continues.

    Prefect would raise an exception wherever Python happens to be. Of 24 runs terminated like that
    while they fetched, four did not notice, and two printed a traceback.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


# ---- the operator's server ----


def reach(url: str) -> None:
    """Ask a server for its version. Raises KlipingError, whose message says what to do, unless it
    is one that this program can use.
    """
    try:
        version = asyncio.run(_version(url))
    except Exception as error:  # of httpx, Prefect, or a parser
        raise _no_server(url, _why(error)) from error
    if not isinstance(version, str) or not version[:1].isdigit():
        raise _no_server(url, _NOT_PREFECT)
    if version.partition(".")[0] != _MAJOR:
        raise _no_server(url, f"is Prefect {version}, and {_NEEDED} is needed")


async def _version(url: str) -> object:
    """The server's version, requested once with Prefect's client, and so with the operator's
    certificates and credentials.
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
        f"PREFECT_API_URL: {_without_password(url)} {why}; start that server, correct the "
        "address, or unset PREFECT_API_URL: then a server of its own is started"
    )


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


_NOT_PREFECT = "answers, but not as Prefect does; its address ends in /api"
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, f"gives no answer within {ANSWERS_WITHIN_S} s"),
    (ssl.SSLCertVerificationError, "has a certificate that is not trusted"),
    (ssl.SSLError, "does not speak TLS; is it http:// ?"),
    (ConnectionRefusedError, "refuses the connection"),
    (socket.gaierror, "has a name that is not known"),
    (json.JSONDecodeError, _NOT_PREFECT),
)
_STATUSES = {
    401: "asks for a login: set PREFECT_API_AUTH_STRING or PREFECT_API_KEY",
    403: "refuses the login",
    404: _NOT_PREFECT,
}


def _is_answer(error: BaseException) -> bool:
    """Whether an error is the response of a Prefect server, such as 503 from a busy one."""
    from prefect.exceptions import PrefectHTTPStatusError

    return isinstance(error, PrefectHTTPStatusError)


def _why(error: BaseException) -> str:
    """What a server did, by the most telling error of a chain."""
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
    """Run a Prefect server on a free loopback port during the block. Yields its API's URL. Call
    `configure` first.
    """
    with own_server(log) as (url, _):
        yield url


@contextmanager
def own_server(log: Path) -> Iterator[tuple[str, Callable[[], bool]]]:
    """The same, but also yields a function that says whether the server is alive."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "PREFECT_API_URL": url,
        "PREFECT_UI_API_URL": url,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),  # which finds this module
    }
    with log.open("w") as output:
        # -P: the current directory may hold other packages of these names
        command = [sys.executable, "-P", "-m", __spec__.name, str(os.getpid()), str(port)]
        # In a process group of its own, so that Ctrl-C does not reach it: this process needs it to
        # end in an orderly way.
        server = subprocess.Popen(  # noqa: S603 - no input of others
            command, stdout=output, stderr=output, env=environment, process_group=0
        )
        try:
            _await(f"{url}/health", server, log)
            yield url, lambda: server.poll() is None
        except KlipingError:
            raise
        except Exception as error:  # a server that ended can cause an error of any kind
            if server.poll() is not None:
                raise KlipingError(
                    f"the Prefect server ended before its time; see {log}, and start again"
                ) from error
            if not _is_answer(error):
                raise
            raise KlipingError(
                f"the Prefect server {_why(error)}; see {log}, and start again"
            ) from error
        finally:
            server.terminate()
            server.wait()


def _await(health: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with direct.open(health, timeout=_HEALTH_TIMEOUT_S):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise KlipingError(f"the Prefect server did not start; see {log}")


def _serve(parent: int, port: int) -> None:
    end_with_parent(parent)

    with uncollected():
        import uvicorn
        from prefect.server.api.server import create_app

        application = create_app()
    # Ctrl-C is for the run, which still has to tell this server how it ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        log_level="error",
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    # Outside of the main thread, uvicorn installs no signal handlers.
    serving = threading.Thread(target=uvicorn.Server(config).run)
    serving.start()
    serving.join()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
