"""The programs in PyTorch that chapters print compute what the chapters derive, both ways."""

import copy
import functools
import io
import json
import re
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

import backprop as ours
from backprop.attention import sinusoidal_positions
from backprop.convolution import conv2d_backward, conv2d_forward
from backprop.data.mnist import load_mnist_sample
from backprop.recurrent import rnn_forward
from experiments.architectures import NETWORKS, count

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers
ROOT = Path(__file__).parents[2]
CHAPTERS, RESULTS = ROOT / "docs" / "chapters", ROOT / "data" / "results"
FENCE = re.compile(r"^( *)```python\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def programs():
    """Returns the programs that import PyTorch, by chapter."""
    found = {}
    for page in sorted(CHAPTERS.glob("*.md")):
        for indent, text in FENCE.findall(page.read_text(encoding="utf-8")):
            code = re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
            if "import torch" in code:
                assert page.stem not in found, f"{page.name} prints two programs"
                found[page.stem] = code
    return found


def program(chapter):
    """Returns what a chapter's program defines."""
    names = {}
    exec(compile(programs()[chapter], f"{chapter}.md", "exec"), names)
    return names


@pytest.fixture(autouse=True)
def in_doubles():
    before, threads = torch.get_default_dtype(), torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(before)
    torch.set_num_threads(threads)


def laid_out(weights):
    """Returns PyTorch's array as ours is laid out: of a matrix the inputs first."""
    array = weights.detach().numpy()
    return array.T if array.ndim == 2 else array


def hand_over(module, layer):
    """Gives our layer the weights of a module whose own come in the same order."""
    for param, given in zip(layer.params.values(), module.parameters(), strict=True):
        param[...] = laid_out(given)


def hand_over_cells(module, layer):
    """Gives our recurrent layer the weights of PyTorch's, which names and splits them otherwise."""
    given = {name: weights.numpy() for name, weights in module.state_dict().items()}
    for name, weights in ours.from_torch(given).items():
        layer.params[name][...] = weights


def disturb(module):
    """Gives gains and shifts, which start at 1 and 0, values of their own."""
    with torch.no_grad():
        for param in module.parameters():
            param += 0.1 * torch.randn_like(param)


def assert_same(layer, module, x, atol=1e-10):
    """Compares outputs and the gradients of the inputs and of all weights."""
    given = torch.tensor(x, requires_grad=True)
    wanted = module(given)
    dy = np.random.default_rng(5).normal(size=wanted.shape)
    wanted.backward(torch.tensor(dy))
    y = layer.forward(x, training=True)
    np.testing.assert_allclose(y, wanted.detach(), rtol=0, atol=atol)
    np.testing.assert_allclose(layer.backward(dy), given.grad, rtol=0, atol=atol)
    for (name, grad), param in zip(layer.grads.items(), module.parameters(), strict=True):
        np.testing.assert_allclose(grad, laid_out(param.grad), rtol=0, atol=atol, err_msg=name)


def side_by_side(attention):
    """Returns the weights of a printed attention as ours has them: W_x, b, W_o, b_o."""
    asks, told = attention.asks, attention.told
    weights = torch.cat([asks.weight, told.weight]), torch.cat([asks.bias, told.bias])
    return [laid_out(each) for each in (*weights, attention.out.weight, attention.out.bias)]


def compare_attention():
    printed = program("attention")
    rng = np.random.default_rng(0)
    module = printed["Block"](8, 2, causal=True, reads=True)
    disturb(module)
    cross = ours.CrossAttention(8, 2, rng=rng)
    look = [ours.LayerNorm(8), ours.MultiHeadAttention(8, 2, causal=True, rng=rng)]
    wide, narrow = ours.Linear(8, 32, rng=rng), ours.Linear(32, 8, rng=rng)
    work = [ours.LayerNorm(8), wide, ours.GELU(), narrow]
    x, context = rng.normal(size=(5, 3, 8)), rng.normal(size=(6, 3, 8))
    real = np.arange(6)[:, np.newaxis] < [6, 4, 2]
    seen = torch.tensor(context.swapaxes(0, 1), requires_grad=True)
    asked = {"context": seen, "seen": torch.tensor(real.T)}
    cross.look_at(context, real)
    reading = look, [ours.LayerNorm(8), cross], work
    for parts, options in (((look, work), {}), (reading, asked)):
        block = ours.Sequential([ours.Residual(ours.Sequential(part)) for part in parts])
        weights = [*module.before.parameters(), *side_by_side(module.look)]
        if options:
            weights += [*module.across.parameters(), *side_by_side(module.read)]
        weights += [*module.between.parameters(), *module.work.parameters()]
        for param, given in zip(block.params.values(), weights, strict=True):
            param[...] = given if isinstance(given, np.ndarray) else laid_out(given)
        given = torch.tensor(x.swapaxes(0, 1), requires_grad=True)
        wanted = module(given, **options)
        dy = rng.normal(size=x.shape)
        wanted.backward(torch.tensor(dy.swapaxes(0, 1)))
        y = block.forward(x, training=True)
        for mine, theirs in ((y, wanted.detach()), (block.backward(dy), given.grad)):
            np.testing.assert_allclose(mine, theirs.swapaxes(0, 1), rtol=0, atol=1e-10)
    np.testing.assert_allclose(cross.dcontext, seen.grad.swapaxes(0, 1), rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        printed["positions"](7, 8), sinusoidal_positions(7, 8), rtol=0, atol=1e-10
    )


def hide_padding_in_attention():
    printed = program("attention")
    model = printed["Model"](9, 8, 2, reads=True)
    text, padded = torch.randint(1, 9, (2, 3, 6))
    padded[:, :4] = text[:, :4]
    torch.testing.assert_close(model(text)[:, :4], model(padded)[:, :4])
    behind = torch.nn.functional.pad(text, (0, 2), value=printed["PAD"])
    alone, beside = (model(text, *model.read(given)) for given in (text, behind))
    torch.testing.assert_close(alone, beside)
    look = printed["Attention"](8, 2, causal=True)
    x, real = torch.randn(2, 5, 8), torch.arange(5) < torch.tensor([[5], [3]])
    both = look(x, x, real)
    torch.testing.assert_close(both[0], look(x, x)[0])  # no padding, no other mask
    torch.testing.assert_close(both[1, :3], look(x[1:, :3], x[1:, :3])[0])
    # Behind the padding the last step would see all five, were one of the masks not there.
    alone = printed["Attention"](8, 2)
    alone.load_state_dict(look.state_dict())
    torch.testing.assert_close(both[1, 4], alone(x[1:, 4:], x[1:, :3])[0, 0])
    sees = torch.tensor([[True], [False]]).expand(2, 2)
    q = torch.randn(1, 1, 2, 4)
    nothing = torch.nn.functional.scaled_dot_product_attention(q, q, q, attn_mask=sees)[0, 0, 1]
    np.testing.assert_array_equal(nothing, 0)  # as the chapter says of a query that sees nothing


def learn_to_write_days():
    torch.set_default_dtype(torch.float32)
    printed = program("attention")
    printed["random"].seed(1)
    model = printed["Model"](3 + len(printed["letters"]), 64, 4, reads=True)
    printed["train"](model, printed["draw_days"], 300, rate=3e-3)
    days = printed["held_back"][:500]
    asked = [day.strftime(printed["FORMS"][n % 4]) for n, day in enumerate(days)]
    right = [
        said == str(day) for said, day in zip(printed["answers"](model, asked), days, strict=True)
    ]
    assert np.mean(right) > 0.95
    # It stops at the end, says nothing behind it, and leaves the model as it was.
    START, END = printed["START"], printed["END"]
    given, start = printed["encode"](asked[:9]), torch.full((9, 1), START)
    assert model.training
    written = printed["write"](model, start, 20, given, end=END)
    assert model.training
    assert written.shape == (9, 12)
    assert (written[:, -1] == END).float().mean() > 0.8
    model.eval()
    assert printed["write"](model, start, 20, given).shape == (9, 21)
    assert not model.training
    assert printed["decode"](torch.tensor([START, 5, 0, START, 6, END, 7])) == "".join(
        printed["letters"][n - 3] for n in (5, 6)
    )


def train_with_a_look_at_other_texts():
    printed = program("attention")
    torch.set_default_dtype(torch.float32)
    model = printed["Model"](3 + len(printed["letters"]), 8, 2, dropout=0.5, reads=True)
    drawn = printed["draw_days"](days=printed["watched"][:50])
    parts = [printed[name] for name in ("learned", "watched", "held_back")]
    assert len({day for part in parts for day in part}) == sum(map(len, parts)) == 36524
    said = io.StringIO()
    with redirect_stdout(said):
        printed["train"](model, printed["draw_days"], 4, held=lambda: drawn, every=2)
    lines = re.findall(r"^(\d+): [\d.]+, watched ([\d.]+)$", said.getvalue(), re.MULTILINE)
    assert [update for update, _ in lines] == ["2", "4"]
    assert model.training
    once, again = (printed["validate"](model, lambda: drawn) for _ in range(2))
    assert once == again  # nothing is dropped
    assert lines[-1][1] == f"{once:.3f}"
    model.eval()
    text, following, given = drawn
    scores = model(text, *model.read(given)).flatten(0, 1)
    loss = torch.nn.functional.cross_entropy(scores, following.flatten())
    assert loss.item() == pytest.approx(once, rel=1e-5)


def learn_to_turn_round():
    printed = program("attention")
    torch.set_default_dtype(torch.float32)

    def draw():
        word = torch.randint(8, (32, 6))
        text = torch.cat([word, torch.full((32, 1), 8), word.flip(1)], dim=1)
        following = text[:, 1:].clone()
        following[:, :6] = -100
        return text[:, :-1], following, None

    model = printed["Model"](9, 32, 2)
    loss = printed["train"](model, draw, 300, rate=5e-3)
    assert loss < 0.1
    text, following, _ = draw()
    written = printed["write"](model, text[:, :7], 6)
    assert (written[:, 7:] == following[:, 6:]).all(dim=1).float().mean() > 0.9
    warm = printed["write"](model, text[:, :7], 6, temperature=0.1)
    assert (warm == written).float().mean() > 0.9
    assert (printed["write"](model, text[:, :7], 6, temperature=50.0) != written).any()


def compare_blocks():
    printed = program("classic-networks")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 8, 6, 6))

    def norm_conv(C, K, P=3, **options):
        kernels = ours.Conv2d(C, K, P, padding=P // 2, rng=rng, bias=False, **options)
        return [ours.BatchNorm(C), ours.ReLU(), kernels]

    branch = ours.Sequential(
        norm_conv(8, 4, 1) + norm_conv(4, 4, stride=2, groups=2) + norm_conv(4, 12, 1)
    )
    bottleneck = ours.Residual(branch, ours.Conv2d(8, 12, 1, stride=2, rng=rng, bias=False))
    inception = ours.Concatenate(
        [
            ours.Sequential(each)
            for each in (
                norm_conv(8, 2, 1),
                norm_conv(8, 3, 1) + norm_conv(3, 4),
                norm_conv(8, 2, 1) + norm_conv(2, 3, 5),
                [ours.MaxPool2d(3, stride=1, padding=1), *norm_conv(8, 2, 1)],
            )
        ]
    )
    dense = ours.Sequential(
        [ours.Concatenate([ours.Identity(), ours.Sequential(norm_conv(C, 4))]) for C in (8, 12)]
    )
    for layer, module in (
        (bottleneck, printed["bottleneck"](8, 4, 12, groups=2, stride=2)),
        (inception, printed["inception"](8, 2, 3, 4, 2, 3, 2)),
        (dense, printed["dense_block"](8, 2, 4)),
    ):
        disturb(module)
        hand_over(module, layer)
        assert_same(layer, module, x)
        module.eval()
        np.testing.assert_allclose(
            layer.forward(x, training=False), module(torch.tensor(x)).detach(), rtol=0, atol=1e-10
        )


def learn_digits():
    printed = program("classic-networks")
    torch.set_default_dtype(torch.float32)
    images, labels = sample_digits()
    network = printed["small_resnext"]()
    printed["learn"](network, images[:1500], labels[:1500], 6 * [0.01] + 2 * [0.001])
    assert printed["share_right"](network, images[1500:], labels[1500:]) > 0.85


def learn_other_digits():
    printed = program("classic-networks")
    torch.set_default_dtype(torch.float32)
    images, labels = sample_digits()
    network = printed["small_resnext"](5)
    low = labels < 5
    printed["learn"](network, images[low], labels[low], 6 * [0.01])
    printed["new_last_layer"](network, 5)
    before = [param.clone() for param in network[:-1].parameters()]
    images, labels = images[~low], labels[~low] - 5
    printed["learn"](network, images[:700], labels[:700], 8 * [0.03])
    for param, kept in zip(network[:-1].parameters(), before, strict=True):
        assert (param == kept).all()
    assert printed["share_right"](network, images[700:], labels[700:]) > 0.5
    statistics = [each.clone() for each in network.buffers()]
    last = network[-1].weight.clone()
    printed["learn"](network, images[:700], labels[:700], [0.03], moving=False)
    assert (network[-1].weight != last).any()
    for each, kept in zip(network.buffers(), statistics, strict=True):
        assert (each == kept).all()


def replace_the_last_layer_of_another_module():
    printed = program("classic-networks")
    network = torch.nn.Module()  # as torchvision's ResNet: its last layer has a name
    network.stem, network.fc = torch.nn.Linear(3, 4), torch.nn.Linear(4, 7)
    printed["new_last_layer"](network, 5)
    assert network.fc.weight.shape == (5, 4)
    learning = [name for name, param in network.named_parameters() if param.requires_grad]
    assert learning == ["fc.weight", "fc.bias"]


def count_whole_networks():
    printed = program("classic-networks")
    blocks = (3, 4, 6, 3)
    whole = {
        "VGG-16": functools.partial(printed["vgg"], (2, 2, 3, 3, 3)),
        "ResNet-50": functools.partial(printed["resnet"], blocks),
        "ResNeXt-50": functools.partial(printed["resnet"], blocks, width=128, groups=32),
        "DenseNet-121": functools.partial(printed["densenet"], (6, 12, 24, 16)),
    }
    for name, make in whole.items():
        layers, size = NETWORKS[name]
        with torch.device("meta"):  # sizes without numbers
            network = make()
            scores = network(torch.empty(2, *size))
        assert scores.shape == (2, 1000)
        held = sum(param.numel() for param in network.parameters())
        assert held == count(layers, size).parameters, name


def compare_the_first_resnet():
    """One block of each kind, against sums and ReLUs written out."""
    printed = program("classic-networks")
    network = printed["resnet"]((2,), width=4, groups=2, classes=3)
    stem, blocks = network[:4], network[4:8]
    x = torch.randn(2, 3, 16, 16)
    h = stem(x)
    for block in (blocks[0], blocks[2]):
        h = (block.path(h) + block.branch(h)).clamp(min=0)
    torch.testing.assert_close(network[10](h.mean(dim=(2, 3))), network(x))


def compare_batch_norm():
    printed = program("batch-normalization")
    rng = np.random.default_rng(0)
    for theirs, sizes in ((torch.nn.BatchNorm1d, (5, 3)), (torch.nn.BatchNorm2d, (3, 3, 4, 5))):
        module, peer, layer = printed["BatchNorm"](3), theirs(3), ours.BatchNorm(3)
        disturb(module)
        hand_over(module, layer)
        with torch.no_grad():
            for param, given in zip(peer.parameters(), module.parameters(), strict=True):
                param.copy_(given)
        for training in (True, True, False):  # each batch moves the statistics
            x, dy = 2 * rng.normal(size=(2, *sizes)) + 3
            found = []
            for each in (module, peer):
                each.train(training)
                given = torch.tensor(x, requires_grad=True)
                y = each(given)
                wanted = (given, *each.parameters())
                found.append((y, *torch.autograd.grad(y, wanted, torch.tensor(dy))))
            torch.testing.assert_close(*found, rtol=0, atol=1e-10)
            y, dx, dgamma, dbeta = (each.detach() for each in found[0])
            close = {"rtol": 0, "atol": 1e-10}
            np.testing.assert_allclose(layer.forward(x, training=training), y, **close)
            np.testing.assert_allclose(layer.backward(dy), dx, **close)
            np.testing.assert_allclose(layer.grads["gamma"], dgamma, **close)
            np.testing.assert_allclose(layer.grads["beta"], dbeta, **close)
            torch.testing.assert_close(module.mean, peer.running_mean, **close)
            torch.testing.assert_close(module.var, peer.running_var, **close)
        assert set(module.state_dict()) == {"gamma", "beta", "mean", "var"}
    with pytest.raises(ValueError, match="one value"):
        printed["BatchNorm"](3)(torch.ones(1, 3))


def learn_with_batch_norm():
    printed = program("batch-normalization")
    torch.set_default_dtype(torch.float32)
    images, labels = sample_digits()
    network = printed["small_network"]()
    printed["learn"](network, images[:1000], labels[:1000])
    assert printed["share_right"](network, images[1000:], labels[1000:]) > 0.8
    norm, batches = network[1], images[:90].split(30)
    printed["recompute"](network, batches)
    with torch.no_grad():
        maps = torch.stack([network[0](batch) for batch in batches])
    found = maps.mean(dim=(1, 3, 4)), maps.var(dim=(1, 3, 4))
    for kept, each in zip((norm.mean, norm.var), found, strict=True):
        torch.testing.assert_close(kept, each.mean(dim=0), rtol=1e-4, atol=1e-5)
    assert norm.momentum == 0.1


def compare_reader():
    printed = program("reading")
    rng = np.random.default_rng(0)
    texts = [[3, 1, 4], [1, 5, 2, 6, 5], [2]]
    reader = printed["Reader"](7, 4, 3, 2, dropout=0.0)
    table = ours.Embedding(rng.normal(size=(7, 4)), padding=0)
    both_ways = ours.GRU(4, 3, bidirectional=True, rng=rng)
    below, above = ours.Sequential([table, both_ways]), ours.Linear(6, 2, rng=rng)
    table.params["W"][...] = reader.table.weight.detach()
    hand_over_cells(reader.read, both_ways)
    hand_over(reader.scores, above)
    tokens = ours.pad(texts, 5).T
    real = tokens != 0
    h = below.forward(tokens, training=True, mask=real)
    h[~real] = -np.inf
    where = h.argmax(axis=0)[np.newaxis]
    largest = np.take_along_axis(h, where, axis=0)[0]
    scores = reader(texts)
    np.testing.assert_allclose(
        above.forward(largest, training=True), scores.detach(), rtol=0, atol=1e-10
    )
    dy = rng.normal(size=scores.shape)
    scores.backward(torch.tensor(dy))
    dh = np.zeros_like(h)
    np.put_along_axis(dh, where, above.backward(dy)[np.newaxis], axis=0)
    below.backward(dh)
    np.testing.assert_allclose(table.grads["W"], reader.table.weight.grad, rtol=0, atol=1e-10)
    tie = torch.ones(2, requires_grad=True)
    tie.amax().backward()
    np.testing.assert_array_equal(tie.grad, 0.5)  # as the chapter says of equal states


def learn_to_read():
    printed = program("reading")
    rng = np.random.default_rng(0)
    texts = [rng.integers(3, 9, rng.integers(2, 9)).tolist() for _ in range(64)]
    labels = torch.tensor([n % 2 for n in range(64)])
    for n, text in enumerate(texts):  # one word decides
        text.insert(int(rng.integers(len(text))), 1 + n % 2)
    reader = printed["Reader"](9, 8, 8, 2)
    printed["learn"](reader, texts, labels, epochs=30, rate=0.02, size=16)
    assert printed["share_right"](reader, texts, labels) > 0.95
    vocabulary = {"bad": 1, "good": 2, "it": 3, "is": 4, ".": 5}
    bad, good = (printed["predict"](reader, f"It is {w}.", vocabulary) for w in ("bad", "good"))
    assert good[1] > 0.8 > 0.2 > bad[1]
    assert sum(good) == pytest.approx(1)
    vectors = rng.normal(size=(2, 8))
    printed["take_vectors"](reader, vocabulary, ["never", "good"], vectors)
    np.testing.assert_array_equal(reader.table.weight[2].detach(), vectors[1])


def compare_convolution():
    printed = program("convolution")
    rng = np.random.default_rng(0)
    x, W, b = (rng.normal(size=size) for size in ((2, 3, 7, 6), (4, 3, 3, 2), (4,)))
    given = [torch.tensor(each, requires_grad=True) for each in (x, W, b)]
    wanted = printed["Convolution"].apply(*given, 2, 1)
    y, cache = conv2d_forward(x, W, b, stride=2, padding=1)
    np.testing.assert_allclose(y, wanted.detach(), rtol=0, atol=1e-10)
    dy = rng.normal(size=y.shape)
    wanted.backward(torch.tensor(dy))
    for ours_of, theirs in zip(conv2d_backward(dy, cache), given, strict=True):
        np.testing.assert_allclose(ours_of, theirs.grad, rtol=0, atol=1e-10)


def sample_digits():
    """Returns images (N, 1, 28, 28) and labels, as the programs want them."""
    data = load_mnist_sample()
    images = torch.tensor(np.float32(data.train_images[:, None] / 255))
    return images, torch.tensor(data.train_labels.astype(np.int64))


def learn_by_windows():
    printed = program("convolution")
    torch.set_default_dtype(torch.float32)
    images, labels = sample_digits()
    told = (CHAPTERS / "convolution.md").read_text(encoding="utf-8")
    for network in (printed["of_windows"](), printed["of_all_pixels"]()):
        held = sum(param.numel() for param in network.parameters())
        assert f" {held:,}" in told
        printed["learn"](network, images[:1000], labels[:1000])
        right = network(images[1000:]).argmax(dim=1) == labels[1000:]
        assert right.float().mean() > 0.8


def compare_lenet():
    printed = program("convolutional-networks")
    rng = np.random.default_rng(0)
    module = printed["lenet"]((2, 3), (5,), classes=4)
    first, second = ours.Conv2d(1, 2, 5, rng=rng), ours.Conv2d(2, 3, 5, rng=rng)
    linear = [ours.Linear(48, 5, rng=rng), ours.ReLU(), ours.Linear(5, 4, rng=rng)]
    maps = [first, ours.ReLU(), ours.MaxPool2d(2), second, ours.ReLU(), ours.MaxPool2d(2)]
    layer = ours.Sequential([*maps, ours.Flatten(), *linear])
    hand_over(module, layer)
    assert_same(layer, module, rng.normal(size=(3, 1, 28, 28)))
    told = (CHAPTERS / "convolutional-networks.md").read_text(encoding="utf-8")
    trained = json.loads((RESULTS / "mnist-cnn.json").read_text())["metrics"]
    for made, wanted in (
        (printed["lenet"](), 5994),
        (printed["lenet"]((16, 32), (100,)), trained["parameters"]),
    ):
        assert sum(param.numel() for param in made.parameters()) == wanted
    assert " 5,994 parameters" in told
    sides = [size[-1] for _, size in printed["sizes"](module, torch.zeros(1, 1, 28, 28))]
    assert sides == [24, 24, 12, 8, 8, 4, 48, 5, 5, 4]


def learn_with_lenet():
    printed = program("convolutional-networks")
    torch.set_default_dtype(torch.float32)
    images, labels = sample_digits()
    network = printed["lenet"]()
    printed["learn"](network, images[:1500], labels[:1500])
    assert printed["share_right"](network, images[1500:], labels[1500:]) > 0.8


def compare_what_is_told_of_pooling():
    x = torch.randn(1, 1, 6, 6)
    assert torch.nn.MaxPool2d(3)(x).shape[2:] == (2, 2)
    assert torch.nn.MaxPool2d(3, 2)(x).shape[2:] == (2, 2)
    assert torch.nn.MaxPool2d(3, 2, ceil_mode=True)(x).shape[2:] == (3, 3)
    with pytest.raises(RuntimeError, match="half"):
        torch.nn.MaxPool2d(3, padding=2)(x)


def compare_forecaster():
    printed = program("recurrent")
    rng = np.random.default_rng(0)
    model = printed["Forecaster"](2, 4, 3)
    reader, answers = ours.RNN(2, 4, rng=rng), ours.Linear(4, 3, rng=rng)
    hand_over_cells(model.read, reader)
    hand_over(model.say, answers)
    layer = ours.Sequential([reader, answers])
    x = rng.normal(size=(6, 3, 2))
    given = torch.tensor(x, requires_grad=True)
    y, _ = model(given)
    dy = rng.normal(size=y.shape)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(layer.forward(x, training=True), y.detach(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(layer.backward(dy), given.grad, rtol=0, atol=1e-10)
    first, state = model(given[:4])
    rest, _ = model(given[4:], state)
    torch.testing.assert_close(torch.cat([first, rest]), y)
    own = [rng.normal(size=size) for size in ((2, 4), (4, 4), (4,))]
    printed["take"](model.read, *own)
    h, _ = model.read(torch.tensor(x))
    wanted, _ = rnn_forward(x, np.zeros((3, 4)), *own)
    np.testing.assert_allclose(h.detach(), wanted, rtol=0, atol=1e-10)


def learn_waves_and_an_echo():
    printed = program("recurrent")
    x, target = printed["waves"](300)
    halves = torch.cat([x[:, :, 0], target.T])
    assert halves.shape == (20, 300)
    factors = 2 * torch.cos(2 * torch.pi / torch.tensor([8.0, 13.0, 21.0]))
    off = halves[2:] + halves[:-2] - factors[:, None, None] * halves[1:-1]
    # Noise alone is left at the right period, of three steps.
    assert (off.std(dim=1).min(dim=0).values < 0.4).all()
    model = printed["Forecaster"](1, 30, 10)
    printed["learn_last"](model, lambda: (x, target), 300)
    assert ((model(x)[0][-1] - target) ** 2).mean() < 0.05
    long = torch.randn(400, 4, 1)
    echo = torch.roll(long, 2, dims=0)
    model = printed["Forecaster"](1, 16, 1)
    printed["learn_long"](model, long, echo, window=20, epochs=40)
    assert ((model(long)[0] - echo)[2:] ** 2).mean() < 0.1


def compare_index_forecaster():
    printed = program("forecasting")
    rng = np.random.default_rng(0)
    model = printed["Forecaster"](4, 3)
    reader, answers = ours.LSTM(1, 4, rng=rng, forget_bias=1.0), ours.Linear(4, 3, rng=rng)
    assert (model.read.bias_ih_l0[4:8] + model.read.bias_hh_l0[4:8] == 1).all()
    hand_over_cells(model.read, reader)
    hand_over(model.say, answers)
    layer = ours.Sequential([ours.TimeFirst(), reader, ours.LastStep(), answers])
    past = rng.normal(size=(5, 6))
    read = torch.tensor(past, requires_grad=True)
    wanted = model(read)
    dy = rng.normal(size=wanted.shape)
    wanted.backward(torch.tensor(dy))
    y = layer.forward(past[:, :, np.newaxis], training=True)
    np.testing.assert_allclose(y, wanted.detach(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(layer.backward(dy)[..., 0], read.grad, rtol=0, atol=1e-10)


def learn_a_series():
    printed = program("forecasting")
    series = torch.randn(1500)
    for t in range(1, len(series)):
        series[t] += 0.9 * series[t - 1]
    series /= series[:1000].std()
    known, held = (each.unfold(0, 20, 1) for each in (series[:1000], series[1000:]))
    learned, judged = ((each[:, :15], each[:, 15:]) for each in (known, held))
    model = printed["Forecaster"](8, 5)
    least = printed["learn"](model, learned, judged, epochs=5, rate=0.01)
    assert least == printed["error_of"](model, judged)
    assert least < 0.8 * judged[1].square().mean()


def compare_writer():
    printed = program("writing")
    rng = np.random.default_rng(0)
    model = printed["Writer"](7, 3, 4)
    table = ours.Embedding(rng.normal(size=(7, 3)))
    reader, scores = ours.LSTM(3, 4, rng=rng, forget_bias=1.0), ours.Linear(4, 7, rng=rng)
    assert (model.read.bias_ih_l0[4:8] + model.read.bias_hh_l0[4:8] == 1).all()
    table.params["W"][...] = model.table.weight.detach()
    hand_over_cells(model.read, reader)
    hand_over(model.say, scores)
    layer = ours.Sequential([table, reader, scores])
    tokens = rng.integers(7, size=(6, 3))
    wanted, _ = model(torch.tensor(tokens))
    dy = rng.normal(size=wanted.shape)
    wanted.backward(torch.tensor(dy))
    y = layer.forward(tokens, training=True)
    np.testing.assert_allclose(y, wanted.detach(), rtol=0, atol=1e-10)
    layer.backward(dy)
    np.testing.assert_allclose(table.grads["W"], model.table.weight.grad, rtol=0, atol=1e-10)
    first, state = model(torch.tensor(tokens[:4]))
    rest, _ = model(torch.tensor(tokens[4:]), state)
    torch.testing.assert_close(torch.cat([first, rest]), wanted)


def learn_to_write():
    printed = program("writing")
    tokens = torch.arange(5).repeat(100)
    model = printed["Writer"](5, 4, 8)
    given = {"parts": 4, "window": 10, "passes": 2, "rate": 0.03}
    first = printed["learn"](model, tokens, **given)
    given["passes"] = 8
    assert printed["learn"](model, tokens, **given) < 0.2 < first
    # Window by window or at once: a mean over all that is to be foretold.
    bits = printed["judge"](model, tokens)
    assert printed["judge"](model, tokens, window=7) == pytest.approx(bits)
    scores, _ = model(tokens[:-1, None])
    came = scores[:, 0].log_softmax(dim=1)[range(499), tokens[1:]]
    assert bits == pytest.approx(-came.mean().item() / np.log(2))
    assert bits < 0.2
    for length in (9, 49):  # the borders move by up to a window
        with pytest.raises(ValueError, match=f"a text of {length} is too short"):
            printed["learn"](model, tokens[:length], **given)
    assert printed["learn"](model, tokens[:50], **given) < 3
    written = printed["write"](model, torch.tensor([2, 3]), 8, temperature=0.2)
    assert written.tolist() == [2, 3, 4, 0, 1, 2, 3, 4, 0, 1]


def learn_as_pasted():
    """In PyTorch's own precision, on the chapter's waves."""
    torch.set_default_dtype(torch.float32)
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(programs()["recurrent"], "recurrent.md", "exec"), {"__name__": "__main__"})
    assert float(said.getvalue()) < 0.03


def compare_gated_readers():
    printed = program("lstm")
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(6, 3, 2)), rng.normal(size=(3, 5))
    kept = slice(4, 8)  # the second part of four or three
    for kind, ours_of in ((torch.nn.LSTM, ours.LSTM), (torch.nn.GRU, ours.GRU)):
        layer = ours_of(2, 4, rng=rng)
        model = printed["Reader"](2, 4, 5, kind)
        printed["open_gates"](model.read, 50)
        hand_over_cells(model.read, layer)
        np.testing.assert_allclose(layer.params["b_l0"][kept], np.log(50), rtol=1e-12)
        others = np.delete(layer.params["b_l0"], kept)
        assert (np.abs(others) < 1).all()  # as PyTorch drew them
        say = ours.Linear(4, 5, rng=rng)
        hand_over(model.say, say)
        network = ours.Sequential([layer, ours.LastStep(), say])
        given = torch.tensor(x, requires_grad=True)
        scores = model(given)
        scores.backward(torch.tensor(dy))
        np.testing.assert_allclose(
            network.forward(x, training=True), scores.detach(), rtol=0, atol=1e-10
        )
        np.testing.assert_allclose(network.backward(dy), given.grad, rtol=0, atol=1e-10)


def recall_each_text_from_its_last_real_state():
    printed = program("lstm")
    x, lengths = torch.randn(6, 3, 2), torch.tensor([6, 2, 4])
    model = printed["Reader"](2, 4, 5, torch.nn.GRU, num_layers=2)
    alone = [model(x[: lengths[n], [n]])[0] for n in range(3)]
    torch.testing.assert_close(model(x, lengths), torch.stack(alone))
    for layer in (0, 1):
        gates = getattr(model.read, f"weight_hh_l{layer}").detach().split(4)
        assert len(gates) == 3
        for gate in gates:
            torch.testing.assert_close(gate @ gate.T, torch.eye(4))


def learn_to_recall():
    """As pasted, and again as a GRU."""
    torch.set_default_dtype(torch.float32)
    code = programs()["lstm"]
    for text in (code, code.replace("Reader(9, 32, 8)", "Reader(9, 32, 8, nn.GRU)")):
        names, said = {"__name__": "__main__"}, io.StringIO()
        with redirect_stdout(said):
            exec(compile(text, "lstm.md", "exec"), names)
        assert float(said.getvalue()) > 0.95
    assert isinstance(names["model"].read, torch.nn.GRU)


def draw_what_the_book_draws():
    printed = program("lstm")
    wanted = ours.symbols_to_recall(5, np.random.default_rng(0), steps=4)
    found = printed["symbols_to_recall"](5, np.random.default_rng(0), 4)
    for mine, theirs in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def compare_norms():
    printed = program("layer-normalization")
    rng = np.random.default_rng(0)
    rows, images = 2 + rng.normal(size=(3, 5, 6)), 2 + rng.normal(size=(3, 6, 4, 5))
    for layer, module, x in (
        (ours.LayerNorm(6), printed["layer_norm"](6), rows),
        (ours.RMSNorm(6), printed["rms_norm"](6), rows),
        (ours.GroupNorm(3, 6), printed["group_norm"](3, 6), images),
        (ours.InstanceNorm(6), printed["instance_norm"](6), images),
    ):
        disturb(module)
        hand_over(module, layer)
        assert_same(layer, module, x)
    gamma, beta, dy = rng.normal(size=6), rng.normal(size=6), rng.normal(size=rows.shape)
    found = []
    for function in (printed["Normalise"].apply, torch.nn.functional.layer_norm):
        given = [torch.tensor(each, requires_grad=True) for each in (rows, gamma, beta)]
        shape = [(6,)] if function is torch.nn.functional.layer_norm else []
        y = function(given[0], *shape, *given[1:])
        y.backward(torch.tensor(dy))
        found.append([y.detach(), *(each.grad for each in given)])
    for mine, theirs in zip(*found, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-10)


def compare_the_defaults_that_are_told():
    x = torch.tensor([[1e-3, -2e-3]], dtype=torch.float32)
    smallest = torch.finfo(torch.float32).eps
    wanted = x / (x.square().mean() + smallest).sqrt()
    torch.testing.assert_close(torch.nn.RMSNorm(2, dtype=torch.float32)(x), wanted)
    assert list(torch.nn.InstanceNorm2d(3).parameters()) == []
    assert torch.nn.LayerNorm(3).eps == torch.nn.GroupNorm(1, 3).eps == 1e-5


def norms_of_numbers_of_two_bytes():
    """PyTorch's own compute in float32 inside; the chapter's, which does not, must be handed it."""
    printed, functional = program("layer-normalization"), torch.nn.functional
    normalise, (gamma, beta) = printed["Normalise"].apply, torch.eye(8)[:2].float() + 1
    for half, step in ((torch.float16, 2e-3), (torch.bfloat16, 2e-2)):
        x = (400 * torch.randn(4, 8)).to(half)
        close = functools.partial(torch.testing.assert_close, rtol=step, atol=step)
        for norm in (
            lambda x: functional.layer_norm(x, (8,)),
            lambda x: functional.rms_norm(x, (8,), eps=1e-5),
            lambda x: functional.group_norm(x, 2),
        ):
            assert norm(x).dtype == half
            close(norm(x).float(), norm(x.float()))
        exact = functional.layer_norm(x.float(), (8,), gamma, beta)
        close(normalise(x.float(), gamma, beta).to(half).float(), exact)
        by_itself = normalise(x, gamma.to(half), beta.to(half)).float()
        assert half == torch.bfloat16 or (by_itself - exact).abs().max() > 0.5


def digits_in_half_precision():
    printed = program("fast")
    torch.set_default_dtype(torch.float32)
    images, labels = sample_digits()
    batches = list(zip(images[:1000].split(50), labels[:1000].split(50), strict=True))
    start = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(28 * 28, 10))
    exact = copy.deepcopy(start)
    for x, wanted in batches:
        exact.zero_grad()
        torch.nn.functional.cross_entropy(exact(x), wanted).backward()
        with torch.no_grad():
            for param in exact.parameters():
                param -= 0.1 * param.grad
    for half, off in ((torch.float16, 1e-3), (torch.bfloat16, 1e-2)):
        network = copy.deepcopy(start)
        printed["learn"](network, batches, 0.1, device="cpu", half=half)
        for param, wanted in zip(network.parameters(), exact.parameters(), strict=True):
            assert param.dtype == torch.float32
            moved = (param - wanted).abs().max()
            assert 0 < moved < off


def training_on_all_cards():
    printed, distributed = program("fast"), torch.distributed
    torch.set_default_dtype(torch.float32)
    images, labels = sample_digits()
    samples = torch.utils.data.TensorDataset(images[:100], labels[:100])
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(28 * 28, 10))
    alone = copy.deepcopy(network)
    order = torch.utils.data.distributed.DistributedSampler(samples, num_replicas=1, rank=0)
    orders = []
    for epoch in range(2):
        order.set_epoch(epoch)
        orders.append(list(order))
        batches = [samples[orders[-1][start : start + 25]] for start in range(0, 100, 25)]
        printed["learn"](alone, batches, 0.1, device="cpu")
    assert orders[0] != orders[1]
    with tempfile.TemporaryDirectory() as folder:
        where = {"init_method": f"file://{folder}/meet", "rank": 0, "world_size": 1}
        start = functools.partial(distributed.init_process_group, **where)
        with patch.object(distributed, "init_process_group", start):
            printed["on_all_cards"](network, samples, 25, 0.1, epochs=2, backend="gloo")
    assert not distributed.is_initialized()
    for found, wanted in zip(network.parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(found, wanted)


def a_profile():
    x = torch.randn(8, 8)
    assert "aten::mm" in program("fast")["rows_of_profile"]("cpu", lambda: x @ x)


def what_is_told_of_convolutions_on_cards():
    assert torch.backends.cudnn.allow_tf32


def a_clock_for_the_card():
    done = []
    with patch("time.perf_counter", side_effect=(10.0, 16.0)):
        mean = program("fast")["seconds_on"]("cpu", lambda: done.append(1), calls=3)
    assert mean == 2
    assert len(done) == 4


CHECKS = {
    "attention": (
        compare_attention,
        hide_padding_in_attention,
        learn_to_turn_round,
        learn_to_write_days,
        train_with_a_look_at_other_texts,
    ),
    "batch-normalization": (compare_batch_norm, learn_with_batch_norm),
    "classic-networks": (
        compare_blocks,
        learn_digits,
        learn_other_digits,
        replace_the_last_layer_of_another_module,
        count_whole_networks,
        compare_the_first_resnet,
    ),
    "convolution": (compare_convolution, learn_by_windows),
    "convolutional-networks": (compare_lenet, learn_with_lenet, compare_what_is_told_of_pooling),
    "fast": (
        digits_in_half_precision,
        training_on_all_cards,
        a_clock_for_the_card,
        a_profile,
        what_is_told_of_convolutions_on_cards,
    ),
    "forecasting": (compare_index_forecaster, learn_a_series),
    "layer-normalization": (
        compare_norms,
        compare_the_defaults_that_are_told,
        norms_of_numbers_of_two_bytes,
    ),
    "reading": (compare_reader, learn_to_read),
    "recurrent": (compare_forecaster, learn_waves_and_an_echo, learn_as_pasted),
    "writing": (compare_writer, learn_to_write),
    "lstm": (
        compare_gated_readers,
        recall_each_text_from_its_last_real_state,
        draw_what_the_book_draws,
        learn_to_recall,
    ),
}


def test_each_printed_program_is_compared():
    assert set(programs()) == set(CHECKS)


@pytest.mark.parametrize(
    "check", [each for checks in CHECKS.values() for each in checks], ids=lambda each: each.__name__
)
def test_a_printed_program_computes_what_the_chapter_derives(check):
    check()
