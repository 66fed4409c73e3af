"""Print a digest of what some functions of PyTorch and numpy give, to tell on which of them
two processors differ.

    python contrib/function_bits.py > here.txt
    qemu-x86_64 -cpu Haswell $(readlink -f $(which python)) contrib/function_bits.py > haswell.txt
    diff here.txt haswell.txt

The libraries are told to use the same code on every x86-64 processor with AVX2, as evidence is
gathered; `--as-they-are` leaves them as they are. In an emulator the packages have to be found by
PYTHONPATH, and it takes a minute or two.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from typing import Any

from pyharness.core.processors import use_same_code


def functions() -> dict[str, Callable[[], Any]]:
    """Return what is tried, by name, each of fixed data in float32 or, with 64 in its name, in
    float64.
    """
    import numpy as np
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    draws = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=draws)

    x, w, picture, kernel = normal(64, 96), normal(96, 48), normal(4, 3, 12, 12), normal(8, 3, 3, 3)
    signal, filters = normal(2, 4, 100), normal(8, 4, 5)
    positive, x64, w64 = x.abs() + 0.1, x.double(), w.double()
    square, positive64 = w64.T @ w64, positive.double()
    a, b = x.numpy(), x64.numpy()
    return {
        "matrix product": lambda: x @ w,
        "matrix product 64": lambda: x64 @ w64,
        "few columns": lambda: x @ w[:, :10],
        "matrix times vector": lambda: x @ w[:, 0],
        "batched product": lambda: torch.bmm(x.view(4, 16, 96), w.expand(4, 96, 48)),
        "linear": lambda: functional.linear(x, w.T, torch.ones(48)),
        "convolution 2d": lambda: torch.conv2d(picture, kernel),
        "convolution 1d": lambda: torch.conv1d(signal, filters),
        "gelu": lambda: functional.gelu(x),
        "softmax": lambda: torch.softmax(x, -1),
        "layer norm": lambda: functional.layer_norm(x, (96,)),
        "cross entropy": lambda: functional.cross_entropy(x, torch.zeros(64, dtype=torch.long)),
        "exp": x.exp,
        "exp 64": x64.exp,
        "log": positive.log,
        "log 64": positive64.log,
        "log2": positive.log2,
        "sqrt": positive.sqrt,
        "sqrt 64": positive64.sqrt,
        "reciprocal sqrt": positive.rsqrt,
        "power 64": lambda: positive64.pow(1.7),
        "tanh": x.tanh,
        "sigmoid": x.sigmoid,
        "erf": x.erf,
        "log-sum-exp": lambda: x.logsumexp(-1),
        "sum": x.sum,
        "sum 64": x64.sum,
        "variance": lambda: x.var(-1),
        "norm": x.norm,
        "singular values 64": lambda: torch.linalg.svdvals(x64),
        "QR 64": lambda: torch.linalg.qr(x64)[0],
        "eigenvalues 64": lambda: torch.linalg.eigvalsh(square),
        "solve 64": lambda: torch.linalg.solve(square, w64.T),
        "normal draws": lambda: torch.randn(1000, generator=torch.Generator().manual_seed(1)),
        "numpy exp": lambda: np.exp(a),
        "numpy exp 64": lambda: np.exp(b),
        "numpy log 64": lambda: np.log(positive64.numpy()),
        "numpy sqrt": lambda: np.sqrt(positive.numpy()),
        "numpy tanh 64": lambda: np.tanh(b),
        "numpy matrix product": lambda: a @ w.numpy(),
        "numpy matrix product 64": lambda: b @ w64.numpy(),
        "numpy sum": a.sum,
        "numpy singular values 64": lambda: np.linalg.svd(b)[1],
        "numpy normal draws": lambda: np.random.default_rng(0).normal(size=1000),
    }


def main() -> None:
    """Print a line for each function."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--as-they-are", action="store_true", help="let libraries choose their code"
    )
    if not parser.parse_args().as_they_are:
        use_same_code()
    for name, compute in functions().items():
        found = compute()
        data = bytes(
            memoryview(getattr(found, "numpy", lambda found=found: found)().copy()).cast("B")
        )
        print(f"{name}: {hashlib.sha256(data).hexdigest()[:16]}", flush=True)


if __name__ == "__main__":
    main()
