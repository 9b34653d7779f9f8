"""A PostgreSQL server of the tests' own, on loopback, in a folder of its own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_USER = "kliping"
_OWNER = "postgres"  # where the tests are root's
# Debian has several versions beside each other, and their programs on no path.
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Postgres:
    """A server that runs. `folder`: its data, its log, and the file of its socket."""

    programs: Path
    folder: Path
    port: int

    def catalogue(self, name: str, user: str = _USER) -> str:
        """A database as `--warehouse` names it."""
        return f"ducklake:postgres:dbname={name} host=127.0.0.1 port={self.port} user={user}"

    def create(self, name: str) -> str:
        """A new, empty database, as `--warehouse` names it."""
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, name)
        return self.catalogue(name)

    def guard(self, user: str, password: str) -> None:
        """Add a user who must give a password."""
        rules = self.folder / "data" / "pg_hba.conf"
        rule = f"host all {user} 127.0.0.1/32 scram-sha-256\n"
        rules.write_text(rule + rules.read_text(encoding="utf-8"), encoding="utf-8")
        self.ask("postgres", f"create role {user} login password '{password}'")
        self.ask("postgres", "select pg_reload_conf()")

    def ask(self, name: str, sql: str) -> str:
        """What a statement answers in a database, as text."""
        server = ("-h", "127.0.0.1", "-p", str(self.port), "-U", _USER)
        return self.run("psql", *server, "-d", name, "-Atc", sql).strip()

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def start(self) -> None:
        given = (
            f"-p {self.port} -F -c listen_addresses=127.0.0.1 "
            f"-c unix_socket_directories={self.folder}"
        )
        log, data = str(self.folder / "log"), str(self.folder / "data")
        self.run("pg_ctl", "-D", data, "-l", log, "-o", given, "-w", "start")

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs. The server refuses to be root."""
        is_root = os.geteuid() == 0
        ran = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE if program in ("psql", "createdb") else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
            user=_OWNER if is_root else None,
            extra_groups=[] if is_root else None,
        )
        return ran.stdout or ""


def programs() -> Path | None:
    """Where PostgreSQL's programs are; None if it is not installed."""
    on_path = shutil.which("initdb")
    found = [Path(on_path)] if on_path else sorted(_DEBIAN.glob("*/bin/initdb"))
    return found[-1].resolve().parent if found else None


def missing() -> str:
    """What the tests of lakes lack; "" if they have everything."""
    if programs() is None:
        return "PostgreSQL is not installed: apt-get install postgresql"
    if find_spec("duckdb_extension_ducklake") is None:
        return "the packages of a lake are not installed: pip install -e '.[lake]'"
    return ""


@contextmanager
def running() -> Iterator[Postgres]:
    """A server, until the block ends. Skips the test if there is no PostgreSQL."""
    where = programs()
    if where is None or missing():
        pytest.skip(missing())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not in pytest's folder, which is root's alone where the tests are.
    with TemporaryDirectory(prefix="kliping-postgres-") as folder:
        server = Postgres(where, Path(folder), port)
        if os.geteuid() == 0:
            shutil.chown(folder, _OWNER)
        data = str(server.folder / "data")
        server.run("initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.kill()
