"""Reading a sequence both ways, so that each step knows what comes after it as well.

Two networks with weights of their own read the same sequence, one from the front and one from the
back, and their states stand side by side. Any pair of sequence functions will do: those of
`backprop.recurrent`, `backprop.lstm`, `backprop.gru` and `backprop.gru_reset_before`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backprop._check import Array, check_arrays
from backprop._sequence import SequenceCache
from backprop.masking import Mask


def bidirectional_forward(
    forward: Callable[..., tuple[Any, ...]],
    x: Array,
    ahead: Sequence[Array],
    back: Sequence[Array],
    *,
    mask: Mask | None = None,
) -> tuple[tuple[Array, ...], SequenceCache]:
    """Reads a batch of sequences from the front and from the back.

    Args:
        forward: `rnn_forward`, `lstm_forward`, or another of their kind.
        x: inputs, time first, shape (T, N, D).
        ahead: what `forward` takes after x, for the network that reads from the front.
        back: the same for the network that reads from the back, whose first step is the last.
        mask: true where a step is real, shape (T, N); None if all are.

    Returns:
        The outputs of `forward` and a cache for `bidirectional_backward`. The outputs are the
        states, shape (T, N, 2H), those from the front first; and for an LSTM the last cell states,
        shape (2, N, H).

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
        >>> (h,), cache = bidirectional_forward(
        ...     partial(rnn_forward, activation="relu"), x, (0 * one, *weights), (0 * one, *weights)
        ... )
        >>> h[:, 0]
        array([[1., 7.],
               [3., 6.],
               [7., 4.]])
    """
    h_ahead, *last_ahead, cache_ahead = forward(x, *ahead, mask=mask)
    turned_mask = None if mask is None else mask[::-1]
    h_back, *last_back, cache_back = forward(x[::-1], *back, mask=turned_mask)
    h = np.concatenate([h_ahead, h_back[::-1]], axis=2)  # eq:bidirectional-h
    last = [np.stack([last_ahead[k], last_back[k]]) for k in range(len(last_ahead))]
    return (h, *last), (cache_ahead, cache_back, h)


def bidirectional_backward(
    backward: Callable[..., tuple[Array, ...]], douts: Sequence[Array], cache: SequenceCache
) -> tuple[Array, tuple[Array, ...], tuple[Array, ...]]:
    """Sends the gradients back through both networks, each against its direction of reading.

    Args:
        backward: the partner of `forward`.
        douts: a gradient for each of the outputs, in their shapes.
        cache: what `bidirectional_forward` returned.

    Returns:
        The gradient dx, shape (T, N, D), and two tuples in the order of `ahead` and of `back`.

    Raises:
        TypeError: a gradient is no float array, or they differ in precision.
        ValueError: a gradient has not the shape of its output.
    """
    cache_ahead, cache_back, h = cache
    dh, *dlast = douts
    check_arrays("bidirectional_backward", h=(h, "..."), dh=(dh, "..."))
    dh_ahead, dh_back = np.split(dh, 2, axis=2)
    dx_ahead, *d_ahead = backward(dh_ahead, *(d[0] for d in dlast), cache_ahead)
    dx_back, *d_back = backward(dh_back[::-1], *(d[1] for d in dlast), cache_back)
    dx = dx_ahead + dx_back[::-1]  # eq:bidirectional-dx
    return dx, tuple(d_ahead), tuple(d_back)
