"""Tests for pyharness.formats.quantized.tflite."""

from __future__ import annotations

import contextlib
import random
import struct
import sys
from typing import NamedTuple

import flatbuffers
import numpy as np
import pytest
import tflite
import torch

from pyharness.core.errors import UsageError
from pyharness.formats.quantized import tflite as module
from pyharness.formats.quantized.tflite import read_tflite


class T(NamedTuple):
    """A tensor to be written: its type in the format's words, and its scales if it has some."""

    name: str
    kind: str = "FLOAT32"
    shape: tuple = ()
    data: bytes = b""
    scale: tuple = ()
    zero_point: tuple | None = None
    axis: int = 0
    details: int = 0
    outside: bool = False


INPUT = T("x", "INT8", scale=(0.5,), zero_point=(-3,))


def constant(name, array, *scale, kind=None, shape=None, **fields):
    """A constant with the elements of an array."""
    kind = kind or array.dtype.name.upper()
    return T(name, kind, shape or array.shape, array.tobytes(), scale, **fields)


def vector(builder, write, values):
    """Write a vector of tables or of numbers, by the function that begins it."""
    write(builder, len(values))
    add = {
        "Scale": builder.PrependFloat32,
        "ZeroPoint": builder.PrependInt64,
        "Shape": builder.PrependInt32,
        "Inputs": builder.PrependInt32,
    }
    key = next((key for key in add if write.__name__.endswith(f"{key}Vector")), None)
    for value in reversed(values):
        add.get(key, builder.PrependUOffsetTRelative)(value)
    return builder.EndVector()


def quantization(builder, tensor):
    """Write what is said of a tensor's quantization."""
    zero_point = (0,) * len(tensor.scale) if tensor.zero_point is None else tensor.zero_point
    scales = vector(builder, tflite.QuantizationParametersStartScaleVector, tensor.scale)
    zero_points = vector(builder, tflite.QuantizationParametersStartZeroPointVector, zero_point)
    tflite.QuantizationParametersStart(builder)
    tflite.QuantizationParametersAddScale(builder, scales)
    if zero_point:
        tflite.QuantizationParametersAddZeroPoint(builder, zero_points)
    tflite.QuantizationParametersAddQuantizedDimension(builder, tensor.axis)
    tflite.QuantizationParametersAddDetailsType(builder, tensor.details)
    return tflite.QuantizationParametersEnd(builder)


def graph(builder, tensors, operators, first):
    """Write a graph; its tensors have a buffer each, from the number `first` on."""
    written = []
    for place, tensor in enumerate(tensors):
        name = builder.CreateString(tensor.name)
        shape = vector(builder, tflite.TensorStartShapeVector, tensor.shape)
        said = quantization(builder, tensor) if tensor.scale else None
        tflite.TensorStart(builder)
        tflite.TensorAddName(builder, name)
        tflite.TensorAddShape(builder, shape)
        tflite.TensorAddType(builder, getattr(tflite.TensorType, tensor.kind))
        tflite.TensorAddBuffer(builder, first + place)
        if said is not None:
            tflite.TensorAddQuantization(builder, said)
        written.append(tflite.TensorEnd(builder))
    layers = []
    for place, (_, inputs) in enumerate(operators):
        numbers = vector(builder, tflite.OperatorStartInputsVector, inputs)
        tflite.OperatorStart(builder)
        tflite.OperatorAddOpcodeIndex(builder, place)
        tflite.OperatorAddInputs(builder, numbers)
        layers.append(tflite.OperatorEnd(builder))
    all_tensors = vector(builder, tflite.SubGraphStartTensorsVector, written)
    all_layers = vector(builder, tflite.SubGraphStartOperatorsVector, layers)
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, all_tensors)
    tflite.SubGraphAddOperators(builder, all_layers)
    return tflite.SubGraphEnd(builder)


