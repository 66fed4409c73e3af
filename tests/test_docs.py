"""What the documentation says of files and figures is so."""
from __future__ import annotations

import hashlib
from pathlib import Path

from pyharness.lean.acceleration import EQUATIONS
from pyharness.lean.export import FORMAT
from pyharness.lean.toolchain import locate

ROOT = Path(__file__).resolve().parent.parent
TRUSTED_BASE = (ROOT / "docs" / "trusted-base.md").read_text(encoding="utf-8")


class TestTrustedBase:
    def test_the_kernel(self):
        """The page names the Lean that is embedded."""
        toolchain = locate()
        for part in (f"Lean {toolchain.version}", toolchain.githash, toolchain.library_sha256, f"format {FORMAT}"):
            assert part in TRUSTED_BASE

    def test_the_foundation(self):
        """The page names each file of the foundation with its digest, and no other."""
        files = sorted((ROOT / "LeanMining" / "Foundation").glob("*.lean"))
        lines = [f"| `{file.relative_to(ROOT).as_posix()}` | `{hashlib.sha256(file.read_bytes()).hexdigest()}` |"
                 for file in files]
        assert [line for line in TRUSTED_BASE.splitlines() if line.startswith("| `LeanMining/Foundation/")] == lines

    def test_the_equations(self):
        """The page gives each accelerated function's equations as they are required."""
        for operation, equations in EQUATIONS.items():
            line = next(line for line in TRUSTED_BASE.splitlines() if line.startswith(f"| `Nat.{operation}` |"))
            for name, equation in equations.items():
                assert f"`{name}`: " in line and equation.partition("|")[2].strip() in line
