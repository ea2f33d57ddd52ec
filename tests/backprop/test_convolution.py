"""Convolution by hand, three ways against each other, and what it refuses."""

import itertools
import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings, strategies

from backprop import convolution
from backprop.fast import convolution as fast
from backprop.fast import im2col, unrolling
from backprop.fast.axes import Axis
from backprop.gradcheck import check_gradients

WAYS = {
    "plain": (convolution, "conv2d"),
    "im2col": (im2col, "conv2d_im2col"),
    "fast": (fast, "conv2d"),
}
X = np.arange(16.0).reshape(1, 1, 4, 4)
W = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
B = np.array([10.0])


def pair_of(way):
    module, name = WAYS[way]
    return getattr(module, f"{name}_forward"), getattr(module, f"{name}_backward")


def draw(rng, N=2, C=3, size=(7, 6), K=4, kernel=(3, 2), dtype="float64"):
    arrays = [rng.standard_normal(s) for s in [(N, C, *size), (K, C, *kernel), (K,)]]
    return [array.astype(dtype) for array in arrays]


def run(way, rng, x, weights, b, **options):
    """Returns y and the gradients for a cotangent that depends on rng alone."""
    forward, backward = pair_of(way)
    y, cache = forward(x, weights, b, **options)
    return y, *backward(rng.standard_normal(y.shape).astype(y.dtype), cache)


def assert_all_ways_agree(x, weights, b, **options):
    wanted = run("plain", np.random.default_rng(1), x, weights, b, **options)
    for way in WAYS:
        found = run(way, np.random.default_rng(1), x, weights, b, **options)
        for one, other in zip(found, wanted, strict=True):
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_by_hand(way):
    forward, backward = pair_of(way)
    y, cache = forward(X, W, B)
    # The first window is 0 1 / 4 5: 0 + 2 - 5 + 10 = 7; one step in either direction adds 2 or 8.
    np.testing.assert_array_equal(y, [[[[7, 9, 11], [15, 17, 19], [23, 25, 27]]]])
    dy = np.zeros_like(y)
    dy[0, 0, 0, 1], dy[0, 0, 2, 2] = 1, 10
    dx, dW, db = backward(dy, cache)
    wanted = [[0, 1, 2, 0], [0, 0, -1, 0], [0, 0, 10, 20], [0, 0, 0, -10]]
    np.testing.assert_array_equal(dx[0, 0], wanted)
    np.testing.assert_array_equal(dW[0, 0], [[1 + 100, 2 + 110], [5 + 140, 6 + 150]])
    np.testing.assert_array_equal(db, [11])


@pytest.mark.parametrize("way", WAYS)
def test_stride_padding_and_dilation_by_hand(way):
    forward, _ = pair_of(way)
    strided, _ = forward(X, W, B, stride=(2, 1))
    np.testing.assert_array_equal(strided, [[[[7, 9, 11], [23, 25, 27]]]])
    padded, _ = forward(X, W, B, padding=(0, 1))
    np.testing.assert_array_equal(padded[0, 0, :, 0], [10 + 0 - 4, 10 + 8 - 8, 10 + 16 - 12])
    np.testing.assert_array_equal(padded[0, 0, :, -1], [10 + 3, 10 + 7, 10 + 11])
    dilated, _ = forward(X, W, B, dilation=2)
    np.testing.assert_array_equal(dilated, [[[[10 + 4 - 10, 10 + 1 + 6 - 11], [12, 14]]]])


@pytest.mark.parametrize("way", WAYS)
def test_what_a_stride_leaves_over_gets_no_gradient(way, rng):
    x, weights, b = draw(rng, size=(6, 8), kernel=(2, 3))
    _, dx, _, _ = run(way, rng, x, weights, b, stride=(3, 4))
    assert dx[:, :, :5, :7].any(axis=(0, 1)).sum() == 2 * 2 * 2 * 3
    assert not dx[:, :, 2].any()
    assert not dx[:, :, 5].any()
    assert not dx[:, :, :, [3, 7]].any()


GRID = list(itertools.product([1, 2, 3], [0, 1, 3], [1, 2], [(1, 1), (3, 2), (2, 4)]))


@pytest.mark.parametrize(("stride", "padding", "dilation", "kernel"), GRID)
def test_all_ways_agree(rng, stride, padding, dilation, kernel):
    x, weights, b = draw(rng, size=(7, 9), kernel=kernel, C=2, K=3)
    assert_all_ways_agree(x, weights, b, stride=stride, padding=padding, dilation=dilation)


