"""Every fast twin against its plain form: the same name, arguments and results.

`TWINS` draws arguments for each, at random: shapes, options, masks. Sizes from which on a twin does
its work in parts, or by several cores, are drawn as well, so that small arrays meet both.
"""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import backprop.fast
from backprop.fast import activations, linear, losses, normalization, rows
from backprop.windows import output_size
from tests.backprop.kinds import KINDS

# What is found in `backprop.fast` beside twins: steps on the way from the plain form to the fast.
STEPS = {"conv2d_im2col_forward", "conv2d_im2col_backward"}
ENDINGS = ("_forward", "_backward", "_update")


def twins():
    """Returns for each public pair or update in `backprop.fast` both modules and its name."""
    found = {}
    for info in pkgutil.iter_modules(backprop.fast.__path__):
        fast = importlib.import_module(f"backprop.fast.{info.name}")
        for name, function in inspect.getmembers(fast, inspect.isfunction):
            own = function.__module__ == fast.__name__ and not name.startswith("_")
            if own and name.endswith(ENDINGS) and "__mutmut" not in name and name not in STEPS:
                found[name] = info.name, fast
    return found


FOUND = twins()


def plain_of(name):
    """Returns the plain module of a twin."""
    return importlib.import_module(f"backprop.{FOUND[name][0]}")


def module_of(name, fast):
    """Returns the module that has a function: only one of a pair may have a twin."""
    if fast and name in FOUND:
        return FOUND[name][1]
    (file,) = {info for twin, (info, _) in FOUND.items() if stem(twin) == stem(name)}
    return importlib.import_module(f"backprop.{file}")


def shape(rng, most=5, axes=2):
    return tuple(int(n) for n in rng.integers(1, most + 1, axes))


def elementwise(**options):
    def draw(rng):
        x = rng.standard_normal(shape(rng, axes=int(rng.integers(1, 4))))
        x[rng.random(x.shape) < 0.2] = 0  # the edge
        return {"x": x}, {name: value(rng) for name, value in options.items()}

    return draw


def draw_linear(rng):
    D, M = shape(rng)
    x = rng.standard_normal((*shape(rng, axes=int(rng.integers(0, 3))), D))
    return {"x": x, "W": rng.standard_normal((D, M)), "b": rng.standard_normal(M)}, {}


def both(rng, least, most):
    """An integer, or a pair of them."""
    rows, columns = (int(n) for n in rng.integers(least, most + 1, 2))
    return rows if rng.random() < 0.5 else (rows, columns)


def draw_convolution(rng):
    P, Q = (int(n) for n in rng.integers(1, 4, 2))
    options = {"stride": both(rng, 1, 3), "padding": both(rng, 0, 4), "dilation": both(rng, 1, 3)}
    sizes = []
    for axis, taps in enumerate((P, Q)):
        padding, dilation = (np.broadcast_to(options[k], 2)[axis] for k in ("padding", "dilation"))
        least = max(1, dilation * (taps - 1) + 1 - 2 * padding)
        sizes.append(int(rng.integers(least, least + 5)))
    N, C, K = shape(rng, 3, 3)
    arrays = {"x": (N, C, *sizes), "W": (K, C, P, Q), "b": (K,)}
    return {name: rng.standard_normal(s) for name, s in arrays.items()}, options


