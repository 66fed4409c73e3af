"""Tests for claims.measures.spectra, and for predicates of claims.spectral."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
import torch
from hypothesis import given, strategies as st

from claims import spectral
from claims.measures.geometry import gamma, strongest
from claims.measures.spectra import (
    exact_codes,
    nearest,
    range_step,
    round_by_range,
    round_each_by_range,
    round_to_multiples,
    stable_rank,
)
from pyharness.evidence.run import Run
from pyharness.formats.affine import TensorError
from pyharness.project.pack import load_pack

CLAIMS = {item.id: item for item in load_pack(["claims.spectral"])}


def evidence_of(id):
    return list(CLAIMS[id].gather(Run(seed=0, kernel=None)))


@pytest.fixture
def uncached():
    """What `spectral` keeps is forgotten before and after a test that breaks one of its parts."""
    kept = [found for found in vars(spectral).values() if hasattr(found, "cache_clear")]
    kept = [found for found in kept if found.__module__ == spectral.__name__]
    for found in kept:
        found.cache_clear()
    yield
    for found in kept:
        found.cache_clear()


class TestStableRank:
    def test_of_equal_and_of_unequal_axes(self):
        """Three equal axes have 3, and lengths 2 and 1 have 5/4."""
        assert stable_rank(torch.eye(3, dtype=torch.float64)) == pytest.approx(3)
        assert stable_rank(torch.diag(torch.tensor([2.0, 1.0]))) == pytest.approx(5 / 4)

    @given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
    def test_is_energy_over_that_along_the_strongest_direction(self, seed, rows, columns):
        """As Lean's definition has it, and so at least 1."""
        matrix = torch.randn(
            rows, columns, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
        )
        found = stable_rank(matrix)
        expected = 1 / float(gamma(matrix, strongest(matrix, 1)))
        assert found == pytest.approx(expected, rel=1e-9)
        assert found >= 1 - 1e-9


class TestRounding:
    def test_nearest_multiples(self):
        """Ties go to even multiples, and no multiple is too far."""
        x = torch.tensor([-0.75, -0.25, 0.25, 0.75, 1.3, 1e6])
        assert round_to_multiples(x, 0.5).tolist() == [-1, 0, 0, 1, 1.5, 1e6]

    def test_a_step_of_zero_is_refused(self):
        """As that of a weight of equal entries."""
        weight = torch.ones(2, 2)
        with pytest.raises(TensorError, match="positive and finite scale, got 0"):
            round_to_multiples(weight, range_step(weight, 8))

    @given(
        st.lists(st.integers(-1000, 1000), min_size=2, max_size=9, unique=True),
        st.integers(1, 8),
    )
    def test_by_the_range(self, entries, bits):
        """The exact codes are those of the floats but for ties: the nearest multiples of the 2^b-th
        part of the range.
        """
        codes, step = exact_codes([Fraction(entry) for entry in entries], bits)
        weight = torch.tensor(entries, dtype=torch.float64)
        found = round_by_range(weight, bits)
        assert step == Fraction(max(entries) - min(entries), 2**bits)
        assert float(step) == range_step(weight, bits)
        for entry, code, rounded in zip(entries, codes, found.tolist(), strict=True):
            assert abs(entry - code * step) <= step / 2
            tie = 2 * abs(entry - code * step) == step
            assert tie or float(code * step) == pytest.approx(rounded, abs=1e-9)

    @given(st.integers(0, 2**31), st.integers(1, 8))
    def test_each_of_a_stack_by_its_own_range(self, seed, bits):
        """As alone, bit for bit."""
        draws = torch.Generator().manual_seed(seed)
        stack = torch.randn(3, 4, 5, generator=draws) * torch.tensor([1.0, 30.0, 1e-3]).view(
            3, 1, 1
        )
        alone = [round_by_range(weight, bits) for weight in stack]
        assert torch.equal(round_each_by_range(stack, bits), torch.stack(alone))

    def test_exact_ties(self):
        """They go to the smaller magnitude, and equal entries have the code 0 and no step."""
        halves = [Fraction(number, 2) for number in (-3, -1, 1, 3, 4)]
        assert [nearest(x) for x in halves] == [-1, 0, 0, 1, 2]
        assert exact_codes([Fraction(3), Fraction(3)], 4) == ([0, 0], 0)


IDENTITY, ROTATION = [["1", "0"], ["0", "1"]], [["3/5", "4/5"], ["-4/5", "3/5"]]


