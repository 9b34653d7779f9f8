"""The `kliping` command: parses arguments, starts a flow, and exits with its status.

What is slow to import (Prefect, the extractor, the model) is imported inside the command that needs
it.
"""

import asyncio
import io
import os
import re
import select
import signal
import sys
import webbrowser
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from flows import __version__
from flows.commands.sql import Format, show, show_learned
from flows.config import LOOKBACK, Settings, choose, load_sources, load_topics, parse_duration
from flows.errors import ConfigError, KlipingError
from flows.loading import uncollected
from flows.records import Topic, one_line, usable
from warehouse.directory import private
from warehouse.lake import PREFIX, beside_lake, directory_of
from warehouse.reader import Reader


class _UnforeseenError(Exception):
    """Wraps an unforeseen error."""


class _Commands(TyperGroup):
    """Passes on what a command raises: typer would turn some of it into a silent status 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (KlipingError, typer.Exit, typer.Abort, typer.TyperException):
            raise
        except KeyboardInterrupt:
            _end("interrupted", _INTERRUPTED_STATUS)
        except SystemExit:
            raise
        except BaseException as error:
            raise _UnforeseenError from error


app = typer.Typer(
    cls=_Commands,
    help="A press-clipping service for Indonesian news that runs every night.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sources_app = typer.Typer(help="The outlets in sources.yaml.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")
topics_app = typer.Typer(help="The watch topics in topics.yaml.", no_args_is_help=True)
app.add_typer(topics_app, name="topics")
alerts_app = typer.Typer(
    help="Alerts sent to the desks, and those still pending.", no_args_is_help=True
)
app.add_typer(alerts_app, name="alerts")

warehouse_app = typer.Typer(help="Where the tables are kept.", no_args_is_help=True)
app.add_typer(warehouse_app, name="warehouse")


def _duration(option: str, text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from error


def _instant(option: str, text: str) -> datetime:
    """An ISO instant, in UTC if it names no zone."""
    try:
        return usable(datetime.fromisoformat(text))
    except ValueError as error:
        raise ConfigError(
            f"{option}: expected an instant such as 2026-03-11T01:00+07:00, got {text!r}"
        ) from error


def _date(option: str, text: str) -> date:
    try:
        return usable(datetime.fromisoformat(f"{text}T00:00Z")).date()
    except ValueError as error:
        raise ConfigError(f"{option}: expected a day such as 2026-03-11, got {text!r}") from error


def _zone(option: str, text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"{option}: expected a time zone such as Asia/Jakarta, got {text!r}"
        ) from error
    return text


def _domains(given: Sequence[str]) -> list[str]:
    domains = [domain for text in given for domain in re.split(r"[\s,]+", text.lower()) if domain]
    for domain in domains:
        labels = domain.split(".")
        if len(labels) < 2 or not all(re.fullmatch(r"[\w-]+", label) for label in labels):
            raise ConfigError(f"--match: expected domains such as kompas.com, got {domain!r}")
    return domains


SourcesFile = Annotated[Path, typer.Option("--sources", help="The outlets file.", metavar="FILE")]
TopicsFile = Annotated[Path, typer.Option("--topics", help="The topics file.", metavar="FILE")]


def _directory(place: str | Path) -> Path:
    return directory_of(str(place), os.environ)


DataDirectory = Annotated[
    Path,
    typer.Option(
        "--warehouse",
        help="The data directory, which holds media.duckdb and var/; or ducklake:postgres:… for a "
        "lake.",
        metavar="DIR",
        parser=_directory,
    ),
]
Since = Annotated[
    str,
    typer.Option(metavar="DURATION", help="Skip links listed with a date older than this."),
]
_LOOKBACK = f"{LOOKBACK // timedelta(hours=1)}h"

# What becomes of a command that was interrupted.
_NEXT_RUN = "the next run continues where this one stopped"
_SAME_COMMAND = "the same command continues where this one stopped"
_AGAIN = "repeat the command"
_INTERRUPTED_STATUS = 128 + signal.SIGINT


@app.command()
def run(
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
    replay: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="WARC",
            help="Answer every request from these archives.",
        ),
    ] = None,
    now: Annotated[str | None, typer.Option(metavar="ISO", help="The run's clock.")] = None,
    since: Since = _LOOKBACK,
    only: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Look only at these sources.")
    ] = None,
) -> None:
    """Bring the warehouse up to date and send alerts.

    Exit status: 0 done; 1 done, but a source failed or an archive was damaged; 2 wrong usage or
    configuration; 3 nothing could be done.
    """
    clock = _instant("--now", now) if now else None
    reach = _duration("--since", since)
    choose(load_sources(sources), only or [], replaying=bool(replay))
    _check_channels(topics)
    from flows.orchestrator import api, end_on_sigterm

    with _interruptible(_NEXT_RUN), api(private(warehouse)):
        with uncollected():
            from flows.nightly import nightly

        flow = nightly.with_options(on_running=[end_on_sigterm])
        outcome = asyncio.run(flow(sources, topics, warehouse, replay, clock, reach, only))
    raise typer.Exit(outcome.exit_status)


@app.command()
def backfill(
    archives: Annotated[list[str], typer.Argument(metavar="WARC...")],
    match: Annotated[
        list[str] | None,
        typer.Option(metavar="DOMAINS", help="Only pages of these domains, such as kompas.com."),
    ] = None,
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Import the article pages of WARC archives. Never sends alerts.

    WARC is a file or a URL (s3://, https://), a quoted pattern of these, or @ and a list of these.
    If it is interrupted, the same command goes on where it stopped.

    Exit status: 0 done; 1 done, but an archive was damaged, or could not be read to its end; 2
    wrong usage or configuration; 3 nothing could be done.
    """
    load_sources(sources)
    load_topics(topics, environ=None)
    domains = _domains(match or [])
    from flows.backfill import backfill as take_in

    with _interruptible(_SAME_COMMAND):
        outcome = take_in(archives, domains, sources, topics, warehouse)
    raise typer.Exit(outcome.exit_status)


