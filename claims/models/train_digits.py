"""Train the networks of `digits` and write their weights to `data/`: `python -m
claims.models.train_digits`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
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
    seed: int,
    epochs: int,
    penalty: Callable[[Mapping[str, Tensor]], Tensor] | None = None,
    rounding: Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]] | None = None,
) -> dict[str, Tensor]:
    """Train a network by Adam from He's initial weights and return its weights and biases.

    Equal arguments give equal weights on one machine and version of torch; every random draw comes
    from `seed`.

    Args:
        network: what to train.
        images: float32 [images, 64] in [0, 1].
        labels: int64 [images].
        seed: of the weights and the order of the images.
        epochs: how often each image is seen.
        penalty: of the weights and biases, added to the loss of each batch.
        rounding: gives the weights and biases that the forward pass uses, of those that are
            trained. Gradients pass through the difference of the two as if it were constant (the
            straight-through estimator: Bengio et al. 2013).
    """
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in network.shapes.items():
        deviation = math.sqrt(2 / math.prod(shape[1:]))
        weights[f"{name}.weight"] = (
            torch.empty(shape).normal_(0, deviation, generator=generator).requires_grad_()
        )
        weights[f"{name}.bias"] = torch.zeros(shape[0]).requires_grad_()
    optimizer = torch.optim.Adam(weights.values(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=generator).split(BATCH):
            used: Mapping[str, Tensor] = weights
            if rounding:
                with torch.no_grad():
                    changes = {
                        name: after - weights[name] for name, after in rounding(weights).items()
                    }
                used = {name: weight + changes[name] for name, weight in weights.items()}
            output = network.forward(Recorder(used), images[batch])
            if network.measure == "accuracy":
                loss = functional.cross_entropy(output, labels[batch])
            else:
                loss = functional.mse_loss(output, images[batch])
            if penalty:
                loss = loss + penalty(weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return {name: weight.detach() for name, weight in weights.items()}


def main() -> None:
    """Train every network, write it with how it was made and its measured figure, and print the
    figure.
    """
    torch.set_num_threads(1)
    images, labels = read_digits()
    for name, network in NETWORKS.items():
        weights = train(network, images[:-HELD_OUT], labels[:-HELD_OUT], seed=SEED, epochs=EPOCHS)
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
