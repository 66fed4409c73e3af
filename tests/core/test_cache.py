"""The store of results: what is put is what is got, and nothing else ever is."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given

from pyharness.core.cache import Cache
from tests.strategies import json_values

KEY = {"claim": "nucleus.map_inf", "seed": 0}
VALUE = {"cases": 256, "error": 0.1}


@pytest.fixture
def kept(tmp_path):
    cache = Cache(tmp_path / "cache")
    cache.put(KEY, VALUE)
    return cache


def only_file(cache):
    (path,) = cache.folder.iterdir()
    return path


class TestCache:
    """`Cache`."""

    @given(value=json_values.filter(lambda value: value is not None))
    def test_gives_back_what_was_put(self, tmp_path_factory, value):
        """Types, digits and the order of keys are those that were put."""
        cache = Cache(tmp_path_factory.mktemp("cache"))
        cache.put(KEY, value)
        assert repr(Cache(cache.folder).get(KEY)) == repr(value)

    def test_order_of_a_key_says_nothing(self, kept):
        """A key is what it holds, in whatever order."""
        assert kept.get(dict(reversed(KEY.items()))) == VALUE

    @pytest.mark.parametrize(
        "other", [{}, {"claim": "nucleus.map_inf"}, KEY | {"seed": 1}, KEY | {"seed": "0"}]
    )
    def test_another_key_finds_nothing(self, kept, other):
        """One changed input is another key."""
        assert kept.get(other) is None

    def test_fresh_finds_nothing_and_overwrites(self, kept):
        """`fresh` ignores what is there and keeps what it is given."""
        fresh = Cache(kept.folder, fresh=True)
        assert fresh.get(KEY) is None
        fresh.put(KEY, {"cases": 1})
        assert kept.get(KEY) == {"cases": 1}

    def test_every_damage_is_a_miss(self, kept):
        """A file with any byte changed, or cut anywhere, holds no result or the one that was
        put.
        """
        path = only_file(kept)
        whole = path.read_bytes()
        for at in range(len(whole)):
            for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
                path.write_bytes(damaged)
                assert kept.get(KEY) is None

    def test_a_result_under_a_strange_name_is_a_miss(self, kept):
        """A file copied to another key's name is not believed, since it holds its own key."""
        other = KEY | {"seed": 1}
        path = only_file(kept)
        kept.put(other, {"cases": 1})
        (second,) = set(kept.folder.iterdir()) - {path}
        path.replace(second)
        assert kept.get(other) is None

    @pytest.mark.parametrize(
        "text", ["", "[]", "null", "{}", '{"key": 1}', "[" * 100_000, "\ud800"]
    )
    def test_other_files_are_misses(self, kept, text):
        """Whatever lies there is no error."""
        only_file(kept).write_bytes(text.encode("utf-8", "surrogatepass"))
        assert kept.get(KEY) is None

    def test_a_folder_that_cannot_be_made_is_no_error(self, tmp_path):
        """Without a place to write, nothing is kept and nothing fails."""
        (tmp_path / "file").write_text("in the way")
        cache = Cache(tmp_path / "file" / "cache")
        cache.put(KEY, VALUE)
        assert cache.get(KEY) is None

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_is_read_only_is_read(self, kept):
        """What is there is found; what is new is not kept."""
        kept.folder.chmod(0o500)
        try:
            kept.put(KEY | {"seed": 1}, VALUE)
            assert kept.get(KEY) == VALUE and kept.get(KEY | {"seed": 1}) is None
        finally:
            kept.folder.chmod(0o700)

    def test_leaves_no_draft(self, kept):
        """What is kept is one file a result."""
        kept.put(KEY, VALUE)
        assert json.loads(only_file(kept).read_text())["key"] == KEY

    @pytest.mark.parametrize("value", [float("nan"), {"a": object()}, {1, 2}])
    def test_refuses_what_is_not_json(self, kept, value):
        """What could not be read again the same is not kept."""
        with pytest.raises((TypeError, ValueError)):
            kept.put(KEY, value)

    def test_the_least_used_goes_first(self, tmp_path):
        """Beyond the size that is allowed, what was not read or written for longest is removed,
        whatever it is.
        """
        cache = Cache(tmp_path / "cache")
        for number in range(4):
            cache.put({"number": number}, "x" * 1000)
            os.utime(cache._path({"number": number}), (number, number))
        assert cache.get({"number": 0})
        cache.prune(2500)
        assert [number for number in range(4) if cache.get({"number": number})] == [0, 3]
        Cache(tmp_path / "none").prune()


def test_keys(tmp_path):
    """The one that was used last first; what is damaged, or stands under another name, has none."""
    cache = Cache(tmp_path)
    for place, name in enumerate("abc"):
        cache.put({"what": name}, place)
        os.utime(max(tmp_path.iterdir(), key=os.path.getctime), (place, place))
    (tmp_path / "damaged.json").write_text("{")
    (tmp_path / "renamed.json").write_bytes(next(tmp_path.glob("[0-9a-f]*.json")).read_bytes())
    (tmp_path / "list.json").write_text('{"key": []}')
    found = [*cache.keys()]
    assert [key["what"] for key in found] == ["c", "b", "a"]
    assert [*Cache(tmp_path / "none").keys()] == []
