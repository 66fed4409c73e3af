"""What the kernel decides of a definition is about that definition, at the data."""

from __future__ import annotations

import shutil

import pytest

from pyharness.core.errors import HarnessError, UsageError
from pyharness.proofs import library
from pyharness.proofs.build import build
from pyharness.proofs.cases import Array, Case, Comparison, Kind
from pyharness.proofs.conformance import Kernel

DEMO = """\
prelude
import LeanMining.Algebra.Gcd
import LeanMining.Algebra.Int8
import LeanMining.Algebra.Vector
namespace Demo
def relu (z q : Int8) : Int8 := max q z
def scaled (k : Bool) (q : Int8) : Int8 := cond k q 5
def renamed (z q : Int8) : Int8 := relu z q
def twice (z q : Int8) : Int8 := relu z (relu z q)
def never (z q : Int8) : Int8 := cond false (relu z q) 0
structure Both where
  one : Int8
  other : Int8
def both (z q : Int8) : Both := ⟨z, q⟩
structure Rule where
  apply : Int8 → Int8
  keeps (q : Int8) : q ≤ apply q
def rule (z : Int8) : Rule := ⟨fun q => max q z, fun q => le_max_left q z⟩
def lowest (p q : Both) : Int8 := min p.one q.other
def sums (f : Fin 2 → Int) (g : Fin 2 → Int) : Fin 2 → Int := fun i => f i + g i
noncomputable def total {n : Nat} (v : Vector Int8 n) : Nat := Nat.rec (motive := fun n => Vector Int8 n → Nat)
  (fun _ => 0) (fun _ rest v => Nat.add v.1.index (rest v.2)) n v
def half (n : Nat) : Nat := n / 2
def least {α : Type} [LinearOrder α] (a b : α) : α := min a b
def either {α : Type} [DecidableEq α] (a b : α) : α := if a = b then a else b
axiom assumed : 3 ≤ (5 : Int8)
def leaning (q : Int8) (_ : 3 ≤ (5 : Int8)) : Int8 := q
def leans (q : Int8) : Int8 := leaning q assumed
theorem ext : ((3 : Int8) ≤ 5) = True := propext ⟨fun _ => .intro, fun _ => rfl⟩
def cast_by (q : Int8) (_ : ((3 : Int8) ≤ 5) = True) : Int8 := q
def extended (q : Int8) : Int8 := cast_by q ext
end Demo
"""
PAIRS = [(-128, 127), (3, 3), (-2, -3), (0, 7)]


@pytest.fixture(scope="module")
def make(tmp_path_factory, toolchain, library_build):
    """Makes a kernel over the sample, or another root."""

    def kernel(text=DEMO, allowed=()):
        root = tmp_path_factory.mktemp("demo")
        (root / "Demo.lean").write_text(text)
        out = library_build
        built = build(root, "Demo", out=out, toolchain=toolchain, support=library.SUPPORT)
        return Kernel(toolchain, built, out, allowed)

    return kernel


@pytest.fixture(scope="module")
def kernel(make):
    return make()


def at(value):
    return Array((), [value])


def of_pairs(lean, function, definition="Demo.relu", result="Int8", kinds=("Int8", "Int8")):
    """What a function of two numbers gives at some pairs, to be compared with a definition."""
    cases = [Case((at(z), at(q)), at(function(z, q))) for z, q in PAIRS]
    kind = Kind.parse(result, result=True)
    return Comparison(definition, lean, tuple(map(Kind.parse, kinds)), kind, cases)


