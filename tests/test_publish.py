"""Publishing without copying all: real databases, real readers, real processes that are killed."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.changes import Changes
from warehouse.copies import merged
from warehouse.directory import private, published, spare_file, writer_file
from warehouse.files import Range, clone, copy, is_idle, patch
from warehouse.snapshot import compact, publish

HERE = Path(__file__).parent.parent
BLOCK, HEADERS = 262_144, 12_288  # of DuckDB's files
WORDS = "repeat('kata ' || hash(i * 7), 20)"
ROWS = f"select i, hash(i) as h, {WORDS} as s, [i / 7.0::float, i] as v from range({{}}, {{}}) r(i)"


@pytest.fixture(autouse=True)
def sharing_nothing(tmp_path: Path) -> None:
    """A file system that shares blocks needs none of this."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"a")
    if clone(one, other):
        pytest.skip("the temporary folder's file system shares blocks")
    one.unlink()


@contextmanager
def run(directory: Path, checkpoint: str = "16MB") -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's database, opened and closed as a run does, without what a warehouse holds."""
    private(directory).mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(f":memory:{directory.resolve()}")
    changes = Changes(connection, directory)
    connection.execute(f"attach '{writer_file(directory).resolve()}' as writer")
    connection.execute("use writer")
    connection.execute(f"set wal_autocheckpoint = '{checkpoint}'")
    yield connection
    changes.close()


def write(directory: Path, *statements: str) -> None:
    with run(directory) as connection:
        for statement in statements:
            connection.execute(statement)


def begun(directory: Path) -> None:
    """Three runs: what is published has a spare, which lacks what the last run wrote."""
    write(directory, f"create table t as {ROWS.format(0, 20_000)}")
    publish(directory)
    for number in (1, 2):
        write(directory, f"insert into t {ROWS.format(number * 20_000, number * 20_000 + 50)}")
        publish(directory)
    write(directory, f"insert into t {ROWS.format(90_000, 90_050)}")


def inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


def kept_inode(path: Path, link: Path) -> int:
    """Its number, which no other file gets while the link is there; 0 if there is no file."""
    if not path.exists():
        return 0
    os.link(path, link)
    return inode(link)


def same(directory: Path) -> bool:
    return published(directory).read_bytes() == writer_file(directory).read_bytes()


# ---- which way ----


@contextmanager
def read_here(path: Path) -> Iterator[None]:
    with duckdb.connect(str(path), read_only=True):
        yield


@contextmanager
def read_elsewhere(path: Path) -> Iterator[None]:
    program = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(); input()"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdout
        assert reader.stdout.readline()
        yield
        reader.communicate(b"\n")


@contextmanager
def copied(path: Path) -> Iterator[None]:
    with path.open("rb") as file:
        file.read(1)
        yield


def written_into(name: str) -> Callable[[Path], None]:
    def write_into(directory: Path) -> None:
        with duckdb.connect(str(directory / name)) as connection:
            connection.execute("create table mine as select 1")

    return write_into


