"""The glossary: docs/glossary.toml, as a table whose terms lead to where chapters define them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from markdown.extensions.toc import slugify

from book.shared.errors import BookError
from book.shared.markdown import code_lines
from mathcheck.text.sources import read

__all__ = ["Term", "glossary", "section", "symbols", "terms"]

_FILE = "docs/glossary.toml"
_LANGUAGES = {"zh": ("zh-Hans", "中文"), "ja": ("ja", "日本語")}
_HEADING = re.compile(r"^(#+) (.+?)(?: *\{#([\w-]+)\})?$")


@dataclass(frozen=True)
class Term:
    """A term of the field.

    Attributes:
        en: in English, as the book has it.
        zh: in Chinese.
        ja: in Japanese.
        at: where it is defined: a page in docs/, and the heading below which it stands.
        words: those in which it stands there, if they are others.
    """

    en: str
    zh: str
    ja: str
    at: str
    words: str = ""

    @property
    def page(self) -> str:
        """The page that defines it."""
        return self.at.partition("#")[0]

    @property
    def anchor(self) -> str:
        """The heading below which it stands; empty for the beginning of the page."""
        return self.at.partition("#")[2]


def terms(root: Path) -> list[Term]:
    """The terms, in the order of the alphabet.

    Raises:
        BookError: if the file is not as it should be.
    """
    try:
        found = tomllib.loads((root / _FILE).read_text(encoding="utf-8"))["term"]
        return sorted((Term(**each) for each in found), key=lambda term: term.en.lower())
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise BookError(f"{_FILE}: {error}") from None


def symbols(page: Path) -> list[tuple[str, str]]:
    """The symbols of a page's tables, each with what it means."""
    tables = read(page.name, page.read_text(encoding="utf-8")).tables
    return [
        (row.symbol.text.strip("$ "), row.meaning.text)
        for table in tables
        for row in table.rows
        if "|" not in row.symbol.text
    ]


def glossary(root: Path, symbols_of: Callable[[Path], list[tuple[str, str]]] = symbols) -> str:
    """The terms as a table in Markdown, each with its symbol where it is defined.

    Args:
        root: the repository.
        symbols_of: a page's symbols, as `symbols` reads them.
    """
    found = terms(root)
    known = {page: symbols_of(root / "docs" / page) for page in {each.page for each in found}}
    names = [f'<span lang="{code}">{name}</span>' for code, name in _LANGUAGES.values()]
    rows = [f"| English | {' | '.join(names)} |", "|---|---|---|"]
    for term in found:
        symbol = _symbol(term, known[term.page])
        cells = [f"[{term.en}]({term.at})" + (f", ${symbol}$" if symbol else "")]
        for key, (code, _) in _LANGUAGES.items():
            cells.append(f'<span lang="{code}">{escape(getattr(term, key))}</span>')
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(["", *rows, ""])


def _symbol(term: Term, known: Iterable[tuple[str, str]]) -> str:
    """The symbol that means just this; or else, this of something."""
    means = rf"(?:the |an? )?{re.escape(term.en)}s?"
    for follows in (r"(?:[,;:]|$)", " (?:of|from|over|after) "):
        for symbol, told in known:
            if re.match(means + follows, told, re.IGNORECASE):
                return symbol
    return ""


def section(text: str, anchor: str) -> str | None:
    """What stands below a heading, to the next of its rank, with the heading itself.

    Args:
        text: of a page.
        anchor: of the heading; empty for the page's beginning.

    Returns:
        The text; None if there is no such heading.
    """
    lines, fenced = text.split("\n"), code_lines(text)
    found: list[str] = []
    rank = 0
    for number, line in enumerate(lines, 1):
        heading = _HEADING.match(line) if number not in fenced else None
        if heading and rank and len(heading[1]) <= rank:
            break
        if heading and not rank and _is(heading, anchor):
            rank = len(heading[1]) if anchor else 2
        if rank:
            found.append(line)
    return "\n".join(found) if rank else None


def _is(heading: re.Match[str], anchor: str) -> bool:
    rank, title, identifier = heading.groups()
    return rank == "#" if not anchor else anchor == (identifier or slugify(title, "-"))
