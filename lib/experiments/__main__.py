"""Runs experiments: `python -m experiments NAME…`, or `all`."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

# Before NumPy is loaded. How a sum is split over threads decides how it is rounded, so one thread
# makes the numbers independent of the cores; for matrices as small as these, it is also faster.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# In the order in which `all` runs them.
EXPERIMENTS = {
    "backpropagation-cost": "experiments.backpropagation_cost",
    "mnist-sgd": "experiments.mnist_sgd",
    "mnist-zero-init": "experiments.mnist_zero_init",
    "mnist-mlp": "experiments.mnist_mlp",
    "mnist-search": "experiments.mnist_search",
    "convolution-speed": "experiments.convolution_speed",
    "mnist-conv": "experiments.mnist_conv",
    "mnist-cnn": "experiments.mnist_cnn",
    "mnist-cnn-best": "experiments.mnist_cnn_best",
    "batchnorm-scales": "experiments.batchnorm_scales",
    "batchnorm-cnn": "experiments.batchnorm_cnn",
    "waves": "experiments.waves",
    "csi300": "experiments.csi300",
    "imdb": "experiments.imdb",
}


def main(arguments: Sequence[str], checkpoints: Path | None = None) -> int:
    """Runs the experiments named, and records each; returns the exit status."""
    from backprop import TrainingInterrupted, keep_freed_memory
    from backprop.data.sources import DataError
    from experiments.record import RUNS, commit_of_code, record

    names = list(EXPERIMENTS) if list(arguments) == ["all"] else list(arguments)
    unknown = [name for name in names if name not in EXPERIMENTS]
    if unknown or not names:
        wrong = f"there is no experiment {unknown[0]!r}" if unknown else "no experiment named"
        print(f"experiments: {wrong}, wanted all or some of:", *EXPERIMENTS, file=sys.stderr)
        return 2
    keep_freed_memory()
    for name in names:
        folder = (RUNS if checkpoints is None else checkpoints) / name
        commit = commit_of_code()
        print(f"{name}, at commit {commit}")
        try:
            result = import_module(EXPERIMENTS[name]).run(folder)
        except (DataError, FloatingPointError) as error:
            print(f"experiments: {error}", file=sys.stderr)
            return 1
        except TrainingInterrupted as stopped:
            print(f"experiments: {stopped}", file=sys.stderr)
            print(f"experiments: `python -m experiments {name}` makes it", file=sys.stderr)
            return 130
        path = record(name, result, commit)
        for checkpoint in folder.glob("*.npz"):
            checkpoint.unlink()
        print(*(f"  {key} {value:g}" for key, value in result.metrics.items()), sep="\n")
        print(f"  written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
