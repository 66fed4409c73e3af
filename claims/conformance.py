"""The table of conformance: each Lean definition that claims measure, the function that stands for
it, and where they agree.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from claims.measures.geometry import dot, l1_norm, norm_sq, sign
from claims.measures.int8 import clip, gate_gap, qrelu, round_up
from claims.measures.rotations import hadamard_signs, turn
from claims.models.activations import Granularity, QuantizedLayer, quantized_layers
from claims.models.attention import HEADS, int8_keys, int8_queries
from pyharness import (
    INT8,
    Conformance,
    Row,
    Rows,
    Run,
    Table,
    TensorRef,
    Theorems,
    indices,
    int8_pairs,
    to_current_device,
    vector,
)

__all__ = [
    "CLIP",
    "DOT",
    "GATE_GAP",
    "INF",
    "JOIN",
    "L1_NORM",
    "LE",
    "MULVEC",
    "NORM_SQ",
    "QRELU",
    "ROUND_UP",
    "SIGN",
    "SUP",
]

ROWS = "the first INT8 row of every layer of every model"
PAIRS = "all 65,536 INT8 pairs"
HALF = torch.tensor(64, dtype=torch.int8)


def _pairs(
    function: Callable[[Tensor, Tensor], Tensor], offset: int = 128
) -> Callable[[], list[list[int]]]:
    """Return what computes the table of a function on all pairs of INT8 values, as int16 plus
    `offset`.
    """

    def rows() -> list[list[int]]:
        values = to_current_device(INT8)
        found = function(values[:, None], values[None]).to(torch.int16) + offset
        return found.tolist()

    return rows


def first_rows(
    granularity: Granularity, argument: Callable[[QuantizedLayer], Tensor]
) -> Iterator[Row]:
    """Yield the first INT8 row of every layer, with the function's first argument there."""
    for item in quantized_layers():
        if item.granularity == granularity:
            yield Row(item.ref, argument(item), item.values[0])


QRELU = Conformance(
    "LeanMining.qRelu",
    qrelu,
    (
        int8_pairs("qRelu", qrelu, f"qRelu at {PAIRS} (z, q)"),
        Rows(
            "(fun z q => (qRelu z q).index)",
            256,
            lambda: first_rows("per-channel", lambda item: item.zero_points),
            qrelu,
            f"qRelu at {ROWS}, per-channel zero points",
            of="activations",
        ),
    ),
)

JOIN = Conformance(
    "Nucleus.ofSup",
    qrelu,
    (
        int8_pairs(
            "fun z q => Nucleus.ofSup z q",
            qrelu,
            f"the nucleus q ↦ q ⊔ z at {PAIRS} (z, q)",
        ),
    ),
)

INF = Conformance(
    "Lattice.inf",
    torch.minimum,
    (int8_pairs("(· ⊓ ·)", torch.minimum, f"⊓ at {PAIRS} (p, q)"),),
)

SUP = Conformance(
    "Lattice.sup",
    torch.maximum,
    (int8_pairs("(· ⊔ ·)", torch.maximum, f"⊔ at {PAIRS} (p, q)"),),
)

LE = Conformance(
    "LE.le",
    torch.le,
    (
        Table(
            "(fun p q => cond (decide ((.ofIndex p : Int8) ≤ .ofIndex q)) 1 0)",
            _pairs(torch.le, 0),
            2,
            f"≤ at {PAIRS} (p, q)",
        ),
    ),
)

CLIP = Conformance(
    "LeanMining.clip",
    clip,
    (
        Table(
            "(fun α x => clipIndex (.ofIndex α) (.ofIndex x))",
            _pairs(lambda alpha, x: clip(x, alpha)),
            257,
            f"clip at {PAIRS} (α, x)",
            "(Conformance.clip_table 256 {first} {rows}).trans (by decide +kernel)",
        ),
        Rows(
            "clipIndex",
            257,
            lambda: first_rows("per-tensor", lambda item: to_current_device(HALF)),
            lambda alpha, x: clip(x, alpha),
            f"clip with α = {int(HALF)} at {ROWS}",
            of="activations",
        ),
    ),
)

ROUND_UP = Conformance(
    "LeanMining.roundUp",
    round_up,
    (
        Table(
            "(fun k q => (roundUp k (.ofIndex q)).index)",
            lambda: [
                (round_up(k, to_current_device(INT8)).short() + 128).tolist() for k in range(9)
            ],
            256,
            "roundUp for 0 to 8 dropped bits on all of INT8",
        ),
    ),
)


class _MeasuredGaps:
    """Builds a `NucleusGraftingCertificate` of each layer's first activation vector, with the gap
    that torch measured.
    """

    def theorems(self, run: Run, name: str) -> Theorems:
        source, theorems, tensors = "", [], []
        relu = (
            item
            for item in quantized_layers()
            if item.layer.kind == "relu" and item.granularity == "per-channel"
        )
        for number, item in enumerate(relu):
            z, q = item.zero_points, item.values[0]
            below = int((q < z).sum())
            if not below:
                continue
            x = item.layer.preactivation[0].double() / item.params.scale
            rounding = round(float((x.relu() - (qrelu(z, q).double() - z)).abs().sum()))
            source += f"""
/-- {item.model.name}/{item.layer.name} -/
def measured{number} : DiscreteGateMeasurement {len(q)} := .ofIndices
  {vector(indices(z))}
  {vector(indices(q))}
theorem {name}_{number} : measured{number}.gap = {int(gate_gap(z, q))} := by decide +kernel
theorem {name}_{number}_below : (measuredGapBand measured{number}).lower = {below} := by decide +kernel
def certificate{number} : NucleusGraftingCertificate {len(q)} :=
  .ofMeasurement measured{number} {rounding} 0 ((gap_pos_iff measured{number}).mp (by decide +kernel))
"""
            theorems += [f"{name}_{number}", f"{name}_{number}_below"]
            tensors.append(item.ref)
        return Theorems(
            theorems,
            source,
            "the gap of the first INT8 row of every layer that a ReLU follows, per-channel zero points",
            len(tensors),
            f"kernel: {len(tensors)} measured gaps",
            tensors,
        )


