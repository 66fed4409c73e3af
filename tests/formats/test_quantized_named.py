"""Tests for pyharness.formats.quantized: checkpoints of named tensors.

Each format's codes are made and packed here as its own library does it, element by element where
that is the clearest, and what is read is compared with the levels that were made.
"""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st
from safetensors.torch import save_file

from pyharness.core.errors import UsageError
from pyharness.formats.quantized import named
from pyharness.formats.quantized.layout import layout_of
from pyharness.formats.quantized.named import read_named
from pyharness.formats.quantized.packing import unpack
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.tensor import Bound
from pyharness.formats.sources import catalogue


def checkpoint(folder, tensors, config=None, name="model.safetensors", settings_name="config.json"):
    """Write tensors, and settings beside them, and read them."""
    path = folder / name
    if name.endswith(".npz"):
        np.savez(path, **{key: value.numpy() for key, value in tensors.items()})
    else:
        save_file({key: value.contiguous() for key, value in tensors.items()}, path)
    if config is not None:
        (folder / settings_name).write_text(json.dumps(config))
    return read_named([path])


def only(folder, tensors, config=None, **options):
    """Write and read the parts of one quantized tensor."""
    found = checkpoint(folder, tensors, config, **options)
    assert not found.plain and not found.unexplained and not found.others
    [tensor] = found.quantized
    assert {part.name for part in tensor.parts} == tensors.keys()
    return tensor


def levels(tensor, step=3):
    """The levels of a tensor, read a few rows at a time."""
    parts = []
    for start in range(0, tensor.rows, step):
        found = tensor.read(start, min(start + step, tensor.rows))
        rows = min(step, tensor.rows - start)
        assert found.codes.shape == (rows, tensor.groups, tensor.size)
        assert {part.dtype for part in (found.scale, found.offset)} == {torch.float64}
        assert found.zero_point.dtype == torch.int64
        for part in (found.scale, found.zero_point, found.offset):
            assert part.shape[0] in (1, rows) and part.shape[1] in (1, tensor.groups)
        scale, zero, offset = (part.unsqueeze(-1) for part in found[1:])
        parts.append(scale * (found.codes.double() - zero) + offset)
    return torch.cat(parts).reshape(tensor.shape)


