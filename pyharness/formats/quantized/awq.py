"""AWQ: codes packed along the output, in an order of its own.

Levels are scale · (code − zero point). AWQ scales the columns of a weight before it quantizes it,
so nothing follows for the original.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from pyharness.formats.quantized.input_groups import (
    Parts,
    bits_of,
    groups_of,
    parts_in,
    reader,
    said_bits,
)
from pyharness.formats.quantized.naming import originals, settings, sibling
from pyharness.formats.quantized.packing import unpack
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.tensor import Bound, Quantized
from pyharness.formats.stored import Stored, damaged

__all__ = ["find"]

_BITS = 4
_PLACES = [0, 4, 1, 5, 2, 6, 3, 7]
"""For each of eight codes its place in their word, which holds them in the order 0, 2, 4, 6, 1, 3,
5, 7.
"""


def find(
    tensors: Mapping[str, Stored], config: Mapping[str, Any]
) -> tuple[list[Quantized], set[str]]:
    """Find the tensors of this format; none if the configuration names another layout than GEMM.

    Returns:
        Them, and the names of all their parts.

    Raises:
        UsageError: if the parts of a tensor do not fit each other.
    """
    if str(settings(config).get("version", "gemm")).lower() != "gemm":
        return [], set()
    found = []
    for name in tensors:
        parts = parts_in(tensors, name)
        if parts and parts.codes.shape[1] != parts.scales.shape[1]:
            found.append(_quantized(parts, config))
    return found, {part.name for tensor in found for part in tensor.parts}


def _quantized(parts: Parts, config: Mapping[str, Any]) -> Quantized:
    codes, words = parts.codes, parts.codes.shape[1]
    inputs, outputs = codes.shape[0], parts.scales.shape[1]
    bits_of(parts, said_bits(config), (_BITS,))
    if words * 32 != outputs * _BITS:
        raise damaged(
            codes.path,
            f"{codes.name!r} of shape {codes.shape} does not fit {parts.scales.name!r} of shape "
            f"{parts.scales.shape}",
        )
    group, size = groups_of(parts, inputs, config)
    return Quantized(
        codes.name,
        f"AWQ of {_BITS} bits",
        (inputs, outputs),
        inputs,
        outputs,
        1,
        0,
        (1 << _BITS) - 1,
        tuple(parts),
        reader(
            lambda start, stop: _unpacked(read_rows(codes, start, stop, words)),
            parts,
            _unpacked,
            group,
        ),
        f"group of {size} in a column",
        Bound("moved"),
        names=originals(sibling(codes.name, "qweight", "weight")),
        transposed=True,
    )


def _unpacked(words: Tensor) -> Tensor:
    """Codes, [rows, 8 · words], from words, [rows, words]."""
    return unpack(words, _BITS).reshape(len(words), -1, 8)[..., _PLACES].reshape(len(words), -1)
