"""Reads a chapter: its symbols, and its equations as definitions and claims, in order."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from mathcheck.claims.equations import Claim, EquationReader
from mathcheck.meaning import terms
from mathcheck.meaning.remarks import letters_of_two_ranges, rows_at_odds, shadowed_sizes
from mathcheck.meaning.resolver import Resolver
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import Symbol, read_table
from mathcheck.text.document import Document, Equation, Section, Table
from mathcheck.text.errors import MathError, Place, TreeError, UnknownNameError, render
from mathcheck.text.parser import parse, parse_expression
from mathcheck.text.printer import latex
from mathcheck.text.sources import read, read_file
from mathcheck.values.closures import compile_term
from mathcheck.values.definitions import Facts, State

_DEFINES = re.compile(r"\\coloneqq|:=|\\leftarrow|\\gets")
# What stands left of a definition begins behind the last of these.
_BEFORE = re.compile(r"\\\\|,\s|&|\\begin\{\w+\}|=")


class Chapter:
    """A chapter that has been read.

    Attributes:
        document: sections, tables, equations.
        symbols: all rows of all tables.
        claims: what is claimed, in order.
        errors: what could not be read.
        warnings: what is allowed and may surprise.
        texts: the text of each file that was read, by its path.
        definitions: how many definitions were read.
        states: for each equation, by its place in the document, the definitions in force after it.
    """

    def __init__(
        self, document: Document, tables: Document | None = None, *, rows: bool = False
    ) -> None:
        """Reads what was found in a file.

        Args:
            document: its sections, tables, equations. Those of `tables` are added to it.
            tables: a file whose symbols tables hold in all of the text.
            rows: whether a symbol that the text defines needs a row of a table too.
        """
        self.document = document
        self._rows = rows
        self._without_row = 0
        self.texts = {document.path: document.text}
        if tables is not None:
            self.texts.setdefault(tables.path, tables.text)
            document.problems[:0] = tables.problems
            if not tables.tables:
                place = Place(tables.path, 1, 1)
                message = "no symbols table stands here: its header begins with 'Symbol'"
                document.problems.insert(0, MathError(message, place))
            whole = [replace(table, section=document.sections[0]) for table in tables.tables]
            document.tables[:] = [
                replace(table, number=number)
                for number, table in enumerate([*whole, *document.tables])
            ]
        self.errors: list[MathError] = list(document.problems)
        self.symbols: list[Symbol] = []
        self._torn: list[Section] = []  # the sections whose tables lack a row that cannot be read
        for table in document.tables:
            symbols, problems = read_table(table)
            self.symbols.extend(symbols)
            self.errors.extend(problems)
            lines = range(table.place.line, table.last + 1)
            if problems or any(error.place.line in lines for error in document.problems):
                self._torn.append(table.section)
        self._scopes: dict[Section, Scope] = {}
        self.errors.extend(error for scope in self.scopes for error in shadowed_sizes(scope))
        self.errors.extend(rows_at_odds(self.symbols))
        self.warnings = letters_of_two_ranges(self.symbols, self.scope)
        self.facts = Facts()
        self._tell_facts()
        self.claims: list[Claim] = []
        self.definitions = 0
        self.states: list[State] = []
        self._check_labels()
        state = State(self.facts)
        for equation in document.equations:
            if equation.unchecked is None:
                state = self._read_equation(equation, state)
            self.states.append(state)

    def rendered(self, error: MathError) -> str:
        """An error as a compiler prints it, with its line and a caret."""
        return render(error, self.texts.get(error.place.path, ""))

    def scope(self, section: Section) -> Scope:
        """Returns the symbols that are known in a section."""
        if section not in self._scopes:
            self._scopes[section] = Scope(section, self.symbols)
        return self._scopes[section]

    @property
    def scopes(self) -> list[Scope]:
        """The scopes of all sections."""
        return [self.scope(section) for section in self.document.sections]

    def _check_labels(self) -> None:
        lines: dict[str, int] = {}
        for equation in self.document.equations:
            for _, label in equation.labels:
                first = lines.setdefault(label, equation.line)
                if first != equation.line:
                    message = f"the label {label} is taken, by the equation in line {first}"
                    self.errors.append(MathError(message, Place(equation.path, equation.line, 1)))

    def _tell_facts(self) -> None:
        for symbol in self.symbols:
            scope = self.scope(symbol.table.section)
            family = scope.family(symbol)
            if family is not None:
                self.facts.points[family, symbol.point] = symbol
            if symbol.domain == "loss":
                try:
                    found = [Resolver(scope).term(node) for node in symbol.details]
                except TreeError as error:
                    self.errors.append(MathError(error.message, symbol.place))
                    continue
                self.facts.arguments[symbol] = [(term, compile_term(term)) for term in found]
                self.facts.written[symbol] = tuple(map(latex, symbol.details))

    def _read_equation(self, equation: Equation, state: State) -> State:
        section = equation.section
        declare = None if self._rows else partial(self._declare, equation)
        reader = EquationReader(equation, self.scope(section), state, self.facts, declare)
        drafts: list[Claim] = []
        try:
            statements = parse(equation.tex)
        except TreeError as error:
            self._refuse(error, equation)
            return state
        for statement in statements:
            try:
                drafts.extend(reader.read(statement))
                self.definitions += statement.ops[0] == "\\coloneqq"
            except TreeError as error:
                self._refuse(error, equation)
        count = Counter(draft.name for draft in drafts)
        so_far: Counter[str] = Counter()
        for draft in drafts:
            so_far[draft.name] += 1
            number = so_far[draft.name]
            self.claims.append(replace(draft, number=number, count=count[draft.name]))
        return reader.state

    def _declare(self, equation: Equation, make: Callable[[Table], Symbol]) -> Scope:
        """Makes a symbol known that has no row, as far as the tables around it hold."""
        tables = [t for t in self.document.tables if equation.section.within(t.section)]
        home = max((t.section for t in tables), key=lambda s: s.level, default=None)
        self._without_row += 1
        number = len(self.document.tables) + self._without_row
        place = Place(equation.path, equation.line, 1)
        section = home or self.document.sections[0]
        self.symbols.append(make(Table(section, (), place, equation.line, number)))
        self._scopes.clear()
        return self.scope(equation.section)

    def _refuse(self, error: TreeError, equation: Equation) -> None:
        """Notes an error, and what is without a definition because of it.

        What depends on that is not to be told as a mistake of its own.
        """
        torn = any(equation.section.within(section) for section in self._torn)
        if not (torn and isinstance(error, UnknownNameError)):
            self.errors.append(MathError(error.message, equation.place(error.offset)))
        for left in _left_sides(equation.tex):
            try:
                term = Resolver(self.scope(equation.section)).term(parse_expression(left))
            except TreeError:
                continue
            if isinstance(term, terms.Ref) and term.symbol not in self.facts.defined:
                self.facts.broken[term.symbol] = equation.line


def _left_sides(tex: str) -> Iterator[str]:
    """Yields what stands left of each definition, from the start of its row or a comma on."""
    end = 0
    for sign in _DEFINES.finditer(tex):
        left = tex[end : sign.start()].rstrip().removesuffix("&")
        yield _BEFORE.split(left)[-1]
        end = sign.end()


def load(
    path: str | Path,
    text: str | None = None,
    *,
    symbols: str | Path | None = None,
    rows: bool = False,
) -> Chapter:
    """Reads a chapter from its file.

    Args:
        path: the file. Its ending tells Markdown from notebooks, LaTeX and Python.
        text: its content, if it is not to be read from the file.
        symbols: a file with symbols tables that hold in all of the text, beside its own.
        rows: whether a symbol that the text defines needs a row of a table too.

    Raises:
        OSError: if there is no such file.
    """
    tables = None if symbols is None else read_file(symbols)
    document = read_file(path) if text is None else read(str(path), text)
    return Chapter(document, tables, rows=rows)
