"""`speed`: what this machine can do, and how much of it each way to compute the same thing gets.

The peak of a product and the bandwidth of a copy come first. Then each way to convolve, from seven
loops to both cores; recurrent networks step by step and all steps at once; Adam, plain, in place
and part by part. All take turns in one run, so that what disturbs one disturbs its neighbours too.

What counts is the time that a core has worked, of two cores the one that worked longer, so that it
does not matter what else the machine is doing. In a turn the fastest of several tries counts, since
the slower ones were disturbed all the same; of all turns it is the median, and how far their
quartiles lie apart says how sure it is.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import Adam, convolution, gru, lstm, recurrent
from backprop.activations import OutputCache
from backprop.fast import convolution as columns
from backprop.fast import gru as fast_gru
from backprop.fast import im2col, unrolling
from backprop.fast import lstm as fast_lstm
from backprop.fast import optimizers as in_place
from backprop.fast import recurrent as fast_recurrent
from backprop.fast.activations import sigmoid_backward, sigmoid_forward
from backprop.fast.normalization import layernorm_backward, layernorm_forward
from backprop.fast.parallel import share_batch
from backprop.optimizers import adam_update
from backprop.shapes import Array
from experiments import convolution_loops
from experiments.awake import cores_awake
from experiments.record import Number, Result


@dataclass(frozen=True, kw_only=True)
class SpeedSettings:
    """What is computed. Numbers are float32, but for the second peak.

    Attributes:
        rounds: how often each piece has its turn.
        side: of the square matrices whose product gives the peak.
        megabytes: of an array that is copied from main memory to main memory.
        sides: of other products, the small ones among them.
        images: images of the batch that is convolved; the slowest ways get a few small ones.
        channels: channels of the images, and kernels.
        size: height and width of the images; the padding keeps it.
        kernel: height and width of a kernel.
        blocks: images that im2col is given at a time, to see what a block's size does.
        steps: of the recurrent networks.
        sequences: in their batch.
        units: of their state, and features of their input.
        rows: that layer norm works on.
        features: in each of them.
        parameters: that Adam moves.
        parts: of them that it is given at a time, to see what their size does.
        seed: of the numbers.
    """

    rounds: int = 10
    side: int = 1024
    megabytes: int = 64
    sides: tuple[int, ...] = (4, 8, 16, 32, 64, 128, 256, 512)
    images: int = 200
    channels: int = 16
    size: int = 28
    kernel: int = 3
    blocks: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)
    steps: int = 100
    sequences: int = 32
    units: int = 64
    rows: int = 2048
    features: int = 256
    parameters: int = 4_000_000
    parts: tuple[int, ...] = tuple(2**k for k in range(10, 22))
    seed: int = 0


SETTINGS = SpeedSettings()
# The ways to convolve, in the order in which one comes from the other.
WAYS = ("loops", "plain", "im2col", "blocks", "columns", "threads")
# Pieces that do the same work, and by how much the second is faster.
PAIRS = (
    ("peak", "peak_two"),
    ("copy", "copy_two"),
    ("inputs_by_step", "inputs_at_once"),
    ("weights_by_step", "weights_at_once"),
    ("rnn_walk", "rnn_at_once"),
    ("lstm_walk", "lstm_at_once"),
    ("gru_walk", "gru_at_once"),
    ("adam_plain", "adam_in_place"),
    ("adam_in_place", "adam_parts"),
)
# Tries in a turn, of which the fastest counts.
TRIES = 6


@dataclass(frozen=True)
class Piece:
    """Something to be timed.

    Attributes:
        name: of its metrics.
        work: does it.
        operations: additions and multiplications in it.
        bytes: of what it is given and of what it returns, each once; 0 where nobody asks.
        calls: how often it is done in a try, if once is too short for the clock.
        cores: that it may use.
    """

    name: str
    work: Callable[[], object]
    operations: float = 0
    bytes: float = 0
    calls: int = 1
    cores: int = 1


def run(_checkpoints: Path, settings: SpeedSettings = SETTINGS) -> Result:
    """Times all pieces in turns; there is nothing to go on from."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    pieces = [
        *machine(settings, rng),
        *products(settings, rng),
        *convolutions(settings, rng),
        *recurrences(settings, rng),
        *elementwise(settings, rng),
        *adams(settings, rng),
    ]
    metrics: dict[str, Number] = {"vector_bits": vector_bits()}
    with cores_awake():
        turns = take_turns(pieces, settings.rounds)
    for piece, taken in zip(pieces, turns, strict=True):
        low, middle, high = (float(q) for q in np.percentile(taken, [25, 50, 75]))
        metrics |= {f"{piece.name}_ms": 1e3 * middle, f"{piece.name}_spread": (high - low) / middle}
        if piece.operations:
            metrics[f"{piece.name}_rate"] = piece.operations / middle / 1e9
        if piece.bytes:
            metrics[f"{piece.name}_bandwidth"] = piece.bytes / middle / 1e9
    blocks = {n: metrics[f"block_{n}_rate"] for n in settings.blocks}
    blocks[settings.images] = metrics["im2col_forward_rate"]
    return Result(
        metrics=metrics | compared(metrics) | explained(metrics, settings),
        curve={
            "side": list(settings.sides),
            "product_rate": [metrics[f"product_{n}_rate"] for n in settings.sides],
            "block": list(blocks),
            "block_rate": list(blocks.values()),
            "part": [*settings.parts, settings.parameters],
            "part_ms": [metrics[f"adam_part_{n}_ms"] for n in settings.parts]
            + [metrics["adam_in_place_ms"]],
        },
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
    )


