"""Executes the notebooks of docs/notebooks/ and turns them into pages and downloads.

`python -m book.made.notebooks NAME...` does so in a process of its own. What it makes is kept under
the hash of all that it depends on: the notebook, the library, the data, the versions.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from book.known.results import ROOT
from book.shared.errors import BookError

__all__ = ["Executed", "execute", "executed", "outdated"]

_ANSI = re.compile(r"\x1b\[[\d;]*m")
_TITLE = re.compile(r"^# .+\n", re.MULTILINE)


class Executed:
    """A notebook after its run: the page's Markdown, and the file to download."""

    def __init__(self, markdown: str, ipynb: str) -> None:
        self.markdown = markdown
        self.ipynb = ipynb


def outdated(root: Path = ROOT) -> list[str]:
    """The names of the notebooks that have not been executed as they, and the code, are now."""
    names = sorted(path.stem for path in (root / "docs" / "notebooks").glob("*.py"))
    return [name for name in names if not _cache(name, root).exists()]


def execute(names: list[str], root: Path = ROOT) -> subprocess.Popen[bytes] | None:
    """Begins to execute notebooks in another process; wait for it before `executed`."""
    if not names:
        return None
    library = os.pathsep.join([str(root / "lib"), str(Path(__file__).parents[2])])
    environment = {**os.environ, "BOOK_ROOT": str(root), "PYTHONPATH": library}
    return subprocess.Popen([sys.executable, "-m", "book.made.notebooks", *names], env=environment)


def executed(name: str, root: Path = ROOT) -> Executed:
    """A notebook that `execute` has dealt with.

    Raises:
        BookError: if a cell of it failed.
    """
    try:
        kept = json.loads(_cache(name, root).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BookError(f"docs/notebooks/{name}.py failed; what it said stands above") from None
    return Executed(kept["markdown"], kept["ipynb"])


def _cache(name: str, root: Path) -> Path:
    """Where the outcome is kept; another file for another state of what it depends on."""
    digest = hashlib.sha256()
    files = [root / "docs" / "notebooks" / f"{name}.py", Path(__file__)]
    for folder in ("lib/backprop", "data/results"):
        files += sorted((root / folder).rglob("*"))
    for path in files:
        if path.is_file() and "__pycache__" not in path.parts:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.name} {content}\n".encode())
    packages = (f"{package} {version(package)}" for package in ("numpy", "jupytext", "nbclient"))
    digest.update(f"{sys.version} {' '.join(packages)}".encode())
    return root / ".cache" / "notebooks" / f"{name}-{digest.hexdigest()[:24]}.json"


def _run(name: str, root: Path) -> str:
    """Executes one notebook and keeps the outcome; returns what went wrong."""
    import jupytext
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    path = root / "docs" / "notebooks" / f"{name}.py"
    target = _cache(name, root)
    notebook = jupytext.read(path)
    for count, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{count}"  # random otherwise, and two builds would differ
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        record_timing=False,
        timeout=300,
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    try:
        client.execute(cwd=str(root))
    except CellExecutionError as error:
        number = _failing_line(notebook, path)
        where = path.relative_to(root).as_posix()
        return f"{where}:{number}: {_ANSI.sub('', f'{error.ename}: {error.evalue}')}"
    target.parent.mkdir(parents=True, exist_ok=True)
    for old in target.parent.glob(f"{name}-*.json"):
        old.unlink()
    kept = {
        "markdown": _markdown(notebook, name),
        "ipynb": json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
    }
    target.write_text(json.dumps(kept), encoding="utf-8")
    return ""


def _failing_line(notebook: Any, path: Path) -> int:
    """The line of the notebook's source where the cell that failed begins."""
    failed = next(
        cell
        for cell in notebook.cells
        if any(output["output_type"] == "error" for output in cell.get("outputs", []))
    )
    position = path.read_text(encoding="utf-8").find(failed["source"])
    return path.read_text(encoding="utf-8").count("\n", 0, position) + 1


def _markdown(notebook: Any, name: str) -> str:
    """A notebook as Markdown, each output below its cell, and the download below the title."""
    parts = []
    for cell in notebook.cells:
        if cell["cell_type"] == "markdown":
            parts.append(cell["source"])
        elif cell["cell_type"] == "code" and cell["source"].strip():
            parts.append(f"```python\n{cell['source']}\n```")
            alt = cell["metadata"].get("alt", "Output of the cell above")
            parts += [_output(output, alt) for output in cell["outputs"]]
    text = "\n\n".join(part for part in parts if part) + "\n"
    download = f"[Download this notebook]({name}.ipynb){{ download .download }}"
    return _TITLE.sub(lambda title: f"{title[0]}\n{download}\n", text, count=1)


def _output(output: Any, alt: str) -> str:
    data = output.get("data", {})
    if "image/svg+xml" in data:  # as a file of its own, so that ids in it meet no others
        image = base64.b64encode(data["image/svg+xml"].encode()).decode()
        return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{image}">'
    if "image/png" in data:
        image = data["image/png"].replace("\n", "")
        return f'<img alt="{escape(alt)}" src="data:image/png;base64,{image}">'
    text = output.get("text") or data.get("text/plain", "")
    return f"``` {{ .text .output }}\n{_ANSI.sub('', text).rstrip()}\n```" if text.strip() else ""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.made.notebooks", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="of docs/notebooks/NAME.py")
    failures = [_run(name, ROOT.resolve()) for name in parser.parse_args().names]
    sys.exit("\n".join(failure for failure in failures if failure) or None)


if __name__ == "__main__":
    main()
