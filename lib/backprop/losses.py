"""Losses: one number that says how wrong a batch of outputs is, and its gradient.

Every loss is a mean: over all elements for the mean squared error and the binary cross-entropy,
over the samples of the batch for the cross-entropy between classes. It comes as a NumPy scalar in
the dtype of the outputs. The backward functions take `dloss`, the gradient for that scalar, which
is 1 where the loss is the end of the computation.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop._check import Array, Cache, check_arrays, check_number
from backprop.activations import sigmoid_forward


def mean_squared_error_forward(y: Array, target: Array) -> tuple[np.floating[Any], Cache]:
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
    check_arrays("mean_squared_error_forward", y=(y, "..."), target=(target, "..."))
    loss = ((y - target) ** 2).mean()  # eq:mse-loss
    return loss, (y, target)


def mean_squared_error_backward(dloss: float, cache: Cache) -> Array:
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
    dloss = check_number("mean_squared_error_backward", "dloss", dloss, "(-inf, inf)")
    dy = dloss * 2 * (y - target) / y.size  # eq:mse-dy
    return dy


def cross_entropy_forward(y: Array, target: NDArray[Any]) -> tuple[np.floating[Any], Cache]:
    """Averages over the batch the cross-entropy of probabilities.

    After a softmax this is the staged form of `softmax_cross_entropy_forward`, for reading and for
    comparison. Train with the fused form: a softmax that has rounded to 0 is lost for this one.

    Args:
        y: probabilities, shape (N, K), each above 0.
        target: classes, shape (N,), integers from 0 to K - 1; or probabilities, shape (N, K).

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
    check_arrays("cross_entropy_forward", y=(y, "N K"))
    target = _probabilities("cross_entropy_forward", "y", y, target)
    if not (y > 0).all():
        raise ValueError(
            f"cross_entropy_forward: y holds {y.min()}, wanted probabilities above 0; "
            "softmax_cross_entropy_forward takes logits and needs no such thing"
        )
    loss = -(target * np.log(y)).sum(axis=1).mean()  # eq:cross-entropy-loss
    return loss, (y, target)


def cross_entropy_backward(dloss: float, cache: Cache) -> Array:
    """Returns the gradient for the probabilities.

    Args:
        dloss: gradient for the loss.
        cache: what `cross_entropy_forward` returned.

    Returns:
        The gradient dy, shape (N, K).

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
    y, target = cache
    dloss = check_number("cross_entropy_backward", "dloss", dloss, "(-inf, inf)")
    dy = -dloss * target / (y * len(y))  # eq:cross-entropy-dy
    return dy


def softmax_cross_entropy_forward(
    logits: Array, target: NDArray[Any]
) -> tuple[np.floating[Any], Cache]:
    """Averages over the batch the cross-entropy of the softmax of the logits.

    The logarithm of the softmax is taken at once, so that a class of probability exp(-2000), which
    no float can hold, still has its logarithm, -2000.

    Args:
        logits: scores, shape (N, K).
        target: classes, shape (N,), integers from 0 to K - 1; or probabilities, shape (N, K).

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
    check_arrays("softmax_cross_entropy_forward", logits=(logits, "N K"))
    target = _probabilities("softmax_cross_entropy_forward", "logits", logits, target)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_y = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -(target * log_y).sum(axis=1).mean()  # eq:xent-loss
    return loss, (log_y, target)


def softmax_cross_entropy_backward(dloss: float, cache: Cache) -> Array:
    """Returns the gradient for the logits: softmax minus target, divided by the batch size.

    Args:
        dloss: gradient for the loss.
        cache: what `softmax_cross_entropy_forward` returned.

    Returns:
        The gradient dlogits, shape (N, K).

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
    log_y, target = cache
    dloss = check_number("softmax_cross_entropy_backward", "dloss", dloss, "(-inf, inf)")
    dlogits = dloss * (np.exp(log_y) - target) / len(log_y)  # eq:xent-dz
    return dlogits


def binary_cross_entropy_forward(logits: Array, target: Array) -> tuple[np.floating[Any], Cache]:
    """Averages over all elements the cross-entropy of the sigmoid of the logits.

    Written so that no exponential overflows: log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)).

    Args:
        logits: scores, any shape.
        target: probabilities of a yes, from 0 to 1, the same shape.

    Returns:
        The loss, and a cache for `binary_cross_entropy_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty, the shapes differ, or a target lies outside [0, 1].

    Examples:
        >>> import numpy as np
        >>> logits, target = np.array([1000.0, -1000.0]), np.array([0.0, 0.0])
        >>> loss, cache = binary_cross_entropy_forward(logits, target)
        >>> print(loss)  # (1000 + 0) / 2
        500.0
    """
    check_arrays("binary_cross_entropy_forward", logits=(logits, "..."), target=(target, "..."))
    inside = (target >= 0) & (target <= 1)
    if not inside.all():
        raise ValueError(
            f"binary_cross_entropy_forward: target holds {target[~inside][0]}, wanted 0 to 1"
        )
    e = np.exp(np.minimum(logits, -logits))
    loss = (np.maximum(logits, 0) - target * logits + np.log1p(e)).mean()  # eq:bce-loss
    return loss, (logits, target)


def binary_cross_entropy_backward(dloss: float, cache: Cache) -> Array:
    """Returns the gradient for the logits: sigmoid minus target, divided by the number of elements.

    Args:
        dloss: gradient for the loss.
        cache: what `binary_cross_entropy_forward` returned.

    Returns:
        The gradient dlogits, in the shape of the logits.

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> import numpy as np
        >>> logits, target = np.array([1000.0, 0.0]), np.array([0.0, 0.0])
        >>> loss, cache = binary_cross_entropy_forward(logits, target)
        >>> binary_cross_entropy_backward(1.0, cache)
        array([0.5 , 0.25])
    """
    logits, target = cache
    dloss = check_number("binary_cross_entropy_backward", "dloss", dloss, "(-inf, inf)")
    y, _ = sigmoid_forward(logits)
    dlogits = dloss * (y - target) / logits.size  # eq:bce-dz
    return dlogits


def _probabilities(function: str, name: str, scores: Array, target: Any) -> Array:
    """Checks classes or probabilities against scores (N, K) and returns probabilities (N, K)."""
    N, K = scores.shape
    if not isinstance(target, np.ndarray):
        raise TypeError(f"{function}: target has type {type(target).__name__}, wanted an array")
    if not np.issubdtype(target.dtype, np.integer):
        if target.ndim == 1:
            raise TypeError(f"{function}: target is {target.dtype}, wanted integers for classes")
        check_arrays(function, **{name: (scores, "N K"), "target": (target, "N K")})
        # The tolerance lets through float32 rows that a float32 softmax has made.
        if not ((target >= 0).all() and np.allclose(target.sum(axis=1), 1, rtol=0, atol=1e-5)):
            raise ValueError(f"{function}: target has a row that is no probabilities with sum 1")
        return target
    if target.shape != (N,):
        raise ValueError(
            f"{function}: target has shape {target.shape}, wanted (N,) with N = {N} as in {name}"
        )
    if target.min() < 0 or target.max() >= K:
        wrong = target[(target < 0) | (target >= K)][0]
        raise ValueError(f"{function}: target holds class {wrong}, wanted 0 to {K - 1}")
    one_hot = np.zeros_like(scores)
    one_hot[np.arange(N), target] = 1
    return one_hot
