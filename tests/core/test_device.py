"""The device of the evidence: what is made where, and every claim's path on a device that refuses
what a GPU would refuse.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch

from claims import beta, clipping, conformance, correction, gap, nucleus
from claims.measures.rotations import turn
from claims.measures.thresholds import running_sums
from claims.models.activations import quantized_layers
from claims.models.zoo import load_models
from pyharness.checkpoint.claims import LEVEL
from pyharness.core import device
from pyharness.core.device import (
    CPU,
    cached_on_cpu,
    cached_per_device,
    computed_on_cpu,
    current_device,
    default_device,
    make_deterministic,
    to_current_device,
)
from pyharness.core.errors import UsageError
from pyharness.evidence.exhaustive import INT8, enumerate_cases, sweep
from pyharness.evidence.run import Run
from pyharness.formats.digests import tensor_sha256
from pyharness.pipeline.gather import gather_part
from pyharness.project.pack import load_pack
from pyharness.proofs.conformance import Compared, Decision
from tests.simulated import DEVICE, Refused, operations

PACKS = (
    "claims.nucleus",
    "claims.gap",
    "claims.clipping",
    "claims.beta",
    "claims.rotation",
    "claims.lattice",
    "claims.correction",
    "claims.amplification",
    "claims.quant_error",
    "claims.languages",
    "claims.spectral",
    "claims.semantic",
)
CLAIMS = {item.id: item for item in load_pack(PACKS)}
THERE, AT_HOME = Run(seed=0, kernel=None, device=DEVICE), Run(seed=0, kernel=None)

QUICK = [
    "nucleus.extensive",
    "nucleus.map_inf",
    "nucleus.bot",
    "nucleus.axioms",
    "nucleus.fixed_set_mono",
    "nucleus.fixed_set_mono_iff",
    "nucleus.fixed_set_mono_strict",
    "nucleus.incomparable_pair",
    "gap.positive",
    "gap.positive_as_given",
    "gap.certificate",
    "gap.bitwidth_family",
    "gap.architectures",
    "gap.fp16_threshold_p10.above",
    "clip.mono_alpha_as_given",
    "clip.not_nucleus",
    "geometry.cosine",
    "geometry.sign_lattice",
    "geometry.residual_energy",
    "geometry.residual_energy_unscaled",
    "geometry.centered_norm",
    "geometry.rotations_keep_the_floor",
    "geometry.centering_lifts.no_rotation",
    "geometry.floor_positive",
    "geometry.gauge_of_signs",
    "geometry.top_k",
    "geometry.locally_concave",
    "geometry.one_rotation_gap",
    "geometry.subspace_overlap",
    "error.model_mass_convex",
    "semantic.rounds_to_zero",
]
"""Claims of every module, of every kind of evidence, that take a moment."""


def pieces(id, run):
    """What a claim's own function yields on a run's device."""
    with torch.no_grad(), default_device(run.device):
        return list(CLAIMS[id].gather(run))


class TestSimulated:
    """The stand-in for a GPU refuses what CUDA refuses, and computes the rest."""

    def test_a_tensor_of_the_cpu_does_not_meet_the_device(self):
        """Mixed operands are refused in every position, and results and views stay on the
        device.
        """
        there, home = torch.arange(4.0, device=DEVICE), torch.arange(4.0)
        for mixed in (
            lambda: there + home,
            lambda: home * there,
            lambda: torch.maximum(there, home),
            lambda: there @ home,
            lambda: torch.cat([there, home]),
            lambda: torch.stack([there, there.cpu()]),
            lambda: home[there > 1],
            lambda: torch.searchsorted(there, home),
            lambda: torch.where(there > 1, there, home),
            lambda: there.add_(home),
            lambda: torch.stack([there.sum(), torch.tensor(1.0)]),
        ):
            with pytest.raises(Refused, match="on the CPU"):
                mixed()
        assert all(
            tensor.device == DEVICE
            for tensor in (there + 1, there[1:], there.view(2, 2).T, there.sum(), there > 1)
        )

    def test_scalars_indices_and_copies_are_let_through(self):
        """As on CUDA: a scalar beside elements, an index, a transfer."""
        there = torch.arange(4.0, device=DEVICE)
        assert (there + torch.tensor(1.0)).tolist() == [1, 2, 3, 4]
        assert there[torch.tensor([3, 0])].tolist() == [3, 0] and there.cpu().device == CPU
        there[2:] = torch.tensor(9.0)
        assert there.tolist() == [0, 1, 9, 9] and float(there.sum()) == 19

    @pytest.mark.parametrize(
        "refused",
        [
            lambda x: x.long() @ x.long(),
            lambda x: x.long() @ torch.eye(4, dtype=torch.int64, device=DEVICE),
            lambda x: x.cumsum(0),
            lambda x: x.kthvalue(2),
            lambda x: x.median(0),
            lambda x: x.histc(4),
        ],
    )
    def test_what_cuda_lacks_is_refused(self, refused):
        """Products of integers, and what has no repeatable algorithm."""
        with pytest.raises(Refused):
            refused(torch.arange(4.0, device=DEVICE))

    def test_numpy_does_not_read_it(self):
        """As with CUDA, a tensor is copied to the CPU first."""
        with pytest.raises(TypeError):
            torch.arange(4.0, device=DEVICE).numpy()


class TestPlaces:
    """`default_device`, `to_current_device`, `cached_per_device`, `computed_on_cpu` and
    `cached_on_cpu`.
    """

    def test_tensors_are_made_at_hand(self):
        """Within a context plain numbers become tensors on its device, and outside it on the CPU
        again.
        """
        with default_device(DEVICE):
            assert (
                current_device() == DEVICE
                and torch.tensor([1]).device == DEVICE == nucleus.int8([1, 2]).device
            )
            with default_device(CPU):
                assert torch.arange(3).device == CPU
        assert current_device() == CPU

    def test_here_moves_what_holds_tensors(self):
        """Tensors in dataclasses and collections come along; everything else is as it was."""

        @dataclass(frozen=True)
        class Pair:
            name: str
            values: tuple[torch.Tensor, ...]

        with default_device(DEVICE):
            moved = to_current_device({"a": Pair("p", (INT8,)), "b": [1, INT8], "c": None})
        assert moved["a"].values[0].device == DEVICE == moved["b"][1].device
        assert (moved["a"].name, moved["b"][0], moved["c"]) == ("p", 1, None)
        assert torch.equal(to_current_device(moved["a"].values[0]), INT8)

    def test_what_is_cached_is_kept_for_each_device(self):
        """A result of one device is never given out on another."""
        calls = []

        @cached_per_device
        def three(n):
            calls.append(n)
            return torch.full((n,), 3)

        with default_device(DEVICE):
            assert three(2).device == three(2).device == DEVICE
        assert three(2).device == CPU and calls == [2, 2]

    def test_what_is_made_is_made_once_and_on_the_cpu(self):
        """The maker sees the CPU at hand; every device gets a copy of the same numbers."""
        places = []

        @cached_on_cpu
        def drawn(n):
            places.append(current_device())
            return torch.randn(n, generator=torch.Generator().manual_seed(n))

        with default_device(DEVICE):
            there = drawn(3)
        assert there.device == DEVICE and torch.equal(there.cpu(), drawn(3)) and places == [CPU]
        drawn.cache_clear()
        assert torch.equal(drawn(3), there.cpu()) and len(places) == 2

    def test_on_cpu_computes_there(self):
        """What it returns comes back on the device at hand."""
        with default_device(DEVICE):
            assert computed_on_cpu(lambda: (current_device(), torch.ones(2)))()[1].device == DEVICE
            assert computed_on_cpu(current_device)() == CPU

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
    def test_a_device_that_is_not_there_is_an_error(self):
        """It says what PyTorch this is and what to do."""
        with pytest.raises(UsageError, match="no CUDA device here: PyTorch .*--device"):
            device.find_device("cuda")
        assert device.find_device("cpu") == CPU

    def test_settled_results_do_not_depend_on_addresses(self):
        """A product of equal matrices is the same bits wherever in memory they lie; only a process
        that is new can show it.
        """
        code = textwrap.dedent("""
            import torch
            from pyharness.core.device import CPU, make_deterministic
            torch.set_num_threads(1)
            make_deterministic(CPU)
            generator = torch.Generator().manual_seed(0)
            for shape in ((32, 32), (64, 384), (7, 33)):
                a = torch.randn(shape, generator=generator, dtype=torch.float64)
                shifted = torch.empty(a.numel() + 1, dtype=torch.float64)[1:].view(shape).copy_(a)
                assert torch.equal(a @ a.T, shifted @ shifted.T) and torch.equal(a.T @ a, shifted.T @ shifted), shape
        """)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("MKL_")
        }
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)

    def test_settled_flags(self):
        """Once settled, torch is deterministic; what is said of it is asked of torch."""
        make_deterministic(CPU)
        assert device.flags()["deterministic"]
        torch.use_deterministic_algorithms(False)
        assert not device.flags()["deterministic"]
        make_deterministic(CPU)


class Questions:
    """Stands for the kernel: keeps what it is asked, and agrees."""

    def __init__(self):
        self.asked = []

    def compare(self, name, comparison):
        self.asked.append((name, comparison))
        return Compared(Decision(True, "", "", 0), 0, Path())


def asked(entry, device):
    """What the kernel is asked about an entry: each comparison, with its name."""
    questions = Questions()
    entry.decide(Run(seed=0, kernel=questions, device=device))
    return questions.asked


class TestClaims:
    """Each claim's path on a device."""

    @pytest.mark.parametrize("id", QUICK)
    def test_evidence_is_the_same_but_for_the_device(self, id):
        """What is found there is what is found on the CPU, tensors by digest, witnesses and figures
        included.

        Evidence that names the device was computed with operations there, and other evidence
        without any.
        """
        for function in (
            gap.layer_losses,
            gap.fp16_threshold_p10,
            beta.sample_beta,
            correction._subspaces,
        ):
            function.cache_clear()
        found = []
        operations.clear()
        with torch.no_grad(), default_device(DEVICE):
            for piece in CLAIMS[id].gather(THERE):
                assert (piece.device == DEVICE.type) == bool(operations), piece.domain
                found.append(replace(piece, device="cpu"))
                operations.clear()
        assert found == pieces(id, AT_HOME)

    @pytest.mark.parametrize(
        "entry",
        [
            conformance.QRELU,
            conformance.INF,
            conformance.LE,
            conformance.CLIP,
            conformance.ROUND_UP,
            conformance.SIGN,
            conformance.GATE_GAP,
            conformance.NORM_SQ,
            LEVEL,
        ],
        ids=lambda entry: entry.definition,
    )
    def test_conformance_asks_the_kernel_the_same(self, entry):
        """What the device computed of a function gives the same comparisons to the last digit."""
        with torch.no_grad(), default_device(DEVICE):
            there = asked(entry, DEVICE)
        at_home = asked(entry, CPU)
        assert there == at_home and all(comparison.cases for _, comparison in at_home)

    def test_a_witness_of_the_device_replays_on_the_cpu(self):
        """Gathering replays it away from the device that found it."""
        item = CLAIMS["gap.positive_as_given"]
        (piece,) = gather_part(item, THERE).evidence
        assert piece.device == DEVICE.type and piece.violations and piece.witness.replays()

    def test_a_constant_that_stays_on_the_cpu_is_found(self, monkeypatch):
        """If a predicate mixed devices, gathering would fail and name the claim: the check can
        fail.
        """
        monkeypatch.setattr(nucleus, "qrelu", lambda z, q: torch.maximum(q, INT8[5:6]))
        (failure,) = gather_part(CLAIMS["nucleus.extensive"], THERE).failures
        assert re.search("nucleus.extensive.*on the CPU", failure)

    def test_models_lie_on_the_runs_device(self):
        """With the digests that they have on the CPU, and the same from call to call."""
        with default_device(DEVICE):
            there, quantized = load_models(), quantized_layers()
        layer = there[0].layers[0]
        assert layer.weight.device == DEVICE and quantized[0].model.name == there[0].name
        assert tensor_sha256(layer.preactivation) == tensor_sha256(
            load_models()[0].layers[0].preactivation
        )
        assert [item.ref for item in quantized] == [item.ref for item in quantized_layers()]


