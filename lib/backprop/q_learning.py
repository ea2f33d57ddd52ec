"""Deep Q-learning: a target that is held still, and the loss of the actions that were taken."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.losses import SmoothL1Cache, smooth_l1_backward, smooth_l1_forward
from backprop.shapes import Array, shapes


class QLossCache(NamedTuple):
    """What `q_loss_backward` needs: values, which of them were used, and what the loss keeps."""

    q: Array
    action: NDArray[np.integer[Any]]
    kept: SmoothL1Cache


@shapes(reward="N", q_next="N K", done="bool N", gamma="[0, 1]")
def q_target(reward: Array, q_next: Array, done: NDArray[np.bool_], gamma: float) -> Array:
    """Returns what an action was worth: its reward, and what the next state promises.

    It has no backward function. What it returns is data, as a label is.

    Args:
        reward: what each action brought at once, shape (N,).
        q_next: values of the K actions in the state that followed, shape (N, K), by the weights
            that are held still.
        done: whether nothing followed, shape (N,).
        gamma: discount, from 0 to 1.

    Returns:
        The targets, shape (N,).

    Raises:
        TypeError: reward or q_next is no float array, done holds no booleans, or gamma is no
            number.
        ValueError: an array is empty or has a shape that does not fit, or gamma lies outside 0
            to 1.

    References:
        Mnih et al., Human-level control through deep reinforcement learning, Nature 518, 2015.

    Examples:
        >>> reward, q_next = np.array([1.0, 1.0]), np.array([[4.0, 6.0], [4.0, 6.0]])
        >>> q_target(reward, q_next, np.array([False, True]), 0.5)
        array([4., 1.])
    """
    target = reward + gamma * np.where(done, 0, q_next.max(axis=1))  # eq:q-target
    return target


@shapes(q="N K", action="int N", target="N")
def q_loss_forward(
    q: Array, action: NDArray[np.integer[Any]], target: Array
) -> tuple[np.floating[Any], QLossCache]:
    """Compares the values of the actions that were taken with their targets, by smooth L1.

    Args:
        q: values of the K actions, shape (N, K).
        action: the one that was taken, shape (N,), integers from 0 to K - 1.
        target: what it was worth, shape (N,).

    Returns:
        The loss, a mean over the samples, and a cache for `q_loss_backward`.

    Raises:
        TypeError: q or target is no float array, they differ in precision, or action holds no
            integers.
        ValueError: an array is empty or has a shape that does not fit.

    Examples:
        >>> q, action = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0])
        >>> loss, cache = q_loss_forward(q, action, np.array([2.5, 3.0]))
        >>> print(loss)  # (0.5 ** 2 / 2 + 0) / 2
        0.0625
    """
    taken = q[np.arange(len(q)), action]  # eq:q-taken
    loss, kept = smooth_l1_forward(taken, target)
    return loss, QLossCache(q, action, kept)


@shapes(dloss="(-inf, inf)")
def q_loss_backward(dloss: float, cache: QLossCache) -> Array:
    """Returns the gradient for the values: 0 but for the actions that were taken.

    Args:
        dloss: gradient for the loss.
        cache: what `q_loss_forward` returned.

    Returns:
        The gradient dq, shape (N, K).

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> q, action = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0])
        >>> loss, cache = q_loss_forward(q, action, np.array([2.5, 3.0]))
        >>> q_loss_backward(1.0, cache)
        array([[ 0.  , -0.25],
               [ 0.  ,  0.  ]])
    """
    q, action, kept = cache
    dq = np.zeros_like(q)
    dq[np.arange(len(q)), action] = smooth_l1_backward(dloss, kept)  # eq:q-dq
    return dq
