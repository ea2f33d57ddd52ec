"""What `lib/backprop` makes of the inputs for recurrent networks."""

import numpy as np

from backprop import (
    GRU,
    LSTM,
    RNN,
    Embedding,
    clip_by_global_norm,
    clip_by_value,
    from_torch,
    to_torch,
)
from backprop.embedding import embedding_backward, embedding_forward
from backprop.gru import gru_backward, gru_forward
from backprop.gru_reset_before import gru_before_backward, gru_before_forward
from backprop.lstm import lstm_backward, lstm_forward
from backprop.masking import mask_from_lengths
from backprop.recurrent import rnn_backward, rnn_forward


def _results(case, forward, backward, arguments, lengths, dh, dlast=(), **options):
    """Runs a batch of whole sequences, then of padded ones, whose padded outputs count as 0."""
    results = {}
    for name, mask in [
        (case, None),
        (f"{case}_padded", mask_from_lengths(lengths, len(dh))),
    ]:
        h, *last, cache = forward(*arguments.values(), mask=mask, **options)
        real = np.ones_like(h) if mask is None else mask[:, :, None]
        gradients = backward(dh * real, *dlast, cache)
        results |= {f"{name}.h": h * real, f"{name}.h_last": h[-1]}
        results |= {f"{name}.c_last": c for c in last}
        results |= {f"{name}.d{k}": g for k, g in zip(arguments, gradients, strict=True)}
    return results


def rnn(lengths, dh, **arguments):
    results = {}
    for activation in ("tanh", "relu"):
        options = {"activation": activation}
        results |= _results(
            activation, rnn_forward, rnn_backward, arguments, lengths, dh, **options
        )
    return results


def lstm(lengths, dh, dc, **arguments):
    return _results("lstm", lstm_forward, lstm_backward, arguments, lengths, dh, (dc,))


def gru(lengths, dh, **arguments):
    return _results("gru", gru_forward, gru_backward, arguments, lengths, dh)


def gru_reset_before(lengths, dh, **arguments):
    functions = gru_before_forward, gru_before_backward
    return _results("gru_before", *functions, arguments, lengths, dh)


def recurrent_layers(x, lengths, h0, c0, dy, **weights):
    """Two layers, both directions, with the weights taken from PyTorch's and given back to it."""
    results, mask = {}, mask_from_lengths(lengths, len(x))
    for name, kind in {"rnn": RNN, "lstm": LSTM, "gru": GRU}.items():
        state = {
            key.removeprefix(f"{name}."): array
            for key, array in weights.items()
            if key.startswith(f"{name}.")
        }
        D, H = x.shape[2], h0.shape[2]
        layer = kind(D, H, rng=np.random.default_rng(0), layers=2, bidirectional=True)
        for key, value in from_torch(state).items():
            layer.params[key][...] = value
        states = (h0, c0) if name == "lstm" else (h0,)
        y = layer.forward(x, training=True, mask=mask, states=states)
        real = mask[:, :, None]
        dx = layer.backward(dy * real)
        results |= {f"{name}.y": y * real, f"{name}.dx": dx}
        results |= {f"{name}.{k}_n": v for k, v in zip("hc", layer.states, strict=False)}
        results |= {f"{name}.d{k}0": v for k, v in zip("hc", layer.dstates, strict=False)}
        # The transposes and names are `to_torch`'s; PyTorch's two biases have one gradient.
        for key, value in to_torch(layer.grads).items():
            if not key.startswith("bias_hh"):
                results[f"{name}.d{key}"] = value
    return results


def embedding(tokens, W, dy):
    y, cache = embedding_forward(tokens, W)
    layer = Embedding(W, padding=2)
    layer.forward(tokens, training=True)
    layer.backward(dy)
    return {
        "y": y,
        "dW": embedding_backward(dy, cache),
        "dW_with_padding": layer.grads["W"],
    }


def clipping(W, b, max_norm):
    grads, limit = {"W": W, "b": b}, float(max_norm)
    clipped, norm = clip_by_global_norm(grads, limit)
    untouched, _ = clip_by_global_norm(grads, 100.0)
    by_value = clip_by_value(grads, limit)
    return {
        "norm": np.array(norm),
        **{f"clipped.{name}": grad for name, grad in clipped.items()},
        **{f"untouched.{name}": grad for name, grad in untouched.items()},
        **{f"by_value.{name}": grad for name, grad in by_value.items()},
    }
