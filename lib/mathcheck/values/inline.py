"""Writes a term as one Python expression, so that a sum does not make a call for every sign.

What is no arithmetic on numbers, an array, a sum or a case, is called by a name.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term
from mathcheck.text.tree import Number
from mathcheck.values.branches import decides, noting_choice, noting_comparison, noting_map
from mathcheck.values.functions import (
    MAPS,
    OPERATIONS,
    ceiling_of_quotient,
    floor_of_quotient,
)
from mathcheck.values.numbers import MOST_COUNTED, Value
from mathcheck.values.sums import split

Env = dict[str, Any]
Code = Callable[[Env, Any], Value]

# Python reads no more than a hundred brackets in one another.
_DEEPEST = 30
_OF_QUOTIENTS = {"floor": floor_of_quotient, "ceil": ceiling_of_quotient}
# Terms that differ in what their names stand for alone have the same source.
_MOST_COMPILED = 4096


class Writer:
    """Writes Python, and keeps what its names stand for."""

    def __init__(
        self, compile_part: Callable[[Term], Code], compile_index: Callable[[Term], Code]
    ) -> None:
        self._compile_part = compile_part
        self._compile_index = compile_index
        self._names: dict[str, Any] = {}

    def function(self, source: str) -> Code:
        """Returns a function of the environment and the context that has the value of a source."""
        code: Code = eval(_compiled(source), self._names)
        return code

    def name(self, thing: Any) -> str:
        """Returns a name for something."""
        name = f"_{len(self._names)}"
        self._names[name] = thing
        return name

    def value(self, term: Term, depth: int = 0) -> str:
        """Returns the source of a term."""
        return self.inline(term, depth) or f"{self.name(self._compile_part(term))}(env, ctx)"

    def inline(self, term: Term, depth: int = 0) -> str | None:
        """Returns the source of a term, None if it has to be compiled by itself."""
        match term:
            case terms.Literal(_, _, value):
                number = _number(term)
                return repr(number) if math.isfinite(value) else self.name(number)
            case terms.Local(_, _, letter):
                return f"env[{letter!r}]"
            case terms.Size(_, node, letter, index, root):
                at = "None" if index is None else self.index(index)
                return f"ctx.size({self.name(root)}, {letter!r}, {at}, {self.name(node)})"
            case terms.Ref(_, node, symbol, indices):
                at = self.indices(indices)
                return f"ctx.lookup({self.name(symbol)}, {at}, {self.name(node)})"
            case terms.Derivative(_, _, _, of, by):
                at = self.indices(of.indices) if isinstance(of, terms.Ref) else "()"
                code, by_at = self.name(self._compile_part(of)), self.indices(by.indices)
                return f"ctx.derivative({self.name(term)}, {code}, {at}, {by_at}, env)"
        if depth == _DEEPEST:
            return None
        match term:
            case terms.Arith(0, _, op, left, right) if not split(term)[0]:
                a, b = self.value(left, depth + 1), self.value(right, depth + 1)
                if op in ("max", "min"):
                    return self.call(noting_choice(term), "ctx", a, b)
                signs = ("+", "-", "*")
                return f"({a} {op} {b})" if op in signs else self.call(OPERATIONS[op], a, b)
            case terms.Map(0, _, _, argument) if decides(term):
                return self.call(noting_map(term), "ctx", self.value(argument, depth + 1))
            case terms.Map(0, _, "floor" | "ceil" as whole, terms.Arith(0, _, "/", left, right)):
                a, b = self.value(left, depth + 1), self.value(right, depth + 1)
                return self.call(_OF_QUOTIENTS[whole], a, b)
            case terms.Map(0, _, function, argument):
                return self.call(MAPS[function], self.value(argument, depth + 1))
            case terms.Compare(_, _, _, left, right):
                a, b = self.value(left, depth + 1), self.value(right, depth + 1)
                return self.call(noting_comparison(term), "ctx", a, b)
        return None

    def call(self, function: Callable[..., Any], *arguments: str) -> str:
        """Returns the source of a function's value."""
        return f"{self.name(function)}({', '.join(arguments)})"

    def indices(self, indices: tuple[Term, ...]) -> str:
        """Returns the source of a tuple of indices."""
        return f"({''.join(self.index(index) + ', ' for index in indices)})"

    def index(self, term: Term) -> str:
        """Returns the source of an index."""
        if is_whole(term):
            return self.value(term)
        return f"{self.name(self._compile_index(term))}(env, ctx)"


def _number(term: terms.Literal) -> float:
    """Returns the value of a number; a whole one with all digits that are written."""
    value, node = term.value, term.node
    if float(value).is_integer():
        if isinstance(node, Number) and node.text.isdecimal() and float(node.text) == value:
            return int(node.text)
        if abs(value) < MOST_COUNTED:
            return int(value)
    return value


@lru_cache(maxsize=_MOST_COMPILED)
def _compiled(source: str) -> CodeType:
    return compile(f"lambda env, ctx: {source}", "<term>", "eval")


def is_whole(term: Term) -> bool:
    """Tells whether a term is a whole number by its form."""
    match term:
        case terms.Local():
            return True
        case terms.Literal(_, _, value):
            return float(value).is_integer()
        case terms.Ref(_, _, symbol):
            return symbol.whole is not None
        case terms.Arith(_, _, "+" | "-" | "*", left, right):
            return is_whole(left) and is_whole(right)
    return False
