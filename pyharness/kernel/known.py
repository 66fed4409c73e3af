"""Functions on numbers as versions of Lean define them, by the digest of that.

`contrib/known_functions.py` finds the digests in an export, and tries each function on numbers: it
unfolds the definition, computing nothing by name, and compares with Python's integers.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["KNOWN"]

KNOWN: Mapping[str, Mapping[str, str]] = {
    "div": {"f8dbfc8f841b6e56dd27835df394615e938f615cb92f134554336c0380062ac8": "4.28.0-pre"},
    "mod": {"2308f4fc7c1df748b556376e0c8d17e7201fc03a05e15bbc296b3155dbb79863": "4.28.0-pre"},
    "log2": {"ea7a91405c7a2161c0dd24514ff99ffa0fc7cbd266564bff10c4148073ddac5a": "4.28.0-pre"},
}
"""By the function and the digest of its definition (`Digests.definition`), the version of Lean."""
