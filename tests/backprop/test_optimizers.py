"""Optimisers, by hand, and the state that they keep."""

import numpy as np
import pytest

from backprop import optimizers as functions
from backprop.optimizers import adam_update, momentum_update, sgd_update
from backprop.training import optimizers
from backprop.training.optimizers import (
    NAG,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Group,
    Momentum,
    Optimizer,
    RMSprop,
    biases_and_gains,
)

PARAM = np.array([[1.0, -2.0]])
GRAD = np.array([[10.0, 4.0]])


def test_sgd_by_hand():
    np.testing.assert_allclose(sgd_update(PARAM, GRAD, lr=0.1), [[0, -2.4]], atol=1e-15)
    decayed = sgd_update(PARAM, GRAD, lr=0.1, weight_decay=0.5)
    np.testing.assert_allclose(decayed, [[1 - 1.05, -2 - 0.3]], rtol=1e-13)


def test_momentum_by_hand():
    velocity = np.array([[2.0, 4.0]])
    param, new = momentum_update(PARAM, GRAD, velocity, lr=0.1, momentum=0.5, weight_decay=0.25)
    np.testing.assert_allclose(new, [[11.25, 5.5]], rtol=1e-15)
    np.testing.assert_allclose(param, [[-0.125, -2.55]], rtol=1e-13)
    _, new = momentum_update(PARAM, GRAD, velocity, lr=0.1)
    np.testing.assert_allclose(new, [[11.8, 7.6]], rtol=1e-15)


def test_adam_by_hand():
    """At t = 2 with both betas 1/2 the corrections divide by 3/4."""
    m, v = np.array([[2.0, -4.0]]), np.array([[9.0, 8.0]])
    param, new_m, new_v = adam_update(
        PARAM, GRAD, m, v, t=2, lr=0.1, beta1=0.5, beta2=0.5, eps=1.0, weight_decay=2.0
    )
    np.testing.assert_allclose(new_m, [[7, -2]], rtol=1e-15)  # grad becomes 12, 0
    np.testing.assert_allclose(new_v, [[76.5, 4]], rtol=1e-15)
    m_hat, v_hat = np.array([[28 / 3, -8 / 3]]), np.array([[102, 16 / 3]])
    np.testing.assert_allclose(param, PARAM - 0.1 * m_hat / (np.sqrt(v_hat) + 1), rtol=1e-14)


def test_adams_defaults_and_its_first_step():
    zero = np.zeros((1, 2))
    param, m, v = adam_update(PARAM, GRAD, zero, zero, 1)
    np.testing.assert_allclose(m, 0.1 * GRAD, rtol=1e-14)
    np.testing.assert_allclose(v, 0.001 * GRAD**2, rtol=1e-12)
    np.testing.assert_allclose(param, PARAM - 1e-3 * GRAD / (GRAD + 1e-8), rtol=1e-15)
    # Where the gradient is as small as eps, the step halves: eps is added after the correction.
    param, _, _ = adam_update(zero, zero + 1e-8, zero, zero, 1)
    np.testing.assert_allclose(param, -5e-4, rtol=1e-9)


