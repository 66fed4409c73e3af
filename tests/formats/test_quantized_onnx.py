"""Quantized ONNX models: which integers are codes, and for which levels they stand."""

import math
import tracemalloc

import numpy as np
import onnx
import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from pyharness.core.errors import UsageError
from pyharness.formats.quantized.onnx import read_onnx

RNG = np.random.default_rng(1)
DTYPES = {
    "int4": (TensorProto.INT4, -8, 7),
    "uint4": (TensorProto.UINT4, 0, 15),
    "int8": (TensorProto.INT8, -128, 127),
    "uint8": (TensorProto.UINT8, 0, 255),
    "int16": (TensorProto.INT16, -(2**15), 2**15 - 1),
    "uint16": (TensorProto.UINT16, 0, 2**16 - 1),
    "int32": (TensorProto.INT32, -(2**31), 2**31 - 1),
}


def stored(name, array, dtype=None):
    """An initializer, of a dtype that numpy may lack."""
    array = np.asarray(array)
    if dtype is None:
        return numpy_helper.from_array(array, name)
    return helper.make_tensor(name, DTYPES[dtype][0], array.shape, array.flatten())


def node(op, inputs, outputs, **said):
    """A node; inputs and outputs are names apart from each other by spaces, "-" for none."""
    names = [[name.replace("-", "") for name in text.split()] for text in (inputs, outputs)]
    microsoft = op in ("QGemm", "QLinearAdd", "QLinearConcat", "MatMulNBits") or "Dynamic" in op
    domain = (
        "com.microsoft" if microsoft and op != "DynamicQuantizeLinear" else said.pop("domain", "")
    )
    return helper.make_node(op, *names, domain=domain, **said)


def write(path, nodes, *initializers, outputs=(), **arrays):
    """Write a model without inputs."""
    graph = helper.make_graph(
        nodes,
        "g",
        [],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [*initializers, *(stored(name, array) for name, array in arrays.items())],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), path)
    return path


def f32(*shape):
    """Positive floats, of which no two are alike."""
    return RNG.permutation(np.arange(1, math.prod(shape) + 1)).reshape(shape).astype(np.float32) / 8


def integers(dtype, *shape):
    """Codes of which one is the least and one the greatest."""
    _, low, high = DTYPES[dtype]
    found = RNG.integers(low, high, shape, endpoint=True).reshape(-1)
    found[:2] = [low, high][: len(found)]
    return found.reshape(shape)


def levels(found, step=2):
    """What a tensor's codes stand for, read a few rows at a time."""
    parts = []
    for start in range(0, found.rows, step):
        stop = min(start + step, found.rows)
        codes, *rest = found.read(start, stop)
        assert codes.shape == (stop - start, found.groups, found.size)
        assert not codes.is_floating_point()
        assert found.low <= int(codes.min()) and int(codes.max()) <= found.high
        for part in rest:
            assert part.shape[0] in (1, stop - start) and part.shape[1] in (1, found.groups)
        scale, zero, offset = (part.unsqueeze(-1) for part in rest)
        assert scale.dtype == offset.dtype == torch.float64 and zero.dtype == torch.int64
        parts.append(scale * (codes.double() - zero) + offset)
    return torch.cat(parts).reshape(found.shape).numpy()


def only(checkpoint):
    """The one tensor of a checkpoint that explains everything."""
    assert not checkpoint.unexplained and not checkpoint.others
    [found] = checkpoint.quantized
    return found


