"""Why a claim has no theorem: the reasons that several claims share."""

from __future__ import annotations

__all__ = ["DENSITY", "MEASURED", "ROTATIONS", "false_as_a_law"]

MEASURED = "a measurement of the models at hand, of which nothing general is stated"

DENSITY = "expectations under a density are integrals, which the library does not define"

ROTATIONS = "a mean over all rotations is an integral, which the library does not define"


def false_as_a_law(claim: str) -> str:
    """Say that a claim is a measurement, and which other one has it as a law, which is false."""
    return f"a measurement of the models at hand; as a law it is false, see {claim}"
