"""The experiment on over-fitting, small."""

from dataclasses import replace

from backprop import load_mnist_sample
from experiments.regularization import Run, run

SMALL = Run(digits=60, hidden=8, epochs=3, batch_size=20)


def test_each_remedy_is_judged_against_none_and_together():
    remedies = {
        "none": [SMALL],
        "decay_l2": [replace(SMALL, weight_decay=value) for value in (0.01, 0.1)],
        "dropout": [replace(SMALL, dropout=0.4)],
        "augmentation": [replace(SMALL, shift=1.0, degrees=5.0)],
        "early_stopping": [replace(SMALL, early_stopping=True)],
    }
    found = run(None, load_mnist_sample(), (0, 1), remedies, (100,))
    assert len(found.tried) == 6
    assert found.metrics["decay_l2_weight_decay"] in (0.01, 0.1)
    for name in ("decay_l2", "dropout", "augmentation", "early_stopping", "together"):
        low, high = found.metrics[f"{name}_gain_low"], found.metrics[f"{name}_gain_high"]
        assert low <= found.metrics[f"{name}_gain"] <= high
        gain = found.metrics[f"{name}_accuracy"] - found.metrics["none_accuracy"]
        assert abs(found.metrics[f"{name}_gain"] - gain) < 1e-12
    together = {key for key in found.metrics if key.startswith("together_")}
    strengths = {"together_weight_decay", "together_dropout", "together_shift"}
    assert strengths <= together
    assert len(found.curve["none_loss"]) == len(found.curve["together_train_loss"]) == 3
