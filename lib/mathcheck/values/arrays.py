"""Values that are arrays, their lanes last, and what can be wrong with them."""

from typing import Any

import numpy as np

from mathcheck.values.numbers import MAPS, Value, larger, real, smaller


class Eye:
    """A multiple of the identity matrix that takes its size from what it meets."""

    def __init__(self, factor: Value) -> None:
        self.factor = factor

    def like(self, other: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Returns it as large as a matrix."""
        if np.ndim(other) != 3:
            raise TypeError("an identity matrix beside what is no matrix has no size")
        rows, columns = other.shape[:2]
        return np.asarray(np.eye(rows, columns)[:, :, None] * self.factor)


def as_number(lanes: Value) -> Value:
    """Returns a plain number for one real lane."""
    if isinstance(lanes, np.ndarray) and lanes.shape == (1,) and not np.iscomplexobj(lanes):
        return lanes[0].item()
    return lanes


def turned(value: Value) -> Value:
    """Returns a matrix's transpose."""
    return value if isinstance(value, Eye) else np.swapaxes(value, 0, 1)


def best(values: list[float], largest: bool) -> int:
    """Returns the place of the largest or the smallest number."""
    ordered = sorted(values, reverse=largest)
    if len(ordered) > 1:
        (larger if largest else smaller)(ordered[0], ordered[1])
    return values.index(ordered[0])


def extreme(values: Any, op: str) -> Value:
    """Returns the maximum or the minimum of several values, element by element."""
    choose = {"max": larger, "min": smaller}[op]
    found, *rest = values
    for value in rest:
        found = choose(found, value)
    return found


def collect(function: str, value: Value, rank: int) -> Value:
    """Applies a function of a whole array.

    Args:
        function: its name.
        value: the array.
        rank: how many axes it has, without its lanes.
    """
    axes = tuple(range(rank))
    match function:
        case "norm":
            return as_number(np.sqrt((value * value).sum(axis=axes)))
        case "norm1":
            return as_number(MAPS["abs"](value).sum(axis=axes))
        case "sum":
            return as_number(value.sum(axis=axes))
        case "mean":
            return as_number(value.mean(axis=axes))
        case "det":
            if value.shape[0] != value.shape[1]:
                raise ValueError("the determinant of what is no square matrix")
            return as_number(np.linalg.det(np.moveaxis(value, -1, 0)))
        case "sum_rows":
            return value.sum(axis=0)
        case "sum_columns":
            return value.sum(axis=1)
        case "vec":
            return value.swapaxes(0, 1).reshape(-1, value.shape[-1])
        case "trace":
            return as_number(np.trace(value))
        case "softmax":
            powers = np.exp(value)
            return powers / powers.sum(axis=-2, keepdims=True)
        case "diag" if rank == 2:
            return np.moveaxis(np.diagonal(value), -1, 0)
        case "diag":
            return np.eye(value.shape[0])[:, :, None] * value[:, None, :]
    flat = value.reshape(-1, value.shape[-1])
    match function:
        case "argmax" | "argmin":
            return best([real(lanes) for lanes in flat], function == "argmax") + 1
        case "norminf":
            return as_number(extreme(MAPS["abs"](flat), "max"))
    return as_number(extreme(flat, function))
