"""The list of declarations that leanblueprint writes. The files here are made by hand as it makes
them: the names with line breaks between them.
"""

from __future__ import annotations

import pytest

from pyharness.core.errors import UsageError
from pyharness.proofs.blueprint import read_blueprint


class TestBlueprint:
    def test_its_names(self, tmp_path):
        """Each is there once, in the order of the blueprint; there is no last line break."""
        path = tmp_path / "lean_decls"
        names = ["Demo.bound", "Demo.«two words»", "größe", "Demo.x₁'", "Demo.bound"]
        path.write_text("\n".join(names), encoding="utf-8")
        assert read_blueprint(path) == tuple(names[:-1])
        path.write_text("Demo.bound\r\n\r\n")
        assert read_blueprint(path) == ("Demo.bound",)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "names no declaration; name them with"),
            (b"a\nb c", r"lean_decls:2: 'b c' is no declaration's name"),
            (b"a..b", r"lean_decls:1: 'a..b' is no"),
            (b"\\foo", r"lean_decls:1: .* is no declaration's name; correct that"),
            (b"\xff", "is not UTF-8"),
        ],
    )
    def test_what_is_no_list(self, tmp_path, data, words):
        """The line that is no name is told, and what to do."""
        path = tmp_path / "lean_decls"
        path.write_bytes(data)
        with pytest.raises(UsageError, match=words):
            read_blueprint(path)

    def test_there_is_none(self, tmp_path):
        """The message says what writes it."""
        with pytest.raises(UsageError, match="`leanblueprint web`, run in the project, writes"):
            read_blueprint(tmp_path / "lean_decls")
        with pytest.raises(UsageError, match="cannot be read"):
            read_blueprint(tmp_path)
