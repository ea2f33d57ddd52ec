"""Draws sizes and random values.

The sizes of what is seen together are small and distinct, so that a swapped index cannot hide.
"""

import math
from collections.abc import Iterable
from fractions import Fraction
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mathcheck import tree
from mathcheck.scope import Scope
from mathcheck.symbols import Symbol
from mathcheck.tree import Node

# How many members a family of sizes has, D_0 to D_7.
FAMILY = 8
_STARTS = 3


class SizeError(Exception):
    """A size that has no value."""


def size_value(node: Node, sizes: dict[str, int], env: dict[str, int]) -> Fraction:
    """Computes a size such as `H - P + 1` exactly."""
    match node:
        case tree.Number(text):
            return Fraction(text)
        case tree.Name(text):
            if text in env:
                return Fraction(env[text])
            if text in sizes:
                return Fraction(sizes[text])
        case tree.Script(tree.Name(base), (index,), None):
            which = int(size_value(index, sizes, env))
            if (name := f"{base}_{which}") in sizes:
                return Fraction(sizes[name])
            raise SizeError(f"there is no {name}")
        case tree.Negative(body):
            return -size_value(body, sizes, env)
        case tree.Group((single,)):
            return size_value(single, sizes, env)
        case tree.Fence(body, "floor"):
            return Fraction(math.floor(size_value(body, sizes, env)))
        case tree.Fence(body, "ceil"):
            return Fraction(math.ceil(size_value(body, sizes, env)))
        case tree.Run(factors):
            return math.prod((size_value(f, sizes, env) for f in factors), start=Fraction(1))
        case tree.Script(base_node, (), power) if power is not None:
            return size_value(base_node, sizes, env) ** int(size_value(power, sizes, env))
        case tree.Fraction(left, right) | tree.Binary("/", left, right):
            return size_value(left, sizes, env) / size_value(right, sizes, env)
        case tree.Binary(op, left, right):
            a, b = size_value(left, sizes, env), size_value(right, sizes, env)
            return a + b if op == "+" else a - b if op == "-" else a * b
    raise SizeError("this is no size")


def draw_sizes(scopes: Iterable[Scope], rng: np.random.Generator) -> dict[str, int]:
    """Draws a small value for every size letter; letters that are seen together differ."""
    groups = list({tuple(map(id, s.symbols)): _Group(s) for s in scopes}.values())
    letters = sorted({letter for group in groups for letter in group.letters})
    layers = {letter for group in groups for letter in group.layers}
    families = sorted({base for group in groups for base in group.families})
    best: tuple[float, dict[str, int]] = (math.inf, {})
    for _ in range(_STARTS):
        sizes = {letter: int(rng.integers(2, 7)) for letter in letters}
        for base in families:
            chosen = rng.permutation(np.arange(2, 2 + FAMILY))
            sizes.update({f"{base}_{i}": int(v) for i, v in enumerate(chosen)})
        cost = _improve(sizes, letters, layers, groups)
        best = min(best, (cost, sizes), key=lambda pair: pair[0])
    return best[1]


def _improve(
    sizes: dict[str, int], letters: list[str], layers: set[str], groups: "list[_Group]"
) -> float:
    """Changes one size after the other as long as that helps; returns the cost."""
    cost = sum(group.cost(sizes) for group in groups)
    for _ in range(4):
        before = cost
        for letter in letters:
            for value in (3, 4) if letter in layers else range(2, 10):
                tried = {**sizes, letter: value}
                new = sum(group.cost(tried) for group in groups)
                if new < cost:
                    cost = new
                    sizes[letter] = value
        if cost == before:
            break
    return cost


class _Group:
    """The sizes that are seen together in one place."""

    def __init__(self, scope: Scope) -> None:
        self.families = {
            node.base.text
            for symbol in scope.symbols
            for axis in symbol.axes
            for node in (*axis.first.walk(), *axis.last.walk())
            if isinstance(node, tree.Script)
            and isinstance(node.base, tree.Name)
            and node.base.text in scope.sizes
        }
        self.letters = scope.sizes - self.families
        self.layers: set[str] = set()
        self.constants = constants(scope)
        self.derived: list[Node] = []
        self.volumes = [tuple(axis.last for axis in s.axes) for s in scope.symbols if s.axes]
        for symbol in scope.symbols:
            for axis in symbol.axes:
                first, last = scope.bounds(axis)
                if self.families and isinstance(last, tree.Name) and symbol.in_superscript:
                    self.layers.add(last.text)
                if not isinstance(last, tree.Name | tree.Number | tree.Script):
                    self.derived.append(last)

    def cost(self, sizes: dict[str, int]) -> float:
        """Says how bad a choice is: sizes that are equal, empty or large."""
        known = {**sizes, **self.constants}
        plain = [sizes[letter] for letter in self.letters]
        cost = 100.0 * (len(plain) - len(set(plain)))
        seen = set(plain)
        for node in {repr(node): node for node in self.derived}.values():
            try:
                value = size_value(node, known, {})
            except SizeError:
                continue
            cost += 1000.0 * (value < 1) + 20.0 * (value == 1) + 3.0 * (value in seen)
        return cost + sum(self._volume(axes, known) for axes in self.volumes) ** 0.5

    def _volume(self, axes: tuple[Node, ...], known: dict[str, int]) -> float:
        try:
            return float(math.prod(max(size_value(axis, known, {}), 1) for axis in axes))
        except SizeError:
            return 0.0


