"""Tests for pyharness.formats.sources."""

from __future__ import annotations

import io
import json
import math
import os
import struct
import zipfile

import numpy as np
import onnx
import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st
from safetensors.torch import save_file

from pyharness.core.errors import UsageError
from pyharness.formats import sources
from pyharness.formats.affine import TensorError
from pyharness.formats.sources import catalogue, read_tensors
from pyharness.formats.stored import DTYPES

SIX = np.arange(6, dtype=np.float32)

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


def onnx_model(path, *initializers, **options):
    """Write an ONNX model with these initializers."""
    graph = onnx.helper.make_graph([], "g", [], [], list(initializers))
    onnx.save(onnx.helper.make_model(graph), path, **options)
    return path


def onnx_external(folder, array=SIX, **changes):
    """Write an ONNX model whose one initializer lies in a file beside it, with changes to where it
    is said to lie.
    """
    tensor = onnx.numpy_helper.from_array(array, "w")
    path = onnx_model(
        folder / "m.onnx", tensor, save_as_external_data=True, location="m.data", size_threshold=0
    )
    model = onnx.load(path, load_external_data=False)
    entries = {entry.key: entry for entry in model.graph.initializer[0].external_data}
    for key, value in changes.items():
        entries[key].value = value
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture(params=["safetensors", "npz", "onnx"])
def good(request, tmp_path):
    """A good file of each format."""
    path = tmp_path / f"good.{request.param}"
    if request.param == "npz":
        np.savez(path, **{name: tensor.numpy() for name, tensor in TENSORS.items()})
    elif request.param == "onnx":
        onnx_model(
            path,
            *(
                onnx.numpy_helper.from_array(tensor.numpy(), name)
                for name, tensor in TENSORS.items()
            ),
        )
    else:
        save_file(TENSORS, path)
    return path


class TestEveryFormat:
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
        refusal = ""
        try:
            read_tensors(path)
        except UsageError as error:
            refusal = str(error)
        assert not refusal or "corrupt" in refusal

    @pytest.mark.parametrize("suffix", ["safetensors", "npz"])
    @pytest.mark.parametrize(
        ("array", "why"),
        [
            (np.zeros((0, 2), np.float32), r"'w' is empty: its shape is \(0, 2\)"),
            (
                np.array([1.0, math.nan, math.inf], np.float32),
                r"'w' has 2 NaN or infinite of 3 values, .* \(1,\)",
            ),
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
        """A header that is longer than the file, or is not JSON, is refused before anything is
        allocated.
        """
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
            read_tensors(
                safetensors(tmp_path / "a.safetensors", b"{" + entry + b"," + entry + b"}", b"\0")
            )

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
            (
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", b"\0" * 8),
                "needs 12 bytes, it has 8",
            ),
            (
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", b"\0" * 8),
                "needs 4 bytes, it has 8",
            ),
            (
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (10**15,)}", b"\0" * 8),
                "is damaged",
            ),
            (
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}"),
                "needs 4000000000000 bytes",
            ),
            (
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -2)}", b"\0" * 8),
                "is damaged",
            ),
            (
                npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\0" * 8),
                "'w' has dtype object",
            ),
            (npy("__import__('os').abort()"), "is damaged"),
        ],
    )
    def test_lying_member(self, tmp_path, content, why):
        """A member whose header does not fit its bytes, or that would run code, is refused before
        it is allocated.
        """
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
        np.savez(
            tmp_path / "a.npz",
            big=np.arange(3, dtype=">f4"),
            columns=columns,
            scalar=np.float32(2.5),
        )
        tensors = read_tensors(tmp_path / "a.npz")
        assert {name: tensor.tolist() for name, tensor in tensors.items()} == {
            "big": [0.0, 1.0, 2.0],
            "columns": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
            "scalar": 2.5,
        }


