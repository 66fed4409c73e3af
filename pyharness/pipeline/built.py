"""Proofs that the Lean which comes with the harness builds: a project's library, built, audited and
replayed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from pyharness.core.cache import Cache
from pyharness.core.errors import UsageError
from pyharness.core.fingerprint import code
from pyharness.core.progress import Progress
from pyharness.core.text import did_you_mean
from pyharness.pipeline.proofs import Carried, Proofs, audited, kept, once, timed
from pyharness.project.pack import Claim
from pyharness.project.settings import FILE_NAME, Project
from pyharness.proofs.acceleration import require_tied
from pyharness.proofs.agreement import LEAN, carry
from pyharness.proofs.audit import audit_build
from pyharness.proofs.build import Build, build
from pyharness.proofs.conformance import Kernel
from pyharness.proofs.environment import Environment
from pyharness.proofs.library import (
    CHECKPOINT_CLAIMS,
    CHECKPOINT_THEOREMS,
    NAME as LIBRARY,
    SUPPORT,
    in_foundation,
    is_in,
)
from pyharness.proofs.replay import Replay, replay
from pyharness.proofs.toolchain import Toolchain, locate
from pyharness.proofs.unproved import Survey, require_listed, survey

__all__ = ["Built", "build_library", "prove_built"]


@dataclass(frozen=True)
class Built(Proofs):
    """What Lean says of a project's claims.

    Attributes:
        toolchain: the Lean that was asked.
        build: the library, built.
        survey: what the whole library holds, and what of it nobody proved.
        replay: what the kernel checked again.
        loaded: the constants of the library.
    """

    toolchain: Toolchain
    build: Build
    survey: Survey
    replay: Replay
    loaded: Environment

    @property
    def environment(self) -> Environment:
        """The constants of the library."""
        return self.loaded

    @cached_property
    def identity(self) -> Mapping[str, Any]:
        """The library and Lean."""
        return _identity(self.build, self.toolchain)

    @property
    def reading(self) -> str:
        """Lean's."""
        return LEAN

    @cached_property
    def foundation(self) -> Mapping[str, str]:
        """The digest of each source of the foundation, by its file."""
        return {
            module.source.as_posix(): module.source_sha256
            for module in self.build.modules
            if in_foundation(module.name)
        }

    @property
    def replayed(self) -> bool:
        """What is here at all, the replay accepted."""
        return True

    @property
    def library(self) -> Mapping[str, Any]:
        """What the survey counted."""
        return self.survey.counted()

    def lean(self) -> dict[str, Any]:
        """Return what a certificate holds of Lean and the library."""
        return {
            "version": self.toolchain.version,
            "githash": self.toolchain.githash,
            "library_sha256": self.toolchain.library_sha256,
            "replayed": self.replay.constants,
            "modules": [
                {
                    "module": module.name,
                    "file": module.source.as_posix(),
                    "sha256": module.source_sha256,
                    "foundation": in_foundation(module.name),
                }
                for module in self.build.modules
            ],
            "definitions": self.definitions,
            "library": self.library,
        }

    def carried(self, cache: Cache) -> Carried:
        """Return what `carry` does."""

        def find() -> dict[str, Any]:
            lines, names = carry(self.environment, self.by_theorem.values())
            return {"lines": lines.decode(), "names": names}

        theorems = [[proof.theorem, proof.example] for proof in self.by_theorem.values()]
        key = self.key("export", "pyharness.proofs.agreement") | {"theorems": theorems}
        found = once(cache, key, find)
        return Carried(found["lines"].encode(), tuple(found["names"]), (LEAN,))

    def require_listed(self, unproved: Collection[str]) -> None:
        """Require that the library proves all but what the project lists."""
        require_listed(self.survey, tuple(unproved))

    def decider(self, project: Project, *, fresh: bool) -> Kernel:
        """Return Lean's kernel."""
        return lean_kernel(project, self.toolchain, self.build, fresh=fresh)


