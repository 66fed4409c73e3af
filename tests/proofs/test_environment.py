"""The environment is read from stored files alone, and believes nothing in them that it can
check.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyharness.core.errors import EXIT_LEAN
from pyharness.proofs.environment import DamagedOlean, Environment, UnknownConstant
from pyharness.proofs.names import parse_name, show_name, write_name
from pyharness.proofs.olean import Olean
from pyharness.proofs.terms import APP, BVAR, CONST, LAM, LIT, PI, SORT, Terms

SAMPLE = """\
/-- A definition. -/
def Sample.double (n : Nat) : Nat := n.add n
def Sample.quadruple (n : Nat) : Nat := Sample.double (Sample.double n)

/-- Three
lines. -/
theorem Sample.plain (n : Nat) : Sample.quadruple n = Sample.quadruple n := rfl
theorem Sample.byPropext (a b : Prop) (h : a ↔ b) : a = b := propext h
theorem Sample.onPropext (a b : Prop) (h : a ↔ b) : b = a := (Sample.byPropext a b h).symm
theorem Sample.hole (a : Prop) : a := sorry
theorem Sample.onHole (a b : Prop) : a ∧ b := ⟨Sample.hole a, Sample.hole b⟩
inductive Sample.Box : Type where
  | mk (h : Sample.hole True = Sample.hole True)
