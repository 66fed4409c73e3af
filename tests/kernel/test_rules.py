"""One ill-typed term or ill-formed declaration for each rule, refused for that rule; what is like
it and right is accepted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from pyharness.kernel import Refused, check, library
from pyharness.kernel.declarations import Kernel
from tests.kernel.test_arithmetic import numbers
from tests.kernel_exports import Export, basics

Case = Callable[[Export], None]

WRONG: dict[str, tuple[str, Case]] = {}
"""What each shows: the rule that must refuse it, and what writes it."""
RIGHT: dict[str, Case] = {}
"""What each shows, and what writes it."""


def wrong(rule: str) -> Callable[[Case], Case]:
    def note(case: Case) -> Case:
        WRONG[case.__name__] = rule, case
        return case

    return note


def right(case: Case) -> Case:
    RIGHT[case.__name__] = case
    return case


def equal(e: Export, type_, left, right_, level=1):
    """`left = right_`."""
    return e.make.a(e.make.c("Eq", level), type_, left, right_)


def refl(e: Export, type_, element, level=1):
    return e.make.a(e.make.c("Eq.refl", level), type_, element)


def states_equal(e: Export, name, type_, left, right_, level=1):
    """Declare the theorem `left = right_`, proved by reflexivity."""
    e.declare("thm", name, equal(e, type_, left, right_, level), refl(e, type_, left, level))


# -------------------------------------------------------------------------------------------- terms
@wrong("variable")
def a_variable_without_a_binder(e):
    e.declare("def", "bad", "Nat", 0)


@wrong("variable")
def a_variable_beyond_its_binders(e):
    e.declare("def", "bad", e.make.p("Nat", "Nat"), e.make.f("Nat", 1))


@wrong("unknown-constant")
def a_constant_before_its_declaration(e):
    e.declare("axiom", "bad", "later")
    e.declare("axiom", "later", e.make.prop)


@wrong("unknown-constant")
def a_constant_in_its_own_value(e):
    e.declare("def", "bad", "False", "bad")


@wrong("unknown-constant")
def a_name_of_other_parts(e):
    """`Nat.succ` as one part is not `Nat.succ` as two."""
    e.declare("def", "bad", e.make.p("Nat", "Nat"), e.make.const(("Nat.succ",)))


@wrong("unknown-constant")
def a_number_in_a_name_is_no_text(e):
    e.declare("axiom", ("a", 1), "Nat")
    e.declare("def", "bad", "Nat", e.make.const(("a", "1")))


@wrong("universe-arguments")
def too_few_universes(e):
    e.declare("def", "bad", e.make.p(e.make.type, e.make.type), e.make.c("List"))


@wrong("universe-arguments")
def too_many_universes(e):
    e.declare("def", "bad", "Nat", e.make.c("Nat.zero", 1))


@wrong("universe-parameter")
def a_universe_parameter_of_no_one(e):
    e.declare("def", "bad", e.make.s(2), e.make.s("u"))


@wrong("universe-parameter")
def a_universe_parameter_in_a_constant(e):
    e.declare("axiom", "bad", e.make.a(e.make.c("List", "u"), "Nat"))


@wrong("not-a-type")
def an_element_as_a_type(e):
    e.declare("axiom", "bad", "Nat.zero")


@wrong("not-a-type")
def an_element_as_a_domain(e):
    e.declare("def", "bad", e.make.p("Nat", "Nat"), e.make.f("Nat.zero", "Nat.zero"))


@wrong("not-a-type")
def an_element_as_a_result(e):
    e.declare("axiom", "bad", e.make.p("Nat", 0))


@wrong("not-a-function")
def an_element_that_is_applied(e):
    e.declare("def", "bad", "Nat", e.make.a("Nat.zero", "Nat.zero"))


@wrong("argument")
def an_argument_of_another_type(e):
    e.declare("def", "bad", "Nat", e.make.a("Nat.succ", "Bool.true"))


@wrong("argument")
def an_argument_in_another_universe(e):
    """`Type` is no element of `Type`."""
    m = e.make
    e.declare("def", "bad", m.type, m.a(m.c("List", 0), m.type))


@wrong("declared-type")
def universes_are_no_larger_than_they_say(e):
    e.declare("def", "bad", e.make.type, e.make.type)


@wrong("declared-type")
def imax_is_no_max(e):
    """`p → Prop` for p : Sort u is in imax u 1, which is larger than u."""
    m = e.make
    e.declare("def", "bad", m.s("u"), m.p(m.prop, m.prop), levels=["u"])


@wrong("let")
def a_let_with_a_value_of_another_type(e):
    m = e.make
    e.declare("def", "bad", "Nat", m.let(m.of("Nat"), m.of("Bool.true"), m.of("Nat.zero")))


@wrong("not-a-type")
def a_let_without_a_type(e):
    m = e.make
    e.declare("def", "bad", "Nat", m.let(m.of("Nat.zero"), m.of("Nat.zero"), m.of("Nat.zero")))


@right
def a_let_is_its_value(e):
    """The body may use what the variable stands for."""
    m = e.make
    e.declare("def", "good", "Nat", m.let(m.type, m.of("Nat"), m.a(m.f(0, 0), "Nat.zero")))


# -------------------------------------------------------------------------------------- projections
@wrong("projection")
def a_projection_from_a_type_with_two_constructors(e):
    e.declare(
        "def",
        "bad",
        e.make.p("Nat", "Nat"),
        e.make.f("Nat", e.make.proj(("Nat",), 0, e.make.of(0))),
    )


@wrong("projection")
def a_projection_from_a_type_with_two_constructors_with_fields(e):
    m = e.make
    e.family({"Two": (m.type, {"Two.one": m.p("Nat", "Two"), "Two.two": m.p("Bool", "Two")})})
    e.declare("def", "bad", "Nat", m.proj(("Two",), 0, m.a("Two.two", "Bool.true")))


@wrong("projection")
def a_projection_by_the_name_of_another_type(e):
    m = e.make
    pair = m.a(m.c("Prod", 0, 0), "Nat", "Nat")
    e.declare("def", "bad", m.p(pair, "Nat"), m.f(pair, m.proj(("And",), 0, m.of(0))))


@wrong("projection")
def a_projection_beyond_the_fields(e):
    m = e.make
    pair = m.a(m.c("Prod", 0, 0), "Nat", "Nat")
    e.declare("def", "bad", m.p(pair, "Nat"), m.f(pair, m.proj(("Prod",), 2, m.of(0))))


@wrong("projection-from-proof")
def a_witness_out_of_a_proof(e):
    """With it `Exists.intro 0 _` and `Exists.intro 1 _`, equal by proof irrelevance, would give 0 =
    1.
    """
    m = e.make
    exists = m.a(m.c("Exists", 1), "Nat", m.f("Nat", "True"))
    e.declare("def", "bad", m.p(exists, "Nat"), m.f(exists, m.proj(("Exists",), 0, m.of(0))))


@wrong("projection-from-proof")
def a_witness_out_of_what_is_a_proposition_once_levels_are_compared(e):
    """`Sort (imax 1 0)` is `Prop`."""
    m = e.make
    universe = m.sort(m.levels.imax(m.levels.one, m.levels.zero))
    e.family({"Held": (universe, {"Held.mk": m.p("Bool", "Held")})})
    e.declare("def", "bad", m.p("Held", "Bool"), m.f("Held", m.proj(("Held",), 0, m.of(0))))


@wrong("projection-from-proof")
def a_proof_after_a_witness(e):
    """It mentions no witness, but what stands between does."""
    m = e.make
    e.family({"Held": (m.prop, {"Held.mk": m.p("Bool", equal(e, "Bool", 0, 0), "True", "Held")})})
    e.declare("def", "bad", m.p("Held", "True"), m.f("Held", m.proj(("Held",), 2, m.of(0))))


@right
def a_proof_after_a_witness_that_nothing_mentions(e):
    m = e.make
    e.family({"Held": (m.prop, {"Held.mk": m.p("Bool", "True", "Held")})})
    e.declare("def", "good", m.p("Held", "True"), m.f("Held", m.proj(("Held",), 1, m.of(0))))


@wrong("projection-from-proof")
def a_proof_about_a_witness_out_of_a_proof(e):
    """Its type would mention the witness."""
    m = e.make
    exists = m.a(m.c("Exists", 1), "Nat", m.f("Nat", equal(e, "Nat", 0, 0)))
    e.declare(
        "def",
        "bad",
        m.p(exists, "True"),
        m.f(exists, m.a(m.f("True", "True.intro"), m.proj(("Exists",), 1, m.of(0)))),
    )


@right
def a_proof_out_of_a_pair_of_proofs(e):
    m = e.make
    both = m.a("And", "True", "False")
    e.declare("thm", "good", m.p(both, "False"), m.f(both, m.proj(("And",), 1, m.of(0))))


@right
def a_projection_of_a_constructor_is_the_field(e):
    m = e.make
    pair = m.a(m.c("Prod.mk", 0, 0), "Nat", "Bool", "Nat.zero", "Bool.true")
    states_equal(e, "good", "Bool", m.proj(("Prod",), 1, pair), "Bool.true")


# ----------------------------------------------------------------------------------------- literals
@wrong("literal")
def a_text_where_no_string_is_declared(e):
    e.declare("def", "bad", "Nat", e.make.lit("a"))


@wrong("declared-type")
def a_number_of_another_type(e):
    e.declare("def", "bad", "Bool", e.make.lit(1))


@right
def a_literal_is_a_constructor(e):
    states_equal(
        e, "good", "Nat", e.make.lit(2), e.make.a("Nat.succ", e.make.a("Nat.succ", "Nat.zero"))
    )


@right
def a_large_literal_is_the_successor_of_the_one_before(e):
    states_equal(e, "good", "Nat", e.make.lit(10**30), e.make.a("Nat.succ", e.make.lit(10**30 - 1)))


@wrong("declared-type")
def two_literals(e):
    states_equal(e, "bad", "Nat", e.make.lit(2), e.make.lit(3))


# ---------------------------------------------------------------------------- definitional equality
@wrong("declared-type")
def a_variable_is_no_other(e):
    m = e.make
    e.declare(
        "thm", "bad", m.p("Nat", "Nat", equal(e, "Nat", 0, 1)), m.f("Nat", "Nat", refl(e, "Nat", 0))
    )


@wrong("declared-type")
def a_function_is_no_other(e):
    m = e.make
    function = m.p("Nat", "Nat")
    e.declare(
        "thm",
        "bad",
        m.p(function, function, equal(e, "Nat", m.a(1, "Nat.zero"), m.a(0, "Nat.zero"))),
        m.f(function, function, refl(e, "Nat", m.a(1, "Nat.zero"))),
    )


@wrong("declared-type")
def a_constant_at_other_universes(e):
    m = e.make
    e.declare("axiom", "some", "Nat", levels=["u"])
    states_equal(e, "bad", "Nat", m.c("some", 0), m.c("some", 1))


@wrong("declared-type")
def elements_are_not_irrelevant(e):
    m = e.make
    e.declare(
        "thm", "bad", m.p("Bool", equal(e, "Bool", 0, "Bool.true")), m.f("Bool", refl(e, "Bool", 0))
    )


@right
def proofs_are_irrelevant(e):
    m = e.make
    e.declare(
        "thm",
        "good",
        m.p("True", equal(e, "True", 0, "True.intro", 0)),
        m.f("True", refl(e, "True", 0, 0)),
    )


@right
def two_proofs_of_a_variable_proposition(e):
    m = e.make
    e.declare(
        "thm", "good", m.p(m.prop, 0, 1, equal(e, 2, 1, 0, 0)), m.f(m.prop, 0, 1, refl(e, 2, 0, 0))
    )


@wrong("declared-type")
def two_elements_of_a_variable_sort(e):
    """A universe that may be `Prop` need not be."""
    m = e.make
    e.declare(
        "thm",
        "bad",
        m.p(m.s("u"), 0, 1, equal(e, 2, 1, 0, "u")),
        m.f(m.s("u"), 0, 1, refl(e, 2, 0, "u")),
        levels=["u"],
    )


@right
def eta_for_functions(e):
    m = e.make
    both = m.p("Nat", "Nat")
    e.declare(
        "thm",
        "good",
        m.p(both, equal(e, both, 0, m.f("Nat", m.a(1, 0)))),
        m.f(both, refl(e, both, 0)),
    )


@wrong("declared-type")
def no_eta_with_another_argument(e):
    m = e.make
    both = m.p("Nat", "Nat")
    e.declare(
        "thm",
        "bad",
        m.p(both, equal(e, both, 0, m.f("Nat", m.a(1, "Nat.zero")))),
        m.f(both, refl(e, both, 0)),
    )


@right
def eta_for_structures(e):
    m = e.make
    pair = m.a(m.c("Prod", 0, 0), "Nat", "Nat")
    made = m.a(
        m.c("Prod.mk", 0, 0),
        "Nat",
        "Nat",
        m.proj(("Prod",), 0, m.of(0)),
        m.proj(("Prod",), 1, m.of(0)),
    )
    e.declare("thm", "good", m.p(pair, equal(e, pair, 0, made)), m.f(pair, refl(e, pair, 0)))


@wrong("declared-type")
def no_eta_with_fields_exchanged(e):
    m = e.make
    pair = m.a(m.c("Prod", 0, 0), "Nat", "Nat")
    made = m.a(
        m.c("Prod.mk", 0, 0),
        "Nat",
        "Nat",
        m.proj(("Prod",), 1, m.of(0)),
        m.proj(("Prod",), 0, m.of(0)),
    )
    e.declare("thm", "bad", m.p(pair, equal(e, pair, 0, made)), m.f(pair, refl(e, pair, 0)))


@right
def eta_for_structures_without_fields(e):
    m = e.make
    e.declare(
        "thm",
        "good",
        m.p("Unit", "Unit", equal(e, "Unit", 1, 0)),
        m.f("Unit", "Unit", refl(e, "Unit", 0)),
    )


@wrong("declared-type")
def no_eta_for_a_recursive_structure(e):
    m = e.make
    e.family({"Loop": (m.type, {"Loop.mk": m.p("Loop", "Loop")})})
    made = m.a("Loop.mk", m.proj(("Loop",), 0, m.of(0)))
    e.declare("thm", "bad", m.p("Loop", equal(e, "Loop", 0, made)), m.f("Loop", refl(e, "Loop", 0)))


@wrong("declared-type")
def no_eta_for_a_type_with_an_index(e):
    """Elements of `Only b` are alike only where there is one."""
    m = e.make
    e.family({"Only": (m.p("Bool", m.type), {"Only.mk": m.a("Only", "Bool.true")})})
    only = m.a("Only", 0)
    e.declare(
        "thm",
        "bad",
        m.p("Bool", only, m.a("Only", 1), equal(e, m.a("Only", 2), 1, 0)),
        m.f("Bool", only, m.a("Only", 1), refl(e, m.a("Only", 2), 0)),
    )


def _cast(e: Export, proof, element):
    """`element : Nat`, carried over a proof of Nat = Nat, which `proof` is."""
    m = e.make
    motive = m.f(m.type, equal(e, m.type, "Nat", 0, 2), 1)
    return m.a(m.c("Eq.rec", 1, 2), m.type, "Nat", motive, element, "Nat", proof)


@right
def k_unfolds_on_any_proof(e):
    m = e.make
    same = equal(e, m.type, "Nat", "Nat", 2)
    e.declare(
        "thm",
        "good",
        m.p(same, equal(e, "Nat", _cast(e, 0, "Nat.zero"), "Nat.zero")),
        m.f(same, refl(e, "Nat", "Nat.zero")),
    )


@wrong("declared-type")
def k_needs_the_indices_to_agree(e):
    """A proof of true = false is not `Eq.refl`, whatever it proves."""
    m = e.make
    motive = m.f("Bool", equal(e, "Bool", "Bool.true", 0), "Nat")
    carried = m.a(m.c("Eq.rec", 1, 1), "Bool", "Bool.true", motive, 1, "Bool.false", 0)
    same = equal(e, "Bool", "Bool.true", "Bool.false")
    e.declare(
        "thm",
        "bad",
        m.p("Nat", same, equal(e, "Nat", carried, 1)),
        m.f("Nat", same, refl(e, "Nat", 1)),
    )


@wrong("declared-type")
def no_k_for_a_proposition_with_a_field(e):
    """`Acc.rec` unfolds on `Acc.intro` alone."""
    m = e.make
    relation = m.f("Nat", "Nat", "False")
    acc = m.a(m.c("Acc", 1), "Nat", relation, "Nat.zero")
    motive = m.f("Nat", m.a(m.c("Acc", 1), "Nat", relation, 0), "Nat")
    minor = m.f(
        "Nat",
        m.p("Nat", m.a(relation, 0, 1), m.a(m.c("Acc", 1), "Nat", relation, 1)),
        m.p("Nat", m.a(relation, 0, 2), "Nat"),
        "Nat.zero",
    )
    value = m.a(m.c("Acc.rec", 1, 1), "Nat", relation, motive, minor, "Nat.zero", 0)
    e.declare(
        "thm",
        "bad",
        m.p(acc, equal(e, "Nat", value, "Nat.zero")),
        m.f(acc, refl(e, "Nat", "Nat.zero")),
    )


@right
def a_recursor_unfolds_on_a_constructor(e):
    m = e.make
    value = m.a(m.c("Nat.rec", 1), m.f("Nat", "Nat"), "Nat.zero", m.f("Nat", "Nat", 1), m.lit(5))
    states_equal(e, "good", "Nat", value, m.lit(4))


@right
def a_quotient_is_lifted(e):
    m = e.make
    relation, function = m.f("Nat", "Nat", "False"), m.f("Nat", "Nat.zero")
    respects = m.f("Nat", "Nat", m.a(relation, 1, 0), refl(e, "Nat", "Nat.zero"))
    value = m.a(
        m.c("Quot.lift", 1, 1),
        "Nat",
        relation,
        "Nat",
        function,
        respects,
        m.a(m.c("Quot.mk", 1), "Nat", relation, m.lit(3)),
    )
    states_equal(e, "good", "Nat", value, "Nat.zero")


@wrong("declared-type")
def elements_of_a_quotient_are_not_equal_by_definition(e):
    m = e.make
    relation = m.f("Nat", "Nat", "True")
    one, other = (m.a(m.c("Quot.mk", 1), "Nat", relation, m.lit(number)) for number in (1, 2))
    states_equal(e, "bad", m.a(m.c("Quot", 1), "Nat", relation), one, other)


@wrong("declared-type")
def an_opaque_constant_is_not_unfolded(e):
    e.declare("opaque", "hidden", "Nat", "Nat.zero")
    states_equal(e, "bad", "Nat", "hidden", "Nat.zero")


@right
def a_definition_is_unfolded(e):
    e.declare("def", "shown", "Nat", "Nat.zero")
    states_equal(e, "good", "Nat", "shown", "Nat.zero")


@wrong("declared-type")
def a_definition_at_other_universes(e):
    m = e.make
    e.declare("def", "all", m.prop, m.p(m.s("u"), "True"), levels=["u"])
    states_equal(e, "bad", m.prop, m.c("all", 0), m.c("all", 1))


# ------------------------------------------------------------------------------------- declarations
@wrong("duplicate")
def a_name_that_is_taken(e):
    e.declare("axiom", "Nat", e.make.prop)


@wrong("duplicate")
def a_constructor_whose_name_is_taken(e):
    e.family({"Other": (e.make.type, {"Nat.zero": "Other"})})


@wrong("duplicate")
def a_universe_parameter_twice(e):
    e.declare("axiom", "bad", e.make.s("u"), levels=["u", "u"])


@wrong("duplicate")
def a_constant_without_a_name(e):
    e.declare("axiom", (), e.make.prop)


@wrong("declared-type")
def a_value_of_another_type(e):
    e.declare("def", "bad", "Nat", "Bool.true")


@wrong("declared-type")
def a_proof_of_something_else(e):
    e.declare("thm", "bad", "False", "True.intro")


@wrong("declared-type")
def an_opaque_value_of_another_type(e):
    e.declare("opaque", "bad", "False", "True.intro")


@wrong("theorem")
def a_theorem_that_states_nothing(e):
    e.declare("thm", "bad", "Nat", "Nat.zero")


@wrong("theorem")
def a_theorem_in_a_universe_that_may_be_more(e):
    m = e.make
    e.declare("thm", "bad", m.p(m.s("u"), 0, 1), m.f(m.s("u"), 0, 0), levels=["u"])


@wrong("quotient")
def a_quotient_of_another_type(e):
    e.declare("quot", "Quot2", e.make.type, kind="type")


def before_the_quotient(e: Export, kind: str) -> None:
    """Go back to the lines before a constant of the quotient."""
    lines = e.lines[
        : next(place for place, line in enumerate(e.lines) if f'"kind": "{kind}"'.encode() in line)
    ]
    e.__dict__ = Export.of(lines).__dict__


@wrong("quotient")
def a_lift_that_respects_nothing(e):
    """`Quot.lift` without the proof that the function respects the relation."""
    before_the_quotient(e, "lift")
    m = e.make
    quotient = m.a(m.c("Quot", "u"), 3, 2)
    e.declare(
        "quot",
        "Quot.lift",
        m.p(m.s("u"), m.p(0, 1, m.prop), m.s("v"), m.p(2, 1), quotient, 2),
        levels=["u", "v"],
        kind="lift",
    )


@wrong("quotient")
def a_quotient_where_equality_is_another_type(e):
    """Any two elements would be equal, so that every function respects every relation."""
    e.__dict__ = Export.begun().__dict__
    m = e.make
    e.family(
        {
            "Eq": (
                m.p(m.s("u"), 0, 1, m.prop),
                {"Eq.any": m.p(m.s("u"), 0, 1, m.a(m.c("Eq", "u"), 2, 1, 0))},
            )
        },
        levels=["u"],
        parameters=2,
    )
    e.declare("quot", "Quot", m.p(m.s("u"), m.p(0, 1, m.prop), m.s("u")), levels=["u"], kind="type")


# ---------------------------------------------------------------------------------- inductive types
@wrong("inductive-type")
def fewer_parameters_than_it_says(e):
    e.family({"Bad": (e.make.type, {})}, parameters=1)


@wrong("inductive-type")
def a_type_in_no_universe(e):
    e.family({"Bad": (e.make.p("Nat", "Nat"), {})})


@right
def a_universe_that_has_to_be_reduced(e):
    m = e.make
    e.declare("def", "Same", m.p(m.type, m.type), m.f(m.type, 0))
    e.family({"Good": (m.p("Nat", m.a("Same", m.prop)), {"Good.mk": m.p("Nat", m.a("Good", 0))})})


@wrong("inductive-type")
def a_type_that_reduces_to_no_universe(e):
    m = e.make
    e.declare("def", "Same", m.p(m.type, m.type), m.f(m.type, 0))
    e.family({"Bad": (m.p("Nat", m.a("Same", "Nat")), {})})


@wrong("inductive-type")
def types_of_a_family_in_different_universes(e):
    e.family({"Bad": (e.make.type, {}), "Worse": (e.make.prop, {})})


@wrong("inductive-type")
def types_of_a_family_with_different_parameters(e):
    m = e.make
    e.family({"Bad": (m.p("Nat", m.type), {}), "Worse": (m.p("Bool", m.type), {})}, parameters=1)


@wrong("argument")
def an_ill_typed_parameter_of_a_second_type(e):
    """It is equal to the first one's as soon as it is reduced, but not well typed."""
    m = e.make
    e.family(
        {
            "Bad": (m.p("Nat", m.type), {}),
            "Worse": (m.p(m.a(m.f("Bool", "Nat"), "Nat.zero"), m.type), {}),
        },
        parameters=1,
    )


