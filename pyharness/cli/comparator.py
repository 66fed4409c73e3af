"""`pyharness comparator`: write the configuration with which comparator judges the theorems."""

from __future__ import annotations

import argparse
import json
from itertools import chain
from pathlib import Path

from pyharness.cli.arguments import Commands, add_command, add_project
from pyharness.cli.inputs import read_project
from pyharness.cli.output import print_json, say
from pyharness.core.errors import EXIT_OK
from pyharness.core.text import many

__all__ = ["add", "run"]


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "comparator",
        run,
        summary="Write the configuration with which leanprover/comparator, or `lake comparator` of "
        "Lean 4.35 and newer, judges the claims' theorems. Comparator has one list of axioms for all "
        "theorems, so that it permits those of [axioms-under] to each.",
        examples=[
            "--challenge Challenge --solution Solution",
            "--challenge Demo.Statements --solution Demo -o comparator.json",
        ],
        exits={EXIT_OK: "the configuration is written"},
    )
    add_project(parser)
    parser.add_argument(
        "--challenge",
        required=True,
        metavar="MODULE",
        help="the Lean module that states the theorems, with `sorry` for their proofs",
    )
    parser.add_argument(
        "--solution", required=True, metavar="MODULE", help="the Lean module that proves them"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where it is written (default: to standard output)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the configuration.

    Raises:
        HarnessError: if there is no project, its claims name no theorem, a name is none, or the
            file cannot be written.
    """
    from pyharness.core.json_files import write_bytes
    from pyharness.pipeline.proofs import theorems_of
    from pyharness.project.pack import load_pack
    from pyharness.proofs.comparator import comparator_config

    project = read_project(options.project)
    theorems = theorems_of(load_pack(project.packs))
    # Comparator has one list for all theorems.
    axioms = dict.fromkeys(chain(project.allowed_axioms, *project.axioms_under.values()))
    config = comparator_config(options.challenge, options.solution, theorems, axioms)
    if options.output is None:
        print_json(config)
        return EXIT_OK
    text = json.dumps(config, ensure_ascii=False, indent=2)
    write_bytes(options.output, f"{text}\n".encode())
    if options.json:
        print_json({"output": str(options.output), "theorems": theorems})
    else:
        say(f"{options.output}: {many(len(theorems), 'theorem')}")
    return EXIT_OK
