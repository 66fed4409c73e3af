"""Ties each function that the kernel computes by name to its definition, without the help of that
computation.

The kernel computes `Nat.add` and others on literals with arithmetic of its own, whatever their
definitions say; a definition that says something else proves anything. So a library that declares
such a name must prove equations that leave one function only, and their proofs are checked with the
functions under other names, where the kernel knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pyharness.proofs.constants import Constructor, Inductive
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.policy import ACCELERATED
from pyharness.proofs.replay import ReplayRefused, accepts
from pyharness.proofs.terms import APP, BVAR, CONST, PI, SORT, Terms
from pyharness.proofs.toolchain import LeanError, Toolchain

__all__ = ["EQUATIONS", "NotTied", "require_tied", "ties"]

EQUATIONS: Mapping[str, Mapping[str, str]] = {
    "add": {"add_zero": "n | add n zero = n", "add_succ": "n m | add n (succ m) = succ (add n m)"},
    "sub": {
        "pred_zero": "| pred zero = zero",
        "pred_succ": "n | pred (succ n) = n",
        "sub_zero": "n | sub n zero = n",
        "sub_succ": "n m | sub n (succ m) = pred (sub n m)",
    },
    "mul": {
        "mul_zero": "n | mul n zero = zero",
        "mul_succ": "n m | mul n (succ m) = add (mul n m) n",
    },
    "beq": {
        "beq_zero_zero": "| beq zero zero = true",
        "beq_zero_succ": "m | beq zero (succ m) = false",
        "beq_succ_zero": "n | beq (succ n) zero = false",
        "beq_succ_succ": "n m | beq (succ n) (succ m) = beq n m",
    },
    "ble": {
        "ble_zero": "m | ble zero m = true",
        "ble_succ_zero": "n | ble (succ n) zero = false",
        "ble_succ_succ": "n m | ble (succ n) (succ m) = ble n m",
    },
    "div": {
        "div_zero": "n | div n zero = zero",
        "div_add_mod": "n m | add (mul m (div n m)) (mod n m) = n",
    },
    "mod": {
        "mod_zero": "n | mod n zero = n",
        "mod_lt": "n m | ble (succ (mod n (succ m))) (succ m) = true",
    },
    "gcd": {
        "gcd_zero": "n | gcd zero n = n",
        "gcd_succ": "m n | gcd (succ m) n = gcd (mod n (succ m)) (succ m)",
    },
}
"""For each function on `Nat`, theorems that a library must prove of it in the namespace
`Acceleration`: `∀ variables | left = right`.

