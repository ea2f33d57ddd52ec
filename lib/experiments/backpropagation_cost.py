"""`backpropagation-cost`: what a pass back through linear layers costs, in time and in memory.

A row of linear layers with a ReLU behind each, all of one width, forward and backward in turns. The
time is a ratio within one run; memory is what Python and NumPy have allocated. Nothing is trained.
"""

import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from backprop import he_normal
from backprop.activations import relu_backward, relu_forward
from backprop.graph import Array
from backprop.linear import linear_backward, linear_forward
from experiments.record import Number, Result

LAYERS, WIDTH, BATCH, REPEATS, SEED = 6, 1000, 200, 30, 0


def run(
    _checkpoints: Path, layers: int = LAYERS, width: int = WIDTH, repeats: int = REPEATS
) -> Result:
    """Times passes forward and back, and measures what waits between them."""
    start = time.perf_counter()
    rng = np.random.default_rng(SEED)
    weights = [he_normal((width, width), rng) for _ in range(layers)]
    b = np.zeros(width)
    x: Array = rng.normal(size=(BATCH, width))

    def forward() -> list[Any]:
        y, caches = x, []
        for W in weights:
            z, cache = linear_forward(y, W, b)
            y, bent = relu_forward(z)
            caches.append((cache, bent))
        return caches

    def predict() -> None:
        y = x
        for W in weights:
            y, _ = relu_forward(linear_forward(y, W, b)[0])

    def backward(caches: list[Any]) -> None:
        dy: Array = np.ones_like(x)
        for cache, bent in reversed(caches):
            dy, _, _ = linear_backward(relu_backward(dy, bent), cache)

    backward(forward())  # the first pass is slower than all others
    ratios = []
    for _ in range(repeats):
        caches, forth = _timed(forward)
        _, back = _timed(partial(backward, caches))
        ratios.append(back / forth)
    metrics: dict[str, Number] = {
        "layers": layers,
        "width": width,
        "batch": BATCH,
        "repeats": repeats,
        "ratio_mean": float(np.mean(ratios)),
        "ratio_std": float(np.std(ratios, ddof=1)),
        "kept_mb": _allocated(forward)[0] / 1e6,
        "predict_mb": _allocated(predict)[1] / 1e6,
    }
    return Result(
        metrics=metrics,
        curve={"ratio": ratios},
        seeds=(SEED,),
        settings={"layers": layers, "width": width, "batch": BATCH, "repeats": repeats},
        seconds=time.perf_counter() - start,
    )


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _allocated(work: Callable[[], Any]) -> tuple[int, int]:
    """Returns the bytes that the result of some work keeps, and the most that it took meanwhile."""
    tracemalloc.start()
    try:
        kept = work()
        now, peak = tracemalloc.get_traced_memory()
        del kept
    finally:
        tracemalloc.stop()
    return now, peak
