"""What decides what is made, apart from the pages themselves: digests for the keys of the store.

The book's own code counts as it was loaded, whatever stands in its files meanwhile. All else is
read anew by each build, and looked at again when the build has ended.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from book.shared.errors import BookError, Problem
from book.shared.files import digest_of, digest_of_all
from book.shared.store import digest

__all__ = ["Code", "Inputs", "formatter", "settings_of"]

_LIB = Path(__file__).parents[1]
_OURS = ("book", "mathcheck")
# Where the site goes and who reads it decide nothing; the addresses count where they are shown.
_INDIFFERENT = {
    *("config_file", "config_file_path", "dev_addr", "quiet", "repo_url", "site_dir", "site_url"),
    *("strict", "verbose", "watch", "watch_theme"),
}


@dataclass(frozen=True)
class Code:
    """The book's own code, and the checker's, as this process has loaded it.

    Attributes:
        files: the digest of each file.
    """

    files: dict[Path, str]

    @staticmethod
    def loaded() -> Code:
        """As it is now, right after it was loaded."""
        return Code({path: digest_of(path) for path in _sources()})

    def hold(self) -> None:
        """Sees that its files still say what was loaded.

        Raises:
            BookError: if not: what this process makes is not what they say.
        """
        for path in sorted({*_sources(), *self.files}):
            if digest_of(path) != self.files.get(path, ""):
                place = path.relative_to(_LIB.parent)
                try:
                    compile(path.read_bytes(), str(path), "exec")
                except SyntaxError as error:
                    raise BookError(str(Problem(place, error.lineno or 0, error.msg))) from None
                except OSError:
                    pass
                raise BookError(
                    f"{place} is no longer what was loaded: stop `make serve` and start it again"
                )


def _sources() -> list[Path]:
    return [path for name in _OURS for path in sorted((_LIB / name).rglob("*.py"))]


@dataclass(frozen=True)
class Inputs:
    """What decides what is made, each part by a digest.

    Attributes:
        edition: the book's code, Python, all that is installed, and the configuration.
        library: the code under lib/ that the book shows.
        templates: the theme's and mkdocstrings'.
        literature: docs/references.bib.
        results: what experiments, the ledger and mutants have written.
        golden: the golden values.
        drawing: what runs the scripts of figures.
    """

    edition: str
    library: str
    templates: str
    literature: str
    results: str
    golden: str
    drawing: str

    @staticmethod
    def of(root: Path, code: Code, settings: str) -> Inputs:
        """As they are now.

        Args:
            root: the repository.
            code: as it was loaded.
            settings: as `settings_of` tells them.
        """
        docs, data = root / "docs", root / "data"
        installed = _installed(root)
        own = sorted((path.relative_to(_LIB).as_posix(), seen) for path, seen in code.files.items())
        others = [path for path in sorted((root / "lib").iterdir()) if path.name not in _OURS]
        here = Path(__file__).parent
        scripts = [*here.glob("*figures.py"), here / "made" / "draw.py", here / "made" / "svg.py"]
        return Inputs(
            edition=digest((own, installed, settings)),
            library=digest_of_all(others, root),
            templates=digest_of_all([docs / "overrides", here / "templates"], root),
            literature=digest_of(docs / "references.bib"),
            results=digest_of_all([data / "results", data / "test-readings.jsonl"], root),
            golden=digest_of_all([data / "golden"], root),
            drawing=digest((installed, digest_of_all([*scripts, here / "shared"], _LIB))),
        )


def _installed(root: Path) -> list[str]:
    """Python, its packages and Node's; and the formatter that mkdocstrings would find by itself."""
    names = {
        path.name
        for folder in sys.path
        if Path(folder).is_dir()
        for path in Path(folder).glob("*-info")
        if path.suffix == ".dist-info"
    }
    node = digest_of(root / "node_modules" / ".package-lock.json")
    return [sys.version, *sorted(names), node, formatter(sys.prefix)]


def formatter(prefix: str) -> str:
    """Where Ruff is that mkdocstrings would find, wherever the environment it belongs to is.

    Args:
        prefix: the folder of the Python that runs. The version of what is in it is told by the
            names of the installed packages.
    """
    found = shutil.which("ruff")
    if found and Path(found).is_relative_to(prefix):
        return Path(found).relative_to(prefix).as_posix()
    return found or ""


def settings_of(config: MkDocsConfig) -> str:
    """The configuration: its file, and what it says once environment variables are put in.

    Args:
        config: of MkDocs, before any plugin has changed it.
    """
    told = {key: value for key, value in config.items() if key not in _INDIFFERENT}
    told["theme"] = config.theme.name
    told["plugins"] = {name: dict(plugin.config) for name, plugin in config.plugins.items()}
    file = digest_of(Path(config.config_file_path))
    packages = os.environ.get("PYODIDE_PACKAGES", "")
    return json.dumps([file, packages, told], sort_keys=True, default=_kind)


def _kind(value: object) -> str:
    """Stands for an object, of which the file says all there is to say."""
    return type(value).__name__
