"""GGUF files, of llama.cpp and others: their tensors, quantized in blocks and not. Needs the extra
`gguf`.

The header is read here, and not by the package's `GGUFReader`, which makes an object of each entry
of a vocabulary, and does so without end where a header of 60 bytes says that 2^60 numbers follow.
The package says what types there are, how large their blocks are, and how the tensors of an
architecture are called elsewhere.

How near a right quantizer comes was read in ggml's own, `ggml-quants.c`, of August 2026, and in the
package's `quants.py`. Both work in float32, which adds 2^−16 of a step at most.

- Q8_0, Q4_0 and Q5_0 make the codes with a scale δ, and store δ rounded to float16, s: |s − δ| is
  at most 2^−11 |s|, unless |s| is below 2^−14, as it is in blocks of Q8_0 with no weight above
  127 · 2^−14. From |w − δ(q − z)| ≤ ½|δ| it follows that |w − s(q − z)| ≤
  |s| (½ + (|q − z| + ½) 2^−11). An end of the levels moves by 2^−11 |s| times its |q − z|, which is
  not counted again in `overhang`.
- Q4_1 and Q5_1 round the least weight of a block as well, to the offset m, which adds 2^−11 |m|; or
  2^−25, where |m| is below 2^−14.
- K-quants search for scales, round them, and make the codes last, with the scales that are stored:
  the nearest of the levels, d·sc·q − dmin·m, and the last of them for whatever lies beyond, however
  far. They do so with an importance matrix too. Scales of Q3_K and Q6_K have either sign. Where
  d·sc is 0, all levels of a group are the same, and the codes are those of the search, which say
  nothing: it is right where the group is small beside the largest one of its block. Where a weight
  is more than 2^22 steps away, its code can be anything.
- Q4_0, Q4_1, Q5_0 and Q5_1 with an importance matrix, which the metadata name then, search for the
  codes and fit the scale to them afterwards: nothing follows for a single weight.

When attention is converted for the architecture `llama`, the rows of `attn_q` and `attn_k` change
places within each head. They are not put back here, so these differ from an original in another
format.
"""

from __future__ import annotations

import itertools
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import torch
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.extras import install
from pyharness.core.files import open_regular
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.tensor import Bound, Checkpoint, Codes, Quantized
from pyharness.formats.stored import Stamp, Stored, damaged, number_of_elements, unreadable

__all__ = ["read_gguf"]

_MAGIC = int.from_bytes(b"GGUF", "little")
_VERSIONS = (2, 3)
_HEADER_LIMIT = 100_000_000
"""Bytes of a header, as of a safetensors file; a large vocabulary takes 20,000,000."""
_NAME_LIMIT = 65_535
"""Bytes of a name, the format's own limit for keys."""
_DIMENSIONS = 4
"""The most that a tensor has in ggml."""
_DEFAULT_ALIGNMENT = 32

