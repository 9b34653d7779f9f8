"""The health of sources: what each gave by night, and the problems that stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from flows.records import USUAL, Look, Night, Problem, ProblemMessage, Source
from warehouse.alerts import Alerts
from warehouse.engine import Engine


@dataclass(frozen=True, slots=True)
class Kinds:
    """How ends are told apart: the reasons, http-4xx with its status, of rejections that are about
    the outlet's server, and of those that are not meant to be articles; and the doubts whether a
    text is whole.
    """

    blocked: Sequence[str]
    passed_over: Sequence[str]
    incomplete: Sequence[str]


@dataclass(frozen=True, slots=True)
class Health:
    """What the warehouse knows of the health of sources."""

    engine: Engine
    alerts: Alerts

    def record_night(
        self, sources: Sequence[Source], looks: Mapping[str, Look], kinds: Kinds, now: datetime
    ) -> None:
        """Record what each source gave on its day, after this run. `looks`: of all sources."""
        rows = [
            {
                "source_id": source.id,
                "timezone": source.timezone,
                "now": now,
                "looked": look.looked,
                "usable": look.usable,
                "failed": look.failed,
                "links": look.listed,
                "blocked_reasons": list(kinds.blocked),
                "passed_over_reasons": list(kinds.passed_over),
                "incomplete_doubts": list(kinds.incomplete),
            }
            for source in sources
            for look in [looks[source.id]]
        ]
        with self.engine.transaction():
            self.engine.write(rows, "record_night", "record_learned_cuts_of_night")

    def nights(self, since: date, until: date) -> dict[str, list[Night]]:
        """What each source gave, by source, the oldest night first."""
        nights = defaultdict[str, list[Night]](list)
        for row in self.engine.rows("nights", since=since, until=until):
            nights[row.pop("source_id")].append(Night(**row))
        return nights

    def problems(self, since: datetime) -> dict[str, list[Problem]]:
        """The problems that stand or were closed since an instant, by source, the oldest first."""
        problems = defaultdict[str, list[Problem]](list)
        for row in self.engine.rows("problems", since=since):
            problems[row["source_id"]].append(Problem(id=row.pop("problem_id"), **row))
        return problems

    def record_problems(
        self,
        problems: Sequence[Problem],
        messages: Sequence[ProblemMessage],
        channels: Sequence[str],
    ) -> None:
        """Record problems that are opened or closed, and what the operators are told of them, with
        a pending delivery for each channel.
        """
        with self.engine.transaction():
            self.engine.write(
                [_keyed(problem, "problem_id") for problem in problems], "record_problems"
            )
            self.engine.write(
                [_keyed(each, "message_id") for each in messages], "record_problem_messages"
            )
            self.alerts.put_in_outbox([each.id for each in messages], channels)

    def record(
        self, sources: Sequence[Source], looks: Mapping[str, Look], quiet: set[str], now: datetime
    ) -> None:
        """Record what was wrong with each source on its day. `looks`: of all sources, with their
        notes; `quiet`: the sources that are.
        """
        rows = [
            {
                "source_id": source.id,
                "timezone": source.timezone,
                "now": now,
                "looked": looks[source.id].looked,
                "quiet": source.id in quiet,
                "detail": "; ".join(
                    note.text for note in looks[source.id].notes if note.kind not in USUAL
                ),
            }
            for source in sources
        ]
        with self.engine.transaction():
            self.engine.write(rows, "record_health")


def _keyed(record: Problem | ProblemMessage, key: str) -> dict[str, object]:
    row = asdict(record)
    return {key: row.pop("id")} | row
