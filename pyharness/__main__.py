"""`python -m pyharness` is the `pyharness` executable."""

from pyharness.cli import entry

entry()
