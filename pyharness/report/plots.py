"""Charts of a table of figures: those that its evidence declares, else those that fit its shape."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pyharness.evidence.plots import MOST_SERIES, Plot, column_cells

__all__ = ["Chart", "Series", "charts"]

MOST_ROWS = 2000
"""Rows that are drawn; of a longer table every second, third, … one."""

_FEWEST = 3
"""Rows below which there is nothing to see that the table does not say."""
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?|(?<=INT)\d+")


@dataclass(frozen=True)
class Series:
    """Points that belong together.

    Attributes:
        name: what they are called.
        points: abscissa and ordinate, in the order in which they are joined. In a plot over
            categories the abscissa is the category's number.
        spans: the low and the high end about each point, where the table gives them.
        labels: what each point is called; empty for none.
        level: whether it is one value for all categories, to be drawn as a line across.
    """

    name: str
    points: Sequence[tuple[float, float]]
    spans: Sequence[tuple[float, float]] = ()
    labels: Sequence[str] = ()
    level: bool = False


@dataclass(frozen=True)
class Chart:
    """One plot, as it is drawn.

    Attributes:
        title: what it shows.
        x: the abscissa's name.
        y: the ordinate's name; empty where the series' names say it.
        series: at most `MOST_SERIES`; of a chart of `curves` any number.
        categories: the abscissa's names, where it has names instead of numbers.
        joined: whether points are joined by lines.
        curves: whether the series are many of a kind, told apart by their group and not by name.
        groups: for `curves`, the number of each series' group.
        group_names: the groups' names.
        share: every how many rows one is drawn.
    """

    title: str
    x: str
    y: str
    series: Sequence[Series]
    categories: Sequence[str] = ()
    joined: bool = True
    curves: bool = False
    groups: Sequence[int] = ()
    group_names: Sequence[str] = ()
    share: int = 1


def charts(evidence: Mapping[str, Any]) -> list[Chart]:
    """Return the charts of a certificate's evidence: none where it has few figures, or none that
    vary.

    The plots that it declares are drawn. Where there are none, the table's shape decides: columns
    that differ in a number alone are curves over it; numbers that rise or fall are an abscissa; all
    else are categories. A column whose name holds ± is the margin of the one before it.

    Args:
        evidence: it follows the schema. A declaration that does not fit the table is passed over;
            it is for the check of the certificate to complain of it.
    """
    table = evidence["measurements"]
    if table is None:
        return []
    share = max(1, -(-len(table["rows"]) // MOST_ROWS))
    data = _Data(table["columns"], table["rows"][::share])
    found = list(_declared(evidence.get("plots", ()), data))
    fewest_points = 1
    if not found and len(data.rows) >= _FEWEST:
        found, fewest_points = list(_by_shape(data)), 2
    drawn = [_chart(data, plot) for plot in found]
    return [
        replace(chart, share=share)
        for chart in drawn
        if any(len(one.points) >= fewest_points for one in chart.series)
    ]


def _declared(plots: Iterable[Mapping[str, Any]], data: _Data) -> Iterator[Plot]:
    cells = column_cells(data.columns, data.rows)
    for one in plots:
        try:
            plot = Plot.from_json(one)
            plot.check(cells)
        except ValueError:
            continue
        yield plot


class _Data:
    """A table's columns by what is in them."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = columns
        self.rows = [row for row in rows if len(row) == len(columns)]

    def cells(self, column: str) -> list[Any]:
        index = self.columns.index(column)
        return [_drawable(row[index]) for row in self.rows]

    def numeric(self, column: str) -> bool:
        cells = [cell for cell in self.cells(column) if cell is not None]
        return bool(cells) and all(
            isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in cells
        )

    def whole(self, column: str) -> bool:
        return all(isinstance(cell, int) for cell in self.cells(column) if cell is not None)

    def varies(self, column: str) -> bool:
        return len(set(map(repr, self.cells(column)))) > 1

    def measured(self, columns: Iterable[str]) -> list[str]:
        """The columns of figures: those of whole numbers count something, and are left out where
        others measure.
        """
        numeric = [column for column in columns if self.numeric(column)]
        fractions = [column for column in numeric if not self.whole(column)]
        return fractions or [column for column in numeric if self.varies(column)]

    def naming(self) -> list[str]:
        """The columns that name the rows: of the first three, as few as tell the rows apart."""
        words = [
            column
            for column in self.columns[:3]
            if not any(isinstance(cell, float) for cell in self.cells(column))
        ]
        for count in range(1, len(words)):
            if len(set(self.names(words[:count]))) == len(self.rows):
                return words[:count]
        return words or list(self.columns[:1])

    def names(self, columns: Sequence[str]) -> list[str]:
        """What each row is called: its cells in these columns."""
        return [" ".join(map(str, cells)) for cells in zip(*map(self.cells, columns), strict=True)]


