"""The code against the chapter on long memory: at its own random values, both are the same."""

import pytest

from backprop import clipping

CHAPTER = "long-memory"
DRAWS = range(2)


def grads(values):
    return {name: values[f"d{name}"] for name in ("W_x", "W_h", "b")}


def clip(values):
    return clipping.clip_by_global_norm(grads(values), float(values["max_norm"]))


def clip_factor(values):
    return clip(values)[0]["b"][0] / values["db"][0]


CODE = {
    "eq:clip-norm": lambda values: clipping.global_norm(grads(values)),
    "eq:clip-factor": clip_factor,
}
# With several statements, it has a test of its own.
APART = {"eq:clip-g"}


def test_every_mark_is_covered(marked):
    assert set(CODE) | APART == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_clipped_gradients(chapter, same, draw):
    values = chapter(CHAPTER, "eq:clip-g", draw=draw)
    clipped, _ = clip(values)
    for found, sides in zip(clipped.values(), values.sides("eq:clip-g"), strict=True):
        for side in sides:
            same(found, side)
