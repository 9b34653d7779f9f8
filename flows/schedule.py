"""`kliping schedule`: starts the nightly runs, and the deliveries between them, one at a time."""

import asyncio
import contextlib
import io
import multiprocessing
import signal
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from prefect import Flow, State, flow
from prefect.client.schemas.objects import FlowRun
from prefect.context import refresh_global_settings_context
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelled

from flows import delivery
from flows.edges import crashlog
from flows.errors import ConfigError, KlipingError
from flows.nightly import nightly
from flows.orchestrator import api, end_on_sigterm
from flows.progress import Progress
from flows.status import next_run, scheduled
from warehouse.directory import private

DELIVERIES = "5-59/10 * * * *"  # every ten minutes, but not on the hour, when runs start


def run_on_schedule(
    sources: Path,
    topics: Path,
    warehouse: Path,
    since: timedelta,
    cron: str,
    timezone: str,
    every: timedelta | None,
) -> None:
    """Run `nightly` by cron expression in a time zone, or at an interval, until interrupted. Raises
    ConfigError.
    """
    when = parse_schedule(cron, timezone, every)
    parameters = {
        "sources": str(sources),
        "topics": str(topics),
        "warehouse": str(warehouse),
        "since": f"PT{since.total_seconds():.0f}S",  # ISO 8601: Prefect holds parameters as JSON
    }
    with api(private(warehouse)) as lives, scheduled(warehouse, cron, timezone, every):
        # Prefect read its environment when it was imported.
        refresh_global_settings_context()
        first = next_run(warehouse, (), datetime.now(UTC))
        told = f"next run {_clock(first)}; " if first else ""
        Progress().say("schedule", f"{told}Prefect at {PREFECT_API_URL.value()}")
        _serve(parameters, when, lives)


def parse_schedule(cron: str, timezone: str, every: timedelta | None) -> Schedule:
    """A schedule by cron expression in a time zone, or at an interval. Raises ConfigError."""
    if every:
        return Interval(every)
    try:
        return Cron(cron, timezone=timezone)
    except ValueError as error:
        raise ConfigError(
            f"--cron: expected five fields such as '0 1 * * *', got {cron!r}"
        ) from error


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at:%Z}"


async def _report_start(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    Progress().say("run", f"starts {_clock(datetime.now().astimezone())}")


async def _report_end(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    Progress().say("run", f"ended {_clock(datetime.now().astimezone())}")


async def _report_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Print why a scheduled run failed, in one line, as the command does."""
    error = await state.aresult(raise_on_failure=False)
    if isinstance(error, BaseException) and crashlog.signal_number(error):
        return  # whoever sent the signal knows
    if isinstance(error, BaseException) and not isinstance(error, KlipingError):
        error = crashlog.report(
            error, private(Path(flow_run.parameters.get("warehouse", "warehouse")))
        )
    Progress().complain(f"kliping: {error}")


# Prefect's words for a run that was ended by SIGTERM or, while it waited or worked, by Ctrl-C.
_ENDED = (
    f"status code: -{signal.SIGTERM:d}.",
    "Execution was cancelled by the runtime environment",
    "Execution was aborted by an interrupt signal",
)


async def _report_crash(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Print that the process of a scheduled run was killed, unless by SIGTERM or Ctrl-C."""
    said = " ".join((state.message or "").split())
    if any(words in said for words in _ENDED):
        return
    Progress().complain(f"kliping: {flow.name} broke off, and the next run goes on: {said}")


@flow(
    name="deliver",
    on_failure=[_report_failure],
    on_crashed=[_report_crash],
    on_running=[end_on_sigterm],
)
def deliver(topics: Path, warehouse: Path) -> None:
    """Send what quiet hours, or a channel that was down, have held up."""
    delivery.tell(delivery.deliver_due(topics, warehouse), Progress())


def _serve(parameters: dict[str, Any], when: Schedule, lives: Callable[[], bool]) -> None:
    # Nothing is started early: a machine that then falls asleep would begin with two runs.
    runner = CatchUpRunner(name="nightly", limit=1, prefetch_seconds=0)
    runner.add_flow(
        nightly.with_options(
            on_running=[end_on_sigterm, _report_start],
            on_completion=[_report_end],
            on_failure=[_report_failure],
            on_crashed=[_report_crash],
        ),
        name="nightly",
        schedule=when,
        parameters=parameters,
    )
    alone = {name: parameters[name] for name in ("topics", "warehouse")}
    runner.add_flow(deliver, name="deliver", schedule=Cron(DELIVERIES), parameters=alone)
    # If its server is lost, Prefect prints tracebacks. Runs are processes of their own.
    with contextlib.redirect_stdout(io.StringIO()):
        asyncio.run(_until_stopped(runner, lives))


async def _until_stopped(runner: "CatchUpRunner", lives: Callable[[], bool]) -> None:
    signal.signal(signal.SIGINT, runner.handle_sigterm)
    async with asyncio.TaskGroup() as both:
        watching = both.create_task(_watch(runner, lives))
        await runner.start()
        watching.cancel()


async def _watch(runner: "CatchUpRunner", lives: Callable[[], bool]) -> None:
    """End everything once the server is lost for good: Prefect would retry for minutes."""
    while lives():
        await asyncio.sleep(1)
    runner.pause_on_shutdown = False
    for run in multiprocessing.active_children():
        run.kill()
    raise RuntimeError("the Prefect server is gone")


class CatchUpRunner(Runner):
    """Prefect's runner, except that one run makes up for all the nights a machine slept through,
    and a signal ends everything.
    """

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        due = self._scheduled_run_poller._get_scheduled_flow_runs

        async def one_of_each() -> list[FlowRun]:
            runs = await due()
            late = missed(
                runs, datetime.now(UTC), self._scheduled_run_poller._submitting_flow_run_ids
            )
            for run in late:
                await self._client.set_flow_run_state(
                    run.id, Cancelled(message="Skipped: a later one was due as well.")
                )
            return [run for run in runs if run not in late]

        # Prefect 3.8 has no such policy. This is where its runner asks what is due.
        poller = self._scheduled_run_poller
        poller._get_scheduled_flow_runs = one_of_each  # type: ignore[method-assign]
        return self

    def handle_sigterm(self, *_: object) -> None:
        """End at once, together with the run in progress: the next one finishes its work. Prefect's
        own handler would leave that run behind.
        """
        if not (self.started or self.stopping):
            raise SystemExit(0)
        self.execute_in_background(self.astop)


def missed(runs: Sequence[FlowRun], now: datetime, starting: Collection[UUID]) -> list[FlowRun]:
    """The scheduled runs that are due by now, except the last of each deployment. Runs that a
    person started are never missed.

    `starting`: the ids of runs that are already being started.
    """
    due = [
        (str(run.deployment_id), run.next_scheduled_start_time, run)
        for run in runs
        if run.auto_scheduled and run.id not in starting and run.next_scheduled_start_time
    ]
    late = sorted((each for each in due if each[1] <= now), key=itemgetter(0, 1))
    return [run for _, group in groupby(late, itemgetter(0)) for *_, run in list(group)[:-1]]
