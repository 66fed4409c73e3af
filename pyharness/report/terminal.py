"""A certificate in the terminal: a table of all claims, and one claim in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from pyharness.certificate.diff import without_digests
from pyharness.certificate.library import library_in_words
from pyharness.certificate.recorded import in_words
from pyharness.core.errors import UsageError
from pyharness.core.text import did_you_mean, few, many, visible
from pyharness.kernel.certificate import views
from pyharness.report.words import in_short, of_several_readings

__all__ = ["explain", "find_claim", "plain_table", "show", "show_statuses"]

_STYLES = {
    "proved": "green",
    "sorry": "yellow",
    "axiom": "yellow",
    "stub": "yellow",
    "open": "dim",
    "confirmed": "green",
    "inconclusive": "yellow",
    "depends": "yellow",
    "none": "dim",
    "bronze": "dark_orange3",
    "silver": "bold",
    "gold": "bold yellow",
    "platinum": "bold cyan",
    "refuted": "bold magenta",
}
_UNMET = "bold red"


def show(certificate: Mapping[str, Any], path: Path, *, console: Console) -> None:
    """Print every claim with its proof status, verdict, tier and evidence, then the summary and
    where the file is.

    Args:
        certificate: a certificate that fits the schema.
        path: its file, to be named.
        console: where to print.
    """
    summary = certificate["summary"]
    unmet = set(summary["unmet"])
    console.print(_claims(certificate["claims"], unmet, console.width), soft_wrap=True)
    console.print()
    tiers, proofs = _counts(summary["tiers"]), _counts(summary["proofs"])
    console.print(
        Text.assemble(f"{many(summary['claims'], 'claim')}: ", *tiers, "; proofs: ", *proofs, ".")
    )
    if unmet:
        names = _text(f"Without the tier required of them: {', '.join(summary['unmet'])}.")
        names.stylize(_UNMET)
        console.print(names)
    else:
        console.print("Every claim has the tier required of it.")
    for item in of_several_readings(certificate):
        console.print(_standing(item, certificate))
    if (coverage := summary.get("coverage")) and coverage["passages"]:
        console.print(
            f"Of {many(coverage['passages'], 'passage')} of the sources, "
            f"{coverage['settled']:,} are settled by claims."
        )
    for view in views(certificate):
        if proofs := view.certificate["proofs"]:
            count, kernels = many(proofs["constants"], "constant"), " and ".join(proofs["kernels"])
            whose = "Outside proofs" if view.where else "Proofs"
            console.print(_text(f"{count} accepted by {kernels}."))
            console.print(_text(f"{whose}: {path.parent / proofs['file']}"), soft_wrap=True)
    if "library" in certificate["lean"]:
        console.print(_text(library_in_words(certificate["lean"]["library"])))
    for line in _records(certificate["claims"]):
        console.print(_text(line), soft_wrap=True)
    console.print(_text(f"Certificate: {path}"), soft_wrap=True)


def _claims(
    claims: Sequence[Mapping[str, Any]], unmet: Collection[str], width: int
) -> RenderableType:
    """A table with a line for each claim, with a gap between documents."""
    columns = {
        "claim": [_text(claim["id"]) for claim in claims],
        "tier": [_tier(claim, claim["id"] in unmet) for claim in claims],
        "proof": [_word(claim["proof"]["status"]) for claim in claims],
        "verdict": [_word(claim["verdict"]) for claim in claims],
    }
    found = ["; ".join(item["summary"] for item in claim["evidence"]) for claim in claims]
    documents = [claim["source"]["document"] for claim in claims]
    gaps = {place for place, two in enumerate(pairwise(documents), 1) if two[0] != two[1]}
    return _lines(columns, ("evidence", [*map(_text, found)]), width, gaps)


def _lines(
    columns: Mapping[str, Sequence[Text]],
    last: tuple[str, Sequence[Text]],
    width: int,
    gaps: Collection[int] = (),
) -> RenderableType:
    """A table with a line for each row. Where the terminal is narrow it has fewer columns: the
    last, which is cut off, goes first. The first column is always whole.

    Args:
        columns: their cells by their heads.
        last: the head and the cells of the last one.
        width: of the terminal.
        gaps: the rows that have an empty line before them.
    """
    widths = {
        name: max(len(name), *(cell.cell_len for cell in cells), 0)
        for name, cells in columns.items()
    }
    shown: list[str] = []
    left = width + 2
    for name, needed in widths.items():
        if not shown or needed + 2 <= left:
            shown.append(name)
            left -= needed + 2
    table = plain_table()
    for name in shown:
        table.add_column(name, no_wrap=True, overflow="ignore", min_width=widths[name])
    head, ends = last
    is_whole = left - 2 >= _LEAST_LAST and len(shown) == len(columns)
    if is_whole:
        table.add_column(head, no_wrap=True, overflow="ellipsis", width=left - 2)
    for number, end in enumerate(ends):
        if number in gaps:
            table.add_row()
        table.add_row(*(columns[name][number] for name in shown), *([end] if is_whole else []))
    return table


_LEAST_LAST = 12
"""Columns of the terminal that make a cell of the last column worth its place."""


def _standing(statement: Mapping[str, Any], certificate: Mapping[str, Any]) -> Text:
    """Say under which readings a statement holds, or how many of them leave it open."""
    held, readings = statement["holds_as"], statement["readings"]
    count = len(readings)
    if held:
        under = f" as {', '.join(held)}, of {count} readings"
    elif statement["verdict"] == "refuted":
        under = " in both readings" if count == 2 else f" in all {count} readings"
    else:
        is_open = [find_claim(certificate, one)["tier"] != "refuted" for one in readings]
        under = f", as {sum(is_open)} of {count} readings " + ("is" if sum(is_open) == 1 else "are")
    return Text.assemble(_text(statement["id"]), ": ", _word(statement["verdict"]), _text(under))


def _records(claims: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for claim in claims:
        for record in claim["recorded"]:
            kind = (
                "stale"
                if record["stale"]
                else (
                    "whole"
                    if len(record["agrees"]) == len(claim["evidence"])
                    else "part"
                    if record["agrees"]
                    else "not"
                )
            )
            found.setdefault((record["file"], record["name"], record["device"]), Counter())[
                kind
            ] += 1
    for (file, name, device), counts in found.items():
        yield (
            f"Recorded elsewhere, {file} on {name} ({device}): {many(counts['whole'], 'claim')} found again, "
            f"{counts['part']} in part, {counts['not']} not; {counts['stale']} stale."
        )


def show_statuses(
    rows: Sequence[Mapping[str, Any]],
    *,
    of: str = "claim",
    library: Mapping[str, Any] | None = None,
    console: Console,
) -> None:
    """Print the proof status of claims, or of theorems, without a certificate.

    Args:
        rows: each with `id`, `status`, `theorem`, `file`, `line`, `axioms`, `note` and, where there
            are two, the `source` of the theorem.
        of: what the rows are.
        library: what a certificate says of the whole library.
        console: where to print.
    """
    says = "theorem" if of == "claim" else "statement"
    columns = {
        of: [_text(row["id"]) for row in rows],
        "proof": [_word(row["status"]) for row in rows],
    }
    console.print(
        _lines(columns, (says, [_text(_named(row)) for row in rows]), console.width), soft_wrap=True
    )
    console.print()
    for row in rows:
        if row["note"]:
            console.print(_text(f"{row['id']}: {row['note']}"))
    by_axioms: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if row["axioms"]:
            by_axioms.setdefault(tuple(row["axioms"]), []).append(row["id"])
    for axioms, ids in by_axioms.items():
        console.print(_text(f"On {', '.join(axioms)}: {few(ids, 3)}."))
    statuses = _counts(Counter(row["status"] for row in rows))
    console.print(Text.assemble(f"{many(len(rows), of)}: ", *statuses, "."))
    if library is not None:
        console.print(_text(library_in_words(library)))


def _named(row: Mapping[str, Any]) -> str:
    """What a row's theorem is, and where."""
    source = " of the outside proofs" if row.get("source") == "outside" else ""
    place = f" ({row['file']}:{row['line']})" if row["file"] else ""
    return f"{row['theorem'] or 'none named'}{source}{place}"


