"""The plots that the claims declare, on the tables of the committed certificate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from claims import correction, gap, languages, quant_error, rotation, semantic
from pyharness.report.plots import charts

CERTIFICATE = json.loads(
    (Path(__file__).resolve().parents[2] / "certificates" / "leanmining.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("id", "place", "plots", "x", "y"),
    [
        ("gap.total_le_sum", 0, gap.LOSSES_PLOTS, "layer", ""),
        ("geometry.beta_eff", 0, [correction.FRONTIER_PLOT], "bits a key", "β_eff"),
        ("geometry.random_rotations", 0, [rotation.FLOORS_PLOT], "head", "mean β"),
        ("geometry.learned_rotation", 2, [rotation.CURVE_PLOT], "step", "mean β"),
        ("geometry.output", 0, [correction.OUTPUT_PLOT], "bits a key", "mean cosine"),
        ("error.decomposition", 1, [quant_error.MODEL_PLOT], "α/σ", "model / true"),
        ("error.mse_convex", 1, [quant_error.CURVES_PLOT], "α/σ", "MSE/σ²"),
        ("error.kurtosis_degradation.mean", 0, [languages.CORRELATION_PLOT], "average", "r"),
        (
            "error.kurtosis_helps.at_all",
            0,
            languages.LANGUAGE_PLOTS[:1],
            "κ, median",
            "1 − cosine",
        ),
        (
            "error.kurtosis_helps.at_all",
            0,
            languages.LANGUAGE_PLOTS[-1:],
            "κ, mean",
            "1 − cosine",
        ),
        (
            "semantic.compression_range.ten_for_all",
            0,
            [semantic.COMPRESSION_PLOT],
            "compression",
            "embedding cosine",
        ),
    ],
)
def test_what_readers_expect(id, place, plots, x, y):
    """Error over threshold, energy over bits, closeness over bits, gaps by layer, coherence over
    compression: each plot fits the table of its claim, and has these axes.
    """
    (claim,) = [claim for claim in CERTIFICATE["claims"] if claim["id"] == id]
    declared = {"plots": [plot.as_json() for plot in plots]}
    shown = charts(claim["evidence"][place] | declared)
    assert [(chart.title, chart.x, chart.y) for chart in shown] == [
        (plot.title, x, y) for plot in plots
    ]
