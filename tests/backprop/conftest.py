"""What the tests of the library share."""

import numpy as np
import pytest
from hypothesis import settings

# The same examples in every run, and no failure because another process took the time.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture
def rng():
    return np.random.default_rng(20260)


@pytest.fixture
def refused():
    """Asserts that a call raises exactly this error with exactly this message."""

    def assert_refused(error, message, function, *args, **kwargs):
        with pytest.raises(error) as caught:
            function(*args, **kwargs)
        assert type(caught.value) is error
        assert str(caught.value) == message

    return assert_refused


@pytest.fixture
def as_from_a_convolution():
    """Lays images out in memory with their rows outermost, then the channels."""
    return lambda x: x.transpose(2, 1, 0, 3).copy().transpose(2, 1, 0, 3)
