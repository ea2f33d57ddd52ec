"""`recall`: for how many steps of noise each kind of cell holds a symbol.

A symbol is seen at the first step, T steps of noise follow, and the last state is to say which it
was. All cells have the same number of units, see the same number of fresh sequences and start as
their layer does, but for the plain one that starts uniformly, as PyTorch's does. Each trains with
Adam at its own rate for each length. Six rates are tried first, factors of 4 apart from 0.002 to
2.048, the same for all, since a cell may learn nothing at one rate and all at another that is far
from it; then half and twice the best, until the best has a worse one on either side. Better is a
lower loss on other sequences, the mean over a run, from seeds that are not used again; a loss above
that of a guess counts as a guess, so that a rate with which some seeds fail loudly is not taken for
worse than one with which all fail. A run ends as soon as it has solved the task on these sequences,
and gives back the weights that did best on them. What is reported is measured on sequences of its
own. There is no test set: every sequence is drawn anew.

A cell that no seed takes beyond a score `given_up`, here the share of right answers, over T steps
is not trained over more, once T has reached `given_up_from`. In this experiment none is given up.

The metrics have dots in their names, CELL is one of `CELLS`, T one of the lengths that it was
trained over:

- `accuracy_mean.CELL.T`, `accuracy_std.CELL.T`: over the seeds, each of which is in `by_seed` as
  `accuracy.CELL.T`; `accuracy_min` and `accuracy_max` likewise;
- `solved.CELL.T`: the number of seeds that solved the task; `updates_mean.CELL.T`: how long they
  trained, which is all updates if they did not; `seconds_mean.CELL.T`: of one core;
- `left_untrained.CELL.T`, `left_trained.CELL.T`: how long a gradient of length 1 at the last state
  is when it arrives at the first, through T steps of noise, before and after training; geometric
  means over the seeds, for cells that have a state. The curves `flow_untrained.CELL` and
  `flow_trained.CELL` have it at every step, the earliest first, for T = 100 (`flow_steps`);
- `rate.CELL.T`, `rates_tried.CELL.T` and `rate_at_end.CELL.T`, 1 if the best was the lowest or the
  highest of so many; `parameters.CELL`;
- `seconds_search`: of one core, for all that was tried; `seconds_judged`, for what is reported;
- `chance`: the accuracy of one who guesses; `symbols`, `noise`, `units`, `updates`, `batch_size`.

A cell of another chapter is a case for an experiment of its own: `run` takes other `cells`, and
another `task`, whose score the metrics are then named for.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop import (
    CROSS_ENTROPY,
    GRU,
    LSTM,
    RNN,
    Adam,
    LastStep,
    Layer,
    Linear,
    Loss,
    Sequential,
    accuracy,
    clip_by_global_norm,
    global_norm,
    symbols_to_recall,
    xavier_uniform,
)
from backprop.shapes import Array
from experiments.gradient_flow import flow_through
from experiments.grid import best_of, refine
from experiments.record import Number, Result
from experiments.repeats import SEEDS

# From features, units, the steps of noise and a generator to a layer, (T, N, D) to (T, N, H).
MakeCell: TypeAlias = Callable[[int, int, int, np.random.Generator], Layer]
# From a number of sequences, steps, a generator and settings to sequences, (T, N, D), and targets.
Draw: TypeAlias = Callable[[int, int, np.random.Generator, "Settings"], tuple[Array, Any]]


def plain_uniform(D: int, H: int, _steps: int, rng: np.random.Generator) -> Layer:
    """The plain cell, all parameters uniform up to 1 / √H, as PyTorch starts it."""
    layer = RNN(D, H, rng=rng, dtype=np.float32)
    for param in layer.params.values():
        param[...] = rng.uniform(-1, 1, param.shape) / np.sqrt(H)
    return layer


def plain_orthogonal(D: int, H: int, _steps: int, rng: np.random.Generator) -> Layer:
    """The plain cell as this library starts it: orthogonal for the state, biases 0."""
    return RNN(D, H, rng=rng, dtype=np.float32)


def lstm(forget_bias: Callable[[int], float]) -> MakeCell:
    """An LSTM whose forget gates' biases start at a function of the steps."""

    def make(D: int, H: int, steps: int, rng: np.random.Generator) -> Layer:
        return LSTM(D, H, rng=rng, forget_bias=forget_bias(steps), dtype=np.float32)

    return make


def gru(D: int, H: int, _steps: int, rng: np.random.Generator) -> Layer:
    """A GRU as this library starts it, biases 0."""
    return GRU(D, H, rng=rng, dtype=np.float32)


