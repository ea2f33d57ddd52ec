"""Whether one thing does better than another, judged from pairs of measurements."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from experiments.record import Number


@dataclass(frozen=True)
class Difference:
    """How much one side of a comparison is above the other.

    Attributes:
        mean: the mean difference, first side less second.
        error: the standard error of that mean.
        low: the lower end of the interval that holds the true difference with 95 in 100.
        high: its upper end.
        pairs: how many pairs it comes from.
    """

    mean: float
    error: float
    low: float
    high: float
    pairs: int

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves no doubt about the sign."""
        return self.low > 0 or self.high < 0

    def metrics(self, name: str) -> dict[str, Number]:
        """The mean and both ends of the interval, as a result records them under a name."""
        return {name: self.mean, f"{name}_low": self.low, f"{name}_high": self.high}


def paired_difference(
    first: Sequence[float] | NDArray[np.floating], second: Sequence[float] | NDArray[np.floating]
) -> Difference:
    """Compares two sides that were measured in pairs.

    What both sides of a pair have in common, an easy seed or a hard example, falls out of their
    difference. So it is the spread of the differences that says how sure their mean is; that of
    either side, usually much larger, does not.

    Args:
        first: a number for each pair, shape (N,): a measure of each seed, say, or 1 and 0 for each
            test example that was read rightly and wrongly.
        second: the other side's, of the same seeds or examples in the same order.

    Returns:
        the mean difference with its 95 % interval, by Student's t, which takes the differences for
        independent and their mean for normal.

    Raises:
        ValueError: there are not as many of one as of the other, or fewer than two, or one is no
            finite number.

    Source:
        Student, "The probable error of a mean", *Biometrika* 6 (1), 1908.

    Examples:
        >>> found = paired_difference([0.98, 0.97, 0.99], [0.96, 0.96, 0.96])
        >>> round(found.mean, 4), round(found.error, 4), round(found.low, 4), round(found.high, 4)
        (0.02, 0.0058, -0.0048, 0.0448)
        >>> found.is_sure
        False
    """
    if len(first) != len(second):
        raise ValueError(
            f"paired_difference: there are {len(first)} of first and {len(second)} of second"
        )
    differences = np.subtract(first, second, dtype=np.float64)
    N = len(differences)
    if N < 2:
        raise ValueError(f"paired_difference: there are {N} pairs, wanted at least two")
    if not np.isfinite(differences).all():
        raise ValueError("paired_difference: a difference is not finite")
    mean = float(differences.mean())
    error = float(differences.std(ddof=1)) / math.sqrt(N)
    reach = student_t(0.975, N - 1) * error
    return Difference(mean, error, mean - reach, mean + reach, N)


def student_t(share: float, freedom: int) -> float:
    """The number that a variable with Student's t distribution falls below so often.

    Args:
        share: how often, above 0.5 and below 1.
        freedom: degrees of freedom, at least 1.

    Examples:
        >>> round(student_t(0.975, 4), 4)
        2.7764
    """
    # With t = tan(a) sqrt(freedom), its density is cos(a) ** (freedom - 1) up to a factor: smooth,
    # and on a finite interval, of which we want the part from 0 that is 2 share - 1 of the whole.
    angles, step = np.linspace(0, math.pi / 2, 20_001, retstep=True)
    density = np.cos(angles).clip(0) ** (freedom - 1)
    below = np.concatenate([[0], np.cumsum(density[1:] + density[:-1])]) * step / 2
    angle = np.interp((2 * share - 1) * below[-1], below, angles)
    return math.sqrt(freedom) * math.tan(angle)


def overlapping_difference(
    first: Sequence[float] | NDArray[np.floating],
    second: Sequence[float] | NDArray[np.floating],
    lag: int,
) -> Difference:
    """Compares two sides that were measured in pairs one after another, neighbours much alike.

    Windows of a series that start a day apart share nearly all days, so their differences are not
    independent, and there is less in them than their number says. The standard error of their mean
    takes in how they go together, up to `lag` places apart, the farther the less.

    Args:
        first: a number for each pair, in order of time, shape (N,).
        second: the other side's, of the same pairs.
        lag: at least 0 and below N; twice the overlap, say. With 0, differences count as
            independent.

    Returns:
        the mean difference with its 95 % interval, by the normal distribution.

    Raises:
        ValueError: there are not as many of one as of the other, or the lag is out of range.

    Source:
        Newey and West, "A simple, positive semi-definite, heteroskedasticity and autocorrelation
        consistent covariance matrix", *Econometrica* 55 (3), 1987. Diebold and Mariano, "Comparing
        predictive accuracy", *Journal of Business & Economic Statistics* 13 (3), 1995.

    Examples:
        >>> alike = np.repeat([1.0, 3.0, 2.0, 4.0], 25)  # 25 of each: four numbers, not a hundred
        >>> for lag in (0, 25, 50):
        ...     print(lag, round(overlapping_difference(alike, 0 * alike, lag).error, 2))
        0 0.11
        25 0.42
        50 0.41
    """
    if len(first) != len(second):
        raise ValueError(f"there are {len(first)} of first and {len(second)} of second")
    differences = np.subtract(first, second, dtype=np.float64)
    N = len(differences)
    if not 0 <= lag < N:
        raise ValueError(f"lag is {lag}, wanted at least 0 and below {N}, the number of pairs")
    mean = float(differences.mean())
    off = differences - mean
    variance = float(off @ off) / N
    for apart in range(1, lag + 1):
        share = 1 - apart / (lag + 1)
        variance += 2 * share * float(off[apart:] @ off[:-apart]) / N
    error = math.sqrt(variance / N)
    reach = NormalDist().inv_cdf(0.975) * error
    return Difference(mean, error, mean - reach, mean + reach, N)
