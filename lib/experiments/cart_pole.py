"""`cart-pole`: deep Q-learning of a pole on a cart, with a target that is held still and without.

The world is that of Barto, Sutton and Anderson without its friction, a step of Euler's every 0.02
seconds. A network of two hidden layers learns from single steps, drawn at random from all that it
has seen. On one side the target is computed with weights of some time ago, on the other with those
of this moment; nothing else differs. Each side learns at its own best rate, chosen over seeds of
their own from a grid with steps of a factor of 2, which goes on where the best lies at its end;
then it runs from fresh seeds, the same for both. Every 500 steps the pole is balanced without
chance, from starts that are drawn anew, and the mean of how long it stays up is what is judged.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import Adam, Linear, ReLU, Sequential
from backprop.layers.arrays import assign, state
from backprop.q_learning import q_loss_backward, q_loss_forward, q_target
from experiments.comparison import paired_difference
from experiments.grid import best_of, search
from experiments.record import Number, Result
from experiments.repeats import SEEDS

SIDES = ("held", "moving")
MIDDLE = 2.0**-11  # the rate in whose neighbourhood a grid begins
GRAVITY, CART, POLE, HALF_LENGTH, FORCE, SECONDS = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
FARTHEST, STEEPEST = 2.4, np.radians(12)
ACTIONS = 2


@dataclass(frozen=True)
class Settings:
    """The network, how it explores, and how long; given, but for the rate."""

    hidden: int = 64
    gamma: float = 0.99
    steps: int = 8_000
    batch_size: int = 64
    learn_every: int = 2
    held_for: int = 200
    exploring: int = 2_500
    least_exploring: float = 0.05
    longest: int = 500
    measure_every: int = 500
    episodes: int = 10
    search_seeds: tuple[int, ...] = (100,)


def run(
    _checkpoints: Path, settings: Settings = Settings(), seeds: Sequence[int] = SEEDS
) -> Result:
    """Chooses the rate of each side, lets it run from each seed, and compares them in pairs."""
    start = time.perf_counter()
    metrics: dict[str, Number] = {}
    curve: dict[str, list[Number]] = {}
    tried: list[dict[str, Any]] = []
    table: list[dict[str, Any]] = []
    judged: dict[str, list[float]] = {}
    for side in SIDES:

        def score(rate: float, side: str = side) -> float:
            """How much of the longest time is missing, over the seeds of the search."""
            found = [learn(side, rate, settings, seed)[0] for seed in settings.search_seeds]
            return 1 - float(np.mean([second_half(each) for each in found])) / settings.longest

        scores = search(score, MIDDLE)
        best, at_end = best_of(scores)
        tried += [
            {"side": side, "rate": rate, "length": round((1 - missing) * settings.longest, 2)}
            for rate, missing in sorted(scores.items())
        ]
        runs = [learn(side, best, settings, seed) for seed in seeds]
        lengths = np.array([found for found, _ in runs])
        judged[side] = [second_half(found) for found in lengths]
        table += [
            {"side": side, "seed": seed, "lengths": found.tolist(), "values": values}
            for seed, found, (_, values) in zip(seeds, lengths, runs, strict=True)
        ]
        curve[f"{side}_mean"] = lengths.mean(axis=0).tolist()
        curve[f"{side}_std"] = lengths.std(axis=0, ddof=1).tolist()
        metrics |= {
            f"{side}_rate": best,
            f"{side}_rate_at_end": int(at_end),
            f"{side}_length": float(np.mean(judged[side])),
            f"{side}_length_std": float(np.std(judged[side], ddof=1)),
            f"{side}_last": float(lengths[:, -1].mean()),
            f"{side}_value": float(np.mean([values[-1] for _, values in runs])),
        }
    difference = paired_difference(judged["held"], judged["moving"])
    metrics |= difference.metrics("difference")
    metrics |= {
        "by_chance": float(np.mean([_by_chance(settings, seed) for seed in seeds])),
        "largest_value": (1 - settings.gamma**settings.longest) / (1 - settings.gamma),
    }
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        table=table,
    )


def starts(N: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws N carts nearly at rest: places, speeds, angles and their speeds, shape (N, 4)."""
    return rng.uniform(-0.05, 0.05, (N, 4))


