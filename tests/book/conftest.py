"""A small book, built in a folder of its own: the demonstration beside this file."""

import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from book.known.bibliography import Bibliography, Publication, works_in
from book.known.crossref import Tools
from book.known.origins import Drawn, Origins
from book.known.source import Library
from book.shared.store import Store
from book.shared.tex import Tex

collect_ignore = ["demo"]

ROOT = Path(__file__).parents[2]
DEMO = Path(__file__).parent / "demo"
NAV = """nav:
  - index.md
  - chapters/gain.md
  - notebooks/run.py
  - reference/index.md
  - changes.md
  - verification.md
  - licences.md
"""


def copy_demo(folder: Path) -> Path:
    """Copies the demonstration, with this book's configuration and theme."""
    shutil.copytree(DEMO, folder, dirs_exist_ok=True)
    for name in ("docs/assets", "docs/overrides", "node_modules", "lib/book"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "CITATION.cff", folder)
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = re.sub(r"^nav:\n(?:[ ].*\n)+", NAV, config, flags=re.MULTILINE)
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def lay_out() -> Callable[[Path], Path]:
    """Copies the demonstration to a folder."""
    return copy_demo


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demonstration's folder, to change before it is built."""
    return copy_demo(tmp_path / "book")


@pytest.fixture(scope="session")
def build() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Builds the book of a folder, strictly."""

    def run(
        folder: Path, strict: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", *(["--strict"] if strict else [])],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT / "lib"),
                "NO_MKDOCS_2_WARNING": "1",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def tex(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tex]:
    """Temml, with an empty memory at first."""
    store = Store(tmp_path_factory.mktemp("kept"), logging.getLogger("mkdocs"))
    made = Tex(store, ROOT / "node_modules")
    yield made
    made.close()


@pytest.fixture
def lay_tools(tmp_path: Path, tex: Tex) -> Callable[[str, str, Callable[[str], Drawn]], Tools]:
    """Gives the pass a library of one module, a bibliography and figures."""

    def lay(code: str, literature: str, figure: Callable[[str], Drawn]) -> Tools:
        package = tmp_path / "lib" / "backprop"
        package.mkdir(parents=True)
        (package / "double.py").write_text(code)
        (tmp_path / "references.bib").write_text(literature)
        return Tools(
            tex=tex,
            library=Library(tmp_path),
            bibliography=Bibliography(works_in(tmp_path / "references.bib")),
            publication=Publication("The Book", "Its authors", "1.0", "2026-11-22"),
            figure=figure,
            origins=Origins(),
        )

    return lay