KINDS = {
    "sgd": lambda **more: SGD(0.1, weight_decay=0.01, **more),
    "momentum": lambda **more: Momentum(0.1, momentum=0.8, weight_decay=0.01, **more),
    "adam": lambda **more: Adam(0.1, beta1=0.8, beta2=0.9, eps=1e-3, weight_decay=0.01, **more),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def parameters(dtype=np.float64):
    return {"0.W": np.arange(6, dtype=dtype).reshape(2, 3) - 2.5, "0.b": np.ones(3, dtype)}


def gradients(step, dtype=np.float64):
    rng = np.random.default_rng(step)
    return {"0.b": rng.standard_normal(3).astype(dtype), "0.W": np.full((2, 3), 0.5, dtype) * step}


def run(optimizer, params, steps):
    for step in steps:
        optimizer.step(params, gradients(step))


def test_classes_repeat_their_update():
    params = {kind: parameters() for kind in KINDS}
    for kind, make in KINDS.items():
        run(make(), params[kind], range(1, 6))
    for name, start in parameters().items():
        sgd = momentum = adam = start
        velocity = m = v = np.zeros_like(start)
        for t in range(1, 6):
            grad = gradients(t)[name]
            sgd = sgd_update(sgd, grad, lr=0.1, weight_decay=0.01)
            momentum, velocity = momentum_update(
                momentum, grad, velocity, lr=0.1, momentum=0.8, weight_decay=0.01
            )
            adam, m, v = adam_update(
                adam, grad, m, v, t, lr=0.1, beta1=0.8, beta2=0.9, eps=1e-3, weight_decay=0.01
            )
        np.testing.assert_array_equal(params["sgd"][name], sgd)
        np.testing.assert_array_equal(params["momentum"][name], momentum)
        np.testing.assert_array_equal(params["adam"][name], adam)


@pytest.mark.parametrize(
    ("part", "heights"),
    [
        (1, [1] * 10),
        (63, [1] * 10),
        (64, [2] * 5),
        (100, [3, 3, 3, 1]),
        (319, [9, 1]),
        (320, [10]),
        (1 << 20, [10]),
    ],
)
def test_parts_of_any_size_give_the_same(monkeypatch, rng, part, heights):
    param = rng.standard_normal((10, 7))[:, ::2]  # rows of 32 bytes, with gaps between the numbers
    grads = rng.standard_normal((2, 10, 4))
    wanted, m, v = param, np.zeros((10, 4)), np.zeros((10, 4))
    for t, grad in enumerate(grads, start=1):
        wanted, m, v = adam_update(wanted, grad, m, v, t, weight_decay=0.1)
    monkeypatch.setattr(optimizers, "PART", part)
    assert [len(param[part]) for part in optimizers._parts(param)] == heights
    optimizer = Adam(weight_decay=0.1)
    for grad in grads:
        optimizer.step({"W": param}, {"W": grad})
    np.testing.assert_array_equal(param, wanted)
    np.testing.assert_array_equal(optimizer.state()["v/W"], v)


def test_classes_have_the_defaults_of_their_update():
    param, grad = np.array([1.0]), np.array([0.5])
    for optimizer, update, kept in [
        (SGD(0.1), lambda p: (sgd_update(p, grad, lr=0.1),), 0),
        (Momentum(0.1), lambda p, v: momentum_update(p, grad, v, lr=0.1), 1),
        (Adam(), lambda p, m, v: adam_update(p, grad, m, v, 2), 2),
    ]:
        params = {"w": param.copy()}
        optimizer.step(params, {"w": grad})
        before = params["w"].copy(), *list(optimizer.state().values())[1 : 1 + kept]
        optimizer.step(params, {"w": grad})
        np.testing.assert_array_equal(params["w"], update(*before)[0])


@each_kind
def test_steps_write_into_the_arrays_of_params_and_of_nothing_else(kind):
    params, grads = parameters(), gradients(1)
    before = {name: param.copy() for name, param in params.items()}
    held = dict(params)
    KINDS[kind]().step(params, grads)
    for name, param in held.items():
        assert params[name] is param
        assert (param != before[name]).all()
        np.testing.assert_array_equal(grads[name], gradients(1)[name])


@each_kind
def test_dtype_is_kept(kind):
    params, optimizer = parameters(np.float32), KINDS[kind]()
    optimizer.lr = np.float64(0.05)
    for step in (1, 2):
        optimizer.step(params, gradients(step, np.float32))
    assert {param.dtype for param in params.values()} == {np.dtype(np.float32)}
    kept = {name: array.dtype for name, array in optimizer.state().items() if name != "t"}
    assert set(kept.values()) <= {np.dtype(np.float32)}


@each_kind
def test_learning_rate_can_be_set(kind, refused):
    optimizer, params, before = KINDS[kind](), parameters(), parameters()
    assert optimizer.lr == 0.1
    optimizer.lr = 0
    optimizer.step(params, gradients(1))
    np.testing.assert_array_equal(params["0.W"], before["0.W"])
    assert type(optimizer.lr) is float
    name = type(optimizer).__name__
    message = f"{name}.lr: lr is -0.1, wanted a number in [0, inf)"
    refused(ValueError, message, setattr, optimizer, "lr", -0.1)
    assert optimizer.lr == 0


STATES = {
    "sgd": ["t"],
    "momentum": ["t", "velocity/0.W", "velocity/0.b"],
    "adam": ["t", "m/0.W", "v/0.W", "m/0.b", "v/0.b"],
}


@each_kind
def test_a_run_continued_is_the_run_uninterrupted(kind, tmp_path):
    whole, params = KINDS[kind](), parameters()
    run(whole, params, range(1, 9))

    first, resumed = KINDS[kind](), parameters()
    run(first, resumed, range(1, 5))
    np.savez(tmp_path / "state.npz", **first.state())
    second = KINDS[kind]()
    with np.load(tmp_path / "state.npz", allow_pickle=False) as state:
        second.load_state(state)
    assert second.t == 4
    run(second, resumed, range(5, 9))
    assert whole.t == second.t == 8
    for name in params:
        np.testing.assert_array_equal(params[name], resumed[name])
    assert list(whole.state()) == STATES[kind]
    for name, array in whole.state().items():
        np.testing.assert_array_equal(array, second.state()[name])


@each_kind
def test_a_state_before_the_first_step(kind):
    optimizer = KINDS[kind]()
    state = optimizer.state()
    assert list(state) == ["t"]
    assert optimizer.t == state["t"] == 0
    params, others = parameters(), parameters()
    run(optimizer, params, [1, 2])
    optimizer.load_state(state)
    assert optimizer.t == 0
    run(optimizer, others, [1, 2])
    np.testing.assert_array_equal(params["0.W"], others["0.W"])


@each_kind
def test_states_are_copies(kind):
    optimizer, params = KINDS[kind](), parameters()
    run(optimizer, params, [1])
    state = optimizer.state()
    before = {name: array.copy() for name, array in state.items()}
    other = KINDS[kind]()
    other.load_state(state)
    run(optimizer, params, [2])
    run(other, params, [2])
    for name, array in before.items():
        np.testing.assert_array_equal(state[name], array)
        state[name][...] = 7
    for name, array in other.state().items():
        if name != "t":
            assert (array != 7).all()


def test_names_may_hold_slashes():
    momentum = Momentum(0.1)
    momentum.step({"encoder/0/W": PARAM.copy()}, {"encoder/0/W": GRAD})
    other = Momentum(0.1)
    other.load_state(momentum.state())
    assert list(other.state()) == ["t", "velocity/encoder/0/W"]
    other.step({"encoder/0/W": PARAM.copy()}, {"encoder/0/W": GRAD})


def test_wrong_states_are_refused(refused):
    adam = Adam()
    run(adam, parameters(), [1])
    good = adam.state()
    message = "Adam.load_state: state lacks 'v/0.b', which the state of Adam has"
    incomplete = {name: array for name, array in good.items() if name != "v/0.b"}
    refused(ValueError, message, Adam().load_state, incomplete)
    message = "Momentum.load_state: state lacks 'velocity/0.W', which the state of Momentum has"
    refused(ValueError, message, Momentum(0.1).load_state, good)
    message = "SGD.load_state: state has 'm/0.W', which the state of SGD lacks"
    refused(ValueError, message, SGD(0.1).load_state, good)
    message = "Adam.load_state: state has no m and no v"
    refused(ValueError, message, Adam().load_state, {"t": np.array(1)})
    message = "Adam.load_state: m/0.W is int64, wanted floats"
    integers = {**good, "m/0.W": good["m/0.W"].astype(np.int64)}
    refused(TypeError, message, Adam().load_state, integers)
    for t, shown in [(None, "None"), (np.array(-1), "-1"), (np.array(1.5), "1.5"), ([1], "[1]")]:
        message = f"Adam.load_state: t is {shown}, wanted the number of steps taken"
        refused(ValueError, message, Adam().load_state, {**good, "t": t})
    message = "Adam.load_state: t is None, wanted the number of steps taken"
    refused(ValueError, message, Adam().load_state, {})


@each_kind
def test_a_refused_step_leaves_everything_as_it_was(kind, refused):
    optimizer, params = KINDS[kind](), parameters()
    run(optimizer, params, [1])
    name = type(optimizer).__name__
    before = {key: param.copy() for key, param in params.items()}
    state = {key: array.copy() for key, array in optimizer.state().items()}
    grads = gradients(2)
    for wrong, error, message in [
        ({"0.W": grads["0.W"]}, ValueError, "grads lacks '0.b', which params has"),
        ({**grads, "1.W": PARAM}, ValueError, "grads has '1.W', which params lacks"),
        (
            {**grads, "0.b": np.ones(2)},
            ValueError,
            "grads['0.b'] has shape (2,), wanted (3,) as in params['0.b']",
        ),
        (
            {**grads, "0.b": np.ones(3, np.float32)},
            TypeError,
            "grads['0.b'] is float32, wanted float64 as in params['0.b']",
        ),
    ]:
        refused(error, f"{name}.step: {message}", optimizer.step, params, wrong)
    for key, array in before.items():
        np.testing.assert_array_equal(params[key], array)
    for key, array in optimizer.state().items():
        np.testing.assert_array_equal(state[key], array)


def test_parameters_of_another_network_are_refused(refused):
    optimizer = Momentum(0.1)
    run(optimizer, parameters(), [1])
    message = "Momentum.step: params lacks '0.b', which the first step has"
    params, grads = {"0.W": PARAM.copy()}, {"0.W": GRAD}
    refused(ValueError, message, optimizer.step, params, grads)
    optimizer.load_state({"t": np.array(1), "velocity/0.W": np.ones((2, 2))})
    message = "Momentum.step: velocity/0.W has shape (2, 2), wanted (1, 2) as in params['0.W']"
    refused(ValueError, message, optimizer.step, params, grads)


RANGES = {
    "lr": "[0, inf)",
    "weight_decay": "[0, inf)",
    "momentum": "[0, 1)",
    "beta1": "[0, 1)",
    "beta2": "[0, 1)",
    "eps": "(0, inf)",
}
CALLS = {
    "sgd_update": (lambda **h: sgd_update(PARAM, GRAD, **{"lr": 0.1, **h}), 2),
    "momentum_update": (lambda **h: momentum_update(PARAM, GRAD, GRAD, **{"lr": 0.1, **h}), 3),
    "adam_update": (lambda **h: adam_update(PARAM, GRAD, GRAD, GRAD, 1, **h), 0),
    "SGD": (lambda **h: SGD(**{"lr": 0.1, **h}), 2),
    "Momentum": (lambda **h: Momentum(**{"lr": 0.1, **h}), 3),
    "Adam": (lambda **h: Adam(**h), 0),
}


@pytest.mark.parametrize("function", CALLS)
@pytest.mark.parametrize("name", RANGES)
def test_hyperparameters_out_of_range_are_refused(refused, function, name):
    call, count = CALLS[function]
    known = list(RANGES)[:count] if count else [key for key in RANGES if key != "momentum"]
    if name not in known:
        return
    interval = RANGES[name]
    end = interval[4:-1].strip()
    low = 0.0 if interval[0] == "(" else -0.5
    for wrong in (low, float(end), np.nan):
        message = f"{function}: {name} is {wrong}, wanted a number in {interval}"
        refused(ValueError, message, call, **{name: wrong})
    message = f"{function}: {name} has type NoneType, wanted a number"
    refused(TypeError, message, call, **{name: None})
    if interval[0] == "[":
        call(**{name: 0})


def test_adam_refuses_a_step_number(refused):
    call = lambda t: adam_update(PARAM, GRAD, GRAD, GRAD, t)  # noqa: E731
    refused(ValueError, "adam_update: t is 0, wanted at least 1", call, 0)
    refused(TypeError, "adam_update: t has type float, wanted an integer", call, 1.0)


@pytest.mark.parametrize("missing", ["grad", "velocity", "m", "v"])
def test_updates_refuse_arrays_that_do_not_fit(refused, missing):
    updates = {
        "sgd_update": (sgd_update, ["grad"], {"lr": 0.1}),
        "momentum_update": (momentum_update, ["grad", "velocity"], {"lr": 0.1}),
        "adam_update": (adam_update, ["grad", "m", "v"], {"t": 1}),
    }
    for name, (update, arrays, more) in updates.items():
        if missing in arrays:
            arguments = dict.fromkeys(arrays, GRAD) | {missing: GRAD.T} | more
            message = f"{name}: {missing} has shape (2, 1), wanted (1, 2) as in param"
            refused(ValueError, message, update, PARAM, **arguments)


def test_an_optimizer_needs_an_update():
    with pytest.raises(TypeError, match="abstract"):
        Optimizer(lr=0.1)


DECAY = {
    "SGD": (SGD, {}),
    "Momentum": (Momentum, {"momentum": 0.7}),
    "NAG": (NAG, {"momentum": 0.7}),
    "Adagrad": (Adagrad, {"eps": 1e-3}),
    "RMSprop": (RMSprop, {"rho": 0.8}),
    "Adadelta": (Adadelta, {"rho": 0.8}),
    "Adam": (Adam, {"beta1": 0.8}),
    "AdamW": (AdamW, {"beta1": 0.8}),
}


@pytest.mark.parametrize("name", DECAY)
def test_groups_step_as_optimisers_of_their_own(rng, name):
    """Weights decay, biases and gains do not, and the last layer is ten times slower."""
    kind, options = DECAY[name]
    shapes = {"0.W": (3, 4), "0.b": (4,), "1.gamma": (4,), "2.W": (4, 2), "2.b": (2,)}
    params = {key: rng.normal(size=shape) for key, shape in shapes.items()}
    last = Group(lambda key, param: key == "2.W", lr_factor=0.1, weight_decay=0.2)
    groups = [last, Group(biases_and_gains, weight_decay=0.0)]
    optimizer = kind(0.1, weight_decay=0.5, groups=groups, **options)
    alone = {
        "0.W": kind(0.1, weight_decay=0.5, **options),
        "0.b": kind(0.1, weight_decay=0.0, **options),
        "1.gamma": kind(0.1, weight_decay=0.0, **options),
        "2.W": kind(0.01, weight_decay=0.2, **options),
        "2.b": kind(0.1, weight_decay=0.0, **options),
    }
    wanted = {key: param.copy() for key, param in params.items()}
    for step in range(5):
        if step == 3:
            optimizer.lr = 0.02  # as a schedule does
            for key, own in alone.items():
                own.lr = 0.002 if key == "2.W" else 0.02
        grads = {key: rng.normal(size=shape) for key, shape in shapes.items()}
        optimizer.step(params, grads)
        for key, own in alone.items():
            own.step({key: wanted[key]}, {key: grads[key]})
    for key, param in params.items():
        np.testing.assert_allclose(param, wanted[key], rtol=1e-13)


def test_what_optimisers_show():
    assert repr(SGD(0.1)) == "SGD(lr=0.1, weight_decay=0.0)"
    assert repr(Momentum(0.1)) == "Momentum(lr=0.1, momentum=0.9, weight_decay=0.0)"
    group = Group(biases_and_gains, lr_factor=2.0, weight_decay=0.0)
    assert repr(SGD(0.1, weight_decay=0.2, groups=[group])) == (
        "SGD(lr=0.1, weight_decay=0.2, "
        "groups=(Group(biases_and_gains, lr_factor=2.0, weight_decay=0.0),))"
    )
    assert Adam().described(without_lr=True) == (
        "Adam(beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.0)"
    )
    assert SGD(0.1).described(without_lr=False) == repr(SGD(0.1))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: SGD(0.1, groups=[Group(biases_and_gains, beta1=0.5)]),
            ValueError,
            "SGD: a group has beta1, which SGD has not",
        ),
        (
            lambda: Adam(groups=[Group(biases_and_gains, beta1=1.5)]),
            ValueError,
            "Adam: beta1 is 1.5, wanted a number in [0, 1)",
        ),
        (
            lambda: Group(biases_and_gains, lr=0.1),
            ValueError,
            "Group: lr is the optimiser's, and schedules set it: give lr_factor",
        ),
        (
            lambda: Group(biases_and_gains, lr_factor=-1),
            ValueError,
            "Group: lr_factor is -1.0, wanted a number in [0, inf)",
        ),
        (lambda: Group("b"), TypeError, "Group: where has type str, wanted a function"),
    ],
)
def test_groups_that_are_refused(refused, make, error, message):
    refused(error, message, make)


