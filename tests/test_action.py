"""The composite action: its own steps, run in a shell on a project and on a checkpoint."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml
from safetensors.numpy import save_file

from pyharness.core.sandbox import KEPT
from tests.sandboxes import ABSENT
from tests.small_project import CONFIG, ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["name"]: step["run"] for step in ACTION["runs"]["steps"] if "run" in step}


@pytest.fixture
def run_step(tmp_path):
    """Run a step in a folder as the runner does; return its status and its outputs."""
    (programs := tmp_path / "bin").mkdir()
    for name, arguments in (("python", ""), ("pyharness", " -m pyharness")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{arguments} "$@"\n')
        (programs / name).chmod(0o755)
    outputs = tmp_path / "outputs"

    def run(folder, name, **variables):
        outputs.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "GITHUB_OUTPUT": str(outputs),
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        return done, said

    return run


@pytest.fixture
def project(verified_project, tmp_path):
    """A verified project, committed."""
    folder = shutil.copytree(verified_project, tmp_path / "project")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "pyharness.toml", "Small.lean", "small_pack.py", "certificates")
    git(folder, "commit", "-qm", "first")
    return folder


def git(folder, *arguments):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


CERTIFICATE = "./certificates/small.json"
FILES = ("gate.xml", "gate.sarif", "gate.md", "badge.json")


def test_names(run_step, project):
    """The certificate's path is read by the harness; no module of the checkout is imported."""
    (project / "tomllib.py").write_text("raise SystemExit('imported')")
    done, said = run_step(project, "Names", PROJECT=".", CHECKPOINT="")
    assert done.returncode == 0 and said == {"certificate": CERTIFICATE}, done.stderr


def test_a_certificate_is_gated(run_step, project, tmp_path):
    """What fails is the run, or the gate; and its files are written wherever the run wrote a
    certificate.
    """
    more = {"PROJECT": ".", "CHECKPOINT": "", "CERTIFICATE": CERTIFICATE}
    cases = (("", "0", 0), ("silver", "0", 1), ("", "1", 1), ("silver", "2", 2))
    for tier, status, expected in cases:
        for name in FILES:
            (project / name).unlink(missing_ok=True)
        done, _ = run_step(project, "Gate", STATUS=status, TIER=tier, **more)
        assert done.returncode == expected, done.stdout + done.stderr
        assert all((project / name).exists() for name in FILES)
    (project / "Small.lean").write_text("-- changed\n")
    done, _ = run_step(project, "Gate", STATUS="0", TIER="", **more)
    assert done.returncode == 1 and "Small.lean" in done.stdout
    assert (tmp_path / "summary.md").read_text()
    (project / "certificates" / "small.run.json").unlink()
    for name in FILES:
        (project / name).unlink()
    done, _ = run_step(project, "Gate", STATUS="3", TIER="", **more)
    assert done.returncode == 3 and not any((project / name).exists() for name in FILES)


def test_the_baseline(run_step, project):
    """It is the certificate of the commit before, by the name that it had then; or what is
    committed as the baseline; and nothing where there is no commit before.
    """
    first = git(project, "rev-parse", "HEAD")
    old = (project / CERTIFICATE).read_bytes()
    more = {"PROJECT": ".", "CERTIFICATE": CERTIFICATE}
    baseline = project / "baseline.json"

    def after(base, **changed):
        baseline.unlink(missing_ok=True)
        return run_step(project, "Baseline", BASE=base, **(more | changed))[0]

    (project / "certificates" / "other.json").write_bytes(b"less")
    (project / "pyharness.toml").write_text(CONFIG.replace("small.json", "other.json"))
    git(project, "rm", "-q", "--cached", "certificates/small.json")
    git(project, "add", "pyharness.toml", "certificates/other.json")
    git(project, "commit", "-qm", "less, by another name")
    done = after(first, CERTIFICATE="./certificates/other.json")
    assert done.returncode == 0 and baseline.read_bytes() == old, done.stderr
    for nothing in ("", "0" * 40):
        assert after(nothing).returncode == 0 and not baseline.exists()
    done = after("1" * 40)
    assert done.returncode == 1 and "fetch-depth: 0" in done.stdout
    (project / "certificates" / "baseline.json").write_bytes(b"accepted")
    git(project, "add", "certificates/baseline.json")
    git(project, "commit", "-qm", "accepted")
    assert after(first).returncode == 0 and baseline.read_bytes() == b"accepted"


@pytest.mark.skipif(ABSENT is not None, reason=str(ABSENT))
def test_a_checkpoint_is_audited(run_step, tmp_path, library_cache):
    """Its status is an output, and the certificate goes where the gate looks for it."""
    cache = tmp_path / "cache"
    shutil.copytree(library_cache / "pyharness", cache / "pyharness")
    build = cache / "pyharness" / "build"
    shutil.copytree(build, build / KEPT)
    w = np.float32([[1, -127, 5]])
    (folder := tmp_path / "models").mkdir()
    save_file({"w": w}, folder / "model.safetensors")
    codes = w.astype(np.int8)
    codes[0, 2] += 3
    scale = np.float32([[1]])
    save_file({"w": codes, "w_scale": scale}, folder / "codes.safetensors")
    _, said = run_step(folder, "Names", PROJECT=".", CHECKPOINT="codes.safetensors")
    done, found = run_step(
        folder, "Run", PROJECT=".", CHECKPOINT="codes.safetensors", ORIGINAL="model.safetensors",
        CERTIFICATE=said["certificate"], XDG_CACHE_HOME=str(cache),
    )  # fmt: skip
    assert done.returncode == 0 and found == {"status": "1"}, done.stdout + done.stderr
    assert (folder / said["certificate"]).is_file()
    done, _ = run_step(
        folder, "Gate", STATUS="1", TIER="", PROJECT=".", CHECKPOINT="codes.safetensors",
        CERTIFICATE=said["certificate"],
    )  # fmt: skip
    assert done.returncode == 1 and "checkpoint.nearest" in (folder / "gate.md").read_text()
