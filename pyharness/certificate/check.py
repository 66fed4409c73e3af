"""Checking a certificate with nothing but the certificate and the files that it names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pyharness.certificate.canonical import file_bytes
from pyharness.certificate.findings import Finding
from pyharness.certificate.library import library_faults
from pyharness.certificate.recorded import Contradiction, Recording, hold_against, read_recording
from pyharness.certificate.schema import foreign, violations
from pyharness.certificate.seal import ruling, stand, summarise, tier_if_signed
from pyharness.certificate.tiers import axioms_of, meets
from pyharness.core.errors import DocumentError
from pyharness.core.json_files import digest, parse, read_bytes
from pyharness.core.progress import Progress, quiet
from pyharness.evidence import Evidence, Plot, Points, TensorRef, Witness
from pyharness.kernel.certificate import View, against_pins, glance, recheck, unfounded, views
from pyharness.kernel.workers import cores
from pyharness.project.pack import Tier
from pyharness.project.settings import FILE_NAME, load_project
from pyharness.proofs.library import NAME as LIBRARY, folder, is_in

if TYPE_CHECKING:
    from pyharness.formats.stored import Stored

__all__ = ["check", "contradictions", "source_bytes", "tiers_if_signed"]


def check(
    path: Path,
    *,
    root: Path | None = None,
    tensors: Path | None = None,
    proofs: bool = False,
    signature: Callable[[], list[Finding]] | None = None,
    progress: Progress = quiet,
) -> list[Finding]:
    """Check a certificate: its form, its digest, all that follows from its other fields, the tiers
    it requires, and the files beside it: its proofs, what was pinned, and the records that it
    names.

    No code that the certificate names is run, so witnesses are not replayed here. What only Lean or
    the tensors can tell (a status, a count of cases) is taken from the certificate; the digest
    binds it and a signature vouches for it.

    Args:
        path: the certificate.
        root: the project's root folder; when given, the Lean files in it must be those that the
            certificate names, and statements be as they are pinned there.
        tensors: a folder of tensor files, or one such file; when given, each tensor that evidence
            was gathered on must be in it, with the digest that the certificate names. What a model
            put out is in no file, so it is not found there.
        proofs: whether the second kernel also checks the proofs again, from the file beside the
            certificate that carries them; see `pyharness.kernel.certificate`. Needs no Lean. If
            not, the file must be there, with its digest, and declare the theorems.
        signature: checks a signature of the certificate, and returns what is against it. With a
            good one a claim has the tier that it has when signed.
        progress: told of each declaration that the second kernel checks.

    Returns:
        Every reason against the certificate; nothing if it checks.

    Raises:
        DocumentError: if the certificate cannot be read or is not JSON.
        UsageError: if a tensor file cannot be read or is damaged.
    """
    data = read_bytes(path)
    try:
        certificate = parse(data)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from error
    if why := foreign(certificate):
        return [Finding("schema", "certificate", why)]
    faults = [Finding("schema", where, reason) for where, reason in violations(certificate)]
    if faults:
        return faults
    again = (
        recheck(
            certificate, path.parent, jobs=cores(), progress=lambda *done: progress("Proofs", *done)
        ).faults
        if proofs
        else ()
    )
    glanced = () if proofs else glance(certificate, path.parent)
    unsigned = signature() if signature else None
    return [
        *contradictions(certificate),
        *_form(certificate, data),
        *_tiers(certificate, signed=unsigned == []),
        *(unsigned or ()),
        *_pins(certificate, path, root),
        *_records(certificate, path),
        *(_files(certificate, root) if root else ()),
        *(_tensors(certificate, tensors) if tensors else ()),
        *(Finding("proofs", *fault) for fault in glanced),
        *(Finding("second-kernel", *fault) for fault in again),
    ]


def contradictions(certificate: Mapping[str, Any]) -> list[Finding]:
    """Return how a certificate that follows the schema contradicts itself.

    That a claim does not have the tier that it requires is no contradiction.
    """
    return [*_whole(certificate), *_claims(certificate)]


def _form(certificate: Mapping[str, Any], data: bytes) -> Iterator[Finding]:
    if digest(certificate) == certificate["digest"] and data != file_bytes(certificate):
        yield Finding(
            "file-form",
            "certificate",
            "the content is as sealed, but the file's spacing, order or spelling is not",
        )


def _whole(certificate: Mapping[str, Any]) -> Iterator[Finding]:
    found = digest(certificate)
    if found != certificate["digest"]:
        yield Finding(
            "digest",
            "digest",
            f"that of the content is {found}, not {certificate['digest']}: it was changed",
        )
    statements, coverage = (certificate.get(name, []) for name in ("statements", "coverage"))
    for name, value in summarise(certificate["claims"], statements, coverage).items():
        # Certificates of the former version have neither.
        if certificate["summary"].get(name, value) != value:
            yield Finding(
                "summary",
                f"summary/{name}",
                f"the claims give {value}, not {certificate['summary'][name]}",
            )
    yield from _statements(certificate, statements)
    yield from _coverage(certificate, coverage)
    for view in views(certificate):
        yield from _source(view)


def _statements(
    certificate: Mapping[str, Any], statements: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Check what is said of statements of several readings."""
    claims = {claim["id"]: claim for claim in certificate["claims"]}
    ids = [item["id"] for item in statements]
    if len({*ids, *claims}) < len(ids) + len(claims):
        yield Finding("statement", "statements", "two have the same id, or that of a claim")
    for item in statements:
        where = f"statement {item['id']}"
        for name, value in stand(item["id"], claims.values()).items():
            if item[name] != value:
                reason = f"the claims give {value!r}, not {item[name]!r}"
                yield Finding("statement", f"{where}: {name}", reason)
        for reading in item["readings"]:
            if reading in claims and claims[reading]["source"] != item["source"]:
                yield Finding("statement", where, f"{reading} is from another source", reading)
    for claim in claims.values():
        if "reading_of" in claim and claim["reading_of"] not in ids:
            reason = f"it is a reading of {claim['reading_of']}, which is not there"
            yield Finding("statement", f"claim {claim['id']}", reason, claim["id"])


