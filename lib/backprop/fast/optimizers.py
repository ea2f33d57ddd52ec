"""Optimisers in place: no array is made anew that would push others out of the processor's cache.

Arguments and results are those of `backprop.optimizers`. With `out` the results are written there;
the arrays may be those of the arguments. Nothing is checked here: an optimiser does that once for
all its parameters, where these functions are called for every part of each.
"""

import numpy as np

from backprop.shapes import Array


def momentum_update(
    param: Array,
    grad: Array,
    velocity: Array,
    *,
    lr: float,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    out: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:
    """Takes one step of gradient descent with momentum.

    Examples:
        >>> param, velocity = np.array([1.0]), np.array([10.0])
        >>> _ = momentum_update(param, np.array([1.0]), velocity, lr=0.5, out=(param, velocity))
        >>> param, velocity
        (array([-4.]), array([10.]))
    """
    new_param, new_velocity = out or (np.empty_like(param), np.empty_like(param))
    g = grad + weight_decay * param if weight_decay else grad
    np.multiply(momentum, velocity, out=new_velocity)
    new_velocity += g
    np.subtract(param, lr * new_velocity, out=new_param)
    return new_param, new_velocity


def adam_update(
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    t: int,
    *,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    out: tuple[Array, Array, Array] | None = None,
) -> tuple[Array, Array, Array]:
    """Takes one step of Adam.

    Examples:
        >>> param, m, v = np.zeros((3, 2))
        >>> _ = adam_update(param, np.array([5.0, -0.01]), m, v, t=1, lr=0.1, out=(param, m, v))
        >>> param.round(6)
        array([-0.1,  0.1])
    """
    new_param, new_m, new_v = out or (np.empty_like(param), np.empty_like(m), np.empty_like(v))
    g = grad + weight_decay * param if weight_decay else grad
    scratch = (1 - beta1) * g
    np.multiply(beta1, m, out=new_m)
    new_m += scratch
    np.multiply(g, g, out=scratch)
    scratch *= 1 - beta2
    np.multiply(beta2, v, out=new_v)
    new_v += scratch
    root = np.divide(new_v, 1 - beta2**t, out=scratch)
    np.sqrt(root, out=root)
    root += eps
    step = new_m / (1 - beta1**t)
    step *= lr
    step /= root
    np.subtract(param, step, out=new_param)
    return new_param, new_m, new_v
