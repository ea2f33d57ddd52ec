"""The parts of an LSTM and of an embedding, timed one by one on small ones."""

import time
from pathlib import Path

import numpy as np
import pytest

from experiments import bench_parts, speed
from experiments.bench_parts import BenchPartsSettings, products, run

SMALL = BenchPartsSettings(
    rounds=2, steps=3, sequences=2, features=4, units=5, words=9, numbers=3, texts=2, length=4
)


def test_shares_are_those_of_a_turn(monkeypatch):
    """In the second turn all takes longer, and in the third some parts alone."""
    names = []

    def turns(pieces, rounds):
        names.extend(piece.name for piece in pieces)
        first = np.arange(1.0, len(pieces) + 1)
        return np.stack([first, 10 * first, first], axis=1)

    monkeypatch.setattr(speed, "take_turns", turns)
    metrics = run(Path(), SMALL).metrics
    at = {name: number for number, name in enumerate(names, start=1)}
    lstm = at["lstm_forward"] + at["lstm_backward"]
    walk = at["walk_forward"] + at["walk_backward"]
    assert metrics["walk_in_lstm"] == pytest.approx(walk / lstm)
    assert metrics["at_once_in_lstm"] == pytest.approx(at["at_once"] / lstm)
    both = at["embedding_forward"] + at["embedding_backward"]
    assert metrics["add_in_embedding"] == pytest.approx(at["add"] / both)
    assert metrics["places_in_embedding"] == pytest.approx(at["places"] / both)
    assert metrics["add_ms"] == 1e3 * at["add"]


def test_the_products_are_those_of_the_walk():
    """Of a width that is cut into parts."""
    rng, N, H = np.random.default_rng(1), 20, 256
    h, W = rng.standard_normal((3, N, H)), rng.standard_normal((4, H, H))
    parts = bench_parts.in_parts(W, N)
    assert parts.shape[1] > 1
    out = np.empty((4, N, H))
    products(h, parts, out)()
    np.testing.assert_allclose(out, h[-1] @ W)


def test_it_runs():
    if not hasattr(time, "pthread_getcpuclockid"):
        pytest.skip("no clock of a thread here")
    metrics = run(Path(), SMALL).metrics
    assert all(value > 0 for value in metrics.values())
