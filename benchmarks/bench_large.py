"""Time `pyharness verify --tensors` on generated models of several GB, against a single pass of
`abs().sum()`.

    .venv/bin/python benchmarks/bench_large.py                       # 8.6 GB in one file and in
    four shards, and a quarter of it .venv/bin/python benchmarks/bench_large.py --gigabytes 1
    --folder /scratch

Writes benchmarks/large.json. The pass maps the same file and adds up the magnitudes of the same
chunks; in one process, and in as many as verify uses, each with its own part of the file. Verify
also runs on one core alone, once. Each is timed with the file out of the page cache and in it. The
seconds of verify are those of the stage that reads; those of the whole run are given beside them:
compiled code is loaded while Lean is asked. Memory is the largest sum, over the process tree, of
proportional set sizes, sampled, on a project that was verified before: Lean's work is then kept,
and not in the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch
from bench_verify import ROOT, measure

from pyharness.evidence.streaming import sha256
from pyharness.formats.digests import dtype_name
from pyharness.formats.sources import catalogue
from pyharness.formats.stored import Raw, Stored

RESULTS = Path(__file__).with_name("large.json")
CHUNK = 1 << 19
SAFETENSORS = {torch.bfloat16: "BF16", torch.float32: "F32"}


def shapes(size: int) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    """The tensors of a transformer of 4,096 dimensions, of `size` bytes or more: bfloat16, but for
    norms and each fourth layer.
    """
    found = {"embed.weight": ((32000, 4096), torch.bfloat16)}
    layer = 0
    while sum(torch.Size(shape).numel() * dtype.itemsize for shape, dtype in found.values()) < size:
        dtype = torch.float32 if layer % 4 == 3 else torch.bfloat16
        for name, shape in (
            ("q", (4096, 4096)),
            ("k", (1024, 4096)),
            ("v", (1024, 4096)),
            ("o", (4096, 4096)),
            ("gate", (14336, 4096)),
            ("up", (14336, 4096)),
            ("down", (4096, 14336)),
        ):
            found[f"layers.{layer}.{name}.weight"] = (shape, dtype)
        found[f"layers.{layer}.norm.weight"] = ((4096,), torch.float32)
        layer += 1
    return found


def write(
    path: Path, tensors: dict[str, tuple[tuple[int, ...], torch.dtype]], pool: torch.Tensor
) -> None:
    """Write a safetensors file of weights with heavy tails, of a standard deviation of their own in
    each tensor.
    """
    header, at = {}, 0
    for name, (shape, dtype) in tensors.items():
        size = torch.Size(shape).numel() * dtype.itemsize
        header[name] = {
            "dtype": SAFETENSORS[dtype],
            "shape": list(shape),
            "data_offsets": [at, at + size],
        }
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for number, (shape, dtype) in enumerate(tensors.values()):
            left, scale = torch.Size(shape).numel(), 0.01 + 0.03 * (number * 0.618 % 1)
            start = number * 7919 % len(pool)
            while left:
                piece = pool[start : start + left]
                file.write((piece * scale).to(dtype).view(torch.uint8).numpy())
                left, start = left - len(piece), 0
        file.flush()
        os.fsync(file.fileno())


def forget(paths: list[Path]) -> None:
    """Put files out of the page cache."""
    for path in paths:
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def remember(paths: list[Path]) -> None:
    """Put files into the page cache."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 24):
                pass


def single_pass(tensors: list[Stored]) -> float:
    """Add up all magnitudes, chunk by chunk."""
    torch.set_num_threads(1)
    return sum(float(chunk.abs().sum()) for tensor in tensors for chunk in tensor.chunks(CHUNK))


def digests(tensors: list[Stored]) -> list[str]:
    """Take the digests alone."""
    return [sha256(tensor) for tensor in tensors]


def timed(
    function, tensors: list[Stored], pool: ProcessPoolExecutor | None = None, processes: int = 1
) -> float:
    """The seconds that a function takes over tensors, which processes that are ready share."""
    shares = [[] for _ in range(processes)]
    for tensor in sorted(tensors, key=lambda one: -one.nbytes):
        min(shares, key=lambda share: sum(one.nbytes for one in share)).append(tensor)
    start = time.perf_counter()
    list(pool.map(function, shares)) if pool else function(shares[0])
    return time.perf_counter() - start


def verify(path: Path, folder: Path, cores: set[int] | None = None) -> dict[str, float]:
    """Run `pyharness verify --tensors` anew, on these cores alone if given; return the seconds of
    its reading and its peak memory.
    """
    report = folder / "report.json"
    command = [
        sys.executable,
        "-m",
        "pyharness",
        "verify",
        "--project",
        str(ROOT),
        "--tensors",
        str(path),
        "--json",
        "-o",
        str(folder / "certificate.json"),
    ]
    # A file with other times is another file: nothing is taken from the run before.
    for file in folder.glob("*.safetensors"):
        os.utime(file)
    found = measure(["sh", "-c", f'"$@" > {report}', "sh", *command], folder, cores)
    told = json.loads(report.read_text())
    return {
        "seconds": told["seconds"],
        "of the whole run": found["seconds"],
        "peak_mib": found["peak_mib"],
        "bytes": told["bytes_read"],
        "tensors": told["tensors"],
    }


