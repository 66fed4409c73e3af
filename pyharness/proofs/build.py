"""Builds a Lean library: finds its modules by their imports and compiles those that changed, in
parallel.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyharness.core.files import read_regular
from pyharness.core.progress import Progress, quiet
from pyharness.proofs.library import NAME as LIBRARY, folder, in_foundation, in_library
from pyharness.proofs.modules import Compiler, LeanBuildError, Message, Module, Source
from pyharness.proofs.toolchain import Toolchain

__all__ = ["Build", "LeanBuildError", "Message", "Module", "build", "read_imports"]


@dataclass(frozen=True)
class Build:
    """A library that Lean accepted.

    Attributes:
        root: the project's folder.
        root_module: the project's root module.
        library: the folder of the Lean library's modules, see `pyharness.proofs.library`.
        roots: the root module, and those of the library that are built with it although it does not
            reach them. Together they import all others.
        modules: every module, each after those that it imports.
        compiled: how many of them Lean compiled now; the others had been before.
        seconds: how long the build took.
    """

    root: Path
    root_module: str
    library: Path
    roots: tuple[str, ...]
    modules: tuple[Module, ...]
    compiled: int
    seconds: float

    @cached_property
    def by_name(self) -> dict[str, Module]:
        """The modules by their names."""
        return {module.name: module for module in self.modules}

    @property
    def key(self) -> str:
        """The SHA-256 of all that the library depends on: every source, and Lean itself."""
        keys = [self.by_name[name].key for name in self.roots]
        return keys[0] if len(keys) == 1 else hashlib.sha256("".join(keys).encode()).hexdigest()

    def file(self, module: Module) -> Path:
        """Where the source of a module is."""
        return _folder(module.name, self.root, self.root_module, self.library) / module.source

    @property
    def messages(self) -> tuple[Message, ...]:
        """What Lean said of the modules, warnings included, whether compiled now or before."""
        return tuple(message for module in self.modules for message in module.messages)


def build(
    root: Path,
    module: str,
    *,
    out: Path,
    toolchain: Toolchain,
    library: Path | None = None,
    support: Sequence[str] = (),
    jobs: int | None = None,
    fresh: bool = False,
    progress: Progress = quiet,
) -> Build:
    """Build a module and all that it imports.

    A module is compiled again when its text, its name, an import of it (direct or not) or Lean
    itself differs, or when its stored files are damaged; never otherwise.

    Args:
        root: the project's folder; the module `A.B` is `A/B.lean` in it.
        module: the root module. Every module that it reaches must be it, be under its name, or be
            of the library.
        out: where compiled modules are kept, in a folder `lean`.
        toolchain: the Lean that compiles.
        library: the folder of the Lean library's modules; by default, of the one that ships with
            the harness.
        support: modules of the library to build as well.
        jobs: how many modules are compiled at a time; by default, as many as there are cores.
        fresh: compile every module, whatever is there.
        progress: told of each module that is done.

    Raises:
        LeanBuildError: if an import is missing, neither the project's nor the library's, or part of
            a cycle; if the project has a file of its own in the place of one of the library's; or
            if Lean refuses a module. The message lists every error that was found.
        LeanStopped: if Lean ends without an answer.
    """
    start = time.perf_counter()
    library = folder() if library is None else library
    sources, roots = _discover(root, module, library, support)
    compiler = Compiler(out.absolute() / "lean", toolchain, fresh=fresh)
    with compiler.locked():
        modules, compiled = _compile_all(sources, compiler, jobs or os.cpu_count() or 1, progress)
        compiler.prune(modules)
    return Build(root, module, library, roots, modules, compiled, time.perf_counter() - start)


def _compile_all(
    sources: Sequence[Source], compiler: Compiler, jobs: int, progress: Progress
) -> tuple[tuple[Module, ...], int]:
    done: dict[str, Module] = {}
    failed: dict[str, LeanBuildError | None] = {}
    compiled = 0
    waiting = list(sources)
    running: dict[Future[Module], Source] = {}

    def finish(module: Module) -> None:
        done[module.name] = module
        progress("Lean", module.name, len(done), len(sources))

    pool = ThreadPoolExecutor(jobs)
    try:
        while waiting or running:
            blocked = []
            for source in waiting:
                if any(name in failed for name in source.imports):
                    failed[source.name] = None
                elif any(name not in done for name in source.imports):
                    blocked.append(source)
                elif (module := compiler.find(source, done)) is not None:
                    finish(module)
                else:
                    # A copy: `done` grows here while the compilation reads it.
                    running[pool.submit(compiler.compile, source, dict(done))] = source
            waiting = blocked
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                source = running.pop(future)
                try:
                    finish(future.result())
                    compiled += 1
                except LeanBuildError as error:
                    failed[source.name] = error
    finally:
        compiler.stop()
        pool.shutdown(cancel_futures=True)
    if failed:
        errors = [failed[source.name] for source in sources if source.name in failed]
        raise LeanBuildError([message for error in errors if error for message in error.messages])
    return tuple(done[source.name] for source in sources), compiled


# ---------------------------------------------------------------------------------------- discovery
def _folder(name: str, root: Path, module: str, library: Path) -> Path:
    """Return the folder of a module: a project has those under its own root module, but for the
    foundation, and the library has the others.
    """
    own = name == module or name.startswith(f"{module}.")
    return root if own and not in_foundation(name) else library


def _discover(
    root: Path, module: str, library: Path, support: Sequence[str]
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return the module, those of `support`, and all that they import, each after its imports; and
    those of them that nothing else imports.
    """
    found: dict[str, Source] = {}
    ordered: dict[str, Source] = {}
    path: list[tuple[Source, Iterator[tuple[str, int, int]]]] = []

    def enter(name: str, refuse: Callable[[str], LeanBuildError]) -> None:
        file = Path(*name.split(".")).with_suffix(".lean")
        folder = _folder(name, root, module, library)
        try:
            text = read_regular(folder / file)
        except OSError as error:
            raise refuse(
                f"module {name}: {file.as_posix()} cannot be read: {error.strerror}"
            ) from None
        if folder != root and os.path.isfile(root / file) and read_regular(root / file) != text:
            raise refuse(
                f"{name} comes with the library {LIBRARY}, and {file.as_posix()} here is another "
                "one; remove it, or put your own modules under another name"
            )
        imports = read_imports(text.decode(errors="replace"), file.as_posix())
        found[name] = Source(name, file, text, tuple(imported for imported, _, _ in imports))
        path.append((found[name], iter(imports)))

    def follow() -> None:
        while path:
            source, imports = path[-1]
            for name, line, column in imports:
                refuse = _refusal(source.path.as_posix(), line, column)
                if not (name == module or name.startswith(f"{module}.") or in_library(name)):
                    raise refuse(
                        f"{name} is neither a module of {module} nor one of the library {LIBRARY}; "
                        "only these can be imported"
                    )
                if name not in found:
                    enter(name, refuse)
                    break
                if name not in ordered:
                    names = [item.name for item, _ in path]
                    cycle = " -> ".join([*names[names.index(name) :], name])
                    raise refuse(f"import cycle: {cycle}")
            else:
                ordered[source.name] = source
                path.pop()

    roots = []
    for name in (module, *support):
        if name not in found:
            enter(name, _refusal(f"{name.replace('.', '/')}.lean"))
            follow()
            roots.append(name)
    return tuple(ordered.values()), tuple(roots)


