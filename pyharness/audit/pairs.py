"""Which tensor of the original each quantized one was made from: as told, by name, or by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pyharness.audit.looking import Original
from pyharness.core.errors import UsageError
from pyharness.core.text import did_you_mean
from pyharness.formats.quantized.tensor import Quantized
from pyharness.formats.stored import Stored

__all__ = ["Pairs", "pair"]

_ROWS = 16
"""Rows that are compared by value."""
_ALIKE = 0.9
"""The least correlation of levels with what they were made from: rounding to 2 bits keeps more."""
_PREFIXES = ("model.", "module.", "transformer.", "base_model.", "_orig_mod.", "bert.", "roberta.")
_JOINTS = re.compile(r"[./:\\-]+")


@dataclass(frozen=True)
class Pairs:
    """What was linked.

    Attributes:
        originals: of quantized tensors, by name.
        unpaired: why each of the others has none, by name.
        left: the tensors of the original that nothing was made from.
    """

    originals: Mapping[str, Original]
    unpaired: Mapping[str, str]
    left: tuple[str, ...]


def pair(
    quantized: Sequence[Quantized],
    originals: Mapping[str, Stored],
    told: Mapping[str, str] | None = None,
) -> Pairs:
    """Link each quantized tensor to the one that it was made from.

    What is told comes first, then names: the same one, those that the format's naming gives, and
    these without prefixes. A name links only where the shapes agree, or agree when two dimensions
    are exchanged. What is left is compared by value, a few rows each: the levels have to go with
    one original alone.

    Args:
        quantized: the tensors.
        originals: floats, by name.
        told: names of originals by names of quantized tensors.

    Raises:
        UsageError: if what is told names a tensor that is not there, or of another shape.
    """
    found: dict[str, Original] = {}
    for name, of in (told or {}).items():
        found[name] = _as_told(name, of, {item.name: item for item in quantized}, originals)
    by_key: dict[str, list[Stored]] = {}
    for stored in originals.values():
        by_key.setdefault(_key(stored.name), []).append(stored)
    for item in quantized:
        if item.name not in found and (one := _by_name(item, originals, by_key)):
            found[item.name] = one
    taken = {one.stored.name for one in found.values()}
    rest = [item for item in quantized if item.name not in found]
    by_value = _by_value(rest, [one for name, one in originals.items() if name not in taken])
    found |= by_value
    unpaired = {item.name: _why(item, originals) for item in quantized if item.name not in found}
    taken |= {one.stored.name for one in by_value.values()}
    return Pairs(found, unpaired, tuple(name for name in originals if name not in taken))


def _why(item: Quantized, originals: Mapping[str, Stored]) -> str:
    alike = [name for name, one in originals.items() if _fits(item, one.shape) is not None]
    if not alike:
        return f"no tensor of the original has its shape {list(item.shape)}"
    return (
        f"none of the {len(alike)} tensors of its shape has its name or values; name its original "
        f"with --map {item.name}=NAME"
    )


def _as_told(
    name: str, of: str, quantized: Mapping[str, Quantized], originals: Mapping[str, Stored]
) -> Original:
    if name not in quantized:
        raise UsageError(
            f"--map: no quantized tensor is called {name!r}{did_you_mean(name, quantized)}"
        )
    if of not in originals:
        raise UsageError(f"--map: the original has no tensor {of!r}{did_you_mean(of, originals)}")
    turned = _fits(quantized[name], originals[of].shape)
    if turned is None:
        raise UsageError(
            f"--map: {name!r} has the shape {list(quantized[name].shape)}, and {of!r} "
            f"{list(originals[of].shape)}"
        )
    return _checked(quantized[name], originals[of], turned, "--map")


def _fits(item: Quantized, shape: Sequence[int]) -> bool | None:
    """Whether a tensor of this shape can be its original: exchanged or not; None if it cannot."""
    mine, its = _without_ones(item.shape), _without_ones(shape)
    if item.transposed and len(mine) == 2 and mine == its[::-1] and mine != its:
        return True
    return False if mine == its else None


def _without_ones(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _by_name(
    item: Quantized, originals: Mapping[str, Stored], by_key: Mapping[str, Sequence[Stored]]
) -> Original | None:
    for name in (item.name, *item.names):
        one = originals.get(name)
        if one is not None and (turned := _fits(item, one.shape)) is not None:
            return _checked(item, one, turned, "name")
    for name in (item.name, *item.names):
        some = by_key.get(_key(name), ())
        if len(some) == 1 and (turned := _fits(item, some[0].shape)) is not None:
            return _checked(item, some[0], turned, "a known name")
    return None


def _checked(item: Quantized, one: Stored, turned: bool, by: str) -> Original:
    """The original as it lies; of a square one that may lie either way the values decide."""
    square = len(item.shape) == 2 and item.shape[0] == item.shape[1]
    if item.transposed and square:
        alike = [_alike(item, Original(one, way)) for way in (False, True)]
        turned = alike[1] > alike[0]
    return Original(one, turned, by)


def _key(name: str) -> str:
    """A name without prefixes, however its parts are joined."""
    name = _JOINTS.sub(".", name).lower()
    while name.startswith(_PREFIXES):
        name = name.partition(".")[2]
    return name


# ----------------------------------------------------------------------------------------- by value
def _by_value(quantized: Sequence[Quantized], originals: Sequence[Stored]) -> dict[str, Original]:
    """Link what goes together by value and with nothing else as well."""
    found: dict[str, Original] = {}
    taken: set[str] = set()
    for item in quantized:
        candidates = [
            (alike, original)
            for original in _candidates(item, originals)
            if original.stored.name not in taken and (alike := _alike(item, original)) >= _ALIKE
        ]
        candidates.sort(key=lambda one: -one[0])
        # A second one that fits hardly worse may be the right one.
        if candidates and (len(candidates) == 1 or candidates[1][0] < candidates[0][0] - 0.001):
            found[item.name] = candidates[0][1]
            taken.add(candidates[0][1].stored.name)
    return found


def _candidates(item: Quantized, originals: Sequence[Stored]) -> Iterator[Original]:
    for one in originals:
        turned = _fits(item, one.shape)
        if turned is None:
            continue
        yield Original(one, turned, "value")
        if item.transposed and len(item.shape) == 2 and item.shape[0] == item.shape[1]:
            yield Original(one, not turned, "value")


def _alike(item: Quantized, original: Original) -> float:
    """The correlation of a few rows of levels with the original's, 0 where there is none."""
    stop = min(_ROWS, item.rows)
    codes = item.read(0, stop)
    scale, offset = (part[:, :, None] for part in (codes.scale, codes.offset))
    levels = scale * (codes.codes.double() - codes.zero_point[:, :, None]) + offset
    expected = torch.from_numpy(original.reader(item)(0, stop)).double()
    return correlation(levels.flatten(), expected.flatten())


def correlation(first: Tensor, second: Tensor) -> float:
    """Return the cosine of two vectors, 0 if one is zero or not finite."""
    size = float(first.norm() * second.norm())
    found = float(first @ second) / size if size > 0 else 0.0
    return found if found == found else 0.0
