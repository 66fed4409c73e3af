"""What changed from one certificate to another, field by field, and which of it is a loss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, get_args

from pyharness.certificate.tiers import axioms_of, meets, on_a_gpu
from pyharness.core.text import few, many

__all__ = ["LOSSES", "TOLERANCE", "Change", "compare", "without_digests"]

Loss = Literal[
    "lost",
    "lowered",
    "status",
    "statement",
    "requirement",
    "proof",
    "axioms",
    "lean",
    "foundation",
    "sources",
    "definitions",
    "project",
    "certificate",
    "conformance",
    "fewer",
    "seed",
]
Kind = Loss | Literal["gained", "raised", "evidence", "figures", "note"]

LOSSES: frozenset[Kind] = frozenset(get_args(Loss))
"""The kinds of change after which less is claimed, proved, checked or required than before, or
something else is."""

TOLERANCE = 1e-4
"""The share by which a figure may differ: ten times the last of the six digits that are
reported."""

_DIGEST = re.compile(r",? (?:file|theorems|cases) SHA-256 [0-9a-f]{64}")

_SHOWN = 4
"""Names that a change lists before it says how many more there are."""


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        claim: the claim's id; "" where it is of the whole certificate.
        kind: what changed. Of a claim: it was "gained" or "lost", its tier "raised" or "lowered",
            its proof's "status", the plain or the Lean "statement", the tier that is required
            ("requirement"), what vouches for its "proof", its "conformance" to Lean's definitions,
            "fewer" evidence, the "seed" of the draws, otherwise which "evidence" there is and what
            it says, or its "figures" beyond `TOLERANCE`. Of the whole: the allowed "axioms", the
            "lean" that was asked, the "foundation", the "sources", the "definitions", the
            "project", what vouches for the "proof"; or a "certificate" is empty or contradicts
            itself. A "note" is of no weight.
        words: before and after, in words.
    """

    claim: str
    kind: Kind
    words: str

    @property
    def loss(self) -> bool:
        """Whether its kind is one of `LOSSES`."""
        return self.kind in LOSSES

    def __str__(self) -> str:
        return f"{self.claim}: {self.words}" if self.claim else self.words


