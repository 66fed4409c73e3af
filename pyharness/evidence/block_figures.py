"""Figures of blocks of floats, all of them while a block is in the nearest cache. Needs the extra
`tensors` (numba).

One operation of torch after another would read and write each block some sixty times. What is
computed here is held against torch's own functions by the checks that use it, and rounding against
`quantize_affine` by the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Figures", "figuring", "occurring", "rounded"]


class Figures(NamedTuple):
    """Figures of blocks x of d floats each, of the dtype that is computed with, [blocks]. All but
    `unit` are in units.

    Attributes:
        unit: a power of two; infinite, and nothing else of any meaning, for a block that is not
            finite.
        inverse_unit: its inverse.
        largest: the largest magnitude.
        step: the step of INT8 quantization, largest / 127.
        inverse_step: its inverse; something finite for a block of zeros.
        l1: ‖x‖₁.
        norm_sq: ‖x‖².
        along_signs: x · sign x, the sign of 0 being +1.
        lost: ‖x − (‖x‖₁/d) sign x‖².
        error: max |x − Q(x)|, Q(x) being the nearest multiple of the block's step.
        error_energy: ‖x − Q(x)‖².
    """

    unit: Tensor
    inverse_unit: Tensor
    largest: Tensor
    step: Tensor
    inverse_step: Tensor
    l1: Tensor
    norm_sq: Tensor
    along_signs: Tensor
    lost: Tensor
    error: Tensor
    error_energy: Tensor


_INTEGERS = {np.float32: np.int32, np.float64: np.int64, np.uint16: np.uint16}
"""Integers as wide as what is stored: of floats without their signs the largest has the largest
bits, which are found faster."""


def figuring(x: np.ndarray, out: np.ndarray, first: int = 0) -> Callable[[int, int], None]:
    """Return what finds the figures of some of the blocks: of those from one number on, and before
    another.

    Args:
        x: float32, float64, or bfloat16 as uint16 that have its bits, [blocks, d].
        out: where the figures go, in the order of `Figures`: float64 for float64, else float32,
            [11, `first` + blocks or more].
        first: in which column those of block 0 go.
    """
    number = out.dtype.type
    x_bits, out_bits = x.view(_INTEGERS[x.dtype.type]), out.view(_INTEGERS[number])
    of_bfloat16, share = x.dtype == np.uint16, number(1) / number(x.shape[1])

    def find(start: int, stop: int) -> None:
        _scale(x_bits, start, stop, out, out_bits, first)
        _figures(x, x_bits, of_bfloat16, start, stop, share, out, out_bits, first)

    return find


@numba.njit(nogil=True, cache=True, error_model="numpy")
def _scale(
    x_bits: np.ndarray,
    start: int,
    stop: int,
    out: np.ndarray,
    out_bits: np.ndarray,
    first: int,
) -> None:
    number = out.dtype.type
    mantissa, bias = (23, 127) if out.itemsize == 4 else (52, 1023)
    shift = 8 * (out.itemsize - x_bits.itemsize)
    magnitude = x_bits.dtype.type((1 << (8 * x_bits.itemsize - 1)) - 1)
    for block in range(start, stop):
        found = x_bits[block, 0] & magnitude
        for i in range(x_bits.shape[1]):
            found = max(found, x_bits[block, i] & magnitude)
        at = first + block
        largest = np.int64(found) << shift
        # Biased: of zeros that of 1/2, else from 1 up to where both a unit and its inverse are
        # normal numbers.
        exponent = largest >> mantissa
        unit: Any = min(max(exponent, 1), 2 * bias - 1) if largest else bias - 1
        out_bits[0, at] = unit << mantissa
        if exponent > 2 * bias:
            out[0, at] = np.inf
        out_bits[1, at] = (2 * bias - unit) << mantissa
        out_bits[2, at] = largest
        out[2, at] *= out[1, at]
        out[3, at] = out[2, at] / number(127)
        out[4, at] = number(1) / max(out[3, at], number(2.0**-124))


# The order of a sum, and whether a product is rounded before it is added, are the compiler's: the
# tolerances allow for any.
@numba.njit(
    nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "nsz", "nnan", "contract"}
)
def _figures(
    x: np.ndarray,
    x_bits: np.ndarray,
    of_bfloat16: bool,
    start: int,
    stop: int,
    share: np.floating[Any],
    out: np.ndarray,
    out_bits: np.ndarray,
    first: int,
) -> None:
    d, zero, magnitude = (
        x.shape[1],
        out.dtype.type(0),
        out_bits.dtype.type((1 << (8 * out.itemsize - 1)) - 1),
    )
    scratch = np.empty((2, d), out.dtype)
    y, error = scratch[0], scratch[1]
    y_bits, error_bits = y.view(out_bits.dtype), error.view(out_bits.dtype)
    for block in range(start, stop):
        at = first + block
        if out[0, at] == np.inf:
            continue
        # In a loop of its own: its factors are not to be taken together with others, which would
        # overflow.
        _in_units(x, x_bits, of_bfloat16, block, out[1, at], y, y_bits)
        l1, norm_sq, along_signs = zero, zero, zero
        for i in range(d):
            l1 += abs(y[i])
            norm_sq += y[i] * y[i]
            along_signs += y[i] if y[i] >= zero else -y[i]
        step, inverse_step, error_energy = out[3, at], out[4, at], zero
        for i in range(d):
            error[i] = y[i] - np.rint(y[i] * inverse_step) * step
            error_energy += error[i] * error[i]
        mean, lost = l1 * share, zero
        for i in range(d):
            rest = y[i] - (mean if y[i] >= zero else -mean)
            lost += rest * rest
        found = error_bits[0] & magnitude
        for i in range(d):
            found = max(found, error_bits[i] & magnitude)
        out[5, at], out[6, at], out[7, at], out[8, at] = l1, norm_sq, along_signs, lost
        out_bits[9, at] = found
        out[10, at] = error_energy


# Written out where it is called: what is compiled by itself may be vectorized otherwise from one
# run to the next.
@numba.njit(inline="always")
def _in_units(
    x: np.ndarray,
    x_bits: np.ndarray,
    of_bfloat16: bool,
    block: int,
    inverse_unit: np.floating[Any],
    y: np.ndarray,
    y_bits: np.ndarray,
) -> None:
    if of_bfloat16:
        for i in range(y.shape[0]):
            y_bits[i] = np.int32(x_bits[block, i]) << 16
        for i in range(y.shape[0]):
            y[i] *= inverse_unit
    else:
        for i in range(y.shape[0]):
            y[i] = x[block, i] * inverse_unit


def rounded(x: np.ndarray, of: Figures, first: int, found: np.ndarray) -> None:
    """Mark the INT8 values that occur in blocks when they are rounded to multiples of their steps.

    Args:
        x: as in `figuring`.
        of: figures.
        first: in which column of them those of block 0 are.
        found: bool [256], from −128 up.
    """
    inverse_unit, inverse_step = (figure.numpy() for figure in (of.inverse_unit, of.inverse_step))
    y = np.empty(x.shape[1], inverse_unit.dtype)
    _rounded(
        x,
        x.view(_INTEGERS[x.dtype.type]),
        x.dtype == np.uint16,
        inverse_unit,
        inverse_step,
        first,
        y,
        y.view(_INTEGERS[y.dtype.type]),
        found,
    )


@numba.njit(nogil=True, cache=True)
def _rounded(
    x: np.ndarray,
    x_bits: np.ndarray,
    of_bfloat16: bool,
    inverse_unit: np.ndarray,
    inverse_step: np.ndarray,
    first: int,
    y: np.ndarray,
    y_bits: np.ndarray,
    found: np.ndarray,
) -> None:
    values = np.empty(y.shape[0], np.uint8)
    for block in range(x.shape[0]):
        at = first + block
        _in_units(x, x_bits, of_bfloat16, block, inverse_unit[at], y, y_bits)
        for i in range(y.shape[0]):
            values[i] = np.int32(np.rint(y[i] * inverse_step[at])) + 128
        for value in values:
            found[value] = True


@numba.njit(nogil=True, cache=True)
def occurring(values: np.ndarray, offset: int, found: np.ndarray) -> None:
    """Mark the values that occur, uint8 of any shape to which an offset is added modulo 256, in
    bool [256].
    """
    for value in values.flat:
        found[(value + offset) & 255] = True
