"""`kliping schedule`: when it fires, what it says, and that it leaves nothing behind."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.edges.misbehaving import Server, page, says_nothing
from tests.helpers.clocks import LONGEST_S, until
from tests.helpers.command import Kliping
from tests.helpers.outlets import files, outlet, sitemap
from tests.helpers.paths import ROOT
from warehouse.directory import only_run, private

STEPS = {
    "discover",
    "fetch",
    "extract",
    "clean",
    "embed",
    "group",
    "index",
    "match",
    "looked",
    "brief",
    "publish",
    "added",
}


@dataclass
class Scheduled:
    """A `kliping schedule` in a session of its own, with its own Prefect."""

    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text(encoding="utf-8")

    def family(self) -> dict[int, str]:
        """Every live process of the session but the schedule itself, with its command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if (
                    entry.name.isdigit()
                    and os.getsid(int(entry.name)) == self.process.pid
                    and int(entry.name) != self.process.pid
                ):
                    words = (entry / "cmdline").read_bytes().decode().split("\0")
                    if any(
                        words
                    ):  # a process that has ended, but has not been waited for, has none
                        found[int(entry.name)] = " ".join(words)
            except (OSError, ProcessLookupError):
                continue
        return found

    def run(self) -> int:
        """The process of the run in progress."""
        [pid] = [pid for pid, words in self.family().items() if "spawn_main" in words]
        return pid

    def server_process(self) -> int:
        """The process of the Prefect server that it started."""
        [pid] = [pid for pid, words in self.family().items() if "flows.orchestrator" in words]
        return pid

    def server(self) -> str:
        """That server's address."""
        command = self.family()[self.server_process()]
        return f"http://127.0.0.1:{int(command.split()[-1])}/api/health"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def schedule(folder: Path, server: Server) -> Iterator[Scheduled]:
    """One outlet, every five seconds, from a folder that is not the project's."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PREFECT")
    }
    environment |= {
        "PREFECT_HOME": str(folder.parent / "prefect"),
        "PYTHONPATH": str(ROOT),
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    options = map(str, files(folder, outlet("satu", server.url(""), "/satu.xml")))
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        command = [sys.executable, "-m", "flows.cli", "schedule", "--every", "5s", *options]
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=out, stderr=err, start_new_session=True
        )
    scheduled = Scheduled(process, folder)
    try:
        yield scheduled
    finally:
        for pid in (process.pid, *scheduled.family()):
            if process.poll() is None or pid != process.pid:
                os.kill(pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def folder(tmp_path: Path, prefect_database: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "prefect").mkdir()
    shutil.copy(prefect_database, tmp_path / "prefect" / "prefect.db")
    return tmp_path / "elsewhere"


LISTED = page(sitemap(), "application/xml")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc")
def test_schedule(folder: Path) -> None:
    """It fires again and again, also after a run that could not start or was killed; a signal ends
    it and its run; killed, it leaves no server; without its server it ends.

    One test, because a schedule takes a while to get going.
    """
    with Server({"/satu.xml": LISTED}) as server:
        with schedule(folder, server) as scheduled:
            goes_on_until_interrupted(scheduled, folder, server)
        server.routes["/satu.xml"] = LISTED
        with schedule(folder, server) as scheduled:
            leaves_no_server(scheduled)
        with schedule(folder, server) as scheduled:
            ends_without_server(scheduled, folder)
    assert (private(folder / "data") / "prefect-server.log").read_text(encoding="utf-8") == ""


def goes_on_until_interrupted(scheduled: Scheduled, folder: Path, server: Server) -> None:
    def fired() -> int:
        return server.paths().count("/satu.xml")

    with only_run(folder / "data", "the holder"):
        until(lambda: "the holder" in scheduled.err)
    assert fired() == 0
    until(lambda: scheduled.out.count("added  ") == 1)
    assert fired() == 1
    server.routes["/satu.xml"] = says_nothing
    until(lambda: fired() == 2)
    os.kill(scheduled.run(), signal.SIGKILL)
    until(lambda: fired() == 3)
    address = scheduled.server()
    assert answers(address)
    os.killpg(scheduled.process.pid, signal.SIGINT)  # as Ctrl-C at a terminal does
    assert scheduled.process.wait(LONGEST_S) == 0
    until(lambda: not scheduled.family())
    assert not answers(address)
    held = f"{folder / 'data'}: another run holds the lock (the holder); wait for it to end"
    *told, last = scheduled.err.splitlines()
    assert set(told) == {f"kliping: {held}"}
    assert last.startswith(
        "kliping: nightly broke off, and the next run goes on: Process exited with status code: -9."
    )
    first, *lines = scheduled.out.splitlines()
    assert re.fullmatch(
        r"schedule  next run \d{4}-\d\d-\d\d \d\d:\d\d \w+; Prefect at http://127\.0\.0\.1:\d+/api",
        first,
    )
    assert {line[:9].strip() for line in lines} == {*STEPS, "run"}
    assert {line.split()[1] for line in lines if line.startswith("run ")} == {"starts", "ended"}


def leaves_no_server(scheduled: Scheduled) -> None:
    until(lambda: any("flows.orchestrator" in words for words in scheduled.family().values()))
    until(lambda: answers(scheduled.server()))
    scheduled.process.kill()
    scheduled.process.wait()
    until(lambda: not scheduled.family())
    assert scheduled.err == ""


def ends_without_server(scheduled: Scheduled, folder: Path) -> None:
    until(lambda: scheduled.out.count("added  ") == 1)
    os.kill(scheduled.server_process(), signal.SIGKILL)
    assert scheduled.process.wait(LONGEST_S) == 3
    log = private(folder / "data") / "prefect-server.log"
    lost = f"the Prefect server ended before its time; see {log}, and start again"
    assert scheduled.err == f"kliping: {lost}\n"


@pytest.mark.parametrize(
    ("now", "fires"),
    [
        ("2026-03-10T12:00+07:00", "2026-03-11T01:00+07:00"),
        ("2026-03-11T00:59+07:00", "2026-03-11T01:00+07:00"),
        ("2026-03-11T01:01+07:00", "2026-03-12T01:00+07:00"),
        ("2026-03-10T17:30+00:00", "2026-03-10T18:00+00:00"),
    ],
)
def test_schedule_fires_at(kliping: Kliping, now: str, fires: str) -> None:
    """The nightly run starts at 01:00 in Jakarta, whatever the machine's own zone."""
    from prefect.server.schemas.schedules import (
        CronSchedule,  # imported where Prefect is configured already
    )

    from flows.schedule import parse_schedule

    asked = parse_schedule("0 1 * * *", "Asia/Jakarta", None)
    schedule = CronSchedule(cron=asked.cron or "", timezone=asked.timezone)
    [at] = asyncio.run(schedule.get_dates(1, datetime.fromisoformat(now)))
    assert at == datetime.fromisoformat(fires)
    assert at.astimezone(ZoneInfo("Asia/Jakarta")).hour == 1


