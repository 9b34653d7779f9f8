"""The `kliping` command: reads its arguments, starts a flow, and turns how it ended into an exit
status.

What takes long to import (Prefect, the extractor, the model) is imported by the command that needs
it.
"""

import asyncio
import os
import select
import signal
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from flows import __version__
from flows.config import Settings, choose, load_sources, load_topics, parse_duration
from flows.errors import ConfigError, KlipingError
from flows.records import Topic
from flows.shell import Format, converse, show, show_learned
from warehouse.engine import Reader, private


class _UnforeseenError(Exception):
    """Wraps an error that nobody foresaw."""


class _Commands(TyperGroup):
    """Hands on what a command raises: typer would end some of it with status 1 and no word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (KlipingError, typer.Exit, typer.Abort, typer.TyperException):
            raise
        except (SystemExit, KeyboardInterrupt):
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
alerts_app = typer.Typer(help="What was sent to the desks, and what was not.", no_args_is_help=True)
app.add_typer(alerts_app, name="alerts")


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
        raise ConfigError(
            f"{option}: expected an instant such as 2026-03-11T01:00+07:00, got {text!r}"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _zone(option: str, text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"{option}: expected a time zone such as Asia/Jakarta, got {text!r}"
        ) from error
    return text


SourcesFile = Annotated[Path, typer.Option("--sources", help="The outlets.", metavar="FILE")]
TopicsFile = Annotated[Path, typer.Option("--topics", help="The watch topics.", metavar="FILE")]
DataDirectory = Annotated[
    Path,
    typer.Option("--warehouse", help="The data directory: media.duckdb and var/.", metavar="DIR"),
]
_INTERRUPTED = "interrupted: the next run goes on where this one stopped"

Since = Annotated[
    str,
    typer.Option(metavar="DURATION", help="Leave links alone that are listed with an older date."),
]


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
    since: Since = "72h",
    only: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Look at these sources alone.")
    ] = None,
) -> None:
    """Bring the warehouse up to date, and alert.

    Exit status: 0 done; 1 done, but a source failed or an archive was damaged; 2 bad usage or
    configuration; 3 nothing could be done.
    """
    clock = _instant("--now", now) if now else None
    reach = _duration("--since", since)
    choose(load_sources(sources), only or [], replaying=bool(replay))
    _check_channels(topics)
    from flows.orchestrator import api, end_on_sigterm

    with _interruptible(), api(private(warehouse)):
        from flows.nightly import nightly

        flow = nightly.with_options(on_running=[end_on_sigterm])
        outcome = asyncio.run(flow(sources, topics, warehouse, replay, clock, reach, only))
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
    stage: Annotated[
        Literal["extract", "embed", "group", "match"], typer.Option(help="What to do again.")
    ] = "extract",
    since: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="Only pages fetched or archived, for the other stages articles published, since then.",
        ),
    ] = "1970-01-01",
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Do a stage again, and what follows from it: for all that is stored, or since a date. No alert
    is sent.

    \b
    extract  read the pages again from their WARC records, after a change of
             rules; articles keep their ids
    embed    make the vectors anew, after a change of the model's weights;
             the stories stay until they are grouped again
    group    place the articles anew, after a change of model, weights or
             window; stories keep their ids wherever their articles stay
             together
    match    let every topic look again; what was decided stays

    A run that is broken off is finished by the next one of any kind.
    """
    start = _instant("--since", since)
    load_sources(sources)
    load_topics(topics, environ=None)
    from flows.backfill import reprocess as redo

    with _interruptible():
        outcome = redo(stage, start, sources, topics, warehouse)
    raise typer.Exit(outcome.exit_status)


