"""Writes the configuration with which leanprover/comparator, or `lake comparator` of Lean 4.35 and
newer, judges some theorems.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyharness.core.errors import UsageError
from pyharness.proofs.names import parse_name, quote_name

__all__ = ["comparator_config"]


def comparator_config(
    challenge: str, solution: str, theorems: Iterable[str], permitted_axioms: Iterable[str]
) -> dict[str, Any]:
    """Return the configuration, to be written as JSON.

    What it asks for: that each theorem states in the solution what it states in the challenge, that
    it rests there on no other axioms, and that Lean's kernel accepts it.

    Args:
        challenge: the module that states the theorems, with `sorry` for their proofs.
        solution: the module that proves them.
        theorems: their full names.
        permitted_axioms: the axioms on which they may rest.

    Raises:
        UsageError: if a name is none, no theorem is named, or the two modules are the same.

    Example:
        >>> comparator_config("Challenge", "Solution", ["Demo.bound"], ["propext"])["theorem_names"]
        ['Demo.bound']
    """
    config = {
        "challenge_module": _quoted("module", challenge),
        "solution_module": _quoted("module", solution),
        "theorem_names": [_quoted("theorem", name) for name in theorems],
        "permitted_axioms": [_quoted("axiom", name) for name in permitted_axioms],
    }
    if not config["theorem_names"]:
        raise UsageError("no theorem is named, so comparator would have nothing to judge")
    if config["challenge_module"] == config["solution_module"]:
        raise UsageError(
            f"{challenge} is both the challenge and the solution, and would agree with itself; state "
            "the theorems in a module of their own, with `sorry` for the proofs"
        )
    return config


def _quoted(what: str, text: str) -> str:
    # Comparator reads a name that it does not understand as the empty one.
    name = parse_name(text)
    if name is None:
        raise UsageError(f"{text!r} is no name of a Lean {what}")
    return quote_name(name)
