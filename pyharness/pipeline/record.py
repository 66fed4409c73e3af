"""Recording: gather the evidence of a project's claims on one device, for machines without it to
hold against their own.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from pyharness import __version__
from pyharness.certificate.canonical import file_bytes, parse
from pyharness.certificate.recorded import record_digest
from pyharness.certificate.schema import RECORDED, require
from pyharness.certificate.seal import plain_evidence
from pyharness.core.cache import key_sha256
from pyharness.core.device import flags
from pyharness.core.fingerprint import code
from pyharness.pipeline.prove import build_library
from pyharness.pipeline.runner import Run, gather, prepare
from pyharness.project.pack import Claim, load_pack
from pyharness.project.settings import Project
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.toolchain import locate

__all__ = ["code_sha256", "describe", "entry", "ran", "record"]

Progress = Callable[[str, str, int, int], None]


def code_sha256(item: Claim) -> str:
    """Return the digest of the sources that a claim's evidence depends on: its module's and those
    of all that this imports.
    """
    return key_sha256(code([item.gather.__module__]))


def record(project: Project, device: torch.device, *, progress: Progress) -> dict[str, Any]:
    """Gather the evidence of every claim on a device, nothing of it from earlier runs, and return
    the record of it.

    Raises:
        HarnessError: if Lean is missing or does not build the library, or evidence cannot be
            gathered.
    """
    started = datetime.now(UTC)
    claims = load_pack(project.packs)
    progress("Lean", "checking the toolchain", 0, 1)
    toolchain = locate()
    library = build_library(project, toolchain, progress=progress)
    run = Run(project.seed, Kernel(toolchain, library, project.build, fresh=True), device)
    prepare(run)
    entries, seconds = [], {}
    for done, item in enumerate(claims):
        progress("Evidence", item.id, done, len(claims))
        start = time.perf_counter()
        found = entry(item, run)
        seconds[item.id] = round(time.perf_counter() - start, 3)
        if found["evidence"]:
            entries.append(found)
    progress("Evidence", "", len(claims), len(claims))
    content = {
        "schema": "recorded-evidence-1",
        "project": {"name": project.name, "seed": project.seed},
        "device": describe(device),
        "versions": _versions(),
        "flags": flags(),
        "claims": entries,
        "timings": {
            "started": started.isoformat(timespec="seconds"),
            "platform": platform.platform(),
            "cores": os.cpu_count() or 1,
            "profiled": device.type == "cuda",
            "seconds": seconds,
        },
    }
    content["digest"] = record_digest(content)
    return parse(file_bytes(require(content, RECORDED), RECORDED))


def entry(item: Claim, run: Run) -> dict[str, Any]:
    """Return what a record says of one claim: its evidence, gathered now, and what ran for it.

    Raises:
        HarnessError: as `gather`; or if a value cannot stand in a record.
    """
    with _kernels(run.device) as kernels:
        evidence = [
            piece
            for measure in (None, *range(len(item.measures)))
            for piece in gather(item, run, measure)
        ]
    return {
        "id": item.id,
        "code_sha256": code_sha256(item),
        "evidence": [plain_evidence(piece, f"claim {item.id}") for piece in evidence],
        "kernels": sorted(kernels),
    }


def describe(device: torch.device) -> dict[str, Any]:
    """Return what a record says of a device."""
    if device.type != "cuda":
        return {"type": device.type, "name": _processor(), "capability": None, "memory": None}
    found = torch.cuda.get_device_properties(device)
    return {
        "type": device.type,
        "name": found.name,
        "capability": f"{found.major}.{found.minor}",
        "memory": found.total_memory,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _versions() -> dict[str, str | None]:
    cudnn = torch.backends.cudnn.version()
    return {
        "python": platform.python_version(),
        "pyharness": __version__,
        "numpy": version("numpy"),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": None if cudnn is None else str(cudnn),
    }


@contextmanager
def _kernels(device: torch.device) -> Iterator[set[str]]:
    """Collect the names of the GPU kernels that run within this context."""
    found: set[str] = set()
    if device.type != "cuda":
        yield found
        return
    with profile(activities=[ProfilerActivity.CUDA]) as profiled:
        yield found
        torch.cuda.synchronize(device)
    found |= ran(profiled, DeviceType.CUDA)


def ran(profiled: profile, kind: DeviceType) -> set[str]:
    """Return the names of what a profiler saw running on a kind of device, copies and fills of
    memory apart.
    """
    # Its own list of events costs seconds where there are a million.
    names = {
        event.name()
        for event in profiled.profiler.kineto_results.events()
        if event.device_type() == kind
    }
    return {name for name in names if not name.startswith(("Memcpy", "Memset"))}
