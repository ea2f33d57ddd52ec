"""Links from a figure or a table to the script that made it and the results that it shows.

Where the repository has an address, they lead there; if not, to copies that the site carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from book.known.equations import relative_url
from book.made.draw import results_read

__all__ = ["Origins"]

_FOLDER = "assets/origins/"


class Origins:
    """Where the files are that figures and tables are made from.

    Args:
        root: the repository.
        address: its address, to which a file's path is appended; or empty.

    Attributes:
        carried: the files that were linked and of which the site must carry copies.
    """

    def __init__(self, root: Path, address: str = "") -> None:
        self._root = root
        self._address = address
        self.carried: set[str] = set()

    def afresh(self) -> Origins:
        """The same, of which nothing is linked yet."""
        return Origins(self._root, self._address)

    def of_figure(self, name: str) -> list[str]:
        """Its script, and the files in data/results/ that were read when it was drawn."""
        return [f"docs/figures/{name}.py", *results_read(name, self._root)]

    def of_result(self, name: str) -> list[str]:
        """The experiment, if a module has its name, and its result."""
        module = f"lib/experiments/{name.replace('-', '_')}.py"
        made = [module] if (self._root / module).is_file() else []
        return [*made, f"data/results/{name}.json"]

    def links(self, paths: Sequence[str], page: str) -> str:
        """Links to files by their names, as HTML for a page; each file once."""
        return ", ".join(
            f'<a href="{escape(self._url(path, page))}">{Path(path).name}</a>'
            for path in dict.fromkeys(paths)
        )

    def copies(self) -> Iterator[tuple[str, Path]]:
        """The copies to carry: their places in the site, and the files."""
        for path in sorted(self.carried):
            yield _place(path), self._root / path

    def _url(self, path: str, page: str) -> str:
        if self._address:
            return self._address + path
        self.carried.add(path)
        return relative_url(_place(path), page)


def _place(path: str) -> str:
    """A browser shows a .txt to its reader; a .py it would offer to save."""
    return f"{_FOLDER}{path}.txt" if path.endswith(".py") else _FOLDER + path
