"""How numerical libraries are told to use the same code on every x86-64 processor with AVX2."""

from __future__ import annotations

import os

__all__ = ["SAME_CODE", "use_same_code"]

SAME_CODE = {
    "ATEN_CPU_CAPABILITY": "avx2",
    # Of MKL's branches the only one with the same code for each maker of processors.
    "MKL_CBWR": "COMPATIBLE",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}
"""What PyTorch's own code, MKL, numpy's own code, oneDNN and OpenBLAS read before they choose code
by the processor. MKL still chooses by its maker for square roots.

Source: the documentation of each, on "CPU dispatcher"; Intel, oneMKL, "Conditional Numerical
Reproducibility"."""


def use_same_code() -> None:
    """Set these variables in this process where they are not set, before the libraries are loaded:
    PyTorch, MKL and oneDNN read theirs later, when they first compute.
    """
    for name, value in SAME_CODE.items():
        os.environ.setdefault(name, value)
