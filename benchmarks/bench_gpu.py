"""Time checks on a GPU against the CPU of the same machine, and against the bandwidth that the GPU
reaches in the same run.

    python benchmarks/bench_gpu.py [--output FILE]
    python benchmarks/bench_gpu.py --device cpu --output FILE     # try it without a GPU

Writes benchmarks/gpu.json, or FILE, with every repetition. Needs a GPU, and says so where there is
none.
`traffic` is the least that a check must move: its inputs read once, and the answer of each case
written and read once. What it takes at the measured bandwidth over what it took is `share of
bandwidth`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from records import origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # For `claims`, which is not installed.

from claims import beta, nucleus
from claims.measures.thresholds import Data
from claims.models.activations import quantized_layers
from claims.models.attention import int8_keys
from claims.models.zoo import load_models
from pyharness.core.device import CPU, default_device, find_device
from pyharness.core.errors import UsageError
from pyharness.evidence.exhaustive import sweep
from pyharness.evidence.run import Run
from pyharness.pipeline.gather import prepare
from pyharness.pipeline.record import describe

RESULTS = Path(__file__).with_name("gpu.json")
REPETITIONS = 7
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


def measure(gpu: torch.device) -> dict[str, Any]:
    """Time every check on the CPU, on one core as evidence is gathered, and on the GPU."""
    runs = {CPU: Run(0, None), gpu: Run(0, None, gpu)}
    prepare(runs[gpu])
    moved = {"cpu, one core": bandwidth(CPU), "gpu": bandwidth(gpu)}
    rows = []
    for check in checks(runs[CPU]):
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
    return {"bandwidth": moved, "checks": rows}


def main() -> int:
    parser = argparse.ArgumentParser(description="Time checks on a GPU against the CPU.")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument(
        "--device", choices=["cuda", "cpu"], default="cuda", help="cpu: a trial without a GPU"
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
        "results": measure(gpu),
    }
    options.output.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
