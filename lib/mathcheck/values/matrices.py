"""Closures of what works on whole arrays, made of the closures of its parts."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.blocks import Lengths, Place, is_zero
from mathcheck.meaning.matrices import is_row
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text.errors import EvalError, ShapeError, TooClose
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node
from mathcheck.values.arrays import Eye, as_number, collect
from mathcheck.values.branches import decides, noting_choice, noting_map
from mathcheck.values.budget import FACTORS_A_STEP, MOST_ELEMENTS
from mathcheck.values.functions import MAPS, OPERATIONS
from mathcheck.values.inline import Code, Env
from mathcheck.values.numbers import Value, divide, matmul

_LARGEST_POWER = 64


def map_code(term: terms.Map, argument: Code) -> Code:
    """A function of each element."""
    apply = MAPS[term.function]
    noting = noting_map(term) if decides(term) else None

    def mapped(env: Env, ctx: Any) -> Value:
        value = argument(env, ctx)
        if isinstance(value, Eye):
            return Eye(apply(value.factor))
        return apply(value) if noting is None else noting(ctx, value)

    return mapped


def arith_code(term: terms.Arith, left: Code, right: Code) -> Code:
    """An operation element by element, broadcast."""
    apply, op = OPERATIONS[term.op], term.op
    noting = noting_choice(term) if decides(term) else None

    def arrays(env: Env, ctx: Any) -> Value:
        a, b = left(env, ctx), right(env, ctx)
        if isinstance(a, Eye) or isinstance(b, Eye):
            return _with_eye(op, a, b, term)
        if term.left.rank and term.right.rank:
            _check_broadcast(a, b, term)
        return apply(a, b) if noting is None else noting(ctx, a, b)

    return arrays


def _with_eye(op: str, a: Value, b: Value, term: terms.Arith) -> Value:
    if op == "*" and not (isinstance(a, Eye) and isinstance(b, Eye)):
        eye, other, rank = (a, b, term.right.rank) if isinstance(a, Eye) else (b, a, term.left.rank)
        return Eye(eye.factor * other) if not rank else eye.like(other) * other
    if op == "/" and not term.right.rank:
        return Eye(divide(a.factor, b))
    if op in "+-":
        if isinstance(a, Eye) and isinstance(b, Eye):
            return Eye(OPERATIONS[op](a.factor, b.factor))
        matrices = term.left.rank == term.right.rank == 2
        if matrices:
            return OPERATIONS[op](
                a.like(b) if isinstance(a, Eye) else a, b.like(a) if isinstance(b, Eye) else b
            )
    raise EvalError("the identity matrix cannot stand here", term.node)


def _check_broadcast(a: Value, b: Value, term: terms.Arith) -> None:
    one, two = a.shape[:-1], b.shape[:-1]
    for x, y in zip(reversed(one), reversed(two), strict=False):
        if x != y and x != 1 and y != 1:
            signs = {"+": "adds", "-": "subtracts", "*": "multiplies", "/": "divides"}
            verb = signs.get(term.op, "combines")
            raise ShapeError(f"this {verb} arrays of shape {{}} and {{}}", term.node, one, two)


def product_code(kind: str, left: Code, right: Code, term: terms.Product) -> Code:
    """A matrix product, inner or outer."""

    def product(env: Env, ctx: Any) -> Value:
        a, b = left(env, ctx), right(env, ctx)
        if isinstance(a, Eye):
            return Eye(a.factor * b.factor) if isinstance(b, Eye) else b * a.factor
        if isinstance(b, Eye):
            return a * b.factor
        if kind == "outer":
            return a[:, None, :] * b[None, :, :]
        if kind == "kron":
            blocks = a[:, None, :, None, :] * b[None, :, None, :, :]
            return blocks.reshape(a.shape[0] * b.shape[0], a.shape[1] * b.shape[1], -1)
        inner = a.shape[-2], b.shape[0]
        if inner[0] != inner[1]:
            what = f"`{latex(_last_factor(term.left, term.node))} {latex(term.right.node)}`"
            message = what.replace("{", "{{").replace("}", "}}") + " multiplies {} by {}"
            raise ShapeError(message, term.node, a.shape[:-1], b.shape[:-1])
        if kind == "inner":
            return as_number((a * b).sum(axis=0))
        ctx.spend(a.size * math.prod(b.shape[1:-1]) // FACTORS_A_STEP, term.node)
        value = matmul(a, b)
        return value if term.rank else as_number(value)

    return product


def _last_factor(term: Term, run: Node) -> Node:
    """Returns what stands last in the left part of a product of several."""
    while term.node is run and isinstance(term, terms.Product | terms.Arith):
        term = term.right
    return term.node


def matrix_product(left: Value, right: Value) -> Value:
    """Multiplies two matrices, one of which may be a multiple of the identity."""
    if isinstance(left, Eye):
        return Eye(left.factor * right.factor) if isinstance(right, Eye) else right * left.factor
    return left * right.factor if isinstance(right, Eye) else matmul(left, right)


def power_code(base: Code, exponent: Callable[[Env, Any], int], node: Node) -> Code:
    """A power of a square matrix; a matrix that has no inverse is drawn again."""

    def powered(env: Env, ctx: Any) -> Value:
        value, times = base(env, ctx), exponent(env, ctx)
        if isinstance(value, Eye):
            return Eye(OPERATIONS["**"](value.factor, times))
        if value.shape[0] != value.shape[1]:
            raise ShapeError("a power of a matrix of shape {}", node, value.shape[:-1])
        if abs(times) > _LARGEST_POWER:
            raise EvalError(f"a matrix to the power {times}: this is too large", node)
        products = abs(times).bit_length() + 3 * (times < 0)
        ctx.spend(value.size * len(value) * products // FACTORS_A_STEP, node)
        try:
            return np.moveaxis(np.linalg.matrix_power(np.moveaxis(value, -1, 0), times), 0, -1)
        except np.linalg.LinAlgError:
            raise TooClose from None

    return powered


_NO_LENGTH = "how long is this vector of ones? Write the sum"


def ones_code(length: Callable[[Env, Any], int] | None, node: Node) -> Code:
    r"""A vector of ones; refuses a `\mathbf 1` that stands alone."""

    def ones(env: Env, ctx: Any) -> Value:
        if length is None:
            raise EvalError(_NO_LENGTH, node)
        return np.ones((_checked(length(env, ctx), 1, node), 1))

    return ones


def identity_code(length: Callable[[Env, Any], int], node: Node) -> Code:
    """An identity matrix of a size that is stated."""
    return lambda env, ctx: np.eye(_checked(length(env, ctx), 2, node))[:, :, None]


def _checked(length: int, axes: int, node: Node) -> int:
    """Returns how long an array is to be, if that can be."""
    if not 0 < length <= MOST_ELEMENTS ** (1 / axes):
        raise EvalError(f"an array of {length:,} rows cannot be had here", node)
    return length


def length_code(argument: Code, axis: int, node: Node) -> Code:
    """How long an axis of a value is."""

    def length(env: Env, ctx: Any) -> int:
        value = argument(env, ctx)
        if isinstance(value, Eye):
            raise EvalError(_NO_LENGTH, node)
        return int(value.shape[axis])

    return length


def element_code(argument: Code, indices: list[Callable[[Env, Any], int]], node: Node) -> Code:
    """One element of what is no symbol."""

    def element(env: Env, ctx: Any) -> Value:
        value = argument(env, ctx)
        at = tuple(i(env, ctx) for i in indices)
        if isinstance(value, Eye):
            return value.factor if at[0] == at[1] else 0
        if not all(1 <= i <= n for i, n in zip(at, value.shape, strict=False)):
            raise EvalError(f"the element {at} of an array of shape {value.shape[:-1]}", node)
        return as_number(value[tuple(i - 1 for i in at)])

    return element


# An index, the two ends of a slice, or None for all of an axis.
IndexCode = Callable[[Env, Any], int]
Ends = IndexCode | tuple[IndexCode, IndexCode] | None


def part_code(symbol: Symbol, whole: Code, places: list[Ends], node: Node) -> Code:
    """The part of a symbol that slices pick."""

    def part(env: Env, ctx: Any) -> Value:
        at: list[int | slice] = []
        for axis, place in enumerate(places):
            low, high = ctx.bounds(symbol, axis, ())
            if place is None:
                at.append(slice(None))
                continue
            pair = place if isinstance(place, tuple) else (place, place)
            first, last = (code(env, ctx) for code in pair)
            if not low <= first <= last <= high:
                runs = f"{ctx.describe(symbol, axis)}, here {low}..{high}"
                message = f"from {first} to {last}, where {symbol.name} runs over {runs}"
                raise EvalError(message, node)
            at.append(
                slice(first - low, last - low + 1) if isinstance(place, tuple) else first - low
            )
        return whole(env, ctx)[tuple(at)]

    return part


def stack_code(rows: list[list[Code]]) -> Code:
    """A matrix written out."""

    def stacked(env: Env, ctx: Any) -> Value:
        values = [[np.atleast_1d(code(env, ctx)) for code in row] for row in rows]
        lanes = max(value.shape[0] for row in values for value in row)
        return np.array([[np.broadcast_to(v, (lanes,)) for v in row] for row in values])

    return stacked


def blocks_code(term: terms.Blocks, compile_term: Callable[[Term], Code]) -> Code:
    """A matrix of blocks, or a long vector of them.

    Args:
        term: what is written.
        compile_term: returns the closure of an entry.
    """
    places = {
        (i, j): (entry, is_row(entry) and term.rank == 2, compile_term(entry))
        for i, row in enumerate(term.rows)
        for j, entry in enumerate(row)
    }
    down, across = len(term.rows), len(term.rows[0])

    def together(env: Env, ctx: Any) -> Value:
        def differ(here: Place, there: Place) -> None:
            entry = places[here][0]
            one, other = found[here], found[there]
            if isinstance(one, Eye) or isinstance(other, Eye):
                raise EvalError("an identity matrix is square: it does not fit here", entry.node)
            message = "a block of shape {} does not fit one of shape {}"
            raise ShapeError(message, entry.node, one.shape[:2], other.shape[:2])

        lengths: Lengths[int] = Lengths(down, across, differ)
        found = {}
        for place, (entry, lying, code) in places.items():
            value = found[place] = _as_block(code(env, ctx), entry, lying)
            if not isinstance(value, Eye) and not is_zero(entry):
                lengths.note(*place, *value.shape[:2])
        lengths.spread(place for place, value in found.items() if isinstance(value, Eye))
        for (i, j), (entry, _, _) in places.items():
            if lengths.rows[i] is None or lengths.columns[j] is None:
                raise EvalError("nothing says how large this block is", entry.node)
        lanes = max(v.shape[-1] for v in found.values() if not isinstance(v, Eye))
        columns = lengths.columns
        rows = [
            np.concatenate(
                [_filled(found[i, j], (height, width, lanes)) for j, width in enumerate(columns)],
                axis=1,
            )
            for i, height in enumerate(lengths.rows)
        ]
        whole = np.concatenate(rows, axis=0)
        return whole if term.rank == 2 else whole[:, 0]

    return together


def _as_block(value: Value, entry: Term, lying: bool) -> Value:
    """Returns a number or a vector as a matrix with one row or one column."""
    if isinstance(value, Eye) or entry.rank == 2:
        return value
    if entry.rank == 0:
        return np.atleast_1d(value)[None, None, :]
    return value[None, :, :] if lying else value[:, None, :]


def _filled(block: Value, shape: tuple[Any, ...]) -> Value:
    """Returns a block as large as it has to be."""
    if isinstance(block, Eye):
        block = np.eye(*shape[:2])[:, :, None] * block.factor
    return np.broadcast_to(block, shape)


def collect_code(function: str, argument: Code, rank: int, node: Node) -> Code:
    """A function of a whole array."""

    def collected(env: Env, ctx: Any) -> Value:
        value = argument(env, ctx)
        if isinstance(value, Eye):
            raise EvalError(f"the {function} of the identity matrix", node)
        if function == "det":
            ctx.spend(value.size * len(value) // FACTORS_A_STEP, node)
        return collect(function, value, rank) if rank else MAPS["abs"](value)

    return collected
