"""Conformance: Lean's kernel decides that a Lean definition gives what a function computed, which
ties the one to the other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from pyharness.core.device import to_current_device
from pyharness.core.errors import EXIT_UNMET, HarnessError, UsageError
from pyharness.evidence import Evidence, TensorRef
from pyharness.evidence.exhaustive import INT8
from pyharness.evidence.ties import require_measurable
from pyharness.formats.affine import TensorError

if TYPE_CHECKING:
    from pyharness.evidence.run import Run
    from pyharness.proofs.conformance import Decision, Kernel

__all__ = [
    "Check",
    "Conformance",
    "Nonconformance",
    "Point",
    "Row",
    "Rows",
    "Table",
    "Theorems",
    "indices",
    "int8_pairs",
    "vector",
]

_OPTIONS = "set_option maxRecDepth 100000\n"
_BLOCK = 16
"""Rows of a table in one theorem: a longer one takes the kernel longer."""


class Nonconformance(HarnessError):
    """Lean's kernel refuses that a Lean definition gives what was computed."""

    exit_code = EXIT_UNMET


@dataclass(frozen=True)
class Point:
    """One input of a function, with what was computed there.

    Attributes:
        inputs: the input, in words.
        lean: what Lean's definition gives there, as a Lean term for a natural number.
        value: what the function gave, as such a number.
    """

    inputs: str
    lean: str
    value: int


@dataclass(frozen=True)
class Theorems:
    """Theorems for the kernel to decide, with what they cover.

    Attributes:
        names: the theorems' names.
        source: the Lean text that states and proves them, behind the imports.
        domain: what they cover, in words.
        cases: how many results they compare.
        summary: a few words for a table.
        tensors: the real tensors that were read.
        points: what each theorem compares, in the order of `names`, to find where Lean differs;
            empty if that cannot be told.
        below: a bound on what Lean's definition gives at a point.
        shown: how a value is shown to people.
    """

    names: Sequence[str]
    source: str
    domain: str
    cases: int
    summary: str
    tensors: Sequence[TensorRef] = ()
    points: Sequence[Callable[[], Sequence[Point]]] = field(default=(), compare=False)
    below: int = 0
    shown: Callable[[int], object] = field(default=int, compare=False)


class Check(Protocol):
    """Writes down what a function computed on a domain as theorems about a Lean definition."""

    def theorems(self, run: Run, name: str) -> Theorems:
        """Return the theorems; `name` begins their names."""
        ...


@dataclass(frozen=True, eq=False)
class Conformance:
    """Ties a function that evidence computes with to a Lean definition that a theorem speaks of.

    Attributes:
        definition: the Lean definition, by full name. A claim can measure it only if its theorem
            speaks of it.
        function: the function that stands for it in evidence.
        checks: what the kernel decides, each over its domain.

    Raises:
        UsageError: if the function is none that can be told apart while evidence is gathered, see
            `pyharness.evidence.ties`, or a check is none.

    Example:
        >>> RELU = Conformance("Demo.relu", relu, (int8_pairs("relu", relu, "relu at all pairs"),))
    """

    definition: str
    function: Callable[..., object]
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        require_measurable(self.function, self.definition)
        if not isinstance(self.checks, (tuple, list)):
            raise UsageError(
                f"the Conformance of {self.definition} takes its checks in a tuple, "
                f"not {self.checks!r}: write (check,), with the comma"
            )
        for check in self.checks:
            if not hasattr(check, "theorems"):
                raise UsageError(
                    f"the Conformance of {self.definition} has {check!r} among its checks, which is "
                    "none: use int8_pairs, Table or Rows"
                )
        object.__setattr__(self, "checks", tuple(self.checks))

    @functools.cache  # noqa: B019 (an entry lives as long as its module)
    def decide(self, run: Run) -> tuple[Evidence, ...]:
        """Have the kernel decide each check, and return that it did.

        Raises:
            Nonconformance: if it refuses one: what is proved of the definition then says nothing of
                the function.
        """
        return tuple(
            self._decide(run, check.theorems(run, f"{self.definition.rpartition('.')[2]}_{number}"))
            for number, check in enumerate(self.checks)
        )

    def _decide(self, run: Run, asked: Theorems) -> Evidence:
        header = run.kernel.header + _OPTIONS
        decision = run.kernel.decide(asked.names, header + asked.source)
        if not decision.accepted:
            where = _difference(run.kernel, header, _first_refused(asked, decision))
            raise Nonconformance(
                f"{self.function.__name__} and Lean's {self.definition} disagree on "
                f"{asked.domain}{where and ': '}{where}\nLean's kernel refuses it in "
                f"build/conformance/{asked.names[0]}.lean:\n{decision.message}"
            )
        return Evidence(
            "conformance",
            f"{asked.domain}; decided by Lean's kernel, file SHA-256 {decision.sha256}",
            asked.cases,
            0,
            asked.summary,
            device=run.device.type,
            tensors=asked.tensors,
            definition=self.definition,
        )


