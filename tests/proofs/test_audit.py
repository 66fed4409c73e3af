"""A proof is judged by what Lean stored, and whatever could deceive that judgement is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pyharness.core.errors import EXIT_LEAN, EXIT_USAGE
from pyharness.proofs.audit import (
    AuditError,
    NotATheorem,
    UnknownTheorem,
    audit_build,
    further_axioms,
)
from pyharness.proofs.environment import Environment
from pyharness.proofs.policy import PolicyViolation, forbidden_words
from pyharness.proofs.questions import NoAnswer

SAMPLE = """\
theorem Sample.proved {p q : Prop} (h : p ∧ q) : q ∧ p := ⟨h.2, h.1⟩
theorem Sample.hole (a : Prop) : a ∨ a → a := sorry
theorem Sample.onHole (a : Prop) (h : a ∨ a) : a ∧ a := ⟨Sample.hole a h, Sample.hole a h⟩
axiom Sample.assumed : ∀ p q : Prop, p → q
theorem Sample.onAssumed : ∀ p : Prop, p := fun p => Sample.assumed True p .intro
theorem Sample.byPropext (a b : Prop) (h : a ↔ b) : (b = a) := (propext h).symm
structure Sample.Group (α : Type) where
  op : α → α → α
  comm (x y : α) : op x y = op y x
