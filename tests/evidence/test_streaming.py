"""Tests for pyharness.evidence.streaming."""

from __future__ import annotations

import itertools
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from claims.clipping import in_range, monotone_in_x
from claims.nucleus import is_extensive, preserves_meet
from pyharness.evidence import streaming
from pyharness.evidence.streaming import (
    BLOCK,
    Blocks,
    as_blocks,
    blocks_of,
    of_blocks,
    of_values,
    scan,
    sha256,
)
from pyharness.formats.affine import TensorError, choose_params_affine, quantize_affine
from pyharness.formats.digests import tensor_ref
from pyharness.formats.sources import catalogue
from pyharness.formats.stored import DTYPES
from pyharness.project.pack import load_pack

PACKS = tomllib.loads((Path(__file__).resolve().parents[2] / "pyharness.toml").read_text())["packs"]
STREAMED = {item.id: item for item in load_pack(PACKS) if item.streams}
ON_BLOCKS = [name for name, item in STREAMED.items() if hasattr(item.streams, "error")]


def found(check, tensor, cuts=()):
    """What a check finds in a tensor that is read in pieces, cut at these blocks."""
    state, flat = check.accumulator.start(), tensor.flatten()
    bounds = sorted({0, len(flat), *(min(cut * BLOCK, len(flat)) for cut in cuts)})
    for start, stop in itertools.pairwise(bounds):
        for blocks in blocks_of(flat[start:stop], start):
            state = check.accumulator.update(state, blocks)
    return check.finish(state)


@st.composite
def tensors(draw):
    """1-D tensors of every dtype, of up to five blocks, with magnitudes of their own in each:
    zeros, tiny, ordinary and huge.
    """
    dtype = draw(st.sampled_from(list(DTYPES.values())))
    size = draw(st.integers(1, 5 * BLOCK))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    if not dtype.is_floating_point:
        limits = torch.iinfo(dtype)
        return torch.randint(limits.min, limits.max, (size,), generator=generator, dtype=dtype)
    limits = torch.finfo(dtype)
    exponents = st.sampled_from(
        [
            None,
            limits.smallest_normal * limits.eps,
            limits.smallest_normal,
            1.0,
            3.0,
            limits.max / 8,
        ]
    )
    scales = [draw(exponents) for _ in range(math.ceil(size / BLOCK))]
    noise = torch.randn(size, generator=generator, dtype=torch.float64).clamp(-8, 8)
    return torch.cat(
        [block * (scale or 0.0) for block, scale in zip(noise.split(BLOCK), scales, strict=True)]
    ).to(dtype)


