"""Theorems whose hypotheses never hold, however these are hidden, and examples that show that they
can hold.
"""

from __future__ import annotations

import pytest

from pyharness.proofs.names import parse_name
from pyharness.proofs.vacuity import find_examples, find_stubs, unused_hypotheses

SAMPLE = """\
namespace Sample
def Small (n : Nat) : Prop := n = 2
def Bound : Prop := ∀ n, Small n → Nat.ble n 4 = true
theorem bounded (n : Nat) (h : Small n) : Nat.ble n 4 = true := Eq.symm (h ▸ rfl)

-- Each is followed by an example, of the same name with `_example`, or by what is none.
theorem restated : Bound := bounded
theorem restated_example : Bound := restated
theorem half : Bound := bounded
theorem half_example : Small 2 → Nat.ble 2 4 = true := half 2
theorem assumed : Bound := bounded
theorem assumed_example (h : Small 2) : Nat.ble 2 4 = true := assumed 2 h
theorem second : Bound ∧ Bound := ⟨bounded, bounded⟩
theorem second_example : Nat.ble 2 4 = true := second.1 2 rfl

class Holds : Prop where
  all : Bound
theorem instanced : Holds := ⟨bounded⟩
theorem instanced_example : Holds := instanced
theorem true_iff : Bound ↔ True := ⟨fun _ => .intro, fun _ => bounded⟩
theorem true_iff_example : Bound ↔ True := true_iff
theorem or_false : Bound ∨ False := .inl bounded
theorem or_false_example : Bound ∨ False := or_false
inductive Indexed : Nat → Prop where
  | one (h : Bound) : Indexed 1
theorem indexed : Indexed 1 := .one bounded
theorem indexed_example : Indexed 1 := indexed
theorem nested : 1 = 1 ∧ 2 = 2 ∧ Bound := ⟨rfl, rfl, bounded⟩
theorem nested_example : 1 = 1 ∧ 2 = 2 ∧ Bound := nested
theorem witnessed : ∃ _ : Bound, (1 : Nat) = 1 := ⟨bounded, rfl⟩
theorem witnessed_example : ∃ _ : Bound, (1 : Nat) = 1 := witnessed
theorem decided : ite ((1 : Nat) = 1) Bound True := bounded
theorem decided_example : ite ((1 : Nat) = 1) Bound True := decided

theorem applied : Bound := bounded
theorem applied_example : Nat.ble 2 4 = true := applied 2 rfl
theorem passed : Bound := bounded
theorem passed_on (n : Nat) (h : Small n) : Nat.ble n 4 = true := passed n h
theorem passed_example : Nat.ble 2 4 = true := passed_on 2 rfl
theorem had : Bound := bounded
theorem had_example : Nat.ble 2 4 = true :=
  have h : Small 2 := rfl
  have k := had
  k 2 h
theorem both : Bound ∧ Bound := ⟨bounded, bounded⟩
theorem both_example : Nat.ble 2 4 = true ∧ Nat.ble 2 4 = true :=
  match both with | ⟨h, k⟩ => ⟨h 2 rfl, k 2 rfl⟩
structure Bounds : Prop where
  first : Bound
  second (n : Nat) : n = 5 → Bound
theorem packed : Bounds := ⟨bounded, fun _ _ => bounded⟩
theorem packed_example : Nat.ble 2 4 = true ∧ Nat.ble 2 4 = true :=
  ⟨packed.first 2 rfl, packed.second 5 rfl 2 rfl⟩
theorem found : ∃ c : Nat, ∀ n, Small n → Nat.ble n c = true := ⟨4, bounded⟩
theorem found_example : ∃ c, Nat.ble 2 c = true := found.elim fun c h => ⟨c, h 2 rfl⟩
theorem letting : let p := Small; ∀ n, p n → Nat.ble n 4 = true := bounded
theorem letting_example : Nat.ble 2 4 = true := letting 2 rfl
theorem denied (n : Nat) (h : Small n) : ¬ n = 9 := fun e => nomatch (e ▸ h : Small 9)
theorem denied_example : ¬ 2 = 9 := denied 2 rfl
theorem equivalent (n : Nat) : Small n ↔ n = 2 := .rfl
theorem equivalent_example : Small 7 ↔ 7 = 2 := equivalent 7
theorem either (p : Prop) : Bound ∨ ¬ p ∨ p ∨ 1 = 1 := .inr (.inr (.inr rfl))
theorem either_example : Bound ∨ ¬ False ∨ False ∨ 1 = 1 := either False
theorem unfolded : True ↔ Nat.ble 2 4 = true := ⟨fun _ => rfl, fun _ => .intro⟩
theorem closed : ¬ Small 4 := fun h => nomatch h

-- Proofs that distinguish cases, some of which cannot be.
theorem cases (n : Nat) (h : Small n) : Nat.ble n 5 = true :=
  match n, h with
  | .zero, h => nomatch h
  | .succ n, h => Eq.symm (h ▸ rfl)
theorem cases_on (a b : Prop) (h : a ∨ b) (k : ¬ a) : b := h.elim (fun x => (k x).elim) id
theorem through (a b : Prop) (h : a ∨ b) (k : ¬ a) : b := cases_on a b h k

-- Proofs that a contradiction is all there is.
theorem by_match (n : Nat) (h : n = 0 ∧ n = 1) : n = 7 :=
  nomatch (h.1 ▸ h.2 : (0 : Nat) = 1)
theorem by_each_case (n : Nat) (h : n = 0 ∨ n = 1) (k : ¬ n = 0) (l : ¬ n = 1) : n = 7 :=
  h.elim (fun x => (k x).elim) fun x => absurd x l
theorem by_no_confusion (n : Nat) (h : Nat.succ n = 0) : n = 7 := Nat.noConfusion h
theorem lemma_one (n : Nat) (h : Nat.succ n = 0) : n = 7 := by_no_confusion n h
theorem by_lemmas : ∀ n : Nat, Nat.succ n = 0 → n = 7 := lemma_one

def Odd (n : Nat) : Prop := n = 1
def Promise (n : Nat) : Prop := Odd n → n = Nat.add n 0
theorem promised : ∀ n, Promise n := fun _ _ => rfl
theorem kept (n : Nat) (h : Odd n) : Nat.succ n = 2 := h ▸ rfl
/-- An example that rests on an axiom. -/
theorem byAxiom (a b : Prop) (h : a = b) (k : a) : b := h ▸ k
theorem byAxiom_example : True ∧ True :=
  byAxiom True (True ∧ True) (propext ⟨fun h => ⟨h, h⟩, fun h => h.1⟩) .intro
end Sample
"""


