"""The packs of seed 001: every check confirms the real function and refutes a broken one, with a
witness that replays.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from claims import amplification, beta, correction, lattice, rotation
from claims.measures import geometry, rotations
from pyharness.evidence.exhaustive import enumerate_cases
from pyharness.evidence.run import Run
from pyharness.project.pack import load_pack

PACKS = (
    "claims.beta",
    "claims.rotation",
    "claims.lattice",
    "claims.correction",
    "claims.amplification",
)
CLAIMS = {item.id: item for item in load_pack(PACKS)}
RUN = Run(seed=0, kernel=None)


def zero_at_zero(k):
    """The sign of 0 is 0."""
    return k.sign()


def unscaled(k):
    """No scale."""
    return geometry.sign(k)


def off_by_one(k):
    """One too many."""
    return k.long().abs().sum(-1) + 1


def l1_of(k):
    """The L1 norm in the place of the squared L2 norm."""
    return k.long().abs().sum(-1)


def evidence_of(id):
    return list(CLAIMS[id].gather(RUN))


def some_vectors():
    """Keys, and vectors for planes."""
    random = torch.Generator().manual_seed(0)
    return tuple(torch.randint(-50, 51, (200, 32), generator=random) for _ in range(2))


PATHS = ["expands_along_path", "has_no_negative_coefficient_along_path"]


class TestLaws:
    LAWS = [
        "geometry.cosine",
        "geometry.sign_lattice",
        "geometry.residual_energy",
        "geometry.centered_norm",
        "geometry.gauge",
        "geometry.range",
        "geometry.general_expansion",
        "geometry.last_mile",
    ]

    @pytest.mark.parametrize("id", LAWS)
    def test_the_real_functions_pass(self, id):
        """Each law holds of every INT8 pair and of every real key."""
        assert {piece.outcome for piece in evidence_of(id)} == {"confirmed"}

    @pytest.mark.parametrize(
        ("id", "name", "broken"),
        [
            ("geometry.cosine", "sign", zero_at_zero),
            ("geometry.cosine", "l1_norm", off_by_one),
            ("geometry.sign_lattice", "norm_sq", off_by_one),
            ("geometry.residual_energy", "sign", zero_at_zero),
            ("geometry.centered_norm", "norm_sq", off_by_one),
            ("geometry.range", "norm_sq", l1_of),
        ],
    )
    def test_a_function_that_breaks_a_convention_is_refuted(self, id, name, broken, monkeypatch):
        """With sign(0) = 0 or a wrong norm the law fails, and the witness replays."""
        monkeypatch.setattr(beta, name, broken)
        found = next(iter(CLAIMS[id].gather(RUN)))
        assert found.outcome == "refuted" and found.witness.replays()

    def test_scores_change_under_what_is_no_rotation(self, monkeypatch):
        """A matrix that is not orthogonal does not keep scores."""
        monkeypatch.setattr(
            rotation, "hadamard_signs", lambda d: torch.ones(d, d, dtype=torch.int64)
        )
        found = next(iter(CLAIMS["geometry.gauge"].gather(RUN)))
        assert found.outcome == "refuted" and found.witness.replays()

    def test_scores_that_move_end_to_end_are_refuted(self, monkeypatch):
        """A rotation of the keys alone is seen: the query weights are the model's own."""
        turned, own = rotation.rotated_weights(), rotation.minilm_weights()
        keys_alone = {
            name: own[name].double() if ".query." in name else weight
            for name, weight in turned.items()
        }
        rotation.rotated_alike.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(rotation, "rotated_weights", lambda: keys_alone)
            assert not rotation.rotated_weights_keep_scores("float32")
        rotation.rotated_alike.cache_clear()

    def test_one_more_quarter_turn_is_off_the_expansion(self, monkeypatch):
        """The exact form of β along a turn fails if β is not what it says."""
        assert lattice.beta_near_the_lattice(3, 4, 3, 5)
        monkeypatch.setattr(beta, "l1_norm", off_by_one)
        assert not lattice.beta_near_the_lattice(3, 4, 3, 5)

    @pytest.mark.parametrize("id", ["geometry.general_expansion", "geometry.last_mile"])
    def test_a_reflection_of_another_length_is_off_the_expansion(self, id, monkeypatch):
        """With a wrong norm of the reflected signs the laws fail, and the witness replays."""
        monkeypatch.setattr(lattice, "l1_norm", lambda k: off_by_one(2 * k))
        found = next(iter(CLAIMS[id].gather(RUN)))
        assert found.outcome == "refuted" and found.witness.replays()

    def test_the_expansion_needs_its_own_coefficient(self, monkeypatch):
        """With twice the coefficient, β is off by more than the bound, and H from β is another."""
        assert lattice.expands_at_every_step("0/0") and lattice.has_no_negative_coefficient("0/0")
        path = lattice._path
        monkeypatch.setattr(
            lattice, "_path", lambda head, t: {**path(head, t), "H": 2 * path(head, t)["H"]}
        )
        assert not lattice.expands_to_second_order("0/0", 1 / 256)
        assert not lattice.has_no_negative_coefficient("0/0")

    def test_a_coefficient_that_is_negative_is_seen(self, monkeypatch):
        """If β grew along exp(tA) by as much as it falls, H would be that far below 0."""
        path = lattice._path

        def grows(head, t):
            found = path(head, t)
            return {**found, "β": 2 - found["β"], "H": -found["H"]}

        lattice._measured.cache_clear()
        monkeypatch.setattr(lattice, "_path", grows)
        assert lattice.expands_to_second_order("0/0", 1 / 256)
        assert not lattice.has_no_negative_coefficient("0/0")
        lattice._measured.cache_clear()

    def test_a_path_that_leaves_its_tangent_is_seen(self, monkeypatch):
        """The theorem is of paths that are k + tAk up to M t²; that exp(tA) is one is checked."""
        path = lattice._path
        monkeypatch.setattr(
            lattice, "_path", lambda head, t: {**path(head, t), "M t²": path(head, t)["M t²"] / 2}
        )
        assert not lattice.expands_to_second_order("0/0", 1 / 256)

    def test_a_convex_stretch_is_seen(self, monkeypatch):
        """β that is convex in the angle is refused, exactly and on real keys."""
        assert lattice.is_midpoint_concave(2, [24, 7, 25], [12, 5, 13])
        monkeypatch.setattr(lattice, "exact_beta", lambda keys: 1 - beta.exact_beta(keys))
        assert not lattice.is_midpoint_concave(2, [24, 7, 25], [24, 7, 25])
        monkeypatch.setattr(lattice, "beta_of_rows", lambda k: -geometry.beta_of_rows(k))
        lattice._bends.cache_clear()
        assert not lattice.bends_down("0/0")
        lattice._bends.cache_clear()

    def test_a_convex_stretch_in_whole_numbers_is_seen(self, monkeypatch):
        """The largest magnitude grows to both sides of a sign vector."""
        k, u, case = *some_vectors(), {"a": [1, 0, 1], "b": [63, 16, 65]}
        asked = lattice.keeps_signs_in_plane(k, u, **case)
        k, u = k[asked], u[asked]
        assert len(k) > 100 and lattice.is_concave_in_planes(k, u, **case).all()
        monkeypatch.setattr(lattice, "l1_norm", lambda k: k.abs().amax(-1))
        assert not lattice.is_concave_in_planes(k, u, **case).any()

    def test_what_is_no_plane_is_refused(self, monkeypatch):
        """Without a quarter turn the part in the plane is none."""
        k, u, case = *some_vectors(), {"a": [1, 0, 1], "b": [63, 16, 65]}
        monkeypatch.setattr(lattice, "_quarter_turned", lambda u: u.roll(1, -1))
        assert not lattice.is_concave_in_planes(k, u, **case).any()
        assert not lattice.is_a_path_of_rotations(k, u, 16).any()

    def test_a_case_that_is_not_asked_is_not_confirmed(self):
        """Where a sign changes, β is not said to be concave; so is none of what is counted."""
        k, u, wide = *some_vectors(), {"a": [4, 3, 5], "b": [4, 3, 5]}
        asked = lattice.keeps_signs_in_plane(k, u, **wide)
        assert not asked.all() and not lattice.is_concave_in_planes(k, u, **wide)[~asked].any()
        assert not lattice.keeps_signs_in_plane(k, u, [3, 4, 5], [63, 16, 65]).any()
        near = lattice.is_near_enough(k, u, 2)
        assert not near.all() and not lattice.expands_along_path(k, u, 2)[~near].any()
        assert not lattice.stays_positive(2, [4, 3, 5], [4, 3, 5])
        assert not lattice.is_midpoint_concave(2, [4, 3, 5], [4, 3, 5])
        kept = lattice.reflection_keeps_signs(u, k)
        assert not kept.all() and not lattice.reflection_has_its_beta(u, k)[~kept].any()

    def test_the_second_order_depends_on_the_key(self):
        """H differs from key to key, and from one plane to another."""
        k, u = some_vectors()
        for plane in (k, u):
            found = {
                Fraction(h_sq, size * size) for size, h_sq, *_ in lattice._figures(k, plane, 16)
            }
            assert len(found) > len(k) / 2

    @pytest.mark.parametrize("law", PATHS)
    @pytest.mark.parametrize(
        ("name", "broken"), [("l1_norm", lambda k: off_by_one(2 * k)), ("norm_sq", l1_of)]
    )
    def test_a_path_in_whole_numbers_needs_its_norms(self, law, name, broken, monkeypatch):
        """With a wrong norm β is off its expansion."""
        k, u = some_vectors()
        for plane in (k, u):
            assert getattr(lattice, law)(k, plane, 24).all()
            assert getattr(lattice, law)(k, plane, -24).all()
        monkeypatch.setattr(lattice, name, broken)
        assert not getattr(lattice, law)(k, u, 24).any()

    @pytest.mark.parametrize("law", PATHS)
    @pytest.mark.parametrize("factor", [0, 2, -1])
    def test_a_path_in_whole_numbers_needs_its_coefficient(self, law, factor, monkeypatch):
        """With no, twice or the negative coefficient β is off its expansion."""
        k, _ = some_vectors()
        real = lattice._coefficients

        def another(h_sq, size, d):
            h, c, unit = real(h_sq, size, d)
            return factor * h, c, unit

        monkeypatch.setattr(lattice, "_coefficients", another)
        assert not getattr(lattice, law)(k, k, 16).any()

    def test_a_negative_coefficient_in_whole_numbers_is_seen(self, monkeypatch):
        """If β grew from 1 by as much as it falls, H would be that far below 0."""
        k, u = some_vectors()
        figures, coefficients = lattice._figures, lattice._coefficients

        def grows(k, u, n):
            for size, h_sq, off, lost, whole in figures(k, u, n):
                yield size, h_sq, off, -lost, whole

        def falls(h_sq, size, d):
            h, c, unit = coefficients(h_sq, size, d)
            return -h, c, unit

        monkeypatch.setattr(lattice, "_figures", grows)
        monkeypatch.setattr(lattice, "_coefficients", falls)
        assert lattice.expands_along_path(k, u, 16).all()
        assert not lattice.has_no_negative_coefficient_along_path(k, u, 16).any()

    def test_a_path_off_its_tangent_in_whole_numbers_is_seen(self, monkeypatch):
        """A path that goes half as far is not s + tAs up to M t², and still one of rotations."""
        k, u = some_vectors()
        assert lattice.is_a_path_of_rotations(k, u, 16).all()
        real, matrices = lattice.path_of_whole_numbers, lattice._matrices

        def slower(k, u, n):
            found, half = real(k, u, n), real(k, u, 2 * torch.as_tensor(n))
            return {**found, "scale": half["scale"], "R s": half["R s"]}

        monkeypatch.setattr(lattice, "path_of_whole_numbers", slower)
        assert not lattice.is_a_path_of_rotations(k, u, 16).any()
        monkeypatch.setattr(lattice, "_matrices", lambda u, n: matrices(u, 2 * torch.as_tensor(n)))
        assert lattice.is_a_path_of_rotations(k, u, 16).all()
        assert not lattice.expands_along_path(k, u, 16).any()

    def test_a_law_of_planes_that_fails_has_a_witness(self, monkeypatch):
        """The witness is of a key of the model, and replays."""
        keys, refs = lattice.int8_keys()
        monkeypatch.setattr(lattice, "int8_keys", lambda: (keys[:64], refs))
        queries, refs = lattice.int8_queries()
        monkeypatch.setattr(lattice, "int8_queries", lambda: (queries[:64], refs))
        arguments = {"among": lattice.is_near_enough, "what": "", "shows": "{k}"}

        def ask():
            return lattice.on_planes(lattice.expands_along_path, [{"n": 16}], **arguments)

        assert ask().outcome == "confirmed" and ask().cases == 128
        monkeypatch.setattr(lattice, "l1_norm", lambda k: off_by_one(2 * k))
        found = ask()
        assert found.outcome == "refuted" and found.witness.replays()

    def test_a_walk_that_is_too_short_is_seen(self, monkeypatch):
        """Were the L1 norm of keys a quarter of what it is, they would need more steps than the
        walk takes; and a walk without its last step does not end on the lattice.
        """
        path = (lattice._walk_of("0/0") / lattice.STEP).round().long().movedim(0, 1)
        assert lattice.walk_is_long_enough(path).all()
        assert not lattice.walk_is_long_enough(path[:, :-1]).any()
        monkeypatch.setattr(lattice, "l1_norm", lambda k: geometry.l1_norm(k) // 4)
        assert not lattice.walk_is_long_enough(path).all()


FALSE = [
    "geometry.residual_energy_unscaled",
    "geometry.rotations_keep_the_floor",
    "geometry.centering_lifts.no_rotation",
    "geometry.centering_lifts.mean_stored",
    "geometry.centering_lifts.several_keys",
    "geometry.floor_of_any_distribution",
    "geometry.floor_value.beta",
    "geometry.uneven_keys",
    "geometry.steps.unbounded",
    "geometry.steps.final",
    "geometry.top_k_unique",
    "geometry.floor_dimension_free",
    "geometry.gauge_of_signs",
    "geometry.beta_eff_of_keys",
    "geometry.learned_rotation_of_weights",
    "geometry.amplification_rows.length",
    "geometry.one_rotation_gap",
]


class TestFalseClaims:
    @pytest.mark.parametrize("id", FALSE)
    def test_each_has_a_witness_that_replays(self, id):
        """What the source claims too widely fails on an instance that anyone can evaluate again."""
        witnesses = [piece.witness for piece in evidence_of(id) if piece.witness]
        assert witnesses and all(witness.replays() for witness in witnesses)

    def test_centering_that_lifts_would_not_count(self):
        """(3, 1, 1) is lowered by centering; a key whose entries are equal has nothing left to
        lower.
        """
        assert not beta.centering_lifts_beta([2, 2, 3]) and beta.centering_lifts_beta([5, 5, 5])

    def test_a_stored_mean_that_lowers_a_head_is_seen(self, monkeypatch):
        """It lifts every head, but would not if the mean were added twice; and it lifts (2, 2,
        3), which centering alone lowers.
        """
        of_heads = "geometry.centering_lifts.mean_stored_of_heads"
        assert {piece.outcome for piece in evidence_of(of_heads)} == {"confirmed"}
        assert beta.stored_mean_lifts_beta([2, 2, 3]) and not beta.stored_mean_lifts_beta(
            [1, 1, -1]
        )
        monkeypatch.setattr(beta, "center", lambda k: k + 2 * k.mean(-1, keepdim=True))
        (found,) = evidence_of(of_heads)
        assert found.outcome == "refuted" and found.witness.replays()

    def test_orthogonal_populations_can_be_served_at_once_only_by_the_right_rotation(self):
        """Under the identity the axes fall short; under the Hadamard matrix they do not."""
        axes = [[[1, 0, 0, 0]], [[0, 1, 0, 0]]]
        assert rotation.some_population_falls_short(axes, torch.eye(4).long().tolist())
        assert not rotation.some_population_falls_short(axes, beta.HADAMARD_4)

    def test_what_is_false_holds_elsewhere(self):
        """The same laws hold of values of two magnitudes, of a rotation that does nothing, of one
        step in the plane, and of energies without ties.
        """
        assert beta.pair_is_away_from_its_ratio(1, 2) and not beta.pair_is_away_from_its_ratio(
            1, -1
        )
        assert beta.rotation_misses_the_lattice([[1, 0]], [[1, 0], [0, 1]])
        assert lattice.one_reflection_is_too_few(2, 3)
        assert lattice.one_improvement_is_too_few(4, 3)
        assert correction.best_choice_is_unique([3, 1], 1)

    def test_a_key_that_misses_the_lattice_is_seen(self):
        """A reflection that does nothing leaves a key off the lattice, and a longer matrix is no
        rotation.
        """
        k = torch.tensor([[3.0, 1.0, 1.0, -2.0]]).double()
        still, turned = torch.eye(4).double()[None], beta.reflections(k)
        assert beta.a_rotation_reaches_the_lattice(k, turned)
        assert not beta.a_rotation_reaches_the_lattice(k, still)
        assert not beta.a_rotation_reaches_the_lattice(k, 2 * turned)

    def test_a_matrix_that_is_no_rotation_is_seen(self):
        """A matrix of rank 1 that takes the key to the lattice and keeps its length is none."""
        k = torch.tensor([[3.0, 1.0, 1.0, -2.0]]).double()
        goal = geometry.norm_sq(k).sqrt() / 2 * torch.ones(1, 4).double()
        flat = goal[:, :, None] * k[:, None] / geometry.norm_sq(k)[:, None, None]
        assert torch.allclose(rotations.turn(k, flat), goal)
        assert not beta.a_rotation_reaches_the_lattice(k, flat)

    def test_a_moment_ratio_on_the_wrong_side_is_seen(self, monkeypatch):
        """The ratio of 1 and 2 is below 1, and that of 1 and −1 is not."""
        assert beta.pair_is_away_unless_equal(1, 2) and beta.pair_is_away_unless_equal(1, -1)
        monkeypatch.setattr(beta, "moment_ratio", lambda first, second: first / first)
        assert not beta.pair_is_away_unless_equal(1, 2)
        monkeypatch.setattr(beta, "moment_ratio", lambda first, second: first / (2 * first))
        assert not beta.pair_is_away_unless_equal(1, -1)


class TestSamples:
    def test_a_wrong_floor_is_refuted(self, monkeypatch):
        """The interval excludes the mean over draws of another distribution."""
        assert beta.gaussian_beta_is_exact(32, 4000, 0)
        beta.sample_beta.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(beta, "DISTRIBUTIONS", {"Gaussian": beta.DISTRIBUTIONS["Laplace"]})
            assert not beta.gaussian_beta_is_exact(32, 4000, 0)
        beta.sample_beta.cache_clear()

    @pytest.mark.parametrize(("mean", "half"), [(0.9, 0.2), (0.66, 0.01)])
    def test_an_interval_that_reaches_one_is_refuted(self, mean, half, monkeypatch):
        """β is below 1 only if its whole interval is, around its exact mean."""
        assert beta.gaussian_beta_is_below_one(32, 4000, 0)
        monkeypatch.setattr(beta, "sample_beta", lambda *arguments: (mean, half))
        assert not beta.gaussian_beta_is_below_one(32, 4000, 0)

    def test_a_wide_interval_around_the_floor_is_refuted(self, monkeypatch):
        """The exact mean alone does not say that β is below 1."""
        monkeypatch.setattr(beta, "sample_beta", lambda *arguments: (0.65, 0.4))
        assert beta.gaussian_beta_is_exact(32, 4000, 0)
        assert not beta.gaussian_beta_is_below_one(32, 4000, 0)

    def test_a_wrong_moment_ratio_is_refuted(self, monkeypatch):
        """The reference of each distribution is told from another's."""
        laplace = beta.DISTRIBUTIONS["Laplace"]
        monkeypatch.setattr(beta, "DISTRIBUTIONS", {"uniform": laplace})
        beta.sample_beta.cache_clear()
        assert beta.beta_nears_the_moment_ratio("uniform", 256, 2000, 0)
        monkeypatch.setattr(beta, "DISTRIBUTIONS", {"uniform": (laplace[0], 3 / 4)})
        assert not beta.beta_nears_the_moment_ratio("uniform", 256, 2000, 0)
        beta.sample_beta.cache_clear()

    def test_a_wrong_limit_of_codes_is_refuted(self, monkeypatch):
        """With half of the codes' mean magnitude, β is off the limit by more than the bound."""
        first = next(iter(CLAIMS["geometry.iid_floor"].gather(RUN)))
        assert first.outcome == "confirmed"
        real = beta._codes
        beta.deviation_of_codes.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(
                beta, "_codes", lambda layer: (real(layer)[0], real(layer)[1] / 2, *real(layer)[2:])
            )
            found = next(iter(CLAIMS["geometry.iid_floor"].gather(RUN)))
            assert found.outcome == "refuted" and found.witness.replays()
        beta.deviation_of_codes.cache_clear()

    def test_a_bound_that_says_nothing_is_refuted(self, monkeypatch):
        """At 4,096 coordinates the bound of layer 0 is above all that |β − μ₁²/μ₂| can be."""
        mean, half, bound = beta.deviation_of_codes(0, 4096, 8, 0)
        assert mean + half < bound and not beta.codes_near_their_moment_ratio(0, 4096, 8, 0)
        for empty in (1.0, 0.7, 0.0):
            monkeypatch.setattr(
                beta, "deviation_of_codes", lambda *arguments, empty=empty: (0.0, 0.0, empty)
            )
            assert not beta.codes_near_their_moment_ratio(0, 65536, 8, 0)

    def test_outputs_of_a_weight_that_is_turned_otherwise_are_off(self, monkeypatch):
        """What is no rotation changes the outputs by more than rounding does."""
        assert rotation.turned_weight_keeps_outputs(rotation.FEED_FORWARD[0])
        real = rotation.random_rotation
        monkeypatch.setattr(rotation, "random_rotation", lambda *given: real(*given) * (1 + 1e-8))
        rotation.turned_weight.cache_clear()
        assert not rotation.turned_weight_keeps_outputs(rotation.FEED_FORWARD[0])
        rotation.turned_weight.cache_clear()

    def test_outputs_and_lengths_in_whole_numbers_need_their_matrix(self, monkeypatch):
        """Under what is no rotation outputs change, inputs without the sphere's moments are
        refused, and so is a wrong norm.
        """
        weight, axes = torch.tensor([[1, 2, 3, 4], [0, 1, -1, 5]]), torch.eye(4).long()
        laws = (
            amplification.whole_inputs_amplify_by_columns,
            amplification.whole_inputs_gain_by_rows,
        )
        for law in laws:
            assert law(weight, axes) and not law(weight, axes[:3])
            assert not law(weight, axes * torch.tensor([[1], [2], [1], [1]]))
        signs = torch.tensor([1, -1, -1, 1])
        assert rotation.hadamard_keeps_outputs(weight, weight, signs).all()
        assert not rotation.hadamard_keeps_outputs(weight, weight, 2 * signs).all()
        monkeypatch.setattr(amplification, "energy", lambda rows: geometry.energy(rows) + 1)
        assert not any(law(weight, axes) for law in laws)
        monkeypatch.setattr(
            rotation, "hadamard_signs", lambda d: torch.ones(d, d, dtype=torch.int64)
        )
        assert not rotation.hadamard_keeps_outputs(weight, weight, signs).all()

    def test_the_gain_in_whole_numbers_counts_rows(self, monkeypatch):
        """Were W x to have an entry more, 0, its length would be the same, and its mean square
        not.
        """
        weight, axes = torch.tensor([[1, 2, 3, 4], [0, 1, -1, 5]]), torch.eye(4).long()
        real = rotations.turn
        monkeypatch.setattr(
            amplification,
            "turn",
            lambda k, w: torch.nn.functional.pad(real(k, w), (0, int(w is weight))),
        )
        assert amplification.whole_inputs_amplify_by_columns(weight, axes)
        assert not amplification.whole_inputs_gain_by_rows(weight, axes)

    def test_the_gain_is_by_rows(self):
        """Where rows and columns differ, the gain goes by rows and the length by columns."""
        wide = rotation.FEED_FORWARD[0]
        assert amplification.gains_by_rows(wide, 1000, 0)
        assert amplification.gain_is_frobenius_over_rows([[1, 0]])
        assert not amplification.is_frobenius_over_rows([[1, 0]])

    def test_the_amplification_by_rows_holds_of_square_weights_alone(self):
        """Rows and columns are told apart where they differ."""
        square, wide = amplification.OUTPUT_WEIGHTS[0], rotation.FEED_FORWARD[0]
        assert amplification.amplifies_by_rows(
            square, 1000, 0
        ) and not amplification.amplifies_by_rows(wide, 1000, 0)
        assert amplification.amplifies_by_columns(
            square, 1000, 0
        ) and amplification.amplifies_by_columns(wide, 1000, 0)


class TestCorrections:
    def test_dropping_the_largest_is_not_best(self, monkeypatch):
        """Were what is kept dropped, the largest energies would be the worst choice."""
        case = [3, 1, 2], [True, False, True], [True, True, False]
        assert correction.dropping_the_smallest_is_best(*case)
        monkeypatch.setattr(correction, "indicator", lambda kept: 1 - kept.long())
        assert not correction.dropping_the_smallest_is_best(*case)

    def test_a_choice_that_drops_as_little_is_seen(self, monkeypatch):
        """Were nothing kept, every choice would drop as much."""
        case = [3, 1], [True, False], [False, True]
        assert correction.best_choice_is_alone(*case)
        monkeypatch.setattr(correction, "indicator", lambda kept: torch.zeros_like(kept.long()))
        assert not correction.best_choice_is_alone(*case)

    def test_a_choice_that_drops_less_is_seen(self, monkeypatch):
        """Were what is kept dropped, the other choice would drop less than the best."""
        case = [3, 1], [True, False], [False, True]
        assert correction.best_choice_is_alone(*case)
        monkeypatch.setattr(correction, "indicator", lambda kept: 1 - kept.long())
        assert not correction.best_choice_is_alone(*case)

    def test_keeping_none_is_not_counted(self, monkeypatch):
        """Of as many as none or all there is one choice, of which nothing is asked."""
        asked = []

        def law(energies, kept, other):
            kept, other = torch.broadcast_tensors(kept, other)
            asked.append(kept.sum(-1))
            return torch.ones_like(kept[..., 0])

        list(correction._of_energies(law, shows=""))
        assert min(int(some.min()) for some in asked) == 1
        assert all(0 < case["kept"] < 5 for case in correction._choices())

    def test_the_weakest_directions_are_not_the_strongest(self):
        """Both optimality checks see directions that are not the best."""
        rows = geometry.residual(correction.head_values("1/3", "key"))
        best, weakest = (
            some(geometry.strongest(rows, 32)) for some in (lambda w: w[:4], lambda w: w[-4:])
        )
        assert correction.strongest_beat_others(rows, best, weakest.T @ weakest)
        assert not correction.strongest_beat_others(rows, weakest, best.T @ best)
        dropped = torch.linalg.eigvalsh(rows.T @ rows)[:-4]
        left, rest = (rows - geometry.project(rows, w) for w in (weakest, best))
        assert correction.no_matrix_leaves_less(left, dropped, rows, rest)
        assert not correction.no_matrix_leaves_less(left, dropped, rows, left)
        assert not correction.no_matrix_leaves_less(rest / 2, dropped, rows, rest)

    def test_the_product_formula_needs_the_scale(self, monkeypatch):
        """Without the scale β_eff is not 1 − (1 − β)(1 − γ_r), and the witness replays."""
        cases = [
            {
                "rows": correction.head_values("0/0", "key")[:8],
                "directions": correction.directions("0/0", 1),
            }
        ]
        arguments = {"domain": "a head", "summary": "1 head", "tensors": (), "measurements": ()}
        assert correction._of_products(cases, **arguments).outcome == "confirmed"
        monkeypatch.setattr(geometry, "one_bit", unscaled)
        found = correction._of_products(cases, **arguments)
        assert (
            found.outcome == "refuted"
            and found.max_error > found.tolerance
            and found.witness.replays()
        )

    def test_a_stable_rank_needs_its_norm(self):
        """A number that is no squared operator norm is refused, be it too large or too small."""
        rows, w = torch.diag(torch.tensor([3.0, 2.0, 0.0])).double(), torch.eye(3).double()
        nine, v = torch.tensor(9.0).double(), w[0]
        assert correction.stable_rank_is_at_least_one(rows, nine, v)
        assert not correction.stable_rank_is_at_least_one(rows, 2 * nine, v)
        assert not correction.stable_rank_is_at_least_one(rows, nine, w[1])
        assert correction.stable_rank_is_at_most_the_rank(rows, w[:2], nine)
        assert not correction.stable_rank_is_at_most_the_rank(rows, w[:2], nine / 9)

    def test_an_overlap_of_long_directions_is_no_share(self):
        """Directions that are not of length 1 have an overlap above 1."""
        w = torch.eye(4).double()[:2]
        assert correction.overlap_is_a_share(w, w)
        assert not correction.overlap_is_a_share(w, 2 * w)

    def test_a_rotation_that_is_no_better_is_refuted(self, monkeypatch):
        """If nothing was learned, the heads of which it is claimed are witnesses."""
        monkeypatch.setattr(
            rotation,
            "rotations_of",
            lambda name: dict.fromkeys(("SRHT", "learned"), torch.eye(32).double()),
        )
        found = enumerate_cases(
            rotation.learning_lifts_other_tokens,
            [{"head": "0/0"}],
            domain="a head",
            summary="1 head",
        )
        assert found.outcome == "refuted" and found.witness.replays()
        monkeypatch.setattr(
            rotation, "across", lambda vectors: {"β learned": 0.64, "β random": 0.65}
        )
        assert not rotation.learning_lifts_other_rows("any")

    def test_a_falling_curve_is_seen(self, monkeypatch):
        """One step down is enough."""
        monkeypatch.setattr(
            rotation, "learned", lambda name: type("", (), {"curve": (0.6, 0.7, 0.69)})
        )
        assert not rotation.no_step_lowers("0/0")

    def test_what_is_lost_can_be_more(self, monkeypatch):
        """An embedding that is farther away refutes."""
        monkeypatch.setattr(
            correction, "similarity", lambda which, r: (0.9 if which == "learned" else 0.95, 0.9)
        )
        assert not correction.is_nearer("learned", 0, "none", 0)

    def test_one_rotation_that_beats_all_is_seen(self, monkeypatch):
        """No rotation among those at hand beats the best of them for every population; a β that is
        not a number is refused.
        """
        rows, rotations = rotation.populations("the heads of layer 0")
        assert rotation.one_for_all_is_at_most_the_least_best(rows, rotations)
        # Of numbers alone it cannot fail: what is not a number is above nothing.
        monkeypatch.setattr(rotation, "beta_rows", lambda k: torch.full(k.shape[:-2], torch.nan))
        assert not rotation.one_for_all_is_at_most_the_least_best(rows, rotations)

    def test_an_overlap_is_a_mean(self):
        """Of two axes each, one of them shared, it is 1/2."""
        assert geometry.subspace_overlap(torch.eye(4)[:2], torch.eye(4)[1:3]) == 0.5
