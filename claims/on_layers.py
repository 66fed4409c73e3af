"""Evidence on the layers of the models: laws that are asked of each of them, and their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from claims.models.layers import Layer
from claims.models.zoo import Model, load_models
from pyharness import (
    Evidence,
    Run,
    TensorRef,
    Witness,
    current_device,
    dotted,
    significant,
    tensor_ref,
    to_hex,
)

__all__ = [
    "ALL_LAYERS",
    "RELU_LAYERS",
    "find_layer",
    "layers_of",
    "on_tensors",
    "per_layer",
    "plain",
    "weight_refs",
    "weight_rows",
]

RELU_LAYERS = "every layer that a ReLU follows, of every model, on real inputs"
ALL_LAYERS = "every layer of every model, on real inputs"


def find_layer(name: str) -> Layer:
    """Return the layer that `model/layer` names."""
    model_name, _, layer_name = name.partition("/")
    return next(
        layer
        for model in load_models()
        if model.name == model_name
        for layer in model.layers
        if layer.name == layer_name
    )


def layers_of(models: Iterable[Model], *, relu_only: bool = True) -> Iterator[tuple[str, Layer]]:
    """Name the layers `model/layer`: those that a ReLU follows, of which the source speaks, or all
    of them.
    """
    for model in models:
        for layer in model.layers:
            if layer.kind == "relu" or not relu_only:
                yield f"{model.name}/{layer.name}", layer


def per_layer(
    run: Run,
    law: Callable[[str], bool],
    figures: Callable[[str], Mapping[str, float]],
    *,
    domain: str,
    shows: Callable[[str], str],
    relu_only: bool = True,
    trained_here: bool = False,
) -> Evidence:
    """Ask a law of every layer by name, and report `figures` of it; with `trained_here`, of the
    three digits networks only.
    """
    cases = violations = 0
    rows, tensors, witness = [], [], None
    models = [one for one in load_models() if not (trained_here and one.pretrained)]
    for name, layer in layers_of(models, relu_only=relu_only):
        cases += 1
        rows.append(
            {"layer": name, "followed by": layer.kind}
            | {key: significant(value) for key, value in figures(name).items()}
        )
        tensors.append(tensor_ref(f"{name} outputs", layer.preactivation))
        if not law(name):
            violations += 1
            witness = witness or Witness(dotted(law), {"layer": name}, shows(name))
    return Evidence(
        "model",
        domain,
        cases,
        violations,
        f"{cases} layers",
        device=current_device().type,
        tensors=tensors,
        witness=witness,
        measurements=rows,
    )


def on_tensors(
    law: Callable[..., bool | Tensor],
    cases: Iterable[tuple[str, Mapping[str, Tensor]]],
    *,
    domain: str,
    counted: str,
    tensors: Iterable[TensorRef],
    measurements: Iterable[Mapping[str, object]] = (),
    kind: Literal["exhaustive", "model"] = "model",
) -> Evidence:
    """Ask a law of tensors.

    Args:
        law: a predicate of tensors, or of what a witness holds in their place; what it says of
            several cases at once, bool [cases], is of the first dimension of each argument.
        cases: which ones they are, in words, and the law's arguments.
        domain: all the cases, in words.
        counted: what a case is, in the plural.
        tensors: the real tensors that they are of.
        measurements: rows of figures.
        kind: how the domain is covered.
    """
    count = violations = 0
    witness = None
    for which, arguments in cases:
        holds = torch.as_tensor(law(**arguments))
        count += holds.numel()
        if bool(holds.all()):
            continue
        violations += int((~holds).sum())
        at = tuple((~holds).nonzero()[0].tolist())
        witness = witness or Witness(
            dotted(law), {key: plain(x[at]) for key, x in arguments.items()}, f"not for {which}"
        )
    return Evidence(
        kind,
        domain,
        count,
        violations,
        f"{count:,} {counted}",
        device=current_device().type,
        tensors=[*tensors],
        witness=witness,
        measurements=[*measurements],
    )


def plain(x: Tensor) -> Any:
    """Return what a witness holds in the place of a tensor: floats in hexadecimal."""
    if not x.is_floating_point():
        return x.tolist()
    return [plain(part) for part in x] if x.ndim else to_hex(float(x))


def weight_rows(figures: Callable[[str], Mapping[str, float]]) -> list[dict[str, object]]:
    """Return a row of figures for every layer of every model."""
    return [
        {"layer": name, "followed by": layer.kind}
        | {key: significant(value) for key, value in figures(name).items()}
        for name, layer in layers_of(load_models(), relu_only=False)
    ]


def weight_refs() -> list[TensorRef]:
    """Name the weight of every layer of every model by content."""
    return [
        tensor_ref(f"{name}.weight", layer.weight)
        for name, layer in layers_of(load_models(), relu_only=False)
    ]
