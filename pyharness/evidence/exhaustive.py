"""Exhaustive evidence: a predicate evaluated on every point of a finite grid, in vectorised
blocks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch

from pyharness.core.device import CPU, to_current_device
from pyharness.evidence import Evidence, Kind, TensorRef, dotted, witness_of
from pyharness.evidence.ties import observed

__all__ = ["INT8", "enumerate_cases", "sweep"]

INT8 = torch.arange(-128, 128, dtype=torch.int16).to(torch.int8)
"""All 256 INT8 values in ascending order, int8, shape (256,), on the CPU."""

_BLOCK = 1 << 22
"""Grid points evaluated at once: a few megabytes of int8 an operand, so that a block stays near the
cache."""
_GPU_BLOCK = 1 << 26
"""The same on a GPU: enough for one to be busy with; a byte an operand for int8, and eight for a
predicate in float64."""


def sweep(
    predicate: Callable[..., torch.Tensor],
    axes: Mapping[str, torch.Tensor],
    *,
    domain: str,
    summary: str,
    shows: str = "",
    tensors: Sequence[TensorRef] = (),
    kind: Kind = "exhaustive",
) -> Evidence:
    """Evaluate `predicate` on the Cartesian product of `axes`, on the device at hand.

    Args:
        predicate: takes the axes by name, as integer tensors that broadcast against each other, and
            returns a bool tensor that is True where the claim holds. It must accept plain ints too:
            that is how a witness replays.
        axes: 1-D integer tensors, in the order of nesting.
        domain: the grid, in words.
        summary: a few words for a table.
        shows: what the first violation shows, a `str.format` template over the axes' names; by
            default that the predicate is false of it.
        tensors: the real tensors from which the axes come.
        kind: how the domain is covered.

    Returns:
        Evidence whose witness, if any, is the first violation in the order of nesting.
    """
    asked = observed(predicate)
    axes = {name: to_current_device(values) for name, values in axes.items()}
    first_name, *rest_names = axes
    first, rest = axes[first_name], [axes[name] for name in rest_names]
    shape = [len(values) for values in rest]
    grid = {
        name: values.view([-1 if i == j else 1 for j in range(-1, len(rest))])
        for i, (name, values) in enumerate(zip(rest_names, rest, strict=True))
    }
    step = max(
        1, (_BLOCK if first.device.type == "cpu" else _GPU_BLOCK) // max(1, math.prod(shape))
    )
    violations, found = 0, None
    for start in range(0, len(first), step):
        block = first[start : start + step]
        holds = asked(**{first_name: block.view([-1] + [1] * len(rest))}, **grid)
        if not isinstance(holds, torch.Tensor) or holds.dtype != torch.bool:
            answer = holds.dtype if isinstance(holds, torch.Tensor) else repr(holds)
            raise ValueError(f"{dotted(predicate)} answered with {answer}, not a bool tensor")
        if holds.shape != (len(block), *shape):
            raise ValueError(
                f"{dotted(predicate)} answered with shape {tuple(holds.shape)}, not {(len(block), *shape)}"
            )
        failed = holds.numel() - int(torch.count_nonzero(holds))
        if failed and found is None:
            index = torch.nonzero(~holds)[0].tolist()
            found = {
                name: int(values[i])
                for name, values, i in zip(axes, [block, *rest], index, strict=True)
            }
        violations += failed
    return Evidence(
        kind=kind,
        domain=domain,
        cases=len(first) * math.prod(shape),
        violations=violations,
        summary=summary,
        device=first.device.type,
        tensors=tuple(tensors),
        witness=None if found is None else witness_of(predicate, found, shows),
    )


def enumerate_cases(
    predicate: Callable[..., bool],
    cases: Iterable[Mapping[str, Any]],
    *,
    domain: str,
    summary: str,
    shows: str = "",
    kind: Kind = "exhaustive",
    device: torch.device = CPU,
) -> Evidence:
    """Evaluate `predicate` on each of `cases`; the first failure is the witness.

    Args:
        predicate: True of the cases for which the claim holds.
        cases: keyword arguments, JSON-able.
        domain: all the cases, in words.
        summary: a few words for a table.
        shows: what the first failure shows, as for `sweep`.
        kind: how the domain is covered.
        device: where the predicate computes: the run's, or the CPU for one that computes with
            Python's own numbers.
    """
    asked = observed(predicate)
    count = violations = 0
    witness = None
    for case in cases:
        count += 1
        if not asked(**case):
            violations += 1
            witness = witness or witness_of(predicate, case, shows)
    return Evidence(
        kind=kind,
        domain=domain,
        cases=count,
        violations=violations,
        summary=summary,
        device=device.type,
        witness=witness,
    )
