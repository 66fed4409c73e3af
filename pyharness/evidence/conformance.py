"""Conformance: a kernel decides that a Lean definition gives what a function computed, which ties
the one to the other. It is Lean's own, or the second one where a project's proofs are an export.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from pyharness.core.device import to_current_device
from pyharness.core.errors import EXIT_UNMET, HarnessError, UsageError
from pyharness.evidence import Evidence, TensorRef
from pyharness.evidence.exhaustive import INT8
from pyharness.evidence.ties import require_measurable
from pyharness.formats.affine import TensorError
from pyharness.proofs.cases import Array, Case, Comparison, Kind

if TYPE_CHECKING:
    from pyharness.evidence.run import Run
    from pyharness.proofs.decisions import Compared

__all__ = ["Call", "Check", "Conformance", "Nonconformance", "int8_pairs"]


class Nonconformance(HarnessError):
    """The kernel refuses that a Lean definition gives what was computed."""

    exit_code = EXIT_UNMET


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a function.

    Attributes:
        arguments: tensors of integers, as the function takes them.
        tensors: the real tensors that they are of.
    """

    arguments: Sequence[Tensor]
    tensors: Sequence[TensorRef] = ()


@dataclass(frozen=True)
class Check:
    """Where a function is compared with a Lean definition, and as what.

    The harness calls the function, and asks the kernel: a check gives data alone. An argument
    of the type `Int8` is a tensor, each of whose elements is a case, as they broadcast against each
    other; the last dimension of one of the type `Fin n → Int` is the vector, and so on.

    Attributes:
        lean: a Lean term for the definition, as a function of the arguments, in the function's
            order: the definition's name, or `fun x y => …` with each argument given to it once.
            Where the proofs are an export, nothing reads Lean: it is then the full name of a
            constant of the export, or `fun x y => name y x`.
        arguments: the Lean type of each argument: `Int8`, `Int` or `Nat`; `Fin n → Int` or
            `Fin m → Fin n → Int` for a vector or a matrix as a function; or `Vector Int8 n`. Where
            the proofs are an export also `Bool`, `Rat`, `UInt8` and the like, `Fin 10` and
            `BitVec 4`.
        result: the type of what it gives: one of these but `Vector`, or `Bool` or `Prop`.
        calls: gives the calls of the function.
        domain: what they cover, in words.
        of: what the results are, in words.
    """

    lean: str
    arguments: Sequence[str]
    result: str
    calls: Callable[[], Iterable[Call]]
    domain: str
    of: str = field(default="results", kw_only=True)