class TestQuadruples:
    """The laws of four INT8 values, of which a GPU checks all 2^32."""

    LAWS: ClassVar = {
        nucleus.composition_preserves_meet: "nucleus.map_inf",
        nucleus.fixed_sets_nest_at_meets: "nucleus.fixed_set_mono",
    }

    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
    def test_a_slice_holds_and_a_broken_function_is_refuted(self, law, monkeypatch):
        """At every (z, p, q) for some w, both zero points at the ends of INT8 among them; the
        witness replays.
        """
        axes = nucleus.QUADRUPLES | {"z": INT8[::51], "w": INT8[[0, 128, 255]]}
        assert sweep(law, axes, domain="d", summary="s").cases == 6 * 3 * 65536
        assert sweep(law, axes, domain="d", summary="s").outcome == "confirmed"
        monkeypatch.setattr(nucleus, "qrelu", lambda z, q: torch.where(z % 2 == 0, q ^ 1, q))
        broken = sweep(law, axes, domain="d", summary="s")
        assert broken.outcome == "refuted" and broken.witness.replays()

    @pytest.mark.parametrize(("law", "id"), LAWS.items(), ids=LAWS.values())
    def test_they_are_asked_on_a_gpu_alone(self, law, id, monkeypatch):
        """A run on a GPU yields one piece of evidence more for the claim; here over a slice of the
        quadruples.
        """
        monkeypatch.setattr(nucleus, "QUADRUPLES", dict.fromkeys("zwpq", INT8[::16]))
        here_, there = (
            [piece.cases for piece in nucleus.on_all_quadruples(SimpleNamespace(device=where), law)]
            for where in (CPU, SimpleNamespace(type="cuda"))
        )
        assert here_ == [] and there == [16**4]
        assert law.__name__ in CLAIMS[id].gather.__code__.co_names


