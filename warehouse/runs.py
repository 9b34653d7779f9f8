"""Runs: how they began and ended, and what they could not look at."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flows.records import Alert, Ends, Run, RunKind, Trouble
from warehouse.alerts import Alerts
from warehouse.engine import Engine
from warehouse.sizes import sizes


@dataclass(frozen=True, slots=True)
class Runs:
    """What the warehouse knows of runs."""

    engine: Engine
    alerts: Alerts

    def begin(self, kind: RunKind, clock: datetime, started_at: datetime) -> Run:
        """Record that a run has begun, and that those which never ended were interrupted."""
        with self.engine.transaction():
            self.engine.execute("close_interrupted_runs")
        untold_alerts = {row["alert_id"] for row in self.engine.rows("untold_alerts")}
        [untold] = self.engine.rows("untold_since", clock=clock)
        run = Run(
            f"{started_at:%Y%m%dT%H%M%S%fZ}",
            self.engine.rows("totals")[0],
            self.alerts.hits_by_topic(),
            frozenset(alert.id for alert in self.alerts.all()) - untold_alerts,
            untold["since"],
            untold["interrupted"],
        )
        with self.engine.transaction():
            self.engine.execute(
                "begin_run", run_id=run.id, kind=kind, clock=clock, started_at=started_at
            )
        return run

    def ends_of(self, run: Run) -> list[Ends]:
        """How pages ended since the run began, or since an earlier run that was interrupted and so
        never reported them.
        """
        return [Ends(**row) for row in self.engine.rows("ends_of_run", since=run.untold_since)]

    def newest_of_sources(self) -> dict[str, datetime]:
        """When each source's newest article was published or, if it has no date, seen."""
        return {row["source_id"]: row["newest"] for row in self.engine.rows("newest_of_sources")}

    def record_troubles(self, run: Run, troubles: Sequence[Trouble]) -> None:
        """Record what a run could not look at, left out, doubts, or found to be less than usual."""
        rows = [asdict(trouble) | {"run_id": run.id} for trouble in troubles]
        with self.engine.transaction():
            self.engine.write(rows, "record_troubles")

    def alerts_of(self, run: Run) -> list[Alert]:
        """The alerts raised since the run began, or before it by runs that were interrupted or by a
        reprocess: they have not been reported.
        """
        return [alert for alert in self.alerts.all() if alert.id not in run.alerts]

    def finish(self, run: Run, finished_at: datetime, state: str) -> dict[str, int]:
        """Record how a run ended. Returns what it added, by kind."""
        added = {
            kind: total - run.totals[kind] for kind, total in self.engine.rows("totals")[0].items()
        }
        with self.engine.transaction():
            self.engine.execute(
                "finish_run",
                run_id=run.id,
                finished_at=finished_at,
                state=state,
                size_bytes=sizes(self.engine.directory).lasting,
                **added,
            )
        return added
