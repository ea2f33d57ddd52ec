"""Augmentation: images changed a little at random, so that a network sees none of them twice."""

import numpy as np

from backprop.shapes import Array, shapes


@shapes(x="N C H W", shift="[0, inf)", degrees="[0, inf)", rng="rng")
def shift_and_rotate(x: Array, *, shift: float, degrees: float, rng: np.random.Generator) -> Array:
    """Moves each image by a random distance and turns it by a random angle about its middle.

    Values between pixels are interpolated linearly; outside the image there is 0.

    Args:
        x: images, shape (N, C, H, W).
        shift: the most that an image moves, in pixels along rows and along columns, 0 or more.
        degrees: the most that it turns, in degrees either way, 0 or more.
        rng: draws distances and angles, evenly distributed.

    Returns:
        The images as they are then, in the shape of x.

    Raises:
        TypeError: x is no float array, shift or degrees is no number, or rng is no generator.
        ValueError: x is empty or not four-dimensional, or shift or degrees is below 0.

    Examples:
        >>> x = np.eye(3).reshape(1, 1, 3, 3)
        >>> rng = np.random.default_rng(0)
        >>> y = shift_and_rotate(x, shift=0, degrees=45, rng=rng)
        >>> y[0, 0].round(1)  # by 12 degrees
        array([[0.6, 0.2, 0. ],
               [0. , 1. , 0. ],
               [0. , 0.2, 0.6]])
    """
    N, _, H, W = x.shape
    angle = np.radians(rng.uniform(-degrees, degrees, (N, 1, 1)))
    down, right = rng.uniform(-shift, shift, (2, N, 1, 1))
    # Where each pixel comes from, in rows and columns, counted from the middle at first.
    h = np.arange(H)[:, None] - (H - 1) / 2 - down
    w = np.arange(W) - (W - 1) / 2 - right
    source_h = np.cos(angle) * h - np.sin(angle) * w + (H - 1) / 2  # eq:turn-row
    source_w = np.sin(angle) * h + np.cos(angle) * w + (W - 1) / 2  # eq:turn-column
    return sample(x, source_h, source_w)


def sample(x: Array, h: Array, w: Array) -> Array:
    """Returns images at places between their pixels; outside there is 0.

    Args:
        x: images, shape (N, C, H, W).
        h: rows of the places, shape (N, H, W).
        w: their columns, likewise.

    Examples:
        >>> x = np.array([[[[1.0, 3.0]]]])
        >>> sample(x, np.zeros((1, 1, 2)), np.array([[[0.5, 1.5]]]))
        array([[[[2. , 1.5]]]])
    """
    N, C, H, W = x.shape
    framed = np.zeros((N, H + 2, W + 2, C), x.dtype)  # zeros around, for what lies outside
    framed[:, 1:-1, 1:-1] = x.transpose(0, 2, 3, 1)
    h, w = np.clip(h + 1, 0, H + 1), np.clip(w + 1, 0, W + 1)
    top, left = np.minimum(h.astype(int), H), np.minimum(w.astype(int), W)
    below, beside = ((a - b).astype(x.dtype)[..., None] for a, b in ((h, top), (w, left)))
    corner = (np.arange(N)[:, None, None] * (H + 2) + top) * (W + 2) + left
    pixels = framed.reshape(-1, C)
    upper = pixels[corner] * (1 - beside) + pixels[corner + 1] * beside
    lower = pixels[corner + W + 2] * (1 - beside) + pixels[corner + W + 3] * beside
    between = upper * (1 - below) + lower * below  # eq:between-pixels
    return np.ascontiguousarray(between.transpose(0, 3, 1, 2))
