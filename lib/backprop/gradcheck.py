"""Gradients by numbers, and a check of a backward function against them.

Two ways to differentiate a function without deriving anything. Central differences work for any
function, to about ten digits. The complex step is exact to rounding, but the function must be one
that can be evaluated at complex numbers, which rules out an absolute value, say.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np

from backprop.shapes import Array, shapes

Index: TypeAlias = tuple[int, ...]


@shapes(eps="(0, inf)")
def numerical_gradient(f: Callable[[Array], Any], x: Array, eps: float = 1e-5) -> Array:
    """Differentiates f at x by central differences.

    Each element of x is moved by eps to either side. The error has two parts: of the order of eps²
    from the curvature of f, and 1e-16 / eps from rounding. The default is near the best of both.

    Args:
        f: a function from an array to a number.
        x: where to differentiate, float64, any shape. f gets copies of it.
        eps: how far to move.

    Returns:
        The gradient, in the shape of x.

    Raises:
        TypeError: x is no float64 array.
        ValueError: x is empty, or eps is not above 0.

    Examples:
        >>> gradient = numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -3.0]))
        >>> gradient.round(6)
        array([ 2., -6.])
    """
    _check_float64("x", x)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        gradient[index] = (f(_moved(x, index, eps)) - f(_moved(x, index, -eps))) / (2 * eps)
    return gradient


@shapes()
def complex_step_gradient(f: Callable[[Array], Any], x: Array) -> Array:
    """Differentiates f at x by complex step: the imaginary part of f(x + ih), divided by h.

    Nothing is subtracted, so nothing cancels, and h can be so small that no other error is left.

    Args:
        f: an analytic function from an array to a number.
        x: where to differentiate, float64, any shape. f gets complex copies of it.

    Returns:
        The gradient, in the shape of x.

    Raises:
        TypeError: x is no float64 array, or f loses the imaginary part.
        ValueError: x is empty.

    References:
        Squire and Trapp, Using complex variables to estimate derivatives of real functions,
        SIAM Review 40, 1998.

    Examples:
        >>> complex_step_gradient(lambda x: (x**2).sum(), np.array([1.0, -3.0]))
        array([ 2., -6.])
    """
    _check_float64("x", x)
    gradient = np.empty_like(x)
    h = 1e-30
    for index in np.ndindex(x.shape):
        value = f(_moved(x.astype(np.complex128), index, h * 1j))
        if not np.iscomplexobj(value):
            raise TypeError("f returned a real number for a complex array")
        gradient[index] = value.imag / h
    return gradient


class GradientReport(Mapping[str, float]):
    """The worst relative error for each input of a checked function.

    An error is the difference between the two gradients divided by the larger one. Elements below
    a thousandth of the largest count as that large, since their rounding errors mean nothing.
    Where a gradient is NaN or infinite, the error is infinite.

    Attributes:
        where: for each input, the index of the worst element.
    """

    def __init__(self, gradients: Mapping[str, tuple[Array, Array]]) -> None:
        self.where: dict[str, Index] = {}
        self._errors: dict[str, float] = {}
        self._lines: list[str] = []
        for name, (ours, numerical) in gradients.items():
            larger = np.maximum(np.abs(ours), np.abs(numerical))
            largest = np.fmax.reduce(larger, axis=None)  # passes over a NaN, which max would not
            with np.errstate(invalid="ignore"):
                errors = np.abs(ours - numerical) / np.maximum(larger, 1e-3 * largest)
            errors = np.where(np.isnan(errors), np.inf, errors)  # < and max() pass over a NaN
            index = tuple(int(i) for i in np.unravel_index(np.argmax(errors), errors.shape))
            self.where[name] = index
            self._errors[name] = float(errors[index])
            self._lines.append(
                f"{name}: worst relative error {errors[index]:.1e} at {index}, "
                f"backward {ours[index]:.6g}, numerical {numerical[index]:.6g}"
            )

    def __getitem__(self, name: str) -> float:
        return self._errors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._errors)

    def __len__(self) -> int:
        return len(self._errors)

    def __str__(self) -> str:
        return "\n".join(self._lines)

    def __repr__(self) -> str:
        return f"GradientReport({self._errors})"


@shapes(rng="rng", eps="(0, inf)")
def check_gradients(
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[[Any, Any], Array | tuple[Array, ...]],
    *,
    rng: np.random.Generator | None = None,
    eps: float = 1e-5,
    method: Literal["central", "complex"] = "central",
    **inputs: Array,
) -> GradientReport:
    """Compares a backward function with numerical gradients of its forward function.

    The output is reduced to one number by a random cotangent R, as sum(out * R). A cotangent of
    ones would hide errors: behind a softmax, whose rows sum to 1, it makes every gradient 0.
    For the same reason an input whose gradient is 0 everywhere is an error here, not a success.

    Args:
        forward: called with the inputs by keyword, returns (output, cache).
        backward: called with (R, cache), returns one gradient or a tuple, in the order of inputs.
        rng: draws R; a fresh generator by default.
        eps: step of the central differences.
        method: `"central"` or `"complex"`.
        **inputs: float64 arrays. Bind what is not to be differentiated, labels for instance, with
            `functools.partial`.

    Returns:
        For each input the worst relative error, and where it is.

    Raises:
        TypeError: an input is no float64 array.
        ValueError: an input is empty; there are too few gradients or too many; one has not the
            shape of its input; one is 0 everywhere, by both ways.

    Examples:
        >>> def forward(x, w):
        ...     return x * w, (x, w)
        >>> def backward(dy, cache):
        ...     x, w = cache
        ...     return dy * w, 2 * dy * x  # the 2 is wrong
        >>> x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0])
        >>> report = check_gradients(forward, backward, x=x, w=w)
        >>> report["x"] < 1e-9
        True
        >>> print(round(report["w"], 6))
        0.5
    """
    if not inputs:
        raise ValueError("there are no inputs, wanted at least one")
    for name, x in inputs.items():
        _check_float64(name, x)
    if method not in ("central", "complex"):
        raise ValueError(f"method is {method!r}, wanted 'central' or 'complex'")
    rng = np.random.default_rng() if rng is None else rng

    out, cache = forward(**inputs)
    R = rng.standard_normal(np.shape(out))[()]
    gradients = backward(R, cache)
    if not isinstance(gradients, tuple):
        gradients = (gradients,)
    if len(gradients) != len(inputs):
        raise ValueError(
            f"backward returned {len(gradients)} gradients, "
            f"wanted {len(inputs)}: {', '.join(inputs)}"
        )

    # Below this, a gradient is rounding alone: 0 as far as the method can tell.
    resolution = 1.0 if method == "complex" else eps
    rounding = 10 * np.finfo(np.float64).eps * np.abs(out * R).sum() / resolution
    pairs = {}
    for (name, x), ours in zip(inputs.items(), gradients, strict=True):
        if np.shape(ours) != x.shape:
            raise ValueError(
                f"the gradient for {name} has shape {np.shape(ours)}, wanted {x.shape}"
            )

        def projected(moved: Array, name: str = name) -> Any:
            return (forward(**{**inputs, name: moved})[0] * R).sum()

        if method == "complex":
            numerical = complex_step_gradient(projected, x)
        else:
            numerical = numerical_gradient(projected, x, eps)
        if max(np.abs(ours).max(), np.abs(numerical).max()) <= rounding:
            raise ValueError(
                f"the gradient for {name} is 0 everywhere, "
                "so that this check could not fail; choose other inputs"
            )
        pairs[name] = (np.asarray(ours), numerical)
    return GradientReport(pairs)


def _check_float64(name: str, x: Any) -> None:
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{name} has type {type(x).__name__}, wanted a float64 array")
    if x.dtype != np.float64:
        raise TypeError(f"{name} is {x.dtype}, wanted float64")
    if x.size == 0:
        raise ValueError(f"{name} is empty, its shape is {x.shape}")


def _moved(x: Array, index: Index, by: complex) -> Array:
    moved = x.copy()
    moved[index] += by
    return moved
