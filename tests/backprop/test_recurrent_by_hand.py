"""The cells of each kind in numbers that can be followed on paper."""

import numpy as np
import pytest

from backprop.fast.recurrent import rnn_forward as fast_rnn_forward
from backprop.gru import gru_cell_backward, gru_cell_forward, gru_forward
from backprop.gru_reset_before import gru_before_cell_backward, gru_before_cell_forward
from backprop.lstm import lstm_cell_backward, lstm_cell_forward
from backprop.recurrent import (
    rnn_backward,
    rnn_cell_forward,
    rnn_forward,
)

ONE = np.ones((1, 1))
LOG_3 = np.log(3)  # the sigmoid of it is 3/4, and of minus it 1/4


def test_rnn_of_two_steps_and_two_units():
    x = np.array([[[1.0]], [[2.0]]])
    h0 = np.array([[1.0, 0.0]])
    W_x, W_h, b = np.array([[1.0, -1.0]]), np.array([[1.0, 2.0], [0.5, 1.0]]), np.array([0.0, 1.0])
    h, cache = rnn_forward(x, h0, W_x, W_h, b, activation="relu")
    # Step 1: (1 + 1, -1 + 2 + 1). Step 2: (2 + 2 + 0.5 · 2, -2 + 4 + 2 + 1).
    np.testing.assert_array_equal(h[:, 0], [[2.0, 2.0], [5.0, 5.0]])
    dx, dh0, dW_x, dW_h, db = rnn_backward(np.array([[[0.0, 1.0]], [[1.0, 0.0]]]), cache)
    # δ₂ = (1, 0). δ₁ = (0, 1) + δ₂ W_hᵀ = (1, 1.5).
    np.testing.assert_array_equal(dx.ravel(), [1.0 - 1.5, 1.0])
    np.testing.assert_array_equal(dh0, [[1.0 + 2 * 1.5, 0.5 + 1.5]])
    np.testing.assert_array_equal(dW_x, [[1.0 + 2.0, 1.5]])
    np.testing.assert_array_equal(dW_h, [[1.0 + 2.0, 1.5], [2.0, 0.0]])
    np.testing.assert_array_equal(db, [2.0, 1.5])


def test_relu_at_0_has_no_gradient():
    _, cache = rnn_forward(ONE[None], 0 * ONE, ONE, ONE, -ONE[0], activation="relu")
    assert rnn_backward(ONE[None], cache)[0] == 0


def test_lstm_with_known_gates():
    x, h, c = 0 * ONE, 0 * ONE, 2 * ONE
    W_x, W_h = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[5.0, 6.0, 7.0, 8.0]])
    b = np.array([0.0, LOG_3, np.arctanh(0.5), -LOG_3])  # i = 1/2, f = 3/4, g = 1/2, o = 1/4
    h_next, c_next, cache = lstm_cell_forward(x, h, c, W_x, W_h, b)
    np.testing.assert_allclose(c_next, 0.75 * 2 + 0.5 * 0.5, rtol=1e-15)
    np.testing.assert_allclose(h_next, 0.25 * np.tanh(1.75), rtol=1e-15)
    slope = 1 - np.tanh(1.75) ** 2
    dx, dh, dc, dW_x, dW_h, db = lstm_cell_backward(4 * ONE, ONE - slope, cache)
    # The cell state gets 1 - slope from later and 4 · 1/4 · slope from h, which makes 1.
    di, df, dg = 0.5, 2.0, 0.5
    do = 4 * np.tanh(1.75)
    da = [di / 4, df * 3 / 16, dg * 3 / 4, do * 3 / 16]
    np.testing.assert_allclose(db, da, rtol=1e-14)
    np.testing.assert_allclose(dc, 0.75, rtol=1e-14)
    np.testing.assert_allclose(dx, np.dot(da, [1, 2, 3, 4]), rtol=1e-14)
    np.testing.assert_allclose(dh, np.dot(da, [5, 6, 7, 8]), rtol=1e-14)
    np.testing.assert_array_equal(dW_x, 0)
    np.testing.assert_array_equal(dW_h, 0)