@settings(max_examples=50)
@given(strategies.data())
def test_all_ways_agree_whatever_the_shape(data):
    def integers(least, most):
        return data.draw(strategies.integers(least, most))

    rng = np.random.default_rng(integers(0, 1000))
    axes = []
    for _ in range(2):
        kernel, padding, dilation = integers(1, 3), integers(0, 4), integers(1, 3)
        least = max(1, dilation * (kernel - 1) + 1 - 2 * padding)
        axes.append((integers(least, least + 4), kernel, integers(1, 4), padding, dilation))
    size, kernel, stride, padding, dilation = zip(*axes, strict=True)
    N, C, K = integers(1, 3), integers(1, 2), integers(1, 3)
    x, weights, b = draw(rng, N=N, C=C, K=K, size=size, kernel=kernel)
    assert_all_ways_agree(x, weights, b, stride=stride, padding=padding, dilation=dilation)


@pytest.mark.parametrize("largest", [1, 1500, 4000, 1 << 24])
@pytest.mark.parametrize("stride", [1, 2])
def test_blocks_of_any_size_give_the_same(monkeypatch, rng, largest, stride):
    x, weights, b = draw(rng, N=5, size=(9, 8), kernel=(3, 3))
    options = {"stride": stride, "padding": 1, "dilation": (2, 1)}
    wanted = run("im2col", np.random.default_rng(1), x, weights, b, **options)
    monkeypatch.setattr(unrolling, "LARGEST_BLOCK", largest)
    for block in (1, 30_000, 1 << 20):
        monkeypatch.setattr(unrolling, "BLOCK", block)
        found = run("fast", np.random.default_rng(1), x, weights, b, **options)
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("largest", "block", "counts", "heights"),
    [
        (1, 1, [1] * 5, [1] * 4),
        (1439, 1, [1] * 5, [1] * 4),
        (1440, 1, [1] * 5, [2, 2]),
        (2048, 1, [1] * 5, [3, 1]),
        (2655, 1, [1] * 5, [3, 1]),
        (2656, 1, [1] * 5, [4]),
        (9999, 5311, [1] * 5, [4]),
        (9999, 5312, [1, 2, 2], [4]),
        (9999, 7968, [2, 3], [4]),
        (9999, 99999, [5], [4]),
    ],
)
def test_blocks_are_as_large_as_fits(monkeypatch, largest, block, counts, heights):
    """One output row of these images takes 832 bytes unrolled, four take 2656, as follows.

    An input row has (2 · 3 + 1) · 4 numbers unrolled, an output row 5 · 4, so 224 and 160 bytes.
    The first output row looks at three input rows, each other one at two more.
    """
    monkeypatch.setattr(unrolling, "LARGEST_BLOCK", largest)
    monkeypatch.setattr(unrolling, "BLOCK", block)
    rows = Axis(size=9, kernel=3, stride=2, padding=0, dilation=1)
    columns = Axis(size=5, kernel=2, stride=1, padding=0, dilation=1)
    found = unrolling.blocks(slice(2, 7), 3, 5, 8, rows, columns)
    images = itertools.pairwise(itertools.accumulate(counts, initial=2))
    bands = itertools.pairwise(itertools.accumulate(heights, initial=0))
    wanted = itertools.product(itertools.starmap(slice, images), itertools.starmap(slice, bands))
    assert list(found) == list(wanted)


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("stride", [1, 2])
def test_of_the_rows_only_those_are_unrolled_at_which_a_band_looks(rng, stride, dilation):
    x = rng.standard_normal((2, 3, 9, 5))
    rows = Axis(size=9, kernel=3, stride=stride, padding=1, dilation=dilation)
    columns = Axis(size=5, kernel=2, stride=1, padding=0, dilation=1)
    whole = unrolling.unroll(x, slice(0, rows.outputs), rows, columns)
    first, last = stride, 2 * stride + (rows.kernel - 1) * dilation
    band = unrolling.unroll(x, slice(1, 3), rows, columns)
    np.testing.assert_array_equal(band, whole[first : last + 1])


