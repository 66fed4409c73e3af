"""Which plots a table has, and that they are drawn: at the right place, told apart without colour,
as text and in bounds.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

from pyharness.evidence import Plot
from pyharness.evidence.plots import MOST_SERIES
from pyharness.report.html import visible
from pyharness.report.plots import MOST_ROWS, Chart, Series, charts
from pyharness.report.svg import figure

CERTIFICATE = json.loads(
    (Path(__file__).resolve().parents[2] / "certificates" / "leanmining.json").read_text("utf-8")
)


def table(columns, *rows):
    """A table of a certificate."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def plots(table, *declared):
    """The charts of a table, by shape or as declared."""
    evidence = {"measurements": table}
    if declared:
        evidence["plots"] = [plot.as_json() for plot in declared]
    return charts(evidence)


def published():
    """The evidence of the committed certificate that has a table, with its claim's id."""
    for claim in CERTIFICATE["claims"]:
        for evidence in claim["evidence"]:
            if evidence["measurements"]:
                yield claim["id"], evidence


def names(plot):
    """The names of a plot's series."""
    return [one.name for one in plot.series]


cells = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)


@st.composite
def tables(draw):
    """Tables as the schema allows them, with awkward names and cells, some of them alike down a
    column.
    """
    columns = draw(
        st.lists(
            st.text(min_size=1)
            | st.sampled_from(
                [
                    "α = 1 σ",
                    "α = 2 σ",
                    "3 bits",
                    "4 bits",
                    "5 bits",
                    "6 bits",
                    "99.9 % ±",
                    "least",
                    "most",
                ]
            ),
            min_size=1,
            max_size=7,
            unique=True,
        )
    )
    kinds = [
        draw(
            st.sampled_from(
                [
                    cells,
                    st.floats(-1e6, 1e6),
                    st.integers(0, 9),
                    st.sampled_from("ab"),
                    st.just(0.0),
                ]
            )
        )
        for _ in columns
    ]
    count = draw(st.integers(1, 12))
    return {"columns": columns, "rows": [[draw(kind) for kind in kinds] for _ in range(count)]}


