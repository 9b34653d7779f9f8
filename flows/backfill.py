"""`kliping backfill`: imports WARC archives, without alerts, and without a network unless they lie
elsewhere.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows import __version__, pipeline
from flows.config import Settings, load_sources, load_topics
from flows.edges import storage
from flows.edges.archive import WarcCopies
from flows.outcome import Outcome
from flows.steps.archives import Selection, take_in
from flows.steps.extraction import extract_batch
from flows.steps.sharing import workers_at
from warehouse.directory import private
from warehouse.store import writing


def backfill(
    archives: Sequence[str],
    domains: Sequence[str],
    sources: Path,
    topics: Path,
    warehouse: Path,
) -> Outcome:
    """Import every archived article page, of these domains if there are any. They become articles,
    stories, and hits, but never alerts, now or later.

    Raises ConfigError, BusyError, StorageError, WarehouseError.
    """
    declared = load_sources(sources)
    watched, _ = load_topics(topics, environ=None)
    settings = Settings.from_environ(os.environ)
    found = storage.find(archives)
    selection = Selection(declared, domains)
    by_id = {source.id: source for source in declared}
    now = datetime.now(UTC)
    software = f"Kliping/{__version__}"
    with writing(warehouse, "kliping backfill") as store, workers_at(settings.workers) as workers:
        work = pipeline.begin("backfill", store, declared, watched, settings, workers, now)
        with WarcCopies(private(warehouse) / "warc", software=software, created=now) as copies:
            for domain in selection.strange_domains:
                work.progress.complain(f"--match {domain}: no source seems to be there")
            unreadable = take_in(
                store,
                found,
                selection,
                copies,
                lambda: extract_batch(store, by_id, workers, now),
                work.progress,
                now,
            )
        pipeline.catch_up(work)
        outcome = pipeline.end(work, (), unreadable)
    pipeline.tell(outcome, work, warehouse, settings.metrics_file)
    return outcome
