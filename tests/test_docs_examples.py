"""The commands and examples of the documents run as they stand."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pyharness
from tests.small_project import ROOT, call

README = (ROOT / "README.md").read_text(encoding="utf-8")
CHECKPOINTS = (ROOT / "docs" / "checkpoints.md").read_text(encoding="utf-8")
OWN_PROJECT = (ROOT / "docs" / "own-project.md").read_text(encoding="utf-8")
CLAIMS_API = (ROOT / "docs" / "claims-api.md").read_text(encoding="utf-8")


def examples(text: str, language: str) -> str:
    """Return the code blocks of a document in a language, one after another."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return "\n\n".join(found)


def commands(heading: str) -> dict[str, int]:
    """Return the commands of a part of the README, each with the status that it ends with by what
    stands beside it: 0 if nothing does.
    """
    part = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(
        r"^    ((?:cd|pip|pyharness|python3?) .*?)(?: +# (.*))?$", part, re.MULTILINE
    )
    assert found
    return {
        command: int(re.sub(r".*status (\d).*|.*", r"\1", beside) or 0) for command, beside in found
    }


def follow(folder: Path, steps: dict[str, int], **variables: str) -> list[str]:
    """Run commands of pyharness in a folder, and return what each prints."""
    shown = []
    for command, status in steps.items():
        program, *arguments = shlex.split(command)
        assert program == "pyharness"
        done = call(folder, *arguments, **variables)
        assert done.returncode == status, f"{command}: {done.stdout}{done.stderr}"
        shown.append(done.stdout)
    return shown


@pytest.fixture
def project(new_project, tmp_path):
    """What `pyharness init demo` writes."""
    return shutil.copytree(new_project, tmp_path / "demo")


def tiers(project: Path) -> dict[str, str]:
    """Return the tier of each claim in the project's certificate."""
    certificate = json.loads((project / "certificates" / "demo.json").read_text())
    return {claim["id"]: claim["tier"] for claim in certificate["claims"]}


def test_every_command_of_the_readme_is_in_a_part_that_is_run():
    """By the tests below, and for the installation by those of the wheel."""
    headings = ("Install", "Five minutes", "Audit a checkpoint", "Read a certificate")
    several = [command for heading in headings for command in commands(heading)]
    everywhere = re.findall(r"^    (?:cd|pip|pyharness|python3?) ", README, re.MULTILINE)
    assert len(several) == len(everywhere) and "```" not in README


def test_five_minutes(project):
    """Its first steps are those that made the project, which is as the README shows it."""
    first, rest = [*commands("Five minutes").items()][:3], [*commands("Five minutes").items()][3:]
    assert first == [("pyharness init demo", 0), ("cd demo", 0), ("pyharness verify", 0)]
    explained, replayed, _ = follow(project, dict(rest))
    assert "Demo.relu_extensive" in explained and "False: the claim fails here" in replayed
    assert (project / "report" / "index.html").is_file()
    shown = call(project, "verify").stdout
    for row in re.findall(r"^    (relu\..*)$", README, re.MULTILINE):
        assert " ".join(row.split()) in " ".join(shown.split())


def test_the_audit(library_cache, tmp_path, monkeypatch):
    """Of the two checkpoints that the page on checkpoints makes; the README quotes what is said of
    the wrong one.
    """
    monkeypatch.chdir(tmp_path)
    exec(examples(CHECKPOINTS.partition("## Read the result")[0], "python"), {})
    steps = commands("Audit a checkpoint")
    assert [*steps.values()] == [0, 1]
    _, wrong = follow(tmp_path, steps, XDG_CACHE_HOME=str(library_cache))
    quoted = re.search(r"^    layer\.weight: .*?\n\n", README, re.MULTILINE | re.DOTALL)
    assert quoted and " ".join(quoted[0].split()) in " ".join(wrong.split())


def test_reading_the_certificate(tmp_path):
    """As in a checkout, with Python alone and then with what is installed."""
    for name in ("certificates", "claims", "pyharness", "pyharness.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    kernel, explain = commands("Read a certificate").items()
    program, *arguments = shlex.split(kernel[0])
    assert program == "python3"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == kernel[1], done.stdout + done.stderr
    (replayed,) = follow(tmp_path, dict([explain]))
    assert "False: the claim fails here" in replayed


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
