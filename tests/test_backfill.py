"""`kliping backfill` of archives that lie elsewhere: what it takes in, how it goes on, and what it
says.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.config import load_sources
from flows.edges import storage, takedown
from flows.edges.archive import WarcCopies
from flows.edges.processes import Processes
from flows.errors import StorageError
from flows.progress import Progress
from flows.steps.archives import Selection, take_in
from flows.steps.extraction import extract_batch
from tests.helpers.archives import misplaced
from tests.helpers.buckets import BUCKET, Bucket, bucket
from tests.helpers.clocks import NOW
from tests.helpers.command import Kliping, ended
from tests.helpers.forked import Commands
from tests.helpers.outlets import files, outlet, written
from tests.helpers.paths import PRESS
from tests.helpers.snapshots import LEFT_OUT, WITHOUT_NOW, differences, tables
from tests.helpers.tables import published_rows
from warehouse.directory import private
from warehouse.snapshot import publish
from warehouse.store import Warehouse

PARTS = 4
ALL = f"s3://{BUCKET}/CC-NEWS-*.warc.gz"
# Where a page lies, and what the archives are called, is what differs.
ELSEWHERE = {
    "pages": {"warc_file": "copied", "warc_offset": "copied"},
    "archive_progress": {"archive": "a path or a URL", "fingerprint": "", "read_at": ""},
}


def parts(count: int) -> dict[str, bytes]:
    """The archive of the invented press in several, as a crawler writes them."""
    path = PRESS / "press.warc.gz"
    data = path.read_bytes()
    spans = list(takedown.read_spans(path))
    size = -(-len(spans) // count)
    return {
        f"CC-NEWS-2026031{number}-{number:05}.warc.gz": b"".join(
            data[span.offset : span.end] for span in spans[number * size : (number + 1) * size]
        )
        for number in range(count)
    }


@pytest.fixture
def news() -> Iterator[Bucket]:
    """A bucket with the archive of the invented press, in four parts."""
    with bucket() as held:
        held.put(parts(PARTS), public=True)
        yield held


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pattern of the same archives as files."""
    folder = tmp_path_factory.mktemp("disk")
    for name, data in parts(PARTS).items():
        (folder / name).write_bytes(data)
    return f"{folder}/*.warc.gz"


def taken(directory: Path, archives: str, *domains: str) -> list[str]:
    """Takes archives in, and publishes what was recorded. Returns the unreadable places."""
    sources = load_sources(PRESS / "sources.yaml")
    by_id = {source.id: source for source in sources}
    folder = private(directory) / "warc"
    with (
        closing(Warehouse.open(directory)) as store,
        WarcCopies(folder, software="Kliping/test", created=datetime.now(UTC)) as copies,
    ):
        unreadable = take_in(
            store,
            storage.find([archives]),
            Selection(sources, domains),
            copies,
            lambda: extract_batch(store, by_id, Processes(), NOW),
            Progress(),
            NOW,
        )
    publish(directory)
    return unreadable


def differ(data: Path, other: Path) -> list[str]:
    """How two data directories differ, but for where their archives came from."""
    left_out = {**LEFT_OUT, **WITHOUT_NOW, **ELSEWHERE}
    return differences(tables(data, left_out), tables(other, left_out))


def read(data: Path) -> dict[str, bool]:
    """The archives of which something was read, and whether all was."""
    rows = published_rows(data, "select archive, read_to = size from state.archive_progress")
    return {archive.rpartition("/")[2]: whole for archive, whole in rows}


def test_bucket_is_like_a_disk(news: Bucket, on_disk: str, tmp_path: Path) -> None:
    """A bucket's archives give what the same files give. The records of their pages are copied, so
    that nothing of the bucket is needed any more; those of files stay where they are.
    """
    data, other = tmp_path / "bucket", tmp_path / "disk"
    assert taken(data, ALL) == taken(other, on_disk) == []
    assert differ(data, other) == []
    assert read(data) == read(other) == dict.fromkeys(parts(PARTS), True)
    held = "select distinct regexp_extract(warc_file, '.*/') from state.pages"
    assert published_rows(data, held) == [("var/warc/",)]
    assert published_rows(other, held) == [(on_disk.removesuffix("*.warc.gz"),)]
    assert misplaced(data) == misplaced(other) == []


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_bucket_that_dies(news: Bucket, on_disk: str, tmp_path: Path, share: float) -> None:
    """If the server dies while it is read, what came is kept, one line says where it stopped, and
    the next backfill goes on from there: it ends with the tables of an undisturbed one.
    """
    data, other = tmp_path / "bucket", tmp_path / "disk"
    news.gate.bytes_left = int(share * sum(map(len, parts(PARTS).values())))
    with pytest.raises(StorageError, match=f"^s3://{BUCKET}/CC-NEWS-.* at byte .*goes on"):
        taken(data, ALL)
    news.gate.bytes_left = None
    assert taken(data, ALL) == taken(other, on_disk) == []
    assert differ(data, other) == []
    assert misplaced(data) == []


