"""Executes notebooks of docs/notebooks/, and has mkdocs-jupyter render what came of them.

`python -m book.made.notebook_run NAME...` prints a line of JSON for each: the executed notebook and
its page, or what went wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from book.known.results import ROOT

__all__ = ["main"]

_ANSI = re.compile(r"\x1b\[[\d;]*m")
_SECONDS = 300  # for a cell


def _run(name: str, root: Path) -> dict[str, Any]:
    """Executes one notebook."""
    import jupytext
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    path = root / "docs" / "notebooks" / f"{name}.py"
    where = path.relative_to(root).as_posix()
    source = path.read_text(encoding="utf-8")
    notebook = jupytext.reads(source, fmt="py:percent")
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
        timeout=_SECONDS,
        coalesce_streams=True,  # how print and kernel hand text on depends on the machine's speed
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    try:
        client.execute(cwd=str(root))
    except CellExecutionError as error:
        line = _line(notebook, source)
        return {"error": f"{where}:{line}: {_ANSI.sub('', f'{error.ename}: {error.evalue}')}"}
    except CellTimeoutError:
        line = _line(notebook, source)
        message = f"the cell did not end within {_SECONDS} seconds and was stopped"
        return {"error": f"{where}:{line}: {message}"}
    ipynb = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return {"ipynb": ipynb, "html": _render(ipynb, name)}


def _line(notebook: Any, source: str) -> int:
    """The line of the source where the cell begins that was run last."""
    last = [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
    return source.count("\n", 0, source.find(last[-1]["source"])) + 1 if last else 1


def _render(ipynb: str, name: str) -> str:
    from mkdocs_jupyter.convert import nb2html

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.ipynb"
        path.write_text(ipynb, encoding="utf-8")
        return str(nb2html(str(path), no_prompt=True))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.made.notebook_run", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="of docs/notebooks/NAME.py")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository")
    arguments = parser.parse_args()
    for name in arguments.names:
        with contextlib.redirect_stdout(sys.stderr):
            outcome = _run(name, arguments.root.resolve())
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main()
