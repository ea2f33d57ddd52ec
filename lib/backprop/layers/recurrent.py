"""`RNN`, `LSTM` and `GRU` as layers for networks: a thin shell over the functions of sequences.

Each may be several layers one upon another, with dropout between them, and each of these may read
both ways. Names of parameters end as PyTorch's do, `W_x_l0`, `W_x_l0_reverse`, `W_x_l1` and so on,
and `backprop.torch_weights` exchanges them.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import DTypeLike

from backprop._check import (
    Array,
    check_arrays,
    check_count,
    check_float_dtype,
    check_number,
    check_rng,
)
from backprop.bidirectional import bidirectional_backward, bidirectional_forward
from backprop.dropout import dropout_backward, dropout_forward
from backprop.gru import gru_backward, gru_forward
from backprop.gru_reset_before import gru_before_backward, gru_before_forward
from backprop.initializers import orthogonal, xavier_uniform, zeros
from backprop.layers.layer import Layer
from backprop.lstm import lstm_backward, lstm_forward
from backprop.masking import Mask
from backprop.recurrent import rnn_backward, rnn_forward


class Options(TypedDict, total=False):
    """What `RNN`, `LSTM` and `GRU` have in common.

    Attributes:
        layers: how many, one upon another; 1 by default.
        bidirectional: whether each layer also reads from the back; not by default.
        dropout: the probability with which, in training, an element between two layers becomes 0;
            0 by default.
        dtype: the precision of the parameters, which the input must share; float64 by default.
    """

    layers: int
    bidirectional: bool
    dropout: float
    dtype: DTypeLike


class _Recurrent(Layer):
    """What the three kinds have in common; a kind sets what stands here.

    Attributes:
        params: parameters by name.
        grads: gradients by the same names, as the last `backward` left them.
        buffers: none.
        states: what the last `forward` ended with, (h,) or for an LSTM (h, c), each of shape
            (layers * directions, N, H).
        dstates: gradients for what it started from, in the same shapes.
    """

    _pair: tuple[Callable[..., tuple[Any, ...]], Callable[..., tuple[Array, ...]]]
    _gates = 1
    _state_count = 1
    _weight_names: tuple[str, ...] = ("W_x", "W_h", "b")

    def __init__(
        self,
        D: int,
        H: int,
        *,
        rng: np.random.Generator,
        layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        dtype: DTypeLike = np.float64,
    ) -> None:
        name = type(self).__name__
        features = check_count(name, "D", D)
        self.H = check_count(name, "H", H)
        self.dropout = check_number(name, "dropout", dropout, "[0, 1]")
        check_rng(name, rng)
        check_float_dtype(name, dtype)
        directions = ("", "_reverse") if bidirectional else ("",)
        self._suffixes = [
            [f"l{layer}{direction}" for direction in directions]
            for layer in range(check_count(name, "layers", layers))
        ]
        super().__init__()
        self._rng = rng
        self.states: tuple[Array, ...] = ()
        self.dstates: tuple[Array, ...] = ()
        self._caches: list[tuple[list[str], Any, Any]] = []
        for layer in self._suffixes:
            for suffix in layer:
                for weight, value in self._draw(features, dtype).items():
                    self.params[f"{weight}_{suffix}"] = value
            features = len(directions) * H

    def _draw(self, D: int, dtype: DTypeLike) -> dict[str, Array]:
        """Draws each gate's weights on their own, Xavier's for the input, orthogonal for the state.

        Gates that stand in one matrix do not share their outputs, so its width is no fan-out.
        """
        H, gates = self.H, range(self._gates)
        W_x = [xavier_uniform((D, H), self._rng, dtype=dtype) for _ in gates]
        W_h = [orthogonal((H, H), self._rng, dtype=dtype) for _ in gates]
        return {
            "W_x": np.concatenate(W_x, axis=1),
            "W_h": np.concatenate(W_h, axis=1),
            "b": zeros((self._gates * H,), dtype),
        }

    def forward(
        self,
        x: Array,
        *,
        training: bool,
        mask: Mask | None = None,
        states: Sequence[Array] | None = None,
    ) -> Array:
        """Maps x, (T, N, D), to the states of the topmost layer, (T, N, H) or (T, N, 2H).

        Args:
            x: inputs, time first.
            training: whether to drop out between layers.
            mask: true where a step is real, shape (T, N); None if all are.
            states: what to start from, as the last `forward` left it in `states`; zeros if None.

        Raises:
            TypeError: x or a state is no float array of the parameters' precision.
            ValueError: the shape of x, of the mask or of a state does not fit.
        """
        states = self._starts(x, states)
        self._caches, ends = [], []
        for layer, suffixes in enumerate(self._suffixes):
            kept: Any = None
            if layer > 0 and training and self.dropout > 0:
                x, kept = dropout_forward(x, p=self.dropout, rng=self._rng)
            row = layer * len(suffixes)
            arguments = [
                [*(state[row + k] for state in states), *self._weights(suffix)]
                for k, suffix in enumerate(suffixes)
            ]
            x, end, cache = self._read(x, arguments, mask)
            ends.append(end)
            self._caches.append((suffixes, kept, cache))
        self.states = tuple(
            np.concatenate([end[k] for end in ends]) for k in range(self._state_count)
        )
        return x

    def backward(self, dy: Array) -> Array:
        """Maps dy, in the shape of the output, to dx, (T, N, D), and replaces `grads`."""
        if not self._caches:
            raise RuntimeError(f"{type(self).__name__}.backward: nothing went forward yet")
        backward = self._pair[1]
        starts: list[Sequence[Array]] = []
        for suffixes, kept, cache in reversed(self._caches):
            # The loss sees the states of the topmost layer alone, not what it ends with.
            unseen = [np.zeros_like(state[: len(suffixes)]) for state in self.states[1:]]
            if len(suffixes) == 2:
                dy, *directions = bidirectional_backward(backward, (dy, *unseen), cache)
            else:
                dy, *gradients = backward(dy, *(zero[0] for zero in unseen), cache)
                directions = [tuple(gradients)]
            starts[:0] = directions
            for row, suffix in enumerate(suffixes):
                for k, name in enumerate(self._weight_names, self._state_count):
                    self.grads[f"{name}_{suffix}"] = directions[row][k]
            if kept is not None:
                dy = dropout_backward(dy, kept)
        self.dstates = tuple(
            np.stack([start[k] for start in starts]) for k in range(self._state_count)
        )
        return dy

    def _starts(self, x: Array, states: Sequence[Array] | None) -> Sequence[Array]:
        name = f"{type(self).__name__}.forward"
        check_arrays(name, x=(x, "T N D"))
        rows = sum(len(suffixes) for suffixes in self._suffixes)
        wanted = np.zeros((rows, x.shape[1], self.H), dtype=x.dtype)
        if states is None:
            return [wanted] * self._state_count
        if len(states) != self._state_count:
            raise ValueError(f"{name}: states has {len(states)}, wanted {self._state_count}")
        for index, state in enumerate(states):
            check_arrays(name, **{"zeros": (wanted, "..."), f"states[{index}]": (state, "...")})
        return states

    def _weights(self, suffix: str) -> list[Array]:
        return [self.params[f"{name}_{suffix}"] for name in self._weight_names]

    def _read(
        self, x: Array, arguments: list[list[Array]], mask: Mask | None
    ) -> tuple[Array, list[Array], Any]:
        """Runs one layer; returns its output, what each direction ends with, and the cache."""
        forward = self._pair[0]
        if len(arguments) == 2:
            (h, *last), cache = bidirectional_forward(forward, x, *arguments, mask=mask)
            return h, [np.stack([h[-1, :, : self.H], h[0, :, self.H :]]), *last], cache
        h, *last, cache = forward(x, *arguments[0], mask=mask)
        return h, [h[-1:].copy(), *(c[np.newaxis] for c in last)], cache


class RNN(_Recurrent):
    """The plain recurrent network.

    Args:
        D: features of the input.
        H: units of each layer and direction.
        activation: `"tanh"` or `"relu"`.
        rng: draws the initial weights, and what is dropped out.
        **options: as `Options` says.

    Raises:
        TypeError: D, H or layers is no integer, dropout no number, rng no generator, dtype none of
            floats.
        ValueError: D, H or layers is below 1, dropout leaves [0, 1], the activation is unknown.

    Examples:
        >>> layer = RNN(3, 4, rng=np.random.default_rng(0), layers=2, bidirectional=True)
        >>> layer.forward(np.zeros((5, 2, 3)), training=False).shape
        (5, 2, 8)
    """

    def __init__(
        self,
        D: int,
        H: int,
        *,
        rng: np.random.Generator,
        activation: Literal["tanh", "relu"] = "tanh",
        **options: Unpack[Options],
    ) -> None:
        super().__init__(D, H, rng=rng, **options)
        if activation not in ("tanh", "relu"):
            raise ValueError(f"RNN: activation is {activation!r}, wanted 'tanh' or 'relu'")
        self._pair = partial(rnn_forward, activation=activation), rnn_backward


class LSTM(_Recurrent):
    """Long short-term memory.

    Args:
        D: features of the input.
        H: units of each layer and direction.
        rng: draws the initial weights, and what is dropped out.
        forget_bias: what the forget gates' biases start at; 1 keeps the cell state from the start.
        **options: as `Options` says.

    Raises:
        TypeError: as for `RNN`; forget_bias is no number.
        ValueError: as for `RNN`; forget_bias is infinite or NaN.

    Examples:
        >>> layer = LSTM(3, 2, rng=np.random.default_rng(0), forget_bias=1.0)
        >>> layer.params["b_l0"]
        array([0., 0., 1., 1., 0., 0., 0., 0.])
    """

    _pair = lstm_forward, lstm_backward
    _gates = 4
    _state_count = 2

    def __init__(
        self,
        D: int,
        H: int,
        *,
        rng: np.random.Generator,
        forget_bias: float = 0.0,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(D, H, rng=rng, **options)
        forget_bias = check_number("LSTM", "forget_bias", forget_bias, "(-inf, inf)")
        for name, param in self.params.items():
            if name.startswith("b_"):
                param[H : 2 * H] = forget_bias


class GRU(_Recurrent):
    """The gated recurrent unit, in either variant.

    Args:
        D: features of the input.
        H: units of each layer and direction.
        rng: draws the initial weights, and what is dropped out.
        reset: `"after"` the product with the state, as today's libraries have it, or `"before"`.
        **options: as `Options` says.

    Raises:
        TypeError: as for `RNN`.
        ValueError: as for `RNN`; reset is neither.

    Examples:
        >>> layer = GRU(3, 4, rng=np.random.default_rng(0))
        >>> [name for name in layer.params]
        ['W_x_l0', 'W_h_l0', 'b_l0', 'b_hn_l0']
    """

    _gates = 3

    def __init__(
        self,
        D: int,
        H: int,
        *,
        rng: np.random.Generator,
        reset: Literal["after", "before"] = "after",
        **options: Unpack[Options],
    ) -> None:
        if reset == "after":
            self._pair = gru_forward, gru_backward
            self._weight_names = ("W_x", "W_h", "b", "b_hn")
        elif reset == "before":
            self._pair = gru_before_forward, gru_before_backward
        else:
            raise ValueError(f"GRU: reset is {reset!r}, wanted 'after' or 'before'")
        super().__init__(D, H, rng=rng, **options)

    def _draw(self, D: int, dtype: DTypeLike) -> dict[str, Array]:
        weights = super()._draw(D, dtype)
        if "b_hn" in self._weight_names:
            weights["b_hn"] = zeros((self.H,), dtype)
        return weights
