"""What changed from one certificate to another: claims, tiers, statuses, statements and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pyharness.certificate.tiers import meets, on_a_gpu

__all__ = ["TOLERANCE", "Change", "compare"]

Kind = Literal[
    "gained",
    "lost",
    "raised",
    "lowered",
    "status",
    "statement",
    "requirement",
    "evidence",
    "figures",
]

TOLERANCE = 1e-4
"""The share by which a figure may differ: ten times the last of the six digits that are
reported."""


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        claim: the claim's id.
        kind: what changed: a claim "gained" or "lost", its tier "raised" or "lowered", its proof
            "status" (or that two kernels agree on it), the plain or the Lean "statement", the tier
            that is required ("requirement"), which "evidence" there is and what it says, or its
            "figures" beyond `TOLERANCE`.
        words: before and after, in words.
    """

    claim: str
    kind: Kind
    words: str

    @property
    def loss(self) -> bool:
        """Whether less is claimed, proved or required than before, or something else is."""
        return self.kind in ("lost", "lowered", "status", "statement", "requirement")

    def __str__(self) -> str:
        return f"{self.claim}: {self.words}"


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the differences between two certificates that follow the schema, claim by claim in the
    order of the old.
    """
    before, after = ({claim["id"]: claim for claim in one["claims"]} for one in (old, new))
    changes: list[Change] = []
    for name, claim in before.items():
        if name in after:
            changes += _claim(claim, after[name])
        else:
            changes.append(Change(name, "lost", f"it is gone; it was {claim['tier']}"))
    return changes + [
        Change(name, "gained", f"it is new, and {claim['tier']}")
        for name, claim in after.items()
        if name not in before
    ]


def _claim(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    name = new["id"]
    if old["tier"] != new["tier"]:
        # A refuted claim stands outside the order: to become refuted, or no longer to be, is
        # another answer.
        kind: Kind = (
            "status"
            if "refuted" in (old["tier"], new["tier"])
            else ("raised" if meets(new["tier"], old["tier"]) else "lowered")
        )
        yield Change(name, kind, f"its tier was {old['tier']} and is {new['tier']}")
    if old["required_tier"] != new["required_tier"]:
        yield Change(
            name,
            "requirement",
            f"{old['required_tier']} was required of it, now {new['required_tier']} is",
        )
    if old["proof"]["status"] != new["proof"]["status"]:
        words = f"its proof was {old['proof']['status']} and is {new['proof']['status']}"
        better = new["proof"]["status"] == "proved" and old["proof"]["status"] != "refuted"
        yield Change(name, "raised" if better else "status", words)
    if old["proof"]["rechecked"] and new["proof"]["theorem"] and not new["proof"]["rechecked"]:
        yield Change(name, "status", "two kernels agreed on its proof, and do no longer")
    if old["statement"] != new["statement"]:
        yield Change(
            name, "statement", f"it said “{old['statement']}” and says “{new['statement']}”"
        )
    if old["proof"]["theorem"] != new["proof"]["theorem"]:
        yield Change(
            name,
            "statement",
            f"its theorem was {old['proof']['theorem']} and is {new['proof']['theorem']}",
        )
    elif old["proof"]["meaning_sha256"] != new["proof"]["meaning_sha256"]:
        what = (
            "states something else"
            if old["proof"]["statement_sha256"] != new["proof"]["statement_sha256"]
            else ("rests on other definitions")
        )
        yield Change(
            name,
            "statement",
            f"its theorem {new['proof']['theorem']} {what}: now {new['proof']['statement']}",
        )
    yield from _evidence(name, old["evidence"], new["evidence"])
    if on_a_gpu(old) != on_a_gpu(new):
        was, now = (", ".join(map(str, sorted(on_a_gpu(one)))) or "none" for one in (old, new))
        yield Change(name, "evidence", f"found again on a GPU: evidence {was}, now {now}")


def _evidence(
    name: str, old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]
) -> Iterator[Change]:
    before, after = (_by_domain(evidence) for evidence in (old, new))
    for key in before.keys() - after.keys():
        yield Change(name, "evidence", f"{key[0]} evidence is gone: {key[1]}")
    for key in after.keys() - before.keys():
        yield Change(name, "evidence", f"{key[0]} evidence is new: {key[1]}")
    for key in sorted(before.keys() & after.keys()):
        one, two = before[key], after[key]
        if (one["outcome"], one["cases"], one["violations"]) != (
            two["outcome"],
            two["cases"],
            two["violations"],
        ):
            yield Change(name, "evidence", f"{key[1]}: {_count(one)}, now {_count(two)}")
        if [tensor["sha256"] for tensor in one["tensors"]] != [
            tensor["sha256"] for tensor in two["tensors"]
        ]:
            yield Change(name, "evidence", f"{key[1]}: other tensors")
        yield from _figures(name, key[1], one["measurements"], two["measurements"])


def _by_domain(evidence: list[Mapping[str, Any]]) -> dict[tuple[str, str, int], Mapping[str, Any]]:
    """Evidence by kind and domain, and by number where these are the same."""
    found: dict[tuple[str, str, int], Mapping[str, Any]] = {}
    for one in evidence:
        number = 0
        while (one["kind"], one["domain"], number) in found:
            number += 1
        found[one["kind"], one["domain"], number] = one
    return found


def _count(evidence: Mapping[str, Any]) -> str:
    return f"{evidence['outcome']} with {evidence['violations']:,} violations in {evidence['cases']:,} cases"


def _figures(
    name: str, domain: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[Change]:
    if old is None or new is None:
        if old is not new:
            yield Change(
                name, "figures", f"{domain}: its table is {'gone' if new is None else 'new'}"
            )
        return
    if old["columns"] != new["columns"] or list(map(len, old["rows"])) != list(
        map(len, new["rows"])
    ):
        yield Change(name, "figures", f"{domain}: its table has other columns or rows")
        return
    moved = [
        (column, one, two)
        for before, after in zip(old["rows"], new["rows"], strict=True)
        for column, one, two in zip(old["columns"], before, after, strict=False)
        if not _close(one, two)
    ]
    if moved:
        column, one, two = max(moved, key=lambda cell: _distance(cell[1], cell[2]))
        yield Change(
            name,
            "figures",
            f"{domain}: {len(moved):,} figure(s) moved, the most “{column}” from {one} to {two}",
        )


def _close(one: Any, two: Any) -> bool:
    return one == two or _distance(one, two) <= TOLERANCE


def _distance(one: Any, two: Any) -> float:
    """How far two cells lie apart, as a share of the larger; without end for what is not a number
    on both sides.
    """
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, two)):
        share: float = abs(one - two) / max(abs(one), abs(two), 1e-9)
        return share
    return float("inf")