class TestWithoutCumulativeSums:
    """What stands in for operations that a GPU lacks."""

    @pytest.mark.parametrize("count", [1, 511, 512, 513, 300_000])
    def test_running_sums(self, count):
        """As cumsum, within the rounding of as many additions."""
        x = torch.rand(count, dtype=torch.float64, generator=torch.Generator().manual_seed(count))
        found = running_sums(x.to(DEVICE)).cpu()
        bound = 2 * count * 2.0**-53 * x.sum()
        assert found.shape == x.shape and float((found - x.cumsum(0)).abs().max()) <= bound

    def test_turns_of_integers_are_exact(self):
        """As the product of integers, at the ends of INT8 too."""
        k = torch.cat([INT8, INT8.flip(0)]).view(-1, 32)
        matrix = torch.randint(-128, 128, (32, 32), generator=torch.Generator().manual_seed(0))
        assert torch.equal(turn(k, matrix), k.long() @ matrix.T)


def is_even(n):
    """A predicate of plain ints."""
    return n % 2 == 0


def test_cases_of_plain_numbers_are_said_to_be_computed_on_the_cpu():
    """Whatever the device at hand, unless it is said that the predicate computes there."""
    with default_device(DEVICE):
        assert enumerate_cases(is_even, [{"n": 2}], domain="d", summary="s").device == "cpu"
        assert (
            enumerate_cases(is_even, [{"n": 2}], domain="d", summary="s", device=DEVICE).device
            == DEVICE.type
        )
        assert (
            sweep(clipping.le_alpha_if_nonneg, clipping.PAIRS, domain="d", summary="s").device
            == DEVICE.type
        )