class TestPlots:
    def test_rising_numbers_are_an_abscissa(self):
        """Columns of comparable size share a plot, others have one of their own."""
        shown = plots(
            table(["x", "a", "b", "c"], *((x, x / 2, x / 3, x * 90.5) for x in (1, 2, 4)))
        )
        assert [(plot.x, names(plot), plot.joined) for plot in shown] == [
            ("x", ["a", "b"], True),
            ("x", ["c"], True),
        ]
        assert shown[0].series[0].points == [(1, 0.5), (2, 1.0), (4, 2.0)]

    def test_names_are_categories(self):
        """A figure that is one for all is a line across, and what counts is left out where others
        measure.
        """
        (plot,) = plots(
            table(
                ["layer", "rows", "β", "floor"],
                ("a", 8, 0.5, 0.6),
                ("b", 9, 0.7, 0.6),
                ("c", 10, 0.9, 0.6),
            )
        )
        assert plot.categories == ["a", "b", "c"] and not plot.joined
        assert [(one.name, one.level) for one in plot.series] == [("β", False), ("floor", True)]

    def test_columns_that_differ_in_a_number_are_curves(self):
        """One for each row, over that number; the number that varies, where there are two."""
        columns = ["layer", *(f"E 2^b, {bits} bits" for bits in (2, 3, 4, 8))]
        (plot,) = plots(table(columns, *((name, 4.5, 3.5, 2.5, 1.5) for name in "abc")))
        assert (plot.x, plot.y, names(plot)) == ("bits", "E 2^b", ["a", "b", "c"])
        assert plot.series[0].points == [(2, 4.5), (3, 3.5), (4, 2.5), (8, 1.5)]

    def test_many_curves_are_told_apart_by_group(self):
        """What their names begin with, if that makes few groups."""
        columns = ["layer", *(f"at {place}" for place in range(4))]
        (plot,) = plots(
            table(
                columns,
                *(
                    (f"net-{number % 2}/layer{number}", 1.5, 2.5, 3.5, number)
                    for number in range(9)
                ),
            )
        )
        assert (
            plot.curves
            and plot.group_names == ["net-0", "net-1"]
            and plot.groups == [0, 1] * 4 + [0]
        )

    def test_a_name_and_a_number_make_lines(self):
        """A line for each name, over the number, with its margins."""
        (plot,) = plots(
            table(
                ["of", "d", "mean", "99.9 % ±"],
                *((of, d, d / 3, 0.1) for of in "ab" for d in (8, 4, 2)),
            )
        )
        assert names(plot) == ["a", "b"] and [x for x, _ in plot.series[0].points] == [2, 4, 8]
        low, high = plot.series[0].spans[0]
        assert low == pytest.approx(2 / 3 - 0.1) and high == pytest.approx(2 / 3 + 0.1)

    def test_a_margin_is_no_series(self):
        """A column whose name holds ± is drawn about the one before it."""
        rows = [(x, 0.5, 0.05) for x in (1, 2, 3)]
        (plot,) = plots(table(["x", "mean", "99.9 % ±"], *rows))
        assert names(plot) == ["mean"] and plot.series[0].spans[0] == pytest.approx((0.45, 0.55))

    def test_a_cloud_is_a_scatter(self):
        """Numbers that do not order the rows; of very many rows every second or third."""
        (plot,) = plots(
            table(["1", "2"], *((math.sin(x), math.cos(x)) for x in range(3 * MOST_ROWS)))
        )
        assert not plot.joined and plot.share == 3 and len(plot.series[0].points) == MOST_ROWS

    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [(1, 2.0)],
            [(1, 2.0), (2, 3.0)],
            [("a", "b"), ("c", "d"), ("e", "f")],
            [(None, None)] * 3,
            [(1, None), (2, None), (3, 0.5)],
        ],
    )
    def test_nothing_to_see(self, rows):
        """Too few figures, or none."""
        assert plots(table(["a", "b"], *rows)) == []

    def test_every_table_that_is_published_is_drawn(self):
        """All of three rows or more in which a figure varies."""
        for claim, evidence in published():
            if "plots" not in evidence:
                rows = evidence["measurements"]["rows"]
                varies = any(
                    len(set(column)) > 1
                    for column in zip(*rows, strict=True)
                    if any(isinstance(cell, float) for cell in column)
                )
                if len(rows) < 3 or varies:
                    assert bool(charts(evidence)) == (len(rows) >= 3), claim

    def test_every_plot_that_is_published_is_drawn(self):
        """Each plot that the committed certificate declares becomes a chart. It holds of nothing as
        long as that certificate is older than declarations.
        """
        for claim, evidence in published():
            if "plots" in evidence:
                titles = [chart.title for chart in charts(evidence)]
                assert titles == [plot["title"] for plot in evidence["plots"]], claim

    @pytest.mark.parametrize(
        "figures",
        [
            (-1.7e308, 1.7e308, 0.0),
            (5e-324, 1e150, 1.0),
            (1e300, 1e300, 1.0),
            (0.1, 0.1 + 1e-17, 0.10000000000000002),
            (-1e-320, 0.0, -0.0),
            (2**53, 1, 0.5),
        ],
    )
    def test_extreme_figures(self, figures):
        """Those beyond what an axis can hold are left to the table."""
        for plot in plots(table(["x", "a"], *enumerate(figures))) + plots(
            table(["a", "b"], *((x, 1.5) for x in figures))
        ):
            drawn(plot)

    @settings(deadline=None)
    @given(tables())
    def test_any_table(self, one):
        """Whatever a claim pack measures: no more series than can be told apart, and a figure that
        is well-formed and in bounds.
        """
        for number, plot in enumerate(plots(one)):
            assert plot.curves or len(plot.series) <= MOST_SERIES
            assert len(set(plot.groups)) <= MOST_SERIES
            drawn(plot, f"p{number}")


TABLE = table(
    ["kind", "size", "x", "cost", "loss", "off", "low", "high"],
    ("a", 1, 3.0, 0.5, 0.25, 0.125, 0.25, 0.75),
    ("a", 2, 1.0, 0.25, 0.5, 0.125, 0.125, 0.5),
    ("b", 1, 2.0, 1.0, None, 0.25, 0.5, 1.5),
)


