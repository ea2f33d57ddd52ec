"""The fast convolutions against the chapter on speed: at its own random values.

Each line of `lib/backprop` that cites an equation of the chapter computes it, and each way has the
gradients that the chapter derives.
"""

import json
import re
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from backprop.fast import convolution as fast
from backprop.fast import im2col as columns_of_images
from backprop.fast import unrolling
from experiments.speed import SpeedSettings, explained
from tests.chapters.test_recurrent import AT_ONCE

ROOT = Path(__file__).parents[2]
CHAPTER = "fast"
DRAWS = range(2)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


def options(values):
    """The settings that the chapter gives a value for the checker."""
    return {name: values[name] for name in ("stride", "padding", "dilation")}


WAYS = {
    "im2col": (columns_of_images, "conv2d_im2col"),
    "fast": (fast, "conv2d"),
}


def convolve(way, values):
    """Returns y and the cache of one of the three ways."""
    module, name = WAYS[way]
    forward = getattr(module, f"{name}_forward")
    return forward(values["x"], values["W"], values["b"], **options(values))


def conv_forward(way):
    return lambda values: convolve(way, values)[0]


def conv_backward(way, position):
    def gradient(values):
        _, cache = convolve(way, values)
        module, name = WAYS[way]
        return getattr(module, f"{name}_backward")(dy_of(values), cache)[position]

    return gradient


def axes(values):
    """How the windows lie along rows and columns, as the code keeps it."""
    _, cache = convolve("fast", values)
    return cache.rows, cache.columns


def im2col(values):
    rows, columns = axes(values)
    return unrolling.im2col(values["x"], rows, columns).reshape(values["cols"].shape)


def col2im(values):
    """Adds up the chapter's gradient for the columns."""
    rows, columns = axes(values)
    dcols = values(r"\frac{\partial L}{\partial X}")
    matrix = dcols.reshape(np.prod(dcols.shape[:3]), -1)
    return unrolling.col2im(matrix, values["x"].shape, rows, columns)


def dcols(values):
    """What the backward pass hands to col2im."""
    with patch.object(columns_of_images, "col2im") as given:
        conv_backward("im2col", 0)(values)
    return given.call_args.args[0].reshape(values["cols"].shape)


def unroll(values):
    """All that the output rows look at; rows that a stride leaves over are not unrolled."""
    rows, columns = axes(values)
    found = unrolling.unroll(values["x"], slice(0, rows.outputs), rows, columns)
    assert (found[:, -1] == 1).all()
    Z = values("Z").copy()
    assert len(Z) - len(found) < rows.stride
    Z[: len(found)] = found[:, :-1].reshape(len(found), *Z.shape[1:])
    return Z


def fold(values):
    """Adds up the chapter's gradient for the unrolled images."""
    rows, columns = axes(values)
    dZ = values(r"\frac{\partial L}{\partial Z}")
    band = slice(0, rows.outputs)
    reached = (rows.outputs - 1) * rows.stride + rows.reach
    assert not dZ[reached:].any()
    dx = np.zeros_like(values["x"])
    dX = dZ[:reached].reshape(reached, -1, *dZ.shape[3:])
    unrolling.fold(dX, dx, band, rows, columns)
    return dx


def dunrolled(values):
    """What the backward pass, all images at once, hands to fold."""
    with (
        patch.object(fast, "share_batch", lambda work, N: [work(slice(0, N))]),
        patch.object(fast, "fold") as given,
    ):
        conv_backward("fast", 0)(values)
    found = given.call_args.args[0]
    dZ = np.zeros_like(values("Z"))
    dZ[: len(found)] = found.reshape(len(found), *dZ.shape[1:])
    assert given.call_count == 1
    return dZ


CODE = {
    "eq:conv-im2col": im2col,
    "eq:conv-matrix-y": conv_forward("im2col"),
    "eq:conv-matrix-dW": conv_backward("im2col", 1),
    "eq:conv-matrix-dcols": dcols,
    "eq:conv-col2im": col2im,
    "eq:conv-unroll": unroll,
    "eq:conv-fast-y": conv_forward("fast"),
    "eq:conv-fast-dW": conv_backward("fast", 1),
    "eq:conv-fast-dX": dunrolled,
    "eq:conv-fold": fold,
}


