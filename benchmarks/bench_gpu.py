"""Time checks on a GPU against the CPU of the same machine, and against the bandwidth that the GPU
reaches in the same run.

    python benchmarks/bench_gpu.py [--output FILE]
    python benchmarks/bench_gpu.py --device cpu --output FILE     # try it without a GPU
    python benchmarks/bench_gpu.py --only audits                  # leave the checks of claims out

Writes benchmarks/gpu.json, or FILE, with every repetition. Needs a GPU, and says so where there is
none.
A pair of a checkpoint, float32 and INT8 with a scale for each row, is also streamed through what
settles its codes in an audit: from the device's own memory, and from files in the page cache, from
which it is brought there while what came before is settled. `bytes a second` are those of the pair,
each counted once; a copy reads and writes each. Where files are read, the whole look at a tensor is
timed, digests included, on one thread and on all cores.
`traffic` is the least that a check must move: its inputs read once, and the answer of each case
written and read once. What it takes at the measured bandwidth over what it took is `share of
bandwidth`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from bench_audit import write
from records import origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # For `claims`, which is not installed.

from claims import beta, nucleus
from claims.measures.thresholds import Data
from claims.models.activations import quantized_layers
from claims.models.attention import int8_keys
from claims.models.zoo import load_models
from pyharness.audit.checks import Limits, limits_of
from pyharness.audit.filtering import PIECE, Filter
from pyharness.audit.looking import Original, look
from pyharness.audit.pairs import pair
from pyharness.core.device import CPU, default_device, find_device
from pyharness.core.errors import UsageError
from pyharness.core.executor import ThreadExecutor
from pyharness.evidence.exhaustive import sweep
from pyharness.evidence.run import Run
from pyharness.formats.quantized.checkpoint import read_checkpoint, read_originals
from pyharness.formats.quantized.tensor import Quantized
from pyharness.pipeline.gather import prepare
from pyharness.pipeline.record import describe

RESULTS = Path(__file__).with_name("gpu.json")
REPETITIONS = 7
AUDITS = 3
"""Repetitions of audits."""
BUFFER = 1 << 30
"""Bytes that are copied to measure the bandwidth."""


@dataclass(frozen=True)
class Check:
    """A check to time: what it does on the device at hand, how many cases it has, and its least
    traffic in bytes.
    """

    name: str
    compute: Callable[[Run], object]
    cases: int
    traffic: int


def checks(run: Run) -> Iterator[Check]:
    """Yield the checks: exhaustive ones, those on the models' INT8 tensors, and one of sorts and
    sums in float64.
    """
    grids = [
        ("nucleus axioms, all 2^24 (z, p, q)", nucleus.is_nucleus, nucleus.TRIPLES),
        (
            "composition preserves meet, all 2^32 (z, w, p, q)",
            nucleus.composition_preserves_meet,
            nucleus.QUADRUPLES,
        ),
        (
            "fixed sets nest, all 2^32 (z, w, p, q)",
            nucleus.fixed_sets_nest_at_meets,
            nucleus.QUADRUPLES,
        ),
    ]
    for name, law, axes in grids:
        cases = 256 ** len(axes)
        yield Check(
            name,
            lambda run, law=law, axes=axes: sweep(law, axes, domain="d", summary="s"),
            cases,
            2 * cases,
        )
    read = sum(layer.values.numel() for layer in quantized_layers())
    yield Check(
        "nucleus laws on every layer's INT8 activations",
        lambda run: nucleus.on_every_layer(quantized_layers(), nucleus.is_nucleus, pairs=True),
        read // 2,
        2 * read,
    )
    keys = int8_keys()[0]
    yield Check(
        "energy of the residual of every INT8 key",
        lambda run: bool(beta.residual_has_energy(int8_keys()[0]).all()),
        len(keys),
        keys.numel() + 2 * len(keys),
    )
    count = largest(run).numel()
    yield Check(
        "sort and running sums of the largest layer, float64",
        lambda run: Data(largest(run)).kurtosis,
        count,
        12 * count,
    )


def largest(run: Run) -> torch.Tensor:
    """Return the most outputs that a layer has, where the run's models lie."""
    return max(
        (layer.preactivation for model in load_models() for layer in model.layers), key=torch.numel
    )


def seconds(compute: Callable[[], object], where: torch.device, repetitions: int) -> list[float]:
    """Return how long each repetition took on a device, after one that is not counted."""
    compute()
    found = []
    for _ in range(repetitions):
        synchronize(where)
        start = time.perf_counter()
        compute()
        synchronize(where)
        found.append(time.perf_counter() - start)
    return found


def synchronize(where: torch.device) -> None:
    """Wait for a GPU to have done what it was given."""
    if where.type == "cuda":
        torch.cuda.synchronize(where)


def bandwidth(where: torch.device) -> dict[str, Any]:
    """Measure the bytes a second of a copy within a device, reads and writes counted."""
    source = torch.empty(BUFFER, dtype=torch.uint8, device=where).fill_(1)
    target = torch.empty_like(source)
    found = seconds(lambda: target.copy_(source), where, REPETITIONS)
    return {
        "bytes moved": 2 * BUFFER,
        "seconds": found,
        "bytes a second": 2 * BUFFER / median(found),
    }


