"""Embedding and grouping: articles get their vectors, then their places in stories."""

from datetime import datetime

from flows.edges.encoder import Encoder
from flows.stages.grouping import stories
from warehouse.store import Warehouse

TEXTS_PER_BATCH = 256  # about five seconds of encoding
# More than the whole press publishes in a night, so that the order of arrival within it does not
# matter. A backfill takes several batches.
CLIPPINGS_PER_BATCH = 10_000


def embed_batch(store: Warehouse, encoder: Encoder) -> int:
    """Compute the vectors of the next batch of texts. Returns how many there were."""
    texts = store.articles.pending_texts(encoder.model, TEXTS_PER_BATCH)
    if texts:
        store.articles.record_vectors(
            encoder.model, texts, encoder.encode([(text.title, text.body) for text in texts])
        )
    return len(texts)


def group_batch(store: Warehouse, model: str, now: datetime) -> int:
    """Place the next batch of articles that have no story, or that are to be placed anew. Returns
    how many there were.
    """
    new = {
        clipping.article_id: clipping
        for clipping in store.stories.ungrouped(model, CLIPPINGS_PER_BATCH)
    }
    if new:
        open_stories = {
            clipping.article_id: clipping
            for clipping in store.stories.open_stories(model, new.values(), stories.WINDOW)
        }
        placements, merges = stories.group([*(open_stories | new).values()], stories.WINDOW)
        store.stories.record_grouped(new, placements, merges, now)
    return len(new)
