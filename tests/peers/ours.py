"""What `lib/backprop` makes of the inputs, under the names that `theirs` uses for PyTorch's."""

import numpy as np

from backprop import SGD, Adam, Momentum
from backprop import activations as activation_functions
from backprop import attention as attention_functions
from backprop import convolution as convolution_functions
from backprop import grouped as grouped_functions
from backprop import losses as loss_functions
from backprop import normalization as normalization_functions
from backprop import pooling as pooling_functions
from backprop import transposed as transposed_functions
from backprop.boxes import box_iou_backward, box_iou_forward
from backprop.gaussian import (
    gaussian_kl_backward,
    gaussian_kl_forward,
    gaussian_sample_backward,
    gaussian_sample_forward,
)
from backprop.linear import linear_backward, linear_forward
from backprop.q_learning import q_loss_backward, q_loss_forward, q_target
from tests.peers.inputs import CONVOLUTIONS, GROUPS, POOLINGS, TRANSPOSED
from tests.peers.ours_recurrent import (  # noqa: F401 - found by name
    clipping,
    embedding,
    gru,
    gru_reset_before,
    lstm,
    recurrent_layers,
    rnn,
)


def linear(x, W, b, dy):
    y, cache = linear_forward(x, W, b)
    dx, dW, db = linear_backward(dy, cache)
    return {"y": y, "dx": dx, "dW": dW, "db": db}


def activations(x, dy, slope):
    results = {}
    for name, function, options in [
        ("identity", "identity", {}),
        ("sigmoid", "sigmoid", {}),
        ("tanh", "tanh", {}),
        ("relu", "relu", {}),
        ("leaky_relu", "leaky_relu", {}),
        ("steep", "leaky_relu", {"slope": float(slope)}),
        ("softmax", "softmax", {}),
        ("softplus", "softplus", {}),
        ("gelu", "gelu", {}),
    ]:
        y, cache = getattr(activation_functions, f"{function}_forward")(x, **options)
        dx = getattr(activation_functions, f"{function}_backward")(dy, cache)
        results |= {f"{name}.y": y, f"{name}.dx": dx}
    return results


def losses(logits, y, target, classes, yes, dloss):
    results = {}
    for name, function, scores, wanted in [
        ("mean_squared_error", "mean_squared_error", logits, target),
        ("staged_classes", "cross_entropy", y, classes),
        ("staged_probabilities", "cross_entropy", y, target),
        ("fused_classes", "softmax_cross_entropy", logits, classes),
        ("fused_probabilities", "softmax_cross_entropy", logits, target),
        ("binary", "sigmoid_cross_entropy", logits, yes),
        ("smooth_l1", "smooth_l1", logits, target),
    ]:
        loss, cache = getattr(loss_functions, f"{function}_forward")(scores, wanted)
        gradient = getattr(loss_functions, f"{function}_backward")(float(dloss), cache)
        results |= {f"{name}.loss": loss, f"{name}.gradient": gradient}
    return results


def _pair(module, name, inputs, cotangents, backward="backward", **options):
    """Returns y, the cache, and what the backward function makes of the cotangents for y."""
    y, cache = getattr(module, f"{name}_forward")(*inputs, **options)
    dy = cotangents[: y.size].reshape(y.shape)
    return y, cache, getattr(module, f"{name}_{backward}")(dy, cache)


def convolution(x, W, b, cotangents):
    results = {}
    for name, options in CONVOLUTIONS.items():
        y, _, grads = _pair(convolution_functions, "conv2d", (x, W, b), cotangents, **options)
        results |= {f"{name}.{k}": a for k, a in zip(_CONV, (y, *grads), strict=True)}
    return results


_CONV = ("y", "dx", "dW", "db")
_NORM = ("y", "dx", "dgamma", "dbeta")


