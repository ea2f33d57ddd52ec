"""Ours against PyTorch, live, on inputs that the golden files do not hold."""

import numpy as np
import pytest

from backprop import initializers
from tests.peers import golden, inputs, ours

torch = pytest.importorskip("torch")

from tests.peers import make_golden  # noqa: E402 - it imports PyTorch

pytestmark = pytest.mark.peers
each_module = pytest.mark.parametrize("name", inputs.MAKERS)


@each_module
@pytest.mark.parametrize("seed", range(5))
def test_same_results(name, seed):
    given = inputs.make(name, seed)
    ours.assert_equal(getattr(ours, name)(**given), make_golden.results(name, given))


@each_module
def test_golden_files_are_what_pytorch_gives(name):
    given, wanted = golden.read(name)
    ours.assert_equal(given, inputs.make(name, inputs.GOLDEN_SEED))
    ours.assert_equal(wanted, make_golden.results(name, given))


init = torch.nn.init
INITIALIZERS = {
    "xavier_uniform": init.xavier_uniform_,
    "xavier_normal": init.xavier_normal_,
    "he_uniform": lambda tensor: init.kaiming_uniform_(tensor, nonlinearity="relu"),
    "he_normal": lambda tensor: init.kaiming_normal_(tensor, nonlinearity="relu"),
}


@pytest.mark.parametrize("shape", [(300, 200), (30, 20, 9, 11)])
@pytest.mark.parametrize("name", INITIALIZERS)
def test_initial_values_have_the_same_variance(name, shape):
    ours = getattr(initializers, name)(shape, np.random.default_rng(0))
    torch.manual_seed(0)
    # Our matrices are (fan_in, fan_out), theirs (fan_out, fan_in).
    tensor = torch.empty(shape[::-1] if len(shape) == 2 else shape, dtype=torch.float64)
    theirs = INITIALIZERS[name](tensor).numpy()
    np.testing.assert_allclose(ours.var(), theirs.var(), rtol=6 * np.sqrt(2 / ours.size))
    if name.endswith("uniform"):
        np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=1e-3)
