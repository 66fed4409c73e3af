"""Streaming evidence: claims that speak of any tensor, checked on tensors of any size in one pass
and little memory.

A tensor is taken as blocks of 1,024 consecutive elements, the last one perhaps shorter, and no
result depends on how many blocks are read at once. Each block is quantized to INT8 symmetrically,
by its own largest magnitude, as `Blocks` says. Where floats are compared, the tolerance is derived
from the unit roundoff of float32, u = 2^−24; what is computed in float64 errs less.
"""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.extras import install
from pyharness.evidence import TensorRef, dotted
from pyharness.evidence.exhaustive import INT8
from pyharness.evidence.property import from_hex, to_hex
from pyharness.evidence.ties import observed
from pyharness.formats.affine import TensorError
from pyharness.formats.digests import dtype_name, started_sha256
from pyharness.formats.stored import DTYPES, Stored

if TYPE_CHECKING:
    from pyharness.evidence.block_figures import Figures

__all__ = [
    "BLOCK",
    "Blocks",
    "Found",
    "OfBlocks",
    "OfValues",
    "Scanned",
    "Stream",
    "as_blocks",
    "blocks_of",
    "nonzero",
    "of_blocks",
    "of_values",
    "prepare",
    "scan",
    "sha256",
]

BLOCK = 1024
"""Elements of a block: as many as keep sums of INT8 squares exact in float32, 1,024 · 2^14 =
2^24."""

_CHUNK = 32 << 20
"""Bytes that are mapped, and then checked, at once: so many that Python's own time does not
count."""

_PIECE = 256 << 10
"""Bytes of which first the digest, then the figures are taken: they are in the core's own cache the
second time."""

_SPOT = 4096
"""Of so many blocks one is also checked by the law itself."""


_WIDE = (torch.float64, torch.int16, torch.int32, torch.int64)
"""Dtypes of which float64 is computed with, and integers are taken for the nearest."""

_PLAIN = (torch.float32, torch.float64, torch.bfloat16)
"""Dtypes that compiled code takes as they are; others are turned into floats before, a piece at a
time."""


# ------------------------------------------------------------------------------------------- blocks
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
            raise _NotFinite(first + bad, float(x.flatten()[bad]))

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
        """The step of INT8 quantization in each block, `largest` / 127, [blocks]. Lean: `stepSize`
        with 254 steps.
        """
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


class _NotFinite(ValueError):
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


# ------------------------------------------------------------------------------------------- checks
@dataclass(frozen=True)
class Found:
    """What a check found in one tensor, as JSON's own types hold it.

    Attributes:
        cases, violations: as in `Evidence`.
        inputs: those of the first violation, for the law; None if there is none.
        shows: what is seen there, in words.
        max_error: as in `Evidence`.
        figures: of this tensor, by name.
    """

    cases: int
    violations: int
    inputs: Mapping[str, Any] | None = None
    shows: str = ""
    max_error: float | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)


class Accumulator(Protocol):
    """Gathers something of a tensor, piece by piece. Equal accumulators, of several claims, gather
    once for all of them.
    """

    def start(self) -> Any:
        """Return the state before the first piece."""

    def update(self, state: Any, blocks: Blocks) -> Any:
        """Return the state after another piece. It must not depend on how the tensor is cut into
        pieces between blocks.
        """


class Stream(Protocol):
    """How a claim is checked on any tensor: the argument `streams` of `@claim`."""

    @property
    def law(self) -> Callable[..., Any]:
        """True of the instances on which the claim holds; a witness replays it on plain numbers."""

    @property
    def domain(self) -> str:
        """The instances, in words."""

    @property
    def tolerance(self) -> float | None:
        """As in `Evidence`."""

    @property
    def accumulator(self) -> Accumulator:
        """Gathers what `finish` needs."""

    def finish(self, state: Any) -> Found:
        """Return what was found, from the accumulator's last state."""

    def probe(self) -> None:
        """Ask the law once, so that what it computes with can be noticed."""


