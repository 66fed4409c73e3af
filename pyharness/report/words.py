"""Where a claim stands, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["in_short", "why_false"]


def in_short(claim: Mapping[str, Any]) -> str:
    """Say in a sentence where a claim stands."""
    status, verdict = claim["proof"]["status"], claim["verdict"]
    evidence = {
        "confirmed": "the evidence confirms it",
        "refuted": "a witness shows that it is false",
        "inconclusive": "no evidence decides it",
    }[verdict]
    if claim["conflict"]:
        return f"In conflict: {claim['conflict']}"
    if claim["tier"] == "refuted":
        negated = "its negation is proved" if status == "refuted" else ""
        return (
            "False: "
            + " and ".join(filter(None, (negated, evidence if verdict == "refuted" else "")))
            + "."
        )
    proof = {
        "proved": "Proved",
        "sorry": "Its proof is unfinished",
        "axiom": "Assumed, not proved",
        "stub": "Its theorem says nothing",
        "open": "Not proved",
        "refuted": "Its negation is proved",
    }[status]
    return f"{proof}; {evidence}."


def why_false(claim: Mapping[str, Any]) -> str:
    """Say in words what shows that a refuted claim is false; empty where only the proof of its
    negation does.
    """
    return next(
        (evidence["witness"]["shows"] for evidence in claim["evidence"] if evidence["witness"]), ""
    )
