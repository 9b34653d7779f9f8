"""The warehouse's SQL on a real DuckDB: rows in, rows out; and its files: migrations, descriptions,
the published snapshot.
"""

import os
import re
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import ForeignError, WarehouseError
from flows.stages.grouping.stories import WINDOW
from tests.helpers.cases import TextDates, cases
from tests.helpers.tables import (
    contents,
    empty,
    execute,
    fetch,
    in_memory,
    moment,
    new_warehouse,
    plain,
    plant,
)
from warehouse.checking import offending
from warehouse.directory import private, published
from warehouse.named import statement, statements
from warehouse.reader import Reader, Snapshots
from warehouse.snapshot import publish
from warehouse.store import Warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse in memory."""
    store = in_memory(tmp_path_factory.mktemp("warehouse"))
    yield store
    store.close()


@pytest.fixture
def store(warehouse: Warehouse) -> Warehouse:
    """The warehouse, with nothing in it."""
    empty(warehouse)
    return warehouse


def ordered(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: str(list(row.values())))


QUERIES = [
    case
    for name in (
        "links",
        "articles",
        "learned",
        "stories",
        "outbox",
        "runs",
        "search",
        "views",
        "brief",
        "forgotten",
        "room",
        "pending",
    )
    for case in cases(f"warehouse/{name}", TextDates)
]


def wanted(query: str, named: Mapping[str, object]) -> dict[str, object]:
    """The parameters that a query asks for."""
    asked = re.findall(r"\$(\w+)", statement("queries", query))
    return {name: value for name, value in named.items() if name in asked}


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case["name"])
def test_query(store: Warehouse, case: dict[str, Any]) -> None:
    """What a query finds in, or makes of, the rows it is given."""
    plant(store, case.get("given", {}))
    queries = [case["do"]] if isinstance(case["do"], str) else case["do"]
    named = {name: moment(value) for name, value in case.get("with", {}).items()}
    if "incoming" in case:
        store.engine.write(
            [{name: moment(value) for name, value in row.items()} for row in case["incoming"]],
            *queries,
        )
        if "found" in case:
            assert store.engine.rows(case["found"]) == case["rows"]
    elif "then" in case:
        for query in queries:
            store.engine.execute(query, **wanted(query, named))
    else:
        *before, last = queries
        for query in before:
            store.engine.execute(query, **wanted(query, named))
        found = [
            {name: plain(row[name]) for name in case["rows"][0]}
            for row in store.engine.rows(last, **wanted(last, named))
        ]
        order = list if case.get("in_order") else ordered
        assert order(found) == order(case["rows"])
    for table, expected in case.get("then", {}).items():
        columns = list(expected[0]) if expected else ["*"]
        assert ordered(contents(store, table, columns)) == ordered(expected)


NOW = datetime(2026, 3, 11, tzinfo=UTC)

TRIVIAL = {
    "alerts",
    "begin_run",
    "census",
    "census_forgotten",
    "changed_articles",
    "changed_stories",
    "changed_urls",
    "column_types",
    "compressed_tables",
    "described_as",
    "dictionary",
    "document",
    "finish_run",
    "foreign_tables",
    "leftovers",
    "record_alert_articles",
    "record_described_as",
    "record_extracted",
    "record_troubles",
    "record_uncompressed",
    "relations",
    "tombstones",
    "unwanted_records",
    "room_deliveries",
    "room_gone",
    "room_hits_of_article",
    "room_kept_aside",
    "room_message",
    "room_origins",
    "room_precisions",
    "room_story",
    "room_texts",
    "room_titles",
    "room_versions",
}


def test_every_query_has_a_case() -> None:
    """Every query with logic of its own stands in a case file."""
    done = {
        query
        for case in QUERIES
        for query in ([case["do"]] if isinstance(case["do"], str) else case["do"])
    } | {case["found"] for case in QUERIES if "found" in case}
    assert set(statements("queries")) - done == TRIVIAL


def test_a_story_closes_when_nothing_can_join(store: Warehouse) -> None:
    """Stories are shown open for as long as grouping lets articles join them."""
    plant(
        store,
        {
            "state.articles": [{"article_id": "a", "published_at": "2026-03-08"}],
            "story_articles": [{"article_id": "a"}],
        },
    )
    [row] = fetch(store, "select closes_at - last_published_at as open_for from stories")
    assert row == {"open_for": WINDOW}


@pytest.mark.parametrize(
    "piece", ['"', "\u201c", '"aku kamu dia," kata ', "Budi ", "kantor berita "]
)
def test_views_of_a_long_text(store: Warehouse, piece: str) -> None:
    """A text of 100,000 characters of one kind takes seconds, not minutes."""
    body = piece * (100_000 // len(piece))
    plant(store, {"state.articles": [{"article_id": "a", "body": body}]})
    began = time.monotonic()
    for view in ("quotes", "agencies"):
        fetch(store, f"select count(*) from {view}")
    assert time.monotonic() - began < 30


# ---- checks ----

SOUND: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "state.links": [
        {"url": "link-1", "tried_at": "2026-03-09"},
        {"url": "not tried"},
        {"url": "not read", "tried_at": "2026-03-09"},
    ],
    "state.pages": [{"url": "link-1", "extracted_with": "1"}, {"url": "not read"}],
    "state.articles": [{"article_id": "article-1", "text_hash": "x"}],
    "article_urls": [{"url": "link-1", "article_id": "article-1"}],
    "article_versions": [{"article_id": "article-1", "version": 1, "text_hash": "x"}],
    "rejections": [{"url": "gone"}],
    "state.vectors": [{"article_id": "article-1", "model": "m"}],
    "state.search_documents": [{"article_id": "article-1", "text_hash": "x"}],
    "story_articles": [
        {
            "story_id": "story-1",
            "article_id": "article-1",
            "relation": "original",
            "original_article_id": "article-1",
        }
    ],
    "state.topic_hits": [{"topic_id": "t", "article_id": "article-1", "decision": "raised"}],
    "alerts": [
        {"alert_id": "alert-1", "topic_id": "t", "story_id": "story-1", "kind": "new_story"}
    ],
    "deliveries": [{"alert_id": "alert-1", "channel": "desk"}],
}
CHECKS: dict[str, list[dict[str, Any]]] = cases("warehouse/checks", TextDates)


def test_sound_warehouse(store: Warehouse) -> None:
    """The checks find nothing where nothing is wrong, also where a merge has brought two alerts to
    one story.
    """
    plant(store, SOUND)
    assert store.engine.offending() == {}
    plant(store, {"story_merges": [{"story_id": "story-0", "into_story_id": "story-1"}]})
    plant(
        store,
        {
            "alerts": [
                {"alert_id": "alert-2", "topic_id": "t", "story_id": "story-1", "kind": "new_story"}
            ]
        },
    )
    assert store.engine.offending() == {}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("check", "planted"),
    [(check, rows) for check, plantings in CHECKS.items() for rows in plantings],
)
def test_check(store: Warehouse, check: str, planted: dict[str, Any], whole: bool) -> None:
    """A check finds the row that was planted for it, also where it looks at what changed only."""
    plant(store, SOUND)
    plant(store, planted)
    if not whole:
        store.engine.execute("record_checked_whole", clock=NOW)
    assert check in offending(store.engine, NOW - timedelta(days=300), NOW)


def test_what_changed_is_checked_every_night(store: Warehouse) -> None:
    """What went wrong among articles that did not change is found when a week has passed; what is
    right in the whole is right in a part.
    """
    plant(store, SOUND)
    store.engine.execute("record_checked_whole", clock=NOW)
    assert offending(store.engine, NOW, NOW) == {}
    plant(store, {"state.pending_articles": [], **CHECKS["articles_in_no_or_two_stories"][1]})
    store.engine.execute("settle_articles")
    assert offending(store.engine, NOW, NOW + timedelta(days=6)) == {}
    assert "articles_in_no_or_two_stories" in offending(store.engine, NOW, NOW + timedelta(days=7))


def test_every_check_has_a_case() -> None:
    """No check is there that was never seen to find anything."""
    assert set(statements("checks")) == set(CHECKS)


# ---- schema ----

CONTRACT = {
    "sources": "source_id name kind home status",
    "articles": "article_id source_id url title author editor credit dateline published_at "
    "published_precision modified_at first_seen_at"
    " language body word_count story_id",
    "article_urls": "url article_id",
    "article_versions": "article_id version seen_at title body",
    "removed_text": "article_id rule text",
    "rejections": "url source_id stage reason detail rejected_at",
    "stories": "story_id title first_published_at last_published_at article_count source_count",
    "story_articles": "story_id article_id relation original_article_id similarity certainty",
    "topic_hits": "topic_id topic_version article_id story_id decision strength score evidence",
    "alerts": "alert_id topic_id story_id kind raised_at title text",
    "deliveries": "alert_id channel state attempts last_error sent_at",
    "runs": (
        "run_id started_at finished_at state links pages articles rejections stories hits alerts"
    ),
    "source_health": "day source_id state quiet links articles rejections",
    "coverage": "day source_id topic_id articles all_articles share",
    "first_reports": "story_id title first_source_id first_article_id first_published_at"
    " follower_source_id follower_article_id delay_minutes relation",
    "timeline": "story_id n published_at published_on source_id outlet article_id title url"
    " relation original_article_id delay_minutes",
    "edits": "article_id source_id version seen_at previous_title title added cut",
    "quotes": "article_id source_id published_on quote speaker",
    "agencies": "article_id source_id agency evidence",
    "silences": "day source_id state quiet links expected_links articles expected_articles",
}
INSTANTS = re.compile(r".*_at$")


@pytest.mark.parametrize("table", CONTRACT)
def test_contract(store: Warehouse, table: str) -> None:
    """Every column that people and scripts depend on is there, and every instant has its zone."""
    found = fetch(
        store,
        "select column_name, data_type from duckdb_columns() where schema_name = 'main' and "
        "table_name = $table",
        {"table": table},
    )
    types = {row["column_name"]: row["data_type"] for row in found}
    assert set(CONTRACT[table].split()) <= types.keys()
    assert {types[name] for name in types if INSTANTS.match(name)} <= {"TIMESTAMP WITH TIME ZONE"}


def test_everything_is_described(store: Warehouse) -> None:
    """Every table and view, and every column that analysts see, has its COMMENT in the database."""
    silent = fetch(
        store,
        """
        select table_name as name from duckdb_tables() where not temporary and comment is null
        union all select view_name from duckdb_views() where not internal and comment is null
        union all select table_name || '.' || column_name from duckdb_columns()
        where not internal and schema_name = 'main' and comment is null
        union all select function_name from duckdb_functions()
        where not internal and function_type in ('macro', 'table_macro') and comment is null
        """,
    )
    assert silent == []


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    """Opening a warehouse again changes nothing; each migration is noted with its instant."""
    seen = []
    for _ in range(2):
        store = Warehouse.open(tmp_path)
        seen.append(fetch(store, "from migrations order by name"))
        store.close()
    assert seen[0] == seen[1]
    assert [row["name"] for row in seen[0]] == statements("migrations")


def test_views_of_another_version_are_made_anew(tmp_path: Path) -> None:
    """Those of the same version stay as they are: making them takes longer than opening."""
    made: list[bool] = []
    for described_as in ("described_as", "'that of another version'"):
        store = new_warehouse(tmp_path) if not made else Warehouse.open(tmp_path)
        execute(store, "create or replace view stories as select 1 as n")
        execute(store, f"update state.upkeep set described_as = {described_as}")
        store.close()
        store = Warehouse.open(tmp_path)
        views = "select comment from duckdb_views() where view_name = 'stories'"
        made.append(fetch(store, views)[0]["comment"] is not None)
        store.close()
    assert made == [False, True]


def test_keys_are_not_compressed(tmp_path: Path) -> None:
    """Nor are those of a file that another version made, whose rows and their order stay."""
    store = new_warehouse(tmp_path)
    execute(store, "create or replace table article_urls as from article_urls")
    execute(
        store,
        """
        insert into article_urls
        select 'https://media.example/read/' || md5(n::text), substr(md5(n::text), 1, 16)
        from range(10000) t(n)
        """,
    )
    execute(store, "delete from state.uncompressed where table_name = 'article_urls'")
    execute(store, "update state.upkeep set described_as = 'that of another version'")
    found = []
    for _ in range(2):
        execute(store, "checkpoint")
        stored = "from pragma_storage_info('article_urls') where segment_type = 'VARCHAR'"
        compressions = {row["compression"] for row in fetch(store, stored)}
        found.append(("FSST" in compressions, fetch(store, "from article_urls")))
        store.close()
        store = Warehouse.open(tmp_path)
    store.close()
    (compressed, before), (still_compressed, after) = found
    assert (compressed, still_compressed) == (True, False)
    assert after == before


def test_newer_warehouse_is_refused(tmp_path: Path) -> None:
    """A database from a newer version is refused in one line, and stays as it was."""
    Warehouse.open(tmp_path).close()
    path = private(tmp_path) / "writer.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into migrations values ('9999_later', now())")
    with pytest.raises(WarehouseError) as refused:
        Warehouse.open(tmp_path)
    assert str(refused.value) == (
        "this warehouse was written by a newer version of kliping (it has 9999_later); "
        "upgrade kliping"
    )
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from migrations").fetchall() == [
            (len(statements("migrations")) + 1,)
        ]


def test_empty_columns_keep_their_type(store: Warehouse) -> None:
    """Rows in which a column is empty throughout can be written like any other."""
    rows = [{"alert_id": name, "channel": "desk"} for name in "ab"]
    store.engine.write(rows, "record_outbox")
    store.engine.write([], "record_outbox")
    read_at = datetime(2026, 3, 11, tzinfo=UTC)
    store.engine.write(
        [
            {
                "url": "u",
                "etag": None,
                "last_modified": None,
                "fetched_at": read_at,
                "warc_file": "w",
                "warc_offset": 1,
            }
        ],
        "record_documents",
    )
    assert store.engine.rows("document", url="u") == [
        {
            "etag": None,
            "last_modified": None,
            "fetched_at": read_at,
            "warc_file": "w",
            "warc_offset": 1,
        }
    ]
    assert len(contents(store, "deliveries", ["alert_id"])) == 2


def test_values_do_not_decide_a_columns_type(store: Warehouse) -> None:
    """Whatever stands in a column, and in whatever order, it is recorded as it is."""

    @settings(deadline=None)
    @given(st.lists(st.one_of(st.integers(0, 1), st.floats(0, 1, width=32)), min_size=1))
    def recorded(similarities: list[float]) -> None:
        execute(store, "delete from story_articles")
        rows = [
            {"article_id": str(at), "story_id": "s", "relation": "copy", "original_article_id": "o"}
            | {"similarity": value, "certainty": value}
            for at, value in enumerate(similarities)
        ]
        store.engine.write(rows, "record_placements")
        found = fetch(store, "select article_id, similarity from story_articles")
        assert {int(row["article_id"]): row["similarity"] for row in found} == dict(
            enumerate(similarities)
        )

    recorded()


def test_column_name_has_one_type(store: Warehouse) -> None:
    """The columns of one name are of one type in all tables, which is what a write goes by."""
    found = fetch(
        store,
        """
        select column_name, list(distinct data_type) as types
        from duckdb_columns() join duckdb_tables() using (table_oid, table_name)
        where not duckdb_columns.internal group by 1 having len(types) > 1
        """,
    )
    assert found == []


def test_transaction_is_all_or_nothing(store: Warehouse) -> None:
    """A block that breaks off leaves no trace, and the next one works."""

    def record(alert: str) -> None:
        store.engine.write([{"alert_id": alert, "channel": "desk"}], "record_outbox")

    def breaks_off() -> None:
        with store.engine.transaction():
            record("a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_off()
    with store.engine.transaction():
        record("b")
    assert contents(store, "deliveries", ["alert_id"]) == [{"alert_id": "b"}]


# ---- publishing ----


def test_publish(tmp_path: Path) -> None:
    """A reader keeps the snapshot that it opened; the next one sees the new one; nothing else is
    left behind.
    """
    store = new_warehouse(tmp_path)
    store.close()
    assert publish(tmp_path) == published(tmp_path)
    reader = Reader(tmp_path)
    store = Warehouse.open(tmp_path)
    plant(store, {"rejections": [{"url": "a"}]})
    store.close()
    publish(tmp_path)
    assert reader.query("select count(*) from rejections")[1] == [(0,)]
    again = (
        "import sys; from pathlib import Path; from warehouse.reader import Reader; "
        "print(Reader(Path(sys.argv[1])).query(sys.argv[2])[1])"
    )
    command = [
        sys.executable,
        "-c",
        again,
        str(tmp_path),
        "select count(*) from rejections",
    ]  # a process of its own, as analysts have
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[(1,)]\n"
    assert sorted(path.name for path in (*tmp_path.iterdir(), *private(tmp_path).iterdir())) == [
        "copies.json",
        "media.duckdb",
        "spare.duckdb",
        "var",
        "writer.duckdb",
    ]


def test_memory_and_what_does_not_fit(tmp_path: Path) -> None:
    """A run's database takes at most half of the memory, and no more on a large machine; the rest
    goes into a folder in var/, not where the run was started. What a killed run left there goes.
    """
    left = private(tmp_path) / "writer.duckdb.tmp" / "duckdb_temp_storage-0.tmp"
    left.parent.mkdir(parents=True)
    left.write_text("teks")
    store = new_warehouse(tmp_path)
    [told] = fetch(
        store,
        "select parse_formatted_bytes(current_setting('memory_limit')) as most,"
        " current_setting('temp_directory') as folder",
    )
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert told["most"] <= min(machine / 2, 1.5e9)
    assert told["folder"] == str(left.parent)
    assert not left.exists()
    store.close()


def test_lost_writer_goes_on_from_the_snapshot(tmp_path: Path) -> None:
    """Without the writer's database, a new one begins with what was published, whatever log of the
    lost one is left.
    """
    store = new_warehouse(tmp_path)
    plant(store, {"rejections": [{"url": "a"}]})
    store.close()
    publish(tmp_path)
    (private(tmp_path) / "writer.duckdb").unlink()
    (private(tmp_path) / "writer.duckdb.wal").write_bytes(b"bukan catatan")
    again = Warehouse.open(tmp_path)
    assert contents(again, "rejections", ["url"]) == [{"url": "a"}]
    again.close()
    assert [path.name for path in private(tmp_path).iterdir()] == ["writer.duckdb"]


ADVICE = {
    "the snapshot": "put a backup back (`kliping restore DIR`) or, without one, move both",
    "both": "put a backup back (`kliping restore DIR`) or, without one, move both",
    "the writer": "remove it, and the next run continues from the last publish",
}


@pytest.mark.parametrize("damaged", ADVICE)
def test_advice_about_damaged_databases_can_be_followed(tmp_path: Path, damaged: str) -> None:
    """Whoever removes a damaged database is left with one that can be opened. Of a snapshot that
    is damaged while there is no writer, none is made.
    """
    new_warehouse(tmp_path).close()
    publish(tmp_path)
    writer, snapshot = private(tmp_path) / "writer.duckdb", published(tmp_path)
    if damaged == "the snapshot":
        writer.unlink()
    for path in {"both": [writer, snapshot], "the writer": [writer]}.get(damaged, [snapshot]):
        os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(WarehouseError, match=re.escape(ADVICE[damaged])):
        Warehouse.open(tmp_path)
    assert writer.exists() == (damaged != "the snapshot")


@pytest.mark.parametrize("place", ["snapshot", "snapshot of a writer", "writer"])
@pytest.mark.parametrize("table", ["customers", "articles"])
def test_databases_of_other_programs_are_left_alone(tmp_path: Path, place: str, table: str) -> None:
    """A database that is no warehouse is neither migrated nor replaced: the message names it."""
    new_warehouse(tmp_path).close()
    writer, snapshot = private(tmp_path) / "writer.duckdb", published(tmp_path)
    if place == "snapshot":
        writer.unlink()
    foreign = writer if place == "writer" else snapshot
    foreign.unlink(missing_ok=True)
    with duckdb.connect(str(foreign)) as connection:
        connection.execute(f"create table {table} as select 1 as n")
        connection.execute("create table migrations as select '0001_first' as name")
    before = foreign.read_bytes()
    says = re.escape(
        f"{foreign}: is the database of another program, with the tables {table}: move it away, or "
        "name another data directory with --warehouse"
    )
    with pytest.raises(ForeignError, match=says):
        Warehouse.open(tmp_path)
    if foreign == snapshot:
        with pytest.raises(ForeignError, match=says):
            Reader(tmp_path)
        with pytest.raises(ForeignError, match=says):
            Snapshots(tmp_path).newest()
    assert foreign.read_bytes() == before


def test_database_of_sqlite(tmp_path: Path) -> None:
    """DuckDB would download an extension that reads it."""
    with closing(sqlite3.connect(published(tmp_path))) as connection:
        connection.execute("create table t (n)")
    with pytest.raises(WarehouseError, match="cannot be opened: it is not a DuckDB database"):
        Reader(tmp_path)


PUBLISH = """
import resource, signal, sys
from pathlib import Path
from flows.errors import WarehouseError
from warehouse.snapshot import publish
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    publish(Path(sys.argv[1]))
except WarehouseError as error:
    print(error)
