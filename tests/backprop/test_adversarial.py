"""Two losses: gradients against central differences, through one network into the other."""

import numpy as np
import pytest

from backprop import Linear, Sequential, Tanh, discriminator_gradients, generator_gradients
from backprop.gradcheck import numerical_gradient


@pytest.fixture
def players(rng):
    generator = Sequential([Linear(3, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng)])
    discriminator = Sequential([Linear(2, 5, rng=rng), Tanh(), Linear(5, 1, rng=rng)])
    return generator, discriminator


def loss_of(network, name, call):
    """Returns a function from a parameter to the loss."""

    def at(value):
        param = network.params[name]
        before = param.copy()
        param[...] = value
        loss, _ = call()
        param[...] = before
        return float(loss)

    return at


def assert_gradients_of(network, call):
    _, grads = call()
    found = {name: grad.copy() for name, grad in grads.items()}
    assert set(found) == set(network.params)
    for name, param in network.params.items():
        wanted = numerical_gradient(loss_of(network, name, call), param.copy())
        np.testing.assert_allclose(found[name], wanted, atol=1e-7)


def test_the_generator_learns_through_the_discriminator(players, rng):
    generator, discriminator = players
    z = rng.normal(size=(6, 3))
    before = {name: param.copy() for name, param in discriminator.params.items()}
    assert_gradients_of(generator, lambda: generator_gradients(*players, z))
    for name, param in discriminator.params.items():
        np.testing.assert_array_equal(param, before[name])


def test_the_discriminator_learns_from_both_kinds(players, rng):
    _, discriminator = players
    real, fake = rng.normal(size=(4, 2)), rng.normal(size=(7, 2))
    assert_gradients_of(discriminator, lambda: discriminator_gradients(discriminator, real, fake))


def test_the_losses_are_mean_logarithms_of_what_is_believed(players, rng):
    generator, discriminator = players
    z, real = rng.normal(size=(6, 3)), rng.normal(size=(2, 2))
    fake = generator(z)
    believed = 1 / (1 + np.exp(-discriminator(fake)))
    loss, _ = generator_gradients(generator, discriminator, z)
    np.testing.assert_allclose(loss, -np.log(believed).mean())
    loss, _ = discriminator_gradients(discriminator, real, fake)
    trusted = 1 / (1 + np.exp(-discriminator(real)))
    wanted = -(np.log(trusted).sum() + np.log(1 - believed).sum()) / 8
    np.testing.assert_allclose(loss, wanted)


def test_samples_of_unequal_precision_are_refused(players, refused):
    message = "discriminator_gradients: fake is float32, wanted float64 as in real"
    real = np.ones((2, 2))
    refused(TypeError, message, discriminator_gradients, players[1], real, real.astype(np.float32))
