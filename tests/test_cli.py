"""The command as a person meets it: usage, mistakes, SQL, and whole runs over loopback."""

import asyncio
import csv
import errno
import io
import json
import linecache
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
import typer.main
from warcio.archiveiterator import ArchiveIterator

from flows.cli import app, spread
from flows.config import load_sources
from flows.edges import crashlog
from flows.edges.archive import WarcWriter
from flows.records import Attempt
from flows.steps import cleaning
from tests.edges.misbehaving import Server, page, redirect, status
from tests.helpers.clocks import NOW
from tests.helpers.command import Kliping, Ran, ended
from tests.helpers.desks import desk
from tests.helpers.forked import Commands
from tests.helpers.nights import Nights
from tests.helpers.outbox import TOPIC, raise_alerts
from tests.helpers.outlets import TOPICS, article, files, outlet, sitemap, written
from tests.helpers.paths import ROOT
from tests.helpers.tables import new_warehouse, published_rows
from warehouse.directory import only_run, private, published
from warehouse.engine import Engine
from warehouse.reader import Reader
from warehouse.snapshot import publish
from warehouse.store import Warehouse

CHANNEL = """\
version: 1
channels: {desk: {env: KLIPING_NO_SUCH_DESK}}
topics:
  - {id: banjir, title: Banjir, all_of: [{name: air, any: [banjir]}], alert: {channels: [desk]}}
"""


# ---- usage ----


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


@pytest.mark.parametrize("path", list(commands(typer.main.get_command(app))), ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(capsys: pytest.CaptureFixture[str], path: tuple[str, ...], option: str) -> None:
    """Every command tells what it does and which options it has."""
    told = ended(capsys, *path, option)
    command = typer.main.get_command(app)
    for name in path:
        command = getattr(command, "commands")[name]  # noqa: B009 - only groups have it
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("Usage: ")
    for each in (
        opt for parameter in command.params for opt in parameter.opts if opt.startswith("-")
    ):
        assert each in told.out
    for name in getattr(command, "commands", {}):
        assert f"\n  {name} " in told.out


@pytest.mark.parametrize(
    ("given", "same_as"),
    [
        ("run --replay a b", "run --replay a --replay b"),
        ("run --replay a --replay b", "run --replay a --replay b"),
        ("run --only a b c --now x", "run --only a --only b --only c --now x"),
        ("run --only a --replay b c", "run --only a --replay b --replay c"),
        ("run --replay=a --only b", "run --replay=a --only b"),
        ("run --now a b", "run --now a b"),
        ("backfill a b --sources s", "backfill a b --sources s"),
        ("run --only", "run --only"),
        ("", ""),
    ],
)
def test_spread(given: str, same_as: str) -> None:
    """An option with several values is the same as the option given several times."""
    assert spread(shlex.split(given), {"--replay", "--only"}) == shlex.split(same_as)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            "run --now gestern",
            "kliping: --now: expected an instant such as 2026-03-11T01:00+07:00, got 'gestern'",
        ),
        ("search harga\udcff", r"kliping: harga\udcff: expected UTF-8"),
        (
            "run --now 9999-12-31T23:59:59Z",
            "kliping: --now: expected an instant such as 2026-03-11T01:00+07:00, got "
            "'9999-12-31T23:59:59Z'",
        ),
        (
            "run --since 3w",
            "kliping: --since: expected a duration such as 90s, 30m, 36h or 2d, got '3w'",
        ),
        ("run --only kompas nope", "kliping: nope: no such source; known are "),
        (
            "run --only voaindonesia",
            (
                "kliping: no source to look at: those with status archive are for backfill and "
                "replay only"
            ),
        ),
        ("run --replay no-such.warc.gz", "Error: Invalid value for '--replay': "),
        ("run --replay tests", "Error: Invalid value for '--replay': "),
        ("run --sources no-such.yaml", "kliping: no-such.yaml: cannot be read: "),
        ("run --topics no-such.yaml", "kliping: no-such.yaml: cannot be read: "),
        ("run --bogus", "Error: No such option: --bogus"),
        ("backfill", "Error: Missing argument 'WARC...'"),
        ("backfill no-such.warc.gz", "kliping: no-such.warc.gz: there is no such archive"),
        (
            "schedule --every soon",
            "kliping: --every: expected a duration such as 90s, 30m, 36h or 2d, got 'soon'",
        ),
        (
            "schedule --timezone Asia/Jakrta",
            "kliping: --timezone: expected a time zone such as Asia/Jakarta, got 'Asia/Jakrta'",
        ),
        (
            "schedule --cron 'every night'",
            "kliping: --cron: expected five fields such as '0 1 * * *', got 'every night'",
        ),
        ("sources check kompas nope", "kliping: nope: no such source; known are "),
        (
            "sources check --article https://bola.kompas.com/read/2026/03/11/1/x",
            "kliping: --article https://bola.kompas.com/read/2026/03/11/1/x: ",
        ),
        (
            "sources check kompas --article https://x.example/",
            "kliping: --article https://x.example/: expected the ID of one source before",
        ),
        ("sources boilerplate nope", "kliping: nope: no such source; known are "),
        ("sql --format xml 'select 1'", "Error: Invalid value for '--format': "),
        ("nope", "Error: No such command 'nope'"),
    ],
)
def test_bad_usage(
    kliping: Kliping, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, says: str
) -> None:
    """A mistake in the arguments ends with status 2 and a line that names the option and what is
    expected.
    """
    words = shlex.split(arguments)
    where: Sequence[str | Path] = (
        ["--warehouse", tmp_path] if words[0] in ("run", "backfill", "schedule", "sql") else []
    )
    refused = ended(capsys, *words, *where)
    lines = refused.err.splitlines()
    assert (refused.status, refused.out) == (2, "")
    assert lines[-1].startswith(says)
    assert len(lines) == 1 or lines[0].startswith("Usage: ")
    assert not published(tmp_path).exists()


# ---- configuration ----

COMMANDS: Mapping[str, Sequence[str | Path]] = {
    "run": ("run",),
    "backfill": ("backfill", ROOT / "tests" / "press" / "press.warc.gz"),
    "schedule": ("schedule",),
    "list": ("sources", "list"),
    "check": ("sources", "check"),
}
BAD_SOURCES = {
    "    retries: 3\n": ":9: sources[0].retries: ",
    "    strip: ['(']\n": ":9: sources[0].strip[0]: expected a regular expression",
}
BAD_TOPICS = {TOPICS.replace("id: banjir, ", ""): ":3: topics[0].id: "}