def content(*graphs, operators=(), outside_at=9999, identifier=b"TFL3"):
    """The bytes of a model.

    Args:
        graphs: the tensors of each.
        operators: of the first graph: names and inputs.
        outside_at: the byte where buffers begin that lie outside the tables.
        identifier: the format's.
    """
    builder = flatbuffers.Builder(0)
    buffers = []
    for tensor in (T("none"), *(tensor for tensors in graphs for tensor in tensors)):
        data = builder.CreateByteVector(b"" if tensor.outside else tensor.data)
        tflite.BufferStart(builder)
        if tensor.outside:
            tflite.BufferAddOffset(builder, outside_at)
            tflite.BufferAddSize(builder, len(tensor.data))
        else:
            tflite.BufferAddData(builder, data)
        buffers.append(tflite.BufferEnd(builder))
    codes = []
    for name, _ in operators:
        tflite.OperatorCodeStart(builder)
        number = getattr(tflite.BuiltinOperator, name)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, number)
        tflite.OperatorCodeAddBuiltinCode(builder, number)
        codes.append(tflite.OperatorCodeEnd(builder))
    written, first = [], 1
    for place, tensors in enumerate(graphs):
        written.append(graph(builder, tensors, () if place else operators, first))
        first += len(tensors)
    parts = [
        vector(builder, tflite.ModelStartBuffersVector, buffers),
        vector(builder, tflite.ModelStartOperatorCodesVector, codes),
        vector(builder, tflite.ModelStartSubgraphsVector, written),
    ]
    tflite.ModelStart(builder)
    tflite.ModelAddBuffers(builder, parts[0])
    tflite.ModelAddOperatorCodes(builder, parts[1])
    tflite.ModelAddSubgraphs(builder, parts[2])
    builder.Finish(tflite.ModelEnd(builder), file_identifier=identifier)
    return bytes(builder.Output())


@pytest.fixture
def write(tmp_path):
    """A function that writes a model and returns its path."""

    def model(*graphs, **about):
        path = tmp_path / "m.tflite"
        path.write_bytes(content(*graphs, **about))
        return path

    return model


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


# --------------------------------------------------------------------------------------- the levels
def test_weight_of_a_convolution_has_a_scale_for_each_output(write):
    codes = np.array([[[[1, -2]]], [[[127, -127]]]], np.int8)
    weight = constant("w", codes, 0.5, 0.25)
    found = read_tflite(write([INPUT, weight], operators=[("CONV_2D", (0, 1))]))
    tensor = only(found)
    assert levels(tensor).flatten().tolist() == [0.5, -1.0, 31.75, -31.75]
    assert levels(tensor, 1, 2).flatten().tolist() == [31.75, -31.75]
    assert (tensor.name, tensor.format, tensor.shape) == ("w", "TFLite int8", (2, 1, 1, 2))
    assert (tensor.granularity, tensor.low, tensor.high) == ("row", -127, 127)
    assert tensor.symmetric and tensor.restricted and tensor.reaches_ends
    assert tensor.role == "weight" and tensor.factors is None and not tensor.transposed
    assert (found.format, found.plain, found.unexplained) == ("TFLite", {}, {})


def test_weight_of_a_depthwise_convolution_has_a_scale_for_each_index_of_its_last_axis(write):
    codes = np.arange(12, dtype=np.int8).reshape(1, 2, 2, 3)
    weight = constant("w", codes, 1.0, 2.0, 4.0, axis=3)
    tensor = only(read_tflite(write([INPUT, weight], operators=[("DEPTHWISE_CONV_2D", (0, 1))])))
    expected = torch.from_numpy(codes).double() * torch.tensor([1.0, 2.0, 4.0])
    assert torch.equal(levels(tensor).reshape(tensor.shape), expected)
    assert tensor.granularity == "column"


def test_legacy_weight_is_unsigned_with_a_zero_point(write):
    weight = constant("w", np.array([[0, 3], [4, 255]], np.uint8), 0.5, zero_point=(3,))
    tensor = only(read_tflite(write([INPUT, weight], operators=[("FULLY_CONNECTED", (0, 1))])))
    assert levels(tensor).flatten().tolist() == [-1.5, 0.0, 0.5, 126.0]
    assert (tensor.low, tensor.high, tensor.granularity) == (0, 255, "tensor")
    assert tensor.transposed and not tensor.symmetric and not tensor.reaches_ends


