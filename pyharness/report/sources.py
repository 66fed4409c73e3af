"""Tells the names of a certificate's two sources of proofs apart, where it has two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["told_apart"]


def told_apart(certificate: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a certificate in which each name of the outside proofs says so, for pages that show
    names of both sources; one that has a single source, as it is.

    It is for reading alone, and no longer what its digest is of.
    """
    outside = certificate.get("outside")
    if outside is None:
        return certificate
    definitions = [
        {**item, "name": _name(item["name"]), "uses": _names(item["uses"])}
        for item in outside["lean"]["definitions"]
    ]
    return {
        **certificate,
        "outside": {**outside, "lean": {**outside["lean"], "definitions": definitions}},
        "claims": [
            _claim(claim) if "source" in claim["proof"] else claim
            for claim in certificate["claims"]
        ],
    }


def _claim(claim: Mapping[str, Any]) -> Mapping[str, Any]:
    proof = claim["proof"]
    return {
        **claim,
        "proof": {
            **proof,
            "theorem": proof["theorem"] and _name(proof["theorem"]),
            "definitions": _names(proof["definitions"]),
            "rests_on": _names(proof["rests_on"]),
        },
        "evidence": [
            {**piece, "definition": piece["definition"] and _name(piece["definition"])}
            for piece in claim["evidence"]
        ],
    }


def _name(name: str) -> str:
    # No name in Lean has a space, unless in « ».
    return f"outside: {name}"


def _names(names: Sequence[str]) -> list[str]:
    return [*map(_name, names)]
