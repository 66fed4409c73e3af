"""Rows of stored tensors, so that a tensor of any size can be gone through a part at a time."""

from __future__ import annotations

import functools

from torch import Tensor

from pyharness.formats.stored import Stored

__all__ = ["read_rows"]


def read_rows(stored: Stored, start: int, stop: int, row_elements: int) -> Tensor:
    """Read the rows from `start` on and before `stop` of a tensor of `row_elements` a row.

    Only these rows are read where elements lie in the file as in memory. Else the tensor has to be
    unpacked from its beginning, so it is kept until a few others have been unpacked.

    Returns:
        [stop − start, row_elements], which must not be written to.

    Raises:
        UsageError: as `Stored.chunks`.
    """
    if not isinstance(stored.place, int):
        return _unpacked(stored).reshape(-1, row_elements)[start:stop]
    skipped = start * row_elements * stored.dtype.itemsize
    part = stored._replace(shape=(stop - start, row_elements), place=stored.place + skipped)
    return next(part.chunks(part.numel)).reshape(part.shape) if part.numel else part.read()


@functools.lru_cache(maxsize=3)  # Codes, scales and zero points of one tensor.
def _unpacked(stored: Stored) -> Tensor:
    return stored.read()
