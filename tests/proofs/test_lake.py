"""A lake project's theorems are reported as its own Lean knows them; `lake` beside this file stands
in for lake itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyharness.cli import main
from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_UNMET, EXIT_USAGE, UsageError
from pyharness.project.settings import FILE_NAME, STANDARD_AXIOMS, load_lean_policy
from pyharness.proofs.audit import NotATheorem, UnknownTheorem
from pyharness.proofs.lake import LakeError, lake_status
from pyharness.proofs.questions import NoAnswer, read_answers, read_axioms
from pyharness.proofs.toolchain import VERSION, LeanMissing


def status_of(folder, progress):
    """The report on a project, by what its `pyharness.toml` says."""
    policy = load_lean_policy(folder)
    return lake_status(
        folder,
        allowed_axioms=policy.allowed_axioms,
        theorems=policy.theorems,
        progress=progress,
    )


HERE = Path(__file__).resolve().parent
FOUNDATION = HERE.parents[1] / "LeanMining" / "Foundation"

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
POLICY = 'allowed-axioms = ["Small.granted"]\n'


def quiet(*_: object) -> None:
    """Progress that nobody looks at."""


def write(folder: Path, **files: str) -> Path:
    """Write files, by path with `_` for the slash and `__` for the dot."""
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def make(folder: Path, **files: str) -> Path:
    """Write a lake project of one library `Small`, and what else is given."""
    (folder / "lean-toolchain").write_text(f"leanprover/lean4:v{VERSION}\n")
    return write(
        folder,
        **(
            {"lakefile__toml": '[[lean_lib]]\nname = "Small"\n', "Small__lean": "prelude\n"} | files
        ),
    )


def write_foundation(folder: Path) -> None:
    """Write the least of the foundation that makes notation work, as the project's own."""
    for name in ("Core", "Syntax"):
        text = (
            (FOUNDATION / f"{name}.lean")
            .read_text(encoding="utf-8")
            .replace("LeanMining.Foundation", "Small")
        )
        write(folder, **{f"Small_{name}__lean": text})


def on_path(patch: pytest.MonkeyPatch) -> None:
    """Put the stand-in for lake on PATH, to be run by this Python."""
    patch.setenv(
        "PATH", os.pathsep.join([str(HERE), str(Path(sys.executable).parent), os.environ["PATH"]])
    )


