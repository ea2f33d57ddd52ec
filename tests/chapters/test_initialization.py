"""Initial weights against their chapter, at the chapter's own random values."""

import numpy as np
import pytest

from backprop import initializers

CHAPTER = "initialization"
DRAWS = range(4)


def drawn(initializer, standard):
    """Returns how many times larger the weights are than numbers of the standard distribution."""

    def factor(values):
        shape = values.sizes["D"], values.sizes["M"]
        weights = initializer(shape, np.random.default_rng(3), gain=values["gain"])
        factors = weights / standard(np.random.default_rng(3), shape)
        np.testing.assert_allclose(factors, factors[0, 0], rtol=1e-12)
        return factors[0, 0]

    return factor


def standard_normal(rng, shape):
    return rng.standard_normal(shape)


def standard_uniform(rng, shape):
    return rng.uniform(-1.0, 1.0, shape)


CODE = {
    "eq:xavier-std": drawn(initializers.xavier_normal, standard_normal),
    "eq:uniform-bound": drawn(initializers.xavier_uniform, standard_uniform),
    "eq:he-std": drawn(initializers.he_normal, standard_normal),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_he_uniform_has_the_bound_of_its_standard_deviation(chapter, same, draw):
    values = chapter(CHAPTER, "eq:he-std", draw=draw)
    bound = drawn(initializers.he_uniform, standard_uniform)(values)
    same(bound, np.sqrt(3) * values["std"])
