"""What is learned from the warehouse's counts, what is cut with it, and how an overruled line comes
back.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.records import stable_id
from flows.stages.extraction import learned as stage
from flows.stages.extraction.learned import Cleaner, LearnedLine, Repeat, learn
from flows.stages.press.text import text_key
from tests.helpers.cases import cases
from warehouse.engine import Engine
from warehouse.store import Warehouse

LEARN = cases("learned/learn")
CLEAN = cases("learned/clean")
NOW = datetime(2026, 3, 11, tzinfo=UTC)


def line(entry: str) -> LearnedLine:
    """'label Baca juga:' as a learned line."""
    shape, text = entry.split(" ", 1)
    return LearnedLine("lentera", shape, text, 12, 0.5, NOW, NOW)  # type: ignore[arg-type] # the case file's word


@pytest.mark.parametrize("case", LEARN["cases"], ids=lambda case: case["name"])
def test_learn(case: dict[str, Any]) -> None:
    """A text is learned in its shape, or stays."""
    facts = LEARN["usual"] | {
        name: value for name, value in case.items() if name not in ("name", "shape")
    }
    found = learn([Repeat(**facts, first_seen_at=NOW, last_seen_at=NOW)])
    assert [(entry.shape, entry.text) for entry in found] == (
        [(case["shape"], case["text"])] if "shape" in case else []
    )


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case["name"])
def test_clean(case: dict[str, Any]) -> None:
    """What was learned is cut under its rule, the rest stays, and a second cleaning finds
    nothing.
    """
    cleaner = Cleaner(map(line, case["learned"]), case.get("titles", ()))
    found = cleaner.clean(case["body"])
    assert found.body == case.get("cleaned", case["body"])
    assert [cut.text for cut in found.removed] == case.get("cut", [])
    assert {cut.rule for cut in found.removed} <= {
        f"learned:{line(entry).id}" for entry in case["learned"]
    }
    assert cleaner.clean(found.body).body == found.body


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case["name"])
def test_nothing_disappears(case: dict[str, Any]) -> None:
    """Body and removed text hold the letters that the body held."""
    found = Cleaner(map(line, case["learned"]), case.get("titles", ())).clean(case["body"])
    assert sorted(text_key(found.body + "".join(cut.text for cut in found.removed))) == sorted(
        text_key(case["body"])
    )


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """A database in memory."""
    return duckdb.connect()


@pytest.fixture
def store(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse with forty articles of one outlet and four of another, on ten days."""
    warehouse = Warehouse(Engine(connection, tmp_path))
    bodies = [
        (
            "lentera",
            (
                f"Kapal {_word(n)} tiba di {_word(n + 50)}.\nIkuti kanal Lentera di ponsel.\n"
                f"Baca juga: {_word(n + 99)} Naik"
            ),
        )
        for n in range(40)
    ]
    bodies += [
        ("warga", f"Hujan turun di {_word(n + 200)}. Pasar {_word(n + 300)} tutup.")
        for n in range(4)
    ]
    record(warehouse, bodies)
    yield warehouse
    warehouse.close()


def _word(number: int) -> str:
    """An invented name, another for each number."""
    return (
        hashlib.md5(str(number).encode())
        .hexdigest()
        .translate(str.maketrans("0123456789", "ghijklmnop"))[:7]
        .capitalize()
    )


def record(store: Warehouse, bodies: list[tuple[str, str]]) -> None:
    """Put articles in as extraction does."""
    rows = [
        dict.fromkeys(
            [
                "author",
                "editor",
                "credit",
                "dateline",
                "published_precision",
                "published_from",
                "modified_at",
            ]
        )
        | {
            "article_id": f"{source}-{n}",
            "source_id": source,
            "url": f"https://{source}.example/{n}",
            "title": f"Judul {_word(n + 400)}",
            "body": body,
            "published_at": NOW - timedelta(days=n % 10),
            "language": "id",
            "word_count": len(body.split()),
            "paywalled": False,
            "doubts": None,
            "identity_key": None,
            "text_hash": stable_id(body),
            "arrived_by": "run",
            "seen_at": NOW,
            "first_seen_at": NOW,
            "landed_at": NOW,
        }
        for n, (source, body) in enumerate(bodies)
    ]
    with store.engine.transaction():
        store.engine.write(rows, *RECORDING)


