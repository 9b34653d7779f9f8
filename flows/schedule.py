"""The deployments: when the nightly run and the deliveries between runs start, one at a time; with
a loopback Prefect server of its own.
"""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.context import refresh_global_settings_context
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule

from flows import delivery
from flows.nightly import nightly
from flows.orchestrator import api
from flows.progress import Progress
from flows.records import ConfigError, KlipingError
from warehouse.engine import private

DELIVERIES = "5-59/10 * * * *"  # every ten minutes, and never when a run starts on the hour


def keep(sources: Path, topics: Path, warehouse: Path, since: timedelta, when: Schedule) -> None:
    """Run `nightly` on schedule until interrupted."""
    parameters = {
        "sources": str(sources),
        "topics": str(topics),
        "warehouse": str(warehouse),
        "since": f"PT{since.total_seconds():.0f}S",  # ISO 8601: Prefect holds parameters as JSON
    }
    with api(private(warehouse)):
        # Prefect has read its environment already, when it was imported
        refresh_global_settings_context()
        _serve(parameters, when)


def when(cron: str, timezone: str, every: timedelta | None) -> Schedule:
    """By cron expression in a time zone, or every so often. Raises ConfigError."""
    if every:
        return Interval(every)
    try:
        return Cron(cron, timezone=timezone)
    except ValueError as error:
        raise ConfigError(
            f"--cron: expected five fields such as '0 1 * * *', got {cron!r}"
        ) from error


@flow(name="deliver")
def deliver(topics: Path, warehouse: Path) -> None:
    """Send what quiet hours or a channel that was down have held, as soon as it is due."""
    progress = Progress()
    try:
        delivered = delivery.deliver_due(topics, warehouse)
    except KlipingError as error:
        progress.complain(f"kliping: {error}")
        return
    if delivered.told:
        progress.say("deliver", delivered.told)
    for trouble in delivered.troubles:
        progress.complain(trouble)


def _serve(parameters: dict[str, Any], when: Schedule) -> None:
    runner = _Runner(name="nightly", limit=1)
    runner.add_flow(nightly, name="nightly", schedule=when, parameters=parameters)
    alone = {name: parameters[name] for name in ("topics", "warehouse")}
    runner.add_flow(deliver, name="deliver", schedule=Cron(DELIVERIES), parameters=alone)
    asyncio.run(_until_stopped(runner))


async def _until_stopped(runner: "_Runner") -> None:
    signal.signal(signal.SIGINT, runner.handle_sigterm)
    await runner.start()


class _Runner(Runner):
    def handle_sigterm(self, *_: object) -> None:
        """End at once, with the run in progress: the next one finishes its work. Prefect's own
        handler leaves that run behind.
        """
        self.execute_in_background(self.astop)
