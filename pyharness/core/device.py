"""The device on which evidence is computed, and how tensors get there.

What makes tensors is done on the CPU whatever the device: networks run, are trained and are
compressed there, rotations are drawn and learned, thresholds searched. So the tensors are the same
everywhere, by their digests. What is then checked and measured of them is computed on the run's
device, integers exactly and figures in float64.

A claim's function runs with its device at hand, as torch has it: what torch makes of plain numbers
lies there. A function of tensors computes where they lie.
"""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import torch
from torch import Tensor
from torch.autograd import DeviceType  # type: ignore[attr-defined]  # not in its `__all__`
from torch.profiler import ProfilerActivity, profile

from pyharness.core.errors import UsageError
from pyharness.core.processors import use_same_code

__all__ = [
    "CPU",
    "Cached",
    "cached_on_cpu",
    "cached_per_device",
    "computed_on_cpu",
    "current_device",
    "default_device",
    "find_device",
    "flags",
    "identity",
    "kernels_run",
    "make_deterministic",
    "require_device",
    "to_current_device",
]

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

CPU = torch.device("cpu")

_WORKSPACE = ":4096:8"
"""With this much fixed room cuBLAS takes no other path from run to run (NVIDIA, cuBLAS: Results
Reproducibility)."""


def find_device(name: str) -> torch.device:
    """Return the device of a name, "cpu" or "cuda".

    Raises:
        UsageError: if it is not there.
    """
    return require_device(torch.device(name))


def require_device(where: torch.device) -> torch.device:
    """Return a device if it is there, in this process.

    Raises:
        UsageError: if it is not.
    """
    if where.type == "cuda" and not torch.cuda.is_available():
        build = f"PyTorch {torch.__version__} is a build " + (
            f"for CUDA {torch.version.cuda}, and it finds no GPU"
            if torch.version.cuda
            else "without CUDA"
        )
        raise UsageError(
            f"there is no CUDA device here: {build}; give --device cpu, or run on a machine with an NVIDIA GPU, "
            "its driver and a CUDA build of PyTorch (pyharness doctor says what there is)"
        )
    return where


def identity(where: torch.device) -> list[str]:
    """Return what tells a device from others to a cache."""
    return [str(where), torch.cuda.get_device_name(where) if where.type == "cuda" else ""]


def make_deterministic(where: torch.device) -> None:
    """Have torch compute so that equal inputs give equal results on a device: deterministically,
    and float32 as float32.

    To be called before anything is computed there, by the process that will: libraries read their
    variables once. One that the user has set stays.
    """
    use_same_code()
    torch.use_deterministic_algorithms(True)
    if where.type == "cuda":
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = _WORKSPACE
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False


def flags() -> dict[str, Any]:
    """Return how torch computes now, as it says itself."""
    return {
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "tf32_matmul": torch.backends.cuda.matmul.allow_tf32,
        "tf32_cudnn": torch.backends.cudnn.allow_tf32,
        "cudnn_deterministic": torch.backends.cudnn.deterministic,
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
        "cublas_workspace": os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
    }


def current_device() -> torch.device:
    """Return the device on which torch makes tensors now."""
    return torch.get_default_device()


def default_device(where: torch.device) -> AbstractContextManager[Any]:
    """Have torch make tensors on a device within this context; nothing is done where it does so
    already.
    """
    return nullcontext() if where.type == current_device().type else where


def to_current_device(value: T) -> T:
    """Return a value with the tensors in it on the device at hand.

    Args:
        value: a tensor, a dataclass or a collection of such, or anything else, which is returned as
            it is.
    """
    moved: T = _moved(value, current_device())
    return moved


def _moved(value: Any, where: torch.device) -> Any:
    if isinstance(value, Tensor):
        return value.to(where)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value,
            **{
                field.name: _moved(getattr(value, field.name), where)
                for field in dataclasses.fields(value)
            },
        )
    if isinstance(value, (list, tuple)):
        return type(value)(_moved(item, where) for item in value)
    if isinstance(value, Mapping):
        return {key: _moved(item, where) for key, item in value.items()}
    return value


class Cached(Protocol[P, T_co]):
    """A function that keeps what it returns.

    Attributes:
        cache_clear: has it forget all of that.
    """

    cache_clear: Callable[[], None]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T_co:
        """Return what is kept for these arguments, or what the function returns for them."""


def cached_per_device(function: Callable[P, T]) -> Cached[P, T]:
    """Keep what a function returns, for each device at hand apart. Its arguments are hashable."""
    kept = functools.lru_cache(maxsize=None)(
        lambda where, *args, **kwargs: function(*args, **kwargs)
    )
    look_up: Callable[..., T] = kept

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return look_up(current_device(), *args, **kwargs)

    cached = cast("Cached[P, T]", call)
    cached.cache_clear = kept.cache_clear
    return cached


def computed_on_cpu(function: Callable[P, T]) -> Callable[P, T]:
    """Have a function compute on the CPU, and give out what it returns with its tensors on the
    device at hand.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with default_device(CPU):
            found = function(*args, **kwargs)
        return to_current_device(found)

    return call


def cached_on_cpu(function: Callable[P, T]) -> Cached[P, T]:
    """Have a function make what it returns on the CPU, as `computed_on_cpu`, and keep it: the
    tensors are made once for all devices.
    """
    at_home = cached_per_device(function)
    call = cached_per_device(computed_on_cpu(at_home))
    forget = call.cache_clear

    def clear() -> None:
        at_home.cache_clear()
        forget()

    call.cache_clear = clear
    return call


@contextmanager
def kernels_run(where: torch.device | None) -> Iterator[set[str]]:
    """Collect the names of the GPU kernels that run within this context; of no device, or of one
    without any, nothing.
    """
    found: set[str] = set()
    if where is None or where.type != "cuda":
        yield found
        return
    with profile(activities=[ProfilerActivity.CUDA]) as profiled:
        yield found
        torch.cuda.synchronize(where)
    found |= ran(profiled, DeviceType.CUDA)


def ran(profiled: profile, kind: DeviceType) -> set[str]:
    """Return the names of what a profiler saw running on a kind of device, copies and fills of
    memory apart.
    """
    profiler = profiled.profiler
    assert profiler is not None and profiler.kineto_results is not None, "it has not run yet"
    # Its own list of events costs seconds where there are a million.
    names = {
        event.name() for event in profiler.kineto_results.events() if event.device_type() == kind
    }
    return {name for name in names if not name.startswith(("Memcpy", "Memset"))}