theorem Sample.ofField {α : Type} (G : Sample.Group α) (x y : α) : G.op y x = G.op x y := G.comm y x
theorem Sample.isTrue (n : Nat) (h : n = 0) : True := .intro
theorem Sample.same (f : Nat → Nat) : f (f 0) = f (f 0) := rfl
theorem Sample.sameUpToNames (P : (Nat → Nat) → Prop) : P (fun x => x) ↔ P (fun y => y) := .rfl
theorem Sample.hypothesis (p q : Nat → Prop) (n : Nat) (h : p n) (k : q n) : p n := h
theorem Sample.inLet (p : Prop) : let q := p; q → q := fun h => h
theorem Sample.notSame : Nat.add 1 2 = 3 := rfl
theorem Sample.notHypothesis (p : Nat → Prop) (m n : Nat) (h : p m) (e : m = n) : p n := e ▸ h
def Sample.definition : Nat := 0
def Sample.isProp : Prop := True
private theorem Sample.secret : ∀ p : Prop, p → p ∧ p := fun _ h => ⟨h, h⟩
theorem Sample.«two words» (a b : Prop) (h : a) : a ∨ b := .inl h
theorem Sample.«theorem» (a b : Prop) (h : a) : a ∨ b := .inl h
#print "Sample.hole does not depend on any axioms"
#print axioms Sample.proved
"""


@pytest.fixture(scope="module")
def library(new_project):
    return new_project().library(SAMPLE)


@pytest.fixture(scope="module")
def ask(library, toolchain):
    """Audit theorems of the sample, with propext allowed."""
    return lambda *names: audit_build(*library, toolchain, names, ["propext"])


class TestStatus:
    @pytest.mark.parametrize(
        ("name", "status", "note"),
        [
            ("proved", "proved", ""),
            ("byPropext", "proved", ""),
            ("ofField", "proved", ""),
            ("notSame", "proved", ""),
            ("notHypothesis", "proved", ""),
            ("«two words»", "proved", ""),
            ("«theorem»", "proved", ""),
            ("hole", "sorry", "its proof is a sorry"),
            ("onHole", "sorry", "it rests on a sorry: Sample.hole (LeanMining/Sample.lean:5)"),
            ("assumed", "axiom", "it is an axiom: nobody proved it"),
            ("onAssumed", "axiom", "it rests on Sample.assumed, which the project does not allow"),
            (
                "Group.comm",
                "axiom",
                "it is a field of Sample.Group, which whoever builds one must prove: nobody proved it here",
            ),
            ("isTrue", "stub", "it states True"),
            ("same", "stub", "it states that something is equal to itself"),
            ("sameUpToNames", "stub", "both sides of its ↔ are the same"),
            ("hypothesis", "stub", "its conclusion is one of its hypotheses"),
            ("inLet", "stub", "its conclusion is one of its hypotheses"),
        ],
    )
    def test_status(self, ask, name, status, note):
        """Each way to prove less than it seems has its own status and its own reason."""
        proof = ask(f"Sample.{name}")[f"Sample.{name}"]
        assert (proof.status, proof.note) == (status, note)

    def test_all_that_is_said_of_a_proof(self, ask, library):
        """A proof has its place, its statement as Lean prints it, its digests and its axioms."""
        proof = ask("Sample.byPropext")["Sample.byPropext"]
        assert (proof.module, proof.file, proof.line) == (
            "LeanMining.Sample",
            "LeanMining/Sample.lean",
            9,
        )
        assert proof.statement == "Sample.byPropext (a b : Prop) (h : a ↔ b) : b = a"
        assert (
            proof.statement_sha256
            == library[1].statement_sha256("Sample.byPropext")
            != proof.meaning_sha256
        )
        assert proof.axioms == ("propext",)

    def test_an_axiom_is_allowed_by_name(self, library, toolchain):
        """A theorem that rests on propext is not proved where propext is not allowed."""
        proof = audit_build(*library, toolchain, ["Sample.byPropext"], [])["Sample.byPropext"]
        assert (proof.status, proof.note) == (
            "axiom",
            "it rests on propext, which the project does not allow",
        )

    @pytest.mark.parametrize(
        ("module", "status"),
        [
            ("LeanMining", "proved"),
            ("LeanMining.Sample", "proved"),
            ("LeanMining.Sam", "axiom"),
            ("LeanMining.Sample.Other", "axiom"),
            ("Sample", "axiom"),
        ],
    )
    def test_an_axiom_is_allowed_by_module(self, library, toolchain, module, status):
        """To the theorems of a module and of those under it, and to no others; a prefix of a name
        is no module above.
        """
        theorem = "Sample.byPropext"
        found = audit_build(*library, toolchain, [theorem], [], {module: ["propext"]})
        assert found[theorem].status == status

    def test_a_modules_axioms_are_those_of_all_above_it(self):
        """Each once, and none for what has no module."""
        under = {"A": ["x", "y"], "A.B": ["y", "z"], "A.BC": ["w"]}
        assert further_axioms("A.B.C", under) == ("x", "y", "z")
        assert further_axioms("A", under) == ("x", "y")
        assert further_axioms("", under) == ()

    def test_sorry_is_allowed_to_no_module(self, library, toolchain):
        """Nor does a policy for a module prove anything by it."""
        under = {"LeanMining": ["sorryAx"]}
        found = audit_build(*library, toolchain, ["Sample.hole"], [], under)
        assert found["Sample.hole"].status == "sorry"

    def test_sorry_cannot_be_allowed(self, library, toolchain):
        """A policy that allows sorryAx proves nothing by it."""
        foundation_axiom = audit_build(*library, toolchain, ["Sample.hole"], ["sorryAx"])
        assert foundation_axiom["Sample.hole"].status == "sorry"

    def test_nothing_to_audit(self, ask):
        """A project whose claims name no theorem is audited all the same."""
        assert ask() == {}


class TestNames:
    def test_an_unknown_theorem(self, ask):
        """A name that is not in the library is an error that suggests the closest ones."""
        with pytest.raises(
            UnknownTheorem, match="no theorem Sample.prooved; did you mean Sample.proved"
        ) as raised:
            ask("Sample.proved", "Sample.prooved")
        assert raised.value.exit_code == EXIT_USAGE

    def test_a_forgotten_namespace(self, ask):
        """A name without its namespace is suggested with it."""
        with pytest.raises(UnknownTheorem, match="did you mean Sample.onAssumed"):
            ask("onAssumed")

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("Sample.definition", "of kind 'def', not a theorem"),
            ("Sample.isProp", "of kind 'def', not a theorem"),
            ("Sample.Group", "of kind 'inductive', not a theorem"),
            ("Sample.Group.mk", "of kind 'ctor', not a theorem"),
            ("_private.LeanMining.Sample.0.Sample.secret", "is private"),
            ("Sample.secret", r"is private \(LeanMining/Sample.lean:23\)"),
            ("lcProof", "unsafe or partial constants"),
        ],
    )
    def test_what_is_no_theorem(self, ask, name, reason):
        """A definition, a type, a private theorem and an unsafe one are refused, each with the
        reason.
        """
        with pytest.raises(NotATheorem, match=reason) as raised:
            ask(name)
        assert raised.value.exit_code == EXIT_USAGE


class TestLeansWord:
    def test_what_lean_misses_behind_a_type(self, project, toolchain):
        """Of types that another module declares, Lean lists the axioms of some and misses those of
        others; what is stored has them all, and is no disagreement.
        """
        names = [f"Sample.S{number}" for number in range(8)]
        types = (
            "inductive Sample.Uses : True = True → Prop where\n"
            "  | mk (h : True = True) : Sample.Uses h\n"
        )
        types += "".join(
            f"structure {name} : Type where\n  law : Sample.Uses (propext Iff.rfl)\n"
            for name in names
        )
        theorems = [name.replace(".S", ".t") for name in names]
        speakers = "".join(
            f"theorem {theorem} (s t : {name}) (h : s = t) : t = s := h.symm\n"
            for theorem, name in zip(theorems, names, strict=True)
        )
        project.write(
            LeanMining="import LeanMining.Speakers\n",
            LeanMining_Types=f"import LeanMining.Foundation.Logic\n{types}",
            LeanMining_Speakers=f"import LeanMining.Types\n{speakers}",
        )
        built = project.build("LeanMining")
        environment = Environment.load(built)
        found = audit_build(built, environment, toolchain, theorems, ["propext"])
        assert {proof.axioms for proof in found.values()} == {("propext",)}
        found = audit_build(built, environment, toolchain, theorems, [])
        assert {proof.status for proof in found.values()} == {"axiom"}

    def test_a_disagreement_is_an_error(self, new_project, toolchain):
        """Where Lean finds other axioms than the harness, nothing is reported."""
        texts = (
            f"theorem T (a : Prop) (h : a) : a ∧ a := {proof}\n" for proof in ("sorry", "⟨h, h⟩")
        )
        (honest, _), (_, other) = (new_project().library(text) for text in texts)
        with pytest.raises(
            AuditError, match="T: its stored proof rests on no axioms, but Lean says sorryAx"
        ) as raised:
            audit_build(honest, other, toolchain, ["T"], [])
        assert raised.value.exit_code == EXIT_LEAN

    def test_no_answer_is_an_error(self, new_project, library, toolchain):
        """A theorem that Lean cannot find is an error, even if the harness read it."""
        other, _ = new_project().library("")
        with pytest.raises(
            NoAnswer,
            match="Lean answered '.*#print axioms _root_.«Sample».«proved»' with: .*nknown",
        ):
            audit_build(other, library[1], toolchain, ["Sample.proved"], [])


class TestPolicy:
    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            (
                "def Nat.pow (_ _ : Nat) : Nat := 0\n",
                4,
                "declares Nat.pow, which the kernel treats by its name",
            ),
            (
                "theorem T (a : Prop) : a :=\n  sorry\nset_option debug.skipKernelTC true\n",
                6,
                "uses `skipKernelTC`",
            ),
            (
                "set_option «debug».«skipKernelTC» true in\ntheorem T : True := .intro\n",
                4,
                "uses `skipKernelTC`",
            ),
            ('@[extern "lean_nat_add"] def f (a b : Nat) : Nat := a\n', 4, "uses `extern`"),
            ("unsafe def f : Nat := 0\n", 4, "uses `unsafe`"),
        ],
    )
    def test_only_the_foundation_may(self, project, toolchain, text, line, reason):
        """What could deceive the kernel is refused outside the foundation, with its file and
        line.
        """
        with pytest.raises(PolicyViolation) as raised:
            audit_build(*project.library(text), toolchain, [], ["propext"])
        assert f"LeanMining/Sample.lean:{line}: {reason}" in str(raised.value).splitlines()
        assert raised.value.exit_code == EXIT_LEAN

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (
                "inductive String : Type\n",
                "L/Sample.lean:2: declares String, which the kernel treats by its name",
            ),
            (
                "axiom propext : ∀ p : Prop, p\n",
                "L/Sample.lean:2: declares the axiom propext, whose name is allowed",
            ),
        ],
    )
    def test_nothing_passes_for_the_foundation(self, bare, toolchain, text, reason):
        """A library without the foundation cannot declare the kernel's types, nor an axiom under an
        allowed name.
        """
        built = bare.write(L="import L.Sample\n", L_Sample=text).build("L")
        with pytest.raises(PolicyViolation, match=reason):
            audit_build(built, Environment.load(built), toolchain, [], ["propext"])

    def test_the_source_that_was_compiled_is_read(self, project, toolchain):
        """A source that changed after the build is not taken for what was compiled."""
        built, environment = project.library("unsafe def f : Nat := 0\n")
        project.write(LeanMining_Sample="")
        with pytest.raises(
            PolicyViolation, match="LeanMining/Sample.lean changed after it was built"
        ):
            audit_build(built, environment, toolchain, [], [])


class TestForbiddenWords:
    @pytest.mark.parametrize(
        "text",
        [
            "-- unsafe\ndef a := 1",
            "/- unsafe /- extern -/ unsafe -/",
            "/-- unsafe -/ def a := 1",
            'def a := "unsafe"',
            'def a := r#"unsafe "extern" "#',
            "def unsafely := notextern",
            "def a' := '\"' -- unsafe '\"'",
        ],
    )
    def test_comments_strings_and_other_words_do_not_count(self, text):
        """A word counts only where Lean would read it as code."""
        assert list(forbidden_words(text.replace('"extern"', "extern"))) == []

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("\nunsafe def a := 1", 2),
            ("/- a -/ unsafe", 1),
            ("/- /- -/ -/ unsafe", 1),
            ("-- a\nunsafe", 2),
            ("'\"' unsafe '\"'", 1),
            ('attribute [«extern» "a"] f', 1),
            ("a.unsafe.b", 1),
            ("x' unsafe", 1),
            ('s!"{unsafe 1}"', 1),
            ("by native_decide", 1),
            ("@[implemented_by f, csimp]", 1),
            ('infix:50 "+/-" => f\n#check a +/- b unsafe /- -/', 1),
            ("#check a +-- b\nc", 1),
            ("/- unsafe", 1),
            ('def a := "', 1),
            ('notation "a\\x22" => f', 1),
        ],
    )
    def test_code_counts_however_it_is_written(self, text, line):
        """Quoted words, words behind comments and whatever could hide a word from this reading are
        all found.
        """
        assert line in [found for found, _ in forbidden_words(text)]

    @given(st.text(alphabet="ab \n-/\"'!{}«»\\r#."))
    def test_any_text_can_be_read(self, text):
        """Reading ends for every text, and every place that it names is a line of it."""
        assert all(1 <= line <= text.count("\n") + 1 for line, _ in forbidden_words(text))
