"""A plugin for pytest: with `--pyharness`, each claim of a project is a test.

A claim passes if it has the tier that is required of it. Lean is asked once, and what was gathered
before is used again, as by `pyharness verify`. No certificate is written.
"""

from __future__ import annotations

import fcntl
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pyharness.core.errors import HarnessError
    from pyharness.pipeline.verify import Certified
    from pyharness.project.pack import Claim
    from pyharness.project.settings import Project

__all__ = ["ClaimItem", "ProjectFile"]

_FILE_NAME = "pyharness.toml"


class UnmetError(Exception):
    """A claim does not have the tier that is required of it; says why."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --pyharness."""
    parser.getgroup("pyharness").addoption(
        "--pyharness",
        nargs="?",
        const=".",
        metavar="DIR",
        help="also test each claim of the project in DIR (default: this folder)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Have the project's file collected."""
    config.addinivalue_line("markers", "claim: a claim of a project, by --pyharness")
    if folder := config.getoption("--pyharness"):
        path = str(Path(folder).resolve() / _FILE_NAME)
        if not Path(path).is_file():
            raise pytest.UsageError(
                f"--pyharness: there is no {path}; write --pyharness=DIR with the project's folder, "
                "the paths of tests before --pyharness, or run: pyharness init"
            )
        # Where tests are spread over processes, each is given the arguments of the first.
        if path not in config.args:
            config.args.append(path)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ProjectFile | None:
    """Collect a project's file."""
    folder = parent.config.getoption("--pyharness")
    if folder and file_path == Path(folder).resolve() / _FILE_NAME:
        return ProjectFile.from_parent(parent, path=file_path)
    return None


class ProjectFile(pytest.File):
    """A project, with a test for each of its claims."""

    _certified: Certified | None = None
    _error: HarnessError | None = None

    def collect(self) -> Iterator[ClaimItem]:
        """Yield a test for each claim.

        Raises:
            CollectError: if the project cannot be read.
        """
        from pyharness.cli.inputs import read_project
        from pyharness.core.errors import HarnessError
        from pyharness.project.pack import load_pack

        try:
            self.project: Project = read_project(self.path.parent)
            claims = load_pack(self.project.packs)
        except HarnessError as error:
            raise self.CollectError(str(error)) from error
        for claim in claims:
            yield ClaimItem.from_parent(self, name=claim.id, claim=claim)

    def certified(self) -> Certified:
        """Check the claims that are selected, once; of several processes one after the other, so
        that what the first one makes is there for the others.

        Raises:
            HarnessError: as `pyharness.pipeline.verify.certify`; the same for each claim.
        """
        if self._error is not None:
            raise self._error
        if self._certified is None:
            from pyharness.core.errors import HarnessError
            from pyharness.core.progress import quiet
            from pyharness.pipeline.verify import certify

            only = {item.name for item in self.session.items if item.parent is self}
            self.project.build.mkdir(parents=True, exist_ok=True)
            with (self.project.build / "pytest.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                try:
                    self._certified = certify(self.project, progress=quiet, only=only)
                except HarnessError as error:
                    self._error = error
                    raise
        return self._certified


class ClaimItem(pytest.Item):
    """A claim as a test."""

    def __init__(self, *, claim: Claim, **options: Any) -> None:
        super().__init__(**options)
        self.add_marker("claim")
        self._claim = claim

    def runtest(self) -> None:
        """Check the claim.

        Raises:
            UnmetError: if it does not have its tier.
            HarnessError: if the claims cannot be checked.
        """
        assert isinstance(self.parent, ProjectFile)
        done = self.parent.certified()
        claims = {claim["id"]: claim for claim in done.certificate["claims"]}
        failures = [line for line in done.failures if line.startswith(f"claim {self.name}:")]
        if failures or self.name in done.certificate["summary"]["unmet"]:
            raise UnmetError("\n".join([*_why(claims[self.name]), *failures]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return in words why the test fails."""
        from pyharness.core.errors import HarnessError
        from pyharness.core.text import visible

        if isinstance(excinfo.value, (HarnessError, UnmetError)):
            return visible(str(excinfo.value), keep="\n")
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the claim is declared."""
        code = inspect.unwrap(self._claim.gather).__code__
        return Path(code.co_filename), code.co_firstlineno - 1, f"claim {self.name}"


def _why(claim: Mapping[str, Any]) -> Iterator[str]:
    """Say why a claim does not have its tier."""
    yield claim["statement"]
    yield f"its tier is {claim['tier']}; {claim['required_tier']} is required"
    if claim["conflict"]:
        yield f"conflict: {claim['conflict']}"
    for number, evidence in enumerate(claim["evidence"], 1):
        if evidence["witness"]:
            yield f"evidence {number}, witness: {evidence['witness']['shows']}"
    if claim["next"]:
        yield f"to be {claim['next']['tier']} it needs: {'; '.join(claim['next']['needs'])}"
    if "no_theorem" in claim:
        yield f"no theorem: {claim['no_theorem']}"
    if claim["untied"]:
        yield f"untied: {'; '.join(claim['untied'])}"
