"""`pyharness init`: the project that it writes, and what it refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import yaml

from pyharness.proofs import toolchain
from tests.small_project import call


def test_the_project_verifies_at_once(new_project):
    """Its true claim is gold by evidence and conformance, its false one is refuted."""
    certificate = json.loads((new_project / "certificates" / "demo.json").read_text())
    found = {claim["id"]: claim for claim in certificate["claims"]}
    assert {name: claim["tier"] for name, claim in found.items()} == {
        "relu.extensive": "gold",
        "relu.identity": "refuted",
    }
    assert certificate["summary"]["unmet"] == []
    assert [piece["kind"] for piece in found["relu.extensive"]["evidence"]] == [
        "exhaustive",
        "conformance",
    ]
    assert found["relu.extensive"]["proof"]["pinned"]
    assert call(new_project, "explain", "relu.identity", "--replay").returncode == 0


def test_its_own_tests_pass(new_project, tmp_path):
    """In a process of its own, as its author runs them."""
    project = shutil.copytree(new_project, tmp_path / "demo")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=project,
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout + done.stderr


def test_its_workflow_gates_it(new_project):
    """The steps verify and gate the project's certificate, and what they read is there."""
    text = (new_project / ".github" / "workflows" / "gate.yml").read_text()
    workflow = yaml.safe_load(text)
    assert (new_project / workflow["env"]["CERTIFICATE"]).is_file()
    commands = "".join(step.get("run", "") for step in workflow["jobs"]["gate"]["steps"])
    assert "pyharness verify" in commands and 'pyharness gate "$CERTIFICATE"' in commands
    done = call(new_project, "gate", workflow["env"]["CERTIFICATE"], "--source", ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_run_leaves_is_not_committed(new_project, tmp_path):
    """Of a project that was verified, git sees the sources, the pins and the certificate."""
    project = shutil.copytree(new_project, tmp_path / "demo")
    (project / "__pycache__").mkdir(exist_ok=True)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=project, check=True, timeout=60)
    listed = subprocess.run(
        ["git", "ls-files"], cwd=project, check=True, capture_output=True, text=True, timeout=60
    )
    (proofs,) = (project / "certificates" / "proofs").iterdir()
    assert set(listed.stdout.split()) == {
        ".github/workflows/gate.yml",
        ".gitignore",
        "Demo.lean",
        "README.md",
        "certificates/demo.json",
        f"certificates/proofs/{proofs.name}",
        "certificates/statements.lock.json",
        "demo_claims.py",
        "pyharness.toml",
        "test_demo.py",
    }


def test_here_as_json(new_project, tmp_path):
    """Without a folder the current one becomes the project; what is written is listed."""
    folder = tmp_path / "other-name"
    shutil.copytree(new_project / "build" / "lean", folder / "build" / "lean")
    done = call(folder, "init", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["lean_root"] == "OtherName" and said["packs"] == ["other_name_claims"]
    assert "certificates/statements.lock.json" in said["files"]
    assert all((folder / file).is_file() for file in said["files"])


def test_it_says_what_to_do_next(new_project, tmp_path):
    """The last lines are commands, from where it was run."""
    shutil.copytree(new_project / "build" / "lean", tmp_path / "demo" / "build" / "lean")
    done = call(tmp_path, "init", "demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(
        "Next:\n  cd demo\n  pyharness verify\n  pyharness explain relu.extensive\n"
        "  python -m pytest\n"
    )
    assert all(len(line) < 80 for line in done.stdout.splitlines())


def test_a_second_time_is_refused(new_project):
    """Each file that is there is named."""
    before = (new_project / "Demo.lean").read_bytes()
    done = call(new_project, "init", ".")
    assert done.returncode == 2
    for name in ("pyharness.toml", "Demo.lean", ".gitignore", "certificates/statements.lock.json"):
        assert name in done.stderr
    assert (new_project / "Demo.lean").read_bytes() == before


def test_without_lean_nothing_is_written(tmp_path, monkeypatch):
    """What could not be pinned is not begun."""

    def missing():
        raise toolchain.LeanError("there is no Lean here")

    monkeypatch.setattr(toolchain, "locate", missing)
    done = call(tmp_path, "init", "demo")
    assert done.returncode == 3 and "there is no Lean here" in done.stderr
    assert not list(tmp_path.iterdir())
