"""What the documentation says of files and figures is so."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

from pyharness.proofs.acceleration import EQUATIONS
from pyharness.proofs.export import FORMAT
from pyharness.proofs.toolchain import locate

ROOT = Path(__file__).resolve().parent.parent
TRUSTED_BASE = (ROOT / "docs" / "trusted-base.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

LAYOUT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}
"""Python's tokens that are no code."""


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


def lines_of_code(source: str) -> int:
    """Count the lines of a Python file that hold more than blanks, comments and docstrings."""
    docstrings = {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in LAYOUT and token.start not in docstrings:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines)


def test_lines_of_code():
    """Blank lines, comments, docstrings and the text under a constant do not count; each line of a
    statement does.
    """
    source = '''
# A comment.
LIMIT = 3  # with a comment
"""What it limits,
in two lines."""

def double(
    number,
):
    """Twice a number."""
    text = """
    {}"""
    return text.format(2 * number)
'''
    assert lines_of_code(source) == 7


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
        """It is as long as the page and the README say, to a hundred lines, and imports nothing
        but the standard library and itself.
        """
        sources = [
            path.read_text(encoding="utf-8")
            for path in (ROOT / "pyharness" / "kernel").glob("*.py")
        ]
        length = f"about {round(sum(map(lines_of_code, sources)), -2):,} lines"
        for page in (TRUSTED_BASE, README):
            assert re.findall(r"about [\d,]+ lines", page) == [length]
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
