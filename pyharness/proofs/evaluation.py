"""Has the second kernel decide whether the definitions of an export give what was computed
elsewhere, where no Lean is at hand.

It reduces the definition, applied to data, as far as that goes, and compares what it gives with
what was computed. What has no value that way, such as a real number or what rests on an axiom, is
not decided.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pyharness.core.errors import UsageError
from pyharness.core.fingerprint import code, unnoted
from pyharness.kernel.library import with_room
from pyharness.kernel.printing import show
from pyharness.kernel.refusal import Refused
from pyharness.kernel.terms import Term
from pyharness.proofs.application import ADVICE, Applied
from pyharness.proofs.calculator import Calculator, Stuck
from pyharness.proofs.cases import Array, Case, Comparison, Kind, Number
from pyharness.proofs.comparison import Reading
from pyharness.proofs.decisions import SECOND, Compared, Decision, Difference
from pyharness.proofs.elements import Element, element_of, function_of, tuple_of
from pyharness.proofs.environment import SORRY, Environment, UnknownConstant
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.terms import APP, CONST, LIT, PI, json_sha256

__all__ = ["Evaluator"]

_DECIDE: Name = ("Decidable", "decide")
_SHOWN = 8
"""Entries of a vector that a message shows."""


class Evaluator:
    """Decides what the definitions of an export give, with the second kernel.

    The export's constants are taken to be well typed: whoever relies on a decision has the second
    kernel check the lines, as for the theorems in them.

    Args:
        lines: the file of the export's lines, which are not packed.
        sha256: SHA-256 of them.
        file: the file as a reader knows it.
        allowed_axioms: the axioms that a decision may rest on.

    Attributes:
        asked: how many decisions were asked for.
    """

    def __init__(self, lines: Path, sha256: str, file: Path, allowed_axioms: Sequence[str]):
        self.asked = 0
        self._lines, self._sha256, self._file = lines, sha256, file
        self._allowed_axioms = tuple(allowed_axioms)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the constants that were read, which another process reads for itself."""
        return {name: value for name, value in vars(self).items() if name != "_environment"}

    @cached_property
    def _environment(self) -> Environment:
        # The lines that are read here are in `library`.
        with unnoted():
            data = self._lines.read_bytes()
        if hashlib.sha256(data).hexdigest() != self._sha256:
            raise UsageError(f"{self._file.as_posix()} has changed since it was read; start again")
        return Environment.exported(self._file, data)

    @property
    def key(self) -> Mapping[str, Any]:
        """The code that decides, and the axioms that a definition may rest on."""
        return {"axioms": sorted(self._allowed_axioms), "code": code([__name__])}

    @property
    def library(self) -> Mapping[str, Any]:
        """The digest of the lines."""
        return {"export": self._sha256}

    def basis_sha256(self, names: Sequence[str]) -> str | None:
        """Return what `Environment.basis_sha256` does; None if some constant is not there."""
        try:
            return self._environment.basis_sha256(names)
        except UnknownConstant:
            return None

    def decide(self, theorems: str | Sequence[str], source: str) -> Decision:
        """Refuse to decide the theorems of a file.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            "only Lean can decide the theorems of a source file, and a project whose proofs are an "
            "export has no Lean: state them in the library that is exported"
        )

    def compare(self, name: str, comparison: Comparison) -> Compared:
        """Have the second kernel decide whether a definition gives what a function gave.

        Args:
            name: what the decision is called, in messages.
            comparison: the definition, and what the function gave.

        Raises:
            UsageError: if the term is not the definition as a function of the data, it rests on an
                axiom that is not allowed, a type is declared otherwise than is known, or what the
                definition gives does not reduce to a value.
        """
        start = time.perf_counter()
        self.asked += 1
        if not any(case.result.values for case in comparison.cases):
            raise UsageError(f"the conformance of {comparison.definition} compares nothing")
        try:
            sha256, found, rests_on = with_room(lambda: self._decided(name, comparison))
        except Refused as refused:
            raise UsageError(f"{name}: the second kernel cannot decide: {refused}") from None
        difference, message = (None, "") if found is None else found
        decision = Decision(
            difference is None,
            message,
            sha256,
            time.perf_counter() - start,
            () if difference is None else (name,),
        )
        results = sum(len(case.result.values) for case in comparison.cases)
        return Compared(decision, results, self._file, difference, SECOND, "cases", rests_on)

    def _decided(
        self, name: str, comparison: Comparison
    ) -> tuple[str, tuple[Difference, str] | None, tuple[str, ...]]:
        """Return the digest of what is decided, where the two differ, if they do, and the constants
        on which this rests.
        """
        environment = self._environment
        applied = Applied(environment, comparison.lean, len(comparison.arguments))
        definition = environment.find(comparison.definition)
        if definition is None:
            raise UsageError(f"there is no Lean definition {comparison.definition}")
        self._require_settled(comparison.definition, [applied.name, definition])
        evaluation = _Evaluation(environment, comparison, applied)
        said = {
            "definition": [comparison.definition, environment.whole_sha256(definition)],
            "term": [comparison.lean, environment.whole_sha256(applied.name)],
            "types": [
                [kind.element, kind.rank, kind.is_vector]
                for kind in (*comparison.arguments, comparison.result)
            ],
            "cases": [
                [
                    [array.shape, list(map(_plain, array.values))]
                    for array in (*case.arguments, case.result, *filter(None, [case.within]))
                ]
                for case in comparison.cases
            ],
        }
        try:
            found = evaluation.difference()
        except _Undecided as undecided:
            raise UsageError(
                f"{name}: the second kernel does not find what {comparison.definition} gives at "
                f"{undecided.at}: {undecided.reason}. It can decide what reduces to a value by "
                "structural recursion, without axioms: compare a definition that does"
            ) from None
        names = {definition, applied.name, *evaluation.heads}
        return json_sha256(said), found, tuple(sorted(map(show_name, names)))

    def _require_settled(self, definition: str, names: Iterable[Name]) -> None:
        """Check that constants rest on allowed axioms, on no `sorry` and on nothing unsafe.

        Raises:
            UsageError: if not.
        """
        environment = self._environment
        for name in names:
            if unsafe := environment.unsafe(name):
                raise UsageError(
                    f"the conformance of {definition} rests on what is unsafe or partial: "
                    f"{', '.join(unsafe)}"
                )
            axioms = environment.axioms(name)
            if show_name(SORRY) in axioms:
                raise UsageError(f"the conformance of {definition} rests on a sorry")
            if forbidden := [axiom for axiom in axioms if axiom not in self._allowed_axioms]:
                raise UsageError(
                    f"the conformance of {definition} is decided on axioms that the project does "
                    f"not allow: {', '.join(forbidden[:10])}{', …' if len(forbidden) > 10 else ''}. "
                    "List them under allowed-axioms in pyharness.toml, or define it without them"
                )


class _Undecided(Exception):
    """What a definition gives in a case does not reduce to a value."""

    def __init__(self, at: str, reason: str):
        super().__init__(at, reason)
        self.at, self.reason = at, reason


class _Evaluation:
    """Evaluates a definition at the data of a comparison.

    Attributes:
        heads: the constants that the term and the types mention.

    Raises:
        UsageError: if the term is not the definition as a function of the data, or a type is not
            known.
    """

    def __init__(self, environment: Environment, comparison: Comparison, applied: Applied):
        self._environment, self._comparison = environment, comparison
        if comparison.result.element == "Prop" and not (
            _DECIDE in environment.modules and environment.in_foundation(_DECIDE)
        ):
            raise UsageError(
                f"the export does not declare {show_name(_DECIDE)} as it is known of Lean's core or "
                "the harness's library: compare a function to Bool"
            )
        shapes = [
            tuple(array.shape for array in (*case.arguments, case.result))
            for case in comparison.cases
        ]
        kinds = (*comparison.arguments, comparison.result)
        types = {shape: list(map(self._type, kinds, shape)) for shape in dict.fromkeys(shapes)}
        functions = {shape: applied.function(of[:-1]) for shape, of in types.items()}
        self.heads = environment.terms.constants(
            itertools.chain(functions.values(), *types.values())
        )
        self._calculator = Calculator(environment, [*self.heads, ("Nat", "rec"), ("Fin", "rec")])
        self._elements: dict[int, Element] = {}
        self._data: dict[tuple[int, tuple[Number, ...]], Term] = {}
        self._forgotten = 0
        self._functions = {
            shape: self._typed(function, types[shape]) for shape, function in functions.items()
        }
        reading = Reading(environment, comparison, len(comparison.arguments))
        for function in dict.fromkeys(functions.values()):
            reading.require_spoken(function)
        self._types, self._shapes = types, shapes
        for of in types.values():
            for kind, type_ in zip(kinds, of, strict=True):
                self._prepare(kind, type_)
        self._calculator.keep()

    # ---------------------------------------------------------------------------------------- types
    def _type(self, kind: Kind, shape: Sequence[int]) -> int:
        """Return a type with sizes, as a term of the environment."""
        if 0 in shape:
            raise UsageError(
                f"the conformance of {self._comparison.definition}: a vector without entries is none"
            )
        terms = self._environment.terms
        name, _, size = ("Bool" if kind.element == "Prop" else kind.element).partition(" ")
        found = self._declared(name)
        if size:
            found = terms.add((APP, found, terms.add((LIT, int(size)))))
        for size_ in reversed(shape):
            length = terms.add((LIT, size_))
            if kind.is_vector:
                zero = terms.add_level(("zero",))
                return terms.apply(self._declared("Vector", zero), [found, length])
            found = terms.add((PI, terms.add((APP, self._declared("Fin"), length)), found))
        return found

    def _declared(self, name: str, *levels: int) -> int:
        if (name,) not in self._environment.modules:
            raise UsageError(
                f"the conformance of {self._comparison.definition}: the export declares no type {name}"
            )
        return self._environment.terms.add((CONST, (name,), levels))

    def _typed(self, function: int, types: Sequence[int]) -> Term:
        """Return the function in the second kernel's form, which is checked to be of its type."""
        calculator, lean = self._calculator, self._comparison.lean
        made = calculator.term(function)
        *data, type_ = map(calculator.term, types)
        for of in reversed(data):
            type_ = calculator.terms.pi(of, type_)
        try:
            found = calculator.checker.check(made)
        except Refused as refused:
            raise UsageError(
                f"the term {lean!r} is not well typed at the data ({refused.reason}): {ADVICE}"
            ) from None
        if not calculator.checker.equal(found, type_):
            by = (
                "; write the proposition as `decide` of it"
                if self._comparison.result.element == "Prop"
                else ""
            )
            raise UsageError(
                f"the term {lean!r} is of the type {show(found)}, and {show(type_)} is compared{by}"
            )
        return made

    def _prepare(self, kind: Kind, type_: int) -> None:
        """Find how the elements of a type, and its indices, stand for numbers."""
        nodes = self._environment.terms.nodes
        while nodes[type_][0] == PI:
            self._element(nodes[type_][1])
            type_ = nodes[type_][2]
        self._element(nodes[nodes[type_][1]][2] if kind.is_vector else type_)

    def _element(self, type_: int) -> Element:
        if type_ not in self._elements:
            try:
                self._elements[type_] = element_of(self._calculator, self._calculator.term(type_))
            except Stuck as stuck:
                raise UsageError(
                    f"the conformance of {self._comparison.definition}: a size in the export's "
                    f"types is no number: {stuck.reason}"
                ) from None
        return self._elements[type_]

    # ----------------------------------------------------------------------------------------- data
    def _written(self, kind: Kind, array: Array, type_: int) -> Term:
        """Return data as a term, which is checked to be of its type."""
        calculator = self._calculator
        if calculator.forgotten != self._forgotten:
            self._data.clear()
            self._forgotten = calculator.forgotten
        key = type_, tuple(array.values)
        if key not in self._data:
            for value in array.values:
                kind.require(value)
            made = self._write(kind, array.values, type_)
            found = calculator.checker.check(made)
            if not calculator.checker.equal(found, calculator.term(type_)):
                raise UsageError(
                    f"data of the type {kind.element} are written as {show(made)}, of the type "
                    f"{show(found)}: the export declares another one"
                )
            self._data[key] = made
        return self._data[key]

    def _write(self, kind: Kind, values: Sequence[Number], type_: int) -> Term:
        nodes, calculator = self._environment.terms.nodes, self._calculator
        node = nodes[type_]
        if kind.is_vector:
            element = self._element(nodes[node[1]][2])
            return tuple_of(calculator, calculator.term(type_), list(map(element.write, values)))
        if node[0] != PI:
            return self._element(type_).write(values[0])
        size = nodes[nodes[node[1]][2]][1]
        step = len(values) // size
        parts = [
            self._write(kind, values[start : start + step], node[2])
            for start in range(0, len(values), step)
        ]
        return function_of(calculator, self._element(node[1]), parts, calculator.term(node[2]))

    # -------------------------------------------------------------------------------------- results
    def difference(self) -> tuple[Difference, str] | None:
        """Return the first case in which the definition gives another value than the function did,
        and what it gives there.

        Raises:
            _Undecided: if what it gives in a case does not reduce to a value.
        """
        kind = self._comparison.result
        for place, case in enumerate(self._comparison.cases):
            for value in case.result.values:
                kind.require(value)
            try:
                with self._calculator.case():
                    given = self._given(case, self._shapes[place])
            except Stuck as stuck:
                raise _Undecided(_shown(case), stuck.reason) from None
            if not case.is_met_by(given):
                one = None if kind.rank else given[0]
                message = (
                    f"case {place + 1}: at {_shown(case)}, {self._comparison.definition} gives "
                    f"{_listed(given)}, not {_listed(case.result.values)}"
                )
                return Difference(place, one), message
        return None

    def _given(self, case: Case, shapes: tuple[tuple[int, ...], ...]) -> list[Number]:
        """Return the entries of what the definition gives in a case."""
        types = self._types[shapes]
        applied = self._calculator.terms.apply(
            self._functions[shapes],
            map(self._written, self._comparison.arguments, case.arguments, types),
        )
        type_ = types[-1]
        if not self._comparison.result.rank:
            return [self._element(type_).read(applied)]
        _, domain, entry = self._environment.terms.nodes[type_]
        index, element = self._element(domain), self._element(entry)
        return [
            element.read(self._calculator.terms.app(applied, index.write(place)))
            for place in range(shapes[-1][0])
        ]


def _shown(case: Case) -> str:
    return f"({', '.join(_listed(array.values) for array in case.arguments)})"


def _listed(values: Sequence[Number]) -> str:
    if len(values) == 1:
        return str(values[0])
    shown = ", ".join(map(str, values[:_SHOWN]))
    return f"[{shown}{', …' if len(values) > _SHOWN else ''}]"


def _plain(value: Number) -> int | str:
    """A number as JSON has it."""
    return value if isinstance(value, int) else str(value)
