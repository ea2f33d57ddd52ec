"""`attention-map`: who looks at whom in a small causal attention that was trained to look up.

Steps either say of a name which value it has, or ask for the value of one that was said before; at
every step the network has to answer with the value of the name that it is shown. So a step that
asks has to look back at the one that said it, and a step that says has to look at itself.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import (
    CROSS_ENTROPY,
    Adam,
    Linear,
    MultiHeadAttention,
    Sequential,
    accuracy,
    xavier_uniform,
)
from backprop.shapes import Array
from experiments.record import Number, Result
from experiments.repeats import SEEDS, over_seeds

# The sequence that the figures show: a name, and its value where it is said.
SHOWN = "A3 B1 A C3 B C D2 A D E4 B E"


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters.

    Attributes:
        said_share: how often a step says the value of a new name, while there is one.
        kept: after how many updates the weights of the first seed are kept, to look at.
    """

    names: int = 5
    values: int = 4
    steps: int = 12
    said_share: float = 0.5
    units: int = 8
    updates: int = 400
    batch_size: int = 32
    learning_rate: float = 1e-2
    kept: tuple[int, ...] = (0, 40, 400)
    judged_size: int = 2_000
    seed: int = 0


class Talk(NamedTuple):
    """Sequences of names that are said with a value, or asked for.

    Attributes:
        x: shape (T, N, names + values): a 1 for the name, and for its value where it is said.
        target: the value of the step's name, shape (T, N).
        said_at: the step that said it, shape (T, N).
    """

    x: Array
    target: NDArray[np.int64]
    said_at: NDArray[np.int64]


def draw(size: int, rng: np.random.Generator, settings: Settings = Settings()) -> Talk:
    """Draws sequences; a name is said once, and asked for only after that."""
    T, K = settings.steps, settings.names
    x = np.zeros((T, size, K + settings.values), np.float32)
    target, said_at = (np.zeros((T, size), np.int64) for _ in range(2))
    for n in range(size):
        order, values = rng.permutation(K), rng.integers(settings.values, size=K)
        steps: list[int] = []  # at which each name of the order was said
        for t in range(T):
            if not steps or (len(steps) < K and rng.random() < settings.said_share):
                steps.append(t)
                k = len(steps) - 1
                x[t, n, K + values[k]] = 1
            else:
                k = int(rng.integers(len(steps)))
            x[t, n, order[k]] = 1
            target[t, n], said_at[t, n] = values[k], steps[k]
    return Talk(x, target, said_at)


def run(
    _checkpoints: Path, settings: Settings = Settings(), seeds: Sequence[int] = SEEDS
) -> Result:
    """Trains from each seed; of the first, keeps the weights of several moments."""
    return over_seeds(lambda seed: learn(replace(settings, seed=seed)), seeds)


def learn(settings: Settings) -> Result:
    """Trains from one seed, and measures where the steps look that ask."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    D, H = settings.names + settings.values, settings.units
    into = Linear(D, H, rng=rng, init=xavier_uniform, dtype=np.float32)
    attend = MultiHeadAttention(H, 1, rng=rng, causal=True, dtype=np.float32)
    out = Linear(H, settings.values, rng=rng, init=xavier_uniform, dtype=np.float32)
    network = Sequential({"into": into, "attend": attend, "out": out})
    optimizer = Adam(settings.learning_rate)
    arrays: dict[str, NDArray[np.generic]] = {}
    losses = []

    def keep(update: int) -> None:
        if update in settings.kept:
            for name, param in network.params.items():
                arrays[f"{update}.{name}"] = param.round(3)
            _, weights = _answers(network, attend, shown(settings))
            arrays[f"shown_{update}"] = weights[0]

    keep(0)
    for update in range(1, settings.updates + 1):
        x, target, _ = draw(settings.batch_size, rng, settings)
        loss, cache = CROSS_ENTROPY.forward(network.forward(x, training=True), target)
        network.backward(CROSS_ENTROPY.backward(1.0, cache))
        optimizer.step(network.params, network.grads)
        losses.append(float(loss))
        keep(update)
    judged = draw(settings.judged_size, np.random.default_rng([settings.seed, 1]), settings)
    scores, weights = _answers(network, attend, judged.x)
    asks = (judged.x[:, :, settings.names :].sum(axis=2) == 0).T
    there = np.take_along_axis(weights, judged.said_at.T[..., np.newaxis], axis=2)[..., 0]
    names = judged.x[:, :, : settings.names].argmax(axis=2).T
    alike = (weights * (names[:, np.newaxis] == names[..., np.newaxis])).sum(axis=2)
    right = scores.argmax(axis=2) == judged.target
    metrics: dict[str, Number] = {
        "parameters": sum(param.size for param in network.params.values()),
        "accuracy": accuracy(scores, judged.target),
        "accuracy_asked": float(right.T[asks].mean()),
        "at_the_saying": float(there[asks].mean()),
        "at_the_name": float(alike[asks].mean()),
        "at_itself": float(there[~asks].mean()),
    }
    return Result(
        metrics=metrics,
        curve={"loss": losses[:: max(1, settings.updates // 20)]},
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=arrays,
    )


def shown(settings: Settings = Settings()) -> Array:
    """The sequence that the figures show, as the network reads it."""
    steps = SHOWN.split()
    x = np.zeros((len(steps), 1, settings.names + settings.values), np.float32)
    for t, step in enumerate(steps):
        x[t, 0, ord(step[0]) - ord("A")] = 1
        if step[1:]:
            x[t, 0, settings.names + int(step[1:]) - 1] = 1
    return x


def _answers(network: Sequential, attend: MultiHeadAttention, x: Array) -> tuple[Array, Array]:
    """The scores of all steps, (T, N, values), and who looked at whom, (N, T, T)."""
    scores = network.forward(x, training=True)
    return scores, attend.weights[:, 0]
