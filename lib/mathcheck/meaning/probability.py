r"""Reads probabilities and expectations: `P(a \mid b)`, `\mathbb E[f(X)]`, `\mathrm{Var}`.

Of random quantities that take finitely many values the tables name each, and they have one joint
distribution, drawn like everything else: nothing about it may be taken for granted, not that two
are independent. What stands in P or E is summed over all outcomes. A quantity that is normal or
uniform is named where it is averaged, and the average is an integral.
"""

from __future__ import annotations

from collections.abc import Sequence

from mathcheck.meaning import terms
from mathcheck.meaning.resolving import Resolving
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import Symbol, letter_of
from mathcheck.meaning.terms import Range, Term, Use
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node

_PROBABILITY = {"P", "p", "\\Pr", "\\mathbb{P}", "\\mathrm{P}", "\\mathrm{Pr}"}
_AVERAGES = {
    **dict.fromkeys(("E", "\\mathbb{E}", "\\mathrm{E}"), "mean"),
    **dict.fromkeys(("\\mathrm{Var}", "\\mathbb{V}", "\\mathrm{var}"), "variance"),
    **dict.fromkeys(("\\mathrm{Cov}", "\\mathrm{cov}"), "covariance"),
}


# So many deviations from its mean the density of a normal number is 0 in double precision.
_FAR = 38.0


def kind_of(node: Node, scope: Scope) -> str | None:
    """Returns what a name before brackets asks for: a probability, a mean, …; else None."""
    base = node.base if isinstance(node, tree.Script) else node
    if not isinstance(base, tree.Name) or scope.has_letter(base.text):
        return None
    averaged = isinstance(node, tree.Script) and bool(node.sub)
    if isinstance(node, tree.Script) and (node.primes or node.sup is not None):
        return None
    if base.text in _PROBABILITY and scope.random and not averaged:
        return "probability"
    if base.text in _AVERAGES and (scope.random or averaged):
        return _AVERAGES[base.text]
    return None


def resolved(kind: str, name: Node, inside: Node, resolver: Resolving) -> Term:
    """Resolves `P(…)`, `E[…]` and the like.

    Args:
        kind: as `kind_of` gives it.
        name: what stands before the brackets.
        inside: the brackets.
        resolver: knows the names.
    """
    parts = _parts(inside)
    if isinstance(name, tree.Script) and name.sub:
        if len(parts) > 1 or len(parts[0]) > 1 or kind == "covariance":
            raise TreeError("an average over a distribution is of one value", inside.start)
        return _over_density(kind, name, parts[0][0], resolver)
    if kind == "probability":
        if len(parts) == 1:
            return _Outcomes(resolver, inside).share(parts[0])
        joint = _Outcomes(resolver, inside).share([*parts[0], *parts[1]])
        given = _Outcomes(resolver, inside).share(parts[1])
        return terms.Arith(0, inside, "/", joint, given)
    given_events = parts[1] if len(parts) > 1 else ()
    if len(parts[0]) != (2 if kind == "covariance" else 1):
        raise TreeError(f"a {kind} of {len(parts[0])} values", inside.start)
    values = [parts[0][0], parts[0][-1]]
    if kind == "mean":
        return _mean([values[0]], given_events, resolver, inside)
    return _mean(values, given_events, resolver, inside, centred=True)


def _parts(inside: Node) -> tuple[tuple[Node, ...], ...]:
    match inside:
        case tree.Group(items, "()" | "[]" | "\\{\\}"):
            return (items,)
        case tree.Conditional((one, given), ("\\mid",)):
            return one, given
    raise TreeError("I cannot read what stands in these brackets", inside.start)


def _mean(
    values: Sequence[Node],
    given: Sequence[Node],
    resolver: Resolving,
    node: Node,
    centred: bool = False,
) -> Term:
    """Returns the average of a product; of what is left when each has its average taken off."""
    means = [_mean([value], given, resolver, node) for value in values] if centred else []
    outcomes = _Outcomes(resolver, node)
    with_values = []
    for at, value in enumerate(values):
        found = outcomes.value(value)
        if centred:
            found = terms.Arith(0, node, "-", found, means[at])
        with_values.append(found)
    total = outcomes.share(given, with_values)
    if not given:
        return total
    return terms.Arith(0, node, "/", total, _Outcomes(resolver, node).share(given))