theorem Sample.onBox (b c : Sample.Box) (h : b = c) : c = b := h.symm
theorem Sample.onRec (h : (b : Sample.Box) → True) : (b : Sample.Box) → True := Sample.Box.rec (fun _ => .intro)
axiom Sample.assumed : ∀ n : Nat, n = n
unsafe def Sample.risky : Nat := 0
theorem Sample.«two words» : True := .intro
theorem Sample.«a.b» : True := .intro
def Sample.big : Nat := 0x1000000000000000000000000000000000000000000000000000000000000000f
theorem Sample.no (a : Prop) (h : a) : ¬ ¬ a := fun k => k h
theorem Sample.apart : 0 ≠ 1 := fun h => nomatch h
theorem Sample.absurd (a : Prop) (h : a) (k : ¬ a) : False := k h
"""


@pytest.fixture(scope="module")
def library(new_project):
    return new_project().library(SAMPLE)


@pytest.fixture(scope="module")
def environment(library):
    return library[1]


class TestNames:
    @given(
        st.lists(
            st.integers(0, 99) | st.text(st.characters(exclude_characters="»«"), min_size=1),
            min_size=1,
        )
    )
    def test_what_is_shown_is_read_back(self, parts):
        """No two names are shown alike."""
        assert parse_name(show_name(tuple(parts))) == tuple(parts)

    @pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "«a", "a»", "«a»b"])
    def test_no_name(self, text):
        """A text that shows no name is none."""
        assert parse_name(text) is None

    @pytest.mark.parametrize(
        ("name", "written"),
        [
            (("theorem", "a b"), "_root_.«theorem».«a b»"),
            (("_private", "M", 0, "a"), None),
            (("a", 1), None),
            (("a", "_@", "M", "_hyg"), None),
            (("a»b",), None),
            (("a\nb",), None),
            ((), None),
        ],
    )
    def test_what_a_source_can_write(self, name, written):
        """A name is written quoted and from the root; one that no source can write is not
        written.
        """
        assert write_name(name) == written


class TestConstants:
    @pytest.mark.parametrize(
        ("name", "kind", "safety"),
        [
            ("Sample.double", "def", "safe"),
            ("Sample.plain", "theorem", "safe"),
            ("Sample.Box", "inductive", "safe"),
            ("Sample.Box.mk", "ctor", "safe"),
            ("Sample.Box.rec", "rec", "safe"),
            ("Sample.assumed", "axiom", "safe"),
            ("Sample.risky", "def", "unsafe"),
            ("Quot.mk", "quot", "safe"),
            ("sorryAx", "axiom", "safe"),
            ("lcErased", "axiom", "unsafe"),
        ],
    )
    def test_kind_and_safety(self, environment, name, kind, safety):
        """A constant has the kind of the command that declared it."""
        constant = environment.constant(name)
        assert (constant.kind, constant.safety) == (kind, safety)

    def test_names_are_compared_part_by_part(self, environment):
        """A part with a dot in it is not two parts."""
        assert (
            environment.find("Sample.«a.b»") == ("Sample", "a.b")
            and environment.find("Sample.a.b") is None
        )

    def test_large_numbers(self, environment):
        """A literal beyond a machine word is read in full."""
        terms = environment.terms
        reached = [
            terms.nodes[number]
            for number in _reachable(terms, environment.constant("Sample.big").value)
        ]
        assert (LIT, 2**256 + 15) in reached

    def test_an_unknown_constant(self, environment):
        """A name that nothing declares is an error that names it."""
        with pytest.raises(UnknownConstant, match="Sample.nothing"):
            environment.constant("Sample.nothing")

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("Sample.double", 5),
            ("Sample.plain", 10),
            ("Sample.Box.rec", 15),
            ("Sample.«two words»", 21),
        ],
    )
    def test_location(self, environment, name, line):
        """A declaration is where its name stands; what Lean made along with it is there too."""
        assert environment.location(name) == (Path("LeanMining/Sample.lean"), line)

    def test_types_that_are_a_constant(self, environment):
        """A type that is a constant is known without reading it, and any other is none."""
        nodes = environment.terms.nodes
        assert (
            environment.type_name(("Sample", "big")) == ("Nat",)
            and environment.type_name(("Sample", "plain")) is None
        )
        for name in environment.modules:
            node = nodes[environment.type(name)]
            assert environment.type_name(name) == (node[1] if node[0] == CONST else None)

    def test_every_constant_can_be_read(self, environment):
        """All types, values and digests of the foundation can be read."""
        assert all(len(environment.statement_sha256(name)) == 64 for name in environment.modules)


class TestClosure:
    @pytest.mark.parametrize(
        ("name", "axioms"),
        [
            ("Sample.plain", ()),
            ("Sample.byPropext", ("propext",)),
            ("Sample.onPropext", ("propext",)),
            ("Sample.onHole", ("sorryAx",)),
            ("Sample.onBox", ("sorryAx",)),
            ("Sample.onRec", ("sorryAx",)),
            ("Sample.assumed", ("Sample.assumed",)),
        ],
    )
    def test_axioms(self, environment, name, axioms):
        """An axiom counts however it is reached: by a proof, a type, a constructor or a
        recursor.
        """
        assert environment.axioms(name) == axioms
        assert environment.uses_sorry(name) is ("sorryAx" in axioms)

    def test_definitions(self, environment):
        """What gives a statement its meaning is found through definitions, and not through
        proofs.
        """
        found = environment.definitions("Sample.plain")
        assert {"Sample.double", "Sample.quadruple", "Nat", "Nat.succ", "Eq", "Nat.add"} <= set(
            found
        )
        assert "propext" not in environment.definitions("Sample.onPropext") and list(
            found
        ) == sorted(found)


class TestDigests:
    def test_it_is_what_the_documentation_says(self, environment):
        """The digest of `∀ n : Nat, n = n` can be computed by hand."""

        def sha256(value):
            return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()

        nat = sha256(["const", ["Nat"], []])
        eq = sha256(["const", ["Eq"], [sha256(["succ", sha256(["zero"])])]])
        variable = sha256(["bvar", 0])
        body = sha256(["app", sha256(["app", sha256(["app", eq, nat]), variable]), variable])
        assert environment.statement_sha256("Sample.assumed") == sha256(
            ["statement", 0, sha256(["forall", nat, body])]
        )

    def test_a_hypothesis_counts(self, environment):
        """Different statements have different digests."""
        names = ["byPropext", "onPropext", "hole", "onHole", "«two words»", "no"]
        assert len({environment.statement_sha256(f"Sample.{name}") for name in names}) == len(names)

    def test_the_wording_does_not_count(self, new_project):
        """Names of variables and universes, brackets and proofs change no digest."""
        texts = [
            "theorem T.{u} {α : Sort u} (a b : α) (h : a = b) : b = a := h.symm\n",
            "theorem T.{w} (β : Sort w) {x y : β} : x = y → y = x := fun k => k ▸ rfl\n",
        ]
        one, two = (new_project().library(text)[1] for text in texts)
        assert one.statement_sha256("T") == two.statement_sha256("T")
        assert one.meaning_sha256("T") == two.meaning_sha256("T")

    def test_a_changed_definition_shows(self, new_project):
        """Under the same statement, another definition leaves one digest and changes the other."""
        text = "def f (n : Nat) : Nat := n.add {0}\ndef g (n : Nat) := f n\ntheorem T (n : Nat) : g n = g n := rfl\n"
        one, two = (new_project().library(text.format(number))[1] for number in (1, 2))
        assert one.statement_sha256("T") == two.statement_sha256("T")
        assert one.meaning_sha256("T") != two.meaning_sha256("T")


class TestStatements:
    @pytest.mark.parametrize(
        ("name", "negates"),
        [
            ("Sample.no", True),
            ("Sample.apart", True),
            ("Sample.absurd", True),
            ("Sample.plain", False),
            ("Sample.hole", False),
        ],
    )
    def test_negations(self, environment, name, negates):
        """A statement whose conclusion is a negation is told from one whose is not."""
        assert environment.negates(name) is negates

    def test_depth_is_no_limit(self):
        """Terms nested deeper than Python's stack are hashed, searched and lifted."""
        terms = Terms()
        number = terms.add((BVAR, 0))
        function = terms.add((CONST, ("f",), ()))
        for _ in range(20_000):
            number = terms.add((APP, function, number))
        lifted = terms.lift(number, 3)
        assert terms.constants([number]) == {("f",)} and terms.digest(number, ()) != terms.digest(
            lifted, ()
        )

    def test_lifting_leaves_bound_variables(self):
        """Only a variable that the term does not bind is renumbered."""
        terms = Terms()
        sort = terms.add((SORT, terms.add_level(("zero",))))
        inner, outer = terms.add((BVAR, 0)), terms.add((BVAR, 1))
        body = terms.add((APP, outer, inner))
        assert terms.nodes[terms.lift(terms.add((LAM, sort, body)), 2)] == (
            LAM,
            sort,
            terms.add((APP, terms.add((BVAR, 3)), inner)),
        )
        closed = terms.add((PI, sort, inner))
        assert terms.lift(closed, 5) == closed


