"""The experiments with convolutions, run small, on the sample in the repository."""

import json
from dataclasses import replace

import numpy as np
import pytest

from backprop import (
    BatchNorm,
    Conv2d,
    Dropout,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    to_unit_interval,
)
from experiments import (
    mnist_cnn,
    mnist_cnn_best,
    mnist_cnn_deep,
    mnist_conv,
)
from experiments.mnist import split_digits
from experiments.mnist_convolution import (
    build_for_images,
    feature_maps,
    run_on_images,
    split_images,
    train_on_images,
)


def small(settings, **changes):
    return replace(settings, **{"epochs": 2, "batch_size": 40, **changes})


def kinds(network):
    return [type(layer) for layer in network.layers.values()]


def test_images_are_split_as_rows_are(digits):
    rows, images = split_digits(digits), split_images(digits)
    assert images.train_x.shape == (440, 1, 28, 28)
    for name in ("train_x", "validation_x"):
        flat = getattr(images, name).reshape(-1, 784)
        np.testing.assert_array_equal(flat, getattr(rows, name))
    np.testing.assert_array_equal(images.validation_y, rows.validation_y)


def test_network_of_the_text():
    network = build_for_images(mnist_conv.SETTINGS, 28, np.random.default_rng(0))
    assert {name: param.shape for name, param in network.params.items()} == {
        "0.W": (30, 1, 5, 5),
        "0.b": (30,),
        "4.W": (30 * 12 * 12, 100),
        "4.b": (100,),
        "6.W": (100, 10),
        "6.b": (10,),
    }
    assert all(param.dtype == np.float32 for param in network.params.values())


def test_network_with_all_that_helps():
    network = build_for_images(mnist_cnn_best.SETTINGS, 28, np.random.default_rng(0))
    found = kinds(network)
    assert found.count(Conv2d) == 5
    assert found.count(MaxPool2d) == 3
    assert found[-6:] == [Dropout, Linear, BatchNorm, ReLU, Dropout, Linear]
    for index, kind in enumerate(found[:-1]):
        if kind in (Conv2d, Linear):
            assert found[index + 1 : index + 3] == [BatchNorm, ReLU]
    assert network.forward(np.ones((2, 1, 28, 28), np.float32), training=False).shape == (2, 10)


def test_small_network_learns_and_its_insides_are_kept(digits, tmp_path):
    settings = small(mnist_conv.SETTINGS, epochs=3)
    result = mnist_conv.run(tmp_path, digits, settings, seeds=(0, 1))
    first, second = mnist_conv.examine(settings, result.networks, digits)
    assert first.metrics["test_accuracy"] > 0.6
    assert second.metrics["test_loss"] != first.metrics["test_loss"]
    assert result.arrays["filters_before"].shape == (30, 1, 5, 5)
    np.testing.assert_array_equal(result.arrays["filters_after"], result.networks[0]["0.W"])
    moved = result.arrays["filters_after"] - result.arrays["filters_before"]
    assert (np.abs(moved).max(axis=(1, 2, 3)) > 0).all()
    assert np.abs(moved).max() < 0.5
    maps = maps_of(first)
    assert list(maps) == ["image", "convolution_1", "relu_1", "pooling_1"]
    np.testing.assert_array_equal(maps["image"], digits.test_images[0] / np.float32(255))
    assert maps["convolution_1"].shape == maps["relu_1"].shape == (30, 24, 24)
    np.testing.assert_array_equal(maps["relu_1"], np.maximum(maps["convolution_1"], 0))
    first = maps["relu_1"][:, :2, :2].max((1, 2))
    np.testing.assert_array_equal(maps["pooling_1"][:, 0, 0], first)


