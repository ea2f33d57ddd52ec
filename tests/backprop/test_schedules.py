"""Schedules by hand; PyTorch's are in tests/peers."""

import pickle

import pytest

from backprop.schedules import cosine_decay, exponential_decay, linear_decay, step_decay, warmup

# cos(0), cos(60°), cos(120°), cos(180°) = 1, 1/2, -1/2, -1
BY_HAND = {
    "cosine": (cosine_decay(0.2, 3), [0.2, 0.15, 0.05, 0, 0]),
    "linear": (linear_decay(0.3, 3), [0.3, 0.2, 0.1, 0, 0]),
    "step": (step_decay(1.0, 2), [1, 1, 0.1, 0.1, 0.01]),
    "exponential": (exponential_decay(1.0, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
    "warmup": (warmup(4, cosine_decay(0.2, 3)), [0.05, 0.1, 0.15, 0.2, 0.2, 0.15, 0.05, 0, 0]),
    "constant": (warmup(2, step_decay(0.4, 1, factor=1)), [0.2, 0.4, 0.4, 0.4]),
}


@pytest.mark.parametrize(("schedule", "rates"), BY_HAND.values(), ids=BY_HAND)
def test_by_hand(schedule, rates):
    assert [schedule(step) for step in range(len(rates))] == pytest.approx(rates, abs=1e-15)


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in BY_HAND.values()])
def test_schedules_can_be_pickled_and_compared(schedule):
    other = pickle.loads(pickle.dumps(schedule))
    assert other == schedule
    assert repr(other) == repr(schedule)
    assert other(1) == schedule(1)


def test_they_show_what_they_are():
    assert (
        repr(warmup(4, linear_decay(0.2, 3)))
        == "warmup(steps=4, then=linear_decay(lr=0.2, steps=3))"
    )


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: cosine_decay(0.2, 0), ValueError, "cosine_decay: steps is 0, wanted at least 1"),
        (
            lambda: cosine_decay("a", 1),
            TypeError,
            "cosine_decay: lr has type str, wanted a number",
        ),
        (
            lambda: linear_decay(0.2, 2.0),
            TypeError,
            "linear_decay: steps has type float, wanted an integer",
        ),
        (lambda: step_decay(0.2, 0), ValueError, "step_decay: every is 0, wanted at least 1"),
        (
            lambda: step_decay(0.2, 1, 1.5),
            ValueError,
            "step_decay: factor is 1.5, wanted a number in [0, 1]",
        ),
        (
            lambda: exponential_decay(-0.2, 0.5),
            ValueError,
            "exponential_decay: lr is -0.2, wanted a number in [0, inf)",
        ),
        (lambda: warmup(0, max), ValueError, "warmup: steps is 0, wanted at least 1"),
        (lambda: warmup(1, 0.1), TypeError, "warmup: then has type float, wanted a schedule"),
    ],
)
def test_refused(refused, make, error, message):
    refused(error, message, make)
