"""The code against the chapter on convolution: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation, so a test fails if either changes, the line or the
equation. That nothing is left out is a test of its own.
"""

import numpy as np
import pytest

from backprop import convolution, pooling, windows

CHAPTER = "convolution"
DRAWS = range(2)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


# --- convolution -------------------------------------------------------------------------------


def options(values):
    """The settings that the chapter gives a value for the checker."""
    return {name: values[name] for name in ("stride", "padding", "dilation")}


def convolve(values):
    return convolution.conv2d_forward(values["x"], values["W"], values["b"], **options(values))


def conv_backward(position):
    def gradient(values):
        return convolution.conv2d_backward(dy_of(values), convolve(values)[1])[position]

    return gradient


# --- pooling -----------------------------------------------------------------------------------


def pool_options(values):
    P, Q = values.sizes["P"], values.sizes["Q"]
    return {"kernel": (P, Q), "stride": values["stride"], "padding": values["padding"]}


def max_pool(values):
    """Pools the chapter's one map, as a batch of one with one channel."""
    return pooling.max_pool2d_forward(values["x"][None, None], **pool_options(values))


def max_pool_winners(values):
    """A 1 at the tap whose number the cache has kept."""
    winner = max_pool(values)[1].winner[0, 0]
    P, Q = pool_options(values)["kernel"]
    return (np.arange(P * Q).reshape(P, Q) == winner[..., None, None]).astype(float)


def max_pool_dx(values):
    return pooling.max_pool2d_backward(dy_of(values)[None, None], max_pool(values)[1])[0, 0]


def average_pool(values):
    """Pools with the divisors of the chapter, which may be any, in the place of P Q."""
    P, Q = pool_options(values)["kernel"]
    x = values["x"][None, None]
    y, cache = pooling.avg_pool2d_forward(x, **pool_options(values))
    return y[0, 0] * (P * Q) / values["counts"], cache


def average_pool_dx(values):
    P, Q = pool_options(values)["kernel"]
    dy = dy_of(values) * (P * Q) / values["counts"]
    return pooling.avg_pool2d_backward(dy[None, None], average_pool(values)[1])[0, 0]


def global_average(values):
    return pooling.global_avg_pool2d_forward(values["x"])


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
    "eq:conv-y": lambda values: convolve(values)[0],
    "eq:conv-dx": conv_backward(0),
    "eq:conv-dW": conv_backward(1),
    "eq:conv-db": conv_backward(2),
    "eq:conv-size": lambda values: windows.output_size(
        len(values["x"]), len(values["W"]), **options(values)
    ),
    "eq:max-pool-y": lambda values: max_pool(values)[0][0, 0],
    "eq:max-pool-m": max_pool_winners,
    "eq:max-pool-dx": max_pool_dx,
    "eq:average-pool-y": lambda values: average_pool(values)[0],
    "eq:average-pool-dx": average_pool_dx,
    "eq:global-average-y": lambda values: global_average(values)[0],
    "eq:global-average-dx": lambda values: pooling.global_avg_pool2d_backward(
        dy_of(values), global_average(values)[1]
    ),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(chapter, same, label, draw):
    values = chapter(CHAPTER, label, draw=draw)
    (sides,) = values.sides(label)
    computed = CODE[label](values)
    for side in sides:
        # A side without row and column holds for all of them.
        rest = (1,) * (np.ndim(computed) - np.ndim(side))
        side = np.broadcast_to(np.reshape(side, np.shape(side) + rest), np.shape(computed))
        same(computed, side)


@pytest.mark.parametrize("draw", DRAWS)
def test_one_channel_is_the_layer_with_one_channel(chapter, same, draw):
    values = chapter(CHAPTER, "eq:conv-one-full", draw=draw)
    x, W, b = values["x"][None, None], values["W"][None, None], np.array([values["b"]])
    y, cache = convolution.conv2d_forward(x, W, b)
    same(y[0, 0], values["y"])
    dx, dW, db = convolution.conv2d_backward(dy_of(values)[None, None], cache)
    same(db[0], values(r"\frac{\partial L}{\partial b}"))
    for side in values.sides("eq:conv-one-dW")[0]:
        same(dW[0, 0], side)
    for label in ("eq:conv-one-dx", "eq:conv-one-full"):
        for side in values.sides(label)[0]:
            same(dx[0, 0], side)