@app.command()
def schedule(
    sources: SourcesFile = Path("sources.yaml"),
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
    since: Since = "72h",
    cron: Annotated[str, typer.Option(help="When to run.")] = "0 1 * * *",
    timezone: Annotated[str, typer.Option(help="The time zone of --cron.")] = "Asia/Jakarta",
    every: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Run this often instead, such as 1h.")
    ] = None,
) -> None:
    """Run every night until interrupted, with a loopback Prefect server of its own or with the one
    that PREFECT_API_URL names.
    """
    reach = _duration("--since", since)
    interval = _duration("--every", every) if every else None
    zone = _zone("--timezone", timezone)
    load_sources(sources)
    _check_channels(topics)
    _settle_prefect(warehouse)
    from flows.schedule import keep, when

    keep(
        sources.resolve(), topics.resolve(), warehouse.resolve(), reach, when(cron, zone, interval)
    )


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
    """The lines that were learned to be clutter of one source, because they return on many of its
    articles.

    Each is cut, or kept where `keep` in sources.yaml overrules it; with where it is cut, on how
    many of the newest articles it was counted, the dates of the first and the last of them, when it
    was learned, and from how many articles it is cut now.
    """
    [source] = choose(load_sources(sources), [source_id], replaying=True)
    show_learned(source, Reader(warehouse).boilerplate(source_id))


@sources_app.command("check")
def check_sources(
    source_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="These sources alone, not every active one."),
    ] = None,
    sources: SourcesFile = Path("sources.yaml"),
    article: Annotated[
        str | None, typer.Option(metavar="URL", help="This article of the source, not its newest.")
    ] = None,
) -> None:
    """Validate the file, ask each active source's discovery addresses once, and show of its newest
    article where each field was read, what was cut, and by which rule. Standard error names each
    source that needs attention. Nothing is written.

    Exit status: 0 every source gave an article; 1 some did; 2 bad usage or configuration; 3 none
    did.
    """
    from flows.probe import probe

    declared = load_sources(sources)
    chosen = choose(declared, source_ids or [], replaying=False)
    if article and (len(chosen) != 1 or not chosen[0].articles.search(article)):
        raise ConfigError(
            f"--article {article}: expected the ID of one source before it, whose `articles` this address matches"
        )
    raise typer.Exit(
        asyncio.run(probe(chosen, declared, Settings.from_environ(os.environ).contact, article))
    )


@alerts_app.command("list")
def list_alerts(
    pending: Annotated[bool, typer.Option("--pending", help="Only what has not arrived.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    warehouse: DataDirectory = Path("warehouse"),
    form: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = "table",
) -> None:
    """Every message to a desk with how its deliveries stand, newest first: alerts, and heartbeats
    that are sent.
    """
    rows = Reader(warehouse).deliveries("pending" if pending else "dead" if dead else None)
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
        typer.Argument(metavar="ID", help="This message alone, at any hour, given up or not."),
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="What was given up too.")] = False,
    topics: TopicsFile = Path("topics.yaml"),
    warehouse: DataDirectory = Path("warehouse"),
) -> None:
    """Try now to deliver what is pending, without waiting for the next run. Quiet hours hold.

    Exit status: 0 nothing failed; 1 something did; 2 bad usage or configuration; 3 a run holds the
    lock.
    """
    from flows.delivery import retry

    with _interruptible():
        delivered = retry(topics, warehouse, alert_id, dead)
    sys.stdout.write(f"{delivered.told or 'nothing to deliver'}\n")
    sys.stderr.write("".join(f"{trouble}\n" for trouble in delivered.troubles))
    raise typer.Exit(1 if delivered.troubles else 0)


@alerts_app.command("test")
def try_alerts(
    channel: Annotated[
        str | None, typer.Argument(metavar="CHANNEL", help="This one alone.")
    ] = None,
    topics: TopicsFile = Path("topics.yaml"),
) -> None:
    """Send a test message to each channel that topics.yaml declares, and say what came of it.

    Exit status: 0 all arrived, as far as the channels tell; 1 one did not; 2 bad usage or
    configuration, such as an unset variable.
    """
    from flows.delivery import try_channels

    errors = []
    for name, error in try_channels(topics, channel):
        sys.stdout.write(f"{name}: {error or 'sent'}\n")
        errors.append(error)
    if not errors:
        sys.stdout.write(f"{topics} declares no channel: alerts are recorded and printed\n")
    raise typer.Exit(1 if any(errors) else 0)


@topics_app.command("list")
def list_topics(topics: TopicsFile = Path("topics.yaml")) -> None:
    """Every topic, those that are not watched for too."""
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


