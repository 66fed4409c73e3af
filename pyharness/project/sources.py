"""Where the theorem that a claim names comes from, in a project that has more than one place."""

from __future__ import annotations

from typing import Literal

__all__ = ["ProofSource"]

ProofSource = Literal["library", "outside"]
"""The library that the harness builds, or what the table `proofs` of `pyharness.toml` names."""
