"""How a run ended, and what that means for its exit status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warehouse.runs import Look


@dataclass(frozen=True, slots=True)
class Outcome:
    """`looks`: how each source was found, none in a backfill; `unreadable`: places in archives;
    `offending`: rows found, by check.
    """

    looks: Sequence[Look] = ()
    unreadable: Sequence[str] = ()
    offending: Mapping[str, int] | None = None

    @property
    def exit_status(self) -> int:
        """0 done; 1 done, but a source failed, an archive was damaged or a check found something; 3
        no source could be looked at.
        """
        looked = [look for look in self.looks if look.looked]
        if looked and not any(look.usable for look in looked):
            return 3
        return 1 if self.unreadable or self.offending or any(look.failed for look in looked) else 0

    @property
    def state(self) -> str:
        """The same for the table of runs."""
        return {0: "done", 1: "partial", 3: "failed"}[self.exit_status]

    @property
    def troubles(self) -> list[str]:
        """What a person should know, one line each."""
        sources = [
            f"{look.source_id}: {'failed' if look.failed else 'note'}: {note}"
            for look in self.looks
            for note in look.notes
        ]
        damaged = [f"unreadable: {place}" for place in self.unreadable]
        broken = [
            f"check {name} found {rows} rows: please report this"
            for name, rows in (self.offending or {}).items()
        ]
        return [*sources, *damaged, *broken]
