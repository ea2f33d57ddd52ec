"""What scores of classes are compared with: the right classes, or probabilities."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop.plain_arrays import check_plain


def check_targets(name: str, target: Any, scores: NDArray[Any]) -> None:
    """Checks classes, or probabilities of classes, against scores.

    Args:
        name: what the target is called, with which a message begins.
        target: classes, integers from 0 to K - 1, shape (...); or probabilities, shape (..., K).
        scores: what they are compared to, shape (..., K).

    Raises:
        TypeError: target is no plain array, or neither of integers nor of floats of the scores'
            precision.
        ValueError: target has a shape that does not fit; a class is out of range; a row is no
            probabilities with sum 1.

    Examples:
        >>> check_targets("target", np.array([0, 3]), np.zeros((2, 3)))
        Traceback (most recent call last):
        ValueError: target holds class 3, wanted 0 to 2
    """
    check_plain(name, type(target))
    *N, K = scores.shape
    if target.dtype.kind == "f" and target.ndim == scores.ndim:
        precision = np.finfo(scores.dtype).dtype
        if target.dtype != precision:
            raise TypeError(f"{name} is {target.dtype}, wanted {precision}")
        if target.shape != scores.shape:
            raise ValueError(f"{name} has shape {target.shape}, wanted {scores.shape}")
        # The tolerance lets through float32 rows that a float32 softmax has made.
        if not ((target >= 0).all() and np.allclose(target.sum(axis=-1), 1, rtol=0, atol=1e-5)):
            raise ValueError(f"{name} has a row that is no probabilities with sum 1")
        return
    if target.dtype.kind not in "iu":
        raise TypeError(f"{name} is {target.dtype}, wanted integers for classes")
    if target.shape != (*N,):
        raise ValueError(f"{name} has shape {target.shape}, wanted {(*N,)} for classes")
    if target.min() < 0 or target.max() >= K:
        wrong = target[(target < 0) | (target >= K)][0]
        raise ValueError(f"{name} holds class {wrong}, wanted 0 to {K - 1}")
