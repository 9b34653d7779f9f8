"""`kliping browse` as a process."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.helpers.command import Ran, ended
from tests.helpers.paths import ROOT
from tests.helpers.reading_room import published_archive


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive")
    published_archive(path)
    return path


@contextmanager
def browsing(directory: Path, *more: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The running command, and the address that it prints."""
    command = [sys.executable, "-m", "flows.cli", "browse", "--port", "0", *more]
    process = subprocess.Popen(
        [*command, "--warehouse", str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://\S+/", line)
        assert found, (line, process.stderr and process.stderr.read())
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def stopped(process: "subprocess.Popen[str]", number: int) -> Ran:
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return Ran(process.returncode, out, err)


def test_serves_until_interrupted(directory: Path) -> None:
    """It prints its address, answers there under loopback's names and those it is told, and ends
    quietly with Ctrl-C.
    """
    with browsing(directory, "--allow-host", "kliping.example", "dua.example") as (process, at):
        names = {"": 200, "kliping.example": 200, "dua.example:80": 200, "evil.example": 400}
        for name, status in names.items():
            response = httpx.get(f"{at}stories/0001", headers={"Host": name} if name else {})
            assert response.status_code == status
        assert "server" not in response.headers
        assert stopped(process, signal.SIGINT) == Ran(0, "", "")


def test_bytes_that_are_no_request(directory: Path) -> None:
    """What is not HTTP, or too long to be an address, is refused, and the next one is answered."""
    with browsing(directory) as (process, at):
        host, port = at.removeprefix("http://").rstrip("/").split(":")
        for sent in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n"):
            with socket.create_connection((host, int(port)), timeout=20) as connection:
                connection.sendall(sent)
                assert b"Traceback" not in connection.recv(65_536)
        assert httpx.get(at).status_code == 200
        assert stopped(process, signal.SIGTERM).err == ""


def test_port_is_taken(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A port that another program has is told in a line, and so is an address that is none."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ran = ended(capsys, "browse", "--port", port, "--warehouse", directory)
    assert ran.status == 2
    assert ran.err.startswith(f"kliping: 127.0.0.1:{port}: cannot be listened at: ")
    assert ran.err.count("\n") == 1
    ran = ended(capsys, "browse", "--host", "256.1.1.1", "--port", "0")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)


IMPORTED = """
import sys
from flows.cli import main
try:
    main(sys.argv[1:])
finally:
    heavy = {"prefect", "torch", "starlette", "uvicorn"} & set(sys.modules)
    print("imported:", sorted(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["-h"], ["browse", "-h"]], ids=" ".join)
def test_start(arguments: list[str]) -> None:
    """To tell what there is, nothing of the server is loaded."""
    ran = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "imported: []\n")