class TestClaims:
    def test_small_matrices_refute_what_is_said_of_condition_numbers(self):
        """A rotation has κ = 1 as the identity has, and other losses."""
        assert not spectral.matrices_of_one_condition_lose_alike(IDENTITY, ROTATION, 1)
        assert not spectral.better_conditioned_matrix_loses_less(
            ROTATION, spectral.ILL_CONDITIONED, 1
        )
        assert not spectral.one_spectrum_loses_alike(IDENTITY, ROTATION)
        assert spectral.matrices_of_one_condition_lose_alike(IDENTITY, IDENTITY, 1)

    def test_codes(self):
        """They are in the range where it is symmetric, and more than b bits hold."""
        assert spectral.codes_are_in_the_range(["-1", "0", "1"], 1)
        assert not spectral.codes_are_in_the_range(["0", "1"], 1)
        assert not spectral.codes_are_at_most_2_to_the_bits(["-1", "0", "1"], 1)
        assert spectral.codes_are_at_most_2_to_the_bits(["0", "1"], 1)

    def test_rounding_by_the_norm(self, monkeypatch):
        """It is rounding by the weight's own step; a coarser one is found out."""
        first = list(itertools.islice(spectral._roundings_by_the_norm(), 5))
        assert all(spectral.is_rounded_by_its_range(**case) for _, case in first)
        monkeypatch.setattr(
            spectral,
            "round_by_range",
            lambda weight, bits: round_to_multiples(weight, 1.5 * range_step(weight, bits)),
        )
        first = itertools.islice(spectral._roundings_by_the_norm(), 5)
        assert not any(spectral.is_rounded_by_its_range(**case) for _, case in first)

    @pytest.mark.parametrize(
        "change",
        [
            {"low": -12},
            {"high": 12},
            {"w": [[-8, 5], [3, 5]], "q": [[-8, 4], [4, 4]]},
            {"q": [[-8, 8], [4, 12]]},
            {"q": [[-8, 9], [4, 4]]},
        ],
    )
    def test_a_rounding_by_another_range_is_seen(self, change):
        """The step must be that of the range, which the entries have, and each be rounded by it."""
        case = {"bits": 2, "low": -8, "high": 8, "w": [[-8, 8], [3, 5]], "q": [[-8, 8], [4, 4]]}
        assert spectral.is_rounded_by_its_range(**case)
        assert not spectral.is_rounded_by_its_range(**case | change)

    def test_a_frobenius_error_over_the_bound_is_seen(self, monkeypatch):
        """Every hypothesis is checked, and the bound on the error."""
        case = {"bits": 1, "low": -4, "high": 4, "largest": 4, "w": [[2, -2, 4]]}
        case["q"] = [[0, 0, 4]]
        assert spectral.frobenius_error_is_bounded(**case)
        for change in (
            {"largest": 3},
            {"high": 3},
            {"low": -1},
            {"q": [[0, 0, 0]]},
            {"q": [[4, -4, 5]]},
            {"w": [[2, -2, 5]]},
        ):
            assert not spectral.frobenius_error_is_bounded(**case | change)
        error = 3 * 2.0**2  # The bound itself, of which no more than the rounding is allowed.
        for found, holds in ((error, True), (error * (1 + 1e-14), False)):
            monkeypatch.setattr(spectral, "energy", lambda e, found=found: found)
            assert spectral.frobenius_error_is_bounded(**case) is holds

    @pytest.mark.parametrize(
        "change", [{"largest": 7}, {"code": [2, -1, 1]}, {"code": [1, -1, -1]}, {"bits": 4}]
    )
    def test_a_code_out_of_the_range_is_seen(self, change):
        """Codes must be the nearest of weights in the range, and be in theirs."""
        case = {"bits": 1, "largest": 8, "w": [8, -8, 4], "code": [1, -1, 1]}
        assert spectral.symmetric_codes_are_in_the_range(**case)
        assert not spectral.symmetric_codes_are_in_the_range(**case | change)
        # Above the range, the nearest code is.
        beyond = {"bits": 1, "largest": 8, "w": [13], "code": [2]}
        assert not spectral.symmetric_codes_are_in_the_range(**beyond)

    def test_a_vector_that_is_lengthened_too_much_is_seen(self, monkeypatch):
        """The bound is reached by a matrix of one row, and no more is allowed than rounding."""
        case = {"e": [["0x1.8p+1", "0x1p+2"]], "x": ["0x1.8p+0", "0x1p+1"]}
        assert spectral.lengthens_by_at_most_frobenius(**case)
        monkeypatch.setattr(spectral, "turn", lambda x, e: (e @ x) * (1 + 1e-14))
        assert not spectral.lengthens_by_at_most_frobenius(**case)

    def test_the_lengthened_vector_is_nearly_the_singular_one(self):
        """So that the bound is asked where it is nearest to failing."""
        error = spectral.error_of("digits-mlp/hidden1", 4)
        x = spectral.lengthened(error)
        assert float((error @ x).norm()) >= 0.9 * spectral.op_norm(error)

    @pytest.mark.usefixtures("uncached")
    def test_the_relative_error_can_be_too_large(self, monkeypatch):
        """Rounding to four bits fewer than it says breaks the bound of some layers, which are
        witnesses that replay.
        """
        layers = ["digits-mlp/hidden1", "digits-cnn/conv1", "digits-autoencoder/pixels"]
        monkeypatch.setattr(spectral, "tall_layers", lambda: layers)
        (found,) = evidence_of("spectral.sensitivity.relative")
        assert found.outcome == "confirmed" and found.cases == len(layers)
        spectral.relative_errors.cache_clear()
        monkeypatch.setattr(
            spectral,
            "round_by_range",
            lambda weight, bits: round_by_range(weight, max(1, bits - 4)),
        )
        (found,) = evidence_of("spectral.sensitivity.relative")
        assert found.outcome == "refuted" and found.witness.replays()

    @pytest.mark.usefixtures("uncached")
    def test_an_error_of_the_sources_step_would_confirm(self, monkeypatch):
        """Rounding to multiples of Δ / 2^b, finer than the source's, is within C cond(W) Δ / 2^b;
        half way to it is not.
        """
        layer = "digits-mlp/hidden2"
        assert not spectral.error_falls_as_the_step_over_2_to_the_bits(layer)
        for finer, holds in ((1.0, True), (0.6, True), (0.4, False)):
            monkeypatch.setattr(
                spectral,
                "round_by_range",
                lambda weight, bits, finer=finer: round_to_multiples(
                    weight, range_step(weight, bits) / 2 ** (finer * bits)
                ),
            )
            spectral.frobenius_error.cache_clear()
            spectral.errors_over_steps.cache_clear()
            assert spectral.error_falls_as_the_step_over_2_to_the_bits(layer) is holds


