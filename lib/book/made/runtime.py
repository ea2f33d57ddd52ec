"""What a page needs to run Python: Pyodide, the list of its packages, the library in an archive."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from book.made.folder import packed
from book.shared.errors import BookError

__all__ = ["archive", "packages_from", "runtime_files", "wanted_packages", "with_packages"]

_CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_RELEASE = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"  # where Pyodide keeps its packages
_LIST = "pyodide-lock.json"
_WANTED = ("numpy", "matplotlib")
_LIBRARY = (
    *("lib/backprop/**/*.py", "lib/backprop/data/samples/*"),
    *("lib/mathcheck/**/*.py", "lib/mathcheck/**/*.lark"),
    # What chapters' examples use of the experiments.
    *("lib/experiments/__init__.py", "lib/experiments/architectures.py"),
    *("lib/experiments/convolution_loops.py", "lib/experiments/small_architectures.py"),
)
_BESIDE = "lark"  # what the checker parses with, which Pyodide's release does not have


def runtime_files(
    root: Path, packages: Path | None, library: bytes
) -> Iterator[tuple[str, Path | str | bytes]]:
    """The files that the site serves so that examples run in the page.

    Args:
        root: the repository.
        packages: a folder that holds the wheels of Pyodide's release, to be served by the site
            itself; without it a reader's browser fetches them from that release.
        library: as `archive` packs it.

    Yields:
        The name of each file below the site's assets, and the file or its content.

    Raises:
        BookError: if Pyodide is not installed, or a wheel is missing or not what it should be.
    """
    info, wanted = wanted_packages(root)
    for name in _CORE:
        yield f"pyodide/{name}", root / "node_modules" / "pyodide" / name
    for package in wanted.values():
        wheel = package["file_name"]
        if packages is None:
            package["file_name"] = _RELEASE.format(version=info["version"]) + wheel
        else:
            yield f"pyodide/{wheel}", _verified(packages / wheel, package["sha256"])
    yield f"pyodide/{_LIST}", json.dumps({"info": info, "packages": wanted})
    yield "run/library.zip", library


def with_packages(files: Mapping[str, bytes], packages: Path) -> dict[str, bytes]:
    """The files of a site, and among them the packages that it would have a browser fetch.

    Args:
        files: by their places in the site.
        packages: a folder that holds the wheels of Pyodide's release.

    Raises:
        BookError: if a wheel is missing or not what it should be.
    """
    made = dict(files)
    for place in [name for name in files if name.endswith(f"/{_LIST}")]:
        folder, lock = place.removesuffix(_LIST), json.loads(files[place])
        for package in lock["packages"].values():
            _, elsewhere, wheel = package["file_name"].rpartition("/")
            if elsewhere:
                package["file_name"] = wheel
                found = _verified(packages / wheel, package["sha256"])
                made[f"{folder}{wheel}"] = found.read_bytes()
        made[place] = json.dumps(lock).encode()
    return made


def packages_from() -> str:
    """The host from which a reader's browser fetches packages; empty if the site has them."""
    return "" if os.environ.get("PYODIDE_PACKAGES") else _RELEASE.partition("/pyodide/")[0]


def wanted_packages(root: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The packages that an example may import, and what they depend on.

    Returns:
        What Pyodide's own list says of its release, and of each package by name.
    """
    path = root / "node_modules" / "pyodide" / _LIST
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BookError("Pyodide is not installed: run `npm ci` (make does)") from None
    found: dict[str, Any] = {}
    waiting = list(_WANTED)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = lock["packages"][name]
            waiting += found[name]["depends"]
    return lock["info"], dict(sorted(found.items()))


def archive(root: Path) -> bytes:
    """The library, its samples and the checker, laid out as in the repository.

    Beside them is the parser that the checker needs, with its licence. The bytes are the same each
    time.
    """
    found = {
        path.relative_to(root).as_posix(): path
        for pattern in _LIBRARY
        for path in sorted(root.glob(pattern))
    }
    for file in distribution(_BESIDE).files or ():
        if file.suffix in (".py", ".lark") or "LICENSE" in file.name:
            found[f"lib/{file.as_posix()}"] = Path(str(file.locate()))
    return packed({name: path.read_bytes() for name, path in found.items()})


def _verified(wheel: Path, sha256: str) -> Path:
    try:
        content = wheel.read_bytes()
    except FileNotFoundError:
        raise BookError(
            f"{wheel.parent} has no {wheel.name}: `python requirements/wheels.py {wheel.parent}` "
            "fetches the packages of Pyodide's release"
        ) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BookError(f"{wheel} is not the file of Pyodide's release")
    return wheel
