"""Reading a checkpoint of any format, by what its files are called."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pyharness.core.errors import UsageError
from pyharness.formats.quantized.tensor import Checkpoint
from pyharness.formats.stored import Stored, unreadable

__all__ = ["SUFFIXES", "read_checkpoint", "read_originals"]

_NAMED = (".safetensors", ".npz", ".json")
_ALONE = (".onnx", ".gguf", ".tflite", ".pt", ".pth", ".bin")
SUFFIXES = (".safetensors", ".safetensors.index.json", ".npz", *_ALONE)
"""How the files of checkpoints end."""

_CONVERT = {
    ".pkl": "it is a pickle, which would run code; save its tensors with safetensors",
    ".pickle": "it is a pickle, which would run code; save its tensors with safetensors",
    ".ckpt": "save its state dict with safetensors, or with torch.save as a .pt of tensors alone",
    ".h5": "save its weights with safetensors",
    ".keras": "convert it to .tflite, or save its weights with safetensors",
    ".pb": "convert it to .onnx or .tflite",
    ".mlmodel": "save its weights with safetensors",
    ".engine": "it is compiled for one machine; audit the checkpoint that it was built from",
    ".npy": "save it with its name in an .npz file",
}


def read_checkpoint(paths: Sequence[Path]) -> Checkpoint:
    """Read what a checkpoint says of itself, and of its tensors what is needed to list them.

    Args:
        paths: one ONNX, GGUF, TFLite or torch file; or safetensors or npz files, an index of shards
            or a folder, as for `pyharness.formats.sources.tensor_files`. A folder without such
            files may have one file of the others.

    Raises:
        UsageError: if a file cannot be read, is of an unknown format or damaged, or would have to
            run code to be read.
    """
    files = [_alone_in(path) or path for path in paths]
    for file in files:
        _require_known(file)
    if len(files) == 1 and files[0].suffix in _ALONE:
        return _reader(files[0].suffix)(files[0])
    if alone := [file for file in files if file.suffix in _ALONE]:
        raise UsageError(
            f"{alone[0]} is a model of its own, and {len(files)} files were given; audit one model "
            "at a time"
        )
    from pyharness.formats.quantized.named import read_named

    return read_named(files)


def read_originals(paths: Sequence[Path]) -> Mapping[str, Stored]:
    """Return the tensors of floats of a model, by name.

    Args:
        paths: as for `read_checkpoint`.

    Raises:
        UsageError: as `read_checkpoint`; or if there are none.
    """
    found = read_checkpoint(paths).plain
    if not found:
        raise UsageError(
            f"{', '.join(map(str, paths))}: it has no tensor of floats, so that nothing can have "
            "been made from it"
        )
    return found


def _alone_in(path: Path) -> Path | None:
    """The only file of a folder that is a model of its own, where no tensors have files there."""
    if not path.is_dir():
        return None
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise unreadable(path, error) from error
    if any(file.suffix in (".safetensors", ".npz") for file in inside):
        return None
    alone = [file for file in inside if file.suffix in _ALONE]
    if len(alone) > 1:
        raise UsageError(f"{path} holds {', '.join(file.name for file in alone)}; name one of them")
    if not alone:
        raise UsageError(f"{path} has no file that ends in {', '.join(SUFFIXES)}")
    return alone[0]


def _require_known(file: Path) -> None:
    if os.path.isdir(file) or file.suffix in (*_NAMED, *_ALONE):
        return
    try:
        os.lstat(file)
    except OSError as error:
        raise unreadable(file, error) from error
    why = _CONVERT.get(file.suffix.lower(), f"expected a name that ends in {', '.join(SUFFIXES)}")
    raise UsageError(f"{file} is of a format that is not read here: {why}")


def _reader(suffix: str) -> Callable[[Path], Checkpoint]:
    # Each needs a library of its own.
    if suffix == ".onnx":
        from pyharness.formats.quantized.onnx import read_onnx

        return read_onnx
    if suffix == ".gguf":
        from pyharness.formats.quantized.gguf import read_gguf

        return read_gguf
    if suffix == ".tflite":
        from pyharness.formats.quantized.tflite import read_tflite

        return read_tflite
    from pyharness.formats.quantized.torch_pt import read_torch

    return read_torch
