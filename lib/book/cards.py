"""Ties the symbols in a page's formulas to their rows in the symbols tables, as the checker does.

A symbol gets two classes, `sym` and the id of its row; the script of the page makes cards of the
rows. Nothing is guessed from the look of a letter: what it means is what `mathcheck` takes it for.
"""

from __future__ import annotations

from collections.abc import Iterable

from book.equations import Source
from mathcheck import tree
from mathcheck.build import TreeError
from mathcheck.parser import parse, parse_expression
from mathcheck.reader import Section, read
from mathcheck.scope import Scope
from mathcheck.symbols import Symbol, letter_of, read_table

__all__ = ["Cards"]


class Cards:
    """The symbols of one page.

    Attributes:
        rows: for each symbols table, in order, the ids of its rows; None for one that is no symbol.
        definitions: the labels of the equations that define a symbol, by the id of its row.
    """

    def __init__(self, source: Source) -> None:
        self._document = read(source.file.as_posix(), source.text)
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
        self._define()

    def displayed(self, place: int, tex: str) -> str:
        """The page's displayed equation at a place, with its symbols marked."""
        if place >= len(self._document.equations):
            return tex
        equation = self._document.equations[place]
        if equation.tex.split() != tex.split():
            return tex  # Markdown made something else of it
        try:
            return self._marked(equation.tex, parse(equation.tex), equation.section).strip()
        except TreeError:
            return tex

    def inline(self, tex: str, heading: int) -> str:
        """A formula in the text below a heading, counted from 1, with its symbols marked."""
        try:
            return self._marked(tex, [parse_expression(tex)], self._document.sections[heading])
        except (TreeError, IndexError):
            return tex

    def _scope(self, section: Section) -> Scope:
        if section not in self._scopes:
            self._scopes[section] = Scope(section, list(self._names))
        return self._scopes[section]

    def _marked(self, tex: str, nodes: Iterable[tree.Node], section: Section) -> str:
        found = _symbols(nodes, self._scope(section))
        for start, end in sorted(found, reverse=True):
            name = self._names[found[start, end]]
            tex = f"{tex[:start]}{{\\class{{sym {name}}}{{{tex[start:end]}}}}}{tex[end:]}"
        return tex

    def _define(self) -> None:
        for equation in self._document.equations:
            try:
                statements = parse(equation.tex)
            except TreeError:
                continue
            for statement in statements:
                if statement.ops[:1] == ("\\coloneqq",) and equation.label:
                    left = _symbols([statement.sides[0]], self._scope(equation.section))
                    for symbol in list(left.values())[:1]:
                        self.definitions.setdefault(self._names[symbol], equation.label)


def _symbols(nodes: Iterable[tree.Node], scope: Scope) -> dict[tuple[int, int], Symbol]:
    """The symbols in formulas, by where their letters begin and end, in the order of the text."""
    found: dict[tuple[int, int], Symbol] = {}
    seen: set[tuple[int, int]] = set()
    for node in (part for each in nodes for part in each.walk()):
        script = node if isinstance(node, tree.Script) else tree.Script(node, (), None)
        letter, place = letter_of(script.base), (script.base.start, script.base.end)
        if letter is None or place in seen:
            continue
        seen.add(place)
        if match := scope.find(letter, script.sub, script.sup, script.primes):
            found[place] = match[0]
    return dict(sorted(found.items()))