RECORDING = (
    "record_articles",
    "record_pending",
    "forget_cleanings",
    "record_versions",
    "number_versions",
)


def learn_all(store: Warehouse) -> list[LearnedLine]:
    """What the articles of both outlets teach."""
    return learn(
        Repeat(**row)
        for row in store.articles.repeats(["lentera", "warga"], stage.MANY, stage.COUNTING)
    )


def settle(store: Warehouse, learned: list[LearnedLine], kept: frozenset[str] = frozenset()) -> int:
    """Record what is learned and clean what that makes pending; how many articles there were."""
    rows = [asdict(line) | {"line_id": line.id, "kept": line.text in kept} for line in learned]
    store.articles.record_learned(rows, (), NOW)
    cleaner = Cleaner(entry for entry in learned if entry.text not in kept)
    pending = store.articles.uncleaned(1000)
    cleaned = [(article, cleaner.clean(article.body)) for article in pending]
    store.articles.record_cleaned(
        [(article, found.body, found.removed) for article, found in cleaned]
    )
    return len(pending)


def bodies(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The articles' bodies, in the order in which they were recorded."""
    rows = connection.execute(
        "select body from state.articles order by split_part(article_id, '-', 2)::integer"
    ).fetchall()
    return [body for (body,) in rows]


def test_counted_in_the_warehouse(store: Warehouse) -> None:
    """What returns on the articles of one source is learned, from their text as it was extracted,
    before and after they are cleaned.
    """
    learned = learn_all(store)
    assert [(entry.source_id, entry.shape, entry.text, entry.articles) for entry in learned] == [
        ("lentera", "label", "Baca juga:", 40),
        ("lentera", "line", "Ikuti kanal Lentera di ponsel.", 40),
    ]
    assert settle(store, learned) == 44
    assert learn_all(store) == learned


def test_cleaned_once_and_put_back(store: Warehouse, connection: duckdb.DuckDBPyConnection) -> None:
    """Cleaning is done once; a line that the operator keeps comes back where it was; nothing
    becomes a new version.
    """
    before = bodies(connection)
    learned = learn_all(store)
    settle(store, learned)
    assert [body for body in bodies(connection) if "\n" in body] == []
    assert connection.execute("select count(*) from removed_text").fetchall() == [(80,)]
    assert settle(store, learned) == 0
    assert settle(store, learned, frozenset(entry.text for entry in learned)) == 40
    assert bodies(connection) == before
    assert connection.execute("select count(*) from removed_text").fetchall() == [(0,)]
    assert connection.execute("select count(*), max(version) from article_versions").fetchall() == [
        (44, 1)
    ]


def test_a_line_learned_later_cleans_earlier_articles(
    store: Warehouse, connection: duckdb.DuckDBPyConnection
) -> None:
    """Only the articles that hold the line are cleaned again, from their text as it was
    extracted.
    """
    label, line = learn_all(store)
    assert settle(store, [label]) == 44
    assert settle(store, [label, line]) == 40
    assert {body.count("\n") for body in bodies(connection)} == {0}
    assert connection.execute("select count(*) from removed_text").fetchall() == [(80,)]


def test_a_text_that_comes_anew_is_cleaned_anew(
    store: Warehouse, connection: duckdb.DuckDBPyConnection
) -> None:
    """An article that was extracted again is pending, with its new text."""
    learned = learn_all(store)
    settle(store, learned)
    record(store, [("lentera", "Kapal lain tiba.\nIkuti kanal Lentera di ponsel.")])
    assert settle(store, learned) == 1
    assert bodies(connection)[0] == "Kapal lain tiba."


def test_checks(store: Warehouse, connection: duckdb.DuckDBPyConnection) -> None:
    """The checks find what must not be, and nothing else."""
    settle(store, learn_all(store))
    names = {"cleanings_without_version", "learned_lines_twice"}
    assert not names & set(store.engine.offending())
    connection.execute("insert into learned_lines from learned_lines")
    connection.execute(
        "update state.cleanings set extracted_hash = 'none' where article_id = 'lentera-0'"
    )
    assert {name: len(store.engine.offending()[name]) for name in names} == {
        "cleanings_without_version": 1,
        "learned_lines_twice": 2,
    }
