"""The nightly run, as a Prefect flow. Prefect schedules it, retries its tasks, and displays them. A
task is a source or a batch, never an article.

    discover -> fetch -> the steps of flows/pipeline.py -> health -> follow -> heartbeat -> deliver
        -> brief -> publish
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import indent
from typing import ParamSpec, TypeVar

from prefect import State, Task, flow, task
from prefect.cache_policies import NO_CACHE

from flows import delivery, pipeline
from flows.config import (
    LOOKBACK,
    Settings,
    choose,
    load_brief,
    load_operators,
    load_sources,
    load_topics,
)
from flows.edges import crashlog, network, notify
from flows.edges.network import Network
from flows.edges.pinging import pinging
from flows.edges.web import Web
from flows.errors import KlipingError
from flows.outcome import Outcome
from flows.pipeline import Step, Work
from flows.progress import Progress
from flows.reading import brief
from flows.reading.night import day_of, night_of
from flows.records import Look, Note, Operators, Source
from flows.steps import discovery, fetching, health, watching
from flows.steps.sharing import workers_at
from warehouse.directory import brief_file, private
from warehouse.reading import Reading
from warehouse.store import writing

P = ParamSpec("P")
R = TypeVar("R")


def _task(do: Callable[P, R], name: str, run_name: str) -> Task[P, R]:
    """A function as a Prefect task. Its arguments are not hashed: the warehouse and the web are
    among them.
    """
    return task(name=name, task_run_name=run_name, cache_policy=NO_CACHE, retries=1)(do)


def _task_of(step: Step) -> Task[[], int]:
    return _task(step.do, step.name, f"{step.name} {step.unit}")


discover = _task(discovery.discover, "discover", "discover {source.id}")
fetch = _task(fetching.fetch, "fetch", "fetch {source.id}")
follow = _task(watching.follow_topic, "follow", "follow {topic.id}")
deliver = _task(delivery.deliver, "deliver", "deliver")


@flow(name="nightly")
async def nightly(
    sources: Path = Path("sources.yaml"),
    topics: Path = Path("topics.yaml"),
    warehouse: Path = Path("warehouse"),
    replay: list[Path] | None = None,
    now: datetime | None = None,
    since: timedelta = LOOKBACK,
    only: list[str] | None = None,
) -> Outcome:
    """Bring the warehouse up to date: from the live web or, with `replay`, from WARC archives.

    `now`: the run's clock, by default the system's or, in a replay, the newest record's date. Links
    listed with a date before `now - since` are skipped. `only`: the ids of the sources to look at,
    by default all. Raises ConfigError, BusyError, WarehouseError.
    """
    declared = load_sources(sources)
    watched, channels = load_topics(topics, os.environ, notify.check)
    operators, readers = load_operators(topics), load_brief(topics)
    chosen = choose(declared, only or [], replaying=bool(replay))
    settings = Settings.from_environ(os.environ)

    # Whoever waits for the nightly run must not take a replay, or a part, for it.
    with pinging("" if replay or only else settings.ping_url, Progress().complain) as pings:
        with writing(warehouse, "kliping run") as store, workers_at(settings.workers) as workers:
            pings.started()
            with network.of(private(warehouse) / "warc", replay, now) as net:
                work = pipeline.begin("run", store, declared, watched, settings, workers, net.now)
                looks, unreachable = await look(work, net, settings.contact, chosen, since)
            counts = pipeline.catch_up(work, _task_of)
            looks = examine(work, looks, operators, opens=not (replay or unreachable))
            tell_desks(work, looks, counts, to_desks=not only)
            clock = net.now if replay or now else datetime.now(UTC)
            delivery.tell(deliver(store, watched, channels, clock), work.progress)
            outcome = pipeline.end(work, looks, net.unreadable, unreachable)
            if key := write_brief(work, warehouse, () if only else readers):
                sent = deliver(store, watched, channels, clock, wanted=lambda d: d.alert_id == key)
                delivery.tell(sent, work.progress)
        pipeline.tell(outcome, work, warehouse, settings.metrics_file)
        pings.ended("\n".join(outcome.messages), well=outcome.exit_status < 3)
    return outcome


def examine(work: Work, looks: Sequence[Look], operators: Operators, *, opens: bool) -> list[Look]:
    """The looks with notes on how their pages ended, and on the problems that stand. `opens`:
    whether there can be problems.
    """
    ended = pipeline.note_ends(work, looks)
    return health.examine(work.store, work.sources, ended, operators, work.now, opens=opens)


async def look(
    work: Work, net: Network, contact: str, chosen: Sequence[Source], since: timedelta
) -> tuple[list[Look], str]:
    """Discover and fetch, all sources concurrently. Also returns why no outlet could be reached,
    "" if one could.
    """
    async with net.web(contact) as web:
        with work.progress.step("discover", "sources") as advance:
            found = await asyncio.gather(
                *(_discovered(work, web, source, since, advance) for source in chosen)
            )
            looked = discovery.record_found(work.store, found, work.now, since)
        with work.progress.step("fetch", "links") as advance:
            waiting = fetching.begin_fetching(work.store, chosen, work.now, net.sync)
            looks = await asyncio.gather(
                *(
                    _fetched(waiting, web, source, look, advance)
                    for source, look in zip(chosen, looked, strict=True)
                )
            )
            waiting.commit()
        return looks, web.unreachable


async def _discovered(
    work: Work, web: Web, source: Source, since: timedelta, advance: Callable[[int], None]
) -> tuple[Look, discovery.Listed]:
    """If the task fails, so has the source, but not the run."""
    state: State[tuple[Look, discovery.Listed]] = await discover(
        work.store, web, source, work.sources, work.now, since, return_state=True
    )  # type: ignore[misc] # it is awaitable
    advance(1)
    if state.is_completed():
        return await state.aresult()
    broke_off = Note("broke-off", f"discovery broke off: {state.message}")
    return Look(source.id, looked=True, notes=(broke_off,)), discovery.Listed()


async def _fetched(
    waiting: fetching.Fetching,
    web: Web,
    source: Source,
    found: Look,
    advance: Callable[[int], None],
) -> Look:
    state: State[Counter[str]] = await fetch(waiting, web, source, advance, return_state=True)  # type: ignore[misc] # it is awaitable
    if state.is_completed():
        return found.after(await state.aresult())
    return found.noting([Note("broke-off", f"fetching broke off: {state.message}")])


def tell_desks(
    work: Work, looks: Sequence[Look], counts: Mapping[tuple[str, str], int], *, to_desks: bool
) -> None:
    """Raise the alerts that follow up earlier ones, print all alerts, and record a heartbeat for
    each topic. `to_desks`: heartbeats are also sent.
    """
    for topic in work.topics:
        follow(work.store, topic, work.now, work.base_url)
    for alert in work.store.runs.alerts_of(work.run):
        work.progress.say("alert", indent(f"{alert.title}\n{alert.text}", " " * 10).lstrip())
    for topic in work.topics:
        articles = counts["match", pipeline.unit_of(topic)]
        found = watching.record_heartbeat(
            work.store, topic, work.run, looks, work.sources, articles, work.now, to_desks
        )
        work.progress.say("looked", f"{topic.id}: {found}")


def write_brief(work: Work, warehouse: Path, channels: Sequence[str]) -> str | None:
    """Write the night's brief and, if it is sent, record that. Returns the message's key if it is.

    A brief that cannot be written fails no run: the tables have all that it says.
    """
    try:
        found = night_of(Reading(work.store.engine), day_of(work.now))
        if found is None:
            return None
        path = brief_file(warehouse, found.day)
        brief.write(found, path, work.base_url)
        if channels:
            told = brief.message(found, work.base_url)
            work.store.alerts.record_brief(told, channels)
    except KlipingError as error:
        work.progress.complain(f"brief: {error}")
        return None
    except Exception as error:
        work.progress.complain(f"brief: {crashlog.report(error, private(warehouse))}")
        return None
    work.progress.say("brief", str(path))
    return told.id if channels else None
