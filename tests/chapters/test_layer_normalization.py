"""The code against the chapter on layer norm: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites: a call,
and the name of the variable that the line writes. Its value on return is held against *every side*
of the equation. That nothing is left out is a test of its own.
"""

import pytest

from backprop import normalization
from tests.chapters.variables import variables

CHAPTER = "layer-normalization"
DRAWS = range(3)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


def layer(values):
    return (values["x"], values["gamma"], values["beta"]), {"eps": values["eps"]}


def rms(values):
    return (values["x"], values["gamma"]), {"eps": values["eps"]}


def group(values):
    """The chapter counts groups and the channels of each; the code counts channels."""
    N, G, _, P = values["x"].shape
    arrays = values["x"].reshape(N, -1, P), values["gamma"].ravel(), values["beta"].ravel()
    return arrays, {"eps": values["eps"], "groups": G}


ARGUMENTS = {"layernorm": layer, "groupnorm": group, "rmsnorm": rms}


def forward(name):
    def call(values):
        arrays, options = ARGUMENTS[name](values)
        return variables(getattr(normalization, f"{name}_forward"), *arrays, **options)

    return call


def backward(name):
    def call(values):
        arrays, options = ARGUMENTS[name](values)
        y, cache = getattr(normalization, f"{name}_forward")(*arrays, **options)
        dy = dy_of(values).reshape(y.shape)
        return variables(getattr(normalization, f"{name}_backward"), dy, cache)

    return call


# The equations of the chapter that the code cites: the call, and the variable that it computes.
CODE = {
    "eq:ln-mean": (forward("layernorm"), "mean"),
    "eq:ln-var": (forward("layernorm"), "var"),
    "eq:ln-sigma": (forward("layernorm"), "sigma"),
    "eq:ln-xhat": (forward("layernorm"), "x_hat"),
    "eq:ln-y": (forward("layernorm"), "y"),
    "eq:ln-dbeta": (backward("layernorm"), "dbeta"),
    "eq:ln-dgamma": (backward("layernorm"), "dgamma"),
    "eq:ln-dxhat": (backward("layernorm"), "dx_hat"),
    "eq:ln-dx": (backward("layernorm"), "dx"),
    "eq:gn-xhat": (forward("groupnorm"), "x_hat"),
    "eq:gn-y": (forward("groupnorm"), "y"),
    "eq:gn-dbeta": (backward("groupnorm"), "dbeta"),
    "eq:gn-dgamma": (backward("groupnorm"), "dgamma"),
    "eq:gn-dxhat": (backward("groupnorm"), "dx_hat"),
    "eq:gn-dx": (backward("groupnorm"), "dx"),
    "eq:rms-r": (forward("rmsnorm"), "r"),
    "eq:rms-xhat": (forward("rmsnorm"), "x_hat"),
    "eq:rms-y": (forward("rmsnorm"), "y"),
    "eq:rms-dgamma": (backward("rmsnorm"), "dgamma"),
    "eq:rms-dxhat": (backward("rmsnorm"), "dx_hat"),
    "eq:rms-dx": (backward("rmsnorm"), "dx"),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(line_computes, label, draw):
    line_computes(CHAPTER, label, *CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize(
    ("name", "at"), [("layernorm", "eq:ln-dx"), ("groupnorm", "eq:gn-dx"), ("rmsnorm", "eq:rms-dx")]
)
def test_what_is_returned_are_the_gradients_of_the_chapter(chapter, same, name, at, draw):
    values = chapter(CHAPTER, at, draw=draw)
    arrays, options = ARGUMENTS[name](values)
    y, cache = getattr(normalization, f"{name}_forward")(*arrays, **options)
    same(y.reshape(values["y"].shape), values["y"])
    dy = dy_of(values).reshape(y.shape)
    found = getattr(normalization, f"{name}_backward")(dy, cache)
    for computed, given, letter in zip(found, arrays, ("x", r"\gamma", r"\beta"), strict=False):
        wanted = values(rf"\frac{{\partial L}}{{\partial {letter}}}")
        assert computed.shape == given.shape
        same(computed.reshape(wanted.shape), wanted)