def prove_built(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> Built:
    """Build the project's Lean library, read the status of each theorem that one of these claims
    names, find what is unproved in all of it, and replay it.

    Compiled modules that nothing has changed are not compiled again, and a library that was audited
    and replayed is not audited and replayed again, unless it is to be `fresh`.

    Raises:
        HarnessError: if Lean is missing or damaged; the library does not build, breaks the policy
            or is refused by the replay; or a theorem that a claim names is not in it.
    """
    seconds: dict[str, float] = {}
    cache = kept(project, fresh=fresh)
    with timed(seconds, "lean"):
        progress("Lean", "checking the toolchain", 0, 1)
        toolchain = locate()
    with timed(seconds, "build"):
        library = build_library(project, toolchain, fresh=fresh, progress=progress)
        _require_modules(project, library)
    with timed(seconds, "audit"):
        progress("Audit", "reading the environment", 0, 1)
        environment = Environment.load(library)
        allowed, under = project.allowed_axioms, project.axioms_under
        found = audited(
            lambda: environment,
            claims,
            lambda theorems: audit_build(library, environment, toolchain, theorems, allowed, under),
            _key("audit", library, toolchain, __name__, "pyharness.proofs._lean_main")
            | {
                "axioms": list(allowed),
                "under": {name: list(more) for name, more in under.items()},
            },
            cache,
        )
        surveyed = _surveyed(environment, library, toolchain, cache)
        progress("Audit", "", 1, 1)
    with timed(seconds, "replay"):
        progress("Replay", "every declaration", 0, 1)
        replayed = _replayed(environment, library, toolchain, cache)
        progress("Replay", "", 1, 1)
    return Built(
        found.proofs,
        found.definitions,
        seconds,
        toolchain,
        library,
        surveyed,
        replayed,
        environment,
    )


def build_library(
    project: Project, toolchain: Toolchain, *, progress: Progress, fresh: bool = False
) -> Build:
    """Build a project's Lean modules, with what the harness needs of the library beside them.

    Raises:
        LeanBuildError, LeanStopped: as `pyharness.proofs.build.build`.
    """
    shipped = project.lean_root == LIBRARY and not is_in(project.root)
    about_checkpoints = CHECKPOINT_CLAIMS in project.packs
    return build(
        # A project without Lean files of its own can name the library itself.
        project.library if shipped else project.root,
        project.lean_root,
        out=project.build,
        toolchain=toolchain,
        library=project.library,
        # The library's own project has these among its modules.
        support=()
        if project.lean_root == LIBRARY
        else SUPPORT + (CHECKPOINT_THEOREMS,) * about_checkpoints,
        fresh=fresh,
        progress=progress,
    )


def _require_modules(project: Project, library: Build) -> None:
    """Require that each module under which axioms are allowed is there, or one below it."""
    names = {
        name.rsplit(".", above)[0]
        for name in (module.name for module in library.modules)
        for above in range(name.count(".") + 1)
    }
    for name in project.axioms_under:
        if name not in names:
            raise UsageError(
                f"{project.root / FILE_NAME}: [axioms-under] names {name}, and the library has no such "
                f"module, nor one below it{did_you_mean(name, names)}"
            )


def lean_kernel(project: Project, toolchain: Toolchain, library: Build, *, fresh: bool) -> Kernel:
    """Return Lean's kernel, which decides conformance with a library."""
    return Kernel(toolchain, library, project.build, project.allowed_axioms, fresh=fresh)


def _surveyed(
    environment: Environment, library: Build, toolchain: Toolchain, cache: Cache
) -> Survey:
    key = _key("survey", library, toolchain, "pyharness.proofs.unproved")
    return Survey.from_json(once(cache, key, lambda: asdict(survey(library, environment))))


def _replayed(
    environment: Environment, library: Build, toolchain: Toolchain, cache: Cache
) -> Replay:
    """Replay the library, with what the kernel computes by name."""

    def find() -> dict[str, Any]:
        require_tied(environment, toolchain)
        return asdict(replay(environment, toolchain))

    key = _key(
        "replay",
        library,
        toolchain,
        "pyharness.proofs.acceleration",
        "pyharness.proofs.replay",
        "pyharness.proofs._replay_main",
    )
    found = once(cache, key, find)
    return Replay(found["constants"], tuple(found["skipped"]))


def _key(what: str, library: Build, toolchain: Toolchain, *modules: str) -> dict[str, Any]:
    """All that what these modules' code makes of a library depends on."""
    return {"what": what, "code": code(modules), **_identity(library, toolchain)}


def _identity(library: Build, toolchain: Toolchain) -> dict[str, Any]:
    return {
        "lean": [toolchain.version, toolchain.githash, toolchain.library_sha256],
        "library": library.key,
        "modules": [module.olean_sha256 for module in library.modules],
    }
