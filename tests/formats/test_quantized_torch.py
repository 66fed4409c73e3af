"""Tests for pyharness.formats.quantized.torch_pt."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import zipfile

import pytest
import torch

from pyharness.core.errors import UsageError
from pyharness.formats.quantized import torch_pt
from pyharness.formats.quantized.torch_pt import read_torch

pytestmark = pytest.mark.filterwarnings("ignore")  # torch's own, of what it will remove.

WEIGHT = torch.tensor([[1.5, -2.0, 0.25], [-1.0, 3.0, 0.5]])

TORCHAO = '''
import torch


class Wrapper(torch.Tensor):
    """A tensor that has others as attributes, as torchao's do."""

    @staticmethod
    def __new__(cls, shape, **attributes):
        return torch.Tensor._make_wrapper_subclass(cls, shape, dtype=torch.float32)

    def __init__(self, shape, **attributes):
        self.__dict__ |= attributes

    @classmethod
    def __torch_dispatch__(cls, function, types, arguments=(), keywords=None):
        raise NotImplementedError(function)

    __torch_function__ = torch._C._disabled_torch_function_impl


class Int8Tensor(Wrapper):
    pass


class AffineQuantizedTensor(Wrapper):
    pass


class PlainAQTTensorImpl(Wrapper):
    pass


class LinearActivationQuantizedTensor(Wrapper):
    pass


class Domain:
    def __init__(self, name):
        self.name = name


class Later(Wrapper):
    """One that this version does not have accepted."""


