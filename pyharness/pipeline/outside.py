"""Proofs that were made elsewhere and come as an export in lean4export's format."""

from __future__ import annotations

import functools
import io
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pyharness.core.cache import Cache, key_sha256
from pyharness.core.errors import UsageError
from pyharness.core.files import sha256_of
from pyharness.core.fingerprint import code
from pyharness.core.progress import Progress
from pyharness.kernel.certificate import AXIOMS, by_code
from pyharness.pipeline.cuts import Cut, cut_around, measured, narrowed
from pyharness.pipeline.proofs import (
    Carried,
    Proofs,
    audited,
    kept,
    naming,
    once,
    theorems_of,
    timed,
)
from pyharness.project.pack import Claim
from pyharness.project.settings import FILE_NAME, Outside as OutsideSettings, Project
from pyharness.proofs.acceleration import EQUATIONS
from pyharness.proofs.agreement import SecondKernel, require_agreement
from pyharness.proofs.audit import Proof, audit, find_theorem, missing
from pyharness.proofs.checkers import Checked, check_by
from pyharness.proofs.cut import BadExport, Index
from pyharness.proofs.decisions import Decider
from pyharness.proofs.environment import Environment, ExportedModule
from pyharness.proofs.evaluation import Evaluator
from pyharness.proofs.lake_export import export_from_lake
from pyharness.proofs.library import KNOWN
from pyharness.proofs.names import Name, parse_name, show_name
from pyharness.proofs.policy import PolicyViolation, check_spelling
from pyharness.proofs.printing import Printer
from pyharness.proofs.trace import StaleTrace, read_trace

__all__ = ["Listed", "Outside", "list_topmost", "prove_outside", "read_theorems"]

_MOST = 200
"""Theorems that get a claim without being named."""
_READING = "the export"
_GITHASH = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True)
class _Source:
    """An export, before it is read.

    Attributes:
        file: the file.
        shown: what a reader knows it by.
        sha256: its digest.
        modules: those of which it is known what they declare.
        statements: theorems as Lean prints them, by their full names, as far as it was asked.
        traces: the premises and tactics of theorems, by their full names, as far as LeanDojo traced
            them.
    """

    file: Path
    shown: str
    sha256: str
    modules: Sequence[ExportedModule] = ()
    statements: Mapping[str, str] = field(default_factory=dict)
    traces: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    @property
    def places(self) -> str:
        """The digest of what is known of the modules."""
        lines = [
            [item.name, item.file.as_posix(), item.sha256]
            + [[show_name(name), line] for name, line in item.lines.items()]
            for item in self.modules
        ]
        said = {"statements": dict(self.statements), "traces": dict(self.traces)}
        return key_sha256({"modules": lines, **said})


