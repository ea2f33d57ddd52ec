"""Reading both ways: each direction as if alone, gradients of both, padding at either end."""

import numpy as np
import pytest

from backprop.bidirectional import bidirectional_backward, bidirectional_forward
from backprop.gradcheck import check_gradients
from tests.backprop.kinds import KINDS, LENGTHS, MASK, MASKS, H, N, T

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
each_mask = pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)


def draw(kind, rng):
    """Returns x and the arguments of both directions."""
    x, *ahead = kind.draw(rng).values()
    _, *back = kind.draw(rng).values()
    return x, ahead, back


@each_kind
@each_mask
def test_each_direction_is_what_it_is_alone(rng, kind, mask):
    x, ahead, back = draw(kind, rng)
    forward = kind.function("forward")
    h, last, _ = bidirectional_forward(forward, x, ahead, back, mask=mask)
    h_ahead, *last_ahead, _ = forward(x, *ahead, mask=mask)
    turned = None if mask is None else mask[::-1].copy()
    h_back, *last_back, _ = forward(x[::-1].copy(), *back, mask=turned)
    np.testing.assert_array_equal(h[:, :, :H], h_ahead)
    np.testing.assert_array_equal(h[:, :, H:], h_back[::-1])
    for ours, theirs in zip(last, zip(last_ahead, last_back, strict=True), strict=True):
        np.testing.assert_array_equal(ours, np.stack(theirs))


@each_kind
@each_mask
def test_gradients_of_both_directions(rng, kind, mask):
    x, ahead, back = draw(kind, rng)
    named = {"x": x}
    named |= {f"ahead_{name}": a for name, a in zip(kind.names[1:], ahead, strict=True)}
    named |= {f"back_{name}": a for name, a in zip(kind.names[1:], back, strict=True)}
    count = len(ahead)

    def forward(x, **arguments):
        values = list(arguments.values())
        h, last, cache = bidirectional_forward(
            kind.function("forward"), x, values[:count], values[count:], mask=mask
        )
        outputs = [h, *last]
        shapes = [output.shape for output in outputs]
        return np.concatenate([output.ravel() for output in outputs]), (cache, shapes)

    def backward(cotangent, cache):
        inner, shapes = cache
        borders = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
        parts = np.split(cotangent, borders)
        douts = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        dh, *dlast = douts
        dx, dahead, dback = bidirectional_backward(kind.function("backward"), dh, dlast, inner)
        return (dx, *dahead, *dback)

    report = check_gradients(forward, backward, rng=rng, **named)
    assert max(report.values()) < 1e-6, str(report)


@each_kind
def test_reading_from_the_back_starts_at_each_sequences_own_end(rng, kind):
    x, ahead, back = draw(kind, rng)
    forward = kind.function("forward")
    h, *_ = bidirectional_forward(forward, x, ahead, back, mask=MASK)
    for n, length in enumerate(LENGTHS):
        if length == 0:
            continue
        alone = [a[n : n + 1] if a.shape == (N, H) else a for a in back]
        h_alone, *_ = forward(x[:length, n : n + 1][::-1].copy(), *alone)
        np.testing.assert_allclose(h[:length, n, H:], h_alone[::-1, 0], rtol=1e-13)


def test_a_cotangent_that_does_not_fit_is_refused(rng, refused):
    kind = KINDS["rnn"]
    x, ahead, back = draw(kind, rng)
    *_, cache = bidirectional_forward(kind.function("forward"), x, ahead, back)
    refused(
        ValueError,
        f"bidirectional_backward: dh has shape {(T, N, H)}, "
        f"wanted (T, N, M) with M = {2 * H} as in h",
        bidirectional_backward,
        *(kind.function("backward"), np.zeros((T, N, H)), (), cache),
    )
