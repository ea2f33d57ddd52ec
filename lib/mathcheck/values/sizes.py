"""Draws sizes: small ones, and different ones for what is seen together.

So a swapped index cannot hide.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np

from mathcheck.meaning.scopes import Scope
from mathcheck.text import tree
from mathcheck.text.errors import SizeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node

# How many members a family of sizes has, D_0 to D_7.
FAMILY = 8
_STARTS = 3
_MOST_BITS = 1000
_MOST_LETTERS = 100
_SIZES = range(1, 10)
_LARGE = (11, 16, 23, 40)
# Sizes over orders of magnitude go up to these, one time after the other.
_MOST_SIZES = (40, 400, 4000, 4000, 10**9, 100_000, 10**9, 10**30)


def size_value(node: Node, sizes: dict[str, int], env: dict[str, int]) -> int | Fraction:
    """Computes a size such as `H - P + 1` exactly."""
    match node:
        case tree.Name(text):
            value = env.get(text, sizes.get(text))
            if value is not None:
                return value
        case tree.Number(text):
            return int(text) if text.isdecimal() else _whole(Fraction(text))
        case tree.Script(tree.Name(base), (index,), None):
            name = f"{base}_{size_value(index, sizes, env)}"
            if name in sizes:
                return sizes[name]
            raise SizeError(f"there is no {name}")
        case tree.Negative(body):
            return -size_value(body, sizes, env)
        case tree.Group((single,)):
            return size_value(single, sizes, env)
        case tree.Fence(body, "floor"):
            return math.floor(size_value(body, sizes, env))
        case tree.Fence(body, "ceil"):
            return math.ceil(size_value(body, sizes, env))
        case tree.Run(factors):
            return math.prod(size_value(f, sizes, env) for f in factors)
        case tree.Script(base_node, (), power) if power is not None:
            return _power(size_value(base_node, sizes, env), size_value(power, sizes, env))
        case tree.Fraction(left, right) | tree.Binary("/", left, right):
            below = size_value(right, sizes, env)
            if not below:
                raise SizeError("a size that divides by 0")
            above = size_value(left, sizes, env)
            return above // below if above % below == 0 else Fraction(above) / below
        case tree.Binary(op, left, right):
            a, b = size_value(left, sizes, env), size_value(right, sizes, env)
            return a + b if op == "+" else a - b if op == "-" else a * b
    raise SizeError("this is no size")


def _power(base: int | Fraction, exponent: int | Fraction) -> int | Fraction:
    """Raises to a whole power that a float could still hold."""
    largest = max(abs(int(base.numerator)), int(base.denominator), 2)
    bits = float(math.log2(largest))
    if (
        exponent.denominator != 1
        or abs(int(exponent)) * bits > _MOST_BITS
        or (not base and exponent < 0)
    ):
        raise SizeError("a power that is no size: it is too large, or its exponent not whole")
    return _whole(Fraction(base) ** int(exponent))


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def draw_sizes(
    scopes: Iterable[Scope],
    rng: np.random.Generator,
    wanted: dict[str, int] | None = None,
) -> dict[str, int]:
    """Draws a small value for every size letter; letters that are seen together differ.

    Args:
        scopes: where the letters are seen.
        rng: chooses.
        wanted: the value that each is to have if all of them can.
    """
    different = {tuple(map(id, scope.symbols)): scope for scope in scopes}
    groups = [_Group(scope, rng, wanted or {}) for scope in different.values()]
    letters = sorted({letter for group in groups for letter in group.letters})
    if len(letters) > _MOST_LETTERS:
        raise SizeError(f"{len(letters)} different letters for sizes: divide the text")
    layers = {letter for group in groups for letter in group.layers}
    sizes: dict[str, int] = {}
    for base in sorted({base for group in groups for base in group.families}):
        chosen = rng.permutation(np.arange(2, 2 + FAMILY))
        sizes.update({f"{base}_{i}": int(value) for i, value in enumerate(chosen)})
    best: tuple[float, dict[str, int]] = (math.inf, sizes)
    for _ in range(_STARTS):
        tried = {**sizes, **{letter: int(rng.integers(2, 6)) for letter in letters}}
        cost = _improve(tried, letters, layers, groups)
        best = min(best, (cost, tried), key=lambda pair: pair[0])
    return best[1]


def free_sizes(
    scopes: Iterable[Scope],
    usual: dict[str, int],
    letters: list[str],
    turn: int,
    rng: np.random.Generator,
) -> dict[str, int] | None:
    """Draws some sizes freely: equal or not, in any order, and every other time one that is large.

    Args:
        scopes: where the sizes are seen.
        usual: what the others are.
        letters: those to draw.
        turn: which time this is.
        rng: chooses.

    Returns:
        The sizes; None if none are found with which every array has elements.
    """
    letters = [letter for letter in letters if letter in usual]
    if not letters:
        return usual
    cycle, chosen = divmod(turn // 2, len(letters))
    for attempt in range(50):
        sizes = dict(usual)
        for letter in letters:
            sizes[letter] = int(rng.integers(1, (2 + cycle + attempt) if turn % 2 else 11))
        if turn % 2:
            sizes[letters[chosen]] = int(rng.choice(_LARGE if cycle else _LARGE[-1:]))
        if all_have_elements(scopes, sizes):
            return sizes
    return None


def any_sizes(
    scopes: Iterable[Scope],
    usual: dict[str, int],
    letters: list[str],
    turn: int,
    rng: np.random.Generator,
) -> dict[str, int] | None:
    """Draws some sizes over orders of magnitude: for what computes with sizes and has no array.

    Args:
        scopes: where the sizes are seen.
        usual: what the others are.
        letters: those to draw.
        turn: which time this is: the later, the larger they may be.
        rng: chooses.

    Returns:
        The sizes; None if none are found with which every array has elements.
    """
    most = _MOST_SIZES[min(turn, len(_MOST_SIZES) - 1)]
    for _ in range(50):
        drawn = np.exp(rng.uniform(0.0, math.log(most), len(letters)))
        if turn % 2:  # all of them large
            drawn = rng.uniform(most // 2, most, len(letters))
        sizes = {**usual, **dict(zip(letters, map(int, drawn.tolist()), strict=True))}
        if all_have_elements(scopes, sizes):
            return sizes
    return None


def all_have_elements(scopes: Iterable[Scope], sizes: dict[str, int]) -> bool:
    """Tells whether every array has elements with some sizes."""
    derived = [end for scope in scopes for end in scope.ends if not isinstance(end, tree.Name)]
    fixed = {name: value for scope in scopes for name, value in constants(scope).items()}
    return all(_has_elements(end, {**sizes, **fixed}) for end in derived)


def _has_elements(end: Node, sizes: dict[str, int]) -> bool:
    try:
        value = size_value(end, sizes, {})
    except SizeError:
        return True  # it depends on an index
    return value >= 1 and value.denominator == 1


def _improve(
    sizes: dict[str, int], letters: list[str], layers: set[str], groups: "list[_Group]"
) -> float:
    """Changes one size after the other as long as that helps; returns the cost."""
    for _ in range(3):
        before = dict(sizes)
        for letter in letters:
            touched = [group for group in groups if letter in group.letters]
            values = (3, 4) if letter in layers else _SIZES
            sizes[letter] = min(
                values, key=lambda v: sum(g.cost({**sizes, letter: v}) for g in touched)
            )
        if sizes == before:
            break
    return sum(group.cost(sizes) for group in groups)


class _Group:
    """The sizes that are seen together in one place."""

    def __init__(self, scope: Scope, rng: np.random.Generator, wanted: dict[str, int]) -> None:
        ends = scope.ends
        self.families = {
            part.base.text
            for end in ends
            for part in end.walk()
            if isinstance(part, tree.Script)
            and isinstance(part.base, tree.Name)
            and part.base.text in scope.sizes
        }
        self.letters = sorted(scope.sizes - self.families)
        self.layers: set[str] = set()
        if self.families:
            for symbol in scope.symbols:
                for axis in symbol.axes[: symbol.in_superscript]:
                    self.layers |= {
                        part.text
                        for part in scope.bounds(axis)[1].walk()
                        if isinstance(part, tree.Name)
                    }
        # Draws differ, so that no constant can pass for a size. With two steps or two elements much
        # that is wrong comes out right: a size of 2 has to save something, and a recurrence needs
        # a third step.
        steps = _steps(scope)
        dislike = {letter: 40.0 if letter in steps else 4.0 for letter in self.letters}
        self.tastes = {
            (letter, value): rng.uniform(0.0, 3.0)
            + dislike[letter] * (value <= 2)
            + 1000.0 * (value == 1)
            for letter in self.letters
            for value in _SIZES
        }
        # One that is wanted is worth more than that they differ, but not than that all have a size.
        for letter, value in wanted.items():
            if letter in self.letters:
                for other in _SIZES:
                    self.tastes[letter, other] = 200.0 * abs(value - other)
        self.constants = constants(scope)
        simple = tree.Name | tree.Number | tree.Script
        derived = dict.fromkeys(end for end in ends if not isinstance(end, simple))
        self.derived = {latex(node): _remembering(node) for node in derived}
        shapes = [[scope.bounds(axis)[1] for axis in s.axes] for s in scope.symbols if s.axes]
        self.shapes = list(dict.fromkeys(tuple(map(latex, shape)) for shape in shapes))
        self._costs: dict[tuple[int, ...], float] = {}

    def cost(self, sizes: dict[str, int]) -> float:
        """Says how bad a choice is: sizes that are equal or empty, arrays that are large."""
        plain = tuple(sizes[letter] for letter in self.letters)
        if plain not in self._costs:
            self._costs[plain] = self._cost(plain, {**sizes, **self.constants})
        return self._costs[plain]

    def _cost(self, plain: tuple[int, ...], known: dict[str, int]) -> float:
        seen = set(plain)
        cost = 100.0 * (len(plain) - len(seen))
        cost += sum(self.tastes.get(pair, 0.0) for pair in zip(self.letters, plain, strict=True))
        values: dict[str, float] = dict(known)
        for name, size in self.derived.items():
            value = size(known)
            if value is None:
                continue
            values[name] = max(value, 1)  # an empty array is no small one
            cost += 1000.0 * (value < 1) + 20.0 * (value == 1) + 3.0 * (value in seen)
        for shape in self.shapes:
            cost += 0.2 * math.prod(values.get(name, 3.0) for name in shape)
        return cost


def _steps(scope: Scope) -> set[str]:
    """Returns the letters that count the steps of a recurrence, from `h_0` to `h_t`."""
    families = ((symbol, scope.family(symbol)) for symbol in scope.symbols)
    return {
        part.text
        for symbol, family in families
        if family is not None
        for axis in family.axes[: len(symbol.point)]
        for part in scope.bounds(axis)[1].walk()
        if isinstance(part, tree.Name)
    }


def _remembering(node: Node) -> Callable[[dict[str, int]], float | None]:
    """Returns a function that computes a size once for each choice of its letters."""
    letters = sorted({part.text for part in node.walk() if isinstance(part, tree.Name)})
    known: dict[tuple[int | None, ...], float | None] = {}

    def value(sizes: dict[str, int]) -> float | None:
        key = tuple(map(sizes.get, letters))
        if key not in known:
            try:
                known[key] = float(size_value(node, sizes, {}))
            except SizeError:
                known[key] = None
        return known[key]

    return value


def constants(scope: Scope) -> dict[str, int]:
    """Returns the symbols of a scope that have a fixed whole value, `= 2`."""
    return {symbol.name: symbol.whole for symbol in scope.symbols if symbol.whole is not None}
