"""The claim packs: every check confirms the real function and refutes a broken one, with a witness
that replays.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from claims import clipping, gap, nucleus, on_layers
from claims.measures import int8
from claims.models import bounds
from pyharness.evidence.run import Run
from pyharness.project.pack import load_pack

PACKS = ("claims.nucleus", "claims.gap", "claims.clipping")
CLAIMS = {item.id: item for item in load_pack(PACKS)}
RUN = Run(seed=0, kernel=None)


def saturating(values):
    """Bring integers back to int8 by saturation."""
    return values.clamp(-128, 127).to(torch.int8)


def shrinks(z, q):
    """Never above q: not extensive."""
    return torch.minimum(q, z)


def creeps(z, q):
    """One more than it should be: not idempotent."""
    return saturating(int8.qrelu(z, q).short() + 1)


def reflects(z, q):
    """Distance from z: not monotone, so it preserves neither meets nor joins."""
    return saturating((q.short() - z.short()).abs())


def ignores_zero_point(z, q):
    """As if every zero point were 5."""
    return torch.maximum(
        q, torch.tensor(5, dtype=torch.int8).expand(torch.broadcast_shapes(z.shape, q.shape))
    )


def fixes_by_parity(z, q):
    """Fixes everything at an odd zero point and little at an even one."""
    return torch.where(z % 2 == 0, saturating(q.short() + 1), q)


def first_evidence(id):
    """The evidence that a claim yields first, before the kernel is asked."""
    return next(iter(CLAIMS[id].gather(RUN)))


NUCLEUS_FAILURES = {
    "nucleus.extensive": shrinks,
    "nucleus.idempotent": creeps,
    "nucleus.map_inf": reflects,
    "nucleus.map_sup": reflects,
    "nucleus.mono": reflects,
    "nucleus.axioms": creeps,
    "nucleus.bot": ignores_zero_point,
    "nucleus.fixed_iff": ignores_zero_point,
    "nucleus.layer": shrinks,
    "nucleus.fixed_set_mono": reflects,
    "nucleus.fixed_set_mono_iff": ignores_zero_point,
    "nucleus.fixed_set_mono_strict": ignores_zero_point,
    "gap.positive": ignores_zero_point,
}


class TestNucleus:
    @pytest.mark.parametrize("id", NUCLEUS_FAILURES)
    def test_the_real_function_passes(self, id):
        """The claim holds of the quantized ReLU that the models run through."""
        assert first_evidence(id).outcome == "confirmed"

    @pytest.mark.parametrize(("id", "broken"), NUCLEUS_FAILURES.items())
    def test_a_broken_function_is_refuted(self, id, broken, monkeypatch):
        """A function without the property is refuted, and the witness replays."""
        monkeypatch.setattr(nucleus, "qrelu", broken)
        monkeypatch.setattr(gap, "qrelu", broken)
        evidence = first_evidence(id)
        assert evidence.outcome == "refuted" and evidence.witness.replays()

    @pytest.mark.parametrize(
        "id",
        [
            "nucleus.heyting",
            "nucleus.heyting_vectors",
            "nucleus.heyting_fixed",
            "nucleus.heyting_not_boolean",
        ],
    )
    def test_another_operation_is_no_implication(self, id, monkeypatch):
        """Only p ⇨ q passes: its greatest value for p ≤ q, and q elsewhere."""
        assert first_evidence(id).outcome == "confirmed"
        monkeypatch.setattr(nucleus, "himp", torch.maximum)
        evidence = first_evidence(id)
        assert evidence.outcome == "refuted" and evidence.witness.replays()

    @pytest.mark.parametrize(
        "law", [nucleus.raised_fixed_vectors_are_fixed, gap.gap_is_positive_iff_some_below]
    )
    def test_laws_of_vectors_are_refuted_on_real_rows(self, law, monkeypatch):
        """A law of activation vectors fails on a real layer's row once the function is broken."""
        assert nucleus.on_every_row(RUN, law).outcome == "confirmed"
        monkeypatch.setattr(nucleus, "qrelu", fixes_by_parity)
        monkeypatch.setattr(gap, "gate_gap", lambda z, q: (q < 0).sum(-1))
        evidence = nucleus.on_every_row(RUN, law)
        assert evidence.outcome == "refuted" and evidence.witness.replays()

    def test_boolean_is_decided_by_trying_all_pairs(self):
        """Two-element chains give Boolean products; a longer one does not."""
        assert nucleus.fixed_lattice_is_boolean([126, 127, 126])
        assert not nucleus.fixed_lattice_is_boolean([125, 126])

    @pytest.mark.parametrize(
        "id",
        [
            "nucleus.nonboolean_from_incomparable",
            "nucleus.graft_never_boolean",
            "nucleus.no_go",
        ],
    )
    def test_false_claims_are_refuted_with_a_witness(self, id):
        """What the source claims too widely is refuted by an instance that replays."""
        evidence = first_evidence(id)
        assert evidence.outcome == "refuted" and evidence.witness.replays()

    def test_the_characterisation_would_be_refuted_at_another_threshold(self):
        """126 is the threshold: with 125 in its place the sweep finds a counterexample."""
        assert all(nucleus.boolean_iff_at_least_126(**case) for case in nucleus.small_products())
        assert any(
            nucleus.fixed_lattice_is_boolean(case["z"]) != (min(case["z"]) >= 125)
            for case in nucleus.small_products()
        )

    def test_comparable_vectors_are_not_incomparable(self):
        """The check of the source's pair can fail."""
        assert nucleus.are_incomparable([0, 1], [1, 0]) and not nucleus.are_incomparable(
            [0, 1], [1, 1]
        )


