"""The replay: what the kernel is given, what it must refuse, and what counts as covered."""

from __future__ import annotations

import dataclasses
import json

import pytest

from pyharness.core.errors import EXIT_LEAN
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import export
from pyharness.proofs.replay import ReplayRefused, accepts, replay
from pyharness.proofs.toolchain import LeanStopped
from tests.export_format import DECLARATIONS, EXPRESSIONS, LEVELS, NAMES, faults

SAMPLE = """\
inductive Sample.Tree (α : Type) where
  | leaf : Sample.Tree α
  | node (left : Sample.Tree α) (value : α) (right : Sample.Tree α) : Sample.Tree α
mutual
inductive Sample.Even : Nat → Prop where
  | zero : Sample.Even 0
  | succ (n : Nat) (h : Sample.Odd n) : Sample.Even n.succ
inductive Sample.Odd : Nat → Prop where
  | succ (n : Nat) (h : Sample.Even n) : Sample.Odd n.succ
end
def Sample.size {α : Type} : Sample.Tree α → Nat
  | .leaf => 0
  | .node left _ right => Nat.succ (Nat.add (Sample.size left) (Sample.size right))
theorem Sample.size_leaf (α : Type) : Sample.size (.leaf : Sample.Tree α) = 0 := rfl
theorem Sample.big : Nat.mul 123456789012345678901234567890 1 = 123456789012345678901234567890 := rfl
theorem Sample.even_two : Sample.Even 2 := .succ 1 (.succ 0 .zero)
def Sample.let_two : Nat := let one := 1; Nat.succ one
def Sample.text : String := "λ"
opaque Sample.hidden : Nat := 0
def Sample.function.{u, v} (α : Sort u) (β : Sort v) : Sort (imax u v) := α → β
private theorem Sample.own : True := True.intro
"""


@pytest.fixture(scope="module")
def library(new_project):
    return new_project().library(SAMPLE)


class TestReplay:
    def test_every_safe_constant_is_counted(self, library, toolchain):
        """Types, constructors and recursors are counted with theorems; what is unsafe is named, not
        counted.
        """
        environment = library[1]
        done = replay(environment, toolchain)
        safe = [name for name in environment.modules if environment.constant(name).safety == "safe"]
        assert done.constants == len(safe) > 500
        assert done.constants + len(done.skipped) == len(environment.modules)
        assert "lcProof" in done.skipped and ("Sample", "Even", "rec") in safe

    def test_nothing_replayed_is_no_pass(self, bare, toolchain):
        """A library that declares nothing is refused."""
        environment = Environment.load(bare.write(Empty="").build("Empty"))
        with pytest.raises(ReplayRefused, match="nothing was replayed") as error:
            replay(environment, toolchain)
        assert error.value.exit_code == EXIT_LEAN

    @pytest.mark.parametrize(
        ("status", "errors", "words"),
        [
            (1, "Sample.big: typeMismatch", "the kernel refuses Sample.big"),
            (-11, "", "ended with status -11"),
            (3, "?", "status 3"),
        ],
    )
    def test_a_kernel_that_does_not_accept_is_a_refusal(
        self, library, toolchain, monkeypatch, status, errors, words
    ):
        """A refusal, a crash or any other ending of the process is no pass."""
        real = type(toolchain).run

        def run(self, *arguments, **options):
            done = real(self, *arguments, **options)
            done.returncode, done.stderr = status, errors
            return done

        monkeypatch.setattr(type(toolchain), "run", run)
        with pytest.raises(ReplayRefused, match=words):
            replay(library[1], toolchain)

    def test_a_replay_that_does_not_finish_is_a_refusal(self, library, toolchain, monkeypatch):
        """A kernel that takes too long has accepted nothing."""

        def run(self, *arguments, **options):
            raise LeanStopped("Lean was stopped after 1800 s")

        monkeypatch.setattr(type(toolchain), "run", run)
        with pytest.raises(ReplayRefused, match="did not finish: Lean was stopped"):
            replay(library[1], toolchain)

    @pytest.mark.parametrize("keep", [0, 8, 100])
    def test_a_file_that_the_kernel_did_not_write_is_a_refusal(
        self, library, toolchain, monkeypatch, keep
    ):
        """Where what the kernel holds cannot be read back, nothing was compared."""
        real = type(toolchain).run

        def run(self, arguments, **options):
            done = real(self, arguments, **options)
            with open(arguments[0], "r+b") as file:
                file.truncate(keep)
            return done

        monkeypatch.setattr(type(toolchain), "run", run)
        with pytest.raises(ReplayRefused, match="cannot be read back"):
            replay(library[1], toolchain)

    def test_the_kernels_own_arithmetic_can_be_kept_out(self, library, toolchain):
        """With `Nat.mul` under another name the kernel does not compute by it, and gives up on a
        large product.
        """
        environment = library[1]
        big = environment.find("Sample.big")
        accepts(environment, [big], toolchain, renamed={})
        accepts(
            environment,
            [environment.find("Nat.mul")],
            toolchain,
            renamed={("Nat", "mul"): ("Nat", "times")},
        )
        with pytest.raises(ReplayRefused):
            accepts(
                environment,
                [big],
                toolchain,
                renamed={("Nat", "mul"): ("Nat", "times"), ("Nat", "add"): ("Nat", "plus")},
            )


class TestExport:
    def test_the_lines_are_of_the_format(self, library):
        """Every line is one that the format's description knows, with all its fields and no other;
        all kinds are there.
        """
        environment = library[1]
        names = [
            name
            for name in environment.modules
            if name[0] in ("Sample", "Quot", "_private")
            or environment.constant(name).kind == "axiom"
        ]
        safe = [name for name in names if environment.constant(name).safety == "safe"]
        lines = [line.encode() for line in export(environment, safe)]
        assert list(faults(lines)) == []
        kinds = {key for line in lines for key in json.loads(line)}
        assert kinds == {"meta", "in", "il", "ie", *NAMES, *LEVELS, *EXPRESSIONS, *DECLARATIONS}

    def test_a_universe_parameter_that_no_term_uses_has_a_level(self, library, monkeypatch):
        """Readers of the format look it up among the levels."""
        constant = dataclasses.replace(library[1].constant("Sample.let_two"), levels=(("idle",),))
        real = library[1].constant
        monkeypatch.setattr(
            library[1], "constant", lambda name: constant if name == constant.name else real(name)
        )
        lines = [json.loads(line) for line in export(library[1], [constant.name])]
        (parameter,) = [line["def"] for line in lines if "def" in line][-1]["levelParams"]
        assert parameter in [line.get("param") for line in lines]

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ('{"in":1,"str":{"pre":0}}', "line 2"),
            ('{"in":2,"str":{"pre":0,"str":"a"}}', "line 2"),
            ('{"thm":{"name":0,"levelParams":[],"type":0,"value":0}}', "line 2"),
            (
                '{"thm":{"name":0,"levelParams":[3],"type":0,"value":0,"all":[]}}',
                "a universe parameter without a level",
            ),
        ],
    )
    def test_the_description_refuses_other_lines(self, library, line, words):
        """A field too few, a number out of order, a declaration that lacks one: the table that
        judges the export sees it.
        """
        first = next(iter(export(library[1], [])))
        assert words in "".join(faults([first.encode(), line.encode()]))

    def test_the_same_library_gives_the_same_lines(self, library):
        """The order of declarations depends on nothing but the library."""
        environment = library[1]
        names = [environment.find("Sample.even_two"), environment.find("Sample.size_leaf")]
        assert list(export(environment, names)) == list(export(environment, names))
