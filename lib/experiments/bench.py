"""`make bench`: how fast the library is, PyTorch beside it in one run.

Each case is a row of `CASES`: it makes two functions, ours and PyTorch's, that do the same work on
the same numbers and return how long its parts took. They take turns; a turn begins after a pause,
in which the other's idle threads fall asleep, with a call that is not counted. The cores are kept
awake meanwhile.

What the machine does at best has its turns beside them: a case that multiplies matrices is told as
a share of the rate of a large product, any other as a share of the bandwidth of a copy. Operations
and bytes are counted by formulas.
"""

import importlib
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from backprop import (
    GRU,
    LSTM,
    RNN,
    Adam,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    keep_freed_memory,
    to_torch,
)
from backprop.dropout import dropout_backward, dropout_forward
from backprop.embedding import embedding_forward
from backprop.fast import activations, convolution, normalization, pooling
from backprop.fast.embedding import embedding_backward
from backprop.fast.losses import softmax_cross_entropy_backward, softmax_cross_entropy_forward
from backprop.fast.parallel import one_thread
from backprop.normalization import batchnorm_running
from experiments.awake import cores_awake
from experiments.record import RESULTS, Number, Result, commit_of_code, record
from experiments.speed import SETTINGS, by_halves, copy_of_rows, product_of_rows

# A function that works once and returns the seconds that each part took.
Timed = Callable[[], tuple[float, ...]]

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
PAUSE = 0.05
CALLS = 4
# Products of a layer in a training step: for the output and for the gradients of both factors.
PRODUCTS = 3
# Weighted sums that a unit has.
GATES = {RNN: 1, LSTM: 4, GRU: 3}


@dataclass(frozen=True)
class Case:
    """A row of the table.

    Attributes:
        group: what it is compared with others of; the group has one mean ratio.
        name: what is computed, in words.
        make: from PyTorch's module, the two functions to be timed, ours and PyTorch's.
        operations: additions and multiplications of its products, forward and backward.
        bytes: if it has no products, what must at least be read and written.
    """

    group: str
    name: str
    make: Callable[[Any], tuple[Timed, Timed]]
    operations: int = 0
    bytes: int = 0


def least_bytes(inputs: int, outputs: int, *, again: bool = False) -> int:
    """Bytes that a function and its gradient read and write at least, if each number comes once.

    Forward the inputs are read and the outputs written; backward the outputs' gradients are read
    and the inputs' are written. Masks and indices are not counted.

    Args:
        inputs: how many there are, in float32.
        outputs: how many there are.
        again: whether the gradient depends on the inputs too, which are then read once more; or
            on as many outputs in their place.
    """
    return 4 * ((2 + again) * inputs + 2 * outputs)


def pair(
    group: str,
    name: str,
    forward: Callable[..., tuple[Any, Any]],
    backward: Callable[..., Any],
    theirs: Callable[[Any], Callable[..., Any]],
    *shapes: Sequence[int],
    operations: int = 0,
    bytes: int = 0,
) -> Case:
    """A pair of functions on arrays of these shapes, all of which get a gradient.

    Args:
        group: the case's.
        name: the case's.
        forward: ours.
        backward: ours.
        theirs: from PyTorch's module, its function, of which it finds the gradients itself.
        *shapes: those of the arguments.
        operations: the case's.
        bytes: the case's.
    """

    def make(torch: Any) -> tuple[Timed, Timed]:
        rng = np.random.default_rng(0)
        arrays = [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]
        leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
        dy = rng.standard_normal(forward(*arrays)[0].shape, dtype=np.float32)[()]
        function, their_dy = theirs(torch), torch.tensor(dy)

        def time_ours() -> tuple[float, ...]:
            start = time.perf_counter()
            _, cache = forward(*arrays)
            middle = time.perf_counter()
            backward(dy, cache)
            return middle - start, time.perf_counter() - middle

        def time_theirs() -> tuple[float, ...]:
            start = time.perf_counter()
            y = function(*leaves)
            middle = time.perf_counter()
            torch.autograd.grad(y, leaves, their_dy)
            return middle - start, time.perf_counter() - middle

        return time_ours, time_theirs

    return Case(group, name, make, operations, bytes)