def test_codes_of_4_bits_are_two_to_a_byte_the_first_in_the_lower_bits(write):
    # 1, −2, 7; −8, 3, −1; 0, 5, −7, and four bits that nothing uses.
    packed = np.array([0xE1, 0x87, 0xF3, 0x50, 0x09], np.uint8)
    weight = constant("w", packed, 1.0, 2.0, 4.0, kind="INT4", shape=(3, 3))
    tensor = only(read_tflite(write([INPUT, weight], operators=[("FULLY_CONNECTED", (0, 1))])))
    assert levels(tensor).flatten().tolist() == [1, -2, 7, -16, 6, -2, 0, 20, -28]
    assert levels(tensor, 1, 2).flatten().tolist() == [-16, 6, -2]
    assert levels(tensor, 1, 3).flatten().tolist() == [-16, 6, -2, 0, 20, -28]
    assert (tensor.low, tensor.high, tensor.symmetric) == (-8, 7, True)
    assert tensor.parts[0].nbytes == 5


def test_other_constants_use_the_whole_range_and_may_have_a_zero_point(write):
    tensors = [
        constant("a", np.array([-128, 5], np.int8), 0.5, zero_point=(-128,)),
        constant("b", np.array([-300, 300], np.int16), 0.5),
    ]
    a, b = read_tflite(write(tensors)).quantized
    assert levels(a).flatten().tolist() == [0.0, 66.5]
    assert (a.low, a.high, a.symmetric, a.reaches_ends) == (-128, 127, False, False)
    assert levels(b).flatten().tolist() == [-150.0, 150.0]
    assert (b.low, b.high, b.symmetric) == (-32768, 32767, True)


def test_scalar_constant_is_read(write):
    tensor = only(read_tflite(write([constant("a", np.array(-4, np.int8), 0.5, zero_point=(2,))])))
    assert levels(tensor).flatten().tolist() == [-3.0] and tensor.shape == ()


# ------------------------------------------------------------------------------------------- biases
@pytest.mark.parametrize(
    ("operator", "inputs"),
    [
        ("CONV_2D", (0, 1, 2)),
        ("DEPTHWISE_CONV_2D", (0, 1, 2)),
        ("FULLY_CONNECTED", (0, 1, 2)),
        ("TRANSPOSE_CONV", (3, 1, 0, 2)),
    ],
)
def test_bias_comes_with_the_scales_of_its_layers_input_and_weight(write, operator, inputs):
    tensors = [
        INPUT,
        constant("w", np.ones((2, 2), np.int8), 0.25, 2.0),
        constant("b", np.array([-(2**31), 2**31 - 1], np.int32), 0.125, 1.0),
        constant("shape", np.array([1, 2], np.int32)),
    ]
    found = read_tflite(write(tensors, operators=[(operator, inputs)]))
    bias = found.quantized[1]
    assert levels(bias).flatten().tolist() == [-(2.0**28), 2.0**31 - 1]
    assert (bias.low, bias.high) == (-(2**31), 2**31 - 1)
    assert bias.role == "bias" and bias.symmetric and not bias.reaches_ends
    assert bias.factors.input.tolist() == [0.5]
    assert bias.factors.weight.tolist() == [0.25, 2.0]
    assert bias.factors.weight.dtype == torch.float64
    assert found.integers == {"shape": "is INT32 without a scale, such as a shape"}


def test_bias_of_a_layer_with_float_input_has_no_factors(write):
    tensors = [
        T("x"),
        constant("w", np.ones((1, 2), np.int8), 0.25),
        constant("b", np.array([3], np.int32), 0.5),
        constant("f", np.array([1.5, -2.5], np.float32)),
    ]
    layers = [("FULLY_CONNECTED", (0, 1, 2)), ("FULLY_CONNECTED", (0, 1, -1)), ("ADD", (0, 3))]
    found = read_tflite(write(tensors, operators=layers))
    weight, bias = found.quantized
    assert weight.low == -127 and bias.role == "bias" and bias.factors is None
    assert found.plain["f"].read().tolist() == [1.5, -2.5]


