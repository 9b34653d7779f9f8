"""Runs, and how each source stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from flows.records import Alert, Source
from warehouse.alerts import Alerts


@dataclass(frozen=True, slots=True)
class Look:
    """How one run found one source. The default is a source that this run passed over.

    `usable`: a discovery address could be read; `listed`: the links it lists; `failed`: no address
    was usable, or a link ended in http-5xx or timeout; `notes`: what went wrong, one line each.
    """

    source_id: str
    looked: bool = False
    usable: bool = False
    listed: int = 0
    failed: bool = False
    notes: tuple[str, ...] = ()

    def after(self, ends: Mapping[str, int]) -> "Look":
        """The look once its links are fetched: `ends` counts how many ended in each reason."""
        bad = [
            f"links ended in {reason}: {ends[reason]}"
            for reason in ("http-5xx", "timeout")
            if ends.get(reason)
        ]
        return replace(self, failed=self.failed or bool(bad), notes=(*self.notes, *bad))


RunKind = Literal["run", "backfill", "reprocess"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has begun, and what there was before it."""

    id: str
    totals: Mapping[str, int]
    hits: Mapping[str, int]  # by topic
    alerts: frozenset[str]


class Runs(Alerts):
    """What the warehouse knows of runs."""

    def begin_run(self, kind: RunKind, clock: datetime, started_at: datetime) -> Run:
        """Note that a run has begun, and that any that never ended was interrupted."""
        alerts = frozenset(alert.id for alert in self.alerts())
        run = Run(
            f"{started_at:%Y%m%dT%H%M%S%fZ}", self.rows("totals")[0], self.hits_by_topic(), alerts
        )
        with self.transaction():
            self.execute("close_interrupted_runs")
            self.execute("begin_run", run_id=run.id, kind=kind, clock=clock, started_at=started_at)
        return run

    def alerts_of(self, run: Run) -> list[Alert]:
        """The alerts that were raised since the run began."""
        return [alert for alert in self.alerts() if alert.id not in run.alerts]

    def finish_run(self, run: Run, finished_at: datetime, state: str) -> dict[str, int]:
        """Note how a run ended; returns what it added, by kind."""
        added = {kind: total - run.totals[kind] for kind, total in self.rows("totals")[0].items()}
        with self.transaction():
            self.execute("finish_run", run_id=run.id, finished_at=finished_at, state=state, **added)
        return added

    def record_health(
        self, sources: Sequence[Source], looks: Mapping[str, Look], now: datetime
    ) -> None:
        """How each source stands on this day, after this run."""
        with self.transaction():
            self.write(
                [
                    {
                        "source_id": source.id,
                        "timezone": source.timezone,
                        "now": now,
                        "looked": look.looked,
                        "failed": look.failed,
                        "links": look.listed,
                        "min_links": source.expect.min_links,
                        "silent_after_s": source.expect.silent_after.total_seconds()
                        if source.expect.silent_after
                        else None,
                        "detail": "; ".join(look.notes),
                    }
                    for source in sources
                    for look in [looks[source.id]]
                ],
                "record_health",
            )
