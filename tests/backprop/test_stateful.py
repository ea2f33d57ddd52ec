"""States that go on from batch to batch: truncation with updates between windows, by `train`."""

import copy
import pickle
from functools import partial

import numpy as np
import pytest

from backprop import (
    CROSS_ENTROPY,
    GRU,
    LSTM,
    MEAN_SQUARED_ERROR,
    RNN,
    SGD,
    Adam,
    Concatenate,
    Dropout,
    Embedding,
    Identity,
    Linear,
    Residual,
    Sequential,
    TimeFirst,
    TrainingInterrupted,
    clip_by_global_norm,
    evaluate,
    linear_decay,
    load_checkpoint,
    text_windows,
    train,
)
from tests.backprop.problem import Noise, assert_same_run, ctrl_c

LAYERS = {
    "rnn": RNN,
    "lstm": LSTM,
    "gru": GRU,
    "gru_before": partial(GRU, reset="before"),
    "two layers": partial(LSTM, layers=2),
    "dropout": partial(GRU, layers=2, dropout=0.3),
}
each_kind = pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
K, PARTS, WINDOW = 7, 3, 5
TOKENS = np.random.default_rng(5).integers(0, K, 8 * PARTS * WINDOW + 1)
WINDOWS = [*text_windows(TOKENS, PARTS, WINDOW)]


class Writer:
    """A language model to train on eight windows of three readers, as `Problem` is in its way."""

    def __init__(self, kind=LSTM, seed=7, **options):
        self.rng = np.random.default_rng(seed)
        self.lstm = kind(4, 6, rng=self.rng, **{"stateful": True} | options)
        table = Embedding(self.rng.normal(size=(K, 4)))
        out = Linear(6, K, rng=self.rng)
        self.network = Sequential([table, self.lstm, Noise(self.rng), out])
        self.optimizer = Adam(0.05)

    def train(self, hook=None, **options):
        if hook is not None:
            self.network.layers["2"].hook = hook
        x, target = np.concatenate(WINDOWS, axis=2)
        options = {
            "epochs": 3,
            "batch_size": PARTS,
            "schedule": linear_decay(0.05, 3 * 8),
            "max_norm": 1.0,
            "sample_axis": 1,
            "shuffle": False,
            "progress": False,
        } | options
        return train(self.network, self.optimizer, x, target, rng=self.rng, **options)


def assert_same_states(network, other):
    assert network.carried.keys() == other.carried.keys() != set()
    for name, states in network.carried.items():
        np.testing.assert_array_equal(states, other.carried[name], strict=True)


@each_kind
def test_train_does_what_a_loop_by_hand_does(kind):
    """To the bit: clipped steps, states handed on, and zeros at the beginning of each epoch."""
    by_train, by_hand = Writer(kind), Writer(kind, stateful=False)
    history = by_train.train()
    table, layer, noise, out = by_hand.network.layers.values()
    schedule, losses = linear_decay(0.05, 3 * 8), []
    for _ in range(3):
        states = None
        for x, target in WINDOWS:
            h = layer.forward(table.forward(x, training=True), training=True, states=states)
            y = out.forward(noise.forward(h, training=True), training=True)
            states = layer.states
            loss, cache = CROSS_ENTROPY.forward(y, target)
            by_hand.network.backward(CROSS_ENTROPY.backward(1.0, cache))
            grads, _ = clip_by_global_norm(by_hand.network.grads, 1.0)
            by_hand.optimizer.lr = schedule(len(losses))
            by_hand.optimizer.step(by_hand.network.params, grads)
            losses.append(float(loss))
    assert history.step_loss == losses
    for name, param in by_hand.network.params.items():
        np.testing.assert_array_equal(by_train.network.params[name], param)
    for found, wanted in zip(by_train.network.carried.values(), states, strict=True):
        np.testing.assert_array_equal(found, wanted)


@each_kind
def test_without_updates_the_windows_are_the_whole_text(kind):
    """A wrong order of the windows, or zeros for states, would show in the loss."""
    carried, forgotten = Writer(kind, dropout=0.0), Writer(kind, dropout=0.0, stateful=False)
    for writer in (carried, forgotten):
        writer.network.layers["2"] = Identity()
        writer.optimizer = SGD(0.0)
    whole = [np.concatenate(windows) for windows in zip(*WINDOWS, strict=True)]
    wanted = evaluate(carried.network, *whole, sample_axis=1).loss
    history = carried.train(epochs=2, schedule=None)
    assert history.train_loss == pytest.approx([wanted, wanted], rel=1e-12)
    others = forgotten.train(epochs=1, schedule=None).train_loss
    assert abs(others[0] - wanted) > 1e-4


