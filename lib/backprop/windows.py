"""The windows through which a convolution or a pooling looks at images (N, C, H, W).

Stride, padding and dilation are integers, or pairs of them for rows and columns.
"""

from typing import TypeAlias

import numpy as np

from backprop.shapes import Array

Pair: TypeAlias = int | tuple[int, int]


def output_size(H: int, P: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Returns how many windows fit along an axis.

    Args:
        H: inputs along the axis.
        P: taps of the kernel.
        stride: how far a window moves from one output to the next.
        padding: how many inputs are put at each end.
        dilation: how far the taps lie apart.

    Examples:
        >>> output_size(28, 5), output_size(28, 5, stride=2), output_size(28, 3, padding=1)
        (24, 12, 28)
    """
    U = (H + 2 * padding - dilation * (P - 1) - 1) // stride + 1  # eq:conv-size
    return U


def pad(x: Array, padding: Pair, value: float = 0.0) -> Array:
    """Puts a border of one value around images.

    Examples:
        >>> pad(np.array([[[[1.0, 2.0]]]]), padding=(0, 1))
        array([[[[0., 1., 2., 0.]]]])
    """
    rows, columns = np.broadcast_to(padding, 2)
    around = (0, 0), (0, 0), (rows, rows), (columns, columns)
    return np.pad(x, around, constant_values=value)


def windows_of(x: Array, kernel: tuple[int, int], stride: Pair = 1, dilation: Pair = 1) -> Array:
    """Shows images as what each window sees, without copying: writing there writes into x.

    Args:
        x: images, padded, shape (N, C, H, W).
        kernel: taps of a window, P rows and Q columns.
        stride: how far a window moves from one output to the next.
        dilation: how far the taps lie apart.

    Returns:
        A view of x, shape (N, C, U, V, P, Q): tap (p, q) of window (u, v) is the input in row
        u stride + p dilation and column v stride + q dilation.

    Raises:
        ValueError: the kernel spans more than the images have.

    Examples:
        >>> x = np.arange(6.0).reshape(1, 1, 2, 3)
        >>> windows_of(x, (2, 2))[0, 0, 0]  # the first row of windows
        array([[[0., 1.],
                [3., 4.]],
        <BLANKLINE>
               [[1., 2.],
                [4., 5.]]])
    """
    (P, Q), (S, T), (E, F) = kernel, np.broadcast_to(stride, 2), np.broadcast_to(dilation, 2)
    reach = int(E * (P - 1) + 1), int(F * (Q - 1) + 1)
    for name, span, size in zip(("rows", "columns"), reach, x.shape[2:], strict=True):
        if span > size:
            raise ValueError(f"the kernel spans {span} {name}, the padded images have {size}")
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, axis=(2, 3), writeable=True)
    return windows[:, :, ::S, ::T, ::E, ::F]


def add_windows(
    dwindows: Array,
    sizes: tuple[int, ...],
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> Array:
    """Adds what each window has to the images that `windows_of` would have taken it from.

    Args:
        dwindows: gradients for the windows of padded images, shape (N, C, U, V, P, Q).
        sizes: the images' shape without padding, (N, C, H, W).
        stride: as for `windows_of`.
        padding: how wide the padding is. What belongs there is dropped.
        dilation: as for `windows_of`.

    Returns:
        The sums, shape (N, C, H, W).

    Examples:
        >>> add_windows(np.ones((1, 1, 1, 2, 2, 2)), (1, 1, 2, 3))
        array([[[[1., 2., 1.],
                 [1., 2., 1.]]]])
    """
    padded = pad(np.zeros(sizes, dwindows.dtype), padding)
    windows = windows_of(padded, dwindows.shape[4:], stride, dilation)
    for p, q in np.ndindex(dwindows.shape[4:]):  # of one tap, no two windows see the same input
        windows[..., p, q] += dwindows[..., p, q]
    (rows, columns), (H, W) = np.broadcast_to(padding, 2), sizes[2:]
    return padded[:, :, rows : rows + H, columns : columns + W].copy()
