"""The command line on small real projects: what it prints, what it writes and with which status it
ends.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from pyharness.certificate.canonical import digest, file_bytes
from pyharness.pipeline import verify
from pyharness.proofs import library
from tests.small_project import LEAN, PACK, ROOT, call, run, write, write_pack

SLOW_PACK = """\
import time
from pyharness.project.pack import Source, claim
@claim("slow", statement="s", source=Source("d", "h"), tier="none")
def slow(run):
    print("gathering", flush=True)
    time.sleep(60)
    return []
"""


@pytest.fixture
def project(built_project, tmp_path):
    """A project whose library is built."""
    return shutil.copytree(built_project, tmp_path / "project")


@pytest.fixture
def verified(verified_project, tmp_path):
    """A project that is pinned and verified."""
    return shutil.copytree(verified_project, tmp_path / "project")


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
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout.readline() == "gathering\n"
    return process


class TestVerify:
    def test_writes_a_certificate_that_checks(self, tmp_path):
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

    def test_two_kernels_that_disagree_end_it(self, verified, monkeypatch):
        """Status 3, with the declaration and both answers; the certificate and the proofs that were
        there stay.
        """
        before = {
            path: path.read_bytes()
            for path in (verified / "certificates").rglob("*")
            if path.is_file()
        }
        real = verify.carry

        def carry(*arguments):
            lines, names = real(*arguments)
            return lines.replace(b'"type":', b'"type":0,"was":', 1), names

        shutil.rmtree(verified / "build" / "cache")
        monkeypatch.setattr(verify, "carry", carry)
        done = call(verified, "verify")
        assert done.returncode == 3 and "the two kernels disagree on line" in done.stderr
        assert before == {
            path: path.read_bytes()
            for path in (verified / "certificates").rglob("*")
            if path.is_file()
        }

    def test_the_proofs_change_with_the_library(self, verified):
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
    def test_sorry_is_shown_and_fails(self, project, theorem):
        """A theorem with sorry, or one that rests on it, is shown as sorry and does not reach
        silver.
        """
        write_pack(project, theorem)
        done = call(project, "verify", "--json")
        assert done.returncode == 1
        claim = json.loads((project / "certificates" / "small.json").read_text())["claims"][0]
        assert claim["proof"]["status"] == "sorry" and claim["tier"] == "bronze"

    def test_an_unknown_theorem_is_an_error(self, project):
        """A claim that names a theorem that is not there ends with status 2 and names it."""
        write_pack(project, "Small.provd")
        done = call(project, "verify")
        assert (
            done.returncode == 2 and "Small.provd" in done.stderr and "Small.proved" in done.stderr
        )

    def test_a_lean_error_shows_where(self, project):
        """A library that does not build ends with status 3 and file:line:col: message."""
        (project / "Small.lean").write_text(LEAN + "\ntheorem wrong : True := 3\n")
        done = call(project, "verify")
        assert done.returncode == 3 and "Small.lean:13:24" in done.stderr

    def test_the_old_certificate_survives_a_kill(self, verified):
        """Kill -9 halfway leaves the certificate that was there, whole."""
        certificate = verified / "certificates" / "small.json"
        before = certificate.read_bytes()
        with start_slow_verify(verified) as process:
            process.send_signal(signal.SIGKILL)
        assert certificate.read_bytes() == before
        write_pack(verified)
        assert call(verified, "verify").returncode == 0

    def test_interruption_says_that_nothing_was_lost(self, project):
        """Ctrl-C ends with status 130 and says that the certificate is as it was."""
        process = start_slow_verify(project)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130 and "interrupted" in errors
        assert not (project / "certificates" / "small.json").exists()

    def test_an_output_folder_that_cannot_be_made_is_an_error(self, project):
        """Where the certificate cannot be written, the message names the path, and the status is
        2.
        """
        (project / "certificates").write_text("a file, not a folder")
        done = call(project, "verify")
        assert done.returncode == 2 and "certificates" in done.stderr
        assert (project / "certificates").read_text() == "a file, not a folder"


class TestPin:
    def test_a_statement_that_is_not_pinned_is_not_silver(self, project):
        """Without pins a proved claim stays bronze, and verify says what to do."""
        assert call(project, "verify").returncode == 1
        assert "pyharness pin" in call(project, "explain", "small.proved").stdout

    def test_a_changed_statement_fails_until_it_is_pinned(self, project):
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
        assert (
            len(changes) == 1 and "b ∧ a" in changes[0]["was"] and "b ∧ a" not in changes[0]["now"]
        )
        assert "stub" in call(project, "status").stdout

    def test_a_changed_foundation_fails(self, verified, tmp_path, monkeypatch):
        """The foundation's files are pinned as they are."""
        shutil.copytree(ROOT / "LeanMining", tmp_path / "LeanMining")
        path = tmp_path / "LeanMining" / "Foundation" / "Acceleration.lean"
        path.write_text(path.read_text() + "-- another line\n")
        monkeypatch.setattr(library, "folder", lambda: tmp_path)
        done = call(verified, "status")
        assert done.returncode == 1 and "Foundation/Acceleration.lean" in done.stderr

    def test_a_project_brings_no_foundation_of_its_own(self, project):
        """A file in the place of one of the library's is refused, unless it is the same."""
        path = project / "LeanMining" / "Foundation" / "Acceleration.lean"
        path.parent.mkdir(parents=True)
        shutil.copy(ROOT / "LeanMining" / "Foundation" / "Acceleration.lean", path)
        assert call(project, "status").returncode == 0
        path.write_text(path.read_text() + "-- another line\n")
        done = call(project, "status")
        assert done.returncode == 3 and "comes with the library LeanMining" in done.stderr

    def test_pins_that_cannot_be_read_are_an_error(self, verified):
        """A file that pin did not write is named, and left as it is."""
        path = verified / "certificates" / "statements.lock.json"
        path.write_text('{"version": 1}')
        for command in ("status", "pin"):
            done = call(verified, command)
            assert done.returncode == 2 and "statements.lock.json" in done.stderr
        assert path.read_text() == '{"version": 1}'


