"""`bench-parts`: what takes the time of an LSTM and of an embedding, two cases of the benchmark.

How is as in `speed`: all take turns, on one core, and the time that it has worked counts. The parts
of the LSTM are its products, with matrices laid out as it lays them out: those that wait for the
step before, forward and back, and those over all steps. Of the embedding's way back they are the
places of single numbers, the table of zeros, and the adding. A part is compared with the whole in
each turn, and of these shares the median is told.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop.embedding import embedding_forward
from backprop.fast.embedding import embedding_backward
from backprop.fast.lstm import lstm_backward, lstm_forward
from backprop.fast.rows import by_gate, in_parts, written_in_parts
from backprop.shapes import Array
from experiments.record import Result
from experiments.speed import Piece, seconds_and_medians


@dataclass(frozen=True, kw_only=True)
class BenchPartsSettings:
    """What is computed: what the benchmark computes. Numbers are float32.

    Attributes:
        rounds: how often each piece has its turn.
        steps: of the LSTM.
        sequences: in its batch.
        features: of their steps.
        units: of its state.
        words: that the embedding has vectors of.
        numbers: in each of them.
        texts: that are looked up.
        length: of each text, in words.
        seed: of the numbers.
    """

    rounds: int = 20
    steps: int = 35
    sequences: int = 20
    features: int = 20
    units: int = 256
    words: int = 20_000
    numbers: int = 50
    texts: int = 64
    length: int = 200
    seed: int = 0


def run(_checkpoints: Path, settings: BenchPartsSettings = BenchPartsSettings()) -> Result:
    """Times all pieces in turns; there is nothing to go on from."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    pieces = [*of_an_lstm(settings, rng), *of_an_embedding(settings, rng)]
    taken, metrics = seconds_and_medians(pieces, settings.rounds)
    lstm = taken["lstm_forward"] + taken["lstm_backward"]
    embedding = taken["embedding_forward"] + taken["embedding_backward"]
    shares = {
        "walk_in_lstm": (taken["walk_forward"] + taken["walk_backward"]) / lstm,
        "at_once_in_lstm": taken["at_once"] / lstm,
        "add_in_embedding": taken["add"] / embedding,
        "places_in_embedding": taken["places"] / embedding,
    }
    metrics |= {name: float(np.median(share)) for name, share in shares.items()}
    return Result(
        metrics=metrics,
        curve={},
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
    )


def of_an_lstm(settings: BenchPartsSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """The LSTM, and its products alone."""
    T, N, D, H = settings.steps, settings.sequences, settings.features, settings.units

    def drawn(*shape: int) -> Array:
        return rng.standard_normal(shape, np.float32) / np.float32(np.sqrt(H))

    x, h0, c0, W_x, W_h, b = (
        drawn(*shape) for shape in [(T, N, D), (N, H), (N, H), (D, 4 * H), (H, 4 * H), (4 * H,)]
    )
    h, _, cache = lstm_forward(x, h0, c0, W_x, W_h, b)
    dh, dc, da = drawn(T, N, H), drawn(N, H), drawn(T, N, 4 * H)
    yield Piece("lstm_forward", partial(lstm_forward, x, h0, c0, W_x, W_h, b))
    yield Piece("lstm_backward", partial(lstm_backward, dh, dc, cache))
    W, W_T = in_parts(by_gate(W_h, 4), N), in_parts(W_h.T, N)
    yield Piece("walk_forward", products(h, W, np.empty((4, N, H), np.float32)))
    yield Piece("walk_backward", products(da, W_T, np.empty((N, H), np.float32)))
    W_gx, rows = by_gate(W_x, 4), da.reshape(T * N, 4 * H)

    def at_once() -> None:
        x[:, np.newaxis] @ W_gx
        rows @ W_x.T
        x.reshape(T * N, D).T @ rows
        h.reshape(T * N, H).T @ rows

    yield Piece("at_once", at_once)


def products(steps: Array, W: Array, out: Array) -> Callable[[], None]:
    """Multiplies each step by the same matrices, which are in parts."""
    written = written_in_parts(out, W.shape[-3])

    def work() -> None:
        for step in steps:
            np.matmul(step, W, out=written)

    return work


def of_an_embedding(settings: BenchPartsSettings, rng: np.random.Generator) -> Iterator[Piece]:
    """The embedding, and what its way back consists of."""
    V, D, shape = settings.words, settings.numbers, (settings.length, settings.texts)
    tokens = np.minimum(rng.zipf(1.2, shape), V) - 1  # a few words make up most of a text
    W = rng.standard_normal((V, D), np.float32)
    dy = rng.standard_normal((*shape, D), np.float32)
    _, cache = embedding_forward(tokens, W)
    yield Piece("embedding_forward", partial(embedding_forward, tokens, W))
    yield Piece("embedding_backward", partial(embedding_backward, dy, cache))

    def places() -> NDArray[np.intp]:
        return (tokens.reshape(-1, 1).astype(np.intp) * D + np.arange(D)).ravel()

    yield Piece("places", places)
    yield Piece("add", partial(np.add.at, np.zeros(V * D, np.float32), places(), dy.ravel()))