@wrong("constructor-parameters")
def a_constructor_without_the_parameter(e):
    m = e.make
    e.family({"Bad": (m.p("Nat", m.type), {"Bad.mk": m.a("Bad", "Nat.zero")})}, parameters=1)


@wrong("constructor-parameters")
def a_constructor_with_a_parameter_of_another_type(e):
    m = e.make
    e.family(
        {"Bad": (m.p("Nat", m.type), {"Bad.mk": m.p("Bool", m.a("Bad", "Nat.zero"))})}, parameters=1
    )


@wrong("constructor-result")
def a_constructor_of_another_type(e):
    e.family({"Bad": (e.make.type, {"Bad.mk": "Nat"})})


@wrong("constructor-result")
def a_constructor_at_another_parameter(e):
    m = e.make
    e.family(
        {"Bad": (m.p("Nat", m.type), {"Bad.mk": m.p("Nat", m.a("Bad", "Nat.zero"))})}, parameters=1
    )


@wrong("constructor-result")
def a_constructor_at_other_universes(e):
    m = e.make
    e.family({"Bad": (m.p(m.s("u"), m.s(2)), {"Bad.mk": m.a(m.c("Bad", 0), "True")})}, levels=["u"])


@wrong("constructor-result")
def a_constructor_that_makes_a_function(e):
    """Its result unfolds to a type of functions."""
    m = e.make
    e.declare("def", "to", m.p(m.type, m.type), m.f(m.type, m.p("Nat", 1)))
    e.family({"Bad": (m.type, {"Bad.mk": m.a("to", "Bad")})})