class TestDefinition:
    @pytest.mark.parametrize(
        ("definition", "lean", "function"),
        [
            ("Demo.relu", "Demo.relu", max),
            ("Demo.relu", "relu", max),
            ("Demo.relu", "fun z q => relu z q", max),
            ("Demo.relu", "fun z q => relu q z", max),
            ("Demo.relu", "Demo.renamed", max),
            ("Demo.rule", "fun z q => (Demo.rule z).apply q", max),
            ("Demo.least", "Demo.least", min),
        ],
    )
    def test_it_is_applied_to_each_argument(self, kernel, definition, lean, function):
        """It may stand behind another one, or be what a structure of it and proofs holds."""
        found = kernel.compare("named", of_pairs(lean, function, definition))
        assert found.decision.accepted and found.results == 4

    def test_an_instance_is_none_of_the_data(self, kernel):
        """Nor where its type is a definition that stands for a class, as `DecidableEq` does."""
        comparison = of_pairs("Demo.either", lambda z, q: q, "Demo.either", "Int", ("Int", "Int"))
        assert kernel.compare("instance", comparison).decision.accepted

    @pytest.mark.parametrize(
        ("lean", "function"),
        [
            ("fun _ _ => 0", lambda z, q: 0),
            ("fun z q => max q z", max),
            ("fun z _ => relu z z", lambda z, q: z),
            ("fun _ q => relu (Int8.ofIndex 0) q", lambda z, q: q),
            ("fun z q => Function.const Int8 z (relu z q)", lambda z, q: z),
            ("fun z q => let _ := relu z q; max q z", max),
            ("fun z q => (fun _ => q) (relu z q)", lambda z, q: q),
            ("fun z q => cond (Nat.ble (relu z q).index 255) z z", lambda z, q: z),
            ("fun z q => if relu z q ≤ 127 then q else z", lambda z, q: q),
            ("fun z q => ([relu z q].map fun _ => z).elim q", None),
            ("Demo.never", lambda z, q: 0),
            ("Demo.twice", max),
            ("fun z q => relu z (max q q)", max),
            ("fun z q => Int8.ofIndex (relu z q).index", max),
            ("fun z q => (⟨z, relu z q⟩ : Demo.Both).one", lambda z, q: z),
            ("fun z q => id (α := (fun (_ : Int8) => Int8) (relu z q)) z", lambda z, q: z),
        ],
    )
    def test_another_function_is_refused(self, kernel, lean, function):
        """A term that leaves the definition out, drops what it gives, or gives it something else
        than the arguments is not the definition.
        """
        with pytest.raises(UsageError, match="is not Demo.relu as a function|does not read"):
            kernel.compare("other", of_pairs(lean, function or max))

    def test_a_part_of_what_it_gives_is_refused(self, kernel):
        """One of two fields leaves the other one out."""
        comparison = of_pairs("fun z q => (both z q).other", lambda z, q: q, "Demo.both")
        with pytest.raises(UsageError, match=r"takes a part of Demo\.Both"):
            kernel.compare("part", comparison)

    def test_a_fixed_argument_is_refused(self, kernel):
        """Each argument of the definition is one of the function."""
        for comparison in (
            of_pairs("fun q _ => scaled true q", lambda z, q: z, "Demo.scaled"),
            of_pairs("fun p q => lowest ⟨p, 7⟩ ⟨1, q⟩", min, "Demo.lowest"),
        ):
            with pytest.raises(UsageError, match="something else than the arguments"):
                kernel.compare("fixed", comparison)

    def test_a_definition_that_is_not_there(self, kernel):
        """What is named must be declared."""
        with pytest.raises(UsageError, match=r"there is no Lean definition Demo\.absent"):
            kernel.compare("absent", of_pairs("relu", max, "Demo.absent"))

    def test_propositions(self, kernel):
        """A relation is compared by whether it holds."""
        comparison = of_pairs("LE.le", lambda z, q: z <= q, "LE.le", "Prop")
        assert kernel.compare("relation", comparison).decision.accepted

    def test_vectors(self, kernel):
        """Vectors and their functions are compared entry by entry, and each entry counts."""
        vector, pair = Kind.parse("Fin n → Int"), [Array((2,), [1, -200]), Array((2,), [5, 7])]
        case = Case(tuple(pair), Array((2,), [6, -193]))
        result = Kind.parse("Fin n → Int", result=True)
        found = kernel.compare(
            "vectors", Comparison("Demo.sums", "Demo.sums", (vector, vector), result, [case])
        )
        assert found.decision.accepted and found.results == 2
        wrong = Case(case.arguments, Array((2,), [6, -192]))
        assert not kernel.compare(
            "wrong", Comparison("Demo.sums", "Demo.sums", (vector, vector), result, [wrong])
        ).decision.accepted
        total = Comparison(
            "Demo.total",
            "Demo.total",
            (Kind.parse("Vector Int8 n"),),
            Kind.parse("Nat", result=True),
            [Case((Array((3,), [-128, 0, 127]),), at(383))],
        )
        assert kernel.compare("total", total).decision.accepted


