"""Seven classic networks as lists of layers, and what they cost: parameters and multiplications.

Nothing is trained here. A network is a list that is read from the image to the scores; `count`
walks along it and keeps the size of the maps. Multiplications are those of convolutions and linear
layers for one image, one for each weight at each place; biases, pooling, norms and activations are
small beside them, and activations do not appear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True)
class Conv:
    """A convolution to so many maps.

    Attributes:
        maps: how many come out.
        kernel: height and width of a kernel.
        stride: how far it moves.
        padding: zeros around the maps; None for as many as keep their size.
        groups: into how many parts the maps are cut, each of which sees its own part alone.
        bias: whether a bias is added to each map.
        joined: how many pairs of a map that comes in and one that goes out have a kernel, if not
            all of them have.
    """

    maps: int
    kernel: int
    stride: int = 1
    padding: int | None = None
    groups: int = 1
    bias: bool = True
    joined: int | None = None


@dataclass(frozen=True)
class Pool:
    """Pooling; kernel None is of the whole map.

    Attributes:
        kernel: height and width of a window.
        stride: how far it moves.
        padding: around the maps.
        whole: whether a window that reaches beyond the edge counts as well.
        learned: whether each map has a factor and a bias.
    """

    kernel: int | None = None
    stride: int = 1
    padding: int = 0
    whole: bool = False
    learned: bool = False


@dataclass(frozen=True)
class Norm:
    """Batch norm: a scale and a shift for each map."""


@dataclass(frozen=True)
class Dense:
    """A linear layer on all that comes in; fixed weights are multiplied by, and not learned."""

    units: int
    fixed: bool = False


@dataclass(frozen=True)
class Beside:
    """Branches that all see what comes in, one's maps put behind the other's."""

    branches: tuple["Network", ...]


@dataclass(frozen=True)
class Plus:
    """What a branch makes is added to what comes in, or to what `way` makes of that."""

    branch: "Network"
    way: "Network" = ()


Network: TypeAlias = Sequence[Conv | Pool | Norm | Dense | Beside | Plus]


class Count(NamedTuple):
    """What a network costs, and the size of what comes out: maps, height, width."""

    parameters: int
    multiplications: int
    size: tuple[int, int, int]


def count(network: Network, size: tuple[int, int, int]) -> Count:
    """Counts the parameters of a network, and its multiplications for one image.

    Args:
        network: its layers.
        size: of the image: channels, height, width.

    Raises:
        ValueError: branches make maps of different sizes.

    Examples:
        >>> count([Conv(6, 5, padding=0), Pool(2, 2), Dense(10)], (1, 32, 32))
        Count(parameters=11926, multiplications=129360, size=(10, 1, 1))
    """
    parameters = multiplications = 0
    for layer in network:
        found = _count_layer(layer, size)
        parameters += found.parameters
        multiplications += found.multiplications
        size = found.size
    return Count(parameters, multiplications, size)


def _count_layer(
    layer: Conv | Pool | Norm | Dense | Beside | Plus, size: tuple[int, int, int]
) -> Count:
    C, H, W = size
    match layer:
        case Conv(maps, kernel, stride, padding, groups, bias, joined):
            around = (kernel - 1) // 2 if padding is None else padding
            H, W = ((side + 2 * around - kernel) // stride + 1 for side in (H, W))
            weights = (C * maps // groups if joined is None else joined) * kernel**2
            return Count(weights + maps * bias, weights * H * W, (maps, H, W))
        case Pool(kernel, stride, padding, whole, learned):
            if kernel is None:
                return Count(0, 0, (C, 1, 1))
            over = stride - 1 if whole else 0
            H, W = ((side + 2 * padding - kernel + over) // stride + 1 for side in (H, W))
            return Count(2 * C * learned, 0, (C, H, W))
        case Norm():
            return Count(2 * C, 0, size)
        case Dense(units, fixed):
            weights = C * H * W * units
            return Count(0 if fixed else weights + units, weights, (units, 1, 1))
        case Beside(branches):
            parts = [count(branch, size) for branch in branches]
        case Plus(branch, way):
            parts = [count(branch, size), count(way, size)]
            if parts[0].size != parts[1].size:
                raise ValueError(f"cannot add {parts[0].size} and {parts[1].size}")
    if len({part.size[1:] for part in parts}) > 1:
        raise ValueError(f"cannot put {parts[0].size} beside {parts[1].size}")
    C = sum(part.size[0] for part in parts) if isinstance(layer, Beside) else parts[0].size[0]
    return Count(
        sum(part.parameters for part in parts),
        sum(part.multiplications for part in parts),
        (C, *parts[0].size[1:]),
    )


# As in the paper, whose third layer joins 60 of the 6 x 16 pairs of maps, whose pooling has a
# factor and a bias for each map, and whose last weights were set by hand.
LENET = (
    Conv(6, 5, padding=0),
    Pool(2, 2, learned=True),
    Conv(16, 5, padding=0, joined=60),
    Pool(2, 2, learned=True),
    Conv(120, 5, padding=0),
    Dense(84),
    Dense(10, fixed=True),
)
# As in the paper: on two processors, whence the groups.
ALEXNET = (
    Conv(96, 11, stride=4, padding=0),
    Pool(3, 2),
    Conv(256, 5, groups=2),
    Pool(3, 2),
    Conv(384, 3),
    Conv(384, 3, groups=2),
    Conv(256, 3, groups=2),
    Pool(3, 2),
    Dense(4096),
    Dense(4096),
    Dense(1000),
)


def vgg(convolutions: Sequence[int]) -> Network:
    """A VGG.

    Args:
        convolutions: how many there are at each height of the maps.
    """
    blocks = zip((64, 128, 256, 512, 512), convolutions, strict=True)
    layers = [[Conv(maps, 3)] * times + [Pool(2, 2)] for maps, times in blocks]
    return (*chain.from_iterable(layers), Dense(4096), Dense(4096), Dense(1000))


VGG16 = vgg((2, 2, 3, 3, 3))


def inception(ones: int, to3: int, threes: int, to5: int, fives: int, pooled: int) -> Beside:
    """A block of GoogLeNet: 1 x 1, 3 x 3 and 5 x 5 kernels and pooling, side by side.

    Args:
        ones: maps from 1 x 1 kernels.
        to3: maps that the 3 x 3 kernels see, made by 1 x 1 kernels.
        threes: maps from 3 x 3 kernels.
        to5: as `to3`, for 5 x 5.
        fives: maps from 5 x 5 kernels.
        pooled: maps made by 1 x 1 kernels from the pooled ones.
    """
    return Beside(
        (
            (Conv(ones, 1),),
            (Conv(to3, 1), Conv(threes, 3)),
            (Conv(to5, 1), Conv(fives, 5)),
            (Pool(3, 1, padding=1), Conv(pooled, 1)),
        )
    )


# Without the two classifiers that help in training and are then thrown away.
GOOGLENET = (
    Conv(64, 7, stride=2),
    Pool(3, 2, whole=True),
    Conv(64, 1),
    Conv(192, 3),
    Pool(3, 2, whole=True),
    inception(64, 96, 128, 16, 32, 32),
    inception(128, 128, 192, 32, 96, 64),
    Pool(3, 2, whole=True),
    inception(192, 96, 208, 16, 48, 64),
    inception(160, 112, 224, 24, 64, 64),
    inception(128, 128, 256, 24, 64, 64),
    inception(112, 144, 288, 32, 64, 64),
    inception(256, 160, 320, 32, 128, 128),
    Pool(3, 2, whole=True),
    inception(256, 160, 320, 32, 128, 128),
    inception(384, 192, 384, 48, 128, 128),
    Pool(),
    Dense(1000),
)


def _conv_norm(maps: int, kernel: int, stride: int = 1, groups: int = 1) -> Network:
    return (Conv(maps, kernel, stride, groups=groups, bias=False), Norm())


def bottleneck(
    middle: int, maps: int, groups: int = 1, stride: int = 1, early: bool = False
) -> Network:
    """The branch of a block of ResNet or ResNeXt: 1 x 1 to few maps, 3 x 3 on these, 1 x 1 back.

    Args:
        middle: how many maps the 3 x 3 kernels see and make.
        maps: how many come out.
        groups: of the 3 x 3 kernels.
        stride: by which the block makes maps smaller.
        early: whether the first kernels have that stride, and not those of 3 x 3.
    """
    return (
        *_conv_norm(middle, 1, stride if early else 1),
        *_conv_norm(middle, 3, 1 if early else stride, groups),
        *_conv_norm(maps, 1),
    )


def _stem(maps: int) -> list[Conv | Pool | Norm | Dense | Beside | Plus]:
    """Makes a photograph small at once."""
    return [*_conv_norm(maps, 7, 2), Pool(3, 2, padding=1)]


def basic_resnet(blocks: Sequence[int]) -> Network:
    """A ResNet whose blocks have two layers of 3 x 3, as those of 18 and 34 layers.

    Args:
        blocks: how many there are at each height of the maps.
    """
    layers = _stem(64)
    for stage, times in enumerate(blocks):
        maps = 64 * 2**stage
        for block in range(times):
            smaller = stage > 0 and block == 0
            stride = 2 if smaller else 1
            way = _conv_norm(maps, 1, stride) if smaller else ()
            branch = (*_conv_norm(maps, 3, stride), *_conv_norm(maps, 3))
            layers.append(Plus(branch, way))
    return (*layers, Pool(), Dense(1000))


def resnet(blocks: Sequence[int], width: int = 64, groups: int = 1, early: bool = False) -> Network:
    """A ResNet for large photographs whose blocks are bottlenecks, or a ResNeXt.

    Args:
        blocks: how many there are at each height of the maps.
        width: how many maps the 3 x 3 kernels of the first make.
        groups: of these kernels.
        early: where blocks have their stride, as in `bottleneck`.
    """
    layers = _stem(64)
    for stage, times in enumerate(blocks):
        middle, maps = width * 2**stage, 256 * 2**stage
        for block in range(times):
            stride = 2 if stage and not block else 1
            way = () if block else _conv_norm(maps, 1, stride)
            layers.append(Plus(bottleneck(middle, maps, groups, stride, early), way))
    return (*layers, Pool(), Dense(1000))


# In the paper the first convolution of a block has the stride; in the one on ResNeXt the second.
RESNET50 = resnet((3, 4, 6, 3), early=True)
RESNEXT50 = resnet((3, 4, 6, 3), width=128, groups=32)


def _norm_conv(maps: int, kernel: int) -> Network:
    return (Norm(), Conv(maps, kernel, bias=False))


def densenet(blocks: Sequence[int], growth: int) -> Network:
    """A DenseNet for large photographs.

    Args:
        blocks: how many layers each has.
        growth: how many maps a layer appends.
    """
    layers = _stem(2 * growth)
    maps = 2 * growth
    for stage, times in enumerate(blocks):
        if stage:
            maps //= 2
            layers += [*_norm_conv(maps, 1), Pool(2, 2)]
        layers += [Beside(((), (*_norm_conv(4 * growth, 1), *_norm_conv(growth, 3))))] * times
        maps += times * growth
    return (*layers, Norm(), Pool(), Dense(1000))


DENSENET121 = densenet((6, 12, 24, 16), growth=32)

# Each network and the image that it takes.
NETWORKS = {
    "LeNet-5": (LENET, (1, 32, 32)),
    "AlexNet": (ALEXNET, (3, 227, 227)),
    "VGG-16": (VGG16, (3, 224, 224)),
    "GoogLeNet": (GOOGLENET, (3, 224, 224)),
    "ResNet-50": (RESNET50, (3, 224, 224)),
    "ResNeXt-50": (RESNEXT50, (3, 224, 224)),
    "DenseNet-121": (DENSENET121, (3, 224, 224)),
}
