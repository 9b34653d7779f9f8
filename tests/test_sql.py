"""`kliping sql`: what statements cannot reach, files for other programs, and the shells."""

import os
import pty
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from flows.commands.sql_export import CUT, MOST_CHARACTERS, fitted
from tests.helpers.command import Ran, ended
from tests.helpers.paths import ROOT
from tests.helpers.tables import new_warehouse, plant
from warehouse.directory import published
from warehouse.reader import Reader
from warehouse.snapshot import publish


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a published warehouse."""
    directory = tmp_path_factory.mktemp("warehouse")
    store = new_warehouse(directory)
    plant(store, {"sources": [{"source_id": "satu", "name": "Satu"}]})
    store.close()
    publish(directory)
    return directory


@pytest.fixture
def data(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it: within one process, DuckDB's settings are those of all who have a file open."""
    return shutil.copytree(warehouse, tmp_path_factory.mktemp("data") / "copy")


# ---- what statements cannot reach ----

DENIED = "Permission Error: "
LOCKED = "Invalid Input Error: Cannot change configuration option "
REFUSED = {
    "select * from read_csv('secret.csv')": DENIED,
    "from 'secret.csv'": DENIED,
    "select * from read_text('secret.csv')": DENIED,
    "select * from read_blob('{data}/media.duckdb')": DENIED,
    "from read_json('secret.csv')": DENIED,
    "from read_parquet('secret.csv')": DENIED,
    "from sniff_csv('secret.csv')": DENIED,
    "from query_table('secret.csv')": DENIED,
    "from glob('*')": DENIED,
    "from read_csv('/dev/stdin')": DENIED,
    "from read_csv('https://example.invalid/a.csv')": "",
    "copy (select 1) to 'out.csv'": DENIED,
    "copy sources to 'out.parquet'": DENIED,
    "copy (select 1) to '{data}/media.duckdb'": DENIED,
    "copy (select 1) to '{data}/media.duckdb.wal'": DENIED,
    "copy (select 1) to '{data}/media.duckdb.tmp/out.csv'": DENIED,
    "copy (select 1) to '/dev/stdout'": DENIED,
    "export database 'out'": DENIED,
    "import database 'out'": DENIED,
    "attach 'other.db'": DENIED,
    "attach '{data}/var/writer.duckdb' as w": DENIED,
    "attach '{data}/media.duckdb' as m (read_only)": DENIED,
    "install httpfs": DENIED,
    "load httpfs": DENIED,
    "load './x.duckdb_extension'": DENIED,
    "create secret s (type s3)": DENIED,
    "create persistent secret s (type s3)": "",
    "select getenv('HOME')": "Catalog Error: ",
    "set enable_external_access = true": LOCKED,
    "set lock_configuration = false": LOCKED,
    "reset lock_configuration": LOCKED,
    "set disabled_filesystems = ''": LOCKED,
    "set allowed_paths = ['secret.csv']": LOCKED,
    "set allowed_directories = ['/']": LOCKED,
    "set temp_directory = 'out'": LOCKED,
    "set home_directory = '.'": LOCKED,
    "set log_query_path = 'out'": LOCKED,
    "pragma profiling_output = 'out'": LOCKED,
    "call enable_logging(storage = 'file', storage_path = 'out')": "",
    "select * from sys": "Catalog Error: ",
    "select 1; copy (select 1) to 'out.csv'": DENIED,
    "delete from sources": "Invalid Input Error: ",
}


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with a file in it that no statement may read."""
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("statement", "says"), REFUSED.items())
def test_refused(
    data: Path, beside: Path, capsys: pytest.CaptureFixture[str], statement: str, says: str
) -> None:
    """No statement reads or writes a file, loads an extension, reads the environment, or gives
    itself the right to.
    """
    before = published(data).read_bytes()
    ran = ended(capsys, "sql", statement.format(data=data), "--warehouse", data)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"kliping: {says}")
    assert [path.name for path in beside.iterdir()] == ["secret.csv"]
    assert sorted(path.name for path in data.iterdir()) == ["media.duckdb", "var"]
    assert published(data).read_bytes() == before
    if says == DENIED:
        assert ran.err.endswith("; --unrestricted lifts this.\n")


@pytest.mark.parametrize(
    "statement",
    ["set TimeZone = 'UTC'; select 1", "use state; select 1", "with t as (select 1) from t"],
)
def test_not_refused(data: Path, capsys: pytest.CaptureFixture[str], statement: str) -> None:
    """What touches nothing is not refused."""
    ran = ended(capsys, "sql", statement, "--warehouse", data, "--format", "csv")
    assert (ran.status, ran.out.splitlines()[-1:]) == (0, ["1"])


def test_unrestricted(data: Path, beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks for it may use files."""
    sql = ("sql", "--unrestricted", "--warehouse", data, "--format", "csv")
    assert ended(capsys, *sql, "from 'secret.csv'").out == "a,b\n1,2\n"
    assert ended(capsys, *sql, "copy (select 1 as n) to 'out.csv'").status == 0
    assert (beside / "out.csv").read_text() == "n\n1\n"