@wrong("constructor-result")
def a_constructor_of_another_type_of_the_family(e):
    e.family({"Bad": (e.make.type, {"Bad.mk": "Worse"}), "Worse": (e.make.type, {})})


@wrong("constructor-result")
def the_family_in_an_index(e):
    m = e.make
    e.family({"Bad": (m.p(m.prop, m.prop), {"Bad.mk": m.a("Bad", m.a("Bad", "True"))})})


@wrong("constructor-universe")
def a_field_in_a_larger_universe(e):
    e.family({"Bad": (e.make.type, {"Bad.mk": e.make.p(e.make.type, "Bad")})})


@wrong("constructor-universe")
def a_field_in_a_universe_that_may_be_larger(e):
    m = e.make
    universe = m.s(m.levels.max(m.level_of(1), m.level_of("u")))
    e.family({"Bad": (universe, {"Bad.mk": m.p(m.s("u"), m.c("Bad", "u"))})}, levels=["u"])


@right
def a_proposition_about_anything(e):
    """A proposition may have fields in any universe; its recursor gives proofs only."""
    e.family({"Any": (e.make.prop, {"Any.mk": e.make.p(e.make.type, "Any")})})


@wrong("positivity")
def the_family_before_an_arrow(e):
    e.family({"Bad": (e.make.type, {"Bad.mk": e.make.p(e.make.p("Bad", "False"), "Bad")})})