def constants(scope: Scope) -> dict[str, int]:
    """Returns the symbols of a scope that have a fixed whole value, `= 2`."""
    known: dict[str, int] = {}
    for symbol in scope.symbols:
        if symbol.domain == "constant" and not symbol.axes:
            node = symbol.details[0]
            if isinstance(node, tree.Number) and "." not in node.text:
                known[symbol.name] = int(node.text)
    return known


def generator(seed: int, draw: int, attempt: int, *what: object) -> np.random.Generator:
    """Returns a random generator of its own for each thing that is drawn."""
    return np.random.default_rng([seed, draw, attempt, crc32(repr(what).encode())])


def random_array(
    symbol: Symbol, shape: tuple[int, ...], details: tuple[float, ...], rng: np.random.Generator
) -> NDArray[np.float64] | NDArray[np.int64]:
    """Draws the values of a symbol as its table says."""
    match symbol.domain:
        case "positive":
            return rng.uniform(0.3, 1.7, shape)
        case "negative":
            return rng.uniform(-1.7, -0.3, shape)
        case "nonzero":
            return rng.uniform(0.3, 1.7, shape) * rng.choice([-1.0, 1.0], shape)
        case "interval":
            low, high = details
            margin = 0.1 * (high - low)
            return rng.uniform(low + margin, high - margin, shape)
        case "integer":
            return rng.integers(int(details[0]), int(details[1]) + 1, shape)
        case "binary":
            return _mixed(rng, shape, (0, 1))
        case "sign":
            return _mixed(rng, shape, (-1, 1))
        case "one-hot":
            return np.eye(shape[-1], dtype=np.int64)[rng.integers(0, shape[-1], shape[:-1])]
        case "probabilities":
            weights = rng.uniform(0.3, 1.7, shape)
            return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
        case "symmetric":
            value = rng.uniform(-1.5, 1.5, shape)
            return np.asarray((value + np.swapaxes(value, -1, -2)) / 2)
    return rng.uniform(0.2, 1.5, shape) * rng.choice([-1.0, 1.0], shape)


def _mixed(
    rng: np.random.Generator, shape: tuple[int, ...], values: tuple[int, int]
) -> NDArray[np.int64]:
    """Draws two values so that both come up, if there is room for both."""
    drawn = rng.integers(0, 2, shape)
    flat = drawn.reshape(-1)
    if flat.size > 1 and flat.min() == flat.max():
        flat[rng.integers(0, flat.size)] ^= 1
    return np.asarray(values)[flat.reshape(shape)]


class RandomFunction:
    """A smooth function of one number, analytic, with all its derivatives."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.weights = rng.uniform(0.4, 1.0, 3) * rng.choice([-1.0, 1.0], 3)
        self.rates = rng.uniform(0.5, 1.4, 3)
        self.shifts = rng.uniform(-2.0, 2.0, 3)
        self.slope = float(rng.uniform(0.2, 0.5))

    def __call__(self, x: object, order: int = 0) -> object:
        """Returns the value of the derivative of some order."""
        value = np.asarray(x)[..., None]
        waves = self.weights * self.rates**order
        result = (waves * np.sin(self.rates * value + self.shifts + order * math.pi / 2)).sum(-1)
        line = (self.slope * np.asarray(x), self.slope, 0.0)[min(order, 2)]
        total = result + line
        return total if total.shape else float(total)


class RandomLoss:
    """A scalar function of many numbers, smooth, analytic, linear in none of them."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        waves = 3
        self.rates = rng.uniform(-1.0, 1.0, (waves, count))
        self.shifts = rng.uniform(-2.0, 2.0, (waves, 1))
        self.weights = rng.uniform(0.5, 1.5, (waves, 1))
        self.linear = rng.uniform(-1.0, 1.0, (count, 1))
        self.square = rng.uniform(-0.4, 0.4, (count, 1))

    def __call__(self, values: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Returns the value for `(count, lanes)` numbers, one for each lane."""
        waves = (self.weights * np.sin(self.rates @ values + self.shifts)).sum(axis=0)
        return waves + (self.linear * values + self.square * values * values).sum(axis=0)
