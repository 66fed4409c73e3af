"""A device of its own kind in this process: what a GPU would refuse is refused, and the CPU
computes the rest.

A tensor on it says so (`tensor.device` is `simulated:0`), holds its numbers on the CPU, and hands
each operation to them, after these rules of CUDA have been held against it:

- a tensor on the CPU meets one on the device only as a scalar of an elementwise operation, as an
  index, or to be copied;
- integers have no matrix product;
- what torch has no repeatable algorithm for on CUDA is an error
  (`torch.use_deterministic_algorithms`).

It shows that tensors are where they must be and that no forbidden operation is used. It cannot show
how a GPU rounds.

    PYTHONPATH=. python tests/simulated.py           # every claim on it, held against the
    certificate; a quarter of an hour
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

__all__ = ["DEVICE", "Refused", "operations"]

aten = torch.ops.aten
_setup_privateuseone_for_python_backend("simulated")

DEVICE = torch.device("simulated", 0)

operations: list[str] = []
"""The name of each operation that was computed on the device; clear it to count from there."""

_TRANSFERS = (aten._to_copy, aten.copy_, aten._copy_from)
_PRODUCTS = {aten.mm, aten.addmm, aten.bmm, aten.baddbmm, aten.mv, aten.addmv, aten.dot, aten.vdot}
_WITHOUT_REPEATABLE_FORM = {
    aten.kthvalue,
    aten.histc,
    aten.put,
    aten.put_,
    aten.grid_sampler_2d,
    aten.nll_loss_forward,
}


class Refused(RuntimeError):
    """An operation that CUDA would refuse."""


class _OnDevice(torch.Tensor):
    @staticmethod
    def __new__(cls, numbers: torch.Tensor) -> _OnDevice:
        tensor = torch.Tensor._make_wrapper_subclass(
            cls,
            numbers.size(),
            strides=numbers.stride(),
            storage_offset=numbers.storage_offset(),
            dtype=numbers.dtype,
            device=DEVICE,
        )
        tensor.numbers = numbers
        return tensor

    def __repr__(self) -> str:
        return f"{self.numbers!r} on {DEVICE}"

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError("can't convert a tensor on a device to numpy; use Tensor.cpu() first")

    @classmethod
    def __torch_dispatch__(
        cls, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _compute(function, args, kwargs or {})


def _compute(function: Any, args: Any, kwargs: Any) -> Any:
    _hold_against(function, args, kwargs)
    operations.append(str(function))
    home: dict[int, _OnDevice] = {}

    def unwrap(value: Any) -> Any:
        if isinstance(value, _OnDevice):
            home[id(value.numbers)] = value
            return value.numbers
        return torch.device("cpu") if isinstance(value, torch.device) else value

    def wrap(value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return value
        return home[id(value)] if id(value) in home else _OnDevice(value)

    plain_args, plain_kwargs = tree_map(unwrap, args), tree_map(unwrap, kwargs)
    found = function(*plain_args, **plain_kwargs)
    for tensor in home.values():
        if tensor.shape != tensor.numbers.shape:  # written to as `out`, and resized
            tensor.data = _OnDevice(tensor.numbers)
    leaves_the_device = (
        function is aten._to_copy.default
        and torch.device(kwargs.get("device") or DEVICE).type == "cpu"
    )
    return found if leaves_the_device else tree_map(wrap, found)


def _hold_against(function: Any, args: Any, kwargs: Any) -> None:
    packet = function.overloadpacket
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    strangers = [tensor for tensor in tensors if not isinstance(tensor, _OnDevice)]
    if packet in (aten.index, aten.index_put, aten.index_put_, aten._index_put_impl_):
        first, _, *rest = args
        strangers = [
            tensor
            for tensor in (first, *rest)
            if isinstance(tensor, torch.Tensor)
            and tensor.dim()
            and not isinstance(tensor, _OnDevice)
        ]
    if (
        strangers
        and packet not in _TRANSFERS
        and not (
            all(tensor.dim() == 0 for tensor in strangers)
            and (
                torch.Tag.pointwise in function.tags
                or packet in (aten.fill_, aten.masked_fill, aten.masked_fill_)
            )
        )
    ):
        raise Refused(
            f"{function}: tensors on the CPU of shapes {[tuple(item.shape) for item in strangers]} meet the device"
        )
    dtype = next((tensor.dtype for tensor in tensors), None)
    if (
        packet in _PRODUCTS
        and dtype is not None
        and not (dtype.is_floating_point or dtype.is_complex)
    ):
        raise Refused(f"{function} is not implemented on CUDA for {dtype}")
    if (
        packet in _WITHOUT_REPEATABLE_FORM
        or (packet is aten.cumsum and dtype.is_floating_point)
        or (packet in (aten.median, aten.nanmedian) and "dim" in str(function))
        or (packet is aten.bincount and len(args) > 1 and args[1] is not None)
    ):
        raise Refused(f"{function} has no deterministic implementation on CUDA")


# What torch itself calls on the device, where no tensor is there yet.
@torch.library.impl("aten::empty.memory_format", "PrivateUse1")
def _empty(size: Any, *, dtype: Any = None, **_: Any) -> torch.Tensor:
    return _OnDevice(torch.empty(size, dtype=dtype, device="cpu"))


@torch.library.impl("aten::empty_strided", "PrivateUse1")
def _empty_strided(size: Any, stride: Any, *, dtype: Any = None, **_: Any) -> torch.Tensor:
    return _OnDevice(torch.empty_strided(size, stride, dtype=dtype, device="cpu"))


@torch.library.impl("aten::_copy_from", "PrivateUse1")
def _copy_from(
    source: torch.Tensor, target: torch.Tensor, non_blocking: bool = False
) -> torch.Tensor:
    bare = [
        tensor.numbers if isinstance(tensor, _OnDevice) else tensor for tensor in (source, target)
    ]
    bare[1].copy_(bare[0])
    return target


def main() -> int:
    """Gather every claim's own evidence on the device, and hold it against the certificate; return
    1 if any differs.
    """
    from pyharness.certificate.seal import plain_evidence
    from pyharness.core.json_files import read_json
    from pyharness.evidence.rounding import disagreement
    from pyharness.evidence.run import Run
    from pyharness.pipeline.gather import gather_part, prepare
    from pyharness.project.pack import load_pack
    from pyharness.project.settings import load_project

    project = load_project(Path(__file__).parent.parent)
    certified = {
        claim["id"]: claim["evidence"] for claim in read_json(project.certificate)["claims"]
    }
    run = Run(project.seed, None, DEVICE)
    prepare(run)
    differing = 0
    for item in load_pack(project.packs):
        operations.clear()
        found = [plain_evidence(piece) for piece in gather_part(item, run).evidence]
        expected = [piece for piece in certified[item.id] if piece["kind"] != "conformance"]
        reasons = [disagreement(*pair) for pair in zip(expected, found, strict=False)]
        reasons += [
            "other tensors"
            for pair in zip(expected, found, strict=False)
            if pair[0]["tensors"] != pair[1]["tensors"]
        ]
        reasons += ["another number of pieces"] * (len(found) != len(expected))
        differing += any(reasons)
        there = sum(piece["device"] == DEVICE.type for piece in found)
        print(
            f"{item.id}: {len(found)} pieces, {there} there, {len(operations):,} operations; "
            + ("; ".join(filter(None, reasons)) or "as certified"),
            flush=True,
        )
    print(f"{differing} claims differ")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
