"""The quotient: four constants that are declared once, with these types.

Described in "The Type Theory of Lean", 2.7.1 Quotient types, and "Type Checking in Lean 4",
Declarations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .arithmetic import is_equality
from .environment import Constant
from .names import Name, show_name
from .refusal import Refused
from .terms import Term, Terms

__all__ = ["require_quotient", "require_quotient_name"]

_NAMES: Mapping[str, Name] = {
    "type": ("Quot",),
    "ctor": ("Quot", "mk"),
    "lift": ("Quot", "lift"),
    "ind": ("Quot", "ind"),
}


def require_quotient_name(kind: str, name: Name) -> None:
    """Check that a constant of the quotient has the name of its kind.

    Raises:
        Refused: if it has not.
    """
    if name != _NAMES.get(kind):
        raise Refused("quotient", f"{show_name(name)} is not the {kind} of the quotient")


def require_quotient(
    terms: Terms,
    constants: Mapping[Name, Constant],
    name: Name,
    levels: Sequence[Name],
    type_: Term,
) -> None:
    """Check a constant of the quotient, which has one of the names.

    Raises:
        Refused: if it has another type, or `Eq` is not declared as equality.
    """
    if not is_equality(terms, constants):
        raise Refused("quotient", "Eq is not declared as equality")
    kind = next(kind for kind, its in _NAMES.items() if its == name)
    if len(levels) != (2 if kind == "lift" else 1) or type_ is not _type(terms, kind, levels):
        raise Refused(
            "quotient", f"{show_name(name)} has not the type that the {kind} of the quotient has"
        )


def _type(terms: Terms, kind: str, levels: Sequence[Name]) -> Term:
    level, *others = map(terms.levels.param, levels)
    app, pi, pis, local = terms.app, terms.pi, terms.pis, terms.local
    # {α : Sort u} {r : α → α → Prop}
    alpha = local(0, terms.sort(level))
    relation = local(1, pi(alpha, pi(alpha, terms.prop)))
    quotient = terms.apply(terms.const(("Quot",), (level,)), [alpha, relation])
    if kind == "type":
        return pis([alpha, relation], terms.sort(level))
    make = terms.apply(terms.const(("Quot", "mk"), (level,)), [alpha, relation])
    if kind == "ctor":
        return pis([alpha, relation], pi(alpha, quotient))
    if kind == "lift":
        # {β : Sort v} (f : α → β) (h : ∀ a b, r a b → f a = f b) : Quot r → β
        beta = local(2, terms.sort(others[0]))
        function = local(3, pi(alpha, beta))
        one, other = local(4, alpha), local(5, alpha)
        equal = terms.apply(
            terms.const(("Eq",), (others[0],)), [beta, app(function, one), app(function, other)]
        )
        respects = pis([one, other], pi(terms.apply(relation, [one, other]), equal))
        return pis([alpha, relation, beta, function], pi(respects, pi(quotient, beta)))
    # {β : Quot r → Prop} (h : ∀ a, β (Quot.mk r a)) (q : Quot r) : β q
    beta = local(2, pi(quotient, terms.prop))
    one, element = local(3, alpha), local(4, quotient)
    return pis(
        [alpha, relation, beta],
        pi(pis([one], app(beta, app(make, one))), pis([element], app(beta, element))),
    )
