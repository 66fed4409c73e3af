"""Runs code that is not to be trusted in a sandbox made by bubblewrap, in a Python of its own.

What runs there has no network, sees no other process, and has no terminal, input, home or secret in
an environment variable. It can read the system's programs, this Python with its packages, and what
a `Reach` names; it can write only to a `/tmp` of its own, to one folder that is kept for later
runs in the sandbox, and to copies of the files that it is run for. Copies of its own are also what
it leaves: whoever ran it takes the files that were asked for, and nothing else.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import json
import os
import selectors
import shutil
import site
import socket
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyharness.core.errors import (
    EXIT_LEAN,
    EXIT_OK,
    EXIT_SANDBOX,
    EXIT_UNMET,
    EXIT_USAGE,
    HarnessError,
    UsageError,
)
from pyharness.core.fingerprint import VARIABLES, package_folders
from pyharness.core.json_files import MAX_BYTES

__all__ = ["KEPT", "Outlet", "Reach", "SandboxError", "run"]

KEPT = "sandbox"
"""The folder, in one that only builds write, that holds what runs in the sandbox leave for later
ones. No other run reads it."""

_PACKAGE = Path(__file__).resolve().parents[1]

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""The system's programs and libraries."""

_SYSTEM_FILES = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/os-release",
    "/sys/devices/system",
)
"""What programs need beside: which libraries there are, the time zone, and the processor, by which
numerical libraries choose their code."""

_GPU = ("CUBLAS_", "CUDA_", "NVIDIA_")
_NAMES = ("COLUMNS", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "NO_COLOR", "PATH", "TZ")
_PREFIXES = ("ELAN_", "LC_", "PYTHON", *(name for name in VARIABLES if name not in _GPU))
"""The environment variables that are kept, by name and by how the name begins."""

_SOCKETS = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
"""The kinds of sockets that a network namespace holds. Others, such as those to a hypervisor, reach
out of it."""

_SOCKET = 41
_REFUSED = (248, 249, 250, 425, 426, 427)
"""Calls of the kernel that are refused: those about keys, which no namespace hides; and io_uring,
which makes sockets without the call for that."""

_LOOK = """\
import sys
found = [entry for entry in sys.path if entry]
for name, module in [*sys.modules.items()]:
    if name.startswith("__editable__"):
        found += getattr(module, "MAPPING", {}).values()
print("\\0".join(found), end="")
"""
"""Prints where this Python finds modules: its path, and packages that are installed in place."""


class SandboxError(HarnessError):
    """There is no sandbox here, or what ran in it ended as it never does by itself."""

    exit_code = EXIT_SANDBOX


@dataclass(frozen=True)
class Outlet:
    """Files of one folder that a command writes.

    In the sandbox the folder is another one, with copies of those that are there. Inside the
    project, the folder's other entries are there as well and cannot be written.

    Attributes:
        folder: an absolute path without symbolic links; it need not exist.
        holds: whether a file's name is that of one that the command writes.
    """

    folder: Path
    holds: Callable[[str], bool]


@dataclass(frozen=True)
class Reach:
    """What a command in the sandbox can reach.

    Attributes:
        project: the project's folder, resolved. All of it can be read but for its `.git`, which may
            hold credentials.
        kept: the folder that builds write. In the sandbox it is the folder `KEPT` in it, so that
            nothing that was built there is used outside, or the other way round.
        readable: other files and folders that can be read, by absolute paths.
        outlets: what it writes, nested ones after those around them.
        variables: environment variables that it has beside those that are kept.
    """

    project: Path
    kept: Path
    readable: Sequence[Path] = ()
    outlets: Sequence[Outlet] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


_Mounts = list[tuple[Path, list[str]]]
"""Where something is mounted, and bubblewrap's arguments for it."""


def run(
    program: str, arguments: Sequence[str], reach: Reach, *, shown: Callable[[str], str]
) -> tuple[int, dict[Path, bytes | None]]:
    """Run a Python program in the sandbox and print what it prints.

    Args:
        program: its source.
        arguments: its arguments.
        reach: what it can reach.
        shown: returns a text of its as it is printed.

    Returns:
        Its exit status, and the files of the outlets that it wrote, by path: None for one that it
        removed. Those of the innermost outlet come first. Nothing of them is written yet.

    Raises:
        SandboxError: if bubblewrap is missing or cannot start, or the program is killed.
        UsageError: if what it is to reach is not as it must be.
    """
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        raise SandboxError(
            "--sandbox needs bubblewrap, and there is no `bwrap` on PATH; install it (Debian and "
            "Ubuntu: apt-get install bubblewrap), or leave --sandbox away and trust the project"
        )
    environment = {**_environment(), **reach.variables}
    kept = _kept_folder(reach.kept)
    with _scratch() as scratch:
        staged = [(outlet, scratch / str(number)) for number, outlet in enumerate(reach.outlets)]
        for outlet, folder in staged:
            _stage(outlet, folder)
        mounts: _Mounts = [
            *_shown((*_python(environment), *reach.readable), reach),
            *_readable(reach.project),
            (reach.kept, ["--bind", str(kept), str(reach.kept)]),
            *(mount for outlet, folder in staged for mount in _writable(outlet, folder, reach)),
        ]
        _require_unlinked(mounts, reach.kept, kept)
        status = _start(
            [
                bubblewrap,
                *_options(mounts),
                "--",
                sys.executable,
                "-P",
                "-c",
                program,
                *arguments,
            ],
            environment,
            shown,
        )
        return status, {
            path: data
            for outlet, folder in reversed(staged)
            for path, data in _left(outlet, folder)
        }