def test_integers_of_32_bits_with_a_scale_need_not_be_a_bias(write):
    tensor = only(read_tflite(write([constant("a", np.array([7, 9], np.int32), 0.5)])))
    assert tensor.role == "weight" and levels(tensor).flatten().tolist() == [3.5, 4.5]


# ------------------------------------------------------------------------------------ what is known
def test_what_has_no_scale(write):
    tensors = [
        INPUT,
        constant("codes", np.array([1, 2], np.int8)),
        constant("one", np.array([1], np.int8)),
        constant("axes", np.array([1, 2], np.int64)),
        constant("flags", np.array([True, False])),
        constant("w", np.ones((1, 2), np.int8), 0.25),
        constant("b", np.array([3], np.int32)),
    ]
    tensors[4] = tensors[4]._replace(kind="BOOL")
    found = read_tflite(write(tensors, operators=[("FULLY_CONNECTED", (0, 5, 6))]))
    assert found.unexplained == {
        "codes": "is INT8 without a scale",
        "b": "is a bias without a scale",
    }
    assert found.integers == {
        "one": "is INT8, of which no levels are known",
        "axes": "is INT64 without a scale, such as a shape",
        "flags": "is BOOL, of which no levels are known",
    }


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"scale": (1.0, 2.0, 3.0)}, "has 3 scales for axis 0 of the shape (2, 2)"),
        ({"scale": (1.0, 2.0), "axis": 2}, "has 2 scales for axis 2 of the shape (2, 2)"),
        ({"scale": (1.0, 2.0), "axis": -1}, "has 2 scales for axis -1 of the shape (2, 2)"),
        ({"scale": (1.0,), "zero_point": ()}, "has 0 zero points for 1 scales"),
        ({"scale": (1.0, 2.0), "zero_point": (0, 0, 0)}, "has 3 zero points for 2 scales"),
        (
            {"scale": (1.0,), "details": 1},
            "has a quantization that is not affine, or with scales in other tensors",
        ),
    ],
)
def test_scales_that_do_not_fit_explain_nothing(write, fields, why):
    found = read_tflite(write([constant("w", np.ones((2, 2), np.int8))._replace(**fields)]))
    assert found.unexplained == {"w": why} and not found.quantized


def test_buffers_may_lie_outside_the_tables(write, tmp_path):
    weight = constant("w", np.array([[1, 2], [3, -4]], np.int8), 0.5, outside=True)
    size = len(content([weight]))
    path = write([weight], outside_at=size)
    path.write_bytes(path.read_bytes() + weight.data)
    tensor = only(read_tflite(path))
    assert levels(tensor).flatten().tolist() == [0.5, 1.0, 1.5, -2.0]
    assert tensor.parts[0].place == size


def test_names_are_told_apart(write):
    ones = constant("w", np.ones(2, np.float32))
    nameless = ones._replace(name="")
    found = read_tflite(write([ones, nameless], [ones]))
    assert list(found.plain) == ["w", "#0.1", "w#1.0"]
    with pytest.raises(UsageError, match="names 'w#0.2' twice"):
        read_tflite(write([ones._replace(name="w#0.2"), ones, ones]))


def test_missing_extra_is_named(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "tflite", None)
    with pytest.raises(UsageError, match=r"need the package tflite; .*\[tflite\]"):
        read_tflite(write([INPUT]))


# ---------------------------------------------------------------------------------------- bad files
WEIGHT = constant("w", np.ones((2, 2), np.int8), 0.25, 2.0)
BIAS = constant("b", np.array([3, 4], np.int32), 0.125, 1.0)
MODEL = content([INPUT, WEIGHT, BIAS], operators=[("CONV_2D", (0, 1, 2))])


