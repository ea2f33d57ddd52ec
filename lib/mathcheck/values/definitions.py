"""Which definitions are in force at a place, and what depends on what through them."""

from dataclasses import dataclass, field
from typing import Any

from mathcheck.meaning import terms
from mathcheck.meaning.signatures import Signature, Signatures
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text.document import Equation, Section
from mathcheck.text.errors import EvalError
from mathcheck.text.tree import Group
from mathcheck.values.inline import Code, Env
from mathcheck.values.numbers import Value


@dataclass(frozen=True)
class Letter:
    """An index on the left of a definition: a letter, or a letter plus a constant."""

    letter: str
    offset: int = 0


@dataclass(frozen=True, eq=False)
class Definition:
    r"""What `\coloneqq` says of a symbol, for the indices that its left side shows."""

    symbol: Symbol
    pattern: tuple[Letter | Term, ...]
    body: Term
    code: Code
    pattern_code: tuple[Code | None, ...]
    equation: Equation
    offset: int

    def value(self, env: Env, context: Any) -> Value:
        """Evaluates the right side; what is wrong in it is wrong in this equation."""
        try:
            return self.code(env, context)
        except EvalError as error:
            error.equation = error.equation or self.equation
            raise

    @property
    def is_general(self) -> bool:
        """Whether it holds for all indices, not for a base case."""
        return all(isinstance(item, Letter) for item in self.pattern)


@dataclass(frozen=True, eq=False)
class Function:
    """A function that the chapter defines."""

    symbol: Symbol
    primes: int
    signature: Signature
    body: Term
    code: Code
    equation: Equation
    offset: int


@dataclass
class Facts:
    r"""What the tables say of symbols that refer to others, the same at every place.

    Attributes:
        arguments: for each "any scalar function of …" what it is a function of.
        points: for rows like `\theta_0`: the symbol and the index that they are an element of.
        defined: the symbols that something defines, and the line where it first does.
        broken: the symbols that have a definition which cannot be read, and its line.
        written: the symbols that are written with what they depend on, the L of `L(w, b)`.
        sets: the sets that the text lists, by their names and the sections that they hold in.
    """

    arguments: dict[Symbol, list[tuple[Term, Code]]] = field(default_factory=dict)
    points: dict[tuple[Symbol, tuple[int, ...]], Symbol] = field(default_factory=dict)
    defined: dict[Symbol, int] = field(default_factory=dict)
    broken: dict[Symbol, int] = field(default_factory=dict)
    written: dict[Symbol, tuple[str, ...]] = field(default_factory=dict)
    sets: dict[tuple[str, Section], Group] = field(default_factory=dict)


@dataclass
class State:
    """The definitions in force at a place."""

    facts: Facts
    definitions: dict[Symbol, tuple[Definition, ...]] = field(default_factory=dict)
    functions: dict[tuple[Symbol, int], Function] = field(default_factory=dict)
    _reach: dict[Symbol, tuple[frozenset[Symbol], frozenset[Definition | Function]]] = field(
        default_factory=dict
    )
    _reach_of: dict[int, tuple[Term, frozenset[Symbol]]] = field(default_factory=dict)
    # The state before this one, and what has been defined since.
    _before: "tuple[State, Symbol] | None" = None

    def signatures(self) -> Signatures:
        """Returns what is known of the functions of the text."""
        functions = {key: function.signature for key, function in self.functions.items()}
        return Signatures(functions, self.facts.written)

    def with_definition(self, new: Definition, replaced: list[Definition]) -> "State":
        """Returns the state after a definition that takes the place of others."""
        kept = [d for d in self.definitions.get(new.symbol, ()) if d not in replaced]
        definitions = {**self.definitions, new.symbol: (*kept, new)}
        return State(self.facts, definitions, self.functions, _before=(self, new.symbol))

    def with_function(self, new: Function) -> "State":
        """Returns the state after the definition of a function."""
        functions = {**self.functions, (new.symbol, new.primes): new}
        return State(self.facts, self.definitions, functions)

    def reach(self, symbol: Symbol) -> tuple[frozenset[Symbol], frozenset[Definition | Function]]:
        """Returns the symbols and the definitions that a symbol's value can depend on."""
        known = self._reach.get(symbol)
        if known is None and self._before is not None:
            state, defined = self._before
            earlier = state._reach.get(symbol)
            if earlier is not None and defined not in earlier[0]:
                known = self._reach[symbol] = earlier
        if known is None:
            symbols: set[Symbol] = set()
            used: set[Definition | Function] = set()
            self._collect(symbol, symbols, used)
            known = frozenset(symbols), frozenset(used)
            self._reach[symbol] = known
        return known

    def _collect(
        self, symbol: Symbol, symbols: set[Symbol], used: set[Definition | Function]
    ) -> None:
        if symbol in symbols:
            return
        symbols.add(symbol)
        for definition in self.definitions.get(symbol, ()):
            used.add(definition)
            self._collect_term(definition.body, symbols, used)
        if symbol not in self.definitions:
            for argument, _ in self.facts.arguments.get(symbol, ()):
                self._collect_term(argument, symbols, used)

    def _collect_term(
        self, term: Term, symbols: set[Symbol], used: set[Definition | Function]
    ) -> None:
        for part in term.walk():
            if isinstance(part, terms.Ref):
                self._collect(part.symbol, symbols, used)
            elif isinstance(part, terms.Call):
                for (symbol, _), function in self.functions.items():
                    if symbol is part.symbol and function not in used:
                        used.add(function)
                        self._collect_term(function.body, symbols, used)

    def reach_of(self, term: Term) -> frozenset[Symbol]:
        """Returns the symbols that a term's value can depend on."""
        known = self._reach_of.get(id(term))
        if known is None:
            symbols: set[Symbol] = set()
            self._collect_term(term, symbols, set())
            known = self._reach_of[id(term)] = term, frozenset(symbols)
        return known[1]

    def called_by(self, term: Term) -> frozenset[Symbol]:
        """Returns the functions whose values a term's value can depend on."""
        bodies = [term, *(used.body for used in self.definitions_of(term))]
        parts = (part for body in bodies for part in body.walk())
        return frozenset(part.symbol for part in parts if isinstance(part, terms.Call))

    def definitions_of(self, term: Term) -> frozenset[Definition | Function]:
        """Returns the definitions that a term's value can depend on."""
        used: set[Definition | Function] = set()
        self._collect_term(term, set(), used)
        return frozenset(used)
