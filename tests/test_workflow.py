"""The GitHub workflow: its own steps, run in a shell on a repository with a certificate, gate what
is pushed.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pyharness.certificate.canonical import file_bytes
from tests import certificate_samples as samples

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "gate.yml").read_text())
STEPS = {step["name"]: step["run"] for step in WORKFLOW["jobs"]["gate"]["steps"] if "run" in step}


TEMPLATE = yaml.safe_load((ROOT / "pyharness" / "project" / "templates" / "gate.yml").read_text())


@pytest.mark.parametrize("workflow", [WORKFLOW, TEMPLATE], ids=["this project", "a new one"])
def test_code_of_a_pull_request_runs_in_the_sandbox(workflow):
    """Until the gate has judged, no other step runs packs, Lean files or tests; no token is left in
    the checkout; and the proofs are checked again without the packs.
    """
    steps = workflow["jobs"]["gate"]["steps"]
    checkout = next(step for step in steps if "checkout" in step.get("uses", ""))
    assert checkout["with"]["persist-credentials"] is False
    names = [step.get("name") for step in steps]
    commands = {step["name"]: step["run"] for step in steps if "run" in step}
    assert commands["Verify"].strip("'").endswith(" verify --sandbox")
    assert " --proofs" in commands["Check"] and "bubblewrap" in commands["Sandbox"]
    assert names.index("Sandbox") < names.index("Verify") < names.index("Check")
    assert [name for name, text in commands.items() if " verify" in text] == ["Verify"]
    running = [name for name, text in commands.items() if "-m pytest" in text]
    assert all(names.index(name) == len(steps) - 1 for name in running)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda one: one.name)
def test_no_job_may_do_more_than_it_needs(path):
    """No checkout leaves a token behind; a workflow may read the repository and no more, but for
    what the gate finds.
    """
    workflow = yaml.safe_load(path.read_text())
    allowed = {"contents": "read"}
    assert workflow["permissions"] in (allowed, allowed | {"security-events": "write"})
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("workflow", [WORKFLOW, TEMPLATE], ids=["this project", "a new one"])
def test_the_gate_speaks_after_a_verify_that_failed(workflow):
    """A claim without its tier ends the job at once, and its report is wanted most then. A verify
    that wrote no certificate left no record of its run, and the committed certificate is not gated.
    """
    steps = {step.get("name"): step for step in workflow["jobs"]["gate"]["steps"]}
    record = workflow["env"]["CERTIFICATE"].replace(".json", ".run.json")
    for name in ("Check", "Gate"):
        assert steps[name]["if"] == f"${{{{ !cancelled() && hashFiles('{record}') != '' }}}}"


def git(folder, *arguments):
    return subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository with the sample certificate as its first commit, and a `pyharness` to call."""
    samples.write_project(tmp_path)
    path = tmp_path / WORKFLOW["env"]["CERTIFICATE"]
    path.parent.mkdir()
    path.write_bytes(file_bytes(samples.sealed()))
    samples.write_beside(path.parent)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    executable = tmp_path / "pyharness.sh"
    executable.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pyharness "$@"\n')
    executable.chmod(0o755)
    return tmp_path


def run_step(folder, name, base):
    """Run a step as the runner does."""
    environment = {
        **os.environ,
        **WORKFLOW["env"],
        "BASE": base,
        "PYHARNESS": str(folder / "pyharness.sh"),
        "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_same_certificate_passes(repository):
    """Nothing was lost; the summary and the badge are there."""
    base = git(repository, "rev-parse", "HEAD")
    assert (
        run_step(repository, "Baseline", base).returncode == 0
        and (repository / "baseline.json").exists()
    )
    done = run_step(repository, "Gate", base)
    assert done.returncode == 0, done.stdout + done.stderr
    assert run_step(repository, "Summary", base).returncode == 0
    assert (
        "passed" in (repository / "summary.md").read_text() and (repository / "badge.json").exists()
    )


def test_a_lost_claim_fails_and_says_so(repository):
    """A change that drops a claim does not get through, and the files for the runner are
    written.
    """
    base = git(repository, "rev-parse", "HEAD")
    (repository / WORKFLOW["env"]["CERTIFICATE"]).write_bytes(
        file_bytes(samples.sealed(samples.sample_records()[:2]))
    )
    run_step(repository, "Baseline", base)
    done = run_step(repository, "Gate", base)
    assert done.returncode == 1 and "claim-lost" in done.stdout
    assert (
        "claim-lost" in (repository / "gate.sarif").read_text()
        and (repository / "gate.xml").exists()
    )


def test_an_intended_loss_is_accepted_by_committing_the_baseline(repository):
    """In the change itself, and for that change alone."""
    base = git(repository, "rev-parse", "HEAD")
    path, accepted = (repository / WORKFLOW["env"][name] for name in ("CERTIFICATE", "ACCEPTED"))
    path.write_bytes(file_bytes(samples.sealed(samples.sample_records()[:2])))
    accepted.write_bytes(path.read_bytes())
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "drop a claim")
    assert run_step(repository, "Baseline", base).returncode == 0
    assert run_step(repository, "Gate", base).returncode == 0
    base = git(repository, "rev-parse", "HEAD")
    path.write_bytes(file_bytes(samples.sealed(samples.sample_records()[:1])))
    git(repository, "commit", "-qam", "drop another")
    run_step(repository, "Baseline", base)
    done = run_step(repository, "Gate", base)
    assert done.returncode == 1 and "claim-lost" in done.stdout
    assert "accept an intended change" in done.stdout


def test_the_first_time_there_is_no_baseline(repository):
    """A commit that is not there gives none, and the gate then judges the certificate alone."""
    assert (
        run_step(repository, "Baseline", "0" * 40).returncode == 0
        and not (repository / "baseline.json").exists()
    )
    assert run_step(repository, "Gate", "0" * 40).returncode == 0


def test_the_hook_compares_with_the_last_commit(repository, tmp_path_factory):
    """A lost claim is not committed; the first certificate has nothing to be compared with."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (programs := tmp_path_factory.mktemp("bin")).joinpath("pyharness").symlink_to(
        repository / "pyharness.sh"
    )
    path = repository / WORKFLOW["env"]["CERTIFICATE"]

    def hook(*arguments):
        entry = next(each["entry"] for each in hooks if each["id"] == "pyharness-gate")
        return subprocess.run(
            [*shlex.split(entry), *arguments],
            cwd=repository,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    name = WORKFLOW["env"]["CERTIFICATE"]
    done = hook()
    assert done.returncode and "name the certificate in args" in done.stderr
    assert hook(name).returncode == 0
    path.write_bytes(file_bytes(samples.sealed(samples.sample_records()[:2])))
    done = hook(name)
    assert done.returncode == 1 and "claim-lost" in done.stdout
    git(repository, "rm", "-q", "--cached", WORKFLOW["env"]["CERTIFICATE"])
    git(repository, "commit", "-qm", "without")
    assert hook(name).returncode == 0