@app.command()
def reprocess(
    stage: Annotated[
        Literal["extract", "embed", "group", "match"], typer.Option(help="The stage to redo.")
    ] = "extract",
    since: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="Only pages fetched or archived since then or, for other stages, articles "
            "published since.",
        ),
    ] = "1970-01-01",
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Redo a stage and everything that depends on it.

    Covers the whole warehouse, or what came since a date. Sends no alerts.

    \b
    extract  read the pages again from their WARC records, after the rules
             have changed; articles keep their ids
    embed    recompute the vectors, after the model's weights have changed;
             stories stay as they are until they are grouped again
    group    regroup the articles, after the model, the weights, or the window
             has changed; stories keep their ids if their articles stay
             together
    match    match every topic again; decisions already made are kept

    If it is interrupted, the next run of any kind finishes it.
    """
    start = _instant("--since", since)
    load_sources(sources)
    load_topics(topics, environ=None)
    from flows.reprocess import reprocess as redo

    with _interruptible(_NEXT_RUN):
        outcome = redo(stage, start, sources, topics, warehouse)
    raise typer.Exit(outcome.exit_status)


@app.command()
def schedule(
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
    since: Since = _LOOKBACK,
    cron: Annotated[str, typer.Option(help="When to run.")] = "0 1 * * *",
    timezone: Annotated[str, typer.Option(help="The time zone of --cron.")] = "Asia/Jakarta",
    every: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Run at this interval instead, such as 1h."),
    ] = None,
) -> None:
    """Run every night until interrupted.

    Starts its own Prefect server on loopback, unless PREFECT_API_URL names one.
    """
    reach = _duration("--since", since)
    interval = _duration("--every", every) if every else None
    zone = _zone("--timezone", timezone)
    load_sources(sources)
    _check_channels(topics)
    _settle_prefect(warehouse)
    from flows.schedule import run_on_schedule

    run_on_schedule(
        sources.resolve(), topics.resolve(), warehouse.resolve(), reach, cron, zone, interval
    )


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="DIR")],
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Copy all that the data directory cannot do without.

    A second backup into the same DIR copies the database and only the archives that are new. While
    a run writes, it is refused.

    Exit status: 0 done; 2 wrong usage; 3 a run holds the lock, or nothing could be copied: then the
    former backup is as it was.
    """
    from flows.commands.backup import back_up

    with _interruptible(_AGAIN):
        back_up(target, warehouse)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="DIR")],
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Put a backup into a data directory, and publish it.

    Every file is verified first. A database that has runs which the backup lacks is not replaced.

    Exit status: 0 done; 2 wrong usage; 3 a run holds the lock, or the backup cannot be used: then
    nothing is replaced.
    """
    from flows.commands.backup import put_back

    with _interruptible(_AGAIN):
        put_back(source, warehouse)


@app.command()
def forget(
    url: Annotated[str | None, typer.Argument(metavar="URL", help="An article's address.")] = None,
    article: Annotated[
        str | None, typer.Option(metavar="ID", help="The article with this id.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="ID", help="All of an outlet, now and later.")
    ] = None,
    author: Annotated[
        str | None, typer.Option(metavar="NAME", help="All articles that name this author.")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why. It is kept.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    sources: SourcesFile = Path("sources.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Delete an article from all that is here, and never take it in again.

    For a legal request. What stays is a hash of the address, the date, and the reason. Backups and
    messages that were sent are not reached.

    Exit status: 0 done; 1 not confirmed; 2 wrong usage, or there is no such thing; 3 a run holds
    the lock.
    """
    if sum(given is not None for given in (url, article, source, author)) != 1:
        raise ConfigError("expected one of URL, --article ID, --source ID and --author NAME")
    if not (dry_run or reason.strip()):
        raise ConfigError("--reason: expected why, such as 'court order 12/2026'; it is kept")
    from flows.commands.forget import forget as delete
    from flows.commands.forget import show_plan
    from warehouse.forgotten import Wanted

    wanted = Wanted(tuple(filter(None, [article])), tuple(filter(None, [url])), source, author)
    with _interruptible(_AGAIN):
        if dry_run:
            show_plan(wanted, sources, warehouse)
        elif not delete(wanted, reason, sources, warehouse, lambda: yes or _confirmed()):
            _end("nothing was deleted", 1)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise ConfigError("--yes: expected, where nobody can be asked")
    return typer.confirm("Delete all this for good?")


