"""A project that lake builds: its proofs are exported, and then go the way of any export. Stand-ins
for `lake` and `leanexport` run the real Lean and its kernel; neither of these programs runs here.
"""

from __future__ import annotations

import json
import shutil
from pathlib import PurePosixPath

import pytest

from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_UNMET, EXIT_USAGE
from pyharness.pipeline import outside
from pyharness.proofs.trace import TracedTheorem
from tests.proofs.lake_projects import make, write_foundation
from tests.small_project import call

pytestmark = pytest.mark.usefixtures("lake")

BASIC = """\
prelude
import Small.Core
inductive Small.T : Prop where | t : Small.T
def Small.Both (p q : Prop) : Prop := And p q
theorem Small.bound (p q : Prop) (h : Small.Both p q) : Small.Both q p := And.intro h.2 h.1
theorem Small.bound_example : Small.Both Small.T Small.T :=
  Small.bound Small.T Small.T (And.intro Small.T.t Small.T.t)
axiom Small.granted : Small.T
theorem Small.weak : Small.T := Small.granted
"""
CONFIG = """\
name = "Small"
packs = ["small_claims"]
allowed-axioms = []
certificate = "certificates/small.json"
seed = 0

[proofs]
lake = "."
checkers = ["lean"]
"""
PACK = """\
from pyharness import Evidence, Source, claim

PAPER = Source("A paper", "Section 1")


@claim("small.bound", statement="It is bounded.", source=PAPER, theorem="Small.bound", tier="silver")
def bound(run):
    yield Evidence("exhaustive", "the one case", 1, 0, "1 case")


@claim("small.weak", statement="It is weak.", source=PAPER, theorem="Small.weak", tier="none")
def weak(run):
    yield from ()
"""


@pytest.fixture
def project(tmp_path):
    folder = make(tmp_path, Small__lean="prelude\nimport Small.Basic\n", Small_Basic__lean=BASIC)
    write_foundation(folder)
    (folder / "pyharness.toml").write_text(CONFIG)
    (folder / "small_claims.py").write_text(PACK)
    return folder


def test_from_lake_to_a_certificate(project):
    """With file, line and Lean's own form, which an export alone cannot say; the axiom is found,
    the example too; the sources are held against it.
    """
    for command in ("pin", "verify"):
        done = call(project, command)
        assert done.returncode == EXIT_OK, done.stderr
    made = json.loads((project / "certificates" / "small.json").read_text())
    bound, weak = (claim["proof"] for claim in made["claims"])
    assert (bound["module"], bound["file"], bound["line"]) == ("Small.Basic", "Small/Basic.lean", 5)
    assert bound["statement"].startswith("Small.bound")
    assert bound["lean_form"] == "Small.bound (p q : Prop) (h : Small.Both p q) : Small.Both q p"
    assert bound["example"] == "Small.bound_example" and bound["replayed"]
    assert (weak["status"], weak["axioms"]) == ("axiom", ["Small.granted"])
    assert made["claims"][0]["tier"] == "silver"
    assert made["lean"]["export"]["file"] == "."
    modules = {item["module"]: item["file"] for item in made["lean"]["modules"]}
    assert modules["Small.Basic"] == "Small/Basic.lean"
    definitions = {item["name"]: item["line"] for item in made["lean"]["definitions"]}
    assert definitions["Small.Both"] == 4
    assert not (project / "build").exists() and (project / ".lake" / "pyharness").is_dir()
    shown = call(project, "explain", "small.bound", "-v").stdout
    assert "as Lean printed it:" in shown and "Small/Basic.lean:5" in shown
    check = ["check", "certificates/small.json", "--source", ".", "--proofs"]
    assert call(project, *check).returncode == EXIT_OK
    basic = project / "Small" / "Basic.lean"
    basic.write_text(f"{BASIC}-- changed\n")
    done = call(project, *check)
    assert done.returncode == EXIT_UNMET and "Small/Basic.lean" in done.stdout + done.stderr


