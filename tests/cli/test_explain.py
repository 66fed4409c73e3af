"""`pyharness explain`: one claim."""

from __future__ import annotations

import json

from pyharness.certificate.canonical import file_bytes
from tests import certificate_samples as samples
from tests.small_project import call


def test_a_statement(files):
    """As text and as JSON; a witness is of one of its readings."""
    certificate = samples.sealed(samples.read_records())
    (files / "read.json").write_bytes(file_bytes(certificate))
    words = ("relu.lost", "--certificate", "read.json")
    done = call(files, "explain", *words)
    assert done.returncode == 0 and "relu.lost.all: tier refuted" in done.stdout
    assert json.loads(call(files, "explain", *words, "--json").stdout)["verdict"] == "depends"
    done = call(files, "explain", *words, "--replay")
    assert done.returncode == 2 and "of one of them: relu.lost.some, relu.lost.all" in done.stderr


def test_a_certificate_in_a_project_without_claims(files):
    """It is shown all the same."""
    (files / "pyharness.toml").write_text(
        'name = "a"\nallowed-axioms = []\ncertificate = "c.json"\nseed = 0\n'
        '[proofs]\nexport = "x.ndjson"\n'
    )
    done = call(files, "explain", "relu.open", "--certificate", "old.json")
    assert done.returncode == 0, done.stderr


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
