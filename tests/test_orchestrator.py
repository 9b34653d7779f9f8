"""Prefect's server, one of our own or the operator's: behind a proxy, gone, or something else."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from flows import orchestrator
from flows.errors import KlipingError
from flows.orchestrator import configure, reach, spare_loopback
from tests.edges.misbehaving import Route, Server, drops, page, says_nothing, status
from tests.helpers.clocks import until
from tests.helpers.command import Kliping
from tests.helpers.outlets import files, outlet
from tests.helpers.paths import ROOT

ADVICE = (
    "; start that server, correct the address, or unset PREFECT_API_URL: then a server of its own "
    "is started"
)
NO_PREFECT = "answers, but not as Prefect does; its address ends in /api"
LOCAL = "localhost,127.0.0.1,::1"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without proxies and without Prefect's settings; all changes end with the
    test.
    """
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("PREFECT"):
            del os.environ[name]
    return monkeypatch


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ({}, {}),
        ({"NO_PROXY": "intra.example"}, {"NO_PROXY": "intra.example"}),
        ({"HTTP_PROXY": "http://proxy:3128"}, {"HTTP_PROXY": "http://proxy:3128", "both": LOCAL}),
        ({"http_proxy": "proxy:3128"}, {"http_proxy": "proxy:3128", "both": LOCAL}),
        ({"ALL_PROXY": "http://proxy"}, {"ALL_PROXY": "http://proxy", "both": LOCAL}),
        (
            {"https_proxy": "http://proxy", "NO_PROXY": "intra.example, 127.0.0.1"},
            {
                "https_proxy": "http://proxy",
                "both": "intra.example,127.0.0.1,localhost,::1",
            },
        ),
        (
            {"https_proxy": "http://proxy", "NO_PROXY": "upper", "no_proxy": "lower"},
            {"https_proxy": "http://proxy", "both": f"lower,{LOCAL}"},
        ),
        ({"http_proxy": "http://p", "no_proxy": "*"}, {"http_proxy": "http://p", "both": "*"}),
        ({"ALL_PROXY": "socks5://127.0.0.1:1080"}, {}),
        ({"all_proxy": "socks://127.0.0.1:1080/"}, {}),
        ({"HTTP_PROXY": "http://[proxy"}, {}),
        (
            {"all_proxy": "socks5h://x:1080", "HTTP_PROXY": "http://p"},
            {"HTTP_PROXY": "http://p", "both": LOCAL},
        ),
    ],
)
def test_spare_loopback(
    environment: pytest.MonkeyPatch, given: Mapping[str, str], becomes: Mapping[str, str]
) -> None:
    """NO_PROXY gets this machine's names where there is a proxy, and keeps its own; a proxy that
    Prefect's client cannot read is left out. `both`: NO_PROXY and no_proxy.
    """
    os.environ.update(given)
    for _ in range(2):
        spare_loopback()
        left = {name: value for name, value in os.environ.items() if "proxy" in name.lower()}
        expected = {name: value for name, value in becomes.items() if name != "both"}
        if "both" in becomes:
            expected |= {"NO_PROXY": becomes["both"], "no_proxy": becomes["both"]}
        assert left == expected


WORKS = """
import os, signal, sys
from pathlib import Path
from flows.orchestrator import api
from flows.errors import KlipingError

try:
    with api(Path(sys.argv[1])):
        from prefect import flow

        @flow
        def counted() -> int:
            return 1

        print("ran", counted(), flush=True)
        words = {
            int(entry.name): (entry / "cmdline").read_bytes().split(b"\\0")
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and os.getsid(int(entry.name)) == os.getsid(0)
        }
        [server] = [pid for pid, words in words.items() if b"flows.orchestrator" in words]
        os.kill(server, signal.SIGKILL)
        os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
        counted()
except KlipingError as error:
    print(error)
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")
def test_server_of_our_own_behind_a_proxy(tmp_path: Path) -> None:
    """Where every proxy variable is set, neither the server nor its clients go through it; and a
    server that is killed meanwhile is told in a line.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PREFECT")
    }
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"127.0.0.1:{proxy.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            environment[name] = f"http://{address}"
        for name in ("no_proxy", "NO_PROXY"):
            environment.pop(name, None)
        environment |= {"ALL_PROXY": f"socks5://{address}", "PREFECT_CLIENT_MAX_RETRIES": "0"}
        command = [sys.executable, "-c", WORKS, str(tmp_path)]
        ran = subprocess.run(
            command,
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has knocked
            proxy.accept()
    log = tmp_path / "prefect-server.log"
    lost = f"the Prefect server ended before its time; see {log}, and start again"
    assert (ran.stdout.splitlines(), ran.stderr) == (["ran 1", lost], "")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("after_s", [0.0, 0.5, 2.0])
def test_server_ends_with_who_started_it(tmp_path: Path, after_s: float) -> None:
    """However early that one is killed, no server is left behind."""
    starts = "import sys; from pathlib import Path; from flows.orchestrator import api\n"
    starts += "with api(Path(sys.argv[1])): pass"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PREFECT")
    }
    with subprocess.Popen(
        [sys.executable, "-c", starts, str(tmp_path)],
        env=environment,
        cwd=ROOT,
        start_new_session=True,
    ) as starting:

        def servers() -> list[str]:
            return [entry.name for entry in Path("/proc").iterdir() if _is_of(entry, starting.pid)]

        until(servers)
        time.sleep(after_s)
        starting.kill()
        starting.wait()
        until(lambda: not servers())