class TestBlocks:
    @given(tensors())
    @settings(max_examples=60, deadline=None)
    def test_values_are_the_elements_over_the_unit(self, tensor):
        """A power of two apart, values are the elements; the largest magnitude is from 1 to 2 where
        it is a normal number.
        """
        for blocks in blocks_of(tensor, 0):
            elements = (
                tensor[blocks.first : blocks.first + len(blocks) * blocks.d]
                .view(len(blocks), -1)
                .double()
            )
            unit = blocks.unit.double()[:, None]
            assert (
                torch.allclose(blocks.values.double() * unit, elements, rtol=2.0**-20, atol=0)
                or tensor.dtype == torch.float64
            )
            assert torch.equal(torch.frexp(blocks.unit).mantissa, torch.full_like(blocks.unit, 0.5))
            ordinary = elements.abs().amax(1) > 1e-37
            assert ((blocks.largest[ordinary] >= 1) & (blocks.largest[ordinary] < 4)).all()

    @given(tensors())
    @settings(max_examples=60, deadline=None)
    def test_int8(self, tensor):
        """INT8 is what is stored, uint8 less 128, or what the block's largest magnitude over 127
        rounds to; never −128 then.
        """
        for blocks in blocks_of(tensor, 0):
            elements = tensor[blocks.first : blocks.first + len(blocks) * blocks.d].view(
                len(blocks), -1
            )
            if tensor.dtype in (torch.int8, torch.uint8):
                assert blocks.int8.short().equal(
                    elements.short() - (128 if tensor.dtype == torch.uint8 else 0)
                )
                continue
            largest = elements.double().abs().amax(1, keepdim=True)
            steps = elements.double() / torch.where(largest > 0, largest, 1) * 127
            assert (blocks.int8.double() - steps).abs().max() <= 0.5 + 2.0**-14
            assert blocks.int8.min() >= -127
        assert blocks.present.tolist() == [value in blocks.int8 for value in range(-128, 128)]

    @given(tensors().filter(lambda tensor: tensor.is_floating_point()))
    @settings(max_examples=60, deadline=None)
    def test_int8_is_affine_quantization_of_each_block(self, tensor):
        """Symmetric, by the largest magnitude: the integers of float64, but next to a tie."""
        for blocks in blocks_of(tensor, 0):
            x = blocks.values.double()
            params = choose_params_affine(x, (1, blocks.d), symmetric=True)
            q = quantize_affine(x, (1, blocks.d), *params)
            steps = x / params.scale
            clear = (steps - steps.floor() - 0.5).abs() > 2.0**-14
            assert blocks.int8[clear].equal(q[clear])
            assert (blocks.int8.short() - q.short()).abs().max() <= 1

    @pytest.mark.parametrize("dtype", list(DTYPES.values()), ids=str)
    def test_a_witness_is_the_block_again(self, dtype):
        """The elements that a witness holds make the same block."""
        largest = 2**62 + 1 if dtype == torch.int64 else 100
        blocks = Blocks(torch.tensor([[1, 2, largest]]).to(dtype))
        again = as_blocks(*blocks.stored(0))
        assert (
            again.values.equal(blocks.values)
            and again.values.dtype == blocks.values.dtype
            and again.int8.equal(blocks.int8)
        )

    @given(tensors())
    @settings(max_examples=60, deadline=None)
    def test_figures(self, tensor):
        """The figures of compiled code are those that float64 gives, within what sums in float32
        may be off.
        """
        for blocks in blocks_of(tensor, 0):
            x, step = blocks.values.double(), blocks.step.double()[:, None]
            mean, error = x.abs().mean(1, keepdim=True), blocks.figures.error.double()
            away = x - (x / step.clamp(min=1e-300)).round() * step
            expected = {
                "l1": x.abs().sum(1),
                "norm_sq": x.square().sum(1),
                "along_signs": x.abs().sum(1),
                "lost": (x.abs() - mean).square().sum(1),
            }
            for name, value in expected.items():
                whole = expected["l1" if name in ("l1", "along_signs") else "norm_sq"]
                assert (
                    (getattr(blocks.figures, name).double() - value).abs() <= 2.0**-11 * whole
                ).all(), name
            # Next to half a step either neighbour is the nearest, up to rounding.
            assert ((error - away.abs().amax(1)).abs() <= 2.0**-14 * step[:, 0]).all()
            assert (
                (blocks.figures.error_energy.double() - away.square().sum(1)).abs()
                <= 2.0**-11 * blocks.d * step[:, 0] ** 2
            ).all()


