"""Checkpoints that `torch.save` wrote: tensors, torch's own quantized tensors, and torchao's.

A pickle can run code when it is read. So torch reads it with `weights_only`, which calls nothing
but what makes tensors; a file that needs more is refused. torchao has its classes accepted when it
is imported, and of its tensors only the attributes are used. torch maps the file into memory, so
that no elements are read: where in the file they lie follows from where they are mapped.
"""

from __future__ import annotations

import bisect
import contextlib
import importlib
import io
import math
import pickle
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from pyharness.core.errors import UsageError
from pyharness.core.files import open_regular
from pyharness.formats.digests import dtype_name
from pyharness.formats.quantized.float8 import FLOATS_OF_8_BITS
from pyharness.formats.quantized.layout import layout_of
from pyharness.formats.quantized.named import checkpoint_of
from pyharness.formats.quantized.naming import FLOATS, config_beside, originals
from pyharness.formats.quantized.rows import read_rows
from pyharness.formats.quantized.scaling import Rows, reader, rows_of
from pyharness.formats.quantized.tensor import Bound, Checkpoint, Quantized
from pyharness.formats.sources import CODE_DTYPES
from pyharness.formats.stored import MALFORMED, Stamp, Stored, damaged, unreadable

__all__ = ["read_torch"]

_WRAPPERS = ("state_dict", "model_state_dict", "model")
"""What a training checkpoint calls its state dict, beside the optimizer's and the like."""
_VALUES_LIMIT = 1_000_000
"""Values that are looked at in a file; a small one can hold any number, by naming one again."""
_NAME_LIMIT = 4096
"""Characters of a name."""
_TORCHAO = ("torchao", "torchao.quantization")
"""Modules that have torchao's classes accepted."""
_WRAPPED = 3
"""How many of torchao's tensors may lie in each other, each saying how activations are treated."""
_CODES = ("qdata", "int_data", "float8_data")
"""What attribute of theirs has the codes."""

_NATIVE = {
    torch.quint8: (torch.uint8, 0, 255),
    torch.qint8: (torch.int8, -128, 127),
    torch.qint32: (torch.int32, -(1 << 31), (1 << 31) - 1),
}
"""torch's own types of codes: the dtype that they are stored in, the least and the greatest."""
_PACKED = "_packed_params._packed_params.0"
"""How torch's quantized layers call their weight."""


def read_torch(path: Path) -> Checkpoint:
    """List the tensors of a file that `torch.save` wrote. Nothing in it is executed.

    Names in nested dictionaries and lists are joined by dots. If a dictionary at the top has a
    state dict by one of its usual names, the tensors beside that are not read.

    Raises:
        UsageError: if the file cannot be read, is of another format, older than torch 1.6 or
            damaged; if it would run code; if it needs torchao, and that is not installed or does
            not know what it holds; or if two tensors come to the same name.
    """
    stamp = Stamp.of(path)
    try:
        _require_archive(path)
        tensors, beside = _split(_loaded(path))
        lister = _Lister(path, stamp, _mapped_files())
        for name, tensor in _flattened(path, tensors):
            lister.add(name, tensor)
        left = [name for name, _ in _flattened(path, beside)]
    except OSError as error:
        raise unreadable(path, error) from error
    except pickle.UnpicklingError as error:
        raise UsageError(
            f"{path} is damaged, or no pickle that torch reads with weights_only; if you trust it, "
            "load it, and save its state dict with safetensors"
        ) from error
    except MALFORMED as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        raise damaged(path, why) from error
    stamp.require(path)
    others = {name: "is not part of the state dict" for name in left if name not in lister.names}
    config, settings = config_beside(path)
    found = checkpoint_of("torch", lister.stored, others | lister.others, config, (path, *settings))
    quantized = (*lister.quantized, *found.quantized)
    formats = dict.fromkeys(tensor.format for tensor in quantized)
    return replace(
        found,
        format=f"torch: {', '.join(formats)}" if formats else found.format,
        quantized=quantized,
        unexplained={**found.unexplained, **lister.unexplained},
    )


# ------------------------------------------------------------------------------------------ loading
def _require_archive(path: Path) -> None:
    """Check that a file is an archive as `torch.save` writes it, of which parts can be mapped."""
    with open_regular(path) as file:
        if not zipfile.is_zipfile(file):
            raise UsageError(
                f"{path} is not in the format that torch.save writes since torch 1.6; if you "
                "trust it, load it, and save its state dict again"
            )
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            named = {member.filename.rpartition("/")[2]: member for member in members}
            if "constants.pkl" in named:
                raise UsageError(
                    f"{path} is a TorchScript program; if you trust it, load it, and save its state "
                    "dict"
                )
            for member in members:
                if member.compress_type != zipfile.ZIP_STORED:
                    raise damaged(path, f"{member.filename[:200]!r} is compressed")
            if "byteorder" in named and archive.open(named["byteorder"]).read(8) != b"little":
                raise UsageError(f"{path} is big-endian; save it again on another machine")


