"""Attention: each step asks, all steps answer, and a mean is taken, weighed by how well they fit.

A step's query is compared with every step's key, the scores become weights by a softmax, and the
weights take a mean of the values. Nothing is kept from step to step, so every step is as far from
every other as any.
"""

from typing import NamedTuple

import numpy as np

from backprop.activations import OutputCache, softmax_backward, softmax_forward
from backprop.linear import LinearCache, linear_backward, linear_forward
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class AttentionCache(NamedTuple):
    """What `attention_backward` needs; `a` are the weights, (..., T, S), to look at as well."""

    q: Array
    k: Array
    v: Array
    a: Array


@shapes(q="... T E", k="... S E", v="... S M", mask="bool ... T S")
def attention_forward(
    q: Array, k: Array, v: Array, *, mask: Mask | None = None
) -> tuple[Array, AttentionCache]:
    """Takes, for each query, the mean of the values, weighed by how well their keys fit.

    Args:
        q: queries, shape (..., T, E): what each of T steps looks for.
        k: keys, shape (..., S, E): what each of S steps is found by.
        v: values, shape (..., S, M): what it gives.
        mask: true where a query may see a key, shape (..., T, S); None if everywhere. Each query
            has to see one key at least.

    Returns:
        The output y, shape (..., T, M), and a cache for `attention_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision; mask is not boolean.
        ValueError: an argument is empty or has a shape that does not fit, or the mask leaves a
            query nothing to see.

    References:
        Vaswani and others, Attention is all you need, NeurIPS 2017, section 3.2.1.

    Examples:
        >>> q = np.array([[0.0, 0.0], [100.0, 0.0]])  # asks nothing, asks for the first
        >>> k, v = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[2.0], [4.0]])
        >>> attention_forward(q, k, v)[0]
        array([[3.],
               [2.]])
    """
    E = q.shape[-1]
    s = q @ k.swapaxes(-1, -2) / E**0.5  # eq:att-s
    if mask is not None:
        if not mask.any(axis=-1).all():
            raise ValueError("mask leaves a query nothing to see, wanted one key at least for each")
        s = np.where(mask, s, -np.inf)  # eq:att-masked
    a, _ = softmax_forward(s)  # eq:att-a
    y = a @ v  # eq:att-y
    return y, AttentionCache(q, k, v, a)


