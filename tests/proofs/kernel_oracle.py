"""Asks Lean's kernel about many declarations, each on the same library: `kernel_oracle.py LEAN
FOLDER`.

Standard input holds an export; behind it, for each question, a line `{"question": N}`, the lines of
an export that declare one thing more, and a line `{"end": N}`. The answer is a line on standard
output: null if the kernel accepts it, else why not. If it is an inductive family, what the kernel
then holds of it is written to FOLDER/N.olean.

Run alone and isolated, like `_replay_main.py`, whose functions it uses.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

_PATH = Path(__file__).resolve().parents[2] / "pyharness" / "proofs" / "_replay_main.py"


def main(lean: str, folder: str) -> None:
    spec = importlib.util.spec_from_file_location("replay_main", _PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kernel = module.Lean(lean)
    replay = module.Replay(kernel)
    before, refusal, family = None, None, False
    for text in sys.stdin.buffer:
        line = json.loads(text)
        if "question" in line:
            before, refusal, family, replay.declared = kernel._environment, None, False, []
        elif "end" in line:
            if family and refusal is None:
                replay.save(f"{folder}/{line['end']}.olean")
            kernel._environment = before
            print(json.dumps(refusal), flush=True)
        elif refusal is None:
            family = family or "inductive" in line
            try:
                replay.line(line)
            except module.Refused as error:
                if before is None:
                    raise
                refusal = str(error)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    sys.stdout.flush()
    os._exit(0)
