"""On a real GPU: integers bit for bit, figures within their bounds, a record, and the laws at all
2^32 quadruples.

Skipped without one; `test_device.py` then takes the same path on a device that stands in for a GPU.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from claims import conformance, nucleus
from claims.measures.thresholds import running_sums
from pyharness.audit import filtering, looking
from pyharness.audit.looking import look
from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.recorded import Recording, hold_against
from pyharness.certificate.schema import RECORDED
from pyharness.certificate.seal import plain_evidence
from pyharness.core.device import default_device, find_device, flags
from pyharness.core.json_files import parse
from pyharness.evidence.exhaustive import INT8
from pyharness.evidence.rounding import disagreement
from pyharness.evidence.run import Run
from pyharness.formats.affine import choose_params_affine, quantize_affine
from pyharness.pipeline.gather import gather_part, prepare
from pyharness.pipeline.record import describe, entry
from pyharness.project.pack import load_pack
from tests.audit.samples import looked_at, quantized, rounded, symmetric

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")

PACKS = [
    f"claims.{name}"
    for name in (
        "nucleus",
        "gap",
        "clipping",
        "beta",
        "rotation",
        "lattice",
        "correction",
        "amplification",
        "quant_error",
        "languages",
        "spectral",
        "semantic",
    )
]
CLAIMS = {item.id: item for item in load_pack(PACKS)}

EXACT = [name for name in CLAIMS if name.startswith(("nucleus.", "clip."))] + [
    "gap.positive",
    "gap.positive_as_given",
    "gap.certificate",
    "gap.bitwidth_family",
    "gap.architectures",
    "geometry.cosine",
    "geometry.sign_lattice",
    "geometry.residual_energy",
    "geometry.residual_energy_unscaled",
    "geometry.centered_norm",
    "geometry.rotations_keep_the_floor",
    "geometry.range",
    "geometry.uneven_keys",
    "geometry.general_expansion",
    "geometry.last_mile",
    "geometry.gauge_of_signs",
    "geometry.one_rotation_gap",
    "error.mixture",
    "semantic.rounds_to_zero",
    "semantic.hypercubicity",
]
"""Claims whose evidence is decided in integers, or by comparisons of equal floats."""
FLOATS = [
    "gap.gate_quantization.quantized_relu",
    "gap.fp16_threshold_p10.above",
    "gap.gate_dominance.ratio",
    "geometry.centering_lifts.one_key",
    "geometry.centering_lifts.no_rotation",
    "geometry.quadratic_expansion",
    "geometry.gaussian_floor",
    "geometry.gauge",
    "geometry.beta_eff_of_keys",
    "geometry.eckart_young",
    "geometry.stable_rank",
    "geometry.subspace_overlap",
    "geometry.amplification",
    "error.split",
    "error.clipping_convex",
    "error.rate.bits",
    "error.gateway_variance.other_blocks",
    "spectral.op_norm",
    "spectral.injective",
    "spectral.propagation",
    "semantic.information_falls.any_steps",
]
"""Claims with figures: sums, sorts, products and singular values in float64."""


@pytest.fixture(scope="module")
def gpu():
    """A run on the GPU, torch set up for it."""
    run = Run(0, None, find_device("cuda"))
    prepare(run)
    return run


@pytest.fixture(scope="module")
def cpu():
    return Run(0, None)


def own(id, run):
    """A claim's own evidence, gathered and its witnesses replayed."""
    return gather_part(CLAIMS[id], run).evidence


class TestClaims:
    """The evidence of a GPU is the CPU's."""

    @pytest.mark.parametrize("id", EXACT)
    def test_integers_are_equal_bit_for_bit(self, id, gpu, cpu):
        """All of it but the device, and but what a GPU alone is asked."""
        asked = {piece.domain for piece in own(id, cpu)}
        found = [piece for piece in own(id, gpu) if piece.domain in asked]
        assert [replace(piece, device="cpu") for piece in found] == list(own(id, cpu))

    @pytest.mark.parametrize("id", FLOATS)
    def test_figures_are_within_their_bounds(self, id, gpu, cpu):
        """Counts, witnesses and digests are equal, figures as near as the evidence says."""
        for here, there in zip(own(id, cpu), own(id, gpu), strict=True):
            assert here.tensors == there.tensors
            assert disagreement(plain_evidence(here), plain_evidence(there)) is None

    @pytest.mark.parametrize(
        ("law", "id"),
        [
            (nucleus.composition_preserves_meet, "nucleus.map_inf"),
            (nucleus.fixed_sets_nest_at_meets, "nucleus.fixed_set_mono"),
        ],
    )
    def test_all_quadruples(self, law, id, gpu):
        """2^32 cases, none of which fails, in bounded memory."""
        torch.cuda.reset_peak_memory_stats()
        with default_device(gpu.device):
            (piece,) = nucleus.on_all_quadruples(gpu, law)
        assert (piece.cases, piece.violations, piece.device) == (2**32, 0, "cuda")
        assert torch.cuda.max_memory_allocated() < 4 * 2**30
        assert piece in own(id, gpu)

    def test_a_broken_function_is_refuted_there(self, gpu, monkeypatch):
        """The check can fail on a GPU, and its witness replays on the CPU."""
        monkeypatch.setattr(nucleus, "qrelu", lambda z, q: torch.minimum(q, z))
        piece = own("nucleus.extensive", gpu)[0]
        assert piece.outcome == "refuted" and piece.device == "cuda" and piece.witness.replays()

    @pytest.mark.parametrize(
        "entry",
        [
            conformance.QRELU,
            conformance.JOIN,
            conformance.INF,
            conformance.SUP,
            conformance.LE,
            conformance.CLIP,
            conformance.ROUND_UP,
            conformance.GATE_GAP,
            conformance.SIGN,
            conformance.L1_NORM,
            conformance.NORM_SQ,
            conformance.DOT,
        ],
    )
    def test_conformance_asks_the_kernel_the_same(self, entry, gpu, cpu):
        """What the GPU computes of a function is, to the digit, what Lean's kernel decides about
        the CPU's.
        """
        with torch.no_grad(), default_device(gpu.device):
            there = [check.theorems(gpu, "t") for check in entry.checks]
        assert there == [check.theorems(cpu, "t") for check in entry.checks]