class TestChunks:
    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_any_chunks_make_up_the_tensor(self, tmp_path_factory, data):
        """Chunks of any size, of every dtype and format, packed or not, hold the elements in
        row-major order.
        """
        dtype = data.draw(st.sampled_from(list(DTYPES.values())))
        shape = data.draw(st.lists(st.integers(1, 6), max_size=3).map(tuple))
        tensor = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
        folder = tmp_path_factory.mktemp("chunks")
        kind = data.draw(
            st.sampled_from(
                ["safetensors", "onnx"] + ["npz", "packed npz"] * (dtype != torch.bfloat16)
            )
        )
        path = folder / f"t.{kind.split()[-1]}"
        if kind == "safetensors":
            save_file({"pad": torch.zeros(3, dtype=torch.uint8), "w": tensor}, path)
        elif kind == "onnx":
            content = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
            raw = onnx.helper.make_tensor("w", onnx_type(dtype), shape, content, raw=True)
            onnx_model(path, raw)
        else:
            (np.savez_compressed if kind == "packed npz" else np.savez)(path, w=tensor.numpy())
        stored = catalogue([path]).tensors["w"]
        chunks = [chunk.clone() for chunk in stored.chunks(data.draw(st.integers(1, 40)))]
        assert (
            torch.cat(chunks).equal(tensor.flatten())
            and stored.nbytes == tensor.numel() * tensor.itemsize
        )
        assert stored.read().equal(tensor)

    def test_a_file_that_changes_is_refused(self, tmp_path):
        """A file that was written to since it was catalogued is not read."""
        save_file({"w": torch.ones(4)}, tmp_path / "t.safetensors")
        stored = catalogue([tmp_path / "t.safetensors"]).tensors["w"]
        save_file({"w": torch.ones(5)}, tmp_path / "t.safetensors")
        with pytest.raises(UsageError, match="was changed while"):
            next(stored.chunks(4))

    def test_packed_data_that_do_not_match_their_checksum(self, tmp_path):
        """A packed member whose bytes were changed is damaged, by the archive's own checksum."""
        np.savez(tmp_path / "t.npz", w=np.arange(1000.0))
        data = bytearray((tmp_path / "t.npz").read_bytes())
        data[4000] ^= 1
        (tmp_path / "t.npz").write_bytes(data)
        stored = catalogue([tmp_path / "t.npz"]).tensors["w"]
        with pytest.raises(UsageError, match="is damaged: tensor 'w'.*CRC"):
            list(stored.chunks(100))

    def test_large_columns_are_refused(self, tmp_path, monkeypatch):
        """An array in column-major order that would have to be read whole is refused before that; a
        small one is read.
        """
        np.savez(tmp_path / "t.npz", w=np.asfortranarray(np.eye(2, 3)))
        assert list(catalogue([tmp_path / "t.npz"]).tensors) == ["w"]
        monkeypatch.setattr(sources, "_COLUMN_LIMIT", 47)
        with pytest.raises(UsageError, match="ascontiguousarray"):
            catalogue([tmp_path / "t.npz"])


def onnx_type(dtype):
    """The ONNX type that is called as a dtype."""
    name = str(dtype).removeprefix("torch.").upper()
    return getattr(onnx.TensorProto, {"FLOAT32": "FLOAT", "FLOAT64": "DOUBLE"}.get(name, name))


