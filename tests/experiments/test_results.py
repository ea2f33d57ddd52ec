"""The results in the repository: whole, and consistent with each other and with the code."""

import json
import math
import re
import subprocess
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import experiments
from experiments import (
    mnist_cnn,
    mnist_cnn_best,
    mnist_cnn_deep,
    mnist_conv,
    mnist_mlp,
    mnist_search,
    mnist_sgd,
    mnist_zero_init,
)
from experiments.__main__ import EXPERIMENTS, TESTED_APART, TESTED_BY_RUN
from experiments.comparison import paired_difference, student_t
from experiments.readings import LEDGER, readings
from experiments.record import RESULTS, digest

# Those that measure times, each many times over.
TIMINGS = {"backpropagation-cost", "speed", "speed-parts", "bench-parts"}
# That which draws nothing, so that a second run would find the same.
WITHOUT_CHANCE = {"characters-counts"}
# Those that were recorded once, before short runs were repeated; each is run anew with its chapter.
RECORDED_ONCE = {"waves"}


def read(name):
    return json.loads((RESULTS / f"{name}.json").read_text())


def of_first_seed(content, metric):
    """What the first seed has found, which is what curves and arrays show."""
    return content.get("by_seed", {}).get(metric, [content["metrics"][metric]])[0]


def arrays(name):
    with np.load(RESULTS / read(name)["arrays"], allow_pickle=False) as file:
        return dict(file)


def as_json(settings):
    return json.loads(json.dumps(asdict(settings)))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_a_result_with_its_provenance(name):
    content = read(name)
    assert content["name"] == name
    assert re.fullmatch("[0-9a-f]{40}", content["commit"]), "run it on committed code"
    assert bool(content["seeds"]) != (name in WITHOUT_CHANCE)
    assert all(isinstance(seed, int) for seed in content["seeds"])
    repeated = len(content["seeds"]) >= 5
    if content["seconds"] < 300 * len(content["seeds"]) and name not in TIMINGS:
        assert repeated != (name in RECORDED_ONCE), "a run of less than five minutes is repeated"
    assert content["cores"] >= content["threads"] >= 1
    assert content["seconds"] > 1
    assert set(content["versions"]) == {"python", "numpy", "blas"}
    assert content["metrics"]
    files = [RESULTS / f"{name}.json"]
    if "arrays" in content:
        files.append(RESULTS / content["arrays"])
    assert all(file.stat().st_size < 200_000 for file in files)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_test_is_a_reading_in_the_ledger(name):
    content = read(name)
    apart = import_module(EXPERIMENTS[name]).DATA if name in TESTED_APART else None
    data = TESTED_BY_RUN.get(name, apart)
    own = [reading for reading in readings() if reading.experiment == name]
    if not own:
        assert "tested" not in content
        assert not {"test_accuracy", "test_loss", "test_mse"} & content["metrics"].keys()
        return
    assert {reading.data for reading in own} == {data}
    last = own[-1]
    assert content["tested"]["commit"] == last.commit
    assert digest(content["settings"]) == last.settings
    assert content["tested"]["readings"]["experiment"] == len(own)
    before = readings()[: readings().index(last) + 1]
    count = sum(reading.data == data for reading in before)
    assert content["tested"]["readings"]["data"] == count


def test_test_digits_are_named_only_where_they_are_examined():
    """In what the one command calls, in the runs that test, and where the sample is made."""
    sources = Path(experiments.__file__).parent.glob("*.py")
    named = {
        path.name for path in sources if re.search(r"\btest_(images|labels)\b", path.read_text())
    }
    assert named == {"mnist.py", "mnist_convolution.py", "mnist_sample.py", "small_networks.py"}