@app.command()
def status(
    warehouse: DataDirectory = Path("warehouse"),
    form: Annotated[
        Literal["table", "json"], typer.Option("--format", help="The output format.")
    ] = "table",
) -> None:
    """Show how the whole stands: runs, problems, deliveries, and the disk.

    Reads media.duckdb, also while a run is in progress.

    Exit status: 0 all is well; 1 something is wrong, each with a line; 3 nothing was published yet.
    """
    from flows.commands.status import show_status
    from flows.edges.encoder import default_model
    from flows.status import read_status

    model = Settings.from_environ(os.environ).model or default_model()
    raise typer.Exit(show_status(read_status(warehouse, model, datetime.now(UTC)), form))


@app.command()
def search(
    question: Annotated[
        list[str],
        typer.Argument(
            metavar="QUESTION",
            help='Words, a "phrase", outlet:ID, topic:ID, after:DATE, before:DATE; - refuses.',
        ),
    ],
    by: Annotated[
        Literal["both", "words", "meaning"], typer.Option(help="How to look for it.")
    ] = "both",
    limit: Annotated[int, typer.Option(min=1, max=100, help="Show at most this many.")] = 10,
    warehouse: DataDirectory = Path("warehouse"),
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = "table",
) -> None:
    """Find stories by words and by meaning, the best first.

    Reads media.duckdb. A story is shown once, by its best report. Give a question that holds
    quotes, or begins with a minus, in quotes of the shell, after --.
    """
    reader = Reader(warehouse)
    from flows.commands.search import show_found
    from flows.edges.encoder import Encoder, default_model

    encoder = Encoder(Settings.from_environ(os.environ).model or default_model())
    show_found(reader, " ".join(question), by, limit, form, encoder)


