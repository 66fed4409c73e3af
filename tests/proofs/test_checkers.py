"""Programs that check an export, called as a project names them. The real ones here are Lean's
kernel and the second kernel; scripts stand in for others.
"""

from __future__ import annotations

import json
import sys

import pytest

from pyharness.core.cache import Cache
from pyharness.core.errors import EXIT_LEAN, EXIT_USAGE, UsageError
from pyharness.core.progress import quiet
from pyharness.kernel.files import read_file
from pyharness.proofs.checkers import CheckerRefused, check_by
from tests.kernel_exports import basics

SHA = "0" * 64


@pytest.fixture
def file(tmp_path):
    """An export with a true theorem and an axiom."""
    made = basics()
    made.declare("axiom", "given", "False")
    made.declare("thm", "sure", "True", "True.intro")
    path = tmp_path / "proofs.ndjson"
    path.write_bytes(b"\n".join(made.lines) + b"\n")
    return path


@pytest.fixture
def ask(tmp_path, file):
    """Has checkers check the file."""

    def check(*commands, lines=SHA, **options):
        given = {"folder": tmp_path, "axioms": ["given"], "progress": quiet}
        given |= {"cache": Cache(tmp_path / "cache"), **options}
        return check_by(commands, file, lines, **given)

    return check


@pytest.fixture
def program(tmp_path):
    """Writes a program that notes how it is called."""

    def write(text, name="checker"):
        path = tmp_path / name
        path.write_text(f"#!{sys.executable}\nimport json, sys\n{text}\n")
        path.chmod(0o755)
        return path

    return write


NOTES = """\
if sys.argv[1:] == ["--version"]:
    print("checker 1.2")
    sys.exit()
open("calls", "a").write(json.dumps(sys.argv[1:]) + "\\n")
sys.exit({})
"""


class TestPrograms:
    def test_it_is_called_with_the_file(self, ask, program, tmp_path, file):
        """In the project's folder; name, version and digest of the program are known."""
        program(NOTES.format(0))
        (found,) = ask("./checker --from-export '$IN' -j 2")
        assert (found.name, found.version, found.outcome) == ("checker", "checker 1.2", "accepted")
        assert found.title == "checker checker 1.2" and len(found.sha256) == 64
        assert json.loads((tmp_path / "calls").read_text()) == [
            "--from-export",
            str(file),
            "-j",
            "2",
        ]

    def test_settings_for_nanoda(self, ask, program, tmp_path, file):
        """A file of settings names the file and the axioms that it may declare."""
        program("print(open(sys.argv[1]).read(), file=open('config', 'w'))")
        ask("./checker $CONFIG")
        config = json.loads((tmp_path / "config").read_text())
        assert config["export_file_path"] == str(file) and config["permitted_axioms"] == ["given"]

    def test_an_answer_is_kept(self, ask, program, tmp_path):
        """For the same lines, program and command; a changed program is asked again."""
        program(NOTES.format(0))
        calls = tmp_path / "calls"
        for _ in range(2):
            ask("./checker $IN")
        assert calls.read_text().count("\n") == 1
        ask("./checker $IN", lines="1" * 64)
        ask("./checker $IN --more")
        program(NOTES.format(0) + "# changed\n")
        ask("./checker $IN")
        assert calls.read_text().count("\n") == 4

    def test_declining_is_no_acceptance(self, ask, program):
        """Status 2 says nothing of the proofs."""
        program("sys.exit(2 if len(sys.argv) > 1 else 0)")
        assert ask("./checker $IN")[0].outcome == "declined"

    @pytest.mark.parametrize(
        ("status", "words"), [(1, "refuses the proofs"), (3, "ended with status 3"), (-9, "-9")]
    )
    def test_another_status_is_an_error(self, ask, program, status, words):
        """With what the program said; and it is not kept."""
        end = f"sys.exit({status})" if status > 0 else "import os; os.kill(os.getpid(), 9)"
        program(f"print('theorem sure: no', flush=True)\n{end}")
        for _ in range(2):
            with pytest.raises(CheckerRefused, match=words) as error:
                ask("./checker $IN")
            assert error.value.exit_code == EXIT_LEAN and "theorem sure: no" in str(error.value)

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("no-such-program $IN", "there is no program 'no-such-program'"),
            ("./checker", "does not say where the file of the proofs goes"),
            ("./checker --file proofs.ndjson", "leanchecker --from-export"),
        ],
    )
    def test_bad_commands(self, ask, program, command, words):
        """Each says what to do."""
        program(NOTES.format(0))
        with pytest.raises(UsageError, match=words) as error:
            ask(command)
        assert error.value.exit_code == EXIT_USAGE


class TestReal:
    def test_leans_kernel(self, ask, file):
        """`lean` is the kernel of the Lean that comes with the harness."""
        (found,) = ask("lean")
        assert found.title == "Lean 4.35.0" and found.outcome == "accepted"
        made = basics()
        made.declare("thm", "wrong", "False", "True.intro")
        file.write_bytes(b"\n".join(made.lines) + b"\n")
        with pytest.raises(CheckerRefused, match="wrong"):
            ask("lean", lines="1" * 64)

    def test_the_second_kernel_is_such_a_program(self, ask, file):
        """Its exit statuses are the Arena's."""
        command = f"{sys.executable} -m pyharness.kernel $IN"
        assert ask(command)[0].outcome == "accepted"
        file.write_bytes(read_file(file).replace(b"True.intro", b"True.outro"))
        assert ask(f"{command} --steps 1", lines="1" * 64)[0].outcome == "declined"