def test_the_ledger_loses_no_reading():
    """What is committed, from the first line on, is how the ledger begins today."""
    log = subprocess.run(
        ["git", "log", "--format=%H", "--", "data/test-readings.jsonl"],
        cwd=LEDGER.parent,
        capture_output=True,
        text=True,
    )
    if log.returncode:
        pytest.skip("there is no history here")
    today = LEDGER.read_text(encoding="utf-8")
    for commit in log.stdout.split():
        then = subprocess.run(
            ["git", "show", f"{commit}:data/test-readings.jsonl"],
            cwd=LEDGER.parent,
            capture_output=True,
            text=True,
            check=True,
        )
        assert today.startswith(then.stdout), f"commit {commit} has a reading that is gone"


def test_nothing_else_lies_there():
    stems = {path.stem for path in RESULTS.glob("*.json")} | {p.stem for p in RESULTS.glob("*.npz")}
    assert (
        set(EXPERIMENTS) <= stems <= {*EXPERIMENTS, "bench", "mutants"}
    )  # by `make bench` and `make mutants`


@pytest.mark.parametrize(("name", "module"), [("mnist-mlp", mnist_mlp), ("mnist-sgd", mnist_sgd)])
def test_settings_are_those_that_the_search_found(name, module):
    searched, plan = read("mnist-search"), mnist_search.PLANS[name]
    found = {what: searched["metrics"][f"{name.replace('-', '_')}_{what}"] for what in plan.sought}
    assert replace(plan.start, **found) == module.SETTINGS
    assert read(name)["settings"] == as_json(module.SETTINGS)
    assert not any(value for key, value in searched["metrics"].items() if key.endswith("_at_end"))
    assert not {*read(name)["seeds"]} & {*searched["seeds"]}


@pytest.mark.parametrize(
    "name",
    ["mnist-mlp", "mnist-sgd", "mnist-conv", "mnist-cnn", "mnist-cnn-deep", "mnist-cnn-best"],
)
def test_marks_agree_with_each_other(name):
    content = read(name)
    metrics, curve, confusion = content["metrics"], content["curve"], arrays(name)["confusion"]
    sizes = metrics["train_size"], metrics["validation_size"], metrics["test_size"]
    assert sizes == (55_000, 5_000, 10_000)
    assert confusion.shape == (10, 10)
    assert confusion.sum() == 10_000
    assert of_first_seed(content, "test_errors") == 10_000 - np.trace(confusion)
    assert metrics["test_accuracy"] == pytest.approx(1 - metrics["test_errors"] / 10_000)
    epochs = metrics["epochs"]
    assert curve["epoch"] == list(range(1, epochs + 1))
    for series in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
        assert len(curve[series]) == epochs
    best = max(curve["validation_accuracy"])
    assert curve["validation_accuracy"][of_first_seed(content, "best_epoch") - 1] == best
    assert of_first_seed(content, "validation_accuracy") == best
    seconds = metrics["seconds_per_epoch"] * epochs * len(content["seeds"])
    assert seconds == pytest.approx(content["seconds"], rel=0.01)


@pytest.mark.parametrize(
    ("name", "accuracy", "seconds"),
    [
        ("mnist-mlp", 0.982, 600),
        ("mnist-cnn", 0.990, 60),
        ("mnist-cnn-deep", 0.995, np.inf),
        ("mnist-cnn-best", 0.995, np.inf),
    ],
)
def test_the_promise_is_kept(name, accuracy, seconds):
    content = read(name)
    assert content["metrics"]["test_accuracy"] >= accuracy
    # The clock's time is that of the machine's other work as well.
    by_clock = content["seconds"] / len(content["seeds"])
    assert content["metrics"].get("seconds_of_processor", by_clock) < seconds


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("mnist-conv", mnist_conv),
        ("mnist-cnn", mnist_cnn),
        ("mnist-cnn-deep", mnist_cnn_deep),
        ("mnist-cnn-best", mnist_cnn_best),
    ],
)
def test_settings_of_the_convolutional_networks_are_those_of_the_code(name, module):
    assert read(name)["settings"] == as_json(module.SETTINGS)