_UINT32, _STRING, _ARRAY = 4, 8, 9
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, _UINT32: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value of the metadata, by its type: integers, floats and booleans."""
_ALIGNMENT, _ARCHITECTURE = "general.alignment", "general.architecture"
_WANTED = {_ALIGNMENT: _UINT32, _ARCHITECTURE: _STRING}
"""The metadata that are used, and their types."""
_IMPORTANCE = "quantize.imatrix."
"""How the keys begin that tell of an importance matrix."""

_PLAIN = {
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F64": torch.float64,
}
_INTEGERS = ("I16", "I32", "I64")
_CODES = "I8"


def read_gguf(path: Path) -> Checkpoint:
    """List the tensors of a GGUF file, after checking all that it says of itself. No data but the
    header are read.

    A quantized tensor has its own name first among the names of its original, and then those that
    the package knows for it in other formats.

    Raises:
        UsageError: if the extra `gguf` is not installed, or the file cannot be read, is of another
            format, version or byte order, is damaged, or names something twice.
    """
    gguf = _gguf()
    stamp = Stamp.of(path)
    try:
        with open_regular(path) as file:
            metadata, described = _contents(_Header(path, file))
    except OSError as error:
        raise unreadable(path, error) from error
    stamp.require(path)
    kinds = {int(kind): _Kind(kind.name, *sizes) for kind, sizes in gguf.GGML_QUANT_SIZES.items()}
    _require_apart(path, stamp.size, [(tensor, kinds.get(tensor.kind)) for tensor in described])
    templates = _templates(gguf, metadata.architecture)
    found = {
        tensor.name: _read(tensor, kinds.get(tensor.kind), path, stamp, metadata, templates)
        for tensor in described
    }
    return Checkpoint(
        "GGUF",
        tuple(tensor for tensor in found.values() if isinstance(tensor, Quantized)),
        {name: tensor for name, tensor in found.items() if isinstance(tensor, Stored)},
        {name: tensor.why for name, tensor in found.items() if isinstance(tensor, _Unexplained)},
        {name: why for name, why in found.items() if isinstance(why, str)},
        (path,),
        {name: tensor.why for name, tensor in found.items() if isinstance(tensor, _Integers)},
    )


def _gguf() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise UsageError(f"GGUF files need the package gguf; {install('gguf')}") from error
    return gguf


# ------------------------------------------------------------------------------------------- header
class _Metadata(NamedTuple):
    """What a file says of itself that is used here.

    Attributes:
        architecture: the model's; empty if it is not said.
        alignment: what divides the place of every tensor, in bytes.
        importance: whether an importance matrix was used.
    """

    architecture: str
    alignment: int
    importance: bool


class _Described(NamedTuple):
    """What a file says of a tensor.

    Attributes:
        name: its name.
        shape: row-major, the reverse of how it is stored.
        kind: the number of its type.
        place: the byte where it begins.
    """

    name: str
    shape: tuple[int, ...]
    kind: int
    place: int


class _Header:
    """A file's header, read from one thing to the next."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path, self._file = path, file
        self.at, self._size = 0, os.fstat(file.fileno()).st_size

    def number(self, width: int) -> int:
        """Read an unsigned number of so many bytes.

        Raises:
            UsageError: as `skip`.
        """
        return int.from_bytes(self._bytes(width), "little")

    def text(self) -> str:
        """Read a name.

        Raises:
            UsageError: as `skip`, or if it is too long, or is not UTF-8.
        """
        if (size := self.number(8)) > _NAME_LIMIT:
            raise damaged(self.path, f"the name at byte {self.at} is said to have {size:,} bytes")
        try:
            return self._bytes(size).decode()
        except UnicodeDecodeError as error:
            raise damaged(self.path, f"the name before byte {self.at} is not UTF-8") from error

    def skip_value(self, kind: int) -> None:
        """Pass over a value of the metadata.

        Raises:
            UsageError: as `skip`, or if there is no such type, or none of which arrays are read.
        """
        count = 1
        if kind == _ARRAY:
            kind, count = self.number(4), self.number(8)
        if kind in _WIDTHS:
            self.skip(count * _WIDTHS[kind])
        elif kind == _STRING:
            for _ in range(count):
                self.skip(self.number(8))
        else:
            raise damaged(self.path, f"the value at byte {self.at} is of the unknown type {kind}")

    def skip(self, size: int) -> None:
        """Pass over some bytes.

        Raises:
            UsageError: if they are not there, or the header is too long.
        """
        self._require(size)
        self._file.seek(size, os.SEEK_CUR)
        self.at += size

    def _bytes(self, size: int) -> bytes:
        self._require(size)
        self.at += size
        return self._file.read(size)

    def _require(self, size: int) -> None:
        if size > self._size - self.at:
            raise damaged(
                self.path,
                f"its header needs {size:,} bytes after byte {self.at:,}, and the file has "
                f"{self._size:,}",
            )
        if size > _HEADER_LIMIT - self.at:
            raise damaged(self.path, f"its header has more than {_HEADER_LIMIT:,} bytes")