class _Outcomes:
    """A sum over all that the random quantities can be at once."""

    def __init__(self, resolver: Resolving, node: Node) -> None:
        self._resolver = resolver
        self._node = node
        self._random = resolver.scope.random
        outer = (int(letter.rpartition(" ")[2]) for letter in resolver.drawn.values())
        depth = max(outer, default=-1) + 1
        self._letters = {symbol: f"{symbol.name} {depth}" for symbol in self._random}

    def value(self, node: Node) -> Term:
        """Resolves a value in which random quantities stand for what they are in an outcome."""
        resolver = self._resolver
        before = dict(resolver.drawn)
        resolver.drawn.update(self._letters)
        term = resolver.term(node)
        resolver.drawn.clear()
        resolver.drawn.update(before)
        if term.rank:
            raise TreeError("the average of an array is not read here", node.start)
        return term

    def share(self, events: Sequence[Node], values: Sequence[Term] = ()) -> Term:
        """Returns the sum of the joint distribution over the outcomes in which events hold."""
        node, joint = self._node, self._resolver.scope.joint
        indices = tuple(terms.Local(0, node, letter) for letter in self._letters.values())
        found: Term = terms.Ref(0, node, joint, indices)
        tests = tuple(test for event in events for test in self._event(event))
        for factor in (*values, *tests):
            found = terms.Arith(0, node, "*", found, factor)
        for symbol, letter in reversed(self._letters.items()):
            first, last = (self._resolver.term(bound) for bound in symbol.details)
            found = terms.Reduce(0, node, "sum", Range(letter, first, last, ()), (), found)
        return found

    def _event(self, event: Node) -> list[Term]:
        if isinstance(event, tree.Relation):
            pairs = zip(event.sides, event.ops, event.sides[1:], strict=False)
            return [self._test(left, op, right, event) for left, op, right in pairs]
        symbol = self._named(event)
        if symbol is None:
            raise TreeError(f"{latex(event)} is no random quantity of the tables", event.start)
        outer = self._resolver.drawn.get(symbol)
        if outer is not None and letter_of(event) == symbol.name:
            # `\mathbb E[\mathbb E[X \mid Y]]`: what Y is in the outcome that is averaged over.
            own = terms.Local(0, event, self._letters[symbol])
            return [terms.Compare(0, event, "==", own, terms.Local(0, event, outer))]
        return [self._equals(symbol, letter_of(event) or "", event)]

    def _named(self, node: Node) -> Symbol | None:
        """Returns the quantity that X names, and x as one of its values."""
        letter = letter_of(node)
        for symbol in self._random:
            small = symbol.name.lower() if len(symbol.name) == 1 else None
            if letter == symbol.name or (letter == small and not self._known(letter)):
                return symbol
        return None

    def _known(self, letter: str | None) -> bool:
        return any(symbol.name == letter for symbol in self._resolver.scope.symbols)

    def _equals(self, symbol: Symbol, letter: str, node: Node) -> Term:
        """Returns whether a quantity has the value that an index stands for."""
        bindings = self._resolver.bindings
        bindings.meet(letter)
        axis = list(self._letters).index(symbol)
        bindings.note(letter, Use(self._resolver.scope.joint, axis, (), node))
        value = terms.Local(0, node, letter)
        return terms.Compare(0, node, "==", terms.Local(0, node, self._letters[symbol]), value)

    def _test(self, left: Node, op: str, right: Node, node: Node) -> Term:
        signs = {"=": "==", "\\ne": "!=", "<": "<", ">": ">", "\\le": "<=", "\\ge": ">="}
        if op not in signs:
            raise TreeError(f"{op} cannot stand in an event", node.start)
        symbol, letter = self._named(left), letter_of(right)
        index = letter is not None and letter.islower() and not self._known(letter)
        index = index and letter not in self._resolver.scope.sizes
        if op == "=" and symbol is not None and letter is not None and index:
            return self._equals(symbol, letter, node)
        return terms.Compare(0, node, signs[op], self.value(left), self.value(right))