@pytest.mark.parametrize("name", ["mnist-mlp", "mnist-sgd"])
def test_mistakes_are_mistakes(name):
    found = arrays(name)
    assert found["mistakes_images"].shape == (24, 28, 28)
    assert found["mistakes_images"].dtype == np.uint8
    assert found["mistakes_images"].reshape(24, -1).max(axis=1).min() > 200  # each shows ink
    assert (found["mistakes_predictions"] != found["mistakes_labels"]).all()
    sure = found["mistakes_probabilities"]
    assert (np.diff(sure) <= 0).all()
    assert (found["mistakes_label_probabilities"] <= sure).all()
    assert (sure + found["mistakes_label_probabilities"] <= 1 + 1e-6).all()
    assert len(set(found["mistakes_indices"].tolist())) == 24
    # Each is counted in the confusion matrix where it belongs.
    for label, prediction in zip(
        found["mistakes_labels"], found["mistakes_predictions"], strict=True
    ):
        assert found["confusion"][label, prediction] > 0


def test_steps_of_mnist_sgd():
    content = read("mnist-sgd")
    steps = content["metrics"]["epochs"] * 550
    assert content["curve"]["step"] == list(range(1, steps + 1))
    assert len(content["curve"]["step_loss"]) == steps
    assert content["curve"]["step_loss"][0] == of_first_seed(content, "initial_loss")
    assert abs(content["metrics"]["initial_loss"] - np.log(10)) < 0.5
    assert arrays("mnist-sgd")["first_layer"].shape == (20, 28, 28)


def test_zero_initialisation():
    content = read("mnist-zero-init")
    metrics = content["metrics"]
    assert content["settings"] == as_json(mnist_zero_init.SETTINGS)
    assert metrics["zeros_distinct_units"] == metrics["constant_distinct_units"] == 1
    assert metrics["he_distinct_units"] == metrics["units"] == 100
    commonest = metrics["commonest_class_accuracy"]
    assert sorted(content["by_seed"]["zeros_validation_accuracy"])[1:] == [commonest] * 4
    assert metrics["he_validation_accuracy"] > 0.9 > metrics["constant_validation_accuracy"]


def test_the_optimisers_are_as_close_as_their_chapter_says():
    metrics = read("optimizers")["metrics"]
    for pair in ("momentum_less_sgd", "adam_less_momentum", "adamw_less_adam"):
        assert metrics[f"{pair}_low"] < 0 < metrics[f"{pair}_high"]
    rates = [value for name, value in metrics.items() if name.endswith("_rate")]
    assert max(rates) / min(rates) == pytest.approx(1000)
    assert not any(value for name, value in metrics.items() if name.endswith("_best_at_end"))
    table = {row["rule"]: row for row in read("optimizers")["table"]}
    assert all(len(row["loss"]) == len(read("optimizers")["seeds"]) == 5 for row in table.values())


def test_the_remedies_do_what_their_chapter_says():
    metrics = read("regularization")["metrics"]
    gains = {name[:-5]: value for name, value in metrics.items() if name.endswith("_gain")}
    assert max(gains, key=gains.__getitem__) == "augmentation"
    assert abs(metrics["augmentation_gain"] - 0.06) < 0.005
    assert metrics["augmentation_gain_low"] > 0.03
    for undecided in gains.keys() - {"augmentation", "together", "weaker"}:
        assert metrics[f"{undecided}_gain_low"] < 0 < metrics[f"{undecided}_gain_high"]
    assert metrics["none_train_accuracy"] == 1
    assert not any(value for name, value in metrics.items() if name.endswith("_best_at_end"))
    curve = read("regularization")["curve"]
    assert min(curve["none_loss"][:50]) < 0.9 * curve["none_loss"][-1]
    assert curve["augmentation_loss"][-1] < min(curve["none_loss"])
    assert curve["augmentation_train_loss"][-1] > 10 * curve["none_train_loss"][-1]


def test_adagrad_stays_behind_with_every_seed_as_its_chapter_says():
    losses = {row["rule"]: np.array(row["loss"]) for row in read("optimizers")["table"]}
    for other in ("sgd", "adam"):
        assert np.all(losses["adagrad"] > losses[other])
    means = {rule: values.mean() for rule, values in losses.items()}
    assert max(means, key=means.__getitem__) == "adagrad"