def grouped(x, W, b, cotangents):
    results = {}
    for groups in GROUPS:
        given = grouped_functions, "grouped_conv2d", (x, W[:, : 6 // groups].copy(), b), cotangents
        for name, options in CONVOLUTIONS.items():
            y, _, grads = _pair(*given, groups=groups, **options)
            names = (f"{groups}.{name}.{k}" for k in _CONV)
            results |= dict(zip(names, (y, *grads), strict=True))
    return results


def transposed(x, W, b, cotangents):
    results = {}
    for name, options in TRANSPOSED.items():
        given = transposed_functions, "conv_transpose2d", (x, W, b), cotangents
        y, _, grads = _pair(*given, **options)
        results |= {f"{name}.{k}": a for k, a in zip(_CONV, (y, *grads), strict=True)}
    return results


def boxes(a, b, diou):
    iou, cache = box_iou_forward(a, b)
    return {"iou": iou, "da": box_iou_backward(diou, cache)}


def gaussian(mu, log_var, eps_seed, dz, dloss):
    rng = np.random.default_rng(int(eps_seed))
    z, drawn = gaussian_sample_forward(mu, log_var, rng)
    dmu, dlog_var = gaussian_sample_backward(dz, drawn)
    loss, kept = gaussian_kl_forward(mu, log_var)
    kl_dmu, kl_dlog_var = gaussian_kl_backward(float(dloss), kept)
    return {
        "z": z,
        "dmu": dmu,
        "dlog_var": dlog_var,
        "kl": loss,
        "kl.dmu": kl_dmu,
        "kl.dlog_var": kl_dlog_var,
    }


def q_learning(q, q_next, action, reward, done, gamma, dloss):
    target = q_target(reward, q_next, done, float(gamma))
    loss, cache = q_loss_forward(q, action, target)
    return {"target": target, "loss": loss, "dq": q_loss_backward(float(dloss), cache)}


def pooling(x, cotangents):
    results = {}
    for name, options in POOLINGS.items():
        for kind, function, more in [
            ("max", "max_pool2d", {}),
            ("average", "avg_pool2d", {}),
            ("uncounted", "avg_pool2d", {"count_include_pad": False}),
        ]:
            y, _, dx = _pair(pooling_functions, function, (x,), cotangents, **options, **more)
            results |= {f"{kind}.{name}.y": y, f"{kind}.{name}.dx": dx}
    y, _, dx = _pair(pooling_functions, "global_avg_pool2d", (x,), cotangents)
    return results | {"global.y": y, "global.dx": dx}


def normalization(x, images, gamma, beta, cotangents, channels, scales):
    results, module = {}, normalization_functions
    for name, batches in [("features", x), ("images", images)]:
        mean, var = np.zeros(7), np.ones(7)
        for i, batch in enumerate(batches):
            for backward in ("backward", "backward_staged"):
                given = module, "batchnorm", (batch, gamma, beta), cotangents, backward
                y, cache, grads = _pair(*given)
                found = zip(_NORM, (y, *grads), strict=True)
                results |= {f"{name}.{i}.{backward}.{k}": a for k, a in found}
            mean, var = module.batchnorm_running(mean, var, cache)
            results |= {f"{name}.{i}.mean": mean, f"{name}.{i}.var": var}
        given = module, "batchnorm_evaluation", (batches[0], gamma, beta, mean, var), cotangents
        y, _, grads = _pair(*given)
        found = zip(_NORM, (y, *grads), strict=True)
        results |= {f"{name}.evaluation.{k}": a for k, a in found}
    given = module, "layernorm", (x, gamma, beta), cotangents
    results |= _named("layer", _pair(*given, eps=1e-3))
    results |= _named("rms", _pair(module, "rmsnorm", (x, gamma), cotangents, eps=1e-3))
    for groups in (1, 2, 6):
        given = module, "groupnorm", (channels, *scales), cotangents
        results |= _named(f"groups.{groups}", _pair(*given, groups=groups, eps=1e-3))
    return results


def _named(name, found):
    """What `_pair` returned of a normalisation: an RMS norm has no shifts."""
    y, _, grads = found
    return {f"{name}.{k}": a for k, a in zip(_NORM, (y, *grads), strict=False)}


def _path(optimizer, param, grads, lr):
    params, path = {"param": param.copy()}, []
    for grad, rate in zip(grads, lr, strict=True):
        optimizer.lr = rate
        optimizer.step(params, {"param": grad})
        path.append(params["param"].copy())
    return np.array(path)


def attention(q, k, v, cotangents, **heads):
    results = {}
    mask, context = heads.pop("mask"), heads.pop("context")
    for name, seen in {"all": None, "some": mask[:, :4]}.items():
        y, cache = attention_functions.attention_forward(q, k, v, mask=seen)
        grads = attention_functions.attention_backward(cotangents[: y.size].reshape(y.shape), cache)
        results |= {f"{name}.y": y, f"{name}.a": cache.a}
        results |= zip((f"{name}.dq", f"{name}.dk", f"{name}.dv"), grads, strict=True)
        y, cache = attention_functions.multi_head_attention_forward(
            **heads, heads=3, mask=mask if seen is not None else None
        )
        grads = attention_functions.multi_head_attention_backward(
            cotangents[: y.size].reshape(y.shape), cache
        )
        results[f"{name}.heads.y"] = y
        results |= zip((f"{name}.heads.d{given}" for given in heads), grads, strict=True)
        two = {"x": heads["x"], "context": context, **heads}
        y, cache = attention_functions.cross_attention_forward(
            **two, heads=3, mask=mask[..., :4] if seen is not None else None
        )
        grads = attention_functions.cross_attention_backward(
            cotangents[: y.size].reshape(y.shape), cache
        )
        results[f"{name}.cross.y"] = y
        results |= zip((f"{name}.cross.d{given}" for given in two), grads, strict=True)
    return results


def optimizers(param, grads, lr, weight_decay):
    decay = float(weight_decay)
    made = {
        "sgd": SGD(0.1),
        "sgd_decay": SGD(0.1, weight_decay=decay),
        "momentum": Momentum(0.1),
        "momentum_decay": Momentum(0.1, momentum=0.7, weight_decay=decay),
        "adam": Adam(),
        "adam_decay": Adam(beta1=0.8, beta2=0.95, eps=1e-2, weight_decay=decay),
    }
    return {name: _path(optimizer, param, grads, lr) for name, optimizer in made.items()}


def assert_equal(found, wanted):
    """Compares every result to 1e-10."""
    assert set(found) == set(wanted)
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-10, atol=1e-10, err_msg=name)