# ------------------------------------------------------------------------------- DequantizeLinear
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize(
    ("scales", "said", "granularity"),
    [
        ((), {}, "tensor"),
        ((1,), {"axis": 7}, "tensor"),
        ((4,), {"axis": 0}, "row"),
        ((6,), {}, "column"),
        ((6,), {"axis": -1}, "column"),
        ((2, 6), {"axis": 0, "block_size": 2}, "block of 2"),
        ((4, 2), {"axis": 1, "block_size": 3}, "block of 3"),
        ((4, 2), {"axis": -1, "block_size": 3}, "block of 3"),
    ],
)
def test_dequantize_linear(tmp_path, dtype, zero, scales, said, granularity):
    """The levels are those of ONNX's own implementation, for each dtype and each kind of scale."""
    codes, scale = integers(dtype, 4, 6), f32(*scales)
    parts = [stored("w_quantized", codes, dtype), stored("w_scale", scale)]
    if zero := zero and dtype != "int32":
        parts.append(stored("w_zero_point", integers(dtype, *scales), dtype))
    names = "w_quantized w_scale" + zero * " w_zero_point"
    path = write(
        tmp_path / "m.onnx",
        [node("DequantizeLinear", names, "y", **said)],
        *parts,
        outputs=["y"],
    )
    found = only(read_onnx(path))
    assert found.granularity == granularity and found.format == f"ONNX DequantizeLinear {dtype}"
    assert (found.shape, found.low, found.high) == ((4, 6), *DTYPES[dtype][1:])
    assert found.transposed and found.symmetric == (not zero and found.low < 0)
    assert [part.name for part in found.parts] == names.split()
    if said != {"axis": 7}:
        expected = ReferenceEvaluator(str(path)).run(None, {})[0]
        np.testing.assert_allclose(levels(found), expected, rtol=1e-6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_shape(tmp_path, data):
    """Codes of any shape, with a scale and a zero point for each index or block of any axis."""
    shape = tuple(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    block = data.draw(st.integers(0, 4))
    dtype = data.draw(st.sampled_from(["int4", "uint4", "uint8", "uint16"]))
    counts = [*shape]
    counts[axis] = -(-shape[axis] // max(1, block))
    counts = counts if block else [shape[axis]]
    scale, zero = f32(*counts), integers(dtype, *counts)
    codes = integers(dtype, *shape)
    said = {"axis": axis, **({"block_size": block} if block else {})}
    path = write(
        tmp_path / "m.onnx",
        [node("DequantizeLinear", "w s z", "y", **said)],
        *(stored("w", codes, dtype), stored("s", scale), stored("z", zero, dtype)),
    )

    def wide(values):
        if block:
            return values.repeat(block, axis).take(range(shape[axis]), axis)
        return np.moveaxis(values.reshape(-1, *(1,) * (len(shape) - 1)), 0, axis)

    found = only(read_onnx(path))
    expected = wide(scale).astype(float) * (codes - wide(zero).astype(float))
    np.testing.assert_array_equal(levels(found, data.draw(st.integers(1, 4))), expected)


@pytest.mark.parametrize(
    ("shape", "axis", "expected"),
    [
        ((8, 3, 2, 2), 0, (8, 1, 12)),
        ((8, 3, 2, 2), 1, (8, 3, 4)),
        ((8, 3), 0, (8, 1, 3)),
        ((8, 3), 1, (8, 3, 1)),
        ((8,), 0, (8, 1, 1)),
        ((1, 8, 3), 1, (8, 1, 3)),
    ],
)
def test_how_the_elements_are_taken(tmp_path, shape, axis, expected):
    """Each scale belongs to a row if it is that of the first axis, and to a group of each row
    else.
    """
    path = write(
        tmp_path / "m.onnx",
        [node("DequantizeLinear", "w s", "y", axis=axis)],
        stored("w", integers("int8", *shape), "int8"),
        s=f32(shape[axis]),
    )
    found = only(read_onnx(path))
    assert (found.rows, found.groups, found.size) == expected


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("dtype", ["int4", "uint4", "int8", "uint16"])
def test_how_the_elements_lie(tmp_path, raw, dtype):
    """Codes, two of them in a byte if they have 4 bits, as raw data and as numbers."""
    codes = integers(dtype, 3, 3)
    tensor = stored("w", codes, dtype)
    if raw:
        tensor = numpy_helper.from_array(numpy_helper.to_array(tensor), "w")
    assert tensor.HasField("raw_data") == raw
    path = write(tmp_path / "m.onnx", [node("DequantizeLinear", "w s", "y")], tensor, s=f32())
    found = only(read_onnx(path))
    expected = codes * float(numpy_helper.to_array(onnx.load(path).graph.initializer[1]))
    np.testing.assert_array_equal(levels(found, 1), expected)
    assert found.parts[0].nbytes == {"int4": 5, "uint4": 5, "int8": 9, "uint16": 18}[dtype]


def test_another_file(tmp_path):
    """Codes in a file beside the model, of which only what is asked for is read."""
    path = write(
        tmp_path / "m.onnx",
        [node("DequantizeLinear", "w s", "y", axis=0)],
        numpy_helper.from_array(
            numpy_helper.to_array(stored("w", integers("int4", 6, 4), "int4")), "w"
        ),
        s=f32(6),
    )
    before = levels(only(read_onnx(path)))
    onnx.save(
        onnx.load(path), path, save_as_external_data=True, location="m.data", size_threshold=0
    )
    checkpoint = read_onnx(path)
    np.testing.assert_array_equal(levels(only(checkpoint)), before)
    assert checkpoint.files == (path, tmp_path / "m.data")
    (tmp_path / "m.data").write_bytes(b"")
    with pytest.raises(UsageError, match=r"needs 12 bytes"):
        read_onnx(path)


def test_constants(tmp_path):
    """The values of Constant nodes are stored tensors as initializers are."""
    arrays = {"w": np.array([[1, -2], [3, 4]], np.int8), "s": np.array([2, 4], np.float32)}
    constants = [
        node("Constant", "", name, value=stored("", array)) for name, array in arrays.items()
    ]
    nodes = [*constants, node("Identity", "s", "t"), node("DequantizeLinear", "w t", "y", axis=0)]
    found = only(read_onnx(write(tmp_path / "m.onnx", nodes)))
    assert found.name == "w" and levels(found).tolist() == [[2, -4], [12, 16]]


@pytest.mark.parametrize(("zero", "symmetric"), [([0, 0], True), ([0, 1], False)])
def test_symmetric(tmp_path, zero, symmetric):
    """A scheme whose zero points are all 0 is symmetric."""
    path = write(
        tmp_path / "m.onnx",
        [node("DequantizeLinear", "w s z", "y", axis=0)],
        w=np.ones((2, 2), np.int8),
        s=np.ones(2, np.float32),
        z=np.array(zero, np.int8),
    )
    assert only(read_onnx(path)).symmetric == symmetric


def test_scales_as_they_are_stored(tmp_path):
    """A scale may be 0, negative or no number, and of float16."""
    path = write(
        tmp_path / "m.onnx",
        [node("DequantizeLinear", "w s", "y", axis=0)],
        w=np.ones((3, 2), np.int8),
        s=np.array([0, -1, np.nan], np.float16),
    )
    assert levels(only(read_onnx(path)))[:, 0].tolist() == pytest.approx(
        [0, -1, math.nan], nan_ok=True
    )


# ------------------------------------------------------------------------------------- biases
WEIGHT = np.array([[[[10]]], [[[-20]]]], np.int8)
BIAS = np.array([100, -(2**31)], np.int32)


def layer(op, inputs, *more, **said):
    """Nodes of a layer whose input, weight and bias are dequantized."""
    return [
        node("QuantizeLinear", "x xs xz", "xq"),
        node("DequantizeLinear", "xq xs xz", "xd"),
        node("DequantizeLinear", "w ws", "wd", axis=0),
        node("DequantizeLinear", "b bs", "bd", axis=0),
        node(op, inputs, "y", **said),
        *more,
    ]


@pytest.mark.parametrize(
    "nodes",
    [
        layer("Conv", "xd wd bd"),
        layer("ConvTranspose", "xd wd bd"),
        layer("Gemm", "xd wd bd", transB=1),
        layer("Conv", "xr wr bd", node("Reshape", "xd shape", "xr"), node("Identity", "wd", "wr")),
        layer("MatMul", "xd wd", node("Add", "y bd", "z")),
        layer("MatMul", "xd wd", node("Add", "bd y", "z")),
    ],
)
@pytest.mark.parametrize("scales", [[0.5, 0.25], [0.5]])
def test_the_factors_of_a_bias(tmp_path, nodes, scales):
    """A bias that is added in a layer has the scales of the layer's input and weight."""
    path = write(
        tmp_path / "m.onnx",
        nodes,
        w=WEIGHT,
        ws=np.array(scales, np.float32),
        b=BIAS,
        bs=np.array(scales, np.float32) * np.float32(0.1),
        xs=np.float32(0.1),
        xz=np.int8(3),
    )
    checkpoint = read_onnx(path)
    bias, weight = checkpoint.quantized
    assert bias.role == "bias" and not bias.reaches_ends and weight.role == "weight"
    assert bias.factors.input.tolist() == [float(np.float32(0.1))]
    assert bias.factors.weight.tolist() == scales and weight.factors is None
    assert (bias.low, bias.high) == (-(2**31), 2**31 - 1)
    assert bias.read(1, 2).codes.tolist() == [[[-(2**31)]]]
    assert not checkpoint.plain


def test_a_bias_elsewhere(tmp_path):
    """Integers of 32 bits that are added to something else have no factors."""
    nodes = layer("Relu", "bd")
    nodes[-1] = node("Add", "xd bd", "y")
    parts = {"w": WEIGHT, "ws": np.float32(1), "b": BIAS, "bs": np.float32(1), "xs": np.float32(1)}
    bias, _ = read_onnx(write(tmp_path / "m.onnx", nodes, xz=np.int8(0), **parts)).quantized
    assert bias.name == "b" and bias.factors is None


@pytest.mark.parametrize("scales", [[0.5, 0.3], [0.5]])
def test_the_bias_of_qlinear_conv(tmp_path, scales):
    """It stands for its codes times both scales; these are rounded by whoever quantizes."""
    path = write(
        tmp_path / "m.onnx",
        [node("QLinearConv", "x xs xz w ws wz ys yz b", "y")],
        *(stored("xz", 0, "uint8"), stored("yz", 0, "uint8")),
        w=WEIGHT,
        ws=np.array(scales, np.float32),
        wz=np.zeros(len(scales), np.int8),
        b=BIAS,
        xs=np.float32(0.1),
        ys=np.float32(0.7),
    )
    checkpoint = read_onnx(path)
    bias, weight = checkpoint.quantized
    exact = float(np.float32(0.1)) * np.array(scales, np.float32).astype(float)
    np.testing.assert_array_equal(levels(bias, 1), BIAS * exact)
    assert bias.bound.kind == "rounded scale" and bias.bound.scale_error == 2**-24
    assert bias.factors.weight.tolist() == np.float32(scales).tolist() and bias.role == "bias"
    assert weight.granularity == ("axis 0" if len(scales) > 1 else "tensor")
    assert not checkpoint.plain and not checkpoint.unexplained


def test_the_bias_of_qgemm(tmp_path):
    """Its scale has the factor alpha as well."""
    nodes = [node("QGemm", "a as az w ws wz b", "y", alpha=0.5, transB=1)]
    scales = {"as": np.float32(3), "ws": np.array([1, 2], np.float32)}
    codes = {"w": np.ones((2, 3), np.int8), "b": np.array([4, 6], np.int32)}
    zeros = {"az": np.int8(0), "wz": np.zeros(2, np.int8)}
    bias, weight = read_onnx(
        write(tmp_path / "m.onnx", nodes, **scales, **codes, **zeros)
    ).quantized
    assert levels(bias).tolist() == [6, 18] and bias.factors.input.tolist() == [1.5]
    assert weight.granularity == "row"


def test_a_bias_that_saturates(tmp_path):
    """The codes of such a bias are read as they are."""
    path = write(
        tmp_path / "m.onnx",
        layer("Gemm", "xd wd bd", transB=1),
        w=np.ones((2, 3), np.int8),
        ws=np.float32(9.1e-10),
        b=np.array([2**31 - 1, -(2**31)], np.int32),
        bs=np.float32(4.55e-10),
        xs=np.float32(0.5),
        xz=np.int8(0),
    )
    bias, _ = read_onnx(path).quantized
    assert bias.read(0, 2).codes.flatten().tolist() == [bias.high, bias.low]


# ---------------------------------------------------------------------------- integer operators
CODES = np.arange(-12, 12, dtype=np.int8).reshape(4, 6)


@pytest.mark.parametrize(
    ("op", "inputs", "said", "axis"),
    [
        ("QLinearMatMul", "x xs xz w s z ys yz", {}, 1),
        ("QLinearMatMul", "w s z x xs xz ys yz", {}, 0),
        ("QGemm", "x xs xz w s z - ys yz", {}, 1),
        ("QGemm", "x xs xz w s z - ys yz", {"transB": 1}, 0),
        ("QLinearConv", "x xs xz w s z ys yz", {}, 0),
        ("QLinearAdd", "x xs xz w s z ys yz", {}, None),
        ("QLinearConcat", "ys yz x xs xz w s z", {"axis": 0}, None),
        ("DynamicQuantizeMatMul", "x w s z", {}, 1),
    ],
)
def test_operators_with_scales(tmp_path, op, inputs, said, axis):
    """The codes that are stored have the scales beside them, of the rows or the columns that the
    result has.
    """
    count = () if axis is None else (CODES.shape[axis],)
    scale, zero = f32(*count), integers("int8", *count).astype(np.int8)
    path = write(
        tmp_path / "m.onnx",
        [node(op, inputs, "y", **said)],
        *(stored("xz", 0, "int8"), stored("yz", 0, "int8")),
        w=CODES,
        s=scale,
        z=zero,
        xs=np.float32(1),
        ys=np.float32(1),
    )
    checkpoint = read_onnx(path)
    found = only(checkpoint)
    assert found.format == f"ONNX {op} int8"
    wide = [np.expand_dims(part, 1 - axis) if axis is not None else part for part in (scale, zero)]
    np.testing.assert_array_equal(levels(found), wide[0] * (CODES - wide[1].astype(float)))
    assert "xs" not in checkpoint.plain or op == "DynamicQuantizeMatMul"


def dynamic(op="MatMulInteger", scales="xs w_scale", codes="w_quantized"):
    """Nodes as onnxruntime.quantization.quantize_dynamic writes them."""
    return [
        node("DynamicQuantizeLinear", "x", "xq xs xz"),
        node(op, f"xq {codes} xz w_zero_point", "p", name="/layer/dense/MatMul_quant"),
        node("Mul", scales, "both"),
        node("Cast", "p", "pc", to=TensorProto.FLOAT),
        node("Mul", "pc both", "q"),
        node("Add", "q bias", "y"),
    ]


@pytest.mark.parametrize("count", [(), (6,)])
@pytest.mark.parametrize(
    "nodes",
    [
        dynamic(),
        dynamic(scales="w_scale xs"),
        dynamic(scales="xs elsewhere"),
        [
            *dynamic()[:2],
            node("Cast", "p", "c", to=1),
            node("Mul", "c xs", "a"),
            node("Mul", "w_scale a", "y"),
        ],
    ],
)
def test_dynamic_quantization(tmp_path, nodes, count):
    """The scale is the one that the product is multiplied by, or else the one to which onnxruntime
    would have given this name.
    """
    scale, zero = f32(*count), integers("uint8", *count).astype(np.uint8)
    codes = integers("uint8", 4, 6)
    path = write(
        tmp_path / "m.onnx",
        nodes,
        stored("w_quantized", codes, "uint8"),
        w_scale=scale,
        w_zero_point=zero,
        bias=f32(6),
    )
    checkpoint = read_onnx(path)
    found = only(checkpoint)
    np.testing.assert_array_equal(levels(found), scale * (codes - zero.astype(float)))
    assert found.names == ("w", "layer.dense.weight") and not found.symmetric
    assert [*checkpoint.plain] == ["bias"]


def test_other_names(tmp_path):
    """The scale is found by the nodes where the names say nothing."""
    nodes = dynamic(scales="xs second", codes="first")
    parts = {"first": CODES, "second": np.float32(0.5), "w_zero_point": np.int8(1)}
    found = only(read_onnx(write(tmp_path / "m.onnx", nodes, **parts)))
    np.testing.assert_array_equal(levels(found), 0.5 * (CODES - 1.0))


def test_both_factors_are_stored(tmp_path):
    """Of two scales each factor has its own, also where neither has a name that says so."""
    nodes = [
        node("Gather", "e ids", "eg"),
        node("MatMulInteger", "eg w ez wz", "p"),
        node("Mul", "es ws", "both"),
        node("Cast", "p", "pc", to=TensorProto.FLOAT),
        node("Mul", "pc both", "y"),
    ]
    parts = {"e": CODES, "es": np.float32(2), "w": CODES, "ws": np.float32(4)}
    zeros = {"ez": np.int8(0), "wz": np.int8(0)}
    found = read_onnx(write(tmp_path / "m.onnx", nodes, **parts, **zeros)).quantized
    assert [float(each.read(0, 1).scale) for each in found] == [2, 4]
    # A single scale is the product of both.
    nodes[2] = node("Identity", "ws", "both")
    checkpoint = read_onnx(write(tmp_path / "n.onnx", nodes, **parts, **zeros))
    assert not checkpoint.quantized
    assert checkpoint.unexplained.keys() == {"e", "w"}
    assert "its scale was not found" in checkpoint.unexplained["w"]


@pytest.mark.parametrize("shape", [(), (2,), (1, 2, 1, 1)])
def test_convolution_of_integers(tmp_path, shape):
    """The scale that a convolution's result is multiplied by belongs to its channels."""
    nodes = dynamic("ConvInteger")
    scale = f32(*shape)
    zero = np.int8(0)
    path = write(
        tmp_path / "m.onnx",
        nodes,
        w_quantized=WEIGHT,
        w_scale=scale,
        w_zero_point=zero,
        bias=f32(2),
    )
    found = only(read_onnx(path))
    expected = WEIGHT * (scale.reshape(-1, 1, 1, 1) if shape else scale).astype(float)
    np.testing.assert_array_equal(levels(found), expected)


@pytest.mark.parametrize("shape", [(2,), (2, 8)])
def test_lstm(tmp_path, shape):
    """Each direction has a scale, or each column in it."""
    codes, scale = integers("int8", 2, 3, 8).astype(np.int8), f32(*shape)
    path = write(
        tmp_path / "m.onnx",
        [node("DynamicQuantizeLSTM", "x w r - - - - - s z rs rz", "y")],
        w=codes,
        s=scale,
        z=np.zeros(shape, np.int8),
    )
    wide = scale.reshape(2, 1, -1).astype(float)
    np.testing.assert_array_equal(levels(only(read_onnx(path))), codes * wide)


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize(("columns", "rows"), [(32, 3), (40, 3), (40, 1), (7, 2)])
@pytest.mark.parametrize("zeros", ["none", "packed", "floats"])
def test_mat_mul_n_bits(tmp_path, bits, columns, rows, zeros):
    """Rows of blocks, of which the last one is filled up; without zero points the middle is 0."""
    blocks, high = -(-columns // 16), (1 << bits) - 1
    codes = RNG.integers(0, high, (rows, blocks * 16), endpoint=True)
    scale = f32(rows * blocks)
    zero = RNG.integers(0, high, (rows, blocks), endpoint=True)

    def packed(values):
        each = 8 // bits
        filled = np.pad(values, ((0, 0), (0, -values.shape[1] % each))).reshape(rows, -1, each)
        return (filled << (np.arange(each) * bits)).sum(-1).astype(np.uint8)

    parts = {"w": packed(codes).reshape(rows, blocks, -1), "s": scale}
    if zeros == "packed":
        parts["z"] = packed(zero).reshape(-1)
    elif zeros == "floats":
        zero = zero + 0.5
        parts["z"] = zero.astype(np.float32)
    else:
        zero = np.full((rows, blocks), 1 << bits - 1)
    names = "x w s" + " z" * ("z" in parts)
    said = {"N": rows, "K": columns, "bits": bits, "block_size": 16}
    found = only(
        read_onnx(write(tmp_path / "m.onnx", [node("MatMulNBits", names, "y", **said)], **parts))
    )
    assert found.shape == (rows, columns) and (found.low, found.high) == (0, high)
    assert found.symmetric == (zeros == "none")
    wide = [part.reshape(rows, blocks).repeat(16, 1)[:, :columns] for part in (scale, zero)]
    np.testing.assert_array_equal(
        levels(found), wide[0].astype(float) * (codes[:, :columns] - wide[1])
    )


def test_gathered_blocks(tmp_path):
    """GatherBlockQuantized names the axis of its blocks."""
    codes, scale = integers("uint4", 4, 32), f32(4, 2)
    said = {"block_size": 16, "quantize_axis": 1, "domain": "com.microsoft"}
    nodes = [node("GatherBlockQuantized", "w ids s", "y", **said)]
    path = write(tmp_path / "m.onnx", nodes, stored("w", codes, "uint4"), s=scale)
    expected = codes * scale.repeat(16, 1).astype(float)
    np.testing.assert_array_equal(levels(only(read_onnx(path))), expected)


# ------------------------------------------------------------------------------------ Cast and Mul
@pytest.mark.parametrize("shape", [(), (6,), (1, 6), (4, 1)])
@pytest.mark.parametrize("turned", [False, True])
def test_cast_and_mul(tmp_path, shape, turned):
    """A scale is broadcast to the codes; from either side."""
    scale = f32(*shape)
    path = write(
        tmp_path / "m.onnx",
        [
            node("Cast", "w_q", "w_f", to=TensorProto.FLOAT),
            node("Mul", "w_scale w_f" if turned else "w_f w_scale", "w"),
            node("MatMul", "x w", "y", name="/a/b/MatMul"),
        ],
        w_q=CODES,
        w_scale=scale,
        bias=f32(3),
    )
    checkpoint = read_onnx(path)
    found = only(checkpoint)
    np.testing.assert_array_equal(levels(found), CODES * scale.astype(float))
    assert found.names == ("w", "a.b.weight") and found.symmetric and found.transposed
    assert [*checkpoint.plain] == ["bias"] and found.format == "ONNX Cast and Mul int8"
    assert found.granularity == {(): "tensor", (4, 1): "row"}.get(shape, "column")


@pytest.mark.parametrize("first", ["Cast", "Sub"])
@pytest.mark.parametrize(
    "zero", [np.uint8(7), np.float32(7), np.float32(7.5), np.arange(4.0, dtype="f")]
)
def test_cast_sub_and_mul(tmp_path, first, zero):
    """A zero point may be an integer that is cast as well, or a float; it may be taken away before
    or after.
    """
    codes = integers("uint8", 4, 6).astype(np.uint8)
    wide = zero.reshape(-1, 1) if zero.ndim else zero
    steps = [("Cast", "{}", {"to": 1}), ("Sub", "{} zf", {})][:: 1 if first == "Cast" else -1]
    nodes, name = [node("Cast", "z", "zf", to=1)], "w"
    for op, inputs, said in steps:
        nodes.append(node(op, inputs.format(name), f"after{op}", **said))
        name = f"after{op}"
    nodes.append(node("Mul", f"{name} s", "y"))
    scale = f32(4, 1)
    found = only(read_onnx(write(tmp_path / "m.onnx", nodes, w=codes, s=scale, z=wide)))
    expected = scale.astype(float) * (codes - wide.astype(float))
    np.testing.assert_allclose(levels(found), expected, rtol=1e-12)
    assert found.format == "ONNX Cast, Sub and Mul uint8"


# ------------------------------------------------------------------------------------------ Gather
GATHERED = [node("Gather", "w ids", "g", name="/words/Gather")]


@pytest.mark.parametrize(
    ("nodes", "scale"),
    [
        ([node("DequantizeLinear", "g s", "y")], ()),
        ([node("DequantizeLinear", "t s", "y"), node("Transpose", "g", "t")], ()),
        ([node("DequantizeLinear", "g s", "y", axis=-1)], (6,)),
        ([node("Cast", "g", "c", to=1), node("Mul", "c s", "y")], ()),
        ([node("Cast", "g", "c", to=1), node("Mul", "c s", "y")], (6,)),
        (
            [node("Gather", "s ids", "t"), node("Cast", "g", "c", to=1), node("Mul", "t c", "y")],
            (4, 1),
        ),
        (
            [
                *(node("Gather", "s ids", "t"), node("Unsqueeze", "t axes", "u")),
                *(node("Cast", "g", "c", to=1), node("Mul", "c u", "y")),
            ],
            (4,),
        ),
    ],
)
def test_gathered_codes(tmp_path, nodes, scale):
    """Rows of codes may be gathered before they are scaled."""
    scale = f32(*scale)
    path = write(tmp_path / "m.onnx", [*GATHERED, *nodes], w=CODES, s=scale)
    wide = scale.reshape(4, 1) if scale.shape == (4,) else scale
    found = only(read_onnx(path))
    np.testing.assert_array_equal(levels(found), CODES * wide.astype(float))
    assert found.names == ("words.weight",)


@pytest.mark.parametrize(
    ("nodes", "shape"),
    [
        ([*GATHERED, node("DequantizeLinear", "g s", "y")], (6,)),
        ([*GATHERED, node("DequantizeLinear", "g s", "y", axis=-2)], (4,)),
        ([node("Transpose", "w", "g"), node("DequantizeLinear", "g s", "y", axis=0)], (6,)),
        ([*GATHERED, node("Cast", "g", "c", to=1), node("Mul", "c s", "y")], (4, 1)),
        (
            [
                *(*GATHERED, node("Gather", "s others", "t")),
                *(node("Cast", "g", "c", to=1), node("Mul", "c t", "y")),
            ],
            (4, 1),
        ),
        ([node("Cast", "w", "c", to=1), node("Mul", "c s", "y")], (5,)),
    ],
)
def test_scales_that_are_not_clear(tmp_path, nodes, shape):
    """It is said of codes whose scales cannot be told apart, and they are never guessed."""
    checkpoint = read_onnx(write(tmp_path / "m.onnx", nodes, w=CODES, s=f32(*shape)))
    assert not checkpoint.quantized and [*checkpoint.unexplained] == ["w"]
    assert "scale" in checkpoint.unexplained["w"] or "'s'" in checkpoint.unexplained["w"]


# ---------------------------------------------------------------------------------- several tensors
def test_the_same_codes_twice(tmp_path):
    """Codes that are taken twice are one tensor, and another one for each further scale; no two
    have the same name.
    """
    nodes = [
        node("DequantizeLinear", "w s", "y"),
        node("DequantizeLinear", "w s", "z"),
        helper.make_node("DequantizeLinear", ["w (2)", "s"], ["u"]),
        node("DequantizeLinear", "w t", "v"),
        node("DequantizeLinear", "w r", "q"),
    ]
    scales = {"s": np.float32(1), "t": np.float32(2), "r": np.float32(3)}
    path = write(tmp_path / "m.onnx", nodes, **{"w": CODES, "w (2)": CODES}, **scales)
    found = {each.name: float(each.read(0, 1).scale) for each in read_onnx(path).quantized}
    assert found == {"w": 1, "w (2)": 1, "w (3)": 2, "w (4)": 3}


@pytest.mark.parametrize(
    ("codes", "op", "expected"),
    [
        ("fc.weight_Transposed_quantized", "/fc/Gemm_quant", ("fc.weight_Transposed", "fc.weight")),
        ("onnx::MatMul_9_DQ_Q4", "/head/MatMul_Q4", ("onnx::MatMul_9", "head.weight")),
        ("w_int8", "conv1", ("w", "conv1.weight")),
        ("w.q", "", ("w",)),
        ("weight", "/a.0/b/MatMul", ("y", "a.0.b.weight")),
    ],
)
def test_names(tmp_path, codes, op, expected):
    """An original is looked for under the name before a tool changed it, and under its module's."""
    nodes = [node("DequantizeLinear", f"{codes} s", "y"), node("MatMul", "x t", "z", name=op)]
    nodes.insert(1, node("Transpose", "y", "t"))
    path = write(tmp_path / "m.onnx", nodes, **{codes: CODES, "s": np.float32(1)})
    names = only(read_onnx(path)).names
    assert tuple(name for name in names if name != "y" or "y" in expected) == expected


@pytest.mark.parametrize(
    ("nodes", "parts", "why"),
    [
        (
            [node("GatherBlockQuantized", "w ids s", "y", domain="com.microsoft")],
            {"w": np.zeros((4, 64), np.uint8), "s": f32(4, 1)},
            "is uint8, as which GatherBlockQuantized may pack other codes",
        ),
        (
            [node("DequantizeLinear", "w s", "y")],
            {"s": np.int32(1)},
            "the scale 's', which is int32",
        ),
        ([node("DequantizeLinear", "w", "y")], {}, "its scale was not found"),
        (
            [node("DequantizeLinear", "w s z", "y")],
            {"s": np.float32(1), "z": np.zeros(6, np.int8)},
            "do not lie as its scales do",
        ),
        ([node("QLinearMatMul", "x xs xz w s", "y")], {"s": f32(4)}, "that do not fit: 's'"),
        ([node("MatMulInteger", "x w", "p")], {"s": f32(6)}, "its scale was not found"),
        (
            [node("Cast", "w", "c", to=1), node("Sub", "c z", "d"), node("Mul", "d s", "y")],
            {"s": np.float32(1)},
            "the zero point 'z', which is not stored",
        ),
        (
            [node("Identity", "w", "v"), node("Cast", "v", "u"), node("MatMulNBits", "x u s", "y")],
            {"w": np.zeros((4, 1, 8), np.uint8), "s": f32(4)},
            "is moved before MatMulNBits takes it",
        ),
        (
            [node("MatMulNBits", "x w s", "y", bits=5)],
            {"w": np.zeros((4, 1, 8), np.uint8), "s": f32(4)},
            "has 5 bits",
        ),
        (
            [node("QLinearConv", "x xs xz v s vz ys yz w", "y")],
            {"w": BIAS, "xs": f32(2), "s": np.float32(1)},
            "is the bias of QLinearConv, and its scale was not found",
        ),
        (
            [node("QLinearConv", "x xs xz v s vz ys yz w", "y")],
            {"w": BIAS, "xs": np.float32(1), "s": f32(3)},
            "there are 3 channels",
        ),
    ],
)
def test_what_is_missing(tmp_path, nodes, parts, why):
    """It is said what is missing of what codes stand for."""
    checkpoint = read_onnx(write(tmp_path / "m.onnx", nodes, **{"w": CODES, **parts}))
    assert not checkpoint.quantized and why in checkpoint.unexplained["w"]


def test_what_is_not_explained(tmp_path):
    """Integers of 8 bits or fewer without a scale are said to be so, with the nodes that take them;
    shapes, indices and single integers are not codes.
    """
    nodes = [
        node("Cast", "a", "y", to=1),
        node("DequantizeLinear", "b dynamic", "z"),
        node("Reshape", "x shape", "v"),
        node("QuantizeLinear", "x one zero", "u"),
    ]
    path = write(
        tmp_path / "m.onnx",
        nodes,
        stored("c", [1, 2, 3], "int4"),
        a=CODES,
        b=CODES,
        shape=np.array([2, 3]),
        index=np.array([1, 2], np.int32),
        mask=np.array([True, False]),
        zero=np.zeros(2, np.int8),
        single=np.int8(1),
        one=np.ones(2, np.float32),
        plain=f32(2),
    )
    checkpoint = read_onnx(path)
    assert not checkpoint.quantized and not checkpoint.others and [*checkpoint.plain] == ["plain"]
    assert checkpoint.unexplained == {
        "a": "is int8 of shape (4, 6), and no node says its scale; it is taken by Cast",
        "b": "has the scale 'dynamic', which is not stored in the model",
        "c": "is int4 of shape (3,), and no node says its scale",
    }


def test_what_is_not_read(tmp_path):
    """Dtypes that are not read, and what is within the graphs of nodes."""
    inner = helper.make_graph(
        [node("Constant", "", "d", value=stored("", CODES))], "inner", [], [], [stored("c", CODES)]
    )
    path = write(
        tmp_path / "m.onnx",
        [helper.make_node("If", ["which"], ["y"], "branch", then_branch=inner, else_branch=inner)],
        helper.make_tensor("words", TensorProto.STRING, [1], [b"a"]),
        empty=np.zeros((0, 2), np.int8),
        w=f32(2),
    )
    checkpoint = read_onnx(path)
    assert checkpoint.others == {
        "words": "has the dtype string, which is not read",
        "empty": "is empty: its shape is (0, 2)",
        "what is within If 'branch'": "is not looked at, and has 4 tensors of integers that may be "
        "codes",
    }


def test_other_domains(tmp_path):
    """An operator of an unknown domain says nothing, whatever its name."""
    nodes = [node("DequantizeLinear", "w s", "y", domain="org.example")]
    checkpoint = read_onnx(write(tmp_path / "m.onnx", nodes, w=CODES, s=np.float32(1)))
    assert "org.example.DequantizeLinear" in checkpoint.unexplained["w"]


# ------------------------------------------------------------------------------------------ damage
DEQUANTIZE = [node("DequantizeLinear", "w s", "y")]


@pytest.mark.parametrize(
    ("nodes", "parts", "why"),
    [
        (DEQUANTIZE, {"s": f32(4)}, "'s' of shape .4,. does not fit 'w'"),
        ([node("DequantizeLinear", "w s", "y", axis=2)], {"s": f32(4)}, "does not fit"),
        ([node("DequantizeLinear", "w s", "y", axis=1.0)], {"s": f32(6)}, "does not fit"),
        ([node("DequantizeLinear", "w s", "y", block_size=-1)], {"s": f32(6)}, "does not fit"),
        ([node("DequantizeLinear", "w s", "y", block_size=2)], {"s": f32(4, 2)}, "does not fit"),
        (
            [node("DequantizeLinear", "w s z", "y")],
            {"s": f32(6), "z": np.zeros(4, np.int8)},
            "'z' of shape .4,. does not fit",
        ),
        (DEQUANTIZE * 2, {"s": f32(6)}, "two tensors have the name 'y'"),
        ([node("Identity", "s", "w")], {"s": f32(6)}, "two tensors have the name 'w'"),
        ([node("MatMulNBits", "x w s", "y", K=3, N=-1)], {"s": f32(6)}, "a matrix of -1 × 3"),
        (
            [node("MatMulNBits", "x w s", "y", K=16, N=4, block_size=16)],
            {"s": f32(6)},
            "'w' needs 32 elements, and has 24",
        ),
    ],
)
def test_parts_that_do_not_fit(tmp_path, nodes, parts, why):
    """A model that no runtime would take is refused."""
    codes = CODES.astype(np.uint8 if nodes[0].op_type == "MatMulNBits" else np.int8)
    with pytest.raises(UsageError, match=f"is damaged: .*{why}"):
        read_onnx(write(tmp_path / "m.onnx", nodes, w=codes, **parts))


@pytest.mark.parametrize(
    "nodes",
    [
        [
            node("Identity", "a", "b"),
            node("Identity", "b", "a"),
            node("DequantizeLinear", "a s", "y"),
        ],
        [node("MatMulInteger", "x w", "p"), node("Cast", "p", "q"), node("Cast", "q", "p2")],
        [node("MatMulInteger", "x w", "p"), node("Mul", "p q", "q")],
        [node("MatMulInteger", "x w", ""), node("DequantizeLinear", "", "y")],
        [node("Cast", "w", "c", to=1), node("Sub", "c", "d"), node("Mul", "d s", "y")],
        [node("Cast", "w", "c", to=1), node("Mul", "c", "y"), node("Gather", "w", "g")],
        [node("Identity", "", "y"), node("Mul", "y s", "z"), node("Constant", "", "v")],
    ],
)
def test_nodes_that_make_no_sense(tmp_path, nodes):
    """They explain nothing, and are gone through in an end."""
    checkpoint = read_onnx(write(tmp_path / "m.onnx", nodes, w=CODES, s=np.float32(1)))
    assert not checkpoint.quantized and [*checkpoint.unexplained] == ["w"]


def part(tag, content):
    """A field of a message, of less than 128 bytes."""
    return bytes([tag << 3 | 2, len(content)]) + content


def test_an_initializer_twice(tmp_path):
    """Two initializers of one name are refused."""
    with pytest.raises(UsageError, match="names an initializer twice"):
        read_onnx(write(tmp_path / "m.onnx", [], *[stored("w", CODES)] * 2))


def test_zero_points_of_few_bits(tmp_path):
    """Packed zero points have to be as many as there are blocks."""
    nodes = [node("MatMulNBits", "x w s z", "y", K=16, N=3, block_size=16)]
    parts = {"w": np.zeros((3, 1, 8), np.uint8), "s": f32(3), "z": np.zeros(4, np.uint8)}
    with pytest.raises(UsageError, match="'z' needs 3 elements, and has 4"):
        read_onnx(write(tmp_path / "m.onnx", nodes, **parts))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (part(4, b"\xff"), "is not UTF-8|cannot be read"),
        (part(5, part(1, b"a") + bytes([5 << 3, 1])), "field 5 of an attribute is given twice, or"),
        (part(5, part(1, b"\xff")), "is not UTF-8|cannot be read"),
        (part(0, b"a"), "a node cannot be read"),
        (bytes([4 << 3 | 2, 9]), "is said to have 9 bytes, 0 are left"),
    ],
)
def test_nodes_that_cannot_be_read(tmp_path, content, why):
    """They are refused with the file's name."""
    path = tmp_path / "m.onnx"
    path.write_bytes(b"\x08\x0a" + part(7, part(1, content)) + part(8, b"\x10\x15"))
    with pytest.raises(UsageError, match=f"m.onnx is damaged: .*({why})"):
        read_onnx(path)


@pytest.mark.parametrize("said", [{"mode": "x" * 300}, {"doc_string": "x" * 300}])
def test_nodes_that_are_too_large(tmp_path, monkeypatch, said):
    """A node of which the library would have to be given very much is refused."""
    path = write(tmp_path / "m.onnx", [node("Resize", "x", "y", **said)], w=np.int8(1))
    assert not read_onnx(path).quantized
    monkeypatch.setattr("pyharness.formats.onnx._TYPED_LIMIT", 200)
    with pytest.raises(UsageError, match="more than 200 bytes"):
        read_onnx(path)


def test_an_attribute_twice(tmp_path):
    """It could be read in two ways."""
    twice = node("DequantizeLinear", "w s", "y", axis=0)
    twice.attribute.append(helper.make_attribute("axis", 1))
    both = node("DequantizeLinear", "w s", "z", axis=0)
    both.attribute[0].f = 1.0
    with pytest.raises(UsageError, match="one with two values"):
        read_onnx(write(tmp_path / "m.onnx", [both], w=CODES, s=f32(4)))
    with pytest.raises(UsageError, match="has an attribute twice"):
        read_onnx(write(tmp_path / "m.onnx", [twice], w=CODES, s=f32(6)))


@pytest.mark.parametrize("values", [1, 2])
def test_a_value_twice(tmp_path, values):
    """So could a constant whose attribute has two values, which the library would join."""
    value = part(5, stored("", np.int8([1, 2])).SerializeToString())
    constant = part(4, b"Constant") + part(2, b"w") + part(5, part(1, b"value") + value * values)
    path = tmp_path / "m.onnx"
    path.write_bytes(b"\x08\x0a" + part(7, part(1, constant)) + part(8, b"\x10\x15"))
    if values == 1:
        assert [*read_onnx(path).unexplained] == ["w"]
    else:
        with pytest.raises(UsageError, match="field 5 of an attribute is given twice"):
            read_onnx(path)


def test_weights_are_not_read(tmp_path):
    """What a model is found to hold takes little memory, however large its tensors are."""
    large = np.zeros((1 << 12, 1 << 12), np.int8)
    nodes = [
        node("Constant", "", "c", value=stored("", large)),
        node("DequantizeLinear", "w s", "y"),
        node("DequantizeLinear", "c s", "z"),
    ]
    path = write(tmp_path / "m.onnx", nodes, w=large, s=np.float32(1))
    tracemalloc.start()
    checkpoint = read_onnx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < large.nbytes / 8
    assert [found.name for found in checkpoint.quantized] == ["c", "w"]
    assert checkpoint.quantized[0].read(7, 9).codes.shape == (2, 1, 1 << 12)


def test_deep_graphs(tmp_path):
    """Graphs within graphs are gone through however deep they are."""
    graph = helper.make_graph([], "g", [], [], [stored("c", CODES)])
    for _ in range(30):
        inner = node("Loop", "", "y", body=graph)
        graph = helper.make_graph([inner], "g", [], [])
    checkpoint = read_onnx(write(tmp_path / "m.onnx", [node("Loop", "", "z", body=graph)]))
    assert "has 1 tensors" in checkpoint.others["what is within Loop 'z'"]


@pytest.fixture
def model(tmp_path):
    """A model of all kinds."""
    nodes = [
        *layer("Conv", "xd wd bd"),
        node("Cast", "v", "vf", to=1),
        node("Sub", "vf zero", "vs"),
        node("Mul", "vs scales", "vm"),
        node("MatMulNBits", "x packed few", "n", K=4, N=3, block_size=4),
        *dynamic()[1:5],
        node("Constant", "", "constant", value=stored("", CODES)),
        node("DequantizeLinear", "constant ws", "cd"),
        node("QLinearConv", "x xs xz w ws wz xs xz b", "qc"),
    ]
    nodes[8].output[0] = "sum"
    return write(
        tmp_path / "m.onnx",
        nodes,
        stored("few_codes", integers("int4", 3, 3), "int4"),
        w=WEIGHT,
        ws=np.float32(1),
        wz=np.int8(0),
        b=BIAS,
        bs=np.float32(1),
        xs=np.float32(1),
        xz=np.int8(0),
        v=CODES,
        zero=np.float32(3),
        scales=f32(4, 1),
        packed=np.arange(6, dtype=np.uint8).reshape(3, 1, 2),
        few=f32(3),
        w_quantized=CODES,
        w_scale=f32(6),
        w_zero_point=np.int8(2),
    )


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300
)
@given(data=st.data())
def test_changed_in_several_places(model, data):
    """A model with some bytes changed, removed, repeated or put in is read or refused."""
    content = bytearray(model.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(content)))
        size = data.draw(st.integers(0, 12))
        put = data.draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from([b"\xff" * 9, b"\0" * 8, b"\x80" * 10]),
                st.just(bytes(content[at : at + 2 * size])),
            )
        )
        content[at : at + size] = put
    path = model.with_name("changed.onnx")
    path.write_bytes(content)
    refusal = "changed"
    try:
        for found in read_onnx(path).quantized:
            found.read(0, found.rows)
    except UsageError as error:
        refusal = str(error)
    assert "changed" in refusal
