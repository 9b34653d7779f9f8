"""Cleaning: lines that recur on the articles of a source are learned as clutter, and cut."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby

from flows.records import Source
from flows.stages.extraction.learned import (
    COUNTING,
    FEW,
    MANY,
    Cleaner,
    LearnedLine,
    Lesson,
    Repeat,
    learn,
)
from warehouse.store import Warehouse

SAMPLED_AT_ONCE = 20_000  # articles
CLEANED_PER_BATCH = 5_000  # a few seconds; each batch reads the headlines of its sources once


def learn_lines(store: Warehouse, sources: Sequence[Source], now: datetime) -> int:
    """Learn the lines that recur on the articles of each source with enough new ones, and record
    which of all learned lines `keep` now protects. Returns how many lines are known.
    """
    keep = {source.id: source.keep for source in sources}
    lines = {row["line_id"]: row for row in store.articles.learned_lines()}
    lessons = [Lesson(**row) for row in store.articles.lessons((FEW, MANY))]
    due = [lesson for lesson in lessons if lesson.is_due]
    for sample, some in _taken_together(due):
        for line in learn(Repeat(**r) for r in store.articles.repeats(some, sample, COUNTING)):
            lines[line.id] = asdict(line) | {"line_id": line.id}
    known = [
        row
        | {"kept": any(pattern.search(row["text"]) for pattern in keep.get(row["source_id"], ()))}
        for row in lines.values()
    ]
    taught = [
        {"source_id": each.source_id, "sample": each.sample, "articles": each.articles}
        for each in due
    ]
    store.articles.record_learned(known, taught, now)
    return len(known)


def _taken_together(due: Sequence[Lesson]) -> Iterator[tuple[int, list[str]]]:
    """The sources of lessons with samples of one size, so many that memory holds their texts."""
    for sample, lessons in groupby(due, key=lambda lesson: lesson.sample):
        sources = [lesson.source_id for lesson in lessons]
        size = max(1, SAMPLED_AT_ONCE // sample)
        for start in range(0, len(sources), size):
            yield sample, sources[start : start + size]


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
