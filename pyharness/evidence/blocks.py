"""Blocks of one tensor, with figures of each that checks share, computed once.

A tensor is taken as blocks of 1,024 consecutive elements, the last one perhaps shorter. Each block
is quantized to INT8 symmetrically, by its own largest magnitude.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.extras import install
from pyharness.evidence.property import from_hex, to_hex
from pyharness.formats.digests import dtype_name
from pyharness.formats.stored import DTYPES

if TYPE_CHECKING:
    from pyharness.evidence.block_figures import Figures

__all__ = ["BLOCK", "Blocks", "NotFinite", "as_blocks", "blocks_of", "nonzero", "prepare"]

BLOCK = 1024
"""Elements of a block: as many as keep sums of INT8 squares exact in float32, 1,024 · 2^14 =
2^24."""

_PIECE = 256 << 10
"""Bytes of which first the digest, then the figures are taken: they are in the core's own cache the
second time."""

_WIDE = (torch.float64, torch.int16, torch.int32, torch.int64)
"""Dtypes of which float64 is computed with, and integers are taken for the nearest."""

_PLAIN = (torch.float32, torch.float64, torch.bfloat16)
"""Dtypes that compiled code takes as they are; others are turned into floats before, a piece at a
time."""


class Blocks:
    """Consecutive blocks of one tensor, with what checks of them share, each computed once.

    Args:
        x: [blocks, d], contiguous, of one of `stored.DTYPES`.
        first: the index of the first element, in row-major order.
        seen: given the blocks' bytes, piece by piece, each right before it is looked at.

    Raises:
        UsageError: if the extra `tensors` is not installed.

    Attributes:
        first: as given.
    """

    def __init__(
        self, x: Tensor, first: int = 0, seen: Callable[[memoryview], object] = lambda piece: None
    ) -> None:
        compiled = _compiled()
        self.first = first
        self._stored = x
        self._each: dict[tuple[int, int], Blocks] = {}
        found = np.empty(
            (len(compiled.Figures._fields), len(x)), np.float64 if x.dtype in _WIDE else np.float32
        )
        contents, width = x.view(torch.uint8).numpy().reshape(-1), self.d * x.dtype.itemsize
        find = compiled.figuring(_plain(x), found) if x.dtype in _PLAIN else None
        for start, stop in self._pieces():
            seen(contents[start * width : stop * width].data)
            if find:
                find(start, stop)
            else:
                compiled.figuring(_plain(x[start:stop]), found, start)(0, stop - start)
        self._found = found
        if not np.isfinite(found[0]).all():
            bad = int((~torch.isfinite(x.flatten())).nonzero()[0])
            raise NotFinite(first + bad, float(x.flatten()[bad]))

    def _pieces(self) -> Iterator[tuple[int, int]]:
        """The blocks, so many together as have `_PIECE` bytes: the number of the first of them, and
        of the one after the last.
        """
        rows = max(1, _PIECE // (self.d * self._stored.dtype.itemsize))
        return ((start, min(start + rows, len(self))) for start in range(0, len(self), rows))

    def __len__(self) -> int:
        return self._stored.shape[0]

    @property
    def d(self) -> int:
        """How many elements a block has."""
        return self._stored.shape[1]

    def each(self, first: int, step: int) -> Blocks:
        """Each so many-th block from one on, without those between; the same object each time."""
        if (first, step) not in self._each:
            self._each[first, step] = Blocks(
                self._stored[first::step].contiguous(), self.first + first * self.d
            )
        return self._each[first, step]

    @cached_property
    def figures(self) -> Figures:
        """Figures of the blocks, by compiled code, [blocks] each."""
        found: Figures = _compiled().Figures(*map(torch.from_numpy, self._found))
        return found

    @cached_property
    def values(self) -> Tensor:
        """The elements in units, [blocks, d]."""
        return self._stored.to(self.unit.dtype) * self.figures.inverse_unit[:, None]

    @property
    def unit(self) -> Tensor:
        """A power of two for each block, [blocks]: its largest magnitude is at least one unit and
        under two, unless it is near the ends of what floats hold. In units nothing overflows, and
        no square underflows that matters. All figures are float32, or float64 for float64 and
        integers of 16 bits or more, and in units.
        """
        return self.figures.unit

    @property
    def largest(self) -> Tensor:
        """The largest magnitude of each block, [blocks]."""
        return self.figures.largest

    @property
    def step(self) -> Tensor:
        """The step of INT8 quantization in each block, `largest` / 127, [blocks]."""
        return self.figures.step

    @cached_property
    def rounded(self) -> Tensor:
        """The nearest numbers of steps, whole numbers from −127 to 127 as floats, [blocks, d]."""
        # Those of `quantize_affine` by blocks of d, unless an element is next to a tie. In float64
        # they would take 80 times as long.
        return (self.values * (1 / nonzero(self.step))[:, None]).round_()

    @cached_property
    def int8(self) -> Tensor:
        """INT8, [blocks, d]: the elements of an int8 tensor; of uint8 less 128; of others
        `rounded`.
        """
        if self._stored.dtype == torch.int8:
            return self._stored
        if self._stored.dtype == torch.uint8:
            return (self._stored ^ 128).view(torch.int8)
        return self.rounded.to(torch.int8)

    @cached_property
    def present(self) -> np.ndarray:
        """Which of the 256 INT8 values, from −128 up, occur: bool [256]."""
        found = np.zeros(256, bool)
        for start, stop in self._pieces():
            piece = self._stored[start:stop]
            if self._stored.dtype in (torch.int8, torch.uint8):
                offset = 128 if self._stored.dtype == torch.int8 else 0
                _compiled().occurring(piece.view(torch.uint8).numpy(), offset, found)
            else:
                _compiled().rounded(_plain(piece), self.figures, start, found)
            if np.count_nonzero(found) == self.most_values:
                break
        return found

    @property
    def most_values(self) -> int:
        """How many INT8 values can occur: symmetric quantization does not use −128."""
        return 256 if self._stored.dtype in (torch.int8, torch.uint8) else 255

    def stored(self, block: int) -> tuple[list[str], str]:
        """Return a block's elements, in hexadecimal, and the dtype of which `as_blocks` makes the
        same block.
        """
        elements = self._stored[block]
        if elements.dtype in _WIDE:
            elements = elements.double()
        return [to_hex(value) for value in elements.tolist()], dtype_name(elements.dtype)


def _compiled() -> types.ModuleType:
    try:
        from pyharness.evidence import block_figures
    except ImportError as error:
        raise UsageError(
            f"tensors are checked by code that numba compiles; {install('tensors')}"
        ) from error
    return block_figures


def prepare(dtypes: Iterable[torch.dtype]) -> None:
    """Load the compiled code for tensors of some dtypes, or compile it: seconds that can pass
    beside other work.

    Raises:
        UsageError: if the extra `tensors` is not installed.
    """
    for dtype in dtypes:
        _ = Blocks(torch.ones(1, 1, dtype=dtype)).present


def _plain(x: Tensor) -> np.ndarray:
    """Blocks as `block_figures` takes them."""
    if x.dtype == torch.bfloat16:
        return x.view(torch.uint16).numpy()
    return x.to(torch.float64 if x.dtype in _WIDE else torch.float32).numpy()


def nonzero(x: Tensor) -> Tensor:
    """Return a figure of blocks in units, or its square, that is not negative, as a divisor by
    which a zero stays zero.
    """
    # Less than any such figure of a block that is not all zeros, in float32 and in float64; its
    # inverse is finite.
    return x.clamp(min=2.0**-124)


class NotFinite(ValueError):
    """An element, by its index in row-major order, that is NaN or infinite."""

    def __init__(self, index: int, value: float) -> None:
        super().__init__(index, value)
        self.index, self.value = index, value


def as_blocks(x: Blocks | Sequence[str], dtype: str = "float32") -> Blocks:
    """Return blocks as they are, or the elements of a witness, in hexadecimal and of a dtype, as
    one block.
    """
    if isinstance(x, Blocks):
        return x
    return Blocks(
        torch.tensor([[from_hex(value) for value in x]], dtype=torch.float64).to(DTYPES[dtype])
    )


def blocks_of(
    chunk: Tensor, first: int, seen: Callable[[memoryview], object] = lambda piece: None
) -> Iterator[Blocks]:
    """Yield a chunk's whole blocks together, then what is left, if anything, as one shorter block.

    Args:
        chunk: 1-D.
        first: the index of its first element in the tensor, a multiple of `BLOCK`.
        seen: as in `Blocks`.
    """
    whole = len(chunk) // BLOCK * BLOCK
    if whole:
        yield Blocks(chunk[:whole].view(-1, BLOCK), first, seen)
    if whole < len(chunk):
        yield Blocks(chunk[whole:].view(1, -1), first + whole, seen)
