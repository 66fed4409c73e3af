"""Every statement of the five documents in order, and the claims that settle it, or why none does.

Reasons are of four kinds: "prose", where nothing is asserted that could fail; "no definition", of
the term that is named; "needs data that is not to be had"; and "feature", which says what of this
project has it, or that it is not built.

Sub-headings count with the heading above them, but in the third and fourth document, where they are
named.
"""

from __future__ import annotations

from claims.amplification import AMPLIFICATION
from claims.beta import CENTERING, GLOSSARY, ISOTROPIC, JENSEN, MOMENTS, NARROW, SEED as GEOMETRY
from claims.clipping import LAYER_1
from claims.correction import OVERLAP, RANK_R
from claims.languages import DISPARITY, MIXTURE
from claims.lattice import HESSIAN
from claims.nucleus import ARCHITECTURE, EMPIRICAL, FORMAL
from claims.quant_error import AXIOMS, MSE, OPTIMUM, SEED as CLIPPING
from claims.rotation import GAUGE, WEIGHTS
from claims.semantic import BOUNDS, CORNERS, CRITICAL, RESULTS, SEED as SEMANTIC
from claims.spectral import LOCK, SEED as SPECTRAL, STEP_1, STEP_2, STEP_3, STEP_6, STEP_7
from pyharness import Passage, Source

__all__ = ["PASSAGES"]

NUCLEUS = FORMAL.document
GRAFTING = Source(NUCLEUS, "Nucleus Grafting")
QUESTION = Source(NUCLEUS, "CENTRAL.QUESTION")
UNLOCKS = Source(NUCLEUS, "WHAT.THIS.UNLOCKS")
SEAL = Source(NUCLEUS, "VERIFICATION.SEAL")
RELATED = Source(NUCLEUS, "RELATED.PROJECTS")

PROOFS = Source(GEOMETRY, "The Formal Proofs")
STATUSES = Source(GEOMETRY, "Full status table")
LINKS = Source(GEOMETRY, "Cross-link matrix")

STRUCTURE = Source(CLIPPING, "Logical Structure")
PROVED = Source(CLIPPING, "What's Actually Proved vs Assumed")
GAPS = Source(CLIPPING, "Critical Gaps")
PICTURE = Source(CLIPPING, "The Honest Picture")
RIGOROUS = Source(CLIPPING, "What Would Make This Rigorous")

OVERVIEW = Source(SPECTRAL, "Overview")
TERMS = Source(SPECTRAL, "Terminology Translation Table")
WEIGHT_QUANTIZATION = Source(SPECTRAL, "Weight Quantization")
CONNECTION = Source(SPECTRAL, "Connection to Spectral Properties")
STEP_4 = Source(SPECTRAL, "Step 4: Spectral Norm Quantization")
STEP_5 = Source(SPECTRAL, "Step 5: Low-Rank Approximation Connection")
STEP_8 = Source(SPECTRAL, "Step 8: Binary Neural Networks")
STEP_9 = Source(SPECTRAL, "Step 9: Quantization and Generalization")
STEP_10 = Source(SPECTRAL, "Step 10: Compilation Theorem")
TECHNIQUES = Source(SPECTRAL, "Key AI/ML Techniques Used")
LITERATURE = Source(SPECTRAL, "Literature References")

TITLE = Source(SEMANTIC, "Semantic-Preserving Quantization Theory")
TLDR = Source(SEMANTIC, "TL;DR")
PROBLEM = Source(SEMANTIC, "The Problem")
QUICK_START = Source(SEMANTIC, "Quick Start")
LAYOUT = Source(SEMANTIC, "Repository Structure")
DEMO = Source(SEMANTIC, "Interactive Demo")
EQUATIONS = Source(SEMANTIC, "Core Equations")
MATTERS = Source(SEMANTIC, "Why This Matters")
CONTRIBUTING = Source(SEMANTIC, "Contributing")
CITATION = Source(SEMANTIC, "Citation")
PHILOSOPHY = Source(SEMANTIC, "Philosophical Note")
LICENSE = Source(SEMANTIC, "License")

NINE = (
    "clip.le_alpha",
    "clip.neg_alpha_le",
    "clip.in_range",
    "clip.of_in_range",
    "clip.idempotent",
    "clip.abs_le",
    "clip.mono_x",
    "clip.mono_alpha",
    "clip.nonneg",
)
"""The nine theorems of clipping, in the order of their table."""
FOUR_AS_GIVEN = (
    "clip.le_alpha_as_given",
    "clip.in_range_as_given",
    "clip.abs_le_as_given",
    "clip.mono_alpha_as_given",
)
"""Those of the nine that are false for a negative α, as they are given."""

THEIR_LEAN = "needs data that is not to be had: the Lean files of the source are not published"
THEIR_PAGES = (
    "needs data that is not to be had: S1 to S7 and the widgets are pages of the source that the "
    "document does not contain"
)
GEMMA = "needs data that is not to be had: the weights of Gemma-4-26B"
CITED = "prose: a reference to literature"

