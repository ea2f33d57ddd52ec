"""The ways to convolve, timed on a small batch."""

import os

import numpy as np
import pytest

from backprop import convolution
from backprop.fast import unrolling
from experiments import convolution_loops, convolution_speed
from experiments.convolution_speed import SpeedSettings, one_core, run

SMALL = SpeedSettings(images=3, channels=2, size=5, kernels=4, kernel=3, calls=2)


def test_times_all_ways(tmp_path):
    found = run(tmp_path, SMALL)
    times = {key: value for key, value in found.metrics.items() if key.endswith("_ms")}
    assert len(times) == 8
    assert min(times.values()) > 0
    both = {
        way: times[f"{way}_forward_ms"] + times[f"{way}_backward_ms"]
        for way in ("loops", "im2col", "blocks", "fast")
    }
    assert found.metrics["im2col_over_loops"] == pytest.approx(both["loops"] / both["im2col"])
    assert found.metrics["blocks_over_im2col"] == pytest.approx(both["im2col"] / both["blocks"])
    assert found.metrics["fast_over_blocks"] == pytest.approx(both["blocks"] / both["fast"])
    assert found.metrics["fast_over_loops"] == pytest.approx(both["loops"] / both["fast"])
    # 2 channels of 3 x 3 taps, 3 images of 5 x 5 places, 4 bytes.
    assert found.metrics["columns_megabytes"] == pytest.approx(2 * 9 * 3 * 25 * 4 / 1e6)
    assert found.metrics["block_megabytes"] == pytest.approx(unrolling.BLOCK / 1e6)
    assert found.settings["images"] == 3


@pytest.mark.parametrize(("block", "sizes"), [(1, [1, 1, 1]), (3600, [2, 1]), (5400, [3])])
def test_a_block_is_what_the_caches_hold(monkeypatch, tmp_path, block, sizes):
    """Unrolled, an image takes 2 channels of 3 x 3 taps, 5 x 5 places, 4 bytes: 1800 bytes."""
    given = {}

    def milliseconds(way, blocks, W, b, calls):
        given.setdefault(way, []).append([len(x) for x in blocks])
        return 3.0, 6.0

    monkeypatch.setattr(unrolling, "BLOCK", block)
    monkeypatch.setattr(convolution_speed, "milliseconds", milliseconds)
    found = run(tmp_path, SMALL)
    assert given == {"loops": [[1]], "im2col": [[3], sizes], "fast": [[3]]}
    assert found.metrics["loops_forward_ms"] == 3
    assert found.metrics["blocks_backward_ms"] == 2


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
