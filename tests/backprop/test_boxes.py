"""Boxes: by hand, against central differences, where there is no gradient, and what is refused."""

import numpy as np
import pytest

from backprop.boxes import box_iou_backward, box_iou_forward
from backprop.gradcheck import check_gradients


def test_gradients_are_those_of_central_differences(rng):
    low, b_low = rng.uniform(-1, 1, (2, 30, 2))
    a = np.hstack([low, low + rng.uniform(0.3, 2, (30, 2))])
    b = np.hstack([b_low, b_low + rng.uniform(0.3, 2, (30, 2))])
    iou, _ = box_iou_forward(a, b)
    assert 5 < (iou > 0).sum() < 30  # some meet, some do not
    report = check_gradients(
        lambda a: box_iou_forward(a, b),
        lambda diou, cache: (box_iou_backward(diou, cache),),
        rng=rng,
        a=a,
    )
    assert report["a"] < 1e-6


def test_the_same_box_has_all_in_common_and_another_nothing():
    a = np.array([[0.0, 0.0, 2.0, 3.0], [0.0, 0.0, 2.0, 3.0]])
    b = np.array([[0.0, 0.0, 2.0, 3.0], [4.0, 0.0, 5.0, 3.0]])
    iou, cache = box_iou_forward(a, b)
    np.testing.assert_array_equal(iou, [1, 0])
    np.testing.assert_array_equal(box_iou_backward(np.ones(2), cache)[1], 0)


def test_a_box_within_another_pulls_all_edges_outward():
    iou, cache = box_iou_forward(np.array([[1.0, 1, 2, 2]]), np.array([[0.0, 0, 4, 4]]))
    assert iou[0] == 1 / 16
    da = box_iou_backward(np.ones(1), cache)[0]
    np.testing.assert_allclose(da, np.array([-1, -1, 1, 1]) / 16)


@pytest.mark.parametrize(
    ("b", "message"),
    [
        (np.ones((1, 6)), "b has shape (1, 6), wanted (N, 2D) with D = 2 as in a"),
        (np.ones((2, 4)), "b has shape (2, 4), wanted (N, 2D) with N = 1 as in a"),
        (np.array([[0.0, 0, 1, 0]]), "b has a high end that is not above its low end"),
    ],
)
def test_what_is_no_box_is_refused(refused, b, message):
    a = np.array([[0.0, 0, 1, 1]])
    refused(ValueError, f"box_iou_forward: {message}", box_iou_forward, a, b)


def test_boxes_have_two_axes(refused):
    a = np.array([[0.0, 0, 0, 1, 1, 1]])
    message = "box_iou_forward: a has 6 numbers in a box, wanted 4"
    refused(ValueError, message, box_iou_forward, a, a)
