"""The benchmark: that it counts what it should, and says kindly why it cannot run."""

import json
import os
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from backprop import GRU, LSTM, RNN, Sequential
from experiments import bench
from experiments.awake import cores_awake


class Clockwork:
    """A function whose calls pretend to take a time that is known."""

    def __init__(self, log, name, *parts):
        self.log, self.name, self.parts = log, name, parts

    def __call__(self):
        self.log.append(self.name)
        first = self.log.count(self.name) % (bench.CALLS + 1) == 1
        return tuple(100 * part for part in self.parts) if first else self.parts


STEPS = {
    bench.small_network: "a convolution, two dense layers",
    bench.deep_network: "six convolutions, two dense layers",
}


@pytest.fixture
def log(monkeypatch):
    monkeypatch.setattr(bench, "PAUSE", 0)
    return []


def case(log, group, name, ours, theirs, **counted):
    made = Clockwork(log, "ours", *ours), Clockwork(log, "theirs", *theirs)
    return bench.Case(group, name, lambda torch: made, **counted or {"bytes": 8})


def test_they_take_turns_and_the_first_call_does_not_count(log):
    functions = Clockwork(log, "ours", 0.001, 0.002), Clockwork(log, "theirs", 0.004)
    ours, theirs = bench.take_turns(functions, rounds=2)
    np.testing.assert_allclose(ours, [1, 2])
    np.testing.assert_allclose(theirs, [4])
    turn = bench.CALLS + 1
    assert log == (["ours"] * turn + ["theirs"] * turn) * 2


def test_a_group_has_the_geometric_mean_of_its_ratios(log, capsys, monkeypatch):
    # A product takes 0.5 ms by itself and 0.4 ms by two threads; a copy 0.6 ms and 0.9 ms.
    at_best = {bench.product_of_rows: (0.0005, 0.0004), bench.copy_of_rows: (0.0006, 0.0009)}
    monkeypatch.setattr(
        bench,
        "both_ways",
        lambda work, *arrays: [Clockwork(log, f"{work} {s}", s) for s in at_best[work]],
    )
    twice = 2 * 2 * bench.SETTINGS.side**3
    cases = [
        case(log, "batch norm", "one", (0.001, 0.001), (0.001, 0.001)),
        case(log, "batch norm", "two", (0.004, 0.004), (0.001, 0.001)),
        case(log, "pooling", "three", (0.003,), (0.002,), operations=twice),
    ]

    class Torch:
        __version__ = "2.13.0"

    result = bench.measure(Torch, cases, rounds=1)
    assert result.metrics == pytest.approx(
        {
            "batch_norm_1_ms": 2,
            "batch_norm_1_ratio": 1,
            "batch_norm_1_share": 0.3,
            "batch_norm_2_ms": 8,
            "batch_norm_2_ratio": 4,
            "batch_norm_2_share": 0.075,
            "pooling_1_ms": 3,
            "pooling_1_ratio": 1.5,
            "pooling_1_share": 2 * 0.4 / 3,
            "pooling_1_rate": twice / 0.003 / 1e9,
            "batch_norm_ratio": 2,
            "pooling_ratio": 1.5,
            "peak_rate": twice / 2 / 0.0004 / 1e9,
        }
    )
    assert result.table[2] == {
        "group": "pooling",
        "case": "three",
        "ours_ms": [3.0],
        "pytorch_ms": [2.0],
        "ratio": 1.5,
        "limit": "the peak",
        "share": 0.267,
    }
    assert result.table[0]["limit"] == "a copy"
    assert result.settings["pytorch"] == "2.13.0"
    assert json.dumps(result.settings)
    assert capsys.readouterr().out.count("\n") == 3


