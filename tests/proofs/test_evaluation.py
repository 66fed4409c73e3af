"""The second kernel decides what the definitions of an export give."""

from __future__ import annotations

import hashlib
import itertools
import pickle
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st

from pyharness.core.errors import UsageError
from pyharness.evidence.conformance import Call, Check, Conformance, Nonconformance, int8_pairs
from pyharness.evidence.run import Run
from pyharness.proofs import library
from pyharness.proofs.acceleration import EQUATIONS
from pyharness.proofs.build import build
from pyharness.proofs.cases import Array, Case, Comparison, Kind
from pyharness.proofs.environment import Environment
from pyharness.proofs.evaluation import Evaluator
from pyharness.proofs.export import export

DEMO = """\
prelude
import LeanMining.Algebra.Int8
import LeanMining.Algebra.Vector
import LeanMining.Algebra.Rat
namespace Demo
def same {α : Type} (x : α) : α := x
def relu (z q : Int8) : Int8 := max q z
def renamed (z q : Int8) : Int8 := relu z q
def turned (q z : Int8) : Int8 := relu z q
def twice (z q : Int8) : Int8 := relu z (relu z q)
def never (z q : Int8) : Int8 := cond false (relu z q) 0
def least {α : Type} [LinearOrder α] (a b : α) : α := min a b
def leastByte (a b : Int8) : Int8 := least a b
def isBelow (z q : Int8) : Bool := decide (z ≤ q)
def below (z q : Int8) : Prop := z ≤ q
def sums {n : Nat} (f g : Fin n → Int) : Fin n → Int := fun i => f i + g i
def column {m n : Nat} (j : Fin n) (f : Fin m → Fin n → Int) : Fin m → Int := fun i => f i j
noncomputable def total {n : Nat} (v : Vector Int8 n) : Nat :=
  Nat.rec (motive := fun n => Vector Int8 n → Nat)
    (fun _ => 0) (fun _ rest v => Nat.add v.1.index (rest v.2)) n v
def half (x : Rat) : Rat := x * (2 : Rat)⁻¹
structure Rule where
  apply : Int8 → Int8
  keeps (q : Int8) : q ≤ apply q
def rule (z : Int8) : Rule := ⟨fun q => max q z, fun q => le_max_left q z⟩
def ruled (z q : Int8) : Int8 := (rule z).apply q
axiom given : Nat → Nat
noncomputable def assumed (n : Nat) : Nat := Nat.succ (given n)
opaque hidden (n : Nat) : Nat := n
def veiled (n : Nat) : Nat := Nat.add (hidden n) n
noncomputable def slow (n : Nat) : Nat := Nat.rec (motive := fun _ => Nat → Nat) (fun k => k)
  (fun _ rest k => rest (rest k)) n 0
axiom wrong : 3 ≤ (2 : Nat)
def leans (n : Nat) (_ : 3 ≤ (2 : Nat)) : Nat := n
def leaning (n : Nat) : Nat := leans n wrong
def bad (n : Nat) : Nat := sorry
end Demo
"""

CORE = """\
prelude
import LeanMining.Foundation.Int
inductive Nat.le (n : Nat) : Nat → Prop where
  | refl : Nat.le n n
  | step {m : Nat} : Nat.le n m → Nat.le n (Nat.succ m)
noncomputable def Core.power (w : Nat) : Nat :=
  Nat.rec (motive := fun _ => Nat) 1 (fun _ n => Nat.add n n) w
structure Fin (n : Nat) where
  val : Nat
  isLt : Nat.le (Nat.succ val) n
structure BitVec (w : Nat) where
  ofFin ::
  toFin : Fin (Core.power w)
structure UInt8 where
  ofBitVec ::
  toBitVec : BitVec 8
structure Int8 where
  ofUInt8 ::
  toUInt8 : UInt8
def Core.same {α : Type} (x : α) : α := x
def Core.and (x y : Bool) : Bool := cond x y false
noncomputable def Core.byte (x : Int8) : Int8 := x
noncomputable def Core.number (x : Int8) : Nat := x.toUInt8.toBitVec.toFin.val
def Core.pick {n : Nat} (i : Fin n) (f : Fin n → Int) : Int := f i
"""
PAIRS = [(-128, 127), (3, 3), (-2, -3), (0, 7)]


