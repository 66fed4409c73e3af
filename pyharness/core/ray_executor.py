"""Spreads calls over a Ray cluster that is there already. Needs the extra `cluster` (ray).

A worker finds modules and files under the same paths as this process, so on several hosts the
project, the installation and the tensors are on a disk that all of them share. A worker with other
code, packages or another kind of processor is refused: its floats could differ in their last bits,
and so could the certificate.
"""

from __future__ import annotations

import json
import os
import pickle
import socket
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pyharness.core.errors import HarnessError, UsageError
from pyharness.core.executor import Answer, Lost, spread
from pyharness.core.extras import install
from pyharness.core.fingerprint import VARIABLES, code, machine
from pyharness.core.processors import use_same_code

__all__ = ["ClusterError", "RayExecutor"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_CODE = ("pyharness.pipeline.gather", "pyharness.pipeline.audit")
"""Modules that import all that workers run, but for the packs."""


class ClusterError(HarnessError):
    """There is no cluster, or a worker of it is not like this process."""


class RayExecutor:
    """Workers on an existing Ray cluster, one for each of its cores: the one that RAY_ADDRESS
    names, or that of this machine.

    Args:
        packs: the modules that declare the claims; workers must have the same.

    Raises:
        UsageError: if the extra `cluster` is not installed.
    """

    def __init__(self, packs: Sequence[str]) -> None:
        try:
            import ray
        except ImportError as error:
            raise UsageError(f"--executor ray needs Ray; {install('cluster')}") from error
        self._ray, self._modules = ray, (*_CODE, *packs)

    def require_there(self) -> None:
        """Require a cluster, before any work that would be done in vain without one.

        Raises:
            ClusterError: if there is none.
        """
        with self._connected():
            pass

    def map(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        *,
        group: Callable[[Item], Hashable] = str,
        finished: Callable[[Item, Result], None] = lambda *_: None,
    ) -> Iterator[Result]:
        """As `Executor.map`.

        Raises:
            ClusterError: if there is no cluster, or a worker of it has other code, packages or
                another kind of processor.
        """
        if not items:
            return
        ray = self._ray
        with self._connected():
            remote = ray.remote(num_cpus=1, max_restarts=0)(_Server)
            place = [entry for entry in sys.path if entry]
            like = {**machine(), "code": code(self._modules)}
            arguments = pickle.dumps(function), self._modules, like
            environment = {"env_vars": {"PYTHONPATH": os.pathsep.join(place)}}

            def start() -> _Remote:
                return _Remote(
                    ray, remote.options(runtime_env=environment).remote(place, *arguments)
                )

            def ready(workers: Sequence[_Remote]) -> list[_Remote]:
                having = {worker.pending: worker for worker in workers}
                return [having[reference] for reference in ray.wait(list(having), num_returns=1)[0]]

            size = int(ray.cluster_resources().get("CPU", 0))
            if not size:
                raise ClusterError(
                    "the Ray cluster has no cores; start a node with `ray start --num-cpus N`"
                )
            yield from spread(items, size, start, ready, group=group, finished=finished)

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """Connect to the cluster, unless this process is connected already.

        Raises:
            ClusterError: if there is no cluster.
        """
        if self._ray.is_initialized():
            yield
            return
        try:
            _require_there(os.environ.get("RAY_ADDRESS", ""))
            self._ray.init(address="auto", log_to_driver=False, configure_logging=False)
        except OSError as error:
            raise ClusterError(
                f"there is no Ray cluster: {error}; start one with `ray start --head`, or set RAY_ADDRESS"
            ) from error
        try:
            yield
        finally:
            self._ray.shutdown()


def _require_there(address: str) -> None:
    """Connect once: Ray itself would try for minutes, and then end this process.

    Raises:
        OSError: if nothing listens at `host:port`.
    """
    host, _, port = address.rpartition(":")
    if "/" not in address and port.isdigit():
        socket.create_connection((host, int(port)), timeout=10).close()


class _Remote:
    """A worker on the cluster."""

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray, self._actor = ray, actor
        self.pending: Any = None

    def give(self, item: Any) -> None:
        self.pending = self._actor.answer.remote(pickle.dumps(item))

    def take(self) -> Any:
        try:
            succeeded, result = pickle.loads(self._ray.get(self.pending))
        except self._ray.exceptions.RayActorError as error:
            raise Lost(f"on the cluster: {str(error).splitlines()[0]}") from None
        if not succeeded:
            raise result
        return result

    def stop(self) -> None:
        self._ray.kill(self._actor, no_restart=True)


class _Server:
    """What runs on the cluster, in a process of its own."""

    def __init__(
        self,
        place: list[str],
        function: bytes,
        modules: Sequence[str],
        like: Mapping[str, Any],
    ) -> None:
        # Ray sets some of these variables for its workers, and puts folders of its own in front;
        # nothing numerical is loaded yet.
        for name in [name for name in os.environ if name.startswith(VARIABLES)]:
            del os.environ[name]
        os.environ.update(json.loads(like["variables"]))
        others = [entry for entry in sys.path if entry not in place]
        sys.path[:] = place
        here = {**machine(), "code": code(modules)}
        sys.path += others
        use_same_code()
        differing = sorted(name for name in like if here[name] != like[name])
        self._refusal = (
            f"a worker on {os.uname().nodename} has other {', '.join(differing)} than this process"
            if differing
            else ""
        )
        self._answer = Answer(function)

    def answer(self, item: bytes) -> bytes:
        """As `Answer`."""
        if self._refusal:
            return pickle.dumps(
                (
                    False,
                    ClusterError(
                        f"{self._refusal}; give all nodes of the cluster the same installation"
                    ),
                )
            )
        return self._answer(item)
