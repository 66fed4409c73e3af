"""What is reached from each name of a graph, worked out once for all names that are reached
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pyharness.proofs.names import Name

__all__ = ["Reach"]


class Reach:
    """All that is reached from a name, itself included, by a relation that may go in circles.

    What is reached is held as a number whose bits stand for names, so that it is united and
    compared at once. Names are visited as Tarjan's algorithm for strongly connected components
    does, each one once.

    Args:
        follow: gives the names next to one.
    """

    def __init__(self, follow: Callable[[Name], Iterable[Name]]):
        self._follow = follow
        self._places: dict[Name, int] = {}
        self._bits: dict[Name, int] = {}

    def extended(self, follow: Callable[[Name], Iterable[Name]]) -> Reach:
        """Return this with another relation, which is the same from all names that were visited."""
        reach = Reach(follow)
        reach._places, reach._bits = dict(self._places), dict(self._bits)
        return reach

    def names(self, roots: Iterable[Name]) -> frozenset[Name]:
        """Return all that is reached from some names."""
        bits = 0
        for root in roots:
            bits |= self._reached(root)
        return frozenset(
            name
            for name, bit in zip(self._places, reversed(f"{bits:b}"), strict=False)
            if bit == "1"
        )

    def visit(self, root: Name) -> None:
        """Follow all that is reached from a name, for what that does."""
        self._reached(root)

    def among(self, names: Iterable[Name], root: Name) -> list[Name]:
        """Return those of some names that are reached from one."""
        bits, places = self._reached(root), self._places
        return [name for name in names if name in places and bits >> places[name] & 1]

    def above(self, names: Iterable[Name]) -> frozenset[Name]:
        """Return the names that were visited from which some names are reached."""
        bits = sum(1 << self._places[name] for name in set(names) if name in self._places)
        return frozenset(name for name, reached in self._bits.items() if reached & bits)

    def _reached(self, root: Name) -> int:
        done = self._bits
        if root in done:
            return done[root]
        found: dict[Name, int] = {}
        lowest: dict[Name, int] = {}
        bits: dict[Name, int] = {}
        unfinished: list[Name] = []
        path: list[tuple[Name, Iterator[Name]]] = []

        def enter(name: Name) -> None:
            found[name] = lowest[name] = len(found)
            bits[name] = 1 << self._places.setdefault(name, len(self._places))
            unfinished.append(name)
            path.append((name, iter(self._follow(name))))

        enter(root)
        while path:
            name, following = path[-1]
            for part in following:
                if part in done:
                    bits[name] |= done[part]
                elif part in found:
                    lowest[name] = min(lowest[name], found[part])
                else:
                    enter(part)
                    break
            else:
                path.pop()
                if lowest[name] == found[name]:
                    members: list[Name] = []
                    all_bits = 0
                    while not members or members[-1] != name:
                        members.append(unfinished.pop())
                        all_bits |= bits[members[-1]]
                    done.update(dict.fromkeys(members, all_bits))
                if path:
                    above = path[-1][0]
                    bits[above] |= bits[name] if name not in done else done[name]
                    lowest[above] = min(lowest[above], lowest[name])
        return done[root]
