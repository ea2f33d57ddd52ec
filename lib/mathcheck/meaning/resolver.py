r"""Resolves the names of an equation: nodes of `tree` become the terms of `terms`.

Here is decided what the notation leaves to the symbols table: whether `x^2` is a power and
`h^{(t)}` an index, `f(s)` a function's value and `a (b + c)` a product, `x W` a matrix product,
and what each index runs over.
"""

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import reduce

from mathcheck.meaning import matrices, products, terms
from mathcheck.meaning.builtins import CONSTANTS, FUNCTIONS
from mathcheck.meaning.composition import composed
from mathcheck.meaning.conditions import condition
from mathcheck.meaning.element_axes import axis_of
from mathcheck.meaning.ellipsis import has_dots, over_list, written_out
from mathcheck.meaning.free_letters import free_beside
from mathcheck.meaning.functions import NORMS, Arguments, arguments, is_bare, known, norm
from mathcheck.meaning.grouping import check_grouping, check_side
from mathcheck.meaning.indices import Binder, Bindings, index_letters, merged
from mathcheck.meaning.matrices import is_row
from mathcheck.meaning.ones import IDENTITIES, ONES, fitted, open_axes, special_array
from mathcheck.meaning.operators import Operator, operand, operator_of, reaches_on
from mathcheck.meaning.points import between, check_reach, ends_of_brackets, evaluated, with_bar
from mathcheck.meaning.probability import kind_of, resolved
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.signatures import Signatures
from mathcheck.meaning.slices import part
from mathcheck.meaning.symbols import Symbol, letter_of, split_subscripts
from mathcheck.meaning.terms import Range, Term, Use
from mathcheck.meaning.unread import UNDECIDED, unread
from mathcheck.text import tree
from mathcheck.text.errors import TreeError, UnknownNameError
from mathcheck.text.numerals import check_numerals
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node

# What behind `\\log p` would be a product with the logarithm, or within it.
_SIDE_BY_SIDE = tree.Name | tree.Number | tree.Script
_OF_ANGLES = {"sin", "cos", "tan", "cot", "sec", "csc"}
# What may be 0 for many terms and then not.
_DECIDING = terms.Compare | terms.All | terms.Choose
_POSITIVE_PART = (tree.Name("+"),)
_IN_FONT = re.compile(r"\\math[a-z]+\{(.*)\}")
_TOPS = {"\\top", "\\intercal", "\\mathsf{T}", "\\mathrm{T}"}


@dataclass
class Meaning:
    """A statement's terms, and what its free indices run over."""

    sides: tuple[Term, ...]
    conditions: tuple[Term | None, ...]
    free: dict[str, Range]


