"""The real numbers rest on choice and on quotients, and nothing else of the library does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyharness.project.settings import load_project
from tests.small_project import ROOT

REALS = "LeanMining.Analysis"
USERS = {"LeanMining", "LeanMining.Examples.Analysis"}
"""What imports the reals: the root and the examples."""

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


def test_only_the_reals_rest_on_more_axioms():
    """No other module uses these axioms, and none but the examples builds on the reals."""
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
    assert dict(project.axioms_under) == {REALS: ("Classical.choice", "Quot.sound")}