def _refusal(file: str, line: int = 1, column: int = 0) -> Callable[[str], LeanBuildError]:
    return lambda text: LeanBuildError([Message(file, line, column, "error", text)])


_SPACE = re.compile(r"(?:\s+|--[^\n]*)+")
_WORD = re.compile(r"[^\W\d][\w'!?]*(?:\.[^\W\d][\w'!?]*)*")
_COMMENT_MARK = re.compile(r"/-|-/")


def read_imports(text: str, file: str) -> tuple[tuple[str, int, int], ...]:
    """Read the header of a Lean source: each import's name, with its line from 1 and its column
    from 0.

    Raises:
        LeanBuildError: if it does not begin with `prelude`, is of Lean's module system, or has an
            import that this harness does not read.
    """
    position = 0
    imports: list[tuple[str, int, int]] = []

    def where(at: int) -> tuple[int, int]:
        return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1)

    def refuse(reason: str) -> LeanBuildError:
        return LeanBuildError([Message(file, *where(position), "error", reason)])

    def word() -> str:
        nonlocal position
        position = _skip_space(text, position)
        match = _WORD.match(text, position)
        return match.group() if match else ""

    if (first := word()) == "module":
        raise refuse(
            "`module` makes this a file of Lean's module system, which stores proofs apart from "
            "statements and is not read here; remove the line `module`, and `public` and `meta` "
            "before `import`"
        )
    if first != "prelude":
        raise refuse(
            "a module must begin with `prelude`: the Lean that pip installs brings no Init to import. "
            f"Write `prelude`, then what you need of the library, such as `import {LIBRARY}.Algebra.Rat`"
        )
    position += len("prelude")
    while word() == "import":
        position += len("import")
        if not (name := word()):
            raise refuse(
                "the name of a module is expected here: identifiers joined by dots, without « »"
            )
        imports.append((name, *where(position)))
        position += len(name)
    if word() in ("public", "meta"):
        raise refuse("`public` and `meta` imports are not supported; write a plain `import`")
    return tuple(imports)


def _skip_space(text: str, position: int) -> int:
    """Return where white space and comments, which nest, end."""
    while True:
        if match := _SPACE.match(text, position):
            position = match.end()
        elif text.startswith("/-", position) and not text.startswith(("/--", "/-!"), position):
            depth, position = 1, position + 2
            while depth and (mark := _COMMENT_MARK.search(text, position)):
                depth += 1 if mark.group() == "/-" else -1
                position = mark.end()
            if depth:
                return len(text)
        else:
            return position
