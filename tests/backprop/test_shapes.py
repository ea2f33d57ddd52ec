"""The declaration above a function: what it refuses, in which words, and what it leaves alone."""

import inspect
from typing import NamedTuple

import numpy as np
import pytest

from backprop.shapes import check_shapes, shapes


class Cache(NamedTuple):
    x: np.ndarray
    W: np.ndarray
    y_sizes: tuple = (2, 5)


@shapes(x="N D", W="D M", b="M")
def forward(x, W, b=None):
    """A docstring."""
    return (x, W, b)


@shapes(x="N D", W="D M", dy="N M")
def backward(dy, cache):
    return dy


X, W, B = np.ones((2, 4)), np.ones((4, 3)), np.ones(3)


def declared(**wanted):
    """Returns a function `f` of these arguments, which it returns."""
    names = ", ".join(wanted)
    scope = {}
    exec(f"def f({names}): return {names}", scope)
    return shapes(**wanted)(scope["f"])


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (TypeError, "x has type list, wanted an array", {"x": [1.0]}),
        (TypeError, "x has type NoneType, wanted an array", {"x": None}),
        (TypeError, "x has type float64, wanted an array", {"x": np.float64(1)}),
        (TypeError, "W has type matrix, wanted a plain array", {"W": W.view(np.matrix)}),
        (TypeError, "W has type MaskedArray, wanted a plain array", {"W": np.ma.array(W)}),
        (TypeError, "x is int64, wanted floats", {"x": X.astype(np.int64)}),
        (TypeError, "x is bool, wanted floats", {"x": X > 0}),
        (TypeError, "x is float16, wanted float32 or float64", {"x": X.astype(np.float16)}),
        (
            TypeError,
            f"x is {np.dtype(np.longdouble)}, wanted float32 or float64",
            {"x": X.astype(np.longdouble)},
        ),
        (TypeError, "b is float32, wanted float64 as in x", {"b": B.astype(np.float32)}),
        (TypeError, "W is float32, wanted float64 as in x", {"W": W.astype(np.complex64)}),
        (ValueError, "x is empty, its shape is (0, 4)", {"x": np.ones((0, 4))}),
        (ValueError, "b has shape (), wanted at least one axis", {"b": np.array(1.0)}),
        (ValueError, "x has shape (4,), wanted (N, D)", {"x": np.ones(4)}),
        (ValueError, "b has shape (3, 1), wanted (M,)", {"b": np.ones((3, 1))}),
        (
            ValueError,
            "W has shape (3, 2), wanted (D, M) with D = 4 as in x",
            {"W": np.ones((3, 2))},
        ),
        (ValueError, "b has shape (4,), wanted (M,) with M = 3 as in W", {"b": np.ones(4)}),
    ],
)
def test_what_does_not_fit(refused, error, message, arguments):
    refused(error, f"forward: {message}", forward, **{"x": X, "W": W, "b": B, **arguments})
    given = {"x": X, "W": W, "b": B, **arguments}
    refused(error, f"forward: {message}", forward, *given.values())
    with pytest.raises(error):  # what was refused once is refused again
        forward(**given)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16", ">f8"])
def test_what_fits(dtype):
    given = X.astype(dtype), W.astype(dtype), B.astype(dtype)
    assert all(ours is theirs for ours, theirs in zip(forward(*given), given, strict=True))
    assert forward(given[0], W=given[1], b=given[2])[1] is given[1]


def test_a_complex_step_in_one_argument_alone():
    assert forward(X + 1j, W, B)[1] is W


def test_an_argument_whose_default_is_none():
    assert forward(X, W) == forward(X, W, None) == (X, W, None)


def test_fields_of_the_cache(refused):
    dy = np.ones((2, 3))
    assert backward(dy, Cache(X, W)) is dy
    assert backward(dy, cache=Cache(X, W)) is dy
    message = "backward: dy has shape (3, 3), wanted (N, M) with N = 2 as in x"
    refused(ValueError, message, backward, np.ones((3, 3)), Cache(X, W))
    message = (
        "backward: cache has type tuple and no field x, wanted what the forward function returned"
    )
    refused(TypeError, message, backward, dy, (X, W))
    with pytest.raises(ValueError, match="z is no parameter, and there is no cache with a field"):
        shapes(z="N")(lambda x: x)


def test_sizes_that_a_cache_keeps(refused):
    @shapes(y_sizes="sizes N K", dy="N K")
    def f(dy, cache):
        return dy

    f(np.ones((2, 5)), Cache(X, W))
    message = "f: dy has shape (2, 4), wanted (N, K) with K = 5 as in y_sizes"
    refused(ValueError, message, f, np.ones((2, 4)), Cache(X, W))


def test_a_multiple_of_a_size(refused):
    f = declared(h="N H", W="4H 3H")
    f(np.ones((2, 3)), np.ones((12, 9)))
    for shape in [(3, 9), (12, 3), (12, 8)]:
        message = f"f: W has shape {shape}, wanted (4H, 3H) with H = 3 as in h"
        refused(ValueError, message, f, np.ones((2, 3)), np.ones(shape))
    f = declared(b="4H", h="H")
    f(np.ones(12), np.ones(3))
    refused(ValueError, "f: b has shape (13,), wanted (4H,) with H = 3 as in b", f, np.ones(13), B)


