"""Warehouses in a lake: DuckLake, with its catalogue in a real PostgreSQL."""

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.errors import BusyError, ConfigError, QueryError, WarehouseError
from tests.helpers.buckets import BUCKET, Bucket, bucket
from tests.helpers.command import NIGHT_1, NIGHT_2, Ran, ended, night
from tests.helpers.desks import desk
from tests.helpers.forked import Commands, wait_until
from tests.helpers.paths import PRESS, ROOT
from tests.helpers.postgres import Postgres, running
from tests.helpers.press_nights import PressNights
from tests.helpers.tables import new_warehouse
from warehouse import lake
from warehouse.directory import lake_file, private, published
from warehouse.reader import Reader, Snapshots
from warehouse.store import Warehouse, held, writing


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server for the tests of this module."""
    with running() as server:
        yield server


@dataclass(frozen=True)
class LakeNights:
    """What nights in a lake left: how the runs ended, and what the desk received."""

    data: Path
    catalogue: str
    runs: list[Ran]
    messages: list[dict[str, Any]]


@pytest.fixture(scope="module")
def lake_nights(
    forked: Commands, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> LakeNights:
    """Both nights of the invented press in a lake."""
    data = tmp_path_factory.mktemp("lake") / "data"
    catalogue = postgres.create("nights")
    with desk() as here:
        env = {"KLIPING_DATA": str(data), "KLIPING_DESK_URL": here.url}
        asked = [night(catalogue, clock, replay=_archive(data)) for clock in (NIGHT_1, NIGHT_2)]
        runs = [forked(*arguments, env=env) for arguments in asked]
    return LakeNights(data, catalogue, runs, here.messages)


def _archive(data: Path) -> Path:
    """The archive of the invented press, as a data directory's own."""
    archive = private(data) / "warc" / "press.warc.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(PRESS / "press.warc.gz", archive)
    return archive