@dataclass(frozen=True)
class Outside(Proofs):
    """What an export says of a project's claims.

    Attributes:
        source: the export.
        wide: what of it the claims need, with all that was tried as an example.
        cut: what of it the proofs that can be checked rest on.
        checked: what the project's checkers made of that.
        carrier: the lines, which the second kernel accepted.
    """

    source: _Source
    wide: Cut
    cut: Cut
    checked: Sequence[Checked]
    carrier: Carried

    @cached_property
    def environment(self) -> Environment:
        """The constants of the lines that were cut out at first."""
        return _environment(self.wide, self.source)

    @cached_property
    def identity(self) -> Mapping[str, Any]:
        """The lines, and what checked them."""
        return {
            "export": self.cut.sha256,
            "places": self.source.places,
            "checked": [asdict(item) for item in self.checked],
        }

    @property
    def reading(self) -> str:
        """The export's own."""
        return _READING

    @property
    def foundation(self) -> Mapping[str, str]:
        """None: what Lean's own library declares is of no source here."""
        return {}

    @property
    def replayed(self) -> bool:
        """Whether a checker accepted the proofs."""
        return bool(self.carrier.kernels)

    @property
    def library(self) -> None:
        """None: only what the claims' theorems rest on is read."""
        return None

    def lean(self) -> dict[str, Any]:
        """Return what a certificate holds of Lean and the export."""
        meta = self.cut.meta
        return {
            "version": meta.lean or "unknown",
            "githash": meta.githash if _GITHASH.fullmatch(meta.githash) else None,
            "library_sha256": None,
            "replayed": self.cut.constants if self.replayed else 0,
            "modules": [
                {
                    "module": module.name,
                    "file": module.file.as_posix(),
                    "sha256": module.sha256,
                    "foundation": False,
                }
                for module in self.source.modules
            ],
            "definitions": self.definitions,
            "export": {
                "file": self.source.shown,
                "sha256": self.source.sha256,
                "exporter": meta.exporter,
                "version": meta.exporter_version,
                "format": meta.format,
            },
        }

    def carries(self, proof: Proof) -> bool:
        """Whether a proof can be checked: not if it rests on what compiled code said."""
        return not _is_by_code(proof)

    def carried(self, cache: Cache) -> Carried:
        """Return the lines that were cut out of the export."""
        return self.carrier

    def require_listed(self, unproved: Collection[str]) -> None:
        """Require nothing: what is unproved under a claim shows in its status."""

    def decider(self, project: Project, *, fresh: bool) -> Decider:
        """Return the second kernel, which keeps no decision."""
        assert project.outside is not None
        return Evaluator(
            self.cut.path, self.cut.sha256, Path(self.source.shown), project.outside.allowed_axioms
        )


def prove_outside(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> Outside:
    """Cut what these claims' theorems rest on out of the project's export, read the status of each,
    and have the project's checkers and the second kernel check it. If lake builds the project, the
    export is written first.

    What was cut out of the same file for the same theorems is not cut again, unless it is to be
    `fresh`.

    Raises:
        HarnessError: if the file cannot be read or written, a theorem that a claim names is not in
            it, or a checker or the second kernel refuses it.
    """
    outside = project.outside
    assert outside is not None
    seconds: dict[str, float] = {}
    cache = kept(project, fresh=fresh)
    with timed(seconds, "export"):
        progress("Export", "", 0, 1)
        source = _of_file(project) if outside.lake is None else _of_lake(project, claims, progress)
        wide = cut_around(
            source.file, source.shown, source.sha256, claims, project.build, cache, progress
        )
        progress("Export", "", 1, 1)
    with timed(seconds, "audit"):
        progress("Audit", "", 0, 1)
        allowed = outside.allowed_axioms
        environment = functools.cache(lambda: _environment(wide, source))
        key = {
            "what": "audit of an export",
            "code": code([__name__]),
            "known": sha256_of(KNOWN),
            "export": wide.sha256,
            "places": source.places,
            "axioms": list(allowed),
        }

        def audit_all(names: Sequence[str]) -> Mapping[str, Proof]:
            proofs = _audit(environment(), names, allowed)
            return {
                name: replace(
                    proof,
                    lean_form=source.statements.get(proof.theorem),
                    trace=source.traces.get(proof.theorem),
                )
                for name, proof in proofs.items()
            }

        found = audited(environment, claims, audit_all, key, cache)
        proofs = [proof for proof in found.proofs.values() if not _is_by_code(proof)]
        cut = narrowed(wide, proofs, claims, project.build, cache, progress)
        progress("Audit", "", 1, 1)
    with timed(seconds, "checkers"):
        checked = check_by(
            outside.checkers if proofs else (),
            cut.path,
            cut.sha256,
            folder=project.root,
            axioms=cut.axioms,
            cache=cache,
            progress=progress,
        )
    carrier = _carrier(cut, proofs, checked)
    with timed(seconds, "second kernel"):
        carrier = _accepted(carrier, proofs, environment, cache, progress)
    return Outside(found.proofs, found.definitions, seconds, source, wide, cut, checked, carrier)


def _is_by_code(proof: Proof) -> bool:
    """Whether a proof rests on what compiled code said, and is not taken for one: then no kernel is
    asked.
    """
    return proof.status != "proved" and by_code(proof.axioms)


def _of_file(project: Project) -> _Source:
    """Return the project's export.

    Raises:
        UsageError: if it cannot be read.
    """
    assert project.outside is not None and project.outside.export is not None
    file = project.outside.export
    try:
        sha256 = sha256_of(file)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror or error}; write it with lean4export, or "
            "correct 'export' under [proofs] in pyharness.toml"
        ) from None
    return _Source(file, os.path.relpath(file, project.root), sha256)


