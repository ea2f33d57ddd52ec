"""Our layers and PyTorch's modules with the same weights give the same outputs, both ways."""

import numpy as np
import pytest

from backprop import from_torch, to_torch
from backprop.layers import recurrent as recurrent_layers

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers
each_kind = pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
OPTIONS = [{}, {"layers": 3}, {"layers": 2, "bidirectional": True}]


def make(kind, layers=1, bidirectional=False):
    """Returns our layer and PyTorch's module, each with weights of its own."""
    rng = np.random.default_rng(0)
    ours = getattr(recurrent_layers, kind)(
        3, 5, rng=rng, layers=layers, bidirectional=bidirectional
    )
    for param in ours.params.values():
        param += 0.1 * rng.standard_normal(param.shape)
    module = getattr(torch.nn, kind)(3, 5, num_layers=layers, bidirectional=bidirectional)
    return ours, module.double()


def assert_same_outputs(ours, theirs):
    x = np.random.default_rng(1).standard_normal((7, 2, 3))
    with torch.no_grad():
        wanted = theirs(torch.tensor(x))[0].numpy()
    np.testing.assert_allclose(ours.forward(x, training=False), wanted, rtol=0, atol=1e-10)


@each_kind
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_weights_from_pytorch(kind, options):
    ours, theirs = make(kind, **options)
    params = from_torch({name: p.numpy() for name, p in theirs.state_dict().items()})
    for name, param in ours.params.items():
        param[...] = params[name]
    assert_same_outputs(ours, theirs)


@each_kind
def test_states_that_go_on_are_pytorchs_detached_ones(kind):
    """Over windows, with updates between them: outputs and gradients of each."""
    rng = np.random.default_rng(2)
    ours = getattr(recurrent_layers, kind)(3, 5, rng=rng, layers=2, stateful=True)
    theirs = getattr(torch.nn, kind)(3, 5, num_layers=2).double()
    theirs.load_state_dict({k: torch.from_numpy(a) for k, a in to_torch(ours.params).items()})
    states = None
    for _ in range(4):
        x, dy = rng.standard_normal((7, 2, 3)), rng.standard_normal((7, 2, 5))
        y, states = theirs(torch.tensor(x), states)
        theirs.zero_grad()
        y.backward(torch.tensor(dy))
        states = tuple(a.detach() for a in states) if kind == "LSTM" else states.detach()
        np.testing.assert_allclose(ours.forward(x, training=True), y.detach(), rtol=0, atol=1e-10)
        ours.backward(dy)
        grads = from_torch({name: param.grad.numpy() for name, param in theirs.named_parameters()})
        for name, param in ours.params.items():
            if name.startswith("W"):  # a bias of ours is two of theirs, which would move twice
                np.testing.assert_allclose(ours.grads[name], grads[name], rtol=0, atol=1e-9)
                param -= 0.1 * ours.grads[name]
        with torch.no_grad():
            for name, param in theirs.named_parameters():
                if name.startswith("weight"):
                    param -= 0.1 * param.grad


@each_kind
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_weights_to_pytorch(kind, options):
    ours, theirs = make(kind, **options)
    state = {name: torch.from_numpy(array) for name, array in to_torch(ours.params).items()}
    theirs.load_state_dict(state)
    assert_same_outputs(ours, theirs)
