"""The kernel decides what was computed elsewhere, and only what it stored counts."""

from __future__ import annotations

import pytest

from pyharness.core.errors import UsageError
from pyharness.proofs.audit import NotATheorem, UnknownTheorem
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.policy import PolicyViolation
from pyharness.proofs.toolchain import LeanStopped

HEADER = "prelude\nimport LeanMining.Sample\nset_option autoImplicit false\n"
LIBRARY = """\
def Sample.clip : Nat → Nat → Nat
  | .zero, _ => .zero
  | .succ _, .zero => .zero
  | .succ n, .succ z => .succ (Sample.clip n z)
theorem Sample.there : Sample.clip 3 2 = 2 := rfl
"""


@pytest.fixture(scope="module")
def kernel(new_project):
    project = new_project()
    return Kernel(project.toolchain, project.library(LIBRARY)[0], project.out, ["propext"])


class TestDecide:
    def test_what_holds_is_accepted(self, kernel):
        """A file whose theorem the kernel accepts is accepted, with its digest; again, without
        Lean.
        """
        source = HEADER + "theorem Rows.clip : Sample.clip 5 3 = 3 := by decide\n"
        first, second = (kernel.decide("Rows.clip", source) for _ in range(2))
        assert (
            first.accepted
            and second.accepted
            and first.message == ""
            and first.sha256 == second.sha256
        )
        assert second.seconds < first.seconds

    @pytest.mark.parametrize("proof", ["rfl", "by decide", "by exact rfl"])
    def test_one_changed_value_is_refused(self, kernel, proof):
        """A file in which one number differs is refused with Lean's message and its place."""
        decision = kernel.decide(
            "Rows.clip", f"{HEADER}theorem Rows.clip : Sample.clip 5 3 = 4 := {proof}\n"
        )
        assert not decision.accepted and "conformance/Rows.clip.lean:4:" in decision.message

    def test_several_theorems(self, kernel):
        """Each named theorem must be settled."""
        source = (
            HEADER
            + "theorem a : Sample.clip 1 1 = 1 := rfl\ntheorem b : Sample.clip 2 1 = 1 := sorry\n"
        )
        assert kernel.decide(["a"], source).accepted
        assert kernel.decide(["a", "b"], source).message == "b: its proof is a sorry"

    @pytest.mark.parametrize(
        ("theorem", "message"),
        [
            ("theorem T : Sample.clip 5 3 = 4 := sorry", "T: its proof is a sorry"),
            ("axiom T : Sample.clip 5 3 = 4", "T: it is an axiom"),
            (
                "axiom A : Sample.clip 5 3 = 4\ntheorem T : Sample.clip 5 3 = 4 := A",
                "T: it rests on A",
            ),
            (
                "theorem T : Sample.clip 5 3 = Sample.clip 5 3 := rfl",
                "T: it states that something is equal to itself",
            ),
        ],
    )
    def test_what_proves_nothing_is_refused(self, kernel, theorem, message):
        """A file that Lean compiles, but that leaves its theorem unproved or empty, is refused."""
        decision = kernel.decide("T", f"{HEADER}{theorem}\n")
        assert not decision.accepted and decision.message.startswith(message)

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ('#print "T : Sample.clip 1 1 = 1"\n', UnknownTheorem),
            ("def T : Nat := 0\n", NotATheorem),
        ],
    )
    def test_a_file_that_only_prints_is_an_error(self, kernel, text, error):
        """A file without the theorem settles nothing, whatever it prints."""
        with pytest.raises(error, match="T"):
            kernel.decide("T", HEADER + text)

    def test_a_theorem_of_the_library_is_an_error(self, kernel):
        """A theorem that the library has already is not the file's."""
        with pytest.raises(UsageError, match="Sample.there is a theorem of the library"):
            kernel.decide("Sample.there", HEADER)

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("theorem T : True := .intro\n", "must begin with `prelude`"),
            ("prelude\nimport Elsewhere\n", "imports Elsewhere, which is no module of LeanMining"),
        ],
    )
    def test_a_file_that_cannot_be_decided_is_an_error(self, kernel, source, reason):
        """A file that is no module on top of the library is an error, not a refusal."""
        with pytest.raises(UsageError, match=reason):
            kernel.decide("T", source)

    @pytest.mark.parametrize("name", ["../T", "a/b", ""])
    def test_the_file_stays_in_its_folder(self, kernel, name):
        """A name that leads elsewhere, or none, is refused."""
        with pytest.raises(UsageError):
            kernel.decide([name] if name else [], HEADER)

    def test_the_policy_holds_here_too(self, kernel):
        """A file that turns the kernel off is refused with an error, though Lean compiles it."""
        source = (
            HEADER
            + "set_option debug.skipKernelTC true\ntheorem T : Sample.clip 5 3 = 4 := by decide +kernel\n"
        )
        with pytest.raises(PolicyViolation, match=r"T\.lean:4: uses `skipKernelTC`"):
            kernel.decide("T", source)

    def test_a_lean_that_does_not_answer_decides_nothing(self, kernel, monkeypatch):
        """When Lean takes too long, that is an error and counts neither for nor against."""
        monkeypatch.setattr("pyharness.proofs.modules._TIMEOUT", 0.001)
        with pytest.raises(LeanStopped, match="stopped after 0.001 s"):
            kernel.decide("T", HEADER + "theorem T : Sample.clip 1 1 = 1 := rfl\n")
