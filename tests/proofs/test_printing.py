"""Statements and definitions are printed from their terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyharness.pipeline.built import build_library
from pyharness.project.settings import load_project
from pyharness.proofs.environment import Environment
from pyharness.proofs.policy import PolicyViolation, check_statements
from pyharness.proofs.printing import Printer

ROOT = Path(__file__).resolve().parents[2]

PRELUDE = "import LeanMining.Foundation.Arithmetic\nset_option autoImplicit false\n"
DEEP = (
    "set_option maxRecDepth 100000 in\n"
    f"theorem t : {'Nat.succ (' * 400}0{')' * 400} = 400 := by decide +kernel"
)
"""A theorem of a depth that no reader follows."""


@pytest.fixture
def printed(new_project):
    """Print the constant `t` of a module, as a statement or, if it is no theorem, a definition."""

    def run(text: str, name: str = "t") -> str:
        project = new_project()
        project.write(
            LeanMining="import LeanMining.Sample\n", LeanMining_Sample=f"{PRELUDE}{text}\n"
        )
        environment = Environment.load(project.build("LeanMining"))
        found = environment.find(name)
        printer = Printer(environment)
        is_theorem = environment.kind(found) == "theorem"
        return (printer.statement if is_theorem else printer.definition)(found).text

    return run


class TestStatements:
    def test_operators_stand_for_the_library_s_constants(self, printed):
        """They bind as in the sources, and parentheses stand where they must."""
        text = printed(
            "theorem t (a b c : Nat) (h : (a + b) * c = c) (k : ¬ (a = b ∧ b = c ∨ c = a)) :"
            " a - (b - c) = a - (b - c) ∧ ((a = b → b = c) → a * 2 ≠ b ↔ a = c) := sorry"
        )
        assert text == (
            "t (a b c : Nat) (h : (a + b) * c = c) (k : ¬(a = b ∧ b = c ∨ c = a)) : "
            "a - (b - c) = a - (b - c) ∧\n  ((a = b → b = c) → a * 2 ≠ b ↔ a = c)"
        )

    def test_quantifiers_name_their_types(self, printed):
        """Neighbours of one type share it."""
        text = printed(
            "theorem t : ∀ n m : Nat, ∃ k, k = n + m ∧ ∀ f : Nat → Nat, f k = f k := sorry"
        )
        assert text == "t (n m : Nat) : ∃ (k : Nat), k = n + m ∧ (∀ (f : Nat → Nat), f k = f k)"

    def test_instances_of_type_variables(self, printed):
        """The variable of an instance is left out where it is the only one that can be meant."""
        assert printed(
            "theorem t {α : Type} [Add α] (a b : α) (h : a + b = b) : a + b = b := h"
        ) == ("t {α : Type} [Add α] (a b : α) (h : a + b = b) : a + b = b")

    def test_two_instances_of_a_type_variable_are_told_apart(self, printed):
        """Where two variables give an operation, its application is printed in full."""
        text = printed(
            "class Both (α : Type) extends Add α where\n  one : α\n"
            "theorem t {α : Type} [Both α] [Add α] (a b : α) (h : a + b = b) : a + b = b := h"
        )
        assert "a + b" not in text
        assert "[Both α] [inst_1 : Add α]" in text
        assert "@HAdd.hAdd α α α (@instHAdd α inst_1) a b" in text

    def test_what_a_class_contains_needs_no_line(self, printed):
        """An instance that is taken from one of a type of the project's own, or of a type variable,
        goes without saying; the instance that it is taken from does not.
        """
        group = "class Group (α : Type) extends Add α where\n  one : α\n"
        assert printed(
            f"{group}theorem t {{α : Type}} [Group α] (a b : α) (h : a + b = b) : a + b = b := h"
        ) == ("t {α : Type} [Group α] (a b : α) (h : a + b = b) : a + b = b")
        text = printed(
            f"{group}structure Z where\n  val : Nat\n"
            "instance groupZ : Group Z := { add := fun a _ => a, one := ⟨1⟩ }\n"
            "theorem t (a b : Z) (h : a + b = b) : a + b = b := h"
        )
        assert text.splitlines() == [
            "t (a b : Z) (h : a + b = b) : a + b = b",
            "  where Group Z is groupZ",
        ]

    def test_what_a_class_contains_stands_in_full_for_a_type_of_the_library(self, printed):
        """There it could be another one than the library's."""
        text = printed(
            "class Group (α : Type) extends Add α where\n  one : α\n"
            "def odd : Group Nat := { add := fun a _ => a, one := 1 }\n"
            "theorem t (a b : Nat) : @HAdd.hAdd Nat Nat Nat (@instHAdd Nat odd.toAdd) a b = a := rfl"
        )
        assert "a + b" not in text and "odd" in text

    def test_numerals_have_their_type_where_nothing_tells_it(self, printed):
        """A bare numeral is a natural number."""
        text = printed(
            "structure Z where\n  n : Nat\ninstance instOfNatZ (n : Nat) : OfNat Z n := ⟨⟨n⟩⟩\n"
            "theorem t (z : Z) (h : z = 3) : (1 : Z) = 2 ∧ 1 = 2 ∧ 3 = z := sorry"
        )
        assert text.splitlines()[0] == "t (z : Z) (h : z = 3) : (1 : Z) = 2 ∧ 1 = 2 ∧ 3 = z"
        assert "  where OfNat Z 1 is instOfNatZ" in text.splitlines()

    def test_numerals_between_types_have_theirs(self, printed):
        """Where the sides of an operator are of two types, one tells nothing of the other."""
        text = printed(
            "structure Z where\n  n : Nat\ninstance instAddZ : HAdd Z Nat Z := ⟨fun z _ => z⟩\n"
            "instance instOfNatZ (n : Nat) : OfNat Z n := ⟨⟨n⟩⟩\n"
            "theorem t (n : Nat) (h : (3 : Z) + n = (4 : Z)) : (3 : Z) + n = (4 : Z) := h"
        )
        assert "(h : (3 : Z) + n = 4)" in text
        assert "  where HAdd Z Nat Z is instAddZ" in text.splitlines()

    def test_an_implicit_argument_that_nothing_determines_is_printed(self, printed):
        """By its name."""
        text = printed("def p {n : Nat} (m : Nat) : Prop := n = m\ntheorem t : p (n := 3) 3 := rfl")
        assert text == "t : p (n := 3) 3"

    def test_an_implicit_argument_that_another_determines_is_not(self, printed):
        """As in the sources."""
        text = printed(
            "def p {α : Type} (a b : α) : Prop := a = b\ntheorem t (n : Nat) : p n n := rfl"
        )
        assert text == "t (n : Nat) : p n n"

    def test_an_argument_under_an_unknown_function_is_printed(self, printed):
        """What `f x` is does not tell `f`."""
        text = printed(
            "def p {f : Nat → Nat} (h : f 0 = 0) : Prop := True\n"
            "theorem t (g : Nat → Nat) (h : g 0 = 0) : p (f := g) h := trivial"
        )
        assert "p (f := g) h" in text

    def test_variables_that_look_alike_are_told_apart(self, printed):
        """So are a variable and a constant of one name."""
        text = printed("def v : Nat := 0\ntheorem t (ν n : Nat) : ∀ v : Nat, v = ν := sorry")
        assert text == "t (ν_1 n v_2 : Nat) : v_2 = ν_1"

    def test_names_are_full_whatever_is_open(self, printed):
        """A constant is called by all of its name."""
        text = printed(
            "def A.p (n : Nat) : Prop := n = n\nnamespace A\ntheorem t (n : Nat) : p n := rfl\nend A",
            "A.t",
        )
        assert text == "A.t (n : Nat) : A.p n"

    def test_a_keyword_that_is_a_name_is_quoted(self, printed):
        """So that it is not read as the keyword."""
        text = printed("def «fun» (n : Nat) : Prop := n = n\ntheorem t : «fun» 3 := rfl")
        assert text == "t : «fun» 3"

    def test_let_is_printed(self, printed):
        """It is part of what the kernel has."""
        assert printed("theorem t : let n := 3; n = 3 := rfl") == "t : let n : Nat := 3; n = 3"

    def test_metadata_and_type_ascriptions_change_nothing(self, printed):
        """The term is the same."""
        assert printed("theorem t : ((2 : Nat) = (show Nat from 2)) := rfl").startswith("t : ")

    def test_a_long_numeral_is_hexadecimal(self, printed):
        """Python would not write it in decimal."""
        number = hex(10**5000)
        assert printed(f"theorem t : {number} = {number} := rfl").split() == [
            *("t", ":", number, "=", number)
        ]

    def test_what_is_too_deep_is_named_by_its_digest(self, printed):
        """Rather than by a part of it."""
        text = printed(DEEP)
        assert text.startswith("t: too long to print; its SHA-256 is ")

    def test_a_statement_that_is_too_deep_to_print_is_refused(self, new_project):
        """Nobody could read what it states."""
        project = new_project()
        project.write(
            LeanMining="import LeanMining.Sample\n", LeanMining_Sample=f"{PRELUDE}{DEEP}\n"
        )
        environment = Environment.load(project.build("LeanMining"))
        with pytest.raises(PolicyViolation, match="t: it is too long to print"):
            check_statements(environment, [environment.constant("t")], Printer(environment))