def test_any_shape_but_the_same_throughout(refused):
    f = declared(a="...", b="...")
    f(X, X)
    for shape in [(3, 2), (2,), (2, 4, 1)]:
        message = f"f: b has shape {shape}, wanted (2, 4) as in a"
        refused(ValueError, message, f, X, np.ones(shape))


def test_any_axes_beside_others(refused):
    f = declared(x="... D", g="D", y="... M")
    f(np.ones(4), np.ones(4), np.ones(7))
    f(np.ones((2, 3, 4)), np.ones(4), np.ones((2, 3, 7)))
    message = "f: y has shape (3, 2, 7), wanted (..., M) with ... = (2, 3) as in x"
    refused(ValueError, message, f, np.ones((2, 3, 4)), np.ones(4), np.ones((3, 2, 7)))
    message = "f: g has shape (3,), wanted (D,) with D = 4 as in x"
    refused(ValueError, message, f, np.ones((2, 3, 4)), B, np.ones((2, 3, 7)))
    f = declared(x="N D ...", g="D")
    f(np.ones((2, 3)), np.ones(3))
    f(np.ones((2, 3, 5, 5)), np.ones(3))
    refused(ValueError, "f: x has shape (2,), wanted (N, D, ...)", f, np.ones(2), B)
    refused(
        ValueError,
        "f: g has shape (3,), wanted (D,) with D = 4 as in x",
        f,
        np.ones((2, 4, 5, 5)),
        B,
    )


def test_arrays_of_integers_and_of_truth(refused):
    f = declared(x="T N", mask="bool T N", tokens="int N")
    x, mask, tokens = np.ones((2, 3)), np.ones((2, 3), bool), np.ones(3, np.uint8)
    f(x, mask, tokens)
    refused(TypeError, "f: mask is int64, wanted booleans", f, x, mask.astype(np.int64), tokens)
    refused(TypeError, "f: tokens is float64, wanted integers", f, x, mask, np.ones(3))
    refused(TypeError, "f: tokens is bool, wanted integers", f, x, mask, mask[0])
    message = "f: mask has shape (3, 2), wanted (T, N) with T = 2 as in x"
    refused(ValueError, message, f, x, mask.reshape(3, 2), tokens)


def test_a_size_that_has_a_word(refused):
    @shapes(x="N C", W="K C", C="input channels")
    def f(x, W):
        return x

    refused(ValueError, "f: W has 3 input channels, x has 4", f, X, np.ones((2, 3)))


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1]", [0, 0.5, 1], [-1e-9, 1 + 1e-9, np.inf, np.nan]),
        ("(0, 1]", [1e-9, 1], [0, 1.5]),
        ("[-2, 3)", [-2, 2.5], [-2.5, 3]),
        ("(-2, 3)", [-1.5, 2.5], [-2, 3]),
        ("(-inf, inf)", [-1e300, 0], [np.inf, -np.inf]),
    ],
)
def test_numbers_in_an_interval(refused, interval, inside, outside):
    f = declared(p=interval)
    for number in inside:
        for found in (f(np.float64(number)), f(p=np.float64(number)), f(number)):
            assert found == number
            assert type(found) is float
    for number in outside:
        message = f"f: p is {float(number)}, wanted a number in {interval}"
        refused(ValueError, message, f, number)
    for wrong in (True, "1", None, np.ones(1), 1j):
        message = f"f: p has type {type(wrong).__name__}, wanted a number"
        refused(TypeError, message, f, wrong)


def test_integers(refused):
    f = declared(t="count", k="integer >= 0")
    assert f(np.int8(1), k=np.int64(0)) == (1, 0)
    assert type(f(np.int8(1), 0)[0]) is int
    refused(ValueError, "f: t is 0, wanted at least 1", f, 0, 0)
    refused(ValueError, "f: k is -1, wanted at least 0", f, 1, -1)
    refused(TypeError, "f: t has type float, wanted an integer", f, 1.0, 0)
    refused(TypeError, "f: t has type bool, wanted an integer", f, True, 0)


def test_pairs(refused):
    f = declared(stride="pair >= 1")
    assert f(2) == 2
    assert f((2, 1)) == (2, 1)
    refused(ValueError, "f: stride is (2, 0), wanted at least 1", f, (2, 0))
    for wrong in [2.0, (1,), (1, 2, 3), [1, 2], (1, True)]:
        message = f"f: stride is {wrong!r}, wanted an integer or a pair of integers"
        refused(TypeError, message, f, wrong)