def in_order(path: Path) -> list[Stored]:
    """A model's tensors in the order in which they lie in its files."""
    found = catalogue([path]).tensors.values()
    return sorted(
        found, key=lambda one: (one.path, one.place.offset if isinstance(one.place, Raw) else 0)
    )


def bench(path: Path, folder: Path, repeats: int) -> dict[str, object]:
    """Time all of it on one model, the best of some repeats, cold and warm."""
    tensors = in_order(path)
    size = sum(tensor.nbytes for tensor in tensors)
    cores = len(os.sched_getaffinity(0))
    files = sorted({tensor.path for tensor in tensors})
    results: dict[str, object] = {
        "bytes": size,
        "files": len(files),
        "tensors": len(tensors),
        "elements by dtype": {
            dtype_name(dtype): sum(tensor.numel for tensor in tensors if tensor.dtype == dtype)
            for dtype in SAFETENSORS
        },
    }
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(single_pass, [[]] * cores))
        for state, prepare in (("cold", forget), ("warm", remember)):
            rows: dict[str, list[float]] = {}
            peaks = []
            for _ in range(repeats):
                for name, function, processes in (
                    ("abs().sum(), 1 process", single_pass, 1),
                    (f"abs().sum(), {cores} processes", single_pass, cores),
                    (f"SHA-256 alone, {cores} processes", digests, cores),
                ):
                    prepare(files)
                    rows.setdefault(name, []).append(
                        timed(function, in_order(path), pool, processes)
                    )
                prepare(files)
                run = verify(path, folder)
                rows.setdefault("verify", []).append(run["seconds"])
                rows.setdefault("verify, the whole run", []).append(run["of the whole run"])
                peaks.append(run["peak_mib"])
            prepare(files)
            rows["verify, 1 core"] = [
                verify(path, folder, {min(os.sched_getaffinity(0))})["seconds"]
            ]
            rates = {name: round(size / min(seconds) / 1e9, 3) for name, seconds in rows.items()}
            one, many = (
                rates[f"abs().sum(), {count}"] for count in ("1 process", f"{cores} processes")
            )
            results[state] = {
                "GB/s": rates,
                "seconds": {
                    name: [round(second, 2) for second in seconds] for name, seconds in rows.items()
                },
                "verify over abs().sum() in 1 process": round(rates["verify"] / one, 3),
                f"verify over abs().sum() in {cores} processes": round(rates["verify"] / many, 3),
                "peak_mib": max(peaks),
            }
            print(json.dumps({state: results[state]}, indent=2), flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gigabytes", type=float, default=8.5, help="of each model (default: 8.5)")
    parser.add_argument(
        "--repeats",
        type=int,
        default=2,
        help="of each measurement, of which the best counts (default: 2)",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="where to write the models (default: the folder for temporary files)",
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    results = {}
    try:
        generator = torch.Generator().manual_seed(0)
        # A normal over a root of a uniform: tails such as weights have.
        pool = torch.randn(1 << 25, generator=generator) / torch.rand(
            1 << 25, generator=generator
        ).clamp(min=1e-4).pow(0.2)
        write(
            folder / "model.safetensors",
            {name: ((1024, 1024), dtype) for dtype, name in SAFETENSORS.items()},
            pool,
        )
        verify(folder / "model.safetensors", folder)
        tensors = shapes(int(options.gigabytes * 1e9))
        write(folder / "model.safetensors", tensors, pool)
        results["one file"] = bench(folder / "model.safetensors", folder, options.repeats)
        (folder / "model.safetensors").unlink()
        shards = [dict(list(tensors.items())[number::4]) for number in range(4)]
        weight_map = {}
        for number, shard in enumerate(shards, 1):
            name = f"model-{number:05}-of-00004.safetensors"
            write(folder / name, shard, pool)
            weight_map |= dict.fromkeys(shard, name)
        (folder / "model.safetensors.index.json").write_text(
            json.dumps({"metadata": {}, "weight_map": weight_map})
        )
        results["four shards"] = bench(
            folder / "model.safetensors.index.json", folder, options.repeats
        )
        for path in folder.glob("model*"):
            path.unlink()
        write(folder / "model.safetensors", shapes(int(options.gigabytes * 1e9 / 4)), pool)
        results["a quarter of it"] = bench(folder / "model.safetensors", folder, options.repeats)
    finally:
        shutil.rmtree(folder)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    record = {
        "command": " ".join(["python", "benchmarks/bench_large.py", *sys.argv[1:]]),
        "commit": commit,
        "machine": {
            "platform": platform.platform(),
            "processor": processor(),
            "cores": os.cpu_count(),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        },
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "results": results,
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


def processor() -> str:
    """The processor's name."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.processor(),
    )


if __name__ == "__main__":
    main()
