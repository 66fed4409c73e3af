"""Finds theorems that say less than they seem to: trivial ones, contradictory and unused
hypotheses, and missing examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyharness.proofs.environment import SORRY, Constant, Environment
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.olean import Definition
from pyharness.proofs.terms import BVAR, CONST, LAM, LET, PI, SORT, term_parts

__all__ = ["find_examples", "find_stubs", "unused_hypotheses"]

_STEPS = 4000
"""How many definitions and functions are unfolded before two terms are taken to be different."""

_FROM_FALSE = {
    ("False", "elim"),
    ("False", "rec"),
    ("False", "casesOn"),
    ("absurd",),
    ("Empty", "rec"),
    ("Empty", "elim"),
}
"""What proves anything, given a contradiction."""


# --------------------------------------------------------------------------------------- triviality
def find_stubs(environment: Environment, constants: Iterable[Constant]) -> dict[Name, str | None]:
    """Say of each theorem why it has no content, or None.

    Definitions are unfolded and functions applied; nothing is computed by recursion, so `2 + 2 = 4`
    is no stub.
    """
    unfold = _Unfolding(environment)
    return {constant.name: _stub(environment, constant, unfold) for constant in constants}


def _stub(environment: Environment, constant: Constant, unfold: _Unfolding) -> str | None:
    terms = environment.terms
    binders, conclusion = environment.telescope(constant.name)
    head, arguments = terms.spine(conclusion)
    node = terms.nodes[head]
    name: Name = node[1] if node[0] == CONST else ()
    if name == ("True",):
        return "it states True"
    equations: dict[tuple[Name, int], list[int]] = {
        (("Eq",), 3): arguments[1:],
        (("HEq",), 4): arguments[1::2],
        (("Iff",), 2): arguments,
    }
    sides = equations.get((name, len(arguments)))
    if sides and sides[0] == sides[1]:
        return (
            "both sides of its ↔ are the same"
            if name == ("Iff",)
            else "it states that something is equal to itself"
        )
    if sides and unfold.same(*sides):
        return "both sides are the same by definition"
    if unfold.head(conclusion) == terms.add((CONST, ("True",), ())):
        return "it states True by definition"
    return _hypothesis_stub(environment, constant, unfold, binders) or _contradiction(
        environment, constant, binders, conclusion
    )


def _hypothesis_stub(
    environment: Environment, constant: Constant, unfold: _Unfolding, binders: tuple[int, ...]
) -> str | None:
    terms = environment.terms
    for place, binder in enumerate(binders):
        if not _is_proposition(environment, binder, binders[:place]):
            continue
        parts = list(_conjuncts(environment, binder, unfold))
        # The conclusion may itself begin with binders: what follows the hypothesis is compared from
        # each place on.
        for behind in range(place + 1, len(binders) + 1):
            conclusion = _nth_body(environment, constant.type, behind)
            if terms.lift(binder, behind - place) == conclusion:
                return "its conclusion is one of its hypotheses"
            if any(unfold.same(terms.lift(part, behind - place), conclusion) for part in parts):
                return "its conclusion is part of one of its hypotheses"
    return None


def _conjuncts(environment: Environment, number: int, unfold: _Unfolding) -> Iterator[int]:
    terms = environment.terms
    pending = [number]
    while pending:
        number = unfold.head(pending.pop())
        yield number
        head, arguments = terms.spine(number)
        if terms.nodes[head] == (CONST, ("And",), ()) and len(arguments) == 2:
            pending += arguments


def _contradiction(
    environment: Environment, constant: Constant, binders: tuple[int, ...], conclusion: int
) -> str | None:
    """Say that the hypotheses exclude each other, if two of them or the proof itself do so
    plainly.
    """
    terms = environment.terms
    false = terms.add((CONST, ("False",), ()))
    stated = [terms.lift(binder, len(binders) - place) for place, binder in enumerate(binders)]
    refuted = set()
    for number in stated:
        node = terms.nodes[number]
        head, arguments = terms.spine(number)
        if terms.nodes[head] == (CONST, ("Not",), ()) and len(arguments) == 1:
            refuted.add(arguments[0])
        elif node[0] == PI and terms.nodes[node[2]] == terms.nodes[false]:
            refuted.add(node[1])
        elif (
            terms.nodes[head][:2] == (CONST, ("Ne",))
            and len(arguments) == 3
            and arguments[1] == arguments[2]
        ):
            return "one of its hypotheses is that something differs from itself"
    # A statement that ends in False is a refutation: there the hypotheses are what is refuted.
    if terms.nodes[conclusion] == terms.nodes[false] or environment.negates(constant.name):
        return None
    if false in stated or refuted & set(stated):
        return "its hypotheses contradict each other"
    proof, depth = constant.value, 0
    while proof is not None and terms.nodes[proof][0] == LAM:
        proof, depth = terms.nodes[proof][2], depth + 1
    if (
        proof is not None
        and depth >= len(binders)
        and terms.nodes[terms.spine(proof)[0]][1:2]
        and (terms.nodes[terms.spine(proof)[0]][1] in _FROM_FALSE)
    ):
        return "its proof is that its hypotheses contradict each other"
    return None


class _Unfolding:
    """Unfolds definitions and applies functions, as far as is needed to tell terms apart, or gives
    up.
    """

    def __init__(self, environment: Environment):
        self._environment = environment
        self._terms = environment.terms
        self._heads: dict[int, int] = {}
        self._values: dict[tuple[Any, ...], int | None] = {}

    def head(self, number: int) -> int:
        """Return a term whose head is neither a definition that can be unfolded nor a function that
        can be applied.

        What takes too many steps is returned as it is.
        """
        self._left = _STEPS
        try:
            return self._head(number)
        except _TooLong:
            return number

    def same(self, one: int, other: int) -> bool:
        """Whether two terms are the same when all in them is unfolded and applied; not if that
        takes too many steps.
        """
        nodes = self._terms.nodes
        self._left = _STEPS
        pending = [(one, other)]
        seen = set(pending)
        while pending:
            one, other = pending.pop()
            if one == other:
                continue
            try:
                (one, ones), (other, others) = (
                    self._terms.spine(self._head(one)),
                    self._terms.spine(self._head(other)),
                )
            except _TooLong:
                return False
            parts, others_parts = term_parts(nodes[one]), term_parts(nodes[other])
            kept = len(nodes[one]) - len(parts)
            if (len(ones), len(nodes[one]), nodes[one][:kept]) != (
                len(others),
                len(nodes[other]),
                nodes[other][:kept],
            ):
                return False
            for pair in zip((*parts, *ones), (*others_parts, *others), strict=True):
                if pair not in seen:
                    seen.add(pair)
                    pending.append(pair)
        return True

    def _head(self, number: int) -> int:
        if number not in self._heads:
            at = number
            while (reduced := self._step(at)) is not None:
                at = reduced
            self._heads[number] = at
        return self._heads[number]

    def _step(self, number: int) -> int | None:
        """Apply a function or unfold a definition at the head; None if nothing can be."""
        terms = self._terms
        head, arguments = terms.spine(number)
        node = terms.nodes[head]
        if node[0] == LET:
            self._spend(1)
            return terms.apply(terms.instantiate(node[3], [node[2]]), arguments)
        if node[0] == CONST:
            # A definition is unfolded when it has all the arguments that its own text names.
            value = self._value(node)
            if value is None or self._strip(value, len(arguments) + 1)[1] > len(arguments):
                return None
            self._spend(1)
            head = value
        elif node[0] != LAM or not arguments:
            return None
        body, count = self._strip(head, len(arguments))
        self._spend(count)
        return terms.apply(terms.instantiate(body, arguments[:count]), arguments[count:])

    def _value(self, node: tuple[Any, ...]) -> int | None:
        """Return what a constant, at its levels, is defined as; None if it is no definition."""
        if node not in self._values:
            environment, value = self._environment, None
            if node[1] in environment.modules:
                constant = environment.constant(node[1])
                if (
                    constant.kind == "def"
                    and isinstance(constant.detail, Definition)
                    and constant.value is not None
                ):
                    value = self._terms.with_levels(
                        constant.value, dict(zip(constant.levels, node[2], strict=True))
                    )
            self._values[node] = value
        return self._values[node]

    def _strip(self, number: int, most: int) -> tuple[int, int]:
        """Return what stands behind the functions in front of a term, as many as there are up to
        `most`, and how many.
        """
        nodes, count = self._terms.nodes, 0
        while count < most and nodes[number][0] == LAM:
            number, count = nodes[number][2], count + 1
        return number, count

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise _TooLong


class _TooLong(Exception):
    pass


# --------------------------------------------------------------------------------------- hypotheses
def unused_hypotheses(environment: Environment, constant: Constant) -> tuple[str, ...]:
    """Return the names of the hypotheses that neither the rest of the statement nor the proof
    mentions.
    """
    terms = environment.terms
    types, _ = environment.telescope(constant.name)
    unused = []
    value = constant.value
    for place, binder in enumerate(types):
        if value is None or terms.nodes[value][0] not in (LAM, LET):
            break
        value = terms.nodes[value][-1]
        rest = terms.nodes[_nth_body(environment, constant.type, place)][-1]
        if (
            _is_proposition(environment, binder, types[:place])
            and not terms.occurs(rest, 0)
            and not terms.occurs(value, 0)
        ):
            unused.append(environment.binders(constant.name)[place])
    return tuple(unused)


def _nth_body(environment: Environment, number: int, place: int) -> int:
    for _ in range(place):
        number = environment.terms.nodes[number][-1]
    return number


def _is_proposition(environment: Environment, number: int, context: tuple[int, ...]) -> bool:
    """Whether a type is a proposition, as far as its form tells."""
    nodes = environment.terms.nodes
    while nodes[number][0] == PI:
        context, number = (*context, nodes[number][1]), nodes[number][2]
    head, arguments = environment.terms.spine(number)
    node = nodes[head]
    levels: Mapping[Name, int] = {}
    if node[0] == CONST:
        constant = environment.constant(node[1])
        sort, levels = constant.type, dict(zip(constant.levels, node[2], strict=True))
    elif node[0] == BVAR and node[1] < len(context):
        sort = context[-1 - node[1]]
    else:
        return False
    for _ in arguments:
        if nodes[sort][0] != PI:
            return False
        sort = nodes[sort][2]
    if nodes[sort][0] != SORT:
        return False
    level = environment.terms.levels[nodes[sort][1]]
    if level[0] == "param" and level[1] in levels:
        level = environment.terms.levels[levels[level[1]]]
    return bool(level == ("zero",))


# ----------------------------------------------------------------------------------------- examples
def find_examples(
    environment: Environment, theorems: Iterable[Name], allowed_axioms: Iterable[str]
) -> dict[Name, Name | None]:
    """Return for each theorem a constant that shows that its hypotheses can hold, if there is one.

    That is one whose value applies the theorem to closed arguments, one for each of its binders: a
    proof of every hypothesis, at a type that exists, from nothing but allowed axioms. A theorem
    without binders is its own.
    """
    allowed = {*allowed_axioms} - {show_name(SORRY)}
    terms = environment.terms
    wanted = {name: len(environment.telescope(name)[0]) for name in theorems}
    found: dict[Name, Name | None] = {
        name: None if binders else name for name, binders in wanted.items()
    }
    # What a module does not import nothing in it can apply.
    near = environment.importing(
        environment.modules[name].name for name, example in found.items() if example is None
    )
    for name, module in environment.modules.items():
        if module.name not in near or environment.kind(name) not in ("def", "theorem", "opaque"):
            continue
        constant = environment.constant(name)
        uses = environment.uses(name) & wanted.keys()
        if constant.value is None or constant.safety != "safe":
            continue
        if not any(found[item] is None for item in uses):
            continue
        if not set(environment.axioms(name)) <= allowed:
            continue
        for number in terms.subterms(constant.value):
            head, arguments = terms.spine(number)
            node = terms.nodes[head]
            if node[0] == CONST and node[1] in uses and found[node[1]] is None:
                given = arguments[: wanted[node[1]]]
                if len(given) == wanted[node[1]] and all(terms.is_closed(item) for item in given):
                    found[node[1]] = name
    return found