class TestArithmetic:
    """What the claims rest on."""

    def test_flags(self, gpu):
        """Deterministic, and no product of float32 rounded to TF32."""
        found = flags()
        assert (
            found["deterministic"]
            and found["cublas_workspace"]
            and not (found["tf32_matmul"] or found["tf32_cudnn"])
        )
        a = 1 + torch.rand(256, 256, generator=torch.Generator().manual_seed(0)) * 2.0**-12
        there = (a.to(gpu.device) @ a.to(gpu.device)).cpu().double()
        assert float((there - a.double() @ a.double()).abs().max()) < 256 * 2.0**-20

    def test_equal_inputs_give_equal_bits(self, gpu):
        """Twice the same sum, product and running sum."""
        x = torch.rand(1 << 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).to(
            gpu.device
        )
        m = x.view(1024, 1024)
        for compute in (
            x.sum,
            lambda: m @ m,
            lambda: running_sums(x),
            lambda: torch.linalg.svdvals(m[:128, :128]),
        ):
            assert torch.equal(compute(), compute())

    def test_quantization_is_the_cpus(self, gpu):
        """Elementwise float64 is rounded alike everywhere, so integers made of floats are the
        same.
        """
        x = torch.randn(1 << 18, generator=torch.Generator().manual_seed(1))
        here, there = (
            quantize_affine(values, x.shape, *choose_params_affine(values, x.shape))
            for values in (x, x.to(gpu.device))
        )
        assert torch.equal(here, there.cpu())

    def test_every_int8_pair(self, gpu):
        """The integer operations of the claims, on all pairs."""
        p, q = INT8[:, None], INT8[None]
        for function in (torch.maximum, torch.minimum, torch.le, torch.eq):
            assert torch.equal(function(p.to(gpu.device), q.to(gpu.device)).cpu(), function(p, q))


class TestAudits:
    """What the GPU settles of a tensor is what the CPU would find."""

    @pytest.mark.parametrize("wrong", [0, 100])
    @pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
    @pytest.mark.parametrize("kind", [(3000, 1, 4096), (3000, 4096, 1), (3000, 128, 32)])
    def test_the_same_as_on_the_cpu(self, tmp_path, gpu, kind, dtype, wrong):
        """In several pieces, whose copies overlap with the work; counts, places, worst elements and
        the histogram to the last one, sums of squares to the last bits.
        """
        draws = torch.Generator().manual_seed(wrong)
        w = torch.randn(kind, generator=draws).to(dtype)
        scale = symmetric(w, (0, 2) if kind[2] == 1 else 2)
        codes = rounded(w, scale)
        codes.view(-1)[torch.randint(0, w.numel(), (wrong,), generator=draws)] += 2
        codes = codes.clamp(-127, 127).to(torch.int8)
        tensor = quantized(tmp_path, codes, scale[:, :, 0], kind=kind)
        here, original = looked_at(tmp_path, tensor, w)
        torch.cuda.reset_peak_memory_stats()
        there = look(tensor, original, device=gpu.device)
        assert there.device == "cuda" and bool(there.violations) == bool(wrong)
        assert (there.signal, there.noise) == pytest.approx((here.signal, here.noise), rel=1e-12)
        sums = {"signal": here.signal, "noise": here.noise, "device": "cpu"}
        assert replace(there, **sums) == here
        assert torch.cuda.max_memory_allocated() < 100 * filtering.PIECE + 2**30

    def test_equal_inputs_give_equal_bits(self, tmp_path, gpu, monkeypatch):
        """Sums of squares too."""
        monkeypatch.setattr(looking, "_PIECE", 1 << 16)
        monkeypatch.setattr(filtering, "PIECE", 1 << 18)
        w = torch.randn(2048, 1024, generator=torch.Generator().manual_seed(0))
        scale = symmetric(w, 1)
        tensor = quantized(tmp_path, rounded(w, scale).to(torch.int8), scale)
        _, original = looked_at(tmp_path, tensor, w)
        first, second = (look(tensor, original, device=gpu.device) for _ in range(2))
        assert first == second


def test_a_record_of_this_gpu(gpu, cpu):
    """With the device's name and the kernels that ran; written, read again, and held against the
    CPU's evidence.
    """
    item = CLAIMS["nucleus.bot"]
    with torch.no_grad():
        recorded = entry(replace(item, measures=()), gpu)
    assert recorded["kernels"] and describe(gpu.device)["name"] == torch.cuda.get_device_name()
    content = {"device": describe(gpu.device), "claims": [recorded], "digest": "0" * 64}
    content = parse(file_bytes(content, RECORDED))
    (held,) = hold_against(
        item.id,
        [plain_evidence(piece) for piece in own(item.id, cpu)],
        [Recording("evidence/this.json", content)],
        code_sha256=recorded["code_sha256"],
    )
    assert held["agrees"] == [1] and held["device"] == "cuda"
