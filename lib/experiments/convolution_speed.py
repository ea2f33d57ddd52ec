"""`convolution-speed`: what each step from seven loops to the fast convolution brings.

All ways do the same work on one core: the loops on one image, the others on a whole batch, and one
of them also on a few images at a time, which the caches hold unrolled. What counts is the
processor's time, so that it does not matter what else the machine is doing; and the shortest of
several calls, since the longer ones were disturbed.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop.fast import convolution, im2col, unrolling
from experiments import convolution_loops
from experiments.record import Number, Result

Images = NDArray[np.float32]

WAYS = {
    "loops": (convolution_loops, "conv2d_loops"),
    "im2col": (im2col, "conv2d_im2col"),
    "fast": (convolution, "conv2d"),
}


@dataclass(frozen=True, kw_only=True)
class SpeedSettings:
    """What is convolved.

    Attributes:
        images: images of the batch; the loops get one of them.
        channels: channels of the images.
        size: their height and width.
        kernels: how many kernels.
        kernel: height and width of a kernel; the padding keeps the size.
        calls: how often each way is called, but for the loops.
        seed: of the numbers.
    """

    images: int = 100
    channels: int = 16
    size: int = 28
    kernels: int = 16
    kernel: int = 3
    calls: int = 10
    seed: int = 0


SETTINGS = SpeedSettings()


def run(checkpoints: Path, settings: SpeedSettings = SETTINGS) -> Result:
    """Measures all ways; there is nothing to go on from."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    side = settings.size
    x = rng.standard_normal((settings.images, settings.channels, side, side), np.float32)
    shape = settings.kernels, settings.channels, settings.kernel, settings.kernel
    W, b = rng.standard_normal(shape, np.float32), rng.standard_normal(settings.kernels, np.float32)
    unrolled = settings.channels * settings.kernel**2 * side**2 * x.itemsize
    few = max(1, unrolling.BLOCK // unrolled)
    metrics: dict[str, Number] = {}
    both: dict[str, float] = {}
    with one_core():
        for name, way, images, at_once, calls in (
            ("loops", "loops", x[:1], 1, 1),
            ("im2col", "im2col", x, len(x), settings.calls),
            ("blocks", "im2col", x, few, settings.calls),
            ("fast", "fast", x, len(x), settings.calls),
        ):
            blocks = [images[n : n + at_once] for n in range(0, len(images), at_once)]
            times = milliseconds(way, blocks, W, b, calls)
            forward, backward = (taken / len(images) for taken in times)
            metrics[f"{name}_forward_ms"], metrics[f"{name}_backward_ms"] = forward, backward
            both[name] = forward + backward
    for slower, faster in pairwise(both):
        metrics[f"{faster}_over_{slower}"] = both[slower] / both[faster]
    metrics["fast_over_loops"] = both["loops"] / both["fast"]
    metrics["columns_megabytes"] = unrolled * settings.images / 1e6
    metrics["block_megabytes"] = unrolling.BLOCK / 1e6
    seconds = time.perf_counter() - start
    return Result(metrics, {}, (settings.seed,), asdict(settings), seconds)


def milliseconds(
    way: str, blocks: Sequence[Images], W: Images, b: Images, calls: int
) -> tuple[float, float]:
    """Times one way forward and backward, one block of images after the other."""
    module, name = WAYS[way]
    forward: Callable[..., tuple[Images, object]] = getattr(module, f"{name}_forward")
    backward: Callable[..., object] = getattr(module, f"{name}_backward")
    shortest = np.full(2, np.inf)
    for _ in range(calls):
        taken = np.zeros(2)
        for x in blocks:
            times = [time.process_time()]
            y, cache = forward(x, W, b, padding=W.shape[-1] // 2)
            times.append(time.process_time())
            backward(y, cache)
            times.append(time.process_time())
            taken += np.diff(times)
        shortest = np.minimum(shortest, taken)
    return 1000 * float(shortest[0]), 1000 * float(shortest[1])


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps this process on one core, where the system lets it choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