class TestDefinitions:
    def test_a_function(self, printed):
        """Its arguments stand in front, its value below."""
        assert printed("def t (n : Nat) (k : Nat) : Nat := n + k * 2") == (
            "def t (n k : Nat) : Nat :=\n  n + k * 2"
        )

    def test_a_structure(self, printed):
        """Its constructor has its fields."""
        assert printed("structure t (α : Type) where\n  fst : α\n  snd : Nat") == (
            "structure t (α : Type) : Type\n  | t.mk (fst : α) (snd : Nat) : t α"
        )

    def test_a_class(self, printed):
        """It says that it is one."""
        assert printed("class t (α : Type) where\n  one : α").startswith(
            "class t (α : Type) : Type\n"
        )

    def test_an_inductive_type(self, printed):
        """All its constructors."""
        assert printed("inductive t | a | b (n : Nat) (r : t)") == (
            "inductive t : Type\n  | t.a : t\n  | t.b (n : Nat) (r : t) : t"
        )

    def test_an_instance_shows_the_instances_in_it(self, printed):
        """Another instance than the library's is printed where it stands."""
        text = printed(
            "instance evil : Add Nat := ⟨fun a _ => a⟩\n"
            "def t (n : Nat) : Nat := @HAdd.hAdd Nat Nat Nat (@instHAdd Nat evil) n n"
        )
        assert text == (
            "def t (n : Nat) : Nat :=\n  @HAdd.hAdd Nat Nat Nat (@instHAdd Nat evil) n n"
        )

    def test_an_instance_built_on_the_spot(self, printed):
        """It is printed too."""
        text = printed("def t (n : Nat) : Nat := @HAdd.hAdd Nat Nat Nat ⟨fun a _ => a⟩ n n")
        assert "@HAdd.hAdd Nat Nat Nat (HAdd.mk (fun (a x : Nat) => a)) n n" in text

    def test_an_axiom(self, printed):
        """It has a type and nothing else."""
        assert printed("axiom t (n : Nat) : n = 0") == "axiom t (n : Nat) : n = 0"


class TestLibrary:
    def test_every_declaration_is_printed(self, toolchain):
        """Nothing in the library's own modules is too much for it, and no statement of a theorem
        has an instance that is not the library's own.
        """
        library = build_library(load_project(ROOT), toolchain, progress=lambda *_: None)
        environment = Environment.load(library)
        printer = Printer(environment)
        for name in environment.modules:
            if environment.kind(name) == "theorem" and environment.line(name) is not None:
                printed = printer.statement(name)
                assert printed.text
                assert not [use for use in printed.foreign if use.declared]
