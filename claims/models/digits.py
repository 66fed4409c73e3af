"""Three small networks for scikit-learn's handwritten digits, and the split that they are trained
and measured on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from claims.models.layers import Recorder
from claims.models.packages import package_file

__all__ = ["HELD_OUT", "NETWORKS", "Network", "read_digits"]

HELD_OUT = 360
"""How many images, the last of the file, are kept from training; the file's order keeps its writers
together."""


@dataclass(frozen=True)
class Network:
    """A network: its forward pass, the shape of each weight in order, and what it is judged by.

    Attributes:
        forward: from images [batch, 64] in [0, 1] to 10 logits, or to 64 pixels.
        shapes: each layer's weight, [out, in, kernel…].
        measure: "accuracy" of the class, or "mean_squared_error" of the reconstruction.
    """

    forward: Callable[[Recorder, Tensor], Tensor]
    shapes: Mapping[str, tuple[int, ...]]
    measure: str

    def figure(self, output: Tensor, images: Tensor, labels: Tensor) -> float:
        """Return the network's measure for its outputs on `images`."""
        if self.measure == "accuracy":
            return float((output.argmax(1) == labels).double().mean())
        return float((output - images).double().square().mean())


def _mlp(run: Recorder, x: Tensor) -> Tensor:
    x = run.linear("hidden1", x, "relu").relu()
    x = run.linear("hidden2", x, "relu").relu()
    return run.linear("logits", x, "linear")


def _cnn(run: Recorder, x: Tensor) -> Tensor:
    x = run.conv("conv1", x.unflatten(1, (1, 8, 8)), "relu", padding=1).relu()
    x = run.conv("conv2", x, "relu", stride=2, padding=1).relu()
    x = run.linear("hidden", x.flatten(1), "relu").relu()
    return run.linear("logits", x, "linear")


def _autoencoder(run: Recorder, x: Tensor) -> Tensor:
    x = run.linear("encoder1", x, "relu").relu()
    x = run.linear("code", x, "relu").relu()
    x = run.linear("decoder1", x, "relu").relu()
    return run.linear("pixels", x, "linear")


NETWORKS = {
    "mlp": Network(
        _mlp, {"hidden1": (64, 64), "hidden2": (32, 64), "logits": (10, 32)}, "accuracy"
    ),
    "cnn": Network(
        _cnn,
        {"conv1": (16, 1, 3, 3), "conv2": (32, 16, 3, 3), "hidden": (64, 512), "logits": (10, 64)},
        "accuracy",
    ),
    "autoencoder": Network(
        _autoencoder,
        {"encoder1": (48, 64), "code": (24, 48), "decoder1": (48, 24), "pixels": (64, 48)},
        "mean_squared_error",
    ),
}


def read_digits() -> tuple[Tensor, Tensor]:
    """Return images, float32 [1797, 64] in [0, 1], and labels, int64 [1797], of scikit-learn's
    digits, in its order.

    Raises:
        UsageError: if scikit-learn is not installed.
    """
    path = package_file(
        "scikit-learn",
        "sklearn",
        "datasets/data/digits.csv.gz",
        install="pip install -r claims/requirements.txt",
    )
    table = torch.from_numpy(np.loadtxt(path, delimiter=",", dtype=np.float32))
    return table[:, :64] / 16, table[:, 64].long()
