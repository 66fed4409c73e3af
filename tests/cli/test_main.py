"""What all commands have in common: help, exit statuses and errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from pyharness.cli import main
from tests.small_project import ROOT, call, run

EXITS = {
    "init": {0, 2, 3, 130},
    "verify": {0, 1, 2, 3, 4, 130},
    "audit": {0, 1, 2, 3, 4, 130},
    "status": {0, 1, 2, 3, 4, 130},
    "pin": {0, 2, 3, 4, 130},
    "explain": {0, 1, 2, 4, 130},
    "report": {0, 2, 130},
    "check": {0, 1, 2, 3, 4, 130},
    "sign": {0, 1, 2, 130},
    "diff": {0, 1, 2, 130},
    "gate": {0, 1, 2, 130},
    "evidence record": {0, 1, 2, 3, 4, 130},
    "comparator": {0, 2, 130},
    "doctor": {0, 1, 2, 3, 4, 130},
    "completion": {0, 2, 130},
}
"""The statuses with which each command can end."""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere.json"], "nowhere.json"),
        (["verify", "--project", "nowhere"], "pyharness.toml"),
        (["check", "small_pack.py"], "small_pack.py"),
        (["explain", "small.proved"], "pyharness verify"),
    ],
)
def test_bad_usage_ends_with_two(project, arguments, words):
    """What cannot be used is named, with status 2, as JSON too."""
    done = call(project, *arguments)
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
    assert words in json.loads(call(project, *arguments, "--json").stdout)["message"]


@pytest.mark.parametrize("command", EXITS)
def test_help_has_examples_and_the_command_s_own_exit_statuses(command, capsys):
    """It shows how the command is used and what each status means with which that can end."""
    with pytest.raises(SystemExit, match="0"):
        main([*command.split(), "--help"])
    shown = capsys.readouterr().out
    assert f"\n  pyharness {command}" in shown
    table = shown.partition("exit status:\n")[2].splitlines()
    assert {int(line[:6]) for line in table if line[2] != " "} == EXITS[command]
    assert all(len(line) < 80 for line in table)


@pytest.mark.parametrize("command", EXITS)
def test_help_fits_a_narrow_terminal(command, capsys, monkeypatch):
    """In 60 columns no line is longer, choices of an option aside, and examples are broken as a
    shell takes them.
    """
    shown = {}
    for columns in ("60", "1000"):
        monkeypatch.setenv("COLUMNS", columns)
        with pytest.raises(SystemExit, match="0"):
            main([*command.split(), "--help"])
        shown[columns] = capsys.readouterr().out
    assert all(len(line) <= 60 for line in shown["60"].splitlines() if "{" not in line)
    examples = [text.partition("examples:\n")[2].partition("\n\n")[0] for text in shown.values()]
    assert examples[0].replace(" \\\n     ", "") == examples[1]


def test_help_lists_every_command(tmp_path):
    """The executable's own help, in a process of its own."""
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    assert all(re.search(rf"^    {command.split()[0]}\b", done.stdout, re.M) for command in EXITS)


def test_help_loads_nothing_that_is_slow_to_load():
    """Only a command that runs imports what it needs."""
    code = (
        "import sys\n"
        "from pyharness.cli import main\n"
        "try:\n    main(['verify', '--help'])\nexcept SystemExit:\n    pass\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'torch', 'numpy', 'rich', 'jsonschema', 'jinja2', 'hypothesis'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "command",
    [
        "explain small.proved",
        "check CERTIFICATE --source . --proofs",
        "diff CERTIFICATE CERTIFICATE",
        "gate CERTIFICATE",
        "report CERTIFICATE -o report.md",
    ],
)
def test_what_reads_a_certificate_loads_no_torch(verified, command):
    """That would take longer than all else it does."""
    arguments = command.replace("CERTIFICATE", "certificates/small.json").split()
    code = (
        "import sys\nfrom pyharness.cli import main\n"
        f"status = main({arguments})\nprint(status, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=verified,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "0 False"
