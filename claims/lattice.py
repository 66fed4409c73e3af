"""Seed 001, rotations near the sign lattice: what β is there, how it bends, and how far away a key
is that has not reached it.

A point of the sign lattice is a vector of equal magnitudes. Whole numbers stand for vectors up to a
factor, so that laws of reflections and of Pythagorean rotations are exact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from claims.beta import SEED, exact_beta, key_refs, per_head
from claims.cases import of_vectors
from claims.conformance import DOT, L1_NORM, MULVEC, NORM_SQ
from claims.measures.geometry import beta_of_rows, dot, l1_norm, norm_sq, sign
from claims.measures.rotations import turn
from claims.measures.spectra import op_norm
from claims.models.attention import head as head_values, head_names, int8_keys
from claims.notation import Integers, integers
from claims.rotation import EXACT, on_heads
from pyharness import (
    Evidence,
    Run,
    Source,
    Statement,
    Witness,
    cached_per_device,
    claim,
    computed_on_cpu,
    current_device,
    dotted,
    enumerate_cases,
    notation,
    predicate,
    significant,
)

HESSIAN = Source(SEED, "BetaLocalHessian")


# --------------------------------------------------------------------------------- exact expansions
@notation
def _reflected(q: Integers, k: Integers) -> tuple[Tensor, Tensor, Tensor]:
    """The signs s of k, ‖q‖² [..., 1], and ‖q‖² R s, with R the reflection along q."""
    q, k = integers(q), integers(k)
    s, scale = 2 * (k >= 0).long() - 1, norm_sq(q)[..., None]
    return s, scale, scale * s - 2 * dot(q, s)[..., None] * q


@predicate
def reflection_has_its_beta(q: Integers, k: Integers) -> Tensor:
    """With R the reflection along q and s the signs of k: if R changes no sign of s, the root of
    β(R s) is 1 − ‖R s − s‖² / 2d, times 2 d ‖q‖⁴.
    """
    s, scale, turned = _reflected(q, k)
    d, moved, scale = s.shape[-1], norm_sq(turned - scale * s), scale[..., 0]
    kept = (turned * s >= 0).all(-1)
    return ~kept | (2 * scale * l1_norm(turned) == 2 * d * scale * scale - moved)


@predicate
def distance_is_quadratic(q: Integers, k: Integers) -> Tensor:
    """With R the reflection along q and s the signs of k: d (1 − β(R s)) ≤ ‖R s − s‖², and if R
    changes no sign of s, ‖R s − s‖² ≤ 2 d (1 − β(R s)); times d ‖q‖⁴.
    """
    s, scale, turned = _reflected(q, k)
    d, moved, scale = s.shape[-1], norm_sq(turned - scale * s), scale[..., 0]
    lost = d * d * scale * scale - l1_norm(turned).square()
    kept = (turned * s >= 0).all(-1)
    return (lost <= d * moved) & (~kept | (d * moved <= 2 * lost))


TRIPLES = [(n * n - m * m, 2 * m * n, n * n + m * m) for n in range(2, 41) for m in range(1, n)]
"""Rotations of a plane with a rational cosine and sine: (cosine, sine, denominator), as whole
numbers."""


def _turned(d: int, c: int, s: int, h: int) -> list[int]:
    """(1, …, 1) of dimension d, turned in the plane of two coordinates, times h."""
    return [c - s, s + c, *[h] * (d - 2)]


@predicate
def beta_near_the_lattice(d: int, c: int, s: int, h: int) -> bool:
    """Turn (1, …, 1) of dimension d in the plane of two coordinates by the angle with cosine c/h
    and sine s/h, c ≥ s ≥ 0: with x the squared distance over 2d, β is (1 − x)², and d (1 − β) is
    at most 2 d x and at least d x.
    """
    turned = _turned(d, c, s, h)
    moved = sum((Fraction(entry, h) - 1) ** 2 for entry in turned)
    found = exact_beta([turned])
    return found == (1 - moved / (2 * d)) ** 2 and moved / 2 <= d * (1 - found) <= moved


def _near_the_lattice(run: Run) -> Evidence:
    cases = [
        {"d": d, "c": max(c, s), "s": min(c, s), "h": h}
        for d in (2, 3, 32, 128)
        for c, s, h in TRIPLES
    ]
    return enumerate_cases(
        beta_near_the_lattice,
        cases,
        domain="rotations by the angles of Pythagorean triples up to n = 40, "
        "dimensions 2, 3, 32 and 128",
        summary=f"{len(cases):,} rotations",
        kind="property",
        device=run.device,
    )


REFLECTIONS = (
    "the signs of the key of every token in every head of minilm, reflected along its query, INT8"
)


@claim(
    "geometry.general_expansion",
    statement="For every rotation R that changes no sign of a sign vector s, β(R s) is exactly "
    "(1 − ‖R s − s‖² / 2d)².",
    source=HESSIAN,
    theorem="LeanMining.beta_mulVec_of_signs_kept",
    tier="gold",
    measures=[DOT, L1_NORM, NORM_SQ],
)
def general_expansion(run: Run) -> Iterator[Evidence]:
    found = on_heads(reflection_has_its_beta, shows="β is another for the signs of {k} along {q}")
    yield replace(found, domain=REFLECTIONS)
    yield _near_the_lattice(run)


@claim(
    "geometry.last_mile",
    statement="1 − β(R s) is at most ‖R s − s‖² / d, and at least half of it where no sign changes: "
    "each further unit of β needs quadratically more accuracy.",
    source=HESSIAN,
    theorem="LeanMining.beta_last_mile_quadratic_hardness",
    tier="gold",
    measures=[DOT, L1_NORM, NORM_SQ],
)
def last_mile(run: Run) -> Iterator[Evidence]:
    found = on_heads(distance_is_quadratic, shows="it fails for the signs of {k} along {q}")
    yield replace(found, domain=REFLECTIONS)
    yield _near_the_lattice(run)


# -------------------------------------------------------------------------- second-order expansions
@notation
def quarter_turns(d: int, apart: int) -> Tensor:
    """Return the matrix A that takes coordinates i and i + apart to a quarter turn of them, in half
    of the dimensions, and the others to 0, int64 [d, d]. It is skew, and −A A is a projection.

    Args:
        d: a multiple of 4 · apart.
        apart: how far apart the coordinates of a plane are.
    """
    number = torch.arange(d)
    ahead = (number[None] == number[:, None] + apart).long()
    first = torch.tensor([i < d // 2 and i // apart % 2 == 0 for i in range(d)])
    forward = torch.where(first[:, None], ahead, 0)
    return forward - forward.T


@notation
def _path_of_whole_numbers(k: Integers, n: int, apart: int) -> dict[str, Tensor]:
    """The path R(t) = (1 − tA/2)⁻¹ (1 + tA/2) of rotations at t = 2/n, with A as `quarter_turns`
    has it, from the signs s of k: s, A s, (n² + 1) R s, and n² + 1.
    """
    s = 2 * (integers(k) >= 0).long() - 1
    d, a = s.shape[-1], quarter_turns(s.shape[-1], apart).to(s.device)
    still = torch.eye(d, dtype=torch.int64, device=s.device)
    scale = n * n + 1
    # On the planes of A it is the rotation by the angle with cosine (n² − 1)/(n² + 1).
    planes = (a[:, :, None] * a[:, None, :]).sum(0)
    matrix = scale * still - 2 * planes + 2 * n * a
    return {
        "s": s,
        "A s": turn(s, a),
        "R s": turn(s, matrix),
        "scale": torch.tensor(scale, device=s.device),
    }


@predicate
def expands_along_path(k: Integers, n: int, apart: int) -> Tensor:
    """Along the path of `_path_of_whole_numbers`: R s is s + t A s up to M t², with M = ‖A s‖ / 2,
    and β(R s) is 1 − (t²/2) H up to C |t|³, with H = 2‖A s‖²/‖s‖² and the theorem's C.

    In whole numbers, for ‖A s‖ = 4 and d = 32: then M = 2, H = 1 and C = 241/256.
    """
    found, size = _path_of_whole_numbers(k, n, apart), abs(n)
    s, along, turned, scale = found["s"], found["A s"], found["R s"], found["scale"]
    lengths = (norm_sq(along) == 16) & (norm_sq(s) == 32) & (norm_sq(turned) == 32 * scale * scale)
    off = n * (turned - scale * s) - 2 * scale * along
    on_path = n * n * norm_sq(off) <= 64 * scale * scale
    error = n * n * l1_norm(turned).square() - (n * n - 2) * 32 * norm_sq(turned)
    return lengths & on_path & (size * error.abs() <= 241 * norm_sq(turned))


@predicate
def never_grows_along_path(k: Integers, n: int, apart: int) -> Tensor:
    """Along the path of `_path_of_whole_numbers` β has an expansion as in `expands_along_path`,
    with H = 1, and is at most 1.
    """
    turned = _path_of_whole_numbers(k, n, apart)["R s"]
    grows = l1_norm(turned).square() > turned.shape[-1] * norm_sq(turned)
    return expands_along_path(k, n, apart) & ~grows


@predicate
def is_concave_in_planes(k: Integers, a: list[int], b: list[int], apart: int) -> Tensor:
    """From the signs s of k, in the plane of p, the part of s in half of the coordinates, and its
    quarter turn: β at the angles a + b and a − b is together at most twice β at a, if no sign
    changes at the three and |a| is at most 45°.

    Args:
        k: a key.
        a: an angle, as whole numbers (cosine, sine, denominator).
        b: another one.
        apart: of the quarter turn, as in `quarter_turns`.
    """
    (ca, sa, ha), (cb, sb, hb) = a, b
    s = 2 * (integers(k) >= 0).long() - 1
    half = s.shape[-1] // 2
    x, y = s[..., :half].unflatten(-1, (-1, 2, apart)).unbind(-2)
    rest = torch.zeros_like(s[..., half:])
    p = torch.cat([s[..., :half], rest], -1)
    q = torch.cat([torch.stack([y, -x], -2).flatten(-3), rest], -1)
    h = ha * hb
    turns = [
        h * s + (cosine - h) * p + sine * q
        for cosine, sine in (
            (ca * hb, sa * hb),
            (ca * cb - sa * sb, sa * cb + ca * sb),
            (ca * cb + sa * sb, sa * cb - ca * sb),
        )
    ]
    kept = torch.stack([(s * turned >= 0).all(-1) for turned in turns]).all(0)
    sizes = [norm_sq(turned) for turned in turns]
    middle, ahead, behind = (l1_norm(turned).square() for turned in turns)
    as_long = (sizes[0] == sizes[1]) & (sizes[0] == sizes[2])
    if abs(sa) > ca:
        return torch.ones_like(kept)
    return ~kept | (as_long & (ahead + behind <= 2 * middle))


def on_key_signs(
    law: Callable[..., Tensor], cases: Sequence[Mapping[str, Any]], *, what: str, shows: str
) -> Evidence:
    """Ask a law of the signs of every INT8 key of the transformer, in several cases."""
    keys, refs = int8_keys()
    violations, witness = 0, None
    for case in cases:
        failing = (~law(keys, **case)).nonzero()
        violations += len(failing)
        if len(failing) and witness is None:
            inputs = {"k": keys[int(failing[0])].tolist(), **case}
            witness = Witness(dotted(law), inputs, shows.format(**inputs))
    return Evidence(
        "model",
        f"the signs of the key of every token in every head of minilm, INT8, {what}",
        len(keys) * len(cases),
        violations,
        f"{len(keys) * len(cases):,} cases",
        device=current_device().type,
        tensors=refs,
        witness=witness,
    )


PATH_CASES = [
    {"n": sign * n, "apart": apart} for n in (12, 64) for sign in (1, -1) for apart in (1, 8)
]
PATH_WORDS = "along rotations of 8 planes by t = ±2/12 and ±2/64, in whole numbers"


@cached_per_device
@computed_on_cpu
def generator(head: str) -> Tensor:
    """Return a skew matrix of operator norm 1 in the direction of KᵀQ − QᵀK, of a head's keys K and
    queries Q.
    """
    product = head_values(head, "key").cpu().T @ head_values(head, "query").cpu()
    skew: Tensor = product - product.T
    return skew / op_norm(skew)


@cached_per_device
@computed_on_cpu
def _path(head: str, t: float) -> dict[str, Tensor]:
    """The path exp(tA) s at t for the signs s of each of a head's keys, A its `generator`; M is
    ‖A A s‖ / 2.
    """
    a, s = generator(head), sign(head_values(head, "key").cpu())
    h = norm_sq(s @ a.T)
    m, d = norm_sq(s @ (a @ a).T).sqrt() / 2, s.shape[-1]
    reach = h.sqrt() + m
    turned = s @ torch.linalg.matrix_exp(t * a).T
    return {
        "β": beta_of_rows(turned),
        "off the tangent": norm_sq(turned - s - t * s @ a.T).sqrt(),
        "M t²": m * t * t,
        "H": 2 * h / d,
        "small": reach * abs(t),
        "bound": ((2 * h.sqrt() * m + m.square()) / d + reach**4 / (2 * d) ** 2) * abs(t) ** 3,
    }


@predicate
def expands_to_second_order(head: str, t: float) -> bool:
    """exp(tA) s is s + t A s up to M t² with M = ‖A A s‖ / 2, at each sign vector s of a head; and
    β(exp(tA) s) is 1 − (t²/2) H up to the constant of the theorem times |t|³, at each that is so
    far from changing signs as the theorem asks; there is one. Both up to rounding.
    """
    found = _path(head, t)
    if not bool((found["off the tangent"] <= found["M t²"] + EXACT).all()):
        return False
    asked = found["small"] <= 1
    error = (found["β"] - (1 - t * t / 2 * found["H"])).abs()
    return bool(asked.any()) and bool((error <= found["bound"] + EXACT)[asked].all())


@predicate
def never_grows_from_the_lattice(head: str) -> bool:
    """β(exp(tA) s) is at most 1 at each sign vector s of a head, for t from −2 to 2."""
    return all(float(_path(head, t)["β"].max()) <= 1 + EXACT for t in REACH)


SMALL = (1 / 16, 1 / 64, 1 / 256)
REACH = (*(-t for t in SMALL), *SMALL, -2.0, -0.5, 0.5, 2.0)
EXPANSION = "minilm, the signs of the keys of every head along exp(tA), A of its keys and queries"


def _expansion(head: str) -> dict[str, float]:
    t = SMALL[0]
    found = _path(head, t)
    return {
        "mean H": float(found["H"].mean()),
        "mean 2 (1 − β) / t²": float((2 * (1 - found["β"]) / t**2).mean()),
        "most of the error": float((found["β"] - (1 - t * t / 2 * found["H"])).abs().max()),
        "its bound": float(found["bound"].max()),
    }


@predicate
def expands_at_every_step(head: str) -> bool:
    """`expands_to_second_order` of a head, for t = 1/16, 1/64 and 1/256 and their negatives."""
    return all(expands_to_second_order(head, t) for size in SMALL for t in (size, -size))


@claim(
    "geometry.quadratic_expansion",
    statement="At a sign vector, along every path of rotations that is k + tAk up to M t², "
    "β = 1 − (t²/2) H up to C |t|³, with H = 2‖Ak‖²/‖k‖² and an explicit C. That exp(tA) is such a path, "
    "with M = ‖AAk‖/2, is measured, not proved.",
    source=HESSIAN,
    theorem="LeanMining.beta_local_quadratic_expansion",
    tier="gold",
    measures=[L1_NORM, NORM_SQ, MULVEC],
)
def quadratic_expansion(run: Run) -> Iterator[Evidence]:
    yield on_key_signs(
        expands_along_path,
        PATH_CASES,
        what=PATH_WORDS,
        shows="β of the signs of {k} is off its expansion",
    )
    yield per_head(
        expands_at_every_step,
        _expansion,
        shows="β of head {head} is off its expansion",
        domain=EXPANSION + ", t = ±1/16, ±1/64, ±1/256; figures at 1/16",
    )


@claim(
    "geometry.hessian_nonneg",
    statement="Wherever β = 1 − (t²/2) H + O(t³) along a path, H is not negative.",
    source=HESSIAN,
    theorem="LeanMining.beta_hessian_nonneg",
    tier="gold",
    measures=[L1_NORM, NORM_SQ, MULVEC],
)
def hessian_nonneg(run: Run) -> Iterator[Evidence]:
    yield on_key_signs(
        never_grows_along_path,
        PATH_CASES,
        what=PATH_WORDS,
        shows="β grows from the signs of {k}",
    )
    yield per_head(
        never_grows_from_the_lattice,
        _expansion,
        shows="β of head {head} grows from 1",
        domain=EXPANSION + ", t from −2 to 2; figures at 1/16",
    )


# ---------------------------------------------------------------------------------------- concavity
@predicate
def is_midpoint_concave(d: int, a: list[int], b: list[int]) -> bool:
    """Turn (1, …, 1) of dimension d in the plane of two coordinates: β at the angles a + b and
    a − b is together at most twice β at a, if no sign changes at the three and |a| is at most 45°.

    Args:
        d: the dimension.
        a: an angle, as whole numbers (cosine, sine, denominator).
        b: another one.
    """
    (ca, sa, ha), (cb, sb, hb) = a, b
    turns = [
        _turned(d, ca * hb, sa * hb, ha * hb),
        _turned(d, ca * cb - sa * sb, sa * cb + ca * sb, ha * hb),
        _turned(d, ca * cb + sa * sb, sa * cb - ca * sb, ha * hb),
    ]
    if abs(sa) > ca or any(min(turned) < 0 for turned in turns):
        return True
    middle, ahead, behind = (exact_beta([turned]) for turned in turns)
    return ahead + behind <= 2 * middle


ANGLES = torch.linspace(-math.pi / 4, math.pi / 4, 65, dtype=torch.float64, device="cpu")
"""Angles up to 45° to each side."""


@cached_per_device
@computed_on_cpu
def _bends(head: str) -> dict[str, float]:
    """The second differences of β over the angle, from the signs of each of a head's keys, in the
    plane of its own query and the next token's.
    """
    s, queries = sign(head_values(head, "key").cpu())[:-1], head_values(head, "query").cpu()
    first = torch.nn.functional.normalize(queries[:-1], dim=-1)
    second = queries[1:] - dot(queries[1:], first)[:, None] * first
    second = torch.nn.functional.normalize(second, dim=-1)
    x, y = dot(s, first)[:, None], dot(s, second)[:, None]
    part, quarter = x * first + y * second, x * second - y * first
    turned = s[:, None] + (
        (ANGLES.cos() - 1)[:, None] * part[:, None] + ANGLES.sin()[:, None] * quarter[:, None]
    )
    kept, found = (turned * s[:, None] >= 0).all(-1), beta_of_rows(turned)
    asked = kept[:, :-2] & kept[:, 1:-1] & kept[:, 2:]
    differences = (found[:, :-2] + found[:, 2:] - 2 * found[:, 1:-1])[asked]
    return {
        "share of angles without a change of sign": float(kept.double().mean()),
        "second differences": len(differences),
        "most": float(differences.max()),
    }


@predicate
def bends_down(head: str) -> bool:
    """No second difference of β over the angle is positive, up to rounding, and there are some."""
    found = _bends(head)
    return found["second differences"] > 0 and found["most"] <= EXACT


@claim(
    "geometry.locally_concave",
    statement="From a sign vector β is concave in the angle of a rotation in any plane, up to 45° "
    "and as long as no sign changes.",
    source=HESSIAN,
    theorem="LeanMining.beta_concave_in_plane",
    tier="gold",
    measures=[L1_NORM, NORM_SQ],
)
def locally_concave(run: Run) -> Iterator[Evidence]:
    yield on_key_signs(
        is_concave_in_planes,
        [
            {"a": a, "b": b, "apart": apart}
            for a in ([1, 0, 1], [4, 3, 5], [12, -5, 13])
            for b in ([4, 3, 5], [63, 16, 65])
            for apart in (1, 8)
        ],
        what="in the plane of half of their coordinates and a quarter turn of these, in whole numbers",
        shows="β of the signs of {k} bends upward at {a} and {b}",
    )
    angles = [list(triple) for c, s, h in TRIPLES[:28] for triple in ((c, s, h), (s, c, h))]
    cases = [{"d": d, "a": a, "b": b} for d in (2, 3, 32) for a in angles for b in angles]
    yield enumerate_cases(
        is_midpoint_concave,
        cases,
        domain="pairs of angles of Pythagorean triples up to n = 8, dimensions 2, 3 and 32",
        summary=f"{len(cases):,} pairs",
        kind="property",
        device=run.device,
    )
    yield per_head(
        bends_down,
        _bends,
        shows="β of head {head} bends upward",
        domain="minilm, the signs of every key in the plane of two queries, 65 angles up to 45°",
    )


# -------------------------------------------------------------------------------------------- steps
STEPS = Statement(
    "geometry.steps",
    says="steps_to_convergence ≥ C d (1 − β_final).",
    source=HESSIAN,
)
PATH = 8
"""Steps in which `_walk` goes to the lattice."""


@cached_per_device
def _walk_of(head: str) -> Tensor:
    """A walk of equal steps on the sphere, from each of a head's keys to the nearest point of the
    sign lattice, float64 [points, tokens, d].
    """
    start = head_values(head, "key")
    size = norm_sq(start).sqrt()[:, None]
    goal = sign(start) * size / math.sqrt(start.shape[-1])
    angle = (dot(start, goal) / norm_sq(start)).clamp(-1, 1).acos()[:, None]
    return torch.stack(
        [
            (((1 - part) * angle).sin() * start + (part * angle).sin() * goal) / angle.sin()
            for part in (number / PATH for number in range(PATH + 1))
        ]
    )


def _walk(head: str) -> dict[str, float]:
    """Figures of a head's walks."""
    path = _walk_of(head)
    step = torch.stack([norm_sq(b - a).sqrt() for a, b in itertools.pairwise(path)]).amax(0)
    least = (norm_sq(path[0]) * (1 - beta_of_rows(path[0]))).sqrt()
    return {
        "least β at the end": float(beta_of_rows(path[-1]).min()),
        "steps": PATH,
        "mean of the least number": float((least / step).mean()),
        "most": float((least / step).max()),
    }


