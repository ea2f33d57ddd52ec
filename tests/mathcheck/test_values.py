"""Values and derivatives agree with NumPy's einsum and with SymPy on random expressions."""

import re
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mathcheck.claims.chapter import load
from mathcheck.claims.chapter_values import Values
from mathcheck.text.errors import MathError

examples = settings(max_examples=60, deadline=None, derandomize=True)

SIZES = {"i": "I", "j": "J", "k": "K", "l": "M"}
INDEX = st.sampled_from(sorted(SIZES))


def table(rows: dict[str, str]) -> str:
    lines = [f"| ${symbol}$ | `{symbol[0]}` | {shape} | |" for symbol, shape in rows.items()]
    header = "# T\n\n| Symbol | Code | Shape | Meaning |\n|---|---|---|---|\n"
    return header + "\n".join(lines) + "\n\n"


@given(st.lists(st.lists(INDEX, min_size=1, max_size=3), min_size=1, max_size=3), st.data())
@examples
def test_sums_over_indices_agree_with_einsum(factors: list[list[str]], data: st.DataObject) -> None:
    used = sorted({index for factor in factors for index in factor})
    kept = data.draw(st.permutations(used).map(lambda p: p[: data.draw(st.integers(0, len(p)))]))
    summed = [index for index in used if index not in kept]
    names = "ABC"[: len(factors)]
    rows = {}
    for name, factor in zip(names, factors, strict=True):
        # An array's own indices differ; in use one may stand twice, a diagonal.
        letters = "abc"[: len(factor)]
        rows[f"{name}_{{{letters}}}"] = "(" + ", ".join(SIZES[i] for i in factor) + ",)"
    product = " ".join(f"{n}_{{{''.join(f)}}}" for n, f in zip(names, factors, strict=True))
    sums = "".join(rf"\sum_{{{i}=1}}^{{{SIZES[i]}}} " for i in summed)
    rows[f"y_{{{''.join(kept)}}}" if kept else "y"] = (
        "(" + ", ".join(SIZES[i] for i in kept) + ("," if len(kept) == 1 else "") + ")"
    )
    left = f"y_{{{''.join(kept)}}}" if kept else "y"
    values = Values(load("t.md", table(rows) + f"$$\n{left} \\coloneqq {sums}{product}\n$$\n"))
    spec = ",".join("".join(factor) for factor in factors) + "->" + "".join(kept)
    expected = np.einsum(spec, *(values[name] for name in names))
    np.testing.assert_allclose(values["y"], expected, rtol=1e-12, atol=1e-12)


A, B, P = sympy.symbols("a b p", real=True)
LEAVES = st.sampled_from(
    [(A, "a"), (B, "b"), (P, "p"), (sympy.Integer(2), "2"), (sympy.Rational(1, 2), "0.5")]
)
Pair = tuple[Any, str]


def grow(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    def binary(template: str, make: Any) -> st.SearchStrategy[Pair]:
        return st.tuples(inner, inner).map(
            lambda two: (make(two[0][0], two[1][0]), template % (two[0][1], two[1][1]))
        )

    def unary(template: str, make: Any) -> st.SearchStrategy[Pair]:
        return inner.map(lambda one: (make(one[0]), template % one[1]))

    return st.one_of(
        binary("(%s + %s)", lambda x, y: x + y),
        binary("(%s - %s)", lambda x, y: x - y),
        binary(r"%s \cdot %s", lambda x, y: x * y),
        binary(r"\left(%s\right) \left(%s\right)", lambda x, y: x * y),
        binary(r"\frac{%s}{2 + {\left( %s \right)}^2}", lambda x, y: x / (2 + y**2)),
        unary(r"-{%s}", lambda x: -x),
        unary(r"\left(%s\right)^2", lambda x: x**2),
        unary(r"\left(%s\right)^{3}", lambda x: x**3),
        unary(r"\sqrt{1 + \left(%s\right)^2}", lambda x: sympy.sqrt(1 + x**2)),
        unary(r"\tanh(%s)", sympy.tanh),
        unary(r"\sin(%s)", sympy.sin),
        unary(r"\exp(-\left(%s\right)^2)", lambda x: sympy.exp(-(x**2))),
        unary(r"e^{-\left(%s\right)^2}", lambda x: sympy.exp(-(x**2))),
        unary(r"\log(3 + \left(%s\right)^2)", lambda x: sympy.log(3 + x**2)),
        unary(r"\sigma(%s)", lambda x: 1 / (1 + sympy.exp(-x))),
        unary(r"\max(0, %s)", lambda x: sympy.Max(0, x)),
        unary(r"|%s|", sympy.Abs),
        unary(r"p^{\sin(%s)}", lambda x: P ** sympy.sin(x)),
    )


SCALARS = st.recursive(LEAVES, grow, max_leaves=6)
ROWS = {"a": "()", "b": "()", "p": "(), positive", "y": "()"}


@given(SCALARS)
@examples
def test_scalars_and_their_derivatives_agree_with_sympy(pair: Pair) -> None:
    expression, tex = pair
    values = Values(load("t.md", table(ROWS) + f"$$\ny \\coloneqq {tex}\n$$\n"))
    point = {A: values["a"], B: values["b"], P: values["p"]}
    expected = float(expression.evalf(30, subs=point))
    assume(abs(expected) < 1e6)
    np.testing.assert_allclose(float(values("y")), expected, rtol=1e-11, atol=1e-13)
    for symbol in (A, B, P):
        slope = float(sympy.diff(expression, symbol).evalf(30, subs=point))
        for kind in (r"\mathrm{d}", r"\partial"):
            derivative = rf"\frac{{{kind} y}}{{{kind} {symbol}}}"
            if not re.search(rf"\b{symbol}\b", re.sub(r"\\[a-z]+", " ", tex)):
                with pytest.raises(MathError, match=f"y does not depend on {symbol}"):
                    values(derivative)
                continue
            found = float(values(derivative))
            np.testing.assert_allclose(found, slope, rtol=1e-10, atol=1e-12)


def test_edges_have_zeros_and_ties_where_the_text_defines_a_value() -> None:
    text = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_n$ | `x` | (N,) | input |
| $g_n$ | `g` | (N,) | slope |

$$
g_n \coloneqq \mathbb{1}[x_n > 0]
$$
"""
    chapter = load("edges.md", text)
    found = [Values(chapter, draw=draw, edge=True) for draw in range(6)]
    assert any((values["x"] == 0).any() for values in found)
    assert any(len(set(values["x"])) < len(values["x"]) for values in found)
    for values in found:
        assert list(values["g"]) == list(values["x"] > 0)
    assert not any((Values(chapter, draw=draw)["x"] == 0).any() for draw in range(3))
