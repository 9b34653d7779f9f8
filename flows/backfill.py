"""The same steps over WARC archives: what they hold becomes articles, stories and hits, but never an alert."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from flows import steps
from flows.config import Settings, load_sources, load_topics
from flows.edges.encoder import Encoder, default_model
from flows.outcome import Outcome
from flows.progress import Progress
from warehouse.engine import only_run, publish
from warehouse.store import Warehouse


def backfill(archives: Sequence[Path], sources: Path, topics: Path, warehouse: Path) -> Outcome:
    """Take in every archived article page. Raises ConfigError, BusyError, WarehouseError."""
    declared = load_sources(sources)
    watched, _ = load_topics(topics, environ=None)
    settings = Settings.from_environ(os.environ)
    progress = Progress()
    now = datetime.now(UTC)

    with only_run(warehouse, f"kliping backfill, process {os.getpid()}, since {now:%Y-%m-%d %H:%M:%S} UTC"):
        with closing(Warehouse.open(warehouse)) as store, steps.worker_pool() as pool:
            run = store.begin_run("backfill", now, now)
            store.record_sources(declared)
            unreadable = steps.take_in(store, archives, declared, progress)

            encoder = Encoder(settings.model or default_model(), settings.cache, lambda text: progress.say("embed", text))
            progress.drain("extract", "pages", steps.extract_batch, store, {source.id: source for source in declared}, pool, now)
            progress.drain("embed", "articles", steps.embed_batch, store, encoder)
            progress.drain("group", "articles", steps.group_batch, store, encoder.model, now)
            for topic in watched:
                progress.drain("match", f"articles with {topic.id}", steps.match_batch, store, topic, now)

            outcome = Outcome((), [str(place) for place in unreadable], {check: len(rows) for check, rows in store.offending().items()})
            added = store.finish_run(run, datetime.now(UTC), outcome.state)
        progress.say("publish", str(publish(warehouse)))
    progress.say("added", ", ".join(f"{count} {kind}" for kind, count in added.items()))

    for trouble in outcome.troubles:
        progress.complain(trouble)
    return outcome
