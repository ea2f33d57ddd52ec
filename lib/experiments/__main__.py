"""Runs experiments: `python -m experiments NAME…`, or `all`; `test NAME…` reads their test sets."""

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
    "optimizers": "experiments.optimizers",
    "regularization": "experiments.regularization",
    "hyperparameters": "experiments.hyperparameters",
    "mnist-mlp": "experiments.mnist_mlp",
    "mnist-search": "experiments.mnist_search",
    "speed": "experiments.speed",
    "speed-parts": "experiments.speed_parts",
    "bench-parts": "experiments.bench_parts",
    "shuffled-digits": "experiments.shuffled",
    "mnist-conv": "experiments.mnist_conv",
    "mnist-cnn": "experiments.mnist_cnn",
    "mnist-cnn-deep": "experiments.mnist_cnn_deep",
    "mnist-cnn-best": "experiments.mnist_cnn_best",
    "batchnorm-scales": "experiments.batchnorm_scales",
    "batchnorm-depth": "experiments.batchnorm_depth",
    "batchnorm-cnn": "experiments.batchnorm_cnn",
    "small-batches": "experiments.small_batches",
    "depth": "experiments.depth",
    "small-networks": "experiments.small_networks",
    "recall-attention": "experiments.recall_attention",
    "recall-attention-longer": "experiments.recall_attention_longer",
    "lookup": "experiments.lookup",
    "attention-map": "experiments.attention_map",
    "waves": "experiments.waves",
    "waves-plain": "experiments.waves_plain",
    "recall": "experiments.recall",
    "recall-by-rate": "experiments.recall_by_rate",
    "recall-first-steps": "experiments.recall_first_steps",
    "recall-left": "experiments.recall_left",
    "recall-cut": "experiments.recall_cut",
    "adding": "experiments.adding",
    "adding-200": "experiments.adding_200",
    "lstm-inside": "experiments.lstm_inside",
    "characters": "experiments.characters",
    "characters-inside": "experiments.characters_inside",
    "characters-attention": "experiments.characters_attention",
    "characters-counts": "experiments.characters_counts",
    "csi300": "experiments.csi300",
    "imdb": "experiments.imdb",
    "imdb-bags": "experiments.imdb_bags",
    "segmentation": "experiments.segmentation",
    "boxes": "experiments.boxes",
    "vae": "experiments.vae",
    "gan": "experiments.gan",
    "cart-pole": "experiments.cart_pole",
}
# Those whose run reads the test set of some data at its end. A run is a reading, then.
TESTED_BY_RUN = {
    "mnist-cnn-deep": "mnist",
    "mnist-cnn-best": "mnist",
    "small-networks": "fashion-mnist",
    "waves": "waves",
    "imdb": "imdb",
    "imdb-bags": "imdb",
    "characters-attention": "king-james",
    "characters-counts": "king-james",
}
# Those that are tested apart, by `test NAME`.
TESTED_APART = ("mnist-sgd", "mnist-mlp", "mnist-conv", "mnist-cnn", "csi300")


def main(arguments: Sequence[str], data: Path | None = None) -> int:
    """Runs the experiments named, or tests them; returns the exit status.

    Args:
        arguments: what the command line says.
        data: the folder of results, runs and the ledger; that of the repository if None.
    """
    from backprop import TrainingInterrupted, keep_freed_memory
    from backprop.data.sources import DataError
    from experiments.readings import ReadingRefused
    from experiments.record import REPOSITORY

    test = list(arguments[:1]) == ["test"]
    named, known = list(arguments)[test:], TESTED_APART if test else tuple(EXPERIMENTS)
    names = list(known) if named == ["all"] else named
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        wrong = f"there is no experiment {unknown[0]!r}" if unknown else "no experiment named"
        what = f"{wrong} that is tested apart" if test else wrong
        print(f"experiments: {what}, wanted all or some of:", *known, file=sys.stderr)
        return 2
    keep_freed_memory()
    for name in names:
        try:
            (_test if test else _train)(name, REPOSITORY / "data" if data is None else data)
        except (DataError, FloatingPointError, ReadingRefused) as error:
            print(f"experiments: {error}", file=sys.stderr)
            return 1
        except TrainingInterrupted as stopped:
            print(f"experiments: {stopped}", file=sys.stderr)
            print(f"experiments: `python -m experiments {name}` makes it", file=sys.stderr)
            return 130
    return 0


def _train(name: str, folder: Path) -> None:
    """Runs an experiment and records it, as a reading too if its run tests."""
    from experiments.readings import LEDGER, committed_code, counts, enter
    from experiments.record import commit_of_code, digest, record

    data, ledger, runs = TESTED_BY_RUN.get(name), folder / LEDGER.name, folder / "runs"
    commit = commit_of_code() if data is None else committed_code(ledger)
    print(f"{name}, at commit {commit}")
    result = import_module(EXPERIMENTS[name]).run(runs / name)
    tested = None
    if data is not None:
        enter(data, name, commit, digest(result.settings), ledger)
        tested = {"commit": commit, "readings": counts(data, name, ledger)}
    path = record(name, result, commit, folder / "results", runs, tested)
    for checkpoint in (runs / name).glob("*.npz"):
        checkpoint.unlink()
    print(*(f"  {key} {value:g}" for key, value in result.metrics.items()), sep="\n")
    print(f"  written to {path}")
    if name in TESTED_APART:
        print(f"  commit it; then `make test-set NAME={name}` tests it")


def _test(name: str, folder: Path) -> None:
    """Reads the test set for an experiment whose result is committed."""
    from experiments.readings import LEDGER
    from experiments.testing import read_test_set

    experiment, ledger = import_module(EXPERIMENTS[name]), folder / LEDGER.name
    path = read_test_set(name, experiment, folder / "results", folder / "runs", ledger)
    print(f"{name}: tested, written to {path}; commit it together with {ledger}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
