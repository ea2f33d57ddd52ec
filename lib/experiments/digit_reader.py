"""Makes the weights that the chapter `neurons` reads digits with.

`python -m experiments.digit_reader` trains them on MNIST with fixed settings, and writes them
beside the samples that the package ships. Nothing is chosen, and the test digits are not read: the
chapter says how well they do on the digits of the sample, which took no part in the training.
"""

import os
from itertools import pairwise

# Before NumPy is loaded, as `python -m experiments` has it: one thread, whatever the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from backprop import (
    Adam,
    Linear,
    ReLU,
    Sequential,
    cosine_decay,
    load_mnist,
    load_mnist_sample,
    to_unit_interval,
    train,
)
from backprop.data.mnist import Digits
from backprop.data.sources import sample_folder, sha256_of
from backprop.shapes import Array
from experiments.updates import updates_in

HIDDEN, EPOCHS, BATCH, LR, SEED = (24, 16), 10, 100, 3e-3, 0


def weights(digits: Digits, sample: Digits, epochs: int = EPOCHS) -> dict[str, Array]:
    """Trains on the digits that are not in the sample; returns W1, b1, W2, b2, W3 and b3."""
    shown = {image.tobytes() for image in sample.train_images}
    rest = np.array([image.tobytes() not in shown for image in digits.train_images])
    x = to_unit_interval(digits.train_images[rest]).reshape(rest.sum(), -1)
    rng = np.random.default_rng(SEED)
    sizes = [x.shape[1], *HIDDEN, 10]
    linear = [Linear(D, M, rng=rng, dtype=np.float32) for D, M in pairwise(sizes)]
    network = Sequential([linear[0], ReLU(), linear[1], ReLU(), linear[2]])
    steps = updates_in(epochs, len(x), BATCH)
    train(
        network,
        Adam(LR),
        x,
        digits.train_labels[rest],
        epochs=epochs,
        batch_size=BATCH,
        rng=rng,
        schedule=cosine_decay(LR, steps),
    )
    found: dict[str, Array] = {}
    for number, layer in enumerate(linear, start=1):
        found |= {f"W{number}": layer.params["W"], f"b{number}": layer.params["b"]}
    return found


if __name__ == "__main__":
    target = sample_folder() / "digit-reader.npz"
    made = weights(load_mnist(), load_mnist_sample())
    np.savez_compressed(target, **made)  # type: ignore[arg-type]
    print(f"{sha256_of(target)}  {target.name}, {target.stat().st_size} bytes")