@wrong("positivity")
def the_family_twice_before_an_arrow(e):
    """Strictly positive, which this is not, is more than positive."""
    m = e.make
    e.family({"Bad": (m.type, {"Bad.mk": m.p(m.p(m.p("Bad", "Nat"), "Nat"), "Bad")})})


@wrong("positivity")
def the_family_under_a_definition(e):
    m = e.make
    e.declare("def", "no", m.p(m.type, m.type), m.f(m.type, m.p(0, "Nat")))
    e.family({"Bad": (m.type, {"Bad.mk": m.p(m.a("no", "Bad"), "Bad")})})


@wrong("positivity")
def the_family_under_a_variable(e):
    m = e.make
    e.family(
        {
            "Bad": (
                m.p(m.p(m.type, m.type), m.type),
                {"Bad.mk": m.p(m.p(m.type, m.type), m.a(0, m.a("Bad", 0)), m.a("Bad", 1))},
            )
        },
        parameters=1,
    )


@wrong("positivity")
def the_family_as_an_index_of_a_field(e):
    m = e.make
    e.family(
        {
            "Bad": (
                m.p(m.prop, m.prop),
                {"Bad.mk": m.p(m.a("Bad", m.a("Bad", "True")), m.a("Bad", "True"))},
            )
        }
    )


