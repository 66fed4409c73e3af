"""The packs of seeds 002 and 003: each check confirms what is true, and refutes a broken function
with a witness.
"""

from __future__ import annotations

import itertools
import re
import statistics
from dataclasses import replace
from fractions import Fraction

import pytest
import torch
from hypothesis import given, strategies as st

from claims import languages, quant_error, spectral
from claims.models.activations import counts, symmetric_layers
from claims.models.zoo import load_models
from pyharness.evidence.exhaustive import enumerate_cases
from pyharness.evidence.run import Run
from pyharness.project.pack import load_pack

PACKS = ("claims.quant_error", "claims.languages", "claims.spectral")
CLAIMS = {item.id: item for item in load_pack(PACKS)}
RUN = Run(seed=0, kernel=None)
LAYER = "digits-mlp/hidden2"


def mixed(components):
    """A mixture of components, of which each has counts of three numbers; the first one's share is
    1 of the whole, the next one's 2, and so on.
    """
    counted = torch.tensor(components, dtype=torch.float64)
    w, x = counted.unbind(-1)
    v = torch.arange(1, len(w) + 1, dtype=torch.float64)
    return v / v.sum(), w / w.sum(-1, keepdim=True), x


NUMBERS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(-50, 50)),
    min_size=3,
    max_size=3,
    unique_by=lambda one: one[1],
)
MIXED = st.lists(NUMBERS, min_size=1, max_size=4).map(mixed)


def first_evidence(id):
    return next(iter(CLAIMS[id].gather(RUN)))


class TestFractions:
    def test_errors_of_one_number(self):
        """1 at α = 3/2 with three steps: half from the levels 1/2 and 3/2; at α = 1/2 it is
        clipped.
        """
        assert quant_error.exact_errors(["1"], "3/2", 3) == (
            Fraction(1, 4),
            Fraction(1, 4),
            0,
            Fraction(1, 12),
        )
        total, within, clipped, noise = quant_error.exact_errors(["1"], "1/2", 3)
        assert (total, within, clipped, noise) == (Fraction(1, 4), 0, Fraction(1, 4), 0)

    @pytest.mark.parametrize(
        "id",
        [
            "error.decomposition",
            "error.in_range_monotone",
            "error.model_mass_convex",
            "error.mse_convex",
            "error.clipping_slope.everywhere",
            "error.unique_optimum.only_one",
            "error.threshold_rises.any_data",
            "error.banner.own_grid",
            "error.banner.level_at_alpha",
            "error.distortion_rate.bound_for_any_data",
            "error.effective_kurtosis.any_components",
            "error.disparity.some_constant",
            "error.disparity.some_constant_relative",
        ],
    )
    def test_what_is_false_has_a_small_witness(self, id):
        """A datum in fractions, that anyone can work out by hand."""
        found = first_evidence(id)
        assert found.outcome == "refuted" and found.witness.replays()

    def test_the_optimum_is_found_among_all_choices_of_levels(self):
        """1 and −2 are levels of three steps at no threshold: the best, 21/10, has an error."""
        alpha, error = quant_error.exact_optimum(("1", "-2"), 3)
        assert (alpha, error) == (Fraction(21, 10), Fraction(1, 20))
        assert quant_error.has_an_optimum(["1", "-2"], 3, "2")

    def test_a_worse_optimum_is_refuted(self, monkeypatch):
        """If the best of all choices of levels were worse than a threshold, it would be seen."""
        monkeypatch.setattr(quant_error, "exact_optimum", lambda x, steps: (0, Fraction(1)))
        assert not quant_error.has_an_optimum(["1", "-2"], 3, "2")

    def test_one_bit(self):
        """The mean magnitude of 1, −1, 3, −3 is 2, and nothing else is as good."""
        spread = ["1", "-1", "3", "-3"]
        assert quant_error.exact_errors(spread, "2", 1)[0] == 1
        assert quant_error.mean_magnitude_is_the_optimum(spread, "9/4")
        assert quant_error.exact_kurtosis_and_ratio(spread) == (Fraction(-34, 25), Fraction(4, 5))

    @pytest.mark.parametrize(
        "predicate", [quant_error.splits, quant_error.exact_rounding_is_half_a_step]
    )
    def test_a_quantizer_that_wraps_around_is_refuted(self, predicate, monkeypatch):
        """If what is over the threshold went elsewhere, the split would fail; if rounding were to
        any level, the bound.
        """
        real = quant_error.exact_errors
        monkeypatch.setattr(
            quant_error, "exact_errors", lambda *case: (real(*case)[0] + 100, *real(*case)[1:])
        )
        found = enumerate_cases(
            predicate, [{"x": ["1"], "alpha": "2", "steps": 3}], domain="a datum", summary="1 case"
        )
        assert found.outcome == "refuted" and found.witness.replays()


