"""Puts the Lean library into the wheel, where `pyharness.proofs.library` finds it; all else is in
pyproject.toml.

With PYHARNESS_COMPILE=1 in the environment the second kernel is compiled too, by mypyc, from the
same sources. That takes mypy and a C compiler, and a minute:

    PYHARNESS_COMPILE=1 pip install --no-build-isolation .
"""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py


class BuildWithLibrary(build_py):
    """Builds the package with the Lean library's sources, and the record of what its theorems say,
    in its folder `library`.
    """

    def _library(self) -> list[tuple[Path, Path]]:
        root = Path(__file__).parent
        files = [root / "LeanMining.lean", *(root / "LeanMining").rglob("*.lean")]
        # What its theorems say, by which audits outside any project know their statements.
        files.append(root / "certificates" / "statements.lock.json")
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


def compiled() -> list[Extension]:
    """Return the second kernel's modules as extensions; but not those that read files and start
    processes, which nothing is gained from.
    """
    if os.environ.get("PYHARNESS_COMPILE") != "1":
        return []
    if "editable_wheel" in sys.argv:
        sys.exit("PYHARNESS_COMPILE=1 is not for editable installs: what is edited would not run")
    from mypyc.build import mypycify

    plain = {"__init__", "__main__", "certificate", "files", "workers"}
    sources = sorted(Path("pyharness/kernel").glob("*.py"))
    # The package's own names are not followed: they lead to all of torch.
    options = ["--config-file=", "--follow-imports=skip"]
    return mypycify(
        [*options, *[str(file) for file in sources if file.stem not in plain]], opt_level="1"
    )


setup(cmdclass={"build_py": BuildWithLibrary}, ext_modules=compiled())
