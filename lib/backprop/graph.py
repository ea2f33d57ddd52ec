"""A graph of operations that remembers how it was made: values go forward, gradients come back.

A `Value` knows what it was computed from, and how a gradient for it becomes gradients for those. So
any formula that is written with values can be walked back: `backward` is backpropagation. `node`
makes an operation of a pair of functions, such as every other module of this package holds.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Gradients: TypeAlias = Iterable[Array]
Operand: TypeAlias = Union["Value", Array, float]


class Value:
    """What a wire carries, and where it comes from.

    Args:
        data: a number or an array of any shape.
        parents: the values that it was computed from; none if it was given.
        pull: from the gradient for this value to the gradient for each parent, in their order.

    Attributes:
        grad: the gradient for this value, in the shape of `data`, as the last `backward` left it.

    Examples:
        >>> price, count = Value(3.0), Value(2.0)
        >>> bill = price * count
        >>> backward(bill)
        >>> print(bill.data, price.grad, count.grad)
        6.0 2.0 3.0
    """

    def __init__(
        self,
        data: Array | float,
        parents: Sequence["Value"] = (),
        pull: Callable[[Array], Gradients] = lambda dy: (),
    ) -> None:
        self.data = np.asarray(data)
        self.parents = parents
        self.pull = pull
        self.grad = np.zeros_like(self.data)

    def __add__(self, other: Operand) -> "Value":
        return add(self, as_value(other))

    def __mul__(self, other: Operand) -> "Value":
        return multiply(self, as_value(other))

    __radd__, __rmul__ = __add__, __mul__


def as_value(operand: Operand) -> Value:
    """Puts a plain number or array on a wire; a value stays the one it is."""
    return operand if isinstance(operand, Value) else Value(operand)


def add(a: Value, b: Value) -> Value:
    """Adds. The gradient is distributed: each part gets it as it came.

    Args:
        a: any shape.
        b: the same shape, or one that broadcasts with it.

    Examples:
        >>> a, b = Value(np.array([1.0, 2.0])), Value(10.0)
        >>> backward(add(a, b), np.array([1.0, 3.0]))
        >>> print(a.grad, b.grad)  # b stands in both sums
        [1. 3.] 4.0
    """

    def pull(dy: Array) -> Gradients:
        da = dy  # eq:graph-add
        db = dy  # eq:graph-add
        return da, db

    return Value(a.data + b.data, (a, b), pull)  # eq:graph-add


def multiply(a: Value, b: Value) -> Value:
    """Multiplies, element by element. The gradient goes to each times the other: swapped.

    Args:
        a: any shape.
        b: the same shape, or one that broadcasts with it.

    Examples:
        >>> a, b = Value(2.0), Value(5.0)
        >>> backward(multiply(a, b))
        >>> print(a.grad, b.grad)
        5.0 2.0
    """

    def pull(dy: Array) -> Gradients:
        da = dy * b.data  # eq:graph-multiply
        db = dy * a.data  # eq:graph-multiply
        return da, db

    return Value(a.data * b.data, (a, b), pull)  # eq:graph-multiply


def maximum(a: Value, b: Value) -> Value:
    """Takes the larger, element by element. The gradient is routed there; of equals to the first.

    Args:
        a: any shape.
        b: the same shape, or one that broadcasts with it.

    Examples:
        >>> a, b = Value(np.array([1.0, 7.0])), Value(np.array([4.0, 7.0]))
        >>> backward(maximum(a, b), np.array([1.0, 1.0]))
        >>> print(a.grad, b.grad)
        [0. 1.] [1. 0.]
    """

    def pull(dy: Array) -> Gradients:
        da = dy * (a.data >= b.data)  # eq:graph-max
        db = dy * (a.data < b.data)  # eq:graph-max
        return da, db

    return Value(np.maximum(a.data, b.data), (a, b), pull)  # eq:graph-max


def exp(a: Value) -> Value:
    """Takes the exponential, element by element; it is its own slope.

    Examples:
        >>> a = Value(0.0)
        >>> backward(exp(a), np.array(3.0))
        >>> print(a.grad)
        3.0
    """
    y = np.exp(a.data)  # eq:graph-exp
    return Value(y, (a,), lambda dy: (dy * y,))  # eq:graph-exp


def log(a: Value) -> Value:
    """Takes the natural logarithm, element by element.

    Examples:
        >>> a = Value(4.0)
        >>> backward(log(a))
        >>> print(a.grad)
        0.25
    """
    return Value(np.log(a.data), (a,), lambda dy: (dy / a.data,))


def total(a: Value) -> Value:
    """Adds up all elements; each gets the whole gradient.

    Examples:
        >>> a = Value(np.array([1.0, 2.0]))
        >>> backward(total(a))
        >>> a.grad
        array([1., 1.])
    """
    return Value(a.data.sum(), (a,), lambda dy: (dy * np.ones_like(a.data),))


def matmul(a: Value, b: Value) -> Value:
    """Multiplies two matrices.

    Args:
        a: shape (N, D).
        b: shape (D, M).

    Examples:
        >>> a, b = Value(np.array([[1.0, 2.0]])), Value(np.array([[3.0], [4.0]]))
        >>> backward(matmul(a, b))
        >>> a.grad
        array([[3., 4.]])
    """

    def pull(dy: Array) -> Gradients:
        da = dy @ b.data.T  # eq:graph-matmul-back
        db = a.data.T @ dy  # eq:graph-matmul-back
        return da, db

    return Value(a.data @ b.data, (a, b), pull)  # eq:graph-matmul


def node(forward: Callable[..., Any], backward: Callable[..., Any]) -> Callable[..., Value]:
    """Makes an operation on values of a pair of functions.

    Args:
        forward: from arrays to an output and a cache, `linear_forward` for instance.
        backward: from a gradient and that cache to a gradient for each array, or for the only one.

    Examples:
        >>> from backprop.activations import relu_backward, relu_forward
        >>> relu = node(relu_forward, relu_backward)
        >>> x = Value(np.array([-1.0, 2.0]))
        >>> y = relu(x)
        >>> y.pull(np.array([10.0, 20.0]))
        (array([ 0., 20.]),)
    """

    def operation(*inputs: Value) -> Value:
        y, cache = forward(*(value.data for value in inputs))

        def pull(dy: Array) -> Gradients:
            gradients = backward(dy, cache)
            return gradients if isinstance(gradients, tuple) else (gradients,)

        return Value(y, inputs, pull)

    return operation


def order(output: Value) -> list[Value]:
    """Lists all that a value depends on, each behind its parents, and itself last.

    Examples:
        >>> a = Value(2.0)
        >>> b = a * a
        >>> [value.data.item() for value in order(b * a)]
        [2.0, 4.0, 8.0]
    """
    ordered: list[Value] = []
    seen: set[Value] = set()
    waiting = [(output, False)]
    while waiting:
        value, parents_done = waiting.pop()
        if parents_done:
            ordered.append(value)
        elif value not in seen:
            seen.add(value)
            waiting.append((value, True))
            waiting += [(parent, False) for parent in value.parents]
    return ordered


def backward(output: Value, dy: Array | float = 1.0) -> None:
    """Backpropagation: puts a gradient on every wire that leads to an output.

    Args:
        output: where to begin.
        dy: the gradient for it; 1 if it is the loss itself.

    Raises:
        ValueError: dy does not have the shape of the output.

    References:
        Linnainmaa, Taylor expansion of the accumulated rounding error, BIT 16, 1976.

    Examples:
        >>> a = Value(3.0)
        >>> backward(a * a + a)  # by three ways: 3 + 3 + 1
        >>> print(a.grad)
        7.0
    """
    values = order(output)
    for value in values:
        value.grad = np.zeros_like(value.data)
    output.grad = output.grad + dy
    if output.grad.shape != output.data.shape:
        raise ValueError(f"backward: dy has shape {np.shape(dy)}, wanted {output.data.shape}")
    for value in reversed(values):
        for parent, gradient in zip(value.parents, value.pull(value.grad), strict=True):
            parent.grad = parent.grad + sum_to(gradient, parent.data.shape)  # eq:graph-dv


def sum_to(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Adds up a gradient over the axes along which an array of this shape was repeated.

    Examples:
        >>> sum_to(np.ones((3, 2)), (2,)), sum_to(np.ones((3, 2)), (3, 1))
        (array([3., 3.]), array([[2.],
               [2.],
               [2.]]))
    """
    summed = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    repeated = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.asarray(summed.sum(axis=repeated, keepdims=True))
