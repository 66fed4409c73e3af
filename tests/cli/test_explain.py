"""`pyharness explain`: one claim."""

from __future__ import annotations

import json

from tests.small_project import call


def test_explain_shows_one_claim(verified):
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