@pytest.fixture(autouse=True)
def lake(monkeypatch):
    on_path(monkeypatch)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project with all kinds of theorems, built, and what was reported of it."""
    folder = make(
        tmp_path_factory.mktemp("built"),
        Small__lean="prelude\nimport Small.Sample\nimport Small.Deceit\n",
        Small_Sample__lean=SAMPLE,
        Small_Deceit__lean=DECEIT,
        pyharness__toml=POLICY,
    )
    write_foundation(folder)
    with pytest.MonkeyPatch.context() as patch:
        on_path(patch)
        return folder, status_of(folder, progress=quiet)


@pytest.fixture
def project(built, tmp_path):
    """A copy of that project."""
    return shutil.copytree(built[0], tmp_path / "project")


class TestReport:
    @pytest.mark.parametrize(
        ("name", "status", "line", "axioms", "note"),
        [
            ("proved", "proved", 7, [], ""),
            ("«two words»", "proved", 12, [], ""),
            ("outer", "proved", 13, [], ""),
            ("onGranted", "proved", 10, ["Small.granted"], ""),
            ("hole", "sorry", 8, ["sorryAx"], "it is, or rests on, a sorry"),
            ("onHole", "sorry", 9, ["sorryAx"], "it is, or rests on, a sorry"),
            ("onSecret", "sorry", 16, ["sorryAx"], "it is, or rests on, a sorry"),
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
        row = next(row for row in built[1].rows if row["theorem"] == f"Small.{name}")
        assert (row["status"], row["line"], row["axioms"], row["note"]) == (
            status,
            line,
            axioms,
            note,
        )
        assert (row["module"], row["file"]) == ("Small.Sample", "Small/Sample.lean")
        assert row["settled"] == (status == "proved")

    def test_statement_and_version(self, built):
        """A statement is what Lean prints, and the report says which Lean that was."""
        rows = {row["id"]: row for row in built[1].rows}
        assert rows["Small.proved"]["statement"] == "Small.proved (a b : Prop) (h : a ∧ b) : b ∧ a"
        assert built[1].lean == VERSION

    def test_what_is_not_listed(self, built):
        """Definitions, parts of declarations, private theorems, examples and allowed axioms are not
        reported.
        """
        names = [row["theorem"] for row in built[1].rows if row["module"] == "Small.Sample"]
        assert names == [
            f"Small.{name}"
            for name in (
                "assumed",
                "proved",
                "hole",
                "onHole",
                "onGranted",
                "onAssumed",
                "«two words»",
                "outer",
                "onSecret",
            )
        ]

    def test_a_private_axiom_does_not_pass_for_an_allowed_one(self, built):
        """Lean shows a private axiom by the name in its source; what is allowed is compared with
        its whole name.
        """
        row = next(row for row in built[1].rows if row["theorem"] == "Small.deceit")
        assert (row["status"], row["axioms"]) == (
            "axiom",
            ["_private.Small.Deceit.0.Small.granted"],
        )


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A project whose theorems speak of types that another module declares."""
    theorems = "".join(
        f"theorem Small.{name} (a b : Prop) {binder} (h : a ∧ b) : b ∧ a := ⟨h.2, h.1⟩\n"
        for name, (binder, _) in SPEAKERS.items()
    ) + "".join(
        f"theorem Small.{name}Again (a b : Prop) (h : a ∧ b) : b ∧ a :=\n"
        f"  have used := @Small.{name}\n  ⟨h.2, h.1⟩\n"
        for name in ("tree", "clean")
    )
    folder = make(
        tmp_path_factory.mktemp("behind"),
        Small__lean="prelude\nimport Small.Speakers\n",
        Small_Behind__lean=BEHIND,
        Small_Speakers__lean=f"prelude\nimport Small.Behind\nuniverse u\n{theorems}",
        pyharness__toml=f"theorems = {json.dumps([f'Small.{name}' for name in SPEAKERS])}\n",
    )
    write_foundation(folder)
    return folder


class TestBehindTypes:
    """Lean lists no axiom of a theorem whose statement has it only behind an imported type."""

    def test_each_is_found(self, behind):
        """Whatever the type is, and however far behind it the axiom stands; what is clean stays
        so.
        """
        report = status_of(behind, progress=quiet)
        assert report.unread is None
        assert {row["theorem"]: (row["axioms"], row["settled"]) for row in report.rows} == {
            f"Small.{name}": ([], True)
            if axiom is None
            else (["sorryAx" if axiom == "sorryAx" else f"Small.{axiom}"], False)
            for name, (_, axiom) in SPEAKERS.items()
        }

    def test_what_rests_on_it(self, behind, tmp_path):
        """So it is for a theorem whose proof alone speaks of it."""
        folder = shutil.copytree(behind, tmp_path / "project")
        write(folder, pyharness__toml='theorems = ["Small.treeAgain", "Small.cleanAgain"]\n')
        rows = status_of(folder, progress=quiet).rows
        assert [row["status"] for row in rows] == ["axiom", "proved"]

    def test_another_lean(self, behind, monkeypatch):
        """Where the compiled files cannot be read, the report says so, and names the types."""
        monkeypatch.setattr("pyharness.proofs.olean.GITHASH", "0" * 40)
        report = status_of(behind, progress=quiet)
        assert "another Lean wrote it" in report.unread
        assert report.rows[-1]["statement"] == "Small.«» : Type"
        types = {row["theorem"]: row["status"] for row in report.rows[len(SPEAKERS) :]}
        assert types == {
            f"Small.{name}": "sorry" if name == "Hole" else "axiom"
            for name in (
                *("Field", "Class", "Choice", "Child", "Inner", "Outer", "Even", "Tree"),
                *("Hole", "Open", "«»"),
            )
        }

    def test_the_command_says_so(self, behind, monkeypatch, capsys):
        """A reader of the table is told, and so is one of the JSON."""
        monkeypatch.setattr("pyharness.proofs.olean.GITHASH", "0" * 40)
        assert main(["status", "--lean-project", str(behind), "--json"]) == EXIT_UNMET
        said = capsys.readouterr()
        assert "the axioms are those that Lean lists" in said.err
        assert "another Lean wrote it" in json.loads(said.out)["unread"]


