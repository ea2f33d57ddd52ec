"""`mnist-conv`: the small network of the text, one convolution and two dense layers.

Its filters are kept as they were and as they became, and what one digit looks like after each of
its first layers.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop.datasets import Digits, load_mnist
from backprop.network import Sequential
from experiments.mnist_convolution import ConvSettings, run_on_images, split_images
from experiments.record import Result

SETTINGS = ConvSettings(
    blocks=((30,),),
    kernel=5,
    padding=0,
    hidden=(100,),
    optimizer="adam",
    learning_rate=1e-3,
    schedule="cosine",
    epochs=5,
)
LAYERS_SHOWN = ("convolution", "relu", "pooling")
DIGIT_SHOWN = 0


def run(
    checkpoints: Path, digits: Digits | None = None, settings: ConvSettings = SETTINGS
) -> Result:
    """Trains and tests; keeps filters, before and after, and the feature maps of a digit."""
    digits = digits or load_mnist()
    result, network, untrained = run_on_images(settings, digits, checkpoints)
    arrays = {
        "filters_before": untrained.params["0.W"],
        "filters_after": network.params["0.W"],
        **feature_maps(network, split_images(digits).test_x[DIGIT_SHOWN]),
    }
    return replace(result, arrays=result.arrays | arrays)


def feature_maps(network: Sequential, image: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Returns an image, (1, H, W), and what the network's first layers make of it."""
    maps, x = {"maps_image": image[0]}, image[None]
    for name, layer in zip(LAYERS_SHOWN, network.layers.values(), strict=False):
        x = layer.forward(x, training=False)
        maps[f"maps_{name}"] = x[0]
    return maps
