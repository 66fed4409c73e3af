"""The claims of ProjectName, one for each theorem, and the evidence for each."""

from __future__ import annotations

from collections.abc import Iterator

from pyharness import Evidence, Run, Source, claim

PAPER = Source("Name the document", "Name the heading")
