"""Runs the evidence functions of claims, on one device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch

from claims.models.activations import QuantizedLayer, quantize_layers
from claims.models.zoo import Model, load_models
from pyharness.core.device import CPU, settle, using
from pyharness.core.errors import HarnessError
from pyharness.evidence import Evidence

if TYPE_CHECKING:
    from pyharness.project.pack import Claim
    from pyharness.proofs.conformance import Kernel

__all__ = ["EvidenceError", "Run", "gather", "prepare", "require_replays"]

_THREADS = 1
"""With more, how a float reduction is split depends on the machine and its load, and so do an
activation's last bits."""


class EvidenceError(HarnessError):
    """An evidence function failed, or what it returned cannot be believed."""


@dataclass(frozen=True)
class Run:
    """What an evidence function may use.

    Attributes:
        seed: seeds every pseudo-random draw.
        kernel: has Lean's kernel decide that Lean's definitions give what torch computed.
        device: where tensors are checked: the models' lie there.
    """

    seed: int
    kernel: Kernel
    device: torch.device = CPU

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """The real models, with activations from real inputs, loaded once."""
        with using(self.device):
            return load_models()

    @cached_property
    def quantized(self) -> tuple[QuantizedLayer, ...]:
        """The INT8 activations of every layer of `models`, per tensor and per channel."""
        with using(self.device):
            return quantize_layers(self.models)


def prepare(run: Run) -> None:
    """Set up torch for evidence: the same bits each time."""
    torch.set_num_threads(_THREADS)
    settle(run.device)


def gather(item: Claim, run: Run, measure: int | None = None) -> tuple[Evidence, ...]:
    """Gather a claim's own evidence, or that of one of its conformances, and replay each witness.

    Args:
        item: the claim.
        run: what its functions may use.
        measure: the conformance, by its place among the claim's.

    Raises:
        EvidenceError: if a function fails, yields something else than evidence, or yields a witness
            that does not replay.
        HarnessError: whatever expected failure a function raised.
    """
    try:
        with torch.no_grad(), using(run.device):
            evidence = tuple(
                item.gather(run) if measure is None else item.measures[measure].decide(run)
            )
    except HarnessError:
        raise
    except Exception as error:
        raise EvidenceError(f"claim {item.id}: its evidence function failed: {error!r}") from error
    for piece in evidence:
        if not isinstance(piece, Evidence):
            raise EvidenceError(f"claim {item.id}: its function yielded {piece!r}, not Evidence")
        require_replays(item.id, piece)
    return evidence


def require_replays(claim_id: str, evidence: Evidence) -> None:
    """Check that the witness in a claim's evidence, if there is one, replays.

    Raises:
        EvidenceError: if it does not.
    """
    if evidence.witness is None:
        return
    try:
        with torch.no_grad():
            replays = evidence.witness.replays()
    except Exception as error:
        raise EvidenceError(
            f"claim {claim_id}: the witness of {evidence.domain!r} cannot be replayed: {error!r}"
        ) from error
    if not replays:
        raise EvidenceError(
            f"claim {claim_id}: the witness of {evidence.domain!r} does not replay: the claim holds on it"
        )
