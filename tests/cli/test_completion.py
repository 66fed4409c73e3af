"""What a shell completes, in the shell itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from pyharness.cli import main

ASK = """
source "$1"
COMP_WORDS=($2)
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
COMP_LINE="$2"
COMP_POINT=${#COMP_LINE}
_shtab_pyharness 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The script for bash, in a file."""
    file = tmp_path_factory.mktemp("completion") / "pyharness"
    done = subprocess.run(
        [sys.executable, "-m", "pyharness", "completion", "bash"], capture_output=True, check=True
    )
    file.write_bytes(done.stdout)
    return file


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("pyharness ver", ["verify"]),
        ("pyharness verify --dev", ["--device"]),
        ("pyharness verify --device c", ["cpu", "cuda"]),
        ("pyharness evidence rec", ["record"]),
        ("pyharness completion z", ["zsh"]),
        ("pyharness check certif", ["certificate.json"]),
    ],
)
def test_bash_offers_what_fits(script, tmp_path, line, offered):
    """Commands, options, their values and files are completed."""
    (tmp_path / "certificate.json").touch()
    done = subprocess.run(
        ["bash", "-c", ASK, "bash", script, line],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert [word.strip() for word in done.stdout.split()] == offered


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_read_their_script(shell, capsys):
    """The script names every command, and its shell reads it where it is installed."""
    assert main(["completion", shell, "--json"]) == 0
    script = json.loads(capsys.readouterr().out)["script"]
    assert "verify" in script and "completion" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)