def test_what_the_chapter_says_of_the_remedies_together_and_of_their_rates_holds():
    found = read("regularization")
    metrics, tried = found["metrics"], found["tried"]
    less = "together_less_augmentation"
    assert metrics[f"{less}_low"] < 0 < metrics[f"{less}_high"]
    assert metrics["together_learning_rate"] == metrics["augmentation_learning_rate"] / 2
    assert metrics["weaker_factor"] == 1
    # The rows that the chapter quotes.
    assert [tried[row]["remedy"] for row in (1, 4, 66, 67)] == ["none"] * 2 + ["together"] * 2
    rates = [tried[row]["learning_rate"] for row in (1, 4, 66, 67)]
    chosen = [metrics[f"{name}_learning_rate"] for name in ("none", "together", "augmentation")]
    assert rates == [0.1, *chosen]


def test_sizes_through_layers_are_powers_of_the_scale_as_the_chapter_on_starts_says():
    scales, sizes = read("batchnorm-scales")["curve"]["scale"], arrays("batchnorm-scales")
    for number in (0, 3, 6, 9, 12):
        forward = sizes[f"activation_plain_{number}"]
        assert len(forward) == 5
        factors = forward[1:] / forward[:-1] / (scales[number] * np.sqrt(100 / 2))
        np.testing.assert_allclose(factors, 1, atol=0.25)
        back = sizes[f"gradient_plain_{number}"]
        factors = back[:-1] / back[1:] / (scales[number] * np.sqrt(100 / 2))
        np.testing.assert_allclose(factors, 1, atol=0.25)


def test_batch_norm_at_its_best_reads_more_by_a_margin_that_six_seeds_leave_open():
    found = read("batchnorm-scales")
    metrics, table = found["metrics"], found["table"]
    assert metrics["plain_from_he"]
    assert not metrics["batch_norm_from_he"]
    assert abs(metrics["batch_norm_he_accuracy"] - metrics["batch_norm_accuracy"]) < 0.0005
    assert metrics["gain_low"] < 0 < metrics["gain_high"]
    plain, norm = table[16]["accuracy"], table[26]["accuracy"]
    assert table[16]["kind"] == "plain"
    assert table[26]["kind"] == "batch_norm"
    assert (len(plain), len(norm)) == (6, 6)
    assert np.mean(plain) == pytest.approx(metrics["plain_accuracy"])
    assert np.mean(norm) == pytest.approx(metrics["batch_norm_accuracy"])
    # The three that the chapter quotes.
    assert (plain[2], plain[5], norm[4]) == (min(plain), max(plain), min(norm))
    assert min(norm) > max(plain)
    # The two starts that the chapter opens with.
    scales, tried = found["curve"]["scale"], found["curve"]["plain_accuracy"]
    assert max(tried) == tried[3]
    assert 6 < scales[3] / scales[6] < 6.5
    assert math.comb(12, 6) == 924
    assert not metrics["plain_best_at_end"]
    assert not metrics["batch_norm_best_at_end"]


def test_batch_norm_in_a_convolutional_network_is_just_told_from_nothing():
    found = read("batchnorm-cnn")
    metrics, curve = found["metrics"], found["curve"]
    assert 0 < metrics["gain_low"] < 0.001
    for kind, row in zip(("plain", "batch_norm"), found["table"], strict=True):
        assert row["kind"] == kind
        assert np.mean(row["accuracy"]) == pytest.approx(metrics[f"{kind}_accuracy"])
        lowest, second, *_ = sorted(row["accuracy"])
        assert second - lowest > 0.015
    assert not metrics["plain_best_at_end"]
    assert not metrics["batch_norm_best_at_end"]
    tried = dict(zip(curve["rate"], curve["plain_tried"], strict=True))
    guess, best = 0.12, tried[metrics["plain_rate"]]
    at_twice = tried[2 * metrics["plain_rate"]]
    assert at_twice == pytest.approx((best + 0.1134) / 2, abs=0.02)  # one seed of two
    above = [score for rate, score in tried.items() if rate > 2 * metrics["plain_rate"]]
    assert len(above) == 2
    assert max(above) < guess
    assert min(curve["batch_norm_tried"]) > 0.9


