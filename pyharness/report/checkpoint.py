"""An audit in the terminal: a table of the tensors, the worst first, what is wrong with them, and
what that makes of the claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from pyharness.core.text import many, visible
from pyharness.report import terminal

if TYPE_CHECKING:
    from pyharness.audit.evidence import Audited, Row

__all__ = ["headline", "show"]

_MOST = 20
"""Tensors in the table; all are in the certificate."""
_LISTED = 5
"""Names of a kind that are listed."""
_SAID = {
    f"checkpoint.{name}"
    for name in (
        "nearest", "rounded_scale", "float8", "ends", "covered", "scales", "explained", "linked",
    )
}  # fmt: skip
"""Claims whose witness need not be shown: what fails is said of each tensor, or listed by name."""


def show(certificate: Mapping[str, Any], audited: Audited, path: Path, *, console: Console) -> None:
    """Print the tensors, what is wrong with them, the claims, and what was not read or linked.

    Args:
        certificate: the audit's certificate.
        audited: what was found.
        path: the certificate's file, to be named.
        console: where to print.
    """
    from pyharness.audit.evidence import badness

    rows = sorted(audited.rows, key=badness)
    if rows:
        console.print(_table(rows[:_MOST]), soft_wrap=True)
        if len(rows) > _MOST:
            console.print(f"… and {len(rows) - _MOST:,} more tensors, none of them worse.")
        console.print()
    flawed = [row for row in rows if row.wrong or row.looked.scales[2] or row.causes]
    for row in flawed[:_MOST]:
        _say(_wrong(row), console)
    if len(flawed) > _MOST:
        console.print(f"… and {len(flawed) - _MOST:,} more tensors with errors; --json has all.")
    told = [
        f"{claim['id']}: {piece['witness']['shows']}"
        for claim in certificate["claims"]
        if claim["id"] not in _SAID
        for piece in claim["evidence"]
        if piece["violations"] and piece["witness"]
    ]
    _say(told, console)
    if flawed or told:
        console.print()
    terminal.show(certificate, path, console=console)
    console.print()
    _say(_apart(audited), console)
    unmet = certificate["summary"]["unmet"]
    failed = f" Not confirmed: {', '.join(unmet)}." if unmet else ""
    _say([headline(audited) + failed], console, style="bold")


def _say(lines: Iterable[str], console: Console, *, style: str = "") -> None:
    """Print lines, broken at words in a terminal and nowhere else."""
    for line in lines:
        text = _text(line.lstrip())
        text.stylize(style)
        indent = len(line) - len(line.lstrip())
        if console.is_terminal:
            console.print(Padding(text, (0, 0, 0, indent), expand=False))
        else:
            console.print(" " * indent, text, sep="", soft_wrap=True)


def _table(rows: Sequence[Row]) -> Text:
    """A line that names each tensor, and its figures below, so that names of any length fit."""
    figures = [row.figures() for row in rows]
    columns = [
        ("elements", [_count(row["elements"]) for row in figures]),
        ("in range", [_count(row["in range"]) for row in figures]),
        ("at ends", [_count(row["saturated"]) for row in figures]),
        ("wrong", [_count(row["violations"]) for row in figures]),
        ("steps", [_figure(row["worst error in steps"]) for row in figures]),
        ("dB", [_figure(row["SQNR in dB"]) for row in figures]),
        ("bits", [_figure(row["bits a weight"]) for row in figures]),
    ]
    columns = [(name, cells) for name, cells in columns if any(cells)]
    widths = [max(len(name) + 1, *map(len, cells)) for name, cells in columns]
    heads = (name.rjust(width) for (name, _), width in zip(columns, widths, strict=True))
    rule = "─" * (sum(widths) + 2 * len(widths) - 2)
    table = Text.assemble(("  ".join(heads), "bold"), f"\n{rule}")
    for place, row in enumerate(figures):
        scales = _granularity(row["scale for each"])
        named = _text(f"{row['tensor']} [{row['shape']}]: {row['format']}, {scales}")
        table.append("\n").append_text(named).append("\n")
        for number, ((name, cells), width) in enumerate(zip(columns, widths, strict=True)):
            wrong = name == "wrong" and row["violations"]
            table.append("  " if number else "")
            table.append(cells[place].rjust(width), style="bold red" if wrong else "")
    return table


def _granularity(each: str) -> str:
    """Say what shares a scale."""
    if each == "tensor":
        return "one scale"
    return f"a scale for each {'index of ' if each.startswith('ax') else ''}{each}"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _wrong(row: Row) -> list[str]:
    """Say what is wrong with a tensor, and why as far as that is known."""
    counts, looked = row.looked.counts, row.looked
    found = {
        "too far from the original": counts["far"],
        "not at the end of the range although the original is beyond it": counts["off_end"],
        "under a scale that is 0 or no positive number": counts["under_bad_scale"],
        "outside the range of codes": counts["bad_code"],
        "of originals further beyond the range than the format allows": counts["beyond"],
    }
    parts = [f"{many(number, 'code')} {what}" for what, number in found.items() if number]
    if looked.scales[2]:
        parts.append(
            f"{counts['clipped']:,} codes clipped too much, by {looked.scales[2]:,} of "
            f"{looked.scales[0]:,} scales"
        )
    if looked.scales[1]:
        parts.append(
            f"{looked.scales[1]:,} of {looked.scales[0]:,} scales are no positive finite numbers"
        )
    places = row.places()
    lines = [f"{row.tensor.name}: {'; '.join(parts)}"]
    if places:
        more = " …" if len(places) > 3 or counts["far"] + counts["off_end"] > len(places) else ""
        lines.append(f"  first at {', '.join(str(list(place)) for place in places[:3])}{more}")
    lines += [
        f"  cause: {cause.name} ({cause.explains:,} of {cause.of:,}): {cause.says}"
        for cause in row.causes
    ]
    return lines if row.causes else [*lines, "  cause: none that is known"]


def _apart(audited: Audited) -> list[str]:
    """Say what was not read or linked."""
    checkpoint, pairs = audited.checkpoint, audited.pairs
    lines = []
    for what, names in (
        ("Codes not checked", checkpoint.unexplained),
        ("Not read", checkpoint.others),
        ("Not linked to an original", pairs.unpaired if pairs else {}),
    ):
        lines += [f"{what}: {name}: {why}" for name, why in list(names.items())[:_LISTED]]
        if len(names) > _LISTED:
            lines.append(f"{what}: {len(names) - _LISTED:,} more")
    return lines


def headline(audited: Audited) -> str:
    """Return in one line how much was checked, and how much was not."""
    checkpoint, pairs, rows = audited.checkpoint, audited.pairs, audited.rows
    elements = sum(row.looked.counts["elements"] for row in rows)
    wrong = sum(row.wrong for row in rows)
    scales = sum(row.looked.scales[1] + row.looked.scales[2] for row in rows)
    parts = [f"{many(len(rows), 'quantized tensor')}, {many(elements, 'code')}"]
    if pairs is None:
        parts.append("no original, so that only codes, scales and zero points were checked")
    elif pairs.unpaired:
        parts.append(
            f"{len(pairs.originals):,} compared with the original, "
            f"{len(pairs.unpaired):,} not linked"
        )
    elif rows:
        parts.append("each compared with its original")
    parts.append(f"{many(wrong, 'code')} wrong")
    if scales:
        parts.append(f"{many(scales, 'scale')} wrong")
    for names, what in (
        (checkpoint.unexplained, "of codes not checked"),
        (checkpoint.others, "not read"),
        (checkpoint.plain, "not quantized"),
    ):
        if names:
            parts.append(f"{many(len(names), 'tensor')} {what}")
    return "; ".join(parts) + "."


def _text(value: str) -> Text:
    return Text(visible(value))