@pytest.mark.parametrize(
    ("now", "fires"),
    [("01:00", "01:05"), ("05:56", "06:05"), ("06:04", "06:05"), ("06:06", "06:15")],
)
def test_deliveries_between_runs(kliping: Kliping, now: str, fires: str) -> None:
    """They start every ten minutes, and never on the hour, when a run does."""
    from prefect.server.schemas.schedules import CronSchedule

    from flows.schedule import DELIVERIES

    [at] = asyncio.run(
        CronSchedule(cron=DELIVERIES).get_dates(
            1, datetime.fromisoformat(f"2026-03-11T{now}+00:00")
        )
    )
    assert f"{at:%H:%M}" == fires


def test_every(kliping: Kliping) -> None:
    """An interval takes the place of the cron expression."""
    from flows.schedule import parse_schedule

    asked = parse_schedule("0 1 * * *", "Asia/Jakarta", timedelta(seconds=10))
    assert (asked.interval, asked.cron) == (timedelta(seconds=10), None)


@pytest.fixture
def prefect(kliping: Kliping, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect in this process, with the session's server."""
    for name, value in kliping.environment.items():
        monkeypatch.setenv(name, value)
    from prefect.context import refresh_global_settings_context

    refresh_global_settings_context()


def test_unforeseen_error_of_a_scheduled_run(
    prefect: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is one line, and its trace is in a file; what was foreseen is told as it is."""
    from prefect import flow

    from flows.errors import KlipingError
    from flows.schedule import deliver

    @flow(on_failure=deliver.on_failure_hooks)
    def fails(warehouse: str, foreseen: bool) -> None:
        raise KlipingError("penuh") if foreseen else ZeroDivisionError("dua\nbaris")

    private(tmp_path).mkdir()
    for foreseen in (True, False):
        fails(str(tmp_path), foreseen, return_state=True)
    log = private(tmp_path) / "errors.log"
    assert capfd.readouterr() == (
        "",
        "kliping: penuh\n"
        f"kliping: unforeseen ZeroDivisionError: dua baris; its trace is in {log}\n",
    )
    assert "raise KlipingError" in log.read_text(encoding="utf-8")


# ---- what was slept through ----


@pytest.mark.parametrize(
    ("due", "skipped"),
    [
        ("nightly -3, nightly -2, nightly -1", "nightly -3, nightly -2"),
        ("nightly -1, deliver -1, deliver -2", "deliver -2"),
        ("nightly -2, nightly 0, nightly 1, nightly 2", "nightly -2"),
        ("nightly -2 starting, nightly -1", ""),
        ("nightly -3, nightly -2 asked, nightly -1", "nightly -3"),
        ("nightly -1", ""),
        ("", ""),
    ],
)
def test_missed(kliping: Kliping, due: str, skipped: str) -> None:
    """Of the runs of one deployment that are late, the last is done; a person's wish always is.

    Each is a deployment, and the hours from now until it is to start.
    """
    from flows.schedule import missed

    now = datetime(2026, 3, 11, 7, tzinfo=UTC)
    deployments = {"nightly": uuid4(), "deliver": uuid4()}
    runs: dict[str, Any] = {}
    for words in filter(None, due.split(", ")):
        name, hours, *rest = words.split()
        runs[words] = SimpleNamespace(
            id=uuid4(),
            deployment_id=deployments[name],
            next_scheduled_start_time=now + timedelta(hours=int(hours)),
            auto_scheduled="asked" not in rest,
        )
    starting = {run.id for words, run in runs.items() if "starting" in words}
    late = missed(list(runs.values()), now, starting)
    assert sorted(words for words, run in runs.items() if run in late) == sorted(
        filter(None, skipped.split(", "))
    )


def counted(file: str) -> None:
    """What the flow of the next test does, in a process of its own."""
    with Path(file).open("a", encoding="utf-8") as runs:
        runs.write("ran\n")


async def states(deployments: list[UUID]) -> Counter[str]:
    """How many runs of these deployments are in each state."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId

    of_these = DeploymentFilter(id=DeploymentFilterId(any_=deployments))
    async with get_client() as client:
        runs = await client.read_flow_runs(deployment_filter=of_these)
    return Counter(run.state_name or "" for run in runs)


def test_seven_runs_that_were_slept_through_are_made_up_for_by_one(
    prefect: None, tmp_path: Path
) -> None:
    """Seven starts were missed of each of two deployments: each runs once, and Prefect's record
    says why the others did not.
    """
    from prefect import flow
    from prefect.schedules import RRule

    from flows.schedule import CatchUpRunner

    start = datetime.now(UTC) + timedelta(seconds=6)  # the server looks every second for schedules
    before = signal.getsignal(signal.SIGTERM)  # Prefect's runner sets its own
    rule = f"DTSTART:{start:%Y%m%dT%H%M%S}Z\nRRULE:FREQ=SECONDLY;COUNT=7"
    runner = CatchUpRunner(name="late", limit=1, pause_on_shutdown=False)
    names = ("satu", "dua")
    ids: list[Any] = [
        runner.add_flow(
            flow(counted),
            name=name,
            schedule=RRule(rule, timezone="UTC"),
            parameters={"file": str(tmp_path / name)},
        )
        for name in names
    ]

    until(lambda: sum(asyncio.run(states(ids)).values()) == 14)
    until(lambda: datetime.now(UTC) > start + timedelta(seconds=8))
    for _ in range(4):  # one run at a time; without end there would be one each time
        asyncio.run(runner.start(run_once=True))
    signal.signal(signal.SIGTERM, before)
    assert asyncio.run(states(ids)) == {"Completed": 2, "Cancelled": 12}
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in names] == ["ran\n", "ran\n"]
