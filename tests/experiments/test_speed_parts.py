"""The parts of the fast convolution, timed one by one on a small batch."""

import time
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from backprop import convolution
from backprop.fast import unrolling
from experiments import speed, speed_parts
from experiments.speed_parts import STEPS, PartsSettings, by_columns, run, steps

SMALL = PartsSettings(rounds=2, images=3, channels=2, size=5, kernel=3)


@pytest.fixture
def drawn():
    rng = np.random.default_rng(SMALL.seed)
    shapes = [(3, 2, 5, 5), (2, 2, 3, 3), (2,)]
    return [rng.standard_normal(shape, np.float32) for shape in shapes]


def test_every_step_convolves_and_does_so_again(drawn):
    wanted, _ = convolution.conv2d_forward(*drawn, padding=1)
    pieces = list(steps(SMALL, np.random.default_rng(SMALL.seed)))
    assert tuple(piece.name for piece in pieces) == STEPS
    for piece in pieces:
        for _ in range(2):
            found = np.concatenate(piece.work())
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5, err_msg=piece.name)


@pytest.mark.parametrize("part", ["copy_rows", "pieces"])
def test_what_is_left_out_is_not_called(drawn, part):
    """And is back afterwards."""
    whole = {"single_items": True, "in_pieces": True, "biases_inside": True}
    option = {"copy_rows": "single_items", "pieces": "in_pieces"}[part]
    with patch.object(unrolling, part, wraps=getattr(unrolling, part)) as called:
        by_columns(*drawn, **whole | {option: False})
        assert not called.called
        by_columns(*drawn, **whole)
        assert called.called


def test_biases_are_inside_only_if_they_are_said_to_be(drawn):
    x, W, b = drawn
    for inside in (False, True):
        forward = speed_parts.columns.conv2d_forward
        with patch.object(speed_parts.columns, "conv2d_forward", wraps=forward) as called:
            by_columns(x, W, b, single_items=True, in_pieces=True, biases_inside=inside)
        assert called.call_args.args[2].any() == inside


def test_gains_are_those_of_a_turn(monkeypatch):
    """In the second turn all takes longer, and more is gained; in the third only the former."""
    first = np.arange(7.0, 0.0, -1.0)
    turns = np.stack([first, 10 * first**2, 100 * first], axis=1)
    monkeypatch.setattr(speed, "take_turns", lambda pieces, rounds: turns)
    metrics = run(Path(), SMALL).metrics
    for number, (before, after) in enumerate(pairwise(STEPS)):
        ratio = first[number] / first[number + 1]
        assert metrics[f"{after}_gain"] == pytest.approx(ratio)  # of ratio, its square, and ratio
        assert metrics[f"{after}_gain_low"] == pytest.approx(ratio)
        assert metrics[f"{after}_gain_high"] == pytest.approx((ratio + ratio**2) / 2)
        assert metrics[f"{before}_ms"] == pytest.approx(
            1e3 * np.median([first[number], 10 * first[number] ** 2, 100 * first[number]])
        )
    assert metrics["blocks_in_all"] == pytest.approx(7 / 5)
    assert metrics["columns_in_all"] == pytest.approx(5 / 1)


def test_it_runs():
    if not hasattr(time, "pthread_getcpuclockid"):
        pytest.skip("no clock of a thread here")
    metrics = run(Path(), SMALL).metrics
    assert all(metrics[f"{step}_ms"] > 0 for step in STEPS)
