"""Indexing: the words of articles become findable."""

import snowballstemmer

from warehouse.store import Warehouse

INDEXED_PER_BATCH = 20_000  # some 200 MB of words at once


def index_batch(store: Warehouse) -> int:
    """Index the next articles whose text is not indexed; how many there were."""
    stem = snowballstemmer.stemmer("indonesian").stemWord
    return store.search.index_next(INDEXED_PER_BATCH, stem)
