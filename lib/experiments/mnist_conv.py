"""`mnist-conv`: the small network of the text, one convolution and two dense layers.

Its filters are kept as they were and as they became, and the feature maps of one digit.
"""

from dataclasses import replace
from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist_convolution import ConvSettings, feature_maps, run_on_images
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


def run(
    checkpoints: Path, digits: Digits | None = None, settings: ConvSettings = SETTINGS
) -> Result:
    """Trains and tests; keeps filters, before and after, and the feature maps of a digit."""
    digits = digits or load_mnist()
    result, network, untrained = run_on_images(settings, digits, checkpoints)
    arrays = {
        "filters_before": untrained.params["0.W"],
        "filters_after": network.params["0.W"],
        **feature_maps(network, digits),
    }
    return replace(result, arrays=result.arrays | arrays)
