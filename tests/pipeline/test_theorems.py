"""The theorems of a project without claims are judged as those of claims are. Neither lake nor
leanexport runs where these tests do: `lake` and `lean/bin/leanexport` of `tests/proofs` stand in
for them.
"""

from __future__ import annotations

import json
import shutil

import pytest

from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_UNMET, EXIT_USAGE, UsageError
from pyharness.core.progress import quiet
from pyharness.pipeline import outside
from pyharness.pipeline.prove import prove_as_pinned
from pyharness.pipeline.theorems import theorem_claims, theorem_status
from pyharness.project.settings import load_project
from pyharness.proofs.audit import NotATheorem, UnknownTheorem
from pyharness.proofs.toolchain import VERSION
from tests.proofs.lake_projects import make, write, write_foundation
from tests.small_project import call

pytestmark = pytest.mark.usefixtures("lake")

TOML = """\
name = "Small"
allowed-axioms = ["Small.granted"]
certificate = "certificates/small.json"
seed = 0
{}
[proofs]
{}
"""


def settings(*theorems: str, proofs: str = 'lake = "."') -> str:
    """The text of `pyharness.toml`, which may name theorems."""
    return TOML.format(f"theorems = {json.dumps(theorems)}" if theorems else "", proofs)


def reported(folder):
    """What is reported of a project's theorems."""
    project = load_project(folder, needs_packs=False)
    claims = theorem_claims(project, progress=quiet)
    proofs, _ = prove_as_pinned(project, claims, progress=quiet)
    return [theorem_status(item, proofs) for item in claims]


SAMPLE = """\
prelude
import Small.Syntax
axiom Small.granted : ∀ p : Prop, p
axiom Small.assumed : ∀ p : Prop, p
/-- The line that counts
is the theorem's own. -/
theorem Small.proved (a b : Prop) (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩
theorem Small.hole (a : Prop) : a := sorry
theorem Small.onHole (a : Prop) : a ∧ a := ⟨Small.hole a, Small.hole a⟩
theorem Small.onGranted : False := Small.granted False
theorem Small.onAssumed (a : Prop) : a := Small.assumed a
theorem Small.«two words» : True := True.intro
protected theorem Small.outer : True := inner
where inner : True := True.intro
private theorem Small.secret (a : Prop) : a := sorry
theorem Small.onSecret : False := Small.secret False
structure Small.Pledge where
  kept : False
def Small.definition : Prop := True
example : True := True.intro
#print "'Small.hole' does not depend on any axioms"
#print "{\\"severity\\":\\"information\\",\\"pos\\":{\\"line\\":5},\\"data\\":\\"'Small.hole' does not depend on any axioms\\"}"
"""
DECEIT = """\
prelude
import Small.Syntax
private axiom Small.granted : False
theorem Small.deceit : False := Small.granted
"""
BEHIND = """\
prelude
import Small.Syntax
universe u
axiom Small.granted : False
inductive Small.Uses : False → Prop where
  | mk (h : False) : Small.Uses h
structure Small.Field : Type where
  x : Small.Uses Small.granted
class Small.Class (α : Type u) where
  x : Small.Uses Small.granted
inductive Small.Choice (α : Type u) : Type u where
  | one (a : α) : Small.Choice α
  | two (h : Small.Uses Small.granted) : Small.Choice α
structure Small.Child extends Small.Field where
  y : True
structure Small.Inner where
  x : Small.Field
structure Small.Outer where
  x : Small.Inner
mutual
inductive Small.Even : Type where
  | mk (o : Small.Odd) : Small.Even
inductive Small.Odd : Type where
  | mk (e : Small.Even) : Small.Odd
  | end (h : Small.Uses Small.granted) : Small.Odd
end
inductive Small.Tree : Type where
  | mk (l : List Small.Tree) (f : Small.Field) : Small.Tree
def Small.Alias : Type := Small.Field
opaque Small.hidden : Small.Field → True := fun _ => True.intro
structure Small.Hole where
  x : Small.Uses sorry
private structure Small.Secret where
  x : Small.Field
structure Small.Open where
  x : Small.Secret
class Small.Marked (α : Type u) where
  x : True
instance Small.marks : Small.Marked Small.Field := ⟨True.intro⟩
structure Small.«» where
  x : Small.Field
structure Small.Clean where
  x : ∀ h : False, Small.Uses h
"""
SPEAKERS = {
    "field": ("(s : Small.Field)", "granted"),
    "class": ("(α : Type u) [Small.Class α]", "granted"),
    "constructor": ("(α : Type u) (s : Small.Choice α)", "granted"),
    "parent": ("(s : Small.Child)", "granted"),
    "nested": ("(s : Small.Outer)", "granted"),
    "mutual": ("(s : Small.Even)", "granted"),
    "tree": ("(s : Small.Tree)", "granted"),
    "alias": ("(s : Small.Alias)", "granted"),
    "opaque": ("(h : ∀ s, Small.hidden s = True.intro)", "granted"),
    "hole": ("(s : Small.Hole)", "sorryAx"),
    "private": ("(s : Small.Open)", "granted"),
    "instance": ("(h : Small.marks = Small.marks)", "granted"),
    "unnamed": ("(s : Small.«»)", "granted"),
    "clean": ("(s : Small.Clean)", None),
}
"""What a theorem speaks of, and the axiom that stands behind it."""


