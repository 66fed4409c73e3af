"""The job for GitLab: its own script, run in a shell on a repository with a verified project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
import yaml

from tests.small_project import ROOT, write_pack
from tests.test_workflow import git

CI = yaml.safe_load((ROOT / "contrib" / "gitlab-ci.yml").read_text("utf-8"))
JOB = CI["pyharness"]


@pytest.fixture
def repository(verified_project, tmp_path):
    """The small project, verified and committed."""
    folder = shutil.copytree(verified_project, tmp_path / "project")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "pyharness.toml", "Small.lean", "small_pack.py", "certificates")
    git(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture
def run_job(repository, tmp_path):
    """Run the script of the job as GitLab's runner does, all of it in one shell, after a commit."""
    (programs := tmp_path / "bin").mkdir()
    program = programs / "pyharness"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pyharness "$@"\n')
    program.chmod(0o755)

    def run(base):
        for name in ("gate.xml", "gate.md", "baseline.json"):
            (repository / name).unlink(missing_ok=True)
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(JOB["script"])],
            cwd=repository,
            env={
                **os.environ,
                **CI["variables"],
                "CERTIFICATE": "certificates/small.json",
                "SANDBOX": "",
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "CI_COMMIT_BEFORE_SHA": base,
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def test_what_it_keeps():
    """A report of the tests, the pages, and the cache, also of a job that failed; a merge request's
    code runs in the sandbox; and the commit before is there to be compared with.
    """
    kept = JOB["artifacts"]
    assert kept["when"] == "always" and kept["reports"] == {"junit": "gate.xml"}
    assert "report/" in kept["paths"] and JOB["cache"]["paths"] == ["build/"]
    assert CI["variables"]["SANDBOX"] == "--sandbox" and CI["variables"]["GIT_DEPTH"] == "0"
    assert "bubblewrap" in JOB["before_script"][0]


def test_it_passes(run_job, repository):
    """On the same claims: the report of the tests, the pages and the summary are there."""
    done = run_job(git(repository, "rev-parse", "HEAD"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (repository / "baseline.json").is_file()
    assert ET.parse(repository / "gate.xml").getroot().find(".//failure") is None
    assert (repository / "gate.md").is_file() and (repository / "report" / "index.html").is_file()


def test_it_speaks_after_a_verify_that_failed(run_job, repository):
    """A claim without its tier: the gate and the pages say so."""
    write_pack(repository, tier="platinum")
    done = run_job("0" * 40)
    assert done.returncode == 1 and "tier-unmet" in done.stdout, done.stdout + done.stderr
    assert not (repository / "baseline.json").exists()
    assert ET.parse(repository / "gate.xml").getroot().find(".//failure") is not None
    assert (repository / "report" / "index.html").is_file()


def test_a_commit_that_is_not_there(run_job, repository):
    """Without it nothing could be compared, so nothing passes."""
    done = run_job("1" * 40)
    assert done.returncode == 1 and "set GIT_DEPTH to 0" in done.stderr
    assert not (repository / "gate.xml").exists()


def test_a_verify_that_wrote_nothing(run_job, repository):
    """The committed certificate is not taken for its result."""
    (repository / "small_pack.py").write_text("raise ValueError\n")
    done = run_job(git(repository, "rev-parse", "HEAD"))
    assert done.returncode not in (0, 1) and not (repository / "gate.xml").exists()


def test_an_intended_loss(run_job, repository):
    """It fails, until the certificate is committed as the baseline too."""
    base = git(repository, "rev-parse", "HEAD")
    pack = repository / "small_pack.py"
    pack.write_text(pack.read_text().partition('\n\n@claim("small.open"')[0] + "\n")
    done = run_job(base)
    assert done.returncode == 1 and "claim-lost" in done.stdout, done.stdout + done.stderr
    shutil.copy(repository / "certificates/small.json", repository / "certificates/baseline.json")
    git(repository, "add", "certificates/baseline.json")
    git(repository, "commit", "-qm", "drop a claim")
    done = run_job(base)
    assert done.returncode == 0, done.stdout + done.stderr