@app.command()
def report(
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="DATE", help="The night to report, such as 2026-03-11."),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    warehouse: DataDirectory = Path("warehouse"),
    output: Annotated[
        Path | None,
        typer.Option(dir_okay=False, metavar="FILE", help="Write it here, not into DIR/reports/."),
    ] = None,
) -> None:
    """Write the brief of a night, by default the newest, as one HTML file, and print its path.

    Every run writes that of its own night. The file needs nothing else: it opens from a mail, and
    prints. Exit status: 0 done; 2 wrong usage; 3 there is nothing to report.
    """
    asked = _date("--date", day) if day else None
    from flows.commands.report import report as write

    base_url = Settings.from_environ(os.environ).base_url
    path = write(warehouse, asked, output, base_url)
    sys.stdout.write(f"{path}\n")
    if open_it:
        webbrowser.open(path.resolve().as_uri())


@app.command()
def browse(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 8017,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The address to listen at.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Also answer under this host name, as behind a proxy."),
    ] = None,
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Serve the reading room: pages over media.duckdb for a browser, until interrupted.

    It only reads, follows what runs publish, and answers on this machine alone. There is no login:
    to share it, put it behind a proxy that has one.
    """
    from flows.commands.browse import browse as serve
    from flows.edges.encoder import Encoder, default_model

    encoder = Encoder(Settings.from_environ(os.environ).model or default_model())
    serve(warehouse, host, port, allow_host or [], encoder)


@app.command()
def sql(
    statement: Annotated[str | None, typer.Argument(help="Omit it to open a shell.")] = None,
    warehouse: DataDirectory = Path("warehouse"),
    form: Annotated[
        Literal["table", "csv", "json", "parquet", "xlsx"],
        typer.Option("--format", help="The output format."),
    ] = "table",
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write parquet or xlsx here, not to standard output."),
    ] = None,
    unrestricted: Annotated[
        bool,
        typer.Option("--unrestricted", help="Let statements use files, extensions, and the disk."),
    ] = False,
) -> None:
    """Query media.duckdb, read-only.

    Statements can read or write no file of the machine, load no extension, and read no environment
    variable. On a terminal, without a statement, DuckDB's own shell opens if it is installed.
    """
    from flows.commands.sql_export import export
    from flows.commands.sql_shell import open_shell

    if output and form not in ("parquet", "xlsx"):
        raise ConfigError(f"--output: expected --format parquet or xlsx beside it, got {form}")
    reader = Reader(warehouse)
    match form, statement:
        case "parquet" | "xlsx", None:
            raise ConfigError(f"--format {form}: expected a statement")
        case ("parquet" | "xlsx") as file_form, str():
            export(reader, statement, file_form, output, confined=not unrestricted)
        case ("table" | "csv" | "json") as text_form, None:
            open_shell(reader, text_form, unrestricted)
        case ("table" | "csv" | "json") as text_form, str():
            if not unrestricted:
                reader.confine()
            show(*reader.query(statement), text_form)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False)] = Path(),
) -> None:
    """Write commented sources.yaml, topics.yaml, and .env.example.

    Never overwrites a file. Says what to do next.
    """
    from flows.commands.init import init as write_files

    write_files(folder)


@warehouse_app.command("move")
def move_warehouse(
    source: Annotated[str, typer.Argument(metavar="FROM")],
    target: Annotated[str, typer.Argument(metavar="TO")],
) -> None:
    """Carry the tables of a data directory into a lake, or back.

    One of the two is a data directory, the other a lake: ducklake:postgres:…. Proves that both
    sides have the same rows before anything changes places.
    """
    from flows.commands.warehouse_move import move

    with _interruptible(_AGAIN):
        move(source, target)


@sources_app.command("list")
def list_sources(sources: SourcesFile = Path("sources.yaml")) -> None:
    """List every source and its discovery addresses."""
    rows = [
        (
            source.id,
            source.name,
            source.kind,
            source.status,
            "\n".join(f"{at.kind} {at.url}" for at in source.discover),
        )
        for source in load_sources(sources)
    ]
    show(("source_id", "name", "kind", "status", "discover"), rows, "table")


@sources_app.command("boilerplate")
def show_boilerplate(
    source_id: Annotated[str, typer.Argument(metavar="ID")],
    sources: SourcesFile = Path("sources.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """List the lines learned as clutter for one source.

    They recur on many of its articles, and are cut unless `keep` in sources.yaml overrules it. For
    each, shows whether it is cut or kept, where, how many of the newest articles it was counted
    on, the dates of the first and last of those, when it was learned, and how many articles it is
    cut from now.
    """
    [source] = choose(load_sources(sources), [source_id], replaying=True)
    show_learned(source, Reader(warehouse).boilerplate(source_id))


@sources_app.command("check")
def check_sources(
    source_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Check only these sources."),
    ] = None,
    sources: SourcesFile = Path("sources.yaml"),
    article: Annotated[
        str | None, typer.Option(metavar="URL", help="Extract this article instead of the newest.")
    ] = None,
) -> None:
    """Validate the file and try every active source. Writes nothing.

    Requests each discovery address once, extracts the newest article, and shows where each field
    was read, what was cut, and by which rule. Standard error names each source that needs
    attention.

    Exit status: 0 every source gave an article; 1 some did; 2 wrong usage or configuration; 3 none
    did.
    """
    from flows.commands.sources_check import check

    declared = load_sources(sources)
    chosen = choose(declared, source_ids or [], replaying=False)
    if article and (len(chosen) != 1 or not chosen[0].articles.search(article)):
        raise ConfigError(
            f"--article {article}: expected the ID of one source before it, "
            "whose `articles` this address matches"
        )
    contact = Settings.from_environ(os.environ).contact
    raise typer.Exit(asyncio.run(check(chosen, declared, contact, article)))


@sources_app.command("add")
def add_sources(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The outlet's home page, or its feed.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Add without asking.")] = False,
    opml: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Add the outlets of this OPML file.")
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Add those of this table, as of Media Cloud."),
    ] = None,
    sources: SourcesFile = Path("sources.yaml"),
) -> None:
    """Find out about an outlet, and add it to the file after a yes.

    Looks for feeds, sitemaps, and index pages, derives the pattern of its articles' addresses,
    tries it on three of them, and shows what it would write.

    Exit status: 0 added, or known in a list; 1 not wanted or, of a list, some could not be added; 2
    wrong usage or configuration, or an outlet that is in the file already; 3 nothing could be
    added.
    """
    from flows.commands.sources_add import add_all, add_one, read_lists

    if (url is None) == (opml is None and table is None):
        raise ConfigError("expected either an address, or --opml FILE or --csv FILE")
    contact = Settings.from_environ(os.environ).contact
    ask = None if yes else typer.confirm
    if url is not None:
        raise typer.Exit(add_one(url, sources, contact, ask))
    raise typer.Exit(add_all(read_lists(opml, table), sources, contact, ask))


@alerts_app.command("list")
def list_alerts(
    pending: Annotated[bool, typer.Option("--pending", help="Only undelivered messages.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Only messages that were given up.")] = False,
    warehouse: DataDirectory = Path("warehouse"),
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = "table",
) -> None:
    """List messages to the desks and their deliveries, newest first.

    Messages are alerts, and the heartbeats that are sent.
    """
    state = None
    if pending or dead:
        state = "pending" if pending else "dead"
    rows = Reader(warehouse).deliveries(state)
    columns = (
        "raised_at",
        "alert_id",
        "topic_id",
        "kind",
        "channel",
        "state",
        "attempts",
        "next_attempt_at",
        "last_error",
        "title",
    )
    show(columns, [tuple(row[name] for name in columns) for row in rows], form)


@alerts_app.command("retry")
def retry_alerts(
    alert_id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="Send only this message, at any hour, even if it was given up."
        ),
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Also retry what was given up.")] = False,
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Deliver what is pending now, without waiting for the next run.

    Quiet hours still apply.

    Exit status: 0 nothing failed; 1 something did; 2 wrong usage or configuration; 3 a run holds
    the lock.
    """
    from flows.delivery import retry

    with _interruptible(_NEXT_RUN):
        delivered = retry(topics, warehouse, alert_id, dead)
    sys.stdout.write(f"{delivered.summary or 'nothing to deliver'}\n")
    sys.stderr.write("".join(f"{trouble}\n" for trouble in delivered.troubles))
    raise typer.Exit(int(bool(delivered.troubles)))


