"""Augmentation: against what can be done without interpolation, and at random."""

import numpy as np

from backprop.data.augmentation import shift_and_rotate


class Drawn:
    """A generator that draws what it is told: an angle, then distances down and right."""

    def __new__(cls, *values):
        made = np.random.Generator.__new__(cls._Fixed, np.random.PCG64())
        made.values = list(values)
        return made

    class _Fixed(np.random.Generator):
        def uniform(self, low, high, size):
            assert -low == high
            return np.broadcast_to(self.values.pop(0), size)


def moved(x, degrees=0.0, down=0.0, right=0.0):
    distances = np.array([down, right]).reshape(2, 1, 1, 1)
    return shift_and_rotate(x, shift=9, degrees=360, rng=Drawn(degrees, distances))


def test_whole_pixels(rng):
    x = rng.standard_normal((2, 3, 5, 6))
    np.testing.assert_allclose(moved(x), x)
    wanted = np.zeros_like(x)
    wanted[:, :, 2:, :5] = x[:, :, :3, 1:]
    np.testing.assert_allclose(moved(x, down=2, right=-1), wanted, atol=1e-12)
    for far in ({"down": 9}, {"down": -9}, {"right": 9}, {"right": -9}):
        np.testing.assert_array_equal(moved(x, **far), np.zeros_like(x))
    np.testing.assert_array_equal(moved(x, down=-4.5)[:, :, 0], x[:, :, 4] / 2)


def test_half_pixels(rng):
    x = rng.standard_normal((1, 1, 3, 4))
    wanted = x.copy()
    wanted[..., 1:] += x[..., :-1]
    np.testing.assert_allclose(moved(x, right=0.5), wanted / 2)
    wanted = x.copy()
    wanted[:, :, :-1] += x[:, :, 1:]
    np.testing.assert_allclose(moved(x, down=-0.5), wanted / 2)
    wanted = 0.75 * x
    wanted[..., 1:] += 0.25 * x[..., :-1]
    np.testing.assert_allclose(moved(x, right=0.25), wanted)


def test_quarter_turns(rng):
    x = rng.standard_normal((2, 2, 5, 5))
    for degrees, turns in [(90, 1), (180, 2), (-90, -1)]:
        wanted = np.rot90(x, turns, axes=(3, 2))
        np.testing.assert_allclose(moved(x, degrees=degrees), wanted, atol=1e-12)


def test_each_image_moves_on_its_own_and_within_bounds():
    x = np.zeros((200, 1, 21, 21))
    x[:, :, 10, 10] = 1
    y = shift_and_rotate(x, shift=3, degrees=0, rng=np.random.default_rng(1))
    np.testing.assert_allclose(y.sum(axis=(1, 2, 3)), 1)
    middle = np.arange(21) - 10
    for axis in (2, 3):
        places = (y.sum(axis=(1, 5 - axis)) * middle).sum(axis=1)
        assert -3 < places.min() < -2.5
        assert 2.5 < places.max() < 3
    x = np.zeros((200, 1, 21, 21))
    x[:, :, 10, 18] = 1
    y = shift_and_rotate(x, shift=0, degrees=20, rng=np.random.default_rng(1))
    places = (y.sum(axis=(1, 3)) * middle).sum(axis=1)
    most = 8 * np.sin(np.radians(20))  # nearly: interpolation moves the middle of a pixel
    assert -1.05 * most < places.min() < -0.9 * most
    assert 0.9 * most < places.max() < 1.05 * most


def test_argument_and_dtype_are_kept(rng):
    x = rng.random((3, 1, 7, 6), dtype=np.float32)
    before = x.copy()
    y = shift_and_rotate(x, shift=2, degrees=30, rng=rng)
    np.testing.assert_array_equal(x, before)
    assert y.dtype == np.float32
    assert y.shape == x.shape
    assert y.flags.c_contiguous


def test_refused(refused, rng):
    x = np.ones((1, 1, 2, 2))
    for changes, error, message in [
        ({"x": x[0]}, ValueError, "x has shape (1, 2, 2), wanted (N, C, H, W)"),
        ({"x": x.astype(int)}, TypeError, "x is int64, wanted floats"),
        ({"shift": -1}, ValueError, "shift is -1.0, wanted a number in [0, inf)"),
        ({"degrees": -1}, ValueError, "degrees is -1.0, wanted a number in [0, inf)"),
        ({"degrees": "1"}, TypeError, "degrees has type str, wanted a number"),
        ({"rng": 1}, TypeError, "rng has type int, wanted a numpy.random.Generator"),
    ]:
        arguments = {"x": x, "shift": 1, "degrees": 1, "rng": rng, **changes}
        refused(error, f"shift_and_rotate: {message}", shift_and_rotate, **arguments)
