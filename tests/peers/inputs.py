"""The inputs on which our results and PyTorch's are compared: a seed makes one set of them.

No input is vacuous: biases are not 0, batches hold more than one sample, sizes are odd and unequal.
"""

import numpy as np

from tests.peers import inputs_recurrent

STEPS = 100
GOLDEN_SEED = 20260


def _probabilities(rng, shape):
    scores = np.exp(rng.standard_normal(shape))
    return scores / scores.sum(axis=-1, keepdims=True)


def linear(rng):
    return {
        "x": rng.standard_normal((5, 4)),
        "W": rng.standard_normal((4, 3)),
        "b": rng.standard_normal(3),
        "dy": rng.standard_normal((5, 3)),
    }


def activations(rng):
    x = 3 * rng.standard_normal((6, 7))
    x[0] = [0, -1000, 1000, 1e4, -1e4, -40, 40]
    return {"x": x, "dy": rng.standard_normal((6, 7)), "slope": np.array(0.3)}


def losses(rng):
    logits = 3 * rng.standard_normal((5, 7))
    logits[0], logits[1] = 1000 * np.sign(logits[0]), 1e4 * np.sign(logits[1])
    return {
        "logits": logits,
        "y": _probabilities(rng, (5, 7)),
        "target": _probabilities(rng, (5, 7)),
        "classes": rng.integers(0, 7, 5),
        "yes": rng.uniform(size=(5, 7)),
        "dloss": np.array(rng.uniform(0.5, 2)),
    }


# How kernels move: strides that leave rows over, padding, dilation, rows unlike columns.
CONVOLUTIONS = {
    "plain": {},
    "padded": {"padding": (2, 1)},
    "strided": {"stride": (2, 3), "padding": 1},
    "dilated": {"stride": (1, 2), "padding": (0, 3), "dilation": (2, 3)},
}
# In two groups, in three, and depthwise.
GROUPS = (2, 3, 6)
# Kernels that overlap and such that leave holes, and rows that are cut off.
TRANSPOSED = {
    "plain": {},
    "strided": {"stride": (2, 3)},
    "apart": {"stride": (4, 3), "padding": (1, 0)},
    "cut": {"stride": 2, "padding": 1},
}
POOLINGS = {
    "plain": {"kernel": 2},
    "overlapping": {"kernel": 3, "stride": (1, 2), "padding": 1},
    "uneven": {"kernel": (2, 3), "stride": (3, 2), "padding": (1, 0)},
}
# Enough cotangents for any output; each takes as many as it has elements.
COTANGENTS = 3000


def convolution(rng):
    return {
        "x": rng.standard_normal((3, 2, 9, 11)),
        "W": rng.standard_normal((4, 2, 3, 2)),
        "b": rng.standard_normal(4),
        "cotangents": rng.standard_normal(COTANGENTS),
    }


def grouped(rng):
    return {
        "x": rng.standard_normal((3, 6, 9, 11)),
        "W": rng.standard_normal((6, 6, 3, 2)),  # as many of its channels as a group has
        "b": rng.standard_normal(6),
        "cotangents": rng.standard_normal(2 * COTANGENTS),
    }


def transposed(rng):
    return {
        "x": rng.standard_normal((3, 4, 5, 6)),
        "W": rng.standard_normal((4, 2, 3, 2)),
        "b": rng.standard_normal(2),
        "cotangents": rng.standard_normal(COTANGENTS),
    }


def boxes(rng):
    """Boxes that overlap, that lie apart, and one within another."""
    low, b_low = rng.uniform(-1, 1, (2, 40, 2))
    a = np.hstack([low, low + rng.uniform(0.2, 2, (40, 2))])
    b = np.hstack([b_low, b_low + rng.uniform(0.2, 2, (40, 2))])
    a[0], b[0] = [-3, -3, 3, 3], [-1, -1, 1, 1]
    return {"a": a, "b": b, "diou": rng.standard_normal(40)}


def gaussian(rng):
    return {
        "mu": rng.standard_normal((5, 3)),
        "log_var": rng.standard_normal((5, 3)),
        "eps_seed": np.array(7),
        "dz": rng.standard_normal((5, 3)),
        "dloss": np.array(rng.uniform(0.5, 2)),
    }


def q_learning(rng):
    return {
        "q": 2 * rng.standard_normal((6, 3)),
        "q_next": 2 * rng.standard_normal((6, 3)),
        "action": rng.integers(0, 3, 6),
        "reward": rng.standard_normal(6),
        "done": rng.random(6) < 0.5,
        "gamma": np.array(0.9),
        "dloss": np.array(rng.uniform(0.5, 2)),
    }


def pooling(rng):
    x = rng.standard_normal((3, 2, 7, 8))
    x[0] = rng.integers(-2, 2, (2, 7, 8))  # with ties
    return {"x": x, "cotangents": rng.standard_normal(COTANGENTS)}


def normalization(rng):
    return {
        "x": 3 * rng.standard_normal((2, 5, 7)) + 2,  # two batches
        "images": 3 * rng.standard_normal((2, 3, 7, 2, 5)) + 2,
        "gamma": rng.uniform(0.5, 2, 7),
        "beta": rng.standard_normal(7),
        "cotangents": rng.standard_normal(COTANGENTS),
        "channels": 3 * rng.standard_normal((3, 6, 2, 5)) + 2,
        "scales": rng.uniform(0.5, 2, (2, 6)),
    }


def attention(rng):
    D = 6
    mask = rng.random((3, 5, 5)) < 0.5
    mask |= np.eye(5, dtype=bool)
    mask[..., 0] = True  # where there are four keys, the last query sees one too
    return {
        "q": rng.standard_normal((3, 4, D)),
        "k": rng.standard_normal((3, 5, D)),
        "v": rng.standard_normal((3, 5, 7)),
        "x": rng.standard_normal((3, 5, D)),
        "context": rng.standard_normal((3, 4, D)),
        "W_x": rng.standard_normal((D, 3 * D)),
        "b": rng.standard_normal(3 * D),
        "W_o": rng.standard_normal((D, D)),
        "b_o": rng.standard_normal(D),
        "mask": mask,
        "cotangents": rng.standard_normal(COTANGENTS),
    }


def optimizers(rng):
    return {
        "param": rng.standard_normal((2, 3)),
        "grads": rng.standard_normal((STEPS, 2, 3)) + 0.5,
        # The rate falls at half time, where forms of momentum differ.
        "lr": np.where(np.arange(STEPS) < STEPS // 2, 0.03, 0.003),
        "weight_decay": np.array(0.1),
    }


MAKERS = {
    "linear": linear,
    "activations": activations,
    "losses": losses,
    "convolution": convolution,
    "grouped": grouped,
    "transposed": transposed,
    "boxes": boxes,
    "gaussian": gaussian,
    "q_learning": q_learning,
    "pooling": pooling,
    "normalization": normalization,
    "attention": attention,
    "optimizers": optimizers,
    **inputs_recurrent.MAKERS,
}


def make(name, seed):
    """Returns the inputs for one module."""
    return MAKERS[name](np.random.default_rng(seed))