@alerts_app.command("test")
def try_alerts(
    channel: Annotated[
        str | None, typer.Argument(metavar="CHANNEL", help="Test only this channel.")
    ] = None,
    topics: TopicsFile = Path("topics.yaml"),
) -> None:
    """Send a test message to each channel in topics.yaml.

    Exit status: 0 all arrived, as far as the channels say; 1 one did not; 2 wrong usage or
    configuration, such as an unset variable.
    """
    from flows.delivery import try_channels

    errors = []
    for name, error in try_channels(topics, channel):
        sys.stdout.write(f"{name}: {error or 'sent'}\n")
        errors.append(error)
    if not errors:
        sys.stdout.write(f"{topics} declares no channel: alerts are recorded and printed\n")
    raise typer.Exit(int(any(errors)))


@topics_app.command("list")
def list_topics(topics: TopicsFile = Path("topics.yaml")) -> None:
    """List every topic, including inactive ones."""
    rows = [
        (
            topic.id,
            topic.title,
            "yes" if topic.active else "no",
            " + ".join(group.name for group in topic.all_of),
            ", ".join(topic.channels),
        )
        for topic in load_topics(topics, environ=None, inactive=True)[0]
    ]
    show(("topic_id", "title", "active", "all_of", "channels"), rows, "table")


