"""Numbers: what the kernel computes by name is what the definitions say, and nothing is computed
that is not tied to one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings, strategies as st

from pyharness.kernel import Refused, check
from pyharness.kernel.arithmetic import _BY_THEOREMS, _BY_UNFOLDING, FUNCTIONS
from pyharness.kernel.checker import Checker
from pyharness.kernel.terms import Const, Local, Term, spine
from tests.kernel_exports import Export, basics

OPERATIONS: dict[str, Callable[[int, int], int | bool]] = {
    "add": lambda n, m: n + m,
    "sub": lambda n, m: max(n - m, 0),
    "mul": lambda n, m: n * m,
    "beq": lambda n, m: n == m,
    "ble": lambda n, m: n <= m,
    "pow": lambda n, m: n**m,
    "shiftLeft": lambda n, m: n << m,
}


def recursion(e: Export, zero: Term, succ: Term, on: Term) -> Term:
    """A number by recursion on another."""
    m = e.make
    return m.a(m.c("Nat.rec", 1), m.f("Nat", "Nat"), zero, succ, on)


def numbers(**changed: Callable[[Export], Term]) -> Export:
    """The basic export with pred, add, sub, mul, beq and ble; those in `changed` with other
    definitions.
    """
    e = basics()
    m = e.make
    natural = m.p("Nat", "Nat", "Nat")
    comparison = m.p("Nat", "Nat", "Bool")

    def cases(zero, succ, on, result="Bool"):
        return m.a(m.c("Nat.rec", 1), m.f("Nat", result), zero, succ, on)

    to_bool = m.p("Nat", "Bool")
    constant = {True: "Bool.true", False: "Bool.false"}

    def compare(zero_zero, zero_succ, succ_zero):
        first = m.f("Nat", cases(constant[zero_zero], m.f("Nat", "Bool", constant[zero_succ]), 0))
        then = m.f(
            "Nat", to_bool, "Nat", cases(constant[succ_zero], m.f("Nat", "Bool", m.a(3, 1)), 0)
        )
        return m.f("Nat", m.a(m.c("Nat.rec", 1), m.f("Nat", to_bool), first, then, 0))

    honest = {
        "pred": lambda: m.f("Nat", recursion(e, "Nat.zero", m.f("Nat", "Nat", 1), 0)),
        "add": lambda: m.f("Nat", "Nat", recursion(e, 1, m.f("Nat", "Nat", m.a("Nat.succ", 0)), 0)),
        "sub": lambda: m.f("Nat", "Nat", recursion(e, 1, m.f("Nat", "Nat", m.a("Nat.pred", 0)), 0)),
        "mul": lambda: m.f(
            "Nat", "Nat", recursion(e, "Nat.zero", m.f("Nat", "Nat", m.a("Nat.add", 0, 3)), 0)
        ),
        "beq": lambda: compare(True, False, False),
        "ble": lambda: compare(True, True, False),
        "pow": lambda: m.f(
            "Nat", "Nat", recursion(e, m.lit(1), m.f("Nat", "Nat", m.a("Nat.mul", 0, 3)), 0)
        ),
        "shiftLeft": lambda: m.f(
            "Nat",
            "Nat",
            m.a(
                m.c("Nat.rec", 1),
                m.f("Nat", m.p("Nat", "Nat")),
                m.f("Nat", 0),
                m.f("Nat", m.p("Nat", "Nat"), "Nat", m.a(1, m.a("Nat.mul", m.lit(2), 0))),
                0,
                1,
            ),
        ),
    }
    for name, value in honest.items():
        type_ = (
            m.p("Nat", "Nat")
            if name == "pred"
            else comparison
            if name in ("beq", "ble")
            else natural
        )
        e.declare("def", f"Nat.{name}", type_, changed[name](e) if name in changed else value())
    return e


@pytest.fixture(scope="module")
def export() -> Export:
    return numbers()


def checker(export: Export) -> Checker:
    return export.kernel._checker(export.kernel.constants)


def literal(export: Export, value: int | bool) -> Term:
    return (
        export.make.of(f"Bool.{str(value).lower()}")
        if isinstance(value, bool)
        else export.make.lit(value)
    )


class TestComputation:
    def test_the_functions_are_found_to_be_what_they_are_called(self, export):
        """Each is computed once its definition was looked at; what no theorem settles is not."""
        assert check(export.lines).computed == dict.fromkeys(
            ("Nat.add", "Nat.beq", "Nat.ble", "Nat.mul", "Nat.pow", "Nat.shiftLeft", "Nat.sub"),
            "checked",
        )

    @given(
        st.sampled_from(sorted(OPERATIONS.keys() - {"pow", "shiftLeft"})),
        st.integers(0, 1 << 200),
        st.integers(0, 1 << 200),
    )
    @settings(max_examples=100, deadline=None)
    def test_large_numbers(self, export, name, n, m):
        """What is computed is what Python's integers give."""
        term = export.make.a(f"Nat.{name}", export.make.lit(n), export.make.lit(m))
        assert checker(export).whnf(term) is literal(export, OPERATIONS[name](n, m))

    @given(st.sampled_from(["pow", "shiftLeft"]), st.integers(0, 1 << 40), st.integers(0, 60))
    @settings(max_examples=50, deadline=None)
    def test_large_powers(self, export, name, n, m):
        """What is computed is what Python's integers give."""
        term = export.make.a(f"Nat.{name}", export.make.lit(n), export.make.lit(m))
        assert checker(export).whnf(term) is literal(export, OPERATIONS[name](n, m))

    @given(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 4), st.integers(0, 3))
    @settings(max_examples=100, deadline=None)
    def test_what_is_computed_is_what_unfolding_gives(self, export, name, n, m):
        """On a number behind a variable the definition is unfolded; on a literal it need not be."""
        made = export.make
        arithmetic = export.kernel.arithmetic
        known, arithmetic.known = arithmetic.known, arithmetic.known._replace(functions={})
        try:
            term = made.a(f"Nat.{name}", made.lit(n), made.lit(m))
            result = OPERATIONS[name](n, m)
            assert checker(export).equal(term, literal(export, result))
            assert not checker(export).equal(
                term, literal(export, not result if isinstance(result, bool) else result + 1)
            )
        finally:
            arithmetic.known = known

    @given(st.integers(0, 300))
    @settings(max_examples=20, deadline=None)
    def test_a_literal_in_unary(self, export, n):
        """A literal is so many successors of zero, and of no other number."""
        unary = export.make.of("Nat.zero")
        for _ in range(n):
            unary = export.make.a("Nat.succ", unary)
        assert checker(export).equal(unary, export.make.lit(n))
        assert not checker(export).equal(unary, export.make.lit(n + 1))

    def test_too_large_a_number_is_refused(self, export):
        """Squaring again and again ends in a refusal, not without memory."""
        e = numbers()
        m = e.make
        e.declare("def", "square", m.p("Nat", "Nat"), m.f("Nat", m.a("Nat.mul", 0, 0)))
        value = m.lit(3)
        for _ in range(60):
            value = m.a("square", value)
        e.declare(
            "thm",
            "bad",
            m.a(m.c("Eq", 1), "Nat", value, m.lit(0)),
            m.a(m.c("Eq.refl", 1), "Nat", m.lit(0)),
        )
        with pytest.raises(Refused, match="budget.*bits"):
            check(e.lines)


