"""What classic networks cost, against what their papers say and what is known of them."""

import re

import pytest

from experiments.architectures import (
    ALEXNET,
    GOOGLENET,
    LENET,
    NETWORKS,
    Beside,
    Conv,
    Count,
    Dense,
    Norm,
    Plus,
    Pool,
    count,
)

IMAGE = (3, 224, 224)


def sizes(network, size):
    """The count of each layer by itself."""
    found = []
    for layer in network:
        found.append(count([layer], size))
        size = found[-1].size
    return found


@pytest.mark.parametrize(
    ("name", "parameters", "multiplications"),
    [
        ("LeNet-5", 60_000, 326_520),
        ("AlexNet", 60_965_224, 724_406_816),
        ("VGG-16", 138_357_544, 15_470_264_320),
        ("GoogLeNet", 6_998_552, 1_582_671_872),
        ("ResNet-50", 25_557_032, 3_857_973_248),
        ("ResNeXt-50", 25_028_904, 4_230_479_872),
        ("DenseNet-121", 7_978_856, 2_834_161_664),
    ],
)
def test_networks_cost_what_is_known(name, parameters, multiplications):
    assert count(*NETWORKS[name])[:2] == (parameters, multiplications)


@pytest.mark.parametrize(
    ("name", "quantity", "published"),
    [
        ("LeNet-5", "parameters", 60_000),
        ("AlexNet", "parameters", 60e6),
        ("VGG-16", "parameters", 138e6),
        ("ResNeXt-50", "parameters", 25.0e6),
        ("ResNet-50", "multiplications", 3.8e9),
        ("ResNeXt-50", "multiplications", 4.2e9),
    ],
)
def test_counts_are_within_two_in_a_hundred_of_the_papers(name, quantity, published):
    assert getattr(count(*NETWORKS[name]), quantity) == pytest.approx(published, rel=0.02)


def test_lenet_has_the_layers_and_connections_of_its_paper():
    """156, 12, 1516, 32, 48,120 and 10,164 parameters, and 340,908 connections."""
    found = sizes(LENET, (1, 32, 32))
    assert [layer.parameters for layer in found] == [156, 12, 1516, 32, 48_120, 10_164, 0]
    assert [layer.size[0] for layer in found] == [6, 6, 16, 16, 120, 84, 10]
    connections = 0
    for layer, one in zip(LENET, found, strict=True):
        maps, H, W = one.size
        places = maps * H * W
        if isinstance(layer, Pool):
            connections += 5 * places  # four inputs and a bias
        elif layer != LENET[-1]:
            connections += one.multiplications + places
        else:
            connections += one.multiplications
    assert connections == 340_908


def test_alexnet_has_the_maps_of_its_paper():
    assert [layer.size for layer in sizes(ALEXNET, (3, 227, 227))] == [
        (96, 55, 55),
        (96, 27, 27),
        (256, 27, 27),
        (256, 13, 13),
        (384, 13, 13),
        (384, 13, 13),
        (256, 13, 13),
        (256, 6, 6),
        (4096, 1, 1),
        (4096, 1, 1),
        (1000, 1, 1),
    ]


def test_googlenet_has_the_rows_of_its_paper():
    """Blocks 3a and 3b: 159K and 380K parameters, 128M and 304M operations."""
    found = sizes(GOOGLENET, IMAGE)
    blocks = [c for layer, c in zip(GOOGLENET, found, strict=True) if isinstance(layer, Beside)]
    assert [int(c.parameters / 1024 + 0.5) for c in blocks[:2]] == [160, 380]
    assert [round(c.multiplications / 1e6) for c in blocks[:2]] == [128, 304]
    assert [c.size[0] for c in blocks] == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert [c.size[1] for c in blocks] == [28, 28, 14, 14, 14, 14, 14, 7, 7]


def test_single_layers_by_hand():
    size = (4, 7, 6)
    assert count([], size) == Count(0, 0, size)
    assert count([Conv(8, 3)], size) == Count(8 * 36 + 8, 8 * 36 * 42, (8, 7, 6))
    assert count([Conv(8, 3, groups=2, bias=False)], size)[:2] == (8 * 18, 8 * 18 * 42)
    assert count([Conv(8, 3, stride=2, padding=0)], size).size == (8, 3, 2)
    assert count([Conv(8, 5, padding=0, joined=3)], size) == Count(83, 75 * 6, (8, 3, 2))
    assert count([Pool(3, 2)], size).size == (4, 3, 2)
    assert count([Pool(3, 2, whole=True)], size).size == (4, 3, 3)
    assert count([Pool(3, 1, padding=1)], size).size == size
    assert count([Pool(2, 2, learned=True)], size).parameters == 8
    assert count([Pool()], size).size == (4, 1, 1)
    assert count([Norm()], size) == Count(8, 0, size)
    assert count([Dense(5)], size) == Count(168 * 5 + 5, 168 * 5, (5, 1, 1))
    assert count([Dense(5, fixed=True)], size)[:2] == (0, 168 * 5)
    assert count([Beside(((), (Conv(2, 1),)))], size) == Count(10, 8 * 42, (6, 7, 6))
    assert count([Plus((Conv(4, 1),))], size) == Count(20, 16 * 42, size)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=re.escape("cannot add (8, 7, 6) and (4, 7, 6)")):
        count([Plus((Conv(8, 1),))], (4, 7, 6))
    with pytest.raises(ValueError, match=re.escape("cannot put (4, 7, 6) beside (4, 3, 3)")):
        count([Beside(((), (Pool(2, 2),)))], (4, 7, 6))