_NUCLEUS = (
    # ------------------------------------------------------------------------- Nucleus Grafting
    Passage(
        GRAFTING,
        "Nucleus grafting is verified, quantization-aware compression of neural networks.",
        because="feature: SemanticQuantizer (pyharness/checkpoint/compress.py) compresses a model and measures "
        "what is kept; no theorem speaks of it, and it does not train",
    ),
    Passage(
        GRAFTING,
        "The activation values that INT8 can represent form a finite Heyting algebra.",
        claims=("nucleus.heyting", "nucleus.heyting_vectors", "nucleus.heyting_fixed"),
    ),
    Passage(
        GRAFTING,
        "The ReLU gate is a nucleus operator: extensive, idempotent and meet-preserving.",
        claims=("nucleus.axioms", "nucleus.layer", "nucleus.mono"),
    ),
    Passage(
        GRAFTING,
        "This structure necessarily introduces an irreducible information gap.",
        claims=("gap.positive_as_given", "gap.positive"),
    ),
    Passage(
        GRAFTING,
        "The gap decomposes additively into quantization, gate and reconstruction components.",
        claims=("gap.additive", "gap.total_le_sum", "gap.gate_quantization"),
    ),
    # ------------------------------------------------------------------------- CENTRAL.QUESTION
    Passage(
        QUESTION,
        "What happens to information when activations are quantized has an algebraic answer.",
        because="prose: introduces the statements that follow",
    ),
    Passage(
        QUESTION,
        "The quantization gate is a nucleus on a Heyting algebra.",
        claims=("nucleus.axioms", "nucleus.layer"),
    ),
    Passage(
        QUESTION,
        "The Hossenfelder no-go theorem guarantees the gap.",
        because="no definition: the source neither states nor cites a Hossenfelder no-go theorem",
    ),
    Passage(
        QUESTION,
        "A non-Boolean nucleus creates an unavoidable boundary gap.",
        claims=("nucleus.no_go", "nucleus.gap_exists", "nucleus.heyting_not_boolean"),
    ),
    Passage(
        QUESTION,
        "This gap decomposes additively.",
        claims=("gap.additive", "gap.total_le_sum"),
    ),
    Passage(
        QUESTION,
        "The gate component dominates, at 5–6 times quantization.",
        claims=("gap.gate_dominance",),
    ),
    Passage(
        QUESTION,
        "Bitwidth monotonicity is provable: coarser quantization means a larger gap.",
        claims=("gap.coarser",),
    ),
    # --------------------------------------------------------------------------- FORMAL.RESULTS
    Passage(
        FORMAL,
        "qRelu(z, q) = max(q, z) is proved extensive on {−128, …, 127}.",
        claims=("nucleus.extensive",),
    ),
    Passage(
        FORMAL,
        "qRelu is proved idempotent on {−128, …, 127}.",
        claims=("nucleus.idempotent",),
    ),
    Passage(
        FORMAL,
        "qRelu is proved meet-preserving on {−128, …, 127}.",
        claims=("nucleus.map_inf", "nucleus.map_sup", "nucleus.bot"),
    ),
    Passage(
        FORMAL,
        "a = [0, 1] and b = [1, 0] are the canonical incomparable pair.",
        claims=("nucleus.incomparable_pair",),
    ),
    Passage(
        FORMAL,
        "The incomparable pair witnesses that the product lattice is not Boolean.",
        claims=("nucleus.nonboolean_from_incomparable", "nucleus.fixed_boolean_iff"),
    ),
    Passage(
        FORMAL,
        "Additive gap decomposition (hAdditive): total = quantization + gate + reconstruction.",
        claims=("gap.additive", "gap.gate_quantization", "gap.total_le_sum"),
    ),
    Passage(
        FORMAL,
        "activationFixedSet_mono: a higher zero point means fewer fixed vectors.",
        claims=("nucleus.fixed_set_mono", "nucleus.fixed_set_mono_strict"),
    ),
    Passage(
        FORMAL,
        "Fewer fixed vectors mean a larger gap.",
        claims=("gap.zero_point",),
    ),
    Passage(
        FORMAL,
        "graftBoundaryNucleus is never Boolean.",
        claims=("nucleus.graft_never_boolean", "nucleus.graft_not_boolean"),
    ),
    Passage(
        FORMAL,
        "The non-Boolean boundary connects to the Hossenfelder no-go.",
        because="no definition: the Hossenfelder no-go, and what connects to it, are not stated",
    ),
    # ------------------------------------------------------------------------ EMPIRICAL.RESULTS
    Passage(
        EMPIRICAL,
        "There are three model architectures: MLP, CNN and autoencoder.",
        claims=("gap.architectures",),
    ),
    Passage(
        EMPIRICAL,
        "The autoencoder is one of “NBA”.",
        because="no definition: the source does not say what NBA is; the autoencoder here is one of digits",
    ),
    Passage(
        EMPIRICAL,
        "An exhaustive check of 65,536 pairs finds no violation of the nucleus axioms per layer.",
        claims=("nucleus.axioms",),
    ),
    Passage(
        EMPIRICAL,
        "Gate dominance: the gate component is 5–6 times the quantization component.",
        claims=("gap.gate_dominance",),
    ),
    Passage(
        EMPIRICAL,
        "The gap falls from INT8 to INT16 to FP16 across all models.",
        claims=("gap.bitwidth_order",),
    ),
    Passage(
        EMPIRICAL,
        "The method fp16_threshold_p10 optimizes away 74–96 % of the gap.",
        claims=("gap.fp16_threshold_p10",),
    ),
    Passage(
        EMPIRICAL,
        "α,β-CROWN bounds verify the networks.",
        claims=("gap.crown_bounds",),
    ),
    Passage(
        EMPIRICAL,
        "The bounds are computed via auto_LiRPA.",
        because="feature: auto_LiRPA does not import beside a current PyTorch; claims/models/bounds.py computes "
        "IBP, CROWN and α-CROWN bounds with an optional package",
    ),
    # ----------------------------------------------------------------------------- ARCHITECTURE
    Passage(
        ARCHITECTURE,
        "Types has LayerQuantParams, the quantization parameters of a layer.",
        because="feature: LayerQuantParams in LeanMining/Nucleus/Types.lean holds the zero points; the scale "
        "plays no part in the order and is left out",
    ),
    Passage(
        ARCHITECTURE,
        "Types has GapDecomposition with the invariant hAdditive.",
        claims=("gap.additive", "gap.certificate"),
    ),
    Passage(
        ARCHITECTURE,
        "Types has ActivationVector.",
        because="feature: ActivationVector in LeanMining/Nucleus/Types.lean",
    ),
    Passage(
        ARCHITECTURE,
        "Types has activationFixedSet with monotonicity.",
        claims=(
            "nucleus.fixed_set_mono",
            "nucleus.fixed_set_mono_iff",
            "nucleus.fixed_set_mono_strict",
        ),
    ),
    Passage(
        ARCHITECTURE,
        "DiscreteLattice has the qRelu nucleus operator with three axiom proofs.",
        claims=("nucleus.extensive", "nucleus.idempotent", "nucleus.map_inf"),
    ),
    Passage(
        ARCHITECTURE,
        "DiscreteLattice characterizes the fixed points of qRelu.",
        claims=("nucleus.fixed_iff",),
    ),
    Passage(
        ARCHITECTURE,
        "DiscreteLattice has a canonical product witness for non-Booleanity.",
        claims=("nucleus.incomparable_pair", "nucleus.nonboolean_from_incomparable"),
    ),
    Passage(
        ARCHITECTURE,
        "BoundaryConnection has graftBoundaryNucleus.",
        claims=("nucleus.graft_not_boolean",),
    ),
    Passage(
        ARCHITECTURE,
        "BoundaryConnection has bitwidthFamily with genuine weakening.",
        claims=("gap.bitwidth_family",),
    ),
    Passage(
        ARCHITECTURE,
        "BoundaryConnection has measuredGapBand and DiscreteGateMeasurement.",
        claims=("gap.certificate", "gap.positive"),
    ),
    Passage(
        ARCHITECTURE,
        "NucleusGraftingCertificate bundles GapBand and GapDecomposition.",
        claims=("gap.certificate",),
    ),
    Passage(
        ARCHITECTURE,
        "NucleusGraftingCertificate bundles a proof that the gap is positive.",
        claims=("gap.positive_as_given", "gap.positive", "gap.certificate"),
    ),
    # ------------------------------------------------------------------------ WHAT.THIS.UNLOCKS
    Passage(
        UNLOCKS,
        "For ML engineering: a mathematically principled theory of quantization loss.",
        because="prose: an assessment",
    ),
    Passage(
        UNLOCKS,
        "The decomposition tells where information is lost: gate ≫ quantization.",
        claims=("gap.gate_dominance",),
    ),
    Passage(
        UNLOCKS,
        "The monotonicity theorem tells how much is lost at each bitwidth.",
        claims=("gap.coarser",),
    ),
    Passage(
        UNLOCKS,
        "The optimization results show that the gap is largely recoverable.",
        claims=("gap.fp16_threshold_p10",),
    ),
    Passage(
        UNLOCKS,
        "It is the first verified connection between nuclei and neural network quantization.",
        because="prose: a priority, which no proof or measurement settles",
    ),
    Passage(
        UNLOCKS,
        "activationFixedSet_mono and bitwidthFamily are a template for other architectures.",
        because="prose: a prospect; Nucleus.ofSup and Nucleus.ofMonotone in LeanMining/Nucleus/Basic.lean are "
        "general",
    ),
    # ------------------------------------------------------------------------ VERIFICATION.SEAL
    Passage(
        SEAL,
        "Formally verified in Lean 4 and machine-checked.",
        because="feature: the certificate states of each claim here what two kernels say of its proof",
    ),
    Passage(
        SEAL,
        "21 theorems are verified with 0 sorry.",
        because=f"{THEIR_LEAN}; the certificate counts the theorems and sorries of this library",
    ),
    Passage(
        SEAL,
        "There are 4 modules of 298 lines.",
        because=f"{THEIR_LEAN}; LeanMining/Nucleus/ has modules of the same four names",
    ),
    Passage(
        SEAL,
        "Two rounds of hostile adversarial audit were held, and all findings remediated.",
        because="needs data that is not to be had: reports of the audits",
    ),
    Passage(
        SEAL,
        "It is a Silver-tier TieredCertificate.",
        because="feature: the certificate here gives each claim a tier, by the rules of "
        "pyharness/certificate/tiers.py",
    ),
    Passage(
        SEAL,
        "It is built on Lean 4 with Mathlib.",
        because=f"{THEIR_LEAN}; the library here imports nothing from outside",
    ),
    # ------------------------------------------------------------------------- RELATED.PROJECTS
    Passage(
        RELATED,
        "The heading has no text.",
        because="prose: there is nothing to judge",
    ),
)

