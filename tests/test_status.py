"""`kliping status`, its metrics, and pings: what they say of a warehouse with planted rows."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.edges.pinging import pinging
from flows.errors import BusyError
from flows.records import Problem
from flows.status import Status, metrics, read_status, scheduled, write_metrics
from tests.helpers.command import ended
from tests.helpers.tables import new_warehouse, plant
from warehouse.directory import private
from warehouse.sizes import Sizes
from warehouse.snapshot import publish

NOW = datetime(2026, 3, 12, 1, tzinfo=UTC)
RUN = {
    "run_id": "b",
    "kind": "run",
    "clock": NOW,
    "started_at": NOW - timedelta(hours=2),
    "finished_at": NOW - timedelta(hours=1),
    "state": "done",
    "links": 9,
    "pages": 8,
    "articles": 7,
    "rejections": 1,
    "stories": -1,
    "hits": 0,
    "alerts": 0,
    "size_bytes": 3_000_000,
}
PROBLEM = {
    "problem_id": "p",
    "source_id": "satu",
    "kind": "failing",
    "opened_at": NOW,
    "detail": "6 of 6 pages",
    "command": 'say "more"',
}


def warehouse(folder: Path, **tables: list[dict[str, Any]]) -> Path:
    """A published data directory with these rows."""
    store = new_warehouse(folder)
    plant(store, {"runs": [RUN], **tables})
    store.close()
    publish(folder)
    return folder


CASES: list[tuple[str, dict[str, list[dict[str, Any]]], list[str]]] = [
    ("all is well", {}, []),
    (
        "a source failed",
        {"runs": [RUN | {"state": "partial"}]},
        ["the last run is partial"],
    ),
    (
        "it was killed",
        {"runs": [RUN | {"state": "running", "finished_at": None}]},
        ["the last run is interrupted"],
    ),
    (
        "a backfill says nothing of the night",
        {"runs": [RUN, RUN | {"run_id": "c", "kind": "backfill", "state": "partial"}]},
        [],
    ),
    (
        "nothing runs",
        {"runs": [RUN | {"started_at": NOW - timedelta(hours=40)}]},
        ["there was no run for 40 hours"],
    ),
    (
        "a problem stands, another is over",
        {"source_problems": [PROBLEM, PROBLEM | {"problem_id": "q", "closed_at": NOW}]},
        ['satu: failing: 6 of 6 pages: say "more"'],
    ),
    (
        "a delivery was given up, one has failed, one waits",
        {
            "deliveries": [
                {"alert_id": "a", "channel": "desk", "state": "dead", "last_error": "410"},
                {"alert_id": "b", "channel": "ops", "state": "pending", "failed_at": NOW}
                | {"last_error": "500"},
                {"alert_id": "c", "channel": "ops", "state": "pending", "failed_at": None},
                {"alert_id": "d", "channel": "ops", "state": "sent"},
            ]
        },
        ["channel desk: 1 given up: 410", "channel ops: 1 not delivered yet: 500"],
    ),
]


@pytest.mark.parametrize(("case", "tables", "wrong"), CASES, ids=[case for case, _, _ in CASES])
def test_what_is_wrong(
    tmp_path: Path, case: str, tables: dict[str, list[dict[str, Any]]], wrong: list[str]
) -> None:
    """What an operator should know has a line, and nothing else has."""
    assert read_status(warehouse(tmp_path, **tables), "m", NOW).wrong == wrong


def test_disk_fills(tmp_path: Path) -> None:
    """At the pace of four weeks: a directory that grew by a megabyte a day."""
    week_ago = {"run_id": "a", "started_at": NOW - timedelta(days=2, hours=2), "size_bytes": 10**6}
    status = read_status(warehouse(tmp_path, runs=[RUN, RUN | week_ago]), "m", NOW)
    assert status.days_left == pytest.approx(
        (status.sizes.free - status.sizes.writer) / 10**6, rel=0.01
    )
    assert read_status(warehouse(tmp_path / "new"), "m", NOW).days_left is None


def test_run_in_progress(tmp_path: Path) -> None:
    """It is known by the lock's file, and only while its process lives."""
    folder = warehouse(tmp_path)
    lock = private(folder) / "run.lock"
    for process, running in ((os.getpid(), True), (2**22 + 1, False)):
        lock.write_text(f"kliping run, process {process}, since then")
        assert (read_status(folder, "m", NOW).running is not None) == running