class TestAnyPieces:
    @pytest.mark.parametrize("name", STREAMED)
    @given(tensor=tensors(), cuts=st.lists(st.integers(0, 5), max_size=4))
    @settings(max_examples=8, deadline=None)
    def test_the_same_is_found(self, name, tensor, cuts):
        """However a tensor is cut into pieces, each claim's check finds the same in it, to the last
        bit.
        """
        check = STREAMED[name].streams
        assert found(check, tensor, cuts) == found(check, tensor)

    @pytest.mark.parametrize("name", [name for name, item in STREAMED.items() if item.theorem])
    @given(tensor=tensors())
    @settings(max_examples=15, deadline=None)
    def test_what_is_proved_holds(self, name, tensor):
        """A claim that is proved holds of every tensor, within the tolerance that is derived, with
        tiny and huge numbers too.
        """
        one = found(STREAMED[name].streams, tensor)
        assert one.cases and not one.violations and one.inputs is None
        assert all(value is None or math.isfinite(value) for value in one.figures.values())

    @pytest.mark.parametrize("name", [name for name, item in STREAMED.items() if item.negation])
    def test_what_is_false_has_a_witness(self, name):
        """A claim that is refuted fails on a tensor, and its law on the inputs that are given."""
        check = STREAMED[name].streams
        one = found(check, torch.randn(3000))
        assert one.violations and not bool(torch.as_tensor(check.law(**one.inputs)))


class TestOfValues:
    @given(st.lists(st.integers(-128, 127), min_size=1, max_size=6))
    @settings(max_examples=30, deadline=None)
    def test_counts_what_a_loop_counts(self, values):
        """Cases and violations are those of a loop over the values, or pairs of them, and all other
        arguments.
        """
        tensor, distinct = torch.tensor(values, dtype=torch.int8), sorted(set(values))
        alphas = range(-5, 3)
        axis = torch.tensor(list(alphas), dtype=torch.int8)

        def fails(alpha, x):
            return not -alpha <= max(-alpha, min(alpha, x)) <= alpha

        one = found(of_values(in_range, "x", alpha=axis), tensor)
        failing = [
            {"x": x, "alpha": alpha} for x in distinct for alpha in alphas if fails(alpha, x)
        ]
        assert (one.cases, one.violations, one.inputs) == (
            len(distinct) * len(alphas),
            len(failing),
            failing[0],
        )
        two = found(of_values(monotone_in_x, "x", "y", alpha=axis), tensor)
        assert (two.cases, two.violations) == (len(distinct) ** 2 * len(alphas), 0)

    @given(st.lists(st.integers(-128, 127), min_size=1, max_size=6))
    @settings(max_examples=10, deadline=None)
    def test_counts_pairs(self, values):
        """Of a law of two values, cases and violations are those of a loop over the pairs,
        whichever argument comes first.
        """
        tensor, distinct = torch.tensor(values, dtype=torch.int8), sorted(set(values))
        one = found(of_values(are_ordered, "q", "p", k=torch.arange(3), m=torch.arange(2)), tensor)
        failing = [
            {"p": p, "q": q, "k": k, "m": m}
            for q in distinct
            for p in distinct
            for k in range(3)
            for m in range(2)
            if not p <= q + k * m
        ]
        assert (one.cases, one.violations) == (len(distinct) ** 2 * 6, len(failing))
        assert one.inputs == (failing[0] if failing else None)

    @pytest.mark.parametrize("of", [(), ("z", "p", "q"), ("x",)])
    def test_arguments_are_checked(self, of):
        """A law takes one or two of its own arguments from the tensor."""
        with pytest.raises(ValueError, match="has the arguments z, p, q"):
            of_values(preserves_meet, *of)

    def test_a_law_without_a_name(self):
        """A law that a witness could not name is refused."""
        with pytest.raises(ValueError, match="not at module level"):
            of_values(lambda q: q == q, "q")


def are_ordered(k, p, m, q):
    """P ≤ q + k m."""
    return torch.as_tensor(p).int() <= torch.as_tensor(q).int() + torch.as_tensor(
        k
    ) * torch.as_tensor(m)


def small_error(blocks):
    """The largest magnitude of each block, as it is stored."""
    return blocks.largest * blocks.unit


def is_small(x, dtype="float32"):
    """No element is over 2."""
    return small_error(as_blocks(x, dtype)) <= 2


