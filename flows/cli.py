"""The `kliping` command: reads its arguments, starts a flow, and turns how it ended into an exit status.

What takes long to import (Prefect, the extractor, the model) is imported by the command that needs it.
"""

import asyncio
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from flows import __version__
from flows.config import Settings, choose, load_sources, load_topics, parse_duration
from flows.records import ConfigError, KlipingError
from flows.shell import Format, converse, show
from warehouse.engine import QueryError, Reader, private

app = typer.Typer(
    help="A press-clipping service for Indonesian news that runs every night.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sources_app = typer.Typer(help="The outlets in sources.yaml.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")


def _duration(option: str, text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from error


def _instant(option: str, text: str) -> datetime:
    """An ISO instant; UTC is meant where it names no zone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option}: expected an instant such as 2026-03-11T01:00+07:00, got {text!r}") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _zone(option: str, text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"{option}: expected a time zone such as Asia/Jakarta, got {text!r}") from error
    return text


SourcesFile = Annotated[Path, typer.Option("--sources", help="The outlets.", metavar="FILE")]
TopicsFile = Annotated[Path, typer.Option("--topics", help="The watch topics.", metavar="FILE")]
DataDirectory = Annotated[Path, typer.Option("--warehouse", help="The data directory: media.duckdb and var/.", metavar="DIR")]
Since = Annotated[str, typer.Option(metavar="DURATION", help="Leave links alone that are listed with an older date.")]


@app.command()
def run(
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
    replay: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, metavar="WARC", help="Answer every request from these archives.")
    ] = None,
    now: Annotated[str | None, typer.Option(metavar="ISO", help="The run's clock.")] = None,
    since: Since = "72h",
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Look at these sources alone.")] = None,
) -> None:
    """Bring the warehouse up to date, and alert.

    Exit status: 0 done; 1 done, but a source failed or an archive was damaged; 2 bad usage or configuration; 3 nothing could be done.
    """
    clock = _instant("--now", now) if now else None
    reach = _duration("--since", since)
    choose(load_sources(sources), only or [], replaying=bool(replay))
    load_topics(topics, os.environ)
    from flows.orchestrator import api

    with _interruptible(), api(private(warehouse)):
        from flows.nightly import nightly

        outcome = asyncio.run(nightly(sources, topics, warehouse, replay, clock, reach, only))
    raise typer.Exit(outcome.exit_status)


@app.command()
def backfill(
    archives: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="WARC...")],
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Take in the article pages of WARC archives: articles, stories and hits, but never an alert."""
    load_sources(sources)
    load_topics(topics, environ=None)
    from flows.backfill import backfill as take_in

    with _interruptible():
        outcome = take_in(archives, sources, topics, warehouse)
    raise typer.Exit(outcome.exit_status)


@app.command()
def reprocess(
    stage: Annotated[Literal["extract"], typer.Option(help="What to do again.")] = "extract",
    since: Annotated[str, typer.Option(metavar="DATE", help="Only pages fetched or archived since then.")] = "1970-01-01",
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Extract stored pages anew from their WARC records, after a change of rules; articles keep their ids."""
    start = _instant("--since", since)
    load_sources(sources)
    load_topics(topics, environ=None)
    from flows.backfill import reprocess as redo

    with _interruptible():
        outcome = redo(start, sources, topics, warehouse)
    raise typer.Exit(outcome.exit_status)


@app.command()
def schedule(
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
    since: Since = "72h",
    cron: Annotated[str, typer.Option(help="When to run.")] = "0 1 * * *",
    timezone: Annotated[str, typer.Option(help="The time zone of --cron.")] = "Asia/Jakarta",
    every: Annotated[str | None, typer.Option(metavar="DURATION", help="Run this often instead, such as 1h.")] = None,
) -> None:
    """Run every night until interrupted, with a loopback Prefect server of its own or with the one that PREFECT_API_URL names."""
    reach = _duration("--since", since)
    interval = _duration("--every", every) if every else None
    zone = _zone("--timezone", timezone)
    load_sources(sources)
    load_topics(topics, os.environ)
    _settle_prefect(warehouse)
    from flows.schedule import keep, when

    keep(sources.resolve(), topics.resolve(), warehouse.resolve(), reach, when(cron, zone, interval))


@app.command()
def sql(
    statement: Annotated[str | None, typer.Argument(help="Without one, a shell.")] = None,
    warehouse: DataDirectory = Path("warehouse"),
    form: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = "table",
) -> None:
    """Query media.duckdb, read-only."""
    reader = Reader(warehouse)
    if statement is None:
        converse(reader, form)
    else:
        show(*reader.query(statement), form)


@sources_app.command("list")
def list_sources(sources: SourcesFile = Path("sources.yaml")) -> None:
    """Every source with its kind, status and discovery addresses."""
    rows = [
        (source.id, source.name, source.kind, source.status, "\n".join(f"{at.kind} {at.url}" for at in source.discover))
        for source in load_sources(sources)
    ]
    show(("source_id", "name", "kind", "status", "discover"), rows, "table")


@sources_app.command("boilerplate")
def show_boilerplate(
    source_id: Annotated[str, typer.Argument(metavar="ID")],
    sources: SourcesFile = Path("sources.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """The lines that were learned to be clutter of one source, the most frequent first. `keep` in sources.yaml overrules them."""
    choose(load_sources(sources), [source_id], replaying=True)
    columns = "line_id, shape, articles, round(100 * share, 1) as percent, first_seen_at::date as since, kept, text"
    of_source = f"from learned_lines where source_id = '{source_id}'"  # one of the declared ids
    show(*Reader(warehouse).query(f"select {columns} {of_source} order by articles desc, text"), "table")


@sources_app.command("check")
def check_sources(
    sources: SourcesFile = Path("sources.yaml"),
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Check these sources alone.")] = None,
) -> None:
    """Validate the file, and probe each active source once: its discovery addresses, and one article."""
    from flows.probe import probe

    chosen = choose(load_sources(sources), only or [], replaying=False)
    raise typer.Exit(asyncio.run(probe(chosen, Settings.from_environ(os.environ).contact)))


@app.callback(invoke_without_command=True)
def version(show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if show_version:
        sys.stdout.write(f"kliping {__version__}\n")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command, by default with the process's arguments. A person's mistake is told in a line, without a stack trace."""
    try:
        app(spread(sys.argv[1:] if arguments is None else arguments, {"--replay", "--only"}))
    except (ConfigError, QueryError) as error:
        _end(str(error), 2)
    except KlipingError as error:
        _end(str(error), 3)


def spread(arguments: Sequence[str], options: Collection[str]) -> list[str]:
    """Arguments in which an option that takes several values is given once for each: `--only a b` becomes `--only a --only b`."""
    spreading: list[str] = []
    option = ""
    for position, argument in enumerate(arguments):
        if argument.startswith("-"):
            option = argument if argument in options else ""
        elif option and arguments[position - 1] != option:
            spreading.append(option)
        spreading.append(argument)
    return spreading


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        _end("interrupted: the next run goes on where this one stopped", 130)


def _settle_prefect(warehouse: Path) -> None:
    from flows.orchestrator import settle

    settle(private(warehouse) / "prefect")


def _end(message: str, status: int) -> None:
    sys.stderr.write(f"kliping: {message}\n")
    raise SystemExit(status)


if __name__ == "__main__":
    main()