_GEOMETRY = (
    # ------------------------------------------------------------------------ The Formal Proofs
    Passage(
        PROOFS,
        "26 theorems are proved, 3 deferred, 10 stubs; there are 5 axioms.",
        because=f"{THEIR_LEAN}; the axioms that its own headings mention are eight",
    ),
    Passage(
        PROOFS,
        "“axiom = imported gap; sorry = unfinished body.”",
        because="feature: the certificate gives each theorem's status, read from Lean's environment",
    ),
    Passage(
        PROOFS,
        "All cited theorems live in LeanMining/NeuralGeometry/.",
        because="feature: LeanMining/NeuralGeometry/ has a module for each heading that names a file",
    ),
    Passage(
        PROOFS,
        "“Status: loading…”",
        because="feature: `pyharness status` prints the proof status of each claim",
    ),
    # ------------------------------------------------------------------------------ JensenFloor
    Passage(
        JENSEN,
        "The per-vector core uses no probability and no distribution assumptions.",
        claims=("geometry.cosine", "geometry.sign_lattice", "geometry.residual_energy"),
    ),
    Passage(
        JENSEN,
        "JensenFloor has zero sorry and zero axiom.",
        because=f"{THEIR_LEAN}; the certificate lists what each theorem here rests on",
    ),
    Passage(
        JENSEN,
        "cos_sign_quant_formula: the 1-bit cosine of a key k ≠ 0 is ‖k‖₁ / (√d ‖k‖₂).",
        claims=("geometry.cosine",),
    ),
    Passage(
        JENSEN,
        "cos_eq_one_iff_sign_lattice: the cosine is 1 if and only if all |k_i| are equal.",
        claims=("geometry.sign_lattice",),
    ),
    Passage(
        JENSEN,
        "residual_energy_formula: k less its signs has the share 1 − ‖k‖₁² / (d ‖k‖₂²) of energy.",
        claims=("geometry.residual_energy_unscaled", "geometry.residual_energy"),
    ),
    Passage(
        JENSEN,
        "The fractional energy lost to 1-bit quantization is sin² θ_k.",
        claims=("geometry.residual_energy", "geometry.cosine"),
    ),
    Passage(
        JENSEN,
        "The three theorems of JensenFloor are proved.",
        claims=("geometry.cosine", "geometry.sign_lattice", "geometry.residual_energy_unscaled"),
    ),
    Passage(
        JENSEN,
        "They cite S2 and are visualised by the moment-ratio widget and the cross-model table.",
        because=THEIR_PAGES,
    ),
    Passage(
        JENSEN,
        "The energy lost is visualised by the degradation of perplexity.",
        because="needs data that is not to be had: figures of perplexity and their model; the models here "
        "give no perplexity",
    ),
    # ------------------------------------------------------------------------- MomentRatioFloor
    Passage(
        MOMENTS,
        "The per-vector algebra is closed to the population-level β.",
        claims=("geometry.iid_floor",),
    ),
    Passage(
        MOMENTS,
        "Two sorry remain on the SLLN lifting and are not load-bearing.",
        because=f"{THEIR_LEAN}; geometry.iid_floor is judged without them",
    ),
    Passage(
        MOMENTS,
        "iid_coord_moment_ratio_floor: E sin² θ tends to 1 − μ₁²/μ₂ as d → ∞.",
        claims=("geometry.iid_floor",),
    ),
    Passage(
        MOMENTS,
        "For identically distributed symmetric coordinates the 1-bit cosine converges to √β.",
        claims=("geometry.iid_floor",),
    ),
    Passage(
        MOMENTS,
        "gaussian_moment_ratio_floor_eq: for Gaussian marginals β = 2/π exactly.",
        claims=("geometry.gaussian_floor",),
    ),
    Passage(
        MOMENTS,
        "The isotropic floor is √(2/π) ≈ 0.7979.",
        claims=("geometry.floor_value", "geometry.gaussian_floor", "geometry.random_rotations"),
    ),
    Passage(
        MOMENTS,
        "iid_coord_moment_ratio_floor is deferred, gaussian_moment_ratio_floor_eq proved.",
        claims=("geometry.iid_floor", "geometry.gaussian_floor"),
    ),
    Passage(
        MOMENTS,
        "The floor theorems cite S2 and S3, with the moment-ratio widget and cross-model table.",
        because=f"{THEIR_PAGES}; geometry.iid_floor has the ratios of several distributions",
    ),
    # --------------------------------------------------------------------------- IsotropicFloor
    Passage(
        ISOTROPIC,
        "Two axioms cover the isotropic distribution's definition and the CLT asymptotic.",
        because=f"{THEIR_LEAN}; the library here declares none but Lean's own",
    ),
    Passage(
        ISOTROPIC,
        "isotropic_floor_pos: 0 < 1 − 2/π.",
        claims=("geometry.floor_positive",),
    ),
    Passage(
        ISOTROPIC,
        "The floor is strictly positive for any distribution with finite non-zero second moment.",
        claims=("geometry.floor_of_any_distribution", "geometry.floor_unless_equal"),
    ),
    Passage(
        ISOTROPIC,
        "srht_achieves_isotropic_floor: any data-independent rotation achieves exactly the floor.",
        claims=("geometry.rotations_keep_the_floor", "geometry.random_rotations"),
    ),
    Passage(
        ISOTROPIC,
        "No data-free trick can beat √(2/π).",
        claims=("geometry.rotations_keep_the_floor", "geometry.learned_rotation"),
    ),
    Passage(
        ISOTROPIC,
        "isotropic_floor_pos is proved, srht_achieves_isotropic_floor an axiom.",
        claims=("geometry.floor_positive", "geometry.rotations_keep_the_floor"),
    ),
    Passage(
        ISOTROPIC,
        "They cite S3 and link the legend of β with the SRHT floor band.",
        because=THEIR_PAGES,
    ),
    # --------------------------------------------------------------------------------- MoEGauge
    Passage(
        GAUGE,
        "MoEGauge has zero sorry and zero axiom, and bears the deployment argument.",
        because=f"{THEIR_LEAN}; the certificate lists what geometry.gauge rests on",
    ),
    Passage(
        GAUGE,
        "attention_score_gauge_invariance: (R k) · (R q) = k · q for an orthogonal R.",
        claims=("geometry.gauge",),
    ),
    Passage(
        GAUGE,
        "The rotation is a pure gauge degree of freedom, absorbed into W_K at deployment.",
        claims=("geometry.gauge", "geometry.gauge_of_signs"),
    ),
    Passage(
        GAUGE,
        "top_k_optimal: keeping the top k minimises the expected score perturbation.",
        claims=("geometry.top_k",),
    ),
    Passage(
        GAUGE,
        "Among rank-r projectors the SVD top-r maximizes the explained residual energy.",
        claims=("geometry.svd_top_r",),
    ),
    Passage(
        GAUGE,
        "The SVD top-r is the unique maximizer.",
        claims=("geometry.top_k_unique", "geometry.top_k_unique_without_ties"),
    ),
    Passage(
        GAUGE,
        "Both theorems of MoEGauge are proved.",
        claims=("geometry.gauge", "geometry.top_k"),
    ),
    Passage(
        GAUGE,
        "They cite S1, S5, S7, with memory breakdown, perplexity and the Pareto frontier.",
        because=f"{THEIR_PAGES}; geometry.beta_eff has a frontier of bits against β",
    ),
    # -------------------------------------------------------------------------- DCMeanCentering
    Passage(
        CENTERING,
        "The structural result proves that centering raises the β ceiling.",
        claims=("geometry.centering_lifts",),
    ),
    Passage(
        CENTERING,
        "DCMeanCentering has one axiom, a constructive witness.",
        because=f"{THEIR_LEAN}; the library here declares none but Lean's own",
    ),
    Passage(
        CENTERING,
        "dc_centering_lifts_rotational_ceiling: ∃ R′ with cos(R′, v) ≥ the uncentered ceiling.",
        claims=("geometry.centering_lifts",),
    ),
    Passage(
        CENTERING,
        "Centering a key before rotation raises the supremum of achievable β.",
        claims=("geometry.centering_lifts",),
    ),
    Passage(
        CENTERING,
        "Centering frees the optimizer from the subgroup that stabilizes the mean direction.",
        because="no definition: what would hold an uncentered optimizer to that subgroup is not said; the "
        "supremum without centering is over all rotations too",
    ),
    Passage(
        CENTERING,
        "l2Norm_uncentered_gt: an uncentered key is strictly longer than its centered residual.",
        claims=("geometry.centered_norm",),
    ),
    Passage(
        CENTERING,
        "The lift of the ceiling is an axiom, l2Norm_uncentered_gt proved.",
        claims=("geometry.centering_lifts", "geometry.centered_norm"),
    ),
    Passage(
        CENTERING,
        "They cite S5, with the DC-lift table.",
        because=f"{THEIR_PAGES}; geometry.centering_lifts has the lift in each head",
    ),
    # ------------------------------------------------------------------------- BetaLocalHessian
    Passage(
        HESSIAN,
        "There is a Hessian barrier near the sign lattice, treated formally.",
        because="no definition: barrier; the statements that follow are judged one by one",
    ),
    Passage(
        HESSIAN,
        "BetaLocalHessian has one axiom, the quadratic expansion.",
        because=f"{THEIR_LEAN}; the library here declares none but Lean's own",
    ),
    Passage(
        HESSIAN,
        "beta_last_mile_quadratic_hardness: steps_to_convergence ≥ C d (1 − β_final).",
        claims=("geometry.steps",),
    ),
    Passage(
        HESSIAN,
        "Each additional unit of β requires quadratically more rotation accuracy.",
        claims=("geometry.last_mile",),
    ),
    Passage(
        HESSIAN,
        "beta_local_quadratic_expansion: β(exp(tA) R, k) = 1 − (t²/2) H + O(t³).",
        claims=("geometry.quadratic_expansion", "geometry.general_expansion"),
    ),
    Passage(
        HESSIAN,
        "beta_hessian_nonneg: the second-order coefficient H is non-negative.",
        claims=("geometry.hessian_nonneg",),
    ),
    Passage(
        HESSIAN,
        "β is locally concave near the sign lattice.",
        claims=("geometry.locally_concave",),
    ),
    Passage(
        HESSIAN,
        "The hardness and H ≥ 0 are proved, the expansion an axiom.",
        claims=(
            "geometry.last_mile",
            "geometry.steps",
            "geometry.hessian_nonneg",
            "geometry.quadratic_expansion",
            "geometry.general_expansion",
        ),
    ),
    Passage(
        HESSIAN,
        "They cite S6, with the convergence curve.",
        because=f"{THEIR_PAGES}; geometry.learned_rotation has a curve of β over steps",
    ),
    # -------------------------------------------------------------------- RankRResidualCorrection
    Passage(
        RANK_R,
        "Four axioms cover the existence and optimality of the SVD.",
        because="feature: optimality is proved for an eigenbasis that is given (IsEigenbasis); that there is "
        "one is not proved here",
    ),
    Passage(
        RANK_R,
        "beta_eff_formula: β_eff = 1 − (1 − β₁)(1 − γ_r), γ_r of the residual matrix.",
        claims=("geometry.beta_eff", "geometry.beta_eff_of_keys"),
    ),
    Passage(
        RANK_R,
        "β_eff combines both into one effective quality metric.",
        claims=("geometry.output",),
    ),
    Passage(
        RANK_R,
        "svd_topk_maximizes_gammaR: no projection of rank at most r exceeds γ_r.",
        claims=("geometry.svd_top_r",),
    ),
    Passage(
        RANK_R,
        "The SVD top-r captures the most residual energy for any rank budget r.",
        claims=("geometry.svd_top_r",),
    ),
    Passage(
        RANK_R,
        "residual_topk_eckart_young: γ_r is the energy share of M in its top-r projector.",
        claims=("geometry.eckart_young", "geometry.svd_top_r"),
    ),
    Passage(
        RANK_R,
        "The best rank-r approximation of the residual matrix is the truncated SVD.",
        claims=("geometry.eckart_young",),
    ),
    Passage(
        RANK_R,
        "The three are proved: by ring, and by delegating to an axiomatized projector.",
        claims=("geometry.beta_eff", "geometry.svd_top_r", "geometry.eckart_young"),
    ),
    Passage(
        RANK_R,
        "They cite S7, with the cross-model table and the Pareto frontier.",
        because=f"{THEIR_PAGES}; one model stands in for them, in geometry.beta_eff and geometry.output",
    ),
    # ------------------------------------------------------------------------- NarrowDimCeiling
    Passage(
        NARROW,
        "srht_floor_d_independent: isotropicFloorValue = isotropicFloorValue.",
        claims=("geometry.floor_dimension_free",),
    ),
    Passage(
        NARROW,
        "The SRHT floor √(2/π) is identical at d = 256 and d = 2048.",
        claims=("geometry.floor_dimension_free", "geometry.random_rotations"),
    ),
    Passage(
        NARROW,
        "The theorem is proved, trivially from an axiom.",
        claims=("geometry.floor_dimension_free",),
    ),
    Passage(
        NARROW,
        "It cites S3.",
        because=THEIR_PAGES,
    ),
    Passage(
        NARROW,
        "narrowDim_rank_k_ceiling_formula predicted a d-dependent ceiling and was removed.",
        because="no definition: the formula that was removed is not written down",
    ),
    # -------------------------------------------------------------------------- WoAmplification
    Passage(
        AMPLIFICATION,
        "A reference file for the contribution of W_o to the output scale of attention.",
        because="prose: says what the file is for",
    ),
    Passage(
        AMPLIFICATION,
        "The average amplification of W_o is its Frobenius norm over √(output_dim).",
        claims=("geometry.amplification_rows", "geometry.amplification"),
    ),
    Passage(
        AMPLIFICATION,
        "avg_amplification_eq_frob_div_sqrt is proved.",
        claims=("geometry.amplification_rows", "geometry.amplification"),
    ),
    Passage(
        AMPLIFICATION,
        "It is a glossary reference, tangentially cited in the discussion of rank r.",
        because=THEIR_PAGES,
    ),
    # -------------------------------------------------------------------------- SubspaceOverlap
    Passage(
        OVERLAP,
        "A support file for the Steady-State workstream, collapsed by default.",
        because="prose: says what the file is for",
    ),
    Passage(
        OVERLAP,
        "It defines frobeniusSq.",
        because="feature: energy in LeanMining/Algebra/Projection.lean and frobenius in "
        "claims/measures/spectra.py",
    ),
    Passage(
        OVERLAP,
        "It defines spectralSq.",
        claims=("geometry.stable_rank",),
    ),
    Passage(
        OVERLAP,
        "It defines stableRank.",
        claims=("geometry.stable_rank", "geometry.stable_rank_le_rank"),
    ),
    Passage(OVERLAP, "It defines subspaceOverlap.", claims=("geometry.subspace_overlap",)),
    # ------------------------------------------------------------------ PartE/FFNWeightTransfer
    Passage(
        WEIGHTS,
        "OPEN: scaffolds of theorems, as targets for 2026-04-22 and later.",
        because="prose: a plan; what the scaffolds state is judged below",
    ),
    Passage(
        WEIGHTS,
        "A learned rotation lifts β for FFN weight matrices.",
        claims=("geometry.ffn_lift", "geometry.learned_rotation_of_weights"),
    ),
    Passage(
        WEIGHTS,
        "A single R cannot cover a mixture of heterogeneous expert populations.",
        claims=("geometry.one_rotation_gap", "geometry.one_rotation"),
    ),
    Passage(
        WEIGHTS,
        "The empirical grounding is in results/part_e_pilot_v3.json.",
        because="needs data that is not to be had: that file is not published",
    ),
    Passage(
        WEIGHTS,
        "ffn_weight_beta_lift_under_learned_R: some R lifts β above the floor of √(2/π).",
        claims=("geometry.ffn_lift",),
    ),
    Passage(
        WEIGHTS,
        "The lift exists whenever the row Gram of W is not isotropic and d ≥ 4.",
        claims=("geometry.ffn_lift",),
    ),
    Passage(
        WEIGHTS,
        "On the MLP matrices of Gemma-4-26B β is lifted to 0.94.",
        because=f"{GEMMA}; geometry.ffn_lift has the figures of another transformer",
    ),
    Passage(
        WEIGHTS,
        "Strategy: extend srht_achieves_isotropic_floor by its contrapositive.",
        claims=("geometry.rotations_keep_the_floor",),
    ),
    Passage(
        WEIGHTS,
        "Strategy: a variational argument on β over the Stiefel manifold.",
        because="prose: a plan of a proof",
    ),
    Passage(
        WEIGHTS,
        "The lift is OPEN, and confirmed on 4 matrix types × 7+ layer samples.",
        because=f"{GEMMA}, whose samples these are; geometry.ffn_lift has six layers of one type",
    ),
    Passage(
        WEIGHTS,
        "expert_heterogeneity_batch_full_gap: no single R matches orthogonal populations' optima.",
        claims=("geometry.one_rotation_gap", "geometry.one_rotation"),
    ),
    Passage(
        WEIGHTS,
        "The gap is bounded below by β* − β_floor.",
        claims=("geometry.one_rotation_gap",),
    ),
    Passage(
        WEIGHTS,
        "Gemma-4-26B L0 experts_gate_up: 0.885 on a subsample, 0.803 on all, a gap of −0.082.",
        because=f"{GEMMA}; geometry.learned_rotation_of_weights has own and other rows of other weights",
    ),
    Passage(
        WEIGHTS,
        "sup over R of the least β ≤ the least sup of β − gap_const d k.",
        claims=("geometry.one_rotation_gap", "geometry.one_rotation"),
    ),
    Passage(
        WEIGHTS,
        "k orthogonal targets require k(d−1) of the d(d−1)/2 parameters of O(d).",
        claims=("geometry.one_rotation_gap",),
    ),
    Passage(
        WEIGHTS,
        "When k is large the feasible set collapses toward the isotropic floor.",
        claims=("geometry.one_rotation_gap",),
    ),
    Passage(
        WEIGHTS,
        "It motivates one R for each expert, 128 per layer and matrix type.",
        because="needs data that is not to be had: a model with 128 experts a layer; geometry.one_rotation "
        "compares one rotation with one each",
    ),
    Passage(
        WEIGHTS,
        "per_matrix_R_decomposition: the formula of β_eff applies matrix by matrix.",
        claims=("geometry.per_matrix",),
    ),
    Passage(
        WEIGHTS,
        "β_eff of a layer is a vector with an entry a matrix, not a scalar.",
        claims=("geometry.per_matrix",),
    ),
    Passage(
        WEIGHTS,
        "Inference costs n matmuls with R_i prepended per layer.",
        claims=("geometry.rotation_cost",),
    ),
    Passage(
        WEIGHTS,
        "per_matrix_R_decomposition is a direct corollary: “No new math needed.”",
        claims=("geometry.per_matrix",),
    ),
    Passage(
        WEIGHTS,
        "per_matrix_R_decomposition is OPEN until imports are wired.",
        claims=("geometry.per_matrix",),
    ),
    # ------------------------------------------------------------------------ Full status table
    Passage(
        STATUSES,
        "There is a full inventory of the theorems and their statuses.",
        because="feature: the document has the heading alone; the report here has a table of theorems, and "
        "`pyharness status` prints one",
    ),
    # ------------------------------------------------------------------------ Cross-link matrix
    Passage(
        LINKS,
        "There is a matrix from theorems to widgets to the paper.",
        because="feature: the document has the heading alone; the report here links claims, theorems and "
        "sources, with a graph (pyharness/report/graph.py)",
    ),
    # --------------------------------------------------------------------------------- Glossary
    Passage(
        GLOSSARY,
        "A rotation can be absorbed into W_K without changing any attention score.",
        claims=("geometry.gauge",),
    ),
    Passage(
        GLOSSARY,
        "This makes the learned rotation free at deployment.",
        claims=("geometry.gauge", "geometry.gauge_of_signs"),
    ),
    Passage(
        GLOSSARY,
        "β = μ₁² / μ₂ with μ₁ = E K₁ and μ₂ = E[K₁²].",
        because="prose: a definition; μ₁ is read as E |K₁|, since E K₁ = 0 for symmetric coordinates",
    ),
    Passage(
        GLOSSARY,
        "β equals the asymptotic squared 1-bit cosine as d → ∞.",
        claims=("geometry.iid_floor",),
    ),
    Passage(
        GLOSSARY,
        "The range of β is (0, 1].",
        claims=("geometry.range",),
    ),
    Passage(
        GLOSSARY,
        "β is 1 on the sign lattice, 2/π ≈ 0.637 for iid Gaussian and 3/4 for uniform.",
        claims=("geometry.sign_lattice", "geometry.gaussian_floor", "geometry.iid_floor"),
    ),
    Passage(
        GLOSSARY,
        "DC-mean centering subtracts the per-token mean from a key before rotation.",
        because="prose: a definition",
    ),
    Passage(
        GLOSSARY,
        "Centering provably raises the supremum of β over rotations.",
        claims=("geometry.centering_lifts",),
    ),
    Passage(
        GLOSSARY,
        "It removes the constraint that the rotation stabilize the mean direction.",
        because="no definition: that constraint, as under DCMeanCentering",
    ),
    Passage(
        GLOSSARY,
        "Any data-independent rotation of coordinate-isotropic inputs achieves the SRHT floor.",
        claims=("geometry.rotations_keep_the_floor", "geometry.random_rotations"),
    ),
    Passage(
        GLOSSARY,
        "The β value of the SRHT floor is √(2/π) ≈ 0.7979.",
        claims=("geometry.floor_value", "geometry.random_rotations"),
    ),
    Passage(
        GLOSSARY,
        "The floor is a hard lower bound on β without data-dependent rotation.",
        claims=("geometry.rotations_keep_the_floor",),
    ),
    Passage(
        GLOSSARY,
        "The sign lattice {±α}^d is the unique configuration with β = 1.",
        claims=("geometry.sign_lattice",),
    ),
    Passage(
        GLOSSARY,
        "No orthogonal rotation maps a distribution with anisotropy variance to the lattice.",
        claims=("geometry.uneven_keys",),
    ),
    Passage(
        GLOSSARY,
        "Storing the top-r projector of the residual raises effective β from β₁ toward 1.",
        claims=("geometry.beta_eff", "geometry.output"),
    ),
    Passage(
        GLOSSARY,
        "The correction costs r × d fp16 values per layer.",
        claims=("geometry.beta_eff",),
    ),
)