def _is_of(process: Path, session: int) -> bool:
    """Whether a process of /proc is a server of the session."""
    try:
        return (
            process.name.isdigit()
            and os.getsid(int(process.name)) == session
            and b"flows.orchestrator" in (process / "cmdline").read_bytes().split(b"\0")
        )
    except OSError:
        return False


VERSION = "/api/admin/version"


@pytest.mark.parametrize(
    ("scheme", "route", "why"),
    [
        ("http", status(404), NO_PREFECT),
        ("http", page("<html>Selamat datang</html>"), NO_PREFECT),
        ("http", page('{"a": 1}', "application/json"), NO_PREFECT),
        ("http", page('"hello"', "application/json"), NO_PREFECT),
        ("http", page('"2.20.4"', "application/json"), "is Prefect 2.20.4, and 3.8 is needed"),
        (
            "http",
            status(401),
            "asks for a login: set PREFECT_API_AUTH_STRING or PREFECT_API_KEY",
        ),
        ("http", status(500), "answers HTTP 500"),
        ("http", status(502), "answers HTTP 502"),
        ("http", says_nothing, "gives no answer within 10 s"),
        ("http", drops, "cannot be asked: Server disconnected without sending a response."),
        ("https", status(200), "does not speak TLS; is it http:// ?"),
    ],
)
def test_server_that_is_none(
    kliping: Kliping, monkeypatch: pytest.MonkeyPatch, scheme: str, route: Route, why: str
) -> None:
    """What is not a Prefect server of our version is named with its address, what it did, and what
    to do.
    """
    if route is says_nothing:
        monkeypatch.setattr(orchestrator, "ANSWERS_WITHIN_S", 1)
    with Server({VERSION: route}) as server:
        url = server.url("/api").replace("http", scheme)
        with pytest.raises(KlipingError) as refused:
            reach(url)
    assert str(refused.value) == f"PREFECT_API_URL: {url} {why}{ADVICE}"


def test_server_that_is_down(kliping: Kliping) -> None:
    """Nobody listens; the address's password is not told."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}/api"
        with pytest.raises(KlipingError) as refused:
            reach(f"http://desk:geheim123@{place}")
    assert str(refused.value).startswith(f"PREFECT_API_URL: http://{place} refuses the connection;")


def test_server_that_is_there(kliping: Kliping) -> None:
    """A Prefect server is believed."""
    reach(kliping.environment["PREFECT_API_URL"])


@pytest.mark.parametrize("url", ["127.0.0.1:4200/api", "ftp://x/api", "http://", "http://[x", "x"])
def test_address_that_is_none(environment: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    """It is refused before Prefect is imported, which would end in a trace."""
    os.environ["PREFECT_API_URL"] = url
    with pytest.raises(KlipingError) as refused:
        configure(tmp_path)
    assert (
        str(refused.value) == f"PREFECT_API_URL: {url} is not the address of a web server{ADVICE}"
    )


@pytest.mark.parametrize("command", ["run", "schedule"])
def test_commands_with_a_server_that_is_none(tmp_path: Path, command: str) -> None:
    """Status 3, and one line, in seconds."""

    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))
    with Server() as server:
        ran = Kliping({**os.environ, "PREFECT_API_URL": server.url("/api")})(command, *options)
        assert (ran.status, ran.out) == (3, "")
        assert ran.err == f"kliping: PREFECT_API_URL: {server.url('/api')} {NO_PREFECT}{ADVICE}\n"
        assert "/api/admin/version" in server.paths()


def test_server_that_answers_with_errors(tmp_path: Path) -> None:
    """One of our version that cannot serve a run is named with its answer; no trace."""

    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))
    told = page(f'"{version("prefect")}"', "application/json")
    with Server({VERSION: told}) as server:  # and 501 to every POST
        environment = {"PREFECT_API_URL": server.url("/api"), "PREFECT_CLIENT_MAX_RETRIES": "0"}
        ran = Kliping({**os.environ, **environment})("run", *options)
        assert (ran.status, ran.out) == (3, "")
        assert (
            ran.err == f"kliping: PREFECT_API_URL: {server.url('/api')} answers HTTP 501{ADVICE}\n"
        )


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/prefect"])
def test_home_that_cannot_be_written(
    environment: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    """PREFECT_HOME is named, with what to do."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    os.environ["PREFECT_HOME"] = home = str(tmp_path / place)
    with pytest.raises(KlipingError) as refused:
        configure(tmp_path / "prefect")
    assert str(refused.value).startswith(f"{home}: cannot be written: ")
    assert str(refused.value).endswith(
        "; set PREFECT_HOME to a directory that can be written, or unset it"
    )


def test_empty_settings_are_unset(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As Prefect has it."""
    os.environ |= {"PREFECT_HOME": "", "PREFECT_API_URL": ""}
    configure(tmp_path)
    assert os.environ["PREFECT_HOME"] == str(tmp_path)
    assert "PREFECT_API_URL" not in os.environ
