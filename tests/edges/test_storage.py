"""Archives on disks, in buckets, and on web servers: what is found, and what is read of them."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.edges.storage import ArchiveFile, find, opened
from flows.errors import ArchiveError, ConfigError, KlipingError, StorageError
from tests.helpers.buckets import BUCKET, bucket

DATA = bytes(range(256)) * 4_000
OBJECTS = {
    "2026/03/CC-NEWS-20260310-00001.warc.gz": DATA,
    "2026/03/CC-NEWS-20260311-00002.warc.gz": DATA[::-1],
    "2026/03/warc.paths.gz": gzip.compress(
        f"{BUCKET}/2026/03/CC-NEWS-20260310-00001.warc.gz\n"
        f"\n# a comment\n{BUCKET}/2026/03/no-such.warc.gz\n".encode()
    ),
    "2026/04/CC-NEWS-20260401-00003.warc.gz": b"x",
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where things are: a folder, a bucket, and the same over the web."""
    folder = tmp_path_factory.mktemp("arsip")
    for name in ("b.warc.gz", "a.warc.gz"):
        (folder / name).write_bytes(DATA)
    (folder / "list.txt").write_text(f"a.warc.gz\n{folder}/b.warc.gz\n")
    (folder / "gambar.bin").write_bytes(b"\xff\xfe\x00" * 50)
    with bucket() as held:
        held.put(OBJECTS, public=True)
        yield {
            "disk": str(folder),
            "s3": f"s3://{BUCKET}",
            "web": f"{held.url}/{BUCKET}",
            "gone": "http://127.0.0.1:9",
        }


MARCH = ["2026/03/CC-NEWS-20260310-00001.warc.gz", "2026/03/CC-NEWS-20260311-00002.warc.gz"]

# What is asked for, and which archives that is.
FOUND = [
    (["{disk}/a.warc.gz"], ["{disk}/a.warc.gz"]),
    (["{disk}/*.warc.gz"], ["{disk}/a.warc.gz", "{disk}/b.warc.gz"]),
    (["{disk}/b.warc.gz", "{disk}/*.gz"], ["{disk}/b.warc.gz", "{disk}/a.warc.gz"]),
    (["@{disk}/list.txt"], ["{disk}/a.warc.gz", "{disk}/b.warc.gz"]),
    (["{s3}/" + MARCH[0]], ["{s3}/" + MARCH[0]]),
    (["{s3}/2026/03/CC-NEWS-*.warc.gz"], ["{s3}/" + name for name in MARCH]),
    (["{s3}/2026/0[4-9]/*"], ["{s3}/2026/04/CC-NEWS-20260401-00003.warc.gz"]),
    (["{web}/" + MARCH[1]], ["{web}/" + MARCH[1]]),
    (
        ["@{web}/2026/03/warc.paths.gz"],
        ["{web}/" + MARCH[0], "{web}/2026/03/no-such.warc.gz"],
    ),
]


@pytest.mark.parametrize(("asked", "expected"), FOUND, ids=[str(asked) for asked, _ in FOUND])
def test_find(there: dict[str, str], asked: list[str], expected: list[str]) -> None:
    """Paths, patterns, and lists name archives: each once, in order."""
    found = find([each.format(**there) for each in asked])
    assert [each.name for each in found] == [each.format(**there) for each in expected]


# What cannot be found, and what is said.
REFUSED: list[tuple[str, type[KlipingError], str]] = [
    ("{disk}/c.warc.gz", ConfigError, "{disk}/c.warc.gz: there is no such archive"),
    ("{disk}", ConfigError, "{disk}: there is no such archive"),
    ("{disk}/*.arc", ConfigError, "{disk}/*.arc: no archive matches"),
    ("@{disk}/c.txt", ConfigError, "{disk}/c.txt: there is no such file"),
    ("@{disk}/gambar.bin", ConfigError, "@{disk}/gambar.bin: expected a list of archives, one "),
    ("{s3}/2027/*.warc.gz", ConfigError, "{s3}/2027/*.warc.gz: no archive matches"),
    ("{s3}/2026/03/", ConfigError, "{s3}/2026/03/: there is no such archive"),
    ("s3://no-such-bucket/*", StorageError, "s3://no-such-bucket/*: An error occurred (NoSuch"),
    ("{web}/2026/no-such.warc.gz", ConfigError, "{web}/2026/no-such.warc.gz: there is no such "),
    ("{gone}/a.warc.gz", StorageError, "{gone}/a.warc.gz: Connect call failed"),
    ("gs://a/b.warc.gz", ConfigError, "gs://a/b.warc.gz: Please install gcsfs"),
    ("nothing://a/b.warc.gz", ConfigError, "nothing://a/b.warc.gz: Protocol not known: nothing"),
]