def too_wide(x, alpha):
    """One above the range."""
    return int8.clip(x, alpha) + 1


def negated(x, alpha):
    """Turned over: monotone the wrong way."""
    return -int8.clip(x, alpha)


def saturated_at_zero(x, alpha):
    """Loses negative values."""
    return int8.clip(x, alpha).clamp(min=0)


def identity(x, alpha):
    """Does not clip."""
    return x.expand(torch.broadcast_shapes(x.shape, alpha.shape)).clone()


CLIP_FAILURES = {
    "clip.neg_alpha_le": identity,
    "clip.le_alpha": too_wide,
    "clip.in_range": too_wide,
    "clip.of_in_range": saturated_at_zero,
    "clip.idempotent": negated,
    "clip.abs_le": too_wide,
    "clip.mono_x": negated,
    "clip.mono_alpha": too_wide,
    "clip.nonneg": negated,
    "clip.not_nucleus": identity,
}


class TestClipping:
    @pytest.mark.parametrize("id", CLIP_FAILURES)
    def test_the_real_function_passes(self, id):
        """The claim holds of clip on all of INT8."""
        assert first_evidence(id).outcome == "confirmed"

    @pytest.mark.parametrize(("id", "broken"), CLIP_FAILURES.items())
    def test_a_broken_function_is_refuted(self, id, broken, monkeypatch):
        """A function without the property is refuted on INT8, and the witness replays."""
        monkeypatch.setattr(clipping, "clip", broken)
        evidence = first_evidence(id)
        assert evidence.outcome == "refuted" and evidence.witness.replays()

    @pytest.mark.parametrize(
        ("id", "broken"),
        [("clip.idempotent", negated), ("clip.le_alpha", too_wide), ("clip.mono_x", negated)],
    )
    def test_a_broken_function_is_refuted_on_floats(self, id, broken, monkeypatch):
        """The property search finds a float tensor on which the law fails, and shrinks it."""
        monkeypatch.setattr(clipping, "clip", broken)
        pieces = iter(CLAIMS[id].gather(RUN))
        next(pieces)
        evidence = next(pieces)
        assert (
            evidence.kind == "property"
            and evidence.outcome == "refuted"
            and evidence.witness.replays()
        )

    @pytest.mark.parametrize(
        "id", [one for one in CLAIMS if one.startswith("clip.") and one.endswith("_as_given")]
    )
    def test_as_given_without_a_sign_on_alpha_is_refuted(self, id):
        """Without α ≥ 0 the four range properties fail, as Lean proves too."""
        assert first_evidence(id).outcome == "refuted" and CLAIMS[id].negation


