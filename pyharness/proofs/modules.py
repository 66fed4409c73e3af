"""Compiles one Lean module at a time into a folder whose entries are found by their content."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pyharness.proofs.toolchain import LeanError, LeanStopped, Toolchain

__all__ = ["ERRORS", "Compiler", "LeanBuildError", "Message", "Module", "Source", "setup"]

_FORMAT = 2
"""Part of every key: raise it when what an entry holds changes."""

_KEPT = 512
"""How many entries that a build does not use stay for later ones."""

_TIMEOUT = 1800.0
"""Seconds after which a module's compilation is given up."""


ERRORS = 100
"""Errors in a module after which Lean stops."""

_OPTIONS = {"autoImplicit": False, "relaxedAutoImplicit": False}


@dataclass(frozen=True)
class Message:
    """What Lean said of a source: line from 1, column from 0, as Lean counts them."""

    file: str
    line: int
    column: int
    severity: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}"


class LeanBuildError(LeanError):
    """Lean refuses a module. The message lists each error as `file:line:column: text`.

    Attributes:
        messages: the errors, in the order of the modules and of their lines.
    """

    def __init__(self, messages: Sequence[Message]):
        super().__init__("\n".join(map(str, messages)))
        self.messages = tuple(messages)


@dataclass(frozen=True)
class Source:
    """A module before it is compiled: its name, its file relative to the project, its text and what
    it imports.
    """

    name: str
    path: Path
    text: bytes
    imports: tuple[str, ...]


@dataclass(frozen=True)
class Module:
    """A compiled module.

    Attributes:
        name: its full name, such as "Demo.Basic".
        source: its source, relative to the project's root.
        source_sha256: SHA-256 of the bytes that were compiled.
        key: SHA-256 of all that its compilation depends on.
        imports: the modules that it imports directly.
        olean: what Lean stored; olean_sha256: its SHA-256.
        ilean: the positions of its declarations.
        messages: what Lean said of it, warnings included.
    """

    name: str
    source: Path
    source_sha256: str
    key: str
    imports: tuple[str, ...]
    olean: Path
    olean_sha256: str
    ilean: Path
    messages: tuple[Message, ...]


def setup(name: str, imports: Iterable[str], modules: Mapping[str, Module]) -> str:
    """Return the JSON that `lean --setup` takes: the module's name, and the file of each one that
    it can import.

    Lean then looks nowhere else, so a stale file cannot be read. A name that is declared nowhere is
    an error, not a new variable (`autoImplicit`).
    """
    artifacts: dict[str, list[list[str]]] = {}
    pending = list(imports)
    while pending:
        imported = modules[pending.pop()]
        if imported.name not in artifacts:
            artifacts[imported.name] = [[str(imported.olean)]]
            pending += imported.imports
    return json.dumps(
        {
            "name": name,
            "isModule": False,
            "importArts": artifacts,
            "dynlibs": [],
            "plugins": [],
            "options": _OPTIONS,
        }
    )


