"""What a lake project declares is read from what lake left of it. Lake does not run where these
tests do: `lake` beside this file stands in for it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pyharness.core.errors import UsageError
from pyharness.core.progress import quiet
from pyharness.proofs.audit import NotATheorem, UnknownTheorem
from pyharness.proofs.lake_project import LakeError, list_theorems, read_statements
from tests.proofs.lake_projects import make, write

pytestmark = pytest.mark.usefixtures("lake")

TRUTH = "prelude\ninductive T : Prop where | t : T\n"
SAMPLE = """\
prelude
import Small.Other
theorem Small.proved (h : T) : T := h
axiom Small.granted : T
axiom Small.assumed : T
unsafe axiom Small.unsafe : T
theorem Small.«two words» : T := T.t
protected theorem Small.outer : T := inner
where inner : T := T.t
private theorem Small.secret : T := T.t
def Small.definition (p : Prop) : Prop := p
example : T := T.t
"""


def listed(folder: Path, *allowed: str) -> list[str]:
    """List a project's theorems."""
    return list_theorems(folder, allowed_axioms=allowed, progress=quiet)


def stated(folder: Path, *names: str, leave_out: bool = False):
    """Return what theorems state."""
    return read_statements(folder, names, leave_out=leave_out, progress=quiet)


@pytest.fixture(scope="module")
def built(lake, tmp_path_factory):
    """A project of three modules, built."""
    folder = make(
        tmp_path_factory.mktemp("built"),
        Small__lean="prelude\nimport Small.Sample\n",
        Small_Other__lean=f"{TRUTH}theorem Small.other : T := T.t\n",
        Small_Sample__lean=SAMPLE,
    )
    subprocess.run(["lake", "build"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def project(built, tmp_path):
    """A copy of that project."""
    return shutil.copytree(built, tmp_path / "project")


class TestTheorems:
    def test_what_is_listed(self, built):
        """Theorems that other modules can name and axioms, in the order of files and lines; no
        definitions, parts of declarations, private theorems, examples, or allowed or unsafe axioms.
        """
        assert listed(built, "Small.granted") == [
            "Small.other",
            *("Small.proved", "Small.assumed", "Small.«two words»", "Small.outer"),
        ]

    def test_nothing_is_written_but_by_lake(self, project):
        """Its steps are shown."""
        before = {path for path in project.rglob("*") if ".lake" not in path.parts}
        seen: list[tuple[str, str, int, int]] = []
        list_theorems(project, allowed_axioms=(), progress=lambda *item: seen.append(item))
        assert {path for path in project.rglob("*") if ".lake" not in path.parts} == before
        assert ("Build", "Built Small.Other", 1, 3) in seen

    def test_statements(self, built):
        """Each is what Lean prints."""
        found = stated(built, "Small.«two words»", "Small.proved")
        assert found.statements == {
            "Small.«two words»": "Small.«two words» : T",
            "Small.proved": "Small.proved (h : T) : T",
        }
        assert found.left_out == ()

    def test_what_is_left_out(self, built):
        """Names of what is no theorem of the project are told, if that is asked for."""
        names = ("Nat.add_comm", "Small.definition", "Small.other", "Small.granted", "Small.secret")
        found = stated(built, *names, leave_out=True)
        assert list(found.statements) == ["Small.other"]
        assert found.left_out == tuple(name for name in names if name != "Small.other")
        with pytest.raises(UsageError, match="none of the 2 names is of a theorem that"):
            stated(built, *names[:2], leave_out=True)

    @pytest.mark.parametrize(
        ("name", "error", "words"),
        [
            (
                "Small.prooved",
                UnknownTheorem,
                "no theorem Small.prooved; did you mean Small.proved",
            ),
            ("other", UnknownTheorem, "did you mean Small.other"),
            ("Small.definition", NotATheorem, "Small.definition is of kind 'def', not a theorem"),
            ("Small.secret", NotATheorem, r"is private \(Small/Sample.lean:10\)"),
            (
                "_private.Small.Sample.0.Small.secret",
                NotATheorem,
                r"is private \(Small/Sample.lean:10\)",
            ),
        ],
    )
    def test_a_wrong_name(self, built, name, error, words):
        """A named theorem that is not there, or is none, is an error that says so."""
        with pytest.raises(error, match=words):
            stated(built, name)


class TestNames:
    NAMES = ("«»", "«two words»", "«a.b»", "«a\u200bb»", "«a«b»", "theorem", "Small.«»")

    def test_every_name_is_listed(self, tmp_path):
        """A name may have no characters at all, or any but a line break."""
        written = ("«theorem»" if name == "theorem" else name for name in self.NAMES)
        text = "".join(f"theorem {name} : T := T.t\n" for name in written)
        make(tmp_path, Small__lean=TRUTH + text)
        assert listed(tmp_path) == list(self.NAMES)

    def test_a_line_break_is_refused(self, tmp_path):
        """Lean's answers are known by their lines, so such a name cannot be asked about."""
        make(tmp_path, Small__lean=f"{TRUTH}theorem «a\nb» : T := T.t\n")
        with pytest.raises(UsageError, match=r"Small.lean:3 declares '«a\\nb»'.* a line break"):
            listed(tmp_path)


class TestModules:
    def test_libraries_in_a_folder_and_sources_that_are_gone(self, project):
        """A library may be in a folder of its own; a module whose source was removed is not asked
        about.
        """
        write(project, lakefile__toml='[[lean_lib]]\nname = "Small"\nsrcDir = "src"\n')
        write(project, Small__lean="prelude\nimport Small.Other\n")
        (project / "Small" / "Sample.lean").unlink()
        (project / "src").mkdir()
        for name in ("Small", "Small.lean"):
            (project / name).rename(project / "src" / name)
        assert listed(project) == ["Small.other"]


class TestErrors:
    def refused(self, folder: Path, error: type[Exception], words: str) -> None:
        with pytest.raises(error, match=words):
            listed(folder)

    @pytest.mark.parametrize("file", ["lean-toolchain", "lakefile.toml"])
    def test_no_project(self, tmp_path, file):
        """A folder that is no lake project is bad usage."""
        (make(tmp_path) / file).unlink()
        self.refused(tmp_path, UsageError, f"no lake project: it has no {file}; name the folder")

    def test_a_toolchain_of_one_s_own(self, tmp_path):
        """A name without a version is taken as it is."""
        (make(tmp_path) / "lean-toolchain").write_text("my-own-lean\n")
        self.refused(tmp_path, UsageError, "no theorem to report")

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
        write(project, Small__lean="prelude\nimport Small.Other\n")
        self.refused(project, LakeError, "(?s)`lake build` failed.*unknown module `Small.Sample`")

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
            tmp_path, UsageError, r"T is declared in Other.lean and Small.lean, .*; give it another"
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
            "pyharness.proofs.lake_project.Lake.build",
            lambda *_: shutil.copyfile(ilean, tmp_path / ".lake/build/lib/lean/Small.ilean"),
        )
        self.refused(tmp_path, LakeError, "Small.ilean cannot be used .*; delete it")
