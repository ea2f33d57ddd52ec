"""The code against the chapter on batch norm: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites: a call,
and the name of the variable that the line writes. Its value on return is held against *every side*
of the equation, so each intermediate of the staged backward pass is tested, and not only what comes
out of it. That nothing is left out is a test of its own.
"""

import numpy as np
import pytest

from backprop import normalization
from tests.chapters.variables import variables

CHAPTER = "batch-normalization"
DRAWS = range(3)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


def gradient(values, name):
    return values(rf"\frac{{\partial L}}{{\partial {name}}}")


# --- the calls ---------------------------------------------------------------------------------


def arguments(values):
    return values["x"], values["gamma"], values["beta"]


def forward(name):
    function = getattr(normalization, f"{name}_forward")
    return lambda values: variables(function, *arguments(values), eps=values["eps"])


def backward(name, way=""):
    def call(values):
        forward_function = getattr(normalization, f"{name}_forward")
        _, cache = forward_function(*arguments(values), eps=values["eps"])
        function = getattr(normalization, f"{name}_backward{way}")
        return variables(function, dy_of(values), cache)

    return call


def evaluate(values):
    statistics = values["mean"], values["var"]
    return (*arguments(values), *statistics), {"eps": values["eps"]}


def evaluation_forward(values):
    given, options = evaluate(values)
    return variables(normalization.batchnorm_evaluation_forward, *given, **options)


def evaluation_backward(values):
    given, options = evaluate(values)
    _, cache = normalization.batchnorm_evaluation_forward(*given, **options)
    return variables(normalization.batchnorm_evaluation_backward, dy_of(values), cache)


def running(values):
    """Feeds the chapter's batches one after the other; stacks what each step computed."""
    D = values["x"].shape[2]
    mean, var, steps = np.zeros(D), np.ones(D), []
    for batch in values["x"]:
        _, cache = normalization.batchnorm_forward(batch, np.ones(D), np.zeros(D))
        step = variables(
            normalization.batchnorm_running, mean, var, cache, momentum=values["momentum"]
        )
        mean, var = step["new_mean"], step["new_var"]
        steps.append(step)
    names = ("unbiased", "new_mean", "new_var")
    return {name: np.stack([step[name] for step in steps]) for name in names}


# The equations of the chapter that the code cites: the call, and the variable that it computes.
CODE = {
    "eq:bn-mean": (forward("batchnorm"), "mean"),
    "eq:bn-var": (forward("batchnorm"), "var"),
    "eq:bn-sigma": (forward("batchnorm"), "sigma"),
    "eq:bn-xhat": (forward("batchnorm"), "x_hat"),
    "eq:bn-y": (forward("batchnorm"), "y"),
    "eq:bn-dbeta": (backward("batchnorm", "_staged"), "dbeta"),
    "eq:bn-dgamma": (backward("batchnorm", "_staged"), "dgamma"),
    "eq:bn-dxhat": (backward("batchnorm", "_staged"), "dx_hat"),
    "eq:bn-dsigma": (backward("batchnorm", "_staged"), "dsigma"),
    "eq:bn-dvar": (backward("batchnorm", "_staged"), "dvar"),
    "eq:bn-dmean": (backward("batchnorm", "_staged"), "dmean"),
    "eq:bn-dx": (backward("batchnorm", "_staged"), "dx"),
    "eq:bn-dx-fused": (backward("batchnorm"), "dx"),
    "eq:bn-unbiased": (running, "unbiased"),
    "eq:bn-running-mean": (running, "new_mean"),
    "eq:bn-running-var": (running, "new_var"),
    "eq:bn-evaluation-xhat": (evaluation_forward, "x_hat"),
    "eq:bn-evaluation-y": (evaluation_forward, "y"),
    "eq:bn-evaluation-dbeta": (evaluation_backward, "dbeta"),
    "eq:bn-evaluation-dgamma": (evaluation_backward, "dgamma"),
    "eq:bn-evaluation-dx": (evaluation_backward, "dx"),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(line_computes, label, draw):
    line_computes(CHAPTER, label, *CODE[label], draw)


WAYS = ("_staged", "")


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", ["eq:bn-dx-fused", "eq:bn-images-dx"])
def test_features_and_images_have_the_gradients_of_the_chapter(chapter, same, at, way, draw):
    values = chapter(CHAPTER, at, draw=draw)
    assert values["x"].ndim == (4 if "images" in at else 2)
    y, cache = normalization.batchnorm_forward(*arguments(values), eps=values["eps"])
    same(y, values["y"])
    found = getattr(normalization, f"batchnorm_backward{way}")(dy_of(values), cache)
    for computed, name in zip(found, ("x", r"\gamma", r"\beta"), strict=True):
        same(computed, gradient(values, name))


@pytest.mark.parametrize("draw", DRAWS)
def test_evaluation_has_the_gradients_of_the_chapter(chapter, same, draw):
    values = chapter(CHAPTER, "eq:bn-evaluation-dx", draw=draw)
    given, options = evaluate(values)
    y, cache = normalization.batchnorm_evaluation_forward(*given, **options)
    same(y, values["y"])
    found = normalization.batchnorm_evaluation_backward(dy_of(values), cache)
    for computed, name in zip(found, ("x", r"\gamma", r"\beta"), strict=True):
        same(computed, gradient(values, name))
