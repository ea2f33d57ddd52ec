"""Optimisers beside PyTorch's, over 200 steps in which the learning rate falls."""

import numpy as np
import pytest

from backprop import (
    NAG,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Group,
    Momentum,
    RMSprop,
    cosine_decay,
)

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers

STEPS = 200
ours_and_theirs = {
    "SGD": (SGD, "SGD", {}),
    "Momentum": (Momentum, "SGD", {"momentum": 0.8}),
    "NAG": (NAG, "SGD", {"momentum": 0.8, "nesterov": True}),
    "Adagrad": (Adagrad, "Adagrad", {"eps": 1e-6}),
    "RMSprop": (RMSprop, "RMSprop", {"alpha": 0.9, "eps": 1e-6}),
    "Adadelta": (Adadelta, "Adadelta", {"rho": 0.95, "eps": 1e-5}),
    "Adam": (Adam, "Adam", {"betas": (0.8, 0.99), "eps": 1e-6}),
    "AdamW": (AdamW, "AdamW", {"betas": (0.8, 0.99), "eps": 1e-6}),
}


def in_our_names(options):
    """PyTorch's options as ours: betas apart, and the forgetting of RMSprop by the paper's name."""
    ours = {name: value for name, value in options.items() if name not in ("betas", "nesterov")}
    if "alpha" in ours:
        ours["rho"] = ours.pop("alpha")
    if "betas" in options:
        ours["beta1"], ours["beta2"] = options["betas"]
    return ours


@pytest.mark.parametrize("name", ours_and_theirs)
@pytest.mark.parametrize("decay", [0.0, 0.05])
@pytest.mark.parametrize("given", [True, False], ids=["options", "defaults"])
def test_step_for_step(name, decay, given):
    kind, theirs, options = ours_and_theirs[name]
    required = {"nesterov": True, "momentum": 0.9} if name == "NAG" else {}
    required |= {"momentum": 0.9} if name == "Momentum" else {}
    options = options if given else required
    schedule = cosine_decay(0.05, STEPS)
    rng = np.random.default_rng(3)
    params = {"W": rng.normal(size=(4, 3)), "b": rng.normal(size=3)}
    leaves = {key: torch.tensor(param) for key, param in params.items()}
    no_decay = Group(lambda key, param: key == "b", weight_decay=0.0)
    optimizer = kind(0.05, weight_decay=decay, groups=[no_decay], **in_our_names(options))
    groups = [
        {"params": [leaves["W"]], "weight_decay": decay},
        {"params": [leaves["b"]], "weight_decay": 0.0},
    ]
    peer = getattr(torch.optim, theirs)(groups, lr=0.05, **options)
    for step in range(STEPS):
        optimizer.lr = schedule(step)
        grads = {key: rng.normal(size=param.shape) + 0.3 for key, param in params.items()}
        optimizer.step(params, grads)
        for group in peer.param_groups:
            group["lr"] = schedule(step)
        for key, leaf in leaves.items():
            leaf.grad = torch.tensor(grads[key])
        peer.step()
        for key, leaf in leaves.items():
            np.testing.assert_allclose(params[key], leaf.numpy(), rtol=1e-10, atol=1e-12)