def _coverage(
    certificate: Mapping[str, Any], coverage: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Check what is said of the passages of the sources."""
    known = {item["id"] for item in (*certificate["claims"], *certificate.get("statements", ()))}
    for number, passage in enumerate(coverage, 1):
        where = f"coverage {number}"
        if missing := sorted(set(passage["claims"]) - known):
            yield Finding("coverage", where, f"it names {', '.join(missing)}, which is not there")
        if bool(passage["claims"]) == bool(passage["because"].strip()):
            yield Finding("coverage", where, "it names no claims and no reason, or both")


def _source(view: View) -> Iterator[Finding]:
    """Check what is said of one source of the proofs."""
    lean, policy = view.certificate["lean"], view.certificate["policy"]
    further = policy.get("further_axioms", {})
    named = {claim["proof"]["theorem"] for claim in view.certificate["claims"]}
    if unknown := sorted(further.keys() - named - {item["name"] for item in lean["definitions"]}):
        yield Finding(
            "policy",
            f"{view.where}policy/further_axioms",
            f"it names {', '.join(unknown)}, which the certificate does not have",
        )
    for where, names in (
        ("policy/allowed_axioms", policy["allowed_axioms"]),
        *((f"policy/further_axioms/{name}", axioms) for name, axioms in further.items()),
        ("lean/modules", [item["module"] for item in lean["modules"]]),
        ("lean/definitions", [item["name"] for item in lean["definitions"]]),
    ):
        if names != sorted(set(names)):
            yield Finding(
                "names-unsorted", f"{view.where}{where}", "the names are not sorted and distinct"
            )
    yield from _definitions(lean)
    for name, reason in library_faults(view.certificate):
        yield Finding("library", f"{view.where}lean/library/{name}", reason)


def _definitions(lean: Mapping[str, Any]) -> Iterator[Finding]:
    names = [item["name"] for item in lean["definitions"]]
    modules = {item["module"] for item in lean["modules"] if not item["foundation"]}
    for item in lean["definitions"]:
        where = f"definition {item['name']}"
        if item["module"] not in modules and not (item["module"] is None and "export" in lean):
            yield Finding(
                "definition",
                where,
                f"the library has no module {item['module']} outside the foundation",
            )
        for field in ("uses", "axioms"):
            if item[field] != sorted(item[field]):
                yield Finding("definition", where, f"its {field} are not sorted")
        if not set(item["uses"]) <= set(names) - {item["name"]}:
            yield Finding(
                "definition",
                where,
                f"it uses what is no other definition here: {', '.join(sorted(set(item['uses']) - set(names)))}",
            )


def _claims(certificate: Mapping[str, Any]) -> Iterator[Finding]:
    yield from (Finding("proof", *fault) for fault in unfounded(certificate))
    is_bound = any("code_sha256" in claim for claim in certificate["claims"])
    seen: set[str] = set()
    for view in views(certificate):
        yield from _claims_of(view.certificate, is_bound, seen)


def _claims_of(certificate: Mapping[str, Any], is_bound: bool, seen: set[str]) -> Iterator[Finding]:
    """Check the claims of a view of a certificate, and add their ids to those that were seen."""
    sources = {item["module"]: item["file"] for item in certificate["lean"]["modules"]}
    definitions = {item["name"] for item in certificate["lean"]["definitions"]}
    theorems = {claim["proof"]["theorem"] for claim in certificate["claims"]}
    for claim in certificate["claims"]:
        claim_id, where = claim["id"], f"claim {claim['id']}"
        if claim_id in seen:
            yield Finding("claim-duplicate", where, "the id is used twice", claim_id)
        seen.add(claim_id)
        if "no_theorem" in claim and claim["proof"]["theorem"] is not None:
            reason = f"it names {claim['proof']['theorem']}, and says why it names no theorem"
            yield Finding("proof", where, reason, claim_id)
        allowed = axioms_of(certificate["policy"], claim["proof"]["theorem"])
        for reason in (
            *_proof(claim["proof"], allowed, sources, certificate["lean"]),
            *_rechecked(claim["proof"], certificate["proofs"], certificate["lean"]),
        ):
            yield Finding("proof", f"{where}: proof", reason, claim_id)
        for field, known in (
            ("definitions", definitions),
            ("rests_on", theorems - {claim["proof"]["theorem"]}),
        ):
            names = claim["proof"][field]
            if names != sorted(names) or not set(names) <= known:
                yield Finding(
                    "proof",
                    f"{where}: proof",
                    f"its {field} are not sorted, or name what the certificate does not have",
                    claim_id,
                )
        for number, evidence in enumerate(claim["evidence"], 1):
            for reason in _evidence(evidence):
                yield Finding("evidence", f"{where}: evidence {number}", reason, claim_id)
        for place, reason in _gathered(claim, is_bound):
            yield Finding("evidence-moved", f"{where}: {place}", reason, claim_id)
        for reason in _recorded(claim):
            yield Finding("recorded", f"{where}: recorded", reason, claim_id)
        for name, value in ruling(claim, allowed).items():
            if claim[name] != value:
                yield Finding(
                    "ruling",
                    f"{where}: {name}",
                    f"proof and evidence give {value!r}, not {claim[name]!r}",
                    claim_id,
                )


def _tiers(certificate: Mapping[str, Any], *, signed: bool) -> Iterator[Finding]:
    """Check that each claim has the tier that is required of it."""
    tiers = tiers_if_signed(certificate) if signed else {}
    for claim in certificate["claims"]:
        claim_id, where = claim["id"], f"claim {claim['id']}"
        tier = tiers[claim_id] if signed else claim["tier"]
        if claim["conflict"]:
            reason = f"proof and evidence are in conflict: {claim['conflict']}"
            yield Finding("conflict", where, reason, claim_id)
        elif not meets(tier, claim["required_tier"]):
            reason = f"its tier is {tier}; {claim['required_tier']} is required"
            yield Finding("tier-unmet", where, reason, claim_id)


def tiers_if_signed(certificate: Mapping[str, Any]) -> dict[str, Tier]:
    """Return `tier_if_signed` of each claim of a certificate, by the claim's id."""
    return {
        claim["id"]: tier_if_signed(
            claim, axioms_of(view.certificate["policy"], claim["proof"]["theorem"])
        )
        for view in views(certificate)
        for claim in view.certificate["claims"]
    }


def _proof(
    proof: Mapping[str, Any],
    allowed: Sequence[str],
    sources: Mapping[str, str],
    lean: Mapping[str, Any],
) -> Iterator[str]:
    status, axioms = proof["status"], proof["axioms"]
    if axioms != sorted(axioms):
        yield "the axioms are not sorted"
    if proof["theorem"] is None and any(
        proof[name] for name in ("pinned", "replayed", "rechecked", "example", "unused")
    ):
        yield "no theorem is named that could be pinned, replayed, rechecked or applied"
    if proof["replayed"] and not lean["replayed"]:
        yield "it is said to be replayed, but nothing was"
    if proof["module"] is not None and sources.get(proof["module"]) != proof["file"]:
        yield f"the library has no module {proof['module']} in {proof['file']}"
    if status not in ("proved", "refuted"):
        return
    if proof["negates"] != (status == "refuted"):
        yield f"the status is {status}, but the theorem states the {'negation' if proof['negates'] else 'claim'}"
    described = ["statement", "statement_sha256", "meaning_sha256"]
    if "export" not in lean:
        described += ["module", "file", "line"]
    missing = [name for name in described if proof[name] is None]
    if missing:
        yield f"the status is {status}, but these are missing: {', '.join(missing)}"
    foreign = sorted(set(axioms) - set(allowed))
    if foreign:
        yield f"the status is {status}, but the proof rests on {', '.join(foreign)}"


def _rechecked(
    proof: Mapping[str, Any], proofs: Mapping[str, Any] | None, lean: Mapping[str, Any]
) -> Iterator[str]:
    if not proof["rechecked"] or proofs is None:
        return
    # Of an export the second kernel may be the only one.
    alone = "export" in lean and not proof["replayed"]
    if not alone and not (proof["replayed"] and len(proofs["kernels"]) >= 2):
        yield "two kernels are said to agree, but only one was asked"


def _gathered(claim: Mapping[str, Any], is_bound: bool) -> Iterator[tuple[str, str]]:
    """Yield what shows that evidence was not gathered for the claim in which it stands, and where.

    Args:
        claim: the claim.
        is_bound: whether the certificate says which code gathered its evidence, as those of
            earlier versions do not.
    """
    code = claim.get("code_sha256")
    if is_bound and code is None:
        yield (
            "evidence",
            "other claims say which code gathered their evidence, and this one does not",
        )
    places = [(f"evidence {n}", piece) for n, piece in enumerate(claim["evidence"], 1)]
    places += [
        (f"recorded in {record['file']}", piece)
        for record in claim["recorded"]
        for piece in record["elsewhere"]
        if "claim" in piece or "code_sha256" in piece
    ]
    for place, piece in places:
        named, by = piece.get("claim"), piece.get("code_sha256")
        if (named is None or by is None) and (is_bound or named is not by):
            yield place, "it does not say for which claim, and by which code, it was gathered"
        if named not in (None, claim["id"]):
            yield place, f"it was gathered for the claim {named}"
        if by not in (None, code):
            yield place, f"it was gathered by the code {by}, and the claim's by {code}"


def _evidence(evidence: Mapping[str, Any]) -> Iterator[str]:
    table = evidence["measurements"] or {"columns": [], "rows": []}
    if any(len(row) != len(table["columns"]) for row in table["rows"]):
        yield "a row of the measurements is not as long as their columns"
        return
    if (evidence["rounding"] is None) != (evidence["measurements"] is None):
        yield "there are figures without a bound on their rounding, or the reverse"
    fields = {
        name: value
        for name, value in evidence.items()
        if name not in ("outcome", "claim", "code_sha256") and (name, value) != ("rounding", None)
    }
    fields["measurements"] = [
        dict(zip(table["columns"], row, strict=True)) for row in table["rows"]
    ]
    witness = evidence["witness"]
    fields["witness"] = Witness(**witness) if witness else None
    fields["tensors"] = [TensorRef(**tensor) for tensor in evidence["tensors"]]
    try:
        fields["plots"] = [Plot.from_json(plot) for plot in evidence.get("plots", ())]
        if "points" in evidence:
            fields["points"] = Points.from_json(evidence["points"])
        outcome = Evidence(**fields).outcome
    except ValueError as error:
        yield str(error)
    else:
        if outcome != evidence["outcome"]:
            yield f"the numbers say {outcome}, not {evidence['outcome']}"


def _recorded(claim: Mapping[str, Any]) -> Iterator[str]:
    for record in claim["recorded"]:
        if record["agrees"] != sorted(record["agrees"]) or any(
            place > len(claim["evidence"]) for place in record["agrees"]
        ):
            yield f"{record['file']} is said to agree with evidence that is not there, or not in order"
        if record["stale"] and (record["agrees"] or record["elsewhere"]):
            yield f"{record['file']} is said to be stale, and yet to count"
        for evidence in record["elsewhere"]:
            for reason in _evidence(evidence):
                yield f"{record['file']}, {evidence['domain']}: {reason}"


def _pins(certificate: Mapping[str, Any], path: Path, root: Path | None) -> Iterator[Finding]:
    """Hold statements against what was pinned: beside the certificate, and in the project."""
    folders = {path.parent}
    if root is not None and (root / FILE_NAME).exists():
        folders.add(load_project(root).certificate.parent)
    faults = (fault for folder in sorted(folders) for fault in against_pins(certificate, folder))
    yield from (Finding("pins", *fault) for fault in dict.fromkeys(faults))


def _records(certificate: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    """Hold the records beside a certificate against it again; of one that is stale by other code
    than the certificate names, that it is the one that was there.
    """
    recordings: dict[str, Recording] = {}
    for file in sorted(
        {record["file"] for claim in certificate["claims"] for record in claim["recorded"]}
    ):
        try:
            recordings[file] = read_recording(path.parent, file)
        except DocumentError as error:
            yield Finding("record-unreadable", f"record {file}", str(error))
    for claim in certificate["claims"]:
        where = f"claim {claim['id']}: recorded"
        for record in claim["recorded"]:
            if record["file"] not in recordings:
                continue
            code = claim.get("code_sha256", "" if record["stale"] else None)
            try:
                found = hold_against(
                    claim["id"], claim["evidence"], [recordings[record["file"]]], code_sha256=code
                )
            except Contradiction as error:
                yield Finding("recorded", where, str(error), claim["id"])
            else:
                if found != [record]:
                    reason = f"{record['file']} does not say what it is said to"
                    yield Finding("recorded", where, reason, claim["id"])


def _files(certificate: Mapping[str, Any], root: Path) -> Iterator[Finding]:
    for view in views(certificate):
        yield from _files_of(view.certificate, root)


def _files_of(certificate: Mapping[str, Any], root: Path) -> Iterator[Finding]:
    for module in certificate["lean"]["modules"]:
        try:
            found = hashlib.sha256(source_bytes(certificate, module["file"], root)).hexdigest()
        except DocumentError as error:
            yield Finding("module-unreadable", f"module {module['module']}", str(error))
        else:
            if found != module["sha256"]:
                reason = f"{module['file']} has SHA-256 {found}, not {module['sha256']}"
                yield Finding("module-changed", f"module {module['module']}", reason)


def source_bytes(certificate: Mapping[str, Any], file: str, root: Path) -> bytes:
    """Return the bytes of a Lean file that a view of a certificate names, without leaving its root
    folder.

    What a project imports from the library is read from the library that ships with the harness,
    the rest from the project's folder, as is all that comes with an export. The schema lets no `..`
    through, and links are refused.

    Raises:
        DocumentError: if it cannot be read or is reached through a link.
    """
    parts = PurePosixPath(file).parts
    shipped = parts[0] in (LIBRARY, f"{LIBRARY}.lean") and "export" not in certificate["lean"]
    if certificate["project"]["root"] == LIBRARY:
        # The library's own project, or one without Lean files that names the library as its root.
        shipped = shipped and not is_in(root)
    path = folder() if shipped else root
    for part in parts:
        path /= part
        if os.path.islink(path):
            raise DocumentError(
                f"{file} goes through a symbolic link, which could lead outside the project"
            )
    return read_bytes(path)


def _tensors(certificate: Mapping[str, Any], folder: Path) -> Iterator[Finding]:
    """Compare the tensors of files with those that evidence other than conformance names, each
    once.

    A tensor is found by its name, or by the name of its file without the suffix, a slash, and its
    name.
    """
    from pyharness.formats.sources import catalogue_of, tensor_files

    there: dict[str, list[Stored]] = {}
    for file in tensor_files([folder]):
        for name, tensor in catalogue_of(file).tensors.items():
            for called in (name, f"{file.stem}/{name}"):
                there.setdefault(called, []).append(tensor)
    named = {
        (tensor["name"], tensor["sha256"]): tensor
        for claim in certificate["claims"]
        for evidence in claim["evidence"]
        if evidence["kind"] != "conformance"
        for tensor in evidence["tensors"]
    }
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        # Hashing leaves the interpreter free, so that as many files are read at once as there are
        # cores.
        yield from filter(
            None,
            threads.map(
                lambda tensor: _differs(tensor, there.get(tensor["name"], ()), folder),
                named.values(),
            ),
        )


def _differs(tensor: Mapping[str, Any], there: Sequence[Stored], folder: Path) -> Finding | None:
    from pyharness.evidence.streaming import sha256
    from pyharness.formats.digests import dtype_name

    if not there:
        return Finding(
            "tensor-missing",
            f"tensor {tensor['name']!r}",
            f"no file in {folder} holds it"
            if os.path.isdir(folder)
            else f"{folder} does not hold it",
        )
    reasons = []
    for found in there:
        shape, dtype = list(found.shape), dtype_name(found.dtype)
        if (shape, dtype) != (tensor["shape"], tensor["dtype"]):
            reasons.append(
                f"it has the shape {shape} and dtype {dtype} in {found.path}, not {tensor['shape']} and {tensor['dtype']}"
            )
        elif (digest := sha256(found)) != tensor["sha256"]:
            reasons.append(f"it has SHA-256 {digest} in {found.path}, not {tensor['sha256']}")
        else:
            return None
    return Finding("tensor-changed", f"tensor {tensor['name']!r}", "; ".join(reasons))
