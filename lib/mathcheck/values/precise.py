"""Computes numbers to eighty digits, where floats cannot tell them apart: 1 and tanh 20.

Sums, products, cases and elementary functions of numbers, drawn or written out, are computed so.
`precise_wholes` computes arrays, derivatives and integrals of them.
"""

import math
import operator
from collections.abc import Callable, Mapping
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    localcontext,
)
from functools import cache
from typing import Any

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.errors import EvalError, NotPrecise, TooClose, UndefinedError
from mathcheck.values.closures import index_code, range_code
from mathcheck.values.slow_sums import ENOUGH_FOR_A_TAIL, precise_slow_sum

_DIGITS, _GUARD = 80, 40
# What is nearer to one another than this part of what was added up is taken to be equal.
_SAME = Decimal("1e-80")
# The largest exponents that a build of 32 bits takes, such as the one that runs in a page.
_MOST = 425_000_000
_CONTEXT = Context(prec=_DIGITS + _GUARD, Emax=_MOST, Emin=-_MOST)
_MOST_STEPS = 3000
# What is larger is followed through what is made of it: it may be gone, as in a fraction.
_HUGE = Decimal("1e10")
# Of what is made of larger numbers the whole part is not known.
_COUNTED = Decimal("1e79")
# A series is taken for what it has come to when so many terms in a row are no part of it.
_QUIET, _NOTHING = 25, Decimal("1e-100")
# A slow one counts where it is known to so many digits, and then to a few fewer.
_LEAST_KNOWN, _CAUTION = Decimal("1e-17"), 1000
# Angles up to here are reduced to a turn without losing the digits that count.
_MOST_TURNS = Decimal("1e15")
_MOST_FACTORS, _MOST_DEVIATIONS = 300, 20
_LARGEST_EXPONENT = Decimal("9e8")
# Where these are all but 0, their argument has been subtracted from something of this size.
_WITH_ZEROS = ("sin", "cos", "tan", "log", "log2", "log10", "cot")
# Near the ends of their ranges little more or less makes much of a difference.
_STEEP = ("arcsin", "arccos", "arcosh", "artanh", "logit")
# What is drawn of these is only known to the last bit of a float.
_ROUNDED = ("loss", "function")
_UNKNOWN = (
    *(EvalError, TooClose, DecimalException),
    *(ArithmeticError, LookupError, TypeError, ValueError, RecursionError),
)