class TestOnnx:
    @pytest.mark.parametrize("dtype", [*DTYPES.values()], ids=str)
    def test_typed_data(self, tmp_path, dtype):
        """Elements in a field of their type, not as raw data, are read as well."""
        numbers = [0, 1, 2, 100]
        stored = onnx.helper.make_tensor("w", onnx_type(dtype), [2, 2], numbers)
        assert not stored.HasField("raw_data")
        assert read_tensors(onnx_model(tmp_path / "m.onnx", stored))["w"].equal(
            torch.tensor(numbers).reshape(2, 2).to(dtype)
        )

    def test_external_data(self, tmp_path):
        """Elements in a file beside the model are read from there."""
        assert read_tensors(onnx_external(tmp_path))["w"].tolist() == [0, 1, 2, 3, 4, 5]

    @pytest.mark.parametrize(
        "location", ["../m.data", "/etc/passwd", "a/../../m.data", "", "..", "C:\\m.data"]
    )
    def test_a_path_that_leaves_the_folder(self, tmp_path, location):
        """A path to anywhere but inside the model's folder is refused."""
        with pytest.raises(UsageError, match="not a path inside the model's folder"):
            read_tensors(onnx_external(tmp_path, location=location))

    def test_links_are_not_followed(self, tmp_path):
        """A file, or a folder on the way, that is a link is refused."""
        path = onnx_external(tmp_path)
        (tmp_path / "m.data").rename(tmp_path / "elsewhere")
        (tmp_path / "m.data").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="symbolic link"):
            read_tensors(path)

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"offset": "8"}, "needs 24 bytes; it is said to have 24 from byte 8"),
            ({"offset": "-1"}, "from byte -1"),
            ({"length": "20"}, "said to have 20"),
            ({"offset": "x"}, "invalid literal"),
            ({"location": "none"}, "cannot read .*none"),
        ],
    )
    def test_lying_external_data(self, tmp_path, changes, why):
        """An offset or length that does not fit the shape and the file, or a file that is not
        there, is refused.
        """
        with pytest.raises(UsageError, match=why):
            read_tensors(onnx_external(tmp_path, **changes))

    def test_lying_raw_data(self, tmp_path):
        """A shape that does not fit the bytes is refused."""
        stored = onnx.numpy_helper.from_array(np.zeros(4, np.float32), "w")
        stored.dims[0] = 5
        with pytest.raises(UsageError, match="needs 20 bytes, it has 16"):
            read_tensors(onnx_model(tmp_path / "m.onnx", stored))

    def test_lying_typed_data(self, tmp_path):
        """A shape that does not fit the numbers is refused, however large it is."""
        stored = onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [4], [0.0] * 4)
        stored.dims[0] = 10**15
        with pytest.raises(UsageError, match="initializer 'w'"):
            read_tensors(onnx_model(tmp_path / "m.onnx", stored))

    def test_other_types_and_no_elements(self, tmp_path):
        """What is not read is said by name; what is not dense is refused."""
        path = onnx_model(
            tmp_path / "m.onnx",
            onnx.numpy_helper.from_array(np.array([True]), "b"),
            onnx.numpy_helper.from_array(np.zeros((2, 0)), "e"),
            onnx.numpy_helper.from_array(np.ones(1), "w"),
        )
        found = catalogue([path])
        assert list(found.tensors) == ["w"]
        assert (
            "has dtype bool" in found.others["b"]
            and found.others["e"] == "is empty: its shape is (2, 0)"
        )
        model = onnx.load(path)
        model.graph.sparse_initializer.add()
        path.write_bytes(model.SerializeToString())
        with pytest.raises(UsageError, match="sparse"):
            catalogue([path])

    @pytest.mark.parametrize(
        "content", [b"", b"\x3a\xff\xff\xff\xff\x0f", b"\x0b", b"\xff" * 20, b"not a model"]
    )
    def test_not_a_model(self, tmp_path, content):
        """Bytes that are no model are refused."""
        (tmp_path / "m.onnx").write_bytes(content)
        with pytest.raises(UsageError, match="damaged"):
            read_tensors(tmp_path / "m.onnx")


def shards(folder, **files):
    """Write shards, and the index that names them."""
    for name, tensors in files.items():
        save_file(
            {key: torch.full((2,), float(value)) for key, value in tensors.items()},
            folder / f"{name}.safetensors",
        )
    weight_map = {key: f"{name}.safetensors" for name, tensors in files.items() for key in tensors}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return index


def reindexed(index, change):
    """Change the map of an index."""
    content = json.loads(index.read_text())
    change(content["weight_map"])
    index.write_text(json.dumps(content))
    return index