@pytest.mark.parametrize(
    ("command", "mistake"),
    [(command, mistake) for command in COMMANDS for mistake in BAD_SOURCES]
    + [(command, mistake) for command in ("run", "backfill", "schedule") for mistake in BAD_TOPICS],
)
def test_bad_configuration(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, mistake: str
) -> None:
    """A mistake in a file ends with status 2, file, line and key, before anything is asked for or
    written.
    """
    with Server() as server:
        good = outlet("satu", server.url(""), "/peta.xml")
        options = (
            files(tmp_path, good, topics=mistake)
            if mistake in BAD_TOPICS
            else files(tmp_path, good + mistake)
        )
        refused = ended(
            capsys, *COMMANDS[command], *(options[:2] if command in ("list", "check") else options)
        )
        assert server.requests == []
    place = (
        f"topics.yaml{BAD_TOPICS[mistake]}"
        if mistake in BAD_TOPICS
        else f"sources.yaml{BAD_SOURCES[mistake]}"
    )
    assert (refused.status, refused.out) == (2, "")
    [line] = refused.err.splitlines()
    assert line.startswith(f"kliping: {tmp_path}/{place}")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["run", "schedule"])
def test_unset_channel(capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str) -> None:
    """A command that alerts is refused while a channel's variable is not set; the line names file,
    line, key and variable.
    """
    with Server() as server:
        refused = ended(
            capsys,
            command,
            *files(tmp_path, outlet("satu", server.url(""), "/peta.xml"), topics=CHANNEL),
        )
    assert refused.status == 2
    assert re.fullmatch(
        rf"kliping: {re.escape(str(tmp_path))}/topics\.yaml:2: channels\.desk\.env: "
        rf".*KLIPING_NO_SUCH_DESK.* is not set\n",
        refused.err,
    )
    assert server.requests == []
    assert not (tmp_path / "data").exists()


# ---- alerts ----


@pytest.fixture
def waiting(tmp_path: Path) -> Sequence[str | Path]:
    """The options that name a topic with a channel, and a data directory in which one message waits
    for that channel and one was given up.
    """
    store = new_warehouse(tmp_path / "data")
    raise_alerts(store, replace(TOPIC, channels=("desk",)), 2)
    store.alerts.record_deliveries([Attempt("1", "desk", "dead", NOW, "HTTP 500")])
    store.close()
    publish(tmp_path / "data")
    topics = written(tmp_path / "topics.yaml", CHANNEL)
    return ("--topics", topics, "--warehouse", tmp_path / "data")


def test_alerts(
    capsys: pytest.CaptureFixture[str],
    waiting: Sequence[str | Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`alerts list` shows what waits and what was given up, `retry` sends it, `test` tries the
    channels.
    """
    *topics, _, data = waiting

    def alerts(*words: str | Path) -> Ran:
        return ended(capsys, "alerts", *words)

    def listed(*options: str) -> list[dict[str, object]]:
        ran = alerts("list", "--warehouse", data, "--format", "json", *options)
        assert (ran.status, ran.err) == (0, "")
        rows: list[dict[str, object]] = json.loads(ran.out)
        return rows

    with desk() as here:
        monkeypatch.setenv("KLIPING_NO_SUCH_DESK", here.url.replace("//", "//desk:rahasia@"))
        both = [(row["alert_id"], row["state"], row["last_error"]) for row in listed()]
        assert both == [("1", "dead", "HTTP 500"), ("0", "pending", None)]
        assert [row["alert_id"] for row in listed("--pending")] == ["0"]
        assert [row["alert_id"] for row in listed("--dead")] == ["1"]
        here.answer = lambda message: 401
        assert alerts("test", *topics) == Ran(1, "desk: HTTP 401\n", "")
        failed = "channel desk: 1 not delivered: HTTP 401; tried again\n"
        assert alerts("retry", *waiting) == Ran(1, "1 failed\n", failed)
        here.answer = lambda message: 200
        assert alerts("test", "desk", *topics) == Ran(0, "desk: sent\n", "")
        assert alerts("retry", "--dead", *waiting) == Ran(0, "2 sent\n", "")
        assert alerts("retry", *waiting) == Ran(0, "nothing to deliver\n", "")
        with only_run(Path(data), "a run"):
            assert alerts("retry", *waiting).status == 3
    assert [row["state"] for row in listed()] == ["sent", "sent"]


def test_channels_that_are_none(
    capsys: pytest.CaptureFixture[str],
    waiting: Sequence[str | Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A channel that cannot be used is refused without its secret; no channel at all is fine."""
    *topics, _, _ = waiting
    monkeypatch.setenv("KLIPING_NO_SUCH_DESK", "nosuch://rahasia@desk")
    for command in (("alerts", "test", *topics), ("alerts", "retry", *waiting)):
        refused = ended(capsys, *command)
        assert (refused.status, refused.out) == (2, "")
        assert (
            "topics.yaml:2: channels.desk.env: expected the environment variable "
            "KLIPING_NO_SUCH_DESK to hold"
        ) in refused.err
        assert "rahasia" not in refused.err
    monkeypatch.delenv("KLIPING_NO_SUCH_DESK")
    assert ended(capsys, "alerts", "test", *topics).err.endswith("; it is not set\n")
    none = written(tmp_path / "none.yaml", TOPICS)
    nowhere = f"{none} declares no channel: alerts are recorded and printed\n"
    assert ended(capsys, "alerts", "test", "--topics", none) == Ran(0, nowhere, "")


# ---- SQL ----


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a published, empty warehouse."""
    directory = tmp_path_factory.mktemp("data")
    new_warehouse(directory).close()
    publish(directory)
    return directory


def test_report(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It writes the night's brief where a run does, or where it is told to, and prints the path."""
    ran = ended(capsys, "report", "--warehouse", data, "--date", "2026-03-11")
    written = data / "reports" / "2026-03-11.html"
    assert (ran.status, ran.out, ran.err) == (0, f"{written}\n", "")
    assert "Pada hari ini tidak ada pemeriksaan" in written.read_text("utf-8")
    file = tmp_path / "brief.html"
    ran = ended(capsys, "report", "--warehouse", data, "--date", "2026-03-11", "--output", file)
    assert (ran.out, file.read_text("utf-8")) == (f"{file}\n", written.read_text("utf-8"))


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ((), 3, "{data}: nothing has come in yet: there is no night to report"),
        (("--date", "kemarin"), 2, "--date: expected a day such as 2026-03-11, got 'kemarin'"),
        (
            ("--date", "2026-03-11", "--output", "{data}/media.duckdb/brief.html"),
            3,
            "{data}/media.duckdb/brief.html: cannot be written: ",
        ),
    ],
)
def test_report_refused(
    data: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: Sequence[str],
    status: int,
    says: str,
) -> None:
    """No night, no day, or no file: one line says so."""
    given = [argument.format(data=data) for argument in arguments]
    ran = ended(capsys, "report", "--warehouse", data, *given)
    assert (ran.status, ran.out) == (status, "")
    assert ran.err.startswith(f"kliping: {says.format(data=data)}")


