"""The real numbers and their examples rest on choice and on quotients, and nothing else of the
library does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from pyharness.pipeline.built import build_library
from pyharness.project.settings import load_project
from pyharness.proofs.environment import Environment
from pyharness.proofs.names import show_name
from tests.small_project import ROOT

REALS = "LeanMining.Analysis"
EXAMPLES = "LeanMining.Examples.Analysis"
USERS = {"LeanMining", EXAMPLES}
"""What imports the reals: the root and the examples."""
MORE = ("Classical.choice", "Quot.sound")
BELOW_ALL = {"Classical.choice", "Quot.sound", "funext"}
"""The foundation's own: the axioms, and that functions with the same values are equal."""

_AXIOMS = re.compile(r"\b(?:funext|Classical\.\w+|Quot\.sound)\b")
_IMPORT = re.compile(r"^import (\S+)", re.MULTILINE)


def sources() -> dict[str, str]:
    """The text of each module of the library outside the foundation."""
    files = [ROOT / "LeanMining.lean", *(ROOT / "LeanMining").rglob("*.lean")]
    texts = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in map(Path, files)
    }
    return {name: text for name, text in texts.items() if ".Foundation." not in name}


def strays(texts: dict[str, str]) -> set[str]:
    """The modules beside the reals that import them or name what rests on choice or quotients."""
    return {
        name
        for name, text in texts.items()
        if not f"{name}.".startswith(f"{REALS}.")
        and (
            _AXIOMS.search(text)
            or any(f"{item}.".startswith(f"{REALS}.") for item in _IMPORT.findall(text))
        )
    }


def resting(environment: Environment, axioms: Iterable[str]) -> dict[str, set[str]]:
    """The constants of an environment that rest on one of some axioms, by their modules."""
    found: dict[str, set[str]] = {}
    for name, module in environment.modules.items():
        if not set(axioms).isdisjoint(environment.axioms(name)):
            found.setdefault(module.name, set()).add(show_name(name))
    return found


@pytest.fixture(scope="module")
def environment(toolchain):
    """All that the library declares, compiled."""
    return Environment.load(build_library(load_project(ROOT), toolchain, progress=lambda *_: None))


def test_only_the_reals_and_their_examples_rest_on_more_axioms(environment):
    """Whatever the sources write: no theorem, definition or instance of another module does."""
    found = resting(environment, MORE)
    assert found.pop("LeanMining.Foundation.Logic") == BELOW_ALL
    assert found.pop(EXAMPLES) and found
    assert {module for module in found if not module.startswith(f"{REALS}.")} == set()


def test_what_rests_on_an_axiom_is_found(environment):
    """Also through what others prove, and not what rests on another axiom."""
    found = resting(environment, ["Quot.sound"])
    assert "Real.sound" in found[f"{REALS}.Real"]
    assert "LeanMining.isotropic_floor_pos" in found[f"{REALS}.Instances"]
    assert "Classical.choice" not in found["LeanMining.Foundation.Logic"]


def test_no_source_beside_them_names_what_rests_on_more():
    """No other module writes these axioms, and none but the examples builds on the reals."""
    assert strays(sources()) == USERS


@pytest.mark.parametrize(
    "text",
    [
        "import LeanMining.Analysis.Pi\n",
        "theorem a : f = g := funext fun x => h x\n",
        "theorem a : p ∨ ¬ p := Classical.em p\n",
        "theorem a : Quot.mk r a = Quot.mk r b := Quot.sound h\n",
    ],
)
def test_what_does_is_found(text):
    """In any module beside them, and not below them."""
    assert strays({"LeanMining.Clipping": text, f"{REALS}.Other": text}) == {"LeanMining.Clipping"}


def test_the_project_allows_them_there_alone():
    """So a theorem elsewhere that rests on them is not proved."""
    project = load_project(ROOT)
    assert project.allowed_axioms == ("propext",)
    assert dict(project.axioms_under) == {REALS: MORE}
