"""The code against the chapter on convolution: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation, so a test fails if either changes, the line or the
equation. That nothing is left out is a test of its own.
"""

from unittest.mock import patch

import numpy as np
import pytest

from backprop import convolution, pooling, windows
from backprop.fast import convolution as fast
from backprop.fast import im2col as columns_of_images
from backprop.fast import unrolling

CHAPTER = "convolution"
DRAWS = range(2)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


# --- convolution -------------------------------------------------------------------------------


def options(values):
    """The settings that the chapter gives a value for the checker."""
    return {name: values[name] for name in ("stride", "padding", "dilation")}


WAYS = {
    "plain": (convolution, "conv2d"),
    "im2col": (columns_of_images, "conv2d_im2col"),
    "fast": (fast, "conv2d"),
}


def convolve(way, values):
    """Returns y and the cache of one of the three ways."""
    module, name = WAYS[way]
    forward = getattr(module, f"{name}_forward")
    return forward(values["x"], values["W"], values["b"], **options(values))


def conv_forward(way):
    return lambda values: convolve(way, values)[0]


def conv_backward(way, position):
    def gradient(values):
        _, cache = convolve(way, values)
        module, name = WAYS[way]
        return getattr(module, f"{name}_backward")(dy_of(values), cache)[position]

    return gradient


def axes(values):
    """How the windows lie along rows and columns, as the code keeps it."""
    _, cache = convolve("fast", values)
    return cache.rows, cache.columns


def im2col(values):
    rows, columns = axes(values)
    return unrolling.im2col(values["x"], rows, columns).reshape(values["cols"].shape)


def col2im(values):
    """Adds up the chapter's gradient for the columns."""
    rows, columns = axes(values)
    dcols = values(r"\frac{\partial L}{\partial X}")
    matrix = dcols.reshape(np.prod(dcols.shape[:3]), -1)
    return unrolling.col2im(matrix, values["x"].shape, rows, columns)


def dcols(values):
    """What the backward pass hands to col2im."""
    with patch.object(columns_of_images, "col2im") as given:
        conv_backward("im2col", 0)(values)
    return given.call_args.args[0].reshape(values["cols"].shape)


def unroll(values):
    """All that the output rows look at; rows that a stride leaves over are not unrolled."""
    rows, columns = axes(values)
    found = unrolling.unroll(values["x"], slice(0, rows.outputs), rows, columns)
    assert (found[:, -1] == 1).all()
    Z = values("Z").copy()
    assert len(Z) - len(found) < rows.stride
    Z[: len(found)] = found[:, :-1].reshape(len(found), *Z.shape[1:])
    return Z


def fold(values):
    """Adds up the chapter's gradient for the unrolled images."""
    rows, columns = axes(values)
    dZ = values(r"\frac{\partial L}{\partial Z}")
    band = slice(0, rows.outputs)
    reached = (rows.outputs - 1) * rows.stride + rows.reach
    assert not dZ[reached:].any()
    dx = np.zeros_like(values["x"])
    dX = dZ[:reached].reshape(reached, -1, *dZ.shape[3:])
    unrolling.fold(dX, dx, band, rows, columns)
    return dx


def dunrolled(values):
    """What the backward pass, all images at once, hands to fold."""
    with (
        patch.object(fast, "share_batch", lambda work, N: [work(slice(0, N))]),
        patch.object(fast, "fold") as given,
    ):
        conv_backward("fast", 0)(values)
    found = given.call_args.args[0]
    dZ = np.zeros_like(values("Z"))
    dZ[: len(found)] = found.reshape(len(found), *dZ.shape[1:])
    assert given.call_count == 1
    return dZ


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
    "eq:conv-y": conv_forward("plain"),
    "eq:conv-dx": conv_backward("plain", 0),
    "eq:conv-dW": conv_backward("plain", 1),
    "eq:conv-db": conv_backward("plain", 2),
    "eq:conv-size": lambda values: windows.output_size(
        len(values["x"]), len(values["W"]), **options(values)
    ),
    "eq:conv-im2col": im2col,
    "eq:conv-matrix-y": conv_forward("im2col"),
    "eq:conv-matrix-dW": conv_backward("im2col", 1),
    "eq:conv-matrix-dcols": dcols,
    "eq:conv-col2im": col2im,
    "eq:conv-unroll": unroll,
    "eq:conv-fast-y": conv_forward("fast"),
    "eq:conv-fast-dW": conv_backward("fast", 1),
    "eq:conv-fast-dX": dunrolled,
    "eq:conv-fold": fold,
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
@pytest.mark.parametrize("way", ["im2col", "fast"])
def test_every_way_has_the_gradients_of_the_chapter(chapter, same, way, draw):
    values = chapter(CHAPTER, "eq:conv-dx", draw=draw)
    same(convolve(way, values)[0], values["y"])
    for position, name in enumerate(("x", "W", "b")):
        wanted = values(rf"\frac{{\partial L}}{{\partial {name}}}")
        same(conv_backward(way, position)(values), wanted)


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
