"""Time the nucleus axioms over all 2^24 (z, p, q), as `verify` checks them, against a plain loop,
numpy, and the bare operations.

    .venv/bin/python benchmarks/bench_exhaustive.py

Writes benchmarks/exhaustive.json. Each is timed ten times, in turns, and the median is taken. The
bare operations are those on 2^24 elements that no evaluation of the laws over the grid can do
without, one torch call each on arrays that are there: the meet of p and q under z, qRelu of a meet,
the comparison, the conjunction with the two other laws, the count. The plain loop runs over one
zero point, 2^16 of the cases, and its time is multiplied by 256.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from records import origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # For `claims`, which is not installed.

from claims.nucleus import TRIPLES, is_nucleus
from pyharness.evidence.exhaustive import sweep

RESULTS = Path(__file__).with_name("exhaustive.json")
CASES = 1 << 24
REPEATS = 10
THREADS = 1
"""As in `verify`, which runs one process a core."""


def harness() -> None:
    assert sweep(is_nucleus, TRIPLES, domain="all", summary="all").violations == 0


def loop() -> None:
    z = 3
    for p in range(-128, 128):
        for q in range(-128, 128):
            meet = min(max(p, z), max(q, z))
            assert q <= max(q, z) and max(max(q, z), z) == max(q, z) and max(min(p, q), z) == meet  # noqa: PLW3301


def straightforward() -> None:
    """Each law as it is written, on the whole grid."""
    values = np.arange(-128, 128, dtype=np.int8)
    z, p, q = values[:, None, None], values[None, :, None], values[None, None, :]

    def qrelu(z: np.ndarray, q: np.ndarray) -> np.ndarray:
        return np.maximum(q, z)

    holds = (qrelu(z, q) >= q) & (qrelu(z, qrelu(z, q)) == qrelu(z, q))
    holds = holds & (qrelu(z, np.minimum(p, q)) == np.minimum(qrelu(z, p), qrelu(z, q)))
    assert np.count_nonzero(holds) == CASES


def bare() -> Callable[[], None]:
    generator = torch.Generator().manual_seed(0)
    p, q = (
        torch.randint(-128, 128, (CASES,), dtype=torch.int8, generator=generator) for _ in range(2)
    )
    left, right, holds = (
        torch.empty_like(p),
        torch.empty_like(p),
        torch.empty(CASES, dtype=torch.bool),
    )

    def run() -> None:
        torch.minimum(p, q, out=left)
        torch.maximum(left, q, out=right)
        torch.eq(left, right, out=holds)
        torch.logical_and(holds, holds, out=holds)
        torch.count_nonzero(holds)

    return run


def copying() -> Callable[[], None]:
    source = torch.ones(1 << 28, dtype=torch.int8)
    target = torch.empty_like(source)
    return lambda: target.copy_(source)


def main() -> None:
    torch.set_num_threads(THREADS)
    runs = {
        "sweep": harness,
        "numpy": straightforward,
        "bare operations": bare(),
        "copy of 2^28 bytes": copying(),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(REPEATS):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    start = time.perf_counter()
    loop()
    seconds = {name: statistics.median(some) for name, some in times.items()} | {
        "plain loop": 256 * (time.perf_counter() - start)
    }
    record = {
        **origin(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "results": {
            "cases": CASES,
            "threads": THREADS,
            "milliseconds": {
                name: round(1e3 * seconds[name], 2)
                for name in ("sweep", "numpy", "bare operations", "plain loop")
            },
            "all milliseconds": {
                name: [round(1e3 * one, 2) for one in some] for name, some in times.items()
            },
            "sweep over bare operations": round(seconds["sweep"] / seconds["bare operations"], 2),
            "numpy over sweep": round(seconds["numpy"] / seconds["sweep"], 2),
            "plain loop over sweep": round(seconds["plain loop"] / seconds["sweep"]),
            "sweep, cases a second": round(CASES / seconds["sweep"]),
            "memory read and written, GB/s": round(
                2 * (1 << 28) / seconds["copy of 2^28 bytes"] / 1e9, 2
            ),
        },
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
