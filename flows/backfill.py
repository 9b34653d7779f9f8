"""Runs without a network: `backfill` takes in WARC archives, `reprocess` does a stage again.
Neither sends an alert.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from flows import steps
from flows.config import Settings, load_sources, load_topics
from flows.edges.archive import Unreadable
from flows.edges.encoder import Encoder, default_model
from flows.outcome import Outcome
from flows.progress import Progress
from flows.records import Source
from warehouse.engine import only_run, publish
from warehouse.runs import RunKind
from warehouse.store import Warehouse


def backfill(archives: Sequence[Path], sources: Path, topics: Path, warehouse: Path) -> Outcome:
    """Take in every archived article page: what it holds becomes articles, stories and hits, but
    never an alert, now or later.

    Raises ConfigError, BusyError, WarehouseError.
    """

    def take_in(
        store: Warehouse, declared: Sequence[Source], model: str, progress: Progress
    ) -> Iterable[Unreadable]:
        return steps.take_in(store, [path.resolve() for path in archives], declared, progress)

    return _offline("backfill", take_in, sources, topics, warehouse)


Stage = Literal["extract", "embed", "group", "match"]


def reprocess(
    stage: Stage, since: datetime, sources: Path, topics: Path, warehouse: Path
) -> Outcome:
    """Do a stage again for the pages fetched or archived since then, or the articles published
    since then, and what follows from it.

    Articles keep their ids, stories theirs wherever their articles stay together. What was decided
    about alerts stays; an alert that only the new result deserves is recorded, and sent by the next
    run. Raises ConfigError, BusyError, WarehouseError.
    """

    def reopen(
        store: Warehouse, declared: Sequence[Source], model: str, progress: Progress
    ) -> Iterable[Unreadable]:
        if stage == "extract":
            store.pages.reopen_pages(since)
        elif stage == "embed":
            store.articles.forget_vectors(model, since)
        elif stage == "group":
            store.stories.reopen_stories(since)
        else:
            store.alerts.forget_looks(since)
        return ()

    return _offline("reprocess", reopen, sources, topics, warehouse)


Prepare = Callable[[Warehouse, Sequence[Source], str, Progress], Iterable[Unreadable]]


def _offline(
    kind: RunKind, prepare: Prepare, sources: Path, topics: Path, warehouse: Path
) -> Outcome:
    """`prepare` makes work pending and returns what it could not read; the steps do the rest."""
    declared = load_sources(sources)
    watched, _ = load_topics(topics, environ=None)
    settings = Settings.from_environ(os.environ)
    progress = Progress()
    now = datetime.now(UTC)

    with only_run(
        warehouse, f"kliping {kind}, process {os.getpid()}, since {now:%Y-%m-%d %H:%M:%S} UTC"
    ):
        with closing(Warehouse.open(warehouse)) as store:
            run = store.runs.begin(kind, now, now)
            store.pages.record_sources(declared)
            encoder = Encoder(settings.model or default_model())
            unreadable = prepare(store, declared, encoder.model, progress)
            steps.catch_up(store, declared, watched, encoder, now, progress)
            outcome = Outcome(
                (),
                [str(place) for place in unreadable],
                {check: len(rows) for check, rows in store.engine.offending().items()},
            )
            store.runs.record_troubles(run, outcome.troubles)
            added = store.runs.finish(run, datetime.now(UTC), outcome.state)
        progress.say("publish", str(publish(warehouse)))
    progress.say("added", ", ".join(f"{count} {kind}" for kind, count in added.items()))

    for line in outcome.told:
        progress.complain(line)
    return outcome