VALUES = """
    select 1 as n, null as nothing, date '2026-03-11' as day,
        timestamptz '2026-03-10 18:00:00+00' as at, ['a', 'b'] as list, '[b]"x", y' as t"""


def test_sql_formats(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows come as a table for people, as CSV, and as JSON; instants are told in WIB, and markup is
    text like any other.
    """
    monkeypatch.setenv("COLUMNS", "120")
    main_sql = [
        ended(capsys, "sql", VALUES, "--warehouse", data, "--format", form)
        for form in ("table", "csv", "json")
    ]
    assert {(ran.status, ran.err) for ran in main_sql} == {(0, "")}
    table, as_csv, as_json = (ran.out for ran in main_sql)
    header, _, row = [line.split() for line in table.splitlines() if line.strip()][:3]
    assert header == ["n", "nothing", "day", "at", "list", "t"]
    assert row == [
        "1",
        "2026-03-11",
        "2026-03-11",
        "01:00:00+07:00",
        "['a',",
        "'b']",
        '[b]"x",',
        "y",
    ]
    assert table.endswith("1 row\n")
    assert list(csv.reader(io.StringIO(as_csv))) == [
        ["n", "nothing", "day", "at", "list", "t"],
        ["1", "", "2026-03-11", "2026-03-11 01:00:00+07:00", "['a', 'b']", '[b]"x", y'],
    ]
    assert json.loads(as_json) == [
        {
            "n": 1,
            "nothing": None,
            "day": "2026-03-11",
            "at": "2026-03-11 01:00:00+07:00",
            "list": ["a", "b"],
            "t": '[b]"x", y',
        }
    ]


@pytest.mark.parametrize(
    ("form", "printed"), [("csv", "run_id\n"), ("json", "[]\n"), ("table", "0 rows\n")]
)
def test_sql_without_rows(
    data: Path, capsys: pytest.CaptureFixture[str], form: str, printed: str
) -> None:
    """A result without rows is still a result."""
    found = ended(capsys, "sql", "select run_id from runs", "--warehouse", data, "--format", form)
    assert (found.status, found.err) == (0, "")
    assert found.out.endswith(printed)


def test_sql_of_many_columns(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are wider than the terminal are told one value a line, whole."""
    monkeypatch.setenv("COLUMNS", "60")
    columns = ", ".join(f"{number} as column_{number}" for number in range(10))
    found = ended(capsys, "sql", f"select {columns}, '{'a' * 90}' as long", "--warehouse", data)
    lines = [line.split() for line in found.out.splitlines() if line.strip()]
    assert lines[:10] == [[f"column_{number}", str(number)] for number in range(10)]
    assert "".join(word for line in lines[10:-1] for word in line) == "long" + "a" * 90
    assert max(map(len, found.out.splitlines())) <= 60


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("selec 1", 'Parser Error: syntax error at or near "selec"'),
        ("select nope from runs", 'Binder Error: Referenced column "nope" not found'),
        ("from nowhere", "Catalog Error: Table with name nowhere does not exist!"),
        ("", "expected a statement"),
        ("/* nothing */", "expected a statement"),
        (
            "create table x (a int)",
            'Invalid Input Error: Cannot execute statement of type "CREATE"',
        ),
        ("delete from runs", 'Invalid Input Error: Cannot execute statement of type "DELETE"'),
        (
            "insert into migrations values ('x', now())",
            'Invalid Input Error: Cannot execute statement of type "INSERT"',
        ),
        ("drop view articles", 'Invalid Input Error: Cannot execute statement of type "DROP"'),
    ],
)
def test_sql_refused(
    data: Path, capsys: pytest.CaptureFixture[str], statement: str, says: str
) -> None:
    """A statement with a mistake, or one that writes, ends with status 2 and DuckDB's own words."""
    before = published(data).read_bytes()
    refused = ended(capsys, "sql", statement, "--warehouse", data)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith(f"kliping: {says}")
    assert "Traceback" not in refused.err
    assert published(data).read_bytes() == before


