"""Tests for pyharness.tensors.sources."""
from __future__ import annotations

import io
import json
import math
import struct
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from pyharness.errors import UsageError
from pyharness.tensors import sources
from pyharness.tensors.quantize import TensorError
from pyharness.tensors.sources import read_tensors

TENSORS = {
    "b": torch.tensor([[1.5, -2.0]]),
    "a": torch.tensor(7, dtype=torch.int8),
    "c": torch.arange(6, dtype=torch.float64).reshape(2, 3),
}


def safetensors(path, header, data=b""):
    """Write a safetensors file with this header, as JSON or as bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def npy(header, data=b""):
    """The bytes of a version 1 npy file with this header text."""
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def npz(path, **members):
    """Write an npz file with these bytes as members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


@pytest.fixture(params=["safetensors", "npz"])
def good(request, tmp_path):
    """A good file of either format."""
    path = tmp_path / f"good.{request.param}"
    if request.param == "npz":
        np.savez(path, **{name: tensor.numpy() for name, tensor in TENSORS.items()})
    else:
        save_file(TENSORS, path)
    return path


class TestBothFormats:
    def test_round_trip(self, good):
        """What was written is read, bit for bit, in alphabetical order of names."""
        tensors = read_tensors(good)
        assert list(tensors) == ["a", "b", "c"]
        for name, tensor in tensors.items():
            assert tensor.dtype == TENSORS[name].dtype and tensor.equal(TENSORS[name])

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(cut=st.floats(0, 1, exclude_max=True))
    def test_truncated(self, good, cut):
        """A file cut anywhere is a usage error that names it."""
        data = good.read_bytes()
        path = good.with_name(f"cut{good.suffix}")
        path.write_bytes(data[: int(cut * len(data))])
        with pytest.raises(UsageError, match="cut"):
            read_tensors(path)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
    @given(position=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
    def test_corrupted(self, good, position, byte):
        """A file with one byte changed is read or refused with a usage error, nothing else."""
        data = bytearray(good.read_bytes())
        data[int(position * len(data))] = byte
        path = good.with_name(f"corrupt{good.suffix}")
        path.write_bytes(data)
        try:
            read_tensors(path)
        except UsageError as error:
            assert "corrupt" in str(error)

    @pytest.mark.parametrize("suffix", ["safetensors", "npz"])
    @pytest.mark.parametrize(
        ("array", "why"),
        [
            (np.zeros((0, 2), np.float32), r"'w' is empty: its shape is \(0, 2\)"),
            (np.array([1.0, math.nan, math.inf], np.float32), r"'w' has 2 NaN or infinite of 3 values, .* \(1,\)"),
            (np.array([True]), "'w' has dtype bool"),
            (np.array([1j], np.complex64), "'w' has dtype complex64"),
        ],
    )
    def test_unusable_tensor(self, tmp_path, suffix, array, why):
        """Empty tensors, NaN, infinities and other dtypes are refused with the tensor's name."""
        path = tmp_path / f"t.{suffix}"
        if suffix == "npz":
            np.savez(path, w=array)
        else:
            save_file({"w": torch.from_numpy(array)}, path)
        with pytest.raises(TensorError, match=why):
            read_tensors(path)

    @pytest.mark.parametrize("suffix", ["safetensors", "npz"])
    def test_no_tensor(self, tmp_path, suffix):
        """A file without tensors is refused."""
        path = tmp_path / f"t.{suffix}"
        npz(path) if suffix == "npz" else safetensors(path, {})
        with pytest.raises(TensorError, match="holds no tensor"):
            read_tensors(path)


class TestPath:
    def test_missing(self, tmp_path):
        """A missing file is said to be missing."""
        with pytest.raises(UsageError, match="cannot read .*: No such file"):
            read_tensors(tmp_path / "a.npz")

    def test_folder(self, tmp_path):
        """A folder is not a file."""
        (tmp_path / "a.safetensors").mkdir()
        with pytest.raises(UsageError, match="cannot read"):
            read_tensors(tmp_path / "a.safetensors")

    def test_other_suffix(self, tmp_path):
        """Another format is refused by its name, pickles above all."""
        with pytest.raises(UsageError, match="ends in .safetensors, .npz or .onnx"):
            read_tensors(tmp_path / "model.pt")


class TestSafetensors:
    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"\xff" * 8, "header is said to have 18446744073709551615 bytes"),
            (struct.pack("<Q", 100) + b"{}", "header is said to have 100 bytes, the file has 10"),
            (struct.pack("<Q", 2) + b"[}", "damaged"),
            (struct.pack("<Q", 20000) + b"[" * 20000, "damaged"),
        ],
    )
    def test_lying_header_length(self, tmp_path, data, why):
        """A header that is longer than the file, or is not JSON, is refused before anything is allocated."""
        (tmp_path / "a.safetensors").write_bytes(data)
        with pytest.raises(UsageError, match=why):
            read_tensors(tmp_path / "a.safetensors")

    @pytest.mark.parametrize(
        "entry",
        [
            {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]},
            {"dtype": "F32", "shape": [2**62, 4], "data_offsets": [0, 8]},
            {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
            {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]},
            {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]},
            {"dtype": "F99", "shape": [2], "data_offsets": [0, 8]},
        ],
    )
    def test_lying_entry(self, tmp_path, entry):
        """A shape, dtype or offset that does not fit the data is refused."""
        with pytest.raises(UsageError, match="is damaged"):
            read_tensors(safetensors(tmp_path / "a.safetensors", {"w": entry}, b"\0" * 8))

    def test_duplicate_name(self, tmp_path):
        """A name given twice is refused: readers differ in which of the two they take."""
        entry = b'"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
        with pytest.raises(UsageError, match="names 'w' twice"):
            read_tensors(safetensors(tmp_path / "a.safetensors", b"{" + entry + b"," + entry + b"}", b"\0"))

    def test_unused_dtype(self, tmp_path):
        """A dtype that the format has but nothing here uses is refused by name."""
        entry = {"w": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [0, 2]}}
        with pytest.raises(TensorError, match="float8_e4m3fn"):
            read_tensors(safetensors(tmp_path / "a.safetensors", entry, b"\0\0"))


