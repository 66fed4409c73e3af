"""Weights of networks that are rounded here and not run: three for the recognition of text in
pictures, and a speaker encoder.
"""

from __future__ import annotations

import torch
from torch import Tensor

from claims.models.packages import WEIGHTS, package_file
from pyharness import UsageError, cached_on_cpu

__all__ = ["further_weights"]

_READER = ("rapidocr-onnxruntime", "rapidocr_onnxruntime")
_PARTS = {
    "det": "ch_PP-OCRv4_det_infer",
    "rec": "ch_PP-OCRv4_rec_infer",
    "cls": "ch_ppocr_mobile_v2.0_cls_infer",
}
_WEIGHTED = {"Conv", "ConvTranspose", "MatMul", "Gemm"}
"""Operators of ONNX whose second input is a weight, where it is a constant."""


@cached_on_cpu
def further_weights() -> dict[str, Tensor]:
    """Return every weight of these networks that has two dimensions or more, float32 [out, in,
    kernel…], by `network/name`.

    Raises:
        UsageError: if a package of weights, or onnx, is not installed.
    """
    found = {
        f"rapidocr-{part}/{name}": weight
        for part, file in _PARTS.items()
        for name, weight in _onnx_weights(f"models/{file}.onnx").items()
    }
    path = package_file("resemblyzer", "resemblyzer", "pretrained.pt", install=WEIGHTS)
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    return found | {
        f"resemblyzer/{name}": weight.float() for name, weight in state.items() if weight.dim() > 1
    }


def _onnx_weights(file: str) -> dict[str, Tensor]:
    """Return the constant weights of a model of the package, by name."""
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError as error:
        raise UsageError(
            "the package onnx is not installed; run: pip install -r claims/requirements.txt"
        ) from error
    graph = onnx.load(package_file(*_READER, file, install=WEIGHTS)).graph
    constants = {one.name: one for one in graph.initializer}
    constants |= {
        node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"
    }
    found: dict[str, Tensor] = {}
    for node in graph.node:
        if node.op_type not in _WEIGHTED or node.input[1] not in constants:
            continue
        weight = torch.from_numpy(numpy_helper.to_array(constants[node.input[1]]).copy())
        if weight.dim() > 1:
            # The weight of a dense layer or a transposed convolution is [in, out, …].
            given = node.op_type == "Conv" or any(
                one.name == "transB" and one.i for one in node.attribute
            )
            turned = weight if given else weight.transpose(0, 1).contiguous()
            found.setdefault(node.input[1], turned)
    return found
