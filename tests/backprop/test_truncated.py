"""Truncated backpropagation through time: what it equals, and what it does not."""

import numpy as np
import pytest

from backprop.truncated import truncated_backward, truncated_forward
from tests.backprop.kinds import KINDS, MASKS, D, H, N, T

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
each_mask = pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)


def split(kind, arguments):
    """Returns x, the states and the weights."""
    x, *rest = arguments.values()
    return x, rest[: len(kind.states)], rest[len(kind.states) :]


def full(kind, x, states, weights, dh, mask):
    """Returns the outputs and the gradients of x, the states and the weights, without windows."""
    h, *last, cache = kind.function("forward")(x, *states, *weights, mask=mask)
    dlast = [np.zeros_like(c) for c in last]
    return (h, *last), kind.function("backward")(dh, *dlast, cache)


@each_kind
@each_mask
@pytest.mark.parametrize("window", [1, 2, 3])
def test_windows_equal_the_full_gradient_with_the_state_detached(rng, kind, mask, window):
    x, states, weights = split(kind, kind.draw(rng))
    dh = rng.standard_normal((T, N, H))
    h, ends, cache = truncated_forward(
        kind.function("forward"), x, states, weights, window=window, mask=mask
    )
    gradients = truncated_backward(kind.function("backward"), dh, cache)

    (whole, *last), untruncated = full(kind, x, states, weights, dh, mask)
    np.testing.assert_allclose(h, whole, rtol=1e-13, atol=1e-15)
    for ours, theirs in zip(ends, (whole[-1], *last), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-15)

    # Detached: each window on its own, from the state that the whole run has at its border.
    dx, dstates, totals = [], [], [np.zeros_like(weight) for weight in weights]
    start = states
    for begin in range(0, T, window):
        part = slice(begin, begin + window)
        part_mask = None if mask is None else mask[part]
        (h_part, *c), (dx_part, *others) = full(kind, x[part], start, weights, dh[part], part_mask)
        start = [h_part[-1], *c]
        dx.append(dx_part)
        dstates = dstates or others[: len(states)]  # of the first window alone
        totals = [t + more for t, more in zip(totals, others[len(states) :], strict=True)]
    for ours, theirs in zip(gradients, (np.concatenate(dx), *dstates, *totals), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    for ours, theirs in zip(gradients, untruncated, strict=True):
        assert np.abs(ours - theirs).max() > 1e-3


@each_kind
def test_one_window_over_everything_is_the_full_gradient(rng, kind):
    x, states, weights = split(kind, kind.draw(rng))
    dh = rng.standard_normal((T, N, H))
    _, _, cache = truncated_forward(kind.function("forward"), x, states, weights, window=T + 1)
    gradients = truncated_backward(kind.function("backward"), dh, cache)
    _, theirs = full(kind, x, states, weights, dh, None)
    for ours, wanted in zip(gradients, theirs, strict=True):
        np.testing.assert_array_equal(ours, wanted)


@each_kind
def test_a_sequence_of_one_step_has_nothing_to_truncate(rng, kind):
    x, states, weights = split(kind, kind.draw(rng))
    x, dh = x[:1], rng.standard_normal((1, N, H))
    h, ends, cache = truncated_forward(kind.function("forward"), x, states, weights, window=1)
    assert not np.shares_memory(h, ends[0])
    gradients = truncated_backward(kind.function("backward"), dh, cache)
    _, theirs = full(kind, x, states, weights, dh, None)
    for ours, wanted in zip(gradients, theirs, strict=True):
        np.testing.assert_array_equal(ours, wanted)


@each_kind
def test_a_loss_of_the_first_window_alone_is_not_truncated(rng, kind):
    x, states, weights = split(kind, kind.draw(rng))
    dh = rng.standard_normal((T, N, H))
    dh[2:] = 0
    _, _, cache = truncated_forward(kind.function("forward"), x, states, weights, window=2)
    gradients = truncated_backward(kind.function("backward"), dh, cache)
    _, theirs = full(kind, x, states, weights, dh, None)
    for ours, wanted in zip(gradients, theirs, strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-12, atol=1e-14)


def test_arguments_stay_as_they_came(rng):
    kind = KINDS["lstm"]
    x, states, weights = split(kind, kind.draw(rng))
    before = [a.copy() for a in (x, *states, *weights)]
    h, ends, cache = truncated_forward(kind.function("forward"), x, states, weights, window=2)
    dh = rng.standard_normal(h.shape)
    dh_before = dh.copy()
    gradients = truncated_backward(kind.function("backward"), dh, cache)
    for ours, theirs in zip((x, *states, *weights, dh), (*before, dh_before), strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert not any(np.shares_memory(ours, result) for result in (h, *ends, *gradients))


@pytest.mark.parametrize(
    ("window", "error", "message"),
    [
        (0, ValueError, "window is 0, wanted at least 1"),
        (2.0, TypeError, "window has type float, wanted an integer"),
    ],
)
def test_a_window_that_is_no_count_is_refused(rng, refused, window, error, message):
    kind = KINDS["rnn"]
    x, states, weights = split(kind, kind.draw(rng))
    forward = kind.function("forward")
    refused(
        error,
        f"truncated_forward: {message}",
        truncated_forward,
        *(forward, x, states, weights),
        window=window,
    )


def test_shapes_that_do_not_fit_are_refused(rng, refused):
    kind = KINDS["rnn"]
    x, states, weights = split(kind, kind.draw(rng))
    forward = kind.function("forward")
    refused(
        ValueError,
        f"truncated_forward: x has shape {(N, D)}, wanted (T, N, D)",
        truncated_forward,
        *(forward, x[0], states, weights),
        window=2,
    )
    refused(
        ValueError,
        f"truncated_forward: mask has shape {(N, T)}, wanted (T, N) with T = {T} as in x",
        truncated_forward,
        *(forward, x, states, weights),
        window=2,
        mask=np.ones((N, T), bool),
    )
    _, _, cache = truncated_forward(forward, x, states, weights, window=2)
    refused(
        ValueError,
        f"truncated_backward: dh has shape {(T - 1, N, H)}, wanted (T, N, H) with T = {T} as in h",
        truncated_backward,
        *(kind.function("backward"), np.zeros((T - 1, N, H)), cache),
    )
