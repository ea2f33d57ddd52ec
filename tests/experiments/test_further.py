"""The experiments of the last chapter, small: what they make, and that they compare fairly."""

import numpy as np
import pytest

from backprop import Linear, numerical_gradient
from backprop.gradcheck import check_gradients
from experiments import boxes, cart_pole, gan, segmentation, vae
from experiments.mnist import split_digits


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_picture_is_judged_beside_the_best_threshold(digits):
    settings = segmentation.Settings(channels=(4, 8), digits=400, epochs=12, rate=0.01)
    metrics = segmentation.run(None, digits, settings, seeds=(0, 1)).metrics
    assert metrics["iou"] > metrics["threshold_iou"] > 0.2
    assert metrics["pixels_right"] > metrics["threshold_pixels_right"]
    assert metrics["pixels_right"] > 1 - metrics["ink"]  # saying paper everywhere
    assert metrics["parameters"] == 4 * 17 + 8 * (4 * 16 + 1) + 8 * 4 * 16 + 4 + 4 * 16 + 1


def test_intersection_over_union_counts_pixels():
    said, true = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert segmentation.intersection_over_union(said, true) == 1 / 3


def test_boxes_lie_around_the_ink(digits):
    settings = boxes.Settings(noise=0.0)
    found = boxes.scenes(split_digits(digits).validation_x[:20], settings, np.random.default_rng(0))
    for image, (left, top, right, bottom) in zip(
        found.x[:, 0], found.boxes.astype(int), strict=True
    ):
        rows, columns = np.nonzero(image > 0.5)
        assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (
            left,
            right,
            top,
            bottom,
        )


def test_numbers_tell_boxes_and_boxes_numbers():
    settings = boxes.Settings()
    told = np.array([[10.0, 20.0, 22.0, 50.0], [3.0, 0.0, 63.0, 9.0]])
    numbers = boxes.as_numbers(told, settings)
    np.testing.assert_allclose(boxes.as_boxes(numbers, settings), told)
    np.testing.assert_allclose(boxes.as_boxes(np.zeros((1, 4)), settings), [[22, 22, 42, 42]])


def test_what_is_missing_has_the_gradient_of_central_differences(rng):
    settings = boxes.Settings()
    target = rng.normal(size=(7, 4)) * 0.3
    report = check_gradients(
        lambda numbers: boxes.missing_forward(numbers, target, settings),
        lambda dloss, cache: (boxes.missing_backward(float(dloss), cache),),
        rng=rng,
        numbers=rng.normal(size=(7, 4)) * 0.3,
    )
    assert report["numbers"] < 1e-6


def test_both_losses_of_boxes_are_judged_in_pairs(digits):
    settings = boxes.Settings(digits=60, epochs=1, channels=(2, 3), hidden=8, search_seeds=(9,))
    found = boxes.run(None, digits, settings, seeds=(0, 1))
    assert_each_side_has_its_best_rate(found, boxes.SIDES, "iou", max)
    gain = found.metrics["iou_iou"] - found.metrics["smooth_l1_iou"]
    assert abs(found.metrics["difference"] - gain) < 1e-6
    assert found.metrics["difference_low"] < gain < found.metrics["difference_high"]


def assert_each_side_has_its_best_rate(found, sides, measure, better):
    for side in sides:
        tried = [row for row in found.tried if row["side"] == side]
        best = better(row[measure] for row in tried)
        rate = found.metrics[f"{side}_rate"]
        assert next(row[measure] for row in tried if row["rate"] == rate) == best


@pytest.mark.parametrize("network", ["encoder", "decoder"])
def test_a_step_leaves_the_gradients_of_the_bound(rng, network):
    encoder, decoder = Linear(6, 4, rng=rng), Linear(2, 6, rng=rng)
    x = (rng.random((5, 6)) < 0.5).astype(float)
    vae.step(encoder, decoder, x, np.random.default_rng(4))
    moved = {"encoder": encoder, "decoder": decoder}[network]

    def bound(W):
        before = moved.params["W"].copy()
        moved.params["W"][...] = W
        found = sum(vae.measure(encoder, decoder, x, np.random.default_rng(4)))
        moved.params["W"][...] = before
        return found

    wanted = numerical_gradient(bound, moved.params["W"].copy())
    np.testing.assert_allclose(moved.grads["W"], wanted, atol=1e-7)