def _first_refused(asked: Theorems, decision: Decision) -> Theorems:
    """Return what was asked, with the points of the first theorem alone that the kernel refuses."""
    refused = [
        points
        for name, points in zip(asked.names, asked.points, strict=bool(asked.points))
        if name in decision.refused
    ]
    return replace(asked, points=refused[:1])


def _difference(kernel: Kernel, header: str, asked: Theorems) -> str:
    """Say at which point Lean differs first, and what both give there; nothing if it cannot be
    found.
    """

    def refused(claims: Sequence[Sequence[tuple[str, int]]]) -> set[int]:
        """Which of some claims, each that terms have values, the kernel refuses."""
        return kernel.refused(
            header, [" ∧ ".join(f"{term} = {value}" for term, value in one) for one in claims]
        )

    for points in asked.points:
        block = points()
        found = [(point.lean, point.value) for point in block]
        runs = [found[start : start + _RUN] for start in range(0, len(found), _RUN)]
        wrong_runs = refused(runs)
        if not wrong_runs:
            continue
        start = min(wrong_runs) * _RUN
        wrong = refused([[one] for one in found[start : start + _RUN]])
        if not wrong:
            return ""
        point = block[start + min(wrong)]
        given = _value(kernel, header, point.lean, asked.below)
        return f"at {point.inputs} the function gives {asked.shown(point.value)}, and Lean " + (
            "another value" if given is None else str(asked.shown(given))
        )
    return ""


def _value(kernel: Kernel, header: str, term: str, below: int) -> int | None:
    """Return the natural number under a bound that a Lean term is; None if it is none."""
    bounds = range(_RUN - 1, below + _RUN, _RUN)
    over = kernel.refused(header, [f"Nat.ble ({term}) {bound} = true" for bound in bounds])
    fits = [bound for place, bound in enumerate(bounds) if place not in over]
    if not fits:
        return None
    values = range(fits[0] - _RUN + 1, fits[0] + 1)
    others = kernel.refused(header, [f"{term} = {value}" for value in values])
    return next((value for place, value in enumerate(values) if place not in others), None)


_RUN = 64
"""Points that the kernel is asked about at once when it has to be found where it differs."""


# ------------------------------------------------------------------------------------------ domains
@dataclass(frozen=True)
class Table:
    """All results of a function of two indices.

    Attributes:
        lean: the function in Lean, from two natural numbers to one below `base`.
        rows: computes the table: the row's and the column's number are the arguments.
        base: see `lean`.
        domain: what the table covers, in words.
        proof: the proof of each theorem; `{first}` and `{rows}` stand for its number of the first
            row and its rows.
        inputs: what a row's and a column's number stand for, in words.
        shown: what a result stands for.
    """

    lean: str
    rows: Callable[[], Sequence[Sequence[int]]]
    base: int
    domain: str
    proof: str = "by decide +kernel"
    inputs: Callable[[int, int], str] = "row {}, column {}".format
    shown: Callable[[int], object] = int

    def theorems(self, run: Run, name: str) -> Theorems:
        """As `Check.theorems`."""
        rows = self.rows()
        names, source, points = [], "", []
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK]
            written = (
                "".join(f"(.cons {_number(row, self.base)} " for row in block)
                + ".nil"
                + ")" * len(block)
            )
            theorem = f"{name}_{first}"
            names.append(theorem)
            source += (
                f"def {theorem}_rows : List Nat := {written}\n"
                f"theorem {theorem} :\n"
                f"    Encoding.table {self.base} {self.lean} {len(rows[0])} {first} "
                f"{theorem}_rows = true :=\n"
                f"  {self.proof.format(first=first, rows=f'{theorem}_rows')}\n"
            )
            points.append(functools.partial(self._points, first, block))
        cases = sum(map(len, rows))
        return Theorems(
            names,
            source,
            self.domain,
            cases,
            f"kernel: {cases:,} table entries",
            points=points,
            below=self.base,
            shown=self.shown,
        )

    def _points(self, first: int, block: Sequence[Sequence[int]]) -> list[Point]:
        return [
            Point(self.inputs(row, column), f"{self.lean} {row} {column}", value)
            for row, values in enumerate(block, first)
            for column, value in enumerate(values)
        ]