STEP = 2.0**-20
"""The step of the fixed-point numbers in which walks are checked."""


@predicate
def walk_is_long_enough(path: Integers) -> Tensor:
    """A walk whose last point is on the lattice, all its magnitudes within one of the first, goes
    at least so far in n steps of length at most r: ‖k‖² (1 − β) ≤ (n r)², with k and β at its
    first point; times d.

    Args:
        path: points of whole numbers, [..., n + 1, d].
    """
    path = integers(path)
    d, steps = path.shape[-1], path.shape[-2] - 1
    start, end = path[..., 0, :], path[..., -1, :].abs()
    reached = ((end - end[..., :1]).abs() <= 1).all(-1)
    lost = d * norm_sq(start) - l1_norm(start).square()
    moved = norm_sq(path[..., 1:, :] - path[..., :-1, :])
    return reached & (lost[..., None] <= d * steps * steps * moved).any(-1)


@STEPS.reading(
    "bounded",
    statement="With steps that move the key by at most r, an optimizer that reaches the lattice "
    "takes n of them with (n r)² ≥ ‖k‖² (1 − β), which is d (1 − β) for a key as long as a sign "
    "vector.",
    theorem="LeanMining.beta_steps_to_lattice",
    tier="gold",
    measures=[L1_NORM, NORM_SQ],
)
def bounded_steps(run: Run) -> Iterator[Evidence]:
    """Walks from real keys to the sign lattice."""
    names = list(head_names())
    yield of_vectors(
        walk_is_long_enough,
        ({"path": (_walk_of(name) / STEP).round().long().movedim(0, 1)} for name in names),
        {"path": 2},
        domain=f"minilm, {PATH} steps from the keys of every head to the sign lattice, to 2^−20",
        summary="{cases} walks",
        shows="the walk is too short",
        tensors=key_refs(),
        measurements=[
            {"head": name} | {key: significant(value) for key, value in _walk(name).items()}
            for name in names
        ],
    )