def find_claim(certificate: Mapping[str, Any], id: str) -> Mapping[str, Any]:
    """Return the claim of a certificate that has this id.

    Raises:
        UsageError: if there is none; the message names those whose ids are near.
    """
    claims: dict[str, Mapping[str, Any]] = {claim["id"]: claim for claim in certificate["claims"]}
    if id not in claims:
        statements = [item["id"] for item in certificate.get("statements", ())]
        near = did_you_mean(id, [*claims, *statements])
        raise UsageError(f"the certificate has no claim {id!r}{near}")
    return claims[id]


def explain(
    certificate: Mapping[str, Any], id: str, *, console: Console, verbose: bool = False
) -> None:
    """Print one claim: what it says and whether it is true, what is missing, its theorem and each
    piece of evidence; or of a statement of several readings how each stands.

    Args:
        certificate: the certificate.
        id: of the claim or the statement.
        console: where it is printed.
        verbose: also print what few ask for: long tables, digests, devices, seeds, tactics.

    Raises:
        UsageError: if the certificate has no such claim.
    """
    for statement in certificate.get("statements", ()):
        if statement["id"] == id:
            _explain_statement(statement, certificate, console)
            return
    claim = find_claim(certificate, id)
    name = _text(id)
    name.stylize("bold")
    console.print(name)
    console.print(_indented(*_in_brief(claim)))
    console.print(Text.assemble("\nproof: ", _word(claim["proof"]["status"])))
    console.print(_indented(*_proof(claim["proof"], verbose)))
    for number, evidence in enumerate(claim["evidence"], 1):
        console.print(
            Text.assemble(f"\nevidence {number}, {evidence['kind']}: ", _word(evidence["outcome"]))
        )
        console.print(_indented(*_evidence(evidence, id, verbose)))
    if claim["recorded"]:
        console.print(Text("\nrecorded elsewhere"))
        console.print(_indented(*_recorded(claim)))
    if claim["untied"]:
        console.print(Text("\nuntied"))
        console.print(_indented(*map(_text, claim["untied"])))
    if not verbose:
        console.print(Text("\n-v shows whole tables, digests, devices and seeds", style="dim"))