class TestShards:
    def test_an_index_or_its_folder(self, tmp_path):
        """An index stands for its shards, and so does the folder it is in, whatever else is there;
        or the shards are named.
        """
        index = shards(tmp_path, s1={"a": 1, "b": 2}, s2={"c": 3})
        save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
        for paths in (
            [index],
            [tmp_path],
            [tmp_path / "s2.safetensors", tmp_path / "s1.safetensors"],
        ):
            found = catalogue(paths)
            assert {name: tensor.read()[0].item() for name, tensor in found.tensors.items()} == {
                "a": 1,
                "b": 2,
                "c": 3,
            }
            assert sorted(file.name for file in found.files) == ["s1.safetensors", "s2.safetensors"]

    def test_a_folder_without_an_index(self, tmp_path):
        """All files in a folder make up one model; a folder without any is refused."""
        with pytest.raises(UsageError, match="has no .safetensors, .npz or .onnx file"):
            catalogue([tmp_path])
        shards(tmp_path, s1={"a": 1}).unlink()
        np.savez(tmp_path / "t.npz", b=np.ones(1))
        assert list(catalogue([tmp_path]).tensors) == ["a", "b"]

    def test_links_to_shards(self, tmp_path):
        """Shards that are links, as downloads are kept, are read."""
        (tmp_path / "blobs").mkdir()
        index = shards(tmp_path, s1={"a": 1})
        (tmp_path / "s1.safetensors").rename(tmp_path / "blobs" / "x")
        (tmp_path / "s1.safetensors").symlink_to(tmp_path / "blobs" / "x")
        assert list(catalogue([index]).tensors) == ["a"]

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (
                lambda entries: entries.update(d="s3.safetensors"),
                "shards that are not beside it: s3.safetensors",
            ),
            (
                lambda entries: entries.update(d="s2.safetensors"),
                "says that s2.safetensors holds the tensor 'd', which it does not",
            ),
            (
                lambda entries: entries.update(a="s2.safetensors"),
                "says that s2.safetensors holds the tensor 'a'",
            ),
            (
                lambda entries: entries.pop("a"),
                "does not name the tensor 'a', which s1.safetensors holds",
            ),
            (
                lambda entries: entries.update(a="../s1.safetensors"),
                "not the name of a file beside it",
            ),
            (lambda entries: entries.update(a="/etc/passwd"), "not the name of a file beside it"),
            (lambda entries: entries.update(a=3), "not the name of a file beside it"),
            (lambda entries: entries.update(a="s1.pt"), "not a safetensors file"),
            (lambda entries: entries.clear(), "no 'weight_map'"),
        ],
    )
    def test_a_lying_index(self, tmp_path, change, why):
        """An index that names other shards or tensors than there are, or leads elsewhere, is
        refused.
        """
        index = reindexed(shards(tmp_path, s1={"a": 1, "b": 2}, s2={"c": 3}), change)
        with pytest.raises(UsageError, match=why):
            catalogue([index])

    @pytest.mark.parametrize(
        "text", ["", "[]", "{", '{"weight_map": []}', '{"weight_map": {"a": "s", "a": "s"}}']
    )
    def test_no_index(self, tmp_path, text):
        """What is no index is refused."""
        (tmp_path / "model.safetensors.index.json").write_text(text)
        with pytest.raises(UsageError, match="is damaged"):
            catalogue([tmp_path / "model.safetensors.index.json"])

    def test_two_indices(self, tmp_path):
        """Of two indices in a folder one has to be named."""
        index = shards(tmp_path, s1={"a": 1})
        (tmp_path / "b.safetensors.index.json").write_text(index.read_text())
        with pytest.raises(UsageError, match="more than one index"):
            catalogue([tmp_path])

    def test_a_name_in_two_files(self, tmp_path):
        """A tensor that two files hold is refused, and so is a file that is named twice."""
        shards(tmp_path, s1={"a": 1}, s2={"a": 2})
        with pytest.raises(
            UsageError, match="'a' is both in .*s1.safetensors and in .*s2.safetensors"
        ):
            catalogue([tmp_path / "s1.safetensors", tmp_path / "s2.safetensors"])
        with pytest.raises(UsageError, match="named twice"):
            catalogue(
                [tmp_path / "s1.safetensors", tmp_path / ".." / tmp_path.name / "s1.safetensors"]
            )

    def test_nothing_that_can_be_read(self, tmp_path):
        """Files with none but tensors of other dtypes are refused, with the dtypes."""
        save_file({"m": torch.tensor([True])}, tmp_path / "m.safetensors")
        with pytest.raises(TensorError, match="'m' has dtype bool"):
            catalogue([tmp_path / "m.safetensors"])


class TestStamp:
    def test_a_pipe_is_no_file(self, tmp_path):
        """What is not a regular file is refused, not waited for."""
        os.mkfifo(tmp_path / "t.npz")
        with pytest.raises(UsageError, match="not a regular file"):
            read_tensors(tmp_path / "t.npz")


# ----------------------------------------------------------------------- more than one way to read
def number(value):
    """A number as protobuf encodes it."""
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def field(tag, kind, content):
    """A field of a message: of kind 2 with its length, else as it is."""
    return number(tag << 3 | kind) + (number(len(content)) if kind == 2 else b"") + content


def onnx_bytes(path, *fields):
    """Write an ONNX model whose one initializer, `w`, has these fields beside its name."""
    tensor = field(8, 2, b"w") + b"".join(fields)
    model = field(1, 0, b"\x08") + field(7, 2, field(5, 2, tensor))
    path.write_bytes(model + field(8, 2, field(2, 0, number(17))))
    return path


