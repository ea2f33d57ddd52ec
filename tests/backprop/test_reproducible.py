"""The same training ends with the same bits: on any number of cores, beside any other thread.

Each run is a process of its own, since OpenBLAS asks only when it starts how many threads it has.
"""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import hashlib, sys, threading
import numpy as np
from backprop.fast import parallel
from backprop.layers import (
    LSTM, Conv2d, Embedding, Flatten, LastStep, Linear, MaxPool2d, ReLU, Sequential
)
from backprop.training.loop import train
from backprop.training.optimizers import Adam

def mlp(rng):
    x = rng.standard_normal((600, 784), np.float32)
    return x, [Linear(784, 300, rng=rng, dtype="f4"), ReLU(), Linear(300, 10, rng=rng, dtype="f4")]

def cnn(rng):
    x = rng.standard_normal((600, 1, 28, 28), np.float32)
    first = Conv2d(1, 8, 5, rng=rng, dtype="f4", input_gradient=False)
    return x, [first, MaxPool2d(2), ReLU(), Flatten(), Linear(1152, 10, rng=rng, dtype="f4")]

class Steps(Flatten):
    "Tokens of samples, (N, T), as tokens of steps, (T, N)."
    def forward(self, x, *, training, mask=None):
        return x.T
    def backward(self, dy):
        return dy.T

def decoder(rng):
    table = rng.standard_normal((50, 64), np.float32)
    lstm = LSTM(64, 300, rng=rng, dtype="f4")  # its products are so large that threads share them
    tokens = rng.integers(0, 50, (600, 12))
    last = LastStep(), Linear(300, 10, rng=rng, dtype="f4")
    return tokens, [Steps(), Embedding(table), lstm, *last]

def run(name, epochs):
    rng = np.random.default_rng(0)
    x, layers = {"mlp": mlp, "cnn": cnn, "decoder": decoder}[name](rng)
    network, target = Sequential(layers), rng.integers(0, 10, len(x))
    train(network, Adam(), x, target, epochs=epochs, batch_size=256, rng=rng, progress=False)
    return network

name, cores, beside, before = sys.argv[1:]
parallel._cores = lambda: int(cores)
if before == "before":
    run("cnn", 1)
if beside == "beside":
    stop = threading.Event()
    def again():
        while not stop.is_set():
            run("cnn", 1)
    other = threading.Thread(target=again)
    other.start()
network = run(name, 2)
if beside == "beside":
    stop.set()
    other.join()
digest = hashlib.sha256()
for key, array in sorted(network.params.items()):
    digest.update(array.tobytes())
print(digest.hexdigest())
"""


def digest_of(name, threads, cores, beside, before):
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
    command = [sys.executable, "-c", PROGRAM, name, str(cores), beside, before]
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("name", ["mlp", "cnn", "decoder"])
def test_weights_depend_on_no_cores_no_threads_and_no_history(name):
    wanted = digest_of(name, 1, 1, "alone", "first")
    cases = [
        (1, 2, "alone", "first"),
        (2, 2, "alone", "first"),
        (3, 1, "alone", "before"),
        (2, 2, "beside", "first"),
    ]
    assert {digest_of(name, *case) for case in cases} == {wanted}
