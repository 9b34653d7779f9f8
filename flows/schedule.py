"""The nightly deployment: when it runs, in which time zone, one run at a time; with a loopback Prefect server of its own."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from flows.orchestrator import loopback_server
from warehouse.engine import private


def keep(sources: Path, topics: Path, warehouse: Path, since: timedelta, cron: str, timezone: str, every: timedelta | None) -> None:
    """Run `nightly` on schedule until interrupted: by cron expression in a time zone, or every so often."""
    parameters = {"sources": str(sources), "topics": str(topics), "warehouse": str(warehouse), "since": since.total_seconds()}
    if "PREFECT_API_URL" in os.environ:  # an operator's own server
        _serve(parameters, cron, timezone, every)
        return
    with loopback_server(private(warehouse) / "prefect-server.log") as url:
        os.environ["PREFECT_API_URL"] = url
        _serve(parameters, cron, timezone, every)


def _serve(parameters: dict[str, Any], cron: str, timezone: str, every: timedelta | None) -> None:
    from prefect.schedules import Cron, Interval  # after PREFECT_API_URL is set: Prefect reads it when it is imported

    from flows.nightly import nightly

    schedule = Interval(every) if every else Cron(cron, timezone=timezone)
    nightly.serve(name="nightly", schedule=schedule, parameters=parameters, limit=1, print_starting_message=False)
