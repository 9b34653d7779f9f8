"""`make bench-lake`: the writes of a night of 2,000 new articles, and the ten tasks of an analyst,
in a lake beside a file.

The archive is that of `bench.analyst`. A copy of it goes into a lake of a PostgreSQL server of the
bench's own. Both then record the same nights, by the queries that every run has, in batches as
large as a run's, and publish them; and both answer the same statements, by turns.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

from bench.analyst import DAY, TASKS, examples, furnish
from bench.machine import described
from bench.scale import MODEL, NIGHT
from flows.steps.extraction import PAGES_PER_BATCH
from flows.steps.indexing import index_batch
from tests.helpers.postgres import missing, running
from warehouse import lake, moving
from warehouse.directory import published
from warehouse.named import Row
from warehouse.reader import Reader
from warehouse.store import Warehouse, writing

NEW = 2_000  # articles of a night
SOURCES = 12
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=10_000, help="the archive's size")
    arguments = parser.parse_args()
    if lacks := missing():
        parser.error(lacks)
    print(f"{described('duckdb', 'duckdb-extension-ducklake')}\n")
    with tempfile.TemporaryDirectory() as folder, running() as server:
        file, in_lake = Path(folder) / "file", Path(folder) / "lake"
        furnish(file, arguments.articles)
        shutil.copytree(file, in_lake)
        began = time.monotonic()
        place = lake.parse(server.create("bench"), in_lake, {})
        proofs = moving.into_lake(in_lake, place)
        rows = sum(proof.rows for proof in proofs)
        print(f"moved and proved: {rows:,} rows in {time.monotonic() - began:.0f} s")
        size = sum(path.stat().st_size for path in (in_lake / "lake").rglob("*.parquet"))
        print(
            f"{published(file).stat().st_size / 1e9:.2f} GB as a file, {size / 1e9:.2f} as a lake"
        )
        print("\n| what | file: seconds | lake: seconds | ratio | ratio of processor seconds |")
        print("|---|---|---|---|---|")
        compare("write a night, and publish it", [partial(written, at) for at in (file, in_lake)])
        readers = [Reader(at) for at in (file, in_lake)]
        asked = {"day": DAY, **examples(readers[0])}
        for reader in readers:
            reader.confine()
        for task, statement in TASKS.items():
            text = statement.format(**asked)
            compare(task, [partial(reader.query, text) for reader in readers])


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds, and seconds of this process's processor: PostgreSQL's are not among them."""

    seconds: float
    processor: float


def measured(work: Callable[[], object]) -> Took:
    began, used = time.monotonic(), sum(os.times()[:2])
    work()
    return Took(time.monotonic() - began, sum(os.times()[:2]) - used)


def compare(what: str, works: Sequence[Callable[[], object]]) -> None:
    """Print what something takes in a file and in a lake, by turns: medians, also of the ratios."""
    rounds = [[measured(work) for work in works] for _ in range(ROUNDS)]
    file, in_lake = (median(each[side].seconds for each in rounds) for side in (0, 1))
    ratio = median(there.seconds / here.seconds for here, there in rounds)
    processor = median(there.processor / max(here.processor, 1e-3) for here, there in rounds)
    print(f"| {what} | {file:.2f} | {in_lake:.2f} | {ratio:.1f} | {processor:.1f} |", flush=True)


def written(directory: Path) -> None:
    """Record a night of articles that are new, and publish it."""
    night = time.time_ns()
    with writing(directory, "bench") as store:
        for source in range(SOURCES):
            links = [link(night, n) for n in range(source, NEW, SOURCES)]
            pages = [page(night, n) for n in range(source, NEW, SOURCES)]
            _transaction(store, (links, ["record_links", "record_twins_listed"]))
            _transaction(store, (pages, ["record_pages"]))
        for first in range(0, NEW, PAGES_PER_BATCH):
            batch(store, night, range(first, min(first + PAGES_PER_BATCH, NEW)))
        articles: list[Row] = [{"article_id": f"{night}-{n}"} for n in range(NEW)]
        cleaned = [row | {"extracted_hash": row["article_id"]} for row in articles]
        _transaction(store, (cleaned, ["record_cleanings"]))
        _transaction(store, ([placed(row) for row in articles], ["record_placements"]))
        looked = {"topic_id": "kabar", "topic_version": "1"}
        looks = [row | looked | {"text_hash": row["article_id"]} for row in articles]
        hit = {"decision": "joined", "strength": "subject", "score": 1.0, "evidence": "[]"}
        hits = [row | looked | hit for row in articles[::50]]
        _transaction(store, (looks, ["record_topic_looks"]), (hits, ["record_hits"]))
        while index_batch(store):
            pass


