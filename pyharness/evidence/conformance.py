"""Conformance: a kernel decides that a Lean definition gives what a function computed, which ties
the one to the other. It is Lean's own, or the second one where a project's proofs are an export.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from pyharness.core.device import to_current_device
from pyharness.core.errors import EXIT_UNMET, HarnessError, UsageError
from pyharness.evidence import Evidence, TensorRef
from pyharness.evidence.exhaustive import INT8
from pyharness.evidence.ties import require_measurable
from pyharness.formats.affine import TensorError
from pyharness.proofs.cases import Array, Case, Comparison, Kind, Number

if TYPE_CHECKING:
    from pyharness.evidence.run import Run
    from pyharness.proofs.decisions import Compared

__all__ = ["Call", "Check", "Conformance", "Nonconformance", "int8_pairs", "rounding_of_sum"]


class Nonconformance(HarnessError):
    """The kernel refuses that a Lean definition gives what was computed."""

    exit_code = EXIT_UNMET


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a function.

    Attributes:
        arguments: tensors of integers or floats, as the function takes them.
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
        arguments: the Lean type of each argument: `Int8`, `Int`, `Nat` or `Bool`; `Fin n → Int` or
            `Fin m → Fin n → Int` for a vector or a matrix as a function; or `Vector Int8 n`. Where
            the proofs are an export also `UInt8` and the like, `Fin 10` and `BitVec 4`. A
            tensor of floats is of the type `Rat`, or `Fin n → Rat` and so on, and stands for the
            fractions that its elements are exactly.
        result: the type of what it gives: one of these but `Vector`, or `Bool` or `Prop`. `Fin n →
            Bool` is one only where the proofs are an export.
        calls: gives the calls of the function.
        domain: what they cover, in words.
        of: what the results are, in words.
        within: of a result of the type `Rat`: gives, of the arguments, how far from the function's
            result that of the definition may be, a tensor of floats of the result's shape. It is
            the bound that is known of the function's rounding, such as `rounding_of_sum`. Left out,
            the two must be the same.

    Example:
        >>> def mean_square(x):
        ...     return x.square().mean(-1)
        >>> Check(
        ...     "Demo.meanSquare",
        ...     ("Fin n → Rat",),
        ...     "Rat",
        ...     lambda: [Call((torch.randn(4, 16, dtype=torch.float64),))],
        ...     "four vectors of 16 normal numbers",
        ...     within=lambda x: rounding_of_sum(18, x.dtype) * mean_square(x),
        ... ).result
        'Rat'
    """

    lean: str
    arguments: Sequence[str]
    result: str
    calls: Callable[[], Iterable[Call]]
    domain: str
    of: str = field(default="results", kw_only=True)
    within: Callable[..., Tensor] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.within is not None and Kind.parse(self.result, result=True).element != "Rat":
            raise UsageError(
                f"a check of {self.lean} allows rounding in a result of the type {self.result}: "
                "leave `within` out, since only a result of the type Rat is rounded"
            )


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

    def decide(self, run: Run) -> tuple[Evidence, ...]:
        """Call the function where each check says, have the kernel compare it with the definition,
        and return that the two agree.

        Raises:
            Nonconformance: if they do not: what is proved of the definition then says nothing of
                the function.
            UsageError, TensorError: if a check cannot be used.
        """
        return tuple(evidence for evidence, _ in self._decided(run))

    def rests_on(self, run: Run) -> tuple[str, ...]:
        """Return the Lean constants on which the decision rests, all that they rest on left out.

        Raises:
            Nonconformance, UsageError, TensorError: as `decide`.
        """
        return tuple(
            sorted({name for _, compared in self._decided(run) for name in compared.rests_on})
        )

    @functools.cache  # noqa: B019 (an entry lives as long as its module)
    def _decided(self, run: Run) -> list[tuple[Evidence, Compared]]:
        name = self.definition.rpartition(".")[2]
        return [
            self._decide(run, check, f"{name}_{number}") for number, check in enumerate(self.checks)
        ]

    def _decide(self, run: Run, check: Check, name: str) -> tuple[Evidence, Compared]:
        arguments = tuple(map(Kind.parse, check.arguments))
        result = Kind.parse(check.result, result=True)
        cases: list[Case] = []
        tensors: list[TensorRef] = []
        for call in check.calls():
            cases += self._cases(call, arguments, result, check.within)
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
        evidence = Evidence(
            "conformance",
            f"{check.domain}{_allowed(cases)}; decided by {compared.by}, {compared.decided} SHA-256 "
            f"{compared.decision.sha256}",
            compared.results,
            0,
            f"kernel: {compared.results:,} {check.of}",
            device=run.device.type,
            tensors=tensors,
            definition=self.definition,
        )
        return evidence, compared

    def _cases(
        self,
        call: Call,
        arguments: Sequence[Kind],
        result: Kind,
        within: Callable[..., Tensor] | None,
    ) -> Iterator[Case]:
        """Yield each case of a call, with what the function gives there."""
        if len(call.arguments) != len(arguments):
            raise TensorError(
                f"{self._what}: the check names {len(arguments)} types of arguments and gives "
                f"{len(call.arguments)}"
            )
        given = [
            self._numbers(tensor, "an argument", kind)
            for tensor, kind in zip(call.arguments, arguments, strict=True)
        ]
        # What the function does to its arguments must not change what it is compared at.
        gave = self.function(*(tensor.clone() for tensor in given))
        if not isinstance(gave, Tensor):
            raise TensorError(f"{self._what} gave {gave!r}, which is no tensor")
        gave = self._numbers(gave, "what it gave", result)
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
        allowed: Sequence[Array | None] = [None] * batch.numel()
        if within is not None:
            most = within(*(tensor.clone() for tensor in given))
            self._require_bounds(most, gave)
            most = self._numbers(most, "a bound", result)
            allowed = _arrays(most, result.rank, batch)
        for *case, outcome, one in zip(*columns, allowed, strict=True):
            yield Case(tuple(case), outcome, one)

    def _require_bounds(self, most: Any, gave: Tensor) -> None:
        """Require a bound for each result."""
        if not isinstance(most, Tensor):
            raise TensorError(
                f"{self._what}: `within` gives {most!r}, which is no tensor: let it give a bound for "
                "each result, such as 1e-6 * result.abs()"
            )
        if most.shape != gave.shape:
            raise TensorError(
                f"{self._what}: `within` gives bounds of the shape {list(most.shape)}, and the "
                f"results have the shape {list(gave.shape)}"
            )
        if not bool((most >= 0).all()):
            raise TensorError(f"{self._what}: `within` gives a bound that is negative or no number")

    def _numbers(self, tensor: Tensor, what: str, kind: Kind) -> Tensor:
        """Return a tensor whose elements can be of a type."""
        if kind.element == "Rat" and tensor.is_floating_point():
            if not bool(tensor.isfinite().all()):
                raise TensorError(f"{self._what}: {what} is not finite, and so no fraction")
            return tensor
        if (
            tensor.is_floating_point()
            or tensor.is_complex()
            or (tensor.dtype == torch.bool and kind.element not in ("Bool", "Prop"))
        ):
            needed = "numbers" if kind.element == "Rat" else "integers"
            raise TensorError(f"{self._what}: {what} is {tensor.dtype}, and {needed} are needed")
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
    real = tensor.is_floating_point()
    tensor = tensor.double() if real else tensor.long()
    rows: list[list[Any]] = tensor.expand((*batch, *shape)).reshape(batch.numel(), -1).tolist()
    # A float in Python is one of 64 bits, and each other one is one of these.
    return [Array(shape, list(map(Fraction, row)) if real else row) for row in rows]