def _contents(header: _Header) -> tuple[_Metadata, list[_Described]]:
    """Read a whole header.

    Raises:
        UsageError: if it is damaged, or of a version or byte order that is not read.
    """
    if header.number(4) != _MAGIC:
        raise UsageError(f"{header.path} is no GGUF file: it does not begin with 'GGUF'")
    version = header.number(4)
    if version and not version & 0xFFFF:
        raise UsageError(
            f"{header.path} is big-endian, which is not read; convert it by gguf-convert-endian"
        )
    if version not in _VERSIONS:
        raise UsageError(
            f"{header.path} has version {version} of GGUF, and versions 2 and 3 are read; write "
            "it again with another llama.cpp"
        )
    tensors, entries = header.number(8), header.number(8)
    metadata = _metadata(header, entries)
    described: dict[str, _Described] = {}
    for _ in range(tensors):
        tensor = _described(header)
        if tensor.name in described:
            raise damaged(header.path, f"it names {tensor.name!r} twice")
        if tensor.place % metadata.alignment:
            raise damaged(
                header.path,
                f"tensor {tensor.name!r} begins at byte {tensor.place} of the data, which is no "
                f"multiple of {metadata.alignment}",
            )
        described[tensor.name] = tensor
    start = header.at + -header.at % metadata.alignment
    return metadata, [tensor._replace(place=start + tensor.place) for tensor in described.values()]


def _metadata(header: _Header, entries: int) -> _Metadata:
    architecture, alignment = "", _DEFAULT_ALIGNMENT
    keys: set[str] = set()
    for _ in range(entries):
        key, kind = header.text(), header.number(4)
        if key in keys:
            raise damaged(header.path, f"it names {key!r} twice")
        keys.add(key)
        if kind != _WANTED.get(key, kind):
            raise damaged(header.path, f"{key!r} has type {kind} instead of {_WANTED[key]}")
        if key == _ARCHITECTURE:
            architecture = header.text()
        elif key == _ALIGNMENT:
            alignment = header.number(4)
        else:
            header.skip_value(kind)
    if alignment.bit_count() != 1:
        raise damaged(header.path, f"its alignment is {alignment}, which is no power of two")
    return _Metadata(architecture, alignment, any(key.startswith(_IMPORTANCE) for key in keys))


def _described(header: _Header) -> _Described:
    """Read what is said of one tensor; its place is that within the data."""
    name, dimensions = header.text(), header.number(4)
    if dimensions > _DIMENSIONS:
        raise damaged(header.path, f"tensor {name!r} has {dimensions:,} dimensions")
    shape = tuple(header.number(8) for _ in range(dimensions))[::-1]
    return _Described(name, shape, kind=header.number(4), place=header.number(8))


# -------------------------------------------------------------------------------------------- types
class _Kind(NamedTuple):
    """A type of tensor.

    Attributes:
        name: its name.
        block: how many elements are stored together.
        width: in how many bytes.
    """

    name: str
    block: int
    width: int


class _Integers(NamedTuple):
    """Why a tensor is neither weights nor codes."""

    why: str


class _Unexplained(NamedTuple):
    """Integers of which nothing says what they stand for.

    Attributes:
        why: what is missing.
    """

    why: str


def _require_apart(
    path: Path, size: int, tensors: Iterable[tuple[_Described, _Kind | None]]
) -> None:
    """Check that all tensors have whole rows of blocks, lie in the file, and lie nowhere on each
    other. The size of a type that is not known is not, either.
    """
    spans = []
    for tensor, kind in tensors:
        count = number_of_elements(path, tensor.name, tensor.shape)
        block, width = kind[1:] if kind else (1, 0)
        if count and (tensor.shape or (1,))[-1] % block:
            raise damaged(
                path,
                f"tensor {tensor.name!r} of shape {tensor.shape} has rows that are no whole blocks "
                f"of {block}",
            )
        need = count // block * width
        if tensor.place + need > size:
            raise damaged(
                path,
                f"tensor {tensor.name!r} needs {need:,} bytes from byte {tensor.place:,}, and the "
                f"file has {size:,}",
            )
        if need:
            spans.append((tensor.place, need, tensor.name))
    spans.sort()
    for (start, need, name), (following, _, other) in itertools.pairwise(spans):
        if start + need > following:
            raise damaged(path, f"tensor {other!r} begins within tensor {name!r}")


