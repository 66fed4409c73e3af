"""Floats and quantizers in torch: conversions that lose nothing, roundings to nearest, operations,
and what quantizers make of the weights of a model.

All is decided in whole numbers, from the bits of floats, or from floats as whole numbers of a power
of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from claims.checkpoints import LEVEL
from claims.conformance import (
    ADD_SINGLE,
    BFLOAT_TO_SINGLE,
    DIV_SINGLE,
    FAKE_QUANTIZE,
    HALF_TO_SINGLE,
    MUL_SINGLE,
    QUANTIZE_AFFINE,
    QUANTIZE_PER_TENSOR,
    SINGLE_TO_BFLOAT,
    SINGLE_TO_HALF,
    SUB_SINGLE,
)
from claims.measures.floats import (
    add_single,
    bfloat_to_single,
    div_single,
    fake_quantize_per_tensor,
    half_to_single,
    mul_single,
    quantize_in_double,
    quantize_per_tensor,
    single_bits,
    single_to_bfloat,
    single_to_half,
    sub_single,
)
from claims.measures.levels import level, whole
from claims.models.zoo import minilm_weights
from claims.notation import Integers, Reals, integers, real
from pyharness import (
    Evidence,
    Run,
    Source,
    TensorRef,
    Witness,
    claim,
    current_device,
    dotted,
    notation,
    predicate,
    sweep,
    tensor_ref,
    to_current_device,
    to_hex,
)

IEEE = "IEEE Standard for Floating-Point Arithmetic, IEEE 754-2019"
CONVERSIONS = Source(IEEE, "Section 5.4.2, Conversion operations for floating-point formats")
ROUNDING = Source(IEEE, "Section 4.3.1, Rounding-direction attributes to nearest")
ARITHMETIC = Source(
    "Higham, Accuracy and Stability of Numerical Algorithms, second edition (2002)",
    "Section 2.2, Model of Arithmetic",
)
SCHEME = Source(
    "Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference (2018)",
    "Section 2.1, Quantization scheme",
)

PIECE = 1 << 20
"""Weights that are asked about at once."""
BITS = 52
"""Of whole numbers for weights and steps."""
HIGH = 127


# ---------------------------------------------------------------------------------- there and back
def half_returns(bits: Integers) -> Tensor:
    """A float16 that is a number or infinite is the same bits after float32 and back."""
    bits = integers(bits)
    return (bits & 0x7FFF > 0x7C00) | (single_to_half(half_to_single(bits)) == bits)


def bfloat_returns(bits: Integers) -> Tensor:
    """A bfloat16 that is a number or infinite is the same bits after float32 and back."""
    bits = integers(bits)
    return (bits & 0x7FFF > 0x7F80) | (single_to_bfloat(bfloat_to_single(bits)) == bits)


def every_pattern(law: Callable[..., Tensor], name: str) -> Evidence:
    """Ask a law of all bits of 16."""
    return sweep(
        law,
        {"bits": torch.arange(65_536)},
        domain=f"all bits of a {name}",
        summary="65,536 bits",
        shows=f"the {name} with the bits {{bits}} comes back as another",
    )


@claim(
    "float16.widening",
    statement="torch's float16 is the number that its bits stand for, all 65,536 of them: it is a "
    "float32, and the same bits after float32 and back.",
    source=CONVERSIONS,
    theorem="LeanMining.Float.singleToHalf_halfToSingle",
    tier="gold",
    measures=[HALF_TO_SINGLE, SINGLE_TO_HALF],
)
def half_widening(run: Run) -> Iterator[Evidence]:
    yield every_pattern(half_returns, "float16")


@claim(
    "bfloat16.widening",
    statement="torch's bfloat16 is the number that its bits stand for, all 65,536 of them: it is a "
    "float32, and the same bits after float32 and back.",
    source=CONVERSIONS,
    theorem="LeanMining.Float.singleToBFloat_bfloatToSingle",
    tier="gold",
    measures=[BFLOAT_TO_SINGLE, SINGLE_TO_BFLOAT],
)
def bfloat_widening(run: Run) -> Iterator[Evidence]:
    yield every_pattern(bfloat_returns, "bfloat16")


# -------------------------------------------------------------------------------------- to nearest
@predicate
def _is_off_by_a_share(bits: Tensor, rounded: Tensor, precision: int) -> Tensor:
    """A float32 in the normal range of a format is off by a share of 2⁻ᵖ at most as one. Bits
    without signs: from one power of two to the next they rise as the numbers do.
    """
    return (bits - rounded).abs() * (1 << precision) <= 2**23 + (bits & 0x7FFFFF)


def half_is_near(bits: Integers) -> Tensor:
    """A float32 from 2⁻¹⁴ up to 65,504 is rounded by torch to a float16 that is off by a share of
    2⁻¹¹ at most.
    """
    bits = integers(bits)
    size = bits & 0x7FFFFFFF
    rounded = (single_to_half(bits) & 0x7FFF) * 2**13 + 0x38000000
    normal = (size >= 0x38800000) & (size <= 0x477FE000)
    return ~normal | _is_off_by_a_share(size, rounded, 11)


def bfloat_is_near(bits: Integers) -> Tensor:
    """A normal float32 up to the greatest bfloat16 is rounded by torch to a bfloat16 that is off by
    a share of 2⁻⁸ at most.
    """
    bits = integers(bits)
    size = bits & 0x7FFFFFFF
    rounded = (single_to_bfloat(bits) & 0x7FFF) * 2**16
    normal = (size >= 0x00800000) & (size <= 0x7F7F0000)
    return ~normal | _is_off_by_a_share(size, rounded, 8)


def of_weights(
    law: Callable[..., Tensor], arguments: Callable[[Tensor], dict[str, Tensor]], shows: str
) -> Evidence:
    """Ask a law of every entry of every weight matrix of the transformer.

    Args:
        law: a predicate.
        arguments: gives its arguments, of a weight; those that are not numbers are of its length.
        shows: what a violation shows.
    """
    asked = predicate(law)
    refs: list[TensorRef] = []
    cases = violations = 0
    witness = None
    matrices = {name: x for name, x in minilm_weights().items() if x.ndim == 2}
    matrices = {name: x for name, x in matrices.items() if x.is_floating_point()}
    for name, stored in matrices.items():
        weight = to_current_device(stored)
        given = arguments(weight.flatten())
        for start in range(0, weight.numel(), PIECE):
            part = {
                key: value[start : start + PIECE] if value.ndim else value
                for key, value in given.items()
            }
            failing = (~asked(**part)).nonzero().flatten()
            violations += len(failing)
            if witness is None and len(failing):
                first = int(failing[0])
                inputs: dict[str, Any] = {
                    key: _as_json(value[first] if value.ndim else value)
                    for key, value in part.items()
                }
                witness = Witness(dotted(law), inputs, f"{name}[{start + first}]: {shows}")
        cases += weight.numel()
        refs.append(tensor_ref(f"minilm/{name}", weight))
    return Evidence(
        "model",
        "every entry of every weight matrix of minilm",
        cases,
        violations,
        f"{cases:,} weights of {len(refs)} matrices",
        device=current_device().type,
        tensors=refs,
        witness=witness,
    )


def _as_json(value: Tensor) -> int | str:
    number = value.item()
    return to_hex(number) if isinstance(number, float) else int(number)


def _bits_of(weight: Tensor) -> dict[str, Tensor]:
    return {"bits": single_bits(weight)}


@claim(
    "float16.rounding",
    statement="torch rounds each entry of the weight matrices of all-MiniLM-L6-v2 that is in the normal range of float16 to "
    "a float16 that is off by a share of 2⁻¹¹ at most.",
    source=ROUNDING,
    theorem="LeanMining.Float.abs_value_singleToHalf_sub_le",
    tier="gold",
    measures=[SINGLE_TO_HALF],
)
def half_rounding(run: Run) -> Iterator[Evidence]:
    yield of_weights(half_is_near, _bits_of, "the float16 is off by more than half a unit")


@claim(
    "bfloat16.rounding",
    statement="torch rounds each entry of the weight matrices of all-MiniLM-L6-v2 that is in the normal range of bfloat16 to "
    "a bfloat16 that is off by a share of 2⁻⁸ at most.",
    source=ROUNDING,
    theorem="LeanMining.Float.abs_value_singleToBFloat_sub_le",
    tier="gold",
    measures=[SINGLE_TO_BFLOAT],
)
def bfloat_rounding(run: Run) -> Iterator[Evidence]:
    yield of_weights(bfloat_is_near, _bits_of, "the bfloat16 is off by more than half a unit")


# -------------------------------------------------------------------------------------- operations
@notation
def _whole(bits: Tensor) -> Tensor:
    """Return float32 values that are whole numbers under 2⁶³, of their bits."""
    return bits.to(torch.int32).view(torch.float32).double().long()


@notation
def _significand(bits: Tensor) -> Tensor:
    """Return the magnitude of a normal float32 in units in the last place."""
    return (bits & 0x7FFFFF) + 2**23


@notation
def _exponent(bits: Tensor) -> Tensor:
    """Return the exponent field of a float32 where it stands, 2²³ times the exponent."""
    return bits & 0x7F800000


@notation
def _is_normal(bits: Tensor) -> Tensor:
    """Whether a float32 is neither 0 nor subnormal, infinite or none."""
    return (_exponent(bits) != 0) & (_exponent(bits) != 0x7F800000)


@predicate
def _is_off_by_its_share(rounded: Tensor, exact: Tensor) -> Tensor:
    """A whole number is off by a share of 2⁻²⁴ of another one at most, which is under 2⁵⁴."""
    off = (rounded - exact).abs()
    # What is more than this is too much, and would not fit once it is multiplied.
    return torch.where(off > 2**30, 2**30, off) * 2**24 <= exact.abs()


def sum_is_near(a: Integers, b: Integers) -> Tensor:
    """The float32 sum of whole numbers under 2⁵³ is off by a share of 2⁻²⁴ at most."""
    a, b = integers(a), integers(b)
    return _is_off_by_its_share(_whole(add_single(a, b)), _whole(a) + _whole(b))


def difference_is_near(a: Integers, b: Integers) -> Tensor:
    """The float32 difference of whole numbers under 2⁵³ is off by a share of 2⁻²⁴ at most."""
    a, b = integers(a), integers(b)
    return _is_off_by_its_share(_whole(sub_single(a, b)), _whole(a) - _whole(b))


SHIFTS = (22, 23, 24, 25)
"""By how much the exponent of a product or quotient of normal numbers may be more than those of
these say: 24 bits times 24 bits are 47 or 48, and rounding may carry."""


def product_is_near(a: Integers, b: Integers) -> Tensor:
    """The float32 product of two normal numbers that is one surely has the product's sign, and is
    off by a share of 2⁻²⁴ at most.
    """
    a, b = integers(a), integers(b)
    found, exponents = mul_single(a, b), _exponent(a) + _exponent(b)
    exact, signed = _significand(a) * _significand(b), (a ^ b ^ found) & 0x80000000 == 0
    near = torch.zeros_like(signed)
    for shift in SHIFTS:
        here = _exponent(found) == exponents + (shift - 150) * 2**23
        near = near | here & _is_off_by_its_share(_significand(found) * 2**shift, exact)
    asked = _is_normal(a) & _is_normal(b) & (exponents >= 128 * 2**23) & (exponents <= 379 * 2**23)
    return ~asked | near & signed


def quotient_is_near(a: Integers, b: Integers) -> Tensor:
    """The float32 quotient of two normal numbers that is one surely has the quotient's sign, and is
    off by a share of 2⁻²⁴ at most: times the divisor.
    """
    a, b = integers(a), integers(b)
    found, difference = div_single(a, b), _exponent(a) - _exponent(b)
    times, signed = _significand(found) * _significand(b), (a ^ b ^ found) & 0x80000000 == 0
    near = torch.zeros_like(signed)
    for shift in SHIFTS:
        here = _exponent(found) == difference + (150 - shift) * 2**23
        near = near | here & _is_off_by_its_share(times, _significand(a) * 2**shift)
    asked = _is_normal(a) & _is_normal(b) & (difference.abs() <= 124 * 2**23)
    return ~asked | near & signed


def _whole_beside_the_next(weight: Tensor) -> dict[str, Tensor]:
    """Weights times the power of two with which the largest has `BITS` bits; whole numbers."""
    (numbers,) = whole(weight, bits=BITS)
    return _beside_the_next(numbers.float())


def _beside_the_next(weight: Tensor) -> dict[str, Tensor]:
    bits = single_bits(weight)
    return {"a": bits, "b": bits.roll(-1)}


NEIGHBOURS = "of each entry of the weight matrices of all-MiniLM-L6-v2 and the next one to within a share of 2⁻²⁴"
SCALED = "both times a power of two with which they are whole numbers"
NORMAL = "where their exponents leave no doubt that it is in the normal range"


@claim(
    "float32.sum",
    statement=f"In float32 torch computes the sum {NEIGHBOURS}, {SCALED}.",
    source=ARITHMETIC,
    theorem="LeanMining.Float.abs_value_addSingle_sub_le",
    tier="gold",
    measures=[ADD_SINGLE],
)
def single_sum(run: Run) -> Iterator[Evidence]:
    yield of_weights(sum_is_near, _whole_beside_the_next, "the sum is off by more")


@claim(
    "float32.difference",
    statement=f"In float32 torch computes the difference {NEIGHBOURS}, {SCALED}.",
    source=ARITHMETIC,
    theorem="LeanMining.Float.abs_value_subSingle_sub_le",
    tier="gold",
    measures=[SUB_SINGLE],
)
def single_difference(run: Run) -> Iterator[Evidence]:
    yield of_weights(difference_is_near, _whole_beside_the_next, "the difference is off by more")


@claim(
    "float32.product",
    statement=f"In float32 torch computes the product {NEIGHBOURS}, {NORMAL}.",
    source=ARITHMETIC,
    theorem="LeanMining.Float.abs_value_mulSingle_sub_le",
    tier="gold",
    measures=[MUL_SINGLE],
)
def single_product(run: Run) -> Iterator[Evidence]:
    yield of_weights(product_is_near, _beside_the_next, "the product is off by more")


@claim(
    "float32.quotient",
    statement=f"In float32 torch computes the quotient {NEIGHBOURS}, {NORMAL}.",
    source=ARITHMETIC,
    theorem="LeanMining.Float.abs_value_divSingle_sub_le",
    tier="gold",
    measures=[DIV_SINGLE],
)
def single_quotient(run: Run) -> Iterator[Evidence]:
    yield of_weights(quotient_is_near, _beside_the_next, "the quotient is off by more")


# -------------------------------------------------------------------------------------- quantizers
@predicate
def _is_within_half_a_step(w: Tensor, step: Tensor, code: Tensor, share: int) -> Tensor:
    """A weight is within half a step of the level of its code, and a share of 2⁻ˢ of its magnitude
    besides, in two halves; whole numbers of one unit, of `BITS` bits at most.
    """
    over = 2 * (w - level(step, 0, 0, code)).abs() - step
    # What is more than this is too much, and would not fit once it is multiplied.
    most = 1 << BITS + 9 - share
    over = torch.where(over < 0, 0, torch.where(over > most, most, over))
    return over * (1 << share) <= w.abs()


def torch_is_near(x: Reals, scale: Reals, w: Integers, step: Integers) -> Tensor:
    """The code that `torch.quantize_per_tensor` gives stands for a level half a step away at most,
    and what two roundings to float32 add, 2⁻²³ of the weight.
    """
    code = quantize_per_tensor(real(x).float(), real(scale).float(), *_ends())
    return _is_within_half_a_step(integers(w), integers(step), code, 22)


def audit_is_near(x: Reals, scale: Reals, w: Integers, step: Integers) -> Tensor:
    """The code that the audit's quantizer gives stands for a level half a step away at most, and
    what two roundings to float64 add, 2⁻⁵² of the weight.
    """
    zero = torch.tensor(0.0)
    code = quantize_in_double(real(x).float(), real(scale).float(), zero, *_ends())
    return _is_within_half_a_step(integers(w), integers(step), code, 51)


def fake_is_the_level(x: Reals, scale: Reals) -> Tensor:
    """What `torch.fake_quantize_per_tensor_affine` gives is the level of the code that
    `torch.quantize_per_tensor` gives, rounded to float32.
    """
    grid = real(x).float(), real(scale).float(), *_ends()
    found = level(real(scale), 0, 0, quantize_per_tensor(*grid))
    return fake_quantize_per_tensor(*grid) == found.float()


@notation
def _ends() -> tuple[Tensor, Tensor, Tensor]:
    """Return the zero point 0 and the ends of INT8."""
    return torch.tensor(0), torch.tensor(-HIGH - 1), torch.tensor(HIGH)


def _on_a_grid(weight: Tensor) -> dict[str, Tensor]:
    """Return the arguments of a law for a weight on the grid that its largest magnitude makes."""
    scale = weight.abs().max() / HIGH
    return {"x": weight, "scale": scale}


def _in_whole_numbers(weight: Tensor) -> dict[str, Tensor]:
    found = _on_a_grid(weight)
    w, step = whole(weight, found["scale"], bits=BITS)
    return {**found, "w": w, "step": step}


@claim(
    "quantizers.per_tensor",
    statement="torch.quantize_per_tensor gives each entry of the weight matrices of all-MiniLM-L6-v2, with the scale max |w| / 127 "
    "of its tensor, a code whose level is half a step away at most, and what two roundings to "
    "float32 add.",
    source=SCHEME,
    theorem="LeanMining.Float.abs_sub_level_quantizePerTensor_le",
    tier="gold",
    measures=[QUANTIZE_PER_TENSOR, LEVEL],
)
def per_tensor(run: Run) -> Iterator[Evidence]:
    yield of_weights(torch_is_near, _in_whole_numbers, "the code is not nearest")


@claim(
    "quantizers.audit",
    statement="The quantizer of the audit gives each entry of the weight matrices of all-MiniLM-L6-v2, with the scale max |w| / 127 "
    "of its tensor, a code whose level is half a step away at most, and what two roundings to "
    "float64 add.",
    source=SCHEME,
    theorem="LeanMining.Float.abs_sub_level_quantizeAffine_le",
    tier="gold",
    measures=[QUANTIZE_AFFINE, LEVEL],
)
def audit(run: Run) -> Iterator[Evidence]:
    yield of_weights(audit_is_near, _in_whole_numbers, "the code is not nearest")


@claim(
    "quantizers.fake",
    statement="torch.fake_quantize_per_tensor_affine gives each entry of the weight matrices of all-MiniLM-L6-v2 the level of the "
    "code that torch.quantize_per_tensor gives, rounded to float32.",
    source=SCHEME,
    theorem="LeanMining.Float.abs_fakeQuantize_sub_level_le",
    tier="gold",
    measures=[FAKE_QUANTIZE, QUANTIZE_PER_TENSOR, LEVEL],
)
def fake(run: Run) -> Iterator[Evidence]:
    yield of_weights(fake_is_the_level, _on_a_grid, "it is another number")
