"""The pack of seed 004, and what a code tells: true of the real functions, refuted when they are
broken.
"""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, strategies as st

from claims import semantic
from claims.measures import information
from pyharness.core.errors import UsageError
from pyharness.evidence.run import Run
from pyharness.project.pack import load_pack

CLAIMS = {item.id: item for item in load_pack(["claims.semantic"])}
RUN = Run(seed=0, kernel=None)


def first_evidence(id):
    return next(iter(CLAIMS[id].gather(RUN)))


class TestInformation:
    def test_entropy_of_known_codes(self):
        """Four equal shares: 2 bits; one code: none; rows count as one code each."""
        assert (
            information.entropy(torch.tensor([0, 1, 2, 3])) == 2
            and information.entropy(torch.tensor([7, 7])) == 0
        )
        assert information.entropy(torch.tensor([[0, 1], [0, 2], [0, 1], [0, 2]])) == 1
        one, codes = torch.ones(4), torch.tensor([[0, 0, 1, 1], [5, -7, 5, 5]])
        assert information.code_prob(one, codes).tolist() == [[2, 2, 2, 2], [3, 1, 3, 3]]
        assert information.collision(one, codes).tolist() == [8, 10]
        assert semantic.collision_share(codes[0]) == 0.5

    @given(st.lists(st.floats(-10, 10), min_size=1, max_size=30), st.floats(0.01, 3))
    def test_cells_of_twice_the_step_are_unions(self, x, step):
        """So they tell no more, and more collide."""
        fine, coarse = (
            information.floor_codes(torch.tensor(x), width) for width in (step, 2 * step)
        )
        assert information.entropy(coarse) <= information.entropy(fine) + 1e-12
        one = torch.ones(len(x))
        assert information.collision(one, coarse) >= information.collision(one, fine)
        assert (information.code_prob(one, coarse) >= information.code_prob(one, fine)).all()

    def test_of_nothing_there_is_no_information(self):
        """A clear error."""
        with pytest.raises(UsageError, match="no points"):
            information.entropy(torch.zeros(0))

    def test_corners(self):
        """Every coordinate has to be near ±1."""
        points = torch.tensor([[1.0, -0.95], [0.9, 0.5], [-1.0, 1.0]])
        found = information.hypercubicity(points, torch.tensor([0.0, 0.125, 0.5]))
        assert found.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
        assert information.hypercubicity(points[:2], torch.tensor(0.1)) == 0.5