def int8_pairs(lean: str, compute: Callable[[Tensor, Tensor], Tensor], domain: str) -> Table:
    """Return the check of a function of two INT8 values at all 65,536 pairs.

    Args:
        lean: the function in Lean, from two `Int8` to `Int8`.
        compute: the same in torch, of int8 tensors that broadcast against each other.
        domain: what is covered, in words.
    """

    def rows() -> list[list[int]]:
        values = to_current_device(INT8)
        return [*map(indices, compute(values[:, None], values[None]))]

    return Table(
        f"(Encoding.index₂ {lean})",
        rows,
        256,
        domain,
        inputs=lambda row, column: f"({row - 128}, {column - 128})",
        shown=_from_index,
    )


@dataclass(frozen=True)
class Row:
    """One row of INT8 data.

    Attributes:
        ref: the tensor that it is of.
        first: the function's first argument, int8, of a shape that the row's broadcasts to.
        values: the row, int8 [d].
    """

    ref: TensorRef
    first: Tensor
    values: Tensor


@dataclass(frozen=True)
class Rows:
    """A function at rows of INT8 data, elementwise.

    Attributes:
        lean: the function in Lean, from two `Int8` to a natural number below `base`.
        base: see `lean`.
        rows: gives the rows.
        compute: the function, of the first argument and the row.
        domain: what is covered, in words.
        of: what the values are, in words.
    """

    lean: str
    base: int
    rows: Callable[[], Iterable[Row]]
    compute: Callable[[Tensor, Tensor], Tensor]
    domain: str
    of: str = field(default="values", kw_only=True)

    def theorems(self, run: Run, name: str) -> Theorems:
        """As `Check.theorems`."""
        source, names, cases, tensors, points = "", [], 0, [], []
        for number, row in enumerate(self.rows()):
            x = row.values
            first = row.first.expand(x.shape)
            results = indices(self.compute(first, x))
            names.append(f"{name}_{number}")
            source += (
                f"\n/-- {row.ref.name} -/\n"
                f"theorem {name}_{number} : Conformance.row {self.base} {self.lean} {len(x)}\n"
                f"    {_bytes(first)}\n    {_bytes(x)} =\n    {_number(results, self.base)} := "
                "by decide +kernel\n"
            )
            cases += len(x)
            tensors.append(row.ref)
            points.append(functools.partial(self._points, row.ref.name, first, x, results))
        return Theorems(
            names,
            source,
            self.domain,
            cases,
            f"kernel: {cases:,} {self.of}",
            tensors,
            points,
            self.base,
            _from_index,
        )

    def _points(self, name: str, first: Tensor, x: Tensor, results: Sequence[int]) -> list[Point]:
        arguments = zip(indices(first), indices(x), results, strict=True)
        return [
            Point(
                f"element {place} of {name}, where the arguments are ({a - 128}, {b - 128}),",
                f"{self.lean} (Int8.ofIndex {a}) (Int8.ofIndex {b})",
                value,
            )
            for place, (a, b, value) in enumerate(arguments)
        ]


def indices(values: Tensor) -> list[int]:
    """Return INT8 values in offset binary, value + 128: how Lean's `Int8` holds them."""
    if values.is_floating_point() or values.dtype == torch.bool:
        raise TensorError(f"integers are needed, as int8 has them, not {values.dtype}")
    found: list[int] = (values.long() + 128).flatten().tolist()
    return found


def _from_index(index: int) -> int:
    """The value that an index in offset binary stands for."""
    return index - 128


def vector(numbers: Sequence[int]) -> str:
    """Write a Lean vector of natural numbers."""
    return f"({' ::ᵥ '.join(map(str, numbers))} ::ᵥ .nil)"


def _number(places: Sequence[int], base: int) -> str:
    """Write the number that has these places in a base, the first one highest: what
    `Encoding.encode` gives.
    """
    number = 0
    for place in places:
        if not 0 <= place < base:
            raise TensorError(
                f"the value {place} is not from 0 to {base - 1}, as the base {base} asks"
            )
        number = number * base + place
    return hex(number)


def _bytes(values: Tensor) -> str:
    """Write a row of INT8 values as the number whose bytes they are in offset binary, the first one
    highest.
    """
    return f"0x{bytes(indices(values)).hex()}"