def without_digests(domain: str) -> str:
    """Return the words of a domain without the digests in it, which may differ from one kind of
    processor to another.
    """
    return _DIGEST.sub("", domain)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the differences between two certificates that follow the schema: of the whole, then
    claim by claim in the order of the old.

    Not compared are what follows from other fields, the lines at which the sources declare
    something, and how a table is drawn.
    """
    before, after = ({claim["id"]: claim for claim in one["claims"]} for one in (old, new))
    changes = [Change("", kind, words) for kind, words in _whole(old, new)]
    for name, claim in before.items():
        if name in after:
            changes += [Change(name, kind, words) for kind, words in _claim(claim, after[name])]
        else:
            changes.append(Change(name, "lost", f"it is gone; it was {claim['tier']}"))
    moved = [
        name
        for name in before.keys() & after.keys()
        if None not in (codes := [one[name].get("code_sha256") for one in (before, after)])
        and codes[0] != codes[1]
    ]
    if moved:
        words = f"the code that gathers the evidence has changed: {_listed(moved)}"
        changes.append(Change("", "note", words))
    return changes + [
        Change(name, "gained", f"it is new, and {claim['tier']}")
        for name, claim in after.items()
        if name not in before
    ]


Changes = Iterator[tuple[Kind, str]]


# ---------------------------------------------------------------------------------------- the whole
def _whole(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    for field in ("name", "root", "packs"):
        yield from _other(
            "project", f"the project's {field}", old["project"], new["project"], field
        )
    yield from _source(old, new)
    yield from _statements(old.get("statements", ()), new.get("statements", ()))
    yield from _coverage(old.get("coverage", ()), new.get("coverage", ()))
    before, after = old.get("outside"), new.get("outside")
    if before and after:
        yield from ((kind, f"outside: {words}") for kind, words in _source(before, after))
    elif before or after:
        yield "lean", f"there are {'now' if after else 'no longer any'} outside proofs beside these"
    if after and not before:
        allowed, known = (one["policy"]["allowed_axioms"] for one in (after, old))
        if more := _minus(allowed, known):
            yield "axioms", f"outside: proofs may now rest on {_listed(more)}"
        yield from (
            (kind, f"outside: {words}")
            for kind, words in _further({"allowed_axioms": known}, after["policy"])
        )


def _statements(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Changes:
    """Yield which statements say something else. That one is gone or new its readings tell."""
    before, after = ({item["id"]: item for item in one} for one in (old, new))
    for name in sorted(before.keys() & after.keys()):
        was, now = before[name], after[name]
        if was["says"] != now["says"]:
            yield "statement", f"{name} said “{was['says']}” and says “{now['says']}”"
        for field in ("document", "heading"):
            what = f"{name}: its source's {field}"
            yield from _other("statement", what, was["source"], now["source"], field)
    if gone := sorted(before.keys() - after.keys()):
        yield "statement", f"statements of several readings are gone: {_listed(gone)}"
    if more := sorted(after.keys() - before.keys()):
        yield "note", f"statements of several readings are new: {_listed(more)}"


def _coverage(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Changes:
    """Yield which passages of the sources are gone, new, or settled by other claims."""
    before, after = (
        {(p["source"]["document"], p["source"]["heading"], p["says"]): p for p in one}
        for one in (old, new)
    )
    both = [place for place in before if place in after]
    if gone := [place[2] for place in before if place not in after]:
        yield "statement", f"passages are no longer listed: {_listed(gone)}"
    if lost := [p[2] for p in both if _minus(before[p]["claims"], after[p]["claims"])]:
        yield "statement", f"passages that fewer or other claims settle: {_listed(lost)}"
    if more := [place[2] for place in after if place not in before]:
        yield "note", f"passages are new: {_listed(more)}"
    if settled := [p[2] for p in both if _minus(after[p]["claims"], before[p]["claims"])]:
        yield "note", f"passages that more claims settle: {_listed(settled)}"
    if other := [p[2] for p in both if before[p]["because"] != after[p]["because"]]:
        yield "note", f"passages with another reason why no claim settles them: {_listed(other)}"


def _source(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Yield what changed in what is said of one source of the proofs."""
    axioms = [one["policy"]["allowed_axioms"] for one in (old, new)]
    if more := _minus(axioms[1], axioms[0]):
        yield "axioms", f"proofs may now rest on {_listed(more)}"
    if fewer := _minus(axioms[0], axioms[1]):
        yield "note", f"proofs may no longer rest on {_listed(fewer)}"
    yield from _further(old["policy"], new["policy"])
    for field in ("version", "githash", "library_sha256"):
        yield from _other("lean", f"Lean's {field}", old["lean"], new["lean"], field)
    yield from _export(old["lean"].get("export"), new["lean"].get("export"))
    yield from _modules(old["lean"]["modules"], new["lean"]["modules"])
    yield from _definitions(old["lean"]["definitions"], new["lean"]["definitions"])
    yield from _library(old["lean"].get("library"), new["lean"].get("library"))
    was, now = old["lean"]["replayed"], new["lean"]["replayed"]
    if was != now:
        words = f"the kernel replayed {was:,} constants, now {now:,}"
        yield "proof" if was > now else "note", words
    yield from _carrier(old["proofs"], new["proofs"])


