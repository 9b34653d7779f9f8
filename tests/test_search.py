"""The index of words, what it answers, and `kliping search`."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.commands.search import COLUMNS
from flows.edges.encoder import Encoder, default_model
from flows.errors import QueryError, WarehouseError
from flows.reading.searching import best_reports, fused
from flows.steps.indexing import index_batch
from tests.helpers.cases import TextDates, cases
from tests.helpers.command import ended
from tests.helpers.paths import ROOT
from tests.helpers.tables import execute, fetch, in_memory, new_warehouse, plant
from warehouse.directory import published
from warehouse.reader import Reader
from warehouse.snapshot import publish
from warehouse.store import Warehouse

ARCHIVE: dict[str, Any] = cases("search/questions", TextDates)


def fill(store: Warehouse) -> None:
    """The archive of the cases, indexed; every article is a story of its own."""
    articles = [
        each | {"text_hash": "1", "url": each["article_id"]} for each in ARCHIVE["articles"]
    ]
    plant(
        store,
        {
            "sources": ARCHIVE["sources"],
            "state.articles": articles,
            "state.topic_hits": ARCHIVE["topic_hits"],
            "story_articles": [
                {"story_id": f"story of {each['article_id']}", "article_id": each["article_id"]}
                for each in articles
            ],
        },
    )
    drain(store)


def drain(store: Warehouse) -> int:
    total = 0
    while done := index_batch(store):
        total += done
    return total


def found(store: Warehouse, question: str) -> list[dict[str, Any]]:
    return store.engine.rows("search_articles", question=question, top=100)


def ids(store: Warehouse, question: str) -> list[str]:
    return [row["article_id"] for row in found(store, question)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    store = in_memory(tmp_path_factory.mktemp("archive"))
    fill(store)
    yield store
    store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Warehouse]:
    warehouse = in_memory(tmp_path)
    fill(warehouse)
    yield warehouse
    warehouse.close()


# ---- questions ----


@pytest.mark.parametrize("question", ARCHIVE["questions"])
def test_question(archive: Warehouse, question: str) -> None:
    """What a question finds, the best first."""
    assert ids(archive, question) == ARCHIVE["questions"][question]


@pytest.mark.parametrize("case", ARCHIVE["passages"], ids=lambda case: case["question"])
def test_passage(archive: Warehouse, case: dict[str, Any]) -> None:
    """A result shows the sentence with most of the words, and names those in it."""
    [row] = [
        row for row in found(archive, case["question"]) if row["article_id"] == case["article_id"]
    ]
    assert row["passage"] == case["passage"]
    assert sorted(row["matched"]) == case["matched"]


NEWEST = ["api", "kereta", "kebanjiran", "banjir"]
LONG = {"banjir ": ["banjir", "kebanjiran"], "-x ": NEWEST} | {part: [] for part in "'%(\"\\a"}


@pytest.mark.parametrize("part", [*LONG, "outlet:", "-outlet:x ", 'topic:"'])
def test_long_question(archive: Warehouse, part: str) -> None:
    """Ten thousand characters of anything are answered."""
    question = (part * 10_000)[:10_000]
    assert ids(archive, question) == LONG.get(part, NEWEST if part.startswith("-") else [])


def test_no_more_than_asked_for(archive: Warehouse) -> None:
    """The macro gives as many articles as it is asked for, the best of them."""
    assert fetch(archive, "select article_id from search('banjir', top := 1)") == [
        {"article_id": "banjir"}
    ]


def test_near_articles(store: Warehouse) -> None:
    """`like_article` gives other articles by the cosine of the vectors of one model."""
    vectors = {"banjir": [1.0, 0.0], "api": [0.6, 0.8], "kebanjiran": [0.8, 0.6]}
    rows = [{"article_id": key, "model": "m", "vector": each} for key, each in vectors.items()]
    plant(store, {"state.vectors": [*rows, {"article_id": "kereta", "model": "n"}]})
    near = fetch(store, "select article_id, similarity::text as near from like_article('banjir')")
    assert near == [
        {"article_id": "kebanjiran", "near": "0.8"},
        {"article_id": "api", "near": "0.6"},
    ]
    assert fetch(store, "from like_article('nobody')") == []


# ---- the index ----


def test_changed_text(store: Warehouse) -> None:
    """An article is found by the words of its newest text alone, and by no other's."""
    execute(
        store,
        "update state.articles set body = 'Gunung tenang.', title = 'Gunung', text_hash = '2'"
        " where article_id = 'banjir'",
    )
    assert drain(store) == 1
    assert ids(store, "sayungan") == []
    assert ids(store, "gunung") == ["banjir"]
    assert ids(store, "banjir") == ["kebanjiran"]
    assert "texts_not_indexed" not in store.engine.offending()