def test_the_machine_at_its_best_does_what_is_said(monkeypatch):
    done = []
    monkeypatch.setattr(bench, "both_ways", lambda work, *arrays: done.append((work, arrays)))
    n = bench.SETTINGS.side
    product = bench.Case("a", "b", lambda torch: (), operations=6 * n**3)
    assert bench.best_of_machine(product)[1] == 3
    assert bench.best_of_machine(bench.Case("a", "b", lambda torch: (), bytes=24))[1] == 1
    (work, matrices), (copy, vectors) = done
    assert (work, copy) == (bench.product_of_rows, bench.copy_of_rows)
    assert [a.shape for a in matrices] == 3 * [(n, n)]
    assert sum(a.nbytes for a in vectors) == 24
    assert {a.dtype for a in (*matrices, *vectors)} == {np.dtype("float32")}


def test_both_ways_do_all_of_the_work():
    for way in range(2):
        source, target = np.arange(7.0), np.zeros(7)
        (seconds,) = bench.both_ways(bench.copy_of_rows, source, target)[way]()
        np.testing.assert_array_equal(target, source)
        assert seconds > 0


def counted(group):
    return [case.operations or case.bytes for case in bench.CASES if case.group == group]


def test_each_case_has_one_limit():
    for case in bench.CASES:
        assert (case.operations > 0) != (case.bytes > 0), case.name


def test_operations_are_two_for_each_weight_that_meets_an_input():
    # 30 kernels of 25 weights at 24 x 24 places of 100 images: output and two gradients.
    assert counted("convolution")[0] == 3 * 2 * 100 * 24**2 * 30 * 25
    # Stride 2 and padding 3 leave 16 of 32 places.
    assert counted("convolution")[5] == 3 * 2 * 32 * 16**2 * 64 * 3 * 49


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
@pytest.mark.parametrize("ways", [1, 2])
def test_operations_of_recurrent_layers_are_those_of_their_matrices(kind, ways):
    H, T, N, D, options = 4, 5, 2, 3, {"layers": 3, "bidirectional": ways == 2}
    layer = kind(D, H, rng=np.random.default_rng(0), **options)
    weights = sum(W.size for W in layer.params.values() if W.ndim == 2)
    assert bench.recurrent_case(kind, H, T, N, D, **options).operations == 6 * T * N * weights


@pytest.mark.parametrize("build", [bench.small_network, bench.deep_network])
def test_operations_of_a_step_are_those_of_its_layers(build):
    """For each place twice as many as the layer has weights; none for the digits' gradient."""
    layers = build(np.random.default_rng(0))
    x, expected = np.zeros((1, 1, 28, 28), np.float32), 0
    for number, layer in enumerate(layers):
        y = layer(x)
        if "W" in layer.params:
            places = y[0, 0].size if y.ndim == 4 else 1
            expected += (2 if number == 0 else 3) * 2 * places * layer.params["W"].size
        x = y
    assert bench.operations_of_step(layers) == expected
    (case,) = (c for c in bench.CASES if c.name == STEPS[build])
    assert case.operations == 100 * expected


def test_bytes_are_those_of_all_numbers_once():
    a = 4 * 64 * 32 * 256
    assert counted("layer norm") == [5 * a]  # x, y; x, dy, dx
    a = 4 * 100 * 30 * 24 * 24
    assert counted("pooling") == 2 * [2 * a + 2 * a // 4]  # x, y; dy, dx
    assert counted("elementwise") == [5 * 4_000_000, 4 * 4_000_000]
    assert counted("batch norm") == [5 * 4 * 100 * 32 * 14 * 14]
    assert counted("loss") == [4 * (3 * 6400 * 100 + 2)]
    # Vectors that are looked up, handed out, and whose gradients come; the gradient of all words.
    assert counted("embedding") == [4 * (3 * 200 * 64 * 50 + 20_000 * 50)]


@pytest.mark.parametrize("variable", bench.THREAD_VARIABLES)
def test_it_will_not_run_with_threads_limited(monkeypatch, capsys, variable):
    for name in bench.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "1")
    assert bench.main([]) == 2
    message = f"bench: {variable} is set, which slows one side: unset it\n"
    assert capsys.readouterr().err == message