def draw_pooling(**more):
    def draw(rng):
        kernel = both(rng, 1, 4)
        P, Q = np.broadcast_to(kernel, 2)
        padding = int(rng.integers(0, P // 2 + 1)), int(rng.integers(0, Q // 2 + 1))
        sizes = [
            max(int(rng.integers(1, 8)), n - 2 * p) for n, p in zip((P, Q), padding, strict=True)
        ]
        options = {"kernel": kernel, "padding": padding, "stride": both(rng, 1, 4)}
        if rng.random() < 0.3:
            del options["stride"]
        x = rng.integers(-3, 4, (*shape(rng, 3), *sizes)).astype(float)  # with ties
        assert output_size(sizes[0], int(P), 1, padding[0]) >= 1
        return {"x": x}, options | {name: value(rng) for name, value in more.items()}

    return draw


def draw_batchnorm(rng):
    x = rng.standard_normal((int(rng.integers(2, 9)), *shape(rng, axes=int(rng.integers(1, 4)))))
    scales = {name: rng.standard_normal(x.shape[1]) for name in ("gamma", "beta")}
    return {"x": x, **scales}, {"eps": float(rng.choice([1e-5, 0.1]))}


def draw_layernorm(rng):
    x = rng.standard_normal(shape(rng, 6, int(rng.integers(1, 4))))
    scales = {name: rng.standard_normal(x.shape[-1]) for name in ("gamma", "beta")}
    return {"x": x, **scales}, {"eps": float(rng.choice([1e-5, 0.1]))}


def draw_recurrent(kind):
    def draw(rng):
        T, N, D, H = shape(rng, 6, 4)
        arrays, options = kind.draw(rng, T=T, N=N, D=D, H=H), {}
        if rng.random() < 0.7:
            options["mask"] = rng.random((T, N)) < rng.random()
        if kind.activation:
            options["activation"] = kind.activation
        return arrays, options

    return draw


def draw_update(*kept):
    def draw(rng):
        size = shape(rng, 6)
        arrays = {name: rng.standard_normal(size) for name in ("param", "grad", *kept)}
        if "v" in arrays:
            arrays["v"] **= 2
        options = {"lr": 0.1, "weight_decay": float(rng.choice([0, 0.1]))}
        return arrays, options | ({"t": int(rng.integers(1, 9))} if "v" in arrays else {})

    return draw


def draw_cross_entropy(rng):
    logits = 3 * rng.standard_normal((*shape(rng, 4, int(rng.integers(1, 3))), 4))
    target = rng.integers(0, 4, logits.shape[:-1])
    if rng.random() < 0.3:
        e = np.exp(rng.standard_normal(logits.shape))
        target = e / e.sum(axis=-1, keepdims=True)
    return {"logits": logits, "target": target}, {}


def draw_embedding(rng):
    tokens = rng.integers(0, 5, shape(rng, 6)).astype(rng.choice(["int8", "uint16", "int64"]))
    return {"tokens": tokens, "W": rng.standard_normal((5, 3))}, {}


TWINS = {
    "sigmoid": [elementwise()],
    "relu": [elementwise()],
    "leaky_relu": [elementwise(slope=lambda rng: float(rng.normal()))],
    "linear": [draw_linear],
    "conv2d": [draw_convolution],
    "max_pool2d": [draw_pooling()],
    "avg_pool2d": [draw_pooling(count_include_pad=lambda rng: bool(rng.random() < 0.5))],
    "batchnorm": [draw_batchnorm],
    "layernorm": [draw_layernorm],
    "momentum": [draw_update("velocity")],
    "adam": [draw_update("m", "v")],
    "softmax_cross_entropy": [draw_cross_entropy],
    "embedding": [draw_embedding],
    "rnn": [draw_recurrent(KINDS["rnn"]), draw_recurrent(KINDS["rnn_relu"])],
    "lstm": [draw_recurrent(KINDS["lstm"])],
    "gru": [draw_recurrent(KINDS["gru"])],
    "gru_before": [draw_recurrent(KINDS["gru_before"])],
}


def stem(name):
    return name.rpartition("_")[0]


def assert_same(found, wanted):
    found = found if isinstance(found, tuple) else (found,)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    for one, other in zip(found, wanted, strict=True):
        assert np.shape(one) == np.shape(other)
        scale = np.abs(other).max()
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * max(1.0, scale))


@pytest.fixture
def parts(monkeypatch):
    """Lets twins work in parts from a few elements on, or never."""

    def set_sizes(rng):
        size = int(rng.choice([1, 4, 64, 512, 1 << 20]))
        for module, name in [
            (linear, "LARGE"),
            (losses, "LARGE"),
            (normalization, "RUN"),
            (normalization, "SMALL"),
            (normalization, "MEDIUM"),
            (rows, "BLOCK"),
            (activations, "LARGE"),
        ]:
            monkeypatch.setattr(module, name, size)

    return set_sizes


def test_every_twin_has_a_plain_form_and_is_drawn():
    assert {stem(name) for name in FOUND} == TWINS.keys()
    for name in FOUND:
        assert hasattr(plain_of(name), name), f"{name} has no plain form"


@pytest.mark.parametrize("name", FOUND)
def test_the_arguments_are_the_same(name):
    """A twin may take more, by keyword: where to write, or what to leave out."""
    wanted = inspect.signature(getattr(plain_of(name), name)).parameters
    found = dict(inspect.signature(getattr(FOUND[name][1], name)).parameters)
    for more in [key for key in found if key not in wanted]:
        assert found[more].kind is inspect.Parameter.KEYWORD_ONLY
        assert found[more].default is not inspect.Parameter.empty
        del found[more]
    assert [*found] == [*wanted]
    for key, parameter in wanted.items():
        assert found[key].kind is parameter.kind
        assert found[key].default == parameter.default


def results_of(twin, fast, arrays, options, cotangent):
    """Returns outputs and gradients of a pair; of its plain functions where it has no twin."""
    forward, backward = (
        getattr(module_of(f"{twin}_{way}", fast), f"{twin}_{way}")
        for way in ("forward", "backward")
    )
    *outputs, cache = forward(**arrays, **options)
    gradients = backward(*(cotangent(np.shape(output)) for output in outputs), cache)
    return (*outputs, *(gradients if isinstance(gradients, tuple) else (gradients,)))


def drawn(seed):
    """Returns a function that draws the same arrays, or numbers, whoever asks."""
    rng = np.random.default_rng(seed)
    return lambda shape: rng.standard_normal(shape) if shape else float(rng.standard_normal())


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("twin", sorted({stem(name) for name in FOUND}))
def test_the_results_are_the_same(parts, twin, seed):
    rng = np.random.default_rng(seed)
    parts(rng)
    for draw in TWINS[twin]:
        arrays, options = draw(rng)
        if f"{twin}_update" in FOUND:
            name = f"{twin}_update"
            update = getattr(FOUND[name][1], name)
            wanted = getattr(plain_of(name), name)(**arrays, **options)
            assert_same(update(**arrays, **options), wanted)
            written = tuple(arrays[key] for key in arrays if key != "grad")
            update(**arrays, **options, out=written)
            assert_same(written, wanted)
            continue
        plain, fast = (
            results_of(twin, fast, arrays, options, drawn(seed)) for fast in (False, True)
        )
        assert_same(fast, plain)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", [name for name in FOUND if name.endswith("_forward")])
def test_a_complex_step_in_any_argument_gives_the_same(parts, name, seed):
    """So a derivative can be taken of the twin as of the plain form."""
    rng = np.random.default_rng(seed)
    parts(rng)
    for draw in TWINS[stem(name)]:
        arrays, options = draw(rng)
        for key, array in arrays.items():
            if array.dtype.kind != "f" or key == "target":
                continue
            moved = {**arrays, key: array + 1e-3j * rng.standard_normal(array.shape)}
            wanted, *_ = getattr(plain_of(name), name)(**moved, **options)
            found, *_ = getattr(FOUND[name][1], name)(**moved, **options)
            assert found.dtype == wanted.dtype
            assert_same(found, wanted)