def gru_bias_log(D: int, H: int, steps: int, rng: np.random.Generator) -> Layer:
    """A GRU whose gates z, which keep the state, have biases that start at log T."""
    layer = GRU(D, H, rng=rng, dtype=np.float32)
    layer.params["b_l0"][H : 2 * H] = math.log(steps)
    return layer


CELLS: dict[str, MakeCell] = {
    "plain_uniform": plain_uniform,
    "plain_orthogonal": plain_orthogonal,
    "lstm_bias_0": lstm(lambda steps: 0.0),
    "lstm_bias_1": lstm(lambda steps: 1.0),
    "lstm_bias_log": lstm(math.log),
    "gru": gru,
    "gru_bias_log": gru_bias_log,
}


@dataclass(frozen=True)
class Settings:
    """What all cells have in common."""

    steps: tuple[int, ...] = (20, 50, 100, 200)
    symbols: int = 8
    noise: float = 0.3
    units: int = 32
    updates: int = 400
    batch_size: int = 32
    max_norm: float = 1.0
    rates: tuple[float, ...] = (2e-3, 8e-3, 3.2e-2, 1.28e-1, 5.12e-1, 2.048)
    largest_grid: int = 10
    search_seeds: tuple[int, ...] = (100, 101, 102)
    checked_every: int = 50
    validation_size: int = 500
    judged_size: int = 1000
    solved: float = 0.99
    given_up: float = 0.0
    given_up_from: int = 0
    flow_size: int = 100
    flow_steps: int = 100


SETTINGS = Settings()


@dataclass(frozen=True)
class Task:
    """What is to be learned, and by what it is judged.

    Attributes:
        draw: draws sequences and targets.
        loss: what is trained on.
        score: how good outputs are for targets, 1 for perfect ones; and `named` its name.
        outputs: how many numbers the network gives.
        guess: the loss of one who guesses, and `chance` the score.
    """

    draw: Draw
    loss: Loss
    score: Callable[[Array, Any], float]
    named: str
    outputs: int
    guess: float
    chance: float


@dataclass(frozen=True)
class Recalled:
    """What a training came to.

    Attributes:
        score: on sequences that nothing was chosen on.
        loss: the mean over the checks on validation, none above that of a guess, and that of a
            solved run counted on to the end.
        updates: how many it took, or had.
        solved: whether it solved the task.
        parameters: of the cell.
        seconds: of one core.
        untrained: the gradient's length at every step, from the state after the symbol on, before
            the training; none if the cell has no state.
        trained: the same after it.
    """

    score: float
    loss: float
    updates: int
    solved: bool
    parameters: int
    seconds: float
    untrained: NDArray[np.float64] | None
    trained: NDArray[np.float64] | None


def recall(
    N: int, steps: int, rng: np.random.Generator, settings: Settings
) -> tuple[Array, NDArray[np.int64]]:
    """Draws the task that the module describes."""
    x, target = symbols_to_recall(
        N, rng, steps=steps, symbols=settings.symbols, noise=settings.noise
    )
    return x.astype(np.float32), target


def symbols(settings: Settings, draw: Draw = recall) -> Task:
    """To say one of the symbols, all of them as likely; that of the first step, unless drawn so."""
    K = settings.symbols
    return Task(draw, CROSS_ENTROPY, accuracy, "accuracy", K, math.log(K), 1 / K)


