"""Holds a certificate against the files beside it, its proofs and its pins, with this kernel and
nothing of what made them.

What the certificate says of a theorem is computed again from the file of proofs: that it is there
and is accepted, what it states and on which definitions that rests (by digest), on which axioms it
rests, that it is a negation where it is said to refute a claim, and that its example applies it.
How a statement reads, and which definitions are under it, is compared with what was pinned. What a
claim says in plain words is for a reader to compare.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
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
    "OUTSIDE_PINS",
    "PINS",
    "Fault",
    "Rechecked",
    "Unreadable",
    "View",
    "against_pins",
    "by_code",
    "glance",
    "judge",
    "read_certificate",
    "read_proofs",
    "recheck",
    "unfounded",
    "views",
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
"""The file of what was pinned, beside the certificate."""

OUTSIDE_PINS = "statements.outside.lock.json"
"""That of the outside proofs, where a project has a library as well."""

_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "status": str,
    "pinned": bool,
    "rechecked": bool,
    **dict.fromkeys(
        ("theorem", "example", "statement", "statement_sha256", "meaning_sha256"), (str, NoneType)
    ),
}
"""What is read of a certificate's proof, beside the axioms and the definitions."""

_SETTLED = ("proved", "refuted")
_BY_CODE = ("Lean.ofReduceBool", "Lean.ofReduceNat", "Lean.trustCompiler")
"""The axioms by which Lean believes compiled code."""
_SORRY = "sorryAx"
_MAX_PINS = 64 * 2**20
"""The most bytes that a file of pins may have."""
_DECLARES = ("thm", "def", "axiom", "opaque")
"""What a line declares one constant by that a claim can name."""
_GZIP = 31
"""For zlib: a gzip header, and the largest window."""


class Unreadable(ValueError):
    """A certificate or a file of proofs that cannot be read; the message says why."""


class Fault(NamedTuple):
    """One reason against a certificate: where in it, why in words, and the id of the claim that it
    about; None if it is about a whole file.
    """

    where: str
    reason: str
    claim: str | None = None


class View(NamedTuple):
    """A certificate as one source of its proofs has it.

    Attributes:
        certificate: the certificate, with the claims, Lean, policy and proofs of this source alone.
        where: what precedes a place in it; empty where there is one source.
        pins: the name of the file of what was pinned.
    """

    certificate: Mapping[str, Any]
    where: str = ""
    pins: str = PINS


def views(certificate: Mapping[str, Any]) -> list[View]:
    """Return a certificate as each source of its proofs has it: names of one mean nothing in the
    other. Each claim is in one of the views.
    """
    outside = certificate.get("outside")
    if outside is None:
        # Also a claim that names the source which is not there: `unfounded` says so.
        return [View(certificate)]
    apart: tuple[list[Any], list[Any]] = ([], [])
    for claim in certificate["claims"]:
        apart[claim["proof"].get("source") == "outside"].append(claim)
    inside = {name: value for name, value in certificate.items() if name != "outside"}
    others = {name: outside[name] for name in ("lean", "policy", "proofs")}
    return [
        View({**inside, "claims": apart[False]}),
        View({**inside, **others, "claims": apart[True]}, "outside/", OUTSIDE_PINS),
    ]


def read_certificate(path: Path) -> Mapping[str, Any]:
    """Return a certificate, as far as `recheck` needs it: its digest and its tiers are for
    `pyharness check`.

    Raises:
        Unreadable: if there is none.
    """
    try:
        certificate: Mapping[str, Any] = json.loads(read_file(path), object_pairs_hook=_object)
        well = all(
            _are_texts(claim["proof"]["axioms"])
            and _are_texts(claim["proof"]["definitions"])
            and isinstance(claim["id"], str)
            and claim["proof"].get("source") in (None, "outside")
            and _are_pieces(claim["evidence"])
            and all(isinstance(claim["proof"][name], kind) for name, kind in _FIELDS.items())
            for claim in certificate["claims"]
        )
        well = well and all(_is_source(view.certificate) for view in views(certificate))
    except OSError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{path} is not a tiered certificate: {error!r}") from None
    if not well:
        raise Unreadable(f"{path} is not a tiered certificate that names a file of proofs")
    return certificate


