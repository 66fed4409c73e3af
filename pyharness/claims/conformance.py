"""Conformance: Lean's kernel decides that Lean's own definitions give what torch computed."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import torch

from pyharness.errors import EXIT_UNMET, HarnessError
from pyharness.evidence import Evidence, TensorRef
from pyharness.evidence.exhaustive import INT8
from pyharness.evidence.runner import Run
from pyharness.tensors.activations import QuantizedLayer
from pyharness.tensors.quantize import clip, qrelu, round_up

PRELUDE = """\
prelude
import LeanMining
open LeanMining
set_option maxRecDepth 100000
"""


ROWS = "the first INT8 row of every layer of every model"

_BLOCK = 16
"""Rows of a table in one theorem: a longer one takes the kernel longer."""


def indices(values: torch.Tensor) -> list[int]:
    """Return INT8 values in offset binary, value + 128: how Lean's `Int8` holds them."""
    return (values.short() + 128).flatten().tolist()


def vector(numbers: Sequence[int]) -> str:
    """Write a Lean vector of natural numbers."""
    return f"({' ::ᵥ '.join(map(str, numbers))} ::ᵥ .nil)"


def digits(numbers: Sequence[int], base: int) -> str:
    """Write the number whose digits these are, the first one highest: what `Encoding.encode` gives."""
    number = 0
    for digit in numbers:
        number = number * base + digit
    return hex(number)


def literal(values: torch.Tensor) -> str:
    """Write a row of INT8 values as the number whose bytes they are in offset binary, the first one highest."""
    return f"0x{bytes(indices(values)).hex()}"


def table(name: str, function: str, rows: Sequence[Sequence[int]], base: int, proof: str) -> tuple[list[str], str]:
    """Write theorems that `function`, of a row's and a column's number, has these rows; return their names and their text.

    In `proof`, `{first}` and `{rows}` stand for the theorem's own.
    """
    theorems, text = [], ""
    for first in range(0, len(rows), _BLOCK):
        block = rows[first:first + _BLOCK]
        written = "".join(f"(.cons {digits(row, base)} " for row in block) + ".nil" + ")" * len(block)
        theorems.append(f"{name}{first}")
        text += (f"def {name}{first}_rows : List Nat := {written}\n"
                 f"theorem {name}{first} : Encoding.table {base} {function} {len(rows[0])} {first} {name}{first}_rows = true :=\n"
                 f"  {proof.format(first=first, rows=f'{name}{first}_rows')}\n")
    return theorems, text


class Nonconformance(HarnessError):
    """Lean's kernel refuses that Lean's definition gives what torch computed."""

    exit_code = EXIT_UNMET


def decide(run: Run, theorems: Sequence[str], source: str, *, domain: str, cases: int, summary: str,
           tensors: Sequence[TensorRef] = ()) -> Evidence:
    """Have the kernel decide the theorems of a file, and return that it did.

    Raises:
        Nonconformance: if it refuses one: what is proved of Lean's definition then says nothing of torch's function, and no
            certificate can be given.
    """
    decision = run.kernel.decide(theorems, source)
    if not decision.accepted:
        raise Nonconformance(f"torch and Lean disagree on {domain}: the kernel refuses {theorems[0]} "
                             f"(build/conformance/{theorems[0]}.lean)\n{decision.message}")
    return Evidence("conformance", f"{domain}; decided by Lean's kernel, file SHA-256 {decision.sha256}", cases, 0, summary,
                    tensors=tensors)


def decide_table(run: Run, name: str, function: str, rows: Sequence[Sequence[int]], *, base: int, domain: str,
                 proof: str = "by decide +kernel") -> Evidence:
    """Have the kernel decide a whole table of a Lean function of two indices."""
    theorems, text = table(name, function, rows, base, proof)
    cases = sum(map(len, rows))
    return decide(run, theorems, PRELUDE + text, domain=domain, cases=cases, summary=f"kernel: {cases:,} table entries")


@cache
def qrelu_table(run: Run) -> Evidence:
    """torch's qrelu and Lean's `qRelu`, at all 65,536 pairs."""
    rows = (qrelu(INT8[:, None], INT8[None]).short() + 128).tolist()
    return decide_table(run, "qrelu_row", "(Encoding.index₂ qRelu)", rows, base=256,
                        domain="qRelu at all 65,536 INT8 pairs (z, q)")


