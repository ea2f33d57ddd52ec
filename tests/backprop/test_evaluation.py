"""Means over a set: equal whatever the batches, and equal to what a hand can count."""

import numpy as np
import pytest

from backprop import CROSS_ENTROPY, Loss, accuracy, evaluate, predict
from backprop.layers import Identity, Linear, ReLU
from backprop.losses import mean_squared_error_backward, mean_squared_error_forward


class Recorder(Identity):
    """Passes its input on, and notes the sizes of batches and the mode."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x, *, training, mask=None):
        self.seen.append((len(x), training))
        return super().forward(x, training=training)


def test_accuracy_by_hand():
    scores = np.array([[3.0, 1.0, 2.0], [0.0, 5.0, 5.0], [0.0, 0.0, 1.0], [9.0, 1.0, 1.0]])
    assert accuracy(scores, np.array([0, 1, 1, 2])) == 0.5  # of equal scores, the first


@pytest.mark.parametrize("target", [np.zeros((2, 3), int), np.zeros(3, int)])
def test_accuracy_refuses(target):
    with pytest.raises(ValueError, match="accuracy: target has shape"):
        accuracy(np.zeros((2, 3)), target)
    with pytest.raises(
        ValueError, match=r"accuracy: target has shape \(2,\), wanted \(\) as in scores"
    ):
        accuracy(np.zeros(2), np.zeros(2, int))


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_evaluate_does_not_depend_on_the_batches(rng, batch_size):
    x, target = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    layer = Recorder()
    score = evaluate(layer, x, target, batch_size=batch_size)
    # 7 is no multiple of 3: a mean of the batches' means would weigh the last sample thrice.
    assert score.loss == pytest.approx(float(CROSS_ENTROPY.forward(x, target)[0]), rel=1e-12)
    assert score.accuracy == pytest.approx(np.mean(x.argmax(axis=1) == target), rel=1e-12)
    assert sum(size for size, _ in layer.seen) == 7
    assert max(size for size, _ in layer.seen) == min(batch_size, 7)
    assert {training for _, training in layer.seen} == {False}


def test_evaluate_without_a_measure(rng):
    x, target = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    loss = Loss(mean_squared_error_forward, mean_squared_error_backward)
    score = evaluate(Identity(), x, target, loss=loss, measure=None, batch_size=2)
    assert score.loss == pytest.approx(np.mean((x - target) ** 2))
    assert score.accuracy is None


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_predict(rng, batch_size):
    layer, x = Linear(4, 3, rng=rng), rng.normal(size=(7, 4))
    layer.params["b"][...] = [1, 2, 3]
    y = predict(layer, x, batch_size=batch_size)
    np.testing.assert_allclose(y, x @ layer.params["W"] + [1, 2, 3], rtol=1e-13)
    recorder = Recorder()
    predict(recorder, x, batch_size=batch_size)
    assert recorder.seen[0] == (min(batch_size, 7), False)
    assert {training for _, training in recorder.seen} == {False}


def test_batches_of_a_thousand_unless_told(rng):
    x = rng.normal(size=(2001, 2))
    one, two = Recorder(), Recorder()
    evaluate(one, x, np.zeros(2001, int))
    predict(two, x)
    assert [size for size, _ in one.seen] == [size for size, _ in two.seen] == [1000, 1000, 1]


def test_refusals(rng):
    x = rng.normal(size=(4, 3))
    with pytest.raises(ValueError, match="evaluate: target has 3 samples, wanted 4 as in x"):
        evaluate(Identity(), x, np.zeros(3, int))
    with pytest.raises(TypeError, match="evaluate: target has type list, wanted an array"):
        evaluate(Identity(), x, [0, 1, 2, 0])
    with pytest.raises(ValueError, match="evaluate: x is empty, wanted at least one sample"):
        evaluate(Identity(), x[:0], np.zeros(0, int))
    with pytest.raises(ValueError, match="evaluate: batch_size is 0, wanted at least 1"):
        evaluate(Identity(), x, np.zeros(4, int), batch_size=0)
    with pytest.raises(ValueError, match="predict: x is empty"):
        predict(Identity(), x[:0])
    with pytest.raises(ValueError, match="predict: batch_size is 0"):
        predict(Identity(), x, batch_size=0)


@pytest.mark.parametrize(
    ("function", "arguments"), [(predict, ()), (evaluate, (np.zeros(3, int),))]
)
def test_a_class_is_no_network(refused, function, arguments):
    name, x = function.__name__, np.zeros((3, 2))
    message = (
        f"{name}: network is the class ReLU, wanted a layer: write ReLU(), "
        "with what it takes between the brackets"
    )
    refused(TypeError, message, function, ReLU, x, *arguments)
    message = f"{name}: network has type NoneType, wanted a layer"
    refused(TypeError, message, function, None, x, *arguments)


def test_a_function_is_no_loss(refused):
    scores, target = np.zeros((3, 2)), np.zeros((3, 2))
    message = "evaluate: loss has type function, wanted a Loss"
    loss = mean_squared_error_forward
    refused(TypeError, message, evaluate, Identity(), scores, target, loss=loss)