class TestDeclared:
    """Plots that the evidence declares."""

    def test_lines(self):
        """A line a column, joined in the order of the abscissae, without the figures that are not
        there.
        """
        (chart,) = plots(TABLE, Plot("lines", "Both", x="x", y=("cost", "loss"), y_label="bits"))
        assert (chart.title, chart.x, chart.y, chart.joined) == ("Both", "x", "bits", True)
        assert [(one.name, one.points) for one in chart.series] == [
            ("cost", [(1.0, 0.25), (2.0, 1.0), (3.0, 0.5)]),
            ("loss", [(1.0, 0.5), (3.0, 0.25)]),
        ]

    def test_lines_by_groups(self):
        """A line for each group; numbers are named by their column, and axes by theirs."""
        (chart,) = plots(TABLE, Plot("lines", "t", x="x", y=("cost",), by=("kind", "size")))
        assert names(chart) == ["a, size 1", "a, size 2", "b, size 1"] and chart.y == "cost"
        (chart,) = plots(TABLE, Plot("lines", "t", x="x", y=("cost", "loss"), by=("kind",)))
        assert names(chart) == ["a, cost", "a, loss", "b, cost", "b, loss"]

    def test_many_lines_are_told_apart_by_group(self):
        """By what the first column of `by` says."""
        rows = [(n % 2, f"case {n}", x, float(n)) for n in range(8) for x in (1, 2)]
        plot = Plot("lines", "t", x="x", y=("cost",), by=("net", "case"))
        (chart,) = plots(table(["net", "case", "x", "cost"], *rows), plot)
        assert chart.curves and chart.group_names == ["net 0", "net 1"] and len(chart.series) == 8

    def test_points(self):
        """Not joined, in the order of the rows, each with its label."""
        (chart,) = plots(TABLE, Plot("points", "t", x="x", y=("cost",), labels="kind"))
        (one,) = chart.series
        assert not chart.joined and one.points == [(3.0, 0.5), (1.0, 0.25), (2.0, 1.0)]
        assert one.labels == ["a", "a", "b"]

    def test_categories(self):
        """A place a row, named by the columns that are said."""
        (chart,) = plots(TABLE, Plot("categories", "t", y=("cost",), by=("kind", "size")))
        assert chart.categories == ["a 1", "a 2", "b 1"] and (chart.x, chart.y) == ("kind", "cost")

    def test_rows(self):
        """A line a row, over numbers that no column holds."""
        plot = Plot("rows", "t", y=("cost", "loss"), by=("kind",), at=(2, 1), x_label="α")
        (chart,) = plots(TABLE, plot)
        assert names(chart) == ["a", "a", "b"] and chart.x == "α" and chart.joined
        assert [one.points for one in chart.series] == [
            [(1, 0.25), (2, 0.5)],
            [(1, 0.5), (2, 0.25)],
            [(2, 1.0)],
        ]

    @pytest.mark.parametrize(
        ("columns", "ends"), [(("off",), (0.375, 0.625)), (("low", "high"), (0.25, 0.75))]
    )
    @pytest.mark.parametrize("kind", ["lines", "points", "categories"])
    def test_spans(self, kind, columns, ends):
        """One column is a margin on either side, two are the ends."""
        over = {"by": ("kind",)} if kind == "categories" else {"x": "size"}
        (chart,) = plots(TABLE, Plot(kind, "t", y=("cost",), spans={"cost": columns}, **over))
        assert chart.series[0].spans[0] == ends

    def test_a_short_table_is_drawn(self):
        """Whoever declares a plot has seen something in it."""
        short = TABLE | {"rows": TABLE["rows"][:1]}
        for plot in (
            Plot("lines", "t", x="x", y=("cost",)),
            Plot("categories", "t", y=("cost",), by=("kind",)),
        ):
            (chart,) = plots(short, plot)
            drawn(chart)

    def test_what_does_not_fit_is_passed_over(self):
        """The check of the certificate says so; the other plots are drawn, or the table's shape
        decides.
        """
        wrong = Plot("lines", "wrong", x="x", y=("gain",))
        right = Plot("lines", "right", x="x", y=("cost",))
        assert [chart.title for chart in plots(TABLE, wrong, right)] == ["right"]
        assert plots(TABLE, wrong) == plots(TABLE)

    @settings(deadline=None)
    @given(st.data())
    def test_any_table(self, data):
        """Whatever is declared of any table, each figure is well-formed and in bounds."""
        one = data.draw(tables())
        some = st.sampled_from(one["columns"])
        several = st.lists(some, min_size=1, max_size=3).map(tuple)
        y, by = data.draw(several), data.draw(several)
        spans = {y[0]: data.draw(several.map(lambda columns: columns[:2]))}
        at = tuple(range(len(y)))
        for plot in (
            Plot("lines", "t", x=data.draw(some), y=y, by=by, spans=spans),
            Plot("points", "t", x=data.draw(some), y=y, by=by, labels=by[0]),
            Plot("categories", "t", y=y, by=by, spans=spans),
            Plot("rows", "t", y=y, by=by, at=at, x_label="x"),
        ):
            for chart in plots(one, plot):
                drawn(chart)