def test_read_archives_are_not_read_again(
    news: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second backfill reads only what is new, or was replaced."""
    name, other, *_ = parts(PARTS)
    taken(tmp_path, ALL)
    news.put({"CC-NEWS-20260320-00009.warc.gz": parts(PARTS)[name], other: parts(2)[name]})
    capsys.readouterr()
    taken(tmp_path, ALL)
    assert f"archive   {PARTS - 1} of {PARTS + 1} archives were read before\n" in (
        capsys.readouterr().out
    )


def test_other_pages_of_the_same_archives(news: Bucket, tmp_path: Path) -> None:
    """Another selection of pages reads everything again, and copies only pages that are not
    there.
    """
    domains = ["lentera.example", "suarasamudra.example"]
    urls = []
    for several in (domains[:1], domains):
        taken(tmp_path, ALL, *several)
        [path] = set(takedown.archives(private(tmp_path) / "warc"))
        urls.append([takedown.read_facts(span).url for span in takedown.read_spans(path)])
        path.rename(tmp_path / f"{len(urls)}.warc.gz")
    assert [{url.split("/")[2].split(".")[-2] for url in each if url} for each in urls] == [
        {"lentera"},
        {"suarasamudra"},
    ]


def test_command_goes_on(forked: Commands, news: Bucket, tmp_path: Path) -> None:
    """A command whose bucket dies says so in one line, with status 3, and publishes nothing; the
    same command does the rest. With the bucket gone, pages can still be extracted again.
    """
    topics = ("--topics", PRESS / "topics.yaml", "--warehouse", tmp_path)
    options: Sequence[str | Path] = ("--sources", PRESS / "sources.yaml", *topics)
    news.gate.bytes_left = 150_000
    broken = forked("backfill", ALL, *options, env=news.environment)
    assert (broken.status, broken.err.count("\n")) == (3, 1)
    assert broken.err.startswith(f"kliping: s3://{BUCKET}/CC-NEWS-")
    assert not (tmp_path / "media.duckdb").exists()
    news.gate.bytes_left = None
    whole = forked("backfill", ALL, *options, env=news.environment)
    assert (whole.status, whole.err) == (0, "")
    articles = published_rows(tmp_path, "select article_id, body from articles order by all")
    assert len(articles) > 40
    news.gate.bytes_left = 0
    again = forked("reprocess", *options, env=news.environment)
    assert (again.status, again.err) == (0, "")
    assert published_rows(tmp_path, "select article_id, body from articles order by all") == (
        articles
    )


def test_damaged_archives_elsewhere(
    kliping: Kliping, news: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no archive, empty, or cut is named, each time; the rest is taken in."""
    whole = parts(1)["CC-NEWS-20260310-00000.warc.gz"]
    news.put(
        {"x/a.warc.gz": b"", "x/b.warc.gz": b"bukan arsip\n" * 50, "x/c.warc.gz": whole[:-5000]}
    )
    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))
    expected = [
        f"unreadable: s3://{BUCKET}/x/a.warc.gz at byte 0: the file is empty",
        f"unreadable: s3://{BUCKET}/x/b.warc.gz at byte 0: not a WARC file",
        f"unreadable: s3://{BUCKET}/x/c.warc.gz at byte ",
    ]
    for _ in range(2):
        taken = kliping("backfill", f"s3://{BUCKET}/x/*", *options, env=news.environment)
        told = taken.err.splitlines()
        assert (taken.status, len(told)) == (1, 3)
        assert [line.startswith(said) for line, said in zip(told, expected, strict=True)]


def test_list_on_the_web(kliping: Kliping, news: Bucket, tmp_path: Path) -> None:
    """A list of paths, as Common Crawl publishes it for each month, is read over the web; an
    archive that is not there any more is named.
    """
    names = [*parts(PARTS), "no-such.warc.gz"]
    news.put({"warc.paths": "".join(f"{BUCKET}/{name}\n" for name in names).encode()}, public=True)
    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))
    web = f"{news.url}/{BUCKET}"
    taken = kliping("backfill", f"@{web}/warc.paths", *options, env=news.environment)
    assert taken.status == 1
    assert taken.err.startswith(f"unreadable: {web}/no-such.warc.gz at byte 0: ")
    assert read(tmp_path / "data") == dict.fromkeys(parts(PARTS), True)


# What cannot be begun: the arguments, the status, and what is said.
REFUSED = [
    (["s3://arsip/2027/*.warc.gz"], 2, "s3://arsip/2027/*.warc.gz: no archive matches"),
    (["s3://no-such-bucket/*"], 3, "s3://no-such-bucket/*: "),
    (["http://127.0.0.1:9/a.warc.gz"], 3, "http://127.0.0.1:9/a.warc.gz: Connect call failed"),
    (["no-such.warc.gz"], 2, "no-such.warc.gz: there is no such archive"),
    (["a", "--match", "s3://arsip/b"], 2, "--match: expected domains such as kompas.com, got "),
]


@pytest.mark.parametrize(("words", "status", "says"), REFUSED, ids=[str(r[0]) for r in REFUSED])
def test_refused(
    news: Bucket,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    says: str,
) -> None:
    """What is not there, or cannot be reached, is said in one line before a run begins."""
    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))
    refused = ended(capsys, "backfill", *words, *options)
    assert (refused.status, refused.out) == (status, "")
    assert refused.err.startswith(f"kliping: {says}")
    assert refused.err.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_without_the_extra(kliping: Kliping, tmp_path: Path) -> None:
    """Without the package that reads buckets, one line says how to install it."""
    written(tmp_path / "s3fs.py", "raise ImportError('there is no s3fs')\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    options = files(tmp_path, outlet("satu", "https://satu.example", "/satu.xml"))
    refused = kliping("backfill", "s3://arsip/*", *options, env={"PYTHONPATH": path})
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == (
        "kliping: s3://arsip/*: Install s3fs to access S3; pip install 'kliping[s3]'\n"
    )