def _drawable(cell: Any) -> Any:
    """A cell, without figures so large or small that the arithmetic of axes fails on them."""
    if not isinstance(cell, float):
        return cell
    return None if abs(cell) > 1e150 else cell if abs(cell) > 1e-150 else 0.0


# ----------------------------------------------------------------------------------------- by shape
def _by_shape(data: _Data) -> Iterator[Plot]:
    first = data.columns[0]
    if data.numeric(first) and len(data.rows) > 200:
        yield from (_scatter(first, column) for column in data.measured(data.columns[1:])[:1])
        return
    families = _families(data)
    for family in families:
        yield _curves(data, family)
    others = [
        column
        for column in data.columns[1:]
        if all(column not in family.columns for family in families)
    ]
    if families and all(data.whole(column) for column in others if data.numeric(column)):
        return
    abscissae = data.cells(first)
    if data.numeric(first) and None not in abscissae and len(set(abscissae)) == len(abscissae):
        yield from _lines(data, first, data.measured(others))
    elif (
        others
        and data.numeric(others[0])
        and data.varies(others[0])
        and len(set(abscissae)) <= min(MOST_SERIES, len(data.rows) - 1)
        and len(set(zip(abscissae, data.cells(others[0]), strict=True))) == len(data.rows)
    ):
        columns = data.measured(others[1:])
        for column in columns:
            if data.varies(column) and "±" not in column:
                x, spans = others[0], _of([column], _spans(columns))
                yield Plot("lines", f"{column} over {x}", [column], x, [first], spans=spans)
    else:
        yield from _categories(data, first, others)


@dataclass(frozen=True)
class _Family:
    """Columns that differ in a number alone: what they share, with … for the number, and the number
    of each.
    """

    pattern: str
    columns: Sequence[str]
    places: Sequence[float]


def _families(data: _Data) -> list[_Family]:
    """The families of four columns or more."""
    alike: dict[str, list[str]] = {}
    for column in data.columns:
        if data.numeric(column) and not _NUMBER.fullmatch(column):
            alike.setdefault(_NUMBER.sub("…", column), []).append(column)
    families = []
    for columns in alike.values():
        numbers = [_NUMBER.findall(column) for column in columns]
        varying = [
            place for place, found in enumerate(zip(*numbers, strict=True)) if len(set(found)) > 1
        ]
        places = [float(found[varying[0]]) for found in numbers] if varying else []
        if (
            len(columns) >= 4
            and len(set(places)) == len(columns)
            and len({repr(cell) for column in columns for cell in data.cells(column)}) > 1
        ):
            families.append(_Family(_pattern(columns[0], varying), columns, places))
    return families


def _pattern(column: str, varying: Collection[int]) -> str:
    """The column's name with … for each number whose place is among those that vary."""
    places = iter(range(len(_NUMBER.findall(column))))
    return _NUMBER.sub(lambda found: "…" if next(places) in varying else found[0], column)


