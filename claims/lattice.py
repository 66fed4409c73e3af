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
from claims.models.attention import head as head_values, head_names, int8_keys, int8_queries
from claims.notation import Integers, integers
from claims.rotation import EXACT, on_heads
from pyharness import (
    Evidence,
    Run,
    Source,
    Statement,
    cached_per_device,
    claim,
    computed_on_cpu,
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
    """With R the reflection along q and s the signs of k: R changes no sign of s, and the root of
    β(R s) is 1 − ‖R s − s‖² / 2d, times 2 d ‖q‖⁴.
    """
    s, scale, turned = _reflected(q, k)
    d, moved, scale = s.shape[-1], norm_sq(turned - scale * s), scale[..., 0]
    return reflection_keeps_signs(q, k) & (
        2 * scale * l1_norm(turned) == 2 * d * scale * scale - moved
    )


@notation
def reflection_keeps_signs(q: Integers, k: Integers) -> Tensor:
    """Whether the reflection along q changes no sign of the signs of k."""
    s, _, turned = _reflected(q, k)
    return (turned * s >= 0).all(-1)


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
    moved = Fraction(sum((entry - h) ** 2 for entry in turned), h * h)
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
    found = on_heads(
        reflection_has_its_beta,
        among=reflection_keeps_signs,
        shows="β is another for the signs of {k} along {q}",
    )
    yield replace(found, domain=f"{REFLECTIONS}, as far as no sign changes")
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
def in_plane_of(k: Integers, u: Integers) -> dict[str, Tensor]:
    """The signs s of a key k in the plane of u and of v, a quarter turn of u in each two
    neighboring coordinates: s, ‖u‖², and times ‖u‖² the part p of s in the plane and p after a
    quarter turn, q.

    Args:
        k: a key.
        u: as long as k, of an even dimension, not zero.
    """
    u, s = integers(u), 2 * (integers(k) >= 0).long() - 1
    v = _quarter_turned(u)
    along, across = (u * s).sum(-1, keepdim=True), (v * s).sum(-1, keepdim=True)
    return {
        "s": s,
        "size": norm_sq(u),
        "p": u * along + v * across,
        "q": v * along - u * across,
    }


@notation
def _quarter_turned(u: Tensor) -> Tensor:
    """A quarter turn of each two neighboring coordinates."""
    return torch.stack([-u[..., 1::2], u[..., ::2]], -1).flatten(-2)


@notation
def path_of_whole_numbers(k: Integers, u: Integers, n: Integers) -> dict[str, Tensor]:
    """The path R(t) = (1 − tA/2)⁻¹ (1 + tA/2) at t = 2/n, with A the quarter turn of the plane of
    `in_plane_of`, from the signs s of k: s, ‖u‖², ‖u‖² A s, the scale (n² + 1) ‖u‖², and R s times
    the scale. Exact up to a scale of 9 · 10⁷.
    """
    found, n = in_plane_of(k, u), integers(n)
    scale = found["size"] * (n * n + 1)
    # In the plane it is the rotation by the angle with cosine (n² − 1)/(n² + 1).
    turned = scale[..., None] * found["s"] - 2 * found["p"] + 2 * n * found["q"]
    return {
        "s": found["s"],
        "size": found["size"],
        "A s": found["q"],
        "scale": scale,
        "R s": turned,
    }


@notation
def _matrices(u: Integers, n: Integers) -> tuple[Tensor, Tensor]:
    """‖u‖² A of `path_of_whole_numbers`, and its R times the scale."""
    u, n = integers(u), integers(n)
    v, size = _quarter_turned(u), norm_sq(u)
    a = v[..., :, None] * u[..., None, :] - u[..., :, None] * v[..., None, :]
    plane = u[..., :, None] * u[..., None, :] + v[..., :, None] * v[..., None, :]
    still = torch.eye(u.shape[-1], dtype=torch.int64, device=u.device)
    return a, (size * (n * n + 1))[..., None, None] * still - 2 * plane + 2 * n * a


@notation
def is_near_enough(k: Integers, u: Integers, n: Integers) -> Tensor:
    """Whether the theorem asks of `path_of_whole_numbers` at t = 2/n: (h + M) |t| is at most 1, the
    magnitude of s, with h = ‖A s‖ and M = h/2; and h is not 0, in which case the path stays.
    """
    found, n = in_plane_of(k, u), integers(n)
    along, size = norm_sq(found["q"]), found["size"]
    return (along > 0) & (9 * along <= n * n * size * size)


@notation
def _figures(k: Integers, u: Integers, n: Integers) -> Iterator[tuple[int, ...]]:
    """Of each key, along `path_of_whole_numbers`: ‖u‖², and in whole numbers of one unit each
    ‖A s‖², ‖R s − s − t A s‖², and 1 − β(R s) as what it is of what.
    """
    found, n = path_of_whole_numbers(k, u, n), int(integers(n))
    s, scale, turned, along = found["s"], found["scale"], found["R s"], found["A s"]
    d = s.shape[-1]
    off = n * (turned - scale[..., None] * s) - 2 * (n * n + 1) * along
    columns = (found["size"], norm_sq(along), norm_sq(off), l1_norm(turned), norm_sq(turned))
    for size, h_sq, apart, l1, length in zip(
        *(column.flatten().tolist() for column in columns), strict=True
    ):
        whole = d * length
        yield size, h_sq, apart, whole - l1 * l1, whole


@notation
def _coefficients(h_sq: int, size: int, d: int) -> tuple[int, int, int]:
    """H = 2‖A s‖²/d and the theorem's C = (2hM + M²)/d + (h + M)⁴/(2d)², with h = ‖A s‖ and
    M = h/2, as whole numbers of one unit, and the unit.

    Args:
        h_sq: ‖A s‖², times the square of the size.
        size: ‖u‖².
        d: the dimension.
    """
    square = size * size
    return (
        128 * d * square * h_sq,
        80 * d * square * h_sq + 81 * h_sq * h_sq,
        64 * d * d * square * square,
    )


@predicate
def is_a_path_of_rotations(k: Integers, u: Integers, n: Integers) -> Tensor:
    """R of `path_of_whole_numbers` is orthogonal: R Rᵀ is 1, times the square of its scale. A s and
    R s are what the matrices A and R make of s.
    """
    found, (a, matrix) = path_of_whole_numbers(k, u, n), _matrices(u, n)
    s, square = found["s"], found["scale"] * found["scale"]
    still = torch.eye(s.shape[-1], dtype=torch.int64, device=s.device)
    rows = turn(matrix, matrix[..., None, :, :])
    orthogonal = (rows == square[..., None, None] * still).flatten(-2).all(-1)
    on_path = (turn(s, a) == found["A s"]) & (turn(s, matrix) == found["R s"])
    return orthogonal & on_path.all(-1)


@predicate
def expands_along_path(k: Integers, u: Integers, n: Integers) -> Tensor:
    """`path_of_whole_numbers` is so near to the signs s of k that the theorem asks of it, R s is
    s + t A s up to M t², with M = ‖A s‖/2, and β(R s) is 1 − (t²/2) H up to C |t|³, with H and C of
    ‖A s‖ as the theorem has them.
    """
    k, step, found = integers(k), int(integers(n)), []
    d = k.shape[-1]
    for size, h_sq, off, lost, whole in _figures(k, u, n):
        h, c, unit = _coefficients(h_sq, size, d)
        on_path = step**2 * off <= 4 * (step**2 + 1) ** 2 * h_sq
        error = abs(step) * abs(2 * h * whole - step**2 * lost * unit)
        found.append(on_path and error <= 8 * c * whole)
    holds = torch.tensor(found, dtype=torch.bool).view(k.shape[:-1]).to(k.device)
    return is_near_enough(k, u, n) & holds


@predicate
def has_no_negative_coefficient_along_path(k: Integers, u: Integers, n: Integers) -> Tensor:
    """The coefficient H of β = 1 − (t²/2) H + O(t³) along `path_of_whole_numbers`, measured from β
    alone, is not negative, and is 2‖A s‖²/d up to 4C |t|.

    With h(t) = 2 (1 − β)/t² it is 2 h(t/2) − h(t), at t = 2/n, where each h(t) is H up to 2C |t|.
    """
    k, step, found = integers(k), int(integers(n)), []
    d = k.shape[-1]
    for (size, h_sq, _, lost, whole), (_, _, _, less, of) in zip(
        _figures(k, u, n), _figures(k, u, 2 * integers(n)), strict=True
    ):
        h, c, unit = _coefficients(h_sq, size, d)
        measured = step**2 * (8 * less * whole - lost * of)  # times 2 · whole · of
        error = abs(step) * abs(measured * unit - 2 * whole * of * h)
        found.append(measured >= 0 and error <= 16 * c * whole * of)
    holds = torch.tensor(found, dtype=torch.bool).view(k.shape[:-1]).to(k.device)
    return is_near_enough(k, u, n) & holds


@notation
def _three_turns(k: Integers, u: Integers, a: Integers, b: Integers) -> list[Tensor]:
    """The signs of k turned in the plane of `in_plane_of` by the angles a, a + b and a − b, times a
    whole number.
    """
    found = in_plane_of(k, u)
    (ca, sa, ha), (cb, sb, hb) = integers(a).tolist(), integers(b).tolist()
    h = ha * hb
    return [
        h * found["size"][..., None] * found["s"] + (cosine - h) * found["p"] + sine * found["q"]
        for cosine, sine in (
            (ca * hb, sa * hb),
            (ca * cb - sa * sb, sa * cb + ca * sb),
            (ca * cb + sa * sb, sa * cb - ca * sb),
        )
    ]


@notation
def keeps_signs_in_plane(k: Integers, u: Integers, a: Integers, b: Integers) -> Tensor:
    """Whether |a| is at most 45°, no sign changes at the angles a, a + b and a − b, and the signs
    of k have a part in the plane.
    """
    cosine, sine, _ = integers(a).tolist()
    found = in_plane_of(k, u)
    signs = [(found["s"] * turned >= 0).all(-1) for turned in _three_turns(k, u, a, b)]
    kept: Tensor = torch.stack(signs).all(0) & (norm_sq(found["q"]) > 0) & (abs(sine) <= cosine)
    return kept


@predicate
def is_concave_in_planes(k: Integers, u: Integers, a: Integers, b: Integers) -> Tensor:
    """From the signs s of k, in the plane of `in_plane_of`: β at the angles a + b and a − b is
    together at most twice β at a; no sign changes at the three and |a| is at most 45°.

    Args:
        k: a key.
        u: of the plane.
        a: an angle, as whole numbers (cosine, sine, denominator).
        b: another one.
    """
    found = in_plane_of(k, u)
    s, p, q, size = found["s"], found["p"], found["q"], found["size"]
    is_plane = (
        (size * dot(s, p) == norm_sq(p))
        & (dot(s, q) == 0)
        & (dot(p, q) == 0)
        & (norm_sq(p) == norm_sq(q))
    )
    turns = _three_turns(k, u, a, b)
    sizes = [norm_sq(turned) for turned in turns]
    middle, ahead, behind = (l1_norm(turned).square() for turned in turns)
    as_long = (sizes[0] == sizes[1]) & (sizes[0] == sizes[2])
    concave = ahead - middle <= middle - behind
    return keeps_signs_in_plane(k, u, a, b) & is_plane & as_long & concave


AT_ONCE = 1024
"""Keys of which a law is asked at once."""


def on_planes(
    law: Callable[..., Tensor],
    cases: Sequence[Mapping[str, Any]],
    *,
    among: Callable[..., Tensor],
    what: str,
    shows: str,
    every: int = 1,
    at_once: int = AT_ONCE,
) -> Evidence:
    """Ask a law of the signs of every INT8 key of the transformer in two planes, one of the key and
    one of its query, in several cases.

    Args:
        law: takes the key, a vector of the plane, and what is in a case.
        cases: arguments by name.
        among: takes the same, and returns of which the law speaks; it is asked of these alone.
        what: the cases, in words.
        shows: what a failure shows, a `str.format` template over the names.
        every: ask of one key in so many.
        at_once: how many keys to ask of at once.
    """
    (queries, query_refs), (keys, key_tensors) = int8_queries(), int8_keys()
    named = [{name: torch.tensor(value) for name, value in case.items()} for case in cases]
    keys, queries = keys[::every], queries[::every]
    tokens = "every token" if every == 1 else f"every {every}th token"

    def calls() -> Iterator[dict[str, Tensor]]:
        for k, q in zip(keys.split(at_once), queries.split(at_once), strict=True):
            for u, case in itertools.product((k, q), named):
                asked = among(k, u, **case)
                yield {"k": k[asked], "u": u[asked], **case}

    return of_vectors(
        law,
        calls(),
        {"k": 1, "u": 1, **{name: value.ndim for name, value in named[0].items()}},
        domain=f"the signs of the key of {tokens} in every head of minilm, in the plane of the key and "
        f"in that of its query, both INT8, with a quarter turn of each; {what}",
        summary=f"{{cases}} of {2 * len(keys) * len(cases):,}",
        shows=shows,
        tensors=(*query_refs, *key_tensors),
    )


PATH_CASES = [{"n": 16}, {"n": -32}]
HESSIAN_CASES = [{"n": 16}]
PATH_WORDS = "those so near as the theorem asks"


def _are_rotations() -> Evidence:
    return on_planes(
        is_a_path_of_rotations,
        PATH_CASES,
        among=is_near_enough,
        what=f"the rotations by t = 2/16 and −2/32, {PATH_WORDS}",
        shows="the rotation in the plane of {u} is none",
        every=50,
        at_once=32,  # Each key has a matrix of its own.
    )


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


@cached_per_device
def _measured(head: str, t: float) -> Tensor:
    """H from β at t and t/2, as in `has_no_negative_coefficient_along_path`, along exp(tA) from the
    signs of each of a head's keys.
    """
    far, near = (2 * (1 - _path(head, at)["β"]) / at**2 for at in (t, t / 2))
    return 2 * near - far


@predicate
def has_no_negative_coefficient(head: str) -> bool:
    """Along exp(tA) H, measured from β at t and t/2, is at each sign vector s of a head that is so
    far from changing signs as the theorem asks 2‖A s‖²/d up to 4C |t|, and not negative; for
    t = 1/16 and −1/16, up to rounding.
    """
    for t in (SMALL[0], -SMALL[0]):
        found, measured = _path(head, t), _measured(head, t)
        asked, rounding = found["small"] <= 1, 18 * EXACT / t**2
        allowed = 4 * found["bound"] / t**2 + rounding
        near = (measured - found["H"]).abs() <= allowed
        if not bool(asked.any()) or not bool((near & (measured >= -rounding))[asked].all()):
            return False
    return True


SMALL = (1 / 16, 1 / 64, 1 / 256)
EXPANSION = "minilm, the signs of the keys of every head along exp(tA), A of its keys and queries"


def _expansion(head: str) -> dict[str, float]:
    t = SMALL[0]
    found = _path(head, t)
    return {
        "mean H": float(found["H"].mean()),
        "mean 2 (1 − β) / t²": float((2 * (1 - found["β"]) / t**2).mean()),
        "least H from β": float(_measured(head, t).min()),
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
    yield _are_rotations()
    yield on_planes(
        expands_along_path,
        PATH_CASES,
        among=is_near_enough,
        what=f"along rotations by t = 2/16 and −2/32, {PATH_WORDS}",
        shows="β of the signs of {k} is off its expansion in the plane of {u}",
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
    yield _are_rotations()
    yield on_planes(
        has_no_negative_coefficient_along_path,
        HESSIAN_CASES,
        among=is_near_enough,
        what="H from β at two points of a path, t = 2/16 and 2/32, " + PATH_WORDS,
        shows="H is negative, or another, for the signs of {k} in the plane of {u}",
    )
    yield per_head(
        has_no_negative_coefficient,
        _expansion,
        shows="H of head {head} is negative, or another",
        domain=EXPANSION + ", H from β at two points, t = ±1/16 and half of it; figures at 1/16",
    )


# ---------------------------------------------------------------------------------------- concavity
@notation
def _three_of_ones(d: int, a: Sequence[int], b: Sequence[int]) -> list[list[int]]:
    """(1, …, 1) of dimension d, turned in the plane of two coordinates by the angles a, a + b and
    a − b, times a whole number.
    """
    (ca, sa, ha), (cb, sb, hb) = a, b
    return [
        _turned(d, ca * hb, sa * hb, ha * hb),
        _turned(d, ca * cb - sa * sb, sa * cb + ca * sb, ha * hb),
        _turned(d, ca * cb + sa * sb, sa * cb - ca * sb, ha * hb),
    ]


@notation
def stays_positive(d: int, a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether |a| is at most 45° and no sign changes at the angles a, a + b and a − b."""
    return abs(a[1]) <= a[0] and all(x >= 0 for turned in _three_of_ones(d, a, b) for x in turned)


@predicate
def is_midpoint_concave(d: int, a: list[int], b: list[int]) -> bool:
    """Turn (1, …, 1) of dimension d in the plane of two coordinates: β at the angles a + b and
    a − b is together at most twice β at a; no sign changes at the three and |a| is at most 45°.

    Args:
        d: the dimension.
        a: an angle, as whole numbers (cosine, sine, denominator).
        b: another one.
    """
    middle, ahead, behind = (exact_beta([turned]) for turned in _three_of_ones(d, a, b))
    return stays_positive(d, a, b) and ahead + behind <= 2 * middle


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
    measures=[DOT, L1_NORM, NORM_SQ],
)
def locally_concave(run: Run) -> Iterator[Evidence]:
    yield on_planes(
        is_concave_in_planes,
        [
            {"a": a, "b": b}
            for a in ([1, 0, 1], [4, 3, 5], [12, -5, 13])
            for b in ([12, 5, 13], [63, 16, 65])
        ],
        among=keeps_signs_in_plane,
        what="the pairs of angles at which no sign changes, in whole numbers",
        shows="β of the signs of {k} in the plane of {u} bends upward at {a} and {b}",
    )
    angles = [list(triple) for c, s, h in TRIPLES[:28] for triple in ((c, s, h), (s, c, h))]
    cases = [
        {"d": d, "a": a, "b": b}
        for d in (2, 3, 32)
        for a in angles
        for b in angles
        if stays_positive(d, a, b)
    ]
    yield enumerate_cases(
        is_midpoint_concave,
        cases,
        domain="pairs of angles of Pythagorean triples up to n = 8 at which no sign changes, "
        "dimensions 2, 3 and 32",
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