def _false(e: Export, left: Term, right: Term) -> Refused | None:
    """What the kernel says to `left = right`, proved by reflexivity."""
    kind = "Bool" if right in (e.make.of("Bool.true"), e.make.of("Bool.false")) else "Nat"
    e.declare(
        "thm",
        "LeanMining.cheat",
        e.make.a(e.make.c("Eq", 1), kind, left, right),
        e.make.a(e.make.c("Eq.refl", 1), kind, right),
    )
    try:
        check(e.lines, steps=100_000)
    except Refused as refusal:
        return refusal
    return None


class TestByName:
    """What is believed as Lean's kernel believes it."""

    def test_only_where_it_is_asked_for(self):
        """A function of the right type is computed by its name, and reported as not checked."""
        e = numbers()
        m = e.make
        e.declare("axiom", "Nat.land", m.p("Nat", "Nat", "Nat"))
        e.declare("axiom", "Nat.log2", m.p("Nat", "Nat"))
        e.declare("axiom", "Nat.xor", m.p("Nat", "Nat"))
        for name, value in (
            ("land", m.a("Nat.land", m.lit(12), m.lit(10))),
            ("log2", m.a("Nat.log2", m.lit(9))),
        ):
            statement = m.a(m.c("Eq", 1), "Nat", value, m.lit(8 if name == "land" else 3))
            proof = m.a(m.c("Eq.refl", 1), "Nat", m.lit(8 if name == "land" else 3))
            e.declare("thm", f"{name}_given", statement, proof)
        with pytest.raises(Refused, match="land_given: declared-type"):
            check(e.lines)
        computed = check(e.lines, as_lean=True).computed
        assert computed["Nat.land"] == computed["Nat.log2"] == "by name"
        assert computed["Nat.add"] == "checked" and "Nat.xor" not in computed

    def test_a_side_with_variables_is_not_computed(self):
        """Closed arguments on one side are not lost for what they are equal to on the other."""
        e = numbers()
        m = e.make
        e.declare("axiom", "Nat.land", m.p("Nat", "Nat", "Nat"))
        e.declare("def", "two", m.p("Nat", "Nat"), m.f("Nat", m.lit(2)))
        closed = m.a("Nat.land", m.lit(1), m.lit(2))
        open_ = m.a("Nat.land", m.lit(1), m.a("two", 0))
        statement = m.p("Nat", m.a(m.c("Eq", 1), "Nat", open_, closed))
        e.declare("thm", "same", statement, m.f("Nat", m.a(m.c("Eq.refl", 1), "Nat", closed)))
        assert check(e.lines, as_lean=True).constants