# ---------------------------------------------------------------------------------- what is mounted
def _options(mounts: _Mounts) -> list[str]:
    """Return the options of bubblewrap; what is mounted nearer the root comes first."""
    options = [
        *("--unshare-all", "--unshare-user", "--disable-userns"),
        *("--cap-drop", "ALL", "--new-session", "--die-with-parent"),
        # When the first process of the sandbox ends, the system ends all others before anyone
        # hears of it.
        "--as-pid-1",
        # The administrator can set the kernel's parameters in /proc/sys without any capability.
        *("--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"),
        *("--tmpfs", "/tmp", "--dir", _HOME),
    ]
    for name in _SYSTEM:
        if os.path.islink(name):
            options += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            options += ["--ro-bind", name, name]
    for name in _SYSTEM_FILES:
        options += ["--ro-bind-try", name, name]
    for _, arguments in sorted(mounts, key=lambda mount: len(mount[0].parts)):
        options += arguments
    here = str(Path.cwd())
    return [*options, "--dir", here, "--chdir", here, "--remount-ro", "/"]


_HOME = "/tmp/home"


def _readable(path: Path) -> _Mounts:
    """Show a file or folder where it is, and of a folder no `.git`.

    Raises:
        UsageError: if the home folder would be shown as well.
    """
    home = os.path.expanduser("~")
    if os.path.isabs(home) and Path(home).resolve().is_relative_to(path.resolve()):
        raise UsageError(
            f"--sandbox hides your home folder, {home}, and would have to show it since it shows "
            f"{path}; use a folder of its own instead of that"
        )
    mounts = [(path, ["--ro-bind", str(path), str(path)])]
    git = path / ".git"
    if os.path.islink(git):
        return mounts
    if os.path.isdir(git):
        mounts.append((git, ["--tmpfs", str(git), "--remount-ro", str(git)]))
    elif os.path.exists(git):
        mounts.append((git, ["--ro-bind", os.devnull, str(git)]))
    return mounts


def _writable(outlet: Outlet, folder: Path, reach: Reach) -> _Mounts:
    """Show the folder of copies in the place of an outlet's own."""
    mounts = [(outlet.folder, ["--bind", str(folder), str(outlet.folder)])]
    if outlet.folder.is_relative_to(reach.project):
        for name, mode in _entries(outlet.folder):
            path = outlet.folder / name
            if outlet.holds(name) or name == ".git" or path == reach.kept:
                continue
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
                mounts.append((path, ["--ro-bind", str(path), str(path)]))
            elif stat.S_ISLNK(mode):
                # As a link: what it leads to is not to be seen for that.
                mounts.append((path, ["--symlink", os.readlink(path), str(path)]))
    return mounts


def _shown(places: Iterable[Path], reach: Reach) -> _Mounts:
    """Show files and folders that are neither the system's nor the project's, each where it is, and
    the symbolic links that lead to them.
    """
    there = [reach.project, *map(Path, _SYSTEM)]

    def is_there(path: Path) -> bool:
        # What is around the folder that is kept does not show what is in it.
        hidden = path.is_relative_to(reach.kept)
        return any(
            path.is_relative_to(other) and not (hidden and reach.kept.is_relative_to(other))
            for other in there
        )

    places = [place for place in places if place.is_absolute() and os.path.exists(place)]
    mounts: _Mounts = []
    for path in sorted({place.resolve() for place in places}, key=lambda path: len(path.parts)):
        if not is_there(path):
            mounts += _readable(path)
            there.append(path)
    for link in {link for place in places for link in _links(place)}:
        if not is_there(link):
            mounts.append((link, ["--symlink", os.readlink(link), str(link)]))
    return mounts


