"""The default model as an ordinary SentenceTransformer: what the encoder's speed and vectors are
measured against.

`python -m bench.plain_encoder` writes the vectors that tests/edges/test_encoder.py expects.
"""

import json
import tempfile
from pathlib import Path

import yaml

from flows.edges.encoder import LEAD_CHARACTERS, MAX_TOKENS
from flows.edges.offline_weights import Weights
from tests.helpers.paths import CASES

TEXTS = CASES / "encoder"


def save(folder: Path) -> None:
    """Write the SentenceTransformer folder: the model as transformers' BertModel, mean pooling,
    unit length.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import logging

    from flows.edges.offline_model import bert_model

    logging.set_verbosity_error()  # type: ignore[no-untyped-call] # transformers is not typed
    logging.disable_progress_bar()  # type: ignore[no-untyped-call] # as above
    weights = Weights()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call] # transformers is not typed
        tokenizer_object=weights.tokenizer(),
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=512,
    )
    with tempfile.TemporaryDirectory() as scratch:
        bert_model(weights).save_pretrained(scratch)
        tokenizer.save_pretrained(scratch)
        transformer = Transformer(scratch, max_seq_length=512)
        SentenceTransformer(
            modules=[transformer, Pooling(weights.hidden, "mean"), Normalize()], device="cpu"
        ).save(str(folder))


def main() -> None:
    from sentence_transformers import SentenceTransformer

    cases = yaml.safe_load((TEXTS / "texts.yaml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder))
        model = SentenceTransformer(folder, device="cpu")
    model.max_seq_length = MAX_TOKENS
    vectors = model.encode(
        [f"query: {case['title']}. {case['body'][:LEAD_CHARACTERS]}" for case in cases],
        normalize_embeddings=True,
    )
    rows = (json.dumps([round(float(value), 7) for value in vector]) for vector in vectors)
    (TEXTS / "vectors.json").write_text("[" + ",\n".join(rows) + "]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
