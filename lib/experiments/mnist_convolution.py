"""What the experiments with convolutions on MNIST share: networks for images, augmentation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import (
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    load_mnist,
    shift_and_rotate,
    to_unit_interval,
)
from backprop.data.mnist import Digits
from experiments.mnist import CLASSES, Settings, Split, examine_network, split_digits, train_network
from experiments.record import Result
from experiments.testing import Examined, Weights, restored

# What the feature maps after a layer are kept as; of others they are not kept.
LAYERS_SHOWN = {Conv2d: "convolution", ReLU: "relu", MaxPool2d: "pooling"}
DIGIT_SHOWN = 0


@dataclass(frozen=True, kw_only=True)
class ConvSettings(Settings):
    """The hyper-parameters of a convolutional network and of its training.

    Attributes:
        blocks: the channels of the convolutions; a pooling closes each block.
        kernel: height and width of the kernels.
        padding: of the convolutions.
        batch_norm: whether each convolution and hidden dense layer is followed by one.
        dropout: what share of the inputs of each dense layer is left out.
        shift: the most by which augmentation moves a digit, in pixels.
        degrees: the most by which it turns one.
    """

    blocks: tuple[tuple[int, ...], ...]
    kernel: int = 3
    padding: int = 1
    batch_norm: bool = False
    dropout: float = 0.0
    shift: float = 0.0
    degrees: float = 0.0


def split_images(digits: Digits) -> Split:
    """The split of `split_digits`, as images of one channel."""
    split = split_digits(digits)
    side = digits.train_images.shape[1:]
    images = {
        name: getattr(split, name).reshape(-1, 1, *side) for name in ("train_x", "validation_x")
    }
    return split._replace(**images)


def build_for_images(settings: ConvSettings, side: int, rng: np.random.Generator) -> Sequential:
    """Makes the network: blocks of convolutions and a pooling, then dense layers, in float32."""

    def normalised(layer: Layer, D: int) -> list[Layer]:
        norm: list[Layer] = [BatchNorm(D, dtype=np.float32)] if settings.batch_norm else []
        return [layer, *norm, ReLU()]

    layers: list[Layer] = []
    C = 1
    for block in settings.blocks:
        for K in block:
            layer = Conv2d(
                C,
                K,
                settings.kernel,
                padding=settings.padding,
                rng=rng,
                dtype=np.float32,
                input_gradient=bool(layers),
            )
            layers += normalised(layer, K)
            side += 2 * settings.padding - settings.kernel + 1
            C = K
        layers.append(MaxPool2d(2))
        side //= 2
    layers.append(Flatten())
    for D, M in pairwise([C * side * side, *settings.hidden, CLASSES]):
        if settings.dropout:
            layers.append(Dropout(settings.dropout, rng=rng))
        layers += normalised(Linear(D, M, rng=rng, dtype=np.float32), M)
    return Sequential(layers[: -2 if settings.batch_norm else -1])  # the scores end it


def train_on_images(
    settings: ConvSettings, split: Split, checkpoints: Path | None = None
) -> tuple[Result, Sequential, Sequential]:
    """Trains on images, and chooses on validation.

    Returns:
        What it found; the network; and the network as it was before training.
    """
    side = split.train_x.shape[-1]
    rng = np.random.default_rng(settings.seed)
    network = build_for_images(settings, side, rng)
    untrained = build_for_images(settings, side, np.random.default_rng(settings.seed))
    augment = None
    if settings.shift or settings.degrees:
        augment = partial(shift_and_rotate, shift=settings.shift, degrees=settings.degrees, rng=rng)
    result, _ = train_network(settings, split, network, rng, checkpoints, augment)
    return result, network, untrained


def run_on_images(
    settings: ConvSettings, digits: Digits, checkpoints: Path | None = None
) -> Result:
    """Trains on images, chooses on validation, tests once: for a run that is not repeated."""
    result, network, _ = train_on_images(settings, split_images(digits), checkpoints)
    tested = _examine(network, digits)
    return replace(
        result, metrics=result.metrics | tested.metrics, arrays=tested.arrays, networks=[]
    )


def examine_on_images(
    settings: ConvSettings, networks: Sequence[Weights], digits: Digits | None = None
) -> list[Examined]:
    """Tests networks that were trained with these settings; keeps a digit's maps in each."""
    digits = digits or load_mnist()
    side, found = digits.test_images.shape[1], []
    for weights in networks:
        network = restored(build_for_images(settings, side, np.random.default_rng(0)), weights)
        tested = _examine(network, digits)
        found.append(replace(tested, arrays=tested.arrays | feature_maps(network, digits)))
    return found


def _examine(network: Sequential, digits: Digits) -> Examined:
    return examine_network(network, digits, (1, *digits.test_images.shape[1:]))


def feature_maps(network: Sequential, digits: Digits) -> dict[str, NDArray[np.float32]]:
    """Returns a test digit, and its maps after each layer that is shown, by layer and block."""
    x = to_unit_interval(digits.test_images[DIGIT_SHOWN])[None, None]
    maps, block = {"maps_image": x[0, 0]}, 1
    for layer in network.layers.values():
        if isinstance(layer, Flatten):
            break
        x = layer.forward(x, training=False)
        if type(layer) in LAYERS_SHOWN:
            maps[f"maps_{LAYERS_SHOWN[type(layer)]}_{block}"] = x[0]
        block += isinstance(layer, MaxPool2d)
    return maps
