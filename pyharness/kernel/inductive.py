"""Inductive types: what may be declared, and the recursors that this makes.

A declaration is a family of types with their constructors. Where the type of a field applies an
earlier type to the family (`List Tree` in a tree of lists of trees), that application is one more
member of the family, with the constructors of the earlier type. The declaration is checked, and its
recursors are made, for this larger family; then each such member is written as what it stands for.

| rule | what it asks |
|---|---|
| inductive-type | a type is a function of parameters and indices into a universe |
| inductive-type | all types of a family have the same parameters and universe |
| constructor-parameters | a constructor takes the same parameters first |
| constructor-result | it makes an element of its type at these parameters |
| constructor-result | the indices of that element do not mention the family |
| constructor-universe | a field's type is in no larger universe than the family; in `Prop`, any |
| positivity | a field's type mentions the family only as a function's result, at the parameters |
| nested | no name begins with `_nested`, which is for what is made here |
| nested | an earlier type is applied to no field, and to the family at these parameters only |

A recursor of a proposition gives proofs only, unless the proposition is large: see `_is_large`.

Described in "The Type Theory of Lean", 2.6 Inductive types, and "Type Checking in Lean 4", The
Secret Life of Inductive Types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .checker import Checker
from .environment import Constant, Constructor, Extended, Inductive, Recursor, mentioned
from .levels import Level
from .names import Name, show_name
from .printing import show
from .refusal import Refused
from .terms import Const, Local, Pi, Sort, Term, body_of, head_of, spine

__all__ = ["Declared", "declare_family"]

NewChecker = Callable[[Mapping[Name, Constant]], Checker]


@dataclass(frozen=True)
class Declared:
    """A type of a family as it is declared, with the names and types of its constructors."""

    name: Name
    type: Term
    constructors: tuple[tuple[Name, Term], ...]


@dataclass(frozen=True)
class _Made:
    """A constructor of a member. Its fields are free variables; `indices` are those of the element
    that it makes.

    `calls` has, for each field that is a function into the family or an element of it: the field,
    the function's arguments, the member, and the indices.
    """

    constructor: Term
    fields: list[Local]
    indices: list[Term]
    calls: list[tuple[Local, list[Local], int, list[Term]]]


@dataclass(frozen=True)
class _Member:
    """A member of the larger family.

    Attributes:
        const: it, at the universe parameters and at the parameters.
        indices: its indices, as free variables.
        universe: the level of the universe that it is in.
        stands_for: what it is written as in the end.
        constructors: for each constructor: it at the parameters, what it is written as, and its
            type behind the parameters.
    """

    const: Term
    indices: list[Local]
    universe: Level
    stands_for: Term
    constructors: list[tuple[Term, Term, Term]]


def declare_family(
    new_checker: NewChecker,
    constants: Mapping[Name, Constant],
    levels: tuple[Name, ...],
    parameters: int,
    types: Sequence[Declared],
    elimination: Name,
) -> list[Constant]:
    """Return the constants that a family makes: its types, their constructors, and the recursors;
    without what they rest on.

    Args:
        new_checker: makes a checker over constants, with the declaration's universe parameters.
        constants: the constants before.
        levels: the universe parameters.
        parameters: how many parameters the types and constructors have.
        types: the types.
        elimination: the name of the universe parameter for what the recursors give, if they have
            one.

    Raises:
        Refused: if it breaks one of the rules above, or a type in it is ill-typed.
    """
    family = _Family(new_checker, constants, levels, parameters, types)
    return family.types() + family.recursors(elimination)


class _Family:
    """A family, checked. Its parameters, and whatever else its types and constructors take, are
    free variables.
    """

    def __init__(
        self,
        new_checker: NewChecker,
        constants: Mapping[Name, Constant],
        levels: tuple[Name, ...],
        parameters: int,
        types: Sequence[Declared],
    ):
        self._constants, self._level_names, self._declared = constants, levels, types
        self._known = Extended(constants)
        self._checker = new_checker(self._known)
        self._terms = self._checker.terms
        self._levels = tuple([self._terms.levels.param(name) for name in levels])
        self._number = 0
        self._names: set[Name] = {declared.name for declared in types}
        self._members: list[_Member] = []
        self._places: dict[Term, int] = {}
        self._nested: dict[Term, Term] = {}
        self._written: dict[Term, Term] = {}
        self._parameters = self._open_parameters(parameters)
        self._add_types()
        self._checker = new_checker(self._known)
        self._add_constructors()
        self._find_nested()
        self._checker = new_checker(self._known)
        self._made = [
            [self._constructor(place, made, type_) for made, _, type_ in member.constructors]
            for place, member in enumerate(self._members)
        ]

    @property
    def _universe(self) -> Level:
        """The level of the universe that all members are in."""
        return self._members[0].universe

    def _fresh(self, type_: Term) -> Local:
        self._number += 1
        return self._terms.local(self._number - 1, type_)

    def _assume(self, name: Name, type_: Term) -> None:
        """Let a type be known for the rest of the declaration, as a constant of which nothing but
        its type is known.
        """
        self._known[name] = Constant(name, "axiom", self._level_names, type_, None, None, 0, ())

    def _at_parameters(self, name: Name) -> Term:
        return self._terms.apply(self._terms.const(name, self._levels), self._parameters)

    def _refuse(self, rule: str, reason: str, term: Term) -> Refused:
        return Refused(rule, reason, term=show(term))

    # ---------------------------------------------------------------------------------------- types
    def _open_parameters(self, count: int) -> list[Local]:
        first = self._declared[0]
        variables: list[Local] = []
        self._checker.check_type(first.type)
        type_ = first.type
        for _ in range(count):
            if type(type_) is not Pi:
                raise self._refuse(
                    "inductive-type",
                    f"{show_name(first.name)} has fewer than {count} parameters",
                    first.type,
                )
            variables.append(self._fresh(self._terms.instantiate(type_.domain, variables)))
            type_ = type_.body
        return variables

    def _add_types(self) -> None:
        for declared in self._declared:
            self._checker.check_type(declared.type)
            self._require_other_names(declared)
            self._add_member(
                declared.name, self._behind_parameters(declared.type, "inductive-type"), None, []
            )
        for declared in self._declared:
            self._assume(declared.name, declared.type)

    def _require_other_names(self, declared: Declared) -> None:
        """Refuse names that kernels give to nested members: one that took such a constant for its
        own would be led astray.
        """
        roots = [declared.type, *[type_ for _, type_ in declared.constructors]]
        made = [declared.name, *[name for name, _ in declared.constructors]]
        mentions = mentioned(self._terms.budget, *roots)
        for name in sorted({*mentions, *made}, key=show_name):
            if name[:1] == ("_nested",):
                raise Refused("nested", f"{show_name(name)} is a name for nested members")

    def _add_constructors(self) -> None:
        for member, declared in zip(self._members, self._declared, strict=True):
            for name, type_ in declared.constructors:
                self._checker.check_type(type_)
                made = self._at_parameters(name)
                member.constructors.append(
                    (made, made, self._behind_parameters(type_, "constructor-parameters"))
                )

    def _behind_parameters(self, type_: Term, rule: str) -> Term:
        """Return the body of a type under the parameters, which it must take first."""
        given: list[Term] = []
        body = type_
        for parameter in self._parameters:
            if type(body) is not Pi or not self._checker.equal(
                self._terms.instantiate(body.domain, given), parameter.type
            ):
                raise self._refuse(
                    rule, "it does not take the parameters of the declaration first", type_
                )
            given.append(parameter)
            body = body.body
        return self._terms.instantiate(body, given)

    def _add_member(
        self,
        name: Name,
        type_: Term,
        stands_for: Term | None,
        constructors: list[tuple[Term, Term, Term]],
    ) -> None:
        self._checker.check_type(type_)
        indices, result = self._open(type_)
        sort = self._checker.whnf(result)
        if type(sort) is not Sort:
            raise self._refuse("inductive-type", "it gives no universe", type_)
        if self._members and not self._terms.levels.equal(self._universe, sort.level):
            raise self._refuse(
                "inductive-type", "types of one family are in different universes", type_
            )
        const = self._at_parameters(name)
        written = const if stands_for is None else stands_for
        self._places[const] = len(self._members)
        self._members.append(_Member(const, indices, sort.level, written, constructors))

    def _open(self, type_: Term) -> tuple[list[Local], Term]:
        """Open all functions at the front of a type."""
        variables: list[Local] = []
        while type(type_) is Pi:
            variables.append(self._fresh(self._terms.instantiate(type_.domain, variables)))
            type_ = type_.body
        return variables, self._terms.instantiate(type_, variables)

    # ------------------------------------------------------------------------------- nested members
    def _find_nested(self) -> None:
        """Make each application of an earlier type to the family a member. New members may bring
        more of them.
        """
        for member in self._members:
            for place, (made, written, type_) in enumerate(member.constructors):
                member.constructors[place] = (
                    made,
                    written,
                    self._terms.rewrite(type_, self._as_member),
                )

    def _as_member(self, term: Term) -> Term | None:
        """Return an application of an earlier type to the family as one of a member; None if it is
        none.
        """
        head, arguments = spine(term)
        if type(head) is not Const or head.name not in self._constants:
            return None
        inductive = self._constants[head.name].detail
        if type(inductive) is not Inductive or len(arguments) < inductive.parameters:
            return None
        given, others = arguments[: inductive.parameters], arguments[inductive.parameters :]
        if not any(map(self._mentions, given)):
            return None
        if any(argument.loose for argument in given):
            raise self._refuse(
                "nested", f"what {show_name(head.name)} is applied to mentions a field", term
            )
        prop = self._terms.prop

        def others_than(part: Term) -> Term | None:
            return prop if part in self._places else None

        if any(self._mentions(self._terms.rewrite(argument, others_than)) for argument in given):
            raise self._refuse(
                "nested",
                f"{show_name(head.name)} is applied to the family at other parameters",
                term,
            )
        nested = self._terms.apply(head, given)
        if nested not in self._nested:
            self._add_nested(inductive, head, given)
        return self._terms.apply(
            self._nested[nested], [self._terms.rewrite(other, self._as_member) for other in others]
        )

    def _add_nested(self, inductive: Inductive, head: Const, given: list[Term]) -> None:
        terms = self._terms
        for name in inductive.family:
            # No file has a name with a negative number in it.
            number = -1 - len(self._nested)
            stands_for = terms.apply(terms.const(name, head.levels), given)
            constant = self._constants[name]
            constructors = []
            for place, constructor in enumerate(constant.as_inductive.constructors):
                made = self._at_parameters((number, place))
                self._written[made] = written = terms.apply(
                    terms.const(constructor, head.levels), given
                )
                constructors.append(
                    (made, written, self._applied(self._constants[constructor], head, given))
                )
            type_ = self._applied(constant, head, given)
            self._add_member((number,), type_, stands_for, constructors)
            self._nested[stands_for] = const = self._members[-1].const
            self._written[const] = stands_for
            self._names.add((number,))
            self._assume((number,), terms.pis(self._parameters, type_))

    def _applied(self, constant: Constant, head: Const, given: list[Term]) -> Term:
        """Return the type of a constant at levels and arguments."""
        type_ = self._checker.at_levels(constant, constant.type, head)
        return self._terms.instantiate(body_of(type_, len(given)), given)

    def _restored(self, term: Term) -> Term:
        """Write members and their constructors as what they stand for."""
        return self._terms.rewrite(term, self._written.get) if self._written else term

    # --------------------------------------------------------------------------------- constructors
    def _constructor(self, place: int, made: Term, type_: Term) -> _Made:
        self._checker.check_type(type_)
        fields: list[Local] = []
        calls: list[tuple[Local, list[Local], int, list[Term]]] = []
        body = type_
        while type(body) is Pi:
            domain = self._terms.instantiate(body.domain, fields)
            level = self._checker.level_of(domain)
            if not self._universe.is_zero and not self._terms.levels.at_most(level, self._universe):
                raise self._refuse(
                    "constructor-universe",
                    "a field's type is in a larger universe than the family",
                    domain,
                )
            field = self._fresh(domain)
            call = self._call(domain)
            if call is not None:
                calls.append((field, *call))
            fields.append(field)
            body = body.body
        body = self._terms.instantiate(body, fields)
        found = self._element(body)
        if found is None or found[0] != place:
            raise self._refuse(
                "constructor-result",
                "a constructor makes no element of its type at the parameters",
                body,
            )
        return _Made(made, fields, found[1], calls)

    def _call(self, domain: Term) -> tuple[list[Local], int, list[Term]] | None:
        """Return how a field's type is into the family: arguments, member and indices; None if it
        does not mention it.
        """
        arguments: list[Local] = []
        if not self._mentions(domain):
            return None
        type_ = self._checker.whnf(domain)
        while self._mentions(type_) and type(type_) is Pi:
            if self._mentions(type_.domain):
                raise self._refuse("positivity", "the family is in what a field takes", domain)
            arguments.append(self._fresh(type_.domain))
            type_ = self._checker.whnf(self._terms.instantiate(type_.body, arguments[-1:]))
        if not self._mentions(type_):
            return None
        found = self._element(type_)
        if found is None:
            raise self._refuse(
                "positivity",
                "a field's type mentions the family, but is not into it at the parameters",
                domain,
            )
        return arguments, *found

    def _mentions(self, term: Term) -> bool:
        return not self._names.isdisjoint(self._mentioned(term))

    def _mentioned(self, term: Term) -> frozenset[Name]:
        return mentioned(self._terms.budget, term)

    def _element(self, type_: Term) -> tuple[int, list[Term]] | None:
        """Return the member that a type is, at the parameters, and the indices; None if it is
        none.
        """
        head, arguments = spine(type_)
        count = len(self._parameters)
        const = self._terms.apply(head, arguments[:count])
        indices = arguments[count:]
        place = self._places.get(const)
        if (
            place is None
            or len(indices) != len(self._members[place].indices)
            or any(map(self._mentions, indices))
        ):
            return None
        return place, indices

    def types(self) -> list[Constant]:
        """Return the types and constructors."""
        names = tuple([declared.name for declared in self._declared])
        domains = [field.type for made in self._made for item in made for field in item.fields]
        recursive = any(map(self._mentions, domains))
        reflexive = any(type(domain) is Pi and self._mentions(domain) for domain in domains)
        count = len(self._parameters)
        made: list[Constant] = []
        for declared, member in zip(self._declared, self._members, strict=False):
            constructors = tuple([name for name, _ in declared.constructors])
            detail = Inductive(
                names,
                constructors,
                count,
                len(member.indices),
                recursive,
                len(self._members) - len(self._declared),
                reflexive,
            )
            made.append(
                Constant(
                    declared.name,
                    "inductive",
                    self._level_names,
                    declared.type,
                    None,
                    detail,
                    0,
                    (),
                )
            )
        for declared, items in zip(self._declared, self._made, strict=False):
            for place, ((name, type_), item) in enumerate(
                zip(declared.constructors, items, strict=True)
            ):
                made.append(
                    Constant(
                        name,
                        "ctor",
                        self._level_names,
                        type_,
                        None,
                        Constructor(declared.name, place, count, len(item.fields)),
                        0,
                        (),
                    )
                )
        return made

    # ------------------------------------------------------------------------------------ recursors
    def _is_large(self) -> bool:
        """Whether a recursor may give elements of any type.

        It may unless the family can be a proposition. Then it must be a single type with at most
        one constructor, each field of which is a proof or an index of what it makes, so that an
        element tells no more than its type does.
        """
        if self._universe.is_positive:
            return True
        if len(self._members) > 1 or len(self._made[0]) > 1:
            return False
        for item in self._made[0]:
            told = set(item.indices)
            for field in item.fields:
                if not self._checker.level_of(field.type).is_zero and field not in told:
                    return False
        return True

    def recursors(self, elimination: Name) -> list[Constant]:
        """Return the recursors."""
        terms = self._terms
        large = self._is_large()
        level = terms.levels.param(elimination) if large else terms.levels.zero
        names = (elimination, *self._level_names) if large else self._level_names
        levels = (level, *self._levels) if large else self._levels
        first = self._declared[0].name
        recs = [terms.const((*declared.name, "rec"), levels) for declared in self._declared]
        recs += [
            terms.const((*first, f"rec_{number}"), levels)
            for number in range(1, len(self._members) - len(self._declared) + 1)
        ]

        majors = [
            self._fresh(terms.apply(member.const, member.indices)) for member in self._members
        ]
        motives = [
            self._fresh(terms.pis([*member.indices, major], terms.sort(level)))
            for member, major in zip(self._members, majors, strict=True)
        ]
        minors = [
            [self._minor(motives, place, item) for item in made]
            for place, made in enumerate(self._made)
        ]
        flat = [minor for of_member in minors for minor in of_member]
        k = (
            len(self._members) == 1
            and self._universe.is_zero
            and [len(item.fields) for item in self._made[0]] == [0]
        )
        family = tuple([declared.name for declared in self._declared])

        made = []
        for place, member in enumerate(self._members):
            given = [*member.indices, majors[place]]
            type_ = terms.pis([*motives, *flat, *given], terms.apply(motives[place], given))
            type_ = terms.pis(self._parameters, self._restored(type_))
            rules = {}
            for item, minor, (_, written, _) in zip(
                self._made[place], minors[place], member.constructors, strict=True
            ):
                rule = terms.lams(
                    [*motives, *flat, *item.fields], self._rule(recs, motives, flat, item, minor)
                )
                rules[_name_of(written)] = (
                    len(item.fields),
                    terms.lams(self._parameters, self._restored(rule)),
                )
            detail = Recursor(
                family,
                _name_of(member.stands_for),
                len(self._parameters),
                len(member.indices),
                len(motives),
                len(flat),
                rules,
                k,
            )
            made.append(
                Constant(
                    recs[place].name,
                    "rec",
                    names,
                    type_,
                    None,
                    detail,
                    0,
                    (),
                )
            )
        return made

    def _minor(self, motives: list[Local], place: int, item: _Made) -> Local:
        """Return the minor premise of a constructor: what the recursor gives for it, given that for
        the fields.
        """
        terms = self._terms
        hypotheses = [
            self._fresh(
                terms.pis(
                    arguments,
                    terms.app(terms.apply(motives[member], indices), terms.apply(field, arguments)),
                )
            )
            for field, arguments, member, indices in item.calls
        ]
        element = terms.apply(item.constructor, item.fields)
        result = terms.app(terms.apply(motives[place], item.indices), element)
        return self._fresh(terms.pis([*item.fields, *hypotheses], result))

    def _rule(
        self,
        recs: list[Const],
        motives: list[Local],
        minors: list[Local],
        item: _Made,
        minor: Local,
    ) -> Term:
        """Return what the recursor gives for a constructor: the minor premise, on the fields and
        what it gives for these.
        """
        terms = self._terms
        values = [
            terms.lams(
                arguments,
                terms.apply(
                    recs[member],
                    [*self._parameters, *motives, *minors, *indices, terms.apply(field, arguments)],
                ),
            )
            for field, arguments, member, indices in item.calls
        ]
        return terms.apply(minor, [*item.fields, *values])


def _name_of(term: Term) -> Name:
    """Return the name of the constant at the head of a term."""
    head = head_of(term)
    assert type(head) is Const
    return head.name
