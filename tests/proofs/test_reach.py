"""What is reached in a graph: the same as a search from each name finds, circles included."""

from __future__ import annotations

from hypothesis import given, strategies as st

from pyharness.proofs.reach import Reach

NAMES = [(letter,) for letter in "abcdefg"]
graphs = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(NAMES), max_size=3) for name in NAMES}
)


def search(graph, roots):
    found, pending = set(), list(roots)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += graph[name]
    return found


class TestReach:
    @given(graph=graphs, order=st.permutations(NAMES))
    def test_names_are_those_that_a_search_finds(self, graph, order):
        """Whatever was asked before, from one name and from several."""
        reach = Reach(graph.__getitem__)
        for name in order:
            assert reach.names([name]) == search(graph, [name])
            assert set(reach.among(NAMES, name)) == search(graph, [name])
        assert reach.names(order[:2]) == search(graph, order[:2])

    @given(graph=graphs, wanted=st.sets(st.sampled_from(NAMES)))
    def test_what_stands_above_some_names(self, graph, wanted):
        """All that was visited and reaches one of them."""
        reach = Reach(graph.__getitem__)
        visited = reach.names(NAMES[:2])
        assert reach.above(wanted) == {name for name in visited if search(graph, [name]) & wanted}

    @given(graph=graphs)
    def test_each_name_is_followed_once(self, graph):
        """However often it is reached, and by an extension of the graph too."""
        followed = []

        def follow(name):
            followed.append(name)
            return graph[name]

        reach = Reach(follow)
        for name in NAMES:
            reach.visit(name)
        new = ("new",)
        extended = reach.extended(lambda name: followed.append(name) or [NAMES[0]])
        assert extended.names([new]) == {new} | search(graph, NAMES[:1])
        assert sorted(followed) == sorted([*NAMES, new])
