"""The arrays that make a network what it is, by name."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from backprop.layers.layer import Layer
from backprop.names import check_names
from backprop.shapes import Array


def state(network: Layer) -> dict[str, Array]:
    """Returns all arrays by name that make a network what it is, its parameters and buffers."""
    return {**network.params, **network.buffers}


def check_fit(params: Mapping[str, Array], values: Mapping[str, NDArray[Any]], source: str) -> None:
    """Checks that values have the names, shapes and dtypes of a network's arrays.

    Args:
        params: the network's arrays by name.
        values: values by the same names.
        source: where the values come from, for messages.

    Raises:
        ValueError: a name is missing or unknown, or a shape or dtype differs.
    """
    check_names(values, source, params, "the network")
    for name, param in params.items():
        value = values[name]
        if value.shape != param.shape:
            raise ValueError(f"{name} in {source} has shape {value.shape}, wanted {param.shape}")
        if value.dtype != param.dtype:
            raise ValueError(f"{name} in {source} is {value.dtype}, wanted {param.dtype}")


def assign(params: Mapping[str, Array], values: Mapping[str, NDArray[Any]], source: str) -> None:
    """Writes new values into arrays, all of them or, if anything does not fit, none.

    Args:
        params: the network's arrays by name.
        values: their new values by the same names.
        source: where the values come from, for messages.

    Raises:
        ValueError: a name is missing or unknown, or a shape or dtype differs.
    """
    check_fit(params, values, source)
    for name, param in params.items():
        param[...] = values[name]
