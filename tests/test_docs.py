"""What the documentation says of files and figures is so."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import tokenize
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from pyharness.certificate.findings import CODES
from pyharness.certificate.gate import RULES
from pyharness.project.pack import Tier
from pyharness.proofs.acceleration import EQUATIONS
from pyharness.proofs.export import FORMAT
from pyharness.proofs.toolchain import locate

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
TRUSTED_BASE = (DOCS / "trusted-base.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CERTIFICATE = json.loads((ROOT / "certificates" / "leanmining.json").read_text(encoding="utf-8"))
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]

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
        but itself and the standard library, with what Python 3.14 added to it.
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
        added = {"compression", "backports"}
        assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names | added
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


def said() -> str:
    """All text that the harness's code can say, with … for what is filled in, unless that is a
    constant of the module.
    """
    parts = []
    for path in sorted((ROOT / "pyharness").rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            ast.unparse(node.targets[0]): str(node.value.value)
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.JoinedStr):
                parts.append(
                    "".join(
                        str(item.value)
                        if isinstance(item, ast.Constant)
                        else constants.get(ast.unparse(item.value), "…")
                        for item in node.values
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts.append(node.value)
    return "\n".join(parts)


def quoted(rows: list[str]) -> list[str]:
    """The parts of the messages that cells quote, between what is filled in."""
    return [
        part.strip(" ;?,.")
        for row in rows
        for message in re.findall(r"`` (.*?) ``|``(.*?)``|`(.*?)`", row)
        for part in "".join(message).replace("`", "").split("…")
    ]


@pytest.mark.parametrize(
    ("page", "heading"), [("mathlib", "## Trouble"), ("troubleshooting", "## Install and start")]
)
def test_messages_are_the_harness_s_own(page, heading):
    """Each that a table on trouble quotes is in the code."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8").partition(heading)[2]
    rows = [row for row in re.findall(r"^\| (.*?) \| ", text, re.MULTILINE) if "`" in row]
    everything = said().replace("`", "")
    parts = [part for part in quoted(rows) if len(part) > 6]
    missing = [part for part in parts if part not in everything]
    assert len(parts) > 20 and not missing


@pytest.mark.parametrize(
    ("page", "meanings"), [("troubleshooting", CODES), ("ci", RULES)], ids=["codes", "rules"]
)
def test_codes_and_rules(page, meanings):
    """The pages list all of them, with what they mean."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    assert "\n".join(f"| `{code}` | {meaning} |" for code, meaning in meanings.items()) in text


def test_the_page_of_commands():
    """It is what the commands' own parsers give. If not, run contrib/cli_page.py."""
    done = subprocess.run(
        [sys.executable, "-c", "import cli_page; print(cli_page.page(), end='')"],
        cwd=ROOT / "contrib",
        capture_output=True,
        text=True,
        check=True,
    )
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == done.stdout


class TestReadme:
    """It is short, and its figures are those of the committed certificate."""

    CLAIMS = CERTIFICATE["claims"]

    def test_length(self):
        assert len(README.splitlines()) <= 120

    def test_tiers(self):
        """The last column of the table of tiers."""
        rows = re.findall(r"^\| (\w+) \| .* \| (\d+) \|$", README, re.MULTILINE)
        counts = Counter(claim["tier"] for claim in self.CLAIMS)
        assert {tier: int(count) for tier, count in rows} == {
            tier: counts[tier] for tier in (*get_args(Tier),)
        }

    def test_false_claims(self):
        """Each has a proof of its negation, or a witness."""
        for claim in self.CLAIMS:
            if claim["tier"] == "refuted":
                witnesses = [piece["witness"] for piece in claim["evidence"]]
                assert claim["proof"]["status"] == "refuted" or any(witnesses)

    def test_sentences(self):
        """Claims, theorems, evidence, tensors, and the documents that make the claims."""
        tensors = [
            [tensor for piece in claim["evidence"] for tensor in piece["tensors"]]
            for claim in self.CLAIMS
        ]
        theorems = sum(claim["proof"]["theorem"] is not None for claim in self.CLAIMS)
        int8 = sum(any(one["dtype"] == "int8" for one in read) for read in tensors)
        for sentence in (
            f"Of these {len(self.CLAIMS)} claims, {theorems} name a Lean theorem; the others say why none does.",
            f"{sum(bool(claim['evidence']) for claim in self.CLAIMS)} have evidence, "
            f"{sum(map(bool, tensors))} of them on tensors that are named by their SHA-256, "
            f"and {int8} on INT8 tensors.",
        ):
            assert sentence in " ".join(README.split())
        summary = CERTIFICATE["summary"]
        standings, coverage = summary["statements"], summary["coverage"]
        assert (
            f"{sum(standings.values())} sentences of the documents can be read in several ways. "
            f"Each reading is a claim; {standings['depends']} of the sentences hold in some "
            f"readings and not in others, and {standings['refuted']} in none. Of "
            f"{coverage['passages']} passages of the documents, {coverage['settled']} are settled "
            "by claims; the others say why not."
        ) in " ".join(README.split())
        documents = {claim["source"]["document"] for claim in self.CLAIMS}
        assert len({name[:3] for name in documents if name[:3].isdecimal()}) == 5

    def test_picture(self):
        """It is there, and small."""
        (picture,) = re.findall(r"!\[.+\]\((.+)\)", README)
        assert 0 < (ROOT / picture).stat().st_size < 200_000


def slug(heading: str) -> str:
    """Return the anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page):
    """Each link to a file leads to one that is there, and to a heading in it."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        other = page.parent / file if file else page
        assert other.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), target


def test_every_page_is_listed():
    """In the table of contents of the site, and on its first page."""
    contents = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    first = (DOCS / "index.md").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert page.name in contents
        assert page.name == "index.md" or f"({page.name})" in first


def test_the_site(tmp_path):
    """It is built with no link or anchor that mkdocs complains of."""
    if not all(map(importlib.util.find_spec, ("mkdocs", "material", "mkdocs_jupyter"))):
        pytest.skip("the extra `docs` is not installed: make docs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for page in ("index.html", "examples/audit/index.html"):
        text = (tmp_path / "site" / page).read_text(encoding="utf-8")
        assert "fonts.googleapis" not in text
        assert not re.search(
            r"<(?:script|link)[^>]+(?:src|rel=\"stylesheet\" href)=\"https?:", text
        )