def compared(metrics: dict[str, Number]) -> dict[str, Number]:
    """Each piece as a share of what the machine can do, and beside the one before it."""
    peak, copy = metrics["peak_rate"], metrics["copy_bandwidth"]
    found: dict[str, Number] = {"ridge": peak / copy}
    for way in WAYS:
        # Backward has twice the operations of forward: the rate of both is that of three parts.
        parts = 1 / metrics[f"{way}_forward_rate"] + 2 / metrics[f"{way}_backward_rate"]
        found[f"{way}_rate"] = 3 / parts
        at_best = metrics["peak_two_rate"] if way == "threads" else peak
        found[f"{way}_share"] = found[f"{way}_rate"] / at_best
    for slower, faster in [*pairwise(WAYS), ("loops", "threads")]:
        found[f"{faster}_over_{slower}"] = found[f"{faster}_rate"] / found[f"{slower}_rate"]
    for slower, faster in PAIRS:
        found[f"{faster}_over_{slower}"] = metrics[f"{slower}_ms"] / metrics[f"{faster}_ms"]
        for name in (slower, faster):
            if name.startswith("adam"):
                found[f"{name}_share"] = metrics[f"{name}_bandwidth"] / copy
            elif f"{name}_rate" in metrics:
                found[f"{name}_share"] = metrics[f"{name}_rate"] / peak
    both = metrics["layernorm_forward_ms"] + metrics["layernorm_backward_ms"]
    found["layernorm_in_multiplications"] = both / metrics["multiply_ms"]
    found["exp_in_sigmoid"] = metrics["exp_ms"] / metrics["sigmoid_forward_ms"]
    return found


def explained(metrics: dict[str, Number], settings: SpeedSettings) -> dict[str, Number]:
    """What the counts of bytes, operations, calls and rows say to the times.

    Of the bytes count those that go to main memory or come from there: images and outputs, and
    im2col's matrix twice, since it is written and read.
    """
    peak, copy = metrics["peak_rate"], metrics["copy_bandwidth"]
    numbers = settings.channels * settings.kernel**2
    operations, size = 2.0 * settings.channels * numbers, 4 * 2 * settings.channels
    unrolled = operations / (size + 4 * 2 * numbers)
    rows = settings.images * numbers * settings.size
    bytes_ms = metrics["im2col_copy_bandwidth"] * metrics["im2col_copy_ms"] / copy
    roof = min(peak, unrolled * copy)
    moved = metrics["im2col_forward_rate"] / roof
    return {
        "double_over_peak": metrics["peak_double_rate"] / peak,
        "call_us": 1e3 * metrics[f"product_{min(settings.sides)}_ms"],
        "loops_operation_ns": 1 / metrics["loops_forward_rate"],
        "columns_megabytes": 4 * rows * settings.size / 1e6,
        "block_megabytes": unrolling.BLOCK / 1e6,
        "direct_intensity": operations / size,
        "im2col_intensity": unrolled,
        "im2col_roof": roof,
        "im2col_bytes_share": moved,
        "blocks_foretold": 1 / (1 - moved),
        "blocks_forward_over_im2col": metrics["blocks_forward_rate"]
        / metrics["im2col_forward_rate"],
        "copied_rows": rows,
        "copied_bytes_ms": bytes_ms,
        "copied_row_ns": 1e6 * (metrics["im2col_copy_ms"] - bytes_ms) / rows,
        "adam_bound_ms": 7 * 4 * settings.parameters / copy / 1e6,
    }


