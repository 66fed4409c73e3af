"""Cases of a law: vectors of real tensors, many at a time, of which the law answers for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import torch
from torch import Tensor

from pyharness import Evidence, TensorRef, Witness, current_device, dotted, to_hex

__all__ = ["of_vectors"]


def of_vectors(
    law: Callable[..., Tensor],
    calls: Iterable[Mapping[str, Tensor]],
    ranks: Mapping[str, int],
    *,
    domain: str,
    summary: str,
    shows: str,
    kind: Literal["exhaustive", "model", "property"] = "model",
    tensors: Sequence[TensorRef] = (),
    measurements: Sequence[Mapping[str, Any]] = (),
) -> Evidence:
    """Ask a law of vectors; the first case of which it is false is the witness.

    Args:
        law: takes tensors by name, and returns whether it holds of each case, bool [cases…].
        calls: the tensors, a call each; their dimensions but the last ones are the cases', or
            broadcast to them.
        ranks: how many of an argument's last dimensions one case has.
        domain: what is covered, in words.
        summary: a few words for a table; `{cases}` is their number.
        shows: what a failure shows, a `str.format` template over the names.
        kind: how the domain is covered.
        tensors: the real tensors that the vectors are of.
        measurements: figures to report.
    """
    cases = violations = 0
    witness = None
    for inputs in calls:
        holds = law(**inputs)
        cases += holds.numel()
        failed = holds.numel() - int(torch.count_nonzero(holds))
        violations += failed
        if failed and witness is None:
            place = tuple(torch.nonzero(~holds)[0].tolist())
            point = {
                name: _plain(_at(value, ranks[name], holds.shape)[place])
                for name, value in inputs.items()
            }
            witness = Witness(dotted(law), point, shows.format(**point))
    return Evidence(
        kind,
        domain,
        cases,
        violations,
        summary.format(cases=f"{cases:,}"),
        device=current_device().type,
        tensors=tensors,
        witness=witness,
        measurements=measurements,
    )


def _at(value: Tensor, rank: int, cases: torch.Size) -> Tensor:
    """The tensor with the dimensions of all cases before its last ones."""
    return value.expand(*cases, *value.shape[value.ndim - rank :])


def _plain(value: Tensor) -> Any:
    """What a witness holds: integers, and floats in hexadecimal."""
    return _hex(value.double().tolist()) if value.is_floating_point() else value.tolist()


def _hex(value: Any) -> Any:
    return [_hex(item) for item in value] if isinstance(value, list) else to_hex(value)
