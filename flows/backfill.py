"""`kliping backfill`: imports WARC archives, without a network and without alerts."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows import pipeline
from flows.config import Settings, load_sources, load_topics
from flows.edges.processes import worker_pool
from flows.outcome import Outcome
from flows.steps.archives import take_in
from warehouse.store import writing


def backfill(archives: Sequence[Path], sources: Path, topics: Path, warehouse: Path) -> Outcome:
    """Import every archived article page. They become articles, stories, and hits, but never
    alerts, now or later.

    Raises ConfigError, BusyError, WarehouseError.
    """
    declared = load_sources(sources)
    watched, _ = load_topics(topics, environ=None)
    settings = Settings.from_environ(os.environ)
    with writing(warehouse, "kliping backfill") as store, worker_pool() as pool:
        work = pipeline.begin(
            "backfill", store, declared, watched, settings, pool, datetime.now(UTC)
        )
        unreadable = take_in(store, [path.resolve() for path in archives], declared, work.progress)
        pipeline.catch_up(work)
        outcome = pipeline.end(work, (), [str(place) for place in unreadable])
    pipeline.tell(outcome, work, warehouse, settings.metrics_file)
    return outcome
