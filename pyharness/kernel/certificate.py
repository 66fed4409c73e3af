"""Holds a certificate against the file of proofs that it names, with this kernel and nothing of
what made the two.

What the certificate says of a theorem is computed again from the file: that it is there and is
accepted, what it states and on which definitions that rests (by digest), on which axioms it rests,
that it is a negation where it is said to refute a claim, and that its example applies it. What the
certificate says in words (a claim's statement, how a theorem is printed) is for a reader to
compare.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import NoneType
from typing import Any, NamedTuple

from . import Library, Refused, check
from .examples import Examples
from .files import open_file, read_file
from .names import Name, show_name
from .terms import Const, Let, Pi, Term, body_of, spine

__all__ = [
    "AXIOMS",
    "MAX_BYTES",
    "PINS",
    "Fault",
    "Rechecked",
    "Unreadable",
    "read_certificate",
    "read_proofs",
    "recheck",
]

MAX_BYTES = 256 * 2**20
"""The most that a file of proofs may hold, decompressed."""

AXIOMS: Mapping[str, str] = {
    "propext": "d961dca01c104b98c2d571f79938057dd041acd83a5599d5bfb2c63f582aea4c",
    "Quot.sound": "bc4da782d1a15312fb9b119130ea20889752d142e2a67a247f0ad8ac2360ce4b",
    "Classical.choice": "f7d0d4a360aac11f33c5408b04e22e0f077e3c3a79706deb0bdbf054cd20e9a0",
}
"""What the axioms of Lean's own library mean, as `Library.meaning_sha256` has it: another axiom
cannot take their name."""

PINS = "statements.lock.json"
"""What was pinned; if it lies beside the certificate, what is said to be pinned is held against it
too."""

_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "status": str,
    "pinned": bool,
    "rechecked": bool,
    **dict.fromkeys(("theorem", "example", "statement_sha256", "meaning_sha256"), (str, NoneType)),
}
"""What is read of a certificate's proof, beside the axioms."""

_SETTLED = ("proved", "refuted")
_SORRY = "sorryAx"
_GZIP = 31
"""For zlib: a gzip header, and the largest window."""


class Unreadable(ValueError):
    """A certificate or a file of proofs that cannot be read; the message says why."""


class Fault(NamedTuple):
    """One reason against a certificate: where in it, why in words, and the id of the claim that it
    is about; None if it is about the file of proofs.
    """

    where: str
    reason: str
    claim: str | None = None


