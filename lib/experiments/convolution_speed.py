"""`convolution-speed`: what each step from seven loops to the fast convolution brings.

The three ways do the same work on one core: the loops on one image, the others on a whole batch.
What counts is the processor's time, so that it does not matter what else the machine is doing; and
the shortest of several calls, since the longer ones were disturbed.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import convolution
from experiments.record import Number, Result

Images = NDArray[np.float32]


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
    """Measures the three ways; there is nothing to go on from."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    side = settings.size
    x = rng.standard_normal((settings.images, settings.channels, side, side), np.float32)
    shape = settings.kernels, settings.channels, settings.kernel, settings.kernel
    W, b = rng.standard_normal(shape, np.float32), rng.standard_normal(settings.kernels, np.float32)
    metrics: dict[str, Number] = {}
    both: dict[str, float] = {}
    with one_core():
        for way, images, calls in (
            ("conv2d_loops", x[:1], 1),
            ("conv2d_im2col", x, settings.calls),
            ("conv2d", x, settings.calls),
        ):
            forward, backward = milliseconds(way, images, W, b, calls)
            name = {"conv2d": "fast"}.get(way, way.removeprefix("conv2d_"))
            metrics[f"{name}_forward_ms"], metrics[f"{name}_backward_ms"] = forward, backward
            both[name] = forward + backward
    metrics["im2col_over_loops"] = both["loops"] / both["im2col"]
    metrics["fast_over_im2col"] = both["im2col"] / both["fast"]
    metrics["fast_over_loops"] = both["loops"] / both["fast"]
    columns = settings.channels * settings.kernel**2 * settings.images * side**2
    metrics["columns_megabytes"] = columns * x.itemsize / 1e6
    seconds = time.perf_counter() - start
    return Result(metrics, {}, settings.seed, asdict(settings), seconds)


def milliseconds(way: str, x: Images, W: Images, b: Images, calls: int) -> tuple[float, float]:
    """Times one way forward and backward, for one image."""
    forward: Callable[..., tuple[Images, object]] = getattr(convolution, f"{way}_forward")
    backward: Callable[..., object] = getattr(convolution, f"{way}_backward")
    shortest = [float("inf")] * 2
    for _ in range(calls):
        times = [time.process_time()]
        y, cache = forward(x, W, b, padding=W.shape[-1] // 2)
        times.append(time.process_time())
        backward(y, cache)
        times.append(time.process_time())
        shortest = np.minimum(shortest, np.diff(times)).tolist()
    return 1000 * shortest[0] / len(x), 1000 * shortest[1] / len(x)


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