class TestTie:
    @pytest.mark.parametrize("name", ["add", "sub", "mul", "beq", "ble"])
    def test_a_function_by_a_name_that_is_not_its_own_is_not_computed(self, name):
        """It is unfolded, so that what its name would give is refused, and what it says is
        accepted.
        """

        def same(e: Export) -> Term:
            return e.make.f("Nat", "Nat", "Bool.true" if name in ("beq", "ble") else 1)

        def applied(e: Export) -> Term:
            return e.make.a(f"Nat.{name}", e.make.lit(7), e.make.lit(5))

        e = numbers(**{name: same})
        assert f"Nat.{name}" not in check(e.lines).computed
        lie = literal(e, OPERATIONS[name](7, 5))
        truth = literal(e, name in ("beq", "ble") or 7)
        if lie is not truth:
            assert _false(e, applied(e), lie).rule == "declared-type"
        e = numbers(**{name: same})
        assert (
            _false(
                e, applied(e), e.make.of("Bool.true") if name in ("beq", "ble") else e.make.lit(7)
            )
            is None
        )

    def test_what_rests_on_a_function_that_is_not_its_name_is_not_computed(self):
        """Mul is add again and again: whatever add is."""
        e = numbers(add=lambda e: e.make.f("Nat", "Nat", 1))
        assert set(check(e.lines).computed) == {"Nat.beq", "Nat.ble", "Nat.sub"}

    def test_a_function_of_another_type_is_not_computed(self):
        """A function of universes, or of other arguments, by a name that is known."""
        e = basics()
        m = e.make
        e.declare("def", "Nat.add", m.p("Nat", "Nat"), m.f("Nat", 0))
        e.declare(
            "def",
            "Nat.mul",
            m.p(m.s("u"), "Nat", "Nat", "Nat"),
            m.f(m.s("u"), "Nat", "Nat", 0),
            levels=["u"],
        )
        assert not check(e.lines).computed

    def test_an_axiom_or_an_opaque_constant_is_not_computed(self):
        """What cannot be unfolded cannot be looked at."""
        e = basics()
        m = e.make
        e.declare("axiom", "Nat.add", m.p("Nat", "Nat", "Nat"))
        e.declare("opaque", "Nat.sub", m.p("Nat", "Nat", "Nat"), m.f("Nat", "Nat", 1))
        assert not check(e.lines).computed

    def test_only_numbers_are_literals(self):
        """A type by the name Nat with other constructors, or in another order, has no literals."""
        for constructors in (
            {"Nat.succ": ("Nat", "Nat"), "Nat.zero": ("Nat",)},
            {"Nat.zero": ("Nat",)},
            {"Nat.zero": ("Nat",), "Nat.succ": ("Nat", "Nat"), "Nat.more": ("Nat",)},
            {"Nat.zero": ("Nat",), "Nat.succ": ("Nat", "Nat", "Nat")},
            {},
        ):
            e = Export.begun()
            e.family(
                {
                    "Nat": (
                        e.make.type,
                        {name: e.make.p(*parts) for name, parts in constructors.items()},
                    )
                }
            )
            e.declare("def", "one", "Nat", e.make.lit(1))
            with pytest.raises(Refused, match="literal"):
                check(e.lines)

    def test_a_text_has_a_type_only_if_there_is_one(self):
        """An empty String, or one of something else than characters, has no literals; a list of
        characters has.
        """

        def answer(chars: str | None, nil: bool = True) -> str:
            e = Export.begun()
            m = e.make
            e.family({"Char": (m.type, {"Char.mk": "Char"})})
            list_ = m.c("List", "u")
            universe = m.sort(m.levels.succ(m.level_of("u")))
            e.family(
                {
                    "List": (
                        m.p(universe, universe),
                        {"List.nil": m.p(universe, m.a(list_, 0))} if nil else {},
                    )
                },
                levels=["u"],
                parameters=1,
            )
            made = {} if chars is None else {"String.mk": m.p(m.a(m.c("List", 0), chars), "String")}
            e.family({"String": (m.type, made)})
            e.declare("def", "text", "String", m.lit("a"))
            try:
                check(e.lines)
            except Refused as refusal:
                return refusal.rule
            return "accepted"

        assert answer("Char") == "accepted"
        assert answer(None) == "literal"
        assert answer("Char", nil=False) == "literal"

    def test_a_theorem_on_an_axiom_settles_nothing(self):
        """Equations of div, mod, gcd and the like count only if they are proved from nothing."""
        e = numbers()
        m = e.make
        names = ("div", "mod", "gcd", "land", "lor", "xor")
        for name in names:
            e.declare("def", f"Nat.{name}", m.p("Nat", "Nat", "Nat"), m.f("Nat", "Nat", 0))
        e.declare("def", "Nat.log2", m.p("Nat", "Nat"), m.f("Nat", 0))
        e.declare("axiom", "absurd", "False")
        arithmetic = e.kernel.arithmetic
        for statement in list(arithmetic._theorems):
            proof = m.a(m.c("False.rec", 0), m.f("False", statement), "absurd")
            e.declare("thm", f"settled{len(e.lines)}", statement, proof)
        library = check(e.lines)
        assert sum(constant.kind == "theorem" for constant in library.constants.values()) == 15
        assert not {f"Nat.{name}" for name in (*names, "log2")} & set(library.computed)

    def test_what_theorems_settle_is_what_python_computes(self):
        """The functions that theorems settle fulfil their equations, as these are written."""

        def value(term: Term, numbers: dict[int, int]) -> int | bool:
            if isinstance(term, Local):
                return numbers[term.number]
            head, arguments = spine(term)
            assert isinstance(head, Const)
            given = [value(argument, numbers) for argument in arguments]
            word = head.name[-1]
            if word in ("zero", "true", "false"):
                return {"zero": 0, "true": True, "false": False}[word]
            return given[0] + 1 if word == "succ" else FUNCTIONS[word](*given)

        arithmetic = basics().kernel.arithmetic
        for texts in (*_BY_THEOREMS.values(), *_BY_UNFOLDING.values()):
            for text in texts:
                if "pred" in text:
                    continue
                variables, left, right = arithmetic._sides(text)
                for found in itertools.product(range(17), repeat=len(variables)):
                    numbers = dict(enumerate(found))
                    assert value(left, numbers) == value(right, numbers), text
