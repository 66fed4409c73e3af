"""Write docs/cli.md from the command line's own parsers: `python contrib/cli_page.py`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pyharness.cli import make_parser  # noqa: E402
from pyharness.cli.arguments import EXIT_INTERRUPTED  # noqa: E402

PAGE = ROOT / "docs" / "cli.md"

INTRODUCTION = """\
# Commands

Written by `python contrib/cli_page.py` from the commands' own help. `pyharness COMMAND --help` shows
the same.

Every command takes `--help`, and `--json`, which prints one JSON object instead of text. A command
that is interrupted ends with status 130. `pyharness completion bash` prints a script by which the
shell completes them."""


def commands(
    parser: argparse.ArgumentParser, words: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield each command that does something, by all its words, with its parser."""
    groups = [item for item in parser._actions if isinstance(item, argparse._SubParsersAction)]
    if not groups:
        yield words, parser
    for group in groups:
        for name, below in group.choices.items():
            yield from commands(below, f"{words} {name}".strip())


def cell(text: str) -> str:
    """Return text as it stands in a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


def written(action: argparse.Action) -> str:
    """Return how an argument is written: `--map NAME=ORIGINAL`."""
    value = action.metavar or ("{" + ",".join(action.choices) + "}" if action.choices else "")
    if action.nargs == "+":
        value = f"{value} [{value} …]"
    words = ", ".join(action.option_strings)
    return f"{words} {value if action.nargs != 0 else ''}".strip()


def table(head: str, rows: list[tuple[str, str]]) -> list[str]:
    """Return a table of two columns."""
    return ["", f"| {head} | |", "|---|---|", *(f"| `{one}` | {cell(two)} |" for one, two in rows)]


def exits(epilog: str) -> list[tuple[str, str]]:
    """Return what each exit status means, by the table that a command's help ends with."""
    rows: list[list[str]] = []
    for line in epilog.partition("exit status:\n")[2].splitlines():
        if line[:3].strip():
            rows.append([])
        rows[-1] += line.split()
    return [(row[0], " ".join(row[1:])) for row in rows if row[0] != str(EXIT_INTERRUPTED)]


def page() -> str:
    """Return the page."""
    lines = [INTRODUCTION, ""]
    found = [*commands(make_parser())]
    lines += [f"- [{name}](#{name.replace(' ', '-')}): {summary(one)}" for name, one in found]
    for name, parser in found:
        epilog = parser.epilog or ""
        usage = epilog.partition("examples:\n")[2].partition("\n\n")[0].splitlines()
        lines += ["", f"## {name}", "", parser.description or "", ""]
        lines += [f"    {line.strip()}" for line in usage]
        known = ("-h", "--json")
        options = [item for item in parser._actions if not set(known) & {*item.option_strings}]
        lines += table("argument", [(written(item), item.help or "") for item in options])
        lines += table("exit status", exits(epilog))
    return "\n".join(lines) + "\n"


def summary(parser: argparse.ArgumentParser) -> str:
    """Return what a command does, as part of a list."""
    text = (parser.description or "").rstrip(".")
    return text[0].lower() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