class TestNames:
    NAMES = ("«»", "«two words»", "«a.b»", "«a\u200bb»", "«a«b»", "«theorem»")

    def test_every_name_is_listed(self, tmp_path):
        """A name may have no characters at all, or any but a line break."""
        text = "prelude\ninductive T : Prop where | t : T\n"
        text += "".join(f"theorem {name} : T := T.t\n" for name in (*self.NAMES, "Small.«»"))
        rows = status_of(make(tmp_path, Small__lean=text), progress=quiet).rows
        assert {row["theorem"] for row in rows} == {
            "«two words»" if name == "«two words»" else name for name in (*self.NAMES, "Small.«»")
        } - {"«theorem»"} | {"theorem"}
        assert all(row["settled"] for row in rows)

    def test_a_line_break_is_refused(self, tmp_path):
        """Lean's answers are known by their lines, so such a name cannot be asked about."""
        make(
            tmp_path,
            Small__lean="prelude\ninductive T : Prop where | t : T\ntheorem «a\nb» : T := T.t\n",
        )
        with pytest.raises(UsageError, match=r"Small.lean:3 declares '«a\\nb»'.* a line break"):
            status_of(tmp_path, progress=quiet)

    @pytest.mark.parametrize("name", ["Small.secret", "_private.Small.Sample.0.Small.secret"])
    def test_a_private_name_is_said_to_be_private(self, project, name):
        """It is there, so it is not unknown; it cannot be asked about from another file."""
        write(project, pyharness__toml=f'theorems = ["{name}"]\n')
        with pytest.raises(NotATheorem, match=r"is private \(Small/Sample.lean:15\)"):
            status_of(project, progress=quiet)


class TestProject:
    def test_named_theorems(self, project):
        """Those that the project names are reported, in its order; nothing is written but by lake,
        whose steps are shown.
        """
        write(project, pyharness__toml='theorems = ["Small.onGranted", "Small.proved"]\n')
        before = {path for path in project.rglob("*") if ".lake" not in path.parts}
        seen = []
        rows = status_of(project, progress=lambda *item: seen.append(item)).rows
        assert [(row["theorem"], row["status"]) for row in rows] == [
            ("Small.onGranted", "axiom"),
            ("Small.proved", "proved"),
        ]
        assert {path for path in project.rglob("*") if ".lake" not in path.parts} == before
        assert ("Build", "Built Small.Core", 1, 5) in seen
        assert list(dict.fromkeys(stage for stage, *_ in seen)) == ["Lean", "Build", "Audit"]

    @pytest.mark.parametrize(
        ("name", "error", "words"),
        [
            ("Small.prooved", UnknownTheorem, "no theorem Small.prooved; is it Small.proved"),
            ("deceit", UnknownTheorem, "is it Small.deceit"),
            ("Small.definition", NotATheorem, "Small.definition is of kind 'def', not a theorem"),
        ],
    )
    def test_a_wrong_name(self, project, name, error, words):
        """A named theorem that is not there, or is none, is an error that says so."""
        write(project, pyharness__toml=f'theorems = ["{name}"]\n')
        with pytest.raises(error, match=words) as raised:
            status_of(project, progress=quiet)
        assert raised.value.exit_code == EXIT_USAGE

    def test_libraries_in_a_folder_and_sources_that_are_gone(self, project):
        """A library may be in a folder of its own; a module whose source was removed is not asked
        about.
        """
        write(project, lakefile__toml='[[lean_lib]]\nname = "Small"\nsrcDir = "src"\n')
        write(project, Small__lean="prelude\nimport Small.Deceit\n")
        (project / "Small" / "Sample.lean").unlink()
        (project / "src").mkdir()
        for name in ("Small", "Small.lean"):
            (project / name).rename(project / "src" / name)
        rows = status_of(project, progress=quiet).rows
        assert {row["file"] for row in rows} == {"src/Small/Core.lean", "src/Small/Deceit.lean"}


