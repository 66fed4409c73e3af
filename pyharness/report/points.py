"""The points that a certificate's evidence carries as figures, for the interactive page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PointSet", "point_sets"]


@dataclass(frozen=True)
class PointSet:
    """Points and where they are from.

    Attributes:
        claim: the id of the claim whose evidence has them.
        name: that of the one tensor that they are.
        rows: their coordinates, [points, d].
    """

    claim: str
    name: str
    rows: list[list[float]]


def point_sets(certificate: Mapping[str, Any]) -> Iterator[PointSet]:
    """Yield the tables of figures that are points: of one tensor, with the columns 1, 2, …, d and a
    number in every cell.
    """
    for claim in certificate["claims"]:
        for evidence in claim["evidence"]:
            table, tensors = evidence["measurements"], evidence["tensors"]
            if not table or not table["rows"] or len(tensors) != 1:
                continue
            numbered = table["columns"] == [
                str(number) for number in range(1, len(table["columns"]) + 1)
            ]
            if numbered and all(
                type(cell) in (int, float) for row in table["rows"] for cell in row
            ):
                yield PointSet(claim["id"], tensors[0]["name"], table["rows"])
