"""A claim pack that uses every public name of `pyharness`, for the type checker alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_type

import torch
from hypothesis import strategies as st
from torch import Tensor

from pyharness import (
    CPU,
    FLOAT32,
    FLOAT64,
    INT8,
    Blocks,
    Call,
    Check,
    Claim,
    Compressed,
    Conformance,
    Evidence,
    HarnessError,
    Mark,
    Original,
    Passage,
    Plot,
    Points,
    Quantized,
    QuantParams,
    Requirement,
    Run,
    SemanticQuantizer,
    Source,
    Statement,
    TensorError,
    TensorRef,
    Tier,
    UsageError,
    Witness,
    as_blocks,
    cached_on_cpu,
    cached_per_device,
    choose_params_affine,
    claim,
    computed_on_cpu,
    current_device,
    default_device,
    dequantize_affine,
    dotted,
    dtype_name,
    enumerate_cases,
    file_sha256,
    from_hex,
    gamma,
    int8_pairs,
    nonzero,
    notation,
    of_blocks,
    of_values,
    pair,
    predicate,
    quantize_affine,
    read_checkpoint,
    read_originals,
    requirement,
    rounding_of_sum,
    search,
    significant,
    sweep,
    tensor_ref,
    tensor_sha256,
    to_current_device,
    to_fp16,
    to_hex,
    witness_of,
)

WEIGHTS = Path("weights.safetensors")


# ------------------------------------------------------------------------------- what is measured
def relu(z: Tensor, q: Tensor) -> Tensor:
    return torch.maximum(z, q)


@predicate
def is_extensive(z: Tensor, q: Tensor) -> Tensor:
    return relu(z, q) >= q


@notation
def shifted(q: Tensor) -> Tensor:
    return q.short() + 128


assert_type(is_extensive(INT8, INT8), Tensor)
assert_type(shifted(INT8), Tensor)
assert_type(dotted(is_extensive), str)


@cached_per_device
def layers() -> dict[str, Tensor]:
    return {"net.0": INT8}


@cached_on_cpu
def rows() -> list[Call]:
    return [Call((weight,), [tensor_ref(name, weight)]) for name, weight in layers().items()]


@computed_on_cpu
def count(limit: int) -> int:
    return limit


assert_type(layers(), dict[str, Tensor])
assert_type(rows(), list[Call])
assert_type(count(3), int)


# ------------------------------------------------------------------------------------ conformance
def calls() -> list[Call]:
    return [Call((INT8[:, None], INT8[None]), [tensor_ref("net.0", INT8)])]


own = Check("relu", ("Int8", "Int8"), "Int8", calls, "relu at all pairs", of="pairs")
pairs = int8_pairs("relu", "relu at all pairs")
RELU = Conformance("Demo.relu", relu, (own, pairs))


def total(x: Tensor) -> Tensor:
    return x.sum()


def bound(x: Tensor) -> Tensor:
    return rounding_of_sum(x.numel(), x.dtype) * x.abs().sum()


sums = Check("total", ("List Rat",), "Rat", calls, "a sum", of="rows", within=bound)
TOTAL = Conformance("Demo.total", total, (sums,))

assert_type(pairs, Check)
assert_type(rounding_of_sum(3, torch.float64), float)


# ----------------------------------------------------------------------------------------- claims
def is_small(x: Blocks | Sequence[str], dtype: str = "float32") -> Tensor:
    return rounding_error(as_blocks(x, dtype)) <= 1


def is_finite(x: str) -> bool:
    return abs(from_hex(x)) < float("inf")


def rounding_error(blocks: Blocks) -> Tensor:
    return blocks.figures.error / nonzero(blocks.step)


def is_even(n: int) -> bool:
    return n % 2 == 0


SOURCE = Source("A paper", "Section 2")
TIER: Tier = "silver"


@claim(
    "relu.extensive",
    statement="max(q, z) >= q",
    source=SOURCE,
    theorem="Demo.extensive",
    tier=TIER,
    measures=[RELU],
    streams=of_values(is_extensive, "q", z=INT8),
)
def extensive(run: Run) -> Iterator[Evidence]:
    refs = [ref for row in rows() for ref in row.tensors]
    assert_type(refs, list[TensorRef])
    assert_type(run.seed, int)
    assert_type(run.device, torch.device)
    swept = sweep(
        is_extensive, {"z": INT8, "q": INT8}, domain="all pairs", summary="pairs", tensors=refs
    )
    assert_type(swept, Evidence)
    assert_type(swept.witness, Witness | None)
    yield swept


@claim(
    "floats.rounded",
    statement="rounding moves no element by more than a step",
    source=SOURCE,
    negation="Demo.not_rounded",
    tier="refuted",
    streams=of_blocks(is_small, rounding_error, tolerance=1.0, domain="blocks"),
)
def rounded(run: Run) -> Iterator[Evidence]:
    numbers = ({"n": n} for n in range(4))
    yield enumerate_cases(is_even, numbers, domain="0 to 3", summary="4 numbers", device=CPU)
    drawn: st.SearchStrategy[Mapping[str, Any]] = st.fixed_dictionaries(
        {"x": st.floats().map(to_hex)}
    )
    figures = [{"step": 0.5, "error": significant(0.25)}]
    plot = Plot("lines", "Error by step", y=["error"], x="step")
    points = Points([("Network", "small")], ["error"], [Mark("floats.rounded", "moves little")])
    yield Evidence(
        "statistics", "steps", 1, 0, "1 step", measurements=figures, plots=[plot], points=points
    )
    yield search(is_finite, drawn, domain="floats", summary="floats", examples=100, seed=run.seed)
    yield Evidence("witness", "one number", 1, 1, "1 number", witness=witness_of(is_even, {"n": 1}))


assert_type(extensive, Claim)
assert_type(rounded.gather, Callable[[Run], Iterable[Evidence]])


@requirement("weights")
def weights() -> str:
    if not WEIGHTS.is_file():
        raise UsageError(f"{WEIGHTS} is not there")
    return file_sha256(WEIGHTS)


assert_type(weights, Requirement)

LOST = Statement("relu.lost", says="Something is lost.", source=SOURCE)


@LOST.reading("some", statement="Some is lost.", no_theorem="a measurement", tier="bronze")
def some(run: Run) -> list[Evidence]:
    return []


assert_type(some, Claim)
PASSAGES = (Passage(SOURCE, "Something is lost.", claims=(LOST.id,)),)
assert_type(PASSAGES, tuple[Passage])


# ---------------------------------------------------------------------------------- quantization
def quantized(x: Tensor) -> Tensor:
    params = choose_params_affine(x, x.shape, bits=8, symmetric=True)
    assert_type(params, QuantParams)
    q = quantize_affine(x, x.shape, *params)
    assert_type(q, Tensor)
    return assert_type(dequantize_affine(q, x.shape, params.scale, params.zero_point), Tensor)


def linked(checkpoint: Path, model: Path) -> list[tuple[Quantized, Original]]:
    tensors = read_checkpoint([checkpoint]).quantized
    assert_type(tensors, tuple[Quantized, ...])
    found = pair(tensors, read_originals([model]))
    assert_type(found.originals, Mapping[str, Original])
    return [(tensor, found.originals[tensor.name]) for tensor in tensors]


def compressed(model: torch.nn.Module, inputs: Tensor) -> Compressed:
    found = SemanticQuantizer().compress(model, 8, 0.9, calibration=inputs)
    assert_type(found, Compressed)
    assert_type(found.bits, Mapping[str, int])
    return found


# ------------------------------------------------------------------------------ numbers and names
assert_type(FLOAT32, float)
assert_type(FLOAT64, float)
assert_type(INT8, Tensor)
assert_type(gamma(1024, FLOAT32), float)
assert_type(significant(0.1), float)
assert_type(from_hex(to_hex(0.1)), float)
assert_type(dtype_name(torch.int8), str)
assert_type(tensor_sha256(INT8), str)
assert_type(to_fp16(torch.ones(3)), Tensor)
assert_type(to_current_device(INT8), Tensor)
assert_type(current_device(), torch.device)


def said() -> str:
    try:
        with default_device(CPU):
            quantized(torch.ones(3))
    except TensorError as error:
        return assert_type(str(error), str)
    except HarnessError as error:
        return str(error.exit_code)
    return ""