_CLIPPING = (
    # ------------------------------------------------------------------------ Logical Structure
    Passage(
        STRUCTURE,
        "Observed, not proved: r(κ_eff, D) = −0.991 (T-009).",
        claims=("error.kurtosis_degradation",),
    ),
    Passage(
        STRUCTURE,
        "Observed, not proved: slope = −ln(2)/2 (T-010).",
        claims=("error.rate_as_given",),
    ),
    Passage(
        STRUCTURE,
        "The observations validate the theoretical claims, each layer depending on the next.",
        because="prose: arrows of a diagram; each layer is judged by itself",
    ),
    Passage(
        STRUCTURE,
        "Disparity bound: D ≤ C √Var[κ_eff] 2^−B.",
        claims=("error.disparity",),
    ),
    Passage(
        STRUCTURE,
        "Rate–distortion: MSE ∝ 2^(−B/2).",
        claims=("error.rate_as_given", "error.rate"),
    ),
    Passage(
        STRUCTURE,
        "Monotonicity: ∂α*/∂κ > 0.",
        claims=("error.threshold_rises",),
    ),
    Passage(
        STRUCTURE,
        "MSE(α) = E_clip(α) + E_quant(α).",
        claims=("error.decomposition", "error.split"),
    ),
    Passage(
        STRUCTURE,
        "MSE is convex, so that α* is unique.",
        claims=("error.mse_convex", "error.unique_optimum"),
    ),
    Passage(
        STRUCTURE,
        "Trade-off: less clipping error means more quantization error.",
        claims=("error.clipping_antitone", "error.noise_monotone", "error.in_range_monotone"),
    ),
    Passage(
        STRUCTURE,
        "κ_eff = [Σ w(κ+3)σ⁴ + 6 Σ wσ²δ² + Σ wδ⁴]/σ⁴ − 3.",
        claims=("error.effective_kurtosis", "error.mixture"),
    ),
    Passage(
        STRUCTURE,
        "The weights are language-specific: w_i = ā_i(λ), the activation fraction.",
        claims=("error.activation_weights",),
    ),
    Passage(
        STRUCTURE,
        "clip(x, α) = max(−α, min(α, x)).",
        because="prose: a definition, that of clip in LeanMining/Clipping.lean",
    ),
    Passage(
        STRUCTURE,
        "Clipping is fully proved in Lean: range, idempotent, monotone and others.",
        claims=NINE,
    ),
    # ------------------------------------------------------------------------- Layer 1: Clipping
    Passage(
        LAYER_1,
        "SOLID: the formal verification of nine theorems is complete.",
        claims=FOUR_AS_GIVEN,
    ),
    Passage(
        LAYER_1,
        "clip_le_alpha: clip(x, α) ≤ α.",
        claims=("clip.le_alpha", "clip.le_alpha_as_given"),
    ),
    Passage(LAYER_1, "neg_alpha_le_clip: −α ≤ clip(x, α).", claims=("clip.neg_alpha_le",)),
    Passage(
        LAYER_1,
        "clip_in_range: −α ≤ clip(x, α) ≤ α.",
        claims=("clip.in_range", "clip.in_range_as_given"),
    ),
    Passage(
        LAYER_1,
        "clip_of_in_range: x ∈ [−α, α] → clip(x, α) = x.",
        claims=("clip.of_in_range",),
    ),
    Passage(
        LAYER_1,
        "clip_idempotent: clip(clip(x, α), α) = clip(x, α).",
        claims=("clip.idempotent",),
    ),
    Passage(
        LAYER_1,
        "clip_abs_le: |clip(x, α)| ≤ α.",
        claims=("clip.abs_le", "clip.abs_le_as_given"),
    ),
    Passage(
        LAYER_1,
        "clip_mono_x: x ≤ y → clip(x, α) ≤ clip(y, α).",
        claims=("clip.mono_x",),
    ),
    Passage(
        LAYER_1,
        "clip_mono_alpha: α ≤ β → clip(x, α) ∈ [−β, β].",
        claims=("clip.mono_alpha", "clip.mono_alpha_as_given", "clip.mem_iff"),
    ),
    Passage(LAYER_1, "clip_nonneg: x ≥ 0 → clip(x, α) ≥ 0.", claims=("clip.nonneg",)),
    Passage(
        LAYER_1,
        "The fundamental operation of quantization is well-defined and behaves correctly.",
        claims=("clip.of_in_range", "clip.in_range", "clip.not_nucleus"),
    ),
    # --------------------------------------------------------------- Layer 2: MSE Decomposition
    Passage(
        MSE,
        "SCAFFOLDED: formalized in Lean with sorry, validated numerically.",
        because=f"{THEIR_LEAN}; what it states is judged below",
    ),
    Passage(
        MSE,
        "Clipping error: E[(|X| − α)² 1(|X| > α)].",
        because="prose: a definition, that of clippingError in LeanMining/QuantError/ClippingError.lean",
    ),
    Passage(
        MSE,
        "Quantization noise: Δ²/12 · P(|X| ≤ α).",
        because="prose: a definition, that of quantizationNoise in LeanMining/QuantError/ClippingError.lean",
    ),
    Passage(
        MSE,
        "Total MSE: E[quantError(X, α, B)²].",
        because="prose: a definition, that of mse in LeanMining/QuantError/Rounding.lean",
    ),
    Passage(
        MSE,
        "mse_decomposition: MSE = E_clip + E_quant.",
        claims=("error.decomposition", "error.split"),
    ),
    Passage(
        MSE,
        "clippingError_antitone: the clipping error falls with α.",
        claims=("error.clipping_antitone",),
    ),
    Passage(
        MSE,
        "It falls strictly: ∂E_c/∂α < 0.",
        claims=("error.clipping_slope",),
    ),
    Passage(
        MSE,
        "quantizationNoise_monotone: the quantization noise rises with α.",
        claims=("error.noise_monotone", "error.in_range_monotone"),
    ),
    Passage(
        MSE,
        "It rises strictly: ∂E_q/∂α > 0.",
        claims=("error.noise_slope", "error.in_range_monotone"),
    ),
    Passage(
        MSE,
        "mse_convex: MSE is convex for α > 0.",
        claims=("error.mse_convex", "error.model_convex", "error.model_mass_convex"),
    ),
    Passage(
        MSE,
        "Sketch: split the integral inside and outside [−α, α].",
        claims=("error.split",),
    ),
    Passage(
        MSE,
        "Inside only quantization error contributes, outside only clipping error.",
        claims=("error.split", "error.rounding"),
    ),
    Passage(
        MSE,
        "Quantization error is uniform on [−Δ/2, Δ/2], of variance Δ²/12.",
        claims=("error.decomposition", "error.rounding", "error.in_range_bound"),
    ),
    Passage(
        MSE,
        "A proof requires a careful measure-theoretic argument.",
        claims=("error.split",),
    ),
    # ------------------------------------------------------------------ Layer 3: Mixture Kurtosis
    Passage(
        MIXTURE,
        "SCAFFOLDED: formula correct, algebraic simplification not verified.",
        claims=("error.effective_kurtosis",),
    ),
    Passage(
        MIXTURE,
        "κ_eff(M) = [Σ w_i(κ_i+3)σ_i⁴ + 6 Σ w_i σ_i²δ_i² + Σ w_i δ_i⁴]/σ_eff⁴ − 3.",
        claims=("error.effective_kurtosis", "error.mixture"),
    ),
    Passage(
        MIXTURE,
        "w_i is the mixture weight, the activation fraction for a language.",
        claims=("error.activation_weights",),
    ),
    Passage(
        MIXTURE,
        "κ_i, σ_i and δ_i are a component's excess kurtosis, deviation and mean's distance.",
        because="prose: definitions",
    ),
    Passage(
        MIXTURE,
        "σ_eff² = Σ w_i σ_i² + Σ w_i δ_i² is the mixture variance.",
        claims=("error.total_variance",),
    ),
    Passage(
        MIXTURE,
        "Law of total variance: Var(X) = E[Var(X|Y)] + Var(E[X|Y]).",
        claims=("error.total_variance",),
    ),
    Passage(
        MIXTURE,
        "The fourth moment expands E[(X−μ)⁴] by the mixture structure.",
        claims=("error.mixture",),
    ),
    Passage(
        MIXTURE,
        "The cross term 6 Σ w_i σ_i²δ_i² comes from E[(X−μ)²(μ_i−μ)²].",
        claims=("error.mixture", "error.effective_kurtosis"),
    ),
    Passage(
        MIXTURE,
        "“This is textbook material” (Frühwirth-Schnatter).",
        because=CITED,
    ),
    # ------------------------------------------------------------------ Layer 4: Optimal Clipping
    Passage(
        OPTIMUM,
        "APPROXIMATION: Banner's approximation, empirically validated.",
        claims=("error.banner",),
    ),
    Passage(
        OPTIMUM,
        "Banner's formula for INT4: α*/σ ≈ 2.5 + 0.3 ln(1 + max(0, κ)).",
        claims=("error.banner",),
    ),
    Passage(
        OPTIMUM,
        "Banner et al. solve dMSE/dα = dE_clip/dα + dE_quant/dα = 0.",
        because="prose: how the cited paper derives its rule",
    ),
    Passage(
        OPTIMUM,
        "For a Gaussian α*/σ ≈ 2.5.",
        claims=("error.gaussian_threshold",),
    ),
    Passage(
        OPTIMUM,
        "0.3 ln(1+κ) is an empirical fit for other distributions.",
        claims=("error.banner",),
    ),
    Passage(
        OPTIMUM,
        "LA-ACIQ: use the language-specific κ_eff(λ) instead of the global κ.",
        claims=("error.la_aciq",),
    ),
    Passage(
        OPTIMUM,
        "α*(λ) = σ_eff(λ) · (2.5 + 0.3 ln(1 + max(0, κ_eff(λ)))).",
        claims=("error.la_aciq",),
    ),
    # ------------------------------------------------------------------- Layer 5: Disparity Bound
    Passage(
        DISPARITY,
        "CONJECTURED: empirically plausible, not proved.",
        claims=("error.disparity",),
    ),
    Passage(
        DISPARITY,
        "max MSE(λ) − min MSE(λ) ≤ C · √Var[κ_eff(λ)] · 2^−B.",
        claims=("error.disparity",),
    ),
    Passage(
        DISPARITY,
        "Kurtosis variation causes variation in the optimal α*.",
        claims=("error.threshold_rises",),
    ),
    Passage(
        DISPARITY,
        "A global α* instead of one per language creates suboptimality.",
        claims=("error.common_threshold_costs",),
    ),
    Passage(
        DISPARITY,
        "Suboptimality is proportional to the distance from the optimum, κ_eff − κ_global.",
        claims=("error.cost_by_kurtosis",),
    ),
    Passage(
        DISPARITY,
        "The variance of κ_eff determines the worst-case gap.",
        claims=("error.disparity",),
    ),
    Passage(
        DISPARITY,
        "Observed disparity / √Var[κ_eff] ≈ 0.015, so that C ≈ 0.015.",
        claims=("error.disparity.given",),
    ),
    Passage(
        DISPARITY,
        "The figure is from spec.json.",
        because="needs data that is not to be had: spec.json is not published",
    ),
    Passage(
        DISPARITY,
        "C is fitted from data and then validated on it, which is circular.",
        claims=("error.disparity",),
    ),
    # ------------------------------------------------------------------ Layer 6: Empirical Axioms
    Passage(
        AXIOMS,
        "VALIDATED: a strong correlation, but possibly circular.",
        claims=("error.kurtosis_degradation",),
    ),
    Passage(
        AXIOMS,
        "T-009: r(κ_eff, degradation) = −0.991.",
        claims=("error.kurtosis_degradation",),
    ),
    Passage(
        AXIOMS,
        "The correlation has p < 0.001.",
        claims=("error.kurtosis_significance",),
    ),
    Passage(
        AXIOMS,
        "Languages with a higher effective kurtosis experience less degradation.",
        claims=("error.kurtosis_helps",),
    ),
    Passage(
        AXIOMS,
        "Higher κ means heavier tails.",
        because="no definition: heavier tails; κ is the fourth moment, and the order by tails depends on which",
    ),
    Passage(
        AXIOMS,
        "Banner's approximation gives a larger α for a higher κ.",
        claims=("error.banner_rises",),
    ),
    Passage(
        AXIOMS,
        "A larger α means less clipping error.",
        claims=("error.clipping_antitone",),
    ),
    Passage(
        AXIOMS,
        "With a global α, high-κ languages benefit and low-κ ones suffer.",
        claims=("error.kurtosis_helps", "error.cost_by_kurtosis"),
    ),
    Passage(
        AXIOMS,
        "T-010: the rate–distortion slope is −ln(2)/2 ≈ −0.347.",
        claims=("error.rate_as_given",),
    ),
    Passage(
        AXIOMS,
        "It comes from Shannon's Gaussian function D(R) = σ² 2^(−2R).",
        claims=("error.distortion_rate",),
    ),
    Passage(
        AXIOMS,
        "log D = log σ² − 2R log 2 = const − R ln 2.",
        claims=("error.log_distortion",),
    ),
    Passage(
        AXIOMS,
        "For quantization R ≈ B, the bits.",
        because="prose: a choice of variable, in which error.rate and error.rate_as_given are stated",
    ),
    Passage(
        AXIOMS,
        "log D against B has the slope −2 ln 2 for MSE.",
        claims=("error.rate",),
    ),
    Passage(
        AXIOMS,
        "For relative degradation, a ratio, the slope is −ln(2)/2.",
        claims=("error.rate_as_given",),
    ),
    # ---------------------------------------------------------- What's Actually Proved vs Assumed
    Passage(PROVED, "PROVED: all 9 clipping properties.", claims=(*NINE, *FOUR_AS_GIVEN)),
    Passage(
        PROVED,
        "PROVED: the definitions type-check in Lean.",
        because="feature: LeanMining/QuantError/ has the definitions, which Lean and the second kernel accept",
    ),
    Passage(
        PROVED,
        "FORMALIZED (sorry): MSE decomposition.",
        claims=("error.decomposition", "error.split"),
    ),
    Passage(PROVED, "FORMALIZED (sorry): MSE convexity.", claims=("error.mse_convex",)),
    Passage(
        PROVED,
        "FORMALIZED (sorry): the kurtosis formula.",
        claims=("error.effective_kurtosis", "error.mixture"),
    ),
    Passage(
        PROVED, "FORMALIZED (sorry): monotonicity ∂α*/∂κ > 0.", claims=("error.threshold_rises",)
    ),
    Passage(
        PROVED,
        "FORMALIZED (sorry): the structure of the disparity bound.",
        claims=("error.disparity",),
    ),
    Passage(
        PROVED,
        "EMPIRICALLY VALIDATED: T-009, r = −0.991.",
        claims=("error.kurtosis_degradation",),
    ),
    Passage(
        PROVED,
        "EMPIRICALLY VALIDATED: T-010, slope −0.347.",
        claims=("error.rate_as_given",),
    ),
    Passage(
        PROVED,
        "T-003: the gateway layer has 3.08 times the variance.",
        claims=("error.gateway_variance",),
    ),
    Passage(
        PROVED,
        "T-004: L0 and L11 act in synergy, with a similarity of 0.992.",
        claims=("error.first_and_last",),
    ),
    Passage(
        PROVED,
        "ASSUMED: the accuracy of Banner's approximation.",
        claims=("error.banner",),
    ),
    Passage(
        PROVED,
        "ASSUMED: activation fractions approximate mixture weights.",
        claims=("error.activation_weights",),
    ),
    Passage(
        PROVED,
        "ASSUMED: redundancy and disparity are related.",
        because="no definition: redundancy, and which relation",
    ),
    # ----------------------------------------------------------------------------- Critical Gaps
    Passage(
        GAPS,
        "Convexity ensures that a unique optimal α exists.",
        claims=("error.unique_optimum", "error.mse_convex"),
    ),
    Passage(
        GAPS,
        "E_clip is convex: its second derivative is at least 0.",
        claims=("error.clipping_convex",),
    ),
    Passage(
        GAPS,
        "E_quant is convex: it is quadratic in α via Δ.",
        claims=("error.model_mass_convex", "error.model_convex"),
    ),
    Passage(GAPS, "The sum of convex functions is convex.", claims=("error.model_convex",)),
    Passage(
        GAPS,
        "The difficulty is ∂²E_clip/∂α² ≥ 0, which involves the tail.",
        claims=("error.clipping_convex",),
    ),
    Passage(
        GAPS,
        "Monotonicity would justify the trend of Banner's approximation.",
        claims=("error.threshold_rises", "error.banner_rises"),
    ),
    Passage(
        GAPS,
        "∂α*/∂κ = −(∂²MSE/∂α∂κ)/(∂²MSE/∂α²) > 0, by the implicit function theorem.",
        claims=("error.threshold_rises", "error.mse_convex"),
    ),
    Passage(
        GAPS,
        "The difficulty is an explicit form of how MSE depends on κ.",
        because="no definition: MSE as a function of κ; distributions with the same κ differ in it",
    ),
    Passage(
        GAPS,
        "A derivation of the disparity bound would be a guarantee, not just a fit.",
        because="prose: says why a proof is wanted",
    ),
    Passage(
        GAPS,
        "Expand MSE around α*, bound its variation by that of κ, convert to MSE.",
        because="prose: a plan of a proof; its steps are judged as error.threshold_rises and error.disparity",
    ),
    # ------------------------------------------------------------------------- The Honest Picture
    Passage(
        PICTURE,
        "Confidence is given as a share, from 50 % to 100 %.",
        because="no definition: confidence; the certificate gives tiers by rules instead",
    ),
    Passage(
        PICTURE,
        "Clipping properties: 100 %, machine-checked.",
        claims=(*NINE, *FOUR_AS_GIVEN),
    ),
    Passage(
        PICTURE,
        "MSE decomposition: 95 %, standard and well-known.",
        claims=("error.decomposition", "error.split"),
    ),
    Passage(
        PICTURE,
        "MSE convexity: 90 %, intuitive, numerically verified.",
        claims=("error.mse_convex",),
    ),
    Passage(
        PICTURE,
        "Mixture kurtosis formula: 95 %, a textbook result.",
        claims=("error.effective_kurtosis", "error.mixture"),
    ),
    Passage(
        PICTURE,
        "Banner approximation: 85 %, published.",
        claims=("error.banner",),
    ),
    Passage(
        PICTURE,
        "Banner's paper is cited more than 500 times.",
        because="prose: a count of citations, which says nothing of the rule",
    ),
    Passage(
        PICTURE,
        "LA-ACIQ extension: 70 %, novel, but follows naturally.",
        claims=("error.la_aciq",),
    ),
    Passage(
        PICTURE,
        "κ_eff correlation: 80 %, a strong signal, but possibly circular.",
        claims=("error.kurtosis_degradation",),
    ),
    Passage(
        PICTURE,
        "Disparity bound: 50 %, an empirical fit, not derived.",
        claims=("error.disparity",),
    ),
    # -------------------------------------------------------------- What Would Make This Rigorous
    Passage(
        RIGOROUS,
        "A proof of convexity would establish that the optimization is well-posed.",
        claims=("error.mse_convex", "error.unique_optimum"),
    ),
    Passage(
        RIGOROUS,
        "A proof of monotonicity would justify kurtosis-based reasoning.",
        claims=("error.threshold_rises",),
    ),
    Passage(
        RIGOROUS,
        "C derived from first principles would remove circular validation.",
        claims=("error.disparity",),
    ),
    Passage(
        RIGOROUS,
        "Real GPU experiments would break the circularity of simulation.",
        because="feature: the evidence is on activations of real models as well as on distributions; `pyharness "
        "verify --device cuda` gathers it on a GPU",
    ),
)