def weights(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def codes_of(*shape, low, high, dtype=torch.int8, seed=0):
    """Random codes, with both ends of their range among them."""
    codes = torch.randint(
        low, high + 1, shape, generator=torch.Generator().manual_seed(seed), dtype=torch.int64
    )
    codes.view(-1)[:2] = torch.tensor([low, high])
    return codes.to(dtype)


def expanded(values, shape, blocks):
    """Scales for each element, given those of blocks; the last blocks of an axis may be cut."""
    for axis, block in enumerate(blocks):
        values = values.repeat_interleave(block, axis).narrow(axis, 0, shape[axis])
    return values.double()


def bit_stream(codes, bits):
    """Codes of some rows one after another, low bits first, in whole words of int32."""
    rows = []
    for row in codes.tolist():
        stream = sum(code << place * bits for place, code in enumerate(row))
        words = -(-len(row) * bits // 32)
        rows.append(np.frombuffer(stream.to_bytes(4 * words, "little"), np.int32))
    return torch.from_numpy(np.stack(rows))


# ----------------------------------------------------------------------------- one code an element
class TestPlain:
    @pytest.mark.parametrize(
        ("scale_shape", "blocks", "kind", "granularity"),
        [
            ((), (6, 8), (6, 1, 8), "tensor"),
            ((1,), (6, 8), (6, 1, 8), "tensor"),
            ((6,), (1, 8), (6, 1, 8), "row"),
            ((6, 1), (1, 8), (6, 1, 8), "row"),
            ((6, 4), (1, 2), (6, 4, 2), "group of 2"),
            ((6, 4, 1), (1, 2), (6, 4, 2), "group of 2"),
            ((8,), (6, 1), (6, 8, 1), "column"),
            ((1, 8), (6, 1), (6, 8, 1), "column"),
            ((1, 4), (6, 2), (6, 4, 2), "block of 2 columns"),
            ((2, 1), (3, 8), (6, 1, 8), "block of 3 rows"),
            ((2, 4), (3, 2), (6, 4, 2), "block of 3 × 2"),
            ((6, 8), (1, 1), (6, 8, 1), "group of 1"),
        ],
    )
    def test_what_shares_a_scale(self, tmp_path, scale_shape, blocks, kind, granularity):
        codes = codes_of(6, 8, low=-128, high=127)
        scale = weights(*scale_shape).abs()
        zero = torch.randint(-100, 100, scale_shape, dtype=torch.int8)
        tensor = only(
            tmp_path, {"l.weight": codes, "l.weight_scale": scale, "l.weight_zero_point": zero}
        )
        assert (tensor.rows, tensor.groups, tensor.size) == kind
        assert (tensor.granularity, tensor.format) == (granularity, "compressed-tensors int8")
        assert [part.name for part in tensor.parts][:2] == ["l.weight", "l.weight_scale"]
        counts = [-(-size // block) for size, block in zip((6, 8), blocks, strict=True)]
        own = [expanded(part.reshape(counts), (6, 8), blocks) for part in (scale, zero)]
        assert levels(tensor).equal(own[0] * (codes.double() - own[1]))

    @pytest.mark.parametrize("shape", [(4, 3, 2, 2), (4,), (2, 6, 4)])
    @pytest.mark.parametrize("axis", [0, 1])
    def test_axes_of_tensors_of_any_rank(self, tmp_path, shape, axis):
        """The axes after that of the scales belong to a group."""
        if axis >= len(shape):
            return
        scale_shape = [size if place == axis else 1 for place, size in enumerate(shape)]
        codes, scale = codes_of(*shape, low=-128, high=127), weights(*scale_shape)
        tensor = only(tmp_path, {"l.weight": codes, "l.weight_scale": scale})
        assert levels(tensor).equal(scale.double() * codes)

    def test_a_scalar(self, tmp_path):
        tensor = only(
            tmp_path,
            {"l.weight": torch.tensor(-77, dtype=torch.int8), "l.weight_scale": torch.tensor(0.5)},
        )
        assert tensor.shape == () and levels(tensor).item() == -38.5

    @pytest.mark.parametrize("dtype", [torch.int8, torch.int16, torch.int32, torch.int64])
    def test_zero_points_of_any_dtype(self, tmp_path, dtype):
        """They need not be in the range of the codes; one of them may do for all scales."""
        codes, scale = codes_of(4, 8, low=-128, high=127), weights(4, 1).abs()
        zero = torch.tensor([101], dtype=dtype)
        parts = {"l.weight": codes, "l.weight_scale": scale, "l.weight_zero_point": zero}
        tensor = only(tmp_path, parts)
        assert levels(tensor).equal(scale.double() * (codes.double() - 101))
        assert not tensor.symmetric

    def test_float_zero_points(self, tmp_path):
        """Those that are integers are zero points, others offsets, which is exact."""
        codes = codes_of(2, 8, low=0, high=255, dtype=torch.uint8)
        scale = torch.tensor([[0.3], [0.7]])
        for zero in (torch.tensor([[3.0], [130.0]]), torch.tensor([[3.25], [130.1]])):
            tensor = only(tmp_path, {"w_q": codes, "w_scale": scale, "w_zeros": zero})
            found = tensor.read(0, 2)
            whole = bool((zero == zero.round()).all())
            assert bool(found.zero_point.any()) == whole != bool(found.offset.any())
            own = scale.double() * codes - scale.double() * zero.double()
            assert levels(tensor).allclose(own, rtol=1e-15)

    @pytest.mark.parametrize(
        ("low", "high", "dtype", "zero", "expected"),
        [
            (-8, 7, torch.int8, None, ("int4", -8, 7)),
            (-2, 1, torch.int8, None, ("int2", -2, 1)),
            (-9, 7, torch.int8, None, ("int8", -128, 127)),
            (-8, 7, torch.int8, -9, ("int8", -128, 127)),
            (-2, 1, torch.int8, 7, ("int4", -8, 7)),
            (0, 15, torch.uint8, 15, ("uint4", 0, 15)),
            (0, 3, torch.uint8, None, ("uint2", 0, 3)),
            (0, 16, torch.uint8, None, ("uint8", 0, 255)),
            (0, 15, torch.uint8, 200, ("uint8", 0, 255)),
        ],
    )
    def test_bits_are_inferred(self, tmp_path, low, high, dtype, zero, expected):
        parts = {
            "l.weight": codes_of(4, 8, low=low, high=high, dtype=dtype),
            "l.weight_scale": torch.ones(4, 1),
        }
        if zero is not None:
            parts["l.weight_zero_point"] = torch.full((4, 1), zero, dtype=torch.int16)
        tensor = only(tmp_path, parts)
        assert (tensor.format, tensor.low, tensor.high) == (
            f"compressed-tensors {expected[0]}",
            *expected[1:],
        )

    def test_bits_are_inferred_no_further_than_needed(self, tmp_path, monkeypatch):
        """The first chunk that needs 8 bits ends it."""
        codes = torch.zeros(1 << 22, dtype=torch.int8)
        codes[0] = 100
        parts = {"l.weight": codes, "l.weight_scale": torch.ones(1)}
        seen = []
        chunks = named.Stored.chunks

        def counted(stored, elements):
            for chunk in chunks(stored, elements):
                seen.append(stored.name)
                yield chunk

        monkeypatch.setattr(named.Stored, "chunks", counted)
        assert only(tmp_path, parts).high == 127
        assert seen.count("l.weight") == 1

    @pytest.mark.parametrize("key", ["quantization_config", "compression_config"])
    def test_bits_that_the_configuration_says(self, tmp_path, key):
        scheme = {"weights": {"num_bits": 8, "group_size": 4, "strategy": "group"}}
        config = {key: {"quant_method": "compressed-tensors", "config_groups": {"g": scheme}}}
        codes = codes_of(4, 8, low=-8, high=7)
        parts = {"l.weight": codes, "l.weight_scale": torch.ones(4, 2)}
        tensor = only(tmp_path, parts, config)
        assert (tensor.low, tensor.bound, tensor.reaches_ends) == (-128, Bound(), True)

    @pytest.mark.parametrize("observer", ["mse", "minmax", "static_minmax", None])
    def test_scales_that_were_searched_for(self, tmp_path, observer):
        scheme = {"weights": {"num_bits": 8, "observer": observer}}
        config = {"quantization_config": {"config_groups": {"g": scheme}}}
        parts = {"l.weight": codes_of(4, 8, low=-8, high=7), "l.weight_scale": torch.ones(4, 1)}
        tensor = only(tmp_path, parts, config)
        assert tensor.bound.searched is (observer == "mse") is not tensor.reaches_ends

    @pytest.mark.parametrize(
        ("zero", "dtype", "symmetric"),
        [
            (None, torch.int8, True),
            (0, torch.int8, True),
            (1, torch.int8, False),
            (0, torch.uint8, False),
        ],
    )
    def test_symmetric(self, tmp_path, zero, dtype, symmetric):
        """Unsigned codes are not symmetric about any zero point that is 0."""
        codes = codes_of(4, 8, low=0, high=127, dtype=dtype)
        parts = {"l.weight": codes, "l.weight_scale": torch.ones(4, 1)}
        if zero is not None:
            parts["l.weight_zero_point"] = torch.full((4, 1), zero, dtype=torch.int8)
        assert only(tmp_path, parts).symmetric is symmetric

    @pytest.mark.parametrize(
        ("codes", "scale", "zero", "original"),
        [
            ("l.weight", "l.weight.scale", "l.weight.zero_point", "l.weight"),
            ("l.weight", "l.scale", "l.zero_point", "l.weight"),
            ("l.weight", "l.scales", "l.zeros", "l.weight"),
            ("l.weight", "l_scale", "l_zp", "l.weight"),
            ("l.qweight", "l.scales", "l.zeros", "l.weight"),
            ("l.weight._data", "l.weight._scale", "l.weight._zero_point", "l.weight"),
            ("w_quantized", "w_scale", "w_zero_point", "w"),
            ("w", "w_scale", "w_zero_point", "w"),
            ("weight", "scale", "zero_point", "weight"),
            ("model.module.l.weight", "model.module.l.weight_scale",
             "model.module.l.weight_zero_point", "model.module.l.weight"),
        ],
    )  # fmt: skip
    def test_names(self, tmp_path, codes, scale, zero, original):
        parts = {
            codes: codes_of(4, 8, low=-128, high=127),
            scale: torch.ones(4),
            zero: torch.ones(4, dtype=torch.int8),
        }
        tensor = only(tmp_path, parts)
        assert tensor.names[0] == original
        if original.startswith("model."):
            assert tensor.names[1:] == ("module.l.weight", "l.weight")

    def test_a_bias_does_not_take_the_scale_of_its_module(self, tmp_path):
        parts = {"l.bias": codes_of(8, low=-128, high=127), "l.scale": torch.ones(8)}
        found = checkpoint(tmp_path, parts)
        assert not found.quantized and found.unexplained.keys() == {"l.bias"}

    def test_reordered_columns(self, tmp_path):
        """Groups of columns in any order; −1 throughout, or the regular order, is none."""
        codes, scale = codes_of(3, 8, low=-128, high=127), weights(3, 2)
        parts = {"l.weight": codes, "l.weight_scale": scale}
        for order in ([0, 1, 1, 0, 1, 0, 0, 1], [0] * 4 + [1] * 4, [-1] * 8):
            parts["l.weight_g_idx"] = torch.tensor(order, dtype=torch.int32)
            tensor = only(tmp_path, parts)
            regular = order[0] == order[1]
            assert tensor.granularity == "group of 4" + ("" if regular else ", reordered")
            group = [0] * 4 + [1] * 4 if regular else order
            assert levels(tensor).equal(scale.double()[:, group] * codes)

    def test_npz(self, tmp_path):
        codes, scale = codes_of(300, 40, low=-128, high=127), weights(300, 1)
        parts = {"l.weight": codes, "l.weight_scale": scale}
        tensor = only(tmp_path, parts, name="model.npz")
        assert levels(tensor, 100).equal(scale.double() * codes)

    def test_blocks_as_arrays(self, tmp_path):
        codes, scale = codes_of(4, 32, low=-7, high=7), weights(4, 1).half()
        tensor = only(tmp_path, {"l.qs": codes, "l.d": scale}, name="model.npz")
        assert tensor.format == "Q8_0 as arrays" and tensor.names == ("l",)
        assert tensor.bound == Bound("rounded scale", 2.0**-11, overhang=0.0)
        assert (tensor.low, tensor.high, tensor.restricted) == (-127, 127, True)
        assert levels(tensor).equal(scale.double() * codes)


# ------------------------------------------------------------------------------------------ packed
def packed(codes, bits):
    """Codes as compressed-tensors packs them: 2^(bits − 1) more, low bits first."""
    return bit_stream(codes.to(torch.int64) + 2 ** (bits - 1), bits)


class TestPacked:
    @pytest.mark.parametrize("bits", [2, 3, 4, 8])
    @pytest.mark.parametrize("width", [64, 50])
    @pytest.mark.parametrize("configured", [True, False])
    def test_levels(self, tmp_path, bits, width, configured):
        """The last word of a row may be partly filled."""
        codes = codes_of(35, width, low=-(2 ** (bits - 1)), high=2 ** (bits - 1) - 1)
        scale = weights(35, 2).bfloat16()
        parts = {
            "l.weight_packed": packed(codes, bits),
            "l.weight_scale": scale,
            "l.weight_shape": torch.tensor([35, width]),
        }
        scheme = {"weights": {"num_bits": bits, "group_size": width // 2}}
        config = {"quantization_config": {"config_groups": {"g": scheme}}} if configured else None
        tensor = only(tmp_path, parts, config)
        assert (tensor.shape, tensor.symmetric) == ((35, width), True)
        assert (tensor.low, tensor.high) == (int(codes.min()), int(codes.max()))
        assert tensor.format == f"compressed-tensors packed int{bits}"
        assert tensor.names == ("l.weight",) and tensor.granularity == f"group of {width // 2}"
        assert levels(tensor).equal(expanded(scale, codes.shape, (1, width // 2)) * codes)

    @pytest.mark.parametrize("bits", [3, 4, 8])
    @pytest.mark.parametrize("groups", [1, 4])
    @pytest.mark.parametrize("is_packed", [True, False])
    def test_zero_points(self, tmp_path, bits, groups, is_packed):
        """They are packed along the rows, or have an element each."""
        low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        codes = codes_of(70, 32, low=low, high=high)
        zeros = codes_of(70, groups, low=low, high=high, seed=1)
        scale = weights(70, groups).half()
        parts = {
            "l.weight_packed": packed(codes, bits),
            "l.weight_scale": scale,
            "l.weight_zero_point": packed(zeros.T, bits).T if is_packed else zeros,
            "l.weight_shape": torch.tensor([70, 32], dtype=torch.int32),
        }
        tensor = only(tmp_path, parts)
        assert not tensor.symmetric
        blocks = (1, 32 // groups)
        own = [expanded(part, codes.shape, blocks) for part in (scale, zeros)]
        assert levels(tensor, 11).equal(own[0] * (codes - own[1]))

    def test_reordered_columns(self, tmp_path):
        codes, scale, order = codes_of(3, 16, low=-8, high=7), weights(3, 2), [1, 0] * 8
        zeros = codes_of(3, 2, low=-8, high=7, seed=1)
        parts = {
            "l.weight_packed": packed(codes, 4),
            "l.weight_scale": scale,
            "l.weight_zero_point": packed(zeros.T, 4).T,
            "l.weight_shape": torch.tensor([3, 16]),
            "l.weight_g_idx": torch.tensor(order, dtype=torch.int32),
        }
        own = scale.double()[:, order] * (codes - zeros[:, order].double())
        assert levels(only(tmp_path, parts)).equal(own)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(bits=st.integers(1, 8), data=st.data())
    def test_unpacking(self, bits, data):
        count = data.draw(st.integers(1, 70))
        row = st.lists(st.integers(0, 2**bits - 1), min_size=count, max_size=count)
        codes = torch.tensor([data.draw(row), data.draw(row)])
        assert unpack(bit_stream(codes, bits), bits)[:, :count].tolist() == codes.tolist()


# ------------------------------------------------------------------------------------ bitsandbytes
def test_bitsandbytes(tmp_path):
    """As `int8_vectorwise_quant` of bitsandbytes does it."""
    original = weights(5, 16)
    greatest = original.abs().amax(1)
    codes = torch.round(original * (127.0 / greatest[:, None])).to(torch.int8)
    parts = {
        "model.l.weight": codes,
        "model.l.SCB": greatest,
        "model.l.weight_format": torch.tensor(0, dtype=torch.uint8),
    }
    found = checkpoint(tmp_path, parts)
    [tensor] = found.quantized
    assert not found.unexplained and not found.others
    assert (tensor.format, tensor.low, tensor.high) == ("bitsandbytes int8", -127, 127)
    assert tensor.names == ("model.l.weight", "l.weight")
    assert tensor.symmetric and tensor.restricted
    assert levels(tensor).equal(greatest.double()[:, None] / 127 * codes)
    assert bool(((levels(tensor) - original).abs() <= greatest[:, None] / 253).all())


# -------------------------------------------------------------------------------------------- GPTQ
def gptq(bits, group, *, less=1, outputs=32, groups=None):
    """The parts of a GPTQ weight with random codes, and its levels, [input, output].

    As AutoGPTQ packs them, with the group of each row given.
    """
    group = torch.tensor(group)
    groups = groups or int(group.max()) + 1
    codes = codes_of(len(group), outputs, low=0, high=2**bits - 1)
    zeros = codes_of(groups, outputs, low=less, high=2**bits - 1 + less, dtype=torch.int64, seed=1)
    scales = weights(groups, outputs).abs().half()
    parts = {
        "model.l.qweight": bit_stream(codes.T.to(torch.int64) & (2**bits - 1), bits).T,
        "model.l.qzeros": bit_stream(zeros - less, bits),
        "model.l.scales": scales,
    }
    codes = codes.to(torch.int64) & (2**bits - 1)
    return parts, scales.double()[group] * (codes - zeros[group])


class TestGPTQ:
    @pytest.mark.parametrize("bits", [2, 3, 4, 8])
    @pytest.mark.parametrize("with_order", [True, False])
    def test_levels(self, tmp_path, bits, with_order):
        group = [row // 32 for row in range(96)]
        parts, expected = gptq(bits, group)
        if with_order:
            parts["model.l.g_idx"] = torch.tensor(group, dtype=torch.int32)
        tensor = only(tmp_path, parts)
        assert (tensor.rows, tensor.groups, tensor.size) == (96, 32, 1)
        assert (tensor.low, tensor.high) == (0, 2**bits - 1)
        assert (tensor.shape, tensor.transposed) == ((96, 32), True)
        assert tensor.bound == Bound("moved")
        assert tensor.names == ("model.l.weight", "l.weight")
        assert tensor.granularity == "group of 32 in a column"
        assert tensor.format == f"GPTQ of {bits} bits"
        assert levels(tensor, 7).equal(expected) and levels(tensor, 96).equal(expected)

    def test_rows_in_any_order(self, tmp_path):
        group = [(7 * row) % 3 for row in range(64)]
        parts, expected = gptq(4, group)
        parts["model.l.g_idx"] = torch.tensor(group, dtype=torch.int32)
        tensor = only(tmp_path, parts)
        assert tensor.granularity == "group of 22 in a column, reordered"
        assert levels(tensor, 5).equal(expected)

    @pytest.mark.parametrize("inside", [True, False])
    @pytest.mark.parametrize(("version", "less"), [("gptq", 1), ("gptq_v2", 0), ("", 1)])
    def test_versions(self, tmp_path, version, less, inside):
        """Version 1 stores zero points less one; the settings may be in a file of their own."""
        parts, expected = gptq(4, [row // 32 for row in range(64)], less=less)
        said = {"bits": 4, "group_size": 32, "checkpoint_format": version, "quant_method": "gptq"}
        name = "config.json" if inside else "quantize_config.json"
        config = {"quantization_config": said} if inside else said
        tensor = only(tmp_path, parts, config, settings_name=name)
        assert levels(tensor).equal(expected)
        found = read_named([tmp_path])
        assert [file.name for file in found.files] == ["model.safetensors", name]
        assert found.format == "safetensors: GPTQ of 4 bits"

    def test_an_incomplete_last_group(self, tmp_path):
        parts, expected = gptq(4, [row // 32 for row in range(80)])
        tensor = only(tmp_path, parts, {"quantization_config": {"bits": 4, "group_size": 32}})
        assert levels(tensor).equal(expected)

    def test_layouts_of_kernels(self, tmp_path):
        parts, _ = gptq(4, [row // 32 for row in range(64)])
        config = {"quantization_config": {"quant_method": "gptq", "checkpoint_format": "marlin"}}
        found = checkpoint(tmp_path, parts, config)
        assert not found.quantized
        assert found.unexplained["model.l.qweight"] == "packed integers that nothing explains"


# --------------------------------------------------------------------------------------------- AWQ
def awq_packed(codes):
    """As AutoAWQ's `WQLinear_GEMM` packs eight columns into a word."""
    words = torch.zeros(codes.shape[0], codes.shape[1] // 8, dtype=torch.int64)
    for column in range(words.shape[1]):
        for place, which in enumerate([0, 2, 4, 6, 1, 3, 5, 7]):
            words[:, column] |= codes[:, 8 * column + which].to(torch.int64) << 4 * place
    return (words - (words >> 31 << 32)).to(torch.int32)


@pytest.mark.parametrize("said", [True, False])
def test_awq(tmp_path, said):
    codes = codes_of(64, 24, low=0, high=15)
    zeros = codes_of(2, 24, low=0, high=15, seed=1)
    scales = weights(2, 24).abs().half()
    parts = {
        "l.qweight": awq_packed(codes),
        "l.qzeros": awq_packed(zeros),
        "l.scales": scales,
    }
    config = {"w_bit": 4, "q_group_size": 32, "version": "GEMM", "zero_point": True}
    tensor = only(tmp_path, parts, config if said else None, settings_name="quant_config.json")
    assert (tensor.format, tensor.bound) == ("AWQ of 4 bits", Bound("moved"))
    assert (tensor.shape, tensor.transposed, tensor.names) == ((64, 24), True, ("l.weight",))
    assert tensor.granularity == "group of 32 in a column"
    group = torch.arange(64) // 32
    assert levels(tensor, 5).equal(scales.double()[group] * (codes - zeros[group].double()))


def test_awq_in_another_layout(tmp_path):
    parts = {
        "l.qweight": awq_packed(codes_of(64, 24, low=0, high=15)),
        "l.qzeros": awq_packed(codes_of(2, 24, low=0, high=15)),
        "l.scales": torch.ones(2, 24).half(),
    }
    config = {"quantization_config": {"quant_method": "awq", "version": "gemv"}}
    assert checkpoint(tmp_path, parts, config).unexplained.keys() == {"l.qweight", "l.qzeros"}


# --------------------------------------------------------------------------------------------- MLX
def mlx(original, bits, size, dtype):
    """The parts of an MLX weight, and its levels, as `affine_quantize` of MLX makes them."""
    steps = 2**bits - 1
    groups = original.reshape(*original.shape[:-1], -1, size)
    least, most = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    down = least.abs() > most.abs()
    scale = ((most - least) / steps).clamp(min=1e-7)
    scale = torch.where(down, scale, -scale)
    edge = torch.where(down, least, most)
    first = torch.round(edge / scale)
    scale = torch.where(first != 0, edge / first, scale)
    bias = torch.where(first == 0, torch.zeros_like(edge), edge)
    codes = torch.round((groups - bias) / scale).clamp(0, steps).to(torch.int64)
    scale, bias = scale.to(dtype), bias.to(dtype)
    flat = codes.reshape(-1, original.shape[-1])
    parts = {
        "l.weight": bit_stream(flat, bits).reshape(*original.shape[:-1], -1).view(torch.uint32),
        "l.scales": scale.squeeze(-1),
        "l.biases": bias.squeeze(-1),
    }
    made = scale.double() * codes + bias.double()
    return parts, made.reshape(original.shape)


class TestMLX:
    @pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 8])
    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
    def test_levels(self, tmp_path, bits, dtype):
        original = weights(5, 128)
        parts, expected = mlx(original, bits, 64, dtype)
        assert bool((parts["l.scales"] < 0).any()) and bool((parts["l.scales"] > 0).any())
        tensor = only(tmp_path, parts)
        assert (tensor.format, tensor.granularity) == (f"MLX of {bits} bits", "group of 64")
        assert (tensor.shape, tensor.low, tensor.high) == ((5, 128), 0, 2**bits - 1)
        error, least = {
            torch.float16: (2.0**-11, 2.0**-25),
            torch.bfloat16: (2.0**-8, 2.0**-134),
            torch.float32: (0.0, 0.0),
        }[dtype]
        kind = "rounded scale" if error else "nearest"
        assert tensor.bound == Bound(kind, error, error, least, 1.0, signed=True)
        assert levels(tensor, 2).equal(expected)

    @pytest.mark.parametrize("own", [True, False])
    @pytest.mark.parametrize(("bits", "size"), [(4, 32), (8, 128), (2, 128), (4, 64)])
    def test_configured(self, tmp_path, bits, size, own):
        """A layer may have settings of its own."""
        parts, expected = mlx(weights(3, 256), bits, size, torch.float16)
        said = {"bits": bits, "group_size": size}
        config = {"quantization": {"bits": 3, "group_size": 64, "l": said} if own else said}
        tensor = only(tmp_path, parts, config)
        assert tensor.granularity == f"group of {size}" and levels(tensor).equal(expected)

    @pytest.mark.parametrize("shape", [(2, 3, 64), (3, 1, 128), (1, 64)])
    def test_other_shapes(self, tmp_path, shape):
        parts, expected = mlx(weights(*shape), 4, 64, torch.float32)
        assert levels(only(tmp_path, parts)).equal(expected)

    def test_npz(self, tmp_path):
        parts, expected = mlx(weights(3, 64), 8, 32, torch.float32)
        config = {"quantization": {"bits": 8, "group_size": 32}}
        assert levels(only(tmp_path, parts, config, name="model.npz")).equal(expected)


# --------------------------------------------------------------------------------- floats of 8 bits
class TestFloat8:
    @pytest.mark.parametrize(
        ("dtype", "name", "greatest"),
        [
            (torch.float8_e4m3fn, "float8_e4m3fn", 448),
            (torch.float8_e5m2, "float8_e5m2", 57344),
        ],
    )
    @pytest.mark.parametrize("suffix", ["weight_scale", "weight_scale_inv", "scale_weight"])
    def test_levels(self, tmp_path, dtype, name, greatest, suffix):
        """What is called an inverse is a factor as well."""
        original = weights(6, 8)
        scale = original.abs().amax() / greatest
        codes = (original / scale).to(dtype)
        tensor = only(tmp_path, {"l.weight": codes, f"l.{suffix}": scale})
        assert (tensor.format, tensor.bound) == (f"{name} with scales", Bound("float8"))
        assert (tensor.low, tensor.high) == (-greatest, greatest)
        assert tensor.read(0, 1).codes.dtype == torch.float32
        assert levels(tensor).equal(scale.double() * codes.double())
        relative = 2.0**-4 if greatest == 448 else 2.0**-3
        near = (levels(tensor) - original).abs() <= original.abs() * relative * 1.001 + scale / 512
        assert bool(near.all())

    @pytest.mark.parametrize(
        ("shape", "block", "config"),
        [
            ((256, 384), (128, 128), None),
            ((300, 320), (128, 128), None),
            ((90, 70), (32, 48), {"quantization_config": {"weight_block_size": [32, 48]}}),
            ((2, 130, 128), (1, 128, 128), None),
        ],
    )
    def test_blocks(self, tmp_path, shape, block, config):
        """The last block of an axis may be incomplete."""
        counts = [-(-size // each) for size, each in zip(shape, block, strict=True)]
        codes, scale = weights(*shape).to(torch.float8_e4m3fn), weights(*counts).abs()
        tensor = only(tmp_path, {"l.weight": codes, "l.weight_scale_inv": scale}, config)
        assert tensor.granularity.startswith(("block of", "group of"))
        assert levels(tensor, 70).equal(expanded(scale, shape, block) * codes.double())

    def test_rows(self, tmp_path):
        codes, scale = weights(6, 8).to(torch.float8_e4m3fn), weights(6, 1).bfloat16()
        tensor = only(tmp_path, {"l.weight": codes, "l.weight_scale": scale})
        assert tensor.granularity == "row"
        assert levels(tensor).equal(scale.double() * codes.double())

    def test_a_cast(self, tmp_path):
        """Floats without scales stand for themselves."""
        codes = weights(6, 8).to(torch.float8_e5m2)
        tensor = only(tmp_path, {"l.weight": codes})
        assert tensor.format == "float8_e5m2" and levels(tensor).equal(codes.double())

    def test_scales_that_are_not_read(self, tmp_path):
        """A weight whose scales cannot be read does not stand for itself."""
        exponents = torch.ones(6, 1).to(torch.float8_e5m2)
        found = checkpoint(
            tmp_path,
            {"l.weight": weights(6, 8).to(torch.float8_e4m3fn), "l.weight_scale": exponents},
        )
        assert not found.quantized
        assert found.unexplained == {
            "l.weight": "floats of 8 bits whose scales l.weight_scale are of a kind that is not read",
            "l.weight_scale": "scales of 8 bits that nothing explains",
        }


# ------------------------------------------------------------------------------------ all the rest
class TestTheRest:
    @pytest.mark.parametrize(
        ("name", "tensor", "why"),
        [
            ("l.weight", torch.tensor([3, -4], dtype=torch.int8),
             "codes without scales: no l.weight_scale"),
            ("l.weight_packed", torch.tensor([3, 4], dtype=torch.uint8),
             "codes without scales: no l.weight_packed_scale"),
            ("l.qweight", torch.tensor([[1 << 30, -5]], dtype=torch.int32),
             "packed integers that nothing explains: no l.scales"),
            ("l.w", torch.tensor([[1 << 30, -5]], dtype=torch.int32),
             "packed integers that nothing explains"),
            ("l.weight", torch.tensor([7, 8], dtype=torch.int32).view(torch.uint32),
             "packed integers that nothing explains"),
        ],
    )  # fmt: skip
    def test_unexplained(self, tmp_path, name, tensor, why):
        found = checkpoint(tmp_path, {name: tensor})
        assert found.unexplained == {name: why}
        assert not found.quantized and not found.plain and not found.others

    @pytest.mark.parametrize(
        ("name", "tensor"),
        [
            ("mask", torch.tensor([0, 1, 1], dtype=torch.uint8)),
            ("mask", torch.tensor([0, 1, 1], dtype=torch.int32).view(torch.uint32)),
            ("one", torch.tensor([100], dtype=torch.int8)),
            ("l.position_ids", torch.arange(5, dtype=torch.uint8)),
            ("l.g_idx", torch.arange(5, dtype=torch.int32)),
            ("lengths", torch.arange(5, dtype=torch.int32)),
            ("num_batches_tracked", torch.tensor(1 << 40)),
            ("steps", torch.tensor([1 << 40, 1])),
            ("steps", torch.tensor([1 << 10, 1], dtype=torch.int16)),
        ],
    )
    def test_integers_that_are_no_codes(self, tmp_path, name, tensor):
        found = checkpoint(tmp_path, {name: tensor})
        assert found.integers.keys() == {name} and "no codes" in found.integers[name]
        assert not found.quantized and not found.plain and not found.unexplained

    def test_4_bit_floats(self, tmp_path):
        """Two codes in a byte, with scales of 8 bits: neither is taken for anything else."""
        parts = {
            "l.weight_packed": codes_of(4, 8, low=0, high=255, dtype=torch.uint8),
            "l.weight_scale": torch.ones(4, 1).to(torch.float8_e4m3fn),
            "l.weight_global_scale": torch.ones(1),
        }
        found = checkpoint(tmp_path, parts)
        assert found.plain.keys() == {"l.weight_global_scale"}
        assert found.unexplained.keys() == {"l.weight_packed", "l.weight_scale"}
        assert "l.weight_scale are of a kind" in found.unexplained["l.weight_packed"]

    def test_plain_and_unreadable(self, tmp_path):
        """Floats are plain; what cannot be read is said."""
        parts = {
            "l.weight": codes_of(4, 8, low=-128, high=127),
            "l.weight_scale": torch.ones(4, 1),
            "norm": torch.ones(4).bfloat16(),
            "flags": torch.tensor([True]),
            "l.g_idx": torch.empty(0, dtype=torch.int32),
        }
        found = checkpoint(tmp_path, parts)
        assert found.plain.keys() == {"norm"} and len(found.quantized) == 1
        assert found.integers.keys() == {"flags", "l.g_idx"}
        assert found.format == "safetensors: compressed-tensors int8"
        assert checkpoint(tmp_path, {"w": torch.ones(2)}).format == "safetensors"

    def test_formats_together(self, tmp_path):
        """Formats do not take each other's parts."""
        first, _ = gptq(4, [row // 32 for row in range(64)])
        second, _ = mlx(weights(3, 64), 4, 64, torch.float16)
        third = {"a.weight": codes_of(4, 8, low=-128, high=127), "a.SCB": torch.ones(4)}
        fourth = {
            "b.weight": weights(4, 8).to(torch.float8_e4m3fn),
            "b.weight_scale": torch.ones(1),
        }
        found = checkpoint(tmp_path, first | second | third | fourth)
        assert [tensor.format.split()[0] for tensor in found.quantized] == [
            "bitsandbytes", "GPTQ", "MLX", "float8_e4m3fn"]  # fmt: skip
        assert not found.plain and not found.unexplained and not found.others

    def test_shards(self, tmp_path):
        """Codes and scales may lie in different shards."""
        codes, scale = codes_of(4, 8, low=-128, high=127), weights(4, 1)
        save_file({"l.weight": codes}, tmp_path / "m-1.safetensors")
        save_file({"l.weight_scale": scale}, tmp_path / "m-2.safetensors")
        index = {"l.weight": "m-1.safetensors", "l.weight_scale": "m-2.safetensors"}
        path = tmp_path / "model.safetensors.index.json"
        path.write_text(json.dumps({"weight_map": index}))
        for paths in ([path], [tmp_path]):
            [tensor] = read_named(paths).quantized
            assert levels(tensor).equal(scale.double() * codes)

    def test_other_callers_see_no_new_dtypes(self, tmp_path):
        """Only checkpoints of codes have floats of 8 bits and unsigned words."""
        path = tmp_path / "m.safetensors"
        save_file({"a": torch.ones(2).to(torch.float8_e4m3fn), "b": torch.ones(2)}, path)
        found = catalogue([path])
        assert found.tensors.keys() == {"b"} and "float8_e4m3fn" in found.others["a"]

    def test_few_bytes_are_read(self, tmp_path, monkeypatch):
        """Some rows of a large tensor are read without the others."""
        parts = {
            "l.weight": codes_of(4096, 64, low=-128, high=127),
            "l.weight_scale": weights(4096),
        }
        tensor = only(tmp_path, parts)
        seen = []
        chunks = named.Stored.chunks

        def counted(stored, elements):
            for chunk in chunks(stored, elements):
                seen.append(chunk.nbytes)
                yield chunk

        monkeypatch.setattr(named.Stored, "chunks", counted)
        tensor.read(4000, 4002)
        assert sum(seen) == 2 * 64 + 2 * 4


# ------------------------------------------------------------------------------------------ layouts
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    shape=st.lists(st.integers(1, 7), min_size=1, max_size=4),
    block=st.integers(1, 4),
    shared_axes=st.sets(st.integers(0, 3)),
    data=st.data(),
)
def test_any_blocks(tmp_path, shape, block, shared_axes, data):
    """Each element finds the scale of its block."""
    shape = tuple(shape)
    blocks = [size if axis in shared_axes else block for axis, size in enumerate(shape)]
    counts = [-(-size // each) for size, each in zip(shape, blocks, strict=True)]
    scales = torch.arange(1.0, 1 + math.prod(counts)).reshape(counts)
    save_file({"s": scales}, tmp_path / "s.safetensors")
    stored = catalogue([tmp_path / "s.safetensors"]).tensors["s"]
    layout = layout_of("w", shape, stored, (block,))
    assert layout.stored == stored.numel
    start = data.draw(st.integers(0, layout.rows - 1))
    stop = data.draw(st.integers(start + 1, layout.rows))
    taken = layout.take(stored, start, stop)
    assert taken.shape == (stop - start if layout.by_row else 1, layout.groups)
    expected = expanded(scales, shape, blocks).reshape(layout.rows, layout.groups, layout.size)
    assert bool((taken.double().unsqueeze(-1) == expected[start:stop]).all())


def test_rows_of_an_archive(tmp_path):
    """They are those of the whole, in any order of reading."""
    values = weights(9, 4)
    np.savez(tmp_path / "m.npz", w=values.numpy())
    stored = catalogue([tmp_path / "m.npz"]).tensors["w"]
    for start, stop in ((0, 3), (6, 9), (2, 4)):
        assert read_rows(stored, start, stop, 4).equal(values[start:stop])


# ------------------------------------------------------------------------------------------- damage
def int8(*shape):
    return codes_of(*shape, low=-128, high=127)


def int32(*shape):
    return torch.full(shape, 1 << 30, dtype=torch.int32)


PACKED = {
    "l.weight_packed": int32(4, 2),
    "l.weight_scale": torch.ones(4, 1),
    "l.weight_shape": torch.tensor([4, 16]),
}
GROUPED = {
    "l.qweight": int32(8, 32),
    "l.qzeros": int32(2, 4),
    "l.scales": torch.ones(2, 32).half(),
}
WORDS = {
    "l.weight": int32(4, 8).view(torch.uint32),
    "l.scales": torch.ones(4, 1),
    "l.biases": torch.ones(4, 1),
}

DTYPES = (
    torch.int8, torch.uint8, torch.int32, torch.uint32, torch.int64, torch.float16, torch.float32,
    torch.float8_e4m3fn,
)  # fmt: skip
KINDS = (
    {"l.weight": torch.int8, "l.weight_scale": torch.float32, "l.weight_zero_point": torch.int8,
     "l.weight_g_idx": torch.int32},
    {"l.weight_packed": torch.int32, "l.weight_scale": torch.float32,
     "l.weight_shape": torch.int64, "l.weight_zero_point": torch.int32},
    {"l.qweight": torch.int32, "l.qzeros": torch.int32, "l.scales": torch.float16,
     "l.g_idx": torch.int32},
    {"l.qweight": torch.int32, "l.qzeros": torch.int32, "l.scales": torch.float16},
    {"l.weight": torch.uint32, "l.scales": torch.float16, "l.biases": torch.float16},
    {"l.weight": torch.int8, "l.SCB": torch.float32},
    {"l.weight": torch.float8_e4m3fn, "l.weight_scale_inv": torch.float32},
)  # fmt: skip
"""The parts of a tensor of each format, with their usual dtypes."""


class TestDamage:
    @pytest.mark.parametrize(
        ("tensors", "config", "why"),
        [
            ({"l.weight": int8(4, 6), "l.weight_scale": torch.ones(5)}, None,
             r"'l.weight_scale' of shape \(5,\) does not fit 'l.weight' of shape \(4, 6\)"),
            ({"l.weight": int8(4, 6), "l.weight_scale": torch.ones(4, 4)}, None,
             r"'l.weight_scale' of shape \(4, 4\)"),
            ({"l.weight": int8(4, 6), "l.weight_scale": torch.ones(1, 1, 4, 6)}, None,
             "'l.weight_scale'"),
            ({"l.weight": int8(4, 6), "l.weight_scale": torch.ones(4),
              "l.weight_zero_point": int8(3)}, None,
             "'l.weight_zero_point' has 3 zero points for 4 scales"),
            ({"l.weight": int8(4, 6), "l.weight_scale": torch.ones(4, 2),
              "l.weight_g_idx": torch.arange(5)}, None, "'l.weight_g_idx' lists 5 columns of 6"),
            ({"l.weight": int8(4, 6), "l.weight_scale": torch.ones(4, 2),
              "l.weight_g_idx": torch.arange(6)}, None, "'l.weight_g_idx' names a group"),
            ({"l.weight": int8(4, 6), "l.SCB": torch.ones(5)}, None, "'l.SCB' has 5 values"),
            ({"l.weight": int8(4, 6), "l.SCB": int8(4)}, None, "'l.SCB' has 4 values"),
            (PACKED | {"l.weight_shape": torch.tensor([4, 16, 1])}, None, "'l.weight_shape' has"),
            (PACKED | {"l.weight_shape": torch.tensor([5, 16])}, None, r"has the shape \[5, 16\]"),
            (PACKED | {"l.weight_shape": torch.tensor([4, -1])}, None, r"has the shape \[4, -1\]"),
            (PACKED | {"l.weight_shape": torch.tensor([4.0, 16.0])}, None, "'l.weight_shape' has"),
            (PACKED | {"l.weight_shape": torch.tensor([4, 1 << 60])}, None,
             "'l.weight_packed' has 2 words a row"),
            (PACKED, {"compression_config": {"config_groups": {"g": {"weights": {"num_bits": 8}}}}},
             "do not hold 16 codes of 8 bits"),
            (PACKED | {"l.weight_scale": torch.ones(4, 3)}, None, "'l.weight_scale' of shape"),
            (PACKED | {"l.weight_zero_point": int32(2, 1)}, None,
             "'l.weight_zero_point' has 2 zero points for 4 scales"),
            (GROUPED | {"l.qzeros": int32(1, 4)}, None, "'l.qzeros' of shape"),
            (GROUPED | {"l.qzeros": int32(2, 5)}, None, "'l.qzeros' of shape"),
            (GROUPED, {"quantization_config": {"bits": 8}}, "and 8 bits"),
            (GROUPED | {"l.scales": torch.ones(3, 32), "l.qzeros": int32(3, 4)}, None,
             "'l.scales' has 3 groups for 64 rows"),
            (GROUPED | {"l.scales": torch.ones(70, 32), "l.qzeros": int32(70, 4)}, None,
             "'l.scales' has 70 groups for 64 rows"),
            (GROUPED | {"l.g_idx": torch.full((64,), 2)}, None, "'l.g_idx' names a group"),
            (GROUPED | {"l.g_idx": torch.full((64,), -1)}, None, "'l.g_idx' names a group"),
            (GROUPED | {"l.g_idx": torch.zeros(64)}, None, "'l.g_idx' names a group"),
            (GROUPED | {"l.g_idx": torch.zeros(99, dtype=torch.int32)}, None,
             "which do not hold 99 codes of 4 bits"),
            (GROUPED | {"l.qweight": int32(64, 5)}, None, "'l.qweight' of shape"),
            (WORDS | {"l.biases": torch.ones(4, 2)}, None, "its scales and biases"),
            (WORDS | {"l.scales": torch.ones(3, 1), "l.biases": torch.ones(3, 1)}, None,
             "its scales and biases"),
            (WORDS | {"l.scales": torch.tensor(1.0), "l.biases": torch.tensor(1.0),
                      "l.weight": int32(8).view(torch.uint32)}, None, "its scales and biases"),
            (WORDS | {"l.weight": int32(4, 7).view(torch.uint32)}, None, "7 words a row"),
            (WORDS, {"quantization": {"bits": 3}}, "8 words a row for 1 groups and codes of 3 bits"),
            (WORDS, {"quantization": {"bits": 64, "group_size": 4}}, "for 1 groups of 4 and codes"),
        ],
    )  # fmt: skip
    def test_shapes(self, tmp_path, tensors, config, why):
        with pytest.raises(UsageError, match=f"model.safetensors is damaged: .*{why}"):
            checkpoint(tmp_path, tensors, config)

    def test_a_zero_point_beyond_any_range(self, tmp_path):
        for zero in (torch.tensor([1 << 40]), torch.tensor([math.inf])):
            parts = {
                "l.weight": int8(4, 6),
                "l.weight_scale": torch.ones(4),
                "l.weight_zero_point": zero,
            }
            tensor = only(tmp_path, parts)
            with pytest.raises(UsageError, match="'l.weight_scale' is out of any range"):
                tensor.read(0, 1)

    @pytest.mark.parametrize("text", [b"{", b"[]", b"\xff", b"[" * 100_000])
    def test_configuration(self, tmp_path, text):
        (tmp_path / "config.json").write_bytes(text)
        with pytest.raises(UsageError, match="config.json is damaged"):
            checkpoint(tmp_path, PACKED)

    def test_large_configuration(self, tmp_path):
        (tmp_path / "config.json").write_bytes(b" " * ((16 << 20) + 1))
        with pytest.raises(UsageError, match="config.json has more than"):
            checkpoint(tmp_path, PACKED)

    @pytest.mark.parametrize(
        "said",
        [
            {"config_groups": []},
            {"config_groups": {"g": 1}},
            {"config_groups": {"g": {"weights": []}}},
            {"config_groups": {"g": {"weights": {"num_bits": "4", "group_size": {}}}}},
            {"config_groups": {"g": {"weights": {"num_bits": 99, "group_size": -1}}}},
            {"config_groups": {"g": {"weights": {"num_bits": [4], "group_size": [4]}}}},
            {"bits": "4", "group_size": True, "checkpoint_format": ["gptq"], "version": {}},
            {"weight_block_size": {"a": 1}},
            {"weight_block_size": [0, "128", None]},
        ],
    )
    def test_settings_of_any_kind(self, tmp_path, said):
        """What a configuration says in a way that is not known is passed over."""
        fp8 = {"f.weight": weights(4, 4).to(torch.float8_e4m3fn), "f.weight_scale": torch.ones(4)}
        found = checkpoint(tmp_path, PACKED | fp8, {"quantization_config": said})
        assert [tensor.name for tensor in found.quantized] == ["f.weight", "l.weight_packed"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
    @given(data=st.data())
    def test_parts_of_any_shape(self, tmp_path, data):
        """Parts of any shapes and dtypes are read as levels, passed over or refused."""
        kinds = data.draw(st.sampled_from(KINDS))
        tensors = {}
        for name, usual in kinds.items():
            shape = data.draw(st.lists(st.integers(0, 9), max_size=3) | st.just([8, 8]))
            dtype = data.draw(st.just(usual) | st.sampled_from(DTYPES))
            count = math.prod(shape) * dtype.itemsize
            content = bytearray(data.draw(st.binary(min_size=count, max_size=count)))
            flat = torch.frombuffer(content, dtype=dtype) if count else torch.empty(0, dtype=dtype)
            tensors[name] = flat.reshape(shape)
        refusal = ""
        try:
            found = checkpoint(tmp_path, tensors | {"plain": torch.ones(1)})
            for tensor in found.quantized:
                levels(tensor)
        except UsageError as error:
            refusal = str(error)
        assert not refusal or "model.safetensors is damaged: " in refusal
        if not refusal:
            parts = [part.name for tensor in found.quantized for part in tensor.parts]
            rest = {*found.plain, *found.unexplained, *found.others, *found.integers}
            assert {*parts, *rest} == {*tensors, "plain"}