def exported(folder, environment, prefix, allowed=()):
    """An evaluator of the constants of a namespace."""
    names = [
        name
        for name in environment.modules
        if name[0] == prefix and environment.kind(name) in ("def", "axiom", "opaque")
    ]
    ties = [("Acceleration", name) for group in EQUATIONS.values() for name in group]
    names = [name for name in ties if name in environment.modules] + names
    data = "".join(f"{line}\n" for line in export(environment, names, binders=True)).encode()
    path = folder / "lines.ndjson"
    path.write_bytes(data)
    return Evaluator(path, hashlib.sha256(data).hexdigest(), Path("proofs.ndjson"), allowed)


@pytest.fixture(scope="module")
def made(tmp_path_factory, toolchain, library_build):
    """Makes an evaluator of a Lean file's constants, in a namespace."""

    def make(text, prefix):
        root = tmp_path_factory.mktemp("demo")
        (root / "Demo.lean").write_text(text)
        out = library_build
        built = build(root, "Demo", out=out, toolchain=toolchain, support=library.SUPPORT[1:])
        return exported(root, Environment.load(built), prefix)

    return make


@pytest.fixture(scope="module")
def demo(made):
    """An evaluator of the sample over the library."""
    return made(DEMO, "Demo")


@pytest.fixture(scope="module")
def core(made):
    """An evaluator of types as Lean's core has them."""
    return made(CORE, "Core")


def data(value):
    """A number, a list or a matrix as an array."""
    if isinstance(value, int | Fraction):
        return Array((), [value if isinstance(value, Fraction) else int(value)])
    if isinstance(value[0], int):
        return Array((len(value),), list(value))
    return Array((len(value), len(value[0])), [*itertools.chain(*value)])


def comparison(lean, kinds, result, *rows, definition=None):
    """What a definition is to give, by rows: the arguments, and what is given."""
    return Comparison(
        definition or lean,
        lean,
        tuple(map(Kind.parse, kinds)),
        Kind.parse(result, result=True),
        [Case(tuple(map(data, row[:-1])), data(row[-1])) for row in rows],
    )


def relu(lean, *rows, definition="Demo.relu"):
    given = rows or [(z, q, max(z, q)) for z, q in PAIRS]
    return comparison(lean, ("Int8", "Int8"), "Int8", *given, definition=definition)