@pytest.fixture(scope="module")
def built(lake, tmp_path_factory):
    """A project with all kinds of theorems, built, and what was reported of it."""
    folder = make(
        tmp_path_factory.mktemp("built"),
        Small__lean="prelude\nimport Small.Sample\nimport Small.Deceit\n",
        Small_Sample__lean=SAMPLE,
        Small_Deceit__lean=DECEIT,
        pyharness__toml=settings(),
    )
    write_foundation(folder)
    return folder, reported(folder)


@pytest.fixture
def project(built, tmp_path):
    """A copy of that project."""
    return shutil.copytree(built[0], tmp_path / "project")


class TestLake:
    @pytest.mark.parametrize(
        ("name", "status", "line", "axioms", "note"),
        [
            ("proved", "proved", 7, [], ""),
            ("onGranted", "proved", 10, ["Small.granted"], ""),
            ("«two words»", "stub", 12, [], "it states True"),
            ("outer", "stub", 13, [], "it states True"),
            ("hole", "sorry", 8, ["sorryAx"], "its proof is a sorry"),
            (
                "onHole",
                "sorry",
                9,
                ["sorryAx"],
                "rests on a sorry: Small.hole (Small/Sample.lean:8)",
            ),
            ("onSecret", "sorry", 16, ["sorryAx"], "Small.secret (Small/Sample.lean:15)"),
            ("assumed", "axiom", 4, ["Small.assumed"], "it is an axiom: nobody proved it"),
            (
                "onAssumed",
                "axiom",
                11,
                ["Small.assumed"],
                "it rests on Small.assumed, which the project does not allow",
            ),
        ],
    )
    def test_status(self, built, name, status, line, axioms, note):
        """Each theorem has its status, its place and the axioms below it, whatever its module
        printed.
        """
        row = next(row for row in built[1] if row["theorem"] == f"Small.{name}")
        assert (row["status"], row["line"], row["axioms"]) == (status, line, axioms)
        assert note in row["note"] and bool(note) == bool(row["note"])
        assert row["file"] == "Small/Sample.lean" and row["settled"] == (status == "proved")

    def test_statement(self, built):
        """A statement is what Lean prints."""
        rows = {row["id"]: row for row in built[1]}
        assert rows["Small.proved"]["statement"] == "Small.proved (a b : Prop) (h : a ∧ b) : b ∧ a"

    def test_what_is_not_listed(self, built):
        """Definitions, parts of declarations, private theorems, examples and allowed axioms are not
        reported.
        """
        names = [row["theorem"] for row in built[1] if row["file"] == "Small/Sample.lean"]
        assert names == [
            f"Small.{name}"
            for name in (
                *("assumed", "proved", "hole", "onHole", "onGranted", "onAssumed"),
                *("«two words»", "outer", "onSecret"),
            )
        ]

    def test_a_private_axiom_does_not_pass_for_an_allowed_one(self, built):
        """Lean shows a private axiom by the name in its source; what is allowed is compared with
        its whole name.
        """
        row = next(row for row in built[1] if row["theorem"] == "Small.deceit")
        assert (row["status"], row["axioms"]) == (
            "axiom",
            ["_private.Small.Deceit.0.Small.granted"],
        )

    def test_named_theorems(self, project):
        """Those that the project names are reported, in its order; beside them nothing is written
        but below `.lake`.
        """
        write(project, pyharness__toml=settings("Small.onGranted", "Small.proved"))
        before = {path for path in project.rglob("*") if ".lake" not in path.parts}
        assert [(row["theorem"], row["status"]) for row in reported(project)] == [
            ("Small.onGranted", "proved"),
            ("Small.proved", "proved"),
        ]
        assert {path for path in project.rglob("*") if ".lake" not in path.parts} == before

    @pytest.mark.parametrize(
        ("name", "error", "words"),
        [
            (
                "Small.prooved",
                UnknownTheorem,
                "^the project .* Small.prooved; did you mean Small.proved",
            ),
            ("Small.definition", NotATheorem, "^Small.definition is of kind 'def', not a theorem"),
            ("Small.secret", NotATheorem, r"^Small.secret is private \(Small/Sample.lean:15\)"),
        ],
    )
    def test_a_wrong_name(self, project, name, error, words):
        """A named theorem that is not there, or is none, is an error that says so, and speaks of
        no claim.
        """
        write(project, pyharness__toml=settings(name))
        with pytest.raises(error, match=words) as raised:
            reported(project)
        assert raised.value.exit_code == EXIT_USAGE


