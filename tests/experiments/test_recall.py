"""The recall task, run small: few units, short sequences."""

import math

import numpy as np
import pytest

from experiments.recall import CELLS, Settings, learn, run

SMALL = Settings(
    steps=(2, 3),
    symbols=3,
    units=8,
    updates=40,
    batch_size=10,
    rates=(0.01, 0.02),
    search_steps=(2,),
    checked_every=20,
    validation_size=50,
    judged_size=200,
)


def test_every_cell_is_judged_at_its_own_rate_at_every_length():
    found = run(None, SMALL, (0, 1), {name: CELLS[name] for name in ("plain_uniform", "gru")})
    assert [row["cell"] for row in found.tried] == ["plain_uniform"] * 2 + ["gru"] * 2
    for name in ("plain_uniform", "gru"):
        tried = {row["rate"]: row["loss"] for row in found.tried if row["cell"] == name}
        assert found.metrics[f"rate.{name}"] == min(tried, key=tried.get)
        assert found.metrics[f"rate_at_end.{name}"] == 1
        for steps in (2, 3):
            right = found.by_seed[f"accuracy.{name}.{steps}"]
            assert len(right) == 2
            assert found.metrics[f"accuracy_mean.{name}.{steps}"] == np.mean(right)
            assert found.metrics[f"accuracy_min.{name}.{steps}"] == min(right)
            assert found.metrics[f"accuracy_max.{name}.{steps}"] == max(right)
            spread = abs(right[0] - right[1]) / math.sqrt(2)
            assert found.metrics[f"accuracy_std.{name}.{steps}"] == pytest.approx(spread)
            assert found.metrics[f"updates_mean.{name}.{steps}"] <= 40
    assert found.metrics["chance"] == 1 / 3
    # Of 4 features and 8 units: a matrix for each, biases, and of the GRU three times as many and
    # its bias inside the reset.
    assert found.metrics["parameters.plain_uniform"] == 4 * 8 + 8 * 8 + 8
    assert found.metrics["parameters.gru"] == 3 * (4 * 8 + 8 * 8 + 8) + 8


def test_a_run_ends_when_the_task_is_solved():
    solved = learn(CELLS["plain_orthogonal"], 1, 0.02, 0, SMALL)
    assert solved.solved
    assert solved.updates < SMALL.updates
    assert solved.accuracy > 0.95
    hopeless = learn(CELLS["plain_orthogonal"], 1, 1e-9, 0, SMALL)
    assert not hopeless.solved
    assert hopeless.updates == SMALL.updates
    assert hopeless.accuracy < 0.9
    assert hopeless.loss > solved.loss


@pytest.mark.parametrize(("name", "wanted"), [("0", 0), ("1", 1), ("log", math.log(50))])
def test_forget_biases(name, wanted):
    layer = CELLS[f"lstm_bias_{name}"](3, 4, 50, np.random.default_rng(0))
    biases = layer.params["b_l0"]
    np.testing.assert_allclose(biases[4:8], wanted, rtol=1e-6)
    assert (biases[:4] == 0).all()
    assert (biases[8:] == 0).all()


def test_the_gru_that_keeps_has_biases_in_z_alone():
    biases = CELLS["gru_bias_log"](3, 4, 50, np.random.default_rng(0)).params["b_l0"]
    np.testing.assert_allclose(biases, np.repeat([0, math.log(50), 0], 4), rtol=1e-6)


def test_the_plain_cells_start_as_they_are_named():
    uniform = CELLS["plain_uniform"](5, 64, 50, np.random.default_rng(0)).params
    for param in uniform.values():
        assert 0.1 < np.abs(param).max() <= 1 / 8
    orthogonal = CELLS["plain_orthogonal"](5, 64, 50, np.random.default_rng(0)).params["W_h_l0"]
    np.testing.assert_allclose(orthogonal.T @ orthogonal, np.eye(64), atol=1e-5)
