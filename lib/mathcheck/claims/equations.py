"""Reads the statements of an equation as definitions and claims."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from mathcheck.meaning import terms
from mathcheck.meaning.conditions import stated_ranges
from mathcheck.meaning.implied import (
    declared_symbol,
    defined_symbol,
    function_symbol,
    is_label,
    shape_of_space,
)
from mathcheck.meaning.index_sets import index_set, with_sets
from mathcheck.meaning.matrices import check_identity, check_standing
from mathcheck.meaning.ones import matched
from mathcheck.meaning.products import as_vector
from mathcheck.meaning.resolver import Meaning, Resolver
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.signatures import Signature, applied, parameter_name
from mathcheck.meaning.symbols import Symbol, name_parts
from mathcheck.meaning.terms import Range, Term, free_letters
from mathcheck.meaning.unread import uncheckable
from mathcheck.text import tree
from mathcheck.text.document import Equation, Table
from mathcheck.text.errors import Place, TreeError, UnknownNameError
from mathcheck.text.lookalikes import CHANGE
from mathcheck.text.parser import parse
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
        return f"{latex(left)} {self.statement.ops[self.link]} {latex(right)}"

    @property
    def place(self) -> Place:
        """Where its right side begins."""
        return self.equation.place(self.statement.sides[self.link + 1].start)


class EquationReader:
    """Turns the statements of an equation into definitions and claims.

    Attributes:
        state: the definitions in force, with those of the equation.
    """

    def __init__(
        self,
        equation: Equation,
        scope: Scope,
        state: State,
        facts: Facts,
        declare: Callable[[Callable[[Table], Symbol]], Scope] | None = None,
    ) -> None:
        """Takes what is known at an equation.

        Args:
            equation: the equation.
            scope: the symbols that are known there.
            state: the definitions that are in force before it.
            facts: what the tables say.
            declare: makes a symbol known that has no row, returns what is known then; None if all
                symbols must have one.
        """
        self.equation = equation
        self.scope = scope
        self.state = state
        self.facts = facts
        self._declare = declare

    def _meaning(self, statement: tree.Statement) -> Meaning:
        """Resolves a statement; where it may have been meant as a definition, says so."""
        try:
            return self._resolver().statement(statement.sides, statement.conditions)
        except UnknownNameError as error:
            new = statement.ops[0] == "=" and error.offset == statement.sides[0].start
            if not new or not _may_be_defined(statement.sides[0]):
                raise
            message = f"{error.message}; to define it here write \\coloneqq"
            raise UnknownNameError(message, error.offset) from None

    def read(self, statement: tree.Statement) -> list[Claim]:
        """Takes in a statement's definition, if it has one, and returns its claims."""
        if self.scope.has_letter(CHANGE):
            statement = _apart(statement, self.scope)
        if not statement.ops:
            raise TreeError("neither a definition nor a claim: no = here", statement.start)
        if "\\coloneqq" in statement.ops[1:]:
            at = statement.sides[statement.ops.index("\\coloneqq", 1)].start
            raise TreeError("a definition stands first in its chain", at)
        defines = statement.ops[0] == "\\coloneqq"
        if defines and self._lists_a_set(statement):
            return []
        statement = with_sets(statement, self._sets())
        self._check_quantified(statement)
        if defines and (function := self._function(statement)) is not None:
            self.state = self.state.with_function(function)
            if len(statement.ops) > 1:
                raise TreeError("claim this of the function in an equation of its own", 0)
            return []
        if defines:
            statement = self._without_arguments(statement)
            self._imply(statement)
        if (space := _space(statement)) is not None:
            return self._shape_claims(statement, space)
        statement = _congruence(statement)
        if "\\sim" in statement.ops:
            raise TreeError(uncheckable("\\sim"), statement.start)
        meaning = self._meaning(statement)
        ranks = [side.rank for side in meaning.sides if not isinstance(side, terms.Stack)]
        if ranks:
            meaning.sides = tuple(as_vector(side, ranks[0]) for side in meaning.sides)
        self._check_indices(statement, meaning)
        if defines:
            self._define(statement, meaning)
            body = meaning.sides[1]
            check_standing(body, body, self.state.definitions.__contains__)
        claims = []
        for link, op in enumerate(statement.ops):
            if op == "\\coloneqq":
                continue
            left, right = matched(*meaning.sides[link : link + 2])
            if op not in ("=", "\\approx", "<", ">", "\\le", "\\ge", "\\ne"):
                raise TreeError(uncheckable(op), statement.sides[link + 1].start)
            _check_ranks(left, right, statement.sides[link + 1])
            check_standing(left, right, self.state.definitions.__contains__)
            _check_condition(meaning.conditions[link], left, right)
            claims.append(
                Claim(
                    self.equation,
                    statement,
                    link,
                    op,
                    left,
                    right,
                    {**meaning.free, **stated_ranges(meaning.conditions[link], meaning.free)},
                    meaning.conditions[link],
                    self.state,
                    0,
                    0,
                )
            )
        return claims

    def _check_quantified(self, statement: tree.Statement) -> None:
        """Refuses "for all c" where c is not drawn freely: it is claimed of other values too."""
        within = [part for test in statement.conditions if test is not None for part in test.walk()]
        if statement.widened is not None:
            self._check_widened(statement, statement.widened)
        for name in statement.over:
            symbol = self._known(name)
            if symbol is None:
                continue
            bounded = name in within
            if not bounded and (symbol in self.state.definitions or symbol.domain == "constant"):
                message = f"{symbol.name} is defined: 'for all {symbol.name}' says more than that"
                raise TreeError(message, name.start)
            if bounded and symbol.domain not in ("real", "function", "loss"):
                message = (
                    f"the table says already what {symbol.name} may be, and 'for all' something "
                    f"else: write the condition with \\text{{for}}"
                )
                raise TreeError(message, name.start)

    def _check_widened(self, statement: tree.Statement, at: int) -> None:
        """Refuses "for all real numbers" of what the table says is less than that."""
        for part in (part for side in statement.sides for part in side.walk()):
            symbol = self._known(part) if isinstance(part, tree.Name | tree.Script) else None
            if symbol is not None and self._is_narrow(symbol):
                message = f"the table says less of {symbol.name} than this text: say it there"
                raise TreeError(message, at)

    def _is_narrow(self, symbol: Symbol) -> bool:
        """Tells whether a symbol is drawn from less than all real numbers."""
        free = symbol.domain in ("real", "function", "loss", "random", "constant")
        return not free and symbol not in self.state.definitions

    def _lists_a_set(self, statement: tree.Statement) -> bool:
        r"""Takes in `S \coloneqq \{1, 3\}`, a set of numbers to sum over."""
        name, listed = statement.sides[0], statement.sides[1]
        if not isinstance(listed, tree.Group) or index_set(listed) is None:
            return False
        text = latex(name)
        if not isinstance(name, tree.Name) or self.scope.has_letter(text) or len(statement.ops) > 1:
            raise TreeError("a set has a name of its own, which no table has", name.start)
        if text in self.scope.sizes or self.scope.axes_of(text):
            raise TreeError(
                f"{text} is a size or an index here: name the set otherwise", name.start
            )
        for item in listed.items:
            if not isinstance(item, tree.Dots) and not _is_size(item, self.scope):
                raise TreeError("a set is listed by whole numbers and sizes", item.start)
        key = text, self.equation.section
        if self.facts.sets.setdefault(key, listed) != listed:
            raise TreeError(f"{text} is defined twice", name.start)
        return True

    def _sets(self) -> dict[str, tree.Group]:
        """Returns the sets that hold here; those of an inner section win."""
        here = [
            (section.level, name, listed)
            for (name, section), listed in self.facts.sets.items()
            if self.equation.section.within(section)
        ]
        return {name: listed for _, name, listed in sorted(here, key=lambda each: each[0])}

    def _resolver(self) -> Resolver:
        return Resolver(self.scope, self.state.signatures())

    def _known(self, head: Node) -> Symbol | None:
        """Returns the symbol that a name means, None if it is not known."""
        base = head.base if isinstance(head, tree.Script) else head
        script = head if isinstance(head, tree.Script) else tree.Script(head, (), None, 0)
        if not isinstance(base, tree.Name):
            return None
        found = self.scope.find(base.text, script.sub, script.sup, script.primes)
        if found is None:
            return None
        symbol, sub, sup = found
        if symbol.primes != script.primes and symbol.domain != "function":  # `f'` is of f
            return None
        scripts = (*sub,) if symbol.in_superscript else (*sub, sup)
        return None if any(map(is_label, scripts)) else symbol

    def _function(self, statement: tree.Statement) -> Function | None:
        r"""Reads `f(s) \coloneqq …`."""
        split = applied(statement.sides[0])
        if split is None:
            return None
        head, items = split
        symbol = self._known(head)
        if symbol is not None and symbol.domain != "function" and self._lists(symbol, items):
            return None
        if (symbol is None or self._is_older(symbol)) and self._declare is not None:
            self.scope = self._declare(lambda table: function_symbol(head, table))
            symbol = self._known(head)
        if symbol is None or symbol.domain != "function":
            raise TreeError(f"no table says that {latex(head)} is a function", head.start)
        primes = (head.primes if isinstance(head, tree.Script) else 0) - symbol.primes
        parameters: dict[str, Symbol | None] = {}
        for item in items:
            name = parameter_name(item)
            if name is None or name in parameters:
                raise TreeError("a function's parameters are letters", item.start)
            parameters[name] = self._array(item)
        old = self.state.functions.get((symbol, primes))
        if old is not None and old.equation.section is self.equation.section:
            raise TreeError(f"{symbol.name} is defined twice, first in line {old.equation.line}", 0)
        body = self._resolver().function(parameters, statement.sides[1])
        code = compile_term(body)
        signature = Signature(items, tuple(parameters.values()), body.rank)
        return Function(symbol, primes, signature, body, code, self.equation, head.start)

    def _whole(self, node: Node) -> Symbol | None:
        """Returns the symbol that a node names without an index, None for anything else."""
        try:
            term = self._resolver().term(node)
        except TreeError:
            return None
        return term.symbol if isinstance(term, terms.Ref) and not term.indices else None

    def _array(self, parameter: Node) -> Symbol | None:
        """Returns the array that a parameter is named after, None if it is a number."""
        symbol = self._whole(parameter)
        return symbol if symbol is not None and symbol.rank else None

    def _lists(self, symbol: Symbol, items: tuple[Node, ...]) -> bool:
        """Tells whether `L(w, b)` only lists what the value L depends on: whole symbols."""
        found = [self._whole(item) for item in items]
        return None not in found and symbol not in found

    def _without_arguments(self, statement: tree.Statement) -> tree.Statement:
        r"""Takes the list off the left side of `L(w, b) \coloneqq …`, and remembers it."""
        split = applied(statement.sides[0])
        symbol = None if split is None else self._known(split[0])
        if split is None or symbol is None:
            return statement
        self.facts.written[symbol] = tuple(map(latex, split[1]))
        return replace(statement, sides=(split[0], *statement.sides[1:]))

    def _is_older(self, symbol: Symbol) -> bool:
        """Tells whether a symbol without a row comes from another section: this is a new one."""
        if symbol.table.rows:
            return False
        before = [each.equation.section for each in self.state.definitions.get(symbol, ())]
        for (known, _), function in self.state.functions.items():
            if known is symbol:
                before.append(function.equation.section)
        return bool(before) and self.equation.section not in before

    def _imply(self, statement: tree.Statement) -> None:
        """Makes the symbol on the left of a definition known if no row does."""
        left = statement.sides[0]
        if self._declare is None or name_parts(left) is None:
            return
        symbol = self._known(left)
        if symbol is not None and not self._is_older(symbol):
            return
        right = self._resolver().statement(statement.sides[1:2], ())
        body, scope = right.sides[0], self.scope
        if isinstance(body, terms.Stack) and 1 in (len(body.rows), len(body.rows[0])):
            body = as_vector(body, 1)

        def make(table: Table) -> Symbol:
            return defined_symbol(left, body, right.free, scope, table)

        self.scope = self._declare(make)

    def _shape_claims(self, statement: tree.Statement, sizes: tuple[Node, ...]) -> list[Claim]:
        """Reads a shape as a claim of what is known, else as what makes it known."""
        left, space = statement.sides
        try:
            meaning = self._resolver().statement((left,), ())
        except UnknownNameError:
            if self._declare is None:
                raise
            self.scope = self._declare(lambda table: declared_symbol(left, sizes, table))
            return []
        term = meaning.sides[0]
        if term.rank != len(sizes):
            message = f"{latex(left)} has {_axes(term.rank)}, this says {_axes(len(sizes))}"
            raise TreeError(message, space.start)
        beside = len(parse(self.equation.tex)) > 1
        if beside and isinstance(term, terms.Ref) and self._is_narrow(term.symbol):
            message = f"the table says less of {term.symbol.name} than this set: leave it out"
            raise TreeError(message, space.start)
        if not sizes:
            return []
        wanted = self._resolver().statement(sizes, ()).sides
        lengths = tuple(terms.Length(0, left, term, axis) for axis in range(term.rank))
        found, stated = terms.Stack(1, left, (lengths,)), terms.Stack(1, space, (wanted,))
        free, state = meaning.free, self.state
        return [Claim(self.equation, statement, 0, "=", found, stated, free, None, state, 0, 0)]

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
        behind = zip(meaning.sides[1:], statement.sides[1:], statement.ops, strict=True)
        for side, node, op in behind:
            extra = sorted(free_letters(side) - first)
            if op in _ORDERS:  # it holds for all values of an index that the right side brings in
                first |= set(extra)
            elif extra:
                at = _find_letter(side, extra[0]) or node
                raise TreeError(f"nothing binds the index {extra[0]}", at.start)


