"""Runs the scripts of docs/figures/ and keeps what they drew until something they read changes.

`python -m book.made.draw NAME...` draws the named figures; with `--png` it writes pictures.
The build calls it once, in a process of its own, for all the figures that are out of date, so that
Matplotlib is imported only when something is to be drawn, and every script sees the sources as
they are now.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

from book.known.results import ROOT
from book.shared.errors import BookError

__all__ = ["draw", "drawn", "outdated", "redraw", "results_read"]


def drawn(name: str, root: Path = ROOT) -> str:
    """The SVG of an up-to-date figure.

    Raises:
        BookError: if no script has this name, or it failed.
    """
    if not (root / "docs" / "figures" / f"{name}.py").exists():
        raise BookError(f'no figure "{name}": docs/figures/{name}.py does not exist')
    entry = _entry(name, root)
    if "error" in entry:
        raise BookError(f'figure "{name}" failed: {entry["error"]}')
    return str(entry["svg"])


def results_read(name: str, root: Path = ROOT) -> list[str]:
    """The files in data/results/ that a figure was drawn from, relative to the repository."""
    return [path for path in _entry(name, root)["read"] if path.startswith("data/results/")]


def outdated(root: Path = ROOT) -> list[str]:
    """The names of the figures that are not drawn yet, or not from the files as they are now."""
    names = sorted(path.stem for path in (root / "docs" / "figures").glob("*.py"))
    return [name for name in names if not _is_fresh(_entry(name, root), root)]


def redraw(names: list[str], root: Path = ROOT) -> subprocess.Popen[bytes] | None:
    """Begins to draw figures in another process; wait for it before `drawn`."""
    if not names:
        return None
    library = os.pathsep.join([str(root / "lib"), str(Path(__file__).parents[2])])
    environment = {**os.environ, "BOOK_ROOT": str(root), "PYTHONPATH": library}
    return subprocess.Popen([sys.executable, "-m", "book.made.draw", *names], env=environment)


def draw(name: str, root: Path = ROOT) -> Any:
    """Runs docs/figures/NAME.py and calls its `draw()`: a Matplotlib figure, or SVG as text."""
    return runpy.run_path(str(root / "docs" / "figures" / f"{name}.py"))["draw"]()


def to_svg(drawing: Any) -> str:
    """A drawing as an SVG document: the same bytes for the same figure."""
    if isinstance(drawing, str):
        return drawing
    buffer = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    drawing.savefig(buffer, format="svg", metadata=nothing)
    return buffer.getvalue()


def _cache(name: str, root: Path) -> Path:
    return root / ".cache" / "figures" / f"{name}.json"


def _entry(name: str, root: Path) -> dict[str, Any]:
    try:
        entry: dict[str, Any] = json.loads(_cache(name, root).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {"error": "it was not drawn", "read": {}}
    return entry


def _is_fresh(entry: dict[str, Any], root: Path) -> bool:
    return "svg" in entry and all(
        _digest(root / path) == digest for path, digest in entry["read"].items()
    )


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _draw_all(names: list[str], root: Path) -> None:
    """Draws, noting every file of the repository that was opened or imported on the way."""
    opened: set[Path] = set()

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            opened.add(Path(arguments[0]))

    sys.addaudithook(note)
    for name in names:
        opened.clear()
        entry: dict[str, Any] = {}
        try:
            entry["svg"] = to_svg(draw(name, root))
        except Exception as error:
            entry["error"] = f"{type(error).__name__}: {error}"
        modules = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        files = opened | {Path(file) for file in modules if file}
        read = {file.resolve() for file in files}
        entry["read"] = {
            path.relative_to(root).as_posix(): _digest(path)
            for path in sorted(read)
            if path.is_relative_to(root) and path.is_file() and not _is_generated(path, root)
        }
        target = _cache(name, root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(entry), encoding="utf-8")


def _is_generated(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return "__pycache__" in parts or parts[0] in (".venv", ".cache", "node_modules", "site")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.made.draw", description="draws figures")
    parser.add_argument("names", nargs="+", metavar="NAME", help="of docs/figures/NAME.py")
    parser.add_argument("--png", action="store_true", help="write screenshots/NAME.png to look at")
    arguments = parser.parse_args()
    root = ROOT.resolve()
    if not arguments.png:
        _draw_all(arguments.names, root)
        return
    (root / "screenshots").mkdir(exist_ok=True)
    for name in arguments.names:
        target = root / "screenshots" / f"{name}.png"
        draw(name, root).savefig(target, dpi=150, facecolor="white")
        print(target)


if __name__ == "__main__":
    main()
