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
    velocity="...",
    lr="[0, inf)",
    momentum="[0, 1)",
    weight_decay="[0, inf)",
)
def nag_update(
    param: Array,
    grad: Array,
    velocity: Array,
    *,
    lr: float,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """Takes one step of Nesterov's accelerated gradient, in the form that PyTorch has.

    The gradient is the one at the parameter; Nesterov's own form takes it where the velocity would
    lead, and keeps that place in mind in place of the parameter.

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
        Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in
        deep learning, 2013, section 2.

    Examples:
        >>> param, velocity = np.array([1.0]), np.array([10.0])
        >>> param, velocity = nag_update(param, np.array([2.0]), velocity, lr=0.5)
        >>> param, velocity  # 1 - 0.5 (2 + 0.9 · 11); 0.9 · 10 + 2
        (array([-4.95]), array([11.]))
    """
    g = grad + weight_decay * param
    velocity = momentum * velocity + g  # eq:nesterov-v
    param = param - lr * (g + momentum * velocity)  # eq:nesterov-step
    return param, velocity


@shapes(param="...", grad="...", s="...", lr="[0, inf)", eps="(0, inf)", weight_decay="[0, inf)")
def adagrad_update(
    param: Array,
    grad: Array,
    s: Array,
    *,
    lr: float = 1e-2,
    eps: float = 1e-10,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """Takes one step of Adagrad: each number steps by what its own gradients have been so far.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        s: sum of the squares of the gradients, zeros at first.
        lr: learning rate.
        eps: keeps the division away from 0.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter and the new s.

    References:
        Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic
        optimization, 2011.

    Examples:
        >>> param, s = adagrad_update(np.zeros(2), np.array([3.0, 4.0]), np.array([16.0, 0.0]))
        >>> param.round(6), s  # -0.01 · 3 / 5, -0.01 · 4 / 4
        (array([-0.006, -0.01 ]), array([25., 16.]))
    """
    g = grad + weight_decay * param
    s = s + g**2  # eq:adagrad-s
    param = param - lr * g / (np.sqrt(s) + eps)  # eq:adagrad-step
    return param, s


@shapes(
    param="...",
    grad="...",
    v="...",
    lr="[0, inf)",
    rho="[0, 1)",
    eps="(0, inf)",
    weight_decay="[0, inf)",
)
def rmsprop_update(
    param: Array,
    grad: Array,
    v: Array,
    *,
    lr: float = 1e-2,
    rho: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """Takes one step of RMSprop: as Adagrad, but old gradients are forgotten.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        v: moving average of the squares of the gradients, zeros at first.
        lr: learning rate.
        rho: what is left of v after a step.
        eps: keeps the division away from 0.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter and the new v.

    References:
        Hinton, Neural networks for machine learning, Coursera, 2012, lecture 6e.

    Examples:
        >>> param, v = rmsprop_update(np.zeros(1), np.array([10.0]), np.zeros(1), lr=0.1)
        >>> param.round(6), v  # 0.1 · 10 / √(0.01 · 100)
        (array([-1.]), array([1.]))
    """
    g = grad + weight_decay * param
    v = rho * v + (1 - rho) * g**2  # eq:rmsprop-v
    param = param - lr * g / (np.sqrt(v) + eps)  # eq:rmsprop-step
    return param, v


@shapes(
    param="...",
    grad="...",
    v="...",
    d="...",
    lr="[0, inf)",
    rho="[0, 1)",
    eps="(0, inf)",
    weight_decay="[0, inf)",
)
def adadelta_update(
    param: Array,
    grad: Array,
    v: Array,
    d: Array,
    *,
    lr: float = 1.0,
    rho: float = 0.9,
    eps: float = 1e-6,
    weight_decay: float = 0.0,
) -> tuple[Array, Array, Array]:
    """Takes one step of Adadelta, whose steps have the unit of the parameter.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        v: moving average of the squares of the gradients, zeros at first.
        d: moving average of the squares of the steps, zeros at first.
        lr: learning rate, 1 in the paper.
        rho: what is left of v and d after a step.
        eps: keeps the division away from 0, and lets the first step be more than 0.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter, the new v and the new d.

    References:
        Zeiler, Adadelta: an adaptive learning rate method, 2012, algorithm 1.

    Examples:
        >>> zero = np.zeros(1)
        >>> param, v, d = adadelta_update(zero, np.array([2.0]), zero, zero, rho=0.75, eps=1.0)
        >>> param.round(6), v, d.round(6)  # a step of 2 √1 / √(0.25 · 4 + 1)
        (array([-1.414214]), array([1.]), array([0.5]))
    """
    g = grad + weight_decay * param
    v = rho * v + (1 - rho) * g**2  # eq:adadelta-v
    step = np.sqrt(d + eps) / np.sqrt(v + eps) * g  # eq:adadelta-d
    d = rho * d + (1 - rho) * step**2  # eq:adadelta-u
    param = param - lr * step  # eq:adadelta-step
    return param, v, d


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
def adamw_update(
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
    weight_decay: float = 1e-2,
) -> tuple[Array, Array, Array]:
    """Takes one step of AdamW: Adam's, and beside it the parameter decays by itself.

    A decay that is added to the gradient, as `adam_update` has it, is divided by the gradient's
    size like the rest; here every number loses the same share of itself.

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
        weight_decay: the share of the parameter that a step takes off, times the learning rate.

    Returns:
        The new parameter, the new m and the new v.

    References:
        Loshchilov and Hutter, Decoupled weight decay regularization, 2019, algorithm 2.

    Examples:
        >>> zero = np.zeros(1)
        >>> param, m, v = adamw_update(np.ones(1), zero, zero, zero, t=1, lr=0.1, weight_decay=0.5)
        >>> param  # no gradient, so the decay alone
        array([0.95])
    """
    m = beta1 * m + (1 - beta1) * grad  # eq:adam-m
    v = beta2 * v + (1 - beta2) * grad**2  # eq:adam-v
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)  # eq:adam-hat
    param = (1 - lr * weight_decay) * param - lr * m_hat / (np.sqrt(v_hat) + eps)  # eq:adamw-step
    return param, m, v
