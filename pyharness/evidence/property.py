"""Property-based evidence: Hypothesis searches a space of inputs for one on which a claim fails,
and shrinks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from pyharness.core.device import CPU
from pyharness.evidence import Evidence, witness_of
from pyharness.evidence.ties import observed

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["from_hex", "search", "to_hex"]


def to_hex(value: float) -> str:
    """Write a float exactly, signed zeros and infinities included, so that JSON can carry it."""
    return float(value).hex()


def from_hex(value: float | str) -> float:
    """Read what `to_hex` wrote; a number is returned as it is."""
    return float.fromhex(value) if isinstance(value, str) else float(value)


def search(
    predicate: Callable[..., bool],
    inputs: SearchStrategy[Mapping[str, Any]],
    *,
    domain: str,
    summary: str,
    examples: int,
    seed: int,
    shows: str = "",
    device: torch.device = CPU,
) -> Evidence:
    """Evaluate `predicate` on up to `examples` inputs that Hypothesis draws, the same ones for the
    same seed.

    Args:
        predicate: True of the inputs on which the claim holds.
        inputs: a strategy of keyword arguments, JSON-able (floats through `to_hex`).
        domain: what is drawn from, in words.
        summary: a few words for a table.
        examples: how many inputs are tried at most.
        seed: the seed of the draws.
        device: where the predicate computes, as for `enumerate_cases`.
        shows: what the smallest failing input shows, a `str.format` template over the inputs;
            by default that the predicate is false of it.

    Returns:
        Evidence with the number of inputs tried; on failure one violation, whose witness is the
        smallest found.
    """
    # Where nothing is searched, a third of a second is saved.
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as with_seed

    asked = observed(predicate)
    cases = 0
    failing: dict[str, Any] = {}

    @with_seed(seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    @given(inputs)
    def run(case: Mapping[str, Any]) -> None:
        nonlocal cases, failing
        cases += 1
        if not asked(**case):
            failing = dict(case)
            raise _ClaimFails

    witness = None
    try:
        with _seed_alone():
            run()
    except _ClaimFails:
        witness = witness_of(predicate, failing, shows)
    return Evidence(
        "property",
        domain,
        cases=cases,
        violations=int(witness is not None),
        summary=summary,
        device=device.type,
        seed=seed,
        witness=witness,
    )


class _ClaimFails(Exception):
    """Tells Hypothesis that an input refutes the claim."""


@contextmanager
def _seed_alone() -> Iterator[None]:
    """Keep Hypothesis from drawing constants that it finds in the sources of whatever modules
    happen to be loaded.
    """
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    cache = providers.CONSTANTS_CACHE.cache
    provider: Any = providers.HypothesisProvider
    found = provider._local_constants
    provider._local_constants = Constants()
    cache.clear()
    try:
        yield
    finally:
        provider._local_constants = found
        cache.clear()
