"""What the parts of quantized checkpoints are called, and the settings that lie beside them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from pyharness.core.errors import UsageError
from pyharness.core.files import read_regular
from pyharness.formats.stored import damaged, unreadable

__all__ = [
    "FLOATS",
    "config_beside",
    "last_part",
    "number",
    "original_of",
    "originals",
    "scale_names",
    "settings",
    "sibling",
]

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
"""The dtypes of scales."""
_CONFIGS = ("config.json", "quantize_config.json", "quant_config.json")
"""Of transformers, AutoGPTQ and AutoAWQ."""
_SETTINGS = ("quantization_config", "compression_config", "quantization")
"""Where a `config.json` has what concerns quantization."""
_OWN = {"bits", "w_bit", "quant_method"}
"""What a quantizer's own configuration has, one of these at least."""
_CONFIG_LIMIT = 16 << 20
"""Bytes of such a file."""
_PREFIXES = ("base_model.", "module.", "model.", "transformer.")
"""What libraries put before a model's own names."""

_SCALES = ("_scale", ".scale", "._scale", "_scales", ".scales")
"""What follows a tensor's name in that of its scales."""
_MARKS = ("._data", "_packed", "_quantized", "_codes", ".codes", "_q", ".q", ".qs")
"""What follows an original's name in that of its codes."""
_OF_MODULE = ("weight", "qweight", "kernel", "codes", "q")
"""Names of codes whose scales may have the name of the module, not of the weight."""


def config_beside(file: Path) -> tuple[dict[str, Any], tuple[Path, ...]]:
    """Read the settings that lie in a file's folder: all that `config.json` says, with the
    quantizer's own file as its "quantization_config" where it has none.

    Returns:
        The settings, and the files that were read.

    Raises:
        UsageError: if such a file cannot be read, or holds no JSON object.
    """
    found = [path for name in _CONFIGS if os.path.isfile(path := file.parent / name)]
    config: dict[str, Any] = {}
    for path in found:
        read = _object(path)
        if path.name == _CONFIGS[0]:
            config |= read
        elif not settings(config):
            config["quantization_config"] = read
    return config, tuple(found)


def _object(path: Path) -> dict[str, Any]:
    try:
        data = read_regular(path, _CONFIG_LIMIT + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > _CONFIG_LIMIT:
        raise UsageError(f"{path} has more than {_CONFIG_LIMIT:,} bytes, which is no configuration")
    try:
        found = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise damaged(path, str(error)) from error
    if not isinstance(found, dict):
        raise damaged(path, "it holds no JSON object")
    return found


def settings(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a model's configuration, or a quantizer's own, says of quantization."""
    found = [config[key] for key in _SETTINGS if isinstance(config.get(key), dict)]
    return found[0] if found else config if config.keys() & _OWN else {}


def number(said: Mapping[str, Any], *keys: str) -> int | None:
    """Return the first positive integer that settings have under one of some keys."""
    values = (said.get(key) for key in keys)
    return next((value for value in values if type(value) is int and value > 0), None)


def sibling(name: str, suffix: str, other: str) -> str:
    """Return a name with another ending, such as `l.scales` for `l.qweight`."""
    return name.removesuffix(suffix) + other


def last_part(name: str) -> str:
    """Return the part of a name after its last dot."""
    return name.rpartition(".")[2]


def scale_names(name: str) -> list[str]:
    """Return what the scales of codes may be called, the likeliest first."""
    bases = dict.fromkeys((name, original_of(name)))
    parent, dot, last = name.rpartition(".")
    found = [f"{base}{suffix}" for base in bases for suffix in _SCALES]
    if last == "qs":
        found.append(sibling(name, "qs", "d"))
    if last in _OF_MODULE:
        found += [f"{parent}{suffix}" if dot else suffix[1:] for suffix in _SCALES]
    return found


def original_of(name: str) -> str:
    """Return an original's name, given that of its codes."""
    if last_part(name) == "qweight":
        return sibling(name, "qweight", "weight")
    mark = next((each for each in _MARKS if name.endswith(each) and name != each), "")
    return name.removesuffix(mark)


def originals(name: str) -> tuple[str, ...]:
    """Return what an original may be called: a name, and the same without what libraries put
    before it.

    Example:
        >>> originals("model.layers.0.weight")
        ('model.layers.0.weight', 'layers.0.weight')
    """
    names = [name]
    while prefix := next((each for each in _PREFIXES if names[-1].startswith(each)), None):
        names.append(names[-1].removeprefix(prefix))
    return tuple(names)