def test_a_change_of_the_project_is_seen(project):
    """What is built anew is exported anew, and held against the pins."""
    assert call(project, "pin").returncode == EXIT_OK
    assert call(project, "verify").returncode == EXIT_OK
    text = BASIC.replace("Small.bound (p q : Prop)", "Small.bound (p : Prop) (q : Prop) (_ : p)")
    text = text.replace("Small.bound Small.T Small.T", "Small.bound Small.T Small.T Small.T.t")
    (project / "Small" / "Basic.lean").write_text(text)
    done = call(project, "verify")
    assert done.returncode == EXIT_UNMET
    assert "the statement of Small.bound" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "status", "words"),
    [
        (
            'Small.bound"',
            'Small.bond"',
            EXIT_USAGE,
            "claim small.bound: the project declares no theorem Small.bond; did you mean Small.bound",
        ),
        (
            'Small.bound"',
            'Small.Both"',
            EXIT_USAGE,
            "claim small.bound: Small.Both is of kind",
        ),
    ],
)
def test_claims_on_what_is_none(project, old, new, status, words):
    """The message names the claim."""
    (project / "small_claims.py").write_text(PACK.replace(old, new))
    done = call(project, "status")
    assert done.returncode == status and words in done.stderr


def test_a_build_that_fails(project):
    """With what Lean says of it."""
    (project / "Small" / "Basic.lean").write_text("prelude\ntheorem x : y := z\n")
    done = call(project, "status")
    assert done.returncode == EXIT_LEAN and "lake build" in done.stderr


def test_lake_in_a_folder_of_the_project(project, tmp_path):
    """Paths are those from the project; where it is not, nothing is said of files."""
    inner = tmp_path / "outer" / "lean"
    inner.parent.mkdir()
    make_inner = [path for path in project.iterdir() if path.name != "outer"]
    inner.mkdir()
    for path in make_inner:
        path.rename(inner / path.name)
    outer = inner.parent
    for name in ("pyharness.toml", "small_claims.py"):
        (inner / name).rename(outer / name)
    config = outer / "pyharness.toml"
    config.write_text(CONFIG.replace('lake = "."', 'lake = "lean"'))
    for command in ("pin", "verify"):
        done = call(outer, command)
        assert done.returncode == EXIT_OK, done.stderr
    made = json.loads((outer / "certificates" / "small.json").read_text())
    assert made["claims"][0]["proof"]["file"] == "lean/Small/Basic.lean"
    assert call(outer, "check", "certificates/small.json", "--source", ".").returncode == EXIT_OK


class TestTraces:
    """LeanDojo's tracer does not run here; its record is read by its own code in
    tests/proofs/test_trace.py, and stood in for here.
    """

    @pytest.fixture
    def traced(self, project, monkeypatch):
        """The project with a trace of itself."""
        item = TracedTheorem(
            "Small.bound", PurePosixPath("Small/Basic.lean"), ("And.intro",), ("exact ⟨h.2, h.1⟩",)
        )
        monkeypatch.setattr(outside, "read_trace", lambda folder: {item.name: item})
        shutil.copytree(project / "Small", project / "traced" / "Small")
        config = project / "pyharness.toml"
        config.write_text(CONFIG.replace('lake = "."', 'lake = "."\ntrace = "traced"'))
        return project

    def test_premises_and_tactics_are_in_the_certificate(self, traced):
        """Of the theorem that was traced; no status follows from them, and explain shows them."""
        for command in ("pin", "verify"):
            done = call(traced, command)
            assert done.returncode == EXIT_OK, done.stderr
        made = json.loads((traced / "certificates" / "small.json").read_text())
        bound, weak = (claim["proof"] for claim in made["claims"])
        assert bound["trace"] == {"premises": ["And.intro"], "tactics": ["exact ⟨h.2, h.1⟩"]}
        assert "trace" not in weak
        shown = call(traced, "explain", "small.bound", "-v").stdout
        assert "premises, by LeanDojo: And.intro" in shown and "exact ⟨h.2, h.1⟩" in shown

    def test_a_trace_of_another_source_is_refused(self, traced):
        """It says what to do."""
        (traced / "traced" / "Small" / "Basic.lean").write_text(f"{BASIC}-- older\n")
        done = call(traced, "verify")
        assert done.returncode == EXIT_USAGE and "record the trace again" in done.stderr
