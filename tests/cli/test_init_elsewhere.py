"""`pyharness init` for theorems that were proved elsewhere. Neither lake nor leanexport runs where
these tests do: `lake` and `lean/bin/leanexport` of `tests/proofs` stand in for them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_USAGE
from pyharness.project.pack import load_pack
from pyharness.project.settings import STANDARD_AXIOMS, load_project
from pyharness.proofs.lake_export import export_from_lake
from tests.proofs.lake_projects import make, write
from tests.small_project import call, importable

pytestmark = pytest.mark.usefixtures("lake")

SAMPLE = """\
prelude
inductive Small.T : Prop where | t : Small.T
def Small.definition (p : Prop) : Prop := p
theorem Small.bound (h : Small.T) : Small.T := h
theorem Small.rate : Small.T := Small.T.t
"""
BLUEPRINT = "Small.definition\nNat.add_comm\nSmall.rate\nSmall.T"
LEFT_OUT = ["Small.definition", "Nat.add_comm", "Small.T"]


@pytest.fixture(scope="module")
def built(lake, tmp_path_factory):
    """A lake project, built, with a blueprint."""
    folder = tmp_path_factory.mktemp("built") / "small"
    folder.mkdir()
    make(folder, Small__lean=SAMPLE, blueprint=BLUEPRINT, none="Nat.add_comm\nSmall.definition")
    subprocess.run(["lake", "build"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def project(built, tmp_path):
    """A copy of that project."""
    return shutil.copytree(built, tmp_path / "small")


def claimed(folder):
    """The theorems that a project's claims name."""
    with importable(folder):
        return [item.theorem for item in load_pack(load_project(folder).packs)]


class TestLake:
    def test_what_is_written(self, project):
        """The settings, the claims and the pins, and nothing else; then `status` and `verify`
        work.
        """
        before = {path for path in project.rglob("*") if ".lake" not in path.parts}
        done = call(project, "init", "--lake", "--theorems", "Small.rate", "Small.bound")
        assert done.returncode == EXIT_OK, done.stderr
        assert "pyharness.toml" in done.stdout and done.stdout.endswith(
            "Next:\n  pyharness verify\n  pyharness status\n"
        )
        after = {
            path for path in project.rglob("*") if not {".lake", "__pycache__"} & {*path.parts}
        }
        assert {path.relative_to(project).as_posix() for path in after - before} == {
            *("pyharness.toml", "small_claims.py", "certificates"),
            "certificates/statements.lock.json",
        }
        settings = load_project(project)
        assert settings.outside is not None and settings.outside.lake == project
        assert settings.outside.checkers == ("lean",)
        assert settings.allowed_axioms == STANDARD_AXIOMS
        assert claimed(project) == ["Small.rate", "Small.bound"]
        assert "Small.bound (h : Small.T) : Small.T" in (project / "small_claims.py").read_text()
        assert json.loads(settings.pins.read_text())["theorems"].keys() == {
            *("Small.rate", "Small.bound")
        }
        done = call(project, "status", "--json")
        assert [row["status"] for row in json.loads(done.stdout)["claims"]] == ["proved", "stub"]
        assert call(project, "verify").returncode == EXIT_OK

    def test_blueprint(self, project):
        """What the blueprint names gets a claim if it is a theorem; the rest is named."""
        done = call(project.parent, "init", "small", "--lake", "--blueprint", "small/blueprint")
        assert done.returncode == EXIT_OK, done.stderr
        assert f"Left out, since they are no theorems of it: {', '.join(LEFT_OUT)}." in done.stdout
        assert claimed(project) == ["Small.rate"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "--lake needs the theorems that get a claim"),
            (["--theorems", "Small.rat"], "declares no theorem Small.rat; did you mean Small.rate"),
            (["--theorems", "Small.definition"], "of kind 'def', not a theorem"),
            (["--blueprint", "none"], "none of the 2 names is of a theorem that"),
            (["--blueprint", "lean_decls"], "`leanblueprint web`, run in the project, writes"),
        ],
    )
    def test_mistakes(self, project, arguments, words):
        """Nothing is written then."""
        done = call(project, "init", "--lake", *arguments)
        assert done.returncode == EXIT_USAGE and words in done.stderr
        assert not (project / "pyharness.toml").exists()

    def test_no_project_and_no_exporter(self, project, tmp_path, monkeypatch):
        """A folder without lakefile is refused. Without an exporter the settings are written, so
        that one can be named there, and then pinned.
        """
        done = call(tmp_path, "init", "--lake", "--theorems", "Small.rate")
        assert done.returncode == EXIT_USAGE and "is no lake project" in done.stderr
        monkeypatch.setenv("LEAN_SYSROOT", str(tmp_path))
        done = call(project, "init", "--lake", "--theorems", "Small.rate")
        assert done.returncode == EXIT_LEAN and "no lean4export on PATH" in done.stderr
        monkeypatch.delenv("LEAN_SYSROOT")
        assert call(project, "pin").returncode == EXIT_OK


