"""Losses: one number that says how wrong a batch of outputs is, and its gradient.

Every loss is a mean: over all elements for the mean squared error and the sigmoid cross-entropy,
over the samples for the cross-entropy between classes. A name says what is taken: `cross_entropy`
takes probabilities, `softmax_cross_entropy` and `sigmoid_cross_entropy` take logits, the scores
that a softmax or a sigmoid would make probabilities of.

In front of its classes, an array of scores may have any axes: (N, K) is a batch, (T, N, K) are the
steps of a batch of sequences. A loss comes as a NumPy scalar in the dtype of the outputs. The
backward functions take `dloss`, the gradient for that scalar, which is 1 where the loss is the end
of the computation.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.activations import sigmoid_forward
from backprop.shapes import Array, shapes


class MeanSquaredErrorCache(NamedTuple):
    """What `mean_squared_error_backward` needs: outputs and targets."""

    y: Array
    target: Array


class SmoothL1Cache(NamedTuple):
    """What `smooth_l1_backward` needs: the differences d between outputs and targets."""

    d: Array


class CrossEntropyCache(NamedTuple):
    """What `cross_entropy_backward` needs: probabilities y, and targets as probabilities t."""

    y: Array
    t: Array


class SoftmaxCrossEntropyCache(NamedTuple):
    """What `softmax_cross_entropy_backward` needs: logarithms of the softmax, and targets t."""

    log_p: Array
    t: Array


class SigmoidCrossEntropyCache(NamedTuple):
    """What `sigmoid_cross_entropy_backward` needs: logits z, and targets t."""

    z: Array
    t: Array


@shapes(y="...", target="...")
def mean_squared_error_forward(
    y: Array, target: Array
) -> tuple[np.floating[Any], MeanSquaredErrorCache]:
    """Averages the squared differences over all elements.

    Args:
        y: outputs, any shape.
        target: what they should be, the same shape.

    Returns:
        The loss, and a cache for `mean_squared_error_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty, or the shapes differ.

    Examples:
        >>> import numpy as np
        >>> y, target = np.array([[1.0, 2.0]]), np.array([[0.0, 5.0]])
        >>> loss, cache = mean_squared_error_forward(y, target)
        >>> print(loss)  # (1 + 9) / 2
        5.0
    """
    loss = ((y - target) ** 2).mean()  # eq:mse-loss
    return loss, MeanSquaredErrorCache(y, target)


@shapes(dloss="(-inf, inf)")
def mean_squared_error_backward(dloss: float, cache: MeanSquaredErrorCache) -> Array:
    """Returns the gradient for the outputs.

    Args:
        dloss: gradient for the loss.
        cache: what `mean_squared_error_forward` returned.

    Returns:
        The gradient dy, in the shape of y.

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> import numpy as np
        >>> y, target = np.array([[1.0, 2.0]]), np.array([[0.0, 5.0]])
        >>> loss, cache = mean_squared_error_forward(y, target)
        >>> mean_squared_error_backward(1.0, cache)
        array([[ 1., -3.]])
    """
    y, target = cache
    dy = dloss * 2 * (y - target) / y.size  # eq:mse-dy
    return dy


@shapes(y="...", target="...")
def smooth_l1_forward(y: Array, target: Array) -> tuple[np.floating[Any], SmoothL1Cache]:
    """Averages over all elements half the squared difference, or, beyond 1, the distance less 1/2.

    Args:
        y: outputs, any shape.
        target: what they should be, the same shape.

    Returns:
        The loss, and a cache for `smooth_l1_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty, or the shapes differ.

    References:
        Girshick, Fast R-CNN, ICCV 2015, section 2.3.

    Examples:
        >>> import numpy as np
        >>> y, target = np.array([0.5, 4.0]), np.array([0.0, 0.0])
        >>> loss, cache = smooth_l1_forward(y, target)
        >>> print(loss)  # (0.125 + 3.5) / 2
        1.8125
    """
    d = y - target
    loss = np.where(np.abs(d) < 1, d**2 / 2, np.abs(d) - 0.5).mean()  # eq:smooth-l1-loss
    return loss, SmoothL1Cache(d)


@shapes(dloss="(-inf, inf)")
def smooth_l1_backward(dloss: float, cache: SmoothL1Cache) -> Array:
    """Returns the gradient for the outputs: the difference, cut off at 1, by their number.

    Args:
        dloss: gradient for the loss.
        cache: what `smooth_l1_forward` returned.

    Returns:
        The gradient dy, in the shape of y.

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> import numpy as np
        >>> y, target = np.array([0.5, 4.0]), np.array([0.0, 0.0])
        >>> loss, cache = smooth_l1_forward(y, target)
        >>> smooth_l1_backward(1.0, cache)
        array([0.25, 0.5 ])
    """
    (d,) = cache
    dy = dloss * np.clip(d, -1, 1) / d.size  # eq:smooth-l1-dy
    return dy


def as_probabilities(target: NDArray[Any], scores: Array) -> Array:
    """Writes classes as probabilities: 1 for the class, 0 for the others.

    Args:
        target: classes, integers from 0 to K - 1, shape (...); or probabilities, shape (..., K),
            which come back as they are.
        scores: what they are compared to, shape (..., K).

    Returns:
        Probabilities, shape (..., K).

    Examples:
        >>> import numpy as np
        >>> as_probabilities(np.array([2, 0]), np.zeros((2, 3)))
        array([[0., 0., 1.],
               [1., 0., 0.]])
    """
    if target.ndim == scores.ndim:
        return target
    t = np.zeros_like(scores)
    np.put_along_axis(t, target[..., np.newaxis].astype(np.intp), 1, axis=-1)
    return t


@shapes(y="... K", target="classes of y")
def cross_entropy_forward(
    y: Array, target: NDArray[Any]
) -> tuple[np.floating[Any], CrossEntropyCache]:
    """Averages over the samples the cross-entropy of probabilities.

    After a softmax this is the staged form of `softmax_cross_entropy_forward`, for reading and for
    comparison. Train with the fused form: a softmax that has rounded to 0 is lost for this one.

    Args:
        y: probabilities, shape (..., K), each above 0.
        target: classes, shape (...), integers from 0 to K - 1; or probabilities, shape (..., K).

    Returns:
        The loss, and a cache for `cross_entropy_backward`.

    Raises:
        TypeError: y is no float array; target is neither integers nor floats of y's precision.
        ValueError: an argument is empty or has a shape that does not fit; a probability of y is 0
            or less; a class is out of range; target's rows are no probabilities.

    Examples:
        >>> import numpy as np
        >>> y = np.array([[0.5, 0.5], [0.25, 0.75]])
        >>> loss, cache = cross_entropy_forward(y, np.array([1, 0]))
        >>> print(loss / np.log(2))  # (log 2 + log 4) / 2 = 1.5 log 2
        1.5
    """
    t = as_probabilities(target, y)
    if not (y > 0).all():
        raise ValueError(
            f"y holds {y.min()}, wanted probabilities above 0; "
            "softmax_cross_entropy_forward takes logits and needs no such thing"
        )
    loss = -(t * np.log(y)).sum(axis=-1).mean()  # eq:cross-entropy-loss
    return loss, CrossEntropyCache(y, t)


@shapes(dloss="(-inf, inf)")
def cross_entropy_backward(dloss: float, cache: CrossEntropyCache) -> Array:
    """Returns the gradient for the probabilities.

    Args:
        dloss: gradient for the loss.
        cache: what `cross_entropy_forward` returned.

    Returns:
        The gradient dy, in the shape of y.

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> import numpy as np
        >>> y = np.array([[0.5, 0.5], [0.25, 0.75]])
        >>> loss, cache = cross_entropy_forward(y, np.array([1, 0]))
        >>> cross_entropy_backward(-1.0, cache)
        array([[0., 1.],
               [2., 0.]])
    """
    y, t = cache
    N = y[..., 0].size
    dy = -dloss * t / (N * y)  # eq:cross-entropy-dy
    return dy


@shapes(logits="... K", target="classes of logits")
@np.errstate(over="ignore")  # scores so far apart that their difference is infinite
def softmax_cross_entropy_forward(
    logits: Array, target: NDArray[Any]
) -> tuple[np.floating[Any], SoftmaxCrossEntropyCache]:
    """Averages over the samples the cross-entropy of the softmax of the logits.

    The logarithm of the softmax is taken at once, so that a class of probability exp(-2000), which
    no float can hold, still has its logarithm, -2000. A logit of -inf rules a class out: it has no
    part in the loss, which is infinite only where that class was right.

    Args:
        logits: scores, shape (..., K).
        target: classes, shape (...), integers from 0 to K - 1; or probabilities, shape (..., K).

    Returns:
        The loss, and a cache for `softmax_cross_entropy_backward`.

    Raises:
        TypeError: logits is no float array; target is neither integers nor floats of its precision.
        ValueError: an argument is empty or has a shape that does not fit; a class is out of range;
            target's rows are no probabilities.

    Examples:
        >>> import numpy as np
        >>> logits = np.array([[1000.0, -1000.0], [0.0, 2000.0]])
        >>> loss, cache = softmax_cross_entropy_forward(logits, np.array([1, 1]))
        >>> print(loss)  # (2000 + 0) / 2
        1000.0
    """
    t = as_probabilities(target, logits)
    a = logits.max(axis=-1, keepdims=True)
    log_p = logits - a - np.log(np.exp(logits - a).sum(axis=-1, keepdims=True))  # eq:xent-logp
    # Where t is 0, so is t log p, whatever p is.
    loss = -(t * np.where(t > 0, log_p, 0)).sum(axis=-1).mean()  # eq:xent-loss
    return loss, SoftmaxCrossEntropyCache(log_p, t)


@shapes(dloss="(-inf, inf)")
def softmax_cross_entropy_backward(dloss: float, cache: SoftmaxCrossEntropyCache) -> Array:
    """Returns the gradient for the logits: softmax minus target, divided by the samples' number.

    Args:
        dloss: gradient for the loss.
        cache: what `softmax_cross_entropy_forward` returned.

    Returns:
        The gradient dlogits, in the shape of the logits.

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> import numpy as np
        >>> logits = np.array([[0.0, 0.0], [0.0, 2000.0]])
        >>> loss, cache = softmax_cross_entropy_forward(logits, np.array([1, 1]))
        >>> softmax_cross_entropy_backward(1.0, cache)
        array([[ 0.25, -0.25],
               [ 0.  ,  0.  ]])
    """
    log_p, t = cache
    N = log_p[..., 0].size
    dlogits = dloss * (np.exp(log_p) - t) / N  # eq:xent-dz
    return dlogits


@shapes(logits="...", target="...")
def sigmoid_cross_entropy_forward(
    logits: Array, target: Array
) -> tuple[np.floating[Any], SigmoidCrossEntropyCache]:
    """Averages over all elements the cross-entropy of the sigmoid of the logits: of yes or no.

    Written so that no exponential overflows: log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)).

    Args:
        logits: scores, any shape; -inf rules a yes out.
        target: probabilities of a yes, from 0 to 1, the same shape.

    Returns:
        The loss, and a cache for `sigmoid_cross_entropy_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty, the shapes differ, or a target lies outside [0, 1].

    Examples:
        >>> import numpy as np
        >>> logits, target = np.array([1000.0, -1000.0]), np.array([0.0, 0.0])
        >>> loss, cache = sigmoid_cross_entropy_forward(logits, target)
        >>> print(loss)  # (1000 + 0) / 2
        500.0
    """
    z, t = logits, target
    inside = (t >= 0) & (t <= 1)
    if not inside.all():
        raise ValueError(f"target holds {t[~inside][0]}, wanted 0 to 1")
    e = np.exp(np.minimum(z, -z))
    # Where t is 0, so is t z, whatever z is.
    loss = (np.maximum(z, 0) - t * np.where(t > 0, z, 0) + np.log1p(e)).mean()  # eq:bce-loss
    return loss, SigmoidCrossEntropyCache(z, t)


@shapes(dloss="(-inf, inf)")
def sigmoid_cross_entropy_backward(dloss: float, cache: SigmoidCrossEntropyCache) -> Array:
    """Returns the gradient for the logits: sigmoid minus target, divided by the number of elements.

    Args:
        dloss: gradient for the loss.
        cache: what `sigmoid_cross_entropy_forward` returned.

    Returns:
        The gradient dlogits, in the shape of the logits.

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> import numpy as np
        >>> logits, target = np.array([1000.0, 0.0]), np.array([0.0, 0.0])
        >>> loss, cache = sigmoid_cross_entropy_forward(logits, target)
        >>> sigmoid_cross_entropy_backward(1.0, cache)
        array([0.5 , 0.25])
    """
    z, t = cache
    p, _ = sigmoid_forward(z)
    dlogits = dloss * (p - t) / z.size  # eq:bce-dz
    return dlogits
