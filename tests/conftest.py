"""What the tests of whole runs share: a Prefect server for all of them, the command, and a desk
that receives alerts.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.orchestrator import configure, loopback_server
from tests.helpers.command import NIGHT_1, NIGHT_2, Kliping, Ran
from tests.helpers.desks import desk
from tests.helpers.forked import Commands
from tests.helpers.paths import PRESS
from warehouse.directory import private


@pytest.fixture(scope="session")
def kliping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kliping]:
    """The command, with one Prefect server for the whole session: starting one for each run would
    take most of the time.
    """
    home = tmp_path_factory.mktemp("prefect")
    before = dict(os.environ)
    configure(home)
    os.environ["PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS"] = "1"
    with loopback_server(home / "server.log") as url:
        yield Kliping({**os.environ, "PREFECT_API_URL": url})
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def forked(kliping: Kliping, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """The command without the seconds that Python needs to import it, for tests that run it again
    and again.
    """
    return Commands(tmp_path_factory.mktemp("commands"), kliping.environment)


@pytest.fixture(scope="session")
def own_archive(kliping: Kliping, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after both nights, which holds the archive that answered. Copy it."""
    warehouse = tmp_path_factory.mktemp("own") / "warehouse"
    archive = private(warehouse) / "warc" / "press.warc.gz"
    archive.parent.mkdir(parents=True)
    shutil.copy(PRESS / "press.warc.gz", archive)
    with desk() as here:
        for clock in (NIGHT_1, NIGHT_2):
            kliping.night(warehouse, clock, here.url, replay=archive)
    return warehouse


@pytest.fixture(scope="session")
def two_nights(
    kliping: Kliping, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Ran], list[dict[str, Any]]]:
    """Both nights of the invented press, undisturbed: the data directory, how the runs ended, and
    what the desk received.
    """
    warehouse = tmp_path_factory.mktemp("press")
    with desk() as here:
        runs = [kliping.night(warehouse, clock, here.url) for clock in (NIGHT_1, NIGHT_2)]
    return warehouse, runs, here.messages
