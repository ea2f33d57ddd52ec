"""Schedules beside PyTorch's schedulers, over 200 steps."""

import numpy as np
import pytest

from backprop import cosine_decay, exponential_decay, linear_decay, step_decay, warmup

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers
STEPS, LR = 200, 0.3


def their_rates(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


def warm(schedulers, optimizer):
    first = schedulers.LinearLR(optimizer, start_factor=1 / 30, total_iters=29)
    second = schedulers.CosineAnnealingLR(optimizer, T_max=170)
    return schedulers.SequentialLR(optimizer, [first, second], milestones=[30])


@pytest.mark.parametrize(
    ("schedule", "make"),
    [
        (cosine_decay(LR, STEPS), lambda s, o: s.CosineAnnealingLR(o, T_max=STEPS)),
        (
            linear_decay(LR, 150),
            lambda s, o: s.LinearLR(o, start_factor=1, end_factor=0, total_iters=150),
        ),
        (step_decay(LR, 30, 0.5), lambda s, o: s.StepLR(o, step_size=30, gamma=0.5)),
        (exponential_decay(LR, 0.97), lambda s, o: s.ExponentialLR(o, gamma=0.97)),
        (warmup(30, cosine_decay(LR, 170)), warm),
    ],
    ids=["cosine", "linear", "step", "exponential", "warmup"],
)
@pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step")
def test_rates_are_those_of_pytorch(schedule, make):
    ours = [schedule(step) for step in range(STEPS)]
    np.testing.assert_allclose(ours, their_rates(make), rtol=1e-12, atol=1e-15)
