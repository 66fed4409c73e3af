"""Quantized tensors made by hand: codes, scales and originals that lie in small real files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from pyharness.audit.looking import Looked, Original, look
from pyharness.formats.quantized.tensor import Codes, Quantized
from pyharness.formats.sources import CODE_DTYPES, catalogue
from pyharness.formats.stored import Stored

__all__ = ["looked_at", "quantized", "rounded", "stored", "symmetric"]

NO_ZERO = torch.zeros(1, 1, dtype=torch.int64)
NO_OFFSET = torch.zeros(1, 1, dtype=torch.float64)


def stored(folder: Path, tensors: Mapping[str, Tensor], file: str = "x") -> Mapping[str, Stored]:
    """Write tensors to a file of a folder, and return them as they lie in it."""
    path = folder / f"{file}.safetensors"
    save_file({name: value.clone().contiguous() for name, value in tensors.items()}, path)
    return catalogue([path], CODE_DTYPES).tensors


def quantized(
    folder: Path,
    codes: Tensor,
    scale: Tensor,
    zero_point: Tensor | None = None,
    offset: Tensor | None = None,
    *,
    name: str = "w",
    low: int = -128,
    high: int = 127,
    kind: tuple[int, int, int] | None = None,
    scale_dtype: torch.dtype = torch.float32,
    **more: Any,
) -> Quantized:
    """Return a tensor of these codes.

    Args:
        folder: where its file is written.
        codes: in their own shape; floats of 8 bits as such.
        scale: [rows or 1, groups or 1], like the next two.
        zero_point: none for 0.
        offset: none for 0.
        name: its name.
        low: the least code.
        high: the greatest.
        kind: rows, groups and size; by default a scale for each row, or for all.
        scale_dtype: the dtype in which scales are stored.
        more: as for `Quantized`.
    """
    rows, groups, size = kind or (codes.shape[0], 1, codes[0].numel())
    numbers = codes.float() if codes.dtype.is_floating_point else codes
    numbers = numbers.reshape(rows, groups, size)
    of = (
        scale.double(),
        NO_ZERO if zero_point is None else zero_point.to(torch.int64),
        NO_OFFSET if offset is None else offset.double(),
    )

    def read(start: int, stop: int) -> Codes:
        return Codes(
            numbers[start:stop].clone(),
            *(part[start:stop] if part.shape[0] > 1 else part for part in of),
        )

    parts = stored(folder, {name: codes, f"{name}_scale": scale.to(scale_dtype)}, name)
    return Quantized(
        name,
        "by hand",
        tuple(codes.shape),
        rows,
        groups,
        size,
        low,
        high,
        tuple(parts.values()),
        read,
        "whatever shares one",
        **more,
    )


def looked_at(folder: Path, tensor: Quantized, original: Tensor) -> tuple[Looked, Original]:
    """Look at a tensor with its original, which is written to a file."""
    found = Original(stored(folder, {"original": original}, f"{tensor.name}-original")["original"])
    return look(tensor, found), found


def symmetric(w: Tensor, dims: int | tuple[int, ...], high: int = 127) -> Tensor:
    """The scales max |w| / `high` of float32, over some dimensions, which are kept."""
    return w.float().abs().amax(dims, keepdim=True) / high


def rounded(
    w: Tensor, scale: Tensor, zero_point: Any = 0, low: int = -128, high: int = 127
) -> Tensor:
    """The codes that a right quantizer gives in float32."""
    return (torch.round(w.float() / scale) + zero_point).clamp(low, high)
