"""Recording: gather the evidence of a project's claims on one device, for machines without it to
hold against their own.
"""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from pyharness import __version__
from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.recorded import record_digest
from pyharness.certificate.schema import RECORDED, require
from pyharness.certificate.seal import bound_evidence
from pyharness.core.device import flags
from pyharness.core.executor import Executor, LocalExecutor
from pyharness.core.json_files import parse
from pyharness.core.progress import Progress
from pyharness.evidence.run import Run
from pyharness.pipeline.gather import EvidenceError, Gathered, code_sha256, gather
from pyharness.pipeline.proofs import kept
from pyharness.pipeline.prove import find_deciders
from pyharness.project.pack import Claim, load_pack
from pyharness.project.settings import Project

__all__ = ["describe", "entry", "record"]


def record(
    project: Project,
    device: torch.device,
    *,
    progress: Progress,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """Gather the evidence of every claim on a device, nothing of it from earlier runs, and return
    the record of it.

    Worker processes gather it unless another executor is given: what this process alone has set up
    as a device is in no other one.

    Raises:
        HarnessError: if what decides conformance is not to be had, as Lean or an export, or
            evidence cannot be gathered.
    """
    started = datetime.now(UTC)
    claims = load_pack(project.packs)
    deciders = find_deciders(project, claims, progress=progress)
    runs = [Run(project.seed, decider, device) for decider in deciders.values()]
    found = gather(
        claims,
        project.packs,
        runs[0],
        outside=runs[-1],
        executor=executor or LocalExecutor(),
        cache=kept(project, fresh=True),
        progress=progress,
        recording=True,
    )
    if failures := [failure for one in found.values() for failure in one.failures]:
        raise EvidenceError("\n".join(failures))
    entries = [entry(item, found[item.id]) for item in claims if found[item.id].evidence]
    seconds = {name: round(one.seconds, 3) for name, one in found.items()}
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
    made: dict[str, Any] = parse(file_bytes(require(content, RECORDED), RECORDED))
    return made


def entry(item: Claim, found: Gathered) -> dict[str, Any]:
    """Return what a record says of one claim: its evidence, and what ran for it.

    Raises:
        DocumentError: if a value cannot stand in a record.
    """
    code = code_sha256(item)
    return {
        "id": item.id,
        "code_sha256": code,
        "evidence": [
            bound_evidence(piece, item.id, code, f"claim {item.id}") for piece in found.evidence
        ],
        "kernels": sorted(found.kernels),
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
