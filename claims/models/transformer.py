"""The encoder of BERT (Devlin et al. 2019), one sequence at a time, so that nothing is padded or
masked.
"""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

from claims.models.layers import Recorder

__all__ = ["encode"]


def encode(run: Recorder, tokens: Tensor, *, heads: int, depth: int, eps: float) -> Tensor:
    """Return the last hidden states, float32 [tokens, hidden], of one sequence of token ids, int64
    [tokens].
    """
    weights = run.weights

    def norm(name: str, x: Tensor) -> Tensor:
        return functional.layer_norm(
            x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], eps
        )

    def split(x: Tensor) -> Tensor:
        return x.view(len(x), heads, -1).movedim(1, 0)

    x = (
        weights["embeddings.word_embeddings.weight"][tokens]
        + weights["embeddings.position_embeddings.weight"][: len(tokens)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = norm("embeddings.LayerNorm", x)
    for index in range(depth):
        block = f"encoder.layer.{index}"
        query = split(run.linear(f"{block}.attention.self.query", x, "query"))
        key = split(run.linear(f"{block}.attention.self.key", x, "key"))
        value = split(run.linear(f"{block}.attention.self.value", x, "value"))
        scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
        context = (scores.softmax(-1) @ value).movedim(0, 1).flatten(1)
        attended = run.linear(f"{block}.attention.output.dense", context, "linear")
        x = norm(f"{block}.attention.output.LayerNorm", x + attended)
        inner = functional.gelu(run.linear(f"{block}.intermediate.dense", x, "gelu"))
        x = norm(
            f"{block}.output.LayerNorm", x + run.linear(f"{block}.output.dense", inner, "linear")
        )
    return x
