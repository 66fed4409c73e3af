"""Proving: build a project's Lean library, audit what its claims name, replay all of it, and hold
it against what was pinned.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from pyharness.certificate.tiers import proof_status
from pyharness.core.cache import Cache
from pyharness.core.errors import UsageError
from pyharness.core.fingerprint import code
from pyharness.core.progress import Progress
from pyharness.project.pack import Claim
from pyharness.project.pins import Change, pin, read_pins, require_unchanged
from pyharness.project.settings import Project
from pyharness.proofs.acceleration import require_tied
from pyharness.proofs.audit import BadTheorem, Proof, audit
from pyharness.proofs.build import Build, build
from pyharness.proofs.dependencies import Dependencies
from pyharness.proofs.environment import Environment
from pyharness.proofs.library import NAME as LIBRARY, SUPPORT
from pyharness.proofs.replay import Replay, replay
from pyharness.proofs.toolchain import Toolchain, locate
from pyharness.proofs.unproved import Survey, survey

__all__ = [
    "Proofs",
    "build_library",
    "claim_status",
    "kept",
    "once",
    "pin_theorems",
    "proof_key",
    "prove",
    "prove_as_pinned",
    "timed",
]


@dataclass(frozen=True)
class Proofs:
    """What Lean says of a project's claims.

    Attributes:
        toolchain: the Lean that was asked.
        build: the library, built.
        environment: its constants.
        by_theorem: each named theorem's proof, by its full name.
        definitions: those of the library that give the theorems their meaning, as a certificate
            lists them.
        survey: what the whole library holds, and what of it nobody proved.
        replay: what the kernel checked again.
        seconds: how long each stage took, by its name.
    """

    toolchain: Toolchain
    build: Build
    environment: Environment
    by_theorem: Mapping[str, Proof]
    definitions: Sequence[Mapping[str, Any]]
    survey: Survey
    replay: Replay
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, item: Claim) -> Proof | None:
        """The proof of the theorem that a claim names, or of its negation; None for an open
        claim.
        """
        theorem = item.theorem or item.negation
        return self.by_theorem[theorem] if theorem else None


def prove(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> Proofs:
    """Build the project's Lean library, read the status of each theorem that a claim names, find
    what is unproved in all of it, and replay it.

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
    with timed(seconds, "audit"):
        progress("Audit", "reading the environment", 0, 1)
        environment = Environment.load(library)
        proofs, definitions = _audited(
            environment, library, toolchain, claims, project.allowed_axioms, cache
        )
        surveyed = _surveyed(environment, library, toolchain, cache)
        progress("Audit", "", 1, 1)
    with timed(seconds, "replay"):
        progress("Replay", "every declaration", 0, 1)
        replayed = _replayed(environment, library, toolchain, cache)
        progress("Replay", "", 1, 1)
    return Proofs(toolchain, library, environment, proofs, definitions, surveyed, replayed, seconds)


def prove_as_pinned(
    project: Project, claims: Sequence[Claim], *, progress: Progress, fresh: bool = False
) -> tuple[Proofs, frozenset[str]]:
    """Prove, and hold what the theorems say against what was pinned; also return the theorems that
    were.

    Raises:
        HarnessError: as `prove`; or if a statement, a definition under one or the foundation is not
            as it was pinned.
    """
    proofs = prove(project, claims, progress=progress, fresh=fresh)
    pins = read_pins(project.pins)
    if pins is None:
        return proofs, frozenset()

    def find() -> bool:
        require_unchanged(
            pins,
            project.pins,
            proofs.build,
            proofs.environment,
            proofs.by_theorem,
        )
        return True

    key = proof_key("pins", proofs.build, proofs.toolchain, "pyharness.project.pins")
    once(
        kept(project, fresh=fresh),
        key | {"pins": pins, "theorems": sorted(proofs.by_theorem)},
        find,
    )
    return proofs, frozenset(pins["theorems"])


def pin_theorems(project: Project, claims: Sequence[Claim], *, progress: Progress) -> list[Change]:
    """Prove, record what the theorems say, and return what is new or differs from what was
    recorded.

    Raises:
        HarnessError: as `prove` and `pyharness.project.pins.pin`.
    """
    proofs = prove(project, claims, progress=progress)
    return pin(project.pins, proofs.build, proofs.environment, proofs.by_theorem)