class Compiler:
    """Compiles modules into one folder, an entry each: a folder named by the key, complete or not
    there. Lean reads the files in it by their paths.

    An entry is made under another name and renamed as its last step, so one that was cut short is
    never read. Its record holds the digests of its files, and an entry that does not match them is
    made again.

    Args:
        folder: where the entries are.
        toolchain: the Lean that compiles.
        fresh: find only what was compiled through this very object.
    """

    def __init__(self, folder: Path, toolchain: Toolchain, *, fresh: bool = False):
        self._folder = folder
        self._toolchain = toolchain
        self._fresh = fresh
        self._compiled: set[str] = set()
        self._running: set[subprocess.Popen[str]] = set()

    @contextmanager
    def locked(self, *, shared: bool = False) -> Iterator[None]:
        """Keep other processes from writing to the folder, and clear away what one that was killed
        left behind.

        Shared, keep out only those that ask for it alone, and clear nothing away.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            for unfinished in () if shared else self._folder.glob("new-*"):
                shutil.rmtree(unfinished)
            yield

    def key(self, source: Source, modules: Mapping[str, Module]) -> str:
        """Return the SHA-256 of all that compiling the source depends on; `modules` holds its
        imports.
        """
        lean = (self._toolchain.version, self._toolchain.githash, self._toolchain.library_sha256)
        imports = [(name, modules[name].key) for name in source.imports]
        return _sha256(
            json.dumps([_FORMAT, lean, source.name, _sha256(source.text), imports]).encode()
        )

    def find(self, source: Source, modules: Mapping[str, Module]) -> Module | None:
        """Return the source's compiled module if there is a sound one; remove it if there is an
        unsound one.
        """
        key = self.key(source, modules)
        if self._fresh and key not in self._compiled:
            return None
        entry = self._folder / key
        try:
            record = json.loads((entry / "record.json").read_bytes())
            if any(
                _sha256((entry / file).read_bytes()) != digest
                for file, digest in record["files"].items()
            ):
                raise ValueError("a file differs from its record")
            messages = tuple(
                Message(source.path.as_posix(), **message) for message in record["messages"]
            )
            olean, ilean = _files(source.name)
            module = Module(
                source.name,
                source.path,
                _sha256(source.text),
                key,
                source.imports,
                entry / olean,
                record["files"][olean],
                entry / ilean,
                messages,
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            shutil.rmtree(entry, ignore_errors=True)
            return None
        os.utime(entry)
        return module

    def compile(
        self, source: Source, modules: Mapping[str, Module], *, errors: int = ERRORS
    ) -> Module:
        """Compile a source whose imports are in `modules`, and store it.

        Args:
            source: the source.
            modules: what it imports, by name.
            errors: after how many errors Lean stops, and says so in one more.

        Raises:
            LeanBuildError: if Lean reports an error.
            LeanStopped: if Lean runs too long, or ends badly without saying why.
        """
        with tempfile.TemporaryDirectory(
            prefix="new-", dir=self._folder, ignore_cleanup_errors=True
        ) as made:
            folder = Path(made) / "entry"
            folder.mkdir()
            plan = Path(made) / "setup.json"
            plan.write_text(setup(source.name, source.imports, modules))
            olean, ilean = _files(source.name)
            messages = self._lean(
                source,
                [
                    "--json",
                    "--stdin",
                    f"-DmaxErrors={errors}",
                    "--setup",
                    str(plan),
                    "-o",
                    str(folder / olean),
                    "-i",
                    str(folder / ilean),
                ],
            )
            record = {
                "files": {file: _sha256((folder / file).read_bytes()) for file in (olean, ilean)},
                "messages": [
                    {key: value for key, value in asdict(item).items() if key != "file"}
                    for item in messages
                ],
            }
            (folder / "record.json").write_text(json.dumps(record))
            key = self.key(source, modules)
            entry = self._folder / key
            shutil.rmtree(entry, ignore_errors=True)
            # Another process may have stored the same just now; `find` tells whether it is sound.
            with suppress(OSError):
                folder.rename(entry)
            self._compiled.add(key)
        module = self.find(source, modules)
        if module is None:
            raise LeanStopped(
                f"{source.path.as_posix()}: what Lean wrote to {entry} cannot be read back"
            )
        return module

    def stop(self) -> None:
        """Kill the compilations that are running."""
        for process in tuple(self._running):
            process.kill()

    def prune(self, used: Iterable[Module]) -> None:
        """Remove the entries that were not used for longest, beyond a fixed number; never one of
        `used`.
        """
        keys = {module.key for module in used}
        others = [
            path for path in self._folder.iterdir() if path.is_dir() and path.name not in keys
        ]
        for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
            shutil.rmtree(path)

    def _lean(self, source: Source, arguments: Sequence[str]) -> tuple[Message, ...]:
        """Have Lean read the very bytes that were hashed, and return what it says of them."""
        file = source.path.as_posix()
        try:
            text = source.text.decode()
        except UnicodeDecodeError as error:
            line = source.text.count(b"\n", 0, error.start) + 1
            raise LeanBuildError(
                [Message(file, line, 0, "error", "this file is not UTF-8")]
            ) from None
        with self._toolchain.start(arguments) as process:
            self._running.add(process)
            try:
                output, complaint = process.communicate(text, timeout=_TIMEOUT)
            except subprocess.TimeoutExpired:
                raise LeanStopped(f"{file}: Lean was stopped after {_TIMEOUT:g} s") from None
            finally:
                process.kill()
                self._running.discard(process)
        messages = tuple(_messages(file, output))
        errors = [message for message in messages if message.severity == "error"]
        if errors:
            raise LeanBuildError(errors)
        if process.returncode:
            raise LeanStopped(
                f"{file}: Lean ended with status {process.returncode}: {complaint.strip()[-2000:]}"
            )
        return messages


def _files(name: str) -> tuple[str, str]:
    return f"{name}.olean", f"{name}.ilean"


def _messages(file: str, output: str) -> Iterator[Message]:
    for line in output.splitlines():
        try:
            said = json.loads(line)
            yield Message(
                file, said["pos"]["line"], said["pos"]["column"], said["severity"], said["data"]
            )
        except (ValueError, LookupError, TypeError):
            # A module can print what it likes; only Lean's own messages have this shape.
            continue


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
