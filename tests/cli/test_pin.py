"""`pyharness pin`: what is recorded, and what fails until it is."""

from __future__ import annotations

import json
import shutil

from pyharness.proofs import library
from tests.small_project import LEAN, ROOT, call


def test_a_statement_that_is_not_pinned_is_not_silver(project):
    """Without pins a proved claim stays bronze, and verify says what to do."""
    assert call(project, "verify").returncode == 1
    assert "pyharness pin" in call(project, "explain", "small.proved").stdout


def test_a_changed_statement_fails_until_it_is_pinned(project):
    """A weakened statement ends with status 1, before and after beside each other; pin records
    it and says so.
    """
    assert "Small.proved" in call(project, "pin").stdout
    assert "nothing changed" in call(project, "pin").stdout
    (project / "Small.lean").write_text(LEAN.replace("b ∧ a := ⟨h.2, h.1⟩", "b := h.2"))
    for command in ("status", "verify"):
        done = call(project, command)
        assert (
            done.returncode == 1
            and "was" in done.stderr
            and "b ∧ a" in done.stderr
            and "pyharness pin" in done.stderr
        )
    assert not (project / "certificates" / "small.json").exists()
    changes = json.loads(call(project, "pin", "--json").stdout)["changes"]
    assert len(changes) == 1 and "b ∧ a" in changes[0]["was"] and "b ∧ a" not in changes[0]["now"]
    assert "stub" in call(project, "status").stdout


def test_a_changed_foundation_fails(verified, tmp_path, monkeypatch):
    """The foundation's files are pinned as they are."""
    shutil.copytree(ROOT / "LeanMining", tmp_path / "LeanMining")
    path = tmp_path / "LeanMining" / "Foundation" / "Acceleration.lean"
    path.write_text(path.read_text() + "-- another line\n")
    monkeypatch.setattr(library, "folder", lambda: tmp_path)
    done = call(verified, "status")
    assert done.returncode == 1 and "Foundation/Acceleration.lean" in done.stderr


def test_a_project_brings_no_foundation_of_its_own(project):
    """A file in the place of one of the library's is refused, unless it is the same."""
    path = project / "LeanMining" / "Foundation" / "Acceleration.lean"
    path.parent.mkdir(parents=True)
    shutil.copy(ROOT / "LeanMining" / "Foundation" / "Acceleration.lean", path)
    assert call(project, "status").returncode == 0
    path.write_text(path.read_text() + "-- another line\n")
    done = call(project, "status")
    assert done.returncode == 3 and "comes with the library LeanMining" in done.stderr


def test_pins_that_cannot_be_read_are_an_error(verified):
    """A file that pin did not write is named, and left as it is."""
    path = verified / "certificates" / "statements.lock.json"
    path.write_text('{"version": 1}')
    for command in ("status", "pin"):
        done = call(verified, command)
        assert done.returncode == 2 and "statements.lock.json" in done.stderr
    assert path.read_text() == '{"version": 1}'
