"""`speed-parts`: what each part of two steps of the fast convolution brings, forward, on one core.

From one matrix product to blocks, the memory of its columns is first kept from call to call, so
that what blocks bring beyond that is theirs. From blocks to columns alone, four things change: only
columns are unrolled; their rows are copied as single items; the product is cut into pieces; the
biases are multiplied in. They are added in this order, and what one brings may depend on it.

How is as in `speed`: all take turns, and the time that a core has worked counts. A step is compared
with the one before it in each turn, and of these ratios the median and the quartiles are told: what
disturbs one disturbs its neighbour too.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from backprop.fast import convolution as columns
from backprop.fast import im2col, unrolling
from backprop.fast.axes import axes
from backprop.shapes import Array
from experiments.record import Result
from experiments.speed import Piece, forward_by_parts, seconds_and_medians


@dataclass(frozen=True, kw_only=True)
class PartsSettings:
    """What is convolved: what `speed` convolves. Numbers are float32.

    Attributes:
        rounds: how often each piece has its turn.
        images: images of the batch.
        channels: channels of the images, and kernels.
        size: height and width of the images; the padding keeps it.
        kernel: height and width of a kernel.
        seed: of the numbers.
    """

    rounds: int = 40
    images: int = 200
    channels: int = 16
    size: int = 28
    kernel: int = 3
    seed: int = 0


# In the order in which one comes from the other.
STEPS = ("im2col", "kept", "blocks", "columns_alone", "single_items", "in_pieces", "columns")


def run(_checkpoints: Path, settings: PartsSettings = PartsSettings()) -> Result:
    """Times all pieces in turns; there is nothing to go on from."""
    start = time.perf_counter()
    pieces = list(steps(settings, np.random.default_rng(settings.seed)))
    taken, metrics = seconds_and_medians(pieces, settings.rounds)
    compared = [(f"{after}_gain", before, after) for before, after in pairwise(STEPS)]
    compared += [("blocks_in_all", "im2col", "blocks"), ("columns_in_all", "blocks", "columns")]
    for name, before, after in compared:
        low, middle, high = np.percentile(taken[before] / taken[after], [25, 50, 75])
        metrics |= {name: float(middle), f"{name}_low": float(low), f"{name}_high": float(high)}
    return Result(
        metrics=metrics,
        curve={},
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
    )


def steps(settings: PartsSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """The ways to convolve, in the order of `STEPS`; each call of one returns its outputs."""
    side, C, kernel = settings.size, settings.channels, settings.kernel
    x = rng.standard_normal((settings.images, C, side, side), np.float32)
    W = rng.standard_normal((C, C, kernel, kernel), np.float32)
    b = rng.standard_normal(C, np.float32)
    unrolled = im2col.conv2d_im2col_forward
    few = max(1, unrolling.BLOCK // (x[0].nbytes * kernel**2))
    yield Piece("im2col", partial(outputs, unrolled, x, len(x), W, b))
    yield Piece("kept", with_memory_kept(x, W, b))
    yield Piece("blocks", partial(outputs, unrolled, x, few, W, b))
    without = {"single_items": False, "in_pieces": False, "biases_inside": False}
    for name, added in (
        ("columns_alone", None),
        ("single_items", "single_items"),
        ("in_pieces", "in_pieces"),
        ("columns", "biases_inside"),
    ):
        if added:
            without[added] = True
        yield Piece(name, partial(by_columns, x, W, b, **without))


def outputs(forward: Callable[..., Any], x: Array, at_once: int, W: Array, b: Array) -> list[Array]:
    """Convolves so many images at once, and returns the outputs of each part of the batch."""
    return [y for y, _ in forward_by_parts(forward, x, at_once, W, b)]


def with_memory_kept(x: Array, W: Array, b: Array) -> Callable[[], list[Array]]:
    """Returns im2col's forward pass with the columns, and the outputs, in arrays made once.

    Zeros of the padding stay where they were, and are not written again.
    """
    (N, C), (K, _, P, Q), around = x.shape[:2], W.shape, W.shape[-1] // 2
    rows, across = axes(x.shape[2:], (P, Q), 1, around, 1)
    U, V = rows.outputs, across.outputs
    cols = np.zeros((C, P, Q, N, U, V), x.dtype)
    y = np.empty((K, N * U * V), x.dtype)

    def forward() -> list[Array]:
        for p, q in np.ndindex(P, Q):
            (u, h), (v, w) = rows.tap(p), across.tap(q)
            cols[:, p, q, :, u, v] = x[:, :, h, w].transpose(1, 0, 2, 3)
        np.matmul(W.reshape(K, -1), cols.reshape(C * P * Q, -1), out=y)
        np.add(y, b[:, None], out=y)
        return [y.reshape(K, N, U, V).transpose(1, 0, 2, 3)]

    return forward


def by_columns(
    x: Array, W: Array, b: Array, *, single_items: bool, in_pieces: bool, biases_inside: bool
) -> list[Array]:
    """The fast convolution, or what it is without some of its parts.

    Args:
        x: images, shape (N, C, H, W).
        W: kernels, shape (K, C, P, P).
        b: biases, shape (K,).
        single_items: whether a row is copied as a single item.
        in_pieces: whether the product is cut into pieces.
        biases_inside: whether the product adds the biases; they are added to its result otherwise.
    """
    with ExitStack() as left_out:
        if not single_items:
            left_out.enter_context(patch.object(unrolling, "copy_rows", np_copy))
        if not in_pieces:
            left_out.enter_context(patch.object(unrolling, "pieces", whole))
        given = b if biases_inside else np.zeros_like(b)
        y, _ = columns.conv2d_forward(x, W, given, padding=W.shape[-1] // 2)
    if not biases_inside:
        np.add(y, b[:, None, None], out=y)
    return [y]


def np_copy(source: Array, target: Array) -> None:
    """Copies an array into another as NumPy does, one short row after the other."""
    target[...] = source


def whole(columns: int, rows: int, others: int) -> Iterator[slice]:
    """Leaves the columns of a matrix in one piece."""
    yield slice(0, columns)
