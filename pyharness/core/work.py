"""Work in parts: those that an earlier run finished and nothing has changed, and the rest by an
executor, each kept as soon as it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from pyharness.core.cache import Cache
from pyharness.core.executor import Executor

__all__ = ["work_through"]

Part = TypeVar("Part", bound=Hashable)
Result = TypeVar("Result")


def work_through(
    parts: Sequence[Part],
    compute: Callable[[Part], Result],
    *,
    executor: Executor,
    cache: Cache,
    key: Callable[[Part], Mapping[str, Any] | None],
    load: Callable[[Part, Any], Result | None],
    dump: Callable[[Part, Result], Any],
    group: Callable[[Part], Hashable] = str,
    begun: Callable[[Sequence[Part]], None] = lambda missing: None,
    finished: Callable[[Part, Result], None] = lambda part, result: None,
) -> dict[Part, Result]:
    """Return the result of each part, in the parts' order.

    Args:
        parts: what is computed at once; `str` names them in messages.
        compute: computes a part, in a worker of the executor; can be pickled.
        executor: what computes the parts that are not kept.
        cache: where results are kept.
        key: all that a part's result depends on; None for one that must not be kept. Asked again
            when the part is done: if it has changed meanwhile, the result is not kept.
        load: makes a result of what was kept, or None if that is no longer good.
        dump: makes JSON of a result; None for one that must not be kept.
        group: as in `Executor.map`.
        begun: told, before anything is computed, which parts are.
        finished: told of each part that was computed, as its result arrives.
    """
    keys = {part: key(part) for part in parts}
    found: dict[Part, Result] = {}
    for part, known in keys.items():
        stored = None if known is None else cache.get(known)
        if stored is not None and (result := load(part, stored)) is not None:
            found[part] = result
    missing = [part for part in parts if part not in found]
    begun(missing)

    def keep(part: Part, result: Result) -> None:
        known = keys[part]
        if known is not None and (value := dump(part, result)) is not None and key(part) == known:
            cache.put(known, value)
        finished(part, result)

    computed = executor.map(compute, missing, group=group, finished=keep)
    found |= dict(zip(missing, computed, strict=True))
    return {part: found[part] for part in parts}
