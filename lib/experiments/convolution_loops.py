"""Convolution by seven nested loops in Python: what the other ways are measured against."""

import numpy as np

from backprop.fast.axes import Conv2dCache, axes
from backprop.shapes import Array
from backprop.windows import Pair, pad


def conv2d_loops_forward(
    x: Array, W: Array, b: Array, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> tuple[Array, Conv2dCache]:
    """Convolves as `backprop.convolution.conv2d_forward` does."""
    rows, columns = axes(x.shape[2:], W.shape[2:], stride, padding, dilation)
    padded = pad(x, padding)
    y = np.empty((len(x), len(W), rows.outputs, columns.outputs), x.dtype)
    for n, k, u, v in np.ndindex(y.shape):
        y[n, k, u, v] = b[k]
        for c, p, q in np.ndindex(W.shape[1:]):
            h = u * rows.stride + p * rows.dilation
            w = v * columns.stride + q * columns.dilation
            y[n, k, u, v] += W[k, c, p, q] * padded[n, c, h, w]
    return y, Conv2dCache(x, W, rows, columns, y.shape)


def conv2d_loops_backward(dy: Array, cache: Conv2dCache) -> tuple[Array, Array, Array]:
    """Sends the gradient back as `backprop.convolution.conv2d_backward` does."""
    x, W, rows, columns, _ = cache
    padding = rows.padding, columns.padding
    padded = pad(x, padding)
    dpadded, dW, db = np.zeros_like(padded), np.zeros_like(W), np.zeros_like(W[:, 0, 0, 0])
    for n, k, u, v in np.ndindex(dy.shape):
        db[k] += dy[n, k, u, v]
        for c, p, q in np.ndindex(W.shape[1:]):
            h = u * rows.stride + p * rows.dilation
            w = v * columns.stride + q * columns.dilation
            dW[k, c, p, q] += dy[n, k, u, v] * padded[n, c, h, w]
            dpadded[n, c, h, w] += dy[n, k, u, v] * W[k, c, p, q]
    top, left = padding
    dx = dpadded[:, :, top : top + rows.size, left : left + columns.size]
    return dx, dW, db