@wrong("positivity")
def the_family_before_an_arrow_in_another_type(e):
    """`Box α` holds a function out of α, so that it is no place for the family."""
    m = e.make
    e.family(
        {"Box": (m.p(m.type, m.type), {"Box.mk": m.p(m.type, m.p(0, "Nat"), m.a("Box", 1))})},
        parameters=1,
    )
    e.family({"Bad": (m.type, {"Bad.mk": m.p(m.a("Box", "Bad"), "Bad")})})


@wrong("nested")
def a_nested_type_that_depends_on_a_field(e):
    """`Pair n α` with n a field."""
    m = e.make
    e.family(
        {
            "Pair": (
                m.p("Nat", m.type, m.type),
                {"Pair.mk": m.p("Nat", m.type, 0, m.a("Pair", 2, 1))},
            )
        },
        parameters=2,
    )
    e.family({"Bad": (m.type, {"Bad.mk": m.p("Nat", m.a("Pair", 0, "Bad"), "Bad")})})


@wrong("argument")
def a_nested_type_with_an_ill_typed_argument(e):
    """The argument is in no constructor of `Pair`, so that it is in nothing that is made of it."""
    m = e.make
    e.family(
        {
            "Pair": (
                m.p("Nat", m.type, m.type),
                {"Pair.mk": m.p("Nat", m.type, 0, m.a("Pair", 2, 1))},
            )
        },
        parameters=2,
    )
    e.family({"Bad": (m.type, {"Bad.mk": m.p(m.a("Pair", "Bool.true", "Bad"), "Bad")})})


