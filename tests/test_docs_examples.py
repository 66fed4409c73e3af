"""The examples of the documents for authors of other projects run as they stand."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import pyharness
from tests.small_project import ROOT, call

OWN_PROJECT = (ROOT / "docs" / "own-project.md").read_text(encoding="utf-8")
CLAIMS_API = (ROOT / "docs" / "claims-api.md").read_text(encoding="utf-8")


def examples(text: str, language: str) -> str:
    """Return the code blocks of a document in a language, one after another."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return "\n\n".join(found)


@pytest.fixture
def project(new_project, tmp_path):
    """What `pyharness init demo` writes."""
    return shutil.copytree(new_project, tmp_path / "demo")


def tiers(project: Path) -> dict[str, str]:
    """Return the tier of each claim in the project's certificate."""
    certificate = json.loads((project / "certificates" / "demo.json").read_text())
    return {claim["id"]: claim["tier"] for claim in certificate["claims"]}


def test_the_steps_of_own_project(project):
    """The theorems and claims that it adds reach their tiers."""
    lean, pack = project / "Demo.lean", project / "demo_claims.py"
    more = examples(OWN_PROJECT, "lean")
    lean.write_text(lean.read_text().replace("end Demo\n", f"{more}\nend Demo\n"))
    pack.write_text(pack.read_text() + "\n\n" + examples(OWN_PROJECT, "python"))
    assert call(project, "pin").returncode == 0
    done = call(project, "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    found = tiers(project)
    assert found["relu.mono"] == "gold" and found["relu.changes_nothing"] == "refuted"


def test_the_pack_of_claims_api(project):
    """Its examples are a pack whose claims reach their tiers."""
    (project / "api_claims.py").write_text(examples(CLAIMS_API, "python"))
    settings = project / "pyharness.toml"
    settings.write_text(settings.read_text().replace('_claims"]', '_claims", "api_claims"]'))
    done = call(project, "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    found = tiers(project)
    assert found["api.extensive"] == found["api.extensive_in_parts"] == "gold"
    assert found["api.halving"] == "refuted" and found["api.compression"] == "bronze"


def test_claims_api_shows_every_public_name():
    """Each is named in the text, and used in an example."""
    used, text = (
        examples(CLAIMS_API, "python"),
        re.sub(r"```.*?```", "", CLAIMS_API, flags=re.DOTALL),
    )
    for name in pyharness.__all__:
        assert re.search(rf"\b{name}\b", used), f"{name} is in no example"
        assert re.search(rf"`@?{name}\b", text), f"{name} is not explained"


def test_modules_that_own_project_lists_are_there():
    """Each is a module of the library."""
    modules = re.findall(r"`(LeanMining\.[\w.]+)`", OWN_PROJECT)
    assert len(modules) > 10
    for module in modules:
        file = ROOT / Path(*module.split("."))
        assert file.with_suffix(".lean").is_file() or file.is_dir(), module