class TestTerm:
    @pytest.mark.parametrize(
        ("definition", "lean", "function"),
        [
            ("Demo.relu", "Demo.relu", max),
            ("Demo.relu", "_root_.Demo.relu", max),
            ("Demo.relu", "fun z q => Demo.relu z q", max),
            ("Demo.relu", "fun z q => Demo.relu q z", max),
            ("Demo.relu", "fun z q ↦ Demo.turned q z", max),
            ("Demo.relu", "Demo.renamed", max),
            ("Demo.rule", "Demo.ruled", max),
            ("Demo.least", "Demo.leastByte", min),
        ],
    )
    def test_it_is_the_definition(self, demo, definition, lean, function):
        """A name, or a function with each argument given once; a wrapper is unfolded."""
        rows = [(z, q, function(z, q)) for z, q in PAIRS]
        found = demo.compare("named", relu(lean, *rows, definition=definition))
        assert found.decision.accepted and found.results == 4
        assert (found.by, found.decided) == ("the second kernel", "cases")

    @pytest.mark.parametrize(
        ("lean", "message"),
        [
            ("Demo.twice", "is not Demo.relu as a function of its data"),
            ("Demo.never", "is not Demo.relu as a function of its data"),
            ("Demo.leastByte", "is not Demo.relu as a function of its data"),
            ("relu", "names relu, which the export does not declare"),
            ("Demo.absent", "names Demo.absent, which the export does not declare"),
            ("fun z q => Demo.relu z z", "each variable must be given once"),
            ("fun z => Demo.relu z", "a function of 1 data, and 2 are given"),
            ("fun z q => Demo.relu z k q", "k is none of its variables"),
            ("fun z q => (Demo.rule z).apply q", "it is no name and no"),
            ("fun z q => max q z", "names max|takes an instance"),
            ("Demo.relu z q", "it is applied to something"),
            ("", "it is no name and no"),
            ("Demo.least", "takes an instance, which the types of the data do not determine"),
            ("Demo.same", "takes fewer arguments|is of the type|not well typed"),
            ("Demo.isBelow", "is of the type"),
            ("Demo.sums", "is not seen to be of the type"),
        ],
    )
    def test_another_one_is_refused(self, demo, lean, message):
        """What is not the definition at the data, or what only Lean could read."""
        with pytest.raises(UsageError, match=message):
            demo.compare("other", relu(lean))

    def test_what_to_do_is_said(self, demo):
        """A term that needs Lean comes with how to do without."""
        with pytest.raises(UsageError, match="define a function of just the data in Lean"):
            demo.compare("least", relu("Demo.least", definition="Demo.least"))

    def test_a_definition_that_is_not_there(self, demo):
        """What is named must be declared."""
        with pytest.raises(UsageError, match=r"there is no Lean definition Demo\.absent"):
            demo.compare("absent", relu("Demo.relu", definition="Demo.absent"))

    def test_a_proposition_is_decided(self, demo):
        """A relation is compared through a function that decides it, which has to be named."""
        rows = [(z, q, z <= q) for z, q in PAIRS]
        kinds = ("Int8", "Int8")
        found = comparison("Demo.isBelow", kinds, "Prop", *rows, definition="LE.le")
        assert demo.compare("relation", found).decision.accepted
        with pytest.raises(UsageError, match="write the proposition as `decide` of it"):
            demo.compare("below", comparison("Demo.below", kinds, "Prop", *rows))

    def test_vectors(self, demo):
        """Sizes are those of the data, and each entry counts."""
        kinds, rows = ("Fin n → Int",) * 2, [([1, -200], [5, 7], [6, -193]), ([4], [5], [9])]
        found = demo.compare("sums", comparison("Demo.sums", kinds, "Fin n → Int", *rows))
        assert found.decision.accepted and found.results == 3
        wrong = demo.compare(
            "sums", comparison("Demo.sums", kinds, "Fin n → Int", ([1, 2], [3, 4], [4, 7]))
        )
        assert (wrong.difference.place, wrong.difference.given) == (0, None)
        assert "gives [4, 6], not [4, 7]" in wrong.decision.message
        with pytest.raises(UsageError, match="is of the type"):
            demo.compare(
                "sums", comparison("Demo.sums", kinds, "Fin n → Int", ([1, 2], [3, 4], [4]))
            )

    def test_matrices_and_pairs(self, demo):
        """A matrix is a function of two indices, a `Vector` of the library nested pairs."""
        matrix = [[1, 2, 3], [-4, 5, 6]]
        kinds = ("Fin 3", "Fin m → Fin n → Int")
        for j in range(3):
            found = comparison(
                "Demo.column", kinds, "Fin m → Int", (j, matrix, [row[j] for row in matrix])
            )
            assert demo.compare("column", found).decision.accepted
        found = comparison("Demo.total", ("Vector Int8 n",), "Nat", ([-128, 0, 127], 383))
        assert demo.compare("total", found).decision.accepted


KINDS = {
    "Nat": (0, 2**70),
    "Int": (-(2**70), 2**70),
    "Int8": (-128, 127),
    "Bool": (0, 1),
    "Fin 10": (0, 9),
}
CORE_KINDS = {**KINDS, "UInt8": (0, 255), "BitVec 5": (0, 31), "BitVec 40": (0, 2**40 - 1)}
KINDS["Rat"] = KINDS["Int"]