def _python(environment: Mapping[str, str]) -> list[Path]:
    """Return this Python, where it finds modules, and the Lean library."""
    asked = subprocess.run(
        [sys.executable, "-P", "-c", _LOOK],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd="/",
        env=environment,
        check=True,
    )
    return [
        *(Path(os.fsdecode(entry)) for entry in asked.stdout.split(b"\0")),
        Path(sys.executable),
        *_installed(),
        *(_PACKAGE.parent / name for name in ("LeanMining", "LeanMining.lean")),
    ]


def _installed() -> tuple[Path, ...]:
    """Return the folders that this Python, its packages and this package are installed in."""
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    return (*map(Path, prefixes), *package_folders(), _PACKAGE)


def _links(path: Path) -> Iterator[Path]:
    """Yield each symbolic link on the way to what a path leads to."""
    for part in (*reversed(path.parents), path):
        if part.is_symlink():
            yield part
            target = Path(os.path.normpath(part.parent / os.readlink(part)))
            yield from _links(target / path.relative_to(part))
            return


def _environment() -> dict[str, str]:
    """Return the environment of what runs in the sandbox."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _NAMES or name.startswith(_PREFIXES)
    }
    path = [
        os.path.abspath(entry) for entry in kept.pop("PYTHONPATH", "").split(os.pathsep) if entry
    ]
    return {
        "PATH": os.defpath,
        **kept,
        "HOME": _HOME,
        "USER": KEPT,
        "TMPDIR": "/tmp",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        # Where packages of this user's are, since Python looks for them by HOME.
        "PYTHONUSERBASE": site.getuserbase(),
        **({"PYTHONPATH": os.pathsep.join(path)} if path else {}),
        **({"COLUMNS": str(shutil.get_terminal_size().columns)} if sys.stdout.isatty() else {}),
    }


def _kept_folder(folder: Path) -> Path:
    """Return the folder that is kept for the sandbox, made if need be.

    Raises:
        UsageError: if it, or the one that it is in, is a link or cannot be made.
    """
    inner = folder / KEPT
    for path in (folder, inner):
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"the folder {path} cannot be made: {error.strerror}") from error
        if path.is_symlink():
            raise UsageError(
                f"{path} is a symbolic link, and what runs in the sandbox could write where it leads; "
                "remove it"
            )
    return inner


def _require_unlinked(mounts: _Mounts, kept: Path, folder: Path) -> None:
    """Require that nothing is mounted through a link in the folder that is kept, which earlier
    runs in the sandbox could write.

    Raises:
        UsageError: if something is.
    """
    for path, _ in mounts:
        if path != kept and path.is_relative_to(kept):
            for part in (path, *path.parents):
                if part == kept:
                    break
                if (there := folder / part.relative_to(kept)).is_symlink():
                    raise UsageError(
                        f"{there} is a symbolic link where a folder belongs; remove it"
                    )


# ----------------------------------------------------------------------------------- what it writes
@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """Yield a folder for copies. In the end it is removed, whatever was made in it."""
    folder = Path(tempfile.mkdtemp(prefix="pyharness-sandbox-"))
    try:
        yield folder
    finally:
        # Not in Python: folders may lie too deep in each other for it, and be closed.
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            subprocess.run([*command, "--", folder], stderr=subprocess.DEVNULL, check=False)


def _entries(folder: Path) -> list[tuple[str, int]]:
    """Return the names in a folder, sorted, each with its mode; none if it is not there."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                (entry.name, entry.stat(follow_symlinks=False).st_mode) for entry in entries
            )
    except FileNotFoundError:
        return []


def _stage(outlet: Outlet, folder: Path) -> None:
    """Make the folder that an outlet is in the sandbox, with copies of its files.

    Raises:
        UsageError: if the outlet's folder is reached through a link, holds code that is run outside
            the sandbox, or cannot be made; or if something else than a file has a file's name.
    """
    folder.mkdir()
    try:
        if os.path.realpath(outlet.folder) != str(outlet.folder):
            raise UsageError(
                f"{outlet.folder} is reached through a symbolic link; --sandbox writes through none"
            )
        installed = (place.resolve() for place in _installed())
        if ".git" in outlet.folder.parts or any(map(outlet.folder.is_relative_to, installed)):
            raise UsageError(
                f"{outlet.folder} belongs to git or to this Python, and with --sandbox nothing is "
                "written there; choose another folder"
            )
        outlet.folder.mkdir(parents=True, exist_ok=True)
        for name, _ in _entries(outlet.folder):
            if outlet.holds(name):
                (folder / name).write_bytes(_read(outlet.folder / name))
    except (OSError, ValueError) as error:
        raise UsageError(f"{outlet.folder} cannot be used: {error}") from error


