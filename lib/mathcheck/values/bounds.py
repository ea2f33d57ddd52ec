"""Between which numbers a term lies whatever is drawn: what the table and its form say of it.

Used to tell a branch that cannot be taken from one that was not met, and a bound on "any function"
that holds by its form, as a square's, from one that only the drawn functions keep.
"""

import math
from dataclasses import dataclass

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.values.definitions import State

_DEEPEST = 40


@dataclass(frozen=True)
class Bounds:
    """An interval; an end that is open is not reached."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    @property
    def sign(self) -> int:
        """1 if all of it is 0 or more, -1 if all of it is 0 or less, else 0."""
        return 1 if self.low >= 0 else -1 if self.high <= 0 else 0


@dataclass(frozen=True)
class Known:
    """What is known beside a term: the definitions in force, and the first value of indices."""

    state: State
    lows: dict[str, float]


_ALL = Bounds()
_DOMAINS = {
    "positive": Bounds(0.0, open_low=True),
    "negative": Bounds(high=0.0, open_high=True),
    "binary": Bounds(0.0, 1.0),
    "one-hot": Bounds(0.0, 1.0),
    "probabilities": Bounds(0.0, 1.0),
    "sign": Bounds(-1.0, 1.0),
}
_MAPS = {
    "exp": Bounds(0.0, open_low=True),
    "sigmoid": Bounds(0.0, 1.0, True, True),
    "dsigmoid": Bounds(0.0, 0.25, True),
    "tanh": Bounds(-1.0, 1.0, True, True),
    "sin": Bounds(-1.0, 1.0),
    "cos": Bounds(-1.0, 1.0),
    "sign": Bounds(-1.0, 1.0),
    "cosh": Bounds(1.0),
    "arctan": Bounds(-math.pi / 2, math.pi / 2, True, True),
    "abs": Bounds(0.0),
    "sqrt": Bounds(0.0),
    "relu": Bounds(0.0),
}
# What keeps the order of its arguments.
_RISING = {"exp": math.exp, "sqrt": math.sqrt, "log": math.log, "tanh": math.tanh}


def bounds(term: Term, known: Known, depth: int = 0) -> Bounds:
    """Returns an interval that holds every value that a term can have.

    Args:
        term: the term.
        known: the definitions behind its symbols, and where its indices begin.
        depth: how many definitions have been opened already.
    """
    if depth > _DEEPEST:
        return _ALL
    match term:
        case terms.Literal(_, _, value):
            return Bounds(value, value)
        case terms.Size():
            return Bounds(1.0)
        case terms.Local(_, _, letter):
            return Bounds(known.lows.get(letter, -math.inf))
        case terms.Ref(_, _, symbol):
            return _symbol(symbol, known, depth)
        case terms.Map(_, _, "neg", argument):
            inner = bounds(argument, known, depth + 1)
            return Bounds(-inner.high, -inner.low, inner.open_high, inner.open_low)
        case terms.Map(_, _, function, argument):
            return _mapped(function, bounds(argument, known, depth + 1))
        case terms.Collect(_, _, function, argument):
            if function.startswith("norm"):
                return Bounds(0.0)
            if function == "softmax":
                return Bounds(0.0, 1.0, True)
            if function in ("max", "min", "mean"):
                return bounds(argument, known, depth + 1)
        case terms.Compare() | terms.All():
            return Bounds(0.0, 1.0)
        case terms.Transpose(_, _, argument) | terms.Element(_, _, argument):
            return bounds(argument, known, depth + 1)
        case terms.Arith(_, _, op, left, right):
            return _arith(op, left, right, known, depth)
        case terms.Reduce(_, _, "max" | "min", _, _, body):
            return bounds(body, known, depth + 1)
        case terms.Reduce(_, _, "sum", _, _, body):
            inner = bounds(body, known, depth + 1)
            return Bounds(0.0) if inner.low >= 0 else _ALL
        case terms.Choose(_, _, rows):
            found = [bounds(value, known, depth + 1) for value, _ in rows]
            return _hull(found)
    return _ALL


def _symbol(symbol: Symbol, known: Known, depth: int) -> Bounds:
    defined = known.state.definitions.get(symbol)
    if defined:
        if symbol.outside is not None:
            return _ALL
        bodies = [definition.body for definition in defined]
        if any(symbol in known.state.reach_of(body) for body in bodies):
            return _ALL  # a recurrence
        return _hull([bounds(body, known, depth + 1) for body in bodies])
    match symbol.domain, symbol.details:
        case "interval", (low, high):
            ends = _number(low), _number(high)
            if None not in ends:
                is_open = not symbol.closed[0], not symbol.closed[1]
                found = Bounds(ends[0] or 0.0, ends[1] or 0.0, *is_open)
                return found if symbol.outside is None else _ALL
        case "integer", (low, _):
            least = _number(low)
            if least is not None and symbol.outside is None:
                return Bounds(least)
        case "constant", (value,):
            number = _number(value)
            if number is not None:
                return Bounds(number, number)
    if symbol.outside is not None:
        return _ALL
    return _DOMAINS.get(symbol.domain, _ALL)


def _number(node: tree.Node) -> float | None:
    match node:
        case tree.Number(text) if "{" not in text:
            return float(text)
        case tree.Negative(tree.Number(text)) if "{" not in text:
            return -float(text)
    return None


def _mapped(function: str, inner: Bounds) -> Bounds:
    outer = _MAPS.get(function, _ALL)
    if function == "abs" and inner.sign:
        low, high = (inner.low, inner.high) if inner.sign > 0 else (-inner.high, -inner.low)
        ends = (inner.open_low, inner.open_high)
        return Bounds(low, high, *(ends if inner.sign > 0 else ends[::-1]))
    if function == "relu" and inner.low >= 0:
        return inner
    if function in _RISING:
        low, high = _at(function, inner.low), _at(function, inner.high)
        return Bounds(
            max(outer.low, low),
            min(outer.high, high),
            inner.open_low if low >= outer.low else outer.open_low,
            inner.open_high if high <= outer.high else outer.open_high,
        )
    return outer


def _at(function: str, value: float) -> float:
    if function == "log":
        return -math.inf if value <= 0 else math.log(value)
    if function == "sqrt":
        return math.sqrt(max(value, 0.0))
    try:
        return _RISING[function](value)
    except OverflowError:
        return math.inf


def _arith(op: str, left: Term, right: Term, known: Known, depth: int) -> Bounds:
    if op == "**":
        even = isinstance(right, terms.Literal) and right.value % 2 == 0
        below = bounds(left, known, depth + 1)
        if below.low > 0 or (below.low == 0 and below.open_low):
            return Bounds(0.0, open_low=True)
        if even or below.low >= 0:
            return Bounds(0.0)
        return _ALL
    a, b = bounds(left, known, depth + 1), bounds(right, known, depth + 1)
    match op:
        case "+":
            return _added(a, b)
        case "-":
            return _added(a, Bounds(-b.high, -b.low, b.open_high, b.open_low))
        case "*" if left == right:
            return Bounds(0.0)
        case "*" | "/":
            return _signed(a, b, op)
        case "max":
            return Bounds(max(a.low, b.low), max(a.high, b.high))
        case "min":
            return Bounds(min(a.low, b.low), min(a.high, b.high))
    return _ALL


def _added(a: Bounds, b: Bounds) -> Bounds:
    return Bounds(
        a.low + b.low, a.high + b.high, a.open_low or b.open_low, a.open_high or b.open_high
    )


def _signed(a: Bounds, b: Bounds, op: str) -> Bounds:
    """What a product or a quotient can be, by the signs alone, and by numbers where both are."""
    if op == "*" and all(map(math.isfinite, (a.low, a.high, b.low, b.high))):
        found = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        return Bounds(min(found), max(found))
    if not a.sign or not b.sign:
        return _ALL
    strict = _nonzero(a) and (op == "/" or _nonzero(b))
    if a.sign == b.sign:
        return Bounds(0.0, open_low=strict)
    return Bounds(high=0.0, open_high=strict)


def _nonzero(a: Bounds) -> bool:
    return a.low > 0 or a.high < 0 or (a.low == 0 and a.open_low) or (a.high == 0 and a.open_high)


def _hull(found: list[Bounds]) -> Bounds:
    low, high = min(b.low for b in found), max(b.high for b in found)
    return Bounds(
        low,
        high,
        all(b.open_low for b in found if b.low == low),
        all(b.open_high for b in found if b.high == high),
    )


def decided(op: str, left: Term, right: Term, known: Known) -> bool | None:
    """Tells what a comparison always comes to, None if that depends on what is drawn."""
    return _decided(op, bounds(left, known), bounds(right, known))


def _decided(op: str, a: Bounds, b: Bounds) -> bool | None:
    match op:
        case "<" | "<=":
            strict = a.open_high or b.open_low
            if a.high < b.low or (a.high == b.low and (op == "<=" or strict)):
                return True
            strict = a.open_low or b.open_high
            if a.low > b.high or (a.low == b.high and (op == "<" or strict)):
                return False
        case ">" | ">=":
            return _decided("<" if op == ">" else "<=", b, a)
        case "==" | "!=":
            apart = _decided("<", a, b) or _decided("<", b, a)
            if apart:
                return op == "!="
    return None