@pytest.fixture(scope="module")
def environment(new_project):
    return new_project().library(SAMPLE)[1]


@pytest.fixture(scope="module")
def examples(environment):
    """The example of each theorem of the sample that is followed by one, by their short names."""
    names = [
        (*name[:-1], name[-1].removesuffix("_example"))
        for name in environment.modules
        if isinstance(name[-1], str) and name[-1].endswith("_example") and name[0] == "Sample"
    ]
    found = find_examples(
        environment, [*names, ("Sample", "closed"), ("Sample", "unfolded")], ["propext"]
    )
    return {name[-1]: None if example is None else example[-1] for name, example in found.items()}


class TestExamples:
    def test_an_example_may_rest_on_what_its_theorem_may(self, environment):
        """On axioms that are allowed to that theorem alone."""
        theorem = ("Sample", "byAxiom")
        common, further = (
            find_examples(environment, [theorem], [], {name: ["propext"]})[theorem]
            for name in (("Sample", "closed"), theorem)
        )
        assert (common, further) == (None, ("Sample", "byAxiom_example"))

    @pytest.mark.parametrize(
        "name",
        [
            *("restated", "half", "assumed", "second", "instanced", "true_iff"),
            *("or_false", "indexed", "witnessed", "decided", "nested"),
        ],
    )
    def test_what_applies_no_hypothesis_is_none(self, examples, name):
        """A theorem whose definition hides a hypothesis needs a proof of that hypothesis."""
        assert examples[name] is None

    @pytest.mark.parametrize(
        "name",
        [
            "applied",
            "passed",
            "had",
            "both",
            "packed",
            "found",
            "letting",
            "denied",
            "equivalent",
            "either",
        ],
    )
    def test_every_way_to_apply_it(self, examples, name):
        """Through a lemma, `have`, a match or a projection: what counts is that all hypotheses are
        proved.
        """
        assert examples[name] == f"{name}_example"

    def test_a_denial_is_its_own(self, examples):
        """What a theorem denies is no hypothesis of it, nor is an equivalence."""
        assert (examples["closed"], examples["unfolded"]) == ("closed", "unfolded")


class TestContradictions:
    @pytest.mark.parametrize(
        "name", ["by_match", "by_each_case", "by_no_confusion", "lemma_one", "by_lemmas"]
    )
    def test_a_proof_by_nothing_else_is_a_stub(self, environment, name):
        """The hypotheses contradict each other, behind whatever lemmas and matches that is said."""
        constant = environment.constant(("Sample", name))
        assert (
            find_stubs(environment, [constant])[constant.name]
            == "its proof is that its hypotheses contradict each other"
        )

    @pytest.mark.parametrize(
        "name", ["bounded", "cases", "cases_on", "through", "denied", "closed"]
    )
    def test_a_case_that_cannot_be_is_none(self, environment, name):
        """A proof may find a contradiction in some of its cases, or prove a negation by one."""
        constant = environment.constant(("Sample", name))
        assert find_stubs(environment, [constant])[constant.name] is None


@pytest.mark.parametrize(
    ("name", "unused"),
    [("Sample.promised", ("hypothesis 2, which a definition hides",)), ("Sample.kept", ())],
)
def test_unused_hypotheses_behind_definitions(environment, name, unused):
    """A hypothesis that a definition hides and no proof uses is told by its place."""
    assert unused_hypotheses(environment, environment.constant(parse_name(name))) == unused
