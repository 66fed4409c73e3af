"""The run: what the evidence functions of claims may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from pyharness.core.device import CPU

if TYPE_CHECKING:
    from pyharness.proofs.decisions import Decider

__all__ = ["Run"]


@dataclass(frozen=True)
class Run:
    """What an evidence function may use.

    Attributes:
        seed: seeds every pseudo-random draw.
        kernel: decides whether Lean's definitions give what torch computed: Lean's own kernel, or
            the second one where the proofs are an export.
        device: where tensors are checked. Evidence functions run with it as torch's default device.
    """

    seed: int
    kernel: Decider
    device: torch.device = CPU
