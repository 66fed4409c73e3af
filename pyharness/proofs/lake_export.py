"""Exports the theorems of a Lean project that `lake` builds, with all that they rest on.

The exporter is a program of the project's own Lean: `leanexport`, which Lean brings from 4.35 on,
or `lean4export` built for an earlier one. What it writes is read like any export: none of it is
believed. The index that Lean writes beside a module says where in the sources a name is, which an
export cannot, and Lean prints the statements; both are for readers alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyharness.core.errors import UsageError
from pyharness.core.files import sha256_of
from pyharness.core.progress import Progress, quiet
from pyharness.proofs.cut import BadExport, Meta, read_meta
from pyharness.proofs.lake_project import (
    BUILT,
    Declared,
    Lake,
    LakeError,
    Place,
    declarations,
    modules,
)
from pyharness.proofs.names import Name, parse_name, quote_name, show_name
from pyharness.proofs.questions import NoAnswer
from pyharness.proofs.toolchain import LeanMissing

__all__ = ["LakeExport", "export_from_lake"]

_FORMAT = 1
"""Part of every digest: raise it when what a file holds for the same inputs changes."""

_KEPT = 4
"""Exports that stay for later, the newest ones."""

_TAIL = 4000
"""Characters of what an exporter complained of that an error shows."""

_WAIT = 0.5
"""Seconds from one word on how much is written to the next."""

_BRINGS_ONE = (4, 35)
"""The first Lean with an exporter of its own."""

_RELEASE = re.compile(r"(\d+)\.(\d+)\.")
_OTHER_LEAN = re.compile(r"(?:incompatible|invalid) header")


@dataclass(frozen=True)
class LakeExport:
    """An export of a lake project.

    Attributes:
        file: the export, in lean4export's NDJSON format 3.1.
        lean: the version of Lean that built the project, such as "4.35.0".
        exporter: the name and version that the exporter gives itself. Lean's `leanexport` calls
            itself lean4export too.
        places: where the project's sources declare what it declares, private things by their whole
            names.
        statements: the theorems that were asked for, as Lean prints them; empty if it did not.
    """

    file: Path
    lean: str
    exporter: str
    places: Mapping[Name, Place]
    statements: Mapping[Name, str]


def export_from_lake(
    folder: Path,
    theorems: Sequence[str],
    *,
    out: Path,
    also: Sequence[str] = (),
    exporter: str | None = None,
    progress: Progress = quiet,
) -> LakeExport:
    """Build a lake project and export theorems of it.

    Beside them stands in the export what the project's sources build on them, since that may show
    that their hypotheses can hold. An export that was written from the same compiled files is
    taken again.

    Args:
        folder: the project's.
        theorems: their full names.
        out: where the export is written; made if it is not there.
        also: other names, of which those are exported that the project declares.
        exporter: the program that exports: a path, relative to the project's folder, or a name on
            PATH. By default Lean's own `leanexport`, or `lean4export` on PATH.
        progress: told what is done.

    Raises:
        UsageError: if the folder is no lake project, or no theorem is named.
        UnknownTheorem: if no module declares a theorem.
        NotATheorem: if a theorem is private.
        LeanMissing: if there is no `lake`, or no exporter.
        LakeError: if lake or the exporter fails, or is not of the Lean that `lean-toolchain`
            names; or if what the exporter wrote is not what was asked for.
    """
    lake = Lake.find(folder)
    if not theorems:
        raise UsageError(f"no theorem of {folder} is named, so there is nothing to export")
    progress("Lean", "checking the toolchain", 0, 1)
    version, commit = lake.version()
    program = _Exporter.find(lake, version, commit, exporter)
    progress("Lean", "", 1, 1)
    lake.build((), progress)
    chosen = _Chosen.of(modules(folder), theorems, also)
    # The first build left alone what is no default target: what lies there of that may be older
    # than its source, and its lines other ones.
    lake.build_modules(chosen.modules, progress)
    chosen = _Chosen.of(modules(folder), theorems, also)
    with _locked(out):
        return program.export(chosen, out, progress)


@dataclass(frozen=True)
class _Chosen:
    """What is exported, what the project declares, and the index of each of its modules."""

    theorems: Mapping[Name, Place]
    all: Mapping[Name, Place]
    declared: Declared
    ileans: Mapping[Name, Path]

    @classmethod
    def of(
        cls, built: Mapping[Name, tuple[Path, Path]], theorems: Sequence[str], also: Sequence[str]
    ) -> _Chosen:
        declared = declarations(built)
        chosen = declared.choose(theorems)
        more = {
            name: declared.public[name][0]
            for text in also
            if (name := parse_name(text)) in declared.public and name is not None
        }
        ileans = {name: ilean for name, (ilean, _) in built.items()}
        return cls(chosen, {**more, **chosen, **declared.built_on(chosen)}, declared, ileans)

    @property
    def modules(self) -> list[Name]:
        """The modules that declare what is exported."""
        return sorted({place.module for place in self.all.values()}, key=show_name)

    def places(self) -> dict[Name, Place]:
        """Return where all that the project declares is."""
        public = {name: places[0] for name, places in self.declared.public.items()}
        return {**self.declared.private, **public}


@dataclass(frozen=True)
class _Exporter:
    """A program that exports, for a lake project.

    Attributes:
        lake: runs it.
        path: the program.
        version: the project's Lean.
        commit: the first digits of the commit that this Lean was built from.
    """

    lake: Lake
    path: Path
    version: str
    commit: str

    @classmethod
    def find(cls, lake: Lake, version: str, commit: str, asked: str | None) -> _Exporter:
        """Return the program that is asked for, or the one that the project's Lean brings, or
        `lean4export` on PATH.

        Raises:
            LeanMissing: if there is none.
        """
        if asked is not None:
            found = shutil.which(str(lake.folder / asked) if os.sep in asked else asked)
            if found is None:
                raise LeanMissing(
                    f"there is no program {asked} to export with. {_how_to_get(version)}"
                )
            return cls(lake, Path(found).absolute(), version, commit)
        # By its place, as lake itself does: a program of that name on PATH may be of another Lean.
        own = Path(lake.output("lean", "--print-prefix").strip(), "bin", "leanexport")
        if own.is_file():
            return cls(lake, own, version, commit)
        found = shutil.which("lean4export")
        if found is None:
            raise LeanMissing(
                f"there is no {own}, and no lean4export on PATH. {_how_to_get(version)}"
            )
        return cls(lake, Path(found).absolute(), version, commit)

    def export(self, chosen: _Chosen, out: Path, progress: Progress) -> LakeExport:
        """Export what was chosen, unless a sound export of the same is there."""
        key = self._key(chosen)
        file, record = out / f"lake-{key}.ndjson", out / f"lake-{key}.json"
        known = _read_record(file, record)
        if known is None:
            progress("Export", str(self.path.name), 0, 1)
            with tempfile.TemporaryDirectory(prefix="lake-new-", dir=out) as temporary:
                new = Path(temporary, "export.ndjson")
                self._run(chosen, new, progress)
                meta, sha256 = self._require_sound(new, chosen)
                statements = self._statements(chosen.theorems)
                known = {
                    "sha256": sha256,
                    "exporter": f"{meta.exporter} {meta.exporter_version}",
                    "statements": {show_name(name): text for name, text in statements.items()},
                }
                new_record = Path(temporary, "record.json")
                new_record.write_text(json.dumps(known), encoding="utf-8")
                # Without its record a file is not taken, so the record comes last.
                os.replace(new, file)
                os.replace(new_record, record)
        os.utime(record)
        _prune(out)
        progress("Export", "", 1, 1)
        shown = {show_name(name): name for name in chosen.theorems}
        return LakeExport(
            file,
            self.version,
            known["exporter"],
            chosen.places(),
            {shown[text]: said for text, said in known["statements"].items() if text in shown},
        )

    def _key(self, chosen: _Chosen) -> str:
        """Return the digest of all that the export depends on.

        What the packages of others compiled to can be many gigabytes: of these files the place, the
        size and the time of the last change stand for what they hold.
        """
        own = (self.lake.folder / BUILT).resolve()
        files: dict[str, object] = {}
        for entry in self.lake.output("printenv", "LEAN_PATH").strip().split(os.pathsep):
            for path in (self.lake.folder / entry).resolve().rglob("*.olean*"):
                if path.is_relative_to(own):
                    files[str(path)] = sha256_of(path)
                else:
                    found = path.stat()
                    files[str(path)] = [found.st_size, found.st_mtime_ns]
        program = self.path.resolve()
        parts = [
            _FORMAT,
            [self.version, self.commit],
            [str(program), sha256_of(program)],
            sorted(files.items()),
            sorted(map(show_name, chosen.theorems)),
            sorted(map(show_name, chosen.all)),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def _run(self, chosen: _Chosen, new: Path, progress: Progress) -> None:
        """Have the program write to a file.

        Raises:
            LakeError: if it fails.
        """
        # Without the variable it goes on after a panic, and ends as if all were well. What a source
        # defines need not be a constant: only theorems must be there.
        command = [
            *(self.lake.executable, "env", str(self.path), "--ignore-missing"),
            *map(quote_name, chosen.modules),
            *("--", *map(quote_name, sorted(chosen.all, key=show_name))),
        ]
        with new.open("wb") as output, tempfile.TemporaryFile() as complaint:
            with subprocess.Popen(
                command,
                cwd=self.lake.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=complaint,
                env={**os.environ, "LEAN_ABORT_ON_PANIC": "1"},
            ) as process:
                try:
                    while process.poll() is None:
                        try:
                            process.wait(_WAIT)
                        except subprocess.TimeoutExpired:
                            size = new.stat().st_size
                            progress("Export", f"{size:,} bytes are written", 0, 1)
                finally:
                    process.kill()
            complaint.seek(0)
            said = complaint.read().decode(errors="replace").strip()[-_TAIL:]
        if _OTHER_LEAN.search(said):
            raise self._of_another_lean(said)
        if process.returncode:
            raise LakeError(
                f"{self.path} failed in {self.lake.folder} with status {process.returncode}:\n{said}"
            )
        if not new.stat().st_size:
            raise LakeError(
                f"{self.path} wrote nothing, though it ended with status 0; is it an exporter?\n{said}"
            )

    def _require_sound(self, new: Path, chosen: _Chosen) -> tuple[Meta, str]:
        """Return what a file says of itself, and its SHA-256.

        Raises:
            LakeError: if it is of another format or Lean, is cut short, or does not declare a
                theorem that was asked for, or not with its proof.
        """
        with new.open("rb") as file:
            first = file.readline()
            try:
                meta = read_meta(first)
            except BadExport as error:
                raise LakeError(
                    f"{self.path} does not write lean4export's format 3.1: {error}. "
                    f"{_how_to_get(self.version)}"
                ) from None
            if meta.lean != self.version or not meta.githash.startswith(self.commit):
                raise self._of_another_lean(
                    f"its export is of Lean {meta.lean}, commit {meta.githash}, and the project's "
                    f"Lean is of commit {self.commit}"
                )
            digest = hashlib.sha256(first)
            try:
                kinds = dict(_kinds(file, digest))
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise LakeError(
                    f"what {self.path} wrote is cut short or damaged ({error}); run again"
                ) from None
        for name, place in chosen.theorems.items():
            if name not in kinds:
                raise LakeError(
                    f"{self.path} did not export {show_name(name)}, which "
                    f"{place.file.as_posix()}:{place.line} declares; if it is unsafe, no export "
                    "holds it; otherwise run again"
                )
        axioms = {name: place for name, place in chosen.theorems.items() if kinds[name] == "axiom"}
        self._require_proofs(axioms, chosen.ileans)
        return meta, digest.hexdigest()

    def _require_proofs(self, axioms: Mapping[Name, Place], ileans: Mapping[Name, Path]) -> None:
        """Require that what an export holds as axioms are axioms, and no theorems whose proofs are
        missing.
        """
        for name, place in axioms.items():
            # Of a file that begins with `module` there are three; without the last, Lean takes its
            # theorems for axioms too.
            server, private = (
                ileans[place.module].with_suffix(f".olean.{part}") for part in ("server", "private")
            )
            if server.exists() and not private.exists():
                raise LakeError(
                    f"{show_name(name)} is exported as an axiom: {private}, which would hold its "
                    f"proof, is not there; delete {ileans[place.module].with_suffix('.olean')}, so that "
                    "`lake build` writes all of them again"
                )
        for name, kind in self.lake.kinds(axioms).items() if axioms else ():
            if kind == "theorem":
                raise LakeError(
                    f"{self.path} exported {show_name(name)} without its proof. In a file that begins "
                    "with `module` the proofs are in the .olean.private beside the .olean, which "
                    f"leanexport and lean4export read: take one of these. {_how_to_get(self.version)}"
                )

    def _of_another_lean(self, said: str) -> LakeError:
        return LakeError(
            f"{self.path} is of another Lean than the project, which is of Lean {self.version}. "
            f"{_how_to_get(self.version)}\n{said}"
        )

    def _statements(self, theorems: Mapping[Name, Place]) -> dict[Name, str]:
        try:
            answers = self.lake.ask(theorems, ["#check {}"])
        except NoAnswer:
            return {}
        return {name: answer for name, (answer,) in answers.items()}


def _how_to_get(version: str) -> str:
    """Say how to come by an exporter for a version of Lean."""
    found = _RELEASE.match(version)
    if found is not None and (int(found[1]), int(found[2])) >= _BRINGS_ONE:
        return (
            f"Lean {version} has a leanexport of its own, which is used where pyharness.toml names no "
            "exporter under [proofs]; if it is not there, install that Lean again with elan"
        )
    return (
        f"Build lean4export for Lean {version}, which brings no exporter (Lean does from 4.35 on):\n"
        "    git clone https://github.com/leanprover/lean4export\n"
        f"    cd lean4export && git checkout v{version} && lake build\n"
        "and write in pyharness.toml, under [proofs]:\n"
        '    exporter = "…/lean4export/.lake/build/bin/lean4export"\n'
        "Its tags write format 3.1, from v4.15.0 on."
    )


def _kinds(file: BinaryIO, digest: Any) -> Iterator[tuple[Name, str]]:
    """Yield each constant that the lines of an export declare, with its kind, and take them all
    into a digest.

    Raises:
        ValueError: if the last line does not end, or a line is none of JSON.
        LookupError: if a line mentions a name that no line before it introduces.
    """
    names: list[Name] = [()]
    for line in file:
        digest.update(line)
        if not line.endswith(b"\n"):
            raise ValueError("its last line does not end")
        if b'"ie":' in line or b'"il":' in line:
            continue
        value = json.loads(line)
        if "in" in value:
            part = value.get("str") or value["num"]
            names.append((*names[part["pre"]], part["str"] if "str" in part else part["i"]))
            continue
        ((form, fields),) = value.items()
        items = (
            [("inductive", item) for part in ("types", "ctors", "recs") for item in fields[part]]
            if form == "inductive"
            else [(form, fields)]
        )
        yield from ((names[item["name"]], kind) for kind, item in items)


# --------------------------------------------------------------------------------- what is kept
@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Keep other processes from writing exports to a folder, and clear away what one that was
    killed left behind.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / "lake.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for unfinished in out.glob("lake-new-*"):
            shutil.rmtree(unfinished)
        yield


def _read_record(file: Path, record: Path) -> dict[str, Any] | None:
    """Return what was noted of an export; None if it is not there, or not as it was written."""
    try:
        known: dict[str, Any] = json.loads(record.read_bytes())
        well = known["sha256"] == sha256_of(file) and isinstance(known["exporter"], str)
        well = well and all(parse_name(name) for name in known["statements"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return known if well else None


def _prune(out: Path) -> None:
    """Remove the exports that were not used for longest, beyond a fixed number."""
    records = sorted(out.glob("lake-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for record in records[_KEPT:]:
        record.unlink()
        record.with_suffix(".ndjson").unlink(missing_ok=True)