@pytest.fixture(scope="module")
def small(new_project):
    """The bytes of a small .olean."""
    text = "inductive T | a | b\naxiom e.{u, v} (α : Sort (max u v)) : α\ntheorem t (x : Prop) : x → x := fun h => h\n"
    return new_project().write(Small=text).build("Small").modules[0].olean.read_bytes()


class TestDamage:
    @staticmethod
    def read(data):
        olean = Olean(Path("Small.olean"), data, Terms())
        return [olean.constant(name) for name in olean.kinds]

    def test_sound_bytes_are_read(self, small):
        """The file as Lean wrote it has the constants of its source."""
        assert {show_name(constant.name) for constant in self.read(small)} >= {
            "T",
            "T.a",
            "T.rec",
            "e",
            "t",
        }

    @pytest.mark.parametrize(
        ("place", "value", "message"),
        [
            (slice(0, 1), b"O", "not an .olean file"),
            (slice(5, 6), b"\3", "format version 3, not 2"),
            (slice(40, 41), b"f", "another Lean wrote it"),
            (slice(80, 88), bytes(8), "where no part of it can be"),
            (slice(88, 96), bytes(8), "where no part of it can be"),
        ],
    )
    def test_the_header_is_checked(self, small, place, value, message):
        """Another format, another Lean and an impossible address are each named, with the file."""
        data = bytearray(small)
        data[place] = value
        with pytest.raises(DamagedOlean, match=f"Small.olean.*{message}") as raised:
            self.read(bytes(data))
        assert raised.value.exit_code == EXIT_LEAN

    @settings(max_examples=100, deadline=None)
    @given(st.data())
    def test_any_truncation_is_found(self, small, data):
        """A file that was cut short, anywhere, is refused."""
        length = data.draw(st.integers(0, len(small) - 1))
        with pytest.raises(DamagedOlean):
            self.read(small[:length])

    @settings(max_examples=300, deadline=None)
    @given(st.data())
    def test_no_damage_is_more_than_an_error(self, small, data):
        """Whatever bytes are changed, reading ends, with the constants or with the error that names
        the file.
        """
        changed = bytearray(small)
        for _ in range(data.draw(st.integers(1, 4))):
            word = data.draw(st.integers(10, len(small) // 8 - 1)) * 8
            changed[word : word + 8] = data.draw(
                st.one_of(
                    st.binary(min_size=8, max_size=8),
                    st.integers(11, len(small) // 8 - 1).map(
                        lambda index: changed[8 * index : 8 * index + 8]
                    ),
                )
            )
        try:
            self.read(bytes(changed))
        except DamagedOlean as error:
            said = str(error)
        else:
            said = "Small.olean"
        assert "Small.olean" in said

    def test_only_what_the_build_made_is_read(self, project):
        """A stored file that was replaced after the build is refused, well formed or not."""
        built, _ = project.library("theorem T : True := .intro\n")
        other = built.by_name["LeanMining.Foundation.Core"]
        module = dataclasses.replace(built.by_name["LeanMining.Sample"], olean=other.olean)
        with pytest.raises(DamagedOlean, match="not what the build made"):
            Environment.load(dataclasses.replace(built, modules=(*built.modules[:-2], module)))

    def test_imports_must_be_those_of_the_source(self, project):
        """A stored module that imports something else than its source says is refused."""
        built, _ = project.library("theorem T : True := .intro\n")
        module = dataclasses.replace(built.modules[0], imports=("LeanMining.Other",))
        with pytest.raises(DamagedOlean, match="imports something else"):
            Environment.load(dataclasses.replace(built, modules=(module,)))

    def test_a_constant_may_be_stored_twice_only_if_it_is_the_same(self, new_project):
        """A module may repeat a constant of another word for word, and not with another type or
        value.
        """
        texts = [
            "theorem T (a : Prop) (h : a) : a := h\n",
            "theorem T (a : Prop) (h : a) : a ∧ a := ⟨h, h⟩\n",
        ]
        (one, environment), (two, _) = (new_project().library(text) for text in texts)
        same, other = (
            dataclasses.replace(built.by_name["LeanMining.Sample"], name="LeanMining.Again")
            for built in (one, two)
        )
        assert environment.extended(same).axioms("T") == ()
        with pytest.raises(DamagedOlean, match="T is another one in LeanMining.Sample"):
            environment.extended(other)

    def test_positions_that_cannot_be_read(self, project):
        """A damaged .ilean is an error that names it."""
        built, _ = project.library("theorem T : True := .intro\n")
        broken = project.root / "broken.ilean"
        broken.write_text('{"decls": {"T": []}}')
        module = dataclasses.replace(built.by_name["LeanMining.Sample"], ilean=broken)
        environment = Environment.load(
            dataclasses.replace(built, modules=(*built.modules[:-2], module))
        )
        with pytest.raises(DamagedOlean, match="broken.ilean"):
            environment.location("T")


def _reachable(terms, root):
    seen, pending = set(), [root]
    while pending:
        number = pending.pop()
        if number not in seen:
            seen.add(number)
            node = terms.nodes[number]
            pending += [part for part in node[1:] if node[0] in (APP, LAM, PI)]
    return seen