class TestOtherCommands:
    def test_status_reads_lean_alone(self, project):
        """Statuses come without evidence; an unfinished proof ends with status 1."""
        done = call(project, "status", "--json")
        assert done.returncode == 0
        assert [(row["id"], row["status"]) for row in json.loads(done.stdout)["claims"]] == [
            ("small.proved", "proved"),
            ("small.open", "open"),
        ]
        write_pack(project, "Small.rests")
        done = call(project, "status")
        assert done.returncode == 1 and "sorry" in done.stdout

    def test_explain_shows_one_claim(self, verified):
        """The statement, the theorem as Lean prints it, its place and the evidence; an unknown
        claim is an error.
        """
        done = call(verified, "explain", "small.proved")
        assert done.returncode == 0
        assert (
            "Conjunction commutes." in done.stdout
            and "b ∧ a" in done.stdout
            and "Small.lean:5" in done.stdout
        )
        assert (
            json.loads(call(verified, "explain", "small.proved", "--json").stdout)["id"]
            == "small.proved"
        )
        assert "small.proved" in call(verified, "explain", "small.prooved").stderr

    def test_check_refuses_a_changed_byte(self, verified):
        """A certificate that was changed after sealing ends with status 1 and the reason."""
        path = verified / "certificates" / "small.json"
        path.write_text(path.read_text().replace("Conjunction commutes.", "Conjunction commuted."))
        done = call(verified, "check", str(path))
        assert done.returncode == 1 and "digest" in done.stdout

    def test_check_can_run_all_again(self, verified):
        """A certificate that is as a new run gives it checks; one that someone sealed with another
        count does not.
        """
        path = verified / "certificates" / "small.json"
        assert call(verified, "check", str(path), "--source", ".", "--rerun").returncode == 0
        certificate = json.loads(path.read_text())
        certificate["claims"][0]["evidence"][0]["cases"] = 8
        certificate["digest"] = digest(certificate)
        path.write_bytes(file_bytes(certificate))
        assert call(verified, "check", str(path)).returncode == 0
        done = call(verified, "check", str(path), "--rerun")
        assert (
            done.returncode == 1
            and "8 cases, now confirmed with 0 violations in 4 cases" in done.stdout
        )

    @pytest.mark.parametrize(
        "arguments, words",
        [
            (["check", "nowhere.json"], "nowhere.json"),
            (["verify", "--project", "nowhere"], "pyharness.toml"),
            (["check", "small_pack.py"], "small_pack.py"),
            (["explain", "small.proved"], "pyharness verify"),
        ],
    )
    def test_bad_usage_ends_with_two(self, project, arguments, words):
        """What cannot be used is named, with status 2, as JSON too."""
        done = call(project, *arguments)
        assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
        assert words in json.loads(call(project, *arguments, "--json").stdout)["message"]

    def test_doctor_finds_lean_and_the_models(self, project):
        """Everything that a verify needs is there, with its versions."""
        done = call(project, "doctor", "--json")
        assert done.returncode == 0
        found = {item["what"]: item for item in json.loads(done.stdout)["findings"]}
        assert "4.35.0" in found["Lean"]["found"] and "minilm" in found["models"]["found"]

    @pytest.mark.parametrize("command", ["verify", "status", "pin", "explain", "check", "doctor"])
    def test_help_has_examples(self, project, command):
        """Each command's help shows how it is used and what its exit status means."""
        done = run(project, command, "--help")
        assert (
            done.returncode == 0
            and f"pyharness {command}" in done.stdout
            and "exit status" in done.stdout
        )
