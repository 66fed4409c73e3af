"""The pack of seed 004, and what a code tells: true of the real functions, refuted when they are
broken.
"""

from __future__ import annotations

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
        assert information.collision(torch.tensor([0, 0, 1, 1])) == 0.5

    @given(st.lists(st.floats(-10, 10), min_size=1, max_size=30), st.floats(0.01, 3))
    def test_cells_of_twice_the_step_are_unions(self, x, step):
        """So they tell no more, and more collide."""
        fine, coarse = (
            information.floor_codes(torch.tensor(x), width) for width in (step, 2 * step)
        )
        assert information.entropy(coarse) <= information.entropy(fine) + 1e-12
        assert information.collision(coarse) >= information.collision(fine) - 1e-12

    def test_of_nothing_there_is_no_information(self):
        """A clear error."""
        with pytest.raises(UsageError, match="no points"):
            information.entropy(torch.zeros(0))

    def test_corners(self):
        """Every coordinate has to be near ±1."""
        points = torch.tensor([[1.0, -0.95], [0.9, 0.5], [-1.0, 1.0]])
        assert [
            information.hypercubicity(points, tolerance) for tolerance in (0, 0.1, 0.5)
        ] == pytest.approx([1 / 3, 2 / 3, 1])


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
        assert semantic.a_step_over_twice_the_largest_rounds_to_zero("digits-mlp/logits")
        monkeypatch.setattr(
            semantic, "round_to_multiples", lambda weight, step: torch.sign(weight) * step
        )
        assert not semantic.a_step_over_twice_the_largest_rounds_to_zero("digits-mlp/logits")

    def test_a_function_that_splits_codes_is_refuted(self, monkeypatch):
        """What does not depend on the code alone can tell more."""
        monkeypatch.setattr(semantic, "collision", lambda codes: float(-codes.double().std()))
        found = first_evidence("semantic.information_falls.nested_codes")
        assert found.outcome == "refuted" and found.witness.replays()

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
        ("predicate", "case"),
        [
            (semantic.too_little_information_errs, {"code": [0, 0, 0, 0]}),
            (semantic.more_collisions_err, {"code": [0, 0, 0, 0]}),
        ],
    )
    def test_a_decision_without_errors_is_refuted(self, predicate, case, monkeypatch):
        """A code that told too little and still decided the labels would be a violation."""
        assert predicate(**case, labels=[0, 1, 1, 2])
        monkeypatch.setattr(semantic, "errors_of_the_best", lambda code, labels: 0.0)
        assert not predicate(**case, labels=[0, 1, 1, 2])

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
        """Hypercubicity that falls with the tolerance is a violation."""
        assert semantic.corners_grow_with_the_tolerance("tanh, none")
        monkeypatch.setattr(semantic, "hypercubicity", lambda x, tolerance: 1 - tolerance / 2)
        assert not semantic.corners_grow_with_the_tolerance("tanh, none")

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