def _over_density(kind: str, name: tree.Script, value: Node, resolver: Resolving) -> Term:
    r"""Resolves `\mathbb E_{x \sim \mathcal N(\mu, \sigma^2)}[…]` as an integral.

    Where it is `\mathbb E_{k \sim p}[…]`, with probabilities p of the table, it is a sum.
    """
    match name.sub[0]:
        case tree.Relation((variable, tree.Name() | tree.Script() as law), ("\\sim",)):
            listed, letter = _Listed(law, resolver), letter_of(variable)
            if letter is None:
                raise TreeError(f"I cannot read {latex(variable)} as an index", variable.start)
            return _moment(kind, letter, value, resolver, listed)
        case tree.Relation((variable, tree.Run((tree.Name(law), group))), ("\\sim",)):
            letter = letter_of(variable)
            given = group.items if isinstance(group, tree.Group) else ()
        case _:
            message = "over which distribution is this average? Write x \\sim \\mathcal{N}(…)"
            raise TreeError(message, name.start)
    if letter is None or len(given) != 2 or law not in ("\\mathcal{N}", "N", "\\mathcal{U}", "U"):
        raise TreeError(f"I know no distribution {latex(name.sub[0])}", name.start)
    first, second = (resolver.term(each) for each in given)
    if first.rank or second.rank or isinstance(second, terms.Identity):
        raise TreeError("an average over many numbers is not read here", name.start)
    density = _Density(law[-2:].strip("}"), first, second, name)
    return _moment(kind, letter, value, resolver, density)


def _moment(
    kind: str, letter: str, value: Node, resolver: Resolving, law: _Density | _Listed
) -> Term:
    """Returns the mean or the variance of a value over a distribution of one number."""
    resolver.bindings.open([letter])
    body = resolver.term(value)
    resolver.bindings.close()
    if body.rank:
        raise TreeError("the average of an array is not read here", value.start)
    mean = law.of(body, letter)
    if kind == "mean":
        return mean
    square = law.of(terms.Arith(0, value, "*", body, body), letter)
    return terms.Arith(0, value, "-", square, terms.Arith(0, value, "*", mean, mean))


class _Listed:
    """A distribution over finitely many numbers: probabilities of the table."""

    def __init__(self, node: Node, resolver: Resolving) -> None:
        found = resolver.term(node)
        if not isinstance(found, terms.Ref) or found.symbol.domain != "probabilities":
            raise TreeError(f"I know no distribution {latex(node)}", node.start)
        if found.rank != 1 or found.symbol.over != -1:
            raise TreeError(f"which probabilities of {found.symbol.name} are meant?", node.start)
        self._weights, self._node = found, node
        bounds = resolver.scope.bounds(found.symbol.axes[-1])
        self._first, self._last = (resolver.term(bound) for bound in bounds)

    def of(self, value: Term, letter: str) -> Term:
        """Returns the average of a value."""
        node, all_of = self._node, self._weights
        indices = (*all_of.indices, terms.Local(0, node, letter))
        weighed = terms.Arith(0, node, "*", terms.Ref(0, node, all_of.symbol, indices), value)
        over = Range(letter, self._first, self._last, ())
        return terms.Reduce(0, node, "sum", over, (), weighed)


class _Density:
    """A normal or a uniform distribution of one number."""

    def __init__(self, law: str, first: Term, second: Term, node: Node) -> None:
        self._law = law
        self._first, self._second = first, second
        self._node = node

    def of(self, value: Term, letter: str) -> Term:
        """Returns the average of a value."""
        node, low, high = self._node, self._first, self._second
        if self._law == "U":
            width = self._arith("-", high, low)
            total = terms.Integral(0, node, letter, low, high, value)
            return self._arith("/", total, width)
        deviation = terms.Map(0, node, "sqrt", high)
        far = self._arith("*", terms.Literal(0, node, _FAR), deviation)
        start, end = self._arith("-", low, far), self._arith("+", low, far)
        weighed = self._arith("*", value, self._normal(letter))
        return terms.Integral(0, node, letter, start, end, weighed, cut=True)

    def _normal(self, letter: str) -> Term:
        """Returns the density of a normal number with this mean and this variance."""
        node, mean, variance = self._node, self._first, self._second
        away = self._arith("-", terms.Local(0, node, letter), mean)
        two = terms.Literal(0, node, 2.0)
        exponent = self._arith("/", self._arith("*", away, away), self._arith("*", two, variance))
        peak = terms.Map(0, node, "exp", terms.Map(0, node, "neg", exponent))
        circle = terms.Literal(0, node, 6.283185307179586)
        width = terms.Map(0, node, "sqrt", self._arith("*", circle, variance))
        return self._arith("/", peak, width)

    def _arith(self, op: str, left: Term, right: Term) -> Term:
        return terms.Arith(0, self._node, op, left, right)