def _is_source(view: Mapping[str, Any]) -> bool:
    """Whether Lean, policy and proofs of a view can be read."""
    proofs = view["proofs"]
    return (
        _are_texts(view["policy"]["allowed_axioms"])
        and all(map(_are_texts, view["policy"].get("further_axioms", {}).values()))
        and all(
            isinstance(module["foundation"], bool)
            and all(isinstance(module[name], str) for name in ("file", "sha256"))
            for module in view["lean"]["modules"]
        )
        and (
            proofs is None
            or (
                isinstance(proofs["constants"], int)
                and isinstance(proofs.get("computed", {}), dict)
                and all(isinstance(proofs[name], str) for name in ("file", "sha256"))
            )
        )
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _are_pieces(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(piece["definition"], (str, NoneType)) for piece in value
    )


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


def judge(
    certificate: Mapping[str, Any],
    folder: Path,
    *,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Rechecked:
    """Hold a certificate against itself, against what was pinned, and against its proofs.

    Args:
        certificate: a certificate, as `read_certificate` returns it.
        folder: the folder that its file is in.
        jobs: as for `recheck`.
        progress: as for `recheck`.
    """
    found = recheck(certificate, folder, jobs=jobs, progress=progress)
    return found._replace(
        faults=[
            *unfounded(certificate),
            *against_pins(certificate, folder),
            *found.faults,
        ]
    )


def unfounded(certificate: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield each claim of which the certificate itself shows that its status rests on no proof that
    the second kernel checked.
    """
    for view in views(certificate):
        yield from _unfounded(view.certificate)
    if certificate.get("outside") is None:
        for claim in certificate["claims"]:
            if "source" in claim["proof"]:
                yield _of(claim, "it is said to be of outside proofs, and there are none")


def _unfounded(certificate: Mapping[str, Any]) -> Iterator[Fault]:
    for claim in certificate["claims"]:
        proof = claim["proof"]
        status, theorem = proof["status"], proof["theorem"]
        if theorem is None:
            if status != "open":
                yield _of(claim, f"the status is {status}, but no theorem is named")
            continue
        if certificate["proofs"] is None and not _is_left_out(proof):
            yield _of(claim, f"it names {theorem}, but no file carries its proof")
        if status in _SETTLED and not proof["rechecked"]:
            yield _of(
                claim, f"the status is {status}, but the second kernel did not check {theorem}"
            )
        if (status == "sorry") != (_SORRY in proof["axioms"]):
            yield _of(
                claim,
                f"the status is {status}, and {_SORRY} is "
                f"{'' if _SORRY in proof['axioms'] else 'not '}among the axioms of {theorem}",
            )


def _of(claim: Mapping[str, Any], reason: str) -> Fault:
    return Fault(f"claim {claim['id']}: proof", reason, claim["id"])


# ----------------------------------------------------------------------------------------- the pins
def against_pins(certificate: Mapping[str, Any], folder: Path) -> list[Fault]:
    """Return what a certificate says of statements, of the definitions under them and of the
    foundation that is not what was pinned.

    Args:
        certificate: a certificate, as `read_certificate` returns it.
        folder: the folder of what was pinned. A file of it may be missing if nothing is said to be
            pinned there.
    """
    return [
        fault
        for view in views(certificate)
        for fault in _against_pins(view.certificate, folder / view.pins)
    ]


def _against_pins(certificate: Mapping[str, Any], path: Path) -> list[Fault]:
    try:
        pins = _read_pins(path)
    except Unreadable as error:
        return [Fault("pins", str(error))]
    named = [claim for claim in certificate["claims"] if claim["proof"]["theorem"] is not None]
    pinned = sum(claim["proof"]["pinned"] for claim in named)
    if pins is None:
        reason = (
            f"{pinned} {'claim is' if pinned == 1 else 'claims are'} said to be pinned, and there is no "
            f"{path}, which records their statements; keep it beside the certificate"
        )
        return [Fault("pins", reason)] if pinned else []
    faults = [_of(claim, reason) for claim in named for reason in _unlike_pin(claim, pins, path)]
    foundation = {
        module["file"]: module["sha256"]
        for module in certificate["lean"]["modules"]
        if module["foundation"]
    }
    if pinned and foundation != pins["foundation"]:
        other = sorted(file for file, _ in foundation.items() ^ pins["foundation"].items())
        faults.append(
            Fault(
                "pins",
                f"the foundation is not as {path.name} records it: {', '.join(dict.fromkeys(other))}",
            )
        )
    return faults


def _unlike_pin(claim: Mapping[str, Any], pins: Mapping[str, Any], path: Path) -> Iterator[str]:
    proof = claim["proof"]
    theorem, pin = proof["theorem"], pins["theorems"].get(proof["theorem"])
    if proof["pinned"] != (pin is not None):
        yield (
            f"{theorem} is {'' if proof['pinned'] else 'not '}said to be pinned, and {path.name} "
            f"{'has no such theorem' if pin is None else 'records it'}"
        )
    if pin is None:
        return
    for field, what in (
        ("statement", "reads"),
        ("statement_sha256", "has the digest"),
        ("meaning_sha256", "with its definitions has the digest"),
    ):
        if proof[field] != pin[field]:
            yield (
                f"the statement of {theorem} {what} {proof[field]}, and {path.name} records "
                f"{pin[field]}; after an intended change: pyharness pin"
            )
    under = set(pin["definitions"])
    if foreign := sorted(set(proof["definitions"]) - under):
        yield f"{path.name} has no {', '.join(foreign)} under {theorem}"
    compared = {piece["definition"] for piece in claim["evidence"]} - {None}
    if foreign := sorted(compared - under):
        yield (
            f"its evidence compares {', '.join(foreign)}, of which {theorem} does not speak by "
            f"{path.name}"
        )


def _read_pins(path: Path) -> Mapping[str, Any] | None:
    """Return what was pinned of each theorem, or None if there is no such file."""
    try:
        with open_file(path) as stream:
            data = stream.read(_MAX_PINS + 1)
        if len(data) > _MAX_PINS:
            raise Unreadable(f"{path.name} is larger than {_MAX_PINS // 2**20} MiB")
        pins: Mapping[str, Any] = json.loads(data, object_pairs_hook=_object)
        well = all(
            _are_texts(pin["definitions"])
            and all(
                isinstance(pin[name], str)
                for name in ("statement", "statement_sha256", "meaning_sha256")
            )
            for pin in pins["theorems"].values()
        ) and all(isinstance(digest, str) for digest in pins["foundation"].values())
    except FileNotFoundError:
        return None
    except Unreadable:
        raise
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{path.name} does not hold pins: {error!r}") from None
    if not well:
        raise Unreadable(f"{path.name} does not hold pins")
    return pins


# --------------------------------------------------------------------------------------- the proofs
def glance(certificate: Mapping[str, Any], folder: Path) -> list[Fault]:
    """Return what is wrong with the file of proofs as far as that is seen without a check of any
    proof: that it is there with the digest that the certificate names, and declares what claims
    name.

    Args:
        certificate: a certificate, as `read_certificate` returns it.
        folder: the folder that its file is in.
    """
    return [fault for view in views(certificate) for fault in _glance(view, folder)]


def _glance(view: View, folder: Path) -> list[Fault]:
    certificate = view.certificate
    if certificate["proofs"] is None:
        return []
    try:
        kinds = _declared(_read_lines(certificate, folder))
    except Unreadable as error:
        return [Fault(f"{view.where}proofs", str(error))]
    faults = []
    for claim in certificate["claims"]:
        proof = claim["proof"]
        if (theorem := proof["theorem"]) is None or _is_left_out(proof):
            continue
        kind = kinds.get(theorem)
        if kind is None:
            faults.append(_of(claim, f"the file of the proofs declares no {theorem}"))
        elif proof["status"] in _SETTLED and kind != "thm":
            faults.append(
                _of(claim, f"the file of the proofs has {theorem} as {kind!r}, not as a theorem")
            )
        if proof["example"] is not None and kinds.get(proof["example"]) != "thm":
            faults.append(_of(claim, f"the file of the proofs has no theorem {proof['example']}"))
    return faults


def _is_left_out(proof: Mapping[str, Any]) -> bool:
    """Whether a theorem need not be in the file: it rests on what compiled code said, and is not
    said to be proved, nor that this kernel checked it.
    """
    return not proof["rechecked"] and proof["status"] not in _SETTLED and by_code(proof["axioms"])


def by_code(axioms: Iterable[str]) -> bool:
    """Whether one of some axioms says what compiled code gave, as those of `native_decide` do,
    which are named after it: no kernel but Lean's can run that code.
    """
    return any("native_decide" in axiom or axiom in _BY_CODE for axiom in axioms)


def _declared(lines: bytes) -> dict[str, str]:
    """Return what lines declare one constant by, by the name as it is shown; nothing of it is
    checked.
    """
    names: dict[int, Name] = {0: ()}
    kinds: dict[str, str] = {}
    try:
        for line in lines.splitlines():
            if b'"in"' not in line and not any(f'"{kind}"'.encode() in line for kind in _DECLARES):
                continue
            entry = json.loads(line)
            for kind, last in (("str", "str"), ("num", "i")):
                if "in" in entry and kind in entry:
                    names[entry["in"]] = (*names[entry[kind]["pre"]], entry[kind][last])
            for kind in _DECLARES:
                if kind in entry:
                    kinds[show_name(names[entry[kind]["name"]])] = kind
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise Unreadable(f"the lines of the proofs are not of their format: {error!r}") from None
    return kinds


def _read_lines(certificate: Mapping[str, Any], folder: Path) -> bytes:
    """Return the lines of a certificate's proofs, with the digest that it names."""
    proofs = certificate["proofs"]
    lines = read_proofs(folder, proofs["file"])
    if (found := hashlib.sha256(lines).hexdigest()) != proofs["sha256"]:
        raise Unreadable(
            f"the lines of {proofs['file']} have SHA-256 {found}, not {proofs['sha256']}: they were changed"
        )
    return lines


def recheck(
    certificate: Mapping[str, Any],
    folder: Path,
    *,
    jobs: int = 1,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Rechecked:
    """Check the proofs of all claims that name a theorem, from the file that carries them; nothing
    where no file does.

    Args:
        certificate: a certificate, as `read_certificate` returns it.
        folder: the folder that its file is in.
        jobs: how many processes check declarations.
        progress: see `library.check`.
    """
    done = [_recheck(view, folder, jobs, progress) for view in views(certificate)]
    return Rechecked(
        [fault for one in done for fault in one.faults],
        sum(one.theorems for one in done),
        sum(one.constants for one in done),
    )


def _recheck(
    view: View, folder: Path, jobs: int, progress: Callable[[str, int, int], None]
) -> Rechecked:
    certificate, where = view.certificate, f"{view.where}proofs"
    claims = [
        claim
        for claim in certificate["claims"]
        if claim["proof"]["theorem"] is not None and not _is_left_out(claim["proof"])
    ]
    proofs = certificate["proofs"]
    if proofs is None:
        return Rechecked([], 0, 0)
    try:
        lines = _read_lines(certificate, folder)
        library = check(io.BytesIO(lines), jobs=jobs, progress=progress)
    except Unreadable as error:
        return Rechecked([Fault(where, str(error))], 0, 0)
    except Refused as refused:
        return Rechecked([Fault(where, f"the kernel refuses {refused}")], 0, 0)
    faults = []
    if len(library.constants) != proofs["constants"]:
        faults.append(
            Fault(
                where,
                f"{proofs['file']} declares {len(library.constants):,} constants, not "
                f"{proofs['constants']:,}",
            )
        )
    if proofs.get("computed", library.computed) != library.computed:
        faults.append(
            Fault(
                where,
                f"by {proofs['file']} the functions that may be computed are "
                f"{_reasons(library.computed)}, not {_reasons(proofs['computed'])}",
            )
        )
    compare = _Comparison(library, certificate["policy"])
    faults += [_of(claim, reason) for claim in claims for reason in compare(claim["proof"])]
    return Rechecked(faults, len(claims), len(library.constants))


def _reasons(computed: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({reason})" for name, reason in computed.items()) or "none"


class _Comparison:
    """Holds what a certificate says of a proof against the constants that the kernel accepted."""

    def __init__(self, library: Library, policy: Mapping[str, Any]):
        self._library = library
        self._examples = Examples(library.terms, library.constants)
        self._policy = policy
        self._shown: dict[str, list[Name]] = {}
        for name in library.constants:
            self._shown.setdefault(show_name(name), []).append(name)

    def __call__(self, proof: Mapping[str, Any]) -> Iterator[str]:
        """Yield every reason against what is said of a theorem."""
        settles = proof["status"] in _SETTLED
        further = self._policy.get("further_axioms", {}).get(proof["theorem"], ())
        allowed = {*self._policy["allowed_axioms"], *further} - {_SORRY}
        try:
            name = self._find(proof["theorem"])
            if settles and self._library.constants[name].kind != "theorem":
                yield f"{proof['theorem']} is of kind {self._library.constants[name].kind!r}, not a theorem"
            yield from self._statement(proof, name)
            yield from self._axioms(
                proof["theorem"], name, proof["axioms"], allowed if settles else None
            )
            if proof["status"] == "refuted" and not _negates(self._library.constants[name].type):
                yield f"{proof['theorem']} does not state a negation, so it refutes nothing"
            if proof["example"] is not None:
                yield from self._example(proof, name, allowed)
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

    def _axioms(
        self, shown: str, name: Name, said: Iterable[str] | None, allowed: Set[str] | None
    ) -> Iterator[str]:
        axioms = self._library.axioms(name)
        if said is not None and (more := sorted(set(axioms) - set(said))):
            yield f"{shown} rests on {', '.join(more)}, which the certificate does not say"
        if said is not None and (less := sorted(set(said) - set(axioms))):
            yield f"{shown} does not rest on {', '.join(less)}, though the certificate says so"
        if allowed is not None and (foreign := sorted(set(axioms) - allowed)):
            yield f"{shown} rests on {', '.join(foreign)}, which the policy does not allow"
        for axiom in axioms:
            if axiom in AXIOMS and self._library.meaning_sha256(self._find(axiom)) != AXIOMS[axiom]:
                yield f"{shown} rests on an axiom that is called {axiom} and states something else"

    def _example(self, proof: Mapping[str, Any], name: Name, allowed: Set[str]) -> Iterator[str]:
        example = self._find(proof["example"])
        yield from self._axioms(proof["example"], example, None, allowed)
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
