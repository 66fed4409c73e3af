"""Reads a term for a definition where no Lean is there to do it: a constant of an export, applied
to data.

What the constant takes beside the data is found by matching the types of its arguments with those
of the data, as far as that is plain; whether the outcome is well typed is for a kernel to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyharness.core.errors import UsageError
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import Name, show_name
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LIT, PI, Terms, term_parts
from pyharness.proofs.unfolding import Unfolding

__all__ = ["ADVICE", "Applied"]

ADVICE = (
    "no Lean is here to read it: define a function of just the data in Lean, have it in the export, "
    "and name that"
)
"""What to do about a term that is not read."""

_UNKNOWN = "what is not known yet"
_FUNCTION = re.compile(r"(?:fun\s+((?:[^\W\d][\w']*\s+)+)(?:=>|↦)\s+)?(\S+)((?:\s+[\w']+)*)\s*")


class Applied:
    """A constant that a term applies to its data.

    Args:
        environment: declares the constants.
        lean: the constant's full name, or `fun x y => name y x`, where each variable is given once;
            a number may be given too.
        arity: how many data there are.

    Attributes:
        name: the constant.

    Raises:
        UsageError: if the term is none of that, or the constant is not there.
    """

    def __init__(self, environment: Environment, lean: str, arity: int):
        self._environment, self._lean, self._arity = environment, lean, arity
        match = _FUNCTION.fullmatch(lean.strip())
        if match is None:
            raise self._unread("it is no name and no `fun x y => name x y`")
        bound, name, given = match.groups()
        variables = (bound or "").split()
        found = environment.find(name.removeprefix("_root_."))
        if found is None:
            raise UsageError(
                f"the term {lean!r} names {name}, which the export does not declare: name a constant "
                "of it in full"
            )
        self.name: Name = found
        self._given: list[tuple[str, int]] = [("variable", place) for place in range(arity)]
        if bound is not None:
            self._given = [self._argument(text, variables) for text in given.split()]
        elif given:
            raise self._unread("it is applied to something")
        taken = sorted(place for what, place in self._given if what == "variable")
        if bound is not None and (len(variables) != arity or len({*variables}) != arity):
            raise self._unread(f"it is a function of {len(variables)} data, and {arity} are given")
        if taken != list(range(arity)):
            raise self._unread("each variable must be given once")

    def _argument(self, text: str, variables: Sequence[str]) -> tuple[str, int]:
        if text in variables:
            return "variable", variables.index(text)
        if text.isdecimal() and len(text) < 20:
            return "number", int(text)
        raise self._unread(f"{text} is none of its variables")

    def _unread(self, reason: str) -> UsageError:
        return UsageError(f"the term {self._lean!r} cannot be used: {reason}, and {ADVICE}")

    def function(self, types: Sequence[int]) -> int:
        """Return the function of data of some types that the term is.

        Args:
            types: closed terms of the environment, one for each of the data.

        Raises:
            UsageError: if what the constant takes beside the data is not found.
        """
        terms = self._environment.terms
        matching = _Matching(self._environment, self._environment.constant(self.name).levels)
        arguments: list[int] = []
        left = list(self._given)
        signature = self._environment.signature(self.name)
        type_ = self._environment.type(self.name)
        while left:
            if terms.nodes[type_][0] != PI:
                type_ = matching.unfold.head(type_)
            if terms.nodes[type_][0] != PI:
                raise self._unread(f"{show_name(self.name)} takes fewer arguments")
            _, domain, result = terms.nodes[type_]
            place = len(arguments)
            value = terms.add((CONST, (_UNKNOWN, place), ()))
            if place >= len(signature) or signature[place][1] == "default":
                what, number = left.pop(0)
                if what == "variable":
                    arguments.append(terms.add((BVAR, self._arity - 1 - number)))
                    if not matching.match(domain, types[number]):
                        raise self._unread(
                            f"its argument {show_name(signature[place][0]) if place < len(signature) else place + 1} "
                            f"is not seen to be of the type that the data are of"
                        )
                else:
                    value = terms.add((LIT, number))
                    arguments.append(value)
            else:
                arguments.append(value)
            type_ = terms.instantiate(result, [value])
        for place, argument in enumerate(arguments):
            if terms.nodes[argument] == (CONST, (_UNKNOWN, place), ()):
                found = matching.found.get(place)
                if found is None:
                    binder, how = signature[place]
                    what = "an instance" if how == "instance" else show_name(binder)
                    raise self._unread(
                        f"{show_name(self.name)} takes {what}, which the types of the data do not "
                        "determine"
                    )
                arguments[place] = found
        body = terms.apply(
            terms.add((CONST, self.name, tuple(matching.levels.values()))), arguments
        )
        for type_ in reversed(types):
            body = terms.add((LAM, type_, body))
        return body


class _Matching:
    """Finds what stands in types for what is not known in them.

    Attributes:
        found: the terms, by the places of the arguments that they are.
        levels: the universe levels, by the parameters; 0 where nothing was found.
        unfold: unfolds definitions.
    """

    def __init__(self, environment: Environment, parameters: Sequence[Name]):
        self._terms: Terms = environment.terms
        zero = self._terms.add_level(("zero",))
        self.found: dict[int, int] = {}
        self.levels: dict[Name, int] = dict.fromkeys(parameters, zero)
        self.unfold = Unfolding(environment)

    def match(self, pattern: int, type_: int) -> bool:
        """Whether a type may be that of data, as far as it is looked at: what is without unknowns
        is not.
        """
        return self._match(pattern, type_) or self._match(self.unfold.head(pattern), type_)

    def _match(self, pattern: int, type_: int) -> bool:
        nodes = self._terms.nodes
        node, other = nodes[pattern], nodes[type_]
        if node[0] == CONST and node[1][:1] == (_UNKNOWN,):
            return (
                self._terms.is_closed(type_) and self.found.setdefault(node[1][1], type_) == type_
            )
        if not any(name[:1] == (_UNKNOWN,) for name in self._terms.constants([pattern])):
            return True
        if node[0] != other[0] or node[0] not in (APP, LAM, PI):
            return False
        return all(map(self._match, term_parts(node), term_parts(other)))