@wrong("nested")
def a_nested_type_of_the_family_at_another_parameter(e):
    m = e.make
    e.family({"Box": (m.p(m.type, m.type), {"Box.mk": m.p(m.type, m.a("Box", 0))})}, parameters=1)
    e.family(
        {
            "Bad": (
                m.p("Nat", m.type),
                {"Bad.mk": m.p("Nat", m.a("Box", m.a("Bad", "Nat.zero")), m.a("Bad", 1))},
            )
        },
        parameters=1,
    )


@right
def a_family_by_way_of_lists(e):
    m = e.make
    e.family(
        {
            "Tree": (
                m.type,
                {"Tree.node": m.p(m.a(m.c("List", 0), m.a(m.c("List", 0), "Tree")), "Tree")},
            )
        }
    )


@right
def a_family_of_two(e):
    m = e.make
    e.family(
        {
            "Even": (
                m.p("Nat", m.prop),
                {
                    "Even.zero": m.a("Even", "Nat.zero"),
                    "Even.succ": m.p("Nat", m.a("Odd", 0), m.a("Even", m.a("Nat.succ", 1))),
                },
            ),
            "Odd": (
                m.p("Nat", m.prop),
                {"Odd.succ": m.p("Nat", m.a("Even", 0), m.a("Odd", m.a("Nat.succ", 1)))},
            ),
        }
    )


@right
def a_family_with_functions_into_it(e):
    m = e.make
    e.family(
        {"Wide": (m.type, {"Wide.leaf": "Wide", "Wide.node": m.p(m.p("Nat", "Wide"), "Wide")})}
    )


# ----------------------------------------------------------------------- what is stored of a family
def _bool(e: Export, **changes):
    e.family(
        {"Two": (e.make.type, {"Two.one": "Two", "Two.two": "Two"})}, changes={"Two.rec": changes}
    )


@right
def a_type_of_two_elements(e):
    _bool(e)


@wrong("recursor")
def a_recursor_with_k(e):
    _bool(e, k=True)


@wrong("recursor")
def a_recursor_without_its_k(e):
    e.family({"Sure": (e.make.prop, {"Sure.mk": "Sure"})}, changes={"Sure.rec": {"k": False}})


@wrong("recursor")
def a_recursor_of_a_proposition_that_gives_data(e):
    """Two proofs of one proposition would be told apart."""
    _bool(e)
    as_data, as_proposition = (
        f'"name": {e.name("Two")}, "levelParams": [], "type": {e.expr(universe)}'.encode()
        for universe in (e.make.type, e.make.prop)
    )
    record = e.lines.pop()
    e.line(record.replace(as_data, as_proposition).decode())


@wrong("recursor")
def a_recursor_with_a_rule_missing(e):
    _bool(e, rules=[])


@wrong("recursor")
def a_recursor_with_fewer_motives(e):
    _bool(e, numMotives=0)


@wrong("recursor")
def a_recursor_with_rules_exchanged(e):
    m = e.make
    motive = m.p("Two", m.s("elim"))
    rules = [
        {
            "ctor": e.name(f"Two.{name}"),
            "nfields": 0,
            "rhs": e.expr(m.f(motive, m.a(0, "Two.one"), m.a(1, "Two.two"), place)),
        }
        for place, name in enumerate(("one", "two"))
    ]
    _bool(e, rules=rules)


@wrong("argument")
def a_recursor_with_an_ill_typed_rule(e):
    m = e.make
    rules = [
        {
            "ctor": e.name(f"Two.{name}"),
            "nfields": 0,
            "rhs": e.expr(m.f(m.p("Two", m.s("elim")), m.a(0, "Nat"), m.a(1, "Two.two"), 0)),
        }
        for name in ("one", "two")
    ]
    _bool(e, rules=rules)


