"""Boxes: how much two of them have in common.

A box is four numbers, its two low ends and its two high ends: (left, top, right, bottom), say.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class BoxIouCache(NamedTuple):
    """What `box_iou_backward` needs: both boxes, their overlap by axis, two areas."""

    a: Array
    b: Array
    overlap: Array
    shared: Array
    union: Array


@shapes(a="N 2D", b="N 2D")
def box_iou_forward(a: Array, b: Array) -> tuple[Array, BoxIouCache]:
    """Divides the area that two boxes share by the area that they cover together.

    Args:
        a: boxes, shape (N, 4): the low ends on both axes, then the high ends.
        b: the boxes that they are compared with, shape (N, 4).

    Returns:
        The intersection over union, shape (N,), from 0 to 1, and a cache for `box_iou_backward`.

    Raises:
        TypeError: a or b is no float array, or they differ in precision.
        ValueError: an array is empty or has a shape that does not fit, or a high end is not above
            its low end.

    Examples:
        >>> a, b = np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 3.0, 2.0]])
        >>> iou, cache = box_iou_forward(a, b)
        >>> iou.round(4)  # 2 of 4 + 4 - 2
        array([0.3333])
    """
    for name, box in {"a": a, "b": b}.items():
        if box.shape[1] != 4:
            raise ValueError(f"{name} has {box.shape[1]} numbers in a box, wanted 4")
        if (box[:, 2:] <= box[:, :2]).any():
            raise ValueError(f"{name} has a high end that is not above its low end")
    (low, high), (b_low, b_high) = np.split(a, 2, axis=1), np.split(b, 2, axis=1)
    overlap = np.maximum(0, np.minimum(high, b_high) - np.maximum(low, b_low))  # eq:iou-overlap
    shared = overlap.prod(axis=1, keepdims=True)
    area, b_area = ((box[:, 2:] - box[:, :2]).prod(axis=1, keepdims=True) for box in (a, b))
    union = area + b_area - shared
    iou = (shared / union)[:, 0]  # eq:iou
    return iou, BoxIouCache(a, b, overlap, shared, union)


@shapes(a="N 2D", b="N 2D", diou="N")
def box_iou_backward(diou: Array, cache: BoxIouCache) -> Array:
    """Sends the gradient of the loss back to the first boxes; the others are given.

    Args:
        diou: gradient for what `box_iou_forward` returned, shape (N,).
        cache: the cache that it returned.

    Returns:
        The gradient da, shape (N, 4). It is 0 where two boxes have nothing in common.

    Raises:
        TypeError: diou is no float array, or differs in precision from the boxes.
        ValueError: diou has a shape that does not fit.

    Examples:
        >>> a, b = np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, -1.0, 3.0, 3.0]])
        >>> iou, cache = box_iou_forward(a, b)
        >>> box_iou_backward(np.array([50.0]), cache)
        array([[ 2., -4., 10.,  4.]])
    """
    a, b, overlap, shared, union = cache
    (low, high), (b_low, b_high) = np.split(a, 2, axis=1), np.split(b, 2, axis=1)
    dshared = diou[:, None] * (union + shared) / union**2  # eq:iou-dshared
    darea = -diou[:, None] * shared / union**2  # eq:iou-darea
    side, meeting = (high - low)[:, ::-1], overlap[:, ::-1] * (overlap > 0)  # of the other axis
    dhigh = darea * side + dshared * meeting * (high < b_high)  # eq:iou-dhigh
    dlow = -darea * side - dshared * meeting * (low > b_low)  # eq:iou-dlow
    return np.hstack([dlow, dhigh])
