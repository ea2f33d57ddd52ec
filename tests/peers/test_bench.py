"""Both sides of the benchmark do the same work."""

import numpy as np
import pytest

from backprop import Sequential
from experiments import bench

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("build", [bench.small_network, bench.deep_network])
def test_networks_are_the_same(build):
    rng = np.random.default_rng(0)
    layers = build(rng)
    x = rng.random((5, 1, 28, 28), dtype=np.float32)
    with torch.no_grad():
        theirs = bench.as_torch(torch, layers)(torch.tensor(x)).numpy()
    ours = Sequential(layers).forward(x, training=True)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("case", bench.CASES, ids=lambda case: case.name)
def test_every_case_runs(case):
    ours, theirs = case.make(torch)
    assert len(ours()) == len(theirs())