def test_every_mark_is_covered(marked):
    assert CODE.keys() | AT_ONCE.keys() == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("label", ["eq:conv-col2im", "eq:conv-fold"])
def test_every_way_has_the_gradients_of_the_chapter(chapter, same, label, way, draw):
    values = chapter(CHAPTER, label, draw=draw)
    same(convolve(way, values)[0], values["y"])
    for position, name in enumerate(("x", "W", "b")):
        wanted = values(rf"\frac{{\partial L}}{{\partial {name}}}")
        same(conv_backward(way, position)(values), wanted)


@pytest.fixture(scope="module")
def measured():
    return json.loads((ROOT / "data/results/speed.json").read_text(encoding="utf-8"))


def test_what_the_text_counts_is_what_was_measured(measured):
    """It says how many channels, taps, numbers in a row and operations in a product there are."""
    settings, metrics = measured["settings"], measured["metrics"]
    text = (ROOT / "docs/chapters/fast.md").read_text(encoding="utf-8")
    channels, taps, row = settings["channels"], settings["kernel"] ** 2, settings["size"]
    assert rf"\frac{{2 \cdot {channels} \cdot {channels} \cdot {taps}}}" in text
    assert f"(16 + 16 + 2 \\cdot {channels * taps})" in text
    assert f"rows of {row} numbers" in text
    assert f"{4 * channels * taps * row**2 / 1e6:.2f} MB" in text
    assert f"{2 * settings['sequences'] * settings['units'] ** 2:,} operations" in text
    assert f"{settings['side']} × {settings['side']}" in text
    assert metrics["direct_intensity"] == 36
    assert metrics["im2col_intensity"] == 3.6


def test_what_the_text_foretells_is_what_was_measured(measured):
    """Where the text says in words what a step brings, the numbers must go on saying so."""
    metrics = measured["metrics"]
    phrases = {
        "a side of about 32": 28 < 6 * metrics["ridge"] < 36,
        "in the small one the call counts": 1e3 * metrics["call_us"]
        > 2 * 32**3 / metrics["peak_rate"],
        "what takes the rest was not sought": metrics["double_over_peak"] < 0.49,
        "nearly doubles the product": metrics["peak_two_over_peak"] > 1.8,
        "Whether it speeds the copy up cannot be told": metrics["copy_two_over_copy"] - 1
        < metrics["copy_spread"],
        "a thousandth of the copy": 500 < metrics["copy_bandwidth"] / 0.04 < 2000,
        "it takes nearly three times as long": 2.6
        < metrics["im2col_backward_ms"] / metrics["im2col_forward_ms"]
        < 3,
        "That is more than foretold": metrics["blocks_forward_over_im2col"]
        > metrics["blocks_foretold"],
        "Between four images and sixteen little changes": all(
            abs(metrics[f"block_{n}_rate"] / metrics["block_8_rate"] - 1) < 0.1 for n in (4, 16)
        ),
        "the [figure](#fig:block-sizes) has it slow": metrics["block_1_rate"]
        == min(measured["curve"]["block_rate"]),
        "of that roof. So look where the time goes": metrics["im2col_forward_rate"]
        < metrics["im2col_roof"] / 2,
        "Measured, in between": metrics["copy_two_over_copy"]
        < metrics["threads_over_columns"]
        < metrics["peak_two_over_peak"],
        "the table has more": metrics["adam_in_place_over_adam_plain"] > 1.2 * 37 / 32,
        "above the peak of": metrics["with_itself_rate"] > metrics["peak_rate"],
    }
    text = " ".join((ROOT / "docs/chapters/fast.md").read_text(encoding="utf-8").split())
    for phrase, holds in phrases.items():
        assert phrase in text
        assert holds, phrase
    assert metrics["plain_over_loops"] > 100
    assert metrics["columns_over_blocks"] > 1.1
    assert metrics["adam_parts_over_adam_in_place"] > 1.1
    part = dict(zip(measured["curve"]["part"], measured["curve"]["part_ms"], strict=True))
    lowest = min(part, key=part.get)
    assert min(part) < lowest < max(part)  # a valley
    for kind in ("rnn", "lstm", "gru"):  # "far below their products"
        assert metrics[f"{kind}_at_once_over_{kind}_walk"] > 1.2
        assert metrics[f"{kind}_at_once_share"] < 0.7 * metrics["weights_at_once_share"]


