"""The code against the chapter on convolutional networks: at its own random values, both agree."""

import json
from pathlib import Path

import numpy as np
import pytest

from backprop import pooling
from experiments.comparison import paired_difference

RESULTS = Path(__file__).parents[2] / "data/results"
CHAPTER = "convolutional-networks"
DRAWS = range(2)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


def pool_options(values):
    P, Q = values.sizes["P"], values.sizes["Q"]
    return {"kernel": (P, Q), "stride": values["stride"], "padding": values["padding"]}


def max_pool(values):
    """Pools the chapter's one map, as a batch of one with one channel."""
    return pooling.max_pool2d_forward(values["x"][None, None], **pool_options(values))


def max_pool_winners(values):
    """The number that the cache has kept, and a 1 at the tap that has it."""
    winner = max_pool(values)[1].winner[0, 0]
    P, Q = pool_options(values)["kernel"]
    won = np.arange(P * Q).reshape(P, Q) == winner[..., None, None]
    return winner.astype(float), won.astype(float)


def max_pool_dx(values):
    return pooling.max_pool2d_backward(dy_of(values)[None, None], max_pool(values)[1])[0, 0]


def average_pool(values):
    """Pools with the divisors of the chapter, which may be any, in the place of P Q."""
    P, Q = pool_options(values)["kernel"]
    x = values["x"][None, None]
    y, cache = pooling.avg_pool2d_forward(x, **pool_options(values))
    return y[0, 0] * (P * Q) / values["counts"], cache


def average_pool_dx(values):
    P, Q = pool_options(values)["kernel"]
    dy = dy_of(values) * (P * Q) / values["counts"]
    return pooling.avg_pool2d_backward(dy[None, None], average_pool(values)[1])[0, 0]


def global_average(values):
    return pooling.global_avg_pool2d_forward(values["x"])


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
    "eq:max-pool-y": lambda values: max_pool(values)[0][0, 0],
    "eq:max-pool-m": max_pool_winners,
    "eq:max-pool-dx": max_pool_dx,
    "eq:average-pool-y": lambda values: average_pool(values)[0],
    "eq:average-pool-dx": average_pool_dx,
    "eq:global-average-y": lambda values: global_average(values)[0],
}


def test_every_mark_is_covered(marked):
    assert {*CODE, "eq:global-average-dx"} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_every_pixel_of_a_map_has_the_gradient_of_its_mean(chapter, same, draw):
    """The equation's right side has no row and no column: it holds for all of them."""

    values = chapter(CHAPTER, "eq:global-average-dx", draw=draw)
    dx = pooling.global_avg_pool2d_backward(dy_of(values), global_average(values)[1])
    ((left, right),) = values.sides("eq:global-average-dx")
    same(dx, left)
    same(dx, np.broadcast_to(right[:, :, None, None], dx.shape))


def test_of_a_tie_the_winner_is_the_smallest_number_as_the_equation_says():
    """The chapter's draws have no ties: here windows of two levels are full of them."""
    x = np.random.default_rng(0).integers(1, 3, size=(1, 1, 6, 8)).astype(float)
    y, cache = pooling.max_pool2d_forward(x, kernel=(2, 4))
    for u, v in np.ndindex(3, 2):
        taps = x[0, 0, 2 * u : 2 * u + 2, 4 * v : 4 * v + 4].ravel()
        numbers = np.arange(8) + 8 * (taps != y[0, 0, u, v])
        assert cache.winner[0, 0, u, v] == numbers.min()
    assert (cache.winner != 0).any()


def test_what_is_said_of_luck_with_the_test_digits():
    """Differences of misread digits in standard errors of two independent shares, and in seeds."""
    errors, sizes, spread, by_seed = {}, {}, {}, {}
    for name in ("mnist-mlp", "mnist-conv", "mnist-cnn"):
        content = json.loads((RESULTS / f"{name}.json").read_text())
        metrics, by_seed[name] = content["metrics"], content["by_seed"]["test_errors"]
        errors[name], sizes[name] = metrics["test_errors"], metrics["test_size"]
        spread[name] = metrics["test_errors_std"]
    share = {name: errors[name] / sizes[name] for name in errors}
    variance = {name: share[name] * (1 - share[name]) / sizes[name] for name in errors}

    def apart(worse, better):
        gain = share[worse] - share[better]
        return gain / np.sqrt(variance[worse] + variance[better])

    assert apart("mnist-mlp", "mnist-cnn") > 4
    widest = max(spread["mnist-mlp"], spread["mnist-cnn"])
    assert errors["mnist-mlp"] - errors["mnist-cnn"] > 4 * 2**0.5 * widest
    assert 0 < apart("mnist-conv", "mnist-cnn") < 2
    assert min(np.subtract(by_seed["mnist-conv"], by_seed["mnist-cnn"])) > 0
    assert paired_difference(by_seed["mnist-conv"], by_seed["mnist-cnn"]).low > 0
