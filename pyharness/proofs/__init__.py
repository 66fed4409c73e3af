"""Lean: running it, building a library, reading what it proved, and asking its kernel."""

from __future__ import annotations
