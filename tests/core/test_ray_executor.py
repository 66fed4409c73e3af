"""The executor on a real Ray cluster of two nodes, each with processes of its own on this
machine.
"""

from __future__ import annotations

import os
import shutil
from functools import partial

import pytest

from pyharness.cli import main
from pyharness.core import ray_executor
from pyharness.core.errors import UsageError
from pyharness.core.executor import WorkerLost
from pyharness.core.ray_executor import ClusterError, RayExecutor
from pyharness.pipeline.verify import verify
from tests import workers
from tests.pipeline import test_audit as auditing
from tests.pipeline.test_audit import SIZE, quiet, verified

ray = pytest.importorskip("ray", reason="the extra `cluster` is not installed")
cluster_utils = pytest.importorskip("ray.cluster_utils")

folder, model, project = auditing.folder, auditing.model, auditing.project
ITEMS = range(6)


@pytest.fixture(scope="module")
def cluster():
    """Two nodes with a core each; RAY_ADDRESS names them."""
    made = cluster_utils.Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    made.add_node(num_cpus=1)
    before = os.environ.get("RAY_ADDRESS")
    os.environ["RAY_ADDRESS"] = made.address
    try:
        yield made
    finally:
        os.environ.pop("RAY_ADDRESS")
        if before is not None:
            os.environ["RAY_ADDRESS"] = before
        made.shutdown()


def run(function, items=ITEMS, **options):
    return list(RayExecutor(()).map(function, items, **options))


def test_results_are_those_of_this_machine(cluster):
    """In the items' order, from other processes, one a core of the cluster, each told as it is
    done.
    """
    finished = []
    assert run(workers.slowest_first, finished=lambda *done: finished.append(done)) == list(ITEMS)
    assert sorted(finished) == [(item, item) for item in ITEMS]
    pids = {pid for _, pid, _ in run(workers.Counting())}
    assert os.getpid() not in pids and 1 <= len(pids) <= 2


def test_errors_arrive(cluster):
    """With their type and message."""
    with pytest.raises(UsageError, match="three is bad"):
        run(partial(workers.fail, "usage"))


def test_a_killed_worker_loses_nothing(cluster, tmp_path):
    """The item that it had is computed again; one that kills all its workers is named."""
    assert run(partial(workers.die, tmp_path, 1)) == list(ITEMS)
    assert len(list(tmp_path.glob("died-*"))) == 1
    with pytest.raises(WorkerLost, match="^2: 2 worker processes died on it"):
        run(partial(workers.die, tmp_path, 9))


def test_a_lost_node_loses_nothing(cluster):
    """A node that goes while it computes: what it had is computed again by another."""
    node = cluster.add_node(num_cpus=1)

    def finished(item, result):
        if node in cluster.list_all_nodes():
            cluster.remove_node(node, allow_graceful=False)

    assert run(workers.slowest_first, finished=finished) == list(ITEMS)


def test_a_worker_that_is_not_alike_is_refused(cluster, monkeypatch):
    """Other code or another processor could give other figures; the message says what differs."""
    monkeypatch.setattr(ray_executor, "machine", lambda: {"processor": "another", "python": "3.0"})
    with pytest.raises(ClusterError, match="other processor, python than this process"):
        run(workers.square)


def test_the_certificate_is_the_same(cluster, project, model):
    """Byte for byte, of the project and of a user's checkpoint, whether gathered here or on the
    cluster.
    """
    verify(project, progress=quiet)
    here = project.certificate.read_bytes()
    executor = RayExecutor(project.packs)
    # What was compiled may stay; what was gathered may not.
    shutil.rmtree(project.build / "cache")
    assert not verify(project, progress=quiet, executor=executor).changed
    assert project.certificate.read_bytes() == here
    found = []
    for options in ({}, {"executor": executor}):
        shutil.rmtree(project.build / "cache")
        assert verified(project, [model], model / "out.json", **options)[1].read == SIZE
        found.append((model / "out.json").read_bytes())
    assert found[0] == found[1]


def test_no_cluster_is_said(monkeypatch, project, capsys):
    """And how to start one."""
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    assert main(["verify", "--project", str(project.root), "--executor", "ray", "--fresh"]) == 2
    assert "ray start --head" in capsys.readouterr().err
