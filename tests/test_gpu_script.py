"""The script for a machine with a GPU: what it brings along, and what it says."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "benchmarks" / "gpu.sh"
ALREADY_THERE = {"hypothesis", "jinja2", "numpy", "rich", "safetensors", "torch"}
"""What the script expects beside PyTorch."""
NOT_USED = {"pylatexenc", "shtab"}
"""What none of its steps imports."""


def test_it_carries_every_dependency():
    """Of the project, of the formats that the claims read, and of audits."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = {
        re.match(r"[\w.-]+", wanted)[0]
        for wanted in [
            *project["dependencies"],
            *extras["gguf"],
            *extras["onnx"],
            *extras["tflite"],
            *extras["tensors"],
        ]
    }
    carried = {
        name
        for names in re.findall(
            r"^(?:LEAN_AND_DATA|LIBRARIES)=\(([^)]*)\)$", SCRIPT.read_text(), re.M
        )
        for name in names.split()
    }
    weights = (ROOT / "claims" / "requirements-weights.txt").read_text("utf-8")
    needed |= set(re.findall(r"^([\w.-]+)==", weights, re.MULTILINE))
    assert needed - ALREADY_THERE - NOT_USED - carried == set()


def test_it_says_how_to_use_it():
    """Without a command, or with one that it does not have."""
    for arguments in ([], ["go"], ["run", "folder"]):
        done = subprocess.run(
            ["bash", SCRIPT, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2 and "gpu.sh pack FOLDER" in done.stderr