_SPECTRAL = (
    # --------------------------------------------------------------------------------- Overview
    Passage(
        OVERVIEW,
        "Spectra of weight matrices limit fundamentally how far a network can be quantized.",
        claims=("spectral.condition_lock",),
    ),
    Passage(
        OVERVIEW,
        "Networks with concentrated spectra can be quantized more aggressively.",
        claims=("spectral.friendly",),
    ),
    Passage(
        OVERVIEW,
        "Networks with dispersed spectra require higher precision.",
        claims=("spectral.friendly",),
    ),
    Passage(
        OVERVIEW,
        "The original theorem is lock-spectral-quant.",
        because="needs data that is not to be had: the theorem is in another document, which is not given",
    ),
    # --------------------------------------------------------------------- AI/RL/ML Statement
    Passage(LOCK, "Quantization error: ‖W − Q_b(W)‖ ≤ ‖W‖_op / 2^b.", claims=("spectral.op_norm",)),
    Passage(
        LOCK,
        "Sensitivity: ‖f(x) − f_Q(x)‖ ≤ C · cond(W) · Δ / 2^b.",
        claims=("spectral.sensitivity",),
    ),
    Passage(
        LOCK,
        "cond(W) = σ_max / σ_min.",
        because="prose: a definition, that of condition_number in claims/measures/spectra.py",
    ),
    Passage(
        LOCK,
        "Networks with a high condition number require high precision.",
        claims=("spectral.condition_lock", "spectral.mixed_precision"),
    ),
    Passage(
        LOCK,
        "Lock: cond(W) > 2^(b_min) implies that quantization fails.",
        claims=("spectral.condition_lock",),
    ),
    Passage(
        LOCK,
        "Corollary: well-conditioned networks are more amenable to low-bit quantization.",
        claims=("spectral.friendly",),
    ),
    # ------------------------------------------------------------ Terminology Translation Table
    Passage(
        TERMS,
        "Weight quantization maps ℝ to {−2^(b−1), …, 2^(b−1)}.",
        claims=("spectral.codes",),
    ),
    Passage(
        TERMS,
        "Spectral resolution is bit precision: b bits per weight.",
        because="prose: a translation of terms",
    ),
    Passage(
        TERMS,
        "The condition number σ_max/σ_min is quantization sensitivity.",
        claims=("spectral.proportional",),
    ),
    Passage(
        TERMS,
        "Spectral concentration is quantization-friendly: a small condition number.",
        claims=("spectral.friendly",),
    ),
    Passage(
        TERMS,
        "Spectral dispersion is quantization-hostile: a large condition number.",
        claims=("spectral.condition_lock",),
    ),
    # ------------------------------------------------------------------------ Weight Quantization
    Passage(
        WEIGHT_QUANTIZATION,
        "Q_b(w) = round(w/Δ) · Δ with Δ = (w_max − w_min)/2^b.",
        because="prose: a definition, that of range_step and round_by_range in claims/measures/spectra.py",
    ),
    # --------------------------------------------------------- Connection to Spectral Properties
    Passage(
        CONNECTION,
        "Quantization error corresponds to spectral norm × step size.",
        claims=("spectral.op_norm",),
    ),
    Passage(
        CONNECTION,
        "Sensitivity corresponds to the condition number.",
        claims=("spectral.proportional",),
    ),
    Passage(
        CONNECTION,
        "Stable quantization corresponds to being well-conditioned.",
        claims=("spectral.condition_lock", "spectral.injective"),
    ),
    # ---------------------------------------------------------------------------------- the steps
    Passage(
        STEP_1,
        "ε_l = ‖W_l − Q_b(W_l)‖_F ≤ √d_l ‖W_l‖_∞ / 2^b.",
        claims=(
            "spectral.frobenius_dimension",
            "spectral.frobenius",
            "spectral.op_le_frobenius",
        ),
    ),
    Passage(STEP_1, "Hubara et al. (2016), Quantized neural networks.", because=CITED),
    Passage(
        STEP_2,
        "‖f(x) − f_Q(x)‖ ≤ Σ_l Π_(j>l) ‖W_j‖_op · ε_l.",
        claims=("spectral.propagation_as_given", "spectral.propagation"),
    ),
    Passage(
        STEP_2,
        "The error is amplified by the spectral norms of subsequent layers.",
        claims=("spectral.propagation",),
    ),
    Passage(
        STEP_3,
        "κ(W) = σ_max(W)/σ_min(W).",
        because="prose: a definition, as in the statement",
    ),
    Passage(
        STEP_3,
        "High κ means that small perturbations cause large output changes.",
        claims=("spectral.condition_lock", "spectral.injective"),
    ),
    Passage(STEP_3, "Trefethen and Bau (1997), Numerical Linear Algebra.", because=CITED),
    Passage(
        STEP_4,
        "Q_spec(W) = ‖W‖_op · Q_b(W/‖W‖_op).",
        claims=("spectral.norm_rounding",),
    ),
    Passage(
        STEP_4,
        "Its error is bounded by ‖W‖_op/2^b, independent of the Frobenius norm.",
        claims=("spectral.norm_rounding_bound",),
    ),
    Passage(
        STEP_5,
        "Quantization resembles low-rank approximation: both reduce effective precision.",
        because="no definition: effective precision of a matrix of low rank, and resembling",
    ),
    Passage(
        STEP_5,
        "Both are controlled by singular value structure.",
        because="no definition: which quantity controls which error; spectral.proportional refutes every function of the condition number",
    ),
    Passage(
        STEP_5,
        "The Eckart–Young theorem governs both.",
        because="no definition: the theorem is about rank, and rounding does not lower it (geometry.svd_top_r has the theorem itself)",
    ),
    Passage(STEP_5, "Banner et al. (2019), Post-training 4-bit quantization.", because=CITED),
    Passage(
        STEP_6,
        "Train with quantization in the loop: L = L(f_Q(x), y) + λ Σ κ(W_l).",
        claims=("spectral.training",),
    ),
    Passage(
        STEP_6,
        "It learns weights with quantization-friendly spectra.",
        claims=("spectral.training",),
    ),
    Passage(STEP_6, "Jacob et al. (2018), Quantization and training.", because=CITED),
    Passage(
        STEP_7,
        "Assign precision by spectral sensitivity: b_l = ⌈log₂ κ(W_l)⌉ + b_base.",
        claims=("spectral.mixed_precision",),
    ),
    Passage(
        STEP_7,
        "Layers with a high condition number get more bits.",
        claims=("spectral.mixed_precision",),
    ),
    Passage(STEP_7, "Dong et al. (2019), HAWQ.", because=CITED),
    Passage(
        STEP_8,
        "Binary weights, b = 1: W_bin = sign(W) · α.",
        claims=("spectral.binary",),
    ),
    Passage(
        STEP_8,
        "It only works when spectral structure permits sign approximation.",
        claims=("spectral.binary",),
    ),
    Passage(STEP_8, "Hubara et al. (2016), Binarized neural networks.", because=CITED),
    Passage(
        STEP_9,
        "Quantization acts as regularization and reduces effective capacity.",
        because="no definition: effective capacity, and what is regularized",
    ),
    Passage(
        STEP_9,
        "It can improve generalization.",
        because="prose: it says that something may happen, not when or by how much",
    ),
    Passage(
        STEP_9,
        "Spectral compression gives a simpler model.",
        because="no definition: spectral compression and simpler",
    ),
    Passage(STEP_9, "Zhu et al. (2017), Trained ternary quantization.", because=CITED),
    Passage(
        STEP_10,
        "Error bound: ‖f − f_Q‖ ≤ O(κ(W)/2^b).",
        claims=("spectral.sensitivity",),
    ),
    Passage(
        STEP_10,
        "Lock condition: κ(W) > 2^(b_min) → quantization fails.",
        claims=("spectral.condition_lock",),
    ),
    Passage(
        STEP_10,
        "Resolution: spectral regularization during training.",
        claims=("spectral.training",),
    ),
    Passage(
        STEP_10,
        "Mixed precision: assign bits based on κ(W_l).",
        claims=("spectral.mixed_precision",),
    ),
    Passage(
        STEP_10,
        "Applications: compression, edge deployment, inference acceleration, memory reduction.",
        because="prose: a list of uses",
    ),
    # --------------------------------------------------------------- Key AI/ML Techniques Used
    Passage(
        TECHNIQUES,
        "Technique 1: ‖W − Q_b(W)‖ ≤ ‖W‖_op/2^b.",
        claims=("spectral.op_norm", "spectral.op_le_frobenius", "spectral.frobenius"),
    ),
    Passage(
        TECHNIQUES,
        "Technique 2: the condition number, κ = σ_max/σ_min.",
        because="prose: a definition, as in the statement",
    ),
    Passage(
        TECHNIQUES,
        "Technique 3: ‖f − f_Q‖ ∝ κ(W).",
        claims=("spectral.proportional",),
    ),
    Passage(
        TECHNIQUES,
        "Technique 4: mixed precision, b_l = ⌈log₂ κ_l⌉ + b_base.",
        claims=("spectral.mixed_precision",),
    ),
    # ------------------------------------------------------------------------ Literature References
    Passage(
        LITERATURE,
        "Five papers: Hubara, Jacob, Banner, Dong, Nagel and others, 2016 to 2021.",
        because=CITED,
    ),
)

