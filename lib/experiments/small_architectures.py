"""Five networks of the classic plans, small enough to train: what they are made of, and the making.

They take nearly equal numbers of multiplications for an image of Fashion-MNIST or MNIST.
"""

from typing import Any

import numpy as np

from backprop import (
    BatchNorm,
    Concatenate,
    Conv2d,
    Flatten,
    GlobalAvgPool2d,
    Identity,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
)
from experiments.architectures import Beside, Conv, Dense, Network, Norm, Plus, Pool, count

IMAGE = (1, 28, 28)
KINDS = 10


def _conv_norm(maps: int, kernel: int = 3, stride: int = 1, padding: int | None = None) -> Network:
    return (Conv(maps, kernel, stride, padding), Norm())


def _norm_conv(maps: int, kernel: int = 3) -> Network:
    return (Norm(), Conv(maps, kernel))


def _inception(ones: int, to3: int, threes: int, to5: int, fives: int, pooled: int) -> Beside:
    return Beside(
        (
            _conv_norm(ones, 1),
            (*_conv_norm(to3, 1), *_conv_norm(threes)),
            (*_conv_norm(to5, 1), *_conv_norm(fives, 5)),
            (Pool(3, 1, padding=1), *_conv_norm(pooled, 1)),
        )
    )


def _block(maps: int) -> Plus:
    return Plus((*_norm_conv(maps), *_norm_conv(maps)))


def _dense_layer(growth: int) -> Beside:
    return Beside(((), _norm_conv(growth)))


NETWORKS: dict[str, Network] = {
    "lenet": (
        *_conv_norm(6, 5),
        Pool(2, 2),
        *_conv_norm(16, 5, padding=0),
        Pool(2, 2),
        Dense(120),
        Dense(84),
        Dense(KINDS),
    ),
    "vgg": (
        *_conv_norm(4),
        *_conv_norm(4),
        Pool(2, 2),
        *_conv_norm(7),
        *_conv_norm(7),
        Pool(2, 2),
        *_conv_norm(14),
        *_conv_norm(14),
        Pool(2, 2),
        Dense(64),
        Dense(KINDS),
    ),
    "googlenet": (
        *_conv_norm(8, stride=2),
        _inception(4, 4, 8, 2, 4, 4),
        Pool(2, 2),
        _inception(16, 14, 32, 4, 8, 8),
        Pool(),
        Dense(KINDS),
    ),
    "resnet": (
        Conv(5, 3, stride=2),
        _block(5),
        _block(5),
        Conv(11, 3, stride=2),
        _block(11),
        _block(11),
        Norm(),
        Pool(),
        Dense(KINDS),
    ),
    "densenet": (
        Conv(6, 3, stride=2),
        *[_dense_layer(6)] * 2,
        *_norm_conv(9, 1),
        Pool(2, 2),
        *[_dense_layer(6)] * 4,
        Norm(),
        Pool(),
        Dense(KINDS),
    ),
}


def build(network: Network, size: tuple[int, int, int], rng: np.random.Generator) -> Sequential:
    """Makes a network of its list: a ReLU behind each norm, and each linear layer but the last.

    Args:
        network: its layers, from the image to the scores.
        size: of what comes in: channels, height, width.
        rng: draws the weights.
    """
    layers: list[Layer] = []
    for place, layer in enumerate(network):
        C, H, W = size
        match layer:
            case Conv(maps, kernel, stride, padding, groups, bias):
                around = (kernel - 1) // 2 if padding is None else padding
                options: dict[str, Any] = {"stride": stride, "padding": around, "groups": groups}
                options |= {"bias": bias, "dtype": np.float32}
                layers.append(Conv2d(C, maps, kernel, rng=rng, **options))
            case Norm():
                layers += [BatchNorm(C, dtype=np.float32), ReLU()]
            case Pool(None):
                layers.append(GlobalAvgPool2d())
            case Pool(kernel, stride, padding) if kernel:
                layers.append(MaxPool2d(kernel, stride=stride, padding=padding))
            case Dense(units):
                layers += [Flatten()] if H * W > 1 else []
                layers.append(Linear(C * H * W, units, rng=rng, dtype=np.float32))
                layers += [ReLU()] if place < len(network) - 1 else []
            case Beside(branches):
                layers.append(Concatenate([build(branch, size, rng) for branch in branches]))
            case Plus(branch, way):
                past = build(way, size, rng) if way else None
                layers.append(Residual(build(branch, size, rng), past))
        size = count([layer], size).size
    return Sequential(layers or [Identity()])
