"""Backups, there and back, and what keeps a fuller database from being replaced."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.errors import BusyError, KlipingError, WarehouseError
from tests.helpers.command import NIGHT_2, ended, night
from tests.helpers.desks import desk
from tests.helpers.forked import Commands
from tests.helpers.paths import ROOT
from tests.helpers.tables import plant, published_rows
from warehouse import backups
from warehouse.directory import private, published
from warehouse.snapshot import census, publish
from warehouse.store import Warehouse, held

NOW = datetime(2026, 3, 12, tzinfo=UTC)


def fill(directory: Path, *runs: str) -> Path:
    """A published data directory with these runs, each with an article, and an archive."""
    store = Warehouse.open(directory)
    plant(store, {"runs": [{"run_id": run} for run in runs]})
    plant(store, {"state.articles": [{"article_id": f"a{run}"} for run in runs]})
    store.close()
    publish(directory)
    for run in runs:
        warc = private(directory) / "warc" / f"{run}.warc.gz"
        warc.parent.mkdir(exist_ok=True)
        warc.write_bytes(run.encode() * 1000)
    return directory


def back_up(directory: Path, target: Path) -> backups.Done:
    return backups.back_up(directory, target, "1", datetime.now(UTC))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


TABLES = {
    "articles": "article_id, story_id, title, body, first_seen_at",
    "story_articles": "story_id, article_id, relation, original_article_id",
    "alerts": "alert_id, story_id, kind, raised_at, text",
    "deliveries": "alert_id, channel, state, attempts, sent_at",
    "removed_text": "article_id, rule, text",
}


def told(directory: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: published_rows(directory, f"select {columns} from {table} order by all")
        for table, columns in TABLES.items()
    }


def test_restored_backup_goes_on(forked: Commands, filled: Path, tmp_path: Path) -> None:
    """The backup of the second night, restored elsewhere, goes on with the same ids and sends
    nothing again.
    """
    assert forked("backup", tmp_path / "backup", "--warehouse", filled).status == 0
    restored = forked("restore", tmp_path / "backup", "--warehouse", tmp_path / "elsewhere")
    assert (restored.status, restored.err) == (0, "")
    with desk() as here:
        again = forked(*night(tmp_path / "elsewhere", NIGHT_2), env={"KLIPING_DESK_URL": here.url})
    assert again.status == 1  # the link that answers 500
    assert here.messages == []
    assert told(tmp_path / "elsewhere") == told(filled)


def test_second_backup_copies_what_is_new(tmp_path: Path) -> None:
    """Archives that the backup has are not copied again, and those that are gone leave it."""
    there = fill(tmp_path / "there", "1", "2")
    first = back_up(there, tmp_path / "backup")
    assert first.new_files == 3
    fill(there, "3")
    (private(there) / "warc" / "1.warc.gz").unlink()
    second = back_up(there, tmp_path / "backup")
    assert second.new_files == 2
    assert files(tmp_path / "backup") == {
        "manifest.json",
        second.manifest.database.path,
        "warc/2.warc.gz",
        "warc/3.warc.gz",
    }
    backups.restore(tmp_path / "backup", tmp_path / "back")
    assert census(private(tmp_path / "back") / "writer.duckdb").runs == ("1", "2", "3")
    assert (private(tmp_path / "back") / "warc" / "3.warc.gz").read_bytes() == b"3" * 1000


BACK_UP = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse.backups import back_up
back_up(Path(sys.argv[1]), Path(sys.argv[2]), "1", datetime.now(UTC))
"""


def test_backup_that_is_killed(tmp_path: Path) -> None:
    """A backup killed in the middle of a copy leaves the former one usable, and the next one
    clears up after it.
    """
    there = fill(tmp_path / "there", "1")
    back_up(there, tmp_path / "backup")
    fill(there, "2")
    os.truncate(private(there) / "warc" / "2.warc.gz", 2**32)  # takes long to copy, but no room
    process = subprocess.Popen([sys.executable, "-c", BACK_UP, there, tmp_path / "backup"])
    part = tmp_path / "backup" / "warc" / "2.warc.gz.part"
    deadline = time.monotonic() + 60
    while not part.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert part.exists()
    manifest = backups.restore(tmp_path / "backup", tmp_path / "back")
    assert manifest.runs == ("1",)
    os.truncate(private(there) / "warc" / "2.warc.gz", 1000)
    back_up(there, tmp_path / "backup")
    assert not part.exists()
    assert backups.restore(tmp_path / "backup", tmp_path / "back").runs == ("1", "2")


