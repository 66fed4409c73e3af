"""Witnesses out of a certificate: evaluated again, and nothing else that a certificate might name
is ever called.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pyharness.cli import main
from pyharness.core.errors import UsageError
from pyharness.pipeline.replay import replay

ROOT = Path(__file__).resolve().parents[2]
PACKS = ["claims.beta", "claims.rotation"]
PACK = """
from pyharness import Source, claim
from replayed_pack import predicates

@claim("never.negative", statement="x >= 0", source=Source("A paper", "Signs"), tier="refuted")
def never_negative(run):
    return []
"""


def claim(predicate, **inputs):
    """An entry of a certificate with one witness."""
    return {
        "id": "some.claim",
        "evidence": [
            {"witness": None},
            {"witness": {"predicate": predicate, "inputs": inputs, "shows": "something"}},
        ],
    }


def test_a_witness_fails_again_and_a_false_one_does_not():
    """(2, 2, 3) loses by centering; of (1, 1) nothing is left to lose."""
    (found,) = replay(claim("claims.beta:centering_lifts_beta", k=[2, 2, 3]), PACKS)
    assert found.fails
    assert "mean" in found.says
    (found,) = replay(claim("claims.beta:centering_lifts_beta", k=[1, 1]), PACKS)
    assert not found.fails


@pytest.mark.parametrize(
    "predicate",
    [
        "os:system",
        "subprocess:run",
        "claims.beta:enumerate_cases",
        "claims.beta:torch.load",
        "claims.beta:nothing",
        "builtins:exec",
        "",
        ":",
    ],
)
def test_only_functions_of_the_packs_are_called(predicate, tmp_path):
    """A forged predicate is refused before anything runs."""
    canary = tmp_path / "ran"
    with pytest.raises(UsageError, match="no claim pack of this project defines"):
        replay(claim(predicate, command=f"touch {canary}"), PACKS)
    assert not canary.exists()


def test_a_helper_module_of_a_pack_is_part_of_it(tmp_path, monkeypatch):
    """A pack may keep its predicates in a module beside it; one that it does not import is refused
    and stays unimported.
    """
    package = tmp_path / "replayed_pack"
    package.mkdir()
    predicate = 'def holds(x):\n    """x is not below zero."""\n    return x >= 0\n'
    (package / "__init__.py").touch()
    (package / "predicates.py").write_text(predicate, encoding="utf-8")
    (package / "stranger.py").write_text(predicate, encoding="utf-8")
    (package / "pack.py").write_text(PACK, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    packs = ["replayed_pack.pack"]
    (found,) = replay(claim("replayed_pack.predicates:holds", x=-1), packs)
    assert found.fails
    assert found.says == "x is not below zero."
    with pytest.raises(UsageError, match="no claim pack of this project defines"):
        replay(claim("replayed_pack.stranger:holds", x=-1), packs)
    assert "replayed_pack.stranger" not in sys.modules


def test_the_laws_of_audits_are_called():
    """They are defined in the harness, of which nothing else is called: neither another function of
    their module, nor what lies beside the pack.
    """
    packs = ["pyharness.checkpoint.claims"]
    inputs = {"code": 9, "low": -8, "high": 7}
    (found,) = replay(claim("pyharness.audit.checks:stands_in_range", **inputs), packs)
    assert found.fails and found.says.startswith("Whether a code")
    import pyharness.checkpoint.compress

    assert pyharness.checkpoint.compress.__name__ in sys.modules
    for predicate in (
        "pyharness.audit.checks:limits_of",
        "pyharness.audit.checks:level",
        "pyharness.checkpoint.compress:compress",
        "pyharness.core.json_files:write_bytes",
    ):
        with pytest.raises(UsageError, match="no claim pack of this project defines"):
            replay(claim(predicate, **inputs), packs)
    with pytest.raises(UsageError, match="no claim pack of this project defines"):
        replay(claim("pyharness.audit.checks:stands_in_range", **inputs), PACKS)


@pytest.mark.parametrize("inputs", [{}, {"k": "text"}, {"other": 1}])
def test_inputs_that_do_not_fit_are_refused(inputs):
    """The error names the predicate."""
    with pytest.raises(UsageError, match="centering_lifts_beta cannot be evaluated"):
        replay(claim("claims.beta:centering_lifts_beta", **inputs), PACKS)


def test_the_command(capsys):
    """On this project's certificate: every witness of a false claim fails again; a true claim has
    none.
    """
    assert main(["explain", "geometry.one_rotation_gap", "--replay", "--project", str(ROOT)]) == 0
    assert "the claim fails here" in capsys.readouterr().out
    assert (
        main(["explain", "clip.le_alpha_as_given", "--replay", "--json", "--project", str(ROOT)])
        == 0
    )
    assert all(one["fails"] for one in json.loads(capsys.readouterr().out))
    assert main(["explain", "geometry.gauge", "--replay", "--project", str(ROOT)]) == 2
    assert "no witness" in capsys.readouterr().err
