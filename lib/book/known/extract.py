"""The part of the library that a piece of code needs: the modules that it imports, and theirs.

What packages re-export is cut to what is asked of them, so that a notebook that uses one layer does
not carry all of them. Data samples come along where a module that came along reads them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["PACKAGES", "Modules", "imports"]

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


class Modules:
    """The modules of the packages, each read and parsed once, as they are then.

    Args:
        lib: where the packages lie.
    """

    def __init__(self, lib: Path) -> None:
        self._lib = lib
        self._exported: dict[Path, dict[str, str]] = {}
        self._imported: dict[Path, Sequence[tuple[str, str]]] = {}
        self._texts: dict[Path, str] = {}

    def origin(self, module: str, name: str) -> tuple[str, str]:
        """The module in which a name is at home that a package re-exports.

        Args:
            module: from which it is imported.
            name: it; "" for the module itself.
        """
        package = self._lib / module.replace(".", "/") / "__init__.py"
        home = self._exports(package).get(name) if name else None
        return (module, name) if home is None else self.origin(home, name)

    def extract(self, code: str) -> dict[str, bytes]:
        """The files that code needs, by their places below the packages' folder, in order."""
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
            path = self._file(module)
            if path is None:
                continue
            if path.name != "__init__.py":
                files[path.relative_to(self._lib).as_posix()] = self._text(path).encode()
                waiting += self._imports(path)
                continue
            lines = exported.setdefault(module, set())
            home = self.origin(module, name)
            if home != asked:
                lines.add(f"from {home[0]} import {name}")
                waiting.append(home)
            elif name:
                waiting.append((f"{module}.{name}", ""))
        for package, lines in exported.items():
            text = "".join(f"{line}\n" for line in sorted(lines))
            files[f"{package.replace('.', '/')}/__init__.py"] = text.encode()
        read = code.encode() + b"".join(files.values())
        for sample in sorted((self._lib / _SAMPLES).glob("*")):
            if f'"{sample.name}"'.encode() in read:
                files[sample.relative_to(self._lib).as_posix()] = sample.read_bytes()
        return dict(sorted(files.items()))

    def _text(self, path: Path) -> str:
        if path not in self._texts:
            self._texts[path] = path.read_text(encoding="utf-8")
        return self._texts[path]

    def _imports(self, path: Path) -> Sequence[tuple[str, str]]:
        if path not in self._imported:
            self._imported[path] = list(imports(ast.parse(self._text(path))))
        return self._imported[path]

    def _exports(self, package: Path) -> dict[str, str]:
        """The modules from which a package takes names, by these names."""
        if package not in self._exported:
            body = ast.parse(self._text(package)).body if package.is_file() else []
            self._exported[package] = {
                alias.name: node.module or ""
                for node in body
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
        return self._exported[package]

    def _file(self, module: str) -> Path | None:
        """The file of a module; None if there is none."""
        path = self._lib / module.replace(".", "/")
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
        return None


def _packages(module: str) -> Iterator[str]:
    """The packages in which a module lies."""
    parts = module.split(".")
    yield from (".".join(parts[:count]) for count in range(1, len(parts)))
