"""A certificate as a folder of static pages: nothing in them is fetched from elsewhere, and text
needs no JavaScript.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pyharness import __version__
from pyharness.certificate.diff import Change
from pyharness.certificate.findings import Finding
from pyharness.certificate.library import library_in_words
from pyharness.certificate.recorded import in_words
from pyharness.certificate.tiers import is_false
from pyharness.core.errors import UsageError
from pyharness.core.text import many, visible as in_sight
from pyharness.kernel.certificate import views
from pyharness.report import graph
from pyharness.report.lean_source import Excerpt, LeanSource
from pyharness.report.plots import Chart, charts
from pyharness.report.points import PointSet, point_sets
from pyharness.report.site import file_name
from pyharness.report.sources import told_apart
from pyharness.report.svg import figure
from pyharness.report.words import in_short, of_several_readings, title, why_false

__all__ = ["Page", "Report", "badge", "render", "visible"]

TIERS = ("platinum", "gold", "silver", "bronze", "none", "refuted")
"""The tiers from the most that a claim can have downwards; `refuted` stands apart."""

_GLYPHS = {
    "platinum": "◆",
    "gold": "●",
    "silver": "◐",
    "bronze": "○",
    "none": "–",
    "refuted": "✕",
    "proved": "✓",
    "confirmed": "✓",
    "sorry": "!",
    "axiom": "!",
    "stub": "!",
    "open": "–",
    "inconclusive": "?",
    "conflict": "!",
    "unmet": "!",
    "tied": "✓",
    "untied": "–",
    "depends": "±",
}
"""A sign for each word, so that no colour alone carries it."""

_PROOF_FIELDS = {
    "status",
    "theorem",
    "negates",
    "module",
    "lean_form",
    "trace",
    "file",
    "line",
    "statement",
    "statement_sha256",
    "meaning_sha256",
    "axioms",
    "definitions",
    "rests_on",
    "pinned",
    "replayed",
    "rechecked",
    "example",
    "unused",
    "note",
    "source",
}
_EVIDENCE_FIELDS = {
    "kind",
    "definition",
    "domain",
    "cases",
    "violations",
    "outcome",
    "summary",
    "max_error",
    "tolerance",
    "device",
    "seed",
    "tensors",
    "witness",
    "measurements",
    "rounding",
    "plots",
    "points",
}


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        file: its path in the folder, with forward slashes.
        title: what it is called.
        template: the template in `pyharness/report/pages` that makes it.
        values: what the template is given, beside the report itself.
        listed: whether the navigation of every page names it.
    """

    file: str
    title: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = False


@dataclass(frozen=True)
class Theorem:
    """A theorem that claims name: what the certificate says of its proof, the claims, and the
    theorems that rest on it.
    """

    name: str
    proof: Mapping[str, Any]
    claims: Sequence[Mapping[str, Any]]
    used_by: Sequence[str]

    @property
    def status(self) -> str:
        """The status of its proof; that it states a claim's negation takes nothing from it."""
        return "proved" if self.proof["status"] == "refuted" else self.proof["status"]


@dataclass(frozen=True)
class Definition:
    """A definition under the claims' theorems: what the certificate says of it, and what speaks of
    it or rests on it.

    Attributes:
        item: the certificate's entry.
        file: its module's source; None if the certificate has no such module.
        theorems: the claims' theorems that speak of it directly.
        used_by: the definitions that use it directly.
        conformance: the claims whose evidence has the kernel compute it, with what that found.
    """

    item: Mapping[str, Any]
    file: str | None
    theorems: Sequence[str]
    used_by: Sequence[str]
    conformance: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]


@dataclass(frozen=True)
class Table:
    """A table of figures that can be drawn: its charts, over what it was measured, and the claims
    that rest on it.
    """

    domain: str
    charts: Sequence[Chart]
    claims: list[Mapping[str, Any]]


