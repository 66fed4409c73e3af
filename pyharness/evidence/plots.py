"""How a table of figures is shown: declared beside the figures, kept in the certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any, Literal, Self, get_args

__all__ = ["MOST_SERIES", "Mark", "Plot", "PlotKind", "Points", "column_cells"]

PlotKind = Literal["lines", "points", "categories", "rows"]

MOST_SERIES = 6
"""Series that one plot tells apart by the shape of their marks."""

_STEPS = (0.01, 3.8)
"""The least and the greatest step that the page of points draws, rounded inwards."""


def column_cells(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    """Return the cells of each column of a table, whose rows are all as long as `columns`; of two
    columns with one name, those of the first.
    """
    cells: dict[str, list[Any]] = {}
    for number, column in enumerate(columns):
        cells.setdefault(column, [row[number] for row in rows])
    return cells


@dataclass(frozen=True)
class Plot:
    """One plot of a table of figures, by the names of the table's columns.

    Each kind reads the table in its own way:

    - `lines`: the columns `y` over the numbers in the column `x`, joined by lines.
    - `points`: the same, not joined.
    - `categories`: the columns `y`, each row at a place of its own, which the columns `by` name.
    - `rows`: a line a row, which the columns `by` name: its cells in `y` over the numbers `at`.

    Attributes:
        kind: how the table is read.
        title: what the plot shows.
        y: the columns of figures; at least one.
        x: the column of abscissae, of lines and points.
        by: of lines and points, the columns whose cells divide the rows into series; else those
            that name a row.
        at: of `rows`, the abscissa of each column of `y`.
        labels: of points, the column that says what each is called; empty for none.
        spans: columns of `y` with the columns that say how far their figures may be off: one that
            holds the margin on either side, or two that hold the low and the high end.
        x_label: the name of the horizontal axis; empty for `x`, or for the first of `by`.
        y_label: that of the vertical axis; empty for `y` where it is one column.

    Raises:
        ValueError: if the kind does not exist or does not use what is given, or something is
            missing.
    """

    kind: PlotKind
    title: str
    y: Sequence[str]
    x: str = ""
    by: Sequence[str] = ()
    at: Sequence[float] = ()
    labels: str = ""
    spans: Mapping[str, Sequence[str]] = field(default_factory=dict)
    x_label: str = ""
    y_label: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(PlotKind):
            raise ValueError(
                f"plot {self.title!r}: the kind must be one of {', '.join(get_args(PlotKind))}, "
                f"not {self.kind!r}"
            )
        for name in ("y", "by", "at"):
            if isinstance(getattr(self, name), str):
                raise ValueError(
                    f"plot {self.title!r}: {name} must be a sequence, not the text "
                    f"{getattr(self, name)!r}; write ({getattr(self, name)!r},)"
                )
        for column, ends in self.spans.items():
            if isinstance(ends, str) or len(ends) not in (1, 2):
                raise ValueError(
                    f"plot {self.title!r}: the span of {column!r} must be a sequence of one column "
                    f"or two, not {ends!r}"
                )
            if column not in self.y:
                raise ValueError(f"plot {self.title!r}: {column!r} has a span, but is not in y")
        if not self.title:
            raise ValueError(f"a plot of {', '.join(self.y)} has no title")
        self._uses_its_fields()

    def _uses_its_fields(self) -> None:
        over_numbers = self.kind in ("lines", "points")
        needed = ["y", "x"] if over_numbers else ["y", "by"]
        unused = [] if over_numbers else ["x"]
        if self.kind == "rows":
            needed += ["at", "x_label"]
            unused.append("spans")
        else:
            unused.append("at")
        if self.kind != "points":
            unused.append("labels")
        if missing := [name for name in needed if not getattr(self, name)]:
            raise ValueError(
                f"plot {self.title!r}: a plot of the kind {self.kind} needs {' and '.join(missing)}"
            )
        if given := [name for name in unused if getattr(self, name)]:
            raise ValueError(
                f"plot {self.title!r}: a plot of the kind {self.kind} has no {' and no '.join(given)}"
            )
        if self.kind == "rows" and len(self.at) != len(self.y):
            raise ValueError(
                f"plot {self.title!r}: at holds {len(self.at)} numbers for {len(self.y)} columns"
            )

    def check(self, cells: Mapping[str, Sequence[Any]]) -> None:
        """Check that the plot can be drawn from a table's cells, given by column.

        Raises:
            ValueError: if a column is missing or holds no numbers, or the series are too many.
        """
        about = f"plot {self.title!r}"
        spans = chain.from_iterable(self.spans.values())
        numeric = [*self.y, *spans, *([self.x] if self.x else [])]
        _check_columns(about, [*numeric, *self.by, *([self.labels] if self.labels else [])], cells)
        for column in numeric:
            _check_numbers(about, column, cells[column])
        if self.kind in ("categories", "points"):
            groups = 1
            if self.kind == "points":
                names = (map(repr, cells[column]) for column in self.by)
                groups = len(set(zip(*names, strict=True))) or 1
            if (series := groups * len(self.y)) > MOST_SERIES:
                raise ValueError(
                    f"{about}: {series} series are more than the {MOST_SERIES} that can be told "
                    "apart; declare several plots"
                )

    def as_json(self) -> dict[str, Any]:
        """Return what a certificate holds of it."""
        spans = [{"column": column, "ends": ends} for column, ends in self.spans.items()]
        return asdict(self) | {"spans": spans}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the plot of which `as_json` gives this; sequences come back as tuples.

        Raises:
            KeyError, TypeError, ValueError: if there is none.
        """
        spans = {span["column"]: tuple(span["ends"]) for span in data["spans"]}
        sequences = {name: tuple(data[name]) for name in ("y", "by", "at")}
        return cls(**{**data, **sequences, "spans": spans})