class TestData:
    @pytest.mark.parametrize(
        ("where", "kind"),
        [*(("demo", kind) for kind in KINDS), *(("core", kind) for kind in CORE_KINDS)],
    )
    def test_each_value_is_itself(self, request, where, kind):
        """What is written is read back, and no other value is taken for it."""
        evaluator = request.getfixturevalue(where)
        lean = "Demo.same" if where == "demo" else "Core.same"
        least, most = (KINDS if where == "demo" else CORE_KINDS)[kind]

        @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.integers(least, most), min_size=1, max_size=5), st.integers(least, most))
        def check(values, other):
            values = [least, *values, most]
            rows = [(value, value) for value in values]
            found = evaluator.compare("same", comparison(lean, (kind,), kind, *rows))
            assert found.decision.accepted and found.results == len(rows)
            if other != values[-1]:
                rows[-1] = values[-1], other
                found = evaluator.compare("same", comparison(lean, (kind,), kind, *rows))
                assert not found.decision.accepted
                assert (found.difference.place, found.difference.given) == (
                    len(rows) - 1,
                    values[-1],
                )

        check()

    @pytest.mark.parametrize(
        ("kind", "value"),
        [("Int8", 128), ("Int8", -129), ("Nat", -1), ("Fin 10", 10), ("Bool", 2)],
    )
    def test_what_is_no_element_is_refused(self, demo, kind, value):
        """Neither an argument nor a result may be out of range."""
        for row in ((value, 0), (0, value)):
            with pytest.raises(UsageError, match=f"the value {value} is none of Lean's {kind}"):
                demo.compare("range", comparison("Demo.same", (kind,), kind, row))

    def test_machine_integers_are_in_twos_complement(self, core):
        """The number in an `Int8` of Lean's core is that of its bits."""
        rows = [(value, value % 256) for value in range(-128, 128)]
        found = core.compare("bits", comparison("Core.number", ("Int8",), "Nat", *rows))
        assert found.decision.accepted

    def test_a_function_of_an_index(self, core):
        """A vector over an index that is a structure gives the entry at each."""
        vector = [5, -6, 7, 0]
        rows = [(i, vector, vector[i]) for i in range(4)]
        found = comparison("Core.pick", ("Fin 4", "Fin n → Int"), "Int", *rows)
        assert core.compare("pick", found).decision.accepted

    def test_truth_values(self, core):
        """Truth values are arguments and results."""
        rows = [(x, y, x & y) for x in (0, 1) for y in (0, 1)]
        found = comparison("Core.and", ("Bool", "Bool"), "Bool", *rows)
        assert core.compare("and", found).decision.accepted

    def test_a_fraction_is_no_integer(self, demo):
        """A `Rat` that is no integer differs from each."""
        found = demo.compare("half", comparison("Demo.half", ("Rat",), "Rat", (4, 2), (3, 1)))
        assert (found.difference.place, found.difference.given) == (1, Fraction(3, 2))
        assert "gives 3/2, not 1" in found.decision.message

    @pytest.mark.parametrize("value", [Fraction(3, 4), Fraction(-1, 1 << 1074), Fraction(7, 3)])
    def test_fractions_are_arguments_and_results(self, demo, value):
        """A float is the fraction that it is, and half of it the half of that."""
        found = demo.compare("half", comparison("Demo.half", ("Rat",), "Rat", (value, value / 2)))
        assert found.decision.accepted
        found = demo.compare("half", comparison("Demo.half", ("Rat",), "Rat", (value, value)))
        assert (found.difference.place, found.difference.given) == (0, value / 2)

    def test_rounding_is_allowed(self, demo):
        """What the definition gives may be as far from the result as is said, and no further."""
        case = comparison("Demo.half", ("Rat",), "Rat", (3, 1)).cases[0]
        for most, accepted in ((Fraction(1, 2), True), (Fraction(499, 1000), False)):
            asked = replace(
                comparison("Demo.half", ("Rat",), "Rat"),
                cases=[replace(case, within=Array((), [most]))],
            )
            assert demo.compare("half", asked).decision.accepted is accepted

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("  ofUInt8 ::\n  toUInt8 : UInt8", "  ofUInt8 ::\n  toUInt8 : BitVec 8"),
            ("  ofUInt8 ::\n", "  ofUInt16 ::\n"),
            ("  toUInt8 : UInt8", "  toUInt8 : UInt8\n  more : UInt8"),
            ("  toUInt8 : UInt8", "  toUInt8 : UInt8\n  more : toUInt8 = toUInt8"),
            ("  ofUInt8 ::\n  toUInt8 : UInt8", "  mk ::\n  index : Nat"),
            ("  ofUInt8 ::\n  toUInt8 : UInt8", "  mk ::\n  index : Nat\n  le : Nat.le index 255"),
            ("  ofUInt8 ::\n  toUInt8 : UInt8", "  mk ::\n  index : Nat\n  le : Nat.le index 127"),
            ("  ofUInt8 ::\n  toUInt8 : UInt8", "  mk ::\n  index : Nat\n  le : Nat.le index 256"),
            ("  ofUInt8 ::\n  toUInt8 : UInt8", "  mk ::\n  index : Int\n  le : index = index"),
            ("  ofUInt8 ::\n  toUInt8 : UInt8", "  mk ::\n  index : Nat\n  le : ∀ p : Prop, p → p"),
            ("toBitVec : BitVec 8", "toBitVec : BitVec 9"),
            ("Fin (Core.power w)", "Fin (Nat.succ (Core.power w))"),
            ("Nat.le (Nat.succ val) n", "Nat.le val n"),
            ("Nat.le (Nat.succ val) n", "val = val"),
        ],
    )
    def test_a_type_of_another_shape_is_refused(self, made, old, new):
        """What is called `Int8`, and is declared otherwise, is not read as one."""
        text = CORE[: CORE.index("noncomputable def Core.number")]
        assert old in text
        evaluator = made(text.replace(old, new), "Core")
        with pytest.raises(UsageError, match="is not declared as|does not hold the numbers up to"):
            evaluator.compare("shape", comparison("Core.byte", ("Int8",), "Int8", (3, 3)))

    def test_a_type_that_is_not_there(self, core, demo):
        """The export has to declare what data are of."""
        for evaluator, lean, kind in ((core, "Core.same", "Rat"), (demo, "Demo.same", "UInt8")):
            with pytest.raises(UsageError, match=f"the export declares no type {kind}"):
                evaluator.compare("absent", comparison(lean, (kind,), kind, (3, 3)))

    def test_nothing_to_compare(self, demo):
        """A check without data decides nothing."""
        with pytest.raises(UsageError, match="compares nothing"):
            demo.compare("none", comparison("Demo.same", ("Nat",), "Nat"))