class TestErrors:
    def refused(self, folder: Path, error: type[Exception], words: str) -> None:
        with pytest.raises(error, match=words):
            status_of(folder, progress=quiet)

    def test_no_lake(self, tmp_path, monkeypatch):
        """Without lake, the message says how to get it, and what can be done without."""
        monkeypatch.setenv("PATH", str(tmp_path))
        self.refused(
            make(tmp_path),
            LeanMissing,
            "no `lake` on PATH; install Lean with elan .* or run without --lean-project",
        )

    @pytest.mark.parametrize("file", ["lean-toolchain", "lakefile.toml"])
    def test_no_project(self, tmp_path, file):
        """A folder that is no lake project is bad usage."""
        (make(tmp_path) / file).unlink()
        self.refused(
            tmp_path, UsageError, f"no lake project: it has no {file}; pass --lean-project"
        )

    def test_another_lean(self, tmp_path):
        """Lean must be the one that the project names; a name without a version is taken as it
        is.
        """
        (make(tmp_path) / "lean-toolchain").write_text("leanprover/lean4:v4.9.0-rc1\n")
        self.refused(
            tmp_path,
            LakeError,
            rf"names Lean 4\.9\.0-rc1, but `lake env lean` is Lean {VERSION}; install",
        )
        (tmp_path / "lean-toolchain").write_text("my-own-lean\n")
        self.refused(tmp_path, UsageError, "no theorem to report")

    def test_a_failing_build(self, tmp_path):
        """What lake said of a build that failed is shown."""
        make(tmp_path, Small__lean="prelude\ntheorem t : Nowhere := it\n")
        self.refused(
            tmp_path,
            LakeError,
            r"(?s)`lake build` failed in .*error: Small.lean:2:12: Unknown identifier `Nowhere`",
        )

    def test_nothing_built(self, tmp_path):
        """A project whose build makes no module says what it lacks."""
        make(tmp_path, lakefile__toml="lean_lib = []\n")
        self.refused(
            tmp_path, LakeError, "left no compiled module in .*; give the package a library"
        )

    def test_a_module_that_lake_does_not_know(self, project):
        """A module with a source that is no longer part of the project is not reported as it once
        was.
        """
        write(project, Small__lean="prelude\nimport Small.Sample\n")
        self.refused(project, LakeError, "(?s)`lake build` failed.*unknown module `Small.Deceit`")

    def test_two_declarations_of_one_name(self, tmp_path):
        """Modules that cannot be imported together are named, and so is the way out."""
        text = "prelude\ninductive T : Prop where | t : T\ntheorem same : T := T.t\n"
        make(
            tmp_path,
            lakefile__toml='[[lean_lib]]\nname = "Small"\n[[lean_lib]]\nname = "Other"\n',
            Small__lean=text,
            Other__lean=text,
        )
        self.refused(
            tmp_path, UsageError, r"T is declared in Other.lean and Small.lean, .* theorems = \["
        )

    @pytest.mark.parametrize(
        "text", ["", "[]", '{"module": "Small", "references": {"c:Small.t": {"definition": [0]}}}']
    )
    def test_a_damaged_index(self, tmp_path, monkeypatch, text):
        """An .ilean file that cannot be read is named."""
        make(tmp_path)
        subprocess.run(["lake", "build"], cwd=tmp_path, check=True, capture_output=True)
        ilean = write(tmp_path, damaged=text) / "damaged"
        monkeypatch.setattr(
            "pyharness.proofs.lake._Lake.build",
            lambda *_: shutil.copyfile(ilean, tmp_path / ".lake/build/lib/lean/Small.ilean"),
        )
        self.refused(tmp_path, LakeError, "Small.ilean cannot be used .*; delete it")


