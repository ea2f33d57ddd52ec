"""The comparison of optimisers, small."""

from backprop import load_mnist_sample
from experiments.optimizers import Settings, run


def test_each_rule_has_a_rate_of_its_own_and_the_same_seeds():
    small = Settings(hidden=(8,), epochs=1, search_seeds=(100,))
    found = run(None, load_mnist_sample(), small, (0, 1), ("sgd", "momentum", "adam", "adamw"))
    for name in ("sgd", "momentum", "adam", "adamw"):
        rates = [one["rate"] for one in found.tried if one["rule"] == name]
        assert found.metrics[f"{name}_rate"] in rates
        assert len(rates) == found.metrics[f"{name}_rates_tried"] >= 3
    row = next(row for row in found.table if row["rule"] == "adam")
    other = next(row for row in found.table if row["rule"] == "momentum")
    differences = [a - b for a, b in zip(row["loss"], other["loss"], strict=True)]
    assert abs(found.metrics["adam_less_momentum"] - sum(differences) / 2) < 1e-12
