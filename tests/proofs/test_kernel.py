"""The second kernel against Lean's: the whole library, the cheats that reach a kernel, and mutants
of honest declarations.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from pyharness.kernel import Constant, Library, Name, Refused, check
from pyharness.kernel.digests import Digests
from pyharness.project.settings import load_project
from pyharness.proofs.build import build
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import export
from pyharness.proofs.olean import Olean
from pyharness.proofs.terms import Terms
from tests.kernel_exports import Export
from tests.proofs.doctor import doctored
from tests.proofs.mutants import Mutator
from tests.proofs.test_cheats import CHEATS, DEFAULT

ROOT = Path(__file__).resolve().parents[2]
ORACLE = Path(__file__).with_name("kernel_oracle.py")

SAMPLE = """\
universe u v
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
inductive Sample.Rose (α : Type u) : Type u where
  | node (value : α) (children : List (Sample.Rose α)) : Sample.Rose α
inductive Sample.Wide : Type where
  | leaf : Sample.Wide
  | node (children : Nat → Sample.Wide) : Sample.Wide
inductive Sample.Vec (α : Type u) : Nat → Type u where
  | nil : Sample.Vec α 0
  | cons (n : Nat) (head : α) (tail : Sample.Vec α n) : Sample.Vec α n.succ
structure Sample.Point where
  x : Nat
  y : Nat := 0
structure Sample.Sub (α : Sort u) (p : α → Prop) where
  val : α
  property : p val
inductive Sample.Only : Bool → Prop where
  | yes : Sample.Only true
theorem Sample.big : Nat.mul 123456789012345678901234567890 1 = 123456789012345678901234567890 := rfl
theorem Sample.even_two : Sample.Even 2 := .succ 1 (.succ 0 .zero)
theorem Sample.eta (p : Sample.Point) : Sample.Point.mk p.x p.y = p := rfl
theorem Sample.eta_fun (f : Nat → Nat) : (fun x => f x) = f := rfl
theorem Sample.irrelevant (p : Prop) (a b : p) : a = b := rfl
theorem Sample.unit (a b : PUnit.{1}) : a = b := rfl
def Sample.cast {α β : Sort u} (h : α = β) (a : α) : β := h ▸ a
theorem Sample.cast_rfl (α : Sort u) (h : α = α) (a : α) : Sample.cast h a = a := rfl
theorem Sample.lift_mk (α : Sort u) (r : α → α → Prop) (f : α → Nat) (h : (a b : α) → r a b → f a = f b) (a : α) :
  Quot.lift f h (Quot.mk r a) = f a := rfl
