"""The folder of a report: safe file names, and nothing in the folder but reports is ever
replaced.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyharness.core.errors import UsageError
from pyharness.report.site import MARKER, SiteError, file_name, write_site

NAMES = (
    st.text(min_size=1)
    | st.from_regex(r"[A-Za-z0-9._-]{1,120}", fullmatch=True)
    | st.sampled_from(["con", "nul.x", "../a"])
)


class TestFileName:
    @given(NAMES)
    def test_is_safe(self, name):
        """It has no part that a file system or an address would read otherwise, and fits any file
        system.
        """
        file = file_name(name)
        assert (
            re.fullmatch(r"[a-z0-9_][a-z0-9._-]*\.html", file)
            and ".." not in file
            and len(file) < 200
        )

    @given(NAMES, NAMES)
    def test_tells_names_apart(self, one, two):
        """Also where only capitals, or what is replaced, differ."""
        assert (file_name(one) == file_name(two)) == (one == two)

    @pytest.mark.parametrize(
        ("name", "file"), [("gap.additive", "gap.additive.html"), ("a-b_c.1", "a-b_c.1.html")]
    )
    def test_of_a_claim_is_its_id(self, name, file):
        """So an address can be guessed."""
        assert file_name(name) == file

    @pytest.mark.parametrize(
        "name", ["Nat.add", "nat.Add", "con", "nul.html", "a--b", "x" * 101, "ä"]
    )
    def test_of_others_is_marked(self, name):
        """No claim's id has two hyphens."""
        assert "--" in file_name(name)


class TestWriteSite:
    def test_writes_and_replaces_a_report(self, tmp_path):
        """Pages that are no more are gone; nothing is left beside the folder."""
        folder = tmp_path / "a" / "report"
        write_site({"index.html": b"1", "claims/a.html": b"2"}, folder)
        assert (folder / "claims" / "a.html").read_bytes() == b"2"
        write_site({"index.html": b"3"}, folder)
        assert sorted(path.name for path in folder.iterdir()) == [MARKER, "index.html"]
        assert (folder / "index.html").read_bytes() == b"3" and [
            path.name for path in folder.parent.iterdir()
        ] == ["report"]

    def test_takes_an_empty_folder(self, tmp_path):
        """One that somebody made for it."""
        write_site({"index.html": b""}, tmp_path)
        assert (tmp_path / "index.html").exists()

    @pytest.mark.parametrize("marked", [False, True])
    def test_leaves_what_is_not_its_own(self, tmp_path, marked):
        """A folder with anything else in it is refused, a report or not, and left as it is."""
        if marked:
            write_site({"index.html": b"old"}, tmp_path)
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "thesis.tex").write_text("mine")
        with pytest.raises(UsageError, match="deep/thesis.tex"):
            write_site({"index.html": b"new"}, tmp_path)
        assert (tmp_path / "deep" / "thesis.tex").read_text() == "mine"
        assert (tmp_path / "index.html").exists() == marked

    def test_does_not_believe_any_marker(self, tmp_path):
        """A damaged one is no marker."""
        (tmp_path / MARKER).write_text("[]")
        with pytest.raises(UsageError, match="holds what no report wrote"):
            write_site({"index.html": b""}, tmp_path)

    def test_a_file_is_no_folder(self, tmp_path):
        """It is said, and the file stays."""
        (tmp_path / "report").write_text("mine")
        with pytest.raises(UsageError, match="not a folder"):
            write_site({"index.html": b""}, tmp_path / "report")

    def test_what_was_there_survives_a_failure(self, tmp_path):
        """A report that cannot be written whole is not written."""
        write_site({"index.html": b"old"}, tmp_path / "report")
        with pytest.raises(SiteError, match="what was there is as it was"):
            write_site({"index.html": b"new", "index.html/x": b""}, tmp_path / "report")
        assert (tmp_path / "report" / "index.html").read_bytes() == b"old"
        assert [path.name for path in tmp_path.iterdir()] == ["report"]