def audits(gpu: torch.device, size: int, copied: float) -> dict[str, Any]:
    """Time the streaming of a checkpoint's pair of so many bytes; `copied` are the bytes a second
    of a copy within the device.
    """
    with tempfile.TemporaryDirectory() as folder:
        model, quantized = write(Path(folder), size)
        found = pair(read_checkpoint([quantized]).quantized, read_originals([model])).originals
        tensors = [(item, found[item.name]) for item in read_checkpoint([quantized]).quantized]
        moved = sum(one.nbytes for item, of in tensors for one in (*item.parts[:2], of.stored))
        there = seconds(_from_memory(tensors[0], gpu), gpu, AUDITS)
        item, of = tensors[0]
        largest = sum(one.nbytes for one in (*item.parts[:2], of.stored))
        rate = largest / median(there)
        rows = {
            "from device memory": {
                "bytes": largest,
                "seconds": there,
                "bytes a second": rate,
                "share of a copy's bytes a second": rate / copied,
            }
        }
        for name, where in (("files, without a device", None), ("files", gpu)):
            for cores, run in (("one thread", map), ("all cores", ThreadExecutor().map)):
                took = seconds(partial(_look_at_all, tensors, where, run), gpu, AUDITS)
                rows[f"{name}, {cores}"] = {
                    "bytes": moved,
                    "seconds": took,
                    "bytes a second": moved / median(took),
                }
    print(json.dumps(rows), file=sys.stderr)
    return rows


def _from_memory(tensor: tuple[Quantized, Original], gpu: torch.device) -> Callable[[], None]:
    """Return what settles a tensor whose pieces lie on a device already, as an audit cuts them."""
    item, of = tensor
    made, rows = Filter(gpu, _limits(tensor)), of.stored_reader(item)
    step = max(1, PIECE // (item.groups * item.size))
    pieces = [
        made.put(item.read(start, stop), rows(start, stop))
        for start in range(0, item.rows, step)
        for stop in (min(start + step, item.rows),)
    ]

    def settle() -> None:
        settled = sum(made.settle(piece).elements for piece in pieces)
        if settled < 0.9 * item.numel:
            raise ValueError(f"of {item.numel} elements {settled} are settled")

    return settle


def _limits(tensor: tuple[Quantized, Original]) -> Limits:
    """Return the limits of a tensor that an audit would find."""
    item, of = tensor
    return limits_of(item, of.stored.dtype, item.parts[1].dtype)


def _look_at_all(
    tensors: list[tuple[Quantized, Original]], where: torch.device | None, run: Callable[..., Any]
) -> None:
    wrong = list(run(lambda one: look(*one, device=where).violations, tensors))
    if any(wrong):
        raise ValueError("a right checkpoint was found wrong")


def measure(gpu: torch.device, only: str | None, size: int) -> dict[str, Any]:
    """Time every check on the CPU, on one core as evidence is gathered, and on the GPU; and audits
    of a pair of so many bytes.
    """
    runs = {CPU: Run(0, None), gpu: Run(0, None, gpu)}
    prepare(runs[gpu])
    moved = {"cpu, one core": bandwidth(CPU), "gpu": bandwidth(gpu)}
    rows = []
    for check in checks(runs[CPU]) if only != "audits" else ():
        row: dict[str, Any] = {
            "check": check.name,
            "cases": check.cases,
            "traffic, bytes": check.traffic,
        }
        for where, run in runs.items():
            repetitions = 1 if where == CPU and check.cases >= 2**32 else REPETITIONS
            with torch.no_grad(), default_device(where):
                row[f"{where.type}, seconds"] = seconds(
                    partial(check.compute, run), where, repetitions
                )
        there = median(row[f"{gpu.type}, seconds"])
        row |= {
            "cpu / gpu": median(row["cpu, seconds"]) / there,
            "gpu, cases a second": check.cases / there,
            "share of bandwidth": check.traffic / moved["gpu"]["bytes a second"] / there,
        }
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)
    streamed = audits(gpu, size, moved["gpu"]["bytes a second"]) if only != "checks" else {}
    return {"bandwidth": moved, "checks": rows, "audits": streamed}


def main() -> int:
    parser = argparse.ArgumentParser(description="Time checks on a GPU against the CPU.")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument(
        "--device", choices=["cuda", "cpu"], default="cuda", help="cpu: a trial without a GPU"
    )
    parser.add_argument(
        "--only", choices=["checks", "audits"], help="those of claims, or of a checkpoint's pair"
    )
    parser.add_argument(
        "--gigabytes", type=float, default=1.6, help="of the checkpoint's pair (default: 1.6)"
    )
    options = parser.parse_args()
    try:
        gpu = find_device(options.device)
    except UsageError as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return error.exit_code
    made = origin()
    record = {
        **made,
        "machine": made["machine"] | {"cpu": describe(CPU)["name"]},
        "gpu": describe(gpu),
        "torch": torch.__version__,
        "results": measure(gpu, options.only, int(options.gigabytes * 1e9)),
    }
    options.output.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