@wrong("recursor")
def a_recursor_of_another_type(e):
    _bool(e, type=e.expr(e.make.p("Two", e.make.type)))


@wrong("recursor")
def a_recursor_with_the_universe_of_the_type(e):
    _bool(e, levelParams=[])


@wrong("recursor")
def a_recursor_by_another_name(e):
    _bool(e, name=e.name("Two.recursor"))


@wrong("record")
def a_recursive_type_as_not_recursive(e):
    """It would get eta for structures."""
    e.family(
        {"Loop": (e.make.type, {"Loop.mk": e.make.p("Loop", "Loop")})},
        changes={"Loop": {"isRec": False}},
    )


@wrong("record")
def a_constructor_with_fewer_fields(e):
    e.family(
        {"One": (e.make.type, {"One.mk": e.make.p("Nat", "One")})},
        changes={"One.mk": {"numFields": 0}},
    )


@wrong("record")
def a_constructor_of_another_family(e):
    e.family(
        {"One": (e.make.type, {"One.mk": "One"})}, changes={"One.mk": {"induct": e.name("Nat")}}
    )


@wrong("record")
def a_constructor_in_another_place(e):
    e.family({"One": (e.make.type, {"One.mk": "One"})}, changes={"One.mk": {"cidx": 1}})


@wrong("record")
def a_type_without_its_constructors(e):
    e.family({"One": (e.make.type, {"One.mk": "One"})}, changes={"One": {"ctors": []}})


@wrong("record")
def a_family_without_types(e):
    e.line({"inductive": {"types": [], "ctors": [], "recs": []}})


@wrong("unknown-constant")
def a_theorem_by_an_unsafe_axiom(e):
    e.declare("axiom", "bad", "False", isUnsafe=True)
    e.declare("thm", "worse", "False", "bad")


@wrong("unknown-constant")
def a_theorem_by_a_partial_definition(e):
    e.declare("def", "bad", "False", "bad", safety="partial")
    e.declare("thm", "worse", "False", "bad")


@wrong("unknown-constant")
def a_constant_of_an_unsafe_type(e):
    e.family(
        {"Loop": (e.make.type, {"Loop.mk": e.make.p(e.make.p("Loop", "False"), "Loop")})},
        changes={"Loop": {"isUnsafe": True}},
    )
    e.declare("axiom", "loop", "Loop")


@wrong("duplicate")
def what_was_unsafe_declared_again(e):
    e.declare("axiom", "bad", "False", isUnsafe=True)
    e.declare("axiom", "bad", "True")


@wrong("nested")
def a_field_of_a_type_named_as_nested_members_are(e):
    e.declare("def", "_nested.One_1", e.make.type, "Nat")
    e.family({"One": (e.make.type, {"One.mk": e.make.p("_nested.One_1", "One")})})


@wrong("nested")
def a_type_named_as_nested_members_are(e):
    e.family({"_nested.One_1": (e.make.type, {"_nested.One_1.mk": "_nested.One_1"})})


def compiled(e: Export) -> None:
    """What Lean's library declares for compiled code."""
    m = e.make
    e.declare("axiom", "Lean.trustCompiler", "True")
    value = m.f("Bool", m.let(m.of("True"), m.of("Lean.trustCompiler"), m.of(1)))
    e.declare("opaque", "Lean.reduceBool", m.p("Bool", "Bool"), value)
    same = m.a(m.c("Eq", 1), "Bool")
    reduced = m.a(same, m.a("Lean.reduceBool", 1), 0)
    e.declare("axiom", "Lean.ofReduceBool", m.p("Bool", "Bool", reduced, m.a(same, 2, 1)))


@right
def what_leans_library_declares_for_compiled_code(e):
    compiled(e)


@wrong("feature")
def a_proof_by_compiled_code(e):
    compiled(e)
    same = e.make.a(e.make.c("Eq", 1), "Bool")
    statement = e.make.a(same, e.make.a("Lean.reduceBool", "Bool.true"), "Bool.true")
    e.declare("thm", "bad", statement, e.make.a(e.make.c("Eq.refl", 1), "Bool", "Bool.true"))


@wrong("feature")
def an_axiom_of_native_decide(e):
    e.declare("axiom", "bad._native.native_decide.ax_1", "False")


# -------------------------------------------------------------------------------------------- tests
def kernel(export: Export, jobs: int = 1) -> str:
    """The kernel's answer: "accepted" or the rule."""
    try:
        check(export.lines, steps=100_000, jobs=jobs)
    except Refused as refusal:
        return refusal.rule
    return "accepted"


def require(expected: str, answer: str) -> None:
    assert answer == expected


def written(case: Case) -> Export:
    export = basics()
    # The builder's own reader stops at such a line; it is the last one, and is in the file.
    with suppress(Refused):
        case(export)
    return export


class TestRules:
    @pytest.mark.parametrize("name", WRONG)
    def test_what_is_wrong_is_refused_for_its_own_rule(self, name):
        """The rule that the table gives refuses it, and says where."""
        rule, case = WRONG[name]
        export = written(case)
        require(rule, kernel(export))
        with pytest.raises(Refused) as refused:
            check(export.lines)
        assert refused.value.declaration and refused.value.reason

    @pytest.mark.parametrize("name", RIGHT)
    def test_what_is_right_is_accepted(self, name):
        """What is like it and right is accepted."""
        require("accepted", kernel(written(RIGHT[name])))

    @pytest.mark.parametrize("name", WRONG)
    def test_a_kernel_that_accepts_all_fails(self, name):
        """A kernel that looks at nothing fails every test of what is wrong."""
        with pytest.raises(AssertionError):
            require(WRONG[name][0], "accepted")

    @pytest.mark.parametrize("rule", sorted({rule for rule, _ in WRONG.values()}))
    def test_a_kernel_that_refuses_all_fails(self, rule):
        """A kernel that refuses everything fails every test of what is right, whatever reason it
        gives.
        """
        with pytest.raises(AssertionError):
            require("accepted", rule)


