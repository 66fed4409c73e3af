"""What a result depends on beside its arguments: the code that made it, the machine and packages,
and the files that it read.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
import platform
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from pyharness.core.cache import Cache
from pyharness.core.extras import DISTRIBUTION

__all__ = [
    "BY_NAME",
    "OWN",
    "VARIABLES",
    "Version",
    "code",
    "digest_of_items",
    "imported_modules",
    "is_unchanged",
    "keep_sources",
    "machine",
    "package_folders",
    "public_modules",
    "read_files",
    "read_in_source",
    "shape_of",
    "source_of",
    "unnoted",
    "version_of",
    "watch_files",
]

OWN = "pyharness"
"""The package that this is in."""
BY_NAME = {"__import__", "import_module", "exec", "eval", "runpy"}
"""Words by which code can reach modules that its imports do not name; as methods, such as
`module.eval`, the last two do not."""
_RESOLVES = {"importlib.import_module", "pyharness.evidence.resolve", "runpy"}
_KNOWN_BY_NAME = {
    OWN,
    "pyharness.project.pack",
    "pyharness.evidence",
    "pyharness.formats.quantized.tflite",
    "pyharness.formats.quantized.torch_pt",
}
"""Modules that import by name what is known otherwise: the public names, each of a module that
`_public` gives; what a result's own key holds, a pack and a witness's predicate; and installed
packages, of which `machine` holds the versions."""

VARIABLES = (
    "ATEN_",
    "CUBLAS_",
    "CUDA_",
    "DNNL_",
    "KMP_",
    "MKL_",
    "NPY_",
    "NVIDIA_",
    "OMP_",
    "ONEDNN_",
    "OPENBLAS_",
    "TORCH_",
)
"""How the names of environment variables begin by which numerical libraries choose code, and so the
last bits of a float."""


# --------------------------------------------------------------------------------------------- code
def code(modules: Iterable[str]) -> dict[str, str]:
    """Return a digest of the code of modules and of all that they import, directly or not, by
    module name. Comments, docstrings and layout do not count.

    Followed are the modules of this package, of the packages that are named, and those that lie
    outside the standard library and the installed packages, of which `machine` holds the versions.
    An import counts wherever it stands, unless it is for type checking alone. Code that imports by
    name (`import_module`, `exec`) is taken to reach all of this package, whichever command has
    loaded how much of it, and every other such module that is loaded.
    """
    pending = list(modules)
    tops = {name.partition(".")[0] for name in pending} | {OWN}
    found: dict[str, str] = {}
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if (file := source_of(name, tops)) is None:
            continue
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        found[name], imported, by_name = _read_source(file, package, version_of(str(file)))
        pending += imported
        if by_name and name not in _KNOWN_BY_NAME:
            pending += [*_package(), *(name for name in sys.modules if not _is_own(name))]
    _sources.save()
    return dict(sorted(found.items()))


def keep_sources(cache: Cache | None) -> None:
    """From now on keep in a cache what `code` reads in sources, and parse none again whose bytes
    were read before; None keeps nothing.
    """
    _sources.keep_in(cache)


class _Sources:
    """What was read in sources, by what was asked, their bytes and the package that they are in."""

    def __init__(self) -> None:
        self.keep_in(None)

    def keep_in(self, cache: Cache | None) -> None:
        self._cache = cache
        self._new = False
        self._found: dict[str, Any] | None = None

    def get(self, parse: Callable[[bytes, str], Any], data: bytes, package: str) -> Any:
        """Return what `parse`, a function of a module, reads in a source, as JSON."""
        if self._found is None:
            self._found = self._cache.get(self._key) if self._cache else None
        if self._found is None:
            self._found = {}
        name = f"{parse.__module__}.{parse.__name__} {package} {hashlib.sha256(data).hexdigest()}"
        if name not in self._found:
            # As JSON gives it back, so that it is of the same types whether it was kept or not.
            self._found[name] = json.loads(json.dumps(parse(data, package)))
            self._new = True
        return self._found[name]

    def save(self) -> None:
        if self._cache and self._new:
            self._cache.put(self._key, self._found)
        self._new = False

    @property
    def _key(self) -> dict[str, Any]:
        return {
            "what": "sources",
            "python": sys.version,
            "names": dict(_public()),
            "code": digest_of_items(
                hashlib.sha256(Path(__file__).with_name(name).read_bytes()).hexdigest()
                for name in ("fingerprint.py", "reach.py")
            ),
        }


_sources = _Sources()


def read_in_source(parse: Callable[[bytes, str], Any], data: bytes, package: str) -> Any:
    """Return what a function reads in a source, or did before; kept where `keep_sources` says.

    Args:
        parse: gives JSON, by the bytes of a source and the package that it is in; of this module or
            of `pyharness.core.reach`, whose code is part of the key.
        data: the bytes.
        package: the package.
    """
    return _sources.get(parse, data, package)


def _package() -> Iterator[str]:
    """Return the modules of this package."""
    folder = Path(__file__).resolve().parents[1]
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_own(name: str) -> bool:
    return name.partition(".")[0] == OWN or name.endswith("main__")


def source_of(name: str, tops: set[str]) -> Path | None:
    """Return the file of a module that is followed; None for another one, or for no module."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top in sys.builtin_module_names:
        return None
    file = _file(name)
    if file is None or not (
        top in tops or not any(file.is_relative_to(folder) for folder in _installed())
    ):
        return None
    return file