@shapes(a="... T S", v="... S M", dy="... T M")
def attention_backward(dy: Array, cache: AttentionCache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through attention.

    A key that a query may not see has weight 0, and so no part in any gradient of that query.

    Args:
        dy: gradient for the output, shape (..., T, M).
        cache: what `attention_forward` returned.

    Returns:
        The gradients dq, dk and dv, each in the shape of its argument.

    Raises:
        TypeError: dy is no float array, or differs in precision from the values.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> q, k = np.zeros((1, 1)), np.array([[1.0], [3.0]])
        >>> y, cache = attention_forward(q, k, np.array([[2.0], [4.0]]))
        >>> attention_backward(np.array([[1.0]]), cache)  # the second key is the better one
        (array([[1.]]), array([[0.],
               [0.]]), array([[0.5],
               [0.5]]))
    """
    q, k, v, a = cache
    E = q.shape[-1]
    dv = a.swapaxes(-1, -2) @ dy  # eq:att-dv
    da = dy @ v.swapaxes(-1, -2)  # eq:att-da
    ds = softmax_backward(da, OutputCache(a))  # eq:att-ds
    dq = ds @ k / E**0.5  # eq:att-dq
    dk = ds.swapaxes(-1, -2) @ q / E**0.5  # eq:att-dk
    return dq, dk, dv


@shapes(T="count")
def causal_mask(T: int) -> Mask:
    """Lets each step see itself and what came before.

    Args:
        T: number of steps.

    Returns:
        The mask, shape (T, T), true where the row's step may see the column's.

    Raises:
        TypeError: T is no integer.
        ValueError: T is below 1.

    Examples:
        >>> causal_mask(3).astype(int)
        array([[1, 0, 0],
               [1, 1, 0],
               [1, 1, 1]])
    """
    mask: Mask = np.tri(T, dtype=bool)  # eq:att-masked
    return mask


@shapes(T="count", D="count")
def sinusoidal_positions(T: int, D: int) -> Array:
    """Writes each position as a row of sines and cosines, from fast ones to slow ones.

    Args:
        T: number of positions.
        D: features of each, an even number.

    Returns:
        The positions, shape (T, D): sines in the even columns, their cosines beside them.

    Raises:
        TypeError: T or D is no integer.
        ValueError: T or D is below 1, or D is odd.

    References:
        Vaswani and others, Attention is all you need, NeurIPS 2017, section 3.5.

    Examples:
        >>> sinusoidal_positions(2, 4).round(2)
        array([[0.  , 1.  , 0.  , 1.  ],
               [0.84, 0.54, 0.01, 1.  ]])
    """
    if D % 2:
        raise ValueError(f"D is {D}, wanted an even number: a sine and a cosine for each frequency")
    omega = 10000.0 ** (-2 * np.arange(D // 2) / D)  # eq:att-omega
    angle = np.arange(T)[:, np.newaxis] * omega
    p = np.empty((T, D))
    p[:, 0::2] = np.sin(angle)  # eq:att-sin
    p[:, 1::2] = np.cos(angle)  # eq:att-cos
    return p


def split_heads(x: Array, heads: int) -> Array:
    """Cuts the features into equal parts, one for each head: (N, T, D) to (N, heads, T, D / heads).

    Examples:
        >>> split_heads(np.arange(4.0).reshape(1, 1, 4), 2)[0]
        array([[[0., 1.]],
        <BLANKLINE>
               [[2., 3.]]])
    """
    N, T, D = x.shape
    return x.reshape(N, T, heads, D // heads).swapaxes(1, 2)


def join_heads(x: Array) -> Array:
    """Puts the heads' features side by side again: (N, heads, T, E) to (N, T, heads E).

    Examples:
        >>> join_heads(split_heads(np.arange(4.0).reshape(1, 1, 4), 2))
        array([[[0., 1., 2., 3.]]])
    """
    N, heads, T, E = x.shape
    return x.swapaxes(1, 2).reshape(N, T, heads * E)


class MultiHeadAttentionCache(NamedTuple):
    """What the heads' backward passes need: what their parts have kept."""

    asking: LinearCache
    seen: LinearCache
    attention: AttentionCache
    out: LinearCache


@shapes(
    x="N T D",
    context="N S D",
    W_x="D 3D",
    b="3D",
    W_o="D D",
    b_o="D",
    heads="count",
    mask="bool N T S",
)
def cross_attention_forward(
    x: Array,
    context: Array,
    W_x: Array,
    b: Array,
    W_o: Array,
    b_o: Array,
    *,
    heads: int,
    mask: Mask | None = None,
) -> tuple[Array, MultiHeadAttentionCache]:
    """Lets the steps of one sequence look at those of another, with several heads side by side.

    Args:
        x: the sequences that ask, shape (N, T, D).
        context: those that are seen, shape (N, S, D).
        W_x: weights of queries, keys and values side by side, shape (D, 3D).
        b: their biases, shape (3D,).
        W_o: weights that mix what the heads bring, shape (D, D).
        b_o: their biases, shape (D,).
        heads: how many; they divide D.
        mask: true where the step of a row may see that of a column, shape (N, T, S); None if
            everywhere.

    Returns:
        The output, shape (N, T, D), and a cache for `cross_attention_backward`.

    Raises:
        TypeError: an array is no float array, or they differ in precision; heads is no integer.
        ValueError: an argument is empty or has a shape that does not fit; heads does not divide D;
            the mask leaves a step nothing to see.

    References:
        Vaswani and others, Attention is all you need, NeurIPS 2017, sections 3.2.2 and 3.2.3. The
        weights stand as in PyTorch's `MultiheadAttention`, transposed.

    Examples:
        >>> x, context = np.zeros((1, 1, 1)), np.array([[[2.0], [4.0]]])
        >>> only_values = np.array([[0.0, 0.0, 1.0]])  # all queries and keys are 0: a plain mean
        >>> y, cache = cross_attention_forward(
        ...     x, context, only_values, np.zeros(3), np.array([[10.0]]), np.ones(1), heads=1
        ... )
        >>> y
        array([[[31.]]])
    """
    D = x.shape[-1]
    if D % heads:
        raise ValueError(f"heads is {heads}, wanted a number that divides D = {D}")
    asked, asking = linear_forward(x, W_x[:, :D], b[:D])  # eq:mha-u
    told, seen = linear_forward(context, W_x[:, D:], b[D:])  # eq:mha-u
    q, k, v = (split_heads(part, heads) for part in (asked, told[..., :D], told[..., D:]))
    if mask is not None:
        mask = np.broadcast_to(mask[:, np.newaxis], (*q.shape[:-1], mask.shape[-1]))
    z, attention = attention_forward(q, k, v, mask=mask)  # eq:mha-z
    y, out = linear_forward(join_heads(z), W_o, b_o)  # eq:mha-y
    return y, MultiHeadAttentionCache(asking, seen, attention, out)


def cross_attention_backward(
    dy: Array, cache: MultiHeadAttentionCache
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Sends the gradient back through the heads, last part first, to both sequences.

    Args:
        dy: gradient for the output, shape (N, T, D).
        cache: what `cross_attention_forward` returned.

    Returns:
        The gradients dx, dcontext, dW_x, db, dW_o and db_o, each in the shape of its argument.

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x, context = np.zeros((1, 1, 1)), np.array([[[2.0], [4.0]]])
        >>> only_values = np.array([[0.0, 0.0, 1.0]])
        >>> y, cache = cross_attention_forward(
        ...     x, context, only_values, np.zeros(3), np.array([[10.0]]), np.ones(1), heads=1
        ... )
        >>> dx, dcontext, dW_x, db, dW_o, db_o = cross_attention_backward(np.ones_like(y), cache)
        >>> dx, dcontext  # a query of 0 asks nothing; each step that is seen was half
        (array([[[0.]]]), array([[[5.],
                [5.]]]))
    """
    heads = cache.attention.q.shape[1]
    dz, dW_o, db_o = linear_backward(dy, cache.out)  # eq:mha-dz
    parts = attention_backward(split_heads(dz, heads), cache.attention)
    dq, dk, dv = map(join_heads, parts)
    dx, dW_q, db_q = linear_backward(dq, cache.asking)  # eq:cross-dx
    dtold = np.concatenate([dk, dv], axis=-1)
    dcontext, dW_told, db_told = linear_backward(dtold, cache.seen)  # eq:cross-dc
    dW_x = np.concatenate([dW_q, dW_told], axis=1)
    return dx, dcontext, dW_x, np.concatenate([db_q, db_told]), dW_o, db_o


@shapes(x="N T D", W_x="D 3D", b="3D", W_o="D D", b_o="D", heads="count", mask="bool N T T")
def multi_head_attention_forward(
    x: Array,
    W_x: Array,
    b: Array,
    W_o: Array,
    b_o: Array,
    *,
    heads: int,
    mask: Mask | None = None,
) -> tuple[Array, MultiHeadAttentionCache]:
    """Lets the steps of a sequence look at one another, with several heads side by side.

    Args:
        x: sequences, shape (N, T, D).
        W_x: weights of queries, keys and values side by side, shape (D, 3D).
        b: their biases, shape (3D,).
        W_o: weights that mix what the heads bring, shape (D, D).
        b_o: their biases, shape (D,).
        heads: how many; they divide D.
        mask: true where the step of a row may see that of a column, shape (N, T, T); None if
            everywhere.

    Returns:
        The output, shape (N, T, D), and a cache for `multi_head_attention_backward`.

    Raises:
        TypeError: an array is no float array, or they differ in precision; heads is no integer.
        ValueError: an argument is empty or has a shape that does not fit; heads does not divide D;
            the mask leaves a step nothing to see.

    References:
        Vaswani and others, Attention is all you need, NeurIPS 2017, section 3.2.2. The weights
        stand as in PyTorch's `MultiheadAttention`, transposed.

    Examples:
        >>> x, one = np.array([[[2.0], [4.0]]]), np.ones(1)
        >>> only_values = np.array([[0.0, 0.0, 1.0]])  # all queries and keys are 0: a plain mean
        >>> y, cache = multi_head_attention_forward(
        ...     x, only_values, np.zeros(3), np.array([[10.0]]), one, heads=1
        ... )
        >>> y
        array([[[31.],
                [31.]]])
    """
    return cross_attention_forward(x, x, W_x, b, W_o, b_o, heads=heads, mask=mask)


def multi_head_attention_backward(
    dy: Array, cache: MultiHeadAttentionCache
) -> tuple[Array, Array, Array, Array, Array]:
    """Sends the gradient back through the heads, last part first.

    Args:
        dy: gradient for the output, shape (N, T, D).
        cache: what `multi_head_attention_forward` returned.

    Returns:
        The gradients dx, dW_x, db, dW_o and db_o, each in the shape of its argument.

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x, one = np.array([[[2.0], [4.0]]]), np.ones(1)
        >>> only_values = np.array([[0.0, 0.0, 1.0]])
        >>> y, cache = multi_head_attention_forward(
        ...     x, only_values, np.zeros(3), np.array([[10.0]]), one, heads=1
        ... )
        >>> dx, dW_x, db, dW_o, db_o = multi_head_attention_backward(np.ones_like(y), cache)
        >>> dx, dW_o, db_o  # each step was half of both outputs
        (array([[[10.],
                [10.]]]), array([[6.]]), array([2.]))
    """
    dx, dcontext, dW_x, db, dW_o, db_o = cross_attention_backward(dy, cache)
    dx = dx + dcontext  # eq:mha-dx
    return dx, dW_x, db, dW_o, db_o
