"""A small problem to train on, which can be interrupted in the middle of a step."""

import signal

import numpy as np

from backprop import Adam, Identity, Linear, ReLU, Sequential, cosine_decay, train


class Noise(Identity):
    """A layer that draws at random in training, as dropout will: from the generator of the run.

    Before each of its passes, in training or not, it calls a hook with the number of the pass.
    """

    def __init__(self, rng):
        super().__init__()
        self.rng, self.passes, self.hook = rng, 0, lambda number: None

    def forward(self, x, *, training, mask=None):
        self.passes += 1
        self.hook(self.passes)
        noise = 0.1 * self.rng.normal(size=x.shape) if training else 0.0
        return super().forward(x + noise, training=training)


class Problem:
    """A small classification problem: 53 samples, so that batches of 8 leave 5 over."""

    def __init__(self, optimizer=Adam, seed=7):
        draw = np.random.default_rng(99)
        self.x = draw.normal(size=(53, 6))
        self.target = (self.x @ draw.normal(size=(6, 3))).argmax(axis=1)
        validation_x = draw.normal(size=(20, 6))
        self.validation = validation_x, draw.integers(0, 3, 20)
        self.rng = np.random.default_rng(seed)
        self.network = Sequential(
            [
                Linear(6, 9, rng=self.rng),
                ReLU(),
                Noise(self.rng),
                Linear(9, 3, rng=self.rng),
            ]
        )
        self.optimizer = optimizer(0.05)

    def train(self, hook=None, **options):
        if hook is not None:
            self.network.layers["2"].hook = hook
        options = {
            "epochs": 4,
            "batch_size": 8,
            "validation": self.validation,
            "schedule": cosine_decay(0.05, 4 * 7),
            "progress": False,
        } | options
        return train(self.network, self.optimizer, self.x, self.target, rng=self.rng, **options)


def ctrl_c(at):
    """Returns a hook that presses Ctrl-C in one pass: a real signal, in the middle of a step."""

    def press(number):
        if number == at:
            signal.raise_signal(signal.SIGINT)

    return press


def assert_same_run(problem, history, other, other_history):
    assert history == other_history  # floats, all of them, to the last bit
    for name, param in problem.network.params.items():
        np.testing.assert_array_equal(param, other.network.params[name], strict=True)
    mine, theirs = problem.optimizer.state(), other.optimizer.state()
    assert mine.keys() == theirs.keys()
    for name, value in mine.items():
        np.testing.assert_array_equal(value, theirs[name], strict=True)
    assert problem.rng.bit_generator.state == other.rng.bit_generator.state