FULL = """
import resource, signal
from flows.errors import WarehouseError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
"""


def test_backup_onto_a_full_disk(tmp_path: Path) -> None:
    """What there is no room for is said in one line, and the former backup stays usable."""
    there = fill(tmp_path / "there", "1")
    back_up(there, tmp_path / "backup")
    before = files(tmp_path / "backup")
    fill(there, "2")
    most = resource.getpagesize() * 16  # no file may grow beyond that
    limited = BACK_UP.replace("\nback_up", f"{FULL}\nback_up")
    ran = subprocess.run(
        [sys.executable, "-c", limited, there, tmp_path / "backup", str(most)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.strip().endswith("File too large; the former backup is as it was")
    assert files(tmp_path / "backup") == before
    assert backups.restore(tmp_path / "backup", tmp_path / "back").runs == ("1",)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if mount is None or os.getuid() or subprocess.run(command, check=False).returncode:
        pytest.skip("a small file system can be mounted only by root, where that is allowed")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_backup_onto_a_small_disk(tmp_path: Path, small_disk: Path) -> None:
    """A disk that is full in earnest leaves no half of a file."""
    there = fill(tmp_path / "there", "1")
    with pytest.raises(WarehouseError, match="No space left on device"):
        back_up(there, small_disk / "backup")
    assert files(small_disk) == {"backup/manifest.json"}
    with pytest.raises(WarehouseError, match="never completed"):
        backups.restore(small_disk / "backup", tmp_path / "back")


# ---- what is refused ----


def damage(name: str, do: Callable[[Path], object]) -> Callable[[Path], None]:
    """Do something to the file of a backup whose name begins so."""

    def damaged(folder: Path) -> None:
        [path] = [path for path in folder.rglob("*") if path.name.startswith(name)]
        do(path)

    return damaged


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def edit(**changes: object) -> Callable[[Path], None]:
    """Write a manifest with other values."""

    def edited(path: Path) -> None:
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return edited


OUTSIDE = [{"path": "warc/../../x", "size": 1, "sha256": ""}]
UNUSABLE = {
    "a byte of the database": (damage("writer", flip), r"writer-\w+\.duckdb has another SHA-256"),
    "a byte of an archive": (damage("1.warc", flip), r"warc/1\.warc\.gz has another SHA-256"),
    "a shorter archive": (
        damage("1.warc", lambda path: os.truncate(path, 10)),
        r"1\.warc\.gz has 10 bytes, not 1000",
    ),
    "no archive": (damage("1.warc", Path.unlink), r"1\.warc\.gz cannot be read: No such file"),
    "no manifest": (damage("manifest", Path.unlink), "there is no backup here"),
    "half a manifest": (
        damage("manifest", lambda path: os.truncate(path, 30)),
        "is not the manifest of a backup",
    ),
    "another manifest": (damage("manifest", edit(form=9)), "by another version of kliping"),
    "a newer database": (damage("manifest", edit(migration="9999_x")), "upgrade it"),
    "a file outside": (damage("manifest", edit(files=OUTSIDE)), "is not the manifest of a backup"),
    "an unfinished one": (damage("manifest", edit(made_at=None)), "was never completed"),
}


@pytest.mark.parametrize("fault", UNUSABLE)
def test_damaged_backup_is_refused(tmp_path: Path, fault: str) -> None:
    """A backup that is not whole replaces nothing; the message names the file."""
    do, expected = UNUSABLE[fault]
    back_up(fill(tmp_path / "there", "1"), tmp_path / "backup")
    do(tmp_path / "backup")
    with pytest.raises(WarehouseError, match=expected):
        backups.restore(tmp_path / "backup", tmp_path / "back")
    assert not published(tmp_path / "back").exists()


def test_fuller_database_is_not_replaced(tmp_path: Path) -> None:
    """Neither a restore, nor a backup, nor a run puts a database in place of one that has runs
    that it lacks; of its own older states each may take the place.
    """
    there = fill(tmp_path / "there", "1")
    back_up(there, tmp_path / "older")
    fill(there, "2")
    back_up(there, tmp_path / "newer")
    other = fill(tmp_path / "other", "3")
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: backups.restore(tmp_path / "older", there), "has 1 runs that the backup"),
        (lambda: back_up(other, tmp_path / "newer"), "is the backup of a fuller database"),
    ]
    for do, expected in refused:
        with pytest.raises(WarehouseError, match=expected):
            do()
    backups.restore(tmp_path / "older", tmp_path / "back")
    backups.restore(tmp_path / "newer", tmp_path / "back")
    assert census(published(tmp_path / "back")).runs == ("1", "2")