class Precise:
    """Values of numbers in one draw, and how large the things are that were added up.

    Attributes:
        largest: the largest number that was added to another.
        exact: whether no digit has been lost.
        uncertain: how much of a number may be wrong, where it is the sum of a slow series.
    """

    def __init__(self, ctx: Any, most: int = _MOST_STEPS) -> None:
        self._ctx = ctx
        self._most = most
        self.steps = 0
        self._known: dict[object, tuple[Any, Decimal]] = {}
        self.largest = Decimal(0)
        self.exact = True
        self.uncertain = Decimal(0)

    def value(self, term: Term, env: Mapping[str, Any]) -> Any:
        """Returns the value of a term, None if it cannot be had so precisely."""
        with localcontext(_CONTEXT) as context:
            context.clear_flags()
            try:
                found = self._of(term, env)
            except (NotPrecise, *_UNKNOWN):
                return None
            self.exact = self.exact and not context.flags[Inexact]
            return found

    def order(self, left: Decimal, right: Decimal) -> int:
        """Returns -1, 0 or 1: which of two values is larger, if one is."""
        with localcontext(_CONTEXT):
            if self._same(left, right):
                return 0
            return 1 if left > right else -1

    def _same(self, left: Decimal, right: Decimal) -> bool:
        part = max(_SAME, self.uncertain)
        return abs(left - right) <= part * max(abs(left), abs(right), self.largest)

    def _count(self) -> None:
        self.steps += 1
        if self.steps > self._most:
            raise NotPrecise

    def _of(self, term: Term, env: Mapping[str, Any]) -> Any:
        self._count()
        match term:
            case terms.Literal(_, node, value):
                return _literal(node, value)
            case terms.Local(_, _, letter):
                return exactly(env[letter])
            case terms.Size(_, node, letter, index, root):
                at = None if index is None else index_code(index)(dict(env), self._ctx)
                return Decimal(self._ctx.size(root, letter, at, node))
            case terms.Ref():
                return self._symbol(term, env)
            case terms.Call(_, _, symbol, primes, arguments):
                return self._called(symbol, primes, [self._of(each, env) for each in arguments])
            case terms.Map(_, _, function, argument):
                if function not in FUNCTIONS:
                    raise NotPrecise
                if function in _WITH_ZEROS:
                    self.largest = max(self.largest, Decimal(1))
                return self._mapped(function, *self._sized(argument, env))
            case terms.Arith(_, _, op, left, right):
                return self._combined(op, self._sized(left, env), self._sized(right, env))
            case terms.Let(_, _, letter, value, body):
                return self._of(body, {**env, letter: self._of(value, env)})
            case terms.Reduce():
                return self._reduced(term, env)
            case terms.Compare(_, _, op, left, right):
                return self._compared(op, self._of(left, env), self._of(right, env))
            case terms.All(_, _, parts):
                return Decimal(all(self._of(part, env) for part in parts))
            case terms.Choose(_, _, rows):
                for value, guard in rows:
                    if guard is None or self._of(guard, env):
                        return self._of(value, env)
        raise NotPrecise

    def _sized(self, term: Term, env: Mapping[str, Any]) -> tuple[Any, Decimal]:
        """Returns the value of a part, and how large the things are that were added up for it."""
        before, self.largest = self.largest, Decimal(0)
        value = self._of(term, env)
        size, self.largest = self.largest, before
        return value, size

    def _mapped(self, function: str, value: Decimal, size: Decimal) -> Decimal:
        """Returns the value of a function; what was added up for its argument counts as it does.

        In log(e^{500} + 1) nothing of the size of e^{500} is left.
        """
        if function in ("floor", "ceil"):
            _check_whole_part(value, size)
        found = FUNCTIONS[function](value)
        if not found.is_finite():  # the logarithm of 0
            raise NotPrecise
        if size > _HUGE or function in _STEEP:
            off = _SAME * max(size, abs(value)) * (-1 if abs(value) <= 1 and value > 0 else 1)
            size = abs(FUNCTIONS[function](value + off) - found) / _SAME
        self.largest = max(self.largest, size)
        return found

    def _combined(self, op: str, left: tuple[Any, Decimal], right: tuple[Any, Decimal]) -> Any:
        """Returns what an operation makes of two values, each with what was added up for it."""
        (one, its), (other, others) = left, right
        if op == "mod" and max(its, others, abs(one), abs(other)) > _COUNTED:
            raise NotPrecise
        found = self._arith(op, one, other)
        if max(its, others) > _HUGE and op in ("*", "/", "**"):
            one_off = abs(self._arith(op, one + _SAME * its, other) - found)
            other_off = abs(self._arith(op, one, other + _SAME * others) - found) if others else 0
            its = (one_off + other_off) / _SAME
            others = Decimal(0)
        self.largest = max(self.largest, its, others)
        return found

    def _symbol(self, term: terms.Ref, env: Mapping[str, Any]) -> Any:
        symbol = term.symbol
        at = tuple(index_code(index)(dict(env), self._ctx) for index in term.indices)
        return self._once((symbol, at), lambda: self._looked_up(symbol, at, term))

    def _once(self, key: object, compute: Callable[[], Any]) -> Any:
        """Returns what has been computed under a key, with what was added up for it, or is now."""
        if key not in self._known:
            before, self.largest = self.largest, Decimal(0)
            self._known[key] = compute(), self.largest
            self.largest = before
        value, size = self._known[key]
        self.largest = max(self.largest, size)
        return value

    def _looked_up(self, symbol: Symbol, at: tuple[int, ...], term: terms.Ref) -> Decimal:
        for body, inner in self._ctx.opened(symbol, at):
            return Decimal(self._of(body, inner))
        if symbol.domain in _ROUNDED or symbol in self._ctx.state.definitions:
            raise NotPrecise
        if symbol.domain == "constant" and isinstance(symbol.details[0], tree.Number):
            return Decimal(symbol.details[0].text)
        value = self._ctx.lookup(symbol, at, term.node)
        if symbol.domain == "constant" and not isinstance(value, int):
            raise NotPrecise
        if symbol.domain in ("probabilities", "joint"):
            return exactly(float(value)) / self._whole(symbol, at, term)
        return exactly(value)

    def _whole(self, symbol: Symbol, at: tuple[int, ...], term: terms.Ref) -> Decimal:
        """Returns what drawn shares add up to: of floats not exactly 1."""
        axis = len(at) + symbol.over
        fixed = at[:axis] + at[axis + 1 :] if symbol.domain == "probabilities" else ()

        def total() -> Decimal:
            shares = np.asarray(self._ctx.lookup(symbol, (), term.node))
            if symbol.domain == "probabilities":
                firsts = [self._ctx.bounds(symbol, n, at[:n])[0] for n in range(len(at))]
                places = [number - first for number, first in zip(at, firsts, strict=True)]
                shares = np.moveaxis(shares, axis, -1)[(*places[:axis], *places[axis + 1 :])]
            return sum((exactly(share) for share in shares.ravel().tolist()), Decimal(0))

        whole: Decimal = self._once((symbol, "whole", fixed), total)
        return whole

    def _called(self, symbol: Symbol, primes: int, arguments: list[Decimal]) -> Any:
        function = self._ctx.state.functions.get((symbol, primes))
        if function is None or not function.signature.takes_numbers:
            raise NotPrecise
        env = dict(zip(function.signature.parameters, arguments, strict=True))
        return self._of(function.body, env)

    def _series(self, term: terms.Reduce, env: Mapping[str, Any]) -> Decimal:
        """Adds terms up until they add nothing any more, or foresees what they come to."""
        if term.conditions:
            raise NotPrecise
        at, _ = range_code(term.range, term.node)(dict(env), self._ctx)
        written = not self._ctx.state.reach_of(term)  # no draw changes it: it may take its time
        seen: list[Decimal] = []
        total, quiet = Decimal(0), 0
        while quiet < _QUIET:
            if len(seen) == ENOUGH_FOR_A_TAIL:
                return self._slow(seen)
            if written:
                self.steps = 0
            seen.append(self._of(term.body, {**env, term.range.letter: at + len(seen)}))
            total += seen[-1]
            quiet = quiet + 1 if abs(seen[-1]) <= _NOTHING * abs(total) else 0
        self.largest = max(self.largest, abs(total))
        return total

    def _slow(self, seen: list[Decimal]) -> Decimal:
        found = precise_slow_sum(seen)
        if found is None or found[1] > _LEAST_KNOWN:
            raise NotPrecise
        total, gap = found
        self.largest = max(self.largest, abs(total))
        self.uncertain = max(self.uncertain, _CAUTION * gap)
        return total

    def _reduced(self, term: terms.Reduce, env: Mapping[str, Any]) -> Any:
        if term.op == "series":
            return self._series(term, env)
        if term.op not in ("sum", "prod", "max", "min"):
            raise NotPrecise
        low, high = range_code(term.range, term.node)(dict(env), self._ctx)
        found = []
        for index in range(low, high + 1):
            inner = {**env, term.range.letter: index}
            if all(self._of(condition, inner) for condition in term.conditions):
                found.append(self._sized(term.body, inner))
            self._count()
        if term.op in ("max", "min"):
            self.largest = max(self.largest, *(size for _, size in found))
            return (max if term.op == "max" else min)(value for value, _ in found)
        if term.op == "sum":
            total = Decimal(0)
            for each in found:
                total = self._combined("+", (total, Decimal(0)), each)
            return total
        before, self.largest = self.largest, Decimal(0)
        total = Decimal(1)
        for each in found:
            size, self.largest = self.largest, Decimal(0)
            total = self._combined("*", (total, size), each)
        self.largest = max(self.largest, before)
        return total

    def _arith(self, op: str, left: Decimal, right: Decimal) -> Decimal:
        match op:
            case "+" | "-":
                self.largest = max(self.largest, abs(left), abs(right))
                return left + right if op == "+" else left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "**":
                return _power(left, right)
            case "mod" if right > 0 and left % 1 == 0 and right % 1 == 0:
                return left - right * (left / right).to_integral_value(rounding=ROUND_FLOOR)
            case "choose" if (
                left % 1 == 0 and right % 1 == 0 and 0 <= right <= left < _MOST_FACTORS
            ):
                return Decimal(math.comb(int(left), int(right)))
            case "root":
                return _root(left, right)
            case "max" | "min":
                return (max if op == "max" else min)(left, right)
        raise NotPrecise

    def _compared(self, op: str, left: Decimal, right: Decimal) -> Decimal:
        if op not in _TESTS:
            raise NotPrecise
        if left != right and self._same(left, right):
            raise NotPrecise
        return Decimal(_TESTS[op]((left > right) - (left < right), 0))


