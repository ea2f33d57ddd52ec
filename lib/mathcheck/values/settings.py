"""What symbols are set to at a bar, `y |_{x=1}`: values that their rows of the table allow."""

import numpy as np
from numpy.typing import NDArray

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.errors import EvalError, ShapeError
from mathcheck.values.arrays import Eye
from mathcheck.values.numbers import Value
from mathcheck.values.one_draw import World


def setting(by: terms.Ref, value: Value, world: World) -> NDArray[np.float64]:
    """Returns the values that a symbol has at a bar.

    Args:
        by: the symbol.
        value: what it is set to, a number or an array as large.
        world: the draw.

    Raises:
        EvalError: the table does not allow it.
    """
    shape = world.shape(by.symbol)
    if isinstance(value, Eye):
        value = value.like(np.empty((*shape, 1)))
    array = np.asarray(value)
    if array.ndim:  # with an axis for what is perturbed, and nothing is
        array = array[..., 0]
    if array.shape not in ((), shape):
        message = f"{by.symbol.name} is {{}}, this is {{}}"
        raise ShapeError(message, by.node, shape, array.shape)
    full = np.array(np.broadcast_to(array, shape), dtype=float)
    if not np.all(allowed(by.symbol, full, world)):
        message = f"by its row {by.symbol.name} cannot be {float(full.reshape(-1)[0]):.6g}"
        raise EvalError(message, by.node)
    return full


def allowed(symbol: Symbol, values: NDArray[np.float64], world: World) -> NDArray[np.bool_]:
    """Tells which of some values a symbol may have by its row."""
    match symbol.domain:
        case "positive":
            return np.asarray(values > 0)
        case "negative":
            return np.asarray(values < 0)
        case "nonzero":
            return np.asarray(values != 0)
        case "interval":
            low, high = world.interval(symbol)
            inside = (low < values) & (values < high)
            ends = (low == values) & symbol.closed[0] | (high == values) & symbol.closed[1]
            return np.asarray(inside | ends)
    return np.isfinite(values)
