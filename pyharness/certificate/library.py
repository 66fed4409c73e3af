"""What a certificate says of its whole Lean library: how many theorems, and what of it nobody
proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyharness.certificate.tiers import axioms_of

__all__ = ["library_faults", "library_in_words"]

_LEANS_OWN = {"sorryAx", "propext", "Quot.sound", "Classical.choice"}
"""Axioms that the foundation declares, and a survey of the library does not count."""


def library_in_words(library: Mapping[str, Any]) -> str:
    """Return in one line what a certificate's `lean.library` says."""
    counts = ", ".join(
        f"{library[key]:,} {one if library[key] == 1 else key}"
        for key, one in (("theorems", "theorem"), ("sorries", "sorry"), ("axioms", "axiom"))
    )
    names = ", ".join(f"{item['name']} ({item['kind']})" for item in library["unproved"])
    return f"{counts} in the whole library." + (f" Unproved: {names}." if names else "")


def library_faults(certificate: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where and how what a certificate says of its library departs from its own lists, or
    from what it says of claims.
    """
    library = certificate["lean"].get("library")
    if library is None:
        return
    unproved = library["unproved"]
    entries = [(item["name"], item["kind"]) for item in unproved]
    if entries != sorted(set(entries)):
        yield "unproved", "the declarations are not sorted and distinct"
    for key, kind in (("sorries", "sorry"), ("axioms", "axiom")):
        listed = sum(item["kind"] == kind for item in unproved)
        if library[key] != listed:
            yield key, f"{library[key]} are counted, but {listed} are listed"
    modules = {item["module"] for item in certificate["lean"]["modules"]}
    for item in unproved:
        if item["module"] not in modules:
            yield "unproved", f"{item['name']} is of {item['module']}, which is no module here"
    proofs = [claim["proof"] for claim in certificate["claims"]]
    stated = {item["theorem"] for item in proofs if item["status"] in ("proved", "refuted")}
    if library["theorems"] < len(stated):
        yield "theorems", f"{library['theorems']} are counted, but the claims name {len(stated)}"
    below = {axiom for item in proofs for axiom in item["axioms"]}
    outside = {
        axiom
        for item in proofs
        for axiom in {*item["axioms"]}.difference(axioms_of(certificate["policy"], item["theorem"]))
    }
    if "sorryAx" in below and not library["sorries"]:
        yield "sorries", "a claim's theorem rests on a sorry, but none is counted"
    axioms = {item["name"] for item in unproved if item["kind"] == "axiom"}
    if missing := sorted(outside - axioms - _LEANS_OWN):
        yield "unproved", f"a claim's theorem rests on {', '.join(missing)}, which it does not list"