_TESTS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def exactly(value: Any) -> Decimal:
    """Returns the value of a number of Python; a float is what is printed of it, 0.1 one tenth."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, int | float):
        raise NotPrecise
    found = Decimal(repr(value))
    if not found.is_finite():
        raise NotPrecise
    return found


def _literal(node: tree.Node, value: float) -> Decimal:
    match node:
        case tree.Number(text) | tree.Percent(text):
            found = Decimal(text)
            if float(found) == value:
                return found
        case tree.Name("\\pi"):
            return _pi()
        case tree.Name("e" | "\\mathrm{e}"):
            return Decimal(1).exp()
    if float(value).is_integer():
        return Decimal(int(value))
    raise NotPrecise


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > _LARGEST_EXPONENT:
        raise NotPrecise
    if exponent == exponent.to_integral_value():
        return base ** int(exponent)
    if base <= 0:
        raise NotPrecise
    return _exp(exponent * base.ln())


def _root(value: Decimal, degree: Decimal) -> Decimal:
    if value < 0 and degree % 2 == 1:
        return -_power(-value, 1 / degree)
    return _power(value, 1 / degree) if value else value


def _exp(value: Decimal) -> Decimal:
    if abs(value) > _LARGEST_EXPONENT:
        raise NotPrecise
    return value.exp()


@cache
def _pi() -> Decimal:
    """π by Machin's formula."""
    with localcontext(_CONTEXT) as context:
        context.prec += _GUARD
        return 16 * _arctan_series(Decimal(1) / 5) - 4 * _arctan_series(Decimal(1) / 239)


