"""The points that a certificate's evidence carries as figures, for the interactive page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyharness.evidence.plots import Points, column_cells

__all__ = ["PointSet", "point_sets"]


@dataclass(frozen=True)
class PointSet:
    """Points and where they are from.

    Attributes:
        claim: the id of the claim whose evidence has them.
        points: what the evidence declares of them.
        rows: their coordinates, [points, d].
    """

    claim: str
    points: Points
    rows: list[list[float]]


def point_sets(certificate: Mapping[str, Any]) -> Iterator[PointSet]:
    """Yield the tables that evidence declares to be points.

    A declaration that does not fit its table is passed over; it is for the check of the certificate
    to complain of it.
    """
    for claim in certificate["claims"]:
        for evidence in claim["evidence"]:
            if "points" not in evidence or not (table := evidence["measurements"]):
                continue
            rows = [row for row in table["rows"] if len(row) == len(table["columns"])]
            cells = column_cells(table["columns"], rows)
            try:
                points = Points.from_json(evidence["points"])
                points.check(cells)
            except ValueError:
                continue
            coordinates = zip(*(cells[column] for column in points.columns), strict=True)
            yield PointSet(claim["id"], points, list(map(list, coordinates)))
