"""A declaration as its file has it, if the file is the one that the certificate names."""

from __future__ import annotations

import pytest

from pyharness.report.html import Report, render
from pyharness.report.lean_source import LINES, LeanSource, excerpt
from tests import certificate_samples as samples

FILE = """\
prelude
/-! A section. -/
theorem first : True := trivial
theorem second : True := by
  trivial

/-- Two lines
of words. -/
@[simp]
theorem third
    (n : Nat) :
    n = n :=
  rfl

def fourth : Nat → Nat
  | .zero => 0

  | .succ n => n
| _ => 1

end X
"""
CERTIFICATE = samples.sealed()


class TestExcerpt:
    @pytest.mark.parametrize(
        ("line", "first", "last"), [(3, 3, 3), (4, 4, 5), (10, 7, 13), (15, 15, 19)]
    )
    def test_is_the_declaration(self, line, first, last):
        """With its documentation and attributes, to the next thing at the margin; a section's words
        are not its own.
        """
        lines = FILE.splitlines()
        found = excerpt(lines, line)
        assert (found.text.splitlines(), found.line, found.more) == (
            lines[first - 1 : last],
            first,
            0,
        )

    def test_a_long_one_is_cut(self):
        """What is left out is said."""
        found = excerpt(["theorem a : True := by", *["  skip"] * (LINES + 9)], 1)
        assert len(found.text.splitlines()) == LINES and found.more == 10

    def test_no_such_line(self):
        """A line beyond the file's end."""
        assert "no line 99" in excerpt(FILE.splitlines(), 99).why


class TestLeanSource:
    def test_shows_the_file_that_the_certificate_names(self, tmp_path):
        """Beside the statement, on the pages of the claim and of the theorem."""
        samples.write_project(tmp_path)
        assert (
            LeanSource(tmp_path, CERTIFICATE).declaration("Demo/Relu.lean", 1).text
            == samples.LEAN_FILES["Demo/Relu.lean"].strip()
        )
        page = render(Report(CERTIFICATE, source=LeanSource(tmp_path, CERTIFICATE)))[
            "claims/relu.extensive.html"
        ].decode()
        assert "theorem Demo.extensive : True := trivial" in page

    def test_shows_no_other(self, tmp_path):
        """A changed file, a missing one, one behind a link: why is said instead."""
        samples.write_project(tmp_path)
        path = tmp_path / "Demo" / "Relu.lean"
        path.write_text("theorem Demo.extensive : 1 = 2 := sorry\n")
        page = render(Report(CERTIFICATE, source=LeanSource(tmp_path, CERTIFICATE)))[
            "claims/relu.extensive.html"
        ].decode()
        assert "its SHA-256 differs" in page and "1 = 2" not in page
        path.unlink()
        assert (
            "cannot read" in LeanSource(tmp_path, CERTIFICATE).declaration("Demo/Relu.lean", 1).why
        )
        path.symlink_to("/etc/passwd")
        assert (
            "symbolic link"
            in LeanSource(tmp_path, CERTIFICATE).declaration("Demo/Relu.lean", 1).why
        )
