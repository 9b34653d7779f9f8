"""The nightly run, from top to bottom:

sources.yaml -> discover -> fetch -> extract -> learn, clean -> embed -> group -> match, follow ->
deliver -> publish -> media.duckdb

Every step asks the warehouse what is pending and records what it did, so a run that was killed is
finished by the next. Prefect schedules the flow, retries its tasks and shows them; a task is a
source or a batch, never an article.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

import httpx
from prefect import State, Task, flow, task
from prefect.cache_policies import NO_CACHE

from flows import __version__, delivery, steps
from flows.config import Settings, choose, load_sources, load_topics
from flows.edges import notify
from flows.edges.archive import WarcWriter
from flows.edges.encoder import Encoder, default_model
from flows.edges.transports import ArchivingTransport, LiveTransport, ReplayTransport
from flows.edges.web import Web
from flows.outcome import Outcome
from flows.progress import Progress
from flows.records import Note, Source
from warehouse.engine import only_run, private, publish
from warehouse.runs import Look
from warehouse.store import Warehouse

P = ParamSpec("P")
R = TypeVar("R")


def _task(step: Callable[P, R], name: str) -> Task[P, R]:
    """The step as a Prefect task. The warehouse and the web are handed to it as they are, so its
    arguments must not be hashed.
    """
    return task(name=step.__name__, task_run_name=name, cache_policy=NO_CACHE, retries=1)(step)


discover = _task(steps.discover, "discover {source.id}")
fetch = _task(steps.fetch, "fetch {source.id}")
extract = _task(steps.extract_batch, "extract")
learn = _task(steps.learn_lines, "learn")
clean = _task(steps.clean_batch, "clean")
embed = _task(steps.embed_batch, "embed")
group = _task(steps.group_batch, "group")
match = _task(steps.match_batch, "match {topic.id}")
follow = _task(steps.follow_topic, "follow {topic.id}")
deliver = _task(delivery.deliver, "deliver")


@flow(name="nightly")
async def nightly(
    sources: Path = Path("sources.yaml"),
    topics: Path = Path("topics.yaml"),
    warehouse: Path = Path("warehouse"),
    replay: list[Path] | None = None,
    now: datetime | None = None,
    since: timedelta = timedelta(hours=72),
    only: list[str] | None = None,
) -> Outcome:
    """Bring the warehouse up to date: from the live web or, with `replay`, from WARC archives.

    `now` is the run's clock; without it a replay's is the newest record's date. Links listed with a
    date before `now - since` are left alone. `only`: the ids of the sources to look at, all of them
    when empty. Raises ConfigError, BusyError, WarehouseError.
    """
    declared = load_sources(sources)
    watched, channels = load_topics(topics, os.environ, notify.check)
    chosen = choose(declared, only or [], replaying=bool(replay))
    settings = Settings.from_environ(os.environ)
    progress = Progress()
    started_at = datetime.now(UTC)

    with only_run(
        warehouse, f"kliping run, process {os.getpid()}, since {started_at:%Y-%m-%d %H:%M:%S} UTC"
    ):
        with (
            closing(Warehouse.open(warehouse)) as store,
            network(warehouse, replay, now, started_at) as net,
            steps.worker_pool() as pool,
        ):
            run = store.runs.begin("run", net.now, started_at)
            store.pages.record_sources(declared)

            async with Web(
                net.transport, version=__version__, contact=settings.contact, live=not replay
            ) as web:
                looks = await look(store, web, chosen, declared, net, since, progress)

            encoder = Encoder(settings.model or default_model())
            progress.drain(
                "extract",
                "pages",
                extract,
                store,
                {source.id: source for source in declared},
                pool,
                net.now,
            )
            learn(store, declared, net.now)
            progress.drain("clean", "articles", clean, store)
            progress.drain("embed", "articles", embed, store, encoder)
            progress.drain("group", "articles", group, store, encoder.model, net.now)
            looks = steps.note_ends(store, run, looks, declared, net.now)
            looked_at = {}
            for topic in watched:
                looked_at[topic.id] = progress.drain(
                    "match", f"articles with {topic.id}", match, store, topic, net.now
                )
                follow(store, topic, net.now)

            for alert in store.runs.alerts_of(run):
                progress.say("alert", alert.text.replace("\n", "\n" + " " * 10))
            for topic in watched:
                found = steps.beat(
                    store, topic, run, looks, declared, looked_at[topic.id], net.now, ring=not only
                )
                progress.say("looked", f"{topic.id}: {found}")
            delivered = deliver(
                store, watched, channels, net.now if replay or now else datetime.now(UTC)
            )
            if delivered.told:
                progress.say("deliver", delivered.told)
            for trouble in delivered.troubles:
                progress.complain(trouble)

            looks += [Look(source.id) for source in declared if source not in chosen]
            store.runs.record_health(declared, {seen.source_id: seen for seen in looks}, net.now)
            outcome = Outcome(
                looks,
                net.unreadable,
                {check: len(rows) for check, rows in store.engine.offending().items()},
            )
            store.runs.record_troubles(run, outcome.troubles)
            added = store.runs.finish(run, datetime.now(UTC), outcome.state)
        progress.say("publish", str(publish(warehouse)))
    progress.say("added", ", ".join(f"{count} {kind}" for kind, count in added.items()))

    for line in outcome.told:
        progress.complain(line)
    return outcome


async def look(
    store: Warehouse,
    web: Web,
    chosen: Sequence[Source],
    declared: Sequence[Source],
    net: "Network",
    since: timedelta,
    progress: Progress,
) -> list[Look]:
    """Discover and fetch, all sources at once; a source that brings its task down is a failed
    source, not a failed run.
    """
    with progress.step("discover", "sources") as advance:

        async def discovered(source: Source) -> Look:
            state: State[Look] = await discover(
                store, web, source, declared, net.now, since, return_state=True
            )  # type: ignore[misc] # it is awaitable
            advance(1)
            if state.is_completed():
                return await state.aresult()
            broke_off = Note("broke-off", f"discovery broke off: {state.message}")
            return Look(source.id, looked=True, notes=(broke_off,))

        looks = await asyncio.gather(*map(discovered, chosen))

    with progress.step("fetch", "links") as advance:

        async def fetched(source: Source, found: Look) -> Look:
            state: State[Counter[str]] = await fetch(
                store, web, source, net.now, net.sync, advance, return_state=True
            )  # type: ignore[misc] # it is awaitable
            if state.is_completed():
                return found.after(await state.aresult())
            return found.noting([Note("broke-off", f"fetching broke off: {state.message}")])

        return list(await asyncio.gather(*map(fetched, chosen, looks)))


@dataclass(frozen=True, slots=True)
class Network:
    """Where responses come from. `sync`: bring the archive to the disk; `unreadable`: places in a
    replay's archives.
    """

    transport: httpx.AsyncBaseTransport
    now: datetime
    sync: Callable[[], None]
    unreadable: Sequence[str]


@contextmanager
def network(
    directory: Path, replay: Sequence[Path] | None, now: datetime | None, started_at: datetime
) -> Iterator[Network]:
    """The archives to replay, or the live web with a new archive of its own."""
    if replay:
        replaying = ReplayTransport([path.resolve() for path in replay], now)
        yield Network(
            replaying,
            now or replaying.newest or started_at,
            lambda: None,
            [str(place) for place in replaying.unreadable],
        )
        return
    folder = private(directory) / "warc"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"kliping-{started_at:%Y%m%dT%H%M%S%fZ}.warc.gz"
    with WarcWriter(path, software=f"Kliping/{__version__}", created=started_at) as writer:
        live = ArchivingTransport(LiveTransport(), writer, clock=lambda: now or datetime.now(UTC))
        yield Network(live, now or started_at, writer.sync, [])