class TestChecks:
    @pytest.mark.parametrize(
        "id",
        [
            "semantic.rounds_to_zero",
            "semantic.information_falls.nested_codes",
            "semantic.preservation_bound.errors",
            "semantic.preservation_bound.collisions",
            "semantic.preservation_bound.less_of_the_labels",
            "semantic.dynamics",
        ],
    )
    def test_true_of_the_real_functions(self, id):
        """On all cases."""
        assert first_evidence(id).outcome == "confirmed"

    def test_rounding_away_from_zero_is_refuted(self, monkeypatch):
        """A grid that loses its threshold is seen, on numbers and on layers."""
        away = {"step": 10, "w": [4, -3], "q": [10, -10]}
        assert not semantic.lost_iff_small(**away)
        assert semantic.lost_iff_small(10, [4, -3], [0, 0])
        assert semantic.lost_iff_small(10, [4, -6], [0, -10])
        monkeypatch.setattr(semantic, "is_rounding", lambda step, w, q: q % step == 0)
        assert not semantic.lost_iff_small(**away)
        assert not semantic.rounds_to_zero_iff_small(4, 10)
        assert not semantic.scale_moves_the_threshold(8, [1, 2], [0, 0], [4, 8], [0, 0])
        found = first_evidence("semantic.rounds_to_zero")
        assert found.outcome == "refuted" and found.witness.replays()

    @pytest.mark.parametrize(
        ("id", "wrong"),
        [
            ("semantic.rounds_to_zero", 0.99),
            ("semantic.rounds_to_zero", 1.01),
            ("semantic.threshold_moves", 0.4),
            ("semantic.threshold_moves", 3),
        ],
    )
    def test_a_rounding_with_another_threshold_is_refuted(self, id, wrong, monkeypatch):
        """It is the rounding of all other claims that is asked: were its steps others, the layers
        would show it.
        """
        real = semantic.round_to_multiples
        monkeypatch.setattr(
            semantic,
            "round_to_multiples",
            lambda w, step: real(w, wrong * step) / wrong,
        )
        (*_, found) = CLAIMS[id].gather(RUN)
        assert found.kind == "model" and found.outcome == "refuted" and found.violations > 50

    @pytest.mark.parametrize("id", ["semantic.rounds_to_zero", "semantic.threshold_moves"])
    def test_every_layer_is_asked(self, id):
        """None has a weight of half a step, of which the law would say nothing."""
        (*_, found) = CLAIMS[id].gather(RUN)
        layers = len(semantic.weight_refs())
        assert found.outcome == "confirmed"
        assert found.cases == layers * (2 if id == "semantic.rounds_to_zero" else 1)

    def test_ties_count_for_both(self):
        """At 2 |w| = step 0 is a nearest multiple and not the only one."""
        w, step = torch.arange(-5, 6), torch.tensor(6)
        assert semantic.rounds_to_zero_iff_small(w, step).all()
        lost = semantic.is_rounding(step, w, torch.tensor(0))
        assert lost.tolist() == [abs(one) <= 3 for one in w.tolist()]

    def test_a_threshold_that_stays_is_refuted(self):
        """All must be lost at the small scale, some kept at the large one, and each be rounded."""
        case = {"step": 8, "small": [1, 2], "lost": [0, 0], "large": [4, 8], "kept": [0, 8]}
        assert semantic.scale_moves_the_threshold(**case)
        for change in (
            {"large": [1, 2], "kept": [0, 0]},
            {"small": [4, 8], "lost": [0, 8]},
            {"lost": [0, 8]},
            {"kept": [0, 0]},
        ):
            assert not semantic.scale_moves_the_threshold(**case | change)

    def test_a_function_that_splits_codes_is_refuted(self, monkeypatch):
        """What does not depend on the code alone can tell more."""
        assert semantic.merging_codes_keeps_collisions([0, 0, 1, 2], [1, 1, 0])
        monkeypatch.setattr(semantic, "code_prob", lambda weights, codes: codes)
        found = first_evidence("semantic.information_falls.nested_codes")
        assert found.outcome == "refuted" and found.witness.replays()

    def test_cells_that_are_none_are_refuted(self):
        """Codes must be the cells of their numbers, and those of a multiple of the step merge
        them; grids that are not nested can split.
        """
        case = {"step": "0x1p+0", "coarse_step": "0x1p+1", "x": ["0x1p+0", "0x1.8p+1"]}
        assert semantic.cells_merge(**case, fine=[1, 3], coarse=[0, 1])
        assert not semantic.cells_merge(**case, fine=[1, 2], coarse=[0, 1])
        assert not semantic.cells_merge(**case, fine=[1, 3], coarse=[0, 0])
        # 2.25 and 2.75 share a cell of 1, and not of 5/2.
        split = {"step": 1.0, "coarse_step": 2.5, "x": [2.25, 2.75]}
        assert not semantic.cells_merge(**split, fine=[2, 2], coarse=[0, 1])

    @pytest.mark.parametrize(
        "id",
        [
            "semantic.information_falls.any_steps",
            "semantic.preservation_bound.suffices",
            "semantic.phase_transition.every_model",
            "semantic.hypercubic.any_loss",
            "semantic.compression_range.fifty",
        ],
    )
    def test_what_is_false_has_a_small_witness(self, id):
        """A few points, a model of one weight, or a size."""
        found = first_evidence(id)
        assert found.outcome == "refuted" and found.witness.replays()

    @pytest.mark.parametrize(
        ("predicate", "broken"),
        [
            (semantic.too_little_information_errs, "code_prob"),
            (semantic.more_collisions_err, "decides"),
            (semantic.too_little_tells_less, "decides"),
        ],
    )
    def test_a_decision_without_errors_is_refuted(self, predicate, broken, monkeypatch):
        """A code that told too little and still decided the labels would be a violation."""
        case = {"code": [0, 1, 2, 2], "labels": [0, 1, 1, 2]}
        if predicate is semantic.too_little_tells_less:
            case["inputs"] = [0, 1, 2, 2]
        assert predicate(**case)
        assert predicate(**case | {"code": [0, 0, 0, 0]})
        if broken == "decides":
            monkeypatch.setattr(
                semantic, broken, lambda w, q, y: torch.tensor("inputs" not in case)
            )
            case["code"] = [0, 0, 0, 0]
        else:  # The code of 0 to 3 decides the labels, and is held for one that tells less.
            monkeypatch.setattr(semantic, broken, lambda w, q: q.amax(-1, keepdim=True) + 0 * q)
            case["code"] = [0, 1, 2, 3]
        assert not predicate(**case)

    def test_information_in_whole_numbers(self):
        """The products of counts are Shannon's entropy and mutual information, to rounding."""
        draws = torch.Generator().manual_seed(0)
        first, second = torch.randint(0, 3, (2, 9, 12), generator=draws)
        products = semantic._products_of_counts(first)
        told = semantic._information(first, second)
        for one, other, product, fraction in zip(first, second, products, told, strict=True):
            n = len(one)
            assert math.log2(n) - math.log2(product) / n == pytest.approx(information.entropy(one))
            assert math.log2(fraction) / n + math.log2(n) == pytest.approx(
                semantic.mutual_information(one, other)
            )

    def test_information_of_labels(self):
        """Two bits of four points tell nothing of each other, and all of both together."""
        low, high = torch.tensor([0, 1, 0, 1]), torch.tensor([0, 0, 1, 1])
        assert semantic.mutual_information(low, high) == 0
        assert semantic.mutual_information(low, torch.arange(4)) == 1
        assert semantic.errors_of_the_best(low, high) == 0.5
        assert semantic.errors_of_the_best(torch.arange(4), high) == 0

    def test_a_run_that_strays_is_refuted(self, monkeypatch):
        """Rounding by more than half a step leaves the bound."""
        case = {"factor": "1/2", "shift": "1/3", "step": "1", "x": "1/4", "times": 20}
        assert semantic.stays_near_the_fixed_point(**case)
        monkeypatch.setattr(semantic, "_round", lambda x: x.__floor__() + 3)
        assert not semantic.stays_near_the_fixed_point(**case)

    def test_curves(self, monkeypatch):
        """An exponential decay would confirm the one claim, and refute the other."""
        monkeypatch.setattr(semantic, "information", lambda x, step: 2.0 ** (-50 * step))
        assert semantic.decays_exponentially(0.05) and not semantic.a_doubling_loses_a_bit(0.05)
        monkeypatch.setattr(semantic, "information", lambda x, step: 8 - 1000 * (step > 0.2))
        assert semantic.falls_faster_from(0.2)

    def test_codes_of_few_bits(self):
        """One bit keeps signs and the mean magnitude; more bits are nearer to the weight."""
        weight = torch.tensor([[1.0, -3.0, 0.5, -0.5]])
        assert semantic.in_bits(weight, 1).tolist() == [[1.25, -1.25, 1.25, -1.25]]
        errors = [(semantic.in_bits(weight, bits) - weight).square().sum() for bits in (1, 2, 4)]
        assert errors[0] > errors[1] > errors[2]

    def test_a_sudden_fall_would_confirm(self, monkeypatch):
        """If coherence broke at 0.2, the claim would stand."""
        monkeypatch.setattr(semantic, "coherence", lambda step: 0.98 if step < 0.2 else 0.1)
        assert semantic.half_is_lost_at_one_step(semantic.STEPS)
        assert all(semantic.little_is_lost_below(step) for step in semantic.STEPS)
        monkeypatch.setattr(semantic, "coherence", lambda step: 1 - step / 3)
        assert not semantic.half_is_lost_at_one_step(semantic.STEPS)

    def test_a_penalty_makes_corners_and_ordinary_regularization_does_not(self):
        """The same network on the same digits, with two activations and three losses; the figures
        are the points.
        """
        assert all(map(semantic.most_are_corners, semantic.FORCED))
        assert not any(map(semantic.most_are_corners, semantic.NATURAL))
        found = semantic._most("sigmoid, L2", "a domain")
        assert found.outcome == "refuted" and found.witness.replays()
        shown = torch.tensor([list(row.values()) for row in found.measurements])
        torch.testing.assert_close(shown, semantic.points("sigmoid, L2"), atol=0, rtol=1e-3)

    def test_a_falling_share_is_seen(self, monkeypatch):
        """Hypercubicity that falls with the tolerance, or is no share, is a violation."""
        points = [["0x1p+0", "-0x1p-1"], ["0x1p-2", "0x0p+0"]]
        assert semantic.corners_grow_with_the_tolerance(points)
        for broken in (
            lambda x, tolerance: 1 - tolerance / 2,
            lambda x, tolerance: 2 * tolerance - 1,
            lambda x, tolerance: tolerance / 2,
            lambda x, tolerance: torch.where(tolerance < 1, 1 + tolerance, 1),
        ):
            monkeypatch.setattr(semantic, "hypercubicity", broken)
            assert not semantic.corners_grow_with_the_tolerance(points)

    def test_a_target_that_can_be_met_is_met(self):
        """Four times with 0.9 is within reach of the perceptron; twenty is of nothing."""
        assert semantic.reaches("digits-mlp", 4.0, 0.9) and not semantic.reaches(
            "digits-mlp", 20.0, 0.9
        )

    def test_a_frontier_that_rises_is_seen(self, monkeypatch):
        """More compression that keeps more, by over a hundredth, is a violation."""
        monkeypatch.setattr(
            semantic,
            "compressed",
            lambda model, target: type("", (), {"frontier": ((2, 0.9), (4, 0.95))}),
        )
        assert not semantic.coherence_falls("any", 20.0)