# A pass of training is one of eight windows: inside the first epoch, at its end, in the next ones.
@pytest.mark.parametrize("at", [1, 3, 8, 9, 13, 23])
@each_kind
def test_an_interrupted_run_goes_on_exactly(tmp_path, kind, at):
    whole = Writer(kind)
    expected = whole.train()
    path = tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted):
        Writer(kind).train(checkpoint=path, hook=ctrl_c(at))
    again = Writer(kind, seed=100 + at)
    again.network.forward(WINDOWS[0][0][:, :2], training=True)  # of another size, and forgotten
    assert_same_run(again, again.train(checkpoint=path), whole, expected)
    assert_same_states(again.network, whole.network)


def test_the_states_are_in_the_checkpoint(tmp_path):
    path = tmp_path / "run.npz"
    stopped, again = Writer(), Writer(seed=1)
    with pytest.raises(TrainingInterrupted):
        stopped.train(checkpoint=path, hook=ctrl_c(4))
    assert np.abs(stopped.network.carried["1.c"]).max() > 0.01
    again.network.reset_states(PARTS)
    settings = {"samples": 8 * PARTS, "batch_size": PARTS, "shuffle": False}
    run = load_checkpoint(path, again.network, again.optimizer, again.rng, settings)
    assert run.position == 4 * PARTS
    assert_same_states(again.network, stopped.network)


def test_another_order_is_another_run(tmp_path):
    path = tmp_path / "run.npz"
    Writer(stateful=False).train(checkpoint=path, epochs=1)
    with pytest.raises(ValueError, match="has shuffle False, this one True: delete the file"):
        Writer(stateful=False).train(checkpoint=path, shuffle=True)
    with pytest.raises(ValueError, match=r"run\.npz"):
        Writer().train(checkpoint=path)


def test_in_order_each_epoch_takes_the_samples_as_they_lie(rng):
    seen = []

    class Seen(Identity):
        def forward(self, x, *, training, mask=None):
            seen.extend(x[:, 0])
            return super().forward(x, training=training)

    x = np.arange(14.0).reshape(7, 2)
    network = Sequential([Seen(), Linear(2, 2, rng=rng)])
    options = {"batch_size": 3, "shuffle": False, "rng": rng, "progress": False}
    before = rng.bit_generator.state
    train(network, SGD(0.0), x, np.zeros(7, int), epochs=2, **options)
    assert seen == [*x[:, 0], *x[:, 0]]
    train(network, SGD(0.0), x, np.zeros(7, int), epochs=1, drop_last=True, **options)
    assert seen[14:] == [*x[:6, 0]]
    assert rng.bit_generator.state == before


@each_kind
def test_evaluation_begins_with_zeros_and_changes_nothing(rng, kind):
    layer = kind(3, 2, rng=rng, stateful=True)
    x = rng.standard_normal((4, 5, 3))
    fresh = layer.forward(x, training=False)
    assert layer.carried == {}
    layer.forward(x, training=True)
    carried = copy.deepcopy(layer.carried)
    np.testing.assert_array_equal(layer.forward(x, training=False), fresh)
    layer.forward(x[:, :2], training=False)
    np.testing.assert_equal(layer.carried, carried)
    asked = layer.forward(x, training=False, states=(*carried.values(),))
    assert np.abs(asked - fresh).max() > 0.01
    np.testing.assert_equal(layer.carried, carried)


@each_kind
def test_reset_states_forgets(rng, kind):
    layer = kind(3, 2, rng=rng, stateful=True)
    draws = rng.bit_generator.state
    x = rng.standard_normal((4, 5, 3))
    passes = []
    for forget in (False, False, True):
        if forget:
            layer.reset_states()
            assert layer.carried == {}
        rng.bit_generator.state = draws  # the same elements are dropped
        passes.append(layer.forward(x, training=True))
    first, second, third = passes
    assert np.abs(second - first).max() > 0.01
    np.testing.assert_array_equal(third, first)
    layer.reset_states(2)
    assert all(not states.any() and states.shape[1] == 2 for states in layer.carried.values())


def test_states_that_are_given_come_first(rng):
    layer, x = GRU(3, 2, rng=rng, stateful=True), rng.standard_normal((4, 5, 3))
    layer.forward(x, training=True)
    given = (rng.standard_normal((1, 5, 2)),)
    y = layer.forward(x, training=True, states=given)
    np.testing.assert_array_equal(y, layer.forward(x, training=False, states=given))
    np.testing.assert_array_equal(layer.carried["h"][0], y[-1])


