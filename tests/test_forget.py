"""What was forgotten on request is nowhere, and does not come back."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.commands.forget import make_plan, rewrite
from flows.config import load_sources
from flows.edges import takedown
from flows.progress import Progress
from flows.records import address_hash
from flows.steps.expiry import expire
from tests.edges.misbehaving import Server, page, redirect
from tests.helpers.archives import misplaced
from tests.helpers.clocks import NOW
from tests.helpers.command import NIGHT_2, ended, night
from tests.helpers.desks import desk
from tests.helpers.forked import Commands
from tests.helpers.nights import Nights, source
from tests.helpers.outlets import article, sitemap
from tests.helpers.paths import PRESS, ROOT
from tests.helpers.tables import fetch, in_memory, offending, plant, published_rows
from warehouse.directory import private, published, spare_file
from warehouse.forgotten import Wanted
from warehouse.snapshot import publish
from warehouse.store import Warehouse

# Tables with texts in which nothing of an article can stand.
SILENT = {
    "documents": "addresses of listings, and where they are archived",
    "leftovers": "names of archive files",
    "lessons": "numbers, and ids of sources",
    "migrations": "names of our own",
    "pending_articles": "ids",
    "processed": "names and versions of models and topics",
    "runs": "words of our own",
    "sources": "what sources.yaml says",
    "story_merges": "ids",
    "topics": "what topics.yaml says",
    "uncompressed": "names of tables",
    "unwanted_records": "names of archive files",
    "upkeep": "a version and an instant",
}
TEXTS = """
select distinct table_name
from duckdb_columns()
join duckdb_tables() using (schema_name, table_name)
where data_type like 'VARCHAR%'
"""

FILES = ("--sources", PRESS / "sources.yaml", "--warehouse")
LENTERA = "https://internasional.lentera.example/read/2026/03/10/214000470/putin-dan-kim-jong-un-bertemu-di-vladivostok-kereta-barang-dibuka-lagi"
SUARA = "https://www.suarasamudra.example/a/putin-dan-kim-bertemu-di-vladivostok-sepakat-buka-lagi-jalur-kereta-/8012345.html"

# What is asked for, and the articles that this is.
REQUESTS: dict[str, tuple[Sequence[str], str]] = {
    "an original": ([SUARA], f"url = '{SUARA}'"),
    "an original, in another form": ([f"{SUARA}?utm_source=x#top"], f"url = '{SUARA}'"),
    "a copy that is listed with its headline": ([LENTERA], f"url = '{LENTERA}'"),
    "an author": (["--author", "tiara maharani"], "author ilike '%Tiara Maharani%'"),
    "an outlet": (["--source", "mandala"], "source_id = 'mandala'"),
}


@dataclass(frozen=True)
class Before:
    """What there was of articles: their addresses, headlines, and lines of text that no other
    article has.
    """

    urls: list[str]
    headlines: list[str]
    lines: list[str]


def known(directory: Path, which: str) -> Before:
    rows = published_rows(directory, f"select url, title, body from articles where {which}")
    others = published_rows(directory, f"select title, body from articles where not ({which})")
    theirs = {line for row in others for line in "\n".join(row).split("\n")}
    lines = {line for _, _, body in rows for line in body.split("\n")}
    return Before(
        [url for url, _, _ in rows],
        [title for _, title, _ in rows if title not in theirs],
        sorted(line for line in lines - theirs if len(line) >= 25),
    )


@pytest.fixture
def filled(filled: Path) -> Path:
    """A data directory of the test's own, with a report and a trace that name every article, a
    spare, and what a run that was killed had no memory for.
    """
    directory = filled
    rows = published_rows(directory, "select url, title, body from articles")
    text = "\n".join("\n".join(row) for row in rows)
    (directory / "reports").mkdir(exist_ok=True)
    (directory / "reports" / "2026-03-11.html").write_text(f"<p>{text}</p>", encoding="utf-8")
    (directory / "reports" / "2026-01-01.html").write_text("<p>Tidak ada.</p>", encoding="utf-8")
    (private(directory) / "errors.log").write_text(text, encoding="utf-8")
    for _ in range(2):
        Warehouse.open(directory).close()
        publish(directory)
    assert spare_file(directory).exists()
    (private(directory) / "writer.duckdb.tmp").mkdir()
    (private(directory) / "writer.duckdb.tmp" / "duckdb_temp_storage-0.tmp").write_text(text)
    return directory


def everywhere(directory: Path) -> Iterator[tuple[str, str]]:
    """Every byte of every file, as text: those of archives record by record, but those of the pages
    of articles that stay; and what is in the tables, which the files may hold compressed.
    """
    stays = {
        (str(directory / file), offset)
        for file, offset in published_rows(
            directory, "select warc_file, warc_offset from state.pages"
        )
    }
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        yield str(path), path.read_bytes().decode("utf-8", "replace")
        if ".warc" in path.name:
            for span in takedown.read_spans(path):
                if (str(path), span.offset) not in stays:
                    facts = takedown.read_facts(span)
                    yield f"{path} {facts.url}", f"{facts.text} {facts.location or ''}"
    with duckdb.connect(str(published(directory)), read_only=True) as connection:
        columns = connection.execute(
            """select c.schema_name || '.' || c.table_name, c.column_name from duckdb_columns() c
            join duckdb_tables() t using (schema_name, table_name)
            where not c.internal and c.data_type in ('VARCHAR', 'JSON')"""
        ).fetchall()
        for table, column in columns:
            values = connection.execute(f'select distinct "{column}"::varchar from {table}')
            yield f"{table}.{column}", "\n".join(value for (value,) in values.fetchall() if value)


def found(directory: Path, needles: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (place, needle)
        for place, text in everywhere(directory)
        for needle in needles
        if needle in text
    ]


def records(path: Path) -> dict[int, bytes]:
    data = path.read_bytes()
    return {span.offset: data[span.offset : span.end] for span in takedown.read_spans(path)}


def the_archive(directory: Path) -> Path:
    [path] = takedown.archives(private(directory) / "warc")
    return path


@pytest.mark.parametrize("name", REQUESTS)
def test_forgotten_text_is_nowhere(
    filled: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of what was forgotten is in any byte that is left. All else is as it was."""
    request, which = REQUESTS[name]
    before = known(filled, which)
    assert before.urls
    assert before.headlines
    needles = [*before.urls, *before.headlines, *before.lines]
    assert {needle for _, needle in found(filled, needles)} == set(needles)
    others = f"select * from articles where not ({which}) order by article_id"
    kept, alerts = published_rows(filled, others), published_rows(filled, "from alerts")
    records_before = records(the_archive(filled))

    ran = ended(capsys, "forget", *request, "--reason", "tes", "--yes", *FILES, filled)

    assert (ran.status, ran.err) == (0, "")
    assert found(filled, needles) == []
    assert published_rows(filled, others) == kept
    assert len(published_rows(filled, "from alerts")) == len(alerts)
    assert the_archive(filled).name == "press~1.warc.gz"
    records_after = list(records(the_archive(filled)).values())
    assert [one for one in records_before.values() if one in records_after] == records_after
    assert len(records_after) < len(records_before)
    assert [path.name for path in (filled / "reports").iterdir()] == ["2026-01-01.html"]
    assert published_rows(filled, "select distinct reason from forgotten") == [("tes",)]
    are_sound(filled)


