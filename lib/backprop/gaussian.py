"""Normal numbers with a mean and a variance that are learned, and their distance from the standard.

The variance comes as its logarithm, which may be any number.
"""

from typing import Any, NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class GaussianSampleCache(NamedTuple):
    """What `gaussian_sample_backward` needs: the standard normal numbers, and their factors."""

    eps: Array
    sigma: Array


class GaussianKlCache(NamedTuple):
    """What `gaussian_kl_backward` needs: means and variances."""

    mu: Array
    var: Array


@shapes(mu="...", log_var="...", rng="rng")
def gaussian_sample_forward(
    mu: Array, log_var: Array, rng: np.random.Generator
) -> tuple[Array, GaussianSampleCache]:
    """Draws a normal number for each mean and variance, so that both have a gradient.

    Args:
        mu: means, any shape.
        log_var: logarithms of the variances, the same shape.
        rng: draws the standard normal numbers.

    Returns:
        The numbers z, in the shape of mu, and a cache for `gaussian_sample_backward`.

    Raises:
        TypeError: mu or log_var is no float array, they differ in precision, or rng is no
            generator.
        ValueError: an array is empty, or the shapes differ.

    References:
        Kingma and Welling, Auto-encoding variational Bayes, ICLR 2014, section 2.4.

    Examples:
        >>> mu, log_var = np.array([5.0, 5.0]), np.array([-200.0, 0.0])
        >>> z, cache = gaussian_sample_forward(mu, log_var, np.random.default_rng(0))
        >>> z.round(4)  # the first has no spread
        array([5.    , 4.8679])
    """
    eps = rng.standard_normal(mu.shape).astype(mu.dtype)
    sigma = np.exp(log_var / 2)
    z = mu + sigma * eps  # eq:vae-z
    return z, GaussianSampleCache(eps, sigma)


@shapes(sigma="...", dz="...")
def gaussian_sample_backward(dz: Array, cache: GaussianSampleCache) -> tuple[Array, Array]:
    """Sends the gradient for the numbers drawn back to means and logarithms of variances.

    Args:
        dz: gradient for the numbers, in their shape.
        cache: what `gaussian_sample_forward` returned.

    Returns:
        The gradients dmu and dlog_var, in the same shape.

    Raises:
        TypeError: dz is no float array, or differs in precision.
        ValueError: dz has not the shape of what was drawn.

    Examples:
        >>> mu, log_var = np.array([5.0]), np.array([0.0])
        >>> z, cache = gaussian_sample_forward(mu, log_var, np.random.default_rng(0))
        >>> [gradient.round(4) for gradient in gaussian_sample_backward(np.array([2.0]), cache)]
        [array([2.]), array([0.1257])]
    """
    eps, sigma = cache
    dmu = dz.copy()
    dlog_var = dz * sigma * eps / 2  # eq:vae-ds
    return dmu, dlog_var


@shapes(mu="N D", log_var="N D")
def gaussian_kl_forward(mu: Array, log_var: Array) -> tuple[np.floating[Any], GaussianKlCache]:
    """Averages over the samples how far normal distributions are from the standard one, in nats.

    It is the Kullback-Leibler divergence of N(mu, var) from N(0, 1), added up over D.

    Args:
        mu: means, shape (N, D).
        log_var: logarithms of the variances, shape (N, D).

    Returns:
        The divergence, and a cache for `gaussian_kl_backward`.

    Raises:
        TypeError: mu or log_var is no float array, or they differ in precision.
        ValueError: an array is empty, or the shapes differ.

    Examples:
        >>> loss, cache = gaussian_kl_forward(np.array([[0.0, 2.0]]), np.array([[0.0, 0.0]]))
        >>> print(loss)
        2.0
    """
    var = np.exp(log_var)
    loss = (mu**2 + var - 1 - log_var).sum(axis=1).mean() / 2  # eq:kl-loss
    return loss, GaussianKlCache(mu, var)


@shapes(dloss="(-inf, inf)")
def gaussian_kl_backward(dloss: float, cache: GaussianKlCache) -> tuple[Array, Array]:
    """Returns the gradients for means and logarithms of variances.

    Args:
        dloss: gradient for the divergence.
        cache: what `gaussian_kl_forward` returned.

    Returns:
        The gradients dmu and dlog_var, shape (N, D).

    Raises:
        TypeError: dloss is no number.
        ValueError: dloss is infinite or NaN.

    Examples:
        >>> loss, cache = gaussian_kl_forward(np.array([[0.0, 2.0]]), np.array([[0.0, 0.0]]))
        >>> gaussian_kl_backward(1.0, cache)
        (array([[0., 2.]]), array([[0., 0.]]))
    """
    mu, var = cache
    dmu = dloss * mu / len(mu)  # eq:kl-dmu
    dlog_var = dloss * (var - 1) / (2 * len(mu))  # eq:kl-ds
    return dmu, dlog_var