@pytest.fixture
def empty_lake(postgres: Postgres, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The data directory of a lake of its own."""
    name = postgres.create(f"lake_{abs(hash(request.node.nodeid))}")
    return lake.directory_of(name, {"KLIPING_DATA": str(tmp_path / "data")})


# What tells of the hour at which a run really was, of how many runs there were, and of how a file
# keeps its columns.
_LEFT_OUT = ("migrations", "runs", "heartbeats", "messages", "troubles", "uncompressed", "upkeep")


def contents(connection: duckdb.DuckDBPyConnection) -> Mapping[str, list[tuple[Any, ...]]]:
    """The rows of every table and view, with rounded figures: the last digits of vectors depend on
    which texts are computed together.
    """
    connection.execute("set TimeZone = 'UTC'")
    columns = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
        " where database_name = current_database() and schema_name in ('main', 'state')"
        f" and not internal and table_name not in {_LEFT_OUT} order by all"
    ).fetchall()
    shown: dict[str, list[str]] = {}
    for relation, column, kind in columns:
        shown.setdefault(relation, []).append(_ROUNDED.get(kind, "{}").format(column))
    return {
        relation: sorted(
            connection.execute(f"select {', '.join(chosen)} from {relation}").fetchall(), key=repr
        )
        for relation, chosen in shown.items()
    }


_ROUNDED = {"FLOAT": "round({}, 3)", "FLOAT[]": "list_transform({}, lambda x: round(x, 3))"}


def differing(ours: Mapping[str, list[Any]], theirs: Mapping[str, list[Any]]) -> list[str]:
    return [name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)]


def lake_contents(data: Path) -> Mapping[str, list[tuple[Any, ...]]]:
    its_lake = lake.lake_of(data)
    assert its_lake
    with closing(lake.reader(its_lake)) as connection:
        return contents(connection)


def file_contents(data: Path) -> Mapping[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(published(data)), read_only=True) as connection:
        return contents(connection)


# ---- nights ----


def test_nights_in_a_lake_are_those_in_a_file(lake_nights: LakeNights, nights: PressNights) -> None:
    """The same runs, messages, and rows of every table and view."""
    assert [run.status for run in lake_nights.runs] == [run.status for run in nights.runs], (
        lake_nights.runs
    )
    assert lake_nights.messages == nights.messages
    assert differing(lake_contents(lake_nights.data), file_contents(nights.warehouse)) == []
    assert not published(lake_nights.data).exists()
    assert not (private(lake_nights.data) / "writer.duckdb").exists()


def test_postgres_is_killed_in_the_middle_of_a_night(
    forked: Commands,
    postgres: Postgres,
    nights: PressNights,
    tmp_path: Path,
) -> None:
    """The run says so in one line, and the next one ends with the tables of an undisturbed one."""
    place, data = postgres.create("killed"), tmp_path / "data"
    archive = _archive(data)
    with desk() as here:
        env = {"KLIPING_DATA": str(data), "KLIPING_DESK_URL": here.url}
        running = forked.start(*night(place, NIGHT_1, replay=archive), env=env)
        assert wait_until(lambda: running.told("extract"))
        postgres.kill()
        broken_off = running.end()
        postgres.start()
        assert broken_off.status == 3, broken_off
        [line] = [line for line in broken_off.err.splitlines() if line.startswith("kliping: ")]
        assert "PostgreSQL went away" in line
        with pytest.raises(WarehouseError, match="nothing was published"):
            Reader(data)
        ran = forked(*night(place, NIGHT_1, replay=archive), env=env)
        assert ran.status == 1, ran
    assert differing(lake_contents(data), file_contents(nights.first_night)) == []
    assert [sent["title"] for sent in here.messages] == [nights.messages[0]["title"]]


def test_commands_read_a_lake(lake_nights: LakeNights, capsys: pytest.CaptureFixture[str]) -> None:
    """search, sql, status, alerts, report, sources boilerplate: as from a file."""
    place = ("--warehouse", lake_nights.data)
    assert ended(capsys, "sql", "from (select count(*) from articles)", *place).out.count("53") == 1
    assert "Kim" in ended(capsys, "search", "kereta barang Rusia", *place).out
    assert "2 sent" not in ended(capsys, "status", *place).out
    assert "russia-dprk" in ended(capsys, "alerts", "list", *place).out
    assert ended(capsys, "report", *place).status == 0
    assert ended(capsys, "backup", lake_nights.data.parent / "backup", *place).err == (
        f"kliping: {lake_nights.catalogue}: a lake is not backed up by this command: copy its "
        f"tables into a new directory with `kliping warehouse move '{lake_nights.catalogue}' DIR`, "
        "or use pg_dump and copy its files (docs/operating.md, A warehouse for many)\n"
    )


# ---- the lake of a data directory ----

_HOST = "host=127.0.0.1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ducklake:", "expected ducklake:postgres:dbname="),
        ("ducklake:postgres:", "expected ducklake:postgres:dbname="),
        ("ducklake:mysql:db=x", "expected ducklake:postgres:dbname="),
        ("ducklake:postgres:dbname=x password=abc", "expected no password"),
        ("ducklake:postgres:dbname=x sslpassword = abc", "expected no password"),
        ("ducklake:postgres:postgresql://me:abc@db.example.org/x", "expected no password"),
        ("ducklake:postgres:postgresql://me:a/abc@db.example.org/x", "expected no password"),
        ("ducklake:postgres:postgres://db.example.org/x?password=abc", "expected no password"),
        ("ducklake:mysql:password=abc", "expected no password"),
        ("ducklake:postgresql://me:abc@db.example.org/x", "expected no password"),
    ],
)
def test_wrong_names(text: str, said: str, tmp_path: Path) -> None:
    """What `--warehouse` refuses, before anything is made."""
    data = tmp_path / "data"
    with pytest.raises(ConfigError, match=said) as refused:
        lake.directory_of(text, {"KLIPING_DATA": str(data)})
    assert "abc" not in str(refused.value)
    assert not data.exists()


def test_names_with_no_password(tmp_path: Path) -> None:
    """What looks like one and is none; and a password that was written into the file by hand."""
    for catalogue in ("postgresql://db.example.org:5432/x?user=me@work", "dbname=x passfile=/p"):
        assert lake.parse(f"ducklake:postgres:{catalogue}", tmp_path, {}).catalogue == catalogue
    lake_file(tmp_path).write_text("catalogue = 'dbname=x password=abc'\nfiles = '/x'")
    with pytest.raises(ConfigError, match=r"lake\.toml: expected no password") as refused:
        lake.lake_of(tmp_path)
    assert "abc" not in str(refused.value)


@pytest.mark.parametrize(
    ("place", "files"),
    [
        ("", "{data}/lake"),
        ("{data}/elsewhere", "{data}/elsewhere"),
        ("s3://press/kliping", "s3://press/kliping"),
    ],
)
def test_where_the_files_go(place: str, files: str, tmp_path: Path) -> None:
    """Into the data directory, or to what KLIPING_LAKE_FILES names."""
    environ = {"KLIPING_LAKE_FILES": place.format(data=tmp_path)}
    parsed = lake.parse("ducklake:postgres:dbname=x", tmp_path, environ)
    assert parsed.files == files.format(data=tmp_path)


def test_files_can_not_go_everywhere(tmp_path: Path) -> None:
    """Object storage is what speaks S3."""
    environ = {"KLIPING_LAKE_FILES": "gs://press/kliping"}
    with pytest.raises(ConfigError, match=r"a folder or an address such as s3://.*got 'gs://press"):
        lake.parse("ducklake:postgres:dbname=x", tmp_path, environ)


def test_a_directory_remembers_its_lake(tmp_path: Path) -> None:
    """It is known by its directory from then on, and belongs to no other."""
    environ = {"KLIPING_DATA": str(tmp_path)}
    assert lake.directory_of("ducklake:postgres:dbname='a b'", environ) == tmp_path
    assert str(lake.lake_of(tmp_path)) == "ducklake:postgres:dbname='a b'"
    assert lake.directory_of("ducklake:postgres:dbname='a b'", environ) == tmp_path
    with pytest.raises(ConfigError, match="belongs to the lake"):
        lake.directory_of("ducklake:postgres:dbname=other", environ)
    lake_file(tmp_path).write_text("catalogue = 1")
    with pytest.raises(ConfigError, match="expected `catalogue` and `files`"):
        lake.lake_of(tmp_path)


def test_a_directory_with_a_file_is_not_made_a_lake(tmp_path: Path) -> None:
    """Its archive would seem to be gone."""
    new_warehouse(tmp_path).close()
    with pytest.raises(ConfigError, match="kliping warehouse move"):
        lake.directory_of("ducklake:postgres:dbname=x", {"KLIPING_DATA": str(tmp_path)})
    assert lake.lake_of(tmp_path) is None


# ---- what may be wrong ----


def test_wrong_servers(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each, with what to do, and never the password."""
    monkeypatch.setenv("PGPASSWORD", "wrong-secret")
    postgres.guard("guarded", "right-secret")
    there = postgres.create("others")
    made = lake.directory_of(there, {"KLIPING_DATA": str(tmp_path / "made")})
    Warehouse.open(made).close()
    postgres.create("bare")
    postgres.ask("postgres", "create role stranger login")
    no_host = "ducklake:postgres:dbname=x host=no.such.host.invalid user=kliping"
    down = f"ducklake:postgres:dbname=x {_HOST} port=1 user=kliping"
    cases = {
        down: ("Connection refused", "PostgreSQL must run there"),
        no_host: ("could not translate host name", "a machine that this one can find"),
        postgres.catalogue("no_such"): ('database "no_such" does not exist', "`createdb`"),
        postgres.catalogue("bare", user="nobody"): ('role "nobody" does not exist', "`createuser`"),
        postgres.catalogue("bare", user="guarded"): ("password authentication failed", "PGPASS"),
        postgres.catalogue("others", user="stranger"): ("permission denied", "`grant select"),
        "ducklake:postgres:dbname": ('missing "="', "expected such as ducklake:postgres:dbname"),
    }
    for number, (place, said) in enumerate(cases.items()):
        data = lake.directory_of(place, {"KLIPING_DATA": str(tmp_path / str(number))})
        for use in (Reader, Warehouse.open):
            _refused(partial(use, data), place, *said)
    place = postgres.catalogue("bare", user="stranger")
    data = lake.directory_of(place, {"KLIPING_DATA": str(tmp_path / "bare")})
    _refused(partial(Warehouse.open, data), place, "denied for schema", "grant create on schema")


def _refused(use: Callable[[], object], place: str, *said: str) -> None:
    with pytest.raises(WarehouseError) as refused:
        use()
    text = str(refused.value)
    assert text.startswith(f"{place}: cannot be opened: ")
    assert [part for part in said if part not in text] == []
    assert "\n" not in text
    assert "secret" not in text


def test_a_user_who_may_only_read(empty_lake: Path, postgres: Postgres) -> None:
    """They read what was published; a run of theirs ends in one line."""
    with writing(empty_lake, "a run") as store:
        _reject(store, "1")
    its_lake = lake.lake_of(empty_lake)
    assert its_lake
    name = its_lake.catalogue.split()[0].removeprefix("dbname=")
    postgres.ask(name, "create role viewer login")
    postgres.ask(name, "grant select on all tables in schema public to viewer")
    lake.bind(empty_lake, lake.Lake(its_lake.catalogue.replace("=kliping", "=viewer"), ""))
    assert Reader(empty_lake).query("select url from rejections")[1] == [("1",)]
    with (
        pytest.raises(WarehouseError, match=r"PostgreSQL refuses .*grant select on all"),
        writing(empty_lake, "a run") as store,
    ):
        _reject(store, "2")


@pytest.mark.parametrize(("version", "is_refused"), [(110_022, True), (120_000, False)])
def test_old_servers(version: int, is_refused: bool) -> None:
    """DuckLake needs PostgreSQL 12."""
    if is_refused:
        with pytest.raises(WarehouseError, match="needs PostgreSQL 12 or later, got 11: upgrade"):
            lake.refuse_older(version)
    else:
        lake.refuse_older(version)


def test_every_advice_has_an_example() -> None:
    """It is found by its own example, and not by another before it."""
    told = tomllib.loads((ROOT / "warehouse" / "lake_advice.toml").read_text())["advice"]
    assert [lake.advice(each["example"]) for each in told] == [each["advice"] for each in told]
    assert lake.advice("something else") == ""


def test_a_place_with_files_of_others(empty_lake: Path) -> None:
    """A lake does not begin there: it would delete them some day."""
    files = empty_lake / "lake" / "main"
    files.mkdir(parents=True)
    (files / "a.parquet").write_bytes(b"")
    with pytest.raises(WarehouseError, match="expected no Parquet files in the place of a lake"):
        Warehouse.open(empty_lake)


def test_nothing_was_published(empty_lake: Path) -> None:
    """In an empty database, and in a lake whose first run was broken off."""
    for _ in range(2):
        with pytest.raises(WarehouseError, match="nothing was published in this lake yet"):
            Reader(empty_lake)
        Warehouse.open(empty_lake).close()


def test_a_newer_version_wrote_it(empty_lake: Path) -> None:
    """An older one touches nothing."""
    with closing(Warehouse.open(empty_lake)), closing(_newest(empty_lake)) as connection:
        connection.execute("insert into migrations values ('9999_later', now())")
    with pytest.raises(WarehouseError, match=r"newer version of kliping \(it has 9999_later\)"):
        Warehouse.open(empty_lake)


def _newest(data: Path) -> duckdb.DuckDBPyConnection:
    its_lake = lake.lake_of(data)
    assert its_lake
    return lake.writer(its_lake)


def test_missing_packages(tmp_path: Path) -> None:
    """The command says how they are installed."""
    bare = tmp_path / "sitecustomize.py"
    bare.write_text(_WITHOUT_EXTENSIONS)
    command = [sys.executable, "-m", "flows.cli", "sql", "select 1", "--warehouse"]
    ran = subprocess.run(
        [*command, f"ducklake:postgres:dbname=x {_HOST}"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "KLIPING_DATA": str(tmp_path / "d")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "kliping: a lake needs packages of its own: pip install 'kliping[lake]'\n"
    assert (ran.returncode, ran.stderr) == (3, said)


_WITHOUT_EXTENSIONS = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if "extension" in name else find(name, *more)
"""


# ---- one writes, many read ----


def test_one_run_at_a_time(empty_lake: Path, tmp_path: Path) -> None:
    """Also from two machines: each has a data directory, and both the same lake."""
    its_lake = lake.lake_of(empty_lake)
    assert its_lake
    elsewhere = tmp_path / "elsewhere"
    lake.bind(elsewhere, its_lake)
    refused = pytest.raises(BusyError, match=r"another run holds the lock .*kliping run")
    with held(empty_lake, "kliping run"), refused:
        held(elsewhere, "kliping run").__enter__()
    with held(elsewhere, "kliping run"):
        pass


def test_readers_see_what_was_published(empty_lake: Path) -> None:
    """While a run writes, and after it broke off, they see the night before; afterwards those who
    come see the new one, and those who were there keep theirs.
    """
    count = "select count(*) from rejections"
    with writing(empty_lake, "a first run") as store:
        _reject(store, "1")
    before, room = Reader(empty_lake), Snapshots(empty_lake)
    with suppress(KeyboardInterrupt), writing(empty_lake, "a second run") as store:
        _reject(store, "2")
        for reader in (before, Reader(empty_lake), room.newest()):
            assert reader.query(count)[1] == [(1,)]
        raise KeyboardInterrupt
    assert Reader(empty_lake).query(count)[1] == [(1,)]
    with writing(empty_lake, "a third run") as store:
        _reject(store, "3")
    assert before.query(count)[1] == [(1,)]
    assert Reader(empty_lake).query(count)[1] == [(3,)]


def _reject(store: Warehouse, url: str) -> None:
    row = {"url": url, "source_id": "a", "stage": "fetch", "reason": "broken", "detail": ""}
    moment = "2026-03-11T00:00:00+00:00"
    with store.engine.transaction():
        store.engine.write([row | {"retry": False, "rejected_at": moment}], "record_rejections")


def test_postgres_goes_away(empty_lake: Path, postgres: Postgres) -> None:
    """Between transactions, inside one, and so that only the lock is lost: one line, nothing is
    published, and what was recorded is there for the next run.
    """
    for number, disturb in enumerate((_between, _inside, _restarted)):
        with pytest.raises(WarehouseError, match="PostgreSQL went away"):
            _disturbed(empty_lake, str(number), partial(disturb, postgres))
        if disturb is not _restarted:
            postgres.start()
        with pytest.raises(WarehouseError, match="nothing was published"):
            Reader(empty_lake)
    with writing(empty_lake, "a run"):
        pass
    assert Reader(empty_lake).query("select url from rejections order by all")[1] == [
        ("0",),
        ("1",),
        ("2",),
    ]


def _disturbed(place: Path, url: str, disturb: Callable[[Warehouse], None]) -> None:
    with writing(place, "a run") as store:
        _reject(store, url)
        disturb(store)


def _between(postgres: Postgres, store: Warehouse) -> None:
    postgres.kill()
    _reject(store, "lost")


def _inside(postgres: Postgres, store: Warehouse) -> None:
    with store.engine.transaction():
        store.engine.rows("census")
        postgres.kill()
        store.engine.rows("census")


def _restarted(postgres: Postgres, store: Warehouse) -> None:
    postgres.kill()
    postgres.start()
    store.engine.rows("census")  # on a new connection


@pytest.fixture(scope="module")
def confined(lake_nights: LakeNights) -> Reader:
    reader = Reader(lake_nights.data)
    reader.confine()
    return reader


@pytest.mark.parametrize(
    "statement",
    [
        "from read_text('/etc/hostname')",
        "copy (select 1) to '{folder}stray.parquet'",
        "from postgres_query('__ducklake_metadata_media', 'select 1 as a')",
        "from \"postgres_query\"('__ducklake_metadata_media', 'select 1 as a')",
        "from query('from postgres' || '_query(''__ducklake_metadata_media'', ''select 1 as a'')')",
        "call ducklake_cleanup_old_files('media', cleanup_all => true)",
        "from ducklake_cleanup_old_files('media', cleanup_all => true)",
        "attach 'other.duckdb'",
        "delete from rejections",
    ],
)
def test_statements_that_are_refused(confined: Reader, statement: str) -> None:
    """A confined reader reads the tables of the lake, and nothing else."""
    assert confined.lake
    with pytest.raises(QueryError):
        confined.query(statement.format(folder=lake.folder(confined.lake)))
    assert confined.query("select count(*) > 0 from articles")[1] == [(True,)]


def test_what_killed_runs_left(empty_lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files that no snapshot knows go when they are older than any run, and that is said; newer
    ones stay, and what is no Parquet file.
    """
    with writing(empty_lake, "a run") as store:
        _reject(store, "1")
    folder = empty_lake / "lake" / "main" / "rejections"
    old, new, other = (folder / name for name in ("old.parquet", "new.parquet", "old.txt"))
    for path in (old, new, other):
        path.write_bytes(b"left")
    three_days_ago = time.time() - 3 * 86_400
    for path in (old, other):
        os.utime(path, (three_days_ago, three_days_ago))
    with writing(empty_lake, "a run") as store:
        _reject(store, "2")
    assert [path.exists() for path in (old, new, other)] == [False, True, True]
    assert capsys.readouterr().err == (
        "deleted 1 file that a run which was broken off had left in the lake\n"
    )
    assert Reader(empty_lake).query("select count(*) from rejections")[1] == [(2,)]


# ---- object storage ----


@pytest.fixture
def store() -> Iterator[Bucket]:
    """A bucket, which the environment names."""
    with bucket() as here:
        yield here


def test_night_in_a_bucket(
    forked: Commands, postgres: Postgres, nights: PressNights, store: Bucket, tmp_path: Path
) -> None:
    """The store goes away in the middle of a night: one line. The next run ends with the tables of
    an undisturbed one, in a file.
    """
    place, data = postgres.create("bucket"), tmp_path / "data"
    archive = _archive(data)
    with desk() as here:
        env = {
            **store.environment,
            "KLIPING_DATA": str(data),
            "KLIPING_LAKE_FILES": f"s3://{BUCKET}/press",
            "KLIPING_DESK_URL": here.url,
        }
        running = forked.start(*night(place, NIGHT_1, replay=archive), env=env)
        assert wait_until(partial(running.told, "extract"))
        store.gate.shut()
        broken_off = running.end()
        store.gate.open()
        assert broken_off.status == 3, broken_off
        [line] = [line for line in broken_off.err.splitlines() if line.startswith("kliping: ")]
        assert "object storage does not answer as it should" in line
        ran = forked(*night(place, NIGHT_1, replay=archive), env=env)
        assert ran.status == 1, ran
    assert differing(lake_contents(data), file_contents(nights.first_night)) == []
    assert not (data / "lake").exists()
    reader = Reader(data)
    reader.confine()
    assert reader.query("select count(*) > 0 from articles")[1] == [(True,)]
    for statement in ("from duckdb_secrets(redact=false)", f"from read_text('s3://{BUCKET}/x')"):
        with pytest.raises(QueryError):
            reader.query(statement)


@pytest.mark.parametrize(
    ("files", "nobody", "said"),
    [
        (f"s3://{BUCKET}/press", True, "must be allowed to list, read, write and delete"),
        ("s3://no-such-bucket/press", False, "make the bucket first"),
    ],
)
def test_wrong_buckets(
    files: str, nobody: bool, said: str, postgres: Postgres, store: Bucket, tmp_path: Path
) -> None:
    """One line each, without the keys."""
    place = postgres.create(f"bucket_{nobody}")
    environ = {"KLIPING_DATA": str(tmp_path), "KLIPING_LAKE_FILES": files}
    data = lake.directory_of(place, environ)
    store.admit(nobody)
    with pytest.raises(WarehouseError) as refused:
        Warehouse.open(data)
    store.admit(False)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "invented" not in str(refused.value)


# ---- moving ----


def test_there_and_back(
    nights: PressNights,
    postgres: Postgres,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An archive goes into a lake and back into a file, and every table is as it was."""
    data = tmp_path / "data"
    shutil.copytree(nights.warehouse, data)
    before = file_contents(data)
    place = postgres.create("moved")
    there = ended(capsys, "warehouse", "move", data, place)
    assert (there.status, there.err) == (0, ""), there
    assert "the same on both sides" in there.out
    assert differing(lake_contents(data), before) == []
    assert not published(data).exists()
    back = ended(capsys, "warehouse", "move", place, data)
    assert (back.status, back.err) == (0, ""), back
    assert lake.lake_of(data) is None
    assert differing(file_contents(data), before) == []


def test_a_copy_of_a_lake(
    lake_nights: LakeNights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Moved into a new directory, the tables are there in a file; the lake goes on as before."""
    ran = ended(capsys, "warehouse", "move", lake_nights.catalogue, tmp_path / "copy")
    assert ran.status == 0, ran
    before = lake_contents(lake_nights.data)
    assert differing(file_contents(tmp_path / "copy"), before) == []
    assert lake.lake_of(tmp_path / "copy") is None
    again = ended(capsys, "warehouse", "move", lake_nights.catalogue, tmp_path / "copy")
    assert (again.status, "or a new one" in again.err) == (2, True), again


def test_a_lake_with_another_archive_is_not_moved_into(
    lake_nights: LakeNights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing changes on either side."""
    new_warehouse(tmp_path).close()
    ran = ended(capsys, "warehouse", "move", tmp_path, lake_nights.catalogue)
    assert ran.status == 3
    assert "has an archive of its own" in ran.err
    assert lake.lake_of(tmp_path) is None


def test_what_is_forgotten_is_in_no_file(
    nights: PressNights,
    postgres: Postgres,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`kliping forget` leaves nothing of an article in any file of the lake, nor earlier nights."""
    data = tmp_path / "data"
    shutil.copytree(nights.warehouse, data)
    ended(capsys, "warehouse", "move", data, postgres.create("forgotten"))
    ask = "select article_id from articles where credit is not null order by all limit 1"
    [(article,)] = Reader(data).query(ask)[1]
    assert _files_with(data, article)
    request = ("forget", "--article", article, "--reason", "a test", "--yes")
    ran = ended(capsys, *request, "--sources", PRESS / "sources.yaml", "--warehouse", data)
    assert ran.status == 0, ran
    assert _files_with(data, article) == []
    assert Reader(data).query("from ducklake_snapshots('media')")[1][1:] == []


def _files_with(data: Path, article: str) -> list[str]:
    """The files of a lake that have rows of an article."""
    found = []
    for path in (data / "lake").rglob("*.parquet"):
        file = duckdb.read_parquet(str(path))
        if "article_id" in file.columns and file.filter(f"article_id = '{article}'").fetchall():
            found.append(str(path))
    return found