@pytest.mark.parametrize("padding", [(0, 0), (1, 0), (0, 1)])
def test_nothing_is_read_before_it_is_written(monkeypatch, rng, padding):
    x, weights, b = draw(rng)
    wanted = run("im2col", np.random.default_rng(1), x, weights, b, padding=padding)
    monkeypatch.setattr(np, "empty", lambda shape, dtype: np.full(shape, np.nan, dtype))
    found = run("fast", np.random.default_rng(1), x, weights, b, padding=padding)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("source", "target", "sizes"),
    [
        (np.s_[:, :, :4], np.s_[:], [32, 32]),
        (np.s_[:, ::2, :4], np.s_[:, :2], [32, 32]),
        (np.s_[:, :, ::2], np.s_[:], []),
        (np.s_[:, :, :4], np.s_[:, :, ::-1], []),
        (np.s_[:, :, ::2], np.s_[:, :, ::2], []),
        (np.s_[:, :, :0], np.s_[:, :, :0], []),
    ],
)
def test_rows_that_lie_in_one_piece_are_copied_as_single_items(source, target, sizes):
    class Viewed(np.ndarray):
        def view(self, dtype):
            viewed.append(dtype.itemsize)
            return super().view(dtype)

    viewed: list[int] = []
    taken = np.arange(48.0).reshape(2, 3, 8).view(Viewed)[source]
    into = np.zeros((2, 3, 4)).view(Viewed)[target]
    taken = taken[..., : into.shape[-1]]
    unrolling.copy_rows(taken, into)
    np.testing.assert_array_equal(into, taken)
    assert viewed == sizes


@pytest.mark.parametrize("most", [0, 1, 5000, 1 << 20])
@pytest.mark.parametrize("dilation", [1, 2])
def test_output_rows_are_taken_together_as_far_as_fits(monkeypatch, rng, most, dilation):
    monkeypatch.setattr(unrolling, "PRODUCTS", most)
    x, weights, b = draw(rng, size=(9, 8))
    assert_all_ways_agree(x, weights, b, stride=(2, 1), padding=1, dilation=dilation)


@pytest.mark.parametrize(
    ("dilation", "product", "most", "heights"),
    [
        (1, {}, 5, [5]),
        (1, {"product": 10}, 9, [1] * 5),
        (1, {"product": 10}, 19, [1] * 5),
        (1, {"product": 10}, 20, [2, 2, 1]),
        (1, {"product": 10}, 1000, [5]),
        (2, {}, 191, [1] * 5),
        (2, {}, 192, [2, 2, 1]),
        (2, {"product": 10}, 211, [1] * 5),
        (2, {"product": 10}, 212, [2, 2, 1]),
    ],
)
def test_windows_are_copied_only_under_a_dilation(
    monkeypatch, rng, dilation, product, most, heights
):
    """The matrix of an output row has 3 · 2 · 2 numbers of 8 bytes, 96 bytes."""
    monkeypatch.setattr(unrolling, "PRODUCTS", most)
    rows = Axis(size=9, kernel=3, stride=1, padding=0, dilation=dilation)
    X = rng.standard_normal((4 + rows.reach, 2, 1, 2))
    found = list(unrolling.windows(X, rows, 5, **product))
    starts = itertools.pairwise(itertools.accumulate(heights, initial=0))
    assert [us for us, _ in found] == list(itertools.starmap(slice, starts))
    for us, cols in found:
        assert np.shares_memory(X, cols) == (dilation == 1)
        for u, cols_u in zip(range(us.start, us.stop), cols, strict=True):
            wanted = X[u : u + rows.reach : dilation].reshape(6, 2)
            np.testing.assert_array_equal(cols_u, wanted)


def test_rows_of_outputs_are_copied_unless_they_lie_so(rng):
    for order, copied in [((2, 1, 0, 3), False), ((0, 1, 2, 3), True), ((1, 2, 0, 3), False)]:
        y = rng.standard_normal([(3, 4, 5, 6)[axis] for axis in order])
        y = y.transpose(np.argsort(order))
        found = unrolling.output_rows(y)
        np.testing.assert_array_equal(found, y.transpose(2, 1, 0, 3).reshape(5, 4, 18))
        assert np.shares_memory(found, y) != copied


@pytest.mark.parametrize("block", [1, 1 << 20])
def test_without_the_gradient_for_the_input_the_others_are_the_same(monkeypatch, rng, block):
    monkeypatch.setattr(unrolling, "BLOCK", block)
    x, weights, b = draw(rng, N=5)
    y, cache = fast.conv2d_forward(x, weights, b)
    dy = rng.standard_normal(y.shape)
    _, *wanted = fast.conv2d_backward(dy, cache)
    dx, *found = fast.conv2d_backward(dy, cache, input_gradient=False)
    assert dx.shape == x.shape
    assert np.isnan(dx).all()
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["central", "complex"])
def test_gradients(rng, way, method):
    x, weights, b = draw(rng, size=(5, 4), kernel=(3, 2), C=2, K=2)
    forward, backward = pair_of(way)
    forward = partial(forward, stride=(2, 1), padding=(1, 2), dilation=(1, 2))
    report = check_gradients(forward, backward, rng=rng, method=method, x=x, W=weights, b=b)
    assert max(report.values()) < (1e-6 if method == "central" else 1e-12), str(report)