@dataclass(frozen=True)
class Mark:
    """What a claim says of points that are rounded to the multiples of a step.

    Attributes:
        claim: the claim's id.
        text: what it says, as a sentence without its full stop.
        step: the step of which it speaks, from 0.01 to 3.8, to be marked on the curves; None for
            no single one.
        label: what the mark is called; empty exactly if there is no step.

    Raises:
        ValueError: if the claim or the text is missing, the step cannot be drawn, or step and label
            do not go together.
    """

    claim: str
    text: str
    step: float | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if not (self.claim and self.text):
            raise ValueError(
                f"a mark needs a claim and a text, not {self.claim!r} and {self.text!r}"
            )
        if self.step is not None and not _STEPS[0] <= self.step <= _STEPS[1]:
            raise ValueError(
                f"the mark of {self.claim}: the step must be from {_STEPS[0]} to {_STEPS[1]}, "
                f"not {self.step}"
            )
        if (self.step is None) != (not self.label):
            raise ValueError(f"the mark of {self.claim}: step and label go together")


@dataclass(frozen=True)
class Points:
    """Says that the rows of a table are points, for the page on which a reader rounds them.

    Attributes:
        groups: a legend and a name for each choice that leads to these points, the widest choice
            first: (("Network", "small"), ("Trained with", "dropout")).
        columns: the columns of coordinates, in order. The page's steps go from 0.01 to 3.8, so
            coordinates should be of the order of 1.
        marks: what claims say of these points.

    Raises:
        ValueError: if there are no groups or no columns, or a legend stands twice.
    """

    groups: Sequence[tuple[str, str]]
    columns: Sequence[str]
    marks: Sequence[Mark] = ()

    def __post_init__(self) -> None:
        if isinstance(self.columns, str) or not self.columns:
            raise ValueError(f"points need a sequence of columns, not {self.columns!r}")
        legends = [legend for legend, _ in self.groups]
        if not legends or len(set(legends)) < len(legends):
            raise ValueError(f"points need groups with different legends, not {self.groups!r}")

    def check(self, cells: Mapping[str, Sequence[Any]]) -> None:
        """Check that a table, given by column, holds these points.

        Raises:
            ValueError: if a column is missing, or a coordinate is not a number.
        """
        _check_columns("points", self.columns, cells)
        for column in self.columns:
            _check_numbers("points", column, cells[column], gaps=False)

    def as_json(self) -> dict[str, Any]:
        """Return what a certificate holds of it."""
        groups = [{"legend": legend, "name": name} for legend, name in self.groups]
        return {
            "groups": groups,
            "columns": list(self.columns),
            "marks": [asdict(mark) for mark in self.marks],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the points of which `as_json` gives this; sequences come back as tuples.

        Raises:
            KeyError, TypeError, ValueError: if there are none.
        """
        return cls(
            **{
                **data,
                "groups": tuple((group["legend"], group["name"]) for group in data["groups"]),
                "columns": tuple(data["columns"]),
                "marks": tuple(Mark(**mark) for mark in data["marks"]),
            }
        )


def _check_columns(about: str, named: Sequence[str], cells: Mapping[str, Sequence[Any]]) -> None:
    for column in named:
        if column not in cells:
            known = ", ".join(map(repr, cells)) or "none"
            raise ValueError(f"{about}: there is no column {column!r}; the table has {known}")


def _check_numbers(about: str, column: str, cells: Sequence[Any], *, gaps: bool = True) -> None:
    """Check that cells are numbers; with `gaps`, all but some of them."""
    for number, cell in enumerate(cells, 1):
        if not (gaps and cell is None) and (
            isinstance(cell, bool) or not isinstance(cell, (int, float))
        ):
            raise ValueError(
                f"{about}: the column {column!r} must hold numbers, and row {number} has {cell!r}"
            )
    if all(cell is None for cell in cells):
        raise ValueError(f"{about}: the column {column!r} is empty")