@predicate
def one_reflection_is_too_few(root: int, divisor: int) -> bool:
    """In dimension d = root², the reflection that takes the first axis to the diagonal does not
    reach the lattice, or else C d (1 − β) is at most 1, with C = 1/divisor.
    """
    d = root * root
    axis = torch.eye(d, dtype=torch.int64, device="cpu")[0]
    along = root * axis - 1
    scale = int(norm_sq(along))
    turned = scale * axis - 2 * int(dot(along, axis)) * along
    reached = exact_beta([turned.tolist()]) == 1
    return not reached or Fraction(d, divisor) * (1 - exact_beta([axis.tolist()])) <= 1


@STEPS.reading(
    "unbounded",
    statement="However far a step goes, for some constant C an optimizer that reaches the lattice "
    "takes at least C d (1 − β) steps, with β before the first.",
    negation="LeanMining.beta_last_mile_steps_from_start_false",
    tier="refuted",
)
def unbounded_steps(run: Run) -> Iterator[Evidence]:
    """One reflection, from an axis to the lattice."""
    yield enumerate_cases(
        one_reflection_is_too_few,
        [{"root": root, "divisor": divisor} for root, divisor in ((2, 1), (4, 10), (16, 100))],
        domain="C = 1, 1/10 and 1/100, an axis of dimension 4, 16 and 256",
        summary="3 constants",
        shows="one reflection reaches the lattice in dimension {root}², and C = 1/{divisor} asks for more",
        kind="witness",
        device=run.device,
    )


