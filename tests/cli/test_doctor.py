"""`pyharness doctor`: what is installed, and what the project's packs require."""

from __future__ import annotations

import json

import pytest

from pyharness.core.errors import EXIT_LEAN, EXIT_OK, EXIT_UNMET
from pyharness.proofs import toolchain
from tests.small_project import PACK, ROOT, call, run

REQUIRES = """\


from pyharness.core.errors import UsageError
from pyharness.project.pack import requirement


@requirement("weights")
def weights():
    return "weights.bin, 3 bytes"


@requirement("tokens")
def tokens():
    raise UsageError("the tokens are not there; run: python -m fetch_tokens")
"""


def findings(done):
    """What was found, by what it is about."""
    return {item["what"]: item for item in json.loads(done.stdout)["findings"]}


def test_it_finds_lean_and_the_project(project):
    """Everything that a verify needs is there, with its versions."""
    done = call(project, "doctor", "--json")
    assert done.returncode == EXIT_OK
    found = findings(done)
    assert "4.35.0" in found["Lean"]["found"] and found["project"]["found"] == "Small"
    assert set(found) == {"Python", "Lean", "PyTorch", "devices", "project"}


def test_this_repository_requires_its_models():
    """Its packs declare them, and doctor shows each by name."""
    done = run(ROOT, "doctor", "--json")
    assert done.returncode == EXIT_OK and "minilm" in findings(done)["models"]["found"]


def test_what_a_pack_requires_is_listed(project):
    """What is there in the pack's words; what is missing with what to run, and status 1."""
    (project / "small_pack.py").write_text(
        PACK.format(theorem="Small.proved", tier="silver") + REQUIRES
    )
    done = call(project, "doctor")
    assert done.returncode == EXIT_UNMET
    assert "ok       weights: weights.bin, 3 bytes" in done.stdout
    assert "MISSING  tokens: the tokens are not there; run: python -m fetch_tokens" in done.stdout


def test_a_pack_that_does_not_import_is_said(project):
    """With status 1, and after what else was found."""
    (project / "small_pack.py").write_text("import no_such_module\n")
    done = call(project, "doctor", "--json")
    assert done.returncode == EXIT_UNMET
    found = findings(done)
    assert not found["packs"]["ok"] and "no_such_module" in found["packs"]["found"]


def test_outside_a_project_there_is_nothing_to_miss(tmp_path):
    """It says that there is none, and suggests nothing that is not there."""
    done = call(tmp_path, "doctor")
    assert done.returncode == EXIT_OK
    assert "ok       project: none: there is no pyharness.toml in this folder" in done.stdout
    assert "requirements" not in done.stdout


@pytest.mark.parametrize("folder", [".", "nowhere"])
def test_a_project_that_was_asked_for_must_be_there(tmp_path, folder):
    """With --project, that there is none is a fault."""
    done = call(tmp_path, "doctor", "--project", folder)
    assert done.returncode == EXIT_UNMET and "MISSING  project: no pyharness.toml" in done.stdout


def test_a_project_that_cannot_be_used_is_said(tmp_path):
    """Also without --project."""
    (tmp_path / "pyharness.toml").write_text("name = 3\n")
    done = call(tmp_path, "doctor")
    assert done.returncode == EXIT_UNMET and "MISSING  project: " in done.stdout


def test_without_lean_the_status_says_so(tmp_path, monkeypatch):
    """Status 3, as of the commands that need it."""

    def missing():
        raise toolchain.LeanMissing("Lean is not installed")

    monkeypatch.setattr(toolchain, "locate", missing)
    done = call(tmp_path, "doctor")
    assert done.returncode == EXIT_LEAN and "MISSING  Lean: Lean is not installed" in done.stdout
