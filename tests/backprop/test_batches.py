"""What goes into a step: the samples that fill a batch, parts of a batch, targets that count."""

import copy

import numpy as np
import pytest

from backprop import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    SGD,
    SIGMOID_CROSS_ENTROPY,
    Activation,
    Adam,
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    Identity,
    LayerNorm,
    Linear,
    ReLU,
    Sequential,
    accuracy,
    clip_by_global_norm,
    evaluate,
    predict,
    train,
)
from backprop.training import memory


def mlp(rng, *more):
    return Sequential([Linear(3, 5, rng=rng), *more, ReLU(), Linear(5, 2, rng=rng)])


def run(network, n, optimizer=None, seed=0, **options):
    rng = np.random.default_rng(seed)
    x, target = rng.normal(size=(n, 3)), rng.integers(0, 2, n)
    options = {"epochs": 2, "batch_size": 8, "progress": False} | options
    return train(network, optimizer or SGD(0.1), x, target, rng=rng, **options)


class Sizes(Identity):
    def __init__(self):
        super().__init__()
        self.sizes = []

    def forward(self, x, *, training, mask=None):
        self.sizes.append(len(x))
        return super().forward(x, training=training)


@pytest.mark.parametrize(
    ("n", "options", "sizes"),
    [
        (21, {}, [8, 8, 5]),
        (21, {"drop_last": True}, [8, 8]),
        (16, {"drop_last": True}, [8, 8]),
        (21, {"micro_batch_size": 3}, [3, 3, 2, 3, 3, 2, 3, 2]),
        (21, {"micro_batch_size": 3, "drop_last": True}, [3, 3, 2, 3, 3, 2]),
        (21, {"micro_batch_size": 100}, [8, 8, 5]),
    ],
)
def test_sizes_of_what_goes_through_at_a_time(rng, n, options, sizes):
    layer = Sizes()
    history = run(mlp(rng, layer), n, **options)
    assert layer.sizes == sizes * 2
    steps = len([*range(0, n, 8)]) if not options.get("drop_last") else n // 8
    assert len(history.step_loss) == 2 * steps


def test_what_is_dropped_is_other_samples_each_time():
    seen = []

    class Seen(Identity):
        def forward(self, x, *, training, mask=None):
            seen.append(x[:, 0].tolist())
            return super().forward(x, training=training)

    x = np.stack([np.arange(10.0)] * 2, axis=1)
    rng = np.random.default_rng(0)
    options = {"epochs": 20, "batch_size": 4, "drop_last": True, "progress": False}
    network = Sequential([Seen(), Linear(2, 2, rng=rng)])
    train(network, SGD(0.0), x, np.zeros(10, int), rng=rng, **options)
    epochs = [{*seen[k], *seen[k + 1]} for k in range(0, 40, 2)]
    assert all(len(epoch) == 8 for epoch in epochs)
    assert len({frozenset(epoch) for epoch in epochs}) > 5


def test_nothing_left_is_refused(refused, rng):
    message = "train: drop_last leaves nothing of 7 samples, fewer than batch_size"
    refused(ValueError, message, run, mlp(rng), 7, drop_last=True)


@pytest.mark.parametrize("micro", [1, 3, 7])
@pytest.mark.parametrize("loss", ["classes", "ignoring", "numbers"])
def test_gradients_of_parts_add_up_to_those_of_the_batch(rng, micro, loss):
    """The steps are the same but for rounding, however the parts are cut."""
    x = rng.normal(size=(21, 3))
    target = rng.integers(0, 2, 21)
    options = {"measure": accuracy}
    if loss == "ignoring":
        target[::3] = -1
        options["loss"] = CROSS_ENTROPY.ignoring(-1)
    if loss == "numbers":
        target = rng.normal(size=(21, 2))
        options = {"loss": MEAN_SQUARED_ERROR, "measure": None}
    whole = mlp(rng)
    parts = copy.deepcopy(whole)
    histories = [
        train(
            network,
            Adam(0.05),
            x,
            target,
            epochs=3,
            batch_size=8,
            micro_batch_size=size,
            rng=np.random.default_rng(1),
            progress=False,
            **options,
        )
        for network, size in ((whole, None), (parts, micro))
    ]
    for name, param in whole.params.items():
        np.testing.assert_allclose(parts.params[name], param, rtol=1e-9, atol=1e-11)
    for name, values in vars(histories[0]).items():
        np.testing.assert_allclose(vars(histories[1])[name], values, rtol=1e-9)