def run(
    _checkpoints: Path,
    settings: Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
    cells: Mapping[str, MakeCell] = CELLS,
    task: Task | None = None,
) -> Result:
    """Finds each cell's rate for each length, then lets it learn from each seed."""
    start = time.perf_counter()
    task = task or symbols(settings)
    metrics: dict[str, Number] = {
        "chance": task.chance,
        **{name: getattr(settings, name) for name in ("symbols", "noise", "units")},
        **{name: getattr(settings, name) for name in ("updates", "batch_size", "judged_size")},
    }
    by_seed: dict[str, list[Number]] = {}
    curve: dict[str, list[Number]] = {}
    tried: list[dict[str, Any]] = []
    spent = {"search": 0.0, "judged": 0.0}
    for name, make in cells.items():
        for steps in settings.steps:

            def score(rate: float, make: MakeCell = make, steps: int = steps) -> float:
                """The mean loss over the seeds of the search."""
                found = [
                    learn(make, steps, rate, seed, settings, task) for seed in settings.search_seeds
                ]
                spent["search"] += sum(one.seconds for one in found)
                return float(np.mean([one.loss for one in found]))

            scores = refine(score, settings.rates, settings.largest_grid)
            rate, at_end = best_of(scores)
            tried += [
                {"cell": name, "steps": steps, "rate": rate, "loss": round(loss, 5)}
                for rate, loss in sorted(scores.items())
            ]
            found = [learn(make, steps, rate, seed, settings, task) for seed in seeds]
            right = [one.score for one in found]
            spent["judged"] += sum(one.seconds for one in found)
            key = f"{name}.{steps}"
            print(f"  {key}: {np.mean(right):.3f} at a rate of {rate:g}", flush=True)
            by_seed[f"{task.named}.{key}"] = list(right)
            metrics |= {
                f"rate.{key}": rate,
                f"rates_tried.{key}": len(scores),
                f"rate_at_end.{key}": int(at_end),
                f"{task.named}_mean.{key}": float(np.mean(right)),
                f"{task.named}_std.{key}": float(np.std(right, ddof=1)),
                f"{task.named}_min.{key}": min(right),
                f"{task.named}_max.{key}": max(right),
                f"solved.{key}": sum(one.solved for one in found),
                f"updates_mean.{key}": float(np.mean([one.updates for one in found])),
                f"seconds_mean.{key}": float(np.mean([one.seconds for one in found])),
            }
            metrics[f"parameters.{name}"] = found[0].parameters
            for when in ("untrained", "trained"):
                flows = [getattr(one, when) for one in found]
                if flows[0] is None:
                    continue
                with np.errstate(divide="ignore"):  # nothing at all may be left
                    mean = np.exp(np.mean(np.log(flows), axis=0))
                metrics[f"left_{when}.{key}"] = float(mean[0])
                if steps == settings.flow_steps:
                    curve[f"flow_{when}.{name}"] = mean.tolist()
            if steps >= settings.given_up_from and max(right) <= settings.given_up:
                break
    metrics |= {f"seconds_{part}": seconds for part, seconds in spent.items()}
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        by_seed=by_seed,
    )


def learn(
    make: MakeCell, steps: int, rate: float, seed: int, settings: Settings, task: Task | None = None
) -> Recalled:
    """Trains one cell to recall over so many steps, and measures how well it does."""
    start = time.process_time()
    task = task or symbols(settings)
    rng, watch, judge = (np.random.default_rng([seed, part]) for part in range(3))
    H = settings.units
    watched = task.draw(settings.validation_size, steps, watch, settings)
    cell = make(watched[0].shape[-1], H, steps, rng)
    out = Linear(H, task.outputs, rng=rng, init=xavier_uniform, dtype=np.float32)
    network = Sequential({"cell": cell, "last": LastStep(), "out": out})
    untrained = _flow(cell, steps, seed, settings, task.draw)
    optimizer = Adam(rate)
    losses: list[float] = []
    best, kept = -math.inf, _copies(network)
    updates, checks, finite = 0, settings.updates // settings.checked_every, True
    while len(losses) < checks and best < settings.solved and finite:
        for _ in range(settings.checked_every):
            x, target = task.draw(settings.batch_size, steps, rng, settings)
            _, cache = task.loss.forward(network.forward(x, training=True), target)
            network.backward(task.loss.backward(1.0, cache))
            if not (finite := math.isfinite(global_norm(network.grads))):
                losses += [task.guess] * (checks - len(losses))
                break
            grads, _ = clip_by_global_norm(network.grads, settings.max_norm)
            optimizer.step(network.params, grads)
            updates += 1
        if finite:
            scores = network(watched[0])
            losses.append(min(task.guess, float(task.loss.forward(scores, watched[1])[0])))
            if (score := task.score(scores, watched[1])) > best:
                best, kept = score, _copies(network)
    for name, param in network.params.items():
        param[...] = kept[name]
    x, target = task.draw(settings.judged_size, steps, judge, settings)
    score = task.score(network(x), target)
    return Recalled(
        score=score,
        loss=float(np.mean(losses + losses[-1:] * (checks - len(losses)))),
        updates=updates,
        solved=best >= settings.solved,
        parameters=sum(param.size for param in cell.params.values()),
        seconds=time.process_time() - start,
        untrained=untrained,
        trained=_flow(cell, steps, seed, settings, task.draw),
    )


def _copies(network: Sequential) -> dict[str, Array]:
    """The weights as they are now."""
    return {name: param.copy() for name, param in network.params.items()}


def _flow(
    cell: Layer, steps: int, seed: int, settings: Settings, draw: Draw
) -> NDArray[np.float64] | None:
    """How long gradients are on their way back through the noise, if the cell has a state."""
    if not isinstance(cell, RNN | LSTM | GRU):
        return None
    rng = np.random.default_rng([seed, 3])
    x, _ = draw(settings.flow_size, steps, rng, settings)
    return flow_through(cell, x, rng)[1:]