def _read(
    tensor: _Described,
    kind: _Kind | None,
    path: Path,
    stamp: Stamp,
    metadata: _Metadata,
    templates: Mapping[str, Sequence[str]],
) -> Quantized | Stored | _Integers | _Unexplained | str:
    """Say how to read a tensor, or why it is not read."""
    name, shape, number, place = tensor
    if not math.prod(shape):
        return _Integers(f"is empty: its shape is {shape}")
    if kind is None:
        return f"has the type {number}, which the package gguf does not know; install a newer one"
    if kind.name in _PLAIN:
        return Stored(name, shape, _PLAIN[kind.name], path, stamp, place)
    if kind.name == _CODES:
        return _Unexplained(f"has the type {_CODES}, for which a GGUF file holds no scales")
    if kind.name in _INTEGERS:
        return _Integers(f"has the type {kind.name}: integers that are no codes")
    if kind.name not in _LAYOUTS:
        known = ", ".join(_LAYOUTS)
        return f"has the type {kind.name}, which is not read; quantize it to one of {known} instead"
    row = shape[-1] // kind.block * kind.width
    part = Stored(name, (math.prod(shape[:-1]), row), torch.uint8, path, stamp, place)
    return _quantized(part, shape, kind, metadata.importance, _names(name, templates))


def _quantized(
    part: Stored, shape: tuple[int, ...], kind: _Kind, importance: bool, names: tuple[str, ...]
) -> Quantized:
    """Say how to read the tensor whose rows of bytes are `part`."""
    layout = _LAYOUTS[kind.name]
    fitted = importance and kind.name in _FITTED
    return Quantized(
        name=part.name,
        format=f"GGUF {kind.name}",
        shape=shape,
        rows=part.shape[0],
        groups=shape[-1] // layout.size,
        size=layout.size,
        low=layout.low,
        high=layout.high,
        parts=(part,),
        read=partial(_rows, part, kind, layout),
        granularity=f"group of {layout.size}",
        bound=Bound("moved") if fitted else layout.bound,
        names=names,
        symmetric=layout.symmetric,
        restricted=layout.restricted,
        reaches_ends=layout.reaches_ends and not fitted,
    )