def are_sound(directory: Path) -> None:
    """Every page's record is where the database says, and every check finds nothing."""
    assert misplaced(directory) == []
    with closing(Warehouse.open(directory)) as store:
        assert store.engine.offending() == {}


@pytest.mark.parametrize("name", ["a copy that is listed with its headline", "an outlet"])
def test_forgotten_article_does_not_come_back(forked: Commands, filled: Path, name: str) -> None:
    """Neither a run that answers from the whole archive, nor a backfill of it, takes it in again.
    What is skipped is counted, and nobody is alerted.
    """
    request, which = REQUESTS[name]
    before = known(filled, which)
    needles = [*before.urls, *before.headlines, *before.lines]
    forgotten = forked("forget", *request, "--reason", "tes", "--yes", *FILES, filled)
    assert forgotten.status == 0
    (private(filled) / "warc" / "again.warc.gz").write_bytes((PRESS / "press.warc.gz").read_bytes())
    with desk() as here:
        run = forked(
            *night(filled, NIGHT_2, replay=private(filled) / "warc" / "again.warc.gz"),
            env={"KLIPING_DESK_URL": here.url},
        )
    shutil.rmtree(private(filled) / "prefect", ignore_errors=True)
    assert run.status == 1  # the link that answers 500
    assert here.messages == []
    topics = ("--topics", PRESS / "topics.yaml")
    outside = filled.parent / "press.warc.gz"
    shutil.copy(PRESS / "press.warc.gz", outside)
    assert forked("backfill", outside, *topics, *FILES, filled).status == 0
    for path in (private(filled) / "warc").glob("again*"):  # what was given is not searched
        path.unlink()
    assert found(filled, needles) == []
    skipped = published_rows(filled, "select sum(count) from troubles where kind = 'forgotten'")
    assert skipped[0][0] >= 1


