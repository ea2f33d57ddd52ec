"""Pooling by hand, against windows cut out one by one, and what it refuses."""

import itertools
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies

from backprop import pooling as plain
from backprop.fast import parallel as _parallel
from backprop.fast import pooling as fast
from backprop.fast import unrolling
from backprop.fast.axes import Axis
from backprop.gradcheck import check_gradients
from backprop.pooling import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)

X = np.array([[[[1.0, 5.0, 5.0, -2.0], [4.0, 3.0, 5.0, -1.0], [-7.0, -8.0, -3.0, -9.0]]]])
KINDS = {"max_pool2d": -np.inf, "avg_pool2d": 0.0}
WAYS = [plain, fast]
each_way = pytest.mark.parametrize("way", WAYS)


def pair_of(kind, way=fast):
    way = plain if kind == "global_avg_pool2d" else way
    return getattr(way, f"{kind}_forward"), getattr(way, f"{kind}_backward")


def windows(x, outside, kernel, stride, padding):
    """Yields the index of each output, its window, and where that window begins in the images."""
    (P, Q), (s, t), (a, b) = kernel, stride, padding
    padded = np.pad(x, ((0, 0), (0, 0), (a, a), (b, b)), constant_values=outside)
    U, V = (padded.shape[2] - P) // s + 1, (padded.shape[3] - Q) // t + 1
    for n, c, u, v in np.ndindex(*x.shape[:2], U, V):
        yield (
            (n, c, u, v),
            padded[n, c, u * s : u * s + P, v * t : v * t + Q],
            (u * s - a, v * t - b),
        )


def by_windows(kind, x, dy_of, kernel, stride, padding):
    """Pools and sends back by the definition, window by window."""
    cut = list(windows(x, KINDS[kind], kernel, stride, padding))
    y = np.empty([last + 1 for last in cut[-1][0]])
    for index, window, _ in cut:
        y[index] = window.max() if kind == "max_pool2d" else window.mean()
    dy, dx = dy_of(y.shape), np.zeros_like(x)
    for (n, c, u, v), window, (top, left) in cut:
        if kind == "max_pool2d":
            p, q = np.unravel_index(window.argmax(), window.shape)  # the first of several
            dx[n, c, top + p, left + q] += dy[n, c, u, v]
        else:
            for p, q in np.ndindex(window.shape):
                if 0 <= top + p < x.shape[2] and 0 <= left + q < x.shape[3]:
                    dx[n, c, top + p, left + q] += dy[n, c, u, v] / window.size
    return y, dx


def assert_by_windows(kind, x, kernel, stride, padding):
    for way in WAYS:
        assert_one_by_windows(kind, way, x, kernel, stride, padding)