def test_a_masked_sequence_goes_on_from_its_last_real_step(rng):
    layer, x = LSTM(3, 2, rng=rng, stateful=True), rng.standard_normal((4, 2, 3))
    mask = np.array([[True, True], [True, False], [True, False], [True, False]])
    layer.forward(x, training=True, mask=mask)
    y = layer.forward(x, training=True)
    layer.reset_states()
    layer.forward(x[:1, 1:], training=True)
    alone = layer.forward(x[:, 1:], training=True)
    np.testing.assert_allclose(y[:, 1:], alone, rtol=1e-12)


@pytest.mark.parametrize("copied", [lambda layer: pickle.loads(pickle.dumps(layer)), copy.deepcopy])
def test_a_copy_goes_on_by_itself(rng, copied):
    network = Sequential([GRU(3, 2, rng=rng, stateful=True), Linear(2, 2, rng=rng)])
    x = rng.standard_normal((4, 5, 3))
    network.forward(x, training=True)
    other = copied(network)
    assert "stateful=True" in repr(other)
    second = other.forward(x, training=True)
    np.testing.assert_array_equal(network.forward(x, training=True), second)
    other.reset_states()
    assert network.carried.keys() == {"0.h"}


def test_networks_in_networks_carry_and_forget(rng):
    def cell():
        return GRU(3, 3, rng=rng, stateful=True)

    network = Sequential(
        {
            "time": TimeFirst(),
            "past": Residual(cell(), way=Sequential({"way": cell()})),
            "beside": Concatenate(
                [Residual(RNN(3, 3, rng=rng)), Dropout(0.5, rng=rng), Identity()]
            ),
            "inner": Sequential([TimeFirst(), cell()]),
        }
    )
    assert network.carried == {}
    network.reset_states(4)
    assert [*network.carried] == ["past.h", "past.way.way.h", "inner.1.h"]
    assert {states.shape for states in network.carried.values()} == {(1, 4, 3)}
    network.reset_states()
    assert network.carried == {}


def test_sizes_and_directions_that_do_not_fit_are_refused(rng, refused):
    layer, x = LSTM(3, 2, rng=rng, stateful=True), np.zeros((4, 5, 3))
    layer.forward(x, training=True)
    message = (
        "LSTM.forward: x has 2 samples, the states that are carried 5: "
        "call reset_states() before a batch of another size"
    )
    refused(ValueError, message, layer.forward, x[:, :2], training=True)
    layer.reset_states()
    layer.forward(x[:, :2], training=True)
    message = "LSTM.reset_states: N is 0, wanted at least 1"
    refused(ValueError, message, layer.reset_states, 0)
    message = (
        "GRU: stateful and bidirectional are both True, wanted one of them: what reads from the "
        "back would begin with states of what came before"
    )
    refused(ValueError, message, GRU, 3, 2, rng=rng, stateful=True, bidirectional=True)


CARRIES = "the network carries states from batch to batch"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shuffle": True}, f"shuffle is True, wanted False: {CARRIES}"),
        ({"micro_batch_size": 2}, f"micro_batch_size is 2, wanted None: {CARRIES}"),
        (
            {"batch_size": 5},
            f"24 samples in batches of 5 leave a smaller one, and {CARRIES}: "
            "choose another batch_size, or drop_last",
        ),
    ],
)
def test_batches_that_do_not_go_on_are_refused_before_any_work(refused, options, message):
    writer = Writer()
    before = copy.deepcopy(writer.network.params)
    refused(ValueError, f"train: {message}", writer.train, **options)
    np.testing.assert_equal(writer.network.params, before)
    Writer(stateful=False).train(epochs=1, **options)


def test_what_does_not_fill_a_batch_may_be_left_out():
    history = Writer().train(epochs=2, batch_size=5, drop_last=True)
    assert len(history.step_loss) == 8


def test_validation_has_no_part_in_what_is_carried(rng):
    """Sequences of validation are others in number and length, and begin with zeros."""
    x, target = rng.integers(0, K, (2, 11, 4))
    one, other = Writer(), Writer()
    history = one.train(epochs=1, validation=(x, target))
    other.train(epochs=1)
    assert_same_states(one.network, other.network)
    wanted = evaluate(other.network, x, target, sample_axis=1)
    assert history.validation_loss == [wanted.loss]


def test_single_precision_is_carried_in_single_precision(rng):
    x = rng.standard_normal((5, 4, 3)).astype(np.float32)
    network = LSTM(3, 2, rng=rng, stateful=True, dtype=np.float32)
    options = {"loss": MEAN_SQUARED_ERROR, "measure": None, "sample_axis": 1, "shuffle": False}
    target = np.zeros((5, 4, 2), np.float32)
    train(network, SGD(0.1), x, target, epochs=1, batch_size=2, rng=rng, progress=False, **options)
    assert {states.dtype for states in network.carried.values()} == {np.dtype(np.float32)}