Recursion settles `add`, `sub`, `mul`, `beq` and `ble`; that quotient and remainder are unique
settles `div` and `mod`, and Euclid's recursion `gcd`, whose first argument falls.
"""

_NATS = {"zero", "succ", "pred", *ACCELERATED}
_NAT: Name = ("Nat",)
_STRING: Name = ("String",)
_UNSUPPORTED: tuple[Name, ...] = (
    ("String", "ofList"),
    ("Char", "ofNat"),
    ("Lean", "reduceBool"),
    ("Lean", "reduceNat"),
)


class NotTied(LeanError):
    """What the kernel computes by a name may be something else than what the library defines under
    it.
    """


def require_tied(environment: Environment, toolchain: Toolchain) -> None:
    """Check that what the kernel does by name agrees with what the library defines under that name.

    Raises:
        NotTied: if `Nat` or `String` has another shape than literals of it need, a name is declared
            for which no equations are known, an equation is not proved, or its proof needs the
            kernel's own arithmetic.
        ReplayRefused: if the check did not finish.
    """
    found = list(_faults(environment))
    if not found:
        found = list(_unproved(environment, toolchain))
    if found:
        raise NotTied(
            "what the kernel computes by name is not tied to its definition:\n" + "\n".join(found)
        )


def ties(reached: Iterable[Name], closure: Callable[[Name], Iterable[Name]]) -> list[Name]:
    """Return the theorems of `EQUATIONS` for each function on numbers that is among some constants,
    or that one of these theorems rests on.

    Args:
        reached: the constants.
        closure: gives what a theorem rests on; nothing if there is none.
    """
    below = set(reached)
    tied: set[str] = set()
    while found := {operation for operation in EQUATIONS if ("Nat", operation) in below} - tied:
        tied |= found
        for operation in found:
            for theorem in EQUATIONS[operation]:
                below.update(closure(("Acceleration", theorem)))
    return [
        ("Acceleration", theorem)
        for operation in EQUATIONS
        if operation in tied
        for theorem in EQUATIONS[operation]
    ]


def _faults(environment: Environment) -> Iterator[str]:
    for name in _UNSUPPORTED:
        if name in environment.modules:
            yield f"{show_name(name)} is declared, which the kernel treats by its name and this harness does not support"
    for operation in ACCELERATED:
        if ("Nat", operation) in environment.modules and operation not in EQUATIONS:
            yield f"Nat.{operation} is declared, for which no equations are known; give it another name"
    if _NAT in environment.modules and not _is_nat(environment):
        yield "Nat is not the type with the constructors zero : Nat and succ : Nat → Nat, which literals stand for"
    if _STRING in environment.modules and not _has_strings(environment):
        yield "String is not a structure over List Char, so that nothing may be what a string literal stands for"


def _is_nat(environment: Environment) -> bool:
    terms = environment.terms
    nat = terms.add((CONST, _NAT, ()))
    level = terms.add_level(("succ", terms.add_level(("zero",))))
    zero, succ = (*_NAT, "zero"), (*_NAT, "succ")
    expected = {
        _NAT: (terms.add((SORT, level)), Inductive((_NAT,), (zero, succ), 0, 0, 0, True, False)),
        zero: (nat, Constructor(_NAT, 0, 0, 0)),
        succ: (terms.add((PI, nat, nat)), Constructor(_NAT, 1, 0, 1)),
    }
    return all(
        name in environment.modules
        and (
            environment.constant(name).type,
            environment.constant(name).detail,
            environment.constant(name).levels,
        )
        == (*shape, ())
        for name, shape in expected.items()
    )


def _has_strings(environment: Environment) -> bool:
    """Whether `String` has the constructor `mk : List Char → String`, and `List` has `nil`: then it
    has elements.

    Without `String.ofList` the kernel takes no literal apart, so that one may stand for any
    element.
    """
    terms = environment.terms
    make, nil = environment.find((*_STRING, "mk")), environment.find(("List", "nil"))
    if make is None or nil is None or environment.constant(_STRING).kind != "inductive":
        return False
    chars = terms.add(
        (
            APP,
            terms.add((CONST, ("List",), (terms.add_level(("zero",)),))),
            terms.add((CONST, ("Char",), ())),
        )
    )
    constructor = environment.constant(make)
    return (
        constructor.kind == environment.constant(nil).kind == "ctor"
        and environment.constant(nil).detail == Constructor(("List",), 0, 1, 0)
        and constructor.type == terms.add((PI, chars, terms.add((CONST, _STRING, ()))))
    )


def _unproved(environment: Environment, toolchain: Toolchain) -> Iterator[str]:
    declared = [operation for operation in ACCELERATED if ("Nat", operation) in environment.modules]
    theorems: list[Name] = []
    for operation in declared:
        for name, equation in EQUATIONS[operation].items():
            theorem = ("Acceleration", name)
            if theorem not in environment.modules:
                yield f"Nat.{operation} is declared, but there is no theorem Acceleration.{name} : {_shown(equation)}"
                continue
            constant = environment.constant(theorem)
            if constant.kind != "theorem" or constant.type != _statement(
                environment.terms, equation
            ):
                yield f"Acceleration.{name} does not state {_shown(equation)}"
            elif environment.axioms(theorem):
                yield f"Acceleration.{name} rests on axioms"
            theorems.append(theorem)
    # "plain" is in no source's name for them, so the kernel computes nothing by name in this
    # replay.
    plain: dict[Name, Name] = {
        ("Nat", operation): ("Nat", operation, "plain", 0) for operation in declared
    }
    if theorems:
        try:
            accepts(environment, theorems, toolchain, renamed=plain)
        except ReplayRefused as error:
            yield f"without the kernel's own arithmetic, the equations are not proved: {error}"


def _shown(equation: str) -> str:
    variables, _, body = equation.partition("| ")
    return f"∀ {variables.strip()} : Nat, {body}" if variables else body


def _statement(terms: Terms, equation: str) -> int:
    """Return the number of the term that an equation of `EQUATIONS` stands for."""
    variables, _, body = equation.partition("|")
    names = variables.split()
    words = body.replace("(", " ( ").replace(")", " ) ").split()

    def constant(word: str) -> int:
        name = ("Nat", word) if word in _NATS else ("Bool", word)
        return terms.add((CONST, name, ()))

    def term() -> int:
        word = words.pop(0)
        if word == "(":
            inner = application()
            words.pop(0)
            return inner
        return (
            terms.add((BVAR, len(names) - 1 - names.index(word)))
            if word in names
            else constant(word)
        )

    def application() -> int:
        applied = term()
        while words and words[0] not in (")", "="):
            applied = terms.add((APP, applied, term()))
        return applied

    of_bool = words[0] in ("beq", "ble")
    left = application()
    words.pop(0)
    right = application()
    one = terms.add_level(("succ", terms.add_level(("zero",))))
    kind = terms.add((CONST, ("Bool",) if of_bool else _NAT, ()))
    number = terms.apply(terms.add((CONST, ("Eq",), (one,))), [kind, left, right])
    for _ in names:
        number = terms.add((PI, terms.add((CONST, _NAT, ())), number))
    return number
