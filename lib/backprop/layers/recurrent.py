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

from backprop.bidirectional import bidirectional_backward, bidirectional_forward
from backprop.dropout import dropout_backward, dropout_forward
from backprop.fast.gru import gru_backward, gru_forward
from backprop.fast.gru_reset_before import gru_before_backward, gru_before_forward
from backprop.fast.lstm import lstm_backward, lstm_forward
from backprop.fast.recurrent import rnn_backward, rnn_forward
from backprop.initializers import orthogonal, xavier_uniform, zeros
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, check_shapes, shapes


class Options(TypedDict, total=False):
    """What `RNN`, `LSTM` and `GRU` have in common.

    Attributes:
        layers: how many, one upon another; 1 by default.
        bidirectional: whether each layer also reads from the back; not by default.
        dropout: the probability with which, in training, an element between two layers becomes 0;
            0 by default.
        stateful: whether each pass of training begins with the states where the last one ended, as
            numbers: no gradient goes back to that pass. So sample n of a batch has to go on where
            sample n of the batch before ended. `reset_states` forgets them. A pass of evaluation
            begins with zeros all the same, and leaves them as they are. Not by default.
        dtype: the precision of the parameters, which the input must share; float64 by default.
    """

    layers: int
    bidirectional: bool
    dropout: float
    stateful: bool
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

    @shapes(D="count", H="count", layers="count", dropout="[0, 1]", rng="rng", dtype="dtype")
    def __init__(
        self,
        D: int,
        H: int,
        *,
        rng: np.random.Generator,
        layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        stateful: bool = False,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if stateful and bidirectional:
            raise ValueError(
                "stateful and bidirectional are both True, wanted one of them: what reads from the "
                "back would begin with states of what came before"
            )
        super().__init__()
        self.H = H
        self.dropout = dropout
        self.stateful = stateful
        self.states: tuple[Array, ...] = ()
        self.dstates: tuple[Array, ...] = ()
        self._carried: tuple[Array, ...] = ()
        self._dtype = dtype
        self._rng = rng
        directions = ("", "_reverse") if bidirectional else ("",)
        self._suffixes = [
            [f"l{layer}{direction}" for direction in directions] for layer in range(layers)
        ]
        features = D
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

    @property
    def carried(self) -> dict[str, Array]:
        """The states with which the next pass of training begins, `h` and for an LSTM `c`."""
        return dict(zip("hc", self._carried, strict=False))

    @shapes(N="count")
    def reset_states(self, N: int | None = None) -> None:
        """Forgets the states that are carried: the next pass of training begins with zeros.

        Args:
            N: samples of that pass, whose zeros then stand in `carried`; None leaves it open.
        """
        self._carried = ()
        if self.stateful and N is not None:
            sizes = len(self._suffixes), N, self.H
            self._carried = tuple(np.zeros(sizes, self._dtype) for _ in range(self._state_count))

    @shapes(x="T N D", mask="bool T N")
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
            states: what to start from, as the last `forward` left it in `states`. If None, zeros;
                or in training, if the layer is stateful, what is carried.

        Raises:
            TypeError: x or a state is no float array of the parameters' precision.
            ValueError: the shape of x, of the mask or of a state does not fit; what is carried is
                of a batch of another size.
        """
        if states is None and training:
            states = self._going_on(x)
        states = self._starts(x, states)
        caches, ends = [], []
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
            caches.append((suffixes, kept, cache))
        self._cache = caches
        self.states = tuple(np.concatenate(states) for states in zip(*ends, strict=True))
        if self.stateful and training:
            self._carried = self.states
        return x

    def backward(self, dy: Array) -> Array:
        """Maps dy, in the shape of the output, to dx, (T, N, D), and replaces `grads`."""
        backward = self._pair[1]
        grads: dict[str, Array] = {}
        starts: list[Sequence[Array]] = []
        for suffixes, kept, cache in reversed(self._remembered()):
            # The loss sees the states of the topmost layer alone, not what it ends with.
            unseen = [np.zeros_like(state[: len(suffixes)]) for state in self.states[1:]]
            if len(suffixes) == 2:
                dy, *directions = bidirectional_backward(backward, dy, unseen, cache)
            else:
                dy, *gradients = backward(dy, *(zero[0] for zero in unseen), cache)
                directions = [tuple(gradients)]
            starts[:0] = directions
            for suffix, found in zip(suffixes, directions, strict=True):
                names = [f"{name}_{suffix}" for name in self._weight_names]
                grads |= zip(names, found[self._state_count :], strict=True)
            if kept is not None:
                dy = dropout_backward(dy, kept)
        self._grads = {name: grads[name] for name in self.params}
        self.dstates = tuple(
            np.stack([start[k] for start in starts]) for k in range(self._state_count)
        )
        return dy

    def _going_on(self, x: Array) -> tuple[Array, ...] | None:
        """Returns the states that are carried, or None if there are none."""
        if not self._carried:
            return None
        N = self._carried[0].shape[1]
        if x.shape[1] != N:
            raise ValueError(
                f"x has {x.shape[1]} samples, the states that are carried {N}: "
                "call reset_states() before a batch of another size"
            )
        return self._carried

    def _starts(self, x: Array, states: Sequence[Array] | None) -> Sequence[Array]:
        count = self._state_count
        wanted = sum(len(suffixes) for suffixes in self._suffixes), x.shape[1], self.H
        if states is None:
            return [np.zeros(wanted, dtype=x.dtype)] * count
        if not isinstance(states, list | tuple):
            raise TypeError(f"states has type {type(states).__name__}, wanted a tuple of arrays")
        if len(states) != count:
            raise ValueError(f"states has {len(states)}, wanted {count}")
        for k, state in enumerate(states):
            check_shapes({"x": (x, "T N D"), f"states[{k}]": (state, "L N H")})
            if state.shape != wanted:
                raise ValueError(f"states[{k}] has shape {state.shape}, wanted {wanted}")
        return states

    def _weights(self, suffix: str) -> list[Array]:
        return [self.params[f"{name}_{suffix}"] for name in self._weight_names]

    def _read(
        self, x: Array, arguments: list[list[Array]], mask: Mask | None
    ) -> tuple[Array, list[Array], Any]:
        """Runs one layer; returns its output, what each direction ends with, and the cache."""
        forward = self._pair[0]
        if len(arguments) == 2:
            h, last, cache = bidirectional_forward(forward, x, *arguments, mask=mask)
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
        TypeError: D, H or layers is no integer, dropout no number, rng no generator, dtype neither
            float32 nor float64.
        ValueError: D, H or layers is below 1, dropout leaves [0, 1], the activation is unknown, or
            stateful and bidirectional are both True.

    Examples:
        >>> layer = RNN(3, 4, rng=np.random.default_rng(0), layers=2, bidirectional=True)
        >>> layer.forward(np.zeros((5, 2, 3)), training=False).shape
        (5, 2, 8)
    """

    @shapes(activation="'tanh' or 'relu'")
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

    @shapes(forget_bias="(-inf, inf)")
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

    @shapes(reset="'after' or 'before'")
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
        else:
            self._pair = gru_before_forward, gru_before_backward
        super().__init__(D, H, rng=rng, **options)

    def _draw(self, D: int, dtype: DTypeLike) -> dict[str, Array]:
        weights = super()._draw(D, dtype)
        if "b_hn" in self._weight_names:
            weights["b_hn"] = zeros((self.H,), dtype)
        return weights