class TestData:
    def test_a_difference_is_found(self, kernel):
        """The first case that differs is named, with what Lean gives there."""
        found = kernel.compare("differs", of_pairs("relu", lambda z, q: max(z, q, -1)))
        assert not found.decision.accepted
        assert (found.difference.place, found.difference.given) == (2, -2)

    @pytest.mark.parametrize(
        ("definition", "kind", "arguments", "given"),
        [
            ("Nat.add", "Nat", (500, 700), 1200),
            ("Int.mul", "Int", (-500, 700), -350_000),
            ("Nat.mul", "Nat", (2**40, 2**40), None),
        ],
    )
    def test_what_lean_gives_may_be_large(self, kernel, definition, kind, arguments, given):
        """It is told exactly up to 64 bits, and beyond them only that it differs."""
        element = Kind.parse(kind)
        case = Case(tuple(map(at, arguments)), at(5))
        found = kernel.compare(
            "large",
            Comparison(
                definition, f"fun x y => {definition} x y", (element, element), element, [case]
            ),
        )
        assert (found.difference.place, found.difference.given) == (0, given)

    @pytest.mark.parametrize(("order", "wrong"), [(1, 1024), (-1, 1023)])
    def test_a_difference_in_a_long_row_is_found(self, kernel, order, wrong):
        """Pairs in order, which are counted, and others are each compared with their own result,
        over several theorems, of which Lean reports the first that is false.
        """
        values = range(-128, 128)[::order]
        pairs = [(z, q) for z in values for q in values][:1100]
        cases = [
            Case((at(z), at(q)), at(max(z, q) ^ (place >= wrong)))
            for place, (z, q) in enumerate(pairs)
        ]
        int8 = Kind.parse("Int8")
        found = kernel.compare("long", Comparison("Demo.relu", "relu", (int8, int8), int8, cases))
        assert found.decision.refused == (f"long_{wrong // 1024}",)
        assert found.decision.message.count("long.lean:") == 1
        assert (found.difference.place, found.difference.given) == (wrong, max(pairs[wrong]))

    @pytest.mark.parametrize("step", [1, 2**40 + 1])
    @pytest.mark.parametrize("wrong", [1023, 1024, None])
    def test_natural_numbers_of_any_size_are_in_rows(self, kernel, step, wrong):
        """One in order, which are counted, and others are each compared with their own result, over
        several theorems; the difference is found.
        """
        numbers = [300 + step * place for place in range(1100)]
        cases = [Case((at(n),), at(n // 2 + (place == wrong))) for place, n in enumerate(numbers)]
        nat = Kind.parse("Nat")
        found = kernel.compare("rows", Comparison("Demo.half", "half", (nat,), nat, cases))
        if wrong is None:
            assert found.decision.accepted and found.results == 1100
        else:
            assert found.decision.refused == (f"rows_{wrong // 1024}",)
            assert (found.difference.place, found.difference.given) == (wrong, numbers[wrong] // 2)

    def test_a_result_beyond_the_base_is_no_other_digit(self, kernel):
        """Two wrong results whose digits would add up to the right number are found."""
        cases = [Case((at(0), at(q)), at(value)) for q, value in ((1, 0), (2, 4))]
        nat = Kind.parse("Nat")
        wrong = Comparison("Nat.add", "fun x y => Nat.add x y", (nat, nat), nat, cases)
        assert not kernel.compare("digits", wrong).decision.accepted

    @pytest.mark.parametrize(
        "text", ["Int7", "Fin n → Prop", "Vector Prop n", "Fin 0", "Int8 → Int8", ""]
    )
    def test_types_that_are_none(self, text):
        """A type that data cannot be written in is refused."""
        with pytest.raises(UsageError, match="no type of an argument"):
            Kind.parse(text)

    @pytest.mark.parametrize("text", ["UInt8", "Fin 3", "BitVec 8", "Fin n → Bool"])
    def test_types_of_an_export(self, kernel, text):
        """A type that the library has no way to write data of is refused by name."""
        kind = Kind.parse(text)
        data = Array((1,) * kind.rank, [0])
        with pytest.raises(UsageError, match=rf"not asked about the type {kind.element}"):
            kernel.compare(
                "types", Comparison("Demo.relu", "relu", (kind,), kind, [Case((data,), data)])
            )

    @pytest.mark.parametrize("wrong", [False, True])
    def test_truth_values_as_data(self, kernel, wrong):
        """What is true and what is false is told apart."""
        truth, int8 = Kind.parse("Bool"), Kind.parse("Int8")
        cases = [Case((at(k), at(3)), at(3 if k != wrong else 5)) for k in (0, 1)]
        scaled = Comparison("Demo.scaled", "fun k q => scaled k q", (truth, int8), int8, cases)
        assert kernel.compare("truths", scaled).decision.accepted is not wrong

    def test_nothing_to_compare(self, kernel):
        """A check without data decides nothing."""
        int8 = Kind.parse("Int8")
        with pytest.raises(UsageError, match="compares nothing"):
            kernel.compare("none", Comparison("Demo.relu", "relu", (int8, int8), int8, []))


class TestFile:
    @pytest.mark.parametrize(
        "text",
        [
            "fun z q => absent z q",
            "fun z q => relu z q\ntheorem forged_0 : True := .intro",
            'relu\nnotation:10000 "@_root_.Conformance.row" => fun _ _ _ _ _ => 0',
            "relu) (",
            "",
        ],
    )
    def test_a_term_that_is_more_is_refused(self, kernel, text):
        """What is behind the term changes nothing that is decided, or is refused."""
        try:
            found = kernel.compare("forged", of_pairs(text, lambda z, q: 0))
        except HarnessError:
            return
        assert not found.decision.accepted

    def test_a_project_that_changes_the_words_is_refused(self, make):
        """Where an instance changes what a number means, what Lean proves of it decides nothing."""
        text = DEMO.replace(
            "end Demo",
            "end Demo\ninstance (priority := 2000) more (n : Nat) : OfNat Nat n := ⟨0⟩\n",
        )
        with pytest.raises(UsageError, match="reads"):
            make(text).compare("notation", of_pairs("Demo.relu", max))

    def test_a_project_that_brings_the_words_is_refused(self, tmp_path, toolchain, library_build):
        """A library of the project's own may not say what a result is: here both truth values are
        the same.
        """
        shutil.copytree(library.folder() / library.NAME, tmp_path / library.NAME)
        words = tmp_path / library.NAME / "Conformance.lean"
        text = words.read_text()
        words.write_text(text.replace("Nat := cond b 1 0", "Nat := cond b 1 1"))
        assert words.read_text() != text
        (tmp_path / f"{library.NAME}.lean").write_text(DEMO)
        out = library_build
        support = library.SUPPORT
        built = build(tmp_path, library.NAME, out=out, toolchain=toolchain, support=support)
        always = of_pairs("LE.le", lambda z, q: True, "LE.le", "Prop")
        with pytest.raises(UsageError, match=r"Conformance\.lean is not the library's own file"):
            Kernel(toolchain, built, out, ()).compare("brought", always)


class TestAxioms:
    def extended(self):
        int8 = Kind.parse("Int8")
        case = Case((at(3),), at(3))
        return Comparison("Demo.cast_by", "fun q => cast_by q ext", (int8,), int8, [case])

    def test_none_is_needed(self, kernel):
        """What is decided rests on what the definition rests on, and the library on nothing."""
        assert kernel.compare("plain", of_pairs("relu", max)).decision.accepted

    def test_one_that_is_not_allowed_is_named(self, make):
        """A decision rests on allowed axioms; which one is missing is said."""
        with pytest.raises(UsageError, match="decided on the axioms propext: .*allowed-axioms"):
            make().compare("extended", self.extended())
        assert make(allowed=["propext"]).compare("extended", self.extended()).decision.accepted

    def test_an_assumption_cannot_be(self, make):
        """A definition that rests on an axiom of the project's own is not decided."""
        int8 = Kind.parse("Int8")
        leaning = Comparison(
            "Demo.leaning", "fun q => leaning q assumed", (int8,), int8, [Case((at(3),), at(3))]
        )
        with pytest.raises(UsageError, match=r"Demo\.assumed"):
            make().compare("leaning", leaning)