def _file(name: str) -> Path | None:
    loaded = getattr(sys.modules.get(name), "__file__", None)
    if loaded is None:
        spec = _spec(name)
        loaded = spec.origin if spec is not None and spec.has_location else None
    file = Path(loaded).resolve() if loaded else None
    return file if file is not None and file.is_file() else None


def _spec(name: str) -> ModuleSpec | None:
    """Return where a module is, without running it or a package around it."""
    package, path = name.rpartition(".")[0], None
    if package:
        loaded, spec = sys.modules.get(package), None if package in sys.modules else _spec(package)
        path = (
            getattr(loaded, "__path__", None)
            if loaded
            else getattr(spec, "submodule_search_locations", None)
        )
        if path is None:
            return None
    found = (
        finder.find_spec(name, path) for finder in sys.meta_path if hasattr(finder, "find_spec")
    )
    try:
        return next((spec for spec in found if spec is not None), None)
    except KeyError:
        # A folder without `__init__.py` in a package that is not loaded, of which importlib asks
        # the path.
        namespace = ModuleSpec(name, None, is_package=True)
        last = name.rpartition(".")[2]
        namespace.submodule_search_locations = [str(Path(entry, last)) for entry in path or ()]
        return namespace


@functools.cache
def package_folders() -> tuple[Path, ...]:
    """Return the folders of installed packages: those of this environment, and what else is on the
    path under the name of such a folder, as where an environment sees the system's packages.
    """
    own = [sysconfig.get_path(kind) for kind in ("purelib", "platlib")]
    others = [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    return tuple({Path(entry).resolve(): None for entry in (*own, *others)})


@functools.cache
def _installed() -> tuple[Path, ...]:
    library = {Path(sysconfig.get_path(kind)).resolve() for kind in ("stdlib", "platstdlib")}
    return (*library, *package_folders())


@functools.cache
def _read_source(file: Path, package: str, version: Version) -> tuple[str, tuple[str, ...], bool]:
    """Return a source's SHA-256, what it may import, with the packages around that, and whether it
    imports by name.
    """
    data = file.read_bytes()
    if file.suffix != ".py":
        return hashlib.sha256(data).hexdigest(), (), False
    digest, imported, by_name = read_in_source(_parse, data, package)
    return digest, tuple(imported), by_name


def _parse(data: bytes, package: str) -> tuple[str, tuple[str, ...], bool]:
    tree = ast.parse(data)
    digest = shape_of(tree)
    names: set[str] = set()
    by_name = False
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in (
            getattr(node.test, "id", None),
            getattr(node.test, "attr", None),
        ):
            pending += node.orelse
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(imported_modules(node, package))
        by_name = (
            by_name
            or getattr(node, "id", None) in BY_NAME
            or getattr(node, "attr", None) in BY_NAME - {"exec", "eval"}
        )
        pending += ast.iter_child_nodes(node)
    parents = {name.rpartition(".")[0] for name in names}
    while parents - names:
        names |= parents
        parents = {name.rpartition(".")[0] for name in parents if "." in name}
    return digest, tuple(sorted(names - {""})), by_name or not names.isdisjoint(_RESOLVES)


def imported_modules(node: ast.Import | ast.ImportFrom, package: str) -> list[str]:
    """Return the modules that an import in a package may load; that of `from … import …` first."""
    if isinstance(node, ast.Import):
        found = [alias.name for alias in node.names]
        return [*found, *_public().values()] if OWN in found else found
    around = package.split(".")
    base = around[: len(around) - node.level + 1] if node.level else []
    module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
    found = [module, *(f"{module}.{alias.name}" for alias in node.names)]
    if module == OWN:
        found += [one for alias in node.names for one in public_modules(OWN, alias.name)]
    return found


def public_modules(module: str, name: str) -> list[str]:
    """Return the modules of this package that a name of one of them is in; name may be empty."""
    if module != OWN:
        return [module, f"{module}.{name}"] if name else [module]
    known = _public()
    return [OWN, *([known[name]] if name in known else [] if name else known.values())]


def _public() -> Mapping[str, str]:
    """The modules of the names that this package gives out, by name."""
    import pyharness

    return pyharness._MODULES


def shape_of(node: ast.AST) -> str:
    """Return a digest of what a syntax tree says, without comments, docstrings and layout."""
    shape: list[str] = []
    _shape(node, shape)
    return digest_of_items(shape)


def _shape(node: Any, parts: list[str]) -> None:
    """Append what a syntax tree consists of, without docstrings, in a form that all versions of
    Python share as long as they parse the source alike.
    """
    if isinstance(node, ast.AST):
        parts.append(type(node).__name__)
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                value = [item for item in value if not _is_text(item)]
            if value is None or value == [] or name in _NOT_CODE:
                continue
            parts.append(name)
            _shape(value, parts)
        parts.append(")")
    elif isinstance(node, list):
        for item in node:
            _shape(item, parts)
    else:
        parts.append(repr(node))


_NOT_CODE = {"ctx", "kind", "type_comment", "type_ignores", "type_params"}


def _is_text(node: Any) -> bool:
    """Whether a statement is a text alone, which documents what stands before it."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# ------------------------------------------------------------------------------------------ machine
@functools.cache
def machine() -> Mapping[str, str]:
    """Return what this process computes with, as far as a result may depend on it: Python, the
    processor, every installed package but this one with its version and its list of files, and
    the variables that numerical libraries read.
    """
    variables = {name: value for name, value in os.environ.items() if name.startswith(VARIABLES)}
    return {
        "python": f"{sys.version} {platform.system()} {platform.machine()}",
        "processor": digest_of_items(sorted(_processor())),
        "packages": digest_of_items(sorted(_packages())),
        "variables": json.dumps(variables, sort_keys=True),
    }


def _processor() -> set[str]:
    """Return what tells processors apart that may round differently: numerical libraries choose
    their code by it.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return {platform.processor()}
    return {
        line
        for line in lines
        if line.partition(":")[0].strip()
        in ("vendor_id", "cpu family", "model", "model name", "flags")
    }


def _packages() -> Iterator[str]:
    for folder in {Path(entry).resolve() for entry in sys.path if entry}:
        for entry in folder.glob("*.*-info"):
            if re.split("[-.]", entry.name)[0] == DISTRIBUTION:
                continue  # What of it a result depends on is in `code`.
            record = entry / "RECORD"
            yield f"{entry.name} {hashlib.sha256(record.read_bytes()).hexdigest() if record.is_file() else ''}"


def digest_of_items(items: Iterable[str]) -> str:
    """Return the SHA-256, in hexadecimal, of texts, a line each."""
    return hashlib.sha256("\n".join(items).encode(errors="surrogateescape")).hexdigest()


# -------------------------------------------------------------------------------------------- files
Version = tuple[int, ...] | None
"""What changes when a file does: where it is, its size and its times. None if it is not there."""

_read: dict[str, Version] = {}
_written: set[str] = set()
_paused: list[None] = []


@functools.cache
def watch_files() -> None:
    """From now on note each file that this process opens and each folder that it lists, until it
    ends.

    What a library opens by code that is not Python's is noted only if it is announced:
    `sys.audit("open", path, "rb", 0)`. For safetensors this is done here, so call this before
    anything imports its functions by name.
    """
    import safetensors.numpy
    import safetensors.torch

    sys.addaudithook(_note)
    modules: tuple[Any, ...] = (safetensors, safetensors.numpy, safetensors.torch)
    for module in modules:
        module.safe_open = _announced(module.safe_open)


def _announced(reader: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(reader, updated=())
    def announced(path: Any, *arguments: Any, **options: Any) -> Any:
        sys.audit("open", path, "rb", 0)
        return reader(path, *arguments, **options)

    return announced


@contextmanager
def unnoted() -> Iterator[None]:
    """Within this, note nothing: what is read is known otherwise."""
    _paused.append(None)
    try:
        yield
    finally:
        _paused.pop()


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if (
        _paused
        or event not in ("open", "os.listdir", "os.scandir")
        or not isinstance(arguments[0], (str, bytes, os.PathLike))
    ):
        return
    path = os.path.abspath(os.fsdecode(arguments[0]))
    # What the import system reads is code, which `code` and `machine` hold.
    caller = sys._getframe(1).f_code.co_filename
    if caller.startswith("<frozen importlib") or "/importlib/" in caller or _is_packaged_code(path):
        return
    if path in _read or path in _written or path.startswith(("/dev/", "/proc/", "/sys/")):
        return
    if (
        event == "open"
        and isinstance(arguments[2], int)
        and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    ):
        _written.add(path)
    else:
        _read[path] = version_of(path)


def _is_packaged_code(path: str) -> bool:
    return (path.endswith(".py") or ".dist-info/" in path) and any(
        path.startswith(f"{folder}/") for folder in _installed()
    )


def read_files() -> dict[str, str | None]:
    """Return the digests of the files and folders that were read since `watch_files`, by path; None
    for what was not there.

    Left out are files that this process wrote before it read them, and what is no file on a disk.
    The digest of one that has changed since it was read is empty, which `is_unchanged` takes for
    changed for ever.
    """
    return {
        path: _digest_of(path, version) if version == version_of(path) else ""
        for path, version in sorted(_read.items())
    }


def is_unchanged(files: Mapping[str, str | None]) -> bool:
    """Whether files and folders are what they were, by what `read_files` returned."""
    return all(_digest_of(path, version_of(path)) == digest for path, digest in files.items())


def version_of(path: str) -> Version:
    """Return what changes when a file or a folder does; None if it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@functools.cache
def _digest_of(path: str, version: Version) -> str | None:
    """Return a digest of a file's bytes or of a folder's names; worked out once for each
    version.
    """
    if version is None:
        return None
    try:
        if os.path.isdir(path):
            return digest_of_items(sorted(os.listdir(path)))
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
