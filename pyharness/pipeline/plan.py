"""What a verify would gather, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from pyharness.core.device import CPU
from pyharness.core.progress import Progress
from pyharness.evidence.run import Run
from pyharness.pipeline.gather import plan as plan_evidence
from pyharness.pipeline.proofs import kept
from pyharness.pipeline.prove import prove_as_pinned
from pyharness.project.pack import load_pack
from pyharness.project.settings import Project

__all__ = ["Plan", "plan"]


@dataclass(frozen=True)
class Plan:
    """What of the evidence a verify would gather.

    Attributes:
        parts: how many parts the evidence has: one a claim, and one a conformance.
        reasons: why a part would be gathered, by the part's name; the others are kept.
    """

    parts: int
    reasons: Mapping[str, str]


def plan(project: Project, *, progress: Progress, device: torch.device = CPU) -> Plan:
    """Return what `verify` would gather. The proofs are built and audited as it does, since
    conformance depends on them; no evidence is gathered and no certificate written.

    Raises:
        HarnessError: as `verify` does for the proofs.
    """
    claims = load_pack(project.packs)
    proved, _ = prove_as_pinned(project, claims, progress=progress)
    runs = [
        Run(project.seed, one.decider(project, fresh=False), device)
        for one in proved.by_source.values()
    ]
    parts, reasons = plan_evidence(
        claims, project.packs, runs[0], outside=runs[-1], cache=kept(project, fresh=False)
    )
    return Plan(parts, {str(part): why for part, why in reasons.items()})
