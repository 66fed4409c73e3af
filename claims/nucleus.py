"""System 000, the algebra: the quantized ReLU is a nucleus on the finite Heyting algebra of INT8,
its fixed points, when they are Boolean, and what follows for the gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor

from claims.conformance import GATE_GAP, HIMP, INF, JOIN, LE, QRELU, SUP
from claims.measures.int8 import gate_gap, himp, qrelu
from claims.models.activations import QuantizedLayer, quantized_layers
from claims.notation import Integers, int8
from pyharness import (
    INT8,
    Evidence,
    Run,
    Source,
    Witness,
    claim,
    current_device,
    dotted,
    enumerate_cases,
    notation,
    of_values,
    predicate,
    sweep,
)

QUESTION = Source("000 Nucleus grafting", "CENTRAL.QUESTION")
FORMAL = Source("000 Nucleus grafting", "FORMAL.RESULTS")
ARCHITECTURE = Source("000 Nucleus grafting", "ARCHITECTURE")
EMPIRICAL = Source("000 Nucleus grafting", "EMPIRICAL.RESULTS")

PAIRS = {"z": INT8, "q": INT8}
TRIPLES = {"z": INT8, "p": INT8, "q": INT8}
QUADRUPLES = {"z": INT8, "w": INT8, "p": INT8, "q": INT8}
PAIRS_DOMAIN = "all 256 zero points z × all 256 values q"
TRIPLES_DOMAIN = "all 256 zero points z × all 65,536 pairs (p, q)"


# --------------------------------------------------------------------------------------- predicates
@predicate
def is_extensive(z: Integers, q: Integers) -> Tensor:
    """`q ≤ qRelu z q`."""
    return qrelu(int8(z), int8(q)) >= int8(q)


@predicate
def is_idempotent(z: Integers, q: Integers) -> Tensor:
    """`qRelu z (qRelu z q) = qRelu z q`."""
    once = qrelu(int8(z), int8(q))
    return qrelu(int8(z), once) == once


@predicate
def preserves_meet(z: Integers, p: Integers, q: Integers) -> Tensor:
    """`qRelu z (p ⊓ q) = qRelu z p ⊓ qRelu z q`."""
    z, p, q = int8(z), int8(p), int8(q)
    return qrelu(z, torch.minimum(p, q)) == torch.minimum(qrelu(z, p), qrelu(z, q))


@predicate
def composition_preserves_meet(z: Integers, w: Integers, p: Integers, q: Integers) -> Tensor:
    """`qRelu z (qRelu w (p ⊓ q)) = qRelu (z ⊔ w) p ⊓ qRelu (z ⊔ w) q`; with w = z, that qRelu z
    preserves meets.
    """
    z, w, p, q = int8(z), int8(w), int8(p), int8(q)
    join = torch.maximum(z, w)
    return qrelu(z, qrelu(w, torch.minimum(p, q))) == torch.minimum(qrelu(join, p), qrelu(join, q))


@predicate
def preserves_join(z: Integers, p: Integers, q: Integers) -> Tensor:
    """`qRelu z (p ⊔ q) = qRelu z p ⊔ qRelu z q`."""
    z, p, q = int8(z), int8(p), int8(q)
    return qrelu(z, torch.maximum(p, q)) == torch.maximum(qrelu(z, p), qrelu(z, q))


@predicate
def is_monotone(z: Integers, p: Integers, q: Integers) -> Tensor:
    """`p ≤ q → qRelu z p ≤ qRelu z q`."""
    z, p, q = int8(z), int8(p), int8(q)
    return (p > q) | (qrelu(z, p) <= qrelu(z, q))


@predicate
def is_nucleus(z: Integers, p: Integers, q: Integers) -> Tensor:
    """The three laws at once: extensive and idempotent at q, meet-preserving at (p, q)."""
    return is_extensive(z, q) & is_idempotent(z, q) & preserves_meet(z, p, q)


@predicate
def keeps_bottom_iff(z: Integers) -> Tensor:
    """`qRelu z ⊥ = ⊥ ↔ z = ⊥`."""
    bottom = int8(-128)
    return (qrelu(int8(z), bottom) == bottom) == (int8(z) == bottom)


@predicate
def keeps_bottom(z: Integers) -> Tensor:
    """`qRelu z ⊥ = ⊥`."""
    return qrelu(int8(z), int8(-128)) == -128


@predicate
def is_fixed_iff(z: Integers, q: Integers) -> Tensor:
    """`qRelu z q = q ↔ z ≤ q`."""
    z, q = int8(z), int8(q)
    return (qrelu(z, q) == q) == (z <= q)


@predicate
def is_implication(r: Integers, p: Integers, q: Integers) -> Tensor:
    """`r ≤ p ⇨ q ↔ r ⊓ p ≤ q`."""
    r, p, q = int8(r), int8(p), int8(q)
    return (r <= himp(p, q)) == (torch.minimum(r, p) <= q)


@predicate
def is_implication_of_vectors(r: Integers, p: Integers, q: Integers) -> Tensor:
    """`r ≤ p ⇨ q ↔ r ⊓ p ≤ q` of vectors along the last dimension, at r and at its meet with
    p ⇨ q, of which both sides are true.
    """
    r, p, q = int8(r), int8(p), int8(q)
    implied = himp(p, q)
    below = torch.minimum(r, implied)
    return ((r <= implied).all(-1) == (torch.minimum(r, p) <= q).all(-1)) & (
        (below <= implied).all(-1) & (torch.minimum(below, p) <= q).all(-1)
    )


@predicate
def fixed_points_have_implication(z: Integers, p: Integers, q: Integers) -> Tensor:
    """Of the fixed points a = qRelu z p and b = qRelu z q, `a ⇨ b` is fixed, `(a ⇨ b) ⊓ a ≤ b`, and
    the next greater value meets a above b.
    """
    z, p, q = int8(z), int8(p), int8(q)
    a, b = qrelu(z, p), qrelu(z, q)
    implied = himp(a, b)
    next_up = implied + (implied < 127)
    greatest = (implied == 127) | ~(torch.minimum(next_up, a) <= b)
    return (qrelu(z, implied) == implied) & (torch.minimum(implied, a) <= b) & greatest


@predicate
def double_negation_is_greatest(q: Integers) -> Tensor:
    """`q ≠ ⊥ → (q ⇨ ⊥) ⇨ ⊥ = ⊤`."""
    q, bottom = int8(q), int8(-128)
    return (q == bottom) | (himp(himp(q, bottom), bottom) == 127)


@predicate
def some_gap_iff_above_least(z: Integers) -> Tensor:
    """Some q has max(q, z) − q > 0 ↔ z > −128."""
    z = int8(z)
    gaps = gate_gap(z[..., None, None], int8(INT8)[:, None])
    return (gaps > 0).any(-1) == (z > -128)


@notation
def _fixed(z: Integers) -> Tensor:
    """Which of the 256 values qRelu z fixes: bool, with a last dimension of 256."""
    values = int8(INT8)
    return qrelu(int8(z).unsqueeze(-1), values) == values


@predicate
def fixed_sets_nest_iff(z: Integers, w: Integers) -> Tensor:
    """`z ≤ w ↔ Fix w ⊆ Fix z`."""
    return (int8(z) <= int8(w)) == (~_fixed(w) | _fixed(z)).all(-1)


@predicate
def fixed_sets_nest_at_meets(z: Integers, w: Integers, p: Integers, q: Integers) -> Tensor:
    """`z ≤ w → p ∈ Fix w → q ∈ Fix w → p ⊓ q ∈ Fix z`; with q = p, that Fix w ⊆ Fix z."""
    z, w, p, q = int8(z), int8(w), int8(p), int8(q)
    meet = torch.minimum(p, q)
    return (z > w) | ~((qrelu(w, p) == p) & (qrelu(w, q) == q)) | (qrelu(z, meet) == meet)


@predicate
def fixed_sets_nest(z: Integers, w: Integers) -> Tensor:
    """`z ≤ w → Fix w ⊆ Fix z`."""
    return (int8(z) > int8(w)) | (~_fixed(w) | _fixed(z)).all(-1)


@predicate
def fixed_sets_nest_strictly(z: Integers, w: Integers) -> Tensor:
    """`z < w → Fix w ⊆ Fix z ∧ Fix z ⊄ Fix w`."""
    nests = (~_fixed(w) | _fixed(z)).all(-1) & (_fixed(z) & ~_fixed(w)).any(-1)
    return (int8(z) >= int8(w)) | nests


@predicate
def raised_fixed_vectors_are_fixed(z: Integers, q: Integers) -> Tensor:
    """A vector fixed at zero points z_i + 1 (at most 127) is fixed at z."""
    z, q = int8(z), int8(q)
    higher = z + (z < 127)
    return ~(qrelu(higher, q) == q).all(-1) | (qrelu(z, q) == q).all(-1)


@notation
def _elements(z: list[int]) -> Tensor:
    """All fixed points of qRelu on each coordinate: the product of the chains [z_i, 127], int16,
    shape (size, n).
    """
    chains = [torch.arange(low, 128, dtype=torch.int16) for low in z]
    return torch.cartesian_prod(*chains).view(-1, len(z))


@predicate
def fixed_lattice_is_boolean(z: list[int]) -> bool:
    """Every fixed point x has a fixed y with x ⊓ y the least and x ⊔ y the greatest fixed point, by
    trying all pairs.
    """
    points = _elements(z)
    meets = torch.minimum(points[:, None], points[None]) == torch.tensor(z, dtype=torch.int16)
    joins = torch.maximum(points[:, None], points[None]) == 127
    return bool((meets & joins).all(-1).any(1).all())


@predicate
def fixed_lattice_is_not_boolean(z: list[int]) -> bool:
    """The negation of `fixed_lattice_is_boolean`."""
    return not fixed_lattice_is_boolean(z)


@predicate
def boolean_iff_at_least_126(z: list[int]) -> bool:
    """The fixed-point lattice is Boolean ↔ every z_i ≥ 126."""
    return fixed_lattice_is_boolean(z) == all(low >= 126 for low in z)


@predicate
def not_boolean_iff_some_below_126(z: list[int]) -> bool:
    """The fixed-point lattice is not Boolean ↔ some z_i ≤ 125."""
    return fixed_lattice_is_not_boolean(z) == any(low <= 125 for low in z)


@predicate
def incomparable_implies_not_boolean(z: list[int]) -> bool:
    """If two fixed points are incomparable, the lattice of fixed points is not Boolean."""
    points = _elements(z)
    below = (points[:, None] <= points[None]).all(-1)
    return bool((below | below.T).all()) or fixed_lattice_is_not_boolean(z)


@predicate
def are_incomparable(a: list[int], b: list[int]) -> bool:
    """Neither a ≤ b nor b ≤ a, componentwise."""
    x, y = int8(a), int8(b)
    return not bool(torch.le(x, y).all()) and not bool(torch.le(y, x).all())


@predicate
def non_boolean_gate_has_a_gap(z: list[int]) -> bool:
    """If the fixed-point lattice is not Boolean, qRelu raises some vector: some z_i > −128."""
    return fixed_lattice_is_boolean(z) or any(low > -128 for low in z)


def small_products() -> Iterator[dict[str, list[int]]]:
    """Zero points of every small product: one chain of any length, two of up to 8 values, three of
    up to 5.
    """
    for factors, lowest in ((1, -128), (2, 120), (3, 123)):
        for z in product(range(lowest, 128), repeat=factors):
            yield {"z": list(z)}


SMALL_PRODUCTS = "products of chains [z_i, 127]: all 256 single chains, 64 pairs of up to 8 values, 125 triples of up to 5"


def on_all_quadruples(run: Run, law: Callable[..., Tensor]) -> Iterator[Evidence]:
    """Check a law at all (z, w, p, q), on a GPU alone: every other machine would spend seconds more
    on each such law.
    """
    if run.device.type == "cuda":
        yield sweep(
            law,
            QUADRUPLES,
            domain="all 4,294,967,296 INT8 quadruples (z, w, p, q)",
            summary="2^32 (z, w, p, q)",
        )


# --------------------------------------------------------------------------------- real activations
EVERY_LAYER = (
    "INT8 activations of every layer of every model, per-tensor and per-channel zero points"
)


def on_every_layer(
    layers: Iterable[QuantizedLayer],
    law: Callable[..., Tensor],
    *,
    pairs: bool,
    domain: str = EVERY_LAYER,
    measurements: Sequence[Mapping[str, Any]] = (),
) -> Evidence:
    """Check a law of qRelu at the INT8 activations of each layer, with that layer's own zero
    points.

    With `pairs`, the first half of the rows is set against the second half.
    """
    cases = violations = 0
    tensors, witness = [], None
    for layer in layers:
        q, z = layer.values, layer.zero_points
        tensors.append(layer.ref)
        if pairs:
            half = len(q) // 2
            inputs = {"z": z, "p": q[:half], "q": q[half : 2 * half]}
        else:
            inputs = {"z": z, "q": q}
        holds = law(**inputs)
        cases += holds.numel()
        failed = holds.numel() - int(torch.count_nonzero(holds))
        if failed and witness is None:
            index = tuple(torch.nonzero(~holds)[0].tolist())
            point = {
                name: int(values.expand(holds.shape)[index]) for name, values in inputs.items()
            }
            witness = Witness(dotted(law), point, f"{layer.ref.name} at {index}")
        violations += failed
    return Evidence(
        "model",
        domain,
        cases,
        violations,
        f"{len(tensors)} layer activations",
        device=current_device().type,
        tensors=tensors,
        witness=witness,
        measurements=measurements,
    )


def on_every_row(run: Run, law: Callable[..., Tensor]) -> Evidence:
    """Check a law of vectors, which answers once for the last dimension, at every row of every
    layer's activations.
    """
    cases = violations = 0
    tensors, witness = [], None
    for layer in quantized_layers():
        q, z = layer.values, layer.zero_points.expand(layer.values.shape)
        holds = law(z=z, q=q)
        cases += len(holds)
        violations += len(holds) - int(torch.count_nonzero(holds))
        tensors.append(layer.ref)
        if witness is None and not bool(holds.all()):
            row = int(torch.nonzero(~holds)[0])
            witness = Witness(
                dotted(law),
                {"z": z[row].tolist(), "q": q[row].tolist()},
                f"{layer.ref.name}, row {row}",
            )
    return Evidence(
        "model",
        f"rows of {EVERY_LAYER}",
        cases,
        violations,
        f"{cases:,} activation vectors",
        device=current_device().type,
        tensors=tensors,
        witness=witness,
    )


def on_triples_of_rows(law: Callable[..., Tensor]) -> Evidence:
    """Check a law of three vectors at rows of every layer's activations: the first third of the
    rows as r, the second as p and the last as q.
    """
    cases = violations = 0
    tensors, witness = [], None
    for layer in quantized_layers():
        third = len(layer.values) // 3
        r, p, q = layer.values[: 3 * third].view(3, third, -1)
        holds = law(r=r, p=p, q=q)
        cases += len(holds)
        violations += len(holds) - int(torch.count_nonzero(holds))
        tensors.append(layer.ref)
        if witness is None and not bool(holds.all()):
            row = int(torch.nonzero(~holds)[0])
            witness = Witness(
                dotted(law),
                {"r": r[row].tolist(), "p": p[row].tolist(), "q": q[row].tolist()},
                f"{layer.ref.name}, rows {row}, {row + third} and {row + 2 * third}",
            )
    return Evidence(
        "model",
        f"triples of rows of {EVERY_LAYER}",
        cases,
        violations,
        f"{cases:,} triples of activation vectors",
        device=current_device().type,
        tensors=tensors,
        witness=witness,
    )


# ------------------------------------------------------------------------------------------- claims
@claim(
    "nucleus.extensive",
    statement="qRelu(z, q) = max(q, z) is extensive on {-128, ..., 127}: q ≤ qRelu(z, q).",
    source=FORMAL,
    theorem="LeanMining.qRelu_extensive",
    tier="gold",
    measures=[QRELU, LE],
    streams=of_values(is_extensive, "q"),
)
def extensive(run: Run) -> Iterator[Evidence]:
    yield sweep(
        is_extensive,
        PAIRS,
        domain=PAIRS_DOMAIN,
        summary="65,536 (z, q)",
        shows="max({q}, {z}) < {q}",
    )
    yield on_every_layer(quantized_layers(), is_extensive, pairs=False)


@claim(
    "nucleus.idempotent",
    statement="qRelu(z, ·) is idempotent on {-128, ..., 127}.",
    source=FORMAL,
    theorem="LeanMining.qRelu_idempotent",
    tier="gold",
    measures=[QRELU],
    streams=of_values(is_idempotent, "q"),
)
def idempotent(run: Run) -> Iterator[Evidence]:
    yield sweep(is_idempotent, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (z, q)")
    yield on_every_layer(quantized_layers(), is_idempotent, pairs=False)


@claim(
    "nucleus.map_inf",
    statement="qRelu(z, ·) preserves meets on {-128, ..., 127}.",
    source=FORMAL,
    theorem="LeanMining.qRelu_map_inf",
    tier="gold",
    measures=[QRELU, INF],
    streams=of_values(preserves_meet, "p", "q"),
)
def map_inf(run: Run) -> Iterator[Evidence]:
    yield sweep(preserves_meet, TRIPLES, domain=TRIPLES_DOMAIN, summary="16,777,216 (z, p, q)")
    yield on_every_layer(quantized_layers(), preserves_meet, pairs=True)
    yield from on_all_quadruples(run, composition_preserves_meet)


@claim(
    "nucleus.map_sup",
    statement="qRelu(z, ·) preserves joins on {-128, ..., 127}.",
    source=FORMAL,
    theorem="LeanMining.qRelu_map_sup",
    tier="gold",
    measures=[QRELU, SUP],
    streams=of_values(preserves_join, "p", "q"),
)
def map_sup(run: Run) -> Iterator[Evidence]:
    yield sweep(preserves_join, TRIPLES, domain=TRIPLES_DOMAIN, summary="16,777,216 (z, p, q)")
    yield on_every_layer(quantized_layers(), preserves_join, pairs=True)


@claim(
    "nucleus.mono",
    statement="qRelu(z, ·) is monotone on {-128, ..., 127}.",
    source=FORMAL,
    theorem="LeanMining.qRelu_mono",
    tier="gold",
    measures=[QRELU, LE],
    streams=of_values(is_monotone, "p", "q"),
)
def mono(run: Run) -> Iterator[Evidence]:
    yield sweep(is_monotone, TRIPLES, domain=TRIPLES_DOMAIN, summary="16,777,216 (z, p, q)")
    yield on_every_layer(quantized_layers(), is_monotone, pairs=True)


@claim(
    "nucleus.bot",
    statement="qRelu(z, ·) keeps the least value -128 if and only if z = -128.",
    source=FORMAL,
    theorem="LeanMining.qRelu_bot_iff",
    tier="gold",
    measures=[QRELU],
)
def bot(run: Run) -> Iterator[Evidence]:
    yield sweep(keeps_bottom_iff, {"z": INT8}, domain="all 256 zero points", summary="256 z")


@claim(
    "nucleus.axioms",
    statement="For every zero point z, qRelu(z, ·) satisfies all nucleus axioms on INT8; an exhaustive check of the "
    "65,536 pairs finds no violation in any layer.",
    source=EMPIRICAL,
    theorem="LeanMining.qRelu_isNucleus",
    tier="gold",
    measures=[QRELU, INF, LE],
    streams=of_values(is_nucleus, "p", "q"),
)
def axioms(run: Run) -> Iterator[Evidence]:
    yield sweep(is_nucleus, TRIPLES, domain=TRIPLES_DOMAIN, summary="16,777,216 (z, p, q)")
    zero_points = sorted(
        {z for layer in quantized_layers() for z in layer.zero_points.flatten().tolist()}
    )
    yield sweep(
        is_nucleus,
        TRIPLES | {"z": torch.tensor(zero_points, dtype=torch.int8)},
        domain=f"the {len(zero_points)} zero points that occur in the layers of the models × all 65,536 pairs (p, q)",
        summary=f"{len(zero_points)} layers' z × 65,536 pairs",
        tensors=[layer.ref for layer in quantized_layers()],
    )
    yield on_every_layer(quantized_layers(), is_nucleus, pairs=True)


@claim(
    "nucleus.fixed_iff",
    statement="The fixed points of qRelu(z, ·) are the q with z ≤ q.",
    source=ARCHITECTURE,
    theorem="LeanMining.qRelu_fixed_iff",
    tier="gold",
    measures=[QRELU, LE],
    streams=of_values(is_fixed_iff, "q"),
)
def fixed_iff(run: Run) -> Iterator[Evidence]:
    yield sweep(is_fixed_iff, PAIRS, domain=PAIRS_DOMAIN, summary="65,536 (z, q)")
    yield on_every_layer(quantized_layers(), is_fixed_iff, pairs=False)


@claim(
    "nucleus.layer",
    statement="qRelu at each coordinate's own zero point is a nucleus on activation vectors.",
    source=ARCHITECTURE,
    theorem="LeanMining.layerNucleus_isNucleus",
    tier="gold",
    measures=[QRELU, INF, LE],
)
def layer(run: Run) -> Iterator[Evidence]:
    yield on_every_layer(quantized_layers(), is_nucleus, pairs=True)


@claim(
    "nucleus.fixed_set_mono",
    statement="A higher zero point means fewer fixed vectors: z ≤ w implies Fix(w) ⊆ Fix(z).",
    source=FORMAL,
    theorem="LeanMining.activationFixedSet_mono",
    tier="gold",
    measures=[JOIN, LE],
)
def fixed_set_mono(run: Run) -> Iterator[Evidence]:
    yield sweep(
        fixed_sets_nest,
        {"z": INT8, "w": INT8},
        domain="all 65,536 pairs of zero points, fixed sets enumerated",
        summary="65,536 (z, w)",
    )
    yield on_every_row(run, raised_fixed_vectors_are_fixed)
    yield from on_all_quadruples(run, fixed_sets_nest_at_meets)


@claim(
    "nucleus.fixed_set_mono_iff",
    statement="z ≤ w if and only if Fix(w) ⊆ Fix(z).",
    source=ARCHITECTURE,
    theorem="LeanMining.activationFixedSet_mono_iff",
    tier="gold",
    measures=[JOIN, LE],
)
def fixed_set_mono_iff(run: Run) -> Iterator[Evidence]:
    yield sweep(
        fixed_sets_nest_iff,
        {"z": INT8, "w": INT8},
        domain="all 65,536 pairs of zero points, fixed sets enumerated",
        summary="65,536 (z, w)",
    )


@claim(
    "nucleus.fixed_set_mono_strict",
    statement="z < w implies that Fix(w) is strictly smaller than Fix(z).",
    source=ARCHITECTURE,
    theorem="LeanMining.activationFixedSet_mono_strict",
    tier="gold",
    measures=[JOIN, LE],
)
def fixed_set_mono_strict(run: Run) -> Iterator[Evidence]:
    yield sweep(
        fixed_sets_nest_strictly,
        {"z": INT8, "w": INT8},
        domain="all 65,536 pairs of zero points, fixed sets enumerated",
        summary="65,536 (z, w)",
    )


@claim(
    "nucleus.incomparable_pair",
    statement="a = [0, 1] and b = [1, 0] are incomparable in the product lattice.",
    source=FORMAL,
    theorem="LeanMining.incomparable_pair",
    tier="gold",
    measures=[LE],
)
def incomparable_pair(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        are_incomparable,
        [{"a": [0, 1], "b": [1, 0]}],
        domain="the pair that the source names",
        summary="the pair itself",
        device=run.device,
    )


@claim(
    "nucleus.nonboolean_from_incomparable",
    statement="The product lattice is non-Boolean because it has an incomparable pair.",
    source=FORMAL,
    negation="LeanMining.nonBoolean_from_incomparable_as_given_false",
    tier="refuted",
)
def nonboolean_from_incomparable(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        incomparable_implies_not_boolean,
        small_products(),
        domain=SMALL_PRODUCTS,
        device=run.device,
        summary="every small product",
        shows="the product of the chains from {z} to 127 is Boolean",
    )


@claim(
    "nucleus.fixed_boolean_iff",
    statement="The lattice of fixed vectors, the product of the chains [z_i, 127], is Boolean if and only if every "
    "z_i ≥ 126.",
    source=FORMAL,
    theorem="LeanMining.fixed_boolean_iff",
    tier="gold",
    measures=[INF, SUP],
)
def fixed_boolean_iff(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        boolean_iff_at_least_126,
        small_products(),
        domain=SMALL_PRODUCTS,
        device=run.device,
        summary="every small product",
    )


@claim(
    "nucleus.graft_never_boolean",
    statement="graftBoundaryNucleus is never Boolean.",
    source=FORMAL,
    negation="LeanMining.graftBoundaryNucleus_not_boolean_as_given_false",
    tier="refuted",
)
def graft_never_boolean(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        fixed_lattice_is_not_boolean,
        small_products(),
        domain=SMALL_PRODUCTS,
        device=run.device,
        summary="every small product",
        shows="the product of the chains from {z} to 127 is Boolean",
    )


@claim(
    "nucleus.graft_not_boolean",
    statement="graftBoundaryNucleus is not Boolean if and only if some z_i ≤ 125.",
    source=FORMAL,
    theorem="LeanMining.graftBoundaryNucleus_not_boolean",
    tier="gold",
    measures=[INF, SUP],
)
def graft_not_boolean(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        not_boolean_iff_some_below_126,
        small_products(),
        domain=SMALL_PRODUCTS,
        device=run.device,
        summary="every small product",
    )


# ------------------------------------------------------------------------------ the Heyting algebra
@claim(
    "nucleus.heyting",
    statement="INT8 is a finite Heyting algebra: r ≤ p ⇨ q if and only if min(r, p) ≤ q, where p ⇨ q is 127 for "
    "p ≤ q, else q.",
    source=QUESTION,
    theorem="LeanMining.int8_heyting",
    tier="gold",
    measures=[HIMP, INF, LE],
)
def heyting(run: Run) -> Iterator[Evidence]:
    yield sweep(
        is_implication,
        {"r": INT8, "p": INT8, "q": INT8},
        domain="all 16,777,216 INT8 triples (r, p, q)",
        summary="16,777,216 (r, p, q)",
    )


@claim(
    "nucleus.heyting_vectors",
    statement="The INT8 activations of a layer form a finite Heyting algebra, with the implication of INT8 in each "
    "channel.",
    source=QUESTION,
    theorem="LeanMining.activations_heyting",
    tier="gold",
    measures=[HIMP, INF, LE],
)
def heyting_vectors(run: Run) -> Iterator[Evidence]:
    yield on_triples_of_rows(is_implication_of_vectors)


@claim(
    "nucleus.heyting_fixed",
    statement="The vectors that a layer's gate fixes form a finite Heyting algebra with the same implication: p ⇨ q is "
    "fixed if q is.",
    source=QUESTION,
    theorem="LeanMining.fixedVectors_heyting",
    tier="gold",
    measures=[JOIN, HIMP, INF, LE],
    streams=of_values(fixed_points_have_implication, "p", "q"),
)
def heyting_fixed(run: Run) -> Iterator[Evidence]:
    yield sweep(
        fixed_points_have_implication,
        TRIPLES,
        domain=TRIPLES_DOMAIN,
        summary="16,777,216 (z, p, q)",
    )
    yield on_every_layer(quantized_layers(), fixed_points_have_implication, pairs=True)


@claim(
    "nucleus.heyting_not_boolean",
    statement="The Heyting algebra of INT8 is not Boolean: the double negation of every value but −128 is 127.",
    source=QUESTION,
    theorem="LeanMining.int8_himp_bot_himp_bot",
    tier="gold",
    measures=[HIMP],
)
def heyting_not_boolean(run: Run) -> Iterator[Evidence]:
    yield sweep(
        double_negation_is_greatest, {"q": INT8}, domain="all 256 values q", summary="256 q"
    )


# ---------------------------------------------------------------------------------------- the no-go
@claim(
    "nucleus.no_go",
    statement="A non-Boolean nucleus creates an unavoidable boundary gap: if the fixed vectors of a gate are not a "
    "Boolean lattice, the gate has a gap on some activations.",
    source=QUESTION,
    negation="LeanMining.noGo_as_given_false",
    tier="refuted",
)
def no_go(run: Run) -> Iterator[Evidence]:
    yield enumerate_cases(
        non_boolean_gate_has_a_gap,
        small_products(),
        domain=SMALL_PRODUCTS,
        device=run.device,
        summary="every small product",
        shows="the gate at {z} changes nothing, and the chain from −128 to 127 is not Boolean",
    )


@claim(
    "nucleus.gap_exists",
    statement="A gate has a gap on some activations if and only if some zero point is above −128, whether or not its "
    "fixed vectors are a Boolean lattice.",
    source=QUESTION,
    theorem="LeanMining.exists_gap_pos_iff",
    tier="gold",
    measures=[GATE_GAP],
)
def gap_exists(run: Run) -> Iterator[Evidence]:
    yield sweep(
        some_gap_iff_above_least,
        {"z": INT8},
        domain="one channel: all 256 zero points, and of each all 256 activations",
        summary="256 z",
    )
