"""How figures are shown: what can be declared, what is refused, and that JSON holds all of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pyharness.evidence import Evidence, Mark, Plot, Points

ROWS = (
    {"layer": "a", "step": 1, "loss": 0.5, "margin": 0.1, "checked": True, "none": None},
    {"layer": "b", "step": 2, "loss": None, "margin": 0.1, "checked": True, "none": None},
)


def evidence(**shown):
    """Evidence with the figures `ROWS`."""
    return Evidence("model", "two layers", 2, 0, "2 layers", measurements=ROWS, **shown)


LINES = Plot("lines", "Loss", x="step", y=("loss",))
PLOTS = (
    LINES,
    Plot("points", "Loss", x="step", y=("loss",), by=("layer",), labels="layer", y_label="bits"),
    Plot("categories", "Loss", y=("loss", "step"), by=("layer",), spans={"loss": ("margin",)}),
    Plot("rows", "Loss", y=("loss", "margin"), by=("layer",), at=(0.25, 1.0), x_label="α"),
)
POINTS = Points(
    groups=(("Network", "small"), ("Trained with", "dropout")),
    columns=("step", "margin"),
    marks=(Mark("a.b", "It breaks at 0.5", 0.5, "the break"), Mark("a.c", "It does not")),
)


class TestPlot:
    """`Plot`."""

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"kind": "pie"}, "kind must be one of lines, points, categories, rows, not 'pie'"),
            ({"title": ""}, "a plot of loss has no title"),
            ({"y": ()}, "a plot of the kind lines needs y"),
            ({"x": ""}, "a plot of the kind lines needs x"),
            ({"y": "loss"}, r"y must be a sequence, not the text 'loss'; write \('loss',\)"),
            ({"by": "layer"}, "by must be a sequence"),
            ({"at": (1,)}, "a plot of the kind lines has no at"),
            ({"labels": "layer"}, "a plot of the kind lines has no labels"),
            ({"spans": {"loss": "margin"}}, "the span of 'loss' must be a sequence"),
            ({"spans": {"loss": ()}}, "a sequence of one column or two"),
            ({"spans": {"step": ("margin",)}}, "'step' has a span, but is not in y"),
            ({"kind": "categories"}, "a plot of the kind categories needs by"),
            ({"kind": "categories", "by": ("layer",)}, "the kind categories has no x"),
            ({"kind": "rows", "x": ""}, "the kind rows needs by and at and x_label"),
            (
                {"kind": "rows", "x": "", "by": ("layer",), "at": (1, 2), "x_label": "α"},
                "at holds 2 numbers for 1 columns",
            ),
        ],
    )
    def test_what_makes_no_plot(self, change, complaint):
        """Is refused before there is a table."""
        with pytest.raises(ValueError, match=complaint):
            replace(LINES, **change)

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"y": ("gain",)}, "two layers: plot 'Loss': there is no column 'gain'; the table has"),
            ({"x": "gain"}, "there is no column 'gain'"),
            ({"by": ("gain",)}, "there is no column 'gain'"),
            ({"spans": {"loss": ("gain",)}}, "there is no column 'gain'"),
            ({"kind": "points", "labels": "gain"}, "there is no column 'gain'"),
            ({"x": "layer"}, "the column 'layer' must hold numbers, and row 1 has 'a'"),
            ({"y": ("checked",)}, "the column 'checked' must hold numbers, and row 1 has True"),
            ({"y": ("none",)}, "the column 'none' is empty"),
            (
                {"kind": "points", "y": ("loss",) * 4, "by": ("layer",)},
                "8 series are more than the 6 that can be told apart; declare several plots",
            ),
        ],
    )
    def test_what_the_table_lacks(self, change, complaint):
        """Is refused with the evidence."""
        with pytest.raises(ValueError, match=complaint):
            evidence(plots=(replace(LINES, **change),))

    def test_other_figures_are_checked_too(self):
        """Evidence that gets another table must have plots of that one."""
        found = evidence(plots=PLOTS)
        with pytest.raises(ValueError, match="there is no column 'loss'; the table has 'gain'"):
            replace(found, measurements=({"gain": 1},))
        with pytest.raises(ValueError, match="there is no column 'loss'; the table has none"):
            replace(found, measurements=())


class TestPoints:
    """`Points` and `Mark`."""

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"groups": ()}, "groups with different legends"),
            ({"groups": (("Net", "a"), ("Net", "b"))}, "groups with different legends"),
            ({"columns": ()}, "a sequence of columns"),
            ({"columns": "step"}, "a sequence of columns, not 'step'"),
        ],
    )
    def test_what_makes_no_points(self, change, complaint):
        """Is refused before there is a table."""
        with pytest.raises(ValueError, match=complaint):
            replace(POINTS, **change)

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            (("", "text"), "a claim and a text"),
            (("a.b", ""), "a claim and a text"),
            (("a.b", "text", 0.5), "step and label go together"),
            (("a.b", "text", None, "label"), "step and label go together"),
            (("a.b", "text", 0.0, "label"), "the step must be from 0.01 to 3.8, not 0.0"),
            (("a.b", "text", 5.0, "label"), "the step must be from 0.01 to 3.8"),
        ],
    )
    def test_what_makes_no_mark(self, fields, complaint):
        """It says what somebody claims, and where it stands if it stands anywhere."""
        with pytest.raises(ValueError, match=complaint):
            Mark(*fields)

    @pytest.mark.parametrize(
        ("column", "complaint"),
        [
            ("gain", "two layers: points: there is no column 'gain'"),
            ("layer", "must hold numbers, and row 1 has 'a'"),
            ("loss", "must hold numbers, and row 2 has None"),
        ],
    )
    def test_what_the_table_lacks(self, column, complaint):
        """Every coordinate is a number."""
        with pytest.raises(ValueError, match=complaint):
            evidence(points=replace(POINTS, columns=(column,)))


class TestJson:
    def test_holds_all_of_it(self):
        """What JSON carries is the same again."""
        piece = evidence(plots=PLOTS, points=POINTS)
        assert Evidence.from_json(json.loads(json.dumps(piece.as_json()))) == piece

    def test_is_absent_where_nothing_is_declared(self):
        """So evidence without declarations is written as it always was."""
        assert not {"plots", "points"} & set(evidence().as_json())
