"""`make bench-search`: how fast the index of words answers beside archives of several sizes, what a
night adds to it, and how well words, meaning and both find what was asked for.

The archives are the corpora beside the project, repeated: each time under other ids and dates, and
without one in ten of its postings, in nights of 2,000 articles. The questions of
bench/gold/search_questions.jsonl each know the one article that they want; it is looked for among a
sample of the corpora, whose vectors are kept in a temporary folder.
"""

import argparse
import gzip
import hashlib
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.machine import described
from flows.edges.encoder import Encoder, default_model
from flows.reading.searching import DEPTH, fused
from flows.steps.indexing import index_batch
from tests.helpers.paths import DATA, ROOT
from tests.helpers.tables import execute, fetch
from warehouse.reader import Reader
from warehouse.snapshot import publish
from warehouse.store import Warehouse

CORPORA = DATA / "corpora" / "articles.jsonl.gz"
QUESTIONS = ROOT / "bench" / "gold" / "search_questions.jsonl"
SAMPLE = 6_000  # of 23,897: encoding takes ten minutes
NIGHT = 5_000
SPEED = {
    "two words": "harga beras",
    "five words, two of them everywhere": "gempa yang mengguncang di cianjur",
    "a rare word": "lempuyangan",
    "a word in one article of three": "presiden",
    "words, an outlet, days": "banjir outlet:kompas after:2025-01-01 before:2025-09-01",
    "a word without another": "banjir -jakarta",
    "a phrase": '"kereta cepat" bandung',
    "a phrase of words everywhere": '"yang akan di"',
}
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--articles", type=int, nargs="*", default=[100_000, 1_000_000], help="the archives' sizes"
    )
    parser.add_argument("--without-quality", action="store_true", help="only the speed")
    arguments = parser.parse_args()
    if not CORPORA.exists():
        raise SystemExit("bench-search: the corpora are not beside the project")
    print(f"{described('duckdb', 'snowballstemmer')}\n")
    if arguments.articles:
        show_speed(sorted(arguments.articles))
    if not arguments.without_quality:
        show_quality()


# ---- speed ----


def show_speed(sizes: Sequence[int]) -> None:
    """Print what questions, and a night's articles, take beside archives of these sizes."""
    with tempfile.TemporaryDirectory() as folder:
        store = Warehouse.open(Path(folder))
        fill(store)
        began = time.monotonic()
        count = drain(store)
        print(f"indexing the corpora: {count / (time.monotonic() - began):.0f} articles/s\n")
        took: dict[int, dict[str, float]] = {}
        for size in sizes:
            repeat(store, size)
            store.close()
            publish(Path(folder))
            took[size] = asked(Path(folder))
            store = Warehouse.open(Path(folder))
            took[size] |= grown(store)
        store.close()
        print("| median of 5, s | " + " | ".join(f"{size:,} articles" for size in sizes) + " |")
        print("|---" * (len(sizes) + 1) + "|")
        for what in took[sizes[0]]:
            figures = " | ".join(f"{took[size][what]:.2f}" for size in sizes)
            print(f"| {what} | {figures} |")
        print()


def fill(store: Warehouse) -> None:
    """The corpora as articles, each a story of its own."""
    execute(
        store,
        """
        insert into state.articles by name
        select id as article_id, outlet as source_id, url, title, text as body, 'id' as language,
            timestamptz '2024-01-01' + interval (row_number() over ()) hour as published_at,
            published_at as first_seen_at, published_at as last_seen_at, published_at as landed_at,
            len(string_split(text, ' ')) as word_count, md5(title || text) as text_hash,
            'backfill' as arrived_by
        from read_json($file)
        """,
        {"file": str(CORPORA)},
    )
    execute(
        store,
        "insert into sources by name select distinct source_id, source_id as name, 'press' as"
        " kind, '-' as home, 'archive' as status"
        " from state.articles",
    )
    execute(
        store,
        "insert into story_articles by name"
        " select article_id as story_id, article_id, 'original' as"
        " relation, article_id as original_article_id, 1 as similarity from state.articles",
    )


def drain(store: Warehouse) -> int:
    total = 0
    while done := index_batch(store):
        total += done
    return total