@cache
def clip_table(run: Run) -> Evidence:
    """torch's clip and Lean's `clip`, over the integers, at all 65,536 INT8 pairs."""
    rows = (clip(INT8[None], INT8[:, None]) + 128).tolist()
    return decide_table(run, "clip_row", "(fun α x => clipIndex (.ofIndex α) (.ofIndex x))", rows, base=257,
                        domain="clip at all 65,536 INT8 pairs (α, x)",
                        proof="(Conformance.clip_table 256 {first} {rows}).trans (by decide +kernel)")


@cache
def round_up_table(run: Run) -> Evidence:
    """torch's round_up and Lean's `roundUp`, for 0 to 8 dropped bits, on all of INT8."""
    rows = [(round_up(k, INT8).short() + 128).tolist() for k in range(9)]
    return decide_table(run, "round_up_row", "(fun k q => (roundUp k (.ofIndex q)).index)", rows, base=256,
                        domain="roundUp for 0 to 8 dropped bits on all of INT8")


def decide_rows(run: Run, name: str, function: str, base: int, layers: Iterable[QuantizedLayer],
                arguments: Callable[[QuantizedLayer], torch.Tensor], compute: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
                *, domain: str) -> Evidence:
    """Have the kernel decide a Lean function at the first row of each layer, the other argument being `arguments(layer)`."""
    source, theorems, cases, tensors = PRELUDE, [], 0, []
    for number, item in enumerate(layers):
        x = item.values[0]
        other = arguments(item).expand(x.shape)
        theorems.append(f"{name}{number}")
        source += (f"\n/-- {item.ref.name} -/\ntheorem {name}{number} : Conformance.row {base} {function} {len(x)}\n"
                   f"    {literal(other)}\n    {literal(x)} =\n    {digits(indices(compute(other, x)), base)} := by decide +kernel\n")
        cases += len(x)
        tensors.append(item.ref)
    return decide(run, theorems, source, domain=domain, cases=cases, summary=f"kernel: {cases:,} activations", tensors=tensors)


@cache
def qrelu_rows(run: Run) -> Evidence:
    """torch's qrelu and Lean's `qRelu`, on real activations with their per-channel zero points."""
    return decide_rows(run, "qrelu_layer", "(fun z q => (qRelu z q).index)", 256,
                       [item for item in run.quantized if item.granularity == "per-channel"],
                       lambda item: item.zero_points, qrelu, domain=f"qRelu at {ROWS}, per-channel zero points")


@cache
def clip_rows(run: Run) -> Evidence:
    """torch's clip and Lean's `clip`, on real activations, at half of the range."""
    half = torch.tensor(64, dtype=torch.int8)
    return decide_rows(run, "clip_layer", "clipIndex", 257, [item for item in run.quantized if item.granularity == "per-tensor"],
                       lambda item: half, lambda alpha, x: clip(x, alpha), domain=f"clip with α = {int(half)} at {ROWS}")


@cache
def certificate_of_measurement(run: Run) -> Evidence:
    """Build a `NucleusGraftingCertificate` of each layer's first activation vector, with the gap that torch measured."""
    source, theorems, tensors = PRELUDE, [], []
    relu = (item for item in run.quantized if item.layer.kind == "relu" and item.granularity == "per-channel")
    for number, item in enumerate(relu):
        z, q = item.zero_points, item.values[0]
        below = int((q < z).sum())
        gap = int((qrelu(z, q).short() - q.short()).sum())
        if not below:
            continue
        x = item.layer.preactivation[0].double() / item.params.scale
        rounding = round(float((x.relu() - (qrelu(z, q).double() - z)).abs().sum()))
        source += f"""
/-- {item.model.name}/{item.layer.name} -/
def measured{number} : DiscreteGateMeasurement {len(q)} := .ofIndices
  {vector(indices(z))}
  {vector(indices(q))}
theorem measured{number}_gap : measured{number}.gap = {gap} := by decide +kernel
theorem measured{number}_below : (measuredGapBand measured{number}).lower = {below} := by decide +kernel
def certificate{number} : NucleusGraftingCertificate {len(q)} :=
  .ofMeasurement measured{number} {rounding} 0 ((gap_pos_iff measured{number}).mp (by decide +kernel))
"""
        theorems += [f"measured{number}_gap", f"measured{number}_below"]
        tensors.append(item.ref)
    return decide(run, theorems, source, cases=len(tensors), summary=f"kernel: {len(tensors)} measured gaps", tensors=tensors,
                  domain="the gap of the first INT8 row of every layer that a ReLU follows, per-channel zero points")
