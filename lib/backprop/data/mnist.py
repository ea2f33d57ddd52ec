"""The data sets as arrays: MNIST's 70,000 digits, a small sample of them, and Fashion-MNIST."""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from backprop.data.sources import DATA_SETS, broken_sample, sample_folder, verified_path
from backprop.files import load_npz

_GZIP = b"\x1f\x8b"  # how a gzipped file starts, and no IDX file does
# The third byte of an IDX file names the type of its elements, all of them big-endian.
_IDX_TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}


class Digits(NamedTuple):
    """Images of handwritten digits, or of clothes, split as their makers split them.

    Attributes:
        train_images: (N, 28, 28) uint8, 0 is paper and 255 is ink.
        train_labels: (N,) uint8, the digits 0 to 9.
        test_images: (M, 28, 28) uint8.
        test_labels: (M,) uint8.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def load_mnist(folder: Path | str | None = None) -> Digits:
    """Reads all of MNIST, 60,000 digits to train on and 10,000 to test on.

    Args:
        folder: where the data sets lie; `data_folder()` if None.

    Returns:
        the images and labels, with their hashes verified.

    Raises:
        DataError: if a file is missing or broken; the message says what mends it.

    Source:
        LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
        recognition", 1998, section III.A.
    """
    return _read_all("mnist", folder)


def load_fashion_mnist(folder: Path | str | None = None) -> Digits:
    """Reads Fashion-MNIST: pictures of clothes and shoes, in the form and number of MNIST's digits.

    The labels 0 to 9 are T-shirt, trousers, pullover, dress, coat, sandal, shirt, trainer, bag and
    ankle boot.

    Args:
        folder: where the data sets lie; `data_folder()` if None.

    Returns:
        60,000 images to train on and 10,000 to test on, 0 being the background, with their labels
        and their hashes verified.

    Raises:
        DataError: if a file is missing or broken; the message says what mends it.

    Source:
        Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
        learning algorithms", 2017, arXiv:1708.07747.
    """
    return _read_all("fashion-mnist", folder)


def _read_all(name: str, folder: Path | str | None) -> Digits:
    """Reads the four IDX files of a data set that has the form of MNIST."""

    def read(part: str) -> NDArray[Any]:
        return read_idx(verified_path(DATA_SETS[name], f"{name}/{part}", folder))

    return Digits(
        train_images=read("train-images-idx3-ubyte"),
        train_labels=read("train-labels-idx1-ubyte"),
        test_images=read("t10k-images-idx3-ubyte"),
        test_labels=read("t10k-labels-idx1-ubyte"),
    )


def load_mnist_sample() -> Digits:
    """Reads the 2,000 training and 500 test digits that come with the package.

    They were drawn at random from the real ones, so that the classes are as frequent as they
    happen to be. They are for tests and examples: results are measured on all of MNIST.

    Raises:
        DataError: if the file is missing or broken.

    >>> digits = load_mnist_sample()
    >>> digits.train_images.shape, digits.test_images.shape
    ((2000, 28, 28), (500, 28, 28))
    """
    path = sample_folder() / "mnist.npz"
    try:
        return Digits(**load_npz(path))
    except (OSError, ValueError, TypeError) as error:
        raise broken_sample(path) from error


class DigitReader(NamedTuple):
    """Weights of three linear layers that read digits: 784 pixels, 24 units, 16 units, 10 scores.

    Attributes:
        W1: (784, 24).
        b1: (24,).
        W2: (24, 16).
        b2: (16,).
        W3: (16, 10).
        b3: (10,).
    """

    W1: NDArray[np.floating[Any]]
    b1: NDArray[np.floating[Any]]
    W2: NDArray[np.floating[Any]]
    b2: NDArray[np.floating[Any]]
    W3: NDArray[np.floating[Any]]
    b3: NDArray[np.floating[Any]]


def load_digit_reader(dtype: DTypeLike = np.float64) -> DigitReader:
    """Reads weights that were trained on MNIST, but for the digits of `load_mnist_sample`.

    Args:
        dtype: the precision to return them in; they were trained in float32.

    Raises:
        DataError: if the file is missing or broken.

    >>> load_digit_reader().W1.shape
    (784, 24)
    """
    path = sample_folder() / "digit-reader.npz"
    try:
        reader = DigitReader(**load_npz(path))
    except (OSError, ValueError, TypeError) as error:
        raise broken_sample(path) from error
    return DigitReader(*(array.astype(dtype) for array in reader))


def read_idx(path: Path | str) -> NDArray[Any]:
    """Reads an IDX file, the format in which MNIST is published, gzipped or not.

    It starts with two zero bytes, one for the type and one for the rank; then one big-endian
    32-bit length for each axis; then the elements, last axis fastest.

    Args:
        path: the file.

    Returns:
        its array, in the machine's own byte order.

    Raises:
        ValueError: if the header is not IDX's, the file's length is not what it promises, or what
            is gzipped is broken.
    """
    path = Path(path)
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            return _read_idx(file, path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"read_idx: {path} cannot be unpacked ({error})") from error


def _read_idx(file: IO[bytes] | gzip.GzipFile, path: Path) -> NDArray[Any]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _IDX_TYPES:
        raise ValueError(f"read_idx: {path} starts with {magic!r}, which is not an IDX header")
    dtype, rank = _IDX_TYPES[magic[2]], magic[3]
    lengths = file.read(4 * rank)
    if len(lengths) < 4 * rank:
        raise ValueError(f"read_idx: {path} ends in its header of {4 + 4 * rank} bytes")
    shape = struct.unpack(f">{rank}I", lengths)
    wanted = dtype.itemsize * math.prod(shape)
    content = bytearray()
    # No more is read than the header promises, nor is memory taken for what it only promises.
    while piece := file.read(min(wanted + 1 - len(content), 1 << 20)):
        content += piece
    if len(content) != wanted:
        found = "more" if len(content) > wanted else f"{len(content)} bytes"
        raise ValueError(
            f"read_idx: {path} has {found} after its header, which promises {wanted} bytes"
        )
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def to_unit_interval(images: NDArray[np.uint8], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Maps grey values from 0…255 to floats from 0 to 1.

    Args:
        images: uint8, of any shape.
        dtype: the floating-point type wanted.

    Returns:
        floats of the same shape: 0 is paper, 1 is ink.

    Raises:
        TypeError: if the images are not uint8, or the type wanted is not a floating-point one.

    >>> to_unit_interval(np.array([0, 51, 255], dtype=np.uint8)).tolist()
    [0.0, 0.20000000298023224, 1.0]
    """
    if images.dtype != np.uint8:
        raise TypeError(f"to_unit_interval: images has dtype {images.dtype}, wanted uint8")
    if not np.issubdtype(dtype, np.floating):
        raise TypeError(f"to_unit_interval: dtype is {np.dtype(dtype)}, wanted a float")
    floats: NDArray[Any] = images.astype(dtype)
    floats /= 255
    return floats
