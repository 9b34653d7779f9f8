"""How the whole stands: the last runs, problems, deliveries, and the disk, as the published
snapshot has them. A run in progress is known by its lock, and the schedule by what it leaves beside
that.

    read_status(directory, model, now)  -> Status
    metrics(status, now)                -> the same as a text file for Prometheus
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim

from flows import __version__
from flows.records import Problem
from warehouse.directory import private
from warehouse.named import Row
from warehouse.reader import Reader
from warehouse.sizes import Sizes, sizes

NIGHTS = 7
_OVERDUE = timedelta(hours=36)  # a nightly run that was left out, and half a day
_FEW_DAYS = 14  # in which a disk can be made larger


@dataclass(frozen=True, slots=True)
class Status:
    """`running`: the run in progress, as its lock names it; `next_run`: None if no schedule is
    known; `runs`: the newest first; `sources`: what each gave on its last day; `undelivered`: by
    channel and state; `days_left`: until the disk is full at this pace, None if that is not known
    or it does not grow.
    """

    version: str
    model: str
    running: str | None
    next_run: datetime | None
    runs: Sequence[Row]
    sources: Sequence[Row]
    problems: Sequence[Problem]
    undelivered: Sequence[Row]
    sizes: Sizes
    days_left: float | None
    now: datetime

    @property
    def wrong(self) -> list[str]:
        """What is wrong, a line each; none if all is well."""
        return [*self._wrong_runs(), *self._wrong_deliveries(), *self._wrong_disk()]

    def _wrong_runs(self) -> Iterator[str]:
        nightly = [run for run in self.runs if run["kind"] == "run"]
        for run in nightly[:1]:
            state = run["state"]
            if state != "done" and not (state == "running" and self.running):
                yield f"the last run is {'interrupted' if state == 'running' else state}"
            if self.now - run["started_at"] > _OVERDUE and not self.running:
                hours = (self.now - run["started_at"]) / timedelta(hours=1)
                yield f"there was no run for {hours:.0f} hours"
        for problem in self.problems:
            yield f"{problem.source_id}: {problem.kind}: {problem.detail}: {problem.command}"

    def _wrong_deliveries(self) -> Iterator[str]:
        for row in self.undelivered:
            what = "given up" if row["state"] == "dead" else "not delivered yet"
            if number := row["deliveries"] if row["state"] == "dead" else row["failed"]:
                yield f"channel {row['channel']}: {number} {what}: {row['last_error']}"

    def _wrong_disk(self) -> Iterator[str]:
        if self.sizes.room < 0:
            yield "the disk has no room to publish"
        elif self.days_left is not None and self.days_left < _FEW_DAYS:
            yield f"the disk is full in {self.days_left:.0f} days"


def read_status(directory: Path, model: str, now: datetime) -> Status:
    """How a data directory stands. Raises WarehouseError if nothing was published yet."""
    reader = Reader(directory)
    room = sizes(directory)
    runs = reader.last_runs(NIGHTS)
    growth = reader.growth(now)
    return Status(
        __version__,
        model,
        _running(directory),
        next_run(directory, runs, now),
        runs,
        reader.last_nights(),
        reader.open_problems(now),
        reader.undelivered(),
        room,
        max(0, room.room) / growth if growth and growth > 0 else None,
        now,
    )


# ---- the run in progress, and the schedule ----


def _running(directory: Path) -> str | None:
    """Who holds the lock, if that process is alive. The lock is not touched: a run that starts just
    then would find it taken.
    """
    with suppress(OSError):
        holder = (private(directory) / "run.lock").read_text(encoding="utf-8").strip()
        process = re.search(r"process (\d+)", holder)
        if process and _is_alive(int(process[1])):
            return holder
    return None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True


@contextmanager
def scheduled(directory: Path, cron: str, timezone: str, every: timedelta | None) -> Iterator[None]:
    """Say of a schedule when it runs, for as long as it does."""
    path = _schedule(directory)
    told = {
        "process": os.getpid(),
        "cron": cron,
        "timezone": timezone,
        "every_s": every.total_seconds() if every else None,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _schedule(directory: Path) -> Path:
    return private(directory) / "schedule.json"


def next_run(directory: Path, runs: Sequence[Row], now: datetime) -> datetime | None:
    """When the schedule that says so runs next; None if none is known. `runs`: the last ones."""
    try:
        told = json.loads(_schedule(directory).read_text(encoding="utf-8"))
        if not _is_alive(told["process"]):
            return None
        if told["every_s"] is None:
            zone = ZoneInfo(told["timezone"])
            return next(CronSim(told["cron"], now.astimezone(zone)))
        last = max((run["started_at"] for run in runs if run["kind"] == "run"), default=now)
        return max(now, last + timedelta(seconds=told["every_s"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


# ---- for Prometheus ----


def metrics(status: Status) -> str:
    """The status in the text format of Prometheus, for node_exporter's textfile collector."""
    lines: list[str] = []
    for name, what, samples in _families(status):
        lines += [f"# HELP {name} {what}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(labels)} {value:.15g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


_Samples = list[tuple[Mapping[str, str], float]]


def _families(status: Status) -> Iterator[tuple[str, str, _Samples]]:
    about = {"version": status.version, "model": status.model}
    yield "kliping_info", "The version, and the embedding model.", [(about, 1)]
    yield from _families_of_runs(status)
    yield from _families_of_sources(status)
    undelivered: _Samples = [
        ({"channel": row["channel"], "state": row["state"]}, row["deliveries"])
        for row in status.undelivered
    ]
    yield "kliping_undelivered_messages", "Messages that wait, or were given up.", undelivered
    parts: _Samples = [
        ({"part": part.name}, getattr(status.sizes, part.name))
        for part in fields(Sizes)
        if part.name != "free"
    ]
    yield "kliping_size_bytes", "What the data directory takes.", parts
    yield "kliping_free_bytes", "What is free on its disk.", [({}, status.sizes.free)]


def _families_of_runs(status: Status) -> Iterator[tuple[str, str, _Samples]]:
    ended = [run for run in status.runs if run["kind"] == "run" and run["finished_at"]]
    for run in ended[:1]:
        finished, started = run["finished_at"].timestamp(), run["started_at"].timestamp()
        yield "kliping_last_run_timestamp_seconds", "When the last run ended.", [({}, finished)]
        yield "kliping_last_run_duration_seconds", "How long it took.", [({}, finished - started)]
        states: _Samples = [
            ({"state": state}, run["state"] == state) for state in ("done", "partial", "failed")
        ]
        yield "kliping_last_run_state", "1 for how it ended.", states
        names = ("links", "pages", "articles", "rejections", "stories", "hits", "alerts")
        counts: _Samples = [({"kind": name}, run[name]) for name in names]
        yield "kliping_last_run_added", "What it added; fewer may be negative.", counts


def _families_of_sources(status: Status) -> Iterator[tuple[str, str, _Samples]]:
    for name in ("links", "new_links", "articles", "rejections"):
        found: _Samples = [({"source": row["source_id"]}, row[name]) for row in status.sources]
        yield f"kliping_source_{name}", "Of the last day on which it was looked at.", found
    problems: _Samples = [
        ({"source": problem.source_id, "kind": problem.kind}, 1) for problem in status.problems
    ]
    yield "kliping_source_problem", "1 for each problem that stands.", problems


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def write_metrics(path: Path, status: Status) -> None:
    """Write the metrics, so that a collector sees the old file or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")  # not .prom: the collector leaves it alone
    try:
        draft.write_text(metrics(status), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
