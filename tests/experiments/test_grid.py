"""The search for a rate on a grid, and how long a training is."""

import math
from itertools import pairwise

import numpy as np
import pytest

from experiments.grid import best_of, refine, search
from experiments.updates import updates_in


def test_rates_far_apart_are_tried_first_and_then_those_beside_the_best():
    def valley(rate):  # flat but for a hole, which the middle of the rates is far from
        return abs(math.log2(rate) - 6) if rate > 20 else 10

    assert sorted(refine(valley, (1, 4, 16, 128), largest=9)) == [1, 4, 16, 32, 64, 128]
    assert sorted(refine(valley, (1, 4, 16, 128), largest=5)) == [1, 4, 16, 64, 128]
    assert sorted(refine(lambda rate: -rate, (1, 2), largest=4)) == [1, 2, 4, 8]


def test_the_search_goes_on_until_the_best_has_a_worse_one_on_either_side():
    scores = search(lambda rate: abs(math.log2(rate) - 5), 1.0)
    assert min(scores, key=scores.__getitem__) == 32
    assert sorted(scores) == [0.5, 1, 2, 4, 8, 16, 32, 64]
    downwards = search(lambda rate: abs(math.log2(rate) + 3), 1.0)
    assert min(downwards, key=downwards.__getitem__) == 0.125
    endless = search(lambda rate: rate, 1.0)
    assert len(endless) == 12


def test_a_rate_that_fails_is_worse_than_any():
    scores = search(lambda rate: math.inf if rate > 1 else -rate, 1.0)
    assert min(scores, key=scores.__getitem__) == 1


@pytest.mark.parametrize(
    ("scores", "wanted"),
    [
        ({1.0: 3, 2.0: 1, 4.0: 2}, (2.0, False)),
        ({2.0: 1, 1.0: 3, 4.0: 2}, (2.0, False)),  # rates come in any order
        ({1.0: 1, 2.0: 3, 4.0: 2}, (1.0, True)),
        ({4.0: 1, 1.0: 3, 2.0: 2}, (4.0, True)),
        ({1.0: math.inf, 2.0: 5}, (2.0, True)),
    ],
)
def test_the_best_is_told_with_whether_it_lies_at_an_end(scores, wanted):
    assert best_of(scores) == wanted


@pytest.mark.parametrize(("samples", "batch_size"), [(1, 1), (7, 3), (9, 3), (2, 5)])
def test_updates_are_counted_as_batches_are_made(samples, batch_size):
    starts = [*range(0, samples, batch_size), samples]
    sizes = [stop - start for start, stop in pairwise(starts)]
    assert np.sum(sizes) == samples
    assert updates_in(4, samples, batch_size) == 4 * len(sizes)
