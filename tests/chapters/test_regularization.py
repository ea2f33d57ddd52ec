"""Dropout and augmentation against their chapter, at the chapter's own random values."""

from unittest.mock import patch

import numpy as np
import pytest

from backprop import dropout
from backprop.data import augmentation

CHAPTER = "regularization"
DRAWS = range(4)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


class Given(np.random.Generator):
    """Draws what it was told to."""

    def __init__(self, numbers):
        super().__init__(np.random.PCG64())
        self.numbers = numbers

    def random(self, size, dtype):
        assert size == self.numbers.shape
        return self.numbers.astype(dtype)


def drop(values):
    """Lets the generator draw 1 where the chapter keeps an element, and else 0."""
    return (values["x"],), {"p": values["p"], "rng": Given(values["kept"])}


def dropped(values):
    given, options = drop(values)
    return dropout.dropout_forward(*given, **options)


class Fixed(np.random.Generator):
    """Draws what the chapter says: first the angle, then by how much the image is moved."""

    def __init__(self, values):
        super().__init__(np.random.PCG64(0))
        self._drawn = iter([[[[values["angle"]]]], [[[[values["down"]]]], [[[values["right"]]]]]])

    def uniform(self, low, high, size):
        return np.array(next(self._drawn)).reshape(size)


def source(position):
    """Returns where a place comes from, counted from the middle of 3 x 3 pixels."""

    def found(values):
        with (
            patch.object(augmentation, "sample") as sample,
            patch.object(np, "radians", lambda angle: angle),
        ):
            augmentation.shift_and_rotate(
                np.zeros((1, 1, 3, 3)), shift=1, degrees=1, rng=Fixed(values)
            )
        from_middle = sample.call_args.args[1 + position][0] - 1
        # The chapter's place need not be a pixel. Go there from the middle by whole steps.
        down, right = from_middle[2, 1] - from_middle[1, 1], from_middle[1, 2] - from_middle[1, 1]
        return from_middle[1, 1] + values("i") * down + values("j") * right

    return found


def between_pixels(values):
    place = (np.full((1, 1, 1), values[name]) for name in ("below", "beside"))
    return augmentation.sample(values("A").reshape(1, 1, 2, 2), *place)[0, 0, 0, 0]


CODE = {
    "eq:dropout-y": lambda values: dropped(values)[0],
    "eq:dropout-dx": lambda values: dropout.dropout_backward(dy_of(values), dropped(values)[1]),
    "eq:turn-row": source(0),
    "eq:turn-column": source(1),
    "eq:between-pixels": between_pixels,
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_a_mask_has_both_kinds(chapter, draw):
    assert 0 < chapter(CHAPTER, "eq:dropout-dx", draw=draw)["kept"].mean() < 1