def test_the_autoencoder_beats_pixels_that_know_nothing_of_each_other(digits):
    settings = vae.Settings(hidden=64, digits=1800, epochs=12, rate=0.01)
    found = vae.run(None, digits, settings, seeds=(0, 1))
    assert found.metrics["bound"] < found.metrics["independent"]
    assert found.arrays["map"].shape == (vae.MAPPED**2, 28, 28)
    assert found.metrics["divergence"] > 0.5


def test_the_energy_distance_tells_two_sets_apart(rng):
    a, b = gan.ring(400, rng), gan.ring(400, rng)
    assert abs(gan.energy_distance(a, b)) < 0.02
    assert gan.energy_distance(a, b + 1) > 0.5


def test_the_saturating_loss_has_the_gradient_of_central_differences(rng):
    generator, discriminator = Linear(3, 2, rng=rng), Linear(2, 1, rng=rng)
    z = rng.normal(size=(6, 3))
    _, grads = gan.saturating_gradients(generator, discriminator, z)

    def loss(W):
        p = 1 / (1 + np.exp(-discriminator(z @ W + generator.params["b"])))
        return np.log(1 - p).mean()

    wanted = numerical_gradient(loss, generator.params["W"].copy())
    np.testing.assert_allclose(grads["W"], wanted, atol=1e-7)


def test_both_games_are_judged_in_pairs():
    settings = gan.Settings(hidden=8, steps=20, judged_on=50, early=5, search_seeds=(9,))
    found = gan.run(None, settings, seeds=(0, 1))
    assert_each_side_has_its_best_rate(found, gan.SIDES, "distance", min)
    gap = found.metrics["saturating_distance"] - found.metrics["lasting_distance"]
    assert abs(found.metrics["difference"] - gap) < 1e-9


def test_a_cart_moves_as_the_equations_say():
    """Upright and at rest, a push moves the cart and makes the pole lean the other way."""
    after = cart_pole.moved(np.zeros((1, 4)), np.array([1]))[0]
    mass = 1.1
    twist = -(10 / mass) / (0.5 * (4 / 3 - 0.1 / mass))
    drive = 10 / mass - 0.1 * 0.5 * twist / mass
    np.testing.assert_allclose(after, [0, 0.02 * drive, 0, 0.02 * twist])
    left = cart_pole.moved(np.zeros((1, 4)), np.array([0]))[0]
    np.testing.assert_allclose(left, -after)


def test_a_pole_that_leans_falls_and_one_that_hangs_keeps_its_energy():
    state = np.array([[0.0, 0.0, 0.1, 0.0]])
    for _ in range(40):
        pushed = state
        state = (cart_pole.moved(state, np.array([0])) + cart_pole.moved(state, np.array([1]))) / 2
        assert state[0, 2] >= pushed[0, 2]
    assert cart_pole.fallen(state)[0]
    assert not cart_pole.fallen(np.zeros((1, 4)))[0]


def test_a_network_learns_from_steps_on_either_side():
    settings = cart_pole.Settings(
        hidden=8, steps=300, exploring=100, measure_every=100, episodes=3, longest=30, held_for=50,
        search_seeds=(9,),
    )  # fmt: skip
    found = cart_pole.run(None, settings, seeds=(0, 1))
    assert_each_side_has_its_best_rate(found, cart_pole.SIDES, "length", max)
    gap = found.metrics["held_length"] - found.metrics["moving_length"]
    assert abs(found.metrics["difference"] - gap) < 1e-9
    assert len(found.curve["held_mean"]) == 3
    first, second = (cart_pole.learn(side, 0.01, settings, 0) for side in cart_pole.SIDES)
    assert first != second
    assert first == cart_pole.learn("held", 0.01, settings, 0)
