"""The walk through time: a cell, called once for each step, forwards and then back.

It is the same for every cell. A cell takes the input of a step, its own last states and its
weights, and returns its new states, the one that it hands out first, and a cache.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from backprop.masking import Mask, masked_cell_backward, masked_cell_forward
from backprop.shapes import Array

Cell: TypeAlias = Callable[..., tuple[Any, ...]]


class StepsCache(NamedTuple):
    """What `walk_back` needs: the state after every step, and the cell's cache of each."""

    h: Array
    steps: list[Any]
    weights: Sequence[Array]
    mask: Mask | None


def walk_forward(
    cell: Cell,
    x: Array,
    states: Sequence[Array],
    weights: Sequence[Array],
    *,
    mask: Mask | None = None,
    **options: Any,
) -> tuple[Array, list[Array], StepsCache]:
    """Reads a batch of sequences, each step from the states that the one before it left.

    Args:
        cell: one step forward, called with x[t], the states and the weights.
        x: inputs, time first, shape (T, N, D).
        states: the states before the first step, each of shape (N, H).
        weights: what else the cell takes.
        mask: true where a step is real, shape (T, N); None if all are.
        **options: what the cell takes by name.

    Returns:
        The first state after every step, shape (T, N, H); the states after the last step; and a
        cache for `walk_back`.

    Examples:
        >>> def add(x, h):  # a cell without weights
        ...     return x + h, None
        >>> x, h0 = np.array([[[1.0]], [[4.0]]]), np.array([[1.0]])
        >>> h, (last,), cache = walk_forward(add, x, (h0,), ())
        >>> h.ravel()
        array([2., 6.])
    """
    if mask is not None:  # an option, for sequences of unequal length
        cell = masked_cell_forward(cell)
    h, caches = [], []
    for x_t in x if mask is None else zip(x, mask, strict=True):
        *states, cache = cell(x_t, *states, *weights, **options)  # eq:bptt-h
        h.append(states[0])
        caches.append(cache)
    hs = np.stack(h)
    return hs, list(states), StepsCache(hs, caches, weights, mask)


def walk_back(
    cell_backward: Cell, dh: Array, dlast: Sequence[Array], cache: StepsCache
) -> tuple[Array, ...]:
    """Sends gradients back from the last step to the first.

    Args:
        cell_backward: one step back, the partner of `cell`.
        dh: gradient for the states h, shape (T, N, H): at each step, from that step's output alone.
        dlast: gradients for the other states after the last step, each of shape (N, H).
        cache: what `walk_forward` returned.

    Returns:
        The gradient dx, shape (T, N, D); one for each state before the first step; and one for each
        of the weights, summed over time.

    Examples:
        >>> def add(x, h):
        ...     return x + h, None
        >>> def add_backward(dh_next, cache):
        ...     return dh_next, dh_next
        >>> x, h0 = np.array([[[1.0]], [[4.0]]]), np.array([[1.0]])
        >>> _, _, cache = walk_forward(add, x, (h0,), ())
        >>> dx, dh0 = walk_back(add_backward, np.ones((2, 1, 1)), (), cache)
        >>> dx.ravel(), dh0  # the first input reached both states
        (array([2., 1.]), array([[2.]]))
    """
    if cache.mask is not None:
        cell_backward = masked_cell_backward(cell_backward)
    dx, dstates = [], [np.zeros_like(dh[0]), *dlast]
    dweights = [np.zeros_like(weight) for weight in cache.weights]
    for dy_t, step in zip(reversed(dh), reversed(cache.steps), strict=True):
        dh_t = dy_t + dstates[0]  # eq:bptt-delta
        dx_t, *gradients = cell_backward(dh_t, *dstates[1:], step)
        dstates, terms = gradients[: len(dstates)], gradients[len(dstates) :]
        dx.append(dx_t)
        for k, term in enumerate(terms):
            dweights[k] = dweights[k] + term  # eq:bptt-dWx eq:bptt-dWh eq:bptt-db
    return np.stack(dx[::-1]), *dstates, *dweights
