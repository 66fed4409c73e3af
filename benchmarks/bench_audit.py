"""Time `pyharness audit` on a generated pair of a model and its INT8 form, against a single pass of
`abs().sum()` over both; and compare it with what onnxruntime tells of a quantized model.

    .venv/bin/python benchmarks/bench_audit.py                       # 9 GB, and a quarter of it
    .venv/bin/python benchmarks/bench_audit.py --gigabytes 1 --folder /scratch
    .venv/bin/python benchmarks/bench_audit.py --onnxruntime /venv/bin/python

Writes benchmarks/audit.json. The files are in memory, as far as they fit. The pass maps the same
files and adds up the magnitudes of the same chunks in one process. The audit runs outside any
project, on all cores and once on one. Its seconds are those of reading; those of the whole run are
given beside them, and those of a first run, in which Lean's kernel and the second one check the
theorems. Memory is the largest sum, over the process tree, of proportional set sizes, sampled. With
`--onnxruntime`, an interpreter that has onnxruntime quantizes a model of matrices as QDQ, and
`qdq_loss_debug` compares its weights with their originals: as they are, and with one code that is 2
more.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from bench_verify import measure
from records import origin
from torch import Tensor

from pyharness.formats.quantized.checkpoint import read_checkpoint, read_originals

RESULTS = Path(__file__).with_name("audit.json")
CHUNK = 1 << 20
SLICE = 1 << 26
"""Bytes that are hashed at once."""
SHAPES = {
    **dict.fromkeys(("q", "o"), (4096, 4096)),
    **dict.fromkeys(("gate", "up"), (11008, 4096)),
    "down": (4096, 11008),
}
ORT = """
import json, sys, time
import numpy as np
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.qdq_loss_debug import compute_weight_error, create_weight_matching
class Data(CalibrationDataReader):
    left = 2
    def get_next(self):
        self.left -= 1
        return {"x": np.random.default_rng(self.left).normal(size=(4, 1024)).astype(np.float32)} if self.left >= 0 else None
model, out, mode = sys.argv[1:]
if mode == "quantize":
    quantize_static(model, out, Data(), quant_format=QuantFormat.QDQ, per_channel=True, weight_type=QuantType.QInt8)
else:
    start = time.perf_counter()
    errors = compute_weight_error(create_weight_matching(model, out))
    print(json.dumps({"seconds": time.perf_counter() - start, "SQNR in dB": {k: float(v) for k, v in errors.items()}}))
