"""An environment that is read from an export says what the environment that was exported says."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import pytest

from pyharness.proofs.audit import audit, find_theorem
from pyharness.proofs.cut import BadExport, Index
from pyharness.proofs.environment import Environment
from pyharness.proofs.export import export
from pyharness.proofs.printing import Printer
from tests.kernel_exports import META, basics

LEAN = """\
import LeanMining.Foundation.Logic
import LeanMining.Foundation.Acceleration
universe u
class Sample.Order (α : Type u) where
  le : α → α → Prop
  refl : ∀ a, le a a
structure Sample.Pair (α : Type) where
  first : α
  second : α
def Sample.Pair.swap {α : Type} (pair : Sample.Pair α) : Sample.Pair α := ⟨pair.2, pair.1⟩
theorem Sample.swap_swap {α : Type} (p : Sample.Pair α) : p.swap.swap = p := rfl
theorem Sample.refl {α : Type u} [Sample.Order α] ⦃a : α⦄ : Sample.Order.le a a :=
  Sample.Order.refl a
theorem Sample.commutes (a b : Prop) (h : a ∧ b) (unused : a) : b ∧ a := ⟨h.2, h.1⟩
theorem Sample.commutes_example : True ∧ True := Sample.commutes True True ⟨.intro, .intro⟩ .intro
theorem Sample.extensional (a b : Prop) (h : a ↔ b) : a = b := propext h
theorem Sample.quotient : Nat.div 12345678901234567890 1000 = 12345678901234567 := rfl
theorem Sample.inLet (p : Prop) : let q := p; q → q := fun h => h
theorem Sample.sum (m n : Nat) : m + 0 = m ∧ n + 0 = n := ⟨rfl, rfl⟩
theorem Sample.product : Nat.mul 2 3 = 6 := rfl
theorem Sample.hole (a : Prop) : a ∨ a → a := sorry
axiom Sample.assumed : ∀ p : Prop, p
theorem Sample.onAssumed (p : Prop) : p := Sample.assumed p
theorem Sample.not_zero : ¬ ∀ n : Nat, n = 0 := fun h => nomatch h 1
def Sample.half : Nat → Nat
  | .zero | .succ .zero => .zero
  | .succ (.succ n) => .succ (Sample.half n)
theorem Sample.half_one : Sample.half 1 = 0 := rfl
theorem Sample.or_swap (a b : Prop) : a ∨ b → b ∨ a
  | .inl h => .inr h
  | .inr h => .inl h
