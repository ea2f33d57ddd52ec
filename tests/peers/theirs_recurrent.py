"""What PyTorch makes of the inputs for recurrent networks."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def _leaf(array):
    return torch.tensor(array, requires_grad=True)


def _module(kind, state, D, H, **options):
    module = kind(D, H, **options).double()
    module.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    return module


def _run(module, x, states, lengths):
    """Returns the outputs, those of padded steps 0, and the last states."""
    states = states[0] if len(states) == 1 else states
    if lengths is None:
        y, last = module(x, states)
    else:
        packed = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
        packed, last = module(packed, states)
        y, _ = pad_packed_sequence(packed, total_length=len(x))
    return y, last if isinstance(last, tuple) else (last,)


def _results(case, kind, arguments, state, ours, lengths, dh, dlast=(), **options):
    """Runs one layer on whole sequences and on padded ones.

    Args:
        case: begins the names of the results.
        kind: the module.
        arguments: x and the initial states, by name.
        state: the module's weights.
        ours: from the gradients by PyTorch's names to those by ours.
        lengths: of the padded sequences.
        dh: gradient for the outputs.
        dlast: gradient for the last cell state of an LSTM.
        **options: of the module.
    """
    results = {}
    for name, given in [(case, None), (f"{case}_padded", lengths)]:
        leaves = {key: _leaf(array) for key, array in arguments.items()}
        x, *states = leaves.values()
        module = _module(kind, state, x.shape[2], dh.shape[2], **options)
        y, last = _run(module, x, [state[None] for state in states], given)
        loss = (y * torch.tensor(dh)).sum()
        for c, dc in zip(last[1:], dlast, strict=True):
            loss = loss + (c[0] * torch.tensor(dc)).sum()
        loss.backward()
        results |= {f"{name}.h": y, f"{name}.h_last": last[0][0]}
        results |= {f"{name}.c_last": c[0] for c in last[1:]}
        results |= {f"{name}.d{key}": leaf.grad for key, leaf in leaves.items()}
        grads = {key: param.grad for key, param in module.named_parameters()}
        results |= {f"{name}.d{key}": grad for key, grad in ours(grads).items()}
    return results


def _state(W_x, W_h, b, b_hn=None):
    """Splits our one bias unevenly in two, which PyTorch adds up again."""
    second = 0.25 * b
    if b_hn is not None:
        second[-len(b_hn) :] = 0
    state = {"weight_ih_l0": W_x.T, "weight_hh_l0": W_h.T, "bias_ih_l0": b - second}
    if b_hn is not None:
        second[-len(b_hn) :] = b_hn
    return {**state, "bias_hh_l0": second}


def _to_ours(grads):
    return {
        "W_x": grads["weight_ih_l0"].T,
        "W_h": grads["weight_hh_l0"].T,
        "b": grads["bias_ih_l0"],
    }


def rnn(x, h0, W_x, W_h, b, lengths, dh):
    results, arguments = {}, {"x": x, "h0": h0}
    for activation in ("tanh", "relu"):
        results |= _results(
            activation,
            torch.nn.RNN,
            *(arguments, _state(W_x, W_h, b), _to_ours, lengths, dh),
            nonlinearity=activation,
        )
    return results


def lstm(x, h0, c0, W_x, W_h, b, lengths, dh, dc):
    arguments = {"x": x, "h0": h0, "c0": c0}
    state = _state(W_x, W_h, b)
    return _results("lstm", torch.nn.LSTM, arguments, state, _to_ours, lengths, dh, (dc,))


def gru(x, h0, W_x, W_h, b, b_hn, lengths, dh):
    def to_ours(grads):
        return {**_to_ours(grads), "b_hn": grads["bias_hh_l0"][-len(b_hn) :]}

    arguments, state = {"x": x, "h0": h0}, _state(W_x, W_h, b, b_hn)
    return _results("gru", torch.nn.GRU, arguments, state, to_ours, lengths, dh)


def gru_reset_before(x, h0, W_x, W_h, b, lengths, dh):
    """PyTorch has no such module, so its own differentiation goes through the formulas."""
    results = {}
    for name, steps in [("gru_before", lengths * 0 + len(x)), ("gru_before_padded", lengths)]:
        leaves = {"x": x, "h0": h0, "W_x": W_x, "W_h": W_h, "b": b}
        leaves = {key: _leaf(array) for key, array in leaves.items()}
        xs, h, Wx, Wh, bias = leaves.values()
        (W_xr, W_xz, W_xn), (W_hr, W_hz, W_hn) = Wx.chunk(3, dim=1), Wh.chunk(3, dim=1)
        b_r, b_z, b_n = bias.chunk(3)
        outputs = []
        for t in range(len(x)):
            r = torch.sigmoid(xs[t] @ W_xr + h @ W_hr + b_r)
            z = torch.sigmoid(xs[t] @ W_xz + h @ W_hz + b_z)
            n = torch.tanh(xs[t] @ W_xn + (r * h) @ W_hn + b_n)
            real = torch.tensor(t < steps)[:, None]
            h = torch.where(real, (1 - z) * n + z * h, h)
            outputs.append(torch.where(real, h, 0))
        y = torch.stack(outputs)
        y.backward(torch.tensor(dh))
        results |= {f"{name}.h": y, f"{name}.h_last": h}
        results |= {f"{name}.d{key}": leaf.grad for key, leaf in leaves.items()}
    return results


def recurrent_layers(x, lengths, h0, c0, dy, **weights):
    results = {}
    for name, kind in [
        ("rnn", torch.nn.RNN),
        ("lstm", torch.nn.LSTM),
        ("gru", torch.nn.GRU),
    ]:
        state = {
            key.removeprefix(f"{name}."): array
            for key, array in weights.items()
            if key.startswith(f"{name}.")
        }
        options = {"num_layers": 2, "bidirectional": True}
        module = _module(kind, state, x.shape[2], h0.shape[2], **options)
        leaf, starts = _leaf(x), [_leaf(h0), _leaf(c0)][: 2 if name == "lstm" else 1]
        y, last = _run(module, leaf, starts, lengths)
        y.backward(torch.tensor(dy))
        results |= {f"{name}.y": y, f"{name}.dx": leaf.grad}
        results |= {f"{name}.{k}_n": v for k, v in zip("hc", last, strict=False)}
        results |= {f"{name}.d{k}0": v.grad for k, v in zip("hc", starts, strict=False)}
        for key, param in module.named_parameters():
            if not key.startswith("bias_hh"):
                results[f"{name}.d{key}"] = param.grad
    return results


def embedding(tokens, W, dy):
    results = {}
    for name, padding in [("dW", None), ("dW_with_padding", 2)]:
        leaf = _leaf(W)
        y = torch.nn.functional.embedding(torch.tensor(tokens), leaf, padding_idx=padding)
        y.backward(torch.tensor(dy))
        results |= {"y": y, name: leaf.grad}
    return results


def clipping(W, b, max_norm):
    results, limit = {}, float(max_norm)
    clip = torch.nn.utils
    for name, function in [
        ("clipped", lambda leaves: clip.clip_grad_norm_(leaves, limit)),
        ("untouched", lambda leaves: clip.clip_grad_norm_(leaves, 100.0)),
        ("by_value", lambda leaves: clip.clip_grad_value_(leaves, limit)),
    ]:
        leaves = [_leaf(W), _leaf(b)]
        for leaf in leaves:
            leaf.grad = leaf.detach().clone()
        norm = function(leaves)
        if name == "clipped":
            results["norm"] = norm
        results |= {f"{name}.W": leaves[0].grad, f"{name}.b": leaves[1].grad}
    return results