GATE_GAP = Conformance("LeanMining.DiscreteGateMeasurement.gap", gate_gap, (_MeasuredGaps(),))


@dataclass(frozen=True)
class _Heads:
    """A number of one or two vectors of integers, at the first INT8 key, or query and key, of every
    head of the transformer.

    Attributes:
        lean: the function in Lean, of vectors of `Int`.
        compute: the function, of int8 [heads, 32] each.
        read: what gives the vectors, each as `int8_keys`.
        domain: what is covered, in words.
    """

    lean: str
    compute: Callable[..., Tensor]
    read: tuple[Callable[[], tuple[Tensor, tuple[TensorRef, ...]]], ...]
    domain: str

    def theorems(self, run: Run, name: str) -> Theorems:
        values, refs = zip(*(read() for read in self.read), strict=True)
        first = [
            rows.view(len(ref) * HEADS, -1, rows.shape[-1])[:, 0]
            for rows, ref in zip(values, refs, strict=True)
        ]
        names = [f"{name}_{number}" for number in range(len(first[0]))]
        source = ""
        for theorem, value, *vectors in zip(names, self.compute(*first), *first, strict=True):
            arguments = " ".join(map(_int8_vector, vectors))
            source += f"theorem {theorem} :\n    {self.lean} {arguments} = {int(value)} := by decide +kernel\n"
        return Theorems(
            names,
            source,
            self.domain,
            len(names),
            f"kernel: {len(names)} heads",
            list(itertools.chain(*refs)),
        )


def _int8_vector(values: Tensor) -> str:
    """Write a vector of INT8 values in Lean, as integers."""
    written = f"({vector(indices(values))} : Vector Nat {len(values)})"
    return f"(fun i => (({written}.map Int8.ofIndex).get i).toInt)"


KEYS = "the first INT8 key of every head of every layer of minilm"

SIGN = Conformance(
    "LeanMining.sign",
    sign,
    (
        Table(
            "(fun _ q => (sign (Int8.ofIndex q).toInt + 1).toNat)",
            lambda: [(sign(to_current_device(INT8)).short() + 1).tolist()],
            3,
            "sign on all of INT8",
        ),
    ),
)

L1_NORM = Conformance(
    "l1Norm", l1_norm, (_Heads("l1Norm", l1_norm, (int8_keys,), f"the L1 norm of {KEYS}"),)
)

NORM_SQ = Conformance(
    "normSq", norm_sq, (_Heads("normSq", norm_sq, (int8_keys,), f"the squared L2 norm of {KEYS}"),)
)

DOT = Conformance(
    "dot",
    dot,
    (
        _Heads(
            "dot",
            dot,
            (int8_queries, int8_keys),
            f"the inner product of the first INT8 query with {KEYS}",
        ),
    ),
)


@dataclass(frozen=True)
class _Turned:
    """A matrix times a vector of integers, at the Hadamard matrix of ±1 and the first INT8 key of
    every layer of the transformer.

    Attributes:
        compute: the function, of rows of integers and a matrix.
    """

    compute: Callable[[Tensor, Tensor], Tensor]

    def theorems(self, run: Run, name: str) -> Theorems:
        """As `Check.theorems`."""
        keys, refs = int8_keys()
        first = keys.view(len(refs), -1, keys.shape[-1])[:, 0]
        d = first.shape[-1]
        signs = hadamard_signs(d)
        rows = " ::ᵥ ".join(vector(row) for row in signs.tolist())
        source = f"def {name}_matrix : Vector (Vector Int {d}) {d} := ({rows} ::ᵥ .nil)\n"
        for place in range(d):
            source += f"def {name}_at_{place} : Fin {d} := {'.succ (' * place}.zero{')' * place}\n"
        names = [f"{name}_{number}" for number in range(len(refs))]
        for theorem, key, turned in zip(names, first, self.compute(first, signs), strict=True):
            values = " ∧\n    ".join(
                f"{theorem}_turned {name}_at_{place} = {value}"
                for place, value in enumerate(turned.tolist())
            )
            source += (
                f"def {theorem}_turned : Fin {d} → Int :=\n"
                f"  mulVec (fun i j => ({name}_matrix.get i).get j) {_int8_vector(key)}\n"
                f"theorem {theorem} :\n    {values} := by decide +kernel\n"
            )
        return Theorems(
            names,
            source,
            "the product of the Hadamard matrix of ±1 and the first INT8 key of every layer of minilm",
            len(names) * d,
            f"kernel: {len(names)} products",
            refs,
        )


MULVEC = Conformance("mulVec", turn, (_Turned(turn),))
