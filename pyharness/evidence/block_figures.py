"""Figures of blocks of floats, all of them while a block is in the nearest cache. Needs the extra `tensors` (numba).

One operation of torch after another would read and write each block some sixty times. What is computed here is held against
torch's own functions by the checks that use it.
"""
from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

__all__ = ["Figures", "figures", "largest"]


def largest(x: np.ndarray) -> np.ndarray:
    """Return the largest magnitude of each block, of the dtype of `x`; what is not finite is largest.

    Args:
        x: float32 or float64, [blocks, d].
    """
    bits = _INTEGERS[x.dtype.type]
    out = np.empty(len(x), x.dtype)
    _largest(x.view(bits), bits(np.iinfo(bits).max), out.view(bits))
    return out


_INTEGERS = {np.float32: np.int32, np.float64: np.int64}
"""Integers as wide as floats: of floats without their signs the largest has the largest bits, which are found faster."""


@numba.njit(nogil=True, cache=True)
def _largest(bits, magnitude, out):
    for block in range(bits.shape[0]):
        found = bits[block, 0] & magnitude
        for i in range(bits.shape[1]):
            found = max(found, bits[block, i] & magnitude)
        out[block] = found


class Figures(NamedTuple):
    """Figures of blocks x of d floats each, of their dtype, [blocks].

    Attributes:
        l1: ‖x‖₁.
        norm_sq: ‖x‖².
        along_signs: x · sign x, the sign of 0 being +1.
        lost: ‖x − (‖x‖₁/d) sign x‖².
        error: max |x − Q(x)|, Q(x) being the nearest multiple of the block's step.
        error_energy: ‖x − Q(x)‖².
    """

    l1: np.ndarray
    norm_sq: np.ndarray
    along_signs: np.ndarray
    lost: np.ndarray
    error: np.ndarray
    error_energy: np.ndarray


def figures(x: np.ndarray, inverse_unit: np.ndarray, step: np.ndarray, inverse_step: np.ndarray) -> Figures:
    """Return the figures of blocks, each after a multiplication.

    Args:
        x: float32 or float64, [blocks, d], finite.
        inverse_unit: what each block is multiplied by, of the dtype of `x`, as the other two, [blocks].
        step: the step of quantization after that.
        inverse_step: its inverse; anything finite for a block of zeros.
    """
    out = np.empty((len(Figures._fields), len(x)), x.dtype)
    one = x.dtype.type(1)
    bits = _INTEGERS[x.dtype.type]
    _figures(x, inverse_unit, step, inverse_step, one - one, one / x.dtype.type(x.shape[1]), bits(np.iinfo(bits).max),
             np.empty((2, x.shape[1]), x.dtype), out, out.view(bits))
    return Figures(*out)


# The order of a sum, and whether a product is rounded before it is added, are the compiler's: the tolerances allow for any.
@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "nsz", "nnan", "contract"})
def _figures(x, inverse_unit, step, inverse_step, zero, share, magnitude, scratch, out, out_bits):
    y, error = scratch[0], scratch[1]
    error_bits = error.view(out_bits.dtype)
    for block in range(x.shape[0]):
        # In a loop of its own: its factors are not to be taken together with others, which would overflow.
        for i in range(y.shape[0]):
            y[i] = x[block, i] * inverse_unit[block]
        l1, norm_sq, along_signs = zero, zero, zero
        for i in range(y.shape[0]):
            l1 += abs(y[i])
            norm_sq += y[i] * y[i]
            along_signs += y[i] if y[i] >= zero else -y[i]
        one_step, steps, error_energy = step[block], inverse_step[block], zero
        for i in range(y.shape[0]):
            error[i] = y[i] - np.rint(y[i] * steps) * one_step
            error_energy += error[i] * error[i]
        mean, lost = l1 * share, zero
        for i in range(y.shape[0]):
            rest = y[i] - (mean if y[i] >= zero else -mean)
            lost += rest * rest
        found = error_bits[0] & magnitude
        for i in range(y.shape[0]):
            found = max(found, error_bits[i] & magnitude)
        out[0, block], out[1, block], out[2, block], out[3, block] = l1, norm_sq, along_signs, lost
        out_bits[4, block] = found
        out[5, block] = error_energy