class TestOfBlocks:
    @given(st.lists(st.floats(0, 4, width=16), min_size=1, max_size=4), st.integers(0, 3))
    def test_counts_blocks(self, magnitudes, more):
        """Cases are blocks, a shorter last one included; violations those over the tolerance; the
        witness is the first of them.
        """
        tensor = torch.tensor(magnitudes).repeat_interleave(BLOCK)[: len(magnitudes) * BLOCK - more]
        one = found(of_blocks(is_small, small_error, tolerance=2, domain="blocks"), tensor)
        failing = [number for number, value in enumerate(magnitudes) if value > 2]
        assert (one.cases, one.violations, one.max_error) == (
            len(magnitudes),
            len(failing),
            max(magnitudes),
        )
        if failing:
            assert f"elements {failing[0] * BLOCK:,} to " in one.shows and not is_small(
                **one.inputs
            )

    @pytest.mark.parametrize("name", ["error.rounding", "error.in_range_bound"])
    def test_a_wrong_quantizer_is_found(self, monkeypatch, name):
        """Were numbers rounded to the next step but one, the law would fail, and say otherwise than
        the compiled code.
        """
        monkeypatch.setattr(
            Blocks,
            "rounded",
            property(lambda blocks: (blocks.values / blocks.step[:, None]).round() + 1),
        )
        assert not STREAMED[name].streams.law(*Blocks(torch.randn(1, BLOCK)).stored(0))
        with pytest.raises(ValueError, match="of block 0 is .*the law says otherwise"):
            found(STREAMED[name].streams, torch.randn(5000))

    @pytest.mark.parametrize("name", ["geometry.cosine", "geometry.residual_energy"])
    def test_wrong_signs_are_found(self, monkeypatch, name):
        """Were one sign in a hundred wrong, the law would fail, and say otherwise than the compiled
        code.
        """

        def wrong(k):
            signs = torch.where(k < 0, -1.0, 1.0).to(k.dtype)
            signs[:, ::100] *= -1
            return signs

        monkeypatch.setattr("claims.beta.sign", wrong)
        assert not STREAMED[name].streams.law(*Blocks(torch.randn(1, BLOCK)).stored(0))
        with pytest.raises(ValueError, match="of block 0 is .*the law says otherwise"):
            found(STREAMED[name].streams, torch.randn(5000))

    @pytest.mark.parametrize(
        "name",
        ["geometry.cosine", "geometry.residual_energy", "error.rounding", "error.in_range_bound"],
    )
    def test_wrong_figures_are_found(self, monkeypatch, name):
        """Were the compiled code wrong, its error would be over the tolerance where the law
        holds.
        """
        right = Blocks.figures.func
        factors = {"along_signs": 1.001, "lost": 1.1, "error": 1.1, "error_energy": 10}
        monkeypatch.setattr(
            Blocks,
            "figures",
            property(
                lambda blocks: right(blocks)._replace(
                    **{
                        name: getattr(right(blocks), name) * factor
                        for name, factor in factors.items()
                    }
                )
            ),
        )
        with pytest.raises(ValueError, match="of block 0 is .*the law says otherwise"):
            found(STREAMED[name].streams, torch.randn(5000))

    @pytest.mark.parametrize("wrong", [0, 2, 4])
    def test_any_spot_is_found(self, monkeypatch, wrong):
        """Of several blocks at which the law is asked, the one where it says otherwise is named."""
        monkeypatch.setattr(streaming, "_SPOT", 2)
        check = of_blocks(
            is_small,
            lambda blocks: small_error(blocks) + 3 * (torch.arange(len(blocks)) == wrong),
            tolerance=2,
            domain="blocks",
        )
        with pytest.raises(ValueError, match=f"of block {wrong} is 4, .*the law says otherwise"):
            found(check, torch.ones(6 * BLOCK))

    def test_figures(self):
        """β and the error of a tensor are those that are computed of it at once."""
        tensor = torch.randn(4 * BLOCK, dtype=torch.float64)
        rows = tensor.view(4, BLOCK)
        beta = float(rows.abs().sum(1).square().sum() / BLOCK / rows.square().sum())
        assert found(STREAMED["geometry.residual_energy"].streams, tensor).figures[
            "β"
        ] == pytest.approx(beta, rel=1e-5)
        step = rows.abs().amax(1, keepdim=True) / 127
        lost = float((rows - (rows / step).round() * step).norm() / rows.norm())
        assert found(STREAMED["error.in_range_bound"].streams, tensor).figures[
            "‖x − Q(x)‖ / ‖x‖"
        ] == pytest.approx(lost, rel=1e-5)

    def test_figures_of_zeros(self):
        """Of zeros there is nothing to keep or lose."""
        assert found(STREAMED["geometry.residual_energy"].streams, torch.zeros(7)).figures == {
            "β": None
        }


