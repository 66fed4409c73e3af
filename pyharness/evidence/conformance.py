"""Conformance: Lean's kernel decides that a Lean definition gives what a function computed, which
ties the one to the other.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

from pyharness.core.errors import EXIT_UNMET, HarnessError
from pyharness.evidence import Evidence, TensorRef

if TYPE_CHECKING:
    from claims.models.activations import QuantizedLayer
    from pyharness.pipeline.runner import Run
    from pyharness.project.pack import Claim

__all__ = [
    "Check",
    "Conformance",
    "Nonconformance",
    "Rows",
    "Table",
    "Theorems",
    "digits",
    "indices",
    "untied",
    "vector",
]

_OPTIONS = "set_option maxRecDepth 100000\n"
_BLOCK = 16
"""Rows of a table in one theorem: a longer one takes the kernel longer."""


class Nonconformance(HarnessError):
    """Lean's kernel refuses that a Lean definition gives what was computed."""

    exit_code = EXIT_UNMET


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
    """

    names: Sequence[str]
    source: str
    domain: str
    cases: int
    summary: str
    tensors: Sequence[TensorRef] = ()


class Check(Protocol):
    """Writes down what a function computed on a domain as theorems about a Lean definition."""

    def theorems(self, run: Run, name: str) -> Theorems:
        """Return the theorems; `name` begins their names."""


@dataclass(frozen=True)
class Conformance:
    """One entry of the table that ties what is measured to what is proved.

    Attributes:
        definition: the Lean definition, by full name. A claim can measure it only if its theorem
            speaks of it.
        function: the function that stands for it in evidence.
        checks: what the kernel decides, each over its domain.
    """

    definition: str
    function: Callable[..., Any]
    checks: tuple[Check, ...]

    @functools.cache
    def decide(self, run: Run) -> tuple[Evidence, ...]:
        """Have the kernel decide each check, and return that it did.

        Raises:
            Nonconformance: if it refuses one: what is proved of the definition then says nothing of
                the function, and no certificate can be given.
        """
        return tuple(
            self._decide(run, check.theorems(run, f"{self.definition.rpartition('.')[2]}_{number}"))
            for number, check in enumerate(self.checks)
        )

    def _decide(self, run: Run, asked: Theorems) -> Evidence:
        decision = run.kernel.decide(asked.names, run.kernel.header + _OPTIONS + asked.source)
        if not decision.accepted:
            raise Nonconformance(
                f"{self.function.__name__} and Lean's {self.definition} disagree on {asked.domain}: the "
                f"kernel refuses {asked.names[0]} (build/conformance/{asked.names[0]}.lean)\n"
                f"{decision.message}"
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
    """

    lean: str
    rows: Callable[[], Sequence[Sequence[int]]]
    base: int
    domain: str
    proof: str = "by decide +kernel"

    def theorems(self, run: Run, name: str) -> Theorems:
        rows = self.rows()
        names, source = [], ""
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK]
            written = (
                "".join(f"(.cons {digits(row, self.base)} " for row in block)
                + ".nil"
                + ")" * len(block)
            )
            theorem = f"{name}_{first}"
            names.append(theorem)
            source += (
                f"def {theorem}_rows : List Nat := {written}\n"
                f"theorem {theorem} :\n"
                f"    Encoding.table {self.base} {self.lean} {len(rows[0])} {first} {theorem}_rows = true :=\n"
                f"  {self.proof.format(first=first, rows=f'{theorem}_rows')}\n"
            )
        cases = sum(map(len, rows))
        return Theorems(names, source, self.domain, cases, f"kernel: {cases:,} table entries")


@dataclass(frozen=True)
class Rows:
    """A function at the first row of each layer's INT8 activations, the first argument being a
    parameter of the layer.

    Attributes:
        lean: the function in Lean, from two `Int8` to a natural number below `base`.
        base: see `lean`.
        layers: selects the layers.
        arguments: the first argument at a layer, int8, of a shape that the row's broadcasts to.
        compute: the function, of the arguments and the row.
        domain: what is covered, in words.
    """

    lean: str
    base: int
    layers: Callable[[QuantizedLayer], bool]
    arguments: Callable[[QuantizedLayer], torch.Tensor]
    compute: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    domain: str

    def theorems(self, run: Run, name: str) -> Theorems:
        source, names, cases, tensors = "", [], 0, []
        for number, item in enumerate(filter(self.layers, run.quantized)):
            x = item.values[0]
            other = self.arguments(item).expand(x.shape)
            names.append(f"{name}_{number}")
            source += (
                f"\n/-- {item.ref.name} -/\ntheorem {name}_{number} : Conformance.row {self.base} {self.lean} {len(x)}\n"
                f"    {_bytes(other)}\n    {_bytes(x)} =\n    {digits(indices(self.compute(other, x)), self.base)} := "
                "by decide +kernel\n"
            )
            cases += len(x)
            tensors.append(item.ref)
        return Theorems(
            names, source, self.domain, cases, f"kernel: {cases:,} activations", tensors
        )


def indices(values: torch.Tensor) -> list[int]:
    """Return INT8 values in offset binary, value + 128: how Lean's `Int8` holds them."""
    return (values.short() + 128).flatten().tolist()


def vector(numbers: Sequence[int]) -> str:
    """Write a Lean vector of natural numbers."""
    return f"({' ::ᵥ '.join(map(str, numbers))} ::ᵥ .nil)"


def digits(numbers: Sequence[int], base: int) -> str:
    """Write the number whose digits these are, the first one highest: what `Encoding.encode`
    gives.
    """
    number = 0
    for digit in numbers:
        number = number * base + digit
    return hex(number)


def _bytes(values: torch.Tensor) -> str:
    """Write a row of INT8 values as the number whose bytes they are in offset binary, the first one
    highest.
    """
    return f"0x{bytes(indices(values)).hex()}"


# ------------------------------------------------------------------------------------- what is tied
def untied(item: Claim) -> tuple[str, ...]:
    """Return the functions that a claim's evidence computes with and that no conformance of the
    claim ties, by dotted name.

    Looked at are the functions of every module that has one for which a conformance stands, and
    that the evidence function reaches by name: a module whose functions are measured must be tied
    as far as it is used. A claim without a conformance has nothing tied, which its missing evidence
    says.
    """
    tied = {_unwrapped(entry.function) for entry in item.measures}
    measured = {
        function.__module__ for function in tied if isinstance(function, types.FunctionType)
    }
    packages = {
        module.partition(".")[0] for module in (*measured, item.gather.__module__, __name__)
    }
    found: set[str] = set()
    seen: set[types.FunctionType] = set()
    pending = [_unwrapped(item.gather)]
    while pending:
        function = pending.pop()
        if function in seen or function in tied:
            continue
        seen.add(function)
        if function.__module__ in measured and not function.__name__.startswith("_"):
            found.add(f"{function.__module__}:{function.__qualname__}")
        else:
            pending += (
                reached
                for reached in _reached(function)
                if reached.__module__.partition(".")[0] in packages
            )
    return tuple(sorted(found))


def _unwrapped(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def _reached(function: types.FunctionType) -> Iterator[types.FunctionType]:
    """Yield the functions that a function's code refers to, through globals, attributes of modules
    and closures.
    """
    values = [*inspect.getclosurevars(function).nonlocals.values()]
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
        named = [function.__globals__.get(name) for name in code.co_names]
        values += named
        values += (
            getattr(module, name, None)
            for module in named
            if isinstance(module, types.ModuleType)
            for name in code.co_names
        )
    for value in values:
        for item in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(reached := _unwrapped(item), types.FunctionType):
                yield reached
