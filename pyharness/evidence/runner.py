"""Runs the evidence functions of a claim pack, one after another, on one device."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch

from pyharness.device import CPU, settle, using
from pyharness.errors import HarnessError
from pyharness.evidence import Evidence
from pyharness.tensors.activations import QuantizedLayer, quantize_layers
from pyharness.tensors.models import Model, load_models

if TYPE_CHECKING:
    from pyharness.claim import Claim
    from pyharness.lean.conformance import Kernel

__all__ = ["EvidenceError", "Run", "gather"]

_THREADS = 1
"""With more, how a float reduction is split depends on the machine and its load, and so do an activation's last bits."""


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


def gather(
    claims: Sequence[Claim], run: Run, *, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Mapping[str, tuple[Evidence, ...]]:
    """Gather each claim's evidence, that of its conformances included, and replay each witness.

    Args:
        claims: the claims, in the order in which they are checked.
        run: what their functions may use.
        progress: called with a claim's id, how many are done and how many there are, before each claim and at the end.

    Raises:
        EvidenceError: if a function fails, yields something else than evidence, or yields a witness that does not replay.
        HarnessError: whatever expected failure a function raised.
    """
    torch.set_num_threads(_THREADS)
    settle(run.device)
    gathered = {}
    for done, item in enumerate(claims):
        progress(item.id, done, len(claims))
        try:
            with torch.no_grad(), using(run.device):
                evidence = (*item.gather(run), *(piece for entry in item.measures for piece in entry.decide(run)))
        except HarnessError:
            raise
        except Exception as error:
            raise EvidenceError(f"claim {item.id}: its evidence function failed: {error!r}") from error
        for piece in evidence:
            if not isinstance(piece, Evidence):
                raise EvidenceError(f"claim {item.id}: its function yielded {piece!r}, not Evidence")
            _replay(item.id, piece)
        gathered[item.id] = evidence
    progress("", len(claims), len(claims))
    return gathered


def _replay(claim_id: str, evidence: Evidence) -> None:
    if evidence.witness is None:
        return
    try:
        replays = evidence.witness.replays()
    except Exception as error:
        raise EvidenceError(f"claim {claim_id}: the witness of {evidence.domain!r} cannot be replayed: {error!r}") from error
    if not replays:
        raise EvidenceError(f"claim {claim_id}: the witness of {evidence.domain!r} does not replay: the claim holds on it")
