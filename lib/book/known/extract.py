"""The part of the library that a piece of code needs: the modules that it imports, and theirs.

What packages re-export is cut to what is asked of them, so that a notebook that uses one layer does
not carry all of them. Data samples come along where a module that came along reads them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

__all__ = ["PACKAGES", "extract", "imports", "origin"]

PACKAGES = ("backprop", "experiments")
_SAMPLES = "backprop/data/samples"


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The modules of ours that code imports, each with a name in it; "" for the module itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found = [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found = [(alias.name, "") for alias in node.names]
        else:
            continue
        yield from (each for each in found if each[0].partition(".")[0] in PACKAGES)


def origin(lib: Path, module: str, name: str) -> tuple[str, str]:
    """The module in which a name is at home that a package re-exports.

    Args:
        lib: where the packages lie.
        module: from which it is imported.
        name: it; "" for the module itself.
    """
    package = lib / module.replace(".", "/") / "__init__.py"
    if name and package.is_file():
        for node in ast.parse(package.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and name in (each.name for each in node.names):
                return origin(lib, node.module or "", name)
    return module, name


def extract(lib: Path, code: str) -> dict[str, bytes]:
    """The files that code needs, by their places below `lib`, in order.

    Args:
        lib: where the packages lie.
        code: what imports from them.
    """
    files: dict[str, bytes] = {}
    exported: dict[str, set[str]] = {}
    waiting, seen = list(imports(ast.parse(code))), set[tuple[str, str]]()
    while waiting:
        module, name = asked = waiting.pop()
        if asked in seen:
            continue
        seen.add(asked)
        for package in _packages(module):
            exported.setdefault(package, set())
        path = _file(lib, module)
        if path is None:
            continue
        if path.name != "__init__.py":
            text = path.read_text(encoding="utf-8")
            files[path.relative_to(lib).as_posix()] = text.encode()
            waiting += imports(ast.parse(text))
            continue
        lines = exported.setdefault(module, set())
        home = origin(lib, module, name)
        if home != asked:
            lines.add(f"from {home[0]} import {name}")
            waiting.append(home)
        elif name:
            waiting.append((f"{module}.{name}", ""))
    for package, lines in exported.items():
        text = "".join(f"{line}\n" for line in sorted(lines))
        files[f"{package.replace('.', '/')}/__init__.py"] = text.encode()
    read = code.encode() + b"".join(files.values())
    for sample in sorted((lib / _SAMPLES).glob("*")):
        if f'"{sample.name}"'.encode() in read:
            files[sample.relative_to(lib).as_posix()] = sample.read_bytes()
    return dict(sorted(files.items()))


def _file(lib: Path, module: str) -> Path | None:
    """The file of a module; None if there is none."""
    path = lib / module.replace(".", "/")
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


def _packages(module: str) -> Iterator[str]:
    """The packages in which a module lies."""
    parts = module.split(".")
    yield from (".".join(parts[:count]) for count in range(1, len(parts)))