NORMALISED = {
    "rows": lambda rng: mlp(rng, BatchNorm(5)),
    "nested": lambda rng: Sequential([mlp(rng, Sequential([BatchNorm(5)]))]),
}


@pytest.mark.parametrize("make", NORMALISED.values(), ids=NORMALISED)
@pytest.mark.parametrize(
    ("n", "options"),
    [
        (17, {}),
        (8, {"batch_size": 1}),
        (8, {"batch_size": 1, "drop_last": True}),
        (17, {"micro_batch_size": 4}),
        (16, {"micro_batch_size": 7}),
        (3, {"micro_batch_size": 1}),
    ],
)
def test_a_batch_of_one_that_batch_norm_refuses_is_refused_before_any_work(rng, make, n, options):
    network = make(rng)
    before = copy.deepcopy([network.params, network.buffers])
    with pytest.raises(ValueError) as caught:
        run(network, n, **options)
    size = options.get("batch_size", 8)
    assert str(caught.value).startswith(
        f"train: {n} samples in batches of {size} leave one that goes through the network alone, "
        "which it refuses (batchnorm_forward: "
    )
    assert str(caught.value).endswith(": choose another batch_size, or drop_last")
    np.testing.assert_equal([network.params, network.buffers], before)


@pytest.mark.parametrize(
    ("n", "options"), [(17, {"drop_last": True}), (16, {}), (18, {}), (16, {"micro_batch_size": 2})]
)
def test_other_batches_are_none(rng, n, options):
    run(mlp(rng, BatchNorm(5)), n, **options)


@pytest.mark.parametrize("layer", [LayerNorm(5), Identity()], ids=["layer norm", "none"])
def test_networks_that_do_not_look_at_the_batch_take_one_sample(rng, layer):
    run(mlp(rng, layer), 17)


def test_batch_norm_of_one_image_has_pixels_enough(rng):
    network = Sequential([Conv2d(1, 2, 2, rng=rng), BatchNorm(2), Flatten(), Linear(8, 2, rng=rng)])
    x, target = rng.normal(size=(5, 1, 3, 3)), np.array([0, 1, 0, 1, 1])
    train(network, SGD(0.1), x, target, epochs=1, batch_size=4, rng=rng, progress=False)


def test_trying_a_batch_of_one_leaves_no_trace(rng):
    """Neither in running statistics nor in the generator that layers draw from."""
    draws = np.random.default_rng(5)
    layers = [Linear(2, 3, rng=rng), Dropout(0.5, rng=draws), Activation(abs_forward, abs_backward)]
    network = Sequential([Conv2d(1, 2, 2, rng=rng), BatchNorm(2), Flatten(), Linear(8, 2, rng=rng)])
    network = Sequential([network, *layers])
    x, target = rng.normal(size=(5, 1, 3, 3)), np.array([0, 1, 0, 1, 1])
    before = copy.deepcopy(network.buffers)
    state = draws.bit_generator.state
    with pytest.raises(RuntimeError, match="stop here"):
        train(network, SGD(0.1), x, target, epochs=1, batch_size=4, rng=Stop(), progress=False)
    np.testing.assert_equal(network.buffers, before)
    assert draws.bit_generator.state == state


class Stop(np.random.Generator):
    def __init__(self):
        super().__init__(np.random.PCG64(0))

    def permutation(self, x, axis=0):
        raise RuntimeError("stop here")


def abs_forward(x):
    return np.abs(x), np.sign(x)


def abs_backward(dy, sign):
    return dy * sign


