"""The code against the chapter on convolution: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation, so a test fails if either changes, the line or the
equation. That nothing is left out is a test of its own.
"""

import numpy as np
import pytest

from backprop import convolution, windows
from backprop.correlation import correlate2d_backward, correlate2d_forward
from tests.chapters.variables import variables

CHAPTER = "convolution"
DRAWS = range(2)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


def options(values):
    """The settings that the chapter gives a value for the checker."""
    return {name: values[name] for name in ("stride", "padding", "dilation")}


def convolve(values):
    return convolution.conv2d_forward(values["x"], values["W"], values["b"], **options(values))


def conv_backward(position):
    def gradient(values):
        return convolution.conv2d_backward(dy_of(values), convolve(values)[1])[position]

    return gradient


def dwindows(values):
    return variables(convolution.conv2d_backward, dy_of(values), convolve(values)[1])["dwindows"]


def correlate(values):
    """One kernel on one image, as two loops."""
    return correlate2d_forward(values["x"], values["W"], float(values["b"]))


def correlate_backward(values):
    return correlate2d_backward(dy_of(values), correlate(values)[1])


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
    "eq:conv-size": lambda values: windows.output_size(
        len(values["x"]), len(values["W"]), **options(values)
    ),
    "eq:conv-y": lambda values: convolve(values)[0],
    "eq:conv-dwindows": dwindows,
    "eq:conv-dx": conv_backward(0),
    "eq:conv-dW": conv_backward(1),
    "eq:conv-db": conv_backward(2),
    "eq:conv-one-y": lambda values: correlate(values)[0],
    "eq:conv-one-db": lambda values: correlate_backward(values)[2],
    "eq:conv-one-dW": lambda values: correlate_backward(values)[1],
    "eq:conv-one-dx": lambda values: correlate_backward(values)[0],
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_the_kernel_turned_round_gives_the_same(computes, draw):
    def full(values):
        around = np.pad(dy_of(values), [(size - 1,) * 2 for size in values["W"].shape])
        return correlate2d_forward(around, np.flip(values["W"]), 0.0)[0]

    computes(CHAPTER, "eq:conv-one-full", full, draw)
    computes(CHAPTER, "eq:conv-one-full", lambda values: correlate_backward(values)[0], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_zeros_between_gradients_stand_for_a_stride(computes, draw):
    def between_and_back(values):
        """One axis as an image of one row."""
        signal, taps = values["x"][None, None, None], values["W"][None, None, None]
        along = {name: (1, values[name]) for name in ("stride", "dilation")}
        padding = (0, values["padding"])
        _, cache = convolution.conv2d_forward(signal, taps, np.zeros(1), padding=padding, **along)
        dy = dy_of(values)
        between = np.zeros_like(values("a"))
        between[: values["stride"] * len(dy) : values["stride"]] = dy
        dx, _, _ = convolution.conv2d_backward(dy[None, None, None], cache)
        return between, dx[0, 0, 0]

    computes(CHAPTER, "eq:conv-axis-zeros", between_and_back, draw)
    place = "eq:conv-axis-zeros"
    computes(CHAPTER, "eq:conv-axis-dx", lambda values: between_and_back(values)[1], draw, place)
