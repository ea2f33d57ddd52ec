"""Runs the scripts of docs/figures/ in a process of their own, and notes what they read.

`python -m book.made.draw NAME...` draws the named figures, and prints each as a line of JSON; with
`--png` it writes pictures to look at. The build has one such process for all the figures that are
out of date, so that Matplotlib is imported only when something is to be drawn, and every script
sees the sources as they are now.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import io
import json
import os
import runpy
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from book.known.results import ROOT
from book.shared.files import digest_of
from book.shared.node import Node

__all__ = ["draw"]

_SVGO = Path(__file__).parents[1] / "shared" / "svgo.mjs"


def draw(name: str, root: Path = ROOT) -> Any:
    """Runs docs/figures/NAME.py and calls its `draw()`: a Matplotlib figure, or SVG as text."""
    return _script(name, root)()


def draw_narrow(name: str, root: Path = ROOT) -> Any:
    """The same figure for a narrow window, where all of its text can be read."""
    from book.figures import fit_to_read, narrowly

    with narrowly():
        drawing = _script(name, root)()
        if not isinstance(drawing, str):
            fit_to_read(drawing)
    return drawing


def _script(name: str, root: Path) -> Callable[[], Any]:
    path = root / "docs" / "figures" / f"{name}.py"
    script: Callable[[], Any] = runpy.run_path(str(path))["draw"]
    return script


def to_svg(drawing: Any, svgo: Node) -> str:
    """A drawing as a small SVG document: the same bytes for the same figure.

    Args:
        drawing: a Matplotlib figure, or SVG as text.
        svgo: the script that makes it small.

    Raises:
        ValueError: it is not SVG.
    """
    if not isinstance(drawing, str):
        buffer = io.StringIO()
        nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
        drawing.savefig(buffer, format="svg", metadata=nothing)
        drawing = buffer.getvalue()
    (answer,) = svgo.ask([{"svg": drawing}])
    if "error" in answer:
        raise ValueError(answer["error"])
    small: str = answer["svg"]
    return small


class _Reads:
    """Notes every file of the repository that is opened, listed or imported, as it is then.

    Args:
        root: the repository.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        # Modules may be loaded from bytecode: what they say is what their sources say at the start.
        self._seen = {path: digest_of(path) for path in sorted((root / "lib").rglob("*.py"))}
        self._opened: set[Path] = set()
        self._busy = False
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._busy or event not in ("open", "os.listdir", "os.scandir"):
            return
        if not isinstance(arguments[0], str):
            return
        self._busy = True  # to take the digest is to open
        try:
            path = Path(arguments[0]).resolve()
            if self._is_source(path):
                self._opened.add(path)
                if path not in self._seen:
                    self._seen[path] = digest_of(path)
        finally:
            self._busy = False

    def read(self) -> dict[str, str]:
        """What was read, with its digest; with none if it has changed meanwhile."""
        modules = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        files = {Path(file).resolve() for file in modules if file}
        paths = self._opened | {path for path in files if self._is_source(path)}
        self._busy = True
        try:
            return {
                path.relative_to(self._root).as_posix(): self._digest(path)
                for path in sorted(paths)
            }
        finally:
            self._busy = False

    def _digest(self, path: Path) -> str:
        now = digest_of(path)
        return now if self._seen.get(path, now) == now else "it changed"

    def _is_source(self, path: Path) -> bool:
        if not path.is_relative_to(self._root):
            return False
        parts = path.relative_to(self._root).parts
        generated = (".venv", ".cache", ".git", "node_modules", "site")
        return "__pycache__" not in parts and parts[:1] != () and parts[0] not in generated


def _draw_all(names: Sequence[str], root: Path) -> None:
    """Draws; prints what came of each figure.

    Each script runs in a fork that begins as all others do: what one of them sets or seeds, the
    next does not find.
    """
    warnings.filterwarnings("ignore", ".*multi-threaded, use of fork", DeprecationWarning)
    reads, svgo = _Reads(root), Node(_SVGO)
    _warm_up((root / "docs" / "figures" / f"{name}.py" for name in names), svgo)
    for name in names:
        child = os.fork()
        if not child:
            print(json.dumps(_outcome(name, root, reads, svgo)), flush=True)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            print(json.dumps({"error": "its process died", "read": {}}), flush=True)


def _warm_up(scripts: Iterable[Path], svgo: Node) -> None:
    """Starts Node, and loads what scripts import once for all: Matplotlib is slow to import."""
    from book.figures import figure

    to_svg(figure()[0], svgo)
    for script in scripts:
        with contextlib.suppress(Exception):  # which the script itself will meet, and tell
            for node in ast.walk(ast.parse(script.read_bytes())):
                names = [node.module] if isinstance(node, ast.ImportFrom) else []
                names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
                for name in filter(None, names):
                    importlib.import_module(name)


def _outcome(name: str, root: Path, reads: _Reads, svgo: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    with contextlib.redirect_stdout(sys.stderr):
        try:
            entry["svg"] = entry["narrow"] = to_svg(draw(name, root), svgo)
            if "<text" in entry["svg"]:
                entry["narrow"] = to_svg(draw_narrow(name, root), svgo)
        except (Exception, SystemExit) as error:
            entry["error"] = f"{type(error).__name__}: {error}"
    return entry | {"read": reads.read()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.made.draw", description="draws figures")
    parser.add_argument("names", nargs="+", metavar="NAME", help="of docs/figures/NAME.py")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository")
    parser.add_argument("--png", action="store_true", help="write screenshots/NAME.png to look at")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    if not arguments.png:
        _draw_all(arguments.names, root)
        return
    (root / "screenshots").mkdir(exist_ok=True)
    for name in arguments.names:
        for drawing, target in ((draw, f"{name}.png"), (draw_narrow, f"{name}-narrow.png")):
            place = root / "screenshots" / target
            drawing(name, root).savefig(place, dpi=150, facecolor="white")
            print(place)


if __name__ == "__main__":
    main()