def test_what_the_text_reckons_with_what_was_measured(measured):
    """The sums that it does in passing."""
    metrics, settings = measured["metrics"], measured["settings"]
    text = " ".join((ROOT / "docs/chapters/fast.md").read_text(encoding="utf-8").split())
    blocks = metrics["blocks_forward_ms"]
    rows = 2 / 3 * metrics["copied_rows"] * metrics["copied_row_ns"] / 1e6
    copies = 2 / 3 * metrics["im2col_copy_ms"]
    both = f"a factor of {blocks / (blocks - rows):.2f} forward"
    assert f"that is {rows:.1f} of the blocks'" in text
    assert f"{both}; with all bytes as in main memory {copies:.1f} ms" in text
    most, found = blocks / (blocks - copies), blocks / metrics["columns_forward_ms"]
    assert f"and {most:.2f}. Measured forward: {found:.2f}" in text
    assert found > most  # "So the copy is not all"
    calls = (settings["steps"] - 1) * metrics["call_us"] / 1e3
    saved = metrics["inputs_by_step_ms"] - metrics["inputs_at_once_ms"]
    assert f"fall away, {calls:.2f} ms; the inputs' product saves {saved:.2f} of" in text
    passes = 25 * 4 * settings["parameters"] / metrics["copy_cached_bandwidth"] / 1e6
    assert f"these 25 take {passes:.1f} ms" in text
    assert f"with the seven, {passes + metrics['adam_bound_ms']:.1f}" in text
    every = 32 * 4 * settings["parameters"] / metrics["copy_bandwidth"] / 1e6
    assert f"32 passes would take {every:.1f} ms" in text
    assert every > metrics["adam_in_place_ms"]
    like = json.loads((ROOT / "data/results/bench.json").read_text(encoding="utf-8"))
    (case,) = (
        row for row in like["table"] if row["case"].endswith("16×28×28, to 16 channels by 3×3")
    )
    operations, taken = 3 * 2 * 100 * 26**2 * 16 * 16 * 9, like["metrics"]["convolution_2_ms"]
    assert taken == pytest.approx(sum(case["ours_ms"]), rel=1e-3)
    assert like["metrics"]["convolution_2_rate"] == pytest.approx(
        operations / taken / 1e6, rel=1e-4
    )
    assert f"100 images and no padding, {operations / 1e9:.2f} billion operations" in text


def test_the_parts_were_told_apart_as_the_text_says(measured):
    """Its interval says of each part whether it can be told from nothing."""
    parts = json.loads((ROOT / "data/results/speed-parts.json").read_text(encoding="utf-8"))
    metrics = parts["metrics"]
    for setting in ("images", "channels", "size", "kernel"):
        assert parts["settings"][setting] == measured["settings"][setting]
    text = (ROOT / "docs/chapters/fast.md").read_text(encoding="utf-8")
    phrases = {
        "blocks add nothing that can be told": ["blocks"],
        "of the rest only the biases in the product": ["single_items", "in_pieces"],
    }
    for phrase, nothing in phrases.items():
        assert phrase in text
        for part in nothing:
            assert metrics[f"{part}_gain_low"] < 1 < metrics[f"{part}_gain_high"], part
    for part in ("kept", "columns_alone", "columns"):
        assert metrics[f"{part}_gain_low"] > 1, part


def test_what_is_recorded_follows_from_what_was_measured(measured):
    settings = SpeedSettings(**measured["settings"])
    for name, value in explained(measured["metrics"], settings).items():
        assert measured["metrics"][name] == pytest.approx(value, rel=1e-4), name


def test_the_figure_has_the_machine_that_was_measured(measured):
    """In the interactive figure this core stands in round numbers, true to a quarter."""
    model = (ROOT / "docs/assets/interactive/models/roofline.js").read_text(encoding="utf-8")
    found = re.search(r"core: .* peak: (\S+), bandwidth: (\S+), call: (\S+) }", model)
    peak, bandwidth, call = (float(number) for number in found.groups())
    metrics = measured["metrics"]
    assert peak == pytest.approx(metrics["peak_rate"] * 1e9, rel=0.25)
    assert bandwidth == pytest.approx(metrics["copy_bandwidth"] * 1e9, rel=0.25)
    assert 0.5 < call * 1e6 / metrics["call_us"] < 2