def _loaded(path: Path) -> Any:
    unknown = _unknown(path)
    if _of_library(unknown):
        _import_torchao(path)
        unknown = _unknown(path)
    if names := _of_library(unknown):
        raise UsageError(
            f"{path} has {', '.join(names)[:500]}, which the torchao that is installed here does "
            "not know; install the version that wrote it"
        )
    if unknown:
        raise UsageError(
            f"{path} would run code of its own to be loaded: {', '.join(unknown)[:500]}; if you "
            "trust it, load it, and save its state dict with safetensors"
        )
    with warnings.catch_warnings():
        # torch warns of what it does itself.
        warnings.simplefilter("ignore")
        return torch.load(path, weights_only=True, mmap=True, map_location="cpu")


def _unknown(path: Path) -> list[str]:
    """What a file names that torch does not call with `weights_only`."""
    return sorted(torch.serialization.get_unsafe_globals_in_checkpoint(path))


def _of_library(names: Iterable[str]) -> list[str]:
    """Those that are of torchao."""
    return [name for name in names if name.startswith("torchao.")]


def _import_torchao(path: Path) -> None:
    try:
        for name in _TORCHAO:
            importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            f"{path} has tensors of torchao, which is not installed here; run: pip install torchao"
        ) from error


def _split(loaded: Any) -> tuple[Any, Any]:
    """A checkpoint's state dict, and what lies beside it."""
    if isinstance(loaded, Tensor):
        return {"tensor": loaded}, {}
    if isinstance(loaded, dict):
        for key in _WRAPPERS:
            if isinstance(loaded.get(key), dict):
                return loaded[key], {name: loaded[name] for name in loaded if name != key}
    return loaded, {}