def _apart(node: tree.Statement, scope: Scope) -> tree.Statement:
    r"""Reads `\Delta x` as a product, where the tables have a Δ and no such x."""

    def split(part: Node) -> Node:
        match part:
            case tree.Name(text) | tree.Script(tree.Name(text)) if text.startswith(
                f"{CHANGE} "
            ) and not scope.has_letter(text):
                change = tree.Name(CHANGE, start=part.start, end=part.end)
                rest = tree.Name(text.removeprefix(f"{CHANGE} "), start=part.start, end=part.end)
                if isinstance(part, tree.Script):
                    inner = part.rebuild([rest, *(split(each) for each in [*part.children()][1:])])
                    return tree.Run((change, inner), start=part.start, end=part.end)
                return tree.Run((change, rest), start=part.start, end=part.end)
            case tree.Run(factors):
                return replace(part, factors=_flat(map(split, factors)))
        return part.rebuild([split(child) for child in part.children()])

    return node.rebuild([split(child) for child in node.children()])


def _flat(factors: Iterable[Node]) -> tuple[Node, ...]:
    """Returns factors with those of a product among them in its place."""
    runs = [each.factors if isinstance(each, tree.Run) else (each,) for each in factors]
    return tuple(factor for run in runs for factor in run)


def _is_size(node: Node, scope: Scope) -> bool:
    """Tells whether a node is a whole number, a size, or one more or less than one."""
    match node:
        case tree.Number(text):
            return text.isdecimal()
        case tree.Name(text):
            return text in scope.sizes
        case tree.Binary("+" | "-", left, tree.Number(text)):
            return text.isdecimal() and _is_size(left, scope)
    return False


