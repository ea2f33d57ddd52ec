"""Reads the statements of an equation as definitions and claims."""

from dataclasses import dataclass

from mathcheck.meaning import terms
from mathcheck.meaning.products import as_vector
from mathcheck.meaning.resolver import Meaning, Resolver
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import letter_of
from mathcheck.meaning.terms import Range, Term, free_letters
from mathcheck.meaning.unread import uncheckable
from mathcheck.text import tree
from mathcheck.text.document import Equation
from mathcheck.text.errors import Place, TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node
from mathcheck.values.closures import compile_term, index_code
from mathcheck.values.definitions import Definition, Facts, Function, Letter, State
from mathcheck.values.inline import Code


@dataclass(frozen=True, eq=False)
class Claim:
    r"""One relation between two sides that is to hold.

    Attributes:
        equation: where it stands; `statement` and `link` say which of its relations this is.
        op: `=`, `\\approx`, `\\le`, ….
        free: what the indices run over that no sum binds.
        condition: where it is to hold, None for everywhere.
        state: the definitions in force.
    """

    equation: Equation
    statement: tree.Statement
    link: int
    op: str
    left: Term
    right: Term
    free: dict[str, Range]
    condition: Term | None
    state: State
    number: int
    count: int

    @property
    def id(self) -> str:
        """The equation's label or place, with the number of the claim if there are several."""
        return self.name if self.count == 1 else f"{self.name}[{self.number}]"

    @property
    def name(self) -> str:
        """The label of its row, or where the equation stands."""
        return self.equation.id_at(self.statement.sides[self.link + 1].start)

    @property
    def label(self) -> str | None:
        """The label of its row, if there is one."""
        return self.equation.label_at(self.statement.sides[self.link + 1].start)

    @property
    def latex(self) -> str:
        """What it says."""
        left, right = self.statement.sides[self.link : self.link + 2]
        return f"{latex(left)} {self.op} {latex(right)}"

    @property
    def place(self) -> Place:
        """Where its right side begins."""
        return self.equation.place(self.statement.sides[self.link + 1].start)


