"""Optimisers against their chapter, over the chapter's own random gradients."""

import numpy as np
import pytest

from backprop import optimizers
from backprop.training import optimizers as training_optimizers

CHAPTER = "optimizers"
DRAWS = range(4)


def settings(values, *names):
    return {name: values[name] for name in ("lr", *names)}


def start(values):
    return np.array([values(r"\theta_0")])


def gradients(values):
    return values["grad"].reshape(-1, 1)


def walk(update, kept, *names):
    """Returns a function of values: the parameter, or what is kept beside it, after each step."""

    def steps(position):
        def compute(values):
            state, states = (start(values), *(np.zeros(1) for _ in range(kept))), []
            for t, grad in enumerate(gradients(values), start=1):
                more = {"t": t} if update in COUNTED else {}
                state = update(state[0], grad, *state[1:], **more, **settings(values, *names))
                state = state if isinstance(state, tuple) else (state,)
                states.append(state)
            return np.concatenate([state[position] for state in states])

        return compute

    return steps


COUNTED = (optimizers.adam_update, optimizers.adamw_update)
sgd = walk(optimizers.sgd_update, 0, "weight_decay")
momentum = walk(optimizers.momentum_update, 1, "momentum", "weight_decay")
nesterov = walk(optimizers.nag_update, 1, "momentum", "weight_decay")
adagrad = walk(optimizers.adagrad_update, 1, "eps")
rmsprop = walk(optimizers.rmsprop_update, 1, "rho", "eps")
adadelta = walk(optimizers.adadelta_update, 2, "rho", "eps")
adam = walk(optimizers.adam_update, 2, "beta1", "beta2", "eps")
adamw = walk(optimizers.adamw_update, 2, "beta1", "beta2", "eps", "weight_decay")


def adam_states(values):
    """Returns param, m and v after each step, those before the first included."""
    states = [(start(values), np.zeros(1), np.zeros(1))]
    for t, grad in enumerate(gradients(values), start=1):
        param, m, v = states[-1]
        states.append(
            optimizers.adam_update(
                param, grad, m, v, t, **settings(values, "beta1", "beta2", "eps")
            )
        )
    return states


def adam_corrected(values):
    """Finds m_hat and v_hat, which the code keeps to itself, by two steps that differ in eps."""
    m_hats, v_hats = [], []
    betas = {name: values[name] for name in ("beta1", "beta2")}
    for t, ((_, m, v), grad) in enumerate(
        zip(adam_states(values), gradients(values), strict=False), start=1
    ):
        one, two = (
            -optimizers.adam_update(np.zeros(1), grad, m, v, t, lr=1.0, eps=eps, **betas)[0]
            for eps in (1.0, 2.0)
        )
        # Since one = m_hat / (root + 1) and two = m_hat / (root + 2).
        root = (2 * two - one) / (one - two)
        m_hats.append(one * (root + 1))
        v_hats.append(root**2)
    return np.concatenate(m_hats), np.concatenate(v_hats)


def adadelta_steps(values):
    """The step is what the parameter moves by, with a rate of 1."""
    update, state, steps = optimizers.adadelta_update, (np.zeros(1),) * 3, []
    for grad in gradients(values):
        before = state[0]
        state = update(*(before, grad, *state[1:]), lr=1.0, rho=values["rho"], eps=values["eps"])
        steps.append(before - state[0])
    return np.concatenate(steps)


CODE = {
    "eq:sgd-step": sgd(0),
    "eq:momentum-step": momentum(0),
    "eq:momentum-v": momentum(1),
    "eq:nesterov-step": nesterov(0),
    "eq:nesterov-v": nesterov(1),
    "eq:adagrad-step": adagrad(0),
    "eq:adagrad-s": adagrad(1),
    "eq:rmsprop-step": rmsprop(0),
    "eq:rmsprop-v": rmsprop(1),
    "eq:adadelta-step": adadelta(0),
    "eq:adadelta-v": adadelta(1),
    "eq:adadelta-d": adadelta_steps,
    "eq:adadelta-u": adadelta(2),
    "eq:adam-step": adam(0),
    "eq:adam-m": adam(1),
    "eq:adam-v": adam(2),
    "eq:adam-hat": adam_corrected,
    "eq:adamw-step": adamw(0),
}
# Where the definitions are complete, if not at the equation itself.
PLACE = {
    "eq:momentum-v": "eq:momentum-step",
    "eq:nesterov-v": "eq:nesterov-step",
    "eq:adadelta-d": "eq:adadelta-step",
    "eq:adadelta-u": "eq:adadelta-step",
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw, PLACE.get(label))


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize(
    ("optimizer", "label", "names"),
    [
        (training_optimizers.SGD, "eq:sgd-step", ["weight_decay"]),
        (training_optimizers.Momentum, "eq:momentum-step", ["momentum", "weight_decay"]),
        (training_optimizers.NAG, "eq:nesterov-step", ["momentum", "weight_decay"]),
        (training_optimizers.Adagrad, "eq:adagrad-step", ["eps"]),
        (training_optimizers.RMSprop, "eq:rmsprop-step", ["rho", "eps"]),
        (training_optimizers.Adadelta, "eq:adadelta-step", ["rho", "eps"]),
        (training_optimizers.AdamW, "eq:adamw-step", ["beta1", "beta2", "eps", "weight_decay"]),
        (training_optimizers.Adam, "eq:adam-step", ["beta1", "beta2", "eps"]),
    ],
)
def test_an_optimizer_takes_the_steps_of_the_chapter(chapter, same, optimizer, label, names, draw):
    values = chapter(CHAPTER, label, draw=draw)
    steps = optimizer(**settings(values, *names))
    params = {"theta": start(values)}
    for grad, theta in zip(gradients(values), values["param"], strict=True):
        steps.step(params, {"theta": grad})
        same(params["theta"], [theta])


@pytest.mark.parametrize("draw", DRAWS)
def test_adam_adds_the_weight_decay_to_the_gradient(chapter, same, draw):
    values = chapter(CHAPTER, "eq:adam-step", draw=draw)
    decay, rates = values["weight_decay"], settings(values, "beta1", "beta2", "eps")
    ours = theirs = start(values), np.zeros(1), np.zeros(1)
    for t, grad in enumerate(gradients(values), start=1):
        ours = optimizers.adam_update(ours[0], grad, *ours[1:], t, **rates, weight_decay=decay)
        replaced = grad + decay * theirs[0]
        theirs = optimizers.adam_update(theirs[0], replaced, *theirs[1:], t, **rates)
        same(ours, np.array(theirs))
