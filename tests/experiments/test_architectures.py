"""What classic networks cost, against what their papers say and what is known of them."""

import re
from math import prod

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
    basic_resnet,
    count,
    densenet,
    resnet,
    vgg,
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


RESNET50_BLOCKS = (3, 4, 6, 3)


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        (ALEXNET, 60e6),
        (vgg((1, 1, 2, 2, 2)), 133e6),
        (vgg((2, 2, 2, 2, 2)), 133e6),
        (vgg((2, 2, 3, 3, 3)), 138e6),
        (vgg((2, 2, 4, 4, 4)), 144e6),
        (resnet(RESNET50_BLOCKS), 25.5e6),  # in the paper on ResNeXt
        (NETWORKS["ResNeXt-50"][0], 25.0e6),
        (densenet((6, 12, 48, 32), growth=32), 20e6),
    ],
)
def test_parameters_are_within_two_in_a_hundred_of_the_papers(network, parameters):
    image = NETWORKS["AlexNet"][1] if network is ALEXNET else IMAGE
    assert count(network, image).parameters == pytest.approx(parameters, rel=0.02)


@pytest.mark.parametrize(
    ("network", "multiplications"),
    [
        (vgg((2, 2, 3, 3, 3)), 15.3e9),  # both in the paper on ResNet
        (vgg((2, 2, 4, 4, 4)), 19.6e9),
        (basic_resnet((2, 2, 2, 2)), 1.8e9),
        (basic_resnet(RESNET50_BLOCKS), 3.6e9),
        (resnet(RESNET50_BLOCKS, early=True), 3.8e9),
        (resnet((3, 4, 23, 3), early=True), 7.6e9),
        (resnet((3, 8, 36, 3), early=True), 11.3e9),
        (resnet(RESNET50_BLOCKS), 4.1e9),  # in the paper on ResNeXt
        (NETWORKS["ResNeXt-50"][0], 4.2e9),
    ],
)
def test_multiplications_are_within_two_in_a_hundred_of_the_papers(network, multiplications):
    assert count(network, IMAGE).multiplications == pytest.approx(multiplications, rel=0.02)


def connections(layer, found):
    """What the paper on LeNet counts: each product, and each bias, at each place."""
    maps, H, W = found.size
    places = maps * H * W
    if isinstance(layer, Pool):
        return 5 * places  # four inputs and a bias
    return found.multiplications + (0 if layer == LENET[-1] else places)


def test_lenet_has_the_layers_and_connections_of_its_paper():
    """60,000 parameters and 340,908 connections in all; the last layer's are not told apart."""
    found = sizes(LENET, (1, 32, 32))
    assert [layer.parameters for layer in found] == [156, 12, 1516, 32, 48_120, 10_164, 0]
    assert [layer.size[0] for layer in found] == [6, 6, 16, 16, 120, 84, 10]
    counted = [connections(layer, one) for layer, one in zip(LENET, found, strict=True)]
    assert counted[:-1] == [122_304, 5_880, 151_600, 2_000, 48_120, 10_164]
    assert sum(counted) == 340_908


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


def test_alexnet_has_the_neurons_of_its_paper():
    """650,000 in all. Of the first layer it lists 253,440, fewer than its kernels make."""
    found = zip(ALEXNET, sizes(ALEXNET, (3, 227, 227)), strict=True)
    neurons = [prod(one.size) for layer, one in found if not isinstance(layer, Pool)]
    assert neurons[1:] == [186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert sum(neurons) == pytest.approx(650_000, rel=0.02)


# Table 1 of the paper: parameters in units of 1024, and millions of operations.
GOOGLENET_ROWS = {
    "7 x 7": (2.7, 34),
    "3 x 3": (112, 360),
    "3a": (159, 128),
    "3b": (380, 304),
    "4a": (364, 73),
    "4b": (437, 88),
    "4c": (463, 100),
    "4d": (580, 119),
    "4e": (840, 170),
    "5a": (1072, 54),
    "5b": (1388, 71),
    "linear": (1000, 1),
}


def googlenet_rows():
    """Our counts in the units of the paper's table, whose second row has two convolutions."""
    found = zip(GOOGLENET, sizes(GOOGLENET, IMAGE), strict=True)
    first, narrow, wide, *others = [one for layer, one in found if not isinstance(layer, Pool)]
    seconds = narrow.parameters + wide.parameters, narrow.multiplications + wide.multiplications
    rows = [first[:2], seconds, *(one[:2] for one in others)]
    return {
        name: (parameters / 1024, multiplications / 1e6)
        for name, (parameters, multiplications) in zip(GOOGLENET_ROWS, rows, strict=True)
    }


def test_googlenet_has_the_rows_of_its_paper():
    """All but three within two in a hundred, or a unit of the last place."""
    unlike = {
        name: ours
        for name, ours in googlenet_rows().items()
        if ours != pytest.approx(GOOGLENET_ROWS[name], rel=0.02, abs=0.5)
    }
    assert unlike == {
        # 64 kernels of 7 x 7 on three channels are 9,408 weights, whatever stands there.
        "7 x 7": pytest.approx((9.2, 118), rel=0.01),
        # As many maps as the table says give other numbers than the table's.
        "4c": pytest.approx((498, 100), rel=0.01),
        "5a": pytest.approx((1019, 51), rel=0.01),
    }


def test_googlenet_costs_what_its_paper_says():
    """Its rows add up to the 1.5 thousand million of its text; ours do but for the first."""
    parameters, operations = map(sum, zip(*GOOGLENET_ROWS.values(), strict=True))
    found = count(*NETWORKS["GoogLeNet"])
    assert found.parameters / 1024 == pytest.approx(parameters, rel=0.02)
    too_many = googlenet_rows()["7 x 7"][1] - GOOGLENET_ROWS["7 x 7"][1]
    for multiplications in (operations, found.multiplications / 1e6 - too_many):
        assert multiplications == pytest.approx(1500, rel=0.02)


def test_googlenet_has_the_maps_of_its_paper():
    found = zip(GOOGLENET, sizes(GOOGLENET, IMAGE), strict=True)
    blocks = [one.size for layer, one in found if isinstance(layer, Beside)]
    assert [size[0] for size in blocks] == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert [size[1] for size in blocks] == [28, 28, 14, 14, 14, 14, 14, 7, 7]


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
