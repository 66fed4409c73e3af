"""Bounds on rounding, and when two pieces of evidence agree."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyharness.evidence import Evidence, Witness
from pyharness.evidence.rounding import FIGURES, FLOAT32, FLOAT64, disagreement, gamma
from tests.certificate_samples import AGREES, COUNTEREXAMPLE, FLOATS, LAYERS, SWEEP


class TestGamma:
    """`gamma`."""

    @given(
        st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60),
        st.randoms(use_true_random=False),
    )
    def test_bounds_a_sum_in_any_order(self, terms, random):
        """Two orders of one float32 sum lie within twice the bound of the sum of magnitudes."""
        shuffled = random.sample(terms, len(terms))
        sums = []
        for order in (terms, shuffled):
            total = np.float32(0)
            for term in order:
                total += np.float32(term)
            sums.append(float(total))
        assert abs(sums[0] - sums[1]) <= 2 * gamma(len(terms), FLOAT32) * math.fsum(map(abs, terms))

    def test_values(self):
        """N u / (1 − n u); there is none once n u reaches 1."""
        assert gamma(1000) == 1000 * FLOAT64 / (1 - 1000 * FLOAT64)
        with pytest.raises(ValueError, match="no bound"):
            gamma(2**24, FLOAT32)

    def test_figures_are_bounded_as_said(self):
        """What evidence is held to unless it says otherwise is far below its last digit."""
        assert FIGURES == 16 * gamma(2**25) < 1e-7
        with pytest.raises(ValueError, match="rounding"):
            replace(SWEEP, rounding=math.inf)


def figures(**cells):
    return replace(LAYERS, measurements=({"layer": "net.0"} | cells,))


class TestDisagreement:
    """`disagreement`."""

    @pytest.mark.parametrize(
        "piece", [SWEEP, LAYERS, FLOATS, COUNTEREXAMPLE, AGREES], ids=lambda piece: piece.kind
    )
    def test_equal_evidence_agrees(self, piece):
        """Whatever device it names, and whatever its words for a table are."""
        assert (
            disagreement(
                piece.as_json(), replace(piece, device="cuda", summary="other words").as_json()
            )
            is None
        )

    @pytest.mark.parametrize(
        ("ours", "theirs", "both"),
        [
            (SWEEP, replace(SWEEP, cases=65535), "cases: 65536 here, 65535 there"),
            (
                COUNTEREXAMPLE,
                replace(COUNTEREXAMPLE, cases=2, violations=2),
                "cases: 1 here, 2 there",
            ),
            (
                replace(COUNTEREXAMPLE, cases=2),
                replace(COUNTEREXAMPLE, cases=2, violations=2),
                "violations: 1 here, 2 there",
            ),
            (
                replace(SWEEP, cases=1, kind="witness"),
                COUNTEREXAMPLE,
                "violations: 0 here, 1 there",
            ),
            (
                COUNTEREXAMPLE,
                replace(
                    COUNTEREXAMPLE,
                    witness=Witness(COUNTEREXAMPLE.witness.predicate, {"z": 4, "q": 1}, "s"),
                ),
                "'z': 3.*'z': 4",
            ),
            (
                FLOATS,
                replace(FLOATS, max_error=2e-5, tolerance=1e-4),
                "tolerance: 1e-05 here, 0.0001 there",
            ),
            (
                FLOATS,
                replace(FLOATS, max_error=None, tolerance=None),
                "tolerance: 1e-05 here, None there",
            ),
            (LAYERS, replace(LAYERS, measurements=LAYERS.measurements[:1]), "2 rows.*1 of"),
            (figures(gap=1.0), figures(other=1.0), "gap.*other"),
            (figures(gap=1.0), figures(gap=None), "gap: 1.0 here, None there"),
            (figures(gap=True), figures(gap=1), "gap: True here, 1 there"),
            (figures(which="INT8"), figures(which="INT4"), "which: INT8 here, INT4 there"),
            (figures(gap=0.123456), figures(gap=0.123459), "gap: 0.123456 here, 0.123459 there"),
            (figures(count=12), figures(count=13), "count: 12 here, 13 there"),
        ],
    )
    def test_what_differs_is_said_with_both_values(self, ours, theirs, both):
        """Counts, witnesses, tables and figures, in either direction."""
        assert re.search(both, disagreement(ours.as_json(), theirs.as_json()))
        assert disagreement(theirs.as_json(), ours.as_json())

    @pytest.mark.parametrize(
        ("here", "there"),
        [
            (0.123456, 0.123457),
            (1.0, 1),
            (99999.9, 100000.0),
            (0.0, 5e-8),
            (1234560.0, 1234570.0),
            (-2.5, -2.50001),
        ],
    )
    def test_a_unit_of_the_last_digit_is_rounding(self, here, there):
        """Two figures that their rounding to six digits, or what stands beside it, puts apart are
        the same.
        """
        assert disagreement(figures(gap=here).as_json(), figures(gap=there).as_json()) is None

    def test_our_own_bound_decides(self):
        """A record cannot loosen what evidence is held to."""
        ours, theirs = figures(gap=0.5), figures(gap=0.501)
        assert disagreement(ours.as_json(), replace(theirs, rounding=0.1).as_json())
        assert disagreement(replace(ours, rounding=0.01).as_json(), theirs.as_json()) is None

    def test_largest_errors_may_differ_by_the_tolerance(self):
        """The largest error is rounding itself, and no two devices have the same."""
        assert disagreement(FLOATS.as_json(), replace(FLOATS, max_error=9e-6).as_json()) is None

    def test_bounds_survive_json(self):
        """A piece's own bound is kept with its figures."""
        piece = replace(figures(gap=0.5), rounding=0.25)
        assert Evidence.from_json(piece.as_json()) == piece and SWEEP.as_json()["rounding"] is None
