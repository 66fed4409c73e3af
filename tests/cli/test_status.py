"""`pyharness status`: proof statuses without evidence."""

from __future__ import annotations

import json

from tests.small_project import call, write_pack


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