class TestExport:
    @pytest.fixture
    def folder(self, project, tmp_path):
        """A folder with an export and a blueprint."""
        theorems = ["Small.bound", "Small.rate"]
        file = export_from_lake(project, theorems, out=tmp_path / "out").file
        shutil.copy(file, tmp_path / "proofs.ndjson")
        return write(tmp_path, blueprint=BLUEPRINT, none="Nat.add_comm\nSmall.definition")

    def test_blueprint(self, folder):
        """As for a lake project, with --json too."""
        arguments = ("--export", "proofs.ndjson", "--blueprint")
        done = call(folder, "init", "demo", *arguments, "blueprint", "--json")
        said = json.loads(done.stdout)
        assert done.returncode == EXIT_OK and claimed(folder / "demo") == ["Small.rate"]
        # The export does not hold what nothing of it mentions.
        assert said["left_out"] == LEFT_OUT and "proofs/proofs.ndjson" in said["files"]
        done = call(folder, "init", "other", *arguments, "none")
        assert done.returncode == EXIT_USAGE and not (folder / "other").exists()
        assert "none of the 2 names is of a theorem that proofs.ndjson declares" in done.stderr

    def test_a_reported_blueprint_is_read_back(self, new_project, tmp_path):
        r"""What `report --format blueprint` puts under `\lean` gets a claim again; leanblueprint
        writes these names to `lean_decls`, one a line.
        """
        done = call(new_project, "report", "certificates/demo.json", "--format", "blueprint")
        names = re.findall(r"\\lean\{(.*)\}", done.stdout)
        assert names == ["Demo.relu_extensive"] and done.stdout.count(r"\leanok") == 2
        (tmp_path / "lean_decls").write_text("\n".join(names))
        (proofs,) = (new_project / "certificates" / "proofs").iterdir()
        shutil.copy(proofs, tmp_path)
        done = call(tmp_path, "init", "again", "--export", proofs.name, "--blueprint", "lean_decls")
        assert done.returncode == EXIT_OK, done.stderr
        assert claimed(tmp_path / "again") == names

    @pytest.mark.parametrize("name", ['a "b" \\c', "ProjectName CHECKERS EXPORT_FILE"])
    def test_any_name(self, folder, name):
        """The file may have a name that TOML would read in another way, or that the template has
        another use for.
        """
        (folder / "proofs.ndjson").rename(folder / name)
        done = call(folder, "init", "demo", "--export", name, "--theorems", "Small.rate")
        assert done.returncode == EXIT_OK, done.stderr
        outside = load_project(folder / "demo").outside
        assert outside is not None and outside.export == folder / "demo" / "proofs" / name

    @pytest.mark.parametrize("option", ["--theorems", "--blueprint"])
    def test_what_it_goes_with(self, tmp_path, option):
        """A list of theorems is of no use where none was proved."""
        done = call(tmp_path, "init", "demo", option, "a")
        assert done.returncode == EXIT_USAGE
        assert "go with --export, the file that holds the proofs, or --lake" in done.stderr
