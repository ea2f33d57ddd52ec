"""Ours against golden values from PyTorch; `make golden` writes them anew."""

import pytest

from tests.peers import golden, inputs, ours


@pytest.mark.parametrize("name", inputs.MAKERS)
def test_results_are_pytorchs(name):
    given, wanted = golden.read(name)
    ours.assert_equal(getattr(ours, name)(**given), wanted)


def test_every_golden_file_is_compared():
    assert {path.stem for path in golden.GOLDEN.glob("*.npz")} == set(inputs.MAKERS)
