"""Checkpoints of named tensors: safetensors and npz files, with the settings beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import torch

from pyharness.formats.digests import dtype_name
from pyharness.formats.quantized import (
    awq,
    bitsandbytes,
    compressed_tensors,
    float8,
    gptq,
    mlx,
)
from pyharness.formats.quantized.naming import (
    FLOATS,
    config_beside,
    last_part,
    scale_names,
    sibling,
)
from pyharness.formats.quantized.tensor import Checkpoint, Quantized
from pyharness.formats.sources import CODE_DTYPES, catalogue
from pyharness.formats.stored import Stored

__all__ = ["checkpoint_of", "read_named"]

_Find = Callable[
    [Mapping[str, Stored], Mapping[str, Any]],
    tuple[list[Quantized], set[str]],
]

_FORMATS: tuple[_Find, ...] = (
    bitsandbytes.find,
    gptq.find,
    awq.find,
    mlx.find,
    float8.find,
    compressed_tensors.find,
)
"""The particular ones first: each is given what those before it left."""
_INDICES = ("g_idx", "position_ids", "weight_shape", "relative_position_index")
"""Last parts of names of integers that are no codes."""
_WIDE = 1 << 24
"""An integer of this magnitude in an int32 tensor has bits where packed codes have them, and counts
and indices do not.
"""


_HARMLESS = ("is empty", "has dtype bool")
"""How it begins why a tensor that can be no weight and no codes was not read."""


def read_named(paths: Sequence[Path]) -> Checkpoint:
    """Read a checkpoint of safetensors or npz files.

    Args:
        paths: as for `sources.tensor_files`. Settings are taken from the first file's folder.

    Raises:
        UsageError: as `sources.catalogue`, or if the parts of a tensor do not fit each other, or
            the settings are damaged.
        TensorError: if there is no tensor that can be read.
    """
    found = catalogue(paths, CODE_DTYPES)
    config, settings = config_beside(found.files[0])
    container = found.files[0].suffix.removeprefix(".")
    files = (*found.files, *settings)
    return checkpoint_of(container, found.tensors, found.others, config, files)


def checkpoint_of(
    container: str,
    tensors: Mapping[str, Stored],
    others: Mapping[str, str],
    config: Mapping[str, Any],
    files: tuple[Path, ...],
) -> Checkpoint:
    """Return what named tensors hold.

    Args:
        container: the format of their files, in words.
        tensors: those that can be read, by name.
        others: why each of the others cannot, by name.
        config: what the settings beside them say.
        files: all of these.

    Raises:
        UsageError: if the parts of a tensor do not fit each other, or a file is damaged.
    """
    quantized: list[Quantized] = []
    left = dict(tensors)
    for find in _FORMATS:
        more, used = find(left, config)
        quantized += more
        left = {name: tensor for name, tensor in left.items() if name not in used}
    plain: dict[str, Stored] = {}
    unexplained: dict[str, str] = {}
    integers = {name: why for name, why in others.items() if why.startswith(_HARMLESS)}
    unread = {name: why for name, why in others.items() if name not in integers}
    known = tensors.keys() | others.keys()
    for name, tensor in left.items():
        if tensor.dtype in FLOATS:
            plain[name] = tensor
        elif tensor.dtype in float8.FLOATS_OF_8_BITS:
            if why := _why_no_floats(name, known):
                unexplained[name] = why
            else:
                quantized.append(float8.cast(tensor))
        elif why := _why_codes(tensor, known):
            unexplained[name] = why
        else:
            integers[name] = f"has integers of {dtype_name(tensor.dtype)} that are no codes"
    formats = dict.fromkeys(tensor.format for tensor in quantized)
    return Checkpoint(
        f"{container}: {', '.join(formats)}" if formats else container,
        tuple(quantized),
        plain,
        unexplained,
        dict(sorted(unread.items())),
        files,
        dict(sorted(integers.items())),
    )


def _why_no_floats(name: str, known: Set[str]) -> str | None:
    """Why floats of 8 bits do not stand for themselves; None if they do."""
    scales = next((each for each in float8.float_scale_names(name) if each in known), None)
    if scales:
        return f"floats of 8 bits whose scales {scales} are of a kind that is not read"
    return "scales of 8 bits that nothing explains" if "scale" in last_part(name) else None


def _why_codes(tensor: Stored, known: Set[str]) -> str | None:
    """Why integers that nothing explains look like codes; None if they do not."""
    name = tensor.name
    if tensor.numel < 2 or last_part(name) in _INDICES:
        return None
    if tensor.dtype in (torch.int8, torch.uint8):
        return _why_bytes(name, known) if _exceeds(tensor, 0, 1) else None
    packed = tensor.dtype == torch.uint32 or tensor.dtype == torch.int32
    ends = (0, 1) if tensor.dtype == torch.uint32 else (-_WIDE, _WIDE)
    if not packed or not _exceeds(tensor, *ends):
        return None
    missing = [
        part
        for part in ("scales", "qzeros")
        if last_part(name) == "qweight" and sibling(name, "qweight", part) not in known
    ]
    absent = f": no {sibling(name, 'qweight', missing[0])}" if missing else ""
    return f"packed integers that nothing explains{absent}"


def _why_bytes(name: str, known: Set[str]) -> str:
    names = scale_names(name)
    scales = next((each for each in names if each in known), None)
    if scales is None:
        return f"codes without scales: no {names[0]}"
    return f"codes whose scales {scales} are of a kind that is not read"


def _exceeds(tensor: Stored, low: int, high: int) -> bool:
    """Whether some element is outside a range."""
    for chunk in tensor.chunks(1 << 20):
        least, most = chunk.to(torch.int64).aminmax()
        if int(least) < low or int(most) > high:
            return True
    return False
