"""What reports say of a certificate in words: what it is about, and where a claim stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["in_short", "of_several_readings", "title", "why_false"]


def title(certificate: Mapping[str, Any]) -> str:
    """Return what a certificate is about: a project, or the checkpoint that was audited."""
    name: str = certificate["project"]["name"]
    audited = {claim["instance"] for claim in certificate["claims"] if "instance" in claim}
    return f"{', '.join(sorted(audited))}, audited with {name}" if audited else name


def of_several_readings(certificate: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the statements of which the certificate has several readings. One about a checkpoint
    has only those that speak of any tensor, which alone do not say how the statement stands.
    """
    return [item for item in certificate.get("statements", ()) if len(item["readings"]) > 1]


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