"""
THEOREMS = [
    *("swap_swap", "refl", "commutes", "extensional", "quotient", "inLet", "sum", "hole"),
    *("onAssumed", "not_zero", "half_one", "or_swap"),
]


@pytest.fixture(scope="module")
def built(new_project):
    project = new_project().write(LeanMining="import LeanMining.Sample\n", LeanMining_Sample=LEAN)
    return Environment.load(project.build("LeanMining"))


@pytest.fixture(scope="module")
def lines(built):
    names = [("Sample", name) for name in ("product", *THEOREMS, "commutes_example", "Pair")]
    return "".join(f"{line}\n" for line in export(built, names, binders=True)).encode()


@pytest.fixture(scope="module")
def exported(lines):
    return Environment.exported(Path("sample.ndjson"), lines)


def test_every_constant_is_what_it_was(built, exported):
    """Its kind, its record, its digests, what it rests on, and the names of its arguments."""
    assert len(exported.modules) > 100
    for name in exported.modules:
        one, other = built.constant(name), exported.constant(name)
        assert (one.kind, one.levels, one.safety) == (other.kind, other.levels, other.safety)
        assert type(one.detail) is type(other.detail)
        assert built.definition_sha256(name) == exported.definition_sha256(name)
        assert built.meaning_sha256(name) == exported.meaning_sha256(name)
        assert built.axioms(name) == exported.axioms(name)
        assert built.uses(name) == exported.uses(name)
        assert built.signature(name) == exported.signature(name)
        assert built.type_name(name) == exported.type_name(name)


def test_what_a_source_writes_is_known_by_its_name(built, exported):
    """What Lean made along with it is none of the definitions under a theorem, as in a build."""
    names = [
        name
        for name in exported.modules
        if exported.kind(name) not in ("theorem", "ctor", "rec", "quot")
    ]
    written = {name for name in names if exported.is_written(name)}
    assert written == {name for name in names if built.is_written(name)}
    assert ("Sample", "half") in written
    assert {("Sample", "half", "match_1"), ("Nat", "brecOn", "go")} <= {*names} - written
    assert ("Sample", "or_swap", "match_1_1") in names


def test_theorems_are_judged_as_they_were(built, exported):
    """Status, axioms, example, unused hypotheses: all but where it is declared. What is printed is
    the same where the library is known.
    """
    names = [f"Sample.{name}" for name in THEOREMS]
    found = []
    for environment in (built, exported):
        constants = {name: find_theorem(environment, name) for name in names}
        found.append(audit(environment, constants, ["propext"], Printer(environment)))
    for one, other in zip(found[0].values(), found[1].values(), strict=True):
        for field in ("status", "statement_sha256", "meaning_sha256", "axioms", "unused"):
            assert getattr(one, field) == getattr(other, field), (one.theorem, field)
        assert (one.example, one.rests_on) == (other.example, other.rests_on)
        assert other.module is None and other.file is None and other.line is None
    statuses = {name: proof.status for name, proof in found[1].items()}
    assert statuses["Sample.hole"] == "sorry" and statuses["Sample.onAssumed"] == "axiom"
    assert found[1]["Sample.sum"].statement == "Sample.sum (m n : Nat) : m + 0 = m ∧ n + 0 = n"
    assert found[1]["Sample.commutes"].unused == ("unused",)


def test_classes_are_what_square_brackets_are_of(exported):
    """An export does not list them."""
    assert ("Sample", "Order") in exported.classes and ("Sample", "Pair") not in exported.classes


def test_known_operators_are_known_by_their_digests(lines, exported):
    """A `+` that is another function is printed in full."""
    assert exported.ships(("HAdd", "hAdd")) and exported.in_foundation(("instAddNat",))
    forged = Environment.exported(Path("forged.ndjson"), with_another_plus(lines))
    assert not forged.ships(("instAddNat",)) and forged.ships(("HAdd", "hAdd"))
    shown = Printer(forged).statement(("Sample", "sum")).text
    assert "m + 0" not in shown and "instAddNat" in shown


def with_another_plus(lines: bytes) -> bytes:
    """The export with a sum on Nat that is the product."""
    parsed = [json.loads(line) for line in lines.splitlines()]
    names = {0: ()}
    for line in parsed:
        if "in" in line:
            fields = line.get("str") or line["num"]
            names[line["in"]] = (*names[fields["pre"]], fields.get("str", fields.get("i")))
    heads = {names.get(line["const"]["name"]): line["ie"] for line in parsed if "const" in line}
    (value,) = [
        line["def"]["value"]
        for line in parsed
        if "def" in line and names[line["def"]["name"]] == ("instAddNat",)
    ]
    for line in parsed:
        if line.get("ie") == value:
            assert line["app"]["arg"] == heads["Nat", "add"]
            line["app"]["arg"] = heads["Nat", "mul"]
    return "".join(f"{json.dumps(line)}\n" for line in parsed).encode()


class TestBadLines:
    @pytest.mark.parametrize(
        "line",
        ["huh", "[]", '{"in":1}', '{"il":1,"succ":7}', '{"thm":{}}', '{"inductive":{"types":[]}}'],
    )
    def test_they_are_told(self, line):
        """What is no line of the format is an error, never something else."""
        with pytest.raises(BadExport, match="line 2"):
            Environment.exported(Path("bad.ndjson"), f"{META}\n{line}\n".encode())

    @pytest.mark.parametrize(
        ("term", "words"),
        [
            ('{"ie":0,"app":{"fn":0,"arg":0}}', "mentions a later one"),
            ('{"ie":1,"sort":0}', "not numbered in order"),
            ('{"ie":0,"forallE":{"type":1}}', "cannot be read"),
        ],
    )
    def test_terms_are_read_when_they_are_asked_for(self, term, words):
        """And only then is it seen that they are none."""
        axiom = '{"axiom":{"name":1,"levelParams":[],"type":0,"isUnsafe":false}}'
        lines = f'{META}\n{{"in":1,"str":{{"pre":0,"str":"a"}}}}\n{term}\n{axiom}\n'
        environment = Environment.exported(Path("bad.ndjson"), lines.encode())
        assert environment.find("a") == ("a",)
        with pytest.raises(BadExport, match=words):
            environment.constant("a")


def test_metadata_are_seen_through():
    """What a compiler notes beside a term is not part of it."""
    made = basics()
    nat, name, number = made.expr(made.make.of("Nat")), made.name("noted"), made._number()
    noted = {"ie": number, "mdata": {"expr": nat, "data": {"type": 7}}}
    axiom = {"axiom": {"name": name, "levelParams": [], "type": number, "isUnsafe": False}}
    lines = [*made.lines, json.dumps(noted).encode(), json.dumps(axiom).encode()]
    cut = in_a_row(lines)
    assert b"mdata" in cut
    environment = Environment.exported(Path("noted.ndjson"), cut)
    assert environment.type_name(("noted",)) == ("Nat",)
    assert environment.trees(("noted",))[0].number == environment.type(("noted",))


def in_a_row(lines: list[bytes]) -> bytes:
    """An export with its numbers in a row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.ndjson"
        path.write_bytes(b"\n".join(lines) + b"\n")
        index, written = Index(path), io.BytesIO()
        index.write(index.kinds, written)
    return written.getvalue()