def test_a_digit_is_followed_through_all_maps(digits, tmp_path):
    settings = small(mnist_cnn.SETTINGS, blocks=((2,), (3,)), epochs=1)
    result = mnist_cnn.run(tmp_path, digits, settings, seeds=(0, 1))
    tested = mnist_cnn.examine(settings, result.networks, digits)[0]
    shapes = {name: array.shape for name, array in maps_of(tested).items()}
    first, second = (2, 24, 24), (3, 8, 8)
    assert shapes == {
        "image": (28, 28),
        **dict.fromkeys(["convolution_1", "relu_1"], first),
        "pooling_1": (2, 12, 12),
        **dict.fromkeys(["convolution_2", "relu_2"], second),
        "pooling_2": (3, 4, 4),
    }


def test_maps_of_a_block_are_those_after_its_last_layers(digits):
    settings = small(mnist_cnn_best.SETTINGS, blocks=((2, 3), (4,)), hidden=(8,), epochs=1)
    _, network, _ = train_on_images(settings, split_images(digits))
    maps = feature_maps(network, digits)
    assert [len(maps[f"maps_convolution_{block}"]) for block in (1, 2)] == [3, 4]
    x = to_unit_interval(digits.test_images[:1, None])
    wanted = Sequential(list(network.layers.values())[:7]).forward(x, training=False)
    np.testing.assert_array_equal(maps["maps_pooling_1"], wanted[0])


def maps_of(result):
    return {
        key.removeprefix("maps_"): array
        for key, array in result.arrays.items()
        if key.startswith("maps_")
    }


@pytest.mark.parametrize("experiment", [mnist_cnn_deep, mnist_cnn_best])
def test_accuracy_and_provenance(digits, tmp_path, experiment):
    blocks = tuple(tuple(K // 4 for K in block) for block in experiment.SETTINGS.blocks)
    settings = small(experiment.SETTINGS, blocks=blocks, epochs=4, batch_size=20)
    result = experiment.run(tmp_path, digits, settings)
    assert result.metrics["test_accuracy"] > 0.3
    assert len(result.curve["epoch"]) == 4
    assert json.loads(json.dumps(result.settings))["blocks"] == [list(b) for b in blocks]


def test_five_seeds_of_the_network_with_two_convolutions_by_its_own_command(digits, tmp_path):
    settings = small(mnist_cnn.SETTINGS, blocks=((4,), (8,)), epochs=4, batch_size=20)
    result = mnist_cnn.run(tmp_path, digits, settings)
    assert len(result.networks) == len(result.seeds) == 5
    assert len(set(result.by_seed["train_loss"])) == 5
    assert not any(name.startswith("test") for name in result.metrics)
    assert len(result.curve["epoch"]) == 4
    assert json.loads(json.dumps(result.settings))["blocks"] == [[4], [8]]
    tested = mnist_cnn.examine(settings, result.networks, digits)
    assert min(one.metrics["test_accuracy"] for one in tested) > 0.3
    swapped = [{**result.networks[0], "0.b": result.networks[0]["0.b"][:-1]}]
    with pytest.raises(ValueError, match=r"0\.b in the weights that were kept has shape"):
        mnist_cnn.examine(settings, swapped, digits)


def test_same_seed_same_numbers_and_augmentation_matters(digits):
    settings = small(
        mnist_cnn_best.SETTINGS, blocks=((4,), (8,)), hidden=(16,), epochs=1, shift=2.0
    )

    def loss(settings):
        return run_on_images(settings, digits).metrics["train_loss"]

    first = loss(settings)
    assert loss(settings) == first
    assert loss(replace(settings, shift=0.0, degrees=0.0)) != first
    assert loss(replace(settings, shift=0.0)) != first
    assert loss(replace(settings, degrees=0.0)) != first


def test_untrained_network_is_where_training_began(digits):
    settings = small(mnist_cnn.SETTINGS, blocks=((2,),), hidden=(8,), learning_rate=1e-12)
    _, network, untrained = train_on_images(settings, split_images(digits))
    for name, param in untrained.params.items():
        np.testing.assert_allclose(network.params[name], param, atol=1e-8)
