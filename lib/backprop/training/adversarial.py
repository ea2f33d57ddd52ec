"""Two networks with two losses: one tells real from made up, the other makes up.

Each function returns the gradients of one network alone, since only that one moves by them.
"""

from typing import Any

import numpy as np

from backprop.layers.layer import Layer
from backprop.losses import sigmoid_cross_entropy_backward, sigmoid_cross_entropy_forward
from backprop.shapes import Array, shapes


@shapes(real="N ...", fake="M ...")
def discriminator_gradients(
    discriminator: Layer, real: Array, fake: Array
) -> tuple[np.floating[Any], dict[str, Array]]:
    """Returns the discriminator's loss and gradients: 1 is the answer for real, 0 for made up.

    Args:
        discriminator: from samples to logits, (N, 1).
        real: samples of the data.
        fake: what the generator made, as data: nothing goes back into it.

    Returns:
        The loss, a mean over all samples, and the gradients of the discriminator's parameters.

    Raises:
        TypeError: real or fake is no float array, or they differ in precision.
        ValueError: an array is empty, or the samples differ in shape.

    References:
        Goodfellow et al., Generative adversarial nets, NIPS 2014, algorithm 1.

    Examples:
        >>> from backprop.layers import Linear
        >>> layer = Linear(1, 1, rng=np.random.default_rng(0))
        >>> layer.params["W"][:] = 0
        >>> discriminator_gradients(layer, np.array([[3.0]]), np.array([[1.0]]))[1]["W"]
        array([[-0.5]])
    """
    logits = discriminator.forward(np.concatenate([real, fake]), training=True)
    answer = np.zeros_like(logits)
    answer[: len(real)] = 1
    loss, cache = sigmoid_cross_entropy_forward(logits, answer)
    discriminator.backward(sigmoid_cross_entropy_backward(1.0, cache))
    return loss, discriminator.grads


@shapes(z="N ...")
def generator_gradients(
    generator: Layer, discriminator: Layer, z: Array
) -> tuple[np.floating[Any], dict[str, Array]]:
    """Returns the generator's loss and gradients, which come back through the discriminator.

    The loss is the one that does not saturate: the cross-entropy of the discriminator's answer
    with "real".

    Args:
        generator: from noise to samples.
        discriminator: from samples to logits, (N, 1). It is differentiated through, not moved.
        z: noise.

    Returns:
        The loss, a mean over the noise, and the gradients of the generator's parameters.

    Raises:
        TypeError: z is no float array.
        ValueError: z is empty.

    References:
        Goodfellow et al., Generative adversarial nets, NIPS 2014, section 3.

    Examples:
        >>> from backprop.layers import Linear
        >>> rng = np.random.default_rng(0)
        >>> generator, discriminator = Linear(1, 1, rng=rng), Linear(1, 1, rng=rng)
        >>> discriminator.params["W"][:] = 2
        >>> generator.params["W"][:] = 0
        >>> generator_gradients(generator, discriminator, np.array([[3.0]]))[1]["b"]
        array([-1.])
    """
    logits = discriminator.forward(generator.forward(z, training=True), training=True)
    loss, cache = sigmoid_cross_entropy_forward(logits, np.ones_like(logits))  # eq:gan-g-loss
    dlogits = sigmoid_cross_entropy_backward(1.0, cache)  # eq:gan-da
    generator.backward(discriminator.backward(dlogits))  # eq:gan-dtheta
    return loss, generator.grads
