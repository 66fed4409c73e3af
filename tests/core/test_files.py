"""Files that are opened, if they are regular ones, and written whole."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from pyharness.core.files import draft_of, open_regular, read_regular, write_whole


class TestOpenRegular:
    def test_a_file(self, tmp_path: Path) -> None:
        """A file is read, by way of a link too, whole or in part."""
        (tmp_path / "a").write_bytes(b"abc")
        (tmp_path / "b").symlink_to("a")
        assert read_regular(tmp_path / "a") == read_regular(tmp_path / "b") == b"abc"
        assert read_regular(tmp_path / "a", 2) == b"ab"

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        """A pipe, a device, a socket and a folder are refused, and nothing is waited for."""
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to("pipe")
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(tmp_path / "socket"))
        for path in ("pipe", "link", "/dev/zero", "/dev/full", ".", "socket"):
            with pytest.raises(OSError, match="."):
                open_regular(tmp_path / path)
        server.close()

    @pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000, "a/" * 5000, "loop", "a/b", ""])
    def test_a_name_that_no_file_has(self, tmp_path: Path, name: str) -> None:
        """It is an OSError, whatever is wrong with the name."""
        (tmp_path / "loop").symlink_to("loop")
        (tmp_path / "a").write_bytes(b"")
        with pytest.raises(OSError, match="."):
            open_regular(f"{tmp_path}/{name}")


class TestWriteWhole:
    def test_the_longest_name(self, tmp_path: Path) -> None:
        """A draft's name fits where the name itself does."""
        write_whole(tmp_path / ("x" * 255), b"a")
        assert draft_of(tmp_path / "a").parent == tmp_path
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"a"]

    def test_a_device_stays_one(self) -> None:
        """A device is written to, and its error is told; no file takes its place."""
        write_whole(Path("/dev/null"), b"a")
        with pytest.raises(OSError, match="No space left"):
            write_whole(Path("/dev/full"), b"a")
        assert Path("/dev/full").is_char_device() and Path("/dev/null").is_char_device()

    @pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "folder", "file/below"])
    def test_where_none_can_be(self, tmp_path: Path, name: str) -> None:
        """An OSError, and nothing is left behind."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(OSError, match="."):
            write_whole(tmp_path / name, b"a")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
