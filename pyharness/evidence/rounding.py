"""How far rounding may move a figure from one device to another, and whether two pieces of evidence
agree within that.

A sum of n terms, taken in any order, is off by at most γₙ = n·u / (1 − n·u) times the sum of the
magnitudes, with the unit roundoff u, half the distance from 1 to the next number (Higham, Accuracy
and Stability of Numerical Algorithms, 2002, section 3.1). Two devices take it in different orders,
so their results lie at most twice that apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = ["FIGURES", "FLOAT32", "FLOAT64", "SIGNIFICANT", "disagreement", "gamma", "significant"]

SIGNIFICANT = 6
"""Significant figures of what is reported: what float64 sums in any order agree on, with room to
spare."""


FLOAT32, FLOAT64 = 2.0**-24, 2.0**-53
"""Unit roundoffs."""


def significant(value: float) -> float:
    """Return a figure as it is reported: what of it means something, wherever it is computed."""
    return float(f"{value:.{SIGNIFICANT}g}")


def gamma(terms: int, unit: float = FLOAT64) -> float:
    """Return γₙ for sums of so many terms: how far one is off at most, in units of the sum of the
    magnitudes.

    Raises:
        ValueError: if there are so many terms that there is no bound.
    """
    if terms * unit >= 1:
        raise ValueError(
            f"there is no bound on the error of sums of {terms} terms with the unit roundoff {unit}"
        )
    return terms * unit / (1 - terms * unit)


FIGURES = 16 * gamma(2**25)
"""How far apart two devices may put a figure x, in units of max(1, |x|), where evidence does not
say otherwise.

Figures are made of at most eight float64 sums of at most 2^25 terms each. Where cancellation makes
more of the rounding, the evidence says so.
"""


def disagreement(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str | None:
    """Return how two pieces of evidence on one domain and on equal tensors contradict each other;
    None if they do not.

    Counts, outcomes and witnesses must be equal. A largest error may differ by the tolerance, a
    figure by our `rounding` times max(1, |x|) and one unit of its last digit.

    Args:
        ours: as `Evidence.as_json` gives it, or as a file holds it.
        theirs: the same.
    """
    for name in ("cases", "violations", "outcome", "tolerance"):
        if ours[name] != theirs[name]:
            return f"{name}: {ours[name]} here, {theirs[name]} there"
    witnesses = [
        witness and (witness["predicate"], witness["inputs"])
        for witness in (ours["witness"], theirs["witness"])
    ]
    if witnesses[0] != witnesses[1]:
        return f"witness: {witnesses[0]} here, {witnesses[1]} there"
    if (ours["max_error"] is None) != (theirs["max_error"] is None):
        return f"largest error: {ours['max_error']} here, {theirs['max_error']} there"
    if (
        ours["max_error"] is not None
        and abs(ours["max_error"] - theirs["max_error"]) > ours["tolerance"]
    ):
        return f"largest error: {ours['max_error']} here, {theirs['max_error']} there, allowed {ours['tolerance']}"
    tables = [piece["measurements"] or {"columns": [], "rows": []} for piece in (ours, theirs)]
    shapes = [(table["columns"], len(table["rows"])) for table in tables]
    if shapes[0] != shapes[1]:
        return f"figures: {shapes[0][1]} rows of {shapes[0][0]} here, {shapes[1][1]} of {shapes[1][0]} there"
    for number, rows in enumerate(zip(*(table["rows"] for table in tables), strict=True), 1):
        for column, here, there in zip(tables[0]["columns"], *rows, strict=False):
            if not _same(here, there, ours["rounding"]):
                return f"row {number}, {column}: {here} here, {there} there"
    return None


def _same(here: Any, there: Any, rounding: float) -> bool:
    numbers = [
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in (here, there)
    ]
    if not all(numbers):
        return type(here) is type(there) and here == there
    largest = max(abs(here), abs(there))
    last_digit = 10.0 ** (math.floor(math.log10(largest)) - SIGNIFICANT + 1) if largest else 0.0
    # The share that is added is what the digits' own representation in binary may be off.
    return bool(abs(here - there) <= (rounding * max(1.0, largest) + last_digit) * (1 + 1e-9))
