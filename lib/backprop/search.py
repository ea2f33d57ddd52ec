"""Settings to try: drawn at random, or on a grid, so that each decade gets its share."""

import numpy as np

from backprop.shapes import Array, shapes


@shapes(low="(0, inf)", high="(0, inf)", count="count", rng="rng")
def log_uniform(low: float, high: float, count: int, *, rng: np.random.Generator) -> Array:
    """Draws numbers whose logarithms are uniform, so that each factor of 10 gets as many.

    Args:
        low: the smallest number that can be drawn, above 0.
        high: above all that are drawn.
        count: how many to draw.
        rng: draws them.

    Returns:
        The numbers, shape (count,), in the order in which they were drawn.

    Raises:
        TypeError: low or high is no number, count no integer, or rng no generator.
        ValueError: low or high is not above 0, or count below 1.

    References:
        Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR 13, 2012.

    Examples:
        >>> log_uniform(0.001, 10, 4, rng=np.random.default_rng(0)).round(4)
        array([0.3531, 0.012 , 0.0015, 0.0012])
    """
    u = rng.random(count)
    return low * (high / low) ** u  # eq:log-uniform


@shapes(low="(0, inf)", high="(0, inf)", count="count", shift="[0, 1]")
def log_grid(low: float, high: float, count: int, *, shift: float = 0.5) -> Array:
    """Returns numbers of which each is the one before times the same factor.

    Args:
        low: where the range begins, above 0.
        high: where it ends.
        count: into how many equal parts it is cut, each with one number.
        shift: where in its part each number stands, 0 for its beginning and 1 for its end.

    Returns:
        The numbers, shape (count,).

    Raises:
        TypeError: low, high or shift is no number, or count no integer.
        ValueError: low or high is not above 0, count below 1, or shift outside 0 to 1.

    Examples:
        >>> log_grid(0.001, 10, 4).round(4)
        array([0.0032, 0.0316, 0.3162, 3.1623])
    """
    u = (np.arange(count) + shift) / count
    return low * (high / low) ** u  # eq:log-grid
