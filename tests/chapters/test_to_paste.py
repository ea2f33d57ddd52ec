"""What a chapter gives to be pasted: it runs where nothing is but Python, and needs NumPy alone.

`docs/conftest.py` runs each block among the examples of its page, which hold what it computes
against central differences or against the book's own functions.
"""

import builtins
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from book.made.cells import Names

CHAPTERS = Path(__file__).parents[2] / "docs" / "chapters"
BLOCK = re.compile(r'^ *```python title="to paste"\n(.*?)^ *```$', re.MULTILINE | re.DOTALL)


def blocks(text):
    return [dedent(found) for found in BLOCK.findall(text)]


def pages():
    return {page.stem: page.read_text(encoding="utf-8") for page in CHAPTERS.glob("*.md")}


BLOCKS = [(name, code) for name, text in sorted(pages().items()) for code in blocks(text)]


def needed(code):
    """Names that a block uses, and neither binds nor finds in Python."""
    names = Names.of(code)
    return names.used - names.bound - set(dir(builtins))


@pytest.mark.parametrize(("name", "code"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_a_block_stands_alone(name, code, tmp_path):
    assert not needed(code)
    taken = set(re.findall(r"^\s*(?:import|from) (\w+)", code, re.MULTILINE))
    assert taken - sys.stdlib_module_names == {"numpy"}
    file = tmp_path / "pasted.py"
    file.write_text(code, encoding="utf-8")
    run = subprocess.run([sys.executable, file], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def pasted(chapter):
    """What the block of a chapter defines."""
    names = {}
    (code,) = blocks(pages()[chapter])
    exec(compile(code, chapter, "exec"), names)
    return names


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32])
def test_pasted_convolution_and_pooling_take_images_of_whole_numbers(kind):
    images = np.random.default_rng(0).integers(0, 255, (2, 1, 5, 6)).astype(kind)
    W, b = np.full((3, 1, 2, 2), 0.25, np.float32), np.full(3, 0.5, np.float32)
    dy = np.ones((2, 3, 4, 5), np.float32)
    convolve = pasted("convolution")
    y, cache = convolve["conv_forward"](images, W, b)
    exact, of_floats = convolve["conv_forward"](images.astype(float), W, b)
    np.testing.assert_allclose(y, exact, rtol=1e-6)
    assert y.dtype == (np.float64 if kind is np.int64 else np.float32)
    for found, wanted in zip(
        convolve["conv_backward"](dy, cache),
        convolve["conv_backward"](dy, of_floats),
        strict=True,
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)
    pool = pasted("convolutional-networks")["pool_forward"]
    for padding in (0, 1):
        y, _ = pool(images, 2, padding=padding)
        np.testing.assert_array_equal(y, pool(images.astype(float), 2, padding=padding)[0])


def test_pasted_layers_take_gradients_of_whole_numbers():
    rng = np.random.default_rng(0)
    layer = pasted("classic-networks")
    _, cache = layer["layer_forward"](rng.normal(size=(2, 4, 3, 3)), rng.normal(size=(2, 4, 3, 3)))
    dy = rng.integers(-3, 4, (2, 2, 3, 3))
    exact = layer["layer_backward"](dy.astype(float), cache)
    for found, wanted in zip(layer["layer_backward"](dy, cache), exact, strict=True):
        np.testing.assert_allclose(found, wanted)


def test_what_a_block_lacks_is_seen():
    assert needed("def f(x):\n    return np.sin(x) + g(x)\n") == {"np", "g"}


def test_what_is_said_to_be_pasted_has_no_prompts():
    for name, text in pages().items():
        said = re.findall(r'^(?:\?\?\? \w+ ".*|\*\*.*)\bto paste(?:"$|\.\*\*)', text, re.MULTILINE)
        assert len(said) == len(blocks(text)), name
    assert len(BLOCKS) >= 3