def _flattened(path: Path, values: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield all tensors in nested dictionaries and lists with their names, joined by dots."""
    left = [("", values)]
    for _ in range(_VALUES_LIMIT):
        if not left:
            return
        name, value = left.pop()
        if isinstance(value, Tensor):
            yield name, value
        elif isinstance(value, dict | list | tuple):
            if len(left) + len(value) > _VALUES_LIMIT:
                break
            items = value.items() if isinstance(value, dict) else enumerate(value)
            left += reversed([(_joined(path, name, key), inside) for key, inside in items])
    raise UsageError(f"{path} holds more than {_VALUES_LIMIT:,} values, or itself")


def _joined(path: Path, name: str, key: Any) -> str:
    if not isinstance(key, str | int):
        raise damaged(path, f"a key in {name[:200]!r} is no name but of type {type(key).__name__}")
    joined = f"{name}.{key}" if name else str(key)
    if len(joined) > _NAME_LIMIT:
        raise damaged(path, f"{joined[:200]!r} begins a name of more than {_NAME_LIMIT} characters")
    return joined


# ----------------------------------------------------------------------------------- where they lie
class _Span(NamedTuple):
    """Part of this process's memory into which a file is mapped.

    Attributes:
        start, end: the addresses.
        offset: the byte of the file that lies at the start.
    """

    start: int
    end: int
    offset: int


def _mapped_files() -> list[_Span]:
    """Where any file is mapped into memory, in order."""
    spans = []
    for line in Path("/proc/self/maps").read_text(errors="replace").splitlines():
        addresses, _, offset, _, inode, *_ = line.split()
        if inode != "0":
            start, _, end = addresses.partition("-")
            spans.append(_Span(int(start, 16), int(end, 16), int(offset, 16)))
    return spans


@dataclass(frozen=True, eq=False)
class _InMemory:
    """The place of elements that do not lie in a file as they do in memory.

    Attributes:
        tensor: has them, and perhaps has them mapped.
    """

    tensor: Tensor

    @contextlib.contextmanager
    def open(self, stored: Stored) -> Iterator[io.BytesIO]:
        flat = self.tensor.contiguous().flatten().view(torch.uint8)
        yield io.BytesIO(flat.numpy().tobytes())


class _Unread(Exception):
    """Says why a tensor's elements, or its levels, cannot be read."""


# ------------------------------------------------------------------------------------ what they are
class _Lister:
    """Sorts the tensors of a file, one after another.

    Attributes:
        stored: those that are neither torch's nor torchao's quantized tensors, by name.
        quantized: those that are.
        unexplained: those of them that cannot be read as levels, and why.
        others: those that cannot be read at all, and why.
        names: all of these.
    """

    def __init__(self, path: Path, stamp: Stamp, mapped: Sequence[_Span]) -> None:
        self._path, self._stamp, self._mapped = path, stamp, mapped
        self.stored: dict[str, Stored] = {}
        self.quantized: list[Quantized] = []
        self.unexplained: dict[str, str] = {}
        self.others: dict[str, str] = {}
        self.names: set[str] = set()

    def add(self, name: str, tensor: Tensor) -> None:
        """Sort a tensor.

        Raises:
            UsageError: if one of this name was there before.
        """
        if name in self.names:
            raise damaged(self._path, f"it names {name!r} twice")
        self.names.add(name)
        plain = type(tensor) in (Tensor, torch.nn.Parameter)
        try:
            if not plain:
                self.quantized.append(self._of_torchao(name, tensor))
            elif tensor.is_quantized:
                self.quantized.append(self._native(name, tensor))
            else:
                self.stored[name] = self._stored(name, tensor)
        except _Unread as error:
            found = self.others if plain and not tensor.is_quantized else self.unexplained
            found[name] = str(error)

    def _stored(self, name: str, tensor: Tensor, dtype: torch.dtype | None = None) -> Stored:
        """A tensor that lies in the file; `dtype` if it is quantized, for its codes."""
        dtype = dtype or tensor.dtype
        if tensor.layout != torch.strided or tensor.device.type != "cpu":
            raise _Unread(f"is {tensor.layout} on {tensor.device.type}; save it dense, on a CPU")
        if dtype not in CODE_DTYPES.values():
            raise _Unread(
                f"has dtype {dtype_name(dtype)}, which is not used here; convert it to float32 or "
                "int8"
            )
        if not tensor.numel():
            raise _Unread(f"is empty: its shape is {tuple(tensor.shape)}")
        storage = tensor.untyped_storage()
        if tensor.numel() * dtype.itemsize > storage.nbytes() or tensor.is_neg():
            raise _Unread("has elements that are not stored one by one; save it contiguous")
        place: int | _InMemory = self._place(tensor.data_ptr())
        if not tensor.is_contiguous():
            strided = torch.empty(0, dtype=dtype)
            strided.set_(storage, tensor.storage_offset(), tensor.shape, tensor.stride())
            place = _InMemory(strided)
        return Stored(name, tuple(tensor.shape), dtype, self._path, self._stamp, place)

    def _place(self, address: int) -> int:
        """The byte of the file that is mapped to an address."""
        number = bisect.bisect(self._mapped, address, key=lambda span: span.start) - 1
        if number < 0 or address >= self._mapped[number].end:
            raise _Unread("does not lie in the file")
        span = self._mapped[number]
        return address - span.start + span.offset

    # ------------------------------------------------------------------------------------- torch's
    def _native(self, name: str, tensor: Tensor) -> Quantized:
        if tensor.dtype not in _NATIVE:
            raise _Unread(f"has dtype {dtype_name(tensor.dtype)}, whose codes are packed")
        dtype, low, high = _NATIVE[tensor.dtype]
        codes = self._stored(name, tensor, dtype)
        if tensor.qscheme() == torch.per_tensor_affine:
            counts = [1] * tensor.dim()
            scales = torch.tensor(tensor.q_scale(), dtype=torch.float64)
            zero_points = torch.tensor(tensor.q_zero_point())
        else:
            axis = tensor.q_per_channel_axis()
            counts = [size if place == axis else 1 for place, size in enumerate(tensor.shape)]
            scales = tensor.q_per_channel_scales()
            zero_points = tensor.q_per_channel_zero_points()
        original = name.removesuffix(_PACKED) + "weight" if name.endswith(_PACKED) else name
        return _quantized(
            codes,
            self._made(f"{name} scale", scales.reshape(counts or (1,))),
            self._made(f"{name} zero point", zero_points.flatten()),
            format=f"torch {dtype_name(tensor.dtype)}",
            low=low,
            high=high,
            names=originals(original),
            reaches_ends=False,
        )

    def _made(self, name: str, values: Tensor) -> Stored:
        """Scales or zero points as torch gives them."""
        place = _InMemory(values.clone())
        return Stored(name, tuple(values.shape), values.dtype, self._path, self._stamp, place)

    # ----------------------------------------------------------------------------------- torchao's
    def _of_torchao(self, name: str, tensor: Tensor) -> Quantized:
        kind = type(tensor).__name__
        for _ in range(_WRAPPED):
            tensor = _inner(tensor, "original_weight_tensor")
        said = {**vars(tensor), **vars(_inner(tensor, "tensor_impl"))}
        data = next((said[key] for key in _CODES if key in said), None)
        scale, zero_point = said.get("scale"), said.get("zero_point")
        if type(data) is not Tensor or type(scale) is not Tensor or data.shape != tensor.shape:
            raise _Unread(f"is a {kind}, whose codes are packed in a way that is not known here")
        if getattr(said.get("zero_point_domain"), "name", "") == "FLOAT":
            raise _Unread(f"is a {kind} whose zero points are levels, and not codes")
        codes = self._stored(name, data)
        scales = self._stored(f"{name} scale", scale)
        if codes.dtype in FLOATS or scales.dtype not in FLOATS:
            raise _Unread(f"is a {kind} with codes of {codes.dtype} and scales of {scales.dtype}")
        if counts := _counts(kind, codes.shape, scales, said.get("block_size")):
            scales = scales._replace(shape=counts)
        zero_points = None
        if type(zero_point) is Tensor and zero_point.numel():
            zero_points = self._stored(f"{name} zero point", zero_point)
        low, high = _range(codes.dtype, said)
        return _quantized(
            codes,
            scales,
            zero_points,
            format=f"torchao {kind}",
            low=low,
            high=high,
            names=originals(name),
            bound=_bound(codes.dtype, said),
            # Other scales may be made otherwise than from extremes, which they do not say.
            reaches_ends=kind == "Int8Tensor",
        )


def _inner(tensor: Tensor, key: str) -> Tensor:
    """A tensor that another one has as an attribute, else that other one."""
    found = vars(tensor).get(key)
    return found if isinstance(found, Tensor) else tensor


def _counts(kind: str, shape: Sequence[int], scales: Stored, block: Any) -> tuple[int, ...]:
    """How many scales there are along each axis; empty if it is not said how large blocks are."""
    if block is None or not shape:
        return ()
    sizes = [*block]
    if len(sizes) == len(shape) and all(type(size) is int and size > 0 for size in sizes):
        pairs = [divmod(whole, size) for whole, size in zip(shape, sizes, strict=True)]
        counts = tuple(count for count, _ in pairs)
        if math.prod(counts) == scales.numel and not any(rest for _, rest in pairs):
            return counts
    raise _Unread(
        f"is a {kind} of shape {tuple(shape)} with {scales.numel} scales for blocks of {sizes}"
    )


def _range(dtype: torch.dtype, said: Mapping[str, Any]) -> tuple[int, int]:
    """The least and the greatest code."""
    if dtype in FLOATS_OF_8_BITS:
        return -FLOATS_OF_8_BITS[dtype], FLOATS_OF_8_BITS[dtype]
    low, high = said.get("quant_min"), said.get("quant_max")
    if type(low) is int and type(high) is int:
        return low, high
    if bits := re.fullmatch(r"torch\.int([1-8])", str(said.get("target_dtype"))):
        half = 1 << int(bits[1]) - 1
        return -half, half - 1
    limits, part = torch.iinfo(dtype), 2 if said.get("reduce_range") else 1
    return limits.min // part, limits.max // part


def _bound(codes: torch.dtype, said: Mapping[str, Any]) -> Bound:
    if said.get("act_pre_scale") is not None:
        # The weight was divided by it before.
        return Bound("moved")
    return Bound("float8" if codes in FLOATS_OF_8_BITS else "nearest")


def _quantized(
    codes: Stored, scales: Stored, zero_points: Stored | None, **about: Any
) -> Quantized:
    """Put a quantized tensor together; `about` has the fields that do not follow from the parts."""
    layout = layout_of(codes.name, codes.shape, scales)
    return Quantized(
        name=codes.name,
        shape=codes.shape,
        rows=layout.rows,
        groups=layout.groups,
        size=layout.size,
        parts=(codes, scales, *([zero_points] if zero_points else ())),
        read=reader(
            _codes(codes, layout.groups * layout.size),
            layout,
            scales,
            rows_of(zero_points, layout) if zero_points else None,
        ),
        granularity=layout.granularity,
        symmetric=zero_points is None or not bool(zero_points.read().any()),
        **about,
    )


def _codes(codes: Stored, width: int) -> Rows:
    """What reads rows of codes, or of floats of 8 bits, of `width` each."""
    if codes.dtype in FLOATS_OF_8_BITS:
        return lambda start, stop: read_rows(codes, start, stop, width).to(torch.float32)
    return lambda start, stop: read_rows(codes, start, stop, width)
