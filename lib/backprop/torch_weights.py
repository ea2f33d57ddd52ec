"""Weights to and from PyTorch's `nn.RNN`, `nn.LSTM` and `nn.GRU`, as plain NumPy arrays.

Only the form differs. For each layer and direction, with a suffix such as `l0` or `l0_reverse`:

| ours | shape | PyTorch's | shape |
|---|---|---|---|
| `W_x_l0` | (D, G · H) | `weight_ih_l0` | (G · H, D) |
| `W_h_l0` | (H, G · H) | `weight_hh_l0` | (G · H, H) |
| `b_l0` | (G · H,) | `bias_ih_l0` + `bias_hh_l0` | (G · H,) each |
| `b_hn_l0`, of the GRU | (H,) | the last H of `bias_hh_l0` | |

The gates, G of them, have the same order in both: i, f, g, o and r, z, n. PyTorch keeps two biases
and uses their sum, but for the GRU's candidate n, whose second bias the reset gate multiplies.

PyTorch itself is not needed here: `{name: p.numpy() for name, p in module.state_dict().items()}` is
what `from_torch` takes, and `module.load_state_dict` takes the arrays that `to_torch` gives, once
`torch.from_numpy` has turned each into a tensor.
"""

from collections.abc import Mapping

import numpy as np

from backprop.names import check_names
from backprop.shapes import Array, check_shapes, shapes

_RNN, _GRU, _LSTM = 1, 3, 4  # gates
_TORCH_LAYOUTS = {"weight_ih": "G D", "weight_hh": "G H", "bias_ih": "G", "bias_hh": "G"}
_OUR_LAYOUTS = {"W_h": "H G", "W_x": "D G", "b": "G", "b_hn": "H"}


@shapes()
def from_torch(state: Mapping[str, Array]) -> dict[str, Array]:
    """Turns the state of a PyTorch module into the parameters of our layer.

    Whether it is an RNN, a GRU or an LSTM follows from the shapes.

    Args:
        state: PyTorch's `state_dict` as NumPy arrays.

    Returns:
        New arrays, by the names that the module's table has.

    Raises:
        TypeError: an array holds no floats, or they differ in precision.
        ValueError: a name is missing or unknown; the shapes fit no RNN, GRU or LSTM.

    Examples:
        >>> state = {
        ...     "weight_ih_l0": np.array([[1.0, 2.0]]),
        ...     "weight_hh_l0": np.array([[3.0]]),
        ...     "bias_ih_l0": np.array([4.0]),
        ...     "bias_hh_l0": np.array([5.0]),
        ... }
        >>> params = from_torch(state)
        >>> params["W_x_l0"]
        array([[1.],
               [2.]])
        >>> params["W_h_l0"], params["b_l0"]
        (array([[3.]]), array([9.]))
    """
    suffixes = _suffixes("state", state, "weight_hh_")
    wanted = dict.fromkeys(f"{name}_{suffix}" for suffix in suffixes for name in _TORCH_LAYOUTS)
    check_names(state, "state", wanted, "PyTorch")
    params = {}
    for suffix in suffixes:
        given = {f"{name}_{suffix}": layout for name, layout in _TORCH_LAYOUTS.items()}
        check_shapes({name: (state[name], layout) for name, layout in given.items()})
        W_ih, W_hh, b_ih, b_hh = (state[name] for name in given)
        rows, H = W_hh.shape
        gates = _count_gates(f"weight_hh_{suffix}", rows, H)
        added = 2 * H if gates == _GRU else rows
        params[f"W_x_{suffix}"] = W_ih.T.copy()
        params[f"W_h_{suffix}"] = W_hh.T.copy()
        params[f"b_{suffix}"] = np.concatenate([b_ih[:added] + b_hh[:added], b_ih[added:]])
        if gates == _GRU:
            params[f"b_hn_{suffix}"] = b_hh[added:].copy()
    return params


@shapes()
def to_torch(params: Mapping[str, Array]) -> dict[str, Array]:
    """Turns the parameters of our layer into the state of a PyTorch module.

    Our one bias becomes PyTorch's first, and its second is 0, but for the `b_hn` of a GRU. The GRU
    with the reset before the product has no counterpart in PyTorch.

    Args:
        params: parameters by the names that the module's table has.

    Returns:
        New arrays, by PyTorch's names.

    Raises:
        TypeError: an array holds no floats, or they differ in precision.
        ValueError: a name is missing or unknown; the shapes fit no RNN, GRU or LSTM.

    Examples:
        >>> W_x, W_h, b = np.array([[1.0], [2.0]]), np.array([[3.0]]), np.array([9.0])
        >>> state = to_torch({"W_x_l0": W_x, "W_h_l0": W_h, "b_l0": b})
        >>> state["weight_ih_l0"], state["bias_ih_l0"], state["bias_hh_l0"]
        (array([[1., 2.]]), array([9.]), array([0.]))
    """
    suffixes = _suffixes("params", params, "W_h_")
    wanted: dict[str, None] = {}
    for suffix in suffixes:
        name = f"W_h_{suffix}"
        check_shapes({name: (params[name], "H G")})
        H, columns = params[name].shape
        gates = _count_gates(name, columns, H)
        ours = ("W_x", "W_h", "b", "b_hn") if gates == _GRU else ("W_x", "W_h", "b")
        wanted |= dict.fromkeys(f"{name}_{suffix}" for name in ours)
    check_names(params, "params", wanted, "a layer with a counterpart in PyTorch")
    state = {}
    for suffix in suffixes:
        W_x, W_h, b = (params[f"{name}_{suffix}"] for name in ("W_x", "W_h", "b"))
        b_hn = params.get(f"b_hn_{suffix}", np.zeros(W_h.shape[0], dtype=W_h.dtype))
        arrays = {"W_h": W_h, "W_x": W_x, "b": b, "b_hn": b_hn}
        check_shapes(
            {f"{name}_{suffix}": (arrays[name], layout) for name, layout in _OUR_LAYOUTS.items()}
        )
        state[f"weight_ih_{suffix}"] = W_x.T.copy()
        state[f"weight_hh_{suffix}"] = W_h.T.copy()
        state[f"bias_ih_{suffix}"] = b.copy()
        state[f"bias_hh_{suffix}"] = np.concatenate([np.zeros_like(b[len(b_hn) :]), b_hn])
    return state


def _suffixes(source: str, names: Mapping[str, Array], prefix: str) -> list[str]:
    """Returns what follows the prefix in the names that have it: l0, l0_reverse, l1, ..."""
    suffixes = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    if not suffixes:
        raise ValueError(f"{source} has no name that starts with {prefix!r}")
    return suffixes


def _count_gates(name: str, found: int, H: int) -> int:
    for gates in (_RNN, _GRU, _LSTM):
        if found == gates * H:
            return gates
    raise ValueError(
        f"{name} has {found} gate units for H = {H}, wanted H, 3H or 4H: an RNN, a GRU or an LSTM"
    )