def test_mixed_pixels_matter_to_the_convolution_alone_as_its_chapter_says():
    found = read("shuffled-digits")
    metrics, rates = found["metrics"], found["settings"]["rates"]
    assert metrics["dense_loss_low"] < 0 < metrics["dense_loss_high"]
    assert metrics["gain_ordered_low"] > 0
    assert metrics["gain_shuffled_low"] < 0 < metrics["gain_shuffled_high"]
    assert metrics["convolution_loss_low"] > 0
    table = {row["case"]: row["accuracy"] for row in found["table"]}
    for other in ("dense_ordered", "convolution_shuffled"):
        difference = paired_difference(table["convolution_ordered"], table[other])
        assert difference.mean > student_t(0.995, 4) * difference.error  # 99 in 100
    for name, value in metrics.items():
        assert not name.endswith("_rate") or rates[0] < value < rates[-1]


def test_kernels_keep_their_noise_and_gain_smooth_patches_as_their_chapter_says():
    found = arrays("mnist-conv")
    before, after = (found[f"filters_{when}"][:, 0] for when in ("before", "after"))
    added = after - before

    def alike(a, b):
        over = tuple(range(1, a.ndim))
        return (a * b).sum(over) / np.sqrt((a**2).sum(over) * (b**2).sum(over))

    def beside(kernels):
        """How alike each weight and its right neighbour are, over all kernels."""
        return alike(kernels[None, :, :, :-1], kernels[None, :, :, 1:])[0]

    assert np.mean(alike(before, after) > 0.9) > 0.9
    assert abs(beside(before)) < 0.1
    assert beside(added) > 0.5
    positive = (added > 0).mean(axis=(1, 2))
    assert np.mean((positive > 0.2) & (positive < 0.8)) > 0.5


def test_gradients_over_depth_are_as_the_chapter_on_batch_norm_says():
    found = read("batchnorm-depth")
    wanted = (1 - 1 / np.pi) ** -0.5
    assert all(abs(factor - wanted) < 0.02 for factor in found["by_seed"]["batch_norm_factor"])
    assert all(abs(factor - 1) < 0.02 for factor in found["by_seed"]["plain_factor"])


def test_under_batch_norm_the_gradient_is_divided_by_the_scale_as_its_chapter_says():
    curve = read("batchnorm-depth")["curve"]
    products = np.multiply(curve["batch_norm_gradient_mean"], curve["scale"])
    np.testing.assert_allclose(products[:8], products[0], rtol=0.01)
    assert products[-1] < 0.01 * products[0]
    ends = np.array(curve["batch_norm_activation_mean"])
    np.testing.assert_allclose(ends[:8], ends[0], rtol=0.01)
    assert ends[-1] < 0.01 * ends[0]


def test_fifty_layers_fail_in_the_ways_that_the_chapter_on_classic_networks_says():
    metrics = read("depth")["metrics"]
    kinds = ("plain", "plain_norm", "residual", "residual_norm", "residual_zero")
    factor, alike, shares, seen = (
        {kind: metrics[f"{kind}_50_{name}"] for kind in kinds}
        for name in ("factor", "alike", "accuracy", "train_accuracy")
    )
    assert abs(factor["plain"] - 1) < 0.03
    assert abs(factor["plain_norm"] - (1 - 1 / np.pi) ** -0.5) < 0.03
    assert abs(factor["residual"] - 2**0.5) < 0.03
    assert factor["residual_norm"] < 1.1
    assert factor["residual_zero"] == 1
    assert alike["plain"] > 0.9 > 0.6 > max(alike["plain_norm"], alike["residual_zero"])
    for path in ("residual_norm", "residual_zero"):
        for other in ("plain", "plain_norm", "residual"):
            assert shares[path] - shares[other] > 0.05
            assert seen[path] - seen[other] > 0.05
        assert shares[path] > 0.85
    assert abs(seen["plain"] - shares["plain"]) < 0.1  # it is not overfitting
    assert abs(seen["residual"] - 0.1) < 0.05


