"""Q-learning: the target by hand, the gradient against central differences, what is refused."""

import numpy as np
import pytest

from backprop.gradcheck import check_gradients
from backprop.q_learning import q_loss_backward, q_loss_forward, q_target


def test_only_the_action_that_was_taken_has_a_gradient(rng):
    q, action = 2 * rng.normal(size=(5, 3)), np.array([0, 2, 2, 1, 0])
    target = rng.normal(size=5)
    report = check_gradients(
        lambda q: q_loss_forward(q, action, target),
        lambda dloss, cache: (q_loss_backward(float(dloss), cache),),
        rng=rng,
        q=q,
    )
    assert report["q"] < 1e-6
    _, cache = q_loss_forward(q, action, target)
    dq = q_loss_backward(1.0, cache)
    assert ((dq != 0) == (np.arange(3) == action[:, None])).all()


def test_nothing_is_promised_where_nothing_follows():
    q_next = np.array([[np.inf, 0.0], [2.0, 3.0]])
    target = q_target(np.array([-1.0, 0.5]), q_next, np.array([True, False]), 0.9)
    np.testing.assert_allclose(target, [-1, 0.5 + 0.9 * 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: q_target(np.ones(2), np.ones((2, 3)), np.array([True]), 0.9),
            "q_target: done has shape (1,), wanted (N,) with N = 2 as in reward",
        ),
        (
            lambda: q_target(np.ones(2), np.ones((2, 3)), np.array([True, False]), 1.5),
            "q_target: gamma is 1.5, wanted a number in [0, 1]",
        ),
        (
            lambda: q_loss_forward(np.ones((2, 3)), np.array([0, 1]), np.ones(3)),
            "q_loss_forward: target has shape (3,), wanted (N,) with N = 2 as in q",
        ),
    ],
)
def test_what_does_not_fit_is_refused(refused, call, message):
    refused(ValueError, message, call)