def _arctan_series(x: Decimal) -> Decimal:
    square, power, total, odd = x * x, x, Decimal(0), 1
    while True:
        step = power / odd
        if total + step == total:
            return total
        total, power, odd = total + step, -power * square, odd + 2


def _arctan(x: Decimal) -> Decimal:
    halvings = 0
    while abs(x) > Decimal("0.05"):
        x = x / (1 + (1 + x * x).sqrt())
        halvings += 1
    return _arctan_series(x) * Decimal(2) ** halvings


def _arcsin(x: Decimal) -> Decimal:
    if abs(x) == 1:
        return x * _pi() / 2
    return _arctan(x / ((1 - x) * (1 + x)).sqrt())


def _sin(x: Decimal) -> Decimal:
    if abs(x) > _MOST_TURNS:
        raise NotPrecise
    x = x - 2 * _pi() * (x / (2 * _pi())).to_integral_value()
    power, total, at = x, Decimal(0), 1
    while total + power != total:
        total += power
        at += 2
        power = -power * x * x / (at * (at - 1))
    return total


def _cos(x: Decimal) -> Decimal:
    return _sin(_pi() / 2 - x)


def _tan(x: Decimal) -> Decimal:
    below = _cos(x)
    if abs(below) < _SAME:
        raise UndefinedError("the tangent of an odd number of right angles")
    return _sin(x) / below


