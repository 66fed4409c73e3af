"""What rests on what, as the sources write it."""

from __future__ import annotations

import pytest

from pyharness.proofs.dependencies import Dependencies
from pyharness.proofs.names import parse_name

SAMPLE = """\
class Big (α : Type) where
  big : α
instance Big.ofNat : Big Nat := ⟨9⟩
structure Pair where
  first : Nat
  second : Nat
inductive Tree where
  | leaf
  | node (left right : Tree)
def Pair.swap (p : Pair) : Pair := ⟨p.second, p.first⟩
def Sample.most : Nat := Big.big
def Sample.depth : Tree → Nat
  | .leaf => Sample.most
  | .node left _ => Sample.depth left
theorem Sample.helper (p : Pair) : p.swap.first = p.second := rfl
theorem Sample.low (p : Pair) : p.swap.first = p.second := Sample.helper p
theorem Sample.middle (p : Pair) : p.swap.second = p.first ∧ p.swap.first = p.second := ⟨rfl, Sample.low p⟩
theorem Sample.high (p : Pair) (h : Sample.depth .leaf = Sample.most) : p.swap.first = p.second := (Sample.middle p).2
def Sample.proven (h : Sample.most = Sample.most) : Nat := 0
theorem Sample.aside : Sample.proven (Eq.refl (a := Sample.most)) = 0 := rfl
def Sample.hole : Nat := sorry
theorem Sample.onHole : Sample.hole = Sample.hole := rfl
"""
THEOREMS = ("low", "middle", "high", "aside", "onHole")


@pytest.fixture(scope="module")
def dependencies(new_project):
    _, environment = new_project().library(SAMPLE)
    return Dependencies(environment, [("Sample", name) for name in THEOREMS])


class TestDependencies:
    @pytest.mark.parametrize(
        ("theorem", "definitions"),
        [
            ("low", ("Pair", "Pair.swap")),
            ("high", ("Pair", "Pair.swap", "Sample.depth", "Sample.most", "Tree")),
            ("aside", ("Sample.most", "Sample.proven")),
        ],
    )
    def test_a_statement_speaks_of(self, dependencies, theorem, definitions):
        """What its words name: a field or a constructor is its type, and nothing of the foundation
        is listed.
        """
        assert dependencies.definitions(("Sample", theorem)) == definitions

    @pytest.mark.parametrize(
        ("theorem", "theorems"),
        [("low", ()), ("middle", ("Sample.low",)), ("high", ("Sample.middle",))],
    )
    def test_a_proof_rests_on(self, dependencies, theorem, theorems):
        """The nearest of the theorems in question, through others that are not."""
        assert dependencies.theorems(("Sample", theorem)) == theorems

    def test_definitions_of_all(self, dependencies):
        """Each with what it is, where it is, what it uses and its axioms; what Lean made along is
        looked through.
        """
        found = {item.name: item for item in dependencies.all_definitions}
        assert [item.name for item in dependencies.all_definitions] == sorted(found)
        assert {name: (item.kind, item.uses) for name, item in found.items()} == {
            "Big": ("class", ()),
            "Big.ofNat": ("instance", ("Big",)),
            "Pair": ("structure", ()),
            "Pair.swap": ("definition", ("Pair",)),
            "Sample.depth": ("definition", ("Sample.most", "Tree")),
            "Sample.hole": ("definition", ()),
            "Sample.most": ("definition", ("Big", "Big.ofNat")),
            "Sample.proven": ("definition", ("Sample.most",)),
            "Tree": ("inductive", ()),
        }
        assert (found["Pair"].module, found["Pair"].line) == ("LeanMining.Sample", 7)
        assert found["Sample.hole"].axioms == ("sorryAx",) and found["Sample.most"].axioms == ()

    def test_what_is_listed_can_be_named(self, dependencies):
        """No name that Lean or a macro made."""
        assert all(
            isinstance(part, str)
            for item in dependencies.all_definitions
            for part in parse_name(item.name)
        )
