"""Makes the sample of MNIST that the package ships: `python -m experiments.mnist_sample`."""

import numpy as np

from backprop import load_mnist
from backprop.data.mnist import Digits
from backprop.data.sources import sample_folder, sha256_of

SEED = 0
TRAIN, TEST = 2000, 500


def draw_sample(digits: Digits) -> Digits:
    """Draws TRAIN and TEST digits without replacement, in the order in which MNIST has them."""
    rng = np.random.default_rng(SEED)
    train = np.sort(rng.choice(len(digits.train_images), TRAIN, replace=False))
    test = np.sort(rng.choice(len(digits.test_images), TEST, replace=False))
    return Digits(
        train_images=digits.train_images[train],
        train_labels=digits.train_labels[train],
        test_images=digits.test_images[test],
        test_labels=digits.test_labels[test],
    )


if __name__ == "__main__":
    target = sample_folder() / "mnist.npz"
    np.savez_compressed(target, **draw_sample(load_mnist())._asdict())
    print(f"{sha256_of(target)}  {target.name}, {target.stat().st_size} bytes")