def _in_brief(claim: Mapping[str, Any]) -> Iterable[RenderableType]:
    """What a claim says, whether it is true, and what is missing."""
    tier, required = claim["tier"], claim["required_tier"]
    yield _text(claim["statement"])
    yield _text(f"from {claim['source']['document']}, {claim['source']['heading']}")
    if "reading_of" in claim:
        yield _text(f"one reading of {claim['reading_of']}")
    wanted = ", as required" if tier == required else f"; the project requires {required}"
    style = _UNMET if claim["conflict"] else ""
    yield Text.assemble((visible(in_short(claim)), style), " Tier ", _word(tier), f"{wanted}.")
    if claim["next"]:
        yield Text.assemble("to be ", _word(claim["next"]["tier"]), " it needs")
        yield _indented(*(_text(need) for need in claim["next"]["needs"]))
    if "no_theorem" in claim:
        yield _text(f"no theorem: {claim['no_theorem']}")


def _explain_statement(
    statement: Mapping[str, Any], certificate: Mapping[str, Any], console: Console
) -> None:
    name = _text(statement["id"])
    name.stylize("bold")
    console.print(name)
    source = statement["source"]
    console.print(
        _indented(
            _text(statement["says"]),
            _text(f"from {source['document']}, {source['heading']}"),
            Text.assemble("its readings together: ", _word(statement["verdict"])),
        )
    )
    for reading in statement["readings"]:
        claim = find_claim(certificate, reading)
        console.print(Text.assemble("\n", _text(reading), ": tier ", _word(claim["tier"])))
        console.print(_indented(_text(claim["statement"])))


def _recorded(claim: Mapping[str, Any]) -> Iterable[RenderableType]:
    for record in claim["recorded"]:
        yield _text(in_words(record, len(claim["evidence"])))
        for evidence in record["elsewhere"]:
            yield _indented(
                _text(
                    f"only there: {evidence['domain']}; {many(evidence['cases'], 'case')}, "
                    f"{many(evidence['violations'], 'violation')}"
                )
            )


def _proof(proof: Mapping[str, Any], verbose: bool) -> Iterable[RenderableType]:
    if proof["theorem"] is None:
        yield Text("no theorem is named")
    else:
        yield _text(proof["theorem"] + (" states the negation" if proof["negates"] else ""))
        if "source" in proof:
            yield Text("of the outside proofs, where a name may mean something else")
        yield _text(
            f"{proof['file']}:{proof['line']}"
            if proof["file"] is not None
            else "from an export, which does not say in which file"
        )
        if proof["statement"] is not None:
            yield _indented(_Quoted(proof["statement"]))
        if verbose and "lean_form" in proof:
            yield Text("as Lean printed it:")
            yield _indented(_Quoted(proof["lean_form"]))
        if verbose and (trace := proof.get("trace")):
            yield _text(f"premises, by LeanDojo: {', '.join(trace['premises']) or 'none'}")
            for tactic in trace["tactics"]:
                yield _indented(_Quoted(tactic))
        yield _text(f"axioms: {', '.join(proof['axioms']) or 'none'}")
        yield Text(
            f"statement: {'as it was pinned' if proof['pinned'] else 'not pinned'}; proof: "
            + ("replayed through the kernel" if proof["replayed"] else "not replayed")
        )
        if proof["rechecked"]:
            yield Text(
                "a second kernel agrees on proof, statement and axioms"
                if proof["replayed"]
                else "the second kernel accepts the proof"
            )
        yield _text(f"example: {proof['example'] or 'none'}")
        if proof["unused"]:
            yield _text(f"hypotheses that nothing uses: {', '.join(proof['unused'])}")
    if proof["note"]:
        yield _text(proof["note"])


_FEW_ROWS = 12
"""Rows of a table of figures that are shown where not all is."""


