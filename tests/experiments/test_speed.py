"""The speed of each way to compute the same thing, measured on a small batch."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from backprop import convolution, gru, lstm, recurrent
from backprop.fast import convolution as columns
from backprop.fast import gru as fast_gru
from backprop.fast import im2col, unrolling
from backprop.fast import lstm as fast_lstm
from backprop.fast import recurrent as fast_recurrent
from backprop.optimizers import adam_update
from experiments import convolution_loops, speed
from experiments.speed import PAIRS, WAYS, Piece, SpeedSettings, one_core, run

SMALL = SpeedSettings(
    rounds=2,
    side=16,
    megabytes=1,
    sides=(2, 3),
    images=3,
    channels=2,
    size=5,
    kernel=3,
    blocks=(1, 2),
    steps=3,
    sequences=2,
    units=4,
    rows=3,
    features=2,
    parameters=10,
    parts=(3, 4),
)


@pytest.fixture(scope="module")
def found():
    if not hasattr(time, "pthread_getcpuclockid"):
        pytest.skip("no clock of a thread here")
    return run(Path(), SMALL)


def test_rates_follow_from_times(found):
    metrics = found.metrics
    for name, operations in {
        "peak": 2 * 16**3,
        "product_3": 2 * 3**3,
        # 3 images of 5 x 5 places, 2 kernels, each of 2 channels of 3 x 3 taps
        "columns_forward": 2 * 3 * 25 * 2 * 18,
        "columns_backward": 4 * 3 * 25 * 2 * 18,
        "block_2": 2 * 3 * 25 * 2 * 18,
        "im2col_product": 2 * 3 * 25 * 2 * 18,
        # three products of each step, with the input's weights and with the state's: y, dx, dW
        "lstm_walk": 2 * 6 * 3 * 2 * 4 * 16,
        "weights_at_once": 2 * 3 * 2 * 4 * 4,
    }.items():
        seconds = metrics[f"{name}_ms"] / 1e3
        assert metrics[f"{name}_rate"] == pytest.approx(operations / seconds / 1e9)
        assert metrics[f"{name}_spread"] >= 0
    for name, size in {
        "copy": 2e6,
        "adam_parts": 7 * 10 * 4,
        "im2col_copy": 3 * 25 * 2 * 4 * (1 + 9),
    }.items():
        assert metrics[f"{name}_bandwidth"] == pytest.approx(size / metrics[f"{name}_ms"] / 1e6)


def test_each_is_compared_with_what_the_machine_can_do_and_with_the_one_before(found):
    metrics = found.metrics
    assert metrics["ridge"] == pytest.approx(metrics["peak_rate"] / metrics["copy_bandwidth"])
    for way in WAYS:
        forward, backward = (metrics[f"{way}_{part}_ms"] for part in ("forward", "backward"))
        operations = metrics[f"{way}_forward_rate"] * forward
        assert metrics[f"{way}_rate"] == pytest.approx(3 * operations / (forward + backward))
        peak = metrics["peak_two_rate" if way == "threads" else "peak_rate"]
        assert metrics[f"{way}_share"] == pytest.approx(metrics[f"{way}_rate"] / peak)
    ratio = metrics["columns_rate"] / metrics["blocks_rate"]
    assert metrics["columns_over_blocks"] == pytest.approx(ratio)
    ratio = metrics["threads_rate"] / metrics["loops_rate"]
    assert metrics["threads_over_loops"] == pytest.approx(ratio)
    for slower, faster in PAIRS:
        ratio = metrics[f"{slower}_ms"] / metrics[f"{faster}_ms"]
        assert metrics[f"{faster}_over_{slower}"] == pytest.approx(ratio)
    share = metrics["adam_parts_bandwidth"] / metrics["copy_bandwidth"]
    assert metrics["adam_parts_share"] == pytest.approx(share)
    passes = metrics["layernorm_in_multiplications"] * metrics["multiply_ms"]
    both = metrics["layernorm_forward_ms"] + metrics["layernorm_backward_ms"]
    assert passes == pytest.approx(both)
    alone = metrics["exp_in_sigmoid"] * metrics["sigmoid_forward_ms"]
    assert alone == pytest.approx(metrics["exp_ms"])
    share = metrics["gru_walk_rate"] / metrics["peak_rate"]
    assert metrics["gru_walk_share"] == pytest.approx(share)


def test_what_the_counts_say_to_the_times(found):
    metrics = found.metrics
    assert metrics["call_us"] == pytest.approx(1e3 * metrics["product_2_ms"])
    # one image of 5 x 5 places, 2 kernels of 2 channels of 3 x 3 taps
    nanoseconds = 1e6 * metrics["loops_forward_ms"] / (2 * 25 * 2 * 18)
    assert metrics["loops_operation_ns"] == pytest.approx(nanoseconds)
    # 2 channels of 3 x 3 taps, 3 images of 5 x 5 places, 4 bytes
    assert metrics["columns_megabytes"] == pytest.approx(18 * 3 * 25 * 4 / 1e6)
    assert metrics["block_megabytes"] == pytest.approx(unrolling.BLOCK / 1e6)
    # for each place: 2 kernels times 18 inputs; 2 numbers read, 2 written, 18 written and read
    assert metrics["direct_intensity"] == pytest.approx(2 * 2 * 18 / (4 * (2 + 2)))
    assert metrics["im2col_intensity"] == pytest.approx(2 * 2 * 18 / (4 * (2 + 2 + 2 * 18)))
    roof = metrics["im2col_intensity"] * metrics["copy_bandwidth"]
    assert metrics["im2col_roof"] == pytest.approx(min(metrics["peak_rate"], roof))
    assert metrics["copied_rows"] == 18 * 3 * 5
    # 3 images of 2 channels are read, 18 numbers written for each of their places
    bytes_ms = 3 * 25 * (2 + 18) * 4 / metrics["copy_bandwidth"] / 1e6
    assert metrics["copied_bytes_ms"] == pytest.approx(bytes_ms)
    nanoseconds = 1e6 * (metrics["im2col_copy_ms"] - bytes_ms) / (18 * 3 * 5)
    assert metrics["copied_row_ns"] == pytest.approx(nanoseconds)
    bound = 7 * 10 * 4 / metrics["copy_bandwidth"] / 1e6
    assert metrics["adam_bound_ms"] == pytest.approx(bound)
    assert metrics["vector_bits"] in (128, 256, 512)


@pytest.mark.parametrize(("peak", "roof"), [(1000.0, 36.0), (30.0, 30.0)])
def test_the_roof_over_im2col(peak, roof):
    """3.6 operations a byte, of which 10 come in a nanosecond, or what the core can do."""
    metrics = {"peak_rate": peak, "copy_bandwidth": 10.0, "product_4_ms": 1.0}
    metrics |= {"loops_forward_rate": 1.0, "im2col_copy_ms": 1.0, "im2col_copy_bandwidth": 5.0}
    metrics |= {"peak_double_rate": peak / 2, "im2col_forward_rate": roof / 4}
    metrics |= {"blocks_forward_rate": roof / 3}
    found = speed.explained(metrics, speed.SETTINGS)
    assert found["im2col_roof"] == pytest.approx(roof)
    assert found["im2col_bytes_share"] == pytest.approx(1 / 4)
    assert found["blocks_foretold"] == pytest.approx(4 / 3)
    assert found["blocks_forward_over_im2col"] == pytest.approx(4 / 3)
    assert found["double_over_peak"] == 0.5
    assert found["copied_bytes_ms"] == 0.5


def test_curves(found):
    assert found.curve["side"] == [2, 3]
    assert found.curve["product_rate"] == [found.metrics[f"product_{n}_rate"] for n in (2, 3)]
    assert found.curve["block"] == [1, 2, 3]
    assert found.curve["block_rate"][-1] == found.metrics["im2col_forward_rate"]
    assert found.curve["part"] == [3, 4, 10]
    assert found.curve["part_ms"][1] == found.metrics["adam_part_4_ms"]
    assert found.curve["part_ms"][-1] == found.metrics["adam_in_place_ms"]


@pytest.mark.parametrize(("block", "sizes"), [(1, [1, 1, 1]), (3600, [2, 1]), (5400, [3])])
def test_a_block_is_what_the_caches_hold(monkeypatch, block, sizes):
    """Unrolled, an image takes 2 channels of 3 x 3 taps, 5 x 5 places, 4 bytes: 1800 bytes."""
    monkeypatch.setattr(unrolling, "BLOCK", block)
    pieces = speed.convolutions(SMALL, np.random.default_rng(0))
    (blocks,) = (piece for piece in pieces if piece.name == "blocks_forward")
    assert [len(y) for y, _ in blocks.work()] == sizes


@pytest.mark.parametrize("at_once", [1, 2, 5])
@pytest.mark.parametrize(
    ("module", "name"),
    [(convolution_loops, "conv2d_loops"), (im2col, "conv2d_im2col"), (columns, "conv2d")],
)
def test_all_ways_compute_the_same(module, name, at_once):
    rng = np.random.default_rng(0)
    x, W, b = (rng.standard_normal(shape) for shape in [(5, 3, 4, 6), (2, 3, 3, 3), (2,)])
    y, cache = convolution.conv2d_forward(x, W, b, padding=1)
    dx, dW, db = convolution.conv2d_backward(y, cache)
    results = speed.forward_by_parts(getattr(module, f"{name}_forward"), x, at_once, W, b)
    gradients = speed.backward_by_parts(getattr(module, f"{name}_backward"), results)
    assert len(results) == len(gradients) == -(-5 // at_once)
    close = partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-12)
    close(np.concatenate([part for part, _ in results]), y)
    close(np.concatenate([part for part, _, _ in gradients]), dx)
    close(sum(part for _, part, _ in gradients), dW)
    close(sum(part for _, _, part in gradients), db)


@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": (1, 0), "dilation": (1, 2)}])
def test_the_loops_compute_what_the_plain_form_does(options):
    rng = np.random.default_rng(0)
    x, W, b = (rng.standard_normal(shape) for shape in [(2, 3, 5, 6), (4, 3, 2, 3), (4,)])
    y, cache = convolution_loops.conv2d_loops_forward(x, W, b, **options)
    wanted, plain_cache = convolution.conv2d_forward(x, W, b, **options)
    np.testing.assert_allclose(y, wanted, rtol=1e-12)
    found = convolution_loops.conv2d_loops_backward(np.cos(y), cache)
    for one, other in zip(found, convolution.conv2d_backward(np.cos(y), plain_cache), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("kind", "walk", "fast", "gates", "states", "more"),
    [
        ("rnn", recurrent, fast_recurrent, 1, 1, 0),
        ("lstm", lstm, fast_lstm, 4, 2, 0),
        ("gru", gru, fast_gru, 3, 1, 1),
    ],
)
def test_both_walks_find_the_same(kind, walk, fast, gates, states, more):
    rng = np.random.default_rng(0)
    x, dh = rng.standard_normal((2, 3, 2, 4))
    shapes = [(4, gates * 4), (4, gates * 4), (gates * 4,), *more * [(4,)]]
    weights = [rng.standard_normal(shape) for shape in shapes]
    start = rng.standard_normal((states, 2, 4))
    wanted, found = (
        speed.through_time(module, kind, x, start, weights, dh) for module in (walk, fast)
    )
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [3, 4, 20])
def test_adam_by_parts_moves_all_parameters(size):
    param, grad, m, v = np.random.default_rng(0).random((4, 10))
    wanted = adam_update(param, grad, m, v, 10)
    speed.adam_by_parts(size, param, grad, m, v)
    for one, other in zip((param, m, v), wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_two_cores_do_all_of_it():
    a, b = np.random.default_rng(0).standard_normal((2, 5, 5))
    c, copied = np.zeros((5, 5)), np.zeros(7)
    speed.by_halves(speed.product_of_rows, a, b, c)
    np.testing.assert_allclose(c, a @ b, rtol=1e-12, atol=1e-14)
    speed.by_halves(speed.copy_of_rows, np.arange(7.0), copied)
    np.testing.assert_array_equal(copied, np.arange(7.0))


def test_the_fastest_try_of_a_turn_counts_and_the_first_turn_does_not(monkeypatch):
    tries = iter([9.0, 9.0, 4.0, 2.0, 8.0, 6.0])
    monkeypatch.setattr(speed, "TRIES", 2)
    monkeypatch.setattr(speed, "busiest", lambda piece: next(tries))
    assert speed.take_turns([Piece("a", int, calls=2)], rounds=2).tolist() == [[1.0, 3.0]]


def test_the_thread_that_works_longest_counts(monkeypatch):
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(threading.get_ident).result()
        worked = {thread.ident: 5.0 for thread in threading.enumerate()} | {other: 8.0}

        def work():
            worked[threading.get_ident()] += 2
            worked[other] += 3

        monkeypatch.setattr(time, "pthread_getcpuclockid", lambda ident: ident, raising=False)
        monkeypatch.setattr(time, "clock_gettime", worked.get, raising=False)
        assert speed.busiest(Piece("a", work)) == 3
        assert speed.fastest(Piece("a", work, calls=4, cores=2)) == 3


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity here")
def test_one_core_is_given_back():
    before = os.sched_getaffinity(0)
    with one_core():
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def test_without_affinity(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    with one_core():
        pass


@pytest.mark.parametrize(
    ("flags", "bits"), [("sse2 avx2 avx512f", 512), ("sse2 avx2", 256), ("sse2 avx", 128)]
)
def test_the_width_of_a_vector(monkeypatch, flags, bits):
    monkeypatch.setattr(Path, "read_text", lambda path, encoding: f"flags : fpu {flags} bmi\n")
    assert speed.vector_bits() == bits


def test_the_width_of_a_vector_where_nothing_tells(monkeypatch):
    def missing(path, encoding):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert speed.vector_bits() == 128