class _Present:
    """Gathers which INT8 values occur, bool [256] from −128 up."""

    def start(self) -> np.ndarray:
        return np.zeros(256, bool)

    def update(self, state: np.ndarray, blocks: Blocks) -> np.ndarray:
        return state if np.count_nonzero(state) == blocks.most_values else state | blocks.present


_PRESENT = _Present()
_GRID = 1 << 20
"""Instances of a law that are evaluated at once."""


@dataclass(frozen=True, eq=False)
class OfValues:
    """Checks a law of INT8 values at every value that occurs in a tensor, or at every pair or
    triple of such values.

    A law of single elements holds of all elements of a tensor if it holds of the values that occur
    in it. Make one by `of_values`.

    Attributes:
        law: takes its arguments by name, as integer tensors that broadcast against each other, and
            returns bool; as in `sweep`.
        of: the arguments that take the values of the tensor.
        over: the values of each other argument.
    """

    law: Callable[..., Tensor]
    of: tuple[str, ...]
    over: Mapping[str, Tensor]
    tolerance: None = None
    accumulator: Accumulator = _PRESENT

    @property
    def domain(self) -> str:
        """The instances, in words."""
        values = f"{', '.join(self.of)} every {'INT8 value' if len(self.of) == 1 else 'choice of INT8 values'} that occurs"
        return "; ".join(
            [
                values,
                *(
                    f"{name} from {int(axis[0])} to {int(axis[-1])}"
                    for name, axis in self.over.items()
                ),
            ]
        )

    @cached_property
    def _failures(self) -> np.ndarray:
        """On how many values of the other arguments the law fails, for all INT8 values of the
        first: int64 [256, …].
        """
        total = np.zeros((256,) * len(self.of), np.int64)
        of = dict.fromkeys(self.of, INT8)
        head = next(iter(self.over), None)
        step = max(
            1,
            _GRID
            // math.prod(len(axis) for name, axis in {**self.over, **of}.items() if name != head),
        )
        parts: Iterable[Mapping[str, Tensor]] = (
            ({head: part} for part in torch.split(self.over[head], step)) if head else [{}]
        )
        for part in parts:
            holds = self._holds({**self.over, **part}, of)
            if not holds.all():
                total += np.count_nonzero(~holds.reshape(-1, *total.shape), axis=0)
        return total

    def probe(self) -> None:
        """Ask the law once, so that what it computes with can be noticed."""
        ones = {name: axis[-1:] for name, axis in self.over.items()}
        observed(self.law)(**ones, **dict.fromkeys(self.of, INT8[-1:]))

    def _holds(self, over: Mapping[str, Tensor], of: Mapping[str, Tensor]) -> np.ndarray:
        """The law on a grid, an axis for each of the other arguments, then one for each that takes
        the tensor's values: bool.
        """
        axes = {**over, **of}
        grid = {
            name: axis.view([-1 if other == name else 1 for other in axes])
            for name, axis in axes.items()
        }
        return np.broadcast_to(self.law(**grid).numpy(), [len(axis) for axis in axes.values()])

    def finish(self, state: np.ndarray) -> Found:
        """Return on how many of the instances that occur the law fails."""
        values = np.flatnonzero(state)
        others = math.prod(len(axis) for axis in self.over.values())
        failures = self._failures[np.ix_(*[values] * len(self.of))]
        cases, violations = failures.size * others, int(failures.sum())
        if not violations:
            return Found(cases, 0)
        place = [int(values[index]) for index in np.argwhere(failures)[0]]
        at = {name: INT8[[index]] for name, index in zip(self.of, place, strict=True)}
        first = np.argwhere(~self._holds(self.over, at))[0][: len(self.over)]
        inputs = {name: int(value) for name, value in at.items()}
        inputs |= {
            name: int(axis[index])
            for (name, axis), index in zip(self.over.items(), first, strict=True)
        }
        return Found(
            cases,
            violations,
            inputs,
            "it fails where " + ", ".join(f"{key} = {value}" for key, value in inputs.items()),
        )


