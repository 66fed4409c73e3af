"""What the documentation says of files and figures is so."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

from pyharness.proofs.acceleration import EQUATIONS
from pyharness.proofs.export import FORMAT
from pyharness.proofs.toolchain import locate

ROOT = Path(__file__).resolve().parent.parent
TRUSTED_BASE = (ROOT / "docs" / "trusted-base.md").read_text(encoding="utf-8")


def test_the_benchmarks_page():
    """It is what the raw results give."""
    done = subprocess.run(
        [sys.executable, "-c", "import page; print('\\n'.join(page.page()))"],
        cwd=ROOT / "benchmarks",
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == done.stdout


class TestTrustedBase:
    def test_the_kernel(self):
        """The page names the Lean that is embedded."""
        toolchain = locate()
        for part in (
            f"Lean {toolchain.version}",
            toolchain.githash,
            toolchain.library_sha256,
            f"format {FORMAT}",
        ):
            assert part in TRUSTED_BASE

    def test_the_second_kernel(self):
        """It is about as long as the page says, and imports nothing but the standard library and
        itself.
        """
        sources = [
            path.read_text(encoding="utf-8")
            for path in (ROOT / "pyharness" / "kernel").glob("*.py")
        ]
        assert (
            "about 3,000 lines" in TRUSTED_BASE
            and 2500 < sum(map(str.count, sources, "\n" * len(sources))) < 3500
        )
        nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
        imported = {
            alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
        }
        imported |= {
            node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0
        }
        assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
        assert {node.level for node in nodes if isinstance(node, ast.ImportFrom)} == {0, 1}

    def test_the_foundation(self):
        """The page names each file of the foundation with its digest, and no other."""
        files = sorted((ROOT / "LeanMining" / "Foundation").glob("*.lean"))
        lines = [
            f"| `{file.relative_to(ROOT).as_posix()}` | `{hashlib.sha256(file.read_bytes()).hexdigest()}` |"
            for file in files
        ]
        assert [
            line
            for line in TRUSTED_BASE.splitlines()
            if line.startswith("| `LeanMining/Foundation/")
        ] == lines

    def test_the_equations(self):
        """The page gives each accelerated function's equations as they are required."""
        for operation, equations in EQUATIONS.items():
            line = next(
                line
                for line in TRUSTED_BASE.splitlines()
                if line.startswith(f"| `Nat.{operation}` |")
            )
            for name, equation in equations.items():
                assert f"`{name}`: " in line and equation.partition("|")[2].strip() in line