def test_float32_is_nearly_as_good_as_float64(rng):
    x, weights, b = draw(rng, N=8, C=16, size=(14, 14), K=8, kernel=(5, 5))
    wanted = run("fast", np.random.default_rng(1), x, weights, b, padding=2)
    singles = [array.astype(np.float32) for array in (x, weights, b)]
    found = run("fast", np.random.default_rng(1), *singles, padding=2)
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5 * np.abs(other).max())


def test_products_are_of_one_precision(monkeypatch, rng):
    """From two precisions NumPy would make the higher one first, and multiply that."""
    multiply, dtypes = np.matmul, set()

    def recorded(a, b, out):
        dtypes.update(array.dtype for array in (a, b, out))
        return multiply(a, b, out=out)

    monkeypatch.setattr(np, "matmul", recorded)
    run("fast", rng, *draw(rng, dtype="float32"))
    assert dtypes == {np.dtype(np.float32)}


def test_arrays_that_are_not_contiguous(rng):
    x, weights, b = draw(rng)
    wanted = run("fast", np.random.default_rng(1), x, weights, b)
    strange = [array.T.copy().T for array in (x, weights, b)]
    found = run("fast", np.random.default_rng(1), *strange)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    y, dx, dW, db = found
    assert y.transpose(2, 1, 0, 3).flags.c_contiguous
    assert dx.strides == strange[0].strides
    assert dW.flags.c_contiguous
    assert db.flags.c_contiguous


@pytest.mark.parametrize(
    ("shape", "kernel", "limit"),
    [
        ((400, 8, 28, 28), (16, 8, 5, 5), 64e6),
        ((1, 8, 600, 600), (4, 8, 5, 5), 64e6),
        ((1, 64, 32, 32), (64, 64, 5, 5), 8e6),
    ],
)
def test_memory_stays_bounded(shape, kernel, limit):
    """Unrolled at once, these would take 740 MB, and 280 MB for a single image.

    The third has many channels: for dW an output row brings a product of 400 kB, all rows 11 MB.
    """
    x, weights = np.ones(shape, np.float32), np.ones(kernel, np.float32)
    b = np.zeros(len(weights), np.float32)
    tracemalloc.start()
    try:
        y, cache = fast.conv2d_forward(x, weights, b)
        forward = tracemalloc.get_traced_memory()[1] - y.nbytes
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        dx, _, _ = fast.conv2d_backward(y, cache)
        backward = tracemalloc.get_traced_memory()[1] - before - dx.nbytes
    finally:
        tracemalloc.stop()
    assert forward < limit
    assert backward < limit


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"W": np.ones((2, 3, 2, 2))}, "W has 3 input channels, x has 1"),
        ({"x": X[0]}, "x has shape (1, 4, 4), wanted (N, C, H, W)"),
        ({"W": W[0]}, "W has shape (1, 2, 2), wanted (K, C, P, Q)"),
        ({"b": np.ones(2)}, "b has shape (2,), wanted (K,) with K = 1 as in W"),
        ({"x": X[:0]}, "x is empty, its shape is (0, 1, 4, 4)"),
        ({"W": np.ones((1, 1, 5, 1))}, "the kernel spans 5 rows, the padded images have 4"),
        ({"W": np.ones((1, 1, 1, 5))}, "the kernel spans 5 columns, the padded images have 4"),
        ({"dilation": (1, 4)}, "the kernel spans 5 columns, the padded images have 4"),
        (
            {"dilation": 7, "padding": (2, 1)},
            "the kernel spans 8 columns, the padded images have 6",
        ),
        ({"stride": 0}, "stride is 0, wanted at least 1"),
        ({"stride": (1, 0)}, "stride is (1, 0), wanted at least 1"),
        ({"padding": -1}, "padding is -1, wanted at least 0"),
        ({"dilation": (0, 1)}, "dilation is (0, 1), wanted at least 1"),
    ],
)
def test_refused_values(refused, way, changes, message):
    arguments = {"x": X, "W": W, "b": B, **changes}
    refused(ValueError, f"{WAYS[way][1]}_forward: {message}", pair_of(way)[0], **arguments)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": X.astype(int)}, "x is int64, wanted floats"),
        ({"W": W.tolist()}, "W has type list, wanted an array"),
        ({"W": W.astype(np.float32)}, "W is float32, wanted float64 as in x"),
        ({"b": B.astype(np.float32)}, "b is float32, wanted float64 as in x"),
        ({"stride": 1.0}, "stride is 1.0, wanted an integer or a pair of integers"),
        ({"stride": True}, "stride is True, wanted an integer or a pair of integers"),
        ({"padding": (1, 1, 1)}, "padding is (1, 1, 1), wanted an integer or a pair of integers"),
        ({"padding": [1, 1]}, "padding is [1, 1], wanted an integer or a pair of integers"),
        ({"dilation": (1, "1")}, "dilation is (1, '1'), wanted an integer or a pair of integers"),
    ],
)
def test_refused_types(refused, way, changes, message):
    arguments = {"x": X, "W": W, "b": B, **changes}
    refused(TypeError, f"{WAYS[way][1]}_forward: {message}", pair_of(way)[0], **arguments)


