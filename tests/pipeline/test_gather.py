"""Evidence that is kept between runs: used again while nothing that it depends on has changed, and
never after.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pyharness.core import fingerprint
from pyharness.core.cache import Cache
from pyharness.evidence.run import Run
from pyharness.pipeline import gather as gathering
from pyharness.pipeline.gather import gather, plan
from pyharness.project.pack import load_pack
from pyharness.proofs.decisions import Compared, Decision

PACK = """\
from pyharness import Evidence, Source, Witness, claim

import {name}_helper
from {name}_ties import AGREES, HERE, note

SAME = dict(statement="s", source=Source("d", "h"), tier="none")


@claim("plain", **SAME)
def plain(run):
    note("plain")
    yield Evidence("statistics", "a draw", 1, 0, f"seed {{run.seed}} on {{run.device}}", seed=run.seed)


@claim("read", **SAME)
def read(run):
    note("read")
    yield Evidence("model", "a file", 1, 0, (HERE / "data.txt").read_text())


@claim("refuted", **SAME)
def refuted(run):
    note("refuted")
    yield Evidence("exhaustive", "one number", 1, 1, "s", witness=Witness("{name}_ties:below", {{"limit": 3, "x": 5}}, "5"),
                   measurements=[{{"z": 1.0, "a": 0.1}}])


@claim("asks", **SAME)
def asks(run):
    note("asks")
    run.kernel.decide("t", "source")
    yield Evidence("exhaustive", run.kernel.library["library"], 1, 0, "s")


@claim("tied", measures=[AGREES], **SAME)
def tied(run):
    note("tied")
    yield Evidence("exhaustive", "d", {name}_helper.CASES, 0, "s")


@claim("also.tied", measures=[AGREES], **SAME)
def also_tied(run):
    note("also.tied")
    return ()
"""
TIES = '''\
from pathlib import Path

import torch

from pyharness import Call, Check, Conformance

HERE = Path(__file__).parent


def note(what):
    with open(HERE / "log", "a") as log:
        print(what, file=log)


def below(limit, x):
    """x is below the limit, or there is a file that nobody could have noted, since it is not read."""
    return x < limit or (HERE / "unseen").exists()


def calls():
    note("f_0")
    return [Call((torch.tensor(5), torch.tensor(3)))]


AGREES = Conformance("Library.f", below, (Check("f", ("Nat", "Nat"), "Prop", calls, "all"),))
'''
CLAIMS = ["also.tied", "asks", "plain", "read", "refuted", "tied"]
ALL = sorted([*CLAIMS, "f_0"])


class Kernel:
    """Accepts everything, of a library that one digest stands for, and what it rests on another."""

    header = "prelude\n"

    def __init__(self, digest, basis=None, axioms=()):
        self.key, self.library = {"axioms": list(axioms)}, {"library": digest}
        self.basis, self.asked = basis or digest, 0

    def decide(self, names, source):
        self.asked += 1
        return Decision(True, "", "0" * 64, 0)

    def compare(self, name, comparison):
        decision = self.decide([name], "")
        return Compared(decision, len(comparison.cases), Path("file"), rests_on=("Library.f",))

    def basis_sha256(self, names):
        return self.basis if list(names) == ["Library.f"] else None


class Forked:
    """An executor with one worker that is a copy of this process, since loading torch anew takes
    long.
    """

    def map(self, function, items, *, group, finished):
        with multiprocessing.get_context("fork").Pool(1) as pool:
            for item, result in zip(items, pool.imap(function, items), strict=True):
                finished(item, result)
                yield result


class Project:
    """A pack of its own, and what gathering its evidence gives and gathers anew."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.write(f"{name}.py", PACK.format(name=name))
        self.write(f"{name}_helper.py", "CASES = 1\n")
        self.write(f"{name}_ties.py", TIES)
        self.write("data.txt", "as it was")
        self.run = Run(seed=0, kernel=Kernel("a" * 64))
        self.cache = Cache(folder / "build" / "cache")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def decided_by(self, kernel):
        """Have another kernel decide."""
        self.run = replace(self.run, kernel=kernel)

    def gather(self):
        """Return the evidence, and what was gathered for it."""
        found = self.everything()
        return {
            name: [piece.as_json() for piece in one.evidence] for name, one in found.items()
        }, sorted((self.folder / "log").read_text().split())

    def claims(self):
        """Return the claims as a new process would load them."""
        for module in (self.name, f"{self.name}_helper", f"{self.name}_ties"):
            sys.modules.pop(module, None)
        return load_pack([self.name])

    def planned(self):
        """Return why each would be gathered of what `gather` would, in its order."""
        parts, reasons = plan(self.claims(), [self.name], self.run, cache=self.cache)
        assert parts == len(ALL)
        return dict(
            sorted(
                ("f_0" if part.measure is not None else part.claim, why)
                for part, why in reasons.items()
            )
        )

    def everything(self):
        """Return what is gathered of each claim."""
        claims = self.claims()
        self.write("log", "")
        return gather(
            claims,
            [self.name],
            self.run,
            executor=Forked(),
            cache=self.cache,
            progress=lambda *_: None,
        )


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A project whose evidence was gathered once, with what that gave."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        # Within a second, byte code of a source would pass for that of another one of the same
        # size.
        patch.setattr(sys, "dont_write_bytecode", True)
        project = Project(folder, f"pack_{folder.parent.name}".replace("-", "_"))
        yield project, project.gather()


@pytest.fixture
def project(first):
    """The same, put back to what it was after the test."""
    project, _ = first
    files = [*project.folder.glob("*.*"), *project.cache.folder.iterdir()]
    before, run = {path: path.read_bytes() for path in files}, project.run
    yield project
    for path, data in before.items():
        path.write_bytes(data)
    (project.folder / "unseen").unlink(missing_ok=True)
    project.run = run