theorem Sample.only (b : Bool) (h : Sample.Only b) : b = true := match h with | .yes => rfl
def Sample.letted (n : Nat) : Nat := let m := n.succ; let k : Nat := m; Nat.add m k
theorem Sample.letted_eq : Sample.letted 2 = 6 := rfl
theorem Sample.dec : Nat.ble 3 5 = true := by decide
theorem Sample.and_swap (p q : Prop) (h : p ∧ q) : q ∧ p := ⟨h.2, h.1⟩
theorem Sample.sub_val (s : Sample.Sub Nat (fun n => n = 3)) : s.val = 3 := s.property
"""
"""Types of every kind, and theorems that rest on every rule of definitional equality."""


def lines(environment: Environment, *names: Name) -> list[bytes]:
    return [line.encode() for line in export(environment, names)]


# -------------------------------------------------------------------------------------- the library
@pytest.fixture(scope="module")
def environment(toolchain) -> Environment:
    project = load_project(ROOT)
    return Environment.load(
        build(project.root, project.lean_root, out=project.build, toolchain=toolchain)
    )


@pytest.fixture(scope="module")
def safe(environment) -> list[Name]:
    return [name for name in environment.modules if environment.constant(name).safety == "safe"]


@pytest.fixture(scope="module")
def library(environment, safe) -> Library:
    return check(lines(environment, *safe))


class TestLibrary:
    def test_every_safe_constant_is_accepted(self, library, safe):
        """The constants are those that Lean stored and calls safe, and every function with
        equations is computed.
        """
        assert library.constants.keys() == set(safe)
        words = ("add", "beq", "ble", "div", "gcd", "mod", "mul", "sub")
        assert library.computed == {f"Nat.{word}": "checked" for word in words}

    def test_what_it_says_is_what_lean_stored(self, environment, library):
        """Axioms and digests are those that the Lean side finds in the compiled files, by another
        program.
        """
        for name in library.constants:
            assert library.axioms(name) == environment.axioms(name)
            assert library.statement_sha256(name) == environment.statement_sha256(name)
        for name in list(library.constants)[::5]:
            assert library.meaning_sha256(name) == environment.meaning_sha256(name)

    def test_it_runs_on_python_alone(self, environment, tmp_path):
        """Isolated, without site packages, and with assertions off, it says the same."""
        name = environment.find("LeanMining.beta_mem")
        path = tmp_path / "proofs.ndjson"
        path.write_bytes(b"\n".join(lines(environment, name)))
        run = f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); runpy.run_module('pyharness.kernel', run_name='__main__')"
        arguments = [str(path), "--theorem", "LeanMining.beta_mem", "--json"]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-O", "-c", run, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        answer = json.loads(done.stdout)
        assert done.returncode == 0 and answer["accepted"]
        assert answer["theorems"] == {"LeanMining.beta_mem": list(environment.axioms(name))}


# --------------------------------------------------------------------------------------- the cheats
FALSE = {
    "accelerated_in_foundation-add": "declared-type",
    "accelerated_in_foundation-gcd": "declared-type",
    "accelerated_in_foundation-pow": "declared-type",
    "accelerated_comparison_in_foundation-beq": "declared-type",
    "accelerated_other_equation": "declared-type",
    "accelerated_proved_by_acceleration": "declared-type",
    "doctored_axiom": "declared-type",
    "doctored_proof": "declared-type",
    "doctored_type": "declared-type",
    "doctored_value": "declared-type",
    "doctored_flag": "universe-parameter",
    "doctored_recursor": "recursor",
    "skip_kernel_in_foundation": "argument",
    "string_empty_in_foundation": "literal",
}
"""The cheats that a kernel can see, with the rule that refuses each; of several that differ in the
function some."""
TRUE = {
    "accelerated_log2_in_foundation": (),
    "nat_wrong_shape_in_foundation": (),
    "sorry_by_its_axiom": ("sorryAx",),
    "axiom_private_propext": ("_private.LeanMining.Sample.0.LeanMining.propext",),
}
"""What only others can see: a name that says more than its definition, or an axiom, which the
kernel lists by its own name."""


class TestCheats:
    @pytest.fixture
    def exported(self, new_project):
        """The export of a cheat's theorem, as it is stored."""

        def run(name: str) -> list[bytes]:
            cheat = next(cheat for cheat in CHEATS if cheat.name == name)
            files = new_project()
            files.write_files(DEFAULT | cheat.before | cheat.files)
            with ExitStack() as stack:
                if cheat.doctor:
                    stack.enter_context(
                        doctored(
                            files.build("LeanMining").by_name["LeanMining.Sample"], *cheat.doctor
                        )
                    )
                stored = Environment.load(files.build("LeanMining"))
                return lines(stored, stored.find(cheat.theorem))

        return run

    @pytest.mark.parametrize("name", FALSE)
    def test_what_is_false_is_refused(self, exported, name):
        """Whatever Lean's own kernel computed, or was kept from seeing, does not count here."""
        with pytest.raises(Refused) as refused:
            check(exported(name))
        assert refused.value.rule == FALSE[name]

    @pytest.mark.parametrize("name", TRUE)
    def test_what_is_true_by_its_definitions_is_accepted(self, exported, name):
        """It is accepted, with the axioms that it rests on."""
        theorem = next(cheat.theorem for cheat in CHEATS if cheat.name == name)
        assert check(exported(name)).axioms(tuple(theorem.split("."))) == TRUE[name]


