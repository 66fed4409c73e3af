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
from hypothesis import given, settings
from hypothesis import strategies as st

from pyharness.report.html import visible
from pyharness.report.plots import MOST_ROWS, MOST_SERIES, Plot, Series, plots
from pyharness.report.svg import figure

CERTIFICATE = json.loads(
    (Path(__file__).resolve().parents[2] / "certificates" / "leanmining.json").read_text("utf-8")
)


def table(columns, *rows):
    """A table of a certificate."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def claimed(id):
    """The tables of a claim of the committed certificate."""
    (claim,) = [claim for claim in CERTIFICATE["claims"] if claim["id"] == id]
    return [evidence["measurements"] for evidence in claim["evidence"] if evidence["measurements"]]


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

    @pytest.mark.parametrize(
        "ends, columns",
        [
            ((0.4, 0.6), ("least", "most")),
            ((0.4, 0.6), ("95 % from", "95 % to")),
            ((0.45, 0.55), ("99.9 % ±",)),
            ((0.45, 0.55), ("standard error",)),
        ],
    )
    def test_margins_are_no_series(self, ends, columns):
        """They are drawn about the figure before them."""
        rows = [(x, 0.5, *((0.4, 0.6) if len(columns) == 2 else (0.05,))) for x in (1, 2, 3)]
        (plot,) = plots(table(["x", "mean", *columns], *rows))
        assert names(plot) == ["mean"] and plot.series[0].spans[0] == pytest.approx(ends)

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

    @pytest.mark.parametrize(
        "id, x, y, count",
        [
            ("error.mse_convex", "α/σ", "MSE/σ²", 1),
            ("geometry.beta_eff", "bits a key", "β_eff", 1),
            ("geometry.output", "bits a key", "mean cosine", 1),
            ("gap.total_le_sum", "layer", "", 3),
            ("semantic.compression_20", "compression", "embedding cosine", 1),
            ("semantic.compression_range", "compression", "embedding cosine", 1),
        ],
    )
    def test_what_readers_expect(self, id, x, y, count):
        """Error over threshold, energy over bits, closeness over bits, gaps by layer, coherence
        over compression.
        """
        shown = [plot for one in claimed(id) for plot in plots(one)]
        assert [(plot.x, plot.y) for plot in shown] == [(x, y)] * count

    def test_every_table_that_is_published_is_drawn(self):
        """All of three rows or more."""
        for claim in CERTIFICATE["claims"]:
            for one in claimed(claim["id"]):
                assert bool(plots(one)) == (len(one["rows"]) >= 3), claim["id"]

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
    PLOT = Plot(
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
            root = drawn(Plot("t", "x", "y", [Series("s", [(0, least), (1, 1.0)])]))
            texts = [text.text for text in root.iter("text") if text.get("text-anchor") == "end"]
            assert texts == ticks

    def test_long_and_hidden_names(self):
        """A name that does not fit is cut, and what is hidden in one is spelled out."""
        names_ = ["a" * 90, "b\u202ec", "d"]
        root = drawn(
            Plot(
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
