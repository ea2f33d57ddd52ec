"""Links from a figure or a table to the script that made it and the results that it shows.

Where the repository has an address, they lead there; if not, to copies that the site carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from book.known.equations import relative_url

__all__ = ["Drawn", "Origins", "place_of_copy"]

_FOLDER = "assets/origins/"


@dataclass(frozen=True)
class Drawn:
    """A figure.

    Attributes:
        svg: the drawing, an SVG document.
        narrow: the same figure for narrow windows; the same drawing if it has no text.
        results: the files in data/results/ that it was drawn from, relative to the repository.
    """

    svg: str
    narrow: str
    results: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origins:
    """Where the files are that figures and tables are made from.

    Attributes:
        address: of the repository, to which a file's path is appended; or empty.
        experiments: the modules in lib/experiments/.
    """

    address: str = ""
    experiments: tuple[str, ...] = ()

    @staticmethod
    def of(root: Path, address: str) -> Origins:
        """Looks which experiments there are."""
        folder = root / "lib" / "experiments"
        return Origins(address, tuple(sorted(path.stem for path in folder.glob("*.py"))))

    def of_result(self, name: str) -> list[str]:
        """The experiment, if a module has its name, and its result."""
        module = name.replace("-", "_")
        made = [f"lib/experiments/{module}.py"] if module in self.experiments else []
        return [*made, f"data/results/{name}.json"]

    def links(self, paths: Sequence[str], page: str) -> tuple[str, set[str]]:
        """Links to files by their names, each file once.

        Returns:
            HTML for a page; and the files of which the site must carry copies.
        """
        files = dict.fromkeys(paths)
        html = ", ".join(
            f'<a href="{escape(self._url(path, page))}">{Path(path).name}</a>' for path in files
        )
        return html, set() if self.address else set(files)

    def _url(self, path: str, page: str) -> str:
        return self.address + path if self.address else relative_url(place_of_copy(path), page)


def place_of_copy(path: str) -> str:
    """Where the site has its copy: a browser shows a .txt, a .py it would offer to save."""
    return f"{_FOLDER}{path}.txt" if path.endswith(".py") else _FOLDER + path
