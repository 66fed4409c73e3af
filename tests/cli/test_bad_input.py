"""Whatever is given as a file, under whatever name, ends in one clear message and never in a
traceback or a wait; so does an output that cannot be written.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from pyharness.certificate.canonical import file_bytes
from tests import certificate_samples as samples
from tests.small_project import AUDITING, CONFIG, ROOT, call, run

LONG = "x" * 5000


@pytest.fixture
def place(tmp_path):
    """A folder with a certificate and a project that has it."""
    (tmp_path / "cert.json").write_bytes(file_bytes(samples.sealed()))
    config = AUDITING.replace('"small_pack", ', "").replace("certificates/small", "cert")
    (tmp_path / "pyharness.toml").write_text(config)
    samples.write_project(tmp_path)
    np.savez(tmp_path / "codes.npz", w=np.int8([1, 127]), w_scale=np.float32([1]))
    return tmp_path


def assert_refused(done):
    """One message, the status of bad input, no traceback; perhaps what was being done."""
    assert done.returncode == 2, done
    message = done.stderr.removeprefix("Files …\n")
    assert message.startswith("pyharness: ") and "Traceback" not in message


READS = {
    "check": ["check", "{}"],
    "check --signature": ["check", "cert.json", "--key", "public.pem", "--signature", "{}"],
    "check --key": ["check", "cert.json", "--key", "{}"],
    "audit": ["audit", "{}.safetensors"],
    "audit --original": ["audit", "codes.npz", "--original", "{}.safetensors"],
    "check --tensors": ["check", "cert.json", "--tensors", "{}.safetensors"],
    "diff": ["diff", "cert.json", "{}"],
    "gate --baseline": ["gate", "cert.json", "--baseline", "{}"],
    "report": ["report", "{}"],
    "sign": ["sign", "{}", "--key", "key.pem"],
    "sign --key": ["sign", "cert.json", "--key", "{}"],
    "sign --model": ["sign", "cert.json", "--key", "key.pem", "--model", "{}.safetensors"],
    "explain": ["explain", "relu.open", "--project", "{}"],
    "status": ["status", "--project", "{}"],
    "verify": ["verify", "--project", "{}"],
}
"""An argument for each option that names what is read."""


@pytest.mark.parametrize("option", READS)
def test_what_is_no_file(place, option):
    """A FIFO, a device, a file in the place of a folder, a loop of links, a name too long."""
    pytest.importorskip("securesystemslib", reason="the extra `sign` is not installed")
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    (place / "key.pem").write_bytes(
        key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    )
    (place / "public.pem").write_bytes(
        key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    )
    for end in ("", ".safetensors"):
        os.mkfifo(place / f"pipe{end}")
        (place / f"loop{end}").symlink_to(f"loop{end}")
        (place / f"device{end}").symlink_to("/dev/zero")
    for name in ("pipe", "loop", "device", LONG, "cert.json/below", "a/" * 3000):
        assert_refused(call(place, *(part.format(name) for part in READS[option])))


@pytest.mark.parametrize("kind", ["pipe", "device", "loop"])
def test_a_project_s_files(place, kind):
    """A FIFO, a device or a loop in the place of a file that a command finds by itself."""

    def put(name):
        (place / name).unlink(missing_ok=True)
        if kind == "pipe":
            os.mkfifo(place / name)
        else:
            (place / name).symlink_to("/dev/zero" if kind == "device" else name)

    put("Demo.lean")
    done = call(place, "check", "cert.json", "--source", ".")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "Demo.lean" in done.stdout
    put("cert.json")
    assert_refused(call(place, "explain", "relu.open"))
    put("pyharness.toml")
    assert_refused(call(place, "status"))
    assert call(place, "doctor", "--project", ".").returncode in (1, 3)


@pytest.mark.parametrize("name", [LONG, "a/" * 3000 + "a", "\u202e" * 300])
def test_long_names_in_a_certificate(place, name):
    """Names of thousands of characters: of files, modules, records, tensors and documents."""
    certificate = samples.sealed()
    certificate["lean"]["modules"][0]["file"] = name
    certificate["claims"][0]["recorded"] = [
        {
            "file": f"evidence/{name}",
            "digest": samples.SHA,
            "device": "cuda",
            "name": name,
            "stale": False,
            "agrees": [],
            "elsewhere": [],
        }
    ]
    certificate["claims"][0]["source"]["document"] = name
    certificate["claims"][0]["proof"]["theorem"] = name
    certificate["proofs"]["file"] = f"proofs/{name}"
    samples.forge(certificate, place / "cert.json")
    for arguments in (
        ["check", "cert.json"],
        ["check", "cert.json", "--source", ".", "--proofs"],
        ["gate", "cert.json", "--source", "."],
        ["report", "cert.json", "-o", "pages", "--source", "."],
        ["report", "cert.json"],
        ["explain", "relu.extensive"],
        ["diff", "cert.json", "cert.json"],
    ):
        done = call(place, *arguments)
        assert done.returncode in (0, 1, 2) and "Traceback" not in done.stderr


@pytest.mark.parametrize("row", [[], [1], [1] * 9])
def test_rows_of_another_length(place, row):
    """A table that is none is shown as far as it goes, and the check complains of it."""
    certificate = samples.sealed()
    certificate["claims"][0]["evidence"][1]["measurements"]["rows"].append(row)
    samples.forge(certificate, place / "cert.json")
    assert call(place, "explain", "relu.extensive").returncode == 0
    assert "not as long as their columns" in call(place, "check", "cert.json").stdout


def test_an_id_with_a_newline(place):
    """An id is one word: not one with a line's end behind it either."""
    certificate = samples.sealed()
    certificate["claims"][0]["id"] += "\n"
    samples.forge(certificate, place / "cert.json")
    done = call(place, "check", "cert.json")
    assert done.returncode == 1 and "claims/0/id" in done.stdout
    assert_refused(call(place, "gate", "cert.json"))


