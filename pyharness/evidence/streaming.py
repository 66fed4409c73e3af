"""Streaming evidence: claims that apply to any tensor, checked on tensors of any size in one pass
and little memory.

No result depends on how many blocks of a tensor are read at once. Where floats are compared, the
tolerance is derived from the unit roundoff of float32, u = 2^−24; what is computed in float64 errs
less.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from pyharness.evidence import TensorRef, dotted
from pyharness.evidence.blocks import BLOCK, Blocks, NotFinite, blocks_of
from pyharness.evidence.exhaustive import INT8
from pyharness.evidence.property import to_hex
from pyharness.evidence.ties import observed
from pyharness.formats.affine import TensorError
from pyharness.formats.digests import dtype_name, started_sha256
from pyharness.formats.stored import Stored

__all__ = [
    "Found",
    "OfBlocks",
    "OfValues",
    "Scanned",
    "Stream",
    "of_blocks",
    "of_values",
    "scan",
    "sha256",
]

_CHUNK = 32 << 20
"""Bytes that are mapped, and then checked, at once: so many that Python's own time does not
count."""

_SPOT = 4096
"""Of so many blocks one is also checked by the law itself."""


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
    except NotFinite as error:
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