@pytest.mark.parametrize(("path", "error", "says"), REFUSED, ids=[path for path, *_ in REFUSED])
def test_what_is_not_there(
    there: dict[str, str], path: str, error: type[KlipingError], says: str
) -> None:
    """One line names what is not there, or cannot be reached, and says why."""
    with pytest.raises(error) as raised:
        find([path.format(**there)])
    assert str(raised.value).startswith(says.format(**there))
    assert "\n" not in str(raised.value)


def test_a_replaced_archive_has_another_fingerprint(there: dict[str, str], tmp_path: Path) -> None:
    """The same bytes are the same archive; others under its name are not."""
    path = tmp_path / "a.warc.gz"
    seen = []
    for data in (DATA, DATA[1:]):
        path.write_bytes(data)
        seen += find([str(path)])
    assert seen[0].fingerprint != seen[1].fingerprint
    first, second = find([f"{there['s3']}/{name}" for name in MARCH])
    assert first.fingerprint != second.fingerprint
    assert find([f"{there['s3']}/{MARCH[0]}"]) == [first]


@pytest.mark.parametrize("place", ["disk", "s3", "web"])
def test_read_anywhere(there: dict[str, str], place: str) -> None:
    """A file can be read from any place on, wherever it lies."""
    name = "a.warc.gz" if place == "disk" else MARCH[0]
    [archive] = find([f"{there[place]}/{name}"])
    with opened(archive) as file:
        assert file.seek(0, 2) == archive.size == len(DATA)
        for start, size in ((0, 10), (900_000, 300_000), (5, 70_000), (len(DATA), 5)):
            file.seek(start)
            assert file.read(size) == DATA[start : start + size]


def test_lost_connections_are_made_again() -> None:
    """A web server that breaks off is asked again, from there; one that stays away is given up."""
    waits: list[float] = []

    def later(seconds: float) -> None:
        waits.append(seconds)
        held.gate.bytes_left = None

    with bucket() as held:
        held.put({"a.warc.gz": DATA}, public=True)
        [archive] = find([f"{held.url}/{BUCKET}/a.warc.gz"])
        held.gate.bytes_left = 300_000
        with opened(archive, later) as file:
            assert file.read() == DATA
        assert waits == [1.0]
        held.gate.bytes_left = 300_000
        with opened(archive, waits.append) as file, pytest.raises(StorageError):
            file.read()
        assert waits[1:] == [1.0, 5.0, 15.0]


def test_an_archive_that_is_gone(tmp_path: Path) -> None:
    """What was deleted since it was found is the fault of one archive, not of where it lay."""
    with bucket() as held:
        gone = [
            ArchiveFile(str(tmp_path / "a"), 1, ""),
            ArchiveFile(f"s3://{BUCKET}/a", 1, ""),
            ArchiveFile(f"{held.url}/{BUCKET}/a", 1, ""),
        ]
        for archive in gone:
            with pytest.raises(ArchiveError), opened(archive) as file:
                file.read()


def test_keys_that_are_not_let_in(there: dict[str, str]) -> None:
    """Wrong keys are said in one line."""
    with bucket() as held:
        held.put({"a.warc.gz": DATA})
        held.admit(nobody=True)
        try:
            with pytest.raises(StorageError, match="access is refused"):
                find([f"s3://{BUCKET}/*"])
        finally:
            held.admit(nobody=False)