class EquationReader:
    """Turns the statements of an equation into definitions and claims.

    Attributes:
        state: the definitions in force, with those of the equation.
    """

    def __init__(self, equation: Equation, scope: Scope, state: State, facts: Facts) -> None:
        self.equation = equation
        self.scope = scope
        self.state = state
        self.facts = facts

    def read(self, statement: tree.Statement) -> list[Claim]:
        """Takes in a statement's definition, if it has one, and returns its claims."""
        if not statement.ops:
            raise TreeError("neither a definition nor a claim: no = here", statement.start)
        if "\\coloneqq" in statement.ops[1:]:
            at = statement.sides[statement.ops.index("\\coloneqq", 1)].start
            raise TreeError("a definition stands first in its chain", at)
        defines = statement.ops[0] == "\\coloneqq"
        if defines and (function := self._function(statement)) is not None:
            self.state = self.state.with_function(function)
            if len(statement.ops) > 1:
                raise TreeError("claim this of the function in an equation of its own", 0)
            return []
        meaning = Resolver(self.scope).statement(statement.sides, statement.conditions)
        ranks = [side.rank for side in meaning.sides if not isinstance(side, terms.Stack)]
        if ranks:
            meaning.sides = tuple(as_vector(side, ranks[0]) for side in meaning.sides)
        self._check_indices(statement, meaning)
        if defines:
            self._define(statement, meaning)
        claims = []
        for link, op in enumerate(statement.ops):
            if op == "\\coloneqq":
                continue
            left, right = meaning.sides[link], meaning.sides[link + 1]
            if op not in ("=", "\\approx", "<", ">", "\\le", "\\ge", "\\ne"):
                raise TreeError(uncheckable(op), statement.sides[link + 1].start)
            _check_ranks(left, right, statement.sides[link + 1])
            _check_condition(meaning.conditions[link], left, right)
            claims.append(
                Claim(
                    self.equation,
                    statement,
                    link,
                    op,
                    left,
                    right,
                    meaning.free,
                    meaning.conditions[link],
                    self.state,
                    0,
                    0,
                )
            )
        return claims

    def _function(self, statement: tree.Statement) -> Function | None:
        r"""Reads `f(s) \coloneqq …`."""
        left = statement.sides[0]
        if not isinstance(left, tree.Run) or len(left.factors) != 2:
            return None
        head, group = left.factors
        if not isinstance(group, tree.Group) or group.kind != "()":
            return None
        base = head.base if isinstance(head, tree.Script) else head
        script = head if isinstance(head, tree.Script) else tree.Script(head, (), None, 0)
        if not isinstance(base, tree.Name):
            return None
        found = self.scope.find(base.text, script.sub, script.sup, script.primes)
        if found is None or found[0].domain != "function":
            raise TreeError(f"no table says that {base.text} is a function", head.start)
        symbol = found[0]
        primes = script.primes - symbol.primes
        parameters = [letter_of(item) for item in group.items]
        if None in parameters:
            raise TreeError("a function's parameters are letters", group.start)
        names = tuple(name for name in parameters if name is not None)
        old = self.state.functions.get((symbol, primes))
        if old is not None and old.equation.section is self.equation.section:
            raise TreeError(f"{symbol.name} is defined twice, first in line {old.equation.line}", 0)
        body = Resolver(self.scope).function(list(names), statement.sides[1])
        code = compile_term(body)
        return Function(symbol, primes, names, body, code, self.equation, head.start)

    def _define(self, statement: tree.Statement, meaning: Meaning) -> None:
        left, node = meaning.sides[0], statement.sides[0]
        body = meaning.sides[1]
        if not isinstance(left, terms.Ref):
            raise TreeError("a definition has a symbol of the table on its left", node.start)
        symbol = left.symbol
        if symbol.domain in ("constant", "function"):
            raise TreeError(f"the table already says what {symbol.name} is", node.start)
        if meaning.conditions[0] is not None:
            raise TreeError("a definition with a condition: use cases", node.start)
        if body.rank not in (0, left.rank):
            raise TreeError(
                f"the left side has {_axes(left.rank)}, this has {_axes(body.rank)}",
                statement.sides[1].start,
            )
        pattern = tuple(_pattern(index) for index in left.indices)
        codes: tuple[Code | None, ...] = tuple(
            None if isinstance(item, Letter) else index_code(item) for item in pattern
        )
        new = Definition(
            symbol, pattern, body, compile_term(body), codes, self.equation, node.start
        )
        replaced = []
        for old in self.state.definitions.get(symbol, ()):
            if _same_pattern(old, new):
                if old.equation.section is self.equation.section:
                    message = f"{symbol.name} is defined twice, first in line {old.equation.line}"
                    raise TreeError(message, node.start)
                replaced.append(old)
        self.facts.defined.setdefault(symbol, self.equation.line)
        self.state = self.state.with_definition(new, replaced)

    def _check_indices(self, statement: tree.Statement, meaning: Meaning) -> None:
        """Refuses an index that only some side has, and that no sum binds."""
        first = free_letters(meaning.sides[0])
        # `0 = …` and `q = …` hold for every index of the other side, but define nothing.
        defines = statement.ops[0] == "\\coloneqq"
        if not first and not defines and not list(meaning.sides[0].children()):
            first = free_letters(meaning.sides[1])
        for side, node in zip(meaning.sides[1:], statement.sides[1:], strict=True):
            extra = sorted(free_letters(side) - first)
            if extra:
                at = _find_letter(side, extra[0]) or node
                raise TreeError(f"nothing binds the index {extra[0]}", at.start)


def _axes(rank: int) -> str:
    return {0: "no axes", 1: "1 axis"}.get(rank, f"{rank} axes")


def _check_ranks(left: Term, right: Term, node: Node) -> None:
    if left.rank != right.rank and 0 not in (left.rank, right.rank):
        raise TreeError(
            f"the left side has {_axes(left.rank)}, this {_axes(right.rank)}", node.start
        )
    number = left if left.rank == 0 else right
    if left.rank != right.rank and not isinstance(number, terms.Literal):
        raise TreeError("one side is an array, the other a number", node.start)


def _check_condition(condition: Term | None, left: Term, right: Term) -> None:
    """Refuses a condition on an index that the claim does not have."""
    if condition is None:
        return
    for letter in free_letters(condition) - free_letters(left) - free_letters(right):
        at = _find_letter(condition, letter) or condition.node
        raise TreeError(f"a condition on {letter}, which is no index of this claim", at.start)


def _pattern(index: Term) -> Letter | Term:
    match index:
        case terms.Local(_, _, letter):
            return Letter(letter)
        case terms.Arith(_, _, "+" | "-" as op, terms.Local(_, _, letter), terms.Literal(_, _, n)):
            return Letter(letter, int(n) if op == "+" else -int(n))
    if free_letters(index):
        raise TreeError("an index on the left is a letter, t + 1, or a fixed one", index.node.start)
    return index


def _same_pattern(old: Definition, new: Definition) -> bool:
    if old.is_general != new.is_general:
        return False
    return old.is_general or (
        len(old.pattern) == len(new.pattern)
        and all(
            a == b or (isinstance(a, Letter) and isinstance(b, Letter))
            for a, b in zip(old.pattern, new.pattern, strict=True)
        )
    )


def _find_letter(term: Term, letter: str) -> Node | None:
    for part in term.walk():
        if isinstance(part, terms.Local) and part.letter == letter:
            return part.node
    return None
