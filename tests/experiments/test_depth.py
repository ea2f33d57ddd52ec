"""The experiment on depth, run small, on the sample in the repository."""

from itertools import pairwise

import numpy as np
import pytest

from backprop import BatchNorm, Linear, Residual
from experiments import depth
from experiments.comparison import paired_difference
from experiments.depth import KINDS, DepthSettings, build, sizes_at_start
from experiments.mnist import split_digits

SETTINGS = DepthSettings(
    depths=(1, 12),
    units=30,
    samples=300,
    epochs=4,
    rates=(2.0**-20, 2.0**-8, 2.0**-5, 2.0**-2),
    largest_grid=9,
    search_seeds=(9,),
)


@pytest.fixture(scope="module")
def result(digits, tmp_path_factory):
    return depth.run(tmp_path_factory.mktemp("runs"), digits, SETTINGS, seeds=(0, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_has_the_layers_of_its_kind(kind):
    path, norm, zero = KINDS[kind]
    stem, *middle, scores = build(kind, 3, 7, 5, np.random.default_rng(0)).layers.values()
    assert len(middle) == 3
    assert stem.params["W"].shape == (5, 7)
    for layer in [*middle, scores]:
        assert isinstance(layer, Residual) == (path and layer is not scores)
        inner = layer.layer if isinstance(layer, Residual) else layer
        assert isinstance(next(iter(inner.layers.values())), BatchNorm) == norm
        linear = list(inner.layers.values())[-1]
        assert isinstance(linear, Linear)
        assert (linear.params["W"] == 0).all() == (zero and layer is not scores)


def test_sizes_are_those_of_central_differences(digits):
    rng = np.random.default_rng(0)
    split = split_digits(digits)
    network = build("residual", 2, 6, 784, rng)
    x, target = split.train_x[:5], split.train_y[:5]
    sizes, alike = sizes_at_start(network, x, target)
    stem, *middle, scores = network.layers.values()
    h = stem.forward(x, training=True)

    def loss(h):
        for layer in [*middle, scores]:
            h = layer.forward(h, training=True)
        shifted = h.astype(np.float64) - h.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -logs[np.arange(5), target].mean()

    slopes = np.empty(h.shape)
    for at in np.ndindex(h.shape):
        step = np.zeros_like(h)
        step[at] = 1e-2
        slopes[at] = (loss(h + step) - loss(h - step)) / 2e-2
    assert sizes.shape == (3,)
    assert sizes[0] == pytest.approx(np.sqrt((slopes**2).mean()), rel=0.02)
    for layer in middle:
        h = layer.forward(h, training=True)
    cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairwise(h)]
    assert alike == pytest.approx(np.mean(cosines), rel=1e-5)


def test_paths_add_and_batch_norm_divides(result):
    factor = {kind: result.metrics[f"{kind}_12_factor"] for kind in KINDS}
    assert factor["residual_zero"] == pytest.approx(1, abs=1e-6)
    assert 0.85 < factor["plain"] < 1.15
    assert 1.1 < factor["plain_norm"] < 1.4
    assert 1.3 < factor["residual"] < 1.6
    assert 1.1 < factor["residual_norm"] < factor["residual"]
    for kind in KINDS:
        curve = result.curve[f"{kind}_12"]
        assert len(curve) == 13
        assert curve[-1] == 1
        assert curve[0] == pytest.approx(result.metrics[f"{kind}_12_growth"])
        assert factor[kind] ** 12 == pytest.approx(curve[0])
    assert result.metrics["plain_12_alike"] > result.metrics["residual_zero_12_alike"]


def test_rates_are_chosen_on_the_search_and_judged_in_pairs(result):
    judged = {(row["kind"], row["depth"]): row for row in result.table}
    assert len(judged) == 2 * len(KINDS)
    for (kind, layers), row in judged.items():
        tried = [t for t in result.tried if (t["kind"], t["depth"]) == (kind, layers)]
        assert max(tried, key=lambda t: t["accuracy"])["accuracy"] == next(
            t["accuracy"] for t in tried if t["rate"] == row["rate"]
        )
        rates = {t["rate"] for t in tried}
        assert rates.issuperset(SETTINGS.rates), "one side was searched less widely"
        beside = {row["rate"] / 2, row["rate"] * 2}
        assert rates.issuperset(beside) or len(rates) == SETTINGS.largest_grid
        name = f"{kind}_{layers}"
        assert result.metrics[f"{name}_rates_tried"] == len(rates)
        assert result.metrics[f"{name}_accuracy"] == pytest.approx(np.mean(row["accuracy"]))
        assert result.metrics[f"{name}_train_accuracy"] > 0.05
    assert result.metrics["plain_1_accuracy"] > 0.5
    wanted = paired_difference(
        judged["residual_norm", 12]["accuracy"], judged["residual", 12]["accuracy"]
    )
    assert result.metrics["residual_norm_gain"] == pytest.approx(wanted.mean)