@dataclass(frozen=True, eq=False)
class Conformance:
    """Ties a function that evidence computes with to a Lean definition that a theorem speaks of.

    Attributes:
        definition: the Lean definition, by full name. A claim can measure it only if its theorem
            speaks of it.
        function: the function that stands for it in evidence; what the kernel is asked about is
            what it gives when the harness calls it.
        checks: where the kernel compares the two.

    Raises:
        UsageError: if the function is none that can be told apart while evidence is gathered, see
            `pyharness.evidence.ties`, or a check is none.

    Example:
        >>> RELU = Conformance("Demo.relu", relu, (int8_pairs("Demo.relu", "relu at all pairs"),))
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
            if type(check) is not Check:
                raise UsageError(
                    f"the Conformance of {self.definition} has {check!r} among its checks, which is "
                    "none: use Check or int8_pairs"
                )
        object.__setattr__(self, "checks", tuple(self.checks))

    @functools.cache  # noqa: B019 (an entry lives as long as its module)
    def decide(self, run: Run) -> tuple[Evidence, ...]:
        """Call the function where each check says, have the kernel compare it with the definition,
        and return that the two agree.

        Raises:
            Nonconformance: if they do not: what is proved of the definition then says nothing of
                the function.
            UsageError, TensorError: if a check cannot be used.
        """
        return tuple(
            self._decide(run, check, f"{self.definition.rpartition('.')[2]}_{number}")
            for number, check in enumerate(self.checks)
        )

    def _decide(self, run: Run, check: Check, name: str) -> Evidence:
        arguments = tuple(map(Kind.parse, check.arguments))
        result = Kind.parse(check.result, result=True)
        cases: list[Case] = []
        tensors: list[TensorRef] = []
        for call in check.calls():
            cases += self._cases(call, arguments, result)
            tensors += call.tensors
        comparison = Comparison(self.definition, check.lean, arguments, result, cases)
        compared = run.kernel.compare(name, comparison)
        if not compared.decision.accepted:
            where = _where(comparison, compared)
            raise Nonconformance(
                f"{self.function.__name__} and Lean's {self.definition} disagree on "
                f"{check.domain}{where and ': '}{where}\n"
                f"{compared.by[0].upper()}{compared.by[1:]} refuses it in "
                f"{compared.path.as_posix()}:\n{compared.decision.message}"
            )
        return Evidence(
            "conformance",
            f"{check.domain}; decided by {compared.by}, {compared.decided} SHA-256 "
            f"{compared.decision.sha256}",
            compared.results,
            0,
            f"kernel: {compared.results:,} {check.of}",
            device=run.device.type,
            tensors=tensors,
            definition=self.definition,
        )

    def _cases(self, call: Call, arguments: Sequence[Kind], result: Kind) -> Iterator[Case]:
        """Yield each case of a call, with what the function gives there."""
        if len(call.arguments) != len(arguments):
            raise TensorError(
                f"{self._what}: the check names {len(arguments)} types of arguments and gives "
                f"{len(call.arguments)}"
            )
        given = [
            self._integers(tensor, "an argument", truth=kind.element == "Bool")
            for tensor, kind in zip(call.arguments, arguments, strict=True)
        ]
        # What the function does to its arguments must not change what it is compared at.
        gave = self.function(*(tensor.clone() for tensor in given))
        if not isinstance(gave, Tensor):
            raise TensorError(f"{self._what} gave {gave!r}, which is no tensor")
        gave = self._integers(gave, "what it gave", truth=result.element in ("Bool", "Prop"))
        batches = [self._batch(tensor, kind) for tensor, kind in zip(given, arguments, strict=True)]
        batch = torch.broadcast_shapes(*batches)
        if self._batch(gave, result) != batch:
            raise TensorError(
                f"{self._what} gave the shape {list(gave.shape)} for arguments of the shapes "
                f"{[list(tensor.shape) for tensor in given]}, where {list(batch)} and one result "
                "for each case are expected"
            )
        columns = [
            _arrays(tensor, kind.rank, batch)
            for tensor, kind in zip((*given, gave), (*arguments, result), strict=True)
        ]
        for *case, outcome in zip(*columns, strict=True):
            yield Case(tuple(case), outcome)

    def _integers(self, tensor: Tensor, what: str, *, truth: bool = False) -> Tensor:
        if (
            tensor.is_floating_point()
            or tensor.is_complex()
            or (tensor.dtype == torch.bool and not truth)
        ):
            raise TensorError(f"{self._what}: {what} is {tensor.dtype}, and integers are needed")
        return tensor

    def _batch(self, tensor: Tensor, kind: Kind) -> torch.Size:
        if tensor.ndim < kind.rank:
            raise TensorError(
                f"{self._what}: a tensor of {tensor.ndim} dimensions is given for a type of "
                f"{kind.rank}"
            )
        return tensor.shape[: tensor.ndim - kind.rank]

    @property
    def _what(self) -> str:
        return f"the function measured for {self.definition}"


def _arrays(tensor: Tensor, rank: int, batch: torch.Size) -> list[Array]:
    """Return the part of a tensor that each case has, in reading order."""
    shape = tuple(tensor.shape[tensor.ndim - rank :])
    values: list[list[int]] = (
        tensor.long().expand((*batch, *shape)).reshape(batch.numel(), -1).tolist()
    )
    return [Array(shape, row) for row in values]


def _where(comparison: Comparison, compared: Compared) -> str:
    """Say at which case the definition differs first, and what both give there; nothing if that was
    not found.
    """
    difference = compared.difference
    if difference is None:
        return ""
    case = comparison.cases[difference.place]
    if any(array.shape for array in (*case.arguments, case.result)):
        at = f"case {difference.place + 1} of {len(comparison.cases)}"
    else:
        at = f"({', '.join(str(array.values[0]) for array in case.arguments)})"
    found: Any = "another value" if difference.given is None else difference.given
    values = case.result.values
    gave: Any = values[0] if not case.result.shape else list(values)
    return f"at {at} the function gives {gave}, and Lean {found}"


def int8_pairs(lean: str, domain: str) -> Check:
    """Return the check of a function of two INT8 values at all 65,536 pairs.

    Args:
        lean: the definition in Lean, from two `Int8` to `Int8`, as in `Check`.
        domain: what is covered, in words.
    """

    def calls() -> list[Call]:
        values = to_current_device(INT8)
        return [Call((values[:, None], values[None]))]

    return Check(lean, ("Int8", "Int8"), "Int8", calls, domain, of="pairs")