def test_sql_shell(data: Path) -> None:
    """Statements may span lines, a mistake does not end the shell, and the last one may lack its
    semicolon.
    """
    statements = "select 1 as a;\nselec;\nselect 2\n  as b;\n\n;\nselect 3 as c"
    command = [
        sys.executable,
        "-m",
        "flows.cli",
        "sql",
        "--warehouse",
        str(data),
        "--format",
        "csv",
    ]
    shell = subprocess.run(
        command, input=statements, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (shell.returncode, shell.stdout) == (0, "a\n1\nb\n2\nc\n3\n")
    assert shell.stderr.startswith('Parser Error: syntax error at or near "selec"')
    assert "Traceback" not in shell.stderr


def test_sql_without_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first run there is nothing to read: status 3, and which commands make it."""
    refused = ended(capsys, "sql", "select 1", "--warehouse", tmp_path)
    path = published(tmp_path)
    assert refused == Ran(
        3,
        "",
        f"kliping: {path}: there is no such file yet: `kliping run` or `kliping backfill` "
        f"creates it\n",
    )


def test_sql_on_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no database is named."""
    written(published(tmp_path), "bukan basis data")
    refused = ended(capsys, "sql", "select 1", "--warehouse", tmp_path)
    assert refused.status == 3
    assert refused.err.startswith(f"kliping: {published(tmp_path)}: cannot be opened: ")
    assert len(refused.err.splitlines()) == 1


# ---- sources ----


def test_sources_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every source is listed with its kind, status and discovery addresses."""
    monkeypatch.setenv("COLUMNS", "120")
    options = files(
        tmp_path,
        outlet("satu", "http://a.example", "/peta.xml"),
        outlet("dua", "http://b.example", "/x") + "    status: archive\n",
    )
    listed = ended(capsys, "sources", "list", *options[:2])
    assert (listed.status, listed.err) == (0, "")
    assert [line.split() for line in listed.out.splitlines() if line.strip()][2:] == [
        ["satu", "Satu", "press", "active", "sitemap", "http://a.example/peta.xml"],
        ["dua", "Dua", "press", "archive", "sitemap", "http://b.example/x"],
        ["2", "rows"],
    ]


SATU, DUA = (
    "title        Tanggul satu  [visible: <h1>]",
    "title        Tanggul dua  [visible: <h1>]",
)
NAMELESS = ["satu: nobody is named", "dua: nobody is named"]


@pytest.mark.parametrize(
    ("broken", "only", "code", "says", "attention"),
    [
        (
            (),
            (),
            0,
            [
                "satu (Satu)",
                "1 link to articles",
                SATU,
                "dua (Dua)",
                DUA,
                "2 checked: 2 gave an article, 2 to look at",
            ],
            NAMELESS,
        ),
        ((), ("dua",), 0, [DUA, "1 checked: 1 gave an article, 1 to look at"], NAMELESS[1:]),
        (
            (),
            ("dua", "--article", "{}/dua/lama"),
            0,
            ["/dua/lama\n", DUA.replace("dua", "lama")],
            NAMELESS[1:],
        ),
        (
            ("/dua.xml",),
            (),
            1,
            [SATU, "/dua.xml: http-4xx: 404"],
            [NAMELESS[0], "dua: {}/dua.xml: http-4xx: 404"],
        ),
        (
            ("/dua/1",),
            (),
            1,
            [SATU, "/dua/1: http-4xx: 404"],
            [NAMELESS[0], "dua: no article at {}/dua/1: http-4xx"],
        ),
        (
            ("/satu.xml", "/dua.xml"),
            ("satu", "dua"),
            3,
            ["/satu.xml: http-4xx: 404", "/dua.xml: http-4xx: 404", "2 checked: 0 gave an article"],
            ["satu: {}/satu.xml: http-4xx: 404", "dua: {}/dua.xml: http-4xx: 404"],
        ),
    ],
)
def test_sources_check(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    broken: Sequence[str],
    only: Sequence[str],
    code: int,
    says: list[str],
    attention: list[str],
) -> None:
    """Each source is asked once, what came of it is told, and standard error says what needs
    attention; 0 when all give an article, 1 when some do, 3 when none does.
    """
    with Server() as server:
        for key in ("satu", "dua"):
            server.routes[f"/{key}.xml"] = page(
                sitemap(server.url(f"/{key}/1"), lastmod=datetime.now(UTC).isoformat()),
                "application/xml",
            )
            server.routes[f"/{key}/1"] = page(article(f"Tanggul {key}"))
        for path in broken:
            server.routes[path] = status(404)
        outlets = [outlet(key, server.url(""), f"/{key}.xml") for key in ("satu", "dua")]
        server.routes["/dua/lama"] = page(article("Tanggul lama"))
        checked = ended(
            capsys,
            "sources",
            "check",
            *(each.format(server.url("")) for each in only),
            *files(tmp_path, *outlets)[:2],
        )
        asked = server.paths()
    assert checked.status == code
    assert checked.err.splitlines() == [line.format(server.url("")) for line in attention]
    for text in says:
        assert text in checked.out
    assert ("satu (Satu)" in checked.out) == ("dua" not in only[:1])
    assert len(asked) == len(set(asked))
    assert not (tmp_path / "data").exists()


CLUTTERED = """\
<html><head><title>Perahu Tiba</title><meta property="og:title" content="Kapal\x1b[31m Berlabuh">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Perahu Tiba",
"datePublished": "2026-03-10T20:00:11Z",
"dateModified": "2026-03-10T21:30:00Z", "editor": {"name": "Ayu Lestari"}}</script></head>
<body><p><a href="/">Beranda</a></p><h1>Perahu Tiba</h1><div>Selasa, 10/03/2026 20:00 WIB</div>
<div class="isi">
<p>Penulis: Budi Hartono</p>
<p>SAYUNGAN, Angin.com - Perahu nelayan tiba lebih awal di dermaga karena ombak tinggi \
di Selat Sunda, kata syahbandar setempat.</p>
<p>Baca juga: Ombak Tinggi</p><p>Baca juga: Angin Barat</p><p>Baca juga: Hujan Deras</p>
<p>Baca juga: Musim Ikan</p>
<p>Para nelayan menunggu di darat sampai angin reda, dan pasar ikan di muara tutup \
untuk sementara waktu sejak pagi hari. (Antara)</p>
</div></body></html>
"""
REPORT = """\
satu (Satu)
  {0}/satu.xml: 1 link to articles
  {0}/satu/1
    title        Perahu Tiba  [visible: <h1>]
                 differs: og:title: Kapal[31m Berlabuh
    author       Budi Hartono  [visible: Penulis: Budi Hartono]
    editor       Ayu Lestari  [json-ld]
    credit       Antara  [sign-off]
    dateline     SAYUNGAN  [visible: SAYUNGAN, Angin.com - Perahu nelayan tiba lebih awal \
di dermaga karena ombak tinggi di Selat Sunda, …]
    published_at 2026-03-10 20:00:11+07:00, to the second  [visible: Selasa, 10/03/2026 20:00 WIB]
                 differs: json-ld: 2026-03-10T20:00:11Z
    modified_at  2026-03-10 21:30:00+07:00  [json-ld: 2026-03-10T21:30:00Z]
    body         2 lines, 39 words  [density: div.isi]
    begins       SAYUNGAN, Angin.com - Perahu nelayan tiba lebih awal di dermaga \
karena ombak tinggi di Selat Sunda, …
    ends         …ggu di darat sampai angin reda, dan pasar ikan di muara tutup \
untuk sementara waktu sejak pagi hari.
    cut          6
      byline            Penulis: Budi Hartono
      related           Baca juga: Ombak Tinggi
      related           Baca juga: Angin Barat
      related           Baca juga: Hujan Deras
      related           (1 more)
      sign-off          (Antara)
1 checked: 1 gave an article, 1 to look at
"""
PLAIN: Mapping[str, str] = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": "1"}


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, False), (PLAIN, False), ({**PLAIN, "NO_COLOR": ""}, True)]
)
def test_sources_check_report(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    coloured: bool,
) -> None:
    """Each field is told with the place it was read from and what says otherwise, then the text's
    ends and what was cut by which rule; in colours where they are wanted, and with no escape code
    from the page.
    """
    for name in PLAIN:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with Server({"/satu/1": page(CLUTTERED)}) as server:
        server.routes["/satu.xml"] = page(sitemap(server.url("/satu/1")), "application/xml")
        source = (
            outlet("satu", server.url(""), "/satu.xml")
            + "    container: ['.badan']\n    expect: {min_links: 2}\n"
        )
        checked = ended(capsys, "sources", "check", *files(tmp_path, source)[:2])
    assert ("\x1b[32m  [visible: <h1>]\x1b[0m" in checked.out) is coloured
    assert ("\x1b[" in checked.out + checked.err) is coloured
    told, wrong = (
        re.sub(r"\x1b\[\d*m", "", text).splitlines() for text in (checked.out, checked.err)
    )
    assert told == REPORT.format(server.url("")).splitlines()
    assert wrong == [
        "satu: 1 link, expected at least 2; no selector of its `container` matches the page"
    ]
    assert checked.status == 1


REPEATED = "Warta Sayungan hadir setiap sore di layar Anda."


def told_of(number: int) -> str:
    """An article that shares nothing with others but one line in its middle."""
    words = [
        f"{stem}{chr(97 + number) * 3}"
        for stem in (
            "Kab",
            "Rud",
            "Sem",
            "Tol",
            "Wal",
            "Pig",
            "Lor",
            "Deb",
            "Hun",
            "Jag",
            "Mip",
            "Nus",
        )
    ]
    sentences = [
        (
            f"{' '.join(words[at:] + words[:at])} berlayar {words[at].lower()} dan "
            f"{words[-at].lower()}."
        )
        for at in range(1, 4)
    ]
    return article(" ".join(words[:4]), (*sentences[:2], REPEATED, sentences[2]))


class Outlet:
    """An outlet with one source, night after night: what it says of a line that returns on each of
    its articles.
    """

    def __init__(self, folder: Path, server: Server) -> None:
        self._folder, self._server = folder, server
        self._data = folder / "data"
        self._nights = Nights(self._data, new_warehouse(self._data))

    def night(self, keep: str, *numbers: int) -> int:
        """A night with these articles and this `keep`; how many articles hold the line then."""
        urls = [self._server.url(f"/satu/{number}") for number in numbers]
        self._server.routes |= {f"/satu/{number}": page(told_of(number)) for number in numbers}
        self._server.routes["/satu.xml"] = page(sitemap(*urls), "application/xml")
        self.sources(keep)
        [source] = load_sources(self._folder / "sources.yaml")
        self._nights(source, NOW + timedelta(hours=max(numbers)))
        cleaning.learn_lines(self._nights.warehouse, [source], NOW)
        while cleaning.clean_batch(self._nights.warehouse):
            pass
        self._nights.warehouse.close()
        publish(self._data)
        self._nights.warehouse = Warehouse.open(self._data)
        extracted = f"from article_versions where contains(body, '{REPEATED}')"
        assert self.count(extracted) == max(numbers)
        return self.count(f"from articles where contains(body, '\n{REPEATED}\n')")

    def sources(self, keep: str) -> Sequence[str | Path]:
        """The options that name its sources.yaml, and the data directory."""
        declared = outlet("satu", self._server.url(""), "/satu.xml") + keep
        sources, path, _, _, *warehouse = files(self._folder, declared)
        return (sources, path, *warehouse)

    def count(self, rows: str) -> int:
        [(number,)] = published_rows(self._data, f"select count(*) {rows}")
        return int(number)

    def close(self) -> None:
        self._nights.warehouse.close()


def test_kept_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that was learned and cut comes back into the articles it was cut from, and stays in
    new ones, once `keep` lists it.
    """
    keep = "    keep: ['^Warta Sayungan hadir ']\n"
    whole, day = "wherever it is a whole sentence", "2026-03-10 to 2026-03-10; learned 2026-03-11"
    five, six = f"on 5 of 5 articles, {day}; cut from 5", f"on 6 of 6 articles, {day}; cut from 0"

    def told(options: Sequence[str | Path]) -> list[str]:
        said = ended(capsys, "sources", "boilerplate", "satu", *options).out
        head, *lines = re.sub(r"; line_id \w{16}\b", "", said).splitlines()
        assert head.startswith("Satu: 1 learned, the most frequent first; what matches `keep`")
        return [line.strip() for line in lines]

    with Server() as server:
        satu = Outlet(tmp_path, server)
        assert satu.night("", 1, 2, 3, 4, 5) == 0
        assert told(satu.sources("")) == [f"cut   {REPEATED}", whole, five]
        soon = f"{whole}, kept from the next run on"
        assert told(satu.sources(keep)) == [f"cut   {REPEATED}", soon, five]
        assert satu.night(keep, 6) == 6
        assert told(satu.sources(keep)) == [f"kept  {REPEATED}", whole, six]
        satu.close()
    assert satu.count("from removed_text where rule like 'learned:%'") == 0


# ---- what an analyst's tool leaves behind ----

WRITES = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
for statement in sys.argv[2:]:
    print(flush=True)
    sys.stdin.readline()
    held.execute(statement)
print(flush=True)
sys.stdin.readline()
"""


def goes_on(tool: "subprocess.Popen[str]") -> None:
    """Let the tool execute its next statement."""
    assert tool.stdin
    assert tool.stdout
    tool.stdin.write("\n")
    tool.stdin.flush()
    tool.stdout.readline()


@pytest.mark.parametrize("writes", ["before", "before and after"])
def test_tool_that_died_does_not_change_what_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], writes: str
) -> None:
    """A tool wrote into the snapshot and was killed: what it wrote is not in the next one, and who
    reads the old one meanwhile is not disturbed.
    """
    data = tmp_path / "data"
    new_warehouse(data).close()
    publish(data)
    path = published(data)
    command = [sys.executable, "-c", WRITES, str(path), "create table notes as select 1 as n"]
    if "after" in writes:
        command.append("insert into notes values (2)")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tool:
        assert tool.stdout
        tool.stdout.readline()
        goes_on(tool)
        assert path.with_name("media.duckdb.wal").exists()
        if writes == "before":
            tool.kill()
            tool.wait()
            reader = Reader(data)
        publish(data)
        if "after" in writes:
            goes_on(tool)
            tool.kill()
        else:
            assert reader.query("from notes") == (["n"], [(1,)])
            del reader  # within one process DuckDB would open the old file again
    assert sorted(entry.name for entry in data.iterdir()) == ["media.duckdb", "var"]
    found = ended(capsys, "sql", "from notes", "--warehouse", data)
    assert (found.status, found.err.partition("!")[0]) == (
        2,
        "kliping: Catalog Error: Table with name notes does not exist",
    )
    assert ended(capsys, "sql", "select count(*) from runs", "--warehouse", data).status == 0


# ---- what nobody foresaw ----


def broken_snapshot(data: Path) -> Path:
    """A data directory whose snapshot nobody foresaw: its outbox fails while it is read."""
    private(data).mkdir(parents=True)
    with duckdb.connect(str(published(data))) as made:
        made.execute("create table migrations as select '0001_pages' as name")
        made.execute("create table messages (alert_id text, raised_at timestamptz, topic_id text)")
        made.execute("alter table messages add column kind text")
        made.execute("alter table messages add column title text")
        made.execute("insert into messages (alert_id) values ('a')")
        columns = ["channel", "state", "attempts", "next_attempt_at", "last_error", "sent_at"]
        said = "error(E'rusak\\nsekali \\x1b[31m')"
        made.execute(
            "create view deliveries as select 'a' as alert_id, "
            + ", ".join(f"{said} as {name}" for name in columns)
        )
    return data


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("option", ["--warehouse {}", "--warehouse={}"])
def test_unforeseen_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], writable: bool, option: str
) -> None:
    """It is one line, which names a file with the trace, and status 3; the file lies in var/ or,
    where that cannot be written, among the temporary ones. Only its owner may read it.
    """
    data = broken_snapshot(tmp_path / "data")
    if not writable:
        private(data).rmdir()
        written(private(data), "")
    words = option.format(data).split()
    ran = ended(capsys, "alerts", "list", *words)
    told = re.fullmatch(
        r"kliping: unforeseen InvalidInputException: (.+); its trace is in (\S+)\n", ran.err
    )
    assert (ran.status, ran.out) == (3, "")
    assert told
    assert told[1].isprintable()
    assert r"rusak sekali \x1b[31m" in told[1]
    log = Path(told[2])
    if writable:
        assert log == private(data) / "errors.log"
        ended(capsys, "alerts", "list", *words)  # the next one is added
    assert log.read_text(encoding="utf-8").count("Traceback") == 1 + writable
    assert log.stat().st_mode & 0o777 == 0o600
    if not writable:
        log.unlink()


@pytest.mark.parametrize("error", [ExceptionGroup, EOFError, asyncio.CancelledError])
def test_unforeseen_errors_of_every_kind(tmp_path: Path, error: type[BaseException]) -> None:
    """Of a group the first is told; one without words is told by its name."""
    raised = (
        ExceptionGroup("several", [ExceptionGroup("inner", [ValueError("salah")]), KeyError("k")])
        if error is ExceptionGroup
        else error()
    )
    what = "ValueError: salah" if error is ExceptionGroup else error.__name__
    assert crashlog.report(raised, tmp_path) == (
        f"unforeseen {what}; its trace is in {tmp_path / 'errors.log'}"
    )


class Ended(BaseException):
    """As Prefect raises it on SIGTERM."""

    signal = signal.SIGTERM


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "No space left on device; make room, and the next run goes on"),
        (errno.EFBIG, "File too large; make room, and the next run goes on"),
        (errno.EACCES, "Permission denied; put that right, and the next run goes on"),
        (errno.EEXIST, "File exists; put that right, and the next run goes on"),
        (
            errno.EMFILE,
            "Too many open files; allow more open files (ulimit -n), and the next run goes on",
        ),
    ],
)
def test_refusals_of_the_machine_are_foreseen(tmp_path: Path, number: int, says: str) -> None:
    """They are met wherever something is opened or written, and leave no trace behind."""
    refused = OSError(number, os.strerror(number), "/data/var/warc/a.warc.gz")
    assert crashlog.report(ExceptionGroup("fetch", [refused]), tmp_path) == (
        f"/data/var/warc/a.warc.gz: {says}"
    )
    assert list(tmp_path.iterdir()) == []


INTERRUPTED = """
import importlib.abc, os, signal, sys

class Interrupting(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == interrupted:
            os.kill(os.getpid(), signal.SIGINT)

interrupted = sys.argv[1]
sys.meta_path.insert(0, Interrupting())
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the parent has
import kliping
sys.argv = ["kliping", "topics", "test", "Kapal karam"]
kliping.main()
"""


@pytest.mark.parametrize("module", ["flows.cli", "numpy", "flows.commands.topics_test"])
def test_interrupted_while_modules_are_imported(module: str) -> None:
    """Ctrl-C in the first second, too, gives one line and status 130."""
    command = [sys.executable, "-c", INTERRUPTED, module]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "kliping: interrupted\n")


INTERRUPTED_AT_WORK = """
import os, signal, sys

def interrupt(event, arguments):
    if event == "open" and str(arguments[0]).endswith("run.lock"):
        os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(interrupt)
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the parent has
from flows.cli import main
main()
"""


@pytest.mark.parametrize(
    ("command", "then"),
    [
        ("backfill tests/press/press.warc.gz", "the same command continues where this one stopped"),
        ("reprocess", "the next run continues where this one stopped"),
        ("alerts retry", "the next run continues where this one stopped"),
        ("backup {}/copy", "repeat the command"),
        ("forget --source detak --reason x --yes", "repeat the command"),
    ],
)
def test_interrupted_at_work(tmp_path: Path, command: str, then: str) -> None:
    """Ctrl-C gives one line, which says what becomes of the command, and status 130."""
    data = tmp_path / "data"
    new_warehouse(data).close()
    publish(data)
    words = [*command.format(tmp_path).split(), "--warehouse", str(data)]
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT_WORK, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", f"kliping: interrupted: {then}\n")


@pytest.mark.parametrize(
    ("handled", "number"),
    [(Ended, signal.SIGTERM), (KeyboardInterrupt, signal.SIGINT), (KeyError, None)],
)
@pytest.mark.parametrize("direct", [True, False])
def test_error_that_comes_from_a_signal(
    handled: type[BaseException], number: int | None, direct: bool
) -> None:
    """An error that something made of what a signal's handler raised is known for the signal."""

    def fails() -> None:
        try:
            raise handled
        except handled as error:
            if direct:
                raise ValueError("no task") from error
            raise ValueError("no task")  # noqa: B904 - as it happens

    with pytest.raises(ValueError, match="no task") as failed:
        fails()
    assert crashlog.signal_number(failed.value) == number


def test_reader_that_goes_away(tmp_path: Path) -> None:
    """Whoever closes the output of a command gets a line, and no status that says it was done."""
    data = tmp_path / "data"
    new_warehouse(data).close()
    publish(data)
    command = [sys.executable, "-m", "flows.cli", "sql", "from range(100000)"]
    with subprocess.Popen(
        [*command, "--format", "csv", "--warehouse", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as ran:
        assert ran.stdout
        assert ran.stderr
        ran.stdout.readline()
        ran.stdout.close()
        told = ran.stderr.read()
    assert (ran.returncode, told) == (
        3,
        "kliping: broken off: the output cannot be written: Broken pipe\n",
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_output_in_a_narrow_encoding(tmp_path: Path, encoding: str) -> None:
    """What the output's encoding lacks is escaped: a headline ends no command."""
    new_warehouse(tmp_path).close()
    publish(tmp_path)
    words = ("sql", "select 'Kapal “Mutiara” 🚆' as t", "--format", "csv", "--warehouse")
    ran = subprocess.run(
        [sys.executable, "-m", "flows.cli", *words, tmp_path],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        cwd=ROOT,
        check=False,
    )
    expected = "t\nKapal “Mutiara” 🚆\n".encode(encoding, "backslashreplace")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, expected, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("command", ["--version", "topics list"])
def test_output_that_cannot_be_written(command: str) -> None:
    """A full disk behind the output is one line, and no status that says it was done; with standard
    error closed as well, the status alone.
    """
    for error in (subprocess.PIPE, None):
        with Path("/dev/full").open("w") as full:
            ran = subprocess.run(
                [sys.executable, "-m", "flows.cli", *command.split()],
                stdout=full,
                stderr=error or full,
                cwd=ROOT,
                text=True,
                check=False,
            )
        assert ran.returncode == 3
        if error:
            [line] = ran.stderr.splitlines()
            assert line.startswith("kliping: ")
            assert "No space left on device" in line


@pytest.fixture
def knocks(tmp_path: Path) -> Iterator[Callable[[str], threading.Thread]]:
    """Sends this process a signal, whose handler raises Ended, as soon as it executes such a line
    of the engine.
    """

    def end(*_: object) -> NoReturn:
        raise Ended

    def knock(words: str) -> None:
        main = threading.main_thread().ident or 0
        while not over.is_set():
            frame = sys._current_frames()[main]
            file, line = frame.f_code.co_filename, frame.f_lineno
            if file.endswith("engine.py") and words in linecache.getline(file, line):
                return os.kill(os.getpid(), signal.SIGUSR1)
        return None

    over = threading.Event()
    before = signal.signal(signal.SIGUSR1, end)
    yield lambda words: threading.Thread(target=knock, args=(words,), daemon=True)
    over.set()
    signal.signal(signal.SIGUSR1, before)


# A table that takes seconds to look through
SLOW = """
create view state.documents as
select md5(range::text) as url, '' as etag, '' as last_modified, now() as fetched_at,
    '' as warc_file, 0 as warc_offset
from range(12000000)
"""


def test_signal_while_duckdb_works(
    tmp_path: Path, knocks: Callable[[str], threading.Thread]
) -> None:
    """What the signal's handler raised is raised, whatever DuckDB was doing; what it had begun can
    be begun again.
    """
    database = duckdb.connect(str(tmp_path / "large.duckdb"))
    engine = Engine(database, tmp_path)
    database.execute("drop table state.documents")
    database.execute(SLOW)
    large = "create table large as from range(3000000)"

    def commit() -> None:
        with engine.transaction():
            database.execute("drop table if exists large")
            database.execute(large)
            knocks("commit()").start()

    def read() -> None:
        knocks("execute(sql, passed(").start()
        engine.rows("document", url="tidak ada")

    for work in (commit, read):
        with pytest.raises(Ended):
            work()
    with engine.transaction():
        database.execute("drop table if exists large")
    engine.close()


# ---- whole runs ----


def elsewhere() -> str | None:
    """A name of this machine that resolves to loopback but is not written as such."""
    for name in (socket.gethostname(), "ip6-localhost"):
        try:
            if name != "localhost" and all(
                place[4][0] in ("127.0.0.1", "127.0.1.1", "::1")
                for place in socket.getaddrinfo(name, 80)
            ):
                return name
        except OSError:
            continue
    return None


@dataclass(frozen=True)
class Live:
    """A run over two outlets, of which one answers, and what their server saw. `inside`: what was
    asked of an address that is private; `inner`: the link there, where this machine has a name that
    leads to it.
    """

    ran: Ran
    data: Path
    here: str
    answered: list[str]
    inside: list[str]
    inner: list[str]


@pytest.fixture(scope="module")
def live(kliping: Kliping, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """One run, for all that is looked at in it."""
    folder = tmp_path_factory.mktemp("live")
    name = elsewhere()
    with Server() as server, Server({"/satu/dalam": page(article("Dalam"))}) as inside:
        inner = [inside.url("/satu/dalam", host=name)] if name else []
        listed = [*map(server.url, ("/satu/1", "/satu/2", "/satu/pindah")), *inner]
        today = datetime.now(UTC).isoformat()
        server.routes |= {
            "/satu.xml": page(sitemap(*listed, lastmod=today), "application/xml"),
            "/satu/1": page(article("Tanggul satu")),
            "/satu/2": page(article("Tanggul dua")),
            "/satu/pindah": redirect("/satu/2", 301),
            "/dua.xml": status(500),
        }
        outlets = [outlet(key, server.url(""), f"/{key}.xml") for key in ("satu", "dua")]
        ran = kliping("run", *files(folder, *outlets))
        asked = server.paths(), inside.paths()
        return Live(ran, folder / "data", server.url(""), *asked, inner)


def test_live_run(live: Live) -> None:
    """The articles of the outlet that answers land, the other is named, and the exit status is
    1.
    """
    here, inner = live.here, live.inner
    assert live.ran.status == 1
    failed = f"dua: failed: {here}/dua.xml: http-5xx: 500 after 3 tries"
    assert live.ran.err.splitlines() == [failed]

    def rows(sql: str) -> list[tuple[object, ...]]:
        return published_rows(live.data, f"select {sql}")

    assert rows("distinct decision from topic_hits") == [("too_old",)]
    assert rows("url from articles order by url") == [(f"{here}/satu/1",), (f"{here}/satu/2",)]
    joined = "article_urls u join articles a using (article_id)"
    assert rows(f"u.url, a.title from {joined} where u.url like '%pindah'") == [
        (f"{here}/satu/pindah", "Tanggul dua")
    ]
    assert rows("state, links, pages, articles, rejections from runs") == [
        ("partial", 3 + len(inner), 3, 2, len(inner))
    ]
    health = "source_id, state, links, articles, rejections from source_health order by all"
    assert rows(health) == [
        ("dua", "failed", 0, 0, 0),
        ("satu", "new", 3 + len(inner), 2, len(inner)),
    ]


def test_live_run_is_archived(live: Live) -> None:
    """Every response is archived, whatever its status."""
    [warc] = (private(live.data) / "warc").iterdir()
    with warc.open("rb") as stream:
        responses = [
            (
                record.rec_headers.get_header("WARC-Target-URI").removeprefix(live.here),
                record.http_headers.get_statuscode(),
            )
            for record in ArchiveIterator(stream, check_digests="raise")
            if record.rec_type == "response" and record.content_stream().read() is not None
        ]
    assert sorted(path for path, _ in responses) == sorted(live.answered)
    assert set(responses) >= {
        ("/satu/1", "200"),
        ("/satu/pindah", "301"),
        ("/dua.xml", "500"),
        ("/robots.txt", "404"),
    }


def test_live_run_asks_no_private_address(live: Live) -> None:
    """A name of this machine in a listing is refused, and nothing is asked of it."""
    if not live.inner:
        pytest.skip("no name of this machine resolves to loopback")
    assert live.inside == []
    assert published_rows(live.data, "select url, stage, reason from rejections") == [
        (live.inner[0], "fetch", "private-address")
    ]


def test_run_that_is_to_end(forked: Commands, tmp_path: Path) -> None:
    """SIGTERM ends a run at once, wherever it is, without a word; the next run finishes its work.

    Many pages are being fetched: an exception that a handler raised would now and then be lost.
    """
    paths = [f"/satu/{number}" for number in range(300)]
    with Server(
        {path: page(article(f"Tanggul {path}", ("Dua kata.",))) for path in paths}
    ) as server:
        now = datetime.now(UTC).isoformat()
        server.routes["/satu.xml"] = page(
            sitemap(*map(server.url, paths), lastmod=now), "application/xml"
        )
        options = files(tmp_path, outlet("satu", server.url(""), "/satu.xml"))
        for pages in (20, 90):
            running = forked.start("run", *options)
            while len(server.requests) < pages and running.alive():
                time.sleep(0.01)
            running.send(signal.SIGTERM)
            began = time.monotonic()
            stopped = running.end()
            assert time.monotonic() - began < 20
            assert (stopped.status, stopped.err) == (-signal.SIGTERM, "")
            assert "fetch" not in stopped.out
        ran = forked("run", *options)
    told = "satu: missed: 300 of 300 pages gave no article: too-short 300; such as "
    assert (ran.status, ran.err) == (1, f"{told}{min(map(server.url, paths))}\n")
    assert published_rows(tmp_path / "data", "select count(*) from rejections") == [(300,)]


def test_every_source_fails(forked: Commands, tmp_path: Path) -> None:
    """A run that found no source usable ends with status 3, names each, and publishes that it
    looked.
    """
    with Server(
        {"/satu.xml": status(404), "/dua.xml": page("<html>sedang diperbaiki</html>")}
    ) as server:
        ran = forked(
            "run",
            *files(
                tmp_path, *(outlet(key, server.url(""), f"/{key}.xml") for key in ("satu", "dua"))
            ),
        )
    assert ran.status == 3
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["satu", "dua"]
    assert "Traceback" not in ran.err
    assert published_rows(tmp_path / "data", "select state from runs") == [("failed",)]
    assert published_rows(tmp_path / "data", "select distinct state from source_health") == [
        ("failed",)
    ]


def archive(path: Path) -> Path:
    """An archive of two pages, each too short for an article: so nothing has to be embedded."""
    now = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
    with WarcWriter(path, software="Kliping/test", created=now) as writer:
        for number in (1, 2):
            text = article(f"Tanggul {number}", ("Dua kata.",)).encode()
            writer.append(
                f"https://satu.example/satu/{number}",
                now,
                200,
                "OK",
                [(b"Content-Type", b"text/html; charset=utf-8")],
                text,
            )
    return path


def damaged(folder: Path) -> list[Path]:
    """An empty archive, one that is none, and one that breaks off in its last record."""
    whole = archive(folder / "whole.warc.gz").read_bytes()
    made = [
        (folder / "kosong.warc.gz", b""),
        (folder / "bukan.warc.gz", b"bukan arsip\n" * 50),
        (folder / "putus.warc.gz", whole[:-200]),
    ]
    for path, content in made:
        path.write_bytes(content)
    return [path for path, _ in made]


@pytest.mark.parametrize("command", ["backfill", "run"])
def test_damaged_archives(forked: Commands, tmp_path: Path, command: str) -> None:
    """What can be read of an archive is taken in; each damaged place is named, and the exit status
    is 1 (3 where nothing was usable).
    """
    archives = damaged(tmp_path)
    options = files(
        tmp_path,
        outlet("satu", "https://satu.example", "/satu.xml"),
        topics=CHANNEL if command == "backfill" else TOPICS,
    )
    ran = forked(command, *(["--replay"] if command == "run" else []), *archives, *options)
    assert ran.status == {"backfill": 1, "run": 3}[command]
    assert "Traceback" not in ran.err
    unreadable = [line for line in ran.err.splitlines() if line.startswith("unreadable: ")]
    assert {line.split()[1] for line in unreadable} == {str(path) for path in archives}
    if command == "backfill":
        assert ran.err.splitlines() == unreadable
        assert published_rows(tmp_path / "data", "select url, reason from rejections") == [
            ("https://satu.example/satu/1", "too-short")
        ]


def test_nothing_to_replay(forked: Commands, tmp_path: Path) -> None:
    """A file that is no archive is said before any work is done, in one line, with status 3."""
    path = written(tmp_path / "README.md", "Bukan arsip.\n" * 9)
    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"), topics=TOPICS)
    refused = forked("run", "--replay", path, *options)
    assert (refused.status, refused.out) == (3, "")
    assert refused.err == f"kliping: nothing to replay: {path} at byte 0: not a WARC file\n"


def test_unwritable_data_directory(
    kliping: Kliping, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A data directory that cannot be written is named in one line, with status 3."""
    inside = written(tmp_path / "berkas", "") / "data"
    for command in (["run"], ["backfill", archive(tmp_path / "a.warc.gz")]):
        options = [
            *files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))[:4],
            "--warehouse",
            inside,
        ]
        refused = ended(capsys, *command, *options)
        assert (refused.status, refused.out) == (3, "")
        assert re.fullmatch(
            rf"kliping: {re.escape(str(inside))}\S*: .*: Not a directory\n", refused.err
        )


@pytest.mark.parametrize("trouble", ["corrupt", "held"])
def test_writer_that_cannot_be_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    """A writer's database that is damaged, or open elsewhere, is named in one line that says what
    to do; status 3.
    """
    path = private(tmp_path / "data") / "writer.duckdb"
    path.parent.mkdir(parents=True)
    holding = None
    if trouble == "corrupt":
        written(path, "bukan basis data" * 1000)
    else:
        program = (
            f"import duckdb, sys; held = duckdb.connect({str(path)!r}); print(); sys.stdin.read()"
        )
        holding = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert holding.stdout
        holding.stdout.readline()
    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))
    refused = ended(capsys, "backfill", archive(tmp_path / "a.warc.gz"), *options)
    if holding:
        holding.communicate()
    advice = {
        "corrupt": "nothing was published yet: remove it to start over",
        "held": "close the program that has it open",
    }
    assert (refused.status, refused.out) == (3, "")
    assert refused.err.startswith(f"kliping: {path}: cannot be opened: ")
    assert refused.err.endswith(f"; {advice[trouble]}\n")
    assert len(refused.err.splitlines()) == 1
