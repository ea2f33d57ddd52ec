"""Reading a sequence both ways, so that each step knows what comes after it as well.

Two networks with weights of their own read the same sequence, one from the front and one from the
back, and their states stand side by side. Any pair of sequence functions will do: those of
`backprop.recurrent`, `backprop.lstm`, `backprop.gru` and `backprop.gru_reset_before`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from backprop.masking import Mask
from backprop.shapes import Array, shapes


class BidirectionalCache(NamedTuple):
    """What `bidirectional_backward` needs."""

    ahead: Any
    back: Any
    h: Array


@shapes(x="T N D", mask="bool T N")
def bidirectional_forward(
    forward: Callable[..., tuple[Any, ...]],
    x: Array,
    ahead: Sequence[Array],
    back: Sequence[Array],
    *,
    mask: Mask | None = None,
) -> tuple[Array, list[Array], BidirectionalCache]:
    """Reads a batch of sequences from the front and from the back.

    Args:
        forward: `rnn_forward`, `lstm_forward`, or another of their kind.
        x: inputs, time first, shape (T, N, D).
        ahead: what `forward` takes after x, for the network that reads from the front.
        back: the same for the network that reads from the back, whose first step is the last.
        mask: true where a step is real, shape (T, N); None if all are.

    Returns:
        The states h, shape (T, N, 2H), those from the front first; what else the networks end with,
        for an LSTM the last cell states, shape (2, N, H); and a cache for `bidirectional_backward`.

    Raises:
        TypeError: as `forward` does.
        ValueError: as `forward` does.

    References:
        Schuster and Paliwal, Bidirectional recurrent neural networks, IEEE Transactions on Signal
        Processing 45, 1997.

    Examples:
        >>> from functools import partial
        >>> from backprop.recurrent import rnn_forward
        >>> one = np.ones((1, 1))
        >>> weights = (one, one, np.zeros(1))  # with ReLU, the state is the sum so far
        >>> x = np.array([[[1.0]], [[2.0]], [[4.0]]])
        >>> sum_up, arguments = partial(rnn_forward, activation="relu"), (0 * one, *weights)
        >>> h, last, cache = bidirectional_forward(sum_up, x, arguments, arguments)
        >>> h[:, 0]
        array([[1., 7.],
               [3., 6.],
               [7., 4.]])
    """
    h_ahead, *last_ahead, cache_ahead = forward(x, *ahead, mask=mask)
    turned_mask = None if mask is None else mask[::-1]
    h_back, *last_back, cache_back = forward(x[::-1], *back, mask=turned_mask)
    h = np.concatenate([h_ahead, h_back[::-1]], axis=2)  # eq:bidirectional-h
    last = [np.stack(pair) for pair in zip(last_ahead, last_back, strict=True)]
    return h, last, BidirectionalCache(cache_ahead, cache_back, h)


@shapes(h="T N M", dh="T N M")
def bidirectional_backward(
    backward: Callable[..., tuple[Array, ...]],
    dh: Array,
    dlast: Sequence[Array],
    cache: BidirectionalCache,
) -> tuple[Array, tuple[Array, ...], tuple[Array, ...]]:
    """Sends the gradients back through both networks, each against its direction of reading.

    Args:
        backward: the partner of `forward`.
        dh: gradient for the states, shape (T, N, 2H).
        dlast: gradients for what else the networks ended with; for an LSTM the last cell states.
        cache: what `bidirectional_forward` returned.

    Returns:
        The gradient dx, shape (T, N, D), and two tuples in the order of `ahead` and of `back`.

    Raises:
        TypeError: a gradient is no float array, or they differ in precision.
        ValueError: a gradient has not the shape of its output.
    """
    dh_ahead, dh_back = np.split(dh, 2, axis=2)
    dx_ahead, *d_ahead = backward(dh_ahead, *(d[0] for d in dlast), cache.ahead)
    dx_back, *d_back = backward(dh_back[::-1], *(d[1] for d in dlast), cache.back)
    dx = dx_ahead + dx_back[::-1]  # eq:bidirectional-dx
    return dx, tuple(d_ahead), tuple(d_back)
