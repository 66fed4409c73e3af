"""Small projects for the commands to work on."""

from __future__ import annotations

import shutil

import pytest

from pyharness.certificate.canonical import file_bytes
from tests import certificate_samples as samples


@pytest.fixture
def project(built_project, tmp_path):
    """A project whose library is built."""
    return shutil.copytree(built_project, tmp_path / "project")


@pytest.fixture
def verified(verified_project, tmp_path):
    """A project that is pinned and verified."""
    return shutil.copytree(verified_project, tmp_path / "project")


@pytest.fixture
def files(tmp_path):
    """The sample certificate as old.json, and without its last claim as new.json."""
    for name, certificate in (
        ("old", samples.sealed()),
        ("new", samples.sealed(samples.sample_records()[:2])),
    ):
        (tmp_path / f"{name}.json").write_bytes(file_bytes(certificate))
    samples.write_beside(tmp_path)
    return tmp_path