Items = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Items with id, title, and text, one JSON object per line; - is standard input.",
    ),
]


@topics_app.command("test")
def try_topics(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT|FILE|URL",
            help="A text whose first line is the headline, a text or .html file, or an address.",
        ),
    ] = None,
    topic: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Test only this topic, even if inactive. Default: all active ones."
        ),
    ] = None,
    jsonl: Items = None,
    topics: TopicsFile = Path("topics.yaml"),
    sources: SourcesFile = Path("sources.yaml"),
) -> None:
    """Say whether an article belongs to a topic, and why. Writes nothing.

    A topic is either an article's subject, which alerts, or a mention, which is only recorded.

    With --jsonl, prints one JSON object per item: id, matched (true only for a subject), strength,
    score, evidence, and topic if several are tested. If the items carry a `label` (true, false,
    on_topic, mention, off_topic, background), precision, recall, F1, and each error go to standard
    error. So do the articles found that are least like the others, if there are 20.
    """
    from flows.commands.topics_test import read_text, show_text, try_items
    from flows.edges.encoder import Encoder, default_model

    chosen = _choose_topics(topics, topic)
    if (text is None) == (jsonl is None):
        raise ConfigError("expected either a text, a file or an address, or --jsonl FILE")
    if jsonl:
        settings = Settings.from_environ(os.environ)
        try_items(chosen, jsonl, Encoder(settings.model or default_model()))
    elif text is not None:
        known = load_sources(sources) if text.startswith("http") and sources.exists() else ()
        show_text(chosen, *read_text(text, known, Settings.from_environ(os.environ).contact))