def test_gru_with_known_gates():
    x, h = 0 * ONE, 2 * ONE
    W_x, W_h = np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 0.0, 1.0]])
    b, b_hn = np.array([-LOG_3, LOG_3, 0.0]), np.array([4 * np.arctanh(0.5) - 2])
    # r = 1/4, z = 3/4; q = 2 + b_hn; n = tanh(q / 4) = 1/2.
    h_next, cache = gru_cell_forward(x, h, W_x, W_h, b, b_hn)
    np.testing.assert_allclose(h_next, 0.25 * 0.5 + 0.75 * 2, rtol=1e-15)
    dx, dh, dW_x, dW_h, db, db_hn = gru_cell_backward(16 * ONE, cache)
    da_n = 16 * 0.25 * 0.75
    da_z = 16 * 1.5 * 3 / 16
    da_r = da_n * 4 * np.arctanh(0.5) * 3 / 16
    np.testing.assert_allclose(db, [da_r, da_z, da_n], rtol=1e-14)
    np.testing.assert_allclose(db_hn, [da_n / 4], rtol=1e-14)
    np.testing.assert_allclose(dh, 16 * 0.75 + da_n / 4, rtol=1e-14)
    np.testing.assert_allclose(dW_h, [[2 * da_r, 2 * da_z, 2 * da_n / 4]], rtol=1e-14)
    np.testing.assert_allclose(dx, da_r + 2 * da_z + 3 * da_n, rtol=1e-14)
    np.testing.assert_array_equal(dW_x, 0)


def test_gru_before_with_known_gates():
    x, h = 0 * ONE, 2 * ONE
    W_x, W_h = np.array([[1.0, 2.0, 3.0]]), np.array([[0.0, 0.0, 8.0]])
    b = np.array([-LOG_3, LOG_3, np.arctanh(0.5) - 4])
    # r = 1/4, z = 3/4; s = 1/2; n = tanh(8 / 2 + b_n) = 1/2.
    h_next, cache = gru_before_cell_forward(x, h, W_x, W_h, b)
    np.testing.assert_allclose(h_next, 0.25 * 0.5 + 0.75 * 2, rtol=1e-15)
    dx, dh, dW_x, dW_h, db = gru_before_cell_backward(16 * ONE, cache)
    da_n = 16 * 0.25 * 0.75
    da_z = 16 * 1.5 * 3 / 16
    da_r = da_n * 8 * 2 * 3 / 16
    np.testing.assert_allclose(db, [da_r, da_z, da_n], rtol=1e-14)
    np.testing.assert_allclose(dh, 16 * 0.75 + 8 * da_n / 4, rtol=1e-14)
    np.testing.assert_allclose(dW_h, [[2 * da_r, 2 * da_z, da_n / 2]], rtol=1e-14)
    np.testing.assert_allclose(dx, da_r + 2 * da_z + 3 * da_n, rtol=1e-14)
    np.testing.assert_array_equal(dW_x, 0)


def test_an_update_gate_of_1_keeps_the_state():
    """A swapped z and 1 - z would take the candidate instead."""
    W_x, W_h, b = np.zeros((1, 3)), np.zeros((1, 3)), np.array([0.0, 1000.0, 1000.0])
    h, _ = gru_forward(np.zeros((3, 1, 1)), 5 * ONE, W_x, W_h, b, np.zeros(1))
    np.testing.assert_array_equal(h.ravel(), [5.0, 5.0, 5.0])


def test_the_two_variants_of_the_gru_agree_where_the_reset_gate_is_1(rng):
    x, h = rng.standard_normal((4, 3)), rng.standard_normal((4, 2))
    W_x, W_h, b = rng.standard_normal((3, 6)), rng.standard_normal((2, 6)), rng.standard_normal(6)
    after, _ = gru_cell_forward(x, h, W_x, W_h, b, np.zeros(2))
    before, _ = gru_before_cell_forward(x, h, W_x, W_h, b)
    assert np.abs(after - before).max() > 0.01
    b[:2] = 1000
    after, _ = gru_cell_forward(x, h, W_x, W_h, b, np.zeros(2))
    before, _ = gru_before_cell_forward(x, h, W_x, W_h, b)
    np.testing.assert_allclose(after, before, rtol=1e-14)


@pytest.mark.parametrize("function", [rnn_cell_forward, rnn_forward, fast_rnn_forward])
def test_an_activation_that_nobody_knows_is_refused(refused, function):
    x = ONE if function is rnn_cell_forward else ONE[None]
    refused(
        ValueError,
        f"{function.__name__}: activation is 'sigmoid', wanted 'tanh' or 'relu'",
        function,
        *(x, ONE, ONE, ONE, ONE[0]),
        activation="sigmoid",
    )
