"""The experiment on overfitting, small."""

from dataclasses import replace
from itertools import pairwise

from backprop import load_mnist_sample
from experiments.regularization import REMEDIES, Run, run, share

SMALL = Run(digits=60, hidden=8, epochs=3, batch_size=20)
FEW = ("none", "decay_l2", "dropout", "augmentation", "early_stopping", "adam", "adamw")


def test_each_remedy_is_sought_and_judged_against_the_training_without_it():
    few = {name: REMEDIES[name] for name in FEW}
    found = run(None, load_mnist_sample(), (0, 1), SMALL, few, (100,))
    metrics = found.metrics
    assert {row["remedy"] for row in found.tried} == {*FEW, "together", "weaker"}
    for name in FEW:
        rows = [row for row in found.tried if row["remedy"] == name]
        rates = sorted({row["learning_rate"] for row in rows})
        assert len(rates) >= 3
        assert all(b / a == 2 for a, b in pairwise(rates))
        if not REMEDIES[name].is_rate:
            strengths = sorted({row["strength"] for row in rows})
            assert len(strengths) >= 3
            assert all(b / a == 2 for a, b in pairwise(strengths))
        best = max(rows, key=lambda row: row["accuracy"])
        assert metrics[f"{name}_best_at_end"] or rates[0] < best["learning_rate"] < rates[-1]
        kept = [row for row in rows if row["learning_rate"] == metrics[f"{name}_learning_rate"]]
        assert max(row["accuracy"] for row in kept) == best["accuracy"]
    for name in (*FEW[1:], "together", "weaker"):
        low, high = metrics[f"{name}_gain_low"], metrics[f"{name}_gain_high"]
        assert low <= metrics[f"{name}_gain"] <= high
        without = "adam" if name == "adamw" else "none"
        gain = metrics[f"{name}_accuracy"] - metrics[f"{without}_accuracy"]
        assert abs(metrics[f"{name}_gain"] - gain) < 1e-12
    less = metrics["together_accuracy"] - metrics["augmentation_accuracy"]
    assert abs(metrics["together_less_augmentation"] - less) < 1e-12
    for field in ("weight_decay", "shift", "degrees"):
        alone = metrics[f"{'decay_l2' if field == 'weight_decay' else 'augmentation'}_{field}"]
        assert metrics[f"together_{field}"] == alone
        assert metrics[f"weaker_{field}"] == metrics["weaker_factor"] * alone
    assert 0 < metrics["weaker_dropout"] < 1
    assert len(found.curve["none_loss"]) == len(found.curve["augmentation_train_loss"]) == 3


def test_a_rate_that_throws_the_weights_out_is_tried_and_not_chosen():
    far = {"none": replace(REMEDIES["none"], middle=2.0**32)}
    found = run(None, load_mnist_sample(), (0, 1), SMALL, far, (100,))
    thrown = {"strength": 2.0**33, "learning_rate": 2.0**33, "accuracy": 0.0}
    assert {"remedy": "none"} | thrown in found.tried
    assert found.metrics["none_learning_rate"] < 2.0**33
    assert found.metrics["none_accuracy"] > 0


def test_a_share_can_be_doubled_for_ever():
    assert [share(odds) for odds in (0.25, 1, 4)] == [0.2, 0.5, 0.8]
    assert share(1e6) < 1
