"""The engine against the chapter: at the chapter's own random values, both compute the same.

As in the other chapters, `CODE` has an entry for each equation that a line of code cites, and its
values are held against every side of that equation.
"""

import numpy as np
import pytest

from backprop.activations import tanh_backward, tanh_forward
from backprop.graph import Value, add, backward, exp, matmul, maximum, multiply, node

CHAPTER = "backpropagation"
DRAWS = range(4)


def operation(function, inputs, output):
    """Returns what an operation computes: its output, then a gradient for each input."""

    def compute(values):
        given = [Value(values(name)) for name in inputs]
        y = function(*given)
        backward(y, values(rf"\frac{{\partial L}}{{\partial {output}}}"))
        return y.data, *(value.grad for value in given)

    return compute


def product(part):
    return lambda values: operation(matmul, "AB", "Y")(values)[part]


def walk(values):
    """Builds the chapter's graph with every wire, and walks back from its last node."""
    tanh = node(tanh_forward, tanh_backward)
    x, W = values("x"), values("W")
    nodes = []
    for t, given in enumerate(x):
        nodes.append(tanh(sum((W[t, s] * v for s, v in enumerate(nodes)), Value(given[None]))))
    backward(nodes[-1], values(r"\frac{\partial L}{\partial v}")[-1:])
    return np.concatenate([v.grad for v in nodes])


CODE = {
    "eq:graph-add": operation(add, "ab", "y"),
    "eq:graph-multiply": operation(multiply, "ab", "y"),
    "eq:graph-max": operation(maximum, "ab", "y"),
    "eq:graph-exp": operation(exp, "a", "y"),
    "eq:graph-matmul": product(slice(0, 1)),
    "eq:graph-matmul-back": product(slice(1, 3)),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) | {"eq:graph-dv"} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
def test_the_walk_finds_the_gradient_of_every_node(chapter, same, draw):
    values = chapter(CHAPTER, "eq:graph-dv", draw=draw)
    same(walk(values), values(r"\frac{\partial L}{\partial v}"))


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)
