"""What the tests of the experiments share: a part of the digits that come with the library."""

import pytest

from backprop import load_mnist_sample


@pytest.fixture(scope="session")
def digits():
    """The sample with 480 of its digits to train on and to choose by."""
    sample = load_mnist_sample()
    return sample._replace(
        train_images=sample.train_images[:480], train_labels=sample.train_labels[:480]
    )