def _curves(data: _Data, family: _Family) -> Plot:
    # “ratio, … bits” are ratios over bits; “tolerance …” are what was measured over the tolerance.
    y, _, x = family.pattern.rpartition(", ")
    if "…" in y:
        y, x = "", family.pattern
    x = x.strip("… ") if x.count("…") == 1 and (x[0] == "…" or x[-1] == "…") else x
    x = x or "column"
    title = f"{y} over {x}" if y else f"Over {x}"
    return Plot(
        "rows", title, family.columns, by=data.naming(), at=family.places, x_label=x, y_label=y
    )


def _lines(data: _Data, x: str, columns: Sequence[str]) -> Iterator[Plot]:
    spans = _spans(columns)
    margins = {name for ends in spans.values() for name in ends}
    for panel in _panels(data, [column for column in columns if column not in margins], apart=3):
        yield Plot("lines", f"{_listed(panel)} over {x}", panel, x, spans=_of(panel, spans))


def _listed(columns: Sequence[str]) -> str:
    return " and ".join(columns) if len(columns) <= 2 else "Figures"


def _spans(columns: Sequence[str]) -> dict[str, tuple[str]]:
    """The columns that have a margin, each with the next column, whose name has ±."""
    return {
        column: (after,)
        for column, after in pairwise(columns)
        if "±" in after and "±" not in column
    }


def _of(panel: Iterable[str], spans: Mapping[str, tuple[str]]) -> dict[str, tuple[str]]:
    return {column: spans[column] for column in panel if column in spans}


def _scatter(x: str, column: str) -> Plot:
    one, two = (f"column {name}" if _NUMBER.fullmatch(name) else name for name in (column, x))
    return Plot("points", f"{one} against {two}", [column], x, x_label=two, y_label=one)


def _categories(data: _Data, first: str, others: Sequence[str]) -> Iterator[Plot]:
    columns = data.measured(others)
    spans = _spans(columns)
    margins = {name for ends in spans.values() for name in ends}
    shown = [column for column in columns if column not in margins]
    varying = [column for column in shown if data.varies(column)]
    for panel in _panels(data, varying, apart=None):
        levels = [column for column in shown if column not in varying] if panel == varying else []
        y = [*panel, *levels][:MOST_SERIES]
        yield Plot(
            "categories",
            f"{_listed(panel)} by {first}",
            y,
            by=data.naming(),
            spans=_of(y, spans),
            x_label=first,
            y_label=panel[0] if len(panel) == 1 else "",
        )


def _panels(data: _Data, columns: Sequence[str], *, apart: float | None) -> Iterator[list[str]]:
    """Split columns into those that can share an axis: of comparable size, and on a logarithmic
    axis all above 0.
    """
    panels: list[list[str]] = []
    for column in columns:
        for panel in panels:
            if len(panel) < MOST_SERIES and _share(data, panel[0], column, apart):
                panel.append(column)
                break
        else:
            panels.append([column])
    yield from panels


def _share(data: _Data, one: str, two: str, apart: float | None) -> bool:
    sizes = []
    for column in (one, two):
        cells = [cell for cell in data.cells(column) if cell is not None]
        sizes.append((min(cells) > 0, max(map(abs, cells)) or 1.0))
    if sizes[0][0] != sizes[1][0]:
        return False
    if apart is None and sizes[0][0]:
        return True
    ratio = sizes[0][1] / sizes[1][1]
    return max(ratio, 1 / ratio) <= (apart or 10)


# ------------------------------------------------------------------------------------------ drawing
def _chart(data: _Data, plot: Plot) -> Chart:
    if plot.kind == "categories":
        series = _over_categories(data, plot)
    elif plot.kind == "rows":
        series = _row_by_row(data, plot)
    else:
        series = _over_numbers(data, plot)
    chart = Chart(
        plot.title,
        plot.x_label or plot.x or plot.by[0],
        plot.y_label or (plot.y[0] if len(plot.y) == 1 else ""),
        series,
        categories=data.names(plot.by) if plot.kind == "categories" else (),
        joined=plot.kind in ("lines", "rows"),
    )
    return _told_apart(chart) if chart.joined else chart