@topics_app.command("test")
def try_topics(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT|FILE|URL",
            help="A text, its first line the headline; a text file or .html; an address.",
        ),
    ] = None,
    topic: Annotated[
        str | None,
        typer.Option(metavar="ID", help="This topic alone, active or not; else all active ones."),
    ] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Items with id, title and text, one JSON a line; - is standard input.",
        ),
    ] = None,
    topics: TopicsFile = Path("topics.yaml"),
    sources: SourcesFile = Path("sources.yaml"),
) -> None:
    """Say whether an article belongs to a topic, and why. Nothing is written.

    A topic is an article's subject, which alerts, or a mention, which is recorded. With --jsonl one
    JSON line for each item: id, matched (as its subject), strength, score, evidence, and topic
    where there are several; where items have a `label` (true, false, on_topic, mention, off_topic,
    background), standard error has precision, recall, F1 and the errors.
    """
    chosen = _choose_topics(topics, topic)
    if (text is None) == (jsonl is None):
        raise ConfigError("expected either a text, a file or an address, or --jsonl FILE")
    from flows.trial import read_text, show_text, try_items

    if jsonl:
        try_items(chosen, jsonl)
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
    """Show what a topic, as topics.yaml has it now, would add to its recorded hits and drop from
    them, story by story.

    Reads media.duckdb; nothing is written, and nobody is alerted.
    """
    start = _instant("--since", since)
    [topic] = _choose_topics(topics, topic_id)
    from flows.rehearsal import show_replay

    show_replay(topic, Reader(warehouse), start)


def _choose_topics(path: Path, topic_id: str | None) -> tuple[Topic, ...]:
    """The active topics of the file, or the one of that id."""
    declared, _ = load_topics(path, environ=None, inactive=True)
    chosen = tuple(
        topic for topic in declared if (topic.active if topic_id is None else topic.id == topic_id)
    )
    if not chosen:
        known = ", ".join(topic.id for topic in declared) or "none"
        raise ConfigError(
            f"{topic_id}: no such topic; known are {known}"
            if topic_id
            else f"{path}: no topic is active; known are {known}"
        )
    return chosen


@app.callback(invoke_without_command=True)
def version(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if show_version:
        sys.stdout.write(f"kliping {__version__}\n")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command, by default with the process's arguments. A person's mistake is told in a
    line, without a stack trace; so is a mistake of ours, whose trace goes to a file.
    """
    from flows.orchestrator import spare_loopback

    words = spread(sys.argv[1:] if arguments is None else arguments, {"--replay", "--only"})
    spare_loopback()
    try:
        try:
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


def _end_by_signal(error: BaseException) -> None:
    """End as a signal wants it, where the error is what became of one."""
    from flows.edges import crashlog

    number = crashlog.signalled(error)
    if number == signal.SIGINT:
        _end(_INTERRUPTED, 130)
    if number:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _unforeseen(error: BaseException, directory: Path) -> str:
    from flows.edges import crashlog

    if isinstance(error, OSError) and (_is_without_reader() or not _is_written()):
        _throw_away(1)
        return f"broken off: the output cannot be written: {error.strerror}"
    return crashlog.told(error, directory)


def _is_without_reader() -> bool:
    output = select.poll()
    output.register(1, 0)
    return any(event & select.POLLERR for _, event in output.poll(0))


def _is_written() -> bool:
    """Whether standard output takes what is still held back."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        return False
    return True


def _throw_away(output: int) -> None:
    """What this file descriptor takes from now on; at the very end Python would tell its trouble."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)


def _warehouse(words: Sequence[str]) -> Path:
    """The data directory that the arguments name."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option, _, value = word.partition("=")
        if option == "--warehouse":
            return Path(value or following)
    return Path("warehouse")


def spread(arguments: Sequence[str], options: Collection[str]) -> list[str]:
    """Arguments in which an option that takes several values is given once for each: `--only a b`
    becomes `--only a --only b`.
    """
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
        _end(_INTERRUPTED, 130)


def _check_channels(topics: Path) -> None:
    """The topics file and the channels' addresses; Apprise knows whether it understands them."""
    from flows.edges import notify

    load_topics(topics, os.environ, notify.check)


def _settle_prefect(warehouse: Path) -> None:
    from flows.orchestrator import settle

    settle(private(warehouse) / "prefect")


def _end(message: str, status: int) -> None:
    try:
        if sys.stderr:
            sys.stderr.write(f"kliping: {message}\n")
            sys.stderr.flush()
    except OSError:
        _throw_away(2)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