def _left(outlet: Outlet, folder: Path) -> Iterator[tuple[Path, bytes | None]]:
    """Yield what was changed of an outlet's files.

    Raises:
        UsageError: if something else than a file was left under the name of one.
    """
    try:
        names = {name for name, _ in _entries(folder) if outlet.holds(name)}
        before = {name for name, _ in _entries(outlet.folder) if outlet.holds(name)}
        for name in sorted(names | before):
            path = outlet.folder / name
            data = _read(folder / name) if name in names else None
            if name not in before or data != _read(path):
                yield path, data
    except OSError as error:
        raise SandboxError(
            f"what was written to {outlet.folder} in the sandbox cannot be read: {error.strerror}"
        ) from error


def _read(path: Path) -> bytes:
    """Return the bytes of a file, which is no link.

    Raises:
        UsageError: if it is none, or too large.
    """
    # Without waiting for a writer, if it is a pipe.
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            raise UsageError(
                f"{path} is no file of at most {MAX_BYTES // 2**20} MiB, so --sandbox copies nothing of it"
            )
        return file.read(MAX_BYTES)


# --------------------------------------------------------------------------------------- running it
def _filter() -> bytes:
    """Return a seccomp filter for x86-64, the only processor that Lean is here for: a program of
    the kernel's packet filter, which answers each call with its number and arguments.
    """
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    allowed, refused = 0x7FFF0000, 0x00050000 | errno.EPERM
    # Each with what is compared, and how many steps are left out if it is so, and if it is not.
    steps = [
        (load, 4, 0, 0),
        (equal, 0xC000003E, 1, 0),
        (answer, refused, 0, 0),
        (load, 0, 0, 0),
        (at_least, 0x40000000, 0, 1),
        (answer, refused, 0, 0),
    ]
    for number in _REFUSED:
        steps += [(equal, number, 0, 1), (answer, refused, 0, 0)]
    steps += [(equal, _SOCKET, 1, 0), (answer, allowed, 0, 0), (load, 16, 0, 0)]
    for family in _SOCKETS:
        steps += [(equal, family, 0, 1), (answer, allowed, 0, 0)]
    steps.append((answer, refused, 0, 0))
    return b"".join(struct.pack("=HBBI", code, yes, no, of) for code, of, yes, no in steps)


def _start(
    command: Sequence[str], environment: Mapping[str, str], shown: Callable[[str], str]
) -> int:
    """Run bubblewrap, and return the exit status of what it ran.

    Raises:
        SandboxError: if it ran nothing, or what it ran was killed.
    """
    (told, tell), (calls, write) = os.pipe(), os.pipe()
    with open(write, "wb") as file:
        file.write(_filter())
    descriptors = ("--json-status-fd", str(tell), "--seccomp", str(calls))
    with open(told, "rb") as report:
        try:
            process = subprocess.Popen(
                [*command[:1], *descriptors, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[tell, calls],
                env=environment,
            )
        except OSError as error:
            raise SandboxError(f"{command[0]} cannot be run: {error.strerror}") from error
        finally:
            os.close(tell)
            os.close(calls)
        with process:
            try:
                _relay(process, shown)
                process.wait()
            finally:
                process.kill()
        ended = [json.loads(line) for line in report]
    statuses = [line["exit-code"] for line in ended if "exit-code" in line]
    if not statuses:
        raise SandboxError(
            "bubblewrap cannot start the sandbox, for the reason that it gave above; it needs "
            "version 0.8 or newer and user namespaces. Ubuntu 24.04 forbids these to programs until "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in a container they depend on "
            "how it was started"
        )
    if statuses[-1] not in _OWN:
        raise SandboxError(
            f"what ran in the sandbox ended with status {statuses[-1]}, as no command does by itself "
            f"(from {_KILLED + 1} on a signal killed it); nothing that it wrote is used"
        )
    return int(statuses[-1])


_OWN = (EXIT_OK, EXIT_UNMET, EXIT_USAGE, EXIT_LEAN)
_KILLED = 128


def _relay(process: subprocess.Popen[bytes], shown: Callable[[str], str]) -> None:
    """Print what a process prints, until it has closed its streams.

    It never has this process's own streams: of a terminal it could read what is typed.
    """
    decoder = codecs.getincrementaldecoder("utf-8")
    with selectors.DefaultSelector() as selector:
        for pipe, stream in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)):
            assert pipe is not None
            selector.register(pipe, selectors.EVENT_READ, (decoder("backslashreplace"), stream))
        while selector.get_map():
            for key, _ in selector.select():
                decode, stream = key.data
                data = os.read(key.fd, 1 << 16)
                stream.write(shown(decode.decode(data, final=not data)))
                stream.flush()
                if not data:
                    selector.unregister(key.fileobj)
