"""The code against the chapter: log returns, ridge regression, the standard error on overlaps."""

import numpy as np
import pytest

from backprop.data import series
from backprop.data.series import Windows
from experiments.comparison import overlapping_difference
from experiments.csi300 import ridge

CHAPTER = "forecasting"
DRAWS = range(3)


def test_no_line_is_left_out(marked):
    assert marked(CHAPTER) == {"eq:log-return"}


@pytest.mark.parametrize("draw", DRAWS)
def test_log_returns(chapter, draw, same):
    values = chapter(CHAPTER, at="eq:log-return", draw=draw)
    prices = np.append(values("p_0"), values["prices"])
    same(series.log_returns(prices), values("r"))


@pytest.mark.parametrize("draw", DRAWS)
def test_the_ridge_is_where_the_slope_is_zero(chapter, draw):
    """The slope is linear in the weights: that of the chapter's W leads to the best in one step."""
    values = chapter(CHAPTER, at="eq:ridge-slope", draw=draw)
    x, y, W, penalty = (values[name] for name in ("x", "y", "W", "penalty"))
    slope = values(r"\frac{\mathrm{d} J}{\mathrm{d} W}")
    curvature = 2 * (x.T @ x + penalty * np.eye(x.shape[1]))
    best = W - np.linalg.solve(curvature, slope)
    np.testing.assert_allclose(ridge(Windows(x, y), penalty), best, rtol=1e-9)


@pytest.mark.parametrize("draw", DRAWS)
def test_the_standard_error_is_the_chapters(chapter, draw):
    values = chapter(CHAPTER, at="eq:overlapping-error", draw=draw)
    e, lag = values("e"), int(values("K"))
    if lag < len(e):
        found = overlapping_difference(e, 0 * e, lag)
        assert found.error == pytest.approx(values("s"), rel=1e-9)