def _over_numbers(data: _Data, plot: Plot) -> list[Series]:
    abscissae = data.cells(plot.x)
    labels = list(map(str, data.cells(plot.labels))) if plot.labels else []
    members: dict[str, list[int]] = {}
    for number in range(len(data.rows)):
        members.setdefault(_group_name(data, plot.by, number), []).append(number)
    series = []
    for group, numbers in members.items():
        for column in plot.y:
            cells, ends = data.cells(column), _ends(data, plot, column)
            kept = [n for n in numbers if abscissae[n] is not None and cells[n] is not None]
            if plot.kind == "lines":
                kept.sort(key=lambda n: abscissae[n])
            name = column if len(plot.y) > 1 or not plot.by else ""
            series.append(
                Series(
                    ", ".join(filter(None, (group, name))),
                    [(abscissae[n], cells[n]) for n in kept],
                    [ends[n] for n in kept] if ends else (),
                    [labels[n] for n in kept] if labels else (),
                )
            )
    return series


def _group_name(data: _Data, by: Sequence[str], number: int) -> str:
    """What a row's group is called; a cell that is no text needs its column's name."""
    cells = [(column, data.cells(column)[number]) for column in by]
    return ", ".join(cell if isinstance(cell, str) else f"{name} {cell}" for name, cell in cells)


def _over_categories(data: _Data, plot: Plot) -> list[Series]:
    names = data.names(plot.by)
    series = []
    for column in plot.y:
        cells, ends = data.cells(column), _ends(data, plot, column)
        kept = [number for number, cell in enumerate(cells) if cell is not None]
        series.append(
            Series(
                column,
                [(number, cells[number]) for number in kept],
                [ends[number] for number in kept] if ends else (),
                [names[number] for number in kept],
                level=len(cells) > 1 and not data.varies(column),
            )
        )
    return series


def _row_by_row(data: _Data, plot: Plot) -> list[Series]:
    columns = list(map(data.cells, plot.y))
    return [
        Series(
            name,
            sorted(
                (place, cells[number])
                for place, cells in zip(plot.at, columns, strict=True)
                if cells[number] is not None
            ),
        )
        for number, name in enumerate(data.names(plot.by))
    ]


def _ends(data: _Data, plot: Plot, column: str) -> list[tuple[float, float]]:
    """The low and the high end about each cell of a column; empty where it has no span."""
    if column not in plot.spans:
        return []
    low, high = plot.spans[column][0], plot.spans[column][-1]
    return [
        (cell, cell)
        if one is None or two is None or cell is None
        else (cell - one, cell + one)
        if low == high
        else (one, two)
        for cell, one, two in zip(
            data.cells(column), data.cells(low), data.cells(high), strict=True
        )
    ]


def _told_apart(chart: Chart) -> Chart:
    """The chart, its series told apart by their groups if there are too many for their names."""
    if len(chart.series) <= MOST_SERIES:
        return chart
    groups = _groups([one.name for one in chart.series])
    known = list(dict.fromkeys(groups))
    if len(known) > MOST_SERIES:
        groups, known = [""] * len(groups), [""]
    return replace(chart, curves=True, groups=list(map(known.index, groups)), group_names=known)


def _groups(names: Sequence[str]) -> list[str]:
    """The group of each name: the first part in which the names differ, behind the part before
    it.
    """
    parts = [re.split(r"[/.,]\s*", name) for name in names]
    place = next(
        (
            place
            for place in range(min(map(len, parts)))
            if len({name[place] for name in parts}) > 1
        ),
        0,
    )
    return [" ".join(name[max(0, place - 1) : place + 1]) for name in parts]