class TestScan:
    @pytest.mark.parametrize("dtype", list(DTYPES.values()), ids=str)
    def test_digest_and_findings(self, tmp_path, dtype):
        """One pass gives the tensor's digest and what the check finds in it."""
        tensor = torch.arange(300 * 1001).remainder(101).reshape(300, 1001).to(dtype)
        save_file({"w": tensor}, tmp_path / "t.safetensors")
        stored = catalogue([tmp_path / "t.safetensors"]).tensors["w"]
        check = of_values(is_extensive, "q")
        one = scan(stored, {"a": check})
        assert one.ref == tensor_ref("w", tensor) and one.found == {"a": found(check, tensor)}
        assert sha256(stored) == one.ref.sha256

    @pytest.mark.parametrize("dtype", list(DTYPES.values()), ids=str)
    def test_however_much_is_read_at_once(self, tmp_path, monkeypatch, dtype):
        """Digest, findings and figures are the same, to the last bit, whatever is mapped, hashed
        and checked at once.
        """
        tensor = (torch.randn(30, 1001, generator=torch.Generator().manual_seed(0)) * 40).to(dtype)
        save_file({"w": tensor}, tmp_path / "t.safetensors")
        stored = catalogue([tmp_path / "t.safetensors"]).tensors["w"]
        checks = {name: item.streams for name, item in STREAMED.items()}
        expected = scan(stored, checks)
        for chunk, piece, spot in ((7 * 8 * BLOCK, 1, 3), (16 * BLOCK, 24 * BLOCK, 1)):
            for name, value in (("_CHUNK", chunk), ("_PIECE", piece), ("_SPOT", spot)):
                monkeypatch.setattr(streaming, name, value)
            assert scan(stored, checks) == expected

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    @pytest.mark.parametrize("index", [(0, 0), (299, 1000), (260, 999)])
    def test_what_is_not_finite_is_named(self, tmp_path, monkeypatch, value, index):
        """NaN or an infinity anywhere is an error that says in which tensor and where."""
        monkeypatch.setattr(streaming, "_CHUNK", 64 * BLOCK)
        tensor = torch.zeros(300, 1001, dtype=torch.bfloat16)
        tensor[index] = value
        save_file({"w": tensor}, tmp_path / "t.safetensors")
        stored = catalogue([tmp_path / "t.safetensors"]).tensors["w"]
        with pytest.raises(
            TensorError, match=rf"tensor 'w' has {value} at index \({index[0]}, {index[1]}\)"
        ):
            scan(stored, {"a": of_values(is_extensive, "q")})

    def test_one_accumulator_for_claims_that_share_it(self, tmp_path, monkeypatch):
        """Claims about INT8 values share one look at them."""
        np.savez(tmp_path / "t.npz", w=np.arange(5, dtype=np.int8))
        looks = []
        present = Blocks.present.func
        monkeypatch.setattr(
            Blocks, "present", property(lambda blocks: looks.append(1) or present(blocks))
        )
        scan(
            catalogue([tmp_path / "t.npz"]).tensors["w"],
            {name: item.streams for name, item in STREAMED.items()},
        )
        assert len(looks) == 1
