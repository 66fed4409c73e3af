"""Evidence: what a check of a claim on tensors found, with a witness that replays when it found the
claim false.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

from pyharness.evidence.plots import Mark, Plot, Points, column_cells
from pyharness.evidence.rounding import FIGURES
from pyharness.formats.tensor_ref import TensorRef

__all__ = [
    "Evidence",
    "Kind",
    "Mark",
    "Outcome",
    "Plot",
    "Points",
    "TensorRef",
    "Witness",
    "dotted",
    "resolve",
    "witness_of",
]

Kind = Literal["exhaustive", "model", "property", "statistics", "witness", "conformance"]
Outcome = Literal["confirmed", "refuted", "inconclusive"]


def resolve(dotted: str) -> Callable[..., Any]:
    """Return the callable that `package.module:name` names.

    Raises:
        ValueError: if there is no such module or name.
    """
    module, _, name = dotted.partition(":")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"no predicate {dotted!r}: {error}") from error
    return found


def dotted(function: Callable[..., Any]) -> str:
    """Name a module-level function so that `pyharness.evidence.resolve` finds it again.

    Raises:
        ValueError: if the function is not reachable by that name, so that a witness naming it could
            not replay.
    """
    if "." in function.__qualname__:
        raise ValueError(
            f"{function.__qualname__} is not at module level, so a witness could not name it"
        )
    return f"{function.__module__}:{function.__qualname__}"


@dataclass(frozen=True)
class Witness:
    """One instance on which a claim fails.

    `predicate` names (`package.module:name`) a function that is True of the instances on which the
    claim holds; `inputs` are its JSON-able keyword arguments; `shows` says in words what is seen.
    """

    predicate: str
    inputs: Mapping[str, Any]
    shows: str

    def __post_init__(self) -> None:
        if not self.shows.strip():
            raise ValueError(f"the witness of {self.predicate} must say what it shows")

    def replays(self) -> bool:
        """Evaluate the predicate again: True if the claim does fail on this instance.

        Raises:
            ValueError: if the predicate cannot be found.
        """
        return not bool(resolve(self.predicate)(**self.inputs))


def witness_of(
    predicate: Callable[..., Any], inputs: Mapping[str, Any], shows: str = ""
) -> Witness:
    """Return the witness that a predicate is false of some inputs.

    Args:
        predicate: the predicate, at module level.
        inputs: its keyword arguments, JSON-able.
        shows: what is seen, a `str.format` template over the inputs; by default the inputs.
    """
    seen = shows or "false where " + ", ".join(f"{name} = {{{name}}}" for name in inputs)
    return Witness(dotted(predicate), dict(inputs), seen.format(**inputs))


@dataclass(frozen=True)
class Evidence:
    """The result of checking a claim over one domain.

    Attributes:
        kind: how the domain was covered.
        domain: the domain, in words.
        cases: how many instances were checked.
        violations: on how many of them the claim failed.
        summary: a few words for a table.
        max_error: the largest deviation seen, in the unit that `domain` names; None for exact
            checks.
        tolerance: the deviation allowed; None for exact checks.
        device: the torch device type that computed it.
        seed: the seed of the pseudo-random draws, None if nothing was drawn.
        tensors: the real tensors that were read.
        witness: an instance on which the claim fails; required when `violations` is positive.
        measurements: rows of figures, each a flat JSON-able mapping, all with the same keys.
        definition: the Lean definition that the kernel computed, by full name; for conformance, and
            only for it.
        rounding: how far apart two devices may put a figure x, in units of max(1, |x|), beside one
            of its last digit.
        plots: how `measurements` are drawn; without any, the report chooses by the table's shape.
        points: says that the rows of `measurements` are points, for the report's page of points.

    Raises:
        ValueError: if the numbers contradict each other, a violation has no witness, or
            `measurements` lack what `plots` or `points` name.
    """

    kind: Kind
    domain: str
    cases: int
    violations: int
    summary: str
    max_error: float | None = None
    tolerance: float | None = None
    device: str = "cpu"
    seed: int | None = None
    tensors: Sequence[TensorRef] = ()
    witness: Witness | None = None
    measurements: Sequence[Mapping[str, Any]] = ()
    definition: str | None = None
    rounding: float = FIGURES
    plots: Sequence[Plot] = ()
    points: Points | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(
                f"evidence kind must be one of {', '.join(get_args(Kind))}, not {self.kind!r}"
            )
        if not (self.domain.strip() and self.summary.strip()):
            raise ValueError(f"{self.kind} evidence: say the domain and give a summary")
        for name in ("cases", "violations"):
            if not isinstance(getattr(self, name), int):
                raise ValueError(
                    f"{self.domain}: {name} must be an int, not {getattr(self, name)!r}"
                )
        if not 0 <= self.violations <= self.cases:
            raise ValueError(f"{self.violations} violations in {self.cases} cases")
        if bool(self.violations) != (self.witness is not None):
            raise ValueError(f"{self.domain}: a witness goes with violations, and only with them")
        if (self.kind == "conformance") != bool(self.definition):
            raise ValueError(
                f"{self.domain}: conformance names the Lean definition that was compared, other evidence none"
            )
        if (self.max_error is None) != (self.tolerance is None):
            raise ValueError(f"{self.domain}: max_error and tolerance go together")
        if self.max_error is not None and self.tolerance is not None:
            if not (math.isfinite(self.max_error) and math.isfinite(self.tolerance)):
                raise ValueError(f"{self.domain}: max_error and tolerance must be finite")
            if self.max_error > self.tolerance and not self.violations:
                raise ValueError(
                    f"{self.domain}: the error {self.max_error} is over {self.tolerance}, yet no violation is "
                    "counted"
                )
        if not 0 <= self.rounding < math.inf:
            raise ValueError(
                f"{self.domain}: rounding must be finite and not negative, not {self.rounding}"
            )
        if len({tuple(row) for row in self.measurements}) > 1:
            raise ValueError(f"{self.domain}: measurement rows have different keys")
        self._check_shown()

    def _check_shown(self) -> None:
        shown: list[Plot | Points] = [*self.plots, *([self.points] if self.points else [])]
        if not shown:
            return
        rows = self.measurements
        cells = column_cells(list(rows[0]) if rows else [], [list(row.values()) for row in rows])
        for one in shown:
            try:
                one.check(cells)
            except ValueError as error:
                raise ValueError(f"{self.domain}: {error}") from None

    def as_json(self) -> dict[str, Any]:
        """Return what a certificate holds of it. What its rows and its witness hold goes in as it
        is, JSON or not; `plots` and `points` are absent where nothing is declared.
        """
        rows = self.measurements
        shown: dict[str, Any] = {}
        if self.plots:
            shown["plots"] = [plot.as_json() for plot in self.plots]
        if self.points:
            shown["points"] = self.points.as_json()
        return {
            "kind": self.kind,
            "definition": self.definition,
            "domain": self.domain,
            "cases": self.cases,
            "violations": self.violations,
            "outcome": self.outcome,
            "summary": self.summary,
            "max_error": self.max_error,
            "tolerance": self.tolerance,
            "device": self.device,
            "seed": self.seed,
            "tensors": [asdict(tensor) for tensor in self.tensors],
            "witness": dict(vars(self.witness)) if self.witness else None,
            "measurements": {"columns": list(rows[0]), "rows": [list(row.values()) for row in rows]}
            if rows
            else None,
            "rounding": self.rounding if rows else None,
        } | shown

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the evidence of which `as_json` gives this; sequences come back as tuples. For
        which claim it was gathered, and by which code, is left out.

        Raises:
            KeyError, TypeError, ValueError: if there is none.
        """
        derived = ("outcome", "claim", "code_sha256")
        fields = {key: value for key, value in data.items() if key not in derived}
        table = fields["measurements"] or {"columns": [], "rows": []}
        if fields["rounding"] is None:
            del fields["rounding"]
        found = cls(
            **fields
            | {
                "tensors": tuple(
                    TensorRef(**tensor | {"shape": tuple(tensor["shape"])})
                    for tensor in fields["tensors"]
                ),
                "witness": fields["witness"] and Witness(**fields["witness"]),
                "measurements": tuple(
                    dict(zip(table["columns"], row, strict=True)) for row in table["rows"]
                ),
                "plots": tuple(map(Plot.from_json, fields.get("plots", ()))),
                "points": Points.from_json(fields["points"]) if "points" in fields else None,
            }
        )
        if found.outcome != data["outcome"]:
            raise ValueError(
                f"{found.domain}: {found.violations} violations in {found.cases} cases are not {data['outcome']!r}"
            )
        return found

    @property
    def covers(self) -> bool:
        """Whether it confirms the claim on all of a finite domain, or on a real model's tensors."""
        whole = self.kind == "exhaustive" or (self.kind == "model" and bool(self.tensors))
        return whole and self.outcome == "confirmed"

    @property
    def outcome(self) -> Outcome:
        """What this evidence alone says of the claim."""
        if self.violations:
            return "refuted"
        return "confirmed" if self.cases else "inconclusive"