@pytest.mark.usefixtures("uncached")
class TestRankCorrelation:
    """A reading is decided only where the interval of the correlation leaves 0 out."""

    ID = "spectral.friendly.rank_correlation"
    EACH = "spectral.friendly.in_each_network"

    @pytest.mark.parametrize(("sign", "expected"), [(1, "above"), (-1, "below")])
    def test_losses_that_follow_the_condition_number(self, sign, expected, monkeypatch):
        """Losses that rise or fall with it, but for the last two weights."""
        conditions = [*range(2, 12), 13, 12]
        weights = {f"a/{k}": torch.diag(torch.tensor([1, 1 / k])) for k in sorted(conditions)}
        loss = {k: 0.5 + sign * at / 100 for at, k in enumerate(conditions)}
        monkeypatch.setattr(spectral, "conditioned_weights", lambda: weights)
        monkeypatch.setattr(
            spectral, "round_by_range", lambda w, bits: w * (1 - loss[round(float(1 / w[1, 1]))])
        )
        r, low, high = spectral.rank_correlation("a")
        assert sign * r == pytest.approx(1 - 12 / (12**3 - 12))
        assert low > 0 if expected == "above" else high < 0

    ABOVE, BELOW, NEITHER = (0.5, 0.1, 0.8), (-0.5, -0.8, -0.1), (0.2, -0.1, 0.5)

    @pytest.mark.parametrize(
        ("found", "together", "each"),
        [
            ({"": ABOVE, "a": ABOVE, "b": ABOVE}, "confirmed", "confirmed"),
            ({"": ABOVE, "a": ABOVE, "b": BELOW}, "confirmed", "refuted"),
            ({"": ABOVE, "a": ABOVE, "b": NEITHER}, "confirmed", "inconclusive"),
            ({"": BELOW, "a": NEITHER, "b": NEITHER}, "refuted", "inconclusive"),
            ({"": NEITHER, "a": BELOW, "b": NEITHER}, "inconclusive", "refuted"),
        ],
    )
    def test_what_decides(self, found, together, each, monkeypatch):
        """An interval above 0 confirms, one below refutes, and one that holds 0 decides nothing."""
        weights = {f"{network}/{at}": torch.eye(2) for network in "ab" for at in range(10)}
        monkeypatch.setattr(spectral, "conditioned_weights", lambda: weights)

        def intervals(network="", together=1):
            """Those of both networks have to hold together."""
            assert together == (2 if network else 1)
            return found[network]

        monkeypatch.setattr(spectral, "rank_correlation", intervals)
        for claim, outcome in ((self.ID, together), (self.EACH, each)):
            (evidence,) = evidence_of(claim)
            assert evidence.outcome == outcome
            assert not evidence.witness or evidence.witness.replays()

    def test_real_weights(self):
        """Together they rise; in one network they fall, which is why the two are readings."""
        (together,), (each,) = evidence_of(self.ID), evidence_of(self.EACH)
        assert together.outcome == "confirmed" and together.measurements[0]["weights"] > 200
        assert each.outcome == "refuted" and each.witness.inputs["network"] == "minilm"

    def test_intervals_of_many_together_are_wider(self):
        r, low, high = spectral.rank_correlation("minilm")
        same, lower, higher = spectral.rank_correlation("minilm", 5)
        assert lower < low < r == same < high < higher


