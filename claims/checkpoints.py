"""Quantized checkpoints that others published: whether each code is what its original became, and
whether scales and codes are what the scheme makes them.

All is decided in whole numbers: a float32 is a whole number of a power of two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from claims.measures.levels import clamp_code, level, mantissas, whole
from claims.models.checkpoints import biases, layer_weights, minilm_int8, refs_of, wake_words
from claims.notation import Integers, integers
from pyharness import (
    CPU,
    Call,
    Check,
    Conformance,
    Evidence,
    Original,
    Quantized,
    Run,
    Source,
    TensorRef,
    Witness,
    claim,
    computed_on_cpu,
    current_device,
    default_device,
    dotted,
    notation,
    predicate,
    requirement,
    significant,
    to_current_device,
)

PAPER = "Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference (2018)"
SCHEME = Source(PAPER, "Section 2.1, Quantization scheme")
BIAS = Source(PAPER, "Section 2.4, Implementation of a typical fused layer")
SYMMETRIC = Source(PAPER, "Section 3.1, Quantized weights from −127 to 127")

PIECE = 1 << 17
"""Elements that are compared together."""
BITS = 52
"""Of whole numbers for originals and scales: levels of INT8 codes have 8 more, and all stays below
2^63.
"""
HIGH = 127


@requirement("checkpoints")
def checkpoints() -> str:
    """Find the checkpoints, and count their quantized tensors."""
    counts = {"minilm INT8": len(minilm_int8())}
    counts |= {name: len(tensors) for name, tensors in wake_words().items()}
    return ", ".join(f"{name} ({count} tensors)" for name, count in counts.items())


# -------------------------------------------------------------------------------------- conformance
SCALES = (-3, 0, 1, 127, 2**24 - 1, 2**52 - 1)
ZERO_POINTS = (-128, 0, 7)
CODES = (-128, -127, -1, 0, 1, 127)
FEW = 4
"""How many codes of a tensor are compared: a kernel decides each level on its own."""


def _axes(*values: tuple[int, ...]) -> list[Tensor]:
    """Return tensors that broadcast to all combinations of some integers."""
    return [
        torch.tensor(axis).view(-1, *[1] * (len(values) - place - 1))
        for place, axis in enumerate(values)
    ]


@computed_on_cpu
def _first_codes(name: str, tensor: Quantized) -> Call:
    """Return the call at the first codes of a tensor, their scales as whole numbers of a power of
    two each.
    """
    codes, scale, zero_point, offset = tensor.read(0, min(FEW, tensor.rows))
    numbers = (mantissas(scale)[0], zero_point, mantissas(offset)[0])
    *shared, codes = (
        part.expand(codes.shape).flatten()[:FEW]
        for part in (*(number[:, :, None] for number in numbers), codes.long())
    )
    return Call((*shared, codes), refs_of(name, tensor))


LEVEL = Conformance(
    "LeanMining.level",
    level,
    (
        Check(
            "LeanMining.level",
            ("Int", "Int", "Int", "Int"),
            "Int",
            lambda: [Call(_axes(SCALES, ZERO_POINTS, (-11,), CODES))],
            "the level of 6 codes at 6 scales and 3 zero points",
            of="levels",
        ),
        Check(
            "LeanMining.level",
            ("Int", "Int", "Int", "Int"),
            "Int",
            lambda: (_first_codes("minilm INT8", tensor) for tensor, _ in minilm_int8()),
            f"the levels of the first {FEW} codes of every tensor of minilm INT8",
            of="levels",
        ),
        Check(
            "LeanMining.level",
            ("Int", "Int", "Int", "Int"),
            "Int",
            lambda: (_first_codes(*part) for part in (*biases(), *layer_weights())),
            f"the levels of the first {FEW} codes of every bias and layer's weight of the wake words",
            of="levels",
        ),
    ),
)


@computed_on_cpu
def _clamped(name: str, tensor: Quantized) -> Call:
    """Return the call at the least, the greatest and the first codes of a tensor."""
    codes = tensor.read(0, tensor.rows).codes.long().flatten()
    some = torch.stack([codes.min(), codes.max(), *codes[: FEW - 2]])
    return Call((torch.tensor(-127), torch.tensor(127), some), refs_of(name, tensor))


CLAMP_CODE = Conformance(
    "LeanMining.clampCode",
    clamp_code,
    (
        Check(
            "LeanMining.clampCode",
            ("Int", "Int", "Int"),
            "Int",
            lambda: [Call(_axes((-128, -127, 5), (-6, 127), CODES))],
            "6 codes in 6 ranges",
            of="codes",
        ),
        Check(
            "LeanMining.clampCode",
            ("Int", "Int", "Int"),
            "Int",
            lambda: (_clamped(*part) for part in layer_weights()),
            f"{FEW} codes of every layer's weight of the wake words, from −127 to 127",
            of="codes",
        ),
    ),
)


# --------------------------------------------------------------------- codes beside their originals
@notation
def beyond_half_a_step(
    w: Integers, scale: Integers, zero_point: Integers, offset: Integers, code: Integers
) -> Tensor:
    """Twice how far an original is from the level of its code, less a step: over 0 if that is more
    than half a step.
    """
    scale = integers(scale)
    stands = level(scale, integers(zero_point), integers(offset), integers(code))
    return 2 * (integers(w) - stands).abs() - scale.abs()


@predicate
def is_nearest(
    w: Integers, scale: Integers, zero_point: Integers, offset: Integers, code: Integers
) -> Tensor:
    """An original is within half a step of the level of its code, and what float32 adds: with x =
    (w − offset) / scale, |scale| · 2⁻²² (|x| + |x + zero point|). All are whole numbers of one
    unit, of `BITS` bits at most.
    """
    over = beyond_half_a_step(w, scale, zero_point, offset, code)
    quotient = integers(w) - integers(offset)
    position = quotient + integers(scale) * integers(zero_point)
    # What is more than this is too much, and would not fit once it is multiplied.
    most = 2**40
    over = torch.where(over < 0, 0, torch.where(over > most, most, over))
    return over * 2**22 <= 2 * (quotient.abs() + position.abs())


def pieces(tensor: Quantized, original: Original) -> Iterator[tuple[int, tuple[Tensor, ...]]]:
    """Yield a few rows at a time: the number of the first; and originals, scales, zero points,
    offsets and codes as they are stored, [rows, groups, size] or what broadcasts with it.
    """
    with default_device(CPU):
        rows = original.reader(tensor)
    step = max(1, PIECE // max(1, tensor.groups * tensor.size))
    for start in range(0, tensor.rows, step):
        stop = min(start + step, tensor.rows)
        with default_device(CPU):
            codes = tensor.read(start, stop)
            numbers = [part[:, :, None] for part in codes[1:]]
            found = (torch.from_numpy(rows(start, stop)), *numbers, codes.codes)
        yield start, to_current_device(found)


def in_whole_numbers(
    w: Tensor, scale: Tensor, zero_point: Tensor, offset: Tensor, code: Tensor
) -> dict[str, Tensor]:
    """Return the arguments of `is_nearest`."""
    numbers = whole(w, scale, offset, bits=BITS)
    values = (*numbers[:2], zero_point.long(), numbers[2], code.long())
    return dict(zip(("w", "scale", "zero_point", "offset", "code"), values, strict=True))


def compare(
    tensor: Quantized, original: Original
) -> tuple[dict[str, Any], int, tuple[tuple[int, ...], dict[str, int]] | None]:
    """Compare every code of a tensor with its original.

    Returns:
        Figures, how many codes are not nearest, and the index and the inputs of the first.
    """
    signal = noise = worst = 0.0
    over = at_ends = failed = 0
    first = None
    for start, (w, scale, zero_point, offset, code) in pieces(tensor, original):
        inputs = in_whole_numbers(w, scale, zero_point, offset, code)
        failing = ~is_nearest(**inputs)
        failed += int(failing.sum())
        if first is None and bool(failing.any()):
            place = failing.nonzero()[0].tolist()
            found = {
                name: int(value.expand(failing.shape)[tuple(place)])
                for name, value in inputs.items()
            }
            first = index_of(tensor, start, place), found
        over += int((beyond_half_a_step(**inputs) > 0).sum())
        at_ends += int((code.abs() >= HIGH).sum())
        error = w.double() - (scale * (code - zero_point) + offset)
        signal += float(w.double().square().sum())
        noise += float(error.square().sum())
        worst = max(worst, float((error / scale).abs().max()))
    figures = {
        "tensor": tensor.name,
        "original": original.stored.name,
        "shape": "×".join(map(str, tensor.shape)),
        "scale for each": tensor.granularity,
        "elements": tensor.numel,
        "at ends": at_ends,
        "over half a step": over,
        "worst error in steps": significant(worst),
        "SQNR in dB": significant(10 * math.log10(signal / noise)),
    }
    return figures, failed, first


def index_of(tensor: Quantized, start: int, place: Sequence[int]) -> tuple[int, ...]:
    """Return the index in a tensor of an element of [rows, groups, size] from a row on."""
    row, group, element = place
    number = ((start + row) * tensor.groups + group) * tensor.size + element
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(number), tensor.shape))


def every_code(name: str, pairs: Iterable[tuple[Quantized, Original]]) -> Evidence:
    """Compare every code of a checkpoint with its original."""
    rows, refs = [], []
    violations, witness = 0, None
    for tensor, original in pairs:
        figures, failed, first = compare(tensor, original)
        rows.append(figures)
        refs += refs_of(name, tensor, original)
        violations += failed
        if first is not None and witness is None:
            index, inputs = first
            steps = abs(inputs["w"] - inputs["offset"] - inputs["scale"] * _steps(inputs))
            witness = Witness(
                dotted(is_nearest),
                inputs,
                f"{tensor.name}{list(index)}: the level of the code {inputs['code']} is "
                f"{steps / inputs['scale']:.6g} steps from {original.stored.name}",
            )
    elements = sum(row["elements"] for row in rows)
    return Evidence(
        "model",
        f"every code of {name} beside its original",
        elements,
        violations,
        f"{elements:,} elements of {len(rows)} tensors",
        device=current_device().type,
        tensors=refs,
        witness=witness,
        measurements=rows,
    )


def _steps(inputs: Mapping[str, int]) -> int:
    return inputs["code"] - inputs["zero_point"]


@claim(
    "minilm.nearest",
    statement="Each of the 22,533,888 codes of all-MiniLM-L6-v2 in INT8 stands for the level nearest "
    "to the weight that was published: it is half a step away at most, and what float32 adds.",
    source=SCHEME,
    theorem="LeanMining.abs_sub_level_le_of_floats",
    tier="gold",
    measures=[LEVEL],
)
def nearest(run: Run) -> Iterator[Evidence]:
    yield every_code("minilm INT8", minilm_int8())


# ------------------------------------------------------------------------- layers without originals
@predicate
def is_product(bias: Integers, of_input: Integers, of_weight: Integers) -> Tensor:
    """A bias's scale is that of the input times that of the weight, rounded to float32: off by a
    share of 2⁻²⁴ at most. Whole numbers: the factors of 24 bits, the bias's in units of theirs.
    """
    product = level(integers(of_input), 0, 0, 1) * level(integers(of_weight), 0, 0, 1)
    apart = (level(integers(bias), 0, 0, 1) - product).abs()
    # What is more than this is too much, and would not fit once it is multiplied.
    apart = torch.where(apart > 2**24, 2**24, apart)
    return apart * 2**24 <= product.abs()


@predicate
def reaches_an_end(scale: Integers, codes: Integers) -> Tensor:
    """Of the codes that share a positive scale one stands for ±127 steps: codes [..., n] for scales
    [...].
    """
    scale = integers(scale).unsqueeze(-1)
    levels = level(scale, 0, 0, integers(codes))
    return ((scale > 0) & (levels.abs() == HIGH * scale)).any(-1)


@predicate
def clamping_moves_nothing(code: Integers) -> Tensor:
    """A code is in the range from −127 to 127."""
    return clamp_code(integers(-HIGH), integers(HIGH), integers(code)) == integers(code)


@computed_on_cpu
def channels(tensor: Quantized) -> tuple[Tensor, Tensor]:
    """Return the codes of each channel, [channels, n], and its scale as a whole number of a power
    of two of its own, [channels].
    """
    codes = tensor.read(0, tensor.rows)
    shared = codes.scale.shape
    parts = codes.codes.long()
    if shared == (1, 1):
        rows = parts.reshape(1, -1)
    elif shared[0] == 1:
        rows = parts.movedim(1, 0).flatten(1)
    else:
        rows = parts.reshape(shared.numel(), -1)
    return rows, mantissas(codes.scale.flatten())[0]


@computed_on_cpu
def products(tensor: Quantized) -> dict[str, Tensor]:
    """Return the arguments of `is_product` for each scale of a bias."""
    assert tensor.factors is not None
    scale = tensor.read(0, tensor.rows).scale.flatten()
    bias, exponent = mantissas(scale)
    of_input, exponent_of_input = mantissas(tensor.factors.input)
    of_weight, exponent_of_weight = mantissas(tensor.factors.weight.flatten())
    # The product's unit is a power of two below the bias's; a shift beyond these is as wrong.
    shift = (exponent - exponent_of_input - exponent_of_weight + 24).clamp(0, 38)
    found = {"bias": bias * 2**shift, "of_input": of_input, "of_weight": of_weight}
    return {name: value.expand(len(shift)) for name, value in found.items()}


def on_layers(
    law: Callable[..., Tensor],
    parts: Iterable[tuple[str, Quantized, Mapping[str, Tensor]]],
    *,
    domain: str,
    counted: str,
    shows: str,
) -> Evidence:
    """Ask a law of the parts of layers.

    Args:
        law: a predicate.
        parts: the model's name, a tensor of it, and the arguments, of which the first dimension is
            what is counted.
        domain: what they are, in words.
        counted: what is counted, in words.
        shows: what a violation shows.
    """
    refs: list[TensorRef] = []
    cases = violations = tensors = 0
    witness = None
    for name, tensor, arguments in parts:
        holds = law(**arguments)
        cases += len(holds)
        violations += int((~holds).sum())
        tensors += 1
        refs += refs_of(name, tensor)
        if witness is None and not bool(holds.all()):
            first = int((~holds).nonzero()[0])
            inputs = {key: value[first].tolist() for key, value in arguments.items()}
            witness = Witness(
                dotted(law), inputs, f"{name}, {tensor.name}: {shows}, number {first}"
            )
    return Evidence(
        "model",
        domain,
        cases,
        violations,
        f"{cases:,} {counted} of {tensors} tensors",
        device=current_device().type,
        tensors=refs,
        witness=witness,
    )


@claim(
    "wakeword.bias_scales",
    statement="In four detectors of wake words every bias's scale is the product of its input's and "
    "its weight's, rounded to float32: one scale for the accumulator moves what the products add up "
    "to by a share of 2⁻²⁴ at most.",
    source=BIAS,
    theorem="LeanMining.abs_accumulate_sub_level_le",
    tier="gold",
    measures=[LEVEL],
)
def bias_scales(run: Run) -> Iterator[Evidence]:
    yield on_layers(
        is_product,
        ((name, tensor, products(tensor)) for name, tensor in biases()),
        domain="every bias of the wake words",
        counted="scales",
        shows="the scale is not the product",
    )


@claim(
    "wakeword.extremes",
    statement="In four detectors of wake words some code of every output channel of every layer "
    "reaches −127 or 127, as they do where scales are max |w| / 127.",
    source=SYMMETRIC,
    theorem="LeanMining.exists_abs_level_eq_of_rounded",
    tier="gold",
    measures=[LEVEL],
)
def extremes(run: Run) -> Iterator[Evidence]:
    def parts() -> Iterator[tuple[str, Quantized, Mapping[str, Tensor]]]:
        for name, tensor in layer_weights():
            codes, scale = channels(tensor)
            yield name, tensor, {"scale": scale, "codes": codes}

    yield on_layers(
        reaches_an_end,
        parts(),
        domain="every layer's weight of the wake words, by output channel",
        counted="channels",
        shows="no code of the channel reaches an end",
    )


@claim(
    "wakeword.least_code",
    statement="In four detectors of wake words no layer's weight uses the code −128: scales of max |w| / 127 "
    "give none.",
    source=SYMMETRIC,
    theorem="LeanMining.clampCode_eq_of_rounded",
    tier="gold",
    measures=[CLAMP_CODE],
)
def least_code(run: Run) -> Iterator[Evidence]:
    yield on_layers(
        clamping_moves_nothing,
        (
            (name, tensor, {"code": channels(tensor)[0].flatten()})
            for name, tensor in layer_weights()
        ),
        domain="every code of every layer's weight of the wake words",
        counted="codes",
        shows="a code is out of range",
    )
