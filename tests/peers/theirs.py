"""What PyTorch makes of the inputs, under the names that `ours` uses."""

from functools import partial

import numpy as np
import torch
from torch.nn import functional as F

from tests.peers.inputs import CONVOLUTIONS, GROUPS, POOLINGS, TRANSPOSED
from tests.peers.theirs_recurrent import (  # noqa: F401 - found by name
    clipping,
    embedding,
    gru,
    gru_reset_before,
    lstm,
    recurrent_layers,
    rnn,
)


def _leaf(array):
    return torch.tensor(array, requires_grad=True)


def linear(x, W, b, dy):
    x, W, b = _leaf(x), _leaf(W), _leaf(b)
    y = F.linear(x, W.T, b)
    y.backward(torch.tensor(dy))
    return {"y": y, "dx": x.grad, "dW": W.grad, "db": b.grad}


def activations(x, dy, slope):
    results = {}
    for name, function in {
        "identity": torch.nn.Identity(),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": F.leaky_relu,
        "steep": lambda x: F.leaky_relu(x, float(slope)),
        "softmax": lambda x: torch.softmax(x, dim=-1),
        "softplus": lambda x: F.softplus(x, threshold=700),
        "gelu": lambda x: F.gelu(x, approximate="tanh"),
    }.items():
        leaf = _leaf(x)
        y = function(leaf)
        y.backward(torch.tensor(dy))
        results |= {f"{name}.y": y, f"{name}.dx": leaf.grad}
    return results


def losses(logits, y, target, classes, yes, dloss):
    target, classes, yes = torch.tensor(target), torch.tensor(classes), torch.tensor(yes)
    results = {}
    for name, scores, function in [
        ("mean_squared_error", logits, lambda z: F.mse_loss(z, target)),
        ("staged_classes", y, lambda y: F.nll_loss(y.log(), classes)),
        ("staged_probabilities", y, lambda y: -(target * y.log()).sum(dim=1).mean()),
        ("fused_classes", logits, lambda z: F.cross_entropy(z, classes)),
        ("fused_probabilities", logits, lambda z: F.cross_entropy(z, target)),
        ("binary", logits, lambda z: F.binary_cross_entropy_with_logits(z, yes)),
        ("smooth_l1", logits, lambda z: F.smooth_l1_loss(z, target)),
    ]:
        leaf = _leaf(scores)
        loss = function(leaf)
        loss.backward(torch.tensor(dloss))
        results |= {f"{name}.loss": loss, f"{name}.gradient": leaf.grad}
    return results


def _gradients(function, arrays, cotangents):
    """Returns y, and the gradients of the arrays for as many cotangents as y has elements."""
    leaves = [_leaf(array) for array in arrays]
    y = function(*leaves)
    y.backward(torch.tensor(cotangents)[: y.numel()].reshape(y.shape))
    return y, *(leaf.grad for leaf in leaves)


def convolution(x, W, b, cotangents):
    results = {}
    for name, options in CONVOLUTIONS.items():
        found = _gradients(partial(F.conv2d, **options), (x, W, b), cotangents)
        names = (f"{name}.{k}" for k in ("y", "dx", "dW", "db"))
        results |= dict(zip(names, found, strict=True))
    return results


