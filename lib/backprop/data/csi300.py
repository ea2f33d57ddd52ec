"""The CSI 300 index, day by day."""

import csv
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.data.sources import broken_sample, sample_folder


class DailyIndex(NamedTuple):
    """A stock index, a row for each trading day.

    Attributes:
        dates: (T,) datetime64, ascending.
        open: (T,) float64, in points of the index, as are the next three.
        high: (T,) float64.
        low: (T,) float64.
        close: (T,) float64.
        volume: (T,) float64, number of shares traded.
    """

    dates: NDArray[np.datetime64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]


def load_csi300() -> DailyIndex:
    """Reads the CSI 300 index of the largest shares in Shanghai and Shenzhen, 2006 to 2025.

    The file comes with the package.

    Raises:
        DataError: if the file is missing or broken.

    Examples:
        >>> index = load_csi300()
        >>> index.dates[0], index.close[0]
        (np.datetime64('2006-01-06'), np.float64(970.032))
    """
    path = sample_folder() / "csi300.csv"
    try:
        with path.open(encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        if not rows:
            raise ValueError("it has no rows")
        dates = np.array([row["date"] for row in rows], dtype="datetime64[D]")
        names = DailyIndex._fields[1:]
        return DailyIndex(dates, *(np.array([float(row[name]) for row in rows]) for name in names))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise broken_sample(path) from error
