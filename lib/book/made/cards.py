"""Ties the symbols in a page's formulas to their rows in the symbols tables, as the checker does.

A symbol gets two classes, `sym` and the id of its row; the script of the page makes cards of the
rows. An index or a size has no row of its own, but runs along an axis of a symbol that has one.
Nothing is guessed from the look of a letter: what it means is what `mathcheck` takes it for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from book.known.equations import Source
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import Symbol, letter_of, read_table
from mathcheck.text import tree
from mathcheck.text.document import Section
from mathcheck.text.errors import TreeError
from mathcheck.text.parser import parse, parse_expression
from mathcheck.text.printer import latex
from mathcheck.text.sources import read

__all__ = ["Cards", "Letter"]

_NO_NOUNS = {
    "all",
    "and",
    "are",
    "but",
    "each",
    "every",
    "for",
    "from",
    "into",
    "over",
    "than",
    "that",
    "the",
    "with",
}


@dataclass(frozen=True)
class Letter:
    """An index, or a size.

    Attributes:
        tex: the letter, and for an index what it runs over.
        meaning: what it counts, if a table says so, as "sample" in "sample n"; or which of the
            two it is.
        row: the id of the symbol's row that says more.
    """

    tex: str
    meaning: str
    row: str


class Cards:
    """The symbols of one page.

    Attributes:
        rows: for each symbols table, in order, the ids of its rows; None for one that is no symbol.
        definitions: the labels of the equations that define a symbol, by the id of its row.
        letters: the indices and sizes that were marked so far, and their ids.
    """

    def __init__(self, source: Source) -> None:
        self._document = read(source.file.as_posix(), source.text)
        self._equations = {equation.line: equation for equation in self._document.equations}
        self._names: dict[Symbol, str] = {}
        self.rows: list[list[str | None]] = []
        for number, table in enumerate(self._document.tables):
            found = {symbol.place.line: symbol for symbol in read_table(table)[0]}
            symbols = [found.get(row.symbol.place.line) for row in table.rows]
            names = [f"s{number}-{place}" for place in range(len(symbols))]
            self._names |= {each: name for each, name in zip(symbols, names, strict=True) if each}
            self.rows.append(
                [name if each else None for each, name in zip(symbols, names, strict=True)]
            )
        self._scopes: dict[Section, Scope] = {}
        self.definitions: dict[str, str] = {}
        self.letters: dict[Letter, str] = {}
        self._define()

    def displayed(self, line: int, tex: str) -> str:
        """The page's displayed equation whose dollars open in a line, with its symbols marked."""
        equation = self._equations.get(line)
        if equation is None or equation.tex.split() != tex.split():
            return tex  # Markdown made something else of it
        try:
            return self._marked(equation.tex, parse(equation.tex), equation.section).strip()
        except TreeError:
            return tex

    def inline(self, tex: str, heading: int) -> str:
        """A formula in the text below a heading, counted from 1, with its symbols marked."""
        try:
            return self._marked(tex, _read(tex), self._document.sections[heading])
        except (TreeError, IndexError):
            return tex

    def _scope(self, section: Section) -> Scope:
        if section not in self._scopes:
            self._scopes[section] = Scope(section, list(self._names))
        return self._scopes[section]

    def _marked(self, tex: str, nodes: Iterable[tree.Node], section: Section) -> str:
        scope = self._scope(section)
        symbols, letters = _found(nodes, scope)
        names = {place: self._names[symbol] for place, symbol in symbols.items()}
        for place, text in letters.items():
            if letter := self._letter(text, scope):
                names[place] = self.letters.setdefault(letter, f"l{len(self.letters)}")
        for (start, end), name in sorted(names.items(), reverse=True):
            tex = f"{tex[:start]}{{\\class{{sym {name}}}{{{tex[start:end]}}}}}{tex[end:]}"
        return tex

    def _letter(self, text: str, scope: Scope) -> Letter | None:
        """What a letter is that is no symbol, by the first symbol whose axis it runs along."""
        along = [(symbol, at, _counted(text, symbol)) for symbol, at in scope.axes_of(text)]
        for symbol, at, counted in sorted(along, key=lambda each: not each[2]):
            first, last = map(latex, scope.bounds(symbol.axes[at]))
            runs = rf"{text} = {first}, \dots, {last}"
            return Letter(runs, counted or "index", self._names[symbol])
        sized = [(symbol, axis) for symbol in scope.symbols for axis in symbol.axes]
        # Along an axis of 3H, H is a size as well; better is an axis of H.
        for symbol, axis in sorted(sized, key=lambda pair: latex(pair[1].last) != text):
            if any(isinstance(part, tree.Name) and part.text == text for part in axis.last.walk()):
                return Letter(text, "size", self._names[symbol])
        return None

    def _define(self) -> None:
        for equation in self._document.equations:
            try:
                statements = parse(equation.tex)
            except TreeError:
                continue
            for statement in statements:
                if statement.ops[:1] == ("\\coloneqq",) and equation.label:
                    left, _ = _found([statement.sides[0]], self._scope(equation.section))
                    for symbol in list(left.values())[:1]:
                        self.definitions.setdefault(self._names[symbol], equation.label)


def _counted(letter: str, symbol: Symbol) -> str:
    """What an index counts, by what the table says of a symbol: its "sample n"."""
    found = re.search(rf"\b([a-z]{{3,}}) {re.escape(letter)}\b", symbol.meaning)
    return found[1] if found and found[1] not in _NO_NOUNS else ""


def _read(tex: str) -> list[tree.Node]:
    r"""What a formula in the text says: an expression, or claims.

    The ∂ of `\partial L / \partial y` is overlooked: its letters are symbols as elsewhere.
    """
    bare = tex.replace("\\partial", " " * len("\\partial"))
    try:
        return [parse_expression(bare)]
    except TreeError:
        return list(parse(bare))


_Places = dict[tuple[int, int], Symbol]


def _found(nodes: Iterable[tree.Node], scope: Scope) -> tuple[_Places, dict[tuple[int, int], str]]:
    """The symbols in formulas, and the other letters, by where they begin and end.

    The letters of a symbol's name are neither.
    """
    symbols: _Places = {}
    letters: dict[tuple[int, int], str] = {}
    named: set[tuple[int, int]] = set()
    for node in (part for each in nodes for part in each.walk()):
        script = node if isinstance(node, tree.Script) else tree.Script(node, (), None)
        letter, place = letter_of(script.base), (script.base.start, script.base.end)
        if letter is None or place in symbols or place in letters:
            continue
        if match := scope.find(letter, script.sub, script.sup, script.primes):
            symbols[place], rest, above = match
            scripts = [*script.sub, *([script.sup] if script.sup else [])]
            indices = [*rest, *([above] if above else [])]
            named |= _places(scripts) - _places(indices)
        else:
            letters[place] = letter
    return symbols, {place: letter for place, letter in letters.items() if place not in named}


def _places(nodes: Iterable[tree.Node]) -> set[tuple[int, int]]:
    return {(part.start, part.end) for node in nodes for part in node.walk()}