def test_without_pytorch_it_says_what_to_do(monkeypatch, capsys):
    for name in bench.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def missing(name):
        raise ImportError

    monkeypatch.setattr(bench.importlib, "import_module", missing)
    assert bench.main([]) == 2
    assert capsys.readouterr().err == "bench: PyTorch is missing: `make bench` installs it\n"


def test_all_is_recorded_and_a_selection_is_not(monkeypatch, log, tmp_path, capsys):
    for name in bench.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)

    class Torch:
        __version__ = "2.13.0"

    monkeypatch.setattr(bench.importlib, "import_module", lambda name: Torch)
    monkeypatch.setattr(bench, "RESULTS", tmp_path)
    cases = [case(log, "pooling", n, (0.001,), (0.002,)) for n in ("max", "average")]
    monkeypatch.setattr(bench, "CASES", cases)
    assert bench.main(["max"]) == 0
    assert "average" not in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
    assert bench.main([]) == 0
    found = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert [row["case"] for row in found["table"]] == ["max", "average"]
    assert found["metrics"]["pooling_ratio"] == 0.5


def test_the_cases_are_those_of_the_contract():
    groups = [case.group for case in bench.CASES]
    assert {group: groups.count(group) for group in groups} == {
        "convolution": 6,
        "pooling": 2,
        "batch norm": 1,
        "layer norm": 1,
        "elementwise": 2,
        "loss": 1,
        "training step": 2,
        "recurrent": 5,
        "embedding": 1,
    }
    assert len({case.name for case in bench.CASES}) == len(bench.CASES)


@pytest.mark.parametrize("build", [bench.small_network, bench.deep_network])
def test_networks_read_digits(build):
    rng = np.random.default_rng(0)
    network = Sequential(build(rng))
    y = network.forward(rng.random((2, 1, 28, 28), dtype=np.float32), training=True)
    assert y.shape == (2, 10)
    assert y.dtype == np.float32


class Twin:
    """Stands for a module of PyTorch, and remembers what it was made with and given."""

    made = None

    def __init__(self, *sizes, **options):
        self.sizes, self.options = sizes, options
        Twin.made = self

    def load_state_dict(self, state):
        self.state = state

    def parameters(self):
        return self.state.values()

    def __call__(self, x):
        return x, None


def test_recurrent_layers_are_timed_beside_their_twins():
    torch = SimpleNamespace(
        nn=SimpleNamespace(GRU=Twin),
        tensor=lambda array, requires_grad=False: array,
        autograd=SimpleNamespace(grad=lambda y, leaves, dy: leaves),
    )
    case = bench.recurrent_case(GRU, 4, 5, 2, 3, layers=2, bidirectional=True)
    assert case.name == "GRU, 2 of 4 units, both ways, 2 sequences of 5×3"
    ours, theirs = case.make(torch)
    assert Twin.made.sizes == (3, 4)
    assert Twin.made.options == {"num_layers": 2, "bidirectional": True}
    assert Twin.made.state["weight_ih_l1_reverse"].shape == (12, 8)
    assert Twin.made.state["weight_ih_l1_reverse"].dtype == np.float32
    for timed in (ours, theirs):
        parts = timed()
        assert len(parts) == 2
        assert min(parts) >= 0


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="no such class of work here")
def test_cores_are_kept_awake_only_meanwhile():
    def of_the_idle_class():
        children = psutil.Process().children()
        return [
            child.pid for child in children if os.sched_getscheduler(child.pid) == os.SCHED_IDLE
        ]

    with cores_awake():
        end = time.monotonic() + 20
        while len(of_the_idle_class()) < len(os.sched_getaffinity(0)):
            assert time.monotonic() < end
            time.sleep(0.01)
    assert not of_the_idle_class()