def test_every_kind_and_depth_was_searched_as_widely_as_the_chapter_says():
    found = read("depth")
    first = [2.0**power for power in range(-33, 1, 3)]
    assert found["settings"]["rates"] == first
    scores = {}
    for row in found["tried"]:
        scores.setdefault((row["kind"], row["depth"]), {})[row["rate"]] = row["accuracy"]
    assert len(scores) == 5 * 3
    for (kind, layers), tried in scores.items():
        best = found["metrics"][f"{kind}_{layers}_rate"]
        best = min(tried, key=lambda rate, best=best: abs(rate - best))  # recorded to six digits
        assert max(tried.values()) == tried[best]
        assert tried.keys() >= {*first, best / 2, best * 2}
        assert not found["metrics"][f"{kind}_{layers}_at_end"]
    path = scores["residual", 50]
    assert max(path, key=path.__getitem__) == 2.0**-32
    assert all((share == 0.1) == (rate >= 2.0**-24) for rate, share in path.items())
    assert all(abs(share - 0.1) < 0.03 for share in path.values())


@pytest.mark.parametrize("name", ["boxes", "gan", "cart-pole"])
def test_a_comparison_of_the_last_chapter_has_its_best_rate_within_the_grid(name):
    metrics = read(name)["metrics"]
    sides = [key.removesuffix("_rate") for key in metrics if key.endswith("_rate")]
    assert len(sides) == 2
    assert all(metrics[f"{side}_rate_at_end"] == 0 for side in sides)
    assert metrics["difference_low"] < metrics["difference"] < metrics["difference_high"]


def test_what_the_last_chapter_trains_has_learned():
    """Each beside what takes no learning."""
    ink, digits, pole = (read(name)["metrics"] for name in ("segmentation", "vae", "cart-pole"))
    assert ink["iou"] - ink["iou_std"] > ink["threshold_iou"]
    assert ink["pixels_right"] > 1 - ink["ink"]
    assert digits["bound"] + digits["bound_std"] < digits["independent"]
    assert digits["neighbours"] > 0.3
    boxes = read("boxes")["metrics"]
    assert boxes["smooth_l1_iou"] > 4 * boxes["middle_iou"]
    assert pole["held_length"] > 5 * pole["by_chance"]


def test_boxes_that_learn_by_overlap_end_best_or_blind():
    smooth, overlap = (row["iou"] for row in read("boxes")["table"])
    assert sorted(iou < 0.01 for iou in overlap) == [False, False, False, True, True]
    assert min(iou for iou in overlap if iou > 0.01) > max(smooth)
    assert min(overlap) == 0  # none meets its digit
    low, high = np.split(np.load(RESULTS / "boxes.npz")["iou"], 2, axis=1)
    assert (high - low).min() > read("boxes")["settings"]["canvas"]


def test_the_game_of_two_networks_springs_no_trap():
    metrics = read("gan")["metrics"]
    assert metrics["difference_low"] < 0 < metrics["difference_high"]
    assert min(metrics["lasting_believed"], metrics["saturating_believed"]) > 0.4
    assert max(metrics["lasting_near"], metrics["saturating_near"]) < 0.5


def test_a_target_that_moves_runs_away_at_every_rate():
    record = read("cart-pole")
    metrics = record["metrics"]
    tried = [each["length"] for each in record["tried"] if each["side"] == "moving"]
    assert len(tried) == 4
    assert max(*tried, metrics["moving_length"]) < metrics["by_chance"]
    assert metrics["moving_value"] > 100 * metrics["largest_value"]
    assert metrics["difference_low"] > 0