def _names(name: str, templates: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return what a tensor may be called: its own name, and those in other formats.

    Example:
        >>> _names("blk.7.attn_q.weight", {"blk.{bid}.attn_q": ["layers.{bid}.q_proj"]})
        ('blk.7.attn_q.weight', 'layers.7.q_proj.weight')
    """
    stem, suffix = name, ""
    for known in (".weight", ".bias"):
        if name.endswith(known):
            stem, suffix = name.removesuffix(known), known
    number = _NUMBER.search(stem)
    block = number[0] if number else ""
    template = _NUMBER.sub("{bid}", stem, count=1)
    others = (f"{other.replace('{bid}', block)}{suffix}" for other in templates.get(template, ()))
    return tuple(dict.fromkeys((name, *others)))


_NUMBER = re.compile(r"(?<=\.)\d+(?=\.|$)")
"""A block's number within a name."""


def _templates(gguf: Any, architecture: str) -> Mapping[str, Sequence[str]]:
    """Return what the tensors of an architecture are called elsewhere, by their names in GGUF, with
    `{bid}` for a block's number in both. Nothing, if the package does not know it.

    The package's own map has an entry for each block, and a hostile file may claim any number.
    """
    known = next((key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == architecture), None)
    if known is None:
        return {}
    maps = gguf.TensorNameMap
    configured = {
        **maps.mappings_cfg,
        **maps.block_mappings_cfg,
        **maps.arch_block_mappings_cfg.get(known, {}),
    }
    return {
        gguf.TENSOR_NAMES[tensor]: names
        for tensor, names in configured.items()
        if tensor in gguf.MODEL_TENSORS[known]
    }


# ------------------------------------------------------------------------------------------- blocks
def _rows(part: Stored, kind: _Kind, layout: _Layout, start: int, stop: int) -> Codes:
    """Read some rows of a quantized tensor."""
    width = part.shape[1]
    blocks = read_rows(part, start, stop, width).reshape(-1, kind.width)
    codes, scale, offset = layout.unpack(blocks)
    groups = width // kind.width * (kind.block // layout.size)
    return Codes(
        codes.to(torch.int16).reshape(-1, groups, layout.size),
        scale.reshape(-1, groups),
        torch.full((1, 1), layout.zero_point),
        torch.zeros(1, 1, dtype=torch.float64) if offset is None else offset.reshape(-1, groups),
    )


_Unpacked = tuple[Tensor, Tensor, Tensor | None]
"""Codes of blocks, integers [blocks, elements], their scales and their offsets if there are any,
float64 [blocks, groups].
"""


def _floats(data: Tensor) -> Tensor:
    """Return float16 numbers in bytes [blocks, bytes], as float64."""
    return data.contiguous().view(torch.float16).double()


def _spread(data: Tensor, width: int, bits: int) -> Tensor:
    """Return numbers of a few bits in bytes [blocks, bytes]: of each `width` bytes first all that
    are in the lowest bits, then all in the next, and so on.

    Example:
        >>> _spread(torch.tensor([[0x21, 0x43]], dtype=torch.uint8), 2, 4).tolist()
        [[1, 3, 2, 4]]
    """
    shifts = torch.arange(0, 8, bits, dtype=torch.uint8).reshape(-1, 1)
    parts = data.reshape(len(data), data.shape[1] // width, 1, width)
    return (parts >> shifts & (1 << bits) - 1).flatten(1)


def _q8_0(blocks: Tensor) -> _Unpacked:
    scale, codes = blocks.split((2, 32), 1)
    return codes.view(torch.int8), _floats(scale), None


def _q4_0(blocks: Tensor) -> _Unpacked:
    scale, codes = blocks.split((2, 16), 1)
    return _spread(codes, 16, 4), _floats(scale), None


def _q4_1(blocks: Tensor) -> _Unpacked:
    factors, codes = blocks.split((4, 16), 1)
    return _spread(codes, 16, 4), *_floats(factors).split(1, 1)


def _q5_0(blocks: Tensor) -> _Unpacked:
    scale, high, low = blocks.split((2, 4, 16), 1)
    return _spread(low, 16, 4) | _spread(high, 1, 1) << 4, _floats(scale), None


def _q5_1(blocks: Tensor) -> _Unpacked:
    factors, high, low = blocks.split((4, 4, 16), 1)
    return _spread(low, 16, 4) | _spread(high, 1, 1) << 4, *_floats(factors).split(1, 1)


def _q2_k(blocks: Tensor) -> _Unpacked:
    scales, codes, factors = blocks.split((16, 64, 4), 1)
    scale, minimum = _floats(factors).split(1, 1)
    return _spread(codes, 32, 2), scale * (scales & 15), -minimum * (scales >> 4)


def _q3_k(blocks: Tensor) -> _Unpacked:
    high, low, scales, factor = blocks.split((32, 64, 12, 2), 1)
    codes = _spread(low, 32, 2) | _spread(high, 32, 1) << 2
    lower, upper = scales.split((8, 4), 1)
    signed = (_spread(lower, 8, 4) | _spread(upper, 4, 2) << 4).double() - 32
    return codes.to(torch.int16) - 4, _floats(factor) * signed, None


def _q4_k(blocks: Tensor) -> _Unpacked:
    factors, scales, codes = blocks.split((4, 12, 128), 1)
    return _spread(codes, 32, 4), *_with_minima(factors, scales)


def _q5_k(blocks: Tensor) -> _Unpacked:
    factors, scales, high, low = blocks.split((4, 12, 32, 128), 1)
    return _spread(low, 32, 4) | _spread(high, 32, 1) << 4, *_with_minima(factors, scales)


def _with_minima(factors: Tensor, packed: Tensor) -> tuple[Tensor, Tensor]:
    """Return the scales and offsets of the 8 groups of a block, which are the products of the
    block's two and integers of 6 bits: those of the first four groups in the lower bits of 8
    bytes, those of the others in 4 bytes and the upper bits of the 8.
    """
    scale, minimum = _floats(factors).split(1, 1)
    scales, minima, others = packed.split(4, 1)
    return (
        scale * torch.cat((scales & 63, others & 15 | scales >> 6 << 4), 1),
        -minimum * torch.cat((minima & 63, others >> 4 | minima >> 6 << 4), 1),
    )


def _q6_k(blocks: Tensor) -> _Unpacked:
    low, high, scales, factor = blocks.split((128, 64, 16, 2), 1)
    codes = _spread(low, 64, 4) | _spread(high, 32, 2) << 4
    return codes.to(torch.int16) - 32, _floats(factor) * scales.view(torch.int8), None


class _Layout(NamedTuple):
    """How a type packs its codes, and what they stand for.

    Attributes:
        size: how many elements share a scale.
        low, high: the least and the greatest code.
        unpack: gives codes, scales and offsets of blocks of bytes [blocks, bytes].
        bound: how near to the original its levels are.
        zero_point: of all of it.
        symmetric, restricted, reaches_ends: as those of `Quantized`.
    """

    size: int
    low: int
    high: int
    unpack: Callable[[Tensor], _Unpacked]
    bound: Bound = Bound()
    zero_point: int = 0
    symmetric: bool = False
    restricted: bool = False
    reaches_ends: bool = False


_HALF = 2.0**-11
"""By how much of itself a number is changed at most where it is rounded to float16, unless it is
below 2^−14 or infinite.
"""

_WITH_OFFSET = Bound("rounded scale", _HALF, _HALF, 2.0**-25, overhang=0.0)
_SEARCHED = Bound(searched=True)
_SIGNED = Bound(searched=True, signed=True)

_LAYOUTS = {
    # The largest magnitude is 127 δ.
    "Q8_0": _Layout(
        32,
        -127,
        127,
        _q8_0,
        Bound("rounded scale", _HALF, overhang=0.0),
        symmetric=True,
        restricted=True,
        reaches_ends=True,
    ),
    # The largest magnitude is −8 δ, which is the least level; the greatest is 7 δ, and a weight of
    # the other sign may come up to 8 δ.
    "Q4_0": _Layout(
        32,
        0,
        15,
        _q4_0,
        Bound("rounded scale", _HALF, overhang=1.0, signed=True),
        zero_point=8,
        symmetric=True,
        reaches_ends=True,
    ),
    "Q5_0": _Layout(
        32,
        0,
        31,
        _q5_0,
        Bound("rounded scale", _HALF, overhang=1.0, signed=True),
        zero_point=16,
        symmetric=True,
        reaches_ends=True,
    ),
    # The least weight is m, and the greatest is 15 δ, or 31 δ, more.
    "Q4_1": _Layout(32, 0, 15, _q4_1, _WITH_OFFSET, reaches_ends=True),
    "Q5_1": _Layout(32, 0, 31, _q5_1, _WITH_OFFSET, reaches_ends=True),
    "Q2_K": _Layout(16, 0, 3, _q2_k, _SEARCHED),
    "Q3_K": _Layout(16, -4, 3, _q3_k, _SIGNED, symmetric=True),
    "Q4_K": _Layout(32, 0, 15, _q4_k, _SEARCHED),
    "Q5_K": _Layout(32, 0, 31, _q5_k, _SEARCHED),
    "Q6_K": _Layout(16, -32, 31, _q6_k, _SIGNED, symmetric=True),
}
"""The quantized types that are read."""
_FITTED = ("Q4_0", "Q4_1", "Q5_0", "Q5_1")
"""Those that are made in another way with an importance matrix."""