def _evidence(evidence: Mapping[str, Any], id: str, verbose: bool) -> Iterable[RenderableType]:
    yield _text(evidence["summary"])
    domain = evidence["domain"]
    yield _text(f"domain: {domain if verbose else without_digests(domain)}")
    if evidence["definition"]:
        yield _text(f"Lean definition: {evidence['definition']}")
    yield Text(f"{many(evidence['cases'], 'case')}, {many(evidence['violations'], 'violation')}")
    if evidence["max_error"] is not None:
        yield Text(
            f"largest error {_figure(evidence['max_error'])}, allowed {_figure(evidence['tolerance'])}"
        )
    if verbose:
        yield _text(
            f"on {evidence['device']}"
            + (
                f", with random numbers from the seed {evidence['seed']}"
                if evidence["seed"] is not None
                else ""
            )
        )
    if verbose and evidence["rounding"] is not None:
        yield Text(
            f"another device may put a figure x off by {_figure(evidence['rounding'])} max(1, |x|)"
        )
    if evidence["tensors"] and not verbose:
        yield Text(f"read {many(len(evidence['tensors']), 'tensor')}")
    elif evidence["tensors"]:
        yield _Filled(
            ("tensor", "shape", "dtype", "SHA-256"),
            (
                (
                    tensor["name"],
                    "×".join(map(str, tensor["shape"])) or "scalar",
                    tensor["dtype"],
                    tensor["sha256"][:12],
                )
                for tensor in evidence["tensors"]
            ),
        )
    if evidence["measurements"]:
        rows = evidence["measurements"]["rows"]
        most = len(rows) if verbose else _FEW_ROWS
        yield _Filled(evidence["measurements"]["columns"], rows[:most])
        if len(rows) > most:
            yield Text(f"… and {many(len(rows) - most, 'more row')}")
    if evidence["witness"]:
        witness = evidence["witness"]
        module, _, name = witness["predicate"].partition(":")
        arguments = ", ".join(f"{key}={value!r}" for key, value in witness["inputs"].items())
        yield Text.assemble(("witness", _STYLES["refuted"]), ": ", _text(witness["shows"]))
        yield Text(
            f"to replay it: pyharness explain {visible(id)} --replay; or in Python, where the result is False:"
        )
        yield _indented(_text(f"from {module} import {name}"), _text(f"{name}({arguments})"))


def plain_table() -> Table:
    """Return a table as all are shown, to which columns are added."""
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)


class _Filled:
    """A table, or where the terminal is too narrow for it, a list in which each row begins with its
    first cell.
    """

    def __init__(self, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
        self._columns, self._rows = [*columns], [[*row] for row in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = _filled(self._columns, self._rows)
        if table.__rich_measure__(console, options.update_width(1 << 16)).maximum <= (
            options.max_width
        ):
            yield table
            return
        for row in self._rows:
            first, *others = [_text(_figure(cell)) for cell in row] or [Text()]
            yield first
            said = zip(self._columns[1:], others, strict=False)
            yield _indented(
                Text(", ").join(Text.assemble(_text(name), " ", cell) for name, cell in said)
            )


def _filled(columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Table:
    table = plain_table()
    for number, column in enumerate(columns):
        # A row of another length is for the check of the certificate to complain of.
        numeric = all(isinstance(cell, (int, float)) for row in cells for cell in row[number:][:1])
        table.add_column(_text(column), justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*(_text(_figure(cell)) for cell in row))
    return table


def _tier(claim: Mapping[str, Any], unmet: bool) -> Text:
    if claim["conflict"]:
        return Text.assemble(_word(claim["tier"]), ", ", ("conflict", _UNMET))
    if not unmet:
        return _word(claim["tier"])
    return Text.assemble(_word(claim["tier"]), ", ", (f"not {claim['required_tier']}", _UNMET))


def _counts(counts: Mapping[str, int]) -> Iterable[Text | str]:
    shown = [(name, count) for name, count in counts.items() if count]
    for number, (name, count) in enumerate(shown):
        yield ", " if number else ""
        yield f"{count} "
        yield _word(name)


def _figure(value: Any) -> str:
    if value is None:
        return "—"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _word(name: str) -> Text:
    return Text(name, style=_STYLES[name])


def _text(value: str) -> Text:
    """A text in one line as it can be seen; no markup in it is obeyed."""
    return Text(visible(value))


class _Quoted:
    """Lines of Lean, each with a bar before it, so that none passes for a line of ours."""

    def __init__(self, text: str) -> None:
        self._lines = Group(*map(_text, text.split("\n")))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        narrower = options.update_width(options.max_width - 2)
        for line in console.render_lines(self._lines, narrower, pad=False):
            yield from (Segment("│ "), *line, Segment.line())


def _indented(*lines: RenderableType) -> Padding:
    return Padding.indent(Group(*lines), 2)