def moved(state: NDArray[np.float64], action: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Pushes carts to the left (0) or to the right (1) for one step of time.

    Args:
        state: place, speed, angle from upright and its speed, shape (N, 4).
        action: shape (N,).

    Returns:
        The states after it, shape (N, 4).

    Source:
        Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning
        control problems", 1983, appendix, without friction.
    """
    _, speed, angle, turning = state.T
    force = np.where(action == 1, FORCE, -FORCE)
    sin, cos, mass = np.sin(angle), np.cos(angle), CART + POLE
    pushed = (force + POLE * HALF_LENGTH * turning**2 * sin) / mass
    twist = (GRAVITY * sin - cos * pushed) / (HALF_LENGTH * (4 / 3 - POLE * cos**2 / mass))
    drive = pushed - POLE * HALF_LENGTH * twist * cos / mass
    return state + SECONDS * np.stack([speed, drive, turning, twist], axis=1)


def fallen(state: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether carts have left the track, or their poles lean too far."""
    found: NDArray[np.bool_] = (np.abs(state[:, 0]) > FARTHEST) | (np.abs(state[:, 2]) > STEEPEST)
    return found


def network(settings: Settings, rng: np.random.Generator) -> Sequential:
    """Makes a network from a state to the value of each action."""
    H, new = settings.hidden, {"rng": rng, "dtype": np.float32}
    layers = [Linear(4, H, **new), ReLU(), Linear(H, H, **new), ReLU(), Linear(H, ACTIONS, **new)]  # type: ignore[arg-type]
    return Sequential(layers)


def learn(side: str, rate: float, settings: Settings, seed: int) -> tuple[list[float], list[float]]:
    """Lets a network learn; every so many steps, how long it balances and what it promises.

    Returns:
        The mean number of steps that the pole stays up, and the mean value that the network gives
        to the starts.
    """
    rng, judge = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    online, held = (network(settings, np.random.default_rng([seed, 3])) for _ in range(2))
    optimizer = Adam(rate)
    seen, then = np.zeros((2, settings.steps, 4), np.float32)
    action = np.zeros(settings.steps, np.intp)
    done = np.zeros(settings.steps, np.bool_)
    now, age = starts(1, rng), 0
    lengths: list[float] = []
    values: list[float] = []
    for t in range(settings.steps):
        share = min(1, t / settings.exploring)
        if rng.random() < 1 - share * (1 - settings.least_exploring):
            action[t] = rng.integers(ACTIONS)
        else:
            action[t] = online(now.astype(np.float32))[0].argmax()
        after = moved(now, action[t : t + 1])
        seen[t], then[t], done[t], age = now[0], after[0], fallen(after)[0], age + 1
        ended = done[t] or age == settings.longest  # running out of time is no fall
        now, age = (starts(1, rng), 0) if ended else (after, age)
        if t + 1 >= settings.batch_size and t % settings.learn_every == 0:
            batch = rng.integers(t + 1, size=settings.batch_size)
            judging = held if side == "held" else online
            reward = np.ones(len(batch), np.float32)
            target = q_target(reward, judging(then[batch]), done[batch], settings.gamma)
            q = online.forward(seen[batch], training=True)
            online.backward(q_loss_backward(1.0, q_loss_forward(q, action[batch], target)[1]))
            optimizer.step(online.params, online.grads)
        if (t + 1) % settings.held_for == 0:
            assign(state(held), state(online), "the online network")
        if (t + 1) % settings.measure_every == 0:
            begin = starts(settings.episodes, judge)
            lengths.append(float(balanced(online, begin, settings.longest).mean()))
            values.append(float(online(begin.astype(np.float32)).max(axis=1).mean()))
    return lengths, values


def balanced(
    policy: Sequential, state: NDArray[np.float64], longest: int
) -> NDArray[np.integer[Any]]:
    """Returns for how many steps each pole stays up, if the better action is taken each time."""
    up, lengths = np.ones(len(state), bool), np.zeros(len(state), int)
    for _ in range(longest):
        state = moved(state, policy(state.astype(np.float32)).argmax(axis=1))
        up &= ~fallen(state)
        lengths += up
        if not up.any():
            break
    return lengths


def second_half(lengths: Sequence[float] | NDArray[np.floating]) -> float:
    """The mean of what was measured in the second half of a run."""
    return float(np.mean(lengths[len(lengths) // 2 :]))


def _by_chance(settings: Settings, seed: int) -> float:
    """How long poles stay up if each push is drawn at random."""
    rng = np.random.default_rng([seed, 4])
    state, up = starts(1000, rng), np.ones(1000, bool)
    length = 0.0
    for _ in range(settings.longest):
        state = moved(state, rng.integers(ACTIONS, size=1000))
        up &= ~fallen(state)
        length += up.mean()
    return length
