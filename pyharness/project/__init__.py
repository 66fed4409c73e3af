"""A project: its settings, its claims, and what its theorems are pinned to."""
