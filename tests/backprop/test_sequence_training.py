"""Sequences through `train`, time first: a language model, masks, padding that has no part."""

import copy

import numpy as np
import pytest

from backprop import (
    CROSS_ENTROPY,
    LSTM,
    RNN,
    SGD,
    Adam,
    Embedding,
    Identity,
    LastStep,
    Linear,
    Sequential,
    evaluate,
    mask_from_lengths,
    predict,
    train,
)

PADDING = -1
RIDDLE = "the rain in spain falls mainly on the plain; "
LETTERS = sorted(set(RIDDLE))


def text(N, T):
    """N pieces of T letters each, (T, N), and the letters that follow."""
    letters = np.array([LETTERS.index(letter) for letter in RIDDLE * (2 + T // len(RIDDLE))])
    starts = np.arange(N) * 7 % len(RIDDLE)
    pieces = np.stack([letters[start : start + T + 1] for start in starts], axis=1)
    return pieces[:-1], pieces[1:]


def language_model(rng):
    K = len(LETTERS)
    return Sequential(
        [
            Embedding(rng.normal(size=(K, 8))),
            LSTM(8, 32, rng=rng),
            Linear(32, K, rng=rng),
        ]
    )


def test_a_language_model_is_trained_by_train_alone(rng):
    """After three letters or four it knows the riddle by heart, and which 'ain' it is in."""
    tokens, following = text(N=20, T=30)
    network = language_model(rng)
    history = train(
        network,
        Adam(0.02),
        tokens,
        following,
        epochs=60,
        batch_size=5,
        rng=rng,
        sample_axis=1,
        validation=(tokens[:, :3], following[:, :3]),
        progress=False,
    )
    assert history.train_loss[0] > 2
    assert history.train_accuracy[-1] > 0.9
    assert history.validation_accuracy[history.best_epoch - 1] > 0.9
    scores = predict(network, tokens, sample_axis=1, batch_size=7)
    assert scores.shape == (30, 20, len(LETTERS))
    assert (scores.argmax(axis=2) == following)[6:].mean() > 0.98


def padded(rng):
    tokens, following = text(N=12, T=20)
    lengths = rng.integers(3, 20, 12)
    mask = mask_from_lengths(lengths, 20)
    return np.where(mask, tokens, 0), np.where(mask, following, PADDING), mask


@pytest.mark.parametrize("micro_batch_size", [None, 2])
def test_padding_has_no_part(rng, micro_batch_size):
    """Whatever stands there, the run is the same."""
    tokens, following, mask = padded(rng)
    other = np.where(mask, tokens, 5)
    networks = language_model(np.random.default_rng(1)), language_model(np.random.default_rng(1))
    histories = [
        train(
            network,
            Adam(0.02),
            given,
            following,
            epochs=3,
            batch_size=5,
            rng=np.random.default_rng(2),
            loss=CROSS_ENTROPY.ignoring(PADDING),
            mask=mask,
            sample_axis=1,
            validation=(given, following, mask),
            micro_batch_size=micro_batch_size,
            progress=False,
        )
        for network, given in zip(networks, (tokens, other), strict=True)
    ]
    assert histories[0] == histories[1]
    for name, param in networks[0].params.items():
        np.testing.assert_array_equal(networks[1].params[name], param)


def test_the_mean_is_over_what_counts(rng):
    """An epoch's loss weighs each letter alike, in batches of sequences of any lengths."""
    tokens, following, mask = padded(rng)
    network, loss = language_model(rng), CROSS_ENTROPY.ignoring(PADDING)
    options = {"loss": loss, "mask": mask, "sample_axis": 1}
    history = train(
        network,
        SGD(0.0),
        tokens,
        following,
        epochs=1,
        batch_size=5,
        rng=rng,
        progress=False,
        **options,
    )
    scores = network(tokens, mask=mask)
    wanted, _ = CROSS_ENTROPY.forward(scores[mask], following[mask])
    right = (scores.argmax(axis=2) == following)[mask].mean()
    score = evaluate(network, tokens, following, batch_size=4, **options)
    assert score.loss == pytest.approx(float(wanted), rel=1e-12)
    assert score.accuracy == pytest.approx(right, rel=1e-12)
    assert history.train_loss == pytest.approx([float(wanted)], rel=1e-12)
    assert history.train_accuracy == pytest.approx([right], rel=1e-12)


def test_the_mask_goes_with_its_samples(rng):
    seen = []

    class Seen(Identity):
        def forward(self, x, *, training, mask=None):
            seen.append((x[0, :, 0].copy(), mask.copy()))
            return super().forward(x, training=training, mask=mask)

    x = np.zeros((4, 9, 2))
    x[0, :, 0] = np.arange(9)
    mask = mask_from_lengths(np.arange(9) % 4 + 1, 4)
    network = Sequential([Seen(), RNN(2, 3, rng=rng), LastStep(), Linear(3, 2, rng=rng)])
    target = np.arange(9) % 2
    options = {"batch_size": 4, "mask": mask, "sample_axis": (1, 0)}
    train(network, SGD(0.1), x, target, epochs=2, rng=rng, progress=False, **options)
    evaluate(network, x, target, **options)
    assert predict(network, x, **options).shape == (9, 2)
    for which, part in seen:
        np.testing.assert_array_equal(part, mask[:, which.astype(int)])
    assert len(seen) == 12


def test_sequences_that_each_have_one_target(rng):
    """Whether the first step was positive: the last state has to remember it."""
    x = rng.normal(size=(6, 200, 1))
    target = (x[0, :, 0] > 0).astype(int)
    network = Sequential([LSTM(1, 12, rng=rng), LastStep(), Linear(12, 2, rng=rng)])
    before = copy.deepcopy(network.params)
    options = {"epochs": 30, "batch_size": 20, "rng": rng, "sample_axis": (1, 0)}
    history = train(network, Adam(0.02), x, target, progress=False, **options)
    assert history.train_accuracy[-1] > 0.95
    assert all((param != before[name]).any() for name, param in network.params.items())