@pytest.mark.parametrize(
    ("every", "next_run"),
    [
        (None, datetime(2026, 3, 12, 18, tzinfo=UTC)),
        (timedelta(hours=3), NOW + timedelta(hours=1)),
        (timedelta(minutes=5), NOW),
    ],
)
def test_next_run(tmp_path: Path, every: timedelta | None, next_run: datetime) -> None:
    """It is known while the schedule runs."""
    folder = warehouse(tmp_path)
    with scheduled(folder, "0 1 * * *", "Asia/Jakarta", every):
        assert read_status(folder, "m", NOW).next_run == next_run
    assert read_status(folder, "m", NOW).next_run is None


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It exits with 1 where something is wrong, with 3 where nothing is published; as JSON it says
    the same.
    """
    folder = warehouse(tmp_path / "data", source_problems=[PROBLEM])
    shown = ended(capsys, "status", "--warehouse", folder)
    assert shown.status == 1
    assert 'wrong      satu: failing: 6 of 6 pages: say "more"\n' in shown.out
    told = ended(capsys, "status", "--format", "json", "--warehouse", folder)
    assert told.status == 1
    assert json.loads(told.out)["problems"][0]["kind"] == "failing"
    assert json.loads(told.out)["runs"][0]["state"] == "done"
    assert ended(capsys, "status", "--warehouse", tmp_path / "none").status == 3


# ---- metrics ----


def test_metrics_are_prometheus(tmp_path: Path) -> None:
    """Its own parser reads them, and labels come through whatever they hold."""
    problem = Problem("p", 'sa"tu\\', "quiet", NOW, "why", "more")
    sizes = Sizes(1, 2, 3, 4, 5, 6, 7)
    status = Status("0.1", "m", None, None, [RUN], [], [problem], [], sizes, None, NOW)
    path = tmp_path / "collector" / "kliping.prom"
    write_metrics(path, status)
    assert [each.name for each in path.parent.iterdir()] == ["kliping.prom"]
    assert path.read_text() == metrics(status)
    families = {each.name: each for each in text_string_to_metric_families(metrics(status))}
    assert all(each.documentation and each.type == "gauge" for each in families.values())
    [sample] = families["kliping_source_problem"].samples
    assert (sample.labels, sample.value) == ({"source": 'sa"tu\\', "kind": "quiet"}, 1)
    [sample] = families["kliping_last_run_timestamp_seconds"].samples
    assert sample.value == (NOW - timedelta(hours=1)).timestamp()
    parts = families["kliping_size_bytes"].samples
    assert sum(sample.value for sample in parts) == sizes.total


# ---- pings ----


@contextmanager
def switch(status: int) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A dead man's switch on loopback: its address, and what it heard."""
    heard: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((self.path, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/uuid", heard
        server.shutdown()


@pytest.mark.parametrize(("well", "path"), [(True, "/uuid"), (False, "/uuid/fail")])
def test_pings_of_a_run(well: bool, path: str) -> None:
    """Its start, and how it ended, with what it says."""
    wrong: list[str] = []
    with switch(200) as (address, heard), pinging(address, wrong.append) as pings:
        pings.started()
        pings.ended("satu: missed", well=well)
    assert heard == [("/uuid/start", ""), (path, "satu: missed")]
    assert wrong == []


@pytest.mark.parametrize(
    ("error", "paths"), [(ValueError("why"), ["/uuid/fail"]), (BusyError("busy"), [])]
)
def test_pings_of_a_run_that_breaks_off(error: Exception, paths: list[str]) -> None:
    """An error is told, but not that another run is at work."""
    with (
        switch(200) as (address, heard),
        pytest.raises(type(error)),
        pinging(address, print),
    ):
        raise error
    assert [path for path, _ in heard] == paths


def test_a_ping_never_fails_a_run() -> None:
    """A switch that is down, or refuses, is a line without its address."""
    wrong: list[str] = []
    with switch(500) as (address, _), pinging(address, wrong.append) as pings:
        pings.started()
    with pinging(address, wrong.append) as pings:  # nobody listens there any more
        pings.ended("", well=True)
    with pinging("", wrong.append) as pings:
        pings.started()
    assert wrong == [
        "KLIPING_PING_URL: start: it answers 500",
        "KLIPING_PING_URL: success: ConnectError",
    ]