class TestNpz:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "is damaged"),
            (b"not an array", "is damaged"),
            (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", b"\0" * 8), "needs 12 bytes, it has 8"),
            (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", b"\0" * 8), "needs 4 bytes, it has 8"),
            (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (10**15,)}", b"\0" * 8), "is damaged"),
            (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}"), "needs 4000000000000 bytes"),
            (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -2)}", b"\0" * 8), "is damaged"),
            (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\0" * 8), "'w' has dtype object"),
            (npy("__import__('os').abort()"), "is damaged"),
        ],
    )
    def test_lying_member(self, tmp_path, content, why):
        """A member whose header does not fit its bytes, or that would run code, is refused before it is allocated."""
        with pytest.raises(UsageError, match=why):
            read_tensors(npz(tmp_path / "a.npz", w=content))

    def test_pickles_are_refused(self, tmp_path):
        """Objects, which numpy stores as pickles, are never loaded."""
        np.savez(tmp_path / "a.npz", w=np.array([{}], dtype=object))
        with pytest.raises(TensorError, match="'w' has dtype object"):
            read_tensors(tmp_path / "a.npz")

    def test_compressed_bomb(self, tmp_path, monkeypatch):
        """A file that would unpack to more than the limit is refused before it is unpacked."""
        np.savez_compressed(tmp_path / "a.npz", w=np.zeros(10**5, np.float32))
        monkeypatch.setattr(sources, "_SIZE_LIMIT", 10**5)
        with pytest.raises(UsageError, match="would unpack to 400000"):
            read_tensors(tmp_path / "a.npz")

    def test_duplicate_name(self, tmp_path):
        """A name given twice is refused."""
        buffer = io.BytesIO()
        np.save(buffer, np.ones(2))
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("w.npy", buffer.getvalue())
            archive.writestr("w", buffer.getvalue())
        with pytest.raises(UsageError, match="names 'w' twice"):
            read_tensors(tmp_path / "a.npz")

    def test_layouts(self, tmp_path):
        """Big-endian, column-major and zero-dimensional arrays are read at their values."""
        columns = np.asfortranarray(np.eye(2, 3))
        np.savez(tmp_path / "a.npz", big=np.arange(3, dtype=">f4"), columns=columns, scalar=np.float32(2.5))
        tensors = read_tensors(tmp_path / "a.npz")
        assert {name: tensor.tolist() for name, tensor in tensors.items()} == {
            "big": [0.0, 1.0, 2.0],
            "columns": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
            "scalar": 2.5,
        }