def test_run_beside_a_fuller_snapshot_is_refused(tmp_path: Path) -> None:
    """A saved media.duckdb that is put beside a younger writer's database is not overwritten, and
    the message says what to do. Doing it, the run goes on from there.
    """
    saved = fill(tmp_path / "saved", "1", "2", "3")
    there = fill(tmp_path / "there", "4")
    shutil.copy(published(saved), published(there))
    with pytest.raises(WarehouseError) as refused:
        Warehouse.open(there)
    assert str(refused.value).split("; ") == [
        f"{published(there)} (3 articles, 3 runs, the last 3) has 3 runs that var/writer.duckdb "
        "(1 articles, 1 runs, the last 4) lacks: they would be lost when it is published. To go "
        "on from media.duckdb, remove var/writer.duckdb",
        "to go on without, move media.duckdb away",
    ]
    assert census(published(there)).articles == 3
    (private(there) / "writer.duckdb").unlink()
    Warehouse.open(there).close()
    assert census(private(there) / "writer.duckdb").articles == 3


def test_missing_writer_is_made_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A snapshot without a writer's database is what the next run goes on from, and it says so."""
    there = fill(tmp_path, "1", "2")
    (private(there) / "writer.duckdb").unlink()
    Warehouse.open(there).close()
    assert capsys.readouterr().err == (
        f"{private(there) / 'writer.duckdb'}: was missing, and is made from media.duckdb "
        "(2 articles, 2 runs, the last 2)\n"
    )
    Warehouse.open(there).close()
    assert capsys.readouterr().err == ""


def test_foreign_directory_is_left_alone(tmp_path: Path) -> None:
    """A backup is not put among other files, nor into the data directory."""
    there = fill(tmp_path / "there", "1")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").write_bytes(b"x")
    for target, expected in [
        (tmp_path / "mine", "holds files, but no backup"),
        (there / "backup", "expected a directory outside of"),
        (there / "media.duckdb", "expected a directory outside of"),
        (tmp_path / "mine" / "photo.jpg", "File exists; the former backup is as it was"),
    ]:
        with pytest.raises(WarehouseError, match=expected):
            back_up(there, target)
    assert files(tmp_path / "mine") == {"photo.jpg"}


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_run_that_writes_keeps_backups_out(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """While a run holds the lock, a backup or restore is refused in one line."""
    there = fill(tmp_path / "there", "1")
    back_up(there, tmp_path / "backup")
    with held(there, "kliping run"):
        ran = ended(capsys, command, tmp_path / "backup", "--warehouse", there)
    assert ran.status == 3
    assert ran.err.startswith(f"kliping: {there}: another run holds the lock (kliping run, ")
    assert ran.err.count("\n") == 1
    assert issubclass(BusyError, KlipingError)


MISTYPED: dict[str, list[str | Path]] = {
    "alerts retry": ["alerts", "retry", "--topics", ROOT / "tests" / "press" / "topics.yaml"],
    "alerts list": ["alerts", "list"],
    "backup": ["backup", "backup"],
    "reprocess": ["reprocess", "--sources", ROOT / "tests" / "press" / "sources.yaml"],
    "search": ["search", "kereta"],
    "sql": ["sql", "select 1"],
    "topics replay": ["topics", "replay", "russia-dprk"],
}


@pytest.mark.parametrize("name", MISTYPED)
def test_mistyped_directory_stays_empty(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that needs a filled data directory says that there is none, and makes none."""
    monkeypatch.setenv("KLIPING_DESK_URL", "json://127.0.0.1:9/desk")
    ran = ended(capsys, *MISTYPED[name], "--warehouse", tmp_path / "TYPO")
    assert ran.status == 3
    assert ran.err == (
        f"kliping: {tmp_path / 'TYPO' / 'media.duckdb'}: there is no such file yet: `kliping run` "
        "or `kliping backfill` creates it\n"
    )
    assert list(tmp_path.iterdir()) == []
