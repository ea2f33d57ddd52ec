"""The perceptron against its chapter, at the chapter's own random values."""

import numpy as np
import pytest

from backprop.perceptron import perceptron_learn, perceptron_predict

CHAPTER = "perceptron"
DRAWS = range(4)


def answers(values):
    return values("a"), perceptron_predict(values["x"], values["w"])


CODE = {"eq:perceptron-y": answers}


def test_every_mark_is_covered(marked):
    assert set(CODE) | {"eq:perceptron-step"} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", range(20))
def test_the_weights_after_each_mistake_are_the_chapters(chapter, same, draw):
    values = chapter(CHAPTER, "eq:perceptron-step", draw=draw)
    x, t = values["x"], values["t"].astype(float)
    w = np.zeros(x.shape[1])
    for sample, right, wanted in zip(x, t, values["w"], strict=True):
        # One sample, so that what is learned first is what one mistake does to the weights so far.
        if right * (sample @ w) > 0:
            break  # from here on the run makes other mistakes than the chapter counts
        w = w + perceptron_learn(sample[None], np.array([right]), passes=1).w
        same(w, wanted)


@pytest.mark.parametrize("draw", range(10))
def test_a_run_makes_no_more_mistakes_than_the_bound_allows(draw):
    rng = np.random.default_rng(draw)
    u = rng.normal(size=5)
    u /= np.linalg.norm(u)
    x = rng.normal(size=(60, 5))
    x = x[np.abs(x @ u) > 0.2]
    t = np.sign(x @ u)
    learned = perceptron_learn(x, t, passes=10_000)
    bound = (x**2).sum(axis=1).max() / (t * (x @ u)).min() ** 2
    assert 1 <= sum(learned.mistakes) <= bound
    assert learned.mistakes[-1] == 0
    assert (perceptron_predict(x, learned.w) == t).all()