PAGE = "the report's page of points (pyharness/report/pages/interactive.html)"

_SEMANTIC = (
    # ------------------------------------------------------ Semantic-Preserving Quantization Theory
    Passage(
        TITLE,
        "A mathematical framework for compressing networks while preserving understanding.",
        because="prose: a subtitle",
    ),
    Passage(
        TITLE,
        "Badges: MIT license, Python 3.8+, interactive demo.",
        because=f"feature: this project is under Apache-2.0 and needs Python 3.11; the demo is {PAGE}",
    ),
    # ------------------------------------------------------------------------------------- TL;DR
    Passage(
        TLDR,
        "Networks are compressed 10–50x while their semantic coherence is maintained.",
        claims=("semantic.compression_range",),
    ),
    Passage(
        TLDR,
        "The upper end of the range is 50x.",
        claims=("semantic.compression_range.fifty",),
    ),
    Passage(
        TLDR,
        "This works by understanding the geometric structure of latent spaces.",
        because="prose: names an idea; SemanticQuantizer measures outputs instead",
    ),
    Passage(
        TLDR,
        "Critical threshold prediction: know exactly when compression breaks understanding.",
        claims=("semantic.phase_transition", "semantic.rounds_to_zero"),
    ),
    Passage(
        TLDR,
        "Semantic quality metrics measure what is lost before it is lost.",
        because="feature: Coherence (pyharness/checkpoint/coherence.py) is measured on held-out inputs, after "
        "compression",
    ),
    Passage(
        TLDR,
        "Geometric preservation algorithms compress while maintaining meaning structure.",
        because="feature: SemanticQuantizer chooses bits by what each weight costs the outputs; no algorithm "
        "here works on the geometry",
    ),
    Passage(
        TLDR,
        "The interactive demo can be tried on the web.",
        because=f"feature: {PAGE}, which works from disk",
    ),
    # ------------------------------------------------------------------------------- The Problem
    Passage(
        PROBLEM,
        "Current methods minimize mathematical error but destroy semantic structure.",
        claims=("semantic.plain_rounding",),
    ),
    Passage(
        PROBLEM,
        "It is like compressing a symphony by randomly removing notes.",
        because="prose: a simile",
    ),
    Passage(PROBLEM, "“This theory changes that.”", because="prose: an announcement"),
    # --------------------------------------------------------------- 1. Hypercubic Latent Spaces
    Passage(
        CORNERS,
        "With tanh or sigmoid and regularization, networks naturally form hypercubic structures.",
        claims=("semantic.hypercubic", "semantic.hypercubic_forced"),
    ),
    Passage(
        CORNERS,
        "Semantic meaning lives in the geometry of these structures.",
        because="no definition: semantic meaning, and living in a geometry",
    ),
    Passage(
        CORNERS,
        "hypercubicity_score: the number of corner points over that of embeddings.",
        claims=("semantic.hypercubicity", "semantic.hypercubicity_mono"),
    ),
    # ------------------------------------------------------------- 2. Critical Threshold δ_crit
    Passage(
        CRITICAL,
        "There is a precise quantization step where models suddenly lose semantic coherence.",
        claims=("semantic.phase_transition", "semantic.rounds_to_zero", "semantic.threshold_moves"),
    ),
    Passage(
        CRITICAL,
        "Information loss follows a phase transition.",
        claims=("semantic.phase_transition", "semantic.information_falls"),
    ),
    Passage(CRITICAL, "δ_crit is 0.2 by default.", claims=("semantic.phase_transition",)),
    Passage(
        CRITICAL,
        "Below δ_crit mutual information decays exponentially.",
        claims=("semantic.loss_below",),
    ),
    Passage(
        CRITICAL,
        "From δ_crit on it drops catastrophically.",
        claims=("semantic.loss_beyond",),
    ),
    # --------------------------------------------------------- 3. Semantic Preservation Bounds
    Passage(
        BOUNDS,
        "There are mathematical guarantees on what capabilities survive compression.",
        claims=("semantic.preservation_bound",),
    ),
    Passage(
        BOUNDS,
        "I_min = H(Y) − H(Y|X) is the minimum information needed.",
        claims=("semantic.preservation_bound",),
    ),
    Passage(
        BOUNDS,
        "If I(X; Q(D(Y))) < I_min, the model loses task capability.",
        claims=("semantic.preservation_bound",),
    ),
    # ---------------------------------------------------------------------------- Results Preview
    Passage(
        RESULTS,
        "BERT-base: 440 MB become 22 MB, 20 times less.",
        because="needs data that is not to be had: the weights of BERT-base; semantic.compression_20 asks it of "
        "a smaller transformer of its kind",
    ),
    Passage(
        RESULTS,
        "At 20 times BERT-base preserves 94 % of its semantic coherence.",
        claims=("semantic.compression_20",),
    ),
    Passage(
        RESULTS,
        "GPT-2: 1.5 GB become 75 MB (20x), 91 % of its coherence preserved.",
        because="needs data that is not to be had: the weights of GPT-2; semantic.compression_range asks "
        "for 20 times of other networks",
    ),
    Passage(
        RESULTS,
        "ResNet-50: 98 MB become 4.9 MB (20x), 96 % of its coherence preserved.",
        because="needs data that is not to be had: the weights of ResNet-50; semantic.compression_range asks "
        "for 20 times of other networks",
    ),
    Passage(
        RESULTS,
        "The accuracy losses are 2.3 %, 4.1 % and 1.8 %.",
        because="no definition: the tasks of which these are accuracies; `Coherence` has accuracies before and "
        "after where labels are given",
    ),
    Passage(
        RESULTS,
        "The results are from theoretical predictions, with validation in progress.",
        because="no definition: the prediction that gives these figures",
    ),
    # -------------------------------------------------------------------------------- Quick Start
    Passage(
        QUICK_START,
        "pip install semantic-quantization.",
        because="feature: the package here is leanmining, built from this repository; nothing is published "
        "under the source's name",
    ),
    Passage(
        QUICK_START,
        "from semantic_quantization import SemanticQuantizer.",
        because="feature: `from pyharness import SemanticQuantizer`",
    ),
    Passage(
        QUICK_START,
        "compress takes model, target_compression and preserve_semantic_coherence.",
        because="feature: SemanticQuantizer.compress takes these three, and requires `calibration`, inputs on "
        "which coherence is measured",
    ),
    Passage(
        QUICK_START,
        "The compressed model is 20x smaller with 90 % preservation.",
        claims=("semantic.compression_range",),
    ),
    # ----------------------------------------------------------------------- Repository Structure
    Passage(
        LAYOUT,
        "demo/interactive_demo.html: a web-based visualization.",
        because=f"feature: {PAGE}",
    ),
    Passage(
        LAYOUT,
        "demo/demo.py and demo/examples: a demo script and notebooks.",
        because="feature: docs/claims-api.md has examples, which the tests run; notebooks are not built",
    ),
    Passage(
        LAYOUT,
        "theory/mathematical_framework.pdf and proofs.pdf: full exposition and formal proofs.",
        because="feature: LeanMining/Semantic.lean has the proofs; there is no exposition as PDF",
    ),
    Passage(
        LAYOUT,
        "theory/experimental_design.md: proposed validation experiments.",
        because="feature: claims/semantic.py has the experiments themselves",
    ),
    Passage(
        LAYOUT,
        "quantizer.py: the main quantization algorithms.",
        because="feature: pyharness/checkpoint/compress.py and pyharness/checkpoint/packing.py",
    ),
    Passage(
        LAYOUT,
        "metrics.py: semantic quality metrics.",
        because="feature: pyharness/checkpoint/coherence.py",
    ),
    Passage(
        LAYOUT,
        "geometry.py: latent space geometry tools.",
        because="feature: claims/measures/geometry.py and claims/measures/information.py",
    ),
    Passage(
        LAYOUT,
        "visualization.py: plotting utilities.",
        because="feature: pyharness/report/plots.py",
    ),
    Passage(
        LAYOUT,
        "experiments/synthetic_validation.py: controlled experiments.",
        because="feature: the distributions and trained networks of claims/quant_error.py and claims/semantic.py",
    ),
    Passage(
        LAYOUT,
        "experiments/benchmark_comparison.py: a comparison with existing methods.",
        claims=("semantic.equal_bits",),
    ),
    Passage(
        LAYOUT,
        "experiments/large_scale_tests.py: validation at industry scale.",
        because="feature: not built; the largest model here has 22.7 million parameters",
    ),
    Passage(
        LAYOUT,
        "papers/: an arXiv preprint and workshop submissions.",
        because="feature: not built; there is no paper",
    ),
    Passage(
        LAYOUT,
        "README.md and requirements.txt.",
        because="feature: README.md; pyproject.toml lists what the package needs, and "
        "claims/requirements.txt what the claims need",
    ),
    # --------------------------------------------------------------------------- Interactive Demo
    Passage(
        DEMO,
        "The demo shows in real time how quantization affects latent space geometry.",
        because=f"feature: {PAGE} computes as the step moves",
    ),
    Passage(
        DEMO,
        "Real-time visualization of embedding quantization.",
        because="feature: the page draws points and what they are rounded to, in two directions of choice",
    ),
    Passage(
        DEMO,
        "Adjustable parameters: δ, activation functions, regularization.",
        because="feature: the page has a slider of δ, and a choice among the networks that were trained with "
        "each activation and regularization; none is trained in the browser",
    ),
    Passage(
        DEMO,
        "Semantic quality metrics update live.",
        because="feature: the page shows corners, coherence, information and what is lost at each step",
    ),
    Passage(
        DEMO,
        "Phase transition detection around δ_crit.",
        claims=("semantic.phase_transition", "semantic.rounds_to_zero"),
    ),
    # ----------------------------------------------------------------------------- Core Equations
    Passage(
        EQUATIONS,
        "Effective latent space: L_eff = A ∩ R ∩ E.",
        because="no definition: activation region, regularization region and encoding span",
    ),
    Passage(
        EQUATIONS,
        "Quantization dynamics: x_{t+1} = f(Q(x_t)).",
        claims=("semantic.dynamics",),
    ),
    Passage(
        EQUATIONS,
        "I(X; Q(D(Y))) ≥ I_min for task preservation.",
        claims=("semantic.preservation_bound",),
    ),
    Passage(
        EQUATIONS,
        "The full exposition is in theory/mathematical_framework.pdf.",
        because="needs data that is not to be had: that file is not published",
    ),
    # --------------------------------------------------------------------------- Why This Matters
    Passage(
        MATTERS,
        "For researchers: a new theoretical framework for understanding compression.",
        because="prose: an assessment",
    ),
    Passage(
        MATTERS,
        "Predictive power: know compression limits before trying.",
        because="feature: `Compressed.most` is the most that SemanticQuantizer's sizes allow; what is kept is "
        "measured, not predicted",
    ),
    Passage(
        MATTERS,
        "An interpretability tool: understand models through controlled degradation.",
        because="prose: a prospect",
    ),
    Passage(
        MATTERS,
        "For industry: 10–50x smaller inference costs.",
        because="feature: not built; sizes are those of packed buffers, and a compressed module computes in "
        "floats at its former cost",
    ),
    Passage(
        MATTERS,
        "Powerful models on mobile and IoT devices.",
        because="prose: a prospect",
    ),
    Passage(
        MATTERS,
        "Predictable deployment: mathematical guarantees on performance.",
        claims=("semantic.preservation_bound",),
    ),
    Passage(
        MATTERS,
        "For AI safety: controlled degradation, to understand failure modes.",
        because="prose: a prospect",
    ),
    Passage(
        MATTERS,
        "Semantic robustness: models that fail gracefully.",
        claims=("semantic.phase_transition",),
    ),
    Passage(
        MATTERS,
        "Interpretable compression: know what you are losing.",
        because="feature: `Compressed` reports its coherence, bits and sizes",
    ),
    # ------------------------------------------------------------------------------- Contributing
    Passage(
        CONTRIBUTING,
        "Collaborators are sought for theory, implementation, experiments and industry testing.",
        because="prose: an invitation",
    ),
    Passage(
        CONTRIBUTING,
        "Needed: large-scale model validation.",
        because="feature: not built, as under Repository Structure",
    ),
    Passage(
        CONTRIBUTING,
        "Needed: integration with PyTorch and TensorFlow quantization APIs.",
        because="feature: compress takes and returns torch modules, and the audit reads torchao and TFLite; "
        "the quantization APIs themselves are not extended",
    ),
    Passage(
        CONTRIBUTING,
        "Needed: a benchmark against existing compression methods.",
        because="feature: semantic.equal_bits compares with equal bits; the methods of other packages are not benchmarked",
    ),
    Passage(
        CONTRIBUTING,
        "Needed: case studies of deployment in the real world.",
        because="feature: not built",
    ),
    # ----------------------------------------------------------------------------------- Citation
    Passage(
        CITATION,
        "The work is to be cited as an arXiv preprint of 2025.",
        because="prose: a citation; its number is left as XXXX.XXXXX",
    ),
    # ------------------------------------------------------------------------- Philosophical Note
    Passage(
        PHILOSOPHY,
        "Random and semantic-preserving compression both reduce the information.",
        because="prose: a comparison with cutting up and restoring a painting",
    ),
    Passage(
        PHILOSOPHY,
        "Only one of them preserves the meaning.",
        because="prose: the same comparison",
    ),
    Passage(
        PHILOSOPHY,
        "The work bridges Frege's distinction between Sinn and Bedeutung.",
        because="prose: philosophy",
    ),
    # ------------------------------------------------------------------------------------ License
    Passage(
        LICENSE,
        "MIT License: free to use, modify and distribute.",
        because="feature: this project is under Apache-2.0, in LICENSE",
    ),
    Passage(
        LICENSE,
        "Star, share and follow for updates.",
        because="prose: an invitation",
    ),
)

PASSAGES = (*_NUCLEUS, *_GEOMETRY, *_CLIPPING, *_SPECTRAL, *_SEMANTIC)
"""Every statement of the documents, in their order."""
