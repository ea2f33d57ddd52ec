"""Optimisers: how a gradient moves a parameter.

Each is a pure function of one parameter, which returns new values. `backprop.training.optimizers`
applies them to all parameters of a network and keeps between steps what has to be kept. All follow
PyTorch step for step. `weight_decay` adds that multiple of the parameter to its gradient, as the
penalty weight_decay / 2 · ‖param‖² in the loss would.

Parameters, gradients and what is kept beside them are float arrays of one shape and precision. The
functions raise `TypeError` or `ValueError` where they are not, and for hyperparameters that are no
numbers or out of range.
"""

import numpy as np

from backprop.shapes import Array, shapes


@shapes(param="...", grad="...", lr="[0, inf)", weight_decay="[0, inf)")
def sgd_update(param: Array, grad: Array, *, lr: float, weight_decay: float = 0.0) -> Array:
    """Takes one step of stochastic gradient descent.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        lr: learning rate.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter.

    Examples:
        >>> sgd_update(np.array([1.0, 2.0]), np.array([10.0, -10.0]), lr=0.1)
        array([0., 3.])
    """
    return param - lr * (grad + weight_decay * param)  # eq:sgd-step


@shapes(
    param="...",
    grad="...",
    velocity="...",
    lr="[0, inf)",
    momentum="[0, 1)",
    weight_decay="[0, inf)",
)
def momentum_update(
    param: Array,
    grad: Array,
    velocity: Array,
    *,
    lr: float,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """Takes one step of gradient descent with momentum.

    The learning rate multiplies the velocity, as in PyTorch. Polyak's form, and Keras's, has it
    inside the velocity; the two differ once the rate changes during training.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        velocity: decaying sum of the gradients so far, zeros at first.
        lr: learning rate.
        momentum: what is left of the velocity after a step.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter and the new velocity.

    References:
        Polyak, Some methods of speeding up the convergence of iteration methods, 1964.

    Examples:
        >>> param, velocity = np.array([1.0]), np.array([10.0])
        >>> param, velocity = momentum_update(param, np.array([1.0]), velocity, lr=0.5)
        >>> param, velocity  # 1 - 0.5 · 10; 0.9 · 10 + 1
        (array([-4.]), array([10.]))
    """
    velocity = momentum * velocity + (grad + weight_decay * param)  # eq:momentum-v
    param = param - lr * velocity  # eq:momentum-step
    return param, velocity


@shapes(
    param="...",
    grad="...",
    m="...",
    v="...",
    t="count",
    lr="[0, inf)",
    beta1="[0, 1)",
    beta2="[0, 1)",
    eps="(0, inf)",
    weight_decay="[0, inf)",
)
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
) -> tuple[Array, Array, Array]:
    """Takes one step of Adam.

    Both averages start at 0 and are too small at first. Division by 1 - betaᵗ corrects that, which
    is why the number of the step matters. eps is added after the correction.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        m: moving average of the gradients, zeros at first.
        v: moving average of their squares, zeros at first.
        t: number of this step, the first being 1.
        lr: learning rate.
        beta1: what is left of m after a step.
        beta2: what is left of v after a step.
        eps: keeps the division away from 0.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter, the new m and the new v.

    References:
        Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    Examples:
        >>> zero = np.zeros(2)
        >>> param, m, v = adam_update(zero, np.array([5.0, -0.01]), zero, zero, t=1, lr=0.1)
        >>> param.round(6)  # the first step is as long as the learning rate, whatever the gradient
        array([-0.1,  0.1])
    """
    g = grad + weight_decay * param
    m = beta1 * m + (1 - beta1) * g  # eq:adam-m
    v = beta2 * v + (1 - beta2) * g**2  # eq:adam-v
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)  # eq:adam-hat
    param = param - lr * m_hat / (np.sqrt(v_hat) + eps)  # eq:adam-step
    return param, m, v