class Resolver:
    """Resolves equations that stand in one section."""

    def __init__(self, scope: Scope, signatures: Signatures | None = None) -> None:
        """Takes what is known at a place.

        Args:
            scope: the symbols.
            signatures: what the text says of its functions.
        """
        self.scope = scope
        self.signatures = signatures or Signatures()
        self.drawn: dict[Symbol, str] = {}  # what random quantities are in an outcome
        self._parameters: dict[str, Symbol | None] = {}
        self._bindings = Bindings(scope)
        self.index_letters: set[str] = set()
        self._parts: tuple[Node, ...] = ()  # of the statement

    @property
    def bindings(self) -> Bindings:
        """The indices of the statement."""
        return self._bindings

    def statement(self, sides: tuple[Node, ...], conditions: tuple[Node | None, ...]) -> Meaning:
        """Resolves the sides of a chain and the conditions of its links."""
        self._bindings = Bindings(self.scope)
        self._parts = tuple(part for part in (*sides, *conditions) if part is not None)
        self.index_letters = {letter for part in self._parts for letter in index_letters(part)}
        resolved = tuple(self.term(side) for side in sides)
        for side, value in zip(sides, resolved, strict=True):
            check_side(side, value.rank)
        guards = tuple(None if c is None else self.condition(c) for c in conditions)
        filtered = {
            part.letter
            for guard in guards
            if guard is not None
            for part in guard.walk()
            if isinstance(part, terms.Local)
        }
        free = {
            letter: replace(
                self._bindings.range_of(letter, uses, self._parts[0].start),
                filtered=letter in filtered,
            )
            for letter, uses in self._bindings.free.uses.items()
        }
        return Meaning(resolved, guards, free)

    def function(self, parameters: dict[str, Symbol | None], body: Node) -> Term:
        """Resolves the body of a function of the chapter; arrays have a symbol of their name."""
        self._bindings = Bindings(self.scope, tuple(parameters))
        self._parameters, self._parts = parameters, (body,)
        self.index_letters = set()
        term = self.term(body)
        for letter in self._bindings.free.uses:
            raise TreeError(f"the index {letter} is bound by nothing", body.start)
        return term

    # --- values ------------------------------------------------------------------------------

    def term(self, node: Node) -> Term:
        """Resolves anything that has a value."""
        match node:
            case tree.Number(text):
                return terms.Literal(0, node, float(text))
            case tree.Percent(text):
                hundred = terms.Literal(0, node, 100.0)
                return terms.Arith(0, node, "/", terms.Literal(0, node, float(text)), hundred)
            case tree.Name() | tree.Script():
                return self._scripted(node)
            case tree.Group((tree.Relation() as test,), "[]"):  # Iverson's bracket
                return self.condition(test)
            case tree.Group((single,), "()"):
                return self.term(single)
            case tree.Group((_,), "[]" | "\\{\\}"):
                return self._grouped(node)
            case tree.Group((left, right), "\\langle\\rangle"):
                return products.inner(self.term(left), self.term(right), node)
            case tree.Group(items, "()" | "[]"):
                return self._tuple(items, node)
            case tree.Group():
                raise TreeError("a list, where one value should stand", node.start)
            case tree.Negative(tree.Binary("\\bmod") as body):
                raise TreeError("how far does \\bmod reach? Write brackets", body.start)
            case tree.Negative(body):
                return self._map("neg", self.term(body), node)
            case tree.Binary("+" | "-" | "\\cdot") | tree.Run() if has_dots(node):
                return self.term(written_out(node))
            case tree.Binary("+" | "-" as op, left, right):
                check_reach(right)
                return products.add(op, self.term(left), self.term(right), node)
            case tree.Binary("/", _, tree.Run(factors)) if self._function(factors[0]) is None:
                message = "how far does this / reach? Write \\frac{…}{…} or brackets"
                raise TreeError(message, factors[0].start)
            case tree.Binary(_, left, _) if reaches_on(left):
                message = "how far does the derivative reach? Write brackets round what it is of"
                raise TreeError(message, left.start)
            case tree.Binary(op, left, right):
                if not isinstance(left, tree.Number):
                    check_reach(right)
                return products.multiply(op, self.term(left), self.term(right), node)
            case tree.Fraction(top, bottom):
                return products.multiply("/", self.term(top), self.term(bottom), node)
            case tree.Run(factors):
                return self._run(factors, node)
            case tree.Root(body, None):
                return self._map("sqrt", self.term(body), node)
            case tree.Root(body, degree):
                assert degree is not None
                return products.elementwise("root", self.term(body), self.term(degree), node)
            case tree.Factorial(body, step):
                name = "factorial" if step == 1 else "double factorial"
                number = self.term(body)
                if number.rank:
                    raise TreeError(
                        "the factorial of an array: write it of one element", node.start
                    )
                return self._map(name, number, node)
            case tree.Binomial(top, bottom):
                return products.elementwise("choose", self.term(top), self.term(bottom), node)
            case tree.Apply():
                return self._apply(node)
            case tree.Fence(body, kind):
                return self._fence(self.term(body), kind, node)
            case tree.Big():
                return self._big(node)
            case tree.Derivative(total, of, by):
                return self._derivative(total, of, by, node)
            case tree.Integral():
                return self._integral(node)
            case tree.Differential():
                return self._differential(node)
            case tree.Indicator(test):
                return self.condition(test)
            case tree.Evaluated(_, _, _, None):
                return evaluated(node, self)
            case tree.Evaluated():
                return between(node, self._running(), self)
            case tree.Cases(rows):
                return self._cases(rows, node)
            case tree.Matrix(rows):
                return self._matrix(rows, node)
        raise TreeError(unread(node), node.start)

    def _grouped(self, node: tree.Group, scripted: bool = False) -> Term:
        """Resolves what stands alone in square or curly brackets."""
        value = self.term(node.items[0])
        if not value.rank:
            check_grouping(node, scripted)
        return value

    def _tuple(self, items: tuple[Node, ...], node: Node) -> Term:
        r"""Resolves `(a, b, c)` and `(x_1, \dots, x_n)`, a vector."""
        if any(isinstance(item, tree.Dots) for item in items):
            return self.term(over_list("list", items, node))
        entries = tuple(self.term(item) for item in items)
        for entry in entries:
            if entry.rank:
                raise TreeError("a list of arrays: write a matrix of them", entry.node.start)
        return terms.Stack(1, node, (entries,))

    def condition(self, node: Node) -> Term:
        """Resolves something that holds or does not: 1 or 0."""
        return condition(node, self)

    def _map(self, function: str, argument: Term, node: Node) -> Term:
        return terms.Map(argument.rank, node, function, argument)

    def _cases(self, rows: tuple[tuple[Node, Node | None], ...], node: Node) -> Term:
        resolved = tuple(
            (self.term(value), None if guard is None else self.condition(guard))
            for value, guard in rows
        )
        rank = max(value.rank for value, _ in resolved)
        return terms.Choose(rank, node, resolved)

    def _matrix(self, rows: tuple[tuple[Node, ...], ...], node: Node) -> Term:
        entries = tuple(tuple(self.term(entry) for entry in row) for row in rows)
        if any(entry.rank for row in entries for entry in row):
            return products.blocks(entries, node)
        return terms.Stack(2, node, entries)

    def _fence(self, body: Term, kind: str, node: Node) -> Term:
        if kind == "\\|":
            return terms.Collect(0, node, "norm", body)
        if kind == "|":
            matrices.check_bars(body, node)
        return self._map({"|": "abs", "floor": "floor", "ceil": "ceil"}[kind], body, node)

    def _derivative(self, total: bool, of: Node, by: Node, node: Node) -> Term:
        function = self._function(of)
        if function is None:
            return self._differentiated(total, self.term(of), by, node)
        symbol, primes = function
        if isinstance(symbol, str):
            raise TreeError(f"{latex(of)} is a function: write {latex(of)}(…)", of.start)
        signature = self.signatures.functions.get((symbol, primes))
        if signature is not None:
            value = self._call(function, signature.nodes, of, of)
            return self._differentiated(total, value, by, node)
        argument = self.term(by)
        if argument.rank or not isinstance(argument, terms.Ref | terms.Local):
            raise TreeError(f"{symbol.name} is a function: write {symbol.name}(…)", of.start)
        return terms.Call(0, node, symbol, primes + 1, (argument,))

    def _differentiated(self, total: bool, value: Term, by: Node, node: Node) -> Term:
        symbol = self.term(by)
        if not isinstance(symbol, terms.Ref):
            raise TreeError("a derivative is taken by a symbol of the table", by.start)
        if symbol.symbol.domain in ("integer", "function", "constant"):
            raise TreeError(
                f"no derivative by {symbol.symbol.name}: it is not a real number", by.start
            )
        if symbol.symbol.symmetric:
            message = (
                f"{symbol.symbol.name} is symmetric: is this by each element, or by both of a pair"
            )
            raise TreeError(f"{message}? Take a matrix that need not be", by.start)
        named = isinstance(value, terms.Ref | terms.Call) and value.symbol.is_loss
        total = total or named
        rank = value.rank + symbol.rank
        if isinstance(value, terms.Derivative):
            return terms.Second(rank, node, total or value.total, value.of, value.by, symbol)
        if isinstance(value, terms.Second):
            raise TreeError("a third derivative is not read here", node.start)
        return terms.Derivative(rank, node, total, value, symbol)

    def _differential(self, node: tree.Differential) -> Term:
        r"""Resolves `\\frac{\\partial^2 f}{\\partial x \\partial y}`."""
        if node.of is None:
            raise TreeError("write what is differentiated above the line", node.start)
        *others, last = self._upright(node.by)
        value = self._derivative(node.total, node.of, last, node)
        for by in reversed(others):
            if isinstance(value, terms.Call):
                value = replace(value, primes=value.primes + 1)
            else:
                value = self._differentiated(node.total, value, by, node)
        return value

    def _upright(self, by: tuple[Node, ...]) -> tuple[Node, ...]:
        r"""Reads `\partial v \partial v^\top`, a Hessian: it is the same matrix either way."""
        if len(by) == 2 and isinstance(by[1], tree.Script) and matrices.is_row(self.term(by[1])):
            upright = replace(by[1], sup=None)
            if self.term(upright) == self.term(by[0]):
                return by[0], upright
        return by

    def _operated(
        self, operator: Operator, rest: list[Node], node: Node
    ) -> tuple[Term, Node | None]:
        """Resolves an operator with what it is of, taken from the rest of the factors.

        Returns:
            The derivative, and what stands above its operand but belongs to it, a transpose.
        """
        function = self._function(rest[0])
        count = operand(operator, rest, function is not None)
        factors, above = rest[:count], None
        del rest[:count]
        last = factors[-1]
        if operator.sign == "\\nabla" and count == 2 and isinstance(last, tree.Script):
            above, factors = last.sup, [factors[0], replace(last, sup=None)]
            if not (isinstance(above, tree.Name) and above.text in _TOPS):
                raise TreeError("is this of a power, or a power of it? Write brackets", last.start)
        by = self._upright(operator.by)
        if not by:
            given = arguments(factors[-1]) if function is not None else None
            if given is None or len(given.items) != 1:
                raise TreeError("by what is this? Write \\nabla_x", node.start)
            by = given.items * operator.order
        end = factors[-1].end
        of = factors[0]
        if isinstance(of, tree.Group) and of.kind == "[]" and len(of.items) == 1:
            of = of.items[0]  # no whole part: it only says how far the derivative reaches
        if len(factors) > 1:
            of = tree.Run(tuple(factors), start=of.start, end=end)
        value = self._derivative(operator.total, of, by[-1], node)
        if operator.sign == "\\nabla" and isinstance(value, terms.Derivative) and value.of.rank:
            message = "the gradient of an array has two layouts: write \\frac{∂ …}{∂ …}"
            raise TreeError(message, node.start)
        for each in by[:-1]:
            value = self._differentiated(operator.total, value, each, node)
        return value, above

    # --- products and functions ----------------------------------------------------------------

    def _run(self, factors: tuple[Node, ...], node: Node) -> Term:
        values: list[Term] = []
        rest = list(with_bar(composed(factors, self._is_function), self._is_function))
        while rest:
            factor = rest.pop(0)
            if rest and (operator := operator_of(factor)) is not None:
                derivative, above = self._operated(operator, rest, node)
                values.append(self._superscript(derivative, above, factor))
                continue
            if rest and (kind := kind_of(factor, self.scope)) is not None:
                brackets = rest.pop(0)
                inside, above = brackets, None
                if isinstance(brackets, tree.Script) and not brackets.sub and not brackets.primes:
                    inside, above = brackets.base, brackets.sup
                value = resolved(kind, factor, inside, self)
                values.append(self._superscript(value, above, node))
                continue
            if is_bare(factor) and rest:
                factor = self._with_argument(factor, rest)
            function = self._function(factor) if rest else None
            given = arguments(rest[0]) if rest else None
            if given is None and function is not None and isinstance(function[0], str):
                values.append(self._call(function, (self._bare(factor, rest),), node, factor))
            elif given is None:
                values.append(self.term(factor))
            elif function is not None:
                value = self._call(function, given.items, node, factor)
                whole = rest.pop(0)
                if given.sub:
                    value = self._element_of(value, given.sub, whole)
                values.append(self._superscript(value, given.sup, whole))
            else:
                values.append(self._depending(self.term(factor), given, rest))
        value = values[0]
        for factor_value in values[1:]:
            value = products.multiply("", value, factor_value, node)
        return value

    def _bare(self, function: Node, rest: list[Node]) -> Node:
        r"""Takes the argument of `\mathrm{tr} B`, which stands alone behind its function."""
        base = function.base if isinstance(function, tree.Script) else function
        named = isinstance(base, tree.Name) and base.text.startswith("\\mathrm")
        if not named:
            self.term(function)  # says that it wants brackets
        if len(rest) > 1 or operator_of(rest[0]) is not None or self._is_function(rest[0]):
            raise TreeError("write brackets: what is this function of?", function.start)
        return rest.pop(0)

    def _is_function(self, node: Node) -> bool:
        return self._function(node) is not None

    def _depending(self, value: Term, given: Arguments, rest: list[Node]) -> Term:
        """Takes off the brackets of `L(w, b)` where the text writes L with what it depends on."""
        if not isinstance(value, terms.Ref) or value.symbol not in self.signatures.values:
            if len(given.items) > 1 and not (isinstance(value, terms.Literal) or is_row(value)):
                message = "is this list a vector, or what a function is of? Before a vector write"
                raise TreeError(
                    f"{message} \\cdot, and of a function say so in the table", rest[0].start
                )
            if isinstance(value.node, tree.Name) and value.node.text in FUNCTIONS:
                name = value.node.text
                message = f"is this the {name} of the table times a bracket, or the function {name}"
                raise TreeError(f"{message}? For the first write \\cdot", rest[0].start)
            return value
        written = self.signatures.values[value.symbol]
        group = rest.pop(0)
        if tuple(map(latex, given.items)) != written or given.sub:
            message = f"{value.symbol.name} is written as one of ({', '.join(written)})"
            raise TreeError(f"{message}: for other arguments make it a function", group.start)
        return self._superscript(value, given.sup, group)

    def _with_argument(self, factor: Node, rest: list[Node]) -> Node:
        r"""Reads `\log \sigma(z)`: what follows is the inner function's."""
        assert isinstance(factor, tree.Apply)
        inner = factor.arguments[-1]
        if self._function(inner) is not None and arguments(rest[0]) is not None:
            group = rest.pop(0)
            call = tree.Run((inner, group), start=inner.start, end=group.end)
            return replace(factor, arguments=(*factor.arguments[:-1], call), end=group.end)
        brackets = isinstance(rest[0], tree.Group | tree.Conditional)
        if brackets and kind_of(inner, self.scope) is not None:  # `\log P(x)`
            group = rest.pop(0)
            call = tree.Run((inner, group), start=inner.start, end=group.end)
            return replace(factor, arguments=(*factor.arguments[:-1], call), end=group.end)
        number = isinstance(inner, tree.Number)
        if factor.function in _OF_ANGLES and (number or inner == tree.Name("\\pi")):
            factor = _with_angle(factor, rest)
        open_ended = isinstance(rest[0], _SIDE_BY_SIDE) if rest and not number else bool(rest)
        if open_ended and not (number and isinstance(rest[0], tree.Apply)):
            raise TreeError("write brackets: what is this function of?", factor.start)
        return factor

    def _function(self, node: Node) -> tuple[Symbol | str, int] | None:
        """Returns what function a factor names, with its primes, if it names one."""
        base = node.base if isinstance(node, tree.Script) else node
        if not isinstance(base, tree.Name):
            return None
        script = node if isinstance(node, tree.Script) else tree.Script(base, (), None, 0)
        found = self.scope.find(base.text, script.sub, script.sup, script.primes)
        if found is not None:
            symbol, rest, above = found
            if symbol.domain == "function" and not rest and above is None:
                return symbol, script.primes - symbol.primes
            return None
        name = FUNCTIONS.get(base.text)
        if name is not None and not script.sub and script.sup is None:
            return name, script.primes
        return None

    def _call(
        self, function: tuple[Symbol | str, int], arguments: tuple[Node, ...], node: Node, at: Node
    ) -> Term:
        symbol, primes = function
        values = tuple(self.term(argument) for argument in arguments)
        if isinstance(symbol, str):
            return known(symbol, values, at, primes)
        signature = self.signatures.functions.get((symbol, primes))
        signature = signature or self.signatures.functions.get((symbol, 0))
        rank = max(value.rank for value in values)
        if signature is not None:
            if len(values) != len(signature.parameters):
                wanted = _count(len(signature.parameters), "argument", "arguments")
                raise TreeError(f"{symbol.name} takes {wanted}, not {len(values)}", at.start)
            if not signature.takes_numbers or not rank:
                rank = signature.rank
                ranks = [0 if same is None else same.rank for same in signature.namesakes]
                for value, wanted_rank in zip(values, ranks, strict=True):
                    if value.rank != wanted_rank:
                        message = f"{symbol.name} is of an array with other axes"
                        raise TreeError(message, value.node.start)
            elif signature.rank:
                raise TreeError(f"{symbol.name} is a function of numbers", at.start)
        return terms.Call(rank, node, symbol, primes, values)

    def _integral(self, node: tree.Integral) -> Term:
        r"""Resolves `\int_a^b f(x) \, dx`."""
        letter = letter_of(node.by[0]) if len(node.by) == 1 else None
        if letter is None:
            raise TreeError("over what is this integral? Write one variable, dx", node.start)
        if len(node.below) != 1 or node.above is None:
            raise TreeError("an integral without bounds is not read here", node.start)
        first, last = self.term(node.below[0]), self.term(node.above)
        if self._bindings.is_bound(letter):
            raise TreeError(f"{letter} is bound already: take another letter", node.start)
        self._bindings.open([letter])
        body = self.term(node.body)
        self._bindings.close()
        for value in (first, last, body):
            if value.rank:
                raise TreeError("an integral of arrays is not read here", value.node.start)
        return terms.Integral(0, node, letter, first, last, body)

    def _apply(self, node: tree.Apply) -> Term:
        if any(isinstance(item, tree.Dots) for item in node.arguments):
            if node.function not in ("max", "min") or node.base or node.power:
                raise TreeError(unread(tree.Dots()), node.start)
            return self.term(over_list(node.function, node.arguments, node))
        values = tuple(self.term(argument) for argument in _delimited(node))
        value = known(FUNCTIONS[node.function], values, node)
        if node.base is not None:
            if node.function != "log":
                raise TreeError(f"a subscript on \\{node.function}", node.base.start)
            below = self._map("log", self.term(node.base), node.base)
            value = products.multiply("/", value, below, node)
        if node.power is not None:
            value = products.power(value, self.term(node.power), node)
        return value

    # --- symbols -------------------------------------------------------------------------------

    def _scripted(self, node: Node) -> Term:
        """Resolves a name with its scripts, or anything else with scripts."""
        script = node if isinstance(node, tree.Script) else tree.Script(node, (), None, 0)
        if (parameter := self._parameter(script, node)) is not None:
            return parameter
        letter = letter_of(node)
        if letter is not None and self._bindings.is_bound(letter):
            return terms.Local(0, node, letter)
        base = script.base
        if not isinstance(base, tree.Name):
            return self._element(script, node)
        bare = tree.Name(base.text) if script.sup is not None and not script.sub else None
        if bare is not None and self._bindings.is_bound(base.text):
            local = terms.Local(0, base, base.text)
            return self._superscript(local, script.sup, node)
        found = self.scope.find(base.text, script.sub, script.sup, script.primes)
        found = found or self.scope.find_whole(base.text, script.sub, script.sup, script.primes)
        if found is None:
            return self._special(script, base, node)
        symbol, items, above = found
        if symbol.domain == "random":
            if symbol not in self.drawn:
                message = f"{symbol.name} is random: write it in P(…) or E[…]"
                raise TreeError(message, node.start)
            return self._superscript(terms.Local(0, base, self.drawn[symbol]), above, node)
        if symbol.domain == "function":
            raise TreeError(f"{symbol.name} is a function: write {symbol.name}(…)", node.start)
        if script.primes > symbol.primes:
            raise UnknownNameError(f"{symbol.name}' is not in the symbols table", node.start)
        given, above = self._above(symbol, above, node)
        if any(isinstance(item, tree.Slice) for item in items):
            if given:
                raise TreeError("a slice beside a superscript is not read here", node.start)
            return self._superscript(part(symbol, items, node, self), above, node)
        indices = self._indices(symbol, given, items, node)
        rank = symbol.rank - len(indices)
        if len(indices) == 2 and not rank and above == tree.Negative(tree.Number("1")):
            message = "is this one by the element, or the element of the inverse? Write a fraction"
            raise TreeError(f"{message}, or brackets round the inverse", node.start)
        if (family := self.scope.family(symbol)) is not None:
            point = tuple(terms.Literal(0, node, float(value)) for value in symbol.point)
            symbol, indices = family, (*point, *indices)
        bare_node = replace(script, sup=None) if above and above is script.sup else node
        return self._superscript(terms.Ref(rank, bare_node, symbol, indices), above, node)

    def _parameter(self, script: tree.Script, node: Node) -> Term | None:
        """Resolves a function's parameter, or an element of it."""
        if not self._parameters:
            return None
        whole, bare = latex(node), latex(script.base)
        if whole in self._parameters:
            return self._local(whole, node)
        upper = latex(replace(script, sup=None))
        if upper in self._parameters:
            return self._superscript(self._local(upper, script.base), script.sup, node)
        if bare in self._parameters and not script.primes:
            value = self._local(bare, script.base)
            if not script.sub:
                return self._superscript(value, script.sup, node)
            element = self._element_of(value, script.sub, node)
            return self._superscript(element, script.sup, node)
        return None

    def _local(self, name: str, node: Node) -> Term:
        namesake = self._parameters[name]
        return terms.Local(namesake.rank if namesake is not None else 0, node, name)

    def _above(
        self, symbol: Symbol, above: Node | None, node: Node
    ) -> tuple[tuple[Node, ...], Node | None]:
        """Splits a superscript into indices, `(t)`, and what is left."""
        if not symbol.in_superscript:
            return (), above
        group, rest = above, None
        if isinstance(above, tree.Run):
            group = above.factors[0]
            rest = above.factors[1] if len(above.factors) == 2 else tree.Run(above.factors[1:])
        if not isinstance(group, tree.Group) or group.kind != "()":
            if above is None and isinstance(node, tree.Name):
                return (), None
            letter = symbol.axes[0].letter
            raise TreeError(f"{symbol.name} needs its superscript, as in ({letter})", node.start)
        return group.items, rest

    def _indices(
        self, symbol: Symbol, above: tuple[Node, ...], items: tuple[Node, ...], node: Node
    ) -> tuple[Term, ...]:
        """Resolves the indices of a symbol and notes what they run over."""
        given = [*above, *items]
        below = symbol.rank - len(above)
        if len(items) == 1 and isinstance(items[0], tree.Number) and below == len(items[0].text):
            # `x_{12}`: TeX has no other way to write the indices 1 and 2.
            digits = [tree.Number(d, start=node.start, end=node.end) for d in items[0].text]
            given = [*above, *digits]
        elif below == 1 and len(items) > 1 and isinstance(items[0], tree.Number):
            product = tree.Run(items, start=items[0].start, end=items[-1].end)
            check_numerals(product)
            given = [*above, product]
        if len(given) > symbol.rank:
            wanted = "no index" if not symbol.rank else _count(symbol.rank, "index", "indices")
            raise TreeError(f"{symbol.name} has {wanted}, not {len(given)}", node.start)
        indices: list[Term] = []
        for axis, item in enumerate(given):
            index = self.index(item)
            if isinstance(index, terms.Local):
                use = Use(symbol, axis, tuple(indices[: symbol.leads(axis)]), item)
                self._bindings.note(index.letter, use)
            indices.append(index)
        return tuple(indices)

    def index(self, node: Node) -> Term:
        """Resolves what stands in an index."""
        letter = letter_of(node)
        if letter is not None and not self._bindings.is_bound(letter):
            symbol = next((s for s in self.scope.symbols if s.name == letter and not s.axes), None)
            if symbol is not None and symbol.domain in ("constant", "integer"):
                return terms.Ref(0, node, symbol, ())
            if letter in self.scope.sizes:
                return terms.Size(0, node, letter, None, self.scope.root)
            if not isinstance(node, tree.Name | tree.Script):
                raise TreeError("this is no index", node.start)
            self._bindings.meet(letter)
        match node:
            case _ if letter is not None:
                return terms.Local(0, node, letter)
            case tree.Binary("+" | "-" | "/" | "\\cdot" as op, left, right):
                sign = "*" if op == "\\cdot" else op
                return terms.Arith(0, node, sign, self.index(left), self.index(right))
            case tree.Negative(body):
                return terms.Map(0, node, "neg", self.index(body))
            case tree.Run(factors):
                value = self.index(factors[0])
                for factor in factors[1:]:
                    value = terms.Arith(0, node, "*", value, self.index(factor))
                return value
            case tree.Group((single,), "()"):
                return self.index(single)
            case tree.Fraction(top, bottom):
                return terms.Arith(0, node, "/", self.index(top), self.index(bottom))
        term = self.term(node)
        if term.rank:
            raise TreeError("an index is one number, this is an array", node.start)
        return term

    def _special(self, script: tree.Script, base: tree.Name, node: Node) -> Term:
        r"""Resolves what no table has: `e`, `\\pi`, Kronecker's δ, sizes, free indices."""
        name = base.text
        if name in self.scope.sizes:
            index = self.index(script.sub[0]) if script.sub else None
            return self._superscript(
                terms.Size(0, node, name, index, self.scope.root), script.sup, node
            )
        if name == "\\delta" and script.sub and not self.scope.has_letter(name):
            items = split_subscripts(script.sub)
            if len(items) != 2:
                raise TreeError("Kronecker's δ has two indices", node.start)
            left, right = (self.index(item) for item in items)
            delta = terms.Compare(0, node, "==", left, right)
            return self._superscript(delta, script.sup, node)
        if not script.sub and not script.primes:
            letter = name
            if name in self.index_letters or (name not in CONSTANTS and self.scope.axes_of(name)):
                self._bindings.meet(letter)
                return self._superscript(terms.Local(0, base, letter), script.sup, node)
            if name in CONSTANTS:
                constant = terms.Literal(0, base, CONSTANTS[name])
                return self._superscript(constant, script.sup, node)
        if name in (*ONES, *IDENTITIES) and len(script.sub) < 2 and not script.primes:
            return self._superscript(special_array(name, script.sub, node, self), script.sup, node)
        if name in FUNCTIONS and not script.sub:
            raise TreeError(f"{name} is a function: write {name}(…)", node.start)
        if name in UNDECIDED:
            raise TreeError(f"{name} is not read: {UNDECIDED[name]}", node.start)
        if name == "\\partial":
            raise TreeError("a ∂ or d outside of \\frac{∂ …}{∂ …}", node.start)
        if not self.scope.symbols:
            raise UnknownNameError("no symbols table governs this section", node.start)
        known = sorted({s.name for s in self.scope.symbols if s.base == name})
        hint = f"; it has {', '.join(known)}" if known else self._near(name)
        message = f"{latex(node)} is not in the symbols table{hint}"
        raise UnknownNameError(message, node.start)

    def _near(self, name: str) -> str:
        """Returns a guess at what a name was to be."""
        bases = sorted({symbol.base for symbol in self.scope.symbols})
        if (font := _IN_FONT.fullmatch(name)) and font[1] in bases:
            return f": is {font[1]} meant?"
        other_case = [base for base in bases if base.swapcase() == name]
        near = other_case or (get_close_matches(name, bases, 1) if len(name) > 1 else [])
        return f": is {near[0]} meant?" if near else ""

    def _superscript(self, term: Term, above: Node | None, node: Node) -> Term:
        """Applies what is left above a symbol: a transpose, a power, or both."""
        if above is None:
            return term
        if isinstance(above, tree.Elementwise):
            return products.elementwise("**", term, self.term(above.exponent), node)
        match above:
            case tree.Negative(tree.Name() as top) if term.rank == 2 and self._turns(top, term):
                one = tree.Number("1", start=top.start, end=top.end)
                inverse = self._power(term, replace(above, body=one), node)
                return products.transpose(inverse, node)
        parts = above.factors if isinstance(above, tree.Run) else (above,)
        if isinstance(parts[-1], tree.Name) and self._turns(parts[-1], term):
            if len(parts) > 1:
                rest = parts[0] if len(parts) == 2 else tree.Run(parts[:-1])
                term = self._power(term, rest, node)
            return products.transpose(term, node)
        return self._power(term, above, node)

    def _turns(self, above: tree.Name, term: Term) -> bool:
        r"""Tells whether what stands above a matrix or a vector turns it round: `W^\top`, `W^T`."""
        if above.text in _TOPS:
            return True
        if above.text != "T" or term.rank not in (1, 2):
            return False
        if self.scope.has_letter("T") or self._bindings.is_bound("T"):
            message = "is this a transpose or the power T? Write ^\\top"
            raise TreeError(message, above.start)
        return True

    def _power(self, term: Term, above: Node, node: Node) -> Term:
        return products.power(term, self.term(above), node)

    def _element(self, script: tree.Script, node: Node) -> Term:
        """Resolves scripts on something in brackets: a power, a transpose, an element."""
        if (ends := ends_of_brackets(script, self._running())) is not None:
            return between(ends, self._running(), self)
        base = script.base
        if isinstance(base, tree.Group) and base.kind == "[]" and len(base.items) == 1:
            positive = script.sub == _POSITIVE_PART
            value = self.term(base.items[0]) if positive else self._grouped(base, scripted=True)
        else:
            value = self.term(base)
        if script.sub == _POSITIVE_PART and isinstance(script.base, tree.Group):
            value = products.elementwise("max", terms.Literal(0, node, 0.0), value, node)
            script = replace(script, sub=())
        if script.primes:
            raise TreeError("a prime on something that is no symbol", node.start)
        if script.sub:
            if isinstance(script.base, tree.Fence) and script.base.kind == "\\|":
                kind = script.sub[0]
                power = None if latex(kind) in NORMS else self.term(kind)
                return self._superscript(norm(value, kind, power, node), script.sup, node)
            value = self._element_of(value, script.sub, node)
        return self._superscript(value, script.sup, node)

    def _running(self) -> Node | None:
        """Returns over what the integrals of the statement run, if all run over the same."""
        integrals = (x for part in self._parts for x in part.walk() if isinstance(x, tree.Integral))
        found = [by for integral in integrals for by in integral.by]
        return found[0] if found and all(by == found[0] for by in found) else None

    def _element_of(self, value: Term, sub: tuple[Node, ...], node: Node) -> Term:
        """Resolves the subscripts of a value that is no symbol."""
        items = split_subscripts(sub)
        matrices.check_one_based(value, node)
        if len(items) != value.rank:
            wanted = _count(value.rank, "index", "indices")
            raise TreeError(f"this has {wanted}, not {len(items)}", node.start)
        indices = []
        for axis, item in enumerate(items):
            index = self.index(item)
            if isinstance(index, terms.Local) and (
                use := axis_of(value, axis, item, self._parameters)
            ):
                self._bindings.note(index.letter, use)
            indices.append(index)
        for axis in open_axes(value):
            value = fitted(value, axis, indices[axis])  # as long as it has to be
        return terms.Element(0, node, value, tuple(indices))

    # --- sums ----------------------------------------------------------------------------------

    def _big(self, node: tree.Big) -> Term:
        if not node.below:  # over all elements
            body = self.term(node.body)
            if not body.rank:
                raise TreeError(f"this \\{node.op} does not say over what", node.start)
            return terms.Collect(0, node, "sum", body)

        def beside() -> set[str]:
            return free_beside(node, self._parts)

        if node.op == "lim":
            message = "a limit is not read here: write what it is equal to, or the derivative"
            raise TreeError(message, node.start)
        below = [self._bindings.binder(item, beside) for item in node.below]
        binders = merged([binder for binders in below for binder in binders])
        if node.above is not None:
            if len(binders) > 1 or binders[0].first is None:
                raise TreeError("an upper bound without a lower one", node.above.start)
            binders[0].last = node.above
        letters = [letter for binder in binders for letter in binder.letters]
        if (apart := _two_sums(node, letters)) is not None:
            return products.multiply("", self.term(apart[0]), self.term(apart[1]), node)
        if node.op.startswith("arg") and len(letters) != 1:
            raise TreeError(f"\\{node.op} is over one index", node.start)
        series = binders[-1].last == tree.Name("\\infty")
        if series:
            if node.op != "sum" or len(letters) != 1:
                remedy = ": write the sum of its logarithms" if node.op == "prod" else ""
                raise TreeError(f"this \\{node.op} to \\infty is not read here{remedy}", node.start)
            binders[0].last = binders[0].first
        bounds = {letter: self._bounds(binder) for binder in binders for letter in binder.letters}
        for letter in letters:
            if self._bindings.is_bound(letter):
                raise TreeError(f"{letter} is bound already: take another letter", node.start)
        frame = self._bindings.open(letters)
        body = self.term(node.body)
        guards = tuple(self.condition(b.condition) for b in binders if b.condition is not None)
        self._bindings.close()
        if series and any(isinstance(part, _DECIDING) for part in (*body.walk(), *guards)):
            raise TreeError("a case in an infinite sum is not read here", node.start)
        if node.op not in ("sum", "prod") and (idle := set(letters) - terms.free_letters(body)):
            raise TreeError(f"nothing behind this \\{node.op} depends on {min(idle)}", node.start)
        rank = 0 if node.op.startswith("arg") else body.rank
        if node.op == "list":
            if rank:
                raise TreeError("a list of arrays: write a matrix of them", node.start)
            rank = 1
        op = "series" if series else node.op
        if op == "prod":
            op = matrices.product(body, node)
        for letter in reversed(letters):
            first, last = bounds[letter]
            uses = frame.uses[letter]
            if first is not None and last is not None:
                over = Range(letter, first, last, tuple(uses))
            else:
                over = self._bindings.range_of(letter, uses, node.start)
                over = replace(over, first=first, last=last)
            body = terms.Reduce(rank, node, op, over, guards, body)
            guards = ()
        return body

    def _bounds(self, binder: Binder) -> tuple[Term | None, Term | None]:
        if binder.values:
            values = [self.term(value) for value in binder.values]
            return (
                reduce(lambda a, b: terms.Arith(0, b.node, "min", a, b), values),
                reduce(lambda a, b: terms.Arith(0, b.node, "max", a, b), values),
            )
        first = None if binder.first is None else self.term(binder.first)
        last = None if binder.last is None else self.term(binder.last)
        return first, last


