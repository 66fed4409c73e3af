"""The executor on a real Ray cluster of two nodes, each with processes of its own on this
machine.
"""

from __future__ import annotations

import os
import shutil
from functools import partial

import pytest
import torch
from safetensors.torch import load_file, save_file

from pyharness.cli import main
from pyharness.core import ray_executor
from pyharness.core.errors import UsageError
from pyharness.core.executor import WorkerLost
from pyharness.core.fingerprint import code, machine
from pyharness.core.ray_executor import ClusterError, RayExecutor
from pyharness.formats.affine import TensorError
from pyharness.pipeline.audit import _Files, _Looker, _Part
from pyharness.pipeline.verify import verify
from tests import small_project, workers
from tests.pipeline import test_audit as auditing
from tests.pipeline.test_audit import SIZE, audit_pair, quiet, spoil, verified

ray = pytest.importorskip("ray", reason="the extra `cluster` is not installed")
cluster_utils = pytest.importorskip("ray.cluster_utils")

folder, model, project = auditing.folder, auditing.model, auditing.project
pair = auditing.pair
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
    unlike = {**machine(), "processor": "another", "python": "3.0"}
    monkeypatch.setattr(ray_executor, "machine", lambda: unlike)
    with pytest.raises(ClusterError, match="other processor, python than this process"):
        run(workers.square)


def test_a_variable_set_after_the_machine_was_described_is_no_difference(cluster, monkeypatch):
    """Loading torch sets such variables, at a time of its own; workers get those that count."""
    machine()
    monkeypatch.setenv("ONEDNN_SET_LATER", "1")
    assert run(workers.square) == [item**2 for item in ITEMS]


@pytest.fixture
def forget(project, tmp_path):
    """Forgets what the test gathered. What was compiled and replayed before may stay."""
    cache, before = project.build / "cache", tmp_path / "cache before"
    shutil.copytree(cache, before)

    def again():
        shutil.rmtree(cache)
        shutil.copytree(before, cache)

    return again


def test_the_certificate_is_the_same(cluster, project, model, forget):
    """Byte for byte, of the project and of a user's checkpoint, whether gathered here or on the
    cluster.
    """
    verify(project, progress=quiet)
    here = project.certificate.read_bytes()
    executor = RayExecutor(project.packs)
    forget()
    assert not verify(project, progress=quiet, executor=executor).changed
    assert project.certificate.read_bytes() == here
    found = []
    for options in ({}, {"executor": executor}):
        forget()
        assert verified(project, [model], model / "out.json", **options)[1].read == SIZE
        found.append((model / "out.json").read_bytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("wrong", [False, True])
def test_an_audit_with_originals_is_the_same(cluster, project, pair, forget, wrong):
    """Tensors are looked at by workers that read the files for themselves; a wrong code is found,
    with its cause and witness, and what a worker found is kept for later runs here.
    """
    if wrong:
        spoil(pair)
    found = []
    for options in ({}, {"executor": RayExecutor(project.packs)}):
        forget()
        reading = audit_pair(project, pair, **options)[1]
        assert reading.read == reading.size
        found.append((pair / "out.json").read_bytes())
    assert found[0] == found[1] and (b"a.weight[3, 5]: code" in found[1]) is wrong
    assert audit_pair(project, pair)[1].read == 0


def test_errors_of_an_audit_arrive(cluster, project, pair):
    """What a worker finds that no certificate can be written of; and a device that it lacks."""
    weights = load_file(pair / "w.safetensors")
    looker = _Looker(_Files((pair / "q.safetensors",), (), ()), torch.device("cuda"))
    with pytest.raises(UsageError, match="there is no CUDA device here"):
        run(looker, [_Part("a.weight")])
    weights["b.weight"][2, 1] = torch.inf
    save_file(weights, pair / "w.safetensors")
    with pytest.raises(TensorError, match=r"'b.weight' has the index \(2, 1\)"):
        audit_pair(project, pair, executor=RayExecutor(project.packs))


def test_what_workers_must_have_is_there():
    """A module that has been renamed would be left out of the comparison without a word."""
    known = code(ray_executor._CODE)
    assert set(ray_executor._CODE) <= known.keys()
    assert {"pyharness.audit.passes", "pyharness.evidence.streaming"} <= known.keys()


def test_no_cluster_is_said(monkeypatch, tmp_path, capsys):
    """And how to start one, before anything is built."""
    small_project.write(tmp_path)
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    assert main(["verify", "--project", str(tmp_path), "--executor", "ray"]) == 2
    assert "ray start --head" in capsys.readouterr().err
    assert not (tmp_path / "build").exists()
