"""Quantization: affine INT4/INT8/INT16 and FP16, the quantized ReLU, and clipping, in plain torch
on any device.

What is not finite has no integer, so each function that quantizes refuses NaN and infinities;
`clip` on floats keeps NaN as NaN. Integers are computed by way of float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pyharness.core.errors import UsageError

__all__ = [
    "QuantParams",
    "TensorError",
    "affine_params",
    "clip",
    "dequantize",
    "fake_quant",
    "gate_gap",
    "integer_range",
    "qrelu",
    "quantize",
    "round_up",
    "to_fp16",
]

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


class TensorError(UsageError):
    """A tensor that cannot be used: wrong dtype or shape, NaN, infinities, or values out of
    range.
    """


@dataclass(frozen=True, eq=False)
class QuantParams:
    """How reals map to signed integers of `bits` bits: x ≈ scale · (q − zero_point).

    Attributes:
        scale: float64, positive; shape [] per tensor, or [channels] per channel.
        zero_point: int64, the integer that stands for 0.0, in the integer range; same shape as
            `scale`.
        bits: width of the integers, 2 to 16.
        axis: the dimension that holds the channels, not negative; None per tensor.
    """

    scale: Tensor
    zero_point: Tensor
    bits: int
    axis: int | None = None


def integer_range(bits: int) -> tuple[int, int]:
    """Return (−2^(bits−1), 2^(bits−1) − 1), the range of signed integers of `bits` bits: 8 gives
    (−128, 127).

    Raises:
        TensorError: if `bits` is not an integer from 2 to 16.
    """
    if not isinstance(bits, int) or isinstance(bits, bool) or not 2 <= bits <= 16:
        raise TensorError(f"bits must be an integer from 2 to 16, not {bits!r}")
    return -(1 << bits - 1), (1 << bits - 1) - 1


def affine_params(
    x: Tensor, *, bits: int = 8, axis: int | None = None, symmetric: bool = False
) -> QuantParams:
    """Choose the scale and zero point that cover the range of `x`, per tensor or per channel.

    With lo = min(0, min x), hi = max(0, max x) and [qmin, qmax] = [−2^(bits−1), 2^(bits−1) − 1]:

    - asymmetric: scale = (hi − lo) / (qmax − qmin), zero_point = clamp(round(qmin − lo / scale),
      qmin, qmax);
    - symmetric: scale = max(−lo, hi) / qmax, zero_point = 0, so that qmin is used only by what
      rounds there.

    Rounding is half to even. The range holds 0, so 0.0 is represented exactly, by `zero_point`.
    Where the scale would be under float64's least normal number, 2^−1022 (`x` empty, all zeros, or
    hardly larger than float64's subnormals), it is 1, and the zero point qmin, or 0 when symmetric:
    every value of `x` then quantizes to the zero point.

    Args:
        x: floating point, any shape, finite.
        bits: 2 to 16.
        axis: dimension of `x` whose indices are the channels, each with its own scale; negative
            counts from the end. None: one scale for the whole tensor.
        symmetric: keep the zero point at 0.

    Example:
        x = [−1.0, 0.0, 1.55], 8 bits: scale = 2.55 / 255 = 0.01 and zero_point = round(−128 + 100)
        = −28, so that x quantizes to [−128, −28, 127]. Symmetric: scale = 1.55 / 127 ≈ 0.0122, and
        x gives [−82, 0, 127].

    Raises:
        TensorError: if `x` is not floating point, holds NaN or an infinity, has a range that
            overflows, or has no dimension `axis`.
    """
    qmin, qmax = integer_range(bits)
    _require_finite(x, "affine_params")
    values = x.double()
    if axis is None:
        rows = values.reshape(1, -1)
    else:
        axis = _dimension(x, axis)
        rows = values.movedim(axis, 0).unsqueeze(-1).flatten(1)
    zero = rows.new_zeros(rows.shape[0], 1)
    rows = torch.cat([zero, rows], dim=1)
    lo, hi = rows.amin(1), rows.amax(1)
    step = torch.maximum(-lo, hi) / qmax if symmetric else (hi - lo) / (qmax - qmin)
    if not bool(torch.isfinite(step).all()):
        raise TensorError("affine_params: max - min overflows float64; scale the tensor down first")
    scale = torch.where(step < torch.finfo(torch.float64).tiny, 1.0, step)
    zero_point = (
        torch.zeros_like(scale) if symmetric else (qmin - lo / scale).round().clamp(qmin, qmax)
    )
    shape = () if axis is None else (-1,)
    return QuantParams(scale.reshape(shape), zero_point.to(torch.int64).reshape(shape), bits, axis)


def quantize(x: Tensor, params: QuantParams) -> Tensor:
    """Return q = clamp(round(x / scale) + zero_point, −2^(bits−1), 2^(bits−1) − 1), rounding half
    to even.

    Args:
        x: floating point, any shape, finite; with `params.axis`, as many indices there as
            `params.scale` has.
        params: from `affine_params`, of this tensor or of a calibration set; values out of its
            range saturate.

    Returns:
        Integers in the shape of `x`: int8 for bits ≤ 8 (INT4 takes [−8, 7] of it), int16 above.

    Example:
        scale 0.5, zero point −28, 8 bits: x = [0.0, 0.25, 0.75, −0.6, 1000.0] gives x / scale = [0,
        0.5, 1.5, −1.2, 2000], rounded [0, 0, 2, −1, 2000], so q = [−28, −28, −26, −29, 127].

    Raises:
        TensorError: if `x` is not floating point, holds NaN or an infinity, or does not have the
            channels of `params`.
    """
    qmin, qmax = integer_range(params.bits)
    _require_finite(x, "quantize")
    scale, zero_point = _broadcast(params, x)
    q = ((x.double() / scale).round() + zero_point).clamp(qmin, qmax)
    return q.to(torch.int8 if params.bits <= 8 else torch.int16)


def dequantize(q: Tensor, params: QuantParams) -> Tensor:
    """Return x̂ = scale · (q − zero_point), float64 in the shape of `q`.

    For x in the range that `params` was made from, |x̂ − x| ≤ scale / 2 up to float64 rounding; out
    of it the error is the distance to the nearest end and at most scale / 2 more.

    Args:
        q: integers, int8 to int64.

    Example:
        scale 0.5, zero point −28: q = [−28, −26, 127] gives [0.0, 1.0, 77.5].

    Raises:
        TensorError: if `q` does not hold integers or does not have the channels of `params`.
    """
    if q.is_floating_point() or q.is_complex() or q.dtype == torch.bool:
        raise TensorError(f"dequantize: expected integers such as int8, got {_name(q.dtype)}")
    scale, zero_point = _broadcast(params, q)
    return (q.double() - zero_point) * scale


def fake_quant(x: Tensor, bits: int, *, axis: int | None = None, symmetric: bool = False) -> Tensor:
    """Return `x` after `affine_params`, `quantize` and `dequantize`: float64, the nearest points of
    its own grid.

    Raises:
        TensorError: as `affine_params`.
    """
    params = affine_params(x, bits=bits, axis=axis, symmetric=symmetric)
    return dequantize(quantize(x, params), params)


def to_fp16(x: Tensor) -> Tensor:
    """Return `x` in IEEE half precision (float16), rounding half to even; magnitudes under 2^−25
    give zero.

    Example:
        [1.0, 0.1, 1e-8] gives [1.0, 0.0999755859375, 0.0].

    Raises:
        TensorError: if `x` is not floating point, holds NaN or an infinity, or a value that rounds
            to over 65504.
    """
    _require_finite(x, "to_fp16")
    half = x.half()
    _require_finite(half, "to_fp16, after rounding to float16 (whose largest value is 65504)")
    return half


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


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _require_float(x: Tensor, caller: str) -> None:
    if x.dtype not in _FLOATS:
        raise TensorError(
            f"{caller}: expected float16, bfloat16, float32 or float64, got {_name(x.dtype)}"
        )


def _require_finite(x: Tensor, caller: str) -> None:
    _require_float(x, caller)
    bad = ~torch.isfinite(x)
    if bool(bad.any()):
        index = tuple(bad.nonzero()[0].tolist())
        nan, infinite = int(x.isnan().sum()), int(x.isinf().sum())
        raise TensorError(
            f"{caller}: {nan} NaN and {infinite} infinite of {x.numel()} values, the first at index {index}; "
            "only finite values can be quantized, so remove or replace them first"
        )


def _require_int8(x: Tensor, caller: str) -> None:
    if x.dtype != torch.int8:
        raise TensorError(
            f"{caller}: expected int8, got {_name(x.dtype)}; quantize the tensor to 8 bits first"
        )


def _int8(value: int, caller: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -128 <= value <= 127:
        raise TensorError(f"{caller}: expected an integer from -128 to 127, got {value!r}")
    return value


def _dimension(x: Tensor, axis: int) -> int:
    if not -x.dim() <= axis < x.dim():
        raise TensorError(f"axis {axis} is not a dimension of a tensor of shape {tuple(x.shape)}")
    return axis % x.dim()


def _broadcast(params: QuantParams, x: Tensor) -> tuple[Tensor, Tensor]:
    """The scale and zero point of `params`, in the shape that broadcasts with `x` and on its
    device.
    """
    scale, zero_point = params.scale.to(x.device), params.zero_point.to(x.device)
    if params.axis is None:
        return scale, zero_point
    axis = _dimension(x, params.axis)
    if x.shape[axis] != len(scale):
        raise TensorError(
            f"the parameters have {len(scale)} channels, a tensor of shape {tuple(x.shape)} has {x.shape[axis]} "
            f"along axis {axis}"
        )
    shape = [1] * x.dim()
    shape[axis] = -1
    return scale.reshape(shape), zero_point.reshape(shape)