def _allowed(cases: Iterable[Case]) -> str:
    """Say how far from the results a definition may be, in words: by the least power of ten that
    says it, so that the words do not change with the last bits of the data; nothing if it must be
    the same.
    """
    shares = [
        Fraction(most) / max(abs(Fraction(value)), Fraction(1))
        for case in cases
        if case.within
        for most, value in zip(case.within.values, case.result.values, strict=True)
    ]
    if not any(shares):
        return ""
    power = -300
    while max(shares) > Fraction(10) ** power:
        power += 1
    return f", each to within 1e{power} of it, or of 1 where it is less"


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
        at = f"({', '.join(str(_shown(array.values[0])) for array in case.arguments)})"
    found: Any = "another value" if difference.given is None else difference.given
    gave: Any = list(map(_shown, case.result.values))
    if not case.result.shape:
        (gave,) = gave
    if case.within is not None and difference.given is None:
        found = f"a value further off than {float(max(case.within.values)):.1e}"
    return f"at {at} the function gives {gave}, and Lean {found}"


def _shown(value: Number) -> int | float:
    """A fraction as the float that it was."""
    return value if isinstance(value, int) else float(value)


def rounding_of_sum(terms: int, dtype: torch.dtype) -> float:
    """Return γ_n = n u / (1 − n u): a sum of n terms, in any order, is at most γ_(n − 1) times the
    sum of their magnitudes off, and an inner product of n entries at most γ_n times.

    Args:
        terms: n, the number of roundings that one term goes through, 1 or more.
        dtype: the floats that are added, with u half of their `torch.finfo(dtype).eps`. Rounding is
            to nearest, without underflow.

    Raises:
        UsageError: if there are so many that nothing is known.

    Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.1.
    """
    lost = terms * torch.finfo(dtype).eps / 2
    if lost >= 1:
        raise UsageError(f"a sum of {terms:,} numbers of {dtype} can be wrong altogether")
    return lost / (1 - lost)


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