def test_sizes_generators_and_dtypes(refused):
    f = declared(shape="sizes", rng="rng", dtype="dtype")
    rng = np.random.default_rng(0)
    f((2, 3), rng, np.float32)
    f((2, 3), rng, "float64")
    refused(TypeError, "f: shape has type list, wanted a tuple", f, [2], rng, float)
    refused(ValueError, "f: shape is (), wanted at least one size", f, (), rng, float)
    refused(ValueError, "f: shape[1] is 0, wanted at least 1", f, (2, 0), rng, float)
    message = "f: rng has type int, wanted a numpy.random.Generator"
    refused(TypeError, message, f, (2,), 0, float)
    refused(TypeError, "f: dtype is int64, wanted floats", f, (2,), rng, np.int64)
    message = "f: dtype is float16, wanted float32 or float64"
    refused(TypeError, message, f, (2,), rng, np.float16)


def test_mappings_of_arrays(refused):
    f = declared(grads="arrays")
    f({"W": X, "b": np.float32([1])})
    refused(TypeError, "f: grads has type list, wanted a mapping of arrays", f, [X])
    refused(ValueError, "f: grads is empty, wanted at least one array", f, {})
    refused(TypeError, "f: grads['W'] is int64, wanted floats", f, {"W": np.ones(2, np.int64)})
    message = "f: grads['W'] is complex128, wanted real numbers"
    refused(TypeError, message, f, {"W": np.ones(2, np.complex128)})


def test_arrays_that_are_no_arguments(refused):
    check_shapes({"a": (X, "N D"), "b": (np.ones((3, 4)), "M D")})
    message = "b has shape (3, 4), wanted (M, D) with D = 3 as in a"
    refused(ValueError, message, check_shapes, {"a": (W, "N D"), "b": (np.ones((3, 4)), "M D")})


def test_what_means_nothing_is_no_declaration():
    for wanted in ("n d", "N-D", "numbers", "4", "float N"):
        with pytest.raises(ValueError, match="declares nothing that is known"):
            declared(x=wanted)


def test_a_body_refuses_in_one_sentence(refused):
    @shapes(x="N")
    def f(x):
        raise ValueError("x has one element, wanted several")

    refused(ValueError, "f: x has one element, wanted several", f, B)

    @shapes(x="N")
    def g(x):
        return f(x)

    refused(ValueError, "f: x has one element, wanted several", g, B)


def test_what_is_not_refused_by_the_function_keeps_its_words(refused):
    def helper(x):
        raise KeyError("x")

    @shapes(x="N")
    def f(x, call):
        return call(x)

    def numpy_error(x):
        return np.split(x, 2)

    refused(KeyError, "'x'", f, B, helper)
    refused(ValueError, "array split does not result in an equal division", f, B, numpy_error)
    scope = {"__name__": "elsewhere"}
    exec("def call(x): raise ValueError('my own')", scope)
    refused(ValueError, "my own", f, B, scope["call"])
    with pytest.raises(TypeError, match=r"f\(\) missing 1 required positional argument: 'x'"):
        f(call=helper)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        f(B, helper, z=1)


def test_methods_are_called_by_their_class(refused):
    class Layer:
        @shapes(D="count")
        def __init__(self, D):
            self.D = D

        @shapes(x="N D")
        def forward(self, x):
            raise ValueError("nothing went forward yet")

    class Other(Layer):
        pass

    refused(ValueError, "Layer: D is 0, wanted at least 1", Layer, 0)
    refused(ValueError, "Other: D is 0, wanted at least 1", Other, D=0)
    refused(ValueError, "Other.forward: x has shape (3,), wanted (N, D)", Other(1).forward, B)
    refused(ValueError, "Other.forward: nothing went forward yet", Other(1).forward, X)


def test_a_function_stays_what_it_was():
    assert forward.__name__ == "forward"
    assert forward.__doc__ == "A docstring."
    assert [*inspect.signature(forward).parameters] == ["x", "W", "b"]


def test_one_of_several_words(refused):
    @shapes(way="'ahead' or 'back'")
    def f(*, way="ahead"):
        return way

    assert (f(), f(way="back")) == ("ahead", "back")
    for way in ("up", "", "ahead' or 'back", None, 3):
        refused(ValueError, f"f: way is {way!r}, wanted 'ahead' or 'back'", f, way=way)


def test_rows_of_a_table(refused):
    @shapes(index="rows of table", table="V D")
    def f(index, table):
        return table[index]

    np.testing.assert_array_equal(f(np.array([1, 0]), X), X[[1, 0]])
    for index, error, message in [
        (np.array([[0], [len(X)]]), ValueError, f"index holds {len(X)}, wanted 0 to {len(X) - 1}"),
        (np.array([-1]), ValueError, f"index holds -1, wanted 0 to {len(X) - 1}"),
        (np.array([0.0]), TypeError, "index is float64, wanted integers"),
        (np.array([True]), TypeError, "index is bool, wanted integers"),
        ([0], TypeError, "index has type list, wanted an array"),
        (np.zeros((0, 2), int), ValueError, "index is empty, its shape is (0, 2)"),
    ]:
        refused(error, f"f: {message}", f, index, X)
    refused(ValueError, f"f: table has shape {B.shape}, wanted (V, D)", f, np.array([0]), B)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'table'"):
        f(np.array([0]))