LARGE: dict[str, tuple[bool, Case]] = {}
"""Families that may be propositions: whether their recursors give elements of any type, and what
writes them."""


def large(answer: bool) -> Callable[[Case], Case]:
    def note(case: Case) -> Case:
        LARGE[case.__name__] = answer, case
        return case

    return note


@large(True)
def no_proof(e):
    e.family({"It": (e.make.prop, {})})


@large(True)
def one_proof(e):
    e.family({"It": (e.make.prop, {"It.mk": "It"})})


@large(True)
def one_proof_of_proofs(e):
    e.family({"It": (e.make.prop, {"It.mk": e.make.p("True", "False", "It")})})


@large(False)
def two_proofs(e):
    e.family({"It": (e.make.prop, {"It.one": "It", "It.two": "It"})})


@large(False)
def one_proof_of_data(e):
    e.family({"It": (e.make.prop, {"It.mk": e.make.p("Nat", "It")})})


@large(True)
def data_that_the_type_tells(e):
    m = e.make
    e.family({"It": (m.p("Nat", "Bool", m.prop), {"It.mk": m.p("Bool", "Nat", m.a("It", 0, 1))})})


@large(False)
def data_that_the_type_tells_by_a_function(e):
    m = e.make
    e.family({"It": (m.p("Nat", m.prop), {"It.mk": m.p("Nat", m.a("It", m.a("Nat.succ", 0)))})})


@large(False)
def two_elements_of_what_may_be_a_proposition(e):
    m = e.make
    e.family({"It": (m.s("u"), {"It.one": m.c("It", "u"), "It.two": m.c("It", "u")})}, levels=["u"])


@large(False)
def two_elements_in_a_universe_that_is_prop_for_some(e):
    m = e.make
    universe = m.sort(m.levels.imax(m.level_of(1), m.level_of("u")))
    e.family({"It": (universe, {"It.one": m.c("It", "u"), "It.two": m.c("It", "u")})}, levels=["u"])


@large(True)
def two_elements_in_a_universe_that_is_never_prop(e):
    m = e.make
    universe = m.sort(m.levels.imax(m.level_of("u"), m.level_of(1)))
    e.family({"It": (universe, {"It.one": m.c("It", "u"), "It.two": m.c("It", "u")})}, levels=["u"])


@large(False)
def two_propositions_at_once(e):
    e.family({"It": (e.make.prop, {"It.mk": "It"}), "Other": (e.make.prop, {})})


@large(False)
def a_proposition_by_way_of_another(e):
    m = e.make
    e.family({"It": (m.prop, {"It.mk": m.p(m.a("And", "It", "True"), "It")})})


class TestLargeElimination:
    @pytest.mark.parametrize("name", LARGE)
    def test_it_is_for_what_has_no_two_elements(self, name):
        """A recursor has a universe of its own exactly if it may give elements of any type."""
        answer, case = LARGE[name]
        library = check(written(case).lines)
        constants = library.constants
        assert (len(constants["It", "rec"].levels) > len(constants["It",].levels)) is answer


class TestK:
    def test_it_is_for_one_proof_without_fields(self):
        """Of the basic types only `True` and `Eq` have exactly one constructor, without fields, and
        are propositions.
        """
        constants = check(basics().lines).constants
        recursors = {
            name: constant.detail.k
            for name, constant in constants.items()
            if constant.kind == "rec"
        }
        assert {name[0] for name, k in recursors.items() if k} == {"True", "Eq"} and len(
            recursors
        ) == 11


class TestPropositions:
    def test_proofs_of_different_propositions_differ(self):
        """Proof irrelevance asks for one proposition."""
        export = basics()
        m = export.make
        checker = export.kernel._checker(export.kernel.constants)
        one, other = (
            m.local(number, m.of(proposition))
            for number, proposition in enumerate(("True", "False"))
        )
        assert checker.equal(one, m.of("True.intro")) and not checker.equal(one, other)

    def test_what_is_in_no_known_universe_is_not_taken_for_none(self):
        """A type whose universe is stuck is refused where it matters whether it is a
        proposition.
        """
        export = basics()
        m = export.make
        export.declare("axiom", "universe", m.p("Nat", m.s(2)))
        export.declare("axiom", "stuck", m.a("universe", "Nat.zero"))
        checker = export.kernel._checker(export.kernel.constants)
        with pytest.raises(Refused, match="not-a-type"):
            checker.is_proposition(m.of("stuck"))


class TestProcesses:
    def test_how_many_there_are_does_not_matter(self, monkeypatch):
        """Three processes give the answers of one."""
        monkeypatch.setattr(library, "_FEW", 0)
        for case in [*RIGHT.values(), *[case for _, case in WRONG.values()]]:
            export = written(case)
            assert kernel(export, jobs=3) == kernel(export)

    def test_a_process_that_ends_too_soon(self, monkeypatch):
        """What it was to check is not taken for checked."""
        here, verify = os.getpid(), Kernel.verify

        def ending(self: Kernel, *arguments: Any) -> None:
            if os.getpid() != here:
                os._exit(9)
            time.sleep(0.05)
            verify(self, *arguments)

        monkeypatch.setattr(library, "_FEW", 0)
        monkeypatch.setattr(Kernel, "verify", ending)
        assert kernel(numbers(), jobs=2) == "budget"