class TestTraining:
    """A reading about accuracy is decided only where the intervals over seeds leave out the gain
    that it asks for.
    """

    GAINS = [
        ("spectral.training.penalty_alone", "penalised_gain", 0),
        ("spectral.training.quantization_aware", "aware_gain", 0),
        ("spectral.training.penalty_beside_rounding", "gain_beside_rounding", 3.6),
    ]

    @pytest.mark.parametrize(("id", "name", "least"), GAINS)
    @pytest.mark.parametrize(
        ("gains", "outcome"),
        [
            (lambda bits: (3, 5, 4, 6, 2, 5, 3, 4), "confirmed"),
            (lambda bits: (-3, -5, -4, -6, -2, -5, -3, -4), "refuted"),
            (lambda bits: (3, -5, 4, -6, 2, -5, 3, 4), "inconclusive"),
            (lambda bits: (3, 5 if bits == 2 else -40, 4, 6, 2, 5, 3, 4), "inconclusive"),
            (lambda bits: (-3, 9 if bits == 3 else -5, -4, -6, -2, -5, -3, -4), "refuted"),
        ],
    )
    def test_intervals_decide(self, id, name, least, gains, outcome, monkeypatch):
        """Gains over what is asked for in every choice confirm, some below it in one refute, and
        others decide nothing.
        """
        monkeypatch.setattr(
            spectral, name, lambda penalty, bits, seed: least + gains(bits)[seed % 8]
        )
        (found,) = evidence_of(id)
        assert found.outcome == outcome and (not found.witness or found.witness.replays())
        assert "digits perceptron with λ = 0.0001" in found.domain
        for row in found.measurements:
            assert row["from"] < row["mean gain of 360"] < row["to"]

    def test_what_is_undecided_is_no_violation(self, monkeypatch):
        """Where one choice refutes, another whose interval holds the gain is not counted."""
        monkeypatch.setattr(
            spectral,
            "gain_beside_rounding",
            lambda penalty, bits, seed: 4 + (-1) ** seed if bits == 2 else 2 - seed % 2,
        )
        (found,) = evidence_of("spectral.training.penalty_beside_rounding")
        assert (found.cases, found.violations, found.witness.inputs["bits"]) == (1, 1, 3)

    def test_no_seed_by_which_the_gain_was_chosen(self, monkeypatch):
        """The gain that is asked for was chosen by the first eight seeds, which are left out."""
        asked = []
        monkeypatch.setattr(
            spectral,
            "gain_beside_rounding",
            lambda penalty, bits, seed: asked.append(seed) or -seed,
        )
        evidence_of("spectral.training.penalty_beside_rounding")
        assert {*asked} == {*range(8, 24)}

    def test_the_penalty_alone_is_asked_of_many_seeds(self, monkeypatch):
        """None of them is a seed of the other readings."""
        asked = []
        monkeypatch.setattr(
            spectral, "penalised_gain", lambda penalty, bits, seed: asked.append(seed) or -seed
        )
        evidence_of("spectral.training.penalty_alone")
        assert {*asked} == {*range(24, 88)}

    def test_gains_are_of_one_seed(self, monkeypatch):
        """Each is the images more that one of two networks from the same seed gets right."""
        monkeypatch.setattr(spectral, "_trained_accuracy", lambda *case: sum(case) / 360)
        monkeypatch.setattr(spectral, "_aware_accuracy", lambda *case: 2 * sum(case) / 360)
        assert spectral.penalised_gain(7.0, 2, 5) == 7
        assert spectral.aware_gain(7.0, 2, 5) == 28 - 7
        assert spectral.gain_beside_rounding(7.0, 2, 5) == 14

    def test_spectra_must_be_better_from_each_seed(self, monkeypatch):
        """One seed from which the penalty leaves the largest κ as it is refutes."""
        for spoilt, outcome in ((None, "confirmed"), (1, "refuted")):
            monkeypatch.setattr(
                spectral,
                "largest_condition",
                lambda penalty, seed, spoilt=spoilt: 3.0 if penalty and seed != spoilt else 9.0,
            )
            monkeypatch.setattr(spectral, "_training_row", lambda penalty, seed: {"λ": penalty})
            (found,) = evidence_of("spectral.training.spectra")
            assert (found.outcome, found.cases) == (outcome, 16)
        assert found.witness.inputs["seed"] == 1