def assert_one_by_windows(kind, way, x, kernel, stride, padding):
    def dy_of(shape):
        return np.random.default_rng(1).standard_normal(shape)

    forward, backward = pair_of(kind, way)
    y, cache = forward(x, kernel=kernel, stride=stride, padding=padding)
    dx = backward(dy_of(y.shape), cache)
    wanted_y, wanted_dx = by_windows(kind, x, dy_of, kernel, stride, padding)
    np.testing.assert_allclose(y, wanted_y, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(dx, wanted_dx, rtol=1e-12, atol=1e-12)


def test_max_by_hand():
    y, cache = max_pool2d_forward(X, kernel=2)
    np.testing.assert_array_equal(y, [[[[5, 5]]]])
    dx = max_pool2d_backward(np.array([[[[1.0, 10.0]]]]), cache)
    np.testing.assert_array_equal(dx[0, 0], [[0, 1, 10, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


def test_gradients_of_windows_that_overlap_add_up():
    y, cache = max_pool2d_forward(X, kernel=2, stride=1)
    np.testing.assert_array_equal(y, [[[[5, 5, 5], [4, 5, 5]]]])
    dx = max_pool2d_backward(np.array([[[[1.0, 2, 4], [8, 16, 32]]]]), cache)
    # The middle window of the first row holds three fives: the first, at the top left, gets all.
    np.testing.assert_array_equal(dx[0, 0], [[0, 3, 4, 0], [8, 0, 48, 0], [0, 0, 0, 0]])


def test_padding_of_max_is_minus_infinity():
    y, cache = max_pool2d_forward(X - 10, kernel=2, padding=1)
    np.testing.assert_array_equal(y, [[[[-9, -5, -12], [-6, -5, -11]]]])
    assert max_pool2d_backward(np.ones_like(y), cache).sum() == y.size


def test_average_by_hand():
    y, cache = avg_pool2d_forward(X, kernel=(3, 2))
    np.testing.assert_array_equal(y, [[[[-2 / 6, -5 / 6]]]])
    dx = avg_pool2d_backward(np.array([[[[6.0, 12.0]]]]), cache)
    np.testing.assert_array_equal(dx[0, 0], [[1, 1, 2, 2]] * 3)


def test_whether_padding_counts():
    x = np.ones((1, 1, 4, 4))
    corner, edge = 0.25, 0.5
    y, _ = avg_pool2d_forward(x, kernel=2, padding=1)
    wanted = [[corner, edge, corner], [edge, 1, edge], [corner, edge, corner]]
    np.testing.assert_array_equal(y[0, 0], wanted)
    y, cache = avg_pool2d_forward(x, kernel=2, padding=1, count_include_pad=False)
    np.testing.assert_array_equal(y, np.ones((1, 1, 3, 3)))
    dx = avg_pool2d_backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(dx[0, 0, :2], [[1, 0.5, 0.5, 1], [0.5, 0.25, 0.25, 0.5]])


def test_global_average_by_hand():
    y, cache = global_avg_pool2d_forward(np.concatenate([X, 2 * X], axis=1))
    np.testing.assert_allclose(y, [[-7 / 12, -14 / 12]])
    dx = global_avg_pool2d_backward(np.array([[12.0, 24.0]]), cache)
    np.testing.assert_array_equal(dx, np.stack([np.ones((3, 4)), 2 * np.ones((3, 4))])[None])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [*itertools.product([(1, 1), (2, 2), (3, 2)], [(1, 1), (2, 2), (3, 1), (4, 5)], [0, 1])],
)
def test_is_what_its_definition_says(rng, kind, kernel, stride, padding):
    x = rng.integers(-4, 4, (2, 3, 7, 8)).astype(float)  # with ties
    paddings = tuple(min(padding, size // 2) for size in kernel)
    assert_by_windows(kind, x, kernel, stride, paddings)


@given(strategies.data())
def test_is_what_its_definition_says_whatever_the_shape(data):
    def integers(least, most):
        return data.draw(strategies.integers(least, most))

    axes = []
    for _ in range(2):
        kernel = integers(1, 5)
        padding = integers(0, kernel // 2)
        axes.append((integers(max(1, kernel - 2 * padding), 9), kernel, integers(1, 6), padding))
    size, kernel, stride, padding = zip(*axes, strict=True)
    shape = (integers(1, 3), integers(1, 2), *size)
    x = np.random.default_rng(integers(0, 1000)).integers(-3, 3, shape).astype(float)
    for kind in KINDS:
        assert_by_windows(kind, x, kernel, stride, padding)


def test_a_kernel_of_more_than_256_taps(rng):
    x = rng.permutation(400).astype(float).reshape(1, 1, 20, 20)
    assert_by_windows("max_pool2d", x, (17, 18), (1, 2), (3, 0))


@pytest.mark.parametrize(
    ("kernel", "dtype"), [((1, 255), np.uint8), (16, np.uint16), ((17, 18), np.uint16)]
)
def test_the_taps_that_won_are_kept_in_few_bytes(rng, kernel, dtype):
    _, cache = fast.max_pool2d_forward(rng.standard_normal((1, 1, 17, 255)), kernel=kernel)
    assert cache[1].dtype == dtype


@pytest.mark.parametrize("counted", [True, False])
def test_gradients_are_divided_in_their_own_precision(counted):
    """By numbers of a higher one they would become so in between, at twice the memory."""
    x = X.astype(np.float32)
    _, cache = fast.avg_pool2d_forward(x, kernel=2, padding=1, count_include_pad=counted)
    assert cache[1].dtype == np.float32


@pytest.mark.parametrize("kind", KINDS)
def test_shares_are_as_large_as_samples_of_this_size_allow(monkeypatch, kind):
    asked = []

    def share_batch(work, N, size):
        asked.append((N, size))
        return [work(slice(0, N))]

    monkeypatch.setattr(fast, "share_batch", share_batch)
    forward, backward = pair_of(kind)
    y, cache = forward(X.repeat(5, axis=0), kernel=2)
    backward(y, cache)
    assert asked == [(5, 3 * 4 * 8)] * 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("size", [7, 8])
def test_the_order_in_memory_changes_no_number(
    monkeypatch, rng, as_from_a_convolution, kind, padding, size
):
    """Nor is anything read before it is written."""
    x = rng.integers(-4, 4, (3, 5, size, size)).astype(float)
    forward, backward = pair_of(kind)
    wanted_y, cache = forward(x, kernel=2, padding=padding)
    dy = rng.standard_normal(wanted_y.shape)
    wanted = backward(dy, cache)
    empty, empty_like = np.empty, np.empty_like
    monkeypatch.setattr(np, "empty", lambda *a: filled(empty(*a)))
    monkeypatch.setattr(np, "empty_like", lambda *a, **k: filled(empty_like(*a, **k)))
    for images in (x, as_from_a_convolution(x)):
        y, cache = forward(images, kernel=2, padding=padding)
        np.testing.assert_array_equal(y, wanted_y)
        assert y.flags.c_contiguous
        np.testing.assert_array_equal(backward(dy, cache), wanted)
        np.testing.assert_array_equal(backward(as_from_a_convolution(dy), cache), wanted)


def filled(array):
    """Fills an array with what would be seen in a result."""
    array[...] = 99 if array.dtype.kind == "u" else np.nan
    return array


def test_the_maximum_is_taken_and_sent_back_in_the_order_in_which_the_input_lies(
    monkeypatch, rng, as_from_a_convolution
):
    def recorded(source, target):
        copied.append((np.argsort(source.strides), np.argsort(target.strides)))
        unrolling.copy_rows(source, target)

    monkeypatch.setattr(fast, "copy_rows", recorded)
    x = rng.standard_normal((2, 3, 8, 8))
    for images in (x, as_from_a_convolution(x)):
        copied: list[tuple[Any, Any]] = []
        y, cache = fast.max_pool2d_forward(images, kernel=2)
        assert fast.max_pool2d_backward(y, cache).strides == images.strides
        here, there = np.argsort(images.strides), np.argsort(x.strides)
        np.testing.assert_array_equal(copied, [(here, there)] * 2 + [(there, here)] * 2)


@pytest.mark.parametrize("kind", [*KINDS, "global_avg_pool2d"])
def test_precision_is_kept(kind):
    forward, backward = pair_of(kind)
    y, cache = forward(X.astype(np.float32), **({"kernel": 2} if kind in KINDS else {}))
    assert y.dtype == backward(y, cache).dtype == np.float32


@pytest.mark.parametrize(
    ("order", "axis", "ends"),
    [
        ((0, 1, 2, 3), 0, [0, 1, 2, 3, 5]),
        ((2, 1, 0, 3), 1, [0, 1, 3, 4, 6]),
        ((2, 0, 1, 3), 0, [0, 1, 2, 3, 5]),
    ],
)
def test_images_or_channels_are_shared_whichever_lie_further_apart(
    monkeypatch, rng, order, axis, ends
):
    shape = 5, 6, 7, 8
    x = rng.standard_normal([shape[k] for k in order]).transpose(np.argsort(order))
    monkeypatch.setattr(_parallel, "SHARE", x.nbytes // 4)
    parts: list[tuple[slice, ...]] = []
    fast._share(parts.append, x)
    wanted = [((slice(None),) * axis, slice(*pair)) for pair in itertools.pairwise(ends)]
    found = sorted(parts, key=lambda part: part[axis].start)
    assert found == [(*before, share) for before, share in wanted]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "tiled"),
    [
        (6, 2, 2, 0, 1, True),
        (7, 2, 2, 0, 1, False),  # one is left over
        (7, 2, 2, 1, 1, True),
        (8, 3, 3, 1, 1, True),
        (9, 3, 3, 1, 1, False),
        (6, 2, 3, 0, 1, False),  # gaps
        (6, 3, 2, 0, 1, False),  # overlap
        (6, 2, 2, 0, 2, False),
        (5, 1, 1, 0, 1, True),
    ],
)
def test_whether_every_input_lies_in_one_window(size, kernel, stride, padding, dilation, tiled):
    axis = Axis(size, kernel, stride, padding, dilation)
    met = np.zeros(size, int)
    for k in range(kernel):
        met[axis.tap(k)[1]] += 1
    assert axis.tiled == tiled
    assert not tiled or (met == 1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_stride_is_the_kernel_by_default(rng, kind):
    x, forward = rng.standard_normal((2, 1, 7, 7)), pair_of(kind)[0]
    found, _ = forward(x, kernel=(2, 3))
    np.testing.assert_array_equal(found, forward(x, kernel=(2, 3), stride=(2, 3))[0])


def test_gradients(rng):
    x = rng.permutation(2 * 3 * 5 * 6).reshape(2, 3, 5, 6) / 10.0  # far from ties
    options = {"kernel": (3, 2), "stride": (1, 2), "padding": 1}
    uncounted = partial(avg_pool2d_forward, count_include_pad=False)
    for method, limit, pairs in [
        ("central", 1e-6, [(max_pool2d_forward, max_pool2d_backward)]),
        (
            "complex",
            1e-12,
            [
                (avg_pool2d_forward, avg_pool2d_backward),
                (uncounted, avg_pool2d_backward),
            ],
        ),
    ]:
        for forward, backward in pairs:
            report = check_gradients(
                partial(forward, **options), backward, rng=rng, method=method, x=x
            )
            assert report["x"] < limit, str(report)
    report = check_gradients(
        global_avg_pool2d_forward, global_avg_pool2d_backward, rng=rng, method="complex", x=x
    )
    assert report["x"] < 1e-12, str(report)


@each_way
@pytest.mark.parametrize("place", list(np.ndindex(3, 4)))
def test_a_value_that_is_no_number_is_what_its_windows_give_and_gets_their_gradients(way, place):
    x = X.copy()
    x[0, 0, *place] = np.nan
    y, cache = way.max_pool2d_forward(x, kernel=2, stride=1)
    u, v = np.indices(y.shape[2:])
    seen = (abs(u - place[0] + 0.5) < 1) & (abs(v - place[1] + 0.5) < 1)
    np.testing.assert_array_equal(np.isnan(y[0, 0]), seen)
    dx = way.max_pool2d_backward(np.ones_like(y), cache)
    assert dx[0, 0, *place] == seen.sum()
    assert dx.sum() == y.size
    x[0, 0, 1, 1] = x[0, 0, 1, 2] = np.nan  # the first of several
    y, cache = way.max_pool2d_forward(x[:, :, 1:, 1:3], kernel=2)
    assert np.isnan(y).all()
    np.testing.assert_array_equal(
        way.max_pool2d_backward(np.ones_like(y), cache), [[[[1, 0], [0, 0]]]]
    )


@each_way
def test_an_infinite_gradient_goes_to_the_largest_and_nowhere_else(way):
    y, cache = way.max_pool2d_forward(X[:, :, :2], kernel=2)
    dx = way.max_pool2d_backward(np.full_like(y, np.inf), cache)
    np.testing.assert_array_equal(dx[0, 0], [[0, np.inf, np.inf, 0], [0, 0, 0, 0]])
    y, cache = way.max_pool2d_forward(np.full((1, 1, 2, 2), np.inf), kernel=2)
    assert y == np.inf
    np.testing.assert_array_equal(
        way.max_pool2d_backward(0 * cache.winner + 3.0, cache)[0, 0], [[3, 0], [0, 0]]
    )


@each_way
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": X[0]}, ValueError, "x has shape (1, 3, 4), wanted (N, C, H, W)"),
        ({"x": X.astype(int)}, TypeError, "x is int64, wanted floats"),
        ({"kernel": 0}, ValueError, "kernel is 0, wanted at least 1"),
        ({"kernel": 2.0}, TypeError, "kernel is 2.0, wanted an integer or a pair of integers"),
        ({"kernel": (4, 2)}, ValueError, "the kernel spans 4 rows, the padded images have 3"),
        ({"stride": (0, 1)}, ValueError, "stride is (0, 1), wanted at least 1"),
        ({"stride": "2"}, TypeError, "stride is '2', wanted an integer or a pair of integers"),
        ({"padding": -1}, ValueError, "padding is -1, wanted at least 0"),
        (
            {"padding": 2},
            ValueError,
            "padding is 2, wanted at most half the kernel, which is (2, 2)",
        ),
        (
            {"padding": (0, 2), "kernel": (2, 3)},
            ValueError,
            "padding is (0, 2), wanted at most half the kernel, which is (2, 3)",
        ),
    ],
)
def test_refused(refused, kind, way, changes, error, message):
    arguments = {"x": X, "kernel": 2, **changes}
    refused(error, f"{kind}_forward: {message}", pair_of(kind, way)[0], **arguments)


@each_way
@pytest.mark.parametrize("kind", KINDS)
def test_a_cotangent_that_does_not_fit(refused, kind, way):
    forward, backward = pair_of(kind, way)
    first, last = ("winner", "winner") if kind == "max_pool2d" else ("x_sizes", "counts")
    layout = "wanted (N, C, U, V)"
    y, cache = forward(X, kernel=2)
    for dy, error, message in [
        (y[0], ValueError, "dy has shape (1, 1, 2), wanted (N, C, U, V)"),
        (y[..., :1], ValueError, f"dy has shape (1, 1, 1, 1), {layout} with V = 2 as in {last}"),
        (
            y.repeat(2, 0),
            ValueError,
            f"dy has shape (2, 1, 1, 2), {layout} with N = 1 as in {first}",
        ),
        (y.astype(int), TypeError, "dy is int64, wanted floats"),
    ]:
        refused(error, f"{kind}_backward: {message}", backward, dy, cache)


def test_global_average_refuses(refused):
    name = "global_avg_pool2d"
    message = "x has shape (1, 3, 4), wanted (N, C, H, W)"
    refused(ValueError, f"{name}_forward: {message}", global_avg_pool2d_forward, X[0])
    y, cache = global_avg_pool2d_forward(X)
    for dy, error, message in [
        (y[0], ValueError, "dy has shape (1,), wanted (N, C)"),
        (
            np.ones((1, 2)),
            ValueError,
            "dy has shape (1, 2), wanted (N, C) with C = 1 as in x_sizes",
        ),
        (y.astype(int), TypeError, "dy is int64, wanted floats"),
    ]:
        refused(error, f"{name}_backward: {message}", global_avg_pool2d_backward, dy, cache)
