"""Replays the witnesses that a certificate gives of a claim: the predicate of each is evaluated
again on its inputs.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pyharness.core.errors import UsageError
from pyharness.evidence import Witness, dotted, resolve
from pyharness.project.pack import load_pack

__all__ = ["Replayed", "replay"]

_HARNESS = __name__.partition(".")[0]


@dataclass(frozen=True)
class Replayed:
    """A witness that was evaluated again.

    Attributes:
        witness: as the certificate gives it.
        says: what the predicate asks, its own words.
        fails: whether the claim fails on it, as the certificate says.
    """

    witness: Witness
    says: str
    fails: bool


def replay(claim: Mapping[str, Any], packs: Sequence[str]) -> list[Replayed]:
    """Replay each witness of a claim.

    A certificate may come from anyone, so that only a function defined in one of the packs, or in a
    module of a pack's own package that the pack has imported, is called, or the law by which an
    audit checks one of their claims; never what else it names.

    Args:
        claim: an entry of the certificate's claims.
        packs: the project's claim packs.

    Raises:
        UsageError: if the claim has no witness, or one names a function that no pack defines or
            that does not take its inputs.
    """
    laws = {dotted(item.audits.law) for item in load_pack(packs) if item.audits}
    torch.set_num_threads(1)
    witnesses = [
        Witness(**evidence["witness"]) for evidence in claim["evidence"] if evidence["witness"]
    ]
    if not witnesses:
        raise UsageError(
            f"claim {claim['id']} has no witness to replay: its evidence does not refute it"
        )
    return [Replayed(witness, *_evaluate(witness, packs, laws)) for witness in witnesses]


def _is_of_a_pack(module: str, packs: Sequence[str]) -> bool:
    """Whether a module is a pack, or one in a pack's own package that it has imported. The package
    of a pack that ships with the harness is not its own.
    """
    packages = {pack.rpartition(".")[0] for pack in packs if not pack.startswith(f"{_HARNESS}.")}
    return module in packs or (
        module in sys.modules and any(module.startswith(f"{name}.") for name in packages - {""})
    )


def _evaluate(witness: Witness, packs: Sequence[str], laws: Collection[str]) -> tuple[str, bool]:
    module, _, name = witness.predicate.partition(":")
    function = None
    named = witness.predicate in laws or _is_of_a_pack(module, packs)
    if named and name.isidentifier():
        with contextlib.suppress(ValueError):
            function = resolve(witness.predicate)
    if (
        getattr(function, "__module__", None) != module
        or getattr(function, "__qualname__", None) != name
    ):
        raise UsageError(
            f"the witness names {witness.predicate!r}, which no claim pack of this project defines; it was not "
            "called"
        )
    try:
        with torch.no_grad():
            fails = witness.replays()
    except Exception as error:
        raise UsageError(
            f"{witness.predicate} cannot be evaluated on the witness: {error!r}"
        ) from error
    return (function.__doc__ or "").strip(), fails