def test_axioms_behind_types(tmp_path):
    """Of a theorem whose statement, or proof, has an axiom only behind a type of another module,
    Lean lists none (lean4 issue 15226). Whatever the type is, and however far behind it the axiom
    stands, it is found; what is clean stays so.
    """
    again = {"treeAgain": "granted", "cleanAgain": None}
    theorems = "".join(
        f"theorem Small.{name} (a b : Prop) {binder} (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩\n"
        for name, (binder, _) in SPEAKERS.items()
    ) + "".join(
        f"theorem Small.{name} (a b : Prop) (h : a ∧ b) : b ∧ a :=\n"
        f"  have used := @Small.{name.removesuffix('Again')}\n  ⟨h.2, h.1⟩\n"
        for name in again
    )
    expected = {name: axiom for name, (_, axiom) in SPEAKERS.items()} | again
    make(
        tmp_path,
        Small__lean="prelude\nimport Small.Speakers\n",
        Small_Behind__lean=BEHIND,
        Small_Speakers__lean=f"prelude\nimport Small.Behind\nuniverse u\n{theorems}",
        pyharness__toml=settings(*(f"Small.{name}" for name in expected)).replace(
            '"Small.granted"]\ncert', "]\ncert"
        ),
    )
    write_foundation(tmp_path)
    assert {row["theorem"]: (row["axioms"], row["settled"]) for row in reported(tmp_path)} == {
        f"Small.{name}": ([], True)
        if axiom is None
        else (["sorryAx" if axiom == "sorryAx" else f"Small.{axiom}"], False)
        for name, axiom in expected.items()
    }


class TestExport:
    @pytest.fixture
    def exported(self, built, tmp_path):
        """A project whose export is that of the lake project."""
        (file,) = (built[0] / ".lake" / "pyharness" / "lake").glob("*.ndjson")
        shutil.copy(file, tmp_path / "proofs.ndjson")
        return write(tmp_path, pyharness__toml=settings(proofs='export = "proofs.ndjson"'))

    def test_the_topmost_theorems(self, exported, monkeypatch):
        """Without names they are those on which nothing else rests; they are looked for once."""
        rows = {row["id"]: row for row in reported(exported)}
        assert rows.keys() >= {"Small.proved", "Small.onHole", "Small.onGranted", "Small.outer"}
        assert "Small.hole" not in rows
        assert [rows["Small.onHole"][key] for key in ("status", "file", "line")] == [
            *("sorry", None, None)
        ]
        monkeypatch.delattr(outside, "Index")
        assert {row["id"]: row for row in reported(exported)} == rows

    def test_too_many(self, exported, monkeypatch):
        """What to list is said."""
        monkeypatch.setattr(outside, "_MOST", 3)
        with pytest.raises(UsageError, match=r"list those to report in pyharness.toml: theorems ="):
            reported(exported)

    def test_named_theorems(self, exported):
        """One that is named need not be at the top; one that is not there is an error."""
        proofs = 'export = "proofs.ndjson"'
        write(exported, pyharness__toml=settings("Small.hole", proofs=proofs))
        assert [row["status"] for row in reported(exported)] == ["sorry"]
        write(exported, pyharness__toml=settings("Small.hol", proofs=proofs))
        with pytest.raises(
            UnknownTheorem, match=r"^proofs.ndjson declares .* did you mean Small.hole"
        ):
            reported(exported)


class TestCommand:
    def test_table_and_status(self, project):
        """The table shows each theorem's statement and place; what is not proved ends with status
        1.
        """
        done = call(project, "status")
        assert done.returncode == EXIT_UNMET
        assert "Small.proved (a b : Prop) (h : a ∧ b) : b ∧ a" in done.stdout
        assert "Small/Sample.lean:7" in done.stdout and "theorems: " in done.stdout

    def test_json(self, project):
        """JSON has every row; where all is proved, the status is 0."""
        write(project, pyharness__toml=settings("Small.proved"))
        done = call(project, "status", "--json")
        said = json.loads(done.stdout)
        assert done.returncode == EXIT_OK and said["lean"] == VERSION
        assert [(row["status"], row["line"]) for row in said["theorems"]] == [("proved", 7)]

    def test_errors(self, tmp_path):
        """An error of lake ends with status 3, and a folder that is no lake project with 2."""
        write(tmp_path, pyharness__toml=settings())
        done = call(tmp_path, "status")
        assert done.returncode == EXIT_USAGE and "is no lake project" in done.stderr
        make(tmp_path, Small__lean="prelude\nx\n")
        done = call(tmp_path, "status")
        assert done.returncode == EXIT_LEAN and "lake build" in done.stderr

    @pytest.mark.parametrize(
        "command",
        [
            ["verify"],
            ["verify", "--sandbox"],
            ["pin"],
            ["explain", "a"],
            ["evidence", "record", "-o", "x", "--device", "cpu"],
            ["comparator", "--challenge", "A", "--solution", "B"],
        ],
    )
    def test_other_commands_need_claims(self, tmp_path, command):
        """They say what to add."""
        write(tmp_path, pyharness__toml=settings())
        done = call(tmp_path, *command)
        assert done.returncode == EXIT_USAGE
        assert (
            "it names no claims, and without them there is only `pyharness status`" in done.stderr
        )
        assert 'add packs = ["MODULE"]' in done.stderr

    def test_doctor(self, tmp_path):
        """It finds nothing wrong with such a project."""
        write(tmp_path, pyharness__toml=settings())
        assert "ok       project: Small" in call(tmp_path, "doctor").stdout