def claim_status(item: Claim, proofs: Proofs) -> dict[str, Any]:
    """Return one claim's proof status as plain JSON; `settled` is False where a theorem it names
    does not settle it.
    """
    proof = proofs.of(item)
    row: dict[str, Any] = {
        "id": item.id,
        "statement": item.statement,
        "status": "open",
        "theorem": None,
        "file": None,
        "line": None,
        "axioms": [],
        "note": "",
        "settled": True,
    }
    if proof is not None:
        status = proof_status(proof.status, negates=item.negation is not None)
        row |= {
            "status": status,
            "theorem": proof.theorem,
            "file": proof.file,
            "line": proof.line,
            "axioms": list(proof.axioms),
            "note": proof.note,
            "settled": status in ("proved", "refuted"),
        }
    return row


def build_library(
    project: Project, toolchain: Toolchain, *, progress: Progress, fresh: bool = False
) -> Build:
    """Build a project's Lean modules, with what the harness needs of the library beside them.

    Raises:
        LeanBuildError, LeanStopped: as `pyharness.proofs.build.build`.
    """
    return build(
        project.root,
        project.lean_root,
        out=project.build,
        toolchain=toolchain,
        library=project.library,
        # The library's own project has these among its modules.
        support=() if project.lean_root == LIBRARY else SUPPORT,
        fresh=fresh,
        progress=progress,
    )


def kept(project: Project, *, fresh: bool) -> Cache:
    """Where the project's results are kept between runs."""
    return Cache(project.build / "cache", fresh=fresh)


def _audited(
    environment: Environment,
    library: Build,
    toolchain: Toolchain,
    claims: Sequence[Claim],
    allowed_axioms: Sequence[str],
    cache: Cache,
) -> tuple[dict[str, Proof], Sequence[Mapping[str, Any]]]:
    """Return the proof of each theorem that a claim names, by name, and the definitions that give
    these their meaning.
    """
    named = [
        [item.id, item.theorem, item.negation] for item in claims if item.theorem or item.negation
    ]
    theorems = sorted({name for item in claims if (name := item.theorem or item.negation)})

    def find() -> dict[str, Any]:
        try:
            proofs = audit(library, environment, toolchain, theorems, allowed_axioms)
        except BadTheorem as error:
            naming = [item.id for item in claims if error.theorem in (item.theorem, item.negation)]
            raise type(error)(f"claim {', '.join(naming)}: {error}", error.theorem) from error
        for claim, _, negation in named:
            if negation and not environment.negates(negation):
                raise UsageError(
                    f"claim {claim}: {negation} does not state a negation (`¬ …`), so it refutes nothing; "
                    "name it as `theorem` or state the negation"
                )
        below = Dependencies(environment, filter(None, map(environment.find, proofs)))
        return {
            "proofs": [asdict(proof) for proof in proofs.values()],
            "definitions": [asdict(item) for item in below.all_definitions],
        }

    key = proof_key("audit", library, toolchain, __name__, "pyharness.proofs._lean_main")
    found = once(cache, key | {"claims": named, "axioms": list(allowed_axioms)}, find)
    return dict(zip(theorems, map(Proof.from_json, found["proofs"]), strict=True)), found[
        "definitions"
    ]


def _surveyed(
    environment: Environment, library: Build, toolchain: Toolchain, cache: Cache
) -> Survey:
    key = proof_key("survey", library, toolchain, "pyharness.proofs.unproved")
    return Survey.from_json(once(cache, key, lambda: asdict(survey(library, environment))))


def _replayed(
    environment: Environment, library: Build, toolchain: Toolchain, cache: Cache
) -> Replay:
    """Replay the library, with what the kernel computes by name."""

    def find() -> dict[str, Any]:
        require_tied(environment, toolchain)
        return asdict(replay(environment, toolchain))

    key = proof_key(
        "replay",
        library,
        toolchain,
        "pyharness.proofs.acceleration",
        "pyharness.proofs.replay",
        "pyharness.proofs._replay_main",
    )
    found = once(cache, key, find)
    return Replay(found["constants"], tuple(found["skipped"]))


def once(cache: Cache, key: Mapping[str, Any], find: Callable[[], Any]) -> Any:
    """Return what `find` returns, which is JSON, or did for this key in an earlier run."""
    if (found := cache.get(key)) is None:
        found = find()
        cache.put(key, found)
    return found


def proof_key(what: str, library: Build, toolchain: Toolchain, *modules: str) -> dict[str, Any]:
    """All that what these modules' code makes of a library depends on."""
    return {
        "what": what,
        "code": code(modules),
        "lean": [toolchain.version, toolchain.githash, toolchain.library_sha256],
        "library": library.key,
        "modules": [module.olean_sha256 for module in library.modules],
    }


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add how long a stage takes."""
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = time.perf_counter() - start
