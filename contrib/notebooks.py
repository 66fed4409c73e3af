"""Runs the notebooks in `examples/` and stores what they print: `python contrib/notebooks.py
[NAME …]`. It needs the extra `examples`.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TIMEOUT = 900
"""Seconds that a cell may take: enough for a build of the library on a machine that is busy."""
VARYING = re.compile(
    r" accepted by | accepts the |^Proofs: | in the whole library|: digest: |^Read .* s\.$|read again\.$"
)
"""Lines that tell the clock, or what the library holds."""


def execute(path: Path) -> NotebookNode:
    """Return a notebook as it comes out of a run in its own folder, without what only one run has.

    Raises:
        CellExecutionError: if a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    os.environ.setdefault("COLUMNS", "100")
    NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number}", NotebookNode()
        # Progress goes to the error stream, and tells the clock.
        if cell.cell_type == "code":
            cell.outputs = [each for each in cell.outputs if each.get("name") != "stderr"]
    return notebook


def printed(notebook: NotebookNode) -> list[list[str]]:
    """Return the lines that each cell printed, without those that may vary."""
    shown = [
        "".join(
            each["text"] if "text" in each else each["data"]["text/plain"] + "\n"
            for each in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return [
        [line.rstrip() for line in text.splitlines() if line.strip() and not VARYING.search(line)]
        for text in shown
    ]


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(path.stem for path in EXAMPLES.glob("*.ipynb")):
        path = EXAMPLES / f"{name}.ipynb"
        nbformat.write(execute(path), path)
        print(path)