@predicate
def one_improvement_is_too_few(d: int, divisor: int) -> bool:
    """In dimension d, the reflection that takes the first axis to (3/5, 4/5, 0, …, 0) does not
    raise β, or else C d (1 − β) after it is at most 1, with C = 1/divisor.
    """
    axis = torch.eye(d, dtype=torch.int64, device="cpu")[0]
    end = torch.zeros_like(axis).index_copy_(0, torch.arange(2), torch.tensor([3, 4]))
    along = 5 * axis - end
    scale = int(norm_sq(along))
    turned = scale * axis - 2 * int(dot(along, axis)) * along
    before, after = exact_beta([axis.tolist()]), exact_beta([turned.tolist()])
    return after <= before or Fraction(d, divisor) * (1 - after) <= 1


@STEPS.reading(
    "final",
    statement="For some constant C an optimizer that never lowers β and stops after n steps, on the "
    "lattice or off it, has n ≥ C d (1 − β), with β after the last. On the lattice this says n ≥ 0.",
    negation="LeanMining.beta_last_mile_steps_as_given_false",
    tier="refuted",
)
def final_steps(run: Run) -> Iterator[Evidence]:
    """One reflection, from an axis to a better key off the lattice."""
    yield enumerate_cases(
        one_improvement_is_too_few,
        [{"d": divisor + 3, "divisor": divisor} for divisor in (1, 10, 100)],
        domain="C = 1, 1/10 and 1/100, an axis of dimension 4, 13 and 103",
        summary="3 constants",
        shows="one reflection raises β in dimension {d}, and C = 1/{divisor} asks for more steps",
        kind="witness",
        device=run.device,
    )