def test_a_state_is_compared_with_parameters(refused):
    params = {"W": np.ones((2, 3)), "b": np.ones(3)}
    optimizer, other = Momentum(0.1), Momentum(0.1)
    optimizer.step(params, params)
    state = optimizer.state()
    other.load_state(state, params)
    assert other.t == 1
    fresh = Momentum(0.1)
    message = "Momentum.load_state: state lacks 'c', which the network has"
    refused(ValueError, message, fresh.load_state, state, {**params, "c": np.ones(1)})
    message = "Momentum.load_state: velocity/W has shape (2, 3), wanted (3, 2) as in its parameter"
    refused(ValueError, message, fresh.load_state, state, {**params, "W": np.ones((3, 2))})
    message = "Momentum.load_state: velocity/W is complex128, wanted real numbers"
    complex_state = {**state, "velocity/W": state["velocity/W"].astype(complex)}
    refused(TypeError, message, fresh.load_state, complex_state)
    assert fresh.t == 0
    assert [*fresh.state()] == ["t"]


@pytest.mark.parametrize("name", DECAY)
@pytest.mark.parametrize("shape", [(3, 2), (700, 600)])  # a large one is updated in parts
def test_an_optimiser_is_its_function_for_every_parameter(rng, name, shape):
    """The state between steps and the number of the step are what the function is given."""
    kind, options = DECAY[name]
    update = getattr(functions, f"{name.lower()}_update")
    options = {"lr": 0.1, "weight_decay": 0.3, **options}
    optimizer = kind(**options)
    param = rng.normal(size=shape)
    params, kept = {"W": param.copy()}, [np.zeros(shape) for _ in kind._kept]
    for t in range(1, 4):
        grad = rng.normal(size=shape)
        optimizer.step(params, {"W": grad})
        numbered = {"t": t} if name.startswith("Adam") else {}
        found = update(param, grad, *kept, **numbered, **options)
        param, *kept = found if kept else (found,)
        np.testing.assert_allclose(params["W"], param, rtol=1e-12, atol=1e-14)
    for slot, array in zip(kind._kept, kept, strict=True):
        np.testing.assert_allclose(optimizer.state()[f"{slot}/W"], array, rtol=1e-12)