class TestAnswers:
    """Two questions, asked of one module, stand on lines 4 and 5."""

    HONEST = (
        (4, "information", "'a' depends on axioms: [x]"),
        (5, "information", "'b' does not depend on any axioms"),
    )

    def read(self, *said: tuple[int, str, str] | str, status: int = 0) -> tuple[str, ...]:
        lines = [
            item
            if isinstance(item, str)
            else json.dumps({"pos": {"line": item[0]}, "severity": item[1], "data": item[2]})
            for item in said
        ]
        return read_answers(
            ["#print axioms a", "#print axioms b"],
            subprocess.CompletedProcess([], status, "\n".join(lines), "it died"),
        )

    def test_answers_are_known_by_their_lines(self):
        """They come in the order of the questions, however Lean orders them."""
        assert self.read(*self.HONEST[::-1]) == tuple(text for *_, text in self.HONEST)

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            (["'a' does not depend on any axioms"], "Lean printed something else than a message"),
            (
                [(4, "information", "'a' does not depend on any axioms")],
                "Lean answered '#print axioms a' with",
            ),
            (
                [(2, "information", "'a' does not depend on any axioms")],
                "before it was asked anything",
            ),
            (
                [(9, "information", "'a' does not depend on any axioms")],
                "before it was asked anything",
            ),
        ],
    )
    def test_a_forged_line_is_an_error(self, said, words):
        """A module that prints what looks like an answer makes the real one one too many."""
        for lines in ([*said, *self.HONEST], [*self.HONEST, *said]):
            with pytest.raises(NoAnswer, match=words):
                self.read(*lines)

    @pytest.mark.parametrize(
        ("said", "status", "words"),
        [
            (HONEST[:1], 0, "did not answer '#print axioms b'"),
            ([HONEST[0], (5, "error", "unknown")], 1, "answered '#print axioms b' with: unknown"),
            (HONEST, 1, "status 1: it died"),
        ],
    )
    def test_no_answer_is_an_error(self, said, status, words):
        """A question without an answer, or a Lean that fails, is told."""
        with pytest.raises(NoAnswer, match=words) as raised:
            self.read(*said, status=status)
        assert raised.value.exit_code == EXIT_LEAN

    def test_axioms(self):
        """The axioms are those of the name that was asked about, over as many lines as Lean
        takes.
        """
        assert read_axioms("'a.b' depends on axioms: [z,\n «x y».q]", ("a", "b")) == (
            "z",
            "«x y».q",
        )
        assert read_axioms("'a' does not depend on any axioms", ("a",)) == ()
        for said in ("'b' does not depend on any axioms", "no"):
            with pytest.raises(NoAnswer, match="did not say what a rests on"):
                read_axioms(said, ("a",))


class TestPolicy:
    def test_the_file_may_say_all_or_nothing(self, tmp_path):
        """Without a file Lean's own axioms are allowed; with one, what it says."""
        assert load_lean_policy(tmp_path).allowed_axioms == STANDARD_AXIOMS
        (tmp_path / FILE_NAME).write_text('allowed-axioms = []\ntheorems = ["a", "b", "a"]\n')
        assert load_lean_policy(tmp_path).allowed_axioms == ()
        assert load_lean_policy(tmp_path).theorems == ("a", "b")

    @pytest.mark.parametrize(
        "text",
        [
            'theorems = "a"',
            "theorems = [1]",
            'theorem = ["a"]',
            'allowed-axioms = ["sorryAx"]',
            "=",
        ],
    )
    def test_mistakes_are_told(self, tmp_path, text):
        """What is wrong in the file is an error that names it."""
        (tmp_path / FILE_NAME).write_text(text)
        with pytest.raises(UsageError, match=FILE_NAME):
            load_lean_policy(tmp_path)


class TestCommand:
    def test_table_and_status(self, project, capsys, monkeypatch):
        """The table shows each theorem's statement and place; what is not proved ends with status
        1.
        """
        monkeypatch.setenv("COLUMNS", "120")
        assert main(["status", "--lean-project", str(project)]) == EXIT_UNMET
        shown = capsys.readouterr().out
        assert (
            "Small.proved (a b : Prop) (h : a ∧ b) : b ∧ a" in shown
            and "Small/Sample.lean:7" in shown
        )

    def test_json(self, project, capsys):
        """JSON has every row; where all is proved, the status is 0."""
        write(project, pyharness__toml='theorems = ["Small.proved"]\n')
        assert main(["status", "--lean-project", str(project), "--json"]) == EXIT_OK
        said = json.loads(capsys.readouterr().out)
        assert said["lean"] == VERSION and [row["status"] for row in said["theorems"]] == ["proved"]

    def test_errors(self, tmp_path, capsys):
        """An error of lake ends with status 3, and a folder that is no project with 2."""
        assert main(["status", "--lean-project", str(tmp_path)]) == EXIT_USAGE
        assert (
            main(["status", "--lean-project", str(make(tmp_path, Small__lean="prelude\nx\n"))])
            == EXIT_LEAN
        )
        assert "lake build" in capsys.readouterr().err
