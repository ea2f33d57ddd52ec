"""One experiment from several seeds: the mean of what it finds, and how far that is chance."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from experiments.record import Number, Result

# Fewer say little about how much the next one would differ.
SEEDS = (0, 1, 2, 3, 4)
# Longer curves, of every step say, are kept of the first seed alone.
LONGEST_CURVE = 500


def over_seeds(run: Callable[[int], Result], seeds: Sequence[int] = SEEDS) -> Result:
    """Repeats an experiment from each seed, and puts what they found together.

    Args:
        run: does the experiment from a seed.
        seeds: at least two.

    Returns:
        The first result, with these changes. A metric that differs, or is no whole number, is the
        mean; `NAME_std` beside it is the standard deviation of one run, estimated from all, and
        `by_seed` has each number. So have curves, `NAME_mean` and `NAME_std`. Seconds are summed.

    Raises:
        ValueError: there are fewer than two seeds, or one twice.
    """
    if len(seeds) < 2 or len(set(seeds)) < len(seeds):
        raise ValueError(f"over_seeds: seeds is {tuple(seeds)}, wanted at least two, all different")
    results = [run(seed) for seed in seeds]
    first = results[0]
    metrics, by_seed = summary([result.metrics for result in results])
    curve = dict(first.curve)
    for name in first.curve:
        series = [result.curve[name] for result in results]
        short = len(series[0]) <= LONGEST_CURVE and len({len(one) for one in series}) == 1
        if short and any(one != series[0] for one in series):
            curve[f"{name}_mean"] = np.mean(series, axis=0).tolist()
            curve[f"{name}_std"] = np.std(series, axis=0, ddof=1).tolist()
    return replace(
        first,
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        seconds=sum(result.seconds for result in results),
        by_seed=by_seed,
        networks=[network for result in results for network in result.networks],
    )


def summary(
    found: Sequence[dict[str, Number]],
) -> tuple[dict[str, Number], dict[str, list[Number]]]:
    """Returns the mean and standard deviation of metrics over runs, and each run's numbers.

    Whole numbers that do not differ are what was set, and are handed on as they are; so is all that
    a single run has found.
    """
    if len(found) == 1:
        return found[0], {}
    metrics: dict[str, Number] = {}
    by_seed: dict[str, list[Number]] = {}
    for name, value in found[0].items():
        values = [metric[name] for metric in found]
        if isinstance(value, int) and all(other == value for other in values):
            metrics[name] = value
            continue
        metrics[name] = float(np.mean(values))
        metrics[f"{name}_std"] = float(np.std(values, ddof=1))
        by_seed[name] = values
    return metrics, by_seed