ONE, FLOAT, UINT8, INT8, INT16, INT32, INT64, FLOAT16 = (
    field(1, 0, number(1)),
    *(field(2, 0, number(kind)) for kind in (1, 2, 3, 5, 6, 7, 10)),
)


class TestOnnxElements:
    @pytest.mark.parametrize(
        ("kind", "content", "value"),
        [
            (INT8, field(5, 2, number(2**64 - 128)), -128),
            (INT8, field(5, 0, number(127)), 127),
            (UINT8, field(5, 2, number(255)), 255),
            (INT16, field(5, 0, number(2**64 - 2**15)), -(2**15)),
            (INT32, field(5, 0, number(2**64 - 2**31)), -(2**31)),
            (INT64, field(7, 2, number(2**63)), -(2**63)),
            (FLOAT16, field(5, 2, number(0x3C00)), 1.0),
            (FLOAT, field(4, 5, struct.pack("<f", 1.5)), 1.5),
            (FLOAT, field(9, 2, struct.pack("<f", 1.5)), 1.5),
        ],
    )
    def test_the_ends_of_the_range(self, tmp_path, kind, content, value):
        """The least and greatest integers are read, packed or one by one."""
        path = onnx_bytes(tmp_path / "m.onnx", ONE, kind, content)
        assert read_tensors(path)["w"].tolist() == [value]

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (INT8, 300),
            (INT8, 128),
            (INT8, 2**64 - 129),
            (UINT8, 256),
            (UINT8, 2**64 - 1),
            (INT16, 2**15),
            (INT32, 2**31),
            (INT32, 2**32 + 5),
            (FLOAT16, 2**16),
            (FLOAT16, 2**64 - 1),
        ],
    )
    def test_an_integer_out_of_range(self, tmp_path, kind, value):
        """It is refused with the tensor's name, and never reduced to the type's bits."""
        for encoded in (field(5, 2, number(value)), field(5, 0, number(value))):
            path = onnx_bytes(tmp_path / "m.onnx", ONE, kind, encoded)
            with pytest.raises(UsageError, match="'w' of .* has the element .* type goes from"):
                catalogue([path])

    @pytest.mark.parametrize(
        "fields",
        [
            (ONE, FLOAT, field(9, 2, b"\0" * 4), field(4, 2, b"\0" * 4)),
            (ONE, FLOAT, field(9, 2, b""), field(4, 2, b"\0" * 4)),
            (ONE, INT8, field(5, 2, b"\1"), field(7, 2, b"\1")),
            (ONE, INT8, field(9, 2, b"\1"), field(9, 2, b"\2")),
            (ONE, INT8, INT16, field(5, 2, b"\1")),
            (ONE, INT8, field(7, 2, b"\1")),
            (ONE, FLOAT, field(5, 2, b"\1")),
            (ONE, INT8, field(5, 5, b"\1\0\0\0")),
            (ONE, INT8, field(5, 2, b"\1\2")),
            (ONE, INT8),
            (ONE, INT64, field(7, 2, b"\xff" * 9 + b"\2")),
            (ONE, INT64, field(7, 2, b"\xff" * 11 + b"\1")),
            (ONE, INT64, field(7, 2, b"\xff")),
            (field(1, 0, number(0)), INT8, field(5, 2, b"\1")),
            (field(1, 0, number(2**64 - 1)), INT8, field(5, 2, b"\1")),
            (field(1, 0, b"\xff" * 9 + b"\2"), INT8, field(5, 2, b"\1")),
            (ONE, field(2, 0, number(2**32 + 3)), field(5, 2, b"\1")),
            (field(1, 2, number(2**62) * 4), INT8, field(5, 2, b"\1")),
            (field(1, 2, number(1) * 65), INT8, field(5, 2, b"\1")),
            (field(1, 2, number(2**62) * 10_000), INT8, field(5, 2, b"\1")),
            (ONE, INT8, field(5, 2, b"\1"), field(14, 0, b"\1")),
            (
                *(ONE, INT8, field(14, 0, b"\1")),
                *(field(13, 2, field(1, 2, b"location") + field(2, 2, at)) for at in (b"a", b"b")),
            ),
        ],
        ids=range(22),
    )
    def test_elements_that_can_be_read_in_two_ways(self, tmp_path, fields):
        """Elements twice, in the field of another type, too many or too few, or a number that does
        not fit its field.
        """
        with pytest.raises(UsageError, match="is damaged"):
            read_tensors(onnx_bytes(tmp_path / "m.onnx", *fields))