def _sinh(x: Decimal) -> Decimal:
    return (_exp(x) - _exp(-x)) / 2


def _cosh(x: Decimal) -> Decimal:
    return (_exp(x) + _exp(-x)) / 2


def _sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + _exp(-x))


def _gamma(x: Decimal) -> Decimal:
    """The gamma function of whole and half numbers."""
    if not 0 < x < _MOST_FACTORS or (2 * x) % 1:
        raise NotPrecise
    product = Decimal(1) if x % 1 == 0 else _pi().sqrt()
    start = Decimal(1) if x % 1 == 0 else Decimal("0.5")
    while start < x:
        product, start = product * start, start + 1
    return product


def _erf(x: Decimal) -> Decimal:
    if abs(x) > _MOST_DEVIATIONS:
        raise NotPrecise
    step, total, odd = x, Decimal(0), 1
    while total + step != total:
        total += step
        odd += 2
        step = step * 2 * x * x / odd
    return 2 * total * _exp(-x * x) / _pi().sqrt()


def _normal_below(x: Decimal) -> Decimal:
    return (1 + _erf(x / Decimal(2).sqrt())) / 2


def _check_whole_part(x: Decimal, size: Decimal) -> None:
    """Refuses a whole part that the digits do not tell, for what was added up is too large."""
    near, size = x.to_integral_value(), max(size, abs(x), Decimal(1))
    if size > _COUNTED or (x != near and abs(x - near) < _SAME * size):
        raise NotPrecise


FUNCTIONS: dict[str, Callable[[Decimal], Decimal]] = {
    "neg": lambda x: -x,
    "abs": abs,
    "sign": lambda x: Decimal((x > 0) - (x < 0)),
    "relu": lambda x: max(x, Decimal(0)),
    "floor": lambda x: x.to_integral_value(rounding=ROUND_FLOOR),
    "ceil": lambda x: x.to_integral_value(rounding=ROUND_CEILING),
    "sqrt": lambda x: x.sqrt(),
    "log": lambda x: x.ln(),
    "exp": _exp,
    "sin": _sin,
    "cos": _cos,
    "tan": _tan,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda x: _sinh(x) / _cosh(x),
    "arctan": _arctan,
    "arcsin": _arcsin,
    "arccos": lambda x: _pi() / 2 - _arcsin(x),
    "sigmoid": _sigmoid,
    "dsigmoid": lambda x: _sigmoid(x) * _sigmoid(-x),
    "swish": lambda x: x * _sigmoid(x),
    "softplus": lambda x: (1 + _exp(x)).ln() if x < 0 else x + (1 + _exp(-x)).ln(),
    "log2": lambda x: x.ln() / Decimal(2).ln(),
    "log10": lambda x: x.ln() / Decimal(10).ln(),
    "logit": lambda x: (x / (1 - x)).ln(),
    "arsinh": lambda x: (x + (x * x + 1).sqrt()).ln(),
    "arcosh": lambda x: (x + (x * x - 1).sqrt()).ln(),
    "artanh": lambda x: ((1 + x) / (1 - x)).ln() / 2,
    "sec": lambda x: 1 / _cos(x),
    "csc": lambda x: 1 / _sin(x),
    "cot": lambda x: _cos(x) / _sin(x),
    "coth": lambda x: _cosh(x) / _sinh(x),
    "factorial": lambda x: _gamma(x + 1),
    "gamma": _gamma,
    "erf": _erf,
    "normal_below": _normal_below,
    "gelu": lambda x: x * _normal_below(x),
}