def off(function):
    """The function, wrong at every other threshold: the last argument."""

    def changed(*arguments):
        alpha = arguments[-1]
        value = function(*arguments)
        return value + torch.where(torch.arange(alpha.shape[-1]) % 2 == 1, 10**12, 0)

    return changed


class TestLayers:
    LAWS = [
        (quant_error.error_splits, "mse", off),
        (quant_error.error_splits, "clipping_error", off),
        (quant_error.error_splits, "in_range_error", off),
        (quant_error.clipping_error_falls, "clipping_error", off),
        (quant_error.clipping_error_falls_strictly, "clipping_error", off),
        (quant_error.clipping_error_is_convex, "clipping_error", off),
        (quant_error.noise_rises, "quantization_noise", off),
        (quant_error.noise_rises_strictly, "quantization_noise", off),
        (quant_error.model_is_convex, "clipping_error", off),
        (quant_error.model_is_convex, "uniform_noise", lambda f: lambda *x: -f(*x)),
        (quant_error.in_range_error_is_bounded, "in_range_error", off),
        (quant_error.in_range_error_is_bounded, "mass_within", lambda f: lambda *x: 0 * f(*x)),
        (quant_error.in_range_error_is_bounded, "step_size", lambda f: lambda *x: f(*x) // 2),
        (quant_error.rounding_is_half_a_step, "quantize", lambda f: lambda *x: f(*x) + x[0] // 9),
        (quant_error.rounding_is_half_a_step, "step_size", lambda f: lambda *x: f(*x) // 2),
        (quant_error.mean_magnitude_is_best, "mse", lambda f: lambda *x: -f(*x)),
        (quant_error.mean_magnitude_is_best, "mse", lambda f: lambda *x: 0 * f(*x)),
    ]

    @pytest.mark.parametrize(("law", "name", "wrong"), LAWS)
    def test_true_of_a_real_layer_and_false_of_wrong_errors(self, law, name, wrong, monkeypatch):
        """Each law holds of a layer; with errors that are measured wrongly it does not."""
        layer = next(one for one in symmetric_layers() if one.name == LAYER)
        case = quant_error.histogram(layer.values)
        assert law(**case) and law(**{name: value.tolist() for name, value in case.items()})
        monkeypatch.setattr(quant_error, name, wrong(getattr(quant_error, name)))
        assert not law(**case)

    def test_the_noise_rises_only_where_data_are_within(self, monkeypatch):
        """Below 100 it is 0 at every threshold, which would be seen if the datum 100 were said to
        be within.
        """
        datum = {"w": [1], "x": [100]}
        assert quant_error.noise_rises_strictly(**datum)
        monkeypatch.setattr(
            quant_error, "mass_within", lambda w, x, alpha: torch.ones_like(alpha * x[..., 0])
        )
        assert not quant_error.noise_rises_strictly(**datum)

    def test_the_parts_of_a_layer_are_all_of_it(self):
        """No output is left out, and none is counted twice."""
        layer = max(symmetric_layers(), key=lambda one: one.values.numel())
        parts = quant_error.in_parts(layer)
        assert len(parts) > 1 and sum(part["w"] for part in parts).equal(counts(layer.values))
        assert int(counts(layer.values).sum()) == layer.values.numel()

    def test_a_law_that_fails_is_refuted_with_a_witness(self, monkeypatch):
        """The witness has a layer's counts, and replays."""
        real = quant_error.clipping_error
        monkeypatch.setattr(quant_error, "clipping_error", lambda *case: -real(*case))
        found = quant_error._in_int8(quant_error.clipping_error_falls, lambda name: {}, "all")
        assert (found.outcome, found.cases, found.violations) == ("refuted", 55, 55)
        assert sum(found.witness.inputs["w"]) == 360 * 64 and found.witness.replays()

    def test_convexity_is_of_neighbours(self):
        """A bump is not convex; a valley and a line are."""
        assert quant_error.is_convex([4, 1, 0, 1, 4], 0) and quant_error.is_convex([3, 2, 1], 0)
        assert not quant_error.is_convex([0, 1, 0], 0) and quant_error.is_convex([0, 1, 0], 2)


class TestOptimum:
    def test_heavier_tails_may_have_a_lower_threshold(self):
        """The contaminated normal distribution has the highest kurtosis and not the highest
        threshold.
        """
        assert quant_error.higher_kurtosis_has_higher_threshold("Gaussian", "Laplace")
        assert not quant_error.higher_kurtosis_has_higher_threshold(
            "Gaussian", "contaminated normal"
        )

    def test_the_optimum_itself_would_pass_banners_test(self, monkeypatch):
        """A rule that gives the best threshold on Banner's grid is near the optimum."""
        assert not quant_error.banner_is_near_the_optimum("Laplace", "own_grid")
        monkeypatch.setattr(
            quant_error,
            "banner_threshold",
            lambda data: data.best_threshold(4)[0] / quant_error.BANNER_LEVEL,
        )
        assert quant_error.banner_is_near_the_optimum("Laplace", "own_grid")

    def test_the_gaussian_depends_on_the_grid(self):
        """2.5 standard deviations are near the optimum with a level at α, not on Banner's grid."""
        assert quant_error.two_and_a_half_is_near("level_at_alpha")
        assert not quant_error.two_and_a_half_is_near("own_grid")

    def test_slopes(self):
        """The uniform distribution loses a factor of about 4 a bit, not √2."""
        assert quant_error.a_bit_quarters(
            "uniform", 5
        ) and not quant_error.a_bit_divides_by_the_root_of_two("uniform", 5)
        assert not quant_error.a_bit_quarters("Gaussian", 2)
        assert quant_error.twice_the_steps_quarter(7)

    def test_nothing_below_the_bound(self):
        """The Gaussian is over σ² 4^−B, and does not reach it; an error below would be seen."""
        assert quant_error.error_is_over_the_bound("Gaussian", 4)
        assert not quant_error.error_reaches_the_bound("Gaussian", 4)
        assert not quant_error.error_is_over_the_bound("silero-vad/final_conv", 2)


class TestLanguages:
    def test_texts(self):
        """Nineteen languages, each with its own tokens."""
        assert len(languages.read_languages()) == 19 and len(languages.layer_names()) == 36
        assert len(languages.outputs("Greek", languages.layer_names()[0])) > len(
            languages.outputs("English", languages.layer_names()[0])
        )

    def test_fourth_moments_in_fractions(self):
        """Of 0, 0, 3 and 3, 3, 3 about their mean 2: (16 + 16 + 4)/6 with the skew; without,
        another number.
        """
        direct, formula, without = languages.fourth_moments([[0, 0, 3], [3, 3, 3]])
        assert direct == formula == 6 and without != direct

    def test_kurtoses_in_fractions(self):
        """Of 0, 0, 3 and 2, 3, 4: variance 4/3 within and 1 between; the skew is left out."""
        found = languages.kurtoses(languages.power_sums([[0, 0, 3], [2, 3, 4]]))
        assert found.variance == found.total == Fraction(7, 3)
        assert found.whole == found.formula + found.skew and found.skew != 0
        assert languages.seeds_formula_holds([[-1, 1], [2, 4]])
        assert languages.kurtoses(languages.power_sums([[0, 0, 3], [3, 3]])).formula is None

    @pytest.mark.parametrize(
        ("predicate", "part"),
        [
            (languages.total_variance_holds, "total"),
            (languages.corrected_formula_holds, "skew"),
        ],
    )
    def test_a_wrong_sum_is_refuted(self, predicate, part, monkeypatch):
        """A figure that is off by 1 breaks the identity."""
        real = languages.kurtoses
        monkeypatch.setattr(
            languages,
            "kurtoses",
            lambda sums: replace(real(sums), **{part: getattr(real(sums), part) + 1}),
        )
        assert not predicate([[0, 0, 3], [2, 3, 4]])

    LAWS = [
        (languages.total_variance_holds_of, ["moment"]),
        (languages.fourth_moment_holds_of, ["moment"]),
        (
            languages.corrected_formula_holds_of,
            ["excess_kurtosis", "kurtosis_formula", "mixture_kurtosis", "mixture_mean", "moment"],
        ),
        (
            languages.formula_holds_without_skew_of,
            ["excess_kurtosis", "kurtosis_formula", "mixture_kurtosis", "mixture_mean", "moment"],
        ),
    ]

    @pytest.mark.parametrize(
        ("law", "name"), [(law, name) for law, names in LAWS for name in names]
    )
    def test_a_moment_that_is_off_is_refuted(self, law, name, monkeypatch):
        """Each law holds of a layer's mixture, and also as a witness has it; with one function off
        by a hundred millionth of its size and 1, it does not; with moments, from the second on,
        by a ten thousandth.
        """
        layer = languages.layer_names()[1]
        bare = law is languages.formula_holds_without_skew_of
        case = languages.mirrored_by_language(layer) if bare else languages.by_language(layer)
        assert law(**case)
        assert law(**{part: languages._in_hex(value.tolist()) for part, value in case.items()})
        real = getattr(languages, name)

        def off(*arguments):
            value = real(*arguments)
            share = 1e-4 * (arguments[3] > 1) if name == "moment" else 1e-8
            return value + share * (value.abs() + 1)

        monkeypatch.setattr(languages, name, off)
        assert not law(**case)

    @pytest.mark.parametrize("shift", [0, 10**5])
    @given(MIXED)
    def test_the_bound_of_rounding_holds_and_is_small(self, shift, case):
        """Of mixtures whose shares are no floats, near 0 and far from it, where the means round
        more; near 0 it is a trifle of the moments.
        """
        v, w, x = case
        case = {"v": v, "w": w, "x": x + shift}
        assert languages.total_variance_holds_of(**case)
        assert languages.fourth_moment_holds_of(**case)
        assert languages.corrected_formula_holds_of(**case)
        whole, _, _, slack = languages.kurtosis_in_parts(**case)
        assert shift or 0 < slack <= 1e-8 * (abs(whole) + 6)

    def test_the_bound_of_rounding_is_a_trifle_in_a_layer(self):
        """Less than 10⁻⁹ of what is compared: an error of that in one side is seen."""
        layer = languages.layer_names()[0]
        case = languages.mirrored_by_language(layer)
        v, w, x = case.values()
        means = languages.moment(w, x, torch.tensor(0), torch.tensor(1))
        mean = languages.mixture_mean(v, w, x)
        for p in (2, 4):
            own, whole = (languages.moment(w, x, about, torch.tensor(p)) for about in (means, mean))
            slack = languages.rounding_of_moments(p, v, w, x, own.tolist(), (means - mean).tolist())
            assert 0 < slack < 1e-9 * float((v * whole).sum())
        whole, _, _, slack = languages.kurtosis_in_parts(**case)
        assert 0 < slack < 1e-9 * (abs(whole) + 6)

    def test_the_seeds_formula_fails_where_there_is_skew(self):
        """Of the outputs themselves, which have some; their mirror images take it away."""
        layer = languages.layer_names()[0]
        assert not languages.formula_holds_without_skew_of(**languages.by_language(layer))

    def test_mixtures_are_of_all_outputs(self):
        """The shares add up to 1, and the mean and the kurtosis are those in fractions. Mirrored,
        each language keeps its mean up to a quarter of a step.
        """
        layer = languages.layer_names()[0]
        found, mirrored = (
            made(layer) for made in (languages.by_language, languages.mirrored_by_language)
        )
        assert found["w"].shape == (19, 256) and mirrored["w"].shape == (19, 768)
        for one in (found, mirrored):
            torch.testing.assert_close(one["v"].sum(), torch.tensor(1.0, dtype=torch.float64))
            torch.testing.assert_close(one["w"].sum(1), torch.ones(19, dtype=torch.float64))
        whole = languages.mixture_kurtosis(**found)
        assert float(whole) == pytest.approx(float(languages.layer_kurtoses(layer).whole))
        means, middles = ((one["w"] * one["x"]).sum(1) for one in (found, mirrored))
        assert bool(((means - middles).abs() <= 0.25 + 1e-9).all())

    def test_a_law_that_fails_is_refuted_with_a_witness(self, monkeypatch):
        """The witness has the shares exactly, and replays."""
        monkeypatch.setattr(languages, "layer_names", lambda: ("a", "b"))
        monkeypatch.setattr(languages, "_mixture_rows", list)
        monkeypatch.setattr(languages, "rounding_of_moments", lambda *case: -1.0)
        case = {
            "v": torch.tensor([0.5, 0.5]),
            "w": torch.full((2, 2), 0.5),
            "x": torch.tensor([[0.0, 1.0], [2.0, 5.0]]),
        }
        found = languages._in_mixtures(languages.total_variance_holds_of, lambda name: case, "")
        assert (found.outcome, found.cases, found.violations) == ("refuted", 2, 2)
        assert found.witness.replays()

    def test_costs_are_judged(self, monkeypatch):
        """A ratio over 1 in a layer is a violation there, and in the mean if it is over 1 there."""
        monkeypatch.setattr(languages, "layer_names", lambda: ("a", "b"))
        monkeypatch.setattr(
            languages, "costs", lambda layer: {"ratio": {"a": 1.2, "b": 0.6}[layer]}
        )
        assert languages.cost_is_below_one("b", "ratio")
        assert not languages.cost_is_below_one("a", "ratio")
        assert languages.mean_cost_is_below_one("ratio")

    def test_a_slope_as_given_would_confirm(self, monkeypatch):
        """If 1 − cosine fell by √2 a bit, the claim would stand."""
        monkeypatch.setattr(languages, "DEGRADATIONS", {"any": lambda bits: 2 ** (-bits / 2)})
        assert languages.degradation_has_the_slope("any", 2, 8)
        monkeypatch.setattr(languages, "DEGRADATIONS", {"any": lambda bits: 2.0**-bits})
        assert not languages.degradation_has_the_slope("any", 2, 8)

    def test_rounded_rows(self):
        """Rows are rounded by themselves, and eight bits move less than four."""
        weight = torch.tensor([[1.0, 0.3], [100.0, 30.0]])
        coarse, fine = (languages.rounded_rows(weight, bits) for bits in (4, 8))
        assert (fine - weight).abs().max() < (coarse - weight).abs().max()
        torch.testing.assert_close(coarse[1], 100 * coarse[0])

    def test_a_formula_with_a_wrong_coefficient_is_refuted(self, monkeypatch):
        """Doubling one sum of powers breaks the identity."""
        real = languages._from_power_sums
        monkeypatch.setattr(
            languages, "_from_power_sums", lambda sums: (real(sums)[0] + 1, *real(sums)[1:])
        )
        assert not languages.formula_holds([[0, 0, 3], [3, 3, 3]])

    @pytest.mark.parametrize(
        ("interval", "holds"), [((-0.99, -0.999, -0.98), True), ((-0.9, -0.98, -0.8), False)]
    )
    def test_the_seeds_correlation_could_be_confirmed(self, interval, holds, monkeypatch):
        """If the interval held −0.991, the claim would stand."""
        monkeypatch.setattr(languages, "correlation", lambda average: interval)
        assert languages.correlation_is_as_given("mean") is holds
        assert languages.correlation_is_medium("mean")

    @pytest.mark.parametrize(
        ("mean", "median", "at_all", "noticeably"),
        [
            ((-0.5, -0.7, -0.31), (-0.5, -0.7, -0.31), "confirmed", "confirmed"),
            ((-0.2, -0.29, -0.1), (-0.5, -0.7, -0.31), "confirmed", "refuted"),
            ((-0.2, -0.29, 0.1), (-0.5, -0.7, -0.31), "inconclusive", "refuted"),
            ((-0.2, -0.31, 0.1), (-0.5, -0.7, -0.31), "inconclusive", "inconclusive"),
            ((-0.2, -0.31, 0.1), (0.5, 0.2, 0.7), "refuted", "refuted"),
        ],
    )
    def test_intervals_decide(self, mean, median, at_all, noticeably, monkeypatch):
        """One above what is asked for refutes; else one that holds it leaves it open."""
        monkeypatch.setattr(
            languages, "correlation", lambda average: mean if average == "mean" else median
        )
        few = dict(itertools.islice(languages.read_translations().items(), 3))
        monkeypatch.setattr(languages, "read_translations", lambda: few)
        for reading, outcome in (("at_all", at_all), ("noticeably", noticeably)):
            (found,) = CLAIMS[f"error.kurtosis_helps.{reading}"].gather(RUN)
            assert found.outcome == outcome and (not found.witness or found.witness.replays())

    def test_translations_are_of_other_languages(self):
        """None is a text that the grids were fitted on, and each has a language of its own."""
        texts = languages.read_translations()
        codes = [re.split("[_0-9]", name[name.rindex("[") + 1 :])[0] for name in texts]
        named = [code for code in codes if code]
        assert len(set(named)) == len(named)
        assert len(set(texts.values())) == len(texts) == 169
        assert not set(texts.values()) & set(languages.read_languages().values())

    def test_a_translation_is_measured_as_a_language(self, monkeypatch):
        """Of one and the same text κ by both averages, and what is lost at 4 bits, are the same."""
        english = {"English": languages.read_languages()["English"]}
        monkeypatch.setattr(languages, "read_translations", lambda: english)
        averages, lost, own = languages.translated("English")
        kurtosis = [
            languages.measured(layer).kurtosis["English"] for layer in languages.layer_names()
        ]
        assert averages == {
            "mean": pytest.approx(statistics.fmean(kurtosis)),
            "median": pytest.approx(statistics.median(kurtosis)),
        }
        assert lost == pytest.approx(languages.degradation("English", 4))
        assert torch.equal(own, languages.in_language("English")[0])
        languages.translated.cache_clear()

    def test_a_correlation_of_degradations(self, monkeypatch):
        """Degradations that fall with the mean kurtosis, but for every fifth, are correlated with
        it as statistics has it.
        """
        places = {name: number for number, name in enumerate(languages.read_translations())}
        monkeypatch.setattr(
            languages,
            "translated",
            lambda name: (
                {"mean": places[name], "median": places[name] % 5},
                -places[name] + 90 * (places[name] % 5 == 0),
                torch.zeros(1, 384),
            ),
        )
        languages.correlation.cache_clear()
        r, low, high = languages.correlation("mean")
        assert -0.95 < low < r < high < -0.7 and languages.correlation("median")[0] < 0
        _, lower, higher = languages.correlation("mean", 3.2905)
        assert lower < low and high < higher
        languages.correlation.cache_clear()

    def test_a_constant_that_bounds_would_confirm(self, monkeypatch):
        """The bound is judged with the constant that was fitted."""
        monkeypatch.setattr(languages, "disparity", lambda layer, bits: (1.0, 2.0))
        monkeypatch.setattr(languages, "fitted_constant", lambda: 0.5)
        assert languages.constant_carries_over("any", 4)
        monkeypatch.setattr(languages, "fitted_constant", lambda: 0.4)
        assert not languages.constant_carries_over("any", 4)

    def test_blocks_that_are_kept_are_not_rounded(self):
        """With everything kept the embeddings are the model's own; with all but the last block they
        are not.
        """
        sentence = languages.read_sentences()[:1]
        own = languages.sentence_embeddings(sentence)
        but_last = tuple(f"encoder.layer.{number}." for number in range(5))
        kept, rounded = (
            languages.sentence_embeddings(
                sentence, languages.CommonThresholds(languages.minilm_weights(), 4, prefixes)
            )
            for prefixes in (("encoder",), but_last)
        )
        assert torch.equal(kept, own) and not torch.allclose(rounded, own, atol=1e-2)


class TestSpectral:
    @pytest.mark.parametrize(
        "id", ["spectral.op_norm", "spectral.condition_lock", "spectral.propagation_as_given"]
    )
    def test_what_is_false_has_a_small_witness(self, id):
        """A small matrix in fractions."""
        found = first_evidence(id)
        assert found.outcome == "refuted" and found.witness.replays()

    def test_the_sources_sum_is_told_from_the_error(self):
        """Only a network whose error is over the sum counts against the source."""
        bounded = spectral.small_network_error_is_bounded
        assert not bounded(["2", "1"], ["1", "-2"], 1)
        assert bounded(["2", "1"], ["1", "-2"], 2)  # the output is 0 both times
        assert bounded(["1", "1"], ["1", "1"], 1)  # equal weights are not rounded
        assert not bounded(["2", "0"], ["3", "1/2"], 1)  # 2 (3 − 5/2) = 1 > √(1/4 + 1/4)
        assert bounded(["3", "-3", "1"], ["1", "1", "-1"], 1)  # 1 ≤ √3 · 1 + 0
        assert bounded(["1", "4", "0"], ["-1", "2", "-4"], 1)  # 5 ≤ √21 + √3, and 25 > 21 + 3

    @pytest.mark.parametrize(
        ("predicate", "broken"),
        [
            (spectral.op_norm_is_at_most_frobenius, (2.0, 1.0)),
            (spectral.small_errors_keep_rank, (0.0, 0.0)),
        ],
    )
    def test_true_of_a_real_layer_and_false_of_wrong_norms(self, predicate, broken, monkeypatch):
        """Each bound holds of a layer; with errors that are measured wrongly it does not."""
        assert predicate(LAYER)
        monkeypatch.setattr(spectral, "op_error", lambda layer, bits: broken[0])
        monkeypatch.setattr(spectral, "frobenius_error", lambda layer, bits: broken[1])
        monkeypatch.setattr(
            spectral, "round_by_range", lambda matrix, bits: torch.zeros_like(matrix)
        )
        assert not predicate(LAYER)

    def test_an_image_over_the_bound_is_seen(self, monkeypatch):
        """The bound is asked of every image."""
        assert spectral.output_error_is_bounded("mlp", 4)
        error, bound, given = spectral.propagation("mlp", 4)
        monkeypatch.setattr(
            spectral,
            "propagation",
            lambda network, bits: (
                error,
                bound.clone().index_fill_(0, torch.tensor([7]), 0.0),
                given,
            ),
        )
        assert not spectral.output_error_is_bounded("mlp", 4)

    def test_allocations_fit(self):
        """No rule takes more room than equal bits, and each nearly fills it."""
        room = spectral.size(spectral.allocation("equal", 5))
        for rule in ("condition", "error"):
            assert 0.97 * room < spectral.size(spectral.allocation(rule, 5)) <= room

    def test_a_network_that_fails_would_count_for_the_source(self, monkeypatch):
        """If rounding cost accuracy wherever κ is over 2^b, the claim would stand."""
        assert not spectral.an_ill_conditioned_network_fails("mlp", 6)
        monkeypatch.setattr(spectral, "digits_accuracy", lambda network, bits: 0.5 if bits else 0.9)
        assert spectral.an_ill_conditioned_network_fails("mlp", 6)

    def test_a_penalty_lowers_the_condition_number(self):
        """Training with the penalty does what it is for; whether that helps is measured."""
        free, penalised = (
            max(
                spectral.condition_number(spectral.as_matrix(weights[name]))
                for name in spectral.layer_weights("mlp")
            )
            for weights in (spectral.trained(0.0, 0), spectral.trained(1e-3, 0))
        )
        assert penalised < free / 2


def test_every_layer_is_covered():
    """The evidence names each layer of every model."""
    found = first_evidence("error.clipping_antitone")
    assert (
        found.cases == sum(len(model.layers) for model in load_models()) == len(found.measurements)
    )
