"""INT8 functions that Lean defines too: the quantized ReLU and its gap, implication, rounding up,
distances, clipping.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pyharness import TensorError, dtype_name

__all__ = ["clip", "gate_gap", "himp", "qrelu", "round_up", "step_dist"]

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def qrelu(z: int | Tensor, q: Tensor) -> Tensor:
    """Return the quantized ReLU max(q, z): every integer below the zero point z becomes z.

    A comparison, not arithmetic, so nothing can overflow. Lean: `qRelu z q = max q z`.

    Args:
        z: zero point, from −128 to 127: an int, or an int8 tensor that broadcasts with `q`.
        q: int8, any shape.

    Returns:
        int8, in the broadcast shape.

    Example:
        qrelu(−28, [−128, −28, 5]) = [−28, −28, 5].

    Raises:
        TensorError: if `q` or a tensor `z` is not int8, or an int `z` is out of range.
    """
    _require_int8(q, "qrelu")
    if isinstance(z, Tensor):
        _require_int8(z, "qrelu")
        return torch.maximum(q, z.to(q.device))
    return torch.maximum(q, torch.tensor(_int8(z, "qrelu"), dtype=torch.int8, device=q.device))


def gate_gap(z: int | Tensor, q: Tensor) -> Tensor:
    """Return how far `qrelu` raises activations in sum: Σ (max(q_i, z_i) − q_i) over the last
    dimension.

    Lean: `DiscreteGateMeasurement.gap`. The result is exact.

    Args:
        z: zero point, as for `qrelu`.
        q: int8, [..., d].

    Returns:
        int64, [...], nonnegative, in steps of the quantization.

    Example:
        gate_gap(0, [2, −10]) = 10.

    Raises:
        TensorError: as `qrelu`.
    """
    return (qrelu(z, q).long() - q.long()).sum(-1)


def himp(p: Tensor, q: Tensor) -> Tensor:
    """Return the implication p ⇨ q of the chain of INT8 values: 127 where p ≤ q, else q.

    It is the greatest r with min(r, p) ≤ q. Lean: `HeytingAlgebra.himp` on `Int8`.

    Args:
        p: int8, any shape.
        q: int8, in a shape that broadcasts with that of `p`.

    Returns:
        int8, in the broadcast shape.

    Example:
        himp([3, 9], [5, 5]) = [127, 5].

    Raises:
        TensorError: if one is not int8.
    """
    _require_int8(p, "himp")
    _require_int8(q, "himp")
    return torch.where(p <= q, torch.tensor(127, dtype=torch.int8, device=q.device), q)


def step_dist(v: Tensor, w: Tensor) -> Tensor:
    """Return the L1 distance Σ |v_i − w_i| of INT8 vectors over the last dimension, in steps.

    Lean: `stepDist`. The result is exact.

    Args:
        v: int8, [..., d].
        w: int8, in a shape that broadcasts with that of `v`.

    Returns:
        int64, [...].

    Example:
        step_dist([2, −10], [2, 0]) = 10.

    Raises:
        TensorError: if one is not int8.
    """
    _require_int8(v, "step_dist")
    _require_int8(w, "step_dist")
    return (v.long() - w.long()).abs().sum(-1)


def round_up(k: int | Tensor, q: int | Tensor) -> Tensor:
    """Return INT8 values with their low k bits dropped, rounding up.

    That is the least value from q up whose offset binary ends in k ones. Lean: `roundUp k q`.
    The greatest value, 127, is on every such grid.

    Args:
        k: how many bits are dropped, 0 to 8: an int, or an integer tensor that broadcasts with `q`.
        q: from −128 to 127: an int, or an int8 tensor.

    Returns:
        int8, in the broadcast shape.

    Example:
        round_up(2, [−128, −3, 5]) = [−125, −1, 7].
    """
    index = torch.as_tensor(q, dtype=torch.int16) + 128
    ones = 2 ** torch.as_tensor(k, dtype=torch.int16) - 1
    return ((index | ones.to(index.device)) - 128).to(torch.int8)


def clip(x: Tensor, alpha: float | int | Tensor) -> Tensor:
    """Return max(−α, min(α, x)), elementwise, as seed 002 defines it: for α < 0 too, where it is −α
    whatever x is.

    On floats the result has the dtype of `x`, α is rounded to it first, and NaN in `x` or α gives
    NaN. On int8 it is computed over the integers and returned as int16, because −α can be 128 (α =
    −128), which int8 does not hold. Lean's `clip` on Int8 values is likewise over Int. A zero may
    come out with either sign where x and α are zeros.

    Args:
        x: floating point or int8, any shape.
        alpha: for floats a number or a floating-point tensor; for int8 an int from −128 to 127 or
            an int8 tensor. A tensor broadcasts with `x`.

    Example:
        clip([−3.0, 0.5, 3.0], 1.0) = [−1.0, 0.5, 1.0]; clip(0, −1) = 1; on int8, clip([−128, 7],
        −128) = [128, 128].

    Raises:
        TensorError: if `x` is neither floating point nor int8, or `alpha` is not of its kind.
    """
    if x.dtype == torch.int8:
        if isinstance(alpha, Tensor):
            _require_int8(alpha, "clip")
        else:
            alpha = torch.tensor(_int8(alpha, "clip"))
        x, alpha = x.short(), alpha.to(x.device).short()
    else:
        _require_float(x, "clip")
        if isinstance(alpha, Tensor):
            _require_float(alpha, "clip")
        alpha = torch.as_tensor(alpha, dtype=x.dtype, device=x.device)
    return torch.maximum(-alpha, torch.minimum(alpha, x))


def _require_float(x: Tensor, caller: str) -> None:
    if x.dtype not in _FLOATS:
        raise TensorError(
            f"{caller}: expected float16, bfloat16, float32 or float64, got {dtype_name(x.dtype)}"
        )


def _require_int8(x: Tensor, caller: str) -> None:
    if x.dtype != torch.int8:
        raise TensorError(
            f"{caller}: expected int8, got {dtype_name(x.dtype)}; quantize the tensor to 8 bits first"
        )


def _int8(value: float, caller: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -128 <= value <= 127:
        raise TensorError(f"{caller}: expected an integer from -128 to 127, got {value!r}")
    return value
