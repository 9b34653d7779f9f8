"""The nightly deployment: when it runs, in which time zone, one run at a time; with a loopback Prefect server of its own."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from prefect.context import refresh_global_settings_context
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule

from flows.nightly import nightly
from flows.orchestrator import api
from flows.records import ConfigError
from warehouse.engine import private


def keep(sources: Path, topics: Path, warehouse: Path, since: timedelta, when: Schedule) -> None:
    """Run `nightly` on schedule until interrupted."""
    parameters = {
        "sources": str(sources),
        "topics": str(topics),
        "warehouse": str(warehouse),
        "since": f"PT{since.total_seconds():.0f}S",  # ISO 8601: Prefect holds parameters as JSON
    }
    with api(private(warehouse)):
        refresh_global_settings_context()  # Prefect has read its environment already, when it was imported
        _serve(parameters, when)


def when(cron: str, timezone: str, every: timedelta | None) -> Schedule:
    """By cron expression in a time zone, or every so often. Raises ConfigError."""
    if every:
        return Interval(every)
    try:
        return Cron(cron, timezone=timezone)
    except ValueError as error:
        raise ConfigError(f"--cron: expected five fields such as '0 1 * * *', got {cron!r}") from error


def _serve(parameters: dict[str, Any], when: Schedule) -> None:
    runner = _Runner(name="nightly", limit=1)
    runner.add_flow(nightly, name="nightly", schedule=when, parameters=parameters)
    asyncio.run(_until_stopped(runner))


async def _until_stopped(runner: "_Runner") -> None:
    signal.signal(signal.SIGINT, runner.handle_sigterm)
    await runner.start()


class _Runner(Runner):
    def handle_sigterm(self, *_: object) -> None:
        """End at once, with the run in progress: the next one finishes its work. Prefect's own handler leaves that run behind."""
        self.execute_in_background(self.astop)