# ---- files for other programs ----

ROWS = """
    select 1 as n, null as nothing, true as yes, 1.5 as share, 9007199254740993 as large,
        date '2026-03-11' as day, timestamptz '2026-03-10 18:00:00+00' as seen_at,
        ['a', 'b'] as list, '=1+1' as formula, 'infinity'::double as endless,
        date '1066-10-14' as old, interval 90 minute as delay, {'a': 'b'} as parts
    union all by name select 2 as n, '+62' as formula"""


def test_parquet(data: Path, beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Parquet file has the rows with their types."""
    sql = ("sql", ROWS, "--warehouse", data, "--format", "parquet", "--output", "out.parquet")
    assert ended(capsys, *sql) == Ran(0, "", "")
    assert sorted(path.name for path in beside.iterdir()) == ["out.parquet", "secret.csv"]
    found = duckdb.sql("select * from 'out.parquet' where n = 1")
    types = dict(zip(found.columns, map(str, found.types), strict=True))
    assert types["seen_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["list"] == "VARCHAR[]"
    assert found.project("n, day, formula").fetchall() == [(1, date(2026, 3, 11), "=1+1")]


@pytest.mark.parametrize(
    "statement",
    [
        "copy (select 1) to 'other.parquet'",
        "select 1) to 'other.parquet'; copy (select 1",
        "select 1; select 2",
        "from 'secret.csv'",
        "from read_text('/etc/hostname')",
        "select * from glob('*')",
        "",
    ],
)
def test_parquet_refused(
    data: Path, beside: Path, capsys: pytest.CaptureFixture[str], statement: str
) -> None:
    """The one file that may be written is that of the rows; a statement that fails leaves none."""
    sql = ("sql", statement, "--warehouse", data, "--format", "parquet", "--output", "out.parquet")
    assert ended(capsys, *sql).status == 2
    assert [path.name for path in beside.iterdir()] == ["secret.csv"]


def test_parquet_and_nothing_else(
    data: Path, beside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A SELECT that has effects has none on files."""
    log = "from enable_logging(storage = 'file', storage_path = 'other')"
    ended(capsys, "sql", log, "--warehouse", data, "--format", "parquet", "--output", "out.parquet")
    assert sorted(path.name for path in beside.iterdir()) == ["out.parquet", "secret.csv"]


def cells(path: Path) -> list[list[Any]]:
    """The cells of a workbook: texts as they are, numbers as floats, what is empty as None."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{space}f")), "a formula"
    table = []
    for row in sheet.iter(f"{space}row"):
        values: dict[str, Any] = {}
        for cell in row.iter(f"{space}c"):
            text = "".join(part.text or "" for part in cell.iter(f"{space}t"))
            number = cell.findtext(f"{space}v")
            column = re.sub(r"\d", "", cell.attrib["r"])
            values[column] = text if cell.get("t") == "inlineStr" else float(number or "nan")
        table.append([values.get(chr(ord("A") + place)) for place in range(13)])
    return table


def test_workbook(data: Path, beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Excel gets instants of Western Indonesian Time, days, numbers it can keep, and texts that are
    no formulas.
    """
    sql = ("sql", ROWS, "--warehouse", data, "--format", "xlsx", "--output", "out.xlsx")
    assert ended(capsys, *sql) == Ran(0, "", "")
    header, row, second = cells(beside / "out.xlsx")
    named = dict(zip(header, row, strict=True))
    epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's
    assert named == {
        "n": 1,
        "nothing": None,
        "yes": 1,
        "share": 1.5,
        "large": "9007199254740993",
        "day": (datetime(2026, 3, 11) - epoch).days,  # noqa: DTZ001
        "seen_at": pytest.approx((datetime(2026, 3, 11, 1) - epoch) / timedelta(days=1)),  # noqa: DTZ001
        "list": "a\nb",
        "formula": "=1+1",
        "endless": "inf",
        "old": "1066-10-14",
        "delay": "1:30:00",
        "parts": '{"a": "b"}',
    }
    assert second[header.index("formula")] == "+62"
    with zipfile.ZipFile(beside / "out.xlsx") as book:
        assert b"WIB, UTC+7" in book.read("xl/comments1.xml")


LONG = "select repeat('a', 40000) as body"


def test_text_too_long_for_excel(
    data: Path, beside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text that Excel cannot take is cut, and says so, as does standard error."""
    ran = ended(
        capsys, "sql", LONG, "--warehouse", data, "--format", "xlsx", "--output", "out.xlsx"
    )
    assert ran == Ran(0, "", "1 text was cut to the 32,767 characters that Excel takes\n")
    [_, [text, *_]] = cells(beside / "out.xlsx")
    assert (len(text), text[-len(CUT) :]) == (MOST_CHARACTERS, CUT)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("a" * MOST_CHARACTERS, MOST_CHARACTERS),
        ("a" * (MOST_CHARACTERS + 1), MOST_CHARACTERS),
        ("😀" * (MOST_CHARACTERS // 2), MOST_CHARACTERS - 1),
        ("a" + "😀" * MOST_CHARACTERS, MOST_CHARACTERS),
        ("😀" * MOST_CHARACTERS, MOST_CHARACTERS),
    ],
)
def test_fitted(text: str, units: int) -> None:
    """Characters outside the basic plane count twice, and none is halved."""
    fitting = fitted(text)
    assert units - 1 <= len(fitting.encode("utf-16-le")) // 2 <= units
    assert (fitting == text) != fitting.endswith(CUT)


@pytest.mark.parametrize(("form", "begins"), [("parquet", b"PAR1"), ("xlsx", b"PK")])
def test_standard_output(data: Path, form: str, begins: bytes) -> None:
    """Without --output the file goes to standard output, if that is no terminal."""
    command = [sys.executable, "-m", "flows.cli", "sql", "select 1", "--warehouse", str(data)]
    ran = subprocess.run([*command, "--format", form], capture_output=True, cwd=ROOT, check=True)
    assert (ran.stdout[: len(begins)], ran.stderr) == (begins, b"")


MISTAKES = {
    "--format xlsx": "--format xlsx: expected a statement",
    "--format parquet --output out": "--format parquet: expected a statement",
    "select --output out": "--output: expected --format parquet or xlsx beside it, got table",
    "from/**/range(1048576) --format xlsx --output out": (
        "--format xlsx: Excel takes 1,048,575 rows of 16,384 columns, got 1,048,576 of 1; add a "
        "limit, or use --format parquet"
    ),
    "from/**/range(1) --format xlsx --output /dev/null": (
        "--output /dev/null: expected a file, not a device or a pipe"
    ),
    "from/**/range(1) --format xlsx --output no/such/out": (
        "--output no/such/out: cannot be written: No such file or directory"
    ),
}


@pytest.mark.parametrize(("arguments", "says"), MISTAKES.items())
def test_mistakes(
    data: Path, beside: Path, capsys: pytest.CaptureFixture[str], arguments: str, says: str
) -> None:
    """What does not go together is said in a line."""
    ran = ended(capsys, "sql", *arguments.split(), "--warehouse", data)
    assert ran == Ran(2, "", f"kliping: {says}\n")


# ---- shells ----


def conversed(data: Path, *lines: str) -> Ran:
    """What the plain shell makes of lines on standard input."""
    command = [sys.executable, "-m", "flows.cli", "sql", "--warehouse", str(data)]
    ran = subprocess.run(
        [*command, "--format", "csv"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.parametrize("leave", ["exit", "quit;", ".quit", ".exit", "QUIT", ".q"])
def test_shell_ends(data: Path, leave: str) -> None:
    """The words by which people leave other shells leave this one."""
    assert conversed(data, "select 1 as a;", leave, "select 2;") == Ran(0, "a\n1\n", "")


def test_shell_tells_of_tables(data: Path) -> None:
    """It lists what there is to read, and tells of a table; also in the middle of a statement they
    are words like others.
    """
    listed = conversed(data, ".tables").out
    assert '\ncoverage,"One row per local day' in listed
    assert '\n"search(question, top)",' in listed
    assert "state." not in listed
    for words in ("describe edits", "DESC Edits;"):
        described = conversed(data, words).out
        assert described.startswith("name,type,meaning\narticle_id,VARCHAR,The article.\n")
    assert conversed(data, "select 1 as", "quit", ";").out == "quit\n1\n"
    assert "Table with name nowhere" in conversed(data, "describe nowhere;").err


def test_shell_is_confined(data: Path, beside: Path) -> None:
    """The shell reaches no more than a statement does."""
    ran = conversed(data, f"from '{beside}/secret.csv';", "select 1 as a;")
    assert (ran.status, ran.out) == (0, "a\n1\n")
    assert ran.err.startswith(DENIED)


FAKE = """#!/bin/sh
if [ "$1" = -version ]; then echo "VERSION"; exit; fi
for each in "$@"; do echo "[$each]"; done
echo "secret: ${KLIPING_DESK_URL-none}"
"""


def at_a_terminal(data: Path, version: str, folder: Path, *options: str) -> str:
    """What `kliping sql` shows on a terminal where such a DuckDB is installed."""
    program = folder / "duckdb"
    program.write_text(FAKE.replace("VERSION", version))
    program.chmod(0o755)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flows.cli", "sql", "--warehouse", str(data), *options]
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=environment | {"KLIPING_DESK_URL": "json://desk", "TERM": "dumb"},
    ):
        os.close(theirs)
        os.write(ours, b"exit\n")
        shown = b""
        while part := _read(ours):
            shown += part
    os.close(ours)
    return shown.decode().replace("\r", "")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux says that nobody is left at the other end
        return b""


def test_duckdbs_own_shell(data: Path, tmp_path: Path) -> None:
    """At a terminal, DuckDB's own shell takes over where it is installed: read-only, confined, and
    without our environment.
    """
    shown = at_a_terminal(data, "v1.5.5 (Variegata) d8cdaa33fd", tmp_path)
    told = re.findall(r"\[(.*)\]$", shown, re.MULTILINE)
    assert (told[0], told[-1]) == ("-readonly", str(published(data)))
    assert told[1:-1][1::2] == [
        "set TimeZone = 'Asia/Jakarta'",
        "set allowed_configs = ['TimeZone', 'disabled_filesystems']",
        ".safe_mode",
        "set disabled_filesystems = 'LocalFileSystem'",
    ]
    assert "secret: none" in shown


def test_duckdbs_own_shell_unrestricted(data: Path, tmp_path: Path) -> None:
    """Unrestricted, it is as people have it, but read-only."""
    shown = at_a_terminal(data, "v2.0.0", tmp_path, "--unrestricted")
    told = re.findall(r"\[(.*)\]$", shown, re.MULTILINE)
    assert told == ["-readonly", "-cmd", "set TimeZone = 'Asia/Jakarta'", str(published(data))]
    assert "secret: json://desk" in shown


@pytest.mark.parametrize(
    ("version", "options"),
    [("v1.4.9", ()), ("not a version", ()), ("v1.5.5", ("--format", "csv"))],
)
def test_plain_shell_at_a_terminal(
    data: Path, tmp_path: Path, version: str, options: tuple[str, ...]
) -> None:
    """The plain shell stays where DuckDB's is too old, or another format is asked for."""
    assert "kliping> " in at_a_terminal(data, version, tmp_path, *options)


# ---- what the documents say ----


def documented() -> list[str]:
    """The statements in docs/warehouse.md, and those after `kliping sql` in docs/operating.md."""
    told = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sql\n(.*?)^```", told, re.MULTILINE | re.DOTALL)
    commands = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    statements = [part for block in blocks for part in block.split(";\n") if part.strip()]
    return [*statements, *re.findall(r'^ +kliping sql "(.*?)"', commands, re.MULTILINE)]


def test_documented_statements(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Every statement in the documents runs, confined as the command has it."""
    store = new_warehouse(tmp_path)
    plant(
        store,
        {
            "state.articles": [{"article_id": "a", "source_id": "satu"}],
            "story_articles": [{"article_id": "a"}],
        },
    )
    store.close()
    publish(tmp_path)
    reader = Reader(tmp_path)
    reader.confine()
    for statement in documented():
        with subtests.test(statement=statement):
            reader.query(statement)
