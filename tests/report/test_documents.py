"""A certificate as Markdown and as a LaTeX table: all claims, and nothing in them that the format
would take for its own.
"""

from __future__ import annotations

import pytest

from pyharness.core.errors import UsageError
from pyharness.report import documents
from pyharness.report.ci import markdown_text
from tests import certificate_samples as samples

CERTIFICATE = samples.sealed()


class TestMarkdown:
    def test_all_claims_are_there_and_refuted_ones_first(self):
        """Each with its theorem, evidence and figures; the false one with its witness at the
        top.
        """
        text = documents.markdown(CERTIFICATE)
        for claim in CERTIFICATE["claims"]:
            assert f"### {claim['id']}" in text
        assert (
            text.index("## Refuted")
            < text.index("the maximum of 1 and 3 is 3")
            < text.index("### relu.extensive")
        )
        assert (
            "2 constants in proofs/demo-0123456789abcdef.ndjson.gz, accepted by Lean 4.35.0 and pyharness.kernel"
            in text
        )
        assert (
            "Demo.extensive, Demo/Relu.lean:1; axioms: propext; two kernels agree" in text
            and "| layer | ratio | gap |" in text
        )
        assert "    ∀ (z q : Int8), q ≤ qRelu z q" in text

    def test_readings_and_coverage(self):
        """A statement that depends on its reading is not among the refuted; and the sources'
        passages come last.
        """
        text = documents.markdown(samples.sealed(samples.read_records(), coverage=samples.PASSAGES))
        read, refuted = text.index("## Read in several ways"), text.index("## Refuted")
        assert "- **relu.lost**, depends: The unit loses information." in text[read:refuted]
        assert "  - relu.lost.all, refuted: What relu.lost.all says." in text[read:refuted]
        assert "relu.lost" not in text[refuted : text.index("## 000 A paper")]
        coverage = text[text.index("## Coverage") :]
        assert "Of 3 passages of the sources, 2 are settled by claims." in coverage
        assert "| The unit is extensive. | relu.extensive |" in coverage
        assert "no claim: It asserts nothing that could fail." in coverage

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("a|b <i> *c* _d_ [e](f) `g`", r"a\|b \<i\> \*c\* \_d\_ \[e\](f) \`g\`"),
            ("# no heading", r"\# no heading"),
            ("- no item", r"\- no item"),
            ("1. no item", r"1\. no item"),
            ("two\nlines", "two lines"),
            ("0.5 stays", "0.5 stays"),
            ("α ≤ β", "α ≤ β"),
        ],
    )
    def test_text_stays_text(self, text, written):
        """What would be markup is escaped."""
        assert markdown_text(text) == written


class TestLatex:
    def test_without_the_package_the_command_is_said(self, monkeypatch):
        """A clear error."""
        monkeypatch.setitem(__import__("sys").modules, "pylatexenc.latexencode", None)
        with pytest.raises(UsageError, match=r"pip install .*'.*\[latex\]'"):
            documents.latex(CERTIFICATE)

    def test_a_row_for_each_claim(self):
        """Symbols become commands, and what is special is escaped."""
        pytest.importorskip("pylatexenc", reason="the extra `latex` is not installed")
        claims = [
            dict(claim, statement="β ≤ 50 % of #1 & $x_1$") for claim in CERTIFICATE["claims"]
        ]
        table = documents.latex(CERTIFICATE | {"claims": claims})
        assert table.count(r"\\") == 4 and table.isascii()
        assert r"\beta" in table and r"{\%}" in table and r"{\&}" in table and r"{\$}" in table