def test_deleted_article(store: Warehouse) -> None:
    """An article that is gone is not found, though the index has its words."""
    execute(store, "delete from state.articles where article_id = 'banjir'")
    assert ids(store, "banjir") == ["kebanjiran"]


def test_index_does_not_grow_with_changes(store: Warehouse) -> None:
    """However often texts change, no more than a third of the postings are of older ones; what is
    found, and its score, is what a new index gives.
    """
    before = found(store, "banjir kereta")
    for turn in range(9):
        execute(store, f"update state.articles set text_hash = 'turn {turn}'")
        drain(store)
        [size] = store.engine.rows("orphaned_postings")
        assert size["orphans"] <= size["postings"] / 3
    assert found(store, "banjir kereta") == before


def test_nothing_is_done_twice(store: Warehouse) -> None:
    """A second look at the same texts indexes nothing."""
    before = fetch(store, "from state.search_postings")
    assert drain(store) == 0
    assert fetch(store, "from state.search_postings") == before


def test_breaks_off_without_a_trace(store: Warehouse) -> None:
    """Where a batch is not finished, nothing of it is recorded, and the next run takes it in."""
    plant(store, {"state.articles": [{"article_id": "new", "text_hash": "1", "title": "Gerhana"}]})
    tables = ("search_words", "search_documents", "search_postings")
    before = [fetch(store, f"from state.{table}") for table in tables]

    def stops(word: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.search.index_next(9, stops)
    assert [fetch(store, f"from state.{table}") for table in tables] == before
    assert drain(store) == 1


def test_small_batches_give_the_same(tmp_path: Path, archive: Warehouse) -> None:
    """An index that was made an article at a time answers like one that was made at once."""
    store = in_memory(tmp_path)
    fill(store)
    for table in ("search_words", "search_documents", "search_postings"):
        execute(store, f"delete from state.{table}")
    while store.search.index_next(1, lambda word: "banjir" if "banjir" in word else word):
        pass
    assert found(store, "banjir kereta") == found(archive, "banjir kereta")
    store.close()


# ---- the published file in other hands ----


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose snapshot holds the archive, two of its articles as one story."""
    directory = tmp_path_factory.mktemp("data")
    store = new_warehouse(directory)
    fill(store)
    execute(store, "update story_articles set story_id = 's' where article_id like '%banjir%'")
    store.close()
    publish(directory)
    return directory


def test_attached_to_another_database(data: Path) -> None:
    """An analyst can ask from a database of their own, once this one is in use."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published(data)}' as media (read_only)")
        connection.execute("use media")
        [row] = connection.execute("select article_id from search('lutut')").fetchall()
    assert row == ("banjir",)


# ---- the command ----

SHOWN = """\
 1. Banjir Rendam Sayungan
    Pelita Kota, 2026-03-09 07:00; also Suluh.example
    »Banjir« merendam Desa Sayungan (9/3/2026).
    banjir
1 story
"""