"""


def test_publish_on_a_full_disk(tmp_path: Path) -> None:
    """When the copy cannot be written, the old snapshot stays, half a file does not, and the
    message says that the next run tries again.
    """
    new_warehouse(tmp_path).close()
    before = publish(tmp_path).read_bytes()
    store = Warehouse.open(tmp_path)
    plant(store, {"rejections": [{"url": "a"}]})
    store.close()
    command = [
        sys.executable,
        "-c",
        PUBLISH,
        str(tmp_path),
        str(resource.getpagesize() * 16),
    ]  # no file may grow beyond that
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == (
        f"{published(tmp_path)}: cannot be published: File too large; the next run publishes "
        f"again\n"
    )
    assert published(tmp_path).read_bytes() == before
    assert [path.name for path in private(tmp_path).iterdir()] == ["writer.duckdb"]
    publish(tmp_path)
    assert Reader(tmp_path).query("select url from rejections")[1] == [("a",)]


CLOSE = """
import resource, signal, sys
from pathlib import Path
from flows.errors import WarehouseError
from tests.helpers.tables import execute
from warehouse.snapshot import complete, publish
from warehouse.directory import writer_file
from warehouse.store import Warehouse
store = Warehouse.open(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
rows = "select md5(n::text), sha256(n::text) from range(7999) t(n)"
execute(store, f"insert into article_urls {rows}")
store.close()
for do, path in ((complete, writer_file(Path(sys.argv[1]))), (publish, Path(sys.argv[1]))):
    try:
        do(path)
    except WarehouseError as error:
        print(error)
"""


def test_log_that_cannot_be_written_out(tmp_path: Path) -> None:
    """What a full disk leaves in the writer's log is not left out of a backup or a snapshot:
    nothing is copied or published until it is in the database.
    """
    new_warehouse(tmp_path).close()
    before = publish(tmp_path).read_bytes()
    most = (private(tmp_path) / "writer.duckdb").stat().st_size
    command = [sys.executable, "-c", CLOSE, str(tmp_path), str(most)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    copied, shown = told.splitlines()
    assert copied.startswith(f"{private(tmp_path) / 'writer.duckdb'}: cannot be written: ")
    assert copied.endswith(": File too large; nothing was copied")
    assert shown.startswith(f"{published(tmp_path)}: cannot be published: ")
    assert shown.endswith(": File too large; the next run publishes again")
    assert published(tmp_path).read_bytes() == before
    publish(tmp_path)
    assert Reader(tmp_path).query("select count(*) from article_urls")[1] == [(7999,)]