class TestGather:
    def test_all_is_gathered_at_first(self, first):
        """Every claim's evidence, and a conformance that two claims measure once."""
        _, (found, gathered) = first
        assert gathered == ALL and list(found) == [
            "plain",
            "read",
            "refuted",
            "asks",
            "tied",
            "also.tied",
        ]
        assert [piece["kind"] for piece in found["tied"]] == ["exhaustive", "conformance"]
        assert found["also.tied"] == found["tied"][1:]

    def test_nothing_is_gathered_twice(self, project, first):
        """With nothing changed the evidence is the same, to the last digit; only what asked Lean
        itself is never kept.
        """
        found, gathered = project.gather()
        assert found == first[1][0] and repr(found) == repr(first[1][0])
        assert gathered == ["asks"]

    @pytest.mark.parametrize(
        ("change", "gathered", "why", "says"),
        [
            (
                lambda project: project.write(
                    f"{project.name}.py",
                    PACK.format(name=project.name).replace('"a draw"', '"two"'),
                ),
                ["asks", "plain"],
                "the code of pack_",
                lambda found: found["plain"][0]["domain"] == "two",
            ),
            (
                lambda project: project.write(f"{project.name}_helper.py", "CASES = 2\n"),
                ["asks", "tied"],
                "the code of pack_",
                lambda found: found["tied"][0]["cases"] == 2,
            ),
            # What a conformance compares counts for it, and for the claims that measure it.
            (
                lambda project: project.write(
                    f"{project.name}_ties.py", TIES.replace("tensor(5)", "tensor(6)")
                ),
                ["also.tied", "asks", "f_0", "tied"],
                "the code of pack_",
                lambda found: found["tied"][1]["kind"] == "conformance",
            ),
            # What came before the file was read does not depend on it.
            (
                lambda project: project.write("data.txt", "otherwise"),
                [one for one in ALL if one != "plain"],
                "a file that it read has changed",
                lambda found: found["read"][0]["summary"] == "otherwise",
            ),
            (
                lambda project: setattr(project, "run", replace(project.run, seed=1)),
                ALL,
                "seed",
                lambda found: found["plain"][0]["seed"] == 1,
            ),
            (
                lambda project: setattr(
                    project, "run", replace(project.run, device=torch.device("cpu:0"))
                ),
                ALL,
                "device",
                lambda found: found["plain"][0]["summary"] == "seed 0 on cpu:0",
            ),
            (
                lambda project: project.decided_by(Kernel("a" * 64, axioms=["propext"])),
                ["asks", "f_0"],
                "the allowed axioms",
                lambda found: found["asks"][0]["domain"] == "a" * 64,
            ),
            (
                lambda project: project.decided_by(Kernel("b" * 64)),
                ["asks", "f_0"],
                "Lean definitions",
                lambda found: found["asks"][0]["domain"] == "b" * 64,
            ),
            # Another library, with the same definitions behind the conformance.
            (
                lambda project: project.decided_by(Kernel("c" * 64, basis="a" * 64)),
                ["asks"],
                "",
                lambda found: found["asks"][0]["domain"] == "c" * 64,
            ),
        ],
        ids=["code", "helper", "ties", "data", "seed", "device", "axioms", "Lean", "library"],
    )
    def test_a_changed_input_is_seen(self, project, change, gathered, why, says):
        """What depends on it is gathered anew, as the plan says, says what is so now, and is
        kept.
        """
        change(project)
        planned = project.planned()
        assert [*planned] == gathered
        assert planned.pop("asks") == "nothing is kept of it"
        assert all(why in reason for reason in planned.values())
        found, anew = project.gather()
        assert anew == gathered and says(found)
        assert project.gather() == (found, ["asks"])

    def test_what_reads_lean_counts_for_conformance_alone(self, project, first, monkeypatch):
        """Only a conformance is decided by the code that asks Lean's kernel."""
        real = gathering.code

        def changed(modules):
            found = real(modules)
            return {
                name: f"another {digest}" if name == "pyharness.proofs.comparison" else digest
                for name, digest in found.items()
            }

        monkeypatch.setattr(gathering, "code", changed)
        found, gathered = project.gather()
        assert found == first[1][0] and gathered == ["asks", "f_0"]

    def test_another_version_of_a_package_is_seen(self, project, monkeypatch):
        """All that this machine computes with is part of every key."""
        monkeypatch.setattr(
            gathering, "machine", lambda: {**fingerprint.machine(), "packages": "others"}
        )
        assert "the machine's packages" in project.planned()["plain"]
        assert project.gather()[1] == ALL

    def test_fresh_uses_nothing(self, project, first):
        """Nothing that was kept is looked at, and what is gathered is kept."""
        project.cache, kept = Cache(project.cache.folder, fresh=True), project.cache
        try:
            found, gathered = project.gather()
        finally:
            project.cache = kept
        assert gathered == ALL and found == first[1][0]

    def test_witnesses_that_are_kept_are_replayed(self, project):
        """A counterexample that is none any more is refused, whatever was kept."""
        project.write("unseen", "")
        found = project.everything()["refuted"]
        assert found.evidence == () and "does not replay" in found.failures[0]

    @pytest.mark.parametrize(
        "value",
        [{}, [], {"evidence": [{"kind": "hearsay"}], "files": {}}, {"evidence": [], "files": []}],
    )
    def test_what_is_no_evidence_is_gathered_anew(self, project, first, value):
        """A result of another form is no result."""
        for path in project.cache.folder.iterdir():
            project.cache.put(json.loads(path.read_text())["key"], value)
        assert project.gather() == (first[1][0], ALL)
