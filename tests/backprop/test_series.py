"""Windows of a series."""

import numpy as np
import pytest

from backprop.data.series import log_returns, make_windows


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_log_returns(dtype):
    prices = np.array([1.0, 2.0, 1.0, 1.0], dtype)
    returns = log_returns(prices)
    np.testing.assert_allclose(returns, [np.log(2), -np.log(2), 0], rtol=1e-6)
    assert returns.dtype == dtype


@pytest.mark.parametrize(("past", "future", "count"), [(3, 2, 3), (6, 1, 1), (1, 1, 6)])
def test_windows(past, future, count):
    series = np.arange(7.0)
    windows = make_windows(series, past, future)
    assert windows.past.shape == (count, past)
    assert windows.future.shape == (count, future)
    for n in range(count):
        joined = np.concatenate([windows.past[n], windows.future[n]])
        np.testing.assert_array_equal(joined, series[n : n + past + future])
    assert not any(np.shares_memory(series, part) for part in windows)


def test_what_makes_no_sense_is_refused(refused):
    for prices, error, message in [
        (np.array([1.0, 0.0]), ValueError, "prices holds 0.0, wanted prices above 0"),
        (np.ones((2, 2)), ValueError, "prices has shape (2, 2), wanted (T,)"),
        ([1.0], TypeError, "prices has type list, wanted an array"),
    ]:
        refused(error, f"log_returns: {message}", log_returns, prices)
    series = np.ones(5)
    for arguments, error, message in [
        ((series, 3, 3), ValueError, "series has 5 steps, wanted at least 6"),
        ((series, 0, 1), ValueError, "past is 0, wanted at least 1"),
        ((series, 1, 1.0), TypeError, "future has type float, wanted an integer"),
        ((series[None], 1, 1), ValueError, "series has shape (1, 5), wanted (T,)"),
    ]:
        refused(error, f"make_windows: {message}", make_windows, *arguments)