def test_dry_run_touches_nothing(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What would go is shown, and nothing goes."""
    database = published(filled).read_bytes()
    tables = "select table_name, estimated_size from duckdb_tables() order by all"
    rows = published_rows(filled, tables)
    ran = ended(capsys, "forget", "--dry-run", LENTERA, *FILES, filled)
    assert (ran.status, ran.err) == (0, "")
    told = {line.split("  ")[-1]: line.split("  ")[0] for line in ran.out.splitlines()}
    assert [line.strip() for line in ran.out.splitlines() if "rows of article" in line] == [
        "1  rows of article_versions",
        "2  rows of article_urls",
        "1  rows of articles",
    ]
    assert f"records of {the_archive(filled)}" in "".join(told)
    assert str(filled / "reports" / "2026-03-11.html") in ran.out
    assert published(filled).read_bytes() == database
    assert published_rows(filled, tables) == rows
    assert the_archive(filled).name == "press.warc.gz"


def test_forgetting_that_breaks_off_is_finished(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If it is killed once the rows are gone, the next command that writes does the rest: files,
    free blocks, and the snapshot.
    """
    before = known(filled, f"url = '{LENTERA}'")
    needles = [*before.urls, *before.headlines, *before.lines]
    now = datetime.now(UTC)
    with closing(Warehouse.open(filled)) as store:
        wanted = Wanted(urls=(LENTERA,))
        plan = make_plan(store, wanted, load_sources(PRESS / "sources.yaml"), now)
        moved = rewrite(plan)
        store.forgotten.delete(wanted, plan.doomed, moved, plan.files, "tes", now)
    assert len(takedown.archives(private(filled) / "warc")) == 2
    assert found(filled, needles)
    ran = ended(capsys, "forget", SUARA, "--reason", "tes", "--yes", *FILES, filled)
    assert (ran.status, ran.err) == (0, "")
    assert found(filled, needles) == []
    are_sound(filled)


def test_backup_after_forgetting(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next backup holds nothing of what was forgotten. An older one is not restored over the
    data directory that forgot it.
    """
    before = known(filled, f"url = '{LENTERA}'")
    needles = [*before.urls, *before.headlines, *before.lines]
    older, backup = filled.parent / "older", filled.parent / "backup"
    for target in (older, backup):
        assert ended(capsys, "backup", target, "--warehouse", filled).status == 0
    forgotten = ended(capsys, "forget", LENTERA, "--reason", "tes", "--yes", *FILES, filled)
    assert forgotten.status == 0
    refused = ended(capsys, "restore", older, "--warehouse", filled)
    assert refused.status == 3
    assert "addresses that were forgotten on request and that the backup" in refused.err
    assert ended(capsys, "backup", backup, "--warehouse", filled).status == 0
    assert ended(capsys, "restore", backup, "--warehouse", filled.parent / "new").status == 0
    assert found(filled.parent / "new", needles) == []
    left = [path.read_bytes() for path in backup.rglob("*") if path.is_file()]
    assert [text for text in needles for data in left if text.encode() in data] == []


REFUSED = {
    "nothing": ([], "expected one of URL, --article ID, --source ID and --author NAME"),
    "two things": ([SUARA, "--source", "mandala"], "expected one of URL"),
    "no reason": ([SUARA, "--yes"], "--reason: expected why"),
    "no answer": ([SUARA, "--reason", "tes"], "--yes: expected, where nobody can be asked"),
    "no such article": (["--article", "0", "--dry-run"], "--article 0: there is no such article"),
    "no such author": (["--author", "X", "--dry-run"], "--author X: no article names such"),
    "no such outlet": (["--source", "x", "--dry-run"], "--source x: nothing of such a source"),
    "no address": (["mandala", "--dry-run"], "mandala: expected an address such as https://"),
    "half an address": (["http://[::1/", "--dry-run"], "http://[::1/: expected an address such as"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(filled: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be forgotten is said in one line, before anything is done."""
    arguments, expected = REFUSED[name]
    before = published(filled).read_bytes()
    ran = ended(capsys, "forget", *arguments, *FILES, filled)
    assert ran.status == 2
    assert ran.err.startswith(f"kliping: {expected}")
    assert ran.err.count("\n") == 1
    assert published(filled).read_bytes() == before


def test_unknown_address_is_not_taken_in(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An address that was never met can be forgotten before it is."""
    url = "https://www.mandala.example/berita/9/belum-ada"
    ran = ended(capsys, "forget", url, "--reason", "tes", "--yes", *FILES, filled)
    assert ran.status == 0
    assert ran.out.startswith("nothing of it is here; it would not be taken in\n")
    with closing(Warehouse.open(filled)) as store:
        assert store.forgotten.tombstones().cover("mandala", f"{url}?utm_source=x".split("?")[0])


TITLE = "Warga Sayungan Perbaiki Tanggul"


def test_article_that_comes_by_another_way(tmp_path: Path) -> None:
    """A redirect to a forgotten article, or a page that names it as its canonical, leaves nothing,
    neither in the tables nor, after the run's last step, in the archive; and is not asked again.
    """
    nights = Nights(tmp_path, in_memory(tmp_path))
    with Server({"/read/lain": page(article("Nelayan Tambak Lorok Panen Rajungan"))}) as server:
        canonical = f'<link rel="canonical" href="{server.url("/read/asli")}"></head>'
        server.routes |= {
            "/read/asli": page(article(TITLE)),
            "/read/pindah": redirect("/read/asli", 301),
            "/read/salin": page(article(TITLE).replace("</head>", canonical)),
        }
        paths = ("/read/asli", "/read/pindah", "/read/salin", "/read/lain")
        server.routes["/sitemap.xml"] = page(sitemap(*map(server.url, paths)), "application/xml")
        hashed = address_hash(server.url("/read/asli"))
        plant(nights.warehouse, {"forgotten": [{"address_hash": hashed, "source_id": None}]})
        outlet = source(server, "/sitemap.xml")
        look, _ = nights(outlet)
        assert [note.count for note in look.notes if note.kind == "forgotten"] == [1]
        assert nights.ends(server) == {"/read/lain": "article"}
        asked = len(server.paths())
        expire(nights.warehouse, [outlet], NOW, Progress())
        nights.warehouse.forgotten.clear_leftovers()
        [archived] = nights.archives()
        facts = [takedown.read_facts(span) for span in takedown.read_spans(archived)]
        assert [each.url for each in facts if TITLE in each.text or "asli" in each.text] == []
        assert server.url("/read/lain") in [each.url for each in facts]
        nights(outlet, NOW + timedelta(hours=24))
        again = [path for path in server.paths()[asked:] if path.startswith("/read/")]
        assert set(again) <= {"/read/lain"}
    assert offending(nights.warehouse) == {}


# ---- archives ----


def test_half_a_record_goes_too(tmp_path: Path) -> None:
    """What a killed run left of a record at the end of its archive is known by its text."""
    path = tmp_path / "a.warc.gz"
    data = (PRESS / "press.warc.gz").read_bytes()
    offsets = list(records(PRESS / "press.warc.gz"))
    path.write_bytes(data[: offsets[5] + (offsets[6] - offsets[5]) * 9 // 10])
    *_, last = takedown.read_spans(path)
    assert not last.whole
    assert takedown.read_facts(last).url.startswith("https://")
    target, places = takedown.copy_without(path, {last.offset})
    assert target == tmp_path / "a~1.warc.gz"
    assert target.read_bytes() == data[: offsets[5]]
    assert places[offsets[5]] == -1
    again, _ = takedown.copy_without(target, set())
    assert again == tmp_path / "a~2.warc.gz"
    assert takedown.copy_without(path, set(offsets[1:])) == (None, dict.fromkeys(places, -1))


def test_unreadable_places_that_name_it_go(tmp_path: Path) -> None:
    """What a backfill could not read of it is not told any more; other places are."""
    store = in_memory(tmp_path)
    row = {"archive": "a", "unreadable": [f"a at byte 5: {SUARA}: broken", "a at byte 9: cut"]}
    plant(store, {"state.archive_progress": [row]})
    wanted = Wanted(urls=(SUARA,))
    store.forgotten.delete(wanted, store.forgotten.choose(wanted), (), (), "tes", NOW)
    assert fetch(store, "select unreadable from state.archive_progress") == [
        {"unreadable": ["a at byte 9: cut"]}
    ]


def test_every_table_is_searched(tmp_path: Path) -> None:
    """Whatever holds texts has a statement that deletes what must be forgotten, or a reason."""
    tables = {row["table_name"] for row in fetch(in_memory(tmp_path), TEXTS)}
    folder = ROOT / "warehouse" / "forgetting"
    statements = [path.read_text(encoding="utf-8") for path in folder.glob("*.sql")]
    searched = {
        table
        for table in tables
        if any(
            re.search(rf"^(?:delete from|update) (?:state\.)?{table}\b", statement, re.MULTILINE)
            for statement in statements
        )
    }
    assert tables - searched == set(SILENT) | {"forgotten"}