def _further(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Yield which theorems and definitions may rest on more axioms, or fewer, than all may."""
    before, after = (one.get("further_axioms", {}) for one in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now = (axioms_of(one, name) for one in (old, new))
        # That all may rest on them is said once.
        if more := _minus(_minus(now, was), new["allowed_axioms"]):
            yield "axioms", f"{name} may now rest on {_listed(more)}"
        if fewer := _minus(_minus(was, now), old["allowed_axioms"]):
            yield "note", f"{name} may no longer rest on {_listed(fewer)}"


def _library(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Changes:
    """Yield what changed in what is said of the whole library; certificates of before it was
    counted say nothing.
    """
    if old is None or new is None:
        if old is not None:
            yield "proof", "it no longer says what of the whole library is unproved"
        elif new is not None:
            yield "note", "it now says what of the whole library is unproved"
        return
    before, after = (
        {item["name"]: (item["kind"], item["module"]) for item in one["unproved"]}
        for one in (old, new)
    )
    if more := sorted(name for name in after if after[name] != before.get(name)):
        yield "proof", f"the library now holds, unproved, {_listed(more)}"
    if fewer := sorted(before.keys() - after.keys()):
        yield "note", f"the library no longer holds, unproved, {_listed(fewer)}"
    for field in ("theorems", "sorries", "axioms"):
        if old[field] != new[field]:
            worse = field != "theorems" and new[field] > old[field]
            words = f"{field} of the whole library: {old[field]:,}, now {new[field]:,}"
            yield "proof" if worse else "note", words


def _carrier(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Changes:
    if old is None or new is None:
        if old is not None:
            yield "proof", f"no file carries the proofs any more; {old['file']} did"
        elif new is not None:
            yield "note", f"{new['file']} carries the proofs, and no file did"
        return
    if fewer := _minus(old["kernels"], new["kernels"]):
        yield "proof", f"the proofs are no longer accepted by {_listed(fewer)}"
    if more := _minus(new["kernels"], old["kernels"]):
        yield "note", f"the proofs are now accepted by {_listed(more)}"
    before, after = (item.get("computed", {}) for item in (old, new))
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            kind: Kind = "proof" if before[name] == "checked" else "note"
            yield kind, f"{name} was computed because it is {before[name]}, now {after[name]}"
    if any(old[field] != new[field] for field in ("file", "format", "sha256", "constants")):
        words = f"the proofs were {old['constants']:,} constants, now {new['constants']:,}"
        yield "note", f"{words} in {new['file']}, format {new['format']}"


def _export(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Changes:
    if (old is None) != (new is None):
        yield "lean", f"the proofs {'no longer ' if new is None else ''}come from an export"
    elif old is not None and new is not None and old != new:
        yield (
            "sources",
            f"the export of the proofs was {old['sha256'][:12]}… by {old['exporter']} "
            f"{old['version']} and is {new['sha256'][:12]}… by {new['exporter']} {new['version']}",
        )


def _modules(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Changes:
    for kind, what in (("foundation", "the foundation"), ("sources", "the library")):
        before, after = (
            {
                item["module"]: (item["file"], item["sha256"])
                for item in one
                if item["foundation"] == (kind == "foundation")
            }
            for one in (old, new)
        )
        yield from _named(kind, f"modules of {what}", before, after)  # type: ignore[arg-type]


def _definitions(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Changes:
    fields = ["kind", "module", "uses", "axioms"]
    if all("text" in item for item in (*old, *new)):
        fields.append("text")
    before, after = (
        {item["name"]: [item[field] for field in fields] for item in one} for one in (old, new)
    )
    yield from _named("definitions", "definitions", before, after)


def _named(kind: Kind, what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Yield which named things are gone, are new, or changed."""
    for words, names in (
        ("are gone", old.keys() - new.keys()),
        ("are new", new.keys() - old.keys()),
        ("changed", [name for name in old.keys() & new.keys() if old[name] != new[name]]),
    ):
        if names:
            yield kind, f"{what} {words}: {_listed(names)}"


# ---------------------------------------------------------------------------------------- one claim
def _claim(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    if old["tier"] != new["tier"]:
        # A refuted claim stands outside the order: to become refuted, or no longer to be, is
        # another answer.
        kind: Kind = (
            "status"
            if "refuted" in (old["tier"], new["tier"])
            else ("raised" if meets(new["tier"], old["tier"]) else "lowered")
        )
        yield kind, f"its tier was {old['tier']} and is {new['tier']}"
    if old["required_tier"] != new["required_tier"]:
        yield (
            "requirement",
            f"{old['required_tier']} was required of it, now {new['required_tier']} is",
        )
    if old["statement"] != new["statement"]:
        yield "statement", f"it said “{old['statement']}” and says “{new['statement']}”"
    for field in ("document", "heading"):
        yield from _other("statement", f"its source's {field}", old["source"], new["source"], field)
    was, now = (one.get("reading_of", "no other statement") for one in (old, new))
    if was != now:
        yield "statement", f"it was a reading of {was} and is one of {now}"
    why, why_now = (one.get("no_theorem", "not said") for one in (old, new))
    if why != why_now:
        yield "note", f"why it has no theorem was “{why}” and is “{why_now}”"
    yield from _proof(old["proof"], new["proof"])
    if more := _minus(new["untied"], old["untied"]):
        yield "conformance", f"no longer tied to Lean: {_listed(more)}"
    if fewer := _minus(old["untied"], new["untied"]):
        yield "evidence", f"now tied to Lean: {_listed(fewer)}"
    if "code_sha256" in old and "code_sha256" not in new:
        yield "fewer", "it no longer says which code gathered its evidence"
    yield from _evidence(old["evidence"], new["evidence"])
    yield from _records(old, new)


def _proof(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    if old["status"] != new["status"]:
        better = new["status"] == "proved" and old["status"] != "refuted"
        words = f"its proof was {old['status']} and is {new['status']}"
        yield "raised" if better else "status", words
    if old["negates"] != new["negates"]:
        states = "the negation of the claim" if new["negates"] else "the claim"
        yield "statement", f"its theorem is now said to state {states}"
    if old.get("source") != new.get("source"):
        now = "outside proofs" if "source" in new else "the others"
        yield "statement", f"its theorem is now of {now}, where names may mean something else"
    if old["theorem"] != new["theorem"]:
        yield "statement", f"its theorem was {old['theorem']} and is {new['theorem']}"
    elif old["statement_sha256"] != new["statement_sha256"]:
        yield (
            "statement",
            f"its theorem {new['theorem']} states something else: now {new['statement']}",
        )
    elif old["meaning_sha256"] != new["meaning_sha256"]:
        yield (
            "statement",
            f"its theorem {new['theorem']} rests on other definitions: now {new['statement']}",
        )
    elif old["statement"] != new["statement"]:
        yield (
            "statement",
            f"its theorem {new['theorem']} read “{old['statement']}” and reads “{new['statement']}”",
        )
    for field, was, no_longer in (
        ("pinned", "its statement was pinned", "is not"),
        ("replayed", "its proof was replayed", "is not"),
        ("rechecked", "two kernels agreed on its proof", "do no longer"),
    ):
        if old[field] and not new[field]:
            yield "proof", f"{was}, and {no_longer}"
        elif new[field] and not old[field]:
            yield "note", f"its proof is now {field}"
    for field, what in (("axioms", "it rests on"), ("unused", "it has the unused hypotheses")):
        if more := _minus(new[field], old[field]):
            yield "proof", f"{what} {_listed(more)}, as it did not before"
        if fewer := _minus(old[field], new[field]):
            yield "note", f"{what} {_listed(fewer)} no longer"
    if old["example"] != new["example"]:
        lost = old["example"] is not None and new["example"] is None
        words = f"the example of its theorem was {old['example']} and is {new['example']}"
        yield "proof" if lost else "note", words
    yield from _other("definitions", "what its statement speaks of", old, new, "definitions")
    yield from _other("note", "what its proof rests on", old, new, "rests_on")
    for field, what in (("module", "module"), ("file", "file"), ("note", "remark")):
        yield from _other("note", f"its theorem's {what}", old, new, field)


def _records(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    if on_a_gpu(old) != on_a_gpu(new):
        was, now = (", ".join(map(str, sorted(on_a_gpu(one)))) or "none" for one in (old, new))
        yield "evidence", f"found again on a GPU: evidence {was}, now {now}"
    elif old["recorded"] != new["recorded"]:
        files = {record["file"] for one in (old, new) for record in one["recorded"]}
        yield "evidence", f"what is said of records has changed: {_listed(files)}"


# ----------------------------------------------------------------------------------------- evidence
def _evidence(old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> Changes:
    before, after = _by_domain(old), _by_domain(new)
    for key, piece in before.items():
        if key not in after:
            yield _less(key), f"{_of(key)} evidence is gone: {piece['domain']}"
    for key, piece in after.items():
        if key not in before:
            yield "evidence", f"{_of(key)} evidence is new: {piece['domain']}"
    for key, piece in before.items():
        if key in after:
            for kind, words in _piece(piece, after[key], _less(key)):
                yield kind, f"{piece['domain']}: {words}"


_Key = tuple[str, str | None, str, int]


def _by_domain(evidence: list[Mapping[str, Any]]) -> dict[_Key, Mapping[str, Any]]:
    """Evidence by kind, definition and domain without digests, and by number where these are the
    same.
    """
    found: dict[_Key, Mapping[str, Any]] = {}
    for one in evidence:
        domain, number = without_digests(one["domain"]), 0
        while (one["kind"], one["definition"], domain, number) in found:
            number += 1
        found[one["kind"], one["definition"], domain, number] = one
    return found


def _less(key: _Key) -> Kind:
    return "conformance" if key[0] == "conformance" else "fewer"


def _of(key: _Key) -> str:
    return f"{key[0]} of {key[1]}:" if key[1] else key[0]


def _piece(old: Mapping[str, Any], new: Mapping[str, Any], less: Kind) -> Changes:
    counts = ("outcome", "cases", "violations")
    if any(old[name] != new[name] for name in counts):
        worse = old["cases"] > new["cases"] or (
            old["outcome"] != new["outcome"] and old["outcome"] != "inconclusive"
        )
        yield less if worse else "evidence", f"{_count(old)}, now {_count(new)}"
    if old["tolerance"] != new["tolerance"]:
        allowed = [-1.0 if one["tolerance"] is None else one["tolerance"] for one in (old, new)]
        words = f"the tolerance was {old['tolerance']} and is {new['tolerance']}"
        yield less if allowed[1] > allowed[0] else "evidence", words
    if old["rounding"] is not None and new["rounding"] is not None:
        words = f"the bound on rounding was {old['rounding']} and is {new['rounding']}"
        if old["rounding"] != new["rounding"]:
            yield less if old["rounding"] < new["rounding"] else "evidence", words
    if old["max_error"] != new["max_error"] and not _close(old["max_error"], new["max_error"]):
        words = f"the largest error was {old['max_error']} and is {new['max_error']}"
        yield "figures", words
    yield from _other("seed", "the seed", old, new, "seed")
    yield from _other("evidence", "the domain", old, new, "domain")
    yield from _other("evidence", "the device", old, new, "device")
    yield from _other("evidence", "the summary", old, new, "summary")
    yield from _witness(old["witness"], new["witness"])
    yield from _tensors(old["tensors"], new["tensors"], less)
    yield from _figures(old["measurements"], new["measurements"], less)


def _witness(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Changes:
    """Yield that there is another witness, in its words where they tell."""
    if old == new:
        return
    said = [one and f"“{one['shows']}”" for one in (old, new)]
    if said[0] == said[1]:
        yield "evidence", f"the witness that says {said[0]} is another case"
    else:
        yield "evidence", f"the witness was {said[0] or 'none'} and is {said[1] or 'none'}"


def _tensors(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], less: Kind
) -> Changes:
    """Yield which tensors are gone, smaller, or others.

    Those of other bytes are no loss: a model's activations differ in their last bits from one kind
    of processor to another.
    """
    before, after = ({tensor["name"]: tensor for tensor in one} for one in (old, new))
    smaller = [
        name
        for name in before.keys() & after.keys()
        if before[name]["dtype"] != after[name]["dtype"]
        or prod(before[name]["shape"]) > prod(after[name]["shape"])
    ]
    for words, names in (
        ("tensors are gone", [*(before.keys() - after.keys())]),
        ("tensors are smaller or of another type", smaller),
    ):
        if names:
            yield less, f"{words}: {_listed(names)}"
    if len(old) > len(new) and before.keys() <= after.keys():
        yield less, f"there were {len(old):,} tensors, now {len(new):,}"
    sizes = [[(tensor["sha256"], tensor["shape"]) for tensor in one] for one in (old, new)]
    if not smaller and sizes[0] != sizes[1]:
        yield "evidence", "other tensors"


def _count(evidence: Mapping[str, Any]) -> str:
    return f"{evidence['outcome']} with {evidence['violations']:,} violations in {evidence['cases']:,} cases"


def _figures(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, less: Kind) -> Changes:
    if old is None or new is None:
        if old is not new:
            yield (less, "its table is gone") if new is None else ("figures", "its table is new")
        return
    if gone := _minus(old["columns"], new["columns"]):
        yield less, f"its table has no longer the columns {_listed(gone)}"
    if len(old["rows"]) > len(new["rows"]):
        yield less, f"its table had {len(old['rows']):,} rows, now {len(new['rows']):,}"
    if old["columns"] != new["columns"] or list(map(len, old["rows"])) != list(
        map(len, new["rows"])
    ):
        yield "figures", "its table has other columns or rows"
        return
    moved = [
        (column, one, two)
        for before, after in zip(old["rows"], new["rows"], strict=True)
        for column, one, two in zip(old["columns"], before, after, strict=False)
        if not _close(one, two)
    ]
    if moved:
        column, one, two = max(moved, key=lambda cell: _distance(cell[1], cell[2]))
        yield (
            "figures",
            f"{many(len(moved), 'figure')} moved, the most “{column}” from {one} to {two}",
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


# -------------------------------------------------------------------------------------------- words
def _other(
    kind: Kind, what: str, old: Mapping[str, Any], new: Mapping[str, Any], field: str
) -> Changes:
    """Yield that a field has another value, if it has."""
    if old[field] != new[field]:
        yield kind, f"{what} was {_short(old[field])} and is {_short(new[field])}"


def _short(value: Any) -> str:
    return _listed(value) if isinstance(value, list) else str(value)


def _minus(one: Sequence[str], other: Sequence[str]) -> list[str]:
    return [item for item in one if item not in set(other)]


def _listed(names: Iterable[str]) -> str:
    return few(sorted(names), _SHOWN) or "nothing"