def read_certificate(path: Path) -> Mapping[str, Any]:
    """Return a certificate, as far as `recheck` needs it: its digest and its tiers are for
    `pyharness check`.

    Raises:
        Unreadable: if there is none.
    """
    try:
        certificate: Mapping[str, Any] = json.loads(read_file(path), object_pairs_hook=_object)
        proofs, allowed = certificate["proofs"], certificate["policy"]["allowed_axioms"]
        well = _are_texts(allowed) and all(
            _are_texts(claim["proof"]["axioms"])
            and isinstance(claim["id"], str)
            and all(isinstance(claim["proof"][name], kind) for name, kind in _FIELDS.items())
            for claim in certificate["claims"]
        )
        well = well and (
            proofs is None
            or (
                isinstance(proofs["constants"], int)
                and all(isinstance(proofs[name], str) for name in ("file", "sha256"))
            )
        )
    except OSError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{path} is not a tiered certificate: {error!r}") from None
    if not well:
        raise Unreadable(f"{path} is not a tiered certificate that names a file of proofs")
    return certificate


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its fields; two of one name could show a reader something else than what is
    compared.
    """
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is there twice")
    return value


def read_proofs(folder: Path, file: str) -> bytes:
    """Return the lines of a file of proofs.

    Args:
        folder: the certificate's folder.
        file: a path from there, with forward slashes; no link is followed, and none leads out of
            the folder.

    Raises:
        Unreadable: if the path leaves the folder or goes through a link, or the file is missing, no
            gzip, damaged, cut short, followed by something, or holds more than `MAX_BYTES`.
    """
    parts = PurePosixPath(file).parts
    if (
        not parts
        or PurePosixPath(file).is_absolute()
        or ".." in parts
        or "\\" in file
        or "\0" in file
    ):
        raise Unreadable(f"{file!r} leads out of the certificate's folder")
    path = folder
    reader = zlib.decompressobj(_GZIP)
    try:
        for part in parts:
            path /= part
            if path.is_symlink():
                raise Unreadable(
                    f"{file} goes through a symbolic link, which could lead outside the folder"
                )
        if not path.is_file():
            raise Unreadable(f"there is no file {file} beside the certificate")
        with open_file(path) as stream:
            lines = reader.decompress(stream.read(MAX_BYTES), MAX_BYTES)
    except OSError as error:
        raise Unreadable(f"cannot read {file}: {error.strerror or error}") from None
    except zlib.error as error:
        raise Unreadable(f"{file} is no gzip file, or damaged: {error}") from None
    if not reader.eof:
        raise Unreadable(
            f"{file} is cut short"
            if len(lines) < MAX_BYTES
            else f"{file} holds more than {MAX_BYTES // 2**20} MiB"
        )
    if reader.unused_data:
        raise Unreadable(f"{file} goes on behind its end")
    return lines


class Rechecked(NamedTuple):
    """What a recheck found.

    Attributes:
        faults: every reason against the certificate; empty if it holds.
        theorems: how many claims' theorems were held against it.
        constants: how many constants the kernel accepted.
    """

    faults: list[Fault]
    theorems: int
    constants: int


def recheck(
    certificate: Mapping[str, Any],
    folder: Path,
    *,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Rechecked:
    """Check the proofs of all claims of which the certificate says that two kernels agree, from the
    file that carries them.

    Args:
        certificate: a certificate, as `read_certificate` returns it.
        folder: the folder that its file is in.
        progress: called with a declaration, how many lines are read and how many there are.
    """
    claims = [claim for claim in certificate["claims"] if claim["proof"]["rechecked"]]
    proofs = certificate["proofs"]
    if proofs is None:
        return Rechecked(
            [
                Fault(
                    f"claim {claim['id']}: proof",
                    "two kernels are said to agree, but no file carries the proof",
                    claim["id"],
                )
                for claim in claims
            ],
            0,
            0,
        )
    try:
        lines = read_proofs(folder, proofs["file"])
        pins = _read_pins(folder / PINS)
        if (found := hashlib.sha256(lines).hexdigest()) != proofs["sha256"]:
            raise Unreadable(
                f"the lines of {proofs['file']} have SHA-256 {found}, not {proofs['sha256']}: they were changed"
            )
        total = lines.count(b"\n")
        library = check(
            io.BytesIO(lines), progress=lambda name, done, _: progress(name, done, total)
        )
    except Unreadable as error:
        return Rechecked([Fault("proofs", str(error))], 0, 0)
    except Refused as refused:
        return Rechecked([Fault("proofs", f"the kernel refuses {refused}")], 0, 0)
    faults = []
    if len(library.constants) != proofs["constants"]:
        faults.append(
            Fault(
                "proofs",
                f"{proofs['file']} declares {len(library.constants):,} constants, not "
                f"{proofs['constants']:,}",
            )
        )
    compare = _Comparison(library, certificate["policy"]["allowed_axioms"], pins)
    faults += [
        Fault(f"claim {claim['id']}: proof", reason, claim["id"])
        for claim in claims
        for reason in compare(claim["proof"])
    ]
    return Rechecked(faults, len(claims), len(library.constants))


def _read_pins(path: Path) -> Mapping[str, Any] | None:
    """Return what was pinned of each theorem, or None if there is no such file beside the
    certificate.
    """
    try:
        theorems = json.loads(read_file(path))["theorems"]
        return {
            name: (pin["statement_sha256"], pin["meaning_sha256"]) for name, pin in theorems.items()
        }
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{path.name} does not hold pins: {error!r}") from None


class _Comparison:
    """Holds what a certificate says of a proof against the constants that the kernel accepted."""

    def __init__(
        self, library: Library, allowed_axioms: Iterable[str], pins: Mapping[str, Any] | None
    ):
        self._library, self._pins = library, pins
        self._examples = Examples(library.terms, library.constants)
        self._allowed = {*allowed_axioms} - {_SORRY}
        self._shown: dict[str, list[Name]] = {}
        for name in library.constants:
            self._shown.setdefault(show_name(name), []).append(name)

    def __call__(self, proof: Mapping[str, Any]) -> Iterator[str]:
        """Yield every reason against what is said of a theorem."""
        settles = proof["status"] in _SETTLED
        try:
            name = self._find(proof["theorem"])
            if settles and self._library.constants[name].kind != "theorem":
                yield f"{proof['theorem']} is of kind {self._library.constants[name].kind!r}, not a theorem"
            yield from self._statement(proof, name)
            yield from self._axioms(proof["theorem"], name, proof["axioms"], settles)
            if proof["status"] == "refuted" and not _negates(self._library.constants[name].type):
                yield f"{proof['theorem']} does not state a negation, so it refutes nothing"
            if proof["example"] is not None:
                yield from self._example(proof, name)
        except _Missing as missing:
            yield str(missing)

    def _find(self, shown: str) -> Name:
        found = self._shown.get(shown, [])
        if len(found) != 1:
            raise _Missing(
                f"the file declares {'no' if not found else 'more than one'} constant called {shown}"
            )
        return found[0]

    def _statement(self, proof: Mapping[str, Any], name: Name) -> Iterator[str]:
        statement, meaning = (
            self._library.statement_sha256(name),
            self._library.meaning_sha256(name),
        )
        if statement != proof["statement_sha256"]:
            yield f"{proof['theorem']} states something else: its digest is {statement}, not {proof['statement_sha256']}"
        elif meaning != proof["meaning_sha256"]:
            yield (
                f"{proof['theorem']} rests on other definitions: the digest of its meaning is {meaning}, not "
                f"{proof['meaning_sha256']}"
            )
        if (
            proof["pinned"]
            and self._pins is not None
            and self._pins.get(proof["theorem"]) != (statement, meaning)
        ):
            yield f"{proof['theorem']} is not as {PINS} records it"

    def _axioms(
        self, shown: str, name: Name, said: Iterable[str] | None, settles: bool
    ) -> Iterator[str]:
        axioms = self._library.axioms(name)
        if said is not None and (more := sorted(set(axioms) - set(said))):
            yield f"{shown} rests on {', '.join(more)}, which the certificate does not say"
        if said is not None and (less := sorted(set(said) - set(axioms))):
            yield f"{shown} does not rest on {', '.join(less)}, though the certificate says so"
        if settles and (foreign := sorted(set(axioms) - self._allowed)):
            yield f"{shown} rests on {', '.join(foreign)}, which the policy does not allow"
        for axiom in axioms:
            if axiom in AXIOMS and self._library.meaning_sha256(self._find(axiom)) != AXIOMS[axiom]:
                yield f"{shown} rests on an axiom that is called {axiom} and states something else"

    def _example(self, proof: Mapping[str, Any], name: Name) -> Iterator[str]:
        example = self._find(proof["example"])
        yield from self._axioms(proof["example"], example, None, True)
        shown = (
            self._examples.is_plain(name)
            if example == name
            else self._examples.applies(example, name, self._resting_on(name).__contains__)
        )
        if not shown:
            yield f"{proof['example']} does not apply {proof['theorem']} to closed arguments, so it is no example of it"

    def _resting_on(self, theorem: Name) -> set[Name]:
        """Return a theorem and all that rests on it."""
        found = {theorem}
        # What a constant rests on was declared before it.
        for constant in self._library.constants.values():
            if not found.isdisjoint(constant.uses):
                found.add(constant.name)
        return found

    def _type(self, name: Name) -> Term:
        return self._library.constants[name].type


class _Missing(Exception):
    """A constant that the file does not declare, or not under one name alone."""


def _binders(statement: Term) -> int:
    """Return how many binders stand in front of a statement."""
    count = 0
    while type(statement) is Pi or type(statement) is Let:
        statement, count = statement.body, count + 1
    return count


def _negates(statement: Term) -> bool:
    """Whether a statement, behind its binders, is `¬ _`, `_ ≠ _` or `_ → False`."""
    binders = _binders(statement)
    head, arguments = spine(body_of(statement, binders))
    return type(head) is Const and (
        (head.name, len(arguments)) in ((("Not",), 1), (("Ne",), 3))
        or (head.name == ("False",) and binders > 0)
    )