@topics_app.command("replay")
def replay_topic(
    topic_id: Annotated[str, typer.Argument(metavar="ID")],
    since: Annotated[
        str, typer.Option(metavar="DATE", help="Only articles since then.")
    ] = "1970-01-01",
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Show which hits a changed topic would add and drop.

    Compares the topic, as it now stands in topics.yaml, with its recorded hits, story by story.
    Ends with the articles found that are least like the others, if there are 20. Reads
    media.duckdb. Writes nothing and alerts nobody.
    """
    start = _instant("--since", since)
    [topic] = _choose_topics(topics, topic_id)
    from flows.commands.topics_replay import show_replay
    from flows.edges.encoder import default_model

    model = Settings.from_environ(os.environ).model or default_model()
    show_replay(topic, Reader(warehouse), start, model)


def _choose_topics(path: Path, topic_id: str | None) -> tuple[Topic, ...]:
    """The active topics of a file, or the one with an id. Raises ConfigError if there is none."""
    declared, _ = load_topics(path, environ=None, inactive=True)
    known = ", ".join(topic.id for topic in declared) or "none"
    if topic_id is None:
        chosen = tuple(topic for topic in declared if topic.active)
        fault = f"{path}: no topic is active; known are {known}"
    else:
        chosen = tuple(topic for topic in declared if topic.id == topic_id)
        fault = f"{topic_id}: no such topic; known are {known}"
    if not chosen:
        raise ConfigError(fault)
    return chosen


@app.callback(invoke_without_command=True)
def version(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if show_version:
        sys.stdout.write(f"kliping {__version__}\n")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command, by default with the process's arguments. User errors print one line, without
    a traceback; so do unforeseen errors, whose traceback goes to a file.
    """
    from flows.orchestrator import spare_loopback

    if arguments is None:
        arguments = sys.argv[1:]
    words = spread(arguments, {"--replay", "--only", "--allow-host"})
    spare_loopback()
    _escape_what_cannot_be_encoded()
    try:
        try:
            _require_utf8(words)
            app(words)
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except KlipingError as error:
        _end(str(error), error.exit_status)
    except _UnforeseenError as error:
        _end_by_signal(error.__cause__ or error)
        _end(_unforeseen(error.__cause__ or error, private(_warehouse(words))), 3)
    except OSError as error:
        _end(_unforeseen(error, private(_warehouse(words))), 3)


def _require_utf8(words: Sequence[str]) -> None:
    """Raise ConfigError if an argument is no UTF-8, as neither DuckDB nor JSON can hold it."""
    for word in words:
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise ConfigError(f"{one_line(word)}: expected UTF-8")


def _escape_what_cannot_be_encoded() -> None:
    """Have characters that standard output's encoding lacks escaped, here and in processes that are
    started: a headline must not end a run.
    """
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    os.environ["PYTHONIOENCODING"] = f"{encoding}:{errors or 'backslashreplace'}"


def _end_by_signal(error: BaseException) -> None:
    """If a signal caused the error, end as that signal would have ended the process."""
    from flows.edges import crashlog

    number = crashlog.signal_number(error)
    if number == signal.SIGINT:
        _end("interrupted", _INTERRUPTED_STATUS)
    if number:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _unforeseen(error: BaseException, directory: Path) -> str:
    from flows.edges import crashlog

    if isinstance(error, OSError) and (_has_no_reader() or not _is_flushed()):
        _discard(1)
        return f"broken off: the output cannot be written: {error.strerror}"
    return crashlog.report(error, directory)


def _has_no_reader() -> bool:
    """Whether standard output is a pipe that nobody reads any more."""
    output = select.poll()
    output.register(1, 0)
    return any(event & select.POLLERR for _, event in output.poll(0))


def _is_flushed() -> bool:
    """Whether standard output accepts what is still buffered."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        return False
    return True


def _discard(output: int) -> None:
    """Discard what is written to a file descriptor: Python would report the trouble at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)


def _warehouse(words: Sequence[str]) -> Path:
    """The data directory in the arguments."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option, _, value = word.partition("=")
        if option == "--warehouse":
            place = value or following
            return beside_lake(os.environ) if place.startswith(PREFIX) else Path(place)
    return Path("warehouse")


def spread(arguments: Sequence[str], options: Collection[str]) -> list[str]:
    """Repeat an option before each of its values: `--only a b` becomes `--only a --only b`.

    `options`: those that take several values.
    """
    spreading: list[str] = []
    last_option = ""
    for position, argument in enumerate(arguments):
        if argument.startswith("-"):
            last_option = argument
        elif last_option in options and arguments[position - 1] != last_option:
            spreading.append(last_option)
        spreading.append(argument)
    return spreading


@contextmanager
def _interruptible(then: str) -> Iterator[None]:
    """End as interrupted, whatever the signal's exception became on its way. `then`: what becomes
    of the command.
    """
    try:
        yield
    except BaseException as error:
        from flows.edges import crashlog

        if crashlog.signal_number(error) != signal.SIGINT:
            raise
        _end(f"interrupted: {then}", _INTERRUPTED_STATUS)


def _check_channels(topics: Path) -> None:
    """Raise ConfigError unless the topics and the channels' addresses are valid."""
    from flows.edges import notify

    load_topics(topics, os.environ, notify.check)


def _settle_prefect(warehouse: Path) -> None:
    from flows.orchestrator import configure

    configure(private(warehouse) / "prefect")


def _end(message: str, status: int) -> None:
    try:
        if sys.stderr:
            sys.stderr.write(f"kliping: {message}\n")
            sys.stderr.flush()
    except OSError:
        _discard(2)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