class TestGap:
    @pytest.mark.parametrize(
        "id",
        [
            "gap.gate_dominance.ratio",
            "gap.bitwidth_order.quantization",
            "gap.bitwidth_order.total",
            "gap.fp16_threshold_p10.at_or_under",
            "gap.fp16_threshold_p10.above_in_every_model",
        ],
    )
    def test_the_sources_figures_are_refuted_by_a_layer(self, id):
        """The witness is a real layer, measured again when it replays."""
        evidence = first_evidence(id)
        assert evidence.outcome == "refuted" and evidence.witness.replays()
        assert len(evidence.measurements) == evidence.cases == len(evidence.tensors)

    @pytest.mark.parametrize(
        "id",
        [
            "gap.gate_dominance.larger",
            "gap.bitwidth_order.int8_largest",
            "gap.fp16_threshold_p10.above",
            "gap.coarser.measured",
            "gap.architectures",
        ],
    )
    def test_other_readings_are_confirmed(self, id):
        """What the layers do show."""
        assert first_evidence(id).outcome == "confirmed"

    @pytest.mark.parametrize("id", ["gap.gate_dominance.law", "gap.coarser.same_range"])
    def test_laws_are_refuted_by_small_cases(self, id):
        """The witness is a few fractions."""
        evidence = first_evidence(id)
        assert evidence.outcome == "refuted" and evidence.witness.replays()

    def test_a_measured_certificate_can_fail(self, monkeypatch):
        """Were distances no metric, the parts would not bound the whole."""
        vectors = {"z": [0], "q": [-10], "stored": [3], "back": [20]}
        assert bool(gap.parts_bound_the_whole(**vectors))
        monkeypatch.setattr(gap, "step_dist", lambda v, w: (v.long() - w.long()).square().sum(-1))
        assert not bool(gap.parts_bound_the_whole(**vectors))

    def test_a_bound_by_signs_that_is_too_small_is_refuted(self, monkeypatch):
        """The bound is attained at a corner, so that one less does not hold."""
        step = "gap.crown_bounds.affine_step"
        assert first_evidence(step).outcome == "confirmed"
        real = bounds.box_upper
        monkeypatch.setattr(bounds, "box_upper", lambda w, low, high: real(w, low, high) - 1)
        evidence = first_evidence(step)
        assert evidence.outcome == "refuted" and evidence.witness.replays()

    def test_an_enclosure_that_an_output_leaves_refutes(self, monkeypatch):
        """Bounds of a smaller box are found out."""
        real = bounds.enclose
        monkeypatch.setattr(
            bounds,
            "enclose",
            lambda network, inputs, radius, method: real(network, inputs, radius / 100, method),
        )
        gap.enclosed.cache_clear()
        assert not gap.no_output_escapes("mlp", "crown")
        gap.enclosed.cache_clear()

    def test_bounds_of_the_same_width_are_not_narrower(self, monkeypatch):
        """A method is narrower only if it is strictly so, and if no output escapes either."""
        assert gap.is_narrower("mlp", "crown", "ibp") and not gap.is_narrower("mlp", "ibp", "ibp")
        real = gap.enclosed
        monkeypatch.setattr(
            gap,
            "enclosed",
            lambda network, method: replace(real(network, method), escaped=int(method == "ibp")),
        )
        assert not gap.is_narrower("mlp", "crown", "ibp")

    def test_the_domain_counts_the_images(self):
        """INT8 image, original and samples of each of the images that were enclosed."""
        _, evidence = CLAIMS["gap.crown_bounds.interval"].gather(RUN)
        row = evidence.measurements[0]
        assert f"{row['images']} held-out digits, {row['tried']} images" in evidence.domain

    def test_figures_within_the_sources_range_would_confirm(self, monkeypatch):
        """A layer whose ratio is 5.5 would not count against the source."""
        monkeypatch.setattr(
            gap, "layer_losses", lambda layer, name: {"gate": 5.5, "quantization": 1.0}
        )
        assert gap.gate_is_5_to_6_times_quantization("any")

    @pytest.mark.parametrize(("total", "holds"), [(3.0, True), (2.0, True), (3.1, False)])
    def test_the_bound_on_the_total_can_fail(self, total, holds, monkeypatch):
        """A total above the sum of its parts is a violation."""
        losses = {"gate": 1.0, "quantization": 1.0, "reconstruction": 1.0, "total": total}
        monkeypatch.setattr(gap, "layer_losses", lambda layer, name: losses)
        assert gap.total_is_at_most_the_sum("any") is holds

    def test_exact_addition_can_fail(self, monkeypatch):
        """If quantization changed the sign, gate and quantization would no longer add up."""
        x, y = torch.tensor([-4, 2, -1]), torch.tensor([0, 1, 0])
        assert gap.gate_and_quantization_add_up(x, y).all()
        assert gap.gate_and_quantization_add_up(x, -y - 1).tolist() == [False, True, False]
        monkeypatch.setattr(torch, "relu", torch.neg)
        assert not gap.gate_and_quantization_add_up(x, y).all()

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [("qrelu", lambda z, q: torch.minimum(q, z)), ("relu", lambda x: -x)],
    )
    def test_a_wrong_gate_does_not_add_up(self, name, wrong, monkeypatch):
        """Were something stored below the zero point, or the gate another one, the way by it would
        be a detour.
        """
        case = {"x": [-40, -40, 30], "z": 3, "q": [-1, 5, 9], "scale": 10}
        assert gap.stored_gate_adds_up(**case).all()
        monkeypatch.setattr(torch if name == "relu" else gap, name, wrong)
        assert not gap.stored_gate_adds_up(**case).all()

    def test_codes_are_those_that_are_stored(self):
        """Of a layer, what the law makes of codes, zero point and scale is what `gated` gives."""
        layer = on_layers.find_layer("digits-mlp/hidden1")
        (case,) = gap._codes_in_blocks("INT8", layer)
        stored = case["scale"] * (gap.qrelu(case["z"].to(torch.int8), case["q"]).long() - case["z"])
        expected = gap.gated(layer.preactivation.double(), "INT8").flatten()
        assert float((stored.double() * gap.UNIT - expected).abs().max()) <= 128 * gap.UNIT
        assert case["x"].equal(gap.fixed_point(layer.preactivation.flatten()))

    @pytest.mark.parametrize(("name", "by"), [("box_upper", -1), ("box_lower", 1)])
    @pytest.mark.parametrize("place", [0, -1])
    def test_an_interval_too_small_in_one_row_is_refuted(self, name, by, place, monkeypatch):
        """Each row of the first layer attains its bounds: one less of any of them does not hold."""
        real = getattr(bounds, name)

        def wrong(w, low, high):
            found = real(w, low, high)
            if w.shape[-1] == 64:
                found[..., place] += by
            return found

        monkeypatch.setattr(bounds, name, wrong)
        monkeypatch.setattr(gap, "NETWORKS", {"mlp": gap.NETWORKS["mlp"]})
        found = gap._whole_intervals()
        assert found.outcome == "refuted" and found.witness.replays()

    def test_the_relu_between_layers_is_the_tied_one(self, monkeypatch):
        """With a function that falls, intervals do not hold."""
        monkeypatch.setattr(torch, "relu", torch.neg)
        assert not gap.output_is_in_interval([[[1]], [[1]]], [[0], [0]], [3], [[2], [4]]).all()

    def test_bounds_of_whole_numbers_can_fail(self, monkeypatch):
        """An input outside its box is refused, and so are bounds that are exchanged."""
        layers = [[[1, -2]], [[3]]], [[1], [0]]
        box = [[0, 0], [2, 2]]
        assert gap.output_is_in_interval(*layers, [1, 2], box)
        assert not gap.output_is_in_interval(*layers, [1, 3], box)
        monkeypatch.setattr(gap.bounds, "box_upper", gap.bounds.box_lower)
        assert not gap.output_is_in_interval(*layers, [2, 0], box)

    def test_int4_uses_its_sixteen_values(self):
        """Fewer bits, fewer levels: a ramp keeps at most 16 values."""
        assert (
            len(gap.gated(torch.linspace(-1, 1, 1000, dtype=torch.float64), "INT4").unique()) <= 16
        )
