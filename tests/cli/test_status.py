"""`pyharness status`: proof statuses without evidence."""

from __future__ import annotations

import json

from tests.small_project import CONFIG, call, write_pack


def test_status_reads_lean_alone(project):
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
    assert "1 theorem is not proved: small.proved (sorry)" in done.stderr


def test_status_says_why_there_is_no_theorem(project):
    """In the place of a remark on the proof."""
    pack = project / "small_pack.py"
    pack.write_text(pack.read_text().replace('tier="none"', 'no_theorem="a figure", tier="none"'))
    rows = json.loads(call(project, "status", "--json").stdout)["claims"]
    assert [row["note"] for row in rows] == ["", "a figure"]


def test_status_shows_the_whole_library(project):
    """What is unproved is counted and named; what the project does not list ends with status 1."""
    shown = call(project, "status")
    assert shown.returncode == 0
    assert (
        "1 sorry, 0 axioms in the whole library. Unproved: Small.unfinished (sorry)."
        in shown.stdout
    )
    (project / "pyharness.toml").write_text(CONFIG.partition("unproved")[0])
    done = call(project, "status", "--json")
    assert done.returncode == 1 and "Small.lean:8: Small.unfinished holds a sorry" in done.stderr
    assert json.loads(done.stdout)["library"]["sorries"] == 1
