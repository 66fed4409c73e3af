"""The configuration for leanprover/comparator. It has the fields that comparator's README and `lake
comparator` name; comparator itself does not run where these tests do.
"""

from __future__ import annotations

import json

import pytest

from pyharness.core.errors import UsageError
from pyharness.proofs.comparator import comparator_config

AXIOMS = ("propext", "Quot.sound", "Classical.choice")


class TestConfig:
    def test_its_fields(self):
        """It has what comparator requires, and nothing that it does not know."""
        config = comparator_config("Challenge", "Solution", ["Demo.bound", "Demo.other"], AXIOMS)
        assert json.loads(json.dumps(config)) == {
            "challenge_module": "Challenge",
            "solution_module": "Solution",
            "theorem_names": ["Demo.bound", "Demo.other"],
            "permitted_axioms": ["propext", "Quot.sound", "Classical.choice"],
        }

    def test_names_that_need_quotes(self):
        """A name is written so that Lean reads all of it."""
        config = comparator_config("A.«12.34»", "B", ["«123».größe", "«two words».x"], ())
        assert config["challenge_module"] == "A.«12.34»"
        assert config["theorem_names"] == ["«123».«größe»", "«two words».x"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("A", "A", ["t"]), "A is both the challenge and the solution"),
            (("A", "B", []), "no theorem is named"),
            (("A", "B", [""]), "'' is no name of a Lean theorem"),
            (("A", "B..C", ["t"]), "'B..C' is no name of a Lean module"),
        ],
    )
    def test_mistakes(self, arguments, words):
        """What comparator would misread is an error."""
        with pytest.raises(UsageError, match=words):
            comparator_config(*arguments, AXIOMS)
