"""Which plots show a table of figures: decided by its columns, so that the tables of any claim pack
have plots.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Plot", "Series", "plots"]

MOST_SERIES = 6
"""Series that one plot tells apart."""
MOST_ROWS = 2000
"""Rows that are drawn; of a longer table every second, third, … one."""

_FEWEST = 3
"""Rows, or points of a curve, below which there is nothing to see that the table does not say."""
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
class Plot:
    """One plot.

    Attributes:
        title: what it shows.
        x: the abscissa's name.
        y: the ordinate's name; empty where the series' names say it.
        series: at most `MOST_SERIES`; of a plot of `curves` any number.
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


def plots(table: Mapping[str, Any]) -> list[Plot]:
    """Return the plots of a table of a certificate: none where there are few figures, or none that
    vary.

    A table whose columns are known by name is shown as its readers expect. Of others: columns that
    differ in a number alone are curves over it; numbers that rise or fall are an abscissa; all else
    are categories.
    """
    rows = table["rows"]
    share = max(1, -(-len(rows) // MOST_ROWS))
    data = _Data(table["columns"], rows[::share])
    if len(data.rows) < _FEWEST:
        return []
    chosen = next(
        (list(view(data)) for columns, view in _KNOWN if columns <= set(data.columns)), None
    )
    return [
        replace(plot, share=share)
        for plot in (list(_by_shape(data)) if chosen is None else chosen)
        if any(len(one.points) >= 2 for one in plot.series)
    ]


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

    def names(self) -> list[str]:
        """What each row is called: its first cells, as few as tell the rows apart."""
        cells = [
            [str(cell) for cell in row[:3] if not isinstance(cell, float)] for row in self.rows
        ]
        for count in (1, 2, 3):
            names = [" ".join(row[:count]) for row in cells]
            if len(set(names)) == len(names):
                break
        return names


def _drawable(cell: Any) -> Any:
    """A cell, without figures so large or small that the arithmetic of axes fails on them."""
    if not isinstance(cell, float):
        return cell
    return None if abs(cell) > 1e150 else cell if abs(cell) > 1e-150 else 0.0


# ----------------------------------------------------------------------------------------- by shape
def _by_shape(data: _Data) -> Iterator[Plot]:
    first = data.columns[0]
    if data.numeric(first) and len(data.rows) > 200:
        yield from _scatter(data, first, data.measured(data.columns[1:])[:1])
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
        and (len(set(zip(abscissae, data.cells(others[0])))) == len(data.rows))
    ):
        columns = data.measured(others[1:])
        for column in columns:
            if data.varies(column) and "±" not in column:
                yield _grouped(data, first, others[0], column, _span(data, column, columns))
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
    for masked, columns in alike.items():
        numbers = [_NUMBER.findall(column) for column in columns]
        varying = [place for place, found in enumerate(zip(*numbers)) if len(set(found)) > 1]
        places = [float(found[varying[0]]) for found in numbers] if varying else []
        if (
            len(columns) >= 4
            and len(set(places)) == len(columns)
            and len({repr(cell) for column in columns for cell in data.cells(column)}) > 1
        ):
            kept = iter(range(len(numbers[0])))
            pattern = _NUMBER.sub(
                lambda found: "…" if next(kept) in varying else found[0], columns[0]
            )
            families.append(_Family(pattern, columns, places))
    return families


def _curves(data: _Data, family: _Family) -> Plot:
    # “ratio, … bits” are ratios over bits; “tolerance …” are what was measured over the tolerance.
    y, _, x = family.pattern.rpartition(", ")
    if "…" in y:
        y, x = "", family.pattern
    x = x.strip("… ") if x.count("…") == 1 and (x[0] == "…" or x[-1] == "…") else x
    names = data.names()
    values = [data.cells(column) for column in family.columns]
    series = [
        Series(
            name,
            sorted(
                (place, cells[number])
                for place, cells in zip(family.places, values)
                if cells[number] is not None
            ),
        )
        for number, name in enumerate(names)
    ]
    return _told_apart(Plot(f"{y} over {x}" if y else f"Over {x}", x, y, series), names)


def _told_apart(plot: Plot, names: Sequence[str]) -> Plot:
    """The plot, its series told apart by their groups if there are too many for their names."""
    if len(plot.series) <= MOST_SERIES:
        return plot
    groups = _groups(names)
    known = list(dict.fromkeys(groups))
    if len(known) > MOST_SERIES:
        groups, known = [""] * len(names), [""]
    return replace(plot, curves=True, groups=list(map(known.index, groups)), group_names=known)


def _lines(data: _Data, x: str, columns: Sequence[str]) -> Iterator[Plot]:
    abscissae = data.cells(x)
    spans = {column: between for column in columns if (between := _span(data, column, columns))}
    ends = {name for low, high in spans.values() for name in (low, high)}
    for panel in _panels(data, [column for column in columns if column not in ends], apart=3):
        series = []
        for column in panel:
            order = sorted(
                number for number, cell in enumerate(data.cells(column)) if cell is not None
            )
            order.sort(key=lambda number: abscissae[number])
            cells = data.cells(column)
            about = _ends(data, column, spans[column]) if column in spans else []
            series.append(
                Series(
                    column,
                    [(abscissae[number], cells[number]) for number in order],
                    [about[number] for number in order] if about else (),
                )
            )
        yield Plot(f"{_listed(panel)} over {x}", x, panel[0] if len(panel) == 1 else "", series)


def _listed(columns: Sequence[str]) -> str:
    return " and ".join(columns) if len(columns) <= 2 else "Figures"


def _span(data: _Data, column: str, columns: Sequence[str]) -> tuple[str, str] | None:
    """The columns that say how far a column's figures may be off: the next with ±, or the next two,
    from least to most.
    """
    after = [*columns[columns.index(column) + 1 :], "", ""][:2]
    if ("±" in after[0] and "±" not in column) or after[0] == "standard error":
        return after[0], after[0]
    if after in (["least", "most"], ["95 % from", "95 % to"]):
        return after[0], after[1]
    return None


def _ends(data: _Data, column: str, between: tuple[str, str]) -> list[tuple[float, float]]:
    low, high = between
    return [
        (cell, cell)
        if one is None or two is None or cell is None
        else (cell - one, cell + one)
        if low == high
        else (one, two)
        for cell, one, two in zip(data.cells(column), data.cells(low), data.cells(high))
    ]


def _grouped(
    data: _Data,
    by: str,
    x: str,
    y: str,
    between: tuple[str, str] | None = None,
    *,
    joined: bool = True,
) -> Plot:
    found: dict[str, list[tuple[tuple[float, float], tuple[float, float]]]] = {}
    about = _ends(data, y, between) if between else [(0.0, 0.0)] * len(data.rows)
    for name, abscissa, ordinate, ends in zip(data.cells(by), data.cells(x), data.cells(y), about):
        if abscissa is not None and ordinate is not None:
            found.setdefault(str(name), []).append(((abscissa, ordinate), ends))
    series = [
        Series(
            name if isinstance(data.cells(by)[0], str) else f"{by} {name}",
            [point for point, _ in sorted(points)],
            [ends for _, ends in sorted(points)] if between else (),
        )
        for name, points in found.items()
    ]
    return Plot(f"{y} over {x}", x, y, series[:MOST_SERIES], joined=joined)


def _scatter(data: _Data, x: str, columns: Sequence[str], labels: str = "") -> Iterator[Plot]:
    for column in columns:
        names = list(map(str, data.cells(labels))) if labels else [""] * len(data.rows)
        found = [
            (point, name)
            for *point, name in zip(data.cells(x), data.cells(column), names)
            if None not in point
        ]
        series = Series(
            column,
            [tuple(point) for point, _ in found],
            labels=[name for _, name in found] if labels else (),
        )
        one, two = (f"column {name}" if _NUMBER.fullmatch(name) else name for name in (column, x))
        yield Plot(f"{one} against {two}", two, one, [series], joined=False)


def _categories(data: _Data, first: str, others: Sequence[str]) -> Iterator[Plot]:
    names = data.names()
    columns = data.measured(others)
    spans = {column: between for column in columns if (between := _span(data, column, columns))}
    ends = {name for low, high in spans.values() for name in (low, high)}
    shown = [column for column in columns if column not in ends]
    varying = [column for column in shown if data.varies(column)]
    for panel in _panels(data, varying, apart=None):
        levels = [column for column in shown if column not in varying] if panel == varying else []
        series = [
            _over_categories(data, column, names, spans.get(column))
            for column in [*panel, *levels][:MOST_SERIES]
        ]
        yield Plot(
            f"{_listed(panel)} by {first}",
            first,
            panel[0] if len(panel) == 1 else "",
            series,
            categories=names,
            joined=False,
        )


def _over_categories(
    data: _Data, column: str, names: Sequence[str], between: tuple[str, str] | None
) -> Series:
    cells = data.cells(column)
    kept = [number for number, cell in enumerate(cells) if cell is not None]
    about = _ends(data, column, between) if between else []
    return Series(
        column,
        [(number, cells[number]) for number in kept],
        [about[number] for number in kept] if about else (),
        [names[number] for number in kept],
        level=not data.varies(column),
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


# ------------------------------------------------------------------------------------ known by name
def _correction(data: _Data) -> Iterator[Plot]:
    """What a one-bit key keeps of its energy for the bits that it costs."""
    kept = [column for column in data.columns if column.startswith("β_eff")]
    for plot in _lines(data, "bits a key", kept):
        yield replace(plot, title="β_eff over the bits of a key", y="β_eff")


def _gaps(data: _Data) -> Iterator[Plot]:
    """Each part of the gap, format by format."""
    for part in ("quantization", "reconstruction", "total"):
        columns = ["gate", *(column for column in data.columns if column.endswith(part))]
        names = data.names()
        yield Plot(
            f"{part}, beside the gate’s gap",
            data.columns[0],
            "",
            [_over_categories(data, column, names, None) for column in columns],
            categories=names,
            joined=False,
        )


def _mse_curves(data: _Data) -> Iterator[Plot]:
    """The error over the threshold, a curve a layer."""
    for family in _families(data):
        yield replace(_curves(data, family), title="MSE over the threshold", x="α/σ", y="MSE/σ²")


def _noise_model(data: _Data) -> Iterator[Plot]:
    """How near the model of the error is to the error, over the threshold."""
    found: dict[str, list[tuple[float, float]]] = {}
    for bits, distribution, alpha, share in zip(
        *map(data.cells, ("bits", "distribution", "alpha", "model / true"))
    ):
        found.setdefault(f"{bits} bits, {distribution}", []).append((alpha, share))
    plot = Plot(
        "The model’s error over the true one",
        "α/σ",
        "model / true",
        [Series(name, sorted(points)) for name, points in found.items()],
    )
    yield _told_apart(plot, list(found))


def _languages(data: _Data) -> Iterator[Plot]:
    """What quantization costs a language against its kurtosis."""
    for column in ("κ, median", "κ, mean"):
        yield from _scatter(
            data,
            column,
            [name for name in data.columns if name.startswith("1 − cosine")],
            data.columns[0],
        )


_KNOWN: Sequence[tuple[set[str], Callable[[_Data], Iterator[Plot]]]] = (
    ({"bits a key", "β_eff, learned, own half"}, _correction),
    (
        {"bits a key", "rotation", "mean cosine"},
        lambda data: iter([_grouped(data, "rotation", "bits a key", "mean cosine")]),
    ),
    ({"gate", "INT8 quantization", "INT8 total"}, _gaps),
    ({"α = 0.25 σ", "α = 3.0 σ"}, _mse_curves),
    ({"distribution", "bits", "alpha", "model / true"}, _noise_model),
    ({"language", "κ, median"}, _languages),
    (
        {"model", "compression", "embedding cosine"},
        lambda data: iter(
            [_grouped(data, "model", "compression", "embedding cosine", joined=False)]
        ),
    ),
)
"""Views of tables by the columns that they have."""