def test_table(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A story is shown once, by its best report, with its other outlets and its words marked."""
    ran = ended(capsys, "search", "banjir", "--by", "words", "--warehouse", data)
    assert (ran.status, ran.err, ran.out) == (0, "", SHOWN)


def test_formats(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and CSV hold the same columns, unmarked."""
    asked: Sequence[str | Path] = (
        *("search", "banjir", "--by", "words", "--warehouse"),
        *(data, "--format"),
    )
    [row] = json.loads(ended(capsys, *asked, "json").out)
    assert tuple(row) == COLUMNS
    assert (row["rank"], row["article_id"], row["story_id"]) == (1, "banjir", "s")
    assert (row["outlet"], row["other_outlets"]) == ("Pelita Kota", "Suluh.example")
    assert row["passage"] == "Banjir merendam Desa Sayungan (9/3/2026)."
    [line] = csv.DictReader(io.StringIO(ended(capsys, *asked, "csv").out))
    assert line == {name: str(value) for name, value in row.items()}


ENDS = {
    "words that are nowhere": (["zzz"], 0, "nothing found\n", ""),
    "several arguments": (["air", "zzz", "--limit", "1"], 0, "»Air« setinggi", ""),
    "a story that other outlets have": (["api", "--limit", "1"], 0, "1 story\n", ""),
    "an empty question": ([""], 2, "", "kliping: expected words to look for, such as: kliping sea"),
    "a question without a word": (["?!"], 2, "", "kliping: expected words to look for, such as:"),
    "no question": ([], 2, "", ""),
    "a day that is none": (
        ["after:kemarin"],
        2,
        "",
        "kliping: after: expected a day such as after:2",
    ),
    "too many": (["api", "--limit", "0"], 2, "", ""),
}


@pytest.mark.parametrize("case", ENDS)
def test_ends(data: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    """How the command ends, and the one line that it says of a mistake."""
    arguments, status, out, err = ENDS[case]
    ran = ended(capsys, "search", *arguments, "--by", "words", "--warehouse", data)
    assert ran.status == status
    assert out in ran.out
    assert err in ran.err
    if err:
        assert ran.err.count("\n") == 1


def test_meaning_needs_words(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Operators and phrases alone have no meaning to look for."""
    ran = ended(capsys, "search", "outlet:pelita", "--by", "meaning", "--warehouse", data)
    assert ran.status == 2
    assert ran.err == "kliping: --by meaning: expected words beside operators and phrases\n"


def test_without_an_index(tmp_path: Path) -> None:
    """A snapshot from before there was an index, or none, is told in a line."""
    with pytest.raises(WarehouseError, match="`kliping run` or `kliping backfill` creates it"):
        Reader(tmp_path)
    with duckdb.connect(str(published(tmp_path))) as connection:
        connection.execute("create table migrations as select '0001_pages' as name")
        connection.execute("create table articles (article_id text)")
    with pytest.raises(WarehouseError, match="the next `kliping run` upgrades it"):
        Reader(tmp_path).question("banjir")
    with pytest.raises(WarehouseError, match="the next `kliping run` upgrades it"):
        Reader(tmp_path).search("banjir", 9)


def test_reader_tells_what_cannot_be_read(data: Path) -> None:
    """A day that is none is an error of the question."""
    with pytest.raises(QueryError, match="before: expected a day"):
        Reader(data).search("before:2026-02-30", 9)


IMPORTED = """
import sys
from flows.cli import main
try:
    main(sys.argv[1:])
finally:
    heavy = {"prefect", "torch", "transformers", "sentence_transformers"} & set(sys.modules)
    print("imported:", sorted(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["-h"],
        ["search", "-h"],
        ["search", "banjir", "--by", "words"],
        ["search", "outlet:pelita"],
        ["search", '"kereta api" -hujan'],
    ],
    ids=" ".join,
)
def test_start(data: Path, arguments: list[str]) -> None:
    """What looks for words alone loads neither the model's libraries nor Prefect."""
    where = [] if "-h" in arguments else ["--warehouse", str(data)]
    ran = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments, *where],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "imported: []\n")


def test_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A question without a word of the text finds it by its meaning; asked both ways, what has the
    words comes first.
    """
    store = new_warehouse(tmp_path)
    fill(store)
    encoder = Encoder(default_model())
    vectors = encoder.encode([(each["title"], each["body"]) for each in ARCHIVE["articles"]])
    for each, vector in zip(ARCHIVE["articles"], vectors, strict=True):
        row = {"article_id": each["article_id"], "model": encoder.model, "vector": vector.tolist()}
        plant(store, {"state.vectors": [row]})
    store.close()
    publish(tmp_path)

    def best(*arguments: str) -> str:
        asked: Sequence[str | Path] = (
            *("search", *arguments, "--format", "json", "--warehouse"),
            tmp_path,
        )
        article: str = json.loads(ended(capsys, *asked).out)[0]["article_id"]
        return article

    assert best("train service", "--by", "meaning") == "kereta"
    assert best("train service") == "kereta"
    assert best("gudang terbakar") == "api"
    assert best("train service outlet:pelita") != "kereta"


def test_fused() -> None:
    """Reciprocal ranks are added: what two ways have is before what one has."""
    scores = fused([["a", "b"], ["c", "b"]])
    assert scores == {"a": 1 / 61, "b": 2 / 62, "c": 1 / 61}


def test_stories_stand_where_their_best_report_does() -> None:
    """A story that a later report has too keeps the place of its first one."""
    rows = [
        {"article_id": article, "story_id": story}
        for article, story in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("c1", "c"), ("b2", "b"))
    ]
    assert [row["article_id"] for row in best_reports(rows)] == ["a1", "b1", "c1"]