def vector_bits() -> int:
    """How many bits a core works on at once, as Linux tells; 128, which all have, if it does not.

    Examples:
        >>> vector_bits() in (128, 256, 512)
        True
    """
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        flags = set()
    return 512 if "avx512f" in flags else 256 if "avx2" in flags else 128


def machine(settings: SpeedSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """The peak of a product, in both precisions, and the bandwidth of a copy; by one core and two.

    Of a copy, what is read and what is written count.
    """
    n = settings.side
    matrices = rng.standard_normal((3, n, n))
    for name, dtype in (("peak", np.float32), ("peak_double", np.float64)):
        a, b, c = matrices.astype(dtype)
        multiply = partial(product_of_rows, slice(None), a, b, c)
        yield Piece(name, multiply, 2 * n**3)
        halves = partial(by_halves, product_of_rows, a, b, c)
        yield Piece(f"{name}_two", halves, 2 * n**3, cores=2)
    a = matrices[0].astype(np.float32)
    yield Piece("with_itself", lambda: a.T @ a, 2 * n**3)
    for name, megabytes, calls in (("copy", settings.megabytes, 1), ("copy_cached", 0.125, 200)):
        source = np.ones(int(megabytes * 1e6) // 4, np.float32)
        target = np.zeros_like(source)
        work = partial(copy_of_rows, slice(None), source, target)
        yield Piece(name, work, bytes=2 * source.nbytes, calls=calls)
        if name == "copy":
            halves = partial(by_halves, copy_of_rows, source, target)
            yield Piece("copy_two", halves, bytes=2 * source.nbytes, cores=2)


def product_of_rows(rows: slice, a: Array, b: Array, c: Array) -> None:
    """Multiplies some of the rows."""
    np.matmul(a[rows], b, out=c[rows])


def copy_of_rows(rows: slice, source: Array, target: Array) -> None:
    """Copies some of the numbers."""
    np.copyto(target[rows], source[rows])


def by_halves(work: Callable[..., None], *arrays: Array) -> None:
    """Lets two cores work, each on half of the rows of the first array."""
    middle = len(arrays[0]) // 2
    halves = slice(0, middle), slice(middle, None)
    share_batch(lambda half: work(halves[half.start], *arrays), 2)


def products(settings: SpeedSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """Products of square matrices, the smallest of which are all call."""
    for n in settings.sides:
        a, b = (rng.standard_normal((n, n), np.float32) for _ in range(2))
        work = partial(np.matmul, a, b, out=np.empty_like(a))
        yield Piece(f"product_{n}", work, 2 * n**3, calls=max(1, 10_000_000 // (n**3 + 20_000)))


def convolutions(settings: SpeedSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """The ways to convolve, forward and backward; blocks of other sizes; im2col's parts alone."""
    side, C, kernel = settings.size, settings.channels, settings.kernel
    x = rng.standard_normal((settings.images, C, side, side), np.float32)
    W = rng.standard_normal((C, C, kernel, kernel), np.float32)
    b = rng.standard_normal(C, np.float32)
    loops = convolution_loops.conv2d_loops_forward, convolution_loops.conv2d_loops_backward
    plain = convolution.conv2d_forward, convolution.conv2d_backward
    unrolled = im2col.conv2d_im2col_forward, im2col.conv2d_im2col_backward
    fast = columns.conv2d_forward, columns.conv2d_backward
    few = max(1, unrolling.BLOCK // (x[0].nbytes * kernel**2))
    small = kernel + 3
    ways: list[tuple[str, Any, Array, int]] = [
        ("loops", loops, x[:1, :, :small, :small], 1),
        ("plain", plain, x[:10], len(x)),
        ("im2col", unrolled, x, len(x)),
        ("blocks", unrolled, x, few),
        ("columns", fast, x, len(x)),
        ("threads", fast, x, len(x)),
    ]
    for name, (forward, backward), images, at_once in ways:
        work = partial(forward_by_parts, forward, images, at_once, W, b)
        operations, cores = 2.0 * images.size * W[0].size, 2 if name == "threads" else 1
        yield Piece(f"{name}_forward", work, operations, cores=cores)
        back = partial(backward_by_parts, backward, work())
        yield Piece(f"{name}_backward", back, 2 * operations, cores=cores)
    operations = 2.0 * x.size * W[0].size
    for n in settings.blocks:
        work = partial(forward_by_parts, unrolled[0], x, n, W, b)
        yield Piece(f"block_{n}", work, operations)
    _, cache = unrolled[0](x, W, b, padding=kernel // 2)
    unroll = partial(unrolling.im2col, x, cache.rows, cache.columns)
    X = unroll()
    yield Piece("im2col_copy", unroll, bytes=x.nbytes + X.nbytes)
    yield Piece("im2col_product", partial(np.matmul, W.reshape(C, -1), X), operations)


def forward_by_parts(
    forward: Callable[..., Any], x: Array, at_once: int, W: Array, b: Array
) -> list[Any]:
    """Convolves so many images at once, one part of the batch after the other."""
    parts = [x[n : n + at_once] for n in range(0, len(x), at_once)]
    return [forward(part, W, b, padding=W.shape[-1] // 2) for part in parts]


def backward_by_parts(backward: Callable[..., Any], results: Sequence[Any]) -> list[Any]:
    """Sends gradients back, one part after the other: the outputs themselves, since any will do."""
    return [backward(y, cache) for y, cache in results]


def recurrences(settings: SpeedSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """Recurrent networks step by step and all at once, there and back; two products alone."""
    T, N, H = settings.steps, settings.sequences, settings.units
    x, da = (rng.standard_normal((T, N, H), np.float32) for _ in range(2))
    zeros, W = np.zeros((N, H), np.float32), rng.standard_normal((H, H), np.float32)
    product = 2.0 * T * N * H * H
    for kind, gates, walk, fast, more in (
        ("rnn", 1, recurrent, fast_recurrent, ()),
        ("lstm", 4, lstm, fast_lstm, ()),
        ("gru", 3, gru, fast_gru, (zeros[0],)),
    ):
        states = (zeros, zeros) if kind == "lstm" else (zeros,)
        W_x, W_h = (
            W / np.float32(np.sqrt(H)) for W in rng.standard_normal((2, H, gates * H), np.float32)
        )
        weights = W_x, W_h, np.zeros(gates * H, np.float32), *more
        for name, module in (("walk", walk), ("at_once", fast)):
            work = partial(through_time, module, kind, x, states, weights, da)
            yield Piece(f"{kind}_{name}", work, 6 * gates * product)
    rows, da_rows, dW = x.reshape(T * N, H), da.reshape(T * N, H), np.zeros_like(W)
    yield Piece("inputs_by_step", lambda: [x_t @ W for x_t in x], product)
    yield Piece("inputs_at_once", lambda: rows @ W, product)
    steps = list(zip(x, da, strict=True))
    add = partial(np.add, dW, out=dW)
    yield Piece("weights_by_step", lambda: [add(x_t.T @ da_t) for x_t, da_t in steps], product)
    yield Piece("weights_at_once", lambda: rows.T @ da_rows, product)


def through_time(
    module: Any, kind: str, x: Array, states: Sequence[Array], weights: Sequence[Array], dh: Array
) -> tuple[Array, ...]:
    """Goes forward and back through all steps, and returns the gradients."""
    *_, cache = getattr(module, f"{kind}_forward")(x, *states, *weights)
    later = [np.zeros_like(state) for state in states[1:]]
    gradients: tuple[Array, ...] = getattr(module, f"{kind}_backward")(dh, *later, cache)
    return gradients


def elementwise(settings: SpeedSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """A sigmoid, and the exponential in it alone; layer norm, and one multiplication alone."""
    x, dy = rng.standard_normal((2, settings.rows, settings.features), np.float32)
    out, ones = np.empty_like(x), np.ones(settings.features, np.float32)
    _, (y,) = sigmoid_forward(x)
    _, cache = layernorm_forward(x, ones, ones)
    for name, work in {
        "exp": partial(np.exp, x, out=out),
        "multiply": partial(np.multiply, x, dy, out=out),
        "sigmoid_forward": partial(sigmoid_forward, x),
        "sigmoid_backward": partial(sigmoid_backward, dy, OutputCache(y)),
        "layernorm_forward": partial(layernorm_forward, x, ones, ones),
        "layernorm_backward": partial(layernorm_backward, dy, cache),
    }.items():
        yield Piece(name, work, calls=10)


def adams(settings: SpeedSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """Adam: four arrays are read, three are written."""
    param, grad, m = (rng.standard_normal(settings.parameters, np.float32) for _ in range(3))
    v, size = m * m, 7 * param.nbytes
    yield Piece("adam_plain", partial(adam_update, param, grad, m, v, 10), bytes=size)
    write = partial(in_place.adam_update, param, grad, m, v, 10, out=(param, m, v))
    yield Piece("adam_in_place", write, bytes=size)
    step = partial(Adam(1e-3).step, {"theta": param}, {"theta": grad})
    yield Piece("adam_parts", step, bytes=size)
    for n in settings.parts:
        yield Piece(f"adam_part_{n}", partial(adam_by_parts, n, param, grad, m, v))


def adam_by_parts(size: int, param: Array, grad: Array, m: Array, v: Array) -> None:
    """Takes a step of Adam with so many parameters at a time."""
    for start in range(0, len(param), size):
        part = slice(start, start + size)
        out = param[part], m[part], v[part]
        in_place.adam_update(param[part], grad[part], m[part], v[part], 10, out=out)


def take_turns(pieces: Sequence[Piece], rounds: int) -> NDArray[np.float64]:
    """Returns the seconds of each piece in each round, shape (pieces, rounds).

    A round that is not counted goes first: memory is fetched and threads are started in it.
    """
    taken = np.empty((rounds + 1, len(pieces)))
    for turn in taken:
        for number, piece in enumerate(pieces):
            turn[number] = fastest(piece)
    return taken[1:].T


def seconds_and_medians(
    pieces: Sequence[Piece], rounds: int
) -> tuple[dict[str, NDArray[np.float64]], dict[str, Number]]:
    """Lets pieces take turns, all cores awake.

    Returns:
        The seconds of each in each round, by its name; and metrics, the medians in ms.
    """
    with cores_awake():
        turns = take_turns(pieces, rounds)
    taken = {piece.name: seconds for piece, seconds in zip(pieces, turns, strict=True)}
    return taken, {f"{name}_ms": 1e3 * float(np.median(each)) for name, each in taken.items()}


def fastest(piece: Piece) -> float:
    """Returns the seconds of the fastest try."""
    with one_core() if piece.cores == 1 else nullcontext():
        return min(busiest(piece) for _ in range(TRIES)) / piece.calls


def busiest(piece: Piece) -> float:
    """Returns the seconds that the thread which worked longest has worked on a piece."""
    idents = [thread.ident for thread in threading.enumerate() if thread.ident is not None]
    clocks = [time.pthread_getcpuclockid(ident) for ident in idents]
    before = [time.clock_gettime(clock) for clock in clocks]
    for _ in range(piece.calls):
        piece.work()
    return max(time.clock_gettime(clock) - at for clock, at in zip(clocks, before, strict=True))


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps this thread on one core, where the system lets it choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
