"""Tests for pyharness.formats.quantized.gguf."""

from __future__ import annotations

import doctest
import math
import struct
import sys

import gguf as library
import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType as Kind
from hypothesis import HealthCheck, example, given, settings, strategies as st

from pyharness.core.errors import UsageError
from pyharness.formats.quantized import gguf
from pyharness.formats.quantized.gguf import read_gguf

SIMPLE = ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"]
"""What the package can quantize to."""
HALVES = {
    **dict.fromkeys(["Q8_0", "Q4_0", "Q5_0"], (0,)),
    **dict.fromkeys(["Q4_1", "Q5_1", "Q4_K", "Q5_K"], (0, 2)),
    "Q2_K": (80, 82),
    "Q3_K": (108,),
    "Q6_K": (208,),
}
"""Where in a block its float16 numbers are, of each type that is read."""
GROUPS = {"Q2_K": 16, "Q3_K": 16, "Q6_K": 16}
"""How many elements share a scale, where it is not 32."""
START = b"GGUF" + struct.pack("<I", 3)


def written(path, architecture="llama", metadata=(), **tensors):
    """Write tensors, each an array, or a type and rows of its bytes."""
    writer = library.GGUFWriter(path, architecture)
    for key, value in dict(metadata).items():
        writer.add_string(key, value)
    for name, tensor in tensors.items():
        kind, array = tensor if isinstance(tensor, tuple) else (None, tensor)
        writer.add_tensor(
            name.replace("__", "."), array, raw_dtype=None if kind is None else Kind[kind]
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def blocks(kind, rows, columns, seed=0):
    """Random rows of a type's blocks, whose float16 numbers are of usual sizes."""
    random = np.random.default_rng(seed)
    block, width = library.GGML_QUANT_SIZES[Kind[kind]]
    data = random.integers(0, 256, (rows * columns // block, width), np.uint8)
    for place in HALVES[kind]:
        factors = random.normal(size=len(data)).astype(np.float16)
        data[:, place : place + 2] = factors[:, None].view(np.uint8)
    return data.reshape(rows, -1)


def levels(codes):
    """What codes stand for, float64 [rows, elements]."""
    scaled = codes.scale[..., None] * (codes.codes - codes.zero_point[..., None])
    return (scaled + codes.offset[..., None]).flatten(1)


def text(value):
    """A string as a file has it."""
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, kind, value=b""):
    """A piece of metadata."""
    return text(key) + struct.pack("<I", kind) + value


def described(name="w", dimensions=(32,), kind=Kind.Q8_0, place=0):
    """What a header says of a tensor."""
    sizes = struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
    return text(name) + sizes + struct.pack("<IQ", kind, place)


def raw(path, *tensors, entries=(), start=START, counts=None, data=b""):
    """Write a file of these parts of a header, and these data."""
    counts = counts or (len(tensors), len(entries))
    header = start + struct.pack("<QQ", *counts) + b"".join((*entries, *tensors))
    path.write_bytes(header + bytes(-len(header) % 32) + data)
    return path


def test_worked_examples():
    """Those of the docstrings."""
    found = doctest.testmod(gguf)
    assert found.attempted >= 2 and not found.failed


class TestLevels:
    @pytest.mark.parametrize("kind", HALVES)
    def test_are_the_packages(self, tmp_path, kind):
        """Codes, scales and offsets give the very floats that the package gives, and the codes are
        in their range.
        """
        data = blocks(kind, 5, 768)
        (found,) = read_gguf(written(tmp_path / "m.gguf", w=(kind, data))).quantized
        codes = found.read(0, 5)
        expected = library.quants.dequantize(data, Kind[kind])
        assert levels(codes).float().equal(torch.from_numpy(expected))
        assert (found.rows, found.groups, found.size) == tuple(codes.codes.shape)
        assert found.size == GROUPS.get(kind, 32)
        assert int(codes.codes.min()) >= (-128 if kind == "Q8_0" else found.low)
        assert int(codes.codes.max()) == found.high
        assert codes.codes.dtype == torch.int16
        assert {codes.scale.dtype, codes.offset.dtype} == {torch.float64}
        assert codes.zero_point.dtype == torch.int64

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(
        kind=st.sampled_from(list(HALVES)),
        rows=st.integers(1, 6),
        columns=st.integers(1, 3),
        data=st.data(),
    )
    def test_of_some_rows(self, tmp_path, kind, rows, columns, data):
        """Rows that are read a few at a time, or none, are those of the whole tensor, whatever its
        bytes.
        """
        block, width = library.GGML_QUANT_SIZES[Kind[kind]]
        size = rows * columns * width
        content = data.draw(st.binary(min_size=size, max_size=size))
        array = np.frombuffer(content, np.uint8).reshape(rows, -1)
        (found,) = read_gguf(written(tmp_path / "m.gguf", w=(kind, array))).quantized
        assert found.shape == (rows, columns * block)
        cuts = [*sorted(data.draw(st.sets(st.integers(0, rows)))), rows, rows]
        pieces = [
            found.read(start, stop) for start, stop in zip([0, *cuts[:-1]], cuts, strict=True)
        ]
        for field, whole in found.read(0, rows)._asdict().items():
            parts = [getattr(piece, field) for piece in pieces]
            if len(whole) == rows > 1 or field == "codes":
                np.testing.assert_array_equal(torch.cat(parts), whole)
            else:
                np.testing.assert_array_equal(parts[0], whole[: len(parts[0])])

    def test_are_as_stored(self, tmp_path):
        """A scale that is NaN, infinite, negative or 0 comes as it is, and the code −128 too."""
        scales = np.array([math.nan, math.inf, -2.0, 0.0], np.float16)
        data = np.full((4, 34), 0x80, np.uint8)
        data[:, :2] = scales[:, None].view(np.uint8)
        (found,) = read_gguf(written(tmp_path / "m.gguf", w=("Q8_0", data))).quantized
        codes = found.read(0, 4)
        np.testing.assert_array_equal(codes.scale[:, 0], scales.astype(np.float64))
        assert codes.codes.unique().tolist() == [-128] and found.low == -127

    def test_change_is_noticed(self, tmp_path):
        """A file that was changed since is not read."""
        path = written(tmp_path / "m.gguf", w=("Q8_0", blocks("Q8_0", 2, 32)))
        (found,) = read_gguf(path).quantized
        with path.open("ab") as file:
            file.write(b"\0")
        with pytest.raises(UsageError, match="was changed"):
            found.read(0, 1)


class TestBounds:
    def check(self, path, kind, originals):
        """Check that the package's quantization keeps to the bound that is declared, where no scale
        is below the normal numbers of float16.

        Returns:
            The greatest error within the levels, and how far beyond them the originals go, in
            steps.
        """
        data = library.quants.quantize(originals, Kind[kind])
        (found,) = read_gguf(written(path, w=(kind, data))).quantized
        codes, bound = found.read(0, found.rows), found.bound
        q, z = codes.codes, int(codes.zero_point)
        scale, offset = codes.scale[..., None], codes.offset[..., None]
        normal = (scale.abs() >= 2**-14).expand_as(q)
        original = torch.from_numpy(originals).double().reshape(q.shape)
        position = (original - offset) / scale + z
        reach = max(abs(found.low - z), abs(found.high - z))
        # Below its normal numbers, float16 rounds to multiples of 2^−24.
        of_offset = (offset.abs() * bound.offset_error).clamp(min=2**-25 * (bound.offset_error > 0))
        slack = reach * bound.scale_error + of_offset / scale.abs() + 2**-20
        below, above = position < found.low, position > found.high
        within = normal & ~below & ~above
        error = (position - q).abs()
        assert not bool((within & (error > 0.5 + slack)).any())
        beyond = torch.maximum(found.low - position, position - found.high)
        assert not bool((normal & (beyond > bound.overhang + slack)).any())
        assert not bool((normal & below & (q - found.low > 0.5 + slack)).any())
        assert not bool((normal & above & (found.high - q > 0.5 + slack)).any())
        reached = (q == found.low) | (q == found.high)
        assert found.reaches_ends and bool((reached.any(2) | ~normal[..., 0]).all())
        return float(error.where(within, 0).max()), float(beyond.where(normal, 0).max())

    @pytest.mark.parametrize("kind", SIMPLE)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(
        values=st.lists(
            st.floats(-1000, 1000, width=32)
            | st.sampled_from([1.0, -1.0, 7.5, -8.0, 126.5, -127.0, 0.0]),
            min_size=32,
            max_size=32,
        )
    )
    @example(values=[0.0] * 31 + [1.0])
    @example(values=[float(value) for value in range(-15, 17)])
    def test_holds_for_any_block(self, tmp_path, kind, values):
        """Whatever the weights."""
        self.check(tmp_path / "m.gguf", kind, np.array([values], np.float32))

    @pytest.mark.parametrize("kind", SIMPLE)
    @pytest.mark.parametrize("offset", [0.0, 0.7, -300.0])
    def test_holds_for_many(self, tmp_path, kind, offset):
        """For normal weights, with their mean far from 0 too."""
        random = np.random.default_rng(1)
        originals = (random.normal(size=(200, 1024)) * 0.05 + offset).astype(np.float32)
        self.check(tmp_path / "m.gguf", kind, originals)

    def test_is_no_wider_than_need_be(self, tmp_path):
        """Errors come near to it: with half a step alone, right files would be refused."""
        random = np.random.default_rng(2)
        originals = (random.normal(size=(200, 1024)) * 0.05).astype(np.float32)
        error, _ = self.check(tmp_path / "m.gguf", "Q8_0", originals)
        assert error > 0.54
        _, beyond = self.check(tmp_path / "n.gguf", "Q4_0", originals)
        assert beyond > 0.99

    def test_of_each_type(self, tmp_path):
        """Blocks with a float16 scale allow for its rounding; K-quants do not."""
        tensors = {kind: (kind, blocks(kind, 1, 256)) for kind in HALVES}
        found = {
            each.name: each for each in read_gguf(written(tmp_path / "m.gguf", **tensors)).quantized
        }
        for kind in HALVES:
            bound = found[kind].bound
            assert (bound.kind == "nearest") == bound.searched == kind.endswith("K")
            assert (found[kind].bound.offset_error > 0) == kind.endswith("1")

    def test_with_an_importance_matrix(self, tmp_path):
        """Where codes are searched for and scales fitted to them, nothing is claimed."""
        tensors = {kind: (kind, blocks(kind, 1, 256)) for kind in HALVES}
        path = written(tmp_path / "m.gguf", "", {"quantize.imatrix.file": "f"}, **tensors)
        for found in read_gguf(path).quantized:
            fitted = found.name[:3] in ("Q4_", "Q5_") and not found.name.endswith("K")
            assert (found.bound.kind == "moved") == fitted
            assert found.reaches_ends == (found.name == "Q8_0")


class TestContents:
    def test_plain_tensors(self, tmp_path):
        """Floats of every width are where the package finds them, in the order of rows."""
        random = np.random.default_rng(3)
        arrays = {
            "a": random.normal(size=(2, 3, 4)),
            "b": random.normal(size=(5,)).astype(np.float32),
            "c": random.normal(size=(3, 1)).astype(np.float16),
        }
        bits = random.integers(0, 256, (2, 6), np.uint8)
        path = written(tmp_path / "m.gguf", **arrays, d=("BF16", bits))
        found = read_gguf(path)
        assert found.quantized == () and found.files == (path,)
        for name, array in arrays.items():
            assert found.plain[name].read().equal(torch.from_numpy(array))
        read = found.plain["d"].read()
        assert read.dtype == torch.bfloat16
        np.testing.assert_array_equal(read.view(torch.uint8), bits)
        places = {each.name: each.data_offset for each in library.GGUFReader(path).tensors}
        assert {name: each.place for name, each in found.plain.items()} == places

    def test_shapes(self, tmp_path):
        """Rows are all dimensions but the last; the bits are those of the blocks."""
        data = blocks("Q4_K", 6, 512).reshape(2, 3, -1)
        found = read_gguf(
            written(tmp_path / "m.gguf", w=("Q4_K", data), v=("Q8_0", data[0, 0, :34]))
        )
        w, v = found.quantized
        assert (w.shape, w.rows, w.groups, w.size) == ((2, 3, 512), 6, 16, 32)
        assert (v.shape, v.rows, v.groups, v.size) == ((32,), 1, 1, 32)
        assert (w.bits, v.bits) == (4.5, 8.5)
        assert (w.format, w.granularity) == ("GGUF Q4_K", "group of 32")
        part = w.parts[0]
        assert (part.shape, part.dtype) == ((6, 288), torch.uint8)
        np.testing.assert_array_equal(part.read(), data.reshape(6, -1))

    def test_what_is_not_read(self, tmp_path):
        """Of every other tensor it is said why."""
        data = np.zeros((1, 136), np.uint8)
        path = written(
            tmp_path / "m.gguf",
            codes=np.zeros(3, np.int8),
            table=np.zeros(3, np.int32),
            other=("IQ4_XS", data),
        )
        found = read_gguf(path)
        assert "holds no scales" in found.unexplained["codes"]
        assert "integers that are no codes" in found.integers["table"]
        assert "quantize it to one of Q8_0, " in found.others["other"]
        path = raw(
            tmp_path / "n.gguf", described("new", kind=99), described("empty", (0,), Kind.F32)
        )
        found = read_gguf(path)
        assert (
            "install a newer one" in found.others["new"] and "is empty" in found.integers["empty"]
        )
        assert not found.quantized and not found.plain

    def test_no_tensors(self, tmp_path):
        """A file may have none, as one that holds a vocabulary."""
        path = raw(
            tmp_path / "m.gguf", entries=[entry("k", 9, struct.pack("<IQ", 8, 1) + text("a"))]
        )
        assert not read_gguf(path).quantized

    @pytest.mark.parametrize("alignment", [1, 64])
    def test_alignment(self, tmp_path, alignment):
        """The data begin where the file's own alignment says."""
        writer = library.GGUFWriter(tmp_path / "m.gguf", "llama")
        writer.add_custom_alignment(alignment)
        values = np.arange(4, dtype=np.float32)
        writer.add_tensor("v", values)
        writer.add_tensor("w", blocks("Q8_0", 2, 32), raw_dtype=Kind.Q8_0)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        found = read_gguf(tmp_path / "m.gguf")
        np.testing.assert_array_equal(found.plain["v"].read(), values)
        np.testing.assert_array_equal(found.quantized[0].parts[0].read(), blocks("Q8_0", 2, 32))


class TestNames:
    def names(self, path, name, architecture):
        data = ("Q8_0", blocks("Q8_0", 1, 32))
        return read_gguf(written(path, architecture, **{name: data})).quantized[0].names

    @pytest.mark.parametrize(
        ("name", "other"),
        [
            ("blk.12.attn_q.weight", "model.layers.12.self_attn.q_proj.weight"),
            ("blk.0.ffn_down.weight", "model.layers.0.mlp.down_proj.weight"),
            ("blk.3.attn_k.bias", "model.layers.3.self_attn.k_proj.bias"),
            ("token_embd.weight", "model.embed_tokens.weight"),
            ("output.weight", "lm_head.weight"),
        ],
    )
    def test_of_llama(self, tmp_path, name, other):
        """The name in the file comes first, then those that are converted to it."""
        names = self.names(tmp_path / "m.gguf", name, "llama")
        assert names[0] == name and other in names and len(set(names)) == len(names)
        known = library.get_tensor_name_map(library.MODEL_ARCH.LLAMA, 13)
        assert all(known.get_name(each, (".weight", ".bias")) == name for each in names)

    @pytest.mark.parametrize(
        ("name", "architecture"),
        [("blk.0.attn_q.weight", "unheard-of"), ("w", "llama"), ("blk.0.7", "llama")],
    )
    def test_that_are_not_known(self, tmp_path, name, architecture):
        """Without others, the own name is the only one."""
        assert self.names(tmp_path / "m.gguf", name, architecture) == (name,)

    def test_block_numbers_cost_nothing(self, tmp_path):
        """A block may have any number."""
        names = self.names(tmp_path / "m.gguf", "blk.99999999999.attn_v.weight", "llama")
        assert "model.layers.99999999999.self_attn.v_proj.weight" in names


@pytest.fixture
def good(tmp_path):
    """A good file that ends where its last tensor does."""
    return written(
        tmp_path / "good.gguf",
        metadata={"general.name": "ß"},
        v=np.arange(8, dtype=np.float32),
        w=("Q4_K", blocks("Q4_K", 2, 256)),
        x=("Q8_0", blocks("Q8_0", 16, 32)),
    )


class TestDamage:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(cut=st.floats(0, 1, exclude_max=True))
    def test_truncated(self, good, cut):
        """A file cut anywhere is a usage error that names it."""
        data = good.read_bytes()
        path = good.with_name("cut.gguf")
        path.write_bytes(data[: int(cut * len(data))])
        with pytest.raises(UsageError, match="cut"):
            read_gguf(path)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
    @given(position=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
    def test_corrupted(self, good, position, byte):
        """A file with one byte changed is read or refused with a usage error, nothing else."""
        data = bytearray(good.read_bytes())
        # Most of the file are data, of which any are right.
        data[int(position * min(len(data), 400))] = byte
        path = good.with_name("corrupt.gguf")
        path.write_bytes(data)
        refusal = ""
        try:
            found = read_gguf(path)
            for tensor in found.quantized:
                assert tensor.read(0, tensor.rows).codes.shape[0] == tensor.rows
            for plain in found.plain.values():
                plain.read()
        except UsageError as error:
            refusal = str(error)
        assert not refusal or "corrupt" in refusal

    @pytest.mark.parametrize(
        ("start", "why"),
        [
            (b"GGML" + struct.pack("<I", 3), "is no GGUF file"),
            (b"GGUF" + struct.pack("<I", 1), "has version 1 of GGUF"),
            (b"GGUF" + struct.pack("<I", 4), "has version 4 of GGUF"),
            (b"GGUF" + struct.pack("<I", 0), "has version 0 of GGUF"),
            (b"GGUF" + struct.pack(">I", 3), "is big-endian.*gguf-convert-endian"),
        ],
    )
    def test_other_formats(self, tmp_path, start, why):
        """Other formats, versions and byte orders are refused."""
        with pytest.raises(UsageError, match=why):
            read_gguf(raw(tmp_path / "m.gguf", start=start))

    @pytest.mark.parametrize(
        ("entries", "why"),
        [
            ([entry("k", 4, bytes(4)), entry("k", 0, b"1")], "names 'k' twice"),
            ([entry("k", 13)], "unknown type 13"),
            ([entry("k", 9, struct.pack("<IQ", 9, 1))], "unknown type 9"),
            ([entry("k", 9, struct.pack("<IQ", 4, 1 << 60))], "needs 4,611,686,018,427,387,904"),
            ([entry("k", 9, struct.pack("<IQ", 0, (1 << 64) - 1))], "needs 18,446,744,073,709,551"),
            ([entry("k", 9, struct.pack("<IQ", 8, (1 << 64) - 1))], "its header needs"),
            ([entry("k", 8, struct.pack("<Q", (1 << 64) - 1))], "needs 18,446,744,073,709,551,615"),
            ([struct.pack("<Q", 1 << 63)], "said to have 9,223,372,036,854,775,808 bytes"),
            ([entry(b"\xff", 0, b"1")], "is not UTF-8"),
            ([entry("general.alignment", 4, bytes(4))], "alignment is 0"),
            ([entry("general.alignment", 4, struct.pack("<I", 24))], "alignment is 24"),
            ([entry("general.alignment", 8, text("32"))], "has type 8 instead of 4"),
            ([entry("general.architecture", 4, bytes(4))], "has type 4 instead of 8"),
        ],
    )
    def test_metadata(self, tmp_path, entries, why):
        """Metadata that cannot be are refused at once, however much they claim to hold."""
        with pytest.raises(UsageError, match=rf"m.gguf is damaged: .*{why}"):
            read_gguf(raw(tmp_path / "m.gguf", entries=entries))

    @pytest.mark.parametrize(
        ("tensors", "why"),
        [
            ([described(), described(place=64)], "names 'w' twice"),
            ([described(b"\xff")], "is not UTF-8"),
            ([described(dimensions=(32, 1, 1, 1, 1))], "has 5 dimensions"),
            ([text("w") + struct.pack("<I", 1 << 31)], "has 2,147,483,648 dimensions"),
            ([described(dimensions=(1 << 63,))], "a dimension that is no size"),
            ([described(dimensions=(1 << 32, 1 << 32))], "more elements than can be counted"),
            ([described(dimensions=(1 << 32,))], "needs 4,563,402,752 bytes from byte 64"),
            (
                [described(dimensions=(48,))],
                r"shape \(48,\) has rows that are no whole blocks of 32",
            ),
            ([described(dimensions=(1, 32))], r"shape \(32, 1\) has rows that are no whole blocks"),
            ([described(dimensions=())], r"shape \(\) has rows that are no whole blocks"),
            ([described(place=8)], "byte 8 of the data, which is no multiple of 32"),
            ([described(place=128)], "needs 34 bytes from byte 192, and the file has 164"),
            ([described(place=1 << 63)], "needs 34 bytes from byte 9,223,372,036,854,775,872"),
            ([described(kind=99, place=1 << 40)], "needs 0 bytes from byte"),
            ([described(place=32), described("v")], "'w' begins within tensor 'v'"),
            ([described(), described("v", (1,), Kind.F32)], "'w' begins within tensor 'v'"),
        ],
    )
    def test_tensors(self, tmp_path, tensors, why):
        """Tensors that cannot be as they are described are refused."""
        path = raw(tmp_path / "m.gguf", *tensors, data=bytes(100))
        with pytest.raises(UsageError, match=f"m.gguf is damaged: .*{why}"):
            read_gguf(path)

    @pytest.mark.parametrize("counts", [(1 << 63, 0), (0, (1 << 64) - 1), (1, 0)])
    def test_counts(self, tmp_path, counts):
        """Fewer tensors and metadata than were announced."""
        with pytest.raises(UsageError, match="m.gguf is damaged: its header needs [48] bytes"):
            read_gguf(raw(tmp_path / "m.gguf", counts=counts))

    def test_long_header(self, tmp_path, monkeypatch):
        """A header that is too long is refused before it is gone through."""
        path = raw(tmp_path / "m.gguf", entries=[entry("k", 8, text("a" * 500))])
        read_gguf(path)
        monkeypatch.setattr(gguf, "_HEADER_LIMIT", 400)
        with pytest.raises(UsageError, match="its header has more than 400 bytes"):
            read_gguf(path)

    def test_no_file(self, tmp_path):
        """A file that is not there, or is none."""
        for path in (tmp_path / "absent.gguf", tmp_path):
            with pytest.raises(UsageError, match="cannot read"):
                read_gguf(path)

    def test_without_the_package(self, good, monkeypatch):
        """It is said what to install."""
        monkeypatch.setitem(sys.modules, "gguf", None)
        with pytest.raises(UsageError, match=r"need the package gguf; .*\[gguf\]"):
            read_gguf(good)