def grouped(x, W, b, cotangents):
    results = {}
    for groups in GROUPS:
        for name, options in CONVOLUTIONS.items():
            found = _gradients(
                partial(F.conv2d, groups=groups, **options),
                (x, W[:, : 6 // groups].copy(), b),
                cotangents,
            )
            names = (f"{groups}.{name}.{k}" for k in ("y", "dx", "dW", "db"))
            results |= dict(zip(names, found, strict=True))
    return results


def transposed(x, W, b, cotangents):
    results = {}
    for name, options in TRANSPOSED.items():
        found = _gradients(partial(F.conv_transpose2d, **options), (x, W, b), cotangents)
        names = (f"{name}.{k}" for k in ("y", "dx", "dW", "db"))
        results |= dict(zip(names, found, strict=True))
    return results


def boxes(a, b, diou):
    leaf, b = _leaf(a), torch.tensor(b)
    sides = torch.minimum(leaf[:, 2:], b[:, 2:]) - torch.maximum(leaf[:, :2], b[:, :2])
    shared = torch.relu(sides).prod(dim=1)
    areas = [(box[:, 2:] - box[:, :2]).prod(dim=1) for box in (leaf, b)]
    iou = shared / (sum(areas) - shared)
    iou.backward(torch.tensor(diou))
    return {"iou": iou, "da": leaf.grad}


def gaussian(mu, log_var, eps_seed, dz, dloss):
    eps = torch.tensor(np.random.default_rng(int(eps_seed)).standard_normal(mu.shape))
    mean, log = _leaf(mu), _leaf(log_var)
    z = mean + (log / 2).exp() * eps
    z.backward(torch.tensor(dz))
    kl_mean, kl_log = _leaf(mu), _leaf(log_var)
    normal = torch.distributions.Normal
    given, standard = normal(kl_mean, kl_log.exp().sqrt()), normal(0.0, 1.0)
    kl = torch.distributions.kl_divergence(given, standard).sum(dim=1).mean()
    kl.backward(torch.tensor(dloss))
    return {
        "z": z,
        "dmu": mean.grad,
        "dlog_var": log.grad,
        "kl": kl,
        "kl.dmu": kl_mean.grad,
        "kl.dlog_var": kl_log.grad,
    }


def q_learning(q, q_next, action, reward, done, gamma, dloss):
    leaf, best = _leaf(q), torch.tensor(q_next).max(dim=1).values
    target = torch.tensor(reward) + float(gamma) * torch.where(torch.tensor(done), 0.0, best)
    taken = leaf.gather(1, torch.tensor(action)[:, None])[:, 0]
    loss = F.smooth_l1_loss(taken, target)
    loss.backward(torch.tensor(dloss))
    return {"target": target, "loss": loss, "dq": leaf.grad}


def pooling(x, cotangents):
    results = {}
    for name, options in POOLINGS.items():
        given = {"kernel_size" if k == "kernel" else k: v for k, v in options.items()}
        for kind, function in [
            ("max", F.max_pool2d),
            ("average", F.avg_pool2d),
            ("uncounted", partial(F.avg_pool2d, count_include_pad=False)),
        ]:
            y, dx = _gradients(partial(function, **given), (x,), cotangents)
            results |= {f"{kind}.{name}.y": y, f"{kind}.{name}.dx": dx}
    y, dx = _gradients(lambda x: F.adaptive_avg_pool2d(x, 1)[:, :, 0, 0], (x,), cotangents)
    return results | {"global.y": y, "global.dx": dx}


def normalization(x, images, gamma, beta, cotangents, channels, scales):
    results, names = {}, ("y", "dx", "dgamma", "dbeta")
    for name, batches in [("features", x), ("images", images)]:
        mean, var = torch.zeros(7, dtype=torch.float64), torch.ones(7, dtype=torch.float64)

        def norm(x, gamma, beta, training, mean=mean, var=var):
            return F.batch_norm(x, mean, var, gamma, beta, training=training)

        for i, batch in enumerate(batches):
            found = _gradients(partial(norm, training=True), (batch, gamma, beta), cotangents)
            for backward in ("backward", "backward_staged"):
                pairs = zip(names, found, strict=True)
                results |= {f"{name}.{i}.{backward}.{k}": a for k, a in pairs}
            results |= {f"{name}.{i}.mean": mean.clone(), f"{name}.{i}.var": var.clone()}
        found = _gradients(partial(norm, training=False), (batches[0], gamma, beta), cotangents)
        pairs = zip(names, found, strict=True)
        results |= {f"{name}.evaluation.{k}": a for k, a in pairs}
    layer = partial(F.layer_norm, normalized_shape=(7,), eps=1e-3)
    found = _gradients(lambda x, g, b: layer(x, weight=g, bias=b), (x, gamma, beta), cotangents)
    results |= {f"layer.{k}": a for k, a in zip(names, found, strict=True)}
    found = _gradients(lambda x, g: F.rms_norm(x, (7,), g, eps=1e-3), (x, gamma), cotangents)
    results |= {f"rms.{k}": a for k, a in zip(names[:3], found, strict=True)}
    given = (channels, *scales)
    for groups in (1, 2):
        found = _gradients(partial(_group_norm, groups), given, cotangents)
        results |= {f"groups.{groups}.{k}": a for k, a in zip(names, found, strict=True)}
    found = _gradients(_instance_norm, given, cotangents)
    return results | {f"groups.6.{k}": a for k, a in zip(names, found, strict=True)}


def _group_norm(groups, x, gamma, beta):
    return F.group_norm(x, groups, gamma, beta, eps=1e-3)


def _instance_norm(x, gamma, beta):
    return F.instance_norm(x, weight=gamma, bias=beta, eps=1e-3)


def _path(make, param, grads, lr):
    leaf, path = _leaf(param), []
    optimizer = make([leaf])
    for grad, rate in zip(grads, lr, strict=True):
        optimizer.param_groups[0]["lr"] = float(rate)
        leaf.grad = torch.tensor(grad)
        optimizer.step()
        path.append(leaf.detach().clone())
    return torch.stack(path)


def _heads(leaf, seen):
    """What three heads give, to x what they see of x or of a context."""
    layer = torch.nn.MultiheadAttention(leaf["x"].shape[-1], 3, batch_first=True).double()
    weights = {
        "in_proj_weight": leaf["W_x"].T,
        "in_proj_bias": leaf["b"],
        "out_proj.weight": leaf["W_o"].T,
        "out_proj.bias": leaf["b_o"],
    }
    context = leaf.get("context", leaf["x"])
    # Theirs says what is not to be seen, for each head of each sequence.
    hidden = {"attn_mask": None if seen is None else (~seen).repeat_interleave(3, dim=0)}
    return torch.func.functional_call(layer, weights, (leaf["x"], context, context), hidden)[0]


def attention(q, k, v, cotangents, **heads):
    results = {}
    mask, context = torch.tensor(heads.pop("mask")), heads.pop("context")
    for name, seen in {"all": None, "some": mask}.items():
        leaves = [_leaf(a) for a in (q, k, v)]
        y = F.scaled_dot_product_attention(*leaves, attn_mask=None if seen is None else seen[:, :4])
        y.backward(torch.tensor(cotangents[: y.numel()]).reshape(y.shape))
        unit = torch.eye(v.shape[1], dtype=torch.float64).expand(len(v), -1, -1)
        weights = F.scaled_dot_product_attention(
            *leaves[:2], unit, attn_mask=None if seen is None else seen[:, :4]
        )
        results |= {f"{name}.y": y, f"{name}.a": weights}
        results |= {
            f"{name}.d{letter}": leaf.grad for letter, leaf in zip("qkv", leaves, strict=True)
        }
        for kind, given in {"heads": heads, "cross": {**heads, "context": context}}.items():
            leaf = {each: _leaf(array) for each, array in given.items()}
            y = _heads(leaf, None if seen is None else seen[..., : 5 if kind == "heads" else 4])
            y.backward(torch.tensor(cotangents[: y.numel()]).reshape(y.shape))
            results[f"{name}.{kind}.y"] = y
            results |= {f"{name}.{kind}.d{each}": array.grad for each, array in leaf.items()}
    return results


def optimizers(param, grads, lr, weight_decay):
    decay, optim = float(weight_decay), torch.optim
    made = {
        "sgd": lambda p: optim.SGD(p, 0.1),
        "sgd_decay": lambda p: optim.SGD(p, 0.1, weight_decay=decay),
        "momentum": lambda p: optim.SGD(p, 0.1, momentum=0.9),
        "momentum_decay": lambda p: optim.SGD(p, 0.1, momentum=0.7, weight_decay=decay),
        "adam": lambda p: optim.Adam(p),
        "adam_decay": lambda p: optim.Adam(p, betas=(0.8, 0.95), eps=1e-2, weight_decay=decay),
    }
    return {name: _path(make, param, grads, lr) for name, make in made.items()}


def as_arrays(tensors):
    """Returns the same mapping with NumPy arrays."""
    return {name: np.asarray(tensor.detach()) for name, tensor in tensors.items()}
