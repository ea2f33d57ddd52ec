"""`lstm-inside`: a small LSTM keeps the last letter that was marked; its gates can be looked at.

Each step shows one of a few letters, and now and then a mark beside it. Asked at the end, the
network has to say which letter was the last with a mark. So it has to keep one through the steps
that have none, and to drop it at the next that has.

Of sequences with no mark but the first, `direct_left` is what all forget gates together leave of
the first cell state; `unmarked_accuracy` is how often the answer is right, `direct_accuracy` with
nothing in the last cell state but what has come along that path, `without_direct_accuracy` without
that.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import (
    LSTM,
    Adam,
    LastStep,
    Linear,
    Sequential,
    TimeFirst,
    evaluate,
    train,
    xavier_uniform,
)
from backprop.fast import lstm as fast
from backprop.lstm import lstm_forward
from backprop.shapes import Array
from experiments.record import Number, Result
from experiments.repeats import SEEDS, over_seeds

# The sequence that the figures show, and its marked steps.
LETTERS, MARKED = "ACBBACACBCABCBABCCABACBA", (0, 7, 13, 20)


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters.

    Attributes:
        marked_share: how often a step has a mark; the first always has.
        longer: how many steps the sequences have that the network is tried on besides.
    """

    letters: int = 3
    steps: int = 24
    longer: int = 96
    marked_share: float = 0.125
    units: int = 3
    forget_bias: float = 1.0
    train_size: int = 20_000
    validation_size: int = 5_000
    epochs: int = 4
    batch_size: int = 100
    learning_rate: float = 1e-2
    max_norm: float = 1.0
    seed: int = 0


class Marked(NamedTuple):
    """Sequences of letters, some of them marked.

    Attributes:
        x: shape (N, T, letters + 1), one-hot letters, and 1 at the end where there is a mark.
        last: the last letter that was marked, shape (N,).
        first: the first letter, which always was.
    """

    x: Array
    last: NDArray[np.int64]
    first: NDArray[np.int64]


def draw(
    size: int, steps: int, rng: np.random.Generator, settings: Settings = Settings()
) -> Marked:
    """Draws sequences; every first step is marked."""
    letters = rng.integers(settings.letters, size=(size, steps))
    marks = rng.random((size, steps)) < settings.marked_share
    marks[:, 0] = True
    last = steps - 1 - marks[:, ::-1].argmax(axis=1)
    one_hot = np.eye(settings.letters, dtype=np.float32)[letters]
    x = np.concatenate([one_hot, marks[:, :, np.newaxis].astype(np.float32)], axis=2)
    return Marked(x, letters[np.arange(size), last], letters[:, 0])


def run(checkpoints: Path, settings: Settings = Settings(), seeds: Sequence[int] = SEEDS) -> Result:
    """Trains from each seed; of the first, keeps the weights."""
    return over_seeds(lambda seed: learn(replace(settings, seed=seed), checkpoints), seeds)


def learn(settings: Settings, checkpoints: Path) -> Result:
    """Trains from one seed, and looks at the gates with a mark and without."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    train_set = draw(settings.train_size, settings.steps, rng, settings)
    validation, longer = (
        draw(settings.validation_size, steps, rng, settings)
        for steps in (settings.steps, settings.longer)
    )
    lstm = LSTM(
        settings.letters + 1,
        settings.units,
        forget_bias=settings.forget_bias,
        rng=rng,
        dtype=np.float32,
    )
    out = Linear(settings.units, settings.letters, rng=rng, init=xavier_uniform, dtype=np.float32)
    network = Sequential({"time": TimeFirst(), "lstm": lstm, "last": LastStep(), "out": out})
    history = train(
        network,
        Adam(settings.learning_rate),
        train_set.x,
        train_set.last,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=rng,
        validation=validation[:2],
        max_norm=settings.max_norm,
        checkpoint=checkpoints / f"seed-{settings.seed}.npz",
    )
    x = validation.x.swapaxes(0, 1)
    i, f, _, _ = _walk(x, lstm)[1].swapaxes(0, 1)
    marked = x[:, :, -1] > 0
    marked[0] = False  # there is nothing to drop at the first step
    plain = x[:, :, -1] == 0
    unmarked = x.copy()
    unmarked[1:, :, -1] = 0  # one letter to keep to the end
    c, gates = _walk(unmarked, lstm)
    through = gates[1:, 1].prod(axis=0)
    direct = through * gates[0, 0] * gates[0, 2]  # of what the first step let in

    def says_first(c: Array) -> float:
        """How often the answer is right, if this is the last cell state."""
        scores = out.forward(gates[-1, 3] * np.tanh(c), training=False)
        return float((scores.argmax(axis=1) == validation.first).mean())

    metrics: dict[str, Number] = {
        "parameters": sum(param.size for param in network.params.values()),
        "validation_accuracy": float(evaluate(network, *validation[:2]).accuracy or 0),
        "longer_accuracy": float(evaluate(network, *longer[:2]).accuracy or 0),
        "kept_marked": float(f[marked].mean()),
        "kept_plain": float(f[plain].mean()),
        "let_in_marked": float(i[marked].mean()),
        "let_in_plain": float(i[plain].mean()),
        "direct_left": float(through.mean()),
        "unmarked_accuracy": float(
            evaluate(network, unmarked.swapaxes(0, 1), validation.first).accuracy or 0
        ),
        "direct_accuracy": says_first(direct),
        "without_direct_accuracy": says_first(c - direct),
    }
    weights = {name.replace("lstm.", ""): param for name, param in network.params.items()}
    return Result(
        metrics=metrics,
        curve={
            "epoch": list(range(1, settings.epochs + 1)),
            "validation_accuracy": [*history.validation_accuracy],
        },
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays={name: param.round(3) for name, param in weights.items()} | look(lstm, out),
    )


def look(lstm: LSTM, out: Linear) -> dict[str, NDArray[np.generic]]:
    """The gates and the cell state at every step of the sequence that is shown, and the answers."""
    letters = np.array([ord(letter) - ord("A") for letter in LETTERS])
    x = np.eye(len(lstm.params["W_x_l0"]), dtype=np.float32)[letters][:, np.newaxis]
    x[list(MARKED), :, -1] = 1
    start = np.zeros((1, lstm.H), x.dtype)
    h, _, cache = lstm_forward(x, start, start, *lstm.params.values())
    names = ("i", "f", "g", "o", "c_next")
    inside = {
        f"shown_{name}": np.stack([getattr(step, name)[0] for step in cache.steps])
        for name in names
    }
    answers = out.forward(h[:, 0], training=False).argmax(axis=1)
    return inside | {"shown_letters": letters, "shown_answers": answers}


def _walk(x: Array, lstm: LSTM) -> tuple[Array, Array]:
    """The last cell state, (N, H), and the gates i, f, g, o of every step, (T, 4, N, H)."""
    start = np.zeros((x.shape[1], lstm.H), x.dtype)
    _, c, cache = fast.lstm_forward(x, start, start, *lstm.params.values())
    return c, cache.gates
