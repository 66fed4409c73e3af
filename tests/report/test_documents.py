"""A certificate as Markdown and as a LaTeX table: all claims, and nothing in them that the format
would take for its own.
"""

from __future__ import annotations

import pytest

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

    def test_why_there_is_no_theorem(self):
        """It stands with the claim that says it, and with no other."""
        text = documents.markdown(samples.sealed(samples.explained_records()))
        assert text.count(f"No theorem: {samples.WHY}") == 2
        assert "No theorem" not in text[: text.index("### relu.measured")]

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
    def test_a_row_for_each_claim(self):
        """Symbols become commands, and what is special is escaped."""
        claims = [
            dict(claim, statement="β ≤ 50 % of #1 & $x_1$") for claim in CERTIFICATE["claims"]
        ]
        table = documents.latex(CERTIFICATE | {"claims": claims})
        assert table.count(r"\\") == 4 and table.isascii()
        assert r"\beta" in table and r"{\%}" in table and r"{\&}" in table and r"{\$}" in table


def claimed(theorem, **proof):
    """The certificate of one claim about a theorem."""
    claim = CERTIFICATE["claims"][0]
    proof = claim["proof"] | {"theorem": theorem, "status": "proved"} | proof
    return CERTIFICATE | {"claims": [claim | {"statement": "β ≤ 50 %", "proof": proof}]}


class TestBlueprint:
    def test_a_theorem_for_each_claim_that_names_one(self):
        r"""With its name for Lean; a proof with `\leanok` stands where the theorem is proved,
        that of a negation too, and nowhere else.
        """
        text = documents.blueprint(CERTIFICATE)
        proofs = {claim["id"]: claim["proof"] for claim in CERTIFICATE["claims"]}
        named = {name: proof for name, proof in proofs.items() if proof["theorem"]}
        assert 0 < len(named) < len(proofs)
        assert text.count(r"\begin{theorem}") == text.count(r"\end{theorem}") == len(named)
        for name, proof in named.items():
            (part,) = [part for part in text.split("\n\n") if rf"\label{{claim:{name}}}" in part]
            assert rf"\lean{{{proof['theorem']}}}" in part
            settled = proof["status"] in ("proved", "refuted")
            assert (r"\begin{proof}\leanok" in part) == settled
            assert ("It is not so that" in part) == proof["negates"]
        unfinished = documents.blueprint(claimed("Demo.a", status="sorry"))
        assert unfinished.count(r"\leanok") == 1 and r"\begin{proof}" not in unfinished
        assert r"\leanok" not in documents.blueprint(claimed("Demo.a", status="stub"))

    def test_text_stays_text(self):
        r"""Of a statement, and of an id in a label; a name that would end the argument is left out,
        and with it `\leanok`.
        """
        text = documents.blueprint(claimed("Demo.größe_x₁'"))
        assert r"\beta" in text and r"{\%}" in text and r"\lean{Demo.größe_x₁'}" in text
        for name in (r"Demo.a}\input{secret", "Demo.a,b", "Demo.a%", "Demo.a\nb", "a\u202eb"):
            text = documents.blueprint(claimed(name))
            assert text.count(r"\begin{theorem}") == 1
            assert r"\lean" not in text and "secret" not in text
        text = documents.blueprint(
            CERTIFICATE | {"claims": [claimed("Demo.a")["claims"][0] | {"id": r"a}\input{b"}]}
        )
        assert r"\label{claim:a-input-b}" in text
