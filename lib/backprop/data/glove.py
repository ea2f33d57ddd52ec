"""GloVe's vectors for words."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.data.sources import DATA_SETS, verified_path


class WordVectors(NamedTuple):
    """A vector for each of many words.

    Attributes:
        words: the words, the most frequent first.
        vectors: (V, D) float32, a row for each word.
    """

    words: list[str]
    vectors: NDArray[np.float32]


def load_glove(folder: Path | str | None = None) -> WordVectors:
    """Reads GloVe's 400,000 vectors of 50 numbers, made from six billion words of text.

    Args:
        folder: where the data sets lie; `data_folder()` if None.

    Raises:
        DataError: if a file is missing or broken; the message says what mends it.

    Source:
        Pennington, Socher and Manning, "GloVe: global vectors for word representation", 2014.
    """
    table = verified_path(DATA_SETS["glove"], "glove/glove_6B_50d_emb.npy", folder)
    vectors: NDArray[Any] = np.load(table, allow_pickle=False)
    words = verified_path(DATA_SETS["glove"], "glove/glove_6B_words.txt", folder)
    return WordVectors(words.read_text(encoding="utf-8").split("\n")[:-1], vectors)
