"""Finds theorems that say less than they seem to: trivial ones, contradictory and unused
hypotheses, and missing examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pyharness.kernel.examples import Examples
from pyharness.proofs.constants import Recursor
from pyharness.proofs.environment import SORRY, Constant, Environment
from pyharness.proofs.kernel_view import KernelView
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.terms import BVAR, CONST, LAM, LIT, PI, SORT, Terms
from pyharness.proofs.unfolding import NO_CONFUSION, Unfolding

__all__ = ["find_examples", "find_stubs", "is_proposition", "unused_hypotheses"]

_NOT: Name = ("Not",)
_NEGATIONS = {(_NOT, 1), (("Ne",), 3)}
"""What denies something, with how many arguments."""


# --------------------------------------------------------------------------------------- statements
def _unfolded(unfold: Unfolding, statement: int) -> int:
    """Return a statement with what stands behind its binders unfolded, as long as that gives more
    binders, and without any `let`. A negation stays one.
    """
    terms = unfold.terms
    binders: list[int] = []
    while True:
        head, arguments = terms.spine(statement)
        if (terms.nodes[head][1:2] or ((),))[0] in (_NOT, ("Ne",)) and arguments:
            break
        reduced = unfold.head(statement)
        if terms.nodes[reduced][0] != PI:
            break
        _, domain, statement = terms.nodes[reduced]
        binders.append(domain)
    for domain in reversed(binders):
        statement = terms.add((PI, domain, statement))
    return statement


def _telescope(terms: Terms, statement: int) -> tuple[tuple[int, ...], int]:
    """Return the types of the binders in front of a statement, and its conclusion, as
    `Environment.telescope`.
    """
    binders = []
    while (node := terms.nodes[statement])[0] == PI:
        binders.append(node[1])
        statement = node[2]
    return tuple(binders), statement


def _negates(terms: Terms, conclusion: int) -> bool:
    head, arguments = terms.spine(conclusion)
    node = terms.nodes[head]
    return node[0] == CONST and ((node[1], len(arguments)) in _NEGATIONS or node[1] == ("False",))


# --------------------------------------------------------------------------------------- triviality
def find_stubs(environment: Environment, constants: Iterable[Constant]) -> dict[Name, str | None]:
    """Say of each theorem why it has no content, or None.

    Definitions are unfolded and functions applied; nothing is computed by recursion, so `2 + 2 = 4`
    is no stub.
    """
    unfold = Unfolding(environment)
    prove = Unfolding(environment, theorems=True)
    return {constant.name: _stub(environment, constant, unfold, prove) for constant in constants}


def _stub(
    environment: Environment, constant: Constant, unfold: Unfolding, prove: Unfolding
) -> str | None:
    terms = environment.terms
    statement = _unfolded(unfold, constant.type)
    binders, conclusion = _telescope(terms, statement)
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
    return _hypothesis_stub(environment, statement, unfold, binders) or _contradiction(
        environment, constant, prove, binders, conclusion
    )


def _hypothesis_stub(
    environment: Environment, statement: int, unfold: Unfolding, binders: tuple[int, ...]
) -> str | None:
    terms = environment.terms
    for place, binder in enumerate(binders):
        if not is_proposition(environment, binder, binders[:place]):
            continue
        parts = list(_conjuncts(environment, binder, unfold))
        # The conclusion may itself begin with binders: what follows the hypothesis is compared from
        # each place on.
        for behind in range(place + 1, len(binders) + 1):
            conclusion = _nth_body(environment, statement, behind)
            if terms.lift(binder, behind - place) == conclusion:
                return "its conclusion is one of its hypotheses"
            if any(unfold.same(terms.lift(part, behind - place), conclusion) for part in parts):
                return "its conclusion is part of one of its hypotheses"
    return None


def _conjuncts(environment: Environment, number: int, unfold: Unfolding) -> Iterator[int]:
    terms = environment.terms
    pending = [number]
    while pending:
        number = unfold.head(pending.pop())
        yield number
        head, arguments = terms.spine(number)
        if terms.nodes[head] == (CONST, ("And",), ()) and len(arguments) == 2:
            pending += arguments


def _contradiction(
    environment: Environment,
    constant: Constant,
    prove: Unfolding,
    binders: tuple[int, ...],
    conclusion: int,
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
    # A statement that denies something is a refutation: there the hypotheses are what is refuted.
    if _negates(terms, conclusion):
        return None
    if false in stated or refuted & set(stated):
        return "its hypotheses contradict each other"
    if constant.value is not None and _is_from_false(
        environment, prove, _applied_to(terms, constant.value, len(binders))
    ):
        return "its proof is that its hypotheses contradict each other"
    return None


def _applied_to(terms: Terms, function: int, count: int) -> int:
    """Return a closed function applied to the variables of so many binders around it."""
    return terms.apply(function, (terms.add((BVAR, place)) for place in reversed(range(count))))


def _is_from_false(environment: Environment, prove: Unfolding, proof: int, depth: int = 0) -> bool:
    """Whether a proof is that there is a contradiction, in each case that it distinguishes.

    Lemmas are unfolded. What a proof refutes within itself, and then goes on, is none.
    """
    terms, nodes = environment.terms, environment.terms.nodes
    proof = prove.head(proof)
    while nodes[proof][0] == LAM:
        proof = prove.head(nodes[proof][2])
    head, arguments = terms.spine(proof)
    if nodes[head][0] != CONST or nodes[head][1] not in environment.modules or depth == _CASES:
        return False
    name: Name = nodes[head][1]
    if name[-1] == NO_CONFUSION:
        made = [_constructor(prove, side) for side in arguments[-3:-1]]
        whole = len(arguments) == len(environment.telescope(name)[0])
        return whole and None not in made and made[0] != made[1]
    recursor = environment.constant(name).detail
    if not isinstance(recursor, Recursor):
        return False
    first = recursor.parameters + recursor.motives
    if len(arguments) <= first + recursor.minors + recursor.indices:
        return False
    return all(
        _is_from_false(environment, prove, minor, depth + 1)
        for minor in arguments[first : first + recursor.minors]
    )


def _constructor(unfold: Unfolding, number: int) -> Name | None:
    """Return which constructor a term begins with, if one is seen."""
    head, _ = unfold.terms.spine(unfold.head(number))
    node = unfold.terms.nodes[head]
    if node[0] == LIT:
        return ("Nat", "succ" if node[1] else "zero")
    return node[1] if node[0] == CONST and unfold.is_constructor(node[1]) else None


_CASES = 12
"""How many distinctions of cases may lie within each other."""


# --------------------------------------------------------------------------------------- hypotheses
def unused_hypotheses(environment: Environment, constant: Constant) -> tuple[str, ...]:
    """Return the hypotheses that neither the rest of the statement nor the proof mentions: their
    names, or of those that a definition hides their places among all binders, counted from 1.
    """
    terms, names = environment.terms, _names(environment, constant)
    unfold, prove = Unfolding(environment), Unfolding(environment, theorems=True)
    statement = _unfolded(unfold, constant.type)
    types, _ = _telescope(terms, statement)
    unused = []
    value = constant.value
    for place, binder in enumerate(types):
        if value is not None and terms.nodes[value][0] != LAM:
            value = prove.head(value)
        if value is None or terms.nodes[value][0] != LAM:
            break
        value = terms.nodes[value][-1]
        rest = terms.nodes[_nth_body(environment, statement, place)][-1]
        if (
            is_proposition(environment, binder, types[:place])
            and not terms.occurs(rest, 0)
            and not terms.occurs(value, 0)
        ):
            hidden = f"hypothesis {place + 1}, which a definition hides"
            unused.append(names[place] if place < len(names) else hidden)
    return tuple(unused)


def _names(environment: Environment, constant: Constant) -> list[str]:
    """Return the names of the binders that are written in front of a statement, but for `let`."""
    nodes, number = environment.terms.nodes, constant.type
    found = []
    for name in environment.binders(constant.name):
        if nodes[number][0] == PI:
            found.append(name)
        number = nodes[number][-1]
    return found


def _nth_body(environment: Environment, number: int, place: int) -> int:
    for _ in range(place):
        number = environment.terms.nodes[number][-1]
    return number


def is_proposition(environment: Environment, number: int, context: tuple[int, ...]) -> bool:
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
    environment: Environment,
    theorems: Iterable[Name],
    allowed_axioms: Iterable[str],
    further: Mapping[Name, Iterable[str]] = MappingProxyType({}),
) -> dict[Name, Name | None]:
    """Return for each theorem a constant that shows that its hypotheses can hold, if there is one.

    That is one whose value applies the theorem to closed arguments, one for each binder of the
    unfolded statement: a proof of every hypothesis, at a type that exists, from nothing but allowed
    axioms. `pyharness.kernel.examples` says how that is judged. A theorem that takes no arguments
    is its own.

    Args:
        environment: declares them.
        theorems: their names.
        allowed_axioms: the axioms that a theorem and its example may rest on.
        further: those that some theorems and their examples may rest on as well.
    """
    view = KernelView(environment)
    examples = Examples(view.terms, view)
    common = frozenset(allowed_axioms)
    allowed = {name: common.union(further.get(name, ())) - {show_name(SORRY)} for name in theorems}
    found: dict[Name, Name | None] = {
        name: name if set(environment.axioms(name)) <= may and examples.is_plain(name) else None
        for name, may in allowed.items()
    }
    missing = [name for name in found if found[name] is None]
    near = _near(environment, missing)
    for theorem in missing:
        resting = environment.resting_on(near, [theorem])
        for name in _candidates(environment, theorem, [name for name in near if name in resting]):
            if environment.constant(name).safety != "safe":
                continue
            if not set(environment.axioms(name)) <= allowed[theorem]:
                continue
            if examples.applies(name, theorem, resting.__contains__):
                found[theorem] = name
                break
    return found


def _near(environment: Environment, theorems: Iterable[Name]) -> list[Name]:
    """Return what has a value and may apply one of some theorems: what a module does not import
    nothing in it can apply.
    """
    near = environment.importing(environment.modules[theorem].name for theorem in theorems)
    return [
        name
        for name, module in environment.modules.items()
        if module.name in near and environment.kind(name) in ("def", "theorem", "opaque")
    ]


def _candidates(environment: Environment, theorem: Name, resting: Sequence[Name]) -> list[Name]:
    """Return what may be an example of a theorem, of what rests on it: what is called one, what
    mentions the theorem, and what assumes nothing.
    """
    direct = [name for name in resting if theorem in environment.uses(name)]
    behind = [
        name
        for name in resting
        if theorem not in environment.uses(name) and not environment.telescope(name)[0]
    ]
    called = f"{theorem[-1]}_example"
    return sorted(
        (name for name in direct + behind if name != theorem),
        # By name, so that an export, which has another order and less in it, gives the same one.
        key=lambda name: (name != (*theorem[:-1], called), show_name(name)),
    )
