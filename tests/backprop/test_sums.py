"""Sums over a million rows of float32 keep the digits that its numbers have."""

import numpy as np
import pytest

from backprop import convolution, linear, normalization
from backprop.fast import convolution as fast_convolution
from backprop.fast import linear as fast_linear
from backprop.fast import normalization as fast_normalization
from backprop.sums import sum_rows

N = 1 << 20
LINEAR, NORMS = [linear, fast_linear], [normalization, fast_normalization]
CONVOLUTIONS = [convolution, fast_convolution]


def positive(rng, *shape):
    """Numbers from 1 to 2, whose sums grow: those of numbers around 0 would hide what is lost."""
    return rng.random(shape, np.float32) + 1


def doubles(*arrays):
    return [array.astype(np.float64) for array in arrays]


@pytest.mark.parametrize("rows", [1, 2, 129, 130, 1000])
def test_sum_rows_is_the_sum(rng, rows):
    a = rng.standard_normal((rows, 3, 2))
    np.testing.assert_allclose(sum_rows(a), a.sum(axis=0), rtol=1e-12, atol=1e-12)
    assert sum_rows(a.astype(np.float32)).dtype == np.float32


def test_one_after_another_they_would_lose_digits(rng):
    """So the tests below can fail."""
    a = positive(rng, N, 2)
    wanted = a.astype(np.float64).sum(axis=0)[0]
    assert abs(a.sum(axis=0)[0] / wanted - 1) > 1e-5
    assert abs(sum_rows(a)[0] / wanted - 1) < 1e-6


@pytest.mark.parametrize("module", LINEAR)
def test_the_gradients_of_a_linear_layer(rng, module):
    x, dy, W = positive(rng, N, 3), positive(rng, N, 2), positive(rng, 3, 2)
    _, cache = module.linear_forward(x, W, np.zeros(2, np.float32))
    _, dW, db = module.linear_backward(dy, cache)
    x, dy = doubles(x, dy)
    np.testing.assert_allclose(db, dy.sum(axis=0), rtol=1e-6)
    np.testing.assert_allclose(dW, x.T @ dy, rtol=1e-4)  # as PyTorch's products of matrices


@pytest.mark.parametrize("module", NORMS)
@pytest.mark.parametrize("shape", [(N, 2), (N // 64, 2, 8, 8)])
def test_batch_norm(rng, module, shape):
    x, dy = positive(rng, *shape), positive(rng, *shape)
    scales = positive(rng, 2), positive(rng, 2)
    _, cache = module.batchnorm_forward(x, *scales)
    _, _, dbeta = module.batchnorm_backward(dy, cache)
    axes = (0, *range(2, x.ndim))
    x, dy = doubles(x, dy)
    np.testing.assert_allclose(cache.mean, x.mean(axis=axes), rtol=1e-6)
    np.testing.assert_allclose(cache.var, x.var(axis=axes), rtol=1e-5)
    np.testing.assert_allclose(dbeta, dy.sum(axis=axes), rtol=1e-6)


@pytest.mark.parametrize("module", NORMS)
def test_layer_norm(rng, module):
    x, dy = np.tile(np.float32([1, 3]), (N, 1)), positive(rng, N, 2)  # normalised, they are ±1
    _, cache = module.layernorm_forward(x, np.ones(2, np.float32), np.zeros(2, np.float32))
    _, dgamma, dbeta = module.layernorm_backward(dy, cache)
    wanted = dy.astype(np.float64).sum(axis=0)
    np.testing.assert_allclose(dbeta, wanted, rtol=1e-6)
    np.testing.assert_allclose(dgamma, wanted * [-1, 1], rtol=2e-5)


@pytest.mark.parametrize("module", CONVOLUTIONS)
def test_the_gradients_of_a_convolution(rng, module):
    x, W = positive(rng, N // 64, 1, 8, 8), positive(rng, 2, 1, 1, 1)
    y, cache = module.conv2d_forward(x, W, np.zeros(2, np.float32))
    dy = positive(rng, *y.shape)
    _, dW, db = module.conv2d_backward(dy, cache)
    x, dy = doubles(x, dy)
    np.testing.assert_allclose(db, dy.sum(axis=(0, 2, 3)), rtol=1e-4)
    np.testing.assert_allclose(dW[:, 0, 0, 0], np.einsum("nkuv,nuv->k", dy, x[:, 0]), rtol=1e-4)