@pytest.mark.parametrize("shard", [f"{LONG}.safetensors", "\u202e.safetensors", "a\nb.safetensors"])
def test_names_of_shards(place, shard):
    """A shard's name that no file has, or that would turn a message."""
    (place / "m.safetensors.index.json").write_text(json.dumps({"weight_map": {"w": shard}}))
    assert_refused(call(place, "check", "cert.json", "--tensors", "m.safetensors.index.json"))


@pytest.mark.parametrize(
    "text",
    [
        f"seed = {'9' * 5000}",
        f"a = {'[' * 10_000}",
        "name = 'a\0b'",
        CONFIG.replace('"Small"\npacks', f'"{LONG}"\npacks'),
        CONFIG.replace("small_pack", LONG),
        CONFIG.replace("small_pack", "a\\u0000b"),
        CONFIG.replace("certificates/small.json", f"{LONG}.json"),
        "\udcff",
    ],
    ids=range(8),
)
def test_settings(place, text):
    """A project's file that holds what no project has."""
    (place / "pyharness.toml").write_text(text, errors="surrogateescape")
    for command in (["status"], ["explain", "relu.open"]):
        done = call(place, *command)
        assert done.returncode in (2, 3) and "Traceback" not in done.stderr


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(data=st.data())
def test_a_changed_certificate(place, data):
    """A certificate with values of any kind in any place, sealed again: each command says what is
    wrong with it, or shows it.
    """
    certificate = samples.sealed(samples.drawn_records())
    node, key = certificate, None
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], (dict, list)) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**53) + 1, 2**53 - 1),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(max_size=5),
            st.sampled_from([[], {}, LONG, [[]], {"a": 1}, [LONG], ""]),
        )
    )
    samples.forge(certificate, place / "cert.json")
    (place / "old.json").write_bytes(file_bytes(samples.sealed(samples.drawn_records())))
    for arguments in (
        ["check", "cert.json", "--source", "."],
        ["gate", "cert.json", "--baseline", "old.json", "--junit", "a", "--sarif", "b"],
        ["diff", "cert.json", "old.json"],
        ["report", "cert.json"],
        ["report", "cert.json", "-o", "pages", "--source", ".", "--baseline", "old.json"],
        *(["explain", claim["id"]] for claim in samples.sealed()["claims"]),
    ):
        done = call(place, *arguments)
        assert done.returncode in (0, 1, 2) and "Traceback" not in done.stderr


# ------------------------------------------------------------------------------------------ output
PRINTS = [
    ["diff", "cert.json", "cert.json"],
    ["check", "cert.json"],
    ["report", "cert.json"],
    ["check", "cert.json", "--json"],
    ["explain", "relu.open"],
    ["--help"],
    ["--version"],
]


def redirected(folder, arguments, where):
    """Run the executable with its output redirected by a shell."""
    return subprocess.run(
        ["bash", "-c", f'"$0" -m pyharness "$@" {where}', sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("arguments", PRINTS, ids=" ".join)
def test_standard_output_on_a_full_disk(place, arguments):
    """One line says so, and the status is no success."""
    done = redirected(place, arguments, "> /dev/full")
    assert done.returncode == 2
    assert done.stderr == "pyharness: cannot write standard output: No space left on device\n"


@pytest.mark.parametrize("where", ["| true; exit ${PIPESTATUS[0]}", ">&-", "2>&-", "2> /dev/full"])
def test_nobody_reads(place, where):
    """What was found is the status though nobody reads it: of a gate that passes or fails."""
    for least, status in (("none", 0), ("platinum", 1)):
        done = redirected(place, ["gate", "cert.json", "--min-tier", least], where)
        assert done.returncode == status
        assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_errors_that_nobody_reads(place):
    """An error's status is the same where its message cannot be written."""
    for where in ("2>&-", "2> /dev/full", "> /dev/full 2>&1", ">&- 2>&-"):
        assert redirected(place, ["check", "none.json"], where).returncode == 2


@pytest.mark.parametrize("output", ["/dev/full", "cert.json/below.md", f"{LONG}.md"])
def test_files_that_cannot_be_written(place, output):
    """The file is named, with the reason."""
    done = run(place, "report", "cert.json", "--format", "markdown", "-o", output)
    assert_refused(done)
    assert "cannot write" in done.stderr


def test_standard_output_by_its_name(place):
    """`/dev/stdout` is written to, and stays what it is."""
    done = run(place, "report", "cert.json", "--format", "markdown", "-o", "/dev/stdout")
    assert done.returncode == 0 and done.stdout.startswith("# demo\n")