# -------------------------------------------------------------------------------------- the mutants
@pytest.fixture(scope="module")
def sample(new_project) -> list[bytes]:
    stored = new_project().library(SAMPLE)[1]
    return lines(
        stored,
        *[
            name
            for name in stored.modules
            if name[0] == "Sample" and stored.constant(name).safety == "safe"
        ],
    )


@contextmanager
def deep() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def described(constant: Constant) -> dict[str, object]:
    """What the second kernel holds of a constant, as `stored` has it of Lean's."""
    digests, detail = Digests({}), constant.detail
    made = {"type": digests._term(constant.type, constant.levels)}
    if constant.kind == "inductive":
        return made | {
            "detail": (
                detail.family,
                detail.constructors,
                detail.parameters,
                detail.indices,
                detail.nested,
                detail.recursive,
                detail.reflexive,
            )
        }
    if constant.kind == "ctor":
        return made | {"detail": (detail.inductive, detail.index, detail.parameters, detail.fields)}
    rules = tuple(
        (name, count, digests._term(rule, constant.levels))
        for name, (count, rule) in detail.rules.items()
    )
    return made | {
        "detail": (
            detail.family,
            detail.parameters,
            detail.indices,
            detail.motives,
            detail.minors,
            rules,
            detail.k,
        )
    }


def stored(path: Path, name: Name) -> dict[str, object]:
    """What Lean's kernel holds of a constant of a family."""
    terms = Terms()
    constant = Olean(path, path.read_bytes(), terms).constant(name)
    detail = tuple(constant.detail)
    if constant.kind == "rec":
        rules = tuple(
            (rule.constructor, rule.fields, terms.digest(rule.value, constant.levels))
            for rule in constant.detail.rules
        )
        detail = (*detail[:5], rules, detail[6])
    return {"type": terms.digest(constant.type, constant.levels), "detail": detail}


class TestMutants:
    COUNT = 400

    @pytest.mark.parametrize("seed", [11, 12, 13], ids=lambda seed: f"seed {seed}")
    def test_what_is_accepted_lean_accepts(self, sample, toolchain, tmp_path, seed):
        """Lean's kernel accepts each mutant that is accepted here, and holds the same of a family
        and its recursors.
        """
        whole = Export.of(sample)
        mutator = Mutator(whole, seed)
        asked, refusals, families = list(sample), [], {}
        with deep():
            for number in range(self.COUNT):
                what, added, _ = mutator.declaration()
                asked += [b'{"question": %d}' % number, *added, b'{"end": %d}' % number]
                refusals.append((what, whole.refusal))
                made = [name for name in whole.kernel.constants if name[0] == "Mutant"]
                constants = [whole.kernel.constants.pop(name) for name in made]
                if whole.refusal is None and b'{"inductive"' in added[-1]:
                    families[number] = constants
        done = toolchain.run(
            [str(tmp_path)], stdin=b"\n".join(asked).decode() + "\n", program=ORACLE
        )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == self.COUNT, done.stderr
        assert disagreements(refusals, answers) == []
        for number, constants in families.items():
            for constant in constants:
                assert described(constant) == stored(tmp_path / f"{number}.olean", constant.name), (
                    f"mutant {number}"
                )
        # Much is accepted and much refused, of each sort, or nothing was tried; and what accepts
        # all would be found out.
        for sort in ("equation", "inductive", "invented"):
            of_sort = [refusal is None for what, refusal in refusals if what.startswith(sort)]
            assert 5 < sum(of_sort) < len(of_sort) - 5
        assert len(disagreements([(what, None) for what, _ in refusals], answers)) > self.COUNT // 4
        assert all(
            refusal is None or isinstance(refusal, Refused | RecursionError)
            for _, refusal in refusals
        )


def disagreements(
    refusals: list[tuple[str, Exception | None]], answers: list[str | None]
) -> list[tuple[int, str, str]]:
    """What was accepted, by its number, though Lean's kernel refuses it."""
    return [
        (number, what, answer)
        for number, ((what, refusal), answer) in enumerate(zip(refusals, answers, strict=True))
        if refusal is None and answer is not None
    ]
