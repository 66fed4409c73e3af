"""`pyharness verify`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from pyharness.pipeline import built
from tests.small_project import CONFIG, LEAN, PACK, ROOT, call, run, write, write_pack

SLOW_PACK = """\
import time
from pyharness.project.pack import Source, claim
@claim("slow", statement="s", source=Source("d", "h"), tier="none")
def slow(run):
    print("gathering", flush=True)
    time.sleep(60)
    return []
"""


def start_slow_verify(folder):
    """Start a verify, and return its process when it gathers evidence, which takes a minute."""
    (folder / "small_pack.py").write_text(SLOW_PACK)
    # A shell's background job ignores Ctrl-C, and what it starts inherits that.
    process = subprocess.Popen(
        [sys.executable, "-m", "pyharness", "verify"],
        cwd=folder,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Nothing else runs in the child before it becomes the command.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    assert process.stdout.readline() == "gathering\n"
    return process


def test_writes_a_certificate_that_checks(tmp_path):
    """From sources and nothing else to a certificate, which then checks against them; again,
    and nothing changes.
    """
    write(project := tmp_path)
    assert run(project, "pin").returncode == 0
    done = run(project, "verify")
    assert done.returncode == 0, done.stderr
    assert (
        "small.proved" in done.stdout
        and "silver" in done.stdout
        and "certificates/small.json" in done.stdout
    )
    certificate = project / "certificates" / "small.json"
    before = certificate.stat()
    (proofs,) = (project / "certificates" / "proofs").iterdir()
    carried = proofs.stat()
    again = json.loads(run(project, "verify", "--json").stdout)
    assert again["changed"] is False and certificate.stat().st_mtime_ns == before.st_mtime_ns
    assert proofs.stat().st_mtime_ns == carried.st_mtime_ns
    assert (
        run(project, "check", "certificates/small.json", "--source", ".", "--proofs").returncode
        == 0
    )


def test_nothing_changed(verified):
    """A run that found nothing to do is not done again until something changes: the same is
    printed, with the same status.
    """
    record = verified / "certificates" / "small.run.json"
    pack = verified / "small_pack.py"

    def runs(*options):
        """Whether it was run in full, what it printed, and its status."""
        before = record.stat().st_mtime_ns
        done = run(verified, "verify", *options)
        return record.stat().st_mtime_ns != before, done.stdout, done.returncode

    def settles(found):
        """Whether a run is not done again, once; other tests may add files beside the harness."""
        return any(runs() == (False, *found[1:]) for _ in range(6))

    time.sleep(1.1)  # Files that are newer than the run may change while it runs.
    first = runs()
    assert first[0] and first[2] == 0 and settles(first)
    _, printed, status = runs("--json")
    assert status == 0 and json.loads(printed)["changed"] is False
    for change in (
        lambda: pack.write_text(pack.read_text() + "# A comment.\n"),
        lambda: (verified / "certificates" / "small.json").write_text("{}"),
        lambda: shutil.rmtree(verified / "certificates" / "proofs"),
        lambda: (verified / "pyharness.toml").write_text(
            CONFIG.replace("seed = 0", "seed = 0  # A comment.")
        ),
    ):
        change()
        assert runs() == first
        time.sleep(1.1)
        assert runs()[1:] == first[1:] and settles(first)
    assert runs("--fresh") == first
    pack.write_text(pack.read_text().replace('tier="silver"', 'tier="gold"'))
    unmet = runs()
    assert unmet[::2] == (True, 1)
    time.sleep(1.1)
    assert settles(unmet)


def test_a_certificate_in_the_build_folder(verified):
    """Nothing there is watched, so that the run is always done, and mends what was changed."""
    (verified / "pyharness.toml").write_text(CONFIG.replace("certificates/", "build/"))
    shutil.copy(verified / "certificates" / "statements.lock.json", verified / "build")
    certificate = verified / "build" / "small.json"
    for _ in range(2):
        assert run(verified, "verify").returncode == 0
        time.sleep(1.1)
    before = certificate.read_bytes()
    certificate.write_bytes(before.replace(b"Conjunction commutes", b"Anything at all"))
    assert run(verified, "verify").returncode == 0 and certificate.read_bytes() == before


def test_a_plan(verified):
    """Says what would be gathered and why, gathers nothing, and leaves the certificate alone."""
    certificate = verified / "certificates" / "small.json"
    before = certificate.read_bytes()
    done = call(verified, "verify", "--plan")
    assert (done.returncode, done.stdout) == (
        0,
        "0 of 2 parts of the evidence would be gathered; 2 are kept\n",
    )
    pack = verified / "small_pack.py"
    pack.write_text(pack.read_text().replace("the four cases", "four cases"))
    certificate.unlink()
    done = call(verified, "verify", "--plan")
    assert "1 of 2 parts" in done.stdout and "changed: the code of small_pack\n" in done.stdout
    assert "\n  claim small.proved\n" in done.stdout and not certificate.exists()
    found = json.loads(call(verified, "verify", "--plan", "--json").stdout)
    assert found["parts"] == 2 and found["gathered"][0]["part"] == "claim small.proved"
    certificate.write_bytes(before)
    done = call(verified, "verify", "--plan", "--fresh")
    assert done.returncode == 2 and "leave one out" in done.stderr


def test_two_kernels_that_disagree_end_it(verified, monkeypatch):
    """Status 3, with the declaration and both answers; the certificate and the proofs that were
    there stay.
    """
    before = {
        path: path.read_bytes() for path in (verified / "certificates").rglob("*") if path.is_file()
    }
    real = built.carry

    def carry(*arguments):
        lines, names = real(*arguments)
        return lines.replace(b'"type":', b'"type":0,"was":', 1), names

    shutil.rmtree(verified / "build" / "cache")
    monkeypatch.setattr(built, "carry", carry)
    done = call(verified, "verify")
    assert done.returncode == 3 and "the two kernels disagree on line" in done.stderr
    assert before == {
        path: path.read_bytes() for path in (verified / "certificates").rglob("*") if path.is_file()
    }


def test_the_proofs_change_with_the_library(verified):
    """A new proof gives a new file, and the old one goes; so does the last when no claim names
    a theorem any more.
    """
    (first,) = (verified / "certificates" / "proofs").iterdir()
    (verified / "Small.lean").write_text(LEAN.replace("⟨h.2, h.1⟩", "And.intro h.2 (id h.1)"))
    assert call(verified, "verify").returncode == 0
    (second,) = (verified / "certificates" / "proofs").iterdir()
    assert second.name != first.name
    (verified / "small_pack.py").write_text(
        PACK.format(theorem="", tier="none").replace(', theorem=""', "")
    )
    call(verified, "verify")
    assert not list((verified / "certificates" / "proofs").iterdir())
    assert json.loads((verified / "certificates" / "small.json").read_text())["proofs"] is None
    assert call(verified, "check", "certificates/small.json", "--proofs").returncode == 0


@pytest.mark.parametrize("theorem", ["Small.unfinished", "Small.rests"])
def test_sorry_is_shown_and_fails(project, theorem):
    """A theorem with sorry, or one that rests on it, is shown as sorry and does not reach
    silver.
    """
    write_pack(project, theorem)
    done = call(project, "verify", "--json")
    assert done.returncode == 1
    claim = json.loads((project / "certificates" / "small.json").read_text())["claims"][0]
    assert claim["proof"]["status"] == "sorry" and claim["tier"] == "bronze"


def test_a_sorry_in_an_unused_theorem_fails(verified):
    """Status 1 names it and says what to do, and the certificate stays; listed by name, it passes
    and the certificate shows it; proved, its entry is to be removed.
    """
    certificate, source, config = (
        verified / name for name in ("certificates/small.json", "Small.lean", "pyharness.toml")
    )
    before = certificate.read_bytes()
    source.write_text(
        LEAN + "\n/-- Nobody uses it. -/\ntheorem Small.idle (a : Prop) : a := sorry\n"
    )
    done = call(verified, "verify")
    assert done.returncode == 1 and certificate.read_bytes() == before
    assert "Small.lean:14: Small.idle holds a sorry" in done.stderr
    listed = 'unproved = ["Small.unfinished", "Small.idle"]'
    assert listed in done.stderr and "pyharness.toml" in done.stderr
    config.write_text(CONFIG.replace('unproved = ["Small.unfinished"]', listed))
    done = call(verified, "verify")
    assert done.returncode == 0, done.stderr
    assert " theorems, 2 sorries, 0 axioms in the whole library." in done.stdout
    library = json.loads(certificate.read_text())["lean"]["library"]
    assert [item["name"] for item in library["unproved"]] == ["Small.idle", "Small.unfinished"]
    assert call(verified, "check", "certificates/small.json", "--source", ".").returncode == 0
    source.write_text(LEAN)
    done = call(verified, "verify")
    assert done.returncode == 1 and "lists Small.idle under 'unproved'" in done.stderr


def test_an_unknown_theorem_is_an_error(project):
    """A claim that names a theorem that is not there ends with status 2 and names it."""
    write_pack(project, "Small.provd")
    done = call(project, "verify")
    assert done.returncode == 2 and "Small.provd" in done.stderr and "Small.proved" in done.stderr


def test_a_lean_error_shows_where(project):
    """A library that does not build ends with status 3 and file:line:col: message."""
    (project / "Small.lean").write_text(LEAN + "\ntheorem wrong : True := 3\n")
    done = call(project, "verify")
    assert done.returncode == 3 and "Small.lean:13:24" in done.stderr


def test_the_old_certificate_survives_a_kill(verified):
    """Kill -9 halfway leaves the certificate that was there, whole."""
    certificate = verified / "certificates" / "small.json"
    before = certificate.read_bytes()
    with start_slow_verify(verified) as process:
        process.send_signal(signal.SIGKILL)
    assert certificate.read_bytes() == before
    write_pack(verified)
    assert call(verified, "verify").returncode == 0


def test_interruption_says_that_nothing_was_lost(project):
    """Ctrl-C ends with status 130 and says that the certificate is as it was."""
    process = start_slow_verify(project)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130 and "interrupted" in errors
    assert not (project / "certificates" / "small.json").exists()


def test_an_output_folder_that_cannot_be_made_is_an_error(project):
    """Where the certificate cannot be written, the message names the path, and the status is
    2.
    """
    (project / "certificates").write_text("a file, not a folder")
    done = call(project, "verify")
    assert done.returncode == 2 and "certificates" in done.stderr
    assert (project / "certificates").read_text() == "a file, not a folder"