_ORDERS = {"<", ">", "\\le", "\\ge", "\\ne"}


def _congruence(statement: tree.Statement) -> tree.Statement:
    r"""Reads `a \equiv b \pmod n`: both leave the same remainder."""
    if statement.ops != ("\\equiv",):
        return statement
    left, side = statement.sides
    match _modulus(side):
        case right, modulus:
            sides = [
                tree.Binary(
                    "\\bmod", tree.Group((part,), "()"), modulus, start=at.start, end=at.end
                )
                for part, at in ((left, left), (right, side))
            ]
            return replace(statement, sides=tuple(sides), ops=("=",))
    return statement


def _modulus(node: Node) -> tuple[Node, Node] | None:
    r"""Splits `a + b \pmod n` into a + b, all of it, and n."""
    match node:
        case tree.Binary("\\pmod", right, modulus):
            return right, modulus
        case tree.Binary("+" | "-", _, right) if (found := _modulus(right)) is not None:
            return replace(node, right=found[0]), found[1]
    return None


def _may_be_defined(left: tree.Node) -> bool:
    """Tells whether a left side is a name, with indices or with what it depends on."""
    match left:
        case tree.Run((name, tree.Group())):
            return _may_be_defined(name)
        case tree.Script(tree.Name(), _, None):
            return True
    return isinstance(left, tree.Name)


def _space(statement: tree.Statement) -> tuple[Node, ...] | None:
    r"""Returns the sizes in `x \in \mathbb R^{n \times d}`."""
    return shape_of_space(statement.sides[1]) if statement.ops == ("\\in",) else None


def _axes(rank: int) -> str:
    return {0: "no axes", 1: "1 axis"}.get(rank, f"{rank} axes")


def _check_ranks(left: Term, right: Term, node: Node) -> None:
    if left.rank != right.rank and 0 not in (left.rank, right.rank):
        raise TreeError(
            f"the left side has {_axes(left.rank)}, this {_axes(right.rank)}", node.start
        )
    check_identity(left, right, node)
    ends = [
        each.node.kind
        for each in (left, right)
        if isinstance(each.node, tree.Group) and len(each.node.items) == 2
    ]
    if len(set(ends)) > 1:
        raise TreeError(
            "are these vectors or intervals? Write vectors in one kind of brackets", node.start
        )
    for side in (left, right):
        if left.rank != right.rank and isinstance(side.node, tree.Group):
            raise TreeError("a list is equal to a list or a vector", side.node.start)
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