"""


def weights(size: int) -> Iterator[tuple[str, Tensor]]:
    """Yield the matrices of a transformer of 4,096 dimensions, float32, of which original and INT8
    form have so many bytes; the last layer may be a part of one.
    """
    draws = torch.Generator().manual_seed(0)
    layer = done = 0
    while done < size:
        for name, shape in SHAPES.items():
            if done >= size:
                return
            yield f"layers.{layer}.{name}.weight", torch.randn(shape, generator=draws) * 0.02
            done += 5 * shape[0] * shape[1]
        layer += 1


def write(folder: Path, size: int) -> tuple[Path, Path]:
    """Write a model and its INT8 form, a scale for each row, tensor after tensor."""
    paths = folder / "model.safetensors", folder / "model-int8.safetensors"
    with _Writer(paths[0]) as original, _Writer(paths[1]) as quantized:
        for name, weight in weights(size):
            scale = weight.abs().amax(1, keepdim=True) / 127
            original.add(name, weight, "F32")
            quantized.add(name, torch.round(weight / scale).to(torch.int8), "I8")
            quantized.add(f"{name}_scale", scale, "F32")
    return paths


class _Writer:
    """Writes a safetensors file a tensor at a time; its header, at the front, comes last."""

    def __init__(self, path: Path) -> None:
        self.path, self.header, self.at = path, {}, 0
        self.data = path.with_suffix(".data").open("w+b")

    def __enter__(self) -> _Writer:
        return self

    def add(self, name: str, tensor: Tensor, dtype: str) -> None:
        offsets = [self.at, self.at + tensor.numel() * tensor.element_size()]
        self.header[name] = {"dtype": dtype, "shape": [*tensor.shape], "data_offsets": offsets}
        self.data.write(tensor.contiguous().view(torch.uint8).numpy().data)
        self.at = offsets[1]

    def __exit__(self, *_: object) -> None:
        text = json.dumps(self.header).encode()
        text += b" " * (-len(text) % 8)
        self.data.seek(0)
        with open(self.path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            shutil.copyfileobj(self.data, file, 1 << 24)
        self.data.close()
        self.path.with_suffix(".data").unlink()


def single_pass(paths: tuple[Path, Path]) -> float:
    """Return the seconds in which all magnitudes of both files are added up, chunk by chunk."""
    torch.set_num_threads(1)
    parts = [
        *read_originals([paths[0]]).values(),
        *(part for item in read_checkpoint([paths[1]]).quantized for part in item.parts),
    ]
    start = time.perf_counter()
    for part in parts:
        for chunk in part.chunks(CHUNK):
            chunk.abs().sum()
    return time.perf_counter() - start


def hashing(paths: tuple[Path, Path]) -> float:
    """Return the seconds in which the bytes of both files are hashed, on all cores."""
    cores = len(os.sched_getaffinity(0))
    start = time.perf_counter()
    with ThreadPoolExecutor(cores) as threads:
        for path in paths:
            data = np.memmap(path, np.uint8, "r")
            pieces = range(0, len(data), SLICE)
            list(threads.map(lambda at, data=data: hashlib.sha256(data[at : at + SLICE]), pieces))
    return time.perf_counter() - start


def audit(
    quantized: Path, original: Path, folder: Path, cores: set[int] | None = None, *more: str
) -> dict[str, Any]:
    """Run `pyharness audit` on files that it has not read, on these cores alone if given, and with
    `more` options.
    """
    for path in (quantized, original):
        path.touch()
    report = folder / "report.json"
    command = [sys.executable, "-m", "pyharness", "audit", str(quantized), "--json", *more]
    command += ["--original", str(original), "-o", str(folder / "certificate.json")]
    found = measure(["sh", "-c", f'"$@" > {report} || true', "sh", *command], folder, cores)
    told = json.loads(report.read_text())
    return {
        "seconds": told["seconds"],
        "of the whole run": found["seconds"],
        "peak_mib": found["peak_mib"],
        "bytes": told["bytes"],
        "violations": sum(row["violations"] for row in told["tensors"]),
        "tensors": len(told["tensors"]),
    }


def bench(folder: Path, size: int, repeats: int) -> dict[str, Any]:
    """Time a pass and an audit of a pair of so many bytes, the best of some repeats."""
    paths = write(folder, size)
    rows: dict[str, list[float]] = {"abs().sum(), 1 process": [], "SHA-256 alone": [], "audit": []}
    first, runs = audit(paths[1], paths[0], folder, None, "--fresh"), []
    for _ in range(repeats):
        rows["abs().sum(), 1 process"].append(single_pass(paths))
        rows["SHA-256 alone"].append(hashing(paths))
        runs.append(audit(paths[1], paths[0], folder))
        rows["audit"].append(runs[-1]["seconds"])
    alone = audit(paths[1], paths[0], folder, {min(os.sched_getaffinity(0))})
    rows["audit, 1 core"] = [alone["seconds"]]
    read = runs[0]["bytes"]
    for path in paths:
        path.unlink()
    rates = {name: round(read / min(seconds) / 1e9, 3) for name, seconds in rows.items()}
    return {
        "bytes": read,
        "tensors": runs[0]["tensors"],
        "violations": runs[0]["violations"],
        "GB/s": rates,
        "seconds": {name: [round(one, 2) for one in some] for name, some in rows.items()},
        "of the whole run": round(min(run["of the whole run"] for run in runs), 2),
        "of the first run": round(first["of the whole run"], 2),
        "audit over abs().sum()": round(rates["audit"] / rates["abs().sum(), 1 process"], 3),
        "peak_mib": max(run["peak_mib"] for run in runs),
        "peak_mib of the first run": first["peak_mib"],
    }


def compare(python: Path, folder: Path) -> dict[str, Any]:
    """What onnxruntime and an audit tell of a quantized model, and of it with one code changed."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    draws = np.random.default_rng(0)
    names = [f"w{number}" for number in range(8)]
    nodes, last = [], "x"
    for name in names:
        nodes.append(helper.make_node("MatMul", [last, name], [f"y_{name}"]))
        last = f"y_{name}"
    matrices = [
        numpy_helper.from_array(draws.normal(size=(1024, 1024)).astype(np.float32) / 32, name)
        for name in names
    ]
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, [4, 1024]) for end in ("x", last)]
    graph = helper.make_graph(nodes, "matrices", ends[:1], ends[1:], matrices)
    model, right, wrong = (folder / f"{name}.onnx" for name in ("model", "right", "wrong"))
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), model)
    script = folder / "ort.py"
    script.write_text(ORT)
    run = [str(python), str(script), str(model)]
    subprocess.run([*run, str(right), "quantize"], check=True, capture_output=True)
    changed = onnx.load(right)
    codes = next(one for one in changed.graph.initializer if one.name == "w3_quantized")
    values = numpy_helper.to_array(codes).copy()
    place = np.argwhere(abs(values.astype(int)) < 100)[0]
    values[tuple(place)] += 2
    codes.CopyFrom(numpy_helper.from_array(values, codes.name))
    onnx.save(changed, wrong)
    told: dict[str, Any] = {"elements": 8 * 1024 * 1024, "changed": [int(one) for one in place]}
    for name, path in (("right", right), ("one code 2 more", wrong)):
        text = subprocess.run(
            [*run, str(path), "debug"], check=True, capture_output=True, text=True
        ).stdout
        theirs = json.loads(text)
        ours = audit(path, model, folder)
        told[name] = {
            "onnxruntime": {
                "seconds": round(theirs["seconds"], 3),
                "SQNR in dB of w3": round(theirs["SQNR in dB"]["w3"], 6),
            },
            "audit": {
                "seconds": ours["seconds"],
                "of the whole run": ours["of the whole run"],
                "violations": ours["violations"],
            },
        }
    version = [str(python), "-c", "import onnxruntime; print(onnxruntime.__version__)"]
    told["onnxruntime"] = subprocess.run(
        version, check=True, capture_output=True, text=True
    ).stdout.strip()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gigabytes", type=float, default=9.0, help="of the pair (default: 9)")
    parser.add_argument(
        "--repeats", type=int, default=2, help="of each measurement on all cores (default: 2)"
    )
    parser.add_argument("--folder", type=Path, help="where to write the models")
    parser.add_argument(
        "--onnxruntime", type=Path, metavar="PYTHON", help="an interpreter that has onnxruntime"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    size = int(options.gigabytes * 1e9)
    try:
        results = {}
        for name, part in (("the pair", size), ("a quarter of it", size // 4)):
            results[name] = bench(folder, part, options.repeats)
            print(json.dumps({name: results[name]}, indent=2), flush=True)
        compared = compare(options.onnxruntime, folder) if options.onnxruntime else None
    finally:
        shutil.rmtree(folder)
    record = {
        **origin(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "results": results,
        "compared": compared,
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
