"""What holds for every kind of recurrent network, cell, plain and fast sequence alike."""

import copy
from contextlib import nullcontext

import numpy as np
import pytest

from backprop.gradcheck import check_gradients
from backprop.steps import walk_back, walk_forward
from tests.backprop.kinds import HOLE, KINDS, LENGTHS, MASK, MASKS, D, H, N, T

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
each_mask = pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
each_form = pytest.mark.parametrize("form", ["plain", "fast"])
each_part = pytest.mark.parametrize(
    ("part", "form"),
    [("cell_", "plain"), ("", "plain"), ("", "fast")],
    ids=["cell", "plain", "fast"],
)
METHODS = {"central": 1e-6, "complex": 1e-12}


def run(kind, form, arguments, douts=None, mask=None):
    """Returns the outputs and the gradients, for random cotangents unless they are given."""
    *outputs, cache = kind.function("forward", form)(**arguments, mask=mask)
    if douts is None:
        rng = np.random.default_rng(7)
        douts = [rng.standard_normal(o.shape).astype(o.dtype) for o in outputs]
    return outputs, kind.function("backward", form)(*douts, cache)


@each_kind
@each_mask
@pytest.mark.parametrize("sizes", [{}, {"T": 1}, {"N": 1}, {"D": 1, "H": 1}], ids=str)
def test_plain_and_fast_form_agree(rng, kind, mask, sizes):
    if mask is not None:
        mask = mask[: sizes.get("T", T), : sizes.get("N", N)]
    arguments = kind.draw(rng, **sizes)
    outputs, gradients = run(kind, "plain", arguments, mask=mask)
    fast_outputs, fast_gradients = run(kind, "fast", arguments, mask=mask)
    for ours, theirs in zip((*outputs, *gradients), (*fast_outputs, *fast_gradients), strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


@each_kind
def test_a_sequence_of_one_step_is_the_cell(rng, kind):
    arguments = kind.draw(rng, T=1)
    *outputs, _ = kind.function("cell_forward")(arguments["x"][0], *list(arguments.values())[1:])
    *sequence_outputs, _ = kind.function("forward")(**arguments)
    for ours, theirs in zip(outputs, sequence_outputs, strict=True):
        np.testing.assert_allclose(theirs.reshape(ours.shape), ours, rtol=1e-12, atol=1e-14)


@each_kind
@pytest.mark.parametrize("method", METHODS)
def test_gradients_of_the_cell(rng, kind, method):
    forward, backward = kind.joined("cell_")
    arguments = kind.cell_arguments(rng)
    report = check_gradients(forward, backward, rng=rng, method=method, **arguments)
    assert max(report.values()) < METHODS[method], str(report)


@each_kind
@each_mask
@pytest.mark.parametrize(
    ("form", "method"),
    [("plain", "central"), ("plain", "complex"), ("fast", "central"), ("fast", "complex")],
)
def test_gradients_of_the_sequence(rng, kind, mask, form, method):
    forward, backward = kind.joined(form=form)
    report = check_gradients(
        lambda **arguments: forward(**arguments, mask=mask),
        backward,
        rng=rng,
        method=method,
        **kind.draw(rng),
    )
    assert list(report) == list(kind.names)
    assert max(report.values()) < METHODS[method], str(report)


@each_kind
@each_form
@pytest.mark.parametrize("sizes", [{"T": 1}, {"N": 1}], ids=str)
def test_gradients_at_the_smallest_sizes(rng, kind, form, sizes):
    forward, backward = kind.joined(form=form)
    report = check_gradients(forward, backward, rng=rng, **kind.draw(rng, **sizes))
    assert max(report.values()) < 1e-6, str(report)


@each_kind
@each_form
def test_each_sequence_of_a_padded_batch_is_as_if_alone(rng, kind, form):
    arguments = kind.draw(rng)
    (h, *last), _ = run(kind, form, arguments, mask=MASK)
    for n, length in enumerate(LENGTHS):
        if length == 0:
            continue
        alone = {
            name: a[:length, n : n + 1] if name == "x" else a[n : n + 1] if name[1:] == "0" else a
            for name, a in arguments.items()
        }
        (h_alone, *last_alone), _ = run(kind, form, alone)
        np.testing.assert_allclose(h[:length, n : n + 1], h_alone, rtol=1e-13)
        assert (h[length:, n] == h[length - 1, n]).all()
        for ours, theirs in zip(last, last_alone, strict=True):
            np.testing.assert_allclose(ours[n : n + 1], theirs, rtol=1e-13)


@each_kind
@each_form
@pytest.mark.parametrize("mask", [MASK, HOLE], ids=["lengths", "hole"])
def test_padded_steps_carry_the_state_and_get_no_gradient(rng, kind, form, mask):
    arguments = kind.draw(rng)
    (h, *_), (dx, *_) = run(kind, form, arguments, mask=mask)
    before = np.concatenate([arguments["h0"][np.newaxis], h[:-1]])
    np.testing.assert_array_equal(h[~mask], before[~mask])
    np.testing.assert_array_equal(dx[~mask], 0)
    assert (dx[mask] != 0).any(axis=1).all()
    changed = {**arguments, "x": np.where(mask[:, :, np.newaxis], arguments["x"], 100.0)}
    (h_changed, *_), _ = run(kind, form, changed, mask=mask)
    np.testing.assert_array_equal(h, h_changed)


@each_kind
@each_form
def test_a_batch_of_nothing_but_padding_hands_the_gradients_through(rng, kind, form):
    arguments = kind.draw(rng)
    *outputs, cache = kind.function("forward", form)(**arguments, mask=np.zeros((T, N), bool))
    douts = [rng.standard_normal(output.shape) for output in outputs]
    gradients = dict(zip(kind.names, kind.function("backward", form)(*douts, cache), strict=True))
    np.testing.assert_array_equal(outputs[0], np.broadcast_to(arguments["h0"], (T, N, H)))
    np.testing.assert_allclose(gradients["h0"], douts[0].sum(axis=0), rtol=1e-14)
    if "c0" in gradients:
        np.testing.assert_array_equal(outputs[1], arguments["c0"])
        np.testing.assert_array_equal(gradients["c0"], douts[1])
    for name in ("x", *kind.weights):
        np.testing.assert_array_equal(gradients[name], 0)


@each_kind
@each_form
def test_a_mask_of_ones_changes_nothing(rng, kind, form):
    arguments = kind.draw(rng)
    outputs, gradients = run(kind, form, arguments)
    with_mask = run(kind, form, arguments, mask=np.ones((T, N), bool))
    for ours, theirs in zip((*outputs, *gradients), (*with_mask[0], *with_mask[1]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@each_kind
@each_part
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept_and_arguments_stay_as_they_came(rng, kind, part, form, dtype):
    arguments = (kind.cell_arguments if part == "cell_" else kind.draw)(rng, dtype=dtype)
    before = copy.deepcopy(arguments)
    *outputs, cache = kind.function(f"{part}forward", form)(**arguments)
    douts = [rng.standard_normal(output.shape).astype(dtype) for output in outputs]
    douts_before, cache_before = copy.deepcopy((douts, cache))
    gradients = kind.function(f"{part}backward", form)(*douts, cache)
    assert {result.dtype for result in (*outputs, *gradients)} == {np.dtype(dtype)}
    for name, array in arguments.items():
        np.testing.assert_array_equal(array, before[name])
        assert not any(np.shares_memory(array, result) for result in (*outputs, *gradients))
    for ours, theirs in zip(douts, douts_before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert not any(np.shares_memory(ours, gradient) for gradient in gradients)
    # What the backward changed in its cache would show the second time.
    again = kind.function(f"{part}backward", form)(*douts, cache_before)
    for ours, theirs in zip(
        (*gradients, *again),
        (*kind.function(f"{part}backward", form)(*douts, cache), *gradients),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


@each_kind
def test_gates_that_saturate_neither_overflow_nor_warn(rng, kind):
    arguments = kind.draw(rng)
    arguments["b"] = 1e4 * np.sign(arguments["b"])
    if kind.activation != "relu":
        (h, *_), gradients = run(kind, "fast", arguments)
        assert np.abs(h).max() <= max(1, np.abs(arguments["h0"]).max()) + 1e-12
        assert all(np.isfinite(gradient).all() for gradient in gradients)


@each_kind
def test_openblas_is_told_how_large_the_products_are(rng, monkeypatch, kind):
    told = []

    def tell(operations):
        told.append(operations)
        return nullcontext()

    monkeypatch.setattr(kind.fast_module, "one_thread_if_small", tell)
    run(kind, "fast", kind.draw(rng))
    assert told == [N * H * kind.gates * H] * 2


def refusals(kind, part):
    """Yields changes to the arguments, and what each is to be called."""
    cell = part == "cell_"
    x, h0 = ("x", "h") if cell else ("x", "h0")
    axes = "(N, D)" if cell else "(T, N, D)"
    columns = f"{kind.gates if kind.gates > 1 else ''}H"
    wide = kind.gates * H
    float32 = "is float32, wanted float64 as in x"
    yield x, np.zeros(3), ValueError, f"x has shape (3,), wanted {axes}"
    yield x, np.zeros((T, N, D), int), TypeError, "x is int64, wanted floats"
    yield x, [[1.0]], TypeError, "x has type list, wanted an array"
    yield x, np.zeros((T, N, 0)), ValueError, f"x is empty, its shape is {(T, N, 0)}"
    yield (
        h0,
        np.zeros((N + 1, H)),
        ValueError,
        f"{h0} has shape {(N + 1, H)}, wanted (N, H) with N = {N} as in x",
    )
    yield h0, np.zeros((N, H), np.float32), TypeError, f"{h0} {float32}"
    if "c0" in kind.states:
        c0 = "c" if cell else "c0"
        yield (
            c0,
            np.zeros((N, H + 1)),
            ValueError,
            f"{c0} has shape {(N, H + 1)}, wanted (N, H) with H = {H} as in {h0}",
        )
    yield (
        "W_x",
        np.zeros((D, wide + 1)),
        ValueError,
        f"W_x has shape {(D, wide + 1)}, wanted (D, {columns}) with H = {H} as in {h0}",
    )
    yield (
        "W_x",
        np.zeros((D + 1, wide)),
        ValueError,
        f"W_x has shape {(D + 1, wide)}, wanted (D, {columns}) with D = {D} as in x",
    )
    yield (
        "W_h",
        np.zeros((H, wide + H)),
        ValueError,
        f"W_h has shape {(H, wide + H)}, wanted (H, {columns}) with H = {H} as in {h0}",
    )
    yield "W_h", np.zeros((H, wide), np.float32), TypeError, f"W_h {float32}"
    yield (
        "b",
        np.zeros(wide - 1),
        ValueError,
        f"b has shape ({wide - 1},), wanted ({columns},) with H = {H} as in {h0}",
    )
    if "b_hn" in kind.weights:
        yield (
            "b_hn",
            np.zeros(H + 1),
            ValueError,
            f"b_hn has shape ({H + 1},), wanted (H,) with H = {H} as in {h0}",
        )


@each_kind
@each_part
def test_arguments_that_do_not_fit_are_refused(rng, refused, kind, part, form):
    arguments = (kind.cell_arguments if part == "cell_" else kind.draw)(rng)
    function = kind.function(f"{part}forward", form)
    name = f"{kind.prefix}_{part}forward"
    for argument, value, error, message in refusals(kind, part):
        refused(error, f"{name}: {message}", function, **{**arguments, argument: value})


@each_kind
@each_form
def test_masks_that_do_not_fit_are_refused(rng, refused, kind, form):
    arguments, function = kind.draw(rng), kind.function("forward", form)
    name = f"{kind.prefix}_forward"
    for mask, error, message in [
        (MASK.T, ValueError, f"mask has shape {(N, T)}, wanted (T, N) with T = {T} as in x"),
        (MASK[:-1], ValueError, f"mask has shape {(T - 1, N)}, wanted (T, N) with T = {T} as in x"),
        (MASK.astype(float), TypeError, "mask is float64, wanted booleans"),
        (MASK.tolist(), TypeError, "mask has type list, wanted an array"),
    ]:
        refused(error, f"{name}: {message}", function, **arguments, mask=mask)


@each_kind
@each_part
def test_cotangents_that_do_not_fit_are_refused(rng, refused, kind, part, form):
    arguments = (kind.cell_arguments if part == "cell_" else kind.draw)(rng)
    *outputs, cache = kind.function(f"{part}forward", form)(**arguments)
    backward, name = kind.function(f"{part}backward", form), f"{kind.prefix}_{part}backward"
    cell, many = part == "cell_", len(outputs) > 1
    kept = ("c_next" if many else "h_next" if kind.gates == 1 else "h") if cell else "h"
    dh, axes = ("dh_next", "(N, H)") if cell else ("dh", "(T, N, H)")
    bad = np.zeros((*outputs[0].shape[:-1], H + 1))
    refused(
        ValueError,
        f"{name}: {dh} has shape {bad.shape}, wanted {axes} with H = {H} as in {kept}",
        backward,
        *(bad, *outputs[1:], cache),
    )
    refused(
        TypeError,
        f"{name}: {dh} is float32, wanted float64 as in {kept}",
        backward,
        *(outputs[0].astype(np.float32), *outputs[1:], cache),
    )
    if not cell:
        refused(
            ValueError,
            f"{name}: dh has shape {(T - 1, N, H)}, wanted (T, N, H) with T = {T} as in h",
            backward,
            *(outputs[0][1:], *outputs[1:], cache),
        )
    if many:
        dc = "dc_next" if cell else "dc"
        refused(
            ValueError,
            f"{name}: {dc} has shape {(N + 1, H)}, wanted (N, H) with N = {N} as in {kept}",
            backward,
            *(outputs[0], np.zeros((N + 1, H)), cache),
        )


@each_kind
@each_part
def test_arrays_that_would_compute_something_else_are_refused(rng, refused, kind, part, form):
    arguments = (kind.cell_arguments if part == "cell_" else kind.draw)(rng)
    function, name = kind.function(f"{part}forward", form), f"{kind.prefix}_{part}forward"
    for argument, value, message in [
        ("W_x", arguments["W_x"].view(np.matrix), "has type matrix, wanted a plain array"),
        ("x", np.ma.masked_less(arguments["x"], 0), "has type MaskedArray, wanted a plain array"),
        ("x", arguments["x"].astype(np.float16), "is float16, wanted float32 or float64"),
    ]:
        message = f"{name}: {argument} {message}"
        refused(TypeError, message, function, **{**arguments, argument: value})
    *outputs, cache = function(**arguments)
    backward, name = kind.function(f"{part}backward", form), f"{kind.prefix}_{part}backward"
    dh = "dh_next" if part == "cell_" else "dh"
    message = f"{name}: {dh} is float16, wanted float32 or float64"
    refused(TypeError, message, backward, outputs[0].astype(np.float16), *outputs[1:], cache)


@each_kind
@each_form
def test_nan_goes_on_forwards_and_back_and_nowhere_else(rng, kind, form):
    arguments = kind.draw(rng)
    others = np.arange(N) != 2
    spoilt = {**arguments, "x": arguments["x"].copy()}
    spoilt["x"][1, 2, 0] = np.nan
    (h, *last), (dx, dh0, *rest) = run(kind, form, spoilt)
    assert np.isnan(h[1:, 2]).all()
    assert np.isfinite(h[0]).all()
    assert np.isfinite(h[:, others]).all()
    assert all(np.isnan(c[2]).all() and np.isfinite(c[others]).all() for c in last)
    assert np.isnan(dx[1, 2]).all()
    assert np.isfinite(dx[:, others]).all()
    assert np.isfinite(dh0[others]).all()
    assert all(np.isnan(gradient).any() for gradient in rest[-len(kind.weights) :])

    (h, *last), _ = run(kind, form, arguments)
    dh = rng.standard_normal(h.shape)
    dh[3, 2, 0] = np.nan
    _, (dx, dh0, *_) = run(kind, form, arguments, [dh, *last])
    assert np.isnan(dx[:4, 2]).all()
    assert np.isnan(dh0[2]).all()
    assert np.isfinite(dx[4]).all()
    assert np.isfinite(dx[:, others]).all()


@each_kind
@each_form
@pytest.mark.parametrize("mask", [MASK, HOLE], ids=["lengths", "hole"])
def test_what_stands_in_the_padding_has_no_influence_even_if_it_is_no_number(rng, kind, form, mask):
    arguments = kind.draw(rng)
    wanted = run(kind, form, arguments, mask=mask)
    for rubbish in (np.nan, np.inf, 1e300):
        x = np.where(mask[:, :, np.newaxis], arguments["x"], rubbish)
        found = run(kind, form, {**arguments, "x": x}, mask=mask)
        for ours, theirs in zip((*found[0], *found[1]), (*wanted[0], *wanted[1]), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@each_kind
@each_form
@each_mask
def test_complex_gradients_are_two_real_ones(rng, kind, form, mask):
    arguments = kind.draw(rng)
    *outputs, cache = kind.function("forward", form)(**arguments, mask=mask)
    backward = kind.function("backward", form)
    real, imaginary = ([rng.standard_normal(output.shape) for output in outputs] for _ in range(2))
    both = [a + 1j * b for a, b in zip(real, imaginary, strict=True)]
    for found, a, b in zip(
        backward(*both, cache), backward(*real, cache), backward(*imaginary, cache), strict=True
    ):
        np.testing.assert_allclose(found, a + 1j * b, rtol=1e-12, atol=1e-13)


@each_kind
@pytest.mark.parametrize("argument", ["x", "h0", "W_x", "W_h", "b"])
def test_one_complex_argument_makes_all_complex(rng, kind, argument):
    arguments = kind.draw(rng)
    arguments[argument] = arguments[argument] + 1e-3j
    for ours, theirs in zip(
        *(
            (*outputs, *gradients)
            for outputs, gradients in (run(kind, form, arguments) for form in ("plain", "fast"))
        ),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def test_the_walk_takes_any_cell_with_its_options():
    def decay(x, a, b, W, *, keep):
        return keep * a + x * W, b + a, (x, W, keep)

    def decay_backward(da, db, cache):
        x, W, keep = cache
        return da * W, keep * da + db, db, (da * x).sum(axis=0)

    x, start = np.ones((2, 3, 1)), np.array([[8.0], [4.0], [2.0]])
    mask = np.array([[True, True, False], [True, False, False]])
    weights = (np.array([2.0]),)
    h, (a, b), cache = walk_forward(decay, x, (start, start), weights, mask=mask, keep=0.5)
    np.testing.assert_array_equal(h[:, :, 0], [[6, 4, 2], [5, 4, 2]])
    np.testing.assert_array_equal(np.hstack([a, b]), [[5, 8 + 8 + 6], [4, 4 + 4], [2, 2]])
    dx, da, db, dW = walk_back(decay_backward, np.zeros_like(h), (np.ones((3, 1)),), cache)
    np.testing.assert_array_equal(dx[:, :, 0], [[2, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(np.hstack([da, db]), [[1.5, 1], [1, 1], [0, 1]])
    np.testing.assert_array_equal(dW, [1])
