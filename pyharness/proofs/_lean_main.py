"""Becomes the `lean` executable, by calling the library's own main: `_lean_main.py FOLDER
ARGUMENTS…`.

Run alone and isolated (`python -I -S`), so that nothing of pyharness is loaded beside Lean.
"""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(folder: str, arguments: list[str]) -> int:
    """Run Lean with these arguments and return its exit status."""
    # Whatever kills the parent, even SIGKILL, ends this process too.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    ctypes.CDLL(f"{folder}/libInit_shared.so", mode=ctypes.RTLD_GLOBAL)
    lean = ctypes.CDLL(f"{folder}/libleanshared.so", mode=ctypes.RTLD_GLOBAL)
    argv = [b"lean", *(argument.encode() for argument in arguments)]
    status: int = lean.lean_main(len(argv), (ctypes.c_char_p * (len(argv) + 1))(*argv, None))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