def killed(directory: Path) -> None:
    """A run that ends without a word, after it has written blocks."""
    program = (
        "import duckdb, os, sys; from pathlib import Path; from warehouse.changes import Changes\n"
        "connection = duckdb.connect(); Changes(connection, Path(sys.argv[1]))\n"
        "connection.execute(f\"attach '{sys.argv[1]}/var/writer.duckdb' as writer\")\n"
        "many = \"insert into writer.t select i, i, '', [] from range(130_000) r(i)\"\n"
        "connection.execute(many)\n"
        "os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(directory)], cwd=HERE).returncode == 9


def recorded(**changed: object) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        path = private(directory) / "copies.json"
        told = json.loads(path.read_text())
        told["spare"] |= {key: value for key, value in changed.items() if key in told["spare"]}
        told |= {key: value for key, value in changed.items() if key in told}
        path.write_text(json.dumps(told))

    return change


def damaged(directory: Path) -> None:
    (private(directory) / "copies.json").write_text('{"form": 1, "wri')


def lost(directory: Path) -> None:
    spare_file(directory).unlink()


def nothing(directory: Path) -> None:
    """An ordinary night."""


def compacted(directory: Path) -> None:
    write(directory, "create schema state", "create table state.leftovers(path text)")
    compact(directory)


WAYS: list[tuple[str, Callable[[Path], None], bool, int]] = [
    # what happened before it publishes, whether the spare is used, and how many publishes later
    # there is one again that can be
    ("an ordinary night", nothing, True, 1),
    ("a tool wrote into the spare", written_into("var/spare.duckdb"), False, 1),
    ("a tool wrote into the snapshot", written_into("media.duckdb"), True, 2),
    ("a tool wrote into the writer", written_into("var/writer.duckdb"), False, 2),
    ("a run was killed", killed, False, 2),
    ("the spare is a day old", recorded(copied_at=time.time() - 86_400), True, 1),
    ("the spare is eight days old", recorded(copied_at=time.time() - 8 * 86_400), False, 1),
    ("the record is of another version", recorded(form=99), False, 2),
    ("the record is damaged", damaged, False, 2),
    ("the spare is gone", lost, False, 1),
    ("the database was written anew", compacted, False, 2),
]


@pytest.mark.parametrize(
    ("before", "patched", "later"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS]
)
def test_which_way(
    tmp_path: Path, before: Callable[[Path], None], patched: bool, later: int
) -> None:
    """The spare is brought up to date if it is known how it differs and nobody reads it; otherwise
    everything is copied. Either way, the snapshot is the writer's database, byte for byte.
    """
    begun(tmp_path)
    before(tmp_path)
    spare = kept_inode(spare_file(tmp_path), tmp_path / "kept")
    publish(tmp_path)
    assert (spare != 0 and inode(published(tmp_path)) == spare) == patched
    assert same(tmp_path)
    number = 0
    while number < 5:
        number += 1
        spare = kept_inode(spare_file(tmp_path), tmp_path / f"kept-{number}")
        write(tmp_path, f"insert into t {ROWS.format(number, number + 10)}")
        publish(tmp_path)
        assert same(tmp_path)
        if spare and inode(published(tmp_path)) == spare:
            break
    assert number == later


@pytest.mark.parametrize("reading", [read_here, read_elsewhere, copied])
def test_spare_that_is_read(
    tmp_path: Path, reading: Callable[[Path], AbstractContextManager[None]]
) -> None:
    """Whoever still reads the snapshot before the last one has it to himself."""
    begun(tmp_path)
    spare, before = inode(spare_file(tmp_path)), spare_file(tmp_path).read_bytes()
    os.link(spare_file(tmp_path), tmp_path / "same")
    with reading(tmp_path / "same"):
        publish(tmp_path)
    assert (tmp_path / "same").read_bytes() == before
    assert inode(published(tmp_path)) != spare
    assert same(tmp_path)
    write(tmp_path, "delete from t where i < 9")
    spare = inode(spare_file(tmp_path))
    publish(tmp_path)
    assert inode(published(tmp_path)) == spare
    assert same(tmp_path)


def test_reader_keeps_its_state(tmp_path: Path) -> None:
    """A reader that stays open while three runs publish."""
    begun(tmp_path)
    publish(tmp_path)
    program = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(flush=True)\n"
        "for line in sys.stdin:\n"
        "    print(c.execute('select count(*), sum(i), max(s) from t').fetchall(), flush=True)"
    )
    command = [sys.executable, "-c", program, str(published(tmp_path))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline()
        answers = []
        for number in range(4):
            reader.stdin.write(b"again\n")
            reader.stdin.flush()
            answers.append(reader.stdout.readline())
            write(tmp_path, f"update t set s = 'lain {number}', i = i + 1")
            publish(tmp_path)
            assert same(tmp_path)
        reader.communicate()
    assert len(set(answers)) == 1
    assert answers[0].startswith(b"[(20150, ")


# ---- what is in it ----

# More than a group of rows, of which DuckDB writes blocks before the transaction ends.
MANY = "insert into t select i, hash(i), '', [] from range(123_000) r(i)"
CHANGES = [
    f"insert into t {ROWS.format(0, 700)}",
    f"insert into t {ROWS.format(5, 2_000)}",
    MANY,
    "update t set s = s || 'x' where h % 100 = 0",
    "update t set h = h + 1 where i % 7 = 0",
    "update t set v = [h % 10] where i % 1000 = 0",
    "delete from t where i % 5 = 1",
    "delete from t where i % 1000 = 2",
    "delete from t",
    "create or replace table u as from t",
    "drop table if exists u",
    "create table if not exists k(i bigint primary key);"
    " insert into k select max(i) + 1 from (from k union all select 0)",
    "create index if not exists x on t(h)",
    "drop index if exists x",
    "checkpoint writer",
    f"begin; {MANY}; rollback",
    "update t set h = (select max(h) from t) - h where rowid in (5, 6)",
]


@settings(
    max_examples=int(os.environ.get("PUBLISH_EXAMPLES", "6")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["16MB", "1MB", "1KB"]),
            st.lists(st.sampled_from(CHANGES), max_size=4),
        ),
        min_size=4,
        max_size=7,
    )
)
def test_patched_is_copied(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[str, list[str]]]
) -> None:
    """Whatever runs write, and whenever DuckDB writes its log out, what is published is the
    writer's database, byte for byte.
    """
    directory = tmp_path_factory.mktemp("data")
    write(directory, f"create table t as {ROWS.format(0, 3_000)}")
    ways = []
    for checkpoint, statements in runs:
        publish(directory)
        assert same(directory)
        with run(directory, checkpoint) as connection:
            for statement in statements:
                connection.execute(statement)
        ways.append(spare_file(directory).exists())
    assert ways == [False] + [True] * (len(runs) - 1)


def test_checksums_do_not_tell(tmp_path: Path) -> None:
    """Values that change places leave the checksum of a block of DuckDB's as it was. So blocks with
    equal checksums are not the same, and only a log tells which ones were written.
    """
    write(tmp_path, "create table t as select hash(i) as h from range(30000) r(i)")
    publish(tmp_path)
    seen: dict[tuple[int, bytes], set[bytes]] = {}
    for row in range(0, 12, 2):
        for at, block in blocks(writer_file(tmp_path)):
            seen.setdefault((at, block[:8]), set()).add(block)
        write(tmp_path, swapped(row, row + 1))
        publish(tmp_path)
        assert same(tmp_path)
    assert max(map(len, seen.values())) > 1


def blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    whole = path.read_bytes()
    for start, end in pairwise(range(HEADERS, len(whole) + 1, BLOCK)):
        yield start, whole[start:end]


def swapped(one: int, other: int) -> str:
    return (
        f"update t set h = (select h from t where rowid = {one} + {other} - outside.rowid) "
        f"from (select rowid from t) as outside "
        f"where t.rowid = outside.rowid and t.rowid in ({one}, {other})"
    )


# ---- what goes wrong ----

PUBLISH = """
import resource, signal, sys
from pathlib import Path
from flows.errors import WarehouseError
from warehouse.snapshot import publish
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if limit := int(sys.argv[2]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
print(flush=True)
try:
    publish(Path(sys.argv[1]))
except WarehouseError as error:
    print(error)
"""


def test_full_disk(tmp_path: Path) -> None:
    """A spare that cannot be brought up to date is deleted; the snapshot stays, and the next
    publish copies everything.
    """
    begun(tmp_path)
    write(tmp_path, f"insert into t {ROWS.format(0, 50_000)}")
    before = published(tmp_path).read_bytes()
    spare = kept_inode(spare_file(tmp_path), tmp_path / "kept")
    limit = spare_file(tmp_path).stat().st_size + resource.getpagesize()
    command = [sys.executable, "-c", PUBLISH, str(tmp_path), str(limit)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE).stdout
    assert told.strip() == (
        f"{published(tmp_path)}: cannot be published: File too large; the next run publishes again"
    )
    assert published(tmp_path).read_bytes() == before
    assert [path.name for path in private(tmp_path).iterdir()] == ["writer.duckdb"]
    publish(tmp_path)
    assert same(tmp_path)
    assert inode(published(tmp_path)) != spare


def test_killed_publish(tmp_path: Path) -> None:
    """Killed at any instant, it leaves a whole snapshot: the one before, or the new one."""
    rng = random.Random(7)
    begun(tmp_path)
    states = {published(tmp_path).read_bytes()}
    for number in range(6):
        write(tmp_path, f"insert into t {ROWS.format(0, 30_000)}", "delete from t where i % 3 = 0")
        states.add(writer_file(tmp_path).read_bytes())
        command = [sys.executable, "-c", PUBLISH, str(tmp_path), "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE) as publishing:
            assert publishing.stdout
            assert publishing.stdout.readline()
            time.sleep(rng.uniform(0, 0.06))
            publishing.send_signal(signal.SIGKILL)
        assert published(tmp_path).read_bytes() in states
        if number % 2:
            publish(tmp_path)
            assert same(tmp_path)
            assert not (private(tmp_path) / "media.duckdb.new").exists()


# ---- the parts ----


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([], ()),
        ([(5, 9), (0, 2)], ((0, 2), (5, 9))),
        ([(0, 2), (2, 3), (5, 9)], ((0, 3), (5, 9))),
        ([(0, 9), (2, 3), (8, 12)], ((0, 12),)),
    ],
)
def test_merged(ranges: list[Range], expected: tuple[Range, ...]) -> None:
    """In order, and those that touch made one."""
    assert merged(ranges) == expected


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        (b"satu dua tiga", b"satu DUA tiga", [(5, 8)]),
        (b"satu dua tiga", b"satu", []),
        (b"satu", b"satu dua", [(4, 8)]),
        (b"satu", b"satu\0\0\0", []),  # what was never written
        (b"satu dua", b"SATU", [(0, 4), (6, 8)]),  # written, and cut off later
        (b"a" * 3_000_000, b"b" * 3_000_000, [(0, 3_000_000)]),
    ],
)
def test_patch(tmp_path: Path, old: bytes, new: bytes, stale: list[Range]) -> None:
    """Only what is stale is written; the end is cut off or filled with zeros."""
    (tmp_path / "old").write_bytes(old)
    (tmp_path / "new").write_bytes(new)
    patch(tmp_path / "new", tmp_path / "old", stale)
    assert (tmp_path / "old").read_bytes() == new


def test_copy(tmp_path: Path) -> None:
    """Whether the file system shares blocks or not."""
    (tmp_path / "a").write_bytes(b"satu dua" * 9_999)
    copy(tmp_path / "a", tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == (tmp_path / "a").read_bytes()


def test_idle(tmp_path: Path) -> None:
    """Whoever has it open counts, by whatever name, in this process too."""
    path = tmp_path / "a"
    assert not is_idle(path)
    path.write_bytes(b"a")
    assert is_idle(path)
    with path.open("rb"):
        assert not is_idle(path)
    with path.open("r+b"):
        assert not is_idle(path)
    assert is_idle(path)
    os.link(path, tmp_path / "b")
    assert is_idle(path)
    with (tmp_path / "b").open("rb"):
        assert not is_idle(path)