def conv_case(N: int, C: int, H: int, K: int, kernel: int, stride: int = 1, pad: int = 0) -> Case:
    """A convolution of square images with square kernels."""
    options: dict[str, Any] = {"stride": stride, "padding": pad}
    side = (H + 2 * pad - kernel) // stride + 1
    name = f"{N} images of {C}×{H}×{H}, to {K} channels by {kernel}×{kernel}"
    return pair(
        "convolution",
        name if stride == 1 else f"{name}, stride {stride}, padding {pad}",
        partial(convolution.conv2d_forward, **options),
        convolution.conv2d_backward,
        lambda torch: partial(torch.nn.functional.conv2d, **options),
        *((N, C, H, H), (K, C, kernel, kernel), (K,)),
        operations=PRODUCTS * 2 * N * K * side**2 * C * kernel**2,
    )


def max_pool_case(*shape: int) -> Case:
    """Max pooling 2×2."""
    return pair(
        "pooling",
        f"max 2×2 of {'×'.join(map(str, shape))}",
        partial(pooling.max_pool2d_forward, kernel=2),
        pooling.max_pool2d_backward,
        lambda torch: partial(torch.nn.functional.max_pool2d, kernel_size=2),
        shape,
        bytes=least_bytes(math.prod(shape), math.prod(shape) // 4),
    )


def average_pool_case(*shape: int) -> Case:
    """Average pooling 2×2."""
    return pair(
        "pooling",
        f"mean 2×2 of {'×'.join(map(str, shape))}",
        partial(pooling.avg_pool2d_forward, kernel=2),
        pooling.avg_pool2d_backward,
        lambda torch: partial(torch.nn.functional.avg_pool2d, kernel_size=2),
        shape,
        bytes=least_bytes(math.prod(shape), math.prod(shape) // 4),
    )


def batchnorm_case(*shape: int) -> Case:
    """Batch norm in training, its running statistics included."""
    D = shape[1]

    def forward(x: Any, gamma: Any, beta: Any) -> tuple[Any, Any]:
        y, cache = normalization.batchnorm_forward(x, gamma, beta)
        batchnorm_running(np.zeros(D, x.dtype), np.ones(D, x.dtype), cache)
        return y, cache

    def theirs(torch: Any) -> Any:
        mean, var = torch.zeros(D), torch.ones(D)
        norm = torch.nn.functional.batch_norm
        return lambda x, gamma, beta: norm(x, mean, var, gamma, beta, training=True)

    name = f"batch norm of {'×'.join(map(str, shape))}"
    return pair(
        "batch norm",
        name,
        forward,
        normalization.batchnorm_backward,
        theirs,
        *(shape, (D,), (D,)),
        bytes=least_bytes(math.prod(shape), math.prod(shape), again=True),
    )


def layernorm_case(*shape: int) -> Case:
    """Layer norm, over the last axis."""
    D = shape[-1]
    return pair(
        "layer norm",
        f"layer norm of {'×'.join(map(str, shape))}",
        normalization.layernorm_forward,
        normalization.layernorm_backward,
        lambda torch: lambda x, gamma, beta: torch.nn.functional.layer_norm(x, (D,), gamma, beta),
        *(shape, (D,), (D,)),
        bytes=least_bytes(math.prod(shape), math.prod(shape), again=True),
    )


def sigmoid_case(*shape: int) -> Case:
    """The sigmoid of each element."""
    return pair(
        "elementwise",
        f"sigmoid of {'×'.join(map(str, shape))}",
        activations.sigmoid_forward,
        activations.sigmoid_backward,
        lambda torch: torch.sigmoid,
        shape,
        bytes=least_bytes(math.prod(shape), math.prod(shape), again=True),
    )


def dropout_case(*shape: int) -> Case:
    """Dropout of half of the elements."""
    return pair(
        "elementwise",
        f"dropout of {'×'.join(map(str, shape))}",
        partial(dropout_forward, p=0.5, rng=np.random.default_rng(0)),
        dropout_backward,
        lambda torch: partial(torch.nn.functional.dropout, p=0.5),
        shape,
        bytes=least_bytes(math.prod(shape), math.prod(shape)),
    )


def cross_entropy_case(N: int, K: int) -> Case:
    """Softmax with cross-entropy, in one."""
    target = np.random.default_rng(0).integers(0, K, N)
    return pair(
        "loss",
        f"softmax with cross-entropy, {N} samples of {K} classes",
        lambda logits: softmax_cross_entropy_forward(logits, target),
        softmax_cross_entropy_backward,
        lambda torch: partial(torch.nn.functional.cross_entropy, target=torch.tensor(target)),
        (N, K),
        bytes=least_bytes(N * K, 1, again=True),
    )


def small_network(rng: np.random.Generator) -> list[Layer]:
    """One convolution, a pooling, two dense layers."""
    return [
        Conv2d(1, 30, 5, rng=rng, dtype=np.float32, input_gradient=False),
        MaxPool2d(2),
        ReLU(),  # on a quarter of the numbers; before the pooling it would make the same of them
        Flatten(),
        Linear(30 * 12 * 12, 100, rng=rng, dtype=np.float32),
        ReLU(),
        Linear(100, 10, rng=rng, dtype=np.float32),
    ]


def deep_network(rng: np.random.Generator) -> list[Layer]:
    """Six convolutions, a pooling after every second, two dense layers."""
    layers: list[Layer] = []
    for C, K, padding in [
        (1, 16, 1),
        (16, 16, 1),
        (16, 32, 1),
        (32, 32, 2),
        (32, 64, 1),
        (64, 64, 1),
    ]:
        options: dict[str, Any] = {"padding": padding, "input_gradient": bool(layers)}
        layers.append(Conv2d(C, K, 3, rng=rng, dtype=np.float32, **options))
        if C == K:
            layers.append(MaxPool2d(2))
        layers.append(ReLU())
    return [
        *layers,
        Flatten(),
        Linear(64 * 4 * 4, 50, rng=rng, dtype=np.float32),
        ReLU(),
        Linear(50, 10, rng=rng, dtype=np.float32),
    ]


def as_torch(torch: Any, layers: Sequence[Layer]) -> Any:
    """Builds the same network in PyTorch, with the same weights."""
    made: list[Any] = []
    for layer in layers:
        if isinstance(layer, Conv2d):
            K, C, *kernel = layer.params["W"].shape
            made.append(torch.nn.Conv2d(C, K, kernel, padding=layer.options["padding"]))
            made[-1].weight.data = torch.tensor(layer.params["W"])
            made[-1].bias.data = torch.tensor(layer.params["b"])
        elif isinstance(layer, Linear):
            made.append(torch.nn.Linear(*layer.params["W"].shape))
            made[-1].weight.data = torch.tensor(layer.params["W"].T.copy())
            made[-1].bias.data = torch.tensor(layer.params["b"])
        elif isinstance(layer, MaxPool2d):
            made.append(torch.nn.MaxPool2d(2))
        else:
            made.append(torch.nn.Flatten() if isinstance(layer, Flatten) else torch.nn.ReLU())
    return torch.nn.Sequential(*made)


def operations_of_step(layers: Sequence[Layer]) -> int:
    """Operations of all products in a training step on one digit.

    The gradient for the digit, which nobody asks for, is left out.
    """
    found, x = 0, np.zeros((1, 1, 28, 28), np.float32)
    for layer in layers:
        x = layer(x)
        if isinstance(layer, Conv2d | Linear):
            # Each output is the sum of as many products as a unit, or a kernel, has weights.
            weights = layer.params["W"].size // layer.params["b"].size
            products = PRODUCTS - 1 if layer is layers[0] else PRODUCTS
            found += products * 2 * x.size * weights
    return found


def step_case(name: str, build: Callable[[np.random.Generator], list[Layer]], N: int) -> Case:
    """A whole training step on N digits: forward, loss, backward, Adam."""

    def make(torch: Any) -> tuple[Timed, Timed]:
        rng = np.random.default_rng(0)
        layers = build(rng)
        network, optimizer = Sequential(layers), Adam()
        x, target = rng.random((N, 1, 28, 28), dtype=np.float32), rng.integers(0, 10, N)
        twin = as_torch(torch, layers)
        their_optimizer = torch.optim.Adam(twin.parameters())
        their_x, their_target = torch.tensor(x), torch.tensor(target)

        def time_ours() -> tuple[float, ...]:
            start = time.perf_counter()
            with one_thread():  # as `train` does
                _, cache = softmax_cross_entropy_forward(network.forward(x, training=True), target)
                network.backward(softmax_cross_entropy_backward(1.0, cache))
                optimizer.step(network.params, network.grads)
            return (time.perf_counter() - start,)

        def time_theirs() -> tuple[float, ...]:
            start = time.perf_counter()
            their_optimizer.zero_grad()
            torch.nn.functional.cross_entropy(twin(their_x), their_target).backward()
            their_optimizer.step()
            return (time.perf_counter() - start,)

        return time_ours, time_theirs

    operations = N * operations_of_step(build(np.random.default_rng(0)))
    return Case("training step", name, make, operations)


def recurrent_case(
    kind: type[RNN] | type[LSTM] | type[GRU], H: int, T: int, N: int, D: int, **options: Any
) -> Case:
    """Layers of recurrent units over whole sequences, with the gradient for the input too."""

    def make(torch: Any) -> tuple[Timed, Timed]:
        rng = np.random.default_rng(0)
        layer = kind(D, H, rng=rng, dtype=np.float32, **options)
        twin = getattr(torch.nn, kind.__name__)(
            D,
            H,
            num_layers=options.get("layers", 1),
            bidirectional=options.get("bidirectional", False),
        )
        twin.load_state_dict(
            {name: torch.tensor(array) for name, array in to_torch(layer.params).items()}
        )
        x = rng.standard_normal((T, N, D), dtype=np.float32)
        their_x = torch.tensor(x, requires_grad=True)
        dy = rng.standard_normal(layer.forward(x, training=True).shape, dtype=np.float32)
        leaves, their_dy = [their_x, *twin.parameters()], torch.tensor(dy)

        def time_ours() -> tuple[float, ...]:
            start = time.perf_counter()
            layer.forward(x, training=True)
            middle = time.perf_counter()
            layer.backward(dy)
            return middle - start, time.perf_counter() - middle

        def time_theirs() -> tuple[float, ...]:
            start = time.perf_counter()
            y, _ = twin(their_x)
            middle = time.perf_counter()
            torch.autograd.grad(y, leaves, their_dy)
            return middle - start, time.perf_counter() - middle

        return time_ours, time_theirs

    layers, ways = options.get("layers", 1), 2 if options.get("bidirectional") else 1
    told = ", both ways" if ways == 2 else ""
    name = f"{kind.__name__}, {layers} of {H} units{told}, {N} sequences of {T}×{D}"
    # The first layer sees D features, the others what the layer below hands out.
    seen = D + (layers - 1) * ways * H + layers * H
    operations = PRODUCTS * 2 * T * N * ways * seen * GATES[kind] * H
    return Case("recurrent", name, make, operations)


def embedding_case(V: int, D: int, T: int, N: int) -> Case:
    """Vectors of words, a few of which make up most of a text, as in any language."""
    ranks = np.random.default_rng(0).zipf(1.2, (T, N))
    tokens = np.minimum(ranks, V) - 1
    vectors = T * N * D  # forward read and written; backward read, and the table's gradient written
    return pair(
        "embedding",
        f"{V} words of {D} numbers, {N} texts of {T}",
        partial(embedding_forward, tokens),
        embedding_backward,
        lambda torch: partial(torch.nn.functional.embedding, torch.tensor(tokens)),
        (V, D),
        bytes=4 * (3 * vectors + V * D),
    )


CASES = [
    conv_case(100, 1, 28, 30, 5),
    conv_case(100, 16, 28, 16, 3),
    conv_case(100, 32, 14, 64, 3),
    conv_case(32, 32, 14, 64, 5),
    conv_case(128, 64, 7, 64, 3),
    conv_case(32, 3, 32, 64, 7, stride=2, pad=3),
    max_pool_case(100, 30, 24, 24),
    average_pool_case(100, 30, 24, 24),
    batchnorm_case(100, 32, 14, 14),
    layernorm_case(64, 32, 256),
    sigmoid_case(1000, 1000),
    dropout_case(1000, 1000),
    cross_entropy_case(6400, 100),
    step_case("a convolution, two dense layers", small_network, 100),
    step_case("six convolutions, two dense layers", deep_network, 100),
    recurrent_case(LSTM, 64, 64, 32, 3, layers=3),
    recurrent_case(LSTM, 256, 35, 20, 20),
    recurrent_case(GRU, 16, 200, 8, 50, layers=3, bidirectional=True),
    recurrent_case(GRU, 64, 200, 64, 50, bidirectional=True),
    recurrent_case(RNN, 30, 10, 32, 1, layers=3),
    embedding_case(20_000, 50, 200, 64),
]


def take_turns(functions: Sequence[Timed], rounds: int) -> list[list[float]]:
    """Returns for each function the median milliseconds of each part."""
    times: list[list[tuple[float, ...]]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, taken in zip(functions, times, strict=True):
            time.sleep(PAUSE)
            function()
            taken += [function() for _ in range(CALLS)]
    return [
        [1000 * statistics.median(part) for part in zip(*taken, strict=True)] for taken in times
    ]


def best_of_machine(case: Case) -> tuple[list[Timed], float]:
    """What the machine does as fast as it can, to be timed beside a case.

    Returns:
        Two ways to do it, of which the faster counts: by NumPy alone, and by half for each of two
        threads; and how many times this work a case is.
    """
    if case.operations:
        n = SETTINGS.side
        arrays = np.random.default_rng(0).standard_normal((3, n, n), np.float32)
        return both_ways(product_of_rows, *arrays), case.operations / (2 * n**3)
    source = np.ones(case.bytes // 8, np.float32)  # half of the bytes are read, half written
    return both_ways(copy_of_rows, source, np.zeros_like(source)), 1.0


def both_ways(work: Callable[..., None], *arrays: Any) -> list[Timed]:
    """Times work on all rows at once, and on half of them by each of two threads."""

    def timed(call: Callable[[], None]) -> tuple[float]:
        start = time.perf_counter()
        call()
        return (time.perf_counter() - start,)

    whole, halves = partial(work, slice(None), *arrays), partial(by_halves, work, *arrays)
    return [partial(timed, whole), partial(timed, halves)]


def measure(torch: Any, cases: Sequence[Case], rounds: int) -> Result:
    """Times all cases, and prints each as it is done."""
    start = time.perf_counter()
    table: list[dict[str, Any]] = []
    ratios: dict[str, list[float]] = {}
    metrics: dict[str, Number] = {}
    peaks: list[float] = []
    for case in cases:
        best, scale = best_of_machine(case)
        ours, theirs, *limits = take_turns([*case.make(torch), *best], rounds)
        limit = scale * min(map(sum, limits))
        ratio, share = sum(ours) / sum(theirs), limit / sum(ours)
        group = case.group.replace(" ", "_")
        ratios.setdefault(group, []).append(ratio)
        key = f"{group}_{len(ratios[group])}"
        metrics |= {f"{key}_ms": sum(ours), f"{key}_ratio": ratio, f"{key}_share": share}
        if case.operations:
            metrics[f"{key}_rate"] = case.operations / sum(ours) / 1e6
            peaks.append(case.operations / limit / 1e6)
        columns = {"ours_ms": ours, "pytorch_ms": theirs}
        rounded = {name: [round(part, 3) for part in parts] for name, parts in columns.items()}
        told = {"ratio": round(ratio, 3), "limit": "the peak" if case.operations else "a copy"}
        told |= {"share": round(share, 3)}
        table.append({"group": case.group, "case": case.name, **rounded, **told})
        print(
            f"{case.group:14} {case.name:72} "
            f"{sum(ours):8.2f} ms {sum(theirs):8.2f} ms {ratio:6.2f} {share:6.0%}",
            flush=True,
        )
    for group, found in ratios.items():
        metrics[f"{group}_ratio"] = statistics.geometric_mean(found)
    if peaks:
        metrics["peak_rate"] = statistics.median(peaks)
    return Result(
        metrics=metrics,
        curve={},
        seeds=(0,),
        settings={"pytorch": torch.__version__, "rounds": rounds, "calls": CALLS, **machine()},
        seconds=time.perf_counter() - start,
        table=table,
    )


def machine() -> dict[str, str]:
    """Describes where the times were measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {"cpu": models[0] if models else platform.processor(), "system": platform.platform()}


def main(arguments: Sequence[str]) -> int:
    """Times the cases whose group or name holds one of the arguments, or all; records all."""
    found = [name for name in THREAD_VARIABLES if name in os.environ]
    if found:
        print(f"bench: {found[0]} is set, which slows one side: unset it", file=sys.stderr)
        return 2
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        print("bench: PyTorch is missing: `make bench` installs it", file=sys.stderr)
        return 2
    cases = [
        case
        for case in CASES
        if not arguments or any(word in f"{case.group} {case.name}" for word in arguments)
    ]
    if os.getloadavg()[0] > 0.5:
        print("bench: the machine is busy with other work, so the times will mean little")
    keep_freed_memory()  # as the experiments do; it serves both sides
    print(f"{'':87} {'ours':>11} {'PyTorch':>11} {'ratio':>6} {'share':>6}")
    commit = commit_of_code()
    with cores_awake():
        result = measure(torch, cases, rounds=15)
    print(*(f"  {key} {value:.3g}" for key, value in result.metrics.items()), sep="\n")
    if not arguments:
        print(f"  written to {record('bench', result, commit, RESULTS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