torch.serialization.add_safe_globals(
    [Int8Tensor, AffineQuantizedTensor, PlainAQTTensorImpl, LinearActivationQuantizedTensor, Domain]
)
'''


@pytest.fixture
def save(tmp_path):
    """A function that saves a value and returns the file's path."""

    def write(value, **options):
        path = tmp_path / "m.pt"
        torch.save(value, path, **options)
        return path

    return write


@pytest.fixture
def torchao(tmp_path, monkeypatch):
    """A package like torchao, which has its classes accepted when it is imported."""
    folder = tmp_path / "packages" / "torchao"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "quantization.py").write_text(TORCHAO)
    accepted = torch.serialization.get_safe_globals()
    for name in [name for name in sys.modules if name.split(".")[0] == "torchao"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(folder.parent)
    import torchao.quantization as package

    yield package
    for name in ("torchao", "torchao.quantization"):
        sys.modules.pop(name, None)
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(accepted)


def levels(tensor, start=0, stop=None):
    """The levels of some rows."""
    found = tensor.read(start, tensor.rows if stop is None else stop)
    assert found.codes.shape[1:] == (tensor.groups, tensor.size)
    codes = found.codes - found.zero_point.unsqueeze(-1)
    return codes * found.scale.unsqueeze(-1) + found.offset.unsqueeze(-1)


def only(checkpoint):
    """The only quantized tensor."""
    (tensor,) = checkpoint.quantized
    return tensor


def repacked(path, change):
    """Write an archive anew: `change` has the new bytes of members, by the last part of a name."""
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: archive.read(member) for member in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, change.get(name.rpartition("/")[2], data))
    return path


# ------------------------------------------------------------------------------------------- floats
def test_floats_are_plain_and_lie_in_the_file(save):
    path = save({"w": WEIGHT, "p": torch.nn.Parameter(WEIGHT.half()), "s": torch.tensor(2.0)})
    found = read_torch(path)
    assert list(found.plain) == ["w", "p", "s"] and not found.quantized
    assert found.plain["w"].read().tolist() == WEIGHT.tolist()
    assert found.plain["p"].read().dtype == torch.float16
    assert found.plain["s"].read().tolist() == 2.0
    place = found.plain["w"].place
    assert path.read_bytes()[place : place + 24] == WEIGHT.numpy().tobytes()
    assert (found.format, found.files) == ("torch", (path,))


def test_views_are_read_as_what_they_show(save):
    base = torch.arange(12.0).reshape(3, 4)
    views = {"t": base.t(), "part": base[1:, :2], "rows": base[1:], "like": base.expand(1, 3, 4)}
    found = read_torch(save({"base": base, **views}))
    for name, view in views.items():
        assert torch.equal(found.plain[name].read(), view), name
    assert found.plain["rows"].place == found.plain["base"].place + 16


def test_names_of_nested_values_are_joined(save):
    found = read_torch(
        save({"a": {"b": WEIGHT, "c": [WEIGHT, (WEIGHT,)]}, 7: WEIGHT, "epoch": 3, "none": None})
    )
    assert list(found.plain) == ["a.b", "a.c.0", "a.c.1.0", "7"]


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_state_dict_of_a_training_checkpoint_is_looked_into(save, key):
    found = read_torch(save({"optimizer": {"m": WEIGHT}, key: {"w": WEIGHT}, "epoch": 3}))
    assert list(found.plain) == ["w"]
    assert found.others == {"optimizer.m": "is not part of the state dict"}


def test_a_single_tensor_has_a_name(save):
    assert list(read_torch(save(WEIGHT)).plain) == ["tensor"]


def test_what_cannot_be_read_is_said(save):
    found = read_torch(
        save(
            {
                "sparse": WEIGHT.to_sparse(),
                "complex": WEIGHT.to(torch.complex64),
                "empty": torch.zeros(0, 3),
                "repeated": torch.ones(1).expand(1 << 40),
                "negated": torch.tensor([1 + 2j]).conj().imag,
            }
        )
    )
    assert found.others == {
        "sparse": "is torch.sparse_coo on cpu; save it dense, on a CPU",
        "complex": "has dtype complex64, which is not used here; convert it to float32 or int8",
        "repeated": "has elements that are not stored one by one; save it contiguous",
        "negated": "has elements that are not stored one by one; save it contiguous",
    }
    assert found.integers == {"empty": "is empty: its shape is (0, 3)"}


def test_formats_of_named_tensors_are_found(save):
    tensor = only(
        read_torch(
            save(
                {
                    "l.weight": torch.tensor([[1, -2], [3, 4]], dtype=torch.int8),
                    "l.weight_scale": torch.tensor([[0.5], [0.25]]),
                }
            )
        )
    )
    assert levels(tensor).flatten().tolist() == [0.5, -1.0, 0.75, 1.0]


# ------------------------------------------------------------------------------------------ torch's
@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        (torch.qint8, -128, 127),
        (torch.quint8, 0, 255),
        (torch.qint32, -(2**31), 2**31 - 1),
    ],
)
def test_one_scale_for_a_tensor(save, dtype, low, high):
    quantized = torch.quantize_per_tensor(WEIGHT, 0.25, 9, dtype)
    tensor = only(read_torch(save({"w": quantized})))
    assert torch.equal(levels(tensor).reshape(2, 3), quantized.dequantize().double())
    assert torch.equal(levels(tensor, 1, 2).flatten(), quantized.dequantize()[1].double())
    assert (tensor.low, tensor.high, tensor.granularity) == (low, high, "tensor")
    assert tensor.format == f"torch {str(dtype).removeprefix('torch.')}"
    assert not tensor.symmetric and not tensor.reaches_ends


@pytest.mark.parametrize(("axis", "granularity"), [(0, "row"), (1, "column")])
def test_a_scale_for_each_index_of_an_axis(save, axis, granularity):
    count = WEIGHT.shape[axis]
    scales, zero_points = 0.5 ** torch.arange(1, 1 + count), torch.arange(count)
    quantized = torch.quantize_per_channel(WEIGHT, scales, zero_points, axis, torch.qint8)
    tensor = only(read_torch(save({"w": quantized})))
    assert torch.equal(levels(tensor).reshape(2, 3), quantized.dequantize().double())
    assert tensor.granularity == granularity


def test_axis_of_a_square_weight_is_the_one_that_is_said(save):
    square = WEIGHT[:, :2]
    scales, zero_points = torch.tensor([0.5, 0.125]), torch.zeros(2, dtype=torch.int64)
    quantized = torch.quantize_per_channel(square, scales, zero_points, 1, torch.qint8)
    tensor = only(read_torch(save({"w": quantized})))
    assert torch.equal(levels(tensor).reshape(2, 2), quantized.dequantize().double())
    assert tensor.symmetric


def test_zero_points_that_are_floats(save):
    scales, zero_points = torch.tensor([0.5, 0.25]), torch.tensor([1.5, 2.0])
    quantized = torch.quantize_per_channel(WEIGHT, scales, zero_points, 0, torch.quint8)
    tensor = only(read_torch(save({"w": quantized})))
    assert torch.equal(levels(tensor).reshape(2, 3), quantized.dequantize().double())


def test_packed_codes_are_left_unexplained(save):
    scales, zero_points = torch.tensor([0.5, 0.25]), torch.tensor([1.5, 2.0])
    quantized = torch.quantize_per_channel(WEIGHT, scales, zero_points, 0, torch.quint4x2)
    found = read_torch(save({"w": quantized}))
    assert found.unexplained == {"w": "has dtype quint4x2, whose codes are packed"}


def test_weight_of_a_quantized_layer_goes_by_the_name_that_it_had(save):
    quantized = torch.quantize_per_tensor(WEIGHT, 0.25, 0, torch.qint8)
    found = read_torch(save({"fc._packed_params._packed_params": (quantized, torch.ones(2))}))
    tensor = only(found)
    assert tensor.name == "fc._packed_params._packed_params.0" and tensor.names == ("fc.weight",)
    assert list(found.plain) == ["fc._packed_params._packed_params.1"]


# ---------------------------------------------------------------------------------------- torchao's
CODES = torch.tensor([[1, -2, 3, 4], [-5, 6, -128, 127]], dtype=torch.int8)


def test_torchao_tensor_is_read_by_its_attributes(save, torchao):
    said = {
        "qdata": CODES,
        "scale": torch.tensor([[0.5, 2.0], [1.0, 4.0]]),
        "zero_point": torch.tensor([[0, 1], [2, -1]], dtype=torch.int8),
        "block_size": [1, 2],
    }
    found = read_torch(save({"l.weight": torchao.Int8Tensor(CODES.shape, **said)}))
    tensor = only(found)
    assert levels(tensor).flatten().tolist() == [0.5, -1.0, 4.0, 6.0, -7.0, 4.0, -508.0, 512.0]
    assert levels(tensor, 1, 2).flatten().tolist() == [-7.0, 4.0, -508.0, 512.0]
    assert (tensor.format, tensor.granularity) == ("torchao Int8Tensor", "group of 2")
    assert (tensor.low, tensor.high, tensor.bound.kind) == (-128, 127, "nearest")
    assert not tensor.symmetric and tensor.reaches_ends and tensor.names == ("l.weight",)
    assert found.format == "torch: torchao Int8Tensor"


@pytest.mark.parametrize(
    ("block", "scales", "granularity"),
    [
        ([2, 1], (4,), "column"),
        ([1, 4], (2,), "row"),
        ([2, 4], (), "tensor"),
        (None, (2, 1), "row"),
    ],
)
def test_blocks_say_what_shares_a_scale(save, torchao, block, scales, granularity):
    count = torch.Size(scales).numel()
    scale = (0.5 ** torch.arange(count)).reshape(scales)
    said = {"qdata": CODES, "scale": scale, "block_size": block, "zero_point": None}
    tensor = only(read_torch(save({"w": torchao.Int8Tensor(CODES.shape, **said)})))
    expected = CODES.double() * (scale if granularity == "column" else scale.reshape(-1, 1))
    assert torch.equal(levels(tensor).reshape(2, 4), expected)
    assert tensor.granularity == granularity and tensor.symmetric


def test_layers_of_wrappers_are_looked_through(save, torchao):
    codes = CODES.clamp(-8, 7)
    inner = torchao.PlainAQTTensorImpl(
        codes.shape,
        int_data=codes,
        scale=torch.tensor([0.5, 0.25]),
        zero_point=torch.zeros(2),
    )
    weight = torchao.AffineQuantizedTensor(
        codes.shape, tensor_impl=inner, block_size=(1, 4), quant_min=-8, quant_max=7
    )
    outer = torchao.LinearActivationQuantizedTensor(codes.shape, original_weight_tensor=weight)
    tensor = only(read_torch(save({"w": outer})))
    expected = codes.double() * torch.tensor([[0.5], [0.25]])
    assert torch.equal(levels(tensor).reshape(2, 4), expected)
    assert (tensor.low, tensor.high, tensor.symmetric) == (-8, 7, True)
    assert tensor.format == "torchao LinearActivationQuantizedTensor"


@pytest.mark.parametrize(
    ("more", "low", "high", "bound"),
    [
        ({"target_dtype": torch.int4}, -8, 7, "nearest"),
        ({"reduce_range": True}, -64, 63, "nearest"),
        ({"act_pre_scale": torch.ones(4)}, -128, 127, "moved"),
        ({"qdata": CODES.to(torch.float8_e4m3fn)}, -448, 448, "float8"),
    ],
)
def test_ranges_and_bounds(save, torchao, more, low, high, bound):
    said = {"qdata": CODES, "scale": torch.tensor(0.5), "block_size": (2, 4), **more}
    tensor = only(read_torch(save({"w": torchao.Int8Tensor(CODES.shape, **said)})))
    assert (tensor.low, tensor.high, tensor.bound.kind) == (low, high, bound)
    assert levels(tensor).flatten()[:4].tolist() == [0.5, -1.0, 1.5, 2.0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"qdata": CODES[:, :2]}, "packed in a way that is not known"),
        ({"scale": None}, "packed in a way that is not known"),
        ({"qdata": CODES.float()}, "codes of torch.float32"),
        ({"scale": torch.ones(2, dtype=torch.int8)}, "scales of torch.int8"),
        ({"block_size": [1, 3]}, "with 2 scales for blocks of"),
        ({"block_size": [1, 2]}, "with 2 scales for blocks of"),
        ({"block_size": [1, -4]}, "with 2 scales for blocks of"),
        ({"block_size": [4]}, "with 2 scales for blocks of"),
        ({"zero_point_domain": "FLOAT"}, "zero points are levels"),
    ],
)
def test_what_is_not_known_of_torchao_is_left_unexplained(save, torchao, more, why):
    said = {"qdata": CODES, "scale": torch.ones(2), "block_size": [1, 4], **more}
    if domain := said.get("zero_point_domain"):
        said["zero_point_domain"] = torchao.Domain(domain)
    found = read_torch(save({"w": torchao.Int8Tensor(CODES.shape, **said)}))
    assert why in found.unexplained["w"] and not found.quantized


def test_torchao_is_imported_where_a_file_needs_it(save, torchao, monkeypatch):
    said = {"qdata": CODES, "scale": torch.ones(2), "block_size": [1, 4]}
    path = save({"w": torchao.Int8Tensor(CODES.shape, **said)})
    for name in ("torchao", "torchao.quantization"):
        monkeypatch.delitem(sys.modules, name)
    torch.serialization.clear_safe_globals()
    assert only(read_torch(path)).name == "w"
    torch.serialization.clear_safe_globals()
    monkeypatch.setitem(sys.modules, "torchao", None)
    with pytest.raises(UsageError, match="run: pip install torchao"):
        read_torch(path)


def test_torchao_of_another_version_is_asked_for(save, torchao):
    path = save({"w": torchao.Later(CODES.shape, qdata=CODES)})
    with pytest.raises(UsageError, match=r"torchao.quantization.Later, which the torchao"):
        read_torch(path)


# ---------------------------------------------------------------------------------------- bad files
class Runs:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_is_refused_and_does_not_run(save, tmp_path):
    there = tmp_path / "there"
    path = save({"w": WEIGHT, "x": Runs(there)})
    with pytest.raises(UsageError, match=r"would run code .*posix.mkdir.* safetensors"):
        read_torch(path)
    assert not there.exists()
    with pytest.raises(UsageError, match=r"would run code .*Linear"):
        read_torch(save(torch.nn.Linear(2, 2)))


def test_code_beside_torchao_is_refused(save, torchao, tmp_path):
    there = tmp_path / "there"
    path = save({"w": torchao.Int8Tensor(CODES.shape, qdata=CODES), "x": Runs(there)})
    with pytest.raises(UsageError, match="would run code"):
        read_torch(path)
    assert not there.exists()


def test_other_formats_are_told_apart(save, tmp_path):
    with pytest.raises(UsageError, match="since torch 1.6"):
        read_torch(save({"w": WEIGHT}, _use_new_zipfile_serialization=False))
    with pytest.raises(UsageError, match="no pickle that torch reads"):
        read_torch(save({"w": WEIGHT}, pickle_protocol=4))
    with pytest.raises(UsageError, match="is big-endian"):
        read_torch(repacked(save({"w": WEIGHT}), {"byteorder": b"big"}))
    path = save({"w": WEIGHT})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("m/constants.pkl", b"")
    with pytest.raises(UsageError, match="is a TorchScript program"):
        read_torch(path)
    path = save({"w": WEIGHT})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("m/data/9", b"0" * 99, zipfile.ZIP_DEFLATED)
    with pytest.raises(UsageError, match="'m/data/9' is compressed"):
        read_torch(path)
    with pytest.raises(UsageError, match="cannot read"):
        read_torch(tmp_path / "absent.pt")


@pytest.mark.parametrize(
    "pickled",
    [b"", b"\x80\x02", b"\x80\x02}X\x01\x00\x00\x00a", b"not a pickle", b"\x80\x02}q\x00h\x01."],
)
def test_damaged_pickles(save, pickled):
    with pytest.raises(UsageError, match="is damaged"):
        read_torch(repacked(save({"w": WEIGHT}), {"data.pkl": pickled}))


def test_elements_that_no_file_has_are_not_read(save):
    # torch.Tensor(4): memory that nothing was written to.
    pickled = b"\x80\x02}X\x01\x00\x00\x00actorch\nTensor\nK\x04\x85Rs."
    found = read_torch(repacked(save({"w": WEIGHT}), {"data.pkl": pickled}))
    assert found.others == {"a": "does not lie in the file"}


def test_names_have_to_be_clear(save):
    with pytest.raises(UsageError, match=r"names 'a\.b' twice"):
        read_torch(save({"a": {"b": WEIGHT}, "a.b": WEIGHT}))
    with pytest.raises(UsageError, match="no name but of type tuple"):
        read_torch(save({(1, 2): WEIGHT}))
    with pytest.raises(UsageError, match="more than 4096 characters"):
        read_torch(save({"a" * 5000: WEIGHT}))


def test_values_that_hold_themselves_or_too_many(save, monkeypatch):
    itself = {"w": WEIGHT}
    itself["a"] = itself
    monkeypatch.setattr(torch_pt, "_VALUES_LIMIT", 100)
    with pytest.raises(UsageError, match="more than 4096 characters|holds more than 100"):
        read_torch(save(itself))
    many = [1, 2]
    for _ in range(10):
        many = [many, many]
    with pytest.raises(UsageError, match="holds more than 100 values"):
        read_torch(save(many))
    with pytest.raises(UsageError, match="holds more than 100 values"):
        read_torch(save([0] * 101))


def test_damage_anywhere_is_an_error_or_another_checkpoint(save):
    quantized = torch.quantize_per_tensor(WEIGHT, 0.25, 9, torch.qint8)
    path = save({"w": WEIGHT, "q": quantized})
    good = path.read_bytes()
    dice = random.Random(0)
    for _ in range(150):
        data = bytearray(good)
        for _ in range(dice.choice((1, 2, 5))):
            data[dice.randrange(len(data))] = dice.choice((0, 1, 127, 128, 255))
        path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data))))])
        with contextlib.suppress(UsageError):
            found = read_torch(path)
            for tensor in found.quantized:
                tensor.read(0, tensor.rows)
            for tensor in found.plain.values():
                tensor.read()