def of_values(law: Callable[..., Tensor], *of: str, **over: Tensor) -> OfValues:
    """Check a law at the INT8 values that occur in a tensor.

    Args:
        law: as in `OfValues`.
        of: the arguments that take those values; one or two.
        over: the values of other arguments, 1-D integer tensors; an argument that is not named
            takes all of INT8.

    Example:
        `@claim(…, streams=of_values(is_extensive, "q"))` checks q ≤ qRelu z q at every q that
        occurs and every z.

    Raises:
        ValueError: if the law has no such argument, or cannot be named by a witness.
    """
    dotted(law)
    names = list(inspect.signature(law).parameters)
    unknown = {*of, *over} - set(names)
    if unknown or not 1 <= len(of) <= 2 or set(of) & set(over):
        raise ValueError(
            f"{law.__name__} has the arguments {', '.join(names)}; one or two of them take a tensor's values"
        )
    return OfValues(law, of, {name: over.get(name, INT8) for name in names if name not in of})


@dataclass(frozen=True)
class _State:
    """Of the blocks seen so far: how many, on how many the law fails, the first of them, the
    largest error, and the sums.
    """

    cases: int = 0
    violations: int = 0
    inputs: Mapping[str, Any] | None = None
    shows: str = ""
    error: float = 0.0
    sums: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class OfBlocks:
    """Checks that an error is within a tolerance on every block of a tensor. Make one by
    `of_blocks`.

    The error may be found in a faster way than the law's: on one block of 4,096 both are asked, and
    have to agree.

    Attributes:
        law: takes `x`, blocks or the elements of one in hexadecimal, and `dtype`, as `as_blocks`
            does, and returns whether the error is within the tolerance, bool [blocks].
        domain: what a case is, in words.
        error: the error of each block, in the unit that `domain` names, [blocks].
        tolerance: how large it may be.
        sums: figures of each block to be added up over the tensor, float64 [blocks] each.
        figures: figures of the tensor, by name, from the sums; None, or what is not finite, where
            there is no such figure.
    """

    law: Callable[..., Tensor]
    domain: str
    error: Callable[[Blocks], Tensor]
    tolerance: float
    sums: Callable[[Blocks], Sequence[Tensor]] | None = None
    figures: Callable[..., Mapping[str, float | None]] | None = None

    @property
    def accumulator(self) -> OfBlocks:
        """It gathers for itself."""
        return self

    def start(self) -> _State:
        """Return the state before the first block."""
        return _State()

    def update(self, state: _State, blocks: Blocks) -> _State:
        """Return the state after more blocks."""
        errors = self.error(blocks)
        within = (errors <= self.tolerance).numpy()
        failing = np.flatnonzero(~within)
        inputs, shows = state.inputs, state.shows
        if len(failing) and inputs is None:
            block = int(failing[0])
            elements, dtype = blocks.stored(block)
            start = blocks.first + block * blocks.d
            inputs = {"x": elements, "dtype": dtype}
            shows = f"elements {start:,} to {start + blocks.d - 1:,} in row-major order: the error is {float(errors[block]):.6g}"
        self._ask_the_law(blocks, errors, within)
        sums = state.sums
        if self.sums is not None:
            # One block after another, whatever the pieces: a sum that is taken in another order has
            # other last bits.
            more = np.stack([np.asarray(column, np.float64) for column in self.sums(blocks)])
            before = np.array(sums or [0.0] * len(more))[:, None]
            sums = tuple(np.concatenate([before, more], axis=1).cumsum(axis=1)[:, -1].tolist())
        return _State(
            state.cases + len(errors),
            state.violations + len(failing),
            inputs,
            shows,
            max(state.error, float(errors.amax())),
            sums,
        )

    def probe(self) -> None:
        """Ask the law once, so that what it computes with can be noticed."""
        observed(self.law)([to_hex(1.0), to_hex(-0.5)])

    def _ask_the_law(self, blocks: Blocks, errors: Tensor, within: np.ndarray) -> None:
        first = -(blocks.first // BLOCK) % _SPOT
        if first >= len(blocks):
            return
        expected = within[first::_SPOT]
        differs = (
            np.broadcast_to(self.law(blocks.each(first, _SPOT)).numpy(), expected.shape) != expected
        )
        if differs.any():
            block = first + _SPOT * int(differs.argmax())
            raise ValueError(
                f"of {self.law.__name__}: the error of block {blocks.first // BLOCK + block} is {errors[block]:.6g}, "
                f"where {self.tolerance} is allowed, and the law says otherwise"
            )

    def finish(self, state: _State) -> Found:
        """Return what was found."""
        figures = (
            {}
            if self.figures is None
            else {
                name: value if value is not None and math.isfinite(value) else None
                for name, value in self.figures(*state.sums).items()
            }
        )
        return Found(state.cases, state.violations, state.inputs, state.shows, state.error, figures)


def of_blocks(
    law: Callable[..., Tensor],
    error: Callable[[Blocks], Tensor],
    *,
    tolerance: float,
    domain: str,
    sums: Callable[[Blocks], Sequence[Tensor]] | None = None,
    figures: Callable[..., Mapping[str, float | None]] | None = None,
) -> OfBlocks:
    """Check that an error is within a tolerance on every block of a tensor; the arguments are as in
    `OfBlocks`.

    Raises:
        ValueError: if the law cannot be named by a witness.
    """
    dotted(law)
    return OfBlocks(law, domain, error, tolerance, sums, figures)


# ----------------------------------------------------------------------------------------- one pass
@dataclass(frozen=True)
class Scanned:
    """One tensor with what each check found in it.

    Attributes:
        ref: names the tensor by content.
        found: by the key that was given with the check.
    """

    ref: TensorRef
    found: Mapping[str, Found]


def scan(
    stored: Stored, checks: Mapping[str, Stream], *, stopped: Callable[[], bool] = lambda: False
) -> Scanned:
    """Read a tensor once, take its digest, and check it.

    Args:
        stored: the tensor.
        checks: what is asked of it, by any key.
        stopped: asked from time to time; if it says so, the scan ends.

    Raises:
        CancelledError: if it was stopped.
        UsageError: if its file was changed or is damaged.
        TensorError: if it has NaN or infinities; the message names the first.
    """
    digest = started_sha256(stored.dtype, stored.shape)
    states = {check.accumulator: check.accumulator.start() for check in checks.values()}
    first = 0
    try:
        for chunk in stored.chunks(_CHUNK // stored.dtype.itemsize):
            for blocks in blocks_of(chunk, first, digest.update):
                for accumulator, state in states.items():
                    states[accumulator] = accumulator.update(state, blocks)
            first += len(chunk)
            if stopped():
                raise CancelledError
    except _NotFinite as error:
        index = tuple(map(int, np.unravel_index(error.index, stored.shape)))
        raise TensorError(
            f"{stored.path}: tensor {stored.name!r} has {error.value} at index {index}; claims about numbers cannot be "
            "asked of it, so mend the model first"
        ) from None
    ref = TensorRef(stored.name, stored.shape, dtype_name(stored.dtype), digest.hexdigest())
    return Scanned(
        ref, {key: check.finish(states[check.accumulator]) for key, check in checks.items()}
    )


def sha256(stored: Stored) -> str:
    """Return a stored tensor's digest, as `pyharness.formats.digests.tensor_sha256` of it.

    Raises:
        UsageError: if its file was changed or is damaged.
    """
    digest = started_sha256(stored.dtype, stored.shape)
    for chunk in stored.chunks(_CHUNK // stored.dtype.itemsize):
        digest.update(chunk.view(torch.uint8).numpy().data)
    return digest.hexdigest()
