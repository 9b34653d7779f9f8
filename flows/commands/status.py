"""`kliping status`: how the whole stands, for a person or a program."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flows.commands.sql import show
from flows.status import Status
from flows.terminal import console, line

_ZONE = ZoneInfo("Asia/Jakarta")
_GB = 1e9
_RUNS = ("started_at", "kind", "state", "links", "articles", "rejections", "hits", "alerts")


def show_status(status: Status, form: Literal["table", "json"]) -> int:
    """Print the status. Returns the command's exit status: 1 if something is wrong."""
    if form == "json":
        told = asdict(status) | {"wrong": status.wrong}
        json.dump(told, sys.stdout, ensure_ascii=False, indent=1, default=_plain)
        sys.stdout.write("\n")
    else:
        rows = [[_value(run[name]) for name in _RUNS] for run in status.runs]
        show(_RUNS, rows, "table")
        out = console()
        for text in _lines(status):
            out.print(line(text))
    return int(bool(status.wrong))


def _lines(status: Status) -> Iterator[str]:
    yield f"kliping    {status.version}, {status.model}"
    if status.running:
        yield f"running    {status.running}"
    told = f"{status.next_run.astimezone(_ZONE):%Y-%m-%d %H:%M} WIB" if status.next_run else ""
    yield f"next run   {told or 'no schedule is known'}"
    pending = sum(row["deliveries"] for row in status.undelivered if row["state"] == "pending")
    dead = sum(row["deliveries"] for row in status.undelivered if row["state"] == "dead")
    yield f"messages   {pending} pending, {dead} given up"
    room = status.sizes
    yield (
        f"disk       {room.total / _GB:.2f} GB: media.duckdb {room.snapshot / _GB:.2f}, spare "
        f"{room.spare / _GB:.2f}, writer {room.writer / _GB:.2f}, archives "
        f"{room.archives / _GB:.2f}, models {room.models / _GB:.2f}"
    )
    left = "" if status.days_left is None else f", full in {status.days_left:.0f} days"
    yield f"free       {room.free / _GB:.2f} GB{left}"
    for text in status.wrong:
        yield f"wrong      {text}"
    if not status.wrong:
        yield "all is well"


def _value(value: Any) -> Any:
    return f"{value.astimezone(_ZONE):%Y-%m-%d %H:%M}" if hasattr(value, "astimezone") else value


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