def _two_sums(node: tree.Big, letters: list[str]) -> tuple[Node, Node] | None:
    r"""Splits `\sum_n x_n \sum_n y_n`, a product of two sums over the same index."""
    match node.body:
        case tree.Run((*before, tree.Big("sum") as last)) if node.op == "sum" and before:
            first = before[0] if len(before) == 1 else tree.Run(tuple(before))
        case tree.Binary("\\cdot" | "\\times", first, tree.Big("sum") as last) if node.op == "sum":
            pass
        case _:
            return None
    below = (item.sides[0] if isinstance(item, tree.Relation) else item for item in last.below)
    if {letter_of(item) for item in below} != set(letters):
        return None
    return replace(node, body=first, end=first.end), last


def _delimited(node: tree.Apply) -> tuple[Node, ...]:
    r"""Returns the arguments of a function; brackets of any kind may stand round them."""
    match node.arguments:
        case (tree.Group((inside,), "[]" | "\\{\\}"),) if is_bare(node):
            return (inside,)
    return node.arguments


def _with_angle(factor: tree.Apply, rest: list[Node]) -> tree.Apply:
    r"""Reads `\sin 2a` and `\cos 2 \pi t`: a number or a π before a name is of the angle."""
    found = list(factor.arguments)
    if rest[0] == tree.Name("\\pi"):
        found.append(rest.pop(0))
    if rest and isinstance(rest[0], tree.Name | tree.Script):
        found.append(rest.pop(0))
    if len(found) == 1:
        return factor
    angle = tree.Run(tuple(found), start=found[0].start, end=found[-1].end)
    return replace(factor, arguments=(angle,), end=angle.end)


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"