def _of_lake(project: Project, claims: Sequence[Claim], progress: Progress) -> _Source:
    """Have lake build the project, and export the claims' theorems from it.

    Raises:
        HarnessError: as `export_from_lake`.
    """
    assert project.outside is not None and project.outside.lake is not None
    folder = project.outside.lake
    with naming(claims):
        done = export_from_lake(
            folder,
            theorems_of(claims),
            out=project.build / "lake",
            also=measured(claims),
            exporter=project.outside.exporter,
            progress=progress,
        )
    lines: dict[tuple[str, Path], dict[Name, int]] = {}
    for name, place in done.places.items():
        lines.setdefault((show_name(place.module), place.file), {})[name] = place.line
    modules = [
        ExportedModule(
            module, (folder / file).relative_to(project.root), sha256_of(folder / file), at
        )
        for (module, file), at in sorted(lines.items())
        # What lies outside the project is known by the export alone.
        if (folder / file).is_relative_to(project.root)
    ]
    return _Source(
        done.file,
        os.path.relpath(folder, project.root),
        sha256_of(done.file),
        modules,
        {show_name(name): text for name, text in done.statements.items()},
        _traced(project.outside, theorems_of(claims)),
    )


def _traced(outside: OutsideSettings, theorems: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Return what LeanDojo recorded of theorems.

    Raises:
        StaleTrace: if it was recorded of other sources than those of the project.
        UsageError: as `read_trace`.
    """
    if outside.trace is None or outside.lake is None:
        return {}
    recorded = read_trace(outside.trace)
    found = {name: recorded[name] for name in theorems if name in recorded}
    for item in found.values():
        theirs, ours = outside.trace / item.file, outside.lake / item.file
        if not ours.is_file() or sha256_of(theirs) != sha256_of(ours):
            raise StaleTrace(
                f"{outside.trace} was traced with another {item.file} than {ours}; record the trace "
                "again"
            )
    return {
        name: {"premises": list(item.premises), "tactics": list(item.tactics)}
        for name, item in found.items()
    }


def _carrier(cut: Cut, proofs: Collection[Proof], checked: Sequence[Checked]) -> Carried:
    names = {name for proof in proofs for name in (proof.theorem, proof.example) if name}
    return Carried(
        cut.path.read_bytes() if names else b"",
        tuple(sorted(names)),
        tuple(item.title for item in checked if item.outcome == "accepted"),
        [asdict(item) for item in checked],
    )


def _accepted(
    carrier: Carried,
    proofs: Sequence[Proof],
    environment: Callable[[], Environment],
    cache: Cache,
    progress: Progress,
) -> Carried:
    """Have the second kernel check the lines, and compare what it read with what was read here.

    Raises:
        Disagreement: if it refuses them, or read something else.
    """
    with SecondKernel(
        carrier.lines, carrier.names, others=carrier.kernels, cache=cache, progress=progress
    ) as second:
        answer = second.answer()

    def agree() -> bool:
        require_agreement(proofs, environment(), answer["answers"], _READING)
        return True

    key = {"what": "agreement with an export", "code": code(["pyharness.proofs.agreement"])}
    once(cache, key | {"proofs": [asdict(proof) for proof in proofs], "answer": answer}, agree)
    return replace(carrier, answer=answer)


def list_topmost(project: Project, *, progress: Progress) -> list[str]:
    """Return the theorems of the project's export on which nothing else in it rests.

    Raises:
        UsageError: if the file cannot be read, or there are too many theorems, or none.
    """
    source = _of_file(project)
    key = {
        "what": "topmost theorems",
        "code": code(["pyharness.proofs.cut", __name__]),
        "file": source.sha256,
    }

    def find() -> list[str]:
        advice = f'list those to report in {FILE_NAME}: theorems = ["NAME", …]'
        return [show_name(name) for name in _topmost(Index(source.file, progress), advice)]

    found: list[str] = once(kept(project, fresh=False), key, find)
    return found


@dataclass(frozen=True)
class Listed:
    """Some theorems of an export.

    Attributes:
        statements: what each states, as text, by its name.
        axioms: those that they rest on.
        left_out: names that are of no theorem in it.
    """

    statements: Mapping[str, str]
    axioms: frozenset[str]
    left_out: tuple[str, ...]


def read_theorems(
    export: Path, names: Sequence[str] | None, *, leave_out: bool = False, progress: Progress
) -> Listed:
    """Return what theorems of an export state: those that are named, or those on which nothing
    else in it rests. No kernel is asked.

    Args:
        export: the file.
        names: their full names.
        leave_out: whether a name that is of no theorem is left out; it is an error otherwise.
        progress: told what is done.

    Raises:
        UsageError: if the file cannot be read, or there are too many theorems, or none.
        BadTheorem: if one that is named is not there.
    """
    index = Index(export, progress)
    left_out = [
        name
        for name in names or ()
        if leave_out and index.kinds.get(parse_name(name) or ()) != "theorem"
    ]
    if names is None:
        roots = _topmost(index, "name those that claims are about: --theorems NAME …")
    else:
        asked = [name for name in names if name not in left_out]
        for name in asked:
            if parse_name(name) not in index.kinds:
                missing(name, index.kinds, f"{export} declares no theorem")
        roots = [parse_name(name) or () for name in asked]
    if not roots:
        raise UsageError(
            f"none of the {len(left_out):,} names is of a theorem that {export} declares"
        )
    lines = io.BytesIO()
    index.write(roots, lines, progress)
    environment = Environment.exported(export, lines.getvalue())
    printer = Printer(environment)
    found = [find_theorem(environment, show_name(name)) for name in roots]
    return Listed(
        {show_name(item.name): printer.statement(item.name).text for item in found},
        frozenset(axiom for item in found for axiom in environment.axioms(item.name)),
        tuple(left_out),
    )


def _topmost(index: Index, advice: str) -> list[Name]:
    """Return the theorems of an export on which nothing else in it rests, but for those that tie
    functions on numbers.

    Raises:
        UsageError: if there are too many, or none.
    """
    tying = {("Acceleration", name) for named in EQUATIONS.values() for name in named}
    found = [name for name in index.topmost() if name not in tying]
    if not found:
        raise UsageError(f"{index.path} declares no theorem that a claim could name")
    if len(found) > _MOST:
        raise UsageError(
            f"{index.path} declares {len(found):,} theorems on which nothing else in it rests; "
            f"{advice}"
        )
    return found


def _environment(cut: Cut, source: _Source) -> Environment:
    try:
        return Environment.exported(Path(source.shown), cut.path.read_bytes(), source.modules)
    except BadExport as error:
        raise BadExport(f"{source.shown}: {error}") from None


def _audit(
    environment: Environment, theorems: Sequence[str], allowed: Sequence[str]
) -> Mapping[str, Proof]:
    """Audit theorems of an export.

    Raises:
        BadTheorem: as `find_theorem`.
        PolicyViolation: if a name is spelled with letters that pass for others, or an axiom of
            Lean's own is another one than its name says.
    """
    constants = {name: find_theorem(environment, name) for name in theorems}
    check_spelling(environment, constants.values())
    for name, digest in AXIOMS.items():
        if environment.find(name) and environment.meaning_sha256(name) != digest:
            raise PolicyViolation(
                f"the export declares an axiom {name} that is not Lean's own: "
                f"{Printer(environment).statement(environment.constant(name).name).text}"
            )
    return audit(environment, constants, allowed, Printer(environment))
