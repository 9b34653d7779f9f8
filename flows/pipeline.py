"""A run: how it begins, its steps in order, and how it ends.

    discover, fetch  ->  extract -> learn -> clean -> embed -> group -> index -> match -> expire
        ->  follow, deliver

The nightly run begins and ends with steps of its own; those in the middle are here, and every kind
of run has them. Each asks the warehouse what is pending and records what it did, so if a run is
killed, the next one finishes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flows.config import Settings
from flows.edges.encoder import Encoder, default_model
from flows.edges.workers import Workers
from flows.outcome import Outcome, noted
from flows.progress import Progress
from flows.records import Look, Run, RunKind, Source, Topic, counted
from flows.status import read_status, write_metrics
from flows.steps.cleaning import CLEANED_PER_BATCH, clean_batch, learn_lines
from flows.steps.expiry import expire
from flows.steps.extraction import extract_batch
from flows.steps.grouping import CLIPPINGS_PER_BATCH, embed_batch, group_batch
from flows.steps.indexing import INDEXED_PER_BATCH, index_batch
from flows.steps.watching import MATCHED_PER_BATCH, match_batch
from warehouse.checking import offending
from warehouse.directory import published
from warehouse.lake import lake_of
from warehouse.store import Warehouse

Do = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Work:
    """What a run works with. `sources`: all declared ones; `topics`: the active ones; `now`: the
    run's clock; `base_url`: where the reading room is, '' for nowhere.
    """

    store: Warehouse
    run: Run
    sources: Sequence[Source]
    topics: Sequence[Topic]
    encoder: Encoder
    workers: Workers
    now: datetime
    progress: Progress
    base_url: str


@dataclass(frozen=True, slots=True)
class Step:
    """`do` processes the next batch and returns how many there were; `unit`: of what; `repeats`:
    whether it is called until nothing is pending, or once; `batch`: how many it takes at most;
    fewer mean that nothing is left.
    """

    name: str
    unit: str
    do: Do
    repeats: bool = True
    batch: int = 1


def steps_of(work: Work) -> list[Step]:
    """The steps that every run has, in order."""
    model = work.encoder.model
    store, now, guarded = work.store, work.now, work.run.after_interruption
    sources = {source.id: source for source in work.sources}
    return [
        Step("extract", "pages", lambda: extract_batch(store, sources, work.workers, now, guarded)),
        Step("learn", "lines", lambda: learn_lines(store, work.sources, now), repeats=False),
        Step("clean", "articles", lambda: clean_batch(store), batch=CLEANED_PER_BATCH),
        Step("embed", "articles", lambda: embed_batch(store, work.encoder, work.workers)),
        Step(
            "group", "articles", lambda: group_batch(store, model, now), batch=CLIPPINGS_PER_BATCH
        ),
        Step("index", "articles", lambda: index_batch(store), batch=INDEXED_PER_BATCH),
        *(_match(work, topic) for topic in work.topics),
        Step("expire", "records", lambda: expire(store, work.sources, now, work.progress), False),
    ]


def _match(work: Work, topic: Topic) -> Step:
    return Step(
        "match",
        unit_of(topic),
        lambda: match_batch(work.store, topic, work.now, work.base_url),
        batch=MATCHED_PER_BATCH,
    )


def unit_of(topic: Topic) -> str:
    """What the matching of a topic counts."""
    return f"articles with {topic.id}"


def begin(
    kind: RunKind,
    store: Warehouse,
    sources: Sequence[Source],
    topics: Sequence[Topic],
    settings: Settings,
    workers: Workers,
    now: datetime,
) -> Work:
    """Record that a run has begun."""
    run = store.runs.begin(kind, now, datetime.now(UTC))
    store.pages.record_sources(sources)
    store.alerts.record_topics(topics)
    encoder = Encoder(settings.model or default_model(), settings.workers.processes)
    store.articles.reopen_unprocessed(_versions(encoder, topics))
    return Work(store, run, sources, topics, encoder, workers, now, Progress(), settings.base_url)


def catch_up(
    work: Work, prepared: Callable[[Step], Do] = lambda step: step.do
) -> dict[tuple[str, str], int]:
    """Run all steps. Returns how many items each processed, by step and unit.

    `prepared` returns what is called for a step, such as a task.
    """
    return {
        (step.name, step.unit): _drain(step, prepared(step), work.progress)
        for step in steps_of(work)
    }


def _versions(encoder: Encoder, topics: Sequence[Topic]) -> dict[str, str]:
    """What decides, besides the articles themselves, whether a step has something to do."""
    return {"model": encoder.model} | {f"topic {topic.id}": topic.version for topic in topics}


def _drain(step: Step, do: Do, progress: Progress) -> int:
    if not step.repeats:
        return do()
    total = 0
    with progress.step(step.name, step.unit) as advance:
        while done := do():
            advance(done)
            total += done
            if done < step.batch:
                break
    return total


def note_ends(work: Work, looks: Sequence[Look]) -> list[Look]:
    """The looks of a run, with notes on how each source's pages ended."""
    ends = work.store.runs.ends_of(work.run)
    return [
        noted(look, [each for each in ends if each.source_id == look.source_id]) for look in looks
    ]


def end(
    work: Work, looks: Sequence[Look], unreadable: Sequence[str], unreachable: str = ""
) -> Outcome:
    """Record how a run ended.

    `looks`: one for each source the run was to look at, none without a network; `unreadable`:
    places in archives that could not be read; `unreachable`: why no outlet at all could be reached.
    """
    store, run = work.store, work.run
    found = offending(store.engine, run.untold_since, work.now)
    broken = {check: len(rows) for check, rows in found.items()}
    outcome = Outcome(looks, unreadable, broken, unreachable=unreachable)
    store.runs.record_troubles(run, outcome.troubles)
    store.articles.settle(_versions(work.encoder, work.topics))
    added = store.runs.finish(run, datetime.now(UTC), outcome.state)
    return replace(outcome, added=added)


def tell(outcome: Outcome, work: Work, warehouse: Path, metrics_file: Path | None) -> None:
    """Print how a run ended, once it is published, and write its metrics."""
    progress = work.progress
    progress.say("publish", str(lake_of(warehouse) or published(warehouse)))
    progress.say("added", ", ".join(counted(count, kind) for kind, count in outcome.added.items()))
    for line in outcome.messages:
        progress.complain(line)
    path = metrics_file or warehouse / "metrics.prom"
    try:
        write_metrics(path, read_status(warehouse, work.encoder.model, datetime.now(UTC)))
    except OSError as error:
        progress.complain(f"{path}: the metrics cannot be written: {error.strerror}")
