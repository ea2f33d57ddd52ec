"""The data sets as arrays: the IDX reader, the sample, and what a missing or broken file says."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from backprop.data import sources
from backprop.data.mnist import (
    load_fashion_mnist,
    load_mnist,
    load_mnist_sample,
    read_idx,
    to_unit_interval,
)
from backprop.data.sources import DATA_SETS, DataError, DataFile, DataSet, sha256_of, verified_path


def idx_bytes(array):
    """The array as IDX, written independently of the reader: header by struct, data by NumPy."""
    code = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}[array.dtype.str[1:]]
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "i4", "f4", "f8"])
@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4)])
def test_read_idx_gives_back_what_was_written(tmp_path, dtype, shape):
    array = np.arange(1, np.prod(shape) + 1).reshape(shape).astype(dtype)
    (tmp_path / "x").write_bytes(idx_bytes(array))
    read = read_idx(tmp_path / "x")
    np.testing.assert_array_equal(read, array, strict=True)
    assert read.dtype.isnative
    assert read.flags.writeable


def test_read_idx_unpacks_what_is_gzipped_whatever_its_name(tmp_path):
    array = np.arange(2 << 20, dtype="f4").reshape(2, -1)  # more than one piece
    for name in ("x.gz", "x"):
        (tmp_path / name).write_bytes(gzip.compress(idx_bytes(array), 1))
        np.testing.assert_array_equal(read_idx(tmp_path / name), array, strict=True)


def test_read_idx_unpacks_no_more_than_the_header_promises(tmp_path, refused):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(b"\0\0\x08\x01\0\0\0\x03abc")
        for _ in range(40):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        message = f"read_idx: {path} has more after its header, which promises 3 bytes"
        refused(ValueError, message, read_idx, path)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


def test_read_idx_by_hand(tmp_path):
    # Two rows of three 16-bit numbers, the first being 0x0102 = 258.
    content = bytes([0, 0, 0x0B, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 0, 1, 0, 2, 0, 3, 0, 4, 255, 255])
    (tmp_path / "x").write_bytes(content)
    assert read_idx(tmp_path / "x").tolist() == [[258, 1, 2], [3, 4, -1]]


def test_read_idx_of_nothing_and_of_a_single_number(tmp_path):
    (tmp_path / "x").write_bytes(b"\0\0\x08\x01\0\0\0\0")
    np.testing.assert_array_equal(read_idx(tmp_path / "x"), np.zeros(0, np.uint8), strict=True)
    (tmp_path / "x").write_bytes(b"\0\0\x08\0\x07")
    np.testing.assert_array_equal(read_idx(tmp_path / "x"), np.array(7, np.uint8), strict=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "starts with b'', which is not an IDX header"),
        (gzip.compress(b"idx", mtime=0), "starts with b'idx', which is not an IDX header"),
        (
            gzip.compress(b"\0\0\x08\0", mtime=0),
            "has 0 bytes after its header, which promises 1 bytes",
        ),
        (b"\x1f\x8bnot so, dear reader", "cannot be unpacked (Unknown compression method)"),
        (
            gzip.compress(b"\0\0\x08\0\x07", mtime=0)[:-9],
            "cannot be unpacked (Compressed file ended before the end-of-stream marker "
            "was reached)",
        ),
        (
            b"\0\0\x0e\x03" + b"\xff" * 12 + b"so many?",
            f"has 8 bytes after its header, which promises {8 * (2**32 - 1) ** 3} bytes",
        ),
        (b"\0\0\x0a\x01", "starts with b'\\x00\\x00\\n\\x01', which is not an IDX header"),
        (b"\0\0\x08\0", "has 0 bytes after its header, which promises 1 bytes"),
        (b"\0\0\x08\x02\0\0\0\x01\0\0", "ends in its header of 12 bytes"),
        (b"\0\0\x08\x01\0\0\0\x03ab", "has 2 bytes after its header, which promises 3 bytes"),
        (b"\0\0\x08\x01\0\0\0\x03abcd", "has more after its header, which promises 3 bytes"),
        (b"\0\0\x0c\x01\0\0\0\x01abc", "has 3 bytes after its header, which promises 4 bytes"),
    ],
)
def test_read_idx_refuses_what_is_not_idx(tmp_path, refused, content, message):
    path = tmp_path / "x"
    path.write_bytes(content)
    refused(ValueError, f"read_idx: {path} {message}", read_idx, path)


def test_sample_is_real_digits():
    digits = load_mnist_sample()
    assert [array.shape for array in digits] == [(2000, 28, 28), (2000,), (500, 28, 28), (500,)]
    assert all(array.dtype == np.uint8 for array in digits)
    # Every class is there, about as often as in MNIST, and the images span paper to ink.
    counts = np.bincount(digits.train_labels, minlength=10)
    assert counts.min() > 140
    assert counts.max() < 260
    assert len(set(counts.tolist())) > 5  # drawn as they fall, not balanced
    assert digits.train_images.min() == 0
    assert digits.train_images.max() == 255
    # The border of an MNIST image is paper; the middle has most of the ink.
    assert digits.train_images[:, :, 0].max() < 255
    assert digits.train_images[:, 8:20, 8:20].mean() > 2 * digits.train_images.mean()


def test_sample_is_small_and_documented():
    path = sources.sample_folder() / "mnist.npz"
    assert path.stat().st_size < 1_000_000
    documented = (Path(sources.__file__).parents[3] / "data" / "SOURCES.md").read_text()
    assert sha256_of(path) in documented
    for file in DATA_SETS["mnist"].files + DATA_SETS["fashion-mnist"].files:
        assert file.sha256 in documented


def test_broken_sample_says_what_mends_it(tmp_path, monkeypatch, refused):
    monkeypatch.setattr("backprop.data.mnist.sample_folder", lambda: tmp_path)
    path = tmp_path / "mnist.npz"
    message = (
        f"{path} is missing or broken: install the package anew, or in a clone "
        "`git checkout lib/backprop/data/samples`"
    )
    refused(DataError, message, load_mnist_sample)
    path.write_bytes(b"not a zip")
    refused(DataError, message, load_mnist_sample)
    np.savez(path, train_images=np.zeros(3))
    refused(DataError, message, load_mnist_sample)


def test_to_unit_interval():
    grey = np.array([[0, 51], [204, 255]], dtype=np.uint8)
    before = grey.copy()
    floats = to_unit_interval(grey, np.float64)
    assert floats.tolist() == [[0.0, 0.2], [0.8, 1.0]]
    assert to_unit_interval(grey).dtype == np.float32
    assert to_unit_interval(grey, "float16").dtype == np.float16
    np.testing.assert_array_equal(grey, before)


def test_to_unit_interval_refuses_other_types(refused):
    message = "to_unit_interval: images has dtype float64, wanted uint8"
    refused(TypeError, message, to_unit_interval, np.zeros(3))
    message = "to_unit_interval: dtype is int64, wanted a float"
    refused(TypeError, message, to_unit_interval, np.zeros(3, np.uint8), np.int64)


@pytest.fixture(params=["mnist", "fashion-mnist"])
def tiny_mnist(request, tmp_path, monkeypatch):
    """A data folder with small files under MNIST's names, and a table that vouches for them.

    Its loader comes along, and what the files contain.
    """
    rng = np.random.default_rng(3)
    arrays = {
        "train-images-idx3-ubyte": rng.integers(0, 256, (4, 28, 28), np.uint8),
        "train-labels-idx1-ubyte": rng.integers(0, 10, 4, np.uint8),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (3, 28, 28), np.uint8),
        "t10k-labels-idx1-ubyte": rng.integers(0, 10, 3, np.uint8),
    }
    files = []
    (tmp_path / request.param).mkdir()
    for name, array in arrays.items():
        path = tmp_path / request.param / name
        path.write_bytes(idx_bytes(array))
        files.append(DataFile(f"{request.param}/{name}", sha256_of(path), path.stat().st_size, ""))
    monkeypatch.setitem(DATA_SETS, request.param, DataSet("MNIST", tuple(files)))
    load = {"mnist": load_mnist, "fashion-mnist": load_fashion_mnist}[request.param]
    return tmp_path, list(arrays.values()), load


def test_load_mnist(tiny_mnist, monkeypatch):
    folder, arrays, load = tiny_mnist
    for read, written in zip(load(folder), arrays, strict=True):
        np.testing.assert_array_equal(read, written, strict=True)
    monkeypatch.setenv("BACKPROP_DATA", str(folder))
    np.testing.assert_array_equal(load().test_labels, arrays[3])


def test_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("BACKPROP_DATA", str(tmp_path))
    assert sources.data_folder() == tmp_path
    repository = Path(sources.__file__).parents[3]
    for chosen in ({}, {"BACKPROP_DATA": ""}):
        monkeypatch.delenv("BACKPROP_DATA", raising=False)
        for name, value in chosen.items():
            monkeypatch.setenv(name, value)
        assert sources.data_folder() == repository / "data" / "full"


def test_missing_data_says_what_fetches_it(tmp_path, monkeypatch, refused):
    monkeypatch.setenv("BACKPROP_DATA", str(tmp_path))
    message = f"MNIST is not in {tmp_path}: `make data` fetches it"
    refused(DataError, message, load_mnist)
    refused(DataError, f"Fashion-{message}", load_fashion_mnist)


def test_broken_data_says_what_mends_it(tiny_mnist, refused):
    folder, _, load = tiny_mnist
    [path] = folder.glob("*/t10k-labels-idx1-ubyte")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # still IDX, still a digit: only the hash can tell
    path.write_bytes(content)
    message = f"{path} is broken (its SHA-256 differs): `make data` mends it"
    refused(DataError, message, load, folder)
    path.write_bytes(gzip.compress(b"x"))
    refused(DataError, message, load, folder)


def test_verified_path_knows_its_files(tiny_mnist):
    folder, _, _ = tiny_mnist
    with pytest.raises(KeyError):
        verified_path(DATA_SETS["mnist"], "mnist/other", folder)