@pytest.mark.parametrize(
    ("tensors", "about", "why"),
    [
        ([INPUT], {"identifier": b"TFL2"}, "no TFLite model"),
        ([WEIGHT._replace(shape=(2, 3))], {}, "needs 6 bytes, it has 4"),
        ([WEIGHT._replace(shape=(2, -2))], {}, "a dimension that is no size"),
        ([WEIGHT._replace(shape=(1,) * 70)], {}, "dimensions"),
        ([WEIGHT._replace(shape=(2**31 - 1,) * 3)], {}, "more elements than can be counted"),
        ([constant("f", np.ones(2, np.float32), shape=(3,))], {}, "needs 12 bytes, it has 8"),
        ([WEIGHT._replace(outside=True)], {}, "4 bytes from byte 9999 on"),
        ([WEIGHT._replace(outside=True)], {"outside_at": 2**64 - 1}, "4 bytes from byte"),
        ([INPUT], {"operators": [("CONV_2D", (0, 1))]}, "an input that is not there"),
        (
            [INPUT, WEIGHT, constant("b", np.ones(3, np.int32), 0.5)],
            {"operators": [("CONV_2D", (0, 1, 2))]},
            "a product of 1 by 2 scales",
        ),
    ],
)
def test_contradictions_are_damage(write, tensors, about, why):
    with pytest.raises(UsageError, match=why):
        read_tflite(write(tensors, **about))


def test_what_is_no_model_is_damaged(tmp_path):
    path = tmp_path / "m.tflite"
    for data in (b"", b"TFL3", b"\x00" * 100, b"\x10\x00\x00\x00TFL3", b"\xff" * 4 + b"TFL3" * 9):
        path.write_bytes(data)
        with pytest.raises(UsageError, match="is damaged"):
            read_tflite(path)
    with pytest.raises(UsageError, match="cannot read"):
        read_tflite(tmp_path / "absent.tflite")


def test_lengths_of_vectors_are_not_believed(tmp_path):
    path = tmp_path / "m.tflite"
    lengths = {
        "data": struct.pack("<I", 4) + WEIGHT.data,
        "scales": struct.pack("<I2f", 2, 0.25, 2.0),
        "zero points": struct.pack("<I2q", 2, 0, 0),
        "shape": struct.pack("<I2i", 2, 2, 2),
        "inputs": struct.pack("<I3i", 3, 0, 1, 2),
    }
    for what, encoded in lengths.items():
        assert encoded in MODEL, what
        path.write_bytes(MODEL.replace(encoded, b"\xff\xff\xff\x7f" + encoded[4:]))
        with pytest.raises(UsageError, match="is damaged"):
            read_tflite(path)


@pytest.mark.parametrize("of", ["Buffers", "Tensors", "Operators", "OperatorCodes", "Subgraphs"])
def test_absurd_numbers_of_tables_are_refused_before_any_is_looked_at(write, monkeypatch, of):
    table = {"Tensors": tflite.SubGraph, "Operators": tflite.SubGraph}.get(of, tflite.Model)
    path = write([INPUT, WEIGHT], operators=[("CONV_2D", (0, 1))])
    monkeypatch.setattr(table, f"{of}Length", lambda self: 2**32 - 1)
    with pytest.raises(UsageError, match="describes more than 300,000"):
        read_tflite(path)


@pytest.mark.parametrize(
    ("limit", "why"), [("_NAMES_LIMIT", "has names of more"), ("_FACTORS_LIMIT", "has biases for")]
)
def test_shared_vectors_cannot_multiply(write, monkeypatch, limit, why):
    path = write([INPUT, WEIGHT, BIAS], operators=[("CONV_2D", (0, 1, 2))])
    monkeypatch.setattr(module, limit, 1)
    with pytest.raises(UsageError, match=why):
        read_tflite(path)


def test_damage_anywhere_is_an_error_or_another_model(tmp_path):
    path = tmp_path / "m.tflite"
    dice = random.Random(0)
    for _ in range(400):
        data = bytearray(MODEL)
        for _ in range(dice.choice((1, 2, 5))):
            data[dice.randrange(len(data))] = dice.choice((0, 1, 127, 128, 255))
        path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data))))])
        with contextlib.suppress(UsageError):
            for tensor in read_tflite(path).quantized:
                tensor.read(0, tensor.rows)