class TestDecision:
    def test_the_first_difference_is_named(self, demo):
        """The first case that differs, and what the definition gives there."""
        found = demo.compare("n", relu("Demo.relu", *((z, q, max(z, q, -1)) for z, q in PAIRS)))
        assert not found.decision.accepted
        assert (found.difference.place, found.difference.given) == (2, -2)
        assert "case 3: at (-2, -3), Demo.relu gives -2, not -1" in found.decision.message
        assert found.path == Path("proofs.ndjson")

    @pytest.mark.parametrize(
        ("lean", "value", "message"),
        [
            ("Demo.assumed", 3, r"stops at `Demo\.given 3`: Demo\.given is an axiom"),
            ("Demo.veiled", 3, r"Demo\.hidden is opaque"),
            ("Demo.slow", 40, "more than 100,000 steps"),
        ],
    )
    def test_what_does_not_reduce_is_an_error(self, demo, monkeypatch, lean, value, message):
        """A definition without a value is not decided, and where that ends is said."""
        monkeypatch.setattr("pyharness.proofs.calculator.STEPS", 100_000)
        allowing = Evaluator(demo._lines, demo._sha256, demo._file, ["Demo.given"])
        with pytest.raises(UsageError, match=message):
            allowing.compare("stuck", comparison(lean, ("Nat",), "Nat", (value, 4)))

    @pytest.mark.parametrize(
        ("lean", "message"),
        [
            ("Demo.leaning", r"does not allow: Demo\.wrong.*allowed-axioms"),
            ("Demo.assumed", r"does not allow: Demo\.given"),
            ("Demo.bad", "rests on a sorry"),
        ],
    )
    def test_what_it_rests_on_must_be_allowed(self, demo, lean, message):
        """An axiom that the project does not allow is named."""
        with pytest.raises(UsageError, match=message):
            demo.compare("axioms", comparison(lean, ("Nat",), "Nat", (3, 3)))

    def test_what_is_forgotten_changes_nothing(self, demo, monkeypatch):
        """Answers that are dropped in between are found again."""
        monkeypatch.setattr("pyharness.proofs.calculator._KEPT", 100)
        rows = [(z, q, max(z, q)) for z in range(-5, 5) for q in range(-5, 5)]
        assert demo.compare("n", relu("Demo.relu", *rows)).decision.accepted
        rows[57] = (*rows[57][:2], 99)
        assert demo.compare("n", relu("Demo.relu", *rows)).difference.place == 57

    def test_the_digest_is_of_all_that_is_decided(self, demo):
        """It changes with a case, the term and the definition, and with nothing else."""
        found = [
            demo.compare("n", given).decision.sha256
            for given in (
                relu("Demo.relu"),
                relu("Demo.relu"),
                relu("Demo.relu", (1, 2, 2)),
                relu("fun z q => Demo.relu q z"),
                relu("Demo.renamed"),
            )
        ]
        assert found[0] == found[1] and len({*found}) == 4

    def test_a_source_file_needs_lean(self, demo):
        """Theorems in Lean's words are not decided."""
        with pytest.raises(UsageError, match="only Lean can decide"):
            demo.decide("T", "theorem T : True := .intro")

    def test_it_goes_to_another_process(self, demo):
        """It is pickled without what it read, and counts what it was asked."""
        demo.compare("n", relu("Demo.relu"))
        written = pickle.dumps(demo)
        other = pickle.loads(written)
        asked = other.asked
        assert len(written) < 1000 and asked > 0 and other.key == demo.key
        assert other.compare("n", relu("Demo.relu")).decision.accepted
        assert other.asked == asked + 1

    def test_a_file_that_changed(self, demo, tmp_path):
        """The lines are those whose digest was given."""
        (tmp_path / "lines").write_bytes(b"{}\n")
        other = Evaluator(tmp_path / "lines", demo._sha256, Path("proofs.ndjson"), ())
        with pytest.raises(UsageError, match=r"proofs\.ndjson has changed"):
            other.compare("n", relu("Demo.relu"))