def repeat(store: Warehouse, size: int) -> None:
    """The corpora again and again, until there are that many articles."""
    [row] = fetch(
        store,
        "select count(*) as articles, max(document_id) as last, count(*) filter"
        " (where article_id like '%-%') as repeated from state.search_documents",
    )
    first = row["articles"] - row["repeated"]
    done, last = row["articles"], row["last"]
    turn = 1 - (-row["repeated"] // first)
    while done < size:
        count = min(first, size - done)
        named = {"turn": turn, "shift": last, "count": count}
        for sql in REPEATED:
            execute(store, sql, {name: named[name] for name in named if f"${name}" in sql})
        done, last, turn = done + count, last + first, turn + 1


REPEATED = (
    """
    insert into state.search_postings
    select word_id, document_id + $shift, times, in_title from state.search_postings
    where document_id <= $count and random() < 0.9 order by document_id // 2000, word_id
    """,
    """
    insert into state.search_documents
    select document_id + $shift, article_id || '-' || $turn, text_hash, words, postings
    from state.search_documents where document_id <= $count
    """,
    """
    insert into state.articles
    select * replace (a.article_id || '-' || $turn as article_id, 'Edisi ' || $turn || '. ' || body
        as body, published_at + interval ($turn) minute as published_at)
    from state.articles a
    where a.article_id in (
        select article_id from state.search_documents where document_id <= $count)
    """,
    """
    insert into story_articles by name
    select article_id || '-' || $turn as article_id, article_id as story_id,
        'original' as relation, story_id as original_article_id, 1 as similarity
    from state.search_documents where document_id <= $count
    """,
)


def asked(directory: Path) -> dict[str, float]:
    """Seconds that each question takes in the published file."""
    reader = Reader(directory)
    took = {}
    for what, question in SPEED.items():
        seconds = []
        for _ in range(ROUNDS):
            began = time.monotonic()
            rows = reader.search(question, 100)
            seconds.append(time.monotonic() - began)
        took[f"{what} ({len(rows)} rows)"] = median(seconds)
    return took


def grown(store: Warehouse) -> dict[str, float]:
    """Seconds to index a night, whose articles are known by then."""
    execute(
        store,
        "update state.articles set text_hash = text_hash || '+' where article_id in"
        f" (select article_id from state.search_documents order by document_id limit {NIGHT})",
    )
    began = time.monotonic()
    assert drain(store) == NIGHT
    return {f"indexing {NIGHT:,} articles": time.monotonic() - began}


# ---- quality ----


def show_quality() -> None:
    """Print how far up words, meaning and both have the article that each question wants: the mean
    reciprocal rank, by kind of question.
    """
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    sample = chosen()
    missing = {each["id"] for each in questions} - {row["id"] for row in sample}
    assert not missing, missing
    encoder = Encoder(default_model())
    vectors = encoded(encoder, sample)
    with tempfile.TemporaryDirectory() as folder:
        reader = archived(Path(folder), sample, vectors, encoder.model)
        found = [answered(reader, encoder, each["question"]) for each in questions]
    kinds = list(dict.fromkeys(each["kind"] for each in questions))
    print(f"mean reciprocal rank among {len(sample):,} articles, {len(questions)} questions\n")
    print("| found by | all | " + " | ".join(kinds) + " |\n|---" + "|---" * (len(kinds) + 1) + "|")
    for way in found[0]:
        ranks: Mapping[str, list[float]] = defaultdict(list)
        for each, by in zip(questions, found, strict=True):
            for kind in ("all", each["kind"]):
                ranks[kind].append(reciprocal(by[way], each["id"]))
        figures = (f"{sum(ranks[kind]) / len(ranks[kind]):.3f}" for kind in ("all", *kinds))
        print(f"| {way} | " + " | ".join(figures) + " |")


def chosen() -> list[dict[str, Any]]:
    """The articles of the sample: those whose ids hash lowest."""
    with gzip.open(CORPORA, "rt", encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    return sorted(rows, key=lambda row: hashlib.sha256(row["id"].encode()).digest())[:SAMPLE]


def encoded(encoder: Encoder, sample: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    """The vectors of the sample, from the temporary folder where they were made before."""
    known = "".join(row["id"] for row in sample) + encoder.model
    name = f"kliping-search-{hashlib.sha256(known.encode()).hexdigest()[:16]}.npy"
    kept = Path(tempfile.gettempdir(), name)
    if not kept.exists():
        np.save(kept, encoder.encode([(row["title"], row["text"]) for row in sample]))
    vectors: NDArray[np.float32] = np.load(kept)
    return vectors


def archived(
    directory: Path, sample: Sequence[Mapping[str, Any]], vectors: NDArray[np.float32], model: str
) -> Reader:
    """A published file of the sample with its vectors."""
    store = Warehouse.open(directory)
    fill(store)
    ids = [row["id"] for row in sample]
    execute(
        store,
        "delete from state.articles where article_id not in (select unnest($ids))",
        {"ids": ids},
    )
    rows = [
        {"article_id": each, "model": model, "text_hash": "-", "vector": vector.tolist()}
        for each, vector in zip(ids, vectors, strict=True)
    ]
    with store.engine.transaction():
        store.engine.write(rows, "record_vectors")
    drain(store)
    store.close()
    publish(directory)
    return Reader(directory)


def answered(reader: Reader, encoder: Encoder, question: str) -> dict[str, list[str]]:
    """The ids that each way finds, the best first."""
    [vector] = encoder.encode([(question, "")])
    ways = {
        "words": reader.search(question, DEPTH),
        "meaning": reader.nearest(question, encoder.model, vector.tolist(), DEPTH),
    }
    ids = {way: [row["article_id"] for row in rows] for way, rows in ways.items()}
    scores = fused(list(ids.values()))
    return ids | {"both": sorted(scores, key=lambda each: -scores[each])}


def reciprocal(ids: Sequence[str], wanted: str) -> float:
    return 1 / (1 + ids.index(wanted)) if wanted in ids else 0.0


if __name__ == "__main__":
    main()
