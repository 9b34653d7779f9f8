"""What the tests of whole runs share: a Prefect server for all of them, the command, and a desk
that receives alerts.
"""

import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import certifi
import hypothesis  # noqa: F401 - as it is imported, it asks the collector who knows its generators
import pytest

from flows.orchestrator import configure, loopback_server
from tests.helpers.command import Kliping
from tests.helpers.forked import Commands
from tests.helpers.press_nights import PressNights, run_nights
from tests.helpers.shared import once

# The files that take longest, in CPU seconds: what begins last is not to be what ends last.
_LONGEST = (
    "test_lake",
    "test_nightly",
    "test_schedule",
    "test_cli",
    "test_health",
    "test_forget",
    "test_steps",
    "test_stories",
    "test_workers",
    "test_retention",
    "test_warehouse",
)

_NEW_DATABASE = "new.db"
_END = "-----END CERTIFICATE-----"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    items.sort(key=lambda item: (*_LONGEST, item.path.stem).index(item.path.stem))


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from what stays: ten thousand tests, and what they import."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def kliping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kliping]:
    """The command, with one Prefect server for the whole session: starting one for each run would
    take most of the time.
    """
    home = tmp_path_factory.mktemp("prefect")
    before = dict(os.environ)
    configure(home)
    os.environ["PREFECT_API_SSL_CERT_FILE"] = str(_one_authority(home))
    os.environ["PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS"] = "1"
    with loopback_server(home / "server.log") as url:
        _copy_database(home / "prefect.db", home / _NEW_DATABASE)
        yield Kliping({**os.environ, "PREFECT_API_URL": url})
    os.environ.clear()
    os.environ.update(before)


def _copy_database(database: Path, target: Path) -> None:
    """Copy a database of SQLite's that its server has open."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


@pytest.fixture(scope="session")
def prefect_database(kliping: Kliping) -> Path:
    """The database of a Prefect server that has just begun, which takes longer to make than the
    server takes to start.
    """
    return Path(kliping.environment["PREFECT_HOME"]) / _NEW_DATABASE


def _one_authority(folder: Path) -> Path:
    """A file with one authority's certificate. Each run makes a dozen clients of Prefect's, and
    each of them reads all that certifi has, .03 s of processor time, though the server speaks HTTP.
    """
    first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition(_END)
    file = folder / "authority.pem"
    file.write_text(f"{first}{end}\n", encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def forked(kliping: Kliping, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """The command without the seconds that Python needs to import it, for tests that run it again
    and again.
    """
    # Each process that extracts takes a second to import what it needs.
    environment = {"KLIPING_WORKERS": "processes:1", **kliping.environment}
    return Commands(tmp_path_factory.mktemp("commands"), environment)


@pytest.fixture(scope="session")
def nights(
    kliping: Kliping, forked: Commands, tmp_path_factory: pytest.TempPathFactory
) -> PressNights:
    """Both nights of the invented press, undisturbed: run once, for all processes of the session.
    For reading only; `filled` is a copy.
    """

    def run(folder: Path) -> None:
        run_nights(kliping, forked, folder)

    return PressNights.read(once(tmp_path_factory, "nights", run))


@pytest.fixture
def filled(nights: PressNights, tmp_path: Path) -> Path:
    """A data directory of the test's own, after both nights. It holds the archive that answered."""
    return shutil.copytree(nights.warehouse, tmp_path / "warehouse")