def one_more(z, q):
    """The greater of two bytes, but for one pair."""
    return torch.maximum(z, q) + ((z == 2) & (q == 1)).to(torch.int8)


class TestEvidence:
    def few(self):
        values = torch.arange(-3, 4, dtype=torch.int8)
        return [Call((values[:, None], values[None]))]

    def test_the_certificate_says_who_decided(self, demo):
        """The words are those of Lean's kernel, but for who and what."""
        check = Check("Demo.relu", ("Int8", "Int8"), "Int8", self.few, "49 pairs", of="pairs")
        (found,) = Conformance("Demo.relu", torch.maximum, (check,)).decide(Run(0, demo))
        said, digest = found.domain.rsplit(" ", 1)
        assert said == "49 pairs; decided by the second kernel, cases SHA-256"
        assert len(digest) == 64 and found.cases == 49

    def test_a_function_that_differs(self, demo):
        """The error says where, and what both give."""
        check = Check("Demo.relu", ("Int8", "Int8"), "Int8", self.few, "49 pairs")
        with pytest.raises(
            Nonconformance,
            match=r"at \(2, 1\) the function gives 3, and Lean 2\nThe second kernel refuses it in "
            r"proofs\.ndjson:\ncase 40: at \(2, 1\), Demo\.relu gives 2, not 3",
        ):
            Conformance("Demo.relu", one_more, (check,)).decide(Run(0, demo))

    def test_all_pairs(self, demo, monkeypatch):
        """The check of all pairs is the same as with Lean's kernel; here on a part of them."""
        monkeypatch.setattr(
            "pyharness.evidence.conformance.INT8", torch.arange(-128, 128, 16, dtype=torch.int8)
        )
        check = int8_pairs("Demo.relu", "pairs")
        (found,) = Conformance("Demo.relu", torch.maximum, (check,)).decide(Run(0, demo))
        assert found.cases == 256

    def test_truth_values_are_arguments(self, core):
        """A tensor of truth values is one of `Bool`."""
        truth = torch.tensor([True, False])
        check = Check(
            "Core.and",
            ("Bool", "Bool"),
            "Bool",
            lambda: [Call((truth[:, None], truth[None]))],
            "all",
        )
        (found,) = Conformance("Core.and", torch.logical_and, (check,)).decide(Run(0, core))
        assert found.cases == 4