@pytest.mark.parametrize("way", WAYS)
def test_a_cotangent_that_does_not_fit(refused, way):
    forward, backward = pair_of(way)
    y, cache = forward(X, W, B)
    name, layout = f"{WAYS[way][1]}_backward", "wanted (N, K, U, V)"
    kept = ("windows", "windows") if way == "plain" else ("y_sizes", "x")
    for dy, error, message in [
        (y[0], ValueError, f"dy has shape (1, 3, 3), {layout}"),
        (y[..., :2], ValueError, f"dy has shape (1, 1, 3, 2), {layout} with V = 3 as in {kept[0]}"),
        (
            y.repeat(2, 0),
            ValueError,
            f"dy has shape (2, 1, 3, 3), {layout} with N = 1 as in {kept[1]}",
        ),
        (y.astype(np.float32), TypeError, f"dy is float32, wanted float64 as in {kept[1]}"),
    ]:
        refused(error, f"{name}: {message}", backward, dy, cache)


@pytest.mark.parametrize("way", WAYS)
def test_numpy_integers_are_integers(way):
    forward, _ = pair_of(way)
    wanted, _ = forward(X, W, B, stride=2)
    found, _ = forward(X, W, B, stride=np.int32(2), padding=(np.int64(0), 0))
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("largest", [1, 3000, 1 << 24])
@pytest.mark.parametrize(("size", "padding"), [((5, 4), 9), ((1, 1), (7, 0)), ((5, 6), (0, 8))])
def test_blocks_that_lie_wholly_in_the_padding(monkeypatch, rng, largest, size, padding):
    monkeypatch.setattr(unrolling, "LARGEST_BLOCK", largest)
    monkeypatch.setattr(unrolling, "BLOCK", largest)
    for stride, dilation in [(1, 1), (2, 1), (1, 2), (3, 2)]:
        x, weights, b = draw(rng, size=size, kernel=(1 if size[0] == 1 else 3, 1))
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        assert_all_ways_agree(x, weights, b, **options)


@pytest.mark.parametrize(
    ("shape", "kernel", "padding"),
    [((1, 3, 512, 512), (1, 3, 3, 3), 200), ((1, 64, 256, 256), (2, 64, 3, 3), 7)],
)
def test_large_images_with_much_padding(rng, shape, kernel, padding):
    """What lies in the padding is the bias, in however many blocks the rest is computed."""
    x, weights = rng.standard_normal(shape, np.float32), rng.standard_normal(kernel, np.float32)
    y, cache = fast.conv2d_forward(x, weights, np.ones(len(weights), np.float32), padding=padding)
    assert y.shape[2:] == tuple(size + 2 * padding - 2 for size in shape[2:])
    assert (y[:, :, : padding - 2] == 1).all()
    assert (y[:, :, -(padding - 2) :] == 1).all()
    near = np.s_[:, :, padding - 2 : padding + 3, padding - 2 : padding + 3]
    wanted, _ = convolution.conv2d_forward(
        x[:, :, :8, :8], weights, np.ones(len(weights), "f4"), padding=2
    )
    np.testing.assert_allclose(y[near], wanted[:, :, :5, :5], rtol=1e-4, atol=1e-4)
    dx, _, db = fast.conv2d_backward(np.ones_like(y), cache)
    np.testing.assert_allclose(
        dx[0, :, 1:-1, 1:-1],
        weights.sum(axis=(0, 2, 3))[:, None, None] + 0 * dx[0, :, 1:-1, 1:-1],
        rtol=1e-3,
        atol=1e-4,
    )
    np.testing.assert_allclose(db, y[0, 0].size, rtol=1e-6)
