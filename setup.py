"""Puts the Lean library into the wheel, where `pyharness.proofs.library` finds it; all else is in
pyproject.toml.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithLibrary(build_py):
    """Builds the package with the Lean library's sources in its folder `library`."""

    def _library(self) -> list[tuple[Path, Path]]:
        root = Path(__file__).parent
        files = [root / "LeanMining.lean", *(root / "LeanMining").rglob("*.lean")]
        target = Path(self.build_lib) / "pyharness" / "library"
        return [(file, target / file.relative_to(root)) for file in sorted(files)]

    def run(self) -> None:
        """Build, and copy the library unless the package stays where it is."""
        super().run()
        for file, copy in () if self.editable_mode else self._library():
            copy.parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(str(file), str(copy))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return the files that are built."""
        copies = [] if self.editable_mode else [str(copy) for _, copy in self._library()]
        return [*super().get_outputs(include_bytecode), *copies]


setup(cmdclass={"build_py": BuildWithLibrary})
