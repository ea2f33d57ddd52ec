"""Reads a chapter: its symbols, and its equations as definitions and claims, in order."""

from dataclasses import replace
from pathlib import Path

from mathcheck.build import TreeError
from mathcheck.equations import Claim, EquationReader
from mathcheck.errors import MathError
from mathcheck.evaluate import compile_term
from mathcheck.parser import parse
from mathcheck.reader import Document, Equation, Section, read
from mathcheck.resolve import Resolver
from mathcheck.scope import Scope
from mathcheck.state import Facts, State
from mathcheck.symbols import Symbol, read_table


class Chapter:
    """A chapter that has been read.

    Attributes:
        document: sections, tables, equations.
        symbols: all rows of all tables.
        claims: what is claimed, in order.
        errors: what could not be read.
        definitions: how many definitions were read.
        states: for each equation, by its place in the document, the definitions in force after it.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.errors: list[MathError] = list(document.problems)
        self.symbols: list[Symbol] = []
        for table in document.tables:
            symbols, problems = read_table(table)
            self.symbols.extend(symbols)
            self.errors.extend(problems)
        self._scopes: dict[Section, Scope] = {}
        self.facts = Facts()
        self._tell_facts()
        self.claims: list[Claim] = []
        self.definitions = 0
        self.states: list[State] = []
        state = State(self.facts)
        for equation in document.equations:
            if equation.unchecked is None:
                state = self._read_equation(equation, state)
            self.states.append(state)

    def scope(self, section: Section) -> Scope:
        """Returns the symbols that are known in a section."""
        if section not in self._scopes:
            self._scopes[section] = Scope(section, self.symbols)
        return self._scopes[section]

    @property
    def scopes(self) -> list[Scope]:
        """The scopes of all sections."""
        return [self.scope(section) for section in self.document.sections]

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

    def _read_equation(self, equation: Equation, state: State) -> State:
        before = len(self.claims)
        try:
            statements = parse(equation.tex)
        except TreeError as error:
            self.errors.append(MathError(error.message, equation.place(error.offset)))
            return state
        reader = EquationReader(equation, self.scope(equation.section), state, self.facts)
        drafts: list[Claim] = []
        for statement in statements:
            try:
                drafts.extend(reader.read(statement))
                self.definitions += statement.ops[0] == "\\coloneqq"
            except TreeError as error:
                self.errors.append(MathError(error.message, equation.place(error.offset)))
        count = len(drafts)
        for number, draft in enumerate(drafts, start=1):
            self.claims.append(replace(draft, number=number, count=count))
        assert len(self.claims) == before + count
        return reader.state


def load(path: str | Path, text: str | None = None) -> Chapter:
    """Reads a chapter from its Markdown file.

    Args:
        path: the file.
        text: its content, if it is not to be read from the file.
    """
    if text is None:
        text = Path(path).read_text(encoding="utf-8")
    return Chapter(read(str(path), text))
