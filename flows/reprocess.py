"""`kliping reprocess`: redoes a stage, without a network and without sending alerts."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from flows import pipeline
from flows.config import Settings, load_sources, load_topics
from flows.outcome import Outcome
from flows.pipeline import Work
from flows.steps.sharing import workers_at
from warehouse.store import writing

Stage = Literal["extract", "embed", "group", "match"]
_REOPEN: dict[Stage, Callable[[Work, datetime], None]] = {
    "extract": lambda work, since: work.store.pages.reopen_pages(since),
    "embed": lambda work, since: work.store.articles.forget_vectors(work.encoder.model, since),
    "group": lambda work, since: work.store.stories.reopen_stories(since),
    "match": lambda work, since: work.store.alerts.forget_looks(since),
}


def reprocess(
    stage: Stage, since: datetime, sources: Path, topics: Path, warehouse: Path
) -> Outcome:
    """Redo a stage and what depends on it, for the pages fetched or archived since an instant or,
    if the stage is not extract, the articles published since then.

    Articles keep their ids, and so do stories whose articles stay together. Decisions about alerts
    stand; an alert that the new result adds is recorded, and sent by the next run. Raises
    ConfigError, BusyError, WarehouseError.
    """
    declared = load_sources(sources)
    watched, _ = load_topics(topics, environ=None)
    settings = Settings.from_environ(os.environ)
    with (
        writing(warehouse, "kliping reprocess", known=True) as store,
        workers_at(settings.workers) as workers,
    ):
        work = pipeline.begin(
            "reprocess", store, declared, watched, settings, workers, datetime.now(UTC)
        )
        _REOPEN[stage](work, since)
        pipeline.catch_up(work)
        outcome = pipeline.end(work, (), ())
    pipeline.tell(outcome, work, warehouse, settings.metrics_file)
    return outcome