LOSSES = {
    "classes": (CROSS_ENTROPY, lambda rng, shape: rng.integers(0, 4, shape[:-1])),
    "answers": (SIGMOID_CROSS_ENTROPY, lambda rng, shape: rng.integers(0, 2, shape).astype(float)),
    "numbers": (MEAN_SQUARED_ERROR, lambda rng, shape: rng.normal(size=shape)),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("shape", [(6, 4), (5, 3, 4)])
def test_targets_that_are_ignored_have_no_part(rng, name, share, shape):
    """The loss is that of the rest alone, and so is its gradient."""
    loss, draw = LOSSES[name]
    y, target = rng.normal(size=shape), draw(rng, shape)
    counts = rng.uniform(size=target.shape) >= share
    padded = np.where(counts, target, -100)
    ignoring = loss.ignoring(-100)
    value, cache = ignoring.forward(y, padded)
    dy = ignoring.backward(2.0, cache)
    assert dy.shape == y.shape
    assert value.dtype == y.dtype
    assert ignoring.weight(padded) == counts.sum()
    assert (loss.weight(target), loss.ignore_index) == (target.size, None)
    kept, kept_target = ignoring.counted(y, padded)
    np.testing.assert_array_equal(kept, y[counts])
    np.testing.assert_array_equal(kept_target, target[counts])
    if not counts.any():
        assert value == 0
        assert not dy.any()
        return
    wanted, wanted_cache = loss.forward(y[counts], target[counts])
    np.testing.assert_allclose(value, wanted, rtol=1e-12)
    wanted_dy = np.zeros_like(y)
    wanted_dy[counts] = loss.backward(2.0, wanted_cache)
    np.testing.assert_allclose(dy, wanted_dy, rtol=1e-12, atol=1e-17)


def test_targets_that_do_not_fit_are_refused_beside_ignored_ones(refused):
    message = "softmax_cross_entropy_forward: target has shape (4,), wanted (3,) for classes"
    target = np.array([0, 1, -1, -1])
    refused(ValueError, message, CROSS_ENTROPY.ignoring(-1).forward, np.zeros((3, 2)), target)
    message = "softmax_cross_entropy_forward: target has type list, wanted an array"
    refused(TypeError, message, CROSS_ENTROPY.ignoring(-1).forward, np.zeros((2, 2)), [0, -1])
    message = "softmax_cross_entropy_forward: target holds class -2, wanted 0 to 1"
    target = np.array([0, -2, -1])
    refused(ValueError, message, CROSS_ENTROPY.ignoring(-1).forward, np.zeros((3, 2)), target)


@pytest.mark.parametrize("batch_size", [1, 2, 5, 100])
def test_means_over_a_set_weigh_what_counts(rng, batch_size):
    x, target = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    target[:3] = 9  # batches without any that counts
    score = evaluate(Identity(), x, target, loss=CROSS_ENTROPY.ignoring(9), batch_size=batch_size)
    wanted = evaluate(Identity(), x[3:], target[3:])
    assert score == pytest.approx(wanted, rel=1e-12)


def test_a_set_of_which_nothing_counts_is_refused(refused, rng):
    loss, target = CROSS_ENTROPY.ignoring(-1), np.full(8, -1)
    message = "target holds only -1, which the loss ignores"
    x = np.zeros((8, 3))
    refused(ValueError, f"evaluate: {message}", evaluate, mlp(rng), x, target, loss=loss)
    options = {"epochs": 1, "batch_size": 2, "rng": rng}
    refused(
        ValueError, f"train: {message}", train, mlp(rng), SGD(0.1), x, target, loss=loss, **options
    )


def test_a_batch_of_which_nothing_counts_changes_nothing(rng):
    network = mlp(rng)
    x, target = rng.normal(size=(4, 3)), np.array([1, -1, -1, -1])
    history = train(
        network,
        SGD(0.1),
        x,
        target,
        epochs=3,
        batch_size=1,
        rng=rng,
        loss=CROSS_ENTROPY.ignoring(-1),
        progress=False,
    )
    assert sum(loss > 0 for loss in history.step_loss) == 3
    assert sum(loss == 0 for loss in history.step_loss) == 9
    assert all(loss > 0 for loss in history.train_loss)


def test_accuracy_of_scores_that_are_no_numbers(rng):
    """NaN in, NaN out: it is not the share of the first class."""
    target = np.array([0, 0, 1])
    assert np.isnan(accuracy(np.full((3, 2), np.nan), target))
    assert np.isnan(accuracy(np.array([[1.0, 0.0], [np.nan, 1.0], [0.0, 1.0]]), target))
    assert accuracy(np.array([[np.inf, 0.0], [0.0, -np.inf], [0.0, 1.0]]), target) == 1
    steps = rng.normal(size=(5, 3, 4))
    classes = rng.integers(0, 4, (5, 3))
    assert accuracy(steps, classes) == (steps.argmax(axis=2) == classes).mean()


def test_training_leaves_the_memory_of_the_process_as_it_is(rng, monkeypatch):
    told = []
    monkeypatch.setattr(memory, "_c_library", lambda: told.append(1))
    run(mlp(rng), 16)
    assert told == []


def test_what_belongs_together_is_checked(refused, rng):
    x, target = np.zeros((4, 6, 3)), np.zeros((4, 6), int)
    network = mlp(rng)
    mask = np.ones((4, 6), bool)

    def of(function, message, error=ValueError, **options):
        given = {"x": x, "target": target, "mask": mask, "sample_axis": 1} | options
        refused(error, message, function, network, **given)

    of(evaluate, "evaluate: sample_axis is 2, wanted 0, 1 or (1, 0)", sample_axis=2)
    of(evaluate, "evaluate: target has 5 samples, wanted 6 as in x", target=target[:, :5])
    of(evaluate, "evaluate: target has 4 samples, wanted 6 as in x", sample_axis=(1, 0))
    of(evaluate, "evaluate: mask has 5 samples, wanted 6 as in x", mask=mask[:, :5])
    message = "evaluate: mask is int64 of shape (4, 6), wanted bool (T, N)"
    of(evaluate, message, TypeError, mask=target)
    message = "evaluate: target has shape (4,), wanted samples along axis 1"
    of(evaluate, message, target=target[:, 0])
    message = "predict: sample_axis is (0, 1), wanted 0, 1 or (1, 0)"
    refused(ValueError, message, predict, network, x, sample_axis=(0, 1))


@pytest.mark.parametrize("micro", [None, 3])
def test_gradients_are_clipped_once_for_a_whole_batch(rng, micro):
    """By the norm of all of them together, whichever way they were computed."""
    x, target = 30 * rng.normal(size=(8, 3)), rng.integers(0, 2, 8)
    network = mlp(rng)
    before = copy.deepcopy(network.params)
    _, cache = CROSS_ENTROPY.forward(network(x), target)
    network.backward(CROSS_ENTROPY.backward(1.0, cache))
    clipped, norm = clip_by_global_norm(network.grads, 0.5)
    assert norm > 1
    history = train(
        network,
        SGD(0.1),
        x,
        target,
        epochs=1,
        batch_size=8,
        micro_batch_size=micro,
        max_norm=0.5,
        rng=rng,
        progress=False,
    )
    assert history.gradient_norm == pytest.approx([norm], rel=1e-12)
    for name, param in network.params.items():
        wanted = before[name] - 0.1 * clipped[name]
        np.testing.assert_allclose(param, wanted, rtol=1e-9, atol=1e-12)


def test_without_a_largest_norm_none_is_measured(rng):
    assert run(mlp(rng), 16).gradient_norm == []
    assert len(run(mlp(rng), 16, max_norm=np.inf).gradient_norm) == 4


@pytest.mark.parametrize("wrong", [0, -1.0, np.nan])
def test_a_largest_norm_that_is_none_is_refused(rng, wrong):
    with pytest.raises(ValueError, match=r"train: max_norm is .*, wanted a number in"):
        run(mlp(rng), 16, max_norm=wrong)


def test_gradients_that_are_no_numbers_cannot_be_clipped(rng):
    def backward(dy, cache):
        return dy * np.nan

    network = mlp(rng, Activation(lambda x: (x, 0), backward))
    message = "clip_by_global_norm: the norm is nan, wanted a finite number"
    with pytest.raises(ValueError, match=message):
        run(network, 16, max_norm=1.0)
