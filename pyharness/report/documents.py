"""A certificate as a document: Markdown to read anywhere, a LaTeX table of the claims for a paper,
and LaTeX for a leanblueprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from pylatexenc.latexencode import UnicodeToLatexEncoder

from pyharness.certificate.library import library_in_words
from pyharness.certificate.recorded import in_words
from pyharness.certificate.tiers import is_false
from pyharness.core.text import visible
from pyharness.kernel.certificate import views
from pyharness.report.ci import markdown_text
from pyharness.report.words import of_several_readings, title

__all__ = ["blueprint", "latex", "markdown"]

ROWS = 20
"""Rows of a table of figures that Markdown shows."""


def markdown(certificate: Mapping[str, Any]) -> str:
    """Return all claims in Markdown: refuted ones first in a list, then each with its proof,
    evidence and witness.
    """
    return "\n".join(_markdown(certificate)).rstrip() + "\n"


def _markdown(certificate: Mapping[str, Any]) -> Iterator[str]:
    claims, tiers = certificate["claims"], certificate["summary"]["tiers"]
    yield from (
        f"# {markdown_text(title(certificate))}",
        "",
        f"Certificate {certificate['digest']}, by Lean {markdown_text(certificate['lean']['version'])}.",
        "",
    )
    for view in views(certificate):
        if not (proofs := view.certificate["proofs"]):
            continue
        yield from (
            f"{'Outside proofs' if view.where else 'Proofs'} {proofs['sha256']}: {proofs['constants']:,} constants in {markdown_text(proofs['file'])}, accepted "
            f"by {markdown_text(' and '.join(proofs['kernels']))}.",
            "",
        )
    if "library" in certificate["lean"]:
        yield from (markdown_text(library_in_words(certificate["lean"]["library"])), "")
    yield from (
        "| " + " | ".join(tiers) + " |",
        "|" + "---:|" * len(tiers),
        "| " + " | ".join(str(count) for count in tiers.values()) + " |",
        "",
    )
    yield from _statements(certificate)
    refuted = [claim for claim in claims if is_false(claim, certificate)]
    if refuted:
        yield from ("## Refuted", "")
        yield from (
            f"- **{markdown_text(claim['id'])}**: {markdown_text(claim['statement'])} {_why(claim)}".rstrip()
            for claim in refuted
        )
        yield ""
    for document, some in groupby(claims, key=lambda claim: claim["source"]["document"]):
        yield from (f"## {markdown_text(document)}", "")
        for claim in some:
            yield from _claim(claim)
    yield from _coverage(certificate)


def _statements(certificate: Mapping[str, Any]) -> Iterator[str]:
    """What can be read in several ways, and how it stands in each."""
    claims = {claim["id"]: claim for claim in certificate["claims"]}
    if statements := of_several_readings(certificate):
        yield from ("## Read in several ways", "")
        for item in statements:
            yield (
                f"- **{markdown_text(item['id'])}**, {item['verdict']}: {markdown_text(item['says'])}"
            )
            yield from (
                f"  - {markdown_text(reading)}, {claims[reading]['tier']}: "
                f"{markdown_text(claims[reading]['statement'])}"
                for reading in item["readings"]
                if reading in claims
            )
        yield ""


def _coverage(certificate: Mapping[str, Any]) -> Iterator[str]:
    """Where each passage of the sources is settled."""
    if not (coverage := certificate.get("coverage")):
        return
    counts = certificate["summary"]["coverage"]
    yield from (
        "## Coverage",
        "",
        f"Of {counts['passages']:,} passages of the sources, {counts['settled']:,} are settled by claims.",
        "",
        "| heading | what it says | settled by |",
        "|---|---|---|",
    )
    for passage in coverage:
        cells = (
            f"{passage['source']['document']}, {passage['source']['heading']}",
            passage["says"],
            ", ".join(passage["claims"]) or f"no claim: {passage['because']}",
        )
        yield "| " + " | ".join(map(markdown_text, cells)) + " |"
    yield ""


def _why(claim: Mapping[str, Any]) -> str:
    shown = [evidence["witness"]["shows"] for evidence in claim["evidence"] if evidence["witness"]]
    return f"— {markdown_text(shown[0])}" if shown else ""


def _claim(claim: Mapping[str, Any]) -> Iterator[str]:
    proof = claim["proof"]
    yield from (
        f"### {markdown_text(claim['id'])}",
        "",
        markdown_text(claim["statement"]),
        "",
        f"Source: {markdown_text(claim['source']['heading'])}. Proof: {proof['status']}. Evidence: {claim['verdict']}. "
        f"Tier: **{claim['tier']}**.",
        "",
    )
    if "no_theorem" in claim:
        yield from (f"No theorem: {markdown_text(claim['no_theorem'])}", "")
    if proof["theorem"]:
        place = f", {proof['file']}:{proof['line']}" if proof["file"] else ""
        yield from (
            markdown_text(
                f"{'Negation: ' if proof['negates'] else ''}{proof['theorem']}{place}"
                f"{' of the outside proofs' if 'source' in proof else ''}; axioms: "
                f"{', '.join(proof['axioms']) or 'none'}"
                + ("; two kernels agree" if proof["rechecked"] and proof["replayed"] else "")
            ),
            "",
        )
        if proof["statement"]:
            yield from (*(f">     {visible(line)}" for line in proof["statement"].split("\n")), "")
    for evidence in claim["evidence"]:
        yield (
            f"- {evidence['kind']}, {evidence['outcome']}: {markdown_text(evidence['domain'])}; "
            f"{evidence['cases']:,} cases, {evidence['violations']:,} violations"
        )
        if evidence["witness"]:
            yield f"  - witness: {markdown_text(evidence['witness']['shows'])}"
    for record in claim["recorded"]:
        yield f"- recorded elsewhere: {markdown_text(in_words(record, len(claim['evidence'])))}"
        yield from (
            f"  - only there: {markdown_text(evidence['domain'])}; {evidence['cases']:,} cases, "
            f"{evidence['violations']:,} violations"
            for evidence in record["elsewhere"]
        )
    if claim["evidence"] or claim["recorded"]:
        yield ""
    for evidence in claim["evidence"]:
        table = evidence["measurements"]
        if table and table["rows"]:
            yield from _figures(table)


def _figures(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (
        "| " + " | ".join(map(markdown_text, table["columns"])) + " |",
        "|---" * len(table["columns"]) + "|",
    )
    for row in table["rows"][:ROWS]:
        yield (
            "| "
            + " | ".join(markdown_text("" if cell is None else str(cell)) for cell in row)
            + " |"
        )
    if len(table["rows"]) > ROWS:
        yield f"\n… and {len(table['rows']) - ROWS:,} more rows."
    yield ""


def latex(certificate: Mapping[str, Any]) -> str:
    """Return a LaTeX table of the claims with theorem, status, verdict and tier; it needs the
    package longtable.
    """
    lines = [
        f"% {certificate['schema']}, digest {certificate['digest']}",
        r"\begin{longtable}{p{0.5\linewidth}llll}",
        r"claim & theorem & proof & evidence & tier \\ \hline",
        r"\endhead",
    ]
    for claim in certificate["claims"]:
        theorem = (claim["proof"]["theorem"] or "").rpartition(".")[2]
        cells = (
            claim["statement"],
            theorem,
            claim["proof"]["status"],
            claim["verdict"],
            claim["tier"],
        )
        # A name breaks after each underscore, else the column is as wide as the longest. The braces
        # keep what begins with a bracket or a star from being an argument of the row before.
        lines.append(
            "{}"
            + " & ".join(_latex_text(cell).replace(r"{\_}", r"{\_}\allowbreak ") for cell in cells)
            + r" \\"
        )
    return "\n".join([*lines, r"\end{longtable}", ""])


def blueprint(certificate: Mapping[str, Any]) -> str:
    r"""Return LaTeX to `\input` in a leanblueprint: for each claim with a theorem an environment
    with the claim's words, `\lean` with the theorem's name, `\leanok` where Lean has the statement,
    and a proof with `\leanok` where Lean has that too.

    A theorem that proves a claim's negation stands under "It is not so that". A name that LaTeX
    would take for more than a name gets no `\lean`.
    """
    lines = [f"% {certificate['schema']}, digest {certificate['digest']}"]
    for claim in certificate["claims"]:
        proof = claim["proof"]
        if not (theorem := proof["theorem"]):
            continue
        named = theorem == visible(theorem) and _PLAIN_NAME.fullmatch(theorem)
        stated = named and proof["status"] not in ("open", "stub")
        proved = named and proof["status"] in ("proved", "refuted")
        lines += [
            "",
            rf"\begin{{theorem}}[{{{_latex_text(claim['id'])}}}]",
            rf"\label{{claim:{_NO_LABEL.sub('-', claim['id'])}}}",
            *([rf"\lean{{{theorem}}}"] if named else []),
            *([r"\leanok"] if stated else []),
            ("It is not so that: " if proof["negates"] else "") + _latex_text(claim["statement"]),
            r"\end{theorem}",
            *([r"\begin{proof}\leanok", "It is proved in Lean.", r"\end{proof}"] if proved else []),
        ]
    return "\n".join([*lines, ""])


_PLAIN_NAME = re.compile(r"[^\\{}%#&$~^,\s]+")
_NO_LABEL = re.compile(r"[^A-Za-z0-9._-]+")
_ENCODER = UnicodeToLatexEncoder(
    replacement_latex_protection="braces-all",
    unknown_char_policy="replace",
    unknown_char_warning=False,
)


def _latex_text(text: str) -> str:
    """Text in ASCII that LaTeX prints as it is."""
    encoded: str = _ENCODER.unicode_to_latex(visible(text))
    return encoded
