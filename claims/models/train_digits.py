"""Train the networks of `digits` and write their weights to `data/`: `python -m
claims.models.train_digits`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from claims.models.digits import HELD_OUT, NETWORKS, Network, read_digits
from claims.models.layers import Recorder

__all__ = ["main", "train"]

SEED = 20240517
EPOCHS = 60
BATCH = 32
RATE = 2e-3


def train(
    network: Network,
    images: Tensor,
    labels: Tensor,
    *,
    seeds: Sequence[int],
    epochs: int,
    penalty: Callable[[Mapping[str, Tensor]], Tensor] | None = None,
    rounding: Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]] | None = None,
) -> list[dict[str, Tensor]]:
    """Train a network by Adam from He's initial weights, from each of some seeds, all of them at
    once; return its weights and biases from each.

    Equal arguments give equal weights with one version of torch; every random draw comes from a
    seed.

    Args:
        network: what to train.
        images: float32 [images, 64] in [0, 1].
        labels: int64 [images].
        seeds: of the weights and the order of the images.
        epochs: how often each image is seen.
        penalty: of the weights and biases from one seed, added to the loss of each batch. It is
            called under `torch.vmap`.
        rounding: gives the weights and biases that the forward pass uses, of those that are
            trained, from all seeds, stacked. Gradients pass through the difference of the two as if
            it were constant (the straight-through estimator: Bengio et al. 2013).
    """
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    weights = {}
    for name, shape in network.shapes.items():
        deviation = math.sqrt(2 / math.prod(shape[1:]))
        drawn = [torch.empty(shape).normal_(0, deviation, generator=one) for one in generators]
        weights[f"{name}.weight"] = torch.stack(drawn).requires_grad_()
        weights[f"{name}.bias"] = torch.zeros(len(seeds), shape[0]).requires_grad_()

    def loss(used: Mapping[str, Tensor], own: Mapping[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        output = network.forward(Recorder(used), x)
        if network.measure == "accuracy":
            error = functional.cross_entropy(output, y)
        else:
            error = functional.mse_loss(output, x)
        return error + penalty(own) if penalty else error

    # The fused step takes no square roots of MKL's, which depend on the processor.
    optimizer = torch.optim.Adam(weights.values(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        orders = torch.stack([torch.randperm(len(images), generator=one) for one in generators])
        for batch in orders.split(BATCH, 1):
            used: Mapping[str, Tensor] = weights
            if rounding:
                with torch.no_grad():
                    changes = {
                        name: after - weights[name] for name, after in rounding(weights).items()
                    }
                used = {name: weight + changes[name] for name, weight in weights.items()}
            losses = torch.vmap(loss)(used, weights, images[batch], labels[batch])
            optimizer.zero_grad()
            # Each seed's weights have a part in its own loss alone.
            losses.sum().backward()
            optimizer.step()
        schedule.step()
    return [
        {name: weight.detach()[place].clone() for name, weight in weights.items()}
        for place in range(len(seeds))
    ]


def main() -> None:
    """Train every network, write it with how it was made and its measured figure, and print the
    figure.
    """
    torch.set_num_threads(1)
    images, labels = read_digits()
    for name, network in NETWORKS.items():
        (weights,) = train(
            network, images[:-HELD_OUT], labels[:-HELD_OUT], seeds=[SEED], epochs=EPOCHS
        )
        with torch.no_grad():
            output = network.forward(Recorder(weights), images[-HELD_OUT:])
        figure = network.figure(output, images[-HELD_OUT:], labels[-HELD_OUT:])
        metadata = {
            "seed": str(SEED),
            "epochs": str(EPOCHS),
            "split": f"trained on all of {len(images)} images but the last {HELD_OUT}, measured on those",
            network.measure: repr(figure),
            "torch": torch.__version__,
        }
        save_file(weights, Path(__file__).parent / "data" / f"digits-{name}.safetensors", metadata)
        print(f"digits-{name}: {network.measure} {figure:.4g} on {HELD_OUT} held-out images")


if __name__ == "__main__":
    main()