@dataclass(frozen=True)
class Report:
    """What the pages show: a certificate, and what was found about it.

    Attributes:
        certificate: it follows the schema.
        findings: every reason against it, empty if it checks; None if it was not checked.
        changes: what changed since an earlier certificate; None if none was given.
        source: the project's Lean files; None if they are not at hand.
    """

    certificate: Mapping[str, Any]
    findings: Sequence[Finding] | None = None
    changes: Sequence[Change] | None = None
    source: LeanSource | None = None

    @cached_property
    def claims(self) -> Mapping[str, Mapping[str, Any]]:
        """The claims by id."""
        return {claim["id"]: claim for claim in self.certificate["claims"]}

    @cached_property
    def theorems(self) -> Mapping[str, Theorem]:
        """The theorems by name, sorted."""
        claims: dict[str, list[Mapping[str, Any]]] = {}
        for claim in self.certificate["claims"]:
            if claim["proof"]["theorem"]:
                claims.setdefault(claim["proof"]["theorem"], []).append(claim)
        proofs = {name: some[0]["proof"] for name, some in sorted(claims.items())}
        used_by = _turned((name, proof["rests_on"]) for name, proof in proofs.items())
        return {
            name: Theorem(name, proof, claims[name], used_by.get(name, []))
            for name, proof in proofs.items()
        }

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """The definitions by name, sorted."""
        leans = [view.certificate["lean"] for view in views(self.certificate)]
        listed = [entry for lean in leans for entry in _listed(lean)]
        theorems = _turned(
            (theorem.name, theorem.proof["definitions"]) for theorem in self.theorems.values()
        )
        used_by = _turned((item["name"], item["uses"]) for item, _ in listed)
        conformance: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
        for claim in self.certificate["claims"]:
            for evidence in claim["evidence"]:
                if evidence["definition"]:
                    conformance.setdefault(evidence["definition"], []).append((claim, evidence))
        return {
            item["name"]: Definition(
                item,
                file,
                theorems.get(item["name"], []),
                used_by.get(item["name"], []),
                conformance.get(item["name"], []),
            )
            for item, file in listed
        }

    @cached_property
    def graphs(self) -> Mapping[str, graph.Graph]:
        """What rests on what, by document."""
        return {
            document: graph.build(self.certificate, claims)
            for document, claims in self.documents.items()
        }

    def excerpt(self, file: str | None, line: int | None) -> Excerpt | None:
        """The declaration at a file's line, if the project's files are at hand and the place is
        known.
        """
        return self.source.declaration(file, line) if self.source and file and line else None

    @cached_property
    def statements(self) -> Mapping[str, Mapping[str, Any]]:
        """The statements of several readings, by id."""
        return {item["id"]: item for item in of_several_readings(self.certificate)}

    @property
    def title(self) -> str:
        """What the certificate is about."""
        return title(self.certificate)

    @property
    def audited(self) -> Sequence[Mapping[str, Any]]:
        """The claims about a checkpoint that was audited."""
        return [claim for claim in self.certificate["claims"] if "instance" in claim]

    @property
    def coverage(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The passages of each document that is covered."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for passage in self.certificate.get("coverage", ()):
            found.setdefault(passage["source"]["document"], []).append(passage)
        return found

    @property
    def with_reason(self) -> int:
        """How many claims say why they name no theorem."""
        return sum("no_theorem" in claim for claim in self.certificate["claims"])

    @property
    def with_theorem(self) -> int:
        """How many claims name a theorem."""
        return sum(claim["proof"]["theorem"] is not None for claim in self.certificate["claims"])

    @property
    def with_evidence(self) -> int:
        """How many claims have evidence."""
        return sum(bool(claim["evidence"]) for claim in self.certificate["claims"])

    @property
    def with_tensors(self) -> int:
        """How many claims have evidence on tensors."""
        return sum(
            any(evidence["tensors"] for evidence in claim["evidence"])
            for claim in self.certificate["claims"]
        )

    @property
    def standing(self) -> str:
        """How many claims are proved, only measured, false and undecided, in a sentence."""
        tiers = self.certificate["summary"]["tiers"]
        proved = sum(tiers[tier] for tier in ("platinum", "gold", "silver"))
        parts = [
            f"{number:,} {'is' if number == 1 else 'are'} {what}"
            for number, what in (
                (proved, "proved and confirmed"),
                (tiers["bronze"], "only measured"),
                (tiers["refuted"], "false"),
                (tiers["none"], "undecided"),
            )
            if number
        ]
        return f"{many(len(self.certificate['claims']), 'claim')}: {', '.join(parts)}."

    @property
    def only_unmet(self) -> bool:
        """Whether all that is against the certificate is that claims lack the tier that is required
        of them.
        """
        return all(finding.code == "tier-unmet" for finding in self.findings or ())

    @property
    def conflicts(self) -> Sequence[Mapping[str, Any]]:
        """The claims whose proof and evidence contradict each other."""
        return [claim for claim in self.certificate["claims"] if claim["conflict"]]

    @property
    def refuted(self) -> Sequence[Mapping[str, Any]]:
        """The claims that are false, but for readings of a statement that has others."""
        return [claim for claim in self.certificate["claims"] if is_false(claim, self.certificate)]

    @cached_property
    def documents(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The claims of each document, both in the certificate's order."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for claim in self.certificate["claims"]:
            found.setdefault(claim["source"]["document"], []).append(claim)
        return found

    @cached_property
    def tables(self) -> Mapping[str, Sequence[Table]]:
        """The tables that have charts, by document; one that several claims of a document rest on
        stands there once.
        """
        found: dict[str, dict[str, Table]] = {}
        for document, claims in self.documents.items():
            for claim in claims:
                for evidence in claim["evidence"]:
                    if not (drawn := charts(evidence)):
                        continue
                    shown = json.dumps([evidence["measurements"], evidence.get("plots")])
                    once = found.setdefault(document, {}).setdefault(
                        shown, Table(evidence["domain"], drawn, [])
                    )
                    if claim not in once.claims:
                        once.claims.append(claim)
        return {document: list(tables.values()) for document, tables in found.items()}


def _listed(lean: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str | None]]:
    """Yield each definition of a source of the proofs, with its file; None if it is not known."""
    files_of = {module["module"]: module["file"] for module in lean["modules"]}
    yield from ((item, files_of.get(item["module"])) for item in lean["definitions"])


def _turned(uses: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, list[str]]:
    """From what each one uses to what uses each, in the same order."""
    used_by: dict[str, list[str]] = {}
    for user, used in uses:
        for name in used:
            used_by.setdefault(name, []).append(user)
    return used_by


def render(report: Report) -> dict[str, bytes]:
    """Return the report's files by their paths: equal reports give equal bytes. Where the
    certificate has two sources of proofs, the names of the outside ones say so.

    Raises:
        UsageError: if two claims have the same id.
    """
    if len(report.claims) < len(report.certificate["claims"]):
        twice = next(
            name
            for name, count in Counter(
                claim["id"] for claim in report.certificate["claims"]
            ).items()
            if count > 1
        )
        raise UsageError(
            f"the id {twice} is used twice, so its claims cannot have a page each; pyharness check says more"
        )
    report = replace(report, certificate=told_apart(report.certificate))
    pages = list(_pages(report))
    navigation = [page for page in pages if page.listed]
    rendered = {
        page.file: _environment()
        .get_template(page.template)
        .render(
            report=report,
            navigation=navigation,
            page=page,
            root="../" * page.file.count("/"),
            **page.values,
        )
        .encode()
        for page in pages
    }
    scripts = ["interactive.js"] if "interactive.html" in rendered else []
    static = {
        name: files(__package__).joinpath("pages", name).read_bytes()
        for name in ("report.css", "report.js", *scripts)
    }
    return rendered | static


def _pages(report: Report) -> Iterator[Page]:
    yield Page("index.html", "Overview", "index.html", listed=True)
    yield Page("claims.html", "Claims", "claims.html", listed=True)
    yield Page("theorems.html", "Theorems", "theorems.html", listed=True)
    yield Page("definitions.html", "Definitions", "definitions.html", listed=True)
    yield Page("graph.html", "Graph", "graph.html", listed=True)
    if report.tables:
        yield Page(
            "figures.html", "Figures", "figures.html", {"tables": report.tables}, listed=True
        )
    if sets := list(point_sets(report.certificate)):
        yield Page(
            "interactive.html",
            "Quantize points",
            "interactive.html",
            listed=True,
            values=_interactive(sets),
        )
    if report.coverage:
        yield Page("coverage.html", "Coverage", "coverage.html", listed=True)
    yield Page("trusted-base.html", "Trusted base", "trusted-base.html", listed=True)
    claims = report.certificate["claims"]
    for before, claim, after in zip([None, *claims], claims, [*claims[1:], None], strict=False):
        yield Page(
            _claim_file(claim["id"]),
            claim["id"],
            "claim.html",
            {"claim": claim, "before": before, "after": after},
        )
    for theorem in report.theorems.values():
        yield Page(_theorem_file(theorem.name), theorem.name, "theorem.html", {"theorem": theorem})


def _interactive(sets: Sequence[PointSet]) -> dict[str, Any]:
    """What the page of points is given: the sets, the choices among them, and what claims say."""
    legends = {legend: None for one in sets for legend, _ in one.points.groups}
    marks = {mark: None for one in sets for mark in one.points.marks}
    return {
        "sets": [
            {
                "names": {legend: visible(name) for legend, name in one.points.groups},
                "rows": one.rows,
            }
            for one in sets
        ],
        "sources": list(dict.fromkeys(one.claim for one in sets)),
        "legends": list(legends),
        "marks": list(marks),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pyharness.report", "pages"),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "TIERS": TIERS,
        "version": __version__,
        "badge": badge,
        "claim_file": _claim_file,
        "theorem_file": _theorem_file,
        "in_short": in_short,
        "in_words": in_words,
        "library_in_words": library_in_words,
        "views": views,
        "why_false": why_false,
        "other_fields": _other_fields,
        "PROOF_FIELDS": _PROOF_FIELDS,
        "EVIDENCE_FIELDS": _EVIDENCE_FIELDS,
    }
    environment.filters |= {
        "figure": _figure,
        "many": many,
        "inputs": _inputs,
        "anchor": _anchor,
        "count": _count,
        "charts": charts,
        "drawn": _drawn,
        "graphed": _graphed,
    }
    return environment


# -------------------------------------------------------------------------------------------- words
def visible(value: Any) -> Any:
    """Return text as a page can show it, with its lines; markup, and what is no text, as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return in_sight(value, keep="\n\t")


def badge(word: str, text: str = "") -> Markup:
    """Return a word of the certificate (a tier, a status, a verdict) with its sign and colour."""
    return Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>').format(
        word, _GLYPHS[word], visible(text or word)
    )


def _drawn(chart: Chart, id: str) -> Markup:
    return figure(chart, id, visible)


def _graphed(drawn: graph.Graph, document: str, root: str) -> Markup:
    return graph.drawing(
        drawn, document, root=root, href=_href, sign=_GLYPHS.__getitem__, seen=visible
    )


def _href(kind: str, name: str) -> str:
    """The address, from a page in the report's own folder, of what the graph calls by this kind and
    name.
    """
    return {
        "document": lambda: f"claims.html#{urlencode({'document': name})}",
        "claim": lambda: _claim_file(name),
        "theorem": lambda: _theorem_file(name),
        "definition": lambda: f"definitions.html#{_anchor(name)}",
    }[kind]()


def _other_fields(record: Mapping[str, Any], known: set[str]) -> list[tuple[str, str]]:
    """Return the fields of a record that these pages know no words for, so that none is lost."""
    return [
        (name.replace("_", " "), _inputs(value))
        for name, value in record.items()
        if name not in known
    ]


def _inputs(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _figure(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)


def _count(value: int) -> str:
    return f"{value:,}"


# -------------------------------------------------------------------------------------------- files
def _claim_file(id: str) -> str:
    return f"claims/{file_name(id)}"


def _theorem_file(name: str) -> str:
    return f"theorems/{file_name(name)}"


def _anchor(name: str) -> str:
    """Return the id of an element about what has this name."""
    return "at-" + file_name(name).removesuffix(".html")