def drawn(plot, id="p"):
    """Draw a plot and return its elements, all of whose numbers are in the drawing."""
    root = ElementTree.fromstring(
        str(figure(plot, id, visible)).replace("\ufffe", "").replace("\uffff", "")
    )
    svg = root.find(".//svg[@role='img']")
    _, _, wide, high = map(float, svg.get("viewBox").split())
    for path in svg.iter("path"):
        for x, y in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", path.get("d")):
            assert -0.1 <= float(x) <= wide + 0.1 and -0.1 <= float(y) <= high + 0.1
    return root


class TestFigure:
    PLOT = Chart(
        "A <plot>",
        "x",
        "y",
        [Series("one", [(0, 0.0), (1, 10.0)]), Series("two & more", [(0, 5.0), (1, 5.0)])],
    )

    def test_values_stand_where_they_belong(self):
        """The greatest at the top, the least at the bottom, the first at the left."""
        path = next(
            path
            for path in drawn(self.PLOT).find(".//svg[@role='img']")
            if path.get("class") == "s1"
        )
        (x, y), (z, w) = (
            (float(a), float(b)) for a, b in re.findall(r"[ML]([\d.]+),([\d.]+)", path.get("d"))
        )
        assert x < z and y > w and w == 10

    def test_is_told_in_words(self):
        """A title, what each series ranges over, and a key whose marks differ in shape."""
        root = drawn(self.PLOT)
        svg = root.find(".//svg[@role='img']")
        title, words = svg.find("title"), svg.find("desc")
        assert svg.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
        assert title.text == "A <plot>" and words.text == "one: 0 to 10. two & more: 5 to 5."
        key = root.find("ul[@class='legend']")
        assert [item.find("svg").tail.strip() for item in key] == ["one", "two & more"]
        marks = [item.find("svg/path[@class='mark']").get("d") for item in key]
        assert len(set(marks)) == len(marks)

    def test_powers_of_ten_where_figures_span_many(self):
        """A logarithmic axis; not where some figure is 0 or less."""
        for least, ticks in (
            (1e-4, ["0.0001", "0.001", "0.01", "0.1", "1"]),
            (0.0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ):
            root = drawn(Chart("t", "x", "y", [Series("s", [(0, least), (1, 1.0)])]))
            texts = [text.text for text in root.iter("text") if text.get("text-anchor") == "end"]
            assert texts == ticks

    def test_long_and_hidden_names(self):
        """A name that does not fit is cut, and what is hidden in one is spelled out."""
        names_ = ["a" * 90, "b\u202ec", "d"]
        root = drawn(
            Chart(
                "t",
                "x",
                "y",
                [Series("s", [(number, 1.0 + number) for number in range(3)], labels=names_)],
                categories=names_,
                joined=False,
            )
        )
        texts = "".join(root.itertext())
        assert "…aaaa" in texts and "b⟨U+202E⟩c" in texts and "\u202e" not in texts
