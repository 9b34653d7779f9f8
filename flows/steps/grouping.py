"""Embedding and grouping: articles get their vectors, then their places in stories."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from threading import Lock

import numpy as np
import numpy.typing as npt

from flows.edges.encoder import LEAD_CHARACTERS, Encoder
from flows.edges.workers import Workers
from flows.errors import EncoderError
from flows.records import one_line
from flows.stages.grouping import stories
from warehouse.store import Warehouse

TEXTS_PER_BATCH = 256  # about five seconds of encoding
TEXTS_PER_JOB = 32  # of one worker elsewhere: half a second, many times what sending them takes
# More than the whole press publishes in a night, so that the order of arrival within it does not
# matter. A backfill takes several batches.
CLIPPINGS_PER_BATCH = 10_000

_Vectors = npt.NDArray[np.float32]
_LOADING = Lock()  # a Dask worker calls from several threads, and the model is loaded once


def embed_batch(store: Warehouse, encoder: Encoder, workers: Workers) -> int:
    """Compute the vectors of the next batch of texts. Returns how many there were. Raises
    EncoderError.
    """
    at_once = max(TEXTS_PER_BATCH, 2 * TEXTS_PER_JOB * workers.count)
    texts = store.articles.pending_texts(encoder.model, at_once)
    if texts:
        given = [(text.title, text.body) for text in texts]
        vectors = (
            _encoded_elsewhere(encoder.model, given, workers)
            if workers.elsewhere
            else encoder.encode(given)
        )
        store.articles.record_vectors(encoder.model, texts, vectors)
    return len(texts)


def _encoded_elsewhere(model: str, texts: Sequence[tuple[str, str]], workers: Workers) -> _Vectors:
    encode = partial(encode_texts, model)
    leads = ((title, body[:LEAD_CHARACTERS]) for title, body in texts)
    found = workers.share(encode, leads, TEXTS_PER_JOB, accelerated=True)
    for (title, _), vector in zip(texts, found, strict=True):
        if vector is None:
            raise EncoderError(f"the encoder's process died on the text {one_line(title)!r}")
    return np.stack([vector for vector in found if vector is not None])


def encode_texts(model: str, texts: Sequence[tuple[str, str]]) -> list[_Vectors]:
    """Encode titles and bodies, as a worker does it."""
    with _LOADING:
        encoder = _encoder(model)
        encoder.load()
    return list(encoder.encode(texts))


@lru_cache(1)
def _encoder(model: str) -> Encoder:
    return Encoder(model, threads=1)


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