def batch(store: Warehouse, night: int, numbers: Sequence[int]) -> None:
    """Record what was read in a batch of pages, and their vectors."""
    rows = [article(night, n) for n in numbers]
    urls = [{"url": row["url"], "article_id": row["article_id"]} for row in rows]
    texts = [
        {name: row[name] for name in ("article_id", "seen_at", "title", "body", "text_hash")}
        for row in rows
    ]
    done = [{"url": row["url"], "fetched_at": NIGHT, "extracted_with": "bench"} for row in rows]
    cut = [
        {"article_id": row["article_id"], "seen_at": NIGHT, "rule": "bench", "text": "Baca juga"}
        for row in rows
    ]
    vectors = [
        {
            "article_id": row["article_id"],
            "model": MODEL,
            "text_hash": row["text_hash"],
            "vector": [((n + i) % 17 - 8) / 100 for i in range(384)],
        }
        for n, row in zip(numbers, rows, strict=True)
    ]
    _transaction(
        store,
        (rows, ["record_articles", "forget_removed", "forget_origins", "forget_cleanings"]),
        (cut, ["record_removed"]),
        (texts, ["replace_versions", "record_versions", "number_versions"]),
        (urls, ["record_article_urls", "clear_rejections"]),
        (done, ["record_extracted"]),
    )
    _transaction(store, (vectors, ["record_vectors"]))


def _transaction(store: Warehouse, *writes: tuple[Sequence[Row], Sequence[str]]) -> None:
    with store.engine.transaction():
        for rows, queries in writes:
            store.engine.write(rows, *queries)


def link(night: int, number: int) -> Row:
    url = f"https://{night}.example/{number}"
    return {
        "url": url,
        "source_id": f"outlet-{number % SOURCES}",
        "found_url": url,
        "listed_at": NIGHT,
        "lastmod": None,
        "title": f"Berita {number}",
        "discovered_at": NIGHT,
        "identity_key": url,
    }


def page(night: int, number: int) -> Row:
    url = f"https://{night}.example/{number}"
    return {
        "url": url,
        "source_id": f"outlet-{number % SOURCES}",
        "found_url": url,
        "final_url": url,
        "fetched_at": NIGHT,
        "content_type": "text/html",
        "digest": url,
        "warc_file": "var/warc/bench.warc.gz",
        "warc_offset": number,
        "arrived_by": "run",
        "etag": None,
        "last_modified": None,
        "identity_key": url,
    }


def article(night: int, number: int) -> Row:
    url = f"https://{night}.example/{number}"
    words = [f"kata{(number * 31 + i * 7) % 5_000}" for i in range(280)]
    return {
        "article_id": f"{night}-{number}",
        "source_id": f"outlet-{number % SOURCES}",
        "url": url,
        "identity_key": url,
        "title": " ".join(words[:8]).capitalize(),
        "body": " ".join(words),
        "published_at": NIGHT - timedelta(minutes=number % 1_440),
        "published_precision": "minute",
        "published_from": "bench",
        "first_seen_at": NIGHT,
        "seen_at": NIGHT,
        "language": "id",
        "word_count": 280,
        "text_hash": f"{night}-{number}",
        "paywalled": False,
        "arrived_by": "run",
        "landed_at": NIGHT,
    }


def placed(row: Row) -> Row:
    return {
        "story_id": row["article_id"],
        "article_id": row["article_id"],
        "relation": "original",
        "original_article_id": row["article_id"],
        "similarity": 1.0,
        "certainty": 1.0,
    }


if __name__ == "__main__":
    main()
