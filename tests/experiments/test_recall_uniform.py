"""The plain cell from its uniform start, run small, and what was recorded of it."""

import json
from dataclasses import replace

from experiments import recall_uniform
from experiments.record import RESULTS


def test_it_is_the_task_of_recall_for_one_cell():
    settings = replace(
        recall_uniform.SETTINGS,
        units=8,
        updates=20,
        batch_size=10,
        checked_every=10,
        largest_grid=3,
        steps=(2,),
        validation_size=20,
        judged_size=50,
    )
    found = recall_uniform.run(None, settings, (0, 1))
    assert {row["cell"] for row in found.tried} == {"plain_uniform"}
    assert len(found.by_seed["accuracy.plain_uniform.2"]) == 2


def test_what_long_memory_says_of_its_starts_holds():
    uniform, others = (
        json.loads((RESULTS / f"{name}.json").read_text())["metrics"]
        for name in ("recall-uniform", "recall")
    )
    assert [uniform[f"solved.plain_uniform.{steps}"] for steps in (20, 50, 100)] == [5, 0, 0]
    assert uniform["rate_at_end.plain_uniform"] == 1
    assert uniform["rate.plain_uniform"] == others["rate.lstm_bias_1"] == others["rate.gru"]
    assert uniform["accuracy_max.plain_uniform.100"] > 0.85
    cells = ("plain_orthogonal", "lstm_bias_0", "lstm_bias_1", "lstm_bias_log", "gru")
    for steps in (20, 50, 100):
        left = [others[f"left_untrained.{cell}.{steps}"] for cell in cells]
        assert uniform[f"left_untrained.plain_uniform.{steps}"] < min(left)
        orthogonal = others[f"accuracy_mean.plain_orthogonal.{steps}"]
        starts = (
            [uniform[f"accuracy_mean.plain_uniform.{steps}"], orthogonal],
            [others[f"accuracy_mean.lstm_bias_{bias}.{steps}"] for bias in ("0", "1", "log")],
        )
        assert all(one == sorted(one) for one in starts)
    assert uniform["left_trained.plain_uniform.20"] > 0.5
    for cell in ("lstm_bias_0", "gru"):
        right = others[f"accuracy_mean.{cell}.50"]
        assert right < uniform["accuracy_mean.plain_uniform.50"]
