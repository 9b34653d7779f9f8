"""Cleaning: lines that recur on the articles of a source are learned as clutter, and cut."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from flows.records import Source
from flows.stages.extraction.learned import COUNTING, Cleaner, LearnedLine, Repeat, learn
from warehouse.store import Warehouse

CLEANED_PER_BATCH = 5_000  # a few seconds; each batch reads the headlines of its sources once


def learn_lines(store: Warehouse, sources: Sequence[Source], now: datetime) -> int:
    """Learn the lines that recur on the articles of each source with new ones, and record which of
    all learned lines `keep` now protects. Returns how many lines are known.
    """
    keep = {source.id: source.keep for source in sources}
    lines = {row["line_id"]: row for row in store.articles.learned_lines()}
    for source_id in store.articles.sources_to_learn():
        for line in learn(Repeat(**row) for row in store.articles.repeats(source_id, COUNTING)):
            lines[line.id] = asdict(line) | {"line_id": line.id}
    known = [
        row
        | {"kept": any(pattern.search(row["text"]) for pattern in keep.get(row["source_id"], ()))}
        for row in lines.values()
    ]
    store.articles.record_learned(known, now)
    return len(known)


def clean_batch(store: Warehouse) -> int:
    """Cut the learned lines from the next batch of articles. Returns how many there were."""
    articles = store.articles.uncleaned(CLEANED_PER_BATCH)
    cleaners = {
        source_id: _cleaner(store, source_id)
        for source_id in {article.source_id for article in articles}
    }
    cleaned = [(article, cleaners[article.source_id].clean(article.body)) for article in articles]
    store.articles.record_cleaned(
        [(article, found.body, found.removed) for article, found in cleaned]
    )
    return len(articles)


def _cleaner(store: Warehouse, source_id: str) -> Cleaner:
    learned = [
        LearnedLine(**{name: row[name] for name in LearnedLine.__dataclass_fields__})
        for row in store.articles.learned_lines(source_id)
        if not row["kept"]
    ]
    needs_titles = any(line.shape == "label" for line in learned)
    return Cleaner(learned, store.articles.titles(source_id) if needs_titles else ())