class TestWhatIsNoFile:
    @pytest.mark.parametrize("suffix", ["safetensors", "npz", "onnx", "safetensors.index.json"])
    def test_a_pipe(self, tmp_path, suffix):
        """A pipe or a device is refused, alone or in a folder, and nothing is waited for."""
        os.mkfifo(tmp_path / f"m.{suffix}")
        for path in (tmp_path / f"m.{suffix}", tmp_path):
            with pytest.raises(UsageError, match="cannot read|no .* file in it"):
                catalogue([path])

    def test_long_and_impossible_names(self, tmp_path):
        """A shard, or a file of elements, with a name that no file has."""
        index = tmp_path / "m.safetensors.index.json"
        for name in ("x" * 5000 + ".safetensors", "\ud800.safetensors"):
            index.write_text(json.dumps({"weight_map": {"w": name}}))
            with pytest.raises(UsageError, match="m.safetensors.index.json"):
                catalogue([index])
        for location in ("x" * 5000, "a/" * 3000):
            with pytest.raises(UsageError, match="cannot read|damaged"):
                catalogue([onnx_external(tmp_path, location=location)])


class TestShapes:
    @pytest.mark.parametrize(
        "shape", ["(True,)", "(1.0,)", "(2**70,)", f"({'1,' * 65})", f"({'2**62,' * 4})", "('a',)"]
    )
    def test_no_shape(self, tmp_path, shape):
        """Sizes that are no integers, too large, or too many, in a member of an npz file."""
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}"
        with pytest.raises(UsageError, match="is damaged"):
            read_tensors(npz(tmp_path / "a.npz", w=npy(header, b"\0" * 4)))

    @pytest.mark.parametrize(
        "entries",
        [
            [("a", "U8", [2], [0, 2]), ("b", "U8", [2], [1, 3])],
            [("a", "U8", [2], [0, 2]), ("b", "U8", [2], [0, 2])],
            [("a", "U8", [1], [0, 1]), ("b", "U8", [1], [2, 3])],
            [("a", "U8", [2**32, 2**32], [0, 3])],
            [("a", "U8", [2**63], [0, 3])],
            [("a", "U8", [True], [0, 1])],
            [("a", "U8", [3], [3, 0])],
            [("a", "F32", [3], [0, 3])],
            [("a", "U8", [3.0], [0, 3])],
        ],
        ids=range(9),
    )
    def test_lying_offsets(self, tmp_path, entries):
        """Safetensors that overlap, leave a hole, or have a shape that does not fit."""
        header = {
            name: {"dtype": dtype, "shape": shape, "data_offsets": offsets}
            for name, dtype, shape, offsets in entries
        }
        with pytest.raises(UsageError, match="is damaged"):
            catalogue([safetensors(tmp_path / "a.safetensors", header, b"\0" * 3)])


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None
)
@given(data=st.data())
def test_changed_in_several_places(good, data):
    """A file with some bytes changed, removed, repeated or put in is read or refused, nothing else;
    so is one of another format under its name.
    """
    content = bytearray(good.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        size = data.draw(st.integers(0, 12))
        put = data.draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from([b"\xff" * 9, b"\0" * 8, b"\x80" * 10, b"[[", b'"', b"1e999"]),
                st.just(bytes(content[at : at + 2 * size])),
            )
        )
        content[at : at + size] = put
    suffix = data.draw(st.sampled_from([good.suffix] * 8 + [".npz", ".onnx", ".safetensors"]))
    path = good.with_name(f"changed{suffix}")
    path.write_bytes(content)
    refusal = "changed"
    try:
        read_tensors(path)
    except UsageError as error:
        refusal = str(error)
    assert "changed" in refusal


def test_many_tensors(tmp_path):
    """300,000 tensors of a byte are all listed, in order, with their places."""
    entries = {
        f"t{place:06}": {"dtype": "U8", "shape": [1], "data_offsets": [place, place + 1]}
        for place in range(300_000)
    }
    found = catalogue([safetensors(tmp_path / "a.safetensors", entries, b"\1" * 300_000)])
    assert list(found.tensors) == list(entries)
    assert found.tensors["t299999"].read().tolist() == [1]
